/* SPDX-License-Identifier: Apache-2.0 */
#include "app/overview_int.h"

#include "base/arena.h"
#include "base/limits.h"
#include "store/kept.h"

#include <string.h>

enum {
	FORM = 2, /* another where anything is found, worded or laid out otherwise */
	SOURCE_MIN = 8, /* bytes of an encoded source, of a finding */
	FINDING_MIN = 14,
	REST_TIMES = 20, /* upkeep rests so many times as long as it worked */
};

static const char name[] = "kept.overview";

bool overview_is_large(const struct scope *s)
{
	return store_size(s->store) >= LIMIT_KEEP_FROM;
}

/* --- encoding --- */

static void add_addr(struct buf *b, const struct addr *a)
{
	buf_add_char(b, (char)a->kind);
	buf_add(b, a->b, sizeof(a->b));
}

static bool take_addr(struct sv *s, struct addr *out)
{
	*out = (struct addr){ 0 };
	if (s->n < 1 + sizeof(out->b) || (unsigned char)s->p[0] > ADDR_V6)
		return false;
	out->kind = (uint8_t)s->p[0];
	memcpy(out->b, s->p + 1, sizeof(out->b));
	*s = sv_sub(*s, 1 + sizeof(out->b), s->n);
	return true;
}

static bool take_int(struct sv *s, int64_t *out)
{
	uint64_t v = 0;
	bool ok = sv_take_varint(s, &v);
	*out = (int64_t)v;
	return ok;
}

/* What of one is printed. */
static void add_finding(struct buf *b, const struct app_finding *v)
{
	const struct finding *f = &v->f;
	const struct sv text[] = { f->client, f->domain, f->subject, v->evidence,
				   v->remedy };
	const uint64_t number[] = { f->code,          f->severity,   (uint64_t)f->since,
				    (uint64_t)f->due, f->id,         f->says.messages,
				    f->says.failed,   f->says.usual, f->says.sources };
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++)
		buf_add_block(b, text[i]);
	for (size_t i = 0; i < sizeof(number) / sizeof(*number); i++)
		buf_add_varint(b, number[i]);
}

void overview_encode(const struct overview_kept *k, const struct app_overview *o,
		     struct buf *out)
{
	buf_add_varint(out, FORM);
	buf_add_block(out, SV(POSTERN_VERSION));
	buf_add_varint(out, (uint64_t)k->made);
	buf_add_varint(out, (uint64_t)k->day);
	buf_add_varint(out, k->took_ms);
	buf_add_varint(out, o->source_all);
	buf_add_varint(out, o->source_n);
	for (size_t i = 0; i < o->source_n; i++) {
		const struct app_source *v = &o->source[i];
		add_addr(out, &v->source);
		buf_add_varint(out, (uint64_t)v->first_day);
		buf_add_varint(out, (uint64_t)v->last_day);
		buf_add_varint(out, v->domains);
		buf_add_varint(out, v->f.rows);
		buf_add_varint(out, v->f.messages);
		buf_add_varint(out, v->f.passed);
	}
	buf_add_varint(out, o->finding_n);
	for (size_t i = 0; i < o->finding_n; i++)
		add_finding(out, &o->finding[i]);
}

static bool take_count(struct sv *s, size_t least, size_t *out)
{
	uint64_t n = 0;
	bool ok = sv_take_varint(s, &n) && n <= s->n / least;
	*out = ok ? (size_t)n : 0;
	return ok;
}

static bool take_source(struct sv *s, struct app_source *v)
{
	uint64_t domains = 0;
	bool ok = take_addr(s, &v->source) && take_int(s, &v->first_day) &&
		  take_int(s, &v->last_day) && sv_take_varint(s, &domains) &&
		  sv_take_varint(s, &v->f.rows) && sv_take_varint(s, &v->f.messages) &&
		  sv_take_varint(s, &v->f.passed);
	v->domains = (uint32_t)domains;
	return ok && domains <= UINT32_MAX;
}

static bool take_finding(struct sv *s, struct app_finding *v)
{
	struct finding *f = &v->f;
	uint64_t code = 0, severity = 0;
	bool ok = sv_take_block(s, &f->client) && sv_take_block(s, &f->domain) &&
		  sv_take_block(s, &f->subject) && sv_take_block(s, &v->evidence) &&
		  sv_take_block(s, &v->remedy) && sv_take_varint(s, &code) &&
		  sv_take_varint(s, &severity) && take_int(s, &f->since) &&
		  take_int(s, &f->due) && sv_take_varint(s, &f->id) &&
		  sv_take_varint(s, &f->says.messages) &&
		  sv_take_varint(s, &f->says.failed) &&
		  sv_take_varint(s, &f->says.usual) &&
		  sv_take_varint(s, &f->says.sources) && code < FINDING_CODES &&
		  severity <= FINDING_GRAVE;
	f->code = ok ? (enum finding_code)code : FINDING_OWN_FAILING;
	f->severity = ok ? (enum finding_severity)severity : FINDING_NOTE;
	return ok;
}

static bool take_head(struct sv *s, struct overview_kept *k)
{
	uint64_t form = 0;
	struct sv version;
	return sv_take_varint(s, &form) && form == FORM && sv_take_block(s, &version) &&
	       sv_eq(version, SV(POSTERN_VERSION)) && take_int(s, &k->made) &&
	       take_int(s, &k->day) && sv_take_varint(s, &k->took_ms);
}

bool overview_decode(struct sv bytes, struct arena *a, struct overview_kept *k,
		     struct app_overview *o)
{
	if (!take_head(&bytes, k) || !sv_take_varint(&bytes, &o->source_all) ||
	    !take_count(&bytes, SOURCE_MIN, &o->source_n))
		return false;
	o->source = arena_array(a, o->source_n + 1, sizeof(*o->source));
	for (size_t i = 0; i < o->source_n; i++)
		if (!take_source(&bytes, &o->source[i]))
			return false;
	if (!take_count(&bytes, FINDING_MIN, &o->finding_n))
		return false;
	o->finding = arena_array(a, o->finding_n + 1, sizeof(*o->finding));
	for (size_t i = 0; i < o->finding_n; i++)
		if (!take_finding(&bytes, &o->finding[i]))
			return false;
	return bytes.n == 0;
}

/* --- keeping --- */

bool overview_kept_read(const struct scope *s, int64_t today, struct app_overview *o,
			struct overview_kept *out, struct err *err)
{
	struct app_overview kept = { 0 };
	struct sv bytes;
	bool holds;
	*out = (struct overview_kept){ 0 };
	if (!kept_get(s->store, name, s->arena, &bytes, &holds, err))
		return false;
	if (!overview_decode(bytes, s->arena, out, &kept)) {
		*out = (struct overview_kept){ 0 };
		return true;
	}
	out->holds = holds && out->day == today;
	out->stale = !holds && out->day == today;
	if (!o || (!out->holds && !out->stale))
		return true;
	o->source = kept.source;
	o->source_n = kept.source_n;
	o->source_all = kept.source_all;
	o->finding = kept.finding;
	o->finding_n = kept.finding_n;
	return true;
}

void overview_keep(const struct app *app, uint64_t state, const struct overview_kept *k,
		   const struct app_overview *o)
{
	struct err ignored;
	struct buf b;
	bool kept;
	const struct store_options so = { .path = app->db,
					  .mode = STORE_WRITE,
					  .busy_ms = 1 };
	buf_init(&b, OVERVIEW_BYTES_MAX);
	overview_encode(k, o, &b);
	struct store *s = b.over ? NULL : store_open(&so, &ignored);
	if (s)
		(void)kept_put(s, name, state, buf_sv(&b), &kept, &ignored);
	store_close(&s);
	buf_deinit(&b);
}

bool overview_drop(struct scope *s, struct err *err)
{
	return store_begin(s->store, err) &&
	       scope_commit(s, book_meta_set(s->store, name, SV(""), err), err);
}

/* Is it time to find it anew? A run that has its own clock cannot tell. */
static bool is_due(const struct app *app, struct scope *s, bool *out, struct err *err)
{
	struct overview_kept k;
	*out = false;
	if (!overview_is_large(s))
		return true;
	if (!overview_kept_read(s, INT64_MIN, NULL, &k, err))
		return false;
	uint64_t since = app->now > k.made ? (uint64_t)(app->now - k.made) : 0;
	*out = app->now_fixed || since * 1000 >= k.took_ms * REST_TIMES;
	return true;
}

bool overview_upkeep(const struct app *app, struct err *err)
{
	struct arena *a = arena_new();
	struct app_overview o;
	struct scope s;
	bool due = false;
	bool ok = scope_open_store(&s, app, STORE_READ, NULL, a, err) &&
		  is_due(app, &s, &due, err);
	scope_close(&s);
	arena_reset(a);
	const struct app_overview_options fresh = { .sources = OVERVIEW_KEPT_SOURCES,
						    .fresh = true };
	ok = ok && (!due || app_overview(app, &fresh, a, &o, err));
	arena_free(&a);
	return ok;
}
