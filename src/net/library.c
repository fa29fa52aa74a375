/* SPDX-License-Identifier: ISC */
#include "net/library.h"
#include <dlfcn.h>
#include <string.h>

/* POSIX lets dlsym's pointer be a function's; C wants it said by copying. */
bool net_library_load(const char *file, const struct net_symbol *symbols, size_t count)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library && i < count; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol)
            return false;
        memcpy(symbols[i].function, &symbol, symbols[i].size);
    }
    return library != NULL;
}
