/* SPDX-License-Identifier: ISC */
/*
 * base/secret.h - finds a secret in whatever form it comes, and puts dots in its place
 * Owns    the forms of one secret: plain, reversed, percent-encoded, escaped as escape_line() does,
 *         quoted (JSON, quoted-string), hex in both cases, and base64 wherever in the encoded octets
 *         it lies, as in AUTH PLAIN; each also without the blanks and line ends around it. Short
 *         secrets (under 4 octets) are matched only plain, and only where they stand as a word, so
 *         that ordinary text is not dotted out.
 * Leaves  the secret itself to the caller; what is kept here is overwritten by secret_mask_free().
 */
#ifndef BATON_BASE_SECRET_H
#define BATON_BASE_SECRET_H
#include "base/buf.h"

struct secret_mask;
struct secret_mask *secret_mask_new(str secret) MUST_CHECK; /* NULL when memory is short */
/* Hides another secret in all its forms too, under the same conditions as secret_mask_add(). */
bool secret_mask_also(struct secret_mask *m, str secret);
/* For what may be read but not smuggled, such as a name that has a stand-in: every form but the plain
 * one, in which all octets stand as they are. */
struct secret_mask *secret_mask_coded_new(str text) MUST_CHECK;
void secret_mask_free(struct secret_mask *m);
AUTO_FREE(secret_mask_freep, struct secret_mask, secret_mask_free)

/* Adds another form to hide, for example the whole base64 of an AUTH answer. False when memory is
 * short or the mask is full (64 forms): then what was to be hidden must not be shown. */
bool secret_mask_add(struct secret_mask *m, str form);
/* Appends text to out with every form replaced by "[hidden]", and those that overlap by one. A
 * form cut in two by the end of text is not seen: give whole lines. A NULL mask appends text as it
 * is. */
bool secret_mask_apply(const struct secret_mask *m, str text, struct buf *out);
/* Whoever cuts text before it is masked puts this behind what is left: what may be the beginning of a
 * form is hidden in front of it. */
#define SECRET_CUT "[...]"
#endif
