/* SPDX-License-Identifier: ISC */
#include "cause/page_inside.h"

const struct page_group PAGE_GROUP_ROWS[PAGE_GROUPS] = {
    { ROLE_SENDER, SERVER_ANY, STR_INIT("If you send the mail") },
    { ROLE_OPERATOR, SERVER_ANY, STR_INIT("If you run the server") },
    { ROLE_OPERATOR, SERVER_POSTFIX, STR_INIT("With Postfix") },
    { ROLE_OPERATOR, SERVER_EXIM, STR_INIT("With Exim") },
    { ROLE_OPERATOR, SERVER_OPENSMTPD, STR_INIT("With OpenSMTPD") },
    { ROLE_OPERATOR, SERVER_EXCHANGE, STR_INIT("With Exchange") },
    { ROLE_OPERATOR, SERVER_MICROSOFT_365, STR_INIT("With Microsoft 365") },
    { ROLE_OPERATOR, SERVER_CPANEL, STR_INIT("With cPanel and WHM") },
    { ROLE_OPERATOR, SERVER_PLESK, STR_INIT("With Plesk") },
};

size_t page_steps(const struct cause *c, const struct page_group *g,
                  const struct cause_step *out[CAUSE_OPERATOR_STEPS])
{
    size_t n = cause_steps(c, g->role, g->server, out, CAUSE_OPERATOR_STEPS), own = 0;
    while (own < n && out[own]->server == g->server)
        own++;
    return own;
}

bool page_shows(const struct page_group *g, enum cause_server only)
{
    return g->server == SERVER_ANY || only == SERVER_ANY || only == g->server;
}

void page_parts(const struct cause_step *s, struct page_part out[PAGE_PARTS])
{
    out[0] = (struct page_part){ STR("Check"), s->check };
    out[1] = (struct page_part){ STR("Undo"), s->undo };
    out[2] = (struct page_part){ STR("Careful"), s->warning };
}

str page_family(const struct cause *c)
{
    return names_of(&FAMILY_NAMES, (int)c->family);
}

const char *page_about(enum cause_family f)
{
    return family_is_relay(f) ? "about relaying" : "not about relaying";
}

const str PAGE_WORDS_ONLY = STR_INIT(
    "It is known from the words of a reply only: never more than likely.");
const str PAGE_UNDO = STR_INIT("A step for the server without an undo changes nothing there.");
