# SPDX-License-Identifier: ISC
"""The guard rails of the doctor, judged by what came to the servers of one run."""
from doctor_kit import PASSWORD, USER, expect, hides

POSTMASTER = "postmaster@inside.example"


def holds(site, run, *, gentle, send, to, hello_ok=False, clear_auth=False, digest=None, variants=1, logins=1,
          password=PASSWORD, cut_short=False):
    """Every guard rail, by what arrived. hello_ok: a ClientHello may come before a greeting (the user's
    settings say TLS, or the port kept silent). digest: a mechanism that shows no password, and may be said in
    clear as the user's program does. variants: strangers the case itself calls for. cut_short: the time of
    the run was up before it was done."""
    at_host, in_all = (2, 4) if gentle else (4, 8)
    expect(site.conns, "nobody came")
    expect(site.most_open_at_host <= at_host, f"more than {at_host} connections at a host", site.most_open_at_host)
    expect(site.most_open <= in_all and len(site.conns) <= in_all, f"more than {in_all} connections", site.most_open,
           len(site.conns))
    said = said_auth(site)
    accepted = sum(code == 235 for _, code, _, _ in site.auths)
    expect(len(said) - accepted <= logins, f"more than {logins} login not accepted", site.auths, said)
    expect(len(site.refusals) <= 3, "more than three refusals", site.refusals)
    expect(site.data <= (2 if send else 0), "DATA", site.offers)
    for first, second in zip(site.offers, site.offers[1:]):
        expect(not first.taken and USER == second.sender and second.author in (USER, None) and
               (first.sender, first.author or USER) != (USER, USER), "a second message that could show nothing", site.offers)
    expect(not site.impolite(), "left without QUIT", [c.commands for c in site.impolite()])
    for c in site.conns:
        hello = c.early[:2] == b"\x16\x03"
        late = any(other.greeted_late for other in site.conns if other.peer is c.peer)   # a busy machine
        expect(not c.early or (hello and (hello_ok or late)), "octets before the greeting", c.peer.port, c.early[:40])
        past = [octets for _, octets in c.past if not (cut_short and octets == b"QUIT\r\n")]
        expect(not past, "pipelined past EHLO, STARTTLS or AUTH", c.past)
    if not clear_auth:
        hides(site.unprotected(), password, "what anybody could read")
        bare = [a for a in said if not a[1] or not a[2]]
        bare = [a for a in bare if (a[0] != digest and a[3]) or a[1]]
        expect(not bare, "AUTH without verified TLS", bare)
    strangers = [r for r, in_ in site.recipients if r == to and not in_]
    expect(len(strangers) <= variants + site.data, "the outside recipient without login", site.recipients)
    expect({r for r, _ in site.recipients} <= {to, POSTMASTER}, "other recipients", site.recipients)
    if run.status == 0 and to and not cut_short:
        expect(site.data == (1 if send else 0), "accepted with --send, and not by one DATA", site.offers)


def said_auth(site):
    """(mechanism, came under TLS, and under a certificate that verifies, with a response) of every AUTH. The name of
    a mechanism alone holds no login, nor does calling off what the server then asks."""
    return [(a.partition(" ")[0], tls, c.peer.trusted, " " in a or (tls, True) in [(t, r != "*") for r, t in c.responses])
            for c in site.conns for v, a, tls in c.commands if v == "AUTH"]


def agrees(site, stats):
    """The doctor's own counters are what arrived."""
    said = said_auth(site)
    expect(stats["connections"] == len(site.conns), "stats.connections", stats, len(site.conns))
    expect(stats["auth_attempts"] == len(said), "stats.auth_attempts", stats, said)
    expect(stats["auth_refused"] == site.refused_auths, "stats.auth_refused", stats, site.auths)
    expect(stats["data_sent"] == site.data, "stats.data_sent", stats, site.data)
    expect(stats["refusals_caused"] == len(site.refusals), "stats.refusals_caused", stats, site.refusals)
