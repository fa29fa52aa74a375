/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_path.c - what is said on the way to the server: of TLS by ourselves, of our address by it
 */
#include "doctor/words_inside.h"

bool words_handshake_failed(const struct smtp_outcome *o)
{
    static const str NOT_TLS[] = { STR_INIT("in clear text"), STR_INIT("is not TLS") };
    bool cut = o->end == SMTP_END_RESET ||
               o->end == SMTP_END_CLOSED; /* some say no more than that */
    return o->stage == SMTP_STAGE_TLS && (cut || o->end == SMTP_END_TLS_FAILED) &&
           !HOLDS(o->text, NOT_TLS);
}

bool words_no_tls_in_common(const struct smtp_outcome *o)
{
    static const str WORDS[] = {
        STR_INIT("no version of TLS in common"),
        STR_INIT("no cipher suite in common"),
        STR_INIT("no signature algorithm in common"),
        STR_INIT("shorter than this system's policy"),
        STR_INIT("secure renegotiation"),
        STR_INIT(
            "too small"), /* OpenSSL's own words for keys: "ee key too small", "dh key too small" */
        STR_INIT("too weak"),
        STR_INIT("alert 'insufficient security'"),
    };
    return words_handshake_failed(o) && HOLDS(o->text, WORDS);
}

bool words_spoke_tls(const struct smtp_outcome *o)
{
    return words_no_tls_in_common(o) ||
           (words_handshake_failed(o) && words_hold(o->text, STR("answered with the alert")));
}

bool words_about_reverse_dns(const struct smtp_outcome *o)
{
    static const str WORDS[] = {
        STR_INIT("reverse dns"),
        STR_INIT("reverse lookup"),
        STR_INIT("reverse host"),
        STR_INIT("reverse name"),
        STR_INIT("rdns"),
        STR_INIT("ptr record"),
        STR_INIT("a ptr"),
        STR_INIT("no ptr"),
        STR_INIT("ptr "),
        STR_INIT("ip name lookup"),
        STR_INIT("ip name possibly forged"),
        STR_INIT("cannot find your hostname"),
        STR_INIT("reverse record"),
        STR_INIT("does not resolve to a name"),
    };
    const struct smtp_enhanced *x = &o->enhanced; /* X.7.25: RFC 7372 section 3.3 */
    return o->end == SMTP_END_REPLY && o->code >= 400 &&
           ((x->subject == 7 && x->detail == 25) || HOLDS(o->text, WORDS));
}

bool words_ask_for_pop(const struct smtp_outcome *o)
{
    static const str WORDS[] = {
        STR_INIT("pop3"),
        STR_INIT("pop before"),
        STR_INIT("pop-before"),
        STR_INIT("check for new mail"),
        STR_INIT("check your mail"),
        STR_INIT("check mail"),
        STR_INIT("fetch your mail"),
        STR_INIT("fetch mail"),
        STR_INIT("get pop"),
        STR_INIT("pop auth"),
        STR_INIT("retrieve your mail"),
        STR_INIT("read your mail"),
        STR_INIT("pop/apop"),
        STR_INIT("receive mail first"),
    };
    return o->end == SMTP_END_REPLY && o->code >= 400 && HOLDS(o->text, WORDS);
}
