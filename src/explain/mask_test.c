/* SPDX-License-Identifier: ISC */
/*
 * explain/mask_test.c - what is hidden of a pasted text, and what is left
 */
#include "explain/mask.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* AGFubmEAczNjcjN0 is \0anna\0s3cr3t; czNjcjN0 is s3cr3t; dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHh5egEB is XOAUTH2's. */
static const struct mask_case {
    const char *name, *text, *masked;
} CASES[] = {
    { "initial response of PLAIN", "C: AUTH PLAIN AGFubmEAczNjcjN0", "C: AUTH PLAIN [hidden]" },
    { "smtplib's log", "send: 'AUTH PLAIN AGFubmEAczNjcjN0\\r\\n'",
      "send: 'AUTH PLAIN [hidden]\\r\\n'" },
    { "both lines of LOGIN",
      "> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> YW5uYQ==\n< 334 UGFzc3dvcmQ6\n> czNjcjN0\n< 535 no\n> x "
      "czNjcjN0",
      "> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> [hidden]\n< 334 UGFzc3dvcmQ6\n> [hidden]\n< 535 no\n> x "
      "czNjcjN0" },
    { "a debugger's two lines",
      "CLIENT -> SERVER: AUTH LOGIN\nSERVER -> CLIENT: 334 VXNlcm5hbWU6\nCLIENT -> SERVER: "
      "YW5uYQ==",
      "CLIENT -> SERVER: AUTH LOGIN\nSERVER -> CLIENT: 334 VXNlcm5hbWU6\nCLIENT -> SERVER: "
      "[hidden]" },
    { "an answer whose challenge was left out", "AUTH LOGIN\nYW5uYTE=", "AUTH LOGIN\n[hidden]" },
    { "the login is over: nothing is hidden", "AUTH LOGIN\n235 ok\nSize1234",
      "AUTH LOGIN\n235 ok\nSize1234" },
    { "an answer to CRAM-MD5", "AUTH CRAM-MD5\n334 PDEyMz4=\nYW5uYSA5MTNh",
      "AUTH CRAM-MD5\n334 PDEyMz4=\n[hidden]" },
    { "the server's list", "250-AUTH PLAIN LOGIN CRAM-MD5", "250-AUTH PLAIN LOGIN CRAM-MD5" },
    { "the list of SCRAM", "250-AUTH PLAIN SCRAM-SHA-256", "250-AUTH PLAIN SCRAM-SHA-256" },
    { "words behind AUTH", "AUTH LOGIN failed", "AUTH LOGIN failed" },
    { "more words", "AUTH PLAIN REJECTED", "AUTH PLAIN REJECTED" },
    { "a response anywhere", "sent AGFubmEAczNjcjN0 to it", "sent [hidden] to it" },
    { "a response as a value", "AUTH=AGFubmEAczNjcjN0", "AUTH=[hidden]" },
    { "a response of XOAUTH2", "dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHh5egEB", "[hidden]" },
    { "an error that looks like one", "AADSTS70008: expired", "AADSTS70008: expired" },
    { "no response", "c29tZSB0ZXh0IGhlcmU=", "c29tZSB0ZXh0IGhlcmU=" },
    { "bearer", "Authorization: Bearer abcdefghijkl.mnop rest",
      "Authorization: Bearer [hidden] rest" },
    { "basic", "authorization: Basic YW5uYTpzM2NyM3Q=", "authorization: Basic [hidden]" },
    { "words behind basic", "basic authentication is disabled",
      "basic authentication is disabled" },
    { "a refused token's challenge", "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiYmVhcmVyIn0=",
      "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiYmVhcmVyIn0=" },
    { "JWT", "got eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.abc.def.", "got [hidden]" },
    { "a service's key", "SG.abcdefghijklmnopqrstuvwx.yz", "[hidden]" },
    { "no key", "SG is short", "SG is short" },
    { "PASS of POP3", "C: PASS s3cr3t and more\r", "C: PASS [hidden]\r" },
    { "no PASS", "the verdict of the filter: PASS ok", "the verdict of the filter: PASS ok" },

    { "settings file", "password = s3 cr3t;x", "password = [hidden]" },
    { "settings file, longer name", "  MAIL_PASSWORD=s3cr3t", "  MAIL_PASSWORD=[hidden]" },
    { "YAML", "smtp_pass: s3cr3t", "smtp_pass: [hidden]" },
    { "JSON", "{\"user\":\"a\",\"password\":\"s3,cr3t\",\"port\":587}",
      "{\"user\":\"a\",\"password\":\"[hidden]\",\"port\":587}" },
    { "escaped JSON", "{\\\"pass\\\":\\\"s3cr3t\\\"}", "{\\\"pass\\\":\\\"[hidden]\\\"}" },
    { "entities", "password=&quot;s3cr3t&quot; x", "password=&quot;[hidden]&quot; x" },
    { "PHP", "$mail->Password = 's3cr3t'; // it", "$mail->Password = '[hidden]'; // it" },
    { "PHP array", "'smtp_pass' => 's3cr3t',", "'smtp_pass' => '[hidden]'," },
    { "index", "$c['password'] = \"s3cr3t\";", "$c['password'] = \"[hidden]\";" },
    { "Python", "login(user='a', password='s3cr3t')", "login(user='a', password='[hidden]')" },
    { "bare in a call", "connect(user=a, password=s3cr3t)", "connect(user=a, password=[hidden])" },
    { "XML", "<Password>s3cr3t</Password>", "<Password>[hidden]</Password>" },
    { "XML, coded", "&lt;password&gt;s3cr3t&lt;/password&gt;",
      "&lt;password&gt;[hidden]&lt;/password&gt;" },
    { "query", "https://x.example/?token=s3cr3t&n=1", "https://x.example/?token=[hidden]&n=1" },
    { "no closing quote", "pwd='s3cr3t", "pwd='[hidden]" },
    { "German", "Kennwort: s3cr3t", "Kennwort: [hidden]" },
    { "Polish", "Has\xc5\x82o: s3cr3t", "Has\xc5\x82o: [hidden]" },
    { "Chinese", "\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9as3cr3t",
      "\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9a[hidden]" },
    { "two on a line", "user=a pass=b1 token=c2 x", "user=a pass=[hidden] token=[hidden] x" },
    { "no value", "password:", "password:" },
    { "said of a password", "535 5.7.8 Bad password: authentication failed",
      "535 5.7.8 Bad password: authentication failed" },
    { "a sentence", "Wrong password: please try again", "Wrong password: please try again" },
    { "null", "password: null", "password: null" },
    { "a switch", "\"password\": true,", "\"password\": true," },
    { "no separator", "Username and Password not accepted", "Username and Password not accepted" },

    { "swaks", "swaks -au anna -ap s3cr3t --to b@x.example",
      "swaks -au anna -ap [hidden] --to b@x.example" },
    { "quoted word", "tool --password 's3 cr3t' x", "tool --password '[hidden]' x" },
    { "curl", "curl -u anna:s3cr3t smtp://x.example", "curl -u anna:[hidden] smtp://x.example" },
    { "URL", "smtps://anna:s3:cr3t@x.example:465/", "smtps://anna:[hidden]@x.example:465/" },
    { "a port is none", "http://x.example:8080/a@b", "http://x.example:8080/a@b" },
    { "Postfix's map", "[x.example]:587 anna@x.example:s3cr3t",
      "[x.example]:587 anna@x.example:[hidden]" },
    { "a reply", "550 5.7.1 <a@x.example>: Relay access denied",
      "550 5.7.1 <a@x.example>: Relay access denied" },
    { "hidden already", "password: [hidden] x", "password: [hidden] x" },

    { "a closing quote that is escaped", "{\"password\":\"ab\\\"s3cr3t\",\"n\":1}",
      "{\"password\":\"[hidden]\",\"n\":1}" },
    { "a backslash that is", "{\"password\":\"ab\\\\\",\"n\":1}",
      "{\"password\":\"[hidden]\",\"n\":1}" },
    { "JSON in JSON, a quote inside", "{\\\"pass\\\":\\\"ab\\\\\\\"s3cr3t\\\",\\\"n\\\":1}",
      "{\\\"pass\\\":\\\"[hidden]\\\",\\\"n\\\":1}" },
    { "JSON in JSON in JSON", "{\\\\\\\"pass\\\\\\\":\\\\\\\"s3cr3t\\\\\\\",1}",
      "{\\\\\\\"pass\\\\\\\":\\\\\\\"[hidden]\\\\\\\",1}" },
    { "an entity, escaped", "pwd=&quot;a\\&quot;s3cr3t&quot;", "pwd=&quot;[hidden]&quot;" },
    { "three quotes", "password = \"\"\"s3\"cr3t\"\"\"", "password = \"\"\"[hidden]\"\"\"" },
    { "in a call", "x.setPassword('s3cr3t');", "x.setPassword('[hidden]');" },
    { "a name and a string behind a comma", "define('SMTP_PASS', 's3cr3t');",
      "define('SMTP_PASS', '[hidden]');" },
    { "a value in an attribute of its own", "<add key=\"SmtpPassword\" value=\"s3cr3t\"/>",
      "<add key=\"SmtpPassword\" value=\"[hidden]\"/>" },
    { "a value on the next line", "- name: SMTP_PASSWORD\n  value: s3cr3t",
      "- name: SMTP_PASSWORD\n  value: [hidden]" },
    { "a value in JSON", "{\"name\":\"SMTP_PASSWORD\",\"value\":\"s3cr3t\"}",
      "{\"name\":\"SMTP_PASSWORD\",\"value\":\"[hidden]\"}" },
    { "a value of another name", "name: HOST\nvalue: x.example", "name: HOST\nvalue: x.example" },
    { "a list of properties", "<key>password</key>\n<string>s3cr3t</string>",
      "<key>password</key>\n<string>[hidden]</string>" },
    { "CDATA", "<password><![CDATA[s<3>cr3t]]></password>",
      "<password><![CDATA[[hidden]]]></password>" },
    { "the next line", "password:\n  s3cr3t\nx", "password:\n  [hidden]\nx" },
    { "the next line of XML", "<password>\n s3cr3t\n</password>",
      "<password>\n [hidden]\n</password>" },
    { "YAML's block", "pass: |-\n\n  s3cr3t", "pass: |-\n\n  [hidden]" },
    { "var_dump", "[\"password\"]=>\n  string(6) \"s3cr3t\"",
      "[\"password\"]=>\n  string(6) [hidden]" },
    { "var_dump, broken", "[\"password\"]=>\n  string(6)\n\"s3cr3t\"",
      "[\"password\"]=>\n  string(6)\n[hidden]" },
    { "a reply behind a prompt", "Password:\n535-no\n535 no", "Password:\n535-no\n535 no" },
    { "a label behind a label", "Password:\nServer:\nx", "Password:\nServer:\nx" },
    { "a word behind a prompt", "Password:\nincorrect", "Password:\nincorrect" },
    { "serialized", "s:8:\"password\";s:6:\"s3cr3t\";", "s:8:\"password\";s:6:\"[hidden]\";" },
    { "print_r", "[password:protected] => s3cr3t", "[password:protected] => [hidden]" },
    { "a type between", "pass: string = 's3cr3t'", "pass: string = '[hidden]'" },
    { "an arrow", "the password -> s3cr3t", "the password -> [hidden]" },
    { "a table", "| Password | s3cr3t |", "| Password | [hidden]" },
    { "a remark", "SMTP password (App): s3cr3t", "SMTP password (App): [hidden]" },
    { "whose it is", "Password for anna@x.example: s3cr3t",
      "Password for anna@x.example: [hidden]" },
    { "whose it is, no value", "535 Password for anna@x.example: authentication failed",
      "535 Password for anna@x.example: authentication failed" },
    { "told", "my password is s3cr3t and it fails", "my password is [hidden] and it fails" },
    { "told with a sign", "the password is: s3cr3t", "the password is: [hidden]" },
    { "told of it", "your password is wrong", "your password is wrong" },
    { "an app's password", "password: abcd efgh ijkl mnop", "password: [hidden]" },
    { "a private key", "-----BEGIN PRIVATE KEY-----\nabc def\n-----END PRIVATE KEY-----\nx",
      "-----BEGIN PRIVATE KEY-----\n[hidden]\n-----END PRIVATE KEY-----\nx" },
    { "a certificate is none", "-----BEGIN CERTIFICATE-----\nabc",
      "-----BEGIN CERTIFICATE-----\nabc" },
    { "Exim's authenticator", "client_send = : anna : s3cr3t", "client_send = [hidden]" },

    { "msmtp's settings", "user anna\npassword s3cr3t\nfrom a@b.example",
      "user anna\npassword [hidden]\nfrom a@b.example" },
    { "netrc", "machine x.example login anna password s3cr3t",
      "machine x.example login anna password [hidden]" },
    { "two words of a sentence", "Password rejected", "Password rejected" },
    { "flags of any name", "tool --smtp-pass s3cr3t x", "tool --smtp-pass [hidden] x" },
    { "curl, joined", "curl --user=anna:s3cr3t x", "curl --user=anna:[hidden] x" },
    { "curl, short and joined", "curl -uanna:s3cr3t x", "curl -uanna:[hidden] x" },
    { "testsaslauthd", "testsaslauthd -u anna -p s3cr3t", "testsaslauthd -u anna -p [hidden]" },
    { "a port", "ssh -p 2222 x", "ssh -p 2222 x" },
    { "doveadm", "doveadm auth test anna s3cr3t", "doveadm auth test anna [hidden]" },
    { "a map without brackets", "x.example anna@x.example:s3cr3t",
      "x.example anna@x.example:[hidden]" },
    { "a map of one column", "x.example:anna@x.example:s3cr3t",
      "x.example:anna@x.example:[hidden]" },
    { "a mailbox and its reply", "anna@x.example:550 no", "anna@x.example:550 no" },
    { "a mailbox and a word", "anna@x.example:Unknown", "anna@x.example:Unknown" },
    { "sendmail's map", "AuthInfo:x.example \"U:anna\" \"P:s3cr3t\"",
      "AuthInfo:x.example \"U:anna\" \"P:[hidden]\"" },
    { "IMAP", "a1 LOGIN anna s3cr3t", "a1 LOGIN anna [hidden]" },
    { "a slash in a URL's", "smtp://anna:s3/cr3t@x.example:587",
      "smtp://anna:[hidden]@x.example:587" },
    { "PowerShell", "ConvertTo-SecureString \"s3cr3t\" -Force",
      "ConvertTo-SecureString \"[hidden]\" -Force" },
    { "a login's call", "s.login('anna@x.example', 's3cr3t')",
      "s.login('anna@x.example', '[hidden]')" },
    { "a login's call with names", "s.login(user, password)", "s.login(user, password)" },
    { "the third of a call", "smtp.PlainAuth(\"\", \"anna\", \"s3cr3t\", \"x.example\")",
      "smtp.PlainAuth(\"\", \"anna\", \"[hidden]\", \"x.example\")" },
    { "calls in a call", "Credentials::new(\"anna\".to_owned(), \"s3cr3t\".to_owned())",
      "Credentials::new(\"anna\".to_owned(), \"[hidden]\".to_owned())" },
    { "made by hand", "echo -n 's3cr3t' | base64\nczNjcjN0\nx",
      "echo -n '[hidden]' | base64\n[hidden]\nx" },

    { "IMAP's AUTHENTICATE",
      "a AUTHENTICATE LOGIN\n+ VXNlcm5hbWU6\nYW5uYQ==\n+ UGFzc3dvcmQ6\nczNjcjN0",
      "a AUTHENTICATE LOGIN\n+ [hidden]\n[hidden]\n+ [hidden]\n[hidden]" },
    { "Exchange's columns", "<,AUTH LOGIN,\n>,334 VXNlcm5hbWU6,\n<,czNjcjN0,",
      "<,AUTH LOGIN,\n>,334 VXNlcm5hbWU6,\n<,[hidden]," },
    { "blank lines between", "AUTH LOGIN\n\n\n\n\n\n\n\nczNjcjN0",
      "AUTH LOGIN\n\n\n\n\n\n\n\n[hidden]" },
    { "other lines between", "AUTH LOGIN\na\nb\nc\nd\ne\nf\ng Size12\nczNjcjN0",
      "AUTH LOGIN\na\nb\nc\nd\ne\nf\ng Size12\n[hidden]" },
    { "all on one line", "C: AUTH LOGIN S: 334 UGFzc3dvcmQ6 C: czNjcjN0 S: 535 no",
      "C: AUTH LOGIN S: 334 UGFzc3dvcmQ6 C: [hidden] S: 535 no" },
    { "a question and no answer", "LOGIN failed: UGFzc3dvcmQ6, client=x1y2.example",
      "LOGIN failed: UGFzc3dvcmQ6, client=x1y2.example" },
    { "in a URL", "AUTH%20PLAIN%20AGFubmEAczNjcjN0", "AUTH%20PLAIN%20[hidden]" },
    { "empty", "", "" },
};

static void test_cases(void **state)
{
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena memory;
        size_t count;
        arena_init(&memory, 1 << 20);
        str got = explain_mask(str_from(CASES[i].text), &memory, &count);
        if (!str_eq(got, str_from(CASES[i].masked)))
            bad++, print_message("%s: <%.*s>\n", CASES[i].name, STR_ARG(got));
        if ((count > 0) != (strcmp(CASES[i].text, CASES[i].masked) != 0))
            fail_msg("%s: counted %zu", CASES[i].name, count);
        arena_done(&memory);
    }
    assert_int_equal(bad, 0);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct arena memory;
    size_t count;
    arena_init(&memory, 4);
    assert_null(explain_mask(STR("password=s3cr3t"), &memory, &count).p);
    arena_done(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
