/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "smtp/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

/* One step of a conversation: what the server sends, what the clock shows, or what the caller does. */
enum op {
    END, /* of the script */
    SERVER,
    CLOCK, /* n: now, in ms */
    GONE,  /* n: enum smtp_end */
    EHLO,
    HELO,
    STARTTLS,
    AUTH,         /* arg: mechanism */
    AUTH_INITIAL, /* arg: mechanism, blank, initial response */
    MAIL,
    RCPT,
    RSET,
    DATA,
    QUIT,
    TLS, /* n: 1 secured; 0 failed */
    ANSWER,
    CANCEL,
    PIECE,
    LAST_PIECE
};

struct step {
    enum op op;
    str arg;
    unsigned n;
};
#define S(octets)                                                                                  \
    {                                                                                              \
        SERVER, STR_INIT(octets), 0                                                                \
    }
#define EHLO_X                                                                                     \
    {                                                                                              \
        EHLO, STR_INIT("x"), 0                                                                     \
    }
#define PIPE S("250-s\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")

/* want: everything the core asked for, a line each: "> " sent (CRLF as "|"), "$ " sent and secret,
 * "< ticket stage code text" or "< ticket stage -" when no reply came, "tls", "sasl challenge", "body",
 * "end how stage". Words of the caller stand in "say" lines, with the ticket they got. */
static const struct script {
    const char *label;
    struct step steps[24];
    const char *want;
} SCRIPTS[] = {
    { "a message, without pipelining",
      { S("220 s\r\n"),
        EHLO_X,
        S("250 s\r\n"),
        { MAIL, STR_INIT("a@b"), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        { DATA, STR_INIT(""), 0 },
        { QUIT, STR_INIT(""), 0 },
        S("250 1\r\n"),
        S("250 2\r\n"),
        S("354 go\r\n"),
        { PIECE, STR_INIT("Subject: x\r\n\r\n"), 0 },
        { LAST_PIECE, STR_INIT("text\r\n"), 0 },
        S("250 2.0.0 3\r\n"),
        S("221 bye\r\n") },
      "< 0 greeting 220 s\n"
      "> EHLO x|\n< 1 ehlo 250 s\n"
      "> MAIL FROM:<a@b>|\n< 2 mail 250 1\n"
      "> RCPT TO:<c@d>|\n< 3 rcpt 250 2\n"
      "> DATA|\n< 4 data 354 go\nbody\n"
      "> Subject: x||\nbody\n> text|.|\n< 4 end-of-data 250 2.0.0 3\n"
      "> QUIT|\n< 5 quit 221 bye\nend reply quit\n" },
    { "groups, with pipelining",
      { EHLO_X,
        S("220-s\r\n220 t\r\n"),
        PIPE,
        { MAIL, STR_INIT("a@b SIZE=5"), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        { RCPT, STR_INIT("e@f X=1"), 0 },
        { DATA, STR_INIT(""), 0 },
        { RSET, STR_INIT(""), 0 },
        { QUIT, STR_INIT(""), 0 },
        { CLOCK, STR_INIT(""), 5 },
        S("250 1\r\n550 5.1.1 2\r\n250 3\r\n"),
        S("503 4\r\n"),
        S("250 5\r\n"),
        S("221 6\r\n") },
      "< 0 greeting 220 s\\nt\n"
      "> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> MAIL FROM:<a@b> SIZE=5|\n"
      "> RCPT TO:<c@d>|\n> RCPT TO:<e@f> X=1|\n> DATA|\n"
      "< 2 mail 250 1\n< 3 rcpt 550 5.1.1 2\n< 4 rcpt 250 3\n< 5 data 503 4\n"
      "> RSET|QUIT|\n< 6 rset 250 5\n< 7 quit 221 6\nend reply quit\n" },
    { "said in advance: nothing before the greeting, nothing behind EHLO",
      { EHLO_X,
        { MAIL, STR_INIT(""), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        { RSET, STR_INIT(""), 0 },
        { CLOCK, STR_INIT(""), 9 },
        S("220-wait\r\n"),
        { CLOCK, STR_INIT(""), 10 },
        S("220 s\r\n"),
        PIPE,
        S("250 a\r\n"),
        S("250 b\r\n"),
        S("250 c\r\n") },
      "< 0 greeting 220 wait\\ns\n> EHLO x|\n"
      "< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> MAIL FROM:<>|RCPT TO:<c@d>|RSET|\n< 2 mail 250 a\n< 3 rcpt 250 b\n< 4 rset 250 c\n" },
    { "a refused EHLO, then HELO, ends pipelining",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        EHLO_X,
        S("502 no\r\n"),
        { HELO, STR_INIT("x"), 0 },
        S("250 s\r\n"),
        { MAIL, STR_INIT("a@b"), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        S("250 1\r\n"),
        S("250 2\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> EHLO x|\n< 2 ehlo 502 no\n> HELO x|\n< 3 ehlo 250 s\n"
      "> MAIL FROM:<a@b>|\n< 4 mail 250 1\n> RCPT TO:<c@d>|\n< 5 rcpt 250 2\n" },
    { "STARTTLS: capabilities and pipelining are forgotten",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        { STARTTLS, STR_INIT(""), 0 },
        { MAIL, STR_INIT("a@b"), 0 },
        { RSET, STR_INIT(""), 0 },
        S("220 go\r\n"),
        { TLS, STR_INIT(""), 1 },
        S("250 1\r\n"),
        S("250 2\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> STARTTLS|\n< 2 starttls 220 go\ntls\n> MAIL FROM:<a@b>|\n< 3 mail 250 1\n> RSET|\n"
      "< 4 rset 250 2\n" },
    { "STARTTLS refused: the session goes on in clear",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        { STARTTLS, STR_INIT(""), 0 },
        { QUIT, STR_INIT(""), 0 },
        S("454 4.7.0 not now\r\n"),
        S("221 bye\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> STARTTLS|\n< 2 starttls 454 4.7.0 not now\n> QUIT|\n< 3 quit 221 bye\nend reply quit\n" },
    { "STARTTLS answered by 250 is refused too",
      { S("220 s\r\n"),
        { STARTTLS, STR_INIT(""), 0 },
        S("250 ok\r\n"),
        { RSET, STR_INIT(""), 0 },
        S("250 ok\r\n") },
      "< 0 greeting 220 s\n> STARTTLS|\n< 1 starttls 250 ok\n> RSET|\n< 2 rset 250 ok\n" },
    { "the handshake fails",
      { S("220 s\r\n"),
        { STARTTLS, STR_INIT(""), 0 },
        { RSET, STR_INIT(""), 0 },
        S("220 go\r\n"),
        { TLS, STR_INIT(""), 0 } },
      "< 0 greeting 220 s\n> STARTTLS|\n< 1 starttls 220 go\ntls\n< 2 rset -\n"
      "end tls-failed tls\n" },
    { "the peer goes during the handshake",
      { S("220 s\r\n"),
        { STARTTLS, STR_INIT(""), 0 },
        S("220 go\r\n"),
        { GONE, STR_INIT(""), SMTP_END_RESET } },
      "< 0 greeting 220 s\n> STARTTLS|\n< 1 starttls 220 go\ntls\nend reset tls\n" },
    { "AUTH with an initial response, never in one write with another command",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        { MAIL, STR_INIT("a@b"), 0 },
        { AUTH_INITIAL, STR_INIT("PLAIN \0u\0p"), 0 },
        { RSET, STR_INIT(""), 0 },
        S("503 no\r\n"),
        S("235 2.7.0 welcome\r\n"),
        S("250 1\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> MAIL FROM:<a@b>|\n$ AUTH PLAIN AHUAcA==|\n< 2 mail 503 no\n"
      "< 3 auth 235 2.7.0 welcome\n> RSET|\n< 4 rset 250 1\n" },
    { "AUTH with challenges",
      { S("220 s\r\n"),
        { AUTH, STR_INIT("LOGIN"), 0 },
        S("334 VXNlcm5hbWU6\r\n"),
        { ANSWER, STR_INIT("user"), 0 },
        S("334 UGFzc3dvcmQ6\r\n"),
        { ANSWER, STR_INIT("pass"), 0 },
        S("535 5.7.8 no\r\n"),
        { RSET, STR_INIT(""), 0 },
        S("250 1\r\n") },
      "< 0 greeting 220 s\n> AUTH LOGIN|\nsasl Username:\n$ dXNlcg==|\nsasl Password:\n"
      "$ cGFzcw==|\n< 1 auth 535 5.7.8 no\n> RSET|\n< 2 rset 250 1\n" },
    { "AUTH: empty responses and challenges",
      { S("220 s\r\n"),
        { AUTH_INITIAL, STR_INIT("X "), 0 },
        S("334 \r\n"),
        { ANSWER, STR_INIT(""), 0 },
        S("334\r\n"),
        { ANSWER, STR_INIT("a"), 0 },
        S("235 ok\r\n") },
      "< 0 greeting 220 s\n$ AUTH X =|\nsasl \n$ |\nsasl \n$ YQ==|\n< 1 auth 235 ok\n" },
    { "AUTH: a challenge that is no base64",
      { S("220 s\r\n"),
        { AUTH, STR_INIT("LOGIN"), 0 },
        S("334 Username:\r\n"),
        S("501 5.5.2 x\r\n"),
        { AUTH, STR_INIT("LOGIN"), 0 },
        S("334-VXNl\r\n334 cg==\r\n"),
        S("334 VXNlcg==\r\n"),
        { QUIT, STR_INIT(""), 0 } },
      "< 0 greeting 220 s\n> AUTH LOGIN|\n> *|\n< 1 auth 501 5.5.2 x\n"
      "> AUTH LOGIN|\n> *|\n< 2 auth 334 VXNlcg==\n> QUIT|\n" },
    { "AUTH: the caller cancels",
      { S("220 s\r\n"),
        { AUTH, STR_INIT("CRAM-MD5"), 0 },
        S("334 PDE+\r\n"),
        { CANCEL, STR_INIT(""), 0 },
        S("501 x\r\n") },
      "< 0 greeting 220 s\n> AUTH CRAM-MD5|\nsasl <1>\n> *|\n< 1 auth 501 x\n" },
    { "AUTH: the server's last word while it is our turn",
      { S("220 s\r\n"),
        { AUTH, STR_INIT("LOGIN"), 0 },
        S("334 \r\n"),
        S("421 4.4.2 slow\r\n"),
        { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 0 greeting 220 s\n> AUTH LOGIN|\nsasl \n< 1 auth 421 4.4.2 slow\nend closed auth\n" },
    { "AUTH: gone, and its last word was a challenge",
      { S("220 s\r\n"),
        { AUTH, STR_INIT("LOGIN"), 0 },
        S("334 \r\n"),
        S("334 \r\n"),
        { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 0 greeting 220 s\n> AUTH LOGIN|\nsasl \n< 1 auth -\nend closed auth\n" },
    { "334 to another command is a reply like any",
      { S("220 s\r\n"), { RSET, STR_INIT(""), 0 }, S("334 x\r\n") },
      "< 0 greeting 220 s\n> RSET|\n< 1 rset 334 x\n" },
    { "dots are doubled across pieces",
      { S("220 s\r\n"),
        { DATA, STR_INIT(""), 0 },
        S("354 go\r\n"),
        { PIECE, STR_INIT(".a\r"), 0 },
        { PIECE, STR_INIT("\n"), 0 },
        { PIECE, STR_INIT("."), 0 },
        { PIECE, STR_INIT(".\r\n..\r\n"), 0 },
        { PIECE, STR_INIT("a.\n.\r.\r"), 0 },
        { LAST_PIECE, STR_INIT(""), 0 },
        S("250 x\r\n") },
      "< 0 greeting 220 s\n> DATA|\n< 1 data 354 go\nbody\n> ..a\\r\nbody\n> \\n\nbody\n> "
      "..\nbody\n"
      "> .|...|\nbody\n> a.\\n.\\r.\\r\nbody\n> |.|\n< 1 end-of-data 250 x\n" },
    { "mail data that is empty, or ends without CRLF",
      { S("220 s\r\n"),
        { DATA, STR_INIT(""), 0 },
        S("354 go\r\n"),
        { LAST_PIECE, STR_INIT(""), 0 },
        S("250 x\r\n"),
        { DATA, STR_INIT(""), 0 },
        S("354 go\r\n"),
        { LAST_PIECE, STR_INIT("a"), 0 },
        S("554 y\r\n") },
      "< 0 greeting 220 s\n> DATA|\n< 1 data 354 go\nbody\n> .|\n< 1 end-of-data 250 x\n"
      "> DATA|\n< 2 data 354 go\nbody\n> a|.|\n< 2 end-of-data 554 y\n" },
    { "mail data nobody asked for goes nowhere",
      { S("220 s\r\n"),
        { LAST_PIECE, STR_INIT("a"), 0 },
        { DATA, STR_INIT(""), 0 },
        S("250 no\r\n"),
        { LAST_PIECE, STR_INIT("a"), 0 },
        { ANSWER, STR_INIT("a"), 0 },
        { TLS, STR_INIT(""), 1 },
        { RSET, STR_INIT(""), 0 } },
      "< 0 greeting 220 s\n> DATA|\n< 1 data 250 no\n> RSET|\n" },
    { "an answer to mail data before its end waits for it",
      { S("220 s\r\n"),
        { DATA, STR_INIT(""), 0 },
        S("354 go\r\n"),
        S("552 big\r\n"),
        { LAST_PIECE, STR_INIT("a\r\n"), 0 } },
      "< 0 greeting 220 s\n> DATA|\n< 1 data 354 go\nbody\n> a|.|\n< 1 end-of-data 552 big\n" },
    { "gone during mail data, its answer came before",
      { S("220 s\r\n"),
        { DATA, STR_INIT(""), 0 },
        S("354 go\r\n"),
        S("552 big\r\n"),
        { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 0 greeting 220 s\n> DATA|\n< 1 data 354 go\nbody\n< 1 end-of-data 552 big\n"
      "end closed end-of-data\n" },
    { "gone during mail data",
      { S("220 s\r\n"),
        { DATA, STR_INIT(""), 0 },
        S("354 go\r\n"),
        { PIECE, STR_INIT("a"), 0 },
        { GONE, STR_INIT(""), SMTP_END_RESET } },
      "< 0 greeting 220 s\n> DATA|\n< 1 data 354 go\nbody\n> a\nbody\n< 1 end-of-data -\n"
      "end reset end-of-data\n" },
    { "the greeting is 554, and QUIT still works",
      { S("554-no\r\n554 5.7.1 never\r\n"), { QUIT, STR_INIT(""), 0 }, S("221 bye\r\n") },
      "< 0 greeting 554 no\\n5.7.1 never\n> QUIT|\n< 1 quit 221 bye\nend reply quit\n" },
    { "the greeting is 421, and the server closes",
      { S("421 4.3.2 later\r\n"),
        { QUIT, STR_INIT(""), 0 },
        { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 0 greeting 421 4.3.2 later\n> QUIT|\n< 1 quit -\nend closed quit\n" },
    { "421 in a group answers the oldest",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        { MAIL, STR_INIT("a@b"), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        { DATA, STR_INIT(""), 0 },
        { RSET, STR_INIT(""), 0 },
        S("250 1\r\n"),
        S("421 4.7.0 rate\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> MAIL FROM:<a@b>|\n> RCPT TO:<c@d>|\n> DATA|\n< 2 mail 250 1\n"
      "< 3 rcpt 421 4.7.0 rate\n< 4 data -\n< 5 rset -\nend closed rcpt\n" },
    { "an unasked 421",
      { S("220 s\r\n"), EHLO_X, S("250 s\r\n"), S("421 4.4.2 idle\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\n< 0 none 421 4.4.2 idle\nend closed ehlo\n" },
    { "an unasked reply that is not 421",
      { S("220 s\r\n"), S("250 what\r\n"), { RSET, STR_INIT(""), 0 }, S("250 1\r\n") },
      "< 0 greeting 220 s\n< 0 none 250 what\n> RSET|\n< 1 rset 250 1\n" },
    { "421 to QUIT, to EHLO, to the end of data",
      { S("220 s\r\n"),
        { DATA, STR_INIT(""), 0 },
        S("354 go\r\n"),
        { LAST_PIECE, STR_INIT(""), 0 },
        S("421 x\r\n") },
      "< 0 greeting 220 s\n> DATA|\n< 1 data 354 go\nbody\n> .|\n< 1 end-of-data 421 x\n"
      "end closed end-of-data\n" },
    { "closed before the greeting",
      { EHLO_X, S("220-s"), { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 1 ehlo -\nend closed greeting seen 220-s\n" },
    { "closed while nothing was asked",
      { S("220 s\r\n"), { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 0 greeting 220 s\nend closed greeting\n" },
    { "closed at each stage: STARTTLS",
      { S("220 s\r\n"), { STARTTLS, STR_INIT(""), 0 }, { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 0 greeting 220 s\n> STARTTLS|\n< 1 starttls -\nend closed starttls\n" },
    { "closed at each stage: AUTH, half a reply",
      { S("220 s\r\n"),
        { AUTH, STR_INIT("X"), 0 },
        S("53"),
        { GONE, STR_INIT(""), SMTP_END_CLOSED } },
      "< 0 greeting 220 s\n> AUTH X|\n< 1 auth -\nend closed auth seen 53\n" },
    { "closed at each stage: MAIL",
      { S("220 s\r\n"),
        { MAIL, STR_INIT(""), 0 },
        { GONE, STR_INIT(""), SMTP_END_CLOSED },
        { RSET, STR_INIT(""), 0 } },
      "< 0 greeting 220 s\n> MAIL FROM:<>|\n< 1 mail -\nend closed mail\nsay 0\n" },
    { "nothing is said after QUIT",
      { S("220 s\r\n"), { QUIT, STR_INIT(""), 0 }, { RSET, STR_INIT(""), 0 }, S("221 x\r\n") },
      "< 0 greeting 220 s\n> QUIT|\nsay 0\n< 1 quit 221 x\nend reply quit\n" },
    { "silent at the greeting",
      { { CLOCK, STR_INIT(""), 2999 }, EHLO_X, { CLOCK, STR_INIT(""), 3000 } },
      "< 1 ehlo -\nend silent greeting\n" },
    { "silent in the middle of a reply: pieces do not buy time",
      { S("220 s\r\n"),
        EHLO_X,
        { CLOCK, STR_INIT(""), 3999 },
        S("250-a\r\n"),
        { CLOCK, STR_INIT(""), 4000 } },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo -\nend silent ehlo seen 250-a|\n" },
    { "each reply of a group has its own wait; a whole reply at the last moment counts",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        { MAIL, STR_INIT("a@b"), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        { CLOCK, STR_INIT(""), 6999 },
        S("250 1\r\n"),
        { CLOCK, STR_INIT(""), 14998 },
        { CLOCK, STR_INIT(""), 14999 } },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> MAIL FROM:<a@b>|\n> RCPT TO:<c@d>|\n< 2 mail 250 1\n< 3 rcpt -\nend silent rcpt\n" },
    { "a later reply of a group waits from the one before it",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        { MAIL, STR_INIT("a@b"), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        { CLOCK, STR_INIT(""), 6999 },
        S("250 1\r\n"),
        { CLOCK, STR_INIT(""), 14998 },
        S("250 2\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> MAIL FROM:<a@b>|\n> RCPT TO:<c@d>|\n< 2 mail 250 1\n< 3 rcpt 250 2\n" },
    { "a refused EHLO alone ends pipelining",
      { S("220 s\r\n"),
        EHLO_X,
        PIPE,
        EHLO_X,
        S("502 no\r\n"),
        { MAIL, STR_INIT("a@b"), 0 },
        { RCPT, STR_INIT("c@d"), 0 },
        S("250 1\r\n"),
        S("250 2\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> EHLO x|\n< 2 ehlo 502 no\n> MAIL FROM:<a@b>|\n< 3 mail 250 1\n> RCPT TO:<c@d>|\n"
      "< 4 rcpt 250 2\n" },
    { "a secret never shares a write",
      { S("220 s\r\n"),
        EHLO_X,
        { RSET, STR_INIT(""), 0 },
        { AUTH_INITIAL, STR_INIT("X a"), 0 },
        { RSET, STR_INIT(""), 0 },
        PIPE,
        S("250 1\r\n"),
        S("235 2\r\n"),
        S("250 3\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo 250 s\\nPIPELINING\\nSTARTTLS\\nAUTH PLAIN\n"
      "> RSET|\n$ AUTH X YQ==|\n< 2 rset 250 1\n< 3 auth 235 2\n> RSET|\n< 4 rset 250 3\n" },
    { "no wait while it is our turn",
      { S("220 s\r\n"),
        { CLOCK, STR_INIT(""), 900000 },
        { AUTH, STR_INIT("LOGIN"), 0 },
        S("334 \r\n"),
        { CLOCK, STR_INIT(""), 990000 },
        { ANSWER, STR_INIT("a"), 0 },
        S("235 ok\r\n") },
      "< 0 greeting 220 s\n> AUTH LOGIN|\nsasl \n$ YQ==|\n< 1 auth 235 ok\n" },
    { "broken: TLS where the greeting is expected",
      { EHLO_X, S("\x15\x03\x01") },
      "< 1 ehlo -\nend broken greeting: it is a TLS record where clear text was expected\n" },
    { "broken: codes differ",
      { S("220 s\r\n"), EHLO_X, S("250-a\r\n550 b\r\n") },
      "< 0 greeting 220 s\n> EHLO x|\n< 1 ehlo -\n"
      "end broken ehlo: its lines have different reply codes\n" },
    { "broken: too long",
      { S("220-0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
          "220-012345678901234567890123456789\r\n") },
      "end broken greeting: it is longer than we take\n" },
};

static void log_octets(struct buf *log, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') {
            buf_addc(log, '|');
            i++;
        } else if (s.p[i] == '\r' || s.p[i] == '\n') {
            buf_add(log, s.p[i] == '\r' ? STR("\\r") : STR("\\n"));
        } else {
            buf_addc(log, s.p[i]);
        }
    }
}

static void log_name(struct buf *log, const struct names *t, int value)
{
    buf_add(log, names_of(t, value));
}

static void log_end(struct buf *log, const struct smtp_client_question *q)
{
    buf_add(log, STR("end "));
    log_name(log, &SMTP_END_NAMES, (int)q->end);
    buf_addc(log, ' ');
    log_name(log, &SMTP_STAGE_NAMES, (int)q->stage);
    if (q->broken != SMTP_BROKEN_NOT) {
        buf_add(log, STR(": "));
        log_name(log, &SMTP_BROKEN_NAMES, (int)q->broken);
    } else if (q->seen.n > 0) {
        buf_add(log, STR(" seen "));
        log_octets(log, q->seen);
    }
}

static void log_reply(struct buf *log, const struct smtp_client_question *q)
{
    buf_addf(log, "< %u ", (unsigned)q->ticket);
    log_name(log, &SMTP_STAGE_NAMES, (int)q->stage);
    if (q->reply == NULL) {
        buf_add(log, STR(" -"));
        return;
    }
    buf_addf(log, " %u ", q->reply->code);
    log_octets(log, q->reply->text);
}

/* One conversation under way. cut: where to cut, counted over all octets of the server; SIZE_MAX for
 * nowhere, 0 for everywhere. */
struct play {
    struct smtp_client *c;
    struct buf log;
    uint64_t now_ms;
    size_t cut, fed;
    bool ended;
};

static void pump(struct play *p)
{
    struct buf *log = &p->log;
    struct smtp_client_question q;
    enum smtp_client_ask ask;

    while (!p->ended && (ask = smtp_client_next(p->c, &q)) != SMTP_CLIENT_NOTHING) {
        switch (ask) {
        case SMTP_CLIENT_SEND:
            buf_add(log, q.secret ? STR("$ ") : STR("> "));
            log_octets(log, q.octets);
            break;
        case SMTP_CLIENT_REPLY: log_reply(log, &q); break;
        case SMTP_CLIENT_TLS: buf_add(log, STR("tls")); break;
        case SMTP_CLIENT_SASL:
            buf_add(log, STR("sasl "));
            buf_add(log, q.octets);
            break;
        case SMTP_CLIENT_BODY: buf_add(log, STR("body")); break;
        default: log_end(log, &q); break;
        }
        buf_addc(log, '\n');
        p->ended = ask == SMTP_CLIENT_END;
    }
}

static smtp_ticket say(struct smtp_client *c, const struct step *s)
{
    str rest = s->arg;
    str first = s->op == EHLO || s->op == HELO ? rest : str_cut(&rest, ' ');

    switch (s->op) {
    case EHLO: return smtp_client_ehlo(c, first);
    case HELO: return smtp_client_helo(c, first);
    case STARTTLS: return smtp_client_starttls(c);
    case AUTH: return smtp_client_auth(c, first, NULL);
    case AUTH_INITIAL: return smtp_client_auth(c, first, &rest);
    case MAIL: return smtp_client_mail(c, first, rest);
    case RCPT: return smtp_client_rcpt(c, first, rest);
    case RSET: return smtp_client_rset(c);
    case DATA: return smtp_client_data(c);
    default: return smtp_client_quit(c);
    }
}

static void serve(struct play *p, str octets)
{
    while (octets.n > 0) {
        size_t n = octets.n;

        if (p->cut == 0)
            n = 1;
        else if (p->cut > p->fed && p->cut - p->fed < n)
            n = p->cut - p->fed;
        smtp_client_feed(p->c, str_take(octets, n), p->now_ms);
        pump(p);
        p->fed += n;
        octets = str_skip(octets, n);
    }
}

static void play_step(struct play *p, const struct step *s)
{
    switch (s->op) {
    case SERVER: serve(p, s->arg); return;
    case CLOCK:
        p->now_ms = s->n;
        smtp_client_feed(p->c, STR_NONE, p->now_ms);
        break;
    case GONE: smtp_client_ended(p->c, (enum smtp_end)s->n); break;
    case TLS: smtp_client_tls(p->c, s->n != 0, 0); break;
    case ANSWER: smtp_client_sasl(p->c, SMTP_SASL_ANSWER, s->arg); break;
    case CANCEL: smtp_client_sasl(p->c, SMTP_SASL_CANCEL, STR_NONE); break;
    case PIECE:
    case LAST_PIECE: assert_true(smtp_client_body(p->c, s->arg, s->op == LAST_PIECE)); break;
    default:
        if (say(p->c, s) == 0)
            buf_add(&p->log, STR("say 0\n"));
        break;
    }
    pump(p);
}

static void play(const struct script *k, size_t cut)
{
    static const struct smtp_client_limits LIMITS = {
        .reply_octets = 100,
        .wait_ms = { [SMTP_STAGE_GREETING] = 3000,
                     [SMTP_STAGE_EHLO] = 4000,
                     [SMTP_STAGE_MAIL] = 7000,
                     [SMTP_STAGE_RCPT] = 8000 },
    };
    struct play p = { .c = smtp_client_new(&LIMITS, 0), .cut = cut };

    buf_init(&p.log, 1 << 20);
    assert_non_null(p.c);
    for (const struct step *s = k->steps; s->op != END; s++)
        play_step(&p, s);
    buf_addc(&p.log, '\0');
    assert_string_equal(p.log.p, k->want);
    smtp_client_free(p.c);
    buf_done(&p.log);
}

static void scripts_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SCRIPTS); i++) {
        size_t octets = 0;

        print_message("  %s\n", SCRIPTS[i].label);
        for (const struct step *s = SCRIPTS[i].steps; s->op != END; s++)
            octets += s->op == SERVER ? s->arg.n : 0;
        for (size_t cut = 1; cut <= octets; cut++)
            play(&SCRIPTS[i], cut);
        play(&SCRIPTS[i], 0);
        play(&SCRIPTS[i], SIZE_MAX);
    }
}

/* ---- what a log of lines does not show ---- */

static struct smtp_client *greeted(void)
{
    struct smtp_client *c = smtp_client_new(&(struct smtp_client_limits){ .commands = 3 }, 0);
    struct smtp_client_question q;

    assert_non_null(c);
    smtp_client_feed(c, STR("220 s\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    return c;
}

static void arguments_are_checked(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    char text[600];

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_int_equal(smtp_client_ehlo(c, STR("a\rb")), 0);
    assert_int_equal(smtp_client_helo(c, STR("a\nb")), 0);
    assert_int_equal(smtp_client_mail(c, STR("a\0b"), STR_NONE), 0);
    assert_int_equal(smtp_client_rcpt(c, STR("a@b"), STR("X\r\nDATA")), 0);
    assert_int_equal(smtp_client_auth(c, STR("PLAIN\r\nRSET"), NULL), 0);
    assert_int_equal(smtp_client_ehlo(c, (str){ text, 506 }), 0);
    assert_int_equal(smtp_client_ehlo(c, (str){ text, 505 }), 1);
    assert_int_equal(smtp_client_rset(c), 2);
    assert_int_equal(smtp_client_rset(c), 3);
    assert_int_equal(smtp_client_rset(c), 0);
    smtp_client_free(NULL);
}

/* "RCPT TO:<" ">" CRLF leave 500 octets of 512; parameters come on top, with the blank before them. */
static void parameters_lengthen_a_line(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    char text[1200];

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_int_equal(smtp_client_rcpt(c, (str){ text, 501 }, STR_NONE), 0);
    assert_int_equal(smtp_client_rcpt(c, (str){ text, 501 }, STR("NOTIFY=NEVER")), 0);
    assert_int_equal(smtp_client_rcpt(c, (str){ text, 500 }, (str){ text, 1100 }), 0);
    assert_int_equal(smtp_client_rcpt(c, (str){ text, 500 }, (str){ text, 1099 }), 1);
}

/* RFC 4954 section 4: 12288 octets, CRLF counted, is what an AUTH line may have. */
static void long_initial_responses_follow_the_challenge(void **state)
{
    static char octets[9300];
    /* "AUTH X ", base64 of 9207, CRLF: 12285 octets; the next length of base64 passes 12288 */
    static const struct {
        size_t initial, line;
    } CASES[] = { { 9207, 12285 }, { 9208, 8 }, { 9300, 8 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(smtp_client_freep) struct smtp_client *c = greeted();
        struct smtp_client_question q;
        bool deferred = CASES[i].line == 8;

        assert_int_equal(smtp_client_auth(c, STR("X"), &(str){ octets, CASES[i].initial }), 1);
        assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
        assert_int_equal(q.octets.n, CASES[i].line);
        assert_int_equal(q.secret, !deferred);
        smtp_client_feed(c, STR("334 \r\n"), 0);
        if (!deferred) {
            assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SASL);
            continue;
        }
        assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
        assert_true(q.secret);
        assert_int_equal(q.octets.n, (CASES[i].initial + 2) / 3 * 4 + 2);
        smtp_client_feed(c, STR("334 \r\n"), 0); /* only once */
        assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SASL);
    }
}

/* Octets that came in clear behind the 220 are never read: RFC 3207 section 4.2. */
static void clear_text_behind_starttls_is_dropped(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    struct smtp_client_question q;

    (void)state;
    smtp_client_ehlo(c, STR("x"));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    assert_null(smtp_client_caps(c));
    smtp_client_feed(c, STR("250-s\r\n250 PIPELINING\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_int_equal(smtp_client_caps(c)->ext, SMTP_EXT_PIPELINING);
    smtp_client_starttls(c);
    smtp_client_ehlo(c, STR("x"));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    smtp_client_feed(c, STR("220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_TLS);
    assert_int_equal(smtp_client_dropped_octets(c), 26);
    smtp_client_feed(c, STR("250 more\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_NOTHING);
    assert_int_equal(smtp_client_deadline_ms(c), UINT64_MAX);
    smtp_client_tls(c, true, 5);
    assert_int_equal(smtp_client_dropped_octets(c), 41);
    assert_null(smtp_client_caps(c));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    assert_true(str_eq(q.octets, STR("EHLO x\r\n")));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_NOTHING);
}

static void caps_outlive_a_refused_ehlo(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    struct smtp_client_question q;

    (void)state;
    smtp_client_ehlo(c, STR("x"));
    smtp_client_ehlo(c, STR("y"));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    smtp_client_feed(c, STR("250-s\r\n250 AUTH LOGIN\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    smtp_client_feed(c, STR("550 no\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_true(smtp_caps_offers(smtp_client_caps(c), STR("LOGIN")));
}

static void helo_ends_what_ehlo_told(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    struct smtp_client_question q;

    (void)state;
    smtp_client_ehlo(c, STR("x"));
    smtp_client_helo(c, STR("x"));
    smtp_client_helo(c, STR("x"));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    smtp_client_feed(c, STR("250-s\r\n250 AUTH LOGIN\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    smtp_client_feed(c, STR("550 no\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_non_null(smtp_client_caps(c));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    smtp_client_feed(c, STR("250 s\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_null(smtp_client_caps(c));
}

/* Whoever goes on answering what was not asked would keep us busy, and everybody else waiting. */
static void unasked_replies_have_a_maximum(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    struct smtp_client_question q;
    unsigned told = 0;

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        smtp_client_feed(c, STR("250 ok\r\n"), 0);
    while (smtp_client_next(c, &q) == SMTP_CLIENT_REPLY)
        told++;
    print_message("  %u told\n", told);
    assert_true(told > 10 && told < 200);
    assert_int_equal(q.end, SMTP_END_BROKEN);
    assert_true(smtp_client_owes_quit(c));
}

static void deadlines(void **state)
{
    AUTO(smtp_client_freep)
    struct smtp_client *c = smtp_client_new(&(struct smtp_client_limits){ 0 }, 1000);
    struct smtp_client_question q;

    (void)state;
    assert_int_equal(smtp_client_deadline_ms(c), 31000);
    smtp_client_feed(c, STR("220 s\r\n"), 2000);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_int_equal(smtp_client_deadline_ms(c), UINT64_MAX);
    smtp_client_feed(c, STR_NONE, 5000);
    smtp_client_feed(c, STR_NONE, 4000); /* a clock never goes back */
    smtp_client_rset(c);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    assert_int_equal(smtp_client_deadline_ms(c), 35000);
}

/* A greeting that has begun gets the same time again, once. */
static void slow_greeting(void **state)
{
    AUTO(smtp_client_freep)
    struct smtp_client *c = smtp_client_new(&(struct smtp_client_limits){ 0 }, 1000);
    struct smtp_client_question q;

    (void)state;
    smtp_client_feed(c, STR_NONE, 20000);
    assert_int_equal(smtp_client_deadline_ms(c), 31000);
    smtp_client_feed(c, STR("220-wait\r\n"), 21000);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_NOTHING);
    assert_int_equal(smtp_client_deadline_ms(c), 51000);
    smtp_client_feed(c, STR("220-more\r\n"), 40000);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_NOTHING);
    assert_int_equal(smtp_client_deadline_ms(c), 51000);
    smtp_client_feed(c, STR_NONE, 51000);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_END);
    assert_int_equal(q.end, SMTP_END_SILENT);
}

/* Octets that come faster than they are asked for have a maximum. */
static void floods_end_it(void **state)
{
    static char flood[1 << 19];
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    struct smtp_client_question q;

    (void)state;
    memset(flood, '2', sizeof(flood));
    smtp_client_rset(c);
    smtp_client_feed(c, (str){ flood, sizeof(flood) }, 0);
    smtp_client_feed(c, STR("250 ok\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_null(q.reply);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_END);
    assert_int_equal(q.end, SMTP_END_BROKEN);
    assert_int_equal(q.broken, SMTP_BROKEN_TOO_LONG);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_END);
}

static void challenges_without_end(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    struct smtp_client_question q;
    unsigned asked = 0;

    (void)state;
    smtp_client_auth(c, STR("X"), NULL);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    for (;;) {
        smtp_client_feed(c, STR("334 \r\n"), 0);
        if (smtp_client_next(c, &q) != SMTP_CLIENT_SASL)
            break;
        asked++;
        smtp_client_sasl(c, SMTP_SASL_ANSWER, STR("x"));
        assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    }
    assert_int_equal(asked, 64);
    assert_true(str_eq(q.octets, STR("*\r\n")));
}

/* A piece is not taken while another waits to be sent. */
static void mail_data_waits_for_sends(void **state)
{
    AUTO(smtp_client_freep) struct smtp_client *c = greeted();
    struct smtp_client_question q;

    (void)state;
    smtp_client_data(c);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    smtp_client_feed(c, STR("354 go\r\n"), 0);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_REPLY);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_BODY);
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_NOTHING);
    assert_true(smtp_client_body(c, STR("a"), false));
    assert_false(smtp_client_body(c, STR("b"), true));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    assert_true(smtp_client_body(c, STR("b"), true));
    assert_int_equal(smtp_client_next(c, &q), SMTP_CLIENT_SEND);
    assert_true(str_eq(q.octets, STR("b\r\n.\r\n")));
}

static void every_value_has_a_name(void **state)
{
    int value;

    (void)state;
    for (int i = 0; i <= SMTP_END_OURS; i++)
        assert_true(names_of(&SMTP_END_NAMES, i).n > 0);
    for (int i = 0; i <= SMTP_CERT_OTHER; i++)
        assert_true(names_of(&SMTP_CERT_REASON_NAMES, i).n > 0);
    for (int i = 0; i <= SMTP_SECURITY_TLS; i++)
        assert_true(names_of(&SMTP_SECURITY_NAMES, i).n > 0);
    assert_true(names_find(&SMTP_SECURITY_NAMES, STR("SSL/TLS"), &value));
    assert_int_equal(value, SMTP_SECURITY_TLS);
    assert_true(str_eq(names_of(&SMTP_SECURITY_NAMES, SMTP_SECURITY_TLS), STR("tls")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_cut_anywhere),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(parameters_lengthen_a_line),
        cmocka_unit_test(long_initial_responses_follow_the_challenge),
        cmocka_unit_test(clear_text_behind_starttls_is_dropped),
        cmocka_unit_test(caps_outlive_a_refused_ehlo),
        cmocka_unit_test(helo_ends_what_ehlo_told),
        cmocka_unit_test(unasked_replies_have_a_maximum),
        cmocka_unit_test(deadlines),
        cmocka_unit_test(slow_greeting),
        cmocka_unit_test(floods_end_it),
        cmocka_unit_test(challenges_without_end),
        cmocka_unit_test(mail_data_waits_for_sends),
        cmocka_unit_test(every_value_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
