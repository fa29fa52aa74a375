/* SPDX-License-Identifier: ISC */
/* What a rule file says of a few sessions: the decision is that of the whole trace, a hole lets its example through, a
 * nearest change is let through, and a refusal has words, which are the same when the files of recipients are gone. */
#include "policy/explain.h"
#include "policy/file.h"
#include "policy/reply.h"
#include <assert.h>
#include <string.h>

static const struct {
    const char *client, *login, *from, *to, *author;
    bool tls, pop;
} SESSIONS[] = {
    { "192.0.2.7", "", "anna@a.example", "x@b.example", NULL, false, false },
    { "2001:db8::1", "anna@a.example", "anna+x@a.example", "x@b.example", "z@c.example", true,
      false },
    { "::ffff:192.168.1.4", "bob", "", "x@a.example", NULL, false, true },
    { "198.51.100.9", "", "q@z.a.example", "x%b@sub.a.example", NULL, true, false },
};

static void facts_of(size_t i, const struct policy_file *file, struct policy_facts *f)
{
    bool ok = ip_parse(str_from(SESSIONS[i].client), &f->client);
    assert(ok);
    f->listener = file->listener_count ? file->listener_names[i % file->listener_count] : STR_NONE;
    f->login = str_from(SESSIONS[i].login);
    f->reverse_path = str_from(SESSIONS[i].from);
    f->forward_path = str_from(SESSIONS[i].to);
    f->tls = SESSIONS[i].tls;
    f->pop_window = SESSIONS[i].pop;
    f->certificate = i == 1
                         ? STR("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")
                         : STR_NONE;
    f->author.known = SESSIONS[i].author ? POLICY_KNOWN : POLICY_NOT_ASKED;
    f->author.address = str_from(SESSIONS[i].author);
    f->spf.known = (enum policy_known)(i % 3);
    f->spf.result = AUTH_FAIL;
}

/* By walking every rule. */
static void trace_agrees(const struct policy_trace *t)
{
    bool permit = false, forbid = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct policy_rule_trace *r = &t->rules[i];
        permit |= !r->rule->forbids && r->truth == POLICY_MET;
        forbid |= r->rule->forbids && r->truth == POLICY_MET;
        assert(r->rule->forbids || (r->truth == POLICY_UNMET) == (r->cause != CAUSE_NONE));
    }
    if (t->decision.outcome == POLICY_PERMIT)
        assert(permit && !forbid && t->decision.permit && t->decision.cause == CAUSE_NONE);
    if (t->decision.outcome == POLICY_REFUSE)
        assert(!permit || forbid);
    assert(!forbid || t->decision.forbid || t->decision.outcome == POLICY_REFUSE);
}

static void refusal_has_words(const struct policy *p, const struct policy_decision *d,
                              const struct policy_facts *f)
{
    struct policy_facts kept = *f;
    policy_lists(p, f->forward_path, &kept);
    const struct policy_decision again = policy_decide(p, &kept);
    assert(again.outcome == d->outcome && again.cause == d->cause && again.forbid == d->forbid);
    if (d->outcome != POLICY_REFUSE && d->outcome != POLICY_DEFER)
        return;
    const struct policy_reply r = policy_reply_of(p, d, f), s = policy_reply_of(p, &again, &kept);
    assert(r.code / 100 == r.enhanced.class &&
           r.enhanced.class == (d->outcome == POLICY_DEFER ? 4 : 5));
    assert(strlen(r.words) > 10 && strcmp(r.words, s.words) == 0);
}

static void one_session(size_t i, const struct policy_file *file, struct arena *a)
{
    struct policy_facts f = { .tls = false };
    const struct policy_listed listed = { STR("zen.example"), (enum policy_known)(i % 3), i == 1 };
    const struct policy_rate rate = { file->policy->rules, (enum policy_known)(i % 3),
                                      (uint32_t)i * 5, 1 };
    struct policy_trace trace;
    struct policy_nearest nearest;
    struct err e;
    bool found = false;
    facts_of(i, file, &f);
    f.listed = &listed;
    f.listed_count = i != 3;
    f.rates = &rate;
    f.rate_count = file->policy->count ? 1 : 0;
    if (!policy_explain(file->policy, &f, a, &trace, &e))
        return;
    trace_agrees(&trace);
    refusal_has_words(file->policy, &trace.decision, &f);
    if (!policy_nearest(file->policy, &f, file->listener_names, file->listener_count, a, &nearest,
                        &found, &e) ||
        !found)
        return;
    enum policy_outcome o = policy_decide(file->policy, &nearest.facts).outcome;
    assert(o == POLICY_PERMIT || o == POLICY_ASK);
    assert(trace.decision.outcome == POLICY_PERMIT || trace.decision.outcome == POLICY_ASK ||
           nearest.count);
}

/* What baton says of a file besides: warnings, what a local listener opens, the digest. */
static void told(const struct policy_file *file)
{
    size_t count = 0;
    (void)policy_warnings(file->policy, &count);
    assert(file->warning_count >= count);
    for (size_t i = 0; i < file->warning_count; i++)
        assert(file->warnings[i].text.n > 0 && file->warnings[i].place.line > 0);
    assert(policy_digest(file->policy) != 0);
}

static void whole(struct policy_file *file, struct arena *a)
{
    static const str LIST = STR_INIT("# who is known\n\nx@a.example\r\n\"y\"@a.example.\n");
    static struct policy_forwarder gateways[] = { { .why = STR_INIT("the default gateway") },
                                                  { .why = STR_INIT("a bridge") } };
    struct policy_list lists[POLICY_FILE_LISTS];
    struct err e;
    bool ok = ip_parse(STR("192.168.0.1"), &gateways[0].ip) &&
              ip_parse(STR("2001:db8::2"), &gateways[1].ip);
    for (size_t i = 0; i < file->list_count; i++)
        ok = ok && policy_list_read(file->lists_wanted[i], LIST, a, &lists[i]);
    assert(ok);
    file->forwarders = gateways;
    file->forwarder_count = COUNT_OF(gateways);
    if (!policy_file_build(file, lists, file->list_count, a, &e)) {
        assert(e.why[0] && str_is_utf8(str_from(e.why)));
        return;
    }
    told(file);
    if (file->open) {
        enum policy_outcome o = policy_decide(file->policy, &file->hole.example).outcome;
        assert((o == POLICY_PERMIT || o == POLICY_ASK) && !file->hole.example.login.n);
    }
    if (file->policy->count > 12)
        return;
    for (size_t i = 0; i < COUNT_OF(SESSIONS); i++)
        one_session(i, file, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct policy_file file;
    struct arena a;
    struct err e;
    if (size > 4096)
        return 0;
    arena_init(&a, 16 << 20);
    bool right = policy_file_read(STR("rules"), (str){ (const char *)data, size }, &a, &file, &e);
    if (right || file.understood)
        whole(&file, &a);
    arena_done(&a);
    return 0;
}
