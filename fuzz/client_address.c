/* SPDX-License-Identifier: ISC */
/* What is read is an address, not the server's, and stands in the text in some spelling. */
#include "doctor/client_address.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ip server = { .family = IP_V4, .octets = { 192, 0, 2, 1 } };
    struct ip ip;
    str text = { (const char *)data, size };
    if (client_address_in_greeting(text, &server, &ip))
        assert(ip.family != IP_NONE && !ip_eq(&ip, &server));
    if (client_address_in_refusal(text, &server, &ip))
        assert(ip.family != IP_NONE && !ip_eq(&ip, &server));
    return 0;
}
