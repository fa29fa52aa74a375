/* SPDX-License-Identifier: ISC */
/*
 * settings/env_expand.h - references to variables in a value, as three readers replace them
 * Owns    ${NAME:-default} of python-dotenv, the interpolation of Docker Compose 1 and 2.
 */
#ifndef BATON_SETTINGS_ENV_EXPAND_H
#define BATON_SETTINGS_ENV_EXPAND_H
#include "settings/reader.h"

enum expand_kind {
    EXPAND_PYTHON,    /* ${NAME}, ${NAME:-default}; a name may hold any octet but } and : */
    EXPAND_COMPOSE_1, /* $NAME, ${NAME}, :- - :? ?, $$; another $ is an error */
    EXPAND_COMPOSE_2  /* also :+ +, references inside defaults; another $ stands for itself */
};
enum { EXPAND_DEPTH = 8 };

struct expand {
    bool (*lookup)(void *who, str name, str *value); /* false: it names nothing */
    void *who;
    struct buf *out;
    /* What became of the text. */
    unsigned how;       /* SETTINGS_ITEM_EXPANDED, SETTINGS_ITEM_LOST */
    str lost;           /* the first name that stands for nothing, though nothing else is said */
    str wanted;         /* the name that :? wants */
    const char *broken; /* why the program gives up here; static text */
    size_t broken_at;
};
/* False with broken. Time grows with the text and with what the references stand for. */
bool expand(struct expand *x, enum expand_kind kind, str text);
#endif
