/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd.c - the table of commands, and those that only print
 */
#include "cmd/cmd.h"
#include "cause/page.h"
#include "cmd/print.h"
#include "cmd/rule_file_page.h"
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Commands that print
 */
int command_print_help(const char *name)
{
    struct buf b;
    const struct command *c = name ? command_named(name) : NULL;
    if (name && !c) {
        fprintf(stderr, "baton help: there is no command '%.60s'.\nSee: baton help\n", name);
        return EXIT_USAGE;
    }
    buf_init(&b, PRINT_MAX);
    return command_print(command_help(c, &b), &b);
}

int cmd_help(int argc, char **argv)
{
    char both[80]; /* "settings show" */
    if (argc < 3)
        return command_print_help(argc > 1 ? argv[1] : NULL);
    snprintf(both, sizeof both, "%s %s", argv[1], argv[2]);
    return command_print_help(both);
}

int cmd_man(int argc, char **argv)
{
    struct buf b;
    const struct command *c = argc > 1 ? command_named(argv[1]) : NULL;
    if (argc > 1 && !c) {
        fprintf(stderr, "baton man: there is no command '%.60s'.\nSee: baton help\n", argv[1]);
        return EXIT_USAGE;
    }
    buf_init(&b, PRINT_MAX);
    bool ok = command_man(c, &b);
    if (ok && c && c->run == cmd_causes) /* the page goes on with the rows of the catalogue */
        ok = cause_mdoc(&b);
    if (ok && c && c->run == cmd_relay) /* and this one with those of the rule file's schema */
        ok = rule_file_mdoc(&b);
    return command_print(ok, &b);
}

int cmd_completion(int argc, char **argv)
{
    struct buf b;
    buf_init(&b, PRINT_MAX);
    if (argc == 2 && command_completion(argv[1], &b))
        return command_print(true, &b);
    buf_done(&b);
    fputs("baton completion: say which shell: bash, zsh or fish.\n", stderr);
    return EXIT_USAGE;
}

/* ------------------------------------------------------------------------------------------------
 * The table
 */
const struct command COMMANDS[] = {
    { "doctor", "[ADDRESS]", "Find out why a server refuses, prove it, and write the settings down",
      "ADDRESS is your own mail address: the login and the sender unless other flags say so. "
      "Without "
      "--server the best server is taken that baton discover finds for it; where neither the "
      "domain, "
      "Baton's table of providers, HTTPS nor DNSSEC vouches for that server, it gets no password "
      "unless --trust-found is given. Where none is found nothing is tried, and the answer is what "
      "DNS says of the address: that its domain does not exist (6), or nothing (3).\n"
      "\n"
      "The doctor connects to the server on the usual ports, reads what it offers, tries what you "
      "have and "
      "what would probably work, and changes one thing at a time until the answer flips. It sends "
      "no "
      "message unless --send is given, tries at most one login that is refused, causes at most "
      "three "
      "refusals, and gives the password only to a server whose certificate verifies.\n"
      "\n"
      "Beside that it asks DNS for what bears on the answer: the sender's domain, the server's "
      "addresses, and, where a refusal speaks of them, SPF, DMARC, and the reverse name and the "
      "blocklists of the address that you come from. What DNS said is evidence as every reply is, "
      "stands in the document under \"dns\", and is waited for no longer than about a second. The "
      "part of an address before the @ is never asked for. Names that the world does not have "
      "(.example, .test, .local and their like) and private addresses are asked for only of "
      "--resolver; --no-dns leaves all of it out.\n"
      "\n"
      "Without any option, on a terminal, it asks for what it needs to know. While it works, one "
      "line on a terminal names what is being tried.\n"
      "\n"
      "The page of --report is fit to be handed on: mail addresses, user names, IP addresses and "
      "your own domain are replaced by stand-ins, the same everywhere. With --full they stay. "
      "Passwords are never in it.\n"
      "\n"
      "With --config FILE it starts from the program's own settings file, and does what the "
      "program "
      "would do: server, port, encryption, login, sender, and the password to the letter, of which "
      "nothing is shown but its length and what is odd about it. Flags given beside it win. Each "
      "setting is named with its line, and so is what is wrong with the file: a mistake speaks for "
      "a "
      "cause, and proves none by itself. The settings that work are written as that program, or "
      "the "
      "one of --for, wants them; with --in-place they are put into the file, a copy of which is "
      "kept. "
      "What can be read is told by baton settings list.\n"
      "\n"
      "With --auth none, --user and a password it tests a program that does not log in although "
      "this "
      "login exists.\n"
      "\n"
      "Exit status: 0 accepted as asked; 1 refused and the cause is named; 2 usage; 3 unknown; 4 "
      "no server "
      "sent anything; 5 the login failed; 6 a name could not be looked up.",
      DOCTOR_OPTIONS, cmd_doctor },
    { "explain", "[FILE | TEXT]", "Read a refusal, a bounce or a log, and name the cause",
      "An argument that is no file is the text; without one standard input is read. It may be what "
      "a server answered, the error box of a mail program, the error or trace of a library, a "
      "conversation, a message of non-delivery, lines of a log: as it was copied, wrapped, quoted "
      "or "
      "in HTML. No network is used.\n"
      "\n"
      "Told are the likeliest cause, how sure that is, who refused (your own program, the server "
      "you "
      "submit to, one behind it, the recipient's), which other causes the text leaves open, and "
      "the "
      "fact that would tell them apart. A refusal that has nothing to do with relaying is said to "
      "be "
      "none. Passwords, tokens and the answers of a login are hidden before the text is looked at, "
      "and appear nowhere.\n"
      "\n"
      "The document of --json is baton.explain/1: cause and family (null: not known); confidence, "
      "0 "
      "to 1; also, the families that the text leaves open; hop (client, submission, next, "
      "recipient); who_refused; reply {stage, code, enhanced, text}; summary; fix {steps; "
      "settings, with --for {PROGRAM: text}; basis, where those come from}; others "
      "[{cause, family, confidence}]; splits, the fact that would tell them apart; proves, what "
      "the "
      "words say by the usual rules of the server that chose them; form (reply, transcript, "
      "library, dialog, bounce, log); dialect; about_mail; settings that the text shows {server, "
      "port, security, mechanism, user, helo, from, to}; hidden, how many secrets were. Absent is "
      "null.\n"
      "\n"
      "With --log a whole log of a mail server is read, once and in little memory, however long it "
      "is: refusals are grouped by cause, client, sender and recipient domain. Rotated files may "
      "be "
      "given together (--log /var/log/mail.log*): they are read from the oldest to the newest, and "
      "unpacked by their content. With --follow the newest is then followed as tail -F does; "
      "Ctrl-C "
      "ends with the report. Times are those of the log's own clock.\n"
      "\n"
      "Exit status: 0 the cause is known, with --log of some refusal, or nothing was refused; 3 "
      "not "
      "known, nothing in the text is about mail, or no line of a mail program is in the log; 2 "
      "usage, or a file that cannot be read "
      "to "
      "its end (what could be read is told).",
      EXPLAIN_OPTIONS, cmd_explain },
    { "demo", "",
      "Show relay and doctor at work: a refusal, its cause, the fix, and mail handed on",
      "Starts Baton's own relay on loopback, in a directory that goes with it, and a next hop for "
      "it. "
      "The relay refuses a program that does not log in; the doctor says why, and so does baton "
      "why "
      "by the id in the refusal. The fix is applied, and the message is taken and handed on. Needs "
      "no "
      "network. The other scenes, by --cause, are played by a mock server that refuses as Exim "
      "does.",
      DEMO_OPTIONS, cmd_demo },
    { "mock", "", "Run a server on loopback that refuses on purpose",
      "For demonstrations, tests, and people who write mail programs. It listens on loopback only, "
      "and plays "
      "any cause that a mail server can play, in the words of four servers: baton mock --list "
      "names them. "
      "Without --cause it is a healthy server.\n"
      "\n"
      "Whatever it plays, it may also have the manners of real servers: a late greeting, slow "
      "replies, a "
      "connection closed after a refusal, bans, refusals at random, temporary codes. Mail that it "
      "takes is "
      "counted and dropped.",
      MOCK_OPTIONS, cmd_mock },
    { "observe", "[ADDRESS]", "Watch what a program really says, and ask its server about that",
      "A server on loopback that the program is pointed at in place of its own. It takes whatever "
      "is said: "
      "EHLO or HELO, encryption, login, sender, recipient, message. Then it tells what the program "
      "said and, "
      "with --server, what the real server says to the same attempt and which change of it is "
      "taken. "
      "ADDRESS is your own mail address: the login and the sender as they should be. With --config "
      "FILE the program's own file says that, and which server to ask; where the program does not "
      "do "
      "what its file says, both are named, with the line.\n"
      "\n"
      "A password is compared with the one that you give, and never shown or kept; of the message "
      "nothing "
      "is kept but the address in From. To the real server no message is sent, and what the doctor "
      "may "
      "not do is not done here either.\n"
      "\n"
      "Exit status: 0 nothing wrong seen, or accepted by the real server; 1 a cause is named; 2 "
      "usage; 3 "
      "not known; 4, 5 and 6 as of the doctor.",
      OBSERVE_OPTIONS, cmd_observe },
    { "discover", "ADDRESS", "Find the servers that take mail from the user of an address",
      "Everybody is asked at once: SRV records of the domain; the settings files that its owner "
      "may "
      "publish for mail programs (https://autoconfig.DOMAIN, and /.well-known/autoconfig of the "
      "domain itself), which are told the address; the MX of the domain, for a provider that "
      "Baton's "
      "table knows or that publishes settings of its own; Exchange Autodiscover, without a "
      "password; "
      "usual names (smtp, mail) that exist; with --public-ip the network that you are in. Who is "
      "silent is not waited for once a better answer stands. No password is ever sent.\n"
      "\n"
      "A server is trusted when it lies in the domain of the address, when Baton's table knows it "
      "as "
      "a provider's, or when a page over HTTPS of the domain, or a record that DNSSEC proves, "
      "names "
      "it; one that is only of the network that you are in is not. To others the doctor gives no "
      "password "
      "unless it is told to.\n"
      "\n"
      "A domain that DNS says does not exist is answered with the nearest one that does.\n"
      "\n"
      "With --xml a settings file is read, as providers publish it for mail programs "
      "(clientConfig, "
      "or an answer of Exchange Autodiscover), and nobody is asked. All its servers stand in the "
      "order of the file. Of its words for a login, password-cleartext (plain, http-basic) is "
      "PLAIN "
      "and LOGIN, password-encrypted (secure) CRAM-MD5, OAuth2 XOAUTH2 and OAUTHBEARER, "
      "TLS-client-cert EXTERNAL; NTLM, GSSAPI and other names of SASL are themselves; none, "
      "client-IP-address and smtp-after-pop name no mechanism; other words are passed over. What "
      "it "
      "leaves out, port or security, follows from the other (465 tls, 587 starttls).\n"
      "\n"
      "The document of --json is baton.discover/1: address; outgoing, the best first, each with "
      "hostname, port, security (none, starttls or tls), mechanisms (names of SASL, the one to "
      "take "
      "first stands first; empty: none is needed, or none is named), user, source (provider, srv, "
      "autoconfig, "
      "well-known, ispdb, mx-provider, mx-autoconfig, autodiscover, guess, isp, file), trusted "
      "(may a "
      "password go there without being asked for), trusted_by (own-domain, table, https, dnssec), "
      "login (whether one is needed; null: not said), provider, password (what is typed for one at "
      "that provider); no_such_domain; did_you_mean; evidence, each with source, asked, came "
      "(found, nothing, "
      "failed, refused, pending) and said.\n"
      "\n"
      "Exit status: 0 a server is known; 1 there is none; 2 usage, or a file that cannot be read; "
      "3 "
      "not known.",
      DISCOVER_OPTIONS, cmd_discover },
    { "spf", "",
      "Ask whether an address may send mail for a domain, and what to publish so that it may",
      "SPF (RFC 7208) is a record in DNS that lists who may send mail in the name of a domain. "
      "With --ip, "
      "--helo and --from it is checked as a receiver would, and with --verbose every step is "
      "shown.\n"
      "\n"
      "What you submit leaves from an address of your provider, which nobody knows beforehand. "
      "Without --ip "
      "some of the addresses are tried that the provider lists: the provider of --server, of "
      "--include, or "
      "the one that the domain's MX records name. Such an answer is likely, no more.\n"
      "\n"
      "Where something is missing or broken, the whole record to publish is printed: what is there "
      "and what "
      "was missing, in one.\n"
      "\n"
      "Exit status: 0 pass; 1 fail, softfail, neutral, none or a broken record; 2 usage; 3 not "
      "known.",
      SPF_OPTIONS, cmd_spf },
    { "dmarc", "", "Tell what a domain's DMARC record asks of receivers, and who passes it",
      "Finds the DMARC record that applies to the address in From, and says whether mail passes: "
      "with --spf and --dkim, the domains for which these passed. Every fault of the record is "
      "told, "
      "and the record to publish where there is none, or a broken one.\n"
      "\n"
      "With --received FILE, a message as it was received, From is read from it, its DKIM "
      "signatures are "
      "verified, and SPF is checked for what Return-Path and the topmost Received field with a "
      "public "
      "address tell.\n"
      "\n"
      "By RFC 9989 the names above the domain are asked too, up to eight in all; with --rfc 7489 "
      "the "
      "organisation is read from the public suffix list of this system.\n"
      "\n"
      "In the JSON document result is none, pass, fail, temperror or permerror; policy what the "
      "record "
      "asks for, and disposition what that means for this mail; domain the organisation's domain, "
      "from_domain that of From, and record_domain where the record stands.\n"
      "\n"
      "Exit status: 0 it passes; 1 it fails, no record applies, or the record is broken; 2 usage; "
      "3 "
      "not known, because DNS did not answer.",
      DMARC_OPTIONS, cmd_dmarc },
    { "dnsbl", "[IP]", "Look an address up in the blocklists, and tell whether a listing matters",
      "IP is the address that mail servers see: behind a router not that of the machine. Every "
      "list is "
      "asked for its own test entries too, and believed only while these are as they should be. An "
      "answer "
      "that is no list's word (of a resolver that answers for names which do not exist, of a list "
      "that "
      "has ended or does not answer this resolver) is told as that, and is no listing.\n"
      "\n"
      "Lists of addresses from which no mail server should send, such as those of home "
      "connections, do not "
      "matter to a server that you log in to. For every listing the page is named where removal is "
      "asked "
      "for.\n"
      "\n"
      "With --whoami NAME the address is asked of a DNS name that answers with the asker's own, "
      "such as "
      "o-o.myaddr.l.google.com or whoami.akamai.net; nobody is asked without it.\n"
      "\n"
      "Exit status: 0 on no list; 1 on at least one; 2 usage; 3 not known, because a list could "
      "not be "
      "asked (one that answers only those who are registered with it aside).",
      DNSBL_OPTIONS, cmd_dnsbl },
    { "dkim", "[FILE]", "Verify the DKIM signatures of a message, or look at a selector's key",
      "FILE is a message as it was received, header and body; '-' is standard input. Lines may end "
      "with CRLF, or all of them with LF, as files have it. Each signature is judged, and the "
      "reason "
      "is named when it does not pass: a body that was changed is told from a header that was, and "
      "both from a key that is missing, withdrawn or broken.\n"
      "\n"
      "It is stricter than the letter asks where a pass would mislead: a message with more From "
      "fields than are signed, a body of which nothing is signed (l=0), a signature that has "
      "expired "
      "and one of a domain below which anybody can register get 'policy' and not 'pass'.\n"
      "\n"
      "With --selector and --domain the key record alone is looked up and checked, and printed as "
      "it "
      "should be published.\n"
      "\n"
      "The document of --json is baton.dkim/1: result, in the words of RFC 8601; signatures, each "
      "with domain, selector, identity, result, reason, sentence, what was signed, notes and the "
      "key "
      "that was found; publish, the line for the zone where a key record can be mended; message; "
      "key. Absent is null.\n"
      "\n"
      "Exit status: 0 a signature passes, or the key can be used; 1 none does, the message is not "
      "signed, or the key cannot be used; 2 usage, or a message that cannot be read or is larger "
      "than 64 MiB; 3 not known, since a look-up failed.",
      DKIM_OPTIONS, cmd_dkim },
    { "domain", "[DOMAIN]", "Tell what DNS says of a mail domain, and the records that are missing",
      "DOMAIN may be typed as it is known: in any script, in upper case, with a dot at its end, or "
      "as a mail address.\n"
      "\n"
      "Looked at are the mail hosts (MX, null MX, the domain's own address), their addresses and "
      "the "
      "names of these, the zone's name servers against those that the zone above names, every one "
      "of "
      "them asked straight, changes that are on their way, DNSSEC, DANE, MTA-STS with its policy "
      "file, "
      "TLS-RPT, SPF, DMARC, the DKIM keys of --selector, and the SRV records of mail programs. "
      "Each "
      "fact has a word: ok, warning, wrong, unknown. Where something is broken or missing, the "
      "lines "
      "for the zone file stand beside it; --verbose shows also those that are merely worth "
      "having.\n"
      "\n"
      "A look-up that failed is unknown, and never taken for \"there is none\". Names that are "
      "reserved (.example, .test and their like) and private addresses are looked up only with "
      "--resolver.\n"
      "\n"
      "With --domains each line of the file is a domain; blank lines and those that begin with # "
      "are "
      "passed over. One line of JSON comes for each, as it is done, with its domain and its line. "
      "With --output the lines are added to a file, and what is there already is not asked again, "
      "so "
      "that a run that was broken off can be gone on with. Signatures and policy files are looked "
      "at "
      "only with --full then.\n"
      "\n"
      "JSON (baton.domain/1): domain, state, mx {state, code, hosts [{host, preference, addresses, "
      "faults, alias_of, meant}], ttl}, reverse [{address, state, names}], delegation {state, why, "
      "zone, parent, faults, servers}, changes [{name, type, state, ends_at, resolver, now, "
      "servers}], "
      "dnssec {state, why}, dane [{host, state, records}], mta_sts {state, id, url, fetched, "
      "policy}, "
      "tls_rpt {state, rua}, spf {state, record, stranger, why, lookups}, dmarc {result, policy, "
      "record, found_at}, dkim [{selector, result, record, type, bits, sentence}], services "
      "[{service, state, hosts}], facts [{id, about, state, minor, text, evidence, paste, "
      "wished}], "
      "questions; with --domains also line, and for a line that is no domain typed and error.\n"
      "\n"
      "Exit status: 0 nothing is broken; 1 something is wrong; 2 usage, or a file or a line of it "
      "that cannot be read; 3 something that matters is not known.",
      DOMAIN_OPTIONS, cmd_domain },
    { "causes", "[ID]", "List the causes of a refusal, or tell all about one",
      "ID is a cause, a family of causes, or a finding that is no cause. Without ID every cause is "
      "listed with its title, by family.\n"
      "\n"
      "The page of a cause has what to do for the person who sends, and for the one who runs the "
      "server: what holds for every server, then the same in the words of Postfix, Exim, "
      "OpenSMTPD, Exchange, Microsoft 365, cPanel and Plesk. Each step that changes something says "
      "how to check it and how to undo it, and warns where the usual advice is unsafe. The manual "
      "page of this command holds all of it.\n"
      "\n"
      "JSON (baton.causes/1): server; causes [{cause, family, about_relaying, title, sentence, "
      "told_apart, sender_steps, operator_steps, standards, exit_status, words_only}], each step "
      "with text, check, undo, warning, side (takes: for a server that refused; sends: for one "
      "that "
      "was refused by the next) and server; families [{family, title, about_relaying}]; "
      "findings [{id, summary}]. Absent is null.\n"
      "\n"
      "Exit status: 0, or 2 when there is no such ID or server.",
      CAUSES_OPTIONS, cmd_causes },
    { "settings", "show | convert | set | list",
      "Read the settings of a mail program from its own file, and write them for another",
      "baton settings list names the programs, among them Postfix, Exim, OpenSMTPD, msmtp, Django, "
      "PHPMailer, nodemailer and Compose files. A file is read as the program itself reads it: its "
      "quotes, its defaults, the files and variables that it names. Files are only read, and no "
      "command that stands in them is run unless --run-password-command is given.\n"
      "\n"
      "The password is never shown: its length, the kinds of its characters, and what is odd about "
      "it are.",
      NULL, cmd_settings },
    { "providers", "[NAME | ADDRESS]",
      "Tell what a provider of mail wants of a program: server, port, login, limits",
      "NAME is a provider (gmail, microsoft365, amazon-ses ...), a mail domain or a host; without "
      "it "
      "all are listed. Each row says since when an app password or OAuth2 is needed, which page to "
      "open, how much may be sent, which hosts are the wrong ones, and where and on what day that "
      "was "
      "read. Nothing is asked of the network.\n"
      "\n"
      "Exit status: 0 known; 2 usage, or settings that the program cannot be told; 3 not known, "
      "with "
      "the nearest known name if there is one.",
      PROVIDERS_OPTIONS, cmd_providers },
    { "relay", "--config FILE | --check FILE | --reload",
      "Run the relay by a rule file, or prove that the file makes no open relay",
      "A rule file says what is permitted and what is forbidden; mail passes where all conditions "
      "of "
      "some permit are met, and those of no forbid. The order of the rules does not matter. "
      "The manual page has every key of it: baton man relay | man -l -\n"
      "\n"
      "With --config the relay runs until it is told to stop (SIGTERM), in the foreground, as a "
      "service manager wants it. It logs to standard error. It does not start with a file by which "
      "a "
      "stranger could send to a foreign domain.\n"
      "\n"
      "--reload, or SIGHUP, has the relay that runs read the rule file, the users and the "
      "certificates again: sessions go on by the file that they began with, and a file that is "
      "wrong "
      "leaves the old one in force. A port that is new to the relay needs a restart: it opens "
      "ports "
      "at its start, and then gives up the right to. So do the keys state, control, run-as, loops, "
      "log and metrics. --reload says for each of these that it is not in force, and what to do; "
      "SIGHUP says it in the log (event=needs-a-restart). Interfaces of containers and gateways "
      "are "
      "looked up when the file is read: a bridge that is new since then is carved out of trusted "
      "networks by the next reload.\n"
      "\n"
      "A service manager may open the ports and hand them over (systemd: FileDescriptorName= of a "
      ".socket unit is the name of the listener). A listener that has such a socket opens none, so "
      "that the relay needs no right to, and who connects while it restarts waits; what it says of "
      "port and addresses must be true of the socket. In a container it may be the first process: "
      "it "
      "needs no HOME, no entry in a file of users when it is not started as root, and may write "
      "only "
      "to its state and to the directory of its control socket. It takes up to 20 s to end well.\n"
      "\n"
      "The key metrics opens a page in Prometheus' text form, at /metrics; each name there has its "
      "sentence. Of each smarthost (labels route and smarthost, the latter with its port; the "
      "first "
      "256 of "
      "the rule file) it has baton_smarthost_recipients_tried_total, _accepted_total, "
      "_put_off_total and _refused_total: recipients it was asked to take, that it took, refused "
      "for now and for good; what it was asked and never answered is in tried alone. "
      "baton_smarthost_unreachable_total counts how often nobody could talk to it (no address, no "
      "connection, a refused greeting, TLS or login), baton_smarthost_connections those that are "
      "open, and baton_smarthost_breaker is 0 while it works, 1 while one connection tries it, 2 "
      "while it is left alone for a time. They begin at 0 when the relay starts; a smarthost that "
      "a reload takes out is shown no more.\n"
      "\n"
      "With --check all errors are told at once, each with line and column and the nearest name "
      "that would have "
      "been right. Then it is proved that nobody without a login, a certificate, a POP window or "
      "an "
      "address in a named network reaches a domain that is not the relay's own: by percent signs "
      "or "
      "quotes in a local-part, by IPv4-mapped addresses, or by a network so wide that it names "
      "everybody.\n"
      "\n"
      "JSON (baton.check/1): file, right, digest of the rules, errors [{line, column, why}], "
      "warnings [{line, column, why}], open_relay {permit, line, why, remedy, client, listener, "
      "from, to}. Absent is null.\n"
      "\n"
      "Exit status: 0 right and closed, in force, or stopped as it was told; 1 an open relay, or "
      "the "
      "relay could not go on, or something of a reload waits for a restart; 2 usage, a file that "
      "is "
      "wrong, or no relay to ask.",
      RELAY_OPTIONS, cmd_relay },
    { "user", "add|del|disable|enable|check NAME, or list",
      "Add, change, check and list the logins that the relay takes",
      "The file of logins has one line a login: NAME:PROOF, where a proof is a hash "
      "($argon2id$..., $y$..., $2y$..., $6$...), {SCRAM-SHA-1} or {SCRAM-SHA-256} with its keys, "
      "or "
      "{PLAIN} with the password itself; several may stand behind one another, with colons "
      "between. "
      "Lines of htpasswd -B and of doveadm pw can be taken over as they are. In names and plain "
      "passwords a colon is written %3A, a percent sign %25.\n"
      "\n"
      "add makes a login, or gives one that is there a new password in the place of all that "
      "proved "
      "the old one. Without --scram, --plain and --argon2id a hash by yescrypt is stored, which "
      "serves PLAIN and LOGIN. SCRAM is offered by the relay only where every login that is not "
      "disabled has its keys (--scram) or a plain password, CRAM-MD5 only where every one has a "
      "plain password (--plain): list says whom that hangs on. A line that is wrong keeps the "
      "relay "
      "from starting, and add and the others from writing; list tells each, with file and line, "
      "and "
      "shows the rest.\n"
      "\n"
      "The password is asked for at the terminal, or comes from a descriptor, the environment or a "
      "command; it never stands on the command line. The file is changed under a lock and all at "
      "once; its owner, mode, comments and order stay. A relay that runs takes the change up when "
      "it "
      "is told to read its files again (systemctl reload baton-relay).\n"
      "\n"
      "JSON (baton.users/1): file, offered, logins [{name, line, disabled, mechanisms, trouble}].\n"
      "\n"
      "Exit status: 0 done; check: the password is right; 1 check: it is wrong, or the login is "
      "disabled; there is no such login; 2 usage, or a file that cannot be read or changed; 3 "
      "check: "
      "the hash is of a kind, or asks for work, that is not taken here.",
      USER_OPTIONS, cmd_user },
    { "queue", "[list | show | hold | release | retry | drop]",
      "List the mail that waits at the relay of this machine, and change what becomes of it",
      "It speaks to the relay that runs here, by its control socket: as root, as the user that the "
      "relay runs as, or as a member of that user's group.\n"
      "\n"
      "JSON (baton.queue/1): messages [{id, state (waiting, held, sending), arrived_ms, due_ms, "
      "size_octets, attempts, held, dropped, bounce, from, login, client, listener, route, why "
      "(for baton "
      "why), at {server, since_ms} (of one that is being sent; null: it waits for a connection), "
      "recipient_count, recipients [{to, state (waiting, delivered, failed), server, reply, "
      "cause}]}], count. A list has the first 20 recipients of a message, show has all. "
      "Of one that is being sent, held and dropped are what it will be when that attempt ends, "
      "unless the next hop takes it. Times are in milliseconds since 1970. "
      "Absent is null.\n"
      "\n"
      "Exit status: 0; 1 no message is meant by what was said; 2 usage, or no relay answers.",
      NULL, cmd_queue },
    { "what-if", "", "Ask a rule file about a session that has not taken place",
      "Tells what the relay would answer, by which rule, how every condition of every rule stands, "
      "and the smallest change by which the client would be let through; that change is decided "
      "once more before it is told. What would have to be looked up first (blocklists, SPF, rates) "
      "is named, or given by flags. Nothing is asked of the network.\n"
      "\n"
      "JSON (baton.what-if/1): outcome (permit, refuse, defer, ask), digest of the rules, cause, "
      "family, permit, forbid, by {sort, name, line, kind}, missing, reply {code, enhanced, text}, "
      "causes, rules [{name, sort, line, truth, distance, cause, conditions [{kind, condition, "
      "truth, line}]}], nearest [{fact, change}]. Absent is null.\n"
      "\n"
      "Exit status: 0 permitted; 1 refused, or not now; 2 usage, or a rule file that is wrong; 3 "
      "something has to be looked up first.",
      WHAT_IF_OPTIONS, cmd_what_if },
    { "why", "ID", "Tell why the relay refused, or let through, and what would have passed",
      "Behind every refusal of the relay stands an id. This shows the session and its mail, the "
      "verdict, every permit and forbid of the rule file that was in force with each of its "
      "conditions (met, not met, not looked up), all causes, the smallest change by which the "
      "client would have been let through, decided once more before it is told, and what to do. "
      "The rule file is that of then; where today's would decide otherwise, it is said. The id of "
      "a message in the queue tells of the decision that let it in.\n"
      "\n"
      "Some refusals are the relay's own, and no rule is asked: a wrong login or too many of them, "
      "a full disk, a message that goes round in circles, a header without an author. They have an "
      "id too, and by_itself is true; of rules there is nothing to tell then. Others the protocol "
      "decides: a message or its recipients over the limit that was told, a path that cannot be "
      "read, a command that is wrong or comes out of order (500 to 504, 555), a session that is "
      "turned away before it begins. Of those the section of the RFC is told, its rule, and what "
      "would be right; of what was said only the path of a MAIL or RCPT is kept, for a line may "
      "be a password. A login that was right has no id, but the mail that it sends; nor have lines "
      "of the log that are about a smarthost. Records of logins have room of their own, and so "
      "have those of the protocol but for mail of who logged in: who tries passwords, or talks "
      "nonsense, pushes out nobody else's.\n"
      "\n"
      "JSON (baton.why/1): id, at, session {client, listener, tls, login, certificate, helo, "
      "pop_window, from, to, author}, looked_up {spf, listed [{zone, listed}], rates [{rule, used, "
      "again_in_s}]}, recorded {outcome, cause}, by_itself, protocol {section, rule}, rules_kept, "
      "agrees, today {digest, outcome, cause}, fix {sender, operator}, and all of "
      "baton.what-if/1.\n"
      "\n"
      "Exit status: 0 it was let through; 1 it was refused, or not now; 2 no such record, no "
      "relay, or usage.",
      WHY_OPTIONS, cmd_why },
    { "allow", "[IP]", "Let an address relay for a time",
      "For POP before SMTP: a POP server calls this after a login, and for who cannot log in for a "
      "while. It opens the permits with pop-window = true, whose other conditions still have to be "
      "met; a rule file without such a permit has no use for it. Single addresses are let in, "
      "never networks, for a day at most; they outlive a restart of the relay. Addresses that "
      "stand for many, such as 127.0.0.1, are not taken.\n"
      "\n"
      "JSON (baton.allow/1): windows [{client, until_ms, note}], client, until_ms, permits, had. "
      "Absent is null.\n"
      "\n"
      "Exit status: 0 done; 1 there was nothing to end; 2 usage, no relay, or not taken.",
      ALLOW_OPTIONS, cmd_allow },
    { "help", "[COMMAND]", "Show what there is", "", NULL, cmd_help },
    { "man", "[COMMAND]", "Print a manual page (mdoc)", "", NULL, cmd_man },
    { "completion", "bash|zsh|fish", "Print completions for a shell", "", NULL, cmd_completion },
    { "version", "", "Print the version", "", NULL, cmd_version },
};
const size_t COMMAND_COUNT = COUNT_OF(COMMANDS);

const struct command *command_named(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *sub = command_below(&COMMANDS[i]);
        if (strcmp(COMMANDS[i].name, name) == 0)
            return &COMMANDS[i];
        for (; sub && sub->name; sub++)
            if (strcmp(sub->name, name) == 0)
                return sub;
    }
    return NULL;
}

const struct command *command_below(const struct command *c)
{
    return c->run == cmd_settings                      ? SETTINGS_COMMANDS
           : c->run == cmd_queue && c->options == NULL ? QUEUE_COMMANDS
                                                       : NULL;
}
