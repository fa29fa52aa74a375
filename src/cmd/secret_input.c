/* SPDX-License-Identifier: ISC */
/*
 * cmd/secret_input.c - reading a password
 */
#include "cmd/secret_input.h"
#include "base/wipe.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static bool read_all(int fd, const char *secret, const char *what, struct buf *out, struct err *e)
{
    char piece[1024];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err_set(e, ERR_SYSTEM, "reading the %s from %s: %s", secret, what, strerror(errno));
            break;
        }
        if (n == 0) {
            secret_wipe(piece, sizeof piece);
            return true;
        }
        if (!buf_add(out, (str){ piece, (size_t)n })) {
            err_set(e, ERR_LIMIT,
                    "the %s from %s is longer than %d octets; give the %s alone, not a file",
                    secret, what, SECRET_MAX, secret);
            break;
        }
    }
    secret_wipe(piece, sizeof piece);
    return false;
}

static void drop_line_end(struct buf *b)
{
    if (b->n && b->p[b->n - 1] == '\n')
        b->n--;
    if (b->n && b->p[b->n - 1] == '\r')
        b->n--;
}

static bool from_command(const char *command, const char *secret, struct buf *out, struct err *e)
{
    FILE *f = popen(command, "re");
    if (!f)
        return err_set(e, ERR_SYSTEM, "running the %s command: %s", secret, strerror(errno));
    bool ok = read_all(fileno(f), secret, "the command", out, e);
    int status = pclose(f);
    if (ok && status != 0)
        return err_set(e, ERR_SYSTEM,
                       "the %s command ended with status %d; run it by hand to see why", secret,
                       WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    drop_line_end(out);
    return ok;
}

static struct termios was; /* for the handler too */

static void restore_and_die(int signal_number)
{
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Whoever gives up at the prompt gets his terminal back as it was. */
static void on_giving_up(void (*handler)(int))
{
    static const int SIGNALS[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
        signal(SIGNALS[i], handler);
}

static bool from_terminal(const char *prompt, struct buf *out, struct err *e)
{
    struct termios quiet;
    if (tcgetattr(STDIN_FILENO, &was) != 0)
        return err_set(e, ERR_SYSTEM, "asking for the password: %s", strerror(errno));
    on_giving_up(restore_and_die);
    void (*stop)(int) = signal(SIGTSTP, SIG_IGN); /* a shell would go on without an echo */
    quiet = was;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt ? prompt : "Password (not shown, used only under TLS that verifies): ", stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    bool ok = true;
    for (char c; ok && read(STDIN_FILENO, &c, 1) == 1 && c != '\n';)
        ok = buf_addc(out, c) ||
             err_set(e, ERR_LIMIT, "the password is longer than %d octets", SECRET_MAX);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    on_giving_up(SIG_DFL);
    signal(SIGTSTP, stop);
    fputc('\n', stderr);
    return ok;
}

static bool from_environment(const char *name, struct buf *out, struct err *e)
{
    const char *value = getenv(name);
    if (!value)
        return err_set(
            e, ERR_SYNTAX,
            "--password-env %.60s: there is no such variable in the environment; set it, or "
            "name another",
            name);
    return buf_add(out, str_from(value)) ||
           err_set(e, ERR_LIMIT, "the password in %.60s is longer than %d octets", name,
                   SECRET_MAX);
}

bool secret_input(const struct secret_source *s, struct buf *out, bool *found, struct err *e)
{
    int sources = (s->env != NULL) + (s->command != NULL) + (s->token_command != NULL) +
                  (s->fd >= 0);
    const char *secret = s->token_command ? "token" : "password";
    *found = sources > 0 || (s->ask && isatty(STDIN_FILENO) && isatty(STDERR_FILENO));
    if (!*found)
        return true;
    bool ok;
    if (sources > 1)
        return err_set(e, ERR_SYNTAX,
                       "the password is given in two ways; leave one of --password-fd, "
                       "--password-env, --password-command and --token-command");
    if (s->env) {
        ok = from_environment(s->env, out, e);
    } else if (s->command || s->token_command) {
        ok = from_command(s->command ? s->command : s->token_command, secret, out, e);
    } else if (s->fd >= 0) {
        ok = read_all(s->fd, secret, "the descriptor", out, e);
        drop_line_end(out);
    } else {
        ok = from_terminal(s->prompt, out, e);
    }
    if (ok && out->n == 0)
        return err_set(e, ERR_SYNTAX, "the %s is empty; give one%s", secret,
                       s->prompt ? "" : ", or say --auth none if the program does not log in");
    if (ok && memchr(out->p, 0, out->n))
        return err_set(e, ERR_SYNTAX, "the %s holds a NUL octet, which no login can carry", secret);
    return ok;
}
