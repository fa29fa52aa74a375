/* SPDX-License-Identifier: ISC */
/*
 * relay/testing.h - a directory with a rule file, for tests
 * Owns    one directory at a time, made by testing_begin() and removed with all in it by testing_end(): setup and teardown
 *         of cmocka.
 */
#ifndef BATON_RELAY_TESTING_H
#define BATON_RELAY_TESTING_H

enum { TESTING_PATH_MAX = 160 };
extern char testing_dir[64], testing_rules[TESTING_PATH_MAX]; /* the rule file is not there yet */

int testing_begin(void **state);
int testing_end(void **state);
void testing_put(const char *name, const char *text); /* a file in it; fails the test */
#endif
