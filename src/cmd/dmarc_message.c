/* SPDX-License-Identifier: ISC */
#include "cmd/dmarc_message.h"
#include "domain/name.h"
#include "mail/received.h"
#include "net/idn.h"
#include "net/psl.h"
#include "net/read_file.h"
#include <stdlib.h>
#include <time.h>

#define MESSAGE_MAX ((size_t)64 << 20)
#define MEMORY_MAX  ((size_t)64 << 20)
#define SPF_MEMORY  ((size_t)2 << 20)

/* The reverse-path and the client, as the server that took the message noted them. Without a Return-Path field
 * the envelope is not known, and nothing is said of SPF. */
static void read_envelope(struct dmarc_message *m)
{
    struct mail_received field;
    size_t place;
    str path = mail_return_path(&m->header);
    if (!path.p || !mail_received_find(&m->header, 0, &field, &place))
        return;
    m->spf_input = (struct spf_input){
        .ip = field.ip, .helo = field.helo, .from = path, .now_s = m->options.now_s
    };
    str domain = spf_domain(&m->spf_input);
    m->spf_known = domain.n > 0 && !(m->public_dns && domain_is_reserved(domain));
}

static bool read_all(struct dmarc_message *m, const char *path, struct err *e)
{
    m->options = (struct dkim_options){ .now_s = (uint64_t)time(NULL), .suffixes = &NET_PSL };
    if (!read_whole_file(path, MESSAGE_MAX, &m->file, e) ||
        !mail_header_read(buf_str(&m->file), &m->memory, &m->header, e))
        return false;
    if (!mail_from_read(&m->header, &m->memory, &m->from))
        return err_memory(e, "a message");
    for (size_t i = 0; i < m->header.count && !m->options.idn; i++)
        if (str_eq_nocase(m->header.fields[i].name, STR("DKIM-Signature")))
            m->options.idn = net_idn(m->header.fields[i].value);
    read_envelope(m);
    return true;
}

struct dmarc_message *dmarc_message_new(const char *path, bool public_dns, struct err *e)
{
    struct dmarc_message *m = calloc(1, sizeof *m);
    if (!m) {
        err_memory(e, "a message");
        return NULL;
    }
    m->public_dns = public_dns;
    arena_init(&m->memory, MEMORY_MAX);
    arena_init(&m->spf_memory, SPF_MEMORY);
    if (read_all(m, path, e))
        return m;
    dmarc_message_free(m);
    return NULL;
}

void dmarc_message_free(struct dmarc_message *m)
{
    if (!m)
        return;
    buf_done(&m->file);
    arena_done(&m->memory);
    arena_done(&m->spf_memory);
    free(m);
}

/* Public DNS is not asked for names that it cannot know. True: there was one. */
static bool answer_reserved(struct dmarc_message *m, struct dns_known *k)
{
    bool any = false;
    for (size_t i = 0; i < m->dkim.count && m->public_dns; i++) {
        str name = m->dkim.signatures[i].key.name;
        struct dns_answer a = { .question = { .name = name, .type = DNS_TXT },
                                .code = DNS_REFUSED };
        if (name.n && domain_is_reserved(name) && !dns_known_peek(k, &a.question))
            any |= dns_known_put(k, &a);
    }
    return any;
}

static bool verify(struct dmarc_message *m, struct dns_known *k)
{
    if (m->verified)
        return true;
    do
        m->verified = dkim_verify(k, &m->header, &m->options, &m->memory, &m->dkim);
    while (!m->verified && answer_reserved(m, k));
    for (size_t i = 0; m->verified && i < m->dkim.count; i++) {
        const struct dkim_signature *s = &m->dkim.signatures[i];
        if (s->result == AUTH_PASS && m->passed_count < DMARC_DKIM_MAX)
            m->passed[m->passed_count++] = s->domain_a;
        if (s->result == AUTH_TEMPERROR && m->open_count < DMARC_DKIM_MAX)
            m->open[m->open_count++] = s->domain_a;
    }
    return m->verified;
}

bool dmarc_message_check(struct dmarc_message *m, struct dns_known *k)
{
    bool verified = verify(m, k);
    return (!m->spf_known || spf_check(k, &m->spf_input, &m->spf_memory, &m->spf)) && verified;
}
