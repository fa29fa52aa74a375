/* SPDX-License-Identifier: ISC */
/*
 * cmd/domain_job.h - one look at a domain, on a loop: the questions, the policy file, the deadline
 * Owns    the table of answers, the gatherer, the fetch, and the memory that the look points into.
 * Leaves  printing to domain_report.h.
 */
#ifndef BATON_CMD_DOMAIN_JOB_H
#define BATON_CMD_DOMAIN_JOB_H
#include "domain/facts.h"
#include "net/fetch.h"
#include "net/gather.h"

struct domain_job_options {
    struct net_gather_options gather;
    struct net_asker
        *asker; /* that serves other jobs too, with these options; NULL: the job has its own */
    bool private_too, straight, validate, fetch;
    bool
        in_batches; /* the look goes on when all that was asked is answered: less work, more waiting */
    uint32_t deadline_ms;
    const char *ca_file;
    const struct net_fetch_pin *pins;
    size_t pin_count;
    const str *selectors; /* outlive the job, as all that is pointed to here */
    size_t selector_count;
};

struct domain_job;
/* domain: A-labels, copied. done is called once, later, and may free the job. NULL: failed. */
struct domain_job *domain_job_new(struct net_loop *l, const struct domain_job_options *o,
                                  str domain, void (*done)(void *user, struct domain_job *j),
                                  void *user, struct err *e) MUST_CHECK;
void domain_job_free(struct domain_job *j);
/* After done; good until j is freed. */
const struct domain_look *domain_job_look(const struct domain_job *j);
uint64_t domain_job_now_s(const struct domain_job *j); /* when the look began */
size_t domain_job_questions(const struct domain_job *j);
#endif
