/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DNS_ASK_H
#define DNS_ASK_H

#include "dns/dns.h"

/*
 * One who asks the DNS for a judgement, such as whether a mail is to be believed: one
 * question after the other, each name and type once, within a budget. What is sure to be
 * asked can be started ahead. Not for several threads at once.
 */
struct dns_budget {
	unsigned questions; /* what is asked beyond fails */
	unsigned ms;        /* ... and what is asked, or waited for, later is timed out */
};

struct dns_asker;
/* Whatever else uses `d` meanwhile may lose answers. */
struct dns_asker *dns_asker_new(struct dns *d, const struct dns_budget *b);
void dns_asker_free(struct dns_asker **k);

/* Starts a question that will be asked. */
void dns_ahead(struct dns_asker *k, struct sv name, enum dns_type type);
/* Lives as long as the asker. A name that cannot be (an empty label, one of more than 63
 * bytes, more than 255 in all) is not there. */
const struct dns_answer *dns_ask(struct dns_asker *k, struct sv name, enum dns_type type);

/* So many were asked so far. */
unsigned dns_asked(const struct dns_asker *k);

#endif
