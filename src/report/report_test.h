/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_REPORT_TEST_H
#define REPORT_REPORT_TEST_H

/* What the tests of this room share: reading a report in one way or another, and what
 * was read as lines of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#include "base/arena.h"
#include "report/aggregate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct buf text; /* "row ...", "meta ...", "extra ..." lines */
	struct buf repairs;
	struct arena *arena;
	enum aggregate_step step;
	bool again; /* expat did not read it */
	struct aggregate_result result;
	char reason[LIMIT_REASON + 1];
};

static inline void reading_init(struct reading *r)
{
	*r = (struct reading){ .arena = arena_new() };
	buf_init(&r->text, 64 << 20);
	buf_init(&r->repairs, 1 << 20);
}

static inline void reading_deinit(struct reading *r)
{
	buf_deinit(&r->text);
	buf_deinit(&r->repairs);
	arena_free(&r->arena);
}

/* " name=value"; nothing for what was not there, "''" for what was empty. */
static inline void say(struct buf *b, const char *name, struct sv value)
{
	if (value.p)
		buf_addf(b, " %s=%.*s", name, value.n ? (int)value.n : 2,
			 value.n ? value.p : "''");
}

static inline void say_extra(struct buf *b, const struct report_extra *extra, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, " {%.*s: %.*s}", SV_ARG(extra[i].name),
			 SV_ARG(extra[i].value));
}

static inline void say_auth(struct buf *b, const char *kind,
			    const struct report_auth *auth, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_addf(b, " [%s", kind);
		say(b, "d", auth[i].domain);
		say(b, "s", auth[i].selector);
		say(b, "scope", auth[i].scope);
		say(b, "result", auth[i].result);
		say(b, "human", auth[i].human_result);
		buf_addf(b, "]");
	}
}

static inline bool say_row(void *ctx, const struct report_row *row)
{
	struct reading *r = ctx;
	struct report_facet f;
	char addr[ADDR_TEXT];
	arena_reset(r->arena);
	assert_true(report_facet_decode(row->facet, r->arena, &f));
	buf_addf(&r->text, "row %s %llu", addr_format(&row->source, addr),
		 (unsigned long long)row->messages);
	say(&r->text, "disposition", f.disposition);
	say(&r->text, "dkim", f.dkim);
	say(&r->text, "spf", f.spf);
	for (size_t i = 0; i < f.reason_n; i++) {
		buf_addf(&r->text, " (reason");
		say(&r->text, "type", f.reason[i].type);
		say(&r->text, "comment", f.reason[i].comment);
		buf_addf(&r->text, ")");
	}
	say(&r->text, "from", f.header_from);
	say(&r->text, "envelope_from", f.envelope_from);
	say(&r->text, "to", f.envelope_to);
	say_auth(&r->text, "dkim", f.auth_dkim, f.auth_dkim_n);
	say_auth(&r->text, "spf", f.auth_spf, f.auth_spf_n);
	say_extra(&r->text, f.extra, f.extra_n);
	say(&r->text, "source", f.source_text);
	buf_add_char(&r->text, '\n');
	return true;
}

static inline void say_meta(struct buf *b, const struct report_meta *m)
{
	buf_add_str(b, "meta");
	say(b, "xmlns", m->xmlns);
	say(b, "version", m->version);
	say(b, "org", m->org);
	say(b, "email", m->email);
	say(b, "contact", m->contact);
	say(b, "id", m->report_id);
	say(b, "generator", m->generator);
	say(b, "error", m->error);
	if (m->has_begin)
		buf_addf(b, " begin=%lld", (long long)m->begin);
	if (m->has_end)
		buf_addf(b, " end=%lld", (long long)m->end);
	say(b, "domain", m->domain);
	say(b, "adkim", m->adkim);
	say(b, "aspf", m->aspf);
	say(b, "p", m->p);
	say(b, "sp", m->sp);
	say(b, "np", m->np);
	say(b, "pct", m->pct);
	say(b, "fo", m->fo);
	say(b, "testing", m->testing);
	say(b, "discovery", m->discovery_method);
	say_extra(b, m->extra, m->extra_n);
	buf_add_char(b, '\n');
}

/* "name times @ where = found", one a line. */
static inline void say_repairs(struct buf *b, const struct aggregate_result *result)
{
	for (size_t i = 0; i < result->repair_n; i++) {
		const struct repair *r = &result->repair[i];
		buf_addf(b, "%s", repair_kind(r->code)->name);
		if (r->times > 1)
			buf_addf(b, " x%u", r->times);
		if (r->where.n)
			buf_addf(b, " @ %.*s", SV_ARG(r->where));
		if (r->found.n)
			buf_addf(b, " = %.*s", SV_ARG(r->found));
		buf_add_char(b, '\n');
	}
}

/* Reads with one parser, in pieces of that many bytes (0: in one). */
static inline void read_once(struct reading *r, struct aggregate_reader *reader,
			     enum aggregate_parser parser, struct sv bytes, size_t piece)
{
	buf_clear(&r->text);
	buf_clear(&r->repairs);
	r->result = (struct aggregate_result){ 0 };
	aggregate_reset(reader, parser);
	r->step = AGGREGATE_MORE;
	while (bytes.n && r->step == AGGREGATE_MORE)
		r->step = aggregate_feed(reader,
					 sv_take(&bytes, piece ? piece : bytes.n));
	if (r->step == AGGREGATE_MORE)
		r->step = aggregate_end(reader, false, NULL, &r->result);
	(void)snprintf(r->reason, sizeof(r->reason), "%s", aggregate_reason(reader));
	if (r->step != AGGREGATE_MORE)
		return;
	say_meta(&r->text, &r->result.meta);
	buf_addf(&r->text, "%s %llu/%llu/%llu\n",
		 r->result.complete ? "complete" : "incomplete",
		 (unsigned long long)r->result.rows,
		 (unsigned long long)r->result.messages,
		 (unsigned long long)r->result.passed);
	say_repairs(&r->repairs, &r->result);
}

/* As a report is read: with expat, and where that gives up leniently. */
static inline void read_report(struct reading *r, struct aggregate_reader *reader,
			       struct sv bytes, size_t piece)
{
	read_once(r, reader, AGGREGATE_EXPAT, bytes, piece);
	r->again = r->step == AGGREGATE_AGAIN;
	if (r->again)
		read_once(r, reader, AGGREGATE_LENIENT, bytes, piece);
}

static inline struct aggregate_reader *reading_reader(struct reading *r)
{
	return aggregate_new(AGGREGATE_EXPAT, (struct aggregate_sink){ say_row, r });
}

/* The bytes of a file; NULL where there is none. */
static inline char *read_file(const char *path, size_t *out_n)
{
	FILE *f = fopen(path, "rb");
	*out_n = 0;
	if (!f)
		return NULL;
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	long n = ftell(f);
	rewind(f);
	char *p = malloc((size_t)n + 1);
	assert_non_null(p);
	*out_n = fread(p, 1, (size_t)n, f);
	p[*out_n] = '\0';
	(void)fclose(f);
	return p;
}

#endif
