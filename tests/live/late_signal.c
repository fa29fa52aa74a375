/* SPDX-License-Identifier: ISC */
/*
 * tests/live/late_signal.c - preloaded: Ctrl-C comes at the worst time, right before the first wait on
 * standard input, when whoever waits has looked for a signal already
 */
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

ssize_t read(int fd, void *into, size_t n);
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *wait, const sigset_t *open);
/* Not static: the fortified headers declare the two below inline, and those may use no static function. */
void late_signal_come_once(void);

void late_signal_come_once(void)
{
    static int came;
    if (!came++)
        kill(getpid(), SIGINT);
}

ssize_t read(int fd, void *into, size_t n)
{
    static ssize_t (*real)(int, void *, size_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "read");
    if (fd == STDIN_FILENO)
        late_signal_come_once();
    return real(fd, into, n);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *wait, const sigset_t *open)
{
    static int (*real)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "ppoll");
    if (n == 1 && fds[0].fd == STDIN_FILENO)
        late_signal_come_once();
    return real(fds, n, wait, open);
}
