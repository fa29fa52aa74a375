/* SPDX-License-Identifier: ISC */
/*
 * settings/compose.c - Docker Compose: the environment of a service
 * Speaks  compose.yaml with .env beside it, env_file, secrets of files; interpolation as Docker Compose 2 does it. The
 *         names of variables are those of mail_names.h, so what an image makes of them is as good as that table.
 */
#include "settings/change.h"
#include "settings/env_expand.h"
#include "settings/mail_names.h"
#include "settings/syntax_env.h"
#include "settings/syntax_yaml.h"
#include "settings/writers.h"

enum { SERVICES = 256, MERGES = 8, REFERENCES = 2048 };

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static unsigned looks(str path, str text)
{
    size_t slash = str_rfind_octet(path, '/');
    str name = slash == STR_NOT_FOUND ? path : str_skip(path, slash + 1);
    bool named = str_starts(name, STR("docker-compose")) || str_starts(name, STR("compose."));
    bool yaml = str_ends_nocase(name, STR(".yml")) || str_ends_nocase(name, STR(".yaml"));
    bool services = str_starts(text, STR("services:")) ||
                    str_find(text, STR("\nservices:")) != STR_NOT_FOUND;
    if (!services)
        return named && yaml ? 40 : 0;
    return named && yaml ? 100 : yaml ? 80 : 60;
}

struct service {
    struct settings_reading *r;
    const struct yaml *root;
    str section;
    size_t dotenv; /* items of .env are those before */
    unsigned references, left;
    struct err *e;
    bool over; /* there was too much */
};

static bool dotenv_value(const struct settings_reading *r, size_t end, str name, str *value)
{
    for (size_t i = end; i > 0; i--)
        if (str_eq(r->items[i - 1].key, name)) {
            *value = r->items[i - 1].value;
            return true;
        }
    return false;
}

/* The shell first, then .env. */
static bool look_up(void *who, str name, str *value)
{
    struct service *s = who;
    str copy = arena_dup(s->r->arena, name);
    if (++s->references > REFERENCES || !copy.p)
        return false;
    return settings_variable(s->r, copy, value) || dotenv_value(s->r, s->dotenv, name, value);
}

static struct settings_place place(const struct service *s, const struct yaml *y)
{
    return settings_place_of(settings_main_file(s->r), y->at, y->n);
}

/* Replaces the references in a value. False: Docker Compose stops here. */
static bool interpolate(struct service *s, const struct yaml *y, str raw, str *value, unsigned *how,
                        str *lost)
{
    struct buf out;
    struct expand x = { .lookup = look_up, .who = s, .out = &out };
    *value = raw;
    if (str_find_octet(raw, '$') == STR_NOT_FOUND)
        return true;
    buf_init(&out, ENV_VALUE_MAX);
    bool ok = expand(&x, EXPAND_COMPOSE_2, raw);
    if (!ok && !(x.wanted.n && s->r->wishes))
        settings_broken(settings_main_file(s->r), y->at, s->e, "%s%s%.*s", x.broken,
                        x.wanted.n ? ": " : "", STR_ARG(str_take(x.wanted, 40)));
    else
        ok = true;
    *value = out.n ? arena_dup(s->r->arena, buf_str(&out)) : STR("");
    *how |= x.how;
    *lost = x.lost.n ? arena_dup(s->r->arena, x.lost) : STR("");
    buf_wipe_done(&out);
    return ok && (value->p || settings_broken(settings_main_file(s->r), y->at, s->e, "too long"));
}

static bool is_secret(str key)
{
    struct mail_name name;
    return mail_name_of(key, &name) && name.field == SETTINGS_SECRET &&
           name.kind == MAIL_NAME_FIELD;
}

/* What .env made of a password that comes from there whole. */
static void tell_of_dotenv(struct service *s, const struct settings_item *item, str name)
{
    for (size_t i = 0; i < s->dotenv; i++) {
        const struct settings_item *from = &s->r->items[i];
        if (!str_eq(from->key, name) || !str_eq(from->value, item->value))
            continue;
        if (from->how & SETTINGS_ITEM_LOST)
            settings_mistake(s->r, MISTAKE_SECRET_DOLLAR, from,
                             STR("a $ in the password is read as the name of a variable that is "
                                 "not there: what follows it is lost"),
                             STR("put the password in single quotes in .env"));
        if (from->how & SETTINGS_ITEM_CUT)
            settings_mistake(s->r, MISTAKE_SECRET_CUT, from,
                             STR("the password ends at a # or a blank, and what stands behind it "
                                 "on the line is not taken"),
                             STR("put the password in single quotes in .env"));
    }
}

static void tell_dollar(struct service *s, const struct settings_item *item, str lost)
{
    struct mail_name name;
    str reference;
    if (!mail_name_of(item->key, &name))
        return;
    bool whole = mail_names_reference(item, &reference);
    if (is_secret(item->key)) {
        str raw = str_take(str_skip(item->place.file->text, item->place.at), item->place.n);
        bool bare = str_find(raw, STR("${")) == STR_NOT_FOUND;
        if (whole)
            tell_of_dotenv(s, item, reference);
        if (!whole && bare)
            settings_mistake(s->r, MISTAKE_SECRET_DOLLAR, item,
                             item->how & SETTINGS_ITEM_LOST
                                 ? STR("Docker Compose reads a $ in the password as the beginning "
                                       "of a variable that is "
                                       "not set, and puts nothing there")
                                 : STR("Docker Compose reads a $ in the password as a variable, "
                                       "and puts its value "
                                       "there"),
                             STR("write each $ that is meant twice: $$"));
    } else if (item->how & SETTINGS_ITEM_LOST)
        settings_mistake(
            s->r, MISTAKE_REFERENCE_LOST, item,
            arena_printf(s->r->arena,
                         "the variable %.*s is set neither in .env nor in the environment, and "
                         "nothing is put in its place",
                         STR_ARG(str_take(lost, 80))),
            STR("set it in .env beside this file; a $ that is meant is written $$"));
}

/* GitLab's image takes a whole gitlab.rb in one variable, in which the mail server then stands. */
static bool tell_of_gitlab(struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        if (!str_eq(r->items[i].key, STR("GITLAB_OMNIBUS_CONFIG")))
            continue;
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_NOT_APPLIED, &r->items[i],
            STR("GITLAB_OMNIBUS_CONFIG holds a gitlab.rb, whose lines Baton does not read here"),
            STR("put its lines into a file of their own, and show that with --program gitlab"));
        if (m) {
            m->sure = MISTAKE_NOTE;
            m->cause = CAUSE_NONE;
        }
        return true;
    }
    return false;
}

/* A # behind the value that does not look like the beginning of a comment. */
static bool is_cut(const struct service *s, const struct yaml *y)
{
    str rest = str_skip(settings_main_file(s->r)->text, y->at + y->n);
    size_t i = 0;
    while (i < rest.n && rest.p[i] == ' ')
        i++;
    return y->plain && i + 1 < rest.n && rest.p[i] == '#' &&
           str_find_octet(STR(" \t\r\n#"), rest.p[i + 1]) == STR_NOT_FOUND;
}

static bool add(struct service *s, str key, const struct yaml *y, str raw)
{
    unsigned how = (y->plain ? 0 : SETTINGS_ITEM_QUOTED) | (is_cut(s, y) ? SETTINGS_ITEM_CUT : 0);
    str value, lost = STR("");
    long long number;
    if (!interpolate(s, y, raw, &value, &how, &lost))
        return false;
    bool counted = str_eq(raw, y->value) && yaml_plain_integer(y, &number);
    if (counted)
        value = arena_printf(s->r->arena, "%lld", number);
    struct settings_item *item = settings_add_item(s->r, s->section, key, value, place(s, y), how);
    if (!item)
        return settings_broken(settings_main_file(s->r), y->at, s->e,
                               "there are too many variables");
    if (how & (SETTINGS_ITEM_LOST | SETTINGS_ITEM_EXPANDED))
        tell_dollar(s, item, lost);
    if (y->tagged && is_secret(key))
        settings_mistake(s->r, MISTAKE_SECRET_CUT, item,
                         STR("without quotes YAML reads the ! and what follows it up to a blank as "
                             "a tag, and not as a "
                             "part of the password"),
                         STR("put the password in single quotes"));
    if (counted && is_secret(key))
        settings_mistake(s->r, MISTAKE_SECRET_ESCAPE, item,
                         STR("without quotes YAML reads the password as a number, and writes it "
                             "otherwise: a 0 in front "
                             "makes it octal"),
                         STR("put it in single quotes"));
    return true;
}

/* A name alone: the value is that of the shell or of .env; without one there is no variable. */
static bool inherit(struct service *s, str key, const struct yaml *y)
{
    str value;
    if (!look_up(s, key, &value))
        return true;
    struct settings_item *item = settings_add_item(s->r, s->section, key, value, place(s, y),
                                                   SETTINGS_ITEM_EXPANDED);
    if (item && is_secret(key))
        tell_of_dotenv(s, item, key);
    return item ||
           settings_broken(settings_main_file(s->r), y->at, s->e, "there are too many variables");
}

/* "KEY=value" of a list. */
static bool add_pair(struct service *s, const struct yaml *y)
{
    size_t eq = str_find_octet(y->value, '=');
    if (y->kind != YAML_SCALAR)
        return true;
    if (eq == STR_NOT_FOUND)
        return inherit(s, str_trim(y->value), y);
    return add(s, str_take(y->value, eq), y, str_skip(y->value, eq + 1));
}

static bool spend(struct service *s, const struct yaml *y)
{
    if (s->left && --s->left)
        return true;
    s->over = true;
    return settings_broken(settings_main_file(s->r), y->at, s->e,
                           "aliases make too much of this file");
}

/* What is merged in first, since what comes later wins; of a list of merged maps the first wins. */
static bool add_map(struct service *s, const struct yaml *map, unsigned depth)
{
    for (const struct yaml *k = map->first; k && k->next && depth < MERGES; k = k->next->next) {
        if (!k->plain || !str_eq(k->value, STR("<<")))
            continue;
        const struct yaml *list[MERGES];
        size_t count = 0;
        if (k->next->kind == YAML_MAP)
            list[count++] = k->next;
        for (const struct yaml *m = k->next->kind == YAML_LIST ? k->next->first : NULL;
             m && count < MERGES; m = m->next)
            list[count++] = m;
        while (count--)
            if (list[count]->kind == YAML_MAP && !add_map(s, list[count], depth + 1))
                return false;
    }
    for (const struct yaml *k = map->first; k && k->next; k = k->next->next) {
        const struct yaml *v = k->next;
        if (!spend(s, k))
            return false;
        if (k->kind != YAML_SCALAR || v->kind != YAML_SCALAR ||
            (k->plain && str_eq(k->value, STR("<<"))))
            continue;
        if (yaml_is_null(v) && !(v->tagged && is_secret(k->value)) ? !inherit(s, k->value, k)
                                                                   : !add(s, k->value, v, v->value))
            return false;
    }
    return true;
}

static bool environment(struct service *s, const struct yaml *y)
{
    if (!y || y->kind == YAML_SCALAR)
        return true;
    if (y->kind == YAML_MAP)
        return add_map(s, y, 0);
    for (const struct yaml *c = y->first; c; c = c->next)
        if (!spend(s, c) || !add_pair(s, c))
            return false;
    return true;
}

static bool env_file(struct service *s, const struct yaml *y)
{
    str path = STR(""), lost = STR("");
    unsigned how = 0;
    const struct yaml *name = y->kind == YAML_MAP ? yaml_get(y, STR("path")) : y;
    const struct yaml *required = yaml_get(y, STR("required"));
    if (!name || name->kind != YAML_SCALAR ||
        !interpolate(s, name, name->value, &path, &how, &lost))
        return name == NULL || name->kind != YAML_SCALAR;
    size_t wishes = s->r->wishes;
    const struct settings_file *f = settings_file_named(s->r, path, settings_main_file(s->r));
    if (f)
        return env_read(s->r, f, ENV_COMPOSE_2, s->section, s->e);
    if (s->r->wishes == wishes && !(required && settings_truth(required->value) == 0)) {
        struct settings_item *item = settings_add_item(s->r, s->section, STR("env_file"), path,
                                                       place(s, name), how);
        if (item) {
            item->known = true;
            settings_mistake(
                s->r, MISTAKE_REFERENCE_LOST, item,
                arena_printf(s->r->arena,
                             "the file %.*s that env_file names is not there, and Docker Compose "
                             "stops at that",
                             STR_ARG(str_take(path, 120))),
                STR("put it there, relative to the compose file"));
        }
    }
    return true;
}

static bool env_files(struct service *s, const struct yaml *y)
{
    if (!y)
        return true;
    if (y->kind != YAML_LIST)
        return env_file(s, y);
    for (const struct yaml *c = y->first; c; c = c->next)
        if (!spend(s, c) || !env_file(s, c))
            return false;
    return true;
}

static bool service(struct service *s, str name, const struct yaml *y)
{
    s->section = arena_printf(s->r->arena, "services.%.*s.environment",
                              STR_ARG(str_take(name, 200)));
    return env_files(s, yaml_get(y, STR("env_file"))) &&
           environment(s, yaml_get(y, STR("environment")));
}

/* /run/secrets/NAME is the file that the top of compose.yaml names; or a variable. */
static void follow_secret(struct service *s)
{
    struct settings *found = &s->r->found;
    static const str RUN = STR_INIT("/run/secrets/");
    if (found->secret != SETTINGS_SECRET_FILE || !str_starts(found->secret_text, RUN))
        return;
    const struct yaml *secret = yaml_get(yaml_get(s->root, STR("secrets")),
                                         str_skip(found->secret_text, RUN.n));
    const struct yaml *file = yaml_get(secret, STR("file")),
                      *variable = yaml_get(secret, STR("environment"));
    str lost;
    unsigned how = 0;
    if (file && file->kind == YAML_SCALAR) {
        struct err ignored;
        struct service other = *s;
        other.e = &ignored;
        (void)!interpolate(&other, file, file->value, &found->secret_text, &how, &lost);
    } else if (variable && variable->kind == YAML_SCALAR) {
        found->secret = SETTINGS_SECRET_ENV;
        found->secret_text = variable->value;
    } else
        settings_mistake(
            s->r, MISTAKE_REFERENCE_LOST, s->r->said[SETTINGS_SECRET],
            STR("the file below /run/secrets is no secret that this compose file has at its end"),
            STR("add secrets: NAME: file: ./NAME.txt at the top level, and - NAME below secrets: "
                "of the "
                "service"));
}

/* The services that have a mail server, as accounts; the section of the one that is taken. */
static str choose(struct settings_reading *r, const struct yaml *services)
{
    str taken = STR_NONE;
    bool host;
    for (const struct yaml *k = services->first; k && k->next; k = k->next->next) {
        str section = arena_printf(r->arena, "services.%.*s.environment",
                                   STR_ARG(str_take(k->value, 200)));
        if (!mail_names_count(r, section, &host) || !host)
            continue;
        if (!taken.p || str_eq(r->account, k->value)) {
            taken = section;
            r->account_taken = k->value;
        }
        if (r->account_count < SETTINGS_ACCOUNTS)
            r->accounts[r->account_count++] = k->value;
    }
    if (r->account_count < 2) {
        r->account_count = 0;
        r->account_taken = STR_NONE;
    }
    return taken;
}

static bool read(struct settings_reading *r, struct err *e)
{
    struct service s = { .r = r, .e = e, .left = YAML_NODES };
    const struct settings_file *f = settings_main_file(r), *dotenv;
    if (!yaml_read(r, f, &s.root, e))
        return false;
    const struct yaml *services = s.root ? yaml_get(s.root, STR("services")) : NULL;
    if (!services || services->kind != YAML_MAP)
        return settings_broken(f, 0, e,
                               "there is no services: in it, so this is no compose file of today");
    dotenv = settings_file_named(r, STR(".env"), f);
    if (dotenv && !env_read(r, dotenv, ENV_COMPOSE_2, STR(".env"), e))
        return false;
    s.dotenv = r->item_count;
    for (size_t i = 0; i < r->item_count; i++)
        r->items[i].known = true;
    unsigned count = 0;
    for (const struct yaml *k = services->first; k && k->next; k = k->next->next)
        if (++count > SERVICES || !service(&s, k->value, k->next))
            return count > SERVICES ? settings_broken(f, k->at, e, "there are too many services")
                                    : false;
    if (s.references > REFERENCES)
        return settings_broken(f, 0, e, "there are too many references to variables");
    str section = choose(r, services);
    if (!section.p) {
        if (!r->wishes && !tell_of_gitlab(r))
            settings_mistake(r, MISTAKE_HOST_MISSING, NULL,
                             STR("no service has a variable that names a mail server"),
                             STR("look into the image's own settings; Baton knows the names that "
                                 "most images use"));
        return true;
    }
    mail_names_take(r, section, false);
    follow_secret(&s);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
/* With each $ twice. */
static bool quote(str value, struct buf *out, struct err *e)
{
    AUTO(buf_wipe_done) struct buf doubled;
    buf_init(&doubled, SETTINGS_TEXT_MAX);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '$')
            buf_addc(&doubled, '$');
        buf_addc(&doubled, value.p[i]);
    }
    return yaml_quote(buf_str(&doubled), out, e);
}

static bool line(struct buf *out, const char *key, str value, struct err *e)
{
    if (!value.n)
        return true;
    buf_addf(out, "      %s: ", key);
    return quote(value, out, e) && buf_addc(out, '\n');
}

static bool is_variable_name(str name)
{
    bool ok = name.n && !is_digit(*name.p);
    for (size_t i = 0; i < name.n; i++)
        ok = ok && (is_alnum(name.p[i]) || name.p[i] == '_');
    return ok;
}

static bool write_secret(const struct settings *s, struct buf *out, struct err *e)
{
    str name = s->secret == SETTINGS_SECRET_ENV ? s->secret_text : STR("SMTP_PASSWORD");
    if (s->secret == SETTINGS_SECRET_LITERAL)
        return line(out, "SMTP_PASSWORD", s->secret_text, e);
    if (s->secret == SETTINGS_SECRET_FILE) {
        buf_add(out, STR("      SMTP_PASSWORD_FILE: /run/secrets/smtp_password\n"));
        return true;
    }
    if (!is_variable_name(name))
        return err_set(e, ERR_SYNTAX, "Docker Compose cannot be told of such a name of a variable");
    buf_addf(out, "      SMTP_PASSWORD: ${%.*s}\n", STR_ARG(name));
    return true;
}

static bool write_file_secret(const struct settings *s, struct buf *out, struct err *e)
{
    buf_add(out,
            STR("    secrets:\n      - smtp_password\nsecrets:\n  smtp_password:\n    file: "));
    return quote(s->secret_text, out, e) && buf_addc(out, '\n');
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    bool login = smtp_attempt_logs_in(a);
    str security = names_of(&SMTP_SECURITY_NAMES, (int)a->security);
    char source[IP_TEXT_MAX];
    if (a->from_null)
        return err_set(e, ERR_SYNTAX, "a variable for an empty reverse-path is known to no image");
    buf_add(out, STR("# compose.yaml: names of variables as most images have them; see what yours "
                     "calls them\n"
                     "services:\n  app:\n    image: IMAGE\n    environment:\n"));
    if (!line(out, "SMTP_HOST", settings_host(a), e))
        return false;
    buf_addf(out, "      SMTP_PORT: \"%u\"\n      SMTP_SECURITY: \"%.*s\"\n", a->port,
             STR_ARG(security));
    if (login && (!line(out, "SMTP_USER", a->user, e) || !write_secret(s, out, e)))
        return false;
    if (login && !settings_is(a, "auto")) {
        buf_add(out, STR("      SMTP_AUTH: "));
        settings_add_lower(out, a->mechanism);
        buf_addc(out, '\n');
    }
    if (!line(out, "SMTP_FROM", a->from, e) || !line(out, "SMTP_HEADER_FROM", a->header_from, e) ||
        !line(out, "SMTP_TO", a->to, e) || !line(out, "SMTP_HELO", a->helo, e) ||
        !line(out, "SMTP_SOURCE",
              a->source.family == IP_NONE ? STR("") : str_from(ip_text(&a->source, source)), e) ||
        !line(out, "SMTP_CA_FILE", s->ca_file, e))
        return false;
    if (s->unverified)
        buf_add(out, STR("      SMTP_VERIFY: \"false\"\n"));
    if (login && s->secret == SETTINGS_SECRET_FILE)
        return write_file_secret(s, out, e);
    if (login && s->secret != SETTINGS_SECRET_LITERAL)
        buf_add(out, STR("# the password: in .env beside this file, SMTP_PASSWORD='...' (chmod "
                         "600), or in the "
                         "environment of docker compose\n"));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
/* "- KEY=value" of a list, in quotes or not: the quotes go around both. */
static bool is_pair(const struct settings_item *item)
{
    str raw = str_take(str_skip(item->place.file->text, item->place.at), item->place.n);
    if (raw.n && (*raw.p == '"' || *raw.p == '\''))
        raw = str_skip(raw, 1);
    return str_starts(raw, item->key) && raw.n > item->key.n && raw.p[item->key.n] == '=';
}

static str paired(struct arena *a, str key, str written)
{
    bool in_quotes = written.n && (*written.p == '"' || *written.p == '\'');
    return arena_printf(a, "%.*s%.*s=%.*s", in_quotes ? 1 : 0, written.p, STR_ARG(key),
                        STR_ARG(str_skip(written, in_quotes)));
}

static const struct settings_item *item_at(const struct settings_reading *r,
                                           const struct settings_change *row)
{
    for (size_t i = 0; i < r->item_count; i++)
        if (r->items[i].place.file == row->file && r->items[i].place.at == row->at &&
            r->items[i].place.n == row->n)
            return &r->items[i];
    return NULL;
}

/* mail_names_change() makes a new line as KEY, SOH, value: here it gets the blanks and the form of the line before. */
static str new_line(struct arena *a, str key, str written)
{
    return arena_printf(a, "%.*s\001%.*s\n", STR_ARG(key), STR_ARG(written));
}

static str in_form(struct arena *a, const struct settings_item *beside, str made)
{
    str text = beside->place.file->text, rest = made;
    size_t begin = beside->place.at, blanks = 0;
    str key = str_cut(&rest, '\001');
    str written = str_take(rest, rest.n - (rest.n > 0));
    while (begin && text.p[begin - 1] != '\n')
        begin--;
    while (begin + blanks < text.n && text.p[begin + blanks] == ' ')
        blanks++;
    str indent = str_take(str_skip(text, begin), blanks);
    if (is_pair(beside))
        return arena_printf(a, "%.*s- %.*s\n", STR_ARG(indent), STR_ARG(paired(a, key, written)));
    return arena_printf(a, "%.*s%.*s: %.*s\n", STR_ARG(indent), STR_ARG(key), STR_ARG(written));
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct settings_item *host = r->said[SETTINGS_HOST];
    if (!host || host->place.file != settings_main_file(r))
        return err_set(
            e, ERR_SYNTAX,
            "the mail server is not named in the compose file itself; change it where it is");
    if (wanted->secret == SETTINGS_SECRET_FILE && settings_differs(r, wanted, SETTINGS_SECRET))
        return err_set(
            e, ERR_SYNTAX,
            "a secret of a file stands in three places of a compose file; write them by hand");
    if (!mail_names_change(r, host->section, wanted, quote, new_line, out, e))
        return false;
    for (size_t i = 0; i < out->count; i++) {
        struct settings_change *row = &out->rows[i];
        const struct settings_item *item = item_at(r, row);
        if (row->file != settings_main_file(r))
            return err_set(
                e, ERR_SYNTAX,
                "a value comes from another file than the compose file; change it there");
        if (str_find_octet(row->text, '\001') != STR_NOT_FOUND)
            row->text = in_form(out->arena, host, row->text);
        else if (item && row->text.n && is_pair(item))
            row->text = paired(out->arena, item->key, row->text);
        if (row->n == 0 && !row->text.n)
            return err_set(e, ERR_MEMORY, "no memory for a line");
    }
    return true;
}

const struct settings_program SETTINGS_COMPOSE = {
    .name = STR_INIT("compose"),
    .title = STR_INIT("Docker Compose"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("compose.yaml"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_FILE,
    .ran = STR_INIT("1.29.2"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
