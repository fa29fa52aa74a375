/* SPDX-License-Identifier: ISC */
#include "net/psl.h"
#include "net/library.h"
#include <sys/stat.h>
#include <time.h>

/* psl_ctx_t of libpsl.h is opaque, so that its functions can be named without the header. */
static struct {
    bool tried;
    const void *list; /* NULL: not to be had */
    const char *(*registrable)(const void *list, const char *domain);
    char day[sizeof "2023-02-09"];
} psl;

/* psl_latest() takes the file when it is newer than what the library was built with. */
static void note_day(const char *file, time_t built_in)
{
    struct stat st;
    struct tm tm;
    time_t newest = built_in;
    if (file && stat(file, &st) == 0 && st.st_mtime > built_in)
        newest = st.st_mtime;
    if (gmtime_r(&newest, &tm))
        (void)strftime(psl.day, sizeof psl.day, "%Y-%m-%d", &tm);
}

static void load_list(void)
{
    void *(*latest)(const char *file);
    const char *(*file)(void);
    time_t (*built_in)(void);
    psl.tried = true;
    const struct net_symbol symbols[] = {
        { "psl_latest", &latest, sizeof latest },
        { "psl_dist_filename", &file, sizeof file },
        { "psl_builtin_file_time", &built_in, sizeof built_in },
        { "psl_registrable_domain", &psl.registrable, sizeof psl.registrable },
    };
    if (!net_library_load("libpsl.so.5", symbols, COUNT_OF(symbols)))
        return;
    psl.list = latest(NULL);
    note_day(file(), built_in());
}

static const void *list_now(void)
{
    if (!psl.tried)
        load_list();
    return psl.list;
}

static enum dns_suffix_answer look(const char *name, size_t *at)
{
    const void *list = list_now();
    if (!list)
        return DNS_NO_LIST;
    const char *found = psl.registrable(list, name);
    if (!found)
        return DNS_PUBLIC_SUFFIX;
    *at = (size_t)(found - name);
    return DNS_REGISTRABLE;
}
const struct dns_suffixes NET_PSL = { look };

const char *net_psl_day(void)
{
    return list_now() ? psl.day : NULL;
}
