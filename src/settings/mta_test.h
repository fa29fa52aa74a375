/* SPDX-License-Identifier: ISC */
/*
 * settings/mta_test.h - what the tests of Postfix, Exim and OpenSMTPD share: a case is a program's files, and what
 * must be read out of them, HELO and the look at certificates too
 */
#ifndef BATON_SETTINGS_MTA_TEST_H
#define BATON_SETTINGS_MTA_TEST_H
#include "settings/read_test.h"

enum { MTA_FILES = 4, MTA_FILE_MAX = 4096 };

struct mta_file {
    const char *path, *text; /* the first has no path: it is the one that the user named */
};
struct mta_case {
    const char *name;
    struct mta_file files[MTA_FILES];
    const char *account;
    const char *host; /* NULL: the file is broken, and mistakes holds a part of the sentence */
    unsigned port;
    enum smtp_security security;
    const char *mechanism, *user, *secret, *helo; /* NULL: none. secret "?": hidden */
    bool unverified;
    const char *mistakes; /* their names, blank between; those of the settings alone too */
};

/* What it gives is good until test_end(), and the next. */
static inline struct settings_reading *mta_read(const char *program, const struct mta_file *files,
                                                const char *account)
{
    static char text[MTA_FILES][MTA_FILE_MAX];
    const char *given[MTA_FILES] = { NULL };
    for (size_t i = 1; i < MTA_FILES && files[i].path; i++) {
        int n = snprintf(text[i], MTA_FILE_MAX, "%s=%s", files[i].path, files[i].text);
        assert_in_range(n, 1, MTA_FILE_MAX - 1);
        given[i - 1] = text[i];
    }
    return test_read_account(program, str_from(account), str_from(files[0].text), given);
}

static inline void mta_check(const struct mta_case *c, const struct settings_reading *r)
{
    const struct settings *f = &r->found;
    const struct smtp_attempt *a = &f->attempt;
    str secret = f->secret == SETTINGS_SECRET_HIDDEN ? STR("?") : f->secret_text;
    test_same("host", c->name, a->host, str_from(c->host));
    test_same("mechanism", c->name, a->mechanism, str_from(c->mechanism));
    test_same("user", c->name, a->user, str_from(c->user));
    test_same("secret", c->name, secret, str_from(c->secret));
    if (c->helo)
        test_same("helo", c->name, a->helo, str_from(c->helo));
    test_mistakes(r, c->name, str_from(c->mistakes));
    if (c->port != a->port || c->security != a->security || c->unverified != f->unverified)
        fail_msg("%s: port %u security %d unverified %d", c->name, a->port, a->security,
                 f->unverified);
    test_places(r);
}

static inline void mta_run(const char *program, const struct mta_case *cases, size_t count)
{
    for (const struct mta_case *c = cases; c < cases + count; c++) {
        struct settings_reading *r = mta_read(program, c->files, c->account);
        if (!r != !c->host)
            fail_msg("%s: %s", c->name, r ? "it was read" : test_err.why);
        if (!r && !strstr(test_err.why, c->mistakes))
            fail_msg("%s: %s", c->name, test_err.why);
        if (r)
            mta_check(c, r);
        test_end();
    }
}

/* The login that is tried with each password. */
static inline struct settings mta_login(str password)
{
    struct settings s = TEST_LOGIN("mail.corp.test", 587, STARTTLS, "anna@corp.test", "", "");
    s.secret_text = password;
    return s;
}

static inline void mta_passwords(const char *program, str refused)
{
    for (size_t i = 0; i < TEST_HOSTILE_COUNT; i++) {
        struct settings s = mta_login(TEST_HOSTILE[i]);
        test_goes_round(program, &s, STR(""), refused);
    }
}

static inline void mta_refuses(const char *program, const char *const *passwords,
                               const char *sentence)
{
    for (; *passwords; passwords++) {
        struct settings s = mta_login(str_from(*passwords));
        test_write_refused(program, &s, sentence);
    }
}
#endif
