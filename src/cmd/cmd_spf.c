/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_spf.c - baton spf: may this address send mail for this domain, and what to publish so that it may
 */
#include "cmd/cmd.h"
#include "cmd/lookup_flags.h"
#include "cmd/spf_report.h"
#include "domain/name.h"
#include "mail/from.h"
#include "mail/received.h"
#include "net/idn.h"
#include "net/read_file.h"
#include "settings/providers.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    MEMORY_MAX = 8 << 20,
    CHECK_MEMORY = 2 << 20,
    REPORT_MAX = 16 << 20,
    INCLUDES_MAX = 16,
    FILE_MAX = 64 << 20,
    HOP_MAX = 1000
};

struct flags {
    struct lookup_flags lookup; /* first: its rows fill it in */
    struct ip ip;
    const char *helo, *from, *receiver, *server, *received;
    uint64_t hop;
    str includes[INCLUDES_MAX];
    size_t include_count;
};

static bool take_ip(void *into, const char *value, struct err *e)
{
    return ip_parse(str_from(value), &((struct flags *)into)->ip) ||
           err_set(e, ERR_SYNTAX, "--ip '%.60s' is no IP address", value);
}
static bool take_helo(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->helo = value;
    return true;
}
static bool take_from(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->from = value;
    return true;
}
static bool take_receiver(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->receiver = value;
    return true;
}
static bool take_server(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->server = value;
    return true;
}
static bool take_received(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->received = value;
    return true;
}
static bool take_hop(void *into, const char *value, struct err *e)
{
    uint64_t *hop = &((struct flags *)into)->hop;
    return (str_to_u64(str_from(value), HOP_MAX, hop) && *hop > 0) ||
           err_set(e, ERR_SYNTAX, "--hop '%.20s' is no number from 1 to %d", value, HOP_MAX);
}
static bool take_include(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    char name[DNS_NAME_MAX];
    if (!dns_name_from_text(str_from(value), NULL, name, e))
        return false;
    if (f->include_count == INCLUDES_MAX)
        return err_set(e, ERR_LIMIT, "--include may be there %d times", INCLUDES_MAX);
    f->includes[f->include_count++] = str_from(value);
    return true;
}

const struct command_option SPF_OPTIONS[] = {
    { "ip", "IP", "the address that hands the mail over", take_ip },
    { "helo", "NAME", "what it says in EHLO or HELO", take_helo },
    { "from", "ADDRESS", "the sender of the envelope; empty: that of a bounce, and --helo counts",
      take_from },
    { "received", "FILE",
      "a message that arrived: address and names are read from its Received and Return-Path "
      "fields; "
      "'-' is standard input",
      take_received },
    { "hop", "N",
      "read the N'th Received field from the top, not the topmost with a public address",
      take_hop },
    { "include", "DOMAIN",
      "the record of a service that sends for you, to be added; may be repeated", take_include },
    { "server", "HOST", "the server that you submit to, when it is not known what --ip will be",
      take_server },
    { "receiver", "NAME", "who checks, for the macro r in explanations", take_receiver },
    LOOKUP_OPTIONS,
    { NULL, NULL, NULL, NULL },
};

/* All of it as one core over the table of answers. */
struct run {
    const struct flags *flags;
    struct dns_known *known;
    struct spf_input in;
    bool has_address, has_guess;
    str provider, include, taken_from;
    struct buf file;
    struct arena memory, check_memory;
    struct spf_check check;
    struct spf_guess guess;
    struct spf_survey survey;
    struct spf_proposal proposal;
};

/* Which record lists the addresses that the mail will leave from. False: not yet. */
static bool find_include(struct run *r)
{
    const struct provider *p = NULL;
    if (r->flags->include_count > 0) {
        r->include = r->flags->includes[0];
        return true;
    }
    if (r->flags->server)
        p = provider_of_host(str_from(r->flags->server));
    if (!p && !r->flags->server) {
        const struct dns_answer *mx = dns_known_follow(r->known, spf_domain(&r->in), DNS_MX);
        if (!mx)
            return false;
        for (size_t i = 0; i < mx->count && !p; i++)
            p = provider_of_mx(mx->records[i].name);
    }
    if (p && p->spf.n > 0) {
        r->provider = p->title;
        r->include = p->spf;
    }
    return true;
}

static bool guess(struct run *r)
{
    if (!find_include(r))
        return false;
    r->has_guess = r->include.n > 0;
    return !r->has_guess ||
           spf_guess_by_include(r->known, &r->in, r->include, &r->check_memory, &r->guess);
}

/* What the record lacks: what was asked for, the address that does not pass, the provider that does not. */
static struct spf_wish wish_of(const struct run *r)
{
    struct spf_wish w = { .includes = r->flags->includes,
                          .include_count = r->flags->include_count };
    bool passes = r->has_address
                      ? r->check.result == AUTH_PASS
                      : r->has_guess && r->guess.usable && r->guess.passed == r->guess.tried;
    if (r->has_address && (passes || r->check.result == AUTH_TEMPERROR))
        return w;
    if (passes)
        w.include_count = 0;
    else if (w.include_count == 0 && r->has_address) {
        w.addresses = &r->in.ip;
        w.address_count = 1;
    } else if (w.include_count == 0 && r->has_guess) {
        w.includes = &r->include;
        w.include_count = 1;
    }
    return w;
}

static bool core(void *user)
{
    struct run *r = user;
    if (r->has_address ? !spf_check(r->known, &r->in, &r->check_memory, &r->check) : !guess(r))
        return false;
    if (!r->has_address && !(r->has_guess && r->guess.usable) &&
        !spf_survey(r->known, &r->in, &r->check_memory, &r->survey))
        return false;
    const struct spf_wish w = wish_of(r);
    return spf_propose(r->known, spf_domain(&r->in), &w, &r->memory, &r->proposal);
}

/* The domain in the letters of DNS, the part before it as it is. A domain that is none stays as it is too: then
 * there is none to check. */
static bool set_from(struct run *r, str typed, struct err *e)
{
    char name[DNS_NAME_MAX];
    struct err why = { .kind = ERR_NONE };
    if (str_starts(typed, STR("<")) && str_ends_nocase(typed, STR(">")) && typed.n > 1)
        typed = str_take(str_skip(typed, 1), typed.n - 2);
    size_t at = str_rfind_octet(typed, '@');
    str local = at == STR_NOT_FOUND ? STR_NONE : str_take(typed, at + 1);
    str domain = at == STR_NOT_FOUND ? typed : str_skip(typed, at + 1);
    r->in.from = typed;
    if (str_is_ascii(domain) || !dns_name_from_text(domain, net_idn(domain), name, &why))
        return true;
    r->in.from = arena_printf(&r->memory, "%.*s%s", STR_ARG(local), name);
    return r->in.from.p || err_memory(e, "an address");
}

/* What the receiving server noted, unless a flag says it. */
static bool read_message(struct run *r, const struct flags *f, const char **from, struct err *e)
{
    struct mail_header h;
    struct mail_received field;
    size_t place;
    char room[MAIL_ADDRESS_MAX];
    if (!read_whole_file(f->received, FILE_MAX, &r->file, e) ||
        !mail_header_read(buf_str(&r->file), &r->memory, &h, e))
        return false;
    if (!mail_received_find(&h, (size_t)f->hop, &field, &place))
        return f->hop
                   ? err_set(e, ERR_SYNTAX,
                             "Received field %u of '%.100s' tells no client's address",
                             (unsigned)f->hop, f->received)
                   : err_set(
                         e, ERR_SYNTAX,
                         "no Received field of '%.100s' tells a client's public address; --hop N "
                         "names a field, --ip the address",
                         f->received);
    str path = mail_return_path(&h);
    bool return_path = path.p != NULL;
    if (!return_path)
        path = mail_from_first(buf_str(&r->file), room);
    if (!*from && !(*from = arena_dup(&r->memory, path).p))
        return err_memory(e, "an address");
    if (r->in.ip.family == IP_NONE)
        r->in.ip = field.ip;
    if (r->in.helo.n == 0)
        r->in.helo = field.helo;
    r->taken_from = arena_printf(
        &r->memory, "Received field %zu from the top, written by %.*s; sender from %s", place,
        STR_ARG(field.by.n ? field.by : STR("a server that it does not name")),
        f->from       ? "--from"
        : return_path ? "Return-Path"
                      : "From, since there is no Return-Path: the envelope may have had another");
    return true;
}

static bool begin(struct run *r, const struct flags *f, struct err *e)
{
    r->in.helo = str_from(f->helo);
    r->in.receiver = str_from(f->receiver);
    r->in.ip = f->ip;
    r->in.now_s = (uint64_t)time(NULL);
    const char *from = f->from;
    if (f->received && !read_message(r, f, &from, e))
        return false;
    r->has_address = r->in.ip.family != IP_NONE;
    if (!from && !f->helo)
        return err_set(e, ERR_SYNTAX, "say whose mail it is: --from ADDRESS, or --helo NAME");
    if (!set_from(r, str_from(from), e))
        return false;
    str domain = spf_domain(&r->in);
    if (f->lookup.gather.resolver.family == IP_NONE && domain_is_reserved(domain))
        return err_set(e, ERR_SYNTAX,
                       "public DNS knows nothing of '%.*s'; --resolver names a server that does",
                       STR_ARG(str_take(domain, 80)));
    return true;
}

static int print(const struct run *r)
{
    const struct flags *f = r->flags;
    bool guessed = !r->has_address && r->has_guess && r->guess.usable;
    bool settled = !r->has_address && !guessed && r->survey.settled;
    const struct spf_report report = { .in = &r->in,
                                       .has_address = r->has_address,
                                       .provider = r->provider,
                                       .include = r->include,
                                       .taken_from = r->taken_from,
                                       .check = r->has_address ? &r->check
                                                : guessed      ? &r->guess.check
                                                : settled      ? &r->survey.check
                                                               : NULL,
                                       .survey = r->has_address || guessed ? NULL : &r->survey,
                                       .guess = r->has_guess ? &r->guess : NULL,
                                       .proposal = &r->proposal,
                                       .verbose = f->lookup.verbose };
    struct buf out;
    buf_init(&out, REPORT_MAX);
    bool ok = f->lookup.json ? spf_report_json(&report, &out) : spf_report_text(&report, &out);
    ok = ok && fwrite(out.p ? out.p : "", 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    buf_done(&out);
    if (!ok)
        fputs("baton spf: the report could not be written\n", stderr);
    return ok ? spf_report_status(&report) : EXIT_USAGE;
}

int cmd_spf(int argc, char **argv)
{
    struct err e = { .kind = ERR_NONE };
    struct flags f = { .server = NULL };
    struct run r = { .flags = &f };
    int rest, status = EXIT_USAGE;
    lookup_flags_init(&f.lookup);
    arena_init(&r.memory, MEMORY_MAX);
    arena_init(&r.check_memory, CHECK_MEMORY);
    buf_init(&r.file, 0);
    r.known = dns_known_new(0);
    if (!r.known)
        err_memory(&e, "the answers of DNS");
    else if (command_parse(command_named("spf"), argc, argv, &f, &rest, &e) &&
             (rest < 2 || err_set(&e, ERR_SYNTAX, "'%.60s' is one word too many", argv[1])) &&
             begin(&r, &f, &e) &&
             net_gather_run(&f.lookup.gather, r.known, (uint32_t)(f.lookup.timeout_s * 1000), core,
                            &r, &e))
        status = print(&r);
    if (e.kind != ERR_NONE)
        status = command_usage_error("spf", &e);
    dns_known_free(r.known);
    buf_done(&r.file);
    arena_done(&r.check_memory);
    arena_done(&r.memory);
    return status;
}
