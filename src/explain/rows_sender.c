/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_sender.c - the sender, and who may send in its name
 * Owns    the wording of refusals that speak of the reverse-path or the From (who may use it, whether it exists), of SPF,
 *         DKIM and DMARC, and of the names of the sending host.
 *
 * A server that asks about the sender's domain says what it found in DNS (dns-failure); to the one who submits the
 * same words mean that his From is wrong (from-invalid). So both are fed, and the side that a text shows decides.
 */
#include "explain/rows.h"

#define WORDS(k, p, ...)                                                                           \
    {                                                                                              \
        .key = (k), .pattern = (p), .speaks = { __VA_ARGS__ }                                      \
    }
#define STATUS(x, ...)                                                                             \
    {                                                                                              \
        .enhanced = (x), .speaks = { __VA_ARGS__ }                                                 \
    }

/* "is not", "isn't", "do not" ... in front of a word. */
#define NOT     "(?:is|are|was|were|does|do|did|has|have)? ?(?:not|n[o']t|nt)\\b"
#define ALLOWED "(?:allowed|permitted|authori[sz]ed|entitled|eligible)"
#define FROM                                                                                       \
    "(?:mail[ _]?from|envelope[ -]?from|header[ -]?from|from|sender|envelope|return[ -]path)"
#define LOGIN                                                                                      \
    "(?:authenticat|authori[sz]ation|authori[sz]ed user|auth\\b|auth[ "                            \
    "-]?(?:id|user)|log(?:ged|in|on)|"                                                             \
    "user ?name|smtp user|credential|account|mailbox owner)"

/* clang-format off */
static const struct explain_row ROWS[] = {
    /* --- the login is taken, and this sender is not its own --- */
    WORDS("not owned", "not owned by (?:auth(?:enticated)? )?user|mail from not owned",
          { CAUSE_FROM_NOT_LOGIN, 39 }, { CAUSE_OWN_ADDRESS_REFUSED, 24 }),
    {
        .key = "not owned by user",
        .pattern = "sender address rejected: not owned by user",
        .speaks = { { CAUSE_FROM_NOT_LOGIN, 4 } },
        .proves = "Postfix took the login, and its smtpd_sender_login_maps gives this address to another login or to none (reject_sender_login_mismatch).",
    },
    /* the same address in both places */
    WORDS("not owned by user",
          "<(?<a>[^<>@ ]{1,64}@[^<>@ ]{1,190})>: sender address rejected: not owned by user \\k<a>",
          { CAUSE_OWN_ADDRESS_REFUSED, 31 }),
    WORDS("sendas|send as|on behalf|send from this",
          "sendasdenied|send ?as ?denied|sendonbehalf|(?:permission|right)s? to send (?:as|on behalf|from)|" NOT " " ALLOWED " to send (?:\\S+ )?(?:as|on behalf)",
          { CAUSE_FROM_NOT_LOGIN, 38 }, { CAUSE_OWN_ADDRESS_REFUSED, 18 }),
    STATUS("5.7.60|5.2.252", { CAUSE_FROM_NOT_LOGIN, 32 }),
    WORDS("must|should|has to|have to|needs to|need to",
          FROM "\\b.{0,50}\\b(?:must|should|ha[sv]e? to|needs? to)\\b.{0,20}\\b(?:be|equal|match|correspond)\\b.{0,40}" LOGIN,
          { CAUSE_FROM_NOT_LOGIN, 37 }),
    /* Outlook's number for a refused MAIL: the words beside it, if there are any, tell more */
    WORDS("0x800ccc78", "0x800ccc78", { CAUSE_CLIENT_NEVER_AUTHENTICATES, 30 }, { CAUSE_FROM_NOT_LOGIN, 28 }, { CAUSE_FROM_INVALID, 18 }),
    WORDS("your spf", "(?:check|inspect|review|verify|fix|correct|update) your spf\\b", { CAUSE_SPF_FAIL, 40 }),
    WORDS("belong to", FROM "\\b.{0,120}\\bdo(?:es)?(?: not|n[o']t) belong to\\b", { CAUSE_FROM_NOT_LOGIN, 30 }),
    { .key = "sender rejected", .pattern = "^sender rejected\\W*$", .codes = CODE_530,
      .speaks = { { CAUSE_FROM_NOT_LOGIN, 34 } },
      .proves = "OpenSMTPD took the login, and its table of senders gives this address to another login or to none." },
    WORDS("match|conform|consistent|belong|same|mismatch|correspond|different|differ|equal",
          FROM "\\b.{0,80}(?:mismatch\\w*|(?:" NOT "|unequal|different|differs?).{0,12}(?:match\\w*|belong|equal|same|conform|consistent|correspond|"
          "from|than)).{0,60}" LOGIN,
          { CAUSE_FROM_NOT_LOGIN, 36 }, { CAUSE_CLIENT_NEVER_AUTHENTICATES, -24 }),
    WORDS("authenticated|logged in|login|auth",
          "(?:authenticated|logged[ -]in|login|auth)\\b.{0,80}" NOT " " ALLOWED
          ".{0,20}\\b(?:to|for)\\b.{0,30}(?:send|sender|from|as|use)",
          { CAUSE_FROM_NOT_LOGIN, 30 }),
    WORDS("allowed|permitted|authori|permission|cannot send|can't send|entitled|eligible",
          "(?:(?:you|user|account|client|sender|login|\\S+@\\S+)[ >\\]]*(?:" NOT " |cannot be |can ?not )(?:" ALLOWED ")?(?: to)? ?(?:send|submit|use|post)\\b.{0,20}\\b(?:as|from|with|using|this (?:from|sender|"
          "address))\\b)(?!.{0,40}\\bspf\\b)(?!.{0,60}relay)",
          { CAUSE_FROM_NOT_LOGIN, 36 }, { CAUSE_SENDER_UNVERIFIED, 18 }, { CAUSE_SPF_FAIL, 16 },
          { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, -12 }),
    WORDS("sender|from",
          "(?:sender|from)(?: e-?mail)?(?: address| domain)?:?(?: <?\\S+@\\S+)? (?:" NOT
          ") (?:one of your|" ALLOWED "(?! to relay)|valid for)|" NOT
          " allowed in ?(?:the )?(?:header )?from|address (?:is )?not listed (?:as|in)|not an? (?:" ALLOWED
          "|accepted|approved|configured) sender|sender address (?:is )?not (?:accepted|valid for)|"
          "unauthori[sz]ed (?:sender|from|use of)",
          { CAUSE_FROM_NOT_LOGIN, 29 }, { CAUSE_SENDER_UNVERIFIED, 21 }, { CAUSE_SPF_FAIL, 17 },
          { CAUSE_OTHER_NOT_RELAY, 16 }),
    WORDS("not send|not yours|berechtigt|autoris",
          "(?:may|can|must|should) ?not send (?:mail |e-?mail |messages )?(?:as|from)|(?:sender|from|address)\\b.{0,20} not yours|"
          "nicht (?:berechtigt|erlaubt).{0,40}absender|pas autoris.{0,40}(?:diteur|metteur)",
          { CAUSE_FROM_NOT_LOGIN, 36 }),
    /* GMX, web.de, IONOS: their code says mailbox, their words the sender */
    WORDS("sender address", "sender address (?:is )?not allowed", { CAUSE_FROM_NOT_LOGIN, 26 }, { CAUSE_RECIPIENT_UNKNOWN, -36 }, { CAUSE_OTHER_NOT_RELAY, -10 }),
    /* Zoho says so when the From is another than the login's */
    WORDS("relay", "relaying disallowed as|sender is not allowed to relay",
          { CAUSE_FROM_NOT_LOGIN, 36 }, { CAUSE_SENDER_UNVERIFIED, 20 }),
    WORDS("5421|_421|lpn105|aup#", "\\bLPN\\w*[_-]421\\b|AUP#(?:O-)?15[02]0",
          { CAUSE_FROM_NOT_LOGIN, 36 }),
    WORDS("发件人|发信人|送信者|差出人",
          "(?:发件人|发信人|送信者|差出人).{0,30}(?:不一致|不匹配|不符|不相同|必须|一致しません|許可されていません|認証)",
          { CAUSE_FROM_NOT_LOGIN, 34 }),
    WORDS("absender|metteur|diteur|mittente|remitente|remetente|nadawc|afzender|avs",
          "absender.{0,60}(?:nicht (?:erlaubt|berechtigt|zugelassen|zul|autorisiert)|stimmt nicht|"
          "geh.rt nicht)|(?:metteur|diteur).{0,60}(?:non autoris|ne correspond|pas autoris)|"
          "mittente.{0,60}(?:non (?:autorizzat|corrispond|consentit|permess)|divers)|"
          "remitente.{0,60}no (?:est.{1,3} )?(?:autorizad|permitid|coincid|correspond)|"
          "remetente.{0,60}n.{1,2}o (?:.{1,2} )?(?:autorizad|permitid|correspond)|nadawc.{0,60}(?:niezgod|"
          "nie (?:pasuje|zgadza|jest zgod|nale))|afzender.{0,60}niet (?:toegestaan|overeen)",
          { CAUSE_FROM_NOT_LOGIN, 34 }),
    WORDS("тправител",
          "отправител.{0,60}не (?:совпада|соответств|принадлеж|разреш|явля)",
          { CAUSE_FROM_NOT_LOGIN, 34 }),
    /* the login's own address */
    WORDS("own address|your own", "(?:cannot|may not|not allowed).{0,20}(?:send|use).{0,20}your own",
          { CAUSE_OWN_ADDRESS_REFUSED, 44 }),

    /* --- a service that wants the sender proved first --- */
    WORDS("identit|signature|not verified|unverified|n't verified|not been verified",
          "verified (?:sender|identit)|(?:sender|from|identit\\w*|domain|address(?:es)?|e-?mail)\\b.{0,70}" NOT "(?: been| yet){0,3} (?:verified|validated|confirmed|activated)|identities failed the check|"
          "sender signature|unverified (?:sender|from|address|domain|identit|e-?mail)|address not verified",
          { CAUSE_SENDER_UNVERIFIED, 38 }),
    WORDS("verify|validate|confirm|register|approve|authenticate|add ",
          "(?:verify|validate|confirm|register|approve|authenticate|add) (?:your|the|a|an|"
          "this) (?:own )?(?:sender|sending|from|domain|identit|e-?mail address)",
          { CAUSE_SENDER_UNVERIFIED, 26 }),
    WORDS("sending domain|sandbox|test purposes|testing emails|registered|approved sender|trial",
          "un(?:configured|signed|registered|approved|recogni[sz]ed) sending domain|sandbox (?:subdomain|"
          "domain|mode|account)|for test purposes only|only send testing e-?mails|sending (?:domain|"
          "from domain).{0,90}" NOT "|(?:sender|from|domain)\\b.{0,60}" NOT
          " (?:a )?(?:registered|approved|configured|known|recogni[sz]ed) (?:sender|domain|in|on|for|with)|"
          "approved sender|not (?:a )?registered sender",
          { CAUSE_SENDER_UNVERIFIED, 32 }, { CAUSE_FROM_NOT_LOGIN, 16 }),
    /* the step that programs name: the recipient was not told yet */
    WORDS("mail command failed|mail from command failed", "mail (?:from )?command failed",
          { CAUSE_RECIPIENT_UNKNOWN, -40 }, { CAUSE_FROM_INVALID, 10 }, { CAUSE_OTHER_NOT_RELAY, 4 }),
    /* msmtp's, before it tells the server's own words */
    WORDS("not accepted by the server", "envelope from address \\S{1,120} not accepted by the server",
          { CAUSE_FROM_NOT_LOGIN, 40 }, { CAUSE_SENDER_UNVERIFIED, 30 }, { CAUSE_OTHER_NOT_RELAY, -4 }, { CAUSE_RECIPIENT_UNKNOWN, -40 }),
    WORDS("envelope from address|not authorized",
          "(?:envelope|header) from (?:address|domain).{0,90}not authori[sz]ed",
          { CAUSE_SENDER_UNVERIFIED, 44 }, { CAUSE_FROM_NOT_LOGIN, 27 }, { CAUSE_WRONG_CREDENTIALS, -40 }),

    /* --- a sender that is none --- */
    WORDS("need fully-qualified address|domain name required|fully qualified e-mail|fully-qualified email|"
          "fully qualified email",
          "sender address rejected: need fully-qualified|domain name required for sender|(?:mail from|"
          "sender).{0,40}(?:fully.qualified|domain name)|fully.qualified e-?mail address required",
          { CAUSE_FROM_INVALID, 37 }, { CAUSE_OTHER_NOT_RELAY, 18 }),
    WORDS("from|sender",
          "(?:empty|blank|missing|no|without a|null|invalid|malformed|illegal) (?:envelope )?(?:from|"
          "sender)(?: address| header|:)?(?: field)?(?: (?:is|was))? ?(?:address|header|specified|given|found|"
          "set|provided|not|are|in\\b|$)|\\(from\\):|from[: ]*(?:address|header|field)?.{0,4} (?:is|was|"
          "must be|cannot be) (?:empty|missing|blank|required|specified|invalid)|must (?:have a|"
          "provide).{0,20}\"?from\"?|a from address must",
          { CAUSE_FROM_INVALID, 33 }, { CAUSE_OTHER_NOT_RELAY, 20 }),
    WORDS("(from):", "invalid address: *\\(from\\)", { CAUSE_FROM_INVALID, 12 }, { CAUSE_RECIPIENT_UNKNOWN, -30 }),
    WORDS("sender|mail from|return-path|reverse-path",
          "(?:bad|invalid|malformed|illegal|incorrect) (?:sender|return.path|reverse.path|"
          "mail from)(?:'?s)?(?: address| e-?mail)?|(?:sender|mail from)(?: address)?.{0,20}(?:syntax|"
          "malformed(?! dns)|bad address|invalid)",
          { CAUSE_FROM_INVALID, 25 }, { CAUSE_OTHER_NOT_RELAY, 24 }),
    WORDS("emetteur invalide|metteur invalide|absender ung|mittente non valid|remitente no v",
          "metteur invalide|absender(?:adresse)? ung.ltig|mittente non valid|remitente no v.lid|remetente inv.lid",
          { CAUSE_FROM_INVALID, 25 }, { CAUSE_OTHER_NOT_RELAY, 25 }),
    WORDS("5.1.7", "\\b5\\.1\\.7\\b", { CAUSE_FROM_INVALID, 8 }, { CAUSE_RECIPIENT_UNKNOWN, -40 }),
    { .enhanced = "x.1.7", .speaks = { { CAUSE_FROM_INVALID, 24 }, { CAUSE_OTHER_NOT_RELAY, 20 }, { CAUSE_RECIPIENT_UNKNOWN, -36 } } },

    /* --- what a server finds in DNS about the sender's domain --- */
    WORDS("sender|mail from|mail_from|from domain|rfc.5321|rfc5321|from: domain|return",
          "(?:domain of (?:the )?sender(?: address)?|sender'?s?(?: address|'s)? (?:e-?mail )?domain|"
          "envelope[- ]sender domain|mail[ _]from domain|from:? domain|sender address rejected:(?: unknown|"
          " malformed)? ?domain|rfc\\.?5321 (?:from )?domain|return[- ]path domain|"
          "sender domain)\\b.{0,110}(?:not found|" NOT
          " (?:exist|resolv|accept|have|a valid)|must (?:exist|resolve)|unresolv|could not|no (?:mx|a record|"
          "dns|valid|such)|has no|is invalid|invalid|unknown|not exist|can ?not|fail|null ?mx)|"
          "unresolvable (?:rfc\\S* )?(?:from|sender) domain",
          { CAUSE_DNS_FAILURE, 34 }, { CAUSE_FROM_INVALID, 30 }, { CAUSE_OTHER_NOT_RELAY, 22 },
          { CAUSE_RECIPIENT_UNKNOWN, -12 }),
    {
        .key = "sender address rejected: domain not found",
        .speaks = { { CAUSE_DNS_FAILURE, 2 } },
        .proves = "Postfix found neither an MX nor an address record of the sender's domain (reject_unknown_sender_domain).",
    },
    WORDS("sender address rejected", "sender address rejected: malformed dns",
          { CAUSE_DNS_FAILURE, 34 }, { CAUSE_FROM_INVALID, 24 }),
    WORDS("dns-p|dns-t", "\\bDNS-[PT][12]\\b", { CAUSE_DNS_FAILURE, 34 }, { CAUSE_FROM_INVALID, 26 }),
    { .enhanced = "x.1.8",
      .speaks = { { CAUSE_DNS_FAILURE, 8 }, { CAUSE_FROM_INVALID, 7 }, { CAUSE_OTHER_NOT_RELAY, 3 } } },
    { .key = "sender",
      .pattern = "domain of (?:the )?sender|sender address rejected:(?: unknown)? domain|sender domain",
      .facts = FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_FROM_INVALID, 9 } } },

    /* --- a server that asks whether the sender exists --- */
    WORDS("sender verif|sender callout|callback|sender address verif|sender verify|verification failed for",
          "sender verif(?:y|ication)|sender call.?(?:out|back)|sender address verification|"
          "verification failed for <",
          { CAUSE_OTHER_NOT_RELAY, 35 }, { CAUSE_FROM_INVALID, 29 }, { CAUSE_RECIPIENT_UNKNOWN, -14 },
          { CAUSE_DNS_FAILURE, 15 }),
    /* who is unknown then is the sender, whatever his server answered */
    { .key = "sender verify failed|sender verification failed|sender callout failed",
      .speaks = { { CAUSE_RECIPIENT_UNKNOWN, -60 }, { CAUSE_FROM_INVALID, 4 } } },
    WORDS("sender address rejected",
          "sender address rejected: (?:undeliverable|unverified|unknown|user unknown|unable)",
          { CAUSE_OTHER_NOT_RELAY, 34 }, { CAUSE_FROM_INVALID, 30 }, { CAUSE_RECIPIENT_UNKNOWN, -16 }),
    /* --- refused by a list or a policy that does not say why --- */
    WORDS("sender address rejected: access denied", "sender address rejected: access denied",
          { CAUSE_OTHER_NOT_RELAY, 44 }, { CAUSE_IP_BLOCKLISTED, 22 }),
    WORDS("sender",
          "sender(?: e-?mail)?(?: address)? ?(?:<\\S+> )?(?:is |was |has been )?(?:rejected|refused|denied|"
          "blocked)(?!.{0,40}(?:domain|dns|logged|owned|qualified|verif|undeliver|spf|dmarc|dkim|exist|resolv|"
          "not found|access denied))",
          { CAUSE_OTHER_NOT_RELAY, 23 }, { CAUSE_FROM_INVALID, 19 }, { CAUSE_FROM_NOT_LOGIN, 18 },
          { CAUSE_IP_BLOCKLISTED, 17 }, { CAUSE_RECIPIENT_UNKNOWN, -6 }),

    /* --- SPF (RFC 7208) --- */
    WORDS("spf|policy framework|mfrom|designated",
          "\\bspf\\b|sender policy framework|open-?spf|\\bspf_?(?:fail|softfail|hardfail|check|reject)|"
          "'(?:mfrom|helo)' identity|does not designate|not designated",
          { CAUSE_SPF_FAIL, 39 }, { CAUSE_CONTENT_REJECTED, -26 }, { CAUSE_IP_BLOCKLISTED, -12 }, { CAUSE_RATE_LIMITED, -12 },
          { CAUSE_OTHER_NOT_RELAY, -16 }, { CAUSE_FROM_INVALID, -10 }),
    WORDS("spf|policy framework|openspf",
          "spf.{0,40}(?:fail|not pass|reject|den|prohibit|unauthori|invalid|violat|inspect|suspicious)|(?:fail|"
          "reject|violat|prohibit|unauthori).{0,40}(?:spf|policy framework)",
          { CAUSE_SPF_FAIL, 6 }, { CAUSE_FROM_NOT_LOGIN, -8 }, { CAUSE_RECIPIENT_UNKNOWN, -40 }),
    /* a check that was passed is none that refuses */
    WORDS("received-spf|spf=pass|spf: pass", "received-spf: (?:pass|none|neutral)\\b|\\bspf[=:] ?pass\\b", { CAUSE_SPF_FAIL, -44 }, { CAUSE_EHLO_NAME_REFUSED, -50 }),
    /* words that only speak of these records */
    { .key = "spf|dkim|dmarc", .codes = CODE_NONE,
      .pattern = "^(?![ -~]{0,2000}(?:fail|reject|den[yi]|refus|block|\\bno|n't|unauth|violat|prohibit|invalid|error|"
                 "bounce|unable|permit|missing|forged|fehl|abgelehnt|echec|erreur|rifiut|rechaz|\\b[45]\\.\\d|[45]\\d\\d[ -]|"
                 "accept|require|allow|must|did|does|quarantin|polic))[ -~]{1,2000}$",
      .speaks = { { CAUSE_SPF_FAIL, -36 }, { CAUSE_DKIM_DMARC_FAIL, -36 } } },
    WORDS("not allowed|not permitted|not authori|not designated|not listed|not an auth",
          "(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-f]{0,4}:[0-9a-f:]{4,}|\\bip(?: address)?|mail ?server|"
          "(?:sending|client) host)[\\])]?,? (?:" NOT
          ") (?:an? )?(?:" ALLOWED "|designated|listed)(?!.{0,40}relay)(?!.{0,40}directly)\\b.{0,40}\\b(?:for|from|of|by|in|to send|"
          "sender|domain|mail for)\\b",
          { CAUSE_SPF_FAIL, 29 }, { CAUSE_FROM_NOT_LOGIN, -6 }),
    WORDS("invalid ip for sending|mismatches client|not an authorized",
          "invalid ip for sending mail of domain|mismatches client ip|not an authori[sz]ed (?:sender|host|"
          "server|ip) (?:for|of)",
          { CAUSE_SPF_FAIL, 34 }),
    STATUS("x.7.23|x.7.24", { CAUSE_SPF_FAIL, 34 }),
    STATUS("x.7.27", { CAUSE_SPF_FAIL, 8 }, { CAUSE_DNS_FAILURE, 4 }, { CAUSE_FROM_INVALID, 3 }),

    /* --- DKIM, DMARC (RFC 6376, 7489), and both named with SPF (RFC 7372) --- */
    WORDS("dmarc", "\\bdmarc\\w*", { CAUSE_DKIM_DMARC_FAIL, 42 }, { CAUSE_SPF_FAIL, -4 }, { CAUSE_CONTENT_REJECTED, -30 }, { CAUSE_OTHER_NOT_RELAY, -24 }, { CAUSE_RATE_LIMITED, -12 }, { CAUSE_IP_BLOCKLISTED, -12 }),
    WORDS("dkim|domainkey|domain keys", "\\bdkim\\b|domain ?keys", { CAUSE_DKIM_DMARC_FAIL, 38 }, { CAUSE_OTHER_NOT_RELAY, -18 },
          { CAUSE_FROM_INVALID, -12 }, { CAUSE_IP_BLOCKLISTED, -10 }, { CAUSE_CONTENT_REJECTED, -10 }),
    WORDS("spf|policy framework", "(?:spf|policy framework).{0,400}(?:dkim|domainkey|dmarc)|(?:dkim|domainkey|"
          "dmarc).{0,400}(?:\\bspf\\b|policy framework)",
          { CAUSE_DKIM_DMARC_FAIL, 26 }, { CAUSE_SPF_FAIL, -2 }),
    WORDS("domain authentication|authentication|unauthenticated|authentication information|"
          "authentication check|authentication require|authentication level|authentication result|"
          "pass authentication|to authenticate with",
          "sender is unauthenticated|is unauthenticated, which|"
          "unauthenticated e?-?mail from .{1,190} is not accepted|"
          "mail has been blocked because.{0,40}unauthenticated|authentication information|\\b(?:pass|passes|"
          "meet)\\b.{0,40}authentication (?:check|require|level|result)|fails? .{0,20}authentication check|"
          "required authentication level|(?:" NOT
          ") (?:pass|meet).{0,20}authentication|require\\w* .{0,30}senders? to authenticate|"
          "domain authentication (?:fail|require)",
          { CAUSE_DKIM_DMARC_FAIL, 42 }, { CAUSE_SPF_FAIL, 24 }, { CAUSE_CONTENT_REJECTED, -30 },
          { CAUSE_RATE_LIMITED, -14 }, { CAUSE_CLIENT_NEVER_AUTHENTICATES, -14 }, { CAUSE_WRONG_CREDENTIALS, -14 }),
    WORDS("aligned|alignment", "from.{0,80}(?:not|n't) aligned|alignment (?:fail|check)|not (?:in )?align",
          { CAUSE_DKIM_DMARC_FAIL, 36 }),
    WORDS("spoof|forged|impersonat|phishing-attempt",
          "anti.?spoof|spoof(?:ed|ing)|forged (?:sender|from|mail|e-?mail|header)|impersonat",
          { CAUSE_DKIM_DMARC_FAIL, 25 }, { CAUSE_CONTENT_REJECTED, 23 }, { CAUSE_SPF_FAIL, 20 },
          { CAUSE_OTHER_NOT_RELAY, 18 }),
    WORDS("signature|signing|signed",
          "(?:bad|invalid|missing|no|unacceptable) (?:message |domain )?signature|signature (?:verification|"
          "check)? ?(?:fail|invalid|did not|missing)|(?:message|mail) (?:is )?not signed|unsigned message",
          { CAUSE_DKIM_DMARC_FAIL, 28 }),
    STATUS("x.7.20|x.7.21|x.7.22|x.7.26|x.7.30|x.7.32|x.7.509|x.7.515",
           { CAUSE_DKIM_DMARC_FAIL, 30 }, { CAUSE_SPF_FAIL, 16 }),
    WORDS("au01|au02", "\\bAU0[12]\\b", { CAUSE_DKIM_DMARC_FAIL, 40 }, { CAUSE_CONTENT_REJECTED, -24 }),
    WORDS("cxsndr|pol-p7", "AUP#CXSNDR|\\bPOL-P7\\b", { CAUSE_DKIM_DMARC_FAIL, 34 },
          { CAUSE_SPF_FAIL, 26 }),

    /* --- the EHLO name (RFC 5321 section 4.1.1.1) --- */
    WORDS("helo|ehlo",
          "(?:helo|ehlo)\\b.{0,70}(?:reject|invalid|" NOT
          "|malform|\\bbad\\b|forge|spoof|localhost|\\bneed|\\bmust|requir|refus|denied|illegal|syntact|"
          "mismatch|unknown|unresolv|fqdn|qualified|non.?exist|numeric|block|is (?:my|our|me)\\b|empty|"
          "look ?up|fail)|(?:invalid|bad|malformed|illegal|reject\\w*|forged|unqualified|missing|empty|wrong|"
          "fake|incorrect|faulty)\\b.{0,40}\\b(?:helo|ehlo)\\b",
          { CAUSE_EHLO_NAME_REFUSED, 38 }),
    WORDS("helo command rejected|need fully-qualified hostname",
          "helo command rejected|need fully-qualified hostname",
          { CAUSE_EHLO_NAME_REFUSED, 6 }, { CAUSE_DNS_FAILURE, -10 }),
    {
        .key = "helo command rejected: need fully-qualified hostname",
        .speaks = { { CAUSE_EHLO_NAME_REFUSED, 4 } },
        .proves = "Postfix refused the EHLO name for having no dot (reject_non_fqdn_helo_hostname), before anything that lets a login through.",
    },
    {
        .key = "helo command rejected: host not found",
        .speaks = { { CAUSE_EHLO_NAME_REFUSED, 4 } },
        .proves = "Postfix looked the EHLO name up and found neither an address nor an MX record (reject_unknown_helo_hostname).",
    },
    /* a command that is missing is another thing than a name that is wrong */
    WORDS("helo|ehlo",
          "\\b(?:send|say|issue|need|expect\\w*|use|introduce\\w*)\\b.{0,24}(?:helo|ehlo)\\b(?! argument|"
          " name)|(?:helo|ehlo) (?:first|required first|before)|(?:no|without) (?:helo|ehlo)\\b",
          { CAUSE_OTHER_NOT_RELAY, 32 }, { CAUSE_EHLO_NAME_REFUSED, -22 }),
    WORDS("syntactically invalid|name was rejected|invalid domain name|identif",
          "my name was rejected|syntactically invalid argument|invalid command arguments?: invalid domain|identif(?:y|ied) (?:yourself|itself|"
          "as) .{0,40}(?:localhost|invalid|not)|greeted (?:us|me) (?:as|with)",
          { CAUSE_EHLO_NAME_REFUSED, 42 }, { CAUSE_OTHER_NOT_RELAY, -12 }),
    STATUS("5.7.506", { CAUSE_EHLO_NAME_REFUSED, 38 }),
    /* Exchange to an EHLO whose name it cannot read; of MAIL and RCPT it says "address" */
    { .key = "invalid domain name", .enhanced = "5.5.4", .codes = CODE_50X | CODE_NONE,
      .speaks = { { CAUSE_EHLO_NAME_REFUSED, 46 }, { CAUSE_DOMAIN_NOT_CONFIGURED, -30 } } },

    WORDS("empty helo|empty ehlo", "empty (?:helo|ehlo)", { CAUSE_EHLO_NAME_REFUSED, 48 }, { CAUSE_OTHER_NOT_RELAY, -24 }),
    /* --- the name of the sending address (RFC 1912 section 2.1) --- */
    WORDS("reverse|dns ptr|forward dns", "reverse (?:dns )?look-?up .{0,40}fail|\\bnot have a reverse|dns ptr resource|forward dns (?:entry|record|name) .{0,40}(?:not|n't)\\b",
          { CAUSE_REVERSE_DNS_MISSING, 46 }, { CAUSE_IP_BLOCKLISTED, -24 }, { CAUSE_DNS_FAILURE, -24 }, { CAUSE_RECIPIENT_UNKNOWN, -20 }),
    WORDS("reverse|rdns|ptr|hostname|host name|lookup failed|possibly forged|fcrdns|in-addr|unverif|confirmed|unresolvable|dns name|dns entry",
          "reverse[- ]?(?:dns|host ?name|look ?up|map|resol|name|record|ip\\b|entry|address)|\\brdns\\b|"
          "\\bptr\\b|cannot find your (?:reverse )?host ?name|ip name (?:look ?up failed|possibly forged)|"
          "host ?name (?:verif|look ?up|mismatch|" NOT
          " match)|\\bfcrdns\\b|forward.confirmed|unresolvable relay host|unverifi?y?able|(?:no|"
          "without a?) ?(?:valid )?(?:host ?name|dns name|dns entry) (?:found )?for|in-addr\\.arpa",
          { CAUSE_REVERSE_DNS_MISSING, 39 }),
    {
        .key = "cannot find your reverse hostname",
        .speaks = { { CAUSE_REVERSE_DNS_MISSING, 4 } },
        .proves = "Postfix found no PTR record of the client's address (reject_unknown_reverse_client_hostname), before anything that lets a login through.",
    },
    {
        .key = "cannot find your hostname",
        .speaks = { { CAUSE_REVERSE_DNS_MISSING, 4 } },
        .proves = "Postfix found no PTR record of the client's address, or one whose name does not lead back to it (reject_unknown_client_hostname).",
    },
    WORDS("bad dns|bad ptr|ptr resource|ptr record", "bad (?:dns )?ptr|ptr (?:resource )?record", { CAUSE_REVERSE_DNS_MISSING, 12 }),
    WORDS("resolve|find|determine|look up|lookup|verify",
          "(?:can ?not|can't|unable to|could not|couldn't|fail\\w* to) (?:resolve|find|determine|look ?up|"
          "verify) (?:your|the client|the sending|client|sending|name of|host for) ?(?:host|address|ip|name|"
          "domain name|client|server|mail ?server|dns)?",
          { CAUSE_REVERSE_DNS_MISSING, 36 }, { CAUSE_DNS_FAILURE, -32 }),
    WORDS("full circle|does not resolve|resolves to|generic|dns check failure",
          "full circle dns|" NOT " resolve (?:back )?to|generic (?:r?dns|host|name|ptr|reverse)|dns check failure",
          { CAUSE_REVERSE_DNS_MISSING, 34 }, { CAUSE_DNS_FAILURE, -30 }),
    WORDS("of your server|of your host|of your mail|reverse name", "name of your (?:mail )?(?:server|host)|no reverse name", { CAUSE_REVERSE_DNS_MISSING, 38 }, { CAUSE_DNS_FAILURE, -34 }),
    /* Sendmail tells the missing name in a refusal to relay, too; it is no reason of its own there */
    WORDS("ip name", "relaying denied\\.? ip name", { CAUSE_REVERSE_DNS_MISSING, -34 }),
    WORDS("access denied", "access denied\\.? ip name", { CAUSE_REVERSE_DNS_MISSING, 4 }),
    STATUS("x.7.25", { CAUSE_REVERSE_DNS_MISSING, 34 }),
    WORDS("dns look|rtr:rd|invalid domain name", "dns look ?up fail\\w*:? (?:for |of )?[\\[(]?(?:\\d{1,3}\\.){3}\\d|\\bRTR:RD\\b", { CAUSE_REVERSE_DNS_MISSING, 48 }, { CAUSE_IP_BLOCKLISTED, -24 }, { CAUSE_DNS_FAILURE, -46 }),
    WORDS("helohost|helo host|helo name|ehlo name|ehlo host", "(?:helo|ehlo)[- ]?(?:host|name)\\b.{0,20}(?:error|bogus|bad|fail|not valid|wrong|unaccept)", { CAUSE_EHLO_NAME_REFUSED, 38 }),
    { .key = "invalid domain name", .pattern = "invalid domain name", .codes = CODE_50X, .speaks = { { CAUSE_EHLO_NAME_REFUSED, 38 }, { CAUSE_DOMAIN_NOT_CONFIGURED, -20 } } },
    WORDS("dns:n|cxdns|dns-p3|dns-t2|ib108|aup#",
          "\\bDNS:N\\w\\b|AUP#CXDNS|AUP#(?:I-)?11[0-5]0|\\bDNS-(?:P3|T2)\\b|\\bIB108\\b",
          { CAUSE_REVERSE_DNS_MISSING, 38 }),
};
/* clang-format on */
const struct explain_rows ROWS_SENDER = EXPLAIN_ROWS(ROWS);
