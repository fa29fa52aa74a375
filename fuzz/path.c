/* SPDX-License-Identifier: ISC */
/* A mailbox that was taken is the text it was read from, and is taken again inside a path; what is
 * refused has a sentence and leaves the mailbox alone. */
#include "smtp/path.h"
#include "base/buf.h"
#include <assert.h>

static void taken(const struct smtp_mailbox *m)
{
    assert(m->local_part.n > 0 && m->local_part.n <= SMTP_LOCAL_PART_MAX);
    assert(smtp_domain_ok(m->domain));
    assert(m->international == !(str_is_ascii(m->local_part) && str_is_ascii(m->domain)));
    assert(str_find_octet(m->local_part, '\r') == STR_NOT_FOUND);
    assert(str_find_octet(m->local_part, '\n') == STR_NOT_FOUND);
    assert(str_find_octet(m->local_part, '\0') == STR_NOT_FOUND);
}

static void in_a_path(str text, const struct smtp_mailbox *m)
{
    struct smtp_mailbox again;
    struct buf path;
    str params;
    buf_init(&path, SIZE_MAX);
    buf_add(&path, STR(" <@route.example:"));
    buf_add(&path, text);
    buf_add(&path, STR("> X=1 "));
    assert(smtp_path_parse(buf_str(&path), true, &again, &params, NULL));
    assert(str_eq(again.local_part, m->local_part) && str_eq(again.domain, m->domain));
    assert(str_eq(params, STR("X=1")));
    buf_done(&path);
}

static void mailbox(str text)
{
    struct smtp_mailbox m = { .domain = STR("untouched") };
    struct err e = { .kind = ERR_NONE };
    if (!smtp_mailbox_parse(text, &m, &e)) {
        assert(e.kind != ERR_NONE && e.why[0] && str_is_ascii(str_from(e.why)));
        assert(str_eq(m.domain, STR("untouched")));
        return;
    }
    taken(&m);
    assert(m.local_part.p == text.p && m.local_part.n + 1 + m.domain.n == text.n);
    assert(m.domain.p == m.local_part.p + m.local_part.n + 1);
    in_a_path(text, &m);
}

static void path(str text, bool null_ok)
{
    struct smtp_mailbox m = { .domain = STR("untouched") };
    struct err e = { .kind = ERR_NONE };
    str params = STR("untouched");
    if (!smtp_path_parse(text, null_ok, &m, &params, &e)) {
        assert(e.kind != ERR_NONE && e.why[0]);
        assert(str_eq(m.domain, STR("untouched")) && str_eq(params, STR("untouched")));
        return;
    }
    if (m.domain.n > 0)
        taken(&m);
    else if (null_ok)
        assert(m.local_part.n == 0);
    else
        assert(str_eq_nocase(m.local_part, STR("postmaster")));
    assert(params.n == 0 || params.p + params.n <= text.p + text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    mailbox(text);
    path(text, true);
    path(text, false);
    return 0;
}
