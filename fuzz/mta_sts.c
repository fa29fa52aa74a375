/* SPDX-License-Identifier: ISC */
/* A record or a policy file that was taken holds only what a sender could use, and parts of what was given. */
#include "domain/mta_sts.h"
#include <assert.h>
#include <string.h>

static bool is_part(str s, str of)
{
    return s.p >= of.p && s.p + s.n <= of.p + of.n;
}

static void record(str txt)
{
    str id = STR("untouched");
    if (!mta_sts_record_read(txt, &id)) {
        assert(str_eq(id, STR("untouched")));
        return;
    }
    assert(mta_sts_is_record(txt) && is_part(id, txt) && id.n >= 1 && id.n <= 32);
    for (size_t i = 0; i < id.n; i++)
        assert(is_alnum(id.p[i]));
}

static void policy(str file)
{
    struct mta_sts_policy p;
    mta_sts_policy_read(file, &p);
    assert(p.mx_count <= MTA_STS_MX_MAX && p.max_age_s <= 31557600);
    assert(names_of(&MTA_STS_FAULT_NAMES, (int)p.fault).n > 0);
    for (size_t i = 0; i < p.mx_count; i++) {
        str host = p.mx[i];
        assert(is_part(host, file) && host.n >= 1 && host.n <= 255);
        assert(mta_sts_matches(host, host) && mta_sts_policy_has(&p, host));
    }
    if (p.fault == MTA_STS_FINE)
        assert(p.mx_count > 0 || p.mode == MTA_STS_MODE_NONE);
    (void)mta_sts_policy_has(&p, str_take(file, 64));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    record(text);
    policy(text);
    return 0;
}
