/* SPDX-License-Identifier: ISC */
/* cmd/user_flags.h - what stands behind baton user: read by baton-relay, shown by baton (USER_OPTIONS) */
#ifndef BATON_CMD_USER_FLAGS_H
#define BATON_CMD_USER_FLAGS_H
#include "base/err.h"
#include "cmd/secret_input.h"

enum user_action { USER_ADD, USER_DEL, USER_DISABLE, USER_ENABLE, USER_LIST, USER_CHECK };
struct user_flags {
    enum user_action action;
    const char *name;  /* NULL with LIST */
    const char *users; /* the file */
    bool scram, plain, argon2id, crypt, json;
    struct secret_source secret;
};
bool user_flags_read(int argc, char **argv, struct user_flags *out, struct err *e) MUST_CHECK;
#endif
