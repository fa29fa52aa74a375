/* SPDX-License-Identifier: ISC */
/*
 * relay/refused.c - what is refused before any rule is asked, by the session core or at the door: its record, id and line
 * Nothing that was said in a login comes here, nor any line but the path of a MAIL or RCPT.
 */
#include "base/hash.h"
#include "policy/protocol.h"
#include "relay/receive.h"
#include <stdio.h>

enum { PATH_KEPT = 320 /* octets: a longer one is none, and its beginning tells which it was */ };

static const struct policy_facts *facts_of_mail(const struct relay_visit *v)
{
    return v->mail && v->session && smtp_session_reverse_path(v->session) ? &v->mail->facts : NULL;
}

static struct policy_facts facts_of(const struct relay_visit *v)
{
    const struct policy_facts *mail = facts_of_mail(v);
    return mail ? *mail
                : (struct policy_facts){ .client = v->client,
                                         .listener = v->listener->name,
                                         .login = relay_visit_login(v),
                                         .certificate = v->certified ? str_from(v->certificate)
                                                                     : STR_NONE,
                                         .tls = v->tls };
}

static bool is_one_of(str verb, const char *const *verbs)
{
    for (; *verbs; verbs++)
        if (str_eq(verb, str_from(*verbs)))
            return true;
    return false;
}

static bool is_of_mail(str verb)
{
    return is_one_of(verb, (const char *const[]){ "MAIL", "RCPT", "DATA", "BDAT", NULL });
}

static const char *event_of(const struct smtp_refusal *r)
{
    return r->code == 421                 ? "session-ended"
           : str_eq(r->verb, STR("RCPT")) ? "recipient-refused"
           : is_of_mail(r->verb)          ? "message-refused"
                                          : "command-refused";
}

static void log_it(const struct relay_visit *v, const struct smtp_refusal *r,
                   const struct policy_facts *f, const struct relay_own *told)
{
    NET_LOG(relay_of(v)->log, NET_LOG_INFO, event_of(r), LOG_STR("id", str_from(told->id)),
            LOG_INT("code", r->code), LOG_STR("command", r->verb), LOG_IP("client", &v->client),
            LOG_STR("listener", f->listener), LOG_STR("login", f->login),
            LOG_STR("tls", f->tls ? STR("yes") : STR("no")), LOG_STR("helo", str_from(v->helo)),
            LOG_STR("from", f->reverse_path), LOG_STR("to", f->forward_path),
            LOG_STR("why", r->text));
}

static struct relay_words words_of(unsigned code, str enhanced, str text)
{
    const struct policy_protocol *p = policy_protocol_of(enhanced, text);
    return (struct relay_words){ code, enhanced, text, p ? p->cause : CAUSE_NONE };
}

/* What a client may say as often as it likes, as it is no fault of a kind that is counted: recipients beyond the limit, and
 * data behind refused recipients. */
static bool is_without_end(const struct smtp_refusal *r)
{
    return str_eq(r->enhanced, STR("4.5.3")) ||
           (str_eq(r->enhanced, STR("5.5.1")) &&
            (str_eq(r->verb, STR("DATA")) || str_eq(r->verb, STR("BDAT"))));
}

/* The same as the one before it, for the same sender. It keeps its id, and is neither kept nor told again. */
static bool is_again(struct relay_visit *v, const struct smtp_refusal *r, str reverse_path)
{
    static const uint64_t KEY[2] = { 1, 2 }; /* whoever steers the hash harms himself */
    char text[SMTP_PATH_MAX + 200];
    uint64_t before = v->refused;
    snprintf(text, sizeof text, "%u %.*s %.*s %.*s", r->code, STR_ARG(r->verb), STR_ARG(r->text),
             STR_ARG(reverse_path));
    v->refused = hash_keyed(KEY, str_from(text));
    return is_without_end(r) && v->refused == before;
}

/* Whoever likes can make these without end: so they have a room of their own, but for the mail of who logged in. */
str relay_refused(void *user, const struct smtp_refusal *r)
{
    struct relay_visit *v = user;
    struct policy_facts f = facts_of(v);
    const struct relay_words w = words_of(r->code, r->enhanced, r->text);
    struct relay_own told;
    bool mail = is_of_mail(r->verb);
    if (str_eq(r->verb, STR("MAIL")) && r->path.n > 0)
        f.reverse_path = str_take(r->path, PATH_KEPT);
    else if (str_eq(r->verb, STR("RCPT")))
        f.forward_path = str_take(r->path, PATH_KEPT);
    if (is_again(v, r, f.reverse_path))
        return str_from(v->why);
    relay_own_refusal(relay_of(v), v->config, &f, str_from(v->helo ? v->helo : ""), &w,
                      mail && f.login.n > 0 ? RELAY_ROOM_MAIL : RELAY_ROOM_DIALOGUE, &told);
    log_it(v, r, &f, &told);
    v->why[0] = '\0';
    if (told.id[0])
        snprintf(v->why, sizeof v->why, " (why: %s)", told.id);
    return str_from(v->why);
}

void relay_turned_away(const struct relay_server *s, const struct site_listener *l,
                       const struct ip *client, const struct relay_words *words,
                       struct relay_own *told)
{
    const struct policy_facts f = { .client = *client, .listener = l->name };
    const struct relay_words w = words_of(words->code, words->enhanced, words->text);
    relay_own_refusal(s->worker->relay, s->config, &f, STR_NONE, &w, RELAY_ROOM_DIALOGUE, told);
}
