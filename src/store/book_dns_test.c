/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_dns.h"
#include "store/store_test.h"

#include "base/date.h"

enum {
	KEPT_UNTIL = 7
};

static const struct sv subject = { "192.0.2.1", 9 };

/* An answer of that day: names of one letter, a capital one is confirmed, and of one
 * behind '?' it could not be told. */
static void put(struct fixture *f, int64_t day, enum book_dns_status status,
		const char *names)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	struct book_dns_found d = { .kind = BOOK_DNS_HOST,
				    .subject = subject,
				    .status = status,
				    .asked = day * DATE_DAY_SECONDS + 5,
				    .until = day * DATE_DAY_SECONDS + KEPT_UNTIL };
	for (const char *p = names; *p; p++) {
		d.unsure[d.n] = *p == '?';
		p += d.unsure[d.n];
		d.confirmed[d.n] = *p >= 'A' && *p <= 'Z';
		d.name[d.n++] = (struct sv){ &letters[(*p | 32) - 'a'], 1 };
	}
	OK(f, store_begin(f->s, &f->err));
	OK(f, book_dns_put(f->s, &d, &f->err));
	OK(f, store_commit(f->s, &f->err));
}

static void expect(struct fixture *f, int64_t day, const char *names)
{
	char have[BOOK_DNS_NAMES + 1] = "";
	struct book_dns_name *name;
	size_t n;
	OK(f,
	   book_dns_names(f->s, BOOK_DNS_HOST, subject, day, f->a, &name, &n, &f->err));
	assert_in_range(n, 0, BOOK_DNS_NAMES);
	for (size_t i = 0; i < n; i++)
		have[i] = (char)(name[i].confirmed ? name[i].name.p[0] - 32
						   : name[i].name.p[0]);
	assert_string_equal(have, names);
}

static void nearest_first(void **state)
{
	struct fixture *f = *state;
	put(f, 100, BOOK_DNS_ANSWERED, "Ab");
	expect(f, 100, "Ab");
	expect(f, 20, "Ab");
	put(f, 120, BOOK_DNS_ANSWERED, "bC");
	put(f, 130, BOOK_DNS_ANSWERED, "c");
	expect(f, 100, "Abc");
	expect(f, 110, "bAc");
	expect(f, 120, "cb");
	expect(f, 130, "c");
}

/* Another answer, and the one that there is nothing, take a name back. */
static void later_answers(void **state)
{
	struct fixture *f = *state;
	put(f, 100, BOOK_DNS_ANSWERED, "A");
	put(f, 110, BOOK_DNS_NOTHING, "");
	expect(f, 105, "A");
	expect(f, 106, "");
	expect(f, 111, "");
	expect(f, 99, "A");
	put(f, 112, BOOK_DNS_FAILED, "");
	expect(f, 111, "");
	put(f, 114, BOOK_DNS_ANSWERED, "A");
	expect(f, 114, "A");
}

static void failures(void **state)
{
	struct fixture *f = *state;
	int64_t until;
	put(f, 100, BOOK_DNS_FAILED, "");
	expect(f, 100, "");
	put(f, 101, BOOK_DNS_ANSWERED, "A");
	put(f, 110, BOOK_DNS_FAILED, "");
	expect(f, 110, "A");
	OK(f, book_dns_until(f->s, BOOK_DNS_HOST, subject, &until, &f->err));
	assert_int_equal(until, 110 * DATE_DAY_SECONDS + KEPT_UNTIL);
	/* Whether it leads back was not told: what was known stays. */
	put(f, 111, BOOK_DNS_ANSWERED, "?a?b");
	expect(f, 111, "Ab");
	put(f, 112, BOOK_DNS_ANSWERED, "ab");
	expect(f, 112, "ab");
}

static void stale(void **state)
{
	struct fixture *f = *state;
	put(f, 100, BOOK_DNS_ANSWERED, "A");
	expect(f, 100 + BOOK_DNS_STALE, "A");
	expect(f, 101 + BOOK_DNS_STALE, "");
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nearest_first),
		TEST(later_answers),
		TEST(failures),
		TEST(stale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
