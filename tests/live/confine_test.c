/* SPDX-License-Identifier: ISC */
/*
 * From inside: what a process that confined itself as the relay does still can, and what it cannot any more. Each attempt
 * is made by a child that runs the relay's own code for it.
 */
#include "base/sanitized.h"
#include "net/loop.h"
#include "net/privileges.h"
#include "net/tls.h"
#include "ports.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
/* After the others: */
#include <cmocka.h>

static char dir[64], state[80], rules[80], rule_file[96], outside[80], other_rules[96];
static uint16_t port, other_port;
static bool was_root;

/* ---- what must work ---- */

static bool reads(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool read_rules(void)
{
    return reads(rule_file) && reads(other_rules);
}

static bool read_names(void)
{
    return reads("/etc/hosts");
}

static bool keep_mail(void)
{
    char a[120], b[120];
    snprintf(a, sizeof a, "%s/a", state);
    snprintf(b, sizeof b, "%s/b", state);
    int fd = open(a, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, "mail", 4) == 4 && fallocate(fd, 0, 0, 4096) == 0 &&
              fdatasync(fd) == 0 && ftruncate(fd, 2) == 0 && rename(a, b) == 0 && unlink(b) == 0;
    int nameless = open(state, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    ok = ok && (nameless >= 0 || errno == EOPNOTSUPP);
    if (fd >= 0)
        close(fd);
    if (nameless >= 0)
        close(nameless);
    return ok;
}

static bool keep_a_database(void)
{
    char path[120];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/q.db", state);
    bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
              sqlite3_exec(
                  db,
                  "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a);"
                  "BEGIN; INSERT INTO t VALUES(1); COMMIT; PRAGMA wal_checkpoint(TRUNCATE);",
                  NULL, NULL, NULL) == SQLITE_OK;
    sqlite3_close(db);
    return ok;
}

static int listen_at(uint16_t number)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(number),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool listen_and_connect(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = listen_at(port), to = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && to >= 0 &&
              (connect(to, (struct sockaddr *)&at, sizeof at) == 0 || errno == EINPROGRESS);
    int came = ok ? accept4(fd, NULL, NULL, SOCK_CLOEXEC) : -1;
    ok = came >= 0 && send(to, "x", 1, 0) == 1;
    close(fd);
    close(to);
    close(came);
    return ok;
}

static bool look_up_a_name(void)
{
    struct addrinfo *found = NULL, hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    bool ok = getaddrinfo("localhost", "25", &hints, &found) == 0 && found;
    if (found)
        freeaddrinfo(found);
    return ok;
}

static void *be_a_thread(void *p)
{
    prctl(PR_SET_NAME, "worker");
    void *room = malloc(1 << 20); /* an arena of its own */
    free(room);
    return room ? p : NULL;
}

static bool run_threads(void)
{
    pthread_t t[4];
    bool ok = true;
    for (size_t i = 0; i < COUNT_OF(t); i++) {
        void *back = NULL;
        ok = ok && pthread_create(&t[i], NULL, be_a_thread, &ok) == 0 &&
             pthread_join(t[i], &back) == 0 && back;
    }
    return ok;
}

static void stop_loop(void *loop)
{
    net_loop_stop(loop);
}

static bool run_a_loop(void)
{
    struct err e;
    struct net_loop *l = net_loop_new(&e);
    struct net_timer *t = l ? net_timer_new(l, stop_loop, l) : NULL;
    if (!t)
        return false;
    net_timer_at(t, net_loop_now_ms(l) + 2);
    net_loop_run(l);
    net_timer_free(t);
    net_loop_free(l);
    return true;
}

static bool trust_somebody(void)
{
    struct err e;
    const struct net_tls_trust system = { .ca_file = NULL };
    struct net_tls_context *t = net_tls_client_new(&system, &e);
    net_tls_context_free(t);
    return t != NULL;
}

/* ---- what must not ---- */

static bool read_shadow(void)
{
    return reads("/etc/shadow");
}

static bool read_another_file(void)
{
    return reads("/etc/fstab") || reads("/etc/hostname") || reads("/usr/bin/env");
}

static bool read_another_process(void)
{
    return reads("/proc/1/environ") || reads("/proc/self/mem");
}

static bool write_rules(void)
{
    int fd = open(rule_file, O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || truncate(rule_file, 0) == 0 || unlink(rule_file) == 0;
}

static bool creates(const char *where)
{
    char path[120];
    snprintf(path, sizeof path, "%s/new", where);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || mkdir(path, 0700) == 0;
}

static bool write_beside_rules(void)
{
    return creates(rules);
}

static bool write_outside(void)
{
    return creates(outside) || creates("/tmp") || creates("/dev/shm");
}

static bool link_out(void)
{
    char to[120];
    snprintf(to, sizeof to, "%s/link", state);
    return symlink("/etc", to) == 0 || link(rule_file, to) == 0;
}

static bool run_a_shell(void)
{
    const char *const args[] = { "sh", "-c", "exit 0", NULL };
    execv("/bin/sh", (char *const *)(uintptr_t)args);
    int fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);
    syscall(SYS_execveat, fd < 0 ? AT_FDCWD : fd, fd < 0 ? "/bin/sh" : "", args, NULL,
            AT_EMPTY_PATH);
    return false; /* a shell would have ended with 0, which the parent takes for success of what must not */
}

static bool begin_a_process(void)
{
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (child == 0)
        _exit(0);
    if (child < 0)
        child = (pid_t)syscall(SYS_fork);
    if (child == 0)
        _exit(0);
    if (child < 0) {
        struct {
            uint64_t flags, more[10];
        } args = { 0, { 0 } };
        child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
        if (child == 0)
            _exit(0);
    }
    return child > 0;
}

static bool trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0 || ptrace(PTRACE_SEIZE, getppid(), 0, 0) == 0;
}

static bool look_into_memory(void)
{
    char octet;
    return syscall(SYS_process_vm_readv, getppid(), &octet, 1UL, &octet, 1UL, 0UL) > 0 ||
           errno == EFAULT;
}

static bool send_a_signal(void)
{
    return kill(getppid(), 0) == 0;
}

static bool take_a_low_port(void)
{
    return listen_at(7) >= 0;
}

static bool take_another_port(void)
{
    return listen_at(other_port) >= 0;
}

static bool make_a_mount(void)
{
    return mount("none", outside, "tmpfs", 0, NULL) == 0 || chroot(outside) == 0 ||
           syscall(SYS_open_tree, AT_FDCWD, outside, 1) >= 0;
}

/* A user that is anybody may where the system lets him, unless a filter is in force. */
static bool make_a_namespace(void)
{
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
}

static bool become_root(void)
{
    return was_root && (setuid(0) == 0 || setresuid(0, 0, 0) == 0 || setgid(0) == 0);
}

static bool raw_sockets(void)
{
    return socket(AF_PACKET, SOCK_RAW, 0) >= 0 || socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0 ||
           socket(AF_NETLINK, SOCK_RAW, 4) >= 0 || socket(AF_VSOCK, SOCK_STREAM, 0) >= 0;
}

static bool be_looked_into(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static bool write_a_core(void)
{
    const struct rlimit more = { 1, 1 };
    struct rlimit now;
    return setrlimit(RLIMIT_CORE, &more) == 0 || getrlimit(RLIMIT_CORE, &now) != 0 ||
           now.rlim_max != 0;
}

static bool call_the_kernel_oddly(void)
{
    static const long ODD[] = {
        SYS_bpf,          SYS_perf_event_open, SYS_keyctl,      SYS_add_key, SYS_userfaultfd,
        SYS_init_module,  SYS_kexec_load,      SYS_setns,       SYS_swapon,  SYS_reboot,
        SYS_settimeofday, SYS_io_uring_setup,  SYS_personality, SYS_acct,    SYS_mknod
    };
    for (size_t i = 0; i < COUNT_OF(ODD); i++) {
        long rc = syscall(ODD[i], 0x0fffffff, 0, 0, 0, 0);
        if (rc != -1 || errno != EPERM) {
            fprintf(stderr, "system call %ld: %ld, %s\n", ODD[i], rc, strerror(errno));
            return true;
        }
    }
    return false;
}

enum need { ALWAYS, LANDLOCK = 1, LANDLOCK_NET = 2, SECCOMP = 4, ROOT = 8 };
static const struct attempt {
    const char *what;
    bool (*make)(void);
    bool must;
    unsigned needs; /* what has to be in force for it to fail */
} ATTEMPTS[] = {
    { "read rules, and new files beside them", read_rules, true, 0 },
    { "read names", read_names, true, 0 },
    { "keep mail", keep_mail, true, 0 },
    { "keep a database", keep_a_database, true, 0 },
    { "listen and connect", listen_and_connect, true, 0 },
    { "look up a name", look_up_a_name, true, 0 },
    { "run threads", run_threads, true, 0 },
    { "run a loop", run_a_loop, true, 0 },
    { "trust somebody", trust_somebody, true, 0 },
    { "read /etc/shadow", read_shadow, false, 0 },
    { "read another file", read_another_file, false, LANDLOCK },
    { "read another process", read_another_process, false, LANDLOCK },
    { "write rules", write_rules, false, LANDLOCK },
    { "write beside rules", write_beside_rules, false, LANDLOCK },
    { "write outside", write_outside, false, LANDLOCK },
    { "link out", link_out, false, LANDLOCK },
    { "run a shell", run_a_shell, false, SECCOMP },
    { "begin a process", begin_a_process, false, SECCOMP },
    { "trace", trace, false, SECCOMP },
    { "look into memory", look_into_memory, false, SECCOMP },
    { "send a signal", send_a_signal, false, SECCOMP },
    { "take a low port", take_a_low_port, false, ROOT },
    { "take another port", take_another_port, false, LANDLOCK_NET },
    { "make a mount", make_a_mount, false, 0 },
    { "make a namespace", make_a_namespace, false, SECCOMP },
    { "become root", become_root, false, 0 },
    { "make raw sockets", raw_sockets, false, SECCOMP },
    { "be looked into", be_looked_into, false, SECCOMP },
    { "write a core", write_a_core, false, 0 },
    { "call the kernel oddly", call_the_kernel_oddly, false, SECCOMP },
};

enum { OK = 40, WRONG, NOT_IN_FORCE, NOT_CONFINED };

static int attempt(const struct attempt *a)
{
    struct err e;
    struct net_user nobody;
    struct net_confined got;
    const char *read[] = { rules, "/nonexistent/baton" }, *write[] = { state };
    struct net_confinement c = { .read = read,
                                 .read_count = 2,
                                 .write = write,
                                 .write_count = 1,
                                 .ports = &port,
                                 .port_count = 1 };
    if (was_root) {
        if (!net_user_find(STR("nobody"), &nobody, &e))
            return NOT_CONFINED;
        c.become = &nobody;
    }
    if (!net_confine(&c, &got, &e)) {
        fprintf(stderr, "%s\n", e.why);
        return NOT_CONFINED;
    }
    if (((a->needs & LANDLOCK) && !got.landlock) ||
        ((a->needs & LANDLOCK_NET) && got.landlock < 4) || ((a->needs & SECCOMP) && !got.seccomp) ||
        ((a->needs & ROOT) && !was_root))
        return NOT_IN_FORCE;
    errno = 0;
    bool made = a->make();
    if (made != a->must)
        fprintf(stderr, "%s: %s\n", a->what, strerror(errno));
    return made == a->must ? OK : WRONG;
}

static void from_inside(void **stat UNUSED)
{
    unsigned not_in_force = 0;
    for (size_t i = 0; i < COUNT_OF(ATTEMPTS); i++) {
        pid_t child = fork();
        if (child == 0) {
            signal(SIGSEGV, SIG_DFL); /* not cmocka's, which would go on with the next test */
            _exit(attempt(&ATTEMPTS[i]));
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_IN_FORCE)
            not_in_force++;
        else if (!WIFEXITED(status) || WEXITSTATUS(status) != OK)
            fail_msg("%s: status %x", ATTEMPTS[i].what, (unsigned)status);
    }
    print_message("%u of %zu attempts need what is not in force here\n", not_in_force,
                  COUNT_OF(ATTEMPTS));
    /* Without sanitizers, and with a kernel that Debian 12 has, there is a filter. */
    assert_true(SANITIZED || not_in_force < COUNT_OF(ATTEMPTS) / 2);
}

/* What /proc says about a process that confined itself. */
static void from_outside(void **stat UNUSED)
{
    int ready[2], go[2];
    char octet, path[64], line[256];
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err e;
        struct net_user nobody;
        struct net_confined got;
        struct net_confinement c = { .become = NULL };
        close(go[1]);
        if (was_root && net_user_find(STR("nobody"), &nobody, &e))
            c.become = &nobody;
        octet = net_confine(&c, &got, &e) ? (got.seccomp ? 's' : '-') : 'x';
        if (write(ready[1], &octet, 1) != 1)
            _exit(1);
        _exit(read(go[0], &octet, 1) != 0);
    }
    close(go[0]);
    assert_int_equal(read(ready[0], &octet, 1), 1);
    assert_true(octet == 's' || (SANITIZED && octet == '-'));
    snprintf(path, sizeof path, "/proc/%d/status", (int)child);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    unsigned seen = 0;
    while (fgets(line, sizeof line, f)) {
        unsigned long long caps;
        unsigned number;
        if (sscanf(line, "CapEff: %llx", &caps) == 1 || sscanf(line, "CapPrm: %llx", &caps) == 1 ||
            sscanf(line, "CapInh: %llx", &caps) == 1 || sscanf(line, "CapAmb: %llx", &caps) == 1 ||
            (was_root && sscanf(line, "CapBnd: %llx", &caps) == 1)) {
            assert_int_equal(caps, 0);
            seen++;
        } else if (sscanf(line, "NoNewPrivs: %u", &number) == 1) {
            assert_int_equal(number, 1);
            seen++;
        } else if (sscanf(line, "Seccomp: %u", &number) == 1) {
            assert_int_equal(number, octet == 's' ? 2 : 0);
            seen++;
        } else if (was_root && strncmp(line, "Uid:", 4) == 0) {
            assert_string_equal(line, "Uid:\t65534\t65534\t65534\t65534\n");
            seen++;
        } else if (was_root && strncmp(line, "Gid:", 4) == 0) {
            assert_string_equal(line, "Gid:\t65534\t65534\t65534\t65534\n");
            seen++;
        }
    }
    fclose(f);
    assert_int_equal(seen, was_root ? 9 : 6);
    close(go[1]);
    close(ready[0]);
    close(ready[1]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void who_is_not_there(void **stat UNUSED)
{
    struct net_user u;
    struct err e;
    assert_false(net_user_find(STR("no-such-user-here"), &u, &e));
    assert_non_null(strstr(e.why, "useradd --system"));
    assert_false(net_user_find(STR("evil\n\033[31m"), &u, &e));
    assert_null(strchr(e.why, '\n'));
    static const char LONG[] =
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    assert_false(net_user_find(STR(LONG), &u, &e));
    assert_true(net_user_find(STR("root"), &u, &e));
    assert_int_equal(u.uid, 0);
}

static void put_file(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs("text\n", f) >= 0);
    fclose(f);
}

static int begin(void **stat UNUSED)
{
    was_root = geteuid() == 0;
    snprintf(dir, sizeof dir, "/var/tmp/baton-confine-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(state, sizeof state, "%s/state", dir);
    snprintf(rules, sizeof rules, "%s/rules", dir);
    snprintf(outside, sizeof outside, "%s/outside", dir);
    snprintf(rule_file, sizeof rule_file, "%s/baton.conf", rules);
    snprintf(other_rules, sizeof other_rules, "%s/other", rules);
    if (chmod(dir, 0755) != 0 || mkdir(state, 0777) != 0 || mkdir(rules, 0777) != 0 ||
        mkdir(outside, 0777) != 0)
        return -1;
    /* The modes let everybody: what fails is not for want of them. */
    chmod(state, 0777);
    chmod(rules, 0777);
    chmod(outside, 0777);
    put_file(rule_file);
    put_file(other_rules);
    chmod(rule_file, 0666);
    port = test_free_port();
    other_port = test_free_port();
    return 0;
}

static int end(void **stat UNUSED)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf -- '%s'", dir);
    return system(command);
}

int main(void)
{
    alarm(100); /* whatever hangs ends */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_inside),
        cmocka_unit_test(from_outside),
        cmocka_unit_test(who_is_not_there),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
