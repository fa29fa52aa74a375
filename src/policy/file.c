/* SPDX-License-Identifier: ISC */
#include "policy/file.h"

static const struct name_row SECURITY_ROWS[] = { { 0, STR_INIT("none") },
                                                 { 1, STR_INIT("starttls") },
                                                 { 2, STR_INIT("tls") } };
static const struct name_row NEWLINE_ROWS[] = { { 0, STR_INIT("refuse") },
                                                { 1, STR_INIT("normalize") } };
static const struct name_row KEEP_ROWS[] = { { 0, STR_INIT("reply-to") },
                                             { 1, STR_INIT("nothing") } };
static const struct names SECURITY = NAMES(SECURITY_ROWS), NEWLINE = NAMES(NEWLINE_ROWS),
                          KEEP = NAMES(KEEP_ROWS);

static const struct conf_key TOP_KEYS[] = {
    { .name = STR_INIT("hostname"),
      .kinds = CONF_TEXT,
      .means = STR_INIT("the name that the relay greets with"),
      .fallback = STR_INIT("that of the machine") },
};
static const struct conf_key LISTEN_KEYS[] = {
    { .name = STR_INIT("port"),
      .kinds = CONF_NUMBER,
      .least = 1,
      .most = 65535,
      .required = true,
      .means = STR_INIT("where the relay listens") },
    { .name = STR_INIT("address"),
      .kinds = CONF_TEXT | CONF_LIST,
      .means = STR_INIT("the addresses of this machine to listen on"),
      .fallback = STR_INIT("all") },
    { .name = STR_INIT("security"),
      .kinds = CONF_WORD,
      .words = &SECURITY,
      .means = STR_INIT("starttls offers encryption, tls begins with it"),
      .fallback = STR_INIT("starttls") },
    { .name = STR_INIT("bare-newline"),
      .kinds = CONF_WORD,
      .words = &NEWLINE,
      .means = STR_INIT("what becomes of a CR or LF alone in a message"),
      .fallback = STR_INIT("refuse") },
};
static const struct conf_key ROUTE_KEYS[] = {
    { .name = STR_INIT("smarthost"),
      .kinds = CONF_TEXT | CONF_LIST,
      .required = true,
      .means = STR_INIT("servers that mail is handed to, the first that answers, as HOST:PORT") },
    { .name = STR_INIT("login"),
      .kinds = CONF_TEXT,
      .means = STR_INIT("which stored login to use there") },
};
static const struct conf_key REWRITE_KEYS[] = {
    { .name = STR_INIT("network"),
      .kinds = CONF_TEXT | CONF_LIST,
      .means = STR_INIT("of mail from clients in these networks") },
    { .name = STR_INIT("listener"),
      .kinds = CONF_TEXT | CONF_LIST,
      .means = STR_INIT("of mail that came in at these listeners") },
    { .name = STR_INIT("from"),
      .kinds = CONF_TEXT,
      .required = true,
      .means = STR_INIT("reverse-path and From become this address") },
    { .name = STR_INIT("keep"),
      .kinds = CONF_WORD,
      .words = &KEEP,
      .means = STR_INIT("where the address that stood there goes"),
      .fallback = STR_INIT("nothing") },
};

static const struct conf_section TOP = { .keys = TOP_KEYS, .key_count = COUNT_OF(TOP_KEYS) };
static const struct conf_section LISTEN = { .name = STR_INIT("listen"),
                                            .labelled = true,
                                            .keys = LISTEN_KEYS,
                                            .key_count = COUNT_OF(LISTEN_KEYS),
                                            .means = STR_INIT("where mail comes in") };
static const struct conf_section ROUTE = { .name = STR_INIT("route"),
                                           .labelled = true,
                                           .keys = ROUTE_KEYS,
                                           .key_count = COUNT_OF(ROUTE_KEYS),
                                           .means = STR_INIT("where mail goes on to") };
static const struct conf_section REWRITE = {
    .name = STR_INIT("rewrite"),
    .labelled = true,
    .keys = REWRITE_KEYS,
    .key_count = COUNT_OF(REWRITE_KEYS),
    .means = STR_INIT("senders that are put in the place of others, for devices")
};
static const struct conf_section *const SECTIONS[] = {
    &TOP,   &LISTEN, &POLICY_PERMIT_SECTION, &POLICY_FORBID_SECTION, &POLICY_OWNER_SECTION,
    &ROUTE, &REWRITE
};
const struct conf_schema POLICY_FILE_SCHEMA = { SECTIONS, COUNT_OF(SECTIONS) };

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static bool want_list(struct policy_file *f, const struct conf_entry *one, struct arena *a)
{
    str path = one->values[0].text;
    for (size_t i = 0; i < f->list_count; i++)
        if (str_eq(f->lists_wanted[i], path))
            return true;
    if (f->list_count == POLICY_FILE_LISTS)
        return conf_wrong(&f->conf, a, one->place, "more than %d files of recipients",
                          POLICY_FILE_LISTS);
    f->lists_wanted[f->list_count++] = path;
    return true;
}

/* Every address it listens on is loopback. */
static bool is_local(struct policy_file *f, const struct conf_block *b, struct arena *a)
{
    const struct conf_entry *one = conf_entry(b, STR("address"));
    bool local = one != NULL;
    for (size_t i = 0; one && i < one->count; i++) {
        struct ip ip;
        if (!ip_parse(one->values[i].text, &ip))
            conf_wrong(&f->conf, a, one->values[i].place, "this is no IP address");
        else
            local = local && ip_is_loopback(&ip);
    }
    return local;
}

static void add_listener(struct policy_file *f, const struct conf_block *b, struct arena *a)
{
    if (f->listener_count == POLICY_FILE_LISTENERS) {
        conf_wrong(&f->conf, a, b->place, "more than %d listeners", POLICY_FILE_LISTENERS);
        return;
    }
    f->listener_names[f->listener_count] = b->label;
    f->listeners[f->listener_count++] = (struct policy_listener){ b->label, is_local(f, b, a) };
}

bool policy_file_read(str path, str text, struct arena *a, struct policy_file *out, struct err *e)
{
    *out = (struct policy_file){ .open = false };
    if (!conf_read(path, text, &POLICY_FILE_SCHEMA, a, &out->conf, e))
        return false;
    for (const struct conf_block *b = out->conf.blocks; b; b = b->next) {
        const struct conf_entry *list = conf_entry(b, STR("recipients"));
        if (str_eq(b->section->name, STR("listen")))
            add_listener(out, b, a);
        if (list)
            want_list(out, list, a);
    }
    return !out->conf.error_count || conf_first_error(&out->conf, e);
}

bool policy_file_build(struct policy_file *f, const struct policy_list *lists, size_t count,
                       struct arena *a, struct err *e)
{
    f->policy = policy_new(&f->conf, f->listener_names, f->listener_count, lists, count, a, e);
    return f->policy &&
           policy_prove(f->policy, f->listeners, f->listener_count, a, &f->open, &f->hole, e);
}

bool policy_list_read(str path, str text, struct arena *a, struct policy_list *out)
{
    size_t lines = 1, n = 0;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    str *all = arena_alloc(a, lines * sizeof *all);
    if (!all)
        return false;
    for (str rest = text; rest.p;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (line.n && line.p[0] != '#')
            all[n++] = line;
    }
    *out = (struct policy_list){ path, all, n };
    return true;
}
