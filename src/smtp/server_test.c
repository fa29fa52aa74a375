/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "smtp/server.h"
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define A64   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A52   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A256  A64 A64 A64 A64
#define A1024 A256 A256 A256 A256
#define HELLO "EHLO c\r\n"
#define CAPS                                                                                       \
    "250-mx\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250-SIZE 100\n"                \
    "250-STARTTLS\n250 AUTH PLAIN LOGIN X\n"
#define CAPS_TLS                                                                                   \
    "250-mx\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250-SIZE 100\n"                \
    "250 AUTH PLAIN LOGIN X\n"
#define GREETING "220 mx ESMTP\n"

static const struct smtp_session_config OPEN = {
    .hostname = STR_INIT("mx"),
    .starttls = true,
    .auth_in_clear = true,
    .auth_under_tls = true,
    .mechanisms = STR_INIT("PLAIN LOGIN X"),
    .size_max = 100,
    .errors_max = 4,
};
static const struct smtp_session_config TAKES_ANY = {
    .hostname = STR_INIT("mx"), .keywords = STR_INIT("DSN\nX"), .size_max = 9, .takes_any = true
};
static const struct smtp_session_config STRICT = {
    .hostname = STR_INIT("mx"),
    .starttls = true,
    .auth_under_tls = true,
    .mechanisms = STR_INIT("PLAIN"),
    .mail_needs_tls = true,
};
static const struct smtp_session_config CHUNKS = { .hostname = STR_INIT("mx"), .chunking = true };
static const struct smtp_session_config BARE = { .hostname = STR_INIT("mx"),
                                                 .tls_from_start = true };

struct answer {
    unsigned code;
    str enhanced, text;
};

/* A whole conversation. Answers are given in order, where there are none left: 250, to the greeting 220,
 * to AUTH 235. sent: the replies, CRLF as LF. asked: the questions, one a line. */
static const struct script {
    const char *label;
    const struct smtp_session_config *config;
    str octets;
    struct answer answers[6];
    const char *sent, *asked;
} SCRIPTS[] = {
    { "a message",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<a@b> SIZE=5 BODY=8BITMIME AUTH=<>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
                     "Subject: x\r\n\r\n..a\r\n.\r\nQUIT\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n250 2.1.5 Ok\n354 Send the message; end it with a dot on a line "
                    "of its own\n250 2.0.0 Ok, kept\n221 2.0.0 Goodbye\n",
      "greeting\nEHLO c\nmail a@b\nrcpt c@d\nstore Subject: x||.a|\nclose\n" },
    { "HELO, null reverse-path, two recipients, one refused",
      &OPEN,
      STR_INIT("helo c\r\nmail from:<>\r\nrcpt to:<c@d>\r\nRCPT TO: <e@f>\r\ndata\r\n.\r\n"),
      { { 220, STR_INIT(""), STR_INIT("mx\nhello") },
        { 250, STR_INIT(""), STR_INIT("") },
        { 250, STR_INIT("2.1.0"), STR_INIT("fine") },
        { 550, STR_INIT("5.7.1"), STR_INIT("no\nrelay") },
        { 251, STR_INIT(""), STR_INIT("will forward") },
        { 451, STR_INIT(""), STR_INIT("") } },
      "220-mx\n220 hello\n250 mx\n250 2.1.0 fine\n550-5.7.1 no\n550 5.7.1 relay\n"
      "251 will forward\n354 Send the message; end it with a dot on a line of its own\n"
      "451 4.3.0 Not now; try again\n",
      "greeting\nHELO c\nmail <>\nrcpt c@d\nrcpt e@f\nstore \n" },
    { "the greeting refuses: only QUIT is left",
      &OPEN,
      STR_INIT("EHLO c\r\nNOOP\r\nQUIT\r\nNOOP\r\n"),
      { { 554, STR_INIT("5.7.1"), STR_INIT("") } },
      "554 5.7.1 mx takes no mail\n503 5.5.1 Nothing but QUIT is taken here\n"
      "503 5.5.1 Nothing but QUIT is taken here\n221 2.0.0 Goodbye\n",
      "greeting\nclose\n" },
    { "the greeting refuses: octets of a BDAT are no commands there either",
      &CHUNKS,
      STR_INIT("BDAT 6\r\nQUIT\r\nNOOP\r\n"),
      { { 554, STR_INIT("5.7.1"), STR_INIT("") } },
      "554 5.7.1 mx takes no mail\n503 5.5.1 Say EHLO first\n"
      "503 5.5.1 Nothing but QUIT is taken here\n",
      "greeting\n" },
    { "the greeting is 421",
      &OPEN,
      STR_INIT("EHLO c\r\n"),
      { { 421, STR_INIT(""), STR_INIT("busy") } },
      "421 busy\n",
      "greeting\nclose\n" },
    { "order",
      &OPEN,
      STR_INIT("MAIL FROM:<a@b>\r\n" HELLO
               "RCPT TO:<c@d>\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n"),
      { { 0 } },
      GREETING "503 5.5.1 Say EHLO first\n" CAPS "503 5.5.1 Say MAIL first\n250 2.1.0 Ok\n"
               "503 5.5.1 Not inside a mail transaction\n",
      "greeting\nEHLO c\nmail a@b\n" },
    { "DATA without a recipient; EHLO resets; RSET resets",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<a@b>\r\nDATA\r\n" HELLO "MAIL FROM:<a@b>\r\nRSET\r\nDATA\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n503 5.5.1 Say RCPT first\n" CAPS
                    "250 2.1.0 Ok\n250 2.0.0 Ok\n503 5.5.1 Say MAIL first\n",
      "greeting\nEHLO c\nmail a@b\nEHLO c\nmail a@b\n" },
    { "a refused MAIL opens nothing, a refused RCPT counts for nothing",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
                     "DATA\r\n"),
      { { 220, STR_INIT(""), STR_INIT("") },
        { 250, STR_INIT(""), STR_INIT("") },
        { 553, STR_INIT(""), STR_INIT("") },
        { 250, STR_INIT(""), STR_INIT("") },
        { 450, STR_INIT(""), STR_INIT("") } },
      GREETING CAPS
      "553 5.7.1 This reverse-path is refused\n503 5.5.1 Say MAIL first\n"
      "250 2.1.0 Ok\n450 4.2.0 Not now; try again\n554 5.5.1 No recipient was taken\n",
      "greeting\nEHLO c\nmail a@b\nmail a@b\nrcpt c@d\n" },
    { "the small verbs",
      &OPEN,
      STR_INIT("noop x\r\nVRFY a\r\nHELP\r\nRSET \r\nVRFY\r\nquit\r\n"),
      { { 0 } },
      GREETING "250 2.0.0 Ok\n252 2.5.0 Send the message, and it will be seen\n"
               "214 2.0.0 We know EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT\n"
               "250 2.0.0 Ok\n501 5.5.4 VRFY whom?\n221 2.0.0 Goodbye\n",
      "greeting\nclose\n" },
    { "no verb",
      &OPEN,
      STR_INIT("EXPN x\r\nNOOPX\r\n\r\n"),
      { { 0 } },
      GREETING "502 5.5.1 That is not done here\n500 5.5.2 No command of ours\n"
               "500 5.5.2 No command of ours\n",
      "greeting\n" },
    { "too many errors",
      &OPEN,
      STR_INIT("A\r\nB\r\nC\r\nD\r\nQUIT\r\n"),
      { { 0 } },
      GREETING "500 5.5.2 No command of ours\n500 5.5.2 No command of ours\n"
               "500 5.5.2 No command of ours\n421 4.7.0 Too many errors; closing\n",
      "greeting\nclose\n" },
    { "arguments",
      &OPEN,
      STR_INIT("EHLO\r\nHELO a b\r\nQUIT now\r\n"),
      { { 0 } },
      GREETING "501 5.5.4 Say who you are: one name\n501 5.5.4 Say who you are: one name\n"
               "501 5.5.4 It takes no argument\n",
      "greeting\n" },
    { "EHLO refused, and in other words",
      &OPEN,
      STR_INIT("EHLO c\r\nMAIL FROM:<>\r\nEHLO d\r\nMAIL FROM:<>\r\n"),
      { { 220, STR_INIT(""), STR_INIT("x") },
        { 550, STR_INIT(""), STR_INIT("") },
        { 250, STR_INIT(""), STR_INIT("x\nXXXXXXXA") } },
      "220 x\n550 5.7.1 Refused\n503 5.5.1 Say EHLO first\n250-x\n250 XXXXXXXA\n250 2.1.0 Ok\n",
      "greeting\nEHLO c\nEHLO d\nmail <>\n" },
    { "paths that are wrong",
      &OPEN,
      STR_INIT(HELLO "MAIL a@b\r\nMAIL FROM:a@b\r\nMAIL FROM:<\xc3\xbc@b>\r\nMAIL FROM:<>\r\n"
                     "RCPT TO:<>\r\n"),
      { { 0 } },
      GREETING CAPS "501 5.5.4 MAIL wants FROM:<address>, RCPT wants TO:<address>\n"
                    "501 5.1.7 the opening bracket '<' is missing at octet 1\n"
                    "553 5.6.7 Addresses must be ASCII here\n250 2.1.0 Ok\n"
                    "501 5.1.3 the local part is missing at octet 2\n",
      "greeting\nEHLO c\nmail <>\n" },
    { "<Postmaster>",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n250 2.1.5 Ok\n",
      "greeting\nEHLO c\nmail <>\nrcpt postmaster@\n" },
    { "parameters",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<> SIZE=101\r\nMAIL FROM:<> SIZE=x\r\nMAIL FROM:<> BODY=9BIT\r\n"
                     "MAIL FROM:<> SMTPUTF8\r\n"),
      { { 0 } },
      GREETING CAPS "552 5.3.4 The message is larger than we take\n"
                    "501 5.5.4 A parameter has a wrong value\n501 5.5.4 A parameter has a wrong "
                    "value\n555 5.5.4 A parameter is not one of ours\n",
      "greeting\nEHLO c\n" },
    { "parameters behind HELO, and of RCPT",
      &OPEN,
      STR_INIT("HELO c\r\nMAIL FROM:<> SIZE=1\r\nMAIL FROM:<>\r\nRCPT TO:<a@b> NOTIFY=NEVER\r\n"),
      { { 0 } },
      GREETING "250 mx\n555 5.5.4 A parameter is not one of ours\n250 2.1.0 Ok\n"
               "555 5.5.4 A parameter is not one of ours\n",
      "greeting\nHELO c\nmail <>\n" },
    { "AUTH parameter where AUTH is not offered",
      &BARE,
      STR_INIT(HELLO "MAIL FROM:<> AUTH=<>\r\nMAIL FROM:<> SIZE=99999999999\r\n"),
      { { 0 } },
      GREETING "250-mx\n250-PIPELINING\n250-8BITMIME\n250 ENHANCEDSTATUSCODES\n"
               "555 5.5.4 A parameter is not one of ours\n250 2.1.0 Ok\n",
      "greeting\nEHLO c\nmail <>\n" },
    { "only CRLF.CRLF ends mail data, and a dot is undone once",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n..\r\n...\r\n.a.\r\n.\r\nNOOP\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n250 2.1.5 Ok\n354 Send the message; end it with a dot on a line "
                    "of its own\n250 2.0.0 Ok, kept\n250 2.0.0 Ok\n",
      "greeting\nEHLO c\nmail <>\nrcpt a@b\nstore .|..|a.|\n" },
    { "smuggling: LF.LF",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nx\n.\nMAIL FROM:<evil@x>\r\n.\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n250 2.1.5 Ok\n354 Send the message; end it with a dot on a line "
                    "of its own\n554 5.6.0 The message holds a bare CR or LF\n",
      "greeting\nEHLO c\nmail <>\nrcpt a@b\n" },
    { "smuggling: LF.CRLF, CR.CRLF, CRLF.CR, CRLF.LF",
      &OPEN,
      STR_INIT(HELLO
               "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nx\n.\r\ny\r.\r\nz\r\n.\ra\r\n.\nb\r\n"
               ".\r\r\n.\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n250 2.1.5 Ok\n354 Send the message; end it with a dot on a line "
                    "of its own\n554 5.6.0 The message holds a bare CR or LF\n",
      "greeting\nEHLO c\nmail <>\nrcpt a@b\n" },
    { "paths that are none, for an owner that takes any",
      &TAKES_ANY,
      STR_INIT("EHLO c\r\nMAIL FROM:<root> SIZE=10 X=Y\r\nRCPT TO: a b\r\nRSET\r\nMAIL FROM:<>\r\n"
               "RCPT TO:<a@b>\r\nRSET\r\nMAIL root\r\n"),
      { { 0 } },
      GREETING "250-mx\n250-DSN\n250-X\n250 SIZE 9\n250 2.1.0 Ok\n250 2.1.5 Ok\n250 2.0.0 Ok\n"
               "250 2.1.0 Ok\n250 2.1.5 Ok\n250 2.0.0 Ok\n"
               "501 5.5.4 MAIL wants FROM:<address>, RCPT wants TO:<address>\n",
      "greeting\nEHLO c\nmail root (10)\nrcpt a (0)\nmail <>\nrcpt a@b\n" },
    { "a message with bare LF, for an owner that takes any: only CRLF.CRLF ends it",
      &TAKES_ANY,
      STR_INIT("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\na\n.\nb\r\n.\r\n"),
      { { 0 } },
      GREETING "250-mx\n250-DSN\n250-X\n250 SIZE 9\n250 2.1.0 Ok\n250 2.1.5 Ok\n"
               "354 Send the message; end it with a dot on a line of its own\n250 2.0.0 Ok, kept\n",
      "greeting\nEHLO c\nmail <>\nrcpt a@b\nstore a\n.\nb|\n" },
    { "commands with bare LF: LF ends the message too",
      &TAKES_ANY,
      STR_INIT("EHLO c\nMAIL FROM:<>\nRCPT TO:<a@b>\nDATA\n..a\nb\n.\nQUIT\n"),
      { { 0 } },
      GREETING "250-mx\n250-DSN\n250-X\n250 SIZE 9\n250 2.1.0 Ok\n250 2.1.5 Ok\n"
               "354 Send the message; end it with a dot on a line of its own\n250 2.0.0 Ok, kept\n"
               "221 2.0.0 Goodbye\n",
      "greeting\nEHLO c\nmail <>\nrcpt a@b\nstore .a\nb\n\nclose\n" },
    { "mail data of exactly the maximum",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" A64
                     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n.\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n250 2.1.5 Ok\n354 Send the message; end it with a dot on a line "
                    "of its own\n250 2.0.0 Ok, kept\n",
      "greeting\nEHLO c\nmail <>\nrcpt a@b\nstore " A64 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb|\n" },
    { "mail data over the maximum",
      &OPEN,
      STR_INIT(HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" A64
                     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n.\r\nMAIL FROM:<>\r\n"),
      { { 0 } },
      GREETING CAPS "250 2.1.0 Ok\n250 2.1.5 Ok\n354 Send the message; end it with a dot on a line "
                    "of its own\n552 5.3.4 The message is larger than we take\n250 2.1.0 Ok\n",
      "greeting\nEHLO c\nmail <>\nrcpt a@b\nmail <>\n" },
    { "lines with LF, CR or NUL",
      &OPEN,
      STR_INIT("NOOP\nNO\rOP\r\nNO\0OP\r\n"),
      { { 0 } },
      GREETING "500 5.5.2 A line ends in CRLF and holds no CR, LF or NUL\n"
               "500 5.5.2 A line ends in CRLF and holds no CR, LF or NUL\n"
               "500 5.5.2 A line ends in CRLF and holds no CR, LF or NUL\n",
      "greeting\n" },
    { "a line of 512 octets, and one of 513",
      &OPEN,
      STR_INIT("NOOP " A256 A64 A64 A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "\r\nNOOP " A256 A64 A64 A64
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nNOOP\r\n"),
      { { 0 } },
      GREETING "250 2.0.0 Ok\n500 5.5.2 The line is too long\n250 2.0.0 Ok\n",
      "greeting\n" },
    { "AUTH PLAIN at once",
      &OPEN,
      STR_INIT(HELLO "AUTH PLAIN AHVzZXIAcGE6c3M=\r\nAUTH PLAIN\r\n"),
      { { 0 } },
      GREETING CAPS "235 2.7.0 Welcome\n503 5.5.1 Logged in already\n",
      "greeting\nEHLO c\nauth PLAIN user/pa:ss\nlogin user\n" },
    { "AUTH PLAIN with a challenge, refused",
      &OPEN,
      STR_INIT(HELLO "auth plain\r\ndQB1AHA=\r\n"),
      { { 220, STR_INIT(""), STR_INIT("x") },
        { 250, STR_INIT(""), STR_INIT("x") },
        { 535, STR_INIT(""), STR_INIT("") } },
      "220 x\n250 x\n334 \n535 5.7.8 User or password is wrong\n",
      "greeting\nEHLO c\nauth plain u/p\n" },
    { "AUTH LOGIN",
      &OPEN,
      STR_INIT(HELLO "AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\n"),
      { { 0 } },
      GREETING CAPS "334 VXNlcm5hbWU6\n334 UGFzc3dvcmQ6\n235 2.7.0 Welcome\n",
      "greeting\nEHLO c\nauth LOGIN user/pass\nlogin user\n" },
    { "AUTH LOGIN with the user at once, empty password",
      &OPEN,
      STR_INIT(HELLO "AUTH LOGIN dXNlcg==\r\n\r\n"),
      { { 0 } },
      GREETING CAPS "334 UGFzc3dvcmQ6\n235 2.7.0 Welcome\n",
      "greeting\nEHLO c\nauth LOGIN user/\nlogin user\n" },
    { "AUTH cancelled, not base64, not three parts",
      &OPEN,
      STR_INIT(HELLO "AUTH LOGIN\r\n*\r\nAUTH LOGIN !\r\nAUTH PLAIN dXNlcg==\r\n"),
      { { 0 } },
      GREETING CAPS "334 VXNlcm5hbWU6\n501 5.7.0 Cancelled\n501 5.5.2 Not base64\n"
                    "501 5.5.2 Not the three parts of PLAIN\n",
      "greeting\nEHLO c\n" },
    { "AUTH for another, in four parts, without a mechanism",
      &OPEN,
      STR_INIT(HELLO "AUTH PLAIN eAB1AHA=\r\nAUTH PLAIN AHUAcAA=\r\nAUTH\r\n"),
      { { 0 } },
      GREETING CAPS "535 5.7.8 One login may not act for another\n"
                    "501 5.5.2 Not the three parts of PLAIN\n501 5.5.4 AUTH wants a mechanism\n",
      "greeting\nEHLO c\n" },
    { "AUTH: an empty initial response",
      &OPEN,
      STR_INIT(HELLO "AUTH X =\r\nAUTH LOGIN =\r\ncA==\r\n"),
      { { 220, STR_INIT(""), STR_INIT("x") },
        { 250, STR_INIT(""), STR_INIT("x") },
        { 504, STR_INIT(""), STR_INIT("") } },
      "220 x\n250 x\n504 5.0.0 Refused\n334 UGFzc3dvcmQ6\n235 2.7.0 Welcome\n",
      "greeting\nEHLO c\nauth X begins\nauth LOGIN /p\nlogin \n" },
    { "AUTH by a mechanism the owner plays",
      &OPEN,
      STR_INIT(HELLO "AUTH X\r\nb25l\r\n\r\n"),
      { { 220, STR_INIT(""), STR_INIT("x") },
        { 250, STR_INIT(""), STR_INIT("x") },
        { 334, STR_INIT(""), STR_INIT("first") },
        { 334, STR_INIT(""), STR_INIT("") } },
      "220 x\n250 x\n334 Zmlyc3Q=\n334 \n235 2.7.0 Welcome\n",
      "greeting\nEHLO c\nauth X begins -\nauth X one\nauth X\nlogin \n" },
    { "AUTH that was cancelled begins anew",
      &OPEN,
      STR_INIT(HELLO "AUTH X b25l\r\n*\r\nAUTH X b25l\r\nb25l\r\n"),
      { { 220, STR_INIT(""), STR_INIT("x") },
        { 250, STR_INIT(""), STR_INIT("x") },
        { 334, STR_INIT(""), STR_INIT("first") },
        { 334, STR_INIT(""), STR_INIT("first") } },
      "220 x\n250 x\n334 Zmlyc3Q=\n501 5.7.0 Cancelled\n334 Zmlyc3Q=\n235 2.7.0 Welcome\n",
      "greeting\nEHLO c\nauth X begins one\nauth X begins one\nauth X one\nlogin \n" },
    { "AUTH out of place",
      &OPEN,
      STR_INIT("HELO c\r\nAUTH PLAIN\r\n" HELLO "AUTH NTLM\r\nMAIL FROM:<>\r\nAUTH PLAIN\r\n"),
      { { 0 } },
      GREETING "250 mx\n503 5.5.1 Say EHLO first\n" CAPS
               "504 5.5.4 That mechanism is not offered\n250 2.1.0 Ok\n"
               "503 5.5.1 Not inside a mail transaction\n",
      "greeting\nHELO c\nEHLO c\nmail <>\n" },
    { "a bare LF inside AUTH ends the exchange",
      &OPEN,
      STR_INIT(HELLO "AUTH LOGIN\r\ndXNlcg==\nNOOP\r\n"),
      { { 0 } },
      GREETING CAPS "334 VXNlcm5hbWU6\n500 5.5.2 A line ends in CRLF and holds no CR, LF or NUL\n"
                    "250 2.0.0 Ok\n",
      "greeting\nEHLO c\n" },
    { "an AUTH line over 512 octets",
      &OPEN,
      STR_INIT(HELLO "AUTH X " A1024 "\r\n"),
      { { 220, STR_INIT(""), STR_INIT("x") },
        { 250, STR_INIT(""), STR_INIT("x") },
        { 421, STR_INIT(""), STR_INIT("") } },
      "220 x\n250 x\n421 4.3.2 Closing; come back later\n",
      NULL },
    { "before TLS",
      &STRICT,
      STR_INIT(HELLO "MAIL FROM:<>\r\nAUTH PLAIN AAA=\r\n"),
      { { 0 } },
      GREETING "250-mx\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250 STARTTLS\n"
               "530 5.7.0 Say STARTTLS first\n538 5.7.11 Say STARTTLS first\n",
      "greeting\nEHLO c\n" },
    { "nothing offered",
      &BARE,
      STR_INIT(HELLO "AUTH PLAIN\r\nSTARTTLS\r\n"),
      { { 0 } },
      GREETING "250-mx\n250-PIPELINING\n250-8BITMIME\n250 ENHANCEDSTATUSCODES\n"
               "502 5.5.1 AUTH is not offered\n503 5.5.1 TLS is on already\n",
      "greeting\nEHLO c\n" },
    { "STARTTLS too early, and with an argument",
      &STRICT,
      STR_INIT("STARTTLS\r\nHELO c\r\nSTARTTLS now\r\nSTARTTLS\r\n"),
      { { 0 } },
      GREETING "503 5.5.1 Say EHLO first\n250 mx\n501 5.5.4 It takes no argument\n"
               "503 5.5.1 Say EHLO first\n",
      "greeting\nHELO c\n" },
};

static void log_octets(struct buf *log, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') {
            buf_addc(log, '|');
            i++;
        } else {
            buf_addc(log, s.p[i]);
        }
    }
}

struct play {
    struct smtp_session *s;
    const struct answer *answers;
    size_t given;
    struct buf sent, asked;
    struct buf pieces; /* of the message that is coming, with stream */
    bool closed, stream;
};

static void log_auth(struct buf *log, const struct smtp_session_question *q)
{
    buf_addf(log, "auth %.*s%s", STR_ARG(q->word), q->begins ? " begins" : "");
    if (q->user.p != NULL || q->password.p != NULL)
        buf_addf(log, " %.*s/%.*s", STR_ARG(q->user), STR_ARG(q->password));
    else if (q->octets.p == NULL)
        buf_add(log, STR(" -"));
    else if (q->octets.n > 0)
        buf_addf(log, " %.*s", STR_ARG(q->octets));
}

static void log_path(struct buf *log, const char *what, const struct smtp_session_question *q)
{
    if (q->null_path)
        buf_addf(log, "%s <>", what);
    else if (q->mailbox.local_part.n == 0)
        buf_addf(log, "%s %.*s (%llu)", what, STR_ARG(q->octets), (unsigned long long)q->size);
    else
        buf_addf(log, "%s %.*s@%.*s", what, STR_ARG(q->mailbox.local_part),
                 STR_ARG(q->mailbox.domain));
}

static void log_store(struct play *p, str octets)
{
    assert_true(!p->stream || octets.n == 0);
    buf_add(&p->asked, STR("store "));
    log_octets(&p->asked, p->stream ? buf_str(&p->pieces) : octets);
    buf_clear(&p->pieces);
}

static void log_question(struct play *p, enum smtp_ask ask, const struct smtp_session_question *q)
{
    struct buf *log = &p->asked;

    switch (ask) {
    case SMTP_ASK_GREETING: buf_add(log, STR("greeting")); break;
    case SMTP_ASK_EHLO: buf_addf(log, "%.*s %.*s", STR_ARG(q->octets), STR_ARG(q->word)); break;
    case SMTP_ASK_AUTH: log_auth(log, q); break;
    case SMTP_ASK_MAIL: log_path(log, "mail", q); break;
    case SMTP_ASK_RCPT: log_path(log, "rcpt", q); break;
    case SMTP_ASK_STORE: log_store(p, q->octets); break;
    default: buf_add(log, STR("tls")); break;
    }
    buf_addc(log, '\n');
}

static struct answer next_answer(struct play *p, enum smtp_ask ask)
{
    struct answer a = p->given < 6 ? p->answers[p->given] : (struct answer){ 0 };

    p->given++;
    if (a.code == 0)
        a.code = ask == SMTP_ASK_GREETING ? 220 : ask == SMTP_ASK_AUTH ? 235 : 250;
    return a;
}

static void answer(struct play *p, enum smtp_ask ask)
{
    struct answer a = next_answer(p, ask);

    smtp_session_answer(p->s, a.code, a.enhanced, a.text);
    if (ask == SMTP_ASK_AUTH && a.code == 235) {
        str login = smtp_session_login(p->s);

        buf_addf(&p->asked, "login %.*s\n", STR_ARG(login));
    }
}

static void pump(struct play *p)
{
    struct smtp_session_question q;
    enum smtp_ask ask;

    while (!p->closed && (ask = smtp_session_next(p->s, &q)) != SMTP_ASK_NOTHING) {
        if (ask == SMTP_ASK_SEND) {
            for (size_t i = 0; i < q.octets.n; i++)
                if (q.octets.p[i] != '\r')
                    buf_addc(&p->sent, q.octets.p[i]);
        } else if (ask == SMTP_ASK_CLOSE) {
            buf_add(&p->asked, STR("close\n"));
            p->closed = true;
        } else if (ask == SMTP_ASK_PIECE) {
            assert_true(p->stream && q.octets.n > 0);
            buf_add(&p->pieces, q.octets);
            smtp_session_answer(p->s, 250, STR_NONE, STR_NONE);
        } else if (ask == SMTP_ASK_FORGET) {
            assert_true(p->stream && p->pieces.n > 0);
            buf_clear(&p->pieces);
        } else {
            log_question(p, ask, &q);
            if (ask == SMTP_ASK_TLS)
                smtp_session_tls(p->s, true);
            else
                answer(p, ask);
        }
    }
}

static void play_begin(struct play *p, const struct smtp_session_config *config,
                       const struct answer *answers)
{
    *p = (struct play){ .s = smtp_session_new(config, 0),
                        .answers = answers,
                        .stream = config->stream };
    assert_non_null(p->s);
    buf_init(&p->pieces, 1 << 20);
    buf_init(&p->sent, 1 << 20);
    buf_init(&p->asked, 1 << 20);
}

static void play_end(struct play *p, const char *sent, const char *asked)
{
    buf_addc(&p->sent, '\0');
    buf_addc(&p->asked, '\0');
    assert_string_equal(p->sent.p, sent);
    if (asked != NULL)
        assert_string_equal(p->asked.p, asked);
    smtp_session_free(p->s);
    buf_done(&p->sent);
    buf_done(&p->asked);
    buf_done(&p->pieces);
}

static void play_feed(struct play *p, str octets)
{
    smtp_session_feed(p->s, octets, 0);
    pump(p);
}

/* cut: where the octets are parted; 0 for everywhere. */
static void play(const struct script *k, size_t cut, bool stream)
{
    struct smtp_session_config config = *k->config;
    struct play p;

    config.stream = stream;
    play_begin(&p, &config, k->answers);
    for (size_t i = 0; cut == 0 && i < k->octets.n; i++)
        play_feed(&p, str_take(str_skip(k->octets, i), 1));
    if (cut > 0) {
        play_feed(&p, str_take(k->octets, cut));
        play_feed(&p, str_skip(k->octets, cut));
    }
    play_end(&p, k->sent, k->asked);
}

static void scripts_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SCRIPTS); i++) {
        print_message("  %s\n", SCRIPTS[i].label);
        for (size_t cut = 0; cut <= SCRIPTS[i].octets.n; cut++) {
            play(&SCRIPTS[i], cut, false);
            play(&SCRIPTS[i], cut, true);
        }
    }
}

static const struct answer STANDARD[6];

static void starttls_forgets_everything(void **state)
{
    struct play p;

    (void)state;
    play_begin(&p, &OPEN, STANDARD);
    play_feed(&p, STR(HELLO "AUTH PLAIN AHUAcA==\r\n"));
    assert_true(str_eq(smtp_session_login(p.s), STR("u")));
    play_feed(&p, STR("STARTTLS\r\n"));
    assert_true(smtp_session_is_tls(p.s));
    assert_int_equal(smtp_session_login(p.s).n, 0);
    play_feed(&p, STR("MAIL FROM:<>\r\n" HELLO "STARTTLS\r\nMAIL FROM:<x@y>\r\n"));
    assert_true(str_eq(smtp_session_reverse_path(p.s)->local_part, STR("x")));
    assert_true(str_eq(smtp_session_reverse_path(p.s)->domain, STR("y")));
    play_feed(&p, STR("NOOP " A64 "\r\n")); /* where the line was that the path came in */
    assert_true(str_eq(smtp_session_reverse_path(p.s)->local_part, STR("x")));
    assert_true(str_eq(smtp_session_reverse_path(p.s)->domain, STR("y")));
    play_feed(&p, STR("RSET\r\n"));
    assert_null(smtp_session_reverse_path(p.s));
    play_feed(&p, STR("AUTH PLAIN AHYAcA==\r\n"));
    assert_true(str_eq(smtp_session_login(p.s), STR("v")));
    play_end(&p,
             GREETING CAPS
             "235 2.7.0 Welcome\n220 2.0.0 Go ahead\n503 5.5.1 Say EHLO first\n" CAPS_TLS
             "503 5.5.1 TLS is on already\n250 2.1.0 Ok\n250 2.0.0 Ok\n250 2.0.0 Ok\n"
             "235 2.7.0 Welcome\n",
             "greeting\nEHLO c\nauth PLAIN u/p\nlogin u\ntls\nEHLO c\nmail x@y\nauth PLAIN v/p\n"
             "login v\n");
}

static void other_mechanisms_in_clear(void **state)
{
    struct smtp_session_config config = OPEN;
    struct play p;

    (void)state;
    config.mechanisms_in_clear = STR("LOGIN");
    config.size_max = 0;
    play_begin(&p, &config, STANDARD);
    play_feed(&p, STR(HELLO "AUTH PLAIN =\r\nSTARTTLS\r\n"));
    play_feed(&p, STR(HELLO "AUTH PLAIN AHUAcA==\r\n"));
    play_end(&p,
             GREETING
             "250-mx\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250-STARTTLS\n"
             "250 AUTH LOGIN\n504 5.5.4 That mechanism is not offered\n220 2.0.0 Go ahead\n"
             "250-mx\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n"
             "250 AUTH PLAIN LOGIN X\n235 2.7.0 Welcome\n",
             "greeting\nEHLO c\ntls\nEHLO c\nauth PLAIN u/p\nlogin u\n");
}

/* Octets in clear, in one packet with STARTTLS or behind its 220, are never read as commands under TLS. */
static void commands_behind_starttls_are_dropped(void **state)
{
    struct smtp_session_question q;
    struct play p;

    (void)state;
    play_begin(&p, &OPEN, STANDARD);
    play_feed(&p, STR(HELLO));
    smtp_session_feed(p.s, STR("STARTTLS\r\nNOOP\r\n"), 0);
    assert_int_equal(smtp_session_next(p.s, &q), SMTP_ASK_SEND);
    assert_int_equal(smtp_session_next(p.s, &q), SMTP_ASK_TLS);
    smtp_session_feed(p.s, STR("MAIL FROM:<evil@x>\r\n"), 0);
    assert_int_equal(smtp_session_next(p.s, &q), SMTP_ASK_NOTHING);
    assert_int_equal(smtp_session_deadline_ms(p.s), UINT64_MAX);
    assert_int_equal(smtp_session_dropped_octets(p.s), 26);
    smtp_session_tls(p.s, true);
    play_feed(&p, STR("NOOP\r\n"));
    play_end(&p, GREETING CAPS "250 2.0.0 Ok\n", "greeting\nEHLO c\n");
}

static void a_failed_handshake_closes(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&OPEN, 0);
    struct smtp_session_question q;

    (void)state;
    smtp_session_tls(s, false); /* not asked for: nothing happens */
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_GREETING);
    smtp_session_answer(s, 220, STR_NONE, STR_NONE);
    smtp_session_feed(s, STR(HELLO), 0);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_EHLO);
    smtp_session_answer(s, 250, STR_NONE, STR_NONE);
    smtp_session_feed(s, STR("STARTTLS\r\n"), 0);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_TLS);
    smtp_session_tls(s, false);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_CLOSE);
}

static void silence_closes(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&OPEN, 1000);
    struct smtp_session_question q;

    (void)state;
    assert_int_equal(smtp_session_deadline_ms(s), UINT64_MAX); /* the greeting is ours to give */
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_GREETING);
    smtp_session_feed(s, STR_NONE, 2000);
    smtp_session_answer(s, 220, STR_NONE, STR_NONE);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_int_equal(smtp_session_deadline_ms(s), 302000);
    smtp_session_feed(s, STR("NO"), 100000);
    smtp_session_feed(s, STR_NONE, 399999);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_NOTHING);
    smtp_session_feed(s, STR_NONE, 400000);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_true(str_starts(q.octets, STR("421 4.4.2 ")));
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_CLOSE);
}

static void the_peer_goes(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&OPEN, 0);
    struct smtp_session_question q;

    (void)state;
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_GREETING);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_NOTHING); /* asked once */
    smtp_session_ended(s);
    smtp_session_answer(s, 220, STR_NONE, STR_NONE);
    smtp_session_feed(s, STR("NOOP\r\n"), 0);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_CLOSE);
    smtp_session_free(NULL);
}

/* What a peer can send without being read has a maximum, and so has a line. */
static void floods_close(void **state)
{
    static char flood[1 << 19];
    struct smtp_session_question q;
    struct play p;

    (void)state;
    memset(flood, 'x', sizeof(flood));
    play_begin(&p, &OPEN, STANDARD);
    smtp_session_feed(p.s, (str){ flood, sizeof(flood) }, 0);
    assert_int_equal(smtp_session_next(p.s, &q), SMTP_ASK_SEND);
    assert_true(str_starts(q.octets, STR("421 4.7.0 ")));
    assert_int_equal(smtp_session_next(p.s, &q), SMTP_ASK_CLOSE);
    play_end(&p, "", "");
    play_begin(&p, &OPEN, STANDARD);
    for (int i = 0; i < 80; i++)
        play_feed(&p, (str){ flood, 1024 });
    play_end(&p, GREETING "421 4.7.0 A line without end; closing\n", "greeting\nclose\n");
}

/* RFC 4954 section 4: 12288 octets is what a line inside AUTH may have. */
static void long_auth_lines(void **state)
{
    static char line[12290];
    struct play p;

    (void)state;
    memset(line, 'A', sizeof(line));
    for (size_t n = 12286; n <= 12287; n++) {
        play_begin(&p, &OPEN, STANDARD);
        play_feed(&p, STR(HELLO "AUTH LOGIN\r\n"));
        play_feed(&p, (str){ line, n });
        play_feed(&p, STR("\r\nNOOP\r\n"));
        play_end(&p,
                 n == 12286 ? GREETING CAPS "334 VXNlcm5hbWU6\n501 5.5.2 Not base64\n250 2.0.0 Ok\n"
                            : GREETING CAPS
                     "334 VXNlcm5hbWU6\n500 5.5.6 The line is too long\n250 2.0.0 Ok\n",
                 "greeting\nEHLO c\n");
    }
}

static void recipients_have_a_maximum(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&BARE, 0);
    struct smtp_session_question q;
    unsigned asked = 0;
    enum smtp_ask ask;
    bool refused = false;

    (void)state;
    smtp_session_feed(s, STR("HELO c\r\nMAIL FROM:<>\r\n"), 0);
    for (int i = 0; i < 1002; i++) {
        smtp_session_feed(s, STR("RCPT TO:<a@b>\r\n"), 0);
        while ((ask = smtp_session_next(s, &q)) != SMTP_ASK_NOTHING) {
            asked += ask == SMTP_ASK_RCPT;
            if (ask == SMTP_ASK_SEND)
                refused |= str_find(q.octets, STR("452 4.5.3 ")) != STR_NOT_FOUND;
            else
                smtp_session_answer(s, ask == SMTP_ASK_GREETING ? 220 : 250, STR_NONE, STR_NONE);
        }
    }
    assert_int_equal(asked, 1000);
    assert_true(refused);
}

/* What an owner says may not make lines of its own. */
static void answers_cannot_smuggle(void **state)
{
    static const struct answer ANSWERS[6] = { { 220, STR_INIT(""), STR_INIT("a\rb\0c\n\nd") } };
    struct play p;

    (void)state;
    play_begin(&p, &OPEN, ANSWERS);
    play_feed(&p, STR_NONE);
    play_end(&p, "220-abc\n220-\n220 d\n", "greeting\n");
}

/* A login named for one mechanism does not stay when that login is refused. */
static void logins_of_other_mechanisms(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&OPEN, 0);
    struct smtp_session_question q;
    static const unsigned CODES[] = { 220, 250, 535, 235 };
    size_t given = 0;
    enum smtp_ask ask;

    (void)state;
    smtp_session_feed(s, STR(HELLO "AUTH X\r\nAUTH PLAIN AHUAcA==\r\n"), 0);
    while ((ask = smtp_session_next(s, &q)) != SMTP_ASK_NOTHING) {
        if (ask == SMTP_ASK_SEND)
            continue;
        if (given == 2)
            smtp_session_login_is(s, STR("root"));
        smtp_session_answer(s, CODES[given++], STR_NONE, STR_NONE);
    }
    assert_true(str_eq(smtp_session_login(s), STR("u")));
}

/* Parameters reach the owner as they were said, and those of one command are not seen with the next. */
static void what_parameters_say(void **state)
{
    static const struct smtp_session_config CONFIG = {
        .hostname = STR_INIT("mx"), .size_max = 100, .dsn = true, .smtputf8 = true
    };
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&CONFIG, 0);
    struct smtp_session_question q;
    enum smtp_ask ask;
    unsigned mails = 0, rcpts = 0;

    (void)state;
    smtp_session_feed(s,
                      STR(HELLO
                          "MAIL FROM:<a@b> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS "
                          "ENVID=e+20f\r\nRCPT TO:<c@d> ORCPT=rfc822;x NOTIFY=DELAY,FAILURE\r\n"
                          "RCPT TO:<c@d>\r\nRCPT TO:<c@d> NOTIFY=NEVER\r\nRSET\r\n"
                          "MAIL FROM:<a@b> BODY=7BIT RET=FULL\r\n"),
                      0);
    while ((ask = smtp_session_next(s, &q)) != SMTP_ASK_NOTHING) {
        if (ask == SMTP_ASK_SEND)
            continue;
        if (ask == SMTP_ASK_MAIL) {
            bool first = mails++ == 0;
            assert_int_equal(q.size, first ? 9 : 0);
            assert_true(q.eightbit == first && q.smtputf8 == first && !q.null_path);
            assert_int_equal(q.ret, first ? SMTP_RET_HDRS : SMTP_RET_FULL);
            assert_true(str_eq(q.envid, first ? STR("e+20f") : STR("")));
        } else if (ask == SMTP_ASK_RCPT) {
            static const unsigned NOTIFY[] = { SMTP_NOTIFY_DELAY | SMTP_NOTIFY_FAILURE, 0,
                                               SMTP_NOTIFY_NEVER };
            assert_int_equal(q.notify, NOTIFY[rcpts]);
            assert_true(str_eq(q.orcpt, rcpts++ == 0 ? STR("rfc822;x") : STR("")));
        }
        smtp_session_answer(s, ask == SMTP_ASK_GREETING ? 220 : 250, STR_NONE, STR_NONE);
    }
    assert_true(mails == 2 && rcpts == 3);
}

/* Only the owner knows who has logged in by a mechanism of its own; the last word counts. */
static void the_owner_names_the_login(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&OPEN, 0);
    struct smtp_session_question q;
    enum smtp_ask ask;

    (void)state;
    smtp_session_feed(s, STR(HELLO "AUTH X YQ==\r\n"), 0);
    while ((ask = smtp_session_next(s, &q)) != SMTP_ASK_NOTHING) {
        if (ask == SMTP_ASK_SEND)
            continue;
        if (ask == SMTP_ASK_AUTH) {
            smtp_session_login_is(s, STR("anna"));
            smtp_session_login_is(s, STR("bob"));
        }
        smtp_session_answer(s,
                            ask == SMTP_ASK_GREETING ? 220
                            : ask == SMTP_ASK_AUTH   ? 235
                                                     : 250,
                            STR_NONE, STR_NONE);
    }
    assert_true(str_eq(smtp_session_login(s), STR("bob")));
}

#define TO_DATA HELLO "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n"

static const struct smtp_session_config STREAM = {
    .hostname = STR_INIT("mx"), .size_max = 100, .stream = true, .data_ms = 10000
};

/* Goes on until something else than a greeting, a command's question or a SEND is asked. */
static enum smtp_ask until_data(struct smtp_session *s, struct smtp_session_question *q)
{
    enum smtp_ask ask;

    while ((ask = smtp_session_next(s, q)) != SMTP_ASK_NOTHING && ask < SMTP_ASK_STORE)
        if (ask != SMTP_ASK_SEND)
            smtp_session_answer(s, ask == SMTP_ASK_GREETING ? 220 : 250, STR_NONE, STR_NONE);
    return ask;
}

static struct smtp_session *at_data(const struct smtp_session_config *c)
{
    struct smtp_session *s = smtp_session_new(c, 0);
    struct smtp_session_question q;

    assert_non_null(s);
    smtp_session_feed(s, STR(TO_DATA), 0);
    assert_int_equal(until_data(s, &q), SMTP_ASK_NOTHING);
    return s;
}

struct told {
    char text[2000];
    int n;
};

static str note_refusal(void *user, const struct smtp_refusal *r)
{
    struct told *t = user;
    t->n += snprintf(t->text + t->n, sizeof t->text - (size_t)t->n, "%u %.*s/%.*s/%.*s/%.*s\n",
                     r->code, STR_ARG(r->enhanced), STR_ARG(r->verb), STR_ARG(r->path),
                     STR_ARG(r->text));
    return STR(" (it is kept)");
}

/* Of what it refuses by itself the owner is told, and may add words; of its own refusals it is not. */
static void the_owner_is_told_of_refusals(void **state)
{
    static const struct answer ANSWERS[6] = { { 220, STR_INIT(""), STR_INIT("mx") },
                                              { 250, STR_INIT(""), STR_INIT("mx") },
                                              { 550, STR_INIT("5.7.1"), STR_INIT("not you") },
                                              { 451, STR_INIT(""), STR_INIT("") },
                                              { 250, STR_INIT(""), STR_INIT("") },
                                              { 250, STR_INIT(""), STR_INIT("") } };
    struct smtp_session_config config = OPEN;
    struct told told = { .n = 0 };
    struct play p;

    (void)state;
    config.refused = note_refusal;
    config.refused_user = &told;
    config.errors_max = 9;
    play_begin(&p, &config, ANSWERS);
    play_feed(&p, STR("secret\r\nEHLO c\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\nAUTH PLAIN "
                      "secret\r\nAUTH LOGIN secret=\r\nAUTH LOGIN\r\nsec\0ret\r\n"
                      "MAIL FROM:<se cret>\r\nMAIL FROM:<a@b> SIZE=101\r\nMAIL FROM:<a@b>\r\n"
                      "RCPT secret\r\nRCPT TO:<c@>\r\nRCPT TO:<c@d>\r\nDATA\r\n" A64 A64
                      "\r\n.\r\nsecret\r\nNOOP\r\n"));
    smtp_session_feed(p.s, STR_NONE, 6 * 60 * 1000);
    play_feed(&p, STR_NONE);
    assert_string_equal(told.text,
                        "500 5.5.2///No command of ours\n"
                        "501 5.5.2/AUTH//Not base64\n"
                        "501 5.5.2/AUTH//Not base64\n"
                        "500 5.5.2/AUTH//A line ends in CRLF and holds no CR, LF or NUL\n"
                        "501 5.1.7/MAIL/se cret/an at-sign is missing at octet 4\n"
                        "552 5.3.4/MAIL/a@b/The message is larger than we take\n"
                        "501 5.5.4/RCPT//MAIL wants FROM:<address>, RCPT wants "
                        "TO:<address>\n"
                        "501 5.1.3/RCPT/c@/the domain is missing at octet 4\n"
                        "552 5.3.4/DATA//The message is larger than we take\n"
                        "500 5.5.2///No command of ours\n"
                        "421 4.4.2///Nothing came for too long; closing\n");
    play_end(&p,
             "220 mx\n500 5.5.2 No command of ours (it is kept)\n250 mx\n550 5.7.1 not you\n"
             "451 4.3.0 Not now; try again\n501 5.5.2 Not base64 (it is kept)\n"
             "501 5.5.2 Not base64 (it is kept)\n334 VXNlcm5hbWU6\n"
             "500 5.5.2 A line ends in CRLF and holds no CR, LF or NUL (it is kept)\n"
             "501 5.1.7 an at-sign is missing at octet 4 (it is kept)\n"
             "552 5.3.4 The message is larger than we take (it is kept)\n250 2.1.0 Ok\n"
             "501 5.5.4 MAIL wants FROM:<address>, RCPT wants TO:<address> (it is kept)\n"
             "501 5.1.3 the domain is missing at octet 4 (it is kept)\n250 2.1.5 Ok\n"
             "354 Send the message; end it with a dot on a line of its own\n"
             "552 5.3.4 The message is larger than we take (it is kept)\n"
             "500 5.5.2 No command of ours (it is kept)\n250 2.0.0 Ok\n"
             "421 4.4.2 Nothing came for too long; closing (it is kept)\n",
             NULL);
}

/* Refused at a piece: the rest is dropped, the reply comes at the end, and nothing is stored. */
static void a_piece_refused(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = at_data(&STREAM);
    struct smtp_session_question q;

    (void)state;
    smtp_session_feed(s, STR("one\r\n"), 0);
    assert_int_equal(until_data(s, &q), SMTP_ASK_PIECE);
    assert_true(str_eq(q.octets, STR("one\r\n")));
    smtp_session_answer(s, 250, STR_NONE, STR_NONE);
    smtp_session_feed(s, STR("two\r\n"), 0);
    assert_int_equal(until_data(s, &q), SMTP_ASK_PIECE);
    smtp_session_answer(s, 550, STR("5.7.1"), STR("not\nthis"));
    smtp_session_feed(s, STR("three\r\n.\r"), 0);
    assert_int_equal(until_data(s, &q), SMTP_ASK_NOTHING);
    smtp_session_feed(s, STR("\nNOOP\r\n"), 0);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_true(str_eq(q.octets, STR("550-5.7.1 not\r\n550 5.7.1 this\r\n250 2.0.0 Ok\r\n")));
    assert_null(smtp_session_reverse_path(s));
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_NOTHING);
}

/* A 421 to a piece is said at once. */
static void a_piece_closes(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = at_data(&STREAM);
    struct smtp_session_question q;

    (void)state;
    smtp_session_feed(s, STR("one\r\n"), 0);
    assert_int_equal(until_data(s, &q), SMTP_ASK_PIECE);
    smtp_session_answer(s, 421, STR_NONE, STR_NONE);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_true(str_starts(q.octets, STR("421 4.3.2 ")));
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_CLOSE);
}

/* What was given and cannot be kept is taken back, as soon as that is known. */
static void pieces_are_forgotten(void **state)
{
    static const struct {
        str second, said;
    } CASES[] = {
        { STR_INIT("a\nb\r\n"), STR_INIT("554 5.6.0 The message holds a bare CR or LF\r\n") },
        { STR_INIT(A64 A64), STR_INIT("552 5.3.4 The message is larger than we take\r\n") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(smtp_session_freep) struct smtp_session *s = at_data(&STREAM);
        struct smtp_session_question q;

        smtp_session_feed(s, STR("one\r\n"), 0);
        assert_int_equal(until_data(s, &q), SMTP_ASK_PIECE);
        smtp_session_answer(s, 250, STR_NONE, STR_NONE);
        smtp_session_feed(s, CASES[i].second, 0);
        assert_int_equal(until_data(s, &q), SMTP_ASK_FORGET);
        assert_true(str_eq(q.octets, CASES[i].said));
        smtp_session_feed(s, STR("\r\n.\r\n"), 0);
        assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
        assert_true(str_eq(q.octets, CASES[i].said));
        assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_NOTHING);
    }
}

/* A connection that ends in the middle of mail data stores nothing, wherever that is. */
static void ended_in_the_middle(void **state)
{
    static const str MESSAGE = STR_INIT("one\r\n.\r\n");

    (void)state;
    for (size_t n = 0; n < MESSAGE.n; n++) {
        AUTO(smtp_session_freep) struct smtp_session *s = at_data(&STREAM);
        struct smtp_session_question q;

        smtp_session_feed(s, str_take(MESSAGE, n), 0);
        while (until_data(s, &q) == SMTP_ASK_PIECE)
            smtp_session_answer(s, 250, STR_NONE, STR_NONE);
        smtp_session_ended(s);
        smtp_session_feed(s, str_skip(MESSAGE, n), 0);
        assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_CLOSE);
    }
}

/* Mail data has a floor of octets a second; while it is the owner's turn, no time passes. */
static void drip_in_mail_data(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = at_data(&STREAM);
    struct smtp_session_question q;

    (void)state;
    assert_int_equal(smtp_session_deadline_ms(s), 10000);
    smtp_session_feed(s, STR(A64), 1000);
    assert_int_equal(until_data(s, &q), SMTP_ASK_PIECE);
    assert_int_equal(smtp_session_deadline_ms(s), UINT64_MAX);
    smtp_session_feed(s, STR_NONE, 4000);
    smtp_session_answer(s, 250, STR_NONE, STR_NONE);
    assert_int_equal(smtp_session_deadline_ms(s), 10000 + 3000 + 64 * 1000 / 512);
    smtp_session_feed(s, STR("a"), 13124);
    assert_int_equal(until_data(s, &q), SMTP_ASK_PIECE);
    smtp_session_answer(s, 250, STR_NONE, STR_NONE);
    smtp_session_feed(s, STR_NONE, 13126);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_true(str_starts(q.octets, STR("421 4.4.2 ")));
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_CLOSE);
}

/* While an answer is owed, little is wanted; afterwards all is. */
static void the_owner_can_stop_reading(void **state)
{
    static char noops[6 * 4096];
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&STREAM, 0);
    struct smtp_session_question q;

    (void)state;
    for (size_t i = 0; i < sizeof(noops); i++)
        noops[i] = "NOOP\r\n"[i % 6];
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_GREETING);
    smtp_session_feed(s, (str){ noops, 6000 }, 0);
    assert_true(smtp_session_wants_octets(s));
    smtp_session_feed(s, (str){ noops, 12000 }, 0);
    assert_false(smtp_session_wants_octets(s));
    smtp_session_answer(s, 220, STR_NONE, STR_NONE);
    while (smtp_session_next(s, &q) == SMTP_ASK_SEND)
        ;
    assert_true(smtp_session_wants_octets(s));
}

/* A command has idle_ms from its first octet to its last, however its octets drip. */
static void drip_in_a_command(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&STREAM, 0);
    struct smtp_session_question q;
    uint64_t now_ms = 1000;

    (void)state;
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_GREETING);
    smtp_session_answer(s, 220, STR_NONE, STR_NONE);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    for (; now_ms < 301000; now_ms += 60000) {
        smtp_session_feed(s, STR("N"), now_ms);
        assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_NOTHING);
        assert_int_equal(smtp_session_deadline_ms(s), 301000);
    }
    smtp_session_feed(s, STR("N"), 301000);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_true(str_starts(q.octets, STR("421 4.4.2 ")));
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_CLOSE);
}

/* The next command has its own time, from its first octet or else from the last answer on. */
static void every_command_has_its_time(void **state)
{
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&STREAM, 0);
    struct smtp_session_question q;

    (void)state;
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_GREETING);
    smtp_session_answer(s, 220, STR_NONE, STR_NONE);
    smtp_session_feed(s, STR("NO"), 1000);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    smtp_session_feed(s, STR("OP\r\n"), 200000);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_int_equal(smtp_session_deadline_ms(s), 500000);
    smtp_session_feed(s, STR("NOOP\r\nNO"), 300000);
    assert_int_equal(smtp_session_next(s, &q), SMTP_ASK_SEND);
    assert_int_equal(smtp_session_deadline_ms(s), 600000);
}

/* A recipient too many is refused for as long as the peer likes, and costs nothing but the reply. */
static void a_hundred_thousand_recipients(void **state)
{
    static const struct smtp_session_config FEW = { .hostname = STR_INIT("mx"),
                                                    .recipients_max = 100 };
    AUTO(smtp_session_freep) struct smtp_session *s = smtp_session_new(&FEW, 0);
    struct smtp_session_question q;
    struct mallinfo2 before = { 0 }, after;
    unsigned refused = 0, taken = 0;
    enum smtp_ask ask;

    (void)state;
    smtp_session_feed(s, STR(HELLO "MAIL FROM:<>\r\n"), 0);
    for (int i = 0; i < 1000; i++) {
        for (int j = 0; j < 100; j++)
            smtp_session_feed(s, STR("RCPT TO:<someone@example.example>\r\n"), 0);
        while ((ask = smtp_session_next(s, &q)) != SMTP_ASK_NOTHING) {
            taken += ask == SMTP_ASK_RCPT;
            if (ask != SMTP_ASK_SEND)
                smtp_session_answer(s, ask == SMTP_ASK_GREETING ? 220 : 250, STR_NONE, STR_NONE);
            for (str said = q.octets; ask == SMTP_ASK_SEND && said.n > 0;)
                refused += str_starts(str_cut(&said, '\n'), STR("452 4.5.3 "));
        }
        after = mallinfo2();
        if (i == 2)
            before = after;
        assert_true(i < 2 || after.uordblks <= before.uordblks);
    }
    assert_int_equal(taken, 100);
    assert_int_equal(refused, 99900);
}

/* What a connection holds while nothing happens. */
static void an_idle_session_is_small(void **state)
{
    size_t before = mallinfo2().uordblks;
    AUTO(smtp_session_freep) struct smtp_session *s = at_data(&STREAM);
    struct smtp_session_question q;

    (void)state;
    smtp_session_feed(s, STR("one\r\n.\r\nNOOP\r\n"), 0);
    while ((smtp_session_next(s, &q)) != SMTP_ASK_NOTHING)
        smtp_session_answer(s, 250, STR_NONE, STR_NONE);
    assert_true(mallinfo2().uordblks - before <= 2048);
}

/* Text of an owner that is too long for a line is broken at a blank (RFC 5321 section 4.5.3.1.5). */
static void long_answers_are_broken(void **state)
{
    struct answer answers[6] = { { 0 }, { 550, STR_INIT("5.7.1"), STR_INIT("") } };
    struct smtp_session_config config = BARE;
    struct play p;

    (void)state;
    answers[1].text = STR(A256 " " A256 " " A64);
    play_begin(&p, &config, answers);
    play_feed(&p, STR("HELO c\r\n"));
    play_end(&p, GREETING "550-5.7.1 " A256 "\n550 5.7.1 " A256 " " A64 "\n", "greeting\nHELO c\n");
    answers[1].text = STR(A256 A64 A64 A64 A52 "bc");
    play_begin(&p, &config, answers);
    play_feed(&p, STR("HELO c\r\n"));
    play_end(&p, GREETING "550-5.7.1 " A256 A64 A64 A64 A52 "\n550 5.7.1 bc\n", NULL);
}

/* UTF-8 is said only to who said SMTPUTF8 (RFC 6531 section 3.7.4). */
static void answers_in_utf8(void **state)
{
    static const struct answer ANSWERS[6] = { { 0 },
                                              { 0 },
                                              { 550, STR_INIT(""), STR_INIT("\xc3\xbc") },
                                              { 0 },
                                              { 550, STR_INIT(""), STR_INIT("\xc3\xbc") } };
    static const struct smtp_session_config UTF8 = { .hostname = STR_INIT("mx"), .smtputf8 = true };
    struct play p;

    (void)state;
    play_begin(&p, &UTF8, ANSWERS);
    play_feed(&p, STR(HELLO "MAIL FROM:<>\r\nMAIL FROM:<> SMTPUTF8\r\nRCPT TO:<a@b>\r\n"));
    play_end(&p,
             GREETING
             "250-mx\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250 SMTPUTF8\n"
             "550 ??\n250 2.1.0 Ok\n550 \xc3\xbc\n",
             NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_cut_anywhere),
        cmocka_unit_test(starttls_forgets_everything),
        cmocka_unit_test(other_mechanisms_in_clear),
        cmocka_unit_test(commands_behind_starttls_are_dropped),
        cmocka_unit_test(a_failed_handshake_closes),
        cmocka_unit_test(silence_closes),
        cmocka_unit_test(the_peer_goes),
        cmocka_unit_test(floods_close),
        cmocka_unit_test(long_auth_lines),
        cmocka_unit_test(recipients_have_a_maximum),
        cmocka_unit_test(answers_cannot_smuggle),
        cmocka_unit_test(logins_of_other_mechanisms),
        cmocka_unit_test(what_parameters_say),
        cmocka_unit_test(the_owner_names_the_login),
        cmocka_unit_test(the_owner_is_told_of_refusals),
        cmocka_unit_test(a_piece_refused),
        cmocka_unit_test(a_piece_closes),
        cmocka_unit_test(pieces_are_forgotten),
        cmocka_unit_test(ended_in_the_middle),
        cmocka_unit_test(drip_in_mail_data),
        cmocka_unit_test(the_owner_can_stop_reading),
        cmocka_unit_test(drip_in_a_command),
        cmocka_unit_test(every_command_has_its_time),
        cmocka_unit_test(a_hundred_thousand_recipients),
        cmocka_unit_test(an_idle_session_is_small),
        cmocka_unit_test(long_answers_are_broken),
        cmocka_unit_test(answers_in_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
