/* SPDX-License-Identifier: ISC */
#include "net/idn.h"
#include <dlfcn.h>
#include <string.h>

/* POSIX lets dlsym's pointer be a function's; C wants it said by copying. */
static bool load(void *library, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, size);
    return symbol != NULL;
}

const struct dns_idn *net_idn(str typed)
{
    static struct dns_idn idn;
    if (str_is_ascii(typed) && str_find_nocase(typed, STR("xn--")) == STR_NOT_FOUND)
        return NULL;
    if (idn.lookup)
        return &idn;
    void *library = dlopen("libidn2.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library || !load(library, "idn2_free", &idn.free, sizeof(idn.free)) ||
        !load(library, "idn2_lookup_u8", &idn.lookup, sizeof(idn.lookup)))
        return NULL;
    return &idn;
}
