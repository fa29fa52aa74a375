/* SPDX-License-Identifier: ISC */
/*
 * server_dialogues - plays the dialogues of tests/scenario/dialogues against the server core
 * usage: server_dialogues FILE...
 * What a file holds is told at the top of dialogues/commands.txt. Each dialogue is played turn by turn, then all
 * at once, then cut in two at every octet, then octet by octet; each with mail data whole and by pieces:
 * always with the same replies and the same messages.
 */
#include "base/buf.h"
#include "policy/protocol.h"
#include "smtp/reply.h"
#include "smtp/server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS_MAX = 256, TEXT_MAX = 1 << 22, CUTS_MAX = 4000 };

/* One line of a dialogue: what the client says, or what must come of that. */
struct turn {
    char kind; /* C c S + - M E */
    str text;  /* of C, c and M: what is in octets */
    struct buf octets;
    unsigned line;
};

struct dialogue {
    str name;
    unsigned line;
    struct smtp_session_config config;
    bool steps; /* turn by turn only */
    struct turn turns[TURNS_MAX];
    size_t count;
};

struct play {
    const struct dialogue *d;
    struct smtp_session *s;
    struct buf sent, pieces, stored; /* stored: messages, a NUL NUL behind each */
    bool closed, stream;
    const char *how;
    size_t cut;
};

static const char *file_name;
static unsigned failures;

static void fail(const struct play *p, unsigned line, const char *what, str had, str wanted)
{
    static unsigned told;

    failures++;
    if (told != p->d->line) /* the first of a dialogue tells most */
        fprintf(stderr, "%s:%u: %.*s (%s%s, cut %zu): %s\n    had    %.*s\n    wanted %.*s\n",
                file_name, line, STR_ARG(p->d->name), p->how, p->stream ? ", by pieces" : "",
                p->cut, what, STR_ARG(had), STR_ARG(wanted));
    told = p->d->line;
}

/* ---- the owner ---- */

/* Every refusal of the core is one that baton why can tell of. */
static str refused(void *user, const struct smtp_refusal *r)
{
    const struct play *p = user;
    if (!policy_protocol_of(r->enhanced, r->text))
        fail(p, p->d->line, "no rule of the protocol is told of", r->text, STR_NONE);
    return STR_NONE;
}

static unsigned judge_path(const struct smtp_session_question *q)
{
    if (str_eq(q->mailbox.local_part, STR("refused")))
        return 550;
    if (str_eq(q->mailbox.local_part, STR("later")))
        return 451;
    return str_eq(q->mailbox.local_part, STR("closing")) ? 421 : 250;
}

static unsigned judge_login(const struct smtp_session_question *q)
{
    if (q->user.p == NULL) /* X: one challenge, then whatever comes */
        return q->octets.p == NULL ? 334 : 235;
    return str_eq(q->user, STR("user")) && str_eq(q->password, STR("secret")) ? 235 : 535;
}

static unsigned store(struct play *p, str whole)
{
    str message = p->stream ? buf_str(&p->pieces) : whole;
    bool refused = str_find(message, STR("virus")) != STR_NOT_FOUND;

    if (!refused) {
        buf_add(&p->stored, message);
        buf_add(&p->stored, STR("\0\0"));
    }
    buf_clear(&p->pieces);
    return refused ? 554 : 250;
}

static void answer(struct play *p, enum smtp_ask ask, const struct smtp_session_question *q)
{
    unsigned code = 250;

    switch (ask) {
    case SMTP_ASK_GREETING: code = 220; break;
    case SMTP_ASK_AUTH: code = judge_login(q); break;
    case SMTP_ASK_MAIL:
    case SMTP_ASK_RCPT: code = judge_path(q); break;
    case SMTP_ASK_PIECE:
        buf_add(&p->pieces, q->octets);
        code = str_find(q->octets, STR("!stop")) != STR_NOT_FOUND ? 554 : 250;
        break;
    case SMTP_ASK_STORE: code = store(p, q->octets); break;
    default: break;
    }
    smtp_session_answer(p->s, code, STR_NONE, code == 334 ? STR("go on") : STR_NONE);
}

static void pump(struct play *p)
{
    struct smtp_session_question q;
    enum smtp_ask ask;

    while (!p->closed && (ask = smtp_session_next(p->s, &q)) != SMTP_ASK_NOTHING) {
        if (ask == SMTP_ASK_SEND)
            buf_add(&p->sent, q.octets);
        else if (ask == SMTP_ASK_CLOSE)
            p->closed = true;
        else if (ask == SMTP_ASK_TLS)
            smtp_session_tls(p->s, true);
        else if (ask == SMTP_ASK_FORGET)
            buf_clear(&p->pieces);
        else
            answer(p, ask, &q);
    }
}

static void feed(struct play *p, str octets)
{
    smtp_session_feed(p->s, octets, 0);
    pump(p);
}

/* ---- what must come of it ---- */

/* Takes one reply off what was sent; empty: there is none. */
static str take_reply(str *sent)
{
    str all = *sent;

    while (sent->n > 0) {
        size_t lf = str_find_octet(*sent, '\n');
        bool last = sent->n > 3 && sent->p[3] == ' ';

        *sent = str_skip(*sent, lf == STR_NOT_FOUND ? sent->n : lf + 1);
        if (last)
            break;
    }
    return str_take(all, all.n - sent->n);
}

static bool has_keyword(str reply, str word)
{
    while (reply.p != NULL && reply.n > 0) {
        str line = str_trim(str_skip(str_cut(&reply, '\n'), 4));

        if (str_eq(line, word) || (str_starts(line, word) && line.p[word.n] == ' '))
            return true;
    }
    return false;
}

static void check_reply(const struct play *p, const struct turn *t, str reply)
{
    if (!str_starts(reply, str_take(t->text, 3)) ||
        (t->text.n > 3 && !str_starts(str_skip(reply, 4), str_skip(t->text, 4))))
        fail(p, t->line, "another reply", str_trim(reply), t->text);
}

/* The turns from *at on that say what the session has done by now. */
static void check_turns(struct play *p, size_t *at, str *sent, str *stored)
{
    str reply = STR_NONE;

    for (; *at < p->d->count; ++*at) {
        const struct turn *t = &p->d->turns[*at];
        str had;

        switch (t->kind) {
        case 'S':
            reply = take_reply(sent);
            check_reply(p, t, reply);
            break;
        case '+':
        case '-':
            if (has_keyword(reply, t->text) != (t->kind == '+'))
                fail(p, t->line, "keyword", reply, t->text);
            break;
        case 'M':
            had = str_take(*stored, str_find(*stored, STR("\0\0")));
            if (!str_eq(had, t->text))
                fail(p, t->line, "another message", had, t->text);
            *stored = str_skip(*stored, had.n + 2);
            break;
        case 'E':
            if (!p->closed)
                fail(p, t->line, "the session goes on", STR_NONE, STR_NONE);
            break;
        default: return;
        }
    }
}

static void begin(struct play *p, const struct dialogue *d, bool stream, const char *how,
                  size_t cut)
{
    struct smtp_session_config config = d->config;

    config.stream = stream;
    config.refused = refused;
    config.refused_user = p;
    *p = (struct play){ .d = d, .stream = stream, .how = how, .cut = cut };
    p->s = smtp_session_new(&config, 0);
    if (p->s == NULL)
        abort();
    buf_init(&p->sent, TEXT_MAX);
    buf_init(&p->pieces, TEXT_MAX);
    buf_init(&p->stored, TEXT_MAX);
    pump(p);
    buf_clear(&p->sent); /* the greeting */
}

static void end(struct play *p, str sent, str stored)
{
    bool ends = p->d->count > 0 && p->d->turns[p->d->count - 1].kind == 'E';

    if (sent.n > 0)
        fail(p, p->d->line, "a reply too many", sent, STR_NONE);
    if (stored.n > 0)
        fail(p, p->d->line, "a message too many", stored, STR_NONE);
    if (p->closed && !ends)
        fail(p, p->d->line, "the session ended", STR_NONE, STR_NONE);
    smtp_session_ended(p->s);
    p->closed = false;
    pump(p);
    if (!p->closed)
        fail(p, p->d->line, "no end when the peer is gone", STR_NONE, STR_NONE);
    smtp_session_free(p->s);
    buf_done(&p->sent);
    buf_done(&p->pieces);
    buf_done(&p->stored);
}

static bool is_said(const struct turn *t)
{
    return t->kind == 'C' || t->kind == 'c';
}

static void play_turns(const struct dialogue *d, bool stream)
{
    struct play p;
    size_t at = 0, sent_at = 0, stored_at = 0;

    begin(&p, d, stream, "turn by turn", 0);
    while (at < d->count) {
        while (at < d->count && is_said(&d->turns[at]))
            feed(&p, d->turns[at++].text);
        str sent = str_skip(buf_str(&p.sent), sent_at),
            stored = str_skip(buf_str(&p.stored), stored_at);
        check_turns(&p, &at, &sent, &stored);
        if (sent.n > 0)
            fail(&p, at < d->count ? d->turns[at].line - 1 : d->line, "a reply too many", sent,
                 STR_NONE);
        sent_at = p.sent.n;
        stored_at = p.stored.n - stored.n;
    }
    end(&p, STR_NONE, str_skip(buf_str(&p.stored), stored_at));
}

/* piece 0: cut in two at `cut`; else pieces of that size. */
static void play_cut(const struct dialogue *d, bool stream, str octets, size_t cut, size_t piece)
{
    struct play p;
    size_t at = 0;

    begin(&p, d, stream, piece ? "octet by octet" : "cut in two", cut);
    if (piece == 0) {
        feed(&p, str_take(octets, cut));
        feed(&p, str_skip(octets, cut));
    }
    for (size_t i = 0; piece > 0 && i < octets.n; i += piece)
        feed(&p, str_take(str_skip(octets, i), piece));
    str sent = buf_str(&p.sent), stored = buf_str(&p.stored);
    while (at < d->count) {
        check_turns(&p, &at, &sent, &stored);
        while (at < d->count && is_said(&d->turns[at]))
            at++;
    }
    end(&p, sent, stored);
}

static void play_all_ways(const struct dialogue *d)
{
    struct buf all;

    buf_init(&all, TEXT_MAX);
    for (size_t i = 0; i < d->count; i++)
        if (is_said(&d->turns[i]))
            buf_add(&all, d->turns[i].text);
    for (int stream = 0; stream < 2; stream++) {
        play_turns(d, stream);
        if (d->steps)
            continue;
        play_cut(d, stream, buf_str(&all), all.n, 0);
        play_cut(d, stream, buf_str(&all), 0, 1);
        for (size_t cut = 0; cut < all.n && all.n <= CUTS_MAX; cut++)
            play_cut(d, stream, buf_str(&all), cut, 0);
    }
    buf_done(&all);
}

/* ---- the files ---- */

static int hex(char c)
{
    return is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10;
}

/* Escapes: \r \n \t \0 \\ \xHH, and {N*text} for N times text. */
static void unescape(str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        size_t close = str_find_octet(str_skip(s, i), '}');
        size_t star = str_find_octet(str_skip(s, i), '*');
        uint64_t times;

        if (s.p[i] == '{' && close != STR_NOT_FOUND && star < close &&
            str_to_u64(str_take(str_skip(s, i + 1), star - 1), 1000000, &times)) {
            struct buf text;

            buf_init(&text, TEXT_MAX);
            unescape(str_take(str_skip(s, i + star + 1), close - star - 1), &text);
            while (times-- > 0)
                buf_add(out, buf_str(&text));
            buf_done(&text);
            i += close;
        } else if (s.p[i] != '\\' || i + 1 == s.n) {
            buf_addc(out, s.p[i]);
        } else if (s.p[++i] == 'x' && i + 2 < s.n) {
            buf_addc(out, (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2])));
            i += 2;
        } else {
            buf_addc(out, s.p[i] == 'r'   ? '\r'
                          : s.p[i] == 'n' ? '\n'
                          : s.p[i] == 't' ? '\t'
                          : s.p[i] == '0' ? '\0'
                                          : s.p[i]);
        }
    }
}

static bool set_flag(struct smtp_session_config *c, str word)
{
    const struct {
        str name;
        bool *flag;
    } FLAGS[] = {
        { STR("starttls"), &c->starttls },
        { STR("chunking"), &c->chunking },
        { STR("dsn"), &c->dsn },
        { STR("smtputf8"), &c->smtputf8 },
        { STR("normalize"), &c->normalize },
        { STR("clear-auth"), &c->auth_in_clear },
        { STR("tls-auth"), &c->auth_under_tls },
        { STR("needs-tls"), &c->mail_needs_tls },
        { STR("tls"), &c->tls_from_start },
    };

    for (size_t i = 0; i < COUNT_OF(FLAGS); i++)
        if (str_eq(word, FLAGS[i].name))
            return *FLAGS[i].flag = true;
    return false;
}

static bool set_option(struct dialogue *d, str word)
{
    str value = word;
    str name = str_cut(&value, '=');
    uint64_t n = 0;

    if (str_eq(word, STR("steps")))
        return d->steps = true;
    if (value.p == NULL)
        return set_flag(&d->config, word);
    if (!str_to_u64(value, UINT32_MAX, &n))
        return false;
    if (str_eq(name, STR("size")))
        d->config.size_max = n;
    else if (str_eq(name, STR("errors")))
        d->config.errors_max = (unsigned)n;
    else if (str_eq(name, STR("recipients")))
        d->config.recipients_max = (unsigned)n;
    else
        return false;
    return true;
}

static void broken(unsigned line, str text)
{
    fprintf(stderr, "%s:%u: not understood: %.*s\n", file_name, line, STR_ARG(text));
    exit(2);
}

static void add_turn(struct dialogue *d, str line, unsigned number)
{
    struct turn *t = &d->turns[d->count++];
    str text = line.n > 2 ? str_skip(line, 3) : STR("");

    if (d->count == TURNS_MAX || line.n < 2 || (line.n > 2 && line.p[2] != ' '))
        broken(number, line);
    *t = (struct turn){ .kind = line.p[1] == ':' ? line.p[0] : line.p[1],
                        .text = text,
                        .line = number };
    if (str_find_octet(STR("CcS+-ME"), t->kind) == STR_NOT_FOUND)
        broken(number, line);
    if (is_said(t) || t->kind == 'M') {
        buf_init(&t->octets, TEXT_MAX);
        unescape(text, &t->octets);
        if (t->kind == 'C')
            buf_add(&t->octets, STR("\r\n"));
        t->text = buf_str(&t->octets);
    }
}

static void new_dialogue(struct dialogue *d, str name, unsigned line)
{
    for (size_t i = 0; i < d->count; i++)
        buf_done(&d->turns[i].octets);
    *d = (struct dialogue){ .name = name,
                            .line = line,
                            .config = { .hostname = STR_INIT("mx"),
                                        .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 X"),
                                        .size_max = 1000 } };
}

static unsigned play_file(str text)
{
    static struct dialogue d;
    unsigned number = 0, count = 0;

    for (bool more = true; more; more = text.p != NULL) {
        str line = str_cut(&text, '\n');
        bool head = str_starts(line, STR("== "));

        number++;
        if ((head || text.p == NULL) && d.name.n > 0) {
            play_all_ways(&d);
            count++;
            d.name = STR_NONE;
        }
        if (head) {
            new_dialogue(&d, str_skip(line, 3), number);
        } else if (line.n == 0 || line.p[0] == '#') {
            continue;
        } else if (line.p[0] == '@') {
            for (str words = str_skip(line, 2); words.p != NULL;) {
                str word = str_cut(&words, ' ');
                if (word.n > 0 && !set_option(&d, word))
                    broken(number, word);
            }
        } else {
            add_turn(&d, line, number);
        }
    }
    new_dialogue(&d, STR_NONE, 0);
    return count;
}

static void read_file(const char *path, struct buf *out)
{
    char block[4096];
    FILE *f = fopen(path, "r");
    size_t n;

    if (f == NULL) {
        perror(path);
        exit(2);
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, (str){ block, n });
    fclose(f);
}

int main(int argc, char **argv)
{
    unsigned count = 0;

    for (int i = 1; i < argc; i++) {
        struct buf text;

        file_name = argv[i];
        buf_init(&text, TEXT_MAX);
        read_file(argv[i], &text);
        count += play_file(buf_str(&text));
        buf_done(&text);
    }
    printf("%u dialogues, %u failures\n", count, failures);
    return count == 0 || failures > 0;
}
