/* SPDX-License-Identifier: ISC */
/*
 * settings/quote.h - values in the quotes of another language
 * Owns    three kinds of quotes. The values are printable UTF-8 without controls: settings_write() has
 *         seen to that, so a quote needs to mind only its own signs.
 */
#ifndef BATON_SETTINGS_QUOTE_H
#define BATON_SETTINGS_QUOTE_H
#include "base/buf.h"

/* All append the value with its quotes. */
void quote_shell(struct buf *out, str value);  /* POSIX shell: 'it'\''s' */
void quote_php(struct buf *out, str value);    /* PHP: 'it\'s', nothing is expanded inside */
void quote_double(struct buf *out, str value); /* Python and JavaScript: "a \"b\" c" */
#endif
