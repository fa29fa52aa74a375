/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_config.h - what the program's own file says, in the three forms of the report
 */
#ifndef BATON_DOCTOR_REPORT_CONFIG_H
#define BATON_DOCTOR_REPORT_CONFIG_H
#include "doctor/report.h"
#include <jansson.h>

struct page;

/* The section of the text: each setting with its place, then each mistake. Nothing without a file. */
void doctor_config_text(const struct doctor_report *r, struct buf *out);
/* The same on the page. */
void page_config(struct page *p);
/* The key "config"; null without a file. */
json_t *doctor_config_json(const struct doctor_report *r);
/* The mistakes as rows of "evidence". */
void doctor_config_evidence(const struct doctor_report *r, json_t *list);
/* Out of a stored document what the judge reads of it: *out stays NULL where there was no file. */
bool doctor_config_stored(const json_t *o, struct arena *a, const struct doctor_config **out,
                          struct err *e) MUST_CHECK;

/* Settings as they are written for a program: the attempt that works, and the place of the password where the
 * file has no more than that. */
struct settings doctor_settings_of(const struct doctor_report *r, const struct smtp_attempt *works,
                                   const struct settings_program *p);
#endif
