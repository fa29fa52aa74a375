/* SPDX-License-Identifier: ISC */
/*
 * mail/received.h - who handed a message over, as the Received field tells that was written then
 * Owns    the from clause in the forms of the usual servers: the name in HELO, the address, who wrote it.
 * Speaks  RFC 5321 section 4.4 (trace), and what is written in place of it.
 * Leaves  whom to believe to the caller: everything below the first field of a server that is one's own could
 *         have been written by anybody.
 */
#ifndef BATON_MAIL_RECEIVED_H
#define BATON_MAIL_RECEIVED_H
#include "base/ip.h"
#include "mail/header.h"

/* Slices point into the field's value; a part of a name may hold any octet. */
struct mail_received {
    struct ip ip; /* of the client; IP_NONE: none is in it */
    str helo;     /* what the client called itself; empty: not said */
    str by;       /* the server that wrote the field; empty: not said */
};
/* value: of a Received field, folds as they came. False: it has no from clause (handed over by a program on the
 * same machine, or inside a server). */
bool mail_received_read(str value, struct mail_received *out) MUST_CHECK;

/* The field to believe: the number'th from the top (from 1), or with 0 the topmost one whose client has an
 * address that is neither private nor loopback. place: where it stands, from 1. False: there is none. */
bool mail_received_find(const struct mail_header *h, size_t number, struct mail_received *out,
                        size_t *place) MUST_CHECK;
/* The reverse-path as final delivery noted it, without brackets; p NULL: there is no Return-Path field, or it
 * cannot be read. "" of a bounce. */
str mail_return_path(const struct mail_header *h);
#endif
