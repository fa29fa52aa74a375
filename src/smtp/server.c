/* SPDX-License-Identifier: ISC */
/*
 * smtp/server.c - the server core: lines in, verbs by table, one question at a time
 * A line is copied before it is read, so what a question points into stays while the owner thinks and
 * octets go on coming. Nothing behind it is read before the answer.
 */
#include "smtp/server.h"
#include "base/base64.h"
#include "base/secret.h"
#include "smtp/body.h"
#include <stdlib.h>

enum {
    LINE_MAX_OCTETS = 512, /* RFC 5321 section 4.5.3.1.4, CRLF counted */
    MAIL_LINE_MAX = 512 +
                    526, /* 26 more for SIZE (RFC 1870 section 3), 500 for AUTH (4954 section 5) */
    AUTH_LINE_MAX = 12288, /* RFC 4954 section 4 */
    SKIP_MAX = 1 << 16,    /* octets of one over-long line, then we close */
    IN_MAX = 1 << 18,      /* fed and not read yet: a peer that runs ahead of its answers */
    OUT_MAX = 1 << 18,     /* replies that wait to be taken */
    OUT_ENOUGH = 4096,     /* replies are sent together up to here (RFC 2920 section 3.2) */
    DATA_MAX = 1 << 20,    /* mail data where no SIZE is announced */
    RECIPIENTS_MAX = 1000, /* RFC 5321 section 4.5.3.1.8 asks for 100 */
    ERRORS_MAX = 10,
    IDLE_MS = 5 * 60 * 1000 /* section 4.5.3.2.7 */
};

enum phase {
    COMMANDS,
    AUTH_LINE, /* the next line is a response to a challenge */
    MAIL_DATA,
    HANDSHAKE, /* after the 220 to STARTTLS */
    CLOSING,   /* what is in out goes out, then we close */
    GONE       /* the peer is, or TLS failed: nothing goes out */
};

enum auth_step { AUTH_PLAIN, AUTH_USER, AUTH_PASSWORD, AUTH_OTHER };

struct smtp_session {
    struct smtp_session_config config;
    uint64_t now_ms, heard_ms;
    enum phase phase;
    enum smtp_ask pending; /* SMTP_ASK_NOTHING: no answer is owed to us */
    bool asked;
    struct smtp_session_question question;

    struct buf in; /* from in_at on; up to in_scanned behind that no LF was found */
    size_t in_at, in_scanned;
    size_t skipped; /* octets of an over-long line, dropped so far */
    struct buf line;
    struct buf out;
    bool handed;
    unsigned errors;
    size_t dropped_octets;

    bool refused;                /* the greeting was no 220: only QUIT is left (section 3.1) */
    bool tls, greeted, extended; /* extended: by EHLO */

    enum auth_step auth_step;
    bool logged_in;
    struct buf user, password, response, mechanism;
    struct buf login;

    bool mail; /* a mail transaction is open */
    struct buf reverse_text;
    struct smtp_mailbox reverse;
    unsigned recipients;
    struct smtp_body_reader body;
    struct buf data;
};

/* ---- birth and death ---- */

struct smtp_session *smtp_session_new(const struct smtp_session_config *config, uint64_t now_ms)
{
    struct smtp_session *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->config = *config;
    if (s->config.errors_max == 0)
        s->config.errors_max = ERRORS_MAX;
    if (s->config.idle_ms == 0)
        s->config.idle_ms = IDLE_MS;
    s->now_ms = s->heard_ms = now_ms;
    s->tls = config->tls_from_start;
    s->pending = SMTP_ASK_GREETING;
    buf_init(&s->in, IN_MAX);
    buf_init(&s->line, AUTH_LINE_MAX);
    buf_init(&s->out, OUT_MAX);
    buf_init(&s->user, AUTH_LINE_MAX);
    buf_init(&s->password, AUTH_LINE_MAX);
    buf_init(&s->response, AUTH_LINE_MAX);
    buf_init(&s->mechanism, AUTH_LINE_MAX);
    buf_init(&s->login, AUTH_LINE_MAX);
    buf_init(&s->reverse_text, SMTP_PATH_MAX);
    buf_init(&s->data, config->size_max > 0 ? config->size_max : DATA_MAX);
    return s;
}

void smtp_session_free(struct smtp_session *s)
{
    if (s == NULL)
        return;
    buf_wipe_done(&s->in);
    buf_wipe_done(&s->line);
    buf_done(&s->out);
    buf_wipe_done(&s->user);
    buf_wipe_done(&s->password);
    buf_wipe_done(&s->response);
    buf_done(&s->mechanism);
    buf_done(&s->login);
    buf_done(&s->reverse_text);
    buf_done(&s->data);
    free(s);
}

static void wipe(struct buf *b)
{
    if (b->room > 0)
        secret_wipe(b->p, b->room);
    buf_clear(b);
}

static void end_auth(struct smtp_session *s)
{
    wipe(&s->user);
    wipe(&s->password);
    wipe(&s->response);
    wipe(&s->line);
    s->phase = COMMANDS;
}

static void end_transaction(struct smtp_session *s)
{
    s->mail = false;
    s->reverse = (struct smtp_mailbox){ 0 };
    s->recipients = 0;
    buf_done(&s->data); /* big, and rare: not kept while the connection idles */
}

/* ---- replies ---- */

/* One line of a reply: "550-5.7.1 text". Only LF parts lines; what else would, is left out. */
static void add_line(struct smtp_session *s, unsigned code, bool last, str enhanced, str text)
{
    buf_addf(&s->out, "%03u%c", code % 1000, last ? ' ' : '-');
    if (enhanced.n > 0) {
        buf_add(&s->out, enhanced);
        buf_addc(&s->out, ' ');
    }
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' && text.p[i] != '\0')
            buf_addc(&s->out, text.p[i]);
    buf_add(&s->out, STR("\r\n"));
}

static void reply(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    str rest = text;

    do {
        str line = str_cut(&rest, '\n');

        add_line(s, code, rest.p == NULL, enhanced, line);
    } while (rest.p != NULL);
    if (code == 421)
        s->phase = CLOSING;
}

/* A reply to what the peer should not have sent; too many of them end the session. */
static void fault(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    if (++s->errors >= s->config.errors_max)
        reply(s, 421, STR("4.7.0"), STR("Too many errors; closing"));
    else
        reply(s, code, enhanced, text);
}

static void ask(struct smtp_session *s, enum smtp_ask what, const struct smtp_session_question *q)
{
    s->pending = what;
    s->asked = false;
    s->question = *q;
}

/* ---- verbs ---- */

/* Where the session stands, and so which verbs may come (section 4.1.4). */
enum state {
    IN_REFUSED = 1 << 0,
    IN_START = 1 << 1, /* no EHLO or HELO yet */
    IN_READY = 1 << 2,
    IN_MAIL = 1 << 3,
    IN_ANY = IN_START | IN_READY | IN_MAIL
};

static enum state state_of(const struct smtp_session *s)
{
    if (s->refused)
        return IN_REFUSED;
    if (s->mail)
        return IN_MAIL;
    return s->greeted ? IN_READY : IN_START;
}

static bool has_word(str words, str word)
{
    while (words.p != NULL) {
        str next = str_cut(&words, ' ');

        if (next.n > 0 && str_eq_nocase(next, word))
            return true;
    }
    return false;
}

static bool auth_offered(const struct smtp_session *s)
{
    return s->config.mechanisms.n > 0 &&
           (s->tls ? s->config.auth_under_tls : s->config.auth_in_clear);
}

static bool starttls_offered(const struct smtp_session *s)
{
    return s->config.starttls && !s->tls;
}

static void do_hello(struct smtp_session *s, str verb, str args)
{
    if (args.n == 0 || str_find_octet(args, ' ') != STR_NOT_FOUND)
        fault(s, 501, STR("5.5.4"), STR("Say who you are: one name"));
    else
        ask(s, SMTP_ASK_EHLO, &(struct smtp_session_question){ .word = args, .octets = verb });
}

/* RFC 3207 section 4.2, and section 4: nothing may be sent behind STARTTLS before the handshake. */
static void do_starttls(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    size_t behind = s->in.n - s->in_at;

    if (!starttls_offered(s)) {
        fault(s, 502, STR("5.5.1"), s->tls ? STR("TLS is on already") : STR("TLS is not offered"));
    } else if (behind > 0) {
        s->dropped_octets += behind;
        buf_clear(&s->in);
        s->in_at = s->in_scanned = 0;
        fault(s, 503, STR("5.5.1"), STR("Nothing may follow STARTTLS before the handshake"));
    } else {
        reply(s, 220, STR("2.0.0"), STR("Go ahead"));
        s->phase = HANDSHAKE;
        s->asked = false;
    }
}

/* Parameters of MAIL, by name: RFC 1870, 6152, 4954. */
enum param_fault { PARAM_OK, PARAM_WRONG, PARAM_TOO_BIG };

static enum param_fault check_size(const struct smtp_session *s, str value)
{
    uint64_t octets;

    if (!str_to_u64(value, UINT64_MAX, &octets))
        return PARAM_WRONG;
    return s->config.size_max > 0 && octets > s->config.size_max ? PARAM_TOO_BIG : PARAM_OK;
}

static enum param_fault check_body(const struct smtp_session *s, str value)
{
    (void)s;
    return has_word(STR("7BIT 8BITMIME"), value) ? PARAM_OK : PARAM_WRONG;
}

/* RFC 4954 section 5: who wrote the message, as the client has it. We trust nobody's word for it. */
static enum param_fault check_auth(const struct smtp_session *s, str value)
{
    return auth_offered(s) && value.n > 0 ? PARAM_OK : PARAM_WRONG;
}

static const struct param {
    str name;
    enum param_fault (*check)(const struct smtp_session *s, str value);
} MAIL_PARAMS[] = {
    { STR_INIT("SIZE"), check_size },
    { STR_INIT("BODY"), check_body },
    { STR_INIT("AUTH"), check_auth },
};

static bool mail_param_ok(struct smtp_session *s, str param)
{
    str value = param;
    str name = str_cut(&value, '=');

    for (size_t i = 0; i < COUNT_OF(MAIL_PARAMS); i++) {
        if (!s->extended || !str_eq_nocase(name, MAIL_PARAMS[i].name))
            continue;
        switch (MAIL_PARAMS[i].check(s, value)) {
        case PARAM_OK: return true;
        case PARAM_WRONG: fault(s, 501, STR("5.5.4"), STR("A parameter has a wrong value")); break;
        case PARAM_TOO_BIG:
            reply(s, 552, STR("5.3.4"), STR("The message is larger than we take"));
            break;
        }
        return false;
    }
    fault(s, 555, STR("5.5.4"), STR("A parameter is not one of ours"));
    return false;
}

static bool mail_params_ok(struct smtp_session *s, str params)
{
    while (params.n > 0) {
        str param = str_cut(&params, ' ');

        if (param.n > 0 && !mail_param_ok(s, param))
            return false;
    }
    return true;
}

/* "FROM:<path> params" or "TO:<path> params". */
static bool read_path(struct smtp_session *s, str args, str prefix, struct smtp_mailbox *m,
                      str *params)
{
    struct err e = { 0 };

    if (!str_starts_nocase(args, prefix)) {
        fault(s, 501, STR("5.5.4"), STR("MAIL wants FROM:<address>, RCPT wants TO:<address>"));
        return false;
    }
    if (!smtp_path_parse(str_skip(args, prefix.n), prefix.n == 5, m, params, &e)) {
        fault(s, 501, prefix.n == 5 ? STR("5.1.7") : STR("5.1.3"), str_from(e.why));
        return false;
    }
    if (m->international) { /* RFC 6531 section 3.5; SMTPUTF8 is not offered */
        reply(s, 553, STR("5.6.7"), STR("Addresses must be ASCII here"));
        return false;
    }
    return true;
}

static void do_mail(struct smtp_session *s, UNUSED str verb, str args)
{
    struct smtp_session_question q = { 0 };
    str params;

    if (s->config.mail_needs_tls && !s->tls) {
        fault(s, 530, STR("5.7.0"), STR("Say STARTTLS first"));
        return;
    }
    if (!read_path(s, args, STR("FROM:"), &q.mailbox, &params) || !mail_params_ok(s, params))
        return;
    q.null_path = q.mailbox.local_part.n == 0;
    ask(s, SMTP_ASK_MAIL, &q);
}

static void do_rcpt(struct smtp_session *s, UNUSED str verb, str args)
{
    struct smtp_session_question q = { 0 };
    str params;

    if (!read_path(s, args, STR("TO:"), &q.mailbox, &params))
        return;
    if (params.n > 0)
        fault(s, 555, STR("5.5.4"), STR("A parameter is not one of ours"));
    else if (s->recipients >= RECIPIENTS_MAX)
        reply(s, 452, STR("4.5.3"), STR("Too many recipients in one message"));
    else
        ask(s, SMTP_ASK_RCPT, &q);
}

static void do_data(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    if (s->recipients == 0) {
        fault(s, 554, STR("5.5.1"), STR("No recipient was taken"));
        return;
    }
    s->body = (struct smtp_body_reader){ 0 };
    reply(s, 354, STR_NONE, STR("Send the message; end it with a dot on a line of its own"));
    s->phase = MAIL_DATA;
}

static void do_rset(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    end_transaction(s);
    reply(s, 250, STR("2.0.0"), STR("Ok"));
}

static void do_noop(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    reply(s, 250, STR("2.0.0"), STR("Ok"));
}

static void do_vrfy(struct smtp_session *s, UNUSED str verb, str args)
{
    if (args.n == 0)
        fault(s, 501, STR("5.5.4"), STR("VRFY whom?"));
    else
        reply(s, 252, STR("2.5.0"), STR("Send the message, and it will be seen"));
}

static void do_quit(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    reply(s, 221, STR("2.0.0"), STR("Goodbye"));
    s->phase = CLOSING;
}

static void do_help(struct smtp_session *s, str verb, str args);
static void do_auth(struct smtp_session *s, str verb, str args);

static const struct verb {
    str name;
    unsigned when;     /* states it may come in */
    bool alone;        /* it takes no argument */
    size_t max_octets; /* of its line, CRLF counted */
    void (*run)(struct smtp_session *s, str verb, str args);
} VERBS[] = {
    { STR_INIT("EHLO"), IN_ANY, false, LINE_MAX_OCTETS, do_hello },
    { STR_INIT("HELO"), IN_ANY, false, LINE_MAX_OCTETS, do_hello },
    { STR_INIT("STARTTLS"), IN_READY, true, LINE_MAX_OCTETS, do_starttls },
    { STR_INIT("AUTH"), IN_READY, false, AUTH_LINE_MAX, do_auth },
    { STR_INIT("MAIL"), IN_READY, false, MAIL_LINE_MAX, do_mail },
    { STR_INIT("RCPT"), IN_MAIL, false, LINE_MAX_OCTETS, do_rcpt },
    { STR_INIT("DATA"), IN_MAIL, true, LINE_MAX_OCTETS, do_data },
    { STR_INIT("RSET"), IN_ANY, true, LINE_MAX_OCTETS, do_rset },
    { STR_INIT("NOOP"), IN_ANY, false, LINE_MAX_OCTETS, do_noop },
    { STR_INIT("VRFY"), IN_ANY, false, LINE_MAX_OCTETS, do_vrfy },
    { STR_INIT("HELP"), IN_ANY, false, LINE_MAX_OCTETS, do_help },
    { STR_INIT("QUIT"), IN_ANY | IN_REFUSED, true, LINE_MAX_OCTETS, do_quit },
};

static void do_help(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    str text;
    struct buf words;

    buf_init(&words, LINE_MAX_OCTETS);
    buf_add(&words, STR("We know"));
    for (size_t i = 0; i < COUNT_OF(VERBS); i++) {
        buf_addc(&words, ' ');
        buf_add(&words, VERBS[i].name);
    }
    text = buf_str(&words);
    reply(s, 214, STR("2.0.0"), text);
    buf_done(&words);
}

/* The verb that a line, perhaps not whole yet, begins with; NULL: none of ours. */
static const struct verb *verb_of(str line)
{
    for (size_t i = 0; i < COUNT_OF(VERBS); i++) {
        str rest = str_skip(line, VERBS[i].name.n);

        if (str_starts_nocase(line, VERBS[i].name) && (rest.n == 0 || rest.p[0] == ' '))
            return &VERBS[i];
    }
    return NULL;
}

static str out_of_order(enum state state)
{
    switch (state) {
    case IN_REFUSED: return STR("Nothing but QUIT is taken here");
    case IN_START: return STR("Say EHLO first");
    case IN_MAIL: return STR("Not inside a mail transaction");
    default: return STR("Say MAIL first");
    }
}

static void run_command(struct smtp_session *s, str line)
{
    const struct verb *v;
    str args;

    line = str_trim(line);
    v = verb_of(line);
    if (v == NULL) {
        fault(s, 500, STR("5.5.2"), STR("No command of ours"));
        return;
    }
    args = str_trim(str_skip(line, v->name.n));
    if ((v->when & state_of(s)) == 0)
        fault(s, 503, STR("5.5.1"), out_of_order(state_of(s)));
    else if (v->alone && args.n > 0)
        fault(s, 501, STR("5.5.4"), STR("It takes no argument"));
    else
        v->run(s, v->name, args);
}

/* ---- AUTH ---- */

static void challenge(struct smtp_session *s, enum auth_step step, str octets)
{
    struct buf encoded;

    s->auth_step = step;
    s->phase = AUTH_LINE;
    buf_init(&encoded, OUT_MAX);
    base64_encode(octets, &encoded);
    reply(s, 334, STR_NONE, buf_str(&encoded));
    buf_done(&encoded);
}

static void ask_login(struct smtp_session *s)
{
    struct smtp_session_question q = { .word = buf_str(&s->mechanism),
                                       .user = buf_str(&s->user),
                                       .password = buf_str(&s->password) };

    s->phase = COMMANDS;
    ask(s, SMTP_ASK_AUTH, &q);
}

static void refuse_auth(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    end_auth(s);
    fault(s, code, enhanced, text);
}

/* RFC 4616 section 2: message = [authzid] NUL authcid NUL passwd. Acting for another is not offered. */
static void take_plain(struct smtp_session *s, str message)
{
    str rest = message;
    str authzid = str_cut(&rest, '\0');
    str authcid = str_cut(&rest, '\0');

    if (rest.p == NULL || str_find_octet(rest, '\0') != STR_NOT_FOUND) {
        refuse_auth(s, 501, STR("5.5.2"), STR("Not the three parts of PLAIN"));
    } else if (authzid.n > 0 && !str_eq(authzid, authcid)) {
        refuse_auth(s, 535, STR("5.7.8"), STR("One login may not act for another"));
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
    struct smtp_session_question q = { .word = buf_str(&s->mechanism), .octets = octets };

    if (!given && step != AUTH_OTHER) {
        challenge(s, step, step == AUTH_USER ? PROMPTS[AUTH_USER] : STR_NONE);
        return;
    }
    switch (step) {
    case AUTH_PLAIN: take_plain(s, octets); break;
    case AUTH_USER:
        buf_clear(&s->user);
        buf_add(&s->user, octets);
        challenge(s, AUTH_PASSWORD, PROMPTS[AUTH_PASSWORD]);
        break;
    case AUTH_PASSWORD:
        buf_clear(&s->password);
        buf_add(&s->password, octets);
        ask_login(s);
        break;
    case AUTH_OTHER:
        s->phase = COMMANDS;
        ask(s, SMTP_ASK_AUTH, &q);
        break;
    }
}

/* False: refused already. */
static bool decode_response(struct smtp_session *s, str text)
{
    wipe(&s->response);
    if (base64_decode(text, &s->response))
        return true;
    refuse_auth(s, 501, STR("5.5.2"), STR("Not base64"));
    return false;
}

static bool auth_possible(struct smtp_session *s, str mechanism)
{
    if (s->logged_in)
        fault(s, 503, STR("5.5.1"), STR("Logged in already"));
    else if (!s->extended)
        fault(s, 503, STR("5.5.1"), STR("Say EHLO first"));
    else if (!auth_offered(s) && starttls_offered(s) && s->config.auth_under_tls)
        fault(s, 538, STR("5.7.11"), STR("Say STARTTLS first"));
    else if (!auth_offered(s))
        fault(s, 502, STR("5.5.1"), STR("AUTH is not offered"));
    else if (mechanism.n == 0)
        fault(s, 501, STR("5.5.4"), STR("AUTH wants a mechanism"));
    else if (!has_word(s->config.mechanisms, mechanism))
        fault(s, 504, STR("5.5.4"), STR("That mechanism is not offered"));
    else
        return true;
    return false;
}

static void do_auth(struct smtp_session *s, UNUSED str verb, str args)
{
    str initial = args;
    str mechanism = str_cut(&initial, ' ');
    bool given = initial.p != NULL;
    enum auth_step step = str_eq_nocase(mechanism, STR("PLAIN"))   ? AUTH_PLAIN
                          : str_eq_nocase(mechanism, STR("LOGIN")) ? AUTH_USER
                                                                   : AUTH_OTHER;

    if (!auth_possible(s, mechanism))
        return;
    s->auth_step = step;
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

static void run_auth_line(struct smtp_session *s, str line)
{
    if (str_eq(line, STR("*")))
        refuse_auth(s, 501, STR("5.7.0"), STR("Cancelled"));
    else if (decode_response(s, line))
        take_response(s, s->auth_step, true,
                      (str){ s->response.p ? s->response.p : "", s->response.n });
}

/* ---- answers of the owner ---- */

/* What is said where the owner has no words of its own; a code of one digit stands for its class. */
static const struct standard {
    enum smtp_ask ask; /* SMTP_ASK_NOTHING: any */
    unsigned code;
    str enhanced, text;
} STANDARDS[] = {
    { SMTP_ASK_MAIL, 250, STR_INIT("2.1.0"), STR_INIT("Ok") },
    { SMTP_ASK_RCPT, 250, STR_INIT("2.1.5"), STR_INIT("Ok") },
    { SMTP_ASK_STORE, 250, STR_INIT("2.0.0"), STR_INIT("Ok, kept") },
    { SMTP_ASK_AUTH, 235, STR_INIT("2.7.0"), STR_INIT("Welcome") },
    { SMTP_ASK_NOTHING, 421, STR_INIT("4.3.2"), STR_INIT("Closing; come back later") },
    { SMTP_ASK_NOTHING, 450, STR_INIT("4.2.0"), STR_INIT("Not now; try again") },
    { SMTP_ASK_NOTHING, 451, STR_INIT("4.3.0"), STR_INIT("Not now; try again") },
    { SMTP_ASK_NOTHING, 452, STR_INIT("4.3.1"), STR_INIT("No room now; try again") },
    { SMTP_ASK_NOTHING, 454, STR_INIT("4.7.0"), STR_INIT("Login is not possible now; try again") },
    { SMTP_ASK_NOTHING, 530, STR_INIT("5.7.0"), STR_INIT("Log in first") },
    { SMTP_ASK_NOTHING, 535, STR_INIT("5.7.8"), STR_INIT("User or password is wrong") },
    { SMTP_ASK_NOTHING, 550, STR_INIT("5.7.1"), STR_INIT("Refused") },
    { SMTP_ASK_NOTHING, 552, STR_INIT("5.3.4"), STR_INIT("The message is larger than we take") },
    { SMTP_ASK_NOTHING, 553, STR_INIT("5.7.1"), STR_INIT("This reverse-path is refused") },
    { SMTP_ASK_NOTHING, 2, STR_INIT("2.0.0"), STR_INIT("Ok") },
    { SMTP_ASK_NOTHING, 4, STR_INIT("4.0.0"), STR_INIT("Not now; try again") },
    { SMTP_ASK_NOTHING, 5, STR_INIT("5.0.0"), STR_INIT("Refused") },
};

static const struct standard *standard_for(enum smtp_ask what, unsigned code)
{
    const struct standard *t = STANDARDS, *last = STANDARDS + COUNT_OF(STANDARDS) - 1;

    for (; t < last; t++)
        if ((t->ask == SMTP_ASK_NOTHING || t->ask == what) &&
            (t->code == code || t->code == code / 100))
            break;
    return t;
}

/* The reply with the owner's words, or ours where it has none. */
static void reply_or_standard(struct smtp_session *s, enum smtp_ask what, unsigned code,
                              str enhanced, str text)
{
    const struct standard *t = standard_for(what, code);

    reply(s, code, text.n + enhanced.n > 0 ? enhanced : t->enhanced, text.n > 0 ? text : t->text);
}

/* RFC 5321 section 4.1.1.1: what this session offers, here and now. */
static void capabilities(const struct smtp_session *s, struct buf *out)
{
    buf_add(out, s->config.hostname);
    if (!s->extended)
        return;
    buf_add(out, STR("\nPIPELINING\n8BITMIME\nENHANCEDSTATUSCODES"));
    if (s->config.size_max > 0)
        buf_addf(out, "\nSIZE %llu", (unsigned long long)s->config.size_max);
    if (starttls_offered(s))
        buf_add(out, STR("\nSTARTTLS"));
    if (auth_offered(s)) {
        buf_add(out, STR("\nAUTH "));
        buf_add(out, s->config.mechanisms);
    }
}

static void answer_greeting(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    struct buf standard;

    buf_init(&standard, OUT_MAX);
    buf_add(&standard, s->config.hostname);
    buf_add(&standard, code == 220 ? STR(" ESMTP") : STR(" takes no mail"));
    s->refused = code != 220;
    reply(s, code, enhanced, text.n > 0 ? text : buf_str(&standard));
    buf_done(&standard);
}

static void answer_hello(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    struct buf standard;

    if (code != 250) {
        reply_or_standard(s, SMTP_ASK_EHLO, code, enhanced, text);
        return;
    }
    end_transaction(s); /* section 4.1.4: EHLO does what RSET does */
    s->greeted = true;
    s->extended = str_eq(s->question.octets, STR("EHLO"));
    buf_init(&standard, OUT_MAX);
    capabilities(s, &standard);
    reply(s, code, STR_NONE, text.n > 0 ? text : buf_str(&standard));
    buf_done(&standard);
}

static bool open_transaction(struct smtp_session *s)
{
    struct smtp_mailbox *m = &s->question.mailbox;
    size_t at = m->local_part.n;

    buf_clear(&s->reverse_text);
    buf_add(&s->reverse_text, m->local_part);
    if (!buf_add(&s->reverse_text, m->domain))
        return false;
    s->reverse = *m;
    s->reverse.local_part = str_take(buf_str(&s->reverse_text), at);
    s->reverse.domain = str_skip(buf_str(&s->reverse_text), at);
    s->mail = true;
    s->recipients = 0;
    buf_init(&s->data, s->config.size_max > 0 ? s->config.size_max : DATA_MAX);
    return true;
}

/* What an accepted step changes. False: there was no memory for it. */
static bool accept_step(struct smtp_session *s, enum smtp_ask what)
{
    switch (what) {
    case SMTP_ASK_MAIL: return open_transaction(s);
    case SMTP_ASK_RCPT: s->recipients++; return true;
    case SMTP_ASK_AUTH:
        s->logged_in = true;
        return s->login.n > 0 || buf_add(&s->login, buf_str(&s->user));
    default: return true;
    }
}

void smtp_session_answer(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    enum smtp_ask what = s->pending;

    if (what == SMTP_ASK_NOTHING || !s->asked)
        return;
    s->pending = SMTP_ASK_NOTHING;
    s->heard_ms = s->now_ms; /* while it was our turn, the peer owed us nothing */
    if (what == SMTP_ASK_GREETING) {
        answer_greeting(s, code, enhanced, text);
        return;
    }
    if (what == SMTP_ASK_EHLO) {
        answer_hello(s, code, enhanced, text);
        return;
    }
    if (what == SMTP_ASK_AUTH && code == 334) {
        challenge(s, s->auth_step, text);
        return;
    }
    if (code / 100 == 2 && !accept_step(s, what)) {
        reply(s, 421, STR("4.3.0"), STR("No memory; closing"));
        return;
    }
    if (what == SMTP_ASK_AUTH) {
        end_auth(s);
        if (code / 100 != 2)
            buf_clear(&s->login);
    }
    reply_or_standard(s, what, code, enhanced, text);
    if (what == SMTP_ASK_STORE)
        end_transaction(s);
}

void smtp_session_login_is(struct smtp_session *s, str user)
{
    buf_clear(&s->login);
    buf_add(&s->login, user);
}

void smtp_session_tls(struct smtp_session *s, bool secured)
{
    if (s->phase != HANDSHAKE)
        return;
    if (!secured) {
        s->phase = GONE;
        return;
    }
    end_transaction(s);
    end_auth(s);
    buf_clear(&s->login);
    s->greeted = s->extended = s->logged_in = false;
    s->tls = true;
    s->heard_ms = s->now_ms;
}

/* ---- octets ---- */

static void drop_in(struct smtp_session *s, size_t n)
{
    s->in_at += n;
    s->in_scanned = 0;
    if (s->in_at == s->in.n) {
        buf_clear(&s->in);
        s->in_at = 0;
    }
}

static size_t line_max(const struct smtp_session *s, str line)
{
    const struct verb *v;

    if (s->phase == AUTH_LINE)
        return AUTH_LINE_MAX;
    v = verb_of(line);
    return v != NULL ? v->max_octets : LINE_MAX_OCTETS;
}

/* A line too long is dropped as it comes; only how much of it came is kept. */
static void skip_line(struct smtp_session *s, size_t n, bool whole)
{
    s->skipped += n;
    drop_in(s, n);
    if (s->skipped > SKIP_MAX) {
        reply(s, 421, STR("4.7.0"), STR("A line without end; closing"));
    } else if (whole) {
        s->skipped = 0;
        if (s->phase == AUTH_LINE)
            refuse_auth(s, 500, STR("5.5.6"), STR("The line is too long"));
        else
            fault(s, 500, STR("5.5.2"), STR("The line is too long"));
    }
}

static void run_line(struct smtp_session *s, str line)
{
    bool auth = s->phase == AUTH_LINE;

    buf_clear(&s->line);
    if (line.n == 0 || line.p[line.n - 1] != '\r' ||
        str_find_octet(str_take(line, line.n - 1), '\r') != STR_NOT_FOUND ||
        str_find_octet(line, '\0') != STR_NOT_FOUND || !buf_add(&s->line, line)) {
        drop_in(s, line.n + 1);
        if (auth)
            end_auth(s);
        fault(s, 500, STR("5.5.2"), STR("A line ends in CRLF and holds no CR, LF or NUL"));
        return;
    }
    if (auth || str_starts_nocase(line, STR("AUTH")))
        secret_wipe(s->in.p + s->in_at, line.n);
    drop_in(s, line.n + 1);
    line = str_take(buf_str(&s->line), line.n - 1);
    if (auth)
        run_auth_line(s, line);
    else
        run_command(s, line);
}

/* False: no whole line is there yet. */
static bool step_line(struct smtp_session *s)
{
    str waiting = str_skip(buf_str(&s->in), s->in_at);
    size_t lf = str_find_octet(str_skip(waiting, s->in_scanned), '\n');
    size_t n = lf == STR_NOT_FOUND ? waiting.n : s->in_scanned + lf + 1;
    bool whole = lf != STR_NOT_FOUND;

    if (s->skipped > 0 || n > line_max(s, str_take(waiting, n))) {
        skip_line(s, n, whole);
        return n > 0;
    }
    s->in_scanned = n;
    if (whole)
        run_line(s, str_take(waiting, n - 1));
    return whole;
}

/* Section 4.1.1.4, behind CRLF.CRLF. */
static void end_data(struct smtp_session *s)
{
    s->phase = COMMANDS;
    if (!s->body.bare && buf_ok(&s->data)) {
        ask(s, SMTP_ASK_STORE, &(struct smtp_session_question){ .octets = buf_str(&s->data) });
        return;
    }
    if (s->body.bare)
        fault(s, 554, STR("5.6.0"), STR("The message holds a bare CR or LF"));
    else if (s->body.octets > s->data.max)
        reply(s, 552, STR("5.3.4"), STR("The message is larger than we take"));
    else
        reply(s, 452, STR("4.3.1"), STR("No room now; try again"));
    end_transaction(s);
}

static bool step_data(struct smtp_session *s)
{
    str waiting = str_skip(buf_str(&s->in), s->in_at);
    size_t used;
    bool end = smtp_body_read(&s->body, waiting, &used, &s->data);

    drop_in(s, used);
    if (end)
        end_data(s);
    return used > 0;
}

/* Does one thing with what came. False: nothing can be done. */
static bool step(struct smtp_session *s)
{
    if (s->pending != SMTP_ASK_NOTHING || s->out.n >= OUT_ENOUGH)
        return false;
    if (s->phase == COMMANDS || s->phase == AUTH_LINE)
        return step_line(s);
    return s->phase == MAIL_DATA && step_data(s);
}

static void forget_handed(struct smtp_session *s)
{
    if (s->handed)
        buf_clear(&s->out);
    s->handed = false;
}

void smtp_session_feed(struct smtp_session *s, str octets, uint64_t now_ms)
{
    forget_handed(s);
    if (now_ms > s->now_ms)
        s->now_ms = now_ms;
    if (octets.n == 0 || s->phase >= CLOSING)
        return;
    s->heard_ms = s->now_ms;
    if (s->phase == HANDSHAKE) {
        s->dropped_octets += octets.n;
        return;
    }
    buf_drop(&s->in, s->in_at);
    s->in_at = 0;
    if (!buf_add(&s->in, octets)) {
        s->pending = SMTP_ASK_NOTHING;
        reply(s, 421, STR("4.7.0"), STR("Too much at once; closing"));
    }
}

void smtp_session_ended(struct smtp_session *s)
{
    forget_handed(s);
    s->phase = GONE;
    s->pending = SMTP_ASK_NOTHING;
}

uint64_t smtp_session_deadline_ms(const struct smtp_session *s)
{
    if (s->pending != SMTP_ASK_NOTHING || s->phase >= HANDSHAKE)
        return UINT64_MAX;
    return s->heard_ms + s->config.idle_ms;
}

static enum smtp_ask put(struct smtp_session *s, struct smtp_session_question *q)
{
    s->asked = true;
    *q = s->question;
    return s->pending;
}

enum smtp_ask smtp_session_next(struct smtp_session *s, struct smtp_session_question *q)
{
    *q = (struct smtp_session_question){ 0 };
    forget_handed(s);
    while (step(s))
        ;
    if (s->now_ms >= smtp_session_deadline_ms(s))
        reply(s, 421, STR("4.4.2"), STR("Nothing came for too long; closing"));
    if (!buf_ok(&s->out))
        s->phase = GONE;
    if (s->phase == GONE)
        return SMTP_ASK_CLOSE;
    if (s->pending != SMTP_ASK_NOTHING && !s->asked)
        return put(s, q);
    if (s->out.n > 0) {
        s->handed = true;
        q->octets = buf_str(&s->out);
        return SMTP_ASK_SEND;
    }
    if (s->phase == CLOSING)
        return SMTP_ASK_CLOSE;
    if (s->phase != HANDSHAKE || s->asked)
        return SMTP_ASK_NOTHING;
    s->asked = true;
    return SMTP_ASK_TLS;
}

bool smtp_session_is_tls(const struct smtp_session *s)
{
    return s->tls;
}

str smtp_session_login(const struct smtp_session *s)
{
    return s->logged_in ? buf_str(&s->login) : STR_NONE;
}

const struct smtp_mailbox *smtp_session_reverse_path(const struct smtp_session *s)
{
    return s->mail ? &s->reverse : NULL;
}

size_t smtp_session_dropped_octets(const struct smtp_session *s)
{
    return s->dropped_octets;
}
