/* SPDX-License-Identifier: ISC */
#include "base/web.h"

static const struct name_row ROWS[] = {
    { WEB_OK, STR_INIT("ok") },
    { WEB_NOT_FOUND, STR_INIT("not-found") },
    { WEB_STATUS, STR_INIT("status") },
    { WEB_NO_HOST, STR_INIT("no-host") },
    { WEB_LOOKUP_FAILED, STR_INIT("lookup-failed") },
    { WEB_REFUSED, STR_INIT("refused") },
    { WEB_TIMEOUT, STR_INIT("timeout") },
    { WEB_CERTIFICATE, STR_INIT("certificate") },
    { WEB_TLS, STR_INIT("tls") },
    { WEB_TOO_LARGE, STR_INIT("too-large") },
    { WEB_REDIRECT, STR_INIT("redirect") },
    { WEB_PRIVATE, STR_INIT("private-address") },
    { WEB_BROKEN, STR_INIT("broken") },
    { WEB_UNABLE, STR_INIT("unable") },
};
const struct names WEB_OUTCOME_NAMES = NAMES(ROWS);
