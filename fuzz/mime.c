/* SPDX-License-Identifier: ISC */
/* Parts lie in the order of the text, each behind the one that holds it; what is raw lies in the text or in what was
 * decoded of it; nothing is larger than its octets allow. */
#include "mail/mime.h"
#include "mail/decode.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct mail_parts m;
    str text = { (const char *)data, size };
    arena_init(&memory, 64 << 20);
    if (mail_parts_read(text, &memory, &m, NULL)) {
        assert(m.count >= 1 && m.count <= MAIL_PARTS_MAX);
        for (size_t i = 0; i < m.count; i++) {
            const struct mail_part *p = &m.parts[i];
            assert(i == 0 ? p->parent == 0 && p->depth == 0 : p->parent < i);
            assert(i == 0 ||
                   (m.parts[p->parent].depth + 1 == p->depth && m.parts[p->parent].container));
            assert(p->depth < MAIL_DEPTH_MAX && p->type.n > 0);
            assert(p->raw.n <= size && p->body.n <= 3 * size);
            assert(!str_is_utf8(p->raw) || p->encoding || str_is_utf8(p->body));
        }
        const struct mail_part *first = mail_parts_find(&m, 0, STR("text/"));
        assert(!first || !first->container);
    }
    (void)mail_parts_likely(text);
    assert(mail_words(text, &memory).n <= 3 * size);
    assert(mail_base64(text, &memory).n <= size && mail_quoted_printable(text, &memory).n <= size);
    arena_done(&memory);
    return 0;
}
