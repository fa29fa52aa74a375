/* SPDX-License-Identifier: ISC */
/*
 * mail/dsn_write.c - fields, folded and made harmless, and three parts
 */
#include "mail/dsn_write.h"

enum {
    FOLD_AT = 76,    /* RFC 5322 section 2.1.1: lines should have no more than 78 */
    LINE_MAX = 900,  /* and must have no more than 998: a word longer than this is cut */
    TYPE_MAX = 60,   /* an address type is short: "rfc822", "utf-8", "x400" */
    QP_LINE_MAX = 76 /* RFC 2045 section 6.7 (5) */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---- fields ---- */

struct line {
    struct buf *out;
    size_t column;
    bool global; /* octets over 127 may stand */
};

static void put(struct line *l, str text)
{
    buf_add(l->out, text);
    l->column += text.n;
}

/* What is no character of a line there becomes '?'. */
static void put_safe(struct line *l, str word)
{
    for (size_t i = 0; i < word.n; i++) {
        unsigned char c = (unsigned char)word.p[i];
        bool good = c > 32 && c != 127 && (c < 127 || l->global);
        buf_addc(l->out, good ? word.p[i] : '?');
    }
    l->column += word.n;
}

static void fold(struct line *l)
{
    buf_add(l->out, STR("\r\n "));
    l->column = 1;
}

static str next_word(str *rest)
{
    size_t i = 0, n = 0;
    while (i < rest->n && is_blank(rest->p[i]))
        i++;
    *rest = str_skip(*rest, i);
    while (n < rest->n && !is_blank(rest->p[n]) && n < LINE_MAX)
        n++;
    str word = str_take(*rest, n);
    *rest = str_skip(*rest, n);
    return word;
}

/* Runs of blanks and line ends become one blank, or a fold. */
static void put_words(struct line *l, str text)
{
    if (l->global && !str_is_utf8(text))
        l->global = false;
    for (bool first = true;; first = false) {
        str word = next_word(&text);
        if (word.n == 0)
            return;
        if (l->column + 1 + word.n > FOLD_AT && l->column > 1)
            fold(l);
        else if (!first)
            put(l, STR(" "));
        put_safe(l, word);
    }
}

static struct line begin(const struct mail_dsn_notice *n, struct buf *out, str name)
{
    struct line l = { .out = out, .global = n->global };
    put(&l, name);
    put(&l, STR(": "));
    return l;
}

static void end(struct line *l)
{
    buf_add(l->out, STR("\r\n"));
}

/* An empty one is left out. */
static void field(const struct mail_dsn_notice *n, struct buf *out, str name, str value)
{
    if (value.n == 0)
        return;
    struct line l = begin(n, out, name);
    put_words(&l, value);
    end(&l);
}

/* "type; value" (RFC 3464 section 2.1.2) */
static void typed(const struct mail_dsn_notice *n, struct buf *out, str name, str type, str value)
{
    if (value.n == 0)
        return;
    struct line l = begin(n, out, name);
    put_safe(&l, type);
    put(&l, STR("; "));
    put_words(&l, value);
    end(&l);
}

static int hex_of(char c)
{
    return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3461 section 4: "+2B" is "+". What that hides, a line end for one, is no better than what stands openly. */
static void put_xtext(struct line *l, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool hides = c == '+' && i + 2 < text.n;
        int high = hides ? hex_of(text.p[i + 1]) : -1, low = hides ? hex_of(text.p[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (c == ' ' && l->column < FOLD_AT)
            put(l, STR(" "));
        else
            put_safe(l, (str){ &c, 1 });
    }
}

static void xtext_field(const struct mail_dsn_notice *n, struct buf *out, str name, str value)
{
    if (value.n == 0)
        return;
    struct line l = begin(n, out, name);
    l.global = false; /* one octet at a time is no UTF-8 */
    put_xtext(&l, str_take(value, LINE_MAX));
    end(&l);
}

static void orcpt_field(const struct mail_dsn_notice *n, struct buf *out, str orcpt)
{
    size_t at = str_find_octet(orcpt, ';');
    if (at == STR_NOT_FOUND)
        return;
    struct line l = begin(n, out, STR("Original-Recipient"));
    put_safe(&l, str_take(orcpt, at < TYPE_MAX ? at : TYPE_MAX));
    put(&l, STR("; "));
    l.global = n->global && str_is_utf8(orcpt) && str_find_octet(orcpt, '+') == STR_NOT_FOUND;
    put_xtext(&l, str_take(str_skip(orcpt, at + 1), LINE_MAX));
    end(&l);
}

/* ---- the part for people ---- */

static bool needs_encoding(str words)
{
    size_t column = 0;
    for (size_t i = 0; i < words.n; i++) {
        unsigned char c = (unsigned char)words.p[i];
        column = c == '\n' ? 0 : column + 1;
        if (c > 126 || (c < 32 && c != '\n') || column > LINE_MAX)
            return true;
    }
    return false;
}

static void add_lines(str words, struct buf *out)
{
    while (words.p) {
        str line = str_cut(&words, '\n');
        if (!words.p && line.n == 0)
            return;
        buf_add(out, line);
        buf_add(out, STR("\r\n"));
    }
}

/* RFC 2045 section 6.7. A blank at the end of a line is encoded, since it might be lost. */
static void add_quoted_line(str line, struct buf *out)
{
    static const char HEX[] = "0123456789ABCDEF";
    size_t column = 0;
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];
        bool plain = (c > 32 && c < 127 && c != '=') || (c == ' ' && i + 1 < line.n);
        size_t width = plain ? 1 : 3;
        if (column + width > QP_LINE_MAX - 1) {
            buf_add(out, STR("=\r\n"));
            column = 0;
        }
        if (plain)
            buf_addc(out, (char)c);
        else
            buf_add(out, (str){ (const char[]){ '=', HEX[c >> 4], HEX[c & 15] }, 3 });
        column += width;
    }
    buf_add(out, STR("\r\n"));
}

static void add_words(str words, struct buf *out)
{
    if (!needs_encoding(words)) {
        buf_add(out, STR("Content-Type: text/plain; charset=us-ascii\r\n\r\n"));
        add_lines(words, out);
        return;
    }
    buf_add(out, STR("Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
    while (words.p) {
        str line = str_cut(&words, '\n');
        if (words.p || line.n > 0)
            add_quoted_line(line, out);
    }
}

/* ---- the part for programs ---- */

static void add_about(const struct mail_dsn_notice *n, const struct mail_dsn_about *a,
                      struct buf *out)
{
    bool utf8 = n->global && !str_is_ascii(a->forward_path);
    buf_add(out, STR("\r\n"));
    orcpt_field(n, out, a->orcpt);
    typed(n, out, STR("Final-Recipient"), utf8 ? STR("utf-8") : STR("rfc822"), a->forward_path);
    field(n, out, STR("Action"), names_of(&MAIL_DSN_ACTION_NAMES, (int)a->action));
    field(n, out, STR("Status"), a->status);
    typed(n, out, STR("Remote-MTA"), STR("dns"), a->remote_mta);
    typed(n, out, STR("Diagnostic-Code"), a->replied ? STR("smtp") : STR("X-Baton"), a->diagnostic);
    field(n, out, STR("Last-Attempt-Date"), a->last_attempt);
    field(n, out, STR("Final-Log-ID"), n->log_id);
}

static void add_status(const struct mail_dsn_notice *n, struct buf *out)
{
    buf_add(out, n->global ? STR("Content-Type: message/global-delivery-status\r\n"
                                 "Content-Transfer-Encoding: 8bit\r\n\r\n")
                           : STR("Content-Type: message/delivery-status\r\n\r\n"));
    xtext_field(n, out, STR("Original-Envelope-Id"), n->envid);
    typed(n, out, STR("Reporting-MTA"), STR("dns"), n->hostname);
    field(n, out, STR("Arrival-Date"), n->arrived);
    for (size_t i = 0; i < n->count; i++)
        add_about(n, &n->about[i], out);
}

/* ---- the whole ---- */

static void add_boundary(const struct mail_dsn_notice *n, struct buf *out)
{
    buf_add(out, STR("\r\n--"));
    buf_add(out, n->boundary);
    buf_add(out, STR("\r\n"));
}

static void bracketed(const struct mail_dsn_notice *n, struct buf *out, str name, str address)
{
    struct line l = begin(n, out, name);
    put(&l, STR("<"));
    put_safe(&l, str_take(address, LINE_MAX));
    put(&l, STR(">"));
    end(&l);
}

static void add_header(const struct mail_dsn_notice *n, struct buf *out)
{
    field(n, out, STR("Date"), n->date);
    buf_add(out, STR("From: Mail relay <MAILER-DAEMON@"));
    buf_add(out, n->hostname);
    buf_add(out, STR(">\r\n"));
    bracketed(n, out, STR("To"), n->to);
    field(n, out, STR("Subject"), n->subject);
    buf_addf(out, "Message-ID: <%.*s@%.*s>\r\n", STR_ARG(n->unique), STR_ARG(n->hostname));
    if (n->references.n > 0 && n->references.n < LINE_MAX && str_is_ascii(n->references)) {
        field(n, out, STR("In-Reply-To"), n->references);
        field(n, out, STR("References"), n->references);
    }
    buf_add(out, STR("Auto-Submitted: auto-replied\r\n"
                     "MIME-Version: 1.0\r\n"
                     "Content-Type: multipart/report; report-type=delivery-status;\r\n"
                     " boundary=\""));
    buf_add(out, n->boundary);
    buf_add(out, STR("\"\r\n"));
    if (n->global || n->returned_8bit)
        buf_add(out, STR("Content-Transfer-Encoding: 8bit\r\n"));
    buf_add(out, STR("\r\nThis is a message of several parts in MIME format.\r\n"));
}

bool mail_dsn_write(const struct mail_dsn_notice *n, struct buf *out)
{
    static const str TYPES[2][2] = {
        { STR_INIT("text/rfc822-headers"), STR_INIT("message/rfc822") },
        { STR_INIT("message/global-headers"), STR_INIT("message/global") },
    };
    add_header(n, out);
    add_boundary(n, out);
    add_words(n->words, out);
    add_boundary(n, out);
    add_status(n, out);
    add_boundary(n, out);
    buf_add(out, STR("Content-Type: "));
    buf_add(out, TYPES[n->global][n->returned == MAIL_DSN_RETURNED_MESSAGE]);
    buf_add(out, STR("\r\n"));
    if (n->returned_8bit)
        buf_add(out, STR("Content-Transfer-Encoding: 8bit\r\n"));
    return buf_add(out, STR("\r\n"));
}

bool mail_dsn_write_end(const struct mail_dsn_notice *n, struct buf *out)
{
    buf_add(out, STR("\r\n--"));
    buf_add(out, n->boundary);
    return buf_add(out, STR("--\r\n"));
}
