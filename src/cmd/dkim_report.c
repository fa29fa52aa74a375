/* SPDX-License-Identifier: ISC */
/*
 * cmd/dkim_report.c - the document baton.dkim/1, and the same for people
 */
#include "cmd/dkim_report.h"
#include "base/escape.h"
#include "base/wrap.h"
#include "cmd/output.h"

enum { TEXT_MAX = 1 << 20, REPORT_MAX = 16 << 20 };

static enum auth_result result_of(const struct dkim_report *r)
{
    return r->message ? r->verdict->result : r->key->result;
}

int dkim_report_status(const struct dkim_report *r)
{
    enum auth_result result = result_of(r);
    return result == AUTH_PASS ? 0 : result == AUTH_TEMPERROR ? 3 : 1;
}

/* ------------------------------------------------------------------------------------------------
 * The record to publish
 */

/* Does the record need mending? */
static bool is_mendable(const struct dkim_key *k)
{
    return k->result != AUTH_PASS || !dkim_key_takes_sha256(k) || !dkim_key_is_for_mail(k);
}

/* The first key that needs mending and can be, of a selector alone whatever is there; NULL: none. */
static const struct dkim_key *to_publish(const struct dkim_report *r)
{
    if (!r->message)
        return dkim_key_publish(r->key, r->memory).n > 0 ? r->key : NULL;
    for (size_t i = 0; i < r->verdict->count; i++) {
        const struct dkim_key *k = &r->verdict->signatures[i].key;
        if (k->record.n > 0 && is_mendable(k) && dkim_key_publish(k, r->memory).n > 0)
            return k;
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * JSON
 */
static json_t *number_of(uint64_t n, uint64_t none)
{
    return n == none || n > INT64_MAX ? json_null() : json_integer((json_int_t)n);
}

static json_t *truth_of(enum dkim_truth t)
{
    return t == DKIM_NOT_KNOWN ? json_null() : json_boolean(t == DKIM_YES);
}

static json_t *bits_of(const struct names *names, unsigned bits)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++)
        if (bits & (unsigned)names->rows[i].value)
            json_array_append_new(list, output_str(names->rows[i].name));
    return list;
}

static json_t *notes_of(unsigned notes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < DKIM_NOTE_NAMES.count; i++) {
        const struct name_row *row = &DKIM_NOTE_NAMES.rows[i];
        if (notes & (unsigned)row->value)
            json_array_append_new(list,
                                  json_pack("{s:o, s:s}", "id", output_str(row->name), "sentence",
                                            dkim_note_sentence((enum dkim_note)row->value)));
    }
    return list;
}

static json_t *publish_json(const struct dkim_report *r, const struct dkim_key *k)
{
    str text = k ? dkim_key_publish(k, r->memory) : STR_NONE;
    if (text.n == 0)
        return json_null();
    return json_pack("{s:o, s:s, s:o}", "name", output_str(k->name), "type", "TXT", "value",
                     output_str(text));
}

static json_t *key_json(const struct dkim_report *r, const struct dkim_key *k)
{
    bool asked = k->name.n > 0;
    if (!asked)
        return json_null();
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:i, s:i, s:o, s:o, s:o, s:o}", "name",
        output_str(k->name), "result", output_str(names_of(&AUTH_RESULT_NAMES, (int)k->result)),
        "reason", output_str(dkim_reason_name(k->reason)), "sentence", output_str(k->sentence),
        "record", output_str(k->record), "type", output_str(k->record.n ? k->type : STR_NONE),
        "bits", number_of(k->bits, 0), "testing", k->testing, "strict", k->strict, "keys",
        (int)k->keys, "other_txt", (int)k->others, "trust",
        output_str(names_of(&DNS_TRUST_NAMES, (int)k->trust)), "ttl_s", number_of(k->ttl_s, 0),
        "notes", notes_of(dkim_key_notes(k)), "publish", publish_json(r, k));
}

static json_t *names_json(const struct dkim_signature *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->signed_count; i++)
        json_array_append_new(list, output_str(s->signed_names[i]));
    return list;
}

static json_t *forms_json(const struct dkim_signature *s)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%.*s/%.*s",
                   STR_ARG(names_of(&MAIL_FORM_NAMES, (int)s->header_form)),
                   STR_ARG(names_of(&MAIL_FORM_NAMES, (int)s->body_form)));
    return json_string(text);
}

static json_t *signature_json(const struct dkim_report *r, const struct dkim_signature *s)
{
    bool counted = s->body_holds != DKIM_NOT_KNOWN;
    uint64_t beyond = counted && s->length < s->body_octets ? s->body_octets - s->length : 0;
    json_t *j = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "domain", output_str(s->domain),
        "selector", output_str(s->selector), "identity", output_str(s->identity), "algorithm",
        output_str(s->algorithm), "canonicalization", forms_json(s), "result",
        output_str(names_of(&AUTH_RESULT_NAMES, (int)s->result)), "reason",
        output_str(dkim_reason_name(s->reason)), "sentence", output_str(s->sentence), "key_bits",
        number_of(s->key.bits, 0), "testing", s->key.testing);
    json_t *more = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:i, s:o, s:o, s:o, s:o, s:o}", "signed_at",
        number_of(s->time_s, DKIM_NO_TIME), "age_s",
        s->time_s != DKIM_NO_TIME && s->time_s <= r->now_s
            ? number_of(r->now_s - s->time_s, UINT64_MAX)
            : json_null(),
        "expires_at", number_of(s->expiry_s, DKIM_NO_TIME), "signed_headers", names_json(s),
        "body_length", number_of(s->length, DKIM_WHOLE), "body_octets",
        counted ? number_of(s->body_octets, UINT64_MAX) : json_null(), "body_unsigned_octets",
        counted ? number_of(beyond, UINT64_MAX) : json_null(), "covers_from", s->covers_from,
        "from_signed", (int)s->from_signed, "body_holds", truth_of(s->body_holds), "header_holds",
        truth_of(s->header_holds), "changed_field", output_str(s->changed), "notes",
        notes_of(s->notes), "key", key_json(r, &s->key));
    if (!j || !more || json_object_update(j, more) != 0) {
        json_decref(j);
        j = NULL;
    }
    json_decref(more);
    return j;
}

static json_t *message_json(const struct dkim_report *r)
{
    const struct mail_from *f = &r->verdict->from;
    json_t *authors = json_array();
    for (size_t i = 0; i < f->count; i++)
        json_array_append_new(authors, output_str(f->authors[i].address));
    return json_pack("{s:o, s:i, s:i, s:i, s:o}", "from", authors, "from_fields", (int)f->fields,
                     "fields", (int)r->message->count, "signatures_passed_over",
                     (int)r->verdict->passed_over, "odd",
                     bits_of(&MAIL_ODDITY_NAMES, r->message->odd));
}

bool dkim_report_json(const struct dkim_report *r)
{
    json_t *signatures = json_array();
    for (size_t i = 0; r->message && i < r->verdict->count; i++)
        json_array_append_new(signatures, signature_json(r, &r->verdict->signatures[i]));
    json_t *root = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "schema", "baton.dkim/1", "result",
                             output_str(names_of(&AUTH_RESULT_NAMES, (int)result_of(r))),
                             "signatures", signatures, "publish", publish_json(r, to_publish(r)),
                             "message", r->message ? message_json(r) : json_null(), "key",
                             r->message ? json_null() : key_json(r, r->key));
    return output_json(root);
}

/* ------------------------------------------------------------------------------------------------
 * Text
 */
static void say(struct buf *out, const char *before, str text)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    escape_line(text, &b);
    buf_addf(out, "   %s", before);
    wrap_words(out, 3 + str_from(before).n, 3 + str_from(before).n, buf_str(&b));
    buf_done(&b);
}

static void say_key(const struct dkim_key *k, struct buf *out)
{
    if (k->name.n == 0)
        return;
    say(out, "name     ", k->name);
    if (k->record.n > 0)
        say(out, "record   ", k->record);
    if (k->bits > 0)
        buf_addf(out, "   key      %.*s, %u bits%s\n", STR_ARG(k->type), k->bits,
                 k->testing ? ", testing" : "");
}

static void say_details(const struct dkim_signature *s, struct buf *out)
{
    say(out, "identity ", s->identity);
    buf_addf(out, "   form     %.*s/%.*s\n",
             STR_ARG(names_of(&MAIL_FORM_NAMES, (int)s->header_form)),
             STR_ARG(names_of(&MAIL_FORM_NAMES, (int)s->body_form)));
    say(out, "by       ", s->algorithm);
    struct buf names;
    buf_init(&names, TEXT_MAX);
    for (size_t i = 0; i < s->signed_count; i++) {
        buf_add(&names, i ? STR(", ") : STR(""));
        buf_add(&names, s->signed_names[i]);
    }
    say(out, "signed   ", buf_str(&names));
    buf_done(&names);
    if (s->time_s != DKIM_NO_TIME)
        buf_addf(out, "   signed at %llu (seconds since 1970)\n", (unsigned long long)s->time_s);
    if (s->expiry_s != DKIM_NO_TIME)
        buf_addf(out, "   expires at %llu\n", (unsigned long long)s->expiry_s);
    if (s->length != DKIM_WHOLE)
        buf_addf(out, "   body     %llu octets of %llu are signed (l=)\n",
                 (unsigned long long)s->length, (unsigned long long)s->body_octets);
    say_key(&s->key, out);
}

static void say_notes(unsigned notes, struct buf *out)
{
    for (size_t i = 0; i < DKIM_NOTE_NAMES.count; i++)
        if (notes & (unsigned)DKIM_NOTE_NAMES.rows[i].value)
            say(out, "! ",
                str_from(dkim_note_sentence((enum dkim_note)DKIM_NOTE_NAMES.rows[i].value)));
}

static void say_signature(const struct dkim_report *r, size_t i, struct buf *out)
{
    const struct dkim_signature *s = &r->verdict->signatures[i];
    buf_addf(out, "\n%zu. ", i + 1);
    escape_line(s->domain.n ? s->domain : STR("(no domain)"), out);
    if (s->selector.n > 0) {
        buf_add(out, STR(", selector "));
        escape_line(s->selector, out);
    }
    buf_addf(out, ": %.*s [%.*s]\n", STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)s->result)),
             STR_ARG(dkim_reason_name(s->reason)));
    say(out, "", s->sentence);
    say_notes(s->notes, out);
    if (r->verbose)
        say_details(s, out);
}

static const struct {
    unsigned odd;
    const char *words;
} ODD[] = {
    { MAIL_MBOX_LINE,
      "The first line is mbox's own and no part of the message; it was passed over." },
    { MAIL_BARE_LF_BODY, "In the body some lines end with LF alone, and were taken as they are." },
    { MAIL_BARE_CR_BODY, "In the body a CR stands without its LF, and was taken as it is." },
    { MAIL_NO_BLANK_LINE, "There is no blank line behind the header, and so no body." },
    { MAIL_BLANK_FOLD,
      "A field goes on in a line of nothing but blanks: some readers see the end of "
      "the header there." },
};

static void say_message(const struct dkim_report *r, struct buf *out)
{
    const struct dkim_verdict *v = r->verdict;
    buf_addf(out, "DKIM: %.*s\n", STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)v->result)));
    if (v->count == 0)
        buf_add(out, STR("The message is not signed.\n"));
    for (size_t i = 0; i < v->count; i++)
        say_signature(r, i, out);
    if (v->passed_over > 0)
        buf_addf(out, "\n%zu more signatures were not looked at.\n", v->passed_over);
    if (r->message->unix_lines && r->verbose)
        buf_add(out, STR("\nThe file's lines end with LF, which was taken for CRLF.\n"));
    for (size_t i = 0; i < COUNT_OF(ODD); i++)
        if (r->message->odd & ODD[i].odd)
            buf_addf(out, "\n%s\n", ODD[i].words);
}

static void say_selector(const struct dkim_report *r, struct buf *out)
{
    const struct dkim_key *k = r->key;
    buf_addf(out, "DKIM key: %.*s [%.*s]\n\n",
             STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)k->result)),
             STR_ARG(dkim_reason_name(k->reason)));
    say(out, "", k->sentence);
    say_notes(dkim_key_notes(k), out);
    say_key(k, out);
}

static void say_all(const struct dkim_report *r, struct buf *out)
{
    const struct dkim_key *publish = to_publish(r);
    if (r->message)
        say_message(r, out);
    else
        say_selector(r, out);
    if (publish) {
        buf_add(out, STR("\nThe record as it should be published:\n"));
        output_txt_record(out, publish->name, dkim_key_publish(publish, r->memory));
    }
    if (!r->message && r->key->reason == DKIM_NO_KEY)
        buf_addf(out,
                 "\nPublish the public half of the signer's key, in base64 and in one piece:\n"
                 "%.*s. IN TXT \"v=DKIM1; k=rsa; p=...\"\n",
                 STR_ARG(r->key->name));
    if (r->not_asked)
        buf_add(out, STR("\nA name for tests and examples was not looked up: public DNS knows "
                         "nothing of it.\n--resolver names a server that does.\n"));
}

bool dkim_report_text(const struct dkim_report *r)
{
    struct buf out;
    buf_init(&out, REPORT_MAX);
    say_all(r, &out);
    return output_text(&out);
}
