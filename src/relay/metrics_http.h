/* SPDX-License-Identifier: ISC */
/*
 * relay/metrics_http.h - GET /metrics on loopback, for whoever scrapes it, and nothing else of HTTP
 * Bounds  16 connections, 5 seconds and 4 KiB for a request; a connection has one.
 */
#ifndef BATON_RELAY_METRICS_HTTP_H
#define BATON_RELAY_METRICS_HTTP_H
#include "relay/relay.h"

struct relay_metrics_http;
/* At the rule file's "metrics"; before privileges are dropped. */
struct relay_metrics_http *relay_metrics_http_new(struct relay *r, struct err *e) MUST_CHECK;
void relay_metrics_http_free(struct relay_metrics_http *m);
#endif
