/* SPDX-License-Identifier: ISC */
#include "net/idn.h"
#include "net/library.h"
#include <pthread.h>

static struct dns_idn idn;
static const struct net_symbol SYMBOLS[] = {
    { "idn2_free", &idn.free, sizeof(idn.free) },
    { "idn2_lookup_u8", &idn.lookup, sizeof(idn.lookup) },
};

static bool there;

static void load(void)
{
    there = net_library_load("libidn2.so.0", SYMBOLS, COUNT_OF(SYMBOLS));
}

/* Several workers may meet their first such name at once. */
const struct dns_idn *net_idn(str typed)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (str_is_ascii(typed) && str_find_nocase(typed, STR("xn--")) == STR_NOT_FOUND)
        return NULL;
    pthread_once(&once, load);
    return there ? &idn : NULL;
}
