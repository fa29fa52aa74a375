/* SPDX-License-Identifier: ISC */
/*
 * doctor/words.c - reading a reply's code, enhanced status code and words
 */
#include "doctor/words.h"
#include "sasl/client.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '<' || c == '>';
}

enum { NAME_LONGEST = 320 }; /* an address: 64 octets, the at-sign, 255 octets */

/* An address, a host name or a URL says nothing by the words that happen to be in it. No further is
 * looked than a name can be long: a reply without blanks would else be read again for each word in it. */
static bool inside_name(str text, size_t at, size_t length)
{
    size_t from = at, to = at + length;
    while (from > 0 && at - from < NAME_LONGEST && !is_blank(text.p[from - 1]))
        from--;
    while (to < text.n && to - at < NAME_LONGEST && !is_blank(text.p[to]))
        to++;
    for (size_t i = from; i < to; i++) {
        bool dot = text.p[i] == '.' && i + 1 < to && is_alnum(text.p[i + 1]);
        if (text.p[i] == '@' || (dot && (i < at || i >= at + length)))
            return true;
    }
    return false;
}

static bool holds(str text, str word)
{
    for (size_t from = 0; from < text.n;) {
        size_t at = str_find_nocase(str_skip(text, from), word);
        if (at == STR_NOT_FOUND)
            return false;
        if (!inside_name(text, from + at, word.n))
            return true;
        from += at + 1;
    }
    return false;
}

static bool holds_any(str text, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (holds(text, words[i]))
            return true;
    return false;
}
#define HOLDS(text, table) holds_any(text, table, COUNT_OF(table))

bool words_ask_for_tls(str reply_text)
{
    static const str WORDS[] = { STR_INIT("starttls"), STR_INIT("tls"), STR_INIT("ssl"),
                                 STR_INIT("encrypt"), STR_INIT("secure") };
    return HOLDS(reply_text, WORDS);
}

bool words_ask_for_login(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("authenti"), STR_INIT("log in"), STR_INIT("logged in"),
                                 STR_INIT("login"), STR_INIT("smtp auth") };
    return o->code == 530 || HOLDS(o->text, WORDS);
}

bool words_unknown_user(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("user unknown"),      STR_INIT("unknown user"),
                                 STR_INIT("no such user"),      STR_INIT("no such mailbox"),
                                 STR_INIT("unknown recipient"), STR_INIT("unrouteable address") };
    return o->stage == SMTP_STAGE_RCPT && o->code / 100 == 5 && HOLDS(o->text, WORDS) &&
           !holds(o->text, STR("sender"));
}

bool words_no_such_mailbox(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("mailbox not found"), STR_INIT("does not exist"),
                                 STR_INIT("doesn't exist") };
    const struct smtp_enhanced *x = &o->enhanced;
    bool coded = x->class == 5 && x->subject == 1 && (x->detail == 1 || x->detail == 10);
    return o->stage == SMTP_STAGE_RCPT && o->code / 100 == 5 &&
           (coded || words_unknown_user(o) || HOLDS(o->text, WORDS));
}

bool words_about_relaying(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("relay"), STR_INIT("rcpthosts"),
                                 STR_INIT("non-local recipient") };
    const struct smtp_enhanced *x = &o->enhanced;
    return HOLDS(o->text, WORDS) || (o->code == 454 && x->subject == 7 && x->detail == 1);
}

bool words_invalid_recipient(const struct smtp_outcome *o)
{
    return o->code == 550 && !o->enhanced.class &&
           str_starts_nocase(o->text, STR("invalid recipient"));
}

bool words_about_helo(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("helo"), STR_INIT("ehlo") };
    return o->stage == SMTP_STAGE_EHLO || HOLDS(o->text, WORDS);
}

bool words_greylisted(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("greylist"), STR_INIT("graylist"), STR_INIT("grey list"),
                                 STR_INIT("postgrey") };
    return o->code / 100 == 4 && HOLDS(o->text, WORDS);
}

bool words_about_ownership(const struct smtp_outcome *o)
{
    static const str WORDS[] = {
        STR_INIT("owned"),     STR_INIT("belong"),    STR_INIT("login"),    STR_INIT("logged in"),
        STR_INIT("send as"),   STR_INIT("on behalf"), STR_INIT("match"),    STR_INIT("permi"),
        STR_INIT("not allow"), STR_INIT("authoriz"),  STR_INIT("authenti"), STR_INIT("your account")
    };
    return HOLDS(o->text, WORDS);
}

bool words_from_refused(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("sender address rejected: need fully-qualified"),
                                 STR_INIT("sender address rejected: domain not found"),
                                 STR_INIT("sender domain does not exist"),
                                 STR_INIT("sender address does not resolve"),
                                 STR_INIT("sender address rejected: user unknown"),
                                 STR_INIT("bad sender address syntax") };
    const struct smtp_enhanced *x = &o->enhanced;
    return (x->subject == 1 && (x->detail == 7 || x->detail == 8)) || HOLDS(o->text, WORDS);
}

bool words_from_invalid(str from, const struct smtp_outcome *o)
{
    bool unqualified = str_find_octet(words_domain(from), '.') == STR_NOT_FOUND;
    return unqualified || words_from_refused(o);
}

bool words_blame_other(const struct smtp_outcome *o)
{
    static const str WORDS[] = {
        STR_INIT("block"),      STR_INIT("blacklist"), STR_INIT("black list"),
        STR_INIT("is listed"),  STR_INIT("dnsbl"),     STR_INIT("spam"),
        STR_INIT("reputation"), STR_INIT("policy"),    STR_INIT("too many"),
        STR_INIT("limit"),      STR_INIT("quota"),     STR_INIT("spf"),
        STR_INIT("dmarc"),      STR_INIT("dkim"),      STR_INIT("ptr"),
        STR_INIT("resolve"),    STR_INIT("lookup"),    STR_INIT("reverse"),
        STR_INIT("helo"),       STR_INIT("ehlo"),      STR_INIT("send as"),
        STR_INIT("sender"),     STR_INIT("content"),   STR_INIT("unavailable"),
    };
    return HOLDS(o->text, WORDS);
}

enum cause_id words_login_cause(const struct smtp_outcome *o)
{
    static const str APP[] = { STR_INIT("application-specific"), STR_INIT("app password"),
                               STR_INIT("app-specific"), STR_INIT("authorization code") };
    static const str OFF[] = { STR_INIT("basic authentication is disabled"),
                               STR_INIT("smtpclientauthentication is disabled") };
    static const str BARRED[] = { STR_INIT("disabled"), STR_INIT("suspended"), STR_INIT("locked") };
    static const str MANY[] = { STR_INIT("too many"), STR_INIT("rate limit"), STR_INIT("throttl") };
    static const str BANNED[] = { STR_INIT("banned"), STR_INIT("blocked") };
    if (o->end != SMTP_END_REPLY)
        return CAUSE_NONE;
    if (HOLDS(o->text, BANNED))
        return CAUSE_IP_BANNED;
    if (HOLDS(o->text, MANY))
        return CAUSE_RATE_LIMITED;
    if (o->code / 100 == 4)
        return CAUSE_AUTH_BACKEND_DOWN;
    if (HOLDS(o->text, APP))
        return CAUSE_APP_PASSWORD_NEEDED;
    if (HOLDS(o->text, OFF))
        return CAUSE_PASSWORD_LOGIN_SWITCHED_OFF;
    if (HOLDS(o->text, BARRED))
        return CAUSE_ACCOUNT_MAY_NOT_SUBMIT;
    switch (o->code) {
    case 535:
    case 530:
    case 550:
    case 554: return CAUSE_WRONG_CREDENTIALS;
    default: return CAUSE_MECHANISM_OFFERED_BUT_DEAD;
    }
}

bool words_mechanism_usable(const struct smtp_caps *c, str mechanism)
{
    if (!str_eq_nocase(mechanism, STR("auto")))
        return smtp_caps_offers(c, mechanism);
    return sasl_choose(c, STR_NONE, true) != NULL;
}

str words_domain(str mailbox)
{
    size_t at = str_rfind_octet(mailbox, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(mailbox, at + 1);
}

/* ------------------------------------------------------------------------------------------------
 * The next experiment: the first row that fits
 */
struct next_case {
    const struct doctor_asked *asked;
    const struct doctor_record *r;
    const struct doctor_judgement *j;
};

static bool any_end(const struct doctor_record *r, enum doctor_probe probe, enum smtp_end end)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].probe == probe && r->rows[i].outcome.end == end)
            return true;
    return false;
}

static bool is_lookup(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_DNS_FAILURE;
}
static bool is_unreachable(const struct next_case *n)
{
    return n->j->no_octet && any_end(n->r, PROBE_GREETING, SMTP_END_UNREACHABLE);
}
static bool is_no_octet(const struct next_case *n)
{
    return n->j->no_octet;
}
static bool is_silent(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_EGRESS_PORT_BLOCKED;
}
static bool is_not_smtp(const struct next_case *n)
{
    return !n->j->cause_count && any_end(n->r, PROBE_GREETING, SMTP_END_BROKEN);
}
static bool is_without_recipient(const struct next_case *n)
{
    return !n->asked->attempt.to.n;
}
/* A login was at hand, and the one place that offers a login has no TLS to protect it. */
static bool is_guarded(const struct next_case *n)
{
    const struct doctor_record *r = n->r;
    bool in_clear = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        struct smtp_caps c;
        if (ev->probe == PROBE_LOGIN || (ev->probe == PROBE_TLS && ev->outcome.tls.done))
            return false;
        in_clear |= ev->probe == PROBE_CAPABILITIES && doctor_evidence_caps(ev, &c) &&
                    c.mechanism_count && words_mechanism_usable(&c, STR("auto"));
    }
    return n->asked->login_known && in_clear;
}
static bool is_without_login(const struct next_case *n)
{
    return !n->asked->login_known && doctor_record_offers_login(n->r);
}
static bool is_ip(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_IP_NOT_TRUSTED;
}
static bool is_login_refused(const struct next_case *n)
{
    return n->j->cause_count && cause_of(n->j->causes[0].cause)->family == FAMILY_AUTH_FAILED;
}
static bool is_temporary(const struct next_case *n)
{
    for (size_t i = 0; i < n->r->count; i++) {
        const struct doctor_evidence *ev = &n->r->rows[i];
        if (ev->probe == PROBE_TRIAL && ev->outcome.code / 100 == 4)
            return true;
    }
    return false;
}
static bool is_anything(const struct next_case *n)
{
    (void)n;
    return true;
}

static const struct {
    bool (*fits)(const struct next_case *n);
    str text;
} NEXT[] = {
    { is_lookup, STR_INIT("Check the spelling of the server's name; ask another resolver with "
                          "--resolver IP.") },
    { is_unreachable,
      STR_INIT("This machine has no way to that address. Check its own network first, "
               "then run the same command again.") },
    { is_no_octet,
      STR_INIT("Run the same command from another network (a phone's hot spot): if it is "
               "answered there, something between here and the server is in the way.") },
    { is_silent,
      STR_INIT("Run the same command from another network: if the port answers there, this "
               "network blocks it. Meanwhile use a port that answers.") },
    { is_not_smtp,
      STR_INIT("What answers on that port is not a mail server. Check the server name and "
               "the port with the provider's own instructions.") },
    { is_guarded,
      STR_INIT("The password was not sent, because nothing protected it. If you accept that "
               "it can be read on the way, add --allow-clear-auth.") },
    { is_without_recipient, STR_INIT("Give --to with the address you were writing to: without it, "
                                     "relaying itself was not tried.") },
    { is_without_login,
      STR_INIT("The server offers a login. Give --user and the password (it is asked "
               "for, or use --password-env NAME), so that it can be tried.") },
    { is_ip,
      STR_INIT("Run the same command from a machine that the server trusts (or with --source): if "
               "it is accepted there, the address is the cause.") },
    { is_login_refused, STR_INIT("Log in to the provider's web mail with the same user name and "
                                 "password. If that works, ask the provider what SMTP needs.") },
    { is_temporary,
      STR_INIT("The refusal is a temporary one. Run the same command again in 15 minutes "
               "and compare.") },
    { is_anything,
      STR_INIT("Ask whoever runs the server what its words above mean, and for its log lines "
               "of this test.") },
};

str words_next_experiment(const struct doctor_asked *asked, const struct doctor_record *r,
                          const struct doctor_judgement *j)
{
    const struct next_case n = { asked, r, j };
    for (size_t i = 0; i < COUNT_OF(NEXT); i++)
        if (NEXT[i].fits(&n))
            return NEXT[i].text;
    return STR_NONE;
}
