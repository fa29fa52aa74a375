/* SPDX-License-Identifier: ISC */
/* net/fetch.c - look up, connect, read; then again where a redirect leads */
#include "net/fetch.h"
#include "base/arena.h"
#include "base/escape.h"
#include "net/curl.h"
#include "net/inside.h"
#include "net/resolver.h"
#include <errno.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS    10000
#define BODY_OCTETS   ((size_t)256 << 10)
#define HEADER_OCTETS ((size_t)64 << 10)
#define URL_OCTETS    2048
#define MEMORY_OCTETS ((size_t)256 << 10)
#define ADDRESSES_MAX 16
#define TRUST_FOLDER  "/etc/ssl/certs"
#define HTTPS_PORT    443
#define HTTP_PORT     80

/* A socket of libcurl's. Outlives its transfer by a turn of the loop, as libuv closes later. */
struct watch {
    TAILQ_ENTRY(watch) link;
    uv_poll_t handle;
    curl_socket_t fd;
    struct net_fetch *fetch;
};

/* A URL taken apart. */
struct place {
    bool tls;
    str url, host;
    uint16_t port;
};

struct net_fetch {
    struct net_loop *loop;
    struct net_fetch_options options;
    const struct net_curl *curl;
    struct arena memory;
    struct place at;
    struct net_resolver *resolver;
    struct net_timer *deadline, *timer; /* ours, and the one that libcurl sets */
    struct net_task task;               /* brings what was known at once */
    CURLM *multi;
    CURL *easy;
    struct curl_slist *names, *connect_to;
    TAILQ_HEAD(, watch) watches;
    struct buf body;
    size_t header_octets;
    bool too_large; /* header or body */
    bool encoded;   /* compressed, as the header says */
    bool enough;    /* the body was not wanted */
    bool over;
    uint64_t began_at;
    struct web_page page;
    void (*done)(void *user, struct net_fetch *f);
    void *user;
};

bool net_fetch_same_host(void *user, str from, str to)
{
    (void)user;
    return str_eq_nocase(from, to);
}

const struct web_page *net_fetch_page(const struct net_fetch *f)
{
    return &f->page;
}

/* ---- the end ---- */

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

static void watch_close(struct watch *w)
{
    TAILQ_REMOVE(&w->fetch->watches, w, link);
    w->fetch = NULL;
    uv_poll_stop(&w->handle);
    uv_close((uv_handle_t *)&w->handle, free_watch);
}

/* Never inside a call of libcurl's. */
static void leave(struct net_fetch *f)
{
    if (f->multi && f->easy)
        f->curl->multi_remove_handle(f->multi, f->easy);
    if (f->easy)
        f->curl->easy_cleanup(f->easy);
    if (f->multi)
        f->curl->multi_cleanup(f->multi);
    if (f->curl) {
        f->curl->slist_free_all(f->names);
        f->curl->slist_free_all(f->connect_to);
    }
    while (!TAILQ_EMPTY(&f->watches))
        watch_close(TAILQ_FIRST(&f->watches));
    f->easy = NULL;
    f->multi = NULL;
    f->names = f->connect_to = NULL;
    if (f->timer)
        net_timer_at(f->timer, UINT64_MAX);
    net_resolver_free(f->resolver);
    f->resolver = NULL;
}

void net_fetch_free(struct net_fetch *f)
{
    if (!f)
        return;
    leave(f);
    net_task_cancel(f->loop, &f->task);
    net_timer_free(f->deadline);
    net_timer_free(f->timer);
    buf_done(&f->body);
    arena_done(&f->memory);
    free(f);
}

static void finish(struct net_fetch *f)
{
    if (f->over)
        return;
    f->over = true;
    leave(f);
    net_timer_at(f->deadline, UINT64_MAX);
    f->page.url = f->at.url;
    f->page.took_ms = (uint32_t)(net_loop_now_ms(f->loop) - f->began_at);
    f->done(f->user, f);
}

/* "https://HOST/...: WHAT": the sentence of every outcome but WEB_OK. */
static void end_with(struct net_fetch *f, enum web_outcome outcome, const char *what)
{
    char shown[ESCAPE_SHOWN_MAX];
    struct err e;
    f->page.outcome = outcome;
    f->page.body = STR_NONE;
    err_set(&e, ERR_SYSTEM, "%s: %s", escape_shown(f->at.url, shown), what);
    memcpy(f->page.why, e.why, sizeof(f->page.why));
    finish(f);
}

static void on_deadline(void *user)
{
    end_with(user, WEB_TIMEOUT,
             ((struct net_fetch *)user)->easy ? "no whole answer came in time"
                                              : "the look-up of the host's address took too long");
}

/* ---- URLs ---- */

static bool part(struct net_fetch *f, CURLU *u, CURLUPart which, unsigned flags, str *out)
{
    char *text = NULL;
    if (f->curl->url_get(u, which, &text, flags) != CURLUE_OK)
        return false;
    *out = arena_dup(&f->memory, str_from(text));
    f->curl->free(text);
    return out->p != NULL;
}

static bool take_apart(struct net_fetch *f, CURLU *u, struct place *out)
{
    str scheme, port;
    uint64_t number = 0;
    bool ok = part(f, u, CURLUPART_SCHEME, 0, &scheme) &&
              part(f, u, CURLUPART_HOST, 0, &out->host) &&
              part(f, u, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port) &&
              part(f, u, CURLUPART_URL, 0, &out->url) && str_to_u64(port, UINT16_MAX, &number) &&
              str_is_ascii(out->host) && out->host.n > 0 && number > 0;
    if (!ok)
        return false;
    for (size_t i = 0; i < out->host.n; i++) /* a copy of ours */
        ((char *)out->host.p)[i] = to_lower(out->host.p[i]);
    out->tls = str_eq(scheme, STR("https"));
    out->port = (uint16_t)number;
    return out->tls || str_eq(scheme, STR("http"));
}

/* NULs never reach libcurl: text ends at the first, so that such a URL is none. */
static bool read_url(struct net_fetch *f, str url, struct place *out)
{
    str copy = arena_dup(&f->memory, url);
    CURLU *u = copy.p ? f->curl->url() : NULL;
    bool ok = u && url.n < URL_OCTETS && str_find_octet(url, '\0') == STR_NOT_FOUND &&
              f->curl->url_set(u, CURLUPART_URL, copy.p, CURLU_DISALLOW_USER) == CURLUE_OK &&
              f->curl->url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
              take_apart(f, u, out);
    f->curl->url_cleanup(u);
    return ok;
}

/* ---- the loop and libcurl ---- */

static void check(struct net_fetch *f);

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct watch *w = handle->data;
    struct net_fetch *f = w->fetch;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0, running;
    flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
    flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
    f->curl->multi_socket_action(f->multi, w->fd, flags, &running);
    check(f);
}

static struct watch *watch_new(struct net_fetch *f, curl_socket_t fd)
{
    struct watch *w = calloc(1, sizeof(*w));
    if (!w || uv_poll_init_socket(net_loop_uv(f->loop), &w->handle, fd) != 0) {
        free(w);
        return NULL;
    }
    w->handle.data = w;
    w->fd = fd;
    w->fetch = f;
    TAILQ_INSERT_TAIL(&f->watches, w, link);
    return w;
}

/* libcurl says what it waits for on a socket. A socket that cannot be watched is silent: the deadline ends it. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *of_socket)
{
    struct net_fetch *f = user;
    struct watch *w = of_socket;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w)
            watch_close(w);
        f->curl->multi_assign(f->multi, fd, NULL);
        return 0;
    }
    if (!w)
        w = watch_new(f, fd);
    if (!w)
        return 0;
    f->curl->multi_assign(f->multi, fd, w);
    uv_poll_start(&w->handle,
                  (what & CURL_POLL_IN ? UV_READABLE : 0) |
                      (what & CURL_POLL_OUT ? UV_WRITABLE : 0),
                  on_poll);
    return 0;
}

static int on_timer_set(CURLM *multi, long timeout_ms, void *user)
{
    struct net_fetch *f = user;
    (void)multi;
    net_timer_at(f->timer,
                 timeout_ms < 0 ? UINT64_MAX : net_loop_now_ms(f->loop) + (uint64_t)timeout_ms);
    return 0;
}

static void on_timer(void *user)
{
    struct net_fetch *f = user;
    int running;
    f->curl->multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    check(f);
}

/* ---- what comes ---- */

static long status_of(struct net_fetch *f)
{
    long status = 0;
    f->curl->easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* libcurl ignores a length that it has no number for, and takes what comes for the whole. */
static bool is_too_long(const struct net_fetch *f, str length)
{
    uint64_t n = 0;
    for (size_t i = 0; i < length.n; i++)
        if (!is_digit(length.p[i]))
            return false;
    return length.n > 0 && !str_to_u64(length, f->body.max, &n);
}

static void read_header(struct net_fetch *f, str name, str value)
{
    if (str_eq_nocase(name, STR("Content-Encoding")) && value.n > 0 &&
        !str_eq_nocase(value, STR("identity")))
        f->encoded = true;
    if (str_eq_nocase(name, STR("Transfer-Encoding")) && !str_eq_nocase(value, STR("chunked")) &&
        !str_eq_nocase(value, STR("identity")))
        f->encoded = true;
    if (str_eq_nocase(name, STR("Content-Length")) && status_of(f) == 200 && is_too_long(f, value))
        f->too_large = true;
}

static size_t on_header(char *line, size_t one, size_t n, void *user)
{
    struct net_fetch *f = user;
    str text = { line, one * n };
    f->header_octets += text.n;
    if (f->header_octets > HEADER_OCTETS)
        f->too_large = true;
    else if (str_starts(text, STR("HTTP/"))) /* the answer proper, behind a 100 */
        f->encoded = false;
    else {
        str name = str_cut(&text, ':');
        read_header(f, str_trim(name), str_trim(text));
    }
    return f->too_large ? 0 : one * n;
}

/* The body of an error is not for us; that of a redirect is read, since libcurl says where it leads only
 * at the end. */
static size_t on_body(char *octets, size_t one, size_t n, void *user)
{
    struct net_fetch *f = user;
    long status = status_of(f);
    f->enough = status != 200 && (status < 300 || status >= 400);
    if (f->enough)
        return 0;
    if (buf_add(&f->body, (str){ octets, one * n }))
        return one * n;
    f->too_large = true;
    return 0;
}

/* ---- what it came to ---- */

static const struct outcome_row {
    CURLcode rc;
    enum web_outcome outcome;
    const char *what;
} OUTCOMES[] = {
    { CURLE_OPERATION_TIMEDOUT, WEB_TIMEOUT, "no whole answer came in time" },
    { CURLE_SSL_CONNECT_ERROR, WEB_TLS, "no TLS session came about" },
    { CURLE_SSL_CACERT_BADFILE, WEB_UNABLE, "the file of trusted certificates cannot be read" },
    { CURLE_OUT_OF_MEMORY, WEB_TOO_LARGE, "a line of its header is too long (or memory is short)" },
    { CURLE_GOT_NOTHING, WEB_BROKEN, "the server closed the connection without an answer" },
    { CURLE_PARTIAL_FILE, WEB_BROKEN, "the server cut its answer off in the middle" },
    { CURLE_RECV_ERROR, WEB_BROKEN, "the connection broke off" },
    { CURLE_SEND_ERROR, WEB_BROKEN, "the connection broke off" },
};

static void end_unconnected(struct net_fetch *f)
{
    long number = 0;
    char what[120];
    f->curl->easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &number);
    bool late = number == ETIMEDOUT;
    (void)snprintf(what, sizeof(what), "no connection to port %u: %s", f->at.port,
                   number > 0 ? strerror((int)number) : "no address answers");
    end_with(f, late ? WEB_TIMEOUT : WEB_REFUSED, what);
}

/* libcurl looks at the name first, and has no result of the rest then. */
static void end_distrusted(struct net_fetch *f)
{
    long number = X509_V_OK;
    char what[160];
    f->curl->easy_getinfo(f->easy, CURLINFO_SSL_VERIFYRESULT, &number);
    if (number == X509_V_OK || number == X509_V_ERR_UNSPECIFIED)
        end_with(f, WEB_CERTIFICATE, "the server's certificate is for another name");
    else {
        (void)snprintf(what, sizeof(what), "the server's certificate is not trusted: %s",
                       X509_verify_cert_error_string(number));
        end_with(f, WEB_CERTIFICATE, what);
    }
}

static void end_failed(struct net_fetch *f, CURLcode rc)
{
    if (f->too_large) {
        end_with(f, WEB_TOO_LARGE,
                 f->header_octets > HEADER_OCTETS ? "the header of its answer is longer than 64 KiB"
                                                  : "its answer is longer than what is taken");
        return;
    }
    if (rc == CURLE_COULDNT_CONNECT) {
        end_unconnected(f);
        return;
    }
    if (rc == CURLE_PEER_FAILED_VERIFICATION) {
        end_distrusted(f);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(OUTCOMES); i++)
        if (OUTCOMES[i].rc == rc) {
            end_with(f, OUTCOMES[i].outcome, OUTCOMES[i].what);
            return;
        }
    end_with(f, WEB_BROKEN, "what came is no HTTP answer");
}

static void go(struct net_fetch *f);

static const char *wont_follow(struct net_fetch *f, const struct place *to)
{
    const struct net_fetch_options *o = &f->options;
    if (!o->may_follow)
        return "it redirects, and a redirect is not followed here";
    if (!to->tls && (f->at.tls || !o->plain))
        return "it redirects to http://, without TLS";
    if (to->port != f->at.port && to->port != (to->tls ? HTTPS_PORT : HTTP_PORT))
        return "it redirects to another port";
    if (!o->may_follow(o->user, f->at.host, to->host))
        return "it redirects to a host of somebody else's";
    if (f->page.redirects == NET_FETCH_REDIRECTS_MAX)
        return "it redirects again and again";
    return NULL;
}

static void end_at_redirect(struct net_fetch *f, const char *url, const char *what)
{
    char shown[ESCAPE_SHOWN_MAX], sentence[200];
    (void)snprintf(sentence, sizeof(sentence), "%s (%s)", what, escape_shown(str_from(url), shown));
    end_with(f, WEB_REDIRECT, sentence);
}

static void redirected(struct net_fetch *f, const char *url)
{
    struct place to;
    if (!read_url(f, str_from(url), &to)) {
        end_at_redirect(f, url, "it redirects to what cannot be asked for");
        return;
    }
    const char *against = wont_follow(f, &to);
    if (against) {
        end_at_redirect(f, url, against);
        return;
    }
    f->page.redirects++;
    f->at = to;
    leave(f);
    go(f);
}

static void end_with_status(struct net_fetch *f, int status)
{
    char what[80];
    (void)snprintf(what, sizeof(what), "the server answers with HTTP status %d", status);
    end_with(f, status == 404 || status == 410 ? WEB_NOT_FOUND : WEB_STATUS, what);
}

static void end_well(struct net_fetch *f)
{
    const char *url = NULL, *type = NULL, *address = NULL;
    long status = status_of(f);
    f->curl->easy_getinfo(f->easy, CURLINFO_REDIRECT_URL, &url);
    f->curl->easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &type);
    f->curl->easy_getinfo(f->easy, CURLINFO_PRIMARY_IP, &address);
    f->page.status = (int)status;
    f->page.verified = f->at.tls;
    f->page.content_type = arena_dup(&f->memory, str_from(type));
    if (!ip_parse(str_from(address), &f->page.server))
        f->page.server = (struct ip){ .family = IP_NONE };
    if (url && status >= 300 && status < 400) {
        redirected(f, url);
        return;
    }
    if (status != 200) {
        end_with_status(f, (int)status);
        return;
    }
    if (f->encoded) {
        end_with(f, WEB_BROKEN, "its answer is compressed, though nobody asked for that");
        return;
    }
    f->page.outcome = WEB_OK;
    f->page.body = buf_str(&f->body);
    finish(f);
}

/* Is the transfer over? Called after every call that may have ended it. */
static void check(struct net_fetch *f)
{
    int left;
    const CURLMsg *m = f->curl->multi_info_read(f->multi, &left);
    if (!m || m->msg != CURLMSG_DONE)
        return;
    CURLcode rc = m->data.result;
    if (rc == CURLE_OK || f->enough)
        end_well(f);
    else
        end_failed(f, rc);
}

/* ---- one request ---- */

static bool set_up(struct net_fetch *f)
{
    const struct net_curl *c = f->curl;
    CURL *h = f->easy;
    int failed = 0;
    failed |= (int)c->easy_setopt(h, CURLOPT_URL,
                                  f->at.url.p); /* ends in NUL, as arena_dup() says */
    failed |= (int)c->easy_setopt(h, CURLOPT_PROTOCOLS_STR, f->at.tls ? "https" : "http");
    failed |= (int)c->easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    failed |= (int)c->easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    failed |= (int)c->easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    failed |= (int)c->easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    failed |= (int)c->easy_setopt(h, CURLOPT_CAPATH, TRUST_FOLDER);
    failed |= (int)c->easy_setopt(h, CURLOPT_CAINFO, f->options.ca_file);
    failed |= (int)c->easy_setopt(h, CURLOPT_USERAGENT, "baton/" BATON_VERSION);
    failed |= (int)c->easy_setopt(h, CURLOPT_PROXY, "");
    failed |= (int)c->easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    failed |= (int)c->easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
    failed |= (int)c->easy_setopt(h, CURLOPT_HTTP09_ALLOWED, 0L);
    failed |= (int)c->easy_setopt(h, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    failed |= (int)c->easy_setopt(h, CURLOPT_TIMEOUT, 0L);
    failed |= (int)c->easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)f->options.timeout_ms);
    failed |= (int)c->easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
    failed |= (int)c->easy_setopt(h, CURLOPT_HEADERDATA, f);
    failed |= (int)c->easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
    failed |= (int)c->easy_setopt(h, CURLOPT_WRITEDATA, f);
    failed |= (int)c->easy_setopt(h, CURLOPT_RESOLVE, f->names);
    failed |= (int)c->easy_setopt(h, CURLOPT_CONNECT_TO, f->connect_to);
    return failed == 0;
}

static bool attach(struct net_fetch *f)
{
    const struct net_curl *c = f->curl;
    f->multi = c->multi_init();
    f->easy = f->multi ? c->easy_init() : NULL;
    return f->easy && set_up(f) &&
           c->multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
           c->multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f) == CURLM_OK &&
           c->multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timer_set) == CURLM_OK &&
           c->multi_setopt(f->multi, CURLMOPT_TIMERDATA, f) == CURLM_OK &&
           c->multi_add_handle(f->multi, f->easy) == CURLM_OK;
}

static void request(struct net_fetch *f)
{
    buf_clear(&f->body);
    f->header_octets = 0;
    f->encoded = f->too_large = f->enough = false;
    f->page.status = 0;
    if (!attach(f))
        end_with(f, WEB_UNABLE, "libcurl cannot be set up");
}

static struct curl_slist *list_of(struct net_fetch *f, struct buf *text)
{
    struct curl_slist *list = buf_addc(text, '\0') ? f->curl->slist_append(NULL, text->p) : NULL;
    buf_done(text);
    return list;
}

/* ---- where to connect ---- */

static const struct net_fetch_pin *pin_of(const struct net_fetch *f, str host)
{
    for (size_t i = 0; i < f->options.pin_count; i++) {
        const struct net_fetch_pin *p = &f->options.pins[i];
        if (p->host.n == 0 || str_eq_nocase(p->host, host))
            return p;
    }
    return NULL;
}

static void go_pinned(struct net_fetch *f, const struct net_fetch_pin *pin)
{
    char address[IP_TEXT_MAX];
    struct buf text;
    buf_init(&text, 256);
    buf_addf(&text, pin->address.family == IP_V6 ? "::[%s]:%u" : "::%s:%u",
             ip_text(&pin->address, address), pin->port ? pin->port : f->at.port);
    f->connect_to = list_of(f, &text);
    if (f->connect_to)
        request(f);
    else
        end_with(f, WEB_UNABLE, "memory is short");
}

/* "HOST:PORT:ADDRESS,ADDRESS": libcurl looks nothing up by itself, so that what was checked is what is
 * connected to. */
static void go_to(struct net_fetch *f, const struct dns_answer *found)
{
    char address[IP_TEXT_MAX];
    size_t taken = 0;
    struct buf text;
    buf_init(&text, 2048);
    buf_addf(&text, "%.*s:%u:", STR_ARG(f->at.host), f->at.port);
    for (size_t i = 0; i < found->count && taken < ADDRESSES_MAX; i++) {
        const struct ip *ip = &found->records[i].ip;
        if (ip->family == IP_NONE || (ip_is_near(ip) && !f->options.near))
            continue;
        buf_addf(&text, ip->family == IP_V6 ? "%s[%s]" : "%s%s", taken++ > 0 ? "," : "",
                 ip_text(ip, address));
    }
    f->names = list_of(f, &text);
    if (taken == 0)
        end_with(f, WEB_PRIVATE,
                 "its address is private, this machine itself, or stands for another");
    else if (!f->names)
        end_with(f, WEB_UNABLE, "memory is short");
    else
        request(f);
}

static void on_found(void *user, const struct dns_answer *found)
{
    struct net_fetch *f = user;
    if (found->count > 0)
        go_to(f, found);
    else if (found->code == DNS_OK || found->code == DNS_NXDOMAIN)
        end_with(f, WEB_NO_HOST,
                 found->code == DNS_OK ? "the host has no address" : "the host does not exist");
    else
        end_with(f, found->code == DNS_TIMEOUT ? WEB_TIMEOUT : WEB_LOOKUP_FAILED,
                 "the look-up of the host's address failed");
}

/* The same request at another place, or the first. */
static void go(struct net_fetch *f)
{
    const struct net_fetch_pin *pin = pin_of(f, f->at.host);
    struct net_resolver_options ro = { .server = f->options.resolver,
                                       .port = f->options.resolver_port,
                                       .timeout_ms = f->options.timeout_ms };
    struct err e;
    if (pin) {
        go_pinned(f, pin);
        return;
    }
    f->resolver = net_resolver_new(f->loop, &ro, &e);
    if (!f->resolver || !net_resolver_addresses(f->resolver, f->at.host, on_found, f, &e))
        end_with(f, WEB_LOOKUP_FAILED, "the host's address cannot be looked up");
}

static void begin(struct net_task *t)
{
    struct net_fetch *f = NET_TASK_OWNER(t, struct net_fetch, task);
    str asked = f->at.url;
    f->curl = net_curl();
    if (!f->curl)
        end_with(f, WEB_UNABLE, "the library for HTTPS (libcurl) is missing");
    else if (!read_url(f, asked, &f->at)) {
        f->at.url = asked;
        end_with(f, WEB_UNABLE, "it is no URL that can be asked for");
    } else if (!f->at.tls && !f->options.plain)
        end_with(f, WEB_UNABLE, "only https:// is asked for");
    else
        go(f);
}

struct net_fetch *net_fetch_new(struct net_loop *l, const struct net_fetch_options *o, str url,
                                void (*done)(void *user, struct net_fetch *f), void *user,
                                struct err *e)
{
    struct net_fetch *f = calloc(1, sizeof(*f));
    if (!f) {
        err_memory(e, "a web page");
        return NULL;
    }
    *f = (struct net_fetch){
        .loop = l, .options = *o, .task.run = begin, .done = done, .user = user
    };
    TAILQ_INIT(&f->watches);
    if (f->options.timeout_ms == 0)
        f->options.timeout_ms = TIMEOUT_MS;
    arena_init(&f->memory, MEMORY_OCTETS);
    buf_init(&f->body, o->body_max > 0 ? o->body_max : BODY_OCTETS);
    f->at.url = arena_dup(&f->memory, str_take(url, URL_OCTETS));
    f->deadline = net_timer_new(l, on_deadline, f);
    f->timer = net_timer_new(l, on_timer, f);
    if (!f->deadline || !f->timer || !f->at.url.p) {
        net_fetch_free(f);
        err_memory(e, "a web page");
        return NULL;
    }
    f->began_at = net_loop_now_ms(l);
    net_timer_at(f->deadline, f->began_at + f->options.timeout_ms);
    net_task_later(l, &f->task);
    return f;
}

/* ---- on a loop of its own ---- */

static void ran(void *user, struct net_fetch *f)
{
    (void)f;
    net_loop_stop(user);
}

bool net_fetch_run(const struct net_fetch_options *o, str url, struct arena *memory,
                   struct web_page *page, struct err *e)
{
    AUTO(net_loop_freep) struct net_loop *loop = net_loop_new(e);
    struct net_fetch *f = loop ? net_fetch_new(loop, o, url, ran, loop, e) : NULL;
    if (!f)
        return false;
    net_loop_run(loop);
    *page = f->page;
    page->url = arena_dup(memory, f->page.url);
    page->content_type = arena_dup(memory, f->page.content_type);
    page->body = arena_dup(memory, f->page.body);
    net_fetch_free(f);
    return (page->url.p && page->content_type.p && page->body.p) || err_memory(e, "a web page");
}
