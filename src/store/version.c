/* SPDX-License-Identifier: Apache-2.0 */
#include "store/version.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

enum {
	PART = 1000,
	MAJOR_DIGITS = 7
};

bool version_read(struct sv text, uint64_t *out)
{
	size_t end = 0;
	while (end < text.n && (ascii_is_digit(text.p[end]) || text.p[end] == '.'))
		end++;
	bool bare = end == text.n;
	if (!bare && text.p[end] != '-' && text.p[end] != '+')
		return false;
	text.n = end;
	*out = 0;
	for (int i = 0; i < 3; i++) {
		uint64_t n;
		struct sv part = sv_take_until(&text, '.');
		if (part.n > MAJOR_DIGITS || !sv_to_u64(part, &n) || (i && n >= PART))
			return false;
		*out = *out * PART + n;
	}
	return text.n == 0;
}

uint64_t version_ours(void)
{
	uint64_t n = 0;
	bool shaped = version_read(SV(POSTERN_VERSION), &n);
	assert(shaped);
	return shaped ? n : 0;
}

const char *version_text(uint64_t build, char out[VERSION_TEXT])
{
	(void)snprintf(out, VERSION_TEXT, "%" PRIu64 ".%" PRIu64 ".%" PRIu64,
		       build / PART / PART, build / PART % PART, build % PART);
	return out;
}
