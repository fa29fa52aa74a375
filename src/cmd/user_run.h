/* SPDX-License-Identifier: ISC */
/* cmd/user_run.h - baton user as baton-relay runs it */
#ifndef BATON_CMD_USER_RUN_H
#define BATON_CMD_USER_RUN_H

int user_run(int argc, char **argv); /* argv[0] is "user"; the exit status */
#endif
