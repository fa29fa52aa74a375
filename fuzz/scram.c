/* SPDX-License-Identifier: ISC */
/* What passes as SCRAM's first message has parts that point into it, and never asks for more than the
 * limit; what is refused leaves the value as it was. */
#include "sasl/scram.h"
#include <assert.h>

static void inside(str part, str whole)
{
    assert(part.n > 0 && part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str message = { (const char *)data, size };
    struct sasl_scram_first first = { .iterations = 77 };
    struct err e = { .kind = ERR_NONE };
    str error = sasl_scram_error(message);
    if (error.n > 0)
        inside(error, message);
    if (!sasl_scram_first_read(message, &first, &e)) {
        assert(e.kind != ERR_NONE && e.why[0] && first.iterations == 77 && !first.nonce.p);
        return 0;
    }
    inside(first.nonce, message);
    inside(first.salt, message);
    assert(first.iterations > 0 && first.iterations <= SASL_SCRAM_ITERATIONS_MAX);
    assert(first.salt.n % 4 == 0 && error.n == 0);
    return 0;
}
