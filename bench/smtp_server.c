/* SPDX-License-Identifier: ISC */
/*
 * smtp_server - what a message costs in the server core alone: no sockets, no TLS, no disk
 * usage: smtp_server [MESSAGES]
 * The owner says yes to everything and counts the octets it is given, so that nothing else is measured. Prints a row
 * for each size of message and way to send it: microseconds of the processor for one, and messages a second.
 */
#include "base/buf.h"
#include "smtp/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double processor_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct owner {
    struct smtp_session *s;
    uint64_t octets, stored;
    unsigned sends;
};

static void pump(struct owner *o)
{
    struct smtp_session_question q;
    enum smtp_ask ask;

    while ((ask = smtp_session_next(o->s, &q)) != SMTP_ASK_NOTHING) {
        if (ask == SMTP_ASK_CLOSE)
            abort();
        o->sends += ask == SMTP_ASK_SEND;
        o->stored += ask == SMTP_ASK_STORE;
        o->octets += ask == SMTP_ASK_PIECE ? q.octets.n : 0;
        if (ask != SMTP_ASK_SEND)
            smtp_session_answer(o->s, ask == SMTP_ASK_GREETING ? 220 : 250, STR_NONE, STR_NONE);
    }
}

/* Mail data of so many octets in lines of 72; dots: every line begins with one. */
static void make_data(struct buf *out, size_t octets, bool dots)
{
    static const char LINE[] =
        "abcdefgh ijklmnopqrstuvwxyz ABCDEFGHIJKLM NOPQRSTUVWXYZ 0123456789 abcd\r\n";

    buf_init(out, octets + 1024);
    while (out->n < octets) {
        buf_add(out, dots ? STR("..") : STR(""));
        buf_add(out, (str){ LINE, sizeof(LINE) - 1 });
    }
}

enum way { BY_DATA, WITH_DOTS, BY_BDAT, NORMALIZED, WAYS };
static const char *const WAY_NAMES[WAYS] = { "DATA", "DATA, dots", "BDAT", "normalised" };

static void send_one(struct owner *o, enum way way, str data, size_t packet)
{
    static const str ENVELOPE = STR_INIT("MAIL FROM:<anna@corp.example> SIZE=4096\r\n"
                                         "RCPT TO:<tom@elsewhere.example>\r\n");
    char bdat[64];
    int n = snprintf(bdat, sizeof bdat, "BDAT %zu LAST\r\n", data.n);

    smtp_session_feed(o->s, ENVELOPE, 0);
    smtp_session_feed(o->s, way == BY_BDAT ? (str){ bdat, (size_t)n } : STR("DATA\r\n"), 0);
    if (way != BY_BDAT)
        pump(o);
    for (; data.n > 0; data = str_skip(data, packet)) {
        smtp_session_feed(o->s, str_take(data, packet), 0);
        pump(o);
    }
    if (way != BY_BDAT)
        smtp_session_feed(o->s, STR(".\r\n"), 0);
    pump(o);
}

static void measure(enum way way, size_t octets, size_t messages)
{
    struct smtp_session_config config = { .hostname = STR("mx"),
                                          .stream = true,
                                          .chunking = true,
                                          .normalize = way == NORMALIZED,
                                          .size_max = 1 << 30 };
    struct owner o = { .s = smtp_session_new(&config, 0) };
    struct buf data;
    double start;

    if (o.s == NULL)
        abort();
    make_data(&data, octets, way == WITH_DOTS);
    smtp_session_feed(o.s, STR("EHLO c.example\r\n"), 0);
    pump(&o);
    start = processor_s();
    for (size_t i = 0; i < messages; i++)
        send_one(&o, way, buf_str(&data), 16384);
    double s = processor_s() - start;
    if (o.stored != messages)
        abort();
    printf("%-12s %8zu octets  %8.2f us  %9.0f messages/s  %7.0f MB/s  %.1f writes a message\n",
           WAY_NAMES[way], data.n, s / (double)messages * 1e6, (double)messages / s,
           (double)o.octets / s / 1e6, (double)o.sends / (double)messages);
    smtp_session_free(o.s);
    buf_done(&data);
}

int main(int argc, char **argv)
{
    static const size_t SIZES[] = { 1024, 4096, 65536 };
    size_t messages = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;

    for (unsigned way = 0; way < WAYS; way++)
        for (size_t i = 0; i < COUNT_OF(SIZES); i++)
            measure(way, SIZES[i], messages * 4096 / (SIZES[i] + 4096) + 1);
    return 0;
}
