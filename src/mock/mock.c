/* SPDX-License-Identifier: ISC */
#include "mock/inside.h"
#include <stdlib.h>

enum { SETTINGS_MAX_OCTETS = 32 * 1024, WORD_MAX_OCTETS = 254, PASSWORD_MAX_OCTETS = 4096 };

static const struct mock_door DEFAULT_DOORS[] = {
    { MOCK_DOOR_MX, 0 },   { MOCK_DOOR_SUBMISSION, 0 }, { MOCK_DOOR_SUBMISSIONS, 0 },
    { MOCK_DOOR_POP3, 0 }, { MOCK_DOOR_POP3S, 0 },
};
enum { SMTP_DOORS = 3 }; /* of these: the others open where the play needs them */

/* --- reading the options --- */

/* Words that go into replies: no blank, no control, not endless. */
static bool word_ok(str s, bool blanks)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f || (s.p[i] == ' ' && !blanks))
            return false;
    return s.n <= WORD_MAX_OCTETS;
}

static bool check_play(struct mock_server *m, enum cause_id cause, struct err *e)
{
    m->play = mock_play_of(cause);
    if (m->play)
        return true;
    const struct cause *c = cause_of(cause);
    str why = mock_play_why_not(cause);
    return err_set(e, ERR_SYNTAX, "no mail server can play '%.*s': %.*s; see `baton mock --list`",
                   STR_ARG(c ? c->name : STR("?")), STR_ARG(why));
}

static bool check_flavour(struct mock_server *m, str as, struct err *e)
{
    m->flavour = mock_flavour_named(as.n > 0 ? as : STR(MOCK_FLAVOUR));
    if (m->flavour)
        return true;
    char all[128];
    return err_set(e, ERR_SYNTAX, "the mock cannot speak as '%.*s'; it speaks as one of: %s",
                   (int)(as.n > 40 ? 40 : as.n), as.p,
                   names_list(&MOCK_FLAVOUR_NAMES, all, sizeof all));
}

static bool check_address(struct mock_server *m, const struct ip *wanted, struct err *e)
{
    struct ip *address = &m->options.address;
    *address = *wanted;
    if (address->family == IP_NONE)
        return ip_parse(STR("127.0.0.1"), address);
    if (ip_is_loopback(address))
        return true;
    char ip[IP_TEXT_MAX];
    return err_set(e, ERR_SYNTAX,
                   "%s is no place to listen: such a server takes and refuses mail at will, so it "
                   "serves this machine only; use 127.0.0.1 or ::1",
                   ip_text(address, ip));
}

static bool copy_word(struct mock_server *m, str from, str otherwise, bool blanks, const char *what,
                      str *to, struct err *e)
{
    str chosen = from.n > 0 ? from : otherwise;
    if (!word_ok(chosen, blanks))
        return err_set(e, ERR_SYNTAX,
                       "the mock's %s may not hold blanks or control characters, and is at most %d "
                       "octets long",
                       what, WORD_MAX_OCTETS);
    *to = arena_dup(&m->settings, chosen);
    return to->p || err_memory(e, "the mock's settings");
}

/* The domain is that of the user, or the hostname without its first label. The other form of a user is the
 * address where it is a local-part, and the local-part where it is an address. */
static bool settle_domain(struct mock_server *m, str host, struct err *e)
{
    str user = m->options.user;
    size_t at = str_rfind_octet(user, '@');
    size_t dot = str_find_octet(host, '.');
    m->login = user;
    if (at != STR_NOT_FOUND) {
        m->domain = str_skip(user, at + 1);
        m->own_address = user;
        if (m->play->other_form)
            m->login = str_take(user, at);
        return true;
    }
    m->domain = dot == STR_NOT_FOUND ? host : str_skip(host, dot + 1);
    m->own_address = arena_printf(&m->settings, "%.*s@%.*s", STR_ARG(user), STR_ARG(m->domain));
    if (m->play->other_form)
        m->login = m->own_address;
    return m->own_address.p || err_memory(e, "the mock's settings");
}

static bool settle_keywords(struct mock_server *m, struct err *e)
{
    str more = m->play->keywords;
    m->keywords = arena_printf(&m->settings, "%.*s%s%.*s", STR_ARG(m->flavour->keywords),
                               more.n > 0 ? "\n" : "", STR_ARG(more));
    return m->keywords.p || err_memory(e, "the mock's settings");
}

static bool read_options(struct mock_server *m, const struct mock_options *o, struct err *e)
{
    struct mock_options *mine = &m->options;
    mine->trusted = o->trusted;
    mine->log = o->log;
    mine->log_user = o->log_user;
    mine->manners = o->manners;
    mine->observer = o->observer;
    if (!check_play(m, o->cause, e) || !check_flavour(m, o->as, e) ||
        !check_address(m, &o->address, e) ||
        !copy_word(m, o->hostname, STR(MOCK_HOSTNAME), false, "host name", &mine->hostname, e) ||
        !copy_word(m, o->user, STR(MOCK_USER), false, "user", &mine->user, e) ||
        !copy_word(m, o->mechanisms,
                   o->observer ? STR(MOCK_OBSERVE_MECHANISMS) : m->play->mechanisms, true,
                   "list of mechanisms", &mine->mechanisms, e))
        return false;
    if (!buf_add(&m->password, o->password))
        return err_set(e, ERR_LIMIT, "the mock's password is over %d octets long",
                       PASSWORD_MAX_OCTETS);
    if (o->door_count > MOCK_DOORS)
        return err_set(e, ERR_LIMIT, "the mock has at most %d doors, and %u were asked for",
                       MOCK_DOORS, o->door_count);
    str meant =
        mine->hostname; /* the host whose domain it is, also where another host's name is shown */
    if (m->play->hostname.n > 0)
        mine->hostname = m->play->hostname;
    return settle_domain(m, meant, e) && settle_keywords(m, e);
}

/* --- opening --- */

static bool make_papers(struct mock_server *m, struct err *e)
{
    AUTO(mock_papers_done) struct mock_papers papers = { 0 };
    if (!mock_papers_make(m->play->cert, m->options.hostname, &m->options.address, &papers, e))
        return false;
    m->ca_pem = arena_dup(&m->settings, buf_str(&papers.ca_pem));
    m->client_pem = arena_dup(&m->settings, buf_str(&papers.client_pem));
    if (!m->ca_pem.p || !m->client_pem.p)
        return err_memory(e, "the mock's certificates");
    m->tls = net_tls_server_new(buf_str(&papers.chain_pem), buf_str(&papers.key_pem), e);
    return m->tls && (!m->play->old_tls || net_tls_server_old(m->tls, e)) &&
           (m->play->trust != MOCK_TRUST_CERTIFICATE || net_tls_server_ask(m->tls, m->ca_pem, e));
}

static void on_accepted(void *user, struct net_listener *from)
{
    const struct mock_listening *door = user;
    (void)from; /* the door knows its listener */
    mock_visit_accept(door->mock, door);
}

static bool open_doors(struct mock_server *m, const struct mock_door *doors, size_t count,
                       struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        struct mock_listening *door = &m->doors[i];
        door->mock = m;
        door->kind = doors[i].kind;
        door->listener = net_listener_new(m->loop, &m->options.address, doors[i].port, on_accepted,
                                          door, e);
        if (!door->listener)
            return false;
        m->door_count++;
    }
    return true;
}

struct mock_server *mock_new(struct net_loop *l, const struct mock_options *o, struct err *e)
{
    AUTO(mock_freep) struct mock_server *m = calloc(1, sizeof *m);
    if (!m) {
        err_memory(e, "the mock server");
        return NULL;
    }
    m->loop = l;
    arena_init(&m->settings, SETTINGS_MAX_OCTETS);
    buf_init(&m->password, PASSWORD_MAX_OCTETS);
    const struct mock_door *doors = o->door_count > 0 ? o->doors : DEFAULT_DOORS;
    size_t count = o->door_count;
    if (!read_options(m, o, e) || !make_papers(m, e))
        return NULL;
    if (count == 0)
        count = m->play->trust == MOCK_TRUST_POP ? COUNT_OF(DEFAULT_DOORS) : SMTP_DOORS;
    if (!open_doors(m, doors, count, e))
        return NULL;
    struct mock_server *made = m;
    m = NULL;
    return made;
}

/* --- ending --- */

void mock_destroy(struct mock_server *m)
{
    net_tls_context_free(m->tls);
    buf_wipe_done(&m->password);
    arena_done(&m->settings);
    free(m);
}

void mock_free(struct mock_server *m)
{
    if (!m)
        return;
    m->gone = true;
    for (unsigned i = 0; i < m->door_count; i++)
        net_listener_free(m->doors[i].listener);
    if (m->visits)
        mock_visit_close_all(m);
    else
        mock_destroy(m);
}

/* --- facts --- */

unsigned mock_door_count(const struct mock_server *m)
{
    return m->door_count;
}

enum mock_door_kind mock_door_kind_of(const struct mock_server *m, unsigned door)
{
    return m->doors[door].kind;
}

uint16_t mock_port(const struct mock_server *m, unsigned door)
{
    return net_listener_port(m->doors[door].listener);
}

str mock_ca_pem(const struct mock_server *m)
{
    return m->ca_pem;
}

str mock_client_pem(const struct mock_server *m)
{
    return m->client_pem;
}

const struct mock_counts *mock_counts(const struct mock_server *m)
{
    return &m->counts;
}
