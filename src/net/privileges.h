/* SPDX-License-Identifier: ISC */
/*
 * net/privileges.h - what the process may do: whose it is, and what it gives up for good
 * Owns    becoming an unprivileged user; capabilities; Landlock (landlock.c), which files may be touched and which ports
 *         taken; seccomp (seccomp.c), which of the system's calls may be made. What the kernel does not have is done without
 *         and told.
 * Threads Before any other thread starts: it holds for those that come later, not for those that are there.
 */
#ifndef BATON_NET_PRIVILEGES_H
#define BATON_NET_PRIVILEGES_H
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>
#include <sys/types.h>

struct net_user {
    uid_t uid;
    gid_t gid;
    char name[64];
};
/* Of the system's users. False: there is none, and e says how one is made. */
bool net_user_find(str name, struct net_user *out, struct err *e) MUST_CHECK;

struct net_confinement {
    const struct net_user *become; /* NULL: stays who it is; another only as root */
    /* What is there is opened to it, with all below; what is not there is passed over. What TLS, look-ups and the C
     * library read is opened without being named. */
    const char *const *read, *const *write;
    size_t read_count, write_count;
    const uint16_t
        *ports; /* those that may be listened at later; 0, any the system picks, always may */
    size_t port_count;
};
struct net_confined { /* what came of it */
    unsigned
        landlock; /* the version in force; 0: the kernel has none. From 4 on ports are kept too */
    bool seccomp;
};
/* All of it. False: the process is as it was, or partly less able, and must end. */
bool net_confine(const struct net_confinement *c, struct net_confined *out,
                 struct err *e) MUST_CHECK;

/* The parts, for net_confine(). A rule set is a descriptor, opened while everything can still be seen; -1 with ERR_NONE
 * in e: the kernel has none. */
int net_landlock_open(const struct net_confinement *c, unsigned *version, struct err *e) MUST_CHECK;
bool net_landlock_enforce(int rules, struct err *e) MUST_CHECK;
/* *on is false where the kernel has none. */
bool net_seccomp_enforce(bool *on, struct err *e) MUST_CHECK;
#endif
