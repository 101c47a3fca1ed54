/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "store/seal.h"
#include "store/store_test.h"

/*
 * Random entering, counting, uncounting, undoing, rolling back and reopening, beside a
 * model that keeps every report as plain rows and adds them up when it is asked.
 */
enum {
	REPORTS = 40,
	ROWS = 60,
	FACETS = 6,
	DOMAINS = 3,
	DAY0 = 20000,
	DAYS = 70,
};

struct model_row {
	unsigned source, facet;
	uint64_t messages;
};

struct model_report {
	bool there, counted, sealed;
	unsigned domain, row_n;
	int64_t id, day;
	uint32_t days;
	struct model_row row[ROWS];
};

struct model {
	struct model_report report[REPORTS];
};

struct world {
	struct fixture *f;
	uint64_t random;
	struct model now, at_savepoint, at_begin;
	bool in_tx, in_savepoint;
	unsigned entered;
};

static const char *const domain_name[DOMAINS] = { "a.example", "b.example", "c.example" };
static const char *const facet_name[FACETS] = { "f0", "f1", "f2", "f3", "f4", "f5" };

static unsigned pick(struct world *w, unsigned n)
{
	w->random = w->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(w->random >> 33) % n;
}

/* --- what the model says --- */

static uint64_t share(uint64_t messages, unsigned k, uint32_t n, uint32_t i)
{
	uint64_t got = messages / n;
	for (uint64_t extra = 0; extra < messages % n; extra++)
		got += (k + extra) % n == i;
	return got;
}

/* Of a sealed report only whole months are known, and no source. */
static bool is_known(const struct model_report *p, int64_t day, int64_t source,
		     int64_t from, int64_t to)
{
	int64_t month = date_month_of(day);
	if (!p->sealed)
		return true;
	return source < 0 && (from == INT64_MIN || date_month_of(from - 1) != month) &&
	       (to == INT64_MAX || date_month_of(to + 1) != month);
}

/* Sums of one domain (DOMAINS: all), one source (-1: all), over a range of days. */
static struct facts_sum model_sum(const struct model *m, unsigned domain, int64_t source,
				  int64_t from, int64_t to)
{
	struct facts_sum sum = { 0 };
	for (unsigned r = 0; r < REPORTS; r++) {
		const struct model_report *p = &m->report[r];
		if (!p->there || !p->counted || (domain < DOMAINS && p->domain != domain))
			continue;
		for (unsigned k = 0; k < p->row_n * p->days; k++) {
			const struct model_row *row = &p->row[k / p->days];
			uint32_t i = k % p->days;
			uint64_t n = share(row->messages, k / p->days, p->days, i);
			if (p->day + i < from || p->day + i > to ||
			    (source >= 0 && row->source != source) ||
			    !is_known(p, p->day + i, source, from, to))
				continue;
			sum.rows += i == 0;
			sum.messages += n;
			sum.passed += row->facet % 2 ? n : 0;
		}
	}
	return sum;
}

static void same_sum(struct facts_sum have, struct facts_sum want, const char *what)
{
	if (have.rows != want.rows || have.messages != want.messages ||
	    have.passed != want.passed)
		fail_msg("%s: %llu/%llu/%llu, not %llu/%llu/%llu", what,
			 (unsigned long long)have.rows, (unsigned long long)have.messages,
			 (unsigned long long)have.passed, (unsigned long long)want.rows,
			 (unsigned long long)want.messages,
			 (unsigned long long)want.passed);
}

static void compare_sources(struct world *w, int64_t from, int64_t to)
{
	struct fixture *f = w->f;
	struct facts_query q = { .day_from = from, .day_to = to };
	struct facts_by_source *line;
	size_t n;
	uint64_t all;
	OK(f, facts_sources(f->s, &q, 0, f->a, &line, &n, &all, &f->err));
	for (size_t i = 0; i < n; i++) {
		int64_t source = line[i].source.b[3] + 256 * line[i].source.b[2];
		same_sum(line[i].sum, model_sum(&w->now, DOMAINS, source, from, to),
			 "source");
	}
}

static void compare(struct world *w)
{
	struct fixture *f = w->f;
	struct facts_query q = test_all();
	struct facts_sum sum;
	same_sum(test_total(f), model_sum(&w->now, DOMAINS, -1, INT64_MIN, INT64_MAX),
		 "total");
	q.day_from = DAY0 + pick(w, DAYS);
	q.day_to = q.day_from + pick(w, DAYS);
	OK(f, facts_total(f->s, &q, &sum, &f->err));
	same_sum(sum, model_sum(&w->now, DOMAINS, -1, q.day_from, q.day_to), "range");
	for (unsigned d = 0; d < DOMAINS; d++) {
		struct book_policy_domain at;
		bool found;
		OK(f, book_policy_domain(f->s, sv_from(domain_name[d]), &at, &found,
					 &f->err));
		q.domains = &at.id;
		q.domain_n = found;
		OK(f, facts_total(f->s, &q, &sum, &f->err));
		same_sum(sum, model_sum(&w->now, d, -1, q.day_from, q.day_to), "domain");
	}
	compare_sources(w, q.day_from, q.day_to);
	compare_sources(w, INT64_MIN, INT64_MAX);
	arena_reset(f->a);
}

/* --- what is done to both --- */

static void put_rows(struct world *w, const struct model_report *p)
{
	struct fixture *f = w->f;
	OK(f, facts_put_begin(f->s, &f->err));
	for (unsigned i = 0; i < p->row_n; i++) {
		const struct model_row *row = &p->row[i];
		struct addr a = { .kind = ADDR_V4,
				  .b = { 10, 0, (uint8_t)(row->source >> 8),
					 (uint8_t)row->source } };
		int64_t facet = test_facet(f, facet_name[row->facet],
					   row->facet % 2 == 1);
		OK(f, facts_put(f->s, &a, facet, row->messages, &f->err));
	}
}

static void enter(struct world *w)
{
	struct fixture *f = w->f;
	unsigned at = pick(w, REPORTS);
	struct model_report *p = &w->now.report[at];
	if (p->there)
		return;
	*p = (struct model_report){ .there = true };
	p->domain = pick(w, DOMAINS);
	p->row_n = pick(w, ROWS);
	p->day = DAY0 + pick(w, DAYS);
	p->days = pick(w, 4) ? 1 : 1 + pick(w, 31);
	for (unsigned i = 0; i < p->row_n; i++)
		p->row[i] = (struct model_row){ pick(w, 600), pick(w, FACETS),
						pick(w, 3) ? pick(w, 4) : pick(w, 1000) };
	struct book_report r = test_report(++w->entered, domain_name[p->domain], p->day);
	r.days = p->days;
	r.rows = p->row_n;
	for (unsigned i = 0; i < p->row_n; i++) {
		r.messages += p->row[i].messages;
		r.passed += p->row[i].facet % 2 ? p->row[i].messages : 0;
	}
	put_rows(w, p);
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_put_end(f->s, r.id, &f->err));
	p->id = r.id;
	p->counted = pick(w, 5) != 0;
	if (p->counted)
		OK(f, facts_count(f->s, r.id, true, &f->err));
}

static void flip(struct world *w)
{
	struct fixture *f = w->f;
	struct model_report *p = &w->now.report[pick(w, REPORTS)];
	if (!p->there)
		return;
	bool counted = pick(w, 2);
	OK(f, facts_count(f->s, p->id, counted, &f->err));
	p->counted = p->sealed ? p->counted : counted;
	if (p->counted || pick(w, 2))
		return;
	OK(f, book_report_remove(f->s, p->id, &f->err));
	p->there = false;
}

/* A few at once, as they come. */
static void seal(struct world *w)
{
	struct fixture *f = w->f;
	struct seal_report r[4] = { 0 };
	size_t n = 0;
	for (unsigned at = pick(w, REPORTS); at < REPORTS && n < 1 + pick(w, 4); at++) {
		struct model_report *p = &w->now.report[at];
		struct book_report b;
		if (!p->there || p->sealed)
			continue;
		OK(f, book_report_by_id(f->s, p->id, f->a, &b, &f->err));
		assert_int_equal(b.counted, p->counted);
		r[n++] = (struct seal_report){ .id = b.id,
					       .domain_id = b.domain_id,
					       .first_day = b.first_day,
					       .days = b.days,
					       .kind = b.kind,
					       .counted = b.counted };
		p->sealed = true;
	}
	OK(f, seal_reports(f->s, r, n, &f->err));
}

static void change(struct world *w)
{
	if (!w->in_savepoint && pick(w, 20) == 0)
		seal(w);
	else if (pick(w, 3))
		enter(w);
	else
		flip(w);
}

static void savepoint(struct world *w)
{
	struct fixture *f = w->f;
	if (!w->in_savepoint) {
		w->at_savepoint = w->now;
		OK(f, store_savepoint(f->s, &f->err));
	} else if (pick(w, 2)) {
		OK(f, store_release(f->s, &f->err));
	} else {
		OK(f, store_undo(f->s, &f->err));
		w->now = w->at_savepoint;
	}
	w->in_savepoint = !w->in_savepoint;
}

static void transaction(struct world *w)
{
	struct fixture *f = w->f;
	w->in_savepoint = false;
	if (!w->in_tx) {
		w->at_begin = w->now;
		OK(f, store_begin(f->s, &f->err));
	} else if (pick(w, 4)) {
		OK(f, store_commit(f->s, &f->err));
	} else {
		store_rollback(f->s);
		w->now = w->at_begin;
	}
	w->in_tx = !w->in_tx;
}

static void reopen(struct world *w)
{
	store_close(&w->f->s);
	w->f->s = test_open(w->f, STORE_WRITE);
	assert_non_null(w->f->s);
}

/* Folded months answer as their days do, until something changes them. */
static void fold(struct world *w)
{
	struct fixture *f = w->f;
	OK(f, facts_fold(f->s, DAY0 + pick(w, DAYS + 60), &f->err));
}

static void step(struct world *w)
{
	unsigned what = pick(w, 100);
	if (what < 6 || !w->in_tx)
		transaction(w);
	else if (what < 20)
		savepoint(w);
	else if (what < 24)
		compare(w);
	else
		change(w);
	if (!w->in_tx && pick(w, 2) == 0)
		fold(w);
	if (!w->in_tx && pick(w, 8) == 0)
		reopen(w);
}

static void run(struct fixture *f, uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	assert_non_null(w);
	w->f = f;
	w->random = seed;
	for (int i = 0; i < 1200; i++)
		step(w);
	if (w->in_tx)
		OK(f, store_commit(f->s, &f->err));
	compare(w);
	assert_int_equal(test_check(f, false), 0);
	free(w);
}

static void test_seed_1(void **state)
{
	run(*state, 1);
}

static void test_seed_2(void **state)
{
	run(*state, 20261124);
}

static void test_seed_3(void **state)
{
	run(*state, UINT64_C(0x123456789abcdef));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_seed_1),
		TEST(test_seed_2),
		TEST(test_seed_3),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
