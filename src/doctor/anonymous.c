/* SPDX-License-Identifier: ISC */
/*
 * doctor/anonymous.c - every slice of a run, through the stand-ins
 */
#include "doctor/anonymous.h"
#include "doctor/mx_table.h"
#include "net/idn.h"
#include "net/psl.h"
#include "smtp/path.h"

enum { SAID_MAX = 4096 };

#define MY_DOMAIN    STR("my-domain.example")
#define THEIR_DOMAIN STR("their-domain.example")

/* ------------------------------------------------------------------------------------------------
 * Who is named
 */
/* Words that many people have as a local-part, or as their domain's first label, and that mean something
 * else in what servers say. */
static bool is_common(str word)
{
    static const str COMMON[] = {
        STR_INIT("mail"),    STR_INIT("email"),     STR_INIT("smtp"),    STR_INIT("info"),
        STR_INIT("user"),    STR_INIT("test"),      STR_INIT("root"),    STR_INIT("admin"),
        STR_INIT("office"),  STR_INIT("support"),   STR_INIT("service"), STR_INIT("contact"),
        STR_INIT("web"),     STR_INIT("host"),      STR_INIT("server"),  STR_INIT("postmaster"),
        STR_INIT("example"), STR_INIT("localhost"), STR_INIT("relay"),   STR_INIT("sender"),
        STR_INIT("no"),      STR_INIT("not"),       STR_INIT("for"),     STR_INIT("from"),
        STR_INIT("to"),      STR_INIT("me"),        STR_INIT("is"),      STR_INIT("in")
    };
    for (size_t i = 0; i < COUNT_OF(COMMON); i++)
        if (str_eq_nocase(COMMON[i], word))
            return true;
    return word.n < 2;
}

static str domain_of(str address)
{
    size_t at = str_rfind_octet(address, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(address, at + 1);
}
static str local_of(str address)
{
    size_t at = str_rfind_octet(address, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_take(address, at);
}

/* All of a domain that is no part of one, or that others have names below: "co.uk" names nobody, but hides
 * more rather than less. */
static str organisation_of(str domain)
{
    str part = dns_org_domain(domain, &NET_PSL);
    return part.n ? part : domain;
}

static bool add_word(struct anonymous *a, str word, str stand_in)
{
    return is_common(word) || anonymous_add(a, ANONYMOUS_WORD, word, stand_in);
}

/* A server says a domain outside ASCII as it stands in DNS. */
static bool add_a_labels(struct anonymous *a, str domain, str stand_in)
{
    char ascii[DNS_NAME_MAX];
    struct err e;
    return str_is_ascii(domain) || !dns_name_from_text(domain, net_idn(domain), ascii, &e) ||
           anonymous_add(a, ANONYMOUS_DOMAIN, str_from(ascii), stand_in);
}

static bool add_domain(struct anonymous *a, str domain, str stand_in)
{
    str whole = organisation_of(domain);
    size_t dot = str_find_octet(whole, '.');
    if (whole.n && whole.p[0] == '[')
        return true; /* an address-literal: addresses have stand-ins of their own */
    if (dot == STR_NOT_FOUND)
        return add_word(a, whole, stand_in);
    str first_label = str_take(stand_in, str_find_octet(stand_in, '.'));
    if (!add_a_labels(a, whole, stand_in))
        return false;
    return anonymous_add(a, ANONYMOUS_DOMAIN, whole, stand_in) &&
           (dot < 4 || add_word(a, str_take(whole, dot), first_label));
}

/* The mailbox, its domain, and its local-part alone. */
static bool add_person(struct anonymous *a, str address, str own_domain, str name, str domain)
{
    struct buf b;
    if (!address.n)
        return true;
    bool ours = str_eq_nocase(organisation_of(domain_of(address)), own_domain);
    buf_init(&b, 128);
    buf_addf(&b, "%.*s@%.*s", STR_ARG(name), STR_ARG(ours ? MY_DOMAIN : domain));
    bool ok = domain_of(address).n
                  ? anonymous_add(a, ANONYMOUS_MAILBOX, address, buf_str(&b)) &&
                        add_domain(a, domain_of(address), ours ? MY_DOMAIN : domain) &&
                        add_word(a, local_of(address), name)
                  : add_word(a, address, name);
    buf_done(&b);
    return ok;
}

/* "DOMAIN\user": both halves. */
static bool add_user(struct anonymous *a, str user, str own_domain)
{
    size_t slash = str_find_octet(user, '\\');
    if (slash == STR_NOT_FOUND || !slash || slash + 1 == user.n)
        return add_person(a, user, own_domain, STR("my-login"), STR("login-domain.example")) &&
               (!user.n || anonymous_add(a, ANONYMOUS_WORD, user, STR("my-login")));
    return anonymous_add(a, ANONYMOUS_MAILBOX, user, STR("MY-DOMAIN\\my-login")) &&
           add_word(a, str_take(user, slash), STR("MY-DOMAIN")) &&
           add_word(a, str_skip(user, slash + 1), STR("my-login"));
}

/* What a program calls its machine. Names that every machine has tell nothing, and may be the cause. */
static bool add_helo(struct anonymous *a, str helo)
{
    if (!helo.n || helo.p[0] == '[' || str_starts_nocase(helo, STR("localhost")))
        return true;
    bool dotted = str_find_octet(helo, '.') != STR_NOT_FOUND;
    return anonymous_add(a, dotted ? ANONYMOUS_MAILBOX : ANONYMOUS_WORD, helo,
                         dotted ? STR("my-computer.example") : STR("my-computer"));
}

static bool add_attempt(struct anonymous *a, const struct smtp_attempt *at, str own)
{
    return add_person(a, at->to, own, STR("recipient"), THEIR_DOMAIN) &&
           add_person(a, at->from, own, STR("sender"), STR("sender-domain.example")) &&
           add_person(a, at->header_from, own, STR("author"), STR("author-domain.example")) &&
           add_user(a, at->user, own) && add_helo(a, at->helo);
}

static bool add_address(struct anonymous *a, const struct ip *ip, enum anonymous_role role)
{
    char text[IP_TEXT_MAX];
    struct ip other = anonymous_ip(a, ip, role);
    return ip_eq(&other, ip) ||
           anonymous_add(a, ANONYMOUS_CODED, str_from(ip_text(ip, text)), STR_NONE);
}

/* Servers that DNS names for the user's domain, and that may be known by it. */
static bool add_others(struct anonymous *a, const struct doctor_report *r, str own)
{
    struct doctor_mx_table t;
    bool ok = true;
    doctor_mx_table(r->asked, r->record, &t);
    for (size_t i = 0; i < t.count; i++)
        ok &= t.rows[i].asked || str_eq_nocase(organisation_of(t.rows[i].host), own) ||
              add_domain(a, t.rows[i].host, STR("other-server.example"));
    return ok;
}

static str first_of(str a, str b)
{
    return a.n ? a : b;
}

static bool add_names(struct anonymous *a, const struct doctor_report *r)
{
    const struct smtp_attempt *at = &r->asked->attempt;
    str mine = first_of(r->asked->own_address, first_of(at->from, at->user));
    str own = organisation_of(domain_of(mine));
    const struct doctor_config *config = r->asked->config;
    if (!add_person(a, mine, own, STR("me"), MY_DOMAIN) || !add_attempt(a, at, own) ||
        (config && !add_attempt(a, &config->said.attempt, own)))
        return false;
    anonymous_keep(a, at->host);
    anonymous_keep(a, r->asked->pop_host);
    for (size_t i = 0; i < r->record->count; i++) {
        const struct doctor_evidence *ev = &r->record->rows[i];
        if (!add_attempt(a, &ev->attempt, own))
            return false;
        if (!add_address(a, &r->record->rows[i].attempt.address, ANONYMOUS_SERVER) ||
            !add_address(a, &r->record->rows[i].outcome.local, ANONYMOUS_CLIENT))
            return false;
    }
    return add_others(a, r, own) && add_address(a, &at->source, ANONYMOUS_CLIENT) &&
           add_address(a, &r->asked->public_ip, ANONYMOUS_CLIENT) &&
           add_address(a, &r->stats->source, ANONYMOUS_CLIENT);
}

/* ------------------------------------------------------------------------------------------------
 * The copy
 */
struct copier {
    struct anonymous *a;
    struct arena *arena;
    const struct secret_mask *mask;
    bool failed;
};

static str replaced(struct copier *c, str text, bool words)
{
    struct buf cut, masked, shown;
    if (!text.n)
        return STR_NONE;
    buf_init(&cut, SAID_MAX + sizeof SECRET_CUT);
    buf_init(&masked, (size_t)16 * SAID_MAX);
    buf_init(&shown, (size_t)64 * SAID_MAX);
    buf_add(&cut, str_take(text, SAID_MAX));
    if (text.n > SAID_MAX)
        buf_add(&cut, STR(SECRET_CUT));
    bool ok = secret_mask_apply(c->mask, buf_str(&cut), &masked) &&
              anonymous_text(c->a, buf_str(&masked), words, &shown);
    str out = ok ? arena_dup(c->arena, buf_str(&shown)) : STR_NONE;
    c->failed |= !ok || !out.p;
    buf_done(&cut);
    buf_done(&masked);
    buf_done(&shown);
    return out;
}

static struct smtp_attempt attempt_of(struct copier *c, const struct smtp_attempt *x)
{
    struct smtp_attempt y = *x;
    struct ip ip;
    char text[IP_TEXT_MAX];
    y.address = anonymous_ip(c->a, &x->address, ANONYMOUS_SERVER);
    y.source = anonymous_ip(c->a, &x->source, ANONYMOUS_CLIENT);
    y.mechanism = replaced(c, x->mechanism, false);
    y.user = replaced(c, x->user, true);
    y.helo = replaced(c, x->helo, true);
    y.from = replaced(c, x->from, true);
    y.header_from = replaced(c, x->header_from, true);
    y.to = replaced(c, x->to, true);
    if (!ip_parse(x->host, &ip)) {
        y.host = replaced(c, x->host, false);
        return y;
    }
    ip = anonymous_ip(c->a, &ip, ANONYMOUS_SERVER);
    y.host = arena_dup(c->arena, str_from(ip_text(&ip, text)));
    c->failed |= !y.host.p;
    return y;
}

/* The lines of EHLO behind the first are keywords (RFC 5321 section 4.1.1.1), and read as such again. */
static str capabilities_of(struct copier *c, str text)
{
    str first = text;
    str rest = (str_cut(&first, '\n'), first);
    str head = replaced(c, str_take(text, text.n - rest.n), true);
    str tail = replaced(c, rest, false);
    return tail.n ? arena_printf(c->arena, "%.*s%.*s", STR_ARG(head), STR_ARG(tail)) : head;
}

/* Folders are named after people: of a path its last name stays. */
static str without_folders(struct copier *c, str text)
{
    struct buf b;
    buf_init(&b, text.n + 1);
    for (size_t i = 0; i < text.n;) {
        bool begins = !i || str_find_octet(STR(" '\"(=:"), text.p[i - 1]) != STR_NOT_FOUND;
        size_t end = i;
        bool path = begins && (text.p[i] == '/' || text.p[i] == '~');
        while (path && end < text.n && str_find_octet(STR(" '\")"), text.p[end]) == STR_NOT_FOUND)
            end++;
        size_t slash = path ? str_rfind_octet(str_take(str_skip(text, i), end - i), '/')
                            : STR_NOT_FOUND;
        if (slash != STR_NOT_FOUND && i + slash + 1 < end)
            i += slash + 1;
        end = end > i ? end : i + 1;
        buf_add(&b, str_take(str_skip(text, i), end - i));
        i = end;
    }
    str out = arena_dup(c->arena, buf_str(&b));
    c->failed |= !buf_ok(&b) || !out.p;
    buf_done(&b);
    return out;
}

/* Values, and sentences that quote some. */
static const struct doctor_config *config_of(struct copier *c, const struct doctor_config *from)
{
    struct doctor_config *to = from ? arena_alloc(c->arena, sizeof *to) : NULL;
    c->failed |= from && !to;
    if (!to)
        return NULL;
    *to = *from;
    to->said.attempt = attempt_of(c, &from->said.attempt);
    to->said.secret_text = STR("");
    to->said.ca_file = replaced(c, without_folders(c, from->said.ca_file), true);
    to->document = to->diff = STR("");
    to->file = replaced(c, from->file, true);
    for (size_t i = 0; i < SETTINGS_FIELDS; i++)
        to->places[i] = replaced(c, from->places[i], true);
    for (size_t i = 0; i < from->mistake_count; i++) {
        struct doctor_config_mistake *m = &to->mistakes[i];
        m->place = replaced(c, m->place, true);
        m->said = replaced(c, without_folders(c, m->said), true);
        m->remedy = replaced(c, without_folders(c, m->remedy), true);
    }
    return to;
}

/* Every slice, whatever it is; then those that need more care. */
static void copy_row(struct copier *c, const struct doctor_evidence *from,
                     struct doctor_evidence *to)
{
    str *slices[DOCTOR_EVIDENCE_SLICES];
    struct smtp_outcome *o = &to->outcome;
    *to = *from;
    size_t n = doctor_evidence_slices(to, slices);
    for (size_t i = 0; i < n; i++)
        *slices[i] = replaced(c, *slices[i], true);
    to->attempt = attempt_of(c, &from->attempt);
    if (from->probe == PROBE_CAPABILITIES)
        o->text = capabilities_of(c, from->outcome.text);
    o->tls.names = replaced(c, from->outcome.tls.names, false);
    o->local = anonymous_ip(c->a, &o->local, ANONYMOUS_CLIENT);
}

static const struct doctor_evidence *same_row(const struct doctor_nobody *n,
                                              const struct doctor_evidence *ev)
{
    return ev ? doctor_record_row(&n->record, ev->id) : NULL;
}

static void copy_all(struct copier *c, const struct doctor_report *r, struct doctor_nobody *out)
{
    out->asked = *r->asked;
    out->asked.attempt = attempt_of(c, &r->asked->attempt);
    out->asked.pop_host = replaced(c, r->asked->pop_host, true);
    out->asked.own_address = replaced(c, r->asked->own_address, true);
    out->asked.pasted_error = replaced(c, r->asked->pasted_error, true);
    out->asked.pasted.who = replaced(c, r->asked->pasted.who, true);
    out->asked.pasted.words = replaced(c, r->asked->pasted.words, true);
    out->asked.pasted.plain = STR_NONE;
    out->asked.pasted.folded = STR_NONE;
    out->asked.public_ip = anonymous_ip(c->a, &r->asked->public_ip, ANONYMOUS_CLIENT);
    out->asked.whoami = replaced(c, r->asked->whoami, true);
    out->asked.config = config_of(c, r->asked->config);
    for (size_t i = 0; i < r->record->count; i++)
        copy_row(c, &r->record->rows[i], &out->record.rows[i]);
    out->record.count = r->record->count;
    out->stats = *r->stats;
    out->stats.source = anonymous_ip(c->a, &r->stats->source, ANONYMOUS_CLIENT);
    out->judgement = *r->judgement;
    out->judgement.works = same_row(out, r->judgement->works);
    out->judgement.asked = same_row(out, r->judgement->asked);
    out->judgement.next = replaced(c, r->judgement->next, false);
    out->cell_count = doctor_cells(r->asked, r->record, r->judgement, out->cells);
    for (size_t i = 0; i < out->cell_count; i++) {
        out->cells[i].at = attempt_of(c, &out->cells[i].at);
        out->cells[i].s.by = same_row(out, out->cells[i].s.by);
    }
}

bool doctor_nobody_init(struct doctor_nobody *out, const struct doctor_report *r,
                        struct arena *arena)
{
    out->record.arena = arena;
    out->names = anonymous_new();
    struct copier c = { out->names, arena, r->mask, !out->names };
    if (!c.failed && add_names(c.a, r))
        copy_all(&c, r, out);
    else
        c.failed = true;
    if (c.failed)
        doctor_nobody_done(out);
    return !c.failed;
}

void doctor_nobody_done(struct doctor_nobody *n)
{
    anonymous_free(n->names);
    n->names = NULL;
}
