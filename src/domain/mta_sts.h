/* SPDX-License-Identifier: ISC */
/*
 * domain/mta_sts.h - a domain's wish that mail to it comes over verified TLS only
 * Owns    the readers of the record and of the policy file, and the match of a mail host with the policy.
 * Speaks  RFC 8461 sections 3.1 (record), 3.2 (policy), 4.1 (matching).
 * Leaves  fetching the file to net/fetch.h.
 */
#ifndef BATON_DOMAIN_MTA_STS_H
#define BATON_DOMAIN_MTA_STS_H
#include "base/names.h"

enum { MTA_STS_MX_MAX = 32, MTA_STS_POLICY_OCTETS = 64 * 1024 };

/* Does a TXT record claim to be one ("v=STSv1" at its beginning)? */
bool mta_sts_is_record(str txt);
/* Its id; false: the record is malformed, and senders act as if there were none. *id is a part of txt. */
bool mta_sts_record_read(str txt, str *id) MUST_CHECK;

enum mta_sts_mode { MTA_STS_MODE_NONE, MTA_STS_TESTING, MTA_STS_ENFORCE };
extern const struct names MTA_STS_MODE_NAMES; /* "none" "testing" "enforce" */

/* What is wrong with a policy file: the first that makes senders ignore it. */
enum mta_sts_fault {
    MTA_STS_FINE,
    MTA_STS_TOO_LONG,
    MTA_STS_BAD_LINE, /* no "key: value" */
    MTA_STS_BAD_VERSION,
    MTA_STS_BAD_MODE,
    MTA_STS_BAD_MX,
    MTA_STS_BAD_AGE,
    MTA_STS_NO_VERSION,
    MTA_STS_NO_MODE,
    MTA_STS_NO_MX, /* and the mode is not none */
    MTA_STS_NO_AGE,
    MTA_STS_TOO_MANY_MX /* for us; senders may read more */
};
extern const struct names MTA_STS_FAULT_NAMES;

struct mta_sts_policy {
    enum mta_sts_fault fault;
    unsigned line; /* of a fault, from 1; 0: of the whole file */
    enum mta_sts_mode mode;
    uint32_t max_age_s;     /* at most 31,557,600, a year */
    str mx[MTA_STS_MX_MAX]; /* "mx.a.example", "*.a.example"; parts of the file */
    size_t mx_count;
};
/* Fields beside a fault hold what was read before it. */
void mta_sts_policy_read(str file, struct mta_sts_policy *out);

/* A "*" stands for exactly one label, the first. Letters match in either case. */
bool mta_sts_matches(str pattern, str host);
bool mta_sts_policy_has(const struct mta_sts_policy *p, str host);
#endif
