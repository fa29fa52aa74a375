/* SPDX-License-Identifier: ISC */
/*
 * settings/url.h - a mail server written as a URL: smtp://user:password@host:port/path?name=value#fragment
 * Owns    cutting one into its parts as they are written (RFC 3986 section 3), percent codes both ways.
 * Leaves  what a part means to the programs: they differ in '+', in what they decode, and in what they forgive.
 */
#ifndef BATON_SETTINGS_URL_H
#define BATON_SETTINGS_URL_H
#include "base/buf.h"
#include "base/err.h"

/* Parts as they stand in the text, percent codes and all; they point into it, so places can be told from them.
 * p is NULL where a part is not there: "user@" has no password, "user:@" an empty one. */
struct settings_url {
    str scheme;
    str user, password;
    str host; /* without the brackets of an IPv6 address */
    bool bracketed;
    str port;
    str path; /* with its '/' */
    str query, fragment;
};

/* The last '@' before the first of "/?#" ends the user's part, as in most programs; the first ':' in it begins the
 * password. False, with what is missing, where there is no "scheme://", or a bracket is not closed. */
bool settings_url_cut(str text, struct settings_url *out, struct err *e) MUST_CHECK;

/* Appends s with its percent codes undone. One that is none ("%", "%4", "%zz") stays as it is; the answer is how
 * many of those there were. plus: '+' means a blank, as in forms. */
size_t settings_url_decode(str s, bool plus, struct buf *out);
/* Appends s with everything but the unreserved characters (RFC 3986 section 2.3) as percent codes. */
void settings_url_encode(str s, struct buf *out);

/* The value of a name in a query, as written; the last one counts. False: not there. */
bool settings_url_option(str query, str name, str *value) MUST_CHECK;
#endif
