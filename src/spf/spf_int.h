/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPF_SPF_INT_H
#define SPF_SPF_INT_H

#include "base/buf.h"
#include "spf/spf.h"

/* What macros stand for (RFC 7208 7.2). */
struct spf_macros {
	const struct spf_question *q;
	struct sv sender, local, sender_domain; /* postmaster@HELO for a null path */
	struct sv domain;                       /* of the record that is evaluated */
	/* %{p}, found out when it is met first; empty: not yet. */
	struct sv (*validated)(void *ctx);
	void *ctx;
};

/* Is a macro-string well formed (7.1)? In an explanation there may be blanks, and c, r
 * and t. */
bool spf_macros_are_valid(struct sv text, bool explanation);
/* Is it a domain-spec: such a string that ends in a label with a letter, or a macro? */
bool spf_is_domain_spec(struct sv text);
/* Expands what is valid. */
void spf_expand(const struct spf_macros *m, struct sv text, struct buf *out);
/* ... to a name of at most 253 bytes: labels on the left fall off (7.3). */
struct sv spf_expand_domain(const struct spf_macros *m, struct sv text, struct arena *a);

#endif
