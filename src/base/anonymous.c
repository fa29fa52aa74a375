/* SPDX-License-Identifier: ISC */
/*
 * base/anonymous.c - one walk over the text, after the coded forms are hidden
 *
 * At each place the first of these that fits takes its octets: an identity, an address, a mailbox nobody
 * named, a domain, a client's name beside its address, an id. What fits nothing is copied.
 */
#include "base/anonymous.h"
#include "base/secret.h"
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES = 64, HOSTS = 32, KEPT = 8, ID_OCTETS = 9 };

struct identity {
    enum anonymous_kind kind;
    char text[ANONYMOUS_IDENTITY_MAX + 1], stand_in[ANONYMOUS_IDENTITY_MAX + 1];
    size_t n;
    struct secret_mask *coded, *coded_lower; /* the second: NULL where it would be the same */
};

struct anonymous {
    struct identity identities[ANONYMOUS_IDENTITIES];
    size_t count;
    struct ip addresses[ADDRESSES], instead[ADDRESSES];
    size_t address_count;
    char hosts[HOSTS][64]; /* labels below the user's own domain */
    size_t host_count;
    char kept[KEPT][256];
    size_t kept_count;
};

struct anonymous *anonymous_new(void)
{
    return calloc(1, sizeof(struct anonymous));
}

void anonymous_free(struct anonymous *a)
{
    for (size_t i = 0; a && i < a->count; i++) {
        secret_mask_free(a->identities[i].coded);
        secret_mask_free(a->identities[i].coded_lower);
    }
    free(a);
}

/* ------------------------------------------------------------------------------------------------
 * Identities
 */
static str text_of(const struct identity *x)
{
    return (str){ x->text, x->n };
}

static bool add_coded(struct identity *x)
{
    char lower[ANONYMOUS_IDENTITY_MAX];
    bool differs = false;
    for (size_t i = 0; i < x->n; i++) {
        lower[i] = to_lower(x->text[i]);
        differs |= lower[i] != x->text[i];
    }
    x->coded = secret_mask_coded_new(text_of(x));
    if (differs)
        x->coded_lower = secret_mask_coded_new((str){ lower, x->n });
    return x->coded && (x->coded_lower || !differs);
}

bool anonymous_add(struct anonymous *a, enum anonymous_kind kind, str identity, str stand_in)
{
    if (!identity.n || (kind == ANONYMOUS_WORD && identity.n < 2))
        return true;
    for (size_t i = 0; i < a->count; i++)
        if (str_eq_nocase(text_of(&a->identities[i]), identity))
            return true;
    if (identity.n > ANONYMOUS_IDENTITY_MAX || stand_in.n > ANONYMOUS_IDENTITY_MAX ||
        a->count == ANONYMOUS_IDENTITIES)
        return false;
    struct identity *x = &a->identities[a->count];
    x->kind = kind;
    memcpy(x->text, identity.p, identity.n);
    x->n = identity.n;
    memcpy(x->stand_in, stand_in.p ? stand_in.p : "", stand_in.n);
    a->count++;
    return add_coded(x);
}

void anonymous_keep(struct anonymous *a, str host)
{
    if (a->kept_count == KEPT || host.n >= sizeof a->kept[0])
        return;
    memcpy(a->kept[a->kept_count++], host.p ? host.p : "", host.n);
}

static bool is_kept(const struct anonymous *a, str host)
{
    for (size_t i = 0; i < a->kept_count; i++)
        if (str_eq_nocase(str_from(a->kept[i]), host))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * Addresses
 */
/* The Nth stand-in of the block that fits: private ones stay private. */
static struct ip stand_in_of(const struct ip *ip, enum anonymous_role role, size_t nth)
{
    static const uint8_t V4[][4] = { [ANONYMOUS_OTHER] = { 198, 51, 100, 0 },
                                     [ANONYMOUS_SERVER] = { 192, 0, 2, 0 },
                                     [ANONYMOUS_CLIENT] = { 203, 0, 113, 0 } };
    static const uint8_t PRIVATE_V4[4] = { 10, 0, 0, 0 };
    static const uint8_t V6[4] = { 0x20, 0x01, 0x0d, 0xb8 }, PRIVATE_V6[4] = { 0xfd, 0, 0, 0 };
    struct ip out = { .family = ip->family };
    bool private = ip_is_private(ip);
    if (ip->family == IP_V4) {
        memcpy(out.octets, private ? PRIVATE_V4 : V4[role], 4);
        out.octets[3] = (uint8_t)(nth + 1);
    } else {
        memcpy(out.octets, private ? PRIVATE_V6 : V6, 4);
        out.octets[15] = (uint8_t)(nth + 1);
    }
    return out;
}

static bool is_nobodys(const struct ip *ip)
{
    static const struct ip ANY_V4 = { .family = IP_V4 }, ANY_V6 = { .family = IP_V6 };
    return ip->family == IP_NONE || ip_is_loopback(ip) || ip_eq(ip, &ANY_V4) || ip_eq(ip, &ANY_V6);
}

struct ip anonymous_ip(struct anonymous *a, const struct ip *ip, enum anonymous_role role)
{
    struct ip bare = *ip;
    bare.scope = 0;
    if (is_nobodys(ip))
        return *ip;
    for (size_t i = 0; i < a->address_count; i++)
        if (ip_eq(&a->addresses[i], &bare))
            return a->instead[i];
    if (a->address_count == ADDRESSES) /* more than anybody will tell apart */
        return stand_in_of(&bare, role, ADDRESSES);
    a->addresses[a->address_count] = bare;
    a->instead[a->address_count] = stand_in_of(&bare, role, a->address_count);
    return a->instead[a->address_count++];
}

/* ------------------------------------------------------------------------------------------------
 * The walk
 */
struct walk {
    struct anonymous *a;
    str text;
    size_t at;
    bool words;
    struct buf *out;
};

static str rest_of(const struct walk *w)
{
    return str_skip(w->text, w->at);
}

static bool is_inner(char c) /* octets that make one word of what stands beside them */
{
    return is_alnum(c) || (unsigned char)c > 0x7f;
}

static bool begins_word(const struct walk *w)
{
    return w->at == 0 || !is_inner(w->text.p[w->at - 1]);
}

static size_t span(str s, bool (*in)(char c))
{
    size_t n = 0;
    while (n < s.n && in(s.p[n]))
        n++;
    return n;
}

static bool in_local_part(char c)
{
    static const char ATEXT[] = ".!#$%&'*+/=?^_`{|}~-"; /* RFC 5322 section 3.2.3 */
    return is_inner(c) || memchr(ATEXT, c, sizeof ATEXT - 1);
}

/* Does a mailbox begin here? Then no word of its local-part is taken alone: "anna.berger@corp.example" tells
 * more than "anna", and so does the domain of "anna@private.example". */
static bool begins_mailbox(str rest)
{
    size_t n = span(rest, in_local_part);
    return n && n + 1 < rest.n && rest.p[n] == '@' &&
           (is_inner(rest.p[n + 1]) || rest.p[n + 1] == '[');
}

static size_t replace(struct walk *w, size_t n, str stand_in)
{
    buf_add(w->out, stand_in);
    return n;
}

/* Longest first, so that a mailbox is not taken for its local-part. */
static size_t take_identity(struct walk *w)
{
    const struct identity *found = NULL;
    str rest = rest_of(w);
    for (size_t i = 0; i < w->a->count; i++) {
        const struct identity *x = &w->a->identities[i];
        if (x->kind >= ANONYMOUS_DOMAIN || !str_starts_nocase(rest, text_of(x)) ||
            (found && found->n >= x->n))
            continue;
        bool word = begins_word(w) && !(rest.n > x->n && is_inner(rest.p[x->n]));
        if (x->kind == ANONYMOUS_MAILBOX || (w->words && word && !begins_mailbox(rest)))
            found = x;
    }
    return found ? replace(w, found->n, str_from(found->stand_in)) : 0;
}

static bool in_ip(char c)
{
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f') || c == ':' || c == '.';
}

static size_t put_ip(struct walk *w, size_t n, const struct ip *ip)
{
    char text[IP_TEXT_MAX];
    struct ip other = anonymous_ip(w->a, ip, ANONYMOUS_OTHER);
    return replace(w, n, str_from(ip_text(&other, text)));
}

/* "%eth0" or "%2" behind a link-local address tells nothing; it goes with it. */
static size_t zone_octets(str s)
{
    size_t n = s.n && s.p[0] == '%' ? 1 : 0;
    while (n && n < s.n && is_alnum(s.p[n]))
        n++;
    return n;
}

/* The address at the front of s: the longest run of its octets that is one. */
static size_t read_ip(str s, struct ip *out)
{
    size_t n = span(str_take(s, IP_TEXT_MAX), in_ip);
    for (; n >= 2; n--)
        if ((n == s.n || !is_inner(s.p[n])) && ip_parse(str_take(s, n), out))
            return n;
    return 0;
}

/* "203-0-113-7" and "7_113_0_203", as names of clients have it. */
static size_t read_dashed(str s, struct ip *out)
{
    char dotted[16];
    size_t n = 0;
    while (n < s.n && n < sizeof dotted - 1 && (is_digit(s.p[n]) || s.p[n] == '-' || s.p[n] == '_'))
        n++;
    for (size_t i = 0; i < n; i++)
        dotted[i] = is_digit(s.p[i]) ? s.p[i] : '.';
    return n >= 7 && ip_parse((str){ dotted, n }, out) ? n : 0;
}

/* "2a02-1210-0-0-0-0-0-7" and "2a02-1210--7", long enough to be nothing else. */
static size_t read_dashed_v6(str s, struct ip *out)
{
    enum { SHORTEST = 15 };
    char text[IP_TEXT_MAX];
    size_t n = 0, dashes = 0;
    for (; n < s.n && n < sizeof text && (s.p[n] == '-' || (in_ip(s.p[n]) && is_alnum(s.p[n])));
         n++) {
        dashes += s.p[n] == '-';
        text[n] = s.p[n] == '-' ? ':' : s.p[n];
    }
    bool ends = n == s.n || !is_inner(s.p[n]);
    return ends && n >= SHORTEST && dashes >= 4 && ip_parse((str){ text, n }, out) ? n : 0;
}

/* Behind letters only what cannot be a part of a word: "host203-0-113-7", "dsl203.0.113.7". */
static size_t take_ip_behind_letter(struct walk *w)
{
    struct ip ip;
    str rest = rest_of(w);
    if (!is_digit(rest.p[0]) || is_digit(w->text.p[w->at - 1]))
        return 0;
    size_t n = read_dashed(rest, &ip);
    if (!n)
        n = read_ip(rest, &ip);
    return n && ip.family == IP_V4 ? put_ip(w, n, &ip) : 0;
}

static size_t take_ip(struct walk *w)
{
    struct ip ip;
    str rest = rest_of(w);
    bool first = w->at == 0 || !is_alnum(w->text.p[w->at - 1]);
    if (!first)
        return take_ip_behind_letter(w);
    if (str_starts_nocase(rest, STR("IPv6:"))) {
        size_t n = read_ip(str_skip(rest, 5), &ip);
        if (n)
            buf_add(w->out, str_take(rest, 5));
        return n ? 5 + put_ip(w, n, &ip) : 0;
    }
    size_t n = read_ip(rest, &ip);
    if (n)
        return put_ip(w, n + (ip.family == IP_V6 ? zone_octets(str_skip(rest, n)) : 0), &ip);
    n = read_dashed(rest, &ip);
    if (!n)
        n = read_dashed_v6(rest, &ip);
    return n ? put_ip(w, n, &ip) : 0;
}

static bool in_domain(char c)
{
    return is_inner(c) || c == '-' || c == '.' || c == '_';
}

/* Mailboxes of roles are nobody's. */
static bool is_role(str local_part)
{
    static const str ROLES[] = { STR_INIT("postmaster"), STR_INIT("abuse"),   STR_INIT("support"),
                                 STR_INIT("hostmaster"), STR_INIT("noreply"), STR_INIT("help") };
    for (size_t i = 0; i < COUNT_OF(ROLES); i++)
        if (str_eq_nocase(ROLES[i], local_part))
            return true;
    return false;
}

/* A domain at the front of s, dots inside and a word at its end; without a dot that ends a sentence. */
static size_t read_domain(str s)
{
    size_t n = span(s, in_domain);
    while (n && (s.p[n - 1] == '.' || s.p[n - 1] == '-'))
        n--;
    size_t dot = str_rfind_octet(str_take(s, n), '.');
    bool ok = n && dot != STR_NOT_FOUND && dot > 0 && n - dot > 2 && is_inner(s.p[0]);
    for (size_t i = ok ? dot + 1 : n; i < n; i++)
        ok &= !is_digit(s.p[i]) || str_starts_nocase(str_skip(s, dot + 1), STR("xn--"));
    return ok ? n : 0;
}

/* Names that servers have everywhere tell nothing; another gets a number. */
static void put_label(struct walk *w, str label)
{
    static const str USUAL[] = {
        STR_INIT("smtp"),  STR_INIT("smtps"),   STR_INIT("mail"),       STR_INIT("mx"),
        STR_INIT("mx1"),   STR_INIT("mx2"),     STR_INIT("relay"),      STR_INIT("submission"),
        STR_INIT("imap"),  STR_INIT("pop"),     STR_INIT("pop3"),       STR_INIT("webmail"),
        STR_INIT("www"),   STR_INIT("out"),     STR_INIT("autoconfig"), STR_INIT("autodiscover"),
        STR_INIT("mail1"), STR_INIT("outgoing")
    };
    struct anonymous *a = w->a;
    for (size_t i = 0; i < COUNT_OF(USUAL); i++) {
        if (str_eq_nocase(USUAL[i], label)) {
            buf_add(w->out, USUAL[i]);
            return;
        }
    }
    size_t i = 0;
    while (i < a->host_count && !str_eq_nocase(str_from(a->hosts[i]), label))
        i++;
    if (i == a->host_count && i < HOSTS && label.n < sizeof a->hosts[0]) {
        memcpy(a->hosts[i], label.p, label.n);
        a->host_count++;
    }
    buf_addf(w->out, "host-%zu", i + 1);
}

/* The place in domain where x begins, at a dot; STR_NOT_FOUND. */
static size_t find_domain(str domain, const struct identity *x)
{
    for (size_t at = 0; at + x->n <= domain.n; at++)
        if ((at == 0 || domain.p[at - 1] == '.') &&
            str_starts_nocase(str_skip(domain, at), text_of(x)) &&
            (at + x->n == domain.n || domain.p[at + x->n] == '.'))
            return at;
    return STR_NOT_FOUND;
}

static size_t take_own_domain(struct walk *w, str domain)
{
    const struct identity *found = NULL;
    size_t at = 0;
    for (size_t i = 0; i < w->a->count; i++) {
        const struct identity *x = &w->a->identities[i];
        size_t here = x->kind == ANONYMOUS_DOMAIN ? find_domain(domain, x) : STR_NOT_FOUND;
        if (here != STR_NOT_FOUND && (!found || x->n > found->n)) {
            found = x;
            at = here;
        }
    }
    if (!found)
        return 0;
    str below = str_take(domain, at ? at - 1 : 0);
    while (below.p && below.n) {
        put_label(w, str_cut(&below, '.'));
        buf_addc(w->out, '.');
    }
    return replace(w, at + found->n, str_from(found->stand_in));
}

/* RFC 5321 section 4.1.2: "john doe". Both quotes counted; 0: none begins here, or it has no end. */
static size_t quoted_octets(str s)
{
    enum { LONGEST = 256 };
    if (!s.n || s.p[0] != '"')
        return 0;
    for (size_t n = 1; n < s.n && n < LONGEST; n++) {
        if (s.p[n] == '"')
            return n + 1;
        n += s.p[n] == '\\';
    }
    return 0;
}

static size_t take_mailbox(struct walk *w)
{
    str rest = rest_of(w);
    if (w->at && in_local_part(w->text.p[w->at - 1]))
        return 0;
    size_t local = span(rest, in_local_part);
    if (!local)
        local = quoted_octets(rest);
    if (!local || local >= rest.n || rest.p[local] != '@')
        return 0;
    str domain = str_skip(rest, local + 1);
    if (domain.n && domain.p[0] == '[' && !is_role(str_take(rest, local)))
        return replace(w, local + 1, STR("someone@")); /* the address in it has its own stand-in */
    size_t n = span(domain, in_domain);
    while (n && domain.p[n - 1] == '.')
        n--;
    if (!n || is_role(str_take(rest, local)))
        return 0;
    buf_add(w->out, STR("someone@"));
    if (!take_own_domain(w, str_take(domain, n)))
        buf_add(w->out, STR("other-domain.example"));
    return local + 1 + n;
}

/* "name [203.0.113.7]", "name[203.0.113.7]", "name (203.0.113.7)": so servers call their clients. */
static bool stands_before_ip(str behind)
{
    struct ip ip;
    size_t n = behind.n && behind.p[0] == ' ';
    if (n >= behind.n || (behind.p[n] != '[' && behind.p[n] != '('))
        return false;
    while (n < behind.n && (behind.p[n] == '[' || behind.p[n] == '('))
        n++;
    behind = str_skip(behind, n);
    if (str_starts_nocase(behind, STR("IPv6:")))
        behind = str_skip(behind, 5);
    return read_ip(behind, &ip) && !ip_is_loopback(&ip);
}

static size_t take_domain(struct walk *w)
{
    str rest = rest_of(w);
    bool first = w->at == 0 || !in_domain(w->text.p[w->at - 1]) || w->text.p[w->at - 1] == '.';
    size_t n = first ? read_domain(rest) : 0;
    if (!n)
        return 0;
    str domain = str_take(rest, n);
    size_t own = take_own_domain(w, domain);
    if (own)
        return own;
    if (is_kept(w->a, domain))
        return replace(w, n, domain);
    if (stands_before_ip(str_skip(rest, n)))
        return replace(w, n, STR("client-name.example"));
    return 0; /* walked piece by piece: it may begin with an address, as names of clients do */
}

static bool in_id(char c)
{
    return is_alnum(c) || c == '-';
}

/* "1tABcd-0001Ef-Gh", as Exim named messages for long. */
static bool is_short_id(str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++)
        digits += is_digit(s.p[i]);
    return s.n == 16 && s.p[6] == '-' && s.p[13] == '-' && digits >= 2 && digits < 14;
}

/* Letters and digits mixed as no word mixes them: the name of a message in a queue. */
static size_t take_id(struct walk *w)
{
    str rest = rest_of(w);
    size_t n = begins_word(w) ? span(rest, in_id) : 0;
    bool mixed = is_short_id(str_take(rest, n));
    for (str left = str_take(rest, n); left.p && left.n;) {
        str run = str_cut(&left, '-');
        size_t digits = 0;
        for (size_t i = 0; i < run.n; i++)
            digits += is_digit(run.p[i]);
        mixed |= run.n >= ID_OCTETS && digits >= 2 && run.n - digits >= 2;
    }
    bool name = n < rest.n && rest.p[n] == '.' && read_domain(rest) > n;
    return mixed && !name ? replace(w, n, STR("[id]")) : 0;
}

static void walk(struct walk *w)
{
    static size_t (*const TAKERS[])(struct walk *) = { take_identity, take_ip, take_mailbox,
                                                       take_domain, take_id };
    while (w->at < w->text.n) {
        size_t n = 0;
        for (size_t i = 0; i < COUNT_OF(TAKERS) && !n; i++)
            n = TAKERS[i](w);
        if (!n)
            buf_addc(w->out, w->text.p[w->at++]);
        w->at += n;
    }
}

/* Coded forms first: the walk would cut them in two. */
static bool hide_coded(const struct anonymous *a, str text, bool words, struct buf *out)
{
    struct buf other;
    buf_init(&other, out->max);
    bool ok = buf_add(out, text);
    for (size_t i = 0; i < 2 * a->count && ok; i++) {
        const struct identity *x = &a->identities[i / 2];
        const struct secret_mask *m = i % 2 ? x->coded_lower : x->coded;
        if (!m || (x->kind == ANONYMOUS_WORD && !words))
            continue;
        buf_clear(&other);
        ok = secret_mask_apply(m, buf_str(out), &other);
        struct buf swap = *out;
        *out = other;
        other = swap;
    }
    buf_done(&other);
    return ok;
}

bool anonymous_text(struct anonymous *a, str text, bool words, struct buf *out)
{
    struct buf plain;
    buf_init(&plain, 4 * text.n + 4096);
    bool ok = hide_coded(a, text, words, &plain);
    if (ok) {
        struct walk w = { a, buf_str(&plain), 0, words, out };
        walk(&w);
    }
    buf_done(&plain);
    return ok && buf_ok(out);
}
