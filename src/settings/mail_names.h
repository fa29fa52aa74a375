/* SPDX-License-Identifier: ISC */
/*
 * settings/mail_names.h - what variables for mail are called, and what they mean
 * Owns    the tables of beginnings (SMTP_, EMAIL_, GF_SMTP_ ...) and ends (_HOST, _HOST_USER, _USE_TLS ...) of names, as
 *         found in projects and images; making settings of those that a section has.
 * Speaks  .env files of programs that nobody knows, Laravel's MAIL_, the environment of a container.
 */
#ifndef BATON_SETTINGS_MAIL_NAMES_H
#define BATON_SETTINGS_MAIL_NAMES_H
#include "settings/change.h"
#include "settings/reader.h"

enum mail_name_kind {
    MAIL_NAME_FIELD,      /* the value is the field's */
    MAIL_NAME_USER,       /* user, and From where nothing else says one */
    MAIL_NAME_HOST_PORT,  /* host:port, [host]:port or host */
    MAIL_NAME_STARTTLS,   /* a switch: STARTTLS */
    MAIL_NAME_TLS,        /* a switch: TLS at once */
    MAIL_NAME_TLS_ANY,    /* a switch: at once on 465, STARTTLS elsewhere */
    MAIL_NAME_WORD,       /* "ssl", "tls", "starttls", "none" ... */
    MAIL_NAME_AUTH,       /* a switch, or a mechanism */
    MAIL_NAME_VERIFY,     /* a switch: certificates are looked at */
    MAIL_NAME_UNVERIFIED, /* a switch: they are not */
    MAIL_NAME_ENABLED,    /* a switch: mail is sent at all */
    MAIL_NAME_SECRET_FILE,
    MAIL_NAME_SECRET_COMMAND,
    MAIL_NAME_SECRET_ASKED,
    MAIL_NAME_URL,
    MAIL_NAME_OTHER /* of no concern here: a name, a time-out */
};
struct mail_name {
    enum mail_name_kind kind;
    enum settings_field field;
    str prefix; /* the part of the key that names the program or the account: "SMTP", "EMAIL" */
};
/* Capitals do not count, and "__" is as "_". False: it is no name for mail. */
bool mail_name_of(str key, struct mail_name *out);

/* How many of a section's (STR_NONE: any) items are names for mail; a host is among them. */
size_t mail_names_count(const struct settings_reading *r, str section, bool *host);

/* Takes r->found from the section's items. Where several prefixes have a host, r->account chooses, and they are added
 * as accounts with `accounts`. */
void mail_names_take(struct settings_reading *r, str section, bool accounts);

/* The item's value is nothing but one reference to a variable, "${NAME}" or "$NAME"; its name. */
bool mail_names_reference(const struct settings_item *item, str *name);

/* Appends the value as the file wants it. */
typedef bool mail_names_quote(str value, struct buf *out, struct err *e);
/* The lines of the section's items that must change. line(key, written) makes a new line's text of them; its LF is added.
 * NULL where none can be added. */
bool mail_names_change(const struct settings_reading *r, str section, const struct settings *wanted,
                       mail_names_quote *quote, str (*line)(struct arena *a, str key, str written),
                       struct settings_changes *out, struct err *e);
#endif
