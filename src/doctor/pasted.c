/* SPDX-License-Identifier: ISC */
/*
 * doctor/pasted.c - the error that a user pasted, by its words
 */
#include "doctor/pasted.h"
#include "explain/explain.h"
#include "smtp/path.h"

static bool is_edge(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '<' || c == '>' || c == '"' ||
           c == '\'' || c == '(' || c == ')' || c == ',' || c == ';' || c == ':';
}

static bool is_recipient(str word, str own)
{
    struct smtp_mailbox m;
    while (word.n && (word.p[word.n - 1] == '.' || word.p[word.n - 1] == '!'))
        word.n--;
    return word.n && smtp_mailbox_parse(word, &m, NULL) && !str_eq_nocase(word, own);
}

/* The next run of octets without an edge; *before is the edge in front of it. */
static str next_word(str *rest, char *before)
{
    size_t i = 0;
    for (; i < rest->n && is_edge(rest->p[i]); i++)
        *before = rest->p[i];
    size_t end = i;
    while (end < rest->n && !is_edge(rest->p[end]))
        end++;
    str word = { rest->p + i, end - i };
    *rest = str_skip(*rest, end);
    return word;
}

static str first_mailbox(str text, str own, bool bracketed)
{
    char before = ' ';
    while (text.n) {
        str word = next_word(&text, &before);
        if ((!bracketed || before == '<') && is_recipient(word, own)) {
            while (word.p[word.n - 1] == '.' || word.p[word.n - 1] == '!')
                word.n--;
            return word;
        }
    }
    return STR_NONE;
}

str doctor_pasted_recipient(str text, str own_address)
{
    size_t at = str_find_nocase(text, STR("final-recipient:"));
    if (at != STR_NOT_FOUND) {
        str line = str_skip(text, at);
        str found = first_mailbox(str_cut(&line, '\n'), own_address, false);
        if (found.n)
            return found;
    }
    str found = first_mailbox(text, own_address, true);
    return found.n ? found : first_mailbox(text, own_address, false);
}

/* ------------------------------------------------------------------------------------------------
 * By its words
 */
/* The one that the refusal is about, if the text says so; else the mailbox that looks like one. */
static str recipient_of(const struct explanation *x, str own)
{
    const struct explain_page *p = &x->page;
    if (x->said && is_recipient(x->said->recipient, own))
        return x->said->recipient;
    if (is_recipient(p->to, own))
        return p->to;
    return doctor_pasted_recipient(p->plain, own);
}

static void take(const struct explanation *x, str own, struct doctor_pasted *out)
{
    const struct explain_page *p = &x->page;
    /* Who usually says such words is no help beside a server that is asked. */
    enum finding_hop told = x->said ? x->said->hop : HOP_NONE;
    *out = (struct doctor_pasted){
        .cause = x->best.cause,
        .confidence = x->best.confidence,
        .hop = told,
        .who = told != HOP_NONE ? x->who_refused : STR_NONE,
        .plain = p->plain,
        .folded = p->folded,
        .recipient = recipient_of(x, own),
        .from = p->from,
    };
    /* The recipient's server is none that the user hands mail to: it is not tried in place of that one. */
    if (x->hop != HOP_RECIPIENT) {
        out->server = p->server;
        out->port = p->port;
        out->security = p->security;
    }
    if (x->said && x->said->code >= 400) {
        out->code = x->said->code;
        out->enhanced = x->said->enhanced;
        out->words = x->said->text;
    }
}

bool doctor_pasted_read(str text, str own_address, struct arena *a, struct doctor_pasted *out,
                        struct err *e)
{
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    struct explanation *found = arena_alloc(a, sizeof *found);
    if (!x || !found)
        return err_set(e, ERR_MEMORY, "no memory to read the pasted error");
    if (!explain_text(x, text, a, found, e))
        return false;
    take(found, own_address, out);
    return true;
}
