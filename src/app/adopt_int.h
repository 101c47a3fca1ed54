/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_ADOPT_INT_H
#define APP_ADOPT_INT_H

#include "app/domain.h"
#include "app/scope_int.h"

/* Counts, or stops counting, all reports of one policy domain, of any kind, that are not
 * superseded. *out_sealed says how many stay as they are, for their details are gone. A
 * TLS report that names another domain too, which is not refused, goes on counting.
 * Within a transaction. */
bool adopt_count(struct scope *s, int64_t policy_domain, bool counted,
		 uint64_t *out_reports, uint64_t *out_sealed, struct err *err);
/* Whose domain `d` is taken out of, where that is another client's: before it is entered.
 */
void adopt_out_of(const struct scope *s, const struct book_domain *d,
		  struct app_domain_added *out);
/* Enters `d` into the book, or takes a retired entry back, also that of another client,
 * which *out_before then names; counts again what was refused of the domains that it now
 * owns. Within a transaction. Sets *out_again, d->id. */
bool adopt_domain(struct scope *s, struct book_domain *d, bool *out_again,
		  struct sv *out_before, struct err *err);

#endif
