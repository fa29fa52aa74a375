/* SPDX-License-Identifier: ISC */
/*
 * smtp/attempt.c - the names of an attempt's and an outcome's values
 */
#include "smtp/attempt.h"

static const struct name_row SECURITY_ROWS[] = {
    { SMTP_SECURITY_AUTO, STR_INIT("auto") },         { SMTP_SECURITY_NONE, STR_INIT("none") },
    { SMTP_SECURITY_STARTTLS, STR_INIT("starttls") }, { SMTP_SECURITY_TLS, STR_INIT("tls") },
    { SMTP_SECURITY_TLS, STR_INIT("ssl") }, /* what mail programs call it */
    { SMTP_SECURITY_TLS, STR_INIT("ssl/tls") },
};
const struct names SMTP_SECURITY_NAMES = NAMES(SECURITY_ROWS);

static const struct name_row CERT_REASON_ROWS[] = {
    { SMTP_CERT_OK, STR_INIT("ok") },
    { SMTP_CERT_EXPIRED, STR_INIT("expired") },
    { SMTP_CERT_NOT_YET_VALID, STR_INIT("not-yet-valid") },
    { SMTP_CERT_SELF_SIGNED, STR_INIT("self-signed") },
    { SMTP_CERT_UNKNOWN_ISSUER, STR_INIT("unknown-issuer") },
    { SMTP_CERT_WRONG_NAME, STR_INIT("wrong-name") },
    { SMTP_CERT_WEAK, STR_INIT("weak") },
    { SMTP_CERT_OTHER, STR_INIT("other") },
};
const struct names SMTP_CERT_REASON_NAMES = NAMES(CERT_REASON_ROWS);

static const struct name_row END_ROWS[] = {
    { SMTP_END_REPLY, STR_INIT("reply") },
    { SMTP_END_REFUSED, STR_INIT("refused") },
    { SMTP_END_SILENT, STR_INIT("silent") },
    { SMTP_END_UNREACHABLE, STR_INIT("unreachable") },
    { SMTP_END_CLOSED, STR_INIT("closed") },
    { SMTP_END_RESET, STR_INIT("reset") },
    { SMTP_END_BROKEN, STR_INIT("broken") },
    { SMTP_END_TLS_FAILED, STR_INIT("tls-failed") },
    { SMTP_END_NOT_OFFERED, STR_INIT("not-offered") },
    { SMTP_END_GUARDED, STR_INIT("guarded") },
    { SMTP_END_OURS, STR_INIT("ours") },
};
const struct names SMTP_END_NAMES = NAMES(END_ROWS);
