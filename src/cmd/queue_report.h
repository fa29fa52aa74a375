/* SPDX-License-Identifier: ISC */
/*
 * cmd/queue_report.h - messages that wait, told as they come: a million of them cost what one costs
 */
#ifndef BATON_CMD_QUEUE_REPORT_H
#define BATON_CMD_QUEUE_REPORT_H
#include "base/buf.h"
#include <jansson.h>

struct queue_report {
    bool json, all; /* all: of one message, with every recipient */
    long long count;
    size_t recipients; /* told of the one */
    bool failed;
    uint64_t now_ms;
};
void queue_report_begin(struct queue_report *r, bool json, bool all);
bool queue_report_row(void *report, const json_t *row); /* false: it cannot be written any more */
bool queue_report_end(struct queue_report *r);
void queue_report_broken(
    struct queue_report *r); /* in place of the end: what was begun is finished */

/* "3s", "12m", "5h", "2d 4h"; into out. */
enum { QUEUE_SPAN_MAX = 32 };
const char *queue_span(uint64_t ms, char out[QUEUE_SPAN_MAX]);
const char *queue_size(uint64_t octets, char out[QUEUE_SPAN_MAX]); /* "512", "4.1K", "12M" */
#endif
