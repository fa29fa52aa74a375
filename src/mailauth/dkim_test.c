/* SPDX-License-Identifier: ISC */
#include "mailauth/dkim.h"
#include "mailauth/dkim_signer.h"
#include "mailauth/zone_script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

#define NOW 1700000000u
#define HEADER                                                                                     \
    "From: Anna <anna@a.example>\r\nTo: b@b.example\r\nSubject: Hello  you\r\nX-Other: 1\r\n"
#define MESSAGE HEADER "\r\nHello.  \r\nBye.\r\n\r\n"
#define HEAD    "v=1; a=rsa-sha256; d=a.example; s=sel; "
#define TAIL    "h=from:to:subject; bh=@; b=@"
#define PLAIN   HEAD "c=relaxed/relaxed; " TAIL
#define SIMPLE  HEAD "c=simple/simple; " TAIL
#define RECORD  "v=DKIM1; k=rsa; p=%R"
#define ED      "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.example; s=sel; " TAIL

/* record: what stands at sel._domainkey.a.example, a line each; %R, %B, %1, %7, %E, %S are keys; a line that
 * begins with "!" is a line of the zone. find is replaced once after signing. */
struct test {
    const char *label;
    enum dkim_signer_key key;
    const char *tags, *record;
    str message;
    const char *find, *replace;
    enum dkim_reason want;
    unsigned notes;
};
#define M STR_INIT(MESSAGE)

static const struct test HOLDS[] = {
    { "relaxed", SIGNER_RSA, PLAIN, RECORD, M, "", "", DKIM_OK, 0 },
    { "simple", SIGNER_RSA, SIMPLE, RECORD, M, "", "", DKIM_OK, 0 },
    { "no c=", SIGNER_RSA, HEAD TAIL, RECORD, M, "", "", DKIM_OK, 0 },
    { "c=relaxed", SIGNER_RSA, HEAD "c=relaxed; " TAIL, RECORD, M, "", "", DKIM_OK, 0 },
    { "c=simple/relaxed", SIGNER_RSA, HEAD "c=simple/relaxed; " TAIL, RECORD, M, "", "", DKIM_OK,
      0 },
    { "ed25519", SIGNER_ED25519, ED, "v=DKIM1; k=ed25519; p=%E", M, "", "", DKIM_OK, 0 },
    { "a bare RSA key", SIGNER_RSA, PLAIN, "p=%B", M, "", "", DKIM_OK, 0 },
    { "1024 bits", SIGNER_RSA_1024, PLAIN, "p=%1", M, "", "", DKIM_OK, DKIM_NOTE_WEAK_KEY },
    { "relaxed, blanks changed", SIGNER_RSA, PLAIN, RECORD, M, "Hello  you", "Hello \t you ",
      DKIM_OK, 0 },
    { "relaxed, a name's case changed", SIGNER_RSA, PLAIN, RECORD, M,
      "Subject:", "SUBJECT :", DKIM_OK, 0 },
    { "relaxed, folded", SIGNER_RSA, PLAIN, RECORD, M, "Hello  you", "Hello\r\n you", DKIM_OK, 0 },
    { "relaxed, blanks in the body", SIGNER_RSA, PLAIN, RECORD, M, "Hello.  ", "Hello. ", DKIM_OK,
      0 },
    { "empty lines at the end gone", SIGNER_RSA, SIMPLE, RECORD, M, "Bye.\r\n\r\n", "Bye.\r\n",
      DKIM_OK, 0 },
    { "empty lines at the end added", SIGNER_RSA, SIMPLE, RECORD, M, "Bye.\r\n", "Bye.\r\n\r\n",
      DKIM_OK, 0 },
    { "a field added on top", SIGNER_RSA, PLAIN, RECORD, M, "DKIM-Sig", "Received: x\r\nDKIM-Sig",
      DKIM_OK, 0 },
    { "an unsigned field changed", SIGNER_RSA, SIMPLE, RECORD, M, "X-Other: 1", "X-Other: 2",
      DKIM_OK, 0 },
    { "a signed field that is not there", SIGNER_RSA, HEAD "h=from:to:subject:x-none; bh=@; b=@",
      RECORD, M, "", "", DKIM_OK, 0 },
    { "signed more often than it is there", SIGNER_RSA,
      HEAD "h=from:from:to:subject:subject; bh=@; b=@", RECORD, M, "", "", DKIM_OK, 0 },
    { "t= and x=", SIGNER_RSA, HEAD "t=1699990000; x=1700000000; " TAIL, RECORD, M, "", "", DKIM_OK,
      0 },
    { "t= a little ahead", SIGNER_RSA, HEAD "t=1700000300; " TAIL, RECORD, M, "", "", DKIM_OK, 0 },
    { "i= of a subdomain", SIGNER_RSA, HEAD "i=anna@mail.A.example; " TAIL, RECORD, M, "", "",
      DKIM_OK, 0 },
    { "i= quoted", SIGNER_RSA, HEAD "i=an=3Dna=20x@a.example; " TAIL, RECORD, M, "", "", DKIM_OK,
      0 },
    { "i= without a local-part", SIGNER_RSA, HEAD "i=@a.example; " TAIL, RECORD, M, "", "", DKIM_OK,
      0 },
    { "d= in upper case", SIGNER_RSA, "v=1; a=rsa-sha256; d=A.Example; s=SEL; " TAIL, RECORD, M, "",
      "", DKIM_OK, 0 },
    { "q= with others", SIGNER_RSA, HEAD "q=dns/foo:dns/txt; " TAIL, RECORD, M, "", "", DKIM_OK,
      0 },
    { "z=", SIGNER_RSA, HEAD "z=From:Anna=20<anna@a.example>|Subject:Hello=20=20you; " TAIL, RECORD,
      M, "", "", DKIM_OK, 0 },
    { "an unknown tag", SIGNER_RSA, HEAD "zz_9=; foo=x y; " TAIL, RECORD, M, "", "", DKIM_OK, 0 },
    { "blanks around everything", SIGNER_RSA,
      " v = 1 ; a\t=\r\n rsa-sha256; d=a.example ; s= sel; h = from : to:\r\n subject ; bh =@ ; "
      "b\r\n = @ ;",
      RECORD, M, "", "", DKIM_OK, 0 },
    { "a semicolon at the end, then blanks", SIGNER_RSA, PLAIN " ; ", RECORD, M, "", "", DKIM_OK,
      0 },
    { "b= first", SIGNER_RSA, "b=@; bh=@; v=1; a=rsa-sha256; d=a.example; s=sel; h=from", RECORD, M,
      "", "", DKIM_OK, DKIM_NOTE_FIELD_UNSIGNED },
    { "l= of the whole body", SIGNER_RSA, HEAD "c=simple/relaxed; l=14; " TAIL, RECORD, M, "", "",
      DKIM_OK, 0 },
    { "l= with zeros before it", SIGNER_RSA,
      HEAD "c=simple/relaxed; l=0000000000000000000000000014; " TAIL, RECORD, M, "", "", DKIM_OK,
      0 },
    { "text behind l=", SIGNER_RSA, HEAD "c=simple/relaxed; l=8; " TAIL, RECORD, M, "", "", DKIM_OK,
      DKIM_NOTE_BODY_BEYOND },
    { "text added behind l=", SIGNER_RSA, HEAD "c=simple/relaxed; l=14; " TAIL, RECORD, M,
      "Bye.\r\n", "Bye.\r\nBuy!\r\n", DKIM_OK, DKIM_NOTE_BODY_BEYOND },
    { "l=0 of no body", SIGNER_RSA, HEAD "c=simple/relaxed; l=0; " TAIL, RECORD,
      STR_INIT(HEADER "\r\n"), "", "", DKIM_OK, 0 },
    { "l=0 of an empty body, simple", SIGNER_RSA, HEAD "l=0; " TAIL, RECORD,
      STR_INIT(HEADER "\r\n\r\n"), "", "", DKIM_OK, 0 },
    { "no body, simple", SIGNER_RSA, SIMPLE, RECORD, STR_INIT(HEADER "\r\n"), "", "", DKIM_OK, 0 },
    { "no body, relaxed", SIGNER_RSA, PLAIN, RECORD, STR_INIT(HEADER "\r\n"), "", "", DKIM_OK, 0 },
    { "no blank line", SIGNER_RSA, PLAIN, RECORD, STR_INIT(HEADER), "", "", DKIM_OK, 0 },
    { "8 bits", SIGNER_RSA, SIMPLE, RECORD,
      STR_INIT("From: \xc3\xa4 <a@a.example>\r\nTo: b\r\n\r\n\xff\r\n"), "", "", DKIM_OK, 0 },
    { "bare CR and LF in the body", SIGNER_RSA, SIMPLE, RECORD,
      STR_INIT("From: a@a.example\r\n\r\na\rb\nc\r\n"), "", "", DKIM_OK, 0 },
    { "two Subjects, the lower one is signed", SIGNER_RSA, PLAIN, RECORD, M, "DKIM-Sig",
      "Subject: Buy\r\nDKIM-Sig", DKIM_OK, DKIM_NOTE_FIELD_ADDED },
    { "two From, both signed", SIGNER_RSA, HEAD "h=from:from; bh=@; b=@", RECORD,
      STR_INIT("From: a@a.example\r\nFrom: b@a.example\r\n\r\nx"), "", "", DKIM_OK,
      DKIM_NOTE_FROM_TWICE },
    { "another signature listed that is not there", SIGNER_RSA,
      HEAD "h=from:dkim-signature; bh=@; b=@", RECORD, M, "", "", DKIM_OK,
      DKIM_NOTE_FIELD_UNSIGNED },
    { "everything in the key record", SIGNER_RSA, PLAIN,
      " v = DKIM1 ; h = sha1 : sha256; k=rsa; n=some text; p=%R ; s=email:x ; t=y:s:other; zz=1; ",
      M, "", "", DKIM_OK, DKIM_NOTE_TESTING },
    { "no v= and no k=", SIGNER_RSA, PLAIN, "p=%R", M, "", "", DKIM_OK, 0 },
    { "s=*", SIGNER_RSA, PLAIN, "s=*; p=%R", M, "", "", DKIM_OK, 0 },
    { "an empty g=", SIGNER_RSA, PLAIN, "g=; p=%R", M, "", "", DKIM_OK, 0 },
    { "g=*", SIGNER_RSA, PLAIN, "g=*; p=%R", M, "", "", DKIM_OK, 0 },
    { "g= that fits", SIGNER_RSA, HEAD "i=anna+x@a.example; " TAIL, "g=an*+x; p=%R", M, "", "",
      DKIM_OK, 0 },
    { "a TXT record beside the key", SIGNER_RSA, PLAIN, "v=spf1 -all\np=%R\nhello", M, "", "",
      DKIM_OK, DKIM_NOTE_OTHER_TXT },
    { "a record of another version beside the key", SIGNER_RSA, PLAIN, "v=DKIM2; p=%R\np=%R", M, "",
      "", DKIM_OK, DKIM_NOTE_OTHER_TXT },
    { "t=s and the same domain", SIGNER_RSA, HEAD "i=x@A.example; " TAIL, "t=s; p=%R", M, "", "",
      DKIM_OK, 0 },
    { "a registry's own mail", SIGNER_RSA,
      "v=1; a=rsa-sha256; d=co.example; s=sel; h=from; bh=@; b=@",
      "!sel._domainkey.co.example TXT p=%R", STR_INIT("From: a@CO.example, b@co.example\r\n\r\nx"),
      "", "", DKIM_OK, DKIM_NOTE_SUFFIX },
};

/* What was changed on the way. */
static const struct test CHANGED[] = {
    { "the body", SIGNER_RSA, PLAIN, RECORD, M, "Bye.", "Buy.", DKIM_BODY_CHANGED, 0 },
    { "case in the body", SIGNER_RSA, PLAIN, RECORD, M, "Bye.", "bye.", DKIM_BODY_CHANGED, 0 },
    { "a blank added in front of a line", SIGNER_RSA, PLAIN, RECORD, M, "Bye.", " Bye.",
      DKIM_BODY_CHANGED, 0 },
    { "blanks at a line's end, simple", SIGNER_RSA, SIMPLE, RECORD, M, "Hello.  ", "Hello.",
      DKIM_BODY_CHANGED, 0 },
    { "text added", SIGNER_RSA, SIMPLE, RECORD, M, "Bye.\r\n", "Bye.\r\n\r\nBuy.\r\n",
      DKIM_BODY_CHANGED, 0 },
    { "a CRLF that became LF", SIGNER_RSA, SIMPLE, RECORD, M, "\r\nBye", "\nBye", DKIM_BODY_CHANGED,
      0 },
    { "the body emptied", SIGNER_RSA, SIMPLE, RECORD, M, "Hello.  \r\nBye.\r\n\r\n", "",
      DKIM_BODY_CHANGED, 0 },
    { "l= and a body cut", SIGNER_RSA, HEAD "c=simple/relaxed; l=14; " TAIL, RECORD, M, "Bye.\r\n",
      "", DKIM_BODY_SHORT, 0 },
    { "l= larger than the body from the start", SIGNER_RSA, HEAD "c=simple/relaxed; l=15; " TAIL,
      RECORD, M, "", "", DKIM_BODY_SHORT, 0 },
    { "l= larger than any number", SIGNER_RSA,
      HEAD "c=simple/relaxed; l=18446744073709551616; " TAIL, RECORD, M, "", "", DKIM_BODY_SHORT,
      0 },
    { "l= of 76 digits", SIGNER_RSA,
      HEAD "l=9999999999999999999999999999999999999999999999999999999999999999999999999999; " TAIL,
      RECORD, M, "", "", DKIM_BODY_SHORT, 0 },
    { "Subject", SIGNER_RSA, PLAIN, RECORD, M, "Hello  you", "Hello me", DKIM_HEADER_CHANGED, 0 },
    { "a word joined", SIGNER_RSA, PLAIN, RECORD, M, "Hello  you", "Helloyou", DKIM_HEADER_CHANGED,
      0 },
    { "blanks, simple", SIGNER_RSA, SIMPLE, RECORD, M, "Hello  you", "Hello you",
      DKIM_HEADER_CHANGED, 0 },
    { "a name's case, simple", SIGNER_RSA, SIMPLE, RECORD, M,
      "Subject:", "subject:", DKIM_HEADER_CHANGED, 0 },
    { "From", SIGNER_RSA, PLAIN, RECORD, M, "<anna@", "<otto@", DKIM_HEADER_CHANGED, 0 },
    { "a field taken away", SIGNER_RSA, PLAIN, RECORD, M, "To: b@b.example\r\n", "",
      DKIM_HEADER_CHANGED, 0 },
    { "a Subject below the signed one", SIGNER_RSA, PLAIN, RECORD, M, "X-Other: 1", "Subject: Buy",
      DKIM_HEADER_CHANGED, 0 },
    { "a field added that is signed as absent", SIGNER_RSA,
      HEAD "h=from:to:subject:x-none; bh=@; b=@", RECORD, M, "X-Other: 1", "X-None: 1",
      DKIM_HEADER_CHANGED, 0 },
    { "a From added to one signed twice", SIGNER_RSA, HEAD "h=from:from:to:subject; bh=@; b=@",
      RECORD, M, "DKIM-Sig", "From: x@y.example\r\nDKIM-Sig", DKIM_HEADER_CHANGED, 0 },
    { "a tag changed", SIGNER_RSA, HEAD "t=1699990000; " TAIL, RECORD, M, "t=1699990000",
      "t=1699990001", DKIM_HEADER_CHANGED, 0 },
    { "a blank added to a tag, simple", SIGNER_RSA, SIMPLE, RECORD, M, "; s=sel", ";  s=sel",
      DKIM_HEADER_CHANGED, 0 },
    { "a tag added", SIGNER_RSA, PLAIN, RECORD, M,
      "; bh=", "; x=1800000000; bh=", DKIM_HEADER_CHANGED, 0 },
    { "a tag added behind b=", SIGNER_RSA, PLAIN, RECORD, M, "\r\nFrom", "; l=3\r\nFrom",
      DKIM_BODY_CHANGED, 0 },
    { "another key", SIGNER_RSA, PLAIN, "p=%1", M, "", "", DKIM_HEADER_CHANGED, 0 },
    { "another key of that size", SIGNER_ED25519, ED,
      "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", M, "", "", DKIM_HEADER_CHANGED,
      0 },
    { "the signature of the body of another", SIGNER_RSA,
      HEAD "h=from:to:subject; "
           "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=@",
      RECORD, M, "", "", DKIM_BODY_CHANGED, 0 },
};

/* Holds, and is not taken all the same. */
static const struct test NOT_TAKEN[] = {
    { "a From on top", SIGNER_RSA, PLAIN, RECORD, M, "DKIM-Sig", "From: x@y.example\r\nDKIM-Sig",
      DKIM_FROM_ADDED, 0 },
    { "a From on top, a blank before its colon", SIGNER_RSA, PLAIN, RECORD, M, "DKIM-Sig",
      "FROM : x@y.example\r\nDKIM-Sig", DKIM_FROM_ADDED, 0 },
    { "l=0", SIGNER_RSA, HEAD "c=simple/relaxed; l=0; " TAIL, RECORD, M, "", "", DKIM_BODY_UNSIGNED,
      0 },
    { "l=0, a body added", SIGNER_RSA, HEAD "l=0; " TAIL, RECORD, STR_INIT(HEADER "\r\n"),
      "X-Other: 1\r\n\r\n", "X-Other: 1\r\n\r\nBuy.\r\n", DKIM_BODY_UNSIGNED, 0 },
    { "expired", SIGNER_RSA, HEAD "t=1699990000; x=1699999999; " TAIL, RECORD, M, "", "",
      DKIM_EXPIRED, 0 },
    { "expired, no t=", SIGNER_RSA, HEAD "x=1699999999; " TAIL, RECORD, M, "", "", DKIM_EXPIRED,
      0 },
    { "expired at 0", SIGNER_RSA, HEAD "x=0; " TAIL, RECORD, M, "", "", DKIM_EXPIRED, 0 },
    { "expired, and the key is gone", SIGNER_RSA, HEAD "x=1699999999; " TAIL,
      "!other.example TXT x", M, "", "", DKIM_EXPIRED, 0 },
    { "from the future", SIGNER_RSA, HEAD "t=1700000301; " TAIL, RECORD, M, "", "", DKIM_FUTURE,
      0 },
    { "from a far future", SIGNER_RSA, HEAD "t=999999999999; " TAIL, RECORD, M, "", "", DKIM_FUTURE,
      0 },
    { "g= of another", SIGNER_RSA, HEAD "i=anna@a.example; " TAIL, "g=otto; p=%R", M, "", "",
      DKIM_GRANULARITY, 0 },
    { "g= and no i=", SIGNER_RSA, PLAIN, "g=anna; p=%R", M, "", "", DKIM_GRANULARITY, 0 },
    { "a registry's domain", SIGNER_RSA, "v=1; a=rsa-sha256; d=co.example; s=sel; " TAIL,
      "!sel._domainkey.co.example TXT p=%R", M, "", "", DKIM_SUFFIX_DOMAIN, 0 },
    { "a registry's domain, one author of two", SIGNER_RSA,
      "v=1; a=rsa-sha256; d=co.example; s=sel; h=from; bh=@; b=@",
      "!sel._domainkey.co.example TXT p=%R",
      STR_INIT("From: a@co.example, b@b.co.example\r\n\r\nx"), "", "", DKIM_SUFFIX_DOMAIN, 0 },
};

/* Signed well, by what is no signature. */
static const struct test SYNTAX[] = {
    { "no v=", SIGNER_RSA, "a=rsa-sha256; d=a.example; s=sel; " TAIL, RECORD, M, "", "",
      DKIM_TAG_MISSING, 0 },
    { "v=1.0", SIGNER_RSA, "v=1.0; a=rsa-sha256; d=a.example; s=sel; " TAIL, RECORD, M, "", "",
      DKIM_VERSION, 0 },
    { "v=01", SIGNER_RSA, "v=01; a=rsa-sha256; d=a.example; s=sel; " TAIL, RECORD, M, "", "",
      DKIM_VERSION, 0 },
    { "v=2", SIGNER_RSA, "v=2; a=rsa-sha256; d=a.example; s=sel; " TAIL, RECORD, M, "", "",
      DKIM_VERSION, 0 },
    { "an empty v=", SIGNER_RSA, "v=; a=rsa-sha256; d=a.example; s=sel; " TAIL, RECORD, M, "", "",
      DKIM_VERSION, 0 },
    { "no a=", SIGNER_RSA, "v=1; d=a.example; s=sel; " TAIL, RECORD, M, "", "", DKIM_TAG_MISSING,
      0 },
    { "an unknown a=", SIGNER_RSA, "v=1; a=rsa-sha512; d=a.example; s=sel; " TAIL, RECORD, M, "",
      "", DKIM_ALGORITHM, 0 },
    { "a= in upper case", SIGNER_RSA, "v=1; a=RSA-SHA256; d=a.example; s=sel; " TAIL, RECORD, M, "",
      "", DKIM_ALGORITHM, 0 },
    { "an empty a=", SIGNER_RSA, "v=1; a=; d=a.example; s=sel; " TAIL, RECORD, M, "", "",
      DKIM_ALGORITHM, 0 },
    { "rsa-sha1", SIGNER_RSA, "v=1; a=rsa-sha1; d=a.example; s=sel; " TAIL, RECORD, M, "", "",
      DKIM_SHA1, 0 },
    { "no b=", SIGNER_RSA, HEAD "h=from; bh=@", RECORD, M, "", "", DKIM_TAG_MISSING, 0 },
    { "an empty b=", SIGNER_RSA, HEAD "h=from; bh=@; b=", RECORD, M, "", "", DKIM_BASE64, 0 },
    { "b= with more behind it", SIGNER_RSA, PLAIN, RECORD, M, "==\r\n", "==AA\r\n", DKIM_BASE64,
      0 },
    { "b= without its padding", SIGNER_RSA, PLAIN, RECORD, M, "==\r\n", "\r\n", DKIM_BASE64, 0 },
    { "b= with another octet", SIGNER_RSA, PLAIN, RECORD, M, "==\r\n", "==!\r\n", DKIM_BASE64, 0 },
    { "no bh=", SIGNER_RSA, HEAD "h=from; b=@", RECORD, M, "", "", DKIM_TAG_MISSING, 0 },
    { "bh= too short", SIGNER_RSA, HEAD "h=from; bh=AAAA; b=@", RECORD, M, "", "",
      DKIM_BODY_HASH_SIZE, 0 },
    { "bh= no base64", SIGNER_RSA, HEAD "h=from; bh=AA; b=@", RECORD, M, "", "", DKIM_BASE64, 0 },
    { "no d=", SIGNER_RSA, "v=1; a=rsa-sha256; s=sel; " TAIL, RECORD, M, "", "", DKIM_TAG_MISSING,
      0 },
    { "d= with a dot at its end", SIGNER_RSA, "v=1; a=rsa-sha256; d=a.example.; s=sel; " TAIL,
      RECORD, M, "", "", DKIM_DOMAIN_SYNTAX, 0 },
    { "d= of one label", SIGNER_RSA, "v=1; a=rsa-sha256; d=example; s=sel; " TAIL,
      "!sel._domainkey.example TXT p=%R", M, "", "", DKIM_DOMAIN_SYNTAX, 0 },
    { "d= with an empty label", SIGNER_RSA, "v=1; a=rsa-sha256; d=a..example; s=sel; " TAIL, RECORD,
      M, "", "", DKIM_DOMAIN_SYNTAX, 0 },
    { "d= with an underscore", SIGNER_RSA, "v=1; a=rsa-sha256; d=_a.example; s=sel; " TAIL,
      "!sel._domainkey._a.example TXT p=%R", M, "", "", DKIM_DOMAIN_SYNTAX, 0 },
    { "d= with a hyphen first", SIGNER_RSA, "v=1; a=rsa-sha256; d=-a.example; s=sel; " TAIL, RECORD,
      M, "", "", DKIM_DOMAIN_SYNTAX, 0 },
    { "d= with a blank", SIGNER_RSA, "v=1; a=rsa-sha256; d=a. example; s=sel; " TAIL, RECORD, M, "",
      "", DKIM_DOMAIN_SYNTAX, 0 },
    { "d= a label of 64", SIGNER_RSA,
      "v=1; a=rsa-sha256; "
      "d=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example; s=sel; " TAIL,
      RECORD, M, "", "", DKIM_DOMAIN_SYNTAX, 0 },
    { "no s=", SIGNER_RSA, "v=1; a=rsa-sha256; d=a.example; " TAIL, RECORD, M, "", "",
      DKIM_TAG_MISSING, 0 },
    { "an empty s=", SIGNER_RSA, "v=1; a=rsa-sha256; d=a.example; s=; " TAIL, RECORD, M, "", "",
      DKIM_SELECTOR_SYNTAX, 0 },
    { "s= with an underscore", SIGNER_RSA, "v=1; a=rsa-sha256; d=a.example; s=s_l; " TAIL,
      "!s_l._domainkey.a.example TXT p=%R", M, "", "", DKIM_SELECTOR_SYNTAX, 0 },
    { "s= with a dot at its end", SIGNER_RSA, "v=1; a=rsa-sha256; d=a.example; s=sel.; " TAIL,
      RECORD, M, "", "", DKIM_SELECTOR_SYNTAX, 0 },
    { "no h=", SIGNER_RSA, HEAD "bh=@; b=@", RECORD, M, "", "", DKIM_TAG_MISSING, 0 },
    { "an empty h=", SIGNER_RSA, HEAD "h=; bh=@; b=@", RECORD, M, "", "", DKIM_HEADER_LIST, 0 },
    { "h= with a colon at its end", SIGNER_RSA, HEAD "h=from:; bh=@; b=@", RECORD, M, "", "",
      DKIM_HEADER_LIST, 0 },
    { "h= with two colons", SIGNER_RSA, HEAD "h=from::to; bh=@; b=@", RECORD, M, "", "",
      DKIM_HEADER_LIST, 0 },
    { "h= with a blank in a name", SIGNER_RSA, HEAD "h=from:sub ject; bh=@; b=@", RECORD, M, "", "",
      DKIM_HEADER_LIST, 0 },
    { "h= outside ASCII", SIGNER_RSA, HEAD "h=from:\xc3\xa4; bh=@; b=@", RECORD, M, "", "",
      DKIM_TAG_SYNTAX, 0 },
    { "h= without From", SIGNER_RSA, HEAD "h=to:subject; bh=@; b=@", RECORD, M, "", "",
      DKIM_FROM_NOT_LISTED, 0 },
    { "h= with a name like From", SIGNER_RSA, HEAD "h=fromm:x-from; bh=@; b=@", RECORD, M, "", "",
      DKIM_FROM_NOT_LISTED, 0 },
    { "i= of another domain", SIGNER_RSA, HEAD "i=a@b.example; " TAIL, RECORD, M, "", "",
      DKIM_IDENTITY_OUTSIDE, 0 },
    { "i= that only ends alike", SIGNER_RSA, HEAD "i=a@nota.example; " TAIL, RECORD, M, "", "",
      DKIM_IDENTITY_OUTSIDE, 0 },
    { "i= of the domain above", SIGNER_RSA,
      "v=1; a=rsa-sha256; d=b.a.example; s=sel; i=@a.example; " TAIL, RECORD, M, "", "",
      DKIM_IDENTITY_OUTSIDE, 0 },
    { "i= with two at-signs", SIGNER_RSA, HEAD "i=x@a.example@b.example; " TAIL, RECORD, M, "", "",
      DKIM_IDENTITY_OUTSIDE, 0 },
    { "i= with a quoted at-sign", SIGNER_RSA, HEAD "i=x@a.example=40b.example; " TAIL, RECORD, M,
      "", "", DKIM_IDENTITY_OUTSIDE, 0 },
    { "i= without a domain", SIGNER_RSA, HEAD "i=anna; " TAIL, RECORD, M, "", "",
      DKIM_IDENTITY_SYNTAX, 0 },
    { "an empty i=", SIGNER_RSA, HEAD "i=; " TAIL, RECORD, M, "", "", DKIM_IDENTITY_SYNTAX, 0 },
    { "i= with a dot at its end", SIGNER_RSA, HEAD "i=@a.example.; " TAIL, RECORD, M, "", "",
      DKIM_IDENTITY_SYNTAX, 0 },
    { "i= badly quoted", SIGNER_RSA, HEAD "i=a=3d@a.example; " TAIL, RECORD, M, "", "",
      DKIM_IDENTITY_SYNTAX, 0 },
    { "l= with a sign", SIGNER_RSA, HEAD "l=+8; " TAIL, RECORD, M, "", "", DKIM_LENGTH_SYNTAX, 0 },
    { "a negative l=", SIGNER_RSA, HEAD "l=-1; " TAIL, RECORD, M, "", "", DKIM_LENGTH_SYNTAX, 0 },
    { "l= with a letter", SIGNER_RSA, HEAD "l=8x; " TAIL, RECORD, M, "", "", DKIM_LENGTH_SYNTAX,
      0 },
    { "l= with a blank", SIGNER_RSA, HEAD "l=1 4; " TAIL, RECORD, M, "", "", DKIM_LENGTH_SYNTAX,
      0 },
    { "l= in hex", SIGNER_RSA, HEAD "l=0x8; " TAIL, RECORD, M, "", "", DKIM_LENGTH_SYNTAX, 0 },
    { "an empty l=", SIGNER_RSA, HEAD "l=; " TAIL, RECORD, M, "", "", DKIM_LENGTH_SYNTAX, 0 },
    { "l= of 77 digits", SIGNER_RSA,
      HEAD "l=00000000000000000000000000000000000000000000000000000000000000000000000000014; " TAIL,
      RECORD, M, "", "", DKIM_LENGTH_SYNTAX, 0 },
    { "q= of something else", SIGNER_RSA, HEAD "q=dns/foo; " TAIL, RECORD, M, "", "",
      DKIM_QUERY_METHOD, 0 },
    { "q=dns", SIGNER_RSA, HEAD "q=dns; " TAIL, RECORD, M, "", "", DKIM_QUERY_METHOD, 0 },
    { "an empty q=", SIGNER_RSA, HEAD "q=; " TAIL, RECORD, M, "", "", DKIM_QUERY_METHOD, 0 },
    { "q= with an empty place", SIGNER_RSA, HEAD "q=dns/txt:; " TAIL, RECORD, M, "", "",
      DKIM_QUERY_METHOD, 0 },
    { "t= no number", SIGNER_RSA, HEAD "t=now; " TAIL, RECORD, M, "", "", DKIM_TIME_SYNTAX, 0 },
    { "a negative t=", SIGNER_RSA, HEAD "t=-1; " TAIL, RECORD, M, "", "", DKIM_TIME_SYNTAX, 0 },
    { "t= of 13 digits", SIGNER_RSA, HEAD "t=0001699990000; " TAIL, RECORD, M, "", "",
      DKIM_TIME_SYNTAX, 0 },
    { "an empty x=", SIGNER_RSA, HEAD "x=; " TAIL, RECORD, M, "", "", DKIM_TIME_SYNTAX, 0 },
    { "x= with more behind it", SIGNER_RSA, HEAD "x=1800000000.5; " TAIL, RECORD, M, "", "",
      DKIM_TIME_SYNTAX, 0 },
    { "x= before t=", SIGNER_RSA, HEAD "t=1699990000; x=1699980000; " TAIL, RECORD, M, "", "",
      DKIM_EXPIRY_BEFORE_TIME, 0 },
    { "x= equal to t=", SIGNER_RSA, HEAD "x=1800000000; t=1800000000; " TAIL, RECORD, M, "", "",
      DKIM_EXPIRY_BEFORE_TIME, 0 },
    { "c= of three", SIGNER_RSA, HEAD "c=relaxed/relaxed/relaxed; " TAIL, RECORD, M, "", "",
      DKIM_FORM, 0 },
    { "c= in upper case", SIGNER_RSA, HEAD "c=Relaxed/Relaxed; " TAIL, RECORD, M, "", "", DKIM_FORM,
      0 },
    { "c= unknown", SIGNER_RSA, HEAD "c=nofws; " TAIL, RECORD, M, "", "", DKIM_FORM, 0 },
    { "c= with nothing behind the slash", SIGNER_RSA, HEAD "c=relaxed/; " TAIL, RECORD, M, "", "",
      DKIM_FORM, 0 },
    { "c= with nothing before the slash", SIGNER_RSA, HEAD "c=/relaxed; " TAIL, RECORD, M, "", "",
      DKIM_FORM, 0 },
    { "an empty c=", SIGNER_RSA, HEAD "c=; " TAIL, RECORD, M, "", "", DKIM_FORM, 0 },
    { "z= without a colon", SIGNER_RSA, HEAD "z=From; " TAIL, RECORD, M, "", "", DKIM_COPY_SYNTAX,
      0 },
    { "an empty z=", SIGNER_RSA, HEAD "z=; " TAIL, RECORD, M, "", "", DKIM_COPY_SYNTAX, 0 },
    { "z= badly quoted", SIGNER_RSA, HEAD "z=From:=ZZ; " TAIL, RECORD, M, "", "", DKIM_COPY_SYNTAX,
      0 },
    { "v= twice", SIGNER_RSA, HEAD "v=1; " TAIL, RECORD, M, "", "", DKIM_TAG_TWICE, 0 },
    { "an unknown tag twice", SIGNER_RSA, HEAD "zz=1; zz=2; " TAIL, RECORD, M, "", "",
      DKIM_TAG_TWICE, 0 },
    { "d= twice", SIGNER_RSA, HEAD "d=b.example; " TAIL, RECORD, M, "", "", DKIM_TAG_TWICE, 0 },
    { "an empty tag", SIGNER_RSA, HEAD "; " TAIL, RECORD, M, "", "", DKIM_TAG_SYNTAX, 0 },
    { "two semicolons at the end", SIGNER_RSA, PLAIN ";;", RECORD, M, "", "", DKIM_TAG_SYNTAX, 0 },
    { "a semicolon first", SIGNER_RSA, ";" PLAIN, RECORD, M, "", "", DKIM_TAG_SYNTAX, 0 },
    { "no equals sign", SIGNER_RSA, HEAD "foo; " TAIL, RECORD, M, "", "", DKIM_TAG_SYNTAX, 0 },
    { "a blank in a tag's name", SIGNER_RSA, HEAD "f oo=1; " TAIL, RECORD, M, "", "",
      DKIM_TAG_SYNTAX, 0 },
    { "a digit first in a tag's name", SIGNER_RSA, HEAD "1a=1; " TAIL, RECORD, M, "", "",
      DKIM_TAG_SYNTAX, 0 },
    { "a hyphen in a tag's name", SIGNER_RSA, HEAD "a-b=1; " TAIL, RECORD, M, "", "",
      DKIM_TAG_SYNTAX, 0 },
    { "a tag without a name", SIGNER_RSA, HEAD "=1; " TAIL, RECORD, M, "", "", DKIM_TAG_SYNTAX, 0 },
    { "a tag's name in upper case is another", SIGNER_RSA,
      "V=1; a=rsa-sha256; d=a.example; s=sel; " TAIL, RECORD, M, "", "", DKIM_TAG_MISSING, 0 },
    { "a control character", SIGNER_RSA, HEAD "foo=a\x01; " TAIL, RECORD, M, "", "",
      DKIM_TAG_SYNTAX, 0 },
    { "no UTF-8", SIGNER_RSA, HEAD "i=\xff@a.example; " TAIL, RECORD, M, "", "", DKIM_TAG_SYNTAX,
      0 },
    { "a name in another script, no library", SIGNER_RSA,
      "v=1; a=rsa-sha256; d=\xc3\xa4.example; s=sel; " TAIL, RECORD, M, "", "", DKIM_DOMAIN_SYNTAX,
      0 },
    { "a line of blanks", SIGNER_RSA, HEAD "\r\n \r\n foo=1; " TAIL, RECORD, M, "", "",
      DKIM_TAG_SYNTAX, 0 },
    { "a line of blanks in a value", SIGNER_RSA, HEAD "foo=1\r\n \r\n x; " TAIL, RECORD, M, "", "",
      DKIM_TAG_SYNTAX, 0 },
};

static const struct test KEYS[] = {
    { "no such name", SIGNER_RSA, PLAIN, "!a.example TXT x", M, "", "", DKIM_NO_KEY, 0 },
    { "no TXT record", SIGNER_RSA, PLAIN, "!sel._domainkey.a.example A 192.0.2.1", M, "", "",
      DKIM_NO_KEY, 0 },
    { "SERVFAIL", SIGNER_RSA, PLAIN, "!sel._domainkey.a.example SERVFAIL", M, "", "",
      DKIM_KEY_LOOKUP, 0 },
    { "REFUSED", SIGNER_RSA, PLAIN, "!sel._domainkey.a.example REFUSED", M, "", "", DKIM_KEY_LOOKUP,
      0 },
    { "no answer", SIGNER_RSA, PLAIN, "!sel._domainkey.a.example TIMEOUT", M, "", "",
      DKIM_KEY_LOOKUP, 0 },
    { "a broken answer", SIGNER_RSA, PLAIN, "!sel._domainkey.a.example BROKEN", M, "", "",
      DKIM_KEY_LOOKUP, 0 },
    { "withdrawn", SIGNER_RSA, PLAIN, "v=DKIM1; p=", M, "", "", DKIM_KEY_REVOKED, 0 },
    { "withdrawn, blanks", SIGNER_RSA, PLAIN, "v=DKIM1; p= ;", M, "", "", DKIM_KEY_REVOKED, 0 },
    { "no p=", SIGNER_RSA, PLAIN, "v=DKIM1; k=rsa", M, "", "", DKIM_KEY_SYNTAX, 0 },
    { "two keys", SIGNER_RSA, PLAIN, "v=DKIM1; p=%R\nv=DKIM1; p=%1", M, "", "", DKIM_KEYS_SEVERAL,
      0 },
    { "a key and a broken one", SIGNER_RSA, PLAIN, "v=DKIM1; p=%R\nv=DKIM1; p", M, "", "",
      DKIM_KEYS_SEVERAL, 0 },
    { "v= not first", SIGNER_RSA, PLAIN, "k=rsa; v=DKIM1; p=%R", M, "", "", DKIM_KEY_VERSION, 0 },
    { "v=DKIM2", SIGNER_RSA, PLAIN, "v=DKIM2; p=%R", M, "", "", DKIM_KEY_VERSION, 0 },
    { "v=dkim1", SIGNER_RSA, PLAIN, "v=dkim1; p=%R", M, "", "", DKIM_KEY_VERSION, 0 },
    { "v=1", SIGNER_RSA, PLAIN, "v=1; p=%R", M, "", "", DKIM_KEY_VERSION, 0 },
    { "only SPF there", SIGNER_RSA, PLAIN, "v=spf1 -all", M, "", "", DKIM_KEY_VERSION, 0 },
    { "only text there", SIGNER_RSA, PLAIN, "hello", M, "", "", DKIM_KEY_SYNTAX, 0 },
    { "p= twice", SIGNER_RSA, PLAIN, "v=DKIM1; p=%R; p=%R", M, "", "", DKIM_KEY_SYNTAX, 0 },
    { "text before the tags", SIGNER_RSA, PLAIN, "key: v=DKIM1; p=%R", M, "", "", DKIM_KEY_SYNTAX,
      0 },
    { "an empty tag", SIGNER_RSA, PLAIN, "v=DKIM1;; p=%R", M, "", "", DKIM_KEY_SYNTAX, 0 },
    { "quotes inside", SIGNER_RSA, PLAIN, "v=DKIM1; p=\"%R\"", M, "", "", DKIM_KEY_BROKEN, 0 },
    { "backslashes", SIGNER_RSA, PLAIN, "v=DKIM1\\; p=%R", M, "", "", DKIM_KEY_VERSION, 0 },
    { "outside ASCII", SIGNER_RSA, PLAIN, "v=DKIM1; n=\\xc3\\xa4; p=%R", M, "", "", DKIM_KEY_SYNTAX,
      0 },
    { "p= no base64", SIGNER_RSA, PLAIN, "p=%R=", M, "", "", DKIM_KEY_BROKEN, 0 },
    { "p= no key", SIGNER_RSA, PLAIN, "p=AAAA", M, "", "", DKIM_KEY_BROKEN, 0 },
    { "p= with more behind it", SIGNER_RSA, PLAIN, "p=%RAAAA", M, "", "", DKIM_KEY_BROKEN, 0 },
    { "an unknown k=", SIGNER_RSA, PLAIN, "k=dsa; p=%R", M, "", "", DKIM_KEY_TYPE, 0 },
    { "k= in upper case", SIGNER_RSA, PLAIN, "k=RSA; p=%R", M, "", "", DKIM_KEY_TYPE, 0 },
    { "768 bits", SIGNER_RSA_768, PLAIN, "p=%7", M, "", "", DKIM_KEY_SHORT, 0 },
    { "an RSA key for Ed25519", SIGNER_ED25519, ED, "p=%R", M, "", "", DKIM_KEY_MISMATCH, 0 },
    { "an Ed25519 key for RSA", SIGNER_RSA, PLAIN, "k=ed25519; p=%E", M, "", "", DKIM_KEY_MISMATCH,
      0 },
    { "an RSA key that says ed25519", SIGNER_RSA, PLAIN, "k=ed25519; p=%R", M, "", "",
      DKIM_KEY_BROKEN, 0 },
    { "an Ed25519 key that says nothing", SIGNER_ED25519, ED, "p=%E", M, "", "", DKIM_KEY_BROKEN,
      0 },
    { "an Ed25519 key wrapped", SIGNER_ED25519, ED, "k=ed25519; p=%S", M, "", "", DKIM_KEY_BROKEN,
      0 },
    { "a point of small order", SIGNER_ED25519, ED,
      "k=ed25519; p=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA=", M, "", "", DKIM_KEY_BROKEN, 0 },
    { "h= without sha256", SIGNER_RSA, PLAIN, "h=sha1; p=%R", M, "", "", DKIM_KEY_HASH, 0 },
    { "h= of something that begins alike", SIGNER_RSA, PLAIN, "h=sha256x; p=%R", M, "", "",
      DKIM_KEY_HASH, 0 },
    { "an empty h=", SIGNER_RSA, PLAIN, "h=; p=%R", M, "", "", DKIM_KEY_SYNTAX, 0 },
    { "s= of another service", SIGNER_RSA, PLAIN, "s=tlsrpt; p=%R", M, "", "", DKIM_KEY_SERVICE,
      0 },
    { "an empty s=", SIGNER_RSA, PLAIN, "s=; p=%R", M, "", "", DKIM_KEY_SYNTAX, 0 },
    { "t=s and a subdomain", SIGNER_RSA, HEAD "i=@b.a.example; " TAIL, "t=y:s; p=%R", M, "", "",
      DKIM_KEY_STRICT, 0 },
    { "t= no list", SIGNER_RSA, PLAIN, "t=s:; p=%R", M, "", "", DKIM_KEY_SYNTAX, 0 },
};

/* Messages whose header can be read in two ways, or that are none. */
static const struct test BROKEN[] = {
    { "no From", SIGNER_RSA, PLAIN, RECORD, STR_INIT("To: b@b.example\r\n\r\nx\r\n"), "", "",
      DKIM_NO_FROM, 0 },
    { "a line without a colon", SIGNER_RSA, PLAIN, RECORD, M, "X-Other: 1", "X-Other",
      DKIM_BROKEN_HEADER, 0 },
    { "a name with a blank", SIGNER_RSA, PLAIN, RECORD, M, "X-Other: 1", "X Other: 1",
      DKIM_BROKEN_HEADER, 0 },
    { "8 bits in a name", SIGNER_RSA, PLAIN, RECORD, M, "X-Other: 1", "X-\xc3\xa4: 1",
      DKIM_BROKEN_HEADER, 0 },
    { "a LF in an unsigned field", SIGNER_RSA, PLAIN, RECORD, M, "X-Other: 1",
      "X-Other: 1\nFrom: x@y.example", DKIM_MIXED_LINES, 0 },
    { "a CR in an unsigned field", SIGNER_RSA, PLAIN, RECORD, M, "X-Other: 1",
      "X-Other: 1\rFrom: x@y.example", DKIM_BROKEN_HEADER, 0 },
    { "LF ends the header", SIGNER_RSA, PLAIN, RECORD, M, "X-Other: 1\r\n\r\n", "X-Other: 1\r\n\n",
      DKIM_MIXED_LINES, 0 },
};

/* ------------------------------------------------------------------------------------------------
 * Playing one
 */
static char keys[6][1024];

static size_t key_place(char letter)
{
    return (size_t)(letter == 'R'   ? 0
                    : letter == 'B' ? 1
                    : letter == '1' ? 2
                    : letter == '7' ? 3
                    : letter == 'E' ? 4
                                    : 5);
}

static int begin(void **state)
{
    static const struct {
        char letter;
        enum dkim_signer_key key;
        bool bare;
    } WANTED[] = { { 'R', SIGNER_RSA, false },      { 'B', SIGNER_RSA, true },
                   { '1', SIGNER_RSA_1024, false }, { '7', SIGNER_RSA_768, false },
                   { 'E', SIGNER_ED25519, true },   { 'S', SIGNER_ED25519, false } };
    (void)state;
    if (!dkim_signer_begin())
        return -1;
    for (size_t i = 0; i < COUNT_OF(WANTED); i++) {
        struct buf b;
        buf_init(&b, sizeof keys[0] - 1);
        if (!dkim_signer_public(WANTED[i].key, WANTED[i].bare, &b))
            return -1;
        memcpy(keys[key_place(WANTED[i].letter)], b.p, b.n);
        buf_done(&b);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    dkim_signer_end();
    return 0;
}

static void zone_of(const char *record, struct buf *zone)
{
    for (str rest = str_from(record), line; rest.p;) {
        line = str_cut(&rest, '\n');
        if (str_starts(line, STR("!")))
            line = str_skip(line, 1);
        else
            buf_add(zone, STR("sel._domainkey.a.example TXT "));
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i] == '%')
                buf_add(zone, str_from(keys[key_place(line.p[++i])]));
            else
                buf_addc(zone, line.p[i]);
        }
        buf_addc(zone, '\n');
    }
    buf_addc(zone, '\0');
}

static void replace(struct buf *b, const char *find, const char *by, const char *label)
{
    size_t n = strlen(find), at = str_find(buf_str(b), str_from(find));
    struct buf out;
    if (n == 0)
        return;
    if (at == STR_NOT_FOUND)
        fail_msg("%s: '%s' is not in the message", label, find);
    buf_init(&out, 1 << 20);
    buf_add(&out, str_take(buf_str(b), at));
    buf_add(&out, str_from(by));
    buf_add(&out, str_skip(buf_str(b), at + n));
    buf_done(b);
    *b = out;
}

/* co.example sells names; else the last two labels are somebody's own. */
static enum dns_suffix_answer look(const char *name, size_t *at)
{
    str whole = str_from(name), end = str_skip(whole, str_rfind_octet(whole, '.'));
    size_t dot = str_rfind_octet(str_take(whole, whole.n - end.n), '.');
    *at = dot == STR_NOT_FOUND ? 0 : dot + 1;
    return str_eq(whole, STR("co.example")) ? DNS_PUBLIC_SUFFIX : DNS_REGISTRABLE;
}
static const struct dns_suffixes SUFFIXES = { look };

struct run {
    struct dns_known *known;
    struct mail_header header;
    struct dkim_options o;
    struct arena memory;
    struct dkim_verdict v;
};

static bool core(void *user)
{
    struct run *r = user;
    return dkim_verify(r->known, &r->header, &r->o, &r->memory, &r->v);
}

static void verify(struct run *r, str message, const char *zone)
{
    memset(r, 0, sizeof *r);
    arena_init(&r->memory, 16 << 20);
    r->known = dns_known_new(0);
    r->o.now_s = NOW;
    r->o.suffixes = &SUFFIXES;
    assert_true(mail_header_read(message, &r->memory, &r->header, NULL));
    assert_true(zone_script_run(zone, r->known, core, r) < 3);
}

static void done(struct run *r)
{
    dns_known_free(r->known);
    arena_done(&r->memory);
}

static void play(const struct test *t, bool unix_lines)
{
    static struct run r;
    struct buf message, zone, lines;
    buf_init(&message, 1 << 20);
    buf_init(&zone, 1 << 16);
    buf_init(&lines, 1 << 20);
    assert_true(dkim_signer_sign(t->key, t->tags, t->message, &message));
    zone_of(t->record, &zone);
    replace(&message, t->find, t->replace, t->label);
    for (size_t i = 0; i < message.n; i++)
        if (!unix_lines || message.p[i] != '\r')
            buf_addc(&lines, message.p[i]);
    verify(&r, buf_str(&lines), zone.p);
    const struct dkim_signature *s = r.v.signatures;
    if (r.v.count != 1 || s->reason != t->want)
        fail_msg("%s: %.*s (%.*s), not %.*s", t->label, STR_ARG(dkim_reason_name(s->reason)),
                 STR_ARG(s->sentence), STR_ARG(dkim_reason_name(t->want)));
    if (s->result != dkim_reason_result(t->want) || r.v.result != s->result || s->sentence.n == 0)
        fail_msg("%s: result", t->label);
    if (t->want == DKIM_OK && s->notes != t->notes)
        fail_msg("%s: notes %x, not %x", t->label, s->notes, t->notes);
    if (t->want == DKIM_OK &&
        (s->body_holds != DKIM_YES || s->header_holds != DKIM_YES || !s->covers_from))
        fail_msg("%s: a pass that does not hold", t->label);
    done(&r);
    buf_done(&message);
    buf_done(&zone);
    buf_done(&lines);
}

#define PLAY(table)                                                                                \
    static void play_##table(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        for (size_t i = 0; i < COUNT_OF(table); i++)                                               \
            play(&(table)[i], false);                                                              \
    }
PLAY(HOLDS)
PLAY(CHANGED)
PLAY(NOT_TAKEN)
PLAY(SYNTAX)
PLAY(KEYS)
PLAY(BROKEN)

/* A file with LF in place of CRLF gives the same, unless a CR or LF alone is what the case is about. */
static void unix_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(HOLDS); i++)
        if (str_find(HOLDS[i].message, STR("\rb\nc")) == STR_NOT_FOUND)
            play(&HOLDS[i], true);
    for (size_t i = 0; i < COUNT_OF(SYNTAX); i++)
        play(&SYNTAX[i], true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_HOLDS),     cmocka_unit_test(play_CHANGED),
        cmocka_unit_test(play_NOT_TAKEN), cmocka_unit_test(play_SYNTAX),
        cmocka_unit_test(play_KEYS),      cmocka_unit_test(play_BROKEN),
        cmocka_unit_test(unix_files),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
