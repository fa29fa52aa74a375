/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_position.c - did the test run from a place that the server trusts in any case?
 */
#include "doctor/judge_inside.h"

static bool is_inside(const struct ip *ip)
{
    return ip_is_loopback(ip) || ip_is_private(ip);
}

/* The addresses in brackets of "mail.example.org Hello pc.example.net [192.0.2.7], pleased to meet you": many
 * servers say whom they see. One that only repeats the name that we gave ourselves says nothing. */
static bool is_told_inside(const struct doctor_evidence *ehlo)
{
    str line = ehlo->outcome.text;
    line = str_take(line, str_find_octet(line, '\n'));
    bool repeats = false;
    while (line.n) {
        size_t open = str_find_octet(line, '[');
        if (open == STR_NOT_FOUND)
            return false;
        line = str_skip(line, open);
        size_t close = str_find_octet(line, ']');
        if (close == STR_NOT_FOUND)
            return false;
        str literal = str_take(line, close + 1);
        struct ip ip;
        bool own = !repeats && str_eq_nocase(literal, ehlo->attempt.helo);
        if (!own && ip_parse(literal, &ip) && is_inside(&ip))
            return true;
        repeats |= own;
        line = str_skip(line, close + 1);
    }
    return false;
}

/* On a machine or in a network of its own a server knows its clients by address: loopback, the server's own
 * address, an address of a private or container network. From outside such a client looks like anybody,
 * so that it is the server's address, or its own words, that must show it. */
bool judge_from_inside(const struct bench *b, const struct doctor_evidence *ev)
{
    const struct smtp_attempt *at = &ev->attempt;
    if (is_inside(&at->address) ||
        (ev->outcome.local.family != IP_NONE && ip_eq(&ev->outcome.local, &at->address)))
        return true;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ehlo = &b->r->rows[i];
        if (ehlo->probe == PROBE_CAPABILITIES && doctor_evidence_good(ehlo) &&
            doctor_same_door(&ehlo->attempt, at) && is_told_inside(ehlo))
            return true;
    }
    return false;
}

bool judge_position_trusted(const struct bench *b, const struct doctor_evidence *ev)
{
    str own = words_domain(b->asked->own_address);
    return (ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE) && doctor_evidence_good(ev) &&
           ev->outcome.stage >= SMTP_STAGE_RCPT && !smtp_attempt_logs_in(&ev->attempt) &&
           ev->attempt.to.n && !(own.n && str_eq_nocase(own, words_domain(ev->attempt.to))) &&
           !judge_is_servers_own(b, words_domain(ev->attempt.to)) && judge_from_inside(b, ev);
}
