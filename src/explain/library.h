/* SPDX-License-Identifier: ISC */
/*
 * explain/library.h - words by which libraries and programs that send mail are known
 * Owns    the tables; a new row is enough for a new library.
 */
#ifndef BATON_EXPLAIN_LIBRARY_H
#define BATON_EXPLAIN_LIBRARY_H
#include "explain/said.h"

struct library_sign {
    const char *words; /* as they are written, letters too */
    const char *program;
    enum smtp_stage stage; /* that these words speak of; SMTP_STAGE_NONE: of none */
    unsigned facts;
};
extern const struct library_sign LIBRARY_SIGNS[];
extern const size_t LIBRARY_SIGNS_COUNT;

struct library_end {
    const char *words; /* in lower case */
    enum smtp_end end;
    enum smtp_stage stage;
};
extern const struct library_end LIBRARY_ENDS[];
extern const size_t LIBRARY_ENDS_COUNT;
#endif
