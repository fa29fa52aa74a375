/* SPDX-License-Identifier: ISC */
/*
 * doctor/cells.c - one row a cell, settled from the record
 */
#include "doctor/cells.h"

/* The login is the same on every door of one server that offers it to users. */
static struct doctor_settled infer_login(const struct doctor_record *r,
                                         const struct doctor_cell *cell,
                                         const struct doctor_judgement *j)
{
    struct doctor_settled s = cell->s;
    const struct doctor_evidence *login = doctor_record_login(r, NULL, true);
    if (!login)
        login = doctor_record_login(r, NULL, false);
    const struct doctor_evidence *shake = doctor_record_layer(r, PROBE_TLS, &cell->at,
                                                              cell->at.security);
    struct smtp_caps c;
    bool offered = doctor_evidence_caps(
                       doctor_record_layer(r, PROBE_CAPABILITIES, &cell->at, cell->at.security),
                       &c) &&
                   c.mechanism_count;
    if (!login || cell->at.port == 25 || !shake || !shake->outcome.tls.verified || !offered)
        return s;
    if (!doctor_evidence_good(login))
        return (struct doctor_settled){ .state = STATE_REFUSED, .by = login };
    if (j->works && smtp_attempt_logs_in(&j->works->attempt))
        return (struct doctor_settled){ .state = STATE_ACCEPTED, .by = j->works };
    return s;
}

static struct doctor_cell cell_at(const struct doctor_asked *asked, const struct doctor_record *r,
                                  const struct doctor_judgement *j, const struct smtp_attempt *door,
                                  enum smtp_security security, bool login)
{
    struct doctor_cell cell = { .at = asked->attempt };
    cell.at.address = door->address;
    cell.at.port = door->port;
    cell.at.old_helo = false; /* what the server has for a program that says EHLO */
    cell.at.security = security;
    cell.at.mechanism = login ? STR("auto") : STR_NONE;
    cell.at.user = login ? asked->attempt.user : STR_NONE;
    cell.s = doctor_settle(r, &cell.at);
    if (cell.s.state != STATE_ACCEPTED && j->works) {
        struct doctor_cell other = cell;
        other.at.from = j->works->attempt.from;
        other.at.from_null = j->works->attempt.from_null;
        other.s = doctor_settle(r, &other.at);
        if (other.s.state == STATE_ACCEPTED)
            cell = other;
    }
    if (login && cell.s.state == STATE_NOT_TESTED)
        cell.s = infer_login(r, &cell, j);
    return cell;
}

static bool seen_before(const struct doctor_record *r, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (r->rows[i].probe == PROBE_GREETING &&
            doctor_same_door(&r->rows[i].attempt, &r->rows[row].attempt))
            return true;
    return false;
}

/* Does the port open with TLS? Port 465 does where nothing else is known. */
static bool opens_with_tls(const struct doctor_record *r, const struct smtp_attempt *door)
{
    const struct doctor_evidence *shake = doctor_record_layer(r, PROBE_TLS, door,
                                                              SMTP_SECURITY_TLS);
    const struct doctor_evidence *clear = doctor_record_greeting(r, door, false);
    if (shake && shake->outcome.tls.done)
        return true;
    return door->port == 465 && !(clear && doctor_evidence_good(clear));
}

/* Addresses in the order in which they were tried, ports ascending. Returns how many doors. */
static size_t doors(const struct doctor_asked *asked, const struct doctor_record *r,
                    const struct smtp_attempt *out[DOCTOR_CELLS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < r->count && n < DOCTOR_CELLS_MAX; i++) {
        const struct smtp_attempt *door = &r->rows[i].attempt;
        if (r->rows[i].probe != PROBE_GREETING || seen_before(r, i) ||
            !ip_eq(&door->source, &asked->attempt.source))
            continue;
        size_t at = n++;
        while (at > 0 && out[at - 1]->port > door->port &&
               ip_eq(&out[at - 1]->address, &door->address)) {
            out[at] = out[at - 1];
            at--;
        }
        out[at] = door;
    }
    return n;
}

size_t doctor_cells(const struct doctor_asked *asked, const struct doctor_record *r,
                    const struct doctor_judgement *j, struct doctor_cell out[DOCTOR_CELLS_MAX])
{
    static const enum smtp_security IN_CLEAR[] = { SMTP_SECURITY_NONE, SMTP_SECURITY_STARTTLS };
    static const enum smtp_security AT_ONCE[] = { SMTP_SECURITY_TLS };
    const struct smtp_attempt *door[DOCTOR_CELLS_MAX];
    size_t count = doors(asked, r, door), n = 0;
    for (size_t i = 0; i < count; i++) {
        bool tls = opens_with_tls(r, door[i]);
        const enum smtp_security *list = tls ? AT_ONCE : IN_CLEAR;
        for (size_t k = 0; k < (tls ? COUNT_OF(AT_ONCE) : COUNT_OF(IN_CLEAR)); k++) {
            for (int login = 0; login <= 1 && n < DOCTOR_CELLS_MAX; login++)
                out[n++] = cell_at(asked, r, j, door[i], list[k], login != 0);
        }
    }
    return n;
}

/* ------------------------------------------------------------------------------------------------
 * For those who show them
 */
static bool is_cell_of(const struct doctor_cell *c, const struct ip *address, uint16_t port,
                       enum smtp_security security, bool login)
{
    return (address->family == IP_NONE || ip_eq(address, &c->at.address)) && port == c->at.port &&
           security == c->at.security && login == smtp_attempt_logs_in(&c->at);
}

bool doctor_cell_is_asked(const struct doctor_asked *asked, const struct doctor_judgement *j,
                          const struct doctor_cell *c)
{
    const struct smtp_attempt *a = &asked->attempt;
    const struct doctor_evidence *ev = j->asked;
    const struct ip anywhere = { .family = IP_NONE };
    enum smtp_security security = a->security;
    if (security == SMTP_SECURITY_AUTO && ev)
        security = ev->attempt.security;
    return is_cell_of(c, ev ? &ev->attempt.address : &anywhere,
                      a->port || !ev ? a->port : ev->attempt.port, security,
                      smtp_attempt_logs_in(a));
}

bool doctor_cell_works(const struct doctor_judgement *j, const struct doctor_cell *c)
{
    const struct doctor_evidence *w = j->works;
    return w && is_cell_of(c, &w->attempt.address, w->attempt.port, w->attempt.security,
                           smtp_attempt_logs_in(&w->attempt));
}

const char *doctor_works_with(const struct doctor_asked *asked, const struct doctor_judgement *j)
{
    static const struct {
        unsigned difference;
        const char *words;
    } ROWS[] = {
        { DIFFERS_FROM, "another From" },      { DIFFERS_HEADER_FROM, "another From" },
        { DIFFERS_USER, "another user name" }, { DIFFERS_PASSWORD, "another password" },
        { DIFFERS_VERB, "a newer greeting" },  { DIFFERS_HELO, "another EHLO name" },
        { DIFFERS_SIZE, "a smaller message" }, { DIFFERS_SOURCE, "another source" },
        { DIFFERS_TO, "another recipient" },   { DIFFERS_CERTIFICATE, "a certificate" },
    };
    unsigned d = j->works ? doctor_differences(&asked->attempt, &j->works->attempt) : 0;
    const char *words = NULL;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (d & ROWS[i].difference)
            words = words && words != ROWS[i].words ? "another setting" : ROWS[i].words;
    return words;
}

bool doctor_lanes_same_address(const struct doctor_lane *a, const struct doctor_lane *b)
{
    return ip_eq(&a->cells[0]->at.address, &b->cells[0]->at.address);
}

static bool is_dead(const struct doctor_cell *c)
{
    return (c->s.state == STATE_CLOSED || c->s.state == STATE_SILENT) && c->s.by &&
           c->s.by->outcome.stage == SMTP_STAGE_CONNECT;
}

size_t doctor_lanes(const struct doctor_asked *asked, const struct doctor_judgement *j,
                    const struct doctor_cell *cells, size_t count,
                    struct doctor_lane out[DOCTOR_LANES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i + 1 < count; i += 2) {
        struct doctor_lane l = { { &cells[i], &cells[i + 1] }, is_dead(&cells[i]) };
        struct doctor_lane *last = n ? &out[n - 1] : NULL;
        bool repeated = l.dead && last && last->dead && doctor_lanes_same_address(last, &l) &&
                        last->cells[0]->at.port == l.cells[0]->at.port;
        if (!repeated)
            out[n++] = l;
        else if (doctor_cell_is_asked(asked, j, l.cells[0]) ||
                 doctor_cell_is_asked(asked, j, l.cells[1]))
            *last = l; /* the mark of the user's own settings must not be lost */
    }
    return n;
}
