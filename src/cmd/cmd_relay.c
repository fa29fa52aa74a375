/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_relay.c - baton relay --check: is a rule file right, and does it make no open relay
 */
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/rule_file.h"
#include <stdio.h>

enum { EXIT_OPEN = 1, TEXT_MAX = 1 << 16 };

struct flags {
    const char *check;
    bool json;
};

static bool take_check(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->check = value;
    return true;
}

static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct flags *)into)->json = true;
    return true;
}

const struct command_option RELAY_OPTIONS[] = {
    { "check", "FILE", "read the rule file, prove that it makes no open relay, and end",
      take_check },
    { "json", NULL, "print the document baton.check/1", take_json },
    { NULL, NULL, NULL, NULL },
};

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

static json_t *errors_json(const struct conf_file *f)
{
    json_t *all = json_array();
    for (size_t i = 0; i < f->error_count; i++)
        json_array_append_new(all, json_pack("{s:i,s:i,s:o}", "line", (int)f->errors[i].place.line,
                                             "column", (int)f->errors[i].place.column, "why",
                                             output_str(f->errors[i].why)));
    return all;
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

static bool json(const struct policy_file *f, bool right)
{
    char digest[20] = "";
    if (right)
        snprintf(digest, sizeof digest, "%016llx", (unsigned long long)policy_digest(f->policy));
    return output_json(json_pack("{s:s,s:o,s:b,s:o,s:o,s:o}", "schema", "baton.check/1", "file",
                                 output_str(f->conf.path), "right", right, "digest",
                                 output_word(right ? digest : NULL), "errors",
                                 errors_json(&f->conf), "open_relay", hole_json(f)));
}

int cmd_relay(int argc, char **argv)
{
    struct flags f = { NULL, false };
    struct rule_file r = { .list_count = 0 };
    struct err e = { .kind = ERR_NONE };
    int rest;
    if (!command_parse(command_named("relay"), argc, argv, &f, &rest, &e))
        return command_usage_error("relay", &e);
    if (rest > 1 || !f.check) {
        err_set(&e, ERR_SYNTAX,
                "give --check FILE: the server itself is not in this version, its rules are");
        return command_usage_error("relay", &e);
    }
    bool right = rule_file_read(&r, f.check, &e);
    int status = !right ? EXIT_USAGE : r.file.open ? EXIT_OPEN : 0;
    if (!right && !r.file.conf.error_count)
        fprintf(stderr, "baton relay: %s.\n", e.why);
    if (f.json && (right || r.file.conf.error_count)) {
        status = json(&r.file, right) ? status : EXIT_USAGE;
    } else if (right) {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        bool ok = text(&r.file, &b);
        status = output_text(&b) && ok ? status : EXIT_USAGE;
    }
    rule_file_done(&r);
    return status;
}
