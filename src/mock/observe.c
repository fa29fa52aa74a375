/* SPDX-License-Identifier: ISC */
#include "mock/observe.h"
#include "base/password_shape.h"
#include "mail/from.h"
#include "mock/inside.h"
#include "mock/sasl_seen.h"
#include <stdarg.h>
#include <stdio.h>

enum { SLICES_MAX = 32 * 1024, TEXT_LONGEST = 1024, PASSWORD_LONGEST = 8192 };

static const struct name_row PASSWORD_ROWS[] = {
    { MOCK_PASSWORD_NONE, STR_INIT("none") },
    { MOCK_PASSWORD_UNKNOWN, STR_INIT("not-compared") },
    { MOCK_PASSWORD_SAME, STR_INIT("same") },
    { MOCK_PASSWORD_DIFFERS, STR_INIT("differs") },
};
const struct names MOCK_PASSWORD_NAMES = NAMES(PASSWORD_ROWS);

void mock_observe_begin(struct mock_visit *v)
{
    arena_init(&v->slices, SLICES_MAX);
    v->seen = (struct mock_seen){ .connection = v->number,
                                  .security = mock_door_is_tls(v->door->kind)
                                                  ? SMTP_SECURITY_TLS
                                                  : SMTP_SECURITY_NONE };
}

/* A copy that lives as long as the visit. */
static str keep(struct mock_visit *v, str s)
{
    str copy = arena_dup(&v->slices, str_take(s, TEXT_LONGEST));
    return copy.p ? copy : STR("");
}

/* For the log: "MAIL FROM:<x>", in front of the reply. */
static void note(struct mock_visit *v, unsigned code, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void note(struct mock_visit *v, unsigned code, const char *fmt, ...)
{
    char what[TEXT_LONGEST];
    const struct mock_words w = { .code = code };
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    mock_remember(v, &w, STR(""), str_take((str){ what, sizeof what - 1 }, n > 0 ? (size_t)n : 0));
}

static void see_password(struct mock_visit *v, str password)
{
    struct mock_seen *seen = &v->seen;
    str typed = v->mock->options.observer->password;
    struct buf repaired;
    seen->password_octets = password.n;
    seen->anomalies = password_anomalies(password);
    seen->password = typed.n == 0              ? MOCK_PASSWORD_UNKNOWN
                     : str_eq(typed, password) ? MOCK_PASSWORD_SAME
                                               : MOCK_PASSWORD_DIFFERS;
    buf_init(&repaired, PASSWORD_LONGEST);
    seen->repairs = password_repair(password, &repaired) && str_eq(buf_str(&repaired), typed);
    buf_wipe_done(&repaired);
}

/* What is done to passwords most, for a digest shows nothing of one. */
static const struct {
    str before, behind;
} MANGLINGS[] = {
    { STR_INIT(""), STR_INIT("\n") }, { STR_INIT(""), STR_INIT("\r\n") },
    { STR_INIT(""), STR_INIT("\r") }, { STR_INIT(""), STR_INIT(" ") },
    { STR_INIT(" "), STR_INIT("") },  { STR_INIT("\""), STR_INIT("\"") },
    { STR_INIT("'"), STR_INIT("'") }, { STR_INIT(""), STR_INIT("\xc2\xa0") },
};

static void see_mangling(struct mock_visit *v, str typed, str digest)
{
    struct buf mangled;
    buf_init(&mangled, PASSWORD_LONGEST);
    for (size_t i = 0; i < COUNT_OF(MANGLINGS) && !v->seen.repairs; i++) {
        buf_clear(&mangled);
        buf_add(&mangled, MANGLINGS[i].before);
        buf_add(&mangled, typed);
        buf_add(&mangled, MANGLINGS[i].behind);
        if (!buf_ok(&mangled) || !mock_seen_cram_is(v->challenge, buf_str(&mangled), digest))
            continue;
        v->seen.repairs = true;
        v->seen.password_octets = mangled.n;
        v->seen.anomalies = password_anomalies(buf_str(&mangled));
    }
    buf_wipe_done(&mangled);
}

static void see_digest(struct mock_visit *v, str response)
{
    str typed = v->mock->options.observer->password, user = STR(""), digest = STR("");
    bool read = mock_seen_cram(response, &user, &digest);
    v->seen.user = keep(v, user);
    v->seen.digest = true;
    if (!read || typed.n == 0)
        v->seen.password = MOCK_PASSWORD_UNKNOWN;
    else if (mock_seen_cram_is(v->challenge, typed, digest))
        v->seen.password = MOCK_PASSWORD_SAME;
    else
        v->seen.password = MOCK_PASSWORD_DIFFERS;
    if (v->seen.password == MOCK_PASSWORD_DIFFERS)
        see_mangling(v, typed, digest);
}

/* RFC 2195 section 2: a challenge that was never given before. */
static void challenge(struct mock_visit *v)
{
    v->challenge = arena_printf(&v->slices, "<%u.%llu@%.*s>", v->number,
                                (unsigned long long)net_loop_now_ms(v->mock->loop),
                                STR_ARG(v->mock->options.hostname));
    smtp_session_answer(v->session, 334, STR(""), v->challenge);
}

static void see_login(struct mock_visit *v, const struct smtp_session_question *q)
{
    struct mock_seen *seen = &v->seen;
    bool cram = str_eq_nocase(q->word, STR("CRAM-MD5"));
    bool named = str_eq_nocase(q->word, STR("PLAIN")) || str_eq_nocase(q->word, STR("LOGIN"));
    seen->mechanism = keep(v, q->word);
    seen->login_in_clear = !smtp_session_is_tls(v->session);
    if (!named && !q->octets.p) {
        if (cram)
            challenge(v);
        else
            smtp_session_answer(v->session, 334, STR(""), STR(""));
        return;
    }
    if (named) {
        seen->user = keep(v, q->user);
        see_password(v, q->password);
    } else if (cram) {
        see_digest(v, q->octets);
    } else {
        seen->user = keep(v, mock_seen_token_user(q->octets));
        seen->password = MOCK_PASSWORD_UNKNOWN;
    }
    note(v, 235, "AUTH %.*s as %.*s", STR_ARG(q->word), STR_ARG(seen->user));
    if (!named)
        smtp_session_login_is(v->session, seen->user.n > 0 ? seen->user : STR("?"));
    smtp_session_answer(v->session, 235, STR(""), STR(""));
}

static void see_message(struct mock_visit *v, str data)
{
    char room[MAIL_ADDRESS_MAX];
    if (!v->seen.message) {
        v->seen.message = true;
        v->seen.message_octets = data.n;
        v->seen.header_from = keep(v, mail_from_first(data, room));
    }
    smtp_session_answer(v->session, 250, STR(""), STR(""));
}

static void note_question(struct mock_visit *v, enum smtp_ask ask,
                          const struct smtp_session_question *q)
{
    switch (ask) {
    case SMTP_ASK_GREETING: note(v, 220, "greeting"); break;
    case SMTP_ASK_EHLO: note(v, 250, "%.*s %.*s", STR_ARG(q->octets), STR_ARG(q->word)); break;
    case SMTP_ASK_MAIL: note(v, 250, "MAIL FROM:<%.*s>", STR_ARG(q->octets)); break;
    case SMTP_ASK_RCPT: note(v, 250, "RCPT TO:<%.*s>", STR_ARG(q->octets)); break;
    case SMTP_ASK_STORE: note(v, 250, "message of %zu octets", q->octets.n); break;
    default: break; /* a login names itself once it is whole */
    }
}

void mock_observe(struct mock_visit *v, enum smtp_ask ask, const struct smtp_session_question *q)
{
    struct mock_seen *seen = &v->seen;
    note_question(v, ask, q);
    switch (ask) {
    case SMTP_ASK_GREETING: smtp_session_answer(v->session, 220, STR(""), STR("")); return;
    case SMTP_ASK_EHLO:
        seen->greeted = true;
        seen->by_helo = str_eq(q->octets, STR("HELO"));
        seen->name = keep(v, q->word);
        break;
    case SMTP_ASK_AUTH: see_login(v, q); return;
    case SMTP_ASK_MAIL:
        if (!seen->mail) {
            seen->from = keep(v, q->octets);
            seen->size_octets = q->size;
        }
        seen->mail = true;
        break;
    case SMTP_ASK_RCPT:
        if (seen->recipients++ == 0)
            seen->to = keep(v, q->octets);
        break;
    default: see_message(v, q->octets); return;
    }
    smtp_session_answer(v->session, 250, STR(""), STR(""));
}

static void see_starttls(struct mock_visit *v)
{
    if (v->seen.security == SMTP_SECURITY_NONE)
        v->seen.security = SMTP_SECURITY_STARTTLS;
}

void mock_observe_secured(struct mock_visit *v, str version)
{
    see_starttls(v);
    v->seen.tls_version = keep(v, version);
}

/* RFC 8446 section 5.1: a record of the handshake. The greeting is out, and no program gets over that. */
bool mock_observe_hello(struct mock_visit *v, str octets)
{
    if (v->seen.greeted || v->seen.tls_trouble.n || octets.n < 2 || octets.p[0] != 0x16 ||
        octets.p[1] != 0x03)
        return false;
    v->seen.security = SMTP_SECURITY_TLS;
    v->seen.tls_trouble = STR("this port begins in clear; point the program at the other one");
    return true;
}

void mock_observe_end(struct mock_visit *v, const char *why)
{
    const struct mock_server *m = v->mock;
    if (v->shaking) {
        see_starttls(v);
        v->seen.tls_trouble = keep(v, why && why[0] ? str_from(why)
                                                    : STR("the program closed the connection"));
    }
    v->seen.bare = v->session && smtp_session_bare(v->session);
    if (!m->gone)
        m->options.observer->seen(m->options.observer->user, &v->seen);
    arena_done(&v->slices);
}
