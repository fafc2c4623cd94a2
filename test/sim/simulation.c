/*
 * simulation.c - runs thousands of seeds in virtual time and says, property
 * by property and scenario by scenario, what held.
 *
 *     simulation                        the usual number of seeds
 *     simulation --seeds N --from M     N seeds from M on
 *     simulation --seed N               one seed, told event by event
 *
 * Prints TAP. A failing seed is printed with the property it broke.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "world.h"

#define SIMULATION_SEEDS 2000
#define SIMULATION_FAILURES_MOST 8

struct tally {
    uint64_t checks[PROPERTY_COUNT];
    uint32_t broken[PROPERTY_COUNT];
    uint32_t runs[SCENARIO_COUNT];
    uint32_t failed[SCENARIO_COUNT];
    uint32_t failures;
};

struct choice {
    uint64_t from;
    uint64_t seeds;
    bool is_single;
};

static void run_seed(uint64_t seed, bool is_verbose, struct tally *tally)
{
    static struct world world; /* big; one at a time */
    world_init(&world, seed, is_verbose);
    world_run(&world);
    const struct oracle *oracle = &world.oracle;
    tally->runs[world.plan.scenario]++;
    for (uint32_t i = 0; i < PROPERTY_COUNT; i++) {
        tally->checks[i] += oracle->checks[i];
    }
    if (oracle->has_failed) {
        tally->failures++;
        tally->broken[oracle->property]++;
        tally->failed[world.plan.scenario]++;
        (void)printf("# seed %llu (%s): %s: %s\n", (unsigned long long)seed,
                     scenario_name(world.plan.scenario),
                     property_name(oracle->property), oracle->what);
    }
    world_finish(&world);
}

static void print_tally(const struct tally *tally)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < PROPERTY_COUNT; i++) {
        (void)printf("%s %u - %s%s\n", tally->broken[i] == 0 ? "ok" : "not ok",
                     ++number, property_name(i),
                     tally->checks[i] == 0 ? " # SKIP no seed asked" : "");
    }
    for (uint32_t i = 0; i < SCENARIO_COUNT; i++) {
        (void)printf("%s %u - scenario %s: %u seeds%s\n",
                     tally->failed[i] == 0 ? "ok" : "not ok", ++number,
                     scenario_name(i), tally->runs[i],
                     tally->runs[i] == 0 ? " # SKIP no seed" : "");
    }
}

static int read_number(const char *text, uint64_t *number)
{
    char *end = NULL;
    *number = strtoull(text, &end, 10);
    return *text == '\0' || *end != '\0' ? -1 : 0;
}

static int read_choice(int argc, char **argv, struct choice *choice)
{
    *choice = (struct choice){.from = 1, .seeds = SIMULATION_SEEDS};
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc) {
            return -1;
        }
        uint64_t *target = NULL;
        if (strcmp(argv[i], "--seeds") == 0) {
            target = &choice->seeds;
        } else if (strcmp(argv[i], "--from") == 0) {
            target = &choice->from;
        } else if (strcmp(argv[i], "--seed") == 0) {
            target = &choice->from;
            choice->seeds = 1;
            choice->is_single = true;
        }
        if (target == NULL || read_number(argv[i + 1], target) != 0) {
            return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct choice choice;
    static struct tally tally;
    if (read_choice(argc, argv, &choice) != 0) {
        (void)fprintf(stderr,
                      "usage: simulation [--seed N | --seeds N --from M]\n");
        return 64;
    }
    log_init("simulation");
    log_set_level(LEVEL_ERROR);
    (void)printf("TAP version 13\n1..%d\n", PROPERTY_COUNT + SCENARIO_COUNT);
    for (uint64_t i = 0;
         i < choice.seeds && tally.failures < SIMULATION_FAILURES_MOST; i++) {
        run_seed(choice.from + i, choice.is_single, &tally);
        (void)fflush(stdout);
    }
    print_tally(&tally);
    if (tally.failures > 0) {
        (void)printf("# replay one with: simulation --seed N\n");
    }
    return tally.failures > 0 ? 1 : 0;
}
