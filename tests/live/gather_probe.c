/* SPDX-License-Identifier: ISC */
/* tests/live/gather_probe.c - asks DNS by net/gather.h and prints what is known then, for gather.py and validator.py
 *
 * usage: gather_probe [--resolver IP:PORT] [--port N] [--resolv-conf FILE] [--anchor FILE] [--timeout MS]
 *                     [--deadline MS] [--open N] [--open-per-server N] NAME/TYPE/WAY[/SERVER]...
 */
#include "base/escape.h"
#include "net/gather.h"
#include "net/loop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { QUESTIONS_MAX = 1024, SHOWN_MAX = 40 };

struct probe {
    struct dns_known *known;
    struct dns_question questions[QUESTIONS_MAX];
    size_t count;
};

static bool all_known(void *user)
{
    struct probe *p = user;
    bool all = true;
    for (size_t i = 0; i < p->count; i++)
        if (!dns_known_get(p->known, &p->questions[i]))
            all = false;
    return all;
}

static bool take_question(const char *text, struct dns_question *q)
{
    str rest = str_from(text);
    int type = 0, way = 0;
    q->name = str_cut(&rest, '/');
    bool ok = names_find(&DNS_TYPE_NAMES, str_cut(&rest, '/'), &type) &&
              names_find(&DNS_WAY_NAMES, str_cut(&rest, '/'), &way);
    q->type = (enum dns_type)type;
    q->way = (enum dns_way)way;
    return ok && (rest.n == 0 || ip_parse(rest, &q->at));
}

static bool take_option(struct net_gather_options *o, uint32_t *deadline_ms, const char *flag,
                        char *value)
{
    uint64_t number = 0;
    str v = str_from(value);
    if (strcmp(flag, "--anchor") == 0) {
        o->trust_anchor = value;
        return true;
    }
    if (strcmp(flag, "--resolv-conf") == 0) {
        o->resolv_conf = value;
        return true;
    }
    if (strcmp(flag, "--resolver") == 0) {
        size_t colon = str_rfind_octet(v, ':');
        if (colon == STR_NOT_FOUND || !ip_parse(str_take(v, colon), &o->resolver))
            return false;
        v = str_skip(v, colon + 1);
    }
    if (!str_to_u64(v, UINT32_MAX, &number))
        return false;
    if (strcmp(flag, "--resolver") == 0)
        o->resolver_port = (uint16_t)number;
    else if (strcmp(flag, "--port") == 0)
        o->resolver_port = o->authority_port = (uint16_t)number;
    else if (strcmp(flag, "--open") == 0)
        o->open_max = (unsigned)number;
    else if (strcmp(flag, "--open-per-server") == 0)
        o->open_per_server_max = (unsigned)number;
    else if (strcmp(flag, "--timeout") == 0)
        o->timeout_ms = (uint32_t)number;
    else
        *deadline_ms = (uint32_t)number;
    return true;
}

static void print_text(const char *key, str value)
{
    struct buf b;
    buf_init(&b, 4096);
    (void)escape_line(str_take(value, 500), &b);
    printf("\t%s=%.*s", key, (int)b.n, b.n > 0 ? b.p : "");
    buf_done(&b);
}

static void print_record(const char *key, const struct dns_record *r)
{
    char address[IP_TEXT_MAX];
    printf("\t%s=%d %u %s", key, (int)r->type, r->ttl_s, ip_text(&r->ip, address));
    printf("%.*s %u %zu", STR_ARG(r->name), r->priority, r->data.n);
    print_text("data", r->data);
}

static void print_answer(const struct dns_answer *a)
{
    char address[IP_TEXT_MAX];
    printf("%.*s/%.*s", STR_ARG(a->question.name),
           STR_ARG(names_of(&DNS_TYPE_NAMES, (int)a->question.type)));
    print_text("code", names_of(&DNS_CODE_NAMES, (int)a->code));
    print_text("trust", names_of(&DNS_TRUST_NAMES, (int)a->trust));
    print_text("why", a->why_bogus);
    print_text("canonical", a->canonical);
    printf("\tttl=%u\ttook=%u\taa=%d\tcount=%zu\tauthority=%zu\tadditional=%zu", a->ttl_s,
           a->took_ms, a->authoritative, a->count, a->authority_count, a->additional_count);
    print_text("server", str_from(ip_text(&a->server, address)));
    for (size_t i = 0; i < a->count && i < SHOWN_MAX; i++)
        print_record("record", &a->records[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    static struct probe p;
    struct net_gather_options o = { .timeout_ms = 0 };
    uint32_t deadline_ms = 60000;
    struct err e;
    for (int i = 1; i < argc; i++) {
        if (i + 1 < argc && argv[i][0] == '-') {
            if (!take_option(&o, &deadline_ms, argv[i], argv[i + 1]))
                return 2;
            i++;
        } else if (p.count == QUESTIONS_MAX || !take_question(argv[i], &p.questions[p.count++]))
            return 2;
    }
    p.known = dns_known_new(0);
    if (!p.known || !net_gather_run(&o, p.known, deadline_ms, all_known, &p, &e))
        return 1;
    for (size_t i = 0; i < p.count; i++)
        print_answer(dns_known_get(p.known, &p.questions[i]));
    dns_known_free(p.known);
    (void)fflush(stdout);
    if (net_loop_left_behind())
        _exit(0);
    return 0;
}
