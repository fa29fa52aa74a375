/* SPDX-License-Identifier: ISC */
/*
 * settings/mistakes_secret.c - what happened to a password on its way through the file
 *
 * No sentence here holds a part of it: only that it is odd, and how.
 */
#include "base/password_shape.h"
#include "settings/mistakes_inside.h"

static void line_end(const struct mistakes_of *m)
{
    MISTAKE(m, SECRET_LINE_END, SECRET,
            STR("the password ends in a line end, which is sent as a part of it"),
            STR("make the password end where its last character is; echo -n and printf %s add no "
                "line end"));
}

static void blank(const struct mistakes_of *m)
{
    MISTAKE(m, SECRET_BLANK, SECRET,
            STR("the password begins or ends with a blank, which is sent as a part of it"),
            STR("take the blank away, if the password has none"));
}

static void quotes(const struct mistakes_of *m)
{
    MISTAKE(m, SECRET_QUOTES, SECRET,
            STR("quotes stand around the password, and this file keeps them as a part of it"),
            STR("write the password without quotes around it"));
}

static const struct {
    unsigned anomaly;
    void (*tell)(const struct mistakes_of *);
} PLAIN[] = {
    { PASSWORD_LINE_END, line_end },
    { PASSWORD_BLANK_AT_END, blank },
    { PASSWORD_QUOTED, quotes },
};

/* Those that hardly anybody means, and have no name of their own in the table. */
static void odd(const struct mistakes_of *m, unsigned anomalies)
{
    for (unsigned bit = 1; bit <= PASSWORD_STRONG; bit <<= 1) {
        bool told = bit & (PASSWORD_LINE_END | PASSWORD_BLANK_AT_END | PASSWORD_QUOTED);
        if (!(anomalies & bit) || told)
            continue;
        str words = password_anomaly_words((enum password_anomaly)bit);
        MISTAKE(m, SECRET_ODD, SECRET,
                arena_printf(m->r->arena, "the password is odd: %.*s", STR_ARG(words)),
                STR("type the password anew, by hand, if that is not meant"));
        return;
    }
}

/* Words that stand in examples where the password belongs. */
static bool is_placeholder(str secret)
{
    static const str WORDS[] = {
        STR_INIT("password"),
        STR_INIT("passwd"),
        STR_INIT("changeme"),
        STR_INIT("change-me"),
        STR_INIT("change_me"),
        STR_INIT("secret"),
        STR_INIT("yourpassword"),
        STR_INIT("your-password"),
        STR_INIT("your_password"),
        STR_INIT("your password"),
        STR_INIT("your-app-password"),
        STR_INIT("your_app_password"),
        STR_INIT("your app password"),
        STR_INIT("apppassword"),
        STR_INIT("app-password"),
        STR_INIT("app_password"),
        STR_INIT("mypassword"),
        STR_INIT("smtp_password"),
        STR_INIT("smtp-password"),
        STR_INIT("your_smtp_password"),
        STR_INIT("your-smtp-password"),
        STR_INIT("null"),
        STR_INIT("none"),
        STR_INIT("undefined"),
        STR_INIT("example"),
        STR_INIT("todo"),
        STR_INIT("redacted"),
    };
    size_t same = 0;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_eq_nocase(WORDS[i], secret))
            return true;
    while (same < secret.n && secret.p[same] == secret.p[0])
        same++;
    bool drawn = secret.n >= 3 && same == secret.n &&
                 (secret.p[0] == '*' || secret.p[0] == 'x' || secret.p[0] == 'X' ||
                  secret.p[0] == '.');
    bool bracketed = secret.n > 2 &&
                     ((secret.p[0] == '<' && secret.p[secret.n - 1] == '>') ||
                      (str_starts(secret, STR("{{")) && secret.p[secret.n - 1] == '}'));
    return drawn || bracketed;
}

/* "abcd efgh ijkl mnop", as Google's page shows an app password. */
static bool is_in_fours(str secret)
{
    if (secret.n != 19)
        return false;
    for (size_t i = 0; i < secret.n; i++)
        if (i % 5 == 4 ? secret.p[i] != ' ' : secret.p[i] < 'a' || secret.p[i] > 'z')
            return false;
    return true;
}

static void lost(const struct mistakes_of *m, const struct settings_item *item)
{
    if (item->how & SETTINGS_ITEM_LOST && item->value.n)
        MISTAKE(m, SECRET_DOLLAR, SECRET,
                STR("a $ in the password is read as the name of a variable that is not there: what "
                    "follows it is lost"),
                STR("write the $ so that this file takes it as itself: doubled, behind a "
                    "backslash, or in single quotes, as its syntax has it"));
    if (item->how & SETTINGS_ITEM_CUT)
        MISTAKE(m, SECRET_CUT, SECRET,
                STR("the password ends at a # or a blank, and what stands behind it on the line is "
                    "not taken"),
                STR("put the password in quotes, as this file's syntax has them"));
}

static void empty(const struct mistakes_of *m, const struct settings_item *item)
{
    if (m->a->user.n && !(item->how & SETTINGS_ITEM_LOST))
        MISTAKE(m, SECRET_EMPTY, SECRET, STR("there is a user name, and the password is empty"),
                STR("write the password, or a reference to where it is kept"));
}

void mistakes_of_secret(const struct mistakes_of *m)
{
    const struct settings_item *item = mistakes_at(m, SETTINGS_SECRET);
    str secret = m->r->found.secret_text;
    if (m->r->found.secret != SETTINGS_SECRET_LITERAL || !item)
        return;
    lost(m, item);
    if (!secret.n) {
        empty(m, item);
        return;
    }
    if (is_placeholder(secret)) {
        MISTAKE(m, SECRET_PLACEHOLDER, SECRET,
                STR("in the place of the password stands a word as examples have it"),
                STR("write the account's own password there"));
        return;
    }
    unsigned anomalies = password_anomalies(secret);
    for (size_t i = 0; i < COUNT_OF(PLAIN); i++)
        if (anomalies & PLAIN[i].anomaly)
            PLAIN[i].tell(m);
    odd(m, anomalies);
    if (is_in_fours(secret))
        MISTAKE(m, SECRET_SPACES, SECRET,
                STR("the password has the blanks with which a web page shows an app password"),
                STR("if the login fails, write the sixteen letters without the blanks"));
}
