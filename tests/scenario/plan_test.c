/* SPDX-License-Identifier: ISC */
#include "doctor/record_script.h"
#include "doctor/report.h"
#include "world.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define LOGINS  "AUTH PLAIN LOGIN"
#define NO      "550 5.7.1 relay not permitted"
#define OLD_TLS "tls-failed no version of TLS in common"
#define BAD     "535 5.7.8 bad credentials"
#define P587                                                                                       \
    {                                                                                              \
        587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO                                        \
    }
#define P465                                                                                       \
    {                                                                                              \
        465, PORT_TLS, .caps_tls = LOGINS, .stranger = NO                                          \
    }
#define MX25                                                                                       \
    {                                                                                              \
        25, PORT_CLEAR, "STARTTLS", "SIZE 1", .stranger = NO                                       \
    }
#define NEVER   "refused: client-never-authenticates proved; exit 1"
#define ACCEPTS "accepted: exit 0"

/* Over IPv6, beside the usual server over IPv4. */
static const struct world_port SIX_CLOSED[WORLD_PORTS] = { { 0 } };
static const struct world_port SIX_NO_ROUTE[WORLD_PORTS] = { { 587, .kind = PORT_UNREACHABLE },
                                                             { 465, .kind = PORT_UNREACHABLE },
                                                             { 25, .kind = PORT_UNREACHABLE },
                                                             { 2525, .kind = PORT_UNREACHABLE } };
static const struct world_port SIX_SILENT[WORLD_PORTS] = { { 587, .kind = PORT_SILENT },
                                                           { 465, .kind = PORT_SILENT },
                                                           { 25, .kind = PORT_SILENT },
                                                           { 2525, .kind = PORT_SILENT } };
static const struct world_port SIX_ONLY_25[WORLD_PORTS] = { MX25 };
static const struct world_port SIX_DISTRUSTS[WORLD_PORTS] = { { 25, PORT_CLEAR, .stranger = NO } };
static const struct world_port SIX_REFUSES[WORLD_PORTS] = { { 587, PORT_CLEAR, "STARTTLS", LOGINS,
                                                              .stranger = NO, .member = NO } };
static const struct world_port SIX_WRONG_PASSWORD[WORLD_PORTS] = {
    { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .login = BAD }
};
static const struct world_port SIX_EXPIRED[WORLD_PORTS] = { { 587, PORT_CLEAR, "STARTTLS", LOGINS,
                                                              "expired", .stranger = NO } };

#define DENIED  "550 5.7.1 <postmaster@example.org>: Relay access denied"
#define UNKNOWN "550 5.1.1 <bob@example.org>: User unknown"
#define TO_OWN  "25 none - to=bob@example.org"
#define AT_SELF "mail.example.org"
#define AT_MX   "mx.example.net"
#define AT_OLD  "old.example.net"
#define HOSTS   "mx.example.net=198.51.100.1 old.example.net=198.51.100.2"
#define MX_HAS                                                                                     \
    {                                                                                              \
        .host = AT_MX, .address = "198.51.100.1", .kind = PORT_CLEAR                               \
    }
#define MX_LACKS                                                                                   \
    {                                                                                              \
        .host = AT_MX, .address = "198.51.100.1", .kind = PORT_CLEAR, .recipient = UNKNOWN         \
    }
#define MX_DENIES                                                                                  \
    {                                                                                              \
        .host = AT_MX, .address = "198.51.100.1", .kind = PORT_CLEAR, .postmaster = DENIED,        \
        .recipient = DENIED                                                                        \
    }
#define MX_SILENT                                                                                  \
    {                                                                                              \
        .host = AT_MX, .address = "198.51.100.1", .kind = PORT_SILENT                              \
    }
/* Mail for the domain is denied here, on the port for mail from other servers; no login is offered. */
#define DENIES .ports = { { 25, PORT_CLEAR, .stranger = DENIED } }, .postmaster = DENIED
/* The domain is taken, the mailbox is not. */
#define LACKS .ports = { { 25, PORT_CLEAR, .stranger = UNKNOWN } }

/* What DNS says of example.org. */
static const struct world_dns HERE = { .mx = AT_SELF, .parent = AT_SELF, .hosts = HOSTS };
static const struct world_dns HERE_UNSURE = { .mx = AT_SELF, .hosts = HOSTS };
static const struct world_dns AWAY = { .mx = AT_MX, .parent = AT_MX, .hosts = HOSTS };
static const struct world_dns AWAY_UNSURE = { .mx = AT_MX, .hosts = HOSTS };
static const struct world_dns BOTH = { .mx = AT_MX " " AT_SELF,
                                       .parent = AT_MX " " AT_SELF,
                                       .hosts = HOSTS };
static const struct world_dns NO_ANSWER = { .mx = NULL, .hosts = HOSTS };
static const struct world_dns NOBODY = { .dead = true };
static const struct world_dns NO_ADDRESS = { .mx = AT_MX, .parent = AT_MX };
static const struct world_dns MOVED = { .mx = AT_SELF, .parent = AT_MX, .hosts = HOSTS };
static const struct world_dns MOVED_HERE = { .mx = AT_MX, .parent = AT_SELF, .hosts = HOSTS };
static const struct world_dns INSIDE = {
    .mx = AT_SELF, .parent = AT_MX, .hosts = HOSTS, .own_view = true
};
static const struct world_dns TWO_PLACES = {
    .mx = AT_SELF, .parent = AT_SELF, .zone = AT_MX, .hosts = HOSTS
};
static const struct world_dns OLD_SERVERS = {
    .mx = AT_SELF, .parent = AT_MX, .zone = AT_SELF, .old_list = true, .hosts = HOSTS
};
static const struct world_dns SAME_HOST = { .mx = "alias.example.org",
                                            .parent = "alias.example.org",
                                            .hosts = "alias.example.org=192.0.2.1" };
/* The host that is named stands before the one that has the mailboxes, or may. */
#define AT_FILTER  "mx1.ppe-hosted.com"
#define AT_GATEWAY "gateway.example.org"
#define FILTER_TAKES                                                                               \
    {                                                                                              \
        .host = AT_FILTER, .address = "198.51.100.3", .kind = PORT_CLEAR                           \
    }
static const struct world_dns FILTERED = { .mx = AT_FILTER,
                                           .parent = AT_FILTER,
                                           .hosts = AT_FILTER "=198.51.100.3" };
static const struct world_dns FILTERED_NOW = { .mx = AT_SELF,
                                               .parent = AT_FILTER,
                                               .hosts = AT_FILTER "=198.51.100.3" };
static const struct world_dns GATEWAY = { .mx = AT_GATEWAY,
                                          .parent = AT_GATEWAY,
                                          .hosts = AT_GATEWAY "=198.51.100.4" };
static const struct world_dns OTHER_ADDRESS = { .mx = AT_SELF,
                                                .parent = AT_SELF,
                                                .hosts = AT_SELF "=198.51.100.9" };
static const struct world_dns SPLIT = { .mx = AT_SELF,
                                        .parent = AT_MX,
                                        .hosts = AT_SELF "=10.0.0.7 " HOSTS };

static const struct world WORLDS[] = {
    /* whose server it is */
    { "DNS leads here, and postmaster is denied", TO_OWN, DENIES, .dns = &HERE, .nobody_else = true,
      .want = "refused: domain-not-configured proved; exit 6" },
    { "by another name of this server", TO_OWN, DENIES, .dns = &SAME_HOST,
      .want = "refused: domain-not-configured proved; exit 6" },
    { "postmaster is denied to an address of the domain's own, and put off from nobody's", TO_OWN,
      .ports = { { 25, PORT_CLEAR, .stranger = DENIED } }, .spoof = DENIED,
      .postmaster = "450 4.2.0 Greylisted", .dns = &HERE,
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "the words blame another thing too", TO_OWN,
      .ports = { { 25, PORT_CLEAR, .stranger = DENIED } },
      .postmaster = "550 5.7.1 Relaying denied. IP name lookup failed", .dns = &HERE,
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "its name servers do not answer", TO_OWN, DENIES, .dns = &HERE_UNSURE,
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "postmaster is denied for now", TO_OWN,
      .ports = { { 25, PORT_CLEAR, .stranger = "454 4.7.1 Relay access denied" } },
      .postmaster = "454 4.7.1 Relay access denied", .dns = &HERE,
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "only from an address of the domain's own", TO_OWN,
      .ports = { { 25, PORT_CLEAR, .stranger = DENIED } }, .spoof = DENIED, .dns = &HERE,
      .want = "unknown: exit 3; next" },
    { "DNS leads here and to another, which takes it", TO_OWN, DENIES, .dns = &BOTH,
      .others = { MX_HAS }, .others_least = 1,
      .want = "refused: domain-not-configured proved; exit 6" },
    { "DNS leads to another, which takes it", TO_OWN, DENIES, .dns = &AWAY, .others = { MX_HAS },
      .others_least = 1, .others_most = 1,
      .want = "refused: mx-points-elsewhere proved, ip-not-trusted possible; exit 6" },
    { "... its name servers do not answer, but it does", TO_OWN, DENIES, .dns = &AWAY_UNSURE,
      .others = { MX_HAS },
      .want = "refused: mx-points-elsewhere proved, ip-not-trusted possible; exit 6" },
    { "another, which keeps silent", TO_OWN, DENIES, .dns = &AWAY, .others = { MX_SILENT },
      .others_least = 1, .ended_most_ms = 2500,
      .want = "refused: mx-points-elsewhere likely, ip-not-trusted possible; exit 1; next" },
    { "another, which is closed", TO_OWN, DENIES, .dns = &AWAY, .others_least = 1,
      .want = "refused: mx-points-elsewhere likely, ip-not-trusted possible; exit 1; next" },
    { "another, which connects and keeps silent", TO_OWN, DENIES, .dns = &AWAY,
      .others = { { .host = AT_MX, .address = "198.51.100.1", .kind = PORT_MUTE } },
      .others_least = 1, .ended_most_ms = 2500,
      .want = "refused: mx-points-elsewhere likely, ip-not-trusted possible; exit 1; next" },
    { "another, which denies it too", TO_OWN, DENIES, .dns = &AWAY, .others = { MX_DENIES },
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "another, which is this one by another way", TO_OWN, DENIES, .dns = &AWAY,
      .others = { { .host = AT_MX,
                    .address = "198.51.100.1",
                    .kind = PORT_CLEAR,
                    .name = AT_SELF } },
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "another without an address", TO_OWN, DENIES, .dns = &NO_ADDRESS, .nobody_else = true,
      .want = "refused: mx-points-elsewhere likely, ip-not-trusted possible; exit 1; next" },
    { "a login is offered, and may be what is missing", TO_OWN,
      .ports = { { 25, PORT_CLEAR, .stranger = DENIED }, P587 }, .postmaster = DENIED, .dns = &AWAY,
      .others = { MX_HAS },
      .want =
          "refused: mx-port-not-submission possible, mx-points-elsewhere possible; exit 1; next" },
    { "DNS cannot be asked", TO_OWN, DENIES, .dns = &NO_ANSWER, .nobody_else = true,
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "DNS is dead", TO_OWN, DENIES, .dns = &NOBODY, .ended_most_ms = 2500,
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "still local here, and DNS leads to another, which has the mailbox", TO_OWN, LACKS,
      .dns = &AWAY, .others = { MX_HAS }, .others_least = 1,
      .want = "refused: domain-still-local proved, recipient-unknown possible; exit 6" },
    { "still local, with a login", "587 starttls login to=bob@example.org",
      .ports = { { 25, PORT_CLEAR, .stranger = UNKNOWN },
                 { 587, PORT_CLEAR, "STARTTLS", LOGINS, .member = UNKNOWN } },
      .dns = &AWAY, .others = { MX_HAS }, .others_least = 1,
      .want = "refused: domain-still-local proved, recipient-unknown possible; exit 6" },
    { "another, which has no such mailbox either", TO_OWN, LACKS, .dns = &AWAY,
      .others = { MX_LACKS }, .want = "refused: recipient-unknown proved; exit 1" },
    { "another that keeps silent, and no such mailbox here", TO_OWN, LACKS, .dns = &AWAY,
      .others = { MX_SILENT },
      .want = "refused: recipient-unknown likely, domain-still-local possible; exit 1; next" },
    { "... that puts it off", TO_OWN, LACKS, .dns = &AWAY,
      .others = { { .host = AT_MX,
                    .address = "198.51.100.1",
                    .kind = PORT_CLEAR,
                    .recipient = "450 4.2.0 Greylisted" } },
      .want = "refused: recipient-unknown likely, domain-still-local possible; exit 1; next" },
    { "... that lets nobody in from here", TO_OWN, LACKS, .dns = &AWAY,
      .others = { { .host = AT_MX,
                    .address = "198.51.100.1",
                    .kind = PORT_CLEAR,
                    .postmaster = "554 5.7.1 Service unavailable; client host blocked" } },
      .want = "refused: recipient-unknown likely, domain-still-local possible; exit 1; next" },
    { "... of the domain's own, which takes it", TO_OWN, LACKS, .dns = &GATEWAY,
      .others = { { .host = AT_GATEWAY, .address = "198.51.100.4", .kind = PORT_CLEAR } },
      .others_least = 1,
      .want = "refused: domain-still-local likely, recipient-unknown possible; exit 1; next" },
    { "... of a service that filters, which takes all", TO_OWN, LACKS, .dns = &FILTERED,
      .others = { FILTER_TAKES }, .others_least = 1,
      .want = "refused: recipient-unknown likely, domain-still-local possible; exit 1; next" },
    { "... of the same house, which takes all", TO_OWN " host=box.example.net", LACKS, .dns = &AWAY,
      .others = { MX_HAS }, .others_least = 1,
      .want = "refused: recipient-unknown likely, domain-still-local possible; exit 1; next" },
    { "... and a change to it that is not seen yet", TO_OWN, LACKS, .dns = &FILTERED_NOW,
      .others = { FILTER_TAKES }, .want = "refused: recipient-unknown proved; exit 1" },
    { "a service that filters takes it, and this server lets nobody else in", TO_OWN, DENIES,
      .dns = &FILTERED, .others = { FILTER_TAKES }, .others_least = 1,
      .want = "refused: mx-points-elsewhere possible, ip-not-trusted possible; exit 1; next" },
    { "a host of the same house takes it, and this one relays for some",
      TO_OWN " host=out.example.net", DENIES, .dns = &AWAY, .others = { MX_HAS }, .others_least = 1,
      .want = "refused: mx-points-elsewhere possible, ip-not-trusted possible; exit 1; next" },
    { "another takes it, and the ports for users are silent from here", TO_OWN,
      .ports = { { 25, PORT_CLEAR, .stranger = DENIED }, { 587, .kind = PORT_SILENT } },
      .postmaster = DENIED, .dns = &AWAY, .others = { MX_HAS },
      .want = "refused: mx-points-elsewhere likely, ip-not-trusted possible; exit 1; next" },
    { "a provider's server for users, asked without a login", "587 starttls - to=bob@example.org",
      .ports = { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = DENIED } }, .dns = &AWAY,
      .others = { MX_HAS }, .want = "refused: client-never-authenticates possible; exit 1; next" },
    { "... and port 25 of it denies the domain", "587 starttls - known to=bob@example.org",
      .ports = { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = DENIED },
                 { 25, PORT_CLEAR, .stranger = DENIED } },
      .postmaster = DENIED, .dns = &AWAY, .others = { MX_HAS },
      .want = "refused: client-never-authenticates proved; exit 1" },
    { "... asked on port 25, where a login is offered", TO_OWN,
      .ports = { { 25, PORT_CLEAR, "AUTH PLAIN", .stranger = DENIED } }, .postmaster = DENIED,
      .dns = &AWAY, .others = { MX_HAS },
      .want = "refused: client-never-authenticates possible, mx-points-elsewhere possible; exit 1; "
              "next" },
    { "... and DNS leads to one that denies it too", TO_OWN,
      .ports = { { 25, PORT_CLEAR, .stranger = DENIED }, P587 }, .postmaster = DENIED, .dns = &AWAY,
      .others = { MX_DENIES }, .want = "refused: mx-port-not-submission possible; exit 1; next" },
    { "DNS leads here by name, and to an address that was not met", TO_OWN, DENIES,
      .dns = &OTHER_ADDRESS, .nobody_else = true,
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "the resolver has a view of its own, behind another", TO_OWN, DENIES, .dns = &SPLIT,
      .others = { MX_HAS }, .want = "refused: domain-not-configured likely; exit 1; next" },
    { "no such mailbox where DNS leads", TO_OWN, LACKS, .dns = &HERE,
      .want = "refused: recipient-unknown proved; exit 1" },
    { "the resolver has an old entry", TO_OWN, DENIES, .dns = &MOVED, .others = { MX_HAS },
      .others_least = 1, .want = "refused: dns-change-pending proved; exit 6" },
    { "an old entry, and the new server keeps silent", TO_OWN, DENIES, .dns = &MOVED,
      .others = { MX_SILENT }, .want = "refused: dns-change-pending likely; exit 1; next" },
    { "an old entry, and the old server still looks for the mailbox", TO_OWN, LACKS, .dns = &MOVED,
      .others = { MX_HAS },
      .want = "refused: dns-change-pending proved, recipient-unknown possible; exit 6" },
    { "the resolver serves the domain itself", TO_OWN, DENIES, .dns = &INSIDE, .others = { MX_HAS },
      .want = "refused: domain-not-configured likely; exit 1; next" },
    { "a new entry leads here, and postmaster is denied", TO_OWN, DENIES, .dns = &MOVED_HERE,
      .others = { MX_HAS }, .want = "refused: domain-not-configured proved; exit 6" },
    { "the zone is edited in another place than the parent names", TO_OWN, DENIES,
      .dns = &TWO_PLACES, .others = { MX_HAS }, .others_least = 1,
      .want = "refused: dns-delegation proved; exit 6" },
    { "the resolver still asks the zone's old servers", TO_OWN, DENIES, .dns = &OLD_SERVERS,
      .others = { MX_HAS }, .want = "refused: dns-change-pending proved; exit 6" },
    { "accepted here, and DNS leads to one that denies it",
      "25 none - to=bob@example.org error=550 5.7.1 Relay access denied",
      .ports = { { 25, .kind = PORT_CLEAR } }, .dns = &AWAY, .others = { MX_DENIES },
      .others_least = 1, .want = "accepted: mx-points-elsewhere proved; exit 0" },
    { "accepted here, and nothing was pasted", TO_OWN, .ports = { { 25, .kind = PORT_CLEAR } },
      .dns = &AWAY, .others = { MX_DENIES }, .nobody_else = true, .want = ACCEPTS },
    { "mail for outside is denied: nobody else is asked", "25 none -",
      .ports = { { 25, PORT_CLEAR, .stranger = NO } }, .dns = &AWAY, .others = { MX_HAS },
      .nobody_else = true, .want = "refused: ip-not-trusted likely; exit 1; next" },
    /* the From where its mail arrives */
    { "the From is not there where its mail arrives", "587 starttls login from=ann@example.org",
      .ports = { P587 }, .other_from = "550 5.1.7 Sender verify failed", .dns = &AWAY,
      .others = { { .host = AT_MX,
                    .address = "198.51.100.1",
                    .kind = PORT_CLEAR,
                    .recipient = UNKNOWN } },
      .others_least = 1, .want = "refused: from-invalid proved; exit 1" },
    { "... for now", "587 starttls login from=ann@example.org", .ports = { P587 },
      .other_from = "550 5.1.7 Sender verify failed", .dns = &AWAY,
      .others = { { .host = AT_MX,
                    .address = "198.51.100.1",
                    .kind = PORT_CLEAR,
                    .recipient = "450 4.1.1 User unknown" } },
      .want = "refused: sender-unverified likely; exit 1; next" },
    { "the From is there where its mail arrives", "587 starttls login from=ann@example.org",
      .ports = { P587 }, .other_from = "550 Sender verify failed", .dns = &AWAY,
      .others = { MX_HAS }, .others_least = 1,
      .want = "refused: sender-unverified likely; exit 1; next" },
    { "nobody is there where its mail arrives, not even postmaster",
      "587 starttls login from=ann@example.org", .ports = { P587 },
      .other_from = "550 Sender verify failed", .dns = &AWAY,
      .others = { { .host = AT_MX,
                    .address = "198.51.100.1",
                    .kind = PORT_CLEAR,
                    .postmaster = UNKNOWN,
                    .recipient = UNKNOWN } },
      .want = "refused: sender-unverified likely; exit 1; next" },
    { "its domain is not served there", "587 starttls login from=ann@example.org",
      .ports = { P587 }, .other_from = "550 Sender verify failed", .dns = &AWAY,
      .others = { MX_DENIES }, .others_least = 1,
      .want = "refused: sender-unverified likely; exit 1; next" },
    /* the usual server */
    { "all ports, as asked", "587 starttls login", { P587, P465, MX25 }, .want = ACCEPTS },
    { "all ports, 465 as asked", "465 tls login", { P587, P465, MX25 }, .want = ACCEPTS },
    { "all ports, nothing said", "login", { P587, P465, MX25 }, .want = ACCEPTS },
    { "587 alone", "587 starttls login", { P587 }, .want = ACCEPTS },
    { "465 alone", "465 tls login", { P465 }, .want = ACCEPTS },
    { "does not log in on 587", "587 starttls - known", { P587, P465, MX25 }, .want = NEVER },
    { "does not log in on 465", "465 tls - known", { P587, P465, MX25 }, .want = NEVER },
    { "does not log in, gently",
      "587 starttls - known",
      { P587, P465, MX25 },
      .gentle = true,
      .want = NEVER },
    { "does not log in, and hangs up",
      "587 starttls - known",
      { P587, P465, MX25 },
      .hangs_up = true,
      .want = NEVER },
    { "does not log in on 587 alone, and it hangs up",
      "587 starttls - known",
      { P587 },
      .hangs_up = true,
      .want = NEVER },
    { "does not log in on the port for mail from outside, and it hangs up",
      "25 none - known",
      { MX25, P587 },
      .hangs_up = true,
      .want = "refused: mx-port-not-submission proved; exit 1" },
    { "logs in there, and it hangs up",
      "25 none PLAIN",
      { MX25, P587 },
      .hangs_up = true,
      .want = "refused: mx-port-not-submission proved; exit 1" },
    { "does not log in, far away",
      "587 starttls - known",
      { P587, P465, MX25 },
      .rtt_ms = 700,
      .want = NEVER },
    { "does not log in, slow to think",
      "587 starttls - known",
      { P587, P465, MX25 },
      .think_ms = 900,
      .want = NEVER },
    { "does not log in, and no login is at hand",
      "587 starttls -",
      { P587, P465, MX25 },
      .want = "refused: client-never-authenticates possible; exit 1; next" },
    { "does not log in, nothing else said", "- known", { P587, P465, MX25 }, .want = NEVER },
    { "the stranger is taken",
      "587 starttls - known",
      { { 587, PORT_CLEAR, "STARTTLS", .caps_tls = LOGINS }, P465 },
      .want = ACCEPTS },

    /* 10587, 465 and 587 the wrong way round */
    { "an unusual port",
      "10587 starttls - known",
      { { 10587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO } },
      .want = NEVER },
    { "an unusual port with TLS at once",
      "10465 tls login",
      { { 10465, PORT_TLS, .caps_tls = LOGINS, .stranger = NO } },
      .want = ACCEPTS },
    { "an unusual port with TLS at once, asked in clear",
      "10465 none login",
      { { 10465, PORT_TLS, .caps_tls = LOGINS, .stranger = NO } },
      .want = "refused: tls-mode-mismatch proved; exit 1" },
    { "465 asked with STARTTLS",
      "465 starttls login",
      { P587, P465, MX25 },
      .want = "refused: tls-mode-mismatch proved; exit 1" },
    { "465 asked in clear",
      "465 none login",
      { P587, P465, MX25 },
      .want = "refused: tls-mode-mismatch proved; exit 1" },
    { "587 asked with TLS at once",
      "587 tls login",
      { P587, P465, MX25 },
      .want = "refused: tls-mode-mismatch proved; exit 1" },
    { "587 asked with TLS at once, alone",
      "587 tls login",
      { P587 },
      .want = "refused: tls-mode-mismatch proved; exit 1" },

    /* TLS */
    { "AUTH only under TLS",
      "587 none PLAIN",
      { P587, P465 },
      .want = "refused: auth-hidden-until-tls proved; exit 1" },
    { "mail only under TLS",
      "587 none PLAIN",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO,
          .in_clear = "530 5.7.0 Must issue a STARTTLS command first" } },
      .want = "refused: mail-only-under-tls proved; exit 1" },
    { "no STARTTLS where it was asked",
      "587 starttls login",
      { { 587, PORT_CLEAR, LOGINS, .stranger = NO }, P465 },
      .want = "refused: starttls-stripped possible; exit 1; next" },
    { "STARTTLS offered and refused",
      "587 starttls login",
      { P587, P465 },
      .starttls = "454 4.7.0 TLS not available",
      .want = "unknown: exit 3; next" },
    { "expired",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, "expired", .stranger = NO } },
      .want = "refused: certificate-expired proved; exit 1" },
    { "self-signed on 465, 587 in order",
      "465 tls login",
      { P587, { 465, PORT_TLS, .caps_tls = LOGINS, .cert = "self-signed", .stranger = NO } },
      .want = "refused: certificate-self-signed proved; exit 1" },
    { "wrong name everywhere",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, "wrong-name", .stranger = NO },
        { 465, PORT_TLS, .caps_tls = LOGINS, .cert = "wrong-name", .stranger = NO } },
      .want = "refused: certificate-wrong-name proved; exit 1" },
    { "a login in clear, and nothing else",
      "587 none PLAIN",
      { { 587, PORT_CLEAR, .caps = LOGINS } },
      .want = "refused: relay-takes-no-login possible; exit 1; next" },
    { "a digest in clear, as the program does",
      "587 none CRAM-MD5",
      { { 587, PORT_CLEAR, "AUTH CRAM-MD5", .stranger = NO } },
      .want = ACCEPTS },

    { "only TLS 1.0",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .shake = OLD_TLS,
          .observed = "TLSv1" } },
      .want = "refused: tls-version-or-cipher proved; exit 1" },
    { "only TLS 1.0, on 465",
      "465 tls login",
      { { 465, PORT_TLS, .caps_tls = LOGINS, .stranger = NO, .shake = OLD_TLS,
          .observed = "TLSv1" } },
      .want = "refused: tls-version-or-cipher proved; exit 1" },
    { "only TLS 1.0 on 587, gently, 465 is newer",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .shake = OLD_TLS,
          .observed = "TLSv1" },
        P465 },
      .gentle = true,
      .want = "refused: tls-version-or-cipher proved; exit 1" },
    { "only TLS 1.0 where it was not asked",
      "465 tls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .shake = OLD_TLS }, P465 },
      .want = ACCEPTS },
    { "no handshake by any policy",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .shake = "tls-failed alert" } },
      .want = "unknown: exit 3; next" },
    { "STARTTLS was taken out, 25 has it",
      "587 starttls login",
      { { 587, PORT_CLEAR, "SIZE 1", .stranger = NO }, MX25 },
      .want = "refused: starttls-stripped likely; exit 1; next" },
    { "STARTTLS is made of X",
      "587 starttls login",
      { { 587, PORT_CLEAR, "XXXXXXXA, SIZE 1", .stranger = NO } },
      .want = "refused: starttls-stripped likely; exit 1; next" },
    { "STARTTLS was taken out, and is answered",
      "587 starttls login",
      { { 587, PORT_CLEAR, "SIZE 1", .stranger = NO, .unoffered = "" } },
      .want = "refused: starttls-stripped proved; exit 1" },
    { "STARTTLS was taken out, is answered, and 465 works",
      "587 starttls login",
      { { 587, PORT_CLEAR, "SIZE 1", .stranger = NO, .unoffered = "" }, P465 },
      .opened_most = 6,
      .want = "refused: starttls-stripped proved; exit 1" },

    /* ports */
    { "25 asked, 587 takes logins",
      "25 starttls login",
      { P587, MX25 },
      .want = "refused: mx-port-not-submission proved; exit 1" },
    { "25 refuses the login",
      "25 starttls login",
      { P587, { 25, PORT_CLEAR, "STARTTLS", LOGINS, .login = BAD, .stranger = NO } },
      .want = "refused: mx-port-not-submission proved; exit 1" },
    { "25 asked and silent",
      "25 starttls login",
      { P587, P465, { 25, .kind = PORT_SILENT } },
      .want = "refused: egress-port-blocked possible; exit 1; next" },
    { "587 asked, called silent, and answering late",
      "587 starttls login",
      { { 587, PORT_LATE, "STARTTLS", LOGINS, .stranger = NO }, P465, MX25 },
      .rtt_ms = 300,
      .want = ACCEPTS },
    { "a port called silent gives its place up",
      "587 starttls login",
      { P587, { 465, .kind = PORT_SILENT }, { 25, .kind = PORT_SILENT } },
      .gentle = true,
      .want = ACCEPTS },
    { "587 asked and closed",
      "587 starttls login",
      { P465 },
      .want = "refused: server-down possible; exit 1; next" },
    { "587 asked and mute",
      "587 starttls login",
      { P465, { 587, .kind = PORT_MUTE } },
      .want = "unknown: exit 3; next" },
    { "587 asked, something else answers",
      "587 starttls login",
      { P465, { 587, .kind = PORT_JUNK } },
      .want = "unknown: exit 3; next" },
    { "all closed",
      "587 starttls login",
      { { 0 } },
      .want = "refused: server-down likely; exit 4; next" },
    { "all silent",
      "587 starttls login",
      { { 587, .kind = PORT_SILENT },
        { 465, .kind = PORT_SILENT },
        { 25, .kind = PORT_SILENT },
        { 2525, .kind = PORT_SILENT } },
      .want = "refused: server-down possible, ip-banned possible, egress-port-blocked possible; "
              "exit 4; next" },
    { "no way there",
      "587 starttls login",
      { { 587, .kind = PORT_UNREACHABLE },
        { 465, .kind = PORT_UNREACHABLE },
        { 25, .kind = PORT_UNREACHABLE },
        { 2525, .kind = PORT_UNREACHABLE } },
      .want = "unknown: exit 4; next" },
    { "all mute",
      "587 starttls login",
      { { 587, .kind = PORT_MUTE },
        { 465, .kind = PORT_MUTE },
        { 25, .kind = PORT_MUTE },
        { 2525, .kind = PORT_MUTE } },
      .want = "unknown: exit 4; next" },

    /* logins */
    { "wrong password",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = BAD, .stranger = NO },
        { 465, PORT_TLS, .caps_tls = LOGINS, .login = BAD, .stranger = NO } },
      .want = "refused: wrong-credentials likely; exit 5; next" },
    { "wrong password, does not log in",
      "587 starttls - known",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = BAD, .stranger = NO },
        { 465, PORT_TLS, .caps_tls = LOGINS, .login = BAD, .stranger = NO } },
      .want =
          "refused: wrong-credentials likely, client-never-authenticates possible; exit 5; next" },
    { "AUTH is shown in clear, and wants TLS",
      "587 none login",
      { { 587, PORT_CLEAR, "STARTTLS, " LOGINS, LOGINS, .alone = "538 5.7.11 no",
          .stranger = NO } },
      .want = "refused: auth-hidden-until-tls proved; exit 1" },
    { "AUTH is shown in clear, and heard there",
      "587 none login",
      { { 587, PORT_CLEAR, "STARTTLS, " LOGINS, LOGINS, .stranger = NO } },
      .want = "unknown: exit 3; next" },
    { "every login is refused, and none is needed",
      "25 none PLAIN",
      { { 25, PORT_CLEAR, "STARTTLS, AUTH PLAIN", LOGINS, .login = BAD } },
      .want = "refused: relay-takes-no-login likely, wrong-credentials possible; exit 1; next" },
    { "... under TLS",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = BAD } },
      .want = "refused: relay-takes-no-login likely, wrong-credentials possible; exit 1; next" },
    { "... and no recipient was given",
      "587 starttls login to=",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = BAD } },
      .want = "refused: wrong-credentials likely; exit 5; next" },
    { "... to somebody inside",
      "25 starttls login to=bob@example.org",
      { { 25, PORT_CLEAR, "STARTTLS", LOGINS, .login = BAD } },
      .want = "refused: wrong-credentials likely; exit 5; next" },
    { "... of who is banned",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = "535 your IP is banned" } },
      .want = "refused: ip-banned likely; exit 1; next" },
    { "HELO, and a login is set",
      "587 starttls login old-helo",
      { P587, P465 },
      .want = "refused: helo-instead-of-ehlo proved; exit 1" },
    { "HELO, and a login is set on 465",
      "465 tls login old-helo",
      { P587, P465 },
      .want = "refused: helo-instead-of-ehlo proved; exit 1" },
    { "HELO, and no login is set",
      "587 auto - known old-helo",
      { P587, P465 },
      .want = "refused: helo-instead-of-ehlo proved; exit 1" },
    { "HELO, no port said",
      "login old-helo",
      { P587, P465 },
      .want = "refused: helo-instead-of-ehlo proved; exit 1" },
    { "HELO, no login at hand, gently",
      "587 auto - old-helo",
      { P587, P465 },
      .gentle = true,
      .want = "refused: helo-instead-of-ehlo likely; exit 1; next" },
    { "HELO, and every other port keeps silent",
      "465 tls login old-helo",
      { P465, { 587, .kind = PORT_MUTE }, { 25, .kind = PORT_MUTE }, { 2525, .kind = PORT_MUTE } },
      .ended_most_ms = 20000,
      .want = "refused: helo-instead-of-ehlo proved; exit 1" },
    { "HELO is enough", "25 none - old-helo", { { 25, .kind = PORT_CLEAR } }, .want = ACCEPTS },
    { "HELO, and not trusted",
      "25 none - old-helo",
      { { 25, .kind = PORT_CLEAR, .stranger = NO } },
      .want = "refused: ip-not-trusted likely; exit 1; next" },
    { "the name is no full address",
      "587 starttls login user=anna",
      { P587, P465 },
      .user = "anna@example.org",
      .want = "refused: wrong-credentials likely, wrong-username-form possible; exit 5; next" },
    { "... and two logins may be refused",
      "587 starttls login user=anna",
      { P587, P465 },
      .user = "anna@example.org",
      .logins = 2,
      .want = "refused: wrong-username-form proved; exit 5" },
    { "... and it hangs up",
      "587 starttls login user=anna",
      { P587, P465 },
      .user = "anna@example.org",
      .logins = 2,
      .hangs_up = true,
      .want = "refused: wrong-username-form proved; exit 5" },
    { "... and the password is wrong too",
      "587 starttls login user=anna",
      { P587, P465 },
      .user = "nobody",
      .logins = 2,
      .want = "refused: wrong-credentials likely; exit 5; next" },
    { "the login is another address than the own",
      "587 starttls login user=anna@old.example",
      { P587, P465 },
      .user = "anna@example.org",
      .logins = 2,
      .want = "refused: wrong-username-form proved; exit 5" },
    { "the local-part alone is taken",
      "587 starttls login",
      { P587, P465 },
      .user = "anna",
      .logins = 2,
      .want = "refused: wrong-username-form proved; exit 5" },
    { "the name is taken without its domain",
      "587 starttls login user=WORK\\anna own=",
      { P587, P465 },
      .user = "anna",
      .logins = 2,
      .want = "refused: wrong-username-form proved; exit 5" },
    { "the password ends in a line end, one login",
      "587 starttls login odd=line-end",
      { P587, P465 },
      .wants_repaired = true,
      .want = "refused: password-mangled likely, wrong-credentials possible; exit 5; next" },
    { "... two logins",
      "587 starttls login odd=line-end user=anna",
      { P587, P465 },
      .wants_repaired = true,
      .logins = 2,
      .want = "refused: password-mangled proved; exit 5" },
    { "the name comes before a weak anomaly",
      "587 starttls login odd=percent-code user=anna",
      { P587, P465 },
      .user = "anna@example.org",
      .logins = 2,
      .want = "refused: wrong-username-form proved; exit 5" },
    { "a weak anomaly comes after the name",
      "587 starttls login odd=percent-code user=anna",
      { P587, P465 },
      .wants_repaired = true,
      .logins = 3,
      .want = "refused: password-mangled proved; exit 5" },
    { "asked port and login are another's",
      "25 starttls login user=anna",
      { P587, { 25, PORT_CLEAR, "STARTTLS", LOGINS, .login = BAD, .stranger = NO } },
      .user = "anna@example.org",
      .logins = 3,
      .want = "refused: mx-port-not-submission proved, wrong-username-form proved; exit 1" },
    { "PLAIN is dead",
      "587 starttls PLAIN",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .dead = "PLAIN" } },
      .want = "refused: mechanism-offered-but-dead possible; exit 1; next" },
    { "... two logins",
      "587 starttls PLAIN",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .dead = "PLAIN" } },
      .logins = 2,
      .want = "refused: mechanism-offered-but-dead proved; exit 1" },
    { "a digest is refused, and PLAIN taken",
      "587 starttls CRAM-MD5",
      { { 587, PORT_CLEAR, "STARTTLS", "AUTH PLAIN CRAM-MD5", .stranger = NO,
          .dead = "CRAM-MD5" } },
      .logins = 2,
      .want = "refused: mechanism-offered-but-dead proved; exit 1" },
    { "a rate is no reason to try again",
      "587 starttls login user=anna",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = "454 4.7.0 too many logins",
          .stranger = NO } },
      .logins = 3,
      .logins_most = 1,
      .want = "refused: rate-limited likely; exit 1; next" },
    { "hangs up at AUTH",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = "closed", .stranger = NO },
        { 465, PORT_TLS, .caps_tls = LOGINS, .login = "closed", .stranger = NO } },
      .want = "refused: auth-backend-down possible, mechanism-offered-but-dead possible; exit 5; "
              "next" },
    { "backend down",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .login = "454 4.7.0 later", .stranger = NO } },
      .want = "refused: auth-backend-down likely; exit 5; next" },
    { "the program's mechanism is missing",
      "587 starttls CRAM-MD5",
      { P587 },
      .want = "refused: no-common-mechanism proved; exit 1" },
    { "none that we play",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", "AUTH XOAUTH2", .stranger = NO } },
      .want = "refused: no-common-mechanism likely; exit 1; next" },
    { "no ticket, and no password either",
      "587 starttls GSSAPI ticket",
      { { 587, PORT_CLEAR, "STARTTLS", "AUTH PLAIN GSSAPI", .stranger = NO } },
      .want = "unknown: exit 3; next" },
    { "no ticket: the password shows what works, and not why the ticket does not",
      "587 starttls GSSAPI ticket password",
      { { 587, PORT_CLEAR, "STARTTLS", "AUTH PLAIN GSSAPI", .stranger = NO } },
      .want = "unknown: exit 3; next" },
    { "a token, as asked",
      "587 starttls XOAUTH2 token",
      { { 587, PORT_CLEAR, "STARTTLS", "AUTH PLAIN XOAUTH2", .stranger = NO } },
      .want = ACCEPTS },
    { "a token, by whatever takes it",
      "587 starttls login token",
      { { 587, PORT_CLEAR, "STARTTLS", "AUTH PLAIN XOAUTH2 OAUTHBEARER", .stranger = NO } },
      .want = ACCEPTS },
    { "a token, where only passwords are taken",
      "587 starttls login token",
      { P587 },
      .want = "refused: no-common-mechanism likely; exit 1; next" },
    { "mail is taken from whoever shows a certificate, and an error of a program without is pasted",
      "587 starttls - certificate shows error=554 5.7.1 no",
      { { 587, PORT_CLEAR, "STARTTLS", "SIZE 1", .bare = "554 5.7.1 no" } },
      .want = "accepted: client-certificate-needed likely; exit 0" },
    { "... of another program",
      "587 starttls - certificate shows error=452 full",
      { { 587, PORT_CLEAR, "STARTTLS", "SIZE 1", .bare = "554 5.7.1 no" } },
      .want = ACCEPTS },
    { "... and none is pasted: nothing more is tried",
      "587 starttls - certificate shows",
      { { 587, PORT_CLEAR, "STARTTLS", "SIZE 1", .bare = "554 5.7.1 no" } },
      .want = ACCEPTS },
    { "... and there is none at hand",
      "587 starttls -",
      { { 587, PORT_CLEAR, "STARTTLS", "SIZE 1", .bare = "554 5.7.1 no" } },
      .want =
          "refused: client-certificate-needed possible, ip-not-trusted possible; exit 1; next" },
    { "relay by address, a login is set",
      "25 none login",
      { { 25, .kind = PORT_CLEAR } },
      .want = "refused: relay-takes-no-login proved; exit 1" },
    { "relay by address, not for this one",
      "25 none -",
      { { 25, .kind = PORT_CLEAR, .stranger = NO } },
      .want = "refused: ip-not-trusted likely; exit 1; next" },
    { "another source is trusted",
      "25 none - ~",
      { { 25, .kind = PORT_CLEAR } },
      .asked_source = NO,
      .want = "refused: ip-not-trusted proved; exit 1" },

    /* From and recipient */
    { "another From than the login",
      "587 starttls login from=x@example.net",
      { P587, P465 },
      .other_from = "553 5.7.1 not owned",
      .want = "refused: from-not-login proved; exit 1" },
    { "... for now",
      "587 starttls login from=x@example.net",
      { P587, P465 },
      .other_from = "450 4.7.1 not owned",
      .want = "refused: from-not-login proved; exit 1" },
    { "... in words that say nothing, twice",
      "587 starttls login from=x@example.net",
      { P587, P465 },
      .other_from = "550 5.7.1 Access denied",
      .want = "refused: from-not-login likely; exit 1; next" },
    { "... and the own one too",
      "587 starttls login from=x@example.net",
      { P587, P465 },
      .other_from = NO,
      .own_from = NO,
      .want = "refused: login-not-honoured likely; exit 1; next" },
    { "... and it hangs up",
      "587 starttls login from=x@example.net",
      { P587, P465 },
      .other_from = "553 5.7.1 not owned",
      .hangs_up = true,
      .want = "refused: from-not-login proved; exit 1" },
    { "... and the user does not log in",
      "587 starttls - known from=x@example.net",
      { P587, P465 },
      .other_from = "553 5.7.1 not owned",
      .want = "refused: from-not-login proved; exit 1" },
    { "a login that is not honoured",
      "587 starttls login",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .member = NO } },
      .want = "refused: login-not-honoured likely; exit 1; next" },
    { "inside: no such mailbox",
      "25 starttls - to=bob@example.org",
      { { 25, PORT_CLEAR, "STARTTLS", "SIZE 1", .stranger = "550 5.1.1 no" } },
      .want = "refused: recipient-unknown proved; exit 1" },
    { "inside: no such mailbox, on 587 with a login",
      "587 starttls login to=bob@example.org",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .member = "550 5.1.1 no" },
        { 25, PORT_CLEAR, "STARTTLS", "SIZE 1", .stranger = "550 5.1.1 no" } },
      .want = "refused: recipient-unknown proved; exit 1" },
    { "inside: postmaster is refused too",
      "25 starttls - to=bob@example.org",
      { { 25, PORT_CLEAR, "STARTTLS", "SIZE 1", .stranger = NO } },
      .postmaster = NO,
      .want = "refused: domain-not-configured likely; exit 1; next" },

    { "inside: postmaster is refused too, and a login is offered elsewhere",
      "25 none - to=bob@example.org host=smtp.provider.test",
      { { 25, PORT_CLEAR, .stranger = DENIED }, P587 },
      .postmaster = DENIED,
      .want = "refused: domain-not-configured possible, mx-port-not-submission possible; exit 1; "
              "next" },

    { "everything is refused, and blames the EHLO name",
      "587 starttls - known from=x@example.net helo=localhost to=bob@example.org",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .member = NO }, MX25 },
      .asked_helo = "550 5.7.1 Helo command rejected",
      .helo_at_rcpt = true,
      .postmaster = NO,
      .want = "refused: ehlo-name-refused likely, client-never-authenticates possible; exit 1; "
              "next" },
    { "another From, another EHLO name, and only one login is taken",
      "587 starttls login from=x@example.net helo=localhost",
      { P587 },
      .asked_helo = "550 5.7.1 Helo command rejected",
      .helo_at_rcpt = true,
      .login_again = BAD,
      .hangs_up = true,
      .want = "refused: wrong-credentials likely, ehlo-name-refused likely; exit 5; next" },

    /* EHLO */
    { "the EHLO name is refused",
      "25 none - helo=localhost",
      { { 25, .kind = PORT_CLEAR } },
      .asked_helo = "550 5.7.1 bad name",
      .opened_most = 5,
      .want = "refused: ehlo-name-refused proved; exit 1" },
    { "the EHLO name is refused at RCPT",
      "25 none - helo=localhost",
      { { 25, .kind = PORT_CLEAR } },
      .asked_helo = "550 5.7.1 Helo command rejected",
      .helo_at_rcpt = true,
      .want = "refused: ehlo-name-refused proved; exit 1" },
    { "the EHLO name is refused at RCPT, with a login",
      "587 starttls login helo=localhost",
      { P587, P465 },
      .asked_helo = "550 5.7.1 Helo command rejected",
      .helo_at_rcpt = true,
      .want = "refused: ehlo-name-refused proved; exit 1" },
    { "the EHLO name is refused, with a login",
      "587 starttls login helo=localhost",
      { P587, P465 },
      .asked_helo = "550 5.7.1 bad name",
      .opened_most = 5,
      .want = "refused: ehlo-name-refused proved; exit 1" },
    { "a name without a dot is refused in words that say nothing, with a login",
      "587 starttls login helo=scanner",
      { P587, P465 },
      .asked_helo = "550 5.7.1 no",
      .helo_at_rcpt = true,
      .want = "refused: ehlo-name-refused proved; exit 1" },
    { "... and so is any other name",
      "587 starttls login helo=scanner",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS, .stranger = NO, .member = "550 5.7.1 no" } },
      .want = "unknown: exit 3; next" },
    { "an EHLO name that nobody minds",
      "587 starttls login helo=localhost",
      { P587, P465 },
      .want = ACCEPTS },

    /* tarpits: what cannot be seen in time is not named */
    { "every answer takes 3 s", "587 starttls - known", { P587 }, .think_ms = 3000, .want = NEVER },
    { "every answer takes 5 s", "587 starttls - known", { P587 }, .think_ms = 5000, .want = NEVER },
    { "every answer takes 9 s",
      "587 starttls - known",
      { P587 },
      .think_ms = 9000,
      .want = "refused: client-never-authenticates possible; exit 1; next" },
    { "every answer takes 14 s",
      "587 starttls login",
      { P587 },
      .think_ms = 14000,
      .want = "unknown: exit 3; next" },
    { "every answer takes 23 s",
      "587 starttls - known",
      { P587, P465, MX25 },
      .think_ms = 23000,
      .want = "unknown: exit 4; next" },
    { "every answer takes 14 s, and STARTTLS is missing",
      "587 starttls login",
      { { 587, PORT_CLEAR, "SIZE 1", .stranger = NO } },
      .think_ms = 14000,
      .want = "refused: starttls-stripped possible; exit 1; next" },

    /* mail is fetched first */
    { "mail is fetched first",
      "25 none - known pop",
      { { 25, PORT_CLEAR, .stranger = "550 5.7.1 check for new mail before sending" } },
      .pop = "+OK",
      .pop_opens = true,
      .want = "refused: pop-before-smtp proved; exit 1" },
    { "mail is fetched first, and the words are those of any relay",
      "25 none - known pop",
      { { 25, PORT_CLEAR, .stranger = NO } },
      .pop = "+OK 2 messages",
      .pop_opens = true,
      .gentle = true,
      .hangs_up = true,
      .want = "refused: pop-before-smtp proved; exit 1" },
    { "mail is fetched, and changes nothing",
      "25 none - known pop",
      { { 25, PORT_CLEAR, .stranger = NO } },
      .pop = "+OK",
      .want = "refused: ip-not-trusted likely; exit 1; next" },
    { "mail cannot be fetched",
      "25 none - known pop",
      { { 25, PORT_CLEAR, .stranger = "550 5.7.1 check for new mail before sending" } },
      .pop = "-ERR [AUTH] no",
      .want = "refused: pop-before-smtp likely; exit 1; next" },
    { "nobody listens for POP3",
      "25 none - known pop",
      { { 25, PORT_CLEAR, .stranger = "550 5.7.1 check for new mail before sending" } },
      .want = "refused: pop-before-smtp likely; exit 1; next" },
    { "a login is offered, and POP3 is not needed",
      "587 starttls - known pop",
      { P587 },
      .pop = "+OK",
      .want = NEVER },

    /* two addresses, a message, the pasted error, no recipient */
    { "the first address is dead",
      "587 starttls - known",
      { P587, P465, MX25 },
      .first_address_dead = true,
      .opened_most = 8,
      .want = NEVER },
    { "the first address is dead, gently",
      "465 tls login",
      { P587, P465, MX25 },
      .first_address_dead = true,
      .gentle = true,
      .want = ACCEPTS },
    { "closed over IPv6",
      "587 starttls login",
      { P587, P465, MX25 },
      .six = SIX_CLOSED,
      .want = "refused: ipv6-differs proved; exit 1" },
    { "silent over IPv6",
      "587 starttls login",
      { P587, P465, MX25 },
      .six = SIX_SILENT,
      .want = "refused: ipv6-differs proved; exit 1" },
    { "no IPv6 here",
      "587 starttls login",
      { P587, P465, MX25 },
      .six = SIX_NO_ROUTE,
      .want = ACCEPTS },
    { "only port 25 over IPv6",
      "587 starttls login",
      { P587, P465, MX25 },
      .six = SIX_ONLY_25,
      .opened_most = 6,
      .want = "refused: ipv6-differs proved; exit 1" },
    { "only port 25 over IPv6, gently",
      "587 starttls login",
      { P587, P465, MX25 },
      .six = SIX_ONLY_25,
      .gentle = true,
      .want = "refused: ipv6-differs proved; exit 1" },
    { "not trusted over IPv6",
      "25 none -",
      { { 25, .kind = PORT_CLEAR } },
      .six = SIX_DISTRUSTS,
      .want = "refused: ipv6-differs proved; exit 1" },
    { "not trusted over either",
      "25 none -",
      { { 25, .kind = PORT_CLEAR, .stranger = NO } },
      .six = SIX_DISTRUSTS,
      .want = "refused: ip-not-trusted likely; exit 1; next" },
    { "the login is not honoured over IPv6",
      "587 starttls login",
      { P587 },
      .six = SIX_REFUSES,
      .want = "refused: ipv6-differs proved; exit 1" },
    { "a wrong password is not tried over the other family",
      "587 starttls login",
      { P587 },
      .six = SIX_WRONG_PASSWORD,
      .opened_most = 4,
      .want = "refused: wrong-credentials likely; exit 5; next" },
    { "an old certificate over IPv6",
      "587 starttls login",
      { P587 },
      .six = SIX_EXPIRED,
      .want = "refused: ipv6-differs proved; exit 1" },
    { "does not log in, IPv6 is first",
      "587 starttls - known",
      { P587 },
      .six = SIX_REFUSES,
      .opened_most = 6,
      .want =
          "refused: login-not-honoured likely, client-never-authenticates possible; exit 1; next" },
    { "a message", "587 starttls login", { P587, P465 }, .send = true, .want = ACCEPTS },
    { "a message that is refused",
      "587 starttls login",
      { P587, P465 },
      .send = true,
      .message = "554 5.7.1 no",
      .want = "unknown: exit 3; next" },
    { "another author than the login, refused after DATA",
      "587 starttls login author=x@example.net",
      { P587, P465 },
      .send = true,
      .other_author = "550 5.7.60 no permission to send as this sender",
      .want = "refused: from-not-login proved; exit 1" },
    { "... and it hangs up",
      "587 starttls login author=x@example.net",
      { P587, P465 },
      .send = true,
      .hangs_up = true,
      .other_author = "550 5.7.60 no permission to send as this sender",
      .want = "refused: from-not-login proved; exit 1" },
    { "... for now",
      "587 starttls login author=x@example.net",
      { P587, P465 },
      .send = true,
      .other_author = "450 4.7.1 no permission to send as this sender",
      .want = "refused: from-not-login likely; exit 1; next" },
    { "... the reverse-path is another's too",
      "587 starttls login from=x@example.net",
      { P587, P465 },
      .send = true,
      .other_author = "554 5.2.0 SendAsDenied",
      .want = "refused: from-not-login proved; exit 1" },
    { "... and differs from the author",
      "587 starttls login from=y@example.net author=x@example.net",
      { P587, P465 },
      .send = true,
      .other_author = "554 5.2.0 SendAsDenied",
      .want = "refused: from-not-login proved; exit 1" },
    { "... the service wants it confirmed",
      "587 starttls login from=x@example.net",
      { P587, P465 },
      .send = true,
      .other_author = "554 Message rejected: the address is not verified",
      .want = "refused: sender-unverified likely; exit 1; next" },
    { "... and from the own address too",
      "587 starttls login author=x@example.net",
      { P587, P465 },
      .send = true,
      .other_author = "550 5.7.1 content rejected",
      .message = "550 5.7.1 content rejected",
      .want = "refused: content-rejected likely; exit 1; next" },
    { "... without --send it is not seen",
      "587 starttls login author=x@example.net",
      { P587, P465 },
      .other_author = "554 5.2.0 SendAsDenied",
      .want = ACCEPTS },
    { "too large, by the server's own list",
      "587 starttls login size=2000",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS ", SIZE 1000", .stranger = NO } },
      .want = "refused: message-too-large proved; exit 1" },
    { "... as a stranger",
      "25 none - size=2000",
      { { 25, PORT_CLEAR, .caps = "SIZE 1000" } },
      .want = "refused: message-too-large proved; exit 1" },
    { "... by what MAIL is answered",
      "587 starttls login size=2000",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS ", SIZE", .stranger = NO } },
      .large = "552 5.3.4 too large",
      .want = "refused: message-too-large proved; exit 1" },
    { "... as a stranger, by what MAIL is answered",
      "25 none - size=2000",
      { { 25, PORT_CLEAR, .caps = "SIZE" } },
      .large = "552 5.3.4 too large",
      .want = "refused: message-too-large proved; exit 1" },
    { "... for now",
      "587 starttls login size=2000",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS ", SIZE", .stranger = NO } },
      .large = "452 4.3.4 too large",
      .want = "refused: message-too-large likely; exit 1; next" },
    { "... as a stranger, at RCPT: nobody is named twice",
      "25 none - size=2000",
      { { 25, PORT_CLEAR, .caps = "SIZE", .stranger = "552 5.3.4 too large for him" } },
      .want = "refused: message-too-large likely; exit 1; next" },
    { "... not too large",
      "587 starttls login size=2000",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS ", SIZE 2000", .stranger = NO } },
      .want = ACCEPTS },
    { "... and the program does not log in",
      "587 starttls - known size=2000",
      { { 587, PORT_CLEAR, "STARTTLS", LOGINS ", SIZE 1000", .stranger = NO } },
      .want = "refused: client-never-authenticates proved, message-too-large proved; exit 1" },
    { "a message where the user does not log in",
      "587 starttls - known",
      { P587, P465 },
      .send = true,
      .want = NEVER },
    { "a message without a login",
      "25 none -",
      { { 25, .kind = PORT_CLEAR } },
      .send = true,
      .want = ACCEPTS },
    { "a message, gently",
      "587 starttls login",
      { P587, P465, MX25 },
      .send = true,
      .gentle = true,
      .want = ACCEPTS },
    { "the pasted error comes without a login",
      "587 starttls login error=550 5.7.1 relay not permitted",
      { P587, P465 },
      .want = "accepted: client-never-authenticates likely; exit 0" },
    { "the pasted error does not",
      "587 starttls login error=552 5.2.2 full",
      { P587, P465 },
      .want = ACCEPTS },
    { "no recipient",
      "587 starttls - known to=",
      { P587, P465 },
      .want = "refused: client-never-authenticates likely; exit 1; next" },
    { "no recipient, as asked",
      "587 starttls login to=",
      { P587, P465 },
      .want = ACCEPTS "; next" },
};

/* BATON_SHOW=LABEL in the environment: what was seen in that world. */
static void show(struct world_run *run)
{
    for (size_t i = 0; i < run->record.count; i++) {
        const struct doctor_evidence *ev = &run->record.rows[i];
        str said = doctor_evidence_said(ev, &run->arena);
        print_message("%6llu e%u %.*s\n", (unsigned long long)ev->outcome.at_ms, ev->id,
                      STR_ARG(said));
    }
}

enum { UNNOTICED = 2 };
static void every_world(void **state)
{
    static struct world_run run;
    char got[512];
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(WORLDS); i++) {
        const struct world *w = &WORLDS[i];
        assert_true(world_play(w, &run));
        struct doctor_judgement j = doctor_judge(&run.asked, &run.record);
        script_judgement(&j, got, sizeof got);
        if (w->logins_most && run.count.logins > w->logins_most)
            run.broken = "more logins than it takes";
        if (w->ended_most_ms && run.count.ended_ms > w->ended_most_ms)
            run.broken = "it takes longer than it has to";
        if (w->opened_most && run.count.opened > w->opened_most)
            run.broken = "more connections than it takes";
        if (w->nobody_else && run.count.looks[LOOK_MX])
            run.broken = "another server was looked at";
        if (w->others_most && run.count.looks[LOOK_MX] > w->others_most)
            run.broken = "more connections to other servers than it takes";
        if (w->dns && run.count.refusals > UNNOTICED)
            run.broken = "more refusals than ban rules let pass";
        if (run.count.looks[LOOK_MX] < w->others_least)
            run.broken = "another server was not looked at";
        if (run.broken || strcmp(got, w->want) != 0) {
            print_error("%s%s%s\n  is     %s\n  wanted %s\n", w->label, run.broken ? ": " : "",
                        run.broken ? run.broken : "", got, w->want);
            wrong++;
        }
        if (getenv("BATON_SHOW") && strcmp(getenv("BATON_SHOW"), w->label) == 0)
            show(&run);
        world_run_done(&run);
    }
    assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------------------------------------------
 * Stored and read back, a run is judged the same
 */
static bool judged_alike(const char *label, struct world_run *run)
{
    char before[512], after[512];
    struct doctor_stats stats = { .source = { .family = IP_NONE } };
    struct err e = { .kind = ERR_NONE };
    struct buf document, said;
    struct arena memory;
    struct doctor_stored *s = calloc(1, sizeof *s);
    struct doctor_judgement j = doctor_judge(&run->asked, &run->record);
    const struct doctor_report r = { &run->asked, &run->record, &j, &stats, NULL, false, NULL };
    assert_non_null(s);
    buf_init(&document, 1 << 22);
    buf_init(&said, 1 << 16);
    arena_init(&memory, (size_t)1 << 22);
    assert_true(doctor_report_json(&r, &document));
    s->record = (struct doctor_record){ .arena = &memory, .dns = dns_known_new(0) };
    if (!doctor_stored_read(buf_str(&document), s, &e))
        fail_msg("%s: %s", label, e.why);
    struct doctor_judgement again = doctor_judge(&s->asked, &s->record);
    script_judgement(&j, before, sizeof before);
    script_judgement(&again, after, sizeof after);
    bool alike = doctor_stored_verify(s, &said) && strcmp(before, after) == 0;
    if (!alike)
        print_error("%s\n  stored %s\n  read   %s\n", label, before, after);
    dns_known_free(s->record.dns);
    free(s);
    arena_done(&memory);
    buf_done(&said);
    buf_done(&document);
    return alike;
}

static void judged_again(void **state)
{
    static struct world_run run;
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(WORLDS); i++) {
        if (!WORLDS[i].dns && strstr(WORLDS[i].asked, "error="))
            continue; /* what was pasted is not stored, and proves nothing */
        assert_true(world_play(&WORLDS[i], &run));
        wrong += !judged_alike(WORLDS[i].label, &run);
        world_run_done(&run);
    }
    assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------------------------------------------
 * 421 at every step: the run ends, no rail is passed, and nothing is called proved
 */
static void busy_at_every_step(void **state)
{
    static struct world_run run;
    static const char *const ASKED[] = { "587 starttls - known",
                                         "587 starttls login",
                                         "465 tls login",
                                         "login",
                                         "25 none -",
                                         "587 starttls login from=x@example.net helo=localhost" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ASKED); i++) {
        for (int stage = SMTP_STAGE_GREETING; stage <= SMTP_STAGE_RSET; stage++) {
            struct world w = { .label = ASKED[i],
                               .asked = ASKED[i],
                               .ports = { P587, P465, MX25 },
                               .busy_at = (enum smtp_stage)stage,
                               .send = true };
            for (int variant = 0; variant < 4; variant++) {
                w.busy_under_tls = variant & 1;
                w.gentle = variant & 2;
                assert_true(world_play(&w, &run));
                struct doctor_judgement j = doctor_judge(&run.asked, &run.record);
                if (run.broken)
                    fail_msg("%s, 421 at stage %d: %s", w.label, stage, run.broken);
                for (size_t k = 0; k < j.cause_count; k++)
                    assert_true(stage == SMTP_STAGE_RSET || stage >= SMTP_STAGE_DATA ||
                                j.causes[k].strength != STRENGTH_PROVED);
                world_run_done(&run);
            }
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Worlds by chance: guard rails and an end, whatever the servers do
 */
enum { RANDOM_WORLDS = 3000 };

static uint32_t seed_state;
static uint32_t pick(uint32_t below)
{
    seed_state = seed_state * 1664525u + 1013904223u;
    return (seed_state >> 10) % below;
}
#define PICK(table) ((table)[pick(COUNT_OF(table))])

static const char *random_asked(char *out, size_t room)
{
    static const char *const PORTS[] = { "", "25", "465", "587", "2525", "10587" };
    static const char *const SECURITY[] = { "", "none", "starttls", "tls", "auto" };
    static const char *const LOGIN[] = {
        "-",        "- known",       "login",   "PLAIN",           "LOGIN",
        "CRAM-MD5", "login unknown", "XOAUTH2", "login user=anna", "login odd=line-end user=anna"
    };
    static const char *const REST[] = { "",
                                        "to=",
                                        "to=bob@example.org",
                                        "from=x@example.net",
                                        "from=ann@example.org to=bob@example.org",
                                        "from=<>",
                                        "helo=localhost",
                                        "~",
                                        "helo=localhost ~ from=root",
                                        "own=",
                                        "size=2000",
                                        "author=x@example.net",
                                        "from=x@example.net author=y@example.net size=1",
                                        "old-helo",
                                        "old-helo helo=localhost",
                                        "pop",
                                        "pop ~ helo=localhost",
                                        "error=550 5.7.1 relay not permitted" };
    snprintf(out, room, "%s %s %s %s", PICK(PORTS), PICK(SECURITY), PICK(LOGIN), PICK(REST));
    return out;
}

static struct world_port random_port(uint16_t number)
{
    static const enum port_kind KINDS[] = { PORT_CLEAR,  PORT_CLEAR,       PORT_CLEAR, PORT_CLEAR,
                                            PORT_TLS,    PORT_TLS,         PORT_TLS,   PORT_CLOSED,
                                            PORT_SILENT, PORT_UNREACHABLE, PORT_MUTE,  PORT_JUNK };
    static const char *const CAPS[] = { "STARTTLS", "STARTTLS", ("STARTTLS, " LOGINS),
                                        LOGINS,     "SIZE 1",   "STARTTLS, AUTH CRAM-MD5" };
    static const char *const UNDER_TLS[] = { LOGINS, LOGINS, "AUTH CRAM-MD5 PLAIN", "AUTH NTLM",
                                             "SIZE 1" };
    static const char *const CERTS[] = { NULL, NULL, NULL, "expired", "self-signed,wrong-name" };
    static const char *const TO_LOGIN[] = { "504 no",          NULL,    NULL, NULL, BAD,
                                            "454 4.7.0 later", "closed" };
    static const char *const ANSWERS[] = { NULL,
                                           NULL,
                                           NO,
                                           NO,
                                           "450 4.2.0 Greylisted",
                                           "closed",
                                           "421 4.3.2 busy",
                                           "530 5.7.0 STARTTLS first" };
    static const char *const SHAKES[] = { NULL, NULL, NULL, NULL, NULL, OLD_TLS };
    static const char *const OBSERVED[] = { NULL, "TLSv1", "TLSv1.3" };
    static const char *const UNOFFERED[] = { NULL, NULL, "", "wrong-name", "closed", "454 no" };
    static const char *const ALONE[] = { NULL, "538 5.7.11 no", "closed" };
    static const char *const DEAD[] = { NULL, NULL, "PLAIN", "CRAM-MD5" };
    return (struct world_port){ number,         PICK(KINDS),     PICK(CAPS),    PICK(UNDER_TLS),
                                PICK(CERTS),    PICK(TO_LOGIN),  PICK(ANSWERS), PICK(ANSWERS),
                                PICK(ANSWERS),  PICK(ALONE),     PICK(DEAD),    PICK(SHAKES),
                                PICK(OBSERVED), PICK(UNOFFERED), NULL };
}

static const struct world_dns *random_dns(void)
{
    static const struct world_dns *const ALL[] = {
        NULL,  NULL,   NULL,        &HERE,   &HERE_UNSURE, &AWAY,      &AWAY_UNSURE,
        &BOTH, &MOVED, &MOVED_HERE, &INSIDE, &TWO_PLACES,  &NO_ANSWER, &NOBODY,
    };
    return PICK(ALL);
}

static void random_others(struct world *w)
{
    static const enum port_kind KINDS[] = { PORT_CLEAR, PORT_CLEAR, PORT_SILENT, PORT_MUTE,
                                            PORT_CLOSED };
    static const char *const ANSWERS[] = { NULL, DENIED, UNKNOWN, "450 4.2.0 Greylisted",
                                           "421 4.3.2 busy" };
    w->dns = random_dns();
    w->others[0] = (struct world_other){ AT_MX, "198.51.100.1", PICK(KINDS),
                                         NULL,  PICK(ANSWERS),  PICK(ANSWERS) };
    w->others[1] = (struct world_other){ AT_OLD, "198.51.100.2", PICK(KINDS),
                                         NULL,   PICK(ANSWERS),  PICK(ANSWERS) };
}

static void random_world(uint32_t seed, struct world *w, char *asked, size_t room)
{
    static struct world_port six[WORLD_PORTS];
    static const uint16_t NUMBERS[WORLD_PORTS] = { 587, 465, 25, 2525, 10587, 0 };
    static const char *const ANSWERS[] = { NULL,
                                           NULL,
                                           NO,
                                           "450 4.3.0 later",
                                           "closed",
                                           "554 5.7.1 bad helo",
                                           "550 5.1.7 Sender verify failed" };
    seed_state = seed * 2654435761u;
    *w = (struct world){ .label = "by chance", .seed = seed };
    w->asked = random_asked(asked, room);
    for (size_t i = 0; i < WORLD_PORTS; i++)
        w->ports[i] = random_port(NUMBERS[i]);
    for (size_t i = 0; i < WORLD_PORTS; i++)
        six[i] = random_port(NUMBERS[i]);
    w->other_from = PICK(ANSWERS);
    w->own_from = PICK(ANSWERS);
    w->postmaster = PICK(ANSWERS);
    w->asked_helo = PICK(ANSWERS);
    w->helo_at_rcpt = pick(2);
    w->asked_source = PICK(ANSWERS);
    w->message = PICK(ANSWERS);
    w->pop = pick(3) ? pick(2) ? "+OK" : "-ERR no" : NULL;
    w->pop_opens = pick(2);
    w->other_author = PICK(ANSWERS);
    w->large = pick(2) ? NULL : "552 5.3.4 too large";
    w->starttls = pick(8) ? NULL : "454 4.7.0 no TLS";
    w->busy_at = pick(5) ? SMTP_STAGE_NONE : (enum smtp_stage)pick(SMTP_STAGES);
    w->busy_under_tls = pick(2);
    w->hangs_up = pick(3) == 0;
    w->first_address_dead = pick(6) == 0;
    w->six = pick(4) ? NULL : six;
    w->gentle = pick(3) == 0;
    w->send = pick(3) == 0;
    w->user = pick(3) ? NULL : "anna@example.org";
    w->wants_repaired = pick(4) == 0;
    w->logins = pick(4);
    w->rtt_ms = pick(4) ? 20 : 600;
    w->think_ms = pick(4) ? 1 : pick(2) ? 1500 : 5000;
    random_others(w);
}

enum { AGAIN_EVERY = 8 };
static void worlds_by_chance(void **state)
{
    static struct world_run run;
    struct world_count most = { 0 };
    unsigned broken = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= RANDOM_WORLDS; seed++) {
        char asked[160];
        struct world w;
        random_world(seed, &w, asked, sizeof asked);
        assert_true(world_play(&w, &run));
        if (run.broken && broken++ < 12) {
            print_error("seed %u, asked %s: %s\n", seed, asked, run.broken);
            if (getenv("BATON_SHOW"))
                show(&run);
        }
        if (seed % AGAIN_EVERY == 0 && w.dns && !run.asked.pasted_error.n)
            broken += !judged_alike(asked, &run);
        most.actions = run.count.actions > most.actions ? run.count.actions : most.actions;
        most.opened = run.count.opened > most.opened ? run.count.opened : most.opened;
        most.ended_ms = run.count.ended_ms > most.ended_ms ? run.count.ended_ms : most.ended_ms;
        world_run_done(&run);
    }
    print_message("  at most %u actions, %u connections, %llu ms\n", most.actions, most.opened,
                  (unsigned long long)most.ended_ms);
    assert_int_equal(broken, 0);
}

/* ------------------------------------------------------------------------------------------------
 * A server that refuses half of what it is asked, by chance: the settings are right, and no cause is
 */
enum { COINS = 400 };

struct tally {
    unsigned accepted, unknown, possible, likely, proved, noted;
};

static void tally(const struct doctor_judgement *j, struct tally *t)
{
    t->accepted += j->verdict == VERDICT_ACCEPTED;
    t->unknown += j->verdict == VERDICT_UNKNOWN;
    for (size_t i = 0; i < j->cause_count; i++) {
        t->possible += i == 0 && j->causes[i].strength == STRENGTH_POSSIBLE;
        t->likely += i == 0 && j->causes[i].strength == STRENGTH_LIKELY;
        t->proved += i == 0 && j->causes[i].strength == STRENGTH_PROVED;
    }
    for (size_t i = 0; i < j->note_count; i++)
        t->noted += j->notes[i] == NOTE_UNSTEADY;
}

/* Who does not log in is refused for that, whatever the coin says. */
static bool is_true(const struct doctor_asked *asked, enum cause_id cause)
{
    return !smtp_attempt_logs_in(&asked->attempt) && cause == CAUSE_CLIENT_NEVER_AUTHENTICATES;
}

static struct tally toss_often(const char *asked, const char *answer, bool send)
{
    static struct world_run run;
    struct tally t = { 0 };
    for (unsigned coin = 1; coin <= COINS; coin++) {
        struct world w = { .label = asked,
                           .asked = asked,
                           .ports = { P587, P465, MX25 },
                           .by_chance = answer,
                           .send = send,
                           .coin = coin };
        if (strstr(asked, "@example.org")) /* inside: anybody may write to him */
            w.ports[2].stranger = NULL;
        assert_true(world_play(&w, &run));
        if (run.broken)
            fail_msg("%s, coin %u: %s", asked, coin, run.broken);
        struct doctor_judgement j = doctor_judge(&run.asked, &run.record);
        if (j.cause_count && is_true(&run.asked, j.causes[0].cause))
            j.cause_count = 0;
        tally(&j, &t);
        world_run_done(&run);
    }
    print_message("  %s, %s: %u accepted, %u unknown, %u possible, %u likely, %u proved; %u times "
                  "told\n",
                  asked, answer, t.accepted, t.unknown, t.possible, t.likely, t.proved, t.noted);
    return t;
}

static void half_by_chance(void **state)
{
    static const char *const ANSWERS[] = { "450 4.7.1 Access denied", "550 5.7.1 Access denied",
                                           "451 4.3.0 try again later" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ANSWERS); i++) {
        for (int send = 0; send <= 1; send++) {
            struct tally t = toss_often("587 starttls login", ANSWERS[i], send);
            assert_int_equal(t.likely + t.proved, 0);
        }
        static const char *const RIGHT[] = { "465 tls login", "login", "587 starttls - known",
                                             "587 starttls login to=bob@example.org" };
        for (size_t k = 0; k < COUNT_OF(RIGHT); k++) {
            struct tally t = toss_often(RIGHT[k], ANSWERS[i], false);
            assert_int_equal(t.likely + t.proved, 0);
        }
        assert_true(toss_often("587 starttls login", ANSWERS[i], false).noted > COINS / 3);
        /* Another From: refused, accepted and refused again by chance is likely, and never proved. */
        struct tally t = toss_often("587 starttls login from=x@example.net", ANSWERS[i], false);
        assert_int_equal(t.proved, 0);
        assert_in_range(t.likely, 0, COINS / 8);
    }
}

/* ------------------------------------------------------------------------------------------------
 * What is said of it
 */
static const struct world *world_named(const char *label)
{
    for (size_t i = 0; i < COUNT_OF(WORLDS); i++)
        if (strcmp(WORLDS[i].label, label) == 0)
            return &WORLDS[i];
    fail_msg("there is no world '%s'", label);
    return NULL;
}

static void steps_by_dns(void **state)
{
    static const struct {
        const char *label, *says;
    } CASES[] = {
        { "the resolver has an old entry",
          "Your resolver keeps the old entry for example.org (mail.example.org) until about " },
        { "the zone is edited in another place than the parent names",
          "goes to mail.example.org; by those that the domain's own entries name, to "
          "mx.example.net." },
        { "DNS leads to another, which takes it",
          "By DNS, mail for example.org goes to mx.example.net: if that is right" },
        { "DNS leads here, and postmaster is denied",
          "By DNS, mail for example.org goes to mail.example.org: tell whoever runs" },
        { "still local here, and DNS leads to another, which has the mailbox",
          "mail for example.org goes to mx.example.net: tell whoever runs this server to strike" },
    };
    static struct world_run run;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        assert_true(world_play(world_named(CASES[i].label), &run));
        struct doctor_judgement j = doctor_judge(&run.asked, &run.record);
        struct doctor_stats stats = { .source = { .family = IP_NONE } };
        const struct doctor_report r = { &run.asked, &run.record, &j, &stats, NULL, false, NULL };
        str step[DOCTOR_STEPS_MAX];
        bool said = false;
        size_t n = doctor_steps(&r, step);
        for (size_t k = 0; k < n; k++)
            said |= str_find(step[k], str_from(CASES[i].says)) != STR_NOT_FOUND;
        if (!said)
            fail_msg("%s: no step says it; the first is: %.*s", CASES[i].label,
                     STR_ARG(n ? step[0] : STR("none")));
        world_run_done(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_world),        cmocka_unit_test(steps_by_dns),
        cmocka_unit_test(busy_at_every_step), cmocka_unit_test(worlds_by_chance),
        cmocka_unit_test(half_by_chance),     cmocka_unit_test(judged_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
