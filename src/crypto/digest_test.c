/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static struct digest *sha;
static struct normal_digest *normal;

static void test_sha256(void **state)
{
	(void)state;
	/* FIPS 180-4's examples. */
	static const struct {
		struct sv in;
		const char *hex;
	} vectors[] = {
		{ SV_INIT(""),
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ SV_INIT("abc"),
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ SV_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	uint8_t out[DIGEST_SIZE];
	char hex[DIGEST_HEX];
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		for (size_t cut = 0; cut <= vectors[i].in.n; cut++) {
			digest_reset(sha);
			digest_add(sha, vectors[i].in.p, cut);
			digest_add(sha, vectors[i].in.p + cut, vectors[i].in.n - cut);
			digest_end(sha, out);
			assert_string_equal(digest_hex(out, hex), vectors[i].hex);
		}
	}
	digest_reset(sha);
	for (int i = 0; i < 1000000; i += 10)
		digest_add(sha, "aaaaaaaaaa", 10);
	digest_end(sha, out);
	assert_string_equal(
		digest_hex(out, hex),
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void add(struct sv s)
{
	normal_digest_add(normal, s.p, s.n);
}

static void end_is(struct sv same_as)
{
	uint8_t want[DIGEST_SIZE], got[DIGEST_SIZE];
	digest_reset(sha);
	digest_add(sha, same_as.p, same_as.n);
	digest_end(sha, want);
	normal_digest_end(normal, got);
	assert_memory_equal(got, want, DIGEST_SIZE);
}

/* What the normalised bytes of each are. Two are equal where these are. */
static const struct {
	struct sv in, out;
} cases[] = {
	{ SV_INIT(""), SV_INIT("") },
	{ SV_INIT("<a/>"), SV_INIT("<a/>") },
	{ SV_INIT("<a/>\n"), SV_INIT("<a/>") },
	{ SV_INIT("<a/>\r\n"), SV_INIT("<a/>") },
	{ SV_INIT("<a/>\r"), SV_INIT("<a/>") },
	{ SV_INIT("<a/> \t\v\f\r\r\n\n "), SV_INIT("<a/>") },
	{ SV_INIT(" \r\n\t"), SV_INIT("") },
	{ SV_INIT("\r\n"), SV_INIT("") },
	{ SV_INIT("\r"), SV_INIT("") },
	{ SV_INIT("\xef\xbb\xbf"), SV_INIT("") },
	{ SV_INIT("\xef\xbb\xbf<a/>"), SV_INIT("<a/>") },
	{ SV_INIT("\xef\xbb\xbf\r\n<a/>\r\n"), SV_INIT("\n<a/>") },
	{ SV_INIT("<a>\r\nb\r\n</a>"), SV_INIT("<a>\nb\n</a>") },
	{ SV_INIT("<a>\n b</a>"), SV_INIT("<a>\n b</a>") },
	{ SV_INIT("<a>\r\r\n\n\r</a>"), SV_INIT("<a>\r\n\n\r</a>") },
	/* What stays. */
	{ SV_INIT(" <a/>"), SV_INIT(" <a/>") },
	{ SV_INIT("\n<a/>"), SV_INIT("\n<a/>") },
	{ SV_INIT("a\rb"), SV_INIT("a\rb") },
	{ SV_INIT("\ra"), SV_INIT("\ra") },
	{ SV_INIT("a  \n b"), SV_INIT("a  \n b") },
	{ SV_INIT("<a/>\0"), SV_INIT("<a/>\0") },
	{ SV_INIT("<a/>\xc2\xa0"), SV_INIT("<a/>\xc2\xa0") },
	{ SV_INIT("\xef"), SV_INIT("\xef") },
	{ SV_INIT("\xef\xbb"), SV_INIT("\xef\xbb") },
	{ SV_INIT("\xef\xbb\n"), SV_INIT("\xef\xbb") },
	{ SV_INIT("\xef\xbb<a/>"), SV_INIT("\xef\xbb<a/>") },
	{ SV_INIT("\xef\xef\xbb\xbf"), SV_INIT("\xef\xef\xbb\xbf") },
	{ SV_INIT("\xef\xbb\xbf\xef\xbb\xbf"), SV_INIT("\xef\xbb\xbf") },
	{ SV_INIT("a\xef\xbb\xbf"), SV_INIT("a\xef\xbb\xbf") },
	{ SV_INIT(" \xef\xbb\xbf"), SV_INIT(" \xef\xbb\xbf") },
};

static void test_normal(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sv in = cases[i].in;
		for (size_t a = 0; a <= in.n; a++) {
			for (size_t b = a; b <= in.n; b++) {
				normal_digest_reset(normal);
				add(sv_sub(in, 0, a));
				add(sv_sub(in, a, b - a));
				add(sv_sub(in, b, in.n));
				end_is(cases[i].out);
			}
		}
		normal_digest_reset(normal);
		for (size_t at = 0; at < in.n; at++)
			add(sv_sub(in, at, 1));
		end_is(cases[i].out);
	}
}

/* Pairs that must not be taken for one report. */
static void test_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t a[DIGEST_SIZE], b[DIGEST_SIZE];
		normal_digest_reset(normal);
		add(cases[i].in);
		normal_digest_end(normal, a);
		for (size_t k = 0; k < i; k++) {
			normal_digest_reset(normal);
			add(cases[k].in);
			normal_digest_end(normal, b);
			assert_int_equal(memcmp(a, b, DIGEST_SIZE) == 0,
					 sv_eq(cases[i].out, cases[k].out));
		}
	}
}

/* A report of many lines and long runs of blanks, cut at every place. */
static void test_cuts(void **state)
{
	(void)state;
	enum {
		BLANKS = 4200
	};
	static char in[40000], out[40000];
	size_t in_n = 0, out_n = 0;
	for (int i = 0; i < 300; i++) {
		memcpy(in + in_n, "<row>x</row>\r\n", 14);
		memcpy(out + out_n, "<row>x</row>\n", 13);
		in_n += 14, out_n += 13;
	}
	for (int i = 0; i < 2; i++) {
		memset(in + in_n, ' ', BLANKS);
		memset(out + out_n, ' ', BLANKS);
		in_n += BLANKS, out_n += BLANKS;
		in[in_n++] = out[out_n++] = 'x';
	}
	size_t end = out_n;
	for (int i = 0; i < BLANKS; i++)
		in[in_n++] = i % 3 ? '\r' : '\n';
	uint8_t want[DIGEST_SIZE], got[DIGEST_SIZE];
	digest_reset(sha);
	digest_add(sha, out, end);
	digest_end(sha, want);
	for (size_t cut = 0; cut <= in_n; cut++) {
		normal_digest_reset(normal);
		normal_digest_add(normal, in, cut);
		normal_digest_add(normal, in + cut, in_n - cut);
		normal_digest_end(normal, got);
		assert_memory_equal(got, want, DIGEST_SIZE);
	}
}

/* 64 MiB of blanks, then the end, and then a letter instead: nothing grows with them. */
static void test_bounded(void **state)
{
	(void)state;
	enum {
		PIECE = 65536,
		PIECES = 1024
	};
	static char blanks[PIECE];
	memset(blanks, ' ', sizeof(blanks));
	for (int closed = 0; closed < 2; closed++) {
		uint8_t want[DIGEST_SIZE], got[DIGEST_SIZE];
		digest_reset(sha);
		normal_digest_reset(normal);
		digest_add(sha, "<a>", 3);
		add(SV("<a>"));
#ifndef POSTERN_SANITIZE
		size_t before = mallinfo2().uordblks;
#endif
		for (int i = 0; i < PIECES; i++) {
			normal_digest_add(normal, blanks, sizeof(blanks));
			if (closed)
				digest_add(sha, blanks, sizeof(blanks));
		}
#ifndef POSTERN_SANITIZE
		assert_true(mallinfo2().uordblks < before + 4096);
#endif
		if (closed) {
			add(SV("</a>\r\n"));
			digest_add(sha, "</a>", 4);
		}
		normal_digest_end(normal, got);
		digest_end(sha, want);
		assert_memory_equal(got, want, DIGEST_SIZE);
	}
}

static void test_random(void **state)
{
	(void)state;
	uint8_t a[1000] = { 0 }, b[1000] = { 0 };
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	/* The end is filled too: 16 zeros by chance happen once in 2^128. */
	static const uint8_t zero[16] = { 0 };
	assert_memory_not_equal(a + 984, zero, sizeof(zero));
	random_bytes(NULL, 0);
}

static void test_release(void **state)
{
	(void)state;
	struct digest *d = NULL;
	struct normal_digest *n = normal_digest_new();
	digest_free(&d);
	normal_digest_free(&n);
	assert_null(n);
	normal_digest_free(&n);
}

static int set_up(void **state)
{
	(void)state;
	sha = digest_new();
	normal = normal_digest_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	digest_free(&sha);
	normal_digest_free(&normal);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),  cmocka_unit_test(test_normal),
		cmocka_unit_test(test_differ),  cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_bounded), cmocka_unit_test(test_random),
		cmocka_unit_test(test_release),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
