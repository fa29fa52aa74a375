/* SPDX-License-Identifier: ISC */
/*
 * policy/file.h - the rule file as a whole
 * Owns    the schema of everything that stands in it; from its text to the policy and its listeners, with the proof
 *         that it makes no open relay.
 * Leaves  files that it names to the caller: those of `recipients` are asked for.
 */
#ifndef BATON_POLICY_FILE_H
#define BATON_POLICY_FILE_H
#include "policy/proof.h"
#include "policy/site.h"

extern const struct conf_schema POLICY_FILE_SCHEMA;

enum { POLICY_FILE_LISTS = 64, POLICY_FILE_LISTENERS = 64 };

struct policy_file {
    struct conf_file conf;
    struct site site;
    bool
        understood; /* the syntax is right; what is wrong besides is told together with the rules' errors */
    str lists_wanted
        [POLICY_FILE_LISTS]; /* paths that "recipients" names; given back as struct policy_list */
    struct conf_place list_places[POLICY_FILE_LISTS]; /* where each is named first */
    size_t list_count;
    struct policy_listener listeners[POLICY_FILE_LISTENERS];
    str listener_names[POLICY_FILE_LISTENERS];
    struct policy_door doors[POLICY_FILE_LISTENERS]; /* the same, for the rules */
    size_t listener_count;
    const struct policy_forwarder *forwarders; /* set by the caller before the file is built */
    size_t forwarder_count;
    const struct policy *policy;
    struct policy_warning *warnings; /* what is right and may surprise, of the whole file */
    size_t warning_count;
    bool open; /* a stranger gets through: see hole */
    struct policy_hole hole;
};

/* First the syntax: what is named is in lists_wanted. False with errors in out->conf and the first in e; where it was
 * understood all the same, policy_file_build() adds the errors of the rules, and says false too. */
bool policy_file_read(str path, str text, struct arena *a, struct policy_file *out,
                      struct err *e) MUST_CHECK;
/* Then the meaning: the policy is built and proved. False with errors as before; an open relay is none of them. */
bool policy_file_build(struct policy_file *f, const struct policy_list *lists, size_t count,
                       struct arena *a, struct err *e) MUST_CHECK;
/* One address a line; blank lines and what begins with # are passed over. Lines in the arena or the text. False: no
 * memory. */
bool policy_list_read(str path, str text, struct arena *a, struct policy_list *out) MUST_CHECK;
#endif
