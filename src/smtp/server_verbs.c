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

str session_mechanisms(const struct smtp_session *s)
{
    return s->tls || s->config.mechanisms_in_clear.p == NULL ? s->config.mechanisms
                                                             : s->config.mechanisms_in_clear;
}

bool session_auth_offered(const struct smtp_session *s)
{
    return session_mechanisms(s).n > 0 &&
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

/* RFC 3207 section 4.2: what came in clear behind STARTTLS may be a stranger's, and is never read. */
static void do_starttls(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    if (s->tls) {
        session_fault(s, 503, STR("5.5.1"), STR("TLS is on already"));
    } else if (!session_starttls_offered(s)) {
        session_fault(s, 502, STR("5.5.1"), STR("TLS is not offered"));
    } else if (!s->extended && !s->config.takes_any) {
        session_fault(s, 503, STR("5.5.1"), STR("Say EHLO first"));
    } else {
        s->dropped_octets += s->in.n - s->in_at;
        buf_clear(&s->in);
        s->in_at = s->in_scanned = 0;
        session_reply(s, 220, STR("2.0.0"), STR("Go ahead"));
        s->phase = HANDSHAKE;
        s->asked = false;
    }
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
    s->path = str_starts_nocase(args, prefix) ? q->octets : STR_NONE;
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
    return true;
}

/* RFC 6531 section 3.5: an address with octets over 127 needs SMTPUTF8, said with MAIL. */
static bool utf8_allowed(struct smtp_session *s, const struct smtp_mailbox *m, bool said)
{
    if (!m->international || said || s->config.takes_any)
        return true;
    session_reply(s, 553, STR("5.6.7"),
                  s->config.smtputf8 && s->extended
                      ? STR("Such an address needs SMTPUTF8 behind the path of MAIL")
                      : STR("Addresses must be ASCII here"));
    return false;
}

static void do_mail(struct smtp_session *s, UNUSED str verb, str args)
{
    struct smtp_session_question q = { 0 };
    str params;

    s->mail_refused = true; /* until it is taken */
    if (s->config.mail_needs_tls && !s->tls) {
        session_fault(s, 530, STR("5.7.0"), STR("Say STARTTLS first"));
        return;
    }
    if (!read_path(s, args, STR("FROM:"), &q, &params) ||
        !utf8_allowed(s, &q.mailbox, s->config.smtputf8 && s->extended) ||
        !session_params(s, params, true, &q) || !utf8_allowed(s, &q.mailbox, q.smtputf8))
        return;
    s->utf8 = q.smtputf8;
    q.null_path = q.mailbox.local_part.n == 0 && q.octets.n == 0;
    session_ask(s, SMTP_ASK_MAIL, &q);
}

static void do_rcpt(struct smtp_session *s, UNUSED str verb, str args)
{
    struct smtp_session_question q = { 0 };
    str params;

    s->tried = true;
    if (s->chunked) {
        session_fault(s, 503, STR("5.5.1"), STR("The message has begun already"));
        return;
    }
    if (!read_path(s, args, STR("TO:"), &q, &params) || !utf8_allowed(s, &q.mailbox, s->utf8) ||
        !session_params(s, params, false, &q))
        return;
    if (s->recipients >= s->config.recipients_max)
        session_reply(s, 452, STR("4.5.3"), STR("Too many recipients in one message"));
    else
        session_ask(s, SMTP_ASK_RCPT, &q);
}

static void do_data(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    if (s->chunked) {
        session_fault(s, 503, STR("5.5.1"), STR("The message has begun with BDAT"));
    } else if (!s->tried) {
        session_fault(s, 503, STR("5.5.1"), STR("Say RCPT first"));
    } else if (s->recipients == 0) { /* no fault: it was on its way before we refused them */
        session_reply(s, 554, STR("5.5.1"), STR("No recipient was taken"));
    } else {
        session_reply(s, 354, STR_NONE,
                      STR("Send the message; end it with a dot on a line of its own"));
        session_begin_data(s);
    }
}

/* What stands before the first blank or tab. */
static str first_word(str s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
        n++;
    return str_take(s, n);
}

/* bdat-cmd = "BDAT" SP chunk-size [ SP "LAST" ] CR LF, RFC 3030 section 2. Whatever is wrong with it,
 * that many octets are no commands. */
static void do_bdat(struct smtp_session *s, UNUSED str verb, str args)
{
    str number = first_word(args);
    str word = str_trim(str_skip(args, number.n));
    uint64_t octets;

    if (!s->config.chunking)
        session_fault(s, 502, STR("5.5.1"), STR("BDAT is not offered"));
    else if (!str_to_u64(number, INT64_MAX, &octets))
        session_fault(s, 501, STR("5.5.4"), STR(BDAT_WANTS));
    else if (word.n == 0)
        session_begin_chunk(s, octets, CHUNK_MORE);
    else
        session_begin_chunk(s, octets, str_eq_nocase(word, STR("LAST")) ? CHUNK_LAST : CHUNK_WRONG);
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

/* Never an answer about a mailbox (section 7.3). SMTPUTF8 behind it: RFC 6531 section 3.7.4.2. */
static void do_vrfy(struct smtp_session *s, UNUSED str verb, str args)
{
    bool utf8 = s->config.smtputf8 && s->extended && str_ends_nocase(args, STR(" SMTPUTF8"));

    if (args.n == 0)
        session_fault(s, 501, STR("5.5.4"), STR("VRFY whom?"));
    else if (!str_is_utf8(args))
        session_fault(s, 501, STR("5.5.2"), STR("That is neither ASCII nor UTF-8"));
    else if (!utf8 && !str_is_ascii(args))
        session_reply(s, 553, STR("5.6.7"), STR("Such an address needs SMTPUTF8"));
    else
        session_reply(s, 252, STR("2.5.0"), STR("Send the message, and it will be seen"));
}

static void do_quit(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    session_reply(s, 221, STR("2.0.0"), STR("Goodbye"));
    s->phase = CLOSING;
}

/* RFC 5321 section 4.2.4: known, and not done here. */
static void do_nothing(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    session_fault(s, 502, STR("5.5.1"), STR("That is not done here"));
}

/* A browser talks: perhaps what follows is not its user's doing, and meant for us. */
static void do_web(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    if (s->config.takes_any)
        session_fault(s, 500, STR("5.5.2"), STR("No command of ours"));
    else
        session_reply(s, 421, STR("4.7.0"), STR("This is no web server; closing"));
}

static void do_help(struct smtp_session *s, str verb, str args);

static const struct verb {
    str name;
    unsigned when;                     /* states it may come in */
    enum { PLAIN, ALONE, UTF8 } takes; /* arguments in ASCII, none, or also others */
    size_t max_octets;                 /* of its line, CRLF counted */
    void (*run)(struct smtp_session *s, str verb, str args);
} VERBS[] = {
    { STR_INIT("EHLO"), IN_ANY, PLAIN, LINE_MAX_OCTETS, do_hello },
    { STR_INIT("HELO"), IN_ANY, PLAIN, LINE_MAX_OCTETS, do_hello },
    { STR_INIT("STARTTLS"), IN_READY, ALONE, LINE_MAX_OCTETS, do_starttls },
    { STR_INIT("AUTH"), IN_READY, PLAIN, AUTH_LINE_MAX, session_auth },
    { STR_INIT("MAIL"), IN_READY, UTF8, MAIL_LINE_MAX, do_mail },
    { STR_INIT("RCPT"), IN_MAIL, UTF8, RCPT_LINE_MAX, do_rcpt },
    { STR_INIT("DATA"), IN_MAIL, ALONE, LINE_MAX_OCTETS, do_data },
    { STR_INIT("BDAT"), IN_ANY | IN_REFUSED, PLAIN, LINE_MAX_OCTETS, do_bdat },
    { STR_INIT("RSET"), IN_ANY, ALONE, LINE_MAX_OCTETS, do_rset },
    { STR_INIT("NOOP"), IN_ANY, PLAIN, LINE_MAX_OCTETS, do_noop },
    { STR_INIT("VRFY"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_vrfy },
    { STR_INIT("HELP"), IN_ANY, PLAIN, LINE_MAX_OCTETS, do_help },
    { STR_INIT("QUIT"), IN_ANY | IN_REFUSED, ALONE, LINE_MAX_OCTETS, do_quit },
    /* From here on: not named by HELP. */
    { STR_INIT("EXPN"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_nothing },
    { STR_INIT("ETRN"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_nothing },
    { STR_INIT("ATRN"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_nothing },
    { STR_INIT("TURN"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_nothing },
    { STR_INIT("SEND"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_nothing },
    { STR_INIT("SOML"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_nothing },
    { STR_INIT("SAML"), IN_ANY, UTF8, LINE_MAX_OCTETS, do_nothing },
    { STR_INIT("GET"), IN_ANY | IN_REFUSED, UTF8, LINE_MAX_OCTETS, do_web },
    { STR_INIT("POST"), IN_ANY | IN_REFUSED, UTF8, LINE_MAX_OCTETS, do_web },
    { STR_INIT("PUT"), IN_ANY | IN_REFUSED, UTF8, LINE_MAX_OCTETS, do_web },
    { STR_INIT("HEAD"), IN_ANY | IN_REFUSED, UTF8, LINE_MAX_OCTETS, do_web },
    { STR_INIT("OPTIONS"), IN_ANY | IN_REFUSED, UTF8, LINE_MAX_OCTETS, do_web },
    { STR_INIT("CONNECT"), IN_ANY | IN_REFUSED, UTF8, LINE_MAX_OCTETS, do_web },
};

static void do_help(struct smtp_session *s, UNUSED str verb, UNUSED str args)
{
    struct buf words;

    buf_init(&words, LINE_MAX_OCTETS);
    buf_add(&words, STR("We know"));
    for (size_t i = 0; VERBS[i].run != do_nothing; i++) {
        if (VERBS[i].run == do_bdat && !s->config.chunking)
            continue;
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

static bool is_plain(str args)
{
    for (size_t i = 0; i < args.n; i++)
        if ((args.p[i] < ' ' && args.p[i] != '\t') || args.p[i] == 0x7f)
            return false;
    return str_is_ascii(args);
}

/* What moves no mail on, however often it is said. AUTH is one too. */
static bool is_idle_word(const struct verb *v)
{
    return v->run == do_hello || v->run == do_rset || v->run == do_noop || v->run == do_vrfy ||
           v->run == do_help;
}

/* What a client may send together with MAIL, before it knows what became of that. */
static bool goes_with_mail(const struct verb *v)
{
    return v->run == do_rcpt || v->run == do_data || v->run == do_bdat;
}

static void refuse_order(struct smtp_session *s)
{
    str why = out_of_order(state_of(s));

    if (!s->mail_refused)
        session_fault(s, 503, STR("5.5.1"), why);
    else if (!session_idle_word(s))
        session_reply(s, 503, STR("5.5.1"), why);
}

static void run(struct smtp_session *s, str line)
{
    const struct verb *v = verb_of(line);
    str args;

    s->verb = v != NULL ? v->name : STR_NONE;
    s->mail_refused &= v != NULL && goes_with_mail(v);
    if (v == NULL) {
        session_fault(s, 500, STR("5.5.2"), STR("No command of ours"));
        return;
    }
    args = str_trim(str_skip(line, v->name.n));
    if ((v->when & state_of(s)) == 0)
        refuse_order(s);
    else if (v->takes == ALONE && args.n > 0)
        session_fault(s, 501, STR("5.5.4"), STR("It takes no argument"));
    else if (v->takes == PLAIN && !is_plain(args) && !s->config.takes_any)
        session_fault(s, 501, STR("5.5.4"), STR("Only printable ASCII may stand there"));
    else if (!is_idle_word(v) || !session_idle_word(s))
        v->run(s, v->name, args);
}

void session_command(struct smtp_session *s, str line)
{
    run(s, str_trim(line));
    s->path = STR_NONE; /* the line may go now */
}
