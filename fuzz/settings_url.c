/* SPDX-License-Identifier: ISC */
/* Parts of a URL lie inside it, in their order; what is encoded decodes to itself, and nothing else does. */
#include "settings/url.h"
#include <assert.h>

static const char *inside(str text, str part, const char *behind)
{
    if (!part.p)
        return behind;
    assert(part.p >= behind && part.p + part.n <= text.p + text.n);
    return part.p + part.n;
}

static void comes_back(str s)
{
    AUTO(buf_done) struct buf coded, back;
    buf_init(&coded, s.n * 3);
    buf_init(&back, s.n);
    settings_url_encode(s, &coded);
    assert(buf_ok(&coded));
    size_t broken = settings_url_decode(buf_str(&coded), true, &back);
    assert(!broken && str_eq(buf_str(&back), s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size }, value = STR_NONE;
    struct settings_url u;
    struct err e = { .kind = ERR_NONE };
    AUTO(buf_done) struct buf decoded;
    buf_init(&decoded, size);
    comes_back(text);
    if (!settings_url_cut(text, &u, &e)) {
        assert(e.kind == ERR_SYNTAX && e.why[0]);
        return 0;
    }
    const char *at = inside(text, u.scheme, text.p);
    at = inside(text, u.user, at);
    at = inside(text, u.password, at);
    at = inside(text, u.host, at);
    at = inside(text, u.port, at);
    at = inside(text, u.path, at);
    at = inside(text, u.query, at);
    inside(text, u.fragment, at);
    settings_url_decode(u.user, false, &decoded);
    assert(buf_ok(&decoded) && decoded.n <= u.user.n);
    if (settings_url_option(u.query, STR("a"), &value))
        assert(value.p && value.n <= u.query.n);
    return 0;
}
