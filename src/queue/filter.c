/* SPDX-License-Identifier: ISC */
#include "queue/filter.h"

static bool is_sender(str said, str path)
{
    if (str_eq(said, STR("<>")))
        return path.n == 0;
    return said.p[0] == '@' ? path.n > said.n && str_ends_nocase(path, said)
                            : str_eq_nocase(said, path);
}

static bool waits_for(str domain, const struct queue_message *m)
{
    for (size_t i = 0; i < m->recipient_count; i++) {
        const struct queue_recipient *r = &m->recipients[i];
        str path = r->forward_path;
        if (r->state == QUEUE_WAITING && path.n > domain.n &&
            path.p[path.n - domain.n - 1] == '@' && str_ends_nocase(path, domain))
            return true;
    }
    return false;
}

bool queue_filter_matches(const struct queue_filter *f, const struct queue_message *m)
{
    return (f->sender.n == 0 || is_sender(f->sender, m->reverse_path)) &&
           (f->domain.n == 0 || waits_for(f->domain, m)) &&
           (f->route.n == 0 || str_eq_nocase(f->route, m->route)) &&
           (f->arrived_before_ms == 0 || m->arrived_ms < f->arrived_before_ms);
}

bool queue_filter_is_empty(const struct queue_filter *f)
{
    return !f->sender.n && !f->domain.n && !f->route.n && !f->arrived_before_ms;
}
