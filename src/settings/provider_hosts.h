/* SPDX-License-Identifier: ISC */
/*
 * settings/provider_hosts.h - what a host name is at a provider, and what user name and password look like there
 * Owns    the table of hosts that are not where a program hands its mail over, or only for some: IMAP, MX, other
 *         products, former names, web pages; the shapes of what providers hand out.
 * Leaves  the hosts that are right to settings/providers.h; what to make of it to mistakes.c and the doctor.
 */
#ifndef BATON_SETTINGS_PROVIDER_HOSTS_H
#define BATON_SETTINGS_PROVIDER_HOSTS_H
#include "settings/providers.h"

enum provider_role {
    PROVIDER_ROLE_NONE,       /* no name of a provider's that is known */
    PROVIDER_ROLE_SUBMISSION, /* takes mail from users: right. said may hold what to mind */
    PROVIDER_ROLE_PRODUCT, /* takes mail, but as another product: right for some customers, wrong for most */
    PROVIDER_ROLE_FORMER,   /* a name of former times */
    PROVIDER_ROLE_INCOMING, /* IMAP or POP */
    PROVIDER_ROLE_MX,       /* where strangers bring mail in: takes no login */
    PROVIDER_ROLE_WEB,      /* a web page or an API: no mail server */
    PROVIDER_ROLE_DOMAIN    /* what stands behind the @, not the name of a server */
};
extern const struct names PROVIDER_ROLE_NAMES; /* "none" "submission" "product" ... */

struct provider_host {
    enum provider_role role;
    const struct provider *provider;
    str instead; /* the host to take; empty: this one is right, or it depends on the customer */
    str said; /* what this host is, as a sentence without a full stop; empty: nothing to say. Constant */
};
/* The rows of the table; NULL behind the last. names: blank between; a word that begins with a dot is the end of names.
 * instead, said: empty, the provider's host, and the role's sentence. */
struct provider_host_row {
    enum provider_role role;
    str id; /* of the provider's row */
    str names;
    str instead;
    str said;
};
const struct provider_host_row *provider_host_row(size_t index);

/* False, with role NONE: not known. Case does not count. */
bool provider_host_of(str host, struct provider_host *out);
/* The same for a host that is not right for most: PRODUCT and all behind it. */
bool provider_wrong_product(str host, struct provider_host *out);

/* Its server for reading, by IMAP at port 993 under TLS; empty: not known. */
str provider_incoming(const struct provider *p);

/* The mailbox provider whose the user's address is, where that is another than the one whose host it is and takes
 * only its own users: anna@gmail.com at smtp.mail.yahoo.com. NULL: none, or not known. */
const struct provider *provider_of_other_user(const struct provider *at_host, str user);

/* What is wrong with a user name or a password there; constant sentences without a full stop, nothing of the
 * secret in them. */
struct provider_slip {
    bool sure; /* it cannot work; else it is only unlike what the provider hands out */
    str said;
    str remedy;
};
bool provider_user_slip(const struct provider *p, str user, struct provider_slip *out);
/* secret is a password, not a token. */
bool provider_secret_slip(const struct provider *p, str user, str secret,
                          struct provider_slip *out);

/* The nearest name that the table knows, a slip of the finger in one part of it or in more away (gmial.com,
 * stmp.gmal.con); empty where the name itself is known, or may well be somebody's own. Points into the table. */
str provider_nearest_domain(str domain);
str provider_nearest_host(str host);
#endif
