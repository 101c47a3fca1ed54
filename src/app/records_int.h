/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_RECORDS_INT_H
#define APP_RECORDS_INT_H

#include "app/domain.h"
#include "store/book.h"

/* Where reports about a client's domains go: its own address, else the installation's;
 * empty where neither is set. */
struct sv records_address(const struct app *app, const struct book_client *c);
/* What to publish; nothing without an address. */
void records_for(struct sv domain, enum app_use use, struct sv address, struct arena *a,
		 struct record_set *out);
/* record_read_domain() and record_read_address() with a sentence. An empty address stays
 * empty. */
bool records_read_domain(struct sv text, struct arena *a, struct sv *out,
			 struct err *err);
bool records_read_address(struct sv text, struct arena *a, struct sv *out,
			  struct err *err);

#endif
