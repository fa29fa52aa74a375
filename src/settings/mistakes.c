/* SPDX-License-Identifier: ISC */
#include "settings/mistakes.h"
#include "settings/mistakes_inside.h"

static const struct name_row SURENESS_ROWS[] = {
    { MISTAKE_WRONG, STR_INIT("wrong") },
    { MISTAKE_LIKELY, STR_INIT("likely") },
    { MISTAKE_UNSAFE, STR_INIT("unsafe") },
    { MISTAKE_NOTE, STR_INIT("note") },
};
const struct names SETTINGS_SURENESS_NAMES = NAMES(SURENESS_ROWS);

/* clang-format off */
#define ROW(id, name, cause, sure) [MISTAKE_##id] = { MISTAKE_##id, STR_INIT(name), CAUSE_##cause, MISTAKE_##sure }
static const struct settings_mistake_row ROWS[MISTAKES] = {
    ROW(SECRET_LINE_END,    "secret-line-end",    PASSWORD_MANGLED,          WRONG),
    ROW(SECRET_QUOTES,      "secret-quotes",      PASSWORD_MANGLED,          LIKELY),
    ROW(SECRET_DOLLAR,      "secret-dollar",      PASSWORD_MANGLED,          WRONG),
    ROW(SECRET_CUT,         "secret-cut",         PASSWORD_MANGLED,          WRONG),
    ROW(SECRET_BLANK,       "secret-blank",       PASSWORD_MANGLED,          LIKELY),
    ROW(SECRET_ESCAPE,      "secret-escape",      PASSWORD_MANGLED,          LIKELY),
    ROW(SECRET_ODD,         "secret-odd",         PASSWORD_MANGLED,          LIKELY),
    ROW(SECRET_PLACEHOLDER, "secret-placeholder", WRONG_CREDENTIALS,         WRONG),
    ROW(SECRET_EMPTY,       "secret-empty",       WRONG_CREDENTIALS,         WRONG),
    ROW(SECRET_SPACES,      "secret-spaces",      NONE,                      NOTE),
    ROW(LOGIN_OFF,          "login-off",          CLIENT_NEVER_AUTHENTICATES, WRONG),
    ROW(LOGIN_NO_USER,      "login-no-user",      CLIENT_NEVER_AUTHENTICATES, WRONG),
    ROW(LOGIN_NO_SECRET,    "login-no-secret",    CLIENT_NEVER_AUTHENTICATES, LIKELY),
    ROW(LOGIN_IN_CLEAR,     "login-in-clear",     AUTH_HIDDEN_UNTIL_TLS,     UNSAFE),
    ROW(LOGIN_KEY,          "login-key",          CLIENT_NEVER_AUTHENTICATES, WRONG),
    ROW(LOGIN_MECHANISM,    "login-mechanism",    NO_COMMON_MECHANISM,       LIKELY),
    ROW(LOGIN_USER_FORM,    "login-user-form",    WRONG_USERNAME_FORM,       LIKELY),
    ROW(LOGIN_SWITCHED_OFF, "login-switched-off", PASSWORD_LOGIN_SWITCHED_OFF, LIKELY),
    ROW(TLS_AGAINST_PORT,   "tls-against-port",   TLS_MODE_MISMATCH,         LIKELY),
    ROW(TLS_OPTIONAL,       "tls-optional",       NONE,                      UNSAFE),
    ROW(VERIFY_OFF,         "verify-off",         NONE,                      UNSAFE),
    ROW(PORT_25,            "port-25",            MX_PORT_NOT_SUBMISSION,    LIKELY),
    ROW(PORT_BROKEN,        "port-broken",        WRONG_SERVER,              WRONG),
    ROW(HOST_MISSING,       "host-missing",       WRONG_SERVER,              WRONG),
    ROW(HOST_FORM,          "host-form",          WRONG_SERVER,              WRONG),
    ROW(HOST_BRACKETS,      "host-brackets",      WRONG_SERVER,              LIKELY),
    ROW(HOST_NO_PORT,       "host-no-port",       MX_PORT_NOT_SUBMISSION,    LIKELY),
    ROW(HOST_PRODUCT,       "host-product",       WRONG_SERVER,              LIKELY),
    ROW(HOST_INCOMING,      "host-incoming",      WRONG_SERVER,              LIKELY),
    ROW(HOST_MX,            "host-mx",            MX_PORT_NOT_SUBMISSION,    LIKELY),
    ROW(HOST_TYPO,          "host-typo",          WRONG_SERVER,              LIKELY),
    ROW(HELO_NAME,          "helo-name",          EHLO_NAME_REFUSED,         NOTE),
    ROW(FROM_EMPTY,         "from-empty",         FROM_INVALID,              LIKELY),
    ROW(FROM_UNQUALIFIED,   "from-unqualified",   FROM_INVALID,              LIKELY),
    ROW(FROM_OTHER,         "from-other",         FROM_NOT_LOGIN,            LIKELY),
    ROW(FROM_TYPO,          "from-typo",          FROM_INVALID,              LIKELY),
    ROW(BOOLEAN_QUOTED,     "boolean-quoted",     NONE,                      LIKELY),
    ROW(DIALECT,            "dialect",            NONE,                      WRONG),
    ROW(KEY_UNKNOWN,        "key-unknown",        NONE,                      NOTE),
    ROW(KEY_TWICE,          "key-twice",          NONE,                      NOTE),
    ROW(KEY_MISPLACED,      "key-misplaced",      NONE,                      WRONG),
    ROW(REFERENCE_LOST,     "reference-lost",     NONE,                      LIKELY),
    ROW(LINE_BROKEN,        "line-broken",        NONE,                      LIKELY),
    ROW(NOT_APPLIED,        "not-applied",        CLIENT_NEVER_AUTHENTICATES, WRONG),
    ROW(RELAY_OPEN,         "relay-open",         NONE,                      UNSAFE),
    ROW(FILE_MARK,          "file-mark",          NONE,                      NOTE),
    ROW(FILE_NOT_UTF8,      "file-not-utf8",      NONE,                      NOTE),
};
/* clang-format on */

const struct settings_mistake_row *settings_mistake_row(enum settings_mistake_id id)
{
    return (unsigned)id < MISTAKES ? &ROWS[id] : NULL;
}

struct settings_mistake *settings_mistake(struct settings_reading *r, enum settings_mistake_id id,
                                          const struct settings_item *item, str said, str remedy)
{
    for (size_t i = 0; i < r->mistake_count; i++)
        if (r->mistakes[i].row->id == id && r->mistakes[i].item == item)
            return &r->mistakes[i];
    if (r->mistake_count == SETTINGS_MISTAKES || !said.n)
        return NULL;
    struct settings_mistake *m = &r->mistakes[r->mistake_count++];
    *m = (struct settings_mistake){ &ROWS[id], ROWS[id].cause, ROWS[id].sure, item, said, remedy };
    return m;
}

str mistakes_write(const struct mistakes_of *m, enum settings_how what, str in_general)
{
    str line = settings_how(m->r->program, what);
    return line.n ? arena_printf(m->r->arena, "write %.*s", STR_ARG(line)) : in_general;
}

bool mistakes_has_door(const struct mistakes_of *m, uint16_t port)
{
    bool has = !m->provider;
    for (size_t i = 0; m->provider && i < PROVIDER_DOORS; i++)
        has |= m->provider->doors[i].port == port;
    return has;
}

/* One door in the program's own lines; the port where another is set. */
static str door(const struct mistakes_of *m, uint16_t port, enum settings_how how)
{
    str line = settings_how(m->r->program, how);
    str at = settings_how_port(m->r->program, port, m->r->arena);
    if (!line.n || !at.n)
        return STR_NONE;
    return m->a->port == port
               ? line
               : arena_printf(m->r->arena, "%.*s with %.*s", STR_ARG(at), STR_ARG(line));
}

str mistakes_doors(const struct mistakes_of *m, str in_general)
{
    str low = m->a->port == 465 ? STR_NONE : door(m, 587, SETTINGS_HOW_STARTTLS);
    str high = m->a->port == 587 ? STR_NONE : door(m, 465, SETTINGS_HOW_TLS);
    if (!mistakes_has_door(m, 465) && low.n)
        high = STR_NONE;
    if (!mistakes_has_door(m, 587) && high.n)
        low = STR_NONE;
    if (!low.n && !high.n)
        return in_general;
    return arena_printf(m->r->arena, "write %.*s%s%.*s", STR_ARG(low),
                        low.n && high.n ? "; or " : "", STR_ARG(high));
}

/* This machine, or one that only this network knows: a container, a private address. */
static bool is_near(str host)
{
    struct ip ip;
    if (ip_parse(host, &ip))
        return ip_is_near(&ip);
    return str_find_octet(host, '.') == STR_NOT_FOUND || str_ends_nocase(host, STR(".local")) ||
           str_ends_nocase(host, STR(".localdomain")) || str_ends_nocase(host, STR(".internal")) ||
           str_ends_nocase(host, STR(".localhost")) || str_ends_nocase(host, STR(".lan"));
}

/* Where no server, user or password stands, nothing is lost by not looking at them: mail that is switched off, or
 * that a program on this machine takes, is a choice and no mistake. */
static void spare_choices(struct settings_reading *r)
{
    if (r->said[SETTINGS_HOST] || r->said[SETTINGS_USER] || r->said[SETTINGS_SECRET])
        return;
    for (size_t i = 0; i < r->mistake_count; i++)
        if (r->mistakes[i].row->id == MISTAKE_NOT_APPLIED)
            r->mistakes[i].sure = MISTAKE_NOTE;
}

void settings_look_for_mistakes(struct settings_reading *r)
{
    const struct smtp_attempt *a = &r->found.attempt;
    const struct mistakes_of m = { .r = r,
                                   .a = a,
                                   .provider = provider_of_host(a->host),
                                   .near = is_near(a->host),
                                   .logs_in = smtp_attempt_logs_in(a) };
    spare_choices(r);
    mistakes_of_secret(&m);
    mistakes_of_login(&m);
    mistakes_of_server(&m);
    mistakes_of_sender(&m);
}
