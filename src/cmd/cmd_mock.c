/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_mock.c - baton mock: a server on this machine that refuses on purpose
 */
#include "cmd/cmd.h"
#include "cmd/write_file.h"
#include "mock/mock.h"
#include "mock/play.h"
#include "net/loop.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_TROUBLE = 1 };

struct settings {
    struct mock_options mock;
    const char *password_env, *ca_out, *client_cert_out;
    bool list, cause_is_wrong;
};

/* --- the options: rows --- */

static bool take_cause(void *into, const char *value, struct err *e)
{
    struct settings *s = into;
    const struct mock_play *p = mock_play_named(str_from(value));
    if (p) {
        s->mock.cause = p->cause;
        return true;
    }
    s->cause_is_wrong = true;
    const struct cause *c = cause_named(str_from(value));
    if (c)
        return err_set(e, ERR_SYNTAX, "no mail server can play '%s': %.*s", value,
                       STR_ARG(mock_play_why_not(c->id)));
    const struct cause *near = cause_nearest(str_from(value));
    return err_set(e, ERR_SYNTAX,
                   "there is no cause '%.60s'%s%.*s; those listed above can be played", value,
                   near ? ", did you mean " : "", STR_ARG(near ? near->name : STR("")));
}

/* mock_new() knows the names, and says them. */
static bool take_as(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct settings *)into)->mock.as = str_from(value);
    return true;
}

static bool take_listen(void *into, const char *value, struct err *e)
{
    struct settings *s = into;
    if (ip_parse(str_from(value), &s->mock.address))
        return true;
    return err_set(e, ERR_SYNTAX, "--listen '%.60s' is no IP address; use 127.0.0.1 or ::1", value);
}

static enum mock_door_kind kind_of_port(uint64_t port)
{
    static const struct {
        uint64_t port;
        enum mock_door_kind kind;
    } ROWS[] = { { 25, MOCK_DOOR_MX },
                 { 465, MOCK_DOOR_SUBMISSIONS },
                 { 110, MOCK_DOOR_POP3 },
                 { 995, MOCK_DOOR_POP3S } };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (ROWS[i].port == port)
            return ROWS[i].kind;
    return MOCK_DOOR_SUBMISSION;
}

static bool take_port(void *into, const char *value, struct err *e)
{
    struct settings *s = into;
    str port_text = str_from(value), kind_text = STR_NONE;
    if (str_find_octet(port_text, ':') != STR_NOT_FOUND)
        kind_text = str_cut(&port_text, ':');
    uint64_t port;
    int kind;
    if (s->mock.door_count == MOCK_DOORS)
        return err_set(e, ERR_LIMIT,
                       "--port '%.60s' is one too many: the mock has at most %d doors", value,
                       MOCK_DOORS);
    if (!str_to_u64(port_text, UINT16_MAX, &port))
        return err_set(e, ERR_SYNTAX,
                       "--port '%.60s' is no port; say a number from 0 (any) to 65535, or KIND:N",
                       value);
    char kinds[64];
    if (!kind_text.p)
        kind = (int)kind_of_port(port);
    else if (!names_find(&MOCK_DOOR_NAMES, kind_text, &kind))
        return err_set(e, ERR_SYNTAX, "--port '%.60s' names no kind of door; use one of: %s", value,
                       names_list(&MOCK_DOOR_NAMES, kinds, sizeof kinds));
    s->mock.doors[s->mock.door_count++] = (struct mock_door){ (enum mock_door_kind)kind,
                                                              (uint16_t)port };
    return true;
}

static bool take_hostname(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct settings *)into)->mock.hostname = str_from(value);
    return true;
}

static bool take_user(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct settings *)into)->mock.user = str_from(value);
    return true;
}

static bool take_password_env(void *into, const char *value, struct err *e)
{
    struct settings *s = into;
    s->password_env = value;
    s->mock.password = str_from(getenv(value));
    if (s->mock.password.n > 0)
        return true;
    return err_set(
        e, ERR_SYNTAX,
        "the environment has no password in %.60s; set it there, or leave --password-env "
        "out and any password will do",
        value);
}

static bool take_mechanisms(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct settings *)into)->mock.mechanisms = str_from(value);
    return true;
}

static bool take_trust(void *into, const char *value, struct err *e)
{
    return ip_net_parse(str_from(value), &((struct settings *)into)->mock.trusted, e);
}

static bool take_ca_out(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct settings *)into)->ca_out = value;
    return true;
}

static bool take_client_cert_out(void *into, const char *value, struct err *e)
{
    (void)e;
    ((struct settings *)into)->client_cert_out = value;
    return true;
}

#define SECONDS(name, flag)                                                                        \
    static bool take_##name(void *into, const char *value, struct err *e)                          \
    {                                                                                              \
        uint64_t n;                                                                                \
        if (!str_to_u64(str_from(value), 600, &n))                                                 \
            return err_set(e, ERR_SYNTAX,                                                          \
                           "--" flag " '%.20s' is no number of seconds from 0 to 600", value);     \
        ((struct settings *)into)->mock.manners.name##_ms = (uint32_t)n * 1000;                    \
        return true;                                                                               \
    }
SECONDS(greeting, "delay-greeting")
SECONDS(tarpit, "tarpit")
SECONDS(wait, "wait")

#define MANNER(name)                                                                               \
    static bool take_##name(void *into, const char *value, struct err *e)                          \
    {                                                                                              \
        (void)value;                                                                               \
        (void)e;                                                                                   \
        ((struct settings *)into)->mock.manners.name = true;                                       \
        return true;                                                                               \
    }
MANNER(drops)
MANNER(bans)
MANNER(random)
MANNER(temporary)

static bool take_list(void *into, const char *value, struct err *e)
{
    (void)value;
    (void)e;
    ((struct settings *)into)->list = true;
    return true;
}

const struct command_option MOCK_OPTIONS[] = {
    { "cause", "ID", "what to play; without it the server is healthy", take_cause },
    { "as", "NAME", "whose words to refuse in: postfix (unless given), exim, exchange, sendmail",
      take_as },
    { "listen", "IP", "an address of this machine's loopback; 127.0.0.1 unless given",
      take_listen },
    { "port", "[KIND:]N",
      "a door, up to six times; KIND is mx, submission, submissions, pop3 or pop3s, N of 0 is any "
      "port",
      take_port },
    { "hostname", "NAME", "the server's name; " MOCK_HOSTNAME " unless given", take_hostname },
    { "user", "U", "the one login there is; " MOCK_USER " unless given", take_user },
    { "password-env", "NAME",
      "the environment variable with its password; without it any password will do",
      take_password_env },
    { "mechanisms", "LIST", "what AUTH offers, as in \"LOGIN\" or \"PLAIN LOGIN\"",
      take_mechanisms },
    { "trust", "NET", "who relays without a login, with --cause ip-not-trusted", take_trust },
    { "ca-out", "FILE", "write the certificate of the authority to trust there", take_ca_out },
    { "client-cert-out", "FILE", "write a client certificate of that authority there, with its key",
      take_client_cert_out },
    { "delay-greeting", "SECONDS", "keep every client waiting for the greeting", take_greeting },
    { "tarpit", "SECONDS", "keep it waiting for every reply behind it", take_tarpit },
    { "drop", NULL, "close the connection after a refusal", take_drops },
    { "ban", NULL, "after a refused login turn that address away in the greeting", take_bans },
    { "random", NULL, "give only half of the refusals, by chance", take_random },
    { "temporary", NULL, "give refusals that are for good with the temporary code 454",
      take_temporary },
    { "wait", "SECONDS", "how long greylisted-temporary refuses (10)", take_wait },
    { "list", NULL, "say what can be played and what cannot, and end", take_list },
    { NULL, NULL, NULL, NULL },
};

/* --- what it prints --- */

static int print_list(FILE *to)
{
    size_t count;
    const struct mock_play *plays = mock_plays(&count);
    for (size_t i = 0; i < count; i++)
        fprintf(to, "%-28.*s %.*s\n", STR_ARG(mock_play_name(&plays[i])), STR_ARG(plays[i].does));
    fprintf(to, "\nNo mail server can play:\n");
    for (int id = CAUSE_NONE + 1; id < CAUSES; id++) {
        str why = mock_play_why_not((enum cause_id)id);
        if (why.n > 0)
            fprintf(to, "%-28.*s %.*s\n", STR_ARG(cause_of((enum cause_id)id)->name), STR_ARG(why));
    }
    return EXIT_OK;
}

static const char *const HOW[MOCK_DOOR_KINDS] = {
    [MOCK_DOOR_MX] = "in clear, STARTTLS offered",
    [MOCK_DOOR_SUBMISSION] = "in clear, STARTTLS offered",
    [MOCK_DOOR_SUBMISSIONS] = "TLS from the first octet",
    [MOCK_DOOR_POP3] = "in clear, STLS offered",
    [MOCK_DOOR_POP3S] = "TLS from the first octet",
};

static void print_start(const struct settings *s, const struct mock_server *m)
{
    const struct mock_play *play = mock_play_of(s->mock.cause);
    const struct cause *cause = cause_of(s->mock.cause);
    char ip[IP_TEXT_MAX];
    if (s->mock.address.family == IP_NONE)
        snprintf(ip, sizeof ip, "127.0.0.1");
    else
        ip_text(&s->mock.address, ip);
    if (cause)
        printf("plays    %.*s (%.*s): the server %.*s\n", STR_ARG(cause->title),
               STR_ARG(cause->name), STR_ARG(play->does));
    else
        printf("plays    a healthy server: it %.*s\n", STR_ARG(play->does));
    for (unsigned i = 0; i < mock_door_count(m); i++) {
        enum mock_door_kind kind = mock_door_kind_of(m, i);
        printf("%-8s %-11.*s %s port %u, %s\n", i == 0 ? "doors" : "",
               STR_ARG(names_of(&MOCK_DOOR_NAMES, (int)kind)), ip, mock_port(m, i), HOW[kind]);
    }
    str user = s->mock.user.n > 0 ? s->mock.user : STR(MOCK_USER);
    str host = s->mock.hostname.n > 0 ? s->mock.hostname : STR(MOCK_HOSTNAME);
    printf("name     %.*s\n", STR_ARG(host));
    if (play->auth_under_tls == 0)
        printf("login    none: this server offers no AUTH\n");
    else
        printf("login    %.*s, %s%s\n", STR_ARG(user),
               s->password_env ? "password in the environment as " : "any password",
               s->password_env ? s->password_env : "");
    printf("trust    %s\n",
           s->ca_out ? s->ca_out : "start with --ca-out FILE to have the authority");
    printf("ready    every reply is logged on standard error; Ctrl-C ends\n");
    fflush(stdout);
}

static void print_log(void *user, unsigned connection, str line)
{
    (void)user;
    fprintf(stderr, "#%u %.*s\n", connection, STR_ARG(line));
}

/* Only its owner may read a file that holds a key, also where the file was there before. */
static bool write_papers(const struct settings *s, const struct mock_server *m)
{
    struct err e;
    if ((!s->ca_out || write_shared_file(s->ca_out, mock_ca_pem(m), &e)) &&
        (!s->client_cert_out || write_whole_file(s->client_cert_out, mock_client_pem(m), &e)))
        return true;
    fprintf(stderr, "baton mock: the certificate: %s\n", e.why);
    return false;
}

/* --- running until a signal --- */

static void stop_loop(struct net_stream *none, void *user)
{
    (void)none;
    net_loop_stop(user);
}

/* On a thread of its own, so that a signal arrives as a call on the loop's thread. */
static void *wait_for_signal(void *user)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    int signal_number;
    sigwait(&ends, &signal_number);
    if (!net_post(user, (net_id){ 0 }, stop_loop, user))
        _exit(EXIT_TROUBLE);
    return NULL;
}

static void block_signals(void)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
}

/* What would do nothing is no wish of anybody's. */
static bool check_flags(const struct settings *s, struct err *e)
{
    if (s->mock.trusted.base.family != IP_NONE && s->mock.cause != CAUSE_IP_NOT_TRUSTED &&
        s->mock.cause != CAUSE_IP_HIDDEN_BY_NAT)
        return err_set(
            e, ERR_SYNTAX,
            "--trust means something to --cause ip-not-trusted only; add that, or leave it "
            "out");
    if (s->mock.manners.wait_ms && s->mock.cause != CAUSE_GREYLISTED_TEMPORARY)
        return err_set(e, ERR_SYNTAX,
                       "--wait means something to --cause greylisted-temporary only; add that, or "
                       "leave it out");
    return true;
}

static int run(const struct settings *s)
{
    struct err e;
    if (!check_flags(s, &e))
        return command_usage_error("mock", &e);
    block_signals();
    AUTO(net_loop_freep) struct net_loop *loop = net_loop_new(&e);
    AUTO(mock_freep) struct mock_server *mock = loop ? mock_new(loop, &s->mock, &e) : NULL;
    if (!mock && (e.kind == ERR_SYNTAX || e.kind == ERR_LIMIT))
        return command_usage_error("mock", &e);
    if (!mock) {
        fprintf(stderr, "baton mock: %s\n", e.why);
        return EXIT_TROUBLE;
    }
    if (!write_papers(s, mock))
        return EXIT_TROUBLE;
    pthread_t waiter;
    if (pthread_create(&waiter, NULL, wait_for_signal, loop) != 0) {
        fprintf(stderr, "baton mock: the system gives no thread to wait for Ctrl-C\n");
        return EXIT_TROUBLE;
    }
    print_start(s, mock);
    net_loop_run(loop);
    pthread_join(waiter, NULL);
    return EXIT_OK;
}

int cmd_mock(int argc, char **argv)
{
    struct settings s = { .mock.log = print_log };
    struct err e;
    int rest;
    (void)prctl(PR_SET_DUMPABLE, 0); /* programs send it passwords: none into a core file */
    if (!command_parse(command_named("mock"), argc, argv, &s, &rest, &e)) {
        if (s.cause_is_wrong)
            print_list(stderr);
        return command_usage_error("mock", &e);
    }
    if (rest > 1) {
        err_set(&e, ERR_SYNTAX, "'%.60s' is not understood; a cause is given as --cause ID",
                argv[1]);
        return command_usage_error("mock", &e);
    }
    return s.list ? print_list(stdout) : run(&s);
}
