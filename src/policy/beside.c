/* SPDX-License-Identifier: ISC */
#include "policy/beside.h"

bool policy_beside(const struct ip_net *net, bool behind, struct ip *out)
{
    size_t octets = net->base.family == IP_V4 ? 4 : 16;
    *out = net->base;
    if (behind)
        for (size_t i = 0; i < octets; i++) {
            unsigned fixed = net->bits > 8 * i ? net->bits - 8 * (unsigned)i : 0;
            if (fixed < 8)
                out->octets[i] |= (uint8_t)(0xFFu >> fixed);
        }
    for (size_t i = octets; i-- > 0;) {
        out->octets[i] = (uint8_t)(out->octets[i] + (behind ? 1 : -1));
        if (out->octets[i] != (behind ? 0 : 0xFF))
            return true;
    }
    return false;
}
