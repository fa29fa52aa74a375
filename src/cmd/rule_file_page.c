/* SPDX-License-Identifier: ISC */
#include "cmd/rule_file_page.h"
#include "base/mdoc.h"
#include "policy/file.h"

static void add_text(struct buf *out, str text)
{
    mdoc_text(text, out);
}

/* "yes | no", "number", "\"text\"", "{ list }": what is written behind the equals sign. */
static void add_kinds(struct buf *out, const struct conf_key *k)
{
    const char *between = "";
    for (size_t i = 0; k->kinds & CONF_WORD && k->words && i < k->words->count; i++) {
        buf_add(out, str_from(between));
        add_text(out, k->words->rows[i].name);
        between = " | ";
    }
    if (k->kinds & CONF_WORD && !k->words) {
        buf_addf(out, "%sword", between);
        between = " | ";
    }
    if (k->kinds & CONF_NUMBER) {
        buf_addf(out, "%snumber", between);
        between = " | ";
    }
    if (k->kinds & CONF_TEXT)
        buf_addf(out, "%s\\(dqtext\\(dq", between);
    if (k->kinds & CONF_LIST)
        buf_add(out, STR(", or a list of them in braces"));
}

static void add_key(struct buf *out, const struct conf_key *k)
{
    buf_add(out, STR(".It Ic "));
    add_text(out, k->name);
    buf_add(out, STR(" No = "));
    add_kinds(out, k);
    buf_addc(out, '\n');
    add_text(out, k->means);
    buf_add(out, STR(".\n"));
    if (k->least || k->most)
        buf_addf(out, "From %llu to %llu.\n", (unsigned long long)k->least,
                 (unsigned long long)k->most);
    if (k->required)
        buf_add(out, STR("It must be said.\n"));
    if (k->fallback.n) {
        buf_add(out, STR("Where it is not said: "));
        add_text(out, k->fallback);
        buf_add(out, STR(".\n"));
    }
}

static void add_section(struct buf *out, const struct conf_section *s)
{
    buf_add(out, STR(".Ss "));
    if (s->name.n) {
        add_text(out, s->name);
        buf_add(out, s->labelled ? STR(" \\(dqNAME\\(dq { ... }\n") : STR(" { ... }\n"));
    } else {
        buf_add(out, STR("Outside of all blocks\n"));
    }
    if (s->means.n) {
        add_text(out, s->means);
        buf_add(out, STR(".\n"));
    }
    buf_add(out, STR(".Bl -tag -width Ds\n"));
    for (size_t i = 0; i < s->key_count; i++)
        add_key(out, &s->keys[i]);
    buf_add(out, STR(".El\n"));
}

bool rule_file_mdoc(struct buf *out)
{
    buf_add(out, STR(".Sh THE RULE FILE\n"));
    add_text(
        out,
        STR("A value is a word, a number, a text in double quotes, or a list of them in braces. In "
            "a text only \\\" and \\\\ are escapes, and nothing is expanded. What stands behind # "
            "is "
            "a remark. A key that stands twice in one block is an error. Within a permit or a "
            "forbid all conditions must be met; of a list, one. Paths are best absolute: one that "
            "is "
            "not goes by the directory that the relay was started in."));
    buf_addc(out, '\n');
    for (size_t i = 0; i < POLICY_FILE_SCHEMA.count; i++)
        add_section(out, POLICY_FILE_SCHEMA.sections[i]);
    buf_add(out, STR(".Sh HANDING ON\n"));
    add_text(
        out,
        STR("The smarthosts of a route are asked in their order. What one of them "
            "puts off (4yz to a recipient, to the message, or to the end of its data) "
            "the next is asked to take at once; where none does, it is tried again "
            "later. "
            "What one of them lacks another may have, which is asked before the message fails: "
            "SMTPUTF8, room for one of this size, 8BITMIME for one that cannot be "
            "converted. One that can be converted to 7 bits is, for the first of them, "
            "also where a later one would take it as it is."));
    buf_add(out, STR("\n.Pp\n"));
    add_text(out, STR("A smarthost whose connection is lost after the last octet of a message and "
                      "before the answer may have taken it. Then no other is asked at once, since "
                      "the message would arrive twice: it waits, and is tried again later. Should "
                      "it arrive twice after all, the log's event maybe-delivered names it."));
    buf_addc(out, '\n');
    buf_add(out,
            STR(".Sh FILES\n"
                "The rule file and what it names is read as root and, at a reload, as the user of\n"
                ".Ic run-as :\n"
                "give it to the group of that user, mode 0640, and its directories 0750.\n"
                "Then a reload can read them; what is readable by root alone is read at the start "
                "only.\n"
                "New listening ports, and files outside of the directories that were named at the "
                "start,\n"
                "need a restart: the relay has given up the right to open them.\n"));
    return buf_ok(out);
}
