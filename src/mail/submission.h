/* SPDX-License-Identifier: ISC */
/*
 * mail/submission.h - what a submission owes a message that lacks it, and whether a message goes round in circles
 * Speaks  RFC 6409 sections 8.2 and 8.3 (Date, Message-ID), RFC 5322 section 3.6.2 (From), RFC 5321 sections 4.4 (Return-Path) and 6.3 (loops).
 * Leaves  what stands there already as it is.
 */
#ifndef BATON_MAIL_SUBMISSION_H
#define BATON_MAIL_SUBMISSION_H
#include "base/buf.h"
#include "mail/header.h"

/* The fields that are missing: From with the address from, which may be empty; Date with date, Message-ID with
 * "<unique@hostname>". Obsolete fields (Resent-) do not stand for them. */
bool mail_submission_add(const struct mail_header *h, str from, str date, str unique, str hostname,
                         struct buf *out);

enum { MAIL_HOPS_MAX = 100, MAIL_OWN_HOPS_MAX = 5 };
/* More Received fields than a message collects on its way, or ours among them that often. */
bool mail_is_looping(const struct mail_header *h, str hostname);
/* message, of which h was read, from the first field on, without its Return-Path fields: their final delivery writes anew. */
bool mail_without_return_path(str message, const struct mail_header *h, struct buf *out);
#endif
