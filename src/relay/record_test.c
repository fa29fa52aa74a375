/* SPDX-License-Identifier: ISC */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "relay/record.h"

static char dir[64];
static struct arena arena;

static void empty(const char *of)
{
    char path[400];
    DIR *d = opendir(of);
    for (struct dirent *at; d && (at = readdir(d));) {
        snprintf(path, sizeof path, "%.100s/%.250s", of, at->d_name);
        if (at->d_name[0] != '.' && unlink(path) != 0)
            empty(path);
    }
    if (d)
        closedir(d);
    rmdir(of);
}

static int begin(void **state UNUSED)
{
    const char *tmp = getenv("TMPDIR");
    arena_init(&arena, 1 << 20);
    snprintf(dir, sizeof dir, "%.40s/records-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state UNUSED)
{
    arena_done(&arena);
    empty(dir);
    return 0;
}

static struct relay_records *opened(uint64_t octets_max)
{
    struct err e;
    struct relay_records *r = relay_records_open(dir, octets_max, &e);
    if (!r)
        fail_msg("%s", e.why);
    return r;
}

static const struct policy_rule RULES[] = { { .number = 0 }, { .number = 7 } };
static const struct policy_rate RATES[] = { { &RULES[0], POLICY_KNOWN, 5, 60 },
                                            { &RULES[1], POLICY_FAILED, 0, 0 } };
static const struct policy_listed LISTED[] = { { STR_INIT("zen.example"), POLICY_KNOWN, true },
                                               { STR_INIT("b.example"), POLICY_FAILED, false } };

static struct relay_record example(void)
{
    struct relay_record r = { .digest = 0x1234567890abcdef,
                              .at_ms = 1795692000000,
                              .outcome = POLICY_REFUSE,
                              .cause = CAUSE_FROM_NOT_LOGIN,
                              .helo = STR("client.example"),
                              .facts = { .listener = STR("submission"),
                                         .login = STR("anna@corp.example"),
                                         .tls = true,
                                         .reverse_path = STR("bob@corp.example"),
                                         .forward_path = STR("tom@elsewhere.example"),
                                         .author = { .known = POLICY_KNOWN,
                                                     .address = STR("info@corp.example") },
                                         .spf = { POLICY_KNOWN, AUTH_SOFTFAIL },
                                         .listed = LISTED,
                                         .listed_count = 2,
                                         .rates = RATES,
                                         .rate_count = 2 } };
    if (!ip_parse(STR("2001:db8::7"), &r.facts.client))
        fail();
    return r;
}

static void same_text(str a, str b)
{
    if (!str_eq(a, b))
        fail_msg("'%.*s' is not '%.*s'", STR_ARG(a), STR_ARG(b));
}

static void same(const struct relay_record *a, const struct relay_record *b)
{
    assert_true(a->digest == b->digest && a->at_ms == b->at_ms && a->outcome == b->outcome);
    assert_int_equal(a->cause, b->cause);
    same_text(a->helo, b->helo);
    assert_true(ip_eq(&a->facts.client, &b->facts.client));
    same_text(a->facts.listener, b->facts.listener);
    same_text(a->facts.login, b->facts.login);
    same_text(a->facts.certificate, b->facts.certificate);
    same_text(a->facts.reverse_path, b->facts.reverse_path);
    same_text(a->facts.forward_path, b->facts.forward_path);
    same_text(a->facts.author.address, b->facts.author.address);
    assert_int_equal(a->facts.author.known, b->facts.author.known);
    assert_int_equal(a->facts.tls, b->facts.tls);
    assert_int_equal(a->facts.pop_window, b->facts.pop_window);
    assert_int_equal(a->facts.author.field, b->facts.author.field);
    assert_int_equal(a->facts.lists.known, b->facts.lists.known);
    assert_int_equal(a->facts.lists.holds, b->facts.lists.holds);
    assert_int_equal(a->facts.lists.domain, b->facts.lists.domain);
    assert_int_equal(a->facts.spf.known, b->facts.spf.known);
    assert_int_equal(a->facts.spf.result, b->facts.spf.result);
    assert_int_equal(a->facts.listed_count, b->facts.listed_count);
    for (size_t i = 0; i < a->facts.listed_count; i++) {
        same_text(a->facts.listed[i].zone, b->facts.listed[i].zone);
        assert_int_equal(a->facts.listed[i].known, b->facts.listed[i].known);
        assert_int_equal(a->facts.listed[i].listed, b->facts.listed[i].listed);
    }
    assert_int_equal(a->facts.rate_count, b->facts.rate_count);
    for (size_t i = 0; i < a->facts.rate_count; i++) {
        assert_int_equal(a->facts.rates[i].rule->number, b->rate_rules[i]);
        assert_int_equal(a->facts.rates[i].known, b->facts.rates[i].known);
        assert_int_equal(a->facts.rates[i].used, b->facts.rates[i].used);
        assert_int_equal(a->facts.rates[i].again_in_s, b->facts.rates[i].again_in_s);
    }
}

static void find(struct relay_records *r, uint64_t id, const struct relay_record *wanted)
{
    struct relay_record found;
    struct err e;
    arena_done(&arena);
    arena_init(&arena, 1 << 20);
    if (!relay_records_find(r, id, &arena, &found, &e))
        fail_msg("%s", e.why);
    assert_true(found.id == id);
    same(wanted, &found);
}

/* Of all files of records. */
static uint64_t octets_on_disk(unsigned *files)
{
    char path[200];
    uint64_t sum = 0;
    *files = 0;
    snprintf(path, sizeof path, "%s/records", dir);
    DIR *d = opendir(path);
    for (struct dirent *at; d && (at = readdir(d));) {
        struct stat st;
        if (at->d_name[0] != '.' && fstatat(dirfd(d), at->d_name, &st, 0) == 0) {
            sum += (uint64_t)st.st_size;
            ++*files;
        }
    }
    if (d)
        closedir(d);
    return sum;
}

/* What was only yes or no is kept each by itself. */
static void switches_are_kept(void **state UNUSED)
{
    struct relay_records *r = opened(1 << 24);
    for (unsigned i = 0; i < 8; i++) {
        struct relay_record one = example();
        one.facts.tls = i & 1;
        one.facts.pop_window = i & 2;
        one.facts.lists.known = i & 4;
        one.facts.lists.holds = i & 4 ? 5 : 0;
        one.facts.lists.domain = i & 4 ? 2 : 0;
        one.facts.author.field = (enum policy_author)(i % 2);
        uint64_t id = relay_records_add(r, &one);
        relay_records_flush(r);
        find(r, id, &one);
    }
    relay_records_close(r);
}

static void a_record_is_found_written_or_not(void **state UNUSED)
{
    struct relay_record none = { .outcome = POLICY_PERMIT }, full = example();
    struct relay_records *r = opened(1 << 24);
    uint64_t a = relay_records_add(r, &full), b = relay_records_add(r, &none);
    assert_true(a && b && a != b);
    find(r, a, &full);
    relay_records_flush(r);
    find(r, a, &full);
    find(r, b, &none);
    uint64_t c = relay_records_add(r, &full);
    relay_records_flush(r);
    unsigned files;
    assert_true(octets_on_disk(&files) > 0);
    assert_int_equal(files, 1); /* however often it is written to */
    relay_records_close(r);
    r = opened(1 << 24);
    find(r, a, &full);
    find(r, c, &full);
    uint64_t d = relay_records_add(r, &none);
    assert_true(d != a && d != b && d != c);
    struct relay_record found;
    struct err e;
    assert_false(relay_records_find(r, d + 1, &arena, &found, &e));
    assert_true(strstr(e.why, "there is no record") != NULL);
    relay_records_close(r);
}

static void a_text_that_is_too_long_is_cut(void **state UNUSED)
{
    static char text[5000], out[RELAY_RECORD_MAX];
    memset(text, 'x', sizeof text);
    str s = { text, sizeof text };
    struct relay_record rec = example(), back;
    struct policy_listed listed[40];
    struct policy_rate rates[80];
    size_t size;
    for (size_t i = 0; i < COUNT_OF(listed); i++)
        listed[i] = (struct policy_listed){ s, POLICY_KNOWN, false };
    for (size_t i = 0; i < COUNT_OF(rates); i++)
        rates[i] = RATES[1];
    rec.facts = (struct policy_facts){ .listener = s,
                                       .login = s,
                                       .certificate = s,
                                       .reverse_path = s,
                                       .forward_path = s,
                                       .author = { .known = POLICY_KNOWN, .address = s },
                                       .listed = listed,
                                       .listed_count = COUNT_OF(listed),
                                       .rates = rates,
                                       .rate_count = COUNT_OF(rates) };
    rec.helo = s;
    size_t n = relay_record_write(&rec, out);
    assert_true(n <= RELAY_RECORD_MAX);
    assert_true(relay_record_read((str){ out, n }, &arena, &back, &size) && size == n);
    assert_int_equal(back.facts.login.n, RELAY_RECORD_TEXT_MAX);
    assert_int_equal(back.facts.listed_count, RELAY_RECORD_LISTED_MAX);
}

/* Whatever octet is broken: the record that has it is not there, all others are. */
static void damage_costs_what_it_hits(void **state UNUSED)
{
    static char file[3 * RELAY_RECORD_MAX];
    struct relay_record rec = example(), found;
    size_t ends[3], n = 0;
    for (uint64_t i = 0; i < 3; i++) {
        rec.id = 100 + i;
        n += relay_record_write(&rec, file + n);
        ends[i] = n;
    }
    for (size_t at = 0; at < n; at++) {
        size_t hit = at < ends[0] ? 0 : at < ends[1] ? 1 : 2;
        file[at] = (char)(file[at] ^ 0x41);
        for (uint64_t i = 0; i < 3; i++) {
            bool there = relay_record_search((str){ file, n }, 100 + i, &arena, &found);
            if (there != (i != hit))
                fail_msg("octet %zu: record %d is %s", at, (int)i, there ? "there" : "not there");
            arena_done(&arena);
            arena_init(&arena, 1 << 20);
        }
        file[at] = (char)(file[at] ^ 0x41);
    }
    /* cut anywhere */
    for (size_t cut = 0; cut <= n; cut++) {
        for (uint64_t i = 0; i < 3; i++)
            assert_int_equal(relay_record_search((str){ file, cut }, 100 + i, &arena, &found),
                             ends[i] <= cut);
        arena_done(&arena);
        arena_init(&arena, 1 << 20);
    }
}

static void the_oldest_go_first(void **state UNUSED)
{
    enum { MAX = 4 << 20, RECORDS = 40000 };
    struct relay_record rec = example(), found;
    struct err e;
    struct relay_records *r = opened(MAX);
    uint64_t first = 0, last = 0;
    for (int i = 0; i < RECORDS; i++) {
        last = relay_records_add(r, &rec);
        first = first ? first : last;
        if (i % 500 == 0)
            relay_records_flush(r);
    }
    relay_records_flush(r);
    unsigned files;
    uint64_t octets = octets_on_disk(&files);
    assert_true(octets <= MAX + (1 << 19));
    assert_true(octets > MAX / 2);
    assert_true(files <= 20); /* each a sixteenth, but the last */
    assert_int_equal(relay_records_lost(r), 0);
    find(r, last, &rec);
    assert_false(relay_records_find(r, first, &arena, &found, &e));
    relay_records_close(r);
}

/* Who tries passwords or talks nonsense all day pushes out what he was told himself, and nothing else; nor does a restart
 * change that. */
static void a_room_pushes_out_no_others(void **state UNUSED)
{
    enum { MAX = 4 << 20, TIMES = 20000 };
    static const enum relay_room ROOMS[] = { RELAY_ROOM_LOGINS, RELAY_ROOM_DIALOGUE,
                                             RELAY_ROOM_LOGINS };
    struct relay_record rec = example(), own = example(), found;
    struct err e;
    own.own = STR("535 5.7.8 Authentication credentials invalid");
    uint64_t others[COUNT_OF(ROOMS)], last_of[COUNT_OF(ROOMS)];
    for (size_t begins = 0; begins < COUNT_OF(ROOMS); begins++) {
        struct relay_records *r = opened(MAX);
        uint64_t first = 0, last = 0;
        others[begins] = relay_records_add(r, &rec);
        own.room = ROOMS[begins];
        for (int i = 0; i < TIMES; i++) {
            last = relay_records_add(r, &own);
            first = first ? first : last;
            if (i % 500 == 0)
                relay_records_flush(r);
        }
        relay_records_flush(r);
        last_of[begins] = last;
        unsigned files;
        assert_true(octets_on_disk(&files) <= MAX / 2);
        for (size_t i = 0; i <= begins; i++)
            find(r, others[i], &rec);
        assert_int_equal(relay_records_find(r, last_of[0], &arena, &found, &e), begins < 2);
        assert_false(relay_records_find(r, first, &arena, &found, &e));
        assert_true(relay_records_find(r, last, &arena, &found, &e));
        assert_true(str_eq(found.own, own.own));
        assert_int_equal(found.facts.author.known, POLICY_NOT_ASKED);
        assert_int_equal(found.facts.author.address.n, 0);
        assert_true(str_eq(found.facts.login, own.facts.login));
        assert_true(str_eq(found.facts.forward_path, own.facts.forward_path));
        relay_records_close(r);
    }
}

struct adding {
    struct relay_records *r;
    uint64_t ids[2000];
};

static void *add_many(void *user)
{
    struct adding *a = user;
    struct relay_record rec = example();
    for (size_t i = 0; i < COUNT_OF(a->ids); i++)
        a->ids[i] = relay_records_add(a->r, &rec);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void threads_do_not_meet(void **state UNUSED)
{
    enum { THREADS = 12 };
    static struct adding adding[THREADS];
    static uint64_t all[THREADS * COUNT_OF(adding[0].ids)];
    pthread_t threads[THREADS];
    struct relay_record rec = example();
    struct relay_records *r = opened(1 << 26);
    for (int i = 0; i < THREADS; i++) {
        adding[i].r = r;
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, &adding[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        memcpy(all + (size_t)i * COUNT_OF(adding[0].ids), adding[i].ids, sizeof adding[i].ids);
    }
    relay_records_flush(r);
    assert_int_equal(relay_records_lost(r), 0);
    qsort(all, COUNT_OF(all), sizeof *all, compare);
    for (size_t i = 1; i < COUNT_OF(all); i++)
        assert_true(all[i] != all[i - 1]);
    for (size_t i = 0; i < COUNT_OF(all); i += 997)
        find(r, all[i], &rec);
    relay_records_close(r);
}

static void rule_files_are_kept_as_long_as_records(void **state UNUSED)
{
    enum { OLD = 5, OF_RECORD = 6 };
    struct relay_record rec = example();
    struct buf text;
    struct err e;
    char path[200];
    struct relay_records *r = opened(1 << 20);
    assert_true(relay_records_rules(r, OLD, STR("old rules"), &e));
    assert_true(relay_records_rules(r, OF_RECORD, STR("some rules"), &e));
    assert_true(relay_records_rules_of(r, OF_RECORD, &text, &e));
    assert_true(str_eq(buf_str(&text), STR("some rules")));
    buf_done(&text);
    /* both files are a year old, but one is used */
    const struct timespec year_ago[2] = { { 1764000000, 0 }, { 1764000000, 0 } };
    for (int digest = OLD; digest <= OF_RECORD; digest++) {
        snprintf(path, sizeof path, "%s/rules/%016x", dir, (unsigned)digest);
        assert_int_equal(utimensat(AT_FDCWD, path, year_ago, 0), 0);
    }
    rec.digest = OF_RECORD;
    for (int i = 0; i < 8000; i++) {
        relay_records_add(r, &rec);
        if (i % 500 == 0)
            relay_records_flush(r);
    }
    assert_true(relay_records_rules_of(r, OF_RECORD, &text, &e));
    buf_done(&text);
    assert_false(relay_records_rules_of(r, OLD, &text, &e));
    buf_done(&text);
    relay_records_close(r);
}

/* ---- what a start finds ---- */

enum { OLD_S = 1764000000 }; /* a year ago */

/* In a folder of the state: so many octets of no record, as old as that. */
static void put(const char *name, size_t octets, time_t at_s)
{
    char path[200];
    const struct timespec times[2] = { { at_s, 0 }, { at_s, 0 } };
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)octets), 0);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static bool is_there(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

/* The nth of those in the room of mail. */
static const char *number(unsigned n)
{
    static char name[40];
    snprintf(name, sizeof name, "records/%016x", 2 * n);
    return name;
}

/* The oldest by their numbers go until the rest is as much as may be. What has no number is not ours; of those without a
 * record only the last stays, whose number must not be given again. */
static void files_of_before_are_counted(void **state UNUSED)
{
    enum { OCTETS = 1000, FILES = 24, STAY = 3 };
    static const char *const OTHERS[] = { "records/notes", "records/7",
                                          "records/000000000000000g" };
    const struct relay_record rec = example();
    relay_records_close(opened(STAY * OCTETS));
    for (unsigned i = FILES; i > 0; i--)
        put(number(i), OCTETS, OLD_S);
    put(number(FILES + 2), 0, OLD_S);
    put(number(FILES + 1), 0, OLD_S);
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        put(OTHERS[i], OCTETS, OLD_S);
    struct relay_records *r = opened(STAY * OCTETS);
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        assert_true(is_there(OTHERS[i]));
    for (unsigned i = 1; i <= FILES + 2; i++)
        if (is_there(number(i)) != (i > FILES - STAY && i != FILES + 1))
            fail_msg("%s", number(i));
    assert_int_equal(relay_records_add(r, &rec) >> 20, 2 * (FILES + 3));
    relay_records_close(r);
}

/* A record says how old its file is, and without one the file does; rules are kept three minutes longer than needed. */
static void rules_go_when_no_record_is_as_old(void **state UNUSED)
{
    enum { MAX = 200000 };
    char octets[RELAY_RECORD_MAX], path[200];
    struct relay_record rec = example();
    relay_records_close(opened(MAX));
    put("rules/000000000000000a", 1, OLD_S - 181);
    put("rules/000000000000000b", 1, OLD_S - 180);
    put("rules/notes", 1, OLD_S - 999);
    put(number(1), MAX, OLD_S - 9999);
    put(number(2), 0, OLD_S);
    put(number(3), 8, OLD_S + 500);
    rec.id = 4 << 20;
    rec.at_ms = OLD_S * 1000ull;
    size_t n = relay_record_write(&rec, octets);
    snprintf(path, sizeof path, "%s/%s", dir, number(2));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(octets, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    relay_records_close(opened(4 * MAX)); /* there is room for all */
    assert_true(is_there(number(1)) && is_there("rules/000000000000000a"));
    struct relay_records *r = opened(MAX);
    assert_false(is_there(number(1)));
    assert_false(is_there("rules/000000000000000a"));
    assert_true(is_there("rules/000000000000000b") && is_there("rules/notes"));
    find(r, rec.id, &rec);
    relay_records_close(r);
}

static void rules_are_written_once(void **state UNUSED)
{
    static const struct {
        const char *text, *then;
    } CASES[] = { { "one", "one" },
                  { "two", "one" }, /* its digest is that of the text: as long is the same */
                  { "three", "three" },
                  { "", "" } };
    struct relay_records *r = opened(1 << 20);
    const struct timespec old[2] = { { OLD_S, 0 }, { OLD_S, 0 } };
    char path[200];
    struct stat st;
    struct err e;
    struct buf text;
    snprintf(path, sizeof path, "%s/rules/%016x", dir, 9u);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        assert_true(relay_records_rules(r, 9, str_from(CASES[i].text), &e));
        assert_int_equal(stat(path, &st), 0);
        assert_true(st.st_mtime > OLD_S);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_true(relay_records_rules_of(r, 9, &text, &e));
        assert_true(str_eq(buf_str(&text), str_from(CASES[i].then)));
        buf_done(&text);
        assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    }
    assert_false(is_there("rules/0000000000000009.new"));
    assert_false(relay_records_rules_of(r, 10, &text, &e));
    assert_non_null(strstr(e.why, "rules/000000000000000a"));
    buf_done(&text);
    relay_records_close(r);
}

/* A disk that takes no more: that is counted, what was written before is found, and so is what comes when there is room. */
static void a_full_disk_is_counted(void **state UNUSED)
{
    struct relay_record rec = example();
    struct relay_records *r = opened(1 << 24);
    struct rlimit before, small;
    char octets[RELAY_RECORD_MAX];
    size_t size = relay_record_write(&rec, octets);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = size + 40; /* one, and the beginning of another */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    uint64_t first = relay_records_add(r, &rec), cut = relay_records_add(r, &rec);
    relay_records_flush(r);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    uint64_t lost = relay_records_lost(r);
    uint64_t last = relay_records_add(r, &rec);
    relay_records_flush(r);
    assert_int_equal(lost, 1);
    assert_int_equal(relay_records_lost(r), 1);
    find(r, first, &rec);
    find(r, last, &rec);
    struct relay_record found;
    struct err e;
    assert_false(relay_records_find(r, cut, &arena, &found, &e));
    relay_records_close(r);
}

static void ids_are_said_and_read(void **state UNUSED)
{
    char text[RELAY_RECORD_ID_MAX], small[RELAY_RECORD_ID_MAX];
    uint64_t back;
    static const uint64_t IDS[] = { 1,          2,         1 << 20, (1 << 20) + 1, (1ull << 40) - 1,
                                    1ull << 40, UINT64_MAX };
    for (size_t i = 0; i < COUNT_OF(IDS); i++) {
        relay_record_text(IDS[i], text);
        assert_int_equal(strlen(text), IDS[i] < 1ull << 40 ? 8 : 13);
        assert_true(relay_record_parse(str_from(text), &back) && back == IDS[i]);
        for (size_t k = 0; k <= strlen(text); k++)
            small[k] = (char)(text[k] == '0' ? 'o' : text[k] == '1' ? 'l' : to_lower(text[k]));
        assert_true(relay_record_parse(str_from(small), &back) && back == IDS[i]);
    }
    static const char *const WRONG[] = { "",         "1",        "R7K2M9X",       "R7K2M9XQQ",
                                         "R7K2-9XQ", "00000000", "ZZZZZZZZZZZZZ", "0000000000001" };
    for (size_t i = 0; i < COUNT_OF(WRONG); i++)
        assert_false(relay_record_parse(str_from(WRONG[i]), &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(switches_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_record_is_found_written_or_not, begin, end),
        cmocka_unit_test_setup_teardown(a_text_that_is_too_long_is_cut, begin, end),
        cmocka_unit_test_setup_teardown(damage_costs_what_it_hits, begin, end),
        cmocka_unit_test_setup_teardown(the_oldest_go_first, begin, end),
        cmocka_unit_test_setup_teardown(a_room_pushes_out_no_others, begin, end),
        cmocka_unit_test_setup_teardown(threads_do_not_meet, begin, end),
        cmocka_unit_test_setup_teardown(rule_files_are_kept_as_long_as_records, begin, end),
        cmocka_unit_test_setup_teardown(files_of_before_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(rules_go_when_no_record_is_as_old, begin, end),
        cmocka_unit_test_setup_teardown(rules_are_written_once, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_is_counted, begin, end),
        cmocka_unit_test(ids_are_said_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
