/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_recipient.c - refusals that concern the message, its recipient or the moment
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_RATE_LIMITED = {
    IS(RATE_LIMITED),
    .family = FAMILY_RATE_LIMITED,
    .title = STR_INIT("Too much mail in too short a time"),
    .sentence = STR_INIT("You have sent more messages, recipients or connections than the server "
                         "allows within a period."),
    .told_apart = STR_INIT("The reply speaks of a limit, and the same mail passes later as it is; "
                           "greylisted-temporary meets a first message, not many."),
    .sender_steps = {
        { DO("Wait an hour, with large providers up to a day, and send again.") },
        { DO("Send to smaller groups, and use a newsletter service for long lists.") },
        { DO("If you have sent little, change your password: somebody else may be using your "
               "account.") },
    },
    .operator_steps = {
        { DO("See which login or machine sends so much before you raise a limit.") },
        { DO("Slow down towards that receiver: smtp_destination_rate_delay and "
               "smtp_destination_concurrency_limit in Postfix, a transport of its own with "
               "connection_max_messages in Exim.") },
        { DO("Ask the receiver or the provider for a higher limit.") },
        { DO("If the limit is yours, exempt the one known client: "
               "smtpd_client_event_limit_exceptions in Postfix.") },
    },
    .standards = STR_INIT("RFC 5321 sections 4.5.3.1.10 and 4.5.4.1"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

const struct cause CATALOGUE_GREYLISTED_TEMPORARY = {
    IS(GREYLISTED_TEMPORARY),
    .family = FAMILY_GREYLISTED_TEMPORARY,
    .title = STR_INIT("The server asks to try again later"),
    .sentence = STR_INIT("The server does not know this sender yet and turns the first try away "
                         "on purpose; a mail server that tries again gets through."),
    .told_apart = STR_INIT("The code begins with 4, and the same sender and recipient pass some "
                           "minutes later as they are; rate-limited comes after many messages, "
                           "and auth-backend-down at the login."),
    .sender_steps = {
        { DO("Wait: your outgoing server tries again by itself.") },
        { DO("If your program delivers straight to the recipient's server, let it use your "
               "provider's outgoing server instead, which keeps and repeats.") },
    },
    .operator_steps = {
        { DO("Let the queue repeat within minutes and from the same address: "
               "minimal_backoff_time in Postfix, the retry rules in Exim.") },
        { DO("If it is your server that delays, exempt logged-in users and known servers, and "
               "keep the delay at five minutes or less.") },
    },
    .standards = STR_INIT("RFC 6647 sections 2 and 5, RFC 5321 section 4.5.4.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_RECIPIENT_UNKNOWN = {
    IS(RECIPIENT_UNKNOWN),
    .family = FAMILY_RECIPIENT_UNKNOWN,
    .title = STR_INIT("There is no such mailbox"),
    .sentence = STR_INIT("The server of the recipient's domain knows the domain but not this "
                         "mailbox."),
    .told_apart = STR_INIT("The same server takes postmaster at the same domain; if it refuses "
                           "every address there it is domain-not-configured."),
    .sender_steps = {
        { DO("Check the spelling, and type the address anew in place of the one that the "
               "program completes.") },
        { DO("Ask the recipient by another way for the present address.") },
    },
    .operator_steps = {
        { DO("Ask the place where it should be found: postmap -q ADDRESS on the maps of "
               "Postfix, exim -bt ADDRESS, 'doveadm user ADDRESS', Get-Recipient in Exchange.") },
        { DO("Check that LDAP or SQL behind it answers: a failed look-up must give 451, not "
               "550.") },
        { DO("In OpenSMTPD look at the match rules too, since it gives the same answer to "
               "mail it may not relay.") },
    },
    .standards = STR_INIT("RFC 5321 section 3.3, RFC 3463 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_CONTENT_REJECTED = {
    IS(CONTENT_REJECTED),
    .family = FAMILY_CONTENT_REJECTED,
    .title = STR_INIT("The content of the message is refused"),
    .sentence = STR_INIT("A filter on the receiving side takes the message for spam or malware, "
                         "or does not take this kind of attachment."),
    .told_apart = STR_INIT("The refusal comes after the whole message was handed over, and a "
                           "short plain text to the same recipient passes; message-too-large "
                           "names a size, and dkim-dmarc-fail a signature."),
    .sender_steps = {
        { DO("Send a short text without links and attachments to the same recipient, to see "
               "whether it arrives.") },
        { DO("Put the attachment on a file service and send the link, or use another file "
               "format.") },
        { DO("Ask the recipient by another way to allow your address.") },
    },
    .operator_steps = {
        { DO("Find the filter's verdict: the history of Rspamd, the log of SpamAssassin, "
               "Amavis or ClamAV, the message trace in Exchange.") },
        { DO("Allow the pair of sender and recipient, rather than weaken the filter for all.") },
        { DO("If your own users are refused elsewhere, look at the links in their mail and at "
               "the name of your address.") },
    },
    .standards = STR_INIT("RFC 5321 section 6.2, RFC 3463 section 3.8"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

const struct cause CATALOGUE_MESSAGE_TOO_LARGE = {
    IS(MESSAGE_TOO_LARGE),
    .family = FAMILY_MESSAGE_TOO_LARGE,
    .title = STR_INIT("The message is too big"),
    .sentence = STR_INIT("The message is bigger than one of the servers on its way allows."),
    .told_apart = STR_INIT("A small message to the same recipient passes, and the reply or the "
                           "server's list (SIZE) names a limit; mailbox-full refuses small ones "
                           "too."),
    .sender_steps = {
        { DO("Make the attachments smaller, and reckon that files grow by a third in mail.") },
        { DO("Put them on a file service and send the link.") },
        { DO("Spread them over several messages.") },
    },
    .operator_steps = {
        { DO("See which server refused: the limit may be the receiver's, where you cannot "
               "change it.") },
        { DO("Look at your own limit: message_size_limit in Postfix (mailbox_size_limit must "
               "not be smaller) and in Exim, 'smtp max-message-size' in OpenSMTPD, MaxSendSize "
               "and MaxReceiveSize in Exchange.") },
        { DO("Raise it on every hop alike, filters and web uploads included.") },
    },
    .standards = STR_INIT("RFC 1870 section 6, RFC 3463 sections 3.3 and 3.4"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_MAILBOX_FULL = {
    IS(MAILBOX_FULL),
    .family = FAMILY_MAILBOX_FULL,
    .title = STR_INIT("The recipient's mailbox is full"),
    .sentence = STR_INIT("The mailbox exists but has no room left for another message."),
    .told_apart = STR_INIT("The reply speaks of a quota or of space, and another recipient at the "
                           "same domain is taken; message-too-large passes with a smaller "
                           "message."),
    .sender_steps = {
        { DO("Tell the recipient by another way to make room.") },
        { DO("Send again in a day or two.") },
    },
    .operator_steps = {
        { DO("See what fills it: 'doveadm quota get -u USER' in Dovecot, "
               "Get-MailboxStatistics in Exchange; the trash counts too.") },
        { DO("Raise the quota, or warn users before it is reached (quota_warning in Dovecot).") },
        { DO("Check that the disk itself is not full, which concerns all mailboxes.") },
    },
    .standards = STR_INIT("RFC 3463 section 3.3, RFC 5321 section 4.2.2"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

const struct cause CATALOGUE_OTHER_NOT_RELAY = {
    IS(OTHER_NOT_RELAY),
    .family = FAMILY_OTHER_NOT_RELAY,
    .title = STR_INIT("Another refusal, which is not about relaying"),
    .sentence = STR_INIT("The server refused for a reason that has nothing to do with who may "
                         "relay; its words say which."),
    .told_apart = STR_INIT("The words name a fault inside the server, a command it did not "
                           "understand, or a rule of its own, and no other cause fits."),
    .sender_steps = {
        { DO("Read the server's words and act on what they name.") },
        { DO("Try again in an hour if the code begins with 4.") },
        { DO("Send the operator the time and the whole text of the refusal.") },
    },
    .operator_steps = {
        { DO("Find the session in the log by time and client address, and read the lines "
               "before the refusal.") },
        { DO("Check disk space, queue and configuration: 'postfix check', 'exim -bV', 'smtpd "
               "-n', 'doveconf -n', Get-Queue in Exchange.") },
        { DO("Give each refusal of yours an enhanced status code and words that name the "
               "rule.") },
    },
    .standards = STR_INIT("RFC 5321 section 4.2, RFC 3463 section 2, RFC 5248"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

const struct cause CATALOGUE_MAIL_LOOP = {
    IS(MAIL_LOOP),
    .family = FAMILY_OTHER_NOT_RELAY,
    .title = STR_INIT("The message goes round in a circle"),
    .sentence = STR_INIT("Two servers or rules pass the message back and forth until one of them "
                         "stops it."),
    .told_apart = STR_INIT("The Received lines in the bounce repeat the same servers, and the "
                           "reply speaks of too many hops or of a loop; domain-not-configured "
                           "refuses at the first contact."),
    .sender_steps = {
        { DO("Look at your own forwarding and filter rules and remove the one that leads back "
               "to itself.") },
        { DO("Send the operator the bounce with its header lines.") },
    },
    .operator_steps = {
        { DO("Read the Received lines from below upwards: the first server that appears twice "
               "has the wrong rule.") },
        { DO("Where Postfix says that mail loops back to itself, DNS leads the domain here "
               "and no list holds it: add it to mydestination or a virtual list, or to "
               "relay_domains with a transport to the inner server.") },
        { DO("Check that no firewall rule turns outgoing port 25 back to the server.") },
        { DO("Leave the hop limit as it is: it only hides the circle longer.") },
    },
    .standards = STR_INIT("RFC 5321 section 6.3, RFC 3463 section 3.5"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};
