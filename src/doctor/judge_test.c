/* SPDX-License-Identifier: ISC */
#include "doctor/record_script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };

/* What the usual servers show before anybody logs in. Every piece ends with a bar. */
#define CLEAR587 "587 220 hello | 587 ehlo STARTTLS |"
#define E587     CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN LOGIN |"
#define OPEN587  "587 220 hello | 587 ehlo STARTTLS, AUTH PLAIN | 587+ tls | 587+ ehlo AUTH PLAIN |"
#define BARE587  "587 220 hello | 587 ehlo SIZE 1 |" /* neither TLS nor login */
#define E465     "465! tls | 465! 220 hello | 465! ehlo AUTH PLAIN LOGIN |"
#define MX25     "25 220 hello | 25 ehlo STARTTLS | 25+ tls | 25+ ehlo SIZE 1 |"
#define BARE25   "25 220 hello | 25 ehlo SIZE 1 |"
#define IN587    "587+ login PLAIN 235 ok |"
#define IN465    "465! login PLAIN 235 ok |"
#define OK587    IN587 "587+ PLAIN rcpt 250 ok |"
#define OK465    IN465 "465! PLAIN rcpt 250 ok |"
#define RELAY    "550 5.7.1 relay not permitted |"
#define OUT587   "587+ rcpt " RELAY

static const struct judge_case {
    const char *label, *asked, *record, *want;
} CASES[] = {
    /* accepted */
    { "accepted as asked", "587 starttls login", E587 OK587, "accepted: exit 0" },
    { "accepted, nothing else was said", "login", E587 OK587, "accepted: exit 0" },
    { "accepted without a login", "587 starttls -", E587 "587+ rcpt 250", "accepted: exit 0" },
    { "accepted as far as MAIL, no recipient",
      "587 starttls login to=", E587 IN587 "587+ PLAIN to= mail 250", "accepted: exit 0; next" },
    { "accepted at RCPT and refused after DATA", "587 starttls login",
      E587 OK587 "587+ PLAIN data 550 5.7.1 no", "unknown: exit 3; next" },
    { "accepted, the pasted error comes without a login",
      "587 starttls login error=550 5.7.1 relay not permitted", E587 OK587 OUT587,
      "accepted: client-never-authenticates likely; exit 0" },
    { "accepted, the pasted error is another", "587 starttls login error=552 5.2.2 mailbox full",
      E587 OK587 OUT587, "accepted: exit 0" },
    { "accepted, the pasted error has the code, and names another cause",
      "587 starttls login error=550 5.7.1 Message content rejected as spam", E587 OK587 OUT587,
      "accepted: exit 0" },
    { "... a mailbox", "587 starttls login error=550 5.1.1 no", E587 OK587 OUT587,
      "accepted: exit 0" },
    { "... it denies relaying by another code",
      "587 starttls login error=550 5.7.64 relay access denied", E587 OK587 OUT587,
      "accepted: client-never-authenticates possible; exit 0" },
    { "... it asks for POP first", "587 starttls login error=550 5.7.1 no relay before POP3",
      E587 OK587 OUT587, "accepted: client-never-authenticates possible; exit 0" },
    { "... and says nothing", "587 starttls login error=550 5.7.1 no", E587 OK587 OUT587,
      "accepted: client-never-authenticates possible; exit 0" },
    { "accepted, the pasted error is no reply", "587 starttls login error=it does not work",
      E587 OK587 OUT587, "accepted: exit 0" },
    { "accepted, the stranger is accepted too",
      "587 starttls login error=550 5.7.1 relay not permitted", E587 OK587 "587+ rcpt 250",
      "accepted: exit 0" },

    /* client-never-authenticates */
    { "does not log in", "587 starttls - known", E587 OUT587 OK587,
      "refused: client-never-authenticates proved; exit 1" },
    { "does not log in, in clear", "587 none - known",
      OPEN587 "587 rcpt " RELAY "587 login PLAIN 235 | 587 PLAIN rcpt 250",
      "refused: client-never-authenticates proved; exit 1" },
    { "... accepted under TLS: two things differ", "587 none - known",
      OPEN587 "587 rcpt " RELAY "587+ login PLAIN 235 | 587+ PLAIN rcpt 250",
      "refused: client-never-authenticates likely; exit 1; next" },
    { "... the stranger was accepted instead", "587 starttls - known", E587 "587+ rcpt 250 |" OK587,
      "accepted: exit 0" },
    { "... the stranger was not tried", "587 starttls - known", E587 OK587,
      "unknown: exit 3; next" },
    { "... refused for now only", "587 starttls - known",
      E587 "587+ rcpt 454 4.7.1 relay not permitted |" OK587,
      "refused: client-never-authenticates likely; exit 1; next" },
    { "... refused for now, accepted, refused for now", "587 starttls - known",
      E587 "587+ rcpt 454 4.7.1 relay |" OK587 "587+ rcpt 454 4.7.1 relay",
      "refused: client-never-authenticates proved; exit 1" },
    { "... refused, then accepted: unsteady", "587 starttls - known",
      E587 "587+ rcpt 250 |" OK587 "587+ rcpt 550 no", "unknown: exit 3; next" },
    { "... MAIL asks for the login, RCPT then refuses something else", "587 starttls - known",
      E587 "587+ mail 530 5.7.0 Authentication required |" IN587
           "587+ PLAIN rcpt 550 5.1.1 User unknown",
      "refused: client-never-authenticates likely, recipient-unknown likely; exit 1; next" },
    { "... no login at hand", "587 starttls -", E587 OUT587,
      "refused: client-never-authenticates possible; exit 1; next" },
    { "... no login at hand, and the reply asks for one", "587 starttls -",
      E587 "587+ mail 530 5.7.0 Authentication required",
      "refused: client-never-authenticates likely; exit 1; next" },
    { "... no login at hand, the reply blames the sender's login", "587 starttls -",
      E587 "587+ rcpt 553 5.7.1 not logged in",
      "refused: client-never-authenticates likely; exit 1; next" },
    { "... without a recipient",
      "587 starttls - known to=", E587 "587+ to= mail 250 |" IN587 "587+ PLAIN to= mail 250",
      "refused: client-never-authenticates likely; exit 1; next" },
    { "... no login is offered there", "587 starttls -",
      CLEAR587 "587+ tls | 587+ ehlo SIZE 1 |" OUT587,
      "refused: ip-not-trusted likely; exit 1; next" },

    /* auth-hidden-until-tls, mail-only-under-tls, starttls-stripped */
    { "no AUTH in clear, what is under TLS there was not seen, and another port works",
      "25 none PLAIN", "25 220 hello | 25 ehlo STARTTLS | 25 rcpt " RELAY E587 OK587,
      "unknown: exit 3; next" },
    { "AUTH only under TLS", "587 none PLAIN", E587 "587 rcpt " RELAY OK587,
      "refused: auth-hidden-until-tls proved; exit 1" },
    { "... AUTH in clear too", "587 none PLAIN", OPEN587 "587 rcpt " RELAY OK587,
      "unknown: exit 3; next" },
    { "... STARTTLS was asked", "587 starttls PLAIN", E587 OK587, "accepted: exit 0" },
    { "... no login at hand", "587 none PLAIN unknown", E587 "587 rcpt " RELAY,
      "refused: auth-hidden-until-tls likely; exit 1; next" },
    { "... no AUTH under TLS either", "587 none PLAIN",
      CLEAR587 "587+ tls | 587+ ehlo SIZE 1 | 587 rcpt " RELAY,
      "refused: auth-backend-down possible, ip-not-trusted possible; exit 5; next" },
    { "mail only under TLS", "587 none -",
      OPEN587 "587 mail 530 5.7.0 Must issue a STARTTLS command first | 587+ rcpt 250",
      "refused: mail-only-under-tls proved; exit 1" },
    { "mail only under TLS, and a login", "587 none PLAIN",
      E587 "587 mail 530 5.7.0 Must issue a STARTTLS command first |" OK587,
      "refused: mail-only-under-tls proved; exit 1" },
    { "... in other words", "587 none -",
      OPEN587 "587 mail 530 5.7.0 Authentication required | 587+ rcpt 250",
      "refused: client-never-authenticates likely; exit 1; next" },
    { "... refused for now", "587 none PLAIN",
      E587 "587 mail 454 4.7.0 Must issue a STARTTLS command first |" OK587,
      "refused: mail-only-under-tls likely; exit 1; next" },
    { "... nothing accepted", "587 none -",
      OPEN587 "587 mail 530 5.7.0 Must issue a STARTTLS command first",
      "refused: mail-only-under-tls likely; exit 1; next" },
    { "STARTTLS is missing where it was asked", "587 starttls login",
      "587 220 hello | 587 ehlo AUTH PLAIN | 587 login PLAIN 235 | 587 PLAIN rcpt 250",
      "refused: starttls-stripped possible; exit 1; next" },
    { "... it is there", "587 starttls login", OPEN587 OK587, "accepted: exit 0" },

    /* relay-takes-no-login, ip-not-trusted, mx-port-not-submission */
    { "relay by address, a login is set", "25 none PLAIN", BARE25 "25 rcpt 250",
      "refused: relay-takes-no-login proved; exit 1" },
    { "... a login is not set", "25 none -", BARE25 "25 rcpt 250", "accepted: exit 0" },
    { "... another port works: the port alone is named", "25 none PLAIN", MX25 E587 OK587,
      "refused: mx-port-not-submission proved; exit 1" },
    { "... another port takes logins, and this one works without", "25 none PLAIN",
      BARE25 E587 "25 rcpt 250", "refused: relay-takes-no-login likely; exit 1; next" },
    { "a relay that is busy", "25 none -",
      BARE25 "25 rcpt 451 4.4.0 Relay is busy, try again later",
      "refused: ip-not-trusted possible; exit 1; next" },
    { "... behind a login", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 451 4.4.0 Relay temporarily unavailable, try again later",
      "refused: login-not-honoured possible; exit 1; next" },
    { "no TLS comes about, so nobody saw what is offered under it", "587 none PLAIN",
      CLEAR587 "587+ tls failed | 587 rcpt 250",
      "refused: relay-takes-no-login likely; exit 1; next" },
    { "AUTH is there under TLS, and the mail was taken once without", "587 none login",
      E587 "587 rcpt 250",
      "refused: auth-hidden-until-tls likely, relay-takes-no-login possible; exit 1; next" },
    { "relay by address, and not for this one", "25 none -", BARE25 "25 rcpt " RELAY,
      "refused: ip-not-trusted likely; exit 1; next" },
    { "... with a login set", "25 none PLAIN", BARE25 "25 rcpt " RELAY,
      "refused: ip-not-trusted possible; exit 1; next" },
    { "... accepted from the other source", "25 none - ~",
      "25~ 220 hello | 25~ ehlo SIZE 1 | 25~ rcpt " RELAY BARE25 "25 rcpt 250",
      "refused: ip-not-trusted proved; exit 1" },
    { "... refused from the other source too", "25 none - ~",
      "25~ 220 hello | 25~ ehlo SIZE 1 | 25~ rcpt " RELAY BARE25 "25 rcpt " RELAY,
      "refused: ip-not-trusted likely; exit 1; next" },
    { "... refused at MAIL", "25 none -", BARE25 "25 mail 550 5.7.1 no", "unknown: exit 3; next" },
    { "... refused for now in words about relaying", "25 none -",
      BARE25 "25 rcpt 454 4.7.1 Relay access denied",
      "refused: ip-not-trusted likely; exit 1; next" },
    { "... refused for now in other words", "25 none -", BARE25 "25 rcpt 451 4.3.0 later",
      "unknown: exit 3; next" },
    { "... a blocklist is blamed", "25 none -", BARE25 "25 rcpt 554 5.7.1 listed in a DNSBL",
      "refused: ip-blocklisted likely; exit 1; next" },
    { "... a port was not seen into", "25 none -", BARE25 "587 silent | 25 rcpt " RELAY,
      "refused: ip-not-trusted possible; exit 1; next" },
    { "... a port is closed", "25 none -", BARE25 "587 refused | 25 rcpt " RELAY,
      "refused: ip-not-trusted likely; exit 1; next" },
    { "port 25 takes no login, 587 does", "25 starttls PLAIN", MX25 E587 OK587,
      "refused: mx-port-not-submission proved; exit 1" },
    { "port 25 takes no mail at all, 587 takes the login", "25 starttls PLAIN",
      "25 521 no mail here |" E587 OK587, "refused: mx-port-not-submission likely; exit 1; next" },
    { "... and is on a blocklist there", "25 starttls PLAIN",
      "25 554 5.7.1 on a blocklist |" E587 OK587, "refused: ip-blocklisted likely; exit 1; next" },
    { "... for now", "25 starttls PLAIN", "25 421 no mail now |" E587 OK587,
      "unknown: exit 3; next" },
    { "... the asked port is another", "2525 starttls PLAIN", "2525 554 no mail here |" E587 OK587,
      "unknown: exit 3; next" },
    { "port 25 refuses the login that 587 takes", "25 starttls PLAIN",
      "25 220 hello | 25 ehlo STARTTLS | 25+ tls | 25+ ehlo AUTH PLAIN |" E587 OK587
      "25+ login PLAIN 535 5.7.8 no",
      "refused: mx-port-not-submission proved; exit 1" },
    { "port 25 refuses what 587 takes, both logged in", "25 starttls PLAIN",
      "25 220 hello | 25 ehlo STARTTLS | 25+ tls | 25+ ehlo AUTH PLAIN |" E587 OK587
      "25+ login PLAIN 235 | 25+ PLAIN rcpt " RELAY,
      "refused: mx-port-not-submission likely; exit 1; next" },
    { "... 25 accepts it too", "25 starttls PLAIN",
      "25 220 hello | 25 ehlo STARTTLS | 25+ tls | 25+ ehlo AUTH PLAIN |" E587 OK587
      "25+ login PLAIN 235 | 25+ PLAIN rcpt 250",
      "accepted: exit 0" },
    { "... 25 offers a login that was not tried", "25 starttls PLAIN",
      "25 220 hello | 25 ehlo STARTTLS | 25+ tls | 25+ ehlo AUTH PLAIN |" E587 OK587,
      "unknown: exit 3; next" },
    { "... nothing accepted, a login at hand", "25 starttls - known", MX25 E587 "25+ rcpt " RELAY,
      "refused: mx-port-not-submission likely; exit 1; next" },
    { "... nothing accepted, no login at hand", "25 starttls -", MX25 E587 "25+ rcpt " RELAY,
      "refused: mx-port-not-submission possible; exit 1; next" },

    /* no-common-mechanism, mechanism-offered-but-dead */
    { "the program's mechanism is not offered", "587 starttls CRAM-MD5", E587 OK587,
      "refused: no-common-mechanism proved; exit 1" },
    { "... it is offered, and refused", "587 starttls CRAM-MD5",
      CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN CRAM-MD5 | 587+ login CRAM-MD5 504 no |" OK587,
      "refused: mechanism-offered-but-dead proved; exit 1" },
    { "... it is offered, and taken", "587 starttls CRAM-MD5",
      CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN CRAM-MD5 | 587+ login CRAM-MD5 235 |"
               "587+ CRAM-MD5 rcpt 250",
      "accepted: exit 0" },
    { "... it is offered, and was not tried", "587 starttls CRAM-MD5",
      CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN CRAM-MD5 |" OK587, "unknown: exit 3; next" },
    { "none that we play, none accepted", "587 starttls login unknown",
      CLEAR587 "587+ tls | 587+ ehlo AUTH XOAUTH2 GSSAPI",
      "refused: no-common-mechanism likely; exit 1; next" },
    { "... none that we play, and the program does not log in", "587 starttls -",
      CLEAR587 "587+ tls | 587+ ehlo AUTH XOAUTH2 GSSAPI", "unknown: exit 3; next" },

    { "only a token is taken, a password is at hand", "587 starttls login password",
      CLEAR587 "587+ tls | 587+ ehlo AUTH XOAUTH2 OAUTHBEARER",
      "refused: no-common-mechanism likely; exit 1; next" },
    { "... a token is at hand", "587 starttls login token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH XOAUTH2 OAUTHBEARER", "unknown: exit 3; next" },
    { "only passwords are taken, a token is at hand", "587 starttls login token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN LOGIN",
      "refused: no-common-mechanism likely; exit 1; next" },
    { "NTLM is asked, and PLAIN works: its other version may too", "587 starttls NTLM",
      CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN NTLM | 587+ login NTLM 535 5.7.3 no |" OK587,
      "unknown: exit 3; next" },
    { "NTLM is refused, alone", "587 starttls NTLM",
      CLEAR587 "587+ tls | 587+ ehlo AUTH NTLM | 587+ login NTLM 535 5.7.3 no",
      "unknown: exit 3; next" },
    { "NTLM is accepted", "587 starttls NTLM",
      CLEAR587 "587+ tls | 587+ ehlo AUTH NTLM | 587+ login NTLM 235 | 587+ NTLM rcpt 250",
      "accepted: exit 0" },
    { "GSSAPI without a ticket was not played", "587 starttls GSSAPI ticket",
      CLEAR587 "587+ tls | 587+ ehlo AUTH GSSAPI | 587+ login GSSAPI guarded no ticket",
      "unknown: exit 3; next" },
    { "GSSAPI refused: no password is wrong", "587 starttls GSSAPI ticket",
      CLEAR587 "587+ tls | 587+ ehlo AUTH GSSAPI | 587+ login GSSAPI 535 5.7.8 no",
      "refused: wrong-username-form possible, account-may-not-submit possible; exit 5; next" },
    { "SCRAM called off for its iterations", "587 starttls SCRAM-SHA-1",
      CLEAR587 "587+ tls | 587+ ehlo AUTH SCRAM-SHA-1 | 587+ login SCRAM-SHA-1 ours too many",
      "unknown: exit 3; next" },
    { "SCRAM says that the proof is wrong", "587 starttls SCRAM-SHA-1",
      CLEAR587 "587+ tls | 587+ ehlo AUTH SCRAM-SHA-1 | 587+ login SCRAM-SHA-1 535 5.7.8 no",
      "refused: wrong-credentials likely; exit 5; next" },

    /* oauth-token-rejected */
    { "the token is refused, and why", "587 starttls XOAUTH2 token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH XOAUTH2 PLAIN |"
               "587+ login XOAUTH2 {\"status\":\"401\"} 535 5.7.8 no",
      "refused: oauth-token-rejected likely; exit 5; next" },
    { "... without a why", "587 starttls XOAUTH2 token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH XOAUTH2 PLAIN | 587+ login XOAUTH2 535 5.7.8 no",
      "refused: oauth-token-rejected likely; exit 5; next" },
    { "... by a code of the method, and why", "587 starttls OAUTHBEARER token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH OAUTHBEARER |"
               "587+ login OAUTHBEARER {\"status\":\"invalid_token\"} 500 5.5.2 no",
      "refused: oauth-token-rejected likely; exit 5; next" },
    { "... by a code of the method alone", "587 starttls OAUTHBEARER token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH OAUTHBEARER | 587+ login OAUTHBEARER 504 no",
      "refused: mechanism-offered-but-dead possible; exit 1; next" },
    { "... and without a login the mail is taken: what is wrong with the token is not seen by that",
      "587 starttls XOAUTH2 token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH XOAUTH2 |"
               "587+ login XOAUTH2 {\"status\":\"401\"} 535 5.7.8 no | 587+ rcpt 250",
      "refused: oauth-token-rejected likely; exit 5; next" },
    { "... for now", "587 starttls OAUTHBEARER token",
      CLEAR587 "587+ tls | 587+ ehlo AUTH OAUTHBEARER | 587+ login OAUTHBEARER 454 4.7.0 later",
      "refused: auth-backend-down likely; exit 5; next" },
    { "a password is refused, not a token", "587 starttls PLAIN password",
      E587 "587+ login PLAIN 535 5.7.8 no", "refused: wrong-credentials likely; exit 5; next" },

    /* client-certificate-needed */
    { "asked for in the handshake, which then fails", "465 tls -",
      "465! tls asked tls-failed the server answered with the alert 'certificate required'",
      "refused: client-certificate-needed likely; exit 1; next" },
    { "... by an alert that may mean much", "465 tls -",
      "465! tls asked tls-failed the server answered with the alert 'handshake failure'",
      "refused: client-certificate-needed possible; exit 1; next" },
    { "... not asked for", "465 tls -",
      "465! tls tls-failed the server answered with the alert 'handshake failure'",
      "unknown: exit 3; next" },
    { "... one was shown", "465 tls -",
      "465! tls shown tls-failed the server answered with the alert 'certificate required'",
      "unknown: exit 3; next" },
    { "asked for, and the alert comes behind the handshake", "587 starttls -",
      CLEAR587 "587+ tls asked | 587+ ehlo tls-failed the alert 'certificate required'",
      "refused: client-certificate-needed likely; exit 1; next" },
    { "... and the connection is closed", "587 starttls -",
      CLEAR587 "587+ tls asked | 587+ ehlo closed",
      "refused: client-certificate-needed possible; exit 1; next" },
    { "... and all goes on", "587 starttls PLAIN",
      CLEAR587 "587+ tls asked | 587+ ehlo AUTH PLAIN LOGIN |" OK587, "accepted: exit 0" },
    { "asked for, and then in words", "587 starttls -",
      CLEAR587 "587+ tls asked | 587+ ehlo SIZE 1 |"
               "587+ rcpt 550 5.7.1 No client certificate presented",
      "refused: client-certificate-needed likely, ip-not-trusted possible; exit 1; next" },
    { "... in words alone", "587 starttls -",
      CLEAR587 "587+ tls | 587+ ehlo SIZE 1 |"
               "587+ rcpt 550 5.7.1 No client certificate presented",
      "refused: client-certificate-needed possible, ip-not-trusted possible; exit 1; next" },
    { "taken with one, refused without", "587 starttls - certificate",
      CLEAR587 "587+ tls asked | 587+ ehlo SIZE 1 | 587+ rcpt " RELAY
               "587* 220 hello | 587* ehlo STARTTLS | 587+* tls shown | 587+* ehlo SIZE 1 |"
               "587+* rcpt 250",
      "refused: client-certificate-needed proved; exit 1" },
    { "... which the server never saw", "587 starttls - certificate",
      CLEAR587 "587+ tls | 587+ ehlo SIZE 1 | 587+ rcpt " RELAY
               "587* 220 hello | 587* ehlo STARTTLS | 587+* tls | 587+* ehlo SIZE 1 |"
               "587+* rcpt 250",
      "unknown: exit 3; next" },
    { "taken with one, and without one the handshake breaks", "465 tls - certificate",
      "465! tls asked tls-failed the alert 'certificate required' |"
      "465!* tls shown | 465!* 220 hello | 465!* ehlo SIZE 1 | 465!* rcpt 250",
      "refused: client-certificate-needed proved; exit 1" },
    { "a port without a login asks for one, others do not", "587 starttls -",
      CLEAR587 "587+ tls asked | 587+ ehlo SIZE 1 | 587+ rcpt " RELAY E465,
      "refused: client-certificate-needed likely, mx-port-not-submission possible; exit 1; next" },
    { "... all of them ask", "587 starttls -",
      CLEAR587 "587+ tls asked | 587+ ehlo SIZE 1 | 587+ rcpt " RELAY
               "465! tls asked | 465! 220 hello | 465! ehlo SIZE 1",
      "refused: client-certificate-needed possible, ip-not-trusted possible; exit 1; next" },
    { "... on the port for servers", "25 starttls -",
      "25 220 hello | 25 ehlo STARTTLS | 25+ tls asked | 25+ ehlo SIZE 1 | 25+ rcpt " RELAY,
      "refused: ip-not-trusted likely; exit 1; next" },
    { "EXTERNAL is refused, one was shown", "587 starttls EXTERNAL certificate",
      CLEAR587 "587+ tls shown | 587+ ehlo AUTH EXTERNAL | 587+ login EXTERNAL 535 5.7.8 no",
      "refused: client-certificate-needed likely, wrong-username-form possible; exit 1; next" },
    { "... the server never asked for it", "587 starttls EXTERNAL certificate",
      CLEAR587 "587+ tls | 587+ ehlo AUTH EXTERNAL | 587+ login EXTERNAL 535 5.7.8 no",
      "refused: mechanism-offered-but-dead possible, client-certificate-needed possible; exit 1; "
      "next" },

    /* the login is refused */
    { "535", "587 starttls PLAIN", E587 "587+ login PLAIN 535 5.7.8 bad credentials",
      "refused: wrong-credentials likely; exit 5; next" },
    { "535 for a program that does not log in", "587 starttls - known",
      E587 OUT587 "587+ login PLAIN 535 5.7.8 bad credentials",
      "refused: wrong-credentials likely, client-never-authenticates possible; exit 5; next" },
    { "454", "587 starttls PLAIN", E587 "587+ login PLAIN 454 4.7.0 Temporary failure",
      "refused: auth-backend-down likely; exit 5; next" },
    { "534 application-specific", "587 starttls PLAIN",
      E587 "587+ login PLAIN 534 5.7.9 Application-specific password required",
      "refused: app-password-needed likely; exit 5; next" },
    { "535 switched off", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 5.7.139 basic authentication is disabled",
      "refused: password-login-switched-off likely; exit 5; next" },
    { "454 too many", "587 starttls PLAIN",
      E587 "587+ login PLAIN 454 4.7.0 Too many login attempts, try later",
      "refused: rate-limited likely; exit 1; next" },
    { "a fault inside the server", "587 starttls auto",
      E587 IN587 "587+ PLAIN rcpt 452 4.3.1 Insufficient system storage",
      "refused: other-not-relay likely; exit 1; next" },
    { "... in the words of any rule that puts off", "587 starttls auto",
      E587 IN587 "587+ PLAIN rcpt 451 Temporary local problem",
      "refused: other-not-relay possible; exit 1; next" },
    { "535 blocked", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 5.7.8 too many failed logins, your IP is blocked",
      "refused: ip-banned likely; exit 1; next" },
    { "535 suspended", "587 starttls PLAIN", E587 "587+ login PLAIN 535 5.7.1 account suspended",
      "refused: account-may-not-submit likely; exit 5; next" },
    { "504", "587 starttls PLAIN", E587 "587+ login PLAIN 504 5.5.4 mechanism not supported",
      "refused: mechanism-offered-but-dead possible; exit 1; next" },
    { "the connection ended inside AUTH", "587 starttls PLAIN", E587 "587+ login PLAIN closed",
      "refused: auth-backend-down possible, mechanism-offered-but-dead possible; exit 5; next" },
    { "a guard forbade the login", "587 starttls PLAIN", E587 "587+ login PLAIN guarded",
      "unknown: exit 3; next" },
    { "refused with a login, accepted without", "25 none PLAIN",
      "25 220 hello | 25 ehlo AUTH PLAIN | 25 rcpt 250 | 25 login PLAIN 535 5.7.8 no",
      "refused: relay-takes-no-login likely, wrong-credentials possible; exit 1; next" },

    /* from-not-login, from-invalid, login-not-honoured, recipient-unknown */
    { "another From than the login", "587 starttls PLAIN from=x@example.net",
      E587 IN587 "587+ PLAIN from=x@example.net rcpt 553 5.7.1 not owned | 587+ PLAIN rcpt 250",
      "refused: from-not-login proved; exit 1" },
    { "... refused at MAIL", "587 starttls PLAIN from=x@example.net",
      E587 IN587 "587+ PLAIN from=x@example.net mail 553 5.7.1 not owned | 587+ PLAIN rcpt 250",
      "refused: from-not-login proved; exit 1" },
    { "... refused in the words of relaying", "587 starttls PLAIN from=x@example.net",
      E587 IN587
      "587+ PLAIN from=x@example.net rcpt 550 5.7.1 relaying not permitted, authenticate |"
      "587+ PLAIN rcpt 250",
      "refused: from-not-login possible; exit 1; next" },
    { "... and again", "587 starttls PLAIN from=x@example.net",
      E587 IN587
      "587+ PLAIN from=x@example.net rcpt 550 5.7.1 relaying not permitted, authenticate |"
      "587+ PLAIN rcpt 250 |"
      "587+ PLAIN from=x@example.net rcpt 550 5.7.1 relaying not permitted, authenticate",
      "refused: from-not-login likely; exit 1; next" },
    { "... refused in words that say nothing of owning", "587 starttls PLAIN from=x@example.net",
      E587 IN587 "587+ PLAIN from=x@example.net rcpt 550 5.7.1 Access denied | 587+ PLAIN rcpt 250",
      "refused: from-not-login possible; exit 1; next" },
    { "... refused for now", "587 starttls PLAIN from=x@example.net",
      E587 IN587 "587+ PLAIN from=x@example.net rcpt 450 4.7.1 later | 587+ PLAIN rcpt 250",
      "refused: from-not-login likely; exit 1; next" },
    { "... both are refused", "587 starttls PLAIN from=x@example.net",
      E587 IN587 "587+ PLAIN from=x@example.net rcpt " RELAY "587+ PLAIN rcpt " RELAY,
      "refused: login-not-honoured likely; exit 1; next" },
    { "... refused in words of an unknown domain", "587 starttls PLAIN from=x@example.net",
      E587 IN587
      "587+ PLAIN from=x@example.net mail 550 5.1.8 Domain not found | 587+ PLAIN rcpt 250",
      "refused: from-invalid likely; exit 1; next" },
    { "... it is unqualified", "587 starttls PLAIN from=root",
      E587 IN587 "587+ PLAIN from=root mail 504 5.5.2 no | 587+ PLAIN rcpt 250",
      "refused: from-invalid likely; exit 1; next" },
    { "... as a stranger", "25 none - from=x@example.net",
      BARE25 "25 from=x@example.net rcpt 550 5.7.1 no | 25 rcpt 250", "unknown: exit 3; next" },
    { "the empty From", "587 starttls PLAIN from=<>",
      E587 IN587 "587+ PLAIN from=<> mail 553 5.7.1 no | 587+ PLAIN rcpt 250",
      "refused: from-invalid likely; exit 1; next" },
    { "logged in and refused all the same", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt " RELAY, "refused: login-not-honoured likely; exit 1; next" },
    { "... in OpenSMTPD's words", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 550 Invalid recipient",
      "refused: login-not-honoured possible; exit 1; next" },
    { "... in words about the mailbox", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 550 5.1.1 no such user",
      "refused: recipient-unknown likely; exit 1; next" },
    { "... in other words", "587 starttls PLAIN", E587 IN587 "587+ PLAIN rcpt 554 5.7.1 no",
      "unknown: exit 3; next" },
    { "... for now", "587 starttls PLAIN", E587 IN587 "587+ PLAIN rcpt 454 4.7.1 relay denied",
      "refused: login-not-honoured likely; exit 1; next" },
    { "... at MAIL", "587 starttls PLAIN", E587 IN587 "587+ PLAIN mail 550 5.7.1 relay denied",
      "unknown: exit 3; next" },
    { "the mailbox is unknown, its neighbour is known", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 550 5.1.1 unknown | 25 to=postmaster@example.org rcpt 250",
      "refused: recipient-unknown proved; exit 1" },
    { "... the neighbour is taken, and the words name another reason",
      "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 552 5.2.2 Mailbox is full |"
             "25 to=postmaster@example.org rcpt 250",
      "refused: mailbox-full likely; exit 1; next" },
    { "... refused for now", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 450 4.2.1 later | 25 to=postmaster@example.org rcpt 250",
      "unknown: exit 3; next" },
    { "... the neighbour is in another domain", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt " RELAY "25 to=postmaster@example.net rcpt 250",
      "refused: domain-not-configured possible; exit 1; next" },
    { "... the neighbour was taken elsewhere", "587 starttls PLAIN to=bob@example.org",
      E587 BARE25 IN587 "587+ PLAIN to=bob@example.org rcpt 550 5.7.1 no |"
                        "25 to=postmaster@example.org rcpt 250",
      "refused: recipient-unknown possible; exit 1; next" },
    { "... the neighbour was taken elsewhere, refused for now",
      "587 starttls PLAIN to=bob@example.org",
      E587 BARE25 IN587 "587+ PLAIN to=bob@example.org rcpt 450 4.7.1 no |"
                        "25 to=postmaster@example.org rcpt 250",
      "unknown: exit 3; next" },
    { "... only the words say so", "25 none -", BARE25 "25 rcpt 550 User unknown",
      "refused: recipient-unknown likely; exit 1; next" },
    { "... only the code says so", "25 none -", BARE25 "25 rcpt 550 5.1.1 no",
      "refused: recipient-unknown possible; exit 1; next" },
    { "... only the code says so, and a login is offered", "25 none -",
      "25 220 hello | 25 ehlo AUTH PLAIN | 25 rcpt 550 5.1.1 no",
      "refused: client-never-authenticates possible; exit 1; next" },
    { "... at MAIL", "25 none -", BARE25 "25 mail 550 5.1.1 User unknown",
      "unknown: exit 3; next" },

    /* greylisted-temporary, ehlo-name-refused */
    { "greylisted", "25 none -", BARE25 "25 rcpt 450 4.2.0 Greylisted, see http://x",
      "refused: greylisted-temporary likely; exit 1; next" },
    { "greylisted after a login", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 450 4.2.0 Greylisted",
      "refused: greylisted-temporary likely; exit 1; next" },
    { "... the word, for good", "25 none -", BARE25 "25 mail 550 5.7.1 greylisted",
      "unknown: exit 3; next" },
    { "the EHLO name", "25 none - helo=localhost",
      "25 220 hello | 25 helo=localhost ehlo SIZE 1 |"
      "25 helo=localhost rcpt 550 5.7.1 Helo command rejected | 25 ehlo SIZE 1 | 25 rcpt 250",
      "refused: ehlo-name-refused proved; exit 1" },
    { "... at EHLO", "25 none - helo=localhost",
      "25 220 hello | 25 helo=localhost ehlo 550 5.7.1 no | 25 ehlo SIZE 1 | 25 rcpt 250",
      "refused: ehlo-name-refused proved; exit 1" },
    { "... at EHLO, and no other name was tried", "25 none - helo=localhost",
      "25 220 hello | 25 helo=localhost ehlo 550 5.7.1 no",
      "refused: ehlo-name-refused likely; exit 1; next" },
    { "... the server knows no EHLO", "25 none -",
      "25 220 hello | 25 ehlo 500 5.5.1 Command unrecognized", "unknown: exit 3; next" },
    { "... it delivers into mailboxes (LMTP)", "25 none -",
      "25 220 hello | 25 ehlo 500 EHLO is not for LMTP", "unknown: exit 3; next" },
    { "... the server is too busy at EHLO", "25 none - helo=localhost",
      "25 220 hello | 25 helo=localhost ehlo 421 4.3.2 too busy", "unknown: exit 3; next" },
    { "... for now", "25 none - helo=localhost",
      "25 220 hello | 25 helo=localhost ehlo SIZE 1 |"
      "25 helo=localhost rcpt 450 4.7.1 Helo command rejected | 25 ehlo SIZE 1 | 25 rcpt 250",
      "refused: ehlo-name-refused likely; exit 1; next" },
    { "... the other name is refused too", "25 none - helo=localhost",
      "25 220 hello | 25 helo=localhost ehlo SIZE 1 |"
      "25 helo=localhost rcpt 550 5.7.1 relay | 25 ehlo SIZE 1 | 25 rcpt 550 5.7.1 relay",
      "refused: ip-not-trusted likely; exit 1; next" },

    /* tls-mode-mismatch */
    { "465 in clear", "465 none -", E465 "465 mute | 465! rcpt 250",
      "refused: tls-mode-mismatch proved; exit 1" },
    { "465 with STARTTLS", "465 starttls PLAIN", E465 "465 mute |" OK465,
      "refused: tls-mode-mismatch proved; exit 1" },
    { "587 with SSL/TLS", "587 tls PLAIN", E587 "587! tls failed |" OK587,
      "refused: tls-mode-mismatch proved; exit 1" },
    { "... nothing accepted", "587 tls PLAIN unknown", E587 "587! tls failed",
      "refused: tls-mode-mismatch likely; exit 1; next" },
    { "465 with STARTTLS, nothing accepted", "465 starttls PLAIN unknown", E465 "465 mute",
      "refused: tls-mode-mismatch likely; exit 1; next" },
    { "... the handshake fails and nobody greets in clear", "587 tls PLAIN unknown",
      "587! tls failed | 587 mute", "unknown: exit 3; next" },
    { "... both ways open", "465 none -", E465 "465 220 hello | 465 ehlo SIZE 1 | 465 rcpt 250",
      "accepted: exit 0" },

    /* certificates */
    { "expired", "587 starttls PLAIN", CLEAR587 "587+ tls expired | 587+ ehlo AUTH PLAIN",
      "refused: certificate-expired proved; exit 1" },
    { "not yet valid", "587 starttls PLAIN", CLEAR587 "587+ tls not-yet-valid",
      "refused: certificate-not-yet-valid proved; exit 1" },
    { "self-signed", "465 tls PLAIN", "465! tls self-signed | 465! 220 hello",
      "refused: certificate-self-signed proved; exit 1" },
    { "unknown issuer", "465 tls PLAIN", "465! tls unknown-issuer | 465! 220 hello",
      "refused: certificate-unknown-issuer proved; exit 1" },
    { "wrong name", "465 tls PLAIN", "465! tls wrong-name | 465! 220 hello",
      "refused: certificate-wrong-name proved; exit 1" },
    { "two faults", "465 tls PLAIN", "465! tls expired,wrong-name",
      "refused: certificate-expired proved, certificate-wrong-name proved; exit 1" },
    { "a fault without a cause of its own", "465 tls PLAIN", "465! tls other | 465! 220 hello",
      "unknown: exit 3; next" },
    { "a fault with a cause, and one without", "465 tls PLAIN", "465! tls other,expired",
      "refused: certificate-expired proved; exit 1" },
    { "... in order", "465 tls PLAIN unknown", "465! tls | 465! 220 hello",
      "unknown: exit 3; next" },
    { "... without a recipient", "465 tls PLAIN to=", "465! tls expired | 465! 220 hello",
      "refused: certificate-expired likely; exit 1; next" },
    { "... the program does not do TLS", "587 none -", CLEAR587 "587+ tls expired",
      "unknown: exit 3; next" },
    { "... on another port", "465 tls PLAIN unknown", CLEAR587 "587+ tls expired |" E465,
      "unknown: exit 3; next" },
    { "... another port works", "465 tls PLAIN", "465! tls expired | 465! 220 hello |" E587 OK587,
      "refused: certificate-expired proved; exit 1" },
    { "... it works in clear", "587 starttls -", CLEAR587 "587+ tls wrong-name | 587 rcpt 250",
      "refused: certificate-wrong-name proved; exit 1" },

    /* egress-port-blocked, server-down, dns-failure */
    { "the asked port is silent, another works", "25 none -", "25 silent |" BARE587 "587 rcpt 250",
      "refused: egress-port-blocked possible; exit 1; next" },
    { "... closed", "25 none -", "25 refused |" BARE587 "587 rcpt 250",
      "refused: server-down possible; exit 1; next" },
    { "... connected and mute", "25 none -", "25 mute |" BARE587 "587 rcpt 250",
      "unknown: exit 3; next" },
    { "the asked port is silent, another talks", "25 none -", "25 silent | 587 220 hello",
      "refused: egress-port-blocked possible; exit 1; next" },
    { "the asked port is closed, another talks", "25 none -", "25 refused | 587 220 hello",
      "refused: server-down likely; exit 1; next" },
    { "everything is closed", "25 none -", "25 refused | 587 refused",
      "refused: server-down likely; exit 4; next" },
    { "the asked port is closed, another is silent", "25 none -", "25 refused | 587 silent",
      "refused: server-down possible; exit 4; next" },
    { "no way there", "25 none -", "25 unreachable | 587 unreachable", "unknown: exit 4; next" },
    { "one port is closed and none was asked", "-", "25 refused | 587 220 hello",
      "unknown: exit 3; next" },
    { "no such name", "25 none -", "lookup", "refused: dns-failure likely; exit 6; next" },
    { "nothing at all", "25 none -", "", "unknown: exit 4; next" },
    { "what answers is no mail server", "25 none -", "25 junk", "unknown: exit 3; next" },
    { "greeted with a refusal", "25 none -", "25 554 no service", "unknown: exit 3; next" },
#include "doctor/judge_cases_path.inc"
};

static struct arena arena;
static struct doctor_record record;
static struct doctor_asked asked;

static struct doctor_judgement judge(const struct judge_case *k)
{
    arena_init(&arena, ARENA_MAX);
    record.arena = &arena;
    record.count = 0;
    script_record(k->record, &record);
    script_asked(k->asked, &asked);
    return doctor_judge(&asked, &record);
}

static void every_case(void **state)
{
    char got[512];
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct doctor_judgement j = judge(&CASES[i]);
        script_judgement(&j, got, sizeof got);
        if (strcmp(got, CASES[i].want) != 0) {
            print_error("%s\n  is     %s\n  wanted %s\n", CASES[i].label, got, CASES[i].want);
            wrong++;
        }
        arena_done(&arena);
    }
    assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------------------------------------------
 * What holds for every case
 */
static bool is_certificate(enum cause_id cause)
{
    return cause_of(cause)->family == FAMILY_CERTIFICATE_PROBLEM;
}

/* The handshake itself was made twice, with one thing changed. */
static bool is_handshake(enum cause_id cause)
{
    return is_certificate(cause) || cause == CAUSE_TLS_VERSION_OR_CIPHER ||
           cause == CAUSE_STARTTLS_STRIPPED;
}

static bool cites(const struct finding *f, unsigned id)
{
    for (size_t i = 0; i < FINDING_EVIDENCE; i++)
        if (f->for_it[i] == id)
            return true;
    return false;
}

static bool cites_a_failure(const struct finding *f)
{
    for (size_t i = 0; i < FINDING_EVIDENCE && f->for_it[i]; i++) {
        const struct doctor_evidence *ev = doctor_record_row(&record, f->for_it[i]);
        if (!doctor_evidence_good(ev) || ev->probe != PROBE_TRIAL)
            return true; /* a refusal, or the capability that stands for one */
    }
    return false;
}

/* Each cause rests on rows that exist; a proved one on something accepted and something that is not. */
static void every_cause_rests_on_evidence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct doctor_judgement j = judge(&CASES[i]);
        for (size_t k = 0; k < j.cause_count; k++) {
            const struct finding *f = &j.causes[k];
            if (!f->for_it[0])
                fail_msg("%s: a cause without evidence", CASES[i].label);
            for (size_t n = 0; n < FINDING_EVIDENCE; n++) {
                assert_in_range(f->for_it[n], 0, record.count);
                assert_in_range(f->against_neighbours[n], 0, record.count);
            }
            if (f->strength == STRENGTH_PROVED && !is_handshake(f->cause) &&
                f->cause != CAUSE_RECIPIENT_UNKNOWN)
                assert_true(j.works && cites(f, j.works->id));
            if (f->strength == STRENGTH_PROVED)
                assert_true(cites_a_failure(f));
        }
        assert_true(j.verdict != VERDICT_REFUSED || j.asked);
        arena_done(&arena);
    }
}

/* Who refused: the program itself, or the server it submits to. */
static void every_cause_has_its_hop(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct doctor_judgement j = judge(&CASES[i]);
        for (size_t k = 0; k < j.cause_count; k++) {
            enum cause_id c = j.causes[k].cause;
            bool client = is_certificate(c) || c == CAUSE_DNS_FAILURE ||
                          c == CAUSE_NO_COMMON_MECHANISM || c == CAUSE_TLS_VERSION_OR_CIPHER;
            if (j.causes[k].hop != (client ? HOP_CLIENT : HOP_SUBMISSION))
                fail_msg("%s: the wrong hop", CASES[i].label);
        }
        arena_done(&arena);
    }
}

static bool is_refusal(const struct doctor_evidence *ev)
{
    return (ev->probe == PROBE_TRIAL || ev->probe == PROBE_LOGIN) &&
           ev->outcome.end == SMTP_END_REPLY && ev->outcome.code / 100 == 5;
}

static bool rests_on_temporary(const struct finding *f)
{
    for (size_t i = 0; i < FINDING_EVIDENCE && f->for_it[i]; i++)
        if (doctor_record_row(&record, f->for_it[i])->outcome.code / 100 == 4)
            return true;
    return false;
}

/* The same with every refusal a temporary one: nothing that rests on one is proved. */
static void temporary_is_never_proved(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        if (strstr(CASES[i].label, "for now"))
            continue; /* told in the table itself */
        judge(&CASES[i]);
        for (size_t k = 0; k < record.count; k++)
            if (is_refusal(&record.rows[k]))
                record.rows[k].outcome.code -= 100;
        struct doctor_judgement j = doctor_judge(&asked, &record);
        for (size_t k = 0; k < j.cause_count; k++)
            if (j.causes[k].strength == STRENGTH_PROVED && rests_on_temporary(&j.causes[k]))
                fail_msg("%s: proved by a temporary refusal", CASES[i].label);
        arena_done(&arena);
    }
}

/* The same without --to: MAIL alone was tried, and relaying was not. */
static void without_recipient_never_proved(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        judge(&CASES[i]);
        asked.attempt.to = STR_NONE;
        for (size_t k = 0; k < record.count; k++) {
            record.rows[k].attempt.to = STR_NONE;
            if (record.rows[k].outcome.stage == SMTP_STAGE_RCPT)
                record.rows[k].outcome.stage = SMTP_STAGE_MAIL;
        }
        struct doctor_judgement j = doctor_judge(&asked, &record);
        for (size_t k = 0; k < j.cause_count; k++)
            if (j.causes[k].strength == STRENGTH_PROVED)
                fail_msg("%s: proved without a recipient", CASES[i].label);
        if (j.verdict != VERDICT_ACCEPTED)
            assert_true(j.next.n > 0);
        arena_done(&arena);
    }
}

/* Each accepted row taken away: what was proved by it is proved no more. */
static void without_the_accepted_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        judge(&CASES[i]);
        size_t kept = 0;
        for (size_t k = 0; k < record.count; k++) {
            const struct doctor_evidence *ev = &record.rows[k];
            if (ev->probe == PROBE_TRIAL && doctor_evidence_good(ev))
                continue;
            record.rows[kept] = *ev;
            record.rows[kept].id = (unsigned)kept + 1;
            kept++;
        }
        record.count = kept;
        struct doctor_judgement j = doctor_judge(&asked, &record);
        assert_null(j.works);
        assert_int_not_equal(j.verdict, VERDICT_ACCEPTED);
        for (size_t k = 0; k < j.cause_count; k++)
            if (j.causes[k].strength == STRENGTH_PROVED && !is_handshake(j.causes[k].cause))
                fail_msg("%s: proved with nothing accepted", CASES[i].label);
        arena_done(&arena);
    }
}

/* Two lists of public suffixes: one in which example.org is such a suffix, and one that says so of every name. */
static enum dns_suffix_answer below_example_org(const char *name, size_t *at)
{
    str s = str_from(name);
    size_t dot = str_find_octet(s, '.');
    *at = 0;
    return str_eq(str_skip(s, dot + 1), STR("example.org")) ? DNS_REGISTRABLE : DNS_NO_LIST;
}
static enum dns_suffix_answer all_are_suffixes(const char *name UNUSED, size_t *at UNUSED)
{
    return DNS_PUBLIC_SUFFIX;
}

static bool names_wrong_server(const char *label, const struct dns_suffixes *list)
{
    bool found = false;
    size_t i = 0;
    while (strcmp(CASES[i].label, label) != 0)
        i++;
    judge(&CASES[i]);
    asked.suffixes = list;
    struct doctor_judgement j = doctor_judge(&asked, &record);
    for (size_t k = 0; k < j.cause_count; k++)
        found |= j.causes[k].cause == CAUSE_WRONG_SERVER;
    arena_done(&arena);
    return found;
}

/* Whose name it is, is read from the list that was handed in. What has no owner accuses nobody. */
static void houses_are_told_by_the_list(void **state UNUSED)
{
    static const struct dns_suffixes PLATFORM = { below_example_org }, EVERY = { all_are_suffixes };
    static const char OURS[] = "... the banner is of the house",
                      THEIRS[] = "banner and certificate of another house, and no login";
    assert_false(names_wrong_server(OURS, NULL));
    assert_true(names_wrong_server(OURS, &PLATFORM));
    assert_true(names_wrong_server(THEIRS, NULL));
    assert_true(names_wrong_server(THEIRS, &PLATFORM));
    assert_false(names_wrong_server(THEIRS, &EVERY));
}

/* Every cause that the judge can name has a case in which it is the answer. */
static void every_cause_has_a_case(void **state)
{
    static const enum cause_id NAMED[] = {
        CAUSE_CLIENT_NEVER_AUTHENTICATES,
        CAUSE_AUTH_HIDDEN_UNTIL_TLS,
        CAUSE_MAIL_ONLY_UNDER_TLS,
        CAUSE_NO_COMMON_MECHANISM,
        CAUSE_MECHANISM_OFFERED_BUT_DEAD,
        CAUSE_RELAY_TAKES_NO_LOGIN,
        CAUSE_WRONG_CREDENTIALS,
        CAUSE_APP_PASSWORD_NEEDED,
        CAUSE_PASSWORD_LOGIN_SWITCHED_OFF,
        CAUSE_ACCOUNT_MAY_NOT_SUBMIT,
        CAUSE_AUTH_BACKEND_DOWN,
        CAUSE_MX_PORT_NOT_SUBMISSION,
        CAUSE_TLS_MODE_MISMATCH,
        CAUSE_STARTTLS_STRIPPED,
        CAUSE_CERTIFICATE_EXPIRED,
        CAUSE_CERTIFICATE_NOT_YET_VALID,
        CAUSE_CERTIFICATE_SELF_SIGNED,
        CAUSE_CERTIFICATE_UNKNOWN_ISSUER,
        CAUSE_CERTIFICATE_WRONG_NAME,
        CAUSE_FROM_NOT_LOGIN,
        CAUSE_FROM_INVALID,
        CAUSE_IP_NOT_TRUSTED,
        CAUSE_LOGIN_NOT_HONOURED,
        CAUSE_EGRESS_PORT_BLOCKED,
        CAUSE_SERVER_DOWN,
        CAUSE_EHLO_NAME_REFUSED,
        CAUSE_GREYLISTED_TEMPORARY,
        CAUSE_RECIPIENT_UNKNOWN,
        CAUSE_IP_BANNED,
        CAUSE_RATE_LIMITED,
        CAUSE_DNS_FAILURE,
        CAUSE_IP_BLOCKLISTED,
        CAUSE_DOMAIN_NOT_CONFIGURED,
        CAUSE_TLS_VERSION_OR_CIPHER,
        CAUSE_IPV6_DIFFERS,
        CAUSE_POP_BEFORE_SMTP,
        CAUSE_OTHER_NOT_RELAY,
        CAUSE_WRONG_SERVER,
        CAUSE_REVERSE_DNS_MISSING,
        CAUSE_CLIENT_CERTIFICATE_NEEDED,
        CAUSE_OAUTH_TOKEN_REJECTED,
        CAUSE_WRONG_USERNAME_FORM,
        CAUSE_MAILBOX_FULL,
    };
    unsigned seen[CAUSES] = { 0 };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct doctor_judgement j = judge(&CASES[i]);
        if (j.cause_count)
            seen[j.causes[0].cause]++;
        arena_done(&arena);
    }
    for (size_t i = 0; i < COUNT_OF(NAMED); i++) {
        if (!seen[NAMED[i]])
            fail_msg("no case for %.*s", STR_ARG(cause_of(NAMED[i])->name));
        seen[NAMED[i]] = 0;
    }
    for (int c = 0; c < CAUSES; c++)
        assert_int_equal(seen[c], 0);
}

/* ------------------------------------------------------------------------------------------------
 * Beside the causes
 */
static const struct note_case {
    const char *label, *asked, *record;
    bool noted;
} NOTES_ON_25[] = {
    { "another port was asked", "587 starttls PLAIN", E587 "25 220 hello | 25+ tls expired", true },
    { "port 25 was asked", "25 starttls PLAIN", "25 220 hello | 25+ tls expired", false },
    { "in order", "587 starttls PLAIN", E587 MX25, false },
    { "another port's certificate", "587 starttls PLAIN", "587+ tls expired", false },
};

static void certificate_on_port_25(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NOTES_ON_25); i++) {
        const struct note_case *k = &NOTES_ON_25[i];
        const struct judge_case c = { k->label, k->asked, k->record, NULL };
        print_message("  %s\n", k->label);
        struct doctor_judgement j = judge(&c);
        assert_int_equal(j.note_count, k->noted);
        if (k->noted)
            assert_int_equal(j.notes[0], NOTE_CERTIFICATE_ON_PORT_25);
        arena_done(&arena);
    }
}

/* Taken without a login, and from where the server knows us. "local" is our own address. */
static const struct position_case {
    const char *label, *address, *local, *asked, *record;
    bool noted;
} POSITIONS[] = {
    { "a public server", "192.0.2.1", "198.51.100.7", "25 none -", BARE25 "25 rcpt 250", false },
    { "behind NAT", "192.0.2.1", "192.168.1.5", "25 none -", BARE25 "25 rcpt 250", false },
    { "loopback", "127.0.0.1", "127.0.0.1", "25 none -", BARE25 "25 rcpt 250", true },
    { "a private network", "192.168.1.2", "192.168.1.5", "25 none -", BARE25 "25 rcpt 250", true },
    { "containers", "172.17.0.2", "172.17.0.1", "25 none -", BARE25 "25 rcpt 250", true },
    { "the same host", "192.0.2.1", "192.0.2.1", "25 none -", BARE25 "25 rcpt 250", true },
    { "IPv6, a network of its own", "fd00::1", "fd00::2", "25 none -", BARE25 "25 rcpt 250", true },
    { "refused", "127.0.0.1", "127.0.0.1", "25 none -", BARE25 "25 rcpt " RELAY, false },
    { "with a login", "127.0.0.1", "127.0.0.1", "587 starttls login", E587 OK587, false },
    { "its own domain", "127.0.0.1", "127.0.0.1", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 250", false },
    { "the domain of the server's name, from elsewhere", "127.0.0.1", "127.0.0.1",
      "25 none - from=x@elsewhere.example own=x@elsewhere.example to=bob@example.org",
      BARE25 "25 from=x@elsewhere.example to=bob@example.org rcpt 250", false },
    { "... another domain", "127.0.0.1", "127.0.0.1",
      "25 none - from=x@elsewhere.example own=x@elsewhere.example to=bob@ample.org",
      BARE25 "25 from=x@elsewhere.example to=bob@ample.org rcpt 250", true },
};

static void put_at(const char *address, const char *local)
{
    for (size_t i = 0; i < record.count; i++) {
        record.rows[i].attempt.address = script_ip(address);
        record.rows[i].outcome.local = script_ip(local);
    }
}

static bool is_noted(const struct doctor_judgement *j, enum finding_note note)
{
    for (size_t i = 0; i < j->note_count; i++)
        if (j->notes[i] == note)
            return true;
    return false;
}

static void position_trusted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(POSITIONS); i++) {
        const struct position_case *k = &POSITIONS[i];
        const struct judge_case c = { k->label, k->asked, k->record, NULL };
        print_message("  %s\n", k->label);
        judge(&c);
        put_at(k->address, k->local);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        assert_int_equal(is_noted(&j, NOTE_POSITION_TRUSTED), k->noted);
        arena_done(&arena);
    }
}

/* The first line of the answer to EHLO, from a server with a public address. */
static const struct told_case {
    const char *label, *helo, *text;
    bool noted;
} TOLD[] = {
    { "a private address", "pc.example.net", "mail.example.org Hello pc.example.net [10.1.2.3]",
      true },
    { "a public address", "pc.example.net", "mail.example.org Hello pc [198.51.100.7]", false },
    { "only what we called ourselves", "[192.168.1.5]", "mail.example.org Hello [192.168.1.5]",
      false },
    { "what we called ourselves, and a public address", "[192.168.1.5]",
      "mail.example.org Hello [192.168.1.5] [198.51.100.7]", false },
    { "what we called ourselves, and the same seen", "[192.168.1.5]",
      "mail.example.org Hello [192.168.1.5] [192.168.1.5], pleased to meet you", true },
    { "IPv6", "pc.example.net", "mail.example.org Hello pc [IPv6:::1]", true },
    { "a second line", "pc.example.net", "mail.example.org\nSIZE [10.1.2.3]", false },
    { "no end", "pc.example.net", "mail.example.org Hello [10.1.2.3", false },
};

static void position_told_by_the_server(void **state)
{
    static const struct judge_case K = { "told", "25 none -", BARE25 "25 rcpt 250", NULL };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TOLD); i++) {
        print_message("  %s\n", TOLD[i].label);
        judge(&K);
        put_at("192.0.2.1", "198.51.100.7");
        for (size_t k = 0; k < record.count; k++) {
            record.rows[k].attempt.helo = str_from(TOLD[i].helo);
            if (record.rows[k].probe == PROBE_CAPABILITIES)
                record.rows[k].outcome.text = str_from(TOLD[i].text);
        }
        struct doctor_judgement j = doctor_judge(&asked, &record);
        assert_int_equal(is_noted(&j, NOTE_POSITION_TRUSTED), TOLD[i].noted);
        arena_done(&arena);
    }
}

/* What stopped, or passed, the attempt as asked is the reply that is shown for it. */
static const struct asked_case {
    const char *label, *asked, *record;
    unsigned want;
} ASKED[] = {
    { "accepted", "587 starttls login", E587 OK587, 6 },
    { "refused", "587 starttls - known", E587 OUT587 OK587, 5 },
    { "settled by a capability", "587 none PLAIN", E587 "587 rcpt " RELAY OK587, 2 },
    { "no port was asked", "-", E587 OUT587, 5 },
    { "nothing seen", "587 none -", "", 0 },
};

static void row_of_what_was_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ASKED); i++) {
        const struct judge_case c = { ASKED[i].label, ASKED[i].asked, ASKED[i].record, NULL };
        print_message("  %s\n", ASKED[i].label);
        struct doctor_judgement j = judge(&c);
        assert_int_equal(j.asked ? j.asked->id : 0, ASKED[i].want);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(every_cause_rests_on_evidence),
        cmocka_unit_test(every_cause_has_its_hop),
        cmocka_unit_test(temporary_is_never_proved),
        cmocka_unit_test(without_recipient_never_proved),
        cmocka_unit_test(without_the_accepted_row),
        cmocka_unit_test(houses_are_told_by_the_list),
        cmocka_unit_test(every_cause_has_a_case),
        cmocka_unit_test(certificate_on_port_25),
        cmocka_unit_test(position_trusted),
        cmocka_unit_test(position_told_by_the_server),
        cmocka_unit_test(row_of_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
