/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_test.h"

static int64_t client(struct fixture *f, const char *name)
{
	struct book_client c = { .name = sv_from(name),
				 .raw_addr = SV("raw@msp.example"),
				 .created = 10 };
	OK(f, book_client_add(f->s, &c, &f->err));
	return c.id;
}

static void test_clients(void **state)
{
	struct fixture *f = *state;
	struct book_client *line, again = { .name = SV("ACME ltd") };
	size_t n;
	int64_t acme = client(f, "Acme Ltd");
	client(f, "a first one");
	assert_false(book_client_add(f->s, &again, &f->err));
	assert_int_equal(f->err.code, ERR_USAGE);
	assert_non_null(strstr(f->err.text, "\"Acme Ltd\""));
	again.name = SV(" ");
	assert_false(book_client_add(f->s, &again, &f->err));
	OK(f, book_client_retire(f->s, acme, 99, &f->err));
	assert_false(book_client_retire(f->s, 77, 99, &f->err));
	assert_int_equal(f->err.code, ERR_NO_INPUT);
	OK(f, book_clients(f->s, f->a, &line, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(sv_eq(line[0].name, SV("a first one")));
	assert_int_equal(line[1].id, acme);
	assert_int_equal(line[1].retired, 99);
	assert_int_equal(line[1].created, 10);
	assert_true(sv_eq(line[1].raw_addr, SV("raw@msp.example")));
	assert_int_equal(line[1].digest_addr.n, 0);
	struct book_client back = { .id = line[1].id, .raw_addr = SV("new@a.example") };
	OK(f, book_client_revive(f->s, &back, &f->err));
	OK(f, book_clients(f->s, f->a, &line, &n, &f->err));
	assert_int_equal(line[1].retired, 0);
	assert_true(sv_eq(line[1].raw_addr, SV("new@a.example")));
	back.id = 77;
	assert_false(book_client_revive(f->s, &back, &f->err));
}

static void test_domains(void **state)
{
	struct fixture *f = *state;
	int64_t acme = client(f, "Acme"), other = client(f, "Other");
	struct book_domain d = { .client = acme,
				 .name = SV("acme.example"),
				 .created = 5 };
	struct book_domain *line;
	size_t n;
	OK(f, book_domain_add(f->s, &d, &f->err));
	int64_t id = d.id;
	assert_false(book_domain_add(f->s, &d, &f->err));
	assert_int_equal(f->err.code, ERR_USAGE);
	/* Nobody else may have it before it is retired. */
	d.client = other;
	assert_false(book_domain_add(f->s, &d, &f->err));
	assert_non_null(strstr(f->err.text, "belongs to client \"Acme\" already"));
	OK(f, book_domain_retire(f->s, id, 50, &f->err));
	assert_false(book_domain_retire(f->s, 99, 50, &f->err));
	d.use = DOMAIN_PARKED;
	OK(f, book_domain_add(f->s, &d, &f->err));
	assert_int_equal(d.id, id);
	OK(f, book_domains(f->s, f->a, &line, &n, &f->err));
	assert_int_equal(n, 1);
	assert_int_equal(line[0].retired, 0);
	assert_int_equal(line[0].use, DOMAIN_PARKED);
	assert_int_equal(line[0].client, other);
	d = (struct book_domain){ .client = 99, .name = SV("b.example") };
	assert_false(book_domain_add(f->s, &d, &f->err));
}

static int64_t raw(struct fixture *f, unsigned n)
{
	struct book_raw r = { .size = 1 };
	test_sha(r.sha, n);
	OK(f, book_raw_begin(f->s, &r, &f->err));
	OK(f, book_raw_done(f->s, r.id, 0, false, &f->err));
	return r.id;
}

static void test_refusing(void **state)
{
	struct fixture *f = *state;
	struct book_policy_domain at, *line;
	bool found;
	size_t n;
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_policy_domain(f->s, SV("x.example"), &at, &found, &f->err));
	assert_false(found);
	OK(f, book_policy_domain_refuse(f->s, SV("X.example"), true, &f->err));
	OK(f, book_policy_domain(f->s, SV("x.EXAMPLE"), &at, &found, &f->err));
	assert_true(found && at.refused);
	/* Raw 1 brought only what was refused, raw 2 a report too. */
	int64_t one = raw(f, 1), two = raw(f, 2);
	struct book_report r = test_report(1, "y.example", 5);
	r.raw_id = two;
	OK(f, book_report_add(f->s, &r, &f->err));
	struct book_delivery d = { .raw_id = one,
				   .status = STATUS_REFUSED,
				   .refused_domain = SV("x.example") };
	OK(f, book_delivery_add(f->s, &d, &f->err));
	d.raw_id = two;
	OK(f, book_delivery_add(f->s, &d, &f->err));
	OK(f, book_policy_domain_refuse(f->s, SV("x.example"), false, &f->err));
	struct book_raw have;
	uint8_t sha[32];
	test_sha(sha, 1);
	OK(f, book_raw_find(f->s, sha, f->a, &have, &found, &f->err));
	assert_false(found);
	test_sha(sha, 2);
	OK(f, book_raw_find(f->s, sha, f->a, &have, &found, &f->err));
	assert_true(found && !have.done);
	OK(f, book_policy_domains(f->s, f->a, &line, &n, &f->err));
	assert_int_equal(n, 2);
	assert_true(sv_eq(line[0].name, SV("x.example")) && !line[0].refused);
	store_rollback(f->s);
}

static void test_remembered_values(void **state)
{
	struct fixture *f = *state;
	struct sv v;
	/* Not the table that says what the file is. */
	OK(f, book_meta_set(f->s, "schema", SV("none"), &f->err));
	OK(f, book_meta_set(f->s, "schema", (struct sv){ "a\0b", 3 }, &f->err));
	OK(f, book_meta_get(f->s, "schema", f->a, &v, &f->err));
	assert_true(sv_eq(v, (struct sv){ "a\0b", 3 }));
	store_close(&f->s);
	f->s = test_open(f, STORE_WRITE);
	assert_non_null(f->s);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_clients),
		TEST(test_domains),
		TEST(test_refusing),
		TEST(test_remembered_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
