/* SPDX-License-Identifier: ISC */
/*
 * settings/nodemailer_inside.h - between the files of the row nodemailer
 */
#ifndef BATON_SETTINGS_NODEMAILER_INSIDE_H
#define BATON_SETTINGS_NODEMAILER_INSIDE_H
#include "settings/syntax_js.h"

enum nodemailer_service_bits {
    NODEMAILER_AT_ONCE = 1 << 0,     /* secure: true */
    NODEMAILER_NOT_AT_ONCE = 1 << 1, /* secure: false */
    NODEMAILER_BY_LOGIN = 1 << 2,    /* authMethod: LOGIN */
    NODEMAILER_IN_CLEAR = 1 << 3     /* ignoreTLS: true */
};
/* What `service: NAME` puts over host, port and secure. port 0, host "": it has none. */
struct nodemailer_service {
    const char *names; /* as they are compared, blank between */
    const char *host;
    uint16_t port;
    unsigned bits;
};
/* NULL: it knows no such service, and `service` is as if it were not there. */
const struct nodemailer_service *nodemailer_service(str name);

/* Where the transport's settings stand. */
struct nodemailer_place {
    uint32_t object, auth, tls, mail; /* indices and 1; 0: there is none */
    bool url;                         /* a URL says it all */
};

unsigned nodemailer_looks(str path, str text);
bool nodemailer_read(struct settings_reading *r, struct err *e);
/* The same, for change(): with the objects. */
bool nodemailer_read_objects(struct settings_reading *r, struct syntax_js *js,
                             struct nodemailer_place *where, struct err *e);
#endif
