/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd.h - the commands, as a table
 * Owns    one row a command and one row an option: parsing, help, manual pages and shell completions all
 *         come from these rows and nothing repeats them. baton-relay, which runs what needs the libraries of the
 *         server, parses by the same rows of options (relay_flags.h, user_flags.h).
 */
#ifndef BATON_CMD_CMD_H
#define BATON_CMD_CMD_H
#include "base/buf.h"
#include "base/err.h"

struct command_option {
    const char *name;  /* "server", without the dashes */
    const char *value; /* "HOST[:PORT]"; NULL: a switch */
    const char *help;  /* one sentence without a full stop */
    /* What the command does with it; value is NULL for a switch. */
    bool (*take)(void *into, const char *value, struct err *e);
};

struct command {
    const char *name;
    const char *synopsis;                 /* what stands behind the options: "[ADDRESS]" */
    const char *summary;                  /* one line */
    const char *about;                    /* paragraphs for the manual page, blank line between */
    const struct command_option *options; /* ends with a row without a name; NULL: none */
    int (*run)(int argc, char **argv);    /* argv[0] is the command's name; the exit status */
};
extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;
const struct command *command_named(const char *name); /* "doctor", "settings show"; NULL: none */

/* Options in any order, "--name value" or "--name=value"; "--" ends them. Each goes to its row's take; what is
 * no option is left in argv[1 .. *rest). The error names the option and the nearest there is. */
bool command_parse(const struct command *c, int argc, char **argv, void *into, int *rest,
                   struct err *e) MUST_CHECK;

/* Exit status 2, with the sentence and where to read more on stderr. */
int command_usage_error(const char *command, const struct err *e);

/* Help on stdout, of all commands when name is NULL; the exit status. */
int command_print_help(const char *name);

bool command_help(const struct command *c, struct buf *out); /* NULL: of all */
bool command_man(const struct command *c, struct buf *out);  /* mdoc; NULL: baton(1) */
bool command_completion(const char *shell, struct buf *out); /* bash, zsh or fish */

enum { EXIT_USAGE = 2 };

int cmd_doctor(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_dmarc(int argc, char **argv);
int cmd_dnsbl(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_mock(int argc, char **argv);
int cmd_observe(int argc, char **argv);
int cmd_discover(int argc, char **argv);
int cmd_settings(int argc, char **argv);
int cmd_spf(int argc, char **argv);
int cmd_dkim(int argc, char **argv);
int cmd_domain(int argc, char **argv);
int cmd_causes(int argc, char **argv);
int cmd_providers(int argc, char **argv);
int cmd_queue(int argc, char **argv);
int cmd_relay(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_what_if(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_allow(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_man(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_version(int argc, char **argv);

extern const struct command_option CAUSES_OPTIONS[];
extern const struct command_option RELAY_OPTIONS[];
extern const struct command_option USER_OPTIONS[];
extern const struct command_option WHAT_IF_OPTIONS[];
extern const struct command_option WHY_OPTIONS[];
extern const struct command_option ALLOW_OPTIONS[];
extern const struct command_option PROVIDERS_OPTIONS[];
extern const struct command_option DOCTOR_OPTIONS[];
extern const struct command_option EXPLAIN_OPTIONS[];
extern const struct command_option DISCOVER_OPTIONS[];
extern const struct command_option DKIM_OPTIONS[];
extern const struct command_option MOCK_OPTIONS[];
extern const struct command_option OBSERVE_OPTIONS[];
extern const struct command_option DMARC_OPTIONS[];
extern const struct command_option DNSBL_OPTIONS[];
extern const struct command_option DEMO_OPTIONS[];
extern const struct command_option SPF_OPTIONS[];
extern const struct command_option DOMAIN_OPTIONS[];
size_t command_option_count(const struct command *c);

/* The subcommands of one that has some ("settings show", "settings set"): rows like it, the last without a name. NULL:
 * it has none. */
const struct command *command_below(const struct command *c);
extern const struct command SETTINGS_COMMANDS[], QUEUE_COMMANDS[];
#endif
