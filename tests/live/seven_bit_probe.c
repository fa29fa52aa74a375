/* SPDX-License-Identifier: ISC */
/* Standard input in 7 bits on standard output; or why that cannot be, and status 3. Cut where the argument says. */
#include "mail/seven_bit.h"
#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_MAX = 1 << 22 };

static char message[MESSAGE_MAX];

int main(int count, char **args)
{
    size_t piece = count > 1 ? strtoul(args[1], NULL, 10) : MAIL_7BIT_PIECE;
    size_t n = fread(message, 1, sizeof message, stdin);
    struct mail_7bit_facts f;
    struct mail_7bit *c = mail_7bit_new();
    struct buf out;
    bool ok = c && piece > 0 && piece <= MAIL_7BIT_PIECE;
    if (!ok)
        return 1;
    for (size_t at = 0; at < n; at += piece)
        mail_7bit_look(c, str_take((str){ message + at, n - at }, piece));
    mail_7bit_looked(c, &f);
    if (f.refused.n > 0) {
        printf("%.*s\n", STR_ARG(f.refused));
        mail_7bit_free(c);
        return 3;
    }
    buf_init(&out, MAIL_7BIT_OUT_MAX);
    for (size_t at = 0; ok && at < n; at += piece) {
        buf_clear(&out);
        ok = mail_7bit_write(c, str_take((str){ message + at, n - at }, piece), &out) &&
             fwrite(out.p ? out.p : "", 1, out.n, stdout) == out.n;
    }
    buf_clear(&out);
    ok = ok && mail_7bit_write_end(c, &out) &&
         fwrite(out.p ? out.p : "", 1, out.n, stdout) == out.n;
    buf_done(&out);
    mail_7bit_free(c);
    return ok ? 0 : 1;
}
