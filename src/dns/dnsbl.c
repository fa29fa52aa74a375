/* SPDX-License-Identifier: ISC */
/*
 * dns/dnsbl.c - names to ask, answers to believe
 */
#include "dns/dnsbl.h"
#include <string.h>

static const struct name_row STATE_ROWS[] = {
    { DNSBL_CLEAN, STR_INIT("clean") },
    { DNSBL_LISTED, STR_INIT("listed") },
    { DNSBL_ERROR, STR_INIT("error") },
};
const struct names DNSBL_STATE_NAMES = NAMES(STATE_ROWS);

const struct dnsbl_list *dnsbl_list_of(str zone)
{
    for (size_t i = 0; i < DNSBL_LIST_COUNT; i++)
        if (str_eq_nocase(str_from(DNSBL_LISTS[i].zone), zone))
            return &DNSBL_LISTS[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Names
 */
static size_t put_number(char *out, unsigned n)
{
    size_t digits = n > 99 ? 3 : n > 9 ? 2 : 1;
    for (size_t i = digits; i > 0; i--, n /= 10)
        out[i - 1] = (char)('0' + n % 10);
    return digits;
}

str dnsbl_name_of(const struct ip *ip, char out[DNSBL_NAME_MAX])
{
    size_t n = 0;
    for (size_t i = 4; ip->family == IP_V4 && i > 0; i--) {
        n += put_number(out + n, ip->octets[i - 1]);
        if (i > 1)
            out[n++] = '.';
    }
    for (size_t i = 32; ip->family == IP_V6 && i > 0; i--) {
        unsigned octet = ip->octets[(i - 1) / 2];
        out[n++] = "0123456789abcdef"[i % 2 ? octet >> 4 : octet & 15];
        if (i > 1)
            out[n++] = '.';
    }
    return (str){ out, n };
}

/* NULL: not there yet, and noted. */
static const struct dns_answer *ask(struct dns_known *k, const struct ip *ip, str zone,
                                    enum dns_type type)
{
    static const struct dns_answer TOO_LONG = { .code = DNS_BROKEN };
    char name[DNSBL_NAME_MAX + DNS_NAME_MAX];
    str reversed = dnsbl_name_of(ip, name);
    if (reversed.n + 1 + zone.n >= DNS_NAME_MAX - 2)
        return &TOO_LONG;
    name[reversed.n] = '.';
    memcpy(name + reversed.n + 1, zone.p, zone.n);
    return dns_known_ask(k, (str){ name, reversed.n + 1 + zone.n }, type);
}

/* RFC 5782 section 5: 127.0.0.2 is listed, 127.0.0.1 is not. In a list of IPv6 addresses they stand as the
 * IPv4-mapped ones, which struct ip would otherwise keep as IPv4. */
static struct ip test_entry(enum ip_family family, uint8_t last)
{
    if (family == IP_V4)
        return (struct ip){ .family = IP_V4, .octets = { 127, 0, 0, last } };
    return (struct ip){ .family = IP_V6,
                        .octets = { [10] = 0xff, [11] = 0xff, [12] = 0x7f, [15] = last } };
}

/* ------------------------------------------------------------------------------------------------
 * Which addresses public lists know
 */
const char *dnsbl_out_of_reach(const struct ip *ip)
{
    static const struct ip_net RESERVED[] = {
        { { .family = IP_V4, .octets = { 0 } }, 8 },             /* RFC 1122 section 3.2.1.3 */
        { { .family = IP_V4, .octets = { 192, 0, 0 } }, 24 },    /* RFC 6890 */
        { { .family = IP_V4, .octets = { 192, 0, 2 } }, 24 },    /* RFC 5737 */
        { { .family = IP_V4, .octets = { 198, 18 } }, 15 },      /* RFC 2544 */
        { { .family = IP_V4, .octets = { 198, 51, 100 } }, 24 }, /* RFC 5737 */
        { { .family = IP_V4, .octets = { 203, 0, 113 } }, 24 },  /* RFC 5737 */
        { { .family = IP_V4, .octets = { 224 } }, 3 },           /* multicast, and RFC 1112 */
        { { .family = IP_V6, .octets = { 0 } }, 128 },           /* RFC 4291 section 2.5.2 */
        { { .family = IP_V6, .octets = { 0x20, 0x01, 0x0d, 0xb8 } }, 32 }, /* RFC 3849 */
        { { .family = IP_V6, .octets = { 0x3f, 0xff } }, 20 },             /* RFC 9637 */
        { { .family = IP_V6, .octets = { 0xff } }, 8 },                    /* multicast */
    };
    if (ip_is_loopback(ip))
        return "loopback";
    if (ip_is_private(ip))
        return "private";
    for (size_t i = 0; i < COUNT_OF(RESERVED); i++)
        if (ip_net_has(&RESERVED[i], ip))
            return "reserved";
    return ip->family == IP_NONE ? "missing" : NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Answers
 */
/* What an address in an answer is. */
enum word { A_LISTING, NOT_OF_A_LIST, A_REFUSAL, NO_SUCH_CODE };

static const struct dnsbl_code *code_of(const struct dnsbl_list *list, const struct ip *ip)
{
    for (size_t i = 0; list && i < list->code_count; i++)
        if (ip->octets[1] == 0 && ip->octets[2] == 0 && ip->octets[3] >= list->codes[i].first &&
            ip->octets[3] <= list->codes[i].last)
            return &list->codes[i];
    return NULL;
}

/* RFC 5782 section 2.3: an answer lies in 127/8, and is not 127.0.0.1. */
static enum word word_of(const struct dnsbl_list *list, const struct ip *ip)
{
    if (ip->family != IP_V4 || ip->octets[0] != 127)
        return NOT_OF_A_LIST;
    if (ip->octets[1] == 255 && ip->octets[2] == 255)
        return A_REFUSAL;
    if (ip->octets[1] == 0 && ip->octets[2] == 0 && ip->octets[3] < 2)
        return NO_SUCH_CODE;
    return list && list->codes && !code_of(list, ip) ? NO_SUCH_CODE : A_LISTING;
}

static void error(struct dnsbl_answer *a, enum dnsbl_why why)
{
    a->state = DNSBL_ERROR;
    a->why = why;
}

static void take_code(struct dnsbl_answer *a, const struct ip *ip)
{
    if (a->code_count == DNSBL_CODES_MAX)
        return;
    a->codes[a->code_count] = *ip;
    a->meanings[a->code_count] = code_of(a->list, ip);
    a->matters_for_login |= !a->meanings[a->code_count] ||
                            a->meanings[a->code_count]->matters_for_login;
    a->code_count++;
}

static bool failed(const struct dns_answer *d)
{
    return (d->code != DNS_OK && d->code != DNS_NXDOMAIN) || d->trust == DNS_BOGUS;
}

/* What the list says of one address: whether it is listed, or why that is not to be believed. One word that is
 * no listing spoils those beside it. */
static void read_words(struct dnsbl_answer *a, const struct dns_answer *d)
{
    static const enum dnsbl_why WHY[] = { [NOT_OF_A_LIST] = DNSBL_REWRITTEN,
                                          [A_REFUSAL] = DNSBL_REFUSES,
                                          [NO_SUCH_CODE] = DNSBL_UNKNOWN_CODE };
    enum word worst = A_LISTING;
    bool any = false;
    if (failed(d)) {
        error(a, DNSBL_LOOKUP_FAILED);
        a->code = d->code;
        return;
    }
    for (size_t i = 0; i < d->count; i++) {
        if (d->records[i].type != DNS_A)
            continue;
        enum word word = word_of(a->list, &d->records[i].ip);
        if (worst == A_LISTING)
            worst = word;
        any = true;
        take_code(a, &d->records[i].ip);
    }
    a->state = any ? DNSBL_LISTED : DNSBL_CLEAN;
    if (worst != A_LISTING)
        error(a, WHY[worst]);
}

/* The list's own test entries. False: it is not to be believed, which the answer then says. */
static bool is_valid(struct dnsbl_answer *a, const struct dns_answer *listed,
                     const struct dns_answer *unlisted)
{
    struct dnsbl_answer yes = { .list = NULL }, no = { .list = NULL };
    read_words(&no, unlisted);
    read_words(&yes, listed);
    bool there = yes.state == DNSBL_LISTED ||
                 yes.why == DNSBL_UNKNOWN_CODE; /* 127.0.0.1: "a test" */
    const struct dnsbl_answer *bad = no.state == DNSBL_ERROR              ? &no
                                     : yes.state == DNSBL_ERROR && !there ? &yes
                                                                          : NULL;
    if (bad) {
        error(a, bad->why);
        a->code = bad->code;
        memcpy(a->codes, bad->codes, sizeof a->codes);
        a->code_count = bad->code_count;
    } else if (no.state == DNSBL_LISTED) {
        error(a, DNSBL_LISTS_EVERYTHING);
    } else if (yes.state == DNSBL_CLEAN) {
        error(a, DNSBL_LIST_EMPTY);
    }
    return a->state != DNSBL_ERROR;
}

static str text_of(const struct dns_answer *d)
{
    for (size_t i = 0; !failed(d) && i < d->count; i++)
        if (d->records[i].type == DNS_TXT)
            return d->records[i].data;
    return STR_NONE;
}

static void settle(struct dnsbl_answer *a)
{
    if (a->state == DNSBL_LISTED)
        return;
    memset(a->meanings, 0, sizeof a->meanings);
    a->matters_for_login = false;
    if (a->state == DNSBL_CLEAN)
        a->text = STR_NONE;
}

/* False: answers are missing. */
static bool ask_list(struct dns_known *k, const struct ip *ip, struct dnsbl_answer *a)
{
    if (a->list && !(ip->family == IP_V4 ? a->list->ipv4 : a->list->ipv6)) {
        error(a, DNSBL_NOT_FOR_FAMILY);
        return true;
    }
    struct ip yes = test_entry(ip->family, 2), no = test_entry(ip->family, 1);
    const struct dns_answer *word = ask(k, ip, a->zone, DNS_A);
    const struct dns_answer *text = ask(k, ip, a->zone, DNS_TXT);
    const struct dns_answer *listed = ask(k, &yes, a->zone, DNS_A);
    const struct dns_answer *unlisted = ask(k, &no, a->zone, DNS_A);
    if (!word || !text || !listed || !unlisted)
        return false;
    if (is_valid(a, listed, unlisted))
        read_words(a, word);
    a->text = text_of(text);
    settle(a);
    return true;
}

static bool has_family(const struct dnsbl_list *list, const struct ip *ip)
{
    return ip->family == IP_V4 ? list->ipv4 : list->ipv6;
}

static void choose_lists(const struct dnsbl_question *q, struct dnsbl_result *out)
{
    for (size_t i = 0; i < q->zone_count && out->count < DNSBL_ASKED_MAX; i++)
        out->answers[out->count++] = (struct dnsbl_answer){ .zone = q->zones[i],
                                                            .list = dnsbl_list_of(q->zones[i]) };
    for (size_t i = 0; !q->zone_count && i < DNSBL_LIST_COUNT; i++)
        if (has_family(&DNSBL_LISTS[i], &q->ip) && out->count < DNSBL_ASKED_MAX)
            out->answers[out->count++] = (struct dnsbl_answer){
                .zone = str_from(DNSBL_LISTS[i].zone), .list = &DNSBL_LISTS[i]
            };
}

bool dnsbl_check(struct dns_known *k, const struct dnsbl_question *q, struct dnsbl_result *out)
{
    bool complete = true, clean = false, listed = false, unknown = false;
    *out = (struct dnsbl_result){ .state = DNSBL_ERROR };
    if (q->ip.family == IP_NONE)
        return true;
    choose_lists(q, out);
    for (size_t i = 0; i < out->count; i++) {
        complete &= ask_list(k, &q->ip, &out->answers[i]);
        const struct dnsbl_answer *a = &out->answers[i];
        listed |= a->state == DNSBL_LISTED;
        clean |= a->state == DNSBL_CLEAN;
        unknown |= a->state == DNSBL_ERROR && !(a->list && a->list->by_registration);
    }
    out->state = listed ? DNSBL_LISTED : clean && !unknown ? DNSBL_CLEAN : DNSBL_ERROR;
    return complete;
}

/* ------------------------------------------------------------------------------------------------
 * Words
 */
static void listed_text(const struct dnsbl_answer *a, struct buf *out)
{
    buf_add(out, STR("Listed"));
    for (size_t i = 0; i < a->code_count; i++)
        if (a->meanings[i])
            buf_addf(out, "%s %s", i ? ";" : ":", a->meanings[i]->means);
    if (!a->matters_for_login)
        buf_add(out, STR(". It does not matter to a server that you log in to"));
    buf_addc(out, '.');
}

void dnsbl_answer_text(const struct dnsbl_answer *a, struct buf *out)
{
    static const char *const ERRORS[] = {
        [DNSBL_FINE] = "",
        [DNSBL_LOOKUP_FAILED] = "Not known: the question ended in ",
        [DNSBL_LIST_EMPTY] = "Not known: the list does not even have its test entry. It has ended, "
                             "or does not answer this resolver.",
        [DNSBL_LISTS_EVERYTHING] = "Not known: the list names what no list may name, as one does "
                                   "that has ended, or as a resolver makes it seem.",
        [DNSBL_REWRITTEN] = "Not known: the answer is no list's. A resolver that answers for names "
                            "which do not exist gives such, or a list that has been sold.",
        [DNSBL_REFUSES] = "Not known: the list says that it does not answer this resolver. Ask "
                          "through one of your own.",
        [DNSBL_UNKNOWN_CODE] = "Not known: the list answered with a code that it is not known to "
                               "have.",
        [DNSBL_NOT_FOR_FAMILY] = "Not asked: the list has no addresses of this kind.",
    };
    if (a->state == DNSBL_CLEAN) {
        buf_add(out, STR("Not listed."));
        return;
    }
    if (a->state == DNSBL_LISTED) {
        listed_text(a, out);
        return;
    }
    buf_addf(out, "%s", ERRORS[a->why]);
    if (a->why == DNSBL_LOOKUP_FAILED)
        buf_addf(out, "%.*s.", STR_ARG(names_of(&DNS_CODE_NAMES, (int)a->code)));
}
