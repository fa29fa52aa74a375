/* SPDX-License-Identifier: ISC */
/*
 * cmd/provider_report.h - what is known of providers, for people and for programs (baton.providers/1)
 */
#ifndef BATON_CMD_PROVIDER_REPORT_H
#define BATON_CMD_PROVIDER_REPORT_H
#include "base/buf.h"
#include "cmd/provider_find.h"
#include <jansson.h>

/* Of one. address: whose user name is shown, or empty. */
void provider_report_text(const struct provider_found *f, struct buf *out);
void provider_report_list(struct buf *out);
void provider_report_unknown(const struct provider_found *f, struct buf *out);

/* found NULL: all of them. settings: what --for wrote, for program; empty: none. */
json_t *provider_report_json(const struct provider_found *found, str program, str settings);
#endif
