/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_demo.c - baton demo: a refusal, its diagnosis, the fix, and the message accepted
 *
 * The server of the first scene is Baton's own relay, on a loopback address with a next hop behind it; that of the others is
 * the mock, in a child process. The doctor does not know that.
 */
#include "cmd/cmd.h"
#include "cmd/demo_relay.h"
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

/* What the child tells once it listens: a port for each kind of door that takes mail. */
struct hello {
    uint16_t ports[MOCK_DOOR_SUBMISSIONS + 1];
    char ca[CA_MAX];
};

/* A server that refuses, and how the program is set that it refuses. */
struct scene {
    enum cause_id cause;
    enum mock_door_kind door;
    enum smtp_security security;
    bool logs_in;
    const char *from; /* NULL: the login's address */
    const char *to;   /* NULL: a recipient elsewhere */
};

/* The first is shown unless another is asked for. */
static const struct scene SCENES[] = {
    { CAUSE_CLIENT_NEVER_AUTHENTICATES, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_STARTTLS, false, NULL,
      NULL },
    { CAUSE_AUTH_HIDDEN_UNTIL_TLS, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_NONE, true, NULL, NULL },
    { CAUSE_WRONG_CREDENTIALS, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_STARTTLS, true, NULL, NULL },
    { CAUSE_APP_PASSWORD_NEEDED, MOCK_DOOR_SUBMISSIONS, SMTP_SECURITY_TLS, true, NULL, NULL },
    { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, MOCK_DOOR_SUBMISSIONS, SMTP_SECURITY_TLS, true, NULL, NULL },
    { CAUSE_AUTH_BACKEND_DOWN, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_STARTTLS, true, NULL, NULL },
    { CAUSE_MX_PORT_NOT_SUBMISSION, MOCK_DOOR_MX, SMTP_SECURITY_STARTTLS, true, NULL, NULL },
    { CAUSE_TLS_MODE_MISMATCH, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_TLS, true, NULL, NULL },
    { CAUSE_CERTIFICATE_EXPIRED, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_STARTTLS, true, NULL, NULL },
    { CAUSE_CERTIFICATE_WRONG_NAME, MOCK_DOOR_SUBMISSIONS, SMTP_SECURITY_TLS, true, NULL, NULL },
    { CAUSE_FROM_NOT_LOGIN, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_STARTTLS, true, "info@corp.example",
      NULL },
    { CAUSE_LOGIN_NOT_HONOURED, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_STARTTLS, true, NULL, NULL },
    { CAUSE_RECIPIENT_UNKNOWN, MOCK_DOOR_SUBMISSION, SMTP_SECURITY_STARTTLS, true, NULL,
      "ghost@corp.example" },
};

struct demo_settings {
    const struct scene *scene;
    bool cause_is_wrong;
};

static bool take_demo_cause(void *into, const char *value, struct err *e)
{
    struct demo_settings *s = into;
    for (size_t i = 0; i < COUNT_OF(SCENES); i++) {
        if (!str_eq(cause_of(SCENES[i].cause)->name, str_from(value)))
            continue;
        s->scene = &SCENES[i];
        return true;
    }
    s->cause_is_wrong = true;
    return err_set(
        e, ERR_SYNTAX,
        "the demo has no scene for '%.60s'; those listed above it has, and `baton mock` plays more",
        value);
}

static void list_scenes(void)
{
    for (size_t i = 0; i < COUNT_OF(SCENES); i++) {
        const struct cause *c = cause_of(SCENES[i].cause);
        fprintf(stderr, "%-28.*s %.*s\n", STR_ARG(c->name), STR_ARG(c->title));
    }
}

static bool take_demo_server(void *into, const char *value, struct err *e)
{
    (void)into;
    return err_set(e, ERR_SYNTAX,
                   "a real %.20s server is started by the repository's own: ./run demo "
                   "--server %.20s",
                   value, value);
}
const struct command_option DEMO_OPTIONS[] = {
    { "cause", "ID", "another refusal than a program that does not log in", take_demo_cause },
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

static int serve(const struct scene *scene, int tell, int log_fd)
{
    struct err e = { .kind = ERR_NONE };
    struct mock_options o = { .cause = scene->cause,
                              .as = STR("exim"),
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
    struct hello h = { .ports = { mock_port(m, 0), mock_port(m, 1), mock_port(m, 2) } };
    snprintf(h.ca, sizeof h.ca, "%.*s", STR_ARG(mock_ca_pem(m)));
    if (write(tell, &h, sizeof h) != (ssize_t)sizeof h)
        return 1;
    close(tell);
    net_loop_run(l);
    return 0;
}

static pid_t start_server(const struct scene *scene, struct hello *h)
{
    int fds[2];
    if (pipe(fds) != 0)
        return -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        _exit(serve(scene, fds[1], STDOUT_FILENO));
    }
    close(fds[1]);
    char *at = (char *)h;
    size_t left = sizeof *h;
    for (ssize_t n; left && (n = read(fds[0], at, left)) > 0; left -= (size_t)n)
        at += n;
    close(fds[0]);
    return left ? -1 : pid;
}

/* No other port of this machine is the demo's business, but the one for users where it is about that. */
static void look_at_doors(struct plan_options *p, const struct scene *scene, const struct hello *h)
{
    p->port_count = scene->door == MOCK_DOOR_MX;
    p->ports[0] = h->ports[MOCK_DOOR_SUBMISSION];
}

static struct doctor_options options(const struct scene *scene, const struct hello *h, bool fixed)
{
    struct doctor_options o = { .timeout_ms = 10000, .plan = doctor_plan_defaults() };
    struct smtp_attempt *a = &o.asked.attempt;
    o.asked.login_known = true;
    o.asked.own_address = STR(DEMO_USER);
    o.password = STR(DEMO_PASSWORD);
    o.ca_pem = str_from(h->ca);
    look_at_doors(&o.plan, scene, h);
    o.plan.send = fixed;
    (void)!ip_parse(STR("127.0.0.1"), &o.connect_to);
    a->host = STR(DEMO_HOST);
    a->port = h->ports[scene->door];
    a->security = scene->security;
    a->mechanism = scene->logs_in || fixed ? STR("auto") : STR_NONE;
    a->user = STR(DEMO_USER);
    a->from = scene->from ? str_from(scene->from) : STR(DEMO_USER);
    a->to = scene->to ? str_from(scene->to) : STR(DEMO_TO);
    return o;
}

static int examine(const struct scene *scene, const struct hello *h, bool fixed)
{
    struct err e = { .kind = ERR_NONE };
    struct arena a;
    struct doctor_stats stats;
    struct doctor_record *record = calloc(1, sizeof *record);
    AUTO(secret_mask_freep) struct secret_mask *mask = secret_mask_new(STR(DEMO_PASSWORD));
    AUTO(dns_known_freep) struct dns_known *dns = dns_known_new(0);
    struct doctor_options o = options(scene, h, fixed);
    int status = 1;
    arena_init(&a, 8 << 20);
    if (record && mask && dns) {
        record->arena = &a;
        record->dns = dns;
        if (doctor_run(&o, record, &stats, &e))
            status = doctor_print(&o, record, &stats, mask, NULL, false);
        else
            fprintf(stderr, "baton demo: %s\n", e.why);
    }
    arena_done(&a);
    free(record);
    return status;
}

static void print_command(const struct scene *scene, const struct hello *h, bool fixed)
{
    printf("\n$ baton doctor " DEMO_USER " --server " DEMO_HOST
           ":%u --security %.*s --auth %s%s%s --to %s%s\n\n",
           h->ports[scene->door], STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)scene->security)),
           scene->logs_in || fixed ? "auto" : "none", scene->from ? " --from " : "",
           scene->from ? scene->from : "", scene->to ? scene->to : DEMO_TO, fixed ? " --send" : "");
    fflush(stdout);
}

static const char *security_words(enum smtp_security s)
{
    return s == SMTP_SECURITY_TLS        ? "SSL/TLS"
           : s == SMTP_SECURITY_STARTTLS ? "STARTTLS"
                                         : "no encryption";
}

/* Only the first scene has its fix applied: what cures the others lies elsewhere, or not with the program. */
static int show(const struct scene *scene, const struct hello *h)
{
    printf("A server on this machine refuses mail in Exim's own words. Your program is set to\n"
           "  " DEMO_HOST " port %u, %s, %s, and its mail to %s comes back.\n",
           h->ports[scene->door], security_words(scene->security),
           scene->logs_in ? "a login as " DEMO_USER : "no login", scene->to ? scene->to : DEMO_TO);
    print_command(scene, h, false);
    int refused = examine(scene, h, false);
    int wanted = cause_of(scene->cause)->exit_status, accepted = 0;
    if (scene == &SCENES[0]) {
        printf("\nThe fix is applied: the same server and port, now with the login. This time with "
               "--send.\n");
        print_command(scene, h, true);
        accepted = examine(scene, h, true);
    }
    if (refused == wanted && accepted == 0) {
        printf("\nThat was the demo. To point a program of yours at that server:\n"
               "  baton mock --cause %.*s\n"
               "On your own server:\n"
               "  baton doctor you@your.domain --server mail.your.domain --to the-recipient\n",
               STR_ARG(cause_of(scene->cause)->name));
        return 0;
    }
    fprintf(stderr,
            "baton demo: expected a refusal and an acceptance, got exit statuses %d and %d\n",
            refused, accepted);
    return 1;
}

/* With the mock for a server. */
static int play(const struct scene *scene)
{
    struct hello *h = calloc(1, sizeof *h);
    pid_t pid = h ? start_server(scene, h) : -1;
    int status = 1;
    if (pid > 0) {
        status = show(scene, h);
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    } else {
        fprintf(stderr, "baton demo: the embedded server could not be started: %s\n",
                strerror(errno));
    }
    free(h);
    return status;
}

static int ask_why(const struct demo_relay *d)
{
    char id[32], word[] = "why", flag[] = "--control", path[sizeof d->control];
    if (!demo_relay_refusal(d, id)) {
        fputs("baton demo: the relay logged no refusal\n", stderr);
        return EXIT_USAGE;
    }
    snprintf(path, sizeof path, "%s", d->control);
    printf("\nThe refusal has an id. The relay tells what it decided, and what would have passed.\n"
           "\n$ baton why %s\n\n",
           id);
    fflush(stdout);
    char *args[] = { word, id, flag, path, NULL };
    return cmd_why(4, args);
}

static int show_relay(const struct scene *scene, const struct demo_relay *d, const struct hello *h)
{
    printf("Baton's relay runs on this machine by these rules; it hands mail on to a "
           "provider.\n\n%.*s\n"
           "Your program is set to " DEMO_HOST
           " port %u, STARTTLS, no login, and its mail to " DEMO_TO " comes back.\n",
           STR_ARG(buf_str(&d->rules)), d->port);
    print_command(scene, h, false);
    int refused = examine(scene, h, false);
    int why = ask_why(d);
    printf("\nThe fix is applied: the same server and port, now with the login. This time with "
           "--send.\n");
    print_command(scene, h, true);
    int accepted = examine(scene, h, true);
    printf("\nThe message was kept, synced to the disk, and only then acknowledged; then it was "
           "handed on.\n");
    bool handed = demo_relay_handed_on(d);
    if (refused != 1 || why != 1 || accepted != 0 || !handed) {
        fprintf(
            stderr,
            "baton demo: expected a refusal that is explained, and a message handed on; got exit "
            "statuses %d, %d and %d, handed on: %s\n",
            refused, why, accepted, handed ? "yes" : "no");
        return 1;
    }
    printf("\nThat was the demo. A relay of your own, in 10 lines, is in contrib/relay.conf:\n"
           "  baton relay --check FILE, then baton relay --config FILE\n"
           "On a server that refuses you:\n"
           "  baton doctor you@your.domain --server mail.your.domain --to the-recipient\n");
    return 0;
}

/* With Baton's relay for a server. */
static int relay(const struct scene *scene)
{
    static const struct demo_names NAMES = { DEMO_HOST, DEMO_USER, DEMO_PASSWORD };
    struct demo_relay d;
    struct err e;
    struct hello *h = calloc(1, sizeof *h);
    int status = 1;
    if (h && demo_relay_start(&d, &NAMES, &e)) {
        h->ports[MOCK_DOOR_SUBMISSION] = d.port;
        snprintf(h->ca, sizeof h->ca, "%.*s", STR_ARG(buf_str(&d.ca_pem)));
        status = show_relay(scene, &d, h);
    } else {
        fprintf(stderr, "baton demo: the embedded relay could not be started: %s\n",
                h ? e.why : "no memory");
    }
    if (h)
        demo_relay_stop(&d);
    free(h);
    return status;
}

int cmd_demo(int argc, char **argv)
{
    struct err e;
    struct demo_settings settings = { .scene = &SCENES[0] };
    int rest;
    if (!command_parse(command_named("demo"), argc, argv, &settings, &rest, &e)) {
        if (settings.cause_is_wrong)
            list_scenes();
        return command_usage_error("demo", &e);
    }
    raise_loopback();
    return settings.scene == &SCENES[0] ? relay(settings.scene) : play(settings.scene);
}
