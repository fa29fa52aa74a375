/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_relay.c - baton relay --check: is a rule file right, and does it make no open relay; --config runs baton-relay,
 * --reload asks the one that runs
 */
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/control_client.h"
#include "cmd/libexec.h"
#include "cmd/output.h"
#include "cmd/relay_flags.h"
#include "net/psl.h"
#include "relay/rule_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_OPEN = 1, EXIT_WAITS = 1, TEXT_MAX = 1 << 16 };

static size_t rules_of(const struct policy_file *f, bool forbids)
{
    size_t n = 0;
    for (size_t i = 0; i < f->policy->count; i++)
        n += f->policy->rules[i].forbids == forbids;
    return n;
}

static bool text(const struct policy_file *f, struct buf *b)
{
    const struct policy_hole *h = &f->hole;
    if (f->open) {
        buf_addf(b, "%.*s:%u\n", STR_ARG(f->conf.path), h->permit->place.line);
        output_sentence(b, 2, h->why);
        buf_add(b, STR("Do this\n"));
        output_sentence(b, 2, h->remedy);
    } else {
        buf_addf(b,
                 "%.*s is right: %zu listeners, %zu permits, %zu forbids, digest %016llx.\n"
                 "No stranger reaches a foreign domain by it (proved).\n",
                 STR_ARG(f->conf.path), f->listener_count, rules_of(f, false), rules_of(f, true),
                 (unsigned long long)policy_digest(f->policy));
    }
    return buf_ok(b);
}

static void add_told(void *all, str path UNUSED, struct conf_place place, str why)
{
    json_array_append_new(
        all, json_pack("{s:o,s:o,s:o}", "line", place.line ? json_integer(place.line) : json_null(),
                       "column", place.line ? json_integer(place.column) : json_null(), "why",
                       output_str(why)));
}

static json_t *hole_json(const struct policy_file *f)
{
    char client[IP_TEXT_MAX];
    const struct policy_hole *h = &f->hole;
    if (!f->open)
        return json_null();
    ip_text(&h->example.client, client);
    return json_pack("{s:o,s:i,s:o,s:o,s:s,s:o,s:o,s:o}", "permit", output_str(h->permit->name),
                     "line", (int)h->permit->place.line, "why", output_str(h->why), "remedy",
                     output_str(h->remedy), "client", client, "listener",
                     output_str(h->example.listener), "from",
                     output_str(h->example.reverse_path.n ? h->example.reverse_path : STR("<>")),
                     "to", output_str(h->example.forward_path));
}

/* ---- domains below which others register theirs ---- */

/* By the public suffix list; a name without a dot is the proof's (policy/proof.c). */
static bool is_everybodys(str word)
{
    char name[256];
    size_t at, n = 0;
    str below = str_skip(word, 2);
    if (!str_starts(word, STR("*.")) || str_find_octet(below, '.') == STR_NOT_FOUND ||
        below.n >= sizeof name)
        return false;
    for (; n < below.n; n++)
        name[n] = to_lower(below.p[n]);
    name[n] = 0;
    return NET_PSL.look(name, &at) == DNS_PUBLIC_SUFFIX;
}

/* A stranger needs nothing for it but such a recipient. */
static bool is_for_strangers(const struct policy_rule *r)
{
    static const enum policy_kind KINDS[] = { POLICY_AUTHENTICATED, POLICY_LOGIN,
                                              POLICY_CERTIFICATE,   POLICY_POP_WINDOW,
                                              POLICY_NETWORK,       POLICY_RECIPIENTS };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (policy_condition_of(r, KINDS[i]))
            return false;
    return !r->forbids;
}

static void tell_suffixes(const struct rule_file *r, rule_file_tell *tell, void *user)
{
    const struct policy *p = r->file.policy;
    for (size_t i = 0; i < p->count; i++) {
        const struct policy_condition *c = policy_condition_of(&p->rules[i],
                                                               POLICY_RECIPIENT_DOMAIN);
        for (size_t w = 0; c && is_for_strangers(&p->rules[i]) && w < c->count; w++) {
            char why[500];
            if (!is_everybodys(c->words[w]))
                continue;
            snprintf(why, sizeof why,
                     "permit \"%.*s\" takes mail of strangers for all that is below %.*s, where "
                     "anybody can register a domain (public suffix list); name your own",
                     STR_ARG(str_take(p->rules[i].name, 60)), STR_ARG(str_skip(c->words[w], 2)));
            tell(user, r->file.conf.path, c->place, str_from(why));
        }
    }
}

static void tell_warnings(const struct rule_file *r, rule_file_tell *tell, void *user)
{
    rule_file_tell_warnings(r, tell, user);
    tell_suffixes(r, tell, user);
}

/* unread: why the file could not be read at all, or NULL. */
static bool json(const struct rule_file *r, const char *path, bool right, const struct err *unread)
{
    char digest[20] = "";
    json_t *errors = json_array(), *warnings = json_array();
    if (right)
        snprintf(digest, sizeof digest, "%016llx",
                 (unsigned long long)policy_digest(r->file.policy));
    rule_file_tell_errors(r, add_told, errors);
    if (unread)
        add_told(errors, STR_NONE, (struct conf_place){ 0, 0 }, str_from(unread->why));
    if (right)
        tell_warnings(r, add_told, warnings);
    return output_json(json_pack(
        "{s:s,s:o,s:b,s:o,s:o,s:o,s:o}", "schema", "baton.check/1", "file", output_word(path),
        "right", right, "digest", output_word(right ? digest : NULL), "errors", errors, "warnings",
        warnings, "open_relay", right ? hole_json(&r->file) : json_null()));
}

static int check(const struct relay_flags *f)
{
    struct rule_file r = { .list_count = 0 };
    struct err e = { .kind = ERR_NONE };
    bool right = rule_file_read(&r, f->check, &e), unread = !right && !r.file.conf.error_count;
    int status = !right ? EXIT_USAGE : r.file.open ? EXIT_OPEN : 0;
    if (f->json) {
        status = json(&r, f->check, right, unread ? &e : NULL) ? status : EXIT_USAGE;
    } else if (right) {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        bool ok = text(&r.file, &b);
        status = output_text(&b) && ok ? status : EXIT_USAGE;
    }
    rule_file_tell_errors(&r, rule_file_print_error, NULL);
    if (unread)
        fprintf(stderr, "baton relay: %s.\n", e.why);
    if (right)
        tell_warnings(&r, rule_file_print_warning, NULL);
    rule_file_done(&r);
    return status;
}

/* ---- the one that runs reads its files again ---- */

static bool take_wait(void *user, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "listener"));
    const char *key = json_string_value(json_object_get(row, "key"));
    const char *why = json_string_value(json_object_get(row, "why"));
    const char *remedy = json_string_value(json_object_get(row, "do"));
    *(bool *)user = true;
    fprintf(stderr, "baton relay: not in force yet: %s", key ? key : "");
    if (name)
        fprintf(stderr, " \"%s\"", name);
    fprintf(stderr, ": %s. To do: %s.\n", why ? why : "", remedy ? remedy : "");
    return true;
}

static int reload(const struct relay_flags *f)
{
    struct err e;
    json_t *done = NULL;
    bool waits = false;
    if (!control_ask(f->control, json_pack("{s:s}", "do", "reload"), take_wait, &waits, &done,
                     &e)) {
        fprintf(stderr, "baton relay: %s.\n", e.why);
        return EXIT_USAGE;
    }
    const char *file = json_string_value(json_object_get(done, "file"));
    printf("%s is in force%s.\n", file ? file : "", waits ? ", but for what is said above" : "");
    json_decref(done);
    return fflush(stdout) != 0 ? EXIT_USAGE : waits ? EXIT_WAITS : 0;
}

int cmd_relay(int argc, char **argv)
{
    struct relay_flags f;
    struct err e;
    char **typed = calloc((size_t)argc + 1, sizeof *typed); /* reading moves them */
    if (!typed)
        return EXIT_USAGE;
    memcpy(typed, argv, (size_t)argc * sizeof *typed);
    int status;
    if (!relay_flags_read(argc, argv, &f, &e))
        status = command_usage_error("relay", &e);
    else if (f.check)
        status = check(&f);
    else if (f.reload)
        status = reload(&f);
    else
        status = libexec_become("baton-relay", argc, typed);
    free(typed);
    return status;
}

int cmd_user(int argc, char **argv)
{
    return libexec_become("baton-relay", argc, argv);
}
