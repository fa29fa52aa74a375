/* SPDX-License-Identifier: ISC */
#include "relay/next_hop.h"

#define LOGIN_FILE "the file of this route's login (user in the first line, password in the second)"

static const struct {
    enum cause_id cause;
    str text;
} ROWS[] = {
    { CAUSE_CLIENT_NEVER_AUTHENTICATES,
      STR_INIT("Say login = \"NAME\" in this route, and write the user and the password for the "
               "smarthost, a line each, into the file NAME in the directory of logins.") },
    { CAUSE_IP_NOT_TRUSTED,
      STR_INIT(
          "Have this machine's address let in at the smarthost, or say login = \"NAME\" in this "
          "route.") },
    { CAUSE_AUTH_HIDDEN_UNTIL_TLS,
      STR_INIT("Say security = starttls in this route, or port 465 in smarthost.") },
    { CAUSE_MAIL_ONLY_UNDER_TLS,
      STR_INIT("Say security = starttls in this route, or port 465 in smarthost.") },
    { CAUSE_MX_PORT_NOT_SUBMISSION,
      STR_INIT("Write the port for submission in smarthost: 587, or 465.") },
    { CAUSE_TLS_MODE_MISMATCH,
      STR_INIT(
          "Say security = tls in this route where the smarthost begins with TLS (port 465), and "
          "starttls where it does not (port 587).") },
    { CAUSE_STARTTLS_STRIPPED,
      STR_INIT("Write port 465 in smarthost, where encryption comes first and nothing can take it "
               "away; 'baton doctor --server HOST' shows what the smarthost offers.") },
    { CAUSE_WRONG_CREDENTIALS, STR_INIT("Put the right user and password into " LOGIN_FILE
                                        ", and reload; 'baton doctor USER "
                                        "--server HOST:PORT' tries them.") },
    { CAUSE_PASSWORD_MANGLED,
      STR_INIT("Write the password anew into " LOGIN_FILE ", and reload.") },
    { CAUSE_WRONG_USERNAME_FORM,
      STR_INIT(
          "Write the user as the smarthost wants it, mostly as the whole address, into " LOGIN_FILE
          ", and reload.") },
    { CAUSE_APP_PASSWORD_NEEDED,
      STR_INIT("Make an app password at the provider, put it into " LOGIN_FILE ", and reload.") },
    { CAUSE_FROM_NOT_LOGIN,
      STR_INIT(
          "The smarthost takes mail from its login's own addresses only: have them added there, "
          "or put one in the place of others with rewrite \"NAME\" { from = \"ADDRESS\" }.") },
    { CAUSE_CERTIFICATE_SELF_SIGNED,
      STR_INIT(
          "Where the smarthost is your own, name its certificate with ca = \"FILE\"; where it is "
          "a provider's, something stands in between: check its name and ask there.") },
    { CAUSE_CERTIFICATE_UNKNOWN_ISSUER,
      STR_INIT(
          "Where the smarthost is your own, name its authority with ca = \"FILE\"; where it is a "
          "provider's, something stands in between: check its name and ask there.") },
    { CAUSE_CERTIFICATE_WRONG_NAME,
      STR_INIT("Write the smarthost in the route by a name that stands in its certificate.") },
    { CAUSE_CERTIFICATE_EXPIRED,
      STR_INIT(
          "Check the clock of this machine; when it is right, whoever runs the smarthost has to "
          "renew the certificate. Another smarthost of the route is used meanwhile.") },
    { CAUSE_CERTIFICATE_NOT_YET_VALID, STR_INIT("Check the clock of this machine.") },
    { CAUSE_SERVER_DOWN,
      STR_INIT("Check name and port in smarthost, and 'baton doctor --server HOST:PORT' from this "
               "machine; a second smarthost in the route is used where the first is down.") },
    { CAUSE_EGRESS_PORT_BLOCKED,
      STR_INIT("Try another port in smarthost (587, 465), or have this machine's provider open the "
               "one that is blocked; 'baton doctor --server HOST' tries them all.") },
};

str next_hop_step(enum cause_id id)
{
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (ROWS[i].cause == id)
            return ROWS[i].text;
    return STR_NONE;
}
