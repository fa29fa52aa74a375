/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_dnsbl.c - baton dnsbl: is an address on a blocklist, and does that matter
 */
#include "base/escape.h"
#include "cmd/lookup_flags.h"
#include "cmd/output.h"
#include "dns/dnsbl.h"
#include "dns/whoami.h"
#include "domain/name.h"
#include "net/idn.h"
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20, EXIT_LISTED = 1, EXIT_NOT_KNOWN = 3 };

struct flags {
    struct lookup_flags lookup; /* first: its rows fill it in */
    struct ip ip;
    char whoami[DNS_NAME_MAX]; /* empty: not given */
    char zones[DNSBL_ASKED_MAX][DNS_NAME_MAX];
    size_t zone_count;
};

/* ------------------------------------------------------------------------------------------------
 * Flags
 */
static bool read_ip(const char *flag, const char *value, struct flags *f, struct err *e)
{
    struct ip ip;
    if (!ip_parse(str_trim(str_from(value)), &ip))
        return err_set(e, ERR_SYNTAX, "%s '%.60s' is no IP address", flag, value);
    if (f->ip.family != IP_NONE && !ip_eq(&f->ip, &ip))
        return err_set(e, ERR_SYNTAX, "two addresses are given; one is looked up at a time");
    f->ip = ip;
    return true;
}

static bool read_name(const char *flag, const char *value, char out[DNS_NAME_MAX], struct err *e)
{
    struct err why = { .kind = ERR_NONE };
    str s = str_from(value);
    return dns_name_from_text(s, net_idn(s), out, &why) ||
           err_set(e, why.kind, "--%s: %.200s", flag, why.why);
}

static bool take_public_ip(void *into, const char *value, struct err *e)
{
    return read_ip("--public-ip", value, into, e);
}

static bool take_whoami(void *into, const char *value, struct err *e)
{
    return read_name("whoami", value, ((struct flags *)into)->whoami, e);
}

static bool add_zone(struct flags *f, const char *zone, struct err *e)
{
    if (f->zone_count == DNSBL_ASKED_MAX)
        return err_set(e, ERR_LIMIT, "--list: more than %d lists", DNSBL_ASKED_MAX);
    return read_name("list", zone, f->zones[f->zone_count], e) && ++f->zone_count;
}

static bool take_list(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    if (strcmp(value, "all") != 0)
        return add_zone(f, value, e);
    for (size_t i = 0; i < DNSBL_LIST_COUNT; i++)
        if (!add_zone(f, DNSBL_LISTS[i].zone, e))
            return false;
    return true;
}

const struct command_option DNSBL_OPTIONS[] = {
    { "public-ip", "IP", "the address, as IP does", take_public_ip },
    { "whoami", "NAME", "ask this DNS name, which answers with the asker's own address, for it",
      take_whoami },
    { "list", "ZONE", "ask this list, and no other; again for each; 'all' is all that are known",
      take_list },
    LOOKUP_OPTIONS,
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * The look-up
 */
struct run {
    const struct flags *f;
    struct dns_known *known;
    str zones[DNSBL_ASKED_MAX];
    struct dnsbl_question question;
    struct dns_whoami whoami;
    struct dnsbl_result result;
};

/* May be asked at this server? Public lists know nothing of the others. */
static bool is_reachable(const struct run *r)
{
    return r->f->lookup.gather.resolver.family != IP_NONE || !dnsbl_out_of_reach(&r->question.ip);
}

static bool core(void *user)
{
    struct run *r = user;
    if (r->question.ip.family == IP_NONE) {
        if (!dns_whoami(r->known, str_from(r->f->whoami), &r->whoami))
            return false;
        r->question.ip = r->whoami.ip;
    }
    if (!is_reachable(r))
        return true;
    return dnsbl_check(r->known, &r->question, &r->result);
}

static bool look_up(struct run *r, struct err *e)
{
    const struct flags *f = r->f;
    for (size_t i = 0; i < f->zone_count; i++)
        r->zones[i] = str_from(f->zones[i]);
    r->question =
        (struct dnsbl_question){ .ip = f->ip, .zones = r->zones, .zone_count = f->zone_count };
    r->result.state = DNSBL_ERROR;
    return net_gather_run(&f->lookup.gather, r->known, (uint32_t)f->lookup.timeout_s * 1000, core,
                          r, e);
}

/* ------------------------------------------------------------------------------------------------
 * What is told
 */
static size_t count_of(const struct dnsbl_result *d, enum dnsbl_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++)
        n += d->answers[i].state == state;
    return n;
}

static bool matters(const struct dnsbl_result *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->answers[i].state == DNSBL_LISTED && d->answers[i].matters_for_login)
            return true;
    return false;
}

static void summary(const struct run *r, struct buf *b)
{
    const struct dnsbl_result *d = &r->result;
    char text[IP_TEXT_MAX];
    if (r->question.ip.family == IP_NONE) {
        buf_addf(b, "%s did not tell the address.", r->f->whoami);
        return;
    }
    (void)ip_text(&r->question.ip, text);
    if (!is_reachable(r)) {
        buf_addf(b, "%s is a %s address, of which no public list knows anything.", text,
                 dnsbl_out_of_reach(&r->question.ip));
        return;
    }
    size_t listed = count_of(d, DNSBL_LISTED), clean = count_of(d, DNSBL_CLEAN),
           unknown = count_of(d, DNSBL_ERROR);
    if (listed)
        buf_addf(b, "%s is on %zu of %zu lists.%s", text, listed, d->count,
                 matters(d) ? ""
                            : " None of them matters to a server that you log in to: they list "
                              "addresses from which no mail server should send.");
    else
        buf_addf(b, "%s is on none of the %zu lists that could tell.", text, clean);
    if (unknown)
        buf_addf(b, " %zu could not tell.", unknown);
}

static const char *list_name(const struct dnsbl_answer *a)
{
    return a->list ? a->list->name : NULL;
}

static json_t *answer_json(const struct dnsbl_answer *a)
{
    char text[IP_TEXT_MAX];
    struct buf said;
    json_t *codes = json_array();
    for (size_t i = 0; i < a->code_count; i++)
        json_array_append_new(codes, json_string(ip_text(&a->codes[i], text)));
    buf_init(&said, TEXT_MAX);
    dnsbl_answer_text(a, &said);
    bool listed = a->state == DNSBL_LISTED, clean = a->state == DNSBL_CLEAN;
    json_t *o = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "zone",
                          output_str(a->zone), "name", output_word(list_name(a)), "state",
                          output_str(names_of(&DNSBL_STATE_NAMES, (int)a->state)), "why",
                          output_str(clean ? STR_NONE : buf_str(&said)), "codes", codes, "text",
                          output_str(a->text), "matters_for_login",
                          listed ? json_boolean(a->matters_for_login) : json_null(), "delist",
                          output_word(listed && a->list ? a->list->delist : NULL), "note",
                          output_word(a->list ? a->list->note : NULL), "source",
                          output_word(a->list ? a->list->source : NULL));
    buf_done(&said);
    return o;
}

static const char *result_word(const struct dnsbl_result *d)
{
    return d->state == DNSBL_LISTED ? "listed" : d->state == DNSBL_CLEAN ? "clean" : "unknown";
}

static json_t *whoami_json(const struct run *r)
{
    char text[IP_TEXT_MAX];
    if (!r->f->whoami[0] || r->f->ip.family != IP_NONE)
        return json_null();
    return json_pack("{s:s, s:o, s:b}", "name", r->f->whoami, "server",
                     output_str(str_from(ip_text(&r->whoami.server, text))), "through_resolver",
                     r->whoami.through_resolver);
}

static bool print_json(const struct run *r)
{
    char text[IP_TEXT_MAX];
    struct buf said;
    json_t *lists = json_array();
    for (size_t i = 0; i < r->result.count; i++)
        json_array_append_new(lists, answer_json(&r->result.answers[i]));
    buf_init(&said, TEXT_MAX);
    summary(r, &said);
    json_t *root = json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o}", "schema", "baton.dnsbl/1", "result",
        result_word(&r->result), "address", output_str(str_from(ip_text(&r->question.ip, text))),
        "whoami", whoami_json(r), "matters_for_login",
        r->result.state == DNSBL_LISTED ? json_boolean(matters(&r->result)) : json_null(), "lists",
        lists, "table_date", DNSBL_DATE, "summary", output_str(buf_str(&said)));
    buf_done(&said);
    return output_json(root);
}

/* One list: what it says, its own words, and where to go. */
static void add_answer(const struct dnsbl_answer *a, struct buf *b)
{
    struct buf said;
    buf_init(&said, TEXT_MAX);
    (void)escape_line(a->zone, &said);
    if (a->list)
        buf_addf(&said, " (%s)", a->list->name);
    buf_add(&said, STR(": "));
    dnsbl_answer_text(a, &said);
    output_sentence(b, 2, buf_str(&said));
    if (a->text.n) {
        buf_clear(&said);
        buf_add(&said, STR("it says: "));
        (void)escape_line(a->text, &said);
        output_sentence(b, 6, buf_str(&said));
    }
    if (a->state != DNSBL_CLEAN && a->list && a->list->note)
        output_sentence(b, 6, str_from(a->list->note));
    if (a->state == DNSBL_LISTED && a->list && a->list->delist)
        buf_addf(b, "      removal: %s\n", a->list->delist);
    buf_done(&said);
}

static void add_whoami(const struct run *r, struct buf *b)
{
    if (!r->f->whoami[0] || r->f->ip.family != IP_NONE || r->question.ip.family == IP_NONE)
        return;
    struct buf said;
    buf_init(&said, TEXT_MAX);
    buf_addf(&said, "The address is what %s answered.%s", r->f->whoami,
             r->whoami.through_resolver
                 ? " Its own servers could not be asked, so that it is your resolver's address, "
                   "which is yours only where the resolver is on your machine or in your network."
                 : "");
    output_sentence(b, 0, buf_str(&said));
    buf_done(&said);
}

static bool print_text(const struct run *r)
{
    static const enum dnsbl_state ORDER[] = { DNSBL_LISTED, DNSBL_ERROR, DNSBL_CLEAN };
    struct buf b, said;
    buf_init(&b, TEXT_MAX);
    buf_init(&said, TEXT_MAX);
    summary(r, &said);
    output_sentence(&b, 0, buf_str(&said));
    add_whoami(r, &b);
    for (size_t o = 0; o < COUNT_OF(ORDER); o++)
        for (size_t i = 0; i < r->result.count; i++)
            if (r->result.answers[i].state == ORDER[o])
                add_answer(&r->result.answers[i], &b);
    buf_done(&said);
    return output_text(&b);
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static bool is_complete(const struct flags *f, struct err *e)
{
    char text[IP_TEXT_MAX];
    bool public_dns = f->lookup.gather.resolver.family == IP_NONE;
    if (f->ip.family == IP_NONE && !f->whoami[0])
        return err_set(e, ERR_SYNTAX,
                       "give the IP address that mail servers see, or --whoami NAME, which asks a "
                       "DNS name for it");
    const char *why = f->ip.family == IP_NONE ? NULL : dnsbl_out_of_reach(&f->ip);
    if (why && public_dns)
        return err_set(e, ERR_SYNTAX,
                       "%s is a %s address, of which no public list knows anything; give the one "
                       "that mail servers see, or --resolver for a list of your own",
                       ip_text(&f->ip, text), why);
    for (size_t i = 0; i < f->zone_count && public_dns; i++)
        if (domain_is_reserved(str_from(f->zones[i])))
            return err_set(e, ERR_SYNTAX,
                           "'%s' is a name for tests and examples, of which public DNS knows "
                           "nothing; give --resolver to ask a server of yours",
                           f->zones[i]);
    return true;
}

static int run(const struct flags *f, struct err *e)
{
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct run *r = calloc(1, sizeof *r);
    int status = EXIT_USAGE;
    if (!k || !r) {
        err_memory(e, "the look-ups");
    } else {
        r->f = f;
        r->known = k;
        if (look_up(r, e)) {
            status = r->result.state == DNSBL_LISTED  ? EXIT_LISTED
                     : r->result.state == DNSBL_CLEAN ? 0
                                                      : EXIT_NOT_KNOWN;
            if (!(f->lookup.json ? print_json(r) : print_text(r))) {
                err_set(e, ERR_SYSTEM, "the result could not be written");
                status = EXIT_USAGE;
            }
        }
    }
    free(r);
    return status;
}

int cmd_dnsbl(int argc, char **argv)
{
    static struct flags f;
    struct err e = { .kind = ERR_NONE };
    int rest, status = EXIT_USAGE;
    f = (struct flags){ .zone_count = 0 };
    lookup_flags_init(&f.lookup);
    if (command_parse(command_named("dnsbl"), argc, argv, &f, &rest, &e)) {
        bool ok = rest <= 2 ||
                  err_set(&e, ERR_SYNTAX, "'%.60s' is one word too many; give one IP", argv[2]);
        ok = ok && (rest < 2 || read_ip("IP", argv[1], &f, &e));
        if (ok && is_complete(&f, &e))
            status = run(&f, &e);
    }
    return status == EXIT_USAGE ? command_usage_error("dnsbl", &e) : status;
}
