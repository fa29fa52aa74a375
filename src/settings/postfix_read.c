/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix_read.c - where Postfix would hand mail over, and how it would log in there
 */
#include "base/err.h"
#include "settings/postfix.h"

enum level {
    LEVEL_NONE,
    LEVEL_MAY,
    LEVEL_ENCRYPT,
    LEVEL_DANE,
    LEVEL_DANE_ONLY,
    LEVEL_FINGERPRINT,
    LEVEL_VERIFY,
    LEVEL_SECURE
};
static const struct name_row LEVEL_ROWS[] = {
    { LEVEL_NONE, STR_INIT("none") },           { LEVEL_MAY, STR_INIT("may") },
    { LEVEL_ENCRYPT, STR_INIT("encrypt") },     { LEVEL_DANE, STR_INIT("dane") },
    { LEVEL_DANE_ONLY, STR_INIT("dane-only") }, { LEVEL_FINGERPRINT, STR_INIT("fingerprint") },
    { LEVEL_VERIFY, STR_INIT("verify") },       { LEVEL_SECURE, STR_INIT("secure") },
};
static const struct names LEVELS = NAMES(LEVEL_ROWS);

/* What is found out on the way. */
struct reader {
    struct postfix p;
    struct postfix_hop hop;
    struct settings_item *where; /* the item that names the hop */
    struct settings_item *maps;  /* of passwords */
    enum level level;
    bool wrapper;
    bool login; /* switched on */
};

#define SAY(x, ...) arena_printf((x)->p.r->arena, __VA_ARGS__)

static void mistake(struct reader *x, enum settings_mistake_id id, const struct settings_item *item,
                    str said, const char *remedy)
{
    settings_mistake(x->p.r, id, item, said, str_from(remedy));
}

/* ------------------------------------------------------------------------------------------------
 * Destinations
 */
uint16_t postfix_port(str port)
{
    static const struct {
        str name;
        uint16_t port;
    } SERVICES[] = {
        { STR_INIT("smtp"), 25 },        { STR_INIT("smtps"), 465 },
        { STR_INIT("ssmtp"), 465 },      { STR_INIT("submissions"), 465 },
        { STR_INIT("submission"), 587 },
    };
    uint64_t number;
    if (str_to_u64(port, UINT16_MAX, &number))
        return (uint16_t)number;
    for (size_t i = 0; i < COUNT_OF(SERVICES); i++)
        if (str_eq(SERVICES[i].name, port))
            return SERVICES[i].port;
    return 0;
}

/* "[host]:port", "[ipv6:address]:port", "host:port", "host". */
struct postfix_hop postfix_hop_of(str written)
{
    struct postfix_hop h = { .dest = written, .host = written };
    struct ip ip;
    if (written.n && written.p[0] == '[') {
        size_t end = str_find_octet(written, ']');
        if (end == STR_NOT_FOUND)
            return h;
        h.bracketed = true;
        h.host = str_take(str_skip(written, 1), end - 1);
        written = str_skip(written, end + 1);
        h.port = str_starts(written, STR(":")) ? str_skip(written, 1) : STR_NONE;
    } else {
        size_t colon = str_rfind_octet(written, ':');
        h.literal = ip_parse(written, &ip);
        if (colon != STR_NOT_FOUND && !h.literal) {
            h.host = str_take(written, colon);
            h.port = str_skip(written, colon + 1);
        }
    }
    if (str_starts_nocase(h.host, STR("ipv6:")))
        h.host = str_skip(h.host, 5);
    h.literal = ip_parse(h.host, &ip);
    return h;
}

static bool is_list(char c)
{
    return cf_is_blank(c) || c == ',';
}

/* The first of a list of destinations. */
static str first_of(str list, str *others)
{
    while (list.n && is_list(list.p[0]))
        list = str_skip(list, 1);
    size_t n = 0;
    while (n < list.n && !is_list(list.p[n]))
        n++;
    *others = cf_trim(str_skip(list, n));
    return str_take(list, n);
}

/* A sender's own destination: for the whole address, else for its domain. */
static bool hop_of_sender(struct reader *x, str *dest)
{
    struct settings_item *maps = postfix_item(&x->p, STR("sender_dependent_relayhost_maps"));
    struct postfix_entry entry;
    str sender = x->p.r->account;
    size_t at = str_rfind_octet(sender, '@');
    if (!maps || !sender.n)
        return false;
    if (postfix_map_find(&x->p, maps, sender, &entry) != POSTFIX_MAP_FOUND &&
        (at == STR_NOT_FOUND ||
         postfix_map_find(&x->p, maps, str_skip(sender, at), &entry) != POSTFIX_MAP_FOUND))
        return false;
    x->where = settings_add_item(x->p.r, STR("sender_dependent_relayhost_maps"), entry.key,
                                 entry.value, entry.place, 0);
    if (x->where)
        x->where->known = true;
    x->p.r->account_taken = entry.key;
    *dest = entry.value;
    return true;
}

static bool add_account(void *context, const struct postfix_entry *entry)
{
    struct settings_reading *r = context;
    if (r->account_count < SETTINGS_ACCOUNTS && str_find_octet(entry->key, '@') != STR_NOT_FOUND)
        r->accounts[r->account_count++] = entry->key;
    return r->account_count < SETTINGS_ACCOUNTS;
}

static void accounts(struct reader *x)
{
    struct settings_item *maps = postfix_item(&x->p, STR("sender_dependent_relayhost_maps"));
    if (maps) {
        maps->known = true;
        postfix_map_each(&x->p, maps, add_account, x->p.r);
    }
}

/* Which service, and which destination: default_transport's own goes before a sender's, that before relayhost. */
static str destination(struct reader *x)
{
    str transport = postfix_value(&x->p, STR("default_transport")), dest, name;
    dest = transport;
    name = str_cut(&dest, ':');
    x->p.transport = name.n ? name : STR("smtp");
    if (dest.n) {
        x->where = postfix_item(&x->p, STR("default_transport"));
        return dest;
    }
    if (hop_of_sender(x, &dest))
        return dest;
    x->where = postfix_item(&x->p, STR("relayhost"));
    return x->where ? x->where->value : STR_NONE;
}

static void take_hop(struct reader *x)
{
    struct settings_reading *r = x->p.r;
    str others, dest = first_of(destination(x), &others);
    if (x->where)
        settings_said(r, SETTINGS_HOST, x->where);
    if (!dest.n) {
        mistake(x, MISTAKE_HOST_MISSING, x->where,
                STR("relayhost is not set: Postfix takes each message to its recipient's own "
                    "server, by port 25 and without a login"),
                "set relayhost = [mail.example.org]:587, with the name of your provider's server");
        return;
    }
    if (others.n && str_find_octet(others, '#') != STR_NOT_FOUND)
        mistake(x, MISTAKE_LINE_BROKEN, x->where,
                STR("a # behind a value begins no comment: all of the line is the value"),
                "put the comment on a line of its own");
    x->hop = postfix_hop_of(dest);
    r->found.attempt.host = x->hop.host;
    str port = x->hop.port.n ? x->hop.port : postfix_value(&x->p, STR("smtp_tcp_port"));
    r->found.attempt.port = postfix_port(port);
    if (x->where && x->hop.port.n)
        settings_said(r, SETTINGS_PORT, x->where);
    if (!r->found.attempt.port)
        mistake(x, MISTAKE_PORT_BROKEN, x->where,
                STR("behind the server's name stands neither a port nor the name of one"),
                "write [server]:587 with STARTTLS, or [server]:465 with TLS at once");
}

static void look_at_hop(struct reader *x)
{
    bool asks_mx = !x->hop.bracketed && !x->hop.literal && x->hop.host.n &&
                   !postfix_yes(&x->p, STR("disable_dns_lookups")) &&
                   !str_eq(postfix_value(&x->p, STR("smtp_dns_support_level")), STR("disabled"));
    bool other_port = x->hop.port.n && x->p.r->found.attempt.port != 25;
    bool broken = x->where && x->where->how & (SETTINGS_ITEM_CODE | SETTINGS_ITEM_LOST);
    if (broken || !x->hop.host.n)
        return;
    if (asks_mx && (x->maps || other_port))
        settings_mistake(x->p.r, MISTAKE_HOST_BRACKETS, x->where,
                         STR("the server stands without brackets: Postfix asks for the MX of this "
                             "name, and goes to the servers that it names"),
                         SAY(x, "write relayhost = [%.*s]:%u", STR_ARG(x->hop.host),
                             x->hop.port.n ? x->p.r->found.attempt.port : 587u));
    if (!x->hop.port.n && x->maps)
        mistake(x, MISTAKE_HOST_NO_PORT, x->where,
                STR("there is no port: Postfix goes to port 25, where many servers take no login"),
                "write the port behind the brackets: [server]:587 with STARTTLS, or [server]:465 "
                "with smtp_tls_wrappermode = yes");
}

/* ------------------------------------------------------------------------------------------------
 * Encryption
 */
static enum level level_named(struct reader *x, struct settings_item *item, str name)
{
    int level;
    if (names_find(&LEVELS, name, &level))
        return (enum level)level;
    mistake(x, MISTAKE_LINE_BROKEN, item,
            STR("this is no level of encryption that Postfix knows; it sends no mail with it"),
            "write encrypt, or secure to verify the server's certificate");
    return LEVEL_MAY;
}

static enum level level_of(struct reader *x, struct settings_item **item)
{
    struct postfix *p = &x->p;
    struct settings_item *policy = postfix_item(p, STR("smtp_tls_policy_maps"));
    struct postfix_entry entry;
    if (policy && x->hop.dest.n &&
        postfix_map_find(p, policy, x->hop.dest, &entry) == POSTFIX_MAP_FOUND) {
        *item = settings_add_item(p->r, STR("smtp_tls_policy_maps"), entry.key, entry.value,
                                  entry.place, 0);
        str rest = entry.value;
        return level_named(x, *item, cf_word(&rest));
    }
    *item = postfix_item(p, STR("smtp_tls_security_level"));
    if (*item && (*item)->value.n)
        return level_named(x, *item, (*item)->value);
    *item = postfix_item(p, STR("smtp_enforce_tls"));
    if (*item && postfix_yes(p, STR("smtp_enforce_tls")))
        return postfix_yes(p, STR("smtp_tls_enforce_peername")) ? LEVEL_VERIFY : LEVEL_ENCRYPT;
    *item = postfix_item(p, STR("smtp_use_tls"));
    return *item && postfix_yes(p, STR("smtp_use_tls")) ? LEVEL_MAY : LEVEL_NONE;
}

static void encryption(struct reader *x)
{
    struct settings_reading *r = x->p.r;
    struct settings_item *item, *wrapper = postfix_item(&x->p, STR("smtp_tls_wrappermode"));
    x->level = level_of(x, &item);
    x->wrapper = postfix_yes(&x->p, STR("smtp_tls_wrappermode"));
    settings_said(r, SETTINGS_SECURITY, x->wrapper || !item ? wrapper : item);
    if (item)
        item->known = true;
    r->found.attempt.security = x->wrapper               ? SMTP_SECURITY_TLS
                                : x->level == LEVEL_NONE ? SMTP_SECURITY_NONE
                                : x->level == LEVEL_MAY  ? SMTP_SECURITY_AUTO
                                                         : SMTP_SECURITY_STARTTLS;
    r->found.unverified = x->level < LEVEL_DANE_ONLY && x->level != LEVEL_NONE;
    if (r->found.unverified && x->level != LEVEL_MAY && x->maps)
        settings_said(r, SETTINGS_VERIFY, item);
    settings_take(r, SETTINGS_CA, postfix_item(&x->p, STR("smtp_tls_CAfile")));
    if (x->wrapper && x->level < LEVEL_ENCRYPT) {
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_TLS_AGAINST_PORT, wrapper,
            STR("with smtp_tls_wrappermode = yes Postfix sends nothing unless "
                "smtp_tls_security_level is encrypt or more"),
            STR("set smtp_tls_security_level = secure, or encrypt where the certificate cannot be "
                "verified"));
        if (m)
            m->sure = MISTAKE_WRONG;
    }
    bool authority = postfix_value(&x->p, STR("smtp_tls_CAfile")).n ||
                     postfix_value(&x->p, STR("smtp_tls_CApath")).n ||
                     postfix_yes(&x->p, STR("tls_append_default_CA"));
    if (x->level >= LEVEL_VERIFY && !authority)
        mistake(x, MISTAKE_NOT_APPLIED, item,
                STR("the certificate is to be verified, and no authority is named: none will do"),
                "set smtp_tls_CApath = /etc/ssl/certs");
}

/* ------------------------------------------------------------------------------------------------
 * The login
 */
/* "user:password", cut at the first colon. */
static void take_login(struct reader *x, const struct postfix_entry *entry)
{
    struct settings_reading *r = x->p.r;
    size_t colon = str_find_octet(entry->value, ':');
    str user = str_take(entry->value, colon == STR_NOT_FOUND ? entry->value.n : colon);
    struct settings_place at = entry->place;
    bool whole = at.n == entry->value.n; /* it stands there as it is */
    at.n = whole ? user.n : at.n;
    struct settings_item *name = settings_add_item(r, entry->key, STR("user"), user, at, 0);
    if (colon == STR_NOT_FOUND) {
        if (name) /* what stands there may be the password */
            name->how |= SETTINGS_ITEM_CODE;
        settings_said(r, SETTINGS_USER, name);
        settings_take_reference(r, name, SETTINGS_SECRET_HIDDEN, STR_NONE);
        mistake(x, MISTAKE_LINE_BROKEN, name,
                STR("there is no colon between user name and password: Postfix takes all of it for "
                    "the user name"),
                "write the line as: [server]:587 user:password");
        return;
    }
    at = entry->place;
    if (whole) {
        at.at += colon + 1;
        at.column += (uint32_t)colon + 1;
        at.n -= colon + 1;
    }
    settings_take(r, SETTINGS_USER, name);
    settings_take_secret(r, settings_add_item(r, entry->key, STR("password"),
                                              str_skip(entry->value, colon + 1), at, 0));
    if (r->said[SETTINGS_SECRET])
        ((struct settings_item *)r->said[SETTINGS_SECRET])->known = true;
}

/* Other ways to write this hop as a key, none of which Postfix asks for. */
struct other_key {
    const struct postfix_hop *hop;
    struct postfix_entry found;
    bool any;
};

static bool is_other_key(void *context, const struct postfix_entry *entry)
{
    struct other_key *o = context;
    struct postfix_hop h = postfix_hop_of(entry->key);
    bool port = !h.port.n || postfix_port(h.port);
    if (!port || !str_eq_nocase(h.host, o->hop->host))
        return true;
    o->found = *entry;
    o->any = true;
    return false;
}

static void no_key(struct reader *x)
{
    struct settings_reading *r = x->p.r;
    struct other_key other = { &x->hop, { .key = STR_NONE }, false };
    str path = postfix_map_path(&x->p, x->maps), why;
    struct settings_item *broken = postfix_map_broken(&x->p, x->maps, &why);
    if (broken) {
        settings_mistake(r, MISTAKE_LINE_BROKEN, broken,
                         SAY(x, "postmap leaves this line out: %.*s", STR_ARG(why)),
                         STR("write the line as: [server]:587 user:password"));
        return;
    }
    postfix_map_each(&x->p, x->maps, is_other_key, &other);
    if (other.any) {
        take_login(x, &other.found); /* it is there, and Postfix does not use it */
        x->login = false;
        struct settings_item *item = settings_add_item(r, other.found.key, STR("key"),
                                                       other.found.key, other.found.key_place, 0);
        if (item)
            item->known = true;
        bool hop_is_wrong = !x->hop.bracketed && postfix_hop_of(other.found.key).bracketed;
        settings_mistake(
            r, MISTAKE_LOGIN_KEY, item,
            SAY(x, "Postfix looks for %.*s, and this line is for %.*s: it finds no login",
                STR_ARG(x->hop.dest), STR_ARG(other.found.key)),
            hop_is_wrong
                ? SAY(x, "set relayhost = %.*s, as the line has it", STR_ARG(other.found.key))
                : SAY(x,
                      "begin the line with %.*s, as it stands in relayhost, then run postmap %.*s",
                      STR_ARG(x->hop.dest), STR_ARG(path)));
        return;
    }
    settings_mistake(r, MISTAKE_LOGIN_KEY, x->maps,
                     SAY(x, "no line of it is for %.*s: Postfix finds no login, and makes none",
                         STR_ARG(x->hop.dest)),
                     SAY(x, "write a line: %.*s user:password", STR_ARG(x->hop.dest)));
}

static void unknown_table(struct reader *x)
{
    str path = postfix_map_path(&x->p, x->maps);
    struct settings_reading *r = x->p.r;
    settings_take_reference(r, x->maps, SETTINGS_SECRET_HIDDEN, STR_NONE);
    /* Whose user name it is cannot be known either. */
    settings_said(r, SETTINGS_USER, x->maps);
    x->maps->how |= SETTINGS_ITEM_CODE;
    if (path.n)
        settings_mistake(r, MISTAKE_REFERENCE_LOST, x->maps,
                         SAY(x,
                             "the text of this table, %.*s, could not be read: the login is not "
                             "known",
                             STR_ARG(path)),
                         SAY(x, "see that %.*s is there, and that you may read it", STR_ARG(path)));
}

static void look_up(struct reader *x)
{
    struct postfix_entry entry;
    enum postfix_map_answer answer = POSTFIX_MAP_NO_KEY;
    bool by_sender = postfix_yes(&x->p, STR("smtp_sender_dependent_authentication"));
    str keys[] = { by_sender ? x->p.r->account : STR_NONE, x->hop.host, x->hop.dest };
    for (size_t i = 0; i < COUNT_OF(keys) && answer == POSTFIX_MAP_NO_KEY; i++)
        answer = postfix_map_find(&x->p, x->maps, keys[i], &entry);
    if (by_sender)
        postfix_map_each(&x->p, x->maps, add_account, x->p.r);
    if (answer == POSTFIX_MAP_FOUND)
        take_login(x, &entry);
    else if (answer == POSTFIX_MAP_UNKNOWN)
        unknown_table(x);
    else if (x->login && !x->p.r->wishes && x->hop.dest.n)
        no_key(x);
}

static bool has_option(str list, str option)
{
    str others = list;
    while (others.n)
        if (str_eq(first_of(others, &others), option))
            return true;
    return false;
}

/* The one mechanism that the filter leaves; "auto": more than one, or all. */
static str filtered(struct reader *x, struct settings_item *filter)
{
    str others, first = first_of(filter->value, &others);
    if (!first.n || others.n || str_find_octet(first, ':') != STR_NOT_FOUND ||
        str_find_octet(first, '/') != STR_NOT_FOUND || first.p[0] == '!')
        return STR("auto");
    settings_said(x->p.r, SETTINGS_LOGIN, filter);
    return first;
}

static bool is_plain(str mechanism)
{
    return str_eq_nocase(mechanism, STR("auto")) || str_eq_nocase(mechanism, STR("plain")) ||
           str_eq_nocase(mechanism, STR("login"));
}

/* noplaintext stands in the way of PLAIN and LOGIN, which is all that most servers have. */
static void look_at_options(struct reader *x)
{
    static const char *const KEYS[] = { "smtp_sasl_security_options",
                                        "smtp_sasl_tls_security_options",
                                        "smtp_sasl_tls_verified_security_options" };
    bool tls = x->wrapper || x->level > LEVEL_NONE;
    str key = str_from(KEYS[x->level >= LEVEL_DANE_ONLY ? 2 : tls ? 1 : 0]);
    if (!has_option(postfix_value(&x->p, key), STR("noplaintext")) ||
        !is_plain(x->p.r->found.attempt.mechanism))
        return;
    struct settings_item *item = postfix_item(&x->p, key);
    for (size_t i = 1; !item && i <= COUNT_OF(KEYS); i++)
        item = postfix_item(&x->p, str_from(KEYS[COUNT_OF(KEYS) - i]));
    mistake(x, MISTAKE_LOGIN_MECHANISM, item,
            item ? STR("noplaintext forbids PLAIN and LOGIN, and most servers have no other "
                       "mechanism: Postfix then says 'no worthy mechs found'")
                 : STR("smtp_sasl_security_options is not set, so noplaintext holds: PLAIN and "
                       "LOGIN are forbidden, and most servers have no other mechanism; Postfix "
                       "then says 'no worthy mechs found'"),
            tls ? "set smtp_sasl_tls_security_options = noanonymous; the package libsasl2-modules "
                  "must be there too"
                : "set smtp_tls_security_level = secure and smtp_sasl_tls_security_options = "
                  "noanonymous");
}

static void login(struct reader *x)
{
    struct settings_reading *r = x->p.r;
    struct settings_item *filter = postfix_item(&x->p, STR("smtp_sasl_mechanism_filter"));
    struct settings_item *enable = postfix_item(&x->p, STR("smtp_sasl_auth_enable"));
    x->login = postfix_yes(&x->p, STR("smtp_sasl_auth_enable"));
    settings_said(r, SETTINGS_LOGIN, enable);
    if (enable && !x->login && !str_eq_nocase(enable->value, STR("no")))
        mistake(x, MISTAKE_LINE_BROKEN, enable,
                STR("this is neither yes nor no; Postfix does not start with it"), "write yes");
    if (x->maps && x->maps->value.n)
        look_up(x);
    else if (x->login)
        settings_mistake(r, MISTAKE_LOGIN_NO_SECRET, enable,
                         STR("the login is switched on, and smtp_sasl_password_maps is not set: "
                             "Postfix sends nothing at all like this"),
                         STR("set smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd"));
    if (!x->login || !r->said[SETTINGS_USER])
        return;
    r->found.attempt.mechanism = filter ? filtered(x, filter) : STR("auto");
    look_at_options(x);
}

/* ------------------------------------------------------------------------------------------------
 * The rest
 */
static void names_and_addresses(struct reader *x)
{
    struct settings_item *helo = postfix_item(&x->p, STR("smtp_helo_name"));
    struct settings_item *source = postfix_item(&x->p, STR("smtp_bind_address"));
    if (!helo)
        helo = postfix_item(&x->p, STR("myhostname"));
    settings_take(x->p.r, SETTINGS_HELO, helo);
    if (!source || !source->value.n)
        source = postfix_item(&x->p, STR("smtp_bind_address6"));
    settings_take(x->p.r, SETTINGS_SOURCE, source);
}

/* A name that is a slip of the finger away from a parameter of sending. */
static void misspelled(struct reader *x)
{
    struct settings_reading *r = x->p.r;
    size_t looked_at = 0;
    for (size_t i = 0; i < r->item_count && looked_at < 24; i++) {
        const struct settings_item *item = &r->items[i];
        if (item->known)
            continue;
        looked_at++;
        str near = postfix_nearest_parameter(item->key);
        if (str_starts(near, STR("smtp_")) || str_eq(near, STR("relayhost")) ||
            str_starts(near, STR("sender_")) || str_eq(near, STR("default_transport")))
            settings_mistake(r, MISTAKE_KEY_UNKNOWN, item,
                             SAY(x, "Postfix has no parameter of this name, and passes over it"),
                             SAY(x, "did you mean %.*s?", STR_ARG(near)));
    }
}

/* A value that holds the password itself is not to be shown as one of the file. */
static void hide_secrets(struct reader *x)
{
    str kind = x->maps ? x->maps->value : STR_NONE;
    if (!x->maps || (str_find(kind, STR("static:")) == STR_NOT_FOUND &&
                     str_find(kind, STR("inline:")) == STR_NOT_FOUND))
        return;
    x->maps->value = str_cut(&kind, ':');
    x->maps->how |= SETTINGS_ITEM_CODE;
}

static bool transport(struct reader *x, struct err *e)
{
    str command;
    bool absent;
    if (!postfix_master(&x->p, &command, &absent, e))
        return false;
    if (absent)
        settings_mistake(x->p.r, MISTAKE_REFERENCE_LOST,
                         postfix_item(&x->p, STR("default_transport")),
                         SAY(x, "master.cf has no service %.*s of type unix: mail waits for it",
                             STR_ARG(x->p.transport)),
                         STR("add the service to master.cf, or set default_transport = smtp"));
    else if (command.n && !str_eq(command, STR("smtp")))
        settings_mistake(x->p.r, MISTAKE_NOT_APPLIED, postfix_item(&x->p, STR("default_transport")),
                         SAY(x,
                             "mail leaves by the program %.*s, not by SMTP: nothing of this is "
                             "used",
                             STR_ARG(command)),
                         STR("set default_transport = smtp"));
    return true;
}

static bool own_line(str line)
{
    size_t n = 0;
    while (n < line.n && (is_alnum(line.p[n]) || line.p[n] == '_'))
        n++;
    str rest = cf_trim(str_skip(line, n));
    return n && rest.n && rest.p[0] == '=';
}

bool postfix_read(struct settings_reading *r, struct err *e)
{
    struct reader *x = arena_alloc(r->arena, sizeof *x);
    if (!x)
        return err_memory(e, "reading main.cf");
    x->p.r = r;
    x->p.steps = POSTFIX_STEPS;
    x->p.main = settings_main_part(r, own_line);
    if (!postfix_main(&x->p, e))
        return false;
    accounts(x);
    take_hop(x);
    if (!transport(x, e))
        return false;
    x->maps = postfix_item(&x->p, STR("smtp_sasl_password_maps"));
    encryption(x);
    login(x);
    look_at_hop(x);
    names_and_addresses(x);
    if (!r->wishes)
        misspelled(x);
    hide_secrets(x);
    return true;
}
