/* SPDX-License-Identifier: ISC */
/* cmd/domain_report.c - a fact, its evidence, what to paste */
#include "cmd/domain_report.h"
#include "base/wrap.h"

enum { EXIT_BROKEN = 1, EXIT_NOT_KNOWN = 3, STATE_WIDTH = 8, INDENT = 10 };

int domain_exit_status(const struct domain_facts *facts)
{
    return facts->verdict == DOMAIN_WRONG       ? EXIT_BROKEN
           : facts->verdict == DOMAIN_NOT_KNOWN ? EXIT_NOT_KNOWN
                                                : 0;
}

static const struct title_row {
    const char *id, *title;
} TITLES[] = {
    { "mx", "mail hosts" },
    { "mail-host", "mail host" },
    { "reverse", "name of an address" },
    { "delegation", "name servers" },
    { "name-server", "name server" },
    { "change", "change on its way" },
    { "dnssec", "DNSSEC" },
    { "dane", "DANE" },
    { "mta-sts", "MTA-STS" },
    { "tls-rpt", "TLS-RPT" },
    { "spf", "SPF" },
    { "dmarc", "DMARC" },
    { "dkim", "DKIM" },
    { "service", "for mail programs" },
    { "reserved", "reserved name" },
};

static const char *title_of(str id)
{
    for (size_t i = 0; i < COUNT_OF(TITLES); i++)
        if (str_eq(id, str_from(TITLES[i].id)))
            return TITLES[i].title;
    return "";
}

static void say_fact(const struct domain_look *look, const struct domain_fact *fact, bool verbose,
                     struct buf *out)
{
    str state = names_of(&DOMAIN_VERDICT_NAMES, (int)fact->verdict);
    buf_addf(out, "%-*.*s  %s", STATE_WIDTH, STR_ARG(state), title_of(fact->id));
    if (!str_eq(fact->about, look->domain))
        buf_addf(out, ": %.*s", STR_ARG(fact->about));
    buf_add(out, STR("\n"));
    buf_addf(out, "%*s", INDENT, "");
    wrap_words(out, INDENT, INDENT, fact->text);
    bool bad = fact->verdict != DOMAIN_OK;
    for (size_t i = 0; i < fact->evidence_count && (bad || verbose || i == 0); i++) {
        buf_addf(out, "%*s- ", INDENT, "");
        wrap_words(out, INDENT + 2, INDENT + 2, fact->evidence[i]);
    }
    if (fact->paste_count == 0 || (fact->wished && !verbose))
        return;
    buf_addf(out, "%*s%s\n", INDENT, "", fact->wished ? "to have it:" : "to put it right:");
    for (size_t i = 0; i < fact->paste_count; i++)
        buf_addf(out, "%.*s\n", STR_ARG(fact->paste[i]));
}

static const char *const SUMMARIES[] = {
    [DOMAIN_OK] = "Nothing is wrong with",
    [DOMAIN_WARNING] = "Nothing is broken, and something is worth a look, at",
    [DOMAIN_NOT_KNOWN] = "Not all could be looked up of",
    [DOMAIN_WRONG] = "Something is broken at",
};

bool domain_report_text(const struct domain_look *look, const struct domain_facts *facts,
                        bool verbose, struct buf *out)
{
    buf_addf(out, "%s %.*s\n\n", SUMMARIES[facts->verdict], STR_ARG(look->domain));
    for (size_t i = 0; i < facts->count; i++)
        say_fact(look, &facts->rows[i], verbose, out);
    if (facts->more)
        buf_add(out, STR("There is more, and no room for it here.\n"));
    return buf_ok(out);
}
