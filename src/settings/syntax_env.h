/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_env.h - files of NAME=value lines, as those that read them do
 * Owns    the dialects: which quotes go, what becomes of $, # and \, what is no line of it; quoting a value for one.
 * Leaves  what the names mean to the rows.
 */
#ifndef BATON_SETTINGS_SYNTAX_ENV_H
#define BATON_SETTINGS_SYNTAX_ENV_H
#include "settings/reader.h"

enum env_dialect {
    ENV_PYTHON, /* python-dotenv */
    ENV_COMPOSE_1, /* docker-compose 1.x, .env and env_file: the same library, a byte order mark skipped */
    ENV_COMPOSE_2, /* docker compose 2.x, .env and env_file: its own, in Go */
    ENV_DOCKER,    /* docker run --env-file: no quotes, no references */
    ENV_SYMFONY,   /* Symfony Dotenv */
    ENV_PHP,       /* vlucas/phpdotenv, Laravel's */
    ENV_NODE,      /* dotenv of npm */
    ENV_SHELL,     /* set -a; . ./.env */
    ENV_SYSTEMD,   /* EnvironmentFile= */
    ENV_DIALECTS
};
/* "python-dotenv", "Docker Compose" ...: for sentences. */
str env_dialect_title(enum env_dialect d);

enum {
    ENV_VALUE_MAX = 65536,
    ENV_REFERENCES = 1024 /* in one file */
};

/* Adds an item a variable, its value as the program would see it. References are looked up in the file and by
 * settings_variable(), in the dialect's order. A line that the dialect skips, with or without a word, is an item
 * without a key and a mistake; where it gives up over the file, that is broken. */
bool env_read(struct settings_reading *r, const struct settings_file *f, enum env_dialect d,
              str section, struct err *e) MUST_CHECK;

/* Appends the value so that it is read as it is; false, with the sentence why, where the dialect cannot. */
bool env_quote(enum env_dialect d, str value, struct buf *out, struct err *e) MUST_CHECK;
#endif
