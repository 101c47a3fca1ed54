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
	ENTRY_BUILD,   /* text that a number is read of */
	ENTRY_VERSION, /* the same, and the text is kept: m->version and m->build */
};

#define AT(member) offsetof(struct manifest, member)

static const struct entry {
	const char *key;
	size_t at;
	enum entry_kind kind;
} entries[] = { { "format", AT(format), ENTRY_NUMBER },
		{ "least_build", AT(least_build), ENTRY_BUILD },
		{ "build", AT(version), ENTRY_VERSION },
		{ "features", AT(features), ENTRY_TEXT },
		{ "schema", AT(schema), ENTRY_NUMBER },
		{ "created", AT(created), ENTRY_NUMBER },
		{ "host", AT(host), ENTRY_TEXT },
		{ "packed_bytes", AT(packed_size), ENTRY_BYTES },
		{ "packed_sha256", AT(packed_sha), ENTRY_SHA },
		{ "database_bytes", AT(plain_size), ENTRY_BYTES },
		{ "database_sha256", AT(plain_sha), ENTRY_SHA },
#define X(id, name) { name, AT(count.id), ENTRY_NUMBER },
		MANIFEST_COUNTS(X)
#undef X
};

enum {
	HEAD_N = 3, /* the first ones: the first lines in every format, in this order */
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
	case ENTRY_VERSION:
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

/* What follows behind the number counts for nothing: it is cut and made plain, so that a
 * later build may call itself as it likes. */
static bool take_version(struct sv s, struct manifest *m)
{
	if (!version_read(s, &m->build))
		return false;
	s = sv_sub(s, 0, MANIFEST_TEXT - 1);
	for (size_t i = 0; i < s.n; i++)
		m->version[i] = is_plain(s.p[i]) ? s.p[i] : '?';
	m->version[s.n] = '\0';
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
	case ENTRY_VERSION:
		return take_version(s, m);
	case ENTRY_BYTES:
		return sv_to_u64(s, number) && *number <= MANIFEST_BYTES_MAX;
	case ENTRY_NUMBER:
		return sv_to_u64(s, number) && *number <= INT64_MAX;
	}
	return false;
}

static bool take_head(struct sv *rest, struct manifest *m)
{
	for (size_t i = 0; i < HEAD_N; i++) {
		struct sv line = sv_take_until(rest, '\n');
		if (!sv_eq(sv_take_until(&line, ' '), sv_from(entries[i].key)) ||
		    !take_value(line, m, &entries[i]))
			return false;
	}
	return m->format > 0;
}

/* Keys that nobody knows yet are passed over, for what has to be known is a feature. */
static bool take_line(struct sv line, struct manifest *m, bool seen[ENTRY_N])
{
	struct sv key = sv_take_until(&line, ' ');
	for (size_t i = 0; i < ENTRY_N; i++) {
		if (!sv_eq(key, sv_from(entries[i].key)))
			continue;
		bool again = i < HEAD_N || seen[i];
		seen[i] = true;
		return !again && take_value(line, m, &entries[i]);
	}
	return true;
}

static bool take_lines(struct sv rest, struct manifest *m)
{
	bool seen[ENTRY_N] = { false };
	while (rest.n && rest.p[0] != '\n')
		if (!take_line(sv_take_until(&rest, '\n'), m, seen))
			return false;
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] != '\n')
			return false;
	for (size_t i = HEAD_N; i < ENTRY_N; i++)
		if (!seen[i])
			return false;
	return true;
}

/* The first word that this build does not know. */
static struct sv unknown_in(struct sv words)
{
	while (words.n) {
		struct sv word = sv_take_until(&words, ' ');
		if (word.n && !sv_eq(word, features_known))
			return word;
	}
	return SV("");
}

/* Of whatever length, and however the other lines are. */
static bool has_unknown_feature(struct sv rest)
{
	while (rest.n && rest.p[0] != '\n') {
		struct sv line = sv_take_until(&rest, '\n');
		if (sv_eq(sv_take_until(&line, ' '), SV("features")))
			return unknown_in(line).n > 0;
	}
	return false;
}

static bool is_later(const struct manifest *head, struct sv rest)
{
	return head->format > MANIFEST_FORMAT || head->build > version_ours() ||
	       head->least_build > version_ours() || has_unknown_feature(rest);
}

/* Of a block whose digest is right. */
static enum manifest_outcome read_lines(struct sv rest, struct manifest *out)
{
	struct manifest head = { 0 };
	if (!take_head(&rest, &head))
		return MANIFEST_DAMAGED;
	*out = head;
	if (head.format == MANIFEST_FORMAT && take_lines(rest, out) && out->schema > 0)
		return MANIFEST_READ;
	/* Whatever else a later build writes there is its own affair. */
	*out = head;
	return is_later(&head, rest) ? MANIFEST_LATER : MANIFEST_DAMAGED;
}

enum manifest_outcome manifest_read(struct sv block, struct manifest *out,
				    const char **out_why)
{
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
	enum manifest_outcome how = read_lines(block, out);
	*out_why = how == MANIFEST_DAMAGED ? "its manifest says what no build writes"
					   : "";
	return how;
}

struct sv manifest_unknown_feature(const struct manifest *m)
{
	return unknown_in(sv_from(m->features));
}
