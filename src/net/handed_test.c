/* SPDX-License-Identifier: ISC */
#include "base/ip.h"
#include "net/handed.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
/* After the others: */
#include <cmocka.h>

enum kind { LISTENS, LISTENS6, DOES_NOT, DATAGRAMS, LOCAL, A_FILE, NOTHING };

/* Made where a service manager puts it. */
static void put(int at, enum kind kind)
{
    int domain = kind == LISTENS6 ? AF_INET6 : kind == LOCAL ? AF_UNIX : AF_INET;
    int fd = kind == A_FILE ? open("/dev/null", O_RDONLY)
                            : socket(domain, kind == DATAGRAMS ? SOCK_DGRAM : SOCK_STREAM, 0);
    if (kind == LISTENS || kind == LISTENS6 || kind == LOCAL)
        listen(fd, 5);
    if (kind == NOTHING) {
        close(fd);
        close(at);
    } else if (fd != at) {
        dup2(fd, at);
        close(fd);
    }
}

static const struct {
    const char *what, *pid, *count, *names, *error; /* pid NULL: ours */
    enum kind kinds[3];
    size_t taken;
} CASES[] = {
    { "two", NULL, "2", "submission:submissions", NULL, { LISTENS, LISTENS6 }, 2 },
    { "one", NULL, "1", "submission", NULL, { LISTENS }, 1 },
    { "without names", NULL, "1", NULL, NULL, { LISTENS }, 1 },
    { "to another process", "1", "1", "submission", NULL, { LISTENS }, 0 },
    { "to nobody", "", "1", "submission", NULL, { LISTENS }, 0 },
    { "none", NULL, "0", "", NULL, { LISTENS }, 0 },
    { "too many", NULL, "65", "x", "LISTEN_FDS is \"65\"", { LISTENS }, 0 },
    { "no number", NULL, "x", "x", "LISTEN_FDS is \"x\"", { LISTENS }, 0 },
    { "a name too few", NULL, "2", "a", "another number of names", { LISTENS, LISTENS }, 0 },
    { "a name to mislead a terminal",
      NULL,
      "2",
      "a\x1b[2J",
      "LISTEN_FDNAMES \"a\\x1B[2J\"",
      { LISTENS, LISTENS },
      0 },
    { "a number to mislead one", NULL, "\n2", "a", "LISTEN_FDS is \"\\x0A2\"", { LISTENS }, 0 },
    { "a name too many", NULL, "2", "a:b:c", "another number of names", { LISTENS, LISTENS }, 0 },
    { "not listening",
      NULL,
      "2",
      "a:b",
      "descriptor 4, handed over by the service manager as \"b\"",
      { LISTENS, DOES_NOT },
      0 },
    { "datagrams", NULL, "1", "a", "is no TCP socket that listens", { DATAGRAMS }, 0 },
    { "local", NULL, "1", "a", "is no TCP socket that listens", { LOCAL }, 0 },
    { "a file", NULL, "1", "a", "is no TCP socket that listens", { A_FILE }, 0 },
    { "a gap", NULL, "2", "a:b", "descriptor 4", { LISTENS, NOTHING }, 0 },
};

/* In a process of its own, whose descriptors and environment are its own. 0: as expected. */
static int in_child(size_t n)
{
    char pid[16];
    struct err e;
    for (int fd = 3; fd < 12; fd++)
        close(fd);
    for (int i = 0; i < 2; i++)
        put(NET_HANDED_FIRST + i, i && CASES[n].count[0] != '2' ? NOTHING : CASES[n].kinds[i]);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("LISTEN_PID", CASES[n].pid ? CASES[n].pid : pid, 1);
    setenv("LISTEN_FDS", CASES[n].count, 1);
    if (CASES[n].names)
        setenv("LISTEN_FDNAMES", CASES[n].names, 1);
    else
        unsetenv("LISTEN_FDNAMES");
    struct net_handed *h = net_handed_new(&e);
    if (getenv("LISTEN_PID") || getenv("LISTEN_FDS") || getenv("LISTEN_FDNAMES"))
        return 1;
    if (CASES[n].error)
        return h || e.kind == ERR_NONE || !strstr(e.why, CASES[n].error) ? 2 : 0;
    if (e.kind != ERR_NONE || (h ? h->count : 0) != CASES[n].taken)
        return 3;
    const char *names[] = { CASES[n].names ? "submission" : "unknown", "submissions" };
    for (size_t i = 0; h && i < h->count; i++) {
        const struct net_handed_socket *s = &h->sockets[i];
        int status = fcntl(s->fd, F_GETFL), flags = fcntl(s->fd, F_GETFD);
        if (s->fd != 3 + (int)i || !str_eq(s->name, str_from(names[i])) || !s->port ||
            s->address.family != (i ? IP_V6 : IP_V4) || !(status & O_NONBLOCK) ||
            !(flags & FD_CLOEXEC))
            return 4;
    }
    net_handed_free(h);
    return fcntl(3, F_GETFL) >= 0 && CASES[n].taken ? 5 : 0;
}

static void all_cases(void **state UNUSED)
{
    for (size_t n = 0; n < COUNT_OF(CASES); n++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            _exit(in_child(n));
        assert_int_equal(waitpid(child, &status, 0), child);
        if (status != 0)
            fail_msg("%s: %d", CASES[n].what, WEXITSTATUS(status));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
