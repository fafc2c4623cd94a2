/*
 * test_digest_id.c - a credential's name in an ACL is what ZooKeeper makes of
 * it. The expected ones are Python's (hashlib, base64); of the first, ZooKeeper
 * 3.8.0 itself said so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "publisher/digest_id.h"

static void assert_id(const char *credential, const char *expected)
{
    struct digest_id id;
    digest_id_of(credential, &id);
    assert_string_equal(id.text, expected);
}

static void a_credential_is_named_by_user_and_hash(void **state)
{
    (void)state;
    assert_id("u:p", "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=");
    assert_id("agent:correct-horse-canary",
              "agent:XVibv21CL2N5l5NJHtmZs6W60sQ=");
    assert_id(":", ":BaefBs8/Z/cm2uaNGKIpD2yaUMk=");
    assert_id("agent:a:b", "agent:QRNpslXVqOnV97tPl0ZfTIs+PEY=");
}

/* The length of a text and its padding meet at 55, 56 and 64 bytes. */
static void every_length_is_padded_as_it_should_be(void **state)
{
    (void)state;
    static const struct {
        size_t length;
        const char *expected;
    } cases[] = {
        {54, "u:YIWqF/IAYi1mVmG6Qs7f08w6TSM="},
        {55, "u:HCI5t/vUzmyRgotbI4m3dQEEprM="},
        {56, "u:u6S5RlhYzGpVsIVz9ipesnwKfUg="},
        {57, "u:8rgiTm8PxrlMZwsOCxi4L4tFeug="},
        {63, "u:E2KmMVCAMJOBFyzP962n0SY64gA="},
        {64, "u:bqUvG0kh8XF9FXbJtNgRC3Yf5Tw="},
        {65, "u:fN6bK+54X+NL4fOD+gIIskeiqAg="},
        {119, "u:bBxrzwIXnEpu/7+xNCrW3LLMDio="},
        {120, "u:9uXofdQ7keL3T4mU4I82pvK4b5w="},
        {128, "u:7KBcpCgxspzCduUwVPlPTiRPS64="},
        {512, "u:Ro76qG0sc4q4BohDm6tb0BdU9oc="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char credential[SECRET_BYTES_MOST + 1] = "u:";
        memset(credential + 2, 'x', cases[i].length - 2);
        assert_id(credential, cases[i].expected);
    }
}

static void a_user_of_the_greatest_length_has_room(void **state)
{
    (void)state;
    char credential[SECRET_BYTES_MOST + 1] = "";
    struct digest_id id;
    memset(credential, 'u', SECRET_BYTES_MOST);
    digest_id_of(credential, &id);
    assert_int_equal(strlen(id.text), sizeof id.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_credential_is_named_by_user_and_hash),
        cmocka_unit_test(every_length_is_padded_as_it_should_be),
        cmocka_unit_test(a_user_of_the_greatest_length_has_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
