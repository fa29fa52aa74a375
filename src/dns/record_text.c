/* SPDX-License-Identifier: ISC */
#include "dns/record_text.h"
#include "base/arena.h"

/* ---- writing ---- */

static void add_name(str name, struct buf *out)
{
    buf_add(out, name.n > 0 ? name : STR("."));
}

static bool needs_escape(char c)
{
    return c < ' ' || c > '~' || c == '"' || c == '\\';
}

/* RFC 1035 section 5.1: "\DDD" is an octet in decimal. */
static void add_quoted(str octets, struct buf *out)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < octets.n; i++) {
        if (needs_escape(octets.p[i]))
            buf_addf(out, "\\%03u", (unsigned)(unsigned char)octets.p[i]);
        else
            buf_addc(out, octets.p[i]);
    }
    buf_addc(out, '"');
}

static void add_hex(str octets, struct buf *out)
{
    for (size_t i = 0; i < octets.n; i++)
        buf_addf(out, "%02x", (unsigned)(unsigned char)octets.p[i]);
}

bool dns_record_value_text(const struct dns_record *r, struct buf *out)
{
    char ip[IP_TEXT_MAX];
    switch (r->type) {
    case DNS_A:
    case DNS_AAAA: buf_add(out, str_from(ip_text(&r->ip, ip))); break;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR: add_name(r->name, out); break;
    case DNS_MX:
        buf_addf(out, "%u ", r->priority);
        add_name(r->name, out);
        break;
    case DNS_SRV:
        buf_addf(out, "%u %u %u ", r->priority, r->weight, r->port);
        add_name(r->name, out);
        break;
    case DNS_SOA:
        add_name(r->name, out);
        buf_addf(out, " %u %u", r->serial, r->minimum_s);
        break;
    case DNS_TXT: add_quoted(r->data, out); break;
    default: add_hex(r->data, out);
    }
    return buf_ok(out);
}

bool dns_record_text(const struct dns_record *r, struct buf *out)
{
    if (r->owner.n > 0)
        buf_addf(out, "%.*s. ", STR_ARG(r->owner));
    buf_addf(out, "%u %.*s ", r->ttl_s, STR_ARG(names_of(&DNS_TYPE_NAMES, (int)r->type)));
    return dns_record_value_text(r, out);
}

/* ---- reading ---- */

static bool take_number(str *rest, uint64_t most, uint64_t *out)
{
    return str_to_u64(str_cut(rest, ' '), most, out);
}

static bool take_u16(str *rest, uint16_t *out)
{
    uint64_t n;
    if (!take_number(rest, UINT16_MAX, &n))
        return false;
    *out = (uint16_t)n;
    return true;
}

static bool take_u32(str *rest, uint32_t *out)
{
    uint64_t n;
    if (!take_number(rest, UINT32_MAX, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

bool dns_name_is_escaped(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] > '~')
            return false;
    return name.n < DNS_ESCAPED_MAX;
}

static bool take_name(str *rest, struct arena *memory, str *out)
{
    str name = str_cut(rest, ' ');
    if (name.n == 0 || !dns_name_is_escaped(name))
        return false;
    *out = str_eq(name, STR(".")) ? STR("") : arena_dup(memory, name);
    return out->p != NULL;
}

/* Three digits at p; 256 and more: none. */
static unsigned octet_at(const char *p)
{
    if (!is_digit(p[0]) || !is_digit(p[1]) || !is_digit(p[2]))
        return 256;
    return (unsigned)(p[0] - '0') * 100 + (unsigned)(p[1] - '0') * 10 + (unsigned)(p[2] - '0');
}

static bool take_quoted(str text, struct arena *memory, str *out)
{
    if (text.n < 2 || text.p[0] != '"' || text.p[text.n - 1] != '"')
        return false;
    char *to = arena_alloc(memory, text.n);
    size_t n = 0, i = 1;
    if (!to)
        return false;
    for (; i < text.n - 1; i++) {
        unsigned octet = (unsigned char)text.p[i];
        if (text.p[i] == '\\') {
            octet = text.n - 1 - i > 3 ? octet_at(text.p + i + 1) : 256;
            i += 3;
        }
        if (octet > 255)
            return false;
        to[n++] = (char)octet;
    }
    *out = (str){ to, n };
    return true;
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hex(str text, struct arena *memory, str *out)
{
    char *to = arena_alloc(memory, text.n / 2 + 1);
    if (!to || text.n % 2 != 0)
        return false;
    for (size_t i = 0; i < text.n; i += 2) {
        int high = hex_digit(text.p[i]), low = hex_digit(text.p[i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i / 2] = (char)(high << 4 | low);
    }
    *out = (str){ to, text.n / 2 };
    return true;
}

static bool take_ip(str text, enum ip_family family, struct ip *out)
{
    return ip_parse(text, out) && out->family == family;
}

static bool take_value(str rest, struct arena *memory, struct dns_record *r)
{
    switch (r->type) {
    case DNS_A: return take_ip(rest, IP_V4, &r->ip);
    case DNS_AAAA: return ip_parse(rest, &r->ip); /* a mapped address is kept as IPv4 */
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR: return take_name(&rest, memory, &r->name);
    case DNS_MX: return take_u16(&rest, &r->priority) && take_name(&rest, memory, &r->name);
    case DNS_SRV:
        return take_u16(&rest, &r->priority) && take_u16(&rest, &r->weight) &&
               take_u16(&rest, &r->port) && take_name(&rest, memory, &r->name);
    case DNS_SOA:
        return take_name(&rest, memory, &r->name) && take_u32(&rest, &r->serial) &&
               take_u32(&rest, &r->minimum_s);
    case DNS_TXT: return take_quoted(rest, memory, &r->data);
    default: return take_hex(rest, memory, &r->data);
    }
}

/* "OWNER. " if it is there. */
static bool take_owner(str *rest, struct arena *memory, str *out)
{
    str after = *rest;
    str word = str_cut(&after, ' ');
    if (word.n < 2 || !dns_name_is_escaped(word) || word.p[word.n - 1] != '.')
        return true;
    *rest = after;
    *out = arena_dup(memory, str_take(word, word.n - 1));
    return out->p != NULL;
}

bool dns_record_from_text(str line, struct arena *memory, struct dns_record *out)
{
    struct dns_record r = { .ttl_s = 0 };
    int type;
    if (!take_owner(&line, memory, &r.owner) || !take_u32(&line, &r.ttl_s) ||
        !names_find(&DNS_TYPE_NAMES, str_cut(&line, ' '), &type))
        return false;
    r.type = (enum dns_type)type;
    if (!take_value(line, memory, &r))
        return false;
    *out = r;
    return true;
}
