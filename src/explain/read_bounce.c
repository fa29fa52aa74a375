/* SPDX-License-Identifier: ISC */
/*
 * explain/read_bounce.c - messages of non-delivery
 *
 * The text is read unit by unit: a recipient's line and what follows it, or a paragraph. What one unit tells (whose
 * answer follows, which server was spoken to) holds for those behind it. Fields of RFC 3464 are read by mail/dsn.h,
 * wherever they stand; what they and the words say of one refusal becomes one.
 */
#include "explain/bounce_walk.h"
#include "explain/read.h"
#include "mail/dsn.h"
#include <string.h>

enum {
    TEXT_MAX = 1 << 20, /* a bounce says what it has to say in its first pages */
    LINES_MAX = 20000,
    FALLBACK_MAX = 2000
};

static bool is_blank_line(str line)
{
    return bounce_skip_blanks(line).n == 0;
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
    str text = bounce_skip_blanks(str_take(line, BOUNCE_LINE_MAX));
    while (text.n > 1 &&
           (text.p[0] == '*' || text.p[0] == '-' || text.p[0] == '<' || text.p[0] == '['))
        text = bounce_skip_blanks(str_skip(text, 1));
    if (str_starts_nocase(text, STR("smtp:")))
        text = str_skip(text, 5);
    str address = bounce_address_in(text, &at);
    if (address.n == 0 || at > 0)
        return STR_NONE;
    str rest = str_skip(text, address.n);
    while (rest.n > 0 && (rest.p[0] == '>' || rest.p[0] == ']'))
        rest = str_skip(rest, 1);
    str next = bounce_skip_blanks(rest);
    if (next.n > 0 && !strchr(":(<.,-", next.p[0]) && !str_starts_nocase(next, STR("on ")))
        return STR_NONE;
    *behind = rest;
    return address;
}

/* "(expanded from <...>)", "<mailto:...>", ":", "...": no words yet. */
static str words_behind(str rest)
{
    for (;;) {
        rest = bounce_skip_blanks(rest);
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

static void note_reason(struct bounce_walk *w, str lines, str folded, str lower)
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

static void find_recipient(struct bounce_walk *w, str folded, str lower)
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

static void remember(struct bounce_walk *w, const struct bounce_unit *u)
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
static void forget(struct bounce_walk *w)
{
    w->expects = w->remote = false;
    w->stage = SMTP_STAGE_NONE;
    w->host = STR_NONE;
    w->address = (struct ip){ .family = IP_NONE };
}

static void say_unit(struct bounce_walk *w, const struct bounce_unit *u, str words)
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
    bounce_say(w, &s);
    forget(w);
}

static void read_unit(struct bounce_walk *w, str lines)
{
    struct arena *memory = w->p->memory;
    str behind = STR_NONE, first = str_take(lines, str_find_octet(lines, '\n'));
    lines = str_take(lines, BOUNCE_UNIT_MAX);
    str recipient = recipient_at(first, &behind);
    str folded = bounce_words(lines, 0, false, memory), lower = bounce_lowered(folded, memory);
    struct bounce_unit u;
    if (!lower.p || folded.n < 4)
        return;
    if (bounce_has_arrows(lines)) {
        bounce_read_talk(w, lines);
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
    line = bounce_skip_blanks(line);
    return (str_starts_nocase(line, STR("smtp;")) || str_starts_nocase(line, STR("lmtp;"))) &&
           bounce_code_read(str_skip(line, 5), &code, &x, &rest);
}

/* "<anna@corp.example>: words", which no reply begins with. */
static bool names_recipient(str line)
{
    str behind;
    line = bounce_skip_blanks(line);
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
    str low = bounce_lowered(str_take(line, BOUNCE_LINE_MAX), memory);
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
    return line.n - bounce_skip_blanks(line).n;
}

/* A recipient's line, and not the middle of a wrapped answer that names him: that is set in further than the unit's
 * first line, or names the recipient that the unit is about already. */
static bool begins_unit(str unit, str line)
{
    str behind, address = recipient_at(line, &behind);
    if (address.n == 0 || unit.n == 0)
        return address.n > 0;
    str own = recipient_at(str_take(unit, str_find_octet(unit, '\n')), &behind);
    str before = str_trim(unit);
    if (own.n == 0)
        return !is_digit(before.p[before.n - 1]) && !str_ends_nocase(before, STR("said:"));
    return indent(line) <= indent(unit) && !str_eq_nocase(own, address);
}

static void walk_lines(struct bounce_walk *w, str text)
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
            bounce_read_fields(w, fields_region(here, &rest));
            continue;
        }
        str low = bounce_lowered(str_take(line, 128), w->p->memory);
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
    /* what the sender's domain lacks is seen by the server that is to take the mail */
    unsigned detail = subject == 7 ? s->enhanced.detail
                                   : 0; /* RFC 7372; 509 and 515 are Microsoft's */
    if ((detail >= 20 && detail <= 27) || detail == 509 || detail == 515)
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
static void name_next(struct bounce_walk *w)
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
static void name_reporter(struct bounce_walk *w)
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
    struct bounce_walk w = { .p = p, .first = p->count };
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
        bounce_say(&w, &s);
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
