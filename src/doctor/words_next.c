/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_next.c - the next experiment: the first row that fits
 */
#include "doctor/words.h"

struct next_case {
    const struct doctor_asked *asked;
    const struct doctor_record *r;
    const struct doctor_judgement *j;
};

static bool any_end(const struct doctor_record *r, enum doctor_probe probe, enum smtp_end end)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].probe == probe && r->rows[i].outcome.end == end)
            return true;
    return false;
}

static bool is_no_domain(const struct next_case *n)
{
    return judge_is_nowhere(n->asked, n->r) && n->j->cause_count;
}
static bool is_nowhere(const struct next_case *n)
{
    return judge_is_nowhere(n->asked, n->r);
}
static bool is_lookup(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_DNS_FAILURE;
}
static bool is_unreachable(const struct next_case *n)
{
    return n->j->no_octet && any_end(n->r, PROBE_GREETING, SMTP_END_UNREACHABLE);
}
static bool is_no_octet(const struct next_case *n)
{
    return n->j->no_octet;
}
static bool is_silent(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_EGRESS_PORT_BLOCKED;
}
static bool is_not_smtp(const struct next_case *n)
{
    return !n->j->cause_count && any_end(n->r, PROBE_GREETING, SMTP_END_BROKEN);
}
static bool is_without_recipient(const struct next_case *n)
{
    return !n->asked->attempt.to.n;
}
/* A login was at hand, and the one place that offers a login has no TLS to protect it. */
static bool is_guarded(const struct next_case *n)
{
    const struct doctor_record *r = n->r;
    bool in_clear = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        struct smtp_caps c;
        if (ev->probe == PROBE_LOGIN || (ev->probe == PROBE_TLS && ev->outcome.tls.done))
            return false;
        in_clear |= ev->probe == PROBE_CAPABILITIES && doctor_evidence_caps(ev, &c) &&
                    c.mechanism_count &&
                    words_mechanism_usable(&c, STR("auto"), doctor_credentials(n->asked));
    }
    return n->asked->login_known && in_clear;
}
static bool is_without_login(const struct next_case *n)
{
    return !n->asked->login_known && doctor_record_offers_login(n->r);
}
/* The file says how the program gets its password, and that was not followed. */
static bool is_command(const struct next_case *n)
{
    const struct doctor_config *c = n->asked->config;
    return c && c->said.secret == SETTINGS_SECRET_COMMAND && is_without_login(n);
}
static bool is_variable(const struct next_case *n)
{
    const struct doctor_config *c = n->asked->config;
    return c && c->said.secret == SETTINGS_SECRET_ENV && is_without_login(n);
}
static bool is_kept_elsewhere(const struct next_case *n)
{
    const struct doctor_config *c = n->asked->config;
    return c && c->said.secret != SETTINGS_SECRET_NONE && is_without_login(n);
}
static bool is_ip(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_IP_NOT_TRUSTED;
}
/* The login that was named could not even be begun: the row says what it lacks. */
static bool is_skipped(const struct next_case *n)
{
    for (size_t i = 0; i < n->r->count; i++) {
        const struct doctor_evidence *ev = &n->r->rows[i];
        if (ev->probe == PROBE_LOGIN && ev->outcome.end == SMTP_END_GUARDED &&
            str_eq_nocase(ev->attempt.mechanism, n->asked->attempt.mechanism))
            return !n->j->cause_count;
    }
    return false;
}
static bool is_token(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_OAUTH_TOKEN_REJECTED;
}
static bool is_app_password(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_APP_PASSWORD_NEEDED;
}
static bool is_switched_off(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_PASSWORD_LOGIN_SWITCHED_OFF;
}
static bool is_barred(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_ACCOUNT_MAY_NOT_SUBMIT;
}
static bool is_login_refused(const struct next_case *n)
{
    return n->j->cause_count && cause_of(n->j->causes[0].cause)->family == FAMILY_AUTH_FAILED;
}
static bool has_cause(const struct next_case *n, enum cause_id cause)
{
    for (size_t i = 0; i < n->j->cause_count; i++)
        if (n->j->causes[i].cause == cause)
            return true;
    return false;
}
/* One login was refused, and another of the same might tell more. */
static bool one_refused(const struct next_case *n)
{
    unsigned refused = 0;
    for (size_t i = 0; i < n->r->count; i++)
        refused += n->r->rows[i].probe == PROBE_LOGIN &&
                   n->r->rows[i].outcome.end != SMTP_END_GUARDED &&
                   !doctor_evidence_good(&n->r->rows[i]);
    return refused == 1 && !doctor_record_login(n->r, NULL, true);
}
static bool first_cause_is(const struct next_case *n, enum cause_id cause)
{
    return n->j->cause_count && n->j->causes[0].cause == cause;
}
static bool is_backend(const struct next_case *n)
{
    return first_cause_is(n, CAUSE_AUTH_BACKEND_DOWN);
}
/* The login was refused for how often, or from where, it came. */
static bool is_held_off(const struct next_case *n)
{
    return doctor_record_login(n->r, NULL, false) && !doctor_record_login(n->r, NULL, true) &&
           (first_cause_is(n, CAUSE_RATE_LIMITED) || first_cause_is(n, CAUSE_IP_BANNED));
}
static bool is_form(const struct next_case *n)
{
    return one_refused(n) && has_cause(n, CAUSE_WRONG_USERNAME_FORM) && n->asked->own_address.n &&
           !has_cause(n, CAUSE_PASSWORD_MANGLED);
}
static bool is_mangled(const struct next_case *n)
{
    return one_refused(n) && has_cause(n, CAUSE_PASSWORD_MANGLED);
}
static bool is_mechanism(const struct next_case *n)
{
    return one_refused(n) && has_cause(n, CAUSE_MECHANISM_OFFERED_BUT_DEAD);
}
static bool is_temporary(const struct next_case *n)
{
    for (size_t i = 0; i < n->r->count; i++) {
        const struct doctor_evidence *ev = &n->r->rows[i];
        if (ev->probe == PROBE_TRIAL && ev->outcome.code / 100 == 4)
            return true;
    }
    return false;
}
static bool is_without_starttls(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_STARTTLS_STRIPPED;
}
static bool is_foreign(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_WRONG_SERVER;
}
static bool is_nameless(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_REVERSE_DNS_MISSING;
}
/* --pop was not given, or did not open the mailbox. */
static bool is_without_pop(const struct next_case *n)
{
    if (!n->j->cause_count || n->j->causes[0].cause != CAUSE_POP_BEFORE_SMTP)
        return false;
    for (size_t i = 0; i < n->r->count; i++)
        if (n->r->rows[i].probe == PROBE_POP && doctor_evidence_good(&n->r->rows[i]))
            return false;
    return true;
}
static bool is_handshake(const struct next_case *n)
{
    return n->j->cause_count && n->j->causes[0].cause == CAUSE_TLS_VERSION_OR_CIPHER;
}
static bool is_unsteady(const struct next_case *n)
{
    for (size_t i = 0; i < n->j->note_count; i++)
        if (n->j->notes[i] == NOTE_UNSTEADY)
            return true;
    return false;
}
static bool is_accepted_to_rcpt(const struct next_case *n)
{
    return n->j->verdict == VERDICT_ACCEPTED && n->asked->attempt.to.n;
}
static bool is_cause(const struct next_case *n, enum cause_id cause)
{
    return n->j->cause_count && n->j->causes[0].cause == cause;
}
static bool is_greylisted(const struct next_case *n)
{
    return is_cause(n, CAUSE_GREYLISTED_TEMPORARY);
}
static bool is_rate(const struct next_case *n)
{
    return is_cause(n, CAUSE_RATE_LIMITED);
}
/* The words are clear, and what to do about them stands in the steps: of them the recipient knows more than
 * the server's operator. */
static bool is_recipients(const struct next_case *n)
{
    return is_cause(n, CAUSE_RECIPIENT_UNKNOWN) || is_cause(n, CAUSE_MAILBOX_FULL);
}
static bool is_content(const struct next_case *n)
{
    for (size_t i = 0; i < n->r->count; i++)
        if (n->r->rows[i].probe == PROBE_MESSAGE)
            return false;
    return is_cause(n, CAUSE_CONTENT_REJECTED);
}
static bool is_banned(const struct next_case *n)
{
    return is_cause(n, CAUSE_IP_BANNED);
}
static bool is_about_domain(const struct next_case *n)
{
    return n->j->cause_count &&
           cause_of(n->j->causes[0].cause)->family == FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL;
}
/* A server that DNS names, and that could not be asked from here. */
static bool is_out_of_reach(const struct next_case *n)
{
    bool any = false;
    for (size_t i = 0; i < n->r->count; i++)
        any |= n->r->rows[i].probe == PROBE_MX && n->r->rows[i].outcome.end != SMTP_END_REPLY;
    return any && is_about_domain(n);
}
static bool is_not_configured(const struct next_case *n)
{
    return is_cause(n, CAUSE_DOMAIN_NOT_CONFIGURED) && n->r->dns;
}
static bool is_anything(const struct next_case *n)
{
    (void)n;
    return true;
}

static const struct {
    bool (*fits)(const struct next_case *n);
    str text;
} NEXT[] = {
    { is_no_domain,
      STR_INIT("Run the same command with the address as it stands in the program. If it stands "
               "there as given here, name the server too: --server HOST.") },
    { is_nowhere,
      STR_INIT(
          "Give --server HOST, as in the program's settings for outgoing mail; 'baton discover "
          "ADDRESS' says what was asked for it, and what failed.") },
    { is_lookup, STR_INIT("Check the spelling of the server's name; ask another resolver with "
                          "--resolver IP.") },
    { is_unsteady,
      STR_INIT("The same attempt was taken once and refused once. Run the same command a few more "
               "times; if it goes on so, tell whoever runs the server the times of both.") },
    { is_accepted_to_rcpt,
      STR_INIT("It was accepted up to the recipient; some servers refuse only once they have the "
               "whole message. If yours does, add --send: it sends one test message to --to.") },
    { is_greylisted,
      STR_INIT(
          "Run the same command again in 15 minutes, with the same addresses and from the same "
          "place: a server that makes strangers wait takes it then.") },
    { is_rate,
      STR_INIT("Send nothing for an hour, then run the same command again: a limit is over "
               "by then, or after a day.") },
    { is_unreachable,
      STR_INIT("This machine has no way to that address. Check its own network first, "
               "then run the same command again.") },
    { is_no_octet,
      STR_INIT("Run the same command from another network (a phone's hot spot). Silent there "
               "too: the server is down. Answered there: this network blocks the way, or the "
               "server bans this address; which of the two, the same port of another server "
               "tells, tried from here.") },
    { is_silent,
      STR_INIT("Run the same command from another network: if the port answers there, this "
               "network blocks it. Meanwhile use a port that answers.") },
    { is_not_smtp,
      STR_INIT("What answers on that port is not a mail server. Check the server name and "
               "the port with the provider's own instructions.") },
    { is_without_starttls,
      STR_INIT("Run the same command from another network: if STARTTLS is offered there, something "
               "here takes it out; if not, the server has none on this port, and its operator can "
               "say which port encrypts.") },
    { is_foreign,
      STR_INIT("Compare the server's name with the provider's own instructions, and the address "
               "with what another network gets for that name.") },
    { is_handshake,
      STR_INIT(
          "Run 'openssl s_client' of another machine, or the same command from there: if hands "
          "are shaken there, this machine's policy is the stricter one.") },
    { is_nameless,
      STR_INIT("Look the sending address up in reverse DNS ('dig -x ADDRESS'), or run the same "
               "command from a machine whose address has a name.") },
    { is_without_pop,
      STR_INIT(
          "Give --pop with the server that you fetch mail from, and the password: mail is then "
          "fetched first, and the same attempt made again.") },
    { is_guarded,
      STR_INIT("The password was not sent, because nothing protected it. If you accept that "
               "it can be read on the way, add --allow-clear-auth.") },
    { is_skipped,
      STR_INIT("The login could not be begun for what it lacks here; the line about it says "
               "what that is. Provide it (a ticket by kinit, a certificate by --cert and "
               "--key), and run the same command again.") },
    { is_without_recipient, STR_INIT("Give --to with the address you were writing to: without it, "
                                     "relaying itself was not tried.") },
    { is_command,
      STR_INIT(
          "The server offers a login, and the file names a command that prints the password. It "
          "is run only with --run-password-command; or give the password by --password-env "
          "NAME.") },
    { is_variable,
      STR_INIT("The server offers a login, and the file takes the password from a variable that is "
               "not set here. Set it, or name a file that does by --env-file FILE.") },
    { is_kept_elsewhere,
      STR_INIT(
          "The server offers a login, and the program has its password where Baton cannot read "
          "it. Give it (it is asked for, or use --password-env NAME), so that it can be "
          "tried.") },
    { is_without_login,
      STR_INIT("The server offers a login. Give --user and the password (it is asked "
               "for, or use --password-env NAME), so that it can be tried.") },
    { is_ip,
      STR_INIT("Run the same command from a machine that the server trusts (or with --source): if "
               "it is accepted there, the address is the cause.") },
    { is_backend,
      STR_INIT("Keep the password as it is, and run the same command again in 15 minutes. If the "
               "answer is the same, tell whoever runs the server its words and the time.") },
    { is_held_off,
      STR_INIT("Stop every program that logs in there, wait an hour, and run the same command "
               "again: each try before that may make it longer.") },
    { is_mangled,
      STR_INIT("Look at the password where your program gets it from. Or run the same command with "
               "--logins 2: it is then tried once more without what is odd about it, at the price "
               "of perhaps one more refused login.") },
    { is_form,
      STR_INIT("Run the same command with --logins 2: your full address is then tried as the user "
               "name, at the price of perhaps one more refused login.") },
    { is_mechanism,
      STR_INIT("Run the same command with --logins 2: another login method is then tried, at the "
               "price of perhaps one more refused login.") },
    { is_token,
      STR_INIT("Get a fresh token, with the right to send, and run the same command again: "
               "if it is taken, the old one was the cause.") },
    { is_app_password,
      STR_INIT("Run the same command again with the app password: if it is taken, enter it in your "
               "program too.") },
    { is_switched_off,
      STR_INIT("Run the same command with --auth XOAUTH2 and --token-command, if a token for the "
               "account is at hand: if it is taken, the password was the cause.") },
    { is_barred,
      STR_INIT("Read the provider's notices in the web mail. Run the same command again when the "
               "account may send.") },
    { is_login_refused, STR_INIT("Log in to the provider's web mail with the same user name and "
                                 "password. If that works, ask the provider what SMTP needs.") },
    { is_temporary,
      STR_INIT("The refusal is a temporary one. Run the same command again in 15 minutes "
               "and compare.") },
    { is_recipients,
      STR_INIT("Run the same command with another recipient in --to: if that one is taken, the "
               "settings are right, and the mailbox is the matter.") },
    { is_content,
      STR_INIT(
          "Run the same command with --send: if Baton's short test message is taken, it is the "
          "content of yours.") },
    { is_banned,
      STR_INIT("Run the same command from another network (a phone's hot spot): if it is answered "
               "there, the ban is on this address.") },
    { is_out_of_reach,
      STR_INIT(
          "The server that DNS names for the domain could not be asked from here; many networks "
          "let no connection out to port 25. Run the same command on the mail server itself, or "
          "from a network that does.") },
    { is_not_configured,
      STR_INIT("Run the same command from another network: where the domain's own name servers can "
               "be asked, it shows whether DNS leads to this server now.") },
    { is_anything,
      STR_INIT("Ask whoever runs the server what its words above mean, and for its log lines "
               "of this test.") },
};

str words_next_experiment(const struct doctor_asked *asked, const struct doctor_record *r,
                          const struct doctor_judgement *j)
{
    const struct next_case n = { asked, r, j };
    for (size_t i = 0; i < COUNT_OF(NEXT); i++)
        if (NEXT[i].fits(&n))
            return NEXT[i].text;
    return STR_NONE;
}
