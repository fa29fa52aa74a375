/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dmarc_reports.c - does the other organisation take the reports that are sent there?
 */
#include "mailauth/dmarc.h"
#include <string.h>

#define BETWEEN "._report._dmarc."
enum { DESTINATIONS_MAX = 16 }; /* more addresses are not looked at */

struct reports {
    struct dns_known *k;
    const struct dmarc_question *q;
    struct dmarc_result *r;
    size_t asked;
    bool missing;
};

/* The domain in "mailto:name@domain", with what may stand behind it cut off; empty: there is none. */
static str domain_of(str uri)
{
    if (!str_starts_nocase(uri, STR("mailto:")))
        return STR_NONE;
    uri = str_skip(uri, 7);
    uri = str_take(uri, str_find_octet(uri, '?'));
    uri = str_take(uri, str_find_octet(uri, '!'));
    size_t at = str_rfind_octet(uri, '@');
    return at == STR_NOT_FOUND || at == 0 ? STR_NONE : str_skip(uri, at + 1);
}

/* "a.example._report._dmarc.b.example" was asked for TXT: is one of them v=DMARC1? Also true where it could not be
 * asked. where: the name, as the table keeps it. */
static bool takes(struct reports *g, str domain, str *where)
{
    char name[3 * DNS_NAME_MAX];
    str own = g->r->found->domain;
    size_t n = own.n + sizeof BETWEEN - 1 + domain.n;
    if (n >= DNS_NAME_MAX - 2)
        return true;
    memcpy(name, own.p, own.n);
    memcpy(name + own.n, BETWEEN, sizeof BETWEEN - 1);
    memcpy(name + own.n + sizeof BETWEEN - 1, domain.p, domain.n);
    const struct dns_answer *a = dns_known_follow(g->k, (str){ name, n }, DNS_TXT);
    if (!a) {
        g->missing = true;
        return true;
    }
    *where = dns_known_ask(g->k, (str){ name, n }, DNS_TXT)->question.name;
    bool failed = (a->code != DNS_OK && a->code != DNS_NXDOMAIN) || a->trust == DNS_BOGUS;
    for (size_t i = 0; i < a->count; i++)
        if (a->records[i].type == DNS_TXT && dmarc_is_record(a->records[i].data))
            return true;
    return failed;
}

static void check_list(struct reports *g, str tag, str list)
{
    for (str rest = list; rest.p && rest.n && g->asked < DESTINATIONS_MAX;) {
        str uri = str_trim(str_cut(&rest, ',')), where = STR_NONE;
        str domain = domain_of(uri);
        if (!domain.n || !dns_org_differs(domain, g->r->found->domain, g->q->suffixes))
            continue; /* its own, or no domain */
        g->asked++;
        if (!takes(g, domain, &where) && g->r->problem_count < DMARC_PROBLEMS_MAX)
            g->r->problems[g->r->problem_count++] =
                (struct dmarc_problem){ DMARC_FAULT_REPORTS_REFUSED, tag, uri, where };
    }
}

bool dmarc_check_reports(struct dns_known *k, const struct dmarc_question *q,
                         struct dmarc_result *r)
{
    struct reports g = { .k = k, .q = q, .r = r };
    if (!r->found)
        return true;
    check_list(&g, STR("rua"), r->found->record.rua);
    check_list(&g, STR("ruf"), r->found->record.ruf);
    return !g.missing;
}
