/* SPDX-License-Identifier: ISC */
/*
 * net/landlock.c - which files may be touched, and which ports taken (landlock(7))
 * The system's headers may be older than its kernel, so what they lack is said here; the kernel tells its version, and is
 * asked for nothing that this version does not know.
 */
#include "net/privileges.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FS_TRUNCATE   (UINT64_C(1) << 14) /* from version 3 on */
#define FS_IOCTL_DEV  (UINT64_C(1) << 15) /* 5 */
#define NET_BIND_TCP  (UINT64_C(1) << 0)  /* 4 */
#define SCOPE_SOCKETS (UINT64_C(1) << 0)  /* 6: abstract sockets of others */
#define SCOPE_SIGNALS (UINT64_C(1) << 1)  /* 6: signals to others */
enum { RULE_NET_PORT = 2, VERSION_NET = 4, VERSION_SCOPE = 6 };

struct ruleset_attr {
    uint64_t fs, net, scoped;
};
struct port_attr {
    uint64_t access, port;
};

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES                                                                                     \
    (READS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                       \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |  \
     LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE)
#define OF_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

/* What the libraries read that we stand on: names and addresses, trust, their own parts, time zones. */
static const char *const SYSTEM[] = {
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/ld.so.cache",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/etc/passwd",
    "/etc/group",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager/resolv.conf",
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/usr/local/lib",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/usr/share/publicsuffix",
    "/usr/share/dns",
    "/usr/share/locale",
    "/var/lib/unbound",
    "/sys/devices/system/cpu",
    "/proc/sys",
    "/proc/meminfo",
    "/proc/stat",
    "/dev/urandom",
    "/dev/random",
};
static const char *const SINKS[] = { "/dev/null" };

static uint64_t known_to(unsigned version)
{
    uint64_t all = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* of the first */
    if (version >= 2)
        all |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        all |= FS_TRUNCATE;
    if (version >= 5)
        all |= FS_IOCTL_DEV;
    return all;
}

static bool open_path(int rules, const char *path, uint64_t access, struct err *e)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return true; /* it is not there, or not for us: then there is nothing to open */
    struct landlock_path_beneath_attr a = { .allowed_access = access, .parent_fd = fd };
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        a.allowed_access &= OF_FILES;
    bool ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &a, 0) == 0 ||
              err_sys(e, "keeping '%s' open for the relay", path);
    close(fd);
    return ok;
}

static bool open_paths(int rules, const char *const *paths, size_t count, uint64_t access,
                       struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!open_path(rules, paths[i], access, e))
            return false;
    return true;
}

static bool open_ports(int rules, const struct net_confinement *c, struct err *e)
{
    for (size_t i = 0; i <= c->port_count; i++) {
        const struct port_attr a = { NET_BIND_TCP, i < c->port_count ? c->ports[i] : 0 };
        if (syscall(SYS_landlock_add_rule, rules, RULE_NET_PORT, &a, 0) != 0)
            return err_sys(e, "keeping port %u for the relay", (unsigned)a.port);
    }
    return true;
}

int net_landlock_open(const struct net_confinement *c, unsigned *version, struct err *e)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *version = abi > 0 ? (unsigned)abi : 0;
    if (abi <= 0)
        return -1;
    uint64_t known = known_to(*version);
    struct ruleset_attr a = { .fs = known };
    if (*version >= VERSION_NET)
        a.net = NET_BIND_TCP;
    if (*version >= VERSION_SCOPE)
        a.scoped = SCOPE_SOCKETS | SCOPE_SIGNALS;
    /* A kernel takes the octets that it knows, and more only where they are zero. */
    int rules = (int)syscall(SYS_landlock_create_ruleset, &a, sizeof a, 0);
    if (rules < 0) {
        err_sys(e, "making a Landlock rule set of version %u", *version);
        return -1;
    }
    if (open_paths(rules, SYSTEM, COUNT_OF(SYSTEM), READS & known, e) &&
        open_paths(rules, SINKS, COUNT_OF(SINKS), OF_FILES & known, e) &&
        open_paths(rules, c->read, c->read_count, READS & known, e) &&
        open_paths(rules, c->write, c->write_count, WRITES & known, e) &&
        (*version < VERSION_NET || open_ports(rules, c, e)))
        return rules;
    close(rules);
    return -1;
}

bool net_landlock_enforce(int rules, struct err *e)
{
    return syscall(SYS_landlock_restrict_self, rules, 0) == 0 ||
           err_sys(e, "putting the Landlock rule set in force");
}
