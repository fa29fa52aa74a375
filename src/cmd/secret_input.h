/* SPDX-License-Identifier: ISC */
/*
 * cmd/secret_input.h - where a password comes from: never the command line
 */
#ifndef BATON_CMD_SECRET_INPUT_H
#define BATON_CMD_SECRET_INPUT_H
#include "base/buf.h"
#include "base/err.h"

enum { SECRET_MAX = 8192 };

/* One of the first four, or a prompt on the terminal when none is set and ask is true. */
struct secret_source {
    const char *env;           /* name of an environment variable */
    const char *command;       /* run by /bin/sh; its standard output */
    const char *token_command; /* the same, and what it prints is a token of OAuth2 */
    int fd;                    /* -1: none */
    bool ask;
    const char *prompt; /* of commands that log in nowhere; NULL: the doctor's */
};

/* Appends the password. One line end at its very end is dropped from what a descriptor or a command
 * gives, since editors and echo put it there; a second one, and all that an environment variable holds,
 * stays, so that what is odd about a password can be found (base/password_shape.h). An empty password, one with a NUL octet, one over SECRET_MAX octets, or two sources are errors
 * with a remedy. *found is false when there is no source at all. */
bool secret_input(const struct secret_source *s, struct buf *out, bool *found,
                  struct err *e) MUST_CHECK;
#endif
