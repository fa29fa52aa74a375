/* SPDX-License-Identifier: ISC */
#include "relay/own.h"
#include <stdio.h>

void relay_own_refusal(struct relay *r, const struct relay_config *c,
                       const struct policy_facts *facts, str helo, const struct relay_words *w,
                       enum relay_room room, struct relay_own *out)
{
    char said[RELAY_OWN_MAX];
    snprintf(said, sizeof said, "%u %.*s %.*s", w->code, STR_ARG(w->enhanced), STR_ARG(w->text));
    const struct relay_record rec = { .digest = c->digest,
                                      .at_ms = relay_now_ms(),
                                      .facts = *facts,
                                      .outcome = w->code / 100 == 4 ? POLICY_DEFER : POLICY_REFUSE,
                                      .cause = w->cause,
                                      .helo = helo,
                                      .own = str_from(said),
                                      .room = room };
    out->id[0] = '\0';
    out->record = r->records ? relay_records_add(r->records, &rec) : 0;
    if (out->record)
        snprintf(out->text, sizeof out->text, "%.*s (why: %s)", STR_ARG(w->text),
                 relay_record_text(out->record, out->id));
    else
        snprintf(out->text, sizeof out->text, "%.*s", STR_ARG(w->text));
}
