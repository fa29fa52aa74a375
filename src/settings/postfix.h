/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix.h - what the files of the row Postfix share
 * Owns    parameters: main.cf's, those that master.cf gives the transport, Postfix's own; their values with
 *         references replaced; looking a key up in a table.
 * Speaks  postconf(5) and master(5) of Postfix 3.7, postmap(1), inline_table and static_table of
 *         DATABASE_README.
 */
#ifndef BATON_SETTINGS_POSTFIX_H
#define BATON_SETTINGS_POSTFIX_H
#include "settings/cf_lines.h"
#include "settings/change.h"

enum {
    POSTFIX_SLOTS = 16384,
    POSTFIX_VALUE_MAX = 8192,
    POSTFIX_STEPS = 200000,
    POSTFIX_OPTIONS = 64
};

struct postfix {
    struct settings_reading *r;
    struct settings_part main;
    uint16_t *slots; /* names of main.cf's parameters; 0: free, else the item's number plus 1 */
    str transport;   /* the service of master.cf that mail leaves by: "smtp" */
    struct settings_item *options[POSTFIX_OPTIONS]; /* that its line has */
    size_t option_count;
    size_t steps; /* octets that expanding may still put out: references can grow without end */
};

/* postfix_main.c: reads main.cf; false: the file is broken. Says which parameters stand twice. */
bool postfix_main(struct postfix *p, struct err *e);
/* The item that says a parameter: of the transport's -o, else of main.cf; NULL: neither. */
struct settings_item *postfix_item(struct postfix *p, str key);
/* Its value as Postfix sees it, Postfix's own where nothing says it. The item's value and how become the same. */
str postfix_value(struct postfix *p, str key);
bool postfix_yes(struct postfix *p, str key);
/* Whether the name is one of a parameter of Postfix, or may be one that belongs to a transport. */
bool postfix_is_parameter(str name);
str postfix_nearest_parameter(str name);

/* postfix_master.c: the services; false: the file is broken. *command: of the transport ("smtp"); empty: the file
 * is not known, or has no such transport (*absent). */
bool postfix_master(struct postfix *p, str *command, bool *absent, struct err *e);

/* postfix_maps.c */
enum postfix_map_answer {
    POSTFIX_MAP_FOUND,
    POSTFIX_MAP_NO_KEY, /* every table was looked at */
    POSTFIX_MAP_UNKNOWN, /* a table cannot be known from here: a database, or a file that is not there */
};
struct postfix_entry {
    str key, value;
    bool any; /* of static: it answers every key */
    struct settings_place key_place, place;
};
/* The maps of a parameter, in their order, for the first of the keys that is there. Case does not count. */
enum postfix_map_answer postfix_map_find(struct postfix *p, struct settings_item *maps, str key,
                                         struct postfix_entry *out);
/* Calls see() for each entry that can be seen, until it returns false. */
void postfix_map_each(struct postfix *p, struct settings_item *maps,
                      bool (*see)(void *context, const struct postfix_entry *entry), void *context);
/* The path of the first table of a kind that is made from a text; empty: none. */
str postfix_map_path(struct postfix *p, struct settings_item *maps);
/* A line of a table's file that postmap leaves out, with why it does; the first of them. */
struct settings_item *postfix_map_broken(struct postfix *p, struct settings_item *maps, str *why);

bool postfix_read(struct settings_reading *r, struct err *e);
bool postfix_change(const struct settings_reading *r, const struct settings *wanted,
                    struct settings_changes *out, struct err *e);

/* A destination of relayhost or of a transport. */
struct postfix_hop {
    str dest; /* as it is written: the key of tables */
    str host; /* without brackets, "ipv6:" and port */
    str port; /* empty: not said */
    bool bracketed, literal;
};
struct postfix_hop postfix_hop_of(str written);
/* A number, or the name of a service; 0: neither. */
uint16_t postfix_port(str port);
/* "[host]:port" */
void postfix_add_hop(const struct smtp_attempt *a, struct buf *out);
#endif
