/* SPDX-License-Identifier: ISC */
/*
 * cmd/domain_report.h - what was found of a domain, as text and as JSON
 */
#ifndef BATON_CMD_DOMAIN_REPORT_H
#define BATON_CMD_DOMAIN_REPORT_H
#include "domain/facts.h"
#include <jansson.h>

/* verbose: all evidence, and lines to paste for what is merely wished. */
bool domain_report_text(const struct domain_look *look, const struct domain_facts *facts,
                        bool verbose, struct buf *out);
/* "baton.domain/1"; NULL: memory is short. */
json_t *domain_report_json(const struct domain_look *look, const struct domain_facts *facts,
                           size_t questions) MUST_CHECK;
int domain_exit_status(const struct domain_facts *facts);
#endif
