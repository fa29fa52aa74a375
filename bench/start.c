/* SPDX-License-Identifier: ISC */
/*
 * bench/start.c - how long a program takes from its start to its end, and its peak memory
 * Owns    the clock around one child after the other, and the line it prints.
 * Leaves  what is run to its arguments: start RUNS PROGRAM [ARGUMENT]...
 *
 * Small and in C because a child's peak counts the memory of the process it was forked from, and a
 * Python parent alone is larger than what is measured here.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

enum { RUNS_MAX = 1000 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Milliseconds of one run with its output thrown away; negative when it could not be started. */
static double run_once(char **argv, const posix_spawn_file_actions_t *quiet, long *peak_kib)
{
    pid_t pid;
    int status;
    struct rusage used;
    double began = now_ms();

    if (posix_spawnp(&pid, argv[0], quiet, NULL, argv, environ) != 0 ||
        wait4(pid, &status, 0, &used) != pid)
        return -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) >= 126)
        return -1;
    if (used.ru_maxrss > *peak_kib)
        *peak_kib = used.ru_maxrss;
    return now_ms() - began;
}

int main(int argc, char **argv)
{
    static double ms[RUNS_MAX];
    posix_spawn_file_actions_t quiet;
    long peak_kib = 0;
    long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

    if (runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: start RUNS PROGRAM [ARGUMENT]...   (at most %d runs)\n", RUNS_MAX);
        return 2;
    }
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    for (long i = 0; i < runs; i++) {
        ms[i] = run_once(argv + 2, &quiet, &peak_kib);
        if (ms[i] < 0) {
            fprintf(stderr, "start: %s could not be run\n", argv[2]);
            return 1;
        }
    }
    posix_spawn_file_actions_destroy(&quiet);
    qsort(ms, (size_t)runs, sizeof(ms[0]), by_size);
    printf("start: %.1f ms, peak: %.1f MiB (median and highest of %ld runs)\n", ms[runs / 2],
           (double)peak_kib / 1024, runs);
    return 0;
}
