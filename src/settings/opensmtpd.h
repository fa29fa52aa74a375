/* SPDX-License-Identifier: ISC */
/*
 * settings/opensmtpd.h - between the files of the row OpenSMTPD
 * Speaks  smtpd.conf(5) and table(5) of OpenSMTPD 7.6.
 */
#ifndef BATON_SETTINGS_OPENSMTPD_H
#define BATON_SETTINGS_OPENSMTPD_H
#include "settings/parts.h"

bool opensmtpd_read(struct settings_reading *r, struct err *e);
#endif
