/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_recipient.c - what is no relay refusal: the mailbox, the size, the content, rates, lists, greylisting,
 *                            loops, faults inside
 *
 * Scale: 40 a wording that says it and nothing else, 34 one that says it in most mouths, 28 and less where it stands
 * beside others; small numbers split neighbours that were fed by another row.
 */
#include "explain/rows.h"

#define UNKNOWN   CAUSE_RECIPIENT_UNKNOWN
#define FULL      CAUSE_MAILBOX_FULL
#define LARGE     CAUSE_MESSAGE_TOO_LARGE
#define CONTENT   CAUSE_CONTENT_REJECTED
#define RATE      CAUSE_RATE_LIMITED
#define LISTED    CAUSE_IP_BLOCKLISTED
#define GREY      CAUSE_GREYLISTED_TEMPORARY
#define LOOP      CAUSE_MAIL_LOOP
#define OTHER     CAUSE_OTHER_NOT_RELAY
#define DNS       CAUSE_DNS_FAILURE
#define REVERSE   CAUSE_REVERSE_DNS_MISSING
#define NOLOGIN   CAUSE_CLIENT_NEVER_AUTHENTICATES
#define UNTRUSTED CAUSE_IP_NOT_TRUSTED

#define WORDS(k, p, ...)                                                                           \
    {                                                                                              \
        .key = (k), .pattern = (p), .speaks = { __VA_ARGS__ }                                      \
    }
#define KEY(k, ...)                                                                                \
    {                                                                                              \
        .key = (k), .speaks = { __VA_ARGS__ }                                                      \
    }
#define STATUS(x, ...)                                                                             \
    {                                                                                              \
        .enhanced = (x), .speaks = { __VA_ARGS__ }                                                 \
    }

#define CODES_4 (CODE_421 | CODE_4XX | CODE_450 | CODE_451 | CODE_452)
#define NOT     "(?:(?:is|are|was|were|does|do|did|has|have|can|could|will)? ?(?:not|n[o']t|nt)\\b)"
#define WHO                                                                                        \
    "(?:user|recipients?|mail-?box|account|addressee|address(?:es)?|alias|local[- ]part|person|"   \
    "customer|subscriber|member|inbox|id|destination)"

/* clang-format off */
static const struct explain_row ROWS[] = {
    /* --- no such recipient, or one that is shut --- */
    WORDS("user|recipient|mailbox|mail-box|account|address|alias|local part|local-part|person|customer|"
          "subscriber|member|inbox|destination",
          "\\b" WHO "\\b(?! information)(?:[^.;]|\\.(?! )){0,70}?(?<!sender )(?:unknown|not found|not known|not exist|" NOT " (?:\\w+ )?(?:exist|found|known|recogni[sz]ed|have an?|valid|listed|active|a valid|a known|"
          "an active|a registered|our)|no longer (?:exist|valid|avail|active|accept|on|in use|a)|non.?existent|"
          "(?:is|was|address|mailbox|recipient|user) invalid|unrecogni[sz]ed)"
          "(?!.{0,30}(?:password|credential|login))",
          { UNKNOWN, 34 }),
    WORDS("unknown|invalid|no such|bad |nonexist|non-exist|undeliverable|unrouteable|unroutable|illegal|"
          "inactive|unavailable|no valid|wrong|unrecogni",
          "\\b(?:unknown|invalid|no such|bad|non-?existent|undeliverable|unrout(?:e)?able|illegal|inactive|"
          "no valid|wrong|unrecogni[sz]ed)"
          "(?:[ /]or [ \\w/]{3,20}?|/\\w+)?(?: local| virtual| destination| final| e-?mail| mail| smtp){0,3}[ -]\"?" WHO "\\b(?! (?:name|id|syntax|format)?.{0,24}(?:password|credential|login|syntax))",
          { UNKNOWN, 34 }),
    WORDS("address rejected", "^(?:\\W|\\d|smtp;)*address rejected\\W*$", { UNKNOWN, 32 }),
    WORDS("not available|disabled|suspend|unallocated|deactivat|discontinu|closed|frozen|archived|locked|terminated|expired|"
          "inactive|blocked|retired|dormant|unavailable|cancel|no longer|removed|deleted|abandoned|"
          "not activated",
          "\\b" WHO "\\b(?:[^.;]|\\.(?! )){0,60}?\\b(?:disabled|unallocated|suspend\\w*|deactivated|discontinued|closed|"
          "frozen|archived|locked|terminated|expired|inactive|retired|dormant|cancel\\w*|removed|deleted|"
          "abandoned|not activated|unavailable|not available)\\b"
          "|\\b(?:disabled|suspended|deactivated|inactive|closed|expired|unavailable|dormant) (?:e-?mail )?" WHO "\\b",
          { UNKNOWN, 32 }),
    WORDS("not a |not known|not enabled|no matching|has left|know th|no exist|blocked account|locked",
          "not (?:an? )?(?:known|local|valid|registered|real|existing) (?:e-?mail )?" WHO "|(?<!service )not known (?:at|here|to|in)|"
          "not enabled|no matching " WHO "|has left the|know (?:this|that|the) " WHO "|path no exist|"
          "(?:blocked|locked) (?:account|mailbox|user)\\b", { UNKNOWN, 34 }),
    WORDS("exists|not user|unavailable mail|invalid rcpt|bad rcpt",
          "n't exists? (?:that|this|the|such) " WHO "|not user of|unavailable mail " WHO "|(?:invalid|bad|unknown) rcpt",
          { UNKNOWN, 36 }),
    WORDS("invalid|incorrect|wrong|unknown", "(?<!sender )(?<!from )\\b" WHO "(?: <?[^ <>@]{1,64}@[^ <>]{1,190}>?)? (?:(?:is|was|are) )?(?:invalid|incorrect)\\b|"
          "(?:recipients?|addressees?|rcpt)\\b[^.;]{0,30}\\b(?:is|are) (?:invalid|wrong|incorrect|unknown)",
          { UNKNOWN, 33 }),
    /* not in the list of those who are there */
    WORDS("not present|directory|address book|addressbook|ldap|validrcpt|rcptto|database|domain map|user list|recipient list|recipient map|"
          "recipient table|user table|mailbox table",
          "(?:mailbox|account|user|address|recipient) not present|(?:not?|n't)\\b.{0,30}(?:directory|address ?book|\\bldap\\b|validrcpt\\w*|user (?:list|database|table)|"
          "recipient (?:list|map|table|database)|mailbox (?:table|database|list))|look ?up (?:in|of).{0,40} fail",
          { UNKNOWN, 34 }, { CAUSE_DOMAIN_NOT_CONFIGURED, -20 }, { NOLOGIN, -20 }),
    WORDS("unable to|cannot|can not|can't|could not|couldn't|failed to",
          "(?:unable to|can ?not|can't|could ?n[o']t|failed to) (?:find|locate|identify|deliver to|route to) (?:an? |the |this |that |any |such |"
          "local |matching |alias ){0,3}" WHO "\\b(?! database)", { UNKNOWN, 32 }),
    WORDS("handle mail|accept mail|take mail|deliver mail|receive mail|handle e-mail|accept e-mail|take e-mail|deliver e-mail",
          NOT " (?:handle|accept|take|deliver|receive) (?:e-?)?mails? (?:for|to) (?:this|that|the|such an?|your) " WHO "(?! domain)",
          { UNKNOWN, 34 }),
    /* people who went */
    WORDS("no longer|left the|left our|has left|have left|left us|left this|not employed|incorrectly addressed|wrongly addressed|misaddressed",
          "no longer (?:an? )?(?:employ|work|with (?:us|the|our|this)|here\\b|part of|a member|in service|in use|monitored|read|valid|"
          "known|served)|(?:has|have) left (?:our|the|this|us)|not employed|(?:incorrectly|wrongly|mis-?) ?addressed",
          { UNKNOWN, 34 }),
    WORDS("address rejected|address refused|address denied|address was",
          "(?<!recipient )(?<!sender )(?<!from )(?<!ip )(?<!client )\\baddress (?:was |is )?(?:rejected|refused|denied)(?! (?:by|due|because|for))",
          { UNKNOWN, 28 }, { OTHER, 22 }),
    WORDS("permanent failure for one or more", "permanent failure for one or more recipients", { UNKNOWN, 26 }, { LISTED, 20 }),
    WORDS(":blocked)", "@\\S{3,190}:blocked\\)", { LISTED, 22 }),
    /* a refusal that names the recipient and no other reason */
    { .key = "user|recipient|mailbox|rcpt",
      .pattern = "^(?!.{0,300}(?:sender|from|rejected:|limit|quota|spam|full|size|rate|too |list|relay|auth|policy|\\bip\\b|login|password|virus|content|domain|verif|lock|access|error|fail))"
                 ".{0,120}\\b(?:user|recipient|mailbox|rcpt(?:to)?)\\b",
      .codes = CODE_550 | CODE_551 | CODE_553 | CODE_554 | CODE_5XX,
      .speaks = { { UNKNOWN, 23 } } },
    KEY("recipnotfound|recipientnotfound|nosuchuser|disableduser|no mailbox here by that name|"
          "no mail-box here by that name|not our customer|user unknown|unknown user|no such user|"
          "wasn't found at|couldn't be found|addressee unknown|no such person|no account by that name|"
          "not a known user",
        { UNKNOWN, 38 }),
    WORDS("no mail|no user|no account|nobody|no one|no person|no recipient|have a",
          "\\bno (?:mail-?box|mail box|user|account|recipient|one|person|such)\\b.{0,40}(?:here|by that|"
          "with that|named?|found|available|at this|on this|for this|exist)|\\bno ?(?:body|one) (?:here|"
          "at this|by that|with)|" NOT " have (?:an? )?\\S+ (?:e-?mail)?\\s?account|no mail ?box (?:available )?for this",
          { UNKNOWN, 36 }),
    WORDS("tried to reach|trying to reach|mailbox unavailable|mailbox not available|mailbox name not allowed|"
          "mailbox is unavailable",
          "tr(?:ied|ying) to reach (?:does not exist|is (?:disabled|inactive|not))|"
          "mailbox (?:is )?(?:unavailable|not available)|mailbox name not allowed",
          { UNKNOWN, 34 }, { OTHER, 18 }),
    {
        .key = "user unknown in local recipient table|user unknown in virtual mailbox table|user unknown in virtual alias table|user unknown in relay recipient table",
        .speaks = { { UNKNOWN, 6 } },
        .proves = "Postfix holds the domain for one it takes mail for, and has no such address in it: it is no refusal to relay.",
    },
    WORDS("recipient address rejected",
          "recipient address rejected: *(?:$|user|unknown|undeliverable|unverified|invalid|no such|not found|"
          "mailbox|account|inactive|closed|\\S+\\.\\w{2,5}\\b ?(?:$|\\(|\\[))",
          { UNKNOWN, 32 }),
    WORDS("recipient address rejected", "recipient address rejected: (?:access denied|blocked|denied|rejected|policy)",
          { UNKNOWN, 28 }, { OTHER, 24 }, { NOLOGIN, 22 }),
    { .key = "recipient address rejected: access denied|access denied", .pattern = "recipient address rejected: access denied", .enhanced = "5.4.1",
      .speaks = { { UNKNOWN, 20 } },
      .proves = "Microsoft 365 answers so at its edge: the domain is its own, and its directory has no such recipient." },
    WORDS("recipient", "(?<!all )recipients? (?:was |is |has been |were )?(?:rejected|refused|denied|not (?:ok|accepted|"
          "allowed|permitted))|rejected: recipient|(?:refus|reject|den)\\w+ (?:this )?recipient",
          { UNKNOWN, 27 }, { OTHER, 22 }, { NOLOGIN, 12 }),
    KEY("recipient address rejected", { UNKNOWN, 24 }, { OTHER, 17 }),
    WORDS("valid", "not (?:an? )?valid (?:[\\w-]+ )?(?:e-?mail )?(?:address|mailbox|recipient|user)", { UNKNOWN, 32 }),
    WORDS("not allowed", "(?:recipient|mailbox|account)\\b.{0,20} not allowed(?! to)", { UNKNOWN, 30 }, { OTHER, 20 }),
    WORDS("does not exist|doesn't exist", "^\\W*(?:\\d{3}\\W+)?(?:this |the )?(?:\\w+ )?do(?:es not|esn't) exist", { UNKNOWN, 22 }),
    WORDS("temporar", "(?:recipient|mailbox|user|account)\\b.{0,40}temporar\\w+ (?:unavailable|disabled|inactive|"
          "not available|over|full)", { UNKNOWN, -12 }, { OTHER, 30 }),
    WORDS("does not like recipient|not like recipient", "does not like recipient", { UNKNOWN, 6 }),
    WORDS("can't accept|not handled|not accept|does not receive|not receiving|refuses|i cannot deliver|can't deliver|"
          "cannot accept mail|no longer accepts|not accepting|deliver mail",
          "(?:address|domain|mailbox|user|recipient|account|host)\\b.{0,40}(?:" NOT " (?:be )?(?:handled|receive|accept)|no longer accept|refuses)|cannot deliver (?:mail )?(?:for|to)|"
          "can't accept user",
          { UNKNOWN, 28 }, { OTHER, 20 }, { CAUSE_DOMAIN_NOT_CONFIGURED, 12 }),
    WORDS("null mx|nullmx|null-mx|does not accept mail", "null.?mx|domain.{0,60}" NOT " accept (?:any )?(?:e-?)?mail\\b",
          { UNKNOWN, 34 }, { DNS, 30 }),
    STATUS("x.1.10", { UNKNOWN, 20 }, { DNS, 14 }),
    STATUS("x.1.1", { UNKNOWN, 22 }),
    STATUS("x.1.0", { UNKNOWN, 8 }, { OTHER, 4 }),
    STATUS("x.1.6|x.1.3|x.1.4|x.2.1|x.7.17", { UNKNOWN, 16 }),
    STATUS("5.5.0", { UNKNOWN, 4 }, { OTHER, 4 }),
    WORDS("badrcpt|bad-rcpt|bad_rcpt|bad rcpt|bad recipient|badrecipient|bad-recipient|bad_recipient", "bad[-_ ]?(?:rcptto|rcpt|recipient)", { UNKNOWN, 34 }),
    /* words of RFC 3463 section 3.2 */
    KEY("destination mailbox address ambiguous|mailbox has moved|bad destination mailbox", { UNKNOWN, 34 }, { OTHER, -8 }),
    WORDS("moved|has changed|new address", "(?:user|recipient|address|mailbox|account)\\b.{0,40}(?:has |was )?(?:moved|changed)(?: to|$|\\.)|"
          "has left the company", { UNKNOWN, 26 }),
    WORDS("unrouteable|unroutable", "unrout(?:e)?able address", { UNKNOWN, 12 }, { DNS, 14 }),
    WORDS("rcp-p|int-p|r_416|lpn|ofr|aup#", "\\bRCP-[PT]1\\b|\\bINT-P[134]\\b|\\b(?:LPN|OFR|OUK)\\w{0,5}[_-]?(?:416|418|420|426)\\b", { UNKNOWN, 34 }),
    /* other languages */
    WORDS("empf|adresse|konto|postfach|benutzer|adressat|teilnehmer|mailadresse|e-mail-adresse",
          "(?:empf.{1,2}nger|postfach|benutzer|adressat|teilnehmer|(?:mail-?)?adresse)\\w*.{0,50}(?:unbekannt|"
          "nicht (?:gefunden|vorhanden|bekannt|g.ltig|existier|mehr|erreichbar|verf.gbar)|existiert nicht|"
          "nicht (?:vergeben|belegt|eingerichtet|angelegt)|ung.ltig|gesperrt|deaktiviert|abgemeldet|stillgelegt|gel.scht|abgeschaltet)|(?:unbekannte|ung.ltige)[rsn]? (?:empf|benutzer|adresse)|"
          "kein(?:en)? (?:solche[nrs]?|postfach|benutzer)", { UNKNOWN, 36 }),
    WORDS("destinataire|utilisateur|adresse|compte|bo.te",
          "(?:destinataires?|utilisateur|adresse|compte|bo.te)\\b.{0,60}(?:inconnue?|invalide|introuvable|"
          "n'existe|inexistant|archiv|bloqu|d.sactiv|ferm|n'a pas .t. trouv)", { UNKNOWN, 36 }),
    WORDS("casilla|no existe|inexistent|cuenta|non esiste|no se encontr|destinatario|utente|indirizzo|casella|destin.|usuario|direcci|"
          "buz|cuenta|destinat",
          "(?:destinatario|utente|indirizzo|casella|destin\\.|casilla|usuario|direcci.{1,2}n|buz.{1,2}n|"
          "cuenta)\\b.{0,60}(?:sconosciut|inesistente|non (?:esiste|trovat|valid|abilitat|attiv)|disattivat|bloccat|scadut|chius[ao]|rimoss|"
          "errato|desconocid|no (?:existe|encontrad|v.lid|se encontr|es v)|inv.{1,2}lid|deshabilitad|expirad|caducad|inactiv|bloquead|"
          "suspendid|dad[ao] de baja)|non esiste ness|no existe (?:dicha|es[ea]|ning|el|la)|no se encontr.{1,2} (?:el|la)", { UNKNOWN, 36 }),
    WORDS("destinat|usu|endere|caixa|conta",
          "(?:destinat.{1,2}rio|usu.{1,2}rio|endere.{1,2}o|caixa postal|conta)\\b.{0,60}(?:desconhecid|"
          "inexistente|n.{1,2}o (?:existe|encontrad|foi|v.lid|p.de)|inv.{1,2}lid|desativad|suspens|bloquead|cancelad|encerrad|expirad)", { UNKNOWN, 36 }),
    WORDS("accept|nimmt|acepta|admite|accetta|aceita|принима",
          "(?:adresse|destinataire|bo.te|compte)\\b.{0,60}n'accepte (?:plus|pas)|(?:empf.{1,2}nger|postfach|adresse|"
          "konto)\\w*.{0,40}nimmt kein|(?:destinatario|buz.{1,2}n|cuenta|direcci.{1,2}n)\\b.{0,40}\\bno (?:acepta|"
          "admite)|(?:destinatario|casella|indirizzo|utente)\\b.{0,40}non accetta|(?:destinat.{1,2}rio|caixa|conta|"
          "endere.{1,2}o)\\b.{0,40}n.{1,2}o aceita|(?:ящик|получател|адрес)\\w*.{0,40}не принимает",
          { UNKNOWN, 30 }, { OTHER, 18 }),
    WORDS("no se ha|no se pudo|no se puede|niet worden gevonden|nie znaleziono",
          "(?:direcci.{1,2}n|destinatario|usuario|buz.{1,2}n|cuenta)\\b.{0,80}no se (?:ha|pudo|puede) (?:podido )?encontr|"
          "adres\\b.{0,30}niet worden gevonden|nie znaleziono.{0,20}(?:adres|odbiorc|u.{1,2}ytkown|skrzynk)",
          { UNKNOWN, 36 }),
    WORDS("gebruiker|ontvanger|adres|konto|skrzynk|odbiorc|adresat|u.ytkown|mottagar|postboks|bruger",
          "(?:gebruiker|ontvanger|adres)\\b.{0,50}(?:onbekend|bestaat niet|niet gevonden|ongeldig)|"
          "onbekende (?:gebruiker|ontvanger)|(?:konto|skrzynk\\w*|odbiorc\\w*|adres\\w*|"
          "u.ytkownik)\\b.{0,50}(?:nie istnieje|nieznan|nieaktywn|zablokowan|nie znaleziono)|nie ma takiego|"
          "(?:mottagar\\w*|postboks|bruger\\w*|konto)\\b.{0,50}(?:ok.nd|finns inte|findes ikke|ukendt|"
          "ikke fundet)", { UNKNOWN, 36 }),
    WORDS("nie ma takiego|neexist|nem l|bulunamad|mevcut de|nieistniej", "nie ma takiego|neexistuj|nem l.tez|bulunamad|mevcut de.il|nieistniej", { UNKNOWN, 32 }),
    WORDS("пользоват|ящик|адрес|получател|абонент|аккаунт|учетн|учётн",
          "(?:пользовател|ящик|адрес|получател|абонент|аккаунт|уч.тн)\\w*.{0,60}(?:не (?:найден|существ|"
          "зарегистрир|активен|обслужив)|неизвест|неверн|недейств|недоступ|отключ|заблокир|удал|закрыт)|нет так(?:ого|ой)|так(?:ого|ой) (?:пользовател|адрес|ящик|получател|абонент)\\S* (?:нет|не )|"
          "несуществующ", { UNKNOWN, 36 }),
    WORDS("不存在|不存在|找不到|未找到|无效|無効|見つかりません|存在しません|存在しない|不明|该用户|已停用|被禁用|존재하지|찾을 수",
          "(?:用户|用戶|邮箱|郵箱|收件人|帐号|账号|地址|邮件地址).{0,30}(?:不存在|无效|無效|停用|禁用|冻结|未找到|找不到)|(?:找不到|未找到|无效|"
          "不存在).{0,20}(?:用户|邮箱|收件人|地址|帐号)|(?:宛先|ユーザー?|アドレス|受信者|メールボックス).{0,40}(?:存在しま?|見つかりま|不明|無効)|(?:사용자|수신자|"
          "메일|계정|주소).{0,30}(?:존재하지|찾을 수)|존재하지 않는 (?:사용자|메일|계정|주소)", { UNKNOWN, 36 }),

    /* --- the mailbox is full --- */
    WORDS("quota",
          "over ?quota|over (?:\\w+ ){0,3}quota|quota (?:exceed|usage|violat|is full|full|limit|reached)|"
          "exceed\\w*.{0,50}quota|(?:disk|mailbox|mail|storage|domain) ?quota|out of quota|quota",
          { FULL, 36 }),
    /* a quota of sending is none of storage */
    WORDS("quota", "(?:send|sending|outgoing|submission|message|hour|dai?ly|per (?:day|hour|minute)|24|rate|"
          "recipient(?=s?(?: rate| limit)? ?quota)|"
          "relay|policy|organization queue|monthly|credit)\\w*.{0,24}quota|quota.{0,60}(?:per (?:day|hour|"
          "minute)|hour|daily|24|outgoing|sending|submission)|submissionquota",
          { RATE, 52 }, { FULL, -30 }),
    WORDS("skrzynka|postvak|full|pleine|piena|llen|cheia|voll|pelna|vol ",
          "\\b(?:mail-?box|inbox|account|mail ?folder|mail ?drop|storage|mailbox for user|spool|user|recipient|"
          "partition)\\b.{0,60}\\bfull\\b|\\bfull mail-?box|bo.te .{0,40}pleine|casella .{0,40}piena|"
          "buz.{1,2}n .{0,40}llen|caixa .{0,60}cheia|postfach .{0,40}voll|skrzynka .{0,40}pe.na|"
          "postvak .{0,30}vol\\b",
          { FULL, 40 }),
    WORDS("space|storage|too many messages|exceeded storage",
          "out of (?:storage|disk|mail)? ?space|exceeded storage allocation|(?:not|"
          "n't) (?:have )?enough (?:storage |disk |mail )?(?:space|room)|insufficient (?:disk |mailbox |"
          "mail )?(?:space|storage)|(?:disk ?space|storage) (?:limit|has been|is)|space has been used|"
          "too many messages (?:on|in) (?:the|his|your) (?:server|mailbox)|exceeded (?:its|the|"
          "their)? ?(?:disk|storage|mailbox)",
          { FULL, 34 }, { OTHER, 14 }),
    WORDS("mailbox over|free space|cannot access mailbox|cannot append message",
          "mailbox (?:is )?over .{0,24}limit|no (?:more )?(?:free )?space|cannot (?:access mailbox|append message)",
          { FULL, 38 }, { LARGE, -20 }),
    WORDS("auf dem server|capacity|no room|hard limit|storage limit|storage capacity|zuviele|zu viele|overflow|storage full|storage is full|lleno|llena|"
          "espacio|spazio|espace|miejsca",
          "(?:mail-?box|inbox|account|recipient|user)\\b.{0,40}(?:at (?:\\w+ )?capacity|capacity|overflow|no (?:more |free )?(?:room|space)|no place|"
          "over (?:its |the |a )?(?:hard|soft|disk|size|space)? ?limit|storage (?:limit|capacity|is full|full))|storage (?:limit|capacity) (?:reached|exceed|has|for)|"
          "zu ?viele (?:e-?)?(?:mails?|nachrichten) (?:auf|im|in)|(?:sin|sem|plus d.|spazio|brak) ?(?:espa[cz]\\w+|place|miejsca|esaurito|insufficiente)|"
          "\\b(?:buz|casill|bandej|cuent)\\S* .{0,20}llen[ao]",
          { FULL, 38 }, { RATE, -36 }, { LARGE, -20 }),
    WORDS("свободн|нет места|недостаточно места", "нет (?:свободного )?места|недостаточно (?:свободного )?места", { FULL, 38 }),
    WORDS("exhausted|speicher", "exhausted .{0,24}(?:storage|space)|speicher(?:volumen|platz|limit)\\w*.{0,40}(?:berschritten|ersch|voll|belegt)", { FULL, 38 }),
    WORDS("mailbox", "mailbox (?:size|storage|space)? ?(?:limit|usage)? ?(?:exce|reached)|exceed\\w* (?:the |its |"
          "their )?(?:maximum )?(?:allowed )?mailbox|(?:would )?exceed (?:maximum )?allowed storage", { FULL, 38 }, { LARGE, -6 }),
    /* the server's own disk */
    WORDS("insufficient system storage|system storage|system resources|no space left|insufficient disk|"
          "system full|queue file",
          "insufficient system (?:storage|resources)|no space left on device|(?:system|server|"
          "mail system) (?:is )?full|insufficient disk space,", { OTHER, 36 }, { FULL, 6 }),
    STATUS("x.2.2", { FULL, 24 }),
    STATUS("x.3.1", { OTHER, 18 }, { FULL, 8 }),
    { .codes = CODE_552, .speaks = { { FULL, 7 }, { LARGE, 7 }, { CONTENT, 2 } } },
    WORDS("capienza|esaurit|plena|postbus|dépass|superad|exced",
          "raggiunto .{0,40}capienza|spazio.{0,40}esaurit|b.{1,2}stia .{0,40}plena|postbus .{0,40}vol\\b|"
          "(?:cuota|quota)\\b.{0,40}(?:superad|excedid|d.{1,2}pass)", { FULL, 38 }),
    WORDS("cuota|cota|quota", "(?:sobrepasad|superad|excedid|alcanzad|excedeu|superat|d.{1,2}pass)\\w*.{0,30}(?:cuota|quota|cota)\\b", { FULL, 38 }),
    WORDS("превыш|переполн|квот|заполнен", "(?:ящик|квот|почт).{0,40}(?:переполн|превыш|заполн)|превыш.{0,30}квот", { FULL, 40 }),
    WORDS("已满|空间不足|容量|超限|いっぱい|一杯|満杯|용량", "(?:邮箱|郵箱|信箱|收件人).{0,20}(?:已满|满|空间不足|容量)|空间不足|メールボックス.{0,30}(?:いっぱい|一杯|満杯|容量)|용량.{0,10}초과", { FULL, 38 }),
    WORDS("_417|-417|r417|lpn|ofr", "\\b(?:LPN|OFR|OUK)\\w{0,5}[_-]?417\\b", { FULL, 36 }),

    /* --- the message is too large --- */
    WORDS("size|too much|too large|too big|length|larger than|bytes long|too long|attachment",
          "\\b(?:message|mail|e-?mail|attachment|file|data|body|header|content|stream)s?\\b.{0,60}(?:(?:size|"
          "length)\\b.{0,40}(?:exce|limit|too|larg|big|over|maxim)|(?:is |was |are )?too (?:large|big|long)|"
          "exceed\\w*.{0,40}(?:size|length|limit of|maximum)|larger than|more than \\d+ bytes)|(?:size|"
          "length)[^.;]{0,30}exceed|exceed\\w*.{0,60}\\b(?:size|length)\\b|max\\w* (?:message |mail |"
          "e-?mail )?size|size limit|maximum (?:allowed )?(?:message|size)|too much (?:mail )?data",
          { LARGE, 38 }),
    WORDS("size|bigger|payload|dimension", "\\b(?:size|length)\\b.{0,40}(?:over|above|beyond) |(?:mail|message|attachment|file) .{0,12}bigger|payload too large|"
          "dimension\\w+ massima|supera la dimension", { LARGE, 38 }),
    WORDS("trop ", "(?:message|pi.{1,2}ce jointe|courriel|mail)\\b.{0,30}trop (?:volumineu|gro|lourd|grand)", { LARGE, 38 }),
    WORDS("length of|size of", "(?:length|size) of .{0,40}(?:maximum|threshold)", { LARGE, 36 }),
    WORDS("mailbox", "mailbox.{0,20}size limit exceeded|mailbox size limit", { LARGE, -26 }, { FULL, 12 }),
    WORDS("header", "header.{0,20}(?:size|line|too long)", { OTHER, 8 }),
    WORDS("line", "line.{0,12}too long|line length|too long line|lines? (?:longer|exceed)", { OTHER, 36 }, { LARGE, -6 }),
    STATUS("x.3.4|x.2.3", { LARGE, 28 }),
    WORDS("附件|邮件|taille|zu gro|troppo grande|demasiado grande|muito grande|tama|te groot|za du|слишком больш|размер|"
          "过大|太大|超过|サイズ|sizelimit|recipsizelimit|sendersizelimit|_514|msg-p1|int-p2",
          "taille (?:limite|max)|nachricht.{0,30}zu gro|troppo grande|demasiado grande|muito grande|"
          "tama.{1,2}o.{0,30}(?:excede|m.{1,2}xim)|excede el tama|te groot|za du.a|(?:сообщени|письм|"
          "размер).{0,40}(?:слишком больш|превыша)|(?:邮件|附件).{0,20}(?:过大|太大|超过|超出)|サイズ.{0,30}(?:超|大き|制限を越え|上限)|(?:recip|"
          "sender|connector)?sizelimit|\\bMSG-P1\\b|\\bINT-P2\\b|\\b(?:LPN|OFR)\\w{0,5}[_-]514\\b", { LARGE, 38 }),

    WORDS("berschreit|passe la|supera|excede|превыша|overschrijdt|przekracza|ammiss|maximale|autoris|permit",
          "(?:berschreit\\w*|d.{1,2}passe|supera|excede|превышает|overschrijdt|przekracza)\\b.{0,40}(?:gr.{1,2}(?:.|ss)e|taille|tama.{1,2}o|tamanho|dimension|размер|grootte|rozmiar)|"
          "(?:\\bgr.{1,2}(?:.|ss)e|\\btaille|tama.{1,2}o|tamanho|dimension\\w|размер\\S*|grootte|rozmiar)\\b.{0,50}(?:berschr|d.{1,2}pass|supera|exced|превыша|overschr|przekr)",
          { LARGE, 38 }, { FULL, -6 }),
    /* --- what is in it --- */
    WORDS("spam|junk|unsolicited|bulk|uce|ube|phish",
          "(?<!users from )\\b(?:spam\\w*|junk ?mail|unsolicited|bulk (?:mail|e-?mail|advert)|phish\\w*|"
          "\\bu[cb]e\\b)", { CONTENT, 32 }, { LISTED, 12 }),
    WORDS("spam|unsolicited|junk",
          "(?:message|mail|e-?mail|content|letter|text|this is)\\b.{0,60}(?<!users from )(?:spam|unsolicited|"
          "junk)|spam (?:message|content|detected|score|mail|refused|not accepted|pattern|rejected|filter|"
          "points)|detected as (?:\\w+ )?spam|(?:as|for|is|contains?|like|be|with|probable|suspected|"
          "identified|classified) (?:being )?spam|spam ?(?:assassin|bouncer|filter|trap)",
          { CONTENT, 8 }, { LISTED, -6 }),
    WORDS("security |virus|malware|infected|trojan|worm|malicious|clamav|clamd|eicar|harmful|dangerous|unsafe",
          "\\b(?:virus\\w*|malware|infected|trojan|malicious|clam(?:av|d)|eicar|unsafe content|harmful|"
          "security (?:issue|risk|threat))", { CONTENT, 40 }),
    WORDS("attachment|executable|file |extension|illegal|banned|forbidden|prohibited|dangerous|unacceptable",
          "(?:attachment|file|extension|executable)\\b.{0,60}(?:block|not allow|forbid|prohibit|banned|reject|"
          "not accept|illegal|denied|potential|dangerous|disallow)|(?:illegal|banned|forbidden|prohibited|"
          "executable|dangerous|unacceptable) (?:attachment|file|content|extension)",
          { CONTENT, 38 }),
    WORDS("content", "\\bcontent\\b.{0,60}(?:reject|denied|block|unacceptable|filter|not (?:allowed|acceptable|permitted)|"
          "violat|refus|restrict|policy|inappropriate|prohibit|banned)|(?:reject|denied|block|refus|due to|"
          "because of|unacceptable|prohibited|banned|disallowed|objectionable|"
          "inappropriate)\\w*\\b.{0,40}\\bcontent", { CONTENT, 36 }),
    WORDS("policy|policies|policyviolation",
          "(?:policy|security|local|policies|polic\\w+) (?:reason|restriction|violation|reject|denied|block)|"
          "(?:violat|against|due to|because of|by|per|for)\\b.{0,30}\\b(?:polic(?:y|ies))|policy.?violation|"
          "rejected by polic",
          { CONTENT, 32 }, { OTHER, 20 }, { LISTED, 18 }, { CAUSE_DKIM_DMARC_FAIL, 14 }),
    WORDS("url|uri|link|website|surbl|uribl|dbl|hvu:b",
          "\\b(?:ur[il]s?|links?|web ?site|surbl|uribl|ivmuri)\\b.{0,60}(?:block|list|reject|spam|blacklist|"
          "malicious)|(?:block|list|blacklist|malicious|contain)\\w*\\b.{0,40}\\b(?:ur[il]s?|links?|surbl|"
          "uribl)\\b|URLBL\\d+|HVU:B",
          { CONTENT, 44 }, { LISTED, 2 }),
    WORDS("antispam|anti-spam|anti spam|antyspam|antivirus|anti-virus|uribl|surbl|mass mail|mass-mail|mass e|newsletter",
          "\\banti?y?[- ]?(?:spam|virus)\\b(?!\\.)|\\b(?:uribl|surbl)\\b|\\bmass[- ]?(?:e-?)?mail\\w*|newsletters? (?:are|is|not)",
          { CONTENT, 34 }),
    WORDS("attach|file type|filetype|files|.exe|.zip|.js|.bat|.scr|.rar|.iso|.doc|.xls|password|encrypted",
          "(?:file ?types?|\\bfiles?|attach\\w*|\\.(?:exe|zip|js|bat|scr|rar|iso|docm?|xlsm?|html?)\\b)[^;]{0,40}(?:" NOT
          " (?:permitted|allowed|welcome|accepted|supported)|unwelcome|stripped|dropped|refus|reject)|"
          "(?:reject|refus|block|den|not? accept|disallow|prohibit)\\w*.{0,24}(?:password.?protected|encrypted|attach|archive|executable)",
          { CONTENT, 38 }, { CAUSE_WRONG_CREDENTIALS, -24 }),
    WORDS("breach|violat|contraven|regulation|security polic|security rule|security reason", "(?:breach|violat|contraven|infring)\\w*.{0,30}(?:polic|rule|regulation|guideline)|"
          "security (?:regulation|rule|reason|polic)", { CONTENT, 30 }, { OTHER, 22 }),
    WORDS("wiadomo|nachricht|messaggio|mensaje|mensagem|contenu|inhalt|bericht|zpr",
          "wiadomo\\S{1,4} .{0,30}odrzucon|(?:nachricht|inhalt)\\b.{0,40}(?:unerw|abgewiesen|verweigert|blockiert)|"
          "(?:messaggio|mensaje|mensagem|bericht|zpr.va)\\b.{0,40}(?:rifiutat|respint|rechazad|rejeitad|bloccat|bloquead|geweigerd|odm.tnut|no desead|spam|virus)|"
          "contenu ind",
          { CONTENT, 32 }, { OTHER, 14 }),
    WORDS("banned|forbidden|prohibited|points|score|archive|encrypted|password|charset|language|cyrillic|chinese|contenu",
          "(?:banned|forbidden|prohibited|bad) (?:words?|phrases?|text|language)|\\d+ (?:spam )?points|spam ?score|"
          "(?:archive|zip|attachment)s?\\b.{0,20}(?:password|encrypted)|encrypted (?:zip|archive|attachment)|"
          "(?:charset|language|cyrillic|chinese|html)\\b.{0,30}(?:not accept|not allow|reject|refus)|contenu ind",
          { CONTENT, 36 }, { CAUSE_WRONG_CREDENTIALS, -24 }, { CAUSE_IP_BLOCKLISTED, -8 }),
    WORDS("message|mail|transaction",
          "(?:message|e-?mail|mail) (?:was |is |has been )?(?:filtered|quarantined|rejected|refused|blocked|"
          "denied|not accepted|undesirable)\\b(?! to )|(?:reject|refus|block)\\w* (?:this |the |"
          "your )?(?:message|e-?mail|mail)\\b",
          { CONTENT, 22 }, { OTHER, 18 }, { LISTED, 16 }),
    WORDS("blocked|not allowed|denied", "^\\W*(?:smtp;)?(?:\\d{3}\\W+)?(?:message |mail |e-?mail )?(?:blocked|denied)\\W*$|(?:message|"
          "e-?mail) not allowed",
          { CONTENT, 25 }, { OTHER, 22 }, { LISTED, 21 }),
    WORDS("filter|rule|scanner|anti|spam|detected|mailmarshal|recurrent pattern|bayes|rspamd|amavis|header check|body check|"
          "milter-reject|prohibited|mail rejected",
          "content filter|(?:blocked|rejected|filtered|refused) by .{0,40}(?:filter|rule|scanner|anti.?spam|"
          "spam ?assassin|rspamd|amavis)|recurrent pattern|(?:header|body) (?:check|rule)|outbound scanning|"
          "mail rejet|message filtered|mail rejected\\. ofr|\\bofr(?:_|\\d{3}_)506",
          { CONTENT, 34 }),
    WORDS("spam|contenido|inhalt|contenu|contenuto|спам|вирус|垃圾|病毒|迷惑|ウイルス|suspected",
          "nachricht.{0,40}(?:spam|abgelehnt)|contenu.{0,30}(?:refus|rejet|interdit)|contenido.{0,30}(?:rechaz|"
          "no permit)|(?:письмо|сообщени).{0,60}(?:спам|отклонен|вирус)|спам|вирус|垃圾邮件|病毒|迷惑メール|ウイルス", { CONTENT, 36 }),
    WORDS("désirable|no deseado|no solicitado|indesiderat|indesejad|unerwünscht|allegato",
          "ind.{1,2}sirable|correo (?:electr.{1,2}nico )?no (?:deseado|solicitado)|indesiderat|indesejad|"
          "unerw.{1,2}nscht|allegato.{0,30}non (?:consentit|ammess)", { CONTENT, 36 }),
    WORDS("policy violation", "policy violation", { CONTENT, 12 }),
    WORDS("dt:spm|msg-p2|pol-p5|pol-p6|ib212|ib705|cs01|hm08|ph01|dt:vir|dt:adv|msg-p3", "\\bdt:(?:spm|vir|adv)|\\bMSG-P[23]\\b|\\bPOL-P[56]\\b|\\bIB(?:212|705)\\b|\\[?\\b(?:CS01|HM08|PH01)\\b", { CONTENT, 38 }),
    WORDS("rfc |header error|rfc-|rfc 5322|rfc 2822|rfc5322|rfc2822|multiple|duplicate header|bare lf|"
          "bare newline|stray lf|line feed|linefeed|invalid header|8-bit|mime|not compliant|noncompliant|"
          "message-id",
          "rfc ?[25][83]22|rfc.{0,6}complian|header error|(?:multiple|duplicate)\\b.{0,30}headers?|bare (?:lf|"
          "newline|cr|line ?feed)|stray line|invalid (?:characters|mime|header)|improper.{0,20}8-?bit|"
          "(?:message|mail).{0,20}malformed|message-id.{0,30}(?:missing|invalid)",
          { OTHER, 32 }, { CONTENT, 30 }),
    STATUS("x.7.7|x.6.0|x.6.1|x.6.2|x.6.3|x.6.7|x.6.9", { CONTENT, 14 }, { OTHER, 10 }),

    /* --- how much, how fast --- */
    WORDS("too many|too much|too fast|too quickly|too often|trop de|zu viele|troppe|demasiad|muitas",
          "too many (?:concurrent |simultaneous |smtp |open |parallel |recent |bad |invalid |unknown |failed |"
          "new |e-?mail |mail ){0,3}(?:connections?|messages?|recipients?|e-?mails?|mails?|sessions?|requests?|"
          "errors?|rcpts?|commands|threads|deliver|users|senders|conn|transactions|smtp|invalid|concurrent|"
          "addresses)|too (?:fast|quickly|often|much mail(?! data)|rapidly)|trop de (?:connexion|message|"
          "destin)|zu viele (?:nachricht|verbind|empf|e-?mail|mails)|troppe? (?:connession|mail|messagg)|"
          "demasiad[ao]s (?:conex|mensaje|destin)|muitas (?:conex|mensag)|muitos",
          { RATE, 38 }),
    WORDS("too many messages|too many hops|too many received",
          "too many (?:hops|received)|too many messages (?:on|in) (?:the|his|your) (?:server|mailbox)", { RATE, -40 }),
    WORDS("rate|throttl|volume|slow|limit|frequency|concurren|flood",
          "rate.?limit\\w*|(?:send|sending|message|messages|connection|mail|recipient|delivery|"
          "submission) (?:rate|frequency)|rate (?:of|exceed|control|is|that|too)|throttl\\w*|slow (?:it )?down|"
          "slower|(?:unusual|at a|high|excessive) (?:rate|volume)|frequency (?:limit|exceed)|(?:conc?urren\\w*|"
          "connections?|sessions?|messages?|recipients?|e-?mails?|mails?|sending|sender|hourly|daily|user|"
          "account|domain|send|rcpts?|thread|bandwidth|outgoing)\\b(?:(?!space|storage|size|quota|mailbox|disk|"
          "header)[^.;]){0,40}\\blimit\\w*|\\blimit\\w* (?:of|for|on|per|to)\\b.{0,50}(?:message|mail|"
          "recipient|rcpt|connection|hour|day|minute|24)|mail ?flood",
          { RATE, 34 }),
    WORDS("exceed|reached|maximum|max |over |allowed|permit|only |messages |mails |recipients ",
          "(?:exceed\\w*|reached|over|max(?:imum)?|allowed|only \\d+)\\b.{0,60}(?:per (?:hour|day|minute|"
          "second|session|connection|message)|hourly|daily|24[- ]hours?|an hour|emails? per|(?:number|amount|"
          "count) of (?:message|mail|e-?mail|recipient|connection|post)|outgoing|sending limit|emails? (?:sent|"
          "limit))|max \\w+ per|(?:messages|mails|e-?mails|recipients) (?:per|a|in an?) (?:hour|day|minute|"
          "session|connection)",
          { RATE, 40 }, { LARGE, -10 }, { FULL, -6 }),
    /* Outlook's numbers for 552 and 452 */
    KEY("0x800ccc6d", { LARGE, 38 }, { FULL, 28 }),
    KEY("0x800ccc6c", { FULL, 34 }, { LARGE, 20 }, { RATE, 20 }),
    WORDS("only|no more than|at most|up to|maximum|limited to|limit of|nur |max.",
          "\\b(?:only|no more than|at most|up to|maximum(?: of)?|limited to|limit of|limit is|nur|max\\.?) (?:\\d[\\d.,]*|one|a few) "
          "(?:\\w+ ){0,2}?(?:messages?|mails?|e-?mails?|recipients?|connections?|nachrichten|sends?) (?:are |is )?(?:allowed |permitted |accepted )?"
          "(?:per|a|an|in|every|each|within|pro|/)\\b", { RATE, 40 }),
    WORDS("to many", "\\bsen(?:t|d|ding) to many", { RATE, 40 }, { LISTED, -24 }),
    WORDS("unusual activity", "unusual activity (?:in|on|from) your .{0,24}account", { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 42 }, { RATE, 38 }, { LARGE, -34 }),
    WORDS("attempt|number of|total of|count of", "(?:number|total|count|amount) of (?:the )?(?:rcpt|recipient|message|mail|e-?mail|connection|session)s?\\b"
          ".{0,40}(?:over|exceed|maximum|threshold|too (?:many|high|large))", { RATE, 38 }),
    KEY("unexpected sending", { RATE, 40 }, { CONTENT, -12 }),
    /* NetEase's letters for what it counts */
    WORDS("hl:|mi:|rp:", "\\b(?:hl:i[cf][cq]|mi:(?:dmc|sfq|stc)|rp:(?:drc|qrc|trc|rcl|ccl))\\b", { RATE, 46 }),
    WORDS("mi:|rp:", "\\b(?:mi:c[ce]l|rp:cel)\\b", { OTHER, 46 }),
    WORDS("hl:|wm:|dt:rbl", "\\b(?:hl:(?:rep|mep|ihu|ipb)|wm:bl[iu]|dt:rbl)\\b", { LISTED, 54 }, { CONTENT, -10 }),
    WORDS("数量|并发|连接数|次数|大量|數量", "(?:数量|數量|并发|连接数|次数|大量信件|大量邮件).{0,12}(?:超出|超过|超過|过大|过多|超限)", { RATE, 42 }, { LARGE, -44 }),
    WORDS("too many |too much ", "too many (?:bounces?|complaints?|posts?|copies|hits|calls|clients|hosts|queries|"
          "deliveries|rejects?|rejections?|undeliver\\w*|wrong|bogus|same)|too much (?:traffic|load|fail\\w*|activity)",
          { RATE, 36 }),
    WORDS("load|overload|congest|burst|allowance|rcpt number|recipient number",
          "(?:system|server|host)?\\b.{0,12}\\bload\\b.{0,30}(?:high|exceed|heavy)|(?:high|heavy|too much) load|\\boverload\\w*|"
          "\\bcongest\\w*",
          { RATE, 36 }, { OTHER, 32 }, { GREY, 24 }),
    WORDS("allowance|rcpt|recipient|burst|outgoing|nombre|n.mero|anzahl|liczba|numero",
          "(?:hourly|daily|monthly|sending) (?:allowance|cap|volume)|out of .{0,12}(?:rcpt|recipient)|(?:rcpt|recipient)s? (?:number|count)s?\\b.{0,20}(?:exceed|limit|over|max)|"
          "maximum number of (?:outgoing|sent|daily)|\\bbursts?\\b|nombre (?:maximal|maximum) d|(?:anzahl|n.mero|liczba|numero)\\b.{0,30}(?:berschr|m.xim|massim|przekro|excedid|superad)",
          { RATE, 36 }, { LARGE, -10 }),
    WORDS("zu rasch|zu schnell|zu häufig|ungewöhnlich|geschwindigkeit|trop rapid|trop vite|trop souvent|demasiado r|troppo veloc|слишком быстр|слишком часто",
          "zu (?:rasch|schnell|h.{1,2}ufig)|ungew.{1,2}hnlich\\w* (?:anzahl|viele|hohe|menge)|(?:in|mit) einer geschwindigkeit|"
          "trop (?:rapid|vite|souvent)|demasiado r.{1,2}pid|troppo veloc|слишком (?:быстр|часто)",
          { RATE, 46 }, { CONTENT, -26 }, { UNKNOWN, -14 }),
    WORDS("max connections|max messages|versandlimit|sendelimit|invio|de env|d'envoi|limite de envio",
          "max(?:imum)? (?:connections|messages|recipients)|versandlimit|sendelimit|limite (?:di invio|d'envoi|de envio)|l.mite de env", { RATE, 38 }),
    WORDS("limits", "\\blimits (?:for|of|on) (?:your|this|the) (?:account|mailbox|user|domain|plan)\\b.{0,20}(?:exceed|reached)", { RATE, 38 }),
    WORDS("number of", "number of (?:rcpt|recipient|message|mail|e-?mail|connection)s?.{0,16}(?:over|exceed|limit|large|high)", { RATE, 38 }),
    WORDS("exceeded|reached", "(?:exceeded|reached) (?:the |its |their |your |permitted |allowed ){0,2}(?:limits?|threshold)\\b",
          { RATE, 34 }, { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, -14 }),
    WORDS("receiving mail|receiving too", "receiving (?:mail|messages|too).{0,30}(?:quickly|rate|many)", { RATE, 42 }, { UNKNOWN, -10 }),
    KEY("quotaexceededexception|submissionquota|recipientthrottl|daily user sending|throttling failure|"
          "max emails per hour|sending limit|send limit|unsolicitedratelimit|receivingrate",
        { RATE, 16 }, { FULL, -8 }),
    WORDS("deferred due to|excessive|user complaints|permanently deferred", "deferred due to (?:excessive|unexpected|user|too)|excessive (?:volume|connections|mail|sending|rate|"
          "use)|unexpected volume", { RATE, 38 }, { LISTED, 28 }, { GREY, 14 }),
    KEY("cannot deliver mail for", { UNKNOWN, 28 }, { CAUSE_DOMAIN_NOT_CONFIGURED, -10 }),
    WORDS("permanently deferred", "will be permanently deferred", { LISTED, 42 }, { RATE, 26 }),
    WORDS("[ts0|[tss0|[gl01|rp-00", "\\[TSS?0[1-7]\\]|\\[GL01\\]|\\bRP-00\\d\\b", { RATE, 44 }, { LISTED, 25 }, { GREY, 14 }),
    WORDS("[tss|[bl", "\\[TSS(?:09|1\\d)\\]|\\[BL\\d\\d\\]", { LISTED, 36 }),
    WORDS("con-t|msg-t1|aup#|cxcnct|cxmxrt|lpn|ofr|ib00|ib50|ib51|ib60", "\\bCON-T[1-4]\\b|\\bMSG-T1\\b|AUP#(?:CXCNCT|CXMXRT)|AUP#(?:[IO]-)?(?:13[0-9]0|14\\d0|15[4-8]0)|"
          "\\b(?:LPN|OFR)\\w{0,5}[_-]104\\b|\\bIB(?:007|504|510|605|607)\\b", { RATE, 40 }),
    STATUS("x.7.28|x.5.3|5.4.5|5.7.233|4.7.236|4.7.237", { RATE, 18 }),
    STATUS("5.1.90|5.2.240", { RATE, 30 }),
    WORDS("превышен|слишком много|частот|лимит|发送|发信|连接|送信|接続|频率|次数|超限|过于频繁|发送过多|制限|送信数",
          "слишком много|(?:превыш|лимит).{0,40}(?:писем|сообщ|отправ|получател|час|сут)|频率|过于频繁|(?:发送|发信|"
          "连接).{0,20}(?:超|过多|限制|上限)|(?:送信|接続).{0,20}(?:制限|上限|超過)", { RATE, 38 }),
    WORDS("unregistered domains|suspicious |unusual |outgoing|sending is|sending disabled|sending suspended|sending paused|suspended from|prohibited from|compromised|blocked from sending|"
          "restricted from sending|barred from sending|sending has been|not allowed to send mail|outbound spam",
          "sending from unregistered domains|(?:suspicious|unusual) (?:activity|sending)|"
          "(?:blocked|restricted|barred|prohibited|suspended) from sending|sending (?:has been|is) (?:disabled|"
          "suspended|blocked|restricted)|outgoing (?:mail|e-?mail) (?:has been |is )?(?:suspended|disabled|"
          "blocked|on hold)|outgoing (?:mail )?suspension|sending (?:disabled|suspended|paused)",
          { RATE, 38 }, { LISTED, 37 }, { CONTENT, 34 }, { OTHER, 33 }, { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, -6 }),

    /* --- the sending address has a bad name --- */
    WORDS("spamhaus|spamcop|sorbs|uceprotect|barracuda|psbl|invaluement|ivmsip|abuseat|njabl|dsbl|mailspike|"
          "senderbase|senderscore|truncate|gbudb|nixspam|manitu|wpbl|backscatterer|dnsbl|dnsrbl|rbl|abusix|"
          "hostkarma|junkemailfilter|spamrats|blocklist.de|drbl|anti-spam.org.cn|surriel|zen.|cbl|pbl|xbl|sbl|"
          "spfbl|csi",
          "spamhaus|spamcop|\\bsorbs\\b|uceprotect|barracudacentral|b\\.barracuda|\\bpsbl\\b|surriel|"
          "invaluement|ivmsip|abuseat|njabl|\\bdsbl\\b|mailspike|sender ?base|sender ?score|gbudb|nix ?spam|"
          "manitu|wpbl|backscatterer|\\w*dnsbl\\w*|dnsrbl|\\w*\\brbls?\\b|abusix|hostkarma|junkemailfilter|"
          "spamrats|blocklist\\.de|drbl|anti-spam\\.org\\.cn|\\bzen\\.|\\b[cpx]bl\\b|\\bsbl\\b|spfbl",
          { LISTED, 38 }),
    WORDS("blocklist|block list|block-list|blacklist|black list|black-list|denylist|deny list|blocked list|"
          "blackliste|schwarze liste|liste noire|lista negra|lista nera|черн|чёрн|黑名单|ブラックリスト",
          "block(?:ed)?[- ]?list|black[- ]?list|den(?:y|ied)[- ]?list|schwarzen? liste|liste noire|"
          "lista ne(?:gra|ra)|ч.рн\\w+ спис|黑名单|ブラックリスト", { LISTED, 36 }),
    WORDS("listed as|listed by|found in|blocked using|blocked by|listed at|listed in|listed on|is listed|on our list|found on",
          "(?:client|host|ip|address|server|sender|domain)\\b.{0,80}(?:blocked (?:using|by)|listed (?:at|in|on|"
          "by|as)|is listed|found (?:on|in) )", { LISTED, 34 }),
    WORDS("block|banned|blacklisted|barred|restricted|rejected|refused|denied|forbidden|not accepted|"
          "not welcome|suspended|prohibited|suspected|abusive|open proxy|bad ",
          "(?:\\bip\\b|\\bips\\b|ip address|client host|host|mail ?server|network|net ?block|netblock|range|"
          "your server|connection|\\d{1,3}(?:\\.\\d{1,3}){3}|mta)\\W(?:(?!sender|recipient|message|"
          "e-?mail)[^.;]){0,60}?\\b(?:blocked|banned|blacklisted|barred|restricted|rejected|refused|denied|"
          "forbidden|not accepted|not welcome|suspended|prohibited)\\b|(?:blocked|banned|block|bad|suspected|"
          "refused|rejected|abusive|open)\\b.{0,16}\\b(?:ip\\b|ip address|proxy|network|host)",
          { LISTED, 26 }, { OTHER, 8 }),
    WORDS(" ip| ips|whitelist|white list|allowlist|allow list|bypass list|welcome list",
          "(?:bad|blocked|suspicious|suspected|unwanted|abusive|spamming|infected|refused|rejected) (?:sender|sending|source|client|remote|origin\\w*|connecting)? ?ip\\b|"
          "(?:\\bips?\\b|host|address|server|sender)\\b.{0,24}(?:not|n't) (?:yet )?(?:in|on) .{0,20}(?:white-? ?list|allow-? ?list|bypass list|welcome list)",
          { LISTED, 38 }, { OTHER, -10 }),
    WORDS("found|listed|appear|present|identified|flagged|rejected|refused|banned|denied",
          "\\d{1,3}(?:\\.\\d{1,3}){3}[\\])>]{0,2}[:,]? (?:is |was |has been |address |currently ){0,3}(?:found|listed|appears?|present|identified|flagged|rejected|refused|banned|denied)\\b|"
          "^\\W*(?:mail |message |connection )?(?:rejected|refused|denied|blocked|banned)\\W{1,3}(?:from )?\\[?\\d{1,3}(?:\\.\\d{1,3}){3}",
          { LISTED, 32 }, { OTHER, 8 }),
    WORDS("complain|abuse", "(?:due to|because of|after|following|too many|received|caused)\\b.{0,40}(?:complain|\\babus)|complaints? (?:about|against|from|rate|we)|\\babuse(?:d| detected| from| report)",
          { LISTED, 34 }, { RATE, 26 }, { CONTENT, 18 }, { GREY, -14 }),
    WORDS("unwanted|unsolicited|junk|spam", "(?:unwanted|unsolicited|junk|spam)\\b.{0,70}(?:\\bips?\\b|\\bip address|your (?:server|host|network))", { LISTED, 32 }),
    WORDS("see http|see: http|refused|rejected", "^\\W*(?:refused|rejected|denied)\\W{1,4}(?:please )?(?:see|visit|check)\\b", { LISTED, 24 }, { OTHER, 19 }, { CONTENT, 19 }),
    WORDS("forbidden|not allowed|not permitted|denied|refused|blocked|prohibited|disallow|no access|restricted",
          "(?:access|connections?|mails?|e-?mails?|messages?|delivery)\\b(?! to )(?!.{0,30}(?:foreign|external|remote|relay)).{0,30}(?:forbidden|(?:not|n't) (?:allowed|permitted|accepted|welcome)|denied|refused|blocked|prohibited|restricted)\\b"
          ".{0,20}\\b(?:by|from|for|at) (?:your|this|the) (?:ip|host|server|network|location|country|region|isp|provider|range|subnet)|"
          "(?:not|n't) (?:allowed|permitted) (?:access|connections?|mail) from|remote ip\\b.{0,12}(?:forbidden|denied|refused)|(?:ip|host|network|country|region)\\b.{0,10}is (?:forbidden|prohibited|restricted)",
          { LISTED, 34 }, { OTHER, 6 }, { UNKNOWN, -14 }),
    WORDS("black ip|invalid ip|ip is |bad ip", "\\b(?:black|invalid|bad|fake) ip\\b|\\bip is (?:rejected|hangup|refused|denied|black)", { LISTED, 34 }),
    WORDS("your ip|sender ip|this ip|this server|this country|this network|this isp|sender host|your network|your isp|this host|your country|your server|your host|ip-adresse|adresse ip|n ip|ip-адрес|ip адрес",
          "(?:denied|refus\\w+|not accept\\w*|not allowed|block\\w*|no mail|not welcome).{0,24}\\b(?:your|this|sender) (?:ip|host|server|country|network|isp)\\b|"
          "(?:your|sender) ip (?:address )?(?:must|has|needs)|ip-adresse.{0,40}(?:gesperrt|blockiert|liste)|adresse ip.{0,40}bloqu|"
          "direcci.{1,2}n ip.{0,40}bloquead|ip.адрес.{0,40}(?:заблок|черн|спис)",
          { LISTED, 34 }, { UNKNOWN, -24 }),
    KEY("tosa@rx.t-online.de", { LISTED, 44 }),
    WORDS("spammer|spam source|sending spam|spam ip|spams from|spam from|open relay|openrelay|open proxy|zombie", "spammer|spam(?:ming)? (?:source|host|ip)|(?:known|currently|is|are) (?:sending )?spam(?:s| source)|"
          "spams? from your|(?<!not an )(?<!no )open ?(?:relay|proxy)(?!\\w*(?: is)? (?:not|den|dis|prohib|forbid|refus))|zombie", { LISTED, 46 }, { CONTENT, -10 }),
    WORDS("blocked sender|envelope blocked|envelope rejected|badmailfrom|blacklist|blocked|banned|block list",
          "blocked senders?|envelope (?:was |is )?(?:blocked|rejected)|bad ?mail ?from|(?:sender|mail from|"
          "your (?:e-?mail )?(?:address|domain))\\b.{0,40}(?:blocked|blacklist|block ?list|banned)",
          { LISTED, 30 }, { OTHER, 28 }, { CONTENT, 24 }),
    /* in a reply a connection is refused by choice, not by a closed port */
    { .key = "connection refused|connections refused|banned", .pattern = "connections? refused|\\bbanned\\b(?! word| content| attach| file| phrase| ext)", .codes = ~(unsigned)CODE_NONE,
      .speaks = { { LISTED, 18 }, { CAUSE_SERVER_DOWN, -36 }, { CAUSE_LOCAL_FIREWALL, -28 }, { CAUSE_EGRESS_PORT_BLOCKED, -30 }, { CAUSE_IP_BANNED, -20 } } },
    WORDS("not allowed", "(?:host|network|country|region|geo\\w*).{0,20}not allowed(?! to send)", { LISTED, 28 }, { CONTENT, 18 }, { OTHER, 20 }),
    WORDS("reputation", "reputation", { LISTED, 36 }),
    WORDS("reputation|complaints", "(?:domain|url|content)\\b.{0,20}reputation", { CONTENT, 8 }),
    WORDS("dynamic|residential|dial-up|dialup|dial up|send email directly|directly to our|send mail directly|"
          "consumer|home ip",
          "dynamic\\w*.{0,40}(?:ip|address|host|range|pool|dns)|(?:ip|address|host|range)\\b.{0,30}dynamic|"
          "residential|dial-?up|dial up|send e?-?mail directly|directly (?:to|from) .{0,30}(?:not|server|ip|"
          "home)",
          { LISTED, 38 }, { REVERSE, -6 }),
    WORDS("authorized to send", "not authori[sz]ed to send e?-?mail directly", { LISTED, 16 }, { CAUSE_SPF_FAIL, -18 }, { CAUSE_FROM_NOT_LOGIN, -18 }, { UNTRUSTED, 4 }),
    WORDS("dynamic ip or generic|generic dns ptr|dynamic ip|custom reverse", "dynamic ip or generic.{0,12}ptr|custom reverse dns", { REVERSE, 22 }),
    WORDS("of your isp|your isp|service provider|your provider|smarthost", "use (?:the|your) .{0,40}(?:relay|server|smarthost).{0,30}(?:isp|provider)", { LISTED, 20 }),
    WORDS("(s1|(s2|(s3|(s4|(s5|(s6|(s7|(s8|(s9|hc-00|sc-00|dy-00|ou-00|banned sending|delist|"
          "part of their network|customer block list|banned sender",
          "\\(S\\d{3,4}\\)|\\b(?:SC|DY|OU|HC)-00\\d\\b|banned send(?:ing ip|er)|delist|part of their network|"
          "customer block ?list", { LISTED, 40 }),
    WORDS("rtr:|rly:|con:b|dns:b|hvu|ipts|b1)", "\\((?:RTR|RLY|CON|IPTS?|DNS):(?:B|D|G|C)\\w\\)|\\b(?:RTR|RLY|CON):[A-Z]{2}\\b|554rtrdu", { LISTED, 40 }),
    WORDS("cxbl|cdrbl|ipbl|aup#|ib10|ib11|pol-p|pol-t|bl00|_102|_103|_510|_999|(ct ip", "AUP#(?:CXBL|CDRBL|IPBL\\d+)|AUP#(?:I-)?(?:1000|12[0-5]0)|\\bIB(?:10[3-6]|11[0-3])\\b|"
          "\\bPOL-(?:P[1-4]|T[1-3])\\b|\\bBL0000\\d\\d\\b|\\b(?:LPN|OFR)\\w{0,5}[_-](?:102|103|510|999)\\b", { LISTED, 40 }),
    WORDS("client host rejected", "client host rejected: (?:blocked|abus|go away|may not|denied|spam|refused|banned|"
          "you are)",
          { LISTED, 27 }, { NOLOGIN, 22 }, { UNTRUSTED, 22 }),
    { .key = "client host rejected", .pattern = "client host rejected: access denied", .hops = 1 << HOP_RECIPIENT, .speaks = { { LISTED, 10 } } },
    WORDS("not accepted|not be accepted|be accepted|access to |administratively|from your location|"
          "not accepting connections|not allowed to connect|open relay|open proxy|access denied|go away|"
          "no access from",
          "administratively (?:denied|prohibited|blocked)|mail from your location|not accepting connections|"
          "not allowed to connect|your (?:server|host) is an? open|open proxy|no access from|"
          "access to (?:submit|this|our)\\b.{0,50}(?:rejected|denied|refused)|"
          "connections? (?:will )?not (?:be )?accepted", { LISTED, 28 }, { OTHER, 14 }),
    STATUS("5.7.501|5.7.502|5.7.503|5.7.508", { LISTED, 34 }, { CONTENT, -12 }, { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, -14 }),
    KEY("banned recipient", { UNKNOWN, 38 }, { LISTED, -12 }),
    STATUS("x.7.511|x.7.513|x.7.507|x.7.510", { LISTED, 30 }),
    STATUS("x.7.606|x.7.607|x.7.608|x.7.650|x.7.651|x.7.652|x.7.700|x.7.701|x.7.705|x.7.708|x.7.750", { LISTED, 18 }, { RATE, 10 }),

    /* --- greylisting (RFC 6647) --- */
    WORDS("greylist|graylist|grey-list|gray-list|grey list|gray list|postgrey|postgray|серый список|灰名单|グレイリスト",
          "gr[ae]y[- ]?list\\w*|postgr[ae]y|серый список|灰名单|グレイリスト", { GREY, 46 }, { REVERSE, -8 }, { RATE, -16 }, { LISTED, -40 }, { OTHER, -16 }),
    { .key = "again|later|retry|come back|defer|moment|soon|nochmal|erneut|plus tard|riprova|intente|позже|稍后", .codes = CODES_4 | CODE_NONE,
      .pattern = "(?:try|retry|come back|resend|send|re-?try|please)\\b.{0,30}(?:again|later|in \\d+ ?(?:s\\b|sec|min|"
          "hour)|after \\d+|soon)|sp.ter (?:nochmal|erneut|wieder)|plus tard|riprova|intente|позже|稍后",
      .speaks = { { GREY, 21 }, { OTHER, 16 }, { RATE, 19 } } },
    KEY("gl/gl", { GREY, 36 }),
    /* Mimecast answers so while it greylists, and in trouble of its own */
    KEY("internal resource temporarily unavailable|internal resources are temporarily unavailable", { GREY, 14 }),
    WORDS("temporarily rejected|temporarily deferred|temporarily refused|temporary reject|first time|"
          "not seen before|new sender|policy restrictions|intentional policy",
          "temporar(?:il)?y (?:rejected|refused|deferred|reject)|first time (?:we|i) (?:have |has )?seen|"
          "not (?:been )?seen before|new sender|(?:restrictions|intentional policy rejection).{0,20}(?:try|"
          "later|again)", { GREY, 30 }, { OTHER, 17 }),
    { .key = "wait|delay|yet|retry|first contact|first connection|unfamiliar|tuple|triplet", .codes = CODES_4,
      .pattern = "(?:please )?wait\\b.{0,40}(?:while|minute|second|before|try)|(?:not|n't) (?:yet )?(?:know|seen?|met|trust) (?:this|the|your|you)\\b|"
                 "\\bdelay(?:ed|ing)\\b|(?:unfamiliar|unknown) (?:client|tuple|triplet)|\\btu?r?ipp?let|first (?:contact|connection|attempt)|"
                 "retry (?:in|after|within) (?:a few|\\d|some)",
      .speaks = { { GREY, 27 }, { OTHER, 14 }, { RATE, 12 } } },
    { .key = "temporarily rejected", .pattern = "temporarily rejected rcpt <[^<>]{1,200}> *$", .of_page = true, .speaks = { { GREY, 12 } } },
    { .codes = CODE_450 | CODE_451, .enhanced = "4.2.0|4.7.1", .stages = 1 << SMTP_STAGE_RCPT, .speaks = { { GREY, 5 } } },
    { .codes = CODE_421, .speaks = { { RATE, 5 } } },
    WORDS("server busy|server is busy|too busy|busy", "(?:server|system|host)?.{0,12}\\bbusy\\b", { RATE, 30 }, { OTHER, 27 }, { GREY, 22 }),

    /* --- loops (RFC 5321 section 6.3) --- */
    WORDS("hops|hop count|mail loop|looping|loops back|routing loop|forwarding loop|loop detected|mail-loop|"
          "mailloop|loop broken|received headers|received: headers|delivered-to line|schleife|boucle|循环",
          "too many (?:hops|received)|\\bhops\\b|hop count|(?:mail|routing|forwarding|delivery|"
          "message)[ -]?loop\\w*|loops? (?:back|detected|broken|found)|is looping|message looping|"
          "would create a.{0,10}loop|already ha(?:s|ve) my delivered-to|mailschleife|boucle|邮件循环",
          { LOOP, 46 }),
    STATUS("x.4.6|x.4.14", { LOOP, 28 }),

    /* --- who may write to this recipient --- */
    WORDS("rst.authrequired|authrequired|notauthorized|restricttorecipients|restrictedto|sendernotauth|"
          "not authenticated for group",
          "resolver\\.rst\\.\\w*auth\\w*|resolver\\.rst\\.\\w*(?:notauthorized|restrict\\w*)|"
          "restrictedtorecipients|sendernotauthenticatedfor\\w*|not authenticated for (?:group|mailbox|"
          "recipient)", { OTHER, 46 }, { NOLOGIN, -46 }),
    STATUS("5.7.124|5.7.133|5.7.134|5.7.129|5.7.130|5.7.131|5.7.135|5.7.136|5.7.12|5.7.132", { OTHER, 34 }),
    WORDS("not authenticated", "not authenticated (?:by|for|within|when sending)", { OTHER, 36 }, { NOLOGIN, -36 }),
    WORDS("senders|people|organi|member|list|group|outside your organization|outside the organization|"
          "external senders|authenticated senders|authorized senders|members only|non-member|not a member|"
          "subscribers|not subscribed|closed list|closed mailing|post to this|not allowed to post|mailing list|"
          "moderat|only accept|specific email",
          "(?:outside|external|authenticated|authori[sz]ed|approved|certain) (?:your |the |"
          "of )?(?:organi[sz]ation|senders?|people)|members?.only|not? (?:a |an )?(?:list )?(?:non-?)?member|"
          "not subscribed|closed (?:mailing )?list|(?:post|posting|mail|send) to (?:this|"
          "the) (?:mailing )?(?:list|group)|only accept\\w* (?:mail|messages|e-?mail) from|subscribers only|"
          "not pre-?approved",
          { OTHER, 34 }, { NOLOGIN, -8 }),
    WORDS("by the recipient|by recipient|by user|by the user|recipient's |recipients prefer|email address|"
          "address |recipient's prefer|recipient preferences|blocked by the recipient|user reject|"
          "refuses to receive|user refuse|user rules|rcp-p2|rcp-p3|privacy settings|rejected by recipient|sender block",
          "recipient'?s? (?:preferences|settings)|blocked by (?:the )?(?:recipient|user)|user (?:reject|"
          "refuse)\\w*|refuses? (?:to receive|this) mail|due to user rules|\\bRCP-P[23]\\b|privacy settings|"
          "rejected by (?:the )?recipients?|your (?:e-?mail )?address .{0,40}block", { OTHER, 30 }, { CONTENT, 28 }, { LISTED, 20 }),
    WORDS("by this user|by the user|by user", "rejected by (?:this |the )?user\\b", { OTHER, 8 }, { UNKNOWN, -24 }),
    WORDS("external forward|not allow external|forwarding", "(?:external|automatic|auto).?forward\\w*|forward\\w* (?:is )?not allowed", { OTHER, 36 }),
    STATUS("5.7.520", { OTHER, 30 }),
    WORDS("administrative prohibition|prohibited|access denied|permission denied|not permitted|"
          "delivery not authorized|delivery not authorised|mail not allowed|mail is not allowed",
          "administrative prohibition|^(?:\\W|\\d|smtp;)*access denied\\W*$|delivery not authori[sz]ed|"
          "permission denied|mail (?:is )?not allowed", { OTHER, 24 }, { UNKNOWN, 19 }, { LISTED, 18 }, { NOLOGIN, 12 }),

    /* --- what further lists of refusals say in words of their own --- */
    WORDS("not an |not a ", "\\bnot an? (?:active|valid|current|known|existing|registered) (?:e-?mail |local )?(?:address|user|mailbox|account|recipient|member)\\b(?! name)", { UNKNOWN, 36 }),
    WORDS("does no exis|is now disabled|not a member of|cannot be verified|could not be verified|not local|maildrop|mail drop|missing home|_not_found|_unknown",
          "does no exists?\\b|\\bis now disabled|user not a member of|recipients? (?:cannot|could not|can not) be verified|(?:recipient|user|address) (?:is )?not local\\b|"
          "no such mail ?drop|missing home directory|(?:address|user|recipient|mailbox)_(?:not_found|unknown)", { UNKNOWN, 38 }, { OTHER, -20 }),
    WORDS("aucun|nessun|sconosciut", "aucun (?:compte|utilisateur|destinataire)|nessun (?:utente|destinatario)|(?:utente|destin\\S*) sconosciut", { UNKNOWN, 38 }),
    WORDS("disk quota|hard limit|limit ex", "disk quota (?:is )?(?:ex\\w*eeded|reached)|over (?:the |its )?hard limit|(?:mailbox|inbox|storage) limit ex\\w*eeded", { FULL, 46 }, { RATE, -16 }),
    WORDS("sending spam|from your ip|from your host|from your network|from your server",
          "\\b(?:you are|currently|is|been|were) sending spam\\b|not (?:currently )?accept(?:ing)? .{0,24}from your (?:ip|host|network|server)",
          { LISTED, 46 }, { CONTENT, -8 }),
    WORDS("blocked for abuse|invalid content|advertis|required standards|内容|垃圾信息",
          "blocked for abuse|invalid content\\b|bulk.{0,3}advertis|comply with .{0,24}standards|(?:邮件)?内容.{0,12}(?:包含|含有|非法|违规|不合)|垃圾信息", { CONTENT, 38 }, { LISTED, 20 }),
    WORDS("threshold|too much email|too much mail|zu rasch|zu schnell|relay limit|relay quota",
          "\\bthreshold (?:was |is |has been )?exceeded|exceed\\w* .{0,24}threshold|too much (?:e-?)?mail\\b(?! data)|zu (?:rasch|schnell) (?:e-?mails|nachrichten)|relay (?:limit|quota)",
          { RATE, 46 }, { UNKNOWN, -12 }, { NOLOGIN, -30 }, { CAUSE_DOMAIN_NOT_CONFIGURED, -30 }, { UNTRUSTED, -30 }),
    WORDS("erneut|nochmal|noch einmal", "in (?:einigen|wenigen|\\d+) (?:minuten|stunden) (?:erneut|noch ?mal|noch einmal|wieder)", { GREY, 34 }, { RATE, 24 }),
    WORDS("unknown domain|dns record|domain des empf|find the recipient domain|name server reply|no route found",
          "recipient.{0,40}unknown domain|dns records? .{0,50}(?:not|n't) be found|domain des empf\\S{1,4}ngers|find the recipient domain|name server reply|no route found to domain",
          { DNS, 48 }, { UNKNOWN, -26 }),
    WORDS("intentional policy", "intentional policy rejection.{0,30}try again", { GREY, 48 }, { OTHER, -30 }),
    WORDS("heavier", "heavier than", { LARGE, 42 }),
    WORDS("sending for this|sending from this", "sending (?:for|from) this (?:account|mailbox|user) (?:is|has been|was) (?:disabled|suspended|blocked)",
          { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 48 }, { UNKNOWN, -24 }),
    WORDS("loop", "loop (?:was |is |has been )?(?:found|detected)", { LOOP, 42 }, { LISTED, -20 }),

    /* --- of the conversation itself (RFC 5321 section 4.2.4) --- */
    WORDS("say |send |issue |need |syntax|sequence|unrecognized|unrecognised|not recognized|not recognised|unimplemented|"
          "not implemented|command out|command param|unsupported|bad command|unknown command|invalid command|pipelin|protocol|argument|parameter|"
          "no valid recipients|need rcpt|need mail|nested mail|no recipients|specify|synchroni|too soon|too early",
          "syntax error|sequence error|(?:say|send|issue|need) (?:mail|rcpt|data)\\b.{0,12}first|bad (?:sequence|command|syntax)|out of (?:sequence|order)|command (?:not |"
          "un)?(?:recogni|implement|unrec|out|param)|un(?:recogni[sz]ed|implemented|known|supported) command|"
          "(?:invalid|bad) (?:command|argument|parameter)|command pipelin|synchroni[sz]ation error|talk(?:s|ed|ing)? too (?:soon|early)|"
          "protocol (?:error|violation|sync)|(?:need|no) (?:valid )?(?:rcpt|recipients)\\b|need mail|"
          "nested mail|bad address syntax|(?:parameter|argument)s? (?:not|error|invalid)",
          { OTHER, 26 }),
    STATUS("x.5.1|x.5.2|x.5.4|x.5.0", { OTHER, 8 }),
    { .codes = CODE_50X | CODE_503, .speaks = { { OTHER, 6 } } },
    WORDS("bad address syntax|address syntax|syntax error in|invalid address syntax|malformed address|"
          "domain literal|recipient syntax", "(?:bad|invalid) (?:recipient )?address syntax|(?:address|recipient) .{0,10}syntax|"
          "malformed (?:recipient )?address", { OTHER, 8 }, { UNKNOWN, 26 }),

    /* --- faults inside --- */
    KEY("could not instantiate mail function|could not load ssl library|sendmail: not found|"
          "sendmail: no such file|sendmail: command not found", { OTHER, 42 }),
    WORDS("no configuration file|no tls support|client is not connected|server not connected|no recipient addresses",
          "account \\S{1,60} not found: no configuration file|no tls support!|client is not connected|"
          "server not connected|no recipient addresses", { OTHER, 50 }, { UNKNOWN, -50 }),
    WORDS("not configured|not been configured|configured",
          "(?:smtp|mailing|mailer|mail|e-?mail)(?:/smtp)? (?:server |options |settings |configuration )?(?:is |are |has |have )?"
          "not (?:yet )?(?:been )?configured|no (?:smtp|mail|e-?mail) (?:server|settings|configuration) (?:is |are |has been )?"
          "configured", { OTHER, 44 }),
    KEY("please run connect() first", { OTHER, 30 }, { CAUSE_SERVER_DOWN, 26 }, { CAUSE_TLS_MODE_MISMATCH, 24 }),
    WORDS("local error|temporary|error|failure|problem|fault|internal|queue file|local problem|system problem|"
          "configuration|config error|server error|lookup failure|look-up failure|cannot open|processing|"
          "temporary failure|unable to process|write error|resources|database|ldap|disk|unexpected|failed to|"
          "read error|timeout|callout|milter|misconfig",
          "local error in processing|internal (?:\\w+ )?(?:error|problem|fault|failure)|queue file write|"
          "(?<!smtp )(?<!mail )(?:local|system|server|configuration|config|software|database|ldap) (?:problem|error|failure|fault)|"
          "temporary (?:lookup |local |system |server |internal )?(?:failure|error|problem)|lookup failure|"
          "unable to process|(?:mail )?system (?:config|resources)|mis-?configured|write error|(?:could|"
          "can) ?not (?:open|write|create|lock|access|contact)|recipient (?:verify|callout)|"
          "unexpected (?:error|failure|response)|timeout (?:waiting|exceeded)",
          { OTHER, 34 }),
    { .key = "can't|couldn't|could not|cannot|unable to|failed to|system call|in progress|broken pipe|i/o error|bad file|no mdb|missing mdb|bad mdb|crash",
      .codes = ~(unsigned)CODE_NONE,
      .pattern = "(?:can't|couldn't|could not|cannot|unable to|failed to) (?:open|write|create|lock|contact|load|start|run|fork|allocate|execute|store|save|process|handle)\\b"
                 "(?! (?:a |the )?(?:socket|connection|tls|ssl|stream|mailer|cert|rsa|private|key))|interrupted system call|"
                 "operation now in progress|broken pipe|i/o error|bad file descriptor|(?:no|missing|bad).{0,20}\\bmdb\\b|crash",
      .speaks = { { OTHER, 32 } } },
    { .key = "an error|error while|error occurred|went wrong", .codes = ~(unsigned)CODE_NONE,
      .pattern = "(?:encountered|there was) an (?:unexpected )?error|error (?:while|occurred)|something went wrong", .speaks = { { OTHER, 30 } } },
    WORDS("greeting|pregreet|banner|too soon|too early|before", "(?:before|prior to|without waiting for) (?:the |my |our )?(?:greeting|banner|welcome|response|reply)|pre-?greet|talk\\w* (?:too (?:soon|early)|before)",
          { OTHER, 38 }, { CONTENT, -10 }),
    WORDS("bounce|returned mail|null sender|empty sender|empty envelope|dsn|backscatter|batv|prvs|null envelope|delivery report",
          "(?:bounces?|returned mails?|null (?:envelope )?senders?|empty (?:envelope )?senders?|dsns?|delivery reports?)\\b.{0,40}(?:(?:not|n't) (?:accept|allow|permit|want)\\w*|refus|reject|denied|disabled|disallow)|"
          "backscatter|\\bbatv\\b|\\bprvs\\b|no (?:bounces|null sender)",
          { OTHER, 40 }, { UNKNOWN, -40 }, { CAUSE_FROM_INVALID, 4 }),
    WORDS("unrout|unknown sender|undeliverable sender|non-existent sender|nonexistent sender", "(?:unrout(?:e)?able|unknown|undeliverable|non-?existent) sender",
          { OTHER, 36 }, { CAUSE_FROM_INVALID, 30 }, { UNKNOWN, -30 }),
    WORDS("list", "\\b(?:mailing )?list\\b.{0,50}\\b(?:is (?:null|empty|closed|locked)|no members)", { OTHER, 36 }, { LISTED, -10 }),
    /* a filter that does not answer is none of the ports mail goes to */
    WORDS("milter", "connect to milter|milter\\b.{0,60}(?:refused|timed out|no such file|unavailable)",
          { OTHER, 46 }, { CAUSE_SERVER_DOWN, -50 }, { CAUSE_LOCAL_FIREWALL, -40 }, { CAUSE_EGRESS_PORT_BLOCKED, -40 }, { LISTED, -30 }),
    WORDS("verification failed for", "verification failed for", { UNKNOWN, -40 }, { OTHER, 16 }),
    WORDS("recipient verif|out of memory|queue unavailable|queue full|den", "recipient verif\\w+ |out of memory|queue (?:is )?(?:unavailable|full)|den(?:y|ies|ied) (?:the )?sender", { OTHER, 28 }, { UNKNOWN, 6 }),
    WORDS("requested", "requested (?:mail )?action (?:not taken|aborted)", { OTHER, 14 }),
    KEY("transaction failed", { OTHER, 17 }),
    WORDS("domain failure", "temporary domain failure", { DNS, 26 }, { OTHER, 24 }),
    WORDS("service unavailable|service not available|service currently|temporarily unavailable|not available|"
          "out of service|shutting down|shut down|closing transmission|closing connection|unavailable|"
          "maintenance|service refuse",
          "(?:service|server|system|host) (?:is )?(?:currently |temporarily )?(?:unavailable|not available|"
          "out of service|refus)|temporarily unavailable|shutting down|closing (?:transmission|connection)|"
          "under maintenance|service refus", { OTHER, 27 }, { RATE, 14 }, { GREY, 12 }),
    STATUS("x.3.0|x.3.2|x.3.3|x.3.5|x.4.3|x.4.5", { OTHER, 22 }),
    STATUS("5.0.0|4.0.0", { OTHER, 4 }),
    WORDS("expired|queue too long|too long|retry timeout|retry time not reached|giving up|undelivered|"
          "delivery time|could not be delivered within",
          "(?:message|delivery|queue)\\b.{0,30}expired|retry time(?:out)? (?:exceeded|not reached)|"
          "in the queue too long|delivery time(?:d? ?out)?|(?:undeliver|not deliver)\\w* (?:for|within|"
          "after) \\d", { OTHER, 22 }, { CAUSE_SERVER_DOWN, 18 }, { CAUSE_EGRESS_PORT_BLOCKED, 12 }),
    STATUS("x.4.7|5.4.300", { OTHER, 12 }, { CAUSE_SERVER_DOWN, 8 }),

    /* --- what a server finds in DNS about the recipient's domain --- */
    WORDS("domain|no mx|without mx|no mail host|no mail server|no mail exchanger|resolve route|nameserver",
          "(?:recipient|destination|rcpt|remote|your|address(?:ee)?|e-?mail|mail)(?:'s|"
          "s')? ?(?:address )?(?:has |mentioned in )?(?:a |"
          "an )?(?:non-?exist\\w+ )?domain\\b.{0,60}(?:not (?:found|exist)|" NOT " (?:exist|resolve)|unknown|invalid|must exist|non-?exist|no such)"
          "|recipient address rejected:(?: unknown| malformed)? ?(?:domain|dns)(?: name)?|(?:no|without) (?:mx|"
          "mail hosts?|mail exchanger|mail servers?)\\b|unknown domain|no such domain|non-?exist\\w* domain|"
          "unrouteable mail domain|no matches to nameserver|unable to resolve route",
          { DNS, 38 }, { UNKNOWN, -8 }),
    WORDS("domain|mx lookup|mx record|mx query|no mx",
          "(?<!rejected: )\\bdomain (?:name )?(?:<?[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,6}>? )?(?:does not exist|doesn't exist|not found|is unknown|does not resolve|could not be (?:found|resolved))|"
          "\\bmx (?:look ?up|records?|query).{0,24}(?:fail|not found|error|missing|do(?:es)? not)", { DNS, 34 }, { UNKNOWN, -6 }),
    WORDS("domaine|domäne|dominio|domínio|domein|domena|домен|域名|ドメイン",
          "(?:domaine|dom.{1,2}ne|dominio|dom.{1,2}nio|domein|домен)\\b.{0,40}(?:introuvable|inexistant|n'existe|"
          "existiert nicht|nicht (?:gefunden|existier)|no (?:existe|se (?:ha )?(?:podido )?encontr)|non esiste|"
          "inesistente|inexistente|n.{1,2}o existe|bestaat niet|onbekend|unbekannt|inconnu|sconosciut|desconocid|desconhecid|не (?:существ|найден)|неизвест)|"
          "domen[ay]\\b.{0,40}(?:nie istnieje|nieznan)|域名.{0,12}(?:不存在|无效|错误|找不到)|ドメイン.{0,20}(?:存在しま|見つかりま|不明)", { DNS, 46 }, { UNKNOWN, -20 }),
    KEY("routing server failure", { DNS, 44 }),
    WORDS("dns mx|mx or a", "(?:invalid|no|bad|missing) (?:dns )?mx or a\\b", { DNS, 42 }, { UNKNOWN, -60 }),
    WORDS("dns", "\\bdns (?:resol\\w+ |query |look ?up )?(?:error|fail|timeout|timed out)|(?:no data|not found|no answer) (?:by|from|in) (?:the )?dns\\b", { DNS, 32 }),
    WORDS("domain|host name|hostname|host is", "domain\\b.{0,20}may not exist|\\bhost ?(?:name)? (?:is |was )?(?:unknown|invalid|not (?:known|found))\\b|domain\\b.{0,24}(?:not reachable|unreachable)",
          { DNS, 36 }, { UNKNOWN, 2 }),
    WORDS("name server|nameserver", "name ?servers? (?:timeout|timed out|error|fail|not respond)", { DNS, 36 }),
    STATUS("x.1.2|x.4.4|5.4.310|4.4.312|5.4.312|4.4.316", { DNS, 20 }),
};
/* clang-format on */
const struct explain_rows ROWS_RECIPIENT = EXPLAIN_ROWS(ROWS);
