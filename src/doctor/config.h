/* SPDX-License-Identifier: ISC */
/*
 * doctor/config.h - what the user's own program is set to, as far as a report tells it
 * Owns    a plain value made of a reading (settings/reading.h): the fields, each with its file and line, the
 *         length of the password and never more of it, the mistakes; its rows of the text report.
 * Leaves  reading files to cmd, what follows from the mistakes to doctor/judge_config.c.
 */
#ifndef BATON_DOCTOR_CONFIG_H
#define BATON_DOCTOR_CONFIG_H
#include "base/buf.h"
#include "cause/finding.h"
#include "settings/reading.h"

/* Slices live in an arena of the run. Places are "main.cf:12", without folders; empty: nowhere. */
struct doctor_config_mistake {
    str name; /* "secret-line-end" */
    enum cause_id cause;
    enum settings_sureness sure;
    str place, said, remedy;
};
struct doctor_config {
    str program, title;   /* "postfix", "Postfix" */
    str file;             /* the one that was named, without its folders */
    struct settings said; /* a password that stands there is left out, a reference to one stays */
    str places[SETTINGS_FIELDS];
    unsigned
        beside; /* bits, 1 << enum settings_field: a flag said something else, or it cannot be said */
    size_t secret_characters; /* 0: there is none at hand */
    unsigned secret_anomalies;
    struct doctor_config_mistake mistakes[SETTINGS_MISTAKES];
    size_t mistake_count;
    str diff; /* what would change in its files for what was proved to work, by cmd; empty: nothing */
    str document; /* the whole reading as JSON (baton.settings/1), made by cmd; empty: none */
};

/* secret: what the program would send; empty where it is not known. NULL: memory is short. */
struct doctor_config *doctor_config_of(const struct settings_reading *r, str secret,
                                       struct arena *a) MUST_CHECK;

/* A path without its folders. */
str doctor_config_base(str path);

/* Mistakes are evidence, numbered apart from rows and answers: "m1". */
enum { DOCTOR_CONFIG_ID = 1 << 20 };
const struct doctor_config_mistake *doctor_config_mistake(const struct doctor_config *c,
                                                          unsigned id);
/* May a refusal lean on it? Of what is merely unsafe, or worth a note, none does. */
bool doctor_config_tells(const struct doctor_config_mistake *m);
/* "In main.cf:12, write ..."; empty: there is no remedy, or memory is short. */
str doctor_config_step(const struct doctor_config *c, const struct doctor_config_mistake *m,
                       struct arena *a);
/* "main.cf:12: the password ends in a line end" */
str doctor_config_said(const struct doctor_config *c, const struct doctor_config_mistake *m,
                       struct arena *a);

/* The fields in words, one after another, from *at = 0 on: false behind the last. Values are escaped. */
struct doctor_config_line {
    const char *label; /* "server" */
    str place, value;
    bool beside;
};
bool doctor_config_next(const struct doctor_config *c, unsigned *at, struct arena *a,
                        struct doctor_config_line *out);
/* The place of a field in parentheses, for a sentence: " (main.cf:12)"; empty where it was not said. */
str doctor_config_place(const struct doctor_config *c, enum settings_field field, struct arena *a);
#endif
