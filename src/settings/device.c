/* SPDX-License-Identifier: ISC */
/*
 * settings/device.c - the form of a printer, a scanner or a NAS
 */
#include "settings/window.h"

/* Devices name the two kinds of TLS in their own way: "SSL" mostly is TLS at once, "TLS" STARTTLS. */
static const char *encryption(const struct smtp_attempt *a)
{
    switch (a->security) {
    case SMTP_SECURITY_STARTTLS: return "STARTTLS (where the form has only SSL and TLS: TLS)";
    case SMTP_SECURITY_TLS: return "SSL/TLS (where the form has only SSL and TLS: SSL)";
    default: return "none";
    }
}

static void form(const struct smtp_attempt *works, struct buf *out)
{
    buf_add(out,
            STR("In the device's web page, under E-mail, SMTP, Scan to E-mail or Notification\n"));
    window_line(out, "  SMTP server", settings_host(works));
    buf_addf(out, "  Port: %u\n", works->port);
    buf_addf(out, "  Encryption: %s\n", encryption(works));
    buf_addf(out, "  SMTP authentication: %s\n",
             smtp_attempt_logs_in(works) ? "on (SMTP AUTH; not POP before SMTP)" : "off");
    window_line(out, "  User name", window_user(works));
    window_line(out, "  Sender (From, device's e-mail address)", settings_from(works));
}

static const struct {
    const char *maker, *where;
} PLACES[] = {
    { "Synology", "Control Panel > Notification > Email > Service provider: Custom SMTP server" },
    { "QNAP", "Notification Center > Service Account and Device Pairing > Email > Add SMTP Service "
              "> Custom" },
    { "HP", "Scan (or Scan/Digital Send) > E-mail Setup > Outgoing E-mail Servers (SMTP)" },
    { "Canon",
      "Settings/Registration > TX Settings > E-Mail/I-Fax Settings > Communication Settings" },
    { "Brother", "Network > Protocol > SMTP > Advanced Settings" },
    { "Epson", "Network > Email Server > Basic" },
    { "Ricoh", "Device Management > Configuration > Device Settings > Email" },
};

static void places(struct buf *out)
{
    buf_add(out, STR("Where that stands (it differs with the model)\n"));
    for (size_t i = 0; i < COUNT_OF(PLACES); i++)
        buf_addf(out, "  %s: %s\n", PLACES[i].maker, PLACES[i].where);
}

/* What stays when the device lacks what the server asks for. */
static void without(const struct smtp_attempt *works, struct buf *out)
{
    if (works->security == SMTP_SECURITY_STARTTLS)
        buf_add(out,
                STR("If the device knows SSL, but no STARTTLS: port 465, if the server has it.\n"));
    if (works->security != SMTP_SECURITY_NONE)
        buf_add(
            out,
            STR("If it knows no TLS, or only an old one: look for new firmware, and set its clock. "
                "Else let it send to a mail server of your own in the same network, which logs in "
                "here for it, and trusts the device's address alone (192.0.2.40/32, not the whole "
                "network).\n"));
    if (!smtp_attempt_logs_in(works))
        return;
    buf_add(out,
            STR("If it cuts the password off: some forms take 20 letters, and ASCII alone; the "
                "keys of services are longer. Then the same helps.\n"));
    buf_add(out,
            STR("If it knows no login: the same; or a relay of the provider that goes by address "
                "(Google Workspace: smtp-relay.gmail.com; Microsoft 365: a connector). Mail to "
                "one organisation alone can go straight to its MX, port 25, without login.\n"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    form(&s->attempt, out);
    places(out);
    without(&s->attempt, out);
    return true;
}

const struct settings_program SETTINGS_DEVICE = {
    .name = STR_INIT("device"),
    .title = STR_INIT("Printer, scanner or NAS"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
};
