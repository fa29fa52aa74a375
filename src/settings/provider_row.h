/* SPDX-License-Identifier: ISC */
/*
 * settings/provider_row.h - how a row of the table of providers is written
 * Owns    ROW(): what no row may lack. Left out or empty, name, title, user, password, mechanisms, page, source or
 *         day make an array of negative size, or leave the macro without an argument: the build stops. (meson.build
 *         tries that.) What is not known of the rest stays empty.
 */
#ifndef BATON_SETTINGS_PROVIDER_ROW_H
#define BATON_SETTINGS_PROVIDER_ROW_H
#include "settings/providers.h"

/* A literal that is not empty; "" in front of it takes nothing but a literal. */
#define PROVIDER_SAID(lit)                                                                         \
    {                                                                                              \
        "" lit, sizeof(lit) - 1 + 0 * sizeof(char[sizeof(lit) > 1 ? 1 : -1])                       \
    }
/* "2026-11-26" */
#define PROVIDER_DAY(lit)                                                                          \
    {                                                                                              \
        "" lit, sizeof(lit) - 1 + 0 * sizeof(char[sizeof(lit) == sizeof("2026-11-26") ? 1 : -1])   \
    }
#define ROW_OF(id_, title_, user_, password_, mechanisms_, page_, page_for_, source_, day_)        \
    .id = PROVIDER_SAID(id_), .title = PROVIDER_SAID(title_), .user = (user_),                     \
    .password = (password_), .mechanisms = mechanisms_, .page = PROVIDER_SAID(page_),              \
    .page_for = PROVIDER_SAID(page_for_), .source = PROVIDER_SAID(source_),                        \
    .day = PROVIDER_DAY(day_)
#define ROW(id_, title_, user_, password_, mechanisms_, page_, page_for_, source_, day_)           \
    ROW_OF(id_, title_, user_, password_, PROVIDER_SAID(mechanisms_), page_, page_for_, source_,   \
           day_)
#define ROW_WITHOUT_SMTP(id_, title_, page_, page_for_, source_, day_)                             \
    ROW_OF(id_, title_, PROVIDER_USER_UNSAID, PROVIDER_NO_SMTP, STR_INIT(""), page_, page_for_,    \
           source_, day_)
/* Limits have a source of their own. */
#define LIMITS(source_, ...)                                                                       \
    {                                                                                              \
        .source = PROVIDER_SAID(source_), __VA_ARGS__                                              \
    }

/* clang-format off */
#define TLS_465     { 465, SMTP_SECURITY_TLS }
#define START_587   { 587, SMTP_SECURITY_STARTTLS }
#define START_2525  { 2525, SMTP_SECURITY_STARTTLS }
#define BOTH        { TLS_465, START_587 }
/* clang-format on */
#define PASSWORDS  "PLAIN LOGIN"
#define TOKEN_TOO  "XOAUTH2 OAUTHBEARER PLAIN LOGIN"
#define TOKEN_ONLY "XOAUTH2"

extern const struct provider PROVIDERS_MAIL[], PROVIDERS_ISP[], PROVIDERS_HOST[],
    PROVIDERS_SERVICE[];
extern const size_t PROVIDERS_MAIL_COUNT, PROVIDERS_ISP_COUNT, PROVIDERS_HOST_COUNT,
    PROVIDERS_SERVICE_COUNT;
#endif
