/*
 * fuzz_settings.c - the configuration loader on any bytes: it loads or
 * complains, and does not crash, hang or leak. What it loads is in range.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "supervisor/settings_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct complaints complaints;
    struct settings settings = {0};

    complaints.count = 0;
    struct settings_bundle bundle;

    if (settings_bundle_of("fuzz.yaml", (const char *)bytes, size, &bundle) !=
        0) {
        return 0;
    }
    int error = settings_parse(&bundle, &settings, &complaints);
    settings_bundle_finish(&bundle);
    if (error != 0) {
        return 0;
    }
    if (complaints.count != 0 || settings.host[0] == '\0' ||
        settings.interval_ms < 100) {
        abort();
    }
    for (uint32_t i = 0; i < settings.instance_count; i++) {
        const struct instance_settings *instance = &settings.instances[i];
        if (instance->name[0] == '\0' || instance->fall == 0 ||
            instance->rise == 0 || instance->timeout_ms < 10 ||
            instance->addr.kind == ADDRESS_NONE) {
            abort();
        }
    }
    settings_finish(&settings);
    return 0;
}
