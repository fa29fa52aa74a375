/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_rsa.c - the two numbers of an RSA key in DER
 */
#include "mailauth/dkim_inside.h"

enum { INTEGER = 0x02, BIT_STRING = 0x03, NULL_VALUE = 0x05, OID = 0x06, SEQUENCE = 0x30 };

/* One value of that type off the front of *rest: definite lengths, as short as can be (X.690 section 10.1). */
static bool take(str *rest, unsigned char type, str *value)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    size_t n, head = 2;
    if (rest->n < 2 || p[0] != type)
        return false;
    if (p[1] < 0x80) {
        n = p[1];
    } else if (p[1] == 0x81 && rest->n >= 3 && p[2] >= 0x80) {
        n = p[2];
        head = 3;
    } else if (p[1] == 0x82 && rest->n >= 4 && p[2] != 0) {
        n = (size_t)p[2] << 8 | p[3];
        head = 4;
    } else {
        return false;
    }
    if (rest->n - head < n)
        return false;
    *value = (str){ rest->p + head, n };
    *rest = str_skip(*rest, head + n);
    return true;
}

/* A positive number without more zeros in front than its sign needs; given without it. */
static bool take_number(str *rest, str *number)
{
    str value;
    if (!take(rest, INTEGER, &value) || value.n == 0)
        return false;
    bool sign = value.p[0] == '\0';
    if ((unsigned char)value.p[0] >= 0x80 ||
        (sign && (value.n == 1 || (unsigned char)value.p[1] < 0x80)))
        return false;
    *number = str_skip(value, sign ? 1 : 0);
    return true;
}

static bool read_numbers(str der, str *modulus, str *exponent)
{
    str key, n, e;
    if (!take(&der, SEQUENCE, &key) || der.n > 0)
        return false;
    if (!take_number(&key, &n) || !take_number(&key, &e) || key.n > 0)
        return false;
    *modulus = n;
    *exponent = e;
    return true;
}

static bool read_info(str der, str *modulus, str *exponent)
{
    static const str RSA = STR_INIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"); /* rsaEncryption */
    str info, algorithm, oid, nothing, bits;
    if (!take(&der, SEQUENCE, &info) || der.n > 0)
        return false;
    if (!take(&info, SEQUENCE, &algorithm) || !take(&info, BIT_STRING, &bits) || info.n > 0)
        return false;
    if (!take(&algorithm, OID, &oid) || !str_eq(oid, RSA) ||
        !take(&algorithm, NULL_VALUE, &nothing) || nothing.n > 0 || algorithm.n > 0)
        return false;
    return bits.n > 0 && bits.p[0] == '\0' && read_numbers(str_skip(bits, 1), modulus, exponent);
}

bool dkim_rsa_read(str der, str *modulus, str *exponent)
{
    return read_info(der, modulus, exponent) || read_numbers(der, modulus, exponent);
}
