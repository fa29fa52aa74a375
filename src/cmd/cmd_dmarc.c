/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_dmarc.c - baton dmarc: what the domain of From asks of receivers, and who passes it
 */
#include "base/escape.h"
#include "cmd/dmarc_message.h"
#include "cmd/lookup_flags.h"
#include "cmd/output.h"
#include "dns/record_text.h"
#include "domain/name.h"
#include "mailauth/dmarc.h"
#include "net/idn.h"
#include "net/psl.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    AUTHORS_MAX = 8,
    TEXT_MAX = 4 << 20,
    FROM_MEMORY = 1 << 20,
    EXIT_BAD_NEWS = 1,
    EXIT_NOT_KNOWN = 3
};

/* A domain as it was given, and its A-labels. */
struct domain {
    char ascii[DNS_NAME_MAX];
};
struct flags {
    struct lookup_flags lookup; /* first: its rows fill it in */
    struct domain authors[AUTHORS_MAX], dkim[DMARC_DKIM_MAX], spf;
    size_t author_count, dkim_count;
    bool from_given;
    const char *received;
    enum dmarc_standard standard;
};

/* ------------------------------------------------------------------------------------------------
 * Flags
 */
static bool read_domain(const char *flag, str value, struct domain *out, struct err *e)
{
    struct err why = { .kind = ERR_NONE };
    str s = str_trim(value);
    size_t at = str_rfind_octet(s, '@');
    s = at == STR_NOT_FOUND ? s : str_skip(s, at + 1);
    if (str_ends_nocase(s, STR(">")))
        s.n--;
    return dns_name_from_text(s, net_idn(s), out->ascii, &why) ||
           err_set(e, why.kind, "--%s: %.200s", flag, why.why);
}

/* Two authors of one domain are one. */
static bool add_author(struct flags *f, const char ascii[DNS_NAME_MAX], struct err *e)
{
    for (size_t i = 0; i < f->author_count; i++)
        if (strcmp(f->authors[i].ascii, ascii) == 0)
            return true;
    if (f->author_count == AUTHORS_MAX)
        return err_set(e, ERR_LIMIT, "there are authors of more than %d domains", AUTHORS_MAX);
    memcpy(f->authors[f->author_count++].ascii, ascii, DNS_NAME_MAX);
    return true;
}

/* An address literal is no domain: nothing that DMARC could be asked of. */
static bool take_author(struct flags *f, str address, struct err *e)
{
    struct domain d;
    if (str_ends_nocase(address, STR("]")))
        return true;
    return read_domain("from", address, &d, e) && add_author(f, d.ascii, e);
}

/* What may stand in From, names, comments and several authors too; else an address or a domain. */
static bool take_from(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    const struct mail_field field = { .name = STR("From"), .value = str_from(value) };
    const struct mail_header header = { .fields = &field, .count = 1 };
    struct mail_from from;
    struct arena memory;
    f->from_given = true;
    if (str_trim(field.value).n == 0)
        return true; /* a From without an address */
    arena_init(&memory, FROM_MEMORY);
    bool ok = mail_from_read(&header, &memory, &from) || err_memory(e, "the authors");
    if (ok && (from.count == 0 || (from.trouble & ~(unsigned)MAIL_FROM_GROUP)))
        ok = take_author(f, field.value, e);
    else
        for (size_t i = 0; ok && i < from.count; i++)
            ok = take_author(f, from.authors[i].address, e);
    arena_done(&memory);
    return ok;
}

static bool take_dkim(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    if (f->dkim_count == DMARC_DKIM_MAX)
        return err_set(e, ERR_LIMIT, "--dkim is given more than %d times", DMARC_DKIM_MAX);
    if (!*value)
        return true; /* no signature passed */
    return read_domain("dkim", str_from(value), &f->dkim[f->dkim_count], e) && ++f->dkim_count;
}

static bool take_spf(void *into, const char *value, struct err *e)
{
    return !*value || read_domain("spf", str_from(value), &((struct flags *)into)->spf, e);
}

static bool take_rfc(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    bool old = strcmp(value, "7489") == 0;
    if (!old && strcmp(value, "9989") != 0)
        return err_set(e, ERR_SYNTAX, "--rfc '%.20s' is neither 7489 nor 9989", value);
    f->standard = old ? DMARC_RFC_7489 : DMARC_RFC_9989;
    return true;
}

static bool take_received(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->received = value;
    return true;
}

const struct command_option DMARC_OPTIONS[] = {
    { "from", "A", "the address, or the domain, in From; again for each further author",
      take_from },
    { "dkim", "DOMAIN", "a signature of this domain (d=) passed; again for each", take_dkim },
    { "spf", "DOMAIN", "SPF passed for this domain", take_spf },
    { "received", "FILE",
      "a message that was received: From, DKIM and SPF are read from it; '-' is standard input",
      take_received },
    { "rfc", "7489|9989", "by which standard: the tree walk (9989), or the public suffix list",
      take_rfc },
    LOOKUP_OPTIONS,
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * The look-up
 */
struct run {
    const struct flags *f;
    struct dns_known *known;
    struct dmarc_message *message; /* NULL: none was given */
    str dkim[DMARC_DKIM_MAX];
    struct dmarc_question questions[AUTHORS_MAX];
    struct dmarc_result results[AUTHORS_MAX];
    struct dmarc_result if_passed; /* had those passed that could not be asked */
    bool open[AUTHORS_MAX];        /* it would not fail then */
    size_t count, chosen;          /* the author whose result is shown */
    enum auth_result result;
    bool several; /* more than one domain in From */
};

/* Those that passed in the message, behind those of the flags. */
static void add_passed(struct run *r)
{
    const struct dmarc_message *m = r->message;
    size_t n = r->f->dkim_count;
    for (size_t i = 0; i < m->passed_count && n < DMARC_DKIM_MAX; i++)
        r->dkim[n++] = m->passed[i];
    for (size_t i = 0; i < r->count; i++) {
        r->questions[i].dkim_count = n;
        if (!r->f->spf.ascii[0] && m->spf_known && m->spf.result == AUTH_PASS)
            r->questions[i].spf = m->spf.domain;
    }
}

/* A message fails only where it fails although SPF and every signature passed that could not be checked for want
 * of an answer (RFC 9989 section 5.3.6). False: answers are missing. */
static bool check_open(struct run *r, size_t i)
{
    const struct dmarc_message *m = r->message;
    struct dmarc_question q = r->questions[i];
    str dkim[DMARC_DKIM_MAX];
    bool spf_open = m->spf_known && m->spf.result == AUTH_TEMPERROR && !q.spf.n;
    if (r->results[i].result != AUTH_FAIL || (!spf_open && !m->open_count))
        return true;
    memcpy(dkim, m->open, sizeof dkim);
    q.dkim = dkim;
    q.dkim_count = m->open_count;
    q.spf = spf_open ? m->spf.domain : q.spf;
    if (!dmarc_check(r->known, &q, &r->if_passed))
        return false;
    if (r->if_passed.result != AUTH_FAIL) {
        r->results[i].result = AUTH_TEMPERROR;
        r->results[i].disposition = DMARC_NONE;
        r->open[i] = true;
    }
    return true;
}

static bool core(void *user)
{
    struct run *r = user;
    bool complete = !r->message || dmarc_message_check(r->message, r->known);
    if (r->message && complete)
        add_passed(r);
    for (size_t i = 0; i < r->count; i++)
        complete &= dmarc_check(r->known, &r->questions[i], &r->results[i]);
    for (size_t i = 0; r->message && complete && i < r->count; i++)
        complete = check_open(r, i);
    for (size_t i = 0; complete && i < r->count; i++)
        complete = dmarc_check_reports(r->known, &r->questions[i], &r->results[i]);
    return complete;
}

/* RFC 7489 section 6.6.1: of several domains the one that fails with the strictest policy. */
static int gravity(const struct dmarc_result *r)
{
    static const int OF[] = { [AUTH_PASS] = 1,
                              [AUTH_NONE] = 0,
                              [AUTH_PERMERROR] = 2,
                              [AUTH_TEMPERROR] = 3,
                              [AUTH_FAIL] = 4 };
    return OF[r->result] + (r->result == AUTH_FAIL ? (int)r->policy : 0);
}

static void choose(struct run *r)
{
    for (size_t i = 1; i < r->count; i++)
        if (gravity(&r->results[i]) > gravity(&r->results[r->chosen]))
            r->chosen = i;
    r->result = r->results[r->chosen].result;
    if (r->several && r->f->standard == DMARC_RFC_9989)
        r->result = AUTH_PERMERROR; /* section 5.3.1: it cannot be checked */
}

static bool look_up(struct run *r, struct err *e)
{
    const struct flags *f = r->f;
    for (size_t i = 0; i < f->dkim_count; i++)
        r->dkim[i] = str_from(f->dkim[i].ascii);
    r->count = f->author_count ? f->author_count : 1;
    r->several = f->author_count > 1;
    for (size_t i = 0; i < r->count; i++)
        r->questions[i] = (struct dmarc_question){ .standard = f->standard,
                                                   .author = str_from(f->authors[i].ascii),
                                                   .spf = str_from(f->spf.ascii),
                                                   .dkim = r->dkim,
                                                   .dkim_count = f->dkim_count,
                                                   .suffixes = &NET_PSL };
    if (!net_gather_run(&f->lookup.gather, r->known, (uint32_t)f->lookup.timeout_s * 1000, core, r,
                        e))
        return false;
    choose(r);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * What is told
 */
struct published {
    struct buf name, text;
    bool any;
};

static void publish_init(struct published *p, const struct run *r)
{
    buf_init(&p->name, DNS_NAME_MAX + 16);
    buf_init(&p->text, DMARC_RECORD_MAX);
    p->any = dmarc_publish(&r->questions[r->chosen], &r->results[r->chosen], &p->name, &p->text);
}
static void publish_done(struct published *p)
{
    buf_done(&p->name);
    buf_done(&p->text);
}
#define PUBLISHED AUTO(publish_done) struct published

static void result_text(const struct run *r, struct buf *b)
{
    if (!r->open[r->chosen]) {
        dmarc_result_text(&r->questions[r->chosen], &r->results[r->chosen], b);
        return;
    }
    buf_add(b, STR("DMARC of "));
    (void)escape_line(r->questions[r->chosen].author, b);
    buf_add(
        b, STR(" could not be told: DNS did not answer for the SPF record or a DKIM key that could "
               "make it pass."));
}

static void summary(const struct run *r, struct buf *b)
{
    if (!r->several) {
        result_text(r, b);
        return;
    }
    buf_addf(b, "From names authors of %zu domains. ", r->count);
    if (r->f->standard == DMARC_RFC_9989)
        buf_add(b, STR("DMARC cannot be checked then, and many receivers refuse such mail. Of the "
                       "domains alone, the worst: "));
    else
        buf_add(b, STR("Each is checked, and the strictest that fails counts: "));
    result_text(r, b);
}

/* ---- JSON ---- */

static json_t *policy_json(enum dmarc_policy p)
{
    return output_str(names_of(&DMARC_POLICY_NAMES, (int)p));
}

static json_t *tags_json(const struct dmarc_record *d)
{
    static const char *const PSD[] = { "u", "y", "n" };
    return json_pack("{s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o}", "p",
                     policy_json(d->p), "sp", policy_json(d->sp), "np", policy_json(d->np), "adkim",
                     d->dkim_strict ? "s" : "r", "aspf", d->spf_strict ? "s" : "r", "psd",
                     PSD[d->psd], "t", d->testing ? "y" : "n", "pct", (int)d->pct, "rua",
                     output_str(d->rua), "ruf", output_str(d->ruf), "fo", output_str(d->fo));
}

static json_t *problems_json(const struct dmarc_result *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->problem_count; i++) {
        const struct dmarc_problem *p = &r->problems[i];
        struct buf b;
        buf_init(&b, TEXT_MAX);
        dmarc_problem_text(p, &b);
        json_array_append_new(
            list, json_pack("{s:b, s:o, s:o, s:o, s:o}", "serious", dmarc_problem_serious(p), "tag",
                            output_str(p->tag), "value", output_str(p->value), "at",
                            output_str(p->where), "text", output_str(buf_str(&b))));
        buf_done(&b);
    }
    return list;
}

static json_t *records_json(const struct dns_answer *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < a->count; i++) {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        if (a->records[i].type == DNS_TXT)
            (void)escape_line(a->records[i].data, &b);
        else
            (void)dns_record_value_text(&a->records[i], &b);
        json_array_append_new(list, json_stringn(b.p ? b.p : "", b.n));
        buf_done(&b);
    }
    return list;
}

/* Every question in the order in which it was noted. */
static json_t *trace_json(const struct dns_known *k)
{
    json_t *list = json_array();
    for (size_t i = 0; i < dns_known_count(k); i++) {
        const struct dns_answer *a = dns_known_at(k, i);
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:I, s:o}", "name", output_str(a->question.name),
                            "type", output_str(names_of(&DNS_TYPE_NAMES, (int)a->question.type)),
                            "code", output_str(names_of(&DNS_CODE_NAMES, (int)a->code)), "ttl_s",
                            (json_int_t)a->ttl_s, "records", records_json(a)));
    }
    return list;
}

/* The organisation that is aligned: the name itself where that is strict, or could not be asked. */
static json_t *aligned_json(const struct dmarc_result *r, str identity, bool strict)
{
    return output_str(identity.n && !strict && r->org_domain.n ? r->org_domain : identity);
}

static void add_alignment(json_t *root, const struct dmarc_result *r)
{
    const struct dmarc_record *d = r->found ? &r->found->record : NULL;
    bool spf_strict = d && d->spf_strict, dkim_strict = d && d->dkim_strict;
    json_object_set_new(root, "alignment",
                        json_pack("{s:o, s:o}", "spf",
                                  output_str(names_of(&DMARC_ALIGNMENT_NAMES, (int)r->spf)), "dkim",
                                  output_str(names_of(&DMARC_ALIGNMENT_NAMES, (int)r->dkim))));
    json_object_set_new(root, "aligned_spf", aligned_json(r, r->aligned_spf, spf_strict));
    json_object_set_new(root, "aligned_dkim", aligned_json(r, r->aligned_dkim, dkim_strict));
    json_object_set_new(root, "spf_strict", json_boolean(spf_strict));
    json_object_set_new(root, "dkim_strict", json_boolean(dkim_strict));
}

static json_t *existence_json(enum dmarc_existence x)
{
    return x == DMARC_EXISTENCE_UNKNOWN ? json_null() : json_boolean(x == DMARC_EXISTS);
}

/* What the message brought; null without one. */
static json_t *message_json(const struct dmarc_message *m)
{
    if (!m)
        return json_null();
    json_t *dkim = json_array();
    for (size_t i = 0; i < m->dkim.count; i++)
        json_array_append_new(
            dkim,
            json_pack("{s:o, s:o, s:o}", "domain", output_str(m->dkim.signatures[i].domain),
                      "selector", output_str(m->dkim.signatures[i].selector), "result",
                      output_str(names_of(&AUTH_RESULT_NAMES, (int)m->dkim.signatures[i].result))));
    json_t *spf = m->spf_known
                      ? json_pack("{s:o, s:o}", "domain", output_str(m->spf.domain), "result",
                                  output_str(names_of(&AUTH_RESULT_NAMES, (int)m->spf.result)))
                      : json_null();
    return json_pack("{s:o, s:o}", "dkim", dkim, "spf", spf);
}

static bool print_json(const struct run *r)
{
    const struct dmarc_result *d = &r->results[r->chosen];
    bool old = r->f->standard == DMARC_RFC_7489;
    PUBLISHED p;
    struct buf said;
    buf_init(&said, TEXT_MAX);
    publish_init(&p, r);
    summary(r, &said);
    json_t *root = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o}",
        "schema", "baton.dmarc/1", "result",
        output_str(names_of(&AUTH_RESULT_NAMES, (int)r->result)), "policy", policy_json(d->policy),
        "disposition", policy_json(d->disposition), "domain", output_str(d->org_domain),
        "organizational_domain", output_str(d->org_domain), "from_domain",
        output_str(r->questions[r->chosen].author), "record_domain",
        output_str(d->found ? d->found->domain : STR_NONE), "record",
        output_str(d->found ? d->found->record.text : STR_NONE), "tags",
        d->found ? tags_json(&d->found->record) : json_null(), "rfc", old ? 7489 : 9989,
        "policy_tag", output_word(d->by), "from_exists",
        old ? json_null() : existence_json(d->author_exists), "suffix_list",
        output_word(old ? net_psl_day() : NULL), "problems", problems_json(d), "trace",
        trace_json(r->known), "summary", output_str(buf_str(&said)));
    buf_done(&said);
    if (!root)
        return false;
    add_alignment(root, d);
    json_object_set_new(root, "received", message_json(r->message));
    json_object_set_new(root, "publish",
                        p.any ? json_pack("{s:o, s:s, s:o}", "name", output_str(buf_str(&p.name)),
                                          "type", "TXT", "value", output_str(buf_str(&p.text)))
                              : json_null());
    return output_json(root);
}

/* ---- text ---- */

static void add_row(struct buf *b, const char *what, str value)
{
    if (!value.n)
        return;
    buf_addf(b, "  %-12s ", what);
    (void)escape_line(value, b);
    buf_addc(b, '\n');
}

static void add_problems(const struct dmarc_result *d, struct buf *b)
{
    for (size_t i = 0; i < d->problem_count; i++) {
        struct buf said;
        buf_init(&said, TEXT_MAX);
        buf_add(&said, dmarc_problem_serious(&d->problems[i]) ? STR("wrong: ") : STR("note: "));
        dmarc_problem_text(&d->problems[i], &said);
        buf_add(b, i ? STR("") : STR("\n"));
        output_sentence(b, 2, buf_str(&said));
        buf_done(&said);
    }
}

static void add_trace(const struct dns_known *k, struct buf *b)
{
    buf_add(b, STR("\nWhat was asked\n"));
    for (size_t i = 0; i < dns_known_count(k); i++) {
        const struct dns_answer *a = dns_known_at(k, i);
        buf_add(b, STR("  "));
        (void)escape_line(a->question.name, b);
        buf_addf(b, " %.*s: %.*s\n", STR_ARG(names_of(&DNS_TYPE_NAMES, (int)a->question.type)),
                 STR_ARG(names_of(&DNS_CODE_NAMES, (int)a->code)));
        for (size_t j = 0; j < a->count; j++) {
            buf_add(b, STR("    "));
            if (a->records[j].type == DNS_TXT)
                (void)escape_line(a->records[j].data, b);
            else
                (void)dns_record_value_text(&a->records[j], b);
            buf_addc(b, '\n');
        }
    }
}

static void add_message(const struct dmarc_message *m, struct buf *b)
{
    for (size_t i = 0; i < m->dkim.count; i++) {
        const struct dkim_signature *s = &m->dkim.signatures[i];
        buf_addf(b, "  %-12s %.*s for ", "DKIM",
                 STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)s->result)));
        (void)escape_line(s->domain, b);
        if (s->sentence.n && s->result != AUTH_PASS) {
            buf_add(b, STR(": "));
            (void)escape_line(s->sentence, b);
        }
        buf_addc(b, '\n');
    }
    if (!m->dkim.count)
        buf_addf(b, "  %-12s none: the message is not signed\n", "DKIM");
    if (m->spf_known) {
        buf_addf(b, "  %-12s %.*s for ", "SPF",
                 STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)m->spf.result)));
        (void)escape_line(m->spf.domain, b);
        buf_addc(b, '\n');
    } else {
        buf_addf(b,
                 "  %-12s not known: the message does not tell its envelope (Return-Path and "
                 "Received)\n",
                 "SPF");
    }
}

static void add_about(const struct run *r, struct buf *b)
{
    const struct dmarc_result *d = &r->results[r->chosen];
    str policy = names_of(&DMARC_POLICY_NAMES, (int)d->policy);
    add_row(b, "record of", d->found ? d->found->domain : STR_NONE);
    add_row(b, "record", d->found ? d->found->record.text : STR_NONE);
    if (policy.n)
        buf_addf(b, "  %-12s %.*s (by %s=)\n", "policy", STR_ARG(policy), d->by);
    add_row(b, "organisation", d->org_domain);
    if (r->f->standard == DMARC_RFC_7489)
        buf_addf(b, "  %-12s %s\n", "suffix list",
                 net_psl_day() ? net_psl_day()
                               : "missing (libpsl is not installed): the organisation is guessed");
    if (r->message)
        add_message(r->message, b);
    else if (!r->f->dkim_count && !r->f->spf.ascii[0] && d->found)
        output_sentence(
            b, 2,
            STR("No domain was given for which SPF or DKIM passed (--spf, --dkim): this "
                "is what becomes of mail that neither passes."));
}

static bool print_text(const struct run *r)
{
    PUBLISHED p;
    struct buf b, said;
    buf_init(&b, TEXT_MAX);
    buf_init(&said, TEXT_MAX);
    publish_init(&p, r);
    buf_addf(&said, "dmarc=%.*s. ", STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)r->result)));
    summary(r, &said);
    output_sentence(&b, 0, buf_str(&said));
    buf_done(&said);
    add_about(r, &b);
    add_problems(&r->results[r->chosen], &b);
    if (p.any) {
        buf_add(&b, STR("\nTo publish, as the only DMARC record of that name\n  "));
        output_txt_record(&b, buf_str(&p.name), buf_str(&p.text));
    }
    if (r->f->lookup.verbose)
        add_trace(r->known, &b);
    return output_text(&b);
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
/* The authors of a message, unless --from says them. */
static bool read_authors(struct flags *f, const struct dmarc_message *m, struct err *e)
{
    char domain[DNS_NAME_MAX];
    for (size_t i = 0; i < m->from.count && !f->from_given; i++) {
        str s = m->from.authors[i].domain;
        struct err why = { .kind = ERR_NONE };
        if (!s.n || !dns_name_from_text(s, net_idn(s), domain, &why))
            continue; /* no domain: nothing that DMARC could be asked of */
        if (!add_author(f, domain, e))
            return false;
    }
    f->from_given = true;
    return true;
}

static bool may_be_asked(const struct flags *f, struct err *e)
{
    if (!f->from_given)
        return err_set(e, ERR_SYNTAX, "give --from, the address in From, or --received FILE");
    for (size_t i = 0; i < f->author_count && f->lookup.gather.resolver.family == IP_NONE; i++)
        if (domain_is_reserved(str_from(f->authors[i].ascii)))
            return err_set(e, ERR_SYNTAX,
                           "'%s' is a name for tests and examples, of which public DNS knows "
                           "nothing; give --resolver to ask a server of yours",
                           f->authors[i].ascii);
    return true;
}

static int run(const struct flags *f, struct dmarc_message *m, struct err *e)
{
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct run *r = calloc(1, sizeof *r);
    int status = EXIT_USAGE;
    if (!k || !r) {
        err_memory(e, "the look-ups");
    } else {
        r->f = f;
        r->known = k;
        r->message = m;
        if (look_up(r, e)) {
            bool ok = f->lookup.json ? print_json(r) : print_text(r);
            status = r->result == AUTH_PASS        ? 0
                     : r->result == AUTH_TEMPERROR ? EXIT_NOT_KNOWN
                                                   : EXIT_BAD_NEWS;
            if (!ok) {
                err_set(e, ERR_SYSTEM, "the result could not be written");
                status = EXIT_USAGE;
            }
        }
    }
    free(r);
    return status;
}

static int prepare(struct flags *f, struct err *e)
{
    bool public_dns = f->lookup.gather.resolver.family == IP_NONE;
    AUTO(dmarc_message_freep) struct dmarc_message *m = NULL;
    if (f->received && !(m = dmarc_message_new(f->received, public_dns, e)))
        return EXIT_USAGE;
    if ((m && !read_authors(f, m, e)) || !may_be_asked(f, e))
        return EXIT_USAGE;
    return run(f, m, e);
}

int cmd_dmarc(int argc, char **argv)
{
    static struct flags f;
    struct err e = { .kind = ERR_NONE };
    int rest, status = EXIT_USAGE;
    f = (struct flags){ .standard = DMARC_RFC_9989 };
    lookup_flags_init(&f.lookup);
    if (command_parse(command_named("dmarc"), argc, argv, &f, &rest, &e)) {
        if (rest > 1)
            err_set(&e, ERR_SYNTAX, "'%.60s' is one word too many; the address goes to --from",
                    argv[1]);
        else
            status = prepare(&f, &e);
    }
    return status == EXIT_USAGE ? command_usage_error("dmarc", &e) : status;
}
