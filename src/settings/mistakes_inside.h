/* SPDX-License-Identifier: ISC */
/*
 * settings/mistakes_inside.h - between the files of settings/mistakes.h
 */
#ifndef BATON_SETTINGS_MISTAKES_INSIDE_H
#define BATON_SETTINGS_MISTAKES_INSIDE_H
#include "settings/how.h"
#include "settings/providers.h"
#include "settings/reading.h"

/* What the looks share: made once a reading. */
struct mistakes_of {
    struct settings_reading *r;
    const struct smtp_attempt *a;
    const struct provider *provider; /* of the server; NULL: not in the table */
    bool near; /* the server is this machine, or one of this house: no public name */
    bool logs_in;
};

void mistakes_of_secret(const struct mistakes_of *m);
void mistakes_of_login(const struct mistakes_of *m);
void mistakes_of_server(const struct mistakes_of *m);
void mistakes_of_sender(const struct mistakes_of *m);

/* "write" and the program's own line; where it has none, what is said in general. */
str mistakes_write(const struct mistakes_of *m, enum settings_how what, str in_general);
/* Users may come in there, as far as is known. */
bool mistakes_has_door(const struct mistakes_of *m, uint16_t port);
/* The ways to an encrypted door: the one that goes with the port that is set, or both. */
str mistakes_doors(const struct mistakes_of *m, str in_general);

/* Where a field was said; NULL: nowhere. */
static inline const struct settings_item *mistakes_at(const struct mistakes_of *m,
                                                      enum settings_field field)
{
    return m->r->said[field];
}
#define MISTAKE(m, id, field, said, remedy)                                                        \
    settings_mistake((m)->r, MISTAKE_##id, mistakes_at(m, SETTINGS_##field), said, remedy)
#endif
