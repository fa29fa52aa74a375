/* SPDX-License-Identifier: ISC */
/*
 * cmd/settings_report.h - what a settings file says, for people and for programs
 * Owns    the report of baton settings show, and the pieces of it that the doctor shows too. The password is never in
 *         any of them: its length, the kinds of its characters and what is odd about it are.
 */
#ifndef BATON_CMD_SETTINGS_REPORT_H
#define BATON_CMD_SETTINGS_REPORT_H
#include "cmd/settings_load.h"
#include <jansson.h>

/* "read     msmtprc:3  smtp.corp.example:587 STARTTLS, user shop@corp.example, password: 16 characters" and a line
 * end. */
void settings_report_read(const struct settings_loaded *l, struct buf *out);
/* Each mistake with its word, place, remedy and cause; nothing where there is none. */
void settings_report_mistakes(const struct settings_loaded *l, struct buf *out);
/* All of it. */
void settings_report_text(const struct settings_loaded *l, struct buf *out);

/* baton.settings/1 */
json_t *settings_report_json(const struct settings_loaded *l);
/* Its "mistakes". */
json_t *settings_report_mistakes_json(const struct settings_loaded *l);

/* 1 where a mistake is wrong or likely, else 0. */
int settings_report_status(const struct settings_loaded *l);

/* "main.cf:12", the user's own file without its folders. Nothing where the place is nowhere. */
void settings_report_place(const struct settings_loaded *l, const struct settings_place *p,
                           struct buf *out);
/* "16 characters"; with more: "16 characters, 17 octets: letters, digits, signs". */
void settings_report_password(const struct settings_loaded *l, bool more, struct buf *out);
#endif
