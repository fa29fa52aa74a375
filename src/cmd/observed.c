/* SPDX-License-Identifier: ISC */
/*
 * cmd/observed.c - what follows from a connection, and how the doctor is asked about it
 */
#include "cmd/observed.h"
#include "base/password_shape.h"
#include "cmd/cmd.h"
#include "smtp/path.h"
#include <string.h>

str observed_user(const struct observed_typed *t)
{
    return str_from(t->user ? t->user : t->address);
}

bool observed_keep(const struct mock_seen *seen, struct arena *a, struct mock_seen *out)
{
    *out = *seen;
    str *slices[] = { &out->tls_version, &out->tls_trouble, &out->name, &out->mechanism,
                      &out->user,        &out->from,        &out->to,   &out->header_from };
    for (size_t i = 0; i < COUNT_OF(slices); i++) {
        *slices[i] = arena_dup(a, *slices[i]);
        if (!slices[i]->p)
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * What follows from the connection alone
 */
struct sight {
    const struct observed_typed *typed;
    const struct mock_seen *seen;
    bool wants_login; /* the user says that there is a login to be used */
    bool server_takes;
};

static str local_part(str s)
{
    size_t at = str_rfind_octet(s, '@');
    return at == STR_NOT_FOUND ? s : str_take(s, at);
}

static bool has_domain(str s)
{
    size_t at = str_rfind_octet(s, '@');
    return at != STR_NOT_FOUND && str_find_octet(str_skip(s, at), '.') != STR_NOT_FOUND;
}

/* A program behind HELO is offered no login, whatever it is set to (RFC 5321 section 4.1.1.1). */
static enum finding_strength says_helo(const struct sight *s)
{
    if (!s->seen->by_helo)
        return STRENGTH_NONE;
    return s->wants_login ? STRENGTH_LIKELY : STRENGTH_POSSIBLE;
}

static enum finding_strength never_logs_in(const struct sight *s)
{
    if (s->seen->by_helo || s->seen->mechanism.n > 0 || !s->seen->mail)
        return STRENGTH_NONE;
    return s->wants_login ? STRENGTH_LIKELY : STRENGTH_POSSIBLE;
}

/* It is not what was typed, and what was done to it can be seen; or nothing was typed, and it is odd. */
static enum finding_strength mangles(const struct sight *s)
{
    const struct mock_seen *seen = s->seen;
    if (seen->password == MOCK_PASSWORD_DIFFERS && seen->repairs)
        return STRENGTH_LIKELY;
    bool odd = seen->anomalies & PASSWORD_STRONG;
    return odd && seen->password != MOCK_PASSWORD_SAME && seen->password != MOCK_PASSWORD_NONE
               ? STRENGTH_POSSIBLE
               : STRENGTH_NONE;
}

static enum finding_strength other_form(const struct sight *s)
{
    str typed = observed_user(s->typed), sent = s->seen->user;
    if (typed.n == 0 || sent.n == 0 || str_eq(typed, sent) ||
        !str_eq_nocase(local_part(typed), local_part(sent)))
        return STRENGTH_NONE;
    return s->server_takes ? STRENGTH_LIKELY : STRENGTH_POSSIBLE;
}

/* Another password, or somebody else's name. */
static enum finding_strength other_login(const struct sight *s)
{
    str typed = observed_user(s->typed), sent = s->seen->user;
    bool other = typed.n > 0 && sent.n > 0 && !str_eq_nocase(local_part(typed), local_part(sent));
    bool differs = s->seen->password == MOCK_PASSWORD_DIFFERS && !s->seen->repairs;
    if (!other && !differs)
        return STRENGTH_NONE;
    return s->server_takes ? STRENGTH_LIKELY : STRENGTH_POSSIBLE;
}

/* No server that looks at it takes it from anybody. <> is valid. */
static enum finding_strength from_is_none(const struct sight *s)
{
    return s->seen->mail && s->seen->from.n > 0 && !has_domain(s->seen->from) ? STRENGTH_LIKELY
                                                                              : STRENGTH_NONE;
}

static enum finding_strength from_is_another(const struct sight *s)
{
    str user = s->seen->user, author = s->seen->header_from;
    bool other = str_find_octet(user, '@') != STR_NOT_FOUND &&
                 ((has_domain(s->seen->from) && !str_eq_nocase(s->seen->from, user)) ||
                  (author.n > 0 && !str_eq_nocase(author, user)));
    return other ? STRENGTH_POSSIBLE : STRENGTH_NONE;
}

static const struct {
    enum cause_id cause;
    enum finding_strength (*strength)(const struct sight *s);
} SIGHTS[] = {
    { CAUSE_HELO_INSTEAD_OF_EHLO, says_helo }, { CAUSE_CLIENT_NEVER_AUTHENTICATES, never_logs_in },
    { CAUSE_PASSWORD_MANGLED, mangles },       { CAUSE_WRONG_USERNAME_FORM, other_form },
    { CAUSE_WRONG_CREDENTIALS, other_login },  { CAUSE_FROM_INVALID, from_is_none },
    { CAUSE_FROM_NOT_LOGIN, from_is_another },
};

size_t observed_findings(const struct observed_typed *t, const struct mock_seen *seen,
                         bool server_takes, struct finding out[DOCTOR_CAUSES_MAX])
{
    const struct sight s = { t, seen, observed_user(t).n > 0 || t->password, server_takes };
    size_t n = 0;
    for (int want = STRENGTH_LIKELY; want >= STRENGTH_POSSIBLE; want--)
        for (size_t i = 0; i < COUNT_OF(SIGHTS) && n < DOCTOR_CAUSES_MAX; i++) {
            if ((int)SIGHTS[i].strength(&s) != want)
                continue;
            out[n] = (struct finding){ .cause = SIGHTS[i].cause, .hop = HOP_CLIENT };
            finding_set_strength(&out[n++], (enum finding_strength)want);
        }
    return n;
}

/* ------------------------------------------------------------------------------------------------
 * The doctor's command line
 */
struct line {
    struct arena *a;
    char **argv;
    int n;
    bool failed;
};

static void add_word(struct line *l, str text)
{
    str word = arena_printf(l->a, "%.*s", STR_ARG(text));
    if (!word.p || l->n == OBSERVED_ARGUMENTS)
        l->failed = true;
    else
        l->argv[l->n++] = (char *)word.p;
}

/* "--name=value": what a program says may begin with a dash. NUL octets end it, and nothing else could be
 * said on a command line. */
static void add(struct line *l, const char *name, str value)
{
    str word = arena_printf(l->a, "--%s=%.*s", name, STR_ARG(value));
    if (word.p)
        add_word(l, word);
    else
        l->failed = true;
}

static void add_if(struct line *l, const char *name, const char *value)
{
    if (value)
        add(l, name, str_from(value));
}

static void add_switch(struct line *l, const char *name, bool on)
{
    str word = on ? arena_printf(l->a, "--%s", name) : STR_NONE;
    if (word.p && l->n < OBSERVED_ARGUMENTS)
        l->argv[l->n++] = (char *)word.p;
    else
        l->failed |= on;
}

static bool is_mailbox(str s)
{
    struct smtp_mailbox m;
    return smtp_mailbox_parse(s, &m, NULL);
}

/* What the doctor takes behind --from: it need not be a mailbox, as that may be the very trouble. */
static bool is_sayable(str from)
{
    for (size_t i = 0; i < from.n; i++)
        if ((unsigned char)from.p[i] <= ' ' || from.p[i] == '<' || from.p[i] == '>' ||
            from.p[i] == 0x7f)
            return false;
    return from.n < SMTP_PATH_MAX && str_is_utf8(from);
}

static bool is_token(str mechanism)
{
    return str_eq_nocase(mechanism, STR("XOAUTH2")) || str_eq_nocase(mechanism, STR("OAUTHBEARER"));
}

/* Of the methods with a password a program takes one that is offered, and the real server may offer others
 * than we do: only a token is a thing of its own. */
static void add_login(struct line *l, const struct observed_typed *t, const struct mock_seen *s,
                      int password_fd)
{
    str user = observed_user(t).n > 0 ? observed_user(t) : s->user;
    if (s->mechanism.n == 0)
        add(l, "auth", STR("none"));
    else
        add(l, "auth", is_token(s->mechanism) ? s->mechanism : STR("auto"));
    if (password_fd < 0 || user.n == 0)
        return; /* without a password no login is tried, and none is asked for in the middle of this */
    add(l, "user", user);
    add(l, "password-fd", arena_printf(l->a, "%d", password_fd));
}

static const char *security_word(enum smtp_security s)
{
    return s == SMTP_SECURITY_TLS ? "tls" : s == SMTP_SECURITY_STARTTLS ? "starttls" : "none";
}

static void add_addresses(struct line *l, const struct observed_typed *t, const struct mock_seen *s)
{
    str from = s->from.n > 0 ? s->from : STR("<>");
    if (s->mail && is_sayable(s->from))
        add(l, "from", from);
    if (t->to)
        add(l, "to", str_from(t->to));
    else if (is_mailbox(s->to) && (s->mail || t->address))
        add(l, "to", s->to);
}

/* Only what this version of the doctor knows. */
static bool doctor_knows(const char *option)
{
    for (const struct command_option *o = DOCTOR_OPTIONS; o->name; o++)
        if (strcmp(o->name, option) == 0)
            return true;
    return false;
}

int observed_arguments(const struct observed_typed *t, const struct mock_seen *s, int password_fd,
                       struct arena *a, char *argv[OBSERVED_ARGUMENTS])
{
    static char name[] = "doctor";
    struct line l = { .a = a, .argv = argv, .n = 1 };
    argv[0] = name;
    add_if(&l, "server", t->server);
    add_if(&l, "connect-to", t->connect_to);
    add_if(&l, "resolver", t->resolver);
    add_if(&l, "ca", t->ca);
    add_if(&l, "ports", t->ports);
    add_if(&l, "timeout", t->timeout);
    add_if(&l, "logins", t->logins);
    add_switch(&l, "allow-clear-auth", t->allow_clear_auth);
    add_switch(&l, "gentle", t->gentle);
    add(&l, "security", str_from(security_word(s->security)));
    if (smtp_domain_ok(s->name))
        add(&l, "helo", s->name);
    add_switch(&l, "old-helo", s->by_helo && doctor_knows("old-helo"));
    add_login(&l, t, s, password_fd);
    add_addresses(&l, t, s);
    if (t->address && (password_fd >= 0 || s->mechanism.n == 0)) /* else it would be asked for */
        add_word(&l, str_from(t->address));
    if (s->message && is_mailbox(s->header_from))
        add(&l, "header-from", s->header_from);
    uint64_t size = s->size_octets ? s->size_octets : s->message_octets;
    if (size > 0 && doctor_knows("size"))
        add(&l, "size", arena_printf(a, "%llu", (unsigned long long)size));
    return l.failed ? 0 : l.n;
}

/* ------------------------------------------------------------------------------------------------
 * Both together
 */
/* Did the real server take the login that was typed? */
static bool login_was_taken(const struct doctor_record *r)
{
    return r && doctor_record_login(r, NULL, true);
}

static bool has(const struct doctor_judgement *j, enum cause_id cause)
{
    for (size_t i = 0; i < j->cause_count; i++)
        if (j->causes[i].cause == cause)
            return true;
    return false;
}

/* Is it about what the doctor could not play: the program's own password, its name for the user, an address
 * that no command line takes? Of all else the experiments know more. */
static bool adds_to_doctor(const struct observed_report *r, const struct finding *f)
{
    if (f->strength != STRENGTH_LIKELY || has(&r->judgement, f->cause))
        return false;
    switch (f->cause) {
    case CAUSE_PASSWORD_MANGLED:
    case CAUSE_WRONG_USERNAME_FORM:
    case CAUSE_WRONG_CREDENTIALS: return login_was_taken(r->record);
    case CAUSE_FROM_INVALID: return !is_sayable(r->seen->from);
    case CAUSE_CLIENT_NEVER_AUTHENTICATES:
    case CAUSE_HELO_INSTEAD_OF_EHLO:
        return r->judgement.no_octet; /* of the server nothing is known */
    default: return false;
    }
}

static void put_first(struct doctor_judgement *j, const struct finding *f, size_t at)
{
    if (j->cause_count == DOCTOR_CAUSES_MAX)
        j->cause_count--;
    memmove(j->causes + at + 1, j->causes + at, (j->cause_count - at) * sizeof *j->causes);
    j->causes[at] = *f;
    j->cause_count++;
    j->verdict = VERDICT_REFUSED;
}

void observed_judge(struct observed_report *r)
{
    struct finding found[DOCTOR_CAUSES_MAX];
    struct doctor_judgement *j = &r->judgement;
    size_t n = observed_findings(r->typed, r->seen, login_was_taken(r->record), found);
    *j = (struct doctor_judgement){ .verdict = VERDICT_UNKNOWN };
    if (r->record)
        *j = doctor_judge(&r->options->asked, r->record);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (r->record && adds_to_doctor(r, &found[i]))
            put_first(j, &found[i], at++);
        else if (!r->record)
            j->causes[j->cause_count++] = found[i];
    }
    if (!r->record && n > 0 && found[0].strength == STRENGTH_LIKELY)
        j->verdict = VERDICT_REFUSED;
}

int observed_exit_status(const struct observed_report *r)
{
    if (r->record)
        return doctor_exit_status(&r->judgement);
    if (r->judgement.verdict == VERDICT_REFUSED)
        return cause_of(r->judgement.causes[0].cause)->exit_status;
    return r->judgement.cause_count || r->seen->tls_trouble.n || r->trouble ? 3 : 0;
}
