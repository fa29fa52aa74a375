/* SPDX-License-Identifier: ISC */
#include "cmd/doctor_in_place.h"
#include "cmd/settings_set.h"

/* Was it shown by experiment that these settings are taken, and those of the file are not? */
static const char *why_not(const struct doctor_flags *f, const struct doctor_judgement *j)
{
    bool proved = j->cause_count && j->causes[0].strength == STRENGTH_PROVED;
    bool accepted = j->verdict == VERDICT_ACCEPTED && f->o.asked.attempt.to.n;
    if (accepted && !f->o.asked.config->beside)
        return "the settings work as they stand there";
    if (!j->works)
        return "nothing was found that works";
    if (!accepted && !(j->verdict == VERDICT_REFUSED && proved))
        return "it is not proved what stands in the way";
    return NULL;
}

static bool flag_said(const struct doctor_flags *f, enum settings_field field)
{
    return f->o.asked.config->beside & 1u << field;
}

static void take_login(struct smtp_attempt *want, const struct smtp_attempt *works, bool mechanism)
{
    if (!smtp_attempt_logs_in(works)) {
        want->mechanism = STR_NONE;
        return;
    }
    if (!smtp_attempt_logs_in(want))
        want->mechanism = STR("auto");
    if (mechanism)
        want->mechanism = works->mechanism;
    want->user = works->user;
}

bool doctor_in_place_wanted(const struct doctor_flags *f, const struct doctor_judgement *j,
                            struct settings *wanted, struct buf *out)
{
    const char *no = why_not(f, j);
    if (no) {
        buf_addf(out, "Nothing was changed in %.*s: %s.\n", STR_ARG(f->o.asked.config->file), no);
        return false;
    }
    const struct smtp_attempt *works = &j->works->attempt;
    unsigned d = doctor_differences(&f->o.asked.attempt, works);
    *wanted = f->file->loaded.reading.found;
    wanted->secret = SETTINGS_SECRET_ASKED; /* it stays */
    struct smtp_attempt *want = &wanted->attempt;
    if (flag_said(f, SETTINGS_HOST))
        want->host = works->host;
    if (d & DIFFERS_PORT || flag_said(f, SETTINGS_PORT))
        want->port = works->port;
    if (d & (DIFFERS_SECURITY | DIFFERS_PORT) || flag_said(f, SETTINGS_SECURITY))
        want->security = works->security;
    if (d & (DIFFERS_LOGIN | DIFFERS_USER | DIFFERS_MECHANISM) || flag_said(f, SETTINGS_LOGIN) ||
        flag_said(f, SETTINGS_USER))
        take_login(want, works, d & DIFFERS_MECHANISM);
    if (d & DIFFERS_FROM || flag_said(f, SETTINGS_FROM)) {
        want->from = works->from;
        want->from_null = works->from_null;
    }
    if (d & DIFFERS_HEADER_FROM || flag_said(f, SETTINGS_HEADER_FROM))
        want->header_from = works->header_from;
    if (d & DIFFERS_HELO || flag_said(f, SETTINGS_HELO))
        want->helo = works->helo;
    return true;
}

bool doctor_in_place_diff(const struct doctor_flags *f, const struct doctor_judgement *j,
                          struct buf *out, struct err *e)
{
    struct settings wanted;
    struct buf why;
    buf_init(&why, 4096);
    bool ok = doctor_in_place_wanted(f, j, &wanted, &why) &&
              settings_apply(&f->file->loaded, &wanted, false, out, e) && out->n > 0;
    buf_done(&why);
    return ok;
}

bool doctor_in_place(const struct doctor_flags *f, const struct doctor_judgement *j,
                     struct buf *out, struct err *e)
{
    const struct doctor_config *c = f->o.asked.config;
    struct settings wanted;
    size_t before = out->n;
    if (!doctor_in_place_wanted(f, j, &wanted, out))
        return true;
    if (!settings_apply(&f->file->loaded, &wanted, true, out, e))
        return false;
    if (out->n == before)
        buf_addf(out, "Nothing was changed in %.*s: no line of it has to.\n", STR_ARG(c->file));
    if (j->works->attempt.repaired)
        buf_addf(out, "The password stays as it was: put it right by hand%s%.*s.\n",
                 c->places[SETTINGS_SECRET].n ? ", in " : "", STR_ARG(c->places[SETTINGS_SECRET]));
    return true;
}
