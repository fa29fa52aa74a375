/* SPDX-License-Identifier: ISC */
#include "settings/window.h"

const char *window_security(const struct smtp_attempt *a, const char *none)
{
    switch (a->security) {
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    case SMTP_SECURITY_TLS: return "SSL/TLS";
    default: return none;
    }
}

void window_line(struct buf *out, const char *label, str value)
{
    if (value.n)
        buf_addf(out, "%s: %.*s\n", label, STR_ARG(value));
}

str window_user(const struct smtp_attempt *a)
{
    return smtp_attempt_logs_in(a) ? a->user : STR_NONE;
}
