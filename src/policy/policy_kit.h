/* SPDX-License-Identifier: ISC */
/*
 * policy/policy_kit.h - rules from a text, for tests
 */
#ifndef BATON_POLICY_POLICY_KIT_H
#define BATON_POLICY_POLICY_KIT_H
#include "policy/file.h"
#include "policy/rule.h"

struct kit {
    struct arena arena;
    struct conf_file file;
    struct policy *policy;
    struct err e;
};

static inline bool kit_try_behind(struct kit *k, const char *text,
                                  const struct policy_forwarder *forwarders, size_t count)
{
    static const str LISTENERS[] = { STR_INIT("submission"), STR_INIT("devices"),
                                     STR_INIT("inside") };
    static const str KNOWN[] = { STR_INIT("anna@corp.example") };
    static const struct policy_list LISTS[] = { { STR_INIT("/etc/baton/recipients"), KNOWN, 1 } };
    arena_init(&k->arena, 256 << 20);
    k->policy = NULL;
    if (conf_read(STR("rules"), str_from(text), &POLICY_FILE_SCHEMA, &k->arena, &k->file, &k->e))
        k->policy = policy_new(&k->file,
                               &(struct policy_around){ .listeners = LISTENERS,
                                                        .listener_count = COUNT_OF(LISTENERS),
                                                        .lists = LISTS,
                                                        .list_count = COUNT_OF(LISTS),
                                                        .forwarders = forwarders,
                                                        .forwarder_count = count },
                               &k->arena, &k->e);
    return k->policy != NULL;
}

static inline bool kit_try(struct kit *k, const char *text)
{
    return kit_try_behind(k, text, NULL, 0);
}

static inline void kit_read(struct kit *k, const char *text)
{
    if (!kit_try(k, text))
        fail_msg("%s", k->e.why);
}

static inline void kit_done(struct kit *k)
{
    arena_done(&k->arena);
}

static inline const struct policy_rule *kit_rule(const struct policy *p, const char *name)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->rules[i].name, str_from(name)))
            return &p->rules[i];
    return NULL;
}
#endif
