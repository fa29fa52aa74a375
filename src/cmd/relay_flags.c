/* SPDX-License-Identifier: ISC */
#include "cmd/relay_flags.h"
#include "cmd/cmd.h"
#include "cmd/control_client.h"

static bool take_config(void *into, const char *value, struct err *e UNUSED)
{
    ((struct relay_flags *)into)->config = value;
    return true;
}

static bool take_check(void *into, const char *value, struct err *e UNUSED)
{
    ((struct relay_flags *)into)->check = value;
    return true;
}

static bool take_reload(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct relay_flags *)into)->reload = true;
    return true;
}

static bool take_control(void *into, const char *value, struct err *e UNUSED)
{
    ((struct relay_flags *)into)->control = value;
    return true;
}

static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct relay_flags *)into)->json = true;
    return true;
}

static bool take_verbose(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct relay_flags *)into)->verbose = true;
    return true;
}

const struct command_option RELAY_OPTIONS[] = {
    { "config", "FILE", "run the relay by this rule file, in the foreground", take_config },
    { "check", "FILE", "read the rule file, prove that it makes no open relay, and end",
      take_check },
    { "reload", NULL,
      "have the relay that runs here read its files again, and tell what of them is not in force",
      take_reload },
    { "control", "PATH", "with --reload, the relay's control socket (" CONTROL_PATH ")",
      take_control },
    { "json", NULL, "with --check, print the document baton.check/1", take_json },
    { "verbose", NULL, "with --config, log every step of every session too", take_verbose },
    { NULL, NULL, NULL, NULL },
};

bool relay_flags_read(int argc, char **argv, struct relay_flags *out, struct err *e)
{
    static const struct command ROW = { .name = "relay", .options = RELAY_OPTIONS };
    struct relay_flags f = { .config = NULL };
    int rest;
    if (!command_parse(&ROW, argc, argv, &f, &rest, e))
        return false;
    if (rest > 1)
        return err_set(e, ERR_SYNTAX,
                       "'%.60s' is no option; a file stands behind --config or --check", argv[1]);
    if ((f.config != NULL) + (f.check != NULL) + f.reload != 1)
        return err_set(
            e, ERR_SYNTAX,
            "give one of: --config FILE to run the relay by that rule file, --check FILE "
            "to have it checked, --reload to have the one that runs read it again");
    if (f.json && !f.check)
        return err_set(e, ERR_SYNTAX, "--json is for --check");
    if (f.verbose && !f.config)
        return err_set(e, ERR_SYNTAX, "--verbose is for --config");
    if (f.control && !f.reload)
        return err_set(e, ERR_SYNTAX,
                       "--control is for --reload; a relay that starts has it from its rule file");
    *out = f;
    return true;
}
