/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_domain.c - baton domain: what DNS says of a mail domain
 */
#include "cmd/cmd.h"
#include "cmd/domain_bulk.h"
#include "cmd/host_port.h"
#include "cmd/lookup_flags.h"
#include "net/idn.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ARENA_MAX = 1 << 20, REPORT_MAX = 4 << 20 };

struct flags {
    struct lookup_flags lookup; /* first: its rows fill it in */
    const char *domains, *output, *ca;
    bool full;
    struct net_fetch_pin pin;
    str selectors[DOMAIN_SELECTORS_MAX];
    size_t selector_count;
    uint64_t parallel;
};

#define TEXT_FLAG(name)                                                                            \
    static bool take_##name(void *into, const char *value, struct err *e UNUSED)                   \
    {                                                                                              \
        ((struct flags *)into)->name = value;                                                      \
        return true;                                                                               \
    }
TEXT_FLAG(domains)
TEXT_FLAG(output)
TEXT_FLAG(ca)

static bool take_full(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->full = true;
}

static bool take_selector(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    if (f->selector_count == DOMAIN_SELECTORS_MAX)
        return err_set(e, ERR_LIMIT, "--selector may be given %d times", DOMAIN_SELECTORS_MAX);
    f->selectors[f->selector_count++] = str_from(value);
    return true;
}

static bool take_policy_server(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    return take_dns_server("policy-server", value, &f->pin.address, &f->pin.port, e);
}

static bool take_parallel(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    if (str_to_u64(str_from(value), DOMAIN_BULK_PARALLEL_MAX, &f->parallel) && f->parallel > 0)
        return true;
    return err_set(e, ERR_SYNTAX, "--parallel '%.20s' is no number from 1 to %d", value,
                   DOMAIN_BULK_PARALLEL_MAX);
}

const struct command_option DOMAIN_OPTIONS[] = {
    { "selector", "NAME", "also look at the DKIM key of this selector; may be given again",
      take_selector },
    { "domains", "FILE", "look at every domain of this file, one a line; '-' is standard input",
      take_domains },
    { "output", "FILE", "with --domains: add to this file, and leave out what is in it already",
      take_output },
    { "parallel", "N", "with --domains: so many domains at a time (16)", take_parallel },
    { "full", NULL, "with --domains: check signatures and fetch MTA-STS policies too", take_full },
    { "ca", "FILE", "trust these certificates too, when a policy is fetched", take_ca },
    { "policy-server", "IP:PORT", "fetch MTA-STS policies from there, whatever DNS says",
      take_policy_server },
    LOOKUP_OPTIONS,
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * One domain
 */
struct one {
    struct net_loop *loop;
    const struct flags *flags;
    int status;
};

static int32_t utc_offset_s(uint64_t at_s)
{
    struct tm local;
    time_t at = (time_t)at_s;
    return localtime_r(&at, &local) ? (int32_t)local.tm_gmtoff : 0;
}

static bool print(const struct domain_job *j, const struct domain_facts *facts,
                  const struct lookup_flags *f)
{
    if (f->json) {
        json_t *root = domain_report_json(domain_job_look(j), facts, domain_job_questions(j));
        bool ok = root && json_dumpf(root, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
        json_decref(root);
        return ok && fflush(stdout) == 0;
    }
    struct buf b;
    buf_init(&b, REPORT_MAX);
    bool ok = domain_report_text(domain_job_look(j), facts, f->verbose, &b) &&
              fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0;
    buf_done(&b);
    return ok;
}

static void looked(void *user, struct domain_job *j)
{
    struct one *one = user;
    struct arena memory;
    struct domain_facts *facts = calloc(1, sizeof(*facts));
    uint64_t now_s = domain_job_now_s(j);
    arena_init(&memory, ARENA_MAX);
    if (facts && domain_facts(domain_job_look(j), now_s, utc_offset_s(now_s), &memory, facts) &&
        print(j, facts, &one->flags->lookup))
        one->status = domain_exit_status(facts);
    arena_done(&memory);
    free(facts);
    domain_job_free(j);
    net_loop_stop(one->loop);
}

static int look_at(const struct flags *f, const struct domain_job_options *o, const char *typed)
{
    char name[DNS_NAME_MAX];
    struct err e = { .kind = ERR_NONE };
    struct one one = { .flags = f, .status = EXIT_USAGE };
    if (!domain_from_typed(str_from(typed), name, &e))
        return command_usage_error("domain", &e);
    one.loop = net_loop_new(&e);
    if (!one.loop || !domain_job_new(one.loop, o, str_from(name), looked, &one, &e)) {
        net_loop_free(one.loop);
        return command_usage_error("domain", &e);
    }
    net_loop_run(one.loop);
    net_loop_free(one.loop);
    if (one.status == EXIT_USAGE) {
        err_set(&e, ERR_SYSTEM, "what was found could not be written");
        return command_usage_error("domain", &e);
    }
    return one.status;
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static struct domain_job_options make_options(const struct flags *f)
{
    return (struct domain_job_options){
        .gather = f->lookup.gather,
        .private_too = f->lookup.gather.resolver.family != IP_NONE,
        .straight = true,
        .validate = !f->domains || f->full,
        .fetch = !f->domains || f->full,
        .in_batches = f->domains != NULL,
        .deadline_ms = (uint32_t)f->lookup.timeout_s * 1000,
        .ca_file = f->ca,
        .pins = &f->pin,
        .pin_count = f->pin.address.family != IP_NONE,
        .selectors = f->selectors,
        .selector_count = f->selector_count,
    };
}

int cmd_domain(int argc, char **argv)
{
    struct flags f = { .parallel = DOMAIN_BULK_PARALLEL };
    struct err e = { .kind = ERR_NONE };
    int rest, status;
    lookup_flags_init(&f.lookup);
    if (!command_parse(command_named("domain"), argc, argv, &f, &rest, &e))
        return command_usage_error("domain", &e);
    if (f.domains ? rest != 1 : rest != 2)
        err_set(&e, ERR_SYNTAX,
                f.domains ? "--domains reads the domains from its file; give no DOMAIN beside it"
                          : "give one DOMAIN, such as example.org, or --domains FILE");
    else if (f.output && !f.domains)
        err_set(&e, ERR_SYNTAX, "--output goes with --domains");
    if (e.kind != ERR_NONE)
        return command_usage_error("domain", &e);
    const struct domain_job_options o = make_options(&f);
    if (!f.domains) {
        status = look_at(&f, &o, argv[1]);
    } else {
        const struct domain_bulk_options b = { .job = &o,
                                               .domains = f.domains,
                                               .output = f.output,
                                               .parallel = (size_t)f.parallel,
                                               .verbose = f.lookup.verbose };
        status = domain_bulk(&b, &e);
        if (status == EXIT_USAGE && e.kind != ERR_NONE)
            return command_usage_error("domain", &e);
    }
    if (net_loop_left_behind()) {
        (void)fflush(NULL);
        _exit(status);
    }
    return status;
}
