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
             "account."),
          WARN("Retrying at once or through other accounts makes the ban longer.") },
    },
    .operator_steps = {
        { DO("See which login or machine sends so much before you raise a limit.") },
        { SENDS,
          DO("Slow down towards that receiver: fewer connections, a pause between messages."),
          CHECK("The deferred messages for that domain become fewer by the hour."),
          UNDO("Take the slower transport or limit out again.") },
        { SENDS,
          DO("Ask the receiver or the provider for a higher limit.") },
        { TAKES,
          DO("If the limit is yours, exempt the one known client or login."),
          CHECK("It passes, and another one is still limited."),
          UNDO("Take it out of the list again."),
          WARN("Without any limit a stolen password sends until the address is on every "
               "blocklist.") },
        { ON(POSTFIX),
          SENDS,
          DO("Give the receiver a transport of its own: 'slow unix - - n - 1 smtp' in "
             "master.cf, slow_destination_rate_delay = 2s, slow_destination_concurrency_limit = "
             "1, and a line 'DOMAIN slow:' in transport_maps."),
          CHECK("'postmap -q DOMAIN MAP' prints slow:, and the log shows the pause."),
          UNDO("Delete the line, run postmap and reload.") },
        { ON(POSTFIX),
          TAKES,
          DO("For a limit of your own see smtpd_client_message_rate_limit and its kin, and "
             "exempt the one client by smtpd_client_event_limit_exceptions."),
          CHECK("'postconf smtpd_client_event_limit_exceptions' shows mynetworks and the "
                "address."),
          UNDO("Run postconf -X for it and reload.") },
        { ON(EXIM),
          SENDS,
          DO("For the receiver set connection_max_messages and max_rcpt on a transport of its "
             "own, and serialize_hosts; for a limit of your own look at ratelimit = in the ACL."),
          CHECK("'exiqgrep -c -r DOMAIN' shows the queue becoming shorter."),
          UNDO("Take the settings out and reload.") },
        { ON(OPENSMTPD),
          SENDS,
          DO("Limit the delivery in smtpd.conf: 'mta limit for domain \"DOMAIN\" "
             "max-conn-per-domain 1'."),
          CHECK("'smtpd -n' finds no error, and 'smtpctl show hoststats' shows fewer errors."),
          UNDO("Remove the line and restart.") },
        { ON(EXCHANGE),
          DO("Look at MessageRateLimit of the receive connector and at the throttling policy of "
             "the user: Get-ReceiveConnector | Format-List MessageRateLimit, "
             "MaxInboundConnectionPerSource.") },
        { ON(EXCHANGE),
          DO("Raise it for the one connector: Set-ReceiveConnector NAME -MessageRateLimit 60."),
          CHECK("Get-ReceiveConnector NAME | Format-List MessageRateLimit."),
          UNDO("Set the former number, 5 on client connectors.") },
        { ON(MICROSOFT_365),
          DO("Look at the limits of the mailbox: 30 messages a minute and 10,000 recipients a "
             "day by SMTP, which cannot be raised; send bulk by a service made for it.") },
        { ON(CPANEL),
          DO("Look at 'Max hourly emails per domain' in WHM's 'Tweak Settings' and at the limit "
             "of the account under 'Modify an Account'.") },
        { ON(CPANEL),
          DO("Raise it for the one account: 'Maximum Hourly Email by Domain Relayed'."),
          CHECK("'Mail Delivery Reports' no longer shows 'has exceeded the max emails per "
                "hour'."),
          UNDO("Enter the former number there.") },
        { ON(PLESK),
          DO("Look at 'Outgoing Mail Control', and raise the limit of the one mailbox or domain "
             "in its own settings."),
          CHECK("The overview shows no more attempts beyond the limit."),
          UNDO("Choose the default limit again.") },
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
             "provider's outgoing server instead, which keeps and repeats."),
          UNDO("Put the former settings back; note them first.") },
    },
    .operator_steps = {
        { SENDS,
          DO("Let the queue repeat within minutes and from the same address."),
          CHECK("The message goes out on the second or third try."),
          UNDO("Set the former times again."),
          WARN("To force the queue again and again does not shorten the wait, and looks like an "
               "attack.") },
        { TAKES,
          DO("If it is your server that delays, exempt logged-in users and known servers, and "
             "keep the delay at five minutes or less."),
          CHECK("A first message of an unknown sender is taken on its second try."),
          UNDO("Take the exemptions out again.") },
        { ON(POSTFIX),
          DO("For sending keep minimal_backoff_time = 300s and queue_run_delay = 300s, and one "
             "smtp_bind_address; for receiving look at the postgrey whitelists in "
             "/etc/postgrey."),
          CHECK("'postconf minimal_backoff_time queue_run_delay' shows both."),
          UNDO("Run postconf -X for what was set, and reload.") },
        { ON(POSTFIX),
          DO("Where postscreen's deep tests delay (postscreen_pipelining_enable and its like), "
             "which answer 450 after passing, add postscreen_access_list entries for known "
             "servers, or switch these tests off."),
          CHECK("The log shows PASS OLD or ALLOWLISTED for them."),
          UNDO("Take the entries out and reload.") },
        { ON(EXIM),
          DO("Keep a first retry after minutes in the retry rules: * * F,2h,15m; G,16h,1h,1.5; "
             "F,4d,6h; for receiving look at the greylist statement of the ACL and its list of "
             "exempt hosts."),
          CHECK("'exim -brt DOMAIN' prints the rule that holds."),
          UNDO("Put the former rule back and reload.") },
        { ON(OPENSMTPD),
          DO("For receiving look at spamd's whitelist ('spamdb | grep WHITE') or the "
             "greylisting of Rspamd; add a sender with 'spamdb -a ADDRESS'."),
          CHECK("'spamdb' shows the address as WHITE."),
          UNDO("Run 'spamdb -d ADDRESS'.") },
        { ON(EXCHANGE),
          DO("Look at the times between tries of the transport service: Get-TransportService | "
             "Format-List *Retry*.") },
        { ON(MICROSOFT_365),
          DO("Check that the address which sends there has reverse DNS, SPF and DKIM: with "
             "these an unknown sender is delayed less (4.7.500 to 4.7.699).") },
        { ON(CPANEL),
          DO("Look at 'Greylisting' in WHM: trust a known sender's network under 'Trusted "
             "Hosts', or switch it off for one domain."),
          CHECK("The 'Reports' tab no longer shows deferrals of that sender."),
          UNDO("Remove the trusted host again.") },
        { ON(PLESK),
          DO("Look at 'Tools & Settings', 'Spam Filter', server-wide greylisting, and add a "
             "known sender's server: 'plesk bin grey_listing --update-server -domains-whitelist "
             "add:PATTERN'."),
          CHECK("'plesk bin grey_listing --info-server' shows the lists."),
          UNDO("Run the same command with del:PATTERN.") },
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
             "program completes."),
          UNDO("A completed address that you delete comes back with the next message to it.") },
        { DO("Ask the recipient by another way for the present address.") },
    },
    .operator_steps = {
        { TAKES, DO("Ask the place where the address should be found, as the server does.") },
        { TAKES, DO("Create the mailbox or the alias, if it is missing."),
          CHECK("RCPT TO that address gets 250."),
          UNDO("Delete it again."),
          WARN("A catch-all in place of it takes all the spam for names that do not exist, and "
               "bounces some of it to innocent people.") },
        { TAKES, DO("Check that LDAP or SQL behind it answers: a failed look-up must give 451, not "
             "550."),
          CHECK("With the database stopped, RCPT gets 451."),
          UNDO("Put the former answer back.") },
        { ON(POSTFIX), TAKES,
          DO("Run 'postmap -q ADDRESS MAP' for each of local_recipient_maps, "
             "virtual_mailbox_maps, virtual_alias_maps and relay_recipient_maps; the refusal "
             "says in which table it was looked for."),
          WARN("An empty local_recipient_maps takes mail for every name, and bounces it later: "
               "leave it set.") },
        { ON(POSTFIX), TAKES,
          DO("While you move mailboxes set unknown_local_recipient_reject_code = 450, so that "
             "senders try again."),
          CHECK("RCPT to an unknown name gets 450."),
          UNDO("Run 'postconf -X unknown_local_recipient_reject_code' and reload.") },
        { ON(EXIM), TAKES,
          DO("Run 'exim -bt ADDRESS': it names the router that takes it, or says which failed; "
             "/etc/aliases may redirect it to one that does not exist.") },
        { ON(OPENSMTPD), TAKES,
          DO("Look at the match rules too, since it gives the same answer to mail that it may "
             "not relay; then at the tables 'virtual' and 'userbase' of the action.") },
        { ON(EXCHANGE), TAKES,
          DO("Run Get-Recipient ADDRESS; the recipient filter answers from the directory: "
             "Get-RecipientFilterConfig.") },
        { ON(EXCHANGE), TAKES,
          DO("Add the address to the mailbox: Set-Mailbox USER -EmailAddresses "
             "@{Add='ADDRESS'}."),
          CHECK("Get-Recipient ADDRESS finds it."),
          UNDO("Set-Mailbox USER -EmailAddresses @{Remove='ADDRESS'}.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Run Get-Recipient ADDRESS; for a domain with mailboxes elsewhere too the accepted "
             "domain must be an internal relay, else the edge blocks what it does not know.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Make it so while both sides have mailboxes: Set-AcceptedDomain DOMAIN -DomainType "
             "InternalRelay, with a connector to the other side."),
          CHECK("A message to a mailbox of the other side arrives."),
          UNDO("Set-AcceptedDomain DOMAIN -DomainType Authoritative.") },
        { ON(CPANEL), TAKES,
          DO("Look at 'Email Accounts' and 'Forwarders', and under 'Default Address' at what "
             "happens to unknown names: ':fail: No Such User Here' is right.") },
        { ON(PLESK), TAKES,
          DO("Look at 'Mail', 'Email Addresses' of the domain, and in 'Mail Settings' at mail "
             "for users that do not exist: 'Reject' is right.") },
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
        { DO("Ask the recipient by another way to allow your address."),
          WARN("To hide a program in an encrypted archive gets past filters, and looks like "
               "what they keep out.") },
    },
    .operator_steps = {
        { TAKES, DO("Find the filter's verdict by the queue id: the history of Rspamd, the log of "
             "SpamAssassin, Amavis or ClamAV.") },
        { TAKES, DO("Allow the pair of sender and recipient, rather than weaken the filter for all."),
          CHECK("The same message passes for that pair, and is refused for others."),
          UNDO("Remove the pair from the list."),
          WARN("A domain that is allowed by name alone is allowed for forgers too: demand SPF "
               "or DKIM with it.") },
        { SENDS, DO("Look at the links in the mail of your own users, and at the name of your address, "
             "if they are refused elsewhere.") },
        { ON(POSTFIX), TAKES,
          DO("Look for the line 'milter-reject', 'header_checks' or 'body_checks' with the "
             "queue id, which names the rule.") },
        { ON(POSTFIX), TAKES,
          DO("Correct the pattern in header_checks or body_checks that hits too much."),
          CHECK("'postmap -q - regexp:/etc/postfix/header_checks < FILE' prints nothing for the "
                "good message."),
          UNDO("Put your copy of the file back; make it before.") },
        { ON(EXIM), TAKES,
          DO("Look in rejectlog, which keeps the header of the refused message, and at the DATA "
             "and MIME ACLs.") },
        { ON(OPENSMTPD), TAKES,
          DO("Look at the filters of the listener, and in the log of the filter's process for "
             "the session's id.") },
        { ON(EXCHANGE), TAKES,
          DO("Look which agent or rule refused: Get-MessageTrackingLog -Sender ADDRESS -EventId "
             "FAIL, Get-TransportRule, Get-ContentFilterConfig.") },
        { ON(EXCHANGE), TAKES,
          DO("Exempt the one sender: Set-ContentFilterConfig -BypassedSenders @{Add='ADDRESS'}."),
          CHECK("Get-MessageTrackingLog shows the next one delivered."),
          UNDO("Set-ContentFilterConfig -BypassedSenders @{Remove='ADDRESS'}.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Look at the message trace and at 'Review', 'Quarantine' in the Defender portal; "
             "report a wrong verdict under 'Submissions', which can allow the sender for a "
             "time."),
          CHECK("The entry stands in the 'Tenant Allow/Block List' with its last day."),
          UNDO("Delete the entry there.") },
        { ON(CPANEL), TAKES,
          DO("Look at 'Track Delivery' for the filter's words, and set the score under 'Spam "
             "Filters' of the account."),
          CHECK("The next message of that sender is delivered."),
          UNDO("Enter the former score there.") },
        { ON(PLESK), TAKES,
          DO("Look at the mail log for the filter's words, and add the sender to the white list "
             "under 'Spam Filter' of the mailbox."),
          CHECK("The next message of that sender is delivered."),
          UNDO("Remove the sender from the list.") },
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
        { DO("Raise the limit on every hop alike, filters and web uploads included, to what you "
             "really need."),
          CHECK("EHLO shows SIZE with the new number of octets, and a message just below it "
                "passes."),
          UNDO("Set the former number again."),
          WARN("No limit at all lets one message fill the disk, and then nobody gets mail.") },
        { ON(POSTFIX),
          DO("Set message_size_limit in octets (the default is 10240000); mailbox_size_limit "
             "and virtual_mailbox_limit must not be smaller."),
          CHECK("'postconf message_size_limit mailbox_size_limit', and no 'fatal' about them in "
                "the log."),
          UNDO("Run 'postconf -X message_size_limit' and reload.") },
        { ON(EXIM),
          DO("Set message_size_limit = 50M in the main section (Debian: MESSAGE_SIZE_LIMIT in "
             "exim4.conf.localmacros)."),
          CHECK("'exim -bP message_size_limit' prints it."),
          UNDO("Take it out and restart; the default is 50M.") },
        { ON(OPENSMTPD),
          DO("Write 'smtp max-message-size 50M'; the default is 35M."),
          CHECK("'smtpd -n' finds no error, and EHLO shows SIZE."),
          UNDO("Remove the line and restart.") },
        { ON(EXCHANGE),
          DO("Set it where it is smallest: Set-TransportConfig -MaxSendSize and "
             "-MaxReceiveSize, Set-ReceiveConnector and Set-SendConnector -MaxMessageSize, "
             "Set-Mailbox."),
          CHECK("Get-TransportConfig and Get-ReceiveConnector | Format-List *Size*; a message "
                "is counted a third larger than its files."),
          UNDO("Set the former numbers in the same way.") },
        { ON(MICROSOFT_365),
          DO("Raise it for a mailbox up to 150 MB: Set-Mailbox USER -MaxSendSize 75MB "
             "-MaxReceiveSize 75MB; the default is 35 MB to send."),
          CHECK("Get-Mailbox USER | Format-List MaxSendSize, MaxReceiveSize."),
          UNDO("Set the former numbers in the same way.") },
        { ON(CPANEL),
          DO("Set message_size_limit in the Advanced Editor of WHM's Exim Configuration "
             "Manager; the default is 50 MB."),
          CHECK("EHLO shows SIZE with it."),
          UNDO("Enter the former number there.") },
        { ON(PLESK),
          DO("Set 'Maximum message size' in 'Mail Server Settings'."),
          CHECK("'postconf message_size_limit' shows it."),
          UNDO("Enter the former number there.") },
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
        { TAKES, DO("See what fills it; the trash counts too.") },
        { TAKES, DO("Raise the quota, or warn users before it is reached."),
          CHECK("A test message is delivered."),
          UNDO("Set the former quota again; what is above it stays."),
          WARN("Delete nothing of a user's on your own: offer an archive.") },
        { TAKES, DO("Check that the disk itself is not full, which concerns all mailboxes.") },
        { ON(POSTFIX), TAKES,
          DO("With Dovecot run 'doveadm quota get -u USER', raise quota_rule (from 2.4: "
             "quota_storage_size), and warn by quota_warning; without it look at "
             "mailbox_size_limit and virtual_mailbox_limit."),
          CHECK("'doveadm quota get -u USER' shows the new limit."),
          UNDO("Put the former number back and reload Dovecot."),
          WARN("Refuse at RCPT by the quota-status service rather than after the message was "
               "taken, which makes bounces to forged senders.") },
        { ON(EXIM), TAKES,
          DO("Look at quota on the appendfile transport, or at Dovecot's behind its LMTP, and "
             "at the mailbox itself: 'du -sh'."),
          CHECK("'exim -bP transport NAME' shows quota."),
          UNDO("Put the former number back and reload.") },
        { ON(OPENSMTPD), TAKES,
          DO("Look at the quota of the file system ('quota -u USER') or of Dovecot behind LMTP: "
             "it has none of its own.") },
        { ON(EXCHANGE), TAKES,
          DO("See Get-MailboxStatistics USER | Format-List TotalItemSize, StorageLimitStatus, "
             "and raise it: Set-Mailbox USER -ProhibitSendReceiveQuota 60GB "
             "-UseDatabaseQuotaDefaults $false."),
          CHECK("StorageLimitStatus says BelowLimit after some hours."),
          UNDO("Set-Mailbox USER -UseDatabaseQuotaDefaults $true.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Enable the archive and move old mail there by a retention policy: Enable-Mailbox "
             "USER -Archive."),
          CHECK("Get-MailboxStatistics USER shows TotalItemSize falling within days."),
          UNDO("Disable-Mailbox USER -Archive, after its content was moved back.") },
        { ON(CPANEL), TAKES,
          DO("Raise it under 'Email Accounts', 'Manage', and clean up under 'Email Disk Usage'; "
             "the quota of the account as a whole counts too."),
          CHECK("The page shows free space."),
          UNDO("Enter the former quota there.") },
        { ON(PLESK), TAKES,
          DO("Raise 'Mailbox size' in the mailbox's settings; the limit of the subscription "
             "counts too."),
          CHECK("'plesk bin mail --info ADDRESS' shows the new quota."),
          UNDO("Enter the former size there.") },
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
        { DO("Find the session in the log by time and client address, and read the lines before "
             "the refusal.") },
        { DO("Check disk space, queue and configuration of the server that refused.") },
        { DO("Give each refusal of yours an enhanced status code and words that name the rule."),
          CHECK("A provoked refusal tells its reader what to change."),
          UNDO("Put the former words back."),
          WARN("Words that tell a stranger how the filter decides help him round it: name the "
               "rule, not its threshold.") },
        { ON(POSTFIX),
          DO("Run 'postfix check', 'postqueue -p' and 'df /var/spool/postfix'; 'Insufficient "
             "system storage' comes when free space is less than one and a half times "
             "message_size_limit.") },
        { ON(EXIM),
          DO("Run 'exim -bV', 'exim -bp' and look at check_spool_space, and at paniclog, which "
             "should not exist.") },
        { ON(OPENSMTPD),
          DO("Run 'smtpd -n', 'smtpctl show queue' and 'smtpctl show stats'.") },
        { ON(EXCHANGE),
          DO("Run Test-ServiceHealth, Get-Queue and Get-ServerComponentState SERVER: a "
             "component that is Inactive refuses mail with 451 or 421.") },
        { ON(EXCHANGE),
          DO("Bring a component back: Set-ServerComponentState SERVER -Component "
             "ServerWideOffline -State Active -Requester Maintenance."),
          CHECK("Get-ServerComponentState SERVER shows Active."),
          UNDO("The same command with -State Inactive.") },
        { ON(MICROSOFT_365),
          DO("Look the code up in the message trace: its details name the rule, connector or "
             "policy.") },
        { ON(CPANEL),
          DO("Look at 'Track Delivery', and at exim_mainlog and exim_paniclog.") },
        { ON(PLESK),
          DO("Run 'plesk repair mail -n', and look at the mail log under 'Tools & Settings', "
             "'Log Browser'.") },
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
             "to itself."),
          UNDO("Write the rule again; note it before you remove it.") },
        { DO("Send the operator the bounce with its header lines.") },
    },
    .operator_steps = {
        { DO("Read the Received lines from below upwards: the first server that appears twice "
             "has the wrong rule.") },
        { DO("Break the circle at that server: the domain or the address must have one last "
             "place."),
          CHECK("A test message arrives, with each server once in its Received lines."),
          UNDO("Put the former rule back from your copy."),
          WARN("Leave the hop limit as it is: a higher one only hides the circle longer.") },
        { DO("Check that no firewall rule turns outgoing port 25 back to the server.") },
        { ON(POSTFIX),
          DO("Where it says that mail loops back to itself, DNS leads the domain here and no "
             "list holds it: add it to mydestination or a virtual list, or to relay_domains "
             "with a line in transport_maps to the inner server."),
          CHECK("'postmap -q DOMAIN MAP' prints the inner server, or postconf mydestination "
                "shows the domain."),
          UNDO("Take it out, run postmap and reload.") },
        { ON(POSTFIX),
          DO("Where another gateway or NAT stands in front, name its address in "
             "proxy_interfaces."),
          CHECK("'postconf proxy_interfaces' shows it."),
          UNDO("Run 'postconf -X proxy_interfaces' and reload.") },
        { ON(EXIM),
          DO("Run 'exim -bt ADDRESS' on both servers; 'lowest numbered MX record points to "
             "local host' means that the domain is missing in local_domains or "
             "relay_to_domains."),
          CHECK("'exim -bt ADDRESS' shows the place meant."),
          UNDO("Put the former list back and reload.") },
        { ON(OPENSMTPD),
          DO("Check that 'match ... for domain' with a local action comes before the rule that "
             "relays."),
          CHECK("'smtpd -n' finds no error, and a test message is delivered."),
          UNDO("Put the former order back and restart.") },
        { ON(EXCHANGE),
          DO("Check the accepted domain: an internal relay whose connector leads back makes the "
             "circle; Set-AcceptedDomain NAME -DomainType Authoritative ends it where no "
             "mailboxes are elsewhere."),
          CHECK("A message to an unknown name gets 5.1.10 in place of circling."),
          UNDO("Set-AcceptedDomain NAME -DomainType InternalRelay.") },
        { ON(MICROSOFT_365),
          DO("Check connectors and the accepted domain in the same way: mail for a mailbox that "
             "is on neither side circles until 5.4.14."),
          CHECK("A message to an unknown name gets 5.1.10."),
          UNDO("Set-AcceptedDomain DOMAIN -DomainType InternalRelay.") },
        { ON(CPANEL),
          DO("Look at forwarders of both accounts, and at 'Email Routing' of the domain: "
             "'Remote' with an MX that leads here makes the circle.") },
        { ON(PLESK),
          DO("Look at forwarding of both mailboxes, and at 'Mail Settings' of the domain.") },
    },
    .standards = STR_INIT("RFC 5321 section 6.3, RFC 3463 section 3.5"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};
