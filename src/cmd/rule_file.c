/* SPDX-License-Identifier: ISC */
#include "cmd/rule_file.h"
#include "net/read_file.h"
#include <stdio.h>

enum { ARENA_MAX = 512 << 20, LIST_MAX = 64 << 20 };

static void print_errors(const struct conf_file *f)
{
    for (size_t i = 0; i < f->error_count; i++)
        fprintf(stderr, "%.*s:%u:%u: %.*s\n", STR_ARG(f->path), f->errors[i].place.line,
                f->errors[i].place.column, STR_ARG(f->errors[i].why));
}

static bool read_lists(struct rule_file *r, struct policy_list lists[POLICY_FILE_LISTS],
                       struct err *e)
{
    for (size_t i = 0; i < r->file.list_count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%.*s", STR_ARG(r->file.lists_wanted[i]));
        if (!read_whole_file(path, LIST_MAX, &r->lists[r->list_count++], e))
            return false;
        if (!policy_list_read(r->file.lists_wanted[i], buf_str(&r->lists[i]), &r->arena, &lists[i]))
            return err_memory(e, "a list of recipients");
    }
    return true;
}

bool rule_file_read(struct rule_file *r, const char *path, struct err *e)
{
    struct policy_list lists[POLICY_FILE_LISTS];
    arena_init(&r->arena, ARENA_MAX);
    r->list_count = 0;
    if (!read_whole_file(path, CONF_FILE_MAX, &r->text, e))
        return false;
    bool ok = policy_file_read(str_from(path), buf_str(&r->text), &r->arena, &r->file, e) &&
              read_lists(r, lists, e) &&
              policy_file_build(&r->file, lists, r->list_count, &r->arena, e);
    print_errors(&r->file.conf);
    return ok;
}

void rule_file_done(struct rule_file *r)
{
    for (size_t i = 0; i < r->list_count; i++)
        buf_done(&r->lists[i]);
    buf_done(&r->text);
    arena_done(&r->arena);
}
