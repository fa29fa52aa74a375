/* SPDX-License-Identifier: ISC */
/*
 * smtp/server_auth.c - AUTH, RFC 4954: what the client says, put before the owner
 */
#include "base/base64.h"
#include "smtp/session.h"

void session_challenge(struct smtp_session *s, enum auth_step step, str octets)
{
    struct buf encoded;

    s->auth_step = step;
    s->challenged = true;
    s->phase = AUTH_LINE;
    buf_init(&encoded, OUT_MAX);
    base64_encode(octets, &encoded);
    session_reply(s, 334, STR_NONE, buf_str(&encoded));
    buf_done(&encoded);
}

static void ask_login(struct smtp_session *s)
{
    struct smtp_session_question q = { .word = buf_str(&s->mechanism),
                                       .user = buf_str(&s->user),
                                       .password = buf_str(&s->password) };

    s->phase = COMMANDS;
    session_ask(s, SMTP_ASK_AUTH, &q);
}

void session_auth_refuse(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    session_end_auth(s);
    session_fault(s, code, enhanced, text);
}

/* RFC 4616 section 2: message = [authzid] NUL authcid NUL passwd. Acting for another is not offered. */
static void take_plain(struct smtp_session *s, str message)
{
    str rest = message;
    str authzid = str_cut(&rest, '\0');
    str authcid = str_cut(&rest, '\0');

    if (rest.p == NULL || str_find_octet(rest, '\0') != STR_NOT_FOUND) {
        session_auth_refuse(s, 501, STR("5.5.2"), STR("Not the three parts of PLAIN"));
    } else if (authzid.n > 0 && !str_eq(authzid, authcid)) {
        session_auth_refuse(s, 535, STR("5.7.8"), STR("One login may not act for another"));
    } else {
        buf_clear(&s->user);
        buf_clear(&s->password);
        buf_add(&s->user, authcid);
        buf_add(&s->password, rest);
        ask_login(s);
    }
}

/* A response, decoded; given: the command or the line had one. */
static void take_response(struct smtp_session *s, enum auth_step step, bool given, str octets)
{
    static const str PROMPTS[] = {
        [AUTH_USER] = STR_INIT("Username:"), [AUTH_PASSWORD] = STR_INIT("Password:")
    };
    struct smtp_session_question q = { .word = buf_str(&s->mechanism),
                                       .octets = octets,
                                       .begins = !s->challenged };

    if (!given && step != AUTH_OTHER) {
        session_challenge(s, step, step == AUTH_USER ? PROMPTS[AUTH_USER] : STR_NONE);
        return;
    }
    switch (step) {
    case AUTH_PLAIN: take_plain(s, octets); break;
    case AUTH_USER:
        buf_clear(&s->user);
        buf_add(&s->user, octets);
        session_challenge(s, AUTH_PASSWORD, PROMPTS[AUTH_PASSWORD]);
        break;
    case AUTH_PASSWORD:
        buf_clear(&s->password);
        buf_add(&s->password, octets);
        ask_login(s);
        break;
    case AUTH_OTHER:
        s->phase = COMMANDS;
        session_ask(s, SMTP_ASK_AUTH, &q);
        break;
    }
}

/* False: refused already. */
static bool decode_response(struct smtp_session *s, str text)
{
    session_wipe(&s->response);
    if (base64_decode(text, &s->response))
        return true;
    session_auth_refuse(s, 501, STR("5.5.2"), STR("Not base64"));
    return false;
}

static bool auth_possible(struct smtp_session *s, str mechanism, bool initial)
{
    if (s->logged_in)
        session_fault(s, 503, STR("5.5.1"), STR("Logged in already"));
    else if (!s->extended)
        session_fault(s, 503, STR("5.5.1"), STR("Say EHLO first"));
    else if (!session_auth_offered(s) && session_starttls_offered(s) && s->config.auth_under_tls)
        session_fault(s, 538, STR("5.7.11"), STR("Say STARTTLS first"));
    else if (!session_auth_offered(s))
        session_fault(s, 502, STR("5.5.1"), STR("AUTH is not offered"));
    else if (mechanism.n == 0)
        session_fault(s, 501, STR("5.5.4"), STR("AUTH wants a mechanism"));
    else if (!session_has_word(session_mechanisms(s), mechanism))
        session_fault(s, 504, STR("5.5.4"), STR("That mechanism is not offered"));
    else if (initial && session_has_word(STR("CRAM-MD5 DIGEST-MD5"), mechanism))
        session_fault(s, 501, STR("5.7.0"),
                      STR("There the server speaks first")); /* RFC 4954 section 4 */
    else
        return true;
    return false;
}

void session_auth(struct smtp_session *s, UNUSED str verb, str args)
{
    str initial = args;
    str mechanism = str_cut(&initial, ' ');
    bool given = initial.p != NULL;
    enum auth_step step = str_eq_nocase(mechanism, STR("PLAIN"))   ? AUTH_PLAIN
                          : str_eq_nocase(mechanism, STR("LOGIN")) ? AUTH_USER
                                                                   : AUTH_OTHER;

    /* A login is a word without use until a message comes: a wrong password said on and on is many. */
    if (session_idle_word(s) || !auth_possible(s, mechanism, given))
        return;
    s->auth_step = step;
    s->challenged = false;
    buf_clear(&s->mechanism);
    buf_add(&s->mechanism, mechanism);
    if (!given) {
        take_response(s, step, false, STR_NONE);
        return;
    }
    initial = str_trim(initial);
    if (decode_response(s, str_eq(initial, STR("=")) ? STR_NONE : initial))
        take_response(s, step, true, (str){ s->response.p ? s->response.p : "", s->response.n });
}

void session_auth_line(struct smtp_session *s, str line)
{
    if (str_eq(line, STR("*")))
        session_auth_refuse(s, 501, STR("5.7.0"), STR("Cancelled"));
    else if (decode_response(s, line))
        take_response(s, s->auth_step, true,
                      (str){ s->response.p ? s->response.p : "", s->response.n });
}

void smtp_session_login_is(struct smtp_session *s, str user)
{
    buf_clear(&s->login);
    buf_add(&s->login, user);
}
