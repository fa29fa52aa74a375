/* SPDX-License-Identifier: ISC */
#include "relay/breaker.h"

enum breaker_say breaker_ask(const struct breaker *b, uint64_t now_ms)
{
    if (b->failures == 0)
        return BREAKER_GO;
    return now_ms >= b->open_until_ms && !b->probing ? BREAKER_PROBE : BREAKER_STOP;
}

void breaker_probe(struct breaker *b)
{
    b->probing = true;
}

void breaker_probe_off(struct breaker *b)
{
    b->probing = false;
}

bool breaker_up(struct breaker *b)
{
    bool was_down = b->failures > 0;
    b->failures = 0;
    b->open_until_ms = 0;
    b->probing = false;
    return was_down;
}

void breaker_urge(struct breaker *b, uint64_t now_ms)
{
    if (b->failures > 0 && b->open_until_ms - b->opened_ms < BREAKER_LOGIN_PAUSE_MS)
        b->open_until_ms = now_ms;
}

static uint64_t pause_ms(unsigned failures, uint64_t least_ms, uint32_t chance)
{
    uint64_t wait_ms = BREAKER_PAUSE_MS;
    for (unsigned i = 1; i < failures && wait_ms < BREAKER_PAUSE_MAX_MS; i++)
        wait_ms *= 2;
    if (wait_ms > BREAKER_PAUSE_MAX_MS)
        wait_ms = BREAKER_PAUSE_MAX_MS;
    if (wait_ms < least_ms)
        wait_ms = least_ms;
    return wait_ms + ((wait_ms / 4 * chance) >> 32);
}

static void open_it(struct breaker *b, uint64_t now_ms, uint64_t least_ms, uint32_t chance)
{
    if (b->failures == 0)
        b->down_since_ms = now_ms;
    if (b->failures < 1000)
        b->failures++;
    b->losses = 0;
    b->probing = false;
    b->opened_ms = now_ms;
    b->open_until_ms = now_ms + pause_ms(b->failures, least_ms, chance);
}

bool breaker_failed(struct breaker *b, uint64_t began_ms, uint64_t now_ms, uint64_t least_ms,
                    uint32_t chance)
{
    /* Several were under way when the first of them failed. A refused login weighs more than a silence before it. */
    if (b->failures > 0 && !b->probing && began_ms <= b->opened_ms &&
        now_ms + least_ms <= b->open_until_ms)
        return false;
    open_it(b, now_ms, least_ms, chance);
    return true;
}

bool breaker_lost(struct breaker *b, uint64_t now_ms, uint32_t chance)
{
    if (b->failures > 0 || ++b->losses < BREAKER_LOSSES)
        return false;
    open_it(b, now_ms, 0, chance);
    return true;
}

void breaker_answered(struct breaker *b)
{
    b->losses = 0;
}
