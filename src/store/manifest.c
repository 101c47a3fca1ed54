/* SPDX-License-Identifier: Apache-2.0 */
#include "store/manifest.h"

#include "store/version.h"

#include <inttypes.h>
#include <string.h>

enum entry_kind {
	ENTRY_NUMBER,
	ENTRY_BYTES, /* a number up to MANIFEST_BYTES_MAX */
	ENTRY_SHA,
	ENTRY_TEXT,
	ENTRY_BUILD, /* text that a number is read of */
};

#define AT(member) offsetof(struct manifest, member)

static const struct entry {
	const char *key;
	size_t at;
	enum entry_kind kind;
	bool always; /* in every format */
} entries[] = { { "format", AT(format), ENTRY_NUMBER, true },
		{ "least_build", AT(least_build), ENTRY_BUILD, true },
		{ "build", AT(version), ENTRY_TEXT, true },
		{ "features", AT(features), ENTRY_TEXT, false },
		{ "schema", AT(schema), ENTRY_NUMBER, false },
		{ "created", AT(created), ENTRY_NUMBER, false },
		{ "host", AT(host), ENTRY_TEXT, false },
		{ "packed_bytes", AT(packed_size), ENTRY_BYTES, false },
		{ "packed_sha256", AT(packed_sha), ENTRY_SHA, false },
		{ "database_bytes", AT(plain_size), ENTRY_BYTES, false },
		{ "database_sha256", AT(plain_sha), ENTRY_SHA, false },
#define X(id, name) { name, AT(count.id), ENTRY_NUMBER, false },
		MANIFEST_COUNTS(X)
#undef X
};

enum {
	ENTRY_N = sizeof(entries) / sizeof(*entries)
};

static const struct sv magic = SV_INIT("Postern backup\n");
static const struct sv sha_key = SV_INIT("sha256 ");
static const struct sv features_known = SV_INIT("gzip");

/* --- writing --- */

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

static void put_text(struct buf *b, const char *text)
{
	for (size_t i = 0; i < MANIFEST_TEXT - 1 && text[i]; i++)
		(void)buf_add_char(b, is_plain(text[i]) ? text[i] : '?');
}

static void put_entry(struct buf *b, const struct manifest *m, const struct entry *e)
{
	const void *at = (const char *)m + e->at;
	char build[VERSION_TEXT], hex[DIGEST_HEX];
	(void)buf_addf(b, "%s ", e->key);
	switch (e->kind) {
	case ENTRY_TEXT:
		put_text(b, at);
		break;
	case ENTRY_SHA:
		(void)buf_add_str(b, digest_hex(at, hex));
		break;
	case ENTRY_BUILD:
		(void)buf_add_str(b, version_text(*(const uint64_t *)at, build));
		break;
	case ENTRY_NUMBER:
	case ENTRY_BYTES:
		(void)buf_addf(b, "%" PRIu64, *(const uint64_t *)at);
		break;
	}
	(void)buf_add_char(b, '\n');
}

static void digest_of(struct sv s, char hex[DIGEST_HEX])
{
	uint8_t sha[DIGEST_SIZE];
	struct digest *d = digest_new();
	digest_add(d, s.p, s.n);
	digest_end(d, sha);
	digest_free(&d);
	(void)digest_hex(sha, hex);
}

void manifest_write(const struct manifest *m, char out[MANIFEST_SIZE])
{
	const size_t head = magic.n + sha_key.n + DIGEST_HEX; /* with the line's end */
	char hex[DIGEST_HEX];
	struct buf b;
	buf_init(&b, MANIFEST_SIZE - head);
	for (size_t i = 0; i < ENTRY_N; i++)
		put_entry(&b, m, &entries[i]);
	memset(out, '\n', MANIFEST_SIZE);
	memcpy(out + head, buf_str(&b), b.n);
	digest_of((struct sv){ out + head, MANIFEST_SIZE - head }, hex);
	memcpy(out, magic.p, magic.n);
	memcpy(out + magic.n, sha_key.p, sha_key.n);
	memcpy(out + magic.n + sha_key.n, hex, DIGEST_HEX - 1);
	buf_deinit(&b);
}

/* --- reading --- */

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_sha(struct sv s, uint8_t out[DIGEST_SIZE])
{
	if (s.n != 2 * DIGEST_SIZE)
		return false;
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		int high = nibble(s.p[2 * i]), low = nibble(s.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool take_text(struct sv s, char out[MANIFEST_TEXT])
{
	if (s.n >= MANIFEST_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_plain(s.p[i]))
			return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static bool take_value(struct sv s, struct manifest *m, const struct entry *e)
{
	void *at = (char *)m + e->at;
	uint64_t *number = at;
	switch (e->kind) {
	case ENTRY_TEXT:
		return take_text(s, at);
	case ENTRY_SHA:
		return take_sha(s, at);
	case ENTRY_BUILD:
		return version_read(s, number);
	case ENTRY_BYTES:
		return sv_to_u64(s, number) && *number <= MANIFEST_BYTES_MAX;
	case ENTRY_NUMBER:
		return sv_to_u64(s, number) && *number <= INT64_MAX;
	}
	return false;
}

/* Keys that nobody knows yet are passed over, for what has to be known is a feature; and
 * what a later format makes of other lines is its own affair. */
static bool take_line(struct sv line, struct manifest *m, bool seen[ENTRY_N])
{
	struct sv key = sv_take_until(&line, ' ');
	for (size_t i = 0; i < ENTRY_N; i++) {
		bool ours = entries[i].always || m->format <= MANIFEST_FORMAT;
		if (!ours || !sv_eq(key, sv_from(entries[i].key)))
			continue;
		bool again = seen[i];
		seen[i] = true;
		return !again && take_value(line, m, &entries[i]);
	}
	return true;
}

static bool take_lines(struct sv rest, struct manifest *m, bool seen[ENTRY_N])
{
	while (rest.n && rest.p[0] != '\n')
		if (!take_line(sv_take_until(&rest, '\n'), m, seen))
			return false;
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] != '\n')
			return false;
	return true;
}

static bool has_all(const bool seen[ENTRY_N], bool later)
{
	for (size_t i = 0; i < ENTRY_N; i++)
		if (!seen[i] && (entries[i].always || !later))
			return false;
	return true;
}

enum manifest_outcome manifest_read(struct sv block, struct manifest *out,
				    const char **out_why)
{
	bool seen[ENTRY_N] = { false };
	char hex[DIGEST_HEX];
	*out = (struct manifest){ 0 };
	*out_why = "it does not begin as one does";
	if (!sv_eq(sv_take(&block, magic.n), magic))
		return MANIFEST_FOREIGN;
	*out_why = "it ends within its manifest";
	if (block.n != MANIFEST_SIZE - magic.n)
		return MANIFEST_DAMAGED;
	*out_why = "its manifest is not as it was written";
	struct sv sum = sv_take_until(&block, '\n');
	if (!sv_eq(sv_take(&sum, sha_key.n), sha_key))
		return MANIFEST_DAMAGED;
	digest_of(block, hex);
	if (!sv_eq(sum, sv_from(hex)))
		return MANIFEST_DAMAGED;
	*out_why = "its manifest says what no build writes";
	bool taken = take_lines(block, out, seen);
	bool later = out->format > MANIFEST_FORMAT;
	if (!taken || out->format == 0 || !has_all(seen, later) ||
	    !version_read(sv_from(out->version), &out->build))
		return MANIFEST_DAMAGED;
	*out_why = "";
	return later ? MANIFEST_LATER : MANIFEST_READ;
}

struct sv manifest_unknown_feature(const struct manifest *m)
{
	struct sv rest = sv_from(m->features), word;
	while (rest.n) {
		word = sv_take_until(&rest, ' ');
		if (word.n && !sv_eq(word, features_known))
			return word;
	}
	return SV("");
}
