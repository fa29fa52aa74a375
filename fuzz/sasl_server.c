/* SPDX-License-Identifier: ISC */
/*
 * The server's end of a login. The first octet picks a mechanism, a binding and how it is played: what follows are responses,
 * a line each; or an honest client plays, and what follows is put over its responses. Nothing but what an honest client says
 * untouched is ever right.
 */
#include "sasl/client.h"
#include "sasl/server.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static unsigned drawn;

/* Stands in front of the C library's: nonces and challenges are drawn by it, and of one input all must be always the same. */
ssize_t getrandom(void *octets, size_t n, unsigned flags UNUSED)
{
    for (size_t i = 0; i < n; i++) {
        drawn = drawn * 1103515245u + 12345u;
        ((unsigned char *)octets)[i] = (unsigned char)(drawn >> 16);
    }
    return (ssize_t)n;
}

static const char USERS[] =
    "anna:{SCRAM-SHA-1}4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,"
    "D+CSWLOshSulAsxiupA+qs2/fTE=:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n";
static const char SECRETS[] = "anna:{PLAIN}pencil\nbert:{PLAIN}other\n";
static const char *const NAMES[] = { "SCRAM-SHA-256",    "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS",
                                     "SCRAM-SHA-1-PLUS", "CRAM-MD5",    "PLAIN" };

static void raw(struct sasl_server *s, str rest)
{
    str out;
    while (rest.p) {
        enum sasl_server_step step = sasl_server_step(s, str_cut(&rest, '\n'), &out);
        assert(step != SASL_SERVER_DONE);
        (void)sasl_server_user(s);
    }
}

/* The octets of over are XORed into what it says, from the front; zeros leave it as it was. */
static void honest(struct sasl_server *s, const char *mechanism, str user, bool exported, str over)
{
    struct sasl_login login = { .user = user, .password = STR("pencil") };
    *(exported ? &login.exporter : &login.unique) = STR("tls");
    const struct sasl_mechanism *m = sasl_mechanism_find(str_from(mechanism));
    struct err e;
    struct sasl_client *c = sasl_client_new(m, &login, &e);
    enum sasl_server_step step = SASL_SERVER_CHALLENGE;
    bool touched = false, client = true;
    struct buf said;
    str out = STR_NONE;
    assert(c);
    buf_init(&said, 4096);
    if (!m->initial)
        step = sasl_server_step(s, STR_NONE, &out);
    for (unsigned n = 0; n < 6 && step != SASL_SERVER_REFUSED; n++) {
        buf_clear(&said);
        client = sasl_client_step(c, out, &said, &e);
        if (!client)
            break;
        for (size_t i = 0; i < said.n && over.n > 0; i++, over = str_skip(over, 1)) {
            said.p[i] = (char)(said.p[i] ^ over.p[0]);
            touched |= over.p[0] != 0;
        }
        step = sasl_server_step(s, (str){ said.p ? said.p : "", said.n }, &out);
        if (step == SASL_SERVER_DONE && out.n == 0)
            break;
    }
    bool right = step == SASL_SERVER_DONE && client && out.n == 0;
    assert(touched || right == str_eq(user, STR("anna")));
    buf_done(&said);
    sasl_client_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err e;
    if (size < 2)
        return 0;
    drawn = 1;
    const char *mechanism = NAMES[data[0] % COUNT_OF(NAMES)];
    bool bound = data[1] & 1, exported = data[1] & 2, secrets = data[1] & 4;
    const struct sasl_binding binding = { STR("tls"), exported };
    arena_init(&a, 1 << 20);
    const struct sasl_users *u = sasl_users_read(STR("users"), str_from(secrets ? SECRETS : USERS),
                                                 &a, &e);
    assert(u);
    struct sasl_server *s = sasl_server_new(str_from(mechanism), u, bound ? &binding : NULL, &e);
    str rest = { (const char *)data + 2, size - 2 };
    assert(s || e.why[0]);
    bool possible = secrets || strcmp(mechanism, "CRAM-MD5") != 0;
    if (s && (data[1] & 8) && possible)
        honest(s, mechanism, data[1] & 16 ? STR("nobody") : STR("anna"), exported, rest);
    else if (s)
        raw(s, rest);
    sasl_server_free(s);
    arena_done(&a);
    return 0;
}
