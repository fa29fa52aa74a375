/* SPDX-License-Identifier: ISC */
#include "base/err.h"
#include "base/str.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TRIED_MAX 180

/* Takes a UTF-8 character off the end that was cut in two. */
static void drop_half_character(char *text)
{
    size_t n = strlen(text), start = n;
    while (start > 0 && n - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
        start--;
    uint32_t code_point;
    if (start < n && str_utf8_first((str){ text + start, n - start }, &code_point) == 0)
        text[start] = 0;
}

static void set(struct err *e, enum err_kind kind, int sys_errno, const char *fmt, va_list args)
    PRINTF_LIKE(4, 0);

static void set(struct err *e, enum err_kind kind, int sys_errno, const char *fmt, va_list args)
{
    e->kind = kind;
    e->sys_errno = kind == ERR_SYSTEM ? sys_errno : 0;
    if (vsnprintf(e->why, sizeof e->why, fmt, args) >= (int)sizeof e->why)
        drop_half_character(e->why);
}

bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    int sys_errno = errno;
    if (!e)
        return false;
    struct err made; /* the arguments may point into *e */
    va_list args;
    va_start(args, fmt);
    set(&made, kind, sys_errno, fmt, args);
    va_end(args);
    *e = made;
    errno = sys_errno;
    return false;
}

bool err_sys(struct err *e, const char *fmt, ...)
{
    int sys_errno = errno;
    if (!e)
        return false;
    struct err tried;
    va_list args;
    va_start(args, fmt);
    set(&tried, ERR_SYSTEM, sys_errno, fmt, args);
    va_end(args);
    tried.why[TRIED_MAX] = 0; /* what stopped it must find room behind it */
    drop_half_character(tried.why);
    const char *what = strerrordesc_np(sys_errno);
    errno = sys_errno;
    return err_set(e, ERR_SYSTEM, "%s: %s", tried.why, what ? what : "unknown system error");
}

bool err_memory(struct err *e, const char *what)
{
    return err_set(e, ERR_MEMORY, "not enough memory for %s", what);
}
