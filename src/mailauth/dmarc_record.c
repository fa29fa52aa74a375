/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dmarc_record.c - tag=value; tag=value, one row a tag
 */
#include "mailauth/dmarc_record.h"
#include "base/escape.h"

static const struct name_row POLICY_ROWS[] = {
    { DMARC_NONE, STR_INIT("none") },
    { DMARC_QUARANTINE, STR_INIT("quarantine") },
    { DMARC_REJECT, STR_INIT("reject") },
};
const struct names DMARC_POLICY_NAMES = NAMES(POLICY_ROWS);

enum { YES, NO, UNSAID };
static const struct name_row YES_NO_ROWS[] = { { YES, STR_INIT("y") }, { NO, STR_INIT("n") } };
static const struct name_row PSD_ROWS[] = { { DMARC_PSD_YES, STR_INIT("y") },
                                            { DMARC_PSD_NO, STR_INIT("n") },
                                            { DMARC_PSD_UNSAID, STR_INIT("u") } };
static const struct name_row MODE_ROWS[] = { { YES, STR_INIT("s") }, { NO, STR_INIT("r") } };
static const struct names YES_NO = NAMES(YES_NO_ROWS), PSD = NAMES(PSD_ROWS),
                          MODE = NAMES(MODE_ROWS);

/* ------------------------------------------------------------------------------------------------
 * Problems
 */
enum { PCT_MAX = 100 };

static void note(struct dmarc_record *r, enum dmarc_fault fault, str tag, str value)
{
    if (r->problem_count < DMARC_PROBLEMS_MAX)
        r->problems[r->problem_count++] =
            (struct dmarc_problem){ .fault = fault, .tag = tag, .value = value };
}

/* What each says: %t stands for the tag, %v for the value, %w for the name in DNS. */
static const struct {
    bool serious;
    const char *text;
} FAULTS[DMARC_FAULTS] = {
    [DMARC_FAULT_NO_POLICY] = { true, "there is no valid p= and no rua=, so that receivers do not "
                                      "apply the record at all" },
    [DMARC_FAULT_POLICY_IGNORED] = { true, "p=, sp= or np= has no valid value, so that receivers "
                                           "take the whole record for p=none" },
    [DMARC_FAULT_BAD_VALUE] = { true, "%t= cannot be '%v'; receivers ignore it" },
    [DMARC_FAULT_TWICE] = { true, "%t= stands there with two values, which makes the whole record "
                                  "void; receivers differ in what they do with it" },
    [DMARC_FAULT_TWICE_SAME] = { false, "%t= stands there twice" },
    [DMARC_FAULT_NO_TAG] = { true, "'%v' is no tag=value; receivers ignore it" },
    [DMARC_FAULT_EMPTY] = { false, "there is nothing between two semicolons" },
    [DMARC_FAULT_BAD_OCTET] = { true,
                                "%t= has something else than printable ASCII: '%v'; receivers "
                                "may ignore the record" },
    [DMARC_FAULT_UNKNOWN] = { false, "no standard has a tag %t=; receivers ignore it" },
    [DMARC_FAULT_URI] = { true, "%t= must list addresses as mailto:name@domain, and '%v' is no "
                                "URI" },
    [DMARC_FAULT_URI_NO_MAILTO] = { false, "%t= names '%v', and receivers report by mail only "
                                           "(mailto:name@domain)" },
    [DMARC_FAULT_URI_NO_ADDRESS] = { false, "%t= names '%v', in which there is no mail address" },
    [DMARC_FAULT_HISTORIC] = { false, "%t=%v is of RFC 7489; RFC 9989 has it no more, and newer "
                                      "receivers ignore it" },
    [DMARC_FAULT_P_NOT_SECOND] = { false, "older receivers want p= right behind v=DMARC1" },
    [DMARC_FAULT_SEVERAL] = { true, "at %w there is more than one DMARC record, and all of them "
                                    "are ignored" },
    [DMARC_FAULT_NEARLY] = { true, "at %w stands '%v', which is no DMARC record: it must begin "
                                   "with exactly v=DMARC1;" },
    [DMARC_FAULT_REPORTS_REFUSED] = { false, "%t= names '%v', and receivers send no reports there, "
                                             "because there is no TXT record v=DMARC1 at %w by "
                                             "which it says that it takes them" },
};

bool dmarc_problem_serious(const struct dmarc_problem *p)
{
    return FAULTS[p->fault].serious;
}

void dmarc_problem_text(const struct dmarc_problem *p, struct buf *out)
{
    char shown[ESCAPE_SHOWN_MAX];
    for (const char *c = FAULTS[p->fault].text; *c; c++) {
        if (*c != '%') {
            buf_addc(out, *c);
            continue;
        }
        c++;
        str s = *c == 't' ? p->tag : *c == 'v' ? p->value : p->where;
        buf_add(out, str_from(escape_shown(s, shown)));
    }
}

/* ------------------------------------------------------------------------------------------------
 * Which text is a record
 */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static str skip_blanks(str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    return s;
}

static str trim_blanks(str s)
{
    s = skip_blanks(s);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* dmarc-version = "v" equals %s"DMARC1": what is behind it, its separator included. */
static bool skip_version(str s, str *behind)
{
    if (!str_starts_nocase(s, STR("v")))
        return false;
    s = skip_blanks(str_skip(s, 1));
    if (!str_starts(s, STR("=")))
        return false;
    s = skip_blanks(str_skip(s, 1));
    if (!str_starts(s, STR("DMARC1")))
        return false;
    s = skip_blanks(str_skip(s, 6));
    *behind = s;
    return s.n == 0 || s.p[0] == ';';
}

bool dmarc_is_record(str txt)
{
    str behind;
    return skip_version(txt, &behind);
}

bool dmarc_is_nearly(str txt)
{
    return !dmarc_is_record(txt) && (str_find_nocase(txt, STR("dmarc1")) != STR_NOT_FOUND ||
                                     str_find_nocase(txt, STR("v=dmarc")) != STR_NOT_FOUND);
}

/* ------------------------------------------------------------------------------------------------
 * Reporting URIs
 */
/* ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) ":" something (RFC 3986 section 3), printable. */
static bool is_uri(str s, str *scheme)
{
    size_t colon = str_find_octet(s, ':');
    if (colon == STR_NOT_FOUND || colon == 0 || colon + 1 == s.n || !is_alpha(s.p[0]))
        return false;
    *scheme = str_take(s, colon);
    for (size_t i = 0; i < colon; i++)
        if (!is_alnum(s.p[i]) && s.p[i] != '+' && s.p[i] != '-' && s.p[i] != '.')
            return false;
    for (size_t i = colon; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '<' || s.p[i] == '>')
            return false;
    return true;
}

/* "!10m" at the end of an address: no report larger than that (RFC 7489 section 6.2). */
static bool is_size(str s)
{
    if (s.n && str_find_octet(STR("kmgtKMGT"), s.p[s.n - 1]) != STR_NOT_FOUND)
        s.n--;
    uint64_t n;
    return str_to_u64(s, UINT64_MAX, &n);
}

/* False: it is no URI. */
static bool read_uri(struct dmarc_record *r, str tag, str uri)
{
    str scheme, whole = uri;
    size_t mark = str_find_octet(uri, '!');
    if (mark != STR_NOT_FOUND && is_size(str_skip(uri, mark + 1))) {
        note(r, DMARC_FAULT_HISTORIC, tag, whole);
        uri = str_take(uri, mark);
    }
    if (!is_uri(uri, &scheme) || str_find_octet(uri, '!') != STR_NOT_FOUND) {
        note(r, DMARC_FAULT_URI, tag, whole);
        return false;
    }
    str address = str_skip(uri, scheme.n + 1);
    size_t at = str_rfind_octet(str_take(address, str_find_octet(address, '?')), '@');
    if (!str_eq_nocase(scheme, STR("mailto")))
        note(r, DMARC_FAULT_URI_NO_MAILTO, tag, whole);
    else if (at == STR_NOT_FOUND || at == 0 || at + 1 == address.n || address.p[0] == '/')
        note(r, DMARC_FAULT_URI_NO_ADDRESS, tag, whole);
    return true;
}

static bool read_uris(struct dmarc_record *r, str tag, str value)
{
    bool any = false;
    for (str rest = value; rest.p;)
        any |= read_uri(r, tag, trim_blanks(str_cut(&rest, ',')));
    return any;
}

/* ------------------------------------------------------------------------------------------------
 * Tags
 */
struct reading {
    struct dmarc_record *r;
    bool any_rua;    /* one URI of rua is valid */
    bool bad_policy; /* sp or np has no valid value */
    size_t number;   /* of the tag behind v: 1 is the first */
};

static bool read_policy(str value, enum dmarc_policy *out)
{
    int n;
    if (!names_find(&DMARC_POLICY_NAMES, value, &n))
        return false;
    *out = (enum dmarc_policy)n;
    return true;
}

static bool read_flag(const struct names *names, str value, bool *out)
{
    int n;
    if (!names_find(names, value, &n))
        return false;
    *out = n == YES;
    return true;
}

static bool take_p(struct reading *g, str tag UNUSED, str value)
{
    if (g->number != 1)
        note(g->r, DMARC_FAULT_P_NOT_SECOND, STR_NONE, STR_NONE);
    return read_policy(value, &g->r->p);
}
static bool take_sp(struct reading *g, str tag UNUSED, str value)
{
    bool ok = read_policy(value, &g->r->sp);
    g->bad_policy |= !ok;
    return ok;
}
static bool take_np(struct reading *g, str tag UNUSED, str value)
{
    bool ok = read_policy(value, &g->r->np);
    g->bad_policy |= !ok;
    return ok;
}
static bool take_adkim(struct reading *g, str tag UNUSED, str value)
{
    return read_flag(&MODE, value, &g->r->dkim_strict);
}
static bool take_aspf(struct reading *g, str tag UNUSED, str value)
{
    return read_flag(&MODE, value, &g->r->spf_strict);
}
static bool take_t(struct reading *g, str tag UNUSED, str value)
{
    return read_flag(&YES_NO, value, &g->r->testing);
}

static bool take_psd(struct reading *g, str tag UNUSED, str value)
{
    int n;
    if (!names_find(&PSD, value, &n))
        return false;
    g->r->psd = (enum dmarc_psd)n;
    return true;
}

static bool take_pct(struct reading *g, str tag, str value)
{
    uint64_t n;
    if (!str_to_u64(value, PCT_MAX, &n))
        return false;
    g->r->pct = (unsigned)n;
    note(g->r, DMARC_FAULT_HISTORIC, tag, value);
    return true;
}

static bool take_rua(struct reading *g, str tag, str value)
{
    g->r->rua = value;
    g->any_rua = read_uris(g->r, tag, value);
    return true;
}
static bool take_ruf(struct reading *g, str tag, str value)
{
    g->r->ruf = value;
    (void)read_uris(g->r, tag, value);
    return true;
}

/* A list of words with colons between, each one of those that there are. */
static bool all_among(str value, const str *words, size_t count)
{
    for (str rest = value; rest.p;) {
        str word = trim_blanks(str_cut(&rest, ':'));
        size_t i = 0;
        while (i < count && !str_eq_nocase(words[i], word))
            i++;
        if (i == count)
            return false;
    }
    return true;
}

static bool take_fo(struct reading *g, str tag UNUSED, str value)
{
    static const str WORDS[] = { STR_INIT("0"), STR_INIT("1"), STR_INIT("d"), STR_INIT("s") };
    if (!all_among(value, WORDS, COUNT_OF(WORDS)))
        return false;
    g->r->fo = value;
    return true;
}

static bool take_rf(struct reading *g, str tag, str value)
{
    static const str WORDS[] = { STR_INIT("afrf"), STR_INIT("iodef") };
    if (!all_among(value, WORDS, COUNT_OF(WORDS)))
        return false;
    note(g->r, DMARC_FAULT_HISTORIC, tag, value);
    return true;
}

static bool take_ri(struct reading *g, str tag, str value)
{
    uint64_t n;
    if (!str_to_u64(value, UINT32_MAX, &n))
        return false;
    note(g->r, DMARC_FAULT_HISTORIC, tag, value);
    return true;
}

/* False: no value that the tag can have. */
static const struct tag_row {
    str name;
    bool (*take)(struct reading *g, str tag, str value);
} TAGS[] = {
    { STR_INIT("p"), take_p },       { STR_INIT("sp"), take_sp },
    { STR_INIT("np"), take_np },     { STR_INIT("adkim"), take_adkim },
    { STR_INIT("aspf"), take_aspf }, { STR_INIT("t"), take_t },
    { STR_INIT("psd"), take_psd },   { STR_INIT("rua"), take_rua },
    { STR_INIT("ruf"), take_ruf },   { STR_INIT("fo"), take_fo },
    { STR_INIT("pct"), take_pct },   { STR_INIT("rf"), take_rf },
    { STR_INIT("ri"), take_ri },
};

static bool is_word(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alpha(s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_printable(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] > '~')
            return false;
    return true;
}

/* The next piece of the list as tag and value; false: it is none, which is noted. */
static bool cut_tag(struct dmarc_record *r, str piece, str *tag, str *value)
{
    size_t equals = str_find_octet(piece, '=');
    *tag = trim_blanks(str_take(piece, equals));
    if (equals == STR_NOT_FOUND || !is_word(*tag)) {
        note(r, DMARC_FAULT_NO_TAG, STR_NONE, piece);
        return false;
    }
    *value = trim_blanks(str_skip(piece, equals + 1));
    return true;
}

/* Did an earlier piece, before the end, set that tag? Its value is checked against this one. */
static bool seen_before(struct dmarc_record *r, str before, str tag, str value)
{
    for (str rest = before; rest.p && rest.n;) {
        str piece = trim_blanks(str_cut(&rest, ';'));
        size_t equals = str_find_octet(piece, '=');
        if (equals == STR_NOT_FOUND || !str_eq_nocase(trim_blanks(str_take(piece, equals)), tag))
            continue;
        bool same = str_eq_nocase(trim_blanks(str_skip(piece, equals + 1)), value);
        r->broken |= !same;
        note(r, same ? DMARC_FAULT_TWICE_SAME : DMARC_FAULT_TWICE, tag, value);
        return true;
    }
    return false;
}

static void take_tag(struct reading *g, str tag, str value)
{
    if (!is_printable(value)) {
        note(g->r, DMARC_FAULT_BAD_OCTET, tag, value);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(TAGS); i++) {
        if (!str_eq_nocase(TAGS[i].name, tag))
            continue;
        if (!TAGS[i].take(g, TAGS[i].name, value))
            note(g->r, DMARC_FAULT_BAD_VALUE, TAGS[i].name, value);
        return;
    }
    note(g->r, DMARC_FAULT_UNKNOWN, tag, value);
}

/* RFC 9989 section 4.10.1: without a valid p, or with an invalid sp or np, it is p=none where reports are
 * asked for, and nothing otherwise. */
static void settle_policy(struct reading *g)
{
    struct dmarc_record *r = g->r;
    r->applies = r->p != DMARC_UNSAID && !g->bad_policy;
    if (r->applies)
        return;
    r->applies = g->any_rua;
    r->p = g->any_rua ? DMARC_NONE : DMARC_UNSAID;
    r->sp = r->np = DMARC_UNSAID;
    note(r, g->any_rua ? DMARC_FAULT_POLICY_IGNORED : DMARC_FAULT_NO_POLICY, STR_NONE, STR_NONE);
}

enum { TAGS_READ_MAX = 256 }; /* of a TXT record of 64 KiB; what is behind is ignored */

void dmarc_record_read(str txt, struct dmarc_record *out)
{
    *out = (struct dmarc_record){ .text = txt, .pct = PCT_MAX };
    struct reading g = { .r = out };
    str rest = txt, tag, value;
    (void)str_cut(&rest, ';'); /* the version */
    str whole = rest;
    while (rest.p && rest.n && g.number < TAGS_READ_MAX) {
        str before = str_take(whole, (size_t)(rest.p - whole.p));
        str piece = trim_blanks(str_cut(&rest, ';'));
        g.number++;
        if (piece.n == 0 && rest.p)
            note(out, DMARC_FAULT_EMPTY, STR_NONE, STR_NONE);
        if (piece.n && cut_tag(out, piece, &tag, &value) && !seen_before(out, before, tag, value))
            take_tag(&g, tag, value);
    }
    settle_policy(&g);
    out->applies &= !out->broken;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static void put_policy(struct buf *out, const char *tag, enum dmarc_policy p)
{
    if (p != DMARC_UNSAID)
        buf_addf(out, "; %s=%.*s", tag, STR_ARG(names_of(&DMARC_POLICY_NAMES, (int)p)));
}

/* The mailto: addresses of a list, without sizes. */
static void put_uris(struct buf *out, const char *tag, str list)
{
    struct dmarc_record scratch = { .applies = false };
    bool first = true;
    for (str rest = list; rest.p && rest.n;) {
        str uri = trim_blanks(str_cut(&rest, ','));
        scratch.problem_count = 0;
        bool ok = read_uri(&scratch, STR_NONE, uri);
        for (size_t i = 0; i < scratch.problem_count; i++)
            ok &= scratch.problems[i].fault == DMARC_FAULT_HISTORIC;
        if (!ok)
            continue;
        if (first)
            buf_addf(out, "; %s=", tag);
        else
            buf_addc(out, ',');
        buf_add(out, str_take(uri, str_find_octet(uri, '!')));
        first = false;
    }
}

bool dmarc_record_write(const struct dmarc_record *r, struct buf *out)
{
    buf_add(out, STR("v=DMARC1"));
    put_policy(out, "p", r->p == DMARC_UNSAID ? DMARC_NONE : r->p);
    put_policy(out, "sp", r->sp);
    put_policy(out, "np", r->np);
    if (r->dkim_strict)
        buf_add(out, STR("; adkim=s"));
    if (r->spf_strict)
        buf_add(out, STR("; aspf=s"));
    if (r->psd != DMARC_PSD_UNSAID)
        buf_addf(out, "; psd=%s", r->psd == DMARC_PSD_YES ? "y" : "n");
    if (r->testing)
        buf_add(out, STR("; t=y"));
    put_uris(out, "rua", r->rua);
    put_uris(out, "ruf", r->ruf);
    if (r->fo.n) {
        buf_add(out, STR("; fo="));
        buf_add(out, r->fo);
    }
    return buf_ok(out);
}
