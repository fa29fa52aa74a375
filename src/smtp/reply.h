/* SPDX-License-Identifier: ISC */
/*
 * smtp/reply.h - what a server answers, read from octets as they come
 * Owns    the reply value, and the reader that builds one from pieces of any size.
 * Speaks  RFC 5321 section 4.2 (replies), RFC 3463 section 2 (enhanced status codes).
 * Leaves  sockets, TLS, time, logs and every judgement to the caller.
 */
#ifndef BATON_SMTP_REPLY_H
#define BATON_SMTP_REPLY_H
#include "base/err.h"
#include "base/names.h"
#include "base/str.h"

/* Where in a conversation a reply belongs, in the order in which a mail transaction reaches them. */
enum smtp_stage {
    SMTP_STAGE_NONE,
    SMTP_STAGE_CONNECT,
    SMTP_STAGE_TLS,
    SMTP_STAGE_GREETING,
    SMTP_STAGE_EHLO,
    SMTP_STAGE_STARTTLS,
    SMTP_STAGE_AUTH,
    SMTP_STAGE_MAIL,
    SMTP_STAGE_RCPT,
    SMTP_STAGE_DATA,
    SMTP_STAGE_END_OF_DATA,
    SMTP_STAGE_RSET,
    SMTP_STAGE_QUIT,
    SMTP_STAGES
};
extern const struct names SMTP_STAGE_NAMES; /* "connect" ... "end-of-data", "rset", "quit" */

/* Enhanced status code; class 0: the reply has none. */
struct smtp_enhanced {
    unsigned class, subject, detail;
};
#define SMTP_ENHANCED_MAX 16
/* "5.7.1" at the start of text, followed by a blank or the end; *rest is what follows. */
bool smtp_enhanced_read(str text, struct smtp_enhanced *out, str *rest) MUST_CHECK;
const char *smtp_enhanced_text(const struct smtp_enhanced *x, char out[SMTP_ENHANCED_MAX]);

/* Ways in which a reply strays from the letter and is understood all the same. */
enum smtp_deviation {
    SMTP_DEV_BARE_LF = 1 << 0, /* a line ended in LF alone */
    SMTP_DEV_NO_SEPARATOR =
        1 << 1,                  /* "250" with nothing behind it, or text right behind the code */
    SMTP_DEV_NUL = 1 << 2,       /* holds a NUL octet */
    SMTP_DEV_LONG_LINE = 1 << 3, /* a line over 512 octets, section 4.5.3.1.5 */
    SMTP_DEV_8BIT = 1 << 4,      /* holds octets over 127 */
    SMTP_DEV_BARE_CR = 1 << 5,   /* a CR in the middle of a line */
};

/* text is all lines without code and separator, joined by LF; octets are as they came. The enhanced
 * status code is that of the first line that has one, and stays in text. */
struct smtp_reply {
    unsigned code; /* 200 to 599 */
    struct smtp_enhanced enhanced;
    str text;
    unsigned lines;
    unsigned deviations;
};
static inline bool smtp_reply_good(const struct smtp_reply *r)
{
    return r->code / 100 == 2;
}
static inline bool smtp_reply_temporary(const struct smtp_reply *r)
{
    return r->code / 100 == 4;
}

enum smtp_read { SMTP_READ_MORE, SMTP_READ_REPLY, SMTP_READ_BROKEN };

/* Why a reader gave up: each is told to the user in its own words. */
enum smtp_broken {
    SMTP_BROKEN_NOT,
    SMTP_BROKEN_NOT_SMTP,     /* the first line begins with no reply code */
    SMTP_BROKEN_TLS,          /* a TLS record came where a reply was expected */
    SMTP_BROKEN_CODES_DIFFER, /* lines of one reply have different codes */
    SMTP_BROKEN_LINE,         /* a later line begins with no reply code */
    SMTP_BROKEN_TOO_LONG,     /* longer than the reader's maximum */
    SMTP_BROKEN_MEMORY
};
extern const struct names SMTP_BROKEN_NAMES; /* a few words each, to stand in a sentence */

struct smtp_reader; /* fields are in reply.c */
/* A reader for one connection. A reply longer than max_octets, CRLFs counted, is broken
 * (RFC 5321 section 4.5.3.1.5 asks us to take 512 in one line). NULL when memory is short. */
struct smtp_reader *smtp_reader_new(size_t max_octets) MUST_CHECK;
void smtp_reader_free(struct smtp_reader *r);
AUTO_FREE(smtp_reader_freep, struct smtp_reader, smtp_reader_free)

/* Takes octets until a reply is whole; *used says how many (all of them with MORE and BROKEN). Call again
 * with the rest. Once broken, it stays so until smtp_reader_reset(), and only collects what is seen. */
enum smtp_read smtp_reader_feed(struct smtp_reader *r, str octets, size_t *used);
/* The reply after SMTP_READ_REPLY; its slices are good until the next feed, reset or free. */
const struct smtp_reply *smtp_reader_reply(const struct smtp_reader *r);
enum smtp_broken smtp_reader_broken(const struct smtp_reader *r);
/* What came so far of the reply that is not whole or is broken, at most 256 octets. */
str smtp_reader_seen(const struct smtp_reader *r);
void smtp_reader_reset(struct smtp_reader *r); /* forgets everything, as after STARTTLS */

/* The reply that a log or an error box shows, from its first octet on ("550 5.7.1 text",
 * "550-a\n550 b"); it may break off, and what follows its last line is left out. Lines of text are put
 * into room (room_octets at most; what does not fit is cut). False: no reply there. */
bool smtp_reply_parse(str pasted, char *room, size_t room_octets,
                      struct smtp_reply *out) MUST_CHECK;
#endif
