/* SPDX-License-Identifier: ISC */
/*
 * explain/stems.h - beginnings of words in many languages, for texts of mail programs that speak to people
 * Owns    lists of stems, "|" between, in lower case: usable as a key and inside a pattern alike. Where a stem is part
 *         of a word of another meaning, what stands beside it decides (see the rows that use them).
 */
#ifndef BATON_EXPLAIN_STEMS_H
#define BATON_EXPLAIN_STEMS_H

/* A gap within a sentence: a full stop may stand in it where a letter follows, as in a host name. */
#define GAP(octets) "(?:[^.;]|\\.\\b){0," #octets "}?"

/* One of a and one of b in a sentence, in either order. */
#define NEAR(a, b, octets)                                                                         \
    "(?(DEFINE)(?<a>" a ")(?<b>" b "))(?:(?&a)" GAP(octets) "(?&b)|(?&b)" GAP(octets) "(?&a))"

/* logging in, proving who one is */
#define STEM_LOGIN                                                                                                                        \
    "authenti|autenti|autentifi|uwierzytel|аутентиф|автентиф|авториз|autoriz|удостовер|autentik|"         \
    "todenn|tunnistau|hitelesít|ověřen|overen|overiť|mirëfilltës|kimlik doğrula|xác thực|认证|"                               \
    "身份验证|驗證|認證|認証|인증|anmeld|inlogg|aanmeld|inlogg|logowan|iniciar sesi|tapatumo|"                                \
    "autentifik|πιστοποίησ|ταυτοποίησ|אימות|المصادقة|ログイン|登录|登入|로그인|autorizācij|" \
    "autentsus|autentimi|godkjenn|godkend|удостоверяв|overit|otentikasi|autentikasi|ยืนยันตัว|احراز "   \
    "هویت|מזהה|कर सका"

/* a password, or the ticket that stands for it */
#define STEM_PASSWORD                                                                                       \
    "passwor|passwör|kennwor|mot de passe|mots de "                                                        \
    "passe|contraseñ|contrasinal|senha|palavra-passe|"                                                     \
    "palavras-passe|wachtwoord|hasło|haseł|hasła|парол|lösenord|passord|adgangskod|salasan|heslo|" \
    "hesla|hesel|jelszó|parol|şifre|mật "                                                               \
    "khẩu|密码|密碼|パスワード|비밀번호|암호|slaptažod|fjalëkalim|"                      \
    "pasahitz|kerberos|gssapi|κωδικ"

/* a connection */
#define STEM_CONNECTION                                                                                       \
    "verbindung|verbinden|connexion|connecter|conexi|conectar|conexã|conexao|connession|"                    \
    "connetter|"                                                                                              \
    "collegament|ligação|ligar "                                                                            \
    "ao|verbinding|połącz|соедин|подключ|з'єдн|з’єдн|підключ|připoj|pripoj|" \
    "spojen|spojit|spojiť|csatlako|kapcsolat|kapcsolód|yhtey|yhdist|anslut|tilkobl|koble til|"              \
    "forbindel|bağlan|kết nối|连接|連線|連接|接続|연결|spajanj|spajati|veza "                  \
    "|povez|conectare|conexiun|"                                                                              \
    "σύνδεσ|συνδε|חיבור|prisijung|ryšys|konektu|connexi|접속|savienojum|ühendus|koneksi|" \
    "terhubung|sambung|เชื่อมต่อ|اتصال|الاتصال|повърз|свърз|vzpostav"

/* that something did not come about */
#define STEM_FAILS                                                                                                                                            \
    "fehlgeschlagen|gescheitert|schlug fehl|kann nicht|konnte nicht|können nicht|konnten "                                                                   \
    "nicht|kann keine|konnte keine|kon geen|kan geen|"                                                                                                        \
    "nicht möglich|nicht hergestellt|nicht akzeptiert|verloren|unterbrochen|échou|échec|impossib|"                                                         \
    "interromp|imposib|posíbel|no se pud|no se pue|no pud|no ha pod|não foi possível|nao foi "                                                             \
    "possivel|"                                                                                                                                               \
    "fallid|fallad|falló|falhou|falha|perdeu|perdid|interrump|no fue posible|non riuscit|non è "                                                            \
    "stato possibile|"                                                                                                                                        \
    "fallit|persa|mislukt|kan niet|kon niet|verbroken|nie powiod|nie udało|nie można|przerwan|"                                                             \
    "не удал|не удаё|не удает|неудач|не "                                                                                          \
    "мож|ошибк|сбой|прерван|потерян|разорван|неможлив|помилк|не вдал|перерван|"                 \
    "sikertelen|nem sikerült|megszak|selhal|nezda|nepoda|nelze|zlyha|přeruš|preruš|epäonnist|ei "                                                        \
    "onnist|katke|"                                                                                                                                           \
    "misslyck|kunde inte|mislyk|kunne ikke|klarte ikke|avbrut|avbrudt|không thể|thất bại|bị "                                                        \
    "ngắt|eșua|"                                                                                                                                           \
    "nu se poate|nu a "                                                                                                                                       \
    "putut|başarısız|kurulamad|edilemed|失败|失敗|错误|錯誤|出错|无法|無法|不能|中断|中斷|断开|"                                     \
    "エラー|できません|できない|ませんでした|切断|실패|오류|할 수 없|끊|nije uspje|nije "                                         \
    "uspel|nije moguće|prekinut|"                                                                                                                            \
    "nepavyko|nutrūko|apmislu|αποτυχ|απέτυχ|δεν ήταν δυνατ|נכשל|neizdev|nevar |ei suutnud|ei "                                   \
    "saanud|ebaõnnest|neuspje|neuspeš|ni uspel|ni mogoče|gagal|tidak "                                                                                     \
    "dapat|ไม่สามารถ|ล้มเหลว|ناموفق|نشد|فشل|تعذر|לא ניתן|неуспеш|zakończone niepowodz|no s'ha " \
    "pogut|no ha estat poss|não conseguiu|nie dało"

/* that somebody did not want it */
#define STEM_REFUSED                                                                                                                \
    "abgelehnt|verweiger|lehnt |zurückgewiesen|refus|rechaz|recus|rifiut|geweiger|odrzuc|odmow|"                                   \
    "отказ|отклон|отверг|відхил|відмов|odmít|odmiet|elutas|visszautas|avvis|nekad|nægt|reddet|từ " \
    "chối|拒绝|"                                                                                                                \
    "拒絕|拒否|거부|odbija|respins"

/* that it took too long */
#define STEM_TIMEOUT                                                                                          \
    "zeitüber|ablaufzeit|timeout|time-out|délai|temps "                                                     \
    "imparti|expir|agotad|esgotad|esgotou|scadut|tempo |"                                                     \
    "verlopen|przekroc|upłyn|limit czasu|превыш|истек|истёк|врем|перевищ|час " \
    "очік|vypršel|vypršal|časový|"                                                                    \
    "prekroč|időtúl|túllép|aikakatk|tidsgräns|tidsavb|zaman aşım|hết thời gian|quá thời gian|" \
    "超时|逾時|超時|タイムアウト|시간 초과|시간초과|isteklo|istekla|isteka"

/* a machine that mail is handed to */
#define STEM_SERVER                                                                                     \
    "server|servidor|serveur|servitor|сервер|serwer|szerver|kiszolgál|palvelin|palvelim|sunucu|" \
    "máy chủ|"                                                                                       \
    "伺服器|服务器|サーバ|서버|διακομιστ|hostname|rechner|hôte|anfitrión|host "

/* that nobody knows it, or that it is not found */
#define STEM_UNKNOWN                                                                                                 \
    "unbekannt|inconnu|desconoc|desconhec|descoñec|sconosciut|onbekend|nieznan|неизвест|невідом|"    \
    "neznám|nepoznat|"                                                                                              \
    "ismeretlen|tuntemat|okänd|ukjent|ukendt|bilinm|không xác định|không biết|không "                      \
    "rõ|未知|不明|알 수 없|necunoscut|"                                                                      \
    "nicht gefunden|introuvable|no se encontr|no se ha encontr|não encontr|não foi encontr|non "                   \
    "trovat|niet gevonden|"                                                                                          \
    "nie znalez|не найден|не знайд|nenalez|nenájd|nem talál|ei löyd|hittades inte|ikke funn|ikke " \
    "fund|bulunam|không tìm thấy|"                                                                               \
    "找不到|見つかりま|찾을 수 없|nicht aufgelöst|nežinom|άγνωστ"

/* that something is not among what it can do, or does not let one do */
#define STEM_SUPPORT                                                                                                     \
    "unterstütz|erlaubt|supporte|prend pas en "                                                                         \
    "charge|autorise|soporta|admite|admit|permite|suporta|suporte|"                                                      \
    "consente|ondersteun|staat "                                                                                         \
    "geen|toegestaan|obsługuj|zezwala|поддержив|разреша|підтрим|дозволя|podporuj|podpor|" \
    "povol|támogat|tue |salli|stöd|tillåt|støtt|tillat|tillad|understøt|destekle|izin ver|hỗ "                    \
    "trợ|cho phép|支持|支援|允许|"                                                                              \
    "允許|サポート|対応し|許可|지원|허용|acceptă|podržava|dozvoljava|palaiko|neleidžia|mbulon|"        \
    "lejon"

/* a certificate */
#define STEM_CERTIFICATE                                                                                              \
    "zertifikat|certificat|certificado|certyfikat|сертифікат|сертификат|certifik|tanúsítvány|" \
    "varmenn|sertifika|"                                                                                              \
    "chứng chỉ|chứng nhận|证书|憑證|証明書|인증서|πιστοποιητικ"

/* whoever a message is for, and its mailbox: beside an "unknown" it is another trouble */
#define STEM_RECIPIENT                                                                                                                    \
    "benutzer|empfäng|postfach|user|recipient|mailbox|utilisat|destinat|usuari|utent|casella|"                                           \
    "gebruiker|ontvang|"                                                                                                                  \
    "użytkown|odbior|adres|пользоват|получат|ящик|адрес|користув|uživat|příjem|használó|címzett|" \
    "käyttäj|vastaanott|"                                                                                                               \
    "användare|mottag|bruker|modtag|kullanıcı|alıcı|người "                                                                       \
    "nhận|用户|收件|使用者|ユーザ|宛先|사용자|수신"
#endif
