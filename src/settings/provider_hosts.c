/* SPDX-License-Identifier: ISC */
/*
 * settings/provider_hosts.c - the names beside the right ones
 */
#include "settings/provider_hosts.h"

static const struct name_row ROLE_ROWS[] = {
    { PROVIDER_ROLE_NONE, STR_INIT("none") },
    { PROVIDER_ROLE_SUBMISSION, STR_INIT("submission") },
    { PROVIDER_ROLE_PRODUCT, STR_INIT("other-product") },
    { PROVIDER_ROLE_FORMER, STR_INIT("former-name") },
    { PROVIDER_ROLE_INCOMING, STR_INIT("incoming") },
    { PROVIDER_ROLE_MX, STR_INIT("mx") },
    { PROVIDER_ROLE_WEB, STR_INIT("web") },
    { PROVIDER_ROLE_DOMAIN, STR_INIT("domain") },
};
const struct names PROVIDER_ROLE_NAMES = NAMES(ROLE_ROWS);

static const struct {
    enum provider_role role;
    str said;
} SAID[] = {
    { PROVIDER_ROLE_INCOMING,
      STR_INIT("this server is for reading mail (IMAP or POP); mail is handed over at another") },
    { PROVIDER_ROLE_MX,
      STR_INIT("this is where other servers bring mail in; it takes no login, and mail only for "
               "its own recipients") },
    { PROVIDER_ROLE_WEB, STR_INIT("this is a web page or an API, not a mail server") },
    { PROVIDER_ROLE_FORMER, STR_INIT("this is a former name of the server") },
    { PROVIDER_ROLE_DOMAIN,
      STR_INIT("this is what stands behind the @, not the name of a server") },
};

/* clang-format off */
#define INCOMING(id, names) { PROVIDER_ROLE_INCOMING, STR_INIT(id), STR_INIT(names), STR_INIT(""), STR_INIT("") }
#define WEB(id, names)      { PROVIDER_ROLE_WEB, STR_INIT(id), STR_INIT(names), STR_INIT(""), STR_INIT("") }
#define MX(id, names)       { PROVIDER_ROLE_MX, STR_INIT(id), STR_INIT(names), STR_INIT(""), STR_INIT("") }
#define FORMER(id, names, instead) \
    { PROVIDER_ROLE_FORMER, STR_INIT(id), STR_INIT(names), STR_INIT(instead), STR_INIT("") }
#define PRODUCT(id, names, instead, said) \
    { PROVIDER_ROLE_PRODUCT, STR_INIT(id), STR_INIT(names), STR_INIT(instead), STR_INIT(said) }
#define RIGHT(id, names, said) \
    { PROVIDER_ROLE_SUBMISSION, STR_INIT(id), STR_INIT(names), STR_INIT(""), STR_INIT(said) }

/* Rows stand before what the provider's own row says of a host. */
static const struct provider_host_row HOSTS[] = {
    /* other products (AP05) */
    PRODUCT("gmail", "smtp-relay.gmail.com", "smtp.gmail.com",
            "this is the SMTP relay service of Google Workspace: it takes mail only from organisations whose "
            "administrator has switched it on, by address or login; an account by itself logs in at smtp.gmail.com"),
    { PROVIDER_ROLE_MX, STR_INIT("gmail"), STR_INIT("smtp.google.com"), STR_INIT("smtp.gmail.com"),
      STR_INIT("this is the MX of Google Workspace, where other servers bring mail in; it takes no login") },
    { PROVIDER_ROLE_MX, STR_INIT("microsoft365"), STR_INIT(".mail.protection.outlook.com .mx.microsoft"),
      STR_INIT("smtp.office365.com"),
      STR_INIT("this is the organisation's MX at Microsoft 365: without a login it takes mail for the "
               "organisation's own recipients (direct send, port 25), and for others only by a connector") },
    RIGHT("hve", "smtp-hve.office365.com",
          "it takes mail only from accounts made for it, and only for recipients inside the organisation"),
    PRODUCT("mailtrap", "sandbox.smtp.mailtrap.io smtp.mailtrap.io", "live.smtp.mailtrap.io",
            "this is the sandbox, for tests: it keeps the mail and delivers it to nobody"),
    PRODUCT("microsoft365", "smtp-legacy.office365.com", "smtp.office365.com",
            "this is the server for programs that know no TLS 1.2, which an administrator has to allow"),
    RIGHT("zoho.com", "smtp.zoho.com smtp.zoho.eu smtp.zoho.in smtp.zoho.com.au smtp.zoho.jp",
          "smtp.zoho.* is for personal Zoho addresses and organisations on the free plan; paid organisations use "
          "smtppro.zoho.*, each in the region in which the account was made"),
    RIGHT("zoho.com", "smtppro.zoho.com smtppro.zoho.eu smtppro.zoho.in smtppro.zoho.com.au smtppro.zoho.jp",
          "smtppro.zoho.* is for paid organisations with a domain of their own; personal Zoho addresses and the free "
          "plan use smtp.zoho.*, each in the region in which the account was made"),
    RIGHT("mailgun", "smtp.mailgun.org",
          "smtp.mailgun.org serves domains of the US region; one that was added in the EU region logs in at "
          "smtp.eu.mailgun.org"),
    RIGHT("mailgun", "smtp.eu.mailgun.org",
          "smtp.eu.mailgun.org serves domains of the EU region; one that was added in the US region logs in at "
          "smtp.mailgun.org"),
    RIGHT("sparkpost", "smtp.sparkpostmail.com",
          "an account made in the EU region logs in at smtp.eu.sparkpostmail.com"),
    RIGHT("sparkpost", "smtp.eu.sparkpostmail.com",
          "an account made in the US region logs in at smtp.sparkpostmail.com"),
    RIGHT("postmark", "smtp-broadcasts.postmarkapp.com",
          "this is for broadcast streams; transactional mail goes to smtp.postmarkapp.com"),
    PRODUCT("yahoo", "smtp.bizmail.yahoo.com", "smtp.mail.yahoo.com",
            "this is the server of Yahoo Small Business (now Turbify), for its customers' own domains; a Yahoo address "
            "logs in at smtp.mail.yahoo.com"),
    PRODUCT("amazon-ses", "smtp.mail.us-east-1.awsapps.com smtp.mail.us-west-2.awsapps.com "
            "smtp.mail.eu-west-1.awsapps.com", "",
            "this is Amazon WorkMail, whose users log in with their mailbox; SES credentials belong to "
            "email-smtp.REGION.amazonaws.com"),
    /* former names */
    FORMER("outlook.com", "smtp.live.com", "smtp-mail.outlook.com"),
    FORMER("yahoo", "plus.smtp.mail.yahoo.com", "smtp.mail.yahoo.com"),
    FORMER("att", "smtp.att.yahoo.com", "smtp.mail.att.net"),
    FORMER("brevo", "smtp-relay.sendinblue.com", "smtp-relay.brevo.com"),
    FORMER("mailjet", "in.mailjet.com", "in-v3.mailjet.com"),
    /* for reading */
    INCOMING("gmail", "imap.gmail.com pop.gmail.com imap.googlemail.com pop.googlemail.com"),
    INCOMING("outlook.com", "imap-mail.outlook.com pop-mail.outlook.com"),
    INCOMING("yahoo", "imap.mail.yahoo.com pop.mail.yahoo.com"),
    INCOMING("aol", "imap.aol.com pop.aol.com export.imap.aol.com"),
    INCOMING("icloud", "imap.mail.me.com"),
    INCOMING("gmx", "imap.gmx.net pop.gmx.net"),
    INCOMING("gmx.com", "imap.gmx.com pop.gmx.com"),
    INCOMING("mail.com", "imap.mail.com pop.mail.com"),
    INCOMING("web.de", "imap.web.de pop3.web.de"),
    INCOMING("ionos.de", "imap.ionos.de pop.ionos.de imap.1und1.de pop.1und1.de"),
    INCOMING("ionos.com", "imap.ionos.com pop.ionos.com"),
    INCOMING("ionos.co.uk", "imap.ionos.co.uk pop.ionos.co.uk"),
    INCOMING("ionos.fr", "imap.ionos.fr pop.ionos.fr"),
    INCOMING("ionos.es", "imap.ionos.es pop.ionos.es"),
    INCOMING("strato", "imap.strato.de pop3.strato.de"),
    INCOMING("t-online", "secureimap.t-online.de securepop.t-online.de"),
    INCOMING("mailbox.org", "imap.mailbox.org pop3.mailbox.org"),
    INCOMING("fastmail", "imap.fastmail.com pop.fastmail.com"),
    INCOMING("zoho.com", "imap.zoho.com pop.zoho.com imappro.zoho.com poppro.zoho.com"),
    INCOMING("zoho.eu", "imap.zoho.eu pop.zoho.eu imappro.zoho.eu poppro.zoho.eu"),
    INCOMING("zoho.in", "imap.zoho.in pop.zoho.in imappro.zoho.in poppro.zoho.in"),
    INCOMING("yandex", "imap.yandex.ru imap.yandex.com pop.yandex.ru pop.yandex.com"),
    INCOMING("mail.ru", "imap.mail.ru pop.mail.ru"),
    INCOMING("orange.fr", "imap.orange.fr pop.orange.fr"),
    INCOMING("free.fr", "imap.free.fr pop.free.fr"),
    INCOMING("laposte", "imap.laposte.net pop.laposte.net"),
    INCOMING("sfr", "imap.sfr.fr pop.sfr.fr"),
    INCOMING("virginmedia", "imap.virginmedia.com pop3.virginmedia.com"),
    INCOMING("comcast", "imap.comcast.net"),
    INCOMING("att", "imap.mail.att.net inbound.att.net"),
    INCOMING("telstra", "imap.telstra.com pop.telstra.com"),
    INCOMING("bluewin", "imaps.bluewin.ch pop3s.bluewin.ch"),
    INCOMING("libero", "imapmail.libero.it popmail.libero.it"),
    INCOMING("seznam", "imap.seznam.cz pop3.seznam.cz"),
    INCOMING("qq", "imap.qq.com pop.qq.com"),
    INCOMING("naver", "imap.naver.com pop.naver.com"),
    INCOMING("migadu", "imap.migadu.com pop.migadu.com"),
    INCOMING("purelymail", "imap.purelymail.com pop3.purelymail.com"),
    INCOMING("rackspace", "imap.emailsrvr.com pop.emailsrvr.com"),
    INCOMING("godaddy", "imap.secureserver.net pop.secureserver.net"),
    INCOMING("hostinger", "imap.hostinger.com pop.hostinger.com"),
    INCOMING("titan", "imap.titan.email pop.titan.email"),
    INCOMING("dreamhost", "imap.dreamhost.com pop.dreamhost.com"),
    INCOMING("one.com", "imap.one.com pop.one.com"),
    INCOMING("transip", "imap.transip.email pop3.transip.email"),
    INCOMING("domeneshop", "imap.domeneshop.no pop.domeneshop.no"),
    /* pages, APIs, doors for mail that comes in */
    WEB("gmail", "mail.google.com accounts.google.com"),
    WEB("outlook.com", "outlook.live.com login.live.com"),
    WEB("microsoft365", "outlook.office.com outlook.cloud.microsoft graph.microsoft.com admin.exchange.microsoft.com"),
    WEB("yahoo", "mail.yahoo.com"),
    WEB("icloud", "www.icloud.com"),
    WEB("proton", "mail.proton.me"),
    WEB("sendgrid", "api.sendgrid.com app.sendgrid.com"),
    WEB("mailgun", "api.mailgun.net api.eu.mailgun.net"),
    WEB("postmark", "api.postmarkapp.com"),
    WEB("brevo", "api.brevo.com"),
    WEB("mailjet", "api.mailjet.com"),
    WEB("resend", "api.resend.com"),
    WEB("amazon-ses", "email.us-east-1.amazonaws.com email.us-east-2.amazonaws.com email.us-west-2.amazonaws.com "
        "email.eu-west-1.amazonaws.com email.eu-central-1.amazonaws.com"),
    MX("amazon-ses", "inbound-smtp.us-east-1.amazonaws.com inbound-smtp.us-west-2.amazonaws.com "
       "inbound-smtp.eu-west-1.amazonaws.com"),
    MX("sendgrid", "mx.sendgrid.net"),
    MX("mailgun", "mxa.mailgun.org mxb.mailgun.org mxa.eu.mailgun.org mxb.eu.mailgun.org"),
    MX("postmark", "inbound.postmarkapp.com"),
    /* MX */
    MX("gmail", ".l.google.com"),
    MX("outlook.com", ".olc.protection.outlook.com"),
    MX("yahoo", ".yahoodns.net"),
    MX("icloud", "mx01.mail.icloud.com mx02.mail.icloud.com"),
    MX("gmx", "mx00.gmx.net mx01.gmx.net mx00.emig.gmx.net mx01.emig.gmx.net"),
    MX("ionos.de", "mx00.ionos.de mx01.ionos.de mx00.kundenserver.de mx01.kundenserver.de"),
    MX("ionos.com", "mx00.ionos.com mx01.ionos.com"),
    MX("ionos.co.uk", "mx00.ionos.co.uk mx01.ionos.co.uk"),
    MX("ionos.fr", "mx00.ionos.fr mx01.ionos.fr"),
    MX("ionos.es", "mx00.ionos.es mx01.ionos.es"),
    MX("strato", "smtpin.rzone.de"),
    MX("mailbox.org", "mxext1.mailbox.org mxext2.mailbox.org mxext3.mailbox.org"),
    MX("fastmail", "in1-smtp.messagingengine.com in2-smtp.messagingengine.com"),
    MX("zoho.com", "mx.zoho.com mx2.zoho.com mx3.zoho.com"),
    MX("zoho.eu", "mx.zoho.eu mx2.zoho.eu mx3.zoho.eu"),
    MX("zoho.in", "mx.zoho.in mx2.zoho.in mx3.zoho.in"),
    MX("yandex", "mx.yandex.net mx.yandex.ru"),
    MX("mail.ru", "mxs.mail.ru"),
    MX("proton", "mail.protonmail.ch mailsec.protonmail.ch"),
    MX("ovh", "mx0.mail.ovh.net mx1.mail.ovh.net mx2.mail.ovh.net mx3.mail.ovh.net mx4.mail.ovh.net"),
    MX("gandi", "spool.mail.gandi.net fb.mail.gandi.net"),
    MX("migadu", "aspmx1.migadu.com aspmx2.migadu.com"),
    MX("rackspace", "mx1.emailsrvr.com mx2.emailsrvr.com"),
    MX("godaddy", "smtp.secureserver.net mailstore1.secureserver.net"),
    MX("privateemail", "mx1.privateemail.com mx2.privateemail.com"),
    MX("hostinger", "mx1.hostinger.com mx2.hostinger.com"),
    MX("titan", "mx1.titan.email mx2.titan.email"),
};
/* clang-format on */

const struct provider_host_row *provider_host_row(size_t index)
{
    return index < COUNT_OF(HOSTS) ? &HOSTS[index] : NULL;
}

static str said_of(enum provider_role role)
{
    for (size_t i = 0; i < COUNT_OF(SAID); i++)
        if (SAID[i].role == role)
            return SAID[i].said;
    return STR_NONE;
}

static bool stands_in(str names, str host)
{
    for (str rest = names; rest.p;) {
        str word = str_cut(&rest, ' ');
        bool end = word.n && word.p[0] == '.';
        if (word.n &&
            (end ? host.n > word.n && str_ends_nocase(host, word) : str_eq_nocase(host, word)))
            return true;
    }
    return false;
}

static bool found(struct provider_host *out, enum provider_role role, const struct provider *p,
                  str instead, str said)
{
    out->role = role;
    out->provider = p;
    out->said = said.n ? said : said_of(role);
    out->instead = instead.n || role == PROVIDER_ROLE_SUBMISSION ? instead : p->host;
    return true;
}

/* Zoho's rows share a sentence, and have a row of the table each. */
static const struct provider *owner(const struct provider_host_row *row, str host)
{
    const struct provider *p = row->role == PROVIDER_ROLE_SUBMISSION ? provider_of_host(host)
                                                                     : NULL;
    return p ? p : provider_named(row->id);
}

bool provider_host_of(str host, struct provider_host *out)
{
    const struct provider *p;
    *out = (struct provider_host){ .role = PROVIDER_ROLE_NONE };
    if (str_ends_nocase(host, STR(".")))
        host = str_take(host, host.n - 1);
    for (size_t i = 0; i < COUNT_OF(HOSTS); i++)
        if (stands_in(HOSTS[i].names, host) && (p = owner(&HOSTS[i], host)) != NULL)
            return found(out, HOSTS[i].role, p, HOSTS[i].instead, HOSTS[i].said);
    if ((p = provider_of_host(host)) != NULL)
        return found(out, PROVIDER_ROLE_SUBMISSION, p, STR_NONE, STR_NONE);
    if ((p = provider_of_domain(host)) != NULL)
        return found(out, PROVIDER_ROLE_DOMAIN, p, STR_NONE, STR_NONE);
    return false;
}

bool provider_wrong_product(str host, struct provider_host *out)
{
    return provider_host_of(host, out) && out->role >= PROVIDER_ROLE_PRODUCT;
}

str provider_incoming(const struct provider *p)
{
    for (size_t i = 0; i < COUNT_OF(HOSTS); i++) {
        str rest = HOSTS[i].names;
        str first = str_cut(&rest, ' ');
        if (HOSTS[i].role == PROVIDER_ROLE_INCOMING && str_eq(HOSTS[i].id, p->id) &&
            (str_starts(first, STR("imap")) || str_starts(first, STR("secureimap"))))
            return first;
    }
    return STR_NONE;
}
