/* SPDX-License-Identifier: ISC */
#include "settings/providers.h"

static const struct name_row PASSWORD_ROWS[] = {
    { PROVIDER_PASSWORD, STR_INIT("password") },
    { PROVIDER_APP_PASSWORD, STR_INIT("app-password") },
    { PROVIDER_PASSWORD_OR_APP, STR_INIT("password-or-app-password") },
    { PROVIDER_SWITCHED, STR_INIT("password-unless-switched-off") },
    { PROVIDER_OAUTH, STR_INIT("oauth2-only") },
    { PROVIDER_KEY, STR_INIT("key") },
    { PROVIDER_BRIDGE, STR_INIT("bridge") },
    { PROVIDER_NO_SMTP, STR_INIT("none") },
};
const struct names PROVIDER_PASSWORD_NAMES = NAMES(PASSWORD_ROWS);

/* clang-format off */
#define DAY         STR_INIT("2026-11-26")
#define TLS_465     { 465, SMTP_SECURITY_TLS }
#define START_587   { 587, SMTP_SECURITY_STARTTLS }
#define START_2525  { 2525, SMTP_SECURITY_STARTTLS }
#define BOTH        { TLS_465, START_587 }
#define PASSWORDS   STR_INIT("PLAIN LOGIN")
#define TOKEN_TOO   STR_INIT("XOAUTH2 OAUTHBEARER PLAIN LOGIN")
#define TOKEN_ONLY  STR_INIT("XOAUTH2")
#define ISPDB(name) STR_INIT("Thunderbird's ISPDB, " name)

static const struct provider PROVIDERS[] = {
    { .id = STR_INIT("gmail"), .title = STR_INIT("Gmail and Google Workspace"),
      .domains = STR_INIT("gmail.com googlemail.com"), .mx = STR_INIT("google.com googlemail.com"),
      .host = STR_INIT("smtp.gmail.com"),
      .others = STR_INIT("smtp.googlemail.com smtp-relay.gmail.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = TOKEN_TOO, .password = PROVIDER_APP_PASSWORD,
      .spf = STR_INIT("_spf.google.com"),
      .source = STR_INIT("support.google.com/mail/answer/7126229"), .day = DAY },
    { .id = STR_INIT("outlook.com"), .title = STR_INIT("Outlook.com and Hotmail"),
      .domains = STR_INIT("outlook.com hotmail.com live.com msn.com passport.com outlook.de "
          "hotmail.de live.de outlook.fr hotmail.fr live.fr hotmail.co.uk live.co.uk "
          "outlook.it hotmail.it live.it outlook.es hotmail.es live.nl hotmail.nl "
          "live.be hotmail.be outlook.at hotmail.ca live.ca"),
      .mx = STR_INIT("olc.protection.outlook.com"), .host = STR_INIT("smtp-mail.outlook.com"),
      .doors = { START_587 }, .user = PROVIDER_USER_ADDRESS, .mechanisms = TOKEN_ONLY,
      .password = PROVIDER_OAUTH,
      .source = STR_INIT("support.microsoft.com, POP, IMAP, and SMTP settings for Outlook.com"),
      .day = DAY },
    { .id = STR_INIT("microsoft365"), .title = STR_INIT("Microsoft 365 (Exchange Online)"),
      .mx = STR_INIT("mail.protection.outlook.com mail.eo.outlook.com mx.microsoft"),
      .host = STR_INIT("smtp.office365.com"), .others = STR_INIT("outlook.office365.com"),
      .doors = { START_587 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = STR_INIT("XOAUTH2 LOGIN"), .password = PROVIDER_SWITCHED,
      .spf = STR_INIT("spf.protection.outlook.com"),
      .source = STR_INIT("learn.microsoft.com/exchange, authenticated client SMTP submission"),
      .day = DAY },
    { .id = STR_INIT("yahoo"), .title = STR_INIT("Yahoo Mail"),
      .domains = STR_INIT("yahoo.com ymail.com rocketmail.com myyahoo.com yahoo.co.uk yahoo.de "
          "yahoo.fr yahoo.it yahoo.es yahoo.se yahoo.ca yahoo.in yahoo.co.in "
          "yahoo.co.nz yahoo.com.au yahoo.com.ar yahoo.com.br yahoo.com.mx"),
      .host = STR_INIT("smtp.mail.yahoo.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = TOKEN_TOO, .password = PROVIDER_APP_PASSWORD,
      .spf = STR_INIT("_spf.mail.yahoo.com"), .source = ISPDB("yahoo.com"), .day = DAY },
    { .id = STR_INIT("aol"), .title = STR_INIT("AOL Mail"), .domains = STR_INIT("aol.com aim.com"),
      .host = STR_INIT("smtp.aol.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = TOKEN_TOO, .password = PROVIDER_APP_PASSWORD, .source = ISPDB("aol.com"),
      .day = DAY },
    { .id = STR_INIT("verizon"), .title = STR_INIT("Verizon.net (by AOL)"),
      .domains = STR_INIT("verizon.net"), .networks = STR_INIT("verizon.net"),
      .host = STR_INIT("smtp.verizon.net"), .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = TOKEN_TOO, .password = PROVIDER_APP_PASSWORD,
      .source = STR_INIT("verizon.com/support, email settings"), .day = DAY },
    { .id = STR_INIT("icloud"), .title = STR_INIT("iCloud Mail"),
      .domains = STR_INIT("icloud.com me.com mac.com"), .mx = STR_INIT("mail.icloud.com"),
      .host = STR_INIT("smtp.mail.me.com"), .doors = { START_587 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_APP_PASSWORD, .spf = STR_INIT("icloud.com"),
      .source = STR_INIT("support.apple.com/102525"), .day = DAY },
    { .id = STR_INIT("gmx"), .title = STR_INIT("GMX"),
      .domains = STR_INIT("gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info"),
      .host = STR_INIT("mail.gmx.net"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("gmx.net"), .source = ISPDB("gmx.net"), .day = DAY },
    { .id = STR_INIT("gmx.com"), .title = STR_INIT("GMX (international)"),
      .domains = STR_INIT("gmx.com gmx.us"), .host = STR_INIT("mail.gmx.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .source = ISPDB("gmx.com"), .day = DAY },
    { .id = STR_INIT("mail.com"), .title = STR_INIT("mail.com"),
      .domains = STR_INIT("mail.com email.com"), .host = STR_INIT("smtp.mail.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .source = ISPDB("mail.com"), .day = DAY },
    { .id = STR_INIT("web.de"), .title = STR_INIT("WEB.DE"), .domains = STR_INIT("web.de"),
      .host = STR_INIT("smtp.web.de"), .doors = BOTH,
      .user = PROVIDER_USER_LOCAL, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .source = ISPDB("web.de"), .day = DAY },
    { .id = STR_INIT("ionos.de"), .title = STR_INIT("IONOS (1&1), Germany"),
      .domains = STR_INIT("online.de onlinehome.de"),
      .mx = STR_INIT("kundenserver.de schlund.de ionos.de"), .host = STR_INIT("smtp.ionos.de"),
      .others = STR_INIT("smtp.1und1.de"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .spf = STR_INIT("_spf-eu.ionos.com"),
      .source = STR_INIT("ionos.de/hilfe, Serverdaten; ISPDB 1und1.de"), .day = DAY },
    { .id = STR_INIT("ionos.com"), .title = STR_INIT("IONOS, United States"),
      .mx = STR_INIT("ionos.com 1and1.com"), .host = STR_INIT("smtp.ionos.com"),
      .others = STR_INIT("smtp.1and1.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .spf = STR_INIT("_spf-us.ionos.com"),
      .source = STR_INIT("ionos.com/help, mail server settings"), .day = DAY },
    { .id = STR_INIT("ionos.co.uk"), .title = STR_INIT("IONOS, United Kingdom"),
      .mx = STR_INIT("ionos.co.uk 1and1.co.uk"), .host = STR_INIT("smtp.ionos.co.uk"),
      .others = STR_INIT("smtp.1and1.co.uk"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .spf = STR_INIT("_spf-eu.ionos.com"),
      .source = STR_INIT("ionos.co.uk/help, mail server settings"), .day = DAY },
    { .id = STR_INIT("ionos.fr"), .title = STR_INIT("IONOS, France"),
      .mx = STR_INIT("ionos.fr 1and1.fr"), .host = STR_INIT("smtp.ionos.fr"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("_spf-eu.ionos.com"), .source = STR_INIT("ionos.fr/assistance"), .day = DAY },
    { .id = STR_INIT("ionos.es"), .title = STR_INIT("IONOS, Spain"),
      .mx = STR_INIT("ionos.es 1and1.es"), .host = STR_INIT("smtp.ionos.es"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("_spf-eu.ionos.com"), .source = STR_INIT("ionos.es/ayuda"), .day = DAY },
    { .id = STR_INIT("strato"), .title = STR_INIT("STRATO"), .domains = STR_INIT("strato.de"),
      .mx = STR_INIT("rzone.de"), .host = STR_INIT("smtp.strato.de"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("smtp.rzone.de"), .source = ISPDB("strato.de"), .day = DAY },
    { .id = STR_INIT("t-online"), .title = STR_INIT("Telekom (T-Online)"),
      .domains = STR_INIT("t-online.de magenta.de"),
      .networks = STR_INIT("t-ipconnect.de t-dialin.net"),
      .host = STR_INIT("securesmtp.t-online.de"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_APP_PASSWORD, .source = ISPDB("t-online.de"),
      .day = DAY },
    { .id = STR_INIT("freenet"), .title = STR_INIT("freenet"), .domains = STR_INIT("freenet.de"),
      .host = STR_INIT("mx.freenet.de"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .source = ISPDB("freenet.de"),
      .day = DAY },
    { .id = STR_INIT("posteo"), .title = STR_INIT("Posteo"),
      .domains = STR_INIT("posteo.de posteo.net posteo.org posteo.eu posteo.at posteo.ch posteo.uk "
          "posteo.us"),
      .mx = STR_INIT("posteo.de"), .host = STR_INIT("posteo.de"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = ISPDB("posteo.de"), .day = DAY },
    { .id = STR_INIT("mailbox.org"), .title = STR_INIT("mailbox.org"),
      .domains = STR_INIT("mailbox.org"), .mx = STR_INIT("mailbox.org"),
      .host = STR_INIT("smtp.mailbox.org"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("mailbox.org"), .source = ISPDB("mailbox.org"), .day = DAY },
    { .id = STR_INIT("fastmail"), .title = STR_INIT("Fastmail"),
      .domains = STR_INIT("fastmail.com fastmail.fm sent.com"),
      .mx = STR_INIT("messagingengine.com"), .host = STR_INIT("smtp.fastmail.com"),
      .others = STR_INIT("mail.messagingengine.com smtp.messagingengine.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_APP_PASSWORD,
      .spf = STR_INIT("spf.messagingengine.com"), .source = ISPDB("messagingengine.com"),
      .day = DAY },
    { .id = STR_INIT("zoho.com"), .title = STR_INIT("Zoho Mail"),
      .domains = STR_INIT("zoho.com zohomail.com"), .mx = STR_INIT("zoho.com"),
      .host = STR_INIT("smtp.zoho.com"), .others = STR_INIT("smtppro.zoho.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("zoho.com"), .source = ISPDB("zoho.com"), .day = DAY },
    { .id = STR_INIT("zoho.eu"), .title = STR_INIT("Zoho Mail, Europe"),
      .domains = STR_INIT("zohomail.eu"), .mx = STR_INIT("zoho.eu"),
      .host = STR_INIT("smtp.zoho.eu"), .others = STR_INIT("smtppro.zoho.eu"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("zoho.eu"), .source = STR_INIT("zoho.com/mail/help, SMTP"), .day = DAY },
    { .id = STR_INIT("zoho.in"), .title = STR_INIT("Zoho Mail, India"),
      .domains = STR_INIT("zohomail.in"), .mx = STR_INIT("zoho.in"),
      .host = STR_INIT("smtp.zoho.in"), .others = STR_INIT("smtppro.zoho.in"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("zoho.in"), .source = STR_INIT("zoho.com/mail/help, SMTP"), .day = DAY },
    { .id = STR_INIT("yandex"), .title = STR_INIT("Yandex Mail"),
      .domains = STR_INIT("yandex.ru yandex.com ya.ru yandex.by yandex.kz narod.ru"),
      .mx = STR_INIT("yandex.ru yandex.net"), .host = STR_INIT("smtp.yandex.ru"),
      .others = STR_INIT("smtp.yandex.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_APP_PASSWORD,
      .spf = STR_INIT("_spf.yandex.net"),
      .source = STR_INIT("yandex.com/support/mail, mail clients"), .day = DAY },
    { .id = STR_INIT("mail.ru"), .title = STR_INIT("Mail.ru"),
      .domains = STR_INIT("mail.ru inbox.ru list.ru bk.ru internet.ru"), .mx = STR_INIT("mail.ru"),
      .host = STR_INIT("smtp.mail.ru"), .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_APP_PASSWORD, .spf = STR_INIT("_spf.mail.ru"),
      .source = STR_INIT("help.mail.ru, mail clients"), .day = DAY },
    { .id = STR_INIT("proton"), .title = STR_INIT("Proton Mail"),
      .domains = STR_INIT("proton.me protonmail.com protonmail.ch pm.me"),
      .mx = STR_INIT("protonmail.ch"), .others = STR_INIT("smtp.protonmail.ch"),
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS,
      .password = PROVIDER_BRIDGE, .spf = STR_INIT("_spf.protonmail.ch"),
      .source = STR_INIT("proton.me/support, Proton Mail Bridge; SMTP submission"), .day = DAY },
    { .id = STR_INIT("tuta"), .title = STR_INIT("Tuta"),
      .domains = STR_INIT("tuta.com tutanota.com tutanota.de tutamail.com tuta.io keemail.me"),
      .mx = STR_INIT("tutanota.de"),
      .user = PROVIDER_USER_UNSAID, .password = PROVIDER_NO_SMTP,
      .spf = STR_INIT("spf.tutanota.de"), .source = STR_INIT("tuta.com/faq, IMAP and SMTP"),
      .day = DAY },
    { .id = STR_INIT("ovh"), .title = STR_INIT("OVHcloud"),
      .mx = STR_INIT("mx0.mail.ovh.net mx1.mail.ovh.net mx2.mail.ovh.net mx3.mail.ovh.net "
          "mx4.mail.ovh.net"),
      .host = STR_INIT("ssl0.ovh.net"), .others = STR_INIT("smtp.mail.ovh.net"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("mx.ovh.com"), .source = STR_INIT("help.ovhcloud.com, MX Plan"), .day = DAY },
    { .id = STR_INIT("gandi"), .title = STR_INIT("Gandi"), .mx = STR_INIT("mail.gandi.net"),
      .host = STR_INIT("mail.gandi.net"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("_mailcust.gandi.net"), .source = STR_INIT("docs.gandi.net, mail clients"),
      .day = DAY },
    { .id = STR_INIT("infomaniak"), .title = STR_INIT("Infomaniak"),
      .domains = STR_INIT("ik.me etik.com ikmail.com"), .mx = STR_INIT("infomaniak.ch"),
      .host = STR_INIT("mail.infomaniak.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("spf.infomaniak.ch"), .source = STR_INIT("infomaniak.com/support"),
      .day = DAY },
    { .id = STR_INIT("orange.fr"), .title = STR_INIT("Orange (France)"),
      .domains = STR_INIT("orange.fr wanadoo.fr"), .networks = STR_INIT("abo.wanadoo.fr"),
      .host = STR_INIT("smtp.orange.fr"), .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .source = ISPDB("orange.fr"),
      .day = DAY },
    { .id = STR_INIT("free.fr"), .title = STR_INIT("Free (France)"),
      .domains = STR_INIT("free.fr"), .networks = STR_INIT("proxad.net"),
      .host = STR_INIT("smtp.free.fr"), .doors = { TLS_465 }, .user = PROVIDER_USER_LOCAL,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .source = ISPDB("free.fr"),
      .day = DAY },
    { .id = STR_INIT("laposte"), .title = STR_INIT("La Poste"), .domains = STR_INIT("laposte.net"),
      .host = STR_INIT("smtp.laposte.net"), .doors = { TLS_465 }, .user = PROVIDER_USER_UNSAID,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = STR_INIT("aide.laposte.net"), .day = DAY },
    { .id = STR_INIT("sfr"), .title = STR_INIT("SFR"),
      .domains = STR_INIT("sfr.fr neuf.fr cegetel.net"), .networks = STR_INIT("rev.sfr.net"),
      .host = STR_INIT("smtp.sfr.fr"), .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = STR_INIT("assistance.sfr.fr"), .day = DAY },
    { .id = STR_INIT("bt"), .title = STR_INIT("BT"),
      .domains = STR_INIT("btinternet.com btopenworld.com talk21.com"),
      .networks = STR_INIT("btcentralplus.com"), .host = STR_INIT("mail.btinternet.com"),
      .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS,
      .password = PROVIDER_PASSWORD,
      .source = STR_INIT("bt.com/help, email settings; ISPDB btinternet.com"), .day = DAY },
    { .id = STR_INIT("virginmedia"), .title = STR_INIT("Virgin Media"),
      .domains = STR_INIT("virginmedia.com ntlworld.com blueyonder.co.uk virgin.net"),
      .networks = STR_INIT("virginm.net"), .host = STR_INIT("smtp.virginmedia.com"),
      .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS,
      .password = PROVIDER_PASSWORD, .source = ISPDB("ntlworld.com"), .day = DAY },
    { .id = STR_INIT("comcast"), .title = STR_INIT("Comcast (Xfinity)"),
      .domains = STR_INIT("comcast.net"), .networks = STR_INIT("comcast.net"),
      .host = STR_INIT("smtp.comcast.net"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = TOKEN_TOO, .password = PROVIDER_PASSWORD, .source = ISPDB("comcast.net"),
      .day = DAY },
    { .id = STR_INIT("att"), .title = STR_INIT("AT&T"),
      .domains = STR_INIT("att.net ameritech.net bellsouth.net currently.com flash.net nvbell.net "
          "pacbell.net prodigy.net sbcglobal.net snet.net swbell.net wans.net"),
      .networks = STR_INIT("sbcglobal.net"), .host = STR_INIT("smtp.mail.att.net"),
      .others = STR_INIT("outbound.att.net"), .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = TOKEN_TOO, .password = PROVIDER_APP_PASSWORD, .source = ISPDB("att.net"),
      .day = DAY },
    { .id = STR_INIT("telstra"), .title = STR_INIT("Telstra (BigPond)"),
      .domains = STR_INIT("bigpond.com bigpond.net.au bigpond.net telstra.com"),
      .networks = STR_INIT("bigpond.net.au"), .host = STR_INIT("smtp.telstra.com"),
      .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS,
      .password = PROVIDER_PASSWORD, .source = ISPDB("bigpond.com"), .day = DAY },
    { .id = STR_INIT("bluewin"), .title = STR_INIT("Swisscom (bluewin)"),
      .domains = STR_INIT("bluewin.ch"), .networks = STR_INIT("bluewin.ch"),
      .host = STR_INIT("smtpauths.bluewin.ch"), .doors = { TLS_465 },
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = ISPDB("bluewin.ch"), .day = DAY },
    { .id = STR_INIT("libero"), .title = STR_INIT("Libero"),
      .domains = STR_INIT("libero.it inwind.it iol.it blu.it"), .host = STR_INIT("smtp.libero.it"),
      .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS,
      .password = PROVIDER_PASSWORD, .source = STR_INIT("aiuto.libero.it"), .day = DAY },
    { .id = STR_INIT("seznam"), .title = STR_INIT("Seznam"),
      .domains = STR_INIT("seznam.cz email.cz post.cz"), .host = STR_INIT("smtp.seznam.cz"),
      .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS,
      .password = PROVIDER_PASSWORD_OR_APP, .source = STR_INIT("napoveda.seznam.cz"), .day = DAY },
    { .id = STR_INIT("qq"), .title = STR_INIT("QQ Mail"),
      .domains = STR_INIT("qq.com foxmail.com"), .host = STR_INIT("smtp.qq.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_APP_PASSWORD,
      .source = ISPDB("qq.com"), .day = DAY },
    { .id = STR_INIT("naver"), .title = STR_INIT("Naver"), .domains = STR_INIT("naver.com"),
      .host = STR_INIT("smtp.naver.com"), .doors = BOTH, .user = PROVIDER_USER_UNSAID,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP, .source = ISPDB("naver.com"),
      .day = DAY },
    { .id = STR_INIT("riseup"), .title = STR_INIT("Riseup"), .domains = STR_INIT("riseup.net"),
      .mx = STR_INIT("riseup.net"), .host = STR_INIT("mail.riseup.net"), .doors = BOTH,
      .user = PROVIDER_USER_LOCAL, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = STR_INIT("riseup.net/email/clients"), .day = DAY },
    { .id = STR_INIT("runbox"), .title = STR_INIT("Runbox"), .domains = STR_INIT("runbox.com"),
      .mx = STR_INIT("runbox.com"), .host = STR_INIT("mail.runbox.com"),
      .others = STR_INIT("smtp.runbox.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("spf.runbox.com"), .source = STR_INIT("help.runbox.com"), .day = DAY },
    { .id = STR_INIT("migadu"), .title = STR_INIT("Migadu"), .mx = STR_INIT("migadu.com"),
      .host = STR_INIT("smtp.migadu.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .spf = STR_INIT("spf.migadu.com"),
      .source = ISPDB("migadu.com"), .day = DAY },
    { .id = STR_INIT("purelymail"), .title = STR_INIT("Purelymail"),
      .mx = STR_INIT("purelymail.com"), .host = STR_INIT("smtp.purelymail.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD_OR_APP,
      .spf = STR_INIT("_spf.purelymail.com"), .source = ISPDB("purelymail.com"), .day = DAY },
    { .id = STR_INIT("rackspace"), .title = STR_INIT("Rackspace Email"),
      .mx = STR_INIT("emailsrvr.com"), .host = STR_INIT("secure.emailsrvr.com"),
      .others = STR_INIT("smtp.emailsrvr.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .spf = STR_INIT("emailsrvr.com"),
      .source = ISPDB("emailsrvr.com"), .day = DAY },
    { .id = STR_INIT("godaddy"), .title = STR_INIT("GoDaddy Workspace Email"),
      .mx = STR_INIT("smtp.secureserver.net mailstore1.secureserver.net "
          "smtp.europe.secureserver.net mailstore1.europe.secureserver.net "
          "smtp.asia.secureserver.net mailstore1.asia.secureserver.net"),
      .host = STR_INIT("smtpout.secureserver.net"),
      .doors = BOTH, .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS,
      .password = PROVIDER_PASSWORD, .spf = STR_INIT("secureserver.net"),
      .source = STR_INIT("godaddy.com/help, server and port settings"), .day = DAY },
    { .id = STR_INIT("privateemail"), .title = STR_INIT("Namecheap Private Email"),
      .mx = STR_INIT("privateemail.com"), .host = STR_INIT("mail.privateemail.com"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("spf.privateemail.com"),
      .source = STR_INIT("namecheap.com/support, Private Email"), .day = DAY },
    { .id = STR_INIT("hostinger"), .title = STR_INIT("Hostinger"), .mx = STR_INIT("hostinger.com"),
      .host = STR_INIT("smtp.hostinger.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("_spf.mail.hostinger.com"),
      .source = STR_INIT("support.hostinger.com, email clients"), .day = DAY },
    { .id = STR_INIT("titan"), .title = STR_INIT("Titan"), .mx = STR_INIT("titan.email"),
      .host = STR_INIT("smtp.titan.email"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .spf = STR_INIT("spf.titan.email"),
      .source = STR_INIT("support.titan.email"), .day = DAY },
    { .id = STR_INIT("dreamhost"), .title = STR_INIT("DreamHost"), .mx = STR_INIT("dreamhost.com"),
      .host = STR_INIT("smtp.dreamhost.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("netblocks.dreamhost.com"),
      .source = STR_INIT("help.dreamhost.com, email client protocols"), .day = DAY },
    { .id = STR_INIT("hetzner"), .title = STR_INIT("Hetzner Webhosting"),
      .mx = STR_INIT("your-server.de"), .not_mx = STR_INIT("clients.your-server.de"),
      .host = STR_INIT("mail.your-server.de"), .doors = BOTH,
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = ISPDB("hetzner.de"), .day = DAY },
    { .id = STR_INIT("one.com"), .title = STR_INIT("one.com"), .mx = STR_INIT("one.com"),
      .host = STR_INIT("send.one.com"), .doors = BOTH, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD, .spf = STR_INIT("_custspf.one.com"),
      .source = ISPDB("one.com"), .day = DAY },
    { .id = STR_INIT("transip"), .title = STR_INIT("TransIP"), .mx = STR_INIT("transip.email"),
      .host = STR_INIT("smtp.transip.email"), .doors = { TLS_465 }, .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("_spf.transip.email"), .source = STR_INIT("transip.nl/knowledgebase"),
      .day = DAY },
    { .id = STR_INIT("domeneshop"), .title = STR_INIT("Domeneshop"),
      .mx = STR_INIT("domeneshop.no"), .host = STR_INIT("smtp.domeneshop.no"), .doors = BOTH,
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .spf = STR_INIT("_spf.domeneshop.no"), .source = STR_INIT("domene.shop/faq"), .day = DAY },
    { .id = STR_INIT("bluehost"), .title = STR_INIT("Bluehost"), .mx = STR_INIT("bluehost.com"),
      .user = PROVIDER_USER_ADDRESS,
      .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = STR_INIT("bluehost.com/help, client settings: the host is the customer's own"),
      .day = DAY },
    { .id = STR_INIT("hostgator"), .title = STR_INIT("HostGator"),
      .mx = STR_INIT("hostgator.com websitewelcome.com"),
      .user = PROVIDER_USER_ADDRESS, .mechanisms = PASSWORDS, .password = PROVIDER_PASSWORD,
      .source = STR_INIT("hostgator.com/help, client settings: the host is the customer's own"),
      .day = DAY },
    { .id = STR_INIT("amazon-ses"), .title = STR_INIT("Amazon SES"),
      .others = STR_INIT("email-smtp.us-east-1.amazonaws.com email-smtp.us-east-2.amazonaws.com "
          "email-smtp.us-west-1.amazonaws.com email-smtp.us-west-2.amazonaws.com "
          "email-smtp.ca-central-1.amazonaws.com email-smtp.eu-west-1.amazonaws.com "
          "email-smtp.eu-west-2.amazonaws.com email-smtp.eu-west-3.amazonaws.com "
          "email-smtp.eu-central-1.amazonaws.com "
          "email-smtp.eu-central-2.amazonaws.com email-smtp.eu-north-1.amazonaws.com "
          "email-smtp.eu-south-1.amazonaws.com email-smtp.ap-south-1.amazonaws.com "
          "email-smtp.ap-northeast-1.amazonaws.com email-smtp.ap-northeast-2.amazonaws.com "
          "email-smtp.ap-northeast-3.amazonaws.com email-smtp.ap-southeast-1.amazonaws.com "
          "email-smtp.ap-southeast-2.amazonaws.com "
          "email-smtp.ap-southeast-3.amazonaws.com email-smtp.sa-east-1.amazonaws.com "
          "email-smtp.me-south-1.amazonaws.com email-smtp.af-south-1.amazonaws.com "
          "email-smtp.il-central-1.amazonaws.com"),
      .doors = { START_587, TLS_465, { 2587, SMTP_SECURITY_STARTTLS } }, .user = PROVIDER_USER_OWN,
      .mechanisms = PASSWORDS, .password = PROVIDER_KEY, .spf = STR_INIT("amazonses.com"),
      .source = STR_INIT("docs.aws.amazon.com/ses, SMTP endpoints"), .day = DAY },
    { .id = STR_INIT("sendgrid"), .title = STR_INIT("SendGrid"),
      .host = STR_INIT("smtp.sendgrid.net"), .doors = { START_587, TLS_465, START_2525 },
      .user = PROVIDER_USER_FIXED, .fixed_user = STR_INIT("apikey"), .mechanisms = PASSWORDS,
      .password = PROVIDER_KEY, .spf = STR_INIT("sendgrid.net"),
      .source = STR_INIT("sendgrid.com/docs, SMTP"), .day = DAY },
    { .id = STR_INIT("mailgun"), .title = STR_INIT("Mailgun"),
      .host = STR_INIT("smtp.mailgun.org"), .others = STR_INIT("smtp.eu.mailgun.org"),
      .doors = { START_587, TLS_465, START_2525 }, .user = PROVIDER_USER_OWN,
      .mechanisms = PASSWORDS, .password = PROVIDER_KEY, .spf = STR_INIT("mailgun.org"),
      .source = STR_INIT("documentation.mailgun.com, SMTP"), .day = DAY },
    { .id = STR_INIT("brevo"), .title = STR_INIT("Brevo (Sendinblue)"),
      .host = STR_INIT("smtp-relay.brevo.com"), .others = STR_INIT("smtp-relay.sendinblue.com"),
      .doors = { START_587, TLS_465, START_2525 }, .user = PROVIDER_USER_OWN,
      .mechanisms = PASSWORDS, .password = PROVIDER_KEY, .spf = STR_INIT("spf.brevo.com"),
      .source = STR_INIT("help.brevo.com, SMTP relay"), .day = DAY },
    { .id = STR_INIT("postmark"), .title = STR_INIT("Postmark"),
      .host = STR_INIT("smtp.postmarkapp.com"),
      .others = STR_INIT("smtp-broadcasts.postmarkapp.com"),
      .doors = { START_587, START_2525, { 25, SMTP_SECURITY_STARTTLS } },
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .spf = STR_INIT("spf.mtasv.net"), .source = STR_INIT("postmarkapp.com/developer, SMTP"),
      .day = DAY },
    { .id = STR_INIT("mailjet"), .title = STR_INIT("Mailjet"),
      .host = STR_INIT("in-v3.mailjet.com"), .doors = { START_587, TLS_465, START_2525 },
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .spf = STR_INIT("spf.mailjet.com"), .source = STR_INIT("documentation.mailjet.com, SMTP"),
      .day = DAY },
    { .id = STR_INIT("sparkpost"), .title = STR_INIT("SparkPost"),
      .host = STR_INIT("smtp.sparkpostmail.com"), .others = STR_INIT("smtp.eu.sparkpostmail.com"),
      .doors = { START_587, START_2525 }, .user = PROVIDER_USER_FIXED,
      .fixed_user = STR_INIT("SMTP_Injection"), .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .source = STR_INIT("support.sparkpost.com, SMTP"), .day = DAY },
    { .id = STR_INIT("mandrill"), .title = STR_INIT("Mailchimp Transactional (Mandrill)"),
      .host = STR_INIT("smtp.mandrillapp.com"), .doors = { START_587, TLS_465, START_2525 },
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .spf = STR_INIT("spf.mandrillapp.com"), .source = STR_INIT("mailchimp.com/developer, SMTP"),
      .day = DAY },
    { .id = STR_INIT("smtp2go"), .title = STR_INIT("SMTP2GO"),
      .host = STR_INIT("mail.smtp2go.com"), .doors = { START_587, TLS_465, START_2525 },
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .spf = STR_INIT("spf.smtp2go.com"), .source = STR_INIT("support.smtp2go.com"), .day = DAY },
    { .id = STR_INIT("elasticemail"), .title = STR_INIT("Elastic Email"),
      .host = STR_INIT("smtp.elasticemail.com"), .doors = { START_2525, START_587, TLS_465 },
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .spf = STR_INIT("_spf.elasticemail.com"), .source = STR_INIT("help.elasticemail.com"),
      .day = DAY },
    { .id = STR_INIT("mailersend"), .title = STR_INIT("MailerSend"),
      .host = STR_INIT("smtp.mailersend.net"), .doors = { START_587, START_2525 },
      .user = PROVIDER_USER_OWN, .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .spf = STR_INIT("_spf.mailersend.net"), .source = STR_INIT("mailersend.com/help"),
      .day = DAY },
    { .id = STR_INIT("resend"), .title = STR_INIT("Resend"), .host = STR_INIT("smtp.resend.com"),
      .doors = BOTH, .user = PROVIDER_USER_FIXED, .fixed_user = STR_INIT("resend"),
      .mechanisms = PASSWORDS, .password = PROVIDER_KEY,
      .source = STR_INIT("resend.com/docs, SMTP"), .day = DAY },
};
/* clang-format on */

static str row_word(str *rest)
{
    for (;;) {
        str word = str_cut(rest, ' ');
        if (word.n || !rest->p)
            return word;
    }
}

const struct provider *provider_at(size_t index)
{
    return index < COUNT_OF(PROVIDERS) ? &PROVIDERS[index] : NULL;
}

static bool is_it(str word, str name)
{
    return str_eq_nocase(word, name);
}

/* A name that ends in the word, behind a dot, or is it. */
static bool lies_below(str word, str name)
{
    return str_ends_nocase(name, word) && (name.n == word.n || name.p[name.n - word.n - 1] == '.');
}

static bool any_word(str list, str name, bool (*fits)(str word, str name))
{
    for (str rest = list; rest.p;) {
        str word = row_word(&rest);
        if (word.n && fits(word, name))
            return true;
    }
    return false;
}

const struct provider *provider_of_domain(str domain)
{
    for (size_t i = 0; i < COUNT_OF(PROVIDERS); i++)
        if (any_word(PROVIDERS[i].domains, domain, is_it))
            return &PROVIDERS[i];
    return NULL;
}

const struct provider *provider_of_mx(str mx)
{
    for (size_t i = 0; i < COUNT_OF(PROVIDERS); i++)
        if (any_word(PROVIDERS[i].mx, mx, lies_below) &&
            !any_word(PROVIDERS[i].not_mx, mx, lies_below))
            return &PROVIDERS[i];
    return NULL;
}

const struct provider *provider_of_network(str reverse_name)
{
    for (size_t i = 0; i < COUNT_OF(PROVIDERS); i++)
        if (any_word(PROVIDERS[i].networks, reverse_name, lies_below))
            return &PROVIDERS[i];
    return NULL;
}

const struct provider *provider_of_host(str host)
{
    for (size_t i = 0; i < COUNT_OF(PROVIDERS) && host.n; i++)
        if (str_eq_nocase(PROVIDERS[i].host, host) || any_word(PROVIDERS[i].others, host, is_it))
            return &PROVIDERS[i];
    return NULL;
}

str provider_user(const struct provider *p, str address)
{
    size_t at = str_rfind_octet(address, '@');
    switch (p->user) {
    case PROVIDER_USER_ADDRESS: return address;
    case PROVIDER_USER_LOCAL: return at == STR_NOT_FOUND ? address : str_take(address, at);
    case PROVIDER_USER_FIXED: return p->fixed_user;
    case PROVIDER_USER_UNSAID:
    case PROVIDER_USER_OWN: break;
    }
    return STR_NONE;
}
