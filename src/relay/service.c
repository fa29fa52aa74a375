/* SPDX-License-Identifier: ISC */
#include "relay/service.h"
#include "net/notify.h"
#include "net/privileges.h"
#include "relay/control.h"
#include "relay/metrics_http.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATHS_MAX = 512, STATUS_MS = 10000 };

struct relay_service {
    struct relay *relay;
    struct relay_control *control;
    struct relay_metrics_http *metrics;
    struct net_timer *tick; /* what the service manager is told again and again */
    uint64_t tick_ms;
    atomic_bool *silent; /* one a worker: it has not answered since the last tick */
};

static const struct site *site_of(const struct relay *r)
{
    return &r->config->rules.file.site;
}

/* ------------------------------------------------------------------------------------------------
 * Paths
 */
struct paths {
    char *at[PATHS_MAX];
    size_t count;
};

static void paths_done(struct paths *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->at[i]);
    p->count = 0;
}

static void add_path(struct paths *p, const char *path)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->at[i], path) == 0)
            return;
    char *copy = p->count < PATHS_MAX ? strdup(path) : NULL;
    if (copy)
        p->at[p->count++] = copy;
}

/* Directories that hold much that is not the relay's: of these only the file itself is opened. */
static bool is_common(const char *dir)
{
    static const char *const COMMON[] = { "",           "/etc",          "/home",    "/opt",
                                          "/root",      "/run",          "/srv",     "/tmp",
                                          "/usr",       "/var",          "/var/lib", "/var/tmp",
                                          "/usr/local", "/usr/local/etc" };
    for (size_t i = 0; i < COUNT_OF(COMMON); i++)
        if (strcmp(dir, COMMON[i]) == 0)
            return true;
    return false;
}

/* The directory of a file too: a new version takes its place by rename(), and is another file to the kernel. */
static void add_with_directory(struct paths *p, const char *path)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    add_path(p, path);
    if (slash && (size_t)(slash - path) < sizeof dir) {
        snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
        if (!is_common(dir))
            add_path(p, dir);
    } else if (!slash) {
        add_path(p, ".");
    }
}

/* And what it links to: certificates are often links to the newest. */
static void add_file(struct paths *p, str name)
{
    char path[PATH_MAX], real[PATH_MAX];
    if (!name.n || name.n >= sizeof path)
        return;
    snprintf(path, sizeof path, "%.*s", STR_ARG(name));
    add_with_directory(p, path);
    if (realpath(path, real) && strcmp(real, path) != 0)
        add_with_directory(p, real);
}

static void files_of(const struct relay *r, struct paths *p)
{
    const struct policy_file *f = &r->config->rules.file;
    const str named[] = { str_from(r->rule_file), f->site.certificate, f->site.key,
                          f->site.client_ca,      f->site.ca,          f->site.users };
    for (size_t i = 0; i < COUNT_OF(named); i++)
        add_file(p, named[i]);
    for (size_t i = 0; i < f->list_count; i++)
        add_file(p, f->lists_wanted[i]);
    char logins[PATH_MAX];
    snprintf(logins, sizeof logins, "%.*s", STR_ARG(f->site.logins));
    add_path(p, logins);
}

/* ------------------------------------------------------------------------------------------------
 * Privileges
 */
/* The directory of mail and state is the new user's; one that is there must be his already. */
static bool make_state(const struct relay *r, const struct net_user *user, struct err *e)
{
    char dir[PATH_MAX];
    struct stat st;
    snprintf(dir, sizeof dir, "%.*s", STR_ARG(site_of(r)->state));
    if (mkdir(dir, 0700) == 0)
        return !user || chown(dir, user->uid, user->gid) == 0 ||
               err_sys(e, "giving '%s' to the user '%s'", dir, user->name);
    if (errno != EEXIST)
        return err_sys(e, "making the state directory '%s'", dir);
    if (user && stat(dir, &st) == 0 && st.st_uid != user->uid)
        return err_set(e, ERR_SYSTEM,
                       "'%s' is not the user's that the relay becomes: chown -R %s: '%s'", dir,
                       user->name, dir);
    return true;
}

static void note(struct relay *r, enum net_log_level level, const char *what, const char *text)
{
    NET_LOG(r->log, level, "privileges", LOG_STR("what", str_from(what)),
            LOG_STR("why", str_from(text)));
}

/* What cannot be read any more is no trouble until it is to be read again. */
static void look_at_files(struct relay *r, const struct paths *files)
{
    for (size_t i = 0; i < files->count; i++)
        if (access(files->at[i], R_OK) != 0 && errno == EACCES)
            note(r, NET_LOG_WARNING,
                 "not readable any more, so a reload will fail: give it to the group of run-as, "
                 "mode 0640 "
                 "(a directory: 0750)",
                 files->at[i]);
}

static void tell_confined(struct relay *r, const struct net_user *user,
                          const struct net_confined *got)
{
    if (!user && geteuid() == 0)
        note(r, NET_LOG_WARNING, "it stays root, without capabilities", "run-as = \"root\"");
    else if (!user)
        note(r, NET_LOG_INFO, "it runs as the user that started it", "not started as root");
    if (!got->landlock)
        note(r, NET_LOG_WARNING, "files are not confined", "this kernel has no Landlock");
    if (!got->seccomp)
        note(r, NET_LOG_WARNING, "system calls are not confined",
             "this kernel has no filter, or this is a build for tests");
    NET_LOG(r->log, NET_LOG_INFO, "confined", LOG_STR("user", str_from(user ? user->name : "")),
            LOG_INT("uid", geteuid()), LOG_INT("landlock", got->landlock),
            LOG_INT("seccomp", got->seccomp));
}

static size_t ports_of(const struct relay *r, uint16_t ports[SITE_LISTENERS + 1])
{
    const struct site *s = site_of(r);
    size_t n = 0;
    for (size_t i = 0; i < s->listener_count && n < SITE_LISTENERS; i++)
        ports[n++] = s->listeners[i].port;
    if (s->metrics.family != IP_NONE)
        ports[n++] = s->metrics_port;
    return n;
}

static bool confine(struct relay *r, const struct net_user *user, struct err *e)
{
    struct paths files = { .count = 0 }, writes = { .count = 0 };
    uint16_t ports[SITE_LISTENERS + 1];
    struct net_confined got;
    char dir[PATH_MAX];
    files_of(r, &files);
    snprintf(dir, sizeof dir, "%.*s", STR_ARG(site_of(r)->state));
    add_path(&writes, dir);
    snprintf(dir, sizeof dir, "%.*s", STR_ARG(site_of(r)->control));
    char *slash = strrchr(dir, '/');
    if (slash) {
        *slash = 0;
        if (!is_common(dir)) /* to remove its socket at the end; else the next start does */
            add_path(&writes, dir);
    }
    const struct net_confinement c = {
        .become = user,
        .read = (const char *const *)files.at,
        .read_count = files.count,
        .write = (const char *const *)writes.at,
        .write_count = writes.count,
        .ports = ports,
        .port_count = ports_of(r, ports),
    };
    bool ok = net_confine(&c, &got, e);
    if (ok) {
        tell_confined(r, user, &got);
        look_at_files(r, &files);
    }
    paths_done(&files);
    paths_done(&writes);
    return ok;
}

/* ------------------------------------------------------------------------------------------------
 * The service manager
 */
static void on_ping(struct net_stream *none UNUSED, void *user)
{
    atomic_store((atomic_bool *)user, false);
}

/* A worker that is silent for the whole of the manager's time keeps the watchdog from being fed. */
static bool all_answered(struct relay_service *s)
{
    bool all = true;
    for (unsigned i = 0; i < s->relay->worker_count; i++) {
        if (atomic_exchange(&s->silent[i], true))
            all = false;
        else if (!net_post(s->relay->workers[i].loop, (net_id){ 0, 0 }, on_ping, &s->silent[i]))
            atomic_store(&s->silent[i], false);
    }
    return all;
}

static void tell_status(struct relay *r)
{
    struct spool_numbers n;
    int64_t sessions = 0;
    for (unsigned i = 0; i < r->worker_count; i++)
        sessions += atomic_load_explicit(&r->workers[i].counters.sessions, memory_order_relaxed);
    spool_numbers(r->spool, &n);
    net_notify(r->notify, "STATUS=%" PRId64 " sessions, %" PRIu64 " messages wait", sessions,
               n.messages);
}

static void on_tick(void *user)
{
    struct relay_service *s = user;
    struct relay *r = s->relay;
    if (!r->spool)
        return;
    if (all_answered(s))
        net_notify(r->notify, "WATCHDOG=1");
    tell_status(r);
    net_timer_at(s->tick, net_loop_now_ms(r->workers[0].loop) + s->tick_ms);
}

/* Posted before the loop runs, so that it comes when everything has begun. Where that failed, nothing is ready, and it comes
 * when the loop is freed, after the service is. */
static void on_ready(struct net_stream *none UNUSED, void *user)
{
    struct relay *r = user;
    struct relay_service *s = r->service;
    if (!s || !r->signals || atomic_load(&r->stopping))
        return;
    relay_control_start(s->control);
    net_log_flush(r->log); /* who hears that it is ready finds in the log how */
    net_notify(r->notify, "READY=1\nMAINPID=%d", (int)getpid());
    if (r->notify)
        on_tick(s);
}

static bool make_tick(struct relay_service *s, struct err *e)
{
    uint64_t half_ms = net_notify_watchdog_us(s->relay->notify) / 2000;
    s->tick_ms = half_ms && half_ms < STATUS_MS ? half_ms : STATUS_MS;
    s->silent = calloc(s->relay->worker_count, sizeof *s->silent);
    s->tick = net_timer_new(s->relay->workers[0].loop, on_tick, s);
    return (s->silent && s->tick &&
            net_post(s->relay->workers[0].loop, (net_id){ 0, 0 }, on_ready, s->relay)) ||
           err_memory(e, "the service");
}

/* ------------------------------------------------------------------------------------------------
 * The whole
 */
static bool begin(struct relay_service *s, struct err *e)
{
    struct relay *r = s->relay;
    struct net_user found = { .uid = 0 }, *user = NULL;
    char path[PATH_MAX];
    umask(0077); /* what the relay keeps is nobody else's */
    if (geteuid() == 0) {
        if (!net_user_find(site_of(r)->run_as, &found, e))
            return false;
        user = found.uid ? &found : NULL;
    }
    snprintf(path, sizeof path, "%.*s", STR_ARG(site_of(r)->control));
    if (!make_state(r, user, e) || !(s->control = relay_control_open(r, path, e)) ||
        (site_of(r)->metrics.family != IP_NONE && !(s->metrics = relay_metrics_http_new(r, e))))
        return false;
    r->notify = net_notify_new();
    return confine(r, user, e) && make_tick(s, e);
}

struct relay_service *relay_service_new(struct relay *r, struct err *e)
{
    struct relay_service *s = calloc(1, sizeof *s);
    if (!s) {
        err_memory(e, "the service");
        return NULL;
    }
    s->relay = r;
    r->service = s;
    if (begin(s, e))
        return s;
    relay_service_free(s);
    return NULL;
}

void relay_service_free(struct relay_service *s)
{
    if (!s)
        return;
    relay_control_free(s->control);
    relay_metrics_http_free(s->metrics);
    net_timer_free(s->tick);
    net_notify_free(s->relay->notify);
    s->relay->notify = NULL;
    s->relay->service = NULL;
    free(s->silent);
    free(s);
}
