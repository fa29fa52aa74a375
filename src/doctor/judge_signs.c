/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_signs.c - without an accepted attempt: what the record shows by itself, in this order
 */
#include "doctor/judge_inside.h"

static void (*const SIGNS[])(struct bench *b) = {
    judge_sign_lookup,
    judge_sign_closed,
    judge_sign_silent_port,
    judge_sign_all_silent,
    judge_sign_mode,
    judge_sign_handshake,
    judge_sign_wrong_server,
    judge_sign_certificate,
    judge_sign_mechanism,
    judge_sign_client_certificate,
    judge_sign_mail_only_under_tls,
    judge_sign_hidden,
    judge_sign_domain,
    judge_sign_port_without_login,
    judge_sign_login_first,
    judge_sign_login_needless,
    judge_sign_login_refused,
    judge_sign_account_barred,
    judge_sign_old_helo,
    judge_sign_login_vanished,
    judge_sign_recipient_unknown,
    judge_sign_never_authenticates,
    judge_sign_pop,
    judge_sign_ip_not_trusted,
    judge_sign_login_not_honoured,
    judge_sign_reverse_dns,
    judge_sign_from_at_home,
    judge_sign_words,
    judge_sign_from_invalid,
    judge_sign_no_starttls,
};

void judge_signs(struct bench *b)
{
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
        SIGNS[i](b);
}
