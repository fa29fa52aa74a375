/* SPDX-License-Identifier: ISC */
/* Names from a text, two lines each: who refused, for whom. No name makes a hop out of nothing. */
#include "explain/who.h"
#include "explain/read.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct explain_page p = { 0 };
    if (size < 2)
        return 0;
    str rest = { (const char *)data + 2, size - 2 };
    arena_init(&memory, 1 << 20);
    p.port = data[1] & 1 ? 587 : 25;
    p.facts = data[1] & 2 ? FACT_RELAYED : 0;
    while (rest.p && p.count < EXPLAIN_SAID_MAX) {
        struct explain_said *s = explain_say(&p, (enum explain_form)(data[0] % FORMS));
        s->by = str_cut(&rest, '\n');
        s->recipient = rest.p ? str_cut(&rest, '\n') : STR_NONE;
        s->sender = data[1] & 4 ? STR("<>") : s->recipient;
        s->code = data[1] & 8 ? 550 : 0;
        s->end = data[1] & 16 ? SMTP_END_SILENT : SMTP_END_REPLY;
        s->hop = data[1] & 32 ? HOP_SUBMISSION : HOP_NONE;
        s->aside = data[1] & 64;
    }
    if (!ip_parse(p.said[0].by, &p.client))
        p.client = (struct ip){ .family = IP_NONE };
    if (data[1] & 128)
        p.said[0].by_address = p.client;
    explain_read_who(&p);
    for (size_t i = 0; i < p.count; i++) {
        const struct explain_said *s = &p.said[i];
        assert(!explain_host_is_mx(s->by) || !explain_host_is_submission(s->by) || s->by.n > 4);
        assert(explain_who_text(s, &memory).p);
    }
    arena_done(&memory);
    return 0;
}
