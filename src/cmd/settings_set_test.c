/* SPDX-License-Identifier: ISC */
#include "cmd/replace_file.h"
#include "cmd/settings_ours.h"
#include "cmd/settings_set.h"
#include "cmd/write_file.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ROOM = 1 << 20, DAY = 1795683300 }; /* 2026-11-26T08:55:00Z */
static char folder[] = "/tmp/baton-set-XXXXXX";

static void put_text(const char *name, const char *text)
{
    FILE *f = fopen(name, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void must_hold(const char *name, const char *text)
{
    char was[4096];
    FILE *f = fopen(name, "re");
    assert_non_null(f);
    size_t n = fread(was, 1, sizeof was - 1, f);
    was[n] = '\0';
    fclose(f);
    assert_string_equal(was, text);
}

static bool is_there(const char *name)
{
    struct stat s;
    return lstat(name, &s) == 0;
}

/* How many files of the folder begin so. */
static int count_of(const char *beginning)
{
    char command[200], line[16] = "";
    snprintf(command, sizeof command, "ls -A | grep -c '^%s'", beginning);
    FILE *f = popen(command, "re");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    pclose(f);
    return atoi(line);
}

/* ------------------------------------------------------------------------------------------------
 * The diff
 */
struct asked {
    const char *host, *user, *secret;
    enum settings_secret how;
    uint16_t port;
};

static bool apply(const char *path, const struct asked *x, bool in_place, struct buf *out,
                  struct err *e)
{
    struct settings_loaded l;
    *e = (struct err){ .kind = ERR_NONE };
    buf_init(out, ROOM);
    bool ok = settings_load(&l, &(struct settings_load){ .path = path, .program = &OURS }, e);
    struct settings wanted = l.reading.found;
    wanted.secret = x->secret ? x->how : SETTINGS_SECRET_ASKED;
    wanted.secret_text = str_from(x->secret);
    if (x->host)
        wanted.attempt.host = str_from(x->host);
    if (x->user) {
        wanted.attempt.user = str_from(x->user);
        wanted.attempt.mechanism = STR("auto");
    }
    if (x->port)
        wanted.attempt.port = x->port;
    ok = ok && settings_apply(&l, &wanted, in_place, out, e);
    settings_loaded_done(&l);
    buf_addc(out, '\0');
    return ok;
}

static void the_diff_shows_the_lines_concerned(void **state UNUSED)
{
    static const struct {
        const char *text;
        struct asked asked;
        const char *diff;
    } CASES[] = {
        { "host=a\nport=25\n", { .host = "a" }, "" },
        { "# top\nhost=a\nport=25\n",
          { .host = "b" },
          "--- ours\n+++ ours\n@@ -2 +2 @@\n-host=a\n+host=b\n" },
        { "host=a\nx=1\nport=25\n",
          { .host = "b", .user = "u", .port = 26 },
          "--- ours\n+++ ours\n@@ -1 +1 @@\n-host=a\n+host=b\n@@ -3 +3 @@\n-port=25\n+port=26\n"
          "@@ -3,0 +4 @@\n+user=u\n" },
        { "host=a",
          { .user = "u" },
          "--- ours\n+++ ours\n@@ -1 +1,2 @@\n-host=a\n\\ No newline at end of file\n+host=a\n"
          "+user=u\n" },
        { "host=a\n", { .user = "u" }, "--- ours\n+++ ours\n@@ -1,0 +2 @@\n+user=u\n" },
        { "host=a\r\n", { .host = "b" }, "--- ours\n+++ ours\n@@ -1 +1 @@\n-host=a\n+host=b\n" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf out;
        struct err e;
        put_text("ours", CASES[i].text);
        if (!apply("ours", &CASES[i].asked, false, &out, &e))
            fail_msg("%s", e.why);
        assert_string_equal(out.p, CASES[i].diff);
        must_hold("ours", CASES[i].text);
        buf_done(&out);
    }
}

static void no_secret_is_in_the_diff(void **state UNUSED)
{
    static const struct {
        const char *text;
        struct asked asked;
        const char *diff;
    } CASES[] = {
        { "host=a\npass=hunter2\n",
          { .secret = "swordfish", .how = SETTINGS_SECRET_LITERAL },
          "--- ours\n+++ ours\n@@ -2 +2 @@\n-pass=[hidden]\n+pass=NEW-PASSWORD\n" },
        { "pass=hunter2\nhost=a\n",
          { .secret = "NAME", .how = SETTINGS_SECRET_ENV },
          "--- ours\n+++ ours\n@@ -1 +0,0 @@\n-pass=[hidden]\n@@ -2,0 +2 @@\n+env=NAME\n" },
        { "host=hunter2.example\npass=hunter2\n",
          { .host = "b" },
          "--- ours\n+++ ours\n@@ -1 +1 @@\n-host=[hidden].example\n+host=b\n" },
        { "host=a\n",
          { .secret = "swordfish", .how = SETTINGS_SECRET_LITERAL },
          "--- ours\n+++ ours\n@@ -1,0 +2 @@\n+pass=NEW-PASSWORD\n" },
        /* what a URL broke at its own password */
        { "host=smtp://anna:hunter2@mail.example:587\n",
          { .host = "b" },
          "--- ours\n+++ ours\n@@ -1 +1 @@\n-host=smtp://anna:[hidden]@mail.example:587\n"
          "+host=b\n" },
        { "host=smtp://anna:hunter2\n",
          { .host = "b" },
          "--- ours\n+++ ours\n@@ -1 +1 @@\n-host=smtp://anna:[hidden]\n+host=b\n" },
        /* what a comment sign cut off from it; signs alone are none of it */
        { "host=a\npass=hunter # ;\n",
          { .secret = "swordfish", .how = SETTINGS_SECRET_LITERAL },
          "--- ours\n+++ ours\n@@ -2 +2 @@\n-pass=[hidden] # ;\n+pass=NEW-PASSWORD # ;\n" },
        { "host=a\npass=hunter #2fish\n",
          { .secret = "swordfish", .how = SETTINGS_SECRET_LITERAL },
          "--- ours\n+++ ours\n@@ -2 +2 @@\n-pass=[hidden]\n+pass=NEW-PASSWORD[hidden]\n" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf out;
        struct err e;
        put_text("ours", CASES[i].text);
        if (!apply("ours", &CASES[i].asked, false, &out, &e))
            fail_msg("%s", e.why);
        assert_string_equal(out.p, CASES[i].diff);
        buf_done(&out);
    }
}

/* As many as the file has. */
static void nor_is_the_last_of_many(void **state UNUSED)
{
    struct buf text, out;
    struct err e;
    buf_init(&text, ROOM);
    for (int i = 0; i < 500; i++)
        buf_addf(&text, "token%d=x%d\n", i, i);
    buf_add(&text, STR("host=a\npass=hunter2\n"));
    buf_addc(&text, '\0');
    put_text("ours", text.p);
    assert_true(apply("ours",
                      &(struct asked){ .secret = "swordfish", .how = SETTINGS_SECRET_LITERAL },
                      false, &out, &e));
    assert_string_equal(out.p, "--- ours\n+++ ours\n@@ -502 +502 @@\n-pass=[hidden]\n"
                               "+pass=NEW-PASSWORD\n");
    buf_done(&out);
    buf_done(&text);
}

/* ------------------------------------------------------------------------------------------------
 * In place
 */
static void in_place_changes_and_keeps_a_copy(void **state UNUSED)
{
    struct buf out;
    struct err e;
    struct stat s;
    put_text("place", "# mine\nhost=a\npass=hunter2\n");
    assert_int_equal(chmod("place", 0640), 0);
    bool labelled = setxattr("place", "user.mine", "x", 1, 0) == 0;
    assert_int_equal(symlink("place", "link"), 0);
    assert_true(apply("link", &(struct asked){ .host = "b" }, true, &out, &e));
    must_hold("place", "# mine\nhost=b\npass=hunter2\n");
    assert_int_equal(lstat("link", &s), 0);
    assert_true(S_ISLNK(s.st_mode));
    assert_int_equal(stat("place", &s), 0);
    assert_int_equal(s.st_mode & 07777, 0640);
    if (labelled)
        assert_int_equal(getxattr("place", "user.mine", NULL, 0), 1);
    assert_int_equal(count_of("place\\.baton-20"), 1);
    assert_int_equal(count_of("\\.baton-"), 0); /* nothing else is left */
    const char *copy = strstr(out.p, "as it was: ");
    assert_non_null(copy);
    copy += strlen("as it was: ");
    char name[200];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(copy, "\n"), copy);
    must_hold(name, "# mine\nhost=a\npass=hunter2\n");
    assert_int_equal(stat(name, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0640);
    assert_null(strstr(out.p, "hunter2"));
    assert_null(strstr(out.p, "unsafe"));
    buf_done(&out);
}

static void a_password_in_a_file_for_all_is_told(void **state UNUSED)
{
    struct buf out;
    struct err e;
    put_text("open", "host=a\n");
    assert_int_equal(chmod("open", 0644), 0);
    assert_true(apply("open",
                      &(struct asked){ .secret = "swordfish", .how = SETTINGS_SECRET_LITERAL },
                      true, &out, &e));
    must_hold("open", "host=a\npass=swordfish\n");
    assert_non_null(strstr(out.p, "unsafe   everybody"));
    assert_null(strstr(out.p, "swordfish"));
    buf_done(&out);
}

static void what_would_not_hold_is_not_written(void **state UNUSED)
{
    struct buf out;
    struct err e;
    put_text("holds", "host=a\n");
    for (int in_place = 0; in_place < 2; in_place++) {
        assert_false(apply(
            "holds", &(struct asked){ .secret = "mackerel#2", .how = SETTINGS_SECRET_LITERAL },
            in_place, &out, &e));
        assert_non_null(strstr(e.why, "the password would not be as wanted"));
        assert_null(strstr(e.why, "mackerel"));
        buf_done(&out);
    }
    must_hold("holds", "host=a\n");
    assert_int_equal(count_of("holds"), 1);
}

/* ------------------------------------------------------------------------------------------------
 * Files replaced
 */
static void copies_never_overwrite(void **state UNUSED)
{
    struct err e;
    put_text("again", "0");
    for (char n = '0'; n < '4'; n++) {
        char before[2] = { n, 0 }, after[2] = { (char)(n + 1), 0 };
        struct replaced_file f = { .path = "again",
                                   .before = str_from(before),
                                   .after = str_from(after) };
        assert_true(replace_files(&f, 1, DAY, &e));
    }
    must_hold("again", "4");
    must_hold("again.baton-20261126T085500Z", "0");
    must_hold("again.baton-20261126T085500Z-2", "1");
    must_hold("again.baton-20261126T085500Z-4", "3");
}

static void all_or_none(void **state UNUSED)
{
    struct err e;
    put_text("one", "1");
    put_text("two", "2");
    assert_int_equal(mkdir("shut", 0700), 0);
    put_text("shut/three", "3");
    struct replaced_file f[3] = {
        { .path = "one", .before = STR("1"), .after = STR("uno") },
        { .path = "two", .before = STR("2"), .after = STR("due") },
        { .path = "shut/three", .before = STR("other"), .after = STR("tre") },
    };
    assert_false(replace_files(f, 3, DAY, &e)); /* changed meanwhile */
    assert_non_null(strstr(e.why, "'shut/three' cannot be changed in place: it was changed"));
    must_hold("one", "1");
    must_hold("two", "2");
    assert_int_equal(count_of("one"), 1);
    f[2].before = STR("3");
    f[2].path = "gone";
    assert_false(replace_files(f, 3, DAY, &e));
    assert_int_equal(link("shut/three", "names"), 0);
    f[2].path = "shut/three";
    assert_false(replace_files(f, 3, DAY, &e));
    assert_non_null(strstr(e.why, "it has 2 names"));
    assert_int_equal(unlink("names"), 0);
    f[2].path = "shut";
    assert_false(replace_files(f, 3, DAY, &e));
    assert_non_null(strstr(e.why, "no ordinary file"));
    f[2].path = "shut/three";
    if (geteuid() != 0) { /* root may write everywhere */
        assert_int_equal(chmod("shut", 0500), 0);
        assert_false(replace_files(f, 3, DAY, &e));
        assert_non_null(strstr(e.why, "nothing can be written into its folder"));
        assert_int_equal(chmod("shut", 0700), 0);
    }
    must_hold("one", "1");
    must_hold("two", "2");
    assert_int_equal(count_of("two"), 1);
    assert_false(is_there("one.baton-20261126T085500Z"));
    assert_true(replace_files(f, 3, DAY, &e));
    must_hold("one", "uno");
    must_hold("two", "due");
    must_hold("shut/three", "tre");
    assert_int_equal(count_of("\\.baton"), 0);
}

/* Linked with --wrap=renameat: the one of that number fails, as onto a mount of its own; or, before any, something
 * happens. */
static int renames_until_failure = -1;
static void (*meanwhile)(void);
int __real_renameat(int there, const char *from, int here, const char *to);
int __wrap_renameat(int there, const char *from, int here, const char *to);
int __wrap_renameat(int there, const char *from, int here, const char *to)
{
    void (*now)(void) = meanwhile;
    meanwhile = NULL;
    if (now)
        now();
    if (renames_until_failure-- != 0)
        return __real_renameat(there, from, here, to);
    errno = EBUSY;
    return -1;
}

static void somebody_writes(void)
{
    put_text("later", "theirs");
}

static void what_came_after_the_reading_stays(void **state UNUSED)
{
    struct err e;
    put_text("first", "1");
    put_text("later", "2");
    struct replaced_file f[2] = { { .path = "first", .before = STR("1"), .after = STR("uno") },
                                  { .path = "later", .before = STR("2"), .after = STR("due") } };
    meanwhile = somebody_writes;
    assert_false(replace_files(f, 2, DAY, &e));
    assert_non_null(strstr(e.why, "'later' cannot be changed in place: it was changed meanwhile"));
    must_hold("first", "1");
    must_hold("later", "theirs");
    assert_int_equal(count_of("first"), 1);
    assert_int_equal(count_of("later"), 1);
    assert_int_equal(count_of("\\.baton"), 0);
}

/* Somebody puts another folder, of the same name and with a file of the same name, in the place of the first. */
static void folders_are_swapped(void)
{
    assert_int_equal(rename("theirs", "moved"), 0);
    assert_int_equal(symlink("roots", "theirs"), 0);
}

static void a_folder_that_is_swapped_leads_nowhere_else(void **state UNUSED)
{
    struct err e;
    assert_int_equal(mkdir("theirs", 0700), 0);
    assert_int_equal(mkdir("roots", 0700), 0);
    put_text("theirs/rc", "1");
    put_text("roots/rc", "root's");
    struct replaced_file f = { .path = "theirs/rc", .before = STR("1"), .after = STR("uno") };
    meanwhile = folders_are_swapped;
    assert_true(replace_files(&f, 1, DAY, &e));
    must_hold("roots/rc", "root's");
    must_hold("moved/rc", "uno");
}

static volatile sig_atomic_t interrupted, interrupted_in_between;

static void count_interrupt(int signal_number UNUSED)
{
    interrupted++;
}

static void somebody_interrupts(void)
{
    raise(SIGINT);
    interrupted_in_between = interrupted;
}

static void who_gives_up_waits_until_it_is_whole(void **state UNUSED)
{
    struct err e;
    put_text("whole", "1");
    struct replaced_file f = { .path = "whole", .before = STR("1"), .after = STR("uno") };
    void (*was)(int) = signal(SIGINT, count_interrupt);
    meanwhile = somebody_interrupts;
    assert_true(replace_files(&f, 1, DAY, &e));
    assert_int_equal(interrupted, 1);
    assert_int_equal(interrupted_in_between, 0);
    signal(SIGINT, was);
    must_hold("whole", "uno");
    assert_int_equal(count_of("\\.baton"), 0);
}

static void a_new_file_takes_nobodys_place(void **state UNUSED)
{
    struct err e;
    put_text("mine", "mine");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_false(write_new_file("mine", STR("theirs"), &e));
    assert_false(write_new_file("dangling", STR("theirs"), &e));
    must_hold("mine", "mine");
    assert_false(is_there("nowhere"));
    assert_true(write_new_file("fresh", STR("new"), &e));
    must_hold("fresh", "new");
    assert_int_equal(count_of("\\.baton"), 0);
}

static void a_rename_that_fails_takes_the_first_back(void **state UNUSED)
{
    struct err e;
    struct stat s;
    put_text("first", "1");
    put_text("second", "2");
    assert_int_equal(chmod("first", 0604), 0);
    struct replaced_file f[2] = {
        { .path = "first", .before = STR("1"), .after = STR("uno") },
        { .path = "second", .before = STR("2"), .after = STR("due") },
    };
    for (int at = 0; at < 2; at++) {
        renames_until_failure = at;
        assert_false(replace_files(f, 2, DAY, &e));
        assert_non_null(strstr(e.why, "mount of its own"));
        must_hold("first", "1");
        must_hold("second", "2");
        assert_int_equal(count_of("first"), 1);
        assert_int_equal(count_of("second"), 1);
        assert_int_equal(count_of("\\.baton"), 0);
    }
    assert_int_equal(stat("first", &s), 0);
    assert_int_equal(s.st_mode & 07777, 0604);
}

static void a_name_without_room_for_a_copy(void **state UNUSED)
{
    struct err e;
    char name[241];
    memset(name, 'm', 240);
    name[240] = '\0';
    put_text(name, "2");
    struct replaced_file f = { .path = name, .before = STR("2"), .after = STR("due") };
    assert_false(replace_files(&f, 1, DAY, &e));
    must_hold(name, "2");
    assert_int_equal(count_of("\\.baton"), 0);
}

static int into_a_folder_of_our_own(void **state UNUSED)
{
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int away_with_it(void **state UNUSED)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_diff_shows_the_lines_concerned),
        cmocka_unit_test(no_secret_is_in_the_diff),
        cmocka_unit_test(nor_is_the_last_of_many),
        cmocka_unit_test(in_place_changes_and_keeps_a_copy),
        cmocka_unit_test(a_password_in_a_file_for_all_is_told),
        cmocka_unit_test(what_would_not_hold_is_not_written),
        cmocka_unit_test(copies_never_overwrite),
        cmocka_unit_test(all_or_none),
        cmocka_unit_test(what_came_after_the_reading_stays),
        cmocka_unit_test(a_folder_that_is_swapped_leads_nowhere_else),
        cmocka_unit_test(who_gives_up_waits_until_it_is_whole),
        cmocka_unit_test(a_new_file_takes_nobodys_place),
        cmocka_unit_test(a_rename_that_fails_takes_the_first_back),
        cmocka_unit_test(a_name_without_room_for_a_copy),
    };
    return cmocka_run_group_tests(tests, into_a_folder_of_our_own, away_with_it);
}
