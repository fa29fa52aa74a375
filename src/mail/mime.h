/* SPDX-License-Identifier: ISC */
/*
 * mail/mime.h - the parts of a message
 * Owns    where each part begins and ends, its type, its text decoded and in UTF-8.
 * Speaks  RFC 2045 (fields), RFC 2046 section 5 (multipart, message), RFC 6532 (message/global), by way of
 *         mail/decode.h; and messages that keep to none of it: cut off anywhere, without boundaries, with boundaries
 *         that the header does not name.
 * Leaves  the header of a message to mail/header.h, notifications in it to mail/dsn.h, what is text to the caller.
 *
 * To read a whole message that somebody pasted:
 *
 *     struct mail_parts m;
 *     if (mail_parts_likely(text) && mail_parts_read(text, memory, &m, e))
 *         for (size_t i = 0; i < m.count; i++)
 *             if (!m.parts[i].container) ... m.parts[i].type, .body ...
 *
 * parts[0] is the message itself (its header has From, Subject and the rest). A part stands behind the one that holds
 * it, in the order of the text. body is decoded and UTF-8 for text and message parts; of others (pictures) it is
 * empty, and raw is there.
 */
#ifndef BATON_MAIL_MIME_H
#define BATON_MAIL_MIME_H
#include "mail/header.h"

enum { MAIL_PARTS_MAX = 256, MAIL_DEPTH_MAX = 16, MAIL_BOUNDARY_MAX = 256 };

enum mail_encoding { MAIL_ENCODING_NONE, MAIL_ENCODING_BASE64, MAIL_ENCODING_QUOTED_PRINTABLE };

enum mail_parts_oddity {
    MAIL_PARTS_CUT = 1 << 0,       /* the text ends before the last boundary of a multipart */
    MAIL_PARTS_LIES = 1 << 1,      /* a boundary is used that no header names */
    MAIL_PARTS_NONE = 1 << 2,      /* a multipart without parts: it is taken for text */
    MAIL_PARTS_TOO_MANY = 1 << 3,  /* more than MAIL_PARTS_MAX: the rest was left out */
    MAIL_PARTS_TOO_DEEP = 1 << 4,  /* parts inside of the MAIL_DEPTH_MAX'th were not taken apart */
    MAIL_PARTS_NO_FIELDS = 1 << 5, /* a header too large to be read was passed over */
};

struct mail_part {
    struct mail_header header; /* fields of the part; of parts[0] those of the message */
    size_t parent;             /* index of the part that holds it; its own for parts[0] */
    unsigned depth;            /* 0: the message itself */
    bool container; /* multipart or message: what it holds follows as parts of their own */
    str type;       /* "text/plain", in lower case; never empty */
    str charset;    /* as named, empty: not named */
    str name;       /* of the file; empty: none */
    enum mail_encoding encoding;
    str raw;  /* octets between its header and its end, as they came */
    str body; /* decoded, and in UTF-8 if mail_charset_known(charset); line ends as they came */
};

struct mail_parts {
    const struct mail_part *parts;
    size_t count; /* at least 1 */
    unsigned odd; /* bits of enum mail_parts_oddity */
};

/* Takes a message apart. Everything lies in memory or in the text; memory of twenty times the text, and 2 MiB, is
 * enough. False: memory is short. */
bool mail_parts_read(str message, struct arena *memory, struct mail_parts *out,
                     struct err *e) MUST_CHECK;
/* Does the text begin as a message does, with a header of mail (or in the middle, at a boundary and the header of a
 * part)? Blank lines before it are no matter. */
bool mail_parts_likely(str text);
/* The first part of that type behind parts[from], not a container; NULL: there is none. "text/" finds all texts. */
const struct mail_part *mail_parts_find(const struct mail_parts *m, size_t from, str type);
#endif
