/* SPDX-License-Identifier: ISC */
#include "discover/xml.h"
#include "base/buf.h"
#include <expat.h>
#include <string.h>

enum { NAME_MAX_OCTETS = 48 };

enum stop { NOT_STOPPED, STOP_DOCTYPE, STOP_DEPTH, STOP_ELEMENTS };

struct walk {
    XML_Parser parser;
    const struct xml_reader *reader;
    void *user;
    enum stop stop;
    unsigned depth, elements;
    bool leaf, unknown;
    size_t text_n;
    char text[XML_TEXT_MAX];
};

static void stop(struct walk *w, enum stop why)
{
    w->stop = why;
    XML_StopParser(w->parser, XML_FALSE);
}

/* A name longer than any that is known is cut, and stays unknown. */
static str local_name(const char *qualified)
{
    str name = str_take(str_from(qualified), NAME_MAX_OCTETS);
    size_t colon = str_rfind_octet(name, ':');
    return colon == STR_NOT_FOUND ? name : str_skip(name, colon + 1);
}

/* One without declarations of its own defines nothing: what lies elsewhere is never fetched. */
static void XMLCALL doctype(void *user, const XML_Char *name, const XML_Char *system UNUSED,
                            const XML_Char *public UNUSED, int has_subset)
{
    if (has_subset || str_eq_nocase(str_from(name), STR("html")))
        stop(user, STOP_DOCTYPE);
}

static void XMLCALL begin(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct walk *w = user;
    if (w->stop != NOT_STOPPED)
        return;
    if (w->depth == XML_DEPTH_MAX) {
        stop(w, STOP_DEPTH);
        return;
    }
    if (++w->elements > XML_ELEMENTS_MAX) {
        stop(w, STOP_ELEMENTS);
        return;
    }
    w->depth++;
    w->leaf = true;
    w->unknown = false;
    w->text_n = 0;
    w->reader->begin(w->user, &(struct xml_place){ local_name(name), w->depth, attributes });
}

static void XMLCALL end(void *user, const XML_Char *name)
{
    struct walk *w = user;
    if (w->stop != NOT_STOPPED)
        return;
    str text = w->leaf && !w->unknown ? str_trim((str){ w->text, w->text_n }) : STR_NONE;
    w->reader->end(w->user, &(struct xml_place){ local_name(name), w->depth, NULL }, text);
    w->depth--;
    w->leaf = false;
}

static void XMLCALL characters(void *user, const XML_Char *text, int n)
{
    struct walk *w = user;
    size_t count = n > 0 ? (size_t)n : 0;
    if (!w->leaf || count > sizeof(w->text) - w->text_n) {
        w->unknown = true;
        return;
    }
    memcpy(w->text + w->text_n, text, count);
    w->text_n += count;
}

/* A reference to an entity that nobody defined ("&amP;" stands in real files): what it means is not known, and
 * so is the text that it stands in. */
static void XMLCALL skipped(void *user, const XML_Char *name UNUSED, int is_parameter UNUSED)
{
    ((struct walk *)user)->unknown = true;
}

/* An encoding that expat does not know: below 128 it is ASCII, as all that are met in mail are, and that is
 * where everything stands that we read. */
static int XMLCALL unknown_encoding(void *user UNUSED, const XML_Char *name UNUSED,
                                    XML_Encoding *info)
{
    for (int i = 0; i < 256; i++)
        info->map[i] = i;
    return XML_STATUS_OK;
}

/* False with expat's code, XML_ERROR_NONE where we stopped it ourselves. */
static bool read_as(str document, const char *encoding, struct walk *w, enum XML_Error *code,
                    unsigned long *line)
{
    XML_Parser p = XML_ParserCreate(encoding);
    *code = XML_ERROR_NO_MEMORY;
    *line = 0;
    if (!p)
        return false;
    w->parser = p;
    XML_SetUserData(p, w);
    XML_SetElementHandler(p, begin, end);
    XML_SetCharacterDataHandler(p, characters);
    XML_SetStartDoctypeDeclHandler(p, doctype);
    XML_SetSkippedEntityHandler(p, skipped);
    /* One that is never read: what it might define is skipped, and no error. */
    (void)XML_UseForeignDTD(p, XML_TRUE);
    XML_SetUnknownEncodingHandler(p, unknown_encoding, NULL);
    bool ok = XML_Parse(p, document.p, (int)document.n, XML_TRUE) == XML_STATUS_OK;
    *code = ok || w->stop != NOT_STOPPED ? XML_ERROR_NONE : XML_GetErrorCode(p);
    *line = XML_GetCurrentLineNumber(p);
    XML_ParserFree(p);
    return ok;
}

/* Files say UTF-16 and are UTF-8, or say UTF-8 and are Latin-1. Octets that cannot be meant are no reason to
 * leave a file that is sound otherwise. */
static bool may_be_encoding(enum XML_Error code)
{
    return code == XML_ERROR_INCORRECT_ENCODING || code == XML_ERROR_INVALID_TOKEN ||
           code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_PARTIAL_CHAR;
}

static bool refuse(const struct walk *w, enum XML_Error code, unsigned long line, struct err *e)
{
    switch (w->stop) {
    case STOP_DOCTYPE:
        return err_set(e, ERR_SYNTAX,
                       "line %lu has a document type, which is not taken (a web page, or entities)",
                       line);
    case STOP_DEPTH:
        return err_set(e, ERR_LIMIT, "line %lu is nested more than %d deep", line, XML_DEPTH_MAX);
    case STOP_ELEMENTS:
        return err_set(e, ERR_LIMIT, "it has more than %d elements", XML_ELEMENTS_MAX);
    case NOT_STOPPED: break;
    }
    if (code == XML_ERROR_NO_MEMORY)
        return err_memory(e, "an XML document");
    return err_set(e, ERR_SYNTAX, "it is no XML: line %lu: %s", line, XML_ErrorString(code));
}

/* Before a declaration nothing may stand (XML 1.0 section 2.8), and in real files something does. */
static str without_blanks_before(str document)
{
    static const str MARK = STR_INIT("\xef\xbb\xbf");
    for (;;) {
        size_t blanks = 0;
        while (blanks < document.n && memchr(" \t\r\n", document.p[blanks], 4))
            blanks++;
        document = str_skip(document, blanks);
        if (!str_starts(document, MARK))
            return document;
        document = str_skip(document, MARK.n);
    }
}

/* How long the reference is that text begins with ("&amp;", "&#38;"); 0: a bare ampersand. */
static size_t reference_length(str text)
{
    size_t i = 1;
    while (i < text.n && i < NAME_MAX_OCTETS && (is_alnum(text.p[i]) || text.p[i] == '#'))
        i++;
    return i > 1 && i < text.n && text.p[i] == ';' ? i + 1 : 0;
}

/* What is no text: an ampersand stands for itself there. */
static size_t verbatim_length(str text)
{
    static const str PLACES[][2] = {
        { STR_INIT("<![CDATA["), STR_INIT("]]>") },
        { STR_INIT("<!--"), STR_INIT("-->") },
        { STR_INIT("<?"), STR_INIT("?>") },
    };
    for (size_t i = 0; i < COUNT_OF(PLACES); i++) {
        size_t end = str_starts(text, PLACES[i][0]) ? str_find(text, PLACES[i][1]) : 0;
        if (end)
            return end == STR_NOT_FOUND ? text.n : end + PLACES[i][1].n;
    }
    return 0;
}

/* "AT&T", or a URL as it is typed, stands in real files. False: there is no such thing, or no memory. */
static bool mend_ampersands(str document, struct buf *out)
{
    bool found = false;
    if (memchr(document.p, 0, document.n)) /* UTF-16 */
        return false;
    while (document.n) {
        bool ampersand = document.p[0] == '&';
        size_t n = ampersand ? reference_length(document) : verbatim_length(document);
        bool bare = ampersand && n == 0;
        n = n ? n : 1;
        buf_add(out, bare ? STR("&amp;") : str_take(document, n));
        found |= bare;
        document = str_skip(document, n);
    }
    return found && buf_ok(out);
}

static bool read_any(str document, const struct xml_reader *r, void *user, enum XML_Error *code,
                     struct err *e)
{
    static const char *const ENCODINGS[] = { NULL, "UTF-8", "ISO-8859-1" };
    struct walk w;
    enum XML_Error first = XML_ERROR_NONE;
    unsigned long line = 0, first_line = 0;
    for (size_t i = 0; i < COUNT_OF(ENCODINGS); i++) {
        w = (struct walk){ .reader = r, .user = user };
        r->restart(user);
        if (read_as(document, ENCODINGS[i], &w, code, &line))
            return true;
        if (i == 0) {
            first = *code;
            first_line = line;
        }
        if (!may_be_encoding(*code))
            break;
    }
    if (w.stop != NOT_STOPPED)
        return refuse(&w, *code, line, e);
    *code = first;
    return refuse(&w, first, first_line, e); /* as the file itself would have it read */
}

bool xml_read(str document, const struct xml_reader *r, void *user, struct err *e)
{
    enum XML_Error code = XML_ERROR_NONE;
    struct buf mended;
    if (document.n > XML_OCTETS_MAX)
        return err_set(e, ERR_LIMIT, "it is longer than %d octets", XML_OCTETS_MAX);
    document = without_blanks_before(document);
    if (document.n == 0)
        return err_set(e, ERR_SYNTAX, "it is empty");
    if (read_any(document, r, user, &code, e))
        return true;
    buf_init(&mended, (size_t)XML_OCTETS_MAX * sizeof "&amp;");
    bool ok = code == XML_ERROR_INVALID_TOKEN && mend_ampersands(document, &mended) &&
              read_any(buf_str(&mended), r, user, &code, e);
    buf_done(&mended);
    return ok;
}

str xml_attribute(const struct xml_place *at, const char *name)
{
    for (size_t i = 0; at->attributes && at->attributes[i]; i += 2)
        if (str_eq_nocase(local_name(at->attributes[i]), str_from(name)))
            return str_trim(str_from(at->attributes[i + 1]));
    return STR_NONE;
}
