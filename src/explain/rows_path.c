/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_path.c - what goes wrong on the way to the server: names, ports, encryption, certificates
 *
 * Nearly all of these words are those of the program that gave up, of its TLS library, or of its system: a reply never
 * came. One failure has as many wordings as there are libraries, and the rows below are kept by failure.
 */
#include "explain/rows.h"
#include "explain/stems.h"

static const struct explain_row ROWS[] = {
    /* --- a certificate that is not believed ------------------------------------------------------------------ */
    /* the frame: it says that one was not believed, and mostly what follows says why */
    { .key = "errsslx|not verified|peer cert|certif|pkix|cert host|server identity|verify "
             "identity|the identity",
      .pattern =
          "certificate[ _]verif(?:y|ication)[ _](?:failed|failure|error)|certificate verify failed|"
          "(?:ssl|tls|server|peer|remote|the) certificate (?:is |was |could |can |has |that "
          ")?(?:not (?:be )?"
          "(?:trusted|verified|valid|validated|accepted)|cannot be (?:verified|trusted|validated)|"
          "invalid|untrusted|problem|error|rejected|verification|presented by the server is not "
          "trusted)|sslcertverificationerror|certificate validation (?:failed|failure|error)|"
          "(?:ssl|tls) certificate (?:problem|verification|error)|unable to (?:verify|validate) "
          "(?:the )?"
          "(?:server(?:'s)? |peer(?:'s)? |remote )?certificate|certificate (?:is )?invalid "
          "according to "
          "the validation|verify error(?::|\\b)(?:[^.]|\\.\\b){0,40}cert|problem with the "
          "(?:security "
          "|server's "
          "(?:security )?)?certificate|cert hostname not use?able|certificate "
          "error|bad_certificate|\\bbad "
          "certificate\\b|not an? valid "
          "certificate|"
          "certificate (?:chain )?(?:is )?not (?:trusted|valid|verified)|err_ssl_cert|"
          "certificate for this server is (?:invalid|not)|invalid ?peer "
          "?certificate|invalidcertificate\\(|no certificates? could be verified|did "
          "not present (?:any|a) certificate|ssl peer certificate or ssh remote key was not ok|"
          "cannot verify server identity|can(?:'|no)t verify (?:the )?identity of|server "
          "certificate not (?:trusted|verified)|the identity of (?:[^.]|\\.\\b){0,80} cannot be "
          "verified",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 26 },
                  { CAUSE_CERTIFICATE_SELF_SIGNED, 23 },
                  { CAUSE_CERTIFICATE_WRONG_NAME, 23 },
                  { CAUSE_CERTIFICATE_EXPIRED, 21 },
                  { CAUSE_CERTIFICATE_NOT_YET_VALID, 6 },
                  { CAUSE_TLS_MODE_MISMATCH, -10 } } },
    { .key = "self|depth_zero|selbst|auto",
      .pattern = "self[- ]signed|depth_zero_self_signed|self_signed_cert|selbst ?signiert|"
                 "auto-?sign(?:é|e)|autofirmad|auto-?assinad|autofirmat|zelfondertekend|z podpisem "
                 "własnym|самоподписан|自签名|自簽|自己署名|자체 서명",
      .speaks = { { CAUSE_CERTIFICATE_SELF_SIGNED, 40 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 18 },
                  { CAUSE_TLS_MODE_MISMATCH, -6 } } },
    { .key = "issuer|unknown ca|unknown_ca|unknown authority|verify the first|leaf_signature|"
             "certification path|trust anchor|pkix path build|untrusted|partialchain|not trusted|"
             "root cert|trusted root|chain|unknown certificate|certificate "
             "unknown|certificate_unknown|unknown_certificate|local authority",
      .pattern =
          "unable to get (?:local )?issuer|unable_to_get_issuer|(?:hasn't|doesn't have|has "
          "no|have) "
          "(?:got )?a known issuer|unknown[ _]issuer|issuer (?:certificate )?(?:is |could "
          ")?(?:unknown|"
          "not (?:trusted|be found|found|recognized))|untrusted issuer|issuer is not trusted|"
          "(?:tlsv1 )?alert unknown ca\\b|unknown[ _]ca\\b|signed by unknown "
          "authority|certificate[_ ]unknown|"
          "unknown[_ ]certificate|unable to verify the first certificate|"
          "unable_to_verify_leaf_signature|valid certification path|trust anchor|pkix path "
          "building|"
          "untrusted ?root|partialchain|remotecertificatechainerrors|(?:authority|root|certificate "
          "chain|chain) (?:[^.]|\\.\\b){0,40}(?:not trusted|untrusted|is not "
          "recogni[sz]ed)|certificate chain "
          "(?:was issued by an authority that is not|could not be built|processed, but terminated)|"
          "not trusted by the (?:trust provider|operating system)|unable to locally verify the "
          "issuer|invalid root|no trusted root|local authority",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 40 },
                  { CAUSE_CERTIFICATE_SELF_SIGNED, 20 },
                  { CAUSE_TLS_MODE_MISMATCH, -6 } } },
    { .key =
          "expired|notafter|abgelaufen|expir|scad|verlopen|wygas|истек|истёк|过期|過期|期限|만료|"
          "nottimevalid|invalid_cert_date|0x800ccc02|not within its validity|validity check",
      .pattern =
          "certificate (?:\\S{1,60} )?(?:has |is |was )?(?:already )?expired(?! "
          "or)|cert(?:ificate)?_has_expired|"
          "expired certificate|certificate[_ "
          "]?expired|certificateexpired|expired_certificate|notafter:|"
          "nottimevalid|validity check failed|not within its validity period|0x800ccc02\\b|alert "
          "certificate expired|certificate-expired|Zertifikat(?:[^.]|\\.\\b){0,40} "
          "abgelaufen|certificat(?:[^.]|\\.\\b){0,40} "
          "(?:a )?expir|certificado(?:[^.]|\\.\\b){0,40} (?:ha "
          ")?(?:caduc|expir|vencid)|certificato(?:[^.]|\\.\\b){0,40} "
          "scadut|"
          "certificaat(?:[^.]|\\.\\b){0,40} verlopen|certyfikat(?:[^.]|\\.\\b){0,40} "
          "wygas|сертификат(?:[^.]|\\.\\b){0,60}(?:ист[её]к|"
          "просрочен)|证书[^。]{0,10}过期|憑證[^。]{0,10}過期|証明書[^。]{0,12}(?:期限|失効)|"
          "인증서(?:[^.]|\\.\\b){0,12}만료|"
          "certificate(?:'s)? (?:validity "
          ")?(?:date|period)(?:[^.]|\\.\\b){0,30}(?:invalid|passed|expired)",
      .speaks = { { CAUSE_CERTIFICATE_EXPIRED, 42 }, { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, -4 } } },
    { .key = "not yet valid|notyetvalid|not_yet_valid|expired or|notbefore|not yet active|not "
             "activated|"
             "noch nicht",
      .pattern =
          "not[ _]?yet[ _]?valid|not yet active|not activated yet|notbefore:|noch nicht gültig|"
          "pas encore valide|aún no es válido|ещ[её] не действителен",
      .speaks = { { CAUSE_CERTIFICATE_NOT_YET_VALID, 36 }, { CAUSE_CERTIFICATE_EXPIRED, 4 } } },
    { .key = "is before",
      .pattern = "current time \\S{1,40} is before",
      .speaks = { { CAUSE_CERTIFICATE_NOT_YET_VALID, 12 } } },
    { .key = "mismatch|does not match|doesn't match|do not match|altname|subject alternative|"
             "no name matching|is valid for|ip sans|common name|certificate name|did not match|"
             "target host name|bad_cert_domain|invalid_cert_cn|0x800ccc01|host name|not match|"
             "namensgleich|stimmt nicht|ne correspond|no coincide|não corresponde|non corrisponde|"
             "не соответствует|не совпадает|not valid for|certificate owner|not the expected|wrong "
             "name|"
             "identity|certificate-host|hostname|remote server",
      .pattern =
          "host ?name mismatch|(?:certificate|cert)[ _-]?(?:host ?)?name[ _-]?mismatch|name "
          "mismatch: "
          "DN|ip address mismatch|certificate (?:is )?not valid for "
          "[\"'“‘]?[a-z0-9*\\[]|certificate of the remote server does "
          "not match|(?:host "
          "?name|hostname/ip|"
          "host|name|subject|owner|cn|server name|common name)(?:[^.;]|\\.\\b){0,80} "
          "(?:does(?:n't| "
          "not)|do(?:n't| "
          "not)|did(?:n't| not)) match|peer certificate (?:CN|common "
          "name)(?:[^.]|\\.\\b){0,120}did not match|"
          "err_tls_cert_altname|not in the cert's altnames|no subject alternative|no name matching|"
          "certificate is valid for [^;]{1,200}, not|doesn't contain any IP SANs|legacy common "
          "name "
          "field|not valid for any names|target host name|bad_cert_domain|0x800ccc01\\b|"
          "remotecertificatenamemismatch|certificate-host-mismatch|can(?:'|no)t verify identity of "
          "server|no certificate subject name matches|certificate (?:subject |common )?name "
          "(?:is|was|does|did)(?:[^.]|\\.\\b){0,40}(?:not|incorrect|invalid|wrong)|certificate(?:[^"
          ".]|\\.\\b){0,60}(?:"
          "issued "
          "(?:for|to)|belongs to) (?:a )?(?:different|another|other)|wrong (?:host|site|principal)|"
          "(?:target )?principal name is incorrect|sec_e_wrong_principal|"
          "Zertifikat(?:[^.]|\\.\\b){0,60}(?:stimmt nicht|gehört nicht|passt nicht|nicht für)|ne "
          "correspond pas au nom|no coincide con el nombre|não corresponde ao nome|non corrisponde "
          "al "
          "nome|не (?:соответствует|совпадает)(?:[^.]|\\.\\b){0,20} имен",
      .speaks = { { CAUSE_CERTIFICATE_WRONG_NAME, 42 },
                  { CAUSE_WRONG_SERVER, 14 },
                  { CAUSE_REDIRECTED_BY_NETWORK, 10 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, -6 } } },
    { .pattern =
          "Zertifikat(?:[^.]|\\.\\b){0,60}(?:nicht vertrau|ungültig|nicht überprüf|konnte "
          "nicht|unbekannt|"
          "abgelehnt|kein)|certificat(?:[^.]|\\.\\b){0,60}(?:non valide|pas valide|invalide|pas "
          "(?:de "
          ")?confiance|pas être "
          "vérifi|inconnu|pas fiable|pas approuv)|certificado(?:[^.]|\\.\\b){0,60}(?:inv[aá]lid|no "
          "(?:es "
          ")?(?:v[aá]lid|de "
          "confianza)|no se pudo verificar|n[aã]o (?:é "
          ")?(?:confi|v[aá]lid)|desconocid|desconhecid)|certificato(?:[^.]|\\.\\b){0,60}"
          "(?:non (?:valido|attendibile|è)|sconosciut)|certificaat(?:[^.]|\\.\\b){0,60}(?:niet "
          "vertrouwd|ongeldig|niet "
          "geldig)|certyfikat(?:[^.]|\\.\\b){0,60}(?:nieważn|nieprawidł|niezaufan|nie "
          "jest)|(?:недействител|"
          "недоверенн|не удалось "
          "проверить)(?:[^.]|\\.\\b){0,40}сертификат|сертификат(?:[^.]|\\.\\b){0,60}(?:"
          "недействител|не является|"
          "не "
          "удалось|недопустим|ненад[её]жн)|证书[^。]{0,20}(?:无效|不受信|不可信|验证失败|错误|校验)"
          "|憑證[^。]{0,20}(?:無效|不信任|錯誤)|"
          "証明書[^。]{0,24}(?:無効|信頼|検証|エラー|確認できません)|인증서(?:[^.]|\\.\\b){0,20}(?:"
          "유효하지|"
          "신뢰|오류|확인)",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 30 },
                  { CAUSE_CERTIFICATE_SELF_SIGNED, 26 },
                  { CAUSE_CERTIFICATE_WRONG_NAME, 26 },
                  { CAUSE_CERTIFICATE_EXPIRED, 24 } } },
    /* Postfix says it in a line of its own, and then only that the handshake failed */
    /* a server that cannot use its own key */
    { .key = "tls not available|tls currently|tls temporar|tls is currently|starttls|local "
             "problem|tls unavail",
      .pattern = "TLS (?:is )?(?:not available|currently (?:un|not )available|temporar(?:y|ily) "
                 "(?:failure|unavailable|not available))(?: due to (?:local|temporary))?|tls "
                 "initiali[sz]ation (?:failed|failure)",
      .codes = CODE_454 | CODE_4XX,
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 42 }, { CAUSE_STARTTLS_STRIPPED, 22 } } },
    { .key = "tls not available due|tls is not available due|tls currently|tls is currently|tls "
             "temporar|tls initiali",
      .pattern = "TLS (?:is )?(?:not available due to|currently (?:un|not )available|temporar(?:y|"
                 "ily) (?:failure|unavailable|not available))|tls initiali[sz]ation "
                 "(?:failed|failure)",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 42 }, { CAUSE_STARTTLS_STRIPPED, 22 } } },
    /* a program's own words, not a server's: it was not offered */
    { .key = "tls not available|tls is not available|tls unavailable",
      .pattern = "\\btls (?:is )?(?:not available|unavailable)(?! due)",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 40 },
                  { CAUSE_TLS_MODE_MISMATCH, 32 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 22 },
                  { CAUSE_EGRESS_PORT_BLOCKED, -20 },
                  { CAUSE_SERVER_DOWN, -20 } } },
    /* Apple's numbers for what Secure Transport found */
    { .key = "-98",
      .pattern = "(?:ssl|cfnetwork|secure|tls)[^;]{0,60}-98(?:07|08|12|13)\\b",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 42 },
                  { CAUSE_CERTIFICATE_SELF_SIGNED, 30 } } },
    { .key = "-9814",
      .pattern = "(?:ssl|cfnetwork|secure|tls)[^;]{0,60}-9814\\b",
      .speaks = { { CAUSE_CERTIFICATE_EXPIRED, 44 } } },
    { .key = "-9843",
      .pattern = "(?:ssl|cfnetwork|secure|tls)[^;]{0,60}-9843\\b",
      .speaks = { { CAUSE_CERTIFICATE_WRONG_NAME, 44 } } },
    /* SAP's */
    { .key = "ssslerr_peer_cert_untrusted",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 46 } } },
    { .key = "ssslerr_server_cert_mismatch", .speaks = { { CAUSE_CERTIFICATE_WRONG_NAME, 46 } } },
    { .key = "niehost_unknown", .speaks = { { CAUSE_DNS_FAILURE, 46 } } },
    { .key = "nieconn_refused|nietimeout",
      .speaks = { { CAUSE_SERVER_DOWN, 38 }, { CAUSE_EGRESS_PORT_BLOCKED, 38 } } },
    /* Postfix says it in a line of its own, and then only that the handshake failed */
    { .key = "tls library problem",
      .pattern = "tls library problem[^;]{0,160}certificate verify failed",
      .of_page = true,
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 44 },
                  { CAUSE_CERTIFICATE_SELF_SIGNED, 30 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, -30 },
                  { CAUSE_TLS_MODE_MISMATCH, -30 } } },
    /* what a program says once, and in the same breath what it could not do for that */
    { .key = "certificate verify failed|certificate_verify_failed|pkix path|no subject "
             "alternative|not match expected|"
             "self-signed cert|self signed cert|unknown authority|unknownissuer|notvalidforname",
      .pattern = "certificate[ _]verify[ _]failed|pkix path|no subject alternative|did not match "
                 "expected cn|"
                 "self[- ]signed cert|signed by unknown authority|unknownissuer|notvalidforname",
      .of_page = true,
      .forms = 1u << FORM_LIBRARY | 1u << FORM_DIALOG | 1u << FORM_TRANSCRIPT | 1u << FORM_REPLY,
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 30 },
                  { CAUSE_CERTIFICATE_WRONG_NAME, 26 },
                  { CAUSE_CERTIFICATE_SELF_SIGNED, 26 },
                  { CAUSE_TLS_MODE_MISMATCH, -12 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, -16 } } },
    { .key = "unknownissuer|0x800b0109|untrustedroot|untrusted_root|0x80090325|errsslx|certificate_"
             "unknown",
      .pattern =
          "unknownissuer|0x800b0109|untrusted_?root|0x80090325|errsslx(?:unknown|noroot|certchain)",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 40 } } },
    { .key = "issuer certificate",
      .pattern = "issuer certificate (?:of .{0,60})?(?:could|can) ?not be found|issuer certificate "
                 "is (?:unknown|missing)",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 46 } } },
    { .key = "notvalidforname|0x800b010f|cn_no_match|0x80090322|peerunverified",
      .pattern = "notvalidforname|0x800b010f|cn_no_match|0x80090322|peerunverifiedexception",
      .speaks = { { CAUSE_CERTIFICATE_WRONG_NAME, 42 } } },
    /* a connection that was given up for its certificate is not one that never stood */
    { .key = "certificate|pkix path|expected cn",
      .pattern =
          "certificate[ _]verif(?:y|ication)[ _]fail|invalid ?peer ?certificate|certificate "
          "validation (?:fail|error)|certificate (?:is |was )?not (?:trusted|valid)|(?:self[- "
          "]signed|expired|untrusted|invalid) certificate|certificate (?:has |is )?expired|pkix "
          "path|did not match expected cn|certificate signed by unknown",
      .of_page = true,
      .forms = 1u << FORM_LIBRARY | 1u << FORM_DIALOG | 1u << FORM_TRANSCRIPT | 1u << FORM_REPLY |
               1u << FORM_NONE,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, -24 },
                  { CAUSE_SERVER_DOWN, -24 },
                  { CAUSE_LOCAL_FIREWALL, -16 } } },
    /* Erlang names what it found wrong, and then only that the handshake failed */
    { .key = "bad_cert,|hostname_check_failed|selfsigned_peer",
      .pattern = "hostname_check_failed",
      .speaks = { { CAUSE_CERTIFICATE_WRONG_NAME, 44 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, -30 },
                  { CAUSE_TLS_MODE_MISMATCH, -20 } } },
    { .key = "selfsigned_peer",
      .speaks = { { CAUSE_CERTIFICATE_SELF_SIGNED, 44 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, -30 },
                  { CAUSE_TLS_MODE_MISMATCH, -20 } } },
    /* its client believes no certificate until it is given authorities (OTP 26) */
    { .key = "tls_failed",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 31 },
                  { CAUSE_TLS_MODE_MISMATCH, 27 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, 22 } } },
    /* Oracle: the wallet that holds the authorities is not to be opened */
    { .key = "ora-28759", .of_page = true, .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 40 } } },
    { .key = "ora-2886",
      .pattern = "ora-2886[024]",
      .of_page = true,
      .speaks = { { CAUSE_TLS_VERSION_OR_CIPHER, 30 },
                  { CAUSE_TLS_MODE_MISMATCH, 30 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 18 } } },
    { .key = "certificate: expired|0x800b0101|cert_e_expired|cert_expired|0x80090328",
      .pattern = "certificate: expired|0x800b0101|(?:cert_e|sec_e_cert|cert)_expired|0x80090328",
      .speaks = { { CAUSE_CERTIFICATE_EXPIRED, 42 } } },
    { .key = "certificate|private key|key",
      .pattern = "(?:cannot|can't|unable to|could not|error|failed to) "
                 "(?:get|load|read|use|loading|reading) "
                 "(?:\\S{1,12} )?(?:(?:RSA |EC |DSA |server |public )?certificate|private key|key "
                 "(?:file|pair))(?:[^.]|\\.\\b){0,60}|"
                 "certificate and (?:private )?key do not match|key values mismatch|"
                 "no certificate (?:assigned|set)|cert and key",
      .speaks = { { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 24 } } },

    /* --- the kind of encryption does not fit the port -------------------------------------------------------- */
    { .key =
          "0x80090326|illegal_message|bad greeting|malformed smtp response|invalid greeting|wrong "
          "version number|wrong_version_number|unknown protocol|unknown_protocol|packet "
          "length|"
          "http request|http_request|first record|oversized record|plaintext connection|ssl "
          "message|"
          "frame size|packet format|record_too_long|unexpected tls packet|unexpected message|"
          "record layer|tls packet with unexpected|corrupted frame|unknown record|"
          "invalid_content_type|wrong_ssl_version|invalid token|invalidcontenttype|invalid "
          "contenttype|"
          "corrupt message|corruptmessage|already using|when tls active|tls already active|"
          "mutually exclusive",
      .pattern =
          "0x80090326|sec_e_illegal_message|bad greeting|malformed smtp response|invalid "
          "greeting|wrong[ _]version[ _]number|unknown[ _]protocol|packet length too long|:http[ "
          "_]request|"
          "first record does not look like a tls handshake|oversized record received|plaintext "
          "connection\\?|(?:unsupported|unrecognized|unsupported or unrecognized) ssl message|"
          "cannot determine the frame size|corrupted frame|unexpected packet format|"
          "rx_record_too_long|unexpected tls packet was received|tls packet with unexpected length|"
          "ssl routines:[^:]{0,40}:(?:bad record type|record layer failure|unexpected message)|"
          "invalid_content_type|invalid ?contenttype|corrupt ?message|already using "
          "(?:tls|ssl)|when "
          "tls active|tls already active|(?:tls|ssl)\\b[^;]{0,40}are mutually exclusive",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 44 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, 18 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, -10 } } },
    /* a server that greets with a refusal speaks SMTP, and so does whoever hears it */
    { .key = "greeting",
      .pattern = "(?:invalid|bad|unexpected) greeting",
      .codes = CODE_421 | CODE_4XX | CODE_450 | CODE_451 | CODE_550 | CODE_554 | CODE_5XX,
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, -44 }, { CAUSE_TLS_VERSION_OR_CIPHER, -18 } } },
    { .key = "wrappermode|response: -1|netionconnectionclosed|"
             "net_io_connectionclosed|empty reply|smtps",
      .pattern = "client wrappermode|response: -1|net_io_connectionclosed|"
                 "server sent an empty reply|(?:instead, send to|use) "
                 "(?:[^.]|\\.\\b){0,30}submission(?:[^.]|\\.\\b){0,20}starttls",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 34 },
                  { CAUSE_SERVER_DOWN, 14 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 14 } } },
    /* nodemailer: connected, in the clear, and the port waited for TLS */
    { .key = "greeting never received",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 50 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 4 },
                  { CAUSE_SERVER_DOWN, 8 } } },
    { .key = "but got code|but got an empty",
      .pattern = "code \"?220\"? but got (?:code \"\"|an empty)",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 32 },
                  { CAUSE_SERVER_DOWN, 22 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 22 } } },
    /* Go and Rust: the connection stood, and closed before there was a whole reply */
    { .key = "eof|short response|incomplete response|response is empty",
      .pattern = "(?:[:=] ?\"?eof\"?$)|\\bshort response\\b|\\bincomplete response\\b|"
                 "unable to read response, or response is empty|handshake eof",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 31 },
                  { CAUSE_SERVER_DOWN, 26 },
                  { CAUSE_OTHER_NOT_RELAY, 22 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 20 } } },
    /* TLS from the first octet, asked for by the address of a port that begins without it */
    { .key = "tls://|ssl://|smtps://",
      .pattern = "(?:unable to connect to|failed to connect to|established with host) "
                 "\"?(?:tls|ssl|smtps)://[^ :/]{1,120}:(?:25|587|2525)\\b(?! ?.?php_network)",
      .of_page = true,
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 34 } } },
    { .key = "during handshake|during the handshake",
      .pattern = "(?:terminated|closed|reset) (?:connection )?during (?:the )?handshake",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 30 }, { CAUSE_TLS_VERSION_OR_CIPHER, 18 } } },
    { .key = "readtimeout|read timed out|(ssl_accept)|(ssl_connect)",
      .pattern = "net::readtimeout|read timed out|\\(ssl_(?:accept|connect)\\): timed out",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 18 } } },
    /* the connection stands, and no greeting comes: port 465 waits for us */
    { .key = "greeting|banner|welcome",
      .pattern = "(?:lost connection|timed out|connection "
                 "(?:lost|closed))(?:[^.]|\\.\\b){0,80}(?:receiving "
                 "the initial "
                 "server greeting|waiting for (?:the )?(?:initial |server )?greeting)|(?:no|did "
                 "not receive)(?: a| "
                 "the)? (?:smtp |server )?(?:greeting|welcome|banner)|waiting for (?:initial|the) "
                 "(?:greeting|banner)",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 32 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 20 },
                  { CAUSE_SERVER_DOWN, 20 },
                  { CAUSE_IP_BANNED, 12 },
                  { CAUSE_IP_BLOCKLISTED, 6 } } },
    /* TLS asked for on a port of another kind, by the number that stands beside it */
    { .key = "invalid response smtp server (starttls|starttls failed (code: "
             "220|ssl23_get_server_hello|"
             "handshake failed",
      .pattern = "invalid response SMTP server \\(STARTTLS|STARTTLS failed \\(code: 220|"
                 "ssl23_get_server_hello:(?:unknown|unsupported)",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 26 }, { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 8 } } },
    { .key =
          "unexpected eof|unexpected_eof|end of file|eof occurred|socket disconnected|"
          "connection closed unexpectedly|connection unexpectedly closed|non-properly terminated|"
          "remote host closed|remote host terminated|closed the transport stream|premature "
          "termination|"
          "ssl_error_syscall|closed connection during handshake|unexpected socket close|pull "
          "function|"
          "0-byte|server closed|handshake",
      .pattern =
          "unexpected[ _]eof|end of file reached|eof occurred in violation|disconnected before "
          "secure "
          "tls|connection (?:closed unexpectedly|unexpectedly closed)|non-properly terminated|"
          "remote host (?:closed|terminated)(?: the)?(?: connection during)?(?: the)? "
          "handshake|closed the transport "
          "stream|ssl_error_syscall|premature termination|unexpected socket close|error in the "
          "pull "
          "function",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 20 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, 16 },
                  { CAUSE_SERVER_DOWN, 18 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 15 },
                  { CAUSE_AUTH_BACKEND_DOWN, 6 } } },
    { .key = "ssl|tls|secure|crypto",
      .pattern = "server does not support (?:a )?(?:secure|ssl|tls) (?:connection|encryption)|does "
                 "not support "
                 "(?:secure connections|ssl|tls encrypt)|failed to "
                 "(?:enable|negotiate|establish|start|initiate|"
                 "set ?up) "
                 "(?:crypto|tls|ssl|a? ?secure)|error upgrading connection with "
                 "starttls|(?:unable|failed|cannot) to "
                 "(?:connect|start)(?: with| via)? (?:starttls|tls|ssl)\\b|could not (?:connect "
                 "via|convert socket to|"
                 "start|negotiate|establish|enable) (?:tls|ssl|crypto|a secure)|"
                 "(?:tls|ssl)(?:/ssl|/tls)? "
                 "(?:startup|negotiation|connect|connection|session|handshake|setup)(?:[^.]|\\.\\b)"
                 "{0,20}(?:fail|error|attempt failed|could not|unable)|"
                 "ssl operation failed with code|crypto cannot be enabled|"
                 "unable to (?:secure|upgrade) (?:the )?connection|a secure connection (?:to|with) "
                 "(?:[^.]|\\.\\b){0,60}(?:fail|could)|"
                 "an error occurred while attempting to establish an (?:ssl|tls)",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 24 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, 20 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 14 },
                  { CAUSE_STARTTLS_STRIPPED, 10 } } },
    { .key = "0x800ccc1a|0x800ccc7d|0x800ccc7e|0x800ccc7f",
      .pattern = "0x800ccc(?:1a|7d|7e|7f)\\b",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 34 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, 16 },
                  { CAUSE_STARTTLS_STRIPPED, 16 } } },
    { .key = "0x800ccc80|encrypted connection|connection type|encryption type",
      .pattern =
          "server does not support the (?:connection|encryption)(?:[^.]|\\.\\b){0,12}type|(?:try "
          "changing|change) the "
          "encryption (?:method|type)|type of encrypted connection|specified encryption "
          "type|does not support the connection encryption",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 36 } } },

    /* --- no version, no cipher in common --------------------------------------------------------------------- */
    { .key = "0x80090331|algorithm_mismatch|handshakefailure|handshake "
             "failure|handshake_failure|no shared cipher|no_shared_cipher|no suitable|"
             "unsupported protocol|unsupported_protocol|protocol_version|protocol version|"
             "no protocols available|no appropriate protocol|common algorithm|key too small|"
             "key_too_small|ca md too weak|insufficient "
             "security|insufficient_security|no_cypher_overlap|"
             "no cipher|unsupported_version|supported versions|sigalg|legacy renegotiation|"
             "legacy_renegotiation|no common|unsafe legacy|md too weak|algorithm constraints|"
             "no overlap|sslv3 alert|unsupported version|unsupported ssl|version too "
             "low|internal_error|"
             "prime|wrong signature type|could not negotiate|no ciphers|fatal alert|alert",
      .pattern =
          "0x80090331|algorithm_mismatch|handshake[ _]?failure|no[ _]shared[ _]cipher|no suitable "
          "(?:cipher|signature|key "
          "share|digest)|"
          "unsupported[ _]protocol|alert protocol version|protocol version not supported|"
          "fatal alert: (?:protocol_version|handshake_failure|insufficient_security)|"
          "tlsv1_alert_protocol_version|no protocols available|no appropriate protocol|do not "
          "possess a "
          "common algorithm|(?:dh|ee|rsa|ca|modulus)[ _](?:key|size)[ _]too[ _]small|ca md too "
          "weak|"
          "insufficient[ _]security|no_cypher_overlap|unsupported_version|no supported versions|"
          "unsupported protocol version|wrong signature type|legacy sigalg|legacy[ "
          "_]renegotiation|no "
          "(?:common|mutual)(?:[^.]|\\.\\b){0,20}(?:cipher|protocol|version|algorithm)|algorithm "
          "constraints|"
          "version too low|no ciphers? (?:suites? )?(?:available|match|in common|could)|"
          "could not negotiate (?:a )?(?:protocol|cipher|supported|common)|prime (?:used )?(?:is "
          ")?not "
          "acceptable|the diffie-hellman prime|client requested protocol|"
          "server (?:only "
          ")?(?:supports|chose|selected)(?:[^.]|\\.\\b){0,20}(?:sslv3|tlsv?1\\.0|unsupported)|"
          "(?:ssl|tls) (?:version|protocol)(?:[^.]|\\.\\b){0,20}(?:not "
          "supported|unsupported|disabled)",
      .speaks = { { CAUSE_TLS_VERSION_OR_CIPHER, 44 },
                  { CAUSE_TLS_MODE_MISMATCH, 14 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 10 },
                  { CAUSE_CLIENT_CERTIFICATE_NEEDED, 6 } } },
    { .key = "handshake|ssl_connect|ssl_accept|ssl error|sslerror|ssl_error|tls error|tls "
             "library|sspi",
      .pattern =
          "(?:ssl|tls)[ _]?handshake(?:exception| (?:failed|error|failure|timed out))|handshake "
          "failed|"
          "handshake error|ssl_(?:connect|accept) error|sslhandshakeexception|cannot start tls|"
          "tls library problem|\\bSSL_connect returned=|ssl_error_ssl\\b|ssl connect attempt "
          "failed|a call to "
          "sspi failed|403 4\\.7\\.0 tls|tls handshake",
      .speaks = { { CAUSE_TLS_VERSION_OR_CIPHER, 24 },
                  { CAUSE_TLS_MODE_MISMATCH, 20 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 16 },
                  { CAUSE_CERTIFICATE_SELF_SIGNED, 8 },
                  { CAUSE_CERTIFICATE_WRONG_NAME, 8 } } },

    /* --- the offer of encryption is missing ------------------------------------------------------------------ */
    { .key = "starttls",
      .pattern =
          "(?:does(?:n't| not)|did(?:n't| not)|server (?:not|no)|not) (?:seem to |appear to "
          ")?(?:support|offer|"
          "advertise|announce|provide|allow)[a-z]* (?:that |the |tls via the "
          ")?[\"'“‘]?(?:starttls|tls via "
          "starttls|STARTTLS "
          "command)|starttls (?:extension |command |is |was |capability )*(?:not "
          "(?:supported|advertised|offered|available|implemented|recogni[sz]ed|enabled)|"
          "unsupported|missing|"
          "denied|refused)|starttls since it doesn't advertise|no starttls|missing "
          "?starttls|doesn't advertise that "
          "feature|starttls-not-supported|starttls is required but host does not support|host does "
          "not "
          "support starttls|did not advertise starttls|starttls(?:[^.]|\\.\\b){0,60}but (?:the "
          ")?(?:server|host) "
          "(?:does|did) not|not support the starttls extension",
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 42 },
                  { CAUSE_TLS_MODE_MISMATCH, 30 },
                  { CAUSE_MAIL_ONLY_UNDER_TLS, -16 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, -14 },
                  { CAUSE_RELAY_TAKES_NO_LOGIN, -10 } } },
    { .key = "ssl is not available on|tls is not available on",
      .pattern = "(?:ssl|tls) is not available on th(?:is|e) server",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 40 }, { CAUSE_TLS_MODE_MISMATCH, 30 } } },
    { .key = "tls is required|tls session is required|not offered|requested ssl level|tls required "
             "but|"
             "did not offer",
      .pattern = "tls is required,? but was not offered|tls session is required, but (?:the server "
                 ")?did not "
                 "offer|requested ssl level failed|tls(?: is)? required(?:[^.]|\\.\\b){0,30}(?:not "
                 "(?:offered|advertised|"
                 "supported|available)|unavailable)|did not offer tls",
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 46 },
                  { CAUSE_MAIL_ONLY_UNDER_TLS, -4 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, -14 } } },
    { .key = "starttls",
      .pattern = "starttls command failed|unrecogni[sz]ed command[^;]{0,8}starttls|starttls "
                 "failed: ?5\\d\\d",
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 40 },
                  { CAUSE_TLS_MODE_MISMATCH, 16 },
                  { CAUSE_EGRESS_PORT_BLOCKED, -16 },
                  { CAUSE_SERVER_DOWN, -16 },
                  { CAUSE_OTHER_NOT_RELAY, -16 } } },
    { .key = "xxxxxxx",
      .pattern = "\\b250[- ]X{6,}[AB]?\\b",
      .of_page = true,
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 34 }, { CAUSE_REDIRECTED_BY_NETWORK, 4 } } },

    /* --- nobody answers ------------------------------------------------------------------------------------- */
    { .key = "timed out|timed-out|timeout|time out|timedout|connected party did "
             "not|10060|openti|time-out|"
             "ti..ed",
      .pattern =
          "(?:timed|time) ?-?out while "
          "(?:connecting|trying|waiting)|connect(?:ion|ing|ed)?\\b[^;]{0,160}(?:timed[ "
          "-]?out|time[ "
          "-]?out)(?! ?[=:] ?\\d)|(?:operation|attempt|request) (?:has )?"
          "timed out|\\bconnect etimedout|etimedout|net::opentimeout|net::readtimeout|connected "
          "party did not "
          "(?:properly )?respond|\\b(?:winerror |error:? ?#?|socket error:? "
          "?#?)10060\\b|wsaetimedout|"
          "\\b10060\\b(?:[^.]|\\.\\b){0,40}(?:time|connect)|i/o "
          "timeout|sockettimeoutexception|connecttimeout|errno (?:110|"
          "60)\\b|\\(110\\)|timeout (?:error|expired|while (?:connecting|reading|waiting))|timed "
          "out (?:while|"
          "trying|waiting|connecting)|^timed out$|socket\\.timeout|timeouterror|execution "
          "expired|connection timeout|smtp response timeout|read timed out|deadline exceeded|"
          "the server (?:is not|isn't|did not|does not|didn't|has not) respond|not responding|"
          "no response from (?:the )?(?:smtp |mail )?server",
      .codes = CODE_NONE | CODE_4XX | CODE_421 | CODE_450 | CODE_451,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 38 },
                  { CAUSE_SERVER_DOWN, 32 },
                  { CAUSE_LOCAL_FIREWALL, 24 },
                  { CAUSE_IP_BANNED, 16 },
                  { CAUSE_TLS_MODE_MISMATCH, 8 } } },
    { .key = "refused",
      .pattern = "connect(?:ion)?\\b[^;.]{0,60}refused|actively refused|econnrefused|refusing smtp "
                 "connections|"
                 "refused (?:the connection|to connect|connection)|errno (?:111|61)\\b",
      .codes = CODE_NONE | CODE_4XX | CODE_421 | CODE_450 | CODE_451,
      .speaks = { { CAUSE_SERVER_DOWN, 40 },
                  { CAUSE_LOCAL_FIREWALL, 30 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 32 },
                  { CAUSE_IP_BANNED, 14 } } },
    { .key = "10061|10051|10065|10060|10053|10054",
      .pattern = "(?:winerror|wsa|socket error|error(?: code| number)?|errno)[ "
                 ":#=(]{1,3}(?:100(?:51|60|61|65))\\b|"
                 "\\(100(?:51|60|61|65)\\)",
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 24 },
                  { CAUSE_SERVER_DOWN, 24 },
                  { CAUSE_LOCAL_FIREWALL, 18 } } },
    { .key = "no route to host|unreachable|ehostunreach|enetunreach|unreachable host|noroutetohost|"
             "address not available|eaddrnotavail",
      .pattern =
          "no route to host|(?:network|host|destination)(?:[^.]|\\.\\b){0,12} (?:is )?unreachable|"
          "ehostunreach|enetunreach|unreachable (?:host|network)|noroutetohost|eaddrnotavail",
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 36 },
                  { CAUSE_SERVER_DOWN, 32 },
                  { CAUSE_LOCAL_FIREWALL, 30 },
                  { CAUSE_IPV6_DIFFERS, 24 } } },
    { .key = "unreachable|no route|enetunreach|ehostunreach|timed "
             "out|refused|etimedout|econnrefused|not available",
      .pattern =
          "(?:[0-9a-f]{1,4}:){2,7}[0-9a-f:]{1,40}[^;]{0,60}(?:unreachable|no route|not available)|"
          "(?:enetunreach|ehostunreach|eaddrnotavail) [0-9a-f]{1,4}:[0-9a-f:]{2,40}",
      .speaks = { { CAUSE_IPV6_DIFFERS, 30 } } },
    { .key = "permission denied|eacces|operation not permitted|eperm|10013|forbidden by its access|"
             "not allowed by|selinux|windows firewall|csf",
      .pattern =
          "connect(?:[^.;]|\\.\\b){0,100}(?:permission denied|operation not "
          "permitted|eacces|eperm)|(?:permission denied|"
          "operation not "
          "permitted|eacces|eperm)[^;]{0,40}(?:connect|socket|smtp|:(?:25|465|587)\\b)|\\b10013\\b|"
          "forbidden by its access permissions|smtp_block",
      .speaks = { { CAUSE_LOCAL_FIREWALL, 44 }, { CAUSE_EGRESS_PORT_BLOCKED, 20 } } },
    { .key =
          "connect|reach|open socket|could not open|cannot open|fsockopen|stream_socket_client|ope",
      .pattern =
          "(?:could not|cannot|can't|couldn't|unable to|failed to|failure to|not able to|was "
          "unable to) "
          "(?:connect|open (?:a )?(?:socket|connection|smtp)|reach|establish (?:a "
          ")?connection|contact|"
          "create (?:a )?connection|make a connection)(?! socket to tls| (?:to "
          ")?(?:via|using|with) (?:tls|ssl))|"
          "smtp connect\\(\\) failed|connection (?:to (?:the )?\\S{1,80} )?(?:could not be "
          "(?:established|made|opened)|"
          "failed|was lost|error|was (?:not|refused))|connecting to (?:[^.]|\\.\\b){1,100} "
          "failed|error "
          "connecting to|"
          "couldn't (?:open|make) (?:a )?connection|no connection could be made|unable to connect|"
          "mailconnectexception|smtpconnecterror|failed connecting|connection to server failed|"
          "cannot connect|could not open socket|unable to establish|wasn't able to "
          "establish|cannot open \\S{3,80}:"
          "(?:25|465|587|2525)\\b",
      .speaks = { { CAUSE_SERVER_DOWN, 26 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 27 },
                  { CAUSE_LOCAL_FIREWALL, 18 },
                  { CAUSE_TLS_MODE_MISMATCH, 14 },
                  { CAUSE_DNS_FAILURE, 8 } } },
    { .key = "connect failed|initialize smtp",
      .pattern = "(?<!ssl )\\bconnect failed|unable to initialize smtp",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 30 },
                  { CAUSE_SERVER_DOWN, 29 },
                  { CAUSE_TLS_MODE_MISMATCH, 22 },
                  { CAUSE_DNS_FAILURE, 14 } } },
    { .key = "cannot open",
      .pattern = "cannot open \\S{3,80}:(?:25|465|587|2525)\\b",
      .speaks = { { CAUSE_OTHER_NOT_RELAY, -40 } } },
    /* Oracle tells a connection that failed as a reply of its own */
    { .key = "ora-29278",
      .pattern = "ora-29278: smtp transient error: 421 service not available(?! ?[,;:(.])",
      .of_page = true,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 46 },
                  { CAUSE_SERVER_DOWN, 44 },
                  { CAUSE_LOCAL_FIREWALL, 34 },
                  { CAUSE_OTHER_NOT_RELAY, -20 },
                  { CAUSE_RATE_LIMITED, -20 } } },
    { .key = "ora-24247",
      .of_page = true,
      .speaks = { { CAUSE_LOCAL_FIREWALL, 60 },
                  { CAUSE_IP_BLOCKLISTED, -50 },
                  { CAUSE_CONTENT_REJECTED, -30 },
                  { CAUSE_OTHER_NOT_RELAY, -30 } } },
    { .key =
          "unexpectedly|lost its|lost connection|connection lost|connection dropped|connection "
          "reset|econnreset|reset by "
          "peer|"
          "forcibly closed|connection died|broken pipe|epipe|connection aborted|socket "
          "error|socketerror|"
          "closed the connection|connection closed|connection was closed|10054|10053|interrupted",
      .pattern =
          "lost connection with|connection (?:has been |was |is )?(?:unexpectedly )?"
          "(?:lost|dropped|reset|died|aborted|closed by|terminated)|lost its connection|"
          "unexpectedly (?:terminated|disconnected|dropped)|"
          "econnreset|reset by peer|forcibly closed|broken pipe|\\bepipe\\b|\\b1005[34]\\b|"
          "(?:server|host|peer) (?:has )?(?:unexpectedly |prematurely )?closed (?:the "
          ")?connection|connection closed "
          "by (?:the )?(?:foreign |remote )?(?:host|server|peer)|but connection died|socketerror",
      .codes = CODE_NONE | CODE_4XX | CODE_421 | CODE_450 | CODE_451,
      .speaks = { { CAUSE_SERVER_DOWN, 26 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 22 },
                  { CAUSE_IP_BANNED, 16 },
                  { CAUSE_TLS_MODE_MISMATCH, 17 },
                  { CAUSE_OTHER_NOT_RELAY, 10 } } },
    { .key = "timeout was reached|port may be blocked|could not be pinged",
      .pattern = "timeout was reached|(?:outbound )?port may be blocked|could not be pinged",
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 46 }, { CAUSE_IP_BLOCKLISTED, -20 } } },
    { .key = "0x800ccc|0x80042",
      .pattern = "0x800ccc(?:0[be f]|1[1-5]|19|4[0-5]|67)\\b|0x8004210[89ab]\\b",
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 34 },
                  { CAUSE_SERVER_DOWN, 30 },
                  { CAUSE_TLS_MODE_MISMATCH, 20 },
                  { CAUSE_LOCAL_FIREWALL, 22 } } },
    { .enhanced = "4.4.1|4.4.316|4.4.317|5.4.316|5.4.317|4.4.2",
      .hops = 1u << HOP_NONE | 1u << HOP_CLIENT | 1u << HOP_SUBMISSION,
      .codes = CODE_NONE | CODE_4XX | CODE_421 | CODE_450 | CODE_451 | CODE_550,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 24 }, { CAUSE_SERVER_DOWN, 26 } } },
    { .key = "mail service|mailserver|outgoing|smtp",
      .pattern = "connecting to outgoing server|outgoing (?:mail "
                 ")?server(?:[^.]|\\.\\b){0,80}(?:failed|timed "
                 "out|unavailable|not "
                 "respond)|server may be unavailable|(?:smtp|mail|outgoing) server (?:\\S{1,60} "
                 ")?(?:is )?(?:unavailable|"
                 "unreachable|down|offline|not available|not reachable)|cannot send message using "
                 "the server|"
                 "failed to connect to mailserver|connection to the outgoing server",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 26 },
                  { CAUSE_SERVER_DOWN, 28 },
                  { CAUSE_TLS_MODE_MISMATCH, 12 } } },
    /* PHPMailer's, in any language */
    { .key = "smtp connect",
      .pattern = "smtp connect ?\\(\\)(?! failed)",
      .speaks = { { CAUSE_SERVER_DOWN, 26 },
                  { CAUSE_EGRESS_PORT_BLOCKED, 27 },
                  { CAUSE_LOCAL_FIREWALL, 16 },
                  { CAUSE_TLS_MODE_MISMATCH, 16 } } },
    /* Erlang's gen_smtp names failures by atoms */
    { .key = "network_failure|retries_exceeded",
      .pattern = "network_failure" GAP(80) "(?:timeout|closed|econn|ehostunr|enetunr)",
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 34 },
                  { CAUSE_SERVER_DOWN, 32 },
                  { CAUSE_TLS_MODE_MISMATCH, 26 } } },
    { .key = "missing_requirement",
      .pattern = "missing_requirement" GAP(80) "\\btls\\b",
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 42 }, { CAUSE_TLS_MODE_MISMATCH, 36 } } },
    { .key = "タイムアウト|超时|逾時|超時|응답|応答が|没有响应|無回應|未响应",
      .pattern = "タイムアウト|超时|逾時|超時|응답(?:이|하지) "
                 "?(?:없|않)|応答が?(?:ありません|ない)|没有响应|無回應|未响应",
      .codes = CODE_NONE | CODE_4XX | CODE_421,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 30 }, { CAUSE_SERVER_DOWN, 26 } } },
    /* any language */
    { .key = STEM_CONNECTION,
      .pattern = NEAR(STEM_CONNECTION, STEM_FAILS "|" STEM_REFUSED "|" STEM_TIMEOUT, 120),
      .codes = CODE_NONE | CODE_4XX | CODE_421,
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 32 },
                  { CAUSE_SERVER_DOWN, 30 },
                  { CAUSE_LOCAL_FIREWALL, 12 },
                  { CAUSE_TLS_MODE_MISMATCH, 8 } } },
    { .key = "starttls",
      .pattern = "starttls" GAP(
          120) "(?:" STEM_FAILS "|" STEM_SUPPORT "|nicht angibt|n'annonce pas|no anuncia|"
               "não anuncia|не объявля|не предлага|niet aan)|(?:" STEM_FAILS ")" GAP(90) "starttls",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_STARTTLS_STRIPPED, 38 },
                  { CAUSE_TLS_MODE_MISMATCH, 24 },
                  { CAUSE_EGRESS_PORT_BLOCKED, -10 },
                  { CAUSE_SERVER_DOWN, -10 } } },
    /* the address is shut out for what it did before */
    { .key = "banned|fail2ban|too many failed|too many bad|too many auth|failed "
             "login|authentication failures|"
             "temporarily blocked|invalid logon",
      .pattern =
          "\\b(?:ip|address|host|you(?:r)?)\\b(?:[^.]|\\.\\b){0,40}\\bbanned\\b|fail2ban|too many "
          "(?:failed|bad|invalid|"
          "unsuccessful|incorrect) (?:log-?[io]ns?|log ?ins?|auth[a-z]*|attempts|logon)|too many "
          "auth(?:entication)? (?:failures|errors)|(?:failed "
          "(?:login|authentication)s?|authentication "
          "failures)(?:[^.]|\\.\\b){0,60}(?:ip|address|host)(?:[^.]|\\.\\b){0,20}(?:block|ban)|(?:"
          "ip|address|host)(?:[^.]|\\.\\b){0,"
          "60}block(?:[^.]|\\.\\b){0,60}"
          "(?:failed log|auth)",
      .speaks = { { CAUSE_IP_BANNED, 34 },
                  { CAUSE_WRONG_CREDENTIALS, 12 },
                  { CAUSE_RATE_LIMITED, 16 },
                  { CAUSE_IP_BLOCKLISTED, -4 } } },
    { .key = "port 25|outbound|direct",
      .pattern = "(?:outbound|outgoing) (?:port 25|smtp)(?:[^.]|\\.\\b){0,40}(?:block|restrict|not "
                 "allowed|disabled)|port 25(?:[^.]|\\.\\b)"
                 "{0,30}(?:is |are )?(?:blocked|restricted|filtered)",
      .speaks = { { CAUSE_EGRESS_PORT_BLOCKED, 34 } } },

    /* --- names that are not found --------------------------------------------------------------------------- */
    { .key = "getaddrinfo|query|enotfound|eai_again|edns|gaierror|unknownhost|name or service|name "
             "resolution|"
             "no such host|name service error|host unknown|resolve|nodename|not known|host not "
             "found|11001|"
             "couldn't find any host|cannot locate host|bad hostname|host lookup|name "
             "server|dns|lookup|"
             "no mail hosts|non-existent host|nonexistent|existant|existent|0x800ccc0d|domain name "
             "not found|"
             "hostname|unknown host|server is unknown|cannot find|no data of requested|server "
             "misbehaving|"
             "nxdomain|servfail|no mx|mx record|look up|no address|gethostbyname|unresolvedaddress|"
             "resolution|resolving|requested type|invalid host",
      .pattern =
          "getaddrinfo|\\benotfound\\b|eai_(?:again|noname|nodata|fail)|\\bedns\\b|gaierror|"
          "unknownhostexception|name or service not known|"
          "temporary failure in name resolution|no such host (?:is )?known|no such "
          "host\\b|name service error|"
          "host unknown|(?:could ?n[o']?t|cannot|can't|unable to|failed to|failure "
          "to|not|never|cannot be|could not be) (?:be )?"
          "(?:resolve[d]?|locate host|look ?up)\\b|nodename nor servname|\\bhost (?:or "
          "domain name )?not found\\b|\\b11001\\b|"
          "couldn't find any host|cannot locate host|bad hostname|host lookup did not "
          "complete|host name lookup "
          "fail|name server: |dns (?:query|lookup|resolution|error|failure|server|server "
          "failure|domain)(?:[^.]|\\.\\b){0,30}(?:fail|error|"
          "not exist|timed? ?out|refused|nxdomain)|dns (?:error|failure)|no mail hosts for "
          "domain|non-exist[ea]nt (?:host|domain)|"
          "0x800ccc0d\\b|unknown host|outgoing server(?:[^.]|\\.\\b){0,60} is unknown|unknown "
          "(?:smtp "
          "|mail )?(?:host|server name)|"
          "server misbehaving|\\bnxdomain\\b|\\bservfail\\b|cname lookup failed|hostname "
          "(?:not found|lookup|cannot be|could not)|"
          "cannot find (?:the )?(?:host|server)\\b|no (?:dns|address|mx) record|name "
          "resolution|query[a-z]{0,5} "
          "e(?:timeout|servfail|refused|connrefused|notfound|nodata)|lookup \\S{1,80}(?: on "
          "\\S{1,60})?: |"
          "all relevant MX records point to non-existent|no valid "
          "(?:mx|hosts)|php_network_getaddresses|"
          "gethostbyname failed|unresolvedaddressexception|error resolving|(?:dns|name|host ?name) "
          "resolution (?:error|failed|failure)|no data of the requested type|\\binvalid host: |"
          "wsahost_not_found|nameresolutionfailure|smtp host (?:[^.]|\\.\\b){1,60}not found|domain "
          "(?:name )?(?:does not exist|not found in dns)",
      .codes = CODE_NONE | CODE_4XX | CODE_451 | CODE_550 | CODE_5XX | CODE_554 | CODE_450,
      .speaks = { { CAUSE_DNS_FAILURE, 44 },
                  { CAUSE_SERVER_DOWN, -10 },
                  { CAUSE_EGRESS_PORT_BLOCKED, -10 } } },
    /* the same words of a client that is looked at, or of a sender: another trouble */
    { .enhanced = "4.4.3|5.4.4|4.4.4|5.4.310|5.4.312|4.4.312",
      .speaks = { { CAUSE_DNS_FAILURE, 20 }, { CAUSE_RECIPIENT_UNKNOWN, 2 } } },
    { .key = STEM_UNKNOWN,
      .pattern = "(?:" STEM_SERVER ")(?:(?!" STEM_RECIPIENT
                 ")(?:[^.;]|\\.\\b)){0,60}(?:" STEM_UNKNOWN
                 ")|(?:找不到|未知)(?:[^.;]|\\.\\b){0,20}(?:伺服器|服务器|主机|主機)",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_DNS_FAILURE, 30 } } },
    { .key = "mx lookup|lookup of mx|mx resolution|mx resolver",
      .pattern = "(?:failure|error|failed|problem) (?:in|of|with|at) (?:the )?mx lookup|mx "
                 "(?:lookup|resolution)" GAP(30) "(?:fail|error|timed? ?out)",
      .speaks = { { CAUSE_DNS_FAILURE, 44 }, { CAUSE_OTHER_NOT_RELAY, -30 } } },
    /* a server's word about itself, not about DNS */
    { .key = "domain at this|domain here|domain on this|domain is not hosted|domain not hosted",
      .pattern = "no such domain (?:here|(?:at|on) this)|unknown domain (?:here|(?:at|on) "
                 "this)|domain (?:is )?not hosted",
      .speaks = { { CAUSE_DOMAIN_NOT_CONFIGURED, 40 }, { CAUSE_DNS_FAILURE, -40 } } },
    { .key = "be found",
      .pattern =
          "(?:smtp|mail|outgoing) server (?:\\S{1,80} )?(?:cannot|could not|can't|couldn't) be "
          "found",
      .codes = CODE_NONE,
      .speaks = { { CAUSE_DNS_FAILURE, 40 } } },
    { .key = "find a gateway",
      .pattern = "could not find a gateway for",
      .speaks = { { CAUSE_DNS_FAILURE, 34 } } },
    { .key = "mail exchanger failed",
      .pattern = "connection to (?:the )?mail exchanger failed",
      .speaks = { { CAUSE_SERVER_DOWN, 34 }, { CAUSE_EGRESS_PORT_BLOCKED, 28 } } },
    /* Gmail's card, under a heading that speaks of the address */
    { .key = "because the domain|weil die domain|car le domaine|porque el dominio|perché il "
             "dominio|porque o domínio",
      .pattern = "because the domain \\S+ (?:couldn't|could not|wasn't) (?:be )?found|weil die "
                 "Domain \\S+ nicht gefunden|"
                 "car le domaine \\S+ (?:est introuvable|n'a pas)|porque no se (?:ha "
                 ")?(?:encontr|pudo encontrar).{0,10}dominio|"
                 "porque el dominio \\S+ no|perché il dominio \\S+ non|porque o domínio \\S+ não",
      .speaks = { { CAUSE_DNS_FAILURE, 60 }, { CAUSE_RECIPIENT_UNKNOWN, -20 } } },
    { .key = "null mx|nullmx|no smtp service|does not accept mail",
      .pattern = "\\bnull ?mx\\b|indicated no SMTP service|does not accept (?:any )?mail \\(",
      .speaks = { { CAUSE_DNS_FAILURE, 26 } } },
    /* --- another server than the one meant ------------------------------------------------------------------ */
    { .key = "websitewelcome|secureserver|unifiedlayer|hostgator|bluehost|did not match expected",
      .pattern =
          "did not match expected "
          "CN=[`'\"](?:smtp\\.gmail|smtp\\.office365|smtp\\.mail\\.yahoo|smtp-mail\\.outlook|"
          "smtp\\.sendgrid|smtp\\.zoho)|certificate is valid for "
          "[^;]{0,200}(?:websitewelcome|secureserver|unifiedlayer|"
          "hostgator|bluehost)[^;]{0,200}, not smtp\\.",
      .speaks = { { CAUSE_REDIRECTED_BY_NETWORK, 34 } } },
};
const struct explain_rows ROWS_PATH = EXPLAIN_ROWS(ROWS);
