/* SPDX-License-Identifier: ISC */
/* live/two_addresses.c - preloaded: both.test has two addresses, 127.0.0.2 before 127.0.0.1; none.test has none */
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>

typedef int lookup(const char *name, const char *service, const struct addrinfo *hints,
                   struct addrinfo **found);
lookup getaddrinfo;

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    lookup *real;
    struct addrinfo *second;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (name && strcmp(name, "none.test") == 0)
        return EAI_NONAME;
    if (!name || strcmp(name, "both.test") != 0)
        return real(name, service, hints, found);
    int rc = real("127.0.0.1", service, hints, &second);
    if (rc != 0)
        return rc;
    rc = real("127.0.0.2", service, hints, found);
    if (rc != 0) {
        freeaddrinfo(second);
        return rc;
    }
    struct addrinfo *last = *found;
    while (last->ai_next)
        last = last->ai_next;
    last->ai_next = second;
    return 0;
}
