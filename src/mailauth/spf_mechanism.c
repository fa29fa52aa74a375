/* SPDX-License-Identifier: ISC */
/* mailauth/spf_mechanism.c - RFC 7208 section 5, but include */
#include "mailauth/spf_inside.h"
#include <string.h>

enum { FOUND_SHOWN = 8, FOUND_OCTETS = 4096 };

static bool covers(const struct ip *ip, const uint8_t *address, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(ip->octets, address, whole) != 0)
        return false;
    return rest == 0 || ((ip->octets[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

static unsigned bits_of(const struct spf_eval *e, const struct spf_term *t)
{
    return e->ip.family == IP_V6 ? t->bits6 : t->bits4;
}

static enum dns_type address_type(const struct spf_eval *e)
{
    return e->ip.family == IP_V6 ? DNS_AAAA : DNS_A;
}

static bool has_client(const struct spf_eval *e, const struct spf_term *t,
                       const struct dns_answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (e->ip.family != IP_NONE && a->records[i].ip.family == e->ip.family &&
            covers(&e->ip, a->records[i].ip.octets, bits_of(e, t)))
            return true;
    return false;
}

/* ---- what was found, for the trace ---- */

struct found {
    struct buf text;
    size_t count;
};

static void found_add(struct found *f, str s)
{
    if (f->count++ >= FOUND_SHOWN)
        return;
    if (f->count > 1)
        buf_add(&f->text, STR(", "));
    buf_add(&f->text, s);
}

static void found_add_record(struct found *f, const struct dns_record *r)
{
    char text[IP_TEXT_MAX];
    bool address = r->type == DNS_A || r->type == DNS_AAAA;
    found_add(f, address ? str_from(ip_text(&r->ip, text)) : r->name.n ? r->name : STR("."));
}

static void found_begin(struct found *f)
{
    f->count = 0;
    buf_init(&f->text, FOUND_OCTETS);
}

static void found_end(struct spf_eval *e, struct found *f, struct spf_step *s)
{
    if (f->count > FOUND_SHOWN)
        buf_addf(&f->text, " and %zu more", f->count - FOUND_SHOWN);
    if (f->text.n > 0 && !e->pending)
        s->found = arena_dup(e->memory, buf_str(&f->text));
    buf_done(&f->text);
}

static void found_answer(struct spf_eval *e, struct spf_step *s, const struct dns_answer *a)
{
    struct found f;
    found_begin(&f);
    for (size_t i = 0; i < a->count; i++)
        found_add_record(&f, &a->records[i]);
    found_end(e, &f, s);
}

/* ---- void look-ups (4.6.4) ---- */

/* A term whose own question found nothing. */
static enum spf_go count_void(struct spf_eval *e, struct spf_step *s, const struct dns_answer *a,
                              str target, const char *what)
{
    bool exists = a->code == DNS_OK;
    if (++e->out->voids > SPF_VOIDS_MAX)
        return spf_say(
            e, s, SPF_GO_ERROR, SPF_TOO_MANY_VOIDS,
            "'%.*s' asks for %.*s, and is the third term that finds nothing in DNS: only "
            "%d may",
            STR_ARG(s->term), STR_ARG(target), SPF_VOIDS_MAX);
    return spf_say(e, s, SPF_GO_ON, exists ? SPF_NO_SUCH_TYPE : SPF_NO_SUCH_NAME, "%.*s %s%s",
                   STR_ARG(target), exists ? "has no " : "does not exist", exists ? what : "");
}

/* ---- a, exists ---- */

static const char *family_word(const struct spf_eval *e)
{
    return e->ip.family == IP_V6 ? "IPv6 address" : "IPv4 address";
}

static enum spf_go go_a(struct spf_eval *e, const struct spf_term *t, struct spf_step *s,
                        str target)
{
    const struct dns_answer *a = spf_ask(e, target, true, address_type(e));
    if (!a)
        return SPF_GO_WAIT;
    if (spf_failed(a))
        return spf_say_failed(e, s, SPF_GO_ERROR, a, target);
    if (a->count == 0)
        return count_void(e, s, a, target, family_word(e));
    found_answer(e, s, a);
    if (has_client(e, t, a))
        return spf_say(e, s, SPF_GO_MATCH, SPF_MATCHED, "the client is an address of %.*s",
                       STR_ARG(target));
    return spf_say(e, s, SPF_GO_ON, SPF_NOT_MATCHED, "the client is no address of %.*s",
                   STR_ARG(target));
}

static enum spf_go go_exists(struct spf_eval *e, const struct spf_term *t UNUSED,
                             struct spf_step *s, str target)
{
    const struct dns_answer *a = spf_ask(e, target, true, DNS_A);
    if (!a)
        return SPF_GO_WAIT;
    if (spf_failed(a))
        return spf_say_failed(e, s, SPF_GO_ERROR, a, target);
    if (a->count == 0)
        return count_void(e, s, a, target, "IPv4 address");
    found_answer(e, s, a);
    return spf_say(e, s, SPF_GO_MATCH, SPF_MATCHED, "%.*s exists", STR_ARG(target));
}

/* ---- mx ---- */

static bool comes_before(const struct dns_record *a, const struct dns_record *b)
{
    size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
    if (a->priority != b->priority)
        return a->priority < b->priority;
    int order = n > 0 ? memcmp(a->name.p, b->name.p, n) : 0;
    return order != 0 ? order < 0 : a->name.n < b->name.n;
}

/* By preference, and by name among equals: DNS gives these in an order of chance, and a result must not. */
static size_t order_hosts(const struct dns_answer *mx, str hosts[SPF_NAMES_MAX])
{
    const struct dns_record *sorted[SPF_NAMES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < mx->count && n < SPF_NAMES_MAX; i++) {
        const struct dns_record *r = &mx->records[i];
        size_t at = n++;
        for (; at > 0 && comes_before(r, sorted[at - 1]); at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = r;
    }
    for (size_t i = 0; i < n; i++)
        hosts[i] = sorted[i]->name;
    return n;
}

/* All are asked for; the first that is not known yet, fails (5) or matches decides. */
static enum spf_go go_hosts(struct spf_eval *e, const struct spf_term *t, struct spf_step *s,
                            str target, const struct dns_answer *mx)
{
    str hosts[SPF_NAMES_MAX];
    const struct dns_answer *answers[SPF_NAMES_MAX];
    size_t n = order_hosts(mx, hosts);
    for (size_t i = 0; i < n; i++) /* without a name: null MX (RFC 7505) */
        answers[i] = hosts[i].n > 0 ? spf_ask(e, hosts[i], false, address_type(e)) : mx;
    for (size_t i = 0; i < n; i++) {
        if (!answers[i])
            return SPF_GO_WAIT;
        if (spf_failed(answers[i]))
            return spf_say_failed(e, s, SPF_GO_ERROR, answers[i], hosts[i]);
        if (has_client(e, t, answers[i]))
            return spf_say(e, s, SPF_GO_MATCH, SPF_MATCHED,
                           "the client is an address of %.*s, an MX host of %.*s",
                           STR_ARG(hosts[i]), STR_ARG(target));
    }
    return spf_say(e, s, SPF_GO_ON, SPF_NOT_MATCHED,
                   "the client is no address of the MX hosts of %.*s", STR_ARG(target));
}

static enum spf_go go_mx(struct spf_eval *e, const struct spf_term *t, struct spf_step *s,
                         str target)
{
    const struct dns_answer *a = spf_ask(e, target, true, DNS_MX);
    if (!a)
        return SPF_GO_WAIT;
    if (spf_failed(a))
        return spf_say_failed(e, s, SPF_GO_ERROR, a, target);
    if (a->count == 0)
        return count_void(e, s, a, target, "MX record");
    found_answer(e, s, a);
    if (a->count > SPF_NAMES_MAX)
        return spf_say(e, s, SPF_GO_ERROR, SPF_TOO_MANY_MX,
                       "%.*s has %zu MX records: 'mx' may lead to %d at most", STR_ARG(target),
                       a->count, SPF_NAMES_MAX);
    return go_hosts(e, t, s, target, a);
}

/* ---- ptr, %{p} ---- */

static str reverse_name(struct spf_eval *e)
{
    static const char HEX[] = "0123456789abcdef";
    const uint8_t *o = e->ip.octets;
    char text[80];
    size_t n = 0;
    if (e->ip.family != IP_V6)
        return arena_printf(e->memory, "%u.%u.%u.%u.in-addr.arpa", o[3], o[2], o[1], o[0]);
    for (size_t i = 16; i-- > 0;) {
        text[n++] = HEX[o[i] & 15];
        text[n++] = '.';
        text[n++] = HEX[o[i] >> 4];
        text[n++] = '.';
    }
    return arena_printf(e->memory, "%.*sip6.arpa", (int)n, text);
}

struct validated {
    const struct dns_answer *ptr;
    str names[SPF_NAMES_MAX];
    size_t count;
};

/* The first ten names of the client that lead back to it (5.5). A name whose look-up fails is none. False:
 * not yet. */
static bool validate(struct spf_eval *e, struct validated *v)
{
    bool all = true;
    *v = (struct validated){ 0 };
    v->ptr = spf_ask(e, reverse_name(e), false, DNS_PTR);
    if (!v->ptr)
        return false;
    static const struct spf_term EXACT = { .bits4 = 32, .bits6 = 128 };
    for (size_t i = 0; i < v->ptr->count && i < SPF_NAMES_MAX; i++) {
        str name = v->ptr->records[i].name;
        const struct dns_answer *a = name.n ? spf_ask(e, name, false, address_type(e)) : v->ptr;
        all = all && a;
        if (a && a->code == DNS_OK && has_client(e, &EXACT, a))
            v->names[v->count++] = name;
    }
    return all;
}

static bool is_or_below(str name, str domain)
{
    return str_eq_nocase(name, domain) ||
           (name.n > domain.n + 1 && name.p[name.n - domain.n - 1] == '.' &&
            str_ends_nocase(name, domain));
}

/* The domain itself, else a name below it, else any (7.3). */
str spf_validated_name(struct spf_eval *e, const struct spf_frame *f)
{
    struct validated v;
    if (!validate(e, &v))
        return STR_NONE;
    str domain = spf_escaped(e, f->domain), below = STR_NONE;
    for (size_t i = 0; i < v.count; i++) {
        if (str_eq_nocase(v.names[i], domain))
            return v.names[i];
        if (!below.p && is_or_below(v.names[i], domain))
            below = v.names[i];
    }
    return below.p ? below : v.count > 0 ? v.names[0] : STR("unknown");
}

static enum spf_go go_ptr(struct spf_eval *e, const struct spf_term *t UNUSED, struct spf_step *s,
                          str target)
{
    struct validated v;
    str domain = spf_escaped(e, target);
    struct found found;
    if (!validate(e, &v))
        return SPF_GO_WAIT;
    if (spf_failed(v.ptr)) /* 5.5: then it does not match, and that is all */
        return spf_say_failed(e, s, SPF_GO_ON, v.ptr, v.ptr->question.name);
    if (v.ptr->count == 0)
        return count_void(e, s, v.ptr, v.ptr->question.name, "PTR record");
    found_begin(&found);
    for (size_t i = 0; i < v.count; i++)
        found_add(&found, v.names[i]);
    found_end(e, &found, s);
    for (size_t i = 0; i < v.count; i++)
        if (is_or_below(v.names[i], domain))
            return spf_say(e, s, SPF_GO_MATCH, SPF_MATCHED,
                           "the client's name is %.*s, and the name leads back to it",
                           STR_ARG(v.names[i]));
    return spf_say(e, s, SPF_GO_ON, SPF_NOT_MATCHED,
                   "no name of the client that leads back to it is %.*s or below it",
                   STR_ARG(target));
}

/* ---- ip4, ip6, all ---- */

static enum spf_go go_ip(struct spf_eval *e, const struct spf_term *t, struct spf_step *s)
{
    if (e->ip.family != (t->kind == SPF_IP4 ? IP_V4 : IP_V6))
        return spf_say(e, s, SPF_GO_ON, SPF_OTHER_FAMILY,
                       "the client's address is of the other kind");
    if (covers(&e->ip, t->address, bits_of(e, t)))
        return spf_say(e, s, SPF_GO_MATCH, SPF_MATCHED, "the client is in this range");
    return spf_say(e, s, SPF_GO_ON, SPF_NOT_MATCHED, "the client is not in this range");
}

static enum spf_go go_all(struct spf_eval *e, struct spf_step *s)
{
    return spf_say(e, s, SPF_GO_MATCH, SPF_MATCHED,
                   "'all' is for everybody that nothing before it named");
}

enum spf_go spf_mechanism(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t,
                          struct spf_step *s)
{
    static enum spf_go (*const ASKING[])(
        struct spf_eval *, const struct spf_term *, struct spf_step *,
        str) = { [SPF_A] = go_a, [SPF_MX] = go_mx, [SPF_PTR] = go_ptr, [SPF_EXISTS] = go_exists };
    if (t->kind == SPF_ALL)
        return go_all(e, s);
    if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
        return go_ip(e, t, s);
    str target;
    enum spf_go go = spf_target(e, f, t, s, &target);
    if (go != SPF_GO_ON)
        return go == SPF_GO_WAIT ? go : SPF_GO_ON; /* no name: it does not match */
    return ASKING[t->kind](e, t, s, target);
}
