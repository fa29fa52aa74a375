/* SPDX-License-Identifier: ISC */
/* What is taken holds to its rows; what is not has an error with a place in the file, and a sentence that can be shown. */
#include "conf/conf.h"
#include <assert.h>

static const struct name_row WORD_ROWS[] = { { 0, STR_INIT("none") }, { 1, STR_INIT("tls") } };
static const struct names WORDS = NAMES(WORD_ROWS);
static const struct conf_key TOP[] = {
    { .name = STR_INIT("a"), .kinds = CONF_TEXT | CONF_LIST },
    { .name = STR_INIT("n"), .kinds = CONF_NUMBER, .least = 1, .most = 9 }
};
static const struct conf_key INNER[] = {
    { .name = STR_INIT("w"), .kinds = CONF_WORD | CONF_LIST, .words = &WORDS },
    { .name = STR_INIT("x"), .kinds = CONF_WORD | CONF_NUMBER | CONF_TEXT },
    { .name = STR_INIT("must"), .kinds = CONF_NUMBER | CONF_TEXT, .required = true },
    { .name = STR_INIT("y"), .kinds = CONF_WORD | CONF_TEXT },
    { .name = STR_INIT("z"), .kinds = CONF_WORD | CONF_NUMBER },
};
static const struct conf_section SECTIONS[] = {
    { .name = STR_INIT(""), .keys = TOP, .key_count = COUNT_OF(TOP) },
    { .name = STR_INIT("block"), .labelled = true, .keys = INNER, .key_count = COUNT_OF(INNER) },
    { .name = STR_INIT("log"), .keys = NULL, .key_count = 0 },
};
static const struct conf_section *const ALL[] = { &SECTIONS[0], &SECTIONS[1], &SECTIONS[2] };
static const struct conf_schema SCHEMA = { ALL, COUNT_OF(ALL) };

static void value_fits(const struct conf_key *key, const struct conf_value *v)
{
    int word;
    assert(v->kind & key->kinds);
    assert(v->place.line >= 1 && v->place.column >= 1);
    if (v->kind == CONF_WORD && key->words) {
        bool known = names_find(key->words, v->text, &word);
        assert(known);
    }
    if (v->kind == CONF_NUMBER && key->most)
        assert(v->number >= key->least && v->number <= key->most);
}

static void block_fits(const struct conf_block *b)
{
    for (size_t i = 0; i < b->entry_count; i++) {
        const struct conf_entry *one = &b->entries[i];
        assert(one->count >= 1 && (one->count == 1 || one->key->kinds & CONF_LIST));
        assert(conf_entry(b, one->key->name) == one); /* so none stands twice */
        for (size_t v = 0; v < one->count; v++)
            value_fits(one->key, &one->values[v]);
    }
    for (size_t i = 0; i < b->section->key_count; i++)
        if (b->section->keys[i].required)
            assert(conf_entry(b, b->section->keys[i].name));
    assert(!b->section->labelled || b->label.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct arena a;
    struct conf_file f;
    struct err e = { .kind = ERR_NONE };
    arena_init(&a, 1 << 20);
    if (conf_read(STR("file"), text, &SCHEMA, &a, &f, &e)) {
        for (const struct conf_block *b = f.blocks; b; b = b->next)
            block_fits(b);
    } else {
        assert(e.kind != ERR_NONE && e.why[0] && str_is_utf8(str_from(e.why)));
        assert(e.kind == ERR_MEMORY || (f.error_count >= 1 && f.error_count <= CONF_ERRORS));
    }
    arena_done(&a);
    return 0;
}
