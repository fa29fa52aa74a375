/* SPDX-License-Identifier: ISC */
#include "doctor/knock.h"

enum {
    SPACING_MS = 250,
    BLIND_MS = 1000,    /* between connects while no round trip is known */
    LAST_MS = 400,      /* least wait behind the last connect */
    REPEATED_MS = 1000, /* the system repeats a SYN after so long: RFC 6298 section 2.1 */
    TIMER_MS = 30,      /* its timers and ours are that coarse */
    NEAR_MS = 150,      /* round trips up to this are to be called in 1.2 s */
    FAR_TRIPS = 12
};

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t knock_due_ms(const struct knocking *k, uint32_t rtt_ms)
{
    uint64_t last = k->at_ms[k->count - 1];
    bool calls = k->count == KNOCKS;
    if (!rtt_ms)
        return last + (calls ? 2 * BLIND_MS : BLIND_MS);
    if (!calls)
        return last + later(SPACING_MS, (uint64_t)rtt_ms * 3 / 2);
    return later(last + later(LAST_MS, (uint64_t)rtt_ms * 3),
                 k->at_ms[0] + REPEATED_MS + rtt_ms + TIMER_MS);
}

uint64_t knock_listen_until_ms(const struct knocking *k, uint32_t rtt_ms)
{
    uint64_t far_ms = rtt_ms > NEAR_MS ? (uint64_t)(rtt_ms - NEAR_MS) * FAR_TRIPS : 0;
    return k->at_ms[0] + REPEATED_MS + far_ms;
}
