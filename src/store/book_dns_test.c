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

/* The same from memory, once many were asked for, as one by one. */
static void many_hosts(void **state)
{
	enum {
		HOSTS = 40,
		DAYS = 30,
		ROUNDS = 20
	};
	struct fixture *f = *state;
	OK(f, store_begin(f->s, &f->err));
	for (int64_t i = 0; i < (int64_t)HOSTS * DAYS; i++) {
		const struct addr at = { .kind = i % 3 ? ADDR_V4 : ADDR_V6,
					 .b = { 10, (uint8_t)(i % HOSTS) } };
		char text[ADDR_TEXT];
		const int64_t day = 100 + i / HOSTS * 10;
		struct book_dns_found d = {
			.kind = BOOK_DNS_HOST,
			.subject = sv_from(addr_format(&at, text)),
			.status = (enum book_dns_status)(i * 7 % 5 % 3),
			.asked = day * DATE_DAY_SECONDS,
			.until = day * DATE_DAY_SECONDS + KEPT_UNTIL,
			.name = { sv_from(i % 4 ? "a.example" : "b.example") },
			.confirmed = { i % 2 },
		};
		d.n = d.status == BOOK_DNS_ANSWERED;
		OK(f, book_dns_put(f->s, &d, &f->err));
	}
	OK(f, store_commit(f->s, &f->err));
	struct book_hosts *h = book_hosts_new(f->s);
	size_t found = 0;
	for (int i = 0; i < ROUNDS * 1000; i++) {
		const struct addr at = { .kind = i % 2 ? ADDR_V4 : ADDR_V6,
					 .b = { 10, (uint8_t)(i / 2 % (HOSTS + 1)) } };
		const int64_t day = 90 + i % 400;
		char text[ADDR_TEXT];
		struct book_dns_name *have, *want;
		size_t n, m;
		arena_reset(f->a);
		OK(f, book_hosts_names(h, &at, day, f->a, &have, &n, &f->err));
		OK(f, book_dns_names(f->s, BOOK_DNS_HOST, sv_from(addr_format(&at, text)),
				     day, f->a, &want, &m, &f->err));
		assert_int_equal(n, m);
		for (size_t k = 0; k < n; k++) {
			assert_true(sv_eq(have[k].name, want[k].name));
			assert_int_equal(have[k].confirmed, want[k].confirmed);
			assert_int_equal(have[k].last_seen, want[k].last_seen);
		}
		found += n;
	}
	assert_true(found > 1000);
	book_hosts_free(&h);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, test_setup, test_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nearest_first), TEST(later_answers), TEST(failures),
		TEST(stale),         TEST(many_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
