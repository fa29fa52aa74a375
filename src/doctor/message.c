/* SPDX-License-Identifier: ISC */
/*
 * doctor/message.c - a message that says what it is
 */
#include "doctor/message.h"
#include <sys/random.h>
#include <time.h>

static void add_date(struct buf *b)
{
    static const char DAYS[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char MONTHS[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t now = time(NULL);
    struct tm t;
    gmtime_r(&now, &t);
    buf_addf(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", DAYS[t.tm_wday], t.tm_mday,
             MONTHS[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void doctor_message_send(struct net_dialogue *d, const struct smtp_attempt *x, str helo)
{
    struct buf b;
    uint64_t nonce = 0;
    str author = x->header_from.n ? x->header_from : x->from;
    if (getrandom(&nonce, sizeof nonce, 0) != (ssize_t)sizeof nonce)
        nonce = (uint64_t)time(NULL);
    buf_init(&b, 8192);
    add_date(&b);
    buf_addf(&b, "From: <%.*s>\r\nTo: <%.*s>\r\n", STR_ARG(author), STR_ARG(x->to));
    buf_add(&b, STR("Subject: Test message from baton doctor\r\n"));
    buf_addf(&b, "Message-ID: <%016llx.baton@%.*s>\r\n", (unsigned long long)nonce, STR_ARG(helo));
    buf_add(&b, STR("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
                    "This message was sent by \"baton doctor --send\" to see whether the server\r\n"
                    "takes a whole message with these settings. It can be deleted.\r\n"));
    net_dialogue_body(d, buf_str(&b), true);
    buf_done(&b);
}
