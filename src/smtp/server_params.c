/* SPDX-License-Identifier: ISC */
/*
 * smtp/server_params.c - what may stand behind the path of MAIL and RCPT
 * RFC 5321 section 4.1.2 (Mail-parameters), 1870 (SIZE), 6152 (BODY), 4954 (AUTH), 6531 (SMTPUTF8),
 * 3461 (RET, ENVID, NOTIFY, ORCPT). Of every parameter the syntax is checked here; what it means is the
 * owner's business.
 */
#include "smtp/session.h"

enum param_fault { PARAM_OK, PARAM_WRONG, PARAM_NOT_OURS, PARAM_TOO_BIG };
enum { ENVID_MAX = 100, ORCPT_MAX = 500 }; /* RFC 3461 sections 4.4 and 4.2 */

/* xtext = *( xchar / hexchar ) ; hexchar is "+" and two upper-case hexadecimal digits. What a hexchar
 * stands for must be printable: decoded it goes into header fields. */
static bool xtext_octet(str s, size_t *i)
{
    static const str DIGITS = STR_INIT("0123456789ABCDEF");
    size_t high, low;

    if (s.p[*i] != '+')
        return s.p[*i] > ' ' && s.p[*i] < 0x7f && s.p[*i] != '=';
    if (*i + 2 >= s.n)
        return false;
    high = str_find_octet(DIGITS, s.p[*i + 1]);
    low = str_find_octet(DIGITS, s.p[*i + 2]);
    *i += 2;
    return high >= 2 && high <= 7 && low != STR_NOT_FOUND && !(high == 7 && low == 15);
}

static bool is_xtext(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!xtext_octet(s, &i))
            return false;
    return s.n > 0;
}

/* RFC 6533 section 3: utf-8-addr-unitext, as it stands where SMTPUTF8 was said. */
static bool is_unitext(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
            return false;
    return s.n > 0 && str_is_utf8(s);
}

static enum param_fault fine(bool ok)
{
    return ok ? PARAM_OK : PARAM_WRONG;
}

static enum param_fault read_size(const struct smtp_session *s, str value,
                                  struct smtp_session_question *q)
{
    for (size_t i = 0; i < value.n; i++)
        if (!is_digit(value.p[i]))
            return PARAM_WRONG;
    if (value.n == 0 || value.n > 20) /* 1*20DIGIT */
        return PARAM_WRONG;
    if (!str_to_u64(value, UINT64_MAX, &q->size)) /* a size, and above all that can be */
        return PARAM_TOO_BIG;
    return s->config.size_max > 0 && q->size > s->config.size_max ? PARAM_TOO_BIG : PARAM_OK;
}

static enum param_fault read_body(UNUSED const struct smtp_session *s, str value,
                                  struct smtp_session_question *q)
{
    q->eightbit = str_eq_nocase(value, STR("8BITMIME"));
    if (str_eq_nocase(value, STR("BINARYMIME"))) /* RFC 3030 section 3: known, and not offered */
        return PARAM_NOT_OURS;
    return fine(q->eightbit || str_eq_nocase(value, STR("7BIT")));
}

/* RFC 4954 section 5: who wrote the message, as the client has it. We trust nobody's word for it. */
static enum param_fault read_auth(UNUSED const struct smtp_session *s, str value,
                                  UNUSED struct smtp_session_question *q)
{
    return fine(str_eq(value, STR("<>")) || is_xtext(value));
}

static enum param_fault read_smtputf8(UNUSED const struct smtp_session *s, str value,
                                      struct smtp_session_question *q)
{
    q->smtputf8 = true;
    return fine(value.p == NULL);
}

static enum param_fault read_ret(UNUSED const struct smtp_session *s, str value,
                                 struct smtp_session_question *q)
{
    if (str_eq_nocase(value, STR("FULL")))
        q->ret = SMTP_RET_FULL;
    else if (str_eq_nocase(value, STR("HDRS")))
        q->ret = SMTP_RET_HDRS;
    return fine(q->ret != SMTP_RET_NONE);
}

static enum param_fault read_envid(UNUSED const struct smtp_session *s, str value,
                                   struct smtp_session_question *q)
{
    q->envid = value;
    return fine(value.n <= ENVID_MAX && is_xtext(value));
}

/* NOTIFY = "NEVER" / notify-list-element *( "," notify-list-element ) */
static enum param_fault read_notify(UNUSED const struct smtp_session *s, str value,
                                    struct smtp_session_question *q)
{
    static const struct name_row ROWS[] = { { SMTP_NOTIFY_NEVER, STR_INIT("NEVER") },
                                            { SMTP_NOTIFY_SUCCESS, STR_INIT("SUCCESS") },
                                            { SMTP_NOTIFY_FAILURE, STR_INIT("FAILURE") },
                                            { SMTP_NOTIFY_DELAY, STR_INIT("DELAY") } };

    for (bool more = true; more; more = value.p != NULL) {
        str word = str_cut(&value, ',');
        unsigned bit = 0;

        for (size_t i = 0; i < COUNT_OF(ROWS); i++)
            if (str_eq_nocase(word, ROWS[i].name))
                bit = (unsigned)ROWS[i].value;
        if (bit == 0 || (q->notify & SMTP_NOTIFY_NEVER) || (bit == SMTP_NOTIFY_NEVER && q->notify))
            return PARAM_WRONG;
        q->notify |= bit;
    }
    return PARAM_OK;
}

/* ORCPT = addr-type ";" xtext; addr-type is an atom. */
static enum param_fault read_orcpt(const struct smtp_session *s, str value,
                                   struct smtp_session_question *q)
{
    str address = value;
    str type = str_cut(&address, ';');
    bool utf8 = s->utf8 && str_eq_nocase(type, STR("utf-8"));

    q->orcpt = value;
    for (size_t i = 0; i < type.n; i++)
        if (!is_alnum(type.p[i]) &&
            str_find_octet(STR("!#$%&'*-/?^_`{|}~"), type.p[i]) == STR_NOT_FOUND)
            return PARAM_WRONG;
    return fine(type.n > 0 && value.n <= ORCPT_MAX &&
                (is_xtext(address) || (utf8 && is_unitext(address))));
}

static bool always(UNUSED const struct smtp_session *s)
{
    return true;
}

static bool offers_smtputf8(const struct smtp_session *s)
{
    return s->config.smtputf8;
}

static bool offers_dsn(const struct smtp_session *s)
{
    return s->config.dsn;
}

static const struct param {
    str name;
    bool of_mail; /* else of RCPT */
    bool (*offered)(const struct smtp_session *s);
    enum param_fault (*read)(const struct smtp_session *s, str value,
                             struct smtp_session_question *q);
} PARAMS[] = {
    { STR_INIT("SIZE"), true, always, read_size },
    { STR_INIT("BODY"), true, always, read_body },
    { STR_INIT("AUTH"), true, session_auth_offered, read_auth },
    { STR_INIT("SMTPUTF8"), true, offers_smtputf8, read_smtputf8 },
    { STR_INIT("RET"), true, offers_dsn, read_ret },
    { STR_INIT("ENVID"), true, offers_dsn, read_envid },
    { STR_INIT("NOTIFY"), false, offers_dsn, read_notify },
    { STR_INIT("ORCPT"), false, offers_dsn, read_orcpt },
};

/* esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-") */
static bool is_keyword(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && (i == 0 || s.p[i] != '-'))
            return false;
    return s.n > 0;
}

static const struct param *param_of(const struct smtp_session *s, str name, bool of_mail)
{
    for (size_t i = 0; s->extended && i < COUNT_OF(PARAMS); i++)
        if (PARAMS[i].of_mail == of_mail && str_eq_nocase(name, PARAMS[i].name) &&
            PARAMS[i].offered(s))
            return &PARAMS[i];
    return NULL;
}

static void say_too_large(struct smtp_session *s)
{
    session_reply(s, 552, STR("5.3.4"),
                  s->config.too_large.n > 0 ? s->config.too_large
                                            : STR("The message is larger than we take"));
}

/* One parameter; *seen: those that came before it. */
static bool read_param(struct smtp_session *s, str text, bool of_mail, unsigned *seen,
                       struct smtp_session_question *q)
{
    str value = text;
    str name = str_cut(&value, '=');
    const struct param *p = param_of(s, name, of_mail);
    unsigned bit = p != NULL ? 1u << (p - PARAMS) : 0;
    enum param_fault fault = PARAM_WRONG;

    if (*seen & bit) {
        session_fault(s, 501, STR("5.5.4"), STR("A parameter is given twice"));
        return false;
    }
    if (p != NULL)
        fault = p->read(s, value, q);
    else if (is_keyword(name))
        fault = PARAM_NOT_OURS;
    if (fault == PARAM_NOT_OURS)
        session_fault(s, 555, STR("5.5.4"), STR("A parameter is not one of ours"));
    else if (fault == PARAM_WRONG)
        session_fault(s, 501, STR("5.5.4"), STR("A parameter has a wrong value"));
    else if (fault == PARAM_TOO_BIG)
        say_too_large(s);
    *seen |= bit;
    return fault == PARAM_OK;
}

bool session_params(struct smtp_session *s, str params, bool of_mail,
                    struct smtp_session_question *q)
{
    unsigned seen = 0;

    while (params.n > 0) {
        str param = str_cut(&params, ' ');

        if (param.n > 0 && !read_param(s, param, of_mail, &seen, q))
            return false;
    }
    return true;
}
