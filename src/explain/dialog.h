/* SPDX-License-Identifier: ISC */
/*
 * explain/dialog.h - the words of mail programs' error boxes, in the languages of their users
 * Owns    the tables; a new row is enough for a new program or language.
 */
#ifndef BATON_EXPLAIN_DIALOG_H
#define BATON_EXPLAIN_DIALOG_H
#include "explain/said.h"

enum dialog_kind {
    DIALOG_RESPONSE, /* what the server said */
    DIALOG_SERVER,
    DIALOG_PORT,
    DIALOG_SECURE, /* yes or no */
    DIALOG_CODE,   /* of the reply */
    DIALOG_ERROR,  /* the program's own number */
    DIALOG_ACCOUNT,
    DIALOG_OTHER /* ends the value of the field before it */
};

struct dialog_field {
    const char *name; /* as it stands before its ":" */
    enum dialog_kind kind;
};
extern const struct dialog_field DIALOG_FIELDS[];
extern const size_t DIALOG_FIELDS_COUNT;

/* Numbers of Outlook, Outlook Express, Windows Mail and Windows Live Mail. */
struct dialog_error {
    const char *number;
    enum smtp_stage stage;
    enum smtp_end end; /* SMTP_END_REPLY: the server refused, with or without its words */
};
extern const struct dialog_error DIALOG_ERRORS[];
extern const size_t DIALOG_ERRORS_COUNT;

struct dialog_sentence {
    const char *words; /* ASCII letters of any size */
    const char *program;
    bool quotes; /* the server's words follow at once */
    enum smtp_stage stage;
    enum smtp_end end; /* where there is no reply */
    unsigned facts;
};
extern const struct dialog_sentence DIALOG_SENTENCES[];
extern const size_t DIALOG_SENTENCES_COUNT;
#endif
