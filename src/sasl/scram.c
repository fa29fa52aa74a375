/* SPDX-License-Identifier: ISC */
/* sasl/scram.c - server-first-message, attribute after attribute */
#include "sasl/scram.h"

/* attr-val "=" value: the next one must be that attribute, and must have a value. */
static bool take(str *rest, char attribute, str *value)
{
    str one = str_cut(rest, ',');

    if (one.n < 3 || one.p[0] != attribute || one.p[1] != '=')
        return false;
    *value = str_skip(one, 2);
    return true;
}

/* printable: %x21-2B / %x2D-7E */
static bool is_printable(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~')
            return false;
    return true;
}

/* base64: groups of four, the last padded */
static bool is_base64(str s)
{
    size_t pad = 0;

    while (pad < 2 && pad < s.n && s.p[s.n - 1 - pad] == '=')
        pad++;
    for (size_t i = 0; i < s.n - pad; i++)
        if (!is_alnum(s.p[i]) && s.p[i] != '+' && s.p[i] != '/')
            return false;
    return s.n % 4 == 0 && s.n > pad;
}

/* posit-number: %x31-39 *DIGIT. What has too many digits for the limit is over it. */
static bool read_count(str digits, struct sasl_scram_first *out, struct err *e)
{
    uint64_t n = 0;

    for (size_t i = 0; i < digits.n; i++)
        if (!is_digit(digits.p[i]))
            return err_set(e, ERR_SYNTAX, "the server's iteration count is no number");
    if (digits.p[0] == '0')
        return err_set(e, ERR_SYNTAX, "the server's iteration count is no number");
    if (!str_to_u64(digits, SASL_SCRAM_ITERATIONS_MAX, &n))
        return err_set(e, ERR_LIMIT,
                       "the server asks for more than %d iterations, which is more work than a "
                       "login is worth",
                       SASL_SCRAM_ITERATIONS_MAX);
    out->iterations = (uint32_t)n;
    return true;
}

bool sasl_scram_first_read(str message, struct sasl_scram_first *out, struct err *e)
{
    struct sasl_scram_first first = { .iterations = 0 };
    str rest = message, digits;

    if (str_starts(message, STR("m=")))
        return err_set(e, ERR_SYNTAX, "the server demands an extension that is not known here");
    if (!take(&rest, 'r', &first.nonce) || !take(&rest, 's', &first.salt) ||
        !take(&rest, 'i', &digits) || !is_printable(first.nonce) || !is_base64(first.salt))
        return err_set(e, ERR_SYNTAX, "the server's first message is not that of SCRAM");
    if (!read_count(digits, &first, e))
        return false;
    *out = first;
    return true;
}

str sasl_scram_error(str message)
{
    str rest = message, value;

    return take(&rest, 'e', &value) ? value : STR_NONE;
}
