/* SPDX-License-Identifier: ISC */
#include "cmd/user_flags.h"
#include "base/names.h"
#include "cmd/cmd.h"
#include <string.h>

static bool take_users(void *into, const char *value, struct err *e UNUSED)
{
    ((struct user_flags *)into)->users = value;
    return true;
}

static bool take_scram(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct user_flags *)into)->scram = true;
    return true;
}

static bool take_plain(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct user_flags *)into)->plain = true;
    return true;
}

static bool take_argon2id(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct user_flags *)into)->argon2id = true;
    return true;
}

static bool take_crypt(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct user_flags *)into)->crypt = true;
    return true;
}

static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct user_flags *)into)->json = true;
    return true;
}

static bool take_fd(void *into, const char *value, struct err *e)
{
    uint64_t fd;
    if (!str_to_u64(str_from(value), 1 << 20, &fd))
        return err_set(e, ERR_SYNTAX,
                       "--password-fd wants a number, as in: --password-fd 3 3<FILE");
    ((struct user_flags *)into)->secret.fd = (int)fd;
    return true;
}

static bool take_env(void *into, const char *value, struct err *e UNUSED)
{
    ((struct user_flags *)into)->secret.env = value;
    return true;
}

static bool take_command(void *into, const char *value, struct err *e UNUSED)
{
    ((struct user_flags *)into)->secret.command = value;
    return true;
}

const struct command_option USER_OPTIONS[] = {
    { "users", "FILE", "the file of logins (default: /etc/baton/users)", take_users },
    { "crypt", NULL, "with add, store a hash by yescrypt: the default", take_crypt },
    { "argon2id", NULL, "with add, store a hash by argon2id, which takes 64 MiB at every check",
      take_argon2id },
    { "scram", NULL, "with add, store the keys of SCRAM-SHA-1 and SCRAM-SHA-256", take_scram },
    { "plain", NULL, "with add, store the password itself, as CRAM-MD5 needs it", take_plain },
    { "password-fd", "N", "read the password from this descriptor", take_fd },
    { "password-env", "NAME", "take the password from this environment variable", take_env },
    { "password-command", "CMD", "run this and take what it prints", take_command },
    { "json", NULL, "with list, print the document baton.users/1", take_json },
    { NULL, NULL, NULL, NULL },
};

static const struct {
    const char *word;
    bool named, secret;
} ACTIONS[] = {
    [USER_ADD] = { "add", true, true },          [USER_DEL] = { "del", true, false },
    [USER_DISABLE] = { "disable", true, false }, [USER_ENABLE] = { "enable", true, false },
    [USER_LIST] = { "list", false, false },      [USER_CHECK] = { "check", true, true },
};

static bool take_action(const char *word, enum user_action *out)
{
    for (size_t i = 0; i < COUNT_OF(ACTIONS); i++) {
        if (strcmp(word, ACTIONS[i].word) != 0)
            continue;
        *out = (enum user_action)i;
        return true;
    }
    return false;
}

static bool goes_together(const struct user_flags *f, struct err *e)
{
    bool proofs = f->scram || f->plain || f->argon2id || f->crypt;
    bool secret = f->secret.env || f->secret.command || f->secret.fd >= 0;

    if (f->argon2id && f->crypt)
        return err_set(e, ERR_SYNTAX,
                       "--argon2id and --crypt do not go together: a login has one "
                       "hash");
    if (proofs && f->action != USER_ADD)
        return err_set(e, ERR_SYNTAX, "--scram, --plain, --argon2id and --crypt are for add");
    if (secret && !ACTIONS[f->action].secret)
        return err_set(e, ERR_SYNTAX, "'%s' wants no password", ACTIONS[f->action].word);
    if (f->json && f->action != USER_LIST)
        return err_set(e, ERR_SYNTAX, "--json is for list");
    return true;
}

bool user_flags_read(int argc, char **argv, struct user_flags *out, struct err *e)
{
    static const struct command ROW = { .name = "user", .options = USER_OPTIONS };
    struct user_flags f = { .users = "/etc/baton/users", .secret = { .fd = -1, .ask = true } };
    int rest;

    if (!command_parse(&ROW, argc, argv, &f, &rest, e))
        return false;
    if (rest < 2 || !take_action(argv[1], &f.action))
        return err_set(e, ERR_SYNTAX,
                       "say what to do: add NAME, del NAME, disable NAME, enable NAME, check NAME "
                       "or list");
    if (rest > 3 || (rest == 3) != ACTIONS[f.action].named)
        return err_set(e, ERR_SYNTAX,
                       ACTIONS[f.action].named
                           ? "'%s' wants the name of one login, and its password "
                             "never stands on the command line"
                           : "'%s' wants no name",
                       ACTIONS[f.action].word);
    f.name = rest == 3 ? argv[2] : NULL;
    if (!goes_together(&f, e))
        return false;
    *out = f;
    return true;
}
