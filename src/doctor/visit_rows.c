/* SPDX-License-Identifier: ISC */
/*
 * doctor/visit_rows.c - what a visit saw, into the record
 */
#include "base/secret.h"
#include "doctor/visit_inside.h"

enum { TEXT_MAX = 16384 };

/* ------------------------------------------------------------------------------------------------
 * Rows
 */
static struct smtp_attempt attempt_on(const struct visit_run *v, enum smtp_security layer)
{
    struct smtp_attempt a = v->door;
    a.security = layer;
    a.helo = str_from(v->helo);
    if (v->step == STEP_LOGIN || v->step == STEP_TRIAL || v->step == STEP_MESSAGE) {
        a.mechanism = v->x.mechanism;
        a.user = v->x.user;
        a.repaired = v->x.repaired;
    }
    if (v->step == STEP_TRIAL || v->step == STEP_MESSAGE) {
        a.from = v->x.from;
        a.from_null = v->x.from_null;
        a.to = v->x.to;
        a.header_from = v->x.header_from;
        a.size_octets = v->x.size_octets;
    }
    return a;
}

void visit_record(struct visit_company *c, enum doctor_probe probe, const struct smtp_attempt *a,
                  struct smtp_outcome o)
{
    struct buf cut;
    o.at_ms = net_loop_now_ms(c->loop) - c->began_ms;
    buf_init(&cut, TEXT_MAX + sizeof SECRET_CUT);
    if (o.text.n > TEXT_MAX) {
        buf_add(&cut, str_take(o.text, TEXT_MAX));
        buf_add(&cut, STR(SECRET_CUT));
        o.text = buf_str(&cut);
    }
    doctor_record_add(c->record, probe, a, &o);
    buf_done(&cut);
}

void visit_add_row(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                   struct smtp_outcome o)
{
    struct smtp_attempt a = attempt_on(v, layer);
    uint16_t port;
    if (v->d)
        net_dialogue_local(v->d, &o.local, &port);
    visit_record(v->c, probe, &a, o);
    v->row_made = true;
}

void visit_row_of_reply(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                        enum smtp_stage stage, const struct smtp_reply *r)
{
    visit_add_row(v, probe, layer,
                  (struct smtp_outcome){
                      .stage = stage, .code = r->code, .enhanced = r->enhanced, .text = r->text });
}

void visit_row_of_end(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                      enum smtp_stage stage, enum smtp_end end, str why)
{
    visit_add_row(v, probe, layer,
                  (struct smtp_outcome){ .stage = stage, .end = end, .text = why });
}

enum smtp_security visit_opening_layer(const struct visit_run *v)
{
    return v->door.security == SMTP_SECURITY_TLS ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
}

/* All that a look tells stands in one row, under the layer that it was to reach. */
enum doctor_probe visit_look_probe(const struct visit_run *v)
{
    return v->look == LOOK_OBSERVE ? PROBE_OBSERVED : PROBE_UNOFFERED;
}

enum smtp_security visit_look_layer(const struct visit_run *v)
{
    return v->door.security == SMTP_SECURITY_TLS ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
}

/* The row for a step that no reply ended. */
void visit_row_of_broken_step(struct visit_run *v, enum smtp_stage stage, enum smtp_end end,
                              str why)
{
    if (v->look) {
        visit_row_of_end(v, visit_look_probe(v), visit_look_layer(v), stage, end, why);
        return;
    }
    enum smtp_security layer = v->step == STEP_STARTTLS ? SMTP_SECURITY_STARTTLS : v->layer;
    enum doctor_probe probe = PROBE_TRIAL;
    if (v->step == STEP_OPEN)
        layer = visit_opening_layer(v);
    if (stage == SMTP_STAGE_CONNECT || stage == SMTP_STAGE_GREETING)
        probe = PROBE_GREETING;
    else if (stage == SMTP_STAGE_TLS || stage == SMTP_STAGE_STARTTLS)
        probe = PROBE_TLS;
    else if (stage == SMTP_STAGE_EHLO)
        probe = PROBE_CAPABILITIES;
    else if (v->step == STEP_LOGIN)
        probe = v->auth_alone ? PROBE_AUTH : PROBE_LOGIN;
    else if (v->step == STEP_MESSAGE)
        probe = PROBE_MESSAGE;
    struct smtp_outcome o = { .stage = stage, .end = end, .text = why };
    if (probe == PROBE_TLS && v->shook)
        o.tls = *v->shook;
    visit_add_row(v, probe, layer, o);
}
