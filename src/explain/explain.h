/* SPDX-License-Identifier: ISC */
/*
 * explain/explain.h - from a text to the cause
 * Owns    the explanation: the likeliest cause, the others that the text leaves open, how sure that is, and the fact
 *         that would split them.
 * Leaves  reading to explain/read.h, knowledge to explain/rows.h, sockets and files to whoever asks.
 */
#ifndef BATON_EXPLAIN_EXPLAIN_H
#define BATON_EXPLAIN_EXPLAIN_H
#include "base/err.h"
#include "explain/said.h"

enum { EXPLAIN_ALSO = 6, EXPLAIN_PROVES = 4, EXPLAIN_SPOKE = 48, EXPLAIN_STEPS = 12 };

struct explain_guess {
    enum cause_id cause;
    double confidence; /* 0 to 1: share among all causes, "none of them" counted as one */
};

struct explain_row;
/* A row of knowledge that spoke (explain/rows.h), and the words that it found; empty: it looks at no words. */
struct explain_evidence {
    const struct explain_row *row;
    str words; /* in lower case */
};

struct explanation {
    struct explain_guess best; /* CAUSE_NONE: not known. Its confidence is that of its family */
    struct explain_guess also
        [EXPLAIN_ALSO]; /* what the text leaves open, likeliest first; one of each other family */
    size_t also_count;
    enum finding_hop hop; /* who refused */
    str who_refused; /* in words, "mx.example.org, the recipient's server"; never empty when known */
    const struct explain_said *said; /* the refusal judged; NULL: none */
    str proves
        [EXPLAIN_PROVES]; /* what the words prove by the stock rule of the server that chose them */
    size_t proves_count;
    str splits;       /* the fact that would tell the best from the rest; empty: none is needed */
    str summary;      /* one sentence */
    bool about_mail;  /* false: nothing about mail is in the text */
    bool relay;       /* is it a refusal to relay, in the design's sense (family R)? */
    size_t hidden;    /* secrets that were masked */
    unsigned cleaned; /* bits of enum explain_cleaned */
    struct explain_evidence
        spoke[EXPLAIN_SPOKE]; /* what the answer rests on, in the order of the tables */
    size_t spoke_count;
    struct explain_page page; /* good as long as memory */
};

struct explainer; /* fields are in explain.c: the rows made ready, once */
/* Each pattern is compiled when it is first needed; many: into machine code, for logs. NULL: no memory. */
struct explainer *explainer_new(bool many) MUST_CHECK;
void explainer_free(struct explainer *x);
AUTO_FREE(explainer_freep, struct explainer, explainer_free)

/* The whole way: clean, read, judge. Secrets in the text are masked first (base/secret.h, explain/mask.h). What it
 * points to lies in memory or in the explainer. False: memory is short. */
bool explain_text(struct explainer *x, str octets, struct arena *memory, struct explanation *out,
                  struct err *e) MUST_CHECK;
/* The second half alone: page is filled in already (a log's refusal, a reply of the doctor). */
bool explain_page(struct explainer *x, struct explain_page *page, struct arena *memory,
                  struct explanation *out, struct err *e) MUST_CHECK;
/* For whom the steps are: the one who sends; whoever runs the server, where the text is a server's own log. */
enum cause_role explain_role(const struct explanation *x);
/* In whose words: the dialect of the text, or the server whose log it is. */
enum cause_server explain_server(const struct explanation *x);
enum cause_server
explain_server_of(enum explain_dialect d); /* SERVER_ANY: it has no steps of its own */
/* What to do, each step in one line (cause_step_line()), good as long as memory: those of the cause for that role and
 * server. Count. */
size_t explain_steps(const struct explanation *x, struct arena *memory, str *out, size_t room);
/* What whoever runs a server can do about it, on his side of the refusal, in his server's words. Where only the other
 * side could change its server: the steps of one who sends. Count. */
size_t explain_steps_on(enum cause_id id, enum cause_server server, enum cause_side side,
                        const struct cause_step **out, size_t room);
#endif
