/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/unpack_test.h"

#include <stdio.h>

/*
 * Each cap from both sides. Those of many MiB are tested with -Dcap_divisor=1024 only.
 */
#define IS_SMALL (POSTERN_CAP_DIVISOR > 1)
#define MAIL_HEAD "From: r@reporter.example\r\nSubject: Report domain: example.com\r\n"

static struct buf item, told;

static const char *size_text(uint64_t n)
{
	static char text[32];
	bool mib = n >= LIMIT_MIB;
	(void)snprintf(text, sizeof(text), "%llu %s",
		       (unsigned long long)(mib ? n / LIMIT_MIB : n / 1024),
		       mib ? "MiB" : "KiB");
	return text;
}

static void add_run(struct buf *b, char c, uint64_t n)
{
	while (n--)
		buf_add_char(b, c);
}

/* Bytes that deflate does not make smaller. */
static void add_noise(struct buf *b, uint64_t n)
{
	uint64_t x = 0x9e3779b97f4a7c15;
	while (n--) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		buf_add_char(b, (char)(uint8_t)(x >> 32));
	}
}

/* Adds what was told to be "[member] FORM ... why". */
static void assert_told(struct unpack *u, const char *what)
{
	tell_both(u, buf_sv(&item), false, &told);
	if (sv_find(buf_sv(&told), sv_from(what)) == told.n)
		fail_msg("not \"%s\" but:\n%s", what, buf_str(&told));
}

static void assert_not_told(struct unpack *u, const char *what)
{
	tell_both(u, buf_sv(&item), false, &told);
	if (sv_find(buf_sv(&told), sv_from(what)) != told.n)
		fail_msg("\"%s\":\n%s", what, buf_str(&told));
}

static const char *larger(const char *what, uint64_t cap)
{
	static char text[100];
	(void)snprintf(text, sizeof(text), "%s is larger than %s", what, size_text(cap));
	return text;
}

/* --- compressed parts --- */

static void make_gzip(uint64_t n)
{
	buf_clear(&item);
	compose_gzip(&item, SV("<feedback/>"));
	add_run(&item, '\n', n - item.n);
}

static void test_part_gzip(void **state)
{
	if (!IS_SMALL)
		skip();
	make_gzip(LIMIT_PART);
	assert_told(*state, "[] XML 11 {<feedback/>} end\n");
	make_gzip(LIMIT_PART + 1);
	assert_told(*state, larger("[] GZIP ! the compressed part", LIMIT_PART));
}

static void make_zip(uint64_t n)
{
	struct buf noise;
	buf_init(&noise, SIZE_MAX);
	add_noise(&noise, n - 200);
	for (int round = 0; round < 2; round++) {
		buf_clear(&item);
		struct compose_zip z = compose_zip_begin(&item);
		compose_zip_add(&z, SV("n"), buf_sv(&noise), COMPOSE_STORED);
		compose_zip_end(&z, false, SV(""));
		add_noise(&noise, n - item.n);
	}
	buf_deinit(&noise);
	assert_int_equal(item.n, n);
}

static void test_part_zip(void **state)
{
	if (!IS_SMALL)
		skip();
	make_zip(LIMIT_PART);
	assert_not_told(*state, " ! the ");
	make_zip(LIMIT_PART + 1);
	assert_told(*state, larger("[] ZIP ! the zip archive", LIMIT_PART));
}

/* In a mail, what counts is what remains once the transfer encoding is undone. */
static void wrap_in_mail(void)
{
	struct buf part;
	buf_init(&part, SIZE_MAX);
	buf_add_sv(&part, buf_sv(&item));
	buf_clear(&item);
	buf_add_str(&item, MAIL_HEAD "Content-Transfer-Encoding: base64\r\n\r\n");
	compose_base64(&item, buf_sv(&part));
	buf_deinit(&part);
}

static void test_part_in_mail(void **state)
{
	if (!IS_SMALL)
		skip();
	make_zip(LIMIT_PART);
	wrap_in_mail();
	assert_not_told(*state, " ! the ");
	make_zip(LIMIT_PART + 1);
	wrap_in_mail();
	assert_told(*state, larger("[] ZIP (text/plain) ! the zip archive", LIMIT_PART));
	/* gzip is read as it comes: refused where the cap is met. */
	for (uint64_t over = 0; over <= 1; over++) {
		buf_clear(&item);
		struct buf noise;
		buf_init(&noise, SIZE_MAX);
		add_noise(&noise, LIMIT_PART - 38 + over);
		compose_deflate(&item, buf_sv(&noise), MAX_WBITS + 16, NULL);
		uint64_t n = item.n;
		buf_deinit(&noise);
		assert_int_equal(n, LIMIT_PART + over);
		wrap_in_mail();
		if (over)
			assert_told(*state,
				    larger("refused: the compressed part", LIMIT_PART));
		else
			assert_not_told(*state, "refused");
	}
}

/* --- what is plain --- */

static void test_plain(void **state)
{
	if (!IS_SMALL)
		skip();
	buf_clear(&item);
	buf_add_str(&item, "<a>");
	add_run(&item, ' ', LIMIT_PLAIN - 3);
	assert_told(*state, "end\n");
	buf_add_char(&item, ' ');
	assert_told(*state, larger("[] XML ! the data", LIMIT_PLAIN));
}

static void test_plain_mail(void **state)
{
	if (!IS_SMALL)
		skip();
	buf_clear(&item);
	buf_add_str(&item, MAIL_HEAD "\r\n");
	add_run(&item, 'x', LIMIT_PLAIN - item.n);
	assert_told(*state, "end\n");
	buf_add_char(&item, 'x');
	assert_told(*state, larger("[] MAIL ! the mail", LIMIT_PLAIN));
}

/* Text that inflates to so much, at a ratio that is none of the caps. */
static void make_text(struct buf *b, uint64_t n)
{
	while (b->n < n) {
		add_noise(b, n - b->n < 40 ? n - b->n : 40);
		add_run(b, ' ', n - b->n < 2000 ? n - b->n : 2000);
	}
}

static void test_plain_inflated(void **state)
{
	if (!IS_SMALL)
		skip();
	for (uint64_t over = 0; over <= 1; over++) {
		struct buf text;
		buf_init(&text, SIZE_MAX);
		make_text(&text, LIMIT_PLAIN + over);
		buf_clear(&item);
		compose_gzip(&item, buf_sv(&text));
		if (over)
			assert_told(*state, larger("refused: the data", LIMIT_PLAIN));
		else
			assert_told(*state, "end\n");
		buf_clear(&item);
		compose_zip(&item, SV("a"), buf_sv(&text));
		if (over)
			assert_told(*state,
				    larger("[a] ZIP a ! the zip entry", LIMIT_PLAIN));
		else
			assert_told(*state, "end\n");
		buf_deinit(&text);
	}
}

/* A mail within something that inflates has to be held. */
static void test_held_mail(void **state)
{
	if (!IS_SMALL)
		skip();
	for (uint64_t over = 0; over <= 1; over++) {
		struct buf mail;
		buf_init(&mail, SIZE_MAX);
		buf_add_str(&mail, MAIL_HEAD "\r\n");
		make_text(&mail, LIMIT_PART + over);
		buf_clear(&item);
		compose_gzip(&item, buf_sv(&mail));
		buf_deinit(&mail);
		if (over)
			assert_told(*state, larger("[] MAIL ! the mail in a wrapping",
						   LIMIT_PART));
		else
			assert_told(*state, "end\n");
	}
}

/* --- the ratio --- */

#define BOMB "the compressed part inflates to more than 1000 times its size"

static void test_ratio(void **state)
{
	buf_clear(&item);
	compose_gzip_run(&item, 'x', LIMIT_RATIO_FROM);
	assert_told(*state, "end\n");
	/* 1032 : 1 is what deflate can do, less the header. */
	uint64_t n = IS_SMALL ? LIMIT_PLAIN : LIMIT_RATIO_FROM + LIMIT_MIB;
	buf_clear(&item);
	compose_gzip_run(&item, 'x', n);
	assert_told(*state, "refused: " BOMB);
	/* A header that is longer by a little makes it no bomb. */
	Bytef extra[4096] = { 0 };
	gz_header header = { .extra = extra,
			     .extra_len = (uInt)(n / LIMIT_RATIO - item.n + 20) };
	struct buf plain;
	buf_init(&plain, SIZE_MAX);
	add_run(&plain, 'x', n);
	buf_clear(&item);
	compose_deflate(&item, buf_sv(&plain), MAX_WBITS + 16, &header);
	buf_deinit(&plain);
	assert_told(*state, "end\n");
}

/* Each entry is within the ratio, but the item inflates to too much in all. */
static void test_ratio_of_all(void **state)
{
	struct buf in;
	if (IS_SMALL)
		skip();
	buf_init(&in, SIZE_MAX);
	compose_gzip_run(&in, 'x', LIMIT_RATIO_FROM - 65536);
	buf_clear(&item);
	struct compose_zip z = compose_zip_begin(&item);
	compose_zip_add(&z, SV("a"), buf_sv(&in), 0);
	compose_zip_add(&z, SV("b"), buf_sv(&in), 0);
	compose_zip_end(&z, false, SV(""));
	buf_deinit(&in);
	assert_told(*state, "} end\n[b] OTHER b ");
	assert_told(*state, BOMB);
}

/* --- counts --- */

static void test_nesting(void **state)
{
	buf_clear(&item);
	buf_add_str(&item, "<feedback/>");
	for (int i = 1; i <= LIMIT_NESTING + 4; i++) {
		struct buf out;
		buf_init(&out, SIZE_MAX);
		compose_gzip(&out, buf_sv(&item));
		buf_clear(&item);
		buf_add_sv(&item, buf_sv(&out));
		buf_deinit(&out);
		assert_told(*state, i <= LIMIT_NESTING
					    ? "[] XML 11 {<feedback/>} end\n"
					    : "[] GZIP ! more than 8 containers lie "
					      "within one another\n");
	}
}

/* Archives in archives, in a part of a mail: the mail and its multipart count too. */
static void test_nesting_in_mail(void **state)
{
	for (int n = LIMIT_NESTING - 2; n <= LIMIT_NESTING - 1; n++) {
		struct buf in;
		buf_init(&in, SIZE_MAX);
		buf_add_str(&in, "<feedback/>");
		for (int i = 0; i < n; i++) {
			buf_clear(&item);
			compose_zip(&item, SV("z"), buf_sv(&in));
			buf_clear(&in);
			buf_add_sv(&in, buf_sv(&item));
		}
		buf_clear(&item);
		buf_add_str(&item,
			    MAIL_HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
				      "--b\r\nContent-Transfer-Encoding: base64\r\n\r\n");
		compose_base64(&item, buf_sv(&in));
		buf_add_str(&item, "--b--\r\n");
		buf_deinit(&in);
		assert_told(*state, n == LIMIT_NESTING - 2
					    ? "[part 1/z/z/z/z/z/z] XML z 11"
					    : "[part 1/z/z/z/z/z/z] ZIP z ! more than 8");
	}
}

static void test_entries(void **state)
{
	for (int n = LIMIT_ENTRIES; n <= LIMIT_ENTRIES + 1; n++) {
		buf_clear(&item);
		struct compose_zip z = compose_zip_begin(&item);
		for (int i = 0; i < n; i++)
			compose_zip_add(&z, SV(""), SV("<a/>"), COMPOSE_STORED);
		compose_zip_end(&z, false, SV(""));
		if (item.n > LIMIT_PART)
			skip();
		if (n == LIMIT_ENTRIES)
			assert_told(*state, "[entry 1000] XML 4 {<a/>} end\n");
		else
			assert_told(*state, "[] ZIP ! the zip archive has more than "
					    "1000 entries\n");
	}
}

static void test_parts(void **state)
{
	for (int n = LIMIT_ENTRIES; n <= LIMIT_ENTRIES + 1; n++) {
		buf_clear(&item);
		buf_add_str(&item, MAIL_HEAD
			    "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
		for (int i = 0; i < n; i++)
			buf_add_str(&item, "--b\r\n\r\n<a/>\r\n");
		buf_add_str(&item, "--b--\r\n");
		assert_told(*state, "[part 1000] XML (text/plain) 4 {<a/>} end\n");
		if (n == LIMIT_ENTRIES)
			assert_not_told(*state, " ! the ");
		else
			assert_told(*state, "[] MAIL ! parts of the mail were left out: "
					    "more than 1000 parts\n");
	}
}

/* Archives of archives: each within its cap, but all together too many. */
static void test_leaves(void **state)
{
	struct buf in;
	if (IS_SMALL)
		skip();
	buf_init(&in, SIZE_MAX);
	struct compose_zip z = compose_zip_begin(&in);
	for (int i = 0; i < LIMIT_ENTRIES; i++)
		compose_zip_add(&z, SV(""), SV("<a/>"), COMPOSE_STORED);
	compose_zip_end(&z, false, SV(""));
	for (int n = LIMIT_NESTING; n <= LIMIT_NESTING + 1; n++) {
		buf_clear(&item);
		z = compose_zip_begin(&item);
		for (int i = 0; i < n; i++)
			compose_zip_add(&z, SV(""), buf_sv(&in), COMPOSE_STORED);
		compose_zip_end(&z, false, SV(""));
		if (n == LIMIT_NESTING)
			assert_not_told(*state, " ! the ");
		else
			assert_told(*state, "[] ZIP ! the item holds more than 8000 "
					    "things in all\n");
	}
	buf_deinit(&in);
}

static int setup(void **state)
{
	buf_init(&item, SIZE_MAX);
	buf_init(&told, SIZE_MAX);
	*state = unpack_new();
	return 0;
}

static int teardown(void **state)
{
	struct unpack *u = *state;
	unpack_free(&u);
	buf_deinit(&item);
	buf_deinit(&told);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_part_gzip),
		cmocka_unit_test(test_part_zip),
		cmocka_unit_test(test_part_in_mail),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_plain_mail),
		cmocka_unit_test(test_plain_inflated),
		cmocka_unit_test(test_held_mail),
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_ratio_of_all),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_nesting_in_mail),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_leaves),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
