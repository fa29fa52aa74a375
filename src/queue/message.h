/* SPDX-License-Identifier: ISC */
/*
 * queue/message.h - a message that waits: its envelope, and how each of its recipients stands
 * Owns    the value, and its form in octets (envelope.c), which later versions read too.
 * Speaks  RFC 5321 section 2.3.1 (envelope), RFC 3461 (DSN), RFC 6531 (SMTPUTF8).
 * Leaves  where the octets lie to spool/, when to try again to queue/retry.h.
 */
#ifndef BATON_QUEUE_MESSAGE_H
#define BATON_QUEUE_MESSAGE_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/names.h"
#include "cause/cause.h"

enum queue_state {
    QUEUE_WAITING,   /* to be tried, or tried again */
    QUEUE_DELIVERED, /* the next hop answered 250: it is theirs */
    QUEUE_FAILED     /* for good; a bounce was made, or none was owed */
};
extern const struct names QUEUE_STATE_NAMES;

/* NOTIFY of RFC 3461 section 4.1; none: not said. */
enum {
    QUEUE_NOTIFY_NEVER = 1,
    QUEUE_NOTIFY_SUCCESS = 2,
    QUEUE_NOTIFY_FAILURE = 4,
    QUEUE_NOTIFY_DELAY = 8,
    QUEUE_NOTIFY_OWED =
        16 /* ours: it is delivered, and its sender is to be told so; never said to a next hop */
};
enum queue_ret { QUEUE_RET_NONE, QUEUE_RET_FULL, QUEUE_RET_HDRS };
enum {
    QUEUE_SMTPUTF8 = 1 << 0,   /* it was said with MAIL */
    QUEUE_8BIT = 1 << 1,       /* BODY=8BITMIME was said, or an octet over 127 was seen */
    QUEUE_TLS = 1 << 2,        /* it came under TLS */
    QUEUE_LONG_LINES = 1 << 3, /* a line over 998 octets was seen */
    QUEUE_BOUNCE = 1 << 4,     /* ours: a notification of non-delivery */
    QUEUE_TO_7BIT = 1 << 5,    /* it was converted for a next hop without 8BITMIME */
    QUEUE_DKIM_BROKEN = 1 << 6 /* and had a DKIM-Signature, which that breaks */
};
enum { QUEUE_RECIPIENTS_MAX = 100000 };

struct queue_recipient {
    str forward_path; /* "local@domain" */
    str orcpt;        /* "rfc822;..." as it came, or empty */
    unsigned notify;
    enum queue_state state;
    /* The last answer of a next hop about it: empty, 0 and CAUSE_NONE before the first. */
    str reply; /* "550 5.7.1 text", lines parted by LF; or our own words, where there was no reply */
    str server; /* "smtp.example.org [192.0.2.1]:587" */
    enum cause_id cause;
};

/* Slices belong to whoever filled it. */
struct queue_message {
    uint64_t id;      /* given by the spool; not 0; shown as queue_id_text() */
    uint64_t record;  /* of the decision that let it in: relay/record.h */
    str reverse_path; /* empty: <> */
    str login, listener, helo, envid, route;
    struct ip client;
    uint64_t arrived_ms;  /* since 1970 */
    uint64_t due_ms;      /* when it is tried next, since 1970 */
    uint64_t size_octets; /* of header and body as kept, CRLF counted */
    unsigned flags;
    enum queue_ret ret;
    bool held;    /* not tried until it is released */
    bool dropped; /* by a person while it is in hand: it goes away when that attempt ends */
    uint32_t attempts;
    struct queue_recipient *recipients;
    size_t recipient_count;
};

/* The envelope in octets, without id, due_ms, held and dropped, which the spool keeps beside it. False: no room. */
bool queue_envelope_write(const struct queue_message *m, struct buf *out);
/* What it points to lies in octets or in the arena. False: damaged, or no memory. */
bool queue_envelope_read(str octets, struct arena *a, struct queue_message *out,
                         struct err *e) MUST_CHECK;

/* "Q" and 10 letters and digits (13 for ids over 2^50) that are not mixed up with one another. */
#define QUEUE_ID_TEXT_MAX 16
const char *queue_id_text(uint64_t id, char out[QUEUE_ID_TEXT_MAX]);
bool queue_id_parse(str text, uint64_t *out) MUST_CHECK; /* case does not matter */
#endif
