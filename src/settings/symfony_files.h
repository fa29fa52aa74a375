/* SPDX-License-Identifier: ISC */
/*
 * settings/symfony_files.h - where Symfony keeps the DSN of its mailer: what the parts of the row share
 */
#ifndef BATON_SETTINGS_SYMFONY_FILES_H
#define BATON_SETTINGS_SYMFONY_FILES_H
#include "settings/reader.h"

unsigned symfony_looks(str path, str text);
bool symfony_read(struct settings_reading *r, struct err *e);
bool symfony_is_yaml(str path, str text);

/* Settings out of the item that holds a DSN. */
void symfony_take_dsn(struct settings_reading *r, struct settings_item *item);
/* The files behind ".env", whose path is `beside`, as items of no section. */
bool symfony_read_env(struct settings_reading *r, const struct settings_file *from, str beside,
                      struct err *e);
/* config/packages/mailer.yaml */
bool symfony_read_yaml(struct settings_reading *r, struct err *e);
#endif
