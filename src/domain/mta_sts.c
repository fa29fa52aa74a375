/* SPDX-License-Identifier: ISC */
#include "domain/mta_sts.h"
#include "domain/tags.h"

enum { ID_LONGEST = 32, AGE_MOST_S = 31557600, DOMAIN_LONGEST = 253, LABEL_LONGEST = 63 };

static const struct name_row MODE_ROWS[] = {
    { MTA_STS_MODE_NONE, STR_INIT("none") },
    { MTA_STS_TESTING, STR_INIT("testing") },
    { MTA_STS_ENFORCE, STR_INIT("enforce") },
};
const struct names MTA_STS_MODE_NAMES = NAMES(MODE_ROWS);

static const struct name_row FAULT_ROWS[] = {
    { MTA_STS_FINE, STR_INIT("fine") },           { MTA_STS_TOO_LONG, STR_INIT("too-long") },
    { MTA_STS_BAD_LINE, STR_INIT("bad-line") },   { MTA_STS_BAD_VERSION, STR_INIT("bad-version") },
    { MTA_STS_BAD_MODE, STR_INIT("bad-mode") },   { MTA_STS_BAD_MX, STR_INIT("bad-mx") },
    { MTA_STS_BAD_AGE, STR_INIT("bad-max-age") }, { MTA_STS_NO_VERSION, STR_INIT("no-version") },
    { MTA_STS_NO_MODE, STR_INIT("no-mode") },     { MTA_STS_NO_MX, STR_INIT("no-mx") },
    { MTA_STS_NO_AGE, STR_INIT("no-max-age") },   { MTA_STS_TOO_MANY_MX, STR_INIT("too-many-mx") },
};
const struct names MTA_STS_FAULT_NAMES = NAMES(FAULT_ROWS);

/* ---- the record ---- */

bool mta_sts_is_record(str txt)
{
    str rest;
    return domain_tags_begin(txt, STR("v=STSv1"), &rest);
}

/* 1*32(ALPHA / DIGIT) */
static bool is_id(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]))
            return false;
    return s.n > 0 && s.n <= ID_LONGEST;
}

bool mta_sts_record_read(str txt, str *id)
{
    str rest, name, value, found = STR_NONE;
    bool broken = false;
    if (!domain_tags_begin(txt, STR("v=STSv1"), &rest))
        return false;
    while (domain_tags_next(&rest, &name, &value, &broken)) {
        if (!str_eq(name, STR("id")))
            continue;
        if (found.p || !is_id(value))
            return false;
        found = value;
    }
    if (broken || !found.p)
        return false;
    *id = found;
    return true;
}

/* ---- the policy ---- */

static bool is_domain(str name)
{
    if (name.n > DOMAIN_LONGEST)
        return false;
    for (str rest = name; rest.p;) {
        str label = str_cut(&rest, '.');
        if (label.n == 0 || label.n > LABEL_LONGEST || label.p[0] == '-' ||
            label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_alnum(label.p[i]) && label.p[i] != '-')
                return false;
    }
    return name.n > 0;
}

static enum mta_sts_fault take_version(struct mta_sts_policy *p, str value)
{
    (void)p;
    return str_eq(value, STR("STSv1")) ? MTA_STS_FINE : MTA_STS_BAD_VERSION;
}

static enum mta_sts_fault take_mode(struct mta_sts_policy *p, str value)
{
    for (size_t i = 0; i < COUNT_OF(MODE_ROWS); i++)
        if (str_eq(MODE_ROWS[i].name, value)) {
            p->mode = (enum mta_sts_mode)MODE_ROWS[i].value;
            return MTA_STS_FINE;
        }
    return MTA_STS_BAD_MODE;
}

static enum mta_sts_fault take_age(struct mta_sts_policy *p, str value)
{
    uint64_t age_s;
    if (value.n > 10 || !str_to_u64(value, AGE_MOST_S, &age_s))
        return MTA_STS_BAD_AGE;
    p->max_age_s = (uint32_t)age_s;
    return MTA_STS_FINE;
}

static enum mta_sts_fault take_mx(struct mta_sts_policy *p, str value)
{
    if (!is_domain(str_starts(value, STR("*.")) ? str_skip(value, 2) : value))
        return MTA_STS_BAD_MX;
    if (p->mx_count == MTA_STS_MX_MAX)
        return MTA_STS_TOO_MANY_MX;
    p->mx[p->mx_count++] = value;
    return MTA_STS_FINE;
}

/* Section 3.2: of a key that is there twice the first counts; not so mx. */
static const struct key {
    str name;
    bool many;
    enum mta_sts_fault missing;
    enum mta_sts_fault (*take)(struct mta_sts_policy *p, str value);
} KEYS[] = {
    { STR_INIT("version"), false, MTA_STS_NO_VERSION, take_version },
    { STR_INIT("mode"), false, MTA_STS_NO_MODE, take_mode },
    { STR_INIT("max_age"), false, MTA_STS_NO_AGE, take_age },
    { STR_INIT("mx"), true, MTA_STS_FINE, take_mx },
};

/* An unknown key is an extension, and let be. */
static enum mta_sts_fault take_line(struct mta_sts_policy *p, str line, bool seen[COUNT_OF(KEYS)])
{
    size_t at = str_find_octet(line, ':');
    if (at == STR_NOT_FOUND || at == 0)
        return MTA_STS_BAD_LINE;
    str name = str_take(line, at), value = str_trim(str_skip(line, at + 1));
    for (size_t i = 0; i < name.n; i++)
        if (!is_alnum(name.p[i]) && name.p[i] != '_' && name.p[i] != '-' && name.p[i] != '.')
            return MTA_STS_BAD_LINE;
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        if (!str_eq(KEYS[i].name, name) || (seen[i] && !KEYS[i].many))
            continue;
        seen[i] = true;
        return KEYS[i].take(p, value);
    }
    return MTA_STS_FINE;
}

static enum mta_sts_fault missing(const struct mta_sts_policy *p, const bool seen[COUNT_OF(KEYS)])
{
    for (size_t i = 0; i < COUNT_OF(KEYS); i++)
        if (!seen[i] && KEYS[i].missing != MTA_STS_FINE)
            return KEYS[i].missing;
    return p->mode != MTA_STS_MODE_NONE && p->mx_count == 0 ? MTA_STS_NO_MX : MTA_STS_FINE;
}

void mta_sts_policy_read(str file, struct mta_sts_policy *out)
{
    bool seen[COUNT_OF(KEYS)] = { false };
    *out = (struct mta_sts_policy){ .mode = MTA_STS_MODE_NONE };
    if (file.n > MTA_STS_POLICY_OCTETS) {
        out->fault = MTA_STS_TOO_LONG;
        return;
    }
    unsigned number = 0;
    for (str rest = file; rest.p && rest.n > 0;) {
        str line = str_cut(&rest, '\n');
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        number++;
        /* Blank lines are no part of the grammar; the files of many have one at the end. */
        if (str_trim(line).n == 0)
            continue;
        out->fault = take_line(out, line, seen);
        if (out->fault != MTA_STS_FINE) {
            out->line = number;
            return;
        }
    }
    out->fault = missing(out, seen);
}

/* ---- matching ---- */

bool mta_sts_matches(str pattern, str host)
{
    if (!str_starts(pattern, STR("*.")))
        return str_eq_nocase(pattern, host);
    size_t dot = str_find_octet(host, '.');
    return dot != STR_NOT_FOUND && dot > 0 &&
           str_eq_nocase(str_skip(pattern, 2), str_skip(host, dot + 1));
}

bool mta_sts_policy_has(const struct mta_sts_policy *p, str host)
{
    for (size_t i = 0; i < p->mx_count; i++)
        if (mta_sts_matches(p->mx[i], host))
            return true;
    return false;
}
