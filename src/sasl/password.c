/* SPDX-License-Identifier: ISC */
/*
 * sasl/password.c - hashes of passwords, over libcrypt, libsodium and GNU SASL
 * Memory and rounds are read out of a hash before any work is done for it: a file that was brought from elsewhere shall
 * not be able to take the machine down, with one login or with a pool full of them.
 */
#include "sasl/password.h"
#include "base/base64.h"
#include "base/wipe.h"
#include "sasl/scram.h"
#include <crypt.h>
#include <gsasl.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARGON_LANES_MAX = 16,
    ARGON_WORK_MAX_KIB = 1 << 20, /* memory times passes: 256 MiB four times */
    ROUNDS_MAX = 1000000,         /* of sha256crypt and sha512crypt */
    BCRYPT_COST_MAX = 14,         /* about a second */
    SCRYPT_LOG2_MAX = 18,
    ARGON_MEMORY_KIB = 1 << 16,
    ARGON_PASSES = 2,
    ARGON_OCTETS = 32
};

/* ---- what a hash costs ---- */

/* Alphabet of crypt(5): the value of one letter; 64 and more: it is none. */
static unsigned letter_value(char c)
{
    return c == '.'               ? 0
           : c == '/'             ? 1
           : is_digit(c)          ? (unsigned)(c - '0') + 2
           : c >= 'A' && c <= 'Z' ? (unsigned)(c - 'A') + 12
           : c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') + 38
                                  : 64;
}

static bool costly(struct err *e)
{
    return err_set(e, ERR_LIMIT,
                   "the hash asks for more work or memory (over %d MiB) than a login "
                   "may cost here: set the password again with 'baton user add'",
                   SASL_HASH_MEMORY_MAX >> 20);
}

static bool unknown(struct err *e)
{
    return err_set(e, ERR_SYNTAX,
                   "the hash is of no kind that can be checked here (argon2id, "
                   "yescrypt, bcrypt, sha512crypt, sha256crypt, scrypt): set the "
                   "password again with 'baton user add'");
}

static bool number_behind(str s, const char *key, uint64_t max, uint64_t *out)
{
    str k = str_from(key);

    return str_starts(s, k) && str_to_u64(str_skip(s, k.n), max, out);
}

/* "v=19$m=65536,t=2,p=1$SALT$HASH" */
static bool argon_good(str rest, struct err *e)
{
    str version = str_cut(&rest, '$'), work = str_cut(&rest, '$');
    str memory = str_cut(&work, ','), passes = str_cut(&work, ',');
    uint64_t v, m, t, p;

    if (!rest.p || !number_behind(version, "v=", 255, &v) || v != 19 ||
        !number_behind(memory, "m=", UINT32_MAX, &m) ||
        !number_behind(passes, "t=", UINT32_MAX, &t) || !number_behind(work, "p=", UINT32_MAX, &p))
        return unknown(e);
    if (m > SASL_HASH_MEMORY_MAX >> 10 || m * t > ARGON_WORK_MAX_KIB || p > ARGON_LANES_MAX)
        return costly(e);
    return true;
}

/* "j9T$SALT$HASH": the flavour, log2 of N less one, and r less one, a letter each as long as they are small. */
static bool yescrypt_good(str rest, struct err *e)
{
    str work = str_cut(&rest, '$');

    if (!rest.p || work.n < 3)
        return unknown(e);
    unsigned log2 = letter_value(work.p[1]) + 1, r = letter_value(work.p[2]) + 1;
    if (work.n > 3 || log2 > 21 || r > 47 || ((uint64_t)128 * r << log2) > SASL_HASH_MEMORY_MAX)
        return costly(e);
    return true;
}

/* "CU..../....SALT$HASH": log2 of N, then r and p in five letters each, the lowest six bits first. */
static bool scrypt_good(str rest, struct err *e)
{
    uint64_t value[2] = { 0, 0 };

    if (rest.n < 11)
        return unknown(e);
    for (size_t i = 0; i < 10; i++)
        value[i / 5] |= (uint64_t)letter_value(rest.p[1 + i]) << (6 * (i % 5));
    unsigned log2 = letter_value(rest.p[0]);
    if (log2 > SCRYPT_LOG2_MAX || value[0] > 64 || value[1] > 4 ||
        (128 * value[0] << log2) > SASL_HASH_MEMORY_MAX)
        return costly(e);
    return true;
}

static bool bcrypt_good(str rest, struct err *e)
{
    uint64_t cost = 0;

    if (!str_to_u64(str_cut(&rest, '$'), 99, &cost) || rest.n != 53)
        return unknown(e);
    return cost <= BCRYPT_COST_MAX || costly(e);
}

static bool rounds_good(str rest, struct err *e)
{
    uint64_t rounds = 0;

    if (!str_starts(rest, STR("rounds=")))
        return true;
    return number_behind(str_cut(&rest, '$'), "rounds=", ROUNDS_MAX, &rounds) || costly(e);
}

static const struct {
    str word;
    bool (*good)(str rest, struct err *e);
} KINDS[] = {
    { STR_INIT("argon2id"), argon_good }, { STR_INIT("argon2i"), argon_good },
    { STR_INIT("y"), yescrypt_good },     { STR_INIT("gy"), yescrypt_good },
    { STR_INIT("7"), scrypt_good },       { STR_INIT("2a"), bcrypt_good },
    { STR_INIT("2b"), bcrypt_good },      { STR_INIT("2y"), bcrypt_good },
    { STR_INIT("6"), rounds_good },       { STR_INIT("5"), rounds_good },
};

bool sasl_hash_good(str hash, struct err *e)
{
    str rest = str_skip(hash, 1), word = str_cut(&rest, '$');

    if (hash.n == 0 || hash.p[0] != '$' || hash.n > SASL_USER_HASH_MAX || !rest.p)
        return unknown(e);
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (str_eq(word, KINDS[i].word))
            return KINDS[i].good(rest, e);
    return unknown(e);
}

/* ---- checking ---- */

/* Both sides are hashed first: neither time nor length tells how far they agree. */
static bool same(str a, str b)
{
    unsigned char one[32], two[32];

    crypto_generichash(one, sizeof(one), (const unsigned char *)a.p, a.n, NULL, 0);
    crypto_generichash(two, sizeof(two), (const unsigned char *)b.p, b.n, NULL, 0);
    bool eq = sodium_memcmp(one, two, sizeof(one)) == 0;
    secret_wipe(one, sizeof(one));
    secret_wipe(two, sizeof(two));
    return eq;
}

static enum sasl_check check_argon(const char *hash, str password)
{
    return crypto_pwhash_str_verify(hash, password.p, password.n) == 0 ? SASL_RIGHT : SASL_WRONG;
}

/* libcrypt's answer to what it does not know begins with '*'. */
static enum sasl_check check_crypt(const char *hash, const char *password)
{
    struct crypt_data *d = calloc(1, sizeof(*d));
    enum sasl_check result = SASL_BROKEN;
    const char *made;

    if (!d)
        return SASL_BROKEN;
    made = crypt_r(password, hash, d);
    if (made && made[0] == '$')
        result = same(str_from(made), str_from(hash)) ? SASL_RIGHT : SASL_WRONG;
    secret_wipe(d, sizeof(*d));
    free(d);
    return result;
}

static enum sasl_check check_hash(str hash, const char *password, size_t n)
{
    char text[SASL_USER_HASH_MAX + 1];
    struct err e;

    if (!sasl_hash_good(hash, &e))
        return SASL_BROKEN;
    memcpy(text, hash.p, hash.n);
    text[hash.n] = '\0';
    if (str_starts(hash, STR("$argon2")))
        return check_argon(text, (str){ password, n });
    return n < CRYPT_MAX_PASSPHRASE_SIZE ? check_crypt(text, password) : SASL_WRONG;
}

static enum sasl_check check_scram(const struct sasl_user *u, str password)
{
    const struct sasl_scram_keys *k = u->sha256.iterations > 0 ? &u->sha256 : &u->sha1;
    struct sasl_scram_keys made = { .iterations = 0 };
    struct buf salt, room;
    struct err e;
    enum sasl_check result = SASL_WRONG;

    buf_init(&salt, SASL_SCRAM_ROOM);
    buf_init(&room, SASL_SCRAM_ROOM);
    if (!base64_decode(k->salt, &salt))
        result = SASL_BROKEN;
    else if (sasl_scram_keys_make(password, k == &u->sha256, buf_str(&salt), k->iterations, &room,
                                  &made, &e))
        result = same(made.stored_key, k->stored_key) ? SASL_RIGHT : SASL_WRONG;
    buf_wipe_done(&salt);
    buf_wipe_done(&room);
    return result;
}

static enum sasl_check check_proof(const struct sasl_user *u, str password)
{
    char text[SASL_USER_SECRET_MAX + 1];
    enum sasl_check result;

    if (password.n > SASL_USER_SECRET_MAX || str_find_octet(password, '\0') != STR_NOT_FOUND)
        return SASL_WRONG;
    if (password.n > 0)
        memcpy(text, password.p, password.n);
    text[password.n] = '\0';
    if (u->hash.n > 0)
        result = check_hash(u->hash, text, password.n);
    else if (u->secret.n > 0)
        result = same(u->secret, password) ? SASL_RIGHT : SASL_WRONG;
    else if (u->sha1.iterations > 0 || u->sha256.iterations > 0)
        result = check_scram(u, password);
    else
        result = SASL_WRONG; /* disabled, and nothing else is known of it */
    secret_wipe(text, sizeof(text));
    return result;
}

enum sasl_check sasl_password_check(const struct sasl_users *all, const struct sasl_user *u,
                                    str password)
{
    const struct sasl_user *usual = sasl_users_usual(all);

    if (u)
        return check_proof(u, password);
    if (usual)
        (void)!check_proof(usual, password);
    return SASL_WRONG;
}

/* ---- making ---- */

/* Base64 without the padding, as argon2 writes it. */
static void add_unpadded(const unsigned char *octets, size_t n, struct buf *out)
{
    struct buf coded;
    size_t used;

    buf_init(&coded, 128);
    base64_encode((str){ (const char *)octets, n }, &coded);
    for (used = coded.n; used > 0 && coded.p[used - 1] == '=';)
        used--;
    buf_add(out, str_take(buf_str(&coded), used));
    buf_wipe_done(&coded);
}

bool sasl_hash_argon2id(str password, const unsigned char *salt, struct buf *out, struct err *e)
{
    unsigned char made[ARGON_OCTETS];
    size_t before = out->n;

    if (crypto_pwhash(made, sizeof(made), password.p ? password.p : "", password.n, salt,
                      ARGON_PASSES, (size_t)ARGON_MEMORY_KIB << 10,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return err_memory(e, "hashing the password: argon2id wants 64 MiB");
    buf_addf(out, "$argon2id$v=19$m=%d,t=%d,p=1$", ARGON_MEMORY_KIB, ARGON_PASSES);
    add_unpadded(salt, SASL_SALT_OCTETS, out);
    buf_addc(out, '$');
    add_unpadded(made, sizeof(made), out);
    secret_wipe(made, sizeof(made));
    return (buf_ok(out) && out->n > before) || err_memory(e, "the hash");
}

bool sasl_hash_crypt(str password, const unsigned char *salt, struct buf *out, struct err *e)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE], text[CRYPT_MAX_PASSPHRASE_SIZE];
    struct crypt_data *d = calloc(1, sizeof(*d));
    const char *made = NULL;
    bool good = false;

    if (!d)
        return err_memory(e, "the hash");
    if (password.n >= sizeof(text)) {
        free(d);
        return err_set(e, ERR_LIMIT, "crypt takes passwords of at most %zu octets: use --argon2id",
                       sizeof(text) - 1);
    }
    if (password.n > 0)
        memcpy(text, password.p, password.n);
    text[password.n] = '\0';
    if (crypt_gensalt_rn("$y$", 0, (const char *)salt, SASL_SALT_OCTETS, setting, sizeof(setting)))
        made = crypt_r(text, setting, d);
    if (!made || made[0] != '$')
        err_set(e, ERR_SYSTEM, "libcrypt makes no yescrypt hash here: use --argon2id");
    else
        good = buf_add(out, str_from(made)) || err_memory(e, "the hash");
    secret_wipe(text, sizeof(text));
    secret_wipe(d, sizeof(*d));
    free(d);
    return good;
}

static bool prepared(str password, char **out, struct err *e)
{
    char text[SASL_USER_SECRET_MAX + 1];
    int rc;

    if (password.n >= sizeof(text))
        return err_set(e, ERR_LIMIT, "the password is longer than %zu octets", sizeof(text) - 1);
    if (password.n > 0)
        memcpy(text, password.p, password.n);
    text[password.n] = '\0';
    rc = gsasl_saslprep(text, 0, out, NULL);
    secret_wipe(text, sizeof(text));
    return rc == GSASL_OK || err_set(e, ERR_SYNTAX,
                                     "SCRAM cannot carry this password: it is not valid UTF-8, or "
                                     "holds a character that SASLprep (RFC 4013) forbids");
}

bool sasl_name_prepared(str name, struct err *e)
{
    char *text = NULL;
    struct err why;
    bool same_text = prepared(name, &text, &why) && str_eq(str_from(text), name);

    gsasl_free(text);
    return same_text || err_set(e, ERR_SYNTAX,
                                "SCRAM cannot carry this name as it stands: SASLprep "
                                "(RFC 4013) makes another one of it");
}

/* All three first, and the slices of them last: the buffer moves as it grows. */
bool sasl_scram_keys_write(str salt, str stored, str server, unsigned iterations, struct buf *room,
                           struct sasl_scram_keys *out)
{
    buf_clear(room);
    base64_encode(salt, room);
    size_t first = room->n;
    base64_encode(stored, room);
    size_t second = room->n;
    base64_encode(server, room);
    out->iterations = iterations;
    out->salt = str_take(buf_str(room), first);
    out->stored_key = str_take(str_skip(buf_str(room), first), second - first);
    out->server_key = str_skip(buf_str(room), second);
    return buf_ok(room);
}

bool sasl_scram_keys_make(str password, bool sha256, str salt, unsigned iterations,
                          struct buf *room, struct sasl_scram_keys *out, struct err *e)
{
    char salted[GSASL_HASH_MAX_SIZE], client[GSASL_HASH_MAX_SIZE], server[GSASL_HASH_MAX_SIZE],
        stored[GSASL_HASH_MAX_SIZE];
    Gsasl_hash hash = sha256 ? GSASL_HASH_SHA256 : GSASL_HASH_SHA1;
    size_t n = gsasl_hash_length(hash);
    char *text = NULL;
    int rc;

    if (iterations == 0 || iterations > SASL_SCRAM_ITERATIONS_MAX)
        return err_set(e, ERR_LIMIT, "SCRAM takes 1 to %d iterations", SASL_SCRAM_ITERATIONS_MAX);
    if (!prepared(password, &text, e))
        return false;
    rc = gsasl_scram_secrets_from_password(hash, text, iterations, salt.p, salt.n, salted, client,
                                           server, stored);
    secret_wipe(text, strlen(text));
    gsasl_free(text);
    bool good = rc == GSASL_OK && sasl_scram_keys_write(salt, (str){ stored, n },
                                                        (str){ server, n }, iterations, room, out);
    secret_wipe(salted, sizeof(salted));
    secret_wipe(client, sizeof(client));
    secret_wipe(server, sizeof(server));
    secret_wipe(stored, sizeof(stored));
    return good || err_memory(e, "the keys of SCRAM");
}
