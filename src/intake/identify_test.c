/* SPDX-License-Identifier: Apache-2.0 */
/* Complete, incomplete and other reports under one key, in every order and in random
 * ones: what counts in the end is the same, and is what the rules say. */
#include "intake/identify.h"

#include "base/arena.h"
#include "store/facts.h"
#include "store/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	FACETS = 3,
	ROWS_MAX = 12,
	REPORTS_MAX = 8,
	SETS = 120,
	ORDERS = 4,
	DAY = 86400
};

struct row {
	uint8_t host, facet, messages;
};

/* A report in few words: which rows, and whether its end was there. */
struct sketch {
	bool complete;
	size_t n;
	struct row row[ROWS_MAX];
};

struct place {
	char dir[64], path[80];
	struct store *s;
	struct arena *a;
	int64_t facet[FACETS];
	unsigned keys; /* used so far: each trial has one of its own */
	struct err err;
};

#define OK(p, call) \
	do { \
		if (!(call)) \
			fail_msg("%s: %s", #call, (p)->err.text); \
	} while (0)

static bool passes(uint8_t facet)
{
	return facet != 0;
}

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/postern-identify-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->path, sizeof(p->path), "%s/db", p->dir);
	p->a = arena_new();
	p->s = store_open(
		&(struct store_options){ .path = p->path, .mode = STORE_CREATE },
		&p->err);
	if (!p->s)
		fail_msg("%s", p->err.text);
	OK(p, store_begin(p->s, &p->err));
	for (uint8_t i = 0; i < FACETS; i++) {
		char name[2] = { (char)('a' + i), 0 };
		OK(p, facts_facet(p->s, KIND_AGGREGATE, sv_from(name), passes(i),
				  &p->facet[i], &p->err));
	}
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	struct place *p = *state;
	store_close(&p->s);
	arena_free(&p->a);
	for (size_t i = 0; i < 3; i++) {
		char path[96];
		(void)snprintf(path, sizeof(path), "%s%s", p->path, ends[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

static void put_rows(struct place *p, const struct sketch *k, struct book_report *r)
{
	OK(p, facts_put_begin(p->s, &p->err));
	for (size_t i = 0; i < k->n; i++) {
		const struct row *row = &k->row[i];
		const struct addr source = { .kind = ADDR_V4,
					     .b = { 192, 0, 2, row->host } };
		OK(p, facts_put(p->s, &source, p->facet[row->facet], row->messages,
				&p->err));
		r->rows++;
		r->messages += row->messages;
		r->passed += passes(row->facet) ? row->messages : 0;
	}
}

/* Enters it as the writer does, and returns what it was taken for. */
static bool enter_facts(void *ctx, struct store *s, const struct book_report *r,
			struct err *err)
{
	(void)ctx;
	return facts_put_end(s, r->id, err);
}

static const struct identify_content identify_facts = { enter_facts, NULL };

static enum book_status enter(struct place *p, const struct sketch *k, unsigned number,
			      struct growth *grown)
{
	char domain[32];
	struct identity id = { .status = STATUS_NEW };
	(void)snprintf(domain, sizeof(domain), "d%u.example", p->keys);
	struct book_report r = {
		.kind = KIND_AGGREGATE,
		.org = SV("reporter"),
		.report_id = SV("r"),
		.domain = sv_from(domain),
		.has_begin = true,
		.has_end = true,
		.begin = 20000 * DAY,
		.end = 20001 * DAY - 1,
		.complete = k->complete,
		.first_day = 20000,
		.days = 1,
	};
	memcpy(r.sha, &p->keys, sizeof(p->keys));
	memcpy(r.sha + 8, &number, sizeof(number));
	OK(p, store_savepoint(p->s, &p->err));
	put_rows(p, k, &r);
	arena_reset(p->a);
	OK(p, identify_report(p->s, &r, &identify_facts, p->a, &id, &p->err));
	bool stays = id.status != STATUS_DUPLICATE && id.status != STATUS_REFUSED;
	OK(p, stays || (facts_put_drop(p->s), store_undo(p->s, &p->err)));
	growth_add(grown, &id.growth);
	return id.status;
}

static struct facts_sum total(struct place *p)
{
	char domain[32];
	struct book_policy_domain d;
	struct facts_sum sum = { 0 };
	bool found;
	(void)snprintf(domain, sizeof(domain), "d%u.example", p->keys);
	/* The roll-ups are read as they are committed. */
	OK(p, store_commit(p->s, &p->err));
	OK(p, book_policy_domain(p->s, sv_from(domain), &d, &found, &p->err));
	assert_true(found);
	const struct facts_query q = { .domains = &d.id,
				       .domain_n = 1,
				       .day_from = INT64_MIN,
				       .day_to = INT64_MAX };
	OK(p, facts_total(p->s, &q, &sum, &p->err));
	OK(p, store_begin(p->s, &p->err));
	return sum;
}

/* --- the rules, said once more and slowly --- */

static bool same_row(struct row a, struct row b)
{
	return a.host == b.host && a.facet == b.facet && a.messages == b.messages;
}

static bool contains(const struct sketch *big, const struct sketch *small)
{
	bool used[ROWS_MAX] = { false };
	for (size_t i = 0; i < small->n; i++) {
		size_t k = 0;
		while (k < big->n && (used[k] || !same_row(big->row[k], small->row[i])))
			k++;
		if (k == big->n)
			return false;
		used[k] = true;
	}
	return true;
}

static bool counts(const struct sketch *all, size_t n, size_t i)
{
	for (size_t k = 0; k < n; k++) {
		if (all[i].complete || k == i || !contains(&all[k], &all[i]))
			continue;
		/* Of two incomplete ones that hold the same, one counts. */
		if (all[k].complete || all[k].n > all[i].n || k < i)
			return false;
	}
	return true;
}

static struct facts_sum expected(const struct sketch *all, size_t n)
{
	struct facts_sum sum = { 0 };
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; counts(all, n, i) && k < all[i].n; k++) {
			sum.rows++;
			sum.messages += all[i].row[k].messages;
			if (passes(all[i].row[k].facet))
				sum.passed += all[i].row[k].messages;
		}
	return sum;
}

/* --- trials --- */

static void assert_sum(const struct facts_sum *a, const struct facts_sum *b)
{
	assert_int_equal(a->rows, b->rows);
	assert_int_equal(a->messages, b->messages);
	assert_int_equal(a->passed, b->passed);
}

static void try_order(struct place *p, const struct sketch *all, const size_t *order,
		      size_t n)
{
	struct facts_sum want = expected(all, n);
	struct growth grown = { 0 };
	p->keys++;
	for (size_t i = 0; i < n; i++) {
		enum book_status is = enter(p, &all[order[i]], (unsigned)order[i],
					    &grown);
		assert_int_not_equal(is, STATUS_DUPLICATE);
		assert_true(!all[order[i]].complete || is != STATUS_SUPERSEDED);
	}
	/* Once more, each: nothing changes. */
	for (size_t i = 0; i < n; i++)
		assert_int_equal(enter(p, &all[i], (unsigned)i, &grown),
				 STATUS_DUPLICATE);
	struct facts_sum is = total(p);
	assert_sum(&is, &want);
	assert_int_equal(grown.rows, want.rows);
	assert_int_equal(grown.messages, want.messages);
	assert_int_equal(grown.passed, want.passed);
}

/* The next permutation in their order; false past the last. */
static bool next_order(size_t *o, size_t n)
{
	size_t i = n - 1, k = n - 1;
	while (i > 0 && o[i - 1] >= o[i])
		i--;
	if (i == 0)
		return false;
	while (o[k] <= o[i - 1])
		k--;
	size_t was = o[i - 1];
	o[i - 1] = o[k];
	o[k] = was;
	for (size_t a = i, b = n - 1; a < b; a++, b--) {
		was = o[a];
		o[a] = o[b];
		o[b] = was;
	}
	return true;
}

#define A \
	{ \
		1, 0, 1 \
	}
#define B \
	{ \
		2, 1, 2 \
	}
#define C \
	{ \
		3, 2, 4 \
	}

static void test_in_every_order(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *label;
		size_t n;
		struct sketch all[4];
	} cases[] = {
		{ "cut, then whole", 2, { { false, 1, { A } }, { true, 2, { A, B } } } },
		{ "cut before its first row",
		  2,
		  { { false, 0, { A } }, { true, 1, { A } } } },
		{ "cut twice",
		  3,
		  { { false, 1, { A } },
		    { false, 2, { A, B } },
		    { true, 3, { A, B, C } } } },
		{ "cut twice, never whole",
		  2,
		  { { false, 1, { A } }, { false, 2, { A, B } } } },
		{ "two that were cut at one row",
		  3,
		  { { false, 2, { A, B } },
		    { false, 2, { B, A } },
		    { false, 1, { B } } } },
		{ "three brands with one key",
		  3,
		  { { true, 1, { A } }, { true, 1, { B } }, { true, 2, { A, C } } } },
		{ "a whole one is superseded by nothing",
		  2,
		  { { true, 1, { A } }, { true, 2, { A, B } } } },
		{ "cut, of another brand",
		  3,
		  { { false, 1, { C } }, { true, 2, { A, B } }, { true, 1, { B } } } },
		{ "a row twice is not a row once",
		  2,
		  { { false, 2, { A, A } }, { true, 2, { A, B } } } },
		{ "two cut ones that differ, and the whole of both",
		  4,
		  { { false, 2, { A, B } },
		    { false, 2, { A, C } },
		    { true, 3, { A, B, C } },
		    { false, 1, { A } } } },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t order[4] = { 0, 1, 2, 3 };
		do
			try_order(p, cases[i].all, order, cases[i].n);
		while (next_order(order, cases[i].n));
	}
}

/* Cases as they come: deterministic, without a clock. */
static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(*seed >> 8) * below >> 24);
}

/* One or two brands; of each, wholes and parts, cut at the end or with holes. */
static size_t make_set(uint32_t *seed, struct sketch *all)
{
	struct sketch brand[2] = { { .complete = true }, { .complete = true } };
	for (size_t b = 0; b < 2; b++) {
		brand[b].n = draw(seed, ROWS_MAX);
		for (size_t i = 0; i < brand[b].n; i++)
			brand[b].row[i] = (struct row){ (uint8_t)draw(seed, 3),
							(uint8_t)draw(seed, FACETS),
							(uint8_t)draw(seed, 2) };
	}
	size_t n = 2 + draw(seed, REPORTS_MAX - 1);
	for (size_t i = 0; i < n; i++) {
		all[i] = brand[draw(seed, 2)];
		all[i].complete = draw(seed, 4) == 0;
		if (all[i].complete)
			continue;
		if (all[i].n && draw(seed, 3) == 0) {
			size_t hole = draw(seed, (uint32_t)all[i].n);
			all[i].row[hole] = all[i].row[all[i].n - 1];
		}
		all[i].n = draw(seed, (uint32_t)all[i].n + 1);
	}
	return n;
}

static void test_in_random_orders(void **state)
{
	struct place *p = *state;
	uint32_t seed = 4;
	for (int set = 0; set < SETS; set++) {
		struct sketch all[REPORTS_MAX] = { 0 };
		size_t n = make_set(&seed, all), order[REPORTS_MAX];
		for (size_t i = 0; i < n; i++)
			order[i] = i;
		for (int o = 0; o < ORDERS; o++) {
			for (size_t i = n; i > 1; i--) {
				size_t k = draw(&seed, (uint32_t)i), was = order[k];
				order[k] = order[i - 1];
				order[i - 1] = was;
			}
			try_order(p, all, order, n);
		}
	}
}

static void test_a_refused_domain(void **state)
{
	struct place *p = *state;
	const struct sketch k = { true, 1, { A } };
	struct growth grown = { 0 };
	char domain[32];
	p->keys++;
	(void)snprintf(domain, sizeof(domain), "d%u.example", p->keys);
	OK(p, book_policy_domain_refuse(p->s, sv_from(domain), true, &p->err));
	assert_int_equal(enter(p, &k, 1, &grown), STATUS_REFUSED);
	assert_int_equal(grown.rows, 0);
	OK(p, book_policy_domain_refuse(p->s, sv_from(domain), false, &p->err));
	assert_int_equal(enter(p, &k, 1, &grown), STATUS_NEW);
	assert_int_equal(grown.rows, 1);
}

/* Seals the one report of the present key. */
static void seal(struct place *p)
{
	uint8_t sha[32] = { 0 };
	const unsigned number = 1;
	struct book_report r;
	bool found;
	memcpy(sha, &p->keys, sizeof(p->keys));
	memcpy(sha + 8, &number, sizeof(number));
	OK(p, book_report_by_sha(p->s, sha, p->a, &r, &found, &p->err));
	assert_true(found);
	const struct seal_report due = { .id = r.id,
					 .domain_id = r.domain_id,
					 .first_day = r.first_day,
					 .days = r.days,
					 .kind = r.kind,
					 .counted = r.counted };
	OK(p, seal_reports(p->s, &due, 1, &p->err));
}

/* Nobody can tell any more whether one holds the other's rows: both count, visibly. */
static void test_beside_a_sealed_one(void **state)
{
	struct place *p = *state;
	const struct sketch whole = { true, 2, { A, B } }, part = { false, 1, { A } },
			    none = { false, 0, { A } };
	const struct sketch *const pair[][2] = {
		{ &part, &whole }, { &whole, &part }, { &whole, &none }, { &none, &whole }
	};
	for (size_t i = 0; i < sizeof(pair) / sizeof(*pair); i++) {
		struct growth grown = { 0 };
		p->keys++;
		assert_int_equal(enter(p, pair[i][0], 1, &grown), STATUS_NEW);
		seal(p);
		assert_int_equal(enter(p, pair[i][0], 1, &grown), STATUS_DUPLICATE);
		assert_int_equal(enter(p, pair[i][1], 2, &grown), STATUS_CONFLICT);
		assert_int_equal(grown.rows, pair[i][0]->n + pair[i][1]->n);
		assert_int_equal(total(p).rows, pair[i][0]->n + pair[i][1]->n);
	}
}

int main(void)
{
#define IN_A_PLACE(t) cmocka_unit_test_setup_teardown(t, make_place, drop_place)
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(test_in_every_order),
		IN_A_PLACE(test_in_random_orders),
		IN_A_PLACE(test_a_refused_domain),
		IN_A_PLACE(test_beside_a_sealed_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
