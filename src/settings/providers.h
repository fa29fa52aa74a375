/* SPDX-License-Identifier: ISC */
/*
 * settings/providers.h - the big providers of mail, as a table
 * Owns    a row a service: which addresses and which MX hosts are its own, by which server it takes mail from
 *         its users, how they log in, and which SPF record lists the addresses the mail leaves from.
 * Speaks  rows, in providers_*.c, which settings/provider_row.h keeps from lacking anything; look-ups by name.
 * Leaves  everybody else to discovery. A row holds what its provider says in public, no more: what is not
 *         known is empty, and it may have changed since the day of the row.
 */
#ifndef BATON_SETTINGS_PROVIDERS_H
#define BATON_SETTINGS_PROVIDERS_H
#include "base/names.h"
#include "smtp/attempt.h"

enum provider_user {
    PROVIDER_USER_UNSAID,
    PROVIDER_USER_ADDRESS, /* the whole mail address */
    PROVIDER_USER_LOCAL,   /* what stands before the @ */
    PROVIDER_USER_FIXED,   /* one word, the same for everybody: fixed_user */
    PROVIDER_USER_OWN      /* a name or key that the provider hands out */
};

/* What is typed where the program asks for a password. */
enum provider_password {
    PROVIDER_PASSWORD,     /* the account's own */
    PROVIDER_APP_PASSWORD, /* one made for programs; the account's own is refused */
    PROVIDER_PASSWORD_OR_APP, /* the account's own, or one made for programs where two steps are switched on */
    PROVIDER_SWITCHED, /* the account's own, where the organisation has not switched that off */
    PROVIDER_OAUTH,    /* none goes: OAuth2 only */
    PROVIDER_KEY,      /* a key or password that the service makes */
    PROVIDER_BRIDGE,   /* that of a program of the provider, which runs beside the mail program */
    PROVIDER_NO_SMTP   /* there is no way in by SMTP */
};
extern const struct names PROVIDER_PASSWORD_NAMES; /* "password" "app-password" ... */
extern const struct names PROVIDER_USER_NAMES;     /* "unsaid" "address" ... */

struct provider_door {
    uint16_t port;
    enum smtp_security security;
};
enum { PROVIDER_DOORS = 3 };

/* How much it takes of one login, as the provider says it; empty: it is not known. */
struct provider_limits {
    str minute, hour, day;
    str recipients; /* of one message */
    str size;       /* of one message */
    str source;     /* where that stands */
};

struct provider {
    str id;       /* "gmail" */
    str title;    /* "Gmail" */
    str domains;  /* of mailboxes, blank between */
    str mx;       /* ends of MX names, blank between: of its customers' domains too */
    str not_mx;   /* ends of names below them that are not: its customers' own machines */
    str networks; /* ends of reverse names of its customers' lines, blank between: an ISP */
    str host;     /* empty: it depends on the customer, or there is none */
    str others;   /* more hosts that are the provider's submission too, blank between */
    struct provider_door doors[PROVIDER_DOORS]; /* the best first; port 0 ends them */
    enum provider_user user;
    str fixed_user;
    str mechanisms; /* blank between, the one to take first stands first */
    enum provider_password password;
    str spf; /* the name whose SPF record lists the addresses that mail leaves from; empty: not known */
    str page; /* to open: where the app password or the key is made, SMTP is switched on, or the settings stand */
    str page_for; /* what there is to do, "make an app password" */
    str since; /* "2022-05-30", "2026-12": the day of the sentence behind it; empty: nothing to say */
    str since_said; /* what a program can no longer do, from then on */
    struct provider_limits limits;
    str notes;  /* what else to mind, a sentence a line */
    str source; /* where it stands */
    str day;    /* of the row, "2026-11-26" */
};

/* The rows in order; NULL behind the last. */
const struct provider *provider_at(size_t index);
/* All names in lower or upper case, without a dot at the end. NULL: none. */
const struct provider *
provider_of_domain(str domain); /* of the mailbox; the name itself, not below it */
const struct provider *provider_of_mx(str mx);
const struct provider *provider_of_network(str reverse_name);
const struct provider *provider_of_host(str host); /* one that takes mail from users */
const struct provider *provider_named(str id);     /* case does not matter */
/* The user name of a mailbox there; empty: it cannot be told from the address. Points into address, or is
 * static. */
str provider_user(const struct provider *p, str address);
#endif
