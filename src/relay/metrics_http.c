/* SPDX-License-Identifier: ISC */
#include "relay/metrics_http.h"
#include "net/acceptor.h"
#include "relay/guests.h"
#include "relay/metrics_request.h"
#include <stdlib.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 16,
    REQUEST_MS = 5000,
    TEXT_MAX = 8 << 20 /* of 256 smarthosts with the longest names */
};

struct scrape {
    struct relay_guest guest;
    struct relay_metrics_http *http;
    struct buf request;
    bool answered;
};
struct relay_metrics_http {
    struct relay *relay;
    struct net_acceptor *acceptor;
    struct relay_guests guests;
    bool freed;
};

/* ---- a connection ---- */

static void answer(struct scrape *s, unsigned status)
{
    struct buf body, head;
    buf_init(&body, TEXT_MAX);
    buf_init(&head, 1024);
    if (status == 200 && !relay_metrics_text(s->http->relay, &body))
        status = 500;
    if (status != 200) {
        buf_clear(&body);
        buf_addf(&body, "%u %s: what there is, is at /metrics\n", status,
                 relay_metrics_reason(status));
    }
    buf_addf(&head,
             "HTTP/1.1 %u %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
             "Content-Length: %zu\r\nConnection: close\r\nCache-Control: no-store\r\n%s\r\n",
             status, relay_metrics_reason(status), body.n, status == 405 ? "Allow: GET\r\n" : "");
    net_stream_send(s->guest.stream, buf_str(&head));
    net_stream_send(s->guest.stream, buf_str(&body));
    s->answered = true;
    relay_guest_end(&s->guest, true);
    buf_done(&head);
    buf_done(&body);
}

static struct scrape *scrape_of(struct relay_guest *g)
{
    return (struct scrape *)g;
}

static void on_opened(struct relay_guest *g)
{
    net_stream_deadline(g->stream, net_loop_now_ms(g->of->loop) + REQUEST_MS);
}

static void on_octets(struct relay_guest *g, str octets)
{
    struct scrape *s = scrape_of(g);
    if (s->answered)
        return;
    buf_add(&s->request, str_take(octets, METRICS_REQUEST_MAX - s->request.n));
    unsigned status = relay_metrics_status(buf_str(&s->request));
    if (status)
        answer(s, status);
}

static void http_unused(struct relay_metrics_http *m)
{
    if (m->freed && m->guests.count == 0)
        free(m);
}

static void on_gone(struct relay_guest *g)
{
    struct scrape *s = scrape_of(g);
    struct relay_metrics_http *m = s->http;
    buf_done(&s->request);
    free(s);
    http_unused(m);
}

static const struct relay_guest_calls CALLS = { on_opened, on_octets, NULL, on_gone };

static void on_accepted(void *user, int fd, const struct ip *peer UNUSED, uint16_t port UNUSED)
{
    struct relay_metrics_http *m = user;
    struct scrape *s = relay_guests_have_room(&m->guests) ? calloc(1, sizeof *s) : NULL;
    if (!s) {
        close(fd);
        return;
    }
    s->http = m;
    buf_init(&s->request, METRICS_REQUEST_MAX);
    (void)relay_guests_take(&m->guests, &s->guest, fd);
}

struct relay_metrics_http *relay_metrics_http_new(struct relay *r, struct err *e)
{
    const struct site *site = &r->config->rules.file.site;
    struct relay_metrics_http *m = calloc(1, sizeof *m);
    if (!m) {
        err_memory(e, "the metrics");
        return NULL;
    }
    m->relay = r;
    relay_guests_init(&m->guests, r->workers[0].loop, &CALLS, CONNECTIONS_MAX);
    if (net_acceptor_free_port(&site->metrics, site->metrics_port, e))
        m->acceptor = net_acceptor_new(r->workers[0].loop, &site->metrics, site->metrics_port,
                                       on_accepted, m, e);
    if (m->acceptor) {
        net_acceptor_start(m->acceptor);
        return m;
    }
    free(m);
    return NULL;
}

void relay_metrics_http_free(struct relay_metrics_http *m)
{
    if (!m)
        return;
    net_acceptor_free(m->acceptor);
    relay_guests_end(&m->guests);
    m->freed = true;
    http_unused(m);
}
