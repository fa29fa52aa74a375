/* SPDX-License-Identifier: ISC */
#include "settings/filters.h"

/* What each tells its customers to enter as MX, by its end; as of 2026-11. */
static const str ENDS[] = {
    STR_INIT("altospam.com"),       STR_INIT("antispamcloud.com"),
    STR_INIT("antispameurope.com"), STR_INIT("barracudanetworks.com"),
    STR_INIT("fireeyecloud.com"),   STR_INIT("forwardemail.net"),
    STR_INIT("gpphosted.com"),      STR_INIT("hornetsecurity.com"),
    STR_INIT("improvmx.com"),       STR_INIT("iphmx.com"),
    STR_INIT("mailcontrol.com"),    STR_INIT("mailinblack.com"),
    STR_INIT("mailroute.net"),      STR_INIT("mailspamprotection.com"),
    STR_INIT("messagelabs.com"),    STR_INIT("mimecast.co.za"),
    STR_INIT("mimecast.com"),       STR_INIT("mtaroutes.com"),
    STR_INIT("mx.cloudflare.net"),  STR_INIT("mxguarddog.com"),
    STR_INIT("mxlogic.net"),        STR_INIT("mxthunder.com"),
    STR_INIT("mxthunder.net"),      STR_INIT("ppe-hosted.com"),
    STR_INIT("pphosted.com"),       STR_INIT("retarus.com"),
    STR_INIT("securence.com"),      STR_INIT("sophos.com"),
    STR_INIT("spamexperts.com"),    STR_INIT("spamtitan.com"),
    STR_INIT("trendmicro.com"),     STR_INIT("trendmicro.eu"),
    STR_INIT("vadesecure.com"),     STR_INIT("zerospam.ca"),
};

bool filters_has_mx(str mx)
{
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        if (str_ends_nocase(mx, ENDS[i]) &&
            (mx.n == ENDS[i].n || mx.p[mx.n - ENDS[i].n - 1] == '.'))
            return true;
    return false;
}
