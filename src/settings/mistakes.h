/* SPDX-License-Identifier: ISC */
/*
 * settings/mistakes.h - what is wrong with settings, seen by reading them
 * Owns    the table of mistakes: name, cause of the catalogue, how sure; those that follow from the settings
 *         alone, whatever the program (settings_look_for_mistakes).
 * Leaves  mistakes of one program's syntax to its reader, which adds them by settings_mistake().
 */
#ifndef BATON_SETTINGS_MISTAKES_H
#define BATON_SETTINGS_MISTAKES_H
#include "base/names.h"
#include "cause/cause.h"

enum settings_mistake_id {
    /* the secret */
    MISTAKE_SECRET_LINE_END, /* it ends in a line end (DC05) */
    MISTAKE_SECRET_QUOTES,   /* the quotes around it are part of it (DC04) */
    MISTAKE_SECRET_DOLLAR, /* $... in it was taken for a variable, and is gone or replaced (DC04) */
    MISTAKE_SECRET_CUT,    /* a # or a blank ends it early */
    MISTAKE_SECRET_BLANK,  /* a blank at one end */
    MISTAKE_SECRET_ESCAPE, /* a backslash or % was taken for an escape, or not taken for one */
    MISTAKE_SECRET_ODD,    /* another anomaly of base/password_shape.h */
    MISTAKE_SECRET_PLACEHOLDER, /* still the word of an example */
    MISTAKE_SECRET_EMPTY,       /* a user, and the password is empty */
    MISTAKE_SECRET_SPACES, /* an app password with the blanks that the page shows it with: goes at Google */
    /* the login */
    MISTAKE_LOGIN_OFF,       /* user and password, and the switch is off or absent (AP01) */
    MISTAKE_LOGIN_NO_USER,   /* the switch is on, and there is no user */
    MISTAKE_LOGIN_NO_SECRET, /* nor password */
    MISTAKE_LOGIN_IN_CLEAR,  /* the password would go without TLS */
    MISTAKE_LOGIN_KEY,       /* the key of a password map is not spelled like the server (PF11) */
    MISTAKE_LOGIN_MECHANISM, /* a mechanism that the program or the provider does not have (PF13, EX05) */
    MISTAKE_LOGIN_USER_FORM,    /* the provider wants the whole address, or another form */
    MISTAKE_LOGIN_SWITCHED_OFF, /* the provider takes no password, or only one for programs */
    /* the connection */
    MISTAKE_TLS_AGAINST_PORT, /* TLS at once on 587 or 25, or not on 465 (AP03, PF12) */
    MISTAKE_TLS_OPTIONAL,     /* encryption only if the server offers it, with a login */
    MISTAKE_VERIFY_OFF,       /* any certificate will do (AP06) */
    MISTAKE_PORT_25,          /* with a login at a provider that takes users on 587 or 465 */
    MISTAKE_PORT_BROKEN,      /* no number, or outside 1 to 65535 */
    MISTAKE_HOST_MISSING,
    MISTAKE_HOST_FORM,     /* ssl://, a path, a port, blanks in the host */
    MISTAKE_HOST_BRACKETS, /* relayhost without []: its MX is asked (PF11) */
    MISTAKE_HOST_NO_PORT,  /* and so it is port 25 (PF11) */
    MISTAKE_HOST_PRODUCT,  /* a provider's host of another product (AP05) */
    MISTAKE_HOST_INCOMING, /* imap. or pop. */
    MISTAKE_HOST_MX,       /* the name where strangers bring mail in */
    MISTAKE_HOST_TYPO,     /* near a known one */
    MISTAKE_HELO_NAME,     /* localhost, a bare or a container's name (EX07, DC06) */
    /* the sender */
    MISTAKE_FROM_EMPTY,
    MISTAKE_FROM_UNQUALIFIED, /* no @, no domain, localhost (AP04) */
    MISTAKE_FROM_OTHER,       /* not the login's, at a provider that minds */
    MISTAKE_FROM_TYPO,
    /* the file */
    MISTAKE_BOOLEAN_QUOTED, /* "False" is true (DC04) */
    MISTAKE_DIALECT,        /* a DSN or a key of another library (AP02) */
    MISTAKE_KEY_UNKNOWN,    /* and the nearest that is known */
    MISTAKE_KEY_TWICE,      /* the last wins, or the first */
    MISTAKE_KEY_MISPLACED,  /* in a section, or behind a line, where the program does not look */
    MISTAKE_REFERENCE_LOST, /* an include, a variable, a map that is not there */
    MISTAKE_LINE_BROKEN,    /* the program skips it, or stops at it */
    MISTAKE_NOT_APPLIED,    /* another file or switch makes the program not look at this at all */
    MISTAKE_RELAY_OPEN,     /* what is trusted is wider than it looks (PF01) */
    MISTAKE_FILE_MARK,      /* a byte order mark at its beginning */
    MISTAKE_FILE_NOT_UTF8,
    MISTAKES
};
enum settings_sureness {
    MISTAKE_WRONG, /* the program cannot work like this, or not as meant */
    MISTAKE_LIKELY,
    MISTAKE_UNSAFE, /* it works, and should not be so */
    MISTAKE_NOTE
};
extern const struct names SETTINGS_SURENESS_NAMES; /* "wrong" "likely" "unsafe" "note" */

struct settings_mistake_row {
    enum settings_mistake_id id;
    str name;            /* "secret-line-end" */
    enum cause_id cause; /* CAUSE_NONE: of no refusal's */
    enum settings_sureness sure;
};
const struct settings_mistake_row *settings_mistake_row(enum settings_mistake_id id);

struct settings_item;
/* Sentences hold no secret, nor a part of one. */
struct settings_mistake {
    const struct settings_mistake_row *row;
    enum cause_id cause;              /* the row's, unless the reader knows better */
    enum settings_sureness sure;      /* the same */
    const struct settings_item *item; /* where; NULL: in what is not there */
    str said;                         /* "the password ends in a line end" */
    str remedy;                       /* "write it on one line, with nothing behind it" */
};

struct settings_reading;
/* Adds one; of the same item and id there is one. said and remedy live as long as the arena, as of arena_printf():
 * where one is empty for want of memory the mistake is left out. NULL: left out; else cause and sure may be
 * changed until the next call. */
struct settings_mistake *settings_mistake(struct settings_reading *r, enum settings_mistake_id id,
                                          const struct settings_item *item, str said, str remedy);

/* What follows from the settings alone. */
void settings_look_for_mistakes(struct settings_reading *r);
#endif
