/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_domain.c - recipient-domain-not-local and dns-failure: where DNS leads
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_DOMAIN_NOT_CONFIGURED = {
    IS(DOMAIN_NOT_CONFIGURED),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("The recipient's server was not told that the domain is its own"),
    .sentence = STR_INIT("DNS leads mail for the recipient's domain to this server, but the "
                         "server does not know that it should take it."),
    .told_apart = STR_INIT("The refusing server is the one that DNS names, and it refuses even "
                           "postmaster at that domain; if DNS names a stranger it is "
                           "mx-points-elsewhere, and if postmaster is taken it is "
                           "recipient-unknown."),
    .sender_steps = {
        { DO("Check the spelling of the recipient's domain.") },
        { DO("Tell the recipient by another way and pass on the text of the refusal: only "
               "that side can repair it.") },
    },
    .operator_steps = {
        { DO("In Postfix add the domain to exactly one of mydestination, "
               "virtual_mailbox_domains, virtual_alias_domains and relay_domains.") },
        { DO("In Exim add it to local_domains or relay_to_domains (dc_other_hostnames or "
               "dc_relay_domains on Debian), in OpenSMTPD to the table of 'match ... for "
               "domain'.") },
        { DO("In Exchange or at a provider add it under 'Accepted domains' and finish the "
               "proof of ownership; on a hosting panel set its mail routing to local.") },
    },
    .standards = STR_INIT("RFC 5321 sections 3.6.2 and 5.1"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_MX_POINTS_ELSEWHERE = {
    IS(MX_POINTS_ELSEWHERE),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("DNS sends the mail for this domain to another server"),
    .sentence = STR_INIT("The DNS entry for mail (MX) of the recipient's domain names one server, and "
                         "the one that you use, or that has the mailboxes, is another."),
    .told_apart = STR_INIT("Two servers answer differently to postmaster at the domain, and only one "
                           "of them stands in its MX entry; if that is the right one, but does not "
                           "know the domain, it is domain-not-configured."),
    .sender_steps = {
        { DO("Check the spelling of the recipient's domain.") },
        { DO("In your program enter the outgoing server of your mail provider, with your login: "
               "a server that only takes a domain's incoming mail relays for nobody.") },
        { DO("Tell the recipient by another way and pass on the text of the refusal.") },
        { DO("If the domain is yours, open its DNS settings and enter the MX entries that "
               "your mail provider shows.") },
    },
    .operator_steps = {
        { DO("Compare 'dig MX DOMAIN' with the name of the right server, every line of it, "
               "the backup ones too.") },
        { DO("Look for a missing dot behind the target in the zone file, which appends the "
               "domain a second time.") },
        { DO("Remove the MX entries of a former provider and of the registrar's parking page.") },
        { DO("If there is no MX entry at all, publish one: mail otherwise goes to the address "
               "of the web site.") },
    },
    .standards = STR_INIT("RFC 5321 section 5.1, RFC 1035 section 3.3.9"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DNS_CHANGE_PENDING = {
    IS(DNS_CHANGE_PENDING),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("A change in DNS has not reached everyone yet"),
    .sentence = STR_INIT("The recipient's domain has moved to another server, and parts of the "
                         "network still use the old entry."),
    .told_apart = STR_INIT("The domain's own name servers give the new entry, and a resolver "
                           "still gives the old one with time left to live; if they all give the "
                           "old one it is mx-points-elsewhere."),
    .sender_steps = {
        { DO("Wait until the old entry has run out, a day or two at most, and send again.") },
        { DO("Tell the recipient by another way if it is urgent.") },
    },
    .operator_steps = {
        { DO("Let the old server go on taking the domain's mail, or pass it to the new one, "
               "until the old entries have run out.") },
        { DO("Before a move lower the time to live of MX and address entries to 300 seconds, "
               "one old lifetime ahead.") },
        { DO("On a sending server flush the resolver (unbound-control flush_zone DOMAIN, rndc "
               "flushtree DOMAIN), then the queue (postqueue -f, exim -qff).") },
    },
    .standards = STR_INIT("RFC 1035 section 3.2.1, RFC 2181 section 8, RFC 2308 section 5"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DNS_DELEGATION = {
    IS(DNS_DELEGATION),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("The registry points to other name servers"),
    .sentence = STR_INIT("The DNS entries of the recipient's domain are edited in one place, but "
                         "the registry sends the world to another."),
    .told_apart = STR_INIT("The name servers that the registry names do not hold the right entry "
                           "or do not answer for the domain; with dns-change-pending they do, and "
                           "only copies of the old one live on."),
    .sender_steps = {
        { DO("Tell the recipient by another way and pass on the text of the refusal.") },
        { DO("If the domain is yours, compare the name servers shown at your registrar with "
               "those of the place where you edit the entries, and make them the same.") },
    },
    .operator_steps = {
        { DO("Follow the path with 'dig +trace MX DOMAIN' and compare the name servers of "
               "parent and zone.") },
        { DO("Set the right name servers and their addresses at the registrar, and check that "
               "each answers with authority.") },
        { DO("Check the DS entry at the registrar: one that does not fit makes the domain "
               "vanish for everybody who validates.") },
    },
    .standards = STR_INIT("RFC 1034 section 4.2, RFC 1912 section 2.8, RFC 4035 section 5"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DOMAIN_STILL_LOCAL = {
    IS(DOMAIN_STILL_LOCAL),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("An old server still takes the domain for its own"),
    .sentence = STR_INIT("The recipient's domain has moved away, but the server you send through "
                         "still has it on its list, looks for the mailbox at home and does not "
                         "pass the mail on."),
    .told_apart = STR_INIT("The refusing server is your own or the former one while DNS names "
                           "another, and mail from other providers arrives; if the server is the "
                           "one in DNS it is recipient-unknown."),
    .sender_steps = {
        { DO("Send to the same recipient from another provider, and if that arrives tell the "
               "operator of your outgoing server.") },
        { DO("If you rent web space for this domain, set the mail routing in its panel to "
               "remote.") },
    },
    .operator_steps = {
        { DO("In Postfix remove the domain from mydestination, virtual_mailbox_domains, "
               "virtual_alias_domains and relay_domains; in Exim from local_domains "
               "(dc_other_hostnames on Debian).") },
        { DO("In Exchange remove the accepted domain, or make it an internal relay domain "
               "while mailboxes exist on both sides.") },
        { DO("Look through the old mailboxes for mail that came in meanwhile before you "
               "delete them.") },
    },
    .standards = STR_INIT("RFC 5321 sections 3.6.2 and 5.1"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DNS_FAILURE = {
    IS(DNS_FAILURE),
    .family = FAMILY_DNS_FAILURE,
    .title = STR_INIT("A name cannot be found"),
    .sentence = STR_INIT("A name that the mail needs, that of the server or of a domain, is not "
                         "found in DNS, or DNS gives no answer."),
    .told_apart = STR_INIT("The look-up itself fails and no connection is ever tried; if it gives "
                           "an address that does not answer it is server-down."),
    .sender_steps = {
        { DO("Check the spelling of the outgoing server and of the recipient's domain.") },
        { DO("Open a web page to see that the network works, or try another network.") },
        { DO("If only one domain fails, tell its owner by another way.") },
    },
    .operator_steps = {
        { DO("Ask your resolver and a second one with 'dig NAME': if only the validating one "
               "fails, look at DNSSEC with 'delv NAME'.") },
        { DO("In Postfix's chroot check that /var/spool/postfix/etc/resolv.conf is the "
               "present one.") },
        { DO("In containers check the resolver and the search domains.") },
        { DO("For a domain of yours check that it is paid, and that all its name servers "
               "answer: 'baton domain DOMAIN'.") },
    },
    .standards = STR_INIT("RFC 5321 section 5.1, RFC 1035 section 4.1.1, RFC 3463 section 3.5"),
    .exit_status = EXIT_DNS,
};
