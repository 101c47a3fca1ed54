/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_TEST_H
#define STORE_STORE_TEST_H

/* What the tests of this room share: a folder that goes with the test, a store in it,
 * and reports in few words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "store/book.h"
#include "store/facts.h"
#include "store/store_int.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct fixture {
	char dir[64], path[96];
	struct store *s;
	struct arena *a;
	struct err err;
};

/* Asserts, and shows the sentence where it does not hold. */
#define OK(f, call) \
	do { \
		if (!(call)) \
			fail_msg("%s: %s", #call, (f)->err.text); \
	} while (0)

static inline struct store *test_open(struct fixture *f, enum store_mode mode)
{
	const struct store_options o = { .path = f->path, .mode = mode, .busy_ms = 30 };
	return store_open(&o, &f->err);
}

static inline int test_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/postern-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/in/it.db", f->dir);
	f->a = arena_new();
	f->s = test_open(f, STORE_CREATE);
	if (!f->s)
		fail_msg("%s", f->err.text);
	*state = f;
	return 0;
}

static inline int test_unlink(const char *path, const struct stat *st, int kind,
			      struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline int test_teardown(void **state)
{
	struct fixture *f = *state;
	store_close(&f->s);
	arena_free(&f->a);
	(void)nftw(f->dir, test_unlink, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static inline void test_sha(uint8_t out[32], unsigned n)
{
	memset(out, 0, 32);
	out[0] = (uint8_t)(n * 37);
	memcpy(out + 1, &n, sizeof(n));
}

/* An aggregate report of `domain` with a SHA-256 made of `n`. */
static inline struct book_report test_report(unsigned n, const char *domain, int64_t day)
{
	struct book_report r = {
		.kind = KIND_AGGREGATE,
		.org = SV("Example Reporter"),
		.email = SV("dmarc@reporter.example"),
		.report_id = SV("id-1"),
		.domain = sv_from(domain),
		.has_begin = true,
		.has_end = true,
		.begin = day * 86400,
		.end = day * 86400 + 86399,
		.complete = true,
		.first_day = day,
		.days = 1,
		.arrived = 1000 + n,
	};
	test_sha(r.sha, n);
	return r;
}

static inline struct addr test_addr(unsigned n)
{
	struct addr a = { .kind = ADDR_V4,
			  .b = { 192, (uint8_t)(n >> 16), (uint8_t)(n >> 8),
				 (uint8_t)n } };
	if (n % 5 == 3) {
		a = (struct addr){ .kind = ADDR_V6, .b = { 0x20, 0x01, 0x0d, 0xb8 } };
		memcpy(a.b + 12, &n, 4);
	}
	if (n % 50 == 7)
		a = (struct addr){ .kind = ADDR_NONE };
	return a;
}

static inline int64_t test_facet(struct fixture *f, const char *text, bool passed)
{
	int64_t id = 0;
	OK(f, facts_facet(f->s, 1, sv_from(text), passed, &id, &f->err));
	return id;
}

/* Everything there is. */
static inline struct facts_query test_all(void)
{
	return (struct facts_query){ .day_from = INT64_MIN, .day_to = INT64_MAX };
}

static inline struct facts_sum test_total(struct fixture *f)
{
	struct facts_query q = test_all();
	struct facts_sum sum;
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	return sum;
}

static inline void test_sums(struct facts_sum have, uint64_t rows, uint64_t messages,
			     uint64_t passed)
{
	assert_int_equal(have.rows, rows);
	assert_int_equal(have.messages, messages);
	assert_int_equal(have.passed, passed);
}

/* Rebuilds and compares; the differences found. */
static inline uint64_t test_check(struct fixture *f, bool mend)
{
	const struct facts_check_options o = { .mend = mend };
	struct facts_check_result r;
	OK(f, facts_check(f->s, &o, &r, &f->err));
	return r.differ + r.figures_differ;
}

#endif
