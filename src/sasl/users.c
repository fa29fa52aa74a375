/* SPDX-License-Identifier: ISC */
/*
 * sasl/users.c - the file of logins, line after line, and a table of their names
 * Errors carry no part of a line but the name: what stands there is secret.
 */
#include "sasl/users.h"
#include "base/base64.h"
#include "base/escape.h"
#include "sasl/password.h"
#include "sasl/scram.h"
#include <sodium/crypto_generichash.h>
#include <string.h>

enum { SHA1_OCTETS = 20, SHA256_OCTETS = 32, SALT_MAX_OCTETS = 64, KINDS_MAX = 16 };

static const str ORDER_MARK = STR_INIT("\xef\xbb\xbf");

struct sasl_users {
    const struct sasl_user *rows;
    size_t count;
    const uint32_t *slots; /* index + 1 of a row, 0: free; linear probing, at most half full */
    size_t mask;
    const struct sasl_user *usual, *keyed[2]; /* SHA-1, SHA-256 */
    bool secrets, sha1, sha256, derive;       /* all have them; one needs them made */
    unsigned char pepper[32];
};

/* ---- one line ---- */

static int hex_value(char c)
{
    c = to_lower(c);
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %HH undone; what has none stays where it is. */
static bool unescape(str s, struct arena *a, str *out, struct err *e)
{
    char *to;
    size_t n = 0;

    *out = s;
    if (str_find_octet(s, '%') == STR_NOT_FOUND)
        return true;
    to = arena_alloc(a, s.n);
    if (!to)
        return err_memory(e, "the logins");
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex_value(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex_value(s.p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return err_set(e, ERR_SYNTAX,
                               "a percent sign without two hex digits behind it: "
                               "the sign itself is written %%25");
            c = (char)(high << 4 | low);
            i += 2;
        }
        to[n++] = c;
    }
    *out = (str){ to, n };
    return true;
}

bool sasl_user_name_good(str name, struct err *e)
{
    if (name.n == 0)
        return err_set(e, ERR_SYNTAX, "the name of the login is empty");
    if (name.n > SASL_USER_NAME_MAX)
        return err_set(e, ERR_LIMIT, "the name of the login is longer than %d octets",
                       SASL_USER_NAME_MAX);
    if (!str_is_utf8(name))
        return err_set(e, ERR_SYNTAX, "the name of the login is not UTF-8");
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
            return err_set(e, ERR_SYNTAX, "a control character stands in the name of the login");
    return true;
}

/* Base64 of so many octets. */
static bool is_coded(str s, size_t least, size_t most)
{
    char room[SALT_MAX_OCTETS * 2];
    struct buf b = { .max = 0 };
    bool good;

    if (s.n > sizeof(room))
        return false;
    buf_init(&b, sizeof(room));
    good = base64_decode(s, &b) && b.n >= least && b.n <= most;
    buf_wipe_done(&b);
    return good;
}

/* "4096,SALT,STOREDKEY,SERVERKEY" */
static bool read_scram(str value, const char *word, size_t octets, struct sasl_scram_keys *out,
                       struct err *e)
{
    str count = str_cut(&value, ',');
    struct sasl_scram_keys k = { .salt = str_cut(&value, ',') };
    uint64_t n = 0;

    k.stored_key = str_cut(&value, ',');
    k.server_key = value;
    if (!is_coded(k.salt, 1, SALT_MAX_OCTETS) || !is_coded(k.stored_key, octets, octets) ||
        !is_coded(k.server_key, octets, octets))
        return err_set(e, ERR_SYNTAX,
                       "{%s} is not ITERATIONS,SALT,STOREDKEY,SERVERKEY with the last three in "
                       "base64: make the login again with 'baton user add --scram'",
                       word);
    if (!str_to_u64(count, SASL_SCRAM_ITERATIONS_MAX, &n) || n < SASL_SCRAM_ITERATIONS)
        return err_set(e, ERR_LIMIT,
                       "the iterations of {%s} are no number from %d (RFC 7677 section 4) to %d: "
                       "make the login again with 'baton user add --scram'",
                       word, SASL_SCRAM_ITERATIONS, SASL_SCRAM_ITERATIONS_MAX);
    k.iterations = (unsigned)n;
    *out = k;
    return true;
}

static bool twice(const char *what, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "there are two of %s in this line: take one out", what);
}

static bool take_hash(str hash, struct sasl_user *u, struct err *e)
{
    if (u->hash.n > 0)
        return twice("hash", e);
    if (hash.n > SASL_USER_HASH_MAX)
        return err_set(e, ERR_LIMIT, "the hash is longer than %d octets", SASL_USER_HASH_MAX);
    for (size_t i = 0; i < hash.n; i++)
        if (hash.p[i] <= ' ' || hash.p[i] > '~')
            return err_set(e, ERR_SYNTAX, "the hash holds a blank or an octet outside ASCII");
    u->hash = hash;
    return true;
}

static bool take_secret(str value, struct arena *a, struct sasl_user *u, struct err *e)
{
    str secret;

    if (u->secret.n > 0)
        return twice("{PLAIN}", e);
    if (!unescape(value, a, &secret, e))
        return false;
    if (secret.n == 0 || secret.n > SASL_USER_SECRET_MAX ||
        str_find_octet(secret, '\0') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX,
                       "the secret of {PLAIN} is empty, longer than %d octets, or holds a NUL",
                       SASL_USER_SECRET_MAX);
    u->secret = secret;
    return true;
}

/* Dovecot's words for what crypt(3) and argon2 say by their first letters. */
static bool is_word_of_hash(str word)
{
    static const str WORDS[] = {
        STR_INIT("CRYPT"),     STR_INIT("ARGON2ID"),     STR_INIT("ARGON2I"),
        STR_INIT("BLF-CRYPT"), STR_INIT("SHA512-CRYPT"), STR_INIT("SHA256-CRYPT"),
        STR_INIT("YESCRYPT"),
    };
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_eq_nocase(word, WORDS[i]))
            return true;
    return false;
}

static bool take_worded(str field, struct arena *a, struct sasl_user *u, struct err *e)
{
    str value = str_skip(field, 1), word = str_cut(&value, '}');

    if (str_eq_nocase(word, STR("PLAIN")))
        return take_secret(value, a, u, e);
    if (str_eq_nocase(word, STR("SCRAM-SHA-1")))
        return u->sha1.iterations > 0 ? twice("{SCRAM-SHA-1}", e)
                                      : read_scram(value, "SCRAM-SHA-1", SHA1_OCTETS, &u->sha1, e);
    if (str_eq_nocase(word, STR("SCRAM-SHA-256")))
        return u->sha256.iterations > 0
                   ? twice("{SCRAM-SHA-256}", e)
                   : read_scram(value, "SCRAM-SHA-256", SHA256_OCTETS, &u->sha256, e);
    if (is_word_of_hash(word) && value.n > 0 && value.p[0] == '$')
        return take_hash(value, u, e);
    return err_set(e, ERR_SYNTAX,
                   "what stands in the braces is no kind of proof that is known here: {PLAIN}, "
                   "{SCRAM-SHA-1}, {SCRAM-SHA-256}, or a hash that begins with '$'");
}

static bool take_field(str field, struct arena *a, struct sasl_user *u, struct err *e)
{
    if (field.n == 0)
        return err_set(e, ERR_SYNTAX,
                       "nothing stands between two colons, or behind the last one: "
                       "take the colon out");
    if (str_eq(field, STR("disabled"))) {
        u->disabled = true;
        return true;
    }
    if (field.p[0] == '$')
        return take_hash(field, u, e);
    if (field.p[0] == '{')
        return take_worded(field, a, u, e);
    if (u->hash.n || u->secret.n)
        return err_set(e, ERR_SYNTAX,
                       "behind the hash stand other fields, as in /etc/shadow or a passwd file: "
                       "keep NAME:HASH alone, as cut -d: -f1,2 does");
    if (field.p[0] == '!' || str_eq(field, STR("*")))
        return err_set(e, ERR_SYNTAX,
                       "'!' and '*' lock a login in /etc/shadow: leave the line out, or write "
                       "NAME:disabled");
    return err_set(e, ERR_SYNTAX,
                   "what stands behind a colon is no '$...' hash, no {PLAIN}, no {SCRAM-...} and "
                   "not 'disabled': set the password again with 'baton user add'");
}

bool sasl_user_read(str line, struct arena *a, struct sasl_user *out, struct err *e)
{
    struct sasl_user u = { .line = out->line };
    str rest = line, name;

    if (line.n > SASL_USER_LINE_MAX)
        return err_set(e, ERR_LIMIT, "the line is longer than %d octets", SASL_USER_LINE_MAX);
    if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
        return err_set(e, ERR_SYNTAX,
                       "the line begins with a blank: a login's name begins its "
                       "line");
    name = str_cut(&rest, ':');
    if (!rest.p)
        return err_set(e, ERR_SYNTAX,
                       "there is no colon in the line: it is NAME:HASH, as 'baton "
                       "user add' writes it");
    if (!unescape(name, a, &u.name, e) || !sasl_user_name_good(u.name, e))
        return false;
    while (rest.p)
        if (!take_field(str_cut(&rest, ':'), a, &u, e))
            return false;
    *out = u;
    return true;
}

static void write_escaped(str s, bool name, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool edge = i == 0 || i + 1 == s.n;
        if (c < ' ' || c == 0x7f || c == ':' || c == '%' || (edge && c == ' ') ||
            (name && i == 0 && (c == '#' || str_starts(s, ORDER_MARK))))
            buf_addf(out, "%%%02X", c);
        else
            buf_addc(out, (char)c);
    }
}

static void write_scram(const char *word, const struct sasl_scram_keys *k, struct buf *out)
{
    if (k->iterations == 0)
        return;
    buf_addf(out, ":{%s}%u,", word, k->iterations);
    buf_add(out, k->salt);
    buf_addc(out, ',');
    buf_add(out, k->stored_key);
    buf_addc(out, ',');
    buf_add(out, k->server_key);
}

bool sasl_user_write(const struct sasl_user *u, struct buf *out)
{
    write_escaped(u->name, true, out);
    if (u->hash.n > 0) {
        buf_addc(out, ':');
        buf_add(out, u->hash);
    }
    write_scram("SCRAM-SHA-1", &u->sha1, out);
    write_scram("SCRAM-SHA-256", &u->sha256, out);
    if (u->secret.n > 0) {
        buf_add(out, STR(":{PLAIN}"));
        write_escaped(u->secret, false, out);
    }
    if (u->disabled)
        buf_add(out, STR(":disabled"));
    buf_addc(out, '\n');
    return buf_ok(out);
}

/* ---- the table of names ---- */

/* FNV-1a: names come from who runs the server, and probing is bounded by how full the table is. */
static size_t hash_of(str name)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (unsigned char)to_lower(name.p[i])) * 0x100000001b3u;
    return (size_t)(h ^ h >> 32);
}

/* The slot of that name, or the free one where it would stand. Rules take "Anna" and "anna" for one (policy/rule.h): so there
 * is one of them, or the one would send as the other. */
static size_t slot_of(const struct sasl_user *rows, const uint32_t *slots, size_t mask, str name)
{
    size_t at = hash_of(name) & mask;

    while (slots[at] != 0 && !str_eq_nocase(rows[slots[at] - 1].name, name))
        at = (at + 1) & mask;
    return at;
}

const struct sasl_user *sasl_users_find(const struct sasl_users *u, str name)
{
    size_t at = slot_of(u->rows, u->slots, u->mask, name);

    const struct sasl_user *row = u->slots[at] != 0 ? &u->rows[u->slots[at] - 1] : NULL;

    return row && str_eq(row->name, name) ? row : NULL;
}

/* ---- the whole file ---- */

static str next_line(str *rest)
{
    str line = str_cut(rest, '\n');

    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static bool says_nothing(str line)
{
    return line.n == 0 || line.p[0] == '#' || str_trim(line).n == 0;
}

static str without_mark(str text) /* an editor's byte order mark */
{
    return str_starts(text, ORDER_MARK) ? str_skip(text, 3) : text;
}

static size_t count_lines(str text)
{
    size_t n = 0;

    for (str rest = text; rest.p;)
        n += !says_nothing(next_line(&rest));
    return n;
}

/* A file that is being read. */
struct reading {
    str path;
    struct arena *a;
    struct sasl_user *rows;
    size_t count;
    uint32_t *slots;
    size_t mask;
    void (*wrong)(void *user, const char *why); /* NULL: the first wrong line is the end */
    void *user;
};

static bool read_row(struct reading *r, str line, size_t number, struct err *e)
{
    char shown[ESCAPE_SHOWN_MAX];
    struct sasl_user *u = &r->rows[r->count];
    struct err why;

    *u = (struct sasl_user){ .line = number };
    if (!sasl_user_read(line, r->a, u, &why))
        return err_set(e, why.kind, "%.80s:%zu: %.150s", escape_shown(r->path, shown), number,
                       why.why);
    size_t at = slot_of(r->rows, r->slots, r->mask, u->name);
    if (r->slots[at] != 0) {
        size_t first = r->rows[r->slots[at] - 1].line;
        struct err place;
        err_set(&place, ERR_SYNTAX, "%.80s:%zu", escape_shown(r->path, shown), number);
        return err_set(e, ERR_SYNTAX,
                       "%s: the login '%.80s' stands in line %zu already: take one of the two out",
                       place.why, escape_shown(u->name, shown), first);
    }
    r->slots[at] = (uint32_t)++r->count;
    return true;
}

static bool read_rows(struct reading *r, str text, struct err *e)
{
    size_t number = 0;

    for (str rest = text; rest.p;) {
        str line = next_line(&rest);
        number++;
        if (says_nothing(line) || read_row(r, line, number, e))
            continue;
        if (!r->wrong || e->kind == ERR_MEMORY)
            return false;
        r->wrong(r->user, e->why);
    }
    return true;
}

/* Which kind of work a hash asks for: what stands in it before the salt. */
static str work_of_hash(str hash)
{
    str rest = str_skip(hash, 1), word = str_cut(&rest, '$');
    size_t fields = 0; /* of parameters, behind the word */

    if (str_starts(word, STR("argon2")))
        fields = 2;
    else if (str_eq(word, STR("y")) || str_eq(word, STR("gy")) || str_starts(word, STR("2")) ||
             (rest.p && str_starts(rest, STR("rounds="))))
        fields = 1;
    while (fields-- > 0 && rest.p)
        str_cut(&rest, '$');
    return str_take(hash, rest.p ? (size_t)(rest.p - hash.p) : hash.n);
}

static str kind_of(const struct sasl_user *u)
{
    if (u->hash.n > 0)
        return work_of_hash(u->hash);
    if (u->secret.n > 0)
        return STR("plain");
    return u->sha256.iterations > 0 ? STR("sha256")
           : u->sha1.iterations > 0 ? STR("sha1")
                                    : STR_NONE;
}

/* Of the kinds of work that come first in the file, the one that most logins have. */
static const struct sasl_user *usual_of(const struct sasl_user *rows, size_t count)
{
    struct {
        str kind;
        size_t n;
        const struct sasl_user *first;
    } kinds[KINDS_MAX];
    size_t used = 0, best = 0;

    for (size_t i = 0; i < count; i++) {
        str kind = kind_of(&rows[i]);
        size_t k = 0;
        if (kind.n == 0)
            continue;
        while (k < used && !str_eq(kinds[k].kind, kind))
            k++;
        if (k == KINDS_MAX)
            continue;
        if (k == used) {
            kinds[used].kind = kind;
            kinds[used].n = 0;
            kinds[used++].first = &rows[i];
        }
        if (++kinds[k].n > kinds[best].n)
            best = k;
    }
    return used > 0 ? kinds[best].first : NULL;
}

static void sum_up(struct sasl_users *u)
{
    bool any = false;

    u->secrets = u->sha1 = u->sha256 = true;
    for (size_t i = 0; i < u->count; i++) {
        const struct sasl_user *row = &u->rows[i];
        if (row->sha1.iterations > 0 && !u->keyed[0])
            u->keyed[0] = row;
        if (row->sha256.iterations > 0 && !u->keyed[1])
            u->keyed[1] = row;
        if (row->disabled)
            continue;
        any = true;
        u->secrets &= row->secret.n > 0;
        u->sha1 &= sasl_user_can(row, STR("SCRAM-SHA-1"));
        u->sha256 &= sasl_user_can(row, STR("SCRAM-SHA-256"));
        u->derive |= row->secret.n > 0 &&
                     (row->sha1.iterations == 0 || row->sha256.iterations == 0);
    }
    u->secrets &= any;
    u->sha1 &= any;
    u->sha256 &= any;
    u->usual = usual_of(u->rows, u->count);
}

/* Of the first proof in the file, which is as secret as any: so it is the same after the process was started again. */
static void make_pepper(struct sasl_users *u)
{
    str of = STR("no login");
    static const unsigned char KEY[32] = "baton: salts of unknown logins";

    for (size_t i = 0; i < u->count; i++) {
        const struct sasl_user *row = &u->rows[i];
        str proof = row->sha256.iterations > 0 ? row->sha256.server_key
                    : row->sha1.iterations > 0 ? row->sha1.server_key
                    : row->secret.n > 0        ? row->secret
                                               : row->hash;
        if (proof.n == 0)
            continue;
        of = proof;
        break;
    }
    crypto_generichash(u->pepper, sizeof(u->pepper), (const unsigned char *)of.p, of.n, KEY,
                       sizeof(KEY));
}

static struct sasl_users *read_all(struct reading *r, str text, struct err *e)
{
    size_t lines, room = 4;
    struct sasl_users *u;
    char shown[ESCAPE_SHOWN_MAX];

    text = without_mark(text);
    lines = count_lines(text);
    if (lines > SASL_USERS_MAX) {
        err_set(e, ERR_LIMIT, "%.100s: there are more than %d logins", escape_shown(r->path, shown),
                SASL_USERS_MAX);
        return NULL;
    }
    while (room < lines * 2)
        room *= 2;
    u = arena_alloc(r->a, sizeof(*u));
    r->rows = arena_table(r->a, (lines + 1) * sizeof(*r->rows));
    r->slots = arena_table(r->a, room * sizeof(*r->slots));
    r->mask = room - 1;
    if (!u || !r->rows || !r->slots) {
        err_memory(e, "the logins");
        return NULL;
    }
    if (!read_rows(r, text, e))
        return NULL;
    u->rows = r->rows;
    u->count = r->count;
    u->slots = r->slots;
    u->mask = r->mask;
    sum_up(u);
    make_pepper(u);
    return u;
}

struct sasl_users *sasl_users_read(str path, str text, struct arena *a, struct err *e)
{
    struct reading r = { .path = path, .a = a };
    return read_all(&r, text, e);
}

struct sasl_users *sasl_users_read_right(str path, str text, struct arena *a,
                                         void (*wrong)(void *user, const char *why), void *user,
                                         struct err *e)
{
    struct reading r = { .path = path, .a = a, .wrong = wrong, .user = user };
    return read_all(&r, text, e);
}

size_t sasl_users_count(const struct sasl_users *u)
{
    return u->count;
}

const struct sasl_user *sasl_users_at(const struct sasl_users *u, size_t i)
{
    return i < u->count ? &u->rows[i] : NULL;
}

const struct sasl_user *sasl_users_usual(const struct sasl_users *u)
{
    return u->usual;
}

const struct sasl_user *sasl_users_keyed(const struct sasl_users *u, bool sha256)
{
    return u->keyed[sha256];
}

const unsigned char *sasl_users_pepper(const struct sasl_users *u)
{
    return u->pepper;
}

/* ---- mechanisms ---- */

bool sasl_user_can(const struct sasl_user *u, str mechanism)
{
    if (str_starts_nocase(mechanism, STR("SCRAM-SHA-256")))
        return u->sha256.iterations > 0 || u->secret.n > 0;
    if (str_starts_nocase(mechanism, STR("SCRAM-SHA-1")))
        return u->sha1.iterations > 0 || u->secret.n > 0;
    if (str_eq_nocase(mechanism, STR("CRAM-MD5")))
        return u->secret.n > 0;
    return u->hash.n > 0 || u->secret.n > 0 || u->sha1.iterations > 0 || u->sha256.iterations > 0;
}

bool sasl_users_derive(const struct sasl_users *u)
{
    return u->derive;
}

bool sasl_users_mechanisms(const struct sasl_users *u, bool binding, struct buf *out)
{
    if (u->sha256)
        buf_add(out, binding ? STR("SCRAM-SHA-256-PLUS SCRAM-SHA-256 ") : STR("SCRAM-SHA-256 "));
    if (u->sha1)
        buf_add(out, binding ? STR("SCRAM-SHA-1-PLUS SCRAM-SHA-1 ") : STR("SCRAM-SHA-1 "));
    if (u->secrets)
        buf_add(out, STR("CRAM-MD5 "));
    return buf_add(out, STR("PLAIN LOGIN"));
}
