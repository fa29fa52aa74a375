/* SPDX-License-Identifier: ISC */
/* Whatever stands in the fields, parted by NUL: each line ends with CRLF and is short enough, only the fields that were
 * written begin a line, and the reader finds as many recipients. */
#include "mail/dsn_write.h"
#include <assert.h>

enum { RECIPIENTS = 4 };

static str next(str *rest)
{
    return rest->p ? str_cut(rest, '\0') : STR_NONE;
}

static void check_lines(str text)
{
    while (text.n > 0) {
        size_t at = str_find_octet(text, '\n');
        assert(at != STR_NOT_FOUND && at > 0 && at <= 999 && text.p[at - 1] == '\r');
        assert(str_find_octet(str_take(text, at - 1), '\r') == STR_NOT_FOUND);
        text = str_skip(text, at + 1);
    }
}

static size_t lines_that_begin(str text, str word)
{
    size_t n = 0;
    while (text.p)
        n += str_starts_nocase(str_cut(&text, '\n'), word);
    return n;
}

/* What stands behind the next boundary. */
static str behind(str text)
{
    static const str LINE = STR_INIT("\r\n--=_b\r\n");
    size_t at = str_find(text, LINE);
    assert(at != STR_NOT_FOUND);
    return str_skip(text, at + LINE.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = { (const char *)data, size };
    struct mail_dsn_about about[RECIPIENTS] = { 0 };
    if (size < 1)
        return 0;
    rest = str_skip(rest, 1);
    struct mail_dsn_notice n = {
        .hostname = STR("relay.example"),
        .boundary = STR("=_b"),
        .unique = STR("u"),
        .subject = STR("s"),
        .about = about,
        .count = 1 + data[0] % RECIPIENTS,
        .global = data[0] & 4,
        .returned_8bit = data[0] & 8,
        .returned = data[0] & 16 ? MAIL_DSN_RETURNED_MESSAGE : MAIL_DSN_RETURNED_HEADER,
    };
    n.to = next(&rest);
    n.references = next(&rest);
    n.envid = next(&rest);
    for (size_t i = 0; i < n.count; i++)
        about[i] = (struct mail_dsn_about){
            .forward_path = STR("x@y.example"),
            .orcpt = next(&rest),
            .action = MAIL_DSN_FAILED,
            .status = STR("5.0.0"),
            .remote_mta = next(&rest),
            .diagnostic = next(&rest),
            .replied = data[0] & 32,
        };
    if (data[0] & 64)
        about[0].forward_path = next(&rest);
    n.words = (str){ rest.p, rest.p ? rest.n : 0 };
    if (str_find(n.words, STR("--=_b")) != STR_NOT_FOUND)
        return 0; /* a boundary is chosen by chance, so that it stands nowhere */
    struct buf out;
    buf_init(&out, 16 << 20);
    if (mail_dsn_write(&n, &out)) {
        check_lines(buf_str(&out));
        str status = behind(behind(buf_str(&out)));
        bool named = about[0].forward_path.n > 0;
        assert(lines_that_begin(status, STR("Final-Recipient:")) == n.count - !named);
        assert(lines_that_begin(status, STR("Action:")) == n.count);
        assert(lines_that_begin(status, STR("Reporting-MTA:")) == 1);
        assert(mail_dsn_write_end(&n, &out));
    }
    buf_done(&out);
    return 0;
}
