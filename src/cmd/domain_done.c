/* SPDX-License-Identifier: ISC */
#include "cmd/domain_done.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_OCTETS_MAX ((size_t)16 << 20)

struct domain_done {
    FILE *file;
    uint64_t *hashes; /* open addressing; 0: free */
    size_t room, count;
};

/* FNV-1a. 64 bits: among a million domains two that meet are rarer than one in a million runs. */
static uint64_t hash_of(str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h ? h : 1;
}

static size_t find(const struct domain_done *d, uint64_t h)
{
    size_t at = (size_t)h & (d->room - 1);
    while (d->hashes[at] != 0 && d->hashes[at] != h)
        at = (at + 1) & (d->room - 1);
    return at;
}

static bool grow(struct domain_done *d)
{
    struct domain_done bigger = { .room = d->room ? d->room * 2 : 1024 };
    bigger.hashes = calloc(bigger.room, sizeof(*bigger.hashes));
    if (!bigger.hashes)
        return false;
    for (size_t i = 0; i < d->room; i++)
        if (d->hashes[i] != 0)
            bigger.hashes[find(&bigger, d->hashes[i])] = d->hashes[i];
    free(d->hashes);
    d->hashes = bigger.hashes;
    d->room = bigger.room;
    return true;
}

static bool add(struct domain_done *d, str domain)
{
    if (d->count * 2 >= d->room && !grow(d))
        return false;
    size_t at = find(d, hash_of(domain));
    d->count += d->hashes[at] == 0;
    d->hashes[at] = hash_of(domain);
    return true;
}

bool domain_done_has(const struct domain_done *d, str domain)
{
    return d->room > 0 && d->hashes[find(d, hash_of(domain))] != 0;
}

size_t domain_done_count(const struct domain_done *d)
{
    return d->count;
}

FILE *domain_done_file(struct domain_done *d)
{
    return d->file;
}

void domain_done_close(struct domain_done *d)
{
    if (!d)
        return;
    if (d->file)
        (void)fclose(d->file);
    free(d->hashes);
    free(d);
}

/* One line of ours: its domain, or the text that was no domain. False: it is none of ours. */
static bool take_line(struct domain_done *d, const char *line, size_t n)
{
    json_t *root = json_loadb(line, n, 0, NULL);
    const char *schema = json_string_value(json_object_get(root, "schema"));
    json_t *name = json_object_get(root, "domain");
    if (!json_is_string(name))
        name = json_object_get(root, "typed");
    bool ok = schema && strcmp(schema, "baton.domain/1") == 0 && json_is_string(name) &&
              add(d, (str){ json_string_value(name), json_string_length(name) });
    json_decref(root);
    return ok;
}

/* Could it be a line of ours that was cut off? Nothing else is ever cut away from a file. */
static bool may_be_cut(const char *line, size_t n)
{
    static const str BEGIN = STR_INIT("{\"schema\":\"baton.domain/1\",");
    return memcmp(line, BEGIN.p, n < BEGIN.n ? n : BEGIN.n) == 0;
}

/* Lines that begin otherwise are none of ours, however long they are: they are not even read. */
static bool begins_well(FILE *f)
{
    int c = getc(f);
    return c == EOF || (ungetc(c, f) != EOF && c == '{');
}

/* Reads what is there. The last line was cut off in the middle if it has no end: it goes. */
static bool read_lines(struct domain_done *d, const char *path, struct err *e)
{
    char *line = NULL;
    size_t room = 0, number = 0;
    off_t whole = 0;
    bool ok = true, cut = false;
    while (ok && !cut) {
        number++;
        ok = begins_well(d->file);
        ssize_t n = ok ? getline(&line, &room, d->file) : 0;
        if (ok && n <= 0)
            break;
        cut = ok && line[n - 1] != '\n';
        ok = ok && (cut ? may_be_cut(line, (size_t)n)
                        : (size_t)n <= LINE_OCTETS_MAX && take_line(d, line, (size_t)n));
        whole += ok && !cut ? n : 0;
    }
    free(line);
    if (!ok)
        return err_set(e, ERR_SYNTAX,
                       "--output '%.80s': line %zu is no line of an earlier run; name another file",
                       path, number);
    if (ferror(d->file) || ftruncate(fileno(d->file), whole) != 0 ||
        fseeko(d->file, whole, SEEK_SET) != 0)
        return err_sys(e, "going on with '%.120s'", path);
    return true;
}

struct domain_done *domain_done_open(const char *path, struct err *e)
{
    struct domain_done *d = calloc(1, sizeof(*d));
    if (!d) {
        err_memory(e, "the output file");
        return NULL;
    }
    struct stat st;
    d->file = fopen(path, "a+e");
    if (!d->file || fstat(fileno(d->file), &st) != 0)
        err_sys(e, "opening '%.120s'", path);
    else if (!S_ISREG(st.st_mode)) /* a device may be read without end */
        err_set(e, ERR_SYNTAX, "--output '%.120s' is no ordinary file", path);
    else if (flock(fileno(d->file), LOCK_EX | LOCK_NB) != 0)
        err_set(e, ERR_SYSTEM, "'%.120s' is being written by another run", path);
    else if (fseeko(d->file, 0, SEEK_SET) == 0 && read_lines(d, path, e))
        return d;
    domain_done_close(d);
    return NULL;
}
