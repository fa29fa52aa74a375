/* SPDX-License-Identifier: ISC */
#include "relay/relay.h"
#include <time.h>

uint64_t relay_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}
