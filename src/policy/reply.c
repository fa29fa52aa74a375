/* SPDX-License-Identifier: ISC */
/*
 * policy/reply.c - a refusal in words
 *
 * explain/rows_own.c reads them back to the cause: a sentence that changes here changes there, and
 * tests/scenario/replies_test.c holds both to it.
 */
#include "policy/reply.h"
#include "policy/rule.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Words, as far as there is room
 */
struct saying {
    const struct policy *p;
    const struct policy_decision *d;
    const struct policy_facts *f;
    const struct policy_rule *rule;
    struct policy_reply *out;
    size_t n;
};

static void say(struct saying *s, const char *words)
{
    for (; *words && s->n + 1 < POLICY_WORDS_MAX; words++)
        s->out->words[s->n++] = *words;
}

static void say_str(struct saying *s, str words)
{
    for (size_t i = 0; i < words.n && s->n + 1 < POLICY_WORDS_MAX; i++)
        s->out->words[s->n++] = words.p[i];
}

static void say_number(struct saying *s, uint32_t n)
{
    char digits[10];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    say_str(s, (str){ digits + at, sizeof digits - at });
}

/* What a client gave is given back to it where it is short and plain. */
static bool is_plain(str text)
{
    enum { LONG = 70 };
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '<' || text.p[i] == '>')
            return false;
    return text.n > 0 && text.n <= LONG;
}

static void say_address(struct saying *s, str address)
{
    if (!is_plain(address))
        return;
    say(s, " <");
    say_str(s, address);
    say(s, ">");
}

static void say_domain(struct saying *s)
{
    str domain = policy_domain_of(s->f->forward_path);
    if (is_plain(domain))
        say_str(s, domain);
    else
        say(s, "this domain");
}

static void say_client(struct saying *s)
{
    char ip[IP_TEXT_MAX];
    if (s->f->client.family == IP_NONE)
        return;
    say(s, " ");
    say(s, ip_text(&s->f->client, ip));
}

static bool has(const struct saying *s, enum policy_kind k)
{
    return policy_condition_of(s->rule, k) != NULL;
}

/* What else a forbid is about: without it, the same would have passed. */
static void say_where(struct saying *s)
{
    if (has(s, POLICY_RECIPIENT_DOMAIN)) {
        say(s, " to ");
        say_domain(s);
    }
    if (has(s, POLICY_LISTENER))
        say(s, " at this port");
}

static void say_ask(struct saying *s)
{
    say(s, "; ask whoever runs this server");
}

/* ------------------------------------------------------------------------------------------------
 * Ports
 */
static bool takes_login(const struct policy_door *d)
{
    return d->login;
}

static bool has_tls(const struct policy_door *d)
{
    return d->tls;
}

/* A port that everybody may be told of, those for users first; 0: there is none. */
static uint16_t port_with(const struct policy *p, bool (*fits)(const struct policy_door *d))
{
    uint16_t port = 0;
    for (size_t i = 0; i < p->door_count; i++) {
        const struct policy_door *d = &p->doors[i];
        if (!d->everywhere || !fits(d))
            continue;
        if (d->port == 587 || d->port == 465)
            return d->port;
        port = port ? port : d->port;
    }
    return port;
}

static void say_port(struct saying *s, const char *before, uint16_t port)
{
    if (!port)
        return;
    say(s, before);
    say_number(s, port);
}

/* How a login comes about where the client is now. */
static void say_how_to_log_in(struct saying *s)
{
    const struct policy_door *here = policy_door_of(s->p, s->f->listener);
    if (!here || here->login_in_clear || (here->login && s->f->tls))
        return;
    if (here->login)
        say(s, ", with encryption on (STARTTLS)");
    else
        say_port(s, ", at port ", port_with(s->p, takes_login));
}

/* ------------------------------------------------------------------------------------------------
 * A condition each
 */
static void no_login(struct saying *s)
{
    bool author;
    const struct policy_condition *c = s->rule ? policy_condition_of(s->rule, POLICY_SENDER) : NULL;
    say(s, "Log in first");
    say_how_to_log_in(s);
    if (!s->rule->forbids) {
        say(s, ": mail is passed on for those who log in");
    } else if (c) {
        say(s, ": the sender");
        say_address(s, policy_refused_sender(s->p, s->rule, c, s->f, &author));
        say(s, " needs a login");
    } else {
        say(s, ": mail");
        say_where(s);
        say(s, " is taken with a login only");
    }
}

static void wrong_login(struct saying *s)
{
    say(s, "This login may not send");
    if (s->rule->forbids)
        say_where(s);
    else
        say(s, " this mail");
    say_ask(s);
}

static void wrong_certificate(struct saying *s)
{
    if (s->rule->forbids) {
        say(s, "The certificate of your program may not send");
        say_where(s);
    } else if (s->f->certificate.n) {
        say(s, "The certificate of your program is none of those that may send here");
    } else {
        say(s, "Your program shows no certificate, and needs one to send here");
    }
    say_ask(s);
}

/* Any of the listeners that the permit names; those bound to some addresses only are nobody's business. */
static void wrong_port(struct saying *s)
{
    const struct policy_condition *c = s->d->condition;
    const struct policy_door *here = policy_door_of(s->p, s->f->listener);
    uint16_t port = 0;
    for (size_t i = 0; !s->rule->forbids && i < c->count && !port; i++) {
        const struct policy_door *d = policy_door_of(s->p, c->words[i]);
        port = d && d->everywhere ? d->port : 0;
    }
    if (s->d->cause == CAUSE_MX_PORT_NOT_SUBMISSION)
        say(s, "This port takes mail from other servers only");
    else
        say_port(s, "This mail is not taken at port ", here ? here->port : 0);
    if (port)
        say_port(s, "; send it through port ", port);
    else
        say_ask(s);
}

static void no_pop_window(struct saying *s)
{
    say(s, "Fetch your mail first (POP before SMTP), from the address that you send from, and send "
           "again");
}

static void wrong_network(struct saying *s)
{
    if (s->rule->forbids) {
        say(s, "Your address");
        say_client(s);
        say(s, " is not let in");
        if (has(s, POLICY_RECIPIENT_DOMAIN) || has(s, POLICY_LISTENER)) {
            say(s, " for mail");
            say_where(s);
        }
    } else {
        say(s, "Relaying is not permitted from your address");
        say_client(s);
    }
    say_ask(s);
}

static void wrong_domain(struct saying *s)
{
    if (s->rule->forbids) {
        say(s, "Mail to ");
        say_domain(s);
        say(s, " is not taken: a rule of this server forbids it");
        say_ask(s);
    } else if (policy_is_route(policy_local_part_of(s->f->forward_path))) {
        say(s,
            "This server is not told to take mail for an address with % ! : or a second @ in it");
    } else {
        say(s, "This server is not told to take mail for ");
        say_domain(s);
    }
}

static void no_tls(struct saying *s)
{
    const struct policy_door *here = policy_door_of(s->p, s->f->listener);
    if (s->rule->forbids && s->f->tls) {
        say(s, "This mail is not taken under encryption: a rule of this server forbids it");
        say_ask(s);
        return;
    }
    if (!here || here->tls)
        say(s, "STARTTLS first");
    else
        say_port(s, "Encryption first, at port ", port_with(s->p, has_tls));
    say(s, s->n ? ": mail" : "Mail");
    if (s->rule->forbids)
        say_where(s);
    say(s, " is taken over an encrypted connection only");
}

static void wrong_sender(struct saying *s)
{
    static const char *const WHICH[POLICY_AUTHORS] = { "The From address", "The Sender address",
                                                       "The Resent-From address",
                                                       "The Resent-Sender address" };
    bool author;
    const struct policy_condition *c = s->d->condition;
    str address = policy_refused_sender(s->p, s->rule, c, s->f, &author);
    say(s, author ? WHICH[s->f->author.field] : "The sender address");
    say_address(s, address);
    if (s->d->cause == CAUSE_OTHER_NOT_RELAY) {
        say(s, " is not taken: a rule of this server forbids it");
        say_ask(s);
    } else if (s->f->login.n && (s->rule->forbids || !c->owned)) {
        say(s, " is not one that this login may use");
    } else if (s->f->login.n) {
        say(s, " does not belong to this login; send from an address of your own");
    } else {
        say(s, " is not one that may send from here");
    }
}

static void wrong_recipient(struct saying *s)
{
    if (s->d->cause != CAUSE_RECIPIENT_UNKNOWN) {
        wrong_domain(s);
        return;
    }
    say(s, "No such recipient here:");
    say_address(s, s->f->forward_path);
    say(s, " is not known; check how it is spelt");
}

/* A paid list has a key in its name, as its longest label in front: that is nobody's business. */
static str public_part(str zone)
{
    enum { LONG = 16 };
    size_t dot = str_find_octet(zone, '.');
    return dot != STR_NOT_FOUND && dot > LONG ? str_skip(zone, dot + 1) : zone;
}

static void is_listed(struct saying *s)
{
    str zone = STR_NONE;
    for (size_t i = 0; i < s->d->condition->count && !zone.n; i++)
        for (size_t k = 0; k < s->f->listed_count; k++)
            if (s->f->listed[k].known == POLICY_KNOWN && s->f->listed[k].listed &&
                str_eq_nocase(s->f->listed[k].zone, s->d->condition->words[i]))
                zone = s->f->listed[k].zone;
    say(s, "Your address");
    say_client(s);
    say(s, " is on a blocklist");
    if (is_plain(zone)) {
        say(s, ", ");
        say_str(s, public_part(zone));
    }
    say(s, "; have it taken off there, or log in if you can");
}

/* RFC 7372 sections 3.2 and 3.3: 5.7.23 is for fail, 5.7.24 for a record that cannot be read. */
static void wrong_spf(struct saying *s)
{
    enum auth_result r = s->f->spf.result;
    s->out->enhanced.detail = r == AUTH_FAIL || r == AUTH_SOFTFAIL ? 23
                              : r == AUTH_PERMERROR                ? 24
                                                                   : 1;
    say(s, "SPF of the sender's domain says \"");
    say_str(s, names_of(&AUTH_RESULT_NAMES, (int)r));
    say(s, "\" for your address");
    say_client(s);
    say(s, "; send through the mail server of that domain");
}

static void too_many(struct saying *s)
{
    enum { MINUTE = 60, HOUR = 3600 };
    uint32_t again = 0;
    for (size_t i = 0; i < s->f->rate_count; i++)
        if (s->f->rates[i].rule == s->rule)
            again = s->f->rates[i].again_in_s;
    say(s, "Too many recipients for now");
    if (!again) {
        say(s, ", try again later");
        return;
    }
    uint32_t unit = again < 2 * MINUTE ? 1 : again < 2 * HOUR ? MINUTE : HOUR;
    say(s, ", again in ");
    say_number(s, (again + unit - 1) / unit);
    say(s, unit == 1 ? " s" : unit == MINUTE ? " minutes" : " hours");
}

static void look_up_failed(struct saying *s)
{
    const struct policy_condition *c = s->d->condition;
    say(s, "A look-up failed, try again later");
    if (c && c->kind == POLICY_UNLESS_SPF)
        say(s, ": SPF of the sender's domain cannot be read now");
    else if (c && c->kind == POLICY_UNLESS_LISTED)
        say(s, ": a blocklist does not answer this server now");
}

/* ------------------------------------------------------------------------------------------------
 * The reply
 */
static void (*const WORDS[POLICY_KINDS])(struct saying *s) = {
    [POLICY_AUTHENTICATED] = no_login,
    [POLICY_LOGIN] = wrong_login,
    [POLICY_CERTIFICATE] = wrong_certificate,
    [POLICY_LISTENER] = wrong_port,
    [POLICY_POP_WINDOW] = no_pop_window,
    [POLICY_NETWORK] = wrong_network,
    [POLICY_RECIPIENT_DOMAIN] = wrong_domain,
    [POLICY_TLS] = no_tls,
    [POLICY_SENDER] = wrong_sender,
    [POLICY_RECIPIENTS] = wrong_recipient,
    [POLICY_UNLESS_LISTED] = is_listed,
    [POLICY_UNLESS_SPF] = wrong_spf,
    [POLICY_RATE] = too_many,
};

/* Design: 530 log in or encrypt · 550 relay · 553 sender · 451 for a while. */
static const struct {
    enum cause_id cause;
    unsigned code;
    struct smtp_enhanced enhanced;
} CODES[] = {
    { CAUSE_CLIENT_NEVER_AUTHENTICATES, 530, { 5, 7, 0 } },
    { CAUSE_MAIL_ONLY_UNDER_TLS, 530, { 5, 7, 0 } },
    { CAUSE_FROM_NOT_LOGIN, 553, { 5, 7, 1 } },
    { CAUSE_RATE_LIMITED, 451, { 4, 7, 1 } },
    { CAUSE_DNS_FAILURE, 451, { 4, 4, 3 } },
    { CAUSE_RECIPIENT_UNKNOWN, 550, { 5, 1, 1 } },
    { CAUSE_IP_BLOCKLISTED, 554, { 5, 7, 1 } },
    { CAUSE_IP_BANNED, 554, { 5, 7, 1 } },
    { CAUSE_SPF_FAIL, 550, { 5, 7, 1 } },
};

static void take_code(struct policy_reply *out, const struct policy_decision *d)
{
    out->code = d->condition && d->condition->kind == POLICY_SENDER ? 553 : 550;
    out->enhanced = (struct smtp_enhanced){ 5, 7, 1 };
    for (size_t i = 0; i < COUNT_OF(CODES); i++)
        if (CODES[i].cause == d->cause) {
            out->code = CODES[i].code;
            out->enhanced = CODES[i].enhanced;
        }
}

/* Who lacks a login is told so, whichever condition it is for. */
static void say_reason(struct saying *s)
{
    if (s->d->cause == CAUSE_DNS_FAILURE)
        look_up_failed(s);
    else if (!s->d->condition)
        say(s, "This server has no rule yet that permits any mail");
    else if (s->d->cause == CAUSE_CLIENT_NEVER_AUTHENTICATES)
        no_login(s);
    else if (s->d->cause == CAUSE_ACCOUNT_MAY_NOT_SUBMIT &&
             s->d->condition->kind == POLICY_AUTHENTICATED)
        wrong_login(s);
    else
        WORDS[s->d->condition->kind](s);
}

struct policy_reply policy_reply_of(const struct policy *p, const struct policy_decision *d,
                                    const struct policy_facts *f)
{
    struct policy_reply out;
    memset(&out, 0, sizeof out);
    struct saying s = {
        .p = p, .d = d, .f = f, .rule = d->forbid ? d->forbid : d->permit, .out = &out
    };
    take_code(&out, d);
    say_reason(&s);
    out.words[s.n] = '\0';
    return out;
}
