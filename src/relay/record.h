/* SPDX-License-Identifier: ISC */
/*
 * relay/record.h - every verdict, kept so that it can be explained later
 * Owns    the records in the state directory: facts and digest, a fixed part of at most 256 octets and texts behind it, in
 *         STATE/records; the rule files of their digests in STATE/rules, as long as a record is of them. What is too much
 *         goes, the oldest file first; records of wrong logins have files and room of their own, and so have those of errors
 *         in the dialogue: who tries passwords, or talks nonsense, pushes out nobody else's. Not synced: a power cut may lose
 *         the last seconds of them.
 * Leaves  evaluating again to who asks (baton why).
 * Threads any. Each adds to a buffer of its own, which a thread of this file writes once a second, or when it is half full; that
 *         thread begins with the first record, after privileges were dropped.
 */
#ifndef BATON_RELAY_RECORD_H
#define BATON_RELAY_RECORD_H
#include "base/arena.h"
#include "base/buf.h"
#include "policy/rule.h"

/* Longer texts are cut: no address, name or login of SMTP is longer. */
enum {
    RELAY_RECORD_FIXED_MAX = 256,
    RELAY_RECORD_TEXT_MAX = 1200,
    RELAY_RECORD_LISTED_MAX = 16,
    RELAY_RECORD_RATES_MAX = 32,
    RELAY_RECORD_MAX = 16384
};

/* Many records in one of these push out none in another. */
enum relay_room { RELAY_ROOM_MAIL, RELAY_ROOM_LOGINS, RELAY_ROOM_DIALOGUE };
struct relay_record { /* slices live in the arena when read */
    uint64_t id, digest, at_ms;
    struct policy_facts facts;  /* when read, rates have no rule: relay_record_bind() */
    const uint32_t *rate_rules; /* when read: one a rate, the number of its rule */
    enum policy_outcome outcome;
    enum cause_id cause;
    str helo;
    str own; /* "535 5.7.8 ...": no rule decided it, the relay itself did; else empty */
    enum relay_room room; /* when added */
};
/* One record from octets that begin with it; *size is how many it has. Texts point into the octets, tables into the arena.
 * False: these are none. */
bool relay_record_read(str octets, struct arena *a, struct relay_record *out,
                       size_t *size) MUST_CHECK;
/* The first record in octets that has this id, whatever is damaged before it; id 0: the first of all. */
bool relay_record_search(str octets, uint64_t id, struct arena *a, struct relay_record *out);
/* Into out, which has RELAY_RECORD_MAX; how many octets. One that was read is written as it was. */
size_t relay_record_write(const struct relay_record *rec, char *out);
/* The rates are of the rules of this policy, which must have the record's digest. False: no memory. */
bool relay_record_bind(struct relay_record *rec, const struct policy *p, struct arena *a);

struct relay_records;
/* octets_max: of RELAY_ROOM_MAIL; each other room has an eighth of it beside that. */
struct relay_records *relay_records_open(const char *state_dir, uint64_t octets_max,
                                         struct err *e) MUST_CHECK;
void relay_records_close(struct relay_records *r); /* what waits is written first */
/* Keeps the text of a rule file (rule_file_kept()) under its digest. */
bool relay_records_rules(struct relay_records *r, uint64_t digest, str text, struct err *e);
/* The id, never 0; cheap: no allocation, no system call in the usual case. */
uint64_t relay_records_add(struct relay_records *r, const struct relay_record *rec);
/* Also what is not written yet. */
bool relay_records_find(struct relay_records *r, uint64_t id, struct arena *a,
                        struct relay_record *out, struct err *e);
bool relay_records_rules_of(struct relay_records *r, uint64_t digest, struct buf *text,
                            struct err *e);
void relay_records_flush(struct relay_records *r); /* returns when all is written */
uint64_t
relay_records_lost(struct relay_records *r); /* that found no room, or could not be written */

#define RELAY_RECORD_ID_MAX 16
const char *relay_record_text(uint64_t id, char out[RELAY_RECORD_ID_MAX]); /* "R7K2M9XQ" */
bool relay_record_parse(str text, uint64_t *id) MUST_CHECK; /* case does not matter */
#endif
