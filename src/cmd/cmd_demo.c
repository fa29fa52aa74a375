/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_demo.c - baton demo: a refusal, its diagnosis, the fix, and the message accepted
 *
 * The server is the mock, in a child process on a loopback address; the doctor does not know that.
 */
#include "cmd/cmd.h"
#include "cmd/doctor_flags.h"
#include "doctor/judge.h"
#include "mock/mock.h"
#include "net/loop.h"
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEMO_HOST     "mail.corp.example"
#define DEMO_USER     "anna@corp.example"
#define DEMO_TO       "tom@elsewhere.example"
#define DEMO_PASSWORD "correct horse battery"

enum { CA_MAX = 8192 };

/* What the child tells once it listens. */
struct hello {
    uint16_t port;
    char ca[CA_MAX];
};

static bool take_demo_server(void *into, const char *value, struct err *e)
{
    (void)into;
    return err_set(e, ERR_SYNTAX,
                   "a real %.20s server is started by the repository's own: ./run demo "
                   "--server %.20s",
                   value, value);
}
const struct command_option DEMO_OPTIONS[] = {
    { "server", "exim", "on a real server: only through ./run demo --server exim",
      take_demo_server },
    { NULL, NULL, NULL, NULL },
};

/* In a network namespace of its own even loopback is down; who may, brings it up. */
static void raise_loopback(void)
{
    struct ifreq r = { .ifr_name = "lo" };
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0)
        return;
    if (ioctl(s, SIOCGIFFLAGS, &r) == 0 && !(r.ifr_flags & IFF_UP)) {
        r.ifr_flags |= IFF_UP;
        (void)ioctl(s, SIOCSIFFLAGS, &r); /* the connect says so if it could not */
    }
    close(s);
}

static void log_line(void *user, unsigned connection, str line)
{
    (void)connection;
    if (str_find(line, STR("RCPT")) != STR_NOT_FOUND ||
        str_find(line, STR("DATA")) != STR_NOT_FOUND ||
        str_find(line, STR("message")) != STR_NOT_FOUND)
        dprintf(*(int *)user, "    server log  %.*s\n", STR_ARG(line));
}

static int serve(int tell, int log_fd)
{
    struct err e = { .kind = ERR_NONE };
    struct mock_options o = { .cause = CAUSE_CLIENT_NEVER_AUTHENTICATES,
                              .as = STR("exim"),
                              .door_count = 2,
                              .doors = { { MOCK_DOOR_SUBMISSION, 0 },
                                         { MOCK_DOOR_SUBMISSIONS, 0 } },
                              .hostname = STR(DEMO_HOST),
                              .user = STR(DEMO_USER),
                              .password = STR(DEMO_PASSWORD),
                              .log = log_line,
                              .log_user = &log_fd };
    AUTO(net_loop_freep) struct net_loop *l = net_loop_new(&e);
    AUTO(mock_freep) struct mock_server *m = l ? mock_new(l, &o, &e) : NULL;
    if (!m) {
        fprintf(stderr, "baton demo: %s\n", e.why);
        return 1;
    }
    struct hello h = { .port = mock_port(m, 0) };
    snprintf(h.ca, sizeof h.ca, "%.*s", STR_ARG(mock_ca_pem(m)));
    if (write(tell, &h, sizeof h) != (ssize_t)sizeof h)
        return 1;
    close(tell);
    net_loop_run(l);
    return 0;
}

static pid_t start_server(struct hello *h)
{
    int fds[2];
    if (pipe(fds) != 0)
        return -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        _exit(serve(fds[1], STDOUT_FILENO));
    }
    close(fds[1]);
    char *at = (char *)h;
    size_t left = sizeof *h;
    for (ssize_t n; left && (n = read(fds[0], at, left)) > 0; left -= (size_t)n)
        at += n;
    close(fds[0]);
    return left ? -1 : pid;
}

static struct doctor_options options(const struct hello *h, bool logs_in)
{
    struct doctor_options o = { .timeout_ms = 10000, .plan = doctor_plan_defaults() };
    struct smtp_attempt *a = &o.asked.attempt;
    o.asked.login_known = true;
    o.asked.own_address = STR(DEMO_USER);
    o.password = STR(DEMO_PASSWORD);
    o.ca_pem = str_from(h->ca);
    o.plan.port_count = 0; /* no other port of this machine is the demo's business */
    o.plan.send = logs_in;
    (void)!ip_parse(STR("127.0.0.1"), &o.connect_to);
    a->host = STR(DEMO_HOST);
    a->port = h->port;
    a->security = SMTP_SECURITY_STARTTLS;
    a->mechanism = logs_in ? STR("auto") : STR_NONE;
    a->user = STR(DEMO_USER);
    a->from = STR(DEMO_USER);
    a->to = STR(DEMO_TO);
    return o;
}

static int examine(const struct hello *h, bool logs_in)
{
    struct err e = { .kind = ERR_NONE };
    struct arena a;
    struct doctor_stats stats;
    struct doctor_record *record = calloc(1, sizeof *record);
    AUTO(secret_mask_freep) struct secret_mask *mask = secret_mask_new(STR(DEMO_PASSWORD));
    struct doctor_options o = options(h, logs_in);
    int status = 1;
    arena_init(&a, 8 << 20);
    if (record && mask) {
        record->arena = &a;
        if (doctor_run(&o, record, &stats, &e))
            status = doctor_print(&o, record, &stats, mask, false);
        else
            fprintf(stderr, "baton demo: %s\n", e.why);
    }
    arena_done(&a);
    free(record);
    return status;
}

static int show(const struct hello *h)
{
    printf("A server on this machine refuses mail in Exim's own words. Your program is set to\n"
           "  " DEMO_HOST " port %u, STARTTLS, no login, and its mail to " DEMO_TO " comes back.\n"
           "\n$ baton doctor " DEMO_USER " --server " DEMO_HOST
           ":%u --security starttls --auth none --to " DEMO_TO "\n\n",
           h->port, h->port);
    fflush(stdout);
    int refused = examine(h, false);
    printf("\nThe fix is applied: the same server and port, now with the login. This time with "
           "--send.\n"
           "\n$ baton doctor " DEMO_USER " --server " DEMO_HOST
           ":%u --security starttls --auth auto --to " DEMO_TO " --send\n\n",
           h->port);
    fflush(stdout);
    int accepted = examine(h, true);
    if (refused == 1 && accepted == 0) {
        puts("\nThat was the demo. On your own server:\n"
             "  baton doctor you@your.domain --server mail.your.domain --to the-recipient");
        return 0;
    }
    fprintf(stderr,
            "baton demo: expected a refusal and an acceptance, got exit statuses %d and %d\n",
            refused, accepted);
    return 1;
}

int cmd_demo(int argc, char **argv)
{
    struct err e;
    int rest;
    if (!command_parse(command_named("demo"), argc, argv, NULL, &rest, &e))
        return command_usage_error("demo", &e);
    raise_loopback();
    struct hello *h = calloc(1, sizeof *h);
    pid_t pid = h ? start_server(h) : -1;
    int status = 1;
    if (pid > 0) {
        status = show(h);
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    } else {
        fprintf(stderr, "baton demo: the embedded server could not be started: %s\n",
                strerror(errno));
    }
    free(h);
    return status;
}
