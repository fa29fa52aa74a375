/* SPDX-License-Identifier: ISC */
/*
 * relay/control_allow.c - baton allow: an address is let in for a time, wherever a permit has pop-window = true
 * { "do": "allow", "what": "add" | "end" | "list", "client": IP, "seconds": N, "note": TEXT }
 */
#include "net/forwarders.h"
#include "relay/control.h"
#include "relay/windows.h"

/* Names of the permits that it opens. */
static json_t *permits_of(struct relay *r, size_t *count)
{
    json_t *names = json_array();
    struct relay_config *c = relay_config_hold(r);
    const struct policy *p = c->rules.file.policy;
    *count = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct policy_condition *pop = policy_condition_of(&p->rules[i], POLICY_POP_WINDOW);
        if (p->rules[i].forbids || !pop || !pop->wanted)
            continue;
        json_array_append_new(names, relay_call_text(p->rules[i].name));
        ++*count;
    }
    relay_config_drop(c);
    return names;
}

/* Who comes from there is more than one: all that a forwarder or a container's bridge on this machine hands on. NULL: one. */
static const char *stands_for_others(const struct ip *ip)
{
    static const struct {
        const char *net, *why;
    } NETS[] = {
        { "127.0.0.1", "it is this machine itself, and a proxy or a TLS wrapper on it would bring "
                       "everybody" },
        { "::1", "it is this machine itself, and a proxy or a TLS wrapper on it would bring "
                 "everybody" },
        { "0.0.0.0/8", "nobody comes from there" },
        { "::", "nobody comes from there" },
        { "224.0.0.0/3", "nobody comes from there" },
        { "ff00::/8", "nobody comes from there" },
    };
    for (size_t i = 0; i < COUNT_OF(NETS); i++) {
        struct ip_net net;
        if (ip_net_parse(str_from(NETS[i].net), &net, NULL) && ip_net_has(&net, ip))
            return NETS[i].why;
    }
    const struct net_forwarder *all;
    for (size_t i = 0, count = net_forwarders(&all); i < count; i++)
        if (ip_eq(&all[i].ip, ip))
            return all[i].why;
    return NULL;
}

static unsigned longest_of(struct relay *r)
{
    struct relay_config *c = relay_config_hold(r);
    unsigned longest = c->rules.file.site.allow_s;
    relay_config_drop(c);
    return longest;
}

static void add(struct relay_call *call, const struct ip *client, const json_t *request)
{
    struct relay *r = relay_call_relay(call);
    json_int_t seconds = json_integer_value(json_object_get(request, "seconds"));
    const json_t *note = json_object_get(request, "note");
    const char *others = stands_for_others(client);
    uint64_t now = relay_now_ms();
    char ip[IP_TEXT_MAX];
    struct err e;
    size_t count;
    unsigned longest = longest_of(r);
    if (seconds < 1 || seconds > longest) {
        relay_call_error(call,
                         "an address is let in for %u minutes at most (allow-longest in the rule "
                         "file); for longer name it in a permit, with network = \"%s\"",
                         longest / 60, ip_text(client, ip));
        return;
    }
    if (others) {
        relay_call_error(call, "%s is not let in: %s", ip_text(client, ip), others);
        return;
    }
    json_t *permits = permits_of(r, &count);
    if (!count) {
        json_decref(permits);
        relay_call_error(call, "no permit of the rule file asks for a window, so this would let "
                               "nobody in; add permit \"pop\" { pop-window = true }");
        return;
    }
    uint64_t until = now + (uint64_t)seconds * 1000;
    str text = { json_string_value(note), json_string_length(note) };
    if (!relay_windows_allow(r->windows, client, until, now, text, &e)) {
        json_decref(permits);
        relay_call_error(call, "%s", e.why);
        return;
    }
    NET_LOG(r->log, NET_LOG_INFO, "address-let-in", LOG_IP("client", client),
            LOG_INT("seconds", seconds), LOG_STR("note", text));
    relay_call_done(call, json_pack("{s:s,s:I,s:o}", "client", ip_text(client, ip), "until_ms",
                                    (json_int_t)until, "permits", permits));
}

static void end(struct relay_call *call, const struct ip *client)
{
    struct relay *r = relay_call_relay(call);
    struct err e;
    bool had;
    char ip[IP_TEXT_MAX];
    if (!relay_windows_end(r->windows, client, relay_now_ms(), &had, &e)) {
        relay_call_error(call, "%s", e.why);
        return;
    }
    if (had)
        NET_LOG(r->log, NET_LOG_INFO, "address-no-longer-let-in", LOG_IP("client", client));
    relay_call_done(call, json_pack("{s:s,s:b}", "client", ip_text(client, ip), "had", had));
}

static void one(void *user, const struct relay_window *w)
{
    char ip[IP_TEXT_MAX];
    relay_call_row(user,
                   json_pack("{s:s,s:I,s:o}", "client", ip_text(&w->client, ip), "until_ms",
                             (json_int_t)w->until_ms, "note", relay_call_text(str_from(w->note))));
}

void relay_allow(struct relay_call *call, const json_t *request)
{
    const json_t *what = json_object_get(request, "what"),
                 *given = json_object_get(request, "client");
    str word = { json_string_value(what), json_string_length(what) };
    str text = { json_string_value(given), json_string_length(given) };
    struct ip client;
    if (str_eq(word, STR("list"))) {
        size_t count;
        relay_windows_each(relay_call_relay(call)->windows, relay_now_ms(), one, call);
        json_t *permits = permits_of(relay_call_relay(call), &count);
        relay_call_done(call, json_pack("{s:o}", "permits", permits));
    } else if (!ip_parse(text, &client)) {
        relay_call_error(call, "this is no IP address; single addresses alone are let in for a "
                               "time, a network is named in a permit");
    } else if (str_eq(word, STR("add"))) {
        add(call, &client, request);
    } else if (str_eq(word, STR("end"))) {
        end(call, &client);
    } else {
        relay_call_error(call, "an address is let in (add), shown (list), or no longer let in "
                               "(end)");
    }
}
