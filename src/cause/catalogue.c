/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue.c - the rows of all families in the order of cause/ids.h, and the notes
 */
#include "cause/catalogue.h"

#define CAUSE_ID(constant, id) const char CATALOGUE_ID_##constant[sizeof(id)] = id;
#include "cause/ids.h"
#undef CAUSE_ID

/* A cause of ids.h without a row does not link. */
const struct cause *const CAUSE_ROWS[CAUSES] = {
    NULL,
#define CAUSE_ID(constant, id) &CATALOGUE_##constant,
#include "cause/ids.h"
#undef CAUSE_ID
};

const struct note NOTE_ROWS[NOTES] = {
    [NOTE_OPEN_RELAY] = { NOTE_OPEN_RELAY, STR_INIT("open-relay"),
                          STR_INIT(
                              "This server took mail to another domain from here without a login. "
                              "Unless it knows your address, or the recipient is its own, anybody "
                              "can send through it, and it will soon stand on blocklists.") },
    [NOTE_REPLY_CONTRADICTS_RULE] = { NOTE_REPLY_CONTRADICTS_RULE,
                                      STR_INIT("reply-contradicts-rule"),
                                      STR_INIT(
                                          "The reply does not fit what the server does: go by the "
                                          "experiments, not by the reply. A refusal for good with "
                                          "a "
                                          "code that begins with 4 is tried again for days before "
                                          "the sender hears of it.") },
    [NOTE_UNSTEADY] = { NOTE_UNSTEADY, STR_INIT("unsteady"),
                        STR_INIT("The same attempt got different answers: several machines may "
                                 "stand behind the name, or something there comes and goes.") },
    [NOTE_POSITION_TRUSTED] = { NOTE_POSITION_TRUSTED, STR_INIT("position-trusted"),
                                STR_INIT(
                                    "This test ran from a place that the server trusts in any "
                                    "case, so that it says nothing about senders elsewhere.") },
    [NOTE_CERTIFICATE_ON_PORT_25] = { NOTE_CERTIFICATE_ON_PORT_25,
                                      STR_INIT("certificate-on-port-25"),
                                      STR_INIT("The certificate on port 25 would not pass a strict "
                                               "check, which is common between servers and does "
                                               "not stop mail there.") },
    [NOTE_DMARC_NOT_ALIGNED] = { NOTE_DMARC_NOT_ALIGNED, STR_INIT("dmarc-not-aligned"),
                                 STR_INIT("The domain in From asks receivers (DMARC) to refuse "
                                          "what it does not vouch for, and the sender address "
                                          "given to the server is in another domain: only a "
                                          "signature (DKIM) of the domain in From lets such mail "
                                          "pass.") },
    [NOTE_ADDRESS_LISTED] = { NOTE_ADDRESS_LISTED, STR_INIT("address-listed"),
                              STR_INIT("A blocklist has the address that your mail comes from. No "
                                       "server refused because of it in this test, and one that "
                                       "you log in at mostly does not ask.") },
};
