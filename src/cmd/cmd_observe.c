/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_observe.c - baton observe: what a program really says, and what the real server says to that
 */
#include "cmd/cmd.h"
#include "cmd/doctor_flags.h"
#include "cmd/observed.h"
#include "cmd/secret_input.h"
#include "cmd/settings_report.h"
#include "cmd/write_file.h"
#include "mock/mock.h"
#include "net/loop.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { ARENA_MAX = 8 << 20, REPORT_MAX = 16 << 20, CLEAR_PORT = 2525, TLS_PORT = 2526 };
enum { EXIT_TROUBLE = 1, LULL_MS = 3000 };

struct options {
    struct observed_typed typed;
    struct doctor_file_wanted wanted; /* --config and its kin */
    struct doctor_file *file;         /* of it; NULL: none */
    struct secret_source secret;
    struct mock_options mock;
    const char *ca_out;
    uint32_t lull_ms; /* how long after a connection without mail another is waited for */
    bool json, keep, once, verbose;
};

/* One run of the server: what was seen, and when it is enough. */
struct watch {
    struct options *s;
    struct net_loop *loop;
    struct net_timer *lull;
    struct arena *a;
    str password;
    struct secret_mask *mask; /* of it; NULL: there is none */
    struct mock_seen seen;    /* the last one that said something */
    bool any, stopped;
    int status;
};

/* ------------------------------------------------------------------------------------------------
 * Options
 */
#define TEXT_FLAG(name, field)                                                                     \
    static bool take_##name(void *into, const char *value, struct err *e)                          \
    {                                                                                              \
        (void)e;                                                                                   \
        ((struct options *)into)->field = value;                                                   \
        return true;                                                                               \
    }
TEXT_FLAG(server, typed.server)
TEXT_FLAG(connect_to, typed.connect_to)
TEXT_FLAG(resolver, typed.resolver)
TEXT_FLAG(ca, typed.ca)
TEXT_FLAG(ports, typed.ports)
TEXT_FLAG(timeout, typed.timeout)
TEXT_FLAG(logins, typed.logins)
TEXT_FLAG(user, typed.user)
TEXT_FLAG(to, typed.to)
TEXT_FLAG(password_env, secret.env)
TEXT_FLAG(password_command, secret.command)
TEXT_FLAG(ca_out, ca_out)
TEXT_FLAG(config, wanted.path)
TEXT_FLAG(program, wanted.program)
TEXT_FLAG(account, wanted.account)
TEXT_FLAG(env_file, wanted.env_file)

#define SWITCH(name, field)                                                                        \
    static bool take_##name(void *into, const char *value, struct err *e)                          \
    {                                                                                              \
        (void)value;                                                                               \
        (void)e;                                                                                   \
        ((struct options *)into)->field = true;                                                    \
        return true;                                                                               \
    }
SWITCH(json, json)
SWITCH(once, once)
SWITCH(keep, keep)
SWITCH(verbose, verbose)
SWITCH(ask, secret.ask)
SWITCH(allow_clear_auth, typed.allow_clear_auth)
SWITCH(gentle, typed.gentle)
SWITCH(run_command, wanted.run_command)

static bool take_password_fd(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!str_to_u64(str_from(value), 65535, &n))
        return err_set(e, ERR_SYNTAX, "--password-fd '%.20s' is no number from 0 to 65535", value);
    ((struct options *)into)->secret.fd = (int)n;
    return true;
}

static bool take_lull(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!str_to_u64(str_from(value), 3600, &n) || n == 0)
        return err_set(e, ERR_SYNTAX, "--lull '%.20s' is no number of seconds from 1 to 3600",
                       value);
    ((struct options *)into)->lull_ms = (uint32_t)n * 1000;
    return true;
}

static bool take_mechanisms(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct options *)into)->mock.mechanisms = str_from(value);
    return true;
}

/* "IP", "IP:PORT", "[IPv6]:PORT". That the address is loopback is seen to by mock_new(). */
static bool take_listen(void *into, const char *value, struct err *e)
{
    struct mock_options *o = &((struct options *)into)->mock;
    str host = str_from(value), port_text = STR_NONE;
    uint64_t port = o->doors[0].port;
    size_t end = str_find_octet(host, ']');
    size_t colon = str_rfind_octet(host, ':');
    if (str_starts(host, STR("[")) && end != STR_NOT_FOUND) {
        port_text = str_skip(host, end + 1);
        host = str_take(str_skip(host, 1), end - 1);
    } else if (colon != STR_NOT_FOUND && str_find_octet(host, ':') == colon) {
        port_text = str_skip(host, colon);
        host = str_take(host, colon);
    }
    if (!ip_parse(host, &o->address) ||
        (port_text.n > 0 &&
         (port_text.p[0] != ':' || !str_to_u64(str_skip(port_text, 1), UINT16_MAX, &port))))
        return err_set(
            e, ERR_SYNTAX,
            "--listen '%.60s' is no IP[:PORT]; use 127.0.0.1:2525, or 127.0.0.1:0 for any "
            "port",
            value);
    o->doors[0].port = (uint16_t)port;
    return true;
}

static bool take_tls_port(void *into, const char *value, struct err *e)
{
    uint64_t port;
    if (!str_to_u64(str_from(value), UINT16_MAX, &port))
        return err_set(e, ERR_SYNTAX, "--tls-port '%.20s' is no port from 0 (any) to 65535", value);
    ((struct options *)into)->mock.doors[1].port = (uint16_t)port;
    return true;
}

const struct command_option OBSERVE_OPTIONS[] = {
    { "config", "FILE",
      "the program's own settings file: what it says is compared with what the program does, and "
      "its "
      "server is asked about that, unless --server names another",
      take_config },
    { "program", "NAME", "whose file that is, where its shape does not tell", take_program },
    { "account", "NAME", "which of several accounts in it", take_account },
    { "env-file", "FILE",
      "variables that the file refers to, one NAME=VALUE a line; then the environment",
      take_env_file },
    { "run-password-command", NULL,
      "run the command by which the file says that its password is had", take_run_command },
    { "server", "HOST[:PORT]",
      "the server that refuses the program: it is asked about the same attempt", take_server },
    { "user", "USER", "the login, when it is not ADDRESS", take_user },
    { "password-fd", "N", "read the password, to compare and to try, from this file descriptor",
      take_password_fd },
    { "password-env", "NAME", "take it from this environment variable", take_password_env },
    { "password-command", "COMMAND", "take it from what this command prints",
      take_password_command },
    { "password-ask", NULL, "ask for it on the terminal", take_ask },
    { "to", "ADDRESS", "name this recipient to the real server, not the one the program names",
      take_to },
    { "listen", "IP[:PORT]", "where the program is to be pointed at; 127.0.0.1:2525 unless given",
      take_listen },
    { "tls-port", "PORT", "the same for TLS from the first octet; 2526 unless given",
      take_tls_port },
    { "mechanisms", "LIST",
      "what AUTH offers; PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER unless given", take_mechanisms },
    { "ca-out", "FILE", "write the certificate of the authority to trust there", take_ca_out },
    { "keep", NULL, "go on after the first mail, until Ctrl-C", take_keep },
    { "once", NULL, "end after the first mail, as it does anyway", take_once },
    { "lull", "SECONDS", "how long to wait for another connection after one without mail (3)",
      take_lull },
    { "connect-to", "IP", "go to this address of the real server, not where DNS says",
      take_connect_to },
    { "resolver", "IP[:PORT]", "ask this DNS server, not the system", take_resolver },
    { "ports", "LIST", "ports to look at besides that of --server, with commas between",
      take_ports },
    { "ca", "FILE", "trust this authority too at the real server (PEM)", take_ca },
    { "logins", "N", "how many refused logins the real server may see (1)", take_logins },
    { "allow-clear-auth", NULL, "let the password go to the real server without verified TLS",
      take_allow_clear_auth },
    { "gentle", NULL, "at most 2 connections at a time there, and 4 in all", take_gentle },
    { "timeout", "SECONDS", "of the questions to the real server (45)", take_timeout },
    { "verbose", NULL, "log every reply of the observer on standard error", take_verbose },
    { "json", NULL, "print the document baton.observe/1", take_json },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * The real server
 */
/* A pipe with the password and a line end in it, which the doctor's flags drop. -1: none. */
static int password_pipe(str password)
{
    int ends[2];
    if (password.n == 0 || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    bool ok = write(ends[1], password.p, password.n) == (ssize_t)password.n &&
              write(ends[1], "\n", 1) == 1;
    close(ends[1]);
    if (ok)
        return ends[0];
    close(ends[0]);
    return -1;
}

static bool read_flags(const struct watch *w, struct doctor_flags *f, struct buf *password,
                       struct err *e)
{
    char *argv[OBSERVED_ARGUMENTS];
    int fd = password_pipe(w->password);
    int argc = observed_arguments(&w->s->typed, &w->seen, fd, w->a, argv);
    bool ok = argc > 0 ? doctor_flags_read(f, argc, argv, w->a, password, e)
                       : err_memory(e, "the questions to the real server");
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool print(const struct watch *w, const struct observed_report *r)
{
    struct buf out;
    buf_init(&out, REPORT_MAX);
    bool ok = (w->s->json ? observed_json : observed_text)(r, w->a, &out) &&
              fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
    buf_done(&out);
    if (!ok)
        fprintf(stderr, "baton observe: the report could not be written\n");
    return ok;
}

/* Asks the real server where there is one, then tells all. */
static void tell(struct watch *w)
{
    struct err e = { .kind = ERR_NONE };
    struct buf password;
    struct doctor_flags f = { 0 };
    struct doctor_stats stats = { 0 };
    struct doctor_record *record = calloc(1, sizeof *record);
    AUTO(dns_known_freep) struct dns_known *dns = dns_known_new(0);
    struct observed_report r = { .typed = &w->s->typed, .seen = &w->seen, .mask = w->mask };
    buf_init(&password, SECRET_MAX);
    bool ask = w->s->typed.server && w->seen.greeted && !w->seen.tls_trouble.n;
    if (!record || !dns) {
        r.trouble = "memory is short";
    } else if (ask) {
        record->arena = w->a;
        record->dns = dns;
        if (read_flags(w, &f, &password, &e)) {
            r.options = &f.o;
            r.stats = &stats;
            if (doctor_run(&f.o, record, &stats, &e))
                r.record = record;
        }
        r.trouble = r.record ? NULL : e.why;
    }
    observed_judge(&r);
    w->status = print(w, &r) ? observed_exit_status(&r) : EXIT_TROUBLE;
    buf_wipe_done(&password);
    free(record);
}

/* ------------------------------------------------------------------------------------------------
 * The observer
 */
static void on_lull(void *user)
{
    net_loop_stop(((struct watch *)user)->loop);
}

/* With --keep: what one connection takes is given back behind it. */
static void tell_at_once(struct watch *w, const struct mock_seen *seen)
{
    struct arena room, *before = w->a;
    arena_init(&room, ARENA_MAX);
    w->a = &room;
    if (observed_keep(seen, w->a, &w->seen))
        tell(w);
    w->seen = (struct mock_seen){ 0 };
    w->a = before;
    w->any = true;
    arena_done(&room);
}

static void on_seen(void *user, const struct mock_seen *seen)
{
    struct watch *w = user;
    if (!seen->greeted && seen->tls_trouble.n == 0)
        return; /* a connection that said nothing, as a check of the port makes it */
    if (w->s->keep) {
        tell_at_once(w, seen);
        return;
    }
    if (!observed_keep(seen, w->a, &w->seen))
        return;
    w->any = true;
    if (seen->message)
        net_loop_stop(w->loop);
    else
        net_timer_at(w->lull, net_loop_now_ms(w->loop) + w->s->lull_ms);
}

/* A program may say its password where a user name or an address belongs. */
static void print_log(void *user, unsigned connection, str line)
{
    const struct watch *w = user;
    struct buf masked;
    buf_init(&masked, REPORT_MAX);
    secret_mask_apply(w->mask, line, &masked);
    fprintf(stderr, "#%u %.*s\n", connection, STR_ARG(buf_str(&masked)));
    buf_done(&masked);
}

static void stop_loop(struct net_stream *none, void *user)
{
    struct watch *w = user;
    (void)none;
    w->stopped = true;
    net_loop_stop(w->loop);
}

/* On a thread of its own, so that a signal arrives as a call on the loop's thread. */
static void *wait_for_signal(void *user)
{
    struct watch *w = user;
    sigset_t ends;
    int signal_number;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigwait(&ends, &signal_number);
    if (!net_post(w->loop, (net_id){ 0 }, stop_loop, w))
        _exit(EXIT_TROUBLE);
    return NULL;
}

static void hold_signals(int how)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(how, &ends, NULL);
}

static bool start_waiter(struct watch *w, pthread_t *waiter)
{
    hold_signals(SIG_BLOCK);
    return pthread_create(waiter, NULL, wait_for_signal, w) == 0;
}

static bool write_ca(const char *name, str pem)
{
    struct err e;
    if (write_shared_file(name, pem, &e))
        return true;
    fprintf(stderr, "baton observe: the certificate: %s\n", e.why);
    return false;
}

static void print_ready(const struct watch *w, const struct mock_server *m)
{
    char ip[IP_TEXT_MAX] = "127.0.0.1";
    if (w->s->mock.address.family != IP_NONE)
        ip_text(&w->s->mock.address, ip);
    fprintf(stderr,
            "ready    Set the program to %s port %u (no encryption, or STARTTLS)\n"
            "         or port %u (SSL/TLS), leave the rest as it is, and let it send one mail.\n"
            "trust    %s%s\n"
            "         Whatever it says is taken, and nothing is sent on. Ctrl-C ends.\n",
            ip, mock_port(m, 0), mock_port(m, 1),
            w->s->ca_out ? "The certificate of its authority is in "
                         : "Its certificate is made for this run: start with --ca-out FILE to have",
            w->s->ca_out ? w->s->ca_out
                         : "\n         the authority, or switch the program's check off.");
    fflush(stderr);
}

static void finish(struct watch *w, pthread_t waiter)
{
    pthread_kill(waiter, SIGINT); /* it waits for that, on its own thread */
    pthread_join(waiter, NULL);
    hold_signals(SIG_UNBLOCK); /* the questions to the real server end at Ctrl-C */
    if (!w->s->keep && w->any)
        tell(w);
    else if (!w->any)
        fprintf(stderr, "baton observe: no program came\n");
}

static int watch(struct options *s, struct arena *a, str password)
{
    struct err e = { .kind = ERR_NONE };
    AUTO(secret_mask_freep)
    struct secret_mask *mask = password.n ? secret_mask_new(password) : NULL;
    struct watch w = { .s = s, .a = a, .password = password, .mask = mask, .status = 3 };
    if (password.n && !mask) {
        fprintf(stderr, "baton observe: memory is short\n");
        return EXIT_TROUBLE;
    }
    const struct mock_observer observer = { password, on_seen, &w };
    struct mock_options options = s->mock;
    options.observer = &observer;
    options.log = s->verbose ? print_log : NULL;
    options.log_user = &w;
    AUTO(net_loop_freep) struct net_loop *loop = w.loop = net_loop_new(&e);
    AUTO(mock_freep) struct mock_server *mock = loop ? mock_new(loop, &options, &e) : NULL;
    if (!mock && (e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT))
        return command_usage_error("observe", &e);
    pthread_t waiter;
    w.lull = mock ? net_timer_new(loop, on_lull, &w) : NULL;
    if (!mock || !w.lull || !start_waiter(&w, &waiter)) {
        fprintf(stderr, "baton observe: %s; other ports are chosen by --listen and --tls-port\n",
                e.why[0] ? e.why : "the system gives no thread");
        net_timer_free(w.lull);
        return EXIT_TROUBLE;
    }
    bool written = !s->ca_out || write_ca(s->ca_out, mock_ca_pem(mock));
    if (written) {
        print_ready(&w, mock);
        net_loop_run(loop);
    }
    net_timer_free(w.lull);
    finish(&w, waiter);
    return written ? w.status : EXIT_TROUBLE;
}

/* Flags for the real server would do nothing without one. */
static bool needs_no_server(const struct observed_typed *t, struct err *e)
{
    const struct {
        const char *flag;
        bool given;
    } FLAGS[] = {
        { "to", t->to },
        { "connect-to", t->connect_to },
        { "resolver", t->resolver },
        { "ports", t->ports },
        { "ca", t->ca },
        { "logins", t->logins },
        { "timeout", t->timeout },
        { "allow-clear-auth", t->allow_clear_auth },
        { "gentle", t->gentle },
    };
    for (size_t i = 0; i < COUNT_OF(FLAGS); i++)
        if (FLAGS[i].given)
            return err_set(
                e, ERR_SYNTAX,
                "--%s is about the real server, and none is named; add --server HOST, or "
                "leave it out",
                FLAGS[i].flag);
    return true;
}

/* What is wrong with the flags for the real server is said before the user sets his program. */
static bool check_flags(const struct options *s, struct arena *a, struct err *e)
{
    static const struct mock_seen NOTHING;
    char *argv[OBSERVED_ARGUMENTS];
    struct doctor_flags f;
    struct buf none;
    if (!s->typed.server)
        return needs_no_server(&s->typed, e);
    buf_init(&none, SECRET_MAX);
    int argc = observed_arguments(&s->typed, &NOTHING, -1, a, argv);
    bool ok = argc > 0 ? doctor_flags_read(&f, argc, argv, a, &none, e)
                       : err_memory(e, "the questions to the real server");
    buf_wipe_done(&none);
    return ok;
}

static bool has_secret_flag(const struct secret_source *s)
{
    return s->env || s->command || s->fd >= 0 || s->ask;
}

/* The server as the doctor's flag has it. An IPv6 address goes in brackets. */
static const char *server_word(const struct doctor_file *f, struct arena *a)
{
    bool bare = f->host && strchr(f->host, ':') && f->host[0] != '[';
    str host = !f->host ? STR_NONE : bare ? arena_printf(a, "[%s]", f->host) : str_from(f->host);
    if (!host.n || !f->port)
        return host.n ? host.p : NULL;
    return arena_printf(a, "%.*s:%u", STR_ARG(host), f->port).p;
}

/* What the file says, where no flag does. */
static bool read_config(struct options *s, struct arena *a, struct buf *password, struct err *e)
{
    const struct doctor_file_wanted *w = &s->wanted;
    if (!w->path)
        return !(w->program || w->account || w->env_file || w->run_command) ||
               err_set(e, ERR_SYNTAX,
                       "--program, --account, --env-file and --run-password-command belong to "
                       "--config FILE");
    struct doctor_file *f = s->file = doctor_file_load(w, a, e);
    if (!f)
        return false;
    s->typed.file = f;
    s->typed.password_typed = has_secret_flag(&s->secret);
    if (!s->typed.server)
        s->typed.server = server_word(f, a);
    if (!s->typed.ca)
        s->typed.ca = f->ca;
    if (!s->typed.user && (!s->typed.address || f->user))
        s->typed.user = f->user;
    if (s->typed.password_typed || f->token)
        return true;
    return buf_add(password, buf_str(&f->loaded.password)) || err_memory(e, "the password");
}

static void print_read(const struct options *s)
{
    struct buf line;
    if (!s->file)
        return;
    buf_init(&line, 1 << 16);
    settings_report_read(&s->file->loaded, &line);
    fprintf(stderr, "%.*s", STR_ARG(buf_str(&line)));
    buf_done(&line);
}

static bool read_words(struct options *s, const char *address, struct arena *a,
                       struct buf *password, struct err *e)
{
    bool found = false;
    s->typed.address = address;
    if (!read_config(s, a, password, e) || !secret_input(&s->secret, password, &found, e))
        return false;
    s->typed.password = password->n > 0;
    return true;
}

int cmd_observe(int argc, char **argv)
{
    struct err e = { .kind = ERR_NONE };
    struct arena a;
    struct buf password;
    struct options s = { .secret.fd = -1,
                         .lull_ms = LULL_MS,
                         .mock = { .hostname = STR("localhost"),
                                   .door_count = 2,
                                   .doors = { { MOCK_DOOR_SUBMISSION, CLEAR_PORT },
                                              { MOCK_DOOR_SUBMISSIONS, TLS_PORT } } } };
    int rest, status = EXIT_USAGE;
    arena_init(&a, ARENA_MAX);
    buf_init(&password, SECRET_MAX);
    (void)prctl(PR_SET_DUMPABLE, 0); /* the program's password comes in any case: no core file */
    if (!command_parse(command_named("observe"), argc, argv, &s, &rest, &e) ||
        (rest > 2 &&
         !err_set(&e, ERR_SYNTAX, "'%.60s' is one word too many; there is one ADDRESS", argv[2])) ||
        (s.keep && s.once &&
         !err_set(&e, ERR_SYNTAX,
                  "--once ends after the first mail, --keep does not; leave one")) ||
        !read_words(&s, rest == 2 ? argv[1] : NULL, &a, &password, &e)) {
        status = command_usage_error("observe", &e);
    } else {
        print_read(&s);
        status = check_flags(&s, &a, &e) ? watch(&s, &a, buf_str(&password))
                                         : command_usage_error("observe", &e);
    }
    doctor_file_free(s.file);
    buf_wipe_done(&password);
    arena_done(&a);
    return status;
}
