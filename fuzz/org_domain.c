/* SPDX-License-Identifier: ISC */
/* Whatever a name is, its organisational domain is an end of it that begins at a label, or nothing; and it is its
 * own. The first octet chooses what the list says. */
#include "dns/org_domain.h"
#include <assert.h>
#include <string.h>

static unsigned char labels; /* of a suffix */

/* A list by which every name's last labels are the suffix; 0: there is no list. */
static enum dns_suffix_answer look(const char *name, size_t *at)
{
    size_t n = strlen(name);
    assert(n && n < DNS_NAME_MAX && name[n - 1] != '.' && name[0] != '.');
    if (labels == 0)
        return DNS_NO_LIST;
    for (unsigned passed = 0; n > 0; n--)
        if (name[n - 1] == '.' && passed++ == labels)
            break;
    *at = n;
    unsigned dots = 0;
    for (const char *c = name + n; *c; c++)
        dots += *c == '.';
    return dots == labels ? DNS_REGISTRABLE : DNS_PUBLIC_SUFFIX;
}
static const struct dns_suffixes LIST = { look };

static void check(str name, const struct dns_suffixes *list)
{
    str org = dns_org_domain(name, list);
    if (!org.n)
        return;
    assert(org.p >= name.p && org.p + org.n <= name.p + name.n &&
           org.p + org.n + 1 >= name.p + name.n);
    assert(org.p == name.p || org.p[-1] == '.');
    assert(org.p[0] != '.' && org.p[org.n - 1] != '.');
    assert(str_eq(dns_org_domain(org, list), org));
    assert(dns_org_same(name, org, list) && !dns_org_differs(name, org, list));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    labels = data[0] % 4;
    str name = { (const char *)data + 1, size - 1 };
    check(name, NULL);
    check(name, &LIST);
    return 0;
}
