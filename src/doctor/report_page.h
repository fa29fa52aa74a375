/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_page.h - what the parts of the HTML page share; nobody else includes it
 * Owns    the one way in which text reaches the page: secrets masked, controls made visible, markup escaped.
 */
#ifndef BATON_DOCTOR_REPORT_PAGE_H
#define BATON_DOCTOR_REPORT_PAGE_H
#include "doctor/anonymous.h"
#include "doctor/report_html.h"

struct page {
    const struct doctor_report *r; /* about nobody, or the whole */
    const struct doctor_cell *cells;
    size_t cell_count;
    const struct doctor_page_options *o;
    struct anonymous *names; /* NULL: names may stay */
    const struct doctor_record
        *answers; /* whose DNS it is; of the run itself, never shown as it stands */
    struct buf *out;
};

extern const char *const PAGE_STYLE[]; /* pieces; NULL behind the last */

void page_markup(struct page *p, const char *ours); /* as it is */
void page_text(struct page *p, str octets);         /* from anybody */
void page_textf(struct page *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* "<tag>text</tag>"; tag may carry attributes: "p class='lead'". */
void page_element(struct page *p, const char *tag, str text);

const char *page_security(enum smtp_security s); /* "STARTTLS", "SSL/TLS", "no encryption" */
/* "refused", "not offered" */
str page_state(const struct doctor_cell *c);
/* Is it the cell of the user's own settings; is it the one that works? */
bool page_is_asked(const struct page *p, const struct doctor_cell *c);
bool page_works(const struct page *p, const struct doctor_cell *c);

/* What an answer of DNS says, fit for this page; empty: there is no such answer. */
str page_answer_said(struct page *p, unsigned id);

void page_matrix(struct page *p); /* the picture, and the table beside it */
void page_letter(struct page *p); /* plain text, escaped */
#endif
