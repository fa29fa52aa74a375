/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_user.c - baton user: logins added, taken out, checked and listed; part of baton-relay, which has the libraries
 * The password never stands on a command line, and is overwritten where it was. Salts are drawn here.
 */
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/user_flags.h"
#include "cmd/user_run.h"
#include "cmd/users_file.h"
#include "sasl/password.h"
#include <sodium/core.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

enum { EXIT_WRONG = 1, EXIT_BROKEN = 3, TEXT_MAX = 64 << 20, NAMES_SHOWN = 5 };

static const str SCRAMS[] = { STR_INIT("SCRAM-SHA-256"), STR_INIT("SCRAM-SHA-1") };
static const str MECHANISMS[] = { STR_INIT("SCRAM-SHA-256"), STR_INIT("SCRAM-SHA-1"),
                                  STR_INIT("CRAM-MD5"), STR_INIT("PLAIN"), STR_INIT("LOGIN") };

static int failed(const struct err *e)
{
    fprintf(stderr, "baton user: %s.\n", e->why);
    return EXIT_USAGE;
}

static void warn_open(const struct users_file *f)
{
    if (users_file_is_open_to_all(f))
        fprintf(stderr,
                "baton user: everybody on this machine may read or write '%s': chmod o= '%s'.\n",
                f->path, f->path);
}

/* ---- passwords ---- */

static bool ask(struct secret_source source, const char *prompt, struct buf *out, struct err *e)
{
    bool found;

    source.prompt = prompt;
    if (!secret_input(&source, out, &found, e))
        return false;
    return found || err_set(e, ERR_SYNTAX,
                            "there is no password: give one by --password-fd, "
                            "--password-env or --password-command, or be asked at "
                            "a terminal");
}

/* At a terminal a new one is asked for twice. */
static bool ask_new(const struct user_flags *f, struct buf *out, struct err *e)
{
    const struct secret_source *s = &f->secret;
    struct buf again;
    bool ok;

    if (!ask(*s, "New password (not shown): ", out, e))
        return false;
    if (out->n > SASL_USER_SECRET_MAX)
        return err_set(e, ERR_LIMIT, "the password is longer than %d octets", SASL_USER_SECRET_MAX);
    if (s->env || s->command || s->fd >= 0)
        return true;
    buf_init(&again, SECRET_MAX);
    ok = ask(*s, "The same again: ", &again, e) &&
         (str_eq(buf_str(out), buf_str(&again)) ||
          err_set(e, ERR_SYNTAX, "the two were not the same: nothing is changed"));
    buf_wipe_done(&again);
    return ok;
}

static bool draw_salt(unsigned char salt[SASL_SALT_OCTETS], struct err *e)
{
    return getrandom(salt, SASL_SALT_OCTETS, 0) == SASL_SALT_OCTETS ||
           err_sys(e, "asking the system for random octets");
}

/* What a login's slices point into. */
struct proofs {
    struct buf hash, sha1, sha256;
};

static bool make_keys(str password, bool sha256, struct buf *room, struct sasl_scram_keys *out,
                      struct err *e)
{
    unsigned char salt[SASL_SALT_OCTETS];

    return draw_salt(salt, e) &&
           sasl_scram_keys_make(password, sha256, (str){ (const char *)salt, sizeof(salt) },
                                SASL_SCRAM_ITERATIONS, room, out, e);
}

/* A hash, unless something else was asked for that proves a password as well. */
static bool make_user(const struct user_flags *f, str password, struct proofs *p,
                      struct sasl_user *u, struct err *e)
{
    bool hash = f->argon2id || f->crypt || (!f->scram && !f->plain);
    unsigned char salt[SASL_SALT_OCTETS];

    if (hash && (!draw_salt(salt, e) || !(f->argon2id ? sasl_hash_argon2id : sasl_hash_crypt)(
                                            password, salt, &p->hash, e)))
        return false;
    if (f->scram &&
        (!sasl_name_prepared(u->name, e) || !make_keys(password, false, &p->sha1, &u->sha1, e) ||
         !make_keys(password, true, &p->sha256, &u->sha256, e)))
        return false;
    u->hash = buf_str(&p->hash);
    if (f->plain)
        u->secret = password;
    return true;
}

/* ---- one login changed ---- */

static int change(struct users_file *file, str name, const struct sasl_user *u, const char *what)
{
    struct err e;
    struct buf hints;
    char shown[ESCAPE_SHOWN_MAX];

    if (!users_file_change(file, name, u, &e))
        return failed(&e);
    printf("%s: %s.\n", escape_shown(name, shown), what);
    buf_init(&hints, TEXT_MAX);
    output_sentence(&hints, 0,
                    STR("A relay that runs takes this up when it is told to read its files again: "
                        "systemctl reload baton-relay, or kill -HUP PID."));
    if (geteuid() == 0 && file->was.st_uid == 0 && users_file_is_owners_alone(file)) {
        size_t start = hints.n;
        buf_addf(&hints,
                 "The file is root's alone: where the relay runs as another user it cannot read it "
                 "a second time. Give it to that user's group: chgrp baton '%s' && chmod 640 '%s'",
                 file->path, file->path);
        output_wrap_from(&hints, start, 0);
    }
    fprintf(stderr, "%.*s", STR_ARG(buf_str(&hints)));
    buf_done(&hints);
    return EXIT_SUCCESS;
}

/* A login that is an address owns that address; another one owns what the rule file says, and that is nothing yet. */
static void hint_owner(str name)
{
    struct buf b;
    char shown[ESCAPE_SHOWN_MAX];
    if (str_find_octet(name, '@') != STR_NOT_FOUND)
        return;
    escape_shown(name, shown);
    buf_init(&b, TEXT_MAX);
    buf_addf(&b,
             "It is no mail address: where a permit has sender = owned, say in the rule file what "
             "it may send as: owner \"%s\" { address = \"%s@your.domain\" }",
             shown, shown);
    output_wrap_from(&b, 0, 0);
    fprintf(stderr, "%.*s", STR_ARG(buf_str(&b)));
    buf_done(&b);
}

static int add(const struct user_flags *f, struct users_file *file)
{
    str name = str_from(f->name);
    const struct sasl_user *old = sasl_users_find(file->users, name);
    struct sasl_user u = { .name = name, .disabled = old && old->disabled };
    struct proofs p;
    struct buf password;
    struct err e;
    int status;

    buf_init(&password, SECRET_MAX);
    buf_init(&p.hash, SASL_USER_HASH_MAX);
    buf_init(&p.sha1, SASL_SCRAM_ROOM);
    buf_init(&p.sha256, SASL_SCRAM_ROOM);
    if (!ask_new(f, &password, &e) || !make_user(f, buf_str(&password), &p, &u, &e))
        status = failed(&e);
    else
        status = change(file, name, &u,
                        !old            ? "added"
                        : old->disabled ? "has a new password, and is disabled still"
                                        : "has a new password");
    if (status == EXIT_SUCCESS && !old)
        hint_owner(name);
    buf_wipe_done(&password);
    buf_wipe_done(&p.hash);
    buf_wipe_done(&p.sha1);
    buf_wipe_done(&p.sha256);
    return status;
}

static int nobody(const struct user_flags *f)
{
    char shown[ESCAPE_SHOWN_MAX];

    fprintf(stderr, "baton user: there is no login '%s' in '%s'.\n",
            escape_shown(str_from(f->name), shown), f->users);
    return EXIT_WRONG;
}

static int change_there(const struct user_flags *f, struct users_file *file)
{
    const struct sasl_user *old = sasl_users_find(file->users, str_from(f->name));
    struct sasl_user u;

    if (!old)
        return nobody(f);
    u = *old;
    u.disabled = f->action == USER_DISABLE;
    return f->action == USER_DEL ? change(file, old->name, NULL, "taken out")
                                 : change(file, old->name, &u, u.disabled ? "disabled" : "enabled");
}

static int check(const struct user_flags *f, struct users_file *file)
{
    const struct sasl_user *u = sasl_users_find(file->users, str_from(f->name));
    struct buf password;
    struct err e;
    int status = EXIT_USAGE;

    if (!u)
        return nobody(f);
    buf_init(&password, SECRET_MAX);
    if (!ask(f->secret, "Password (not shown): ", &password, &e)) {
        failed(&e);
    } else {
        enum sasl_check c = sasl_password_check(file->users, u, buf_str(&password));
        bool right = c == SASL_RIGHT && !u->disabled;
        puts(c == SASL_BROKEN ? "The password cannot be checked: see baton user list."
             : c == SASL_RIGHT && u->disabled ? "The password is right, and the login is disabled."
             : right                          ? "The password is right."
                                              : "The password is wrong.");
        status = right ? EXIT_SUCCESS : c == SASL_BROKEN ? EXIT_BROKEN : EXIT_WRONG;
    }
    buf_wipe_done(&password);
    return status;
}

/* ---- the list ---- */

static bool all_can(const struct sasl_users *users, str mechanism)
{
    struct buf b;
    bool found = false;

    buf_init(&b, 512);
    sasl_users_mechanisms(users, false, &b);
    for (str rest = buf_str(&b); rest.p && !found;)
        found = str_eq(str_cut(&rest, ' '), mechanism);
    buf_done(&b);
    return found;
}

static const char *hash_trouble(const struct sasl_user *u, struct err *e)
{
    return u->hash.n > 0 && !sasl_hash_good(u->hash, e) ? e->why : NULL;
}

static void list_one(const struct sasl_user *u, struct buf *b)
{
    struct err e;

    escape_line(u->name, b);
    buf_addc(b, ':');
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
        if (sasl_user_can(u, MECHANISMS[i]))
            buf_addf(b, " %.*s", STR_ARG(MECHANISMS[i]));
    if (u->disabled)
        buf_add(b, STR(" (disabled)"));
    if (hash_trouble(u, &e))
        buf_addf(b, " (%s)", e.why);
    buf_addc(b, '\n');
}

/* "SCRAM-SHA-256 is not offered: 3 logins have no keys of it: a, b, c" */
static void why_not(const struct sasl_users *users, str mechanism, const char *lack,
                    const char *flag, struct buf *b)
{
    size_t missing = 0;
    struct buf names;

    if (all_can(users, mechanism))
        return;
    buf_init(&names, TEXT_MAX);
    for (size_t i = 0; i < sasl_users_count(users); i++) {
        const struct sasl_user *u = sasl_users_at(users, i);
        if (u->disabled || sasl_user_can(u, mechanism) || missing++ >= NAMES_SHOWN)
            continue;
        buf_add(&names, names.n > 0 ? STR(", ") : STR_NONE);
        escape_line(u->name, &names);
    }
    if (missing > 0) {
        size_t start = b->n;
        buf_addf(b, "%.*s is not offered: %zu %s: %.*s%s (baton user add NAME %s)",
                 STR_ARG(mechanism), missing, lack, STR_ARG(buf_str(&names)),
                 missing > NAMES_SHOWN ? ", ..." : "", flag);
        output_wrap_from(b, start, 2);
    }
    buf_done(&names);
}

static int list_text(const struct users_file *f)
{
    size_t n = sasl_users_count(f->users);
    struct buf b;

    buf_init(&b, TEXT_MAX);
    for (size_t i = 0; i < n; i++)
        list_one(sasl_users_at(f->users, i), &b);
    buf_addf(&b, "%zu login%s. AUTH offers: ", n, n == 1 ? "" : "s");
    sasl_users_mechanisms(f->users, false, &b);
    buf_addc(&b, '\n');
    for (size_t i = 0; i < COUNT_OF(SCRAMS); i++)
        why_not(f->users, SCRAMS[i], "without its keys", "--scram", &b);
    why_not(f->users, STR("CRAM-MD5"), "without the password itself", "--plain", &b);
    return output_text(&b) ? EXIT_SUCCESS : EXIT_USAGE;
}

static json_t *words_json(const struct sasl_users *all, const struct sasl_user *u)
{
    json_t *a = json_array();

    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
        if (u ? sasl_user_can(u, MECHANISMS[i]) : all_can(all, MECHANISMS[i]))
            json_array_append_new(a, output_str(MECHANISMS[i]));
    return a;
}

static int list_json(const struct users_file *f)
{
    json_t *logins = json_array();
    struct err e;

    for (size_t i = 0; i < sasl_users_count(f->users); i++) {
        const struct sasl_user *u = sasl_users_at(f->users, i);
        json_array_append_new(logins,
                              json_pack("{s:o,s:i,s:b,s:o,s:o}", "name", output_str(u->name),
                                        "line", (int)u->line, "disabled", u->disabled, "mechanisms",
                                        words_json(f->users, u), "trouble",
                                        output_word(hash_trouble(u, &e))));
    }
    return output_json(json_pack("{s:s,s:o,s:o,s:o}", "schema", "baton.users/1", "file",
                                 output_word(f->path), "offered", words_json(f->users, NULL),
                                 "logins", logins))
               ? EXIT_SUCCESS
               : EXIT_USAGE;
}

/* ---- all of it ---- */

static int act(const struct user_flags *f, struct users_file *file)
{
    switch (f->action) {
    case USER_ADD: return add(f, file);
    case USER_CHECK: return check(f, file);
    case USER_LIST: return f->json ? list_json(file) : list_text(file);
    case USER_DEL:
    case USER_DISABLE:
    case USER_ENABLE: break;
    }
    return change_there(f, file);
}

static void tell_wrong(void *user, const char *why)
{
    ++*(size_t *)user;
    fprintf(stderr, "baton user: %s.\n", why);
}

/* wrong: how many lines were told as wrong. */
static bool open_for(const struct user_flags *f, struct users_file *file, size_t *wrong,
                     struct err *e)
{
    *wrong = 0;
    return f->action == USER_LIST ? users_file_open_right(file, f->users, tell_wrong, wrong, e)
                                  : users_file_open(file, f->users, f->action == USER_ADD, e);
}

int user_run(int argc, char **argv)
{
    size_t wrong;
    struct user_flags f;
    struct users_file file;
    struct err e;

    if (!user_flags_read(argc, argv, &f, &e))
        return command_usage_error("user", &e);
    if (sodium_init() < 0)
        err_set(&e, ERR_SYSTEM, "the library that checks passwords does not start");
    else if ((!f.name || sasl_user_name_good(str_from(f.name), &e)) &&
             open_for(&f, &file, &wrong, &e)) {
        int status = act(&f, &file);
        warn_open(&file);
        users_file_close(&file);
        return wrong ? EXIT_USAGE : status;
    }
    return failed(&e);
}
