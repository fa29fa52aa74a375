/* SPDX-License-Identifier: ISC */
/* A list of answers is read or refused with a sentence; what was read can be told, and written again. */
#include "doctor/report_dns.h"
#include <assert.h>

static void tell(const struct dns_known *k)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < dns_known_count(k); i++) {
        (void)doctor_answer_said(dns_known_at(k, i), &a);
        (void)doctor_answer_said_of_nobody(dns_known_at(k, i), STR("x"), &a);
    }
    json_decref(doctor_dns_document(k));
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = { .kind = ERR_NONE };
    struct dns_known *k = dns_known_new(1 << 14);
    json_t *list = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    assert(k);
    if (list && doctor_dns_stored_read(list, k, &e))
        tell(k);
    else
        assert(!list || (e.kind != ERR_NONE && e.why[0]));
    json_decref(list);
    dns_known_free(k);
    return 0;
}
