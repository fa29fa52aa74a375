/* SPDX-License-Identifier: ISC */
/* net/address.c - our addresses and the system's, both ways, and its errors as sentences */
#include "net/inside.h"
#include "net/stream.h"
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool net_err_uv(struct err *e, int rc, const char *fmt, ...)
{
    char what[160];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof(what), fmt, args);
    va_end(args);
    err_set(e, rc == UV_ETIMEDOUT ? ERR_TIMEOUT : ERR_SYSTEM, "%s: %s", what, uv_strerror(rc));
    if (e)
        e->sys_errno = -rc;
    return false;
}

bool net_sockaddr_of(const struct ip *ip, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof(*out));
    if (ip->family == IP_V4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)out;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        memcpy(&v4->sin_addr, ip->octets, sizeof(v4->sin_addr));
        return true;
    }
    if (ip->family == IP_V6) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        v6->sin6_scope_id = ip->scope;
        memcpy(&v6->sin6_addr, ip->octets, sizeof(v6->sin6_addr));
        return true;
    }
    return false;
}

static void read_v6(const struct sockaddr_in6 *v6, struct ip *ip)
{
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        ip->family = IP_V4;
        memcpy(ip->octets, v6->sin6_addr.s6_addr + 12, 4);
        return;
    }
    ip->family = IP_V6;
    ip->scope = IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) ? v6->sin6_scope_id : 0;
    memcpy(ip->octets, &v6->sin6_addr, sizeof(v6->sin6_addr));
}

bool net_sockaddr_read(const struct sockaddr *sa, struct ip *ip, uint16_t *port)
{
    memset(ip, 0, sizeof(*ip));
    *port = 0;
    if (sa->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
        ip->family = IP_V4;
        memcpy(ip->octets, &v4->sin_addr, sizeof(v4->sin_addr));
        *port = ntohs(v4->sin_port);
        return true;
    }
    if (sa->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;
        read_v6(v6, ip);
        *port = ntohs(v6->sin6_port);
        return true;
    }
    return false;
}

bool net_source_usable(const struct ip *source, struct err *e)
{
    struct sockaddr_storage sa;
    char text[IP_TEXT_MAX];
    if (!net_sockaddr_of(source, 0, &sa))
        return err_set(e, ERR_SYNTAX, "no address is given");
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;
    if (!ok)
        err_sys(e, "connecting from %s", ip_text(source, text));
    if (fd >= 0)
        close(fd);
    return ok;
}
