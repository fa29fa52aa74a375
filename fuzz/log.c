/* SPDX-License-Identifier: ISC */
/* A whole log: no refusal is lost or counted twice, groups come in order, and few rows hold many groups. The first octet
 * says how many
 * rows, in eights; names have the least room. */
#include "explain/log.h"
#include <assert.h>

static void refused(void *user, const struct explain_group *of)
{
    uint64_t *told = user;
    assert(of->count > 0);
    ++*told;
}

static struct explainer *x;

/* Once, and before the first input, whose time it would be. */
int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
    x = explainer_new(false);
    assert(x);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    uint64_t told = 0;
    const struct explain_log_limits limits = {
        .groups = data[0] * 8U,
        .octets = data[0] & 1 ? 1 : 5000000,
        .year = 2024,
        .until_s = data[0] & 2 ? 1735689600 : 0,
        .refused = refused,
        .user = &told,
    };
    struct explain_log *g = explain_log_new(x, &limits);
    struct err e;
    if (!g)
        return 0;
    str rest = { (const char *)data + 1, size - 1 };
    uint64_t lines = 0, sum = 0, before = UINT64_MAX;
    struct explain_group groups[16];
    for (; rest.n; lines++) {
        str line = str_cut(&rest, '\n');
        if (!explain_log_line(g, line, &e))
            break;
        if (!line.n) /* an empty line asks for groups in between */
            explain_log_groups(g, 0, groups, 16);
    }
    explain_log_settle(g);
    size_t kept = explain_log_groups(g, 0, groups, 16);
    for (size_t from = 0; from < kept; from += 16) {
        explain_log_groups(g, from, groups, 16);
        for (size_t i = 0; i < 16 && from + i < kept; i++) {
            assert(groups[i].count <= before && groups[i].error < groups[i].count);
            before = groups[i].count;
            sum += before;
        }
    }
    assert(sum == explain_log_totals(g)->refusals && sum == told);
    assert(lines == explain_log_totals(g)->lines);
    explain_log_free(g);
    return 0;
}
