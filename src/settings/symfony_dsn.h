/* SPDX-License-Identifier: ISC */
/*
 * settings/symfony_dsn.h - a DSN of Symfony Mailer, cut and understood as Symfony does it
 * Speaks  Symfony\Component\Mailer\Transport\Dsn, EsmtpTransportFactory and the bridges of providers, 5.4 to 7.3:
 *         PHP's parse_url(), rawurldecode() of user and password, parse_str() of the query.
 * Leaves  where the DSN stands to symfony_read.c.
 */
#ifndef BATON_SETTINGS_SYMFONY_DSN_H
#define BATON_SETTINGS_SYMFONY_DSN_H
#include "settings/reader.h"

enum symfony_kind {
    SYMFONY_SMTP,    /* it speaks SMTP to host and port */
    SYMFONY_API,     /* a provider's interface over HTTPS */
    SYMFONY_PROGRAM, /* sendmail://, native:// */
    SYMFONY_NOTHING, /* null://: mail is thrown away */
    SYMFONY_UNKNOWN, /* no scheme that Baton knows */
    SYMFONY_BROKEN   /* Symfony throws: see why */
};
/* Slices are parts of the text that was cut, as written, or constant. */
struct symfony_dsn {
    enum symfony_kind kind;
    const char *why;   /* BROKEN */
    const char *where; /* BROKEN: the remedy */
    bool several;      /* failover(...) or roundrobin(...): this is the first */
    bool swallowed;    /* a #, ? or / that belonged to user or password ended the server's part */
    str whole;         /* the one DSN */
    str scheme, user, password, host, query; /* p NULL: not there */
    uint32_t port;                           /* 0: not said */
    bool
        user_is_secret; /* of providers that ask for a key in the place of the user: "sendgrid://KEY@default" */
    /* What follows from it. */
    str server; /* without the brackets of an IPv6 address */
    uint16_t server_port;
    enum smtp_security security; /* AUTO: STARTTLS where the server offers it */
    str fixed_user;              /* SendGrid's "apikey" */
    bool provider;
};
/* The remedy for signs that need percent codes. */
extern const char SYMFONY_ENCODE[];
void symfony_dsn_cut(str text, struct symfony_dsn *out, struct arena *a);

/* A boolean of the query, as filter_var(FILTER_VALIDATE_BOOLEAN) has it; `otherwise` where it is absent or empty. */
bool symfony_dsn_flag(const struct symfony_dsn *d, const char *name, bool otherwise);
/* Options that Symfony knows, whatever the version. */
bool symfony_dsn_knows(str option);
#endif
