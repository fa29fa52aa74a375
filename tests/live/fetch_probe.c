/* SPDX-License-Identifier: ISC */
/* tests/live/fetch_probe.c - fetches one page and prints what came, for fetch.py
 *
 * usage: fetch_probe URL [--ca FILE] [--plain] [--near] [--follow same|any] [--pin HOST=IP:PORT]... [--body MAX]
 *                    [--timeout MS] [--resolver IP:PORT]
 */
#include "base/arena.h"
#include "base/escape.h"
#include "net/fetch.h"
#include "net/loop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PINS_MAX = 8 };
static struct net_fetch_pin pins[PINS_MAX];

static bool follow_any(void *user, str from, str to)
{
    (void)user;
    (void)from;
    (void)to;
    return true;
}

static bool ip_port(str text, struct ip *ip, uint16_t *port)
{
    uint64_t number = 0;
    size_t colon = str_rfind_octet(text, ':');
    bool ok = colon != STR_NOT_FOUND && ip_parse(str_take(text, colon), ip) &&
              str_to_u64(str_skip(text, colon + 1), UINT16_MAX, &number);
    *port = (uint16_t)number;
    return ok;
}

static bool take(struct net_fetch_options *o, const char *flag, char *value)
{
    str v = str_from(value);
    if (strcmp(flag, "--ca") == 0)
        o->ca_file = value;
    else if (strcmp(flag, "--body") == 0)
        o->body_max = strtoul(value, NULL, 10);
    else if (strcmp(flag, "--timeout") == 0)
        o->timeout_ms = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(flag, "--follow") == 0)
        o->may_follow = str_eq(v, STR("any")) ? follow_any : net_fetch_same_host;
    else if (strcmp(flag, "--resolver") == 0)
        return ip_port(v, &o->resolver, &o->resolver_port);
    else if (strcmp(flag, "--pin") == 0 && o->pin_count < PINS_MAX) {
        struct net_fetch_pin *pin = &pins[o->pin_count++];
        pin->host = str_cut(&v, '=');
        return ip_port(v, &pin->address, &pin->port);
    } else
        return false;
    return true;
}

static void print(const char *key, str value)
{
    struct buf b;
    buf_init(&b, 4 << 20);
    escape_line(value, &b);
    printf("%s=%.*s\n", key, (int)b.n, b.n > 0 ? b.p : "");
    buf_done(&b);
}

static void print_page(const struct web_page *p)
{
    char address[IP_TEXT_MAX];
    print("outcome", names_of(&WEB_OUTCOME_NAMES, p->outcome));
    printf("status=%d\nverified=%d\nredirects=%u\noctets=%zu\n", p->status, p->verified,
           p->redirects, p->body.n);
    print("url", p->url);
    print("type", p->content_type);
    print("body", str_take(p->body, 100));
    print("server", str_from(ip_text(&p->server, address)));
    print("why", str_from(p->why));
}

int main(int argc, char **argv)
{
    struct net_fetch_options o = { .pins = pins };
    struct web_page page;
    struct arena memory;
    struct err e;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--plain") == 0)
            o.plain = true;
        else if (strcmp(argv[i], "--near") == 0)
            o.near = true;
        else if (i + 1 < argc && take(&o, argv[i], argv[i + 1]))
            i++;
        else
            return 2;
    }
    arena_init(&memory, (size_t)16 << 20);
    if (argc < 2 || !net_fetch_run(&o, str_from(argv[1]), &memory, &page, &e))
        return 1;
    print_page(&page);
    arena_done(&memory);
    if (net_loop_left_behind()) {
        (void)fflush(stdout);
        _exit(0);
    }
    return 0;
}
