/* SPDX-License-Identifier: ISC */
#include "cmd/libexec.h"
#include "cmd/cmd.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* False: this program's own file is not known, or the name does not fit. */
static bool beside(const char *program, char out[PATH_MAX])
{
    char own[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    if (n <= 0)
        return false;
    own[n] = 0;
    char *slash = strrchr(own, '/');
    if (!slash)
        return false;
    *slash = 0;
    return snprintf(out, PATH_MAX, "%s/%s", own, program) < PATH_MAX;
}

int libexec_become(const char *program, int argc, char **argv)
{
    char path[PATH_MAX];
    char **args = calloc((size_t)argc + 2, sizeof *args);
    if (!args) {
        fputs("baton: there is no memory\n", stderr);
        return EXIT_USAGE;
    }
    if (!beside(program, path) || access(path, X_OK) != 0)
        snprintf(path, sizeof path, "%s/%s", BATON_LIBEXEC, program);
    args[0] = path;
    memcpy(args + 1, argv, (size_t)argc * sizeof *args);
    execv(path, args);
    fprintf(stderr,
            "baton: starting %s: %s. It is installed together with baton: install Baton anew, or "
            "build all of it (./run build).\n",
            path, strerror(errno));
    free(args);
    return EXIT_USAGE;
}
