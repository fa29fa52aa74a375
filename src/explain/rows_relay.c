/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_relay.c - relaying refused, a login wanted, mail to be fetched first
 *
 * A refusal to relay says only that a server will not pass the message on: which of its reasons it was is told by what
 * else the reply says (here), and by where it was found (explain/rows_tells.c).
 */
#include "explain/rows.h"

#define LOGIN   CAUSE_CLIENT_NEVER_AUTHENTICATES
#define ADDRESS CAUSE_IP_NOT_TRUSTED
#define DOMAIN  CAUSE_DOMAIN_NOT_CONFIGURED
#define POP     CAUSE_POP_BEFORE_SMTP

/* What a bare refusal to relay leaves open. Where nothing tells who was refused, it was most often a program. */
#define BARE                                                                                       \
    { LOGIN, 36 }, { DOMAIN, 35 }, { ADDRESS, 30 },                                                \
    {                                                                                              \
        POP, 14                                                                                    \
    }

#define DENIED                                                                                     \
    "(denied|disallowed|prohibited|forbidden|refused|rejected|blocked|disabled|restricted|fail("   \
    "ed|s|ure)?\\b|"                                                                               \
    "not (permitted|allowed|authori[sz]ed|supported|possible|enabled|accepted|available))"

#define RELAY_DENIED                                                                               \
    "relay(ing|ed|s)?( (access|check|test|local|mail|operation|attempt|request|of "                \
    "(e-?)?mail|email|service|"                                                                    \
    "through this (server|host|machine|system)|via this (server|host|machine)|by this server|"     \
    "to (that|this|the|other|remote|external|foreign|non-?local) \\S{1,20}|from \\S{1,60}|"        \
    "(to|for) \\S{1,80}|is|was|are|has been)){0,3}[ :.-]{1,3}" DENIED
/* The other way round: "not permitted to relay", "we do not relay", "unable to relay", "no relaying". */
#define NOT_RELAY                                                                                  \
    "(\\bnot|n't|\\b(never|no|non|unable|cannot|refus(ed|es|ing|e)|den(y|ied|ies|ying)|"           \
    "prohibit\\w*|"                                                                                \
    "disallow\\w*|unauthori[sz]ed|illegal|insecure|forbid\\w*|reject\\w*))"                        \
    "( (to|a|an|as|the|permitted|allowed|authori[sz]ed|configured|able|permission|permit|allow|"   \
    "accept|perform|support|provide|act|be|do|act "                                                \
    "as|mail|e-?mail|open|third.?party|smtp|external|"                                             \
    "currently|server|your|host|address|sender|for|attempt|service|has|have|used|will)){0,6}"      \
    " \"?relay"

static const struct explain_row ROWS[] = {
    /* what .NET puts before the server's own words, by the code alone */
    { .key = "mailbox unavailable. the server response was",
      .pattern = "mailbox unavailable\\. the server response was: *\\S",
      .speaks = { { CAUSE_RECIPIENT_UNKNOWN, -40 } } },
    { .key = "plaintext authentication disallowed",
      .speaks = { { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 50 }, { LOGIN, -8 } } },
    /* a login that was refused after all, an open relay that is listed, a name: other matters */
    { .key = "535 5.7.|535-5.7.",
      .pattern = "\\b535[ -]5\\.7\\.\\d",
      .speaks = { { LOGIN, -24 } } },
    { .key = "open relay|open-relay|openrelay",
      .pattern = "(?<!not an )(?<!not be an )(?<!\\bno )open[ -]?relay(?!\\w*(?: is| are)? "
                 "(?:not|denied|disallowed|prohibited|forbidden|refused|disabled))",
      .speaks = { { CAUSE_IP_BLOCKLISTED, 50 }, { LOGIN, -6 }, { DOMAIN, -6 } } },
    /* (its own word for why it does not relay) */
    { .key = "open relay|open-relay|openrelay|open relaying",
      .pattern = "(?:\\bnot|\\bno|n't|isn't|never)(?: be)?(?: an?)? open[ -]?relay|open[ "
                 "-]?relay\\w*(?: is| are)? "
                 "(?:not|denied|disallowed|prohibited|forbidden|refused|disabled)",
      .speaks = { { LOGIN, 40 },
                  { DOMAIN, 39 },
                  { ADDRESS, 30 },
                  { CAUSE_IP_BLOCKLISTED, -50 },
                  { CAUSE_OTHER_NOT_RELAY, -10 } } },
    { .key = "mail exchanger for|exchanger of|mx for|mail host for|mail server for",
      .pattern = "\\b(?:not|n't) (?:the|an?) (?:mail exchanger|mx|mail ?(?:host|server)) "
                 "(?:for|of) (?:that|this|the|\\S{1,60}\\.\\S)",
      .speaks = { { DOMAIN, 42 }, { CAUSE_DNS_FAILURE, 10 } } },
    { .key = "local user|relay check",
      .pattern = "local users? only|relay check .{0,12}fail",
      .speaks = { { LOGIN, 36 }, { DOMAIN, 35 }, { ADDRESS, 28 } } },
    { .key = "foreign|external|other domain|other host|remote|outside|non-local|nonlocal",
      .pattern = "(?:mails?|messages?|delivery|sending) (?:to|for) "
                 "(?:foreign|external|other|remote|outside|"
                 "non-?local) "
                 "(?:domain|host|address|recipient|user|network)\\w*.{0,40}(?:\\bnot|n't|refus|den("
                 "?:y|ied)|reject|prohib|forbid)",
      .speaks = { { LOGIN, 37 }, { ADDRESS, 38 }, { DOMAIN, 37 }, { CAUSE_IP_BLOCKLISTED, -40 } } },
    { .key = "my name was rejected",
      .of_page = true,
      .speaks = { { CAUSE_EHLO_NAME_REFUSED, 60 }, { DOMAIN, -20 } } },
    /* (in another's mouth: a list that takes no strangers) */
    { .key = "unauthenticated senders not allowed", .speaks = { { LOGIN, 12 } } },
    /* relaying refused, in any words: one row, so that a reply that says it twice counts once */
    { .key = "relay", .pattern = RELAY_DENIED "|" NOT_RELAY, .speaks = { BARE } },
    { .key = "as a relay|gateway user",
      .pattern = "(use|using) (this|our|the) (server|host|system) as an? (open )?relay|not a "
                 "registered gateway user",
      .speaks = { BARE } },
    { .key = "forward|transmi|pass on",
      .pattern =
          "\\b(mail )?(forwarding|transmission) (to|of mail to) .{0,40}(domain|host|address)\\w* "
          "(is )?not (allowed|permitted)|will not (forward|pass on) .{0,30}mail",
      .speaks = { BARE } },
    { .key = "weiterleit|weitergeleitet|weiterverm|relay",
      .pattern = "(weiterleit\\w*|weitervermitt\\w*|relay\\w*) "
                 ".{0,50}(verweiger|verbot|abgelehnt|nicht (erlaub|gestatt"
                 "|zuläss|zugelass|möglich|berechtig))|(nicht|keine?) "
                 ".{0,30}(weiterleit|relay)",
      .speaks = { BARE } },
    { .key = "relais|relay",
      .pattern = "(relais|relay(age|er)?) .{0,30}(refus|interdit|(non|pas) (autoris|permis))|"
                 "(refus|interdit|pas autoris).{0,30} (relais|relay)",
      .speaks = { BARE } },
    { .key = "reenv|retransm|relay|inoltr|repasse|encaminha",
      .pattern = "(reenv\\S*|retransm\\S*|relay|inoltr\\S*|repasse|(re)?encaminhamento) "
                 ".{0,30}(den(eg|i)ad|negad|negat|rechazad|rejeitad|rifiutat|re[cf]usad|"
                 "proibid|prohibid|(no|non|não) (est\\S* |è |é "
                 ")?(permi|consent|autori[sz]))|"
                 "no se puede retransmitir|retransmission (denied|refused|rejected|not "
                 "(allowed|permitted))",
      .speaks = { BARE } },
    { .key = "relay|doorst|przekaz|rel\xC3\xA4|p\xC5\x99\x65nos|p\xC5\x99\x65pos|"
             "tov\xC3\xA1\x62\x62\xC3\xADt|videre|vidarebe|"
             "v\xC3\xA4lit|ge\xC3\xA7i\xC5\x9F|aktar\xC4\xB1m|iletim",
      .pattern = "(relay\\w*|doorsturen|przekazywani\\w*|relä\\w*|přenos\\w*|přeposílání|"
                 "továbbít\\w*|"
                 "videre(sending|formidling)\\w*|vidarebefordran|välity\\w*|geçiş\\w*|aktarım\\w*|"
                 "iletim\\w*) "
                 ".{0,30}(geweiger|niet toegestaan|megtagad|elutas|nem "
                 "enged|afvist|avvist|nægtet|nektet|avvisad|evätt|estet|"
                 "zabronion|odmów|niedozwol|odrzuc|nekad|reddedil|izin ver|zakáz|"
                 "odepřen|odmítnut)",
      .speaks = { BARE } },
    { .key = "\xD1\x80\xD0\xB5\xD1\x82\xD1\x80\xD0\xB0\xD0\xBD\xD1\x81\xD0\xBB|" /* retransl- */
             "\xD0\xBF\xD0\xB5\xD1\x80\xD0\xB5\xD1\x81\xD1\x8B\xD0\xBB|"         /* peresyl- */
             "\xD1\x80\xD0\xB5\xD0\xBB\xD0\xB5\xD0\xB9",                         /* relei */
      .pattern = "запрещ|не разреш|отказ|отклон|не допуск|запрет",
      .speaks = { BARE } },
    { .key = "中继|中繼|中継|转发|轉發|リレー|릴레이",
      .pattern =
          "(中[继繼継]|转发|轉發|リレー|릴레이).{0,24}(拒|不允|不许|禁止|許可され|できません|失败|"
          "거부|허용되|금지)|"
          "(拒|不允|不许|禁止|无法|無法).{0,12}(中[继繼継]|转发|轉發)",
      .speaks = { BARE } },

    /* the domain of the recipient is named as the reason */
    { .key = "rcpthosts|rcpthost|validrcptto|morercpthosts",
      .speaks = { { DOMAIN, 42 }, { LOGIN, 36 }, { ADDRESS, 28 } } },
    { .key = "local",
      .pattern = "\\b(only|just)\\b.{0,24}\\blocal "
                 "(domains?|recipients?|users?|addresses|mailboxes|delivery)\\b|"
                 "\\blocal (domains?|recipients?|users?|addresses|mailboxes|delivery) only\\b",
      .speaks = { { LOGIN, 34 }, { ADDRESS, 30 }, { DOMAIN, 30 } } },
    { .key = "forward-path|forward path",
      .pattern = "domain (of|in) (the )?forward[- ]path (is |was )?(not|n't) "
                 "(allowed|permitted|accepted|local|served)",
      .speaks = { { DOMAIN, 42 }, { LOGIN, 34 }, { ADDRESS, 24 } } },
    { .key = "non-accepted domain|5.7.54|not an accepted domain|non accepted domain",
      .speaks = { { DOMAIN, 7 } } },
    { .key = "domain",
      .pattern = "relay\\w* (is )?(denied|disallowed|refused)\\W{1,3}(invalid domain|domain (is "
                 ")?(not|in)\\S* ?valid)",
      .speaks = { { DOMAIN, 12 } } },
    { .key = "handle|accept|host|serve|deliver|configured|responsible|local|receive|process",
      .pattern =
          "\\b(do(es)?n't|do(es)? not|can ?not|can't|not|isn't|never|no longer)\\b( \\w+){0,3} "
          "(handle|accept|host|hosted|serve|served|configured|responsible|receive|process|local)( "
          "\\w+){0,3}"
          " (e-?)?mails?( \\w+){0,2} (for|to) (the |this |that |your |recipient |recipient's ){0,3}"
          "(domain|address|\\S{1,60}\\.\\w{2,})",
      .speaks = { { DOMAIN, 38 }, { CAUSE_RECIPIENT_UNKNOWN, 18 }, { LOGIN, 14 } } },
    { .key =
          "cannot deliver mail for|can't deliver mail for", /* Haraka: no plugin took the recipient */
      .speaks = { { DOMAIN, 46 }, { LOGIN, 52 }, { ADDRESS, 42 } } },
    { .key = "domain",
      .pattern = "(recipient|destination|rcpt|mail|e-?mail)?'?s? ?domain( name)?( \\S{1,60})? (is "
                 "|was |has )?"
                 "(not|no longer|n't|isn't|wasn't|hasn't)( \\w+){0,2} "
                 "(hosted|served|handled|local|accepted|configured|"
                 "set ?up|recogni[sz]ed|defined|in (my|our|the) list(?! of allowed rcpt)|one of "
                 "ours|ours|registered|added|known|available|"
                 "found (here|in|on this)|here)",
      .speaks = { { DOMAIN, 36 }, { CAUSE_DNS_FAILURE, 14 }, { CAUSE_SENDER_UNVERIFIED, 14 } } },
    { .key = "domain",
      .pattern = "\\b(no such|unknown|invalid|unrecogni[sz]ed|non-?local|foreign) (recipient |mail "
                 "|e-?mail |local |"
                 "destination )?domain\\b(?!.{0,20}sender)|not (one of )?(our|my|a local|a "
                 "hosted|a valid local) domains?|"
                 "not in (my|our|the) (list|table|set) of .{0,20}(domains|hosts)",
      .speaks = { { DOMAIN, 32 },
                  { CAUSE_DNS_FAILURE, 22 },
                  { CAUSE_RECIPIENT_UNKNOWN, 20 },
                  { CAUSE_FROM_INVALID, 18 } } },
    { .key = "not local|non-local|nonlocal|not a gateway|not our customer|not a local",
      .pattern =
          "user (is )?not local|not (a )?local (host|user|recipient|address|mail)|not a gateway|"
          "non-?local (recipient|user|address|e-?mail)|not our customer",
      .speaks = { { DOMAIN, 32 }, { LOGIN, 26 }, { CAUSE_RECIPIENT_UNKNOWN, 24 } } },
    { .key = "nullmx|null mx|does not accept mail|doesn't accept mail|doesn't accept email|does "
             "not accept email",
      .pattern = "null ?mx|domain\\b.{0,70} (does not|doesn't) accept (e-?)?mail",
      .speaks = { { DOMAIN, 42 }, { CAUSE_DNS_FAILURE, 34 }, { CAUSE_RECIPIENT_UNKNOWN, 8 } } },
    { .key = "remote addresses|remote recipients|external recipients|external addresses|outside "
             "address",
      .pattern =
          "(remote|external|outside) (addresses|recipients|address|recipient|domains)\\b.{0,40}"
          "(not (allowed|permitted)|denied|refused|forbidden)|(not "
          "(allowed|permitted)|denied).{0,40} "
          "(remote|external|outside) (addresses|recipients)",
      .speaks = { { DOMAIN, 18 }, { LOGIN, 17 } } },
    { .key =
          "delivery is not allowed to this address", /* hMailServer: the range of addresses forbids it */
      .speaks = { { ADDRESS, 34 }, { LOGIN, 34 }, { DOMAIN, 34 } },
      .proves = "hMailServer's range of addresses that the client falls into allows no delivery of "
                "this kind (from "
                "outside to outside, most often), whether or not somebody logs in." },

    /* every recipient was refused, and the program sent DATA all the same: why stands in an earlier reply */
    { .key = "command must precede data|need rcpt|no valid recipients|valid rcpt command",
      .pattern = "valid RCPT command must precede DATA",
      .speaks = { { LOGIN, 26 },
                  { CAUSE_OTHER_NOT_RELAY, 23 },
                  { CAUSE_RECIPIENT_UNKNOWN, 22 },
                  { DOMAIN, 18 } },
      .proves =
          "No recipient had been taken when the message was to begin: the reason stands in the "
          "answer to RCPT before." },

    /* a login is asked for */
    { .key = "auth",
      .pattern =
          "(?<!proxy )\\bauth(entication|entification|orization|enticate)? (is |was "
          ")?(required|needed|necessary|"
          "expected|mandatory)(?! (by|with|for) (spf|dkim|dmarc))|auth(entication)? ?required|"
          "\\b(require[sd]?|needs?|want|must (use|have|be)|please (use|enable|turn "
          "on|provide)|enable|turn on|without|no|"
          "use|supply) (valid |proper |prior |smtp |esmtp |email |a |an |your |client |sender "
          "){0,3}"
          "\\W?auth(?!entication (mechanism|failed|failure))(entication|enticated?|\\b)(?! "
          "(by|with) )|"
          "(must|should|need to|have to|please|please first|first) (be )?(first "
          ")?auth(enticated?|\\b)(?! (by|with|using) "
          "(either |at least )?(spf|dkim|dmarc))|auth(enticate|entication)? (command "
          ")?first|auth(enticate|entication) "
          "(yourself )?(before|prior to)|send auth\\b",
      .speaks = { { LOGIN, 42 }, { CAUSE_RELAY_TAKES_NO_LOGIN, 8 } } },
    { .key = "authenticated|unauthenticated|anonymous",
      .pattern = "(client|user|session|connection|sender|you)( is| was| are| were|'re)? (has |have "
                 ")?(not|n't|never)( been)? "
                 "(yet )?authenticated|not authenticated|unauthenticated "
                 "(users?|clients?|connections?|relay\\w*|hosts?|"
                 "submission|smtp|access|session)|unauthenticated (senders?|mail) (is |are )?not "
                 "(allowed|permitted|accepted)(?!.{0,40}d(kim|marc))|anonymous "
                 "(mail|access|users?|relay\\w*|e-?mail|connections?|submission)|"
                 "only authenticated|authenticated (users?|clients?|senders?) only",
      .speaks = { { LOGIN, 38 }, { ADDRESS, 14 } } },
    { .key = "log",
      .pattern =
          "(not logged[ -]?in(?!to)|(must|please|need to|have to|should|first|required to|asked "
          "to) (first |be "
          ")?(log ?in|logged[ -]in|"
          "log on|login) ?(first|before|to (your|the)|with|using|in order|\\W|$)|login (is "
          ")?(required|needed|first)|"
          "requires? (a |you to )?log ?in)(?! (via|with|through|in) (your |a )?(web )?browser)",
      .speaks = { { LOGIN, 40 }, { CAUSE_WRONG_CREDENTIALS, 18 } } },
    { .key = "sender address rejected: not logged in",
      .speaks = { { LOGIN, 6 }, { CAUSE_FROM_NOT_LOGIN, 24 } },
      .proves = "The sender's address belongs to a mailbox on this server, and nobody had logged "
                "in when it was used "
                "(Postfix, reject_unauthenticated_sender_login_mismatch)." },
    { .codes = CODE_530, .speaks = { { LOGIN, 14 }, { CAUSE_MAIL_ONLY_UNDER_TLS, 8 } } },
    { .key = "authentifi|anmeld|authentisier|einlogg",
      .pattern = "(authentifi\\w*|anmeld\\w*|authentisier\\w*) "
                 ".{0,30}(erforderlich|notwendig|nötig|benötigt|"
                 "verlangt|requise?|nécessaire|obligatoire)|(nicht|pas|non) "
                 "(authentifi|angemeldet|eingeloggt|identifi)|"
                 "(erfordert|verlangt|benötigt|nécessite|requiert|exige)\\w* "
                 ".{0,20}(authentifi|anmeldung)",
      .speaks = { { LOGIN, 38 }, { CAUSE_WRONG_CREDENTIALS, 8 } } },
    { .key = "autentic|autenticaci|autentica\xC3\xA7|uwierzyteln|verificatie|aanmeld",
      .pattern = "(autentic\\w*|autenticaci\\S*|uwierzytelni\\w*|aanmeld\\w*) "
                 ".{0,24}(requerid|necesari|obligatori|richiest|"
                 "necessari|exigid|wymagan|vereist|nodig)|(requiere|requer|richiede|exige|wymaga|"
                 "vereist) .{0,24}(autentic|"
                 "uwierzyteln|aanmeld)|(no|non|não) (est\\S* )?autentic",
      .speaks = { { LOGIN, 38 } } },
    { .key = "авториз|аутентиф",
      .pattern = "(авториз\\S*|аутентиф\\S*) "
                 ".{0,24}(требу|необходим|нужн)|(требу\\S*|необходим\\S*|нужн\\S*) .{0,24}"
                 "(авториз|аутентиф)|не (авториз|аутентиф)",
      .speaks = { { LOGIN, 36 }, { CAUSE_WRONG_CREDENTIALS, 14 } } },
    { .key = "认证|認証|認證|验证|驗證|인증",
      .pattern = "(需要|必须|必須|要求|请先|請先|未|没有|沒有).{0,12}(认证|認証|認證|验证|驗證)|("
                 "认证|認証|認證)"
                 ".{0,8}(が必要|してくだ|されてい(ない|ませ))|인증.{0,10}(필요|요구|되지)",
      .speaks = { { LOGIN, 34 },
                  { CAUSE_WRONG_CREDENTIALS, 18 },
                  { CAUSE_SENDER_UNVERIFIED, 6 } } },
    { .key = "to relay through this server without authentication",
      .speaks = { { LOGIN, 6 } },
      .proves = "The client's address is in no list of this cPanel server, the session had no "
                "login, and the "
                "recipient's domain is not at home there." },
    { .key = "client was not authenticated|5.7.57",
      .speaks = { { LOGIN, 24 } },
      .proves = "Nobody had logged in when the sender was named, and the connector takes no "
                "anonymous mail." },
    { .key = "submit",
      .pattern = "(does not|doesn't) have permissions? to submit( mail)? to this server",
      .speaks = { { LOGIN, 44 }, { ADDRESS, 42 }, { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 30 } } },
    { .key = "client host rejected: access denied",
      .speaks = { { LOGIN, 34 },
                  { ADDRESS, 32 },
                  { CAUSE_IP_BLOCKLISTED, 6 },
                  { CAUSE_REVERSE_DNS_MISSING, 10 } } },
    /* a stranger without a name, where no users submit: most often a list of the server's own */
    { .key = "<unknown[",
      .pattern = "<unknown\\[[^\\]]{1,60}\\]>: client host rejected: access denied",
      .facts_not = FACT_SUBMISSION_HOST | FACT_CLIENT_PRIVATE | FACT_CLIENT_LOOPBACK,
      .speaks = { { CAUSE_IP_BLOCKLISTED, 6 } } },
    { .key = "recipient address rejected: access denied",
      .speaks = { { LOGIN, 19 },
                  { ADDRESS, 32 },
                  { CAUSE_RECIPIENT_UNKNOWN, -8 },
                  { CAUSE_OTHER_NOT_RELAY, -12 },
                  { DOMAIN, 28 } } },
    { .key = "sender address rejected: access denied",
      .speaks = { { LOGIN, 24 }, { CAUSE_FROM_NOT_LOGIN, 27 } } },

    /* the client's address is named as the reason */
    { .key = "tenantattribution|attr36|tenantinboundattribution|relay access denied attr",
      .speaks = { { ADDRESS, 44 }, { DOMAIN, 24 }, { CAUSE_FROM_NOT_LOGIN, 20 } },
      .proves = "No inbound connector of a tenant of Microsoft 365 matched: neither the address "
                "nor the certificate "
                "of the server that sent is one that a tenant registered." },
    { .key = "5.7.64|5.7.68", .enhanced = "5.7.64|5.7.68", .speaks = { { ADDRESS, 14 } } },
    { .key = "sender not authorized for relay",
      .speaks = { { ADDRESS, 42 }, { LOGIN, 32 }, { DOMAIN, 26 } } },
    { .key = "credentials for relay|mail relay denied",
      .pattern = "(invalid credentials for relay|mail relay denied) ?\\[",
      .speaks = { { ADDRESS, 60 }, { LOGIN, -14 } },
      .proves = "The address that sent is not registered in the relay settings of the Google "
                "Workspace account that "
                "the sender's or the EHLO name's domain belongs to." },
    { .key = "registered",
      .pattern =
          "(ip( address)?|domain or ip).{0,60}(isn't|is not|not) registered|sending device ip",
      .speaks = { { ADDRESS, 24 } } },
    { .key = "relay",
      .pattern = "((\\bip\\b|\\bhost\\b|network|client)( address)?( \\S{1,50}){0,2} (is |was "
                 ")?(currently )?"
                 "(not|n't) (allowed|permitted|authori[sz]ed|registered|listed|configured)( to| "
                 "for)? relay|"
                 "relaying not permitted (for|from) \\[?\\d|not (in|on) (my|our|the) (list of "
                 ")?relay (list|hosts|networks)|"
                 "relay\\w* (denied|not (allowed|permitted)) (for|from) (this |your "
                 ")?(ip|host|client|network)|"
                 "relay\\w* (mail |messages? |is |was |denied |refused )?(from|for) (this |your "
                 ")(ip|host|client|network|address|"
                 "computer|location)|relay\\w* from (your )?(ip|host|client|network)?( address)? "
                 "?\\[?\\d{1,3}\\.\\d)",
      .speaks = { { ADDRESS, 12 } } },
    { .key = "network|outside",
      .pattern = "(not (on|in|from|within|part of)|outside( of)?) (our|the|my|this|its|your isp's) "
                 "?(\\w+ )?"
                 "(network|ip range|address range|local network|trusted network)",
      .speaks = { { ADDRESS, 36 }, { LOGIN, 28 } } },
    { .key = "ip name lookup failed|ip name possibly forged",
      .speaks = { { ADDRESS, 4 }, { CAUSE_REVERSE_DNS_MISSING, 26 } },
      .proves = "sendmail found neither a login nor the client's address in its lists, and could "
                "not match the address "
                "with a name either." },

    /* mail is to be fetched first */
    { .key = "pop|check|fetch|receiv|retriev|collect|read ",
      .pattern =
          "pop[ -]?3?[ -](before|auth)[ -]?(smtp)?|smtp[ -]after[ -]pop|(must|should|need "
          "to|have to|please|may need to|"
          "maybe you need to|first|to|(authenticat\\w*|log ?in|auth)( yourself)?,? or) (first "
          ")?(check|fetch|receive|retrieve|collect|read|download|get|pop)"
          "( for)?( your| new| any| the| incoming){0,3} "
          "(e-?)?mails?\\b.{0,40}(first|before|pop|prior|\\bsend)|"
          "(authenticate|log ?in|login|logged in|log on|logged on|check|verified)( "
          "yourself)?( with| to| in| into| using| via| by| "
          "through| on| your| the| mail| mailbox| a){0,4} "
          "(pop|imap)|(check|fetch|receive|retrieve) (your |new |for )*"
          "(e-?)?mail (via|by|through|over|with|using) pop|not (checked|logged "
          "in|popped).{0,40}\\bpop|"
          "no recent (pop|imap|login|mail check)|get pop auth|pop/?(a?pop)? "
          "(first|login|authentication)|pop-auth",
      .speaks = { { POP, 56 }, { LOGIN, 12 } } },
    /* where POP is named with it, the login that is asked for is that of the mailbox */
    { .key = "pop",
      .pattern = "\\bpop[ -]?3?[ -]before|smtp[ -]after[ -]pop|\\b(must|should|need to|have "
                 "to|please|first) "
                 "(first )?(log ?in|log on|authenticate)( yourself)?( first)? "
                 "(with|to|into|via|using|by|through)"
                 "( your| the)? pop|\\bor (check|fetch|receive|retrieve|collect) .{0,24}\\bpop",
      .speaks = { { POP, 16 }, { LOGIN, -18 } } },
    { .key = "smtp authentication turned on", .speaks = { { LOGIN, 14 } } }, /* cPanel names both */
    { .key = "authenticate before send", .speaks = { { POP, 48 }, { LOGIN, 2 } } },
    { .key = "abrufen|abgerufen|postfach|relever|consulter|relev\xC3\xA9|scaric|leer |revis",
      .pattern =
          "(zuerst|vorher|vor dem (senden|versand)|d'abord|avant d'envoyer|prima di|antes de) "
          ".{0,50}(abruf|abgeruf|"
          "releve|relev|consult|scaric|controll|leer|revis|descarg|recib)|(abruf|abgeruf|relev|"
          "consult|scaric|leer|"
          "revis|descarg).{0,50}(zuerst|vorher|bevor|vor dem|d'abord|avant d|prima di|antes de)",
      .speaks = { { POP, 54 }, { LOGIN, 14 } } },
    { .key = "先收|收信|受信|pop before",
      .pattern = "(先|首先).{0,8}收.{0,4}信|(メール|先に).{0,8}受信.{0,20}送信",
      .speaks = { { POP, 54 }, { LOGIN, 14 } } },

    /* the sender stands in the way, and the words are those of relaying */
    { .key = "relaying disallowed as", .speaks = { { CAUSE_FROM_NOT_LOGIN, 52 } } },

    /* what a stock rule proves: these rows only tell, and weigh nothing */
    { .key = "relay not permitted",
      .dialect = DIALECT_EXIM,
      .speaks = { { LOGIN, 0 } },
      .proves = "By Exim's stock rule four things were so: the sender's address was taken, the "
                "client's address is not "
                "in relay_from_hosts, nobody had logged in, and the recipient's domain is neither "
                "local nor relayed for." },
    { .key = ": relay access denied",
      .dialect = DIALECT_POSTFIX,
      .speaks = { { LOGIN, 0 } },
      .proves = "By Postfix's stock rule (reject_unauth_destination) three things were so: the "
                "client's address is not "
                "in mynetworks, nobody had logged in, and the recipient's domain is none that the "
                "server is told of." },
    { .key = "relay access denied",
      .codes = CODE_454,
      .speaks = { { LOGIN, 0 } },
      .proves = "The code 454 looks temporary, but the same rule answers each time: the message "
                "comes back after days "
                "(Postfix, defer_unauth_destination)." },
    { .key = "relaying denied",
      .dialect = DIALECT_SENDMAIL,
      .speaks = { { LOGIN, 0 } },
      .proves = "By sendmail's stock rule nobody had logged in, the client's address is not in the "
                "access or relay "
                "tables, and the recipient's domain is not in them either." },
    { .key = "unable to relay",
      .dialect = DIALECT_EXCHANGE,
      .speaks = { { ADDRESS, 0 } },
      .proves = "The receive connector that took the connection may not relay for this client, and "
                "the recipient's "
                "domain is none of the organisation's accepted domains." },
    { .key = "relay not allowed",
      .codes = CODE_503,
      .speaks = { { LOGIN, 0 } },
      .proves = "chasquid had seen no login in this session, and the recipient's domain is not "
                "among its own." },
    { .key = "rcpthosts",
      .speaks = { { DOMAIN, 0 } },
      .proves = "The recipient's domain is not in qmail's rcpthosts, and the connection had no "
                "RELAYCLIENT: neither the "
                "client's address nor a login allowed it." },
};
const struct explain_rows ROWS_RELAY = EXPLAIN_ROWS(ROWS);
