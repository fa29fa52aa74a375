/* SPDX-License-Identifier: ISC */
/*
 * doctor/message.h - the one test message of --send
 * Speaks  RFC 5322 section 3.6: Date, From, To, Subject, Message-ID; plain text in ASCII.
 */
#ifndef BATON_DOCTOR_MESSAGE_H
#define BATON_DOCTOR_MESSAGE_H
#include "net/dialogue.h"
#include "smtp/attempt.h"

/* Gives the whole message to a dialogue that asked for its body. */
void doctor_message_send(struct net_dialogue *d, const struct smtp_attempt *x, str helo);
#endif
