/* SPDX-License-Identifier: ISC */
#include "settings/url.h"
#include "settings/code_point.h"

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), RFC 3986 section 3.1; '_' too, as some have it. */
static bool is_scheme(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alpha(s.p[i]) && (!i || (!is_digit(s.p[i]) && s.p[i] != '+' && s.p[i] != '-' &&
                                         s.p[i] != '.' && s.p[i] != '_')))
            return false;
    return s.n > 0;
}

/* Cuts what stands behind the sign off *rest; STR_NONE where it is not there. */
static str cut_behind(str *rest, char sign)
{
    size_t at = str_find_octet(*rest, sign);
    if (at == STR_NOT_FOUND)
        return STR_NONE;
    str behind = str_skip(*rest, at + 1);
    *rest = str_take(*rest, at);
    return behind;
}

static bool cut_host(str authority, struct settings_url *u, struct err *e)
{
    u->bracketed = str_starts(authority, STR("["));
    if (u->bracketed) {
        size_t end = str_find_octet(authority, ']');
        if (end == STR_NOT_FOUND)
            return err_set(e, ERR_SYNTAX,
                           "the bracket in front of the server's address is not "
                           "closed by ']'");
        str behind = str_skip(authority, end + 1);
        u->host = str_take(str_skip(authority, 1), end - 1);
        u->port = str_starts(behind, STR(":")) ? str_skip(behind, 1) : STR_NONE;
        return !behind.n || u->port.p ||
               err_set(e, ERR_SYNTAX, "behind the ']' of an address comes ':' and the port");
    }
    u->host = authority;
    u->port = cut_behind(&u->host, ':');
    return true;
}

bool settings_url_cut(str text, struct settings_url *out, struct err *e)
{
    struct settings_url u = { .scheme = STR_NONE };
    size_t at = str_find(text, STR("://"));
    if (at == STR_NOT_FOUND || !is_scheme(str_take(text, at)))
        return err_set(e, ERR_SYNTAX, "there is no scheme in front, as in smtp://host:587");
    u.scheme = str_take(text, at);
    str rest = str_skip(text, at + 3);
    u.fragment = cut_behind(&rest, '#');
    u.query = cut_behind(&rest, '?');
    size_t slash = str_find_octet(rest, '/');
    u.path = slash == STR_NOT_FOUND ? STR_NONE : str_skip(rest, slash);
    str authority = str_take(rest, slash == STR_NOT_FOUND ? rest.n : slash);
    size_t sign = str_rfind_octet(authority, '@');
    if (sign != STR_NOT_FOUND) {
        u.user = str_take(authority, sign);
        u.password = cut_behind(&u.user, ':');
        authority = str_skip(authority, sign + 1);
    }
    if (!cut_host(authority, &u, e))
        return false;
    *out = u;
    return true;
}

size_t settings_url_decode(str s, bool plus, struct buf *out)
{
    size_t broken = 0;
    for (size_t i = 0; i < s.n; i++) {
        int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1,
            low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;
        bool code = s.p[i] == '%' && high >= 0 && low >= 0;
        broken += s.p[i] == '%' && !code;
        buf_addc(out, code ? (char)(high * 16 + low) : plus && s.p[i] == '+' ? ' ' : s.p[i]);
        i += code ? 2 : 0;
    }
    return broken;
}

void settings_url_encode(str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
            buf_addc(out, c);
        else
            buf_addf(out, "%%%02X", (unsigned char)c);
    }
}

bool settings_url_option(str query, str name, str *value)
{
    bool found = false;
    for (str rest = query; rest.p;) {
        str pair = str_cut(&rest, '&'), key = pair, behind = cut_behind(&key, '=');
        if (!str_eq(key, name))
            continue;
        *value = behind.p ? behind : STR("");
        found = true;
    }
    return found;
}
