/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_name.c - reverse-dns-or-helo, spf-fail, dkim-dmarc-fail and ip-blocklisted: what is known of the sender
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_EHLO_NAME_REFUSED = {
    IS(EHLO_NAME_REFUSED),
    .family = FAMILY_REVERSE_DNS_OR_HELO,
    .title = STR_INIT("The name your machine gives itself is refused"),
    .sentence = STR_INIT("In its first words your program calls itself by a name that the server "
                         "does not take, such as localhost or a name without a dot."),
    .told_apart = STR_INIT("With that one word changed to a full host name the same mail passes; "
                           "if it does not, see reverse-dns-missing."),
    .sender_steps = {
        { DO("Set the full name, such as pc.example.org, in the program or device: look for "
               "'EHLO name', 'HELO name', 'host name' or 'local domain'.") },
        { DO("Use port 587 or 465 with a login, where most servers do not look at that name.") },
        { DO("In a script set 'domain' in msmtp, local_hostname in Python's smtplib, 'name' "
               "in Nodemailer, Helo in PHPMailer.") },
    },
    .operator_steps = {
        { DO("Give your sending server its full name: myhostname or smtp_helo_name in "
               "Postfix, primary_hostname or helo_data in Exim, 'helo' of the relay action in "
               "OpenSMTPD, Fqdn of the send connector in Exchange, hostname in a compose file.") },
        { DO("If it is your server that refuses, let logged-in users pass first: "
               "permit_sasl_authenticated ahead of the HELO checks in Postfix.") },
        { DO("Accept a name that does not fit the address: the standard forbids refusing for "
               "that alone.") },
    },
    .standards = STR_INIT("RFC 5321 sections 2.3.5, 4.1.1.1 and 4.1.4"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_REVERSE_DNS_MISSING = {
    IS(REVERSE_DNS_MISSING),
    .family = FAMILY_REVERSE_DNS_OR_HELO,
    .title = STR_INIT("The sending address has no name in DNS"),
    .sentence = STR_INIT("The address that your mail comes from has no name in reverse DNS, or "
                         "one that does not lead back to it, and the receiving server refuses "
                         "such senders."),
    .told_apart = STR_INIT("The reply stays whatever name is given in EHLO, and the look-up of "
                           "the address gives no name or one that leads elsewhere; if another "
                           "EHLO name passes it is ehlo-name-refused."),
    .sender_steps = {
        { DO("Send through your provider's outgoing server with a login, on port 587 or 465, "
               "not straight from your own connection.") },
        { DO("If you run a server, ask the provider of its address to set the reverse entry "
               "(PTR) to the server's name.") },
    },
    .operator_steps = {
        { DO("Have the PTR entry set to the name used in EHLO, and give that name an address "
               "entry that leads back; check with 'dig -x ADDRESS' and 'dig NAME', or give Baton the "
               "address with --public-ip.") },
        { DO("Do the same for IPv6, or send over IPv4: smtp_address_preference = ipv4 in "
               "Postfix.") },
        { DO("If it is your server that refuses, place reject_unknown_reverse_client_hostname "
               "behind permit_sasl_authenticated, so that users at home can send.") },
    },
    .standards = STR_INIT("RFC 1912 section 2.1, RFC 8601 section 3, RFC 7372 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_SPF_FAIL = {
    IS(SPF_FAIL),
    .family = FAMILY_SPF_FAIL,
    .title = STR_INIT("The sending server is not on the list of the sender's domain"),
    .sentence = STR_INIT("The domain of your sender address says in DNS (SPF) which servers may "
                         "send for it, and this one is not among them."),
    .told_apart = STR_INIT("The SPF entry of the sender's domain gives 'fail' for the connecting "
                           "address, and the same sender passes through a listed server; where "
                           "signature and From domain are named it is dkim-dmarc-fail."),
    .sender_steps = {
        { DO("Send through the outgoing server of your domain's own provider, with a login.") },
        { DO("If a web site or a service sends for you, add it to the SPF entry of your "
               "domain in the way the service shows.") },
        { DO("If the message was forwarded, write to the final address directly.") },
    },
    .operator_steps = {
        { DO("Publish exactly one TXT entry with v=spf1 that names every system which sends "
               "for the domain and ends in -all or ~all, within ten look-ups.") },
        { DO("When you forward mail, rewrite the sender (SRS: postsrsd for Postfix, "
               "srs_encode in Exim, 'srs' in OpenSMTPD) or fetch it by IMAP.") },
        { DO("Check the result with 'baton spf --ip ADDRESS --from SENDER'.") },
    },
    .standards = STR_INIT("RFC 7208 sections 4.6.4 and 8.4, RFC 7372 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_DKIM_DMARC_FAIL = {
    IS(DKIM_DMARC_FAIL),
    .family = FAMILY_DKIM_DMARC_FAIL,
    .title = STR_INIT("The message is not signed as its domain asks"),
    .sentence = STR_INIT("The From domain asks receivers (DMARC) to take only mail that it has "
                         "signed or that its own servers send, and this message is neither."),
    .told_apart = STR_INIT("The refusal comes after the whole message was handed over and names "
                           "DKIM, DMARC or mail without proof of origin; where only the list of "
                           "sending servers is named it is spf-fail."),
    .sender_steps = {
        { DO("Send through the outgoing server of the From address's own provider, with a "
               "login.") },
        { DO("In a form or newsletter set From to an address of the domain that is set up "
               "there, and put the other address into Reply-To.") },
        { DO("Publish the DKIM entries that your mail service shows for your domain.") },
    },
    .operator_steps = {
        { DO("Sign for the From domain: OpenDKIM or Rspamd with Postfix and OpenSMTPD, "
               "dkim_domain, dkim_selector and dkim_private_key in Exim's smtp transport, the "
               "DKIM page in Microsoft 365.") },
        { DO("Let the domain of SPF or of the signature be that of From (alignment): 'baton dmarc "
               "--from ADDRESS' says what the domain asks for.") },
        { DO("Begin with the DMARC policy p=none, read the reports, and only then ask for "
               "quarantine or reject.") },
        { DO("On a mailing list leave signed parts untouched, or put the list's own address "
               "into From.") },
    },
    .standards = STR_INIT("RFC 6376 section 6, RFC 7489 sections 3.1 and 6.6, RFC 7372 section "
                          "3.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_IP_BLOCKLISTED = {
    IS(IP_BLOCKLISTED),
    .family = FAMILY_IP_BLOCKLISTED,
    .title = STR_INIT("The sending address is on a blocklist"),
    .sentence = STR_INIT("The receiving server asked a blocklist about the address your mail "
                         "comes from, and it is listed there or has a bad name."),
    .told_apart = STR_INIT("The reply names a list or a page to look at, and the same message "
                           "passes through another outgoing server; ip-banned is one server's own "
                           "measure and shows as no answer."),
    .sender_steps = {
        { DO("Send through your provider's outgoing server with a login: addresses of home "
               "connections are listed on purpose.") },
        { DO("Look the address up on the page that the reply names, or with 'baton dnsbl ADDRESS'.") },
        { DO("If it is your provider's address, tell the provider: only it can ask for "
               "removal.") },
    },
    .operator_steps = {
        { DO("Find and stop the cause first: a login in strange hands, an infected machine, "
               "an open web form; count the messages by sasl_username.") },
        { DO("Ask for removal on the list's own page afterwards, and send through a relay "
               "with a clean address meanwhile.") },
        { DO("If it is your server that refuses, ask lists through a resolver of your own: an "
               "answer of 127.255.255.254 means that the list gave none.") },
        { DO("Let logged-in users pass before any list is asked.") },
    },
    .standards = STR_INIT("RFC 5782 section 2.1, RFC 6471, RFC 3463 section 3.8"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};
