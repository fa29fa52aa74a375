/* SPDX-License-Identifier: ISC */
#include "settings/provider_row.h"

static const struct name_row PASSWORD_ROWS[] = {
    { PROVIDER_PASSWORD, STR_INIT("password") },
    { PROVIDER_APP_PASSWORD, STR_INIT("app-password") },
    { PROVIDER_PASSWORD_OR_APP, STR_INIT("password-or-app-password") },
    { PROVIDER_SWITCHED, STR_INIT("password-unless-switched-off") },
    { PROVIDER_OAUTH, STR_INIT("oauth2-only") },
    { PROVIDER_KEY, STR_INIT("key") },
    { PROVIDER_BRIDGE, STR_INIT("bridge") },
    { PROVIDER_NO_SMTP, STR_INIT("none") },
};
const struct names PROVIDER_PASSWORD_NAMES = NAMES(PASSWORD_ROWS);

static const struct name_row USER_ROWS[] = {
    { PROVIDER_USER_UNSAID, STR_INIT("unsaid") },    { PROVIDER_USER_ADDRESS, STR_INIT("address") },
    { PROVIDER_USER_LOCAL, STR_INIT("local-part") }, { PROVIDER_USER_FIXED, STR_INIT("fixed") },
    { PROVIDER_USER_OWN, STR_INIT("own") },
};
const struct names PROVIDER_USER_NAMES = NAMES(USER_ROWS);

const struct provider *provider_at(size_t index)
{
    const struct {
        const struct provider *rows;
        size_t count;
    } tables[] = {
        { PROVIDERS_MAIL, PROVIDERS_MAIL_COUNT },
        { PROVIDERS_ISP, PROVIDERS_ISP_COUNT },
        { PROVIDERS_HOST, PROVIDERS_HOST_COUNT },
        { PROVIDERS_SERVICE, PROVIDERS_SERVICE_COUNT },
    };
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        if (index < tables[i].count)
            return &tables[i].rows[index];
        index -= tables[i].count;
    }
    return NULL;
}
