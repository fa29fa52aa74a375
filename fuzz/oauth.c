/* SPDX-License-Identifier: ISC */
/* The error of a token login: whatever comes, each word ends in its room; a message made of the same
 * octets as user and token is refused or holds them whole. */
#include "sasl/oauth.h"
#include <assert.h>
#include <string.h>

static void ends(const char word[SASL_OAUTH_WORD])
{
    assert(memchr(word, 0, SASL_OAUTH_WORD));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct sasl_oauth_error e;
    struct buf out;
    if (sasl_oauth_error_read(text, &e)) {
        assert(size <= SASL_OAUTH_ERROR_MAX);
        ends(e.status);
        ends(e.scope);
        ends(e.schemes);
        ends(e.words);
    }
    str user = str_take(text, size / 2), token = str_skip(text, size / 2);
    buf_init(&out, 4096);
    if (sasl_xoauth2_write(user, token, &out))
        assert(str_starts(buf_str(&out), STR("user=")) && out.n == 5 + user.n + 13 + token.n + 2);
    buf_clear(&out);
    if (sasl_oauthbearer_write(user, token, STR("h"), 1, &out))
        assert(str_find_octet(buf_str(&out), '\x01') != STR_NOT_FOUND && out.n >= token.n);
    buf_done(&out);
    return 0;
}
