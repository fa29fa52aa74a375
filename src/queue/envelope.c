/* SPDX-License-Identifier: ISC */
/*
 * queue/envelope.c - the form of an envelope in octets
 *
 * envelope  = version *field *recipient          version is the octet 1
 * field     = tag length value                   length and numbers in groups of 7 bits, the lowest first, 128 added to
 *                                                each octet but the last
 * recipient = field of tag RECIPIENT, whose value is *field
 *
 * Tags rise, and only RECIPIENT comes again. A value that is empty or 0 is left out. A tag that is not known is passed
 * over: a later version may add fields without a new version octet, if a message is the same message without them.
 */
#include "queue/message.h"
#include <string.h>

enum { VERSION = 1, TAG_RECIPIENT = 64, IP_WITH_SCOPE = 20, VARINT_MAX = 10 };

enum kind { TEXT, NUMBER, ADDRESS, CAUSE };
struct field {
    uint8_t tag;
    enum kind kind;
    size_t offset, size; /* of its member; NUMBER: 4 or 8 octets */
    uint64_t most;       /* NUMBER: the greatest that is one */
};
#define SLOT(type, member) offsetof(type, member), sizeof(((type *)0)->member)
#define OF_MESSAGE(m)      SLOT(struct queue_message, m)
#define OF_RECIPIENT(m)    SLOT(struct queue_recipient, m)

static const struct field MESSAGE_FIELDS[] = {
    { 1, NUMBER, OF_MESSAGE(record), UINT64_MAX },
    { 2, TEXT, OF_MESSAGE(reverse_path), 0 },
    { 3, TEXT, OF_MESSAGE(login), 0 },
    { 4, TEXT, OF_MESSAGE(listener), 0 },
    { 5, TEXT, OF_MESSAGE(helo), 0 },
    { 6, TEXT, OF_MESSAGE(envid), 0 },
    { 7, TEXT, OF_MESSAGE(route), 0 },
    { 8, ADDRESS, OF_MESSAGE(client), 0 },
    { 9, NUMBER, OF_MESSAGE(arrived_ms), UINT64_MAX },
    { 10, NUMBER, OF_MESSAGE(size_octets), UINT64_MAX },
    { 11, NUMBER, OF_MESSAGE(flags), UINT32_MAX },
    { 12, NUMBER, OF_MESSAGE(ret), QUEUE_RET_HDRS },
    { 13, NUMBER, OF_MESSAGE(attempts), UINT32_MAX },
};
static const struct field RECIPIENT_FIELDS[] = {
    { 1, TEXT, OF_RECIPIENT(forward_path), 0 },
    { 2, TEXT, OF_RECIPIENT(orcpt), 0 },
    { 3, NUMBER, OF_RECIPIENT(notify), UINT32_MAX },
    { 4, NUMBER, OF_RECIPIENT(state), QUEUE_FAILED },
    { 5, TEXT, OF_RECIPIENT(reply), 0 },
    { 6, TEXT, OF_RECIPIENT(server), 0 },
    { 7, CAUSE, OF_RECIPIENT(cause), 0 },
};

/* ---- writing ---- */

static size_t varint(uint64_t n, char out[VARINT_MAX])
{
    size_t used = 0;
    for (; n > 127; n >>= 7)
        out[used++] = (char)(n | 128);
    out[used++] = (char)n;
    return used;
}

static void put_head(struct buf *out, uint8_t tag, size_t length)
{
    char head[1 + VARINT_MAX];
    head[0] = (char)tag;
    buf_add(out, (str){ head, 1 + varint(length, head + 1) });
}

static void put(struct buf *out, uint8_t tag, str value)
{
    if (value.n == 0)
        return;
    put_head(out, tag, value.n);
    buf_add(out, value);
}

static uint64_t number_in(const void *at, size_t size)
{
    uint32_t small;
    uint64_t large;
    if (size == sizeof large)
        return memcpy(&large, at, size), large;
    return memcpy(&small, at, sizeof small), small;
}

static size_t address_octets(const struct ip *ip, char out[IP_WITH_SCOPE])
{
    size_t n = ip->family == IP_NONE ? 0 : ip->family == IP_V4 ? 4 : 16;
    memcpy(out, ip->octets, n);
    if (n < 16 || ip->scope == 0)
        return n;
    const uint32_t scope = __builtin_bswap32(ip->scope);
    memcpy(out + n, &scope, sizeof scope);
    return IP_WITH_SCOPE;
}

static size_t field_octets(const struct field *f, const void *at, char room[IP_WITH_SCOPE], str *v)
{
    const struct cause *cause;
    *v = (str){ room, 0 };
    switch (f->kind) {
    case TEXT: *v = *(const str *)at; break;
    case NUMBER:
        if (number_in(at, f->size))
            v->n = varint(number_in(at, f->size), room);
        break;
    case ADDRESS: v->n = address_octets(at, room); break;
    case CAUSE:
        /* By its name: numbers of causes are not the same in every version. */
        cause = cause_of(*(const enum cause_id *)at);
        if (cause)
            *v = cause->name;
        break;
    }
    return v->n;
}

static void put_fields(struct buf *out, const struct field *fields, size_t count, const void *of)
{
    char room[IP_WITH_SCOPE];
    str value;
    for (const struct field *f = fields; f < fields + count; f++)
        if (field_octets(f, (const char *)of + f->offset, room, &value))
            put(out, f->tag, value);
}

static size_t fields_size(const struct field *fields, size_t count, const void *of)
{
    char room[IP_WITH_SCOPE], length[VARINT_MAX];
    str value;
    size_t n = 0;
    for (const struct field *f = fields; f < fields + count; f++)
        if (field_octets(f, (const char *)of + f->offset, room, &value))
            n += 1 + varint(value.n, length) + value.n;
    return n;
}

bool queue_envelope_write(const struct queue_message *m, struct buf *out)
{
    buf_addc(out, VERSION);
    put_fields(out, MESSAGE_FIELDS, COUNT_OF(MESSAGE_FIELDS), m);
    for (size_t i = 0; i < m->recipient_count; i++) {
        const struct queue_recipient *r = &m->recipients[i];
        put_head(out, TAG_RECIPIENT, fields_size(RECIPIENT_FIELDS, COUNT_OF(RECIPIENT_FIELDS), r));
        put_fields(out, RECIPIENT_FIELDS, COUNT_OF(RECIPIENT_FIELDS), r);
    }
    return buf_ok(out);
}

/* ---- reading ---- */

/* From the front of *s; false: cut off, over 64 bits, or longer than it need be. */
static bool cut_varint(str *s, uint64_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->n && i < VARINT_MAX; i++) {
        uint64_t bits = (unsigned char)s->p[i] & 127;
        if (i == VARINT_MAX - 1 && bits > 1)
            return false;
        n |= bits << (7 * i);
        if ((unsigned char)s->p[i] & 128)
            continue;
        if (i > 0 && bits == 0)
            return false;
        *out = n;
        *s = str_skip(*s, i + 1);
        return true;
    }
    return false;
}

static bool cut_field(str *s, uint8_t *tag, str *value)
{
    uint8_t t = (uint8_t)s->p[0];
    str rest = str_skip(*s, 1);
    uint64_t length;
    if (!cut_varint(&rest, &length) || length > rest.n)
        return false;
    *tag = t;
    *value = str_take(rest, length);
    *s = str_skip(rest, length);
    return true;
}

static bool get_number(const struct field *f, str value, void *at)
{
    uint64_t n;
    if (!cut_varint(&value, &n) || value.n || n > f->most)
        return false;
    if (f->size == sizeof n)
        memcpy(at, &n, sizeof n);
    else
        memcpy(at, &(uint32_t){ (uint32_t)n }, sizeof(uint32_t));
    return true;
}

static bool get_address(str value, struct ip *ip)
{
    uint32_t scope = 0;
    if (value.n != 4 && value.n != 16 && value.n != IP_WITH_SCOPE)
        return false;
    *ip = (struct ip){ .family = value.n == 4 ? IP_V4 : IP_V6 };
    memcpy(ip->octets, value.p, value.n == 4 ? 4 : 16);
    if (value.n == IP_WITH_SCOPE)
        memcpy(&scope, value.p + 16, 4);
    ip->scope = __builtin_bswap32(scope);
    return true;
}

static bool get(const struct field *f, str value, void *at)
{
    const struct cause *cause;
    switch (f->kind) {
    case TEXT: *(str *)at = value; return true;
    case NUMBER: return get_number(f, value, at);
    case ADDRESS: return get_address(value, at);
    case CAUSE:
        cause = cause_named(value); /* one that a later version had is not known here */
        *(enum cause_id *)at = cause ? cause->id : CAUSE_NONE;
        return true;
    }
    return false;
}

/* Fields up to the first recipient, which stays in *s. */
static bool get_fields(str *s, const struct field *fields, size_t count, void *of)
{
    int last = -1;
    while (s->n > 0 && (uint8_t)s->p[0] != TAG_RECIPIENT) {
        uint8_t tag;
        str value;
        if (!cut_field(s, &tag, &value) || tag <= last)
            return false;
        last = tag;
        for (const struct field *f = fields; f < fields + count; f++)
            if (f->tag == tag && !get(f, value, (char *)of + f->offset))
                return false;
    }
    return true;
}

static bool count_recipients(str s, size_t *count)
{
    size_t n = 0;
    for (; s.n > 0; n++) {
        uint8_t tag;
        str value;
        if (!cut_field(&s, &tag, &value) || tag != TAG_RECIPIENT || n == QUEUE_RECIPIENTS_MAX)
            return false;
    }
    *count = n;
    return true;
}

static bool get_recipients(str s, struct queue_message *m)
{
    for (size_t i = 0; i < m->recipient_count; i++) {
        uint8_t tag;
        str fields;
        if (!cut_field(&s, &tag, &fields))
            return false;
        if (!get_fields(&fields, RECIPIENT_FIELDS, COUNT_OF(RECIPIENT_FIELDS), &m->recipients[i]) ||
            fields.n > 0)
            return false;
    }
    return true;
}

bool queue_envelope_read(str octets, struct arena *a, struct queue_message *out, struct err *e)
{
    struct queue_message m = { .id = 0 };
    if (octets.n == 0)
        return err_set(e, ERR_SYNTAX, "reading an envelope: it is empty");
    if (octets.p[0] != VERSION)
        return err_set(e, ERR_SYNTAX, "reading an envelope: its version is %d, this Baton reads %d",
                       (unsigned char)octets.p[0], VERSION);
    str rest = str_skip(octets, 1);
    if (!get_fields(&rest, MESSAGE_FIELDS, COUNT_OF(MESSAGE_FIELDS), &m) ||
        !count_recipients(rest, &m.recipient_count))
        return err_set(e, ERR_SYNTAX, "reading an envelope: damaged before or between recipients");
    m.recipients = arena_alloc(a, m.recipient_count * sizeof *m.recipients);
    if (!m.recipients)
        return err_memory(e, "recipients of an envelope");
    if (!get_recipients(rest, &m))
        return err_set(e, ERR_SYNTAX, "reading an envelope: a recipient is damaged");
    *out = m;
    return true;
}
