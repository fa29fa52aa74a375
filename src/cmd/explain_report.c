/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_report.c - an explanation, written for people
 */
#include "cmd/explain_report.h"
#include "base/escape.h"
#include "base/wrap.h"
#include "cmd/output.h"
#include "explain/clean.h"
#include <string.h>

enum { TEXT_MAX = 1 << 20, SAID_SHOWN = 400, STEPS_SHOWN = 6 };

/* ------------------------------------------------------------------------------------------------
 * Pieces
 */
static int percent(double confidence)
{
    int rounded = (int)(confidence * 100 + 0.5);
    return rounded > 99 ? 99 : rounded; /* words alone are never certain */
}

static void heading(struct buf *b, const char *words)
{
    buf_addf(b, "\n%s\n", words);
}

/* One line of what a stranger wrote, in quotes, escaped and cut. */
static void add_quoted(struct buf *b, str text)
{
    buf_addc(b, '"');
    (void)escape_line(str_take(text, SAID_SHOWN), b);
    buf_add(b, text.n > SAID_SHOWN ? STR("...\"") : STR("\""));
}

static void sentence(struct buf *b, size_t indent, struct buf *made)
{
    output_sentence(b, indent, buf_str(made));
    buf_done(made);
}

/* "550 5.7.1, in answer to RCPT" */
static void add_code(struct buf *b, const struct explain_said *s)
{
    static const char *const ANSWERED[SMTP_STAGES] = {
        [SMTP_STAGE_CONNECT] = "while connecting",
        [SMTP_STAGE_TLS] = "while TLS was agreed on",
        [SMTP_STAGE_GREETING] = "as its greeting",
        [SMTP_STAGE_EHLO] = "in answer to EHLO",
        [SMTP_STAGE_STARTTLS] = "in answer to STARTTLS",
        [SMTP_STAGE_AUTH] = "in answer to AUTH",
        [SMTP_STAGE_MAIL] = "in answer to MAIL",
        [SMTP_STAGE_RCPT] = "in answer to RCPT",
        [SMTP_STAGE_DATA] = "in answer to DATA",
        [SMTP_STAGE_END_OF_DATA] = "after the message",
        [SMTP_STAGE_RSET] = "in answer to RSET",
        [SMTP_STAGE_QUIT] = "in answer to QUIT",
    };
    char room[SMTP_ENHANCED_MAX];
    const char *when = ANSWERED[s->stage];
    if (s->code)
        buf_addf(b, "%u", s->code);
    if (s->enhanced.class)
        buf_addf(b, "%s%s", s->code ? " " : "", smtp_enhanced_text(&s->enhanced, room));
    if (when)
        buf_addf(b, "%s%s", s->code || s->enhanced.class ? ", " : "", when);
}

/* ------------------------------------------------------------------------------------------------
 * What was found
 */
static void add_answer(struct buf *b, const struct explanation *x)
{
    const struct cause *c = cause_of(x->best.cause);
    buf_addf(b, "%.*s [%.*s]\n", STR_ARG(c->title), STR_ARG(c->name));
    output_sentence(b, 2, x->summary.n ? x->summary : c->sentence);
    buf_addf(b, "  Confidence: %d %%, by the words alone.\n", percent(x->best.confidence));
}

/* No server said anything: the connection, or its encryption, did not come about. */
static bool nobody_answered(const struct explain_said *s)
{
    return s && !s->code && (s->stage == SMTP_STAGE_CONNECT || s->stage == SMTP_STAGE_TLS);
}

static void add_who(struct buf *b, const struct explanation *x)
{
    struct buf s;
    if (!x->who_refused.n && !x->said)
        return;
    heading(b,
            x->hop == HOP_CLIENT || nobody_answered(x->said) ? "Where it failed" : "Who refused");
    buf_init(&s, TEXT_MAX);
    if (x->who_refused.n)
        (void)escape_line(x->who_refused, &s);
    if (x->said && x->said->text.n) {
        buf_add(&s, s.n ? STR(": ") : STR(""));
        add_quoted(&s, x->said->text);
    }
    if (x->said && (x->said->code || x->said->enhanced.class || x->said->stage)) {
        buf_add(&s, STR(" ("));
        add_code(&s, x->said);
        buf_add(&s, STR(")"));
    }
    sentence(b, 2, &s);
}

static void add_proves(struct buf *b, const struct explanation *x)
{
    struct buf s;
    if (!x->proves_count)
        return;
    buf_init(&s, TEXT_MAX);
    buf_addf(&s, "What these words say by the usual rules of %.*s",
             STR_ARG(x->page.dialect ? names_of(&DIALECT_NAMES, (int)x->page.dialect)
                                     : STR("the server")));
    heading(b, buf_addc(&s, '\0') ? s.p : "");
    buf_done(&s);
    for (size_t i = 0; i < x->proves_count; i++) {
        buf_add(b, STR("  - "));
        wrap_words(b, 4, 4, x->proves[i]);
    }
}

static void add_also(struct buf *b, const struct explanation *x)
{
    if (!x->also_count || !x->about_mail)
        return;
    heading(b, "The text leaves open as well");
    for (size_t i = 0; i < x->also_count; i++) {
        const struct cause *c = cause_of(x->also[i].cause);
        struct buf s;
        buf_init(&s, TEXT_MAX);
        buf_addf(&s, "%.*s [%.*s] (%d %%)", STR_ARG(c->title), STR_ARG(c->name),
                 percent(x->also[i].confidence));
        buf_add(b, STR("  - "));
        wrap_words(b, 4, 4, buf_str(&s));
        buf_done(&s);
    }
    if (x->splits.n) {
        heading(b, "What would tell them apart");
        output_sentence(b, 2, x->splits);
    }
}

static void add_steps(struct buf *b, const struct explanation *x, struct arena *memory)
{
    str steps[EXPLAIN_STEPS];
    size_t n = explain_steps(x, memory, steps, STEPS_SHOWN);
    if (n)
        heading(b, "What to do");
    for (size_t i = 0; i < n; i++) {
        buf_addf(b, "  %zu. ", i + 1);
        wrap_words(b, 5, 5, steps[i]);
    }
}

/* ------------------------------------------------------------------------------------------------
 * What is not known
 */
static void add_unknown(struct buf *b, const struct explanation *x)
{
    if (x->about_mail) {
        buf_add(b, STR("The text is about mail, and its cause is not known.\n"));
        return;
    }
    buf_add(b, STR("Nothing about a refused mail was found in the text.\n"));
    output_sentence(
        b, 2,
        x->cleaned & CLEANED_BINARY
            ? STR("It is no text: most of it are octets that no text has.")
            : STR("Looked for: replies of mail servers (550 5.7.1 ...), conversations, messages of "
                  "non-delivery, error boxes of mail programs, errors of libraries, and lines of "
                  "the logs of mail servers."));
}

/* ------------------------------------------------------------------------------------------------
 * What comes next
 */
static bool is_plain_word(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && !memchr("@._+-[]:", s.p[i], 8))
            return false;
    return s.n > 0 && s.p[0] != '-';
}

static void add_flag(struct buf *b, const char *flag, str value)
{
    if (is_plain_word(value))
        buf_addf(b, " %s %.*s", flag, STR_ARG(value));
}

/* HOST, or HOST:PORT, as the doctor takes it. */
static void add_server(struct buf *b, const struct explain_page *p)
{
    bool v6 = str_find_octet(p->server, ':') != STR_NOT_FOUND && p->server.p[0] != '[';
    if (!is_plain_word(p->server)) {
        buf_add(b, STR(" --server HOST"));
        return;
    }
    buf_addf(b, v6 ? " --server '[%.*s]" : " --server %.*s", STR_ARG(p->server));
    if (p->port)
        buf_addf(b, ":%u", p->port);
    if (v6)
        buf_addc(b, '\'');
}

static void add_doctor(struct buf *b, const struct explanation *x)
{
    const struct explain_page *p = &x->page;
    buf_add(b, STR("  baton doctor"));
    if (is_plain_word(p->from))
        buf_addf(b, " %.*s", STR_ARG(p->from));
    add_server(b, p);
    if (p->security != SMTP_SECURITY_AUTO)
        add_flag(b, "--security", names_of(&SMTP_SECURITY_NAMES, (int)p->security));
    add_flag(b, "--user", p->user);
    add_flag(b, "--to", p->to.n ? p->to : x->said ? x->said->recipient : STR_NONE);
    buf_add(b, STR("\n    asks the server itself, and proves which change it would accept\n"));
}

static str recipient_domain(const struct explanation *x)
{
    str to = x->said && x->said->recipient.n ? x->said->recipient : x->page.to;
    size_t at = str_rfind_octet(to, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(to, at + 1);
}

/* The doctor asks the server that its user submits to. What another server holds against the sending one, or against
 * the recipient, is found out by DNS, if at all. */
static void add_look_up(struct buf *b, const struct explanation *x, enum cause_family f)
{
    char client[IP_TEXT_MAX];
    str domain = recipient_domain(x);
    ip_text(&x->page.client, client);
    switch (f) {
    case FAMILY_DNS_FAILURE:
        if (x->hop == HOP_CLIENT || !is_plain_word(domain))
            break;
        buf_addf(b, "  baton domain %.*s\n    tells what DNS says of the recipient's domain\n",
                 STR_ARG(domain));
        break;
    case FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL:
        buf_addf(b, "  baton domain %.*s\n    shows to which server DNS leads the domain's mail\n",
                 STR_ARG(is_plain_word(domain) ? domain : STR("DOMAIN")));
        break;
    case FAMILY_IP_BLOCKLISTED:
        buf_addf(b, "  baton dnsbl %s\n    looks the sending address up in the blocklists\n",
                 *client ? client : "ADDRESS");
        break;
    case FAMILY_SPF_FAIL:
        buf_add(b, STR("  baton spf --ip ADDRESS --from SENDER\n"
                       "    tells whether the address may send for the domain, and what to "
                       "publish\n"));
        break;
    case FAMILY_DKIM_DMARC_FAIL:
        buf_add(b, STR("  baton dmarc --from SENDER\n"
                       "    tells what the domain asks of receivers, and who passes\n"));
        break;
    default: break;
    }
}

/* Could the server that one submits to have another answer? */
static bool doctor_helps(const struct explanation *x, const struct cause *c)
{
    bool told = x->said && x->said->hop == HOP_RECIPIENT;
    if (told || (x->page.facts & FACT_SERVER_LOG) ||
        (x->hop == HOP_RECIPIENT && x->best.confidence >= 0.5))
        return false;
    return !c || x->best.confidence < 0.5 || family_is_relay(c->family) ||
           c->family == FAMILY_REVERSE_DNS_OR_HELO ||
           (c->family == FAMILY_DNS_FAILURE && x->hop == HOP_CLIENT);
}

static void add_next(struct buf *b, const struct explanation *x)
{
    const struct cause *c = cause_of(x->best.cause);
    heading(b, "More");
    if (c)
        buf_addf(b, "  baton causes %.*s\n", STR_ARG(c->name));
    if (c)
        add_look_up(b, x, c->family);
    if (doctor_helps(x, c))
        add_doctor(b, x);
    if (x->page.form == FORM_LOG && explain_role(x) == ROLE_OPERATOR)
        buf_add(b,
                STR("  baton explain --log FILE\n    counts all refusals of a whole log by their "
                    "cause\n"));
}

static void add_settings(struct buf *b, const struct explain_for *f)
{
    if (!f)
        return;
    buf_addf(b, "\nSettings for %.*s\n", STR_ARG(f->program->title));
    output_sentence(b, 2, f->basis);
    for (str rest = f->text; rest.n;) {
        buf_add(b, STR("    "));
        (void)escape_line(str_cut(&rest, '\n'), b);
        buf_addc(b, '\n');
    }
}

bool explain_report_text(const struct explanation *x, const struct explain_for *f,
                         struct arena *memory)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    if (x->best.cause == CAUSE_NONE)
        add_unknown(&b, x);
    else
        add_answer(&b, x);
    add_who(&b, x);
    add_proves(&b, x);
    add_also(&b, x);
    add_steps(&b, x, memory);
    add_settings(&b, f);
    if (x->page.left_out)
        buf_addf(&b, "\n%zu refusals more stand in the text: for a log see --log.\n",
                 x->page.left_out);
    if (x->about_mail || x->best.cause != CAUSE_NONE)
        add_next(&b, x);
    return output_text(&b);
}
