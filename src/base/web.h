/* SPDX-License-Identifier: ISC */
/*
 * base/web.h - what one look at a web page brought, as a value
 * Owns    the outcome and the page. Cores read it; net/fetch.h fills it in.
 */
#ifndef BATON_BASE_WEB_H
#define BATON_BASE_WEB_H
#include "base/err.h"
#include "base/ip.h"
#include "base/names.h"
#include "base/str.h"

/* Only WEB_OK and WEB_NOT_FOUND say anything about the page. With the others it is not known whether there
 * is one. */
enum web_outcome {
    WEB_OK,            /* status 200, and the body is whole */
    WEB_NOT_FOUND,     /* status 404 or 410 */
    WEB_STATUS,        /* another status */
    WEB_NO_HOST,       /* the host does not exist, or has no address */
    WEB_LOOKUP_FAILED, /* whether the host has an address is not known */
    WEB_REFUSED,       /* the port is closed, or the network says that there is no way to it */
    WEB_TIMEOUT,       /* the deadline passed: silence, or octets too slow */
    WEB_CERTIFICATE,   /* not trusted, out of date, or another name's */
    WEB_TLS,           /* no TLS handshake came about */
    WEB_TOO_LARGE,     /* body or header longer than what the caller takes */
    WEB_REDIRECT,      /* it leads to where the caller does not follow */
    WEB_PRIVATE, /* the host's address is private or loopback, and the caller does not want that */
    WEB_BROKEN,  /* no HTTP, cut off in the middle, or compressed unasked */
    WEB_UNABLE   /* of our own: no libcurl, no memory, a URL that is none */
};
extern const struct names WEB_OUTCOME_NAMES;

/* Memory belongs to whoever asked. Body, content type and url are the peer's: any octet may be in them. */
struct web_page {
    enum web_outcome outcome;
    int status;       /* of HTTP; 0: none came */
    str url;          /* after redirects: what was asked last */
    str content_type; /* "text/xml; charset=utf-8", as sent */
    str body;         /* WEB_OK only */
    bool verified;    /* came over TLS from a server that proved its name */
    struct ip server; /* IP_NONE: no connection stood */
    unsigned redirects;
    uint32_t took_ms;
    char why[240]; /* a sentence without a full stop, fit to print; empty for WEB_OK */
};
#endif
