/* SPDX-License-Identifier: ISC */
/* The recipient is a slice of the text, and never the user. */
#include "doctor/pasted.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str own = STR("me@a.example"), text = { (const char *)data, size };
    str to = doctor_pasted_recipient(text, own);
    assert(!to.n || (to.p >= text.p && to.p + to.n <= text.p + text.n));
    assert(!to.n || (str_find_octet(to, '@') != STR_NOT_FOUND && !str_eq_nocase(to, own)));
    return 0;
}
