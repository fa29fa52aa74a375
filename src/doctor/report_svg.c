/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_svg.c - the matrix as a picture: address by port by security by login
 *
 * Drawn twice from the same cells, and the page shows one of them: wide has a column for each way to talk to
 * a port, narrow has a row. A word stands in every cell; colour only repeats it.
 */
#include "doctor/report_page.h"
#include <stdio.h>

enum { BAND_COLUMNS = 7 };

struct drawing {
    struct page *p;
    const struct doctor_lane *lanes;
    size_t count;
    unsigned width, height;
};

/* ------------------------------------------------------------------------------------------------
 * Pieces
 */
struct box {
    unsigned x, y, w, h;
};

static void text_at(struct page *p, const char *class, unsigned x, unsigned y, const char *anchor,
                    const char *words)
{
    buf_addf(p->out, "<text class=\"%s\" x=\"%u\" y=\"%u\" text-anchor=\"%s\">", class, x, y,
             anchor);
    page_text(p, str_from(words));
    page_markup(p, "</text>");
}

static void box_at(struct page *p, const struct box *b, unsigned inset, unsigned radius)
{
    buf_addf(p->out, "<rect class=\"box\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"%u\"/>",
             b->x + inset, b->y + inset, b->w - 2 * inset, b->h - 2 * inset, radius);
}

static void label(struct page *p, const struct box *b, const char *anchor, const char *first,
                  const char *first_class, const char *second)
{
    unsigned x = anchor[0] == 'm' ? b->x + b->w / 2 : b->x;
    page_markup(p, "<g class=\"label\">");
    box_at(p, b, 0, 0);
    text_at(p, first_class, x, b->y + (second ? b->h / 2 - 3 : b->h / 2 + 5), anchor, first);
    if (second)
        text_at(p, "small", x, b->y + b->h / 2 + 15, anchor, second);
    page_markup(p, "</g>");
}

static void lane_label(struct page *p, const struct box *b, const char *anchor,
                       const struct doctor_lane *l)
{
    char port[8];
    snprintf(port, sizeof port, "%u", l->cells[0]->at.port);
    label(p, b, anchor, port, "port",
          l->dead ? "any security" : page_security(l->cells[0]->at.security));
}

static void address_label(struct page *p, const struct box *b, const struct doctor_lane *l)
{
    char ip[IP_TEXT_MAX];
    label(p, b, "start", ip_text(&l->cells[0]->at.address, ip), "small", NULL);
}

/* What stands under the word: the reply, or how it is known. */
static const char *second_line(const struct doctor_cell *c, char out[32])
{
    char enhanced[SMTP_ENHANCED_MAX] = "";
    if (c->s.state == STATE_NOT_TESTED)
        return "";
    if (!c->s.played)
        return "inferred";
    if (!c->s.by || !c->s.by->outcome.code)
        return "";
    if (c->s.by->outcome.enhanced.class)
        smtp_enhanced_text(&c->s.by->outcome.enhanced, enhanced);
    snprintf(out, 32, "%u %s", c->s.by->outcome.code, enhanced);
    return out;
}

/* What works in the user's cell has something that he has not, and no cell shows; NULL. */
static const char *works_with(const struct page *p, const struct doctor_cell *c)
{
    return page_is_asked(p, c) && page_works(p, c) ? doctor_works_with(p->r->asked, p->r->judgement)
                                                   : NULL;
}

static const char *tag_of(const struct page *p, const struct doctor_cell *c)
{
    if (works_with(p, c))
        return "yours: works with";
    if (page_is_asked(p, c))
        return page_works(p, c) ? "yours: works" : "your settings";
    return page_works(p, c) ? "works" : "";
}

static const char *sign_of(enum doctor_state s)
{
    switch (s) {
    case STATE_ACCEPTED: return "\xe2\x9c\x93 ";
    case STATE_REFUSED: return "\xe2\x9c\x95 ";
    default: return "";
    }
}

enum { ARTICLE = 2 }; /* "another From", "a smaller message": a cell has no room for it */

static void cell(struct page *p, const struct box *b, const struct doctor_cell *c)
{
    char word[64], reply[32];
    const char *with = works_with(p, c); /* in two lines, where the reply has none */
    const char *tag = with ? with + ARTICLE : tag_of(p, c),
               *second = with ? "" : second_line(c, reply);
    unsigned lines = 1 + (*second != 0 || with) + (*tag != 0), middle = b->x + b->w / 2;
    unsigned y = b->y + b->h / 2 + 5 - (lines - 1) * 9;
    bool inferred = c->s.state != STATE_NOT_TESTED && !c->s.played;
    buf_addf(p->out, "<g class=\"cell%s%s%s%s\">",
             c->s.state == STATE_ACCEPTED  ? " accepted"
             : c->s.state == STATE_REFUSED ? " refused"
                                           : "",
             inferred ? " inferred" : "", page_is_asked(p, c) ? " yours" : "",
             page_works(p, c) ? " works" : "");
    box_at(p, b, 3, 6);
    snprintf(word, sizeof word, "%s%.*s", sign_of(c->s.state), STR_ARG(page_state(c)));
    text_at(p, "word", middle, y, "middle", word);
    if (with)
        text_at(p, "tag", middle, y += 18, "middle", tag_of(p, c));
    else if (*second)
        text_at(p, "small", middle, y += 18, "middle", second);
    if (*tag)
        text_at(p, "tag", middle, y + 18, "middle", tag);
    page_markup(p, "</g>");
}

/* ------------------------------------------------------------------------------------------------
 * Two layouts
 */
static void begin(struct drawing *d, const char *name)
{
    struct page *p = d->p;
    buf_addf(p->out,
             "<svg class=\"%s\" role=\"img\" aria-labelledby=\"%s-title %s-desc\" viewBox=\"0 0 %u "
             "%u\" width=\"%u\" height=\"%u\"><title id=\"%s-title\">Which ways were tried, and "
             "what came of each</title><desc id=\"%s-desc\">",
             name, name, name, d->width, d->height, d->width, d->height, name, name);
    for (size_t i = 0; i < d->count; i++) {
        const struct doctor_cell *const *c = d->lanes[i].cells;
        char ip[IP_TEXT_MAX];
        page_textf(p, "%s port %u, %s: without a login %.*s, with a login %.*s. ",
                   ip_text(&c[0]->at.address, ip), c[0]->at.port,
                   d->lanes[i].dead ? "any security" : page_security(c[0]->at.security),
                   STR_ARG(page_state(c[0])), STR_ARG(page_state(c[1])));
    }
    page_markup(p, "</desc>");
}

/* How many lanes from first on stand in one band: of one address, and no more than fit side by side. */
static size_t band_of(const struct drawing *d, size_t first)
{
    size_t n = 1;
    while (first + n < d->count && n < BAND_COLUMNS &&
           doctor_lanes_same_address(&d->lanes[first], &d->lanes[first + n]))
        n++;
    return n;
}

enum { WIDE_LABEL = 92, WIDE_CELL = 124, CELL_HEIGHT = 72, HEAD = 48, ADDRESS = 26, BAND_GAP = 22 };

static void wide_band(struct drawing *d, size_t first, size_t n, unsigned y)
{
    struct page *p = d->p;
    address_label(p, &(struct box){ 0, y, 330, ADDRESS }, &d->lanes[first]);
    y += ADDRESS;
    for (unsigned row = 0; row < 2; row++)
        label(p, &(struct box){ 0, y + HEAD + row * CELL_HEIGHT, WIDE_LABEL, CELL_HEIGHT }, "start",
              row ? "with login" : "no login", "plain", NULL);
    for (unsigned i = 0; i < n; i++) {
        const struct doctor_lane *l = &d->lanes[first + i];
        unsigned x = WIDE_LABEL + i * WIDE_CELL;
        lane_label(p, &(struct box){ x, y, WIDE_CELL, HEAD }, "middle", l);
        for (unsigned row = 0; row < 2; row++)
            cell(p, &(struct box){ x, y + HEAD + row * CELL_HEIGHT, WIDE_CELL, CELL_HEIGHT },
                 l->cells[row]);
    }
}

static void draw_wide(struct drawing *d)
{
    enum { BAND = ADDRESS + HEAD + 2 * CELL_HEIGHT + BAND_GAP };
    size_t columns = 1;
    unsigned bands = 0, y = 0;
    for (size_t i = 0; i < d->count; i += band_of(d, i), bands++)
        columns = band_of(d, i) > columns ? band_of(d, i) : columns;
    d->width = WIDE_LABEL + (unsigned)columns * WIDE_CELL;
    d->width = d->width < 340 ? 340 : d->width;
    d->height = bands * BAND - BAND_GAP;
    begin(d, "wide");
    for (size_t i = 0; i < d->count; i += band_of(d, i), y += BAND)
        wide_band(d, i, band_of(d, i), y);
    page_markup(d->p, "</svg>");
}

static void draw_narrow(struct drawing *d)
{
    enum { LABEL = 99, CELL = 122, HEIGHT = 70, TOP = 30 };
    struct page *p = d->p;
    unsigned y = 0;
    d->width = LABEL + 2 * CELL;
    for (size_t i = 0; i < d->count; i++)
        y += HEIGHT + (i == 0 || !doctor_lanes_same_address(&d->lanes[i - 1], &d->lanes[i])
                           ? ADDRESS + TOP
                           : 0);
    d->height = y;
    begin(d, "narrow");
    y = 0;
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || !doctor_lanes_same_address(&d->lanes[i - 1], &d->lanes[i])) {
            address_label(p, &(struct box){ 0, y, LABEL + 2 * CELL, ADDRESS }, &d->lanes[i]);
            y += ADDRESS;
            for (unsigned k = 0; k < 2; k++)
                label(p, &(struct box){ LABEL + k * CELL, y, CELL, TOP }, "middle",
                      k ? "with login" : "no login", "plain", NULL);
            y += TOP;
        }
        lane_label(p, &(struct box){ 0, y, LABEL, HEIGHT }, "start", &d->lanes[i]);
        for (unsigned k = 0; k < 2; k++)
            cell(p, &(struct box){ LABEL + k * CELL, y, CELL, HEIGHT }, d->lanes[i].cells[k]);
        y += HEIGHT;
    }
    page_markup(p, "</svg>");
}

/* ------------------------------------------------------------------------------------------------
 * The same as a table
 */
static void field(struct page *p, const char *of, str text)
{
    buf_addf(p->out, "<td data-of=\"%s\">", of);
    page_text(p, text);
    page_markup(p, "</td>");
}

static void row(struct page *p, const struct doctor_cell *c, bool dead)
{
    char ip[IP_TEXT_MAX], port[8];
    str said = STR_NONE, first = STR_NONE;
    const char *tag = tag_of(p, c), *with = works_with(p, c);
    bool inferred = c->s.state != STATE_NOT_TESTED && !c->s.played;
    struct arena *a = p->r->record->arena;
    snprintf(port, sizeof port, "%u", c->at.port);
    if (c->s.by && c->s.by->outcome.code && c->s.played) {
        first = c->s.by->outcome.text;
        said = str_cut(&first, '\n');
    }
    page_markup(p, "<tr>");
    field(p, "Address", str_from(ip_text(&c->at.address, ip)));
    field(p, "Port", str_from(port));
    field(p, "Security", str_from(dead ? "any" : page_security(c->at.security)));
    field(p, "Login", smtp_attempt_logs_in(&c->at) ? STR("yes") : STR("no"));
    field(p, "Result",
          arena_printf(a, "%.*s%s%s%s%s%s", STR_ARG(page_state(c)), inferred ? ", inferred" : "",
                       *tag ? "; " : "", tag, with ? " " : "", with ? with : ""));
    field(p, "The server said",
          said.n ? arena_printf(a, "%u %.*s", c->s.by->outcome.code, STR_ARG(said)) : STR("-"));
    page_markup(p, "</tr>");
}

static void table(struct page *p, const struct doctor_lane *lanes, size_t count)
{
    page_markup(p, "<details><summary>The same as a table</summary><div class=\"inside\"><table "
                   "class=\"cells\"><thead>"
                   "<tr><th scope=\"col\">Address</th><th scope=\"col\">Port</th>"
                   "<th scope=\"col\">Security</th><th scope=\"col\">Login</th>"
                   "<th scope=\"col\">Result</th><th scope=\"col\">The server said</th></tr>"
                   "</thead><tbody>");
    for (size_t i = 0; i < count; i++)
        for (unsigned k = 0; k < 2; k++)
            row(p, lanes[i].cells[k], lanes[i].dead);
    page_markup(p, "</tbody></table></div></details>");
}

void page_matrix(struct page *p)
{
    struct doctor_lane lanes[DOCTOR_LANES_MAX];
    size_t n = doctor_lanes(p->r->asked, p->r->judgement, p->cells, p->cell_count, lanes);
    struct drawing d = { p, lanes, n, 0, 0 };
    if (!n)
        return;
    page_markup(p, "<section><h2>What was tried</h2><figure>");
    draw_wide(&d);
    draw_narrow(&d);
    page_markup(p, "<figcaption>Each box is one way to hand mail over: a port, its security, and "
                   "whether the program logs in. A solid border: this was played. A dashed border "
                   "and the word <i>inferred</i>: it follows from what the server showed. A thick "
                   "border marks your own settings, and those that work.</figcaption></figure>");
    table(p, lanes, n);
    page_markup(p, "</section>");
}
