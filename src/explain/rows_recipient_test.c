/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_recipient_test.c - refusals that are none of relaying, and their nearest neighbours
 */
#include "explain/rows_case.h"

#define UNKNOWN CAUSE_RECIPIENT_UNKNOWN
#define FULL    CAUSE_MAILBOX_FULL
#define LARGE   CAUSE_MESSAGE_TOO_LARGE
#define CONTENT CAUSE_CONTENT_REJECTED
#define RATE    CAUSE_RATE_LIMITED
#define LISTED  CAUSE_IP_BLOCKLISTED
#define GREY    CAUSE_GREYLISTED_TEMPORARY
#define LOOP    CAUSE_MAIL_LOOP
#define OTHER   CAUSE_OTHER_NOT_RELAY
#define DNS     CAUSE_DNS_FAILURE
#define REVERSE CAUSE_REVERSE_DNS_MISSING

static const struct rows_case CASES[] = {
    /* no such recipient */
    { .text =
          "550 5.1.1 <b@two.example>: Recipient address rejected: User unknown in local recipient "
          "table",
      .cause = UNKNOWN },
    { .text = "550 mailbox b@two.example unknown", .cause = UNKNOWN },
    { .text = "550 Invalid recipient <b@two.example>", .cause = UNKNOWN },
    { .text = "550 sorry, no mailbox here by that name (#5.1.1)", .cause = UNKNOWN },
    { .text = "550 5.2.1 The account that you tried to reach is disabled", .cause = UNKNOWN },
    { .text = "550 5.5.0 Requested action not taken: mailbox unavailable", .cause = UNKNOWN },
    { .text = "550 5.1.1 RESOLVER.ADR.RecipientNotFound; not found", .cause = UNKNOWN },
    { .text = "550 5.4.1 Recipient address rejected: Access denied", .cause = UNKNOWN },
    { .text = "554 5.7.1 <b@two.example>: Recipient address rejected: Not on the list",
      .cause = UNKNOWN },
    { .text = "550 recipient rejected", .cause = UNKNOWN },
    { .text = "550 #5.1.0 Address rejected.", .cause = UNKNOWN },
    { .text = "Error number: 0x800CCC6D", .cause = LARGE },
    { .text = "Error number: 0x800CCC6C", .cause = FULL },
    { .text = "メッセージのサイズが制限を越えたため送信できません", .cause = LARGE },
    { .text = "554 5.7.1 <DATA>: Data command rejected: only 20 messages per hour", .cause = RATE },
    { .text = "451 no more than 5 recipients are accepted per minute", .cause = RATE },
    { .text = "421 mx.two.example you talk too soon", .cause = OTHER },
    { .text = "550 This is not a valid address", .cause = UNKNOWN },
    { .text = "553 Recipient mailbox is not allowed", .cause = UNKNOWN },
    { .text = "550 That one does not exist", .never = DNS },
    { .text = "550 This parrot does not exist", .cause = UNKNOWN },
    { .text = "550 the server don't exists that user", .cause = UNKNOWN },
    { .text = "550 Recipient Prohibited (3)", .cause = UNKNOWN },
    { .text = "450 4.2.0 <b@two.example> Recipient temporarily unavailable", .cause = OTHER },
    { .text = "192.0.2.7 does not like recipient. Remote host said: 550 No such user",
      .cause = UNKNOWN },
    { .text = "550 I cannot deliver mail for b@two.example", .cause = UNKNOWN },
    { .text = "556 5.1.10 Recipient address has null MX", .cause = DNS },
    { .text = "550 5.1.0 Address rejected", .never = LISTED },
    { .text = "550 5.1.10 no", .cause = UNKNOWN },
    { .text = "553 sorry, your envelope recipient is in my badrcptto list (#5.7.1)",
      .cause = UNKNOWN },
    { .text = "551 The user has moved to another place", .cause = UNKNOWN },
    { .text = "550 5.1.1 Unrouteable address", .cause = UNKNOWN },
    { .text = "550 RCP-P1 nothing here", .cause = UNKNOWN },
    { .text = "550 Empfänger unbekannt", .cause = UNKNOWN },
    { .text = "5.1.4 Destination mailbox address ambiguous", .cause = UNKNOWN },
    { .text = "Ha sobrepasado su cuota", .cause = FULL },
    { .text = "504 the number of RCPT commands is at the maximum", .cause = RATE },
    { .text = "454 reject, unexpected sending", .cause = RATE },
    { .text = "421 HL:ICC 4", .cause = RATE },
    { .text = "450 MI:CEL 4", .cause = OTHER },
    { .text = "421 HL:REP 收件人不存在", .cause = LISTED },
    { .text = "450 邮件数量超出限制", .cause = RATE },
    { .text = "526 No data by dns resolve", .cause = DNS },
    { .text = "550 5.7.0 b@two.example... address invalid", .cause = UNKNOWN },
    { .text = "Der Empfänger nimmt keine Nachrichten mehr an", .cause = UNKNOWN },
    { .text = "Cette adresse n'accepte plus aucun courrier", .cause = UNKNOWN },
    { .text = "La dirección que ha escrito no se ha podido encontrar", .cause = UNKNOWN },
    { .text = "550 Nie znaleziono adresata", .cause = UNKNOWN },
    { .text = "La casella ha raggiunto il limite di capienza", .cause = FULL },
    { .text = "550 De postbus is vol", .cause = FULL },
    { .text = "Le message est trop volumineux", .cause = LARGE },
    { .text = "Votre message est jugé indésirable", .cause = CONTENT },
    { .text = "550 Unerwünschte Nachricht", .cause = CONTENT },
    { .text = "550 Requested action not taken: policy violation found", .cause = CONTENT },
    { .text = "421 4.7.0 Your IP has sent to many of them", .cause = RATE },
    { .text = "554 This IP is blocked for it did send too many spam mails", .never = GREY },
    { .text = "550 5.3.4 We saw unusual activity in your mail account", .never = LARGE },
    { .text = "451 Internal resource temporarily unavailable", .never = RATE },
    { .text = "550 Requested action not taken: mailbox unavailable, invalid MX or A record",
      .cause = DNS },
    { .text = "Le domaine du destinataire est introuvable", .cause = DNS },
    { .text = "Die Domäne des Empfängers existiert nicht", .cause = DNS },
    { .text = "ROUTING SERVER FAILURE", .cause = DNS },
    { .text = "550 Adresse d'au moins un destinataire invalide", .cause = UNKNOWN },
    { .text = "550 Destinatario sconosciuto", .cause = UNKNOWN },
    { .text = "550 El usuario no existe", .cause = UNKNOWN },
    { .text = "550 Usuário não existe", .cause = UNKNOWN },
    { .text = "550 Gebruiker bestaat niet", .cause = UNKNOWN },
    { .text = "550 Nie ma takiego konta", .cause = UNKNOWN },
    { .text = "550 Пользователь не найден", .cause = UNKNOWN },
    { .text = "550 收件人不存在", .cause = UNKNOWN },
    { .text = "550 宛先のメールアドレスが存在しません", .cause = UNKNOWN },
    /* a name that is unknown where a password was given is another matter */
    { .text = "535 5.7.8 unknown user name or bad password", .never = UNKNOWN },

    /* full */
    { .text = "552 5.2.2 <b@two.example>: user is over quota", .cause = FULL },
    { .text = "452 4.2.2 Mailbox full", .cause = FULL },
    { .text = "552 Requested mail action aborted: exceeded storage allocation", .cause = FULL },
    { .text = "552 5.2.2 Mailbox size limit exceeded", .cause = FULL },
    { .text = "552 Too much mail data", .cause = LARGE },
    { .text = "550 Почтовый ящик переполнен", .cause = FULL },
    { .text = "550 邮箱空间不足", .cause = FULL },
    { .text = "552 5.1.1 Boite du destinataire pleine. OFR_417", .cause = FULL },
    { .text = "550 user has too many messages on the server", .cause = FULL },
    { .text = "550 User has exhausted the allowed space", .cause = FULL },
    { .text = "552 mailbox over its size limit", .cause = FULL },
    { .text = "452 4.3.1 Insufficient system storage", .cause = OTHER },
    { .text = "550 5.4.5 Daily sending quota exceeded", .cause = RATE },

    /* too large */
    { .text = "552 5.3.4 Message size exceeds fixed limit", .cause = LARGE },
    { .text = "554 Maximum email size exceeded", .cause = LARGE },
    { .text = "550 Nachricht ist zu groß", .cause = LARGE },
    { .text = "557 The length of DATA is over the threshold", .cause = LARGE },
    { .text = "552 Mail is bigger than 20 MB", .cause = LARGE },
    { .text = "552 The header is too long for us: size", .never = FULL },
    { .text = "500 5.5.2 Error: line too long", .cause = OTHER },

    /* what is in it */
    { .text = "554 5.7.1 Message rejected as spam by content filter", .cause = CONTENT },
    { .text = "552 5.7.0 Virus found in the message", .cause = CONTENT },
    { .text = "552 5.7.0 the attachment type is not allowed", .cause = CONTENT },
    { .text = "550 Mail content denied", .cause = CONTENT },
    { .text = "554 5.7.9 Message not accepted for policy reasons", .cause = CONTENT },
    { .text = "554 a URL in your message is on a blacklist", .cause = CONTENT },
    { .text = "550 Blocked", .cause = CONTENT },
    { .text = "550 5.7.1 Message rejected", .cause = CONTENT },
    { .text = "550 спам", .cause = CONTENT },
    { .text = "552 5.7.0 archive with a password is refused", .cause = CONTENT },
    { .text = "552 rejected IB212", .cause = CONTENT },
    { .text = "550 5.6.0 bare LF is refused", .cause = OTHER },
    { .text = "Could not instantiate mail function.", .cause = OTHER },
    { .text = "smtp: Mail server is not configured", .cause = OTHER },
    { .text = "msmtp: account one not found: no configuration file available", .cause = OTHER },
    { .text = "SMTPServerDisconnected: please run connect() first", .cause = OTHER },

    /* how much, how fast */
    { .text = "421 4.7.0 Too many connections from your host", .cause = RATE },
    { .text = "452 4.5.3 Too many recipients", .cause = RATE },
    { .text = "554 5.4.6 Too many hops", .cause = LOOP },
    { .text = "450 4.7.1 Rate limit exceeded, slow down", .cause = RATE },
    { .text = "550 Domain one.example has exceeded the max emails per hour (201/200)",
      .cause = RATE },
    { .text = "450 4.2.1 The user is receiving mail too quickly", .cause = RATE },
    { .text = "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
      .cause = RATE },
    { .text = "421 4.7.1 Messages deferred due to excessive volume", .cause = RATE },
    { .text = "553 5.7.2 [TSS09] All messages from 192.0.2.7 will be permanently deferred",
      .cause = LISTED },
    { .text = "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred", .cause = RATE },
    { .text = "421 two.example CON-T2", .cause = RATE },
    { .text = "421 4.7.28 an unusual rate of mail from your address", .cause = RATE },
    { .text = "550 5.2.2 Submission quota exceeded", .cause = RATE },
    { .text = "550 5.7.705 Access denied, tenant has exceeded threshold", .cause = RATE },
    { .text = "550 5.1.90 Your message can't be sent", .cause = RATE },
    { .text = "550 发送频率过高", .cause = RATE },
    { .text = "550 5.7.1 <DATA>: Data command rejected: only 20 messages per day", .cause = RATE },
    { .text = "421 max connections reached", .cause = RATE },
    { .text = "556 The number of RCPTs is over size", .cause = RATE },
    { .text = "550 Client blocked from sending from unregistered domains", .never = UNKNOWN },

    /* a bad name */
    { .text =
          "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
      .cause = LISTED },
    { .text = "550 your address is on our blacklist", .cause = LISTED },
    { .text = "550 Connection refused, your IP is banned", .cause = LISTED },
    { .text = "554 poor reputation of the sending host", .cause = LISTED },
    { .text = "550 very low domain reputation", .cause = LISTED },
    { .text = "550 mail from dynamic addresses is not welcome here", .cause = LISTED },
    { .text = "550 5.7.1 The IP you're using to send mail is not authorized to send email directly "
              "to our servers.",
      .cause = LISTED },
    { .text = "550 we take no mail from hosts with dynamic IP or generic DNS PTR-records",
      .cause = REVERSE },
    { .text = "550 please use the mail relay of your ISP", .cause = LISTED },
    { .text = "550 5.7.1 part of their network is on our block list (S3150)", .cause = LISTED },
    { .text = "554- (RTR:BL) see our page", .cause = LISTED },
    { .text = "554 two.example server not available AUP#CXBL", .cause = LISTED },
    { .text = "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Blocked", .cause = LISTED },
    { .text = "452 The limits for this account have been reached", .cause = RATE },
    { .text = "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied",
      .cause = LISTED,
      .hop = HOP_RECIPIENT },
    { .text = "550 mail from your location is administratively denied", .cause = LISTED },
    { .text = "550 5.7.501 Access denied, spam abuse detected", .cause = LISTED },
    { .text = "550 5.7.505 Access denied, banned recipient", .cause = UNKNOWN },
    { .text = "550 5.7.511 Access denied, banned sender", .cause = LISTED },
    { .text = "451 4.7.650 The server has been limited due to IP reputation", .cause = LISTED },
    { .text = "550 the remote host looks like a spammer", .cause = LISTED },
    { .text = "553 your envelope sender is in my badmailfrom list", .cause = LISTED },
    { .text = "554 Host network not allowed", .cause = LISTED },
    { .text = "550 black ip", .cause = LISTED },
    { .text = "550 no mail from your country", .cause = LISTED },
    { .text = "554 A problem occurred (ask tosa@rx.t-online.de)", .cause = LISTED },

    /* come back later */
    { .text = "450 4.2.0 <b@two.example>: Recipient address rejected: Greylisted", .cause = GREY },
    { .text = "451 4.7.1 Please try again later", .cause = GREY },
    { .text = "450 4.7.1 temporarily rejected, first time seen", .cause = GREY },
    { .text = "F=<a@one.example> temporarily rejected RCPT <b@two.example>", .cause = GREY },
    { .text = "450 4.2.0 Please try again later", .cause = GREY, .stage = SMTP_STAGE_RCPT },
    { .text = "451 4.7.500 Server busy", .cause = RATE },
    { .text = "451 4.3.0 Temporary lookup failure, try again later", .cause = OTHER },

    /* loops */
    { .text = "554 5.4.14 Hop count exceeded - possible mail loop", .cause = LOOP },

    /* who may write */
    { .text = "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", .cause = OTHER },
    { .text = "550 5.7.12 Sender was not authenticated by organization", .cause = OTHER },
    { .text = "550 5.7.133 sender not authenticated for group", .cause = OTHER },
    { .text = "550 You are not allowed to post to this mailing list", .cause = OTHER },
    { .text = "550 refused due to recipient preferences", .cause = OTHER },
    { .text = "550 5.7.520 Your organization does not allow external forwarding", .cause = OTHER },
    { .text = "550 Administrative prohibition", .cause = OTHER },

    /* of the conversation, and faults inside */
    { .text = "503 5.5.1 Bad sequence of commands", .cause = OTHER },
    { .text = "501 5.1.3 Bad recipient address syntax", .cause = UNKNOWN },
    { .text = "451 Requested action aborted: local error in processing", .cause = OTHER },
    { .text = "554 Transaction failed", .cause = OTHER },
    { .text = "450 out of memory", .cause = OTHER },
    /* words that nobody here knows */
    { .text = "550 blame it on the weather", .cause = OTHER },
    { .text = "452 temporary domain failure <b@two.example>", .never = GREY },
    { .text = "421 4.3.2 Service not available", .cause = OTHER },
    { .text = "554 5.0.0 Service unavailable", .cause = OTHER },
    { .text = "450 4.4.7 message expired", .cause = OTHER },

    /* the same matters in other words */
    { .text = "552 Die Mail überschreitet die erlaubte Größe", .cause = LARGE },
    { .text = "552 El tamaño supera lo permitido", .cause = LARGE },
    { .text = "550 mailbox <b@two.example> invalid", .cause = UNKNOWN },
    { .text = "554 some of the recipients are invalid", .cause = UNKNOWN },
    { .text = "550 b is not in our address book", .cause = UNKNOWN },
    { .text = "550 unable to locate the mailbox", .cause = UNKNOWN },
    { .text = "550 we do not take mail for that person", .cause = UNKNOWN },
    { .text = "550 she is no longer employed here", .cause = UNKNOWN },
    { .text = "550 5.1.0 address refused", .cause = UNKNOWN },
    { .text = "550 permanent failure for one or more recipients (b@two.example:no)",
      .cause = UNKNOWN },
    { .text = "550 permanent failure for one or more recipients (b@two.example:blocked)",
      .cause = LISTED },
    { .text = "553 sorry, this server does not take mail for your recipient domain",
      .never = UNKNOWN },
    { .text = "550 Diese Adresse ist nicht belegt", .cause = UNKNOWN },
    { .text = "550 Такого адреса нет", .cause = UNKNOWN },
    { .text = "550 Indirizzo bloccato", .cause = UNKNOWN },
    { .text = "452 4.2.2 the inbox is at full capacity", .cause = FULL },
    { .text = "552 zu viele Nachrichten auf dem Server", .cause = FULL },
    { .text = "552 в ящике нет места", .cause = FULL },
    { .text = "554 your letter did not get past our anti-spam checks", .cause = CONTENT },
    { .text = "554 .scr files are unwelcome here", .cause = CONTENT },
    { .text = "554 .exe files are not welcome", .cause = CONTENT },
    { .text = "554 we refuse password protected archives", .cause = CONTENT },
    { .text = "550 this breaches the rules of the house", .cause = CONTENT },
    { .text = "550 Nachricht: Inhalt abgewiesen", .cause = CONTENT },
    { .text = "554 (HVU:B9)", .cause = CONTENT },
    { .text = "421 too many bounces from you", .cause = RATE },
    { .text = "421 too much traffic", .cause = RATE },
    { .text = "452 the load of this system is too high", .cause = RATE },
    { .text = "452 your hourly allowance is spent", .cause = RATE },
    { .text = "421 the address 192.0.2.7 is not on our allowlist", .cause = LISTED },
    { .text = "550 suspicious sender IP", .cause = LISTED },
    { .text = "550 192.0.2.7 is present in our database", .cause = LISTED },
    { .text = "550 after complaints about this server it is shut out", .cause = LISTED },
    { .text = "550 unwanted mail comes from your network", .cause = LISTED },
    { .text = "550 Refused. Please see https://two.example/why", .cause = LISTED },
    { .text = "550 access is forbidden from your country", .cause = LISTED },
    { .text = "550 Mail to foreign domains not accepted from your host", .never = LISTED },
    { .text = "421 HL:IPB", .cause = LISTED },
    { .text = "450 MI:DMC", .cause = RATE },
    { .text = "450 please wait a few minutes", .cause = GREY },
    { .text = "451 could not allocate a buffer", .cause = OTHER },
    { .text = "451 an error occurred", .cause = OTHER },
    { .text = "554 you talked before my greeting", .cause = OTHER },
    { .text = "550 bounces are not wanted here", .cause = OTHER },
    { .text = "550 undeliverable sender <a@one.example>", .cause = OTHER },
    { .text = "550 the mailing list is closed", .cause = OTHER },

    /* the recipient's domain */
    { .text = "550 that host name is unknown", .cause = DNS },
    { .text = "550 Le domaine est introuvable", .cause = DNS },
    { .text = "550 Dominio inexistente", .cause = DNS },
    { .text = "550 5.1.2 recipient domain does not exist", .cause = DNS },
};

static void test_cases(void **state)
{
    (void)state;
    rows_case_check(&ROWS_RECIPIENT, CASES, COUNT_OF(CASES));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
