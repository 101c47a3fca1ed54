/* SPDX-License-Identifier: Apache-2.0 */
#include "finding/finding.h"

#include "crypto/digest.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	ID_BYTES = 6
};

static const struct {
	const char *word, *what;
	enum finding_severity severity;
} codes[] = {
#define FINDING(id, word, severity, what) { word, what, FINDING_##severity },
#include "finding/finding.def"
#undef FINDING
};

static void add(struct digest *d, struct sv text)
{
	digest_add(d, text.p, text.n);
	digest_add(d, "", 1); /* a NUL: no name has one */
}

uint64_t finding_id(const struct finding *f)
{
	uint8_t sha[DIGEST_SIZE];
	uint64_t id = 0;
	struct digest *d = digest_new();
	add(d, f->client);
	add(d, f->domain);
	add(d, sv_from(finding_word(f->code)));
	add(d, f->subject);
	digest_end(d, sha);
	digest_free(&d);
	for (int i = 0; i < ID_BYTES; i++)
		id = id << 8 | sha[i];
	return id;
}

const char *finding_id_text(uint64_t id, char out[FINDING_ID_TEXT])
{
	(void)snprintf(out, FINDING_ID_TEXT, "%012" PRIx64,
		       id & UINT64_C(0xffffffffffff));
	return out;
}

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool finding_id_read(struct sv text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.n; i++) {
		int digit = hex_of(text.p[i]);
		if (digit < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit;
	}
	return text.n == FINDING_ID_TEXT - 1;
}

static int text_cmp(const struct finding *a, const struct finding *b)
{
	int d = sv_cmp(a->client, b->client);
	d = d ? d : sv_cmp(a->domain, b->domain);
	d = d ? d : (a->code > b->code) - (a->code < b->code);
	return d ? d : sv_cmp(a->subject, b->subject);
}

int finding_cmp(const void *x, const void *y)
{
	const struct finding *a = x, *b = y;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->since != b->since)
		return a->since > b->since ? -1 : 1;
	return text_cmp(a, b);
}

enum finding_severity finding_severity_of(enum finding_code c)
{
	return codes[c].severity;
}

const char *finding_word(enum finding_code c)
{
	return codes[c].word;
}

const char *finding_what(enum finding_code c)
{
	return codes[c].what;
}

const char *finding_severity_word(enum finding_severity s)
{
	static const char *const words[] = {
		[FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_GRAVE] = "grave",
	};
	return words[s];
}

int64_t finding_patience(enum finding_severity s)
{
	static const int64_t days[] = {
		[FINDING_NOTE] = 28,
		[FINDING_WARNING] = 7,
		[FINDING_GRAVE] = 2,
	};
	return days[s];
}
