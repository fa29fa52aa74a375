/* SPDX-License-Identifier: ISC */
#include "cmd/progress.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ERASE_LINE "\r\033[K" /* ECMA-48: EL, to the end of the line */

enum { WIDTH_UNKNOWN = 80, WIDTH_LEAST = 20 };

static const int SIGNALS[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void put(const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(STDERR_FILENO, p, n);
        if (done <= 0 && errno != EINTR)
            return; /* progress is worth no error */
        p += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
}

static void erase_and_die(int signal_number)
{
    put(ERASE_LINE, sizeof ERASE_LINE - 1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* A signal that somebody has us ignore stays ignored. */
static void on_signals(void (*handler)(int))
{
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
        if (signal(SIGNALS[i], handler) == SIG_IGN)
            signal(SIGNALS[i], SIG_IGN);
}

struct progress progress_begin(bool wanted)
{
    const char *term = getenv("TERM");
    bool moves = term && *term && strcmp(term, "dumb") != 0;
    struct progress p = { wanted && moves && isatty(STDERR_FILENO), false };
    return p;
}

/* Columns of the terminal as it is now; 0: too narrow for any words. */
static size_t columns(void)
{
    struct winsize w;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
        return WIDTH_UNKNOWN;
    return w.ws_col < WIDTH_LEAST ? 0 : w.ws_col;
}

/* The last column stays free: a terminal would go to the next line there. */
void progress_say(struct progress *p, str words)
{
    char line[sizeof ERASE_LINE + PROGRESS_WORDS];
    size_t room = p->on && words.n ? columns() : 0;
    if (!room)
        return;
    if (!p->shown)
        on_signals(erase_and_die);
    p->shown = true;
    words = str_take(words, room - 1 < PROGRESS_WORDS ? room - 1 : PROGRESS_WORDS);
    int n = snprintf(line, sizeof line, ERASE_LINE "%.*s", STR_ARG(words));
    put(line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

void progress_end(struct progress *p)
{
    if (!p->shown)
        return;
    put(ERASE_LINE, sizeof ERASE_LINE - 1);
    on_signals(SIG_DFL);
    p->shown = false;
}

static const char *with(enum smtp_security s)
{
    switch (s) {
    case SMTP_SECURITY_TLS: return " with SSL/TLS";
    case SMTP_SECURITY_STARTTLS: return " with STARTTLS";
    default: return "";
    }
}

/* An opening is named by what it is for. */
static int opening_words(const struct plan_action *a, char room[PROGRESS_WORDS])
{
    const char *security = with(a->x.security);
    switch (a->look) {
    case LOOK_POP:
        return snprintf(room, PROGRESS_WORDS, "Logging in by POP3 on port %u ...", a->x.port);
    case LOOK_MX:
        return snprintf(room, PROGRESS_WORDS, "Asking the server that DNS names (port %u) ...",
                        a->x.port);
    case LOOK_OBSERVE:
        return snprintf(room, PROGRESS_WORDS, "Trying port %u%s of any age ...", a->x.port,
                        security);
    case LOOK_UNOFFERED:
        return snprintf(room, PROGRESS_WORDS, "Trying STARTTLS on port %u, though not offered ...",
                        a->x.port);
    default: return snprintf(room, PROGRESS_WORDS, "Trying port %u%s ...", a->x.port, security);
    }
}

str progress_words(const struct plan_action *a, char room[PROGRESS_WORDS])
{
    const char *security = with(a->x.security);
    unsigned port = a->x.port;
    int n = 0;
    switch (a->what) {
    case PLAN_OPEN: n = opening_words(a, room); break;
    case PLAN_STARTTLS:
        n = snprintf(room, PROGRESS_WORDS, "Trying port %u with STARTTLS ...", port);
        break;
    case PLAN_LOGIN:
        n = snprintf(room, PROGRESS_WORDS, "Logging in on port %u%s ...", port, security);
        break;
    case PLAN_AUTH:
        n = snprintf(room, PROGRESS_WORDS, "Asking port %u%s whether a login is heard there ...",
                     port, security);
        break;
    case PLAN_TRIAL:
        n = snprintf(room, PROGRESS_WORDS, "Asking port %u%s to take the mail, %s ...", port,
                     security, smtp_attempt_logs_in(&a->x) ? "logged in" : "without a login");
        break;
    case PLAN_MESSAGE:
        n = snprintf(room, PROGRESS_WORDS, "Handing one test message to port %u%s ...", port,
                     security);
        break;
    default: break; /* leaving tells nobody anything */
    }
    return (str){ room, n > 0 && n < PROGRESS_WORDS ? (size_t)n : 0 };
}

void progress_action(void *progress, const struct plan_action *a)
{
    char room[PROGRESS_WORDS];
    progress_say(progress, progress_words(a, room));
}
