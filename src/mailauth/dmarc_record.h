/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dmarc_record.h - the text of a DMARC policy record, read and made
 * Owns    the tags and their values, what receivers make of a bad one, and every problem worth telling.
 * Speaks  RFC 9989 sections 4.6 to 4.8, RFC 7489 sections 6.3 and 6.4 (pct, rf, ri, sizes of reports).
 * Leaves  finding it to mailauth/dmarc.h.
 */
#ifndef BATON_MAILAUTH_DMARC_RECORD_H
#define BATON_MAILAUTH_DMARC_RECORD_H
#include "base/buf.h"
#include "base/names.h"

enum dmarc_policy {
    DMARC_UNSAID, /* the tag is not there, or the policy cannot be told */
    DMARC_NONE,
    DMARC_QUARANTINE,
    DMARC_REJECT
};
extern const struct names DMARC_POLICY_NAMES; /* of the three that can be written */

enum dmarc_psd { DMARC_PSD_UNSAID, DMARC_PSD_YES, DMARC_PSD_NO }; /* psd=u, psd=y, psd=n */

enum dmarc_fault {
    DMARC_FAULT_NO_POLICY,      /* no valid p, and no rua: receivers do not apply it */
    DMARC_FAULT_POLICY_IGNORED, /* p, sp or np is not valid and rua is there: read as p=none */
    DMARC_FAULT_BAD_VALUE,      /* no value that the tag can have */
    DMARC_FAULT_TWICE, /* the same tag with two values: the whole list is void (RFC 6376 3.2) */
    DMARC_FAULT_TWICE_SAME,     /* the same tag with the same value */
    DMARC_FAULT_NO_TAG,         /* a piece that is not tag=value */
    DMARC_FAULT_EMPTY,          /* two semicolons with nothing between */
    DMARC_FAULT_BAD_OCTET,      /* something else than printable ASCII */
    DMARC_FAULT_UNKNOWN,        /* a tag that no standard has */
    DMARC_FAULT_URI,            /* rua, ruf: no URI */
    DMARC_FAULT_URI_NO_MAILTO,  /* ... a URI that receivers do not report to */
    DMARC_FAULT_URI_NO_ADDRESS, /* ... mailto: without a mail address */
    DMARC_FAULT_HISTORIC,       /* pct, rf, ri, a size: RFC 7489 had it, RFC 9989 has not */
    DMARC_FAULT_P_NOT_SECOND,   /* RFC 7489 wants p right behind v */
    DMARC_FAULT_SEVERAL,        /* more than one record at one name: all are ignored */
    DMARC_FAULT_NEARLY, /* meant as a record, and none: v is not exactly "DMARC1" and first */
    DMARC_FAULT_REPORTS_REFUSED, /* rua, ruf: the other organisation does not say that it takes them */
    DMARC_FAULTS
};

/* Slices are parts of the record. where: the name asked, for those of discovery; otherwise empty. */
struct dmarc_problem {
    enum dmarc_fault fault;
    str tag, value, where;
};
/* Does it change what a receiver does? What does not is worth a note. */
bool dmarc_problem_serious(const struct dmarc_problem *p);
/* One sentence without a full stop, escaped. */
void dmarc_problem_text(const struct dmarc_problem *p, struct buf *out);

enum { DMARC_PROBLEMS_MAX = 24, DMARC_RECORD_MAX = 65535 };
struct dmarc_record {
    str text;
    bool applies;                /* a policy can be taken from it: a valid p, or rua */
    bool broken;                 /* a tag with two values: nothing can be taken from it */
    enum dmarc_policy p, sp, np; /* sp, np: DMARC_UNSAID: as p (np: as sp, then as p) */
    bool dkim_strict, spf_strict;
    enum dmarc_psd psd;
    bool testing;     /* t=y */
    unsigned pct;     /* 100 unless said; RFC 7489 only */
    str rua, ruf, fo; /* as written; empty: not said */
    struct dmarc_problem problems[DMARC_PROBLEMS_MAX];
    size_t problem_count; /* what is more than fits is not noted */
};

/* Does the text begin as a policy record of this version must, "v=DMARC1"? What does not is ignored. */
bool dmarc_is_record(str txt);
/* No record, but most likely meant as one ("v=dmarc1", a blank or another tag before v). */
bool dmarc_is_nearly(str txt);
/* Of a text for which dmarc_is_record() holds, or dmarc_is_nearly(), as if its first tag were right. Never fails: what cannot be read is a problem. */
void dmarc_record_read(str txt, struct dmarc_record *out);
/* The record as it should be: the valid tags, p=none where there is no policy, nothing historic. */
bool dmarc_record_write(const struct dmarc_record *r, struct buf *out) MUST_CHECK;
#endif
