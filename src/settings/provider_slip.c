/* SPDX-License-Identifier: ISC */
/*
 * settings/provider_slip.c - user names and passwords unlike those that a provider hands out
 */
#include "settings/provider_hosts.h"

/* ---- shapes ---- */

static bool all(str s, bool (*is)(char c))
{
    for (size_t i = 0; i < s.n; i++)
        if (!is(s.p[i]))
            return false;
    return true;
}

static bool is_upper_or_digit(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z');
}

/* Letters alone, blanks and hyphens between them aside. 0: something else is in it. */
static size_t letters(str s, char between)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (is_alpha(s.p[i]))
            n++;
        else if (s.p[i] != between)
            return 0;
    return n;
}

static bool is_address(str s)
{
    size_t at = str_rfind_octet(s, '@');
    return at != STR_NOT_FOUND && at > 0 && at + 1 < s.n;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? s.p[i] != '-'
                   : !is_digit(s.p[i]) && !(to_lower(s.p[i]) >= 'a' && to_lower(s.p[i]) <= 'f'))
            return false;
    }
    return s.n == 36;
}

static bool is_access_key(str s, const char *begin)
{
    return s.n == 20 && str_starts(s, str_from(begin)) && all(s, is_upper_or_digit);
}

/* ---- user names ---- */

static bool no_address(const struct provider *p UNUSED, str user)
{
    return !is_address(user);
}
static bool an_address(const struct provider *p UNUSED, str user)
{
    return is_address(user);
}
static bool another_word(const struct provider *p, str user)
{
    return !str_eq(user, p->fixed_user);
}
static bool temporary_key(const struct provider *p UNUSED, str user)
{
    return is_access_key(user, "ASIA");
}
static bool no_access_key(const struct provider *p UNUSED, str user)
{
    return !is_access_key(user, "AKIA");
}

/* id empty: any provider with that form of user. The first that matches tells. */
static const struct user_rule {
    str id;
    enum provider_user form;
    bool (*is_wrong)(const struct provider *p, str user);
    bool sure;
    str said, remedy;
} USER_RULES[] = {
    { STR_INIT("amazon-ses"), PROVIDER_USER_OWN, temporary_key, true,
      STR_INIT("the user name is a temporary key of AWS (ASIA...), from which SES makes no SMTP "
               "login"),
      STR_INIT("make SMTP credentials in the SES console: SMTP settings > Create SMTP "
               "credentials") },
    { STR_INIT("amazon-ses"), PROVIDER_USER_OWN, no_access_key, true,
      STR_INIT("an SMTP user name of SES is 20 capitals and digits and begins with AKIA; this one "
               "is not"),
      STR_INIT("make SMTP credentials in the SES console: SMTP settings > Create SMTP "
               "credentials") },
    { STR_INIT("sendgrid"), PROVIDER_USER_FIXED, another_word, true,
      STR_INIT("the user name of SendGrid is the word apikey, the same for everybody"),
      STR_INIT("write apikey as user name, and the API key (SG....) as password") },
    { STR_INIT("sparkpost"), PROVIDER_USER_FIXED, another_word, true,
      STR_INIT("the user name of SparkPost is the word SMTP_Injection, the same for everybody"),
      STR_INIT("write SMTP_Injection as user name, and an API key that may send via SMTP as "
               "password") },
    { STR_INIT("resend"), PROVIDER_USER_FIXED, another_word, true,
      STR_INIT("the user name of Resend is the word resend, the same for everybody"),
      STR_INIT("write resend as user name, and the API key (re_...) as password") },
    { STR_INIT("zeptomail"), PROVIDER_USER_FIXED, another_word, true,
      STR_INIT("the user name of ZeptoMail is the word emailapikey, the same for everybody"),
      STR_INIT("write emailapikey as user name, and the token of the agent as password") },
    { STR_INIT("postmark"), PROVIDER_USER_OWN, an_address, true,
      STR_INIT("the user name is an address; Postmark wants the server's API token, or the access "
               "key of an SMTP token"),
      STR_INIT("take it from 'API Tokens' of the Postmark server; with the API token user name "
               "and password are the same") },
    { STR_INIT("mailjet"), PROVIDER_USER_OWN, an_address, true,
      STR_INIT("the user name is an address; Mailjet wants the API key"),
      STR_INIT("take API key (user name) and secret key (password) from 'SMTP and SEND API "
               "settings'") },
    { STR_INIT(""), PROVIDER_USER_ADDRESS, no_address, false,
      STR_INIT("the user name there is the whole mail address; this one is none"),
      STR_INIT("write the whole address, with the @ and what follows it") },
};

bool provider_user_slip(const struct provider *p, str user, struct provider_slip *out)
{
    for (size_t i = 0; user.n && i < COUNT_OF(USER_RULES); i++) {
        const struct user_rule *r = &USER_RULES[i];
        if (r->form != p->user || (r->id.n && !str_eq(r->id, p->id)) || !r->is_wrong(p, user))
            continue;
        *out = (struct provider_slip){ r->sure, r->said, r->remedy };
        return true;
    }
    return false;
}

/* ---- passwords ---- */

static bool not_16_letters(str user UNUSED, str secret)
{
    return letters(secret, ' ') != 16;
}
static bool not_16_letters_or_hyphens(str user UNUSED, str secret)
{
    return letters(secret, '-') != 16;
}
/* 40 characters; an SMTP password made of it is 33 octets in base64. */
static bool iam_secret_key(str user UNUSED, str secret)
{
    return secret.n == 40;
}
static bool not_44(str user UNUSED, str secret)
{
    return secret.n != 44;
}
static bool no_sendgrid_key(str user UNUSED, str secret)
{
    return !str_starts(secret, STR("SG."));
}
static bool brevo_api_key(str user UNUSED, str secret)
{
    return str_starts(secret, STR("xkeysib-"));
}
static bool mailgun_api_key(str user UNUSED, str secret)
{
    return str_starts(secret, STR("key-")) && secret.n == 36;
}
static bool no_resend_key(str user UNUSED, str secret)
{
    return !str_starts(secret, STR("re_"));
}
static bool not_the_token_twice(str user, str secret)
{
    return is_uuid(user) && !str_eq(user, secret);
}

static const struct secret_rule {
    str id;
    bool (*is_wrong)(str user, str secret);
    bool sure;
    str said, remedy;
} SECRET_RULES[] = {
    { STR_INIT("gmail"), not_16_letters, false,
      STR_INIT("an app password of Google is 16 letters; this one is not, and the account's own "
               "password is refused"),
      STR_INIT("make an app password at myaccount.google.com/apppasswords (2-Step Verification "
               "has to be on)") },
    { STR_INIT("yahoo"), not_16_letters, false,
      STR_INIT("an app password of Yahoo is 16 letters; this one is not, and the account's own "
               "password is refused"),
      STR_INIT("make an app password: Yahoo account > Security > Generate app password") },
    { STR_INIT("aol"), not_16_letters, false,
      STR_INIT("an app password of AOL is 16 letters; this one is not, and the account's own "
               "password is refused"),
      STR_INIT("make an app password: AOL account > Security > Generate app password") },
    { STR_INIT("icloud"), not_16_letters_or_hyphens, false,
      STR_INIT("an app-specific password of Apple is 16 letters with hyphens between; this one is "
               "not, and the account's own password is refused"),
      STR_INIT("make one at account.apple.com > Sign-In and Security > App-Specific Passwords") },
    { STR_INIT("amazon-ses"), iam_secret_key, true,
      STR_INIT("the password has the 40 characters of an AWS secret access key; SES wants the SMTP "
               "password that is made from it, of 44 characters"),
      STR_INIT("make SMTP credentials in the SES console: SMTP settings > Create SMTP "
               "credentials; they hold for one region") },
    { STR_INIT("amazon-ses"), not_44, false,
      STR_INIT("an SMTP password of SES has 44 characters; this one has not"),
      STR_INIT("make SMTP credentials in the SES console: SMTP settings > Create SMTP "
               "credentials; they hold for one region") },
    { STR_INIT("sendgrid"), no_sendgrid_key, true,
      STR_INIT("the password is no API key of SendGrid: these begin with SG."),
      STR_INIT("make an API key with the right 'Mail Send': Settings > API Keys") },
    { STR_INIT("brevo"), brevo_api_key, true,
      STR_INIT("the password is an API key of Brevo (xkeysib-...); SMTP wants an SMTP key "
               "(xsmtpsib-...)"),
      STR_INIT("take an SMTP key: SMTP & API > SMTP") },
    { STR_INIT("mailgun"), mailgun_api_key, false,
      STR_INIT("the password looks like an API key of Mailgun (key-...); SMTP wants the password "
               "of an SMTP user of the domain"),
      STR_INIT("make one: Sending > Domain settings > SMTP credentials") },
    { STR_INIT("resend"), no_resend_key, false,
      STR_INIT("the password is no API key of Resend: these begin with re_"),
      STR_INIT("make an API key: resend.com/api-keys") },
    { STR_INIT("postmark"), not_the_token_twice, false,
      STR_INIT("the user name is an API token of Postmark, and the password another one; with an "
               "API token both are the same"),
      STR_INIT("write the server's API token as user name and as password") },
};

bool provider_secret_slip(const struct provider *p, str user, str secret, struct provider_slip *out)
{
    for (size_t i = 0; secret.n && i < COUNT_OF(SECRET_RULES); i++) {
        const struct secret_rule *r = &SECRET_RULES[i];
        if (!str_eq(r->id, p->id) || !r->is_wrong(user, secret))
            continue;
        *out = (struct provider_slip){ r->sure, r->said, r->remedy };
        return true;
    }
    return false;
}

/* ---- whose user ---- */

/* Providers that share servers, or are being moved from one to the other. */
static const str FAMILIES[] = {
    STR_INIT("outlook.com microsoft365"),
    STR_INIT("yahoo aol verizon att comcast"),
    STR_INIT("gmx gmx.com mail.com web.de"),
    STR_INIT("zoho.com zoho.eu zoho.in zoho.com.au zoho.jp"),
    STR_INIT("orange.fr sfr"),
};

static bool in_list(str list, str id)
{
    for (str rest = list; rest.p;)
        if (str_eq(str_cut(&rest, ' '), id))
            return true;
    return false;
}

static bool same_family(const struct provider *a, const struct provider *b)
{
    for (size_t i = 0; i < COUNT_OF(FAMILIES); i++)
        if (in_list(FAMILIES[i], a->id) && in_list(FAMILIES[i], b->id))
            return true;
    return a == b;
}

const struct provider *provider_of_other_user(const struct provider *at_host, str user)
{
    size_t at = str_rfind_octet(user, '@');
    if (at == STR_NOT_FOUND || !at_host->domains.n)
        return NULL;
    const struct provider *p = provider_of_domain(str_skip(user, at + 1));
    return p && !same_family(p, at_host) ? p : NULL;
}
