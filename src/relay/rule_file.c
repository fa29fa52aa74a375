/* SPDX-License-Identifier: ISC */
#include "relay/rule_file.h"
#include "net/forwarders.h"
#include "net/read_file.h"
#include "relay/address.h"
#include <stdio.h>

enum { ARENA_MAX = 512 << 20, LIST_MAX = 64 << 20 };

void rule_file_tell_errors(const struct rule_file *r, rule_file_tell *tell, void *user)
{
    const struct conf_file *f = &r->file.conf;
    for (size_t i = 0; i < f->error_count; i++)
        tell(user, f->path, f->errors[i].place, f->errors[i].why);
}

void rule_file_tell_warnings(const struct rule_file *r, rule_file_tell *tell, void *user)
{
    const struct policy_file *f = &r->file;
    for (size_t i = 0; i < f->warning_count; i++)
        tell(user, f->conf.path, f->warnings[i].place, f->warnings[i].text);
}

void rule_file_print_error(void *user UNUSED, str path, struct conf_place place, str why)
{
    fprintf(stderr, "%.*s:%u:%u: %.*s\n", STR_ARG(path), place.line, place.column, STR_ARG(why));
}

void rule_file_print_warning(void *user UNUSED, str path, struct conf_place place, str why)
{
    fprintf(stderr, "%.*s:%u:%u: warning: %.*s.\n", STR_ARG(path), place.line, place.column,
            STR_ARG(why));
}

/* ------------------------------------------------------------------------------------------------
 * Addresses that stand for others: found on this machine, and kept behind the text as remarks, so that what was decided
 * can be decided again elsewhere
 */
static const char REMARK[] = "#! forwarder ";

static bool find_forwarders(struct rule_file *r)
{
    const struct net_forwarder *all;
    size_t count = net_forwarders_now(&all);
    struct policy_forwarder *ours = arena_alloc(&r->arena, (count + 1) * sizeof *ours);
    for (size_t i = 0; ours && i < count; i++)
        ours[i] = (struct policy_forwarder){ all[i].ip, str_from(all[i].why) };
    r->file.forwarders = ours;
    r->file.forwarder_count = count;
    return ours != NULL;
}

static bool read_forwarders(struct rule_file *r)
{
    struct policy_forwarder *ours = arena_alloc(&r->arena, NET_FORWARDERS_MAX * sizeof *ours);
    size_t count = 0;
    for (str rest = buf_str(&r->text); ours && rest.p && count < NET_FORWARDERS_MAX;) {
        str line = str_cut(&rest, '\n');
        if (!str_starts(line, str_from(REMARK)))
            continue;
        line = str_skip(line, sizeof REMARK - 1);
        str ip = str_cut(&line, ' ');
        if (ip_parse(ip, &ours[count].ip))
            ours[count++].why = line;
    }
    r->file.forwarders = ours;
    r->file.forwarder_count = count;
    return ours != NULL;
}

bool rule_file_kept(const struct rule_file *r, struct buf *out)
{
    const struct policy *p = r->file.policy;
    buf_init(out, RULE_FILE_KEPT_MAX);
    buf_add(out, buf_str(&r->text));
    buf_add(out, r->text.n && r->text.p[r->text.n - 1] != '\n' ? STR("\n") : STR(""));
    for (size_t i = 0; i < p->forwarder_count; i++) {
        char ip[IP_TEXT_MAX];
        buf_addf(out, "%s%s %.*s\n", REMARK, ip_text(&p->forwarders[i].ip, ip),
                 STR_ARG(p->forwarders[i].why));
    }
    return buf_ok(out);
}

/* As recipients are said to the rules. */
static bool plain(struct policy_list *list, struct arena *a)
{
    str *all = arena_alloc(a, (list->count + 1) * sizeof *all);
    for (size_t i = 0; all && i < list->count; i++)
        if (!(all[i] = relay_plain_address(a, list->addresses[i])).p)
            return false;
    list->addresses = all;
    return all != NULL;
}

/* A list that cannot be read is an error of the line that names it; failed is why the last one could not. kept: what the files
 * held is with the facts, and they may be gone, or not for whoever asks why. */
static bool read_lists(struct rule_file *r, bool kept, struct policy_list lists[POLICY_FILE_LISTS],
                       struct err *failed, struct err *e)
{
    for (size_t i = 0; i < r->file.list_count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%.*s", STR_ARG(r->file.lists_wanted[i]));
        struct err why = { .kind = ERR_NONE };
        if (!read_whole_file(path, LIST_MAX, &r->lists[r->list_count++], &why) && !kept) {
            *failed = why;
            conf_wrong(&r->file.conf, &r->arena, r->file.list_places[i],
                       "recipients: %s; it is a file of one address a line", why.why);
            lists[i] = (struct policy_list){ r->file.lists_wanted[i], NULL, 0 };
            continue;
        }
        if (!policy_list_read(r->file.lists_wanted[i], buf_str(&r->lists[i]), &r->arena, &lists[i]))
            return err_memory(e, "a list of recipients");
        if (!plain(&lists[i], &r->arena))
            return err_memory(e, "a list of recipients");
    }
    return true;
}

static void begin(struct rule_file *r)
{
    *r = (struct rule_file){ .list_count = 0 };
    arena_init(&r->arena, ARENA_MAX);
}

static bool build(struct rule_file *r, const char *path, bool (*forwarders)(struct rule_file *r),
                  struct err *e)
{
    struct policy_list lists[POLICY_FILE_LISTS];
    struct err failed = { .kind = ERR_NONE };
    str kept = arena_dup(&r->arena, str_from(path)); /* the caller's may go before us */
    if (!kept.p)
        return err_memory(e, "a path");
    bool right = policy_file_read(kept, buf_str(&r->text), &r->arena, &r->file, e);
    if (!right && !r->file.understood)
        return false;
    if (!forwarders(r))
        return err_memory(e, "the rule file");
    right = read_lists(r, forwarders == read_forwarders, lists, &failed, e) &&
            policy_file_build(&r->file, lists, r->list_count, &r->arena, e);
    if (!right &&
        failed.kind == ERR_SYSTEM) { /* for who can say more of a file that may not be read */
        e->kind = failed.kind;
        e->sys_errno = failed.sys_errno;
    }
    return right;
}

bool rule_file_read(struct rule_file *r, const char *path, struct err *e)
{
    begin(r);
    if (!read_whole_file(path, CONF_FILE_MAX, &r->text, e))
        return false;
    return build(r, path, find_forwarders, e);
}

bool rule_file_of(struct rule_file *r, const char *path, str text, struct err *e)
{
    begin(r);
    buf_init(&r->text, RULE_FILE_KEPT_MAX);
    if (!buf_add(&r->text, text))
        return err_memory(e, "the rule file");
    return build(r, path, read_forwarders, e);
}

void rule_file_done(struct rule_file *r)
{
    for (size_t i = 0; i < r->list_count; i++)
        buf_done(&r->lists[i]);
    buf_done(&r->text);
    arena_done(&r->arena);
}
