/*
 * fuzz_settings.c - the configuration loader on any bytes, as a bundle that a
 * checker sent (when they are one) or as a main file: it loads or complains,
 * and does not crash, hang or leak. What it loads is in range; a bundle that
 * was decoded encodes to the bytes it came from.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_instances(const struct settings *settings)
{
    for (uint32_t i = 0; i < settings->instance_count; i++) {
        const struct instance_settings *instance = &settings->instances[i];
        const struct instance_access *access = &settings->accesses[i];

        require(instance->name[0] != '\0' && instance->name[0] != '.');
        require(instance->fall >= 1 && instance->rise >= 1);
        require(instance->timeout_ms >= 10 && instance->interval_ms >= 100);
        require(instance->addr.kind != ADDRESS_NONE);
        require(settings_labels(settings, i)->count <= SETTINGS_LABELS_MOST);
        require(access->user[0] == '\0' || access->password_file[0] != '\0');
        for (uint32_t j = 0; j < i && i < 64; j++) {
            require(strcmp(instance->name, settings->instances[j].name) != 0);
        }
    }
}

static void check_good(const struct settings *settings)
{
    require(settings->host[0] != '\0' && settings->cluster[0] != '\0');
    require(settings->run_dir[0] == '/' && settings->state_path[0] == '/');
    require(settings->interval_ms >= 100 && settings->interval_ms <= 3600000);
    require(settings->instance_count <= SETTINGS_INSTANCES_MOST);
    require(settings->registration_count <= SETTINGS_REGISTRATIONS_MOST);
    require(!settings->has_zookeeper || settings->zookeeper_servers[0] != '\0');
    require(settings->instance_count > 0 || settings->discover != DISCOVER_OFF);
    check_instances(settings);
}

static void parse(const struct settings_bundle *bundle)
{
    static struct complaints complaints;
    struct settings settings = {0};

    complaints.count = 0;
    if (settings_parse(bundle, &settings, &complaints) == 0) {
        require(complaints.count == 0);
        check_good(&settings);
        settings_finish(&settings);
    } else {
        require(complaints.count > 0);
        require(settings.instances == NULL);
    }
}

/* True if the bytes are a bundle. */
static bool try_bundle(const uint8_t *bytes, size_t size)
{
    struct settings_bundle bundle;
    uint8_t *again = NULL;
    size_t length = 0;

    if (settings_bundle_decode(bytes, size, &bundle) != 0) {
        return false;
    }
    require(settings_bundle_encode(&bundle, &again, &length) == 0);
    require(length == size && memcmp(again, bytes, size) == 0);
    parse(&bundle);
    free(again);
    settings_bundle_finish(&bundle);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct settings_bundle bundle;

    if (!try_bundle(bytes, size) &&
        settings_bundle_of("fuzz.yaml", (const char *)bytes, size, &bundle) ==
            0) {
        parse(&bundle);
        settings_bundle_finish(&bundle);
    }
    return 0;
}
