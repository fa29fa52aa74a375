/* SPDX-License-Identifier: ISC */
/*
 * spool/crc32c.h - the checksum of what lies in segments
 * Speaks  CRC-32C (Castagnoli; RFC 3720 appendix B.4), by the processor's instruction where it has one.
 */
#ifndef BATON_SPOOL_CRC32C_H
#define BATON_SPOOL_CRC32C_H
#include "base/str.h"

/* Of octets that follow those whose checksum is crc; 0 for the first. */
uint32_t crc32c(uint32_t crc, str octets);
uint32_t crc32c_plain(uint32_t crc, str octets); /* without the instruction: for the test */
#endif
