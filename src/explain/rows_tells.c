/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_tells.c - forms, hops and facts that split neighbours
 *
 * "Relay access denied" is one text for seven causes. Where it was found and who said it to whom tells which is likelier:
 * each row here shifts the odds between causes that the words themselves leave open.
 */
#include "explain/rows.h"

#define LOGIN   CAUSE_CLIENT_NEVER_AUTHENTICATES
#define ADDRESS CAUSE_IP_NOT_TRUSTED
#define DOMAIN  CAUSE_DOMAIN_NOT_CONFIGURED
#define POP     CAUSE_POP_BEFORE_SMTP

/* Words by which a refusal to relay is known: enough to ask where it was found. */
#define RELAY_KEYS                                                                                             \
    "relay|rcpthosts|weiterleit|relais|中继|中繼|中継|リレー|ретрансл|reenv|retransm|inoltr|" \
    "encaminha"
/* (a host that is called "relay" or "relay2" refuses nothing by its name) */
#define RELAY_WORDS                                                                                          \
    "(?<![\\w.@-])(?:smtp-?|mail-?)?relay(?![=.@-]|host| recipient|[a-z]{0,3}\\d|\\w*\\.\\w|"                \
    " [\\w./"                                                                                                \
    "-]{1,40}\\[\\d{1,10}\\]:)|rcpthosts|weiterleit|relais|中[继繼継]|リレー|ретрансл|reenv|" \
    "retransm|inoltr|"                                                                                       \
    "encaminha"
#define RELAYING          .key = RELAY_KEYS, .pattern = RELAY_WORDS
#define LOGIN_WORDS       "authenticat|auth required|logged in|login"
#define FORMS_OF_PROGRAMS ((1 << FORM_LIBRARY) | (1 << FORM_DIALOG) | (1 << FORM_TRANSCRIPT))

static const struct explain_row ROWS[] = {
    /* a bounce: a server could not hand the message on */
    { RELAYING, .forms = 1 << FORM_BOUNCE, .hops = ~(1u << HOP_CLIENT),
      .speaks = { { DOMAIN, 12 }, { CAUSE_MX_POINTS_ELSEWHERE, 20 }, { LOGIN, -4 } } },
    { RELAYING, .forms = 1 << FORM_LOG, .hops = ~(1u << HOP_NEXT), .facts = FACT_RELAYED,
      .speaks = { { DOMAIN, 12 }, { CAUSE_MX_POINTS_ELSEWHERE, 20 }, { LOGIN, -2 } } },
    { RELAYING, .hops = 1 << HOP_NEXT, .speaks = { { ADDRESS, 6 }, { LOGIN, 5 }, { DOMAIN, -2 } } },
    { RELAYING, .facts = FACT_RECIPIENT_AT_BY,
      .speaks = { { DOMAIN, 14 }, { LOGIN, -8 }, { ADDRESS, -6 } } },
    /* a program that submits */
    { RELAYING, .facts = FACT_FROM_PROGRAM, .facts_not = FACT_RELAYED,
      .speaks = { { LOGIN, 12 }, { ADDRESS, 4 }, { DOMAIN, -4 } } },
    { RELAYING, .forms = FORMS_OF_PROGRAMS, .facts_not = FACT_FROM_PROGRAM | FACT_RELAYED,
      .speaks = { { LOGIN, 8 }, { ADDRESS, 3 } } },
    /* (in a bounce a name such as "smtp." says little: many an MX is called so) */
    { RELAYING, .forms = ~(1u << FORM_BOUNCE), .facts = FACT_SUBMISSION_HOST,
      .speaks = { { LOGIN, 8 }, { ADDRESS, 4 }, { DOMAIN, -12 } } },
    { RELAYING, .facts = FACT_NO_LOGIN,
      .facts_not = FACT_CLIENT_IS_SERVER | FACT_CLIENT_PRIVATE | FACT_CLIENT_LOOPBACK,
      .speaks = { { LOGIN, 8 } } },
    { RELAYING, .facts = FACT_OLD_HELO | FACT_FROM_PROGRAM,
      .speaks = { { CAUSE_HELO_INSTEAD_OF_EHLO, 24 } } },
    /* the refusing server's own log */
    { RELAYING, .facts = FACT_CLIENT_LOOPBACK, .facts_not = FACT_LOGIN_TAKEN,
      .speaks = { { ADDRESS, 22 }, { LOGIN, 2 }, { DOMAIN, -6 } } },
    { RELAYING, .facts = FACT_CLIENT_PRIVATE, .facts_not = FACT_CLIENT_LOOPBACK | FACT_LOGIN_TAKEN,
      .speaks = { { ADDRESS, 17 }, { LOGIN, 2 }, { DOMAIN, -6 } } },
    { RELAYING, .facts = FACT_SERVER_LOG | FACT_CLIENT_PUBLIC,
      .facts_not = FACT_CLIENT_IS_SERVER | FACT_NULL_SENDER,
      .speaks = { { LOGIN, 9 }, { ADDRESS, 3 } } },
    { RELAYING, .facts = FACT_SERVER_LOG | FACT_CLIENT_IS_SERVER,
      .speaks = { { DOMAIN, 12 }, { LOGIN, -4 } } },
    { RELAYING, .facts = FACT_NULL_SENDER, .hops = ~(1u << HOP_NEXT),
      .speaks = { { DOMAIN, 10 }, { LOGIN, -4 } } },
    { RELAYING, .facts = FACT_FROM_IS_TO_DOMAIN, .speaks = { { DOMAIN, 4 } } },
    /* Exchange counts it among the routes that it cannot find: the words say more than the code */
    { RELAYING, .enhanced = "x.4.4", .speaks = { { CAUSE_DNS_FAILURE, -44 } } },
    /* what the login did */
    { RELAYING, .facts = FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_LOGIN_NOT_HONOURED, 44 },
                  { CAUSE_FROM_NOT_LOGIN, 20 },
                  { LOGIN, -30 },
                  { DOMAIN, -8 } } },
    { .key = RELAY_KEYS "|" LOGIN_WORDS,
      .pattern = RELAY_WORDS "|" LOGIN_WORDS,
      .facts = FACT_LOGIN_REFUSED,
      .facts_not = FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 30 }, { LOGIN, -2 } } },
    /* where users submit, a rule that ends in "reject" says so to whoever did not log in */
    { .key = "access denied",
      .pattern = "rejected: access denied",
      .facts = FACT_SUBMISSION_HOST,
      .facts_not = FACT_LOGIN_TAKEN | FACT_RELAYED,
      .speaks = { { LOGIN, 26 },
                  { CAUSE_RECIPIENT_UNKNOWN, -14 },
                  { CAUSE_IP_BLOCKLISTED, -14 } } },
    /* and to a client of the own network, which has no business to ask for mailboxes */
    { .key = "recipient address rejected: access denied",
      .facts = FACT_SERVER_LOG | FACT_CLIENT_PRIVATE,
      .facts_not = FACT_LOGIN_TAKEN | FACT_RELAYED,
      .speaks = { { ADDRESS, 20 }, { LOGIN, 2 }, { CAUSE_RECIPIENT_UNKNOWN, -10 } } },
    /* what programs say in few words of a login that was refused */
    { .key = "curl: (67)", .of_page = true, .speaks = { { CAUSE_WRONG_CREDENTIALS, 40 } } },
    { .key = "could not authenticate. smtp connect() failed",
      .of_page = true,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 14 }, { CAUSE_EGRESS_PORT_BLOCKED, -24 } } },
    { .key = "auth command already",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 10 }, { CAUSE_MECHANISM_OFFERED_BUT_DEAD, -10 } } },
    /* a mailbox at a provider that takes mail for it itself is at home nowhere else */
    { .key = "@gmail.|@googlemail.|@hotmail.|@outlook.|@live.|@yahoo.|@aol.|@gmx.|@web.de|@icloud.|"
             "@me.com|@qq.com|@163.com|"
             "@126.com|@mail.ru|@yandex.|@libero.it|@orange.fr|@free.fr|@t-online.de|@comcast.net|@"
             "freemail.|@protonmail.|"
             "@proton.me|@msn.com|@freenet.de|@wp.pl|@seznam.cz|@naver.com|@rediffmail.com",
      .pattern = RELAY_WORDS,
      .facts_not = FACT_RECIPIENT_AT_BY,
      .speaks = { { DOMAIN, -13 } } },
};
const struct explain_rows ROWS_TELLS = EXPLAIN_ROWS(ROWS);
