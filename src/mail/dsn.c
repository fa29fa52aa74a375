/* SPDX-License-Identifier: ISC */
#include "mail/dsn.h"
#include "mail/decode.h"
#include <string.h>

static const struct name_row ACTION_ROWS[] = {
    { MAIL_DSN_FAILED, STR_INIT("failed") },       { MAIL_DSN_DELAYED, STR_INIT("delayed") },
    { MAIL_DSN_DELIVERED, STR_INIT("delivered") }, { MAIL_DSN_RELAYED, STR_INIT("relayed") },
    { MAIL_DSN_EXPANDED, STR_INIT("expanded") },
};
const struct names MAIL_DSN_ACTION_NAMES = NAMES(ACTION_ROWS);

enum kind { TYPED, PLAIN, ACTION };

/* Sections 2.2 (of the message) and 2.3 (of a recipient). */
static const struct field {
    str name;
    bool of_recipient;
    enum kind kind;
    size_t offset;
} FIELDS[] = {
#define M(name, kind, member)                                                                      \
    {                                                                                              \
        STR_INIT(name), false, kind, offsetof(struct mail_dsn, member)                             \
    }
#define R(name, kind, member)                                                                      \
    {                                                                                              \
        STR_INIT(name), true, kind, offsetof(struct mail_dsn_recipient, member)                    \
    }
    M("Original-Envelope-Id", PLAIN, original_envelope_id),
    M("Reporting-MTA", TYPED, reporting_mta),
    M("DSN-Gateway", TYPED, dsn_gateway),
    M("Received-From-MTA", TYPED, received_from_mta),
    M("Arrival-Date", PLAIN, arrival_date),
    R("Original-Recipient", TYPED, original),
    R("Final-Recipient", TYPED, final),
    R("Action", ACTION, action),
    R("Status", PLAIN, status),
    R("Remote-MTA", TYPED, remote_mta),
    R("Diagnostic-Code", TYPED, diagnostic),
    R("Last-Attempt-Date", PLAIN, last_attempt),
    R("Will-Retry-Until", PLAIN, will_retry_until),
    R("Final-Log-ID", PLAIN, final_log_id),
#undef M
#undef R
};

static const struct field *field_named(str name)
{
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++)
        if (str_eq_nocase(FIELDS[i].name, name))
            return &FIELDS[i];
    return NULL;
}

bool mail_dsn_is_field(str line)
{
    struct mail_field f;
    return mail_field_read(line, &f) && field_named(f.name);
}

/* ------------------------------------------------------------------------------------------------
 * Values
 */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "\x{E4}" of RFC 6533 section 3 to its octets in UTF-8; what is no such thing stays. */
static size_t put_escaped(str text, char *out, size_t *used)
{
    uint32_t c = 0;
    size_t i = 3;
    *used = 0;
    if (!str_starts(text, STR("\\x{")))
        return 0;
    for (; i < text.n && i < 9 && text.p[i] != '}'; i++) {
        char d = to_lower(text.p[i]);
        if (!is_digit(d) && (d < 'a' || d > 'f'))
            return 0;
        c = c << 4 | (uint32_t)(is_digit(d) ? d - '0' : d - 'a' + 10);
    }
    if (i == 3 || i >= text.n || text.p[i] != '}' || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return 0;
    *used = i + 1;
    if (c < 0x80) {
        out[0] = is_blank((char)c) ? ' ' : (char)c; /* a value is one line */
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t k = n; k-- > 1; c >>= 6)
        out[k] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
    return n;
}

static str unescaped(str text, struct arena *memory)
{
    if (str_find(text, STR("\\x{")) == STR_NOT_FOUND)
        return text;
    char *out = arena_alloc(memory, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < text.n;) {
        size_t used, put = put_escaped(str_skip(text, i), out + n, &used);
        if (used == 0)
            out[n++] = text.p[i++];
        n += put;
        i += used;
    }
    return out ? (str){ out, n } : STR_NONE;
}

/* On one line, runs of blanks made one. */
static str one_line(str value, struct arena *memory)
{
    char *out = arena_alloc(memory, value.n + 1);
    size_t n = 0;
    value = str_trim(value);
    for (size_t i = 0; out && i < value.n; i++)
        if (!is_blank(value.p[i]))
            out[n++] = value.p[i];
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    return out ? mail_words((str){ out, n }, memory) : STR_NONE;
}

static str without_brackets(str address)
{
    if (address.p && address.n > 1 && address.p[0] == '<' && address.p[address.n - 1] == '>')
        return str_trim(str_skip(str_take(address, address.n - 1), 1));
    return address;
}

static bool is_type(str word)
{
    for (size_t i = 0; word.p && i < word.n; i++)
        if (!is_alnum(word.p[i]) && word.p[i] != '-' && word.p[i] != '_')
            return false;
    return word.n > 0 && word.n <= 32;
}

static struct mail_dsn_typed typed(str line, struct arena *memory)
{
    str rest = line, type = str_trim(str_cut(&rest, ';'));
    if (!rest.p || !is_type(type))
        return (struct mail_dsn_typed){ STR_NONE, without_brackets(line) };
    str value = without_brackets(str_trim(rest));
    return (struct mail_dsn_typed){ type, str_starts_nocase(type, STR("utf-8"))
                                              ? unescaped(value, memory)
                                              : value };
}

static enum mail_dsn_action action_of(str line)
{
    int action = MAIL_DSN_NO_ACTION;
    size_t n = 0;
    while (line.p && n < line.n && is_alpha(line.p[n]))
        n++;
    return names_find(&MAIL_DSN_ACTION_NAMES, str_take(line, n), &action)
               ? (enum mail_dsn_action)action
               : MAIL_DSN_NO_ACTION;
}

/* ------------------------------------------------------------------------------------------------
 * Fields
 */
struct reader {
    struct arena *memory;
    struct mail_dsn *out;
    struct mail_dsn_recipient *recipients;
    struct mail_field *others;
    size_t others_used;
    bool in_recipient, seen, failed, skipping;
    str field; /* the lines of the one being read */
};

static struct mail_dsn_recipient *current(struct reader *r)
{
    return r->in_recipient && r->out->count > 0 ? &r->recipients[r->out->count - 1] : NULL;
}

static void next_recipient(struct reader *r)
{
    r->in_recipient = true;
    r->skipping = r->out->count == MAIL_DSN_RECIPIENTS_MAX;
    if (r->skipping)
        r->out->left_out++;
    else
        r->recipients[r->out->count++] = (struct mail_dsn_recipient){ 0 };
}

/* A second address, or a second value of what a recipient has once: the blank line between two was lost. */
static bool begins_recipient(const struct reader *r, const struct field *f)
{
    const struct mail_dsn_recipient *p = r->in_recipient && r->out->count > 0
                                             ? &r->recipients[r->out->count - 1]
                                             : NULL;
    if (!p)
        return true;
    if (r->skipping)
        return str_eq(f->name, STR("Final-Recipient"));
    if (f->kind == ACTION)
        return p->action != MAIL_DSN_NO_ACTION;
    const char *at = (const char *)p + f->offset;
    return f->kind == TYPED ? ((const struct mail_dsn_typed *)(const void *)at)->value.n > 0
                            : ((const str *)(const void *)at)->n > 0;
}

static void put(struct reader *r, const struct field *f, str line)
{
    char *base = (char *)r->out;
    if (f->of_recipient) {
        if (begins_recipient(r, f))
            next_recipient(r);
        if (r->skipping)
            return;
        base = (char *)current(r);
    }
    void *at = base + f->offset;
    if (f->kind == TYPED)
        *(struct mail_dsn_typed *)at = typed(line, r->memory);
    else if (f->kind == PLAIN)
        *(str *)at = str_eq(f->name, STR("Status"))
                         ? str_trim(str_take(line, str_find_octet(line, ' ')))
                         : line;
    else
        *(enum mail_dsn_action *)at = action_of(line);
}

/* Others of one recipient lie behind each other, since the list is one for all. */
static void put_other(struct reader *r, const struct mail_field *f)
{
    struct mail_dsn_recipient *p = current(r);
    if (r->others_used == MAIL_DSN_OTHERS_MAX || r->skipping)
        return;
    struct mail_field *at = &r->others[r->others_used++];
    *at = *f;
    const struct mail_field **first = p ? &p->others : &r->out->others;
    size_t *count = p ? &p->others_count : &r->out->others_count;
    if (*count == 0)
        *first = at;
    ++*count;
}

static void field_ends(struct reader *r)
{
    struct mail_field f;
    str whole = r->field;
    r->field = STR_NONE;
    if (whole.n == 0 || !mail_field_read(whole, &f))
        return;
    const struct field *known = field_named(f.name);
    if (!known) {
        if (str_starts_nocase(f.name, STR("X-")))
            put_other(r, &f);
        return;
    }
    str line = one_line(f.value, r->memory);
    r->failed |= !line.p;
    r->seen = true;
    if (line.n > 0)
        put(r, known, line);
}

static bool begins_field(str line)
{
    struct mail_field f;
    return line.n > 0 && !is_blank(line.p[0]) && mail_field_read(line, &f) &&
           (field_named(f.name) || str_starts_nocase(f.name, STR("X-")));
}

static void take_line(struct reader *r, str line)
{
    if (str_trim(line).n == 0) {
        field_ends(r);
        r->in_recipient = false;
        r->skipping = false;
    } else if (begins_field(line)) {
        field_ends(r);
        r->field = line;
    } else if (r->field.n > 0) {
        r->field.n = (size_t)(line.p + line.n - r->field.p);
    }
}

bool mail_dsn_read(str text, struct arena *memory, struct mail_dsn *out, struct err *e)
{
    struct mail_dsn dsn = { .count = 0 };
    struct reader r = { .memory = memory, .out = &dsn };
    r.recipients = arena_alloc(memory, MAIL_DSN_RECIPIENTS_MAX * sizeof *r.recipients);
    r.others = arena_alloc(memory, MAIL_DSN_OTHERS_MAX * sizeof *r.others);
    if (!r.recipients || !r.others)
        return err_memory(e, "a delivery status notification");
    for (str rest = text; rest.p && !r.failed;)
        take_line(&r, str_cut(&rest, '\n'));
    field_ends(&r);
    if (r.failed)
        return err_memory(e, "a delivery status notification");
    if (!r.seen)
        return err_set(e, ERR_SYNTAX, "no field of a delivery status notification is in the text");
    dsn.recipients = r.recipients;
    *out = dsn;
    return true;
}
