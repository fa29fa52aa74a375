/* SPDX-License-Identifier: ISC */
/*
 * mock/cert.h - certificates made on the spot, right and wrong ones
 * Owns    the PEM text of an authority, of the certificate a server shows, and of its key. Keys are P-256
 *         and live as long as the papers do; nothing is written anywhere.
 * Speaks  RFC 5280 section 4.
 */
#ifndef BATON_MOCK_CERT_H
#define BATON_MOCK_CERT_H
#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"

enum mock_cert {
    MOCK_CERT_GOOD,
    MOCK_CERT_EXPIRED,
    MOCK_CERT_NOT_YET_VALID,
    MOCK_CERT_SELF_SIGNED,
    MOCK_CERT_UNKNOWN_ISSUER, /* by another authority than the one in ca_pem */
    MOCK_CERT_WRONG_NAME      /* made out to MOCK_CERT_OTHER_HOST, and no address */
};
#define MOCK_CERT_OTHER_HOST "www.hosting.example"

struct mock_papers {
    struct buf ca_pem;     /* the authority to trust, whatever signed the certificate */
    struct buf chain_pem;  /* what the server shows */
    struct buf key_pem;    /* its key, without a pass phrase */
    struct buf client_pem; /* a certificate for a client, by the authority to trust, and its key */
};

/* For a server of that name and address. The hostname is letters, digits, hyphens and dots. */
bool mock_papers_make(enum mock_cert kind, str hostname, const struct ip *address,
                      struct mock_papers *out, struct err *e) MUST_CHECK;
void mock_papers_done(struct mock_papers *p);
#endif
