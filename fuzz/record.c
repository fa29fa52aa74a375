/* SPDX-License-Identifier: ISC */
/* A record that is written is read the same, among whatever octets; one that is damaged, or has values that there are not,
 * is no record. An id is said and read. */
#include "relay/record.h"
#include <assert.h>
#include <string.h>

enum { LEAD = 24, TABLES = 40 };

static void ids(str text)
{
    char said[RELAY_RECORD_ID_MAX];
    uint64_t id, again;
    if (!relay_record_parse(text, &id))
        return;
    relay_record_text(id, said);
    assert(relay_record_parse(str_from(said), &again) && again == id);
}

static uint8_t octet(str *rest)
{
    uint8_t c = rest->n ? (uint8_t)rest->p[0] : 0;
    *rest = str_skip(*rest, 1);
    return c;
}

/* Octets for the switches, then lines for the texts. */
static void fill(str rest, struct relay_record *rec, struct policy_listed listed[TABLES],
                 struct policy_rate rates[TABLES], struct policy_rule rules[TABLES])
{
    struct policy_facts *f = &rec->facts;
    rec->id = octet(&rest);
    rec->outcome = (enum policy_outcome)octet(&rest);
    rec->cause = (enum cause_id)(octet(&rest) % CAUSES);
    f->client.family = (enum ip_family)octet(&rest);
    f->tls = octet(&rest) & 1;
    f->pop_window = octet(&rest) & 1;
    uint8_t author = octet(&rest); /* one octet of the record holds both */
    f->author.known = (enum policy_known)(author % 16);
    f->author.field = (enum policy_author)(author / 16);
    f->spf.known = (enum policy_known)octet(&rest);
    f->spf.result = (enum auth_result)octet(&rest);
    f->listed_count = octet(&rest) % TABLES;
    f->rate_count = octet(&rest) % TABLES;
    uint8_t known = octet(&rest);
    str *const texts[] = { &f->listener,     &f->login,          &f->certificate, &f->reverse_path,
                           &f->forward_path, &f->author.address, &rec->helo };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = str_cut(&rest, '\n');
    for (size_t i = 0; i < f->listed_count; i++)
        listed[i] = (struct policy_listed){ str_cut(&rest, '\n'), (enum policy_known)known,
                                            octet(&rest) & 1 };
    for (size_t i = 0; i < f->rate_count; i++) {
        rules[i].number = octet(&rest);
        rates[i] = (struct policy_rate){ &rules[i], (enum policy_known)known, octet(&rest), 9 };
    }
    f->listed = listed;
    f->rates = rates;
}

static bool values_are(const struct relay_record *r)
{
    bool known = true;
    for (size_t i = 0; i < r->facts.listed_count && i < RELAY_RECORD_LISTED_MAX; i++)
        known &= r->facts.listed[i].known <= POLICY_FAILED;
    for (size_t i = 0; i < r->facts.rate_count && i < RELAY_RECORD_RATES_MAX; i++)
        known &= r->facts.rates[i].known <= POLICY_FAILED;
    return known && r->outcome <= POLICY_ASK && r->facts.client.family <= IP_V6 &&
           r->facts.author.known <= POLICY_FAILED && r->facts.author.field < POLICY_AUTHORS &&
           r->facts.spf.known <= POLICY_FAILED && r->facts.spf.result <= AUTH_PERMERROR;
}

static void bound(struct relay_record *rec, struct arena *a)
{
    static struct policy_rule rules[4];
    const struct policy p = { .rules = rules, .count = COUNT_OF(rules) };
    assert(relay_record_bind(rec, &p, a));
    for (size_t i = 0; i < rec->facts.rate_count; i++)
        assert(rec->facts.rates[i].rule >= rules && rec->facts.rates[i].rule < rules + 4);
}

static void write_and_read(str data, struct arena *a)
{
    static char file[LEAD + 2 * RELAY_RECORD_MAX], again[RELAY_RECORD_MAX];
    struct policy_listed listed[TABLES];
    struct policy_rate rates[TABLES];
    struct policy_rule rules[TABLES];
    memset(rules, 0, sizeof rules);
    struct relay_record rec = { .digest = 7, .at_ms = 8 }, back;
    size_t size;
    memset(file, 0, LEAD);
    fill(data, &rec, listed, rates, rules);
    size_t n = relay_record_write(&rec, file + LEAD);
    assert(n <= RELAY_RECORD_MAX && n % 8 == 0);
    bool reads = relay_record_read((str){ file + LEAD, n }, a, &back, &size);
    assert(reads == values_are(&rec));
    if (!reads)
        return;
    assert(size == n && back.outcome == rec.outcome && back.cause == rec.cause);
    assert(back.facts.author.field == rec.facts.author.field);
    assert(str_eq(back.facts.login, str_take(rec.facts.login, RELAY_RECORD_TEXT_MAX)));
    assert(relay_record_search((str){ file, LEAD + n }, rec.id, a, &back));
    assert(!relay_record_search((str){ file, LEAD + n - 1 }, rec.id, a, &back));
    bound(&back, a);
    /* the one behind is found, whatever stands in the place of the first */
    rec.id = 1000;
    size_t more = relay_record_write(&rec, again);
    memcpy(file + LEAD + n, again, more);
    assert(relay_record_search((str){ file, LEAD + n + more }, 1000, a, &back));
    file[LEAD + n / 2] = (char)(file[LEAD + n / 2] ^ 1);
    assert(relay_record_search((str){ file, LEAD + n + more }, 1000, a, &back));
    assert(!relay_record_read((str){ file + LEAD, n }, a, &back, &size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct relay_record rec;
    str s = { (const char *)data, size };
    arena_init(&a, 1 << 20);
    ids(s);
    (void)relay_record_search(s, 0, &a, &rec);
    write_and_read(s, &a);
    arena_done(&a);
    return 0;
}
