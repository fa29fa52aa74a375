/* SPDX-License-Identifier: ISC */
/*
 * smtp/attempt.h - one way to hand a message over, and what came of it
 * Owns    the attempt and the outcome: plain values that the doctor compares, prints and stores, and
 *         that the relay's routes are turned into.
 * Leaves  making them happen to net/dialogue.h, and judging them to the doctor.
 */
#ifndef BATON_SMTP_ATTEMPT_H
#define BATON_SMTP_ATTEMPT_H
#include "base/ip.h"
#include "base/names.h"
#include "smtp/reply.h"

enum smtp_security {
    SMTP_SECURITY_AUTO,
    SMTP_SECURITY_NONE,
    SMTP_SECURITY_STARTTLS,
    SMTP_SECURITY_TLS
};
extern const struct names
    SMTP_SECURITY_NAMES; /* "auto" "none" "starttls" "tls", also "ssl" "ssl/tls" */

/* Slices belong to whoever made the attempt. Empty means: none, or not said. */
struct smtp_attempt {
    str host;          /* the name whose certificate must be shown */
    struct ip address; /* IP_NONE: not known yet */
    uint16_t port;     /* 0: not said */
    enum smtp_security security;
    str mechanism; /* empty: no login. "auto": any that is safe */
    str user;
    bool repaired; /* the login's password with what was odd about it undone */
    str helo;
    bool old_helo; /* HELO in place of EHLO: there are no extensions (RFC 5321 section 4.1.1.1) */
    bool certificate; /* shows one of its own where the server asks for it */
    struct ip source; /* IP_NONE: whatever the system picks */
    str from;         /* reverse-path, without brackets; "" with from_null */
    bool from_null;   /* MAIL FROM:<> */
    str header_from;
    str to;               /* forward-path, without brackets */
    uint64_t size_octets; /* of the message, as MAIL says it (RFC 1870); 0: not said */
};
static inline bool smtp_attempt_logs_in(const struct smtp_attempt *a)
{
    return a->mechanism.n > 0;
}

/* What TLS showed. reasons are words of the table CERTIFICATE reasons below, worst first. */
enum smtp_cert_reason {
    SMTP_CERT_OK,
    SMTP_CERT_EXPIRED,
    SMTP_CERT_NOT_YET_VALID,
    SMTP_CERT_SELF_SIGNED,
    SMTP_CERT_UNKNOWN_ISSUER,
    SMTP_CERT_WRONG_NAME,
    SMTP_CERT_WEAK, /* a key too short, or a signature too weak, for the policy */
    SMTP_CERT_OTHER
};
extern const struct names SMTP_CERT_REASON_NAMES; /* "expired" "not-yet-valid" ... */

#define SMTP_TLS_REASONS 8
struct smtp_tls_facts {
    bool done;              /* the handshake completed */
    bool verified;          /* by the default policy: chain, dates and name */
    bool certificate_asked; /* of us, by the server; known also when the handshake then failed */
    bool certificate_shown; /* and one of ours was given */
    str version;            /* "TLSv1.3" */
    str cipher;
    unsigned reason_count;
    enum smtp_cert_reason reasons[SMTP_TLS_REASONS];
    str names;      /* DNS names of the certificate, blank between; escaped */
    str not_before; /* "2026-11-22T13:16:33Z" */
    str not_after;
    str issuer;      /* escaped */
    str key;         /* of the certificate: "RSA 2048" */
    str signature;   /* of the certificate: "RSA-SHA256" */
    str fingerprint; /* of the certificate: its SHA-256 in small hex digits */
    str exchange; /* the server's key of this handshake, "X25519 253"; empty: none, or not told */
};

/* How a step ended when no reply tells it. */
enum smtp_end {
    SMTP_END_REPLY,       /* there is a reply */
    SMTP_END_REFUSED,     /* connect: RST */
    SMTP_END_SILENT,      /* nothing before the deadline */
    SMTP_END_UNREACHABLE, /* no route, or an ICMP error */
    SMTP_END_CLOSED,      /* the peer closed the connection */
    SMTP_END_RESET,       /* the peer, or something on the way, reset it */
    SMTP_END_BROKEN,      /* octets that are no reply: see text */
    SMTP_END_TLS_FAILED,  /* the handshake failed: see text */
    SMTP_END_NOT_OFFERED, /* the server does not offer what the attempt needs */
    SMTP_END_GUARDED,     /* a guard rail forbade the step */
    SMTP_END_OURS         /* our own failure: see text */
};
extern const struct names SMTP_END_NAMES;

/* stage is how far it got: the stage of the reply, or the one that ended. */
struct smtp_outcome {
    enum smtp_stage stage;
    enum smtp_end end;
    unsigned code; /* 0: no reply */
    struct smtp_enhanced enhanced;
    str text; /* octets of the reply, lines joined by LF; or the sentence of what ended it */
    str sasl; /* of a login: the error that the server told before its reply, as it came: JSON or a word */
    struct smtp_tls_facts tls;
    struct ip local; /* our own address of the connection; IP_NONE: none stood */
    uint64_t at_ms;  /* since the run began */
};
#endif
