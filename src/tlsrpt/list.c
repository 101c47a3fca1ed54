/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/read_int.h"

#include <string.h>

/* Lists of texts, and members that the RFC does not know. */

struct lines {
	struct sv *at;
	size_t n;
};

enum {
	FIRST_CAP = 8 /* of an array that grows in an arena, doubling */
};

/* Room for one more behind the `n` of an array; what it grows out of stays in the arena.
 */
static void *grown(struct arena *a, void *at, size_t n, size_t size)
{
	bool full = n == 0 || (n >= FIRST_CAP && (n & (n - 1)) == 0);
	if (!full)
		return at;
	void *larger = arena_array(a, n ? 2 * n : FIRST_CAP, size);
	if (n)
		memcpy(larger, at, n * size);
	return larger;
}

/* A text of several lines is as many. */
static bool add_lines(struct tls_reader *r, enum tls_member m, struct sv text,
		      struct lines *to)
{
	for (struct sv line; sv_take_line(&text, &line);) {
		line = sv_trim(line);
		if (line.n == 0)
			continue;
		if (line.n > LIMIT_VALUE)
			return tls_refuse_value(r, m);
		if (to->n == LIMIT_TLS_LINES)
			return tls_refuse(
				r,
				"policy %zu has more than %d entries in its %s, "
				"the most that is read",
				r->policy, LIMIT_TLS_LINES, tls_member_name(m));
		to->at = grown(r->arena, to->at, to->n, sizeof(*to->at));
		line = tls_clean(r, line);
		if (m == TLS_MEMBER_MX)
			tls_fold_domain(r, m, &line);
		to->at[to->n++] = line;
	}
	return true;
}

/* Lists in lists too: RFC 8460 4.5 speaks of such. */
static bool add_value(struct tls_reader *r, enum tls_member m, json_t *v,
		      struct lines *to)
{
	if (json_is_null(v))
		return true;
	if (json_is_array(v)) {
		bool ok = true;
		for (size_t i = 0; ok && i < json_array_size(v); i++)
			ok = add_value(r, m, json_array_get(v, i), to);
		return ok;
	}
	if (json_is_object(v)) {
		tls_note(r, REPAIR_VALUE_FORM, m, (struct sv){ 0 });
		return tls_extra(r, sv_from(tls_member_name(m)), v);
	}
	struct sv text = tls_scalar(r, v);
	if (!json_is_string(v))
		tls_note(r, REPAIR_TEXT_FORM, m, text);
	return add_lines(r, m, text, to);
}

bool tls_texts(struct tls_reader *r, enum tls_member m, json_t *v, const struct sv **out,
	       size_t *out_n)
{
	struct lines lines = { NULL, 0 };
	/* The RFC has mx-host both ways: a list in its words, a text in its example. */
	if (json_is_string(v) && m != TLS_MEMBER_MX)
		tls_note(r, REPAIR_LIST_FORM, m, tls_scalar(r, v));
	if (v && !add_value(r, m, v, &lines))
		return false;
	*out = lines.at;
	*out_n = lines.n;
	return true;
}

static bool keep_extra(struct tls_reader *r, json_t *v)
{
	struct sv name = tls_clean(r, buf_sv(&r->path)), value = { NULL, 0 };
	if (json_is_object(v) || json_is_array(v))
		value = SV("");
	else if (!json_is_null(v))
		value = tls_scalar(r, v);
	if (value.n > LIMIT_VALUE)
		return tls_refuse(r, "%s is longer than %d bytes, the most that is read",
				  tls_shown(r, name), LIMIT_VALUE);
	r->extra_bytes += sizeof(struct report_extra) + name.n + value.n;
	if (r->extra_bytes > LIMIT_TLS_REPORT)
		return tls_refuse(r, "the report has too much in members that RFC 8460 "
				     "does not know");
	if (value.p)
		value = tls_clean(r, value);
	struct tls_extras *to = &r->extras;
	to->at = grown(r->arena, to->at, to->n, sizeof(*to->at));
	to->at[to->n++] = (struct report_extra){ name, value };
	return true;
}

static bool walk_extra(struct tls_reader *r, json_t *v);

static bool refuse_name(struct tls_reader *r)
{
	return tls_refuse(
		r, "a member's name is longer than %d bytes, the most that is read",
		LIMIT_VALUE);
}

static bool walk_member(struct tls_reader *r, const char *key, json_t *v)
{
	size_t before = r->path.n;
	if (before)
		buf_add_char(&r->path, '/');
	buf_add_str(&r->path, key);
	if (r->path.over)
		return refuse_name(r);
	bool ok = walk_extra(r, v);
	r->path.n = before;
	return ok;
}

static bool walk_extra(struct tls_reader *r, json_t *v)
{
	bool ok = true;
	const char *key;
	json_t *value;
	if (json_is_object(v) && json_object_size(v)) {
		json_object_foreach(v, key, value) ok = ok && walk_member(r, key, value);
	} else if (json_is_array(v) && json_array_size(v)) {
		for (size_t i = 0; ok && i < json_array_size(v); i++)
			ok = walk_extra(r, json_array_get(v, i));
	} else {
		ok = keep_extra(r, v);
	}
	return ok;
}

bool tls_extra(struct tls_reader *r, struct sv name, json_t *v)
{
	buf_clear(&r->path);
	buf_add_sv(&r->path, name);
	return r->path.over ? refuse_name(r) : walk_extra(r, v);
}
