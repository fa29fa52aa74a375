/* SPDX-License-Identifier: ISC */
/*
 * cmd/doctor_in_place.h - what was proved to work, put into the file of --config: --in-place
 * Owns    which settings change: those that the experiments changed, or that a flag said otherwise. Never the password,
 *         and nothing at all where the answer is not known.
 * Leaves  writing, and the copy of what was, to cmd/settings_set.h.
 */
#ifndef BATON_CMD_DOCTOR_IN_PLACE_H
#define BATON_CMD_DOCTOR_IN_PLACE_H
#include "cmd/doctor_flags.h"
#include "doctor/judge.h"

/* What the file should say by the judgement. False: nothing is to be written; out says why, in a sentence. */
bool doctor_in_place_wanted(const struct doctor_flags *f, const struct doctor_judgement *j,
                            struct settings *wanted, struct buf *out) MUST_CHECK;
/* What would change, as a unified diff without a secret. False: nothing would, or it cannot be changed so. */
bool doctor_in_place_diff(const struct doctor_flags *f, const struct doctor_judgement *j,
                          struct buf *out, struct err *e) MUST_CHECK;
/* All of it; what was done, or why nothing was, is appended to out. False: the file could not be changed. */
bool doctor_in_place(const struct doctor_flags *f, const struct doctor_judgement *j,
                     struct buf *out, struct err *e) MUST_CHECK;
#endif
