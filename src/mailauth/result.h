/* SPDX-License-Identifier: ISC */
/*
 * mailauth/result.h - the words in which SPF, DKIM and DMARC say how it went
 * Speaks  RFC 8601 section 2.7.
 */
#ifndef BATON_MAILAUTH_RESULT_H
#define BATON_MAILAUTH_RESULT_H
#include "base/names.h"

enum auth_result {
    AUTH_NONE,
    AUTH_NEUTRAL,
    AUTH_PASS,
    AUTH_FAIL,
    AUTH_SOFTFAIL,
    AUTH_POLICY,
    AUTH_TEMPERROR,
    AUTH_PERMERROR
};
extern const struct names AUTH_RESULT_NAMES; /* "none" "neutral" "pass" ... */
#endif
