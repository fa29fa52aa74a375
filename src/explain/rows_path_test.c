/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_path_test.c - names, ports, encryption, certificates, silence
 */
#include "explain/rows_cases.h"

#define SAYS(words, cause)                                                                         \
    {                                                                                              \
        .text = (words), .want = CAUSE_##cause                                                     \
    }
#define NOT(words, family)                                                                         \
    {                                                                                              \
        .text = (words), .never = FAMILY_##family, .not_family = true                              \
    }

static const struct rows_case CERTIFICATES[] = {
    SAYS("certificate verify failed: self-signed certificate (_ssl.c:1006)",
         CERTIFICATE_SELF_SIGNED),
    SAYS("Error: self signed certificate\n  code: 'DEPTH_ZERO_SELF_SIGNED_CERT'",
         CERTIFICATE_SELF_SIGNED),
    SAYS("certificate verification failed for mail.example.org[192.0.2.1]:25: self-signed "
         "certificate",
         CERTIFICATE_SELF_SIGNED),
    SAYS("smtp: x509: certificate signed by unknown authority", CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid "
         "certification path "
         "to requested target",
         CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("msmtp: TLS certificate verification failed: the certificate hasn't got a known issuer",
         CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("Error: unable to verify the first certificate\n  code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'",
         CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("smtp://mail.example.org: curl: (60) SSL certificate problem: unable to get local issuer "
         "certificate",
         CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("Trust anchor for certification path not found.", CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("certificate verify failed: certificate has expired", CERTIFICATE_EXPIRED),
    SAYS("smtp: x509: certificate has expired or is not yet valid: current time "
         "2026-01-02T03:04:05Z is "
         "after "
         "2025-12-01T00:00:00Z",
         CERTIFICATE_EXPIRED),
    SAYS("smtp: x509: certificate has expired or is not yet valid: current time "
         "2026-01-02T03:04:05Z is "
         "before "
         "2026-12-01T00:00:00Z",
         CERTIFICATE_NOT_YET_VALID),
    SAYS("certificate verify failed: certificate is not yet valid", CERTIFICATE_NOT_YET_VALID),
    SAYS("Hostname mismatch, certificate is not valid for 'mail.example.org'.",
         CERTIFICATE_WRONG_NAME),
    SAYS("smtp: x509: certificate is valid for www.example.net, not mail.example.org",
         CERTIFICATE_WRONG_NAME),
    SAYS("Hostname/IP does not match certificate's altnames: Host: mail.example.org. is not in the "
         "cert's altnames",
         CERTIFICATE_WRONG_NAME),
    SAYS("No subject alternative DNS name matching mail.example.org found.",
         CERTIFICATE_WRONG_NAME),
    SAYS("Peer certificate CN=`www.example.net' did not match expected CN=`mail.example.org'",
         CERTIFICATE_WRONG_NAME),
    SAYS("The host name did not match the name given in the server's SSL certificate.",
         CERTIFICATE_WRONG_NAME),
    SAYS("Das Zertifikat von mail.example.org ist abgelaufen", CERTIFICATE_EXPIRED),
    SAYS(
        "Jan  2 03:04:05 pc postfix/smtp[7]: warning: TLS library problem: 7:error:14090086:SSL "
        "routines:"
        "SSL3_GET_SERVER_CERTIFICATE:certificate verify failed:s3_clnt.c:894:\n"
        "Jan  2 03:04:05 pc postfix/smtp[7]: A1B2C3D4E5: to=<a@example.org>, "
        "relay=mail.example.org[192.0.2.1]:587, "
        "delay=1, delays=0/0/1/0, dsn=4.7.5, status=deferred (Cannot start TLS: handshake failure)",
        CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("Connection error: invalid peer certificate: certificate not valid for name "
         "\"mail.example.org\"",
         CERTIFICATE_WRONG_NAME),
    { .text = "Connection error: invalid peer certificate: Other(7)",
      .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    NOT("Connection error: invalid peer certificate: Other(7)", PORT_BLOCKED_OR_TIMEOUT),
    NOT("Unable to connect to SMTP server mail.example.org: certificate verify failed",
        PORT_BLOCKED_OR_TIMEOUT),
    SAYS("gen_smtp {tls_alert,{handshake_failure,\"Fatal - Handshake Failure "
         "{bad_cert,hostname_check_failed}\"}}",
         CERTIFICATE_WRONG_NAME),
    SAYS("gen_smtp {tls_alert,{handshake_failure,\"Fatal - Handshake Failure "
         "{bad_cert,selfsigned_peer}\"}}",
         CERTIFICATE_SELF_SIGNED),
    SAYS("{error,retries_exceeded,{temporary_failure,\"mail.example.org\",tls_failed}}",
         CERTIFICATE_UNKNOWN_ISSUER),
    { .text = "Mail: The certificate for this server is invalid.",
      .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    NOT("Mail: Unable to connect: TLS not available", CERTIFICATE_PROBLEM),
    SAYS("smtp: CFNetwork SSLHandshake failed (-9807)", CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("smtp: CFNetwork SSLHandshake failed (-9814)", CERTIFICATE_EXPIRED),
    SAYS("smtp: CFNetwork SSLHandshake failed (-9843)", CERTIFICATE_WRONG_NAME),
    SAYS("smtp: SSSLERR_PEER_CERT_UNTRUSTED", CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("smtp: SSSLERR_SERVER_CERT_MISMATCH", CERTIFICATE_WRONG_NAME),
    SAYS("smtp: NIEHOST_UNKNOWN", DNS_FAILURE),
    { .text = "smtp: NIECONN_REFUSED", .also = CAUSE_SERVER_DOWN },
    SAYS("Mail: the SMTP server cannot be found", DNS_FAILURE),
    { .text = "smtp: No certificates could be verified", .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    SAYS("ORA-29024: Certificate validation failure\nORA-06512: at \"SYS.UTL_SMTP\", line 1",
         CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("ORA-28759: failure to open file\nORA-06512: at \"SYS.UTL_SMTP\", line 1",
         CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("ORA-24263: Certificate of the remote server does not match the target address.\n"
         "ORA-06512: at \"SYS.UTL_SMTP\", line 1",
         CERTIFICATE_WRONG_NAME),
    { .text = "Mail: certificate error", .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    SAYS("smtp: x509: certificate has expired or is not yet valid", CERTIFICATE_EXPIRED),
    SAYS("msmtp: TLS certificate verification failed: the certificate fingerprint does not match",
         CERTIFICATE_UNKNOWN_ISSUER),
    { .text = "454 4.7.0 TLS not available due to local problem",
      .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    { .text = "postfix/smtpd[7]: warning: cannot load RSA certificate and key data",
      .want = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    { .text = "smtp: x509: certificate is valid for *.websitewelcome.com, not smtp.gmail.com",
      .also = CAUSE_REDIRECTED_BY_NETWORK },
    SAYS("lettre: smtp: invalid peer certificate: UnknownIssuer", CERTIFICATE_UNKNOWN_ISSUER),
    SAYS("lettre: smtp: invalid peer certificate: NotValidForName", CERTIFICATE_WRONG_NAME),
    SAYS("lettre: smtp: invalid peer certificate: Expired", CERTIFICATE_EXPIRED),
    { .text = "jakarta.mail.MessagingException: Could not convert socket to TLS\n  nested "
              "exception is:\n"
              "javax.net.ssl.SSLHandshakeException: No subject alternative names present",
      .want = CAUSE_CERTIFICATE_WRONG_NAME },
    { .text = "smtp: Unable to connect with STARTTLS: stream_socket_enable_crypto(): SSL operation "
              "failed with code 1. "
              "OpenSSL Error messages:\nerror:0A000086:SSL routines::certificate verify failed",
      .want = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    /* it does not say why */
    { .text = "The remote certificate is invalid according to the validation procedure.",
      .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    { .text = "Server certificate not trusted", .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    { .text = "Сертификат сервера mail.example.org недействителен",
      .also = CAUSE_CERTIFICATE_UNKNOWN_ISSUER },
    /* it was only looked at */
    NOT("Untrusted TLS connection established to mail.example.org[192.0.2.1]:25: TLSv1.3",
        CERTIFICATE_PROBLEM),
    NOT("X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no: SMTP error from remote mail server after RCPT "
        "TO:<a@example.org>: "
        "550 relay not permitted",
        CERTIFICATE_PROBLEM),
    NOT("554 5.7.0 A valid client certificate is required", CERTIFICATE_PROBLEM),
    NOT("550 5.7.1 The domain registration has expired", CERTIFICATE_PROBLEM),
};

static const struct rows_case TLS[] = {
    SAYS("error:0A00010B:SSL routines:ssl3_get_record:wrong version number", TLS_MODE_MISMATCH),
    SAYS("error:1408F10B:SSL routines:SSL3_GET_RECORD:wrong version number", TLS_MODE_MISMATCH),
    SAYS("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)", TLS_MODE_MISMATCH),
    SAYS("error:140770FC:SSL routines:SSL23_GET_SERVER_HELLO:unknown protocol", TLS_MODE_MISMATCH),
    SAYS("tls: first record does not look like a TLS handshake", TLS_MODE_MISMATCH),
    SAYS("javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?",
         TLS_MODE_MISMATCH),
    SAYS("The handshake failed due to an unexpected packet format.", TLS_MODE_MISMATCH),
    SAYS("Cannot determine the frame size or a corrupted frame was received.", TLS_MODE_MISMATCH),
    SAYS("msmtp: TLS handshake failed: An unexpected TLS packet was received.", TLS_MODE_MISMATCH),
    SAYS("Could not connect to SMTP host: mail.example.org, port: 465, response: -1",
         TLS_MODE_MISMATCH),
    SAYS("Unable to send email to smtps://mail.two.example:465: Timeout was reached",
         EGRESS_PORT_BLOCKED),
    SAYS("smtp: the issuer certificate of a locally looked up certificate could not be found",
         CERTIFICATE_UNKNOWN_ISSUER),
    NOT("Error: Invalid greeting from server:\n421 mx.two.example you talk too soon",
        WRONG_PORT_OR_TLS_MODE),
    SAYS("Error: Greeting never received\n  code: 'ETIMEDOUT', command: 'CONN'", TLS_MODE_MISMATCH),
    SAYS("CLIENT wrappermode (port smtps/465) is unimplemented", TLS_MODE_MISMATCH),
    SAYS("Expected response code 220 but got code \"\", with message \"\"", TLS_MODE_MISMATCH),
    SAYS("Error number: 0x800CCC7D", TLS_MODE_MISMATCH),
    SAYS("Unable to read data from the transport connection: net_io_connectionclosed.",
         TLS_MODE_MISMATCH),
    { .text = "Net::ReadTimeout with #<TCPSocket:(closed)> of smtp",
      .also = CAUSE_TLS_MODE_MISMATCH },
    SAYS("smtp.example.org:465: smtplib.SMTPServerDisconnected: Connection unexpectedly closed",
         TLS_MODE_MISMATCH),
    SAYS("sSMTP[7]: Invalid response SMTP Server (STARTTLS)", TLS_MODE_MISMATCH),
    SAYS("smtp: stream_socket_client(): Failed to enable crypto", TLS_MODE_MISMATCH),
    SAYS("Your mail server does not support the connection encryption type you have specified.",
         TLS_MODE_MISMATCH),
    { .text = "smtp: EOF occurred in violation of protocol (_ssl.c:997)",
      .also = CAUSE_TLS_MODE_MISMATCH },
    { .text = "postfix/smtpd[7]: SSL_accept error from unknown[192.0.2.1]: -1",
      .also = CAUSE_TLS_VERSION_OR_CIPHER },
    { .text = "smtp: TLS handshake failed", .also = CAUSE_TLS_MODE_MISMATCH },
    SAYS("error:14094410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure",
         TLS_VERSION_OR_CIPHER),
    SAYS("error:1417A0C1:SSL routines:tls_post_process_client_hello:no shared cipher",
         TLS_VERSION_OR_CIPHER),
    SAYS("error:0A000102:SSL routines::unsupported protocol", TLS_VERSION_OR_CIPHER),
    SAYS("No appropriate protocol (protocol is disabled or cipher suites are inappropriate)",
         TLS_VERSION_OR_CIPHER),
    SAYS("error:141A318A:SSL routines:tls_process_ske_dhe:dh key too small", TLS_VERSION_OR_CIPHER),
    SAYS("tls: server selected unsupported protocol version 301", TLS_VERSION_OR_CIPHER),
    SAYS("The client and server cannot communicate, because they do not possess a common algorithm",
         TLS_VERSION_OR_CIPHER),
    SAYS("unsafe legacy renegotiation disabled", TLS_VERSION_OR_CIPHER),
    SAYS("Received fatal alert: protocol_version", TLS_VERSION_OR_CIPHER),
    SAYS("TLS is required, but was not offered by host mail.example.org[192.0.2.1]",
         STARTTLS_STRIPPED),
    SAYS("smtp: {:missing_requirement, \"mail.example.org\", :tls}", STARTTLS_STRIPPED),
    SAYS("STARTTLS command failed: Unrecognized command 'STARTTLS'", STARTTLS_STRIPPED),
    SAYS("Die Verbindung mit dem SMTP-Server mail.example.org kann nicht mit STARTTLS aufgebaut "
         "werden",
         STARTTLS_STRIPPED),
    SAYS("STARTTLS extension not supported by server.", STARTTLS_STRIPPED),
    SAYS("msmtp: the server does not support TLS via the STARTTLS command", STARTTLS_STRIPPED),
    SAYS("STARTTLS is required but host does not support STARTTLS", STARTTLS_STRIPPED),
    SAYS("The SMTP server does not support the STARTTLS extension.", STARTTLS_STRIPPED),
    SAYS("Unable to establish a secure link with Outgoing server (SMTP) mail.example.org using "
         "STARTTLS since it "
         "doesn't advertise that feature.",
         STARTTLS_STRIPPED),
    SAYS("<- 250-mail.example.org\n<- 250-XXXXXXXA\n<- 250 HELP", STARTTLS_STRIPPED),
    NOT("530 5.7.0 Must issue a STARTTLS command first", WRONG_PORT_OR_TLS_MODE),
    NOT("certificate verify failed: certificate has expired", WRONG_PORT_OR_TLS_MODE),
    NOT("554 5.7.1 The protocol of the attachment is unknown", WRONG_PORT_OR_TLS_MODE),
    NOT("535 5.7.8 Error: authentication failed", WRONG_PORT_OR_TLS_MODE),
};

static const struct rows_case SILENCE[] = {
    SAYS("connect to mail.example.org[192.0.2.1]:25: Connection timed out", EGRESS_PORT_BLOCKED),
    SAYS("Error: connect ETIMEDOUT 192.0.2.1:25", EGRESS_PORT_BLOCKED),
    SAYS("dial tcp 192.0.2.1:587: i/o timeout", EGRESS_PORT_BLOCKED),
    SAYS("smtp: {:network_failure, \"mail.example.org\", {:error, :timeout}}", EGRESS_PORT_BLOCKED),
    SAYS("Net::OpenTimeout: execution expired", EGRESS_PORT_BLOCKED),
    SAYS("smtp://mail.example.org: curl: (28) Connection timed out after 30001 milliseconds",
         EGRESS_PORT_BLOCKED),
    SAYS("stat=Deferred: Connection timed out with mail.example.org.", EGRESS_PORT_BLOCKED),
    SAYS("Error number: 0x800CCC0E", EGRESS_PORT_BLOCKED),
    SAYS("Socket Error: 10060", EGRESS_PORT_BLOCKED),
    SAYS("Outlook cannot connect to your outgoing (SMTP) e-mail server. (0x80042109)",
         EGRESS_PORT_BLOCKED),
    SAYS("connect to mail.example.org[192.0.2.1]:25: Connection refused", SERVER_DOWN),
    SAYS("Error: connect ECONNREFUSED 127.0.0.1:587", SERVER_DOWN),
    SAYS("ConnectionRefusedError: [Errno 111] Connection refused", SERVER_DOWN),
    SAYS("No connection could be made because the target machine actively refused it 192.0.2.1:25",
         SERVER_DOWN),
    SAYS("stream_socket_client(): unable to connect to mail.example.org:587 (Permission denied)",
         LOCAL_FIREWALL),
    SAYS("An attempt was made to access a socket in a way forbidden by its access permissions",
         LOCAL_FIREWALL),
    SAYS("connect to mail.example.org[2001:db8::1]:25: Network is unreachable", IPV6_DIFFERS),
    SAYS("421 4.7.0 Too many failed logins from your address", IP_BANNED),
    { .text = "connect to mail.example.org[192.0.2.1]:25: No route to host",
      .also = CAUSE_SERVER_DOWN },
    { .text = "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)",
      .also = CAUSE_SERVER_DOWN },
    { .text = "SMTP connect() fallita.", .also = CAUSE_SERVER_DOWN },
    { .text = "The SMTP server has unexpectedly disconnected.", .also = CAUSE_SERVER_DOWN },
    { .text = "Error: timedout while connecting to smtp server",
      .also = CAUSE_EGRESS_PORT_BLOCKED },
    { .text = "SMTP connect() failed.", .also = CAUSE_SERVER_DOWN },
    { .text = "lost connection with mail.example.org[192.0.2.1] while receiving the initial server "
              "greeting",
      .also = CAUSE_TLS_MODE_MISMATCH },
    { .text = "The mail server's socket error #10051", .also = CAUSE_SERVER_DOWN },
    { .text = "450 4.4.316 no", .also = CAUSE_SERVER_DOWN },
    { .text = "all hosts for 'example.org' have been failing for a long time (and retry time not "
              "reached)",
      .also = CAUSE_SERVER_DOWN },
    { .text = "The outgoing server (SMTP) is unavailable.", .also = CAUSE_SERVER_DOWN },
    { .text = "Outbound port 25 is blocked by default", .want = CAUSE_EGRESS_PORT_BLOCKED },
    { .text = "メールサーバーからの応答がありません", .also = CAUSE_SERVER_DOWN },
    { .text = "Die Verbindung mit dem SMTP-Server mail.example.org ist fehlgeschlagen",
      .also = CAUSE_SERVER_DOWN },
    { .text = "La connexion au serveur smtp.example.org a expiré", .also = CAUSE_SERVER_DOWN },
    { .text = "No se pudo conectar con el servidor smtp.example.org", .also = CAUSE_SERVER_DOWN },
    { .text = "Не удалось подключиться к серверу smtp.example.org", .also = CAUSE_SERVER_DOWN },
    { .text = "无法连接到服务器 smtp.example.org", .also = CAUSE_SERVER_DOWN },
    { .text = "サーバー smtp.example.org への接続がタイムアウトしました",
      .also = CAUSE_SERVER_DOWN },
    NOT("550 5.7.0 Mail from 192.0.2.9 refused by a reputation service", PORT_BLOCKED_OR_TIMEOUT),
    NOT("554 5.7.1 Relay access denied", PORT_BLOCKED_OR_TIMEOUT),
    NOT("450 4.2.0 Greylisted, try again in 5 minutes", PORT_BLOCKED_OR_TIMEOUT),
    NOT("550 Message refused", PORT_BLOCKED_OR_TIMEOUT),
};

static const struct rows_case PROGRAMS[] = {
    SAYS("Error: MissingStartTls", STARTTLS_STRIPPED),
    { .text = "Failed to connect to tls://mail.example.org:587 [SMTP: Failed to connect socket",
      .also = CAUSE_TLS_MODE_MISMATCH },
    SAYS("smtp: Connection terminated during handshake", TLS_MODE_MISMATCH),
    SAYS("lettre: Connection error: received corrupt message of type InvalidContentType",
         TLS_MODE_MISMATCH),
    SAYS("aiosmtplib: Connection already using TLS", TLS_MODE_MISMATCH),
    SAYS("EMAIL_USE_TLS/EMAIL_USE_SSL are mutually exclusive", TLS_MODE_MISMATCH),
    { .text = "gomail: could not send email 1: EOF", .also = CAUSE_SERVER_DOWN },
    { .text = "lettre: response error: incomplete response", .also = CAUSE_SERVER_DOWN },
    { .text = "nullmailer: smtp: Failed: Connect failed", .also = CAUSE_SERVER_DOWN },
    { .text = "SMTP Fehler: Konnte keine Verbindung zum SMTP-Host herstellen.",
      .also = CAUSE_SERVER_DOWN },
    SAYS("mail: the server does not support the \"STARTTLS\" extension", STARTTLS_STRIPPED),
    SAYS("EIdSMTPReplyError: SSL is not available on this server", STARTTLS_STRIPPED),
    { .text = "ORA-28860: Fatal SSL error\nORA-06512: at \"SYS.UTL_SMTP\", line 1",
      .also = CAUSE_TLS_VERSION_OR_CIPHER },
    NOT("send-mail: Cannot open mail.example.org:25", OTHER_NOT_RELAY),
    { .text = "ORA-29278: SMTP transient error: 421 Service not available\nORA-06512: at "
              "\"SYS.UTL_SMTP\", line 1",
      .also = CAUSE_SERVER_DOWN },
    SAYS("ORA-24247: network access denied by access control list (ACL)\nORA-06512: at "
         "\"SYS.UTL_SMTP\", line 1",
         LOCAL_FIREWALL),
};

static const struct rows_case NAMES[] = {
    SAYS("Failed to connect to mail server: gethostbyname failed. errno=11", DNS_FAILURE),
    SAYS("smtp: java.nio.channels.UnresolvedAddressException", DNS_FAILURE),
    SAYS("Connection: opening to mail.example.org:587, timeout=300\nConnection failed. "
         "php_network_getaddresses: getaddrinfo failed: No such host is known. smtp",
         DNS_FAILURE),
    SAYS("Mail: temporary MX resolution error", DNS_FAILURE),
    SAYS("smtp: Invalid host: mail_1", DNS_FAILURE),
    SAYS("getaddrinfo ENOTFOUND smtp.example.org", DNS_FAILURE),
    SAYS("socket.gaierror: [Errno -2] Name or service not known", DNS_FAILURE),
    SAYS("[Errno 11001] getaddrinfo failed", DNS_FAILURE),
    SAYS("queryA ETIMEOUT smtp.example.org", DNS_FAILURE),
    SAYS("php_network_getaddresses: getaddrinfo failed: Temporary failure in name resolution",
         DNS_FAILURE),
    SAYS("dial tcp: lookup smtp.example.org on 127.0.0.11:53: no such host", DNS_FAILURE),
    SAYS("java.net.UnknownHostException: smtp.example.org", DNS_FAILURE),
    SAYS("smtp://mail.example.org: curl: (6) Could not resolve host: smtp.example.org",
         DNS_FAILURE),
    SAYS("550 No such domain at this location (a@example.org)", DOMAIN_NOT_CONFIGURED),
    SAYS("Routing: Could not find a gateway for a@example.org", DNS_FAILURE),
    SAYS("host example.org[192.0.2.1]: connection to mail exchanger failed", SERVER_DOWN),
    SAYS("Address not found. Your message wasn't delivered to a@example.org because the domain "
         "example.org couldn't be found. Check for typos",
         DNS_FAILURE),
    SAYS("Host or domain name not found. Name service error for name=example.org type=MX: Host not "
         "found, try again",
         DNS_FAILURE),
    SAYS("stat=Host unknown (Name server: example.org.: host not found)", DNS_FAILURE),
    SAYS("Sorry, I couldn't find any host named example.org. (#5.1.2)", DNS_FAILURE),
    SAYS("all relevant MX records point to non-existent hosts", DNS_FAILURE),
    SAYS("550 5.4.310 DNS domain example.org does not exist", DNS_FAILURE),
    SAYS("msmtp: cannot locate host smtp.example.org: Name or service not known", DNS_FAILURE),
    { .text = "450 4.4.3 no", .also = CAUSE_DNS_FAILURE },
    SAYS("Temporary failure in MX lookup", DNS_FAILURE),
    SAYS("Error number: 0x800CCC0D", DNS_FAILURE),
    SAYS("SMTP-Server mail.example.org ist unbekannt.", DNS_FAILURE),
    SAYS("El servidor de salida (SMTP) mail.example.org es desconocido.", DNS_FAILURE),
    SAYS("找不到服务器 smtp.example.org", DNS_FAILURE),
    NOT("450 4.7.1 <pc>: Helo command rejected: Host not found", DNS_FAILURE),
    NOT("450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.9]",
        DNS_FAILURE),
    NOT("550 5.1.1 <a@example.org>: Recipient address rejected: User unknown", DNS_FAILURE),
    NOT("Der Server meldet: Empfänger unbekannt", DNS_FAILURE),
};

#define LIST(name, table)                                                                          \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        rows_cases_run(table, COUNT_OF(table));                                                    \
    }
LIST(certificates, CERTIFICATES)
LIST(tls, TLS)
LIST(silence, SILENCE)
LIST(programs, PROGRAMS)
LIST(names, NAMES)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates), cmocka_unit_test(tls),   cmocka_unit_test(silence),
        cmocka_unit_test(programs),     cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
