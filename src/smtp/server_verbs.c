/* SPDX-License-Identifier: ISC */
/*
 * smtp/server_verbs.c - the commands of RFC 5321 section 4.1, but for AUTH
 */
#include "smtp/session.h"

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

bool session_has_word(str words, str word)
{
    while (words.p != NULL) {
        str next = str_cut(&words, ' ');

        if (next.n > 0 && str_eq_nocase(next, word))
            return true;
    }
    return false;
}

bool session_auth_offered(const struct smtp_session *s)
{
    return s->config.mechanisms.n > 0 &&
           (s->tls ? s->config.auth_under_tls : s->config.auth_in_clear);
}

bool session_starttls_offered(const struct smtp_session *s)
{
    return s->config.starttls && !s->tls;
}

static void do_hello(struct smtp_session *s, str verb, str args)
{
    if (args.n == 0 || str_find_octet(args, ' ') != STR_NOT_FOUND)
        session_fault(s, 501, STR("5.5.4"), STR("Say who you are: one name"));
    else
        session_ask(s, SMTP_ASK_EHLO,
                    &(struct smtp_session_question){ .word = args, .octets = verb });
}

/* RFC 3207 section 4.2, and section 4: nothing may be sent behind STARTTLS before the handshake. */
static void do_starttls(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    size_t behind = s->in.n - s->in_at;

    if (!session_starttls_offered(s)) {
        session_fault(s, 502, STR("5.5.1"),
                      s->tls ? STR("TLS is on already") : STR("TLS is not offered"));
    } else if (behind > 0) {
        s->dropped_octets += behind;
        buf_clear(&s->in);
        s->in_at = s->in_scanned = 0;
        session_fault(s, 503, STR("5.5.1"),
                      STR("Nothing may follow STARTTLS before the handshake"));
    } else {
        session_reply(s, 220, STR("2.0.0"), STR("Go ahead"));
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
    return session_has_word(STR("7BIT 8BITMIME"), value) ? PARAM_OK : PARAM_WRONG;
}

/* RFC 4954 section 5: who wrote the message, as the client has it. We trust nobody's word for it. */
static enum param_fault check_auth(const struct smtp_session *s, str value)
{
    return session_auth_offered(s) && value.n > 0 ? PARAM_OK : PARAM_WRONG;
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
        case PARAM_WRONG:
            session_fault(s, 501, STR("5.5.4"), STR("A parameter has a wrong value"));
            break;
        case PARAM_TOO_BIG:
            session_reply(s, 552, STR("5.3.4"),
                          s->config.too_large.n > 0 ? s->config.too_large
                                                    : STR("The message is larger than we take"));
            break;
        }
        return false;
    }
    session_fault(s, 555, STR("5.5.4"), STR("A parameter is not one of ours"));
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

/* What stands between the brackets, or would; behind it *params. For an owner that takes anything. */
static str rough_path(str args, str *params)
{
    bool bracket = args.n > 0 && args.p[0] == '<';
    str path = str_cut(&args, bracket ? '>' : ' ');

    *params = str_trim(args);
    return str_trim(str_skip(path, bracket));
}

/* The value of SIZE among the parameters; 0: none, or none that can be read. */
static uint64_t size_said(str params)
{
    uint64_t octets = 0;

    while (params.n > 0) {
        str param = str_cut(&params, ' ');

        if (str_starts_nocase(param, STR("SIZE=")) &&
            !str_to_u64(str_skip(param, 5), UINT64_MAX, &octets))
            octets = 0;
    }
    return octets;
}

/* "FROM:<path> params" or "TO:<path> params". */
static bool read_path(struct smtp_session *s, str args, str prefix, struct smtp_session_question *q,
                      str *params)
{
    struct smtp_mailbox *m = &q->mailbox;
    struct err e = { 0 };

    q->octets = rough_path(str_trim(str_skip(args, prefix.n)), params);
    q->size = size_said(*params);
    if (str_starts_nocase(args, prefix) && s->config.takes_any) {
        if (!smtp_path_parse(str_skip(args, prefix.n), prefix.n == 5, m, params, &e))
            *m = (struct smtp_mailbox){ 0 };
        *params = STR_NONE;
        return true;
    }
    if (!str_starts_nocase(args, prefix)) {
        session_fault(s, 501, STR("5.5.4"),
                      STR("MAIL wants FROM:<address>, RCPT wants TO:<address>"));
        return false;
    }
    if (!smtp_path_parse(str_skip(args, prefix.n), prefix.n == 5, m, params, &e)) {
        session_fault(s, 501, prefix.n == 5 ? STR("5.1.7") : STR("5.1.3"), str_from(e.why));
        return false;
    }
    if (m->international) { /* RFC 6531 section 3.5; SMTPUTF8 is not offered */
        session_reply(s, 553, STR("5.6.7"), STR("Addresses must be ASCII here"));
        return false;
    }
    return true;
}

static void do_mail(struct smtp_session *s, UNUSED str verb, str args)
{
    struct smtp_session_question q = { 0 };
    str params;

    if (s->config.mail_needs_tls && !s->tls) {
        session_fault(s, 530, STR("5.7.0"), STR("Say STARTTLS first"));
        return;
    }
    if (!read_path(s, args, STR("FROM:"), &q, &params) || !mail_params_ok(s, params))
        return;
    q.null_path = q.mailbox.local_part.n == 0 && q.octets.n == 0;
    session_ask(s, SMTP_ASK_MAIL, &q);
}

static void do_rcpt(struct smtp_session *s, UNUSED str verb, str args)
{
    struct smtp_session_question q = { 0 };
    str params;

    if (!read_path(s, args, STR("TO:"), &q, &params))
        return;
    if (params.n > 0)
        session_fault(s, 555, STR("5.5.4"), STR("A parameter is not one of ours"));
    else if (s->recipients >= RECIPIENTS_MAX)
        session_reply(s, 452, STR("4.5.3"), STR("Too many recipients in one message"));
    else
        session_ask(s, SMTP_ASK_RCPT, &q);
}

static void do_data(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    if (s->recipients == 0) {
        session_fault(s, 554, STR("5.5.1"), STR("No recipient was taken"));
        return;
    }
    s->body = (struct smtp_body_reader){ .lf_ends = s->lf_lines };
    session_reply(s, 354, STR_NONE,
                  STR("Send the message; end it with a dot on a line of its own"));
    s->phase = MAIL_DATA;
}

static void do_rset(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    session_end_transaction(s);
    session_reply(s, 250, STR("2.0.0"), STR("Ok"));
}

static void do_noop(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    session_reply(s, 250, STR("2.0.0"), STR("Ok"));
}

static void do_vrfy(struct smtp_session *s, UNUSED str verb, str args)
{
    if (args.n == 0)
        session_fault(s, 501, STR("5.5.4"), STR("VRFY whom?"));
    else
        session_reply(s, 252, STR("2.5.0"), STR("Send the message, and it will be seen"));
}

static void do_quit(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    session_reply(s, 221, STR("2.0.0"), STR("Goodbye"));
    s->phase = CLOSING;
}

static void do_help(struct smtp_session *s, str verb, str args);

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
    { STR_INIT("AUTH"), IN_READY, false, AUTH_LINE_MAX, session_auth },
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
    struct buf words;

    buf_init(&words, LINE_MAX_OCTETS);
    buf_add(&words, STR("We know"));
    for (size_t i = 0; i < COUNT_OF(VERBS); i++) {
        buf_addc(&words, ' ');
        buf_add(&words, VERBS[i].name);
    }
    session_reply(s, 214, STR("2.0.0"), buf_str(&words));
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

size_t session_command_max(str line)
{
    const struct verb *v = verb_of(line);

    return v != NULL ? v->max_octets : LINE_MAX_OCTETS;
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

void session_command(struct smtp_session *s, str line)
{
    const struct verb *v;
    str args;

    line = str_trim(line);
    v = verb_of(line);
    if (v == NULL) {
        session_fault(s, 500, STR("5.5.2"), STR("No command of ours"));
        return;
    }
    args = str_trim(str_skip(line, v->name.n));
    if ((v->when & state_of(s)) == 0)
        session_fault(s, 503, STR("5.5.1"), out_of_order(state_of(s)));
    else if (v->alone && args.n > 0)
        session_fault(s, 501, STR("5.5.4"), STR("It takes no argument"));
    else
        v->run(s, v->name, args);
}
