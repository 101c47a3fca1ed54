/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RECORD_DMARC_H
#define RECORD_DMARC_H

#include "base/sv.h"

/* A DMARC record (RFC 9989 4.7; RFC 7489 6.3 for pct), as far as it decides what becomes
 * of mail. */
enum record_policy {
	RECORD_NONE,
	RECORD_QUARANTINE,
	RECORD_REJECT
};

/* Is the name a public suffix? */
enum record_psd {
	RECORD_PSD_UNSAID, /* u: whoever asks finds out */
	RECORD_PSD_YES,
	RECORD_PSD_NO
};

struct record_dmarc {
	enum record_policy p, sp, np; /* sp and np where they are not said follow */
	bool has_sp, has_np;
	bool adkim_strict, aspf_strict;
	enum record_psd psd;
	bool testing; /* t=y */
	unsigned pct; /* 0 to 100 */
};

/* Does it begin as one, with v=DMARC1? */
bool record_is_dmarc(struct sv text);
/* False: it is no DMARC record, and *why says so in a clause. One that brings reports
 * (rua) and has no policy that can be read stands for none (RFC 9989 4.7). Tags that are
 * not known, and values that are none, are passed over as the RFC has it. */
bool record_dmarc_read(struct sv text, struct record_dmarc *out, const char **why);
/* "none", "quarantine", "reject"; false where it is none of these. */
bool record_policy_named(struct sv word, enum record_policy *out);
const char *record_policy_word(enum record_policy p);

#endif
