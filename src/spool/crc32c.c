/* SPDX-License-Identifier: ISC */
#include "spool/crc32c.h"
#include <string.h>
#ifdef __x86_64__
#include <nmmintrin.h>
#endif

static const uint32_t POLYNOMIAL = 0x82f63b78; /* bits reversed */

/* A table of 16 for half octets: the way without the instruction is there to be right, not fast. */
static uint32_t half(unsigned n)
{
    uint32_t crc = n;
    for (int i = 0; i < 4; i++)
        crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
    return crc;
}

uint32_t crc32c_plain(uint32_t crc, str octets)
{
    uint32_t table[16];
    for (unsigned n = 0; n < 16; n++)
        table[n] = half(n);
    crc = ~crc;
    for (size_t i = 0; i < octets.n; i++) {
        crc ^= (unsigned char)octets.p[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

#ifdef __x86_64__
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, str octets)
{
    uint64_t c = ~crc;
    size_t i = 0;
    for (; i + 8 <= octets.n; i += 8) {
        uint64_t word;
        memcpy(&word, octets.p + i, 8);
        c = _mm_crc32_u64(c, word);
    }
    for (; i < octets.n; i++)
        c = _mm_crc32_u8((uint32_t)c, (unsigned char)octets.p[i]);
    return ~(uint32_t)c;
}
#endif

uint32_t crc32c(uint32_t crc, str octets)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2"))
        return by_instruction(crc, octets);
#endif
    return crc32c_plain(crc, octets);
}
