/* SPDX-License-Identifier: ISC */
#include "cmd/provider_report.h"
#include "base/escape.h"
#include "base/wrap.h"
#include "cmd/output.h"

enum { INDENT = 2, COLUMN = 16 };

/* ------------------------------------------------------------------------------------------------
 * For people
 */
/* "  label         words", wrapped; an empty label goes on under the last one. */
static void line(struct buf *out, const char *label, str words)
{
    if (!words.n)
        return;
    buf_addf(out, "%*s%-*s", INDENT, "", COLUMN - INDENT, label);
    wrap_words(out, COLUMN, COLUMN, words);
}

/* A label and a name in front of the words. */
static void item(struct buf *out, const char *label, str name, str words)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_addf(&b, "%.*s: %.*s", STR_ARG(name), STR_ARG(words));
    if (name.n && words.n)
        line(out, label, buf_str(&b));
    buf_done(&b);
}

static str security_words(enum smtp_security s)
{
    return s == SMTP_SECURITY_TLS ? STR("SSL/TLS") : STR("STARTTLS");
}

static void add_doors(const struct provider *p, struct buf *out)
{
    for (size_t i = 0; i < PROVIDER_DOORS && p->doors[i].port; i++)
        buf_addf(out, "%s%u %.*s", i ? ", or " : "", p->doors[i].port,
                 STR_ARG(security_words(p->doors[i].security)));
}

static const char *user_words(const struct provider *p)
{
    switch (p->user) {
    case PROVIDER_USER_ADDRESS: return "the whole mail address";
    case PROVIDER_USER_LOCAL: return "what stands before the @";
    case PROVIDER_USER_FIXED: return "the same word for everybody: ";
    case PROVIDER_USER_OWN: return "a name or key that the provider hands out";
    case PROVIDER_USER_UNSAID: break;
    }
    return "";
}

static const char *password_words(enum provider_password password)
{
    switch (password) {
    case PROVIDER_PASSWORD: return "the account's own";
    case PROVIDER_APP_PASSWORD:
        return "an app password, made for programs; the account's own is refused";
    case PROVIDER_PASSWORD_OR_APP:
        return "the account's own; where two-step sign-in is on, an app password";
    case PROVIDER_SWITCHED:
        return "the account's own, where the organisation has not switched that off";
    case PROVIDER_OAUTH: return "none goes: the program has to sign in by OAuth2";
    case PROVIDER_KEY: return "a key that the provider makes, not that of the account";
    case PROVIDER_BRIDGE: return "that of the provider's Bridge, or an SMTP token";
    case PROVIDER_NO_SMTP: return "there is no way in by SMTP for programs";
    }
    return "";
}

/* Those of the list that are right for programs. */
static void add_others(const struct provider *p, const char *label, struct buf *out)
{
    struct buf b;
    buf_init(&b, 4096);
    for (str rest = p->others; rest.p;) {
        struct provider_host h;
        str host = str_cut(&rest, ' ');
        if (host.n && provider_host_of(host, &h) && h.role == PROVIDER_ROLE_SUBMISSION)
            buf_addf(&b, "%s%.*s", b.n ? " " : "", STR_ARG(host));
    }
    line(out, label, buf_str(&b));
    buf_done(&b);
}

static void add_server(const struct provider_found *f, struct buf *out)
{
    const struct provider *p = f->provider;
    struct buf b;
    buf_init(&b, 4096);
    add_doors(p, &b);
    if (f->host.role == PROVIDER_ROLE_SUBMISSION)
        line(out, "server", f->typed);
    else if (p->host.n)
        line(out, "server", p->host);
    else if (!p->others.n && p->password != PROVIDER_NO_SMTP)
        line(out, "server", STR("it depends on the customer"));
    else
        add_others(p, "server", out);
    line(out, "port", buf_str(&b));
    if (p->host.n)
        add_others(p, "also", out);
    buf_done(&b);
}

static void add_login(const struct provider_found *f, struct buf *out)
{
    const struct provider *p = f->provider;
    str user = f->address.n || p->user == PROVIDER_USER_FIXED ? provider_user(p, f->address)
                                                              : STR_NONE;
    struct buf b;
    buf_init(&b, 4096);
    buf_add(&b, str_from(user_words(p)));
    if (user.n && p->user != PROVIDER_USER_FIXED)
        buf_add(&b, STR(": "));
    (void)escape_line(user, &b);
    line(out, "user name", buf_str(&b));
    buf_done(&b);
    line(out, "login by", p->mechanisms);
    line(out, "password", str_from(password_words(p->password)));
    item(out, "since", p->since, p->since_said);
    item(out, "open", p->page, p->page_for);
}

static void add_limits(const struct provider *p, struct buf *out)
{
    const struct provider_limits *l = &p->limits;
    struct {
        const char *name;
        str said;
    } rows[] = { { "a minute", l->minute },
                 { "an hour", l->hour },
                 { "a day", l->day },
                 { "recipients", l->recipients },
                 { "size", l->size } };
    const char *label = "limits";
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].said.n) {
            item(out, label, str_from(rows[i].name), rows[i].said);
            label = "";
        }
}

static void add_notes(const struct provider *p, struct buf *out)
{
    const char *label = "mind";
    for (str rest = p->notes; rest.p;) {
        line(out, label, str_cut(&rest, '\n'));
        label = "";
    }
}

/* Names that look right and are not, or only for some. Those for reading and the web are left to --json. */
static void add_wrong(const struct provider *p, struct buf *out)
{
    const struct provider_host_row *r;
    const char *label = "not, or mind";
    for (size_t i = 0; (r = provider_host_row(i)) != NULL; i++) {
        if (!str_eq(r->id, p->id) || !r->said.n)
            continue;
        item(out, label, r->names, r->said);
        label = "";
    }
}

static void add_source(const struct provider *p, struct buf *out)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_addf(&b, "%.*s%s%.*s; as of %.*s", STR_ARG(p->source),
             p->limits.source.n ? "; limits: " : "", STR_ARG(p->limits.source), STR_ARG(p->day));
    line(out, "source", buf_str(&b));
    buf_done(&b);
}

void provider_report_text(const struct provider_found *f, struct buf *out)
{
    const struct provider *p = f->provider;
    if (f->host.role > PROVIDER_ROLE_SUBMISSION) {
        struct buf b;
        buf_init(&b, 4096);
        (void)escape_line(f->typed, &b);
        buf_addf(&b, ": %.*s.", STR_ARG(f->host.said));
        if (f->host.instead.n)
            buf_addf(&b, " The server for programs is %.*s.", STR_ARG(f->host.instead));
        wrap_words(out, 0, 0, buf_str(&b));
        buf_addc(out, '\n');
        buf_done(&b);
    }
    buf_addf(out, "%.*s [%.*s]\n", STR_ARG(p->title), STR_ARG(p->id));
    add_server(f, out);
    add_login(f, out);
    add_limits(p, out);
    add_notes(p, out);
    add_wrong(p, out);
    line(out, "addresses", p->domains);
    line(out, "reads mail at", provider_incoming(p));
    add_source(p, out);
}

void provider_report_list(struct buf *out)
{
    const struct provider *p;
    size_t i = 0;
    buf_addf(out, "%-13s %-26s %-14s %s\n", "name", "server", "port", "password");
    for (; (p = provider_at(i)) != NULL; i++) {
        str host = p->host.n ? p->host : p->others.n ? STR("by region") : STR("-");
        struct buf port;
        buf_init(&port, 64);
        for (size_t k = 0; k < PROVIDER_DOORS && p->doors[k].port; k++)
            buf_addf(&port, "%s%u", k ? " " : "", p->doors[k].port);
        buf_addf(out, "%-13.*s %-26.*s %-14.*s %.*s\n", STR_ARG(p->id), STR_ARG(host),
                 STR_ARG(port.n ? buf_str(&port) : STR("-")),
                 STR_ARG(names_of(&PROVIDER_PASSWORD_NAMES, (int)p->password)));
        buf_done(&port);
    }
    buf_addf(out, "\n%zu providers. More of one, with its limits: baton providers NAME\n", i);
}

void provider_report_unknown(const struct provider_found *f, struct buf *out)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_add(&b, STR("Baton knows no provider '"));
    (void)escape_line(str_take(f->typed, 120), &b);
    buf_add(&b, STR("'."));
    if (f->nearest.n) {
        size_t at = f->address.n ? str_rfind_octet(f->address, '@') : 0;
        buf_add(&b, STR(" Did you mean "));
        if (f->address.n)
            (void)escape_line(str_take(f->address, at + 1), &b);
        buf_addf(&b, "%.*s (%.*s)? See: baton providers %.*s", STR_ARG(f->nearest),
                 STR_ARG(f->nearest_of->title), STR_ARG(f->nearest));
    } else if (f->address.n)
        buf_add(&b, STR(" An address in a domain of its own tells its provider only by DNS: baton "
                        "discover ADDRESS asks it."));
    else
        buf_add(&b, STR(" baton providers lists those that it knows; baton discover ADDRESS asks "
                        "DNS for others."));
    wrap_words(out, 0, 0, buf_str(&b));
    buf_done(&b);
}

/* ------------------------------------------------------------------------------------------------
 * For programs
 */
static json_t *words_json(str list, char between)
{
    json_t *a = json_array();
    for (str rest = list; rest.p;) {
        str word = str_cut(&rest, between);
        if (word.n)
            json_array_append_new(a, output_str(word));
    }
    return a;
}

static json_t *doors_json(const struct provider *p)
{
    json_t *a = json_array();
    for (size_t i = 0; i < PROVIDER_DOORS && p->doors[i].port; i++)
        json_array_append_new(
            a, json_pack("{s:i,s:o}", "port", (int)p->doors[i].port, "security",
                         output_str(names_of(&SMTP_SECURITY_NAMES, (int)p->doors[i].security))));
    return a;
}

static json_t *limits_json(const struct provider_limits *l)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "minute", output_str(l->minute), "hour",
                     output_str(l->hour), "day", output_str(l->day), "recipients",
                     output_str(l->recipients), "size", output_str(l->size), "source",
                     output_str(l->source));
}

static json_t *hosts_json(const struct provider *p)
{
    const struct provider_host_row *r;
    json_t *a = json_array();
    for (size_t i = 0; (r = provider_host_row(i)) != NULL; i++)
        if (str_eq(r->id, p->id))
            json_array_append_new(
                a, json_pack("{s:o,s:o,s:o,s:o}", "names", words_json(r->names, ' '), "role",
                             output_str(names_of(&PROVIDER_ROLE_NAMES, (int)r->role)), "instead",
                             output_str(r->instead), "said", output_str(r->said)));
    return a;
}

static json_t *provider_json(const struct provider *p)
{
    json_t *o = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id", output_str(p->id), "title",
                          output_str(p->title), "domains", words_json(p->domains, ' '), "mx",
                          words_json(p->mx, ' '), "host", output_str(p->host), "other_hosts",
                          words_json(p->others, ' '), "doors", doors_json(p), "user",
                          output_str(names_of(&PROVIDER_USER_NAMES, (int)p->user)), "fixed_user",
                          output_str(p->fixed_user));
    json_t *more = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "mechanisms",
                             words_json(p->mechanisms, ' '), "password",
                             output_str(names_of(&PROVIDER_PASSWORD_NAMES, (int)p->password)),
                             "since", output_str(p->since), "since_said", output_str(p->since_said),
                             "page", output_str(p->page), "page_for", output_str(p->page_for),
                             "limits", limits_json(&p->limits), "notes", words_json(p->notes, '\n'),
                             "hosts_beside", hosts_json(p), "source", output_str(p->source), "day",
                             output_str(p->day));
    if (!o || !more || json_object_update(o, more) != 0) {
        json_decref(o);
        o = NULL;
    }
    json_decref(more);
    return o;
}

static json_t *rows_json(const struct provider_found *f)
{
    json_t *a = json_array();
    const struct provider *p;
    if (f && f->provider)
        json_array_append_new(a, provider_json(f->provider));
    for (size_t i = 0; !f && (p = provider_at(i)) != NULL; i++)
        json_array_append_new(a, provider_json(p));
    return a;
}

static json_t *host_json(const struct provider_host *h)
{
    return h->role == PROVIDER_ROLE_NONE
               ? json_null()
               : json_pack("{s:o,s:o,s:o}", "role",
                           output_str(names_of(&PROVIDER_ROLE_NAMES, (int)h->role)), "instead",
                           output_str(h->instead), "said", output_str(h->said));
}

json_t *provider_report_json(const struct provider_found *f, str program, str settings)
{
    const struct provider *p = f ? f->provider : NULL;
    str user = p && f->address.n ? provider_user(p, f->address) : STR_NONE;
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "schema", "baton.providers/1", "asked",
                     output_str(f ? f->typed : STR_NONE), "user_name", output_str(user), "host",
                     f ? host_json(&f->host) : json_null(), "nearest",
                     output_str(f ? f->nearest : STR_NONE), "providers", rows_json(f), "program",
                     output_str(program), "settings",
                     settings.n ? json_stringn(settings.p, settings.n) : json_null());
}
