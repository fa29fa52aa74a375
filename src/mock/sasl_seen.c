/* SPDX-License-Identifier: ISC */
#include "mock/sasl_seen.h"
#include <openssl/evp.h>

enum { DIGEST_OCTETS = 16 };

bool mock_seen_cram(str response, str *user, str *digest_hex)
{
    size_t blank = str_rfind_octet(response, ' ');
    if (blank == STR_NOT_FOUND || response.n - blank - 1 != (size_t)2 * DIGEST_OCTETS)
        return false;
    *user = str_take(response, blank);
    *digest_hex = str_skip(response, blank + 1);
    return true;
}

static unsigned nibble(char c)
{
    return is_digit(c) ? (unsigned)(c - '0') : (unsigned)(to_lower(c) - 'a' + 10);
}

bool mock_seen_cram_is(str challenge, str password, str digest_hex)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    size_t n = 0;
    if (digest_hex.n != (size_t)2 * DIGEST_OCTETS || password.n == 0 ||
        !EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, password.p, password.n,
                   (const unsigned char *)challenge.p, challenge.n, digest, sizeof digest, &n) ||
        n != DIGEST_OCTETS)
        return false;
    unsigned differs = 0;
    for (size_t i = 0; i < n; i++)
        differs |= digest[i] ^ (nibble(digest_hex.p[2 * i]) << 4 | nibble(digest_hex.p[2 * i + 1]));
    return differs == 0;
}

/* "n,a=USER,^A..." (RFC 5801 section 4), or "user=USER^A...". */
str mock_seen_token_user(str response)
{
    str head = str_cut(&response, '\001');
    if (str_starts_nocase(head, STR("user=")))
        return str_skip(head, 5);
    while (head.p) {
        str part = str_cut(&head, ',');
        if (str_starts(part, STR("a=")))
            return str_skip(part, 2);
    }
    return STR_NONE;
}
