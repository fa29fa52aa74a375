/* SPDX-License-Identifier: ISC */
/* A POP3 client of any kind, cut in pieces: what is sent are lines, and the dialogue ends. */
#include "mock/pop3.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = { (const char *)data, size };
    size_t piece = size > 0 ? 1 + data[0] % 64 : 1;
    struct mock_pop3 *p = mock_pop3_new(STR("mail.corp.example"), size % 2);
    assert(p);
    for (bool over = false; !over;) {
        struct mock_pop3_question q;
        switch (mock_pop3_next(p, &q)) {
        case MOCK_POP3_SEND:
            assert(q.octets.n > 0 && str_ends_nocase(q.octets, STR("\r\n")));
            break;
        case MOCK_POP3_TLS: mock_pop3_tls(p); break;
        case MOCK_POP3_LOGIN:
            assert(q.user.n > 0 && q.password.p);
            mock_pop3_answer(p, q.password.n % 2);
            break;
        case MOCK_POP3_CLOSE: over = true; break;
        case MOCK_POP3_NOTHING:
            over = rest.n == 0;
            mock_pop3_feed(p, str_take(rest, piece));
            rest = str_skip(rest, piece);
            break;
        }
    }
    mock_pop3_free(p);
    return 0;
}
