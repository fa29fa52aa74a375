/* SPDX-License-Identifier: ISC */
/*
 * domain/tls_rpt.h - where a domain wants reports of TLS failures sent
 * Speaks  RFC 8460 section 3.
 */
#ifndef BATON_DOMAIN_TLS_RPT_H
#define BATON_DOMAIN_TLS_RPT_H
#include "base/str.h"

enum { TLS_RPT_URIS_MAX = 16 };

bool tls_rpt_is_record(str txt); /* begins with "v=TLSRPTv1" */
/* The URIs of rua, parts of txt: mailto: and https:, others are left out; more than TLS_RPT_URIS_MAX too. False:
 * the record is malformed or has no rua, and nobody reports. */
bool tls_rpt_read(str txt, str uris[TLS_RPT_URIS_MAX], size_t *count) MUST_CHECK;
#endif
