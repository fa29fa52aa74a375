/* SPDX-License-Identifier: ISC */
/*
 * doctor/dns_nearest.h - the name that was meant, where DNS has none like the one that was typed
 */
#ifndef BATON_DOCTOR_DNS_NEAREST_H
#define BATON_DOCTOR_DNS_NEAREST_H
#include "discover/nearest.h"
#include "doctor/evidence.h"

/* Notes what is missing. name may be asked for (doctor/dns_wants.h), and DNS said that it does not exist. */
void doctor_want_nearest(const struct doctor_asked *asked, const struct doctor_record *r, str name,
                         enum nearest_of what);
/* Empty: none is near, or it is not known. Lives in the record's arena. */
str doctor_nearest(const struct doctor_asked *asked, const struct doctor_record *r, str name,
                   enum nearest_of what);
#endif
