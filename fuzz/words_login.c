/* SPDX-License-Identifier: ISC */
/* A refused login in any words: two octets for the code and the enhanced code, the rest is the text. Words are
 * never more than likely, and the same words say the same again. */
#include "doctor/words.h"
#include "sasl/client.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned CODES[] = { 421, 432, 435, 450, 454, 500, 501, 503, 504,
                                      525, 530, 534, 535, 538, 550, 553, 554, 556 };
    static const unsigned DETAILS[] = { 0, 8, 12, 13, 705, 708, 709 };
    if (size < 2)
        return 0;
    struct smtp_outcome o = { .stage = SMTP_STAGE_AUTH, .code = CODES[data[0] % COUNT_OF(CODES)] };
    /* some servers say one thing by the code and another by the enhanced code */
    uint16_t first = (uint16_t)(data[1] & 0x80 ? 5 : o.code / 100);
    o.enhanced = (struct smtp_enhanced){ first, 7, (uint16_t)DETAILS[data[1] % COUNT_OF(DETAILS)] };
    o.text = (str){ (const char *)data + 2, size - 2 };
    if (data[0] > 250)
        o.end = data[0] & 1 ? SMTP_END_CLOSED : SMTP_END_SILENT;
    struct words_login w = words_of_login(&o), again = words_of_login(&o);
    assert(w.cause == again.cause && w.beside == again.beside && w.strength == again.strength);
    assert(w.strength <= STRENGTH_LIKELY && (w.cause != CAUSE_NONE || w.strength == STRENGTH_NONE));
    assert(words_login_cause(&o) == w.cause);
    (void)words_account_barred(&o);
    (void)words_auth_unknown(o.text);
    struct smtp_caps c;
    smtp_caps_read(o.text, &c);
    (void)words_mechanism_usable(&c, STR("auto"), SASL_PASSWORD);
    (void)words_mechanism_usable(&c, STR("PLAIN"), SASL_PASSWORD);
    return 0;
}
