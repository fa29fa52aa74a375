/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/attr.h"
#include "relay/testing.h"

char testing_dir[64], testing_rules[TESTING_PATH_MAX];

int testing_begin(void **state UNUSED)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(testing_dir, sizeof testing_dir, "%.40s/relay-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(testing_dir))
        return -1;
    snprintf(testing_rules, sizeof testing_rules, "%s/rules", testing_dir);
    return 0;
}

int testing_end(void **state UNUSED)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", testing_dir);
    return system(command);
}

void testing_put(const char *name, const char *text)
{
    char at[TESTING_PATH_MAX];
    snprintf(at, sizeof at, "%s/%s", testing_dir, name);
    FILE *f = fopen(at, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}
