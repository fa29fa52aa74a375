/* SPDX-License-Identifier: ISC */
/*
 * net/log.h - log events: one line each, as logfmt or JSON
 * Owns    the form of a line, escaping of every octet that a peer chose, and where lines go.
 * Threads Any thread. A line is never cut by another's. Lines wait in memory for at most one turn of a loop
 *         (net_log_flush()); what cannot be written is dropped and counted, it never holds up mail.
 * Bounds  a text is shown to 1,024 octets, a line to 8 KiB, 1 MiB waits; a line that finds no room there is dropped.
 */
#ifndef BATON_NET_LOG_H
#define BATON_NET_LOG_H
#include "base/err.h"
#include "base/ip.h"
#include "base/str.h"

enum net_log_level { NET_LOG_DEBUG, NET_LOG_INFO, NET_LOG_WARNING, NET_LOG_ERROR };
struct net_log_field {
    const char *key; /* small letters, digits and '-' */
    enum { NET_LOG_TEXT, NET_LOG_NUMBER, NET_LOG_ADDRESS } kind;
    str text; /* empty: the field is left out */
    int64_t number;
    const struct ip *ip;
};
#define LOG_STR(k, s)                                                                              \
    {                                                                                              \
        .key = (k), .kind = NET_LOG_TEXT, .text = (s)                                              \
    }
#define LOG_INT(k, n)                                                                              \
    {                                                                                              \
        .key = (k), .kind = NET_LOG_NUMBER, .number = (int64_t)(n)                                 \
    }
#define LOG_IP(k, i)                                                                               \
    {                                                                                              \
        .key = (k), .kind = NET_LOG_ADDRESS, .ip = (i)                                             \
    }

struct net_log;
/* fd stays the caller's; a pipe, socket or terminal that takes nothing is never waited for. */
struct net_log *net_log_new(int fd, bool json, enum net_log_level least, struct err *e) MUST_CHECK;
/* Before others log. */
void net_log_set_least(struct net_log *l, enum net_log_level least);
void net_log_free(struct net_log *l); /* flushes first */
/* l may be NULL: nothing is logged. event is a few words joined by '-': "message-kept". */
void net_log_event(struct net_log *l, enum net_log_level level, const char *event,
                   const struct net_log_field *fields, size_t count);
#define NET_LOG(l, level, event, ...)                                                              \
    net_log_event(l, level, event, (const struct net_log_field[]){ __VA_ARGS__ },                  \
                  COUNT_OF(((const struct net_log_field[]){ __VA_ARGS__ })))
/* From any thread; errors, and much that waits, are flushed without it. */
void net_log_flush(struct net_log *l);
/* Flushes at each turn of the loop, before it sleeps. Free on the loop's thread, before loop and log. */
struct net_loop;
struct net_log_turns;
struct net_log_turns *net_log_turns_new(struct net_log *l, struct net_loop *loop) MUST_CHECK;
void net_log_turns_free(struct net_log_turns *t);
uint64_t net_log_dropped(const struct net_log *l);
#endif
