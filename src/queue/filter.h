/* SPDX-License-Identifier: ISC */
/*
 * queue/filter.h - which messages somebody means who does not name each
 */
#ifndef BATON_QUEUE_FILTER_H
#define BATON_QUEUE_FILTER_H
#include "queue/message.h"

struct queue_filter { /* all that are said must hold; empty or 0: any */
    str sender;       /* the whole reverse-path, "<>", or "@domain" */
    str domain;       /* of a recipient that still waits, without the at-sign */
    str route;
    uint64_t arrived_before_ms;
};
/* Case does not matter, as people type. */
bool queue_filter_matches(const struct queue_filter *f, const struct queue_message *m) MUST_CHECK;
/* Nothing is said: it matches every message. */
bool queue_filter_is_empty(const struct queue_filter *f) MUST_CHECK;
#endif
