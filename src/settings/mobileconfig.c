/* SPDX-License-Identifier: ISC */
/*
 * settings/mobileconfig.c - a configuration profile for Apple's systems: a mail account as a property list
 * Apple's payload com.apple.mail.managed wants a server for reading too. Where the provider is known it is its own;
 * else a placeholder says that it has to be written in.
 */
#include "settings/provider_hosts.h"
#include "settings/writers.h"

/* ---- values ---- */

/* What XML 1.0 takes in a text: no controls but three, no U+FFFE and U+FFFF. CR and LF as references, since a
 * parser would make one of the other. */
static bool add_text(struct buf *out, str value)
{
    while (value.n) {
        uint32_t c;
        size_t n = str_utf8_first(value, &c);
        if (!n || (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff)
            return false;
        if (c == '&')
            buf_add(out, STR("&amp;"));
        else if (c == '<')
            buf_add(out, STR("&lt;"));
        else if (c == '>')
            buf_add(out, STR("&gt;"));
        else if (c < 0x20)
            buf_addf(out, "&#x%x;", (unsigned)c);
        else
            buf_add(out, str_take(value, n));
        value = str_skip(value, n);
    }
    return true;
}

static bool string(struct buf *out, const char *key, str value)
{
    buf_addf(out, "\t\t\t<key>%s</key>\n\t\t\t<string>", key);
    bool ok = add_text(out, value);
    buf_add(out, STR("</string>\n"));
    return ok;
}

static void number(struct buf *out, const char *key, unsigned value)
{
    buf_addf(out, "\t\t\t<key>%s</key>\n\t\t\t<integer>%u</integer>\n", key, value);
}

static void truth(struct buf *out, const char *key, bool value)
{
    buf_addf(out, "\t\t\t<key>%s</key>\n\t\t\t<%s/>\n", key, value ? "true" : "false");
}

/* ---- identity ---- */

struct uuid {
    uint64_t half[2];
};

static void stir(uint64_t *hash, str value)
{
    for (size_t i = 0; i < value.n; i++)
        *hash = (*hash ^ (unsigned char)value.p[i]) * 0x100000001b3u; /* FNV-1a */
    *hash = (*hash ^ 0xff) * 0x100000001b3u;                          /* between two values */
}

/* The same values, the same UUID: a profile installed again replaces the former one. Version 8 of RFC 9562: made
 * by a rule of its own. The password has no part in it. */
static struct uuid uuid_of(const struct smtp_attempt *a, const char *what)
{
    struct uuid u = { { 0xcbf29ce484222325u, 0x84222325cbf29ce4u } };
    for (size_t i = 0; i < 2; i++) {
        stir(&u.half[i], str_from(what));
        stir(&u.half[i], a->host);
        stir(&u.half[i], a->user);
        stir(&u.half[i], settings_from(a));
        u.half[i] = (u.half[i] ^ a->port) * 0x100000001b3u;
    }
    u.half[0] = (u.half[0] & ~(uint64_t)0xf000) | 0x8000;
    u.half[1] = (u.half[1] & ~((uint64_t)3 << 62)) | ((uint64_t)2 << 62);
    return u;
}

static void add_uuid(struct buf *out, struct uuid u)
{
    buf_addf(out, "%08X-%04X-%04X-%04X-%04X%08X", (unsigned)(u.half[0] >> 32),
             (unsigned)(u.half[0] >> 16 & 0xffff), (unsigned)(u.half[0] & 0xffff),
             (unsigned)(u.half[1] >> 48), (unsigned)(u.half[1] >> 32 & 0xffff),
             (unsigned)(u.half[1] & 0xffffffff));
}

static void identity(struct buf *out, const char *indent, const char *type, struct uuid u)
{
    buf_addf(out, "%s<key>PayloadType</key>\n%s<string>%s</string>\n", indent, indent, type);
    buf_addf(out, "%s<key>PayloadVersion</key>\n%s<integer>1</integer>\n", indent, indent);
    buf_addf(out, "%s<key>PayloadIdentifier</key>\n%s<string>baton.mail.", indent, indent);
    add_uuid(out, u);
    buf_addf(out, "</string>\n%s<key>PayloadUUID</key>\n%s<string>", indent, indent);
    add_uuid(out, u);
    buf_add(out, STR("</string>\n"));
}

/* ---- servers ---- */

static const char *method(const struct smtp_attempt *a)
{
    if (!smtp_attempt_logs_in(a))
        return "EmailAuthNone";
    if (settings_is(a, "CRAM-MD5"))
        return "EmailAuthCRAMMD5";
    if (settings_is(a, "NTLM"))
        return "EmailAuthNTLM";
    return "EmailAuthPassword";
}

static bool incoming(const struct smtp_attempt *a, struct buf *out)
{
    const struct provider *p = provider_of_host(a->host);
    str host = p ? provider_incoming(p) : STR_NONE;
    if (!host.n)
        buf_add(out, STR("\t\t\t<!-- Apple wants a server for reading too: write yours in place of "
                         "INCOMING-SERVER -->\n"));
    bool ok = string(out, "IncomingMailServerHostName", host.n ? host : STR("INCOMING-SERVER"));
    number(out, "IncomingMailServerPortNumber", 993);
    truth(out, "IncomingMailServerUseSSL", true);
    ok &= string(out, "IncomingMailServerAuthentication", STR("EmailAuthPassword"));
    return (!a->user.n || string(out, "IncomingMailServerUsername", a->user)) && ok;
}

static bool outgoing(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    bool ok = string(out, "OutgoingMailServerHostName", settings_host(a));
    number(out, "OutgoingMailServerPortNumber", a->port);
    truth(out, "OutgoingMailServerUseSSL", a->security != SMTP_SECURITY_NONE);
    ok &= string(out, "OutgoingMailServerAuthentication", str_from(method(a)));
    if (!smtp_attempt_logs_in(a))
        return ok;
    ok &= string(out, "OutgoingMailServerUsername", a->user);
    if (s->secret == SETTINGS_SECRET_LITERAL)
        ok &= string(out, "OutgoingPassword", s->secret_text);
    truth(out, "OutgoingPasswordSameAsIncomingPassword", false);
    return ok;
}

static bool account(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    str address = settings_from(a).n ? settings_from(a) : a->user;
    bool ok = string(out, "EmailAccountType", STR("EmailTypeIMAP"));
    ok &= string(out, "EmailAccountDescription", address.n ? address : settings_host(a));
    if (address.n)
        ok &= string(out, "EmailAddress", address);
    ok &= incoming(a, out);
    return outgoing(s, out) && ok;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    buf_add(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                     "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                     "<plist version=\"1.0\">\n<dict>\n"));
    identity(out, "\t", "Configuration", uuid_of(a, "profile"));
    buf_add(out, STR("\t<key>PayloadDisplayName</key>\n\t<string>Mail by "));
    bool ok = add_text(out, settings_host(a));
    buf_add(out, STR("</string>\n\t<key>PayloadContent</key>\n\t<array>\n\t\t<dict>\n"));
    identity(out, "\t\t\t", "com.apple.mail.managed", uuid_of(a, "account"));
    ok &= account(s, out);
    buf_add(out, STR("\t\t</dict>\n\t</array>\n</dict>\n</plist>\n"));
    return ok ||
           err_set(
               e, ERR_SYNTAX,
               "an Apple configuration profile is XML, which cannot hold a control character or "
               "broken UTF-8: leave the password out, and type it on the device");
}

const struct settings_program SETTINGS_MOBILECONFIG = {
    .name = STR_INIT("mobileconfig"),
    .title = STR_INIT("Apple configuration profile"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 NTLM"),
    .file = STR_INIT("baton.mobileconfig"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .comment = STR_INIT("<!-- "),
    .comment_end = STR_INIT(" -->"),
    .write = write,
};
