/* SPDX-License-Identifier: ISC */
/* sasl/oauth.c - the messages of token logins, and their error */
#include "sasl/oauth.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* kvsep is 0x01 and parts the pairs; so it stands in none of them (RFC 7628 section 3.1). */
static bool fits(str s)
{
    return str_find_octet(s, '\x01') == STR_NOT_FOUND && str_find_octet(s, '\0') == STR_NOT_FOUND;
}

/* saslname (RFC 5801 section 4): "," and "=" are written as =2C and =3D. */
static void add_name(str user, struct buf *out)
{
    for (size_t i = 0; i < user.n; i++) {
        if (user.p[i] == ',')
            buf_add(out, STR("=2C"));
        else if (user.p[i] == '=')
            buf_add(out, STR("=3D"));
        else
            buf_addc(out, user.p[i]);
    }
}

static void add_bearer(str token, struct buf *out)
{
    buf_add(out, STR("auth=Bearer "));
    buf_add(out, token);
    buf_add(out, STR("\x01\x01"));
}

bool sasl_oauthbearer_write(str user, str token, str host, uint16_t port, struct buf *out)
{
    if (!fits(user) || !fits(token) || !fits(host))
        return false;
    buf_add(out, STR("n,"));
    if (user.n > 0) {
        buf_add(out, STR("a="));
        add_name(user, out);
    }
    buf_add(out, STR(",\x01"));
    if (host.n > 0) {
        buf_add(out, STR("host="));
        buf_add(out, host);
        buf_addc(out, '\x01');
    }
    if (port > 0)
        buf_addf(out, "port=%u\x01", port);
    add_bearer(token, out);
    return buf_ok(out);
}

bool sasl_xoauth2_write(str user, str token, struct buf *out)
{
    if (!fits(user) || !fits(token))
        return false;
    buf_add(out, STR("user="));
    buf_add(out, user);
    buf_addc(out, '\x01');
    add_bearer(token, out);
    return buf_ok(out);
}

/* A string, or a number as text: some servers write "status":"401", some "status":401. */
static void take_word(const json_t *o, const char *key, char out[SASL_OAUTH_WORD])
{
    const json_t *v = json_object_get(o, key);
    size_t n = json_string_length(v);

    out[0] = '\0';
    if (json_is_integer(v)) {
        snprintf(out, SASL_OAUTH_WORD, "%lld", (long long)json_integer_value(v));
        return;
    }
    if (n >= SASL_OAUTH_WORD)
        n = SASL_OAUTH_WORD - 1;
    if (n > 0)
        memcpy(out, json_string_value(v), n);
    out[n] = '\0';
}

bool sasl_oauth_error_read(str json, struct sasl_oauth_error *out)
{
    json_error_t why;
    json_t *o;

    if (json.n == 0 || json.n > SASL_OAUTH_ERROR_MAX)
        return false;
    o = json_loadb(json.p, json.n, JSON_DISABLE_EOF_CHECK, &why);
    if (!json_is_object(o)) {
        json_decref(o);
        return false;
    }
    take_word(o, "status", out->status);
    take_word(o, "scope", out->scope);
    take_word(o, "schemes", out->schemes);
    take_word(o, "error_description", out->words);
    json_decref(o);
    return true;
}
