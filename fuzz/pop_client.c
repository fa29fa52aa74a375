/* SPDX-License-Identifier: ISC */
/* A POP3 server of any kind, cut in pieces: what is sent are our commands, and the dialogue ends. */
#include "base/secret.h"
#include "pop/client.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = { (const char *)data, size };
    size_t piece = size > 0 ? 1 + data[0] % 64 : 1;
    struct pop_client *c = pop_client_new(size % 2);
    unsigned results = 0, sent = 0;
    assert(c);
    for (bool over = false; !over;) {
        struct pop_client_question q;
        switch (pop_client_next(c, &q)) {
        case POP_CLIENT_SEND:
            sent++;
            assert(q.octets.n > 0 && str_ends_nocase(q.octets, STR("\r\n")) && sent <= 4);
            break;
        case POP_CLIENT_TLS: pop_client_tls(c); break;
        case POP_CLIENT_LOGIN:
            if (size % 3 == 0)
                pop_client_quit(c);
            else
                assert(pop_client_login(c, STR("anna"), STR("secret")));
            break;
        case POP_CLIENT_RESULT:
            results++;
            assert(results == 1 && q.octets.n <= 512 + sizeof SECRET_CUT);
            break;
        case POP_CLIENT_END: over = true; break;
        case POP_CLIENT_NOTHING:
            if (rest.n == 0)
                pop_client_ended(c);
            pop_client_feed(c, str_take(rest, piece));
            rest = str_skip(rest, piece);
            break;
        }
    }
    pop_client_free(c);
    return 0;
}
