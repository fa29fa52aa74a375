/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_dkim.c - baton dkim: are the signatures of a message good, and is the record of a selector
 */
#include "cmd/cmd.h"
#include "cmd/dkim_report.h"
#include "cmd/lookup_flags.h"
#include "domain/name.h"
#include "net/idn.h"
#include "net/psl.h"
#include "net/read_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MESSAGE_MAX ((size_t)64 << 20)
#define MEMORY_MAX  ((size_t)64 << 20)

struct flags {
    struct lookup_flags lookup; /* first: its rows fill it in */
    const char *selector, *domain;
    uint64_t at_s;
    bool has_at;
};

static bool take_selector(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->selector = value;
    return true;
}

static bool take_domain(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->domain = value;
    return true;
}

static bool take_at(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    f->has_at = true;
    return str_to_u64(str_from(value), INT64_MAX, &f->at_s) ||
           err_set(e, ERR_SYNTAX, "--at '%.30s' is no number of seconds since 1970", value);
}

const struct command_option DKIM_OPTIONS[] = {
    { "selector", "NAME", "look at the record of this selector, without a message", take_selector },
    { "domain", "DOMAIN", "the domain that the selector is of", take_domain },
    { "at", "UNIXTIME", "judge as if it were then (now): for old messages whose signature expired",
      take_at },
    LOOKUP_OPTIONS,
    { NULL, NULL, NULL, NULL },
};

struct run {
    const struct flags *flags;
    struct dns_known *known;
    struct dkim_options o;
    struct arena memory;
    struct mail_header header;
    struct dkim_verdict verdict;
    struct dkim_key key;
    bool has_message, not_asked;
};

/* Public DNS is not asked for names that it cannot know. True: there was one. */
static bool answer_reserved(struct run *r, const struct dkim_key *k)
{
    struct dns_answer a = { .question = { .name = k->name, .type = DNS_TXT }, .code = DNS_REFUSED };
    if (r->flags->lookup.gather.resolver.family != IP_NONE || k->name.n == 0 ||
        dns_known_peek(r->known, &a.question) || !domain_is_reserved(k->name))
        return false;
    r->not_asked = true;
    (void)dns_known_put(r->known, &a);
    return true;
}

static bool core_of_message(void *user)
{
    struct run *r = user;
    bool more = true;
    while (more) {
        if (dkim_verify(r->known, &r->header, &r->o, &r->memory, &r->verdict))
            return true;
        more = false;
        for (size_t i = 0; i < r->verdict.count; i++)
            more |= answer_reserved(r, &r->verdict.signatures[i].key);
    }
    return false;
}

static bool core_of_key(void *user)
{
    struct run *r = user;
    str s = str_from(r->flags->selector), d = str_from(r->flags->domain);
    return dkim_key_look(r->known, s, d, &r->o, &r->memory, &r->key) ||
           (answer_reserved(r, &r->key) &&
            dkim_key_look(r->known, s, d, &r->o, &r->memory, &r->key));
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static bool gather(struct run *r, bool (*core)(void *user), struct err *e)
{
    const struct lookup_flags *f = &r->flags->lookup;
    return net_gather_run(&f->gather, r->known, (uint32_t)(f->timeout_s * 1000), core, r, e);
}

static bool verify_file(struct run *r, const char *path, struct buf *message, struct err *e)
{
    r->has_message = true;
    if (!read_whole_file(path, MESSAGE_MAX, message, e) ||
        !mail_header_read(buf_str(message), &r->memory, &r->header, e))
        return false;
    for (size_t i = 0; i < r->header.count && !r->o.idn; i++)
        if (str_eq_nocase(r->header.fields[i].name, STR("DKIM-Signature")))
            r->o.idn = net_idn(r->header.fields[i].value); /* loaded when it is outside ASCII */
    return gather(r, core_of_message, e);
}

static bool look_at_key(struct run *r, struct err *e)
{
    const struct flags *f = r->flags;
    if (!f->selector || !f->domain)
        return err_set(e, ERR_SYNTAX, "--selector and --domain go together");
    str both = arena_printf(&r->memory, "%s.%s", f->selector, f->domain);
    r->o.idn = net_idn(both);
    return gather(r, core_of_key, e);
}

static int print(struct run *r)
{
    const struct lookup_flags *f = &r->flags->lookup;
    const struct dkim_report report = { .message = r->has_message ? &r->header : NULL,
                                        .verdict = &r->verdict,
                                        .key = &r->key,
                                        .now_s = r->o.now_s,
                                        .verbose = f->verbose,
                                        .not_asked = r->not_asked,
                                        .memory = &r->memory };
    bool ok = f->json ? dkim_report_json(&report) : dkim_report_text(&report);
    return ok ? dkim_report_status(&report) : EXIT_USAGE;
}

static bool work(struct run *r, int argc, char **argv, struct buf *message, struct err *e)
{
    const struct flags *f = r->flags;
    if (f->selector || f->domain)
        return argc == 1 ? look_at_key(r, e)
                         : err_set(e, ERR_SYNTAX,
                                   "give a message, or --selector and --domain, and not both");
    return argc == 2
               ? verify_file(r, argv[1], message, e)
               : err_set(e, ERR_SYNTAX, "give one FILE with a message; '-' is standard input");
}

int cmd_dkim(int argc, char **argv)
{
    struct flags f = { .selector = NULL };
    struct err e = { .kind = ERR_NONE };
    struct buf message;
    struct run *r = calloc(1, sizeof *r);
    int rest, status = EXIT_USAGE;
    lookup_flags_init(&f.lookup);
    buf_init(&message, 0);
    if (r && (r->known = dns_known_new(0))) {
        r->flags = &f;
        arena_init(&r->memory, MEMORY_MAX);
        if (command_parse(command_named("dkim"), argc, argv, &f, &rest, &e)) {
            r->o = (struct dkim_options){ .now_s = f.has_at ? f.at_s : (uint64_t)time(NULL),
                                          .suffixes = &NET_PSL };
            if (work(r, rest, argv, &message, &e))
                status = print(r);
        }
        arena_done(&r->memory);
        dns_known_free(r->known);
    } else {
        err_memory(&e, "the answers of DNS");
    }
    if (e.kind != ERR_NONE)
        status = command_usage_error("dkim", &e);
    buf_done(&message);
    free(r);
    return status;
}
