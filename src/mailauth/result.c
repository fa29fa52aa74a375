/* SPDX-License-Identifier: ISC */
#include "mailauth/result.h"

static const struct name_row ROWS[] = {
    { AUTH_NONE, STR_INIT("none") },           { AUTH_NEUTRAL, STR_INIT("neutral") },
    { AUTH_PASS, STR_INIT("pass") },           { AUTH_FAIL, STR_INIT("fail") },
    { AUTH_SOFTFAIL, STR_INIT("softfail") },   { AUTH_POLICY, STR_INIT("policy") },
    { AUTH_TEMPERROR, STR_INIT("temperror") }, { AUTH_PERMERROR, STR_INIT("permerror") },
};
const struct names AUTH_RESULT_NAMES = NAMES(ROWS);
