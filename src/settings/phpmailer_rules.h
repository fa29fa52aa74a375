/* SPDX-License-Identifier: ISC */
/*
 * settings/phpmailer_rules.h - what PHPMailer does with its properties, whoever sets them
 * Owns    the rules of PHPMailer 6 (smtpConnect, authenticate, setFrom): a prefix and a port in Host, what each
 *         SMTPSecure means, encryption where the server offers it.
 * Leaves  where the properties are found to phpmailer.c and wordpress.c.
 */
#ifndef BATON_SETTINGS_PHPMAILER_RULES_H
#define BATON_SETTINGS_PHPMAILER_RULES_H
#include "settings/syntax_php.h"

/* NULL: not said, so PHPMailer's default holds. */
struct phpmailer_properties {
    struct settings_item *host, *port, *secure, *auto_tls;
    struct settings_item *auth, *auth_type, *user, *password;
    struct settings_item *helo, *from, *sender, *to;
    struct settings_item *verify_peer, *verify_name, *ca_file;
    bool logs_in_by_default; /* where auth is not said, a user name is enough */
};
/* Takes all of them. words names the properties in the sentences of mistakes. */
struct phpmailer_words {
    str host, secure, auto_tls, auth;
};
void phpmailer_take(const struct php *p, struct settings_reading *r,
                    const struct phpmailer_properties *x, const struct phpmailer_words *words);

/* phpmailer.c: the objects that PHP source sets up, as accounts; the one to take, or none (p NULL). */
str phpmailer_find_object(struct settings_reading *r);
/* Takes what is said of that object. */
void phpmailer_object(const struct php *p, struct settings_reading *r, str object);

/* As struct settings_program's, for the object of r->account_taken. */
bool phpmailer_change(const struct settings_reading *r, const struct settings *wanted,
                      struct settings_changes *out, struct err *e);

/* False: PHPMailer takes no such host (isValidHost). */
bool phpmailer_takes_host(str host, struct err *e) MUST_CHECK;
/* 'name', or '[2001:db8::25]' */
void phpmailer_add_host(struct buf *out, const struct smtp_attempt *a);
/* The host as it stands is the name and nothing else. */
bool phpmailer_host_is_plain(const struct settings_item *host);
/* "PLAIN", or empty: none of those that it knows. */
str phpmailer_mechanism(str auth_type);
#endif
