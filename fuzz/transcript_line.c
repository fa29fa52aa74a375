/* SPDX-License-Identifier: ISC */
/* What was said is a slice of the line. */
#include "explain/transcript_line.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str line = { (const char *)data, size };
    struct transcript_line l = transcript_line_read(line);
    assert(l.side == SIDE_NONE ||
           (l.words.n && l.words.p >= line.p && l.words.p + l.words.n == line.p + line.n));
    assert((l.side == SIDE_CLIENT) <= (l.stage != SMTP_STAGE_NONE));
    return 0;
}
