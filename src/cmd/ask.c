/* SPDX-License-Identifier: ISC */
/*
 * cmd/ask.c - one row a question
 */
#include "cmd/ask.h"
#include "base/escape.h"
#include "base/wrap.h"
#include "cmd/doctor_flags.h"
#include "cmd/secret_input.h"
#include "settings/quote.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PASSWORD_PROMPT "Password (not shown, used once, only inside TLS, never stored): "
#define GIVEN_UP        "given up; nothing was tried"

enum { LINE_OCTETS = 4096, MORE_MS = 60 };

/* ------------------------------------------------------------------------------------------------
 * The terminal
 */
static volatile sig_atomic_t gave_up;

static void give_up(int signal_number)
{
    (void)signal_number;
    gave_up = 1;
}

static const int SIGNALS[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

struct terminal {
    struct termios was;
    struct sigaction before[COUNT_OF(SIGNALS)];
    sigset_t open; /* who may come while an answer is waited for, and at no other time */
};

/* A signal that came between a look at gave_up and a read() would be seen only behind the next answer: they
 * are held back, but for ppoll(). */
static bool terminal_begin(struct terminal *t, struct err *e)
{
    struct sigaction mine = { .sa_handler = give_up };
    sigset_t held;
    if (tcgetattr(STDIN_FILENO, &t->was) != 0)
        return err_set(e, ERR_SYSTEM, "asking on the terminal: %s", strerror(errno));
    gave_up = 0;
    sigemptyset(&held);
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
        sigaddset(&held, SIGNALS[i]);
    sigprocmask(SIG_BLOCK, &held, &t->open);
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
        sigaction(SIGNALS[i], &mine, &t->before[i]);
    return true;
}

static void terminal_end(const struct terminal *t)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &t->was);
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
        sigaction(SIGNALS[i], &t->before[i], NULL);
    sigprocmask(SIG_SETMASK, &t->open, NULL);
}

/* False: given up. */
static bool input_waits(const struct terminal *t)
{
    struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
    while (!gave_up) {
        int n = ppoll(&p, 1, NULL, &t->open);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
    return false;
}

/* One line without its end; what does not fit is left out. False: the end of input, or given up. */
static bool read_line(const struct terminal *t, struct buf *out)
{
    for (;;) {
        char c;
        ssize_t n = input_waits(t) ? read(STDIN_FILENO, &c, 1) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        if (c == '\n')
            return true;
        buf_addc(out, c);
    }
}

static bool more_waits(void)
{
    struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
    return poll(&p, 1, MORE_MS) == 1 && (p.revents & POLLIN);
}

/* The echo is off before anybody is asked to type; what was typed ahead is not lost. */
static bool read_hidden(const struct terminal *t, const char *prompt, struct buf *out)
{
    struct termios quiet = t->was;
    void (*stop)(int) = signal(SIGTSTP, SIG_IGN); /* a shell would go on without an echo */
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    fputs(prompt, stderr);
    fflush(stderr);
    bool ok = read_line(t, out);
    tcsetattr(STDIN_FILENO, TCSANOW, &t->was);
    signal(SIGTSTP, stop);
    fputc('\n', stderr);
    return ok;
}

/* ------------------------------------------------------------------------------------------------
 * Questions
 */
struct answers {
    struct arena *arena;
    const char *error, *address, *to, *server, *security, *auth, *user;
    str port;
    char fd[16]; /* of the password; "": none */
};

struct question {
    const char *words;
    bool (*wanted)(const struct answers *x); /* NULL: always */
    bool (*put)(struct answers *x, const char *answer, struct err *e);
    bool needed;  /* an empty answer is asked again */
    bool of_many; /* several lines may be pasted */
};

#define PUT_TEXT(field)                                                                            \
    static bool put_##field(struct answers *x, const char *answer, struct err *e)                  \
    {                                                                                              \
        (void)e;                                                                                   \
        x->field = answer;                                                                         \
        return true;                                                                               \
    }
PUT_TEXT(error)
PUT_TEXT(address)
PUT_TEXT(to)
PUT_TEXT(server)
PUT_TEXT(security)
PUT_TEXT(user)

static bool put_port(struct answers *x, const char *answer, struct err *e)
{
    uint64_t port;
    x->port = str_from(answer);
    return !answer || (str_to_u64(x->port, 65535, &port) && port) ||
           err_set(e, ERR_SYNTAX, "'%.20s' is no port; it is a number such as 25, 465 or 587",
                   answer);
}

static bool put_auth(struct answers *x, const char *answer, struct err *e)
{
    str word = str_from(answer);
    x->auth = NULL;
    if (!answer)
        return true;
    if (str_starts_nocase(STR("yes"), word))
        x->auth = "auto";
    else if (str_starts_nocase(STR("no"), word))
        x->auth = "none";
    return x->auth || err_set(e, ERR_SYNTAX, "'%.20s' is neither yes nor no", answer);
}

static bool has_address(const struct answers *x)
{
    return x->address != NULL;
}
static bool names_no_port(const struct answers *x)
{
    if (!x->server)
        return false;
    str s = str_from(x->server);
    size_t first = str_find_octet(s, ':');
    bool v6 = first != STR_NOT_FOUND &&
              str_find_octet(str_skip(s, first + 1), ':') != STR_NOT_FOUND;
    return first == STR_NOT_FOUND || (v6 && str_find(s, STR("]:")) == STR_NOT_FOUND);
}

static const struct question QUESTIONS[] = {
    { "What did the error say? Paste it here:", NULL, put_error, false, true },
    { "Your mail address:", NULL, put_address, false, false },
    { "Whom did you write to?", has_address, put_to, false, false },
    { "Outgoing server (SMTP), as in your program's settings (empty: found by your address):", NULL,
      put_server, true, false },
    { "Its port there:", names_no_port, put_port, false, false },
    { "Its security there (none, STARTTLS or SSL/TLS):", NULL, put_security, false, false },
    { "Does your program log in there? (yes or no)", NULL, put_auth, false, false },
    { "User name, if it is not your mail address:", has_address, put_user, false, false },
};

/* ------------------------------------------------------------------------------------------------
 * Answers, as words of a command line
 */
static char *word(struct answers *x, str text)
{
    return (char *)arena_dup(x->arena, text.n ? text : STR("")).p;
}

static bool add_pair(struct answers *x, struct ask_answers *out, const char *flag,
                     const char *value)
{
    if (!value)
        return true;
    char *first = word(x, str_from(flag)), *second = word(x, str_from(value));
    if (!first || !second || out->argc + 2 > ASK_WORDS)
        return false;
    out->argv[out->argc++] = first;
    out->argv[out->argc++] = second;
    return true;
}

/* "[2001:db8::1]:587" from the server and the port of two answers. */
static const char *server_and_port(struct answers *x)
{
    str s = str_from(x->server);
    bool bare_v6 = str_find_octet(s, ':') != STR_NOT_FOUND && s.p[0] != '[';
    if (!x->port.n)
        return x->server;
    return arena_printf(x->arena, bare_v6 ? "[%.*s]:%.*s" : "%.*s:%.*s", STR_ARG(s),
                        STR_ARG(x->port))
        .p;
}

static bool words_of(struct answers *x, struct ask_answers *out)
{
    *out = (struct ask_answers){ .argc = 1 };
    out->argv[0] = word(x, STR("doctor"));
    if (x->address)
        out->argv[out->argc++] = word(x, str_from(x->address));
    bool ok = out->argv[0] && out->argv[out->argc - 1] &&
              add_pair(x, out, "--server", x->server ? server_and_port(x) : NULL) &&
              add_pair(x, out, "--security", x->security) && add_pair(x, out, "--auth", x->auth) &&
              add_pair(x, out, "--user", x->user) && add_pair(x, out, "--to", x->to) &&
              add_pair(x, out, "--error", x->error) &&
              add_pair(x, out, "--password-fd", *x->fd ? x->fd : NULL);
    out->argv[out->argc] = NULL;
    return ok;
}

/* What the readers of the flags say to the answers so far. A server that was not asked for yet is no
 * reason to complain. */
static bool is_understood(const struct answers *so_far, struct err *e)
{
    struct answers x = *so_far;
    struct ask_answers words;
    struct doctor_flags f;
    struct buf none;
    struct arena room;
    arena_init(&room, 1 << 20);
    buf_init(&none, SECRET_MAX);
    x.arena = &room;
    x.fd[0] = '\0';
    x.server = x.server ? x.server : "localhost";
    bool ok = words_of(&x, &words) || err_memory(e, "an answer");
    ok = ok && doctor_flags_read_unasked(&f, words.argc, words.argv, &room, &none, e);
    buf_wipe_done(&none);
    arena_done(&room);
    return ok;
}

static void complain(const char *why)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_add(&b, STR("  That does not go: "));
    struct buf line;
    buf_init(&line, 1024);
    escape_line(str_from(why), &line);
    buf_add(&line, STR("."));
    wrap_words(&b, 20, 2, buf_str(&line));
    fprintf(stderr, "%.*s", STR_ARG(buf_str(&b)));
    buf_done(&line);
    buf_done(&b);
}

static void say_where_it_stands(void)
{
    fputs("  It stands in your program's settings for outgoing mail: in Thunderbird under\n"
          "  Account Settings > Outgoing Server, in Outlook under Account Settings > Server\n"
          "  Settings, on a phone under the account's SMTP; or on your provider's help pages.\n",
          stderr);
}

/* The answer, or NULL for an empty one. False: given up. */
static bool read_answer(const struct terminal *t, const struct question *q, struct arena *a,
                        const char **out)
{
    struct buf b;
    buf_init(&b, LINE_OCTETS);
    bool ok = read_line(t, &b);
    while (ok && q->of_many && more_waits()) {
        buf_addc(&b, '\n');
        ok = read_line(t, &b);
    }
    str text = str_trim(buf_str(&b));
    bool cut = memchr(text.p ? text.p : "", 0, text.n) != NULL;
    *out = text.n && !cut ? arena_dup(a, text).p : NULL;
    buf_done(&b);
    return ok;
}

static bool ask_one(const struct terminal *t, const struct question *q, struct answers *x)
{
    for (;;) {
        struct err e = { .kind = ERR_NONE };
        struct answers with = *x;
        const char *answer;
        fprintf(stderr, "%s ", q->words);
        fflush(stderr);
        if (!read_answer(t, q, x->arena, &answer))
            return false;
        if (!answer && q->needed && !x->address) { /* by the address it can be found */
            say_where_it_stands();
            continue;
        }
        if (q->put(&with, answer, &e) && is_understood(&with, &e)) {
            *x = with;
            return true;
        }
        complain(e.why);
    }
}

/* Into a pipe, which the reader of --password-fd empties; a pipe holds more than a password may have. */
static bool ask_password(const struct terminal *t, struct answers *x, struct err *e)
{
    struct buf b;
    int ends[2];
    if ((!x->address && !x->user) || !x->server) /* whom it would go to is not known yet */
        return true;
    buf_init(&b, SECRET_MAX);
    bool ok = read_hidden(t, PASSWORD_PROMPT, &b) || err_set(e, ERR_SYSTEM, GIVEN_UP);
    if (ok && !buf_ok(&b))
        ok = err_set(e, ERR_LIMIT, "the password is longer than %d octets", SECRET_MAX);
    if (ok && b.n) {
        ok = pipe2(ends, O_CLOEXEC) == 0 || err_set(e, ERR_SYSTEM, "a pipe: %s", strerror(errno));
        if (ok) {
            ok = write(ends[1], b.p, b.n) == (ssize_t)b.n ||
                 err_set(e, ERR_SYSTEM, "a pipe is full");
            close(ends[1]);
            snprintf(x->fd, sizeof x->fd, "%d", ends[0]);
        }
    }
    buf_wipe_done(&b);
    return ok;
}

static bool ask_all(const struct terminal *t, struct answers *x, struct err *e)
{
    fputs("Baton finds out why your mail is refused. Some answers may stay empty: what is\n"
          "not known is found out. Ctrl-C ends.\n\n",
          stderr);
    for (size_t i = 0; i < COUNT_OF(QUESTIONS); i++)
        if ((!QUESTIONS[i].wanted || QUESTIONS[i].wanted(x)) && !ask_one(t, &QUESTIONS[i], x))
            return err_set(e, ERR_SYSTEM, GIVEN_UP);
    return ask_password(t, x, e);
}

bool ask_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool ask_questions(struct ask_answers *out, struct arena *a, struct err *e)
{
    struct answers x = { .arena = a };
    struct terminal t;
    if (!terminal_begin(&t, e))
        return false;
    bool ok = ask_all(&t, &x, e);
    terminal_end(&t);
    if (!ok && gave_up)
        fputc('\n', stderr);
    return ok && (words_of(&x, out) || err_memory(e, "the answers"));
}

bool ask_names_server(const struct ask_answers *x)
{
    for (int i = 1; i < x->argc; i++)
        if (strcmp(x->argv[i], "--server") == 0)
            return true;
    return false;
}

static bool is_plain(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_alnum(text.p[i]) && !memchr("@.-_:/[]+,=", text.p[i], 11))
            return false;
    return text.n > 0;
}

bool ask_command_line(const struct ask_answers *x, struct buf *out)
{
    struct buf line;
    buf_init(&line, (size_t)4 * LINE_OCTETS);
    buf_add(&line, STR("baton"));
    for (int i = 0; i < x->argc; i++) {
        str text = str_from(x->argv[i]);
        if (str_eq(text, STR("--password-fd"))) {
            i++;
            continue;
        }
        buf_addc(&line, ' ');
        if (is_plain(text))
            buf_add(&line, text);
        else
            quote_shell(&line, text);
    }
    bool ok = buf_ok(&line) && escape_text(buf_str(&line), out);
    buf_done(&line);
    return ok;
}
