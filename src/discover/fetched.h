/* SPDX-License-Identifier: ISC */
/*
 * discover/fetched.h - what was asked of the web, what it said, and what is still to be asked
 * Owns    the pages, and the list of URLs that nobody has asked for yet: for pages what dns/known.h is for
 *         DNS, and cores are called again in the same way.
 * Leaves  fetching to whoever has a network.
 */
#ifndef BATON_DISCOVER_FETCHED_H
#define BATON_DISCOVER_FETCHED_H
#include "base/web.h"

struct fetched; /* fields are in fetched.c */

enum { FETCHED_MAX = 16, FETCHED_OCTETS_MAX = 4 << 20 };
/* NULL when memory is short. */
struct fetched *fetched_new(void) MUST_CHECK;
void fetched_free(struct fetched *f);
AUTO_FREE(fetched_freep, struct fetched, fetched_free)

/* The page, good until the table is freed; NULL: not there yet, and the URL is noted. Never NULL for ever: what
 * the full table cannot take is answered WEB_UNABLE. */
const struct web_page *fetched_get(struct fetched *f, str url);
/* For whoever asks: the next URL that was not handed out yet, good until the table is freed. False: none. */
bool fetched_next(struct fetched *f, str *url);
/* Copied; the first page of a URL stays. Without memory it is WEB_UNABLE. */
void fetched_put(struct fetched *f, str url, const struct web_page *page);
/* URLs that were handed out and are not answered yet. */
size_t fetched_open(const struct fetched *f);
#endif
