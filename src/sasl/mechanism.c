/* SPDX-License-Identifier: ISC */
/*
 * sasl/mechanism.c - the table, and choosing from it
 *
 * A -PLUS is played when it is named: the server's end of TLS is often another machine than its login, and
 * then only the variant without binding can succeed. NTLM comes last: what is played is its version 1, which
 * many servers refuse whatever the password is. Over a challenge that the other end chooses, its three answers by
 * single DES are undone by tables that exist, and give the hash that is as good as the password.
 */
#include "sasl/mechanism.h"
#include <stdio.h>

static const struct name_row CREDENTIAL_ROWS[] = {
    { SASL_PASSWORD, STR_INIT("password") },
    { SASL_TOKEN, STR_INIT("token") },
    { SASL_CERTIFICATE, STR_INIT("certificate") },
    { SASL_TICKET, STR_INIT("ticket") },
};
const struct names SASL_CREDENTIAL_NAMES = NAMES(CREDENTIAL_ROWS);

static const struct sasl_mechanism MECHANISMS[] = {
    { STR_INIT("PLAIN"), SASL_PASSWORD, .initial = true, .reveals = true, .rank = 3 },
    { STR_INIT("LOGIN"), SASL_PASSWORD, .reveals = true, .rank = 2 },
    { STR_INIT("CRAM-MD5"), SASL_PASSWORD, .rank = 4 },
    { STR_INIT("DIGEST-MD5"), SASL_PASSWORD, .rank = 5 },
    { STR_INIT("SCRAM-SHA-1"), SASL_PASSWORD, .initial = true, .slow = true, .rank = 8 },
    { STR_INIT("SCRAM-SHA-1-PLUS"), SASL_PASSWORD, .initial = true, .slow = true, .binds = true,
      .rank = 6 },
    { STR_INIT("SCRAM-SHA-256"), SASL_PASSWORD, .initial = true, .slow = true, .rank = 9 },
    { STR_INIT("SCRAM-SHA-256-PLUS"), SASL_PASSWORD, .initial = true, .slow = true, .binds = true,
      .rank = 7 },
    { STR_INIT("NTLM"), SASL_PASSWORD, .initial = true, .brittle = true, .rank = 1 },
    { STR_INIT("OAUTHBEARER"), SASL_TOKEN, .initial = true, .reveals = true, .rank = 2 },
    { STR_INIT("XOAUTH2"), SASL_TOKEN, .initial = true, .reveals = true, .rank = 1 },
    { STR_INIT("EXTERNAL"), SASL_CERTIFICATE, .initial = true, .rank = 1 },
    { STR_INIT("GSSAPI"), SASL_TICKET, .initial = true, .slow = true, .rank = 1 },
};

const struct sasl_mechanism *sasl_mechanism_find(str name)
{
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
        if (str_eq_nocase(MECHANISMS[i].name, name))
            return &MECHANISMS[i];
    return NULL;
}

const char *sasl_mechanism_list(unsigned credentials, char *out, size_t room)
{
    size_t n = 0;

    if (room > 0)
        out[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(MECHANISMS) && n < room; i++)
        if (credentials == 0 || (MECHANISMS[i].needs & credentials))
            n += (size_t)snprintf(out + n, room - n, "%s%.*s", n > 0 ? ", " : "",
                                  STR_ARG(MECHANISMS[i].name));
    return out;
}

/* The first in rank that is offered and made with that credential, of those that reveal it, or of those
 * that do not. */
static const struct sasl_mechanism *best(const struct smtp_caps *offered,
                                         enum sasl_credential credential, bool reveals)
{
    const struct sasl_mechanism *found = NULL;

    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++) {
        const struct sasl_mechanism *m = &MECHANISMS[i];

        if (m->needs == (unsigned)credential && m->reveals == reveals &&
            smtp_caps_offers(offered, m->name) && (found == NULL || m->rank > found->rank))
            found = m;
    }
    return found;
}

const struct sasl_mechanism *sasl_choose(const struct smtp_caps *offered, str wanted,
                                         unsigned credentials, bool verified_tls)
{
    static const enum sasl_credential ORDER[] = { SASL_PASSWORD, SASL_TOKEN, SASL_CERTIFICATE,
                                                  SASL_TICKET };
    const struct sasl_mechanism *m = NULL;

    if (wanted.n > 0 && !str_eq_nocase(wanted, STR("auto"))) {
        m = sasl_mechanism_find(wanted);
        return m != NULL && smtp_caps_offers(offered, m->name) ? m : NULL;
    }
    for (size_t i = 0; i < COUNT_OF(ORDER) && m == NULL; i++) {
        if (!(credentials & (unsigned)ORDER[i]))
            continue;
        if (verified_tls)
            m = best(offered, ORDER[i], true);
        if (m == NULL)
            m = best(offered, ORDER[i], false);
    }
    return m;
}
