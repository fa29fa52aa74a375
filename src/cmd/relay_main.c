/* SPDX-License-Identifier: ISC */
/*
 * cmd/relay_main.c - baton-relay: the program behind baton relay and baton user, with the libraries of the server
 * Owns    the table of what it is run for: the words of the command line are those of baton, which hands them on as they
 *         stand. Help and manual pages are baton's.
 */
#include "cmd/cmd.h"
#include "cmd/relay_flags.h"
#include "cmd/user_run.h"
#include "relay/relay.h"
#include "relay/service.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILED = 1 };

static void end_at_once(int number)
{
    _exit(128 + number);
}

/* The first process of a container is given what the kernel gives to init: orphans, and no signal that it has not asked
 * for. Until the relay hears them itself it has acknowledged nothing, and may go at any moment. */
static void be_first(void)
{
    signal(SIGCHLD, SIG_IGN); /* it starts no process itself, and waits for none */
    signal(SIGTERM, end_at_once);
    signal(SIGINT, end_at_once);
}

static int run_relay(int argc, char **argv)
{
    struct relay_flags f;
    struct err e = { .kind = ERR_NONE };
    if (!relay_flags_read(argc, argv, &f, &e))
        return command_usage_error("relay", &e);
    if (!f.config) {
        fputs("baton-relay runs the server; --check and --reload are of baton: baton relay --check "
              "FILE\n",
              stderr);
        return EXIT_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    if (getpid() == 1)
        be_first();
    struct relay *r = relay_new(f.config, &e);
    if (r && f.verbose)
        net_log_set_least(r->log, NET_LOG_DEBUG);
    struct relay_service *service = r ? relay_service_new(r, &e) : NULL;
    bool begun = service != NULL, ran = begun && relay_run(r, &e);
    if (!ran)
        fprintf(stderr, "baton relay: %s.\n", e.why);
    relay_service_free(service);
    relay_free(r);
    return ran ? EXIT_SUCCESS : begun ? EXIT_FAILED : EXIT_USAGE;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} ROWS[] = {
    { "relay", run_relay },
    { "user", user_run },
    { "version", cmd_version },
    { "--version", cmd_version },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < COUNT_OF(ROWS); i++)
        if (strcmp(argv[1], ROWS[i].name) == 0)
            return ROWS[i].run(argc - 1, argv + 1);
    fputs("baton-relay is the server behind baton. It is run by:\n"
          "  baton-relay relay --config FILE\n"
          "  baton-relay user add|del|disable|enable|check NAME, user list\n"
          "See: baton help relay, baton help user\n",
          stderr);
    return EXIT_USAGE;
}
