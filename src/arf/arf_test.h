/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARF_ARF_TEST_H
#define ARF_ARF_TEST_H

/* What the tests of this room share: a report and its repairs as lines of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#include "arf/arf.h"
#include "base/arena.h"
#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void show_name(struct buf *b, const char *key, struct sv name)
{
	if (name.n)
		buf_addf(b, "%s %.*s\n", key, SV_ARG(name));
}

static inline void show_word(struct buf *b, const char *key, enum arf_table table,
			     unsigned number)
{
	if (number)
		buf_addf(b, "%s %s\n", key, arf_word(table, number)->name);
}

static inline void show_auth(struct buf *b, unsigned bits)
{
	size_t n;
	const struct arf_word *words = arf_words(ARF_TABLE_AUTH, &n);
	for (size_t i = 0; i < n; i++)
		if (bits & ARF_BIT(words[i].number))
			buf_addf(b, "auth %s\n", words[i].name);
}

static inline void show_alignment(struct buf *b, const struct arf_report *r)
{
	static const char *const said[] = { "", "no", "yes" };
	if (r->alignment)
		buf_addf(b, "alignment%s%s%s\n",
			 r->alignment & ARF_LIST_NONE ? " none" : "",
			 r->alignment & ARF_LIST_SPF ? " spf" : "",
			 r->alignment & ARF_LIST_DKIM ? " dkim" : "");
	if (r->spf_aligned || r->dkim_aligned)
		buf_addf(b, "aligned spf=%s dkim=%s\n", said[r->spf_aligned],
			 said[r->dkim_aligned]);
}

static inline void show_results(struct buf *b, const struct arf_report *r)
{
	static const char *const scopes[] = { "", " mailfrom", " helo" };
	for (size_t i = 0; i < r->result_n; i++) {
		const struct arf_result *s = &r->result[i];
		buf_addf(b, "%s%s=%s%s", s->sample ? "sample " : "",
			 arf_word(ARF_TABLE_METHOD, s->method)->name,
			 arf_word(ARF_TABLE_RESULT, s->result)->name, scopes[s->scope]);
		if (s->domain.n)
			buf_addf(b, " %.*s", SV_ARG(s->domain));
		if (s->selector.n)
			buf_addf(b, " s=%.*s", SV_ARG(s->selector));
		buf_add_char(b, '\n');
	}
}

/* All of a report, a line each thing that was said. */
static inline void show_report(struct buf *b, const struct arf_report *r)
{
	char text[ADDR_TEXT];
	show_word(b, "type", ARF_TABLE_FEEDBACK, r->feedback);
	show_auth(b, r->auth_failures);
	show_word(b, "delivery", ARF_TABLE_DELIVERY, r->delivery);
	show_alignment(b, r);
	show_name(b, "domain", r->policy_domain);
	for (size_t i = 0; i < r->reported_n; i++)
		show_name(b, "reported", r->reported[i]);
	show_name(b, "from", r->header_from);
	show_name(b, "d", r->dkim_domain);
	show_name(b, "s", r->dkim_selector);
	show_name(b, "i", r->dkim_identity);
	show_name(b, "mailfrom", r->null_sender ? SV("<>") : r->mail_from);
	show_name(b, "helo", r->helo);
	show_name(b, "spf", r->spf_record);
	show_name(b, "mta", r->reporting_mta);
	show_name(b, "reporter", r->reporter);
	if (r->source.kind)
		buf_addf(b, "source %s\n", addr_format(&r->source, text));
	if (r->has_arrival)
		buf_addf(b, "arrival %s\n", date_format_time(r->arrival, text));
	if (r->incidents != 1)
		buf_addf(b, "incidents %llu\n", (unsigned long long)r->incidents);
	show_word(b, "agent", ARF_TABLE_AGENT, r->agent);
	show_name(b, "version", r->agent_version);
	show_results(b, r);
	if (r->text_only)
		buf_add_str(b, "sentences\n");
}

static inline void show_repairs(struct buf *b, const struct arf_report *r)
{
	uint64_t times = 0;
	for (size_t i = 0; i < r->repair_n; i++) {
		assert_int_equal(r->repair[i].found.n, 0);
		buf_addf(b, "%s", repair_kind(r->repair[i].code)->name);
		if (r->repair[i].times > 1)
			buf_addf(b, " x%u", (unsigned)r->repair[i].times);
		if (r->repair[i].where.n)
			buf_addf(b, " @ %.*s", SV_ARG(r->repair[i].where));
		buf_add_char(b, '\n');
		times += r->repair[i].times;
	}
	if (r->repair_n < ARF_REPAIRS_MAX)
		assert_int_equal(times, r->repairs);
}

/* The same after a trip through the codec. */
static inline void check_codec(const struct arf_report *r)
{
	struct arf_report again;
	struct buf bytes, one, two;
	buf_init(&bytes, ARF_ENCODED_MAX);
	buf_init(&one, 1 << 20);
	buf_init(&two, 1 << 20);
	assert_true(arf_encode(r, &bytes));
	assert_true(arf_decode(buf_sv(&bytes), &again));
	show_report(&one, r);
	show_report(&two, &again);
	assert_string_equal(buf_str(&one), buf_str(&two));
	assert_int_equal(r->repairs, again.repairs);
	buf_deinit(&bytes);
	buf_deinit(&one);
	buf_deinit(&two);
}

#define MAIL_OF(type, parts) \
	"From: Reports <ruf-sender@receiver.example>\n" \
	"To: <failures@customer.example>\n" \
	"Date: Tue, 6 Oct 2026 10:00:05 +0000\n" \
	"Subject: FW: something\n" \
	"MIME-Version: 1.0\n" \
	"Content-Type: " type "; boundary=b\n" \
	"\n" \
	"--b\n" \
	"Content-Type: text/plain\n" \
	"\n" \
	"This is an authentication failure report.\n" parts "--b--\n"
#define MAIL(parts) MAIL_OF("multipart/report; report-type=feedback-report", parts)
#define PART(type, text) "--b\nContent-Type: " type "\n\n" text "\n"
#define FEEDBACK(fields) PART("message/feedback-report", fields)
#define SAMPLE(fields) PART("message/rfc822", fields "\n\nDear all,\n")
#define FROM "From: Jane <jane.doe@shop.example>\nSubject: hello\n"

/* What each report must say, so that a case shows only what it is about. */
#define MUST \
	"Feedback-Type: auth-failure\n" \
	"User-Agent: OpenDMARC-Filter/1.4.2\n" \
	"Version: 1\n" \
	"Source-IP: 192.0.2.7\n" \
	"Arrival-Date: Tue, 6 Oct 2026 09:59:00 +0000\n"
#define ABOUT \
	"Auth-Failure: dmarc\n" \
	"Authentication-Results: mx.receiver.example; dmarc=fail " \
	"header.from=shop.example\n" \
	"Reported-Domain: shop.example\n"
#define REPORTER "reporter receiver.example\n"
#define CAME "source 192.0.2.7\narrival 2026-10-06T09:59:00Z\n"
#define AGENT "agent OpenDMARC-Filter\nversion 1.4.2\n"
#define PLAIN_TOP \
	"type auth-failure\nauth dmarc\ndomain shop.example\nreported shop.example\n"
#define PLAIN_END REPORTER CAME AGENT "dmarc=fail shop.example\n"
#define PLAIN PLAIN_TOP "from shop.example\n" PLAIN_END

#define EXIM(lines) \
	"From: no-reply@gate.example.net\nDate: Tue, 6 Oct 2026 10:00:05 +0000\n" \
	"Content-Type: text/plain\n\n" \
	"A message claiming to be from you has failed the published DMARC\n" \
	"policy for your domain.\n\n" lines \
	"\n------ This is a copy of the headers that were received before the error " \
	"was detected.\n\n"
struct row {
	const char *name, *mail, *report, *repairs;
};

struct outcome {
	struct arena *arena;
	struct arf_report report;
	struct buf text, repairs;
};

static inline void read_mail(struct outcome *o, const char *name, const char *mail)
{
	char reason[LIMIT_REASON + 1];
	o->arena = arena_new();
	buf_init(&o->text, 1 << 20);
	buf_init(&o->repairs, 1 << 20);
	if (!arf_read(sv_from(mail), o->arena, &o->report, reason))
		fail_msg("%s: %s", name, reason);
	show_report(&o->text, &o->report);
	show_repairs(&o->repairs, &o->report);
	check_codec(&o->report);
}

static inline void forget(struct outcome *o)
{
	buf_deinit(&o->text);
	buf_deinit(&o->repairs);
	arena_free(&o->arena);
}

static inline bool has_line(struct sv text, struct sv want)
{
	struct sv line;
	while (sv_take_line(&text, &line))
		if (sv_eq(line, want))
			return true;
	return false;
}

static inline void add_missing(struct buf *out, char sign, struct sv text,
			       struct sv there)
{
	struct sv line;
	while (sv_take_line(&text, &line))
		if (!has_line(there, line))
			buf_addf(out, "%c%.*s\n", sign, SV_ARG(line));
}

static inline bool same_lines(struct sv a, struct sv b)
{
	struct sv line, rest = a;
	while (sv_take_line(&rest, &line))
		if (!has_line(b, line))
			return false;
	return a.n == b.n;
}

static inline void check(const char *name, const char *what, const char *got,
			 const char *want)
{
	if (!same_lines(sv_from(got), sv_from(want)))
		fail_msg("%s, %s:\n%s\n-- but should be:\n%s", name, what, got, want);
}

static inline void check_difference(const struct row *row)
{
	struct outcome o;
	struct buf diff;
	buf_init(&diff, 1 << 20);
	read_mail(&o, row->name, row->mail);
	add_missing(&diff, '+', buf_sv(&o.text), SV(PLAIN));
	add_missing(&diff, '-', SV(PLAIN), buf_sv(&o.text));
	check(row->name, "report", buf_str(&diff), row->report);
	check(row->name, "repairs", buf_str(&o.repairs), row->repairs);
	buf_deinit(&diff);
	forget(&o);
}

#define TEST_OF(table) \
	static void test_##table(void **state) \
	{ \
		(void)state; \
		for (size_t i = 0; i < sizeof(table) / sizeof(*(table)); i++) \
			check_difference(&(table)[i]); \
	}

#endif
