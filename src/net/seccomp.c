/* SPDX-License-Identifier: ISC */
/*
 * net/seccomp.c - the system's calls that a relay makes, and no others (seccomp(2))
 * A call that is not listed fails with EPERM, and is logged by the kernel's audit; it does not kill. A library that learns a
 * new call with an update then falls back or fails in one place, and the relay goes on with what it has acknowledged; what an
 * attacker wants of a call he does not get either way. clone3, whose flags a filter cannot see, is "not there" (ENOSYS), so
 * that the C library takes clone, which may make threads and nothing else.
 */
#include "base/sanitized.h"
#include "net/privileges.h"
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

static const char *const CALLS[] = {
    /* octets */
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "preadv",
    "pwritev",
    "preadv2",
    "pwritev2",
    "lseek",
    "_llseek",
    "sendfile",
    "copy_file_range",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "pipe",
    "pipe2",
    "fcntl",
    "fcntl64",
    "flock",
    /* files */
    "open",
    "openat",
    "openat2",
    "creat",
    "access",
    "faccessat",
    "faccessat2",
    "stat",
    "lstat",
    "fstat",
    "newfstatat",
    "stat64",
    "lstat64",
    "fstat64",
    "fstatat64",
    "statx",
    "statfs",
    "fstatfs",
    "statfs64",
    "fstatfs64",
    "readlink",
    "readlinkat",
    "getdents",
    "getdents64",
    "getcwd",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "rmdir",
    "truncate",
    "ftruncate",
    "ftruncate64",
    "fallocate",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "chmod",
    "fchmod",
    "fchmodat",
    "umask",
    "utimensat",
    "fadvise64",
    /* memory */
    "mmap",
    "mmap2",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "brk",
    "mlock",
    "mlock2",
    "munlock",
    "membarrier",
    "msync",
    "mincore",
    /* waiting and time */
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "poll",
    "ppoll",
    "select",
    "_newselect",
    "pselect6",
    "eventfd2",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "signalfd4",
    "clock_gettime",
    "clock_gettime64",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "times",
    "restart_syscall",
    /* threads and signals */
    "futex",
    "futex_time64",
    "set_robust_list",
    "get_robust_list",
    "set_tid_address",
    "rseq",
    "sched_yield",
    "sched_getaffinity",
    "getcpu",
    "gettid",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "sigaltstack",
    "tgkill",
    "exit",
    "exit_group",
    /* about oneself */
    "getpid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
    "capget",
    "getrusage",
    "getrlimit",
    "ugetrlimit",
    "uname",
    "sysinfo",
    "getrandom",
    /* sockets; socket itself is below */
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "send",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recv",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "shutdown",
};

struct argument {
    const char *call;
    unsigned at;
    uint64_t mask, value;
};
/* These only with such an argument; rows of one call are alternatives. */
static const struct argument ARGUMENTS[] = {
    { "clone", 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM },
    { "socket", 0, UINT32_MAX, AF_UNIX },
    { "socket", 0, UINT32_MAX, AF_INET },
    { "socket", 0, UINT32_MAX, AF_INET6 },
    { "socketpair", 0, UINT32_MAX, AF_UNIX },
    { "ioctl", 1, UINT32_MAX, FIONBIO },
    { "ioctl", 1, UINT32_MAX, FIONREAD },
    { "ioctl", 1, UINT32_MAX, TCGETS },
    { "ioctl", 1, UINT32_MAX, TIOCGWINSZ },
    { "ioctl", 1, UINT32_MAX, 0x8933 /* SIOCGIFINDEX, for addresses with a zone */ },
    { "prctl", 0, UINT32_MAX, PR_SET_NAME },
    { "prctl", 0, UINT32_MAX, PR_GET_NAME },
    { "prctl", 0, UINT32_MAX, PR_SET_VMA },
    { "prctl", 0, UINT32_MAX, PR_GET_NO_NEW_PRIVS },
    { "prctl", 0, UINT32_MAX, PR_GET_DUMPABLE },
    { "prctl", 0, UINT32_MAX, PR_CAPBSET_READ },
    { "prlimit64", 0, UINT32_MAX, 0 }, /* of ourselves */
};

/* A call that this machine does not have is none to allow. */
static bool allow(scmp_filter_ctx f, const char *name)
{
    int number = seccomp_syscall_resolve_name(name);
    return number == __NR_SCMP_ERROR || seccomp_rule_add_exact(f, SCMP_ACT_ALLOW, number, 0) == 0 ||
           number < 0;
}

static bool allow_argument(scmp_filter_ctx f, const struct argument *a)
{
    int number = seccomp_syscall_resolve_name(a->call);
    const struct scmp_arg_cmp is = SCMP_CMP64(a->at, SCMP_CMP_MASKED_EQ, a->mask, a->value);
    return number < 0 || seccomp_rule_add_array(f, SCMP_ACT_ALLOW, number, 1, &is) == 0;
}

/* The C library asks the kernel which kinds of addresses this machine has. */
static bool allow_routes(scmp_filter_ctx f)
{
    const struct scmp_arg_cmp is[] = {
        SCMP_CMP64(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, AF_NETLINK),
        SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, UINT32_MAX, 0 /* NETLINK_ROUTE */),
    };
    return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), COUNT_OF(is), is) == 0;
}

static bool fill(scmp_filter_ctx f)
{
    for (size_t i = 0; i < COUNT_OF(CALLS); i++)
        if (!allow(f, CALLS[i]))
            return false;
    for (size_t i = 0; i < COUNT_OF(ARGUMENTS); i++)
        if (!allow_argument(f, &ARGUMENTS[i]))
            return false;
    return allow_routes(f) && seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

bool net_seccomp_enforce(bool *on, struct err *e)
{
    *on = false;
    if (SANITIZED)
        return true; /* they make calls of their own */
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!f)
        return err_memory(e, "the filter of system calls");
    seccomp_attr_set(f, SCMP_FLTATR_CTL_LOG, 1); /* old kernels do not */
    bool ok = fill(f) || err_set(e, ERR_SYSTEM, "building the filter of system calls failed");
    int rc = ok ? seccomp_load(f) : 0;
    seccomp_release(f);
    *on = ok && rc == 0;
    errno = -rc;
    return ok && (rc == 0 || rc == -EINVAL || rc == -ENOSYS || rc == -ECANCELED ||
                  err_sys(e, "putting the filter of system calls in force"));
}
