/* SPDX-License-Identifier: ISC */
#include "net/privileges.h"
#include "base/escape.h"
#include "base/sanitized.h"
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ENTRY_OCTETS = 64 << 10 };

bool net_user_find(str name, struct net_user *out, struct err *e)
{
    struct passwd entry, *found = NULL;
    char shown[ESCAPE_SHOWN_MAX];
    escape_shown(name, shown);
    if (snprintf(out->name, sizeof out->name, "%.*s", STR_ARG(name)) >= (int)sizeof out->name)
        return err_set(e, ERR_LIMIT, "run-as: the name '%s' is longer than a user's can be", shown);
    char *room = malloc(ENTRY_OCTETS);
    if (!room)
        return err_memory(e, "looking for a user");
    int rc = getpwnam_r(out->name, &entry, room, ENTRY_OCTETS, &found);
    if (found) {
        out->uid = entry.pw_uid;
        out->gid = entry.pw_gid;
    }
    free(room);
    if (found)
        return true;
    errno = rc;
    if (rc != 0 && rc != ENOENT && rc != ESRCH)
        return err_sys(e, "looking for the user '%s'", shown);
    return err_set(e, ERR_SYSTEM,
                   "there is no user '%s' to become (run-as); make it: useradd --system "
                   "--user-group --no-create-home --shell /usr/sbin/nologin %s",
                   shown, shown);
}

/* The groups of the user come with it: one of them may be what makes a key readable. */
static bool become(const struct net_user *u, struct err *e)
{
    if (initgroups(u->name, u->gid) != 0 || setresgid(u->gid, u->gid, u->gid) != 0 ||
        setresuid(u->uid, u->uid, u->uid) != 0)
        return err_sys(e, "becoming the user '%s'", u->name);
    if (u->uid != 0 && setresuid(0, 0, 0) == 0)
        return err_set(e, ERR_SYSTEM, "the user '%s' can become root again", u->name);
    return true;
}

/* The bounding set goes while there is a capability to change it: what is run later, if anything is, gets none back. */
static bool drop_bounds(struct err *e)
{
    capng_clear(CAPNG_SELECT_BOTH);
    if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) && geteuid() != 0)
        return true;
    return capng_apply(CAPNG_SELECT_BOUNDS) == 0 ||
           err_set(e, ERR_SYSTEM, "dropping capabilities from the bounding set failed");
}

static bool drop_capabilities(struct err *e)
{
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    capng_clear(CAPNG_SELECT_CAPS);
    if (capng_apply(CAPNG_SELECT_CAPS) != 0)
        return err_set(e, ERR_SYSTEM, "dropping capabilities failed");
    capng_get_caps_process();
    return capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE ||
           err_set(e, ERR_SYSTEM, "capabilities are left after they were dropped");
}

/* Passwords are in memory: no core file, and nobody looks inside but root. */
static bool keep_secrets(struct err *e)
{
    const struct rlimit none = { 0, 0 };
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return err_sys(e, "forbidding core files");
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 || err_sys(e, "forbidding new privileges");
}

#if SANITIZED
/* Asked by the leak checker at exit. It looks into its own process by ptrace and /proc, which one that is
 * confined may not. */
static bool is_confined;
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return is_confined;
}
#endif

bool net_confine(const struct net_confinement *c, struct net_confined *out, struct err *e)
{
    struct net_confined done = { .landlock = 0 };
    struct err why = { .kind = ERR_NONE };
    int rules = net_landlock_open(c, &done.landlock, &why);
    if (rules < 0 && why.kind != ERR_NONE) {
        *e = why;
        return false;
    }
    bool ok = drop_bounds(e) && (!c->become || become(c->become, e)) && drop_capabilities(e) &&
              keep_secrets(e) && (rules < 0 || net_landlock_enforce(rules, e)) &&
              net_seccomp_enforce(&done.seccomp, e);
    if (rules >= 0)
        close(rules);
    if (ok)
        *out = done;
#if SANITIZED
    is_confined |= ok;
#endif
    return ok;
}
