/* SPDX-License-Identifier: ISC */
/*
 * cmd/main.c - the program: a command, its options, its exit status
 */
#include "base/names.h"
#include "cmd/cmd.h"
#include "net/loop.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int unknown_command(const char *name)
{
    struct name_row rows[32];
    size_t n = 0;
    for (; n < COMMAND_COUNT && n < COUNT_OF(rows); n++)
        rows[n] = (struct name_row){ (int)n, str_from(COMMANDS[n].name) };
    const struct names t = { rows, n };
    str near = names_nearest(&t, str_from(name));
    fprintf(stderr, "baton: there is no command '%.60s'%s%.*s%s.\nSee: baton help\n", name,
            near.n ? ", did you mean '" : "", STR_ARG(near), near.n ? "'" : "");
    return EXIT_USAGE;
}

/* What is lost on the way out is no success; who has failed has said so. */
static int written(int status)
{
    if ((fflush(stdout) == 0 && !ferror(stdout)) || status == EXIT_USAGE)
        return status;
    fputs("baton: what should have gone to standard output could not be written.\n", stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        command_print_help(NULL);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return command_print_help(NULL);
    if (strcmp(argv[1], "--version") == 0)
        return cmd_version(1, argv + 1);
    const struct command *c = command_named(argv[1]);
    if (!c)
        return unknown_command(argv[1]);
    if (asks_for_help(argc - 1, argv + 1))
        return command_print_help(c->name);
    int status = written(c->run(argc - 1, argv + 1));
    if (!net_loop_left_behind())
        return status;
    fflush(NULL);
    _exit(status);
}
