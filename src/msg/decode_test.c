/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define BYTES(lit) \
	{ \
		lit, sizeof(lit) - 1 \
	}

struct decode_case {
	enum mime_encoding encoding;
	struct sv body, want;
};

static const struct decode_case cases[] = {
	{ MIME_IDENTITY, BYTES("=41 \r\n\0x"), BYTES("=41 \r\n\0x") },
	{ MIME_BASE64, BYTES(""), BYTES("") },
	{ MIME_BASE64, BYTES("aGVsbG8="), BYTES("hello") },
	{ MIME_BASE64, BYTES("aGVsbG8"), BYTES("hello") },
	{ MIME_BASE64, BYTES("aGVsbA=="), BYTES("hell") },
	{ MIME_BASE64, BYTES("aGVsbA="), BYTES("hell") },
	{ MIME_BASE64, BYTES("aGVsbA"), BYTES("hell") },
	{ MIME_BASE64, BYTES("aGVsbGxv\r\n"), BYTES("helllo") },
	{ MIME_BASE64, BYTES("a"), BYTES("") },
	{ MIME_BASE64, BYTES("aGVs\na"), BYTES("hel") },
	{ MIME_BASE64, BYTES("====aGVs"), BYTES("hel") },
	{ MIME_BASE64, BYTES("a\nG\r\nV s\t!*bG8=\n\n"), BYTES("hello") },
	{ MIME_BASE64, BYTES("AP+/\0-_AP+/"), BYTES("\0\xff\xbf\0\xff\xbf") },
	{ MIME_BASE64, BYTES("!!!\xff\x80"), BYTES("") },
	/* Chunks that were encoded each on its own. */
	{ MIME_BASE64, BYTES("aGVsbG8=\nd29ybGQ=\n"), BYTES("helloworld") },
	{ MIME_BASE64, BYTES("aGVsbG8=d29ybGQ="), BYTES("helloworld") },
	{ MIME_BASE64,
	  BYTES("aGVsbG8=\nMDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"
		"NTY3ODkwMTIzNDU2Nzg5MDEy"),
	  BYTES("hello012345678901234567890123456789012345678901234567890123456789012") },
	/* A mailing list's lines behind the end. */
	{ MIME_BASE64, BYTES("aGVsbG8=\n-- \nsome list\n"), BYTES("hello") },
	{ MIME_BASE64, BYTES("aGVsbG8=\n\nUnsubscribe here\n"), BYTES("hello") },
	{ MIME_QP, BYTES(""), BYTES("") },
	{ MIME_QP, BYTES("a=3Db=c3=A4"), BYTES("a=b\xc3\xa4") },
	{ MIME_QP, BYTES("a=\nb=\r\nc= \t\r\nd="), BYTES("abcd") },
	{ MIME_QP, BYTES("a=4"), BYTES("a=4") },
	{ MIME_QP, BYTES("a=xx=4g=="), BYTES("a=xx=4g=") },
	{ MIME_QP, BYTES("a  \r\nb\t\n c d \t"), BYTES("a\r\nb\n c d") },
	{ MIME_QP, BYTES("a  =20\n"), BYTES("a   \n") },
	{ MIME_QP, BYTES("\0 \xe4\0"), BYTES("\0 \xe4\0") },
};

/* An exact copy, so that a sanitizer sees one byte too many. */
static char *exact(struct sv s)
{
	char *p = malloc(s.n ? s.n : 1);
	memcpy(p, s.p, s.n);
	return p;
}

static size_t decode(const struct decode_case *c, size_t cap, char *out, size_t out_cap)
{
	struct mime_decoder d;
	char *body = exact(c->body);
	mime_decoder_init(&d, c->encoding, (struct sv){ body, c->body.n });
	size_t n = 0, got;
	do {
		char *piece = malloc(cap);
		got = mime_decode(&d, piece, cap);
		assert_true(got <= cap && n + got <= out_cap);
		memcpy(out + n, piece, got);
		n += got;
		free(piece);
	} while (got);
	free(body);
	return n;
}

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t cap = 4; cap < 40; cap++) {
			char out[256];
			size_t n = decode(&cases[i], cap, out, sizeof(out));
			if (n != cases[i].want.n || memcmp(out, cases[i].want.p, n) != 0)
				fail_msg("case %zu, pieces of %zu: %.*s", i, cap, (int)n,
					 out);
		}
	}
}

/* The longest run of blanks that is looked through for a line's end. */
static void test_blanks(void **state)
{
	(void)state;
	for (size_t cap = 4; cap < 3000; cap += 331) {
		char body[3000], out[3001];
		memset(body, ' ', sizeof(body));
		body[2999] = '\n';
		struct decode_case c = { MIME_QP, { body, sizeof(body) }, { NULL, 0 } };
		assert_int_equal(decode(&c, cap, out, sizeof(out)), 2049);
	}
}

static void test_base64_long(void **state)
{
	(void)state;
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	enum {
		BYTES_N = 3 * 5000
	};
	char *body = malloc(BYTES_N * 2), *out = malloc(BYTES_N);
	for (size_t line = 4; line < 90; line += 19) {
		size_t n = 0;
		for (size_t i = 0, at = 0; i < BYTES_N; i += 3) {
			uint32_t v = (uint32_t)(i * 2654435761U) >> 8;
			for (int s = 18; s >= 0; s -= 6, at++) {
				body[n++] = letters[v >> s & 63];
				if (at % line == line - 1)
					body[n++] = '\n';
			}
		}
		struct decode_case c = { MIME_BASE64, { body, n }, { NULL, 0 } };
		assert_int_equal(decode(&c, 4096, out, BYTES_N), BYTES_N);
		for (size_t i = 0; i < BYTES_N; i += 3) {
			uint32_t v = (uint32_t)(i * 2654435761U) >> 8;
			uint32_t got = (uint32_t)(uint8_t)out[i] << 16 |
				       (uint32_t)(uint8_t)out[i + 1] << 8 |
				       (uint8_t)out[i + 2];
			assert_int_equal(got, v & 0xffffff);
		}
	}
	free(body);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_base64_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
