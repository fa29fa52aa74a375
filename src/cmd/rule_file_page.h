/* SPDX-License-Identifier: ISC */
/* cmd/rule_file_page.h - what may stand in a rule file, for the manual page, from the rows of its schema */
#ifndef BATON_CMD_RULE_FILE_PAGE_H
#define BATON_CMD_RULE_FILE_PAGE_H
#include "base/buf.h"

bool rule_file_mdoc(struct buf *out); /* appends sections of mdoc(7) */
#endif
