/* SPDX-License-Identifier: ISC */
#include "doctor/client_address.h"

static bool is_ip_octet(char c)
{
    return is_digit(c) || c == '.' || c == ':' || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

/* The address that begins at text; its length in *n. "IPv6:" before it is a literal's (RFC 5321 section 4.1.3). */
static bool address_at(str text, struct ip *out, size_t *n)
{
    size_t tag = str_starts_nocase(text, STR("IPv6:")) ? 5 : 0, end = tag;
    while (end < text.n && end < tag + IP_TEXT_MAX && is_ip_octet(text.p[end]))
        end++;
    bool cut = end < text.n && (is_alnum(text.p[end]) || text.p[end] == '-');
    while (end > tag && (text.p[end - 1] == '.' || text.p[end - 1] == ':'))
        end--; /* a full stop, or a colon, behind it */
    *n = end;
    str word = str_take(str_skip(text, tag), end - tag);
    bool dotted = str_find_octet(word, '.') != STR_NOT_FOUND;
    bool colons = str_find_octet(word, ':') != STR_NOT_FOUND;
    return !cut && (dotted || colons) && ip_parse(word, out);
}

/* The one address in the text, however often it is said; not the server's own. */
static bool only_address(str text, const struct ip *server, struct ip *out)
{
    struct ip found = { .family = IP_NONE };
    bool several = false;
    for (size_t i = 0; i < text.n;) {
        struct ip ip;
        size_t n = 1;
        bool begins = i == 0 || !(is_alnum(text.p[i - 1]) || text.p[i - 1] == '-' ||
                                  text.p[i - 1] == '.' || text.p[i - 1] == ':');
        if (begins && address_at(str_skip(text, i), &ip, &n) && !ip_eq(&ip, server)) {
            several |= found.family != IP_NONE && !ip_eq(&found, &ip);
            found = ip;
        }
        i += n ? n : 1;
    }
    *out = found;
    return found.family != IP_NONE && !several;
}

bool client_address_in_greeting(str reply, const struct ip *server, struct ip *out)
{
    str line = str_cut(&reply, '\n');
    (void)str_cut(&line, ' ');
    return only_address(line, server, out);
}

bool client_address_in_refusal(str reply, const struct ip *server, struct ip *out)
{
    return only_address(reply, server, out);
}
