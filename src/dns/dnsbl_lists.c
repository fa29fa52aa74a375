/* SPDX-License-Identifier: ISC */
/*
 * dns/dnsbl_lists.c - the lists, as data. One that has ended, or that answers nobody without a key, is not here:
 * SORBS (2024), WPBL (2024), NiX Spam (2025), the CBL (now in XBL), Abusix.
 */
#include "dns/dnsbl.h"

const char DNSBL_DATE[] = "2026-11-26";

static const struct dnsbl_code ZEN[] = {
    { 2, 2, "SBL: sends spam, or belongs to those who do", true },
    { 3, 3, "CSS: sent spam, or has a machine that was broken into", true },
    { 4, 7, "XBL: a machine there is infected, or relays for strangers", true },
    { 9, 9, "DROP: a network taken over or rented by criminals", true },
    { 10, 10, "PBL: the provider says that no mail server sends from there", false },
    { 11, 11, "PBL: an address from which no mail server should send", false },
    { 30, 30, "BCL: a botnet's controller", true },
};
static const struct dnsbl_code SPAM[] = { { 2, 2, "spam came from there", true } };
static const struct dnsbl_code UCEPROTECT_1[] = { { 2, 2, "spam came from this address", true } };
static const struct dnsbl_code UCEPROTECT_2[] = { { 2, 2, "spam came from its neighbours", true } };
static const struct dnsbl_code UCEPROTECT_3[] = { { 2, 2, "spam came from its provider's networks",
                                                    true } };
static const struct dnsbl_code MAILSPIKE[] = {
    { 2, 2, "takes part in a wave of spam", true },
    { 10, 10, "the worst reputation", true },
    { 11, 11, "a very bad reputation", true },
    { 12, 12, "a bad reputation", true },
};
static const struct dnsbl_code DRONEBL[] = {
    { 3, 3, "a machine that spams chat networks", true },
    { 5, 7, "a machine of a botnet", true },
    { 8, 10, "an open proxy", true },
    { 11, 12, "an open proxy, or a machine that hands mail on", true },
    { 13, 13, "tries passwords", true },
    { 14, 14, "an open proxy", true },
    { 15, 18, "a router or server that was taken over", true },
    { 19, 19, "a machine of a botnet, or of an anonymous network", true },
    { 255, 255, "a reason without a class", true },
};
static const struct dnsbl_code SPAMRATS[] = {
    { 36, 36, "Dyna: its reverse name looks like one of a home connection", false },
    { 37, 37, "NoPtr: it has no reverse name", false },
    { 38, 38, "Spam: spam came from there", true },
    { 43, 43, "Auth: tries passwords", true },
};
static const struct dnsbl_code ATTACKS[] = { { 2, 254, "attacked a server that reports to the list",
                                               true } };
static const struct dnsbl_code ABUSE[] = { { 2, 254, "spam or attacks came from there", true } };

#define CODES(t) (t), COUNT_OF(t)
#define GENERAL  "general knowledge"

const struct dnsbl_list DNSBL_LISTS[] = {
    { "zen.spamhaus.org", "Spamhaus ZEN", true, true, false, CODES(ZEN),
      "https://check.spamhaus.org/",
      "Does not answer those who ask through a large public resolver.",
      "docs.spamhaus.com, available zones" },
    { "bl.spamcop.net", "SpamCop", true, false, false, CODES(SPAM),
      "https://www.spamcop.net/bl.shtml", "Entries end by themselves, a day after the last report.",
      GENERAL },
    { "b.barracudacentral.org", "Barracuda", true, false, true, CODES(SPAM),
      "https://www.barracudacentral.org/rbl/removal-request",
      "Answers only resolvers that are registered with it.", GENERAL },
    { "psbl.surriel.com", "PSBL", true, false, false, CODES(SPAM), "https://psbl.org/", NULL,
      GENERAL },
    { "dnsbl-1.uceprotect.net", "UCEPROTECT level 1", true, false, false, CODES(UCEPROTECT_1),
      "https://www.uceprotect.net/en/rblcheck.php", "Entries end by themselves after seven days.",
      GENERAL },
    { "dnsbl-2.uceprotect.net", "UCEPROTECT level 2", true, false, false, CODES(UCEPROTECT_2),
      "https://www.uceprotect.net/en/rblcheck.php",
      "It lists whole networks for what single addresses of them did.", GENERAL },
    { "dnsbl-3.uceprotect.net", "UCEPROTECT level 3", true, false, false, CODES(UCEPROTECT_3),
      "https://www.uceprotect.net/en/rblcheck.php",
      "It lists whole providers; few servers refuse mail for it alone.", GENERAL },
    { "bl.mailspike.net", "Mailspike", true, false, false, CODES(MAILSPIKE),
      "https://mailspike.org/", NULL, "mailspike.org, usage" },
    { "dnsbl.dronebl.org", "DroneBL", true, true, false, CODES(DRONEBL),
      "https://dronebl.org/lookup", NULL, "dronebl.org, how to use; classes: " GENERAL },
    { "all.spamrats.com", "SpamRATS", true, false, false, CODES(SPAMRATS),
      "https://www.spamrats.com/lookup.php", NULL, "spamrats.com, lists; codes: " GENERAL },
    { "bl.nordspam.com", "NordSpam", true, true, false, CODES(SPAM),
      "https://www.nordspam.com/delist/", NULL, "nordspam.com, usage" },
    { "all.s5h.net", "s5h", true, true, false, CODES(ABUSE),
      "https://www.usenix.org.uk/content/rblremove", NULL, "whatismyipaddress.com, the S5H list" },
    { "bl.blocklist.de", "blocklist.de", true, false, false, CODES(ATTACKS),
      "https://www.blocklist.de/en/delist.html", "Entries end by themselves after two days.",
      GENERAL },
};
const size_t DNSBL_LIST_COUNT = COUNT_OF(DNSBL_LISTS);
