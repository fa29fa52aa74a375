/* SPDX-License-Identifier: ISC */
#include "net/resolv_conf.h"
#include <errno.h>
#include <stdio.h>

#define RESOLV_CONF "/etc/resolv.conf"

/* "nameserver ADDRESS", anything behind it is let go. */
static bool nameserver(str line, struct ip *out)
{
    line = str_trim(line);
    str word = STR("nameserver");
    if (!str_starts(line, word) || line.n == word.n ||
        (line.p[word.n] != ' ' && line.p[word.n] != '\t'))
        return false;
    line = str_trim(str_skip(line, word.n));
    size_t end = 0;
    while (end < line.n && line.p[end] != ' ' && line.p[end] != '\t')
        end++;
    return ip_parse(str_take(line, end), out);
}

bool net_resolv_conf_first(struct ip *out, struct err *e)
{
    char line[1024];
    FILE *f = fopen(RESOLV_CONF, "re");
    bool found = false;
    if (!f && errno != ENOENT)
        return err_sys(e, "reading '%s'", RESOLV_CONF);
    while (f && !found && fgets(line, sizeof(line), f))
        found = nameserver(str_from(line), out);
    if (f)
        (void)fclose(f);
    return found || ip_parse(STR("127.0.0.1"), out);
}
