/* SPDX-License-Identifier: ISC */
/*
 * doctor/public_ip.h - the address that servers see us come from
 * Owns    which of several sources counts. It is never guessed.
 * Leaves  reading it from what a server says to doctor/client_address.h.
 */
#ifndef BATON_DOCTOR_PUBLIC_IP_H
#define BATON_DOCTOR_PUBLIC_IP_H
#include "doctor/evidence.h"

enum public_ip_source {
    PUBLIC_IP_UNKNOWN,
    PUBLIC_IP_GIVEN,  /* --public-ip */
    PUBLIC_IP_SERVER, /* a server said so */
    PUBLIC_IP_WHOAMI, /* --whoami */
    PUBLIC_IP_OWN     /* the connections begin at an address that is not private: no NAT is seen */
};
struct public_ip {
    struct ip ip;
    enum public_ip_source source;
    unsigned evidence; /* the row or the answer that says so; 0: none */
};
/* Of the family that the server was met over. False: not yet (DNS is still to say). */
bool public_ip_find(const struct doctor_asked *asked, const struct doctor_record *r,
                    struct public_ip *out);
#endif
