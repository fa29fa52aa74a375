/* SPDX-License-Identifier: ISC */
#include "cmd/settings_load.h"
#include "cmd/settings_ours.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static char folder[] = "/tmp/baton-load-XXXXXX";

static void put(const char *name, const char *text, size_t n)
{
    FILE *f = fopen(name, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

static bool load(struct settings_loaded *l, const char *path, struct err *e)
{
    *e = (struct err){ .kind = ERR_NONE };
    return settings_load(l, &(struct settings_load){ .path = path, .program = &OURS }, e);
}

/* ------------------------------------------------------------------------------------------------
 * Cases
 */
static void what_can_be_no_settings_file_is_told(void **state UNUSED)
{
    static const struct {
        const char *path, *words;
    } CASES[] = {
        { "gone", "'gone' cannot be opened: No such file" },
        { ".", "'.' is a directory" },
        { "/dev/zero", "is a device" },
        { "pipe", "'pipe' is a pipe" },
        { "socket", "'socket' is a socket" },
        { "loop", "leads back to itself" },
        { "usual/below", "is a file" },
        { "nul", "binary (a NUL stands at octet 3)" },
        { "utf16", "UTF-16" },
        { "empty", "empty" },
        { "blank", "empty" },
        { "large", "longer than 1048576 octets" },
        { "sparse", "longer than 1048576 octets" },
        { "broken", "broken:2:3: it is broken" },
        { "a\nb", "cannot be opened" },
    };
    struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "socket" };
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(s, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    put("nul", "ab\0c=d\n", 7);
    put("utf16", "\xff\xfeh\0o\0", 6);
    put_text("usual", "host=a\n");
    put_text("empty", "");
    put_text("blank", " \n\t\r\n");
    put_text("broken", "host=a\nbroken\n");
    put_text("large", "host=a\n");
    assert_int_equal(truncate("large", SETTINGS_FILE_MAX + 1), 0);
    put_text("sparse", "host=a\n");
    assert_int_equal(truncate("sparse", (off_t)1 << 40), 0);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_loaded l;
        struct err e;
        assert_false(load(&l, CASES[i].path, &e));
        if (!strstr(e.why, CASES[i].words))
            fail_msg("'%s' does not say '%s'", e.why, CASES[i].words);
        assert_false(l.nobodys);
        settings_loaded_done(&l);
    }
    close(s);
}

static void the_longest_is_read(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e;
    char *text = malloc(SETTINGS_FILE_MAX);
    assert_non_null(text);
    memset(text, '\n', SETTINGS_FILE_MAX);
    memcpy(text, "host=a", 6);
    put("longest", text, SETTINGS_FILE_MAX);
    free(text);
    assert_true(load(&l, "longest", &e));
    assert_true(str_eq(l.reading.found.attempt.host, STR("a")));
    settings_loaded_done(&l);
}

static void a_file_that_names_itself_is_read_once(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e;
    put_text("self", "host=a\ninclude=self\ninclude=./self\ninclude=alias\ninclude=other\n");
    put_text("other", "user=u\ninclude=self\n");
    assert_int_equal(symlink("self", "alias"), 0);
    assert_true(load(&l, "self", &e));
    assert_int_equal(l.reading.file_count, 6);
    for (size_t i = 1; i < 6; i++) {
        bool other = str_eq(l.reading.files[i].path, STR("other"));
        assert_int_equal(l.reading.files[i].answer, other ? SETTINGS_GIVEN : SETTINGS_ABSENT);
        if (!other)
            assert_true(str_starts(l.reading.files[i].why, STR("it is the file that names it")));
    }
    settings_loaded_done(&l);
}

static void nobodys_is_a_failure_of_its_own(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e = { .kind = ERR_NONE };
    put_text("what", "\x01 neither nor\n");
    assert_false(settings_load(&l, &(struct settings_load){ .path = "what" }, &e));
    assert_true(l.nobodys);
    assert_non_null(strstr(e.why, "--program"));
    settings_loaded_done(&l);
}

static void other_files_lie_beside_the_one_that_names_them(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e;
    assert_int_equal(mkdir("etc", 0700), 0);
    assert_int_equal(mkdir("etc/more", 0700), 0);
    assert_int_equal(mkdir("home", 0700), 0);
    put_text("etc/main", "include=more/one\ninclude=~/mine\ninclude=~bob/x\ninclude=/dev/zero\n"
                         "include=gone\ninclude=\ninclude=odd\n");
    put_text("etc/more/one", "host=a\ninclude=two\n");
    put_text("etc/more/two", "user=u\n");
    put_text("home/mine", "port=25\n");
    put("etc/odd", "a\0b", 3);
    assert_int_equal(setenv("HOME", "home", 1), 0);
    assert_true(load(&l, "etc/main", &e));
    const struct settings_reading *r = &l.reading;
    assert_true(str_eq(r->found.attempt.host, STR("a")));
    assert_true(str_eq(r->found.attempt.user, STR("u")));
    assert_int_equal(r->found.attempt.port, 25);
    assert_int_equal(r->wishes, 0);
    assert_int_equal(r->file_count, 9);
    assert_true(str_eq(l.at[1], STR("etc/more/one")));
    assert_true(str_eq(l.at[2], STR("home/mine")));
    static const char *const WHY[] = { "whose home", "a device", "No such file", "no name",
                                       "binary" };
    for (size_t i = 0; i < COUNT_OF(WHY); i++) {
        assert_int_equal(r->files[3 + i].answer, SETTINGS_ABSENT);
        if (str_find(r->files[3 + i].why, str_from(WHY[i])) == STR_NOT_FOUND)
            fail_msg("'%.*s' does not say '%s'", STR_ARG(r->files[3 + i].why), WHY[i]);
    }
    assert_true(str_eq(l.at[8], STR("etc/more/two")));
    settings_loaded_done(&l);
}

static void many_files_come_to_an_end(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e;
    struct buf text;
    buf_init(&text, 4096);
    for (int i = 0; i < SETTINGS_FILES + 9; i++)
        buf_addf(&text, "include=file%d\n", i);
    buf_addc(&text, '\0');
    put_text("names", text.p);
    buf_done(&text);
    assert_true(load(&l, "names", &e));
    assert_int_equal(l.reading.file_count, SETTINGS_FILES);
    settings_loaded_done(&l);
}

static void all_files_together_have_a_maximum(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e;
    char *text = malloc(SETTINGS_FILE_MAX);
    assert_non_null(text);
    memset(text, '\n', SETTINGS_FILE_MAX);
    put("big", text, SETTINGS_FILE_MAX);
    free(text);
    put_text("many", "include=big\ninclude=./big\ninclude=././big\ninclude=./././big\n"
                     "include=.//big\nhost=a\n");
    assert_true(load(&l, "many", &e));
    size_t given = 0;
    for (size_t i = 1; i < l.reading.file_count; i++)
        given += l.reading.files[i].answer == SETTINGS_GIVEN;
    assert_int_equal(given, 3);
    assert_true(str_eq(l.reading.found.attempt.host, STR("a")));
    settings_loaded_done(&l);
}

static void variables_come_from_the_file_then_the_environment(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e = { .kind = ERR_NONE };
    put_text("vars", "host=${OURS_HOST}\nuser=${OURS_USER}\nfrom=${OURS_GONE}\n");
    put_text("env", "OURS_HOST=first\n# OURS_USER=x\n OURS_USER=y\nOURS_HOST=b.example\nODD\n");
    setenv("OURS_HOST", "c.example", 1);
    setenv("OURS_USER", "anna", 1);
    unsetenv("OURS_GONE");
    assert_true(settings_load(
        &l, &(struct settings_load){ .path = "vars", .program = &OURS, .env_file = "env" }, &e));
    const struct settings_reading *r = &l.reading;
    assert_true(str_eq(r->found.attempt.host, STR("b.example"))); /* the last of the file */
    assert_true(str_eq(r->found.attempt.user, STR("anna")));
    assert_true(str_eq(r->variables[0].from, STR("env")));
    assert_true(str_eq(r->variables[1].from, STR("the environment of this command")));
    assert_int_equal(r->variables[2].answer, SETTINGS_ABSENT);
    settings_loaded_done(&l);
    assert_false(settings_load(
        &l, &(struct settings_load){ .path = "vars", .program = &OURS, .env_file = "gone" }, &e));
    assert_non_null(strstr(e.why, "'gone' cannot be opened"));
    settings_loaded_done(&l);
}

static void the_password_is_fetched_from_where_it_is(void **state UNUSED)
{
    static const struct {
        const char *text, *password, *why;
        bool run, dropped;
    } CASES[] = {
        { "host=a\n", "", "", false, false },
        { "pass=secret\n", "secret", "", false, false },
        { "env=OURS_PASSWORD\n", " se cret\n", "", false, false },
        { "env=OURS_GONE\n", "", "the variable OURS_GONE is not set", false, false },
        { "file=secret\n", "from a file", "", false, true },
        { "file=no-end\n", "from a file", "", false, false },
        { "file=lines\n", "", "several lines", false, true },
        { "file=spaced\n", "from a file\n", "", false, true },
        { "file=gone\n", "", "'gone' cannot be opened", false, false },
        { "file=pipe\n", "", "is a pipe", false, false },
        { "file=~bob/x\n", "", "whose home", false, false },
        { "file=big\n", "", "longer than 4096", false, false },
        { "command=printf printed; touch ran\n", "", "--run-password-command", false, false },
        { "command=printf 'printed\\n'; touch ran\n", "printed", "", true, false },
        { "command=false\n", "", "status 1", true, false },
        { "command=true\n", "", "empty", true, false },
    };
    put_text("secret", "from a file\r\n");
    put_text("lines", "root:x\nanna:y\n");
    put_text("spaced", "from a file\n\n");
    put_text("no-end", "from a file");
    setenv("OURS_PASSWORD", " se cret\n", 1);
    unlink("ran");
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_loaded l;
        struct err e = { .kind = ERR_NONE };
        put_text("pw", CASES[i].text);
        assert_true(settings_load(&l,
                                  &(struct settings_load){ .path = "pw",
                                                           .program = &OURS,
                                                           .run_password_command = CASES[i].run },
                                  &e));
        if (!str_eq(buf_str(&l.password), str_from(CASES[i].password)) ||
            str_find(l.no_password, str_from(CASES[i].why)) == STR_NOT_FOUND ||
            (!CASES[i].why[0] && l.no_password.n) || l.line_end_dropped != CASES[i].dropped)
            fail_msg("%s: %zu octets, %.*s", CASES[i].text, l.password.n, STR_ARG(l.no_password));
        assert_int_equal(access("ran", F_OK) == 0, i >= 13); /* and only there a command was run */
        settings_loaded_done(&l);
    }
}

static void it_is_left_where_nobody_wants_it(void **state UNUSED)
{
    struct settings_loaded l;
    struct err e = { .kind = ERR_NONE };
    put_text("pw", "command=touch ran2\n");
    assert_true(settings_load(
        &l,
        &(struct settings_load){
            .path = "pw", .program = &OURS, .run_password_command = true, .leave_password = true },
        &e));
    assert_int_equal(l.password.n, 0);
    assert_int_not_equal(access("ran2", F_OK), 0);
    settings_loaded_done(&l);
}

static void programs_by_name(void **state UNUSED)
{
    const struct settings_program *p = NULL;
    struct err e;
    assert_true(settings_take_program("postfix", &p, &e));
    assert_ptr_equal(p, settings_program_named(STR("postfix")));
    assert_false(settings_take_program("postfx", &p, &e));
    assert_non_null(strstr(e.why, "did you mean postfix"));
    assert_false(settings_take_program("zzzzzz", &p, &e));
    assert_null(strstr(e.why, "did you mean"));
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
        cmocka_unit_test(what_can_be_no_settings_file_is_told),
        cmocka_unit_test(the_longest_is_read),
        cmocka_unit_test(a_file_that_names_itself_is_read_once),
        cmocka_unit_test(nobodys_is_a_failure_of_its_own),
        cmocka_unit_test(other_files_lie_beside_the_one_that_names_them),
        cmocka_unit_test(many_files_come_to_an_end),
        cmocka_unit_test(all_files_together_have_a_maximum),
        cmocka_unit_test(variables_come_from_the_file_then_the_environment),
        cmocka_unit_test(the_password_is_fetched_from_where_it_is),
        cmocka_unit_test(it_is_left_where_nobody_wants_it),
        cmocka_unit_test(programs_by_name),
    };
    return cmocka_run_group_tests(tests, into_a_folder_of_our_own, away_with_it);
}
