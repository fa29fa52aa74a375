/* SPDX-License-Identifier: ISC */
#include "domain/tlsa.h"

static const struct name_row FAULT_ROWS[] = {
    { TLSA_FINE, STR_INIT("fine") },
    { TLSA_TOO_SHORT, STR_INIT("too-short") },
    { TLSA_PKIX_USAGE, STR_INIT("pkix-usage") },
    { TLSA_UNKNOWN_USAGE, STR_INIT("unknown-usage") },
    { TLSA_UNKNOWN_SELECTOR, STR_INIT("unknown-selector") },
    { TLSA_UNKNOWN_MATCHING, STR_INIT("unknown-matching-type") },
    { TLSA_BAD_LENGTH, STR_INIT("bad-length") },
};
const struct names TLSA_FAULT_NAMES = NAMES(FAULT_ROWS);

enum { HEADER_OCTETS = 3 };

static bool length_fits(uint8_t matching, size_t n)
{
    return matching == 0 ? n > 0 : n == (matching == 1 ? 32 : 64);
}

void tlsa_read(str octets, struct tlsa *out)
{
    *out = (struct tlsa){ .fault = TLSA_TOO_SHORT };
    if (octets.n <= HEADER_OCTETS)
        return;
    out->usage = (uint8_t)octets.p[0];
    out->selector = (uint8_t)octets.p[1];
    out->matching = (uint8_t)octets.p[2];
    out->data = str_skip(octets, HEADER_OCTETS);
    out->fault = out->usage > 3                             ? TLSA_UNKNOWN_USAGE
                 : out->usage < 2                           ? TLSA_PKIX_USAGE
                 : out->selector > 1                        ? TLSA_UNKNOWN_SELECTOR
                 : out->matching > 2                        ? TLSA_UNKNOWN_MATCHING
                 : !length_fits(out->matching, out->data.n) ? TLSA_BAD_LENGTH
                                                            : TLSA_FINE;
}
