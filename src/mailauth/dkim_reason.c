/* SPDX-License-Identifier: ISC */
#include "mailauth/dkim_reason.h"

static const struct row {
    str name;
    enum auth_result result;
    const char *title;
} ROWS[DKIM_REASONS] = {
    [DKIM_OK] = { STR_INIT("ok"), AUTH_PASS, "the signature holds" },
    [DKIM_BROKEN_HEADER] = { STR_INIT("header-broken"), AUTH_PERMERROR,
                             "the header of the message can be read in more than one way" },
    [DKIM_MIXED_LINES] = { STR_INIT("line-ends-mixed"), AUTH_PERMERROR,
                           "some lines of the header end with CRLF and some with LF alone" },
    [DKIM_NO_FROM] = { STR_INIT("no-from"), AUTH_PERMERROR, "the message has no From" },
    [DKIM_TAG_SYNTAX] = { STR_INIT("signature-syntax"), AUTH_PERMERROR,
                          "the signature is not written as tags" },
    [DKIM_TAG_TWICE] = { STR_INIT("tag-twice"), AUTH_PERMERROR, "a tag comes twice" },
    [DKIM_TAG_MISSING] = { STR_INIT("tag-missing"), AUTH_PERMERROR, "a needed tag is missing" },
    [DKIM_VERSION] = { STR_INIT("version"), AUTH_PERMERROR, "the version is not 1" },
    [DKIM_ALGORITHM] = { STR_INIT("algorithm-unknown"), AUTH_PERMERROR,
                         "the algorithm is not known" },
    [DKIM_SHA1] = { STR_INIT("algorithm-sha1"), AUTH_PERMERROR,
                    "SHA-1 proves nothing any more (RFC 8301)" },
    [DKIM_BASE64] = { STR_INIT("base64"), AUTH_PERMERROR, "b= or bh= is no base64" },
    [DKIM_BODY_HASH_SIZE] = { STR_INIT("body-hash-size"), AUTH_PERMERROR,
                              "bh= is not as long as the hash is" },
    [DKIM_FORM] = { STR_INIT("canonicalization"), AUTH_PERMERROR, "c= is not known" },
    [DKIM_DOMAIN_SYNTAX] = { STR_INIT("domain-syntax"), AUTH_PERMERROR, "d= is no domain name" },
    [DKIM_SELECTOR_SYNTAX] = { STR_INIT("selector-syntax"), AUTH_PERMERROR, "s= is no selector" },
    [DKIM_HEADER_LIST] = { STR_INIT("header-list"), AUTH_PERMERROR,
                           "h= is no list of header fields" },
    [DKIM_FROM_NOT_LISTED] = { STR_INIT("from-not-signed"), AUTH_PERMERROR,
                               "From is not among the signed fields" },
    [DKIM_IDENTITY_SYNTAX] = { STR_INIT("identity-syntax"), AUTH_PERMERROR, "i= is no identity" },
    [DKIM_IDENTITY_OUTSIDE] = { STR_INIT("identity-outside"), AUTH_PERMERROR,
                                "i= lies outside of the signing domain" },
    [DKIM_LENGTH_SYNTAX] = { STR_INIT("length-syntax"), AUTH_PERMERROR, "l= is no number" },
    [DKIM_QUERY_METHOD] = { STR_INIT("query-method"), AUTH_PERMERROR,
                            "the key is not to be had from DNS" },
    [DKIM_TIME_SYNTAX] = { STR_INIT("time-syntax"), AUTH_PERMERROR, "t= or x= is no time" },
    [DKIM_EXPIRY_BEFORE_TIME] = { STR_INIT("expiry-before-time"), AUTH_PERMERROR,
                                  "the signature ends before it begins" },
    [DKIM_COPY_SYNTAX] = { STR_INIT("copied-fields-syntax"), AUTH_PERMERROR,
                           "z= is no list of copied fields" },
    [DKIM_EXPIRED] = { STR_INIT("expired"), AUTH_POLICY, "the signature has expired" },
    [DKIM_FUTURE] = { STR_INIT("from-the-future"), AUTH_POLICY,
                      "the signature is dated in the future" },
    [DKIM_FROM_ADDED] = { STR_INIT("more-from-than-signed"), AUTH_POLICY,
                          "the message has more From fields than are signed" },
    [DKIM_BODY_UNSIGNED] = { STR_INIT("body-unsigned"), AUTH_POLICY,
                             "nothing of the body is signed" },
    [DKIM_SUFFIX_DOMAIN] = { STR_INIT("public-suffix"), AUTH_POLICY,
                             "the signing domain is a public suffix" },
    [DKIM_KEY_LOOKUP] = { STR_INIT("key-lookup-failed"), AUTH_TEMPERROR,
                          "the key could not be looked up" },
    [DKIM_KEY_BOGUS] = { STR_INIT("key-bogus"), AUTH_TEMPERROR,
                         "the DNSSEC signature of the key is wrong" },
    [DKIM_NO_KEY] = { STR_INIT("no-key"), AUTH_PERMERROR, "there is no key at the selector" },
    [DKIM_KEYS_SEVERAL] = { STR_INIT("keys-several"), AUTH_PERMERROR,
                            "there are several keys at the selector" },
    [DKIM_KEY_SYNTAX] = { STR_INIT("key-syntax"), AUTH_PERMERROR,
                          "the key record is not written as tags" },
    [DKIM_KEY_VERSION] = { STR_INIT("key-version"), AUTH_PERMERROR,
                           "the key record's version is not DKIM1, or does not come first" },
    [DKIM_KEY_TYPE] = { STR_INIT("key-type-unknown"), AUTH_PERMERROR,
                        "the type of the key is not known" },
    [DKIM_KEY_REVOKED] = { STR_INIT("key-revoked"), AUTH_PERMERROR, "the key was withdrawn" },
    [DKIM_KEY_BROKEN] = { STR_INIT("key-broken"), AUTH_PERMERROR, "the key cannot be read" },
    [DKIM_KEY_SHORT] = { STR_INIT("key-short"), AUTH_PERMERROR,
                         "the key is too short to prove anything (RFC 8301)" },
    [DKIM_KEY_LONG] = { STR_INIT("key-long"), AUTH_POLICY, "the key is too long" },
    [DKIM_KEY_MISMATCH] = { STR_INIT("key-type-mismatch"), AUTH_PERMERROR,
                            "the key is of another type than the signature" },
    [DKIM_KEY_HASH] = { STR_INIT("key-hash"), AUTH_PERMERROR,
                        "the key may not be used with this hash" },
    [DKIM_KEY_SERVICE] = { STR_INIT("key-service"), AUTH_PERMERROR, "the key is not for mail" },
    [DKIM_KEY_STRICT] = { STR_INIT("key-strict"), AUTH_PERMERROR, "the key is not for subdomains" },
    [DKIM_BODY_SHORT] = { STR_INIT("body-short"), AUTH_PERMERROR,
                          "the body is shorter than what was signed" },
    [DKIM_BODY_CHANGED] = { STR_INIT("body-changed"), AUTH_FAIL,
                            "the body is not what was signed" },
    [DKIM_HEADER_CHANGED] = { STR_INIT("signature-wrong"), AUTH_FAIL,
                              "the signed fields are not what was signed, or the key is another" },
    [DKIM_NO_MEMORY] = { STR_INIT("memory"), AUTH_TEMPERROR, "memory is short" },
};

str dkim_reason_name(enum dkim_reason r)
{
    return ROWS[r].name;
}

enum auth_result dkim_reason_result(enum dkim_reason r)
{
    return ROWS[r].result;
}

const char *dkim_reason_title(enum dkim_reason r)
{
    return ROWS[r].title;
}

static const struct name_row NOTE_ROWS[] = {
    { DKIM_NOTE_WEAK_KEY, STR_INIT("weak-key") },
    { DKIM_NOTE_TESTING, STR_INIT("testing") },
    { DKIM_NOTE_BODY_BEYOND, STR_INIT("body-beyond-length") },
    { DKIM_NOTE_FIELD_ADDED, STR_INIT("field-added") },
    { DKIM_NOTE_FIELD_UNSIGNED, STR_INIT("field-unsigned") },
    { DKIM_NOTE_FROM_TWICE, STR_INIT("several-from") },
    { DKIM_NOTE_OTHER_TXT, STR_INIT("other-txt") },
    { DKIM_NOTE_SUFFIX, STR_INIT("public-suffix") },
    { DKIM_NOTE_SELECTOR, STR_INIT("selector-underscore") },
    { DKIM_NOTE_GRANULARITY, STR_INIT("key-granularity") },
};
const struct names DKIM_NOTE_NAMES = NAMES(NOTE_ROWS);

const char *dkim_note_sentence(enum dkim_note n)
{
    switch (n) {
    case DKIM_NOTE_WEAK_KEY:
        return "The key is shorter than the 2048 bits that signers should use (RFC 8301).";
    case DKIM_NOTE_TESTING:
        return "The domain says that it is only trying DKIM (t=y): receivers are asked to treat "
               "its "
               "mail as unsigned.";
    case DKIM_NOTE_BODY_BEYOND:
        return "Text behind the length in l= is not signed: anybody may have added it.";
    case DKIM_NOTE_FIELD_ADDED:
        return "A field that may come once comes more often than it was signed: one may have been "
               "added later.";
    case DKIM_NOTE_FIELD_UNSIGNED:
        return "Subject, Date or To is not signed: anybody may have changed it.";
    case DKIM_NOTE_FROM_TWICE:
        return "The message has several From fields, all of them signed: many receivers refuse it.";
    case DKIM_NOTE_OTHER_TXT: return "Beside the key there are TXT records that are no keys.";
    case DKIM_NOTE_SUFFIX:
        return "The signing domain is a public suffix; it is also the domain in From.";
    case DKIM_NOTE_SELECTOR:
        return "The selector has an underscore, which RFC 6376 does not allow: large receivers "
               "take it, "
               "a strict one may not.";
    case DKIM_NOTE_GRANULARITY:
        return "g= of the key record is for another address. RFC 6376 has no g= any more: most "
               "receivers "
               "pass over it, old ones do not.";
    }
    return "";
}
