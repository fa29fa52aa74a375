/* SPDX-License-Identifier: ISC */
#include "net/trust_anchor.h"

/* ldns's headers name these two, which OpenSSL hides where nothing deprecated is wanted. */
typedef struct rsa_st RSA;
typedef struct dsa_st DSA;
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add(struct net_trust_anchors *out, const ldns_rdf *owner)
{
    char *text = owner ? ldns_rdf2str(owner) : NULL;
    str name = str_from(text);
    if (str_ends_nocase(name, STR(".")))
        name.n--;
    bool known = name.n >= DNS_NAME_MAX || out->count == NET_TRUST_ANCHORS_MAX;
    for (size_t i = 0; i < out->count && !known; i++)
        known = str_eq_nocase(name, str_from(out->names[i]));
    if (text && !known) {
        char *to = out->names[out->count++];
        for (size_t i = 0; i < name.n; i++)
            to[i] = to_lower(name.p[i]);
        to[name.n] = '\0';
    }
    free(text);
}

/* Lines that are no record are left to libunbound to complain of. */
bool net_trust_anchors_read(const char *file, struct net_trust_anchors *out, struct err *e)
{
    struct stat st;
    FILE *f = fopen(file, "re");
    if (!f)
        return err_sys(e, "reading the trust anchors in '%s'", file);
    /* Directories and devices have no end, and libunbound will read it once more. */
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)fclose(f);
        return err_set(e, ERR_SYNTAX, "'%s' is no file that can be read twice", file);
    }
    *out = (struct net_trust_anchors){ .count = 0 };
    while (!feof(f) && !ferror(f)) {
        ldns_rr *rr = NULL;
        if (ldns_rr_new_frm_fp(&rr, f, NULL, NULL, NULL) != LDNS_STATUS_OK)
            continue;
        if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS || ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNSKEY)
            add(out, ldns_rr_owner(rr));
        ldns_rr_free(rr);
    }
    (void)fclose(f);
    return out->count > 0 || err_set(e, ERR_SYNTAX, "'%s' holds no trust anchor", file);
}
