/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DIGEST_EML_H
#define DIGEST_EML_H

#include "base/buf.h"

/* A mail as it is sent (RFC 5322, MIME): text and HTML as alternatives, and a logo where
 * there is one. Lines end with CR LF. What stands in the header is made harmless: no
 * value can begin a line of its own. */
struct eml {
	struct sv from_name, from; /* address */
	struct sv to;              /* address; empty: no To line */
	struct sv subject;
	struct sv message_id; /* without <> */
	int64_t date;         /* seconds UTC */
	struct sv text, html;
	struct sv logo, logo_type, logo_id; /* bytes; "image/png"; Content-ID */
};

void eml_write(const struct eml *m, struct buf *out);

#endif
