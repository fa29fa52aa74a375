/* SPDX-License-Identifier: ISC */
#include "policy/protocol.h"

#define ROW(enhanced, text, section, rule, remedy, cause)                                          \
    {                                                                                              \
        STR_INIT(enhanced), STR_INIT(text), STR_INIT(section), STR_INIT(rule), STR_INIT(remedy),   \
            CAUSE_##cause                                                                          \
    }
#define OTHER(text, section, rule, remedy) ROW("", text, section, rule, remedy, OTHER_NOT_RELAY)
#define MAIL_LINE                                                                                  \
    "Send the address in angle brackets, as in MAIL FROM:<anna@corp.example> and "                 \
    "RCPT TO:<tom@corp.example>; blanks and quotes in an address are rarely meant."

/* The first that fits is it. */
const struct policy_protocol POLICY_PROTOCOL[] = {
    /* Too large, too many. */
    ROW("5.3.4", "The message is larger than we take", "RFC 1870 section 6",
        "A message has at most as many octets as EHLO says behind SIZE; what MAIL declares is "
        "counted, and what comes.",
        "Make the message smaller: a file grows by a third in mail. Who runs the relay sets "
        "message-size.",
        MESSAGE_TOO_LARGE),
    ROW("4.5.3", "Too many recipients in one message", "RFC 5321 section 4.5.3.1.10",
        "A server may limit the recipients of one message, and takes those before the limit.",
        "Send the message to the others once more: mail programs do that by themselves. Who runs "
        "the relay sets recipients, a number.",
        RATE_LIMITED),
    ROW("4.7.0", "Too many sessions of your address at one time", "RFC 5321 section 7.8",
        "A server may limit what one client has open at one time.",
        "Close sessions that are done, and send several messages in one. Who runs the relay sets "
        "sessions-per-client.",
        RATE_LIMITED),
    ROW("4.3.2", "Too many sessions at one time; come back later", "RFC 5321 section 7.8",
        "A server may limit what all clients have open at one time.",
        "Come back in a minute: nothing is wrong with the message. Who runs the relay sets "
        "sessions, a number.",
        RATE_LIMITED),
    OTHER("Closing for now; come back in a moment", "RFC 5321 section 3.8",
          "A server that ends says 421, and the client comes again.",
          "Come back in a minute: the relay was being stopped or started anew."),
    OTHER("Wait for the greeting before you talk", "RFC 5321 section 4.3.1",
          "The server speaks first, and the client waits for its greeting.",
          "Read the greeting (220) before the first command. Programs for bulk mail that do not "
          "are let in nowhere."),

    /* Addresses. */
    ROW("5.1.7", "", "RFC 5321 section 4.1.2",
        "The reverse-path has the form of that grammar, 64 octets at most before the at-sign.",
        MAIL_LINE, OTHER_NOT_RELAY),
    ROW("5.1.3", "", "RFC 5321 section 4.1.2",
        "A forward-path has the form of that grammar, 64 octets at most before the at-sign.",
        MAIL_LINE, OTHER_NOT_RELAY),
    OTHER("MAIL wants FROM:<address>, RCPT wants TO:<address>", "RFC 5321 section 3.3",
          "MAIL has FROM: and RCPT has TO: before the address.", MAIL_LINE),
    ROW("5.6.7", "", "RFC 6531 section 3.5",
        "An address with letters beyond ASCII may come where EHLO offers SMTPUTF8 and MAIL says "
        "it.",
        "Let your program say SMTPUTF8 with MAIL; or write the domain as xn--, and use an address "
        "in ASCII before the at-sign.",
        OTHER_NOT_RELAY),
    OTHER("No recipient was taken", "RFC 5321 section 3.3",
          "A message needs a recipient that was taken.",
          "See the replies to RCPT: each has an id of its own, which says why that recipient was "
          "refused."),

    /* Parameters. */
    OTHER("A parameter is not one of ours", "RFC 5321 section 4.1.1.11",
          "Behind the path stand parameters of extensions that EHLO offered here and now.",
          "Let your program read the answer to EHLO, and say EHLO again after STARTTLS."),
    OTHER("A parameter has a wrong value", "RFC 5321 section 4.1.1.11",
          "A parameter's value has the form that its extension says (SIZE: RFC 1870; BODY: 6152; "
          "AUTH: 4954; RET, ENVID, NOTIFY, ORCPT: 3461).",
          "Write the value as its RFC has it, without blanks around the equals sign."),
    OTHER("A parameter is given twice", "RFC 5321 section 4.1.1.11",
          "Each parameter stands there once.", "Leave one of the two out."),

    /* The message. */
    OTHER("The message holds a bare CR or LF", "RFC 5321 section 2.3.8",
          "Lines end in CRLF, and neither CR nor LF stands alone: what is between can hide a "
          "second message.",
          "Let the program end lines in CRLF. For a device that cannot, who runs the relay sets "
          "bare-newline = normalize at a listener of its own."),
    OTHER("No room now; try again", "RFC 5321 section 4.2.3",
          "A server without room for a message says 452.", "Try again in a while."),
    OTHER("The message has begun already", "RFC 3030 section 2",
          "After the first BDAT no recipient is added.", "Say all RCPT before BDAT."),
    OTHER("The message has begun with BDAT", "RFC 3030 section 2",
          "DATA and BDAT are not mixed in one message.",
          "End the message with BDAT 0 LAST, or "
          "say RSET and begin anew."),
    OTHER("The message was refused; say RSET", "RFC 3030 section 2",
          "After a BDAT that was refused those behind it are refused too.",
          "Say RSET, and begin with MAIL. Why the first was refused its own reply says."),
    OTHER("BDAT is not offered", "RFC 3030 section 2",
          "BDAT is for servers whose EHLO offers CHUNKING.", "Use DATA instead."),
    OTHER("BDAT wants a number of octets, and perhaps LAST", "RFC 3030 section 2",
          "BDAT has a number of octets behind it, and LAST behind the last.",
          "Say BDAT 1234 or BDAT 1234 LAST."),

    /* Logins. */
    ROW("", "AUTH is not offered", "RFC 4954 section 3",
        "AUTH is for servers whose EHLO offers it here and now.",
        "Read the answer to EHLO. Who runs the relay: a listener without security offers AUTH "
        "only with auth-in-clear, and none does without users.",
        RELAY_TAKES_NO_LOGIN),
    ROW("5.7.11", "Say STARTTLS first", "RFC 4954 section 6",
        "A login is taken over an encrypted connection only.",
        "Switch STARTTLS on in your program (port 587), or use SSL/TLS (port 465).",
        AUTH_HIDDEN_UNTIL_TLS),
    ROW("5.7.0", "Say STARTTLS first", "RFC 3207 section 4",
        "Mail is taken over an encrypted connection only.",
        "Switch STARTTLS on in your program (port 587), or use SSL/TLS (port 465).",
        MAIL_ONLY_UNDER_TLS),
    ROW("", "That mechanism is not offered", "RFC 4954 section 4",
        "The mechanism is one of those that EHLO names behind AUTH.",
        "Choose another way to log in, as in \"password, normal\". CRAM-MD5 and SCRAM are offered "
        "where every user has what they need.",
        NO_COMMON_MECHANISM),
    OTHER("One login may not act for another", "RFC 4616 section 2",
          "Who logs in with PLAIN may name another identity to act for; none may here.",
          "Leave the authorization identity empty, or make it the login."),
    OTHER("Not the three parts of PLAIN", "RFC 4616 section 2",
          "PLAIN has an identity to act for, mostly empty, NUL, the login, NUL, the password.",
          "Send the base64 of NUL, login, NUL, password."),
    OTHER("Not base64", "RFC 4954 section 4", "What is said in AUTH is base64 without blanks.",
          "Encode it, with the padding; where nothing is to be said, say =."),
    OTHER("Logged in already", "RFC 4954 section 4", "There is one login in a session.",
          "Begin a new session for another login."),
    OTHER("AUTH wants a mechanism", "RFC 4954 section 4", "Behind AUTH stands a mechanism.",
          "Say AUTH PLAIN, or another of those that EHLO names."),
    OTHER("There the server speaks first", "RFC 4954 section 4",
          "With this mechanism the server speaks first, and the command has nothing behind it.",
          "Say AUTH CRAM-MD5 alone, and answer the challenge."),
    OTHER("Cancelled", "RFC 4954 section 4", "A * ends a login that has begun.",
          "Nothing is wrong: your program gave up. It may have wanted another challenge."),

    /* Order. */
    OTHER("Say EHLO first", "RFC 5321 section 4.1.4",
          "EHLO comes before MAIL, AUTH and STARTTLS, and again after STARTTLS.",
          "Say EHLO with the name of your machine."),
    OTHER("Say MAIL first", "RFC 5321 section 4.1.4", "RCPT and DATA come after MAIL was taken.",
          "Say MAIL FROM:<address>. Where it was said, see why it was refused: that reply has an "
          "id of its own."),
    OTHER("Say RCPT first", "RFC 5321 section 4.1.4", "DATA and BDAT come after RCPT.",
          "Say RCPT TO:<address> for each recipient."),
    OTHER("Not inside a mail transaction", "RFC 5321 section 4.1.4",
          "MAIL, AUTH and STARTTLS do not come between MAIL and the end of the message.",
          "End the message, or say RSET."),
    OTHER("Nothing but QUIT is taken here", "RFC 5321 section 3.1",
          "After a greeting with 554 only QUIT is left.", "Say QUIT, and send by another server."),
    OTHER("TLS is on already", "RFC 3207 section 4.2", "STARTTLS is said once.",
          "Say EHLO, and go on. At port 465 set SSL/TLS and not STARTTLS."),
    OTHER("TLS is not offered", "RFC 3207 section 4",
          "STARTTLS is for servers whose EHLO offers it.",
          "Read the answer to EHLO. Who runs the relay sets a certificate, and security = starttls "
          "at the listener."),

    /* Commands. */
    OTHER("Say who you are: one name", "RFC 5321 section 4.1.1.1",
          "Behind EHLO stands the name of the client, or its address in brackets.",
          "Set the name of the machine in your program, without blanks; [192.0.2.7] will do."),
    OTHER("VRFY whom?", "RFC 5321 section 4.1.1.6", "Behind VRFY stands a name or an address.",
          "Send the message instead: nothing is told about an address here."),
    OTHER("That is neither ASCII nor UTF-8", "RFC 6531 section 3.7.4.2",
          "What stands beyond ASCII is UTF-8.", "Send UTF-8."),
    OTHER("That is not done here", "RFC 5321 section 4.2.4",
          "A command that is known and not done is answered with 502.",
          "Do without it: mail needs EHLO, MAIL, RCPT, DATA and QUIT."),
    OTHER("No command of ours", "RFC 5321 section 4.2.4",
          "A line is one of the commands that the server knows.",
          "See that your program speaks SMTP to this port, and in clear until STARTTLS; a message "
          "before 354 is read as commands."),
    OTHER("It takes no argument", "RFC 5321 section 4.1.1",
          "DATA, RSET, QUIT and STARTTLS stand alone.", "Send the word alone."),
    OTHER("Only printable ASCII may stand there", "RFC 5321 section 2.4",
          "Commands are in ASCII, but for addresses with SMTPUTF8.",
          "Set a name in ASCII; a domain may be written as xn--."),
    OTHER("The line is too long", "RFC 5321 section 4.5.3.1.4",
          "A command has 512 octets at most, and more where its extension says so (RFC 4954 "
          "section 4: 12288 for AUTH).",
          "Shorten it; a message before 354 is read as commands."),
    OTHER("A line ends in CRLF and holds no CR, LF or NUL", "RFC 5321 section 2.3.8",
          "Commands end in CRLF, and neither CR, LF nor NUL stands in them.",
          "Let the program end lines in CRLF: with printf in a script, \\r\\n and not \\n."),

    /* The end. */
    OTHER("Too many errors; closing", "RFC 5321 section 7.8",
          "A server may end a session that has little but errors in it.",
          "See the refusals before it: each has an id of its own. Who runs the relay sets "
          "errors, a number."),
    OTHER("A line without end; closing", "RFC 5321 section 4.5.3.1.4",
          "A command has 512 octets at most, and its line ends.",
          "See that your program speaks SMTP to this port."),
    OTHER("Too much at once; closing", "RFC 2920 section 3.1",
          "A client that sends on reads the replies between.",
          "Let the program read replies while it sends."),
    OTHER("Nothing came for too long; closing", "RFC 5321 section 4.5.3.2.7",
          "A server waits some minutes for the next command, and mail data comes on.",
          "Say QUIT when nothing is left to send, and open a session for the next message. Who "
          "runs the relay sets idle and data-time."),
    OTHER("This is no web server; closing", "RFC 5321 section 7.8",
          "A web request at this port may be made by a page, and not by its reader.",
          "Send web requests to a web server."),
    OTHER("No memory; closing", "RFC 5321 section 3.8", "A server that cannot go on says 421.",
          "Try again in a while; who runs the relay gives the machine more memory."),
};
const size_t POLICY_PROTOCOL_COUNT = COUNT_OF(POLICY_PROTOCOL);

const struct policy_protocol *policy_protocol_of(str enhanced, str text)
{
    for (size_t i = 0; i < COUNT_OF(POLICY_PROTOCOL); i++) {
        const struct policy_protocol *p = &POLICY_PROTOCOL[i];
        if ((p->enhanced.n == 0 || str_eq(p->enhanced, enhanced)) &&
            str_eq(str_take(text, p->text.n), p->text))
            return p;
    }
    return NULL;
}
