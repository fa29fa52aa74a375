/* SPDX-License-Identifier: ISC */
#include "net/resolv_conf.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define RESOLV_CONF  "/etc/resolv.conf"
#define FILE_OCTETS  ((size_t)64 << 10)
#define TIMEOUT_S    5
#define TIMEOUT_MAX  30
#define ATTEMPTS     2
#define ATTEMPTS_MAX 5

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static str cut_word(str *line)
{
    size_t begin = 0, end;
    while (begin < line->n && is_blank(line->p[begin]))
        begin++;
    for (end = begin; end < line->n && !is_blank(line->p[end]);)
        end++;
    str word = str_take(str_skip(*line, begin), end - begin);
    *line = str_skip(*line, end);
    return word;
}

/* "fe80::1%eth0": the zone is an interface's name as a rule, and its number to us. */
static bool read_address(str text, struct ip *out)
{
    char name[IF_NAMESIZE], numbered[IP_TEXT_MAX];
    size_t percent = str_find_octet(text, '%');
    if (ip_parse(text, out))
        return true;
    if (percent == STR_NOT_FOUND)
        return false;
    str zone = str_skip(text, percent + 1);
    if (zone.n == 0 || zone.n >= sizeof(name) || percent >= sizeof(numbered) - 12 ||
        str_find_octet(zone, '\0') != STR_NOT_FOUND)
        return false;
    memcpy(name, zone.p, zone.n);
    name[zone.n] = '\0';
    unsigned index = if_nametoindex(name);
    (void)snprintf(numbered, sizeof(numbered), "%.*s%%%u", (int)percent, text.p, index);
    return index > 0 && ip_parse(str_from(numbered), out);
}

static void read_option(str word, struct net_resolv_conf *out)
{
    uint64_t n;
    str value = word, name = str_cut(&value, ':');
    if (!str_to_u64(value, UINT32_MAX, &n))
        return;
    if (str_eq(name, STR("timeout")) && n > 0)
        out->timeout_s = n > TIMEOUT_MAX ? TIMEOUT_MAX : (unsigned)n;
    if (str_eq(name, STR("attempts")) && n > 0)
        out->attempts = n > ATTEMPTS_MAX ? ATTEMPTS_MAX : (unsigned)n;
}

/* A keyword begins its line; anything behind an address is let go. */
static void read_line(str line, struct net_resolv_conf *out)
{
    if (line.n == 0 || is_blank(line.p[0]))
        return;
    str keyword = cut_word(&line);
    if (str_eq(keyword, STR("nameserver")) && out->count < NET_RESOLVERS_MAX &&
        read_address(cut_word(&line), &out->servers[out->count]))
        out->count++;
    if (!str_eq(keyword, STR("options")))
        return;
    for (str word = cut_word(&line); word.n > 0; word = cut_word(&line))
        read_option(word, out);
}

void net_resolv_conf_read(str text, struct net_resolv_conf *out)
{
    *out = (struct net_resolv_conf){ .timeout_s = TIMEOUT_S, .attempts = ATTEMPTS };
    while (text.p && text.n > 0)
        read_line(str_cut(&text, '\n'), out);
    if (out->count == 0 && ip_parse(STR("127.0.0.1"), &out->servers[0]))
        out->count = 1;
}

bool net_resolv_conf(const char *file, struct net_resolv_conf *out, struct err *e)
{
    const char *path = file ? file : RESOLV_CONF;
    static char room[FILE_OCTETS]; /* read on one thread, before anything is asked */
    size_t n = 0;
    FILE *f = fopen(path, "re");
    if (!f && errno != ENOENT)
        return err_sys(e, "reading '%s'", path);
    if (f) {
        n = fread(room, 1, sizeof(room), f);
        (void)fclose(f);
    }
    net_resolv_conf_read((str){ room, n }, out);
    return true;
}
