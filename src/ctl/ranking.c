/*
 * ranking.c - see ranking.h.
 */
#include "ctl/ranking.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/fetch.h"

typedef int (*comparer)(const void *one, const void *other);

static const json_t *instance_at(const void *place)
{
    return *(const json_t *const *)place;
}

static int compare_numbers(json_int_t one, json_int_t other)
{
    return (one > other) - (one < other);
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(fetch_text(instance_at(one), "name"),
                  fetch_text(instance_at(other), "name"));
}

/* The lower, the more an operator wants to see it; one we do not know is as
 * bad as unknown. */
static int severity(const json_t *instance)
{
    static const char *const states[] = {
        "down", "unknown", "degraded", "loading", "draining", "maint", "up"};
    const char *state = fetch_text(instance, "state");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(state, states[i]) == 0) {
            return (int)i;
        }
    }
    return 1;
}

static int compare_states(const void *one, const void *other)
{
    int order = compare_numbers(severity(instance_at(one)),
                                severity(instance_at(other)));
    return order != 0 ? order : compare_names(one, other);
}

static int compare_latencies(const void *one, const void *other)
{
    int order = compare_numbers(ranking_latency_us(instance_at(other)),
                                ranking_latency_us(instance_at(one)));
    return order != 0 ? order : compare_names(one, other);
}

static int compare_ages(const void *one, const void *other)
{
    int order = compare_numbers(fetch_number(instance_at(other), "since", 0),
                                fetch_number(instance_at(one), "since", 0));
    return order != 0 ? order : compare_names(one, other);
}

static const comparer comparers[] = {
    [SORT_STATE] = compare_states,
    [SORT_LATENCY] = compare_latencies,
    [SORT_NAME] = compare_names,
    [SORT_AGE] = compare_ages,
};

json_int_t ranking_latency_us(const json_t *instance)
{
    json_int_t total = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_t *timings = json_object_get(instance, "timings");
    json_object_foreach(timings, key, value)
    {
        json_int_t took = json_integer_value(value);
        total += took > 0 && took < INT32_MAX ? took : 0;
    }
    return total;
}

json_t *ranking_sort(const json_t *instances, enum sort sort, bool is_reversed)
{
    size_t count = json_array_size(instances);
    json_t *sorted = json_array();
    json_t **list = calloc(count > 0 ? count : 1, sizeof(json_t *));
    int status = sorted != NULL && list != NULL ? 0 : -1;
    for (size_t i = 0; status == 0 && i < count; i++) {
        list[i] = json_array_get(instances, i);
    }
    if (status == 0) {
        qsort(list, count, sizeof(json_t *), comparers[sort]);
    }
    for (size_t i = 0; status == 0 && i < count; i++) {
        size_t from = is_reversed ? count - 1 - i : i;
        status = json_array_append(sorted, list[from]);
    }
    free(list);
    if (status != 0) {
        json_decref(sorted);
        return NULL;
    }
    return sorted;
}
