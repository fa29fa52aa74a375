/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_sasl.c - what a server says of tokens, certificates and mechanisms
 */
#include "base/escape.h"
#include "base/secret.h"
#include "doctor/words_inside.h"
#include <string.h>

/* That the client should show one; not that something is wrong with the server's own. */
bool words_ask_for_certificate(const struct smtp_outcome *o)
{
    return words_hold_pattern(o->text, "client certificate|client cert|certificate required|"
                                       "certificate&present|certificate of yours");
}

bool words_mechanism_usable(const struct smtp_caps *c, str mechanism, unsigned credentials)
{
    if (!str_eq_nocase(mechanism, STR("auto")))
        return smtp_caps_offers(c, mechanism);
    return sasl_choose(c, STR_NONE, credentials, true) != NULL;
}

/* What the error says is wrong with the token; the first row that fits. */
static const struct token_row {
    const char *status; /* RFC 6750 section 3.1, or a code of HTTP; empty: any */
    const char *words;  /* of the description or the status */
    const char *advice;
} TOKENS[] = {
    { "", "expired|lifetime", "The token has run out: get a new one just before the login." },
    { "", "audience|=aud|resource",
      "The token was made for another service: ask for one whose "
      "audience is this server." },
    { "", "scope", "The token lacks a right: ask for it with the scope that sends mail." },
    { "invalid_token", "",
      "The token is not accepted as such: it has run out, was withdrawn, or was "
      "made by somebody whom this server does not trust." },
    { "401", "",
      "The token is not accepted as such: it has run out, was withdrawn, or was made by "
      "somebody whom this server does not trust." },
    { "403", "",
      "The token was understood, but gives no right to send: ask for it with the scope "
      "that sends mail." },
    { "invalid_request", "",
      "The server could not read the request: the token is damaged or cut." },
    { "400", "",
      "The server could not read the token, or does not know it for this user: look at its "
      "beginning and end, and at the user name." },
};

static bool fits(const struct token_row *k, const struct sasl_oauth_error *e)
{
    if (*k->status)
        return strcmp(k->status, e->status) == 0;
    return words_hold_pattern(str_from(e->words), k->words) ||
           words_hold_pattern(str_from(e->status), k->words);
}

static void add_said(struct buf *b, const char *name, const char *value)
{
    if (!*value)
        return;
    buf_addf(b, "%s%s ", b->n ? ", " : "", name);
    escape_line(str_from(value), b);
    if (strlen(value) == SASL_OAUTH_WORD - 1)
        buf_add(b, STR(SECRET_CUT)); /* it may repeat our token, and break off inside it */
}

str words_token_step(const struct smtp_outcome *o, struct arena *a)
{
    struct sasl_oauth_error e;
    if (!sasl_oauth_error_read(o->sasl, &e))
        return STR_NONE;
    const char *advice = "The server named no reason that is known here.";
    for (size_t i = 0; i < COUNT_OF(TOKENS); i++) {
        if (fits(&TOKENS[i], &e)) {
            advice = TOKENS[i].advice;
            break;
        }
    }
    struct buf said;
    buf_init(&said, 4096);
    add_said(&said, "status", e.status);
    add_said(&said, "scope", e.scope);
    add_said(&said, "schemes", e.schemes);
    add_said(&said, "and in words", e.words);
    str step = said.n ? arena_printf(a, "%s The server's error says: %.*s.", advice,
                                     STR_ARG(buf_str(&said)))
                      : STR_NONE;
    buf_done(&said);
    return step;
}

/* Both lists, as two sentences. */
str words_mechanism_step(const struct doctor_asked *asked, const struct smtp_caps *c,
                         struct arena *a)
{
    struct buf offered;
    char ours[256];
    buf_init(&offered, 2048);
    for (unsigned i = 0; i < c->mechanism_count; i++) {
        buf_add(&offered, i ? STR(", ") : STR_NONE);
        escape_line(c->mechanisms[i], &offered);
    }
    bool any = str_eq_nocase(asked->attempt.mechanism, STR("auto"));
    str step =
        any ? arena_printf(a, "The server offers: %.*s. What is at hand here can be used by: %s.",
                           STR_ARG(buf_str(&offered)),
                           sasl_mechanism_list(doctor_credentials(asked), ours, sizeof ours))
            : arena_printf(a,
                           "The server offers: %.*s. The program is set to %.*s: set it to one "
                           "of those that the server offers.",
                           STR_ARG(buf_str(&offered)), STR_ARG(asked->attempt.mechanism));
    buf_done(&offered);
    return step;
}
