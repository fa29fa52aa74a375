/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"

/* The vectors of the authors: key 00 01 ... 0f, input 00 01 ... of n octets. */
static void as_its_authors_have_it(void **state UNUSED)
{
    static const struct {
        size_t n;
        uint64_t hash;
    } VECTORS[] = { { 0, 0x726fdb47dd0e0e31u },
                    { 1, 0x74f839c593dc67fdu },
                    { 7, 0xab0200f58b01d137u },
                    { 8, 0x93f5f5799a932462u },
                    { 15, 0xa129ca6149be45e5u } };
    static const uint64_t KEY[2] = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
    char input[16];
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (char)i;
    for (size_t i = 0; i < COUNT_OF(VECTORS); i++)
        assert_true(hash_keyed(KEY, (str){ input, VECTORS[i].n }) == VECTORS[i].hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_its_authors_have_it) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
