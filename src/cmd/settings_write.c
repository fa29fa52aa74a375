/* SPDX-License-Identifier: ISC */
#include "cmd/settings_write.h"
#include "cmd/output.h"
#include "cmd/write_file.h"
#include "settings/shown.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The password itself: as flags say, as it was read, or asked for. */
static bool literal(const struct settings_flags *f, struct settings_loaded *l, struct settings *s,
                    struct buf *typed, struct err *e)
{
    struct secret_source source = f->secret;
    bool found;
    str password = buf_str(&l->password);
    source.ask = true;
    if (source.fd >= 0 || !password.n) {
        if (!secret_input(&source, typed, &found, e))
            return false;
        if (!found)
            return err_set(e, ERR_SYNTAX,
                           "the password is not known%s%.*s; give it by "
                           "--password-fd, or leave --with-password out",
                           l->no_password.n ? ": " : "", STR_ARG(l->no_password));
        password = buf_str(typed);
    }
    s->secret = SETTINGS_SECRET_LITERAL;
    s->secret_text = password;
    return true;
}

static bool choose_password(const struct settings_flags *f, struct settings_loaded *l,
                            struct settings *s, struct buf *typed, struct err *e)
{
    unsigned references = SETTINGS_SECRET_ENV | SETTINGS_SECRET_COMMAND | SETTINGS_SECRET_FILE;
    if (!smtp_attempt_logs_in(&s->attempt)) {
        s->secret = SETTINGS_SECRET_NONE;
        return true;
    }
    if (f->with_password)
        return literal(f, l, s, typed, e);
    bool unsaid = s->secret == SETTINGS_SECRET_ENV &&
                  !str_eq(settings_shown_variable(&l->reading, s->secret_text), s->secret_text);
    if (f->keep && (references & s->secret) && !unsaid)
        return true;
    if (f->keep)
        return err_set(e, ERR_SYNTAX,
                       "--password keep: the file names no variable, command or file "
                       "for the password");
    s->secret = f->password_given ? f->password : SETTINGS_SECRET_ASKED;
    s->secret_text = f->password_text ? str_from(f->password_text) : STR_NONE;
    return true;
}

static bool write_out(const struct settings_flags *f, str text, struct err *e)
{
    struct stat s;
    if (!f->output)
        return (fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0) ||
               err_set(e, ERR_SYSTEM, "the text could not be written");
    if (lstat(f->output, &s) == 0 && !f->force)
        return err_set(e, ERR_SYSTEM,
                       "'%.100s' is there already; name another, or give --force to "
                       "replace it",
                       f->output);
    return f->force ? write_whole_file(f->output, text, e) : write_new_file(f->output, text, e);
}

bool settings_convert(const struct settings_flags *f, struct settings_loaded *l, struct err *e)
{
    struct settings s = l->reading.found;
    AUTO(buf_wipe_done) struct buf typed;
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&typed, SECRET_MAX);
    buf_init(&text, SETTINGS_TEXT_MAX);
    return settings_flags_apply(f, &s, e) && choose_password(f, l, &s, &typed, e) &&
           settings_write(f->to, &s, &text, e) && write_out(f, buf_str(&text), e);
}
