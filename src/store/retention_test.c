/* SPDX-License-Identifier: Apache-2.0 */
#include "store/retention.h"

#include "base/date.h"
#include "store/book_tls.h"
#include "store/store_test.h"

enum {
	DAY = 20116, /* 2025-01-28 */
	MONTH = 660, /* 2025-01 */
};

static const struct retention_age ages[] = {
	{ KIND_AGGREGATE, MONTH, MONTH },
	{ KIND_TLS, MONTH, MONTH },
	{ KIND_FAILURE, MONTH, MONTH + 1 },
	{ KIND_UNKNOWN, MONTH, MONTH },
};

static struct retention_result run(struct fixture *f, struct retention r)
{
	struct retention_result out;
	if (!r.age) {
		r.age = ages;
		r.age_n = sizeof(ages) / sizeof(*ages);
	}
	r.now = 4321;
	OK(f, retention_run(f->s, &r, f->a, &out, &f->err));
	return out;
}

static int64_t number(struct fixture *f, const char *sql)
{
	int64_t n;
	OK(f, store_int(f->s, sql, &n, &f->err));
	return n;
}

/* A raw of so many bytes, with one delivery. */
static int64_t enter_raw(struct fixture *f, unsigned n, uint8_t kind,
			 enum book_status status, int64_t report, int64_t day,
			 struct sv bytes)
{
	struct book_raw raw = { .size = bytes.n, .arrived = day * DATE_DAY_SECONDS };
	test_sha(raw.sha, n);
	OK(f, book_raw_begin(f->s, &raw, &f->err));
	OK(f,
	   book_raw_piece(f->s, raw.id, 0, RAW_PLAIN, (uint32_t)bytes.n, bytes, &f->err));
	const struct book_delivery d = { .raw_id = raw.id,
					 .kind = kind,
					 .status = (uint8_t)status,
					 .report = report,
					 .arrived = raw.arrived };
	OK(f, book_delivery_add(f->s, &d, &f->err));
	OK(f, book_raw_done(f->s, raw.id, 0, true, &f->err));
	return raw.id;
}

static int64_t enter_report(struct fixture *f, unsigned n, uint8_t kind, int64_t day,
			    struct sv meta, struct sv bytes)
{
	struct book_report r = test_report(n, "a.example", day);
	r.kind = kind;
	r.meta = meta;
	r.rows = kind == KIND_FAILURE;
	r.raw_id = enter_raw(f, n, kind, STATUS_NEW, 0, day, bytes);
	OK(f, book_report_add(f->s, &r, &f->err));
	OK(f, facts_count(f->s, r.id, true, &f->err));
	return r.id;
}

static void is_line(const struct retention_line *l, int64_t month, uint8_t kind, bool raw,
		    uint64_t reports)
{
	assert_int_equal(l->month, month);
	assert_int_equal(l->kind, kind);
	assert_int_equal(l->raw, raw);
	assert_int_equal(l->reports, reports);
}

/* --- what is due --- */

static void test_each_kind_by_its_age(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	for (unsigned i = 0; i < 4; i++) {
		int64_t day = DAY + 31 * i - 31; /* December to March */
		(void)enter_report(f, i, KIND_AGGREGATE, day, SV("m"), SV("raw"));
		(void)enter_report(f, 10 + i, KIND_FAILURE, day, SV("m"), SV("raw"));
	}
	OK(f, store_commit(f->s, &f->err));
	struct retention_result r = run(f, (struct retention){ .apply = true });
	assert_int_equal(r.line_n, 9);
	for (int i = 0; i < 2; i++) {
		const struct retention_line *l = &r.line[4 * i];
		is_line(l, MONTH - 1 + i, KIND_AGGREGATE, false, 1);
		is_line(l + 1, MONTH - 1 + i, KIND_AGGREGATE, true, 1);
		is_line(l + 2, MONTH - 1 + i, KIND_FAILURE, false, 1);
		is_line(l + 3, MONTH - 1 + i, KIND_FAILURE, true, 1);
	}
	is_line(&r.line[8], MONTH + 1, KIND_FAILURE, true, 1);
	assert_int_equal(number(f, "SELECT count(*) FROM book_report WHERE sealed = 1"),
			 4);
	assert_int_equal(number(f, "SELECT count(*) FROM book_raw WHERE removed = 4321 "
				   "AND kept = 0"),
			 5);
	r = run(f, (struct retention){ .apply = true });
	assert_int_equal(r.line_n, 0);
}

static void test_nothing_has_an_age(void **state)
{
	static const struct retention_age never[] = {
		{ KIND_AGGREGATE, INT64_MIN, INT64_MIN },
		{ KIND_UNKNOWN, INT64_MIN, INT64_MIN },
	};
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	(void)enter_report(f, 1, KIND_AGGREGATE, DAY, SV("m"), SV("raw"));
	(void)enter_raw(f, 2, KIND_UNKNOWN, STATUS_REFUSED, 0, DAY, SV("raw"));
	/* A kind that is not in the table stays too. */
	(void)enter_report(f, 3, KIND_FAILURE, DAY, SV("m"), SV("raw"));
	OK(f, store_commit(f->s, &f->err));
	struct retention_result r =
		run(f, (struct retention){ .age = never, .age_n = 2, .apply = true });
	assert_int_equal(r.line_n, 0);
}

/* What nobody has read yet stays as long as what it says would, and is told. */
static void test_aside(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	(void)enter_raw(f, 1, KIND_FAILURE, STATUS_ASIDE, 0, DAY, SV("raw"));
	(void)enter_raw(f, 2, KIND_FAILURE, STATUS_ASIDE, 0, DAY + 31, SV("raw"));
	(void)enter_raw(f, 3, KIND_FAILURE, STATUS_REFUSED, 0, DAY + 31, SV("raw"));
	(void)enter_raw(f, 4, KIND_UNKNOWN, STATUS_REFUSED, 0, DAY + 31, SV("raw"));
	OK(f, store_commit(f->s, &f->err));
	struct retention_result r = run(f, (struct retention){ 0 });
	assert_int_equal(r.line_n, 2);
	is_line(&r.line[0], MONTH, KIND_FAILURE, true, 1);
	is_line(&r.line[1], MONTH + 1, KIND_FAILURE, true, 1);
	assert_int_equal(r.aside, 1);
}

/* A raw that was never read to its end has pieces, and no reports. */
static void test_undone(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t raw = enter_raw(f, 1, KIND_UNKNOWN, STATUS_REFUSED, 0, DAY, SV("raw"));
	OK(f, store_exec(f->s, "UPDATE book_raw SET done = 0, kept = 0", &f->err));
	OK(f, store_commit(f->s, &f->err));
	struct retention_result r = run(f, (struct retention){ .apply = true });
	assert_int_equal(r.line_n, 1);
	struct sv left;
	OK(f, book_raw_read(f->s, raw, 0, f->a, &left, &f->err));
	assert_int_equal(left.n, 0);
	r = run(f, (struct retention){ .apply = true });
	assert_int_equal(r.line_n, 0);
}

/* --- domains --- */

static void add_policy(struct fixture *f, int64_t report, uint32_t seq,
		       const char *domain)
{
	struct book_tls t = {
		.report = report, .day = DAY, .seq = seq, .domain = sv_from(domain)
	};
	OK(f, book_tls_add(f->s, &t, &f->err));
}

static void test_of_some_domains(void **state)
{
	struct fixture *f = *state;
	struct book_policy_domain a;
	bool found;
	OK(f, store_begin(f->s, &f->err));
	int64_t own = enter_report(f, 1, KIND_TLS, DAY, SV("m"), SV("raw")),
		shared = enter_report(f, 2, KIND_TLS, DAY, SV("m"), SV("raw"));
	add_policy(f, own, 0, "a.example");
	add_policy(f, shared, 0, "a.example");
	add_policy(f, shared, 1, "b.example");
	(void)enter_raw(f, 3, KIND_UNKNOWN, STATUS_REFUSED, 0, DAY, SV("raw"));
	OK(f, book_policy_domain(f->s, SV("a.example"), &a, &found, &f->err));
	OK(f, store_commit(f->s, &f->err));
	struct retention_result r = run(
		f, (struct retention){ .domains = &a.id, .domain_n = 1, .apply = true });
	assert_int_equal(r.line_n, 2);
	is_line(&r.line[0], MONTH, KIND_TLS, false, 1);
	is_line(&r.line[1], MONTH, KIND_TLS, true, 1);
	r = run(f, (struct retention){ .domains = &a.id, .apply = true });
	assert_int_equal(r.line_n, 0);
	r = run(f, (struct retention){ .apply = true });
	assert_int_equal(r.line_n, 3);
	is_line(&r.line[0], MONTH, KIND_UNKNOWN, true, 1);
	is_line(&r.line[1], MONTH, KIND_TLS, false, 1);
	is_line(&r.line[2], MONTH, KIND_TLS, true, 1);
	assert_int_equal(number(f, "SELECT count(*) FROM book_tls"), 0);
}

/* --- a long run --- */

struct seen {
	uint64_t calls, done, all;
	volatile sig_atomic_t stop;
	bool stops;
};

static void see(void *ctx, bool pages, uint64_t done, uint64_t all)
{
	struct seen *s = ctx;
	assert_true(done <= all);
	s->calls++;
	if (!pages) {
		assert_true(done >= s->done);
		s->done = done;
		s->all = all;
	}
	s->stop = s->stops;
}

static void test_stopped_and_gone_on(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { .stops = true };
	OK(f, store_begin(f->s, &f->err));
	for (unsigned i = 0; i < 2000; i++)
		(void)enter_report(f, i, KIND_AGGREGATE, DAY - (int64_t)i % 9, SV("m"),
				   SV("raw"));
	OK(f, store_commit(f->s, &f->err));
	const struct retention r = {
		.apply = true, .stop = &seen.stop, .progress = see, .ctx = &seen
	};
	struct retention_result out = run(f, r);
	assert_true(out.interrupted);
	assert_int_equal(out.line_n, 1);
	assert_in_range(out.line[0].reports, 1, 1999);
	assert_int_equal(number(f, "SELECT sum(reports) FROM book_month"),
			 (int64_t)out.line[0].reports);
	assert_int_equal(test_check(f, false), 0);
	uint64_t before = out.line[0].reports;
	seen = (struct seen){ 0 };
	out = run(f, r);
	assert_false(out.interrupted);
	assert_int_equal(out.line[0].reports, 2000 - before);
	assert_int_equal(out.line[1].reports, 2000);
	assert_int_equal(number(f, "SELECT sum(reports) FROM book_month"), 2000);
	assert_int_equal(seen.all, 4000);
	assert_true(seen.calls > 4);
	assert_int_equal(number(f, "PRAGMA freelist_count"), 0);
	assert_int_equal(test_check(f, false), 0);
}

/* --- what is about people --- */

static bool file_has(const char *path, const char *end, const char *word)
{
	char name[128];
	(void)snprintf(name, sizeof(name), "%s%s", path, end);
	FILE *file = fopen(name, "rb");
	if (!file)
		return false;
	enum {
		MOST = 16 << 20
	};
	char *bytes = calloc(1, MOST);
	assert_non_null(bytes);
	size_t n = fread(bytes, 1, MOST, file), size = strlen(word);
	assert_true(n < MOST);
	bool found = false;
	for (size_t i = 0; !found && i + size <= n; i++)
		found = memcmp(bytes + i, word, size) == 0;
	free(bytes);
	(void)fclose(file);
	return found;
}

/* Mails of all sizes among others, of which some were removed before. */
static void test_no_trace(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(1, 16384);
	assert_non_null(text);
	for (unsigned i = 0; i < 240; i++) {
		size_t n = 8 + 61 * i;
		memset(text, '.', n);
		memcpy(text + (n - 8) * (i % 3) / 2, "planted!", 8);
		OK(f, i % 10 || store_begin(f->s, &f->err));
		if (i % 4)
			(void)enter_report(f, i, KIND_FAILURE, DAY, SV("planted!"),
					   (struct sv){ text, n });
		else
			(void)enter_report(f, i, KIND_AGGREGATE, DAY + 100, SV("m"),
					   SV("staying"));
		OK(f, i % 10 != 9 || store_commit(f->s, &f->err));
	}
	free(text);
	struct store *reader = test_open(f, STORE_READ);
	OK(f, reader && store_snapshot(reader, &f->err));
	assert_int_equal(number(f, "SELECT count(*) FROM book_raw_piece"), 240);
	int64_t n;
	OK(f, store_int(reader, "SELECT count(*) FROM book_raw_piece", &n, &f->err));
	assert_true(file_has(f->path, "", "planted!") ||
		    file_has(f->path, "-wal", "planted!"));
	struct retention_result r = run(f, (struct retention){ .apply = true });
	assert_true(r.wal_busy);
	store_close(&reader);
	r = run(f, (struct retention){ .apply = true });
	assert_false(r.wal_busy);
	assert_int_equal(r.line_n, 0);
	assert_false(file_has(f->path, "", "planted!"));
	assert_false(file_has(f->path, "-wal", "planted!"));
	assert_true(file_has(f->path, "", "staying"));
	assert_int_equal(number(f, "SELECT count(*) FROM book_raw_piece"), 60);
}

static void test_last_arrival(void **state)
{
	struct fixture *f = *state;
	int64_t at;
	bool found;
	OK(f, retention_last_arrival(f->s, &at, &found, &f->err));
	assert_false(found);
	OK(f, store_begin(f->s, &f->err));
	(void)enter_raw(f, 1, KIND_UNKNOWN, STATUS_REFUSED, 0, DAY, SV("raw"));
	(void)enter_raw(f, 2, KIND_UNKNOWN, STATUS_REFUSED, 0, DAY - 1, SV("raw"));
	OK(f, store_commit(f->s, &f->err));
	OK(f, retention_last_arrival(f->s, &at, &found, &f->err));
	assert_true(found);
	assert_int_equal(date_day_of(at), DAY);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_kind_by_its_age),
		TEST(test_nothing_has_an_age),
		TEST(test_aside),
		TEST(test_undone),
		TEST(test_of_some_domains),
		TEST(test_stopped_and_gone_on),
		TEST(test_no_trace),
		TEST(test_last_arrival),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
