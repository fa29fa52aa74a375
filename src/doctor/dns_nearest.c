/* SPDX-License-Identifier: ISC */
#include "doctor/dns_nearest.h"

enum { NAMES_OCTETS = 256 << 10 };

/* Into memory of its own: it is asked again and again while a run goes on. */
static bool look(const struct doctor_asked *asked, const struct doctor_record *r, str name,
                 enum nearest_of what, struct arena *a, struct nearest *out)
{
    arena_init(a, NAMES_OCTETS);
    return r->dns && name.n && nearest_look(r->dns, name, what, asked->suffixes, a, out);
}

void doctor_want_nearest(const struct doctor_asked *asked, const struct doctor_record *r, str name,
                         enum nearest_of what)
{
    struct arena a;
    struct nearest near;
    (void)look(asked, r, name, what, &a, &near);
    arena_done(&a);
}

str doctor_nearest(const struct doctor_asked *asked, const struct doctor_record *r, str name,
                   enum nearest_of what)
{
    struct arena a;
    struct nearest near;
    str found = STR_NONE;
    if (look(asked, r, name, what, &a, &near) && near.name.n)
        found = arena_dup(r->arena, near.name);
    arena_done(&a);
    return found;
}
