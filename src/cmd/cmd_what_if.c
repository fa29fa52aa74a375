/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_what_if.c - baton what-if: what a rule file says of a session that has not taken place
 */
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/verdict_report.h"
#include "policy/rule.h"
#include "relay/address.h"
#include "relay/rule_file.h"
#include "smtp/path.h"
#include <stdio.h>
#include <string.h>

enum { EXIT_REFUSED = 1, EXIT_ASKS = 3, ZONES = 16, TEXT_MAX = 16 << 20 };

struct flags {
    const char *rules;
    bool json, client_given, to_given, sent_given;
    uint64_t sent; /* recipients, in the time of each rate */
    struct policy_facts facts;
    struct policy_listed listed[ZONES];
};

/* ------------------------------------------------------------------------------------------------
 * Flags
 */
#define TEXT_FLAG(name, place)                                                                     \
    static bool take_##name(void *into, const char *value, struct err *e UNUSED)                   \
    {                                                                                              \
        ((struct flags *)into)->place = str_from(value);                                           \
        return true;                                                                               \
    }
TEXT_FLAG(listener, facts.listener)
TEXT_FLAG(login, facts.login)

#define SWITCH(name, place)                                                                        \
    static bool take_##name(void *into, const char *value UNUSED, struct err *e UNUSED)            \
    {                                                                                              \
        ((struct flags *)into)->place = true;                                                      \
        return true;                                                                               \
    }
SWITCH(json, json)
SWITCH(tls, facts.tls)
SWITCH(pop_window, facts.pop_window)

static bool take_rules(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->rules = value;
    return true;
}

static bool take_client(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    f->client_given = true;
    return ip_parse(str_from(value), &f->facts.client) ||
           err_set(e, ERR_SYNTAX, "--client '%.60s' is no IP address", value);
}

static bool take_certificate(void *into, const char *value, struct err *e)
{
    str s = str_from(value);
    bool hex = s.n == 64;
    for (size_t i = 0; hex && i < s.n; i++)
        hex = str_find_octet(STR("0123456789abcdefABCDEF"), s.p[i]) != STR_NOT_FOUND;
    ((struct flags *)into)->facts.certificate = s;
    return hex || err_set(e, ERR_SYNTAX,
                          "--certificate wants 64 hexadecimal digits: openssl x509 -fingerprint "
                          "-sha256, without the colons");
}

static bool take_sent(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    f->sent_given = str_to_u64(str_from(value), UINT32_MAX, &f->sent);
    return f->sent_given ||
           err_set(e, ERR_SYNTAX, "--sent '%.30s' is no number of recipients", value);
}

/* As a server would take it: in angle brackets or without, behind a source route or not. */
static bool take_address(const char *flag, const char *value, str *out, struct err *e)
{
    struct smtp_mailbox m;
    struct err why = { .kind = ERR_NONE };
    str s = str_trim(str_from(value));
    if (s.n > 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
        s = (str){ s.p + 1, s.n - 2 };
    if (s.n && s.p[0] == '@' && str_find_octet(s, ':') != STR_NOT_FOUND)
        s = str_skip(s, str_find_octet(s, ':') + 1);
    *out = s;
    return smtp_mailbox_parse(s, &m, &why) ||
           err_set(e, ERR_SYNTAX, "%s '%.60s' is no address: %s", flag, value, why.why);
}

static bool take_from(void *into, const char *value, struct err *e)
{
    str s = str_trim(str_from(value)), *out = &((struct flags *)into)->facts.reverse_path;
    if (s.n == 0 || str_eq(s, STR("<>"))) {
        *out = STR_NONE;
        return true;
    }
    return take_address("--from", value, out, e);
}

static bool take_to(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    f->to_given = true;
    f->facts.forward_path = str_trim(str_from(value));
    return str_eq_nocase(f->facts.forward_path, STR("postmaster")) ||
           take_address("--to", value, &f->facts.forward_path, e);
}

static bool take_author(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    f->facts.author.known = POLICY_KNOWN;
    return take_address("--author", value, &f->facts.author.address, e);
}

static bool take_spf(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    int result;
    char list[120];
    if (!names_find(&AUTH_RESULT_NAMES, str_from(value), &result))
        return err_set(e, ERR_SYNTAX, "--spf '%.30s' is no result; it is one of %s", value,
                       names_list(&AUTH_RESULT_NAMES, list, sizeof list));
    f->facts.spf.known = POLICY_KNOWN;
    f->facts.spf.result = (enum auth_result)result;
    return true;
}

static bool add_zone(void *into, const char *value, bool listed, struct err *e)
{
    struct flags *f = into;
    if (f->facts.listed_count == ZONES)
        return err_set(e, ERR_LIMIT, "more than %d blocklists", ZONES);
    f->listed[f->facts.listed_count++] = (struct policy_listed){ str_from(value), POLICY_KNOWN,
                                                                 listed };
    return true;
}
static bool take_listed(void *into, const char *value, struct err *e)
{
    return add_zone(into, value, true, e);
}
static bool take_not_listed(void *into, const char *value, struct err *e)
{
    return add_zone(into, value, false, e);
}

const struct command_option WHAT_IF_OPTIONS[] = {
    { "rules", "FILE", "the rule file (/etc/baton/relay.conf)", take_rules },
    { "client", "IP", "the address that the client comes from", take_client },
    { "listener", "NAME", "where it came in; without it the first of the file", take_listener },
    { "login", "USER", "it logged in as this", take_login },
    { "tls", NULL, "the session is encrypted", take_tls },
    { "certificate", "SHA256", "it showed the certificate of this fingerprint", take_certificate },
    { "pop-window", NULL, "it fetched mail a short while ago, or baton allow let it in",
      take_pop_window },
    { "from", "ADDRESS", "the reverse-path; '<>' is the empty one", take_from },
    { "author", "ADDRESS", "From of the message", take_author },
    { "to", "ADDRESS", "the recipient", take_to },
    { "spf", "RESULT", "what SPF says; without it SPF is not looked up yet", take_spf },
    { "listed", "ZONE", "this blocklist has the client's address", take_listed },
    { "not-listed", "ZONE", "this blocklist has it not", take_not_listed },
    { "sent", "N",
      "so many recipients were sent to in the time of each rate; without it rates are "
      "not looked up yet",
      take_sent },
    { "json", NULL, "print the document baton.what-if/1", take_json },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static bool check_flags(struct flags *f, const struct policy_file *file, struct err *e)
{
    bool known = !f->facts.listener.n;
    for (size_t i = 0; i < file->listener_count; i++)
        known |= str_eq(file->listener_names[i], f->facts.listener);
    if (!known)
        return err_set(e, ERR_SYNTAX, "there is no listener '%.*s' in the rule file",
                       STR_ARG(str_take(f->facts.listener, 60)));
    if (!f->facts.listener.n && file->listener_count)
        f->facts.listener = file->listener_names[0];
    return true;
}

/* The same for each rule that has a rate. */
static bool take_rates(struct flags *f, const struct policy *p, struct arena *a)
{
    struct policy_rate *all = arena_alloc(a, (p->count + 1) * sizeof *all);
    for (size_t i = 0; all && i < p->count; i++)
        if (policy_condition_of(&p->rules[i], POLICY_RATE))
            all[f->facts.rate_count++] = (struct policy_rate){ &p->rules[i], POLICY_KNOWN,
                                                               (uint32_t)f->sent, 0 };
    f->facts.rates = all;
    return all != NULL;
}

static bool json(const struct verdict_report *a)
{
    json_t *root = json_pack("{s:s}", "schema", "baton.what-if/1"), *body = verdict_report_json(a);
    return output_json_with(root, body);
}

/* By which flags it can be said what a look-up would find. */
static void add_flags(unsigned missing, struct buf *b)
{
    static const struct {
        enum policy_kind kind;
        const char *flag;
    } ROWS[] = { { POLICY_RATE, "--sent 0" },
                 { POLICY_UNLESS_SPF, "--spf pass" },
                 { POLICY_UNLESS_LISTED, "--not-listed ZONE" } };
    const char *between = "Say what is found, as in";
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (missing & 1u << ROWS[i].kind) {
            buf_addf(b, "%s %s", between, ROWS[i].flag);
            between = "";
        }
    buf_add(b, between[0] ? STR("") : STR("\n"));
}

static int answer(struct flags *f, struct rule_file *r, struct err *e)
{
    struct verdict_report a;
    f->facts.listed = f->listed;
    if (f->sent_given && !take_rates(f, r->file.policy, &r->arena))
        return err_memory(e, "the rates") ? 0 : EXIT_USAGE;
    str *said[] = { &f->facts.login, &f->facts.reverse_path, &f->facts.forward_path,
                    &f->facts.author.address };
    for (size_t i = 0; i < COUNT_OF(said); i++)
        if (said[i]->n && !(*said[i] = relay_plain_address(&r->arena, *said[i])).p)
            return err_memory(e, "an address") ? 0 : EXIT_USAGE;
    if (!verdict_report_make(&a, &r->file, &f->facts, &r->arena, e))
        return EXIT_USAGE;
    enum policy_outcome o = a.trace.decision.outcome;
    int status = o == POLICY_PERMIT ? 0 : o == POLICY_ASK ? EXIT_ASKS : EXIT_REFUSED;
    if (f->json)
        return json(&a) ? status : EXIT_USAGE;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    verdict_report_answer(&a, &b);
    if (o == POLICY_ASK)
        add_flags(a.trace.decision.missing, &b);
    verdict_report_rules(&a, &b);
    bool ok = buf_ok(&b);
    return output_text(&b) && ok ? status : EXIT_USAGE;
}

int cmd_what_if(int argc, char **argv)
{
    struct flags f = { .rules = "/etc/baton/relay.conf" };
    struct rule_file r = { .list_count = 0 };
    struct err e = { .kind = ERR_NONE };
    int rest, status = EXIT_USAGE;
    if (!command_parse(command_named("what-if"), argc, argv, &f, &rest, &e))
        return command_usage_error("what-if", &e);
    if (rest > 1)
        err_set(&e, ERR_SYNTAX, "'%.60s' is one word too many", argv[1]);
    else if (!f.client_given || !f.to_given)
        err_set(&e, ERR_SYNTAX, "give --client IP and --to ADDRESS at least");
    if (e.kind != ERR_NONE)
        return command_usage_error("what-if", &e);
    if (rule_file_read(&r, f.rules, &e) && check_flags(&f, &r.file, &e))
        status = answer(&f, &r, &e);
    rule_file_tell_errors(&r, rule_file_print_error, NULL);
    if (e.kind != ERR_NONE && !r.file.conf.error_count)
        fprintf(stderr, "baton what-if: %s.\n", e.why);
    rule_file_done(&r);
    return status;
}
