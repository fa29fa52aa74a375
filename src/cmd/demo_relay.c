/* SPDX-License-Identifier: ISC */
#include "cmd/demo_relay.h"
#include "base/escape.h"
#include "cmd/control_client.h"
#include "cmd/libexec.h"
#include "mock/cert.h"
#include "mock/mock.h"
#include "net/loop.h"
#include "net/read_file.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 10000, LOOK_MS = 10, LOG_MAX = 1 << 20, RULES_MAX = 8192 };

/* ---- its files ---- */

static bool put_file(const struct demo_relay *d, const char *name, str text, struct err *e)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", d->dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
    if (!ok)
        err_sys(e, "writing '%s'", path);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* One that nobody listens at; the relay takes it a moment later. */
static uint16_t free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0 &&
              getsockname(fd, (struct sockaddr *)&at, &n) == 0;
    if (fd >= 0)
        close(fd);
    return ok ? ntohs(at.sin_port) : 0;
}

/* Root must become somebody; the directory is gone with the demo, so anybody will do. */
static bool write_rules(struct demo_relay *d, const struct demo_names *n, struct err *e)
{
    buf_addf(&d->rules,
             "hostname = \"%s\"\n"
             "certificate = \"%s/pem\"\n"
             "users = \"%s/users\"\n"
             "logins = \"%s/logins\"\n"
             "state = \"%s/state\"\n"
             "control = \"%s\"\n"
             "%s"
             "listen \"submission\" { address = \"127.0.0.1\"  port = %u  security = starttls }\n"
             "permit \"users\" { authenticated = true }\n"
             "route \"provider\" { smarthost = \"127.0.0.1:%u\"  security = none }\n",
             n->host, d->dir, d->dir, d->dir, d->dir, d->control,
             geteuid() == 0 ? "run-as = \"nobody\"\n" : "", d->port, d->next_port);
    return (buf_ok(&d->rules) || err_memory(e, "a rule file")) &&
           put_file(d, "relay.conf", buf_str(&d->rules), e);
}

static bool write_papers(struct demo_relay *d, const struct demo_names *n, struct err *e)
{
    struct mock_papers p;
    struct buf both;
    struct ip loopback;
    if (!ip_parse(STR("127.0.0.1"), &loopback) ||
        !mock_papers_make(MOCK_CERT_GOOD, str_from(n->host), &loopback, &p, e))
        return false;
    buf_init(&both, 1 << 16);
    bool ok = buf_add(&both, buf_str(&p.chain_pem)) && buf_add(&both, buf_str(&p.key_pem)) &&
              buf_add(&d->ca_pem, buf_str(&p.ca_pem));
    ok = (ok || err_memory(e, "a certificate")) && put_file(d, "pem", buf_str(&both), e);
    buf_wipe_done(&both);
    mock_papers_done(&p);
    return ok;
}

static bool write_files(struct demo_relay *d, const struct demo_names *n, struct err *e)
{
    char user[256];
    snprintf(d->dir, sizeof d->dir, "/tmp/baton-demo-XXXXXX");
    if (!mkdtemp(d->dir)) {
        err_sys(e, "making a directory in /tmp");
        d->dir[0] = 0;
        return false;
    }
    if (chmod(d->dir, 0755) != 0)
        return err_sys(e, "opening '%s' to the relay's user", d->dir);
    snprintf(d->control, sizeof d->control, "%s/run/control", d->dir);
    snprintf(d->log, sizeof d->log, "%s/log", d->dir);
    d->port = free_port();
    snprintf(user, sizeof user, "%s:{PLAIN}%s\n", n->user, n->password);
    return write_papers(d, n, e) && put_file(d, "users", str_from(user), e) && write_rules(d, n, e);
}

/* ---- the next hop: the mock as an observer, which takes everything, in a child ---- */

static void not_told(void *user UNUSED, const struct mock_seen *seen UNUSED) {}

static int take_all(int tell)
{
    struct err e = { .kind = ERR_NONE };
    const struct mock_observer observer = { .seen = not_told };
    struct mock_options o = { .cause = CAUSE_NONE,
                              .hostname = STR("smtp.provider.example"),
                              .observer = &observer,
                              .door_count = 1,
                              .doors = { { MOCK_DOOR_SUBMISSION, 0 } } };
    AUTO(net_loop_freep) struct net_loop *l = net_loop_new(&e);
    AUTO(mock_freep) struct mock_server *m = l ? mock_new(l, &o, &e) : NULL;
    uint16_t port = m ? mock_port(m, 0) : 0;
    if (write(tell, &port, sizeof port) != (ssize_t)sizeof port || !m)
        return 1;
    close(tell);
    net_loop_run(l);
    return 0;
}

static bool start_next_hop(struct demo_relay *d, struct err *e)
{
    int fds[2];
    if (pipe(fds) != 0)
        return err_sys(e, "making a pipe");
    fflush(NULL);
    d->next_hop = fork();
    if (d->next_hop == 0) {
        close(fds[0]);
        _exit(take_all(fds[1]));
    }
    close(fds[1]);
    bool ok = read(fds[0], &d->next_port, sizeof d->next_port) == (ssize_t)sizeof d->next_port &&
              d->next_port;
    close(fds[0]);
    return ok || err_set(e, ERR_SYSTEM, "the next hop could not be started");
}

/* ---- the relay ---- */

static void become_relay(const struct demo_relay *d)
{
    char config[96];
    int log = open(d->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    snprintf(config, sizeof config, "%s/relay.conf", d->dir);
    char word[] = "relay", flag[] = "--config";
    char *args[] = { word, flag, config, NULL };
    if (log >= 0 && dup2(log, STDERR_FILENO) >= 0)
        libexec_become("baton-relay", 3, args);
    _exit(127);
}

static bool no_row(void *user UNUSED, const json_t *row UNUSED)
{
    return true;
}

static bool answers(const struct demo_relay *d)
{
    struct err e;
    json_t *done;
    bool ok = control_ask(d->control, json_pack("{s:s}", "do", "hello"), no_row, NULL, &done, &e);
    json_decref(done);
    return ok;
}

static bool read_log(const struct demo_relay *d, struct buf *out)
{
    struct err e;
    return read_whole_file(d->log, LOG_MAX, out, &e);
}

/* The last line that it said, since that says why it ended. */
static bool ended(const struct demo_relay *d, struct err *e)
{
    struct buf log;
    str line = STR_NONE, rest;
    if (!read_log(d, &log))
        return err_set(e, ERR_SYSTEM, "the relay ended at once");
    for (rest = str_trim(buf_str(&log)); rest.n;)
        line = str_cut(&rest, '\n');
    char shown[ESCAPE_SHOWN_MAX];
    err_set(e, ERR_SYSTEM, "the relay ended at once: %s", escape_shown(line, shown));
    buf_done(&log);
    return false;
}

static bool start_relay(struct demo_relay *d, struct err *e)
{
    fflush(NULL);
    d->relay = fork();
    if (d->relay == 0)
        become_relay(d);
    if (d->relay < 0)
        return err_sys(e, "starting the relay");
    for (int waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
        if (answers(d))
            return true;
        if (waitpid(d->relay, NULL, WNOHANG) == d->relay) {
            d->relay = 0;
            return ended(d, e);
        }
        poll(NULL, 0, LOOK_MS);
    }
    return err_set(e, ERR_TIMEOUT, "the relay does not answer");
}

bool demo_relay_start(struct demo_relay *d, const struct demo_names *n, struct err *e)
{
    *d = (struct demo_relay){ .relay = 0 };
    buf_init(&d->ca_pem, 1 << 16);
    buf_init(&d->rules, RULES_MAX);
    return start_next_hop(d, e) && write_files(d, n, e) && start_relay(d, e);
}

static int remove_one(const char *path, const struct stat *st UNUSED, int flag UNUSED,
                      struct FTW *where UNUSED)
{
    return remove(path);
}

static void end_child(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
}

void demo_relay_stop(struct demo_relay *d)
{
    end_child(d->relay);
    end_child(d->next_hop);
    if (d->dir[0])
        nftw(d->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    buf_done(&d->ca_pem);
    buf_done(&d->rules);
}

/* ---- what it logged ---- */

/* The value of a field of a line of logfmt that needs no quotes. */
static str field(str line, str key)
{
    size_t at = str_find(line, key);
    str rest = at == STR_NOT_FOUND ? STR_NONE : str_skip(line, at + key.n);
    return str_cut(&rest, ' ');
}

bool demo_relay_refusal(const struct demo_relay *d, char id[32])
{
    struct buf log;
    id[0] = 0;
    if (!read_log(d, &log))
        return false;
    for (str rest = buf_str(&log); rest.n;) {
        str line = str_cut(&rest, '\n');
        str found = field(line, STR(" id="));
        if (str_find(line, STR("event=recipient-refused")) != STR_NOT_FOUND && found.n)
            snprintf(id, 32, "%.*s", STR_ARG(found));
    }
    buf_done(&log);
    return id[0] != 0;
}

/* Each line without its time, which says nothing here. */
static void show_line(str line)
{
    size_t at = str_find(line, STR("event="));
    char shown[400];
    struct buf b;
    buf_init(&b, sizeof shown);
    (void)escape_line(str_take(str_skip(line, at + 6), 300), &b);
    printf("    relay log   %.*s\n", STR_ARG(buf_str(&b)));
    buf_done(&b);
}

/* The first message that was kept, and that it was delivered; a notice about it would be another message. */
static bool show_events(const struct demo_relay *d, bool show)
{
    struct buf log;
    str kept = STR_NONE;
    bool handed = false;
    if (!read_log(d, &log))
        return false;
    for (str rest = buf_str(&log); rest.n && !handed;) {
        str line = str_cut(&rest, '\n');
        bool keeps = !kept.n && str_find(line, STR("event=message-kept")) != STR_NOT_FOUND;
        if (keeps)
            kept = field(line, STR(" queue="));
        handed = kept.n && str_find(line, STR("event=delivered")) != STR_NOT_FOUND &&
                 str_eq(field(line, STR(" id=")), kept);
        if (show && (keeps || handed))
            show_line(line);
    }
    buf_done(&log);
    return handed;
}

bool demo_relay_handed_on(const struct demo_relay *d)
{
    for (int waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
        if (show_events(d, false))
            return show_events(d, true);
        poll(NULL, 0, LOOK_MS);
    }
    return false;
}
