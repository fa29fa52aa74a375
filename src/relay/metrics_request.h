/* SPDX-License-Identifier: ISC */
/* relay/metrics_request.h - what a request for the metrics deserves (RFC 9112 section 3) */
#ifndef BATON_RELAY_METRICS_REQUEST_H
#define BATON_RELAY_METRICS_REQUEST_H
#include "base/str.h"

enum { METRICS_REQUEST_MAX = 4096 };
/* Of what came so far: 0 more octets, 200, or a status of RFC 9110 section 15. Nothing behind the maximum is looked at. */
unsigned relay_metrics_status(str request);
const char *relay_metrics_reason(unsigned status);
#endif
