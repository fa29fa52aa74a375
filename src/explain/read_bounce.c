/* SPDX-License-Identifier: ISC */
/*
 * explain/read_bounce.c - messages of non-delivery
 *
 * The text is read unit by unit: a recipient's line and what follows it, or a paragraph. What one unit tells (whose
 * answer follows, which server was spoken to) holds for those behind it. Fields of RFC 3464 are read by mail/dsn.h,
 * wherever they stand; what they and the words say of one refusal becomes one.
 */
#include "explain/bounce.h"
#include "explain/read.h"
#include "mail/dsn.h"
#include <string.h>

enum {
    TEXT_MAX = 1 << 20, /* a bounce says what it has to say in its first pages */
    LINES_MAX = 20000,
    LINE_MAX = 4096,
    FIELDS_MAX_REGIONS = 16,
    FALLBACK_MAX = 2000
};

struct walk {
    struct explain_page *p;
    str body;   /* begins behind the header */
    str reason; /* from the first unit that tells of a failure to the last, where nothing else does */
    str recipient; /* the last one named */
    str host, reporter, sender;
    struct ip address;
    enum smtp_stage stage;
    bool remote, expects;
    bool failed;      /* a field says so */
    bool remote_seen; /* an answer of another server is somewhere in the text */
    size_t first;     /* of the page's refusals, ours begin here */
    unsigned regions;
};

static str skip_blanks(str s)
{
    size_t i = 0;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r'))
        i++;
    return str_skip(s, i);
}

static str lowered(str text, struct arena *memory)
{
    str copy = arena_dup(memory, text);
    for (size_t i = 0; copy.p && i < copy.n; i++)
        ((char *)copy.p)[i] = to_lower(copy.p[i]);
    return copy;
}

static bool is_blank_line(str line)
{
    return skip_blanks(line).n == 0;
}

/* ------------------------------------------------------------------------------------------------
 * Refusals: what two places say of one is put together
 */
static bool overlap(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    n = n < 24 ? n : 24;
    return n == 0 || str_eq_nocase(str_take(a, n), str_take(b, n)) ||
           str_find(a, b) != STR_NOT_FOUND || str_find(b, a) != STR_NOT_FOUND;
}

static bool same_refusal(const struct explain_said *a, const struct explain_said *b)
{
    bool known = a->recipient.n > 0 && b->recipient.n > 0;
    if (a->recipient.n == 0 && a->code == 0) /* a sentence about nobody, above what it is about */
        return true;
    if (known && !str_eq_nocase(a->recipient, b->recipient))
        return false;
    if (a->code && b->code && a->code != b->code)
        return false;
    if (known && a->code == b->code && a->code)
        return true;
    return overlap(a->text, b->text) || (known && (!a->code || !b->code));
}

static void fill(struct explain_said *into, const struct explain_said *from)
{
    if (into->by.n == 0 && into->by_address.family == IP_NONE)
        into->hop = from->hop;
    if (into->by.n == 0)
        into->by = from->by;
    if (into->by_address.family == IP_NONE)
        into->by_address = from->by_address;
    if (into->stage == SMTP_STAGE_NONE)
        into->stage = from->stage;
    if (into->enhanced.class == 0)
        into->enhanced = from->enhanced;
    if (into->code == 0 && from->code) {
        into->code = from->code;
        into->text = from->text;
        into->end = SMTP_END_REPLY;
    } else if ((from->code || !into->code) && from->text.n > into->text.n) {
        into->text = from->text;
    }
    if (into->recipient.n == 0)
        into->recipient = from->recipient;
    if (into->sender.n == 0)
        into->sender = from->sender;
    if (into->code == 0 && into->end == SMTP_END_REPLY)
        into->end = from->end;
}

/* Where it was put; NULL: there was no place. */
static struct explain_said *say(struct walk *w, const struct explain_said *said)
{
    for (size_t i = w->first; i < w->p->count; i++)
        if (same_refusal(&w->p->said[i], said)) {
            fill(&w->p->said[i], said);
            return &w->p->said[i];
        }
    struct explain_said *place = explain_say(w->p, FORM_BOUNCE);
    if (place) {
        *place = *said;
        place->form = FORM_BOUNCE;
    }
    return place;
}

/* ------------------------------------------------------------------------------------------------
 * Fields of RFC 3464
 */
static void set_server(str mta, struct explain_said *s)
{
    struct bounce_unit u = { .end = SMTP_END_REPLY };
    if (!bounce_server_read(mta, &u))
        return;
    s->by = u.host;
    s->by_address = u.address;
}

static void read_diagnostic(struct walk *w, struct mail_dsn_typed d, struct explain_said *s)
{
    str folded = d.value, lower = lowered(folded, w->p->memory);
    struct bounce_unit u;
    if (!lower.p || folded.n == 0)
        return;
    bounce_unit_read(folded, lower, folded, w->p->memory, &u);
    s->code = u.code;
    s->enhanced = u.enhanced;
    s->text = u.answer ? u.words : bounce_words(folded, 0, false, w->p->memory);
    s->stage = u.stage;
    s->end = u.answer ? SMTP_END_REPLY : u.end;
    if (s->by.n == 0 && s->by_address.family == IP_NONE) {
        s->by = u.host;
        s->by_address = u.address;
    }
}

static void say_recipient(struct walk *w, const struct mail_dsn *d,
                          const struct mail_dsn_recipient *r)
{
    struct explain_said s = { .end = SMTP_END_REPLY, .sender = w->sender };
    struct smtp_enhanced status;
    str rest;
    if (r->action != MAIL_DSN_NO_ACTION && r->action != MAIL_DSN_FAILED &&
        r->action != MAIL_DSN_DELAYED)
        return;
    if (r->diagnostic.value.n == 0 && r->remote_mta.value.n == 0 &&
        !smtp_enhanced_read(r->status, &status, &rest))
        return;
    w->failed |= r->action == MAIL_DSN_FAILED;
    w->p->facts |= r->action == MAIL_DSN_DELAYED ? FACT_DELAYED : 0;
    set_server(r->remote_mta.value, &s);
    bool remote = s.by.n > 0 || s.by_address.family != IP_NONE;
    read_diagnostic(w, r->diagnostic, &s);
    s.recipient = r->final.value.n ? r->final.value : r->original.value;
    if (s.enhanced.class == 0 && smtp_enhanced_read(r->status, &status, &rest))
        s.enhanced = status;
    if (remote && s.code)
        w->p->facts |= FACT_RELAYED;
    if (!remote && str_starts_nocase(r->diagnostic.type, STR("X-"))) {
        struct bounce_unit u = { .end = SMTP_END_REPLY };
        if (s.by.n == 0 && s.by_address.family == IP_NONE &&
            bounce_server_read(d->reporting_mta.value, &u))
            s.by = u.host;
        s.hop = HOP_SUBMISSION;
    }
    say(w, &s);
}

/* The reverse-path, as Postfix notes it. */
static void read_others(struct walk *w, const struct mail_field *f, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_ends_nocase(f[i].name, STR("-Sender"))) {
            str rest = f[i].value, type = str_cut(&rest, ';');
            (void)type;
            if (rest.p)
                w->sender = str_trim(rest);
        }
}

static void read_fields(struct walk *w, str region)
{
    struct mail_dsn d;
    if (w->regions == FIELDS_MAX_REGIONS || !mail_dsn_read(region, w->p->memory, &d, NULL))
        return;
    w->regions++;
    read_others(w, d.others, d.others_count);
    if (d.reporting_mta.value.n && bounce_host_at(d.reporting_mta.value).n)
        w->reporter = bounce_host_at(d.reporting_mta.value);
    for (size_t i = 0; i < d.count; i++)
        say_recipient(w, &d, &d.recipients[i]);
    w->p->left_out += d.left_out;
}

/* ------------------------------------------------------------------------------------------------
 * Conversations that a bounce shows: ">>> RCPT TO:<...>", "<<< 550 ..."
 */
static const struct said_command {
    str verb;
    enum smtp_stage stage;
} COMMANDS[] = {
    { STR_INIT("EHLO"), SMTP_STAGE_EHLO },        { STR_INIT("HELO"), SMTP_STAGE_EHLO },
    { STR_INIT("LHLO"), SMTP_STAGE_EHLO },        { STR_INIT("STARTTLS"), SMTP_STAGE_STARTTLS },
    { STR_INIT("AUTH"), SMTP_STAGE_AUTH },        { STR_INIT("MAIL"), SMTP_STAGE_MAIL },
    { STR_INIT("RCPT"), SMTP_STAGE_RCPT },        { STR_INIT("DATA"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("BDAT"), SMTP_STAGE_END_OF_DATA }, { STR_INIT("."), SMTP_STAGE_END_OF_DATA },
};

/* Longest first: InterScan turns them round. */
static const str ARROWS_OUT[] = { STR_INIT("Sent <<<"), STR_INIT(">>>"), STR_INIT("-->") };
static const str ARROWS_IN[] = { STR_INIT("Received >>>"), STR_INIT("<<<"), STR_INIT("<--") };

/* What stands behind an arrow, which may have a time and a session before it (MDaemon); p NULL: none. */
static str behind_arrow(str line, const str arrows[3])
{
    for (size_t i = 0; i < 3; i++) {
        size_t at = str_find(str_take(line, 80), arrows[i]);
        if (at != STR_NOT_FOUND)
            return skip_blanks(str_skip(line, at + arrows[i].n));
    }
    return STR_NONE;
}

static bool has_arrows(str lines)
{
    for (str rest = lines; rest.p;) {
        str line = str_cut(&rest, '\n');
        if (behind_arrow(line, ARROWS_IN).p)
            return true;
    }
    return false;
}

struct talk {
    struct walk *w;
    enum smtp_stage stage;
    str recipient, sender;
    unsigned code; /* of the answer whose lines are being gathered; 0: none */
    str begin;     /* its first line */
    size_t end;    /* octets from there to its end */
    bool said;
    struct explain_said *last; /* the last refusal; NULL: none */
};

static void command(struct talk *t, str line)
{
    size_t at;
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
        if (str_starts_nocase(line, COMMANDS[i].verb))
            t->stage = COMMANDS[i].stage;
    str address = bounce_address_in(line, &at);
    if (address.n && t->stage == SMTP_STAGE_RCPT)
        t->recipient = address;
    else if (address.n && t->stage == SMTP_STAGE_MAIL)
        t->sender = address;
}

/* A server that lost all recipients or its sender says so to whatever comes next. */
static bool is_consequence(unsigned code, str words)
{
    return code == 503 ||
           str_find_nocase(str_take(words, 200), STR("no valid recipients")) != STR_NOT_FOUND ||
           str_find_nocase(str_take(words, 200), STR("need rcpt")) != STR_NOT_FOUND;
}

static str without_arrows(str lines, struct arena *memory)
{
    char *out = arena_alloc(memory, lines.n + 1);
    size_t n = 0;
    for (str rest = lines; out && rest.p;) {
        str line = str_cut(&rest, '\n'), behind = behind_arrow(line, ARROWS_IN);
        if (!behind.p)
            continue;
        memcpy(out + n, behind.p, behind.n);
        n += behind.n;
        out[n++] = '\n';
    }
    return out ? str_trim((str){ out, n }) : STR_NONE;
}

/* Commands went together, and only the last is shown: what was refused before was the recipient. */
static void was_rcpt(struct talk *t)
{
    if (t->last && (t->last->stage == SMTP_STAGE_END_OF_DATA || t->last->stage == SMTP_STAGE_DATA))
        t->last->stage = SMTP_STAGE_RCPT;
}

static void answer_ends(struct talk *t)
{
    struct walk *w = t->w;
    str rest;
    if (!t->code)
        return;
    struct explain_said s = { .by = w->host,
                              .by_address = w->address,
                              .stage = t->stage,
                              .end = SMTP_END_REPLY,
                              .recipient = t->recipient,
                              .sender = t->sender };
    str lines = without_arrows(str_take(t->begin, t->end), w->p->memory);
    if (lines.p && bounce_code_read(lines, &s.code, &s.enhanced, &rest)) {
        s.text = bounce_words(rest, s.code, lines.p[3] == '-', w->p->memory);
        s.aside = t->said && is_consequence(s.code, s.text);
        w->p->facts |= FACT_RELAYED;
        if (s.aside)
            was_rcpt(t);
        t->last = say(w, &s);
        t->said = true;
    }
    t->code = 0;
}

static void talk_line(struct talk *t, str line, const char *end)
{
    struct smtp_enhanced x;
    unsigned code;
    str rest, out = behind_arrow(line, ARROWS_OUT), in = behind_arrow(line, ARROWS_IN);
    if (in.p && bounce_code_read(in, &code, &x, &rest)) {
        if (code != t->code) {
            answer_ends(t);
            t->code = code;
            t->begin = (str){ line.p, (size_t)(end - line.p) };
        }
        t->end = (size_t)(line.p + line.n - t->begin.p);
        return;
    }
    answer_ends(t);
    if (out.p)
        command(t, out);
}

static void read_talk(struct walk *w, str lines)
{
    struct talk t = { .w = w, .recipient = w->recipient, .sender = w->sender };
    for (str rest = lines; rest.p;) {
        str line = str_cut(&rest, '\n');
        str low = lowered(str_take(line, LINE_MAX), w->p->memory);
        size_t at = low.p ? str_find(low, STR("while talking to ")) : STR_NOT_FOUND;
        struct bounce_unit u;
        if (at != STR_NOT_FOUND && bounce_server_read(str_skip(line, at + 17), &u)) {
            answer_ends(&t);
            w->host = u.host;
            w->address = u.address;
        }
        talk_line(&t, line, lines.p + lines.n);
    }
    answer_ends(&t);
}

/* ------------------------------------------------------------------------------------------------
 * Units
 */
static const str RECIPIENT_WORDS[] = {
    STR_INIT("failed recipient:"),
    STR_INIT("recipient address:"),
    STR_INIT("recipient:"),
    STR_INIT("destinataire :"),
    STR_INIT("destinatario:"),
    STR_INIT("empf\xc3\xa4nger:"),
    STR_INIT("your message to "),
    STR_INIT("ihre nachricht an "),
    STR_INIT("votre message \xc3\xa0 "),
    STR_INIT("su mensaje a "),
    STR_INIT("il messaggio a "),
    STR_INIT("undeliverable address:"),
    STR_INIT("unknown user:"),
    STR_INIT("intended recipient"),
    STR_INIT("failed to deliver to "),
    STR_INIT("undeliverable to "),
    STR_INIT("delivered to "),
    STR_INIT("to the following recipient"),
    STR_INIT("\xe6\x94\xb6\xe4\xbb\xb6\xe4\xba\xba"), /* Chinese, recipient */
};

/* An address at the start of the line, and nothing before it but a bullet or a bracket: what follows is about it. */
static str recipient_at(str line, str *behind)
{
    size_t at;
    str text = skip_blanks(str_take(line, LINE_MAX));
    while (text.n > 1 &&
           (text.p[0] == '*' || text.p[0] == '-' || text.p[0] == '<' || text.p[0] == '['))
        text = skip_blanks(str_skip(text, 1));
    if (str_starts_nocase(text, STR("smtp:")))
        text = str_skip(text, 5);
    str address = bounce_address_in(text, &at);
    if (address.n == 0 || at > 0)
        return STR_NONE;
    str rest = str_skip(text, address.n);
    while (rest.n > 0 && (rest.p[0] == '>' || rest.p[0] == ']'))
        rest = str_skip(rest, 1);
    str next = skip_blanks(rest);
    if (next.n > 0 && !strchr(":(<.,-", next.p[0]) && !str_starts_nocase(next, STR("on ")))
        return STR_NONE;
    *behind = rest;
    return address;
}

/* "(expanded from <...>)", "<mailto:...>", ":", "...": no words yet. */
static str words_behind(str rest)
{
    for (;;) {
        rest = skip_blanks(rest);
        if (str_starts_nocase(rest, STR("on "))) /* "on Thu, 26 Nov 2026 06:00" */
            rest = str_skip(
                rest, str_find_octet(rest, '\n') == STR_NOT_FOUND ? 0 : str_find_octet(rest, '\n'));
        char close = rest.n == 0 ? 0 : rest.p[0] == '(' ? ')' : rest.p[0] == '<' ? '>' : 0;
        size_t end = close ? str_find_octet(str_take(rest, 300), close) : STR_NOT_FOUND;
        if (close && end != STR_NOT_FOUND &&
            (close == '>' || str_starts_nocase(str_skip(rest, 1), STR("expanded")) ||
             str_starts_nocase(str_skip(rest, 1), STR("generated"))))
            rest = str_skip(rest, end + 1);
        else if (rest.n > 0 && strchr(":.,\n", rest.p[0]))
            rest = str_skip(rest, 1);
        else
            return rest;
    }
}

/* Words of failure: a unit that has one tells why, where no answer is shown. */
static const str FAILURES[] = {
    STR_INIT("not be delivered"),
    STR_INIT("not accepting"),
    STR_INIT("invalid"),
    STR_INIT("unknown"),
    STR_INIT("not found"),
    STR_INIT("no such"),
    STR_INIT("not known"),
    STR_INIT("full"),
    STR_INIT("exceed"),
    STR_INIT("rejected"),
    STR_INIT("refused"),
    STR_INIT("unable to"),
    STR_INIT("could not"),
    STR_INIT("couldn't"),
    STR_INIT("not reach"),
    STR_INIT("disabled"),
    STR_INIT("undeliverable"),
    STR_INIT("does not exist"),
    STR_INIT("failed"),
    STR_INIT("was not"),
    STR_INIT("wasn't"),
    STR_INIT("error"),
    STR_INIT("blocked"),
    STR_INIT("quota"),
    STR_INIT("denied"),
    STR_INIT("no longer"),
    STR_INIT("not listed"),
    STR_INIT("delayed"),
    STR_INIT("unavailable"),
    STR_INIT("n'a pas pu"),
    STR_INIT("no se pudo"),
    STR_INIT("nicht zugestellt"),
    STR_INIT("unbekannt"),
    STR_INIT("non \xc3\xa8 stat"),
    STR_INIT("\xe9\x80\x80\xe4\xbf\xa1"),
    STR_INIT("\xd0\xbd\xd0\xb5 \xd0\xbc\xd0\xbe\xd0\xb6\xd0\xb5\xd1\x82"), /* Russian, can not */
};

static void note_reason(struct walk *w, str lines, str folded, str lower)
{
    bool tells = false;
    size_t at;
    for (size_t i = 0; i < COUNT_OF(FAILURES) && !tells; i++)
        tells = str_find(lower, FAILURES[i]) != STR_NOT_FOUND;
    if (!tells)
        return;
    if (!w->reason.p)
        w->reason = lines;
    size_t n = (size_t)(lines.p + lines.n - w->reason.p);
    if (n <= FALLBACK_MAX)
        w->reason.n = n;
    if (w->recipient.n == 0)
        w->recipient = bounce_address_in(folded, &at);
}

static void find_recipient(struct walk *w, str folded, str lower)
{
    for (size_t i = 0; i < COUNT_OF(RECIPIENT_WORDS); i++) {
        size_t at = str_find(lower, RECIPIENT_WORDS[i]), begin;
        if (at == STR_NOT_FOUND)
            continue;
        str address = bounce_address_in(str_take(str_skip(folded, at), 400), &begin);
        if (address.n == 0)
            continue;
        w->recipient = address;
        return;
    }
}

static void remember(struct walk *w, const struct bounce_unit *u)
{
    if (u->host.n || u->address.family != IP_NONE) {
        w->host = u->host;
        w->address = u->address;
    }
    if (u->stage != SMTP_STAGE_NONE)
        w->stage = u->stage;
    if (u->reporter.n)
        w->reporter = u->reporter;
    w->remote |= u->remote;
    w->remote_seen |= u->remote;
}

/* What was told of a server holds for one answer. */
static void forget(struct walk *w)
{
    w->expects = w->remote = false;
    w->stage = SMTP_STAGE_NONE;
    w->host = STR_NONE;
    w->address = (struct ip){ .family = IP_NONE };
}

static void say_unit(struct walk *w, const struct bounce_unit *u, str words)
{
    bool own = u->host.n > 0 || u->address.family != IP_NONE;
    struct explain_said s = { .by = own ? u->host : w->host,
                              .by_address = own ? u->address : w->address,
                              .stage = u->stage ? u->stage : w->stage,
                              .end = u->end,
                              .code = u->code,
                              .enhanced = u->enhanced,
                              .text = words,
                              .recipient = w->recipient,
                              .sender = w->sender };
    if (u->code && (own || u->remote || w->remote))
        w->p->facts |= FACT_RELAYED;
    say(w, &s);
    forget(w);
}

static void read_unit(struct walk *w, str lines)
{
    struct arena *memory = w->p->memory;
    str behind = STR_NONE, first = str_take(lines, str_find_octet(lines, '\n'));
    lines = str_take(lines, BOUNCE_UNIT_MAX);
    str recipient = recipient_at(first, &behind);
    str folded = bounce_words(lines, 0, false, memory), lower = lowered(folded, memory);
    struct bounce_unit u;
    if (!lower.p || folded.n < 4)
        return;
    if (has_arrows(lines)) {
        read_talk(w, lines);
        return;
    }
    bounce_unit_read(folded, lower, lines, memory, &u);
    w->p->facts |= bounce_unit_delays(lower) ? FACT_DELAYED : 0;
    if (recipient.n)
        w->recipient = recipient;
    else
        find_recipient(w, folded, lower);
    if (u.answer) {
        bool whole = w->expects && u.code == 0;
        remember(w, &u);
        say_unit(w, &u, whole ? folded : u.words);
        return;
    }
    if (recipient.n) {
        str words = words_behind(str_skip(lines, (size_t)(behind.p - lines.p)));
        words = bounce_words(words, 0, false, memory);
        str behind_code;
        if (bounce_code_read(words, &u.code, &u.enhanced, &behind_code))
            words = behind_code;
        if (words.n > 3 && !u.expects)
            say_unit(w, &u, words);
    } else if (w->expects && !u.expects) {
        say_unit(w, &u, folded);
    }
    note_reason(w, lines, folded, lower);
    remember(w, &u);
    w->expects = u.expects;
}

/* ------------------------------------------------------------------------------------------------
 * Lines
 */
/* The value of a Diagnostic-Code alone: "smtp; 550 no". */
static bool is_diagnostic(str line)
{
    unsigned code;
    struct smtp_enhanced x;
    str rest;
    line = skip_blanks(line);
    return (str_starts_nocase(line, STR("smtp;")) || str_starts_nocase(line, STR("lmtp;"))) &&
           bounce_code_read(str_skip(line, 5), &code, &x, &rest);
}

/* "<anna@corp.example>: words", which no reply begins with. */
static bool names_recipient(str line)
{
    str behind;
    line = skip_blanks(line);
    return str_starts(line, STR("<")) && recipient_at(line, &behind).n > 0 && behind.p[-1] == '>' &&
           str_starts(behind, STR(":"));
}

static bool is_bounce(const struct explain_page *p, bool *json)
{
    unsigned lines = 0;
    for (str rest = str_take(p->plain, TEXT_MAX); rest.p && lines < LINES_MAX; lines++) {
        char low[512];
        str line = str_take(str_cut(&rest, '\n'), sizeof low);
        for (size_t i = 0; i < line.n; i++)
            low[i] = to_lower(line.p[i]);
        str lower = { low, line.n };
        *json = line.n > 8 && bounce_line_of_json(lower);
        if (line.n > 8 &&
            (*json || bounce_line_tells(lower) || names_recipient(line) || is_diagnostic(line)) &&
            !bounce_line_of_log(lower))
            return true;
    }
    return false;
}

static bool is_of_log(str line, struct arena *memory)
{
    str low = lowered(str_take(line, LINE_MAX), memory);
    return low.p && bounce_line_of_log(low);
}

/* Lines of fields, and the blank lines between their groups; *rest begins behind them. */
static str fields_region(str text, str *rest)
{
    str region = str_take(text, 0);
    for (str next = text; next.p;) {
        str here = next, line = str_cut(&next, '\n');
        bool blank = is_blank_line(line);
        str after = next;
        if (blank && next.p) {
            str peek = str_cut(&after, '\n');
            if (!mail_dsn_is_field(peek))
                break;
        }
        region.n = (size_t)(line.p + line.n - text.p);
        *rest = next.p ? next : str_skip(here, here.n);
        if (!next.p)
            break;
    }
    return region;
}

static const str HEADER_NAMES[] = {
    STR_INIT("from"),    STR_INIT("to"),       STR_INIT("cc"),         STR_INIT("date"),
    STR_INIT("subject"), STR_INIT("received"), STR_INIT("sender"),     STR_INIT("precedence"),
    STR_INIT("status"),  STR_INIT("path"),     STR_INIT("references"), STR_INIT("lines"),
};

/* A line of a message's header, or of a part's. */
static bool is_header(str line, bool inside)
{
    struct mail_field f;
    if (str_starts(line, STR("From "))) /* mbox's line has a time */
        return str_find_octet(line, ':') != STR_NOT_FOUND;
    if (!mail_field_read(str_take(line, 128), &f))
        return false;
    bool word = true;
    for (size_t i = 0; i < f.name.n && word; i++)
        word = is_alnum(f.name.p[i]) || f.name.p[i] == '-';
    if (word && (inside || str_find_octet(f.name, '-') != STR_NOT_FOUND))
        return true;
    for (size_t i = 0; i < COUNT_OF(HEADER_NAMES); i++)
        if (str_eq_nocase(f.name, HEADER_NAMES[i]))
            return true;
    return false;
}

/* The header of the message that came back. */
static bool is_copy_header(str line)
{
    return str_starts_nocase(line, STR("content-type:")) &&
           (str_find_nocase(str_take(line, 128), STR("message/rfc822")) != STR_NOT_FOUND ||
            str_find_nocase(str_take(line, 128), STR("rfc822-headers")) != STR_NOT_FOUND);
}

static bool is_boundary(str line)
{
    return line.n > 10 && str_starts(line, STR("--")) && str_find_octet(line, ' ') == STR_NOT_FOUND;
}

static size_t indent(str line)
{
    return line.n - skip_blanks(line).n;
}

/* A recipient's line, and not the middle of a wrapped answer that names him: that is set in further than the unit's
 * first line, or names the recipient that the unit is about already. */
static bool begins_unit(str unit, str line)
{
    str behind, own = STR_NONE, address = recipient_at(line, &behind);
    if (address.n == 0 || unit.n == 0)
        return address.n > 0;
    own = recipient_at(str_take(unit, str_find_octet(unit, '\n')), &behind);
    str before = str_trim(unit);
    if (own.n == 0)
        return !is_digit(before.p[before.n - 1]) && !str_ends_nocase(before, STR("said:"));
    return indent(line) <= indent(unit) && !str_eq_nocase(own, address);
}

static void walk_lines(struct walk *w, str text)
{
    str unit = STR_NONE;
    unsigned lines = 0;
    bool header = false;
    for (str rest = text; rest.p && rest.n > 0 && lines < LINES_MAX; lines++) {
        str here = rest, line = str_cut(&rest, '\n');
        bool blank = is_blank_line(line);
        bool mbox = header && str_starts_nocase(line, STR("status:"));
        if (!blank && !mbox && mail_dsn_is_field(line)) {
            if (unit.n)
                read_unit(w, unit);
            unit = STR_NONE;
            read_fields(w, fields_region(here, &rest));
            continue;
        }
        str low = lowered(str_take(line, 128), w->p->memory);
        if (w->p->count > w->first && low.p && bounce_line_ends(low))
            break;
        if (w->p->count > w->first && is_copy_header(line))
            break;
        bool fold = !blank && (line.p[0] == ' ' || line.p[0] == '\t');
        header = !blank && ((header && fold) || (!unit.n && is_header(line, header)));
        if (header || is_boundary(line))
            continue;
        bool begins = !blank && begins_unit(unit, line);
        if (unit.n && (blank || begins || unit.n > BOUNCE_UNIT_MAX)) {
            read_unit(w, unit);
            unit = STR_NONE;
        }
        if (blank || is_of_log(line, w->p->memory))
            continue;
        if (!unit.n)
            unit = line;
        if (!w->body.p)
            w->body = here;
        unit.n = (size_t)(line.p + line.n - unit.p);
    }
    if (unit.n)
        read_unit(w, unit);
}

static const str PATH_WORDS[] = {
    STR_INIT("host"),        STR_INIT("domain"),   STR_INIT("rout"),    STR_INIT("retry"),
    STR_INIT("connect"),     STR_INIT("dns"),      STR_INIT("gateway"), STR_INIT("timed out"),
    STR_INIT("mail server"), STR_INIT("too long"), STR_INIT("expired"),
};
static const str MAILBOX_WORDS[] = {
    STR_INIT("user"),      STR_INIT("mailbox"), STR_INIT("quota"),   STR_INIT("account"),
    STR_INIT("nobody"),    STR_INIT("unknown"), STR_INIT("no such"), STR_INIT("full"),
    STR_INIT("recipient"), STR_INIT("alias"),
};

static bool has_word(str text, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_find_nocase(text, words[i]) != STR_NOT_FOUND)
            return true;
    return false;
}

/* Which side the server is on that wrote the bounce and could do nothing: one that finds no way stands at the sender,
 * one that knows the mailbox, or that there is none, at the recipient. */
static enum finding_hop hop_of_reporter(const struct explain_said *s)
{
    str text = str_take(s->text, 400);
    unsigned subject = s->enhanced.class ? s->enhanced.subject : 0;
    if (s->end != SMTP_END_REPLY || subject == 4)
        return HOP_SUBMISSION;
    if (subject == 2 || (subject == 1 && s->enhanced.detail == 1))
        return HOP_RECIPIENT;
    if (has_word(text, PATH_WORDS, COUNT_OF(PATH_WORDS)))
        return HOP_SUBMISSION;
    return has_word(text, MAILBOX_WORDS, COUNT_OF(MAILBOX_WORDS)) ? HOP_RECIPIENT : HOP_NONE;
}

/* "relay.corp.example" and "mx.corp.example", by their last two names, or three where the last two are short as in
 * "co.uk": a guess, but no more depends on it than whose side a server is on. */
static str last_names(str host)
{
    size_t dots = 0, i = host.n;
    while (i > 0 && dots < 2)
        dots += host.p[--i] == '.';
    str two = dots < 2 ? host : str_skip(host, i + 1);
    if (dots < 2 || str_find_octet(two, '.') > 3 || two.n > 7)
        return two;
    while (i > 0 && host.p[i - 1] != '.')
        i--;
    return str_skip(host, i);
}

/* The server that refused is of the same house as the one that wrote the bounce, and the recipient is not: it is the
 * next one on the sender's side. */
static void name_next(struct walk *w)
{
    str house = last_names(w->reporter);
    for (size_t i = w->first; i < w->p->count && house.n > 3; i++) {
        struct explain_said *s = &w->p->said[i];
        size_t at = str_rfind_octet(s->recipient, '@');
        str domain = at == STR_NOT_FOUND ? STR_NONE : str_skip(s->recipient, at + 1);
        if (s->hop == HOP_NONE && domain.n && !str_eq_nocase(s->by, w->reporter) &&
            str_eq_nocase(last_names(s->by), house) && !str_eq_nocase(last_names(domain), house))
            s->hop = HOP_NEXT;
    }
}

/* Where no other server is told of, the one that wrote the bounce gave up. */
static void name_reporter(struct walk *w)
{
    for (size_t i = w->first; i < w->p->count; i++) {
        struct explain_said *s = &w->p->said[i];
        if (s->by.n || s->by_address.family != IP_NONE || s->hop != HOP_NONE || w->remote_seen)
            continue;
        s->by = w->reporter;
        s->hop = hop_of_reporter(s);
    }
}

void explain_read_bounce(struct explain_page *p)
{
    struct walk w = { .p = p, .first = p->count };
    bool json = false;
    if (!is_bounce(p, &json))
        return;
    if (json)
        bounce_json_read(p, str_take(p->plain, TEXT_MAX));
    if (p->count == w.first)
        walk_lines(&w, str_take(p->plain, TEXT_MAX));
    if (p->count == w.first) {
        struct explain_said s = { .end = SMTP_END_REPLY,
                                  .recipient = w.recipient,
                                  .by = w.host,
                                  .by_address = w.address,
                                  .stage = w.stage };
        s.text = bounce_words(w.reason.n ? w.reason : str_take(w.body, FALLBACK_MAX), 0, false,
                              p->memory);
        say(&w, &s);
    }
    if (w.failed)
        p->facts &= ~(unsigned)FACT_DELAYED;
    name_reporter(&w);
    name_next(&w);
    if (p->form == FORM_NONE)
        p->form = FORM_BOUNCE;
    if (p->to.n == 0)
        p->to = w.p->count > w.first ? p->said[w.first].recipient : w.recipient;
    if (p->from.n == 0)
        p->from = w.sender;
}
