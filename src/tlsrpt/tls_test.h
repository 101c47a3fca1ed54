/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TLSRPT_TLS_TEST_H
#define TLSRPT_TLS_TEST_H

/* What the tests of this room share: reading a report, and what was read as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#include "base/date.h"
#include "tlsrpt/tlsrpt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct arena *arena;
	struct tls_report report;
	bool read;
	char reason[LIMIT_REASON + 1];
	struct buf text;    /* a line for the meta, each policy and each failure */
	struct buf repairs; /* a line each */
};

static inline void reading_init(struct reading *r)
{
	*r = (struct reading){ .arena = arena_new() };
	buf_init(&r->text, 64 << 20);
	buf_init(&r->repairs, 1 << 20);
	tls_init(1);
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
			 extra[i].value.p ? (int)extra[i].value.n : 4,
			 extra[i].value.p ? extra[i].value.p : "null");
	buf_add_char(b, '\n');
}

static inline void say_meta(struct buf *b, const struct tls_meta *m)
{
	char begin[DATE_TEXT], end[DATE_TEXT];
	buf_addf(b, "%s - %s", m->has_begin ? date_format_time(m->begin, begin) : "?",
		 m->has_end ? date_format_time(m->end, end) : "?");
	say(b, "org", m->org);
	say(b, "contact", m->contact);
	say(b, "id", m->report_id);
	say_extra(b, m->extra, m->extra_n);
}

static inline void say_list(struct buf *b, const char *name, const struct sv *at,
			    size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(b, "%s%s%.*s", i ? "|" : " ", i ? "" : name, SV_ARG(at[i]));
}

static inline void say_policy(struct buf *b, const struct tls_policy *p)
{
	buf_addf(b, "%.*s +%llu -%llu", p->type_text.p ? (int)p->type_text.n : 1,
		 p->type_text.p ? p->type_text.p : "?", (unsigned long long)p->succeeded,
		 (unsigned long long)p->failed);
	say(b, "domain", p->domain);
	say_list(b, "lines=", p->strings, p->strings_n);
	say_list(b, "mx=", p->mx, p->mx_n);
	say_extra(b, p->extra, p->extra_n);
}

static inline void say_address(struct buf *b, const char *name, const struct addr *addr,
			       struct sv text)
{
	char out[ADDR_TEXT];
	if (addr->kind)
		buf_addf(b, " %s=%s", name, addr_format(addr, out));
	else
		say(b, name, text);
}

static inline void say_failure(struct buf *b, const struct tls_failure *f)
{
	buf_addf(b, "  %.*s x%llu", f->result_text.p ? (int)f->result_text.n : 1,
		 f->result_text.p ? f->result_text.p : "?",
		 (unsigned long long)f->sessions);
	say_address(b, "from", &f->sending, f->sending_text);
	say_address(b, "to", &f->receiving, f->receiving_text);
	say(b, "mx", f->mx);
	say(b, "helo", f->helo);
	say(b, "info", f->info);
	say(b, "reason", f->reason);
	say_extra(b, f->extra, f->extra_n);
}

static inline void say_report(struct buf *b, const struct tls_report *r)
{
	say_meta(b, &r->meta);
	for (size_t i = 0; i < r->policies_n; i++) {
		const struct tls_policy *p = &r->policies[i];
		say_policy(b, p);
		for (size_t k = 0; k < p->failures_n; k++)
			say_failure(b, &p->failures[k]);
	}
}

static inline void say_repairs(struct buf *b, const struct tls_report *r)
{
	for (size_t i = 0; i < r->repairs_n; i++) {
		const struct repair *at = &r->repairs[i];
		const struct repair_kind *kind = repair_kind(at->code);
		assert_non_null(kind);
		buf_add_str(b, kind->name);
		if (at->where.n)
			buf_addf(b, " @ %.*s", SV_ARG(at->where));
		if (at->found.n)
			buf_addf(b, " = %.*s", SV_ARG(at->found));
		if (at->times > 1)
			buf_addf(b, " x%u", at->times);
		buf_add_char(b, '\n');
	}
}

static inline void read_report(struct reading *r, struct sv json)
{
	arena_reset(r->arena);
	buf_clear(&r->text);
	buf_clear(&r->repairs);
	r->reason[0] = '\0';
	r->read = tls_read(json, r->arena, &r->report, r->reason);
	say_report(&r->text, &r->report);
	say_repairs(&r->repairs, &r->report);
	assert_int_equal(r->read, r->reason[0] == '\0');
}

#endif
