/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"
#include "store/book_raw_check.h"
#include "store/store_test.h"

#include <zlib.h>

static struct book_raw raw_of(unsigned n)
{
	struct book_raw r = {
		.size = 1234, .form = 3, .arrived = 77, .path = SV("in/x")
	};
	test_sha(r.sha, n);
	return r;
}

static int64_t begin_raw(struct fixture *f, unsigned n)
{
	struct book_raw r = raw_of(n);
	OK(f, book_raw_begin(f->s, &r, &f->err));
	return r.id;
}

static void test_life_of_raw(void **state)
{
	struct fixture *f = *state;
	struct book_raw r = raw_of(1), have;
	bool found;
	struct sv piece;
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_raw_find(f->s, r.sha, f->a, &have, &found, &f->err));
	assert_false(found);
	OK(f, book_raw_begin(f->s, &r, &f->err));
	int64_t first = r.id;
	OK(f, book_raw_piece(f->s, r.id, 0, RAW_PLAIN, 5, SV("plain"), &f->err));
	struct book_delivery d = { .raw_id = r.id, .member = SV("a") };
	OK(f, book_delivery_add(f->s, &d, &f->err));
	/* Not done: it is taken up again, without what there was of it. */
	r.path = SV("in/y");
	OK(f, book_raw_begin(f->s, &r, &f->err));
	assert_int_equal(r.id, first);
	assert_false(r.done);
	OK(f, book_raw_read(f->s, r.id, 0, f->a, &piece, &f->err));
	assert_int_equal(piece.n, 0);
	struct book_delivery *line;
	size_t n;
	OK(f, book_deliveries(f->s, r.id, 0, f->a, &line, &n, &f->err));
	assert_int_equal(n, 0);
	OK(f, book_raw_done(f->s, r.id, 5, true, &f->err));
	OK(f, book_raw_begin(f->s, &r, &f->err));
	assert_true(r.done);
	OK(f, book_raw_find(f->s, r.sha, f->a, &have, &found, &f->err));
	assert_true(found && have.done && have.kept);
	assert_int_equal(have.form, 5);
	assert_int_equal(have.size, 1234);
	assert_int_equal(have.arrived, 77);
	assert_true(sv_eq(have.path, SV("in/y")));
	/* The same first 8 bytes are not the same digest. */
	struct book_raw other = raw_of(1);
	other.sha[31] = 1;
	OK(f, book_raw_find(f->s, other.sha, f->a, &have, &found, &f->err));
	assert_false(found);
	OK(f, book_raw_begin(f->s, &other, &f->err));
	assert_int_not_equal(other.id, first);
	store_rollback(f->s);
}

static void test_pieces(void **state)
{
	struct fixture *f = *state;
	static char plain[300000];
	static uint8_t packed[310000];
	uLongf packed_n = sizeof(packed);
	struct sv piece;
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (char)(i * i >> 7);
	assert_int_equal(compress2(packed, &packed_n, (Bytef *)plain, sizeof(plain), 1),
			 Z_OK);
	OK(f, store_begin(f->s, &f->err));
	int64_t id = begin_raw(f, 1), next = begin_raw(f, 2);
	OK(f, book_raw_piece(f->s, id, 0, RAW_DEFLATE, sizeof(plain),
			     (struct sv){ (char *)packed, packed_n }, &f->err));
	OK(f, book_raw_piece(f->s, id, 1, RAW_PLAIN, 3, SV("end"), &f->err));
	OK(f, book_raw_piece(f->s, next, 0, RAW_PLAIN, 5, SV("other"), &f->err));
	OK(f, book_raw_read(f->s, id, 0, f->a, &piece, &f->err));
	assert_int_equal(piece.n, sizeof(plain));
	assert_memory_equal(piece.p, plain, sizeof(plain));
	OK(f, book_raw_read(f->s, id, 1, f->a, &piece, &f->err));
	assert_true(sv_eq(piece, SV("end")));
	OK(f, book_raw_read(f->s, id, 2, f->a, &piece, &f->err));
	assert_int_equal(piece.n, 0);
	assert_false(book_raw_piece(f->s, id, 2, RAW_PLAIN, 4, SV("end"), &f->err));
	assert_false(book_raw_piece(f->s, id, 2, RAW_DEFLATE, 2000000, SV("x"), &f->err));
	static const char *const harm[] = {
		"UPDATE book_raw_piece SET bytes = x'00' WHERE codec = 1",
		"UPDATE book_raw_piece SET plain = 299999 WHERE codec = 1",
		"UPDATE book_raw_piece SET plain = 300001 WHERE codec = 1",
		"UPDATE book_raw_piece SET plain = -1 WHERE codec = 1",
		"UPDATE book_raw_piece SET codec = 0",
	};
	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		OK(f, store_exec(f->s, harm[i], &f->err));
		assert_false(book_raw_read(f->s, id, 0, f->a, &piece, &f->err));
		assert_int_equal(f->err.code, ERR_DAMAGED);
	}
	OK(f, book_raw_drop_pieces(f->s, id, &f->err));
	OK(f, book_raw_read(f->s, id, 1, f->a, &piece, &f->err));
	assert_int_equal(piece.n, 0);
	OK(f, book_raw_read(f->s, next, 0, f->a, &piece, &f->err));
	assert_true(sv_eq(piece, SV("other")));
	store_rollback(f->s);
}

static void test_deliveries(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	int64_t one = begin_raw(f, 1), two = begin_raw(f, 2);
	struct book_delivery d = {
		.raw_id = one,
		.seq = 0,
		.member = SV("mail 1/part 2/a.xml"),
		.kind = KIND_AGGREGATE,
		.status = STATUS_NEW,
		.report = 7,
		.path = SV("in/box"),
		.by_mail = true,
		.from = SV("a@b.example"),
		.dkim_domains = SV("b.example"),
		.auth_results = SV("mx; dkim=pass"),
		.message_id = SV("<1@b>"),
		.subject = { "a\0b\xff", 4 },
		.date = SV("Tue"),
		.arrived = 5,
	};
	OK(f, book_delivery_add(f->s, &d, &f->err));
	d.seq = 1;
	d.report = 0;
	d.status = STATUS_REFUSED;
	d.reason = SV("why");
	OK(f, book_delivery_add(f->s, &d, &f->err));
	d.raw_id = two;
	d.report = 7;
	d.status = STATUS_DUPLICATE;
	OK(f, book_delivery_add(f->s, &d, &f->err));
	struct book_delivery *line;
	size_t n;
	OK(f, book_deliveries(f->s, one, 0, f->a, &line, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(line[0].report, 7);
	assert_true(line[0].by_mail);
	assert_true(sv_eq(line[0].member, SV("mail 1/part 2/a.xml")));
	assert_true(sv_eq(line[0].from, SV("a@b.example")));
	assert_true(sv_eq(line[0].subject, (struct sv){ "a\0b\xff", 4 }));
	assert_true(sv_eq(line[0].auth_results, SV("mx; dkim=pass")));
	assert_true(sv_eq(line[0].date, SV("Tue")));
	assert_true(sv_eq(line[1].reason, SV("why")));
	assert_int_equal(line[1].status, STATUS_REFUSED);
	OK(f, book_deliveries(f->s, 0, 7, f->a, &line, &n, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(line[1].raw_id, two);
	assert_int_equal(line[1].seq, 1);
	/* A raw that is not there has none. */
	d.raw_id = 99;
	assert_false(book_delivery_add(f->s, &d, &f->err));
	store_rollback(f->s);
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(book_kind_name(KIND_AGGREGATE), "aggregate");
	assert_string_equal(book_kind_name(KIND_TLS), "tls");
	assert_string_equal(book_kind_name(KIND_FAILURE), "failure");
	assert_string_equal(book_kind_name(KIND_UNKNOWN), "unknown");
	static const char *const status[] = { "new",      "duplicate", "superseded",
					      "conflict", "refused",   "aside" };
	for (int i = 0; i <= STATUS_ASIDE; i++)
		assert_string_equal(book_status_name((enum book_status)i), status[i]);
}

static uint64_t damaged_copies(struct fixture *f)
{
	const struct book_raws_check o = { 0 };
	struct book_raws_checked c;
	OK(f, book_raws_check(f->s, &o, &c, &f->err));
	assert_int_equal(c.copies, 2);
	assert_int_equal(c.bytes, 8);
	assert_string_equal(c.first, c.damaged ? "in/box" : "");
	return c.damaged;
}

static void test_what_came(void **state)
{
	struct fixture *f = *state;
	static const char *const harm[] = {
		"UPDATE book_raw_piece SET bytes = zeroblob(2) WHERE id = 1 << 20",
		"UPDATE book_raw_piece SET codec = 1 WHERE id >> 20 = 1",
		"UPDATE book_raw_piece SET plain = -1 WHERE id >> 20 = 1",
		"UPDATE book_raw SET sha = zeroblob(32) WHERE id = 1",
		"DELETE FROM book_raw_piece WHERE id = (1 << 20) + 1",
		"DELETE FROM book_raw_piece WHERE id = 1 << 20",
	};
	static const struct sv came[] = { { "bytes", 5 }, { "two", 3 } };
	struct digest *d = digest_new();
	OK(f, store_begin(f->s, &f->err));
	for (size_t i = 0; i < 2; i++) {
		struct book_raw r = { .size = came[i].n, .path = SV("in/box") };
		digest_reset(d);
		digest_add(d, came[i].p, came[i].n);
		digest_end(d, r.sha);
		OK(f, book_raw_begin(f->s, &r, &f->err));
		OK(f, book_raw_piece(f->s, r.id, 0, RAW_PLAIN, 2, sv_sub(came[i], 0, 2),
				     &f->err));
		OK(f, book_raw_piece(f->s, r.id, 1, RAW_PLAIN, (uint32_t)came[i].n - 2,
				     sv_sub(came[i], 2, came[i].n), &f->err));
		OK(f, book_raw_done(f->s, r.id, 0, true, &f->err));
	}
	digest_free(&d);
	OK(f, store_commit(f->s, &f->err));
	assert_int_equal(damaged_copies(f), 0);
	const struct book_raws_check o = { 0 };
	struct book_raws_checked c;
	volatile sig_atomic_t stop = 1;
	f->s->stop = &stop;
	assert_false(book_raws_check(f->s, &o, &c, &f->err));
	assert_int_equal(f->err.code, ERR_TEMP);
	f->s->stop = NULL;
	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		OK(f, store_begin(f->s, &f->err));
		OK(f, store_exec(f->s, harm[i], &f->err));
		assert_int_equal(damaged_copies(f), 1);
		store_rollback(f->s);
	}
	/* Sizes whose sum is beyond 64 bits. */
	OK(f,
	   store_exec(f->s, "UPDATE book_raw SET size = 9223372036854775807", &f->err));
	OK(f, book_raws_check(f->s, &o, &c, &f->err));
	assert_int_equal(c.damaged, 2);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_life_of_raw),       TEST(test_pieces),
		TEST(test_what_came),         TEST(test_deliveries),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
