/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/dns_int.h"

#include "base/arena.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

#include <cmocka.h>

/* The library and the clock, played here: nothing is sent. Answers lie in `arrived` until
 * ub_process() hands them over, and each look at the clock takes a millisecond. */
enum {
	QUESTIONS = 8,
	TIMEOUT = 50
};

static struct {
	uint64_t now;
	int pipe[2]; /* what the library says "something is there" by */
	int asked, cancelled;
	struct {
		void *ctx;
		ub_callback_type done;
		struct ub_result *arrived;
		int err;
		bool has, gone;
	} question[QUESTIONS + 1];
	const char *refused; /* an option that does not work */
} lib;

uint64_t clock_ms(void)
{
	return lib.now++;
}

struct ub_ctx *ub_ctx_create(void)
{
	return (struct ub_ctx *)(void *)&lib;
}

void ub_ctx_delete(struct ub_ctx *ctx)
{
	(void)ctx;
}

int ub_ctx_async(struct ub_ctx *ctx, int dothread)
{
	(void)ctx;
	return dothread ? 0 : 1;
}

int ub_ctx_set_fwd(struct ub_ctx *ctx, const char *addr)
{
	(void)ctx;
	return lib.refused && strcmp(addr, lib.refused) == 0 ? UB_SYNTAX : 0;
}

int ub_ctx_set_option(struct ub_ctx *ctx, const char *opt, const char *val)
{
	(void)ctx;
	(void)opt;
	(void)val;
	return 0;
}

int ub_ctx_resolvconf(struct ub_ctx *ctx, const char *fname)
{
	(void)ctx;
	(void)fname;
	return 0;
}

int ub_ctx_add_ta_file(struct ub_ctx *ctx, const char *fname)
{
	(void)ctx;
	(void)fname;
	return 0;
}

const char *ub_strerror(int err)
{
	return err == UB_SYNTAX ? "syntax error" : "";
}

int ub_fd(struct ub_ctx *ctx)
{
	(void)ctx;
	return lib.pipe[0];
}

int ub_resolve_async(struct ub_ctx *ctx, const char *name, int rrtype, int rrclass,
		     void *mydata, ub_callback_type callback, int *async_id)
{
	(void)ctx;
	(void)rrtype;
	(void)rrclass;
	if (strcmp(name, "refused.example") == 0)
		return UB_NOMEM;
	assert_true(lib.asked < QUESTIONS);
	*async_id = ++lib.asked;
	lib.question[*async_id].ctx = mydata;
	lib.question[*async_id].done = callback;
	return 0;
}

int ub_cancel(struct ub_ctx *ctx, int async_id)
{
	(void)ctx;
	lib.question[async_id].gone = true;
	lib.cancelled++;
	return 0;
}

int ub_process(struct ub_ctx *ctx)
{
	char c;
	(void)ctx;
	while (read(lib.pipe[0], &c, 1) == 1)
		;
	for (int i = 1; i <= lib.asked; i++)
		if (lib.question[i].has && !lib.question[i].gone) {
			lib.question[i].gone = true;
			lib.question[i].done(lib.question[i].ctx, lib.question[i].err,
					     lib.question[i].arrived);
		}
	return 0;
}

void ub_resolve_free(struct ub_result *r)
{
	free(r->data);
	free(r->len);
	free(r);
}

static char name_a[] = "a.example", name_b[] = "B.Example.", host[] = "\300\0\2\1";

/* What the library makes of the i-th question: an address, or nothing and `rcode`. */
static void arrive(int i, int rcode)
{
	struct ub_result *r = calloc(1, sizeof(*r));
	assert_non_null(r);
	r->data = calloc(2, sizeof(*r->data));
	r->len = calloc(2, sizeof(*r->len));
	assert_true(r->data && r->len);
	r->qname = name_a;
	r->canonname = i == 2 ? name_b : name_a;
	r->rcode = rcode;
	r->nxdomain = rcode == 3;
	r->havedata = rcode == 0;
	r->bogus = rcode < 0;
	r->ttl = 60;
	if (r->havedata) {
		r->data[0] = host;
		r->len[0] = 4;
	}
	lib.question[i].arrived = r;
	lib.question[i].has = true;
	assert_int_equal(write(lib.pipe[1], "", 1), 1);
}

static int set_up(void **state)
{
	const struct dns_resolver_options o = { .server = "192.0.2.53",
						.timeout_ms = TIMEOUT };
	struct err err = { 0 };
	memset(&lib, 0, sizeof(lib));
	if (pipe2(lib.pipe, O_NONBLOCK | O_CLOEXEC) != 0)
		return -1;
	*state = dns_resolver_new(&o, &err);
	return *state ? 0 : -1;
}

static int take_down(void **state)
{
	struct dns *d = *state;
	dns_free(&d);
	(void)close(lib.pipe[0]);
	(void)close(lib.pipe[1]);
	return 0;
}

static const struct {
	int rcode;
	enum dns_status status;
} statuses[] = { { 0, DNS_FOUND },
		 { 3, DNS_NO_NAME },
		 { 2, DNS_FAILED },
		 { 5, DNS_FAILED },
		 { -1, DNS_FAILED } };

static void answers(void **state)
{
	struct dns *d = *state;
	struct arena *a = arena_new();
	struct dns_answer out;
	int n = (int)(sizeof(statuses) / sizeof(*statuses));
	for (int i = 1; i <= n; i++) {
		dns_start(d, (uint64_t)i, SV("a.example"), DNS_A);
		arrive(i, statuses[i - 1].rcode);
	}
	assert_int_equal(dns_pending(d), n);
	for (int i = 1; i <= n; i++) {
		assert_true(dns_next(d, 0, a, &out));
		assert_int_equal(out.id, i);
		assert_int_equal(out.status, statuses[i - 1].status);
		assert_true(sv_eq(out.canonical, i == 2 ? SV("b.example") : SV("")));
		assert_int_equal(out.n, out.status == DNS_FOUND);
	}
	assert_int_equal(dns_pending(d), 0);
	assert_false(dns_next(d, 1000, a, &out));
	arena_free(&a);
}

static void what_cannot_be_asked(void **state)
{
	struct dns *d = *state;
	struct arena *a = arena_new();
	struct dns_answer out;
	dns_start(d, 1, SV(""), DNS_A);
	dns_start(d, 2, (struct sv){ "a\0b", 3 }, DNS_A);
	dns_start(d, 3, SV("refused.example"), DNS_A);
	for (int i = 1; i <= 3; i++) {
		assert_true(dns_next(d, 0, a, &out));
		assert_int_equal(out.id, i);
		assert_int_equal(out.status, i == 3 ? DNS_FAILED : DNS_NO_NAME);
	}
	arena_free(&a);
}

static void late(void **state)
{
	struct dns *d = *state;
	struct arena *a = arena_new();
	struct dns_answer out;
	dns_start(d, 1, SV("a.example"), DNS_A);
	assert_false(dns_next(d, 0, a, &out));
	lib.now += TIMEOUT;
	assert_true(dns_next(d, 1000, a, &out));
	assert_int_equal(out.status, DNS_TIMED_OUT);
	assert_int_equal(lib.cancelled, 1);
	arena_free(&a);
}

/* Whoever asks was busy for longer than a question may take: what came is not lost. */
static void busy_elsewhere(void **state)
{
	struct dns *d = *state;
	struct arena *a = arena_new();
	struct dns_answer out;
	dns_start(d, 1, SV("a.example"), DNS_A);
	dns_start(d, 2, SV("a.example"), DNS_A);
	arrive(1, 0);
	lib.now += 10 * TIMEOUT;
	assert_true(dns_next(d, 0, a, &out));
	assert_int_equal(out.id, 1);
	assert_int_equal(out.status, DNS_FOUND);
	assert_true(dns_next(d, 0, a, &out));
	assert_int_equal(out.id, 2);
	assert_int_equal(out.status, DNS_TIMED_OUT);
	assert_int_equal(lib.cancelled, 1);
	arena_free(&a);
}

/* What errno was left at says nothing of the wait. */
static void after_a_signal(void **state)
{
	struct dns *d = *state;
	struct arena *a = arena_new();
	struct dns_answer out;
	dns_start(d, 1, SV("a.example"), DNS_A);
	errno = EINTR;
	assert_false(dns_next(d, 1, a, &out));
	assert_in_range(lib.now, 1, TIMEOUT / 2);
	assert_int_equal(dns_pending(d), 1);
	arena_free(&a);
}

static void settings(void **state)
{
	const struct dns_resolver_options o = { .server = "nonsense" };
	struct err err = { 0 };
	(void)state;
	lib.refused = "nonsense";
	assert_null(dns_resolver_new(&o, &err));
	assert_int_equal(err.code, ERR_CONFIG);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers),        TEST(what_cannot_be_asked), TEST(late),
		TEST(busy_elsewhere), TEST(after_a_signal),       TEST(settings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
