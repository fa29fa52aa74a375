/* SPDX-License-Identifier: ISC */
/* Every author found is an address with both its parts, without line ends; the first one is the first. A field alone has
 * those of its own. */
#include "mail/from.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct mail_header header;
    struct mail_from from, one;
    char room[MAIL_ADDRESS_MAX];
    str text = { (const char *)data, size }, first = mail_from_first(text, room);
    arena_init(&memory, 4 << 20);
    if (mail_header_read(text, &memory, &header, NULL) && mail_from_read(&header, &memory, &from)) {
        assert(from.fields == mail_header_count(&header, STR("from")));
        for (size_t i = 0; i < from.count; i++) {
            const struct mail_author *a = &from.authors[i];
            assert(a->domain.n > 0 && a->address.n > a->domain.n + 1);
            assert(a->domain.p[-1] == '@' && a->address.n <= MAIL_ADDRESS_MAX);
            assert(str_find_octet(a->address, '\n') == STR_NOT_FOUND);
        }
        const struct mail_field *f = mail_header_first(&header, STR("from"));
        if (f && mail_from_field(f, &memory, &one))
            assert(from.fields > 1 ? one.count <= from.count : one.count == from.count);
        assert(from.count > 0 ? str_eq(first, from.authors[0].address) : first.n == 0);
    }
    arena_done(&memory);
    return 0;
}
