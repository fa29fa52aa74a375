/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_ruby.h - the assignments of a Ruby file of settings: name['key'] = value
 * Owns    those assignments as items, section name, key key; values of 'x', "x", %q(x), %Q(x), %(x), :x, numbers,
 *         true, false, nil, ENV['X'], ENV.fetch('X', default), and what || and + make of them.
 * Leaves  everything else in the file aside: strings, here-documents, =begin, brackets over lines are passed over.
 */
#ifndef BATON_SETTINGS_SYNTAX_RUBY_H
#define BATON_SETTINGS_SYNTAX_RUBY_H
#include "settings/reader.h"

/* Adds an item an assignment. Texts have SETTINGS_ITEM_QUOTED, other values have not; the value of a single
 * File.read('PATH') and of a variable that is not known is CODE, as written. False with the place where a string
 * or a here-document is never closed. */
bool syntax_ruby_read(struct settings_reading *r, const struct settings_file *f,
                      struct err *e) MUST_CHECK;

/* nil, or not there. */
bool syntax_ruby_nil(const struct settings_item *item);
/* As `if x` takes it: everything but nil and false. */
bool syntax_ruby_truthy(const struct settings_item *item);
/* The whole value is ENV['NAME'], or File.read('PATH') with .strip or .chomp. */
bool syntax_ruby_variable(const struct settings_item *item, str *name);
bool syntax_ruby_file(const struct settings_item *item, str *path);

/* Appends the value as a string, of any octets but NUL. */
void syntax_ruby_quote(struct buf *out, str value);
#endif
