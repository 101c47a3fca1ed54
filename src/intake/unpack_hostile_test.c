/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/unpack_stream.h"
#include "intake/unpack_test.h"

#include <stdio.h>

/*
 * Items that are damaged, cut short or not what they seem. Nothing may crash (the tests
 * run under sanitizers too), and what came before the damage is handed out.
 */
#define XML "<?xml version=\"1.0\"?><feedback><record/><record/></feedback>"

enum {
	/* Longer than what is read into memory at once. */
	LONG = POSTERN_CAP_DIVISOR > 1 ? 48 * 1024 : 3 * 1024 * 1024
};

static struct buf item, told;
static uint64_t seed;

static uint32_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32);
}

static void add_mail(struct buf *b)
{
	struct buf part;
	buf_init(&part, SIZE_MAX);
	buf_add_str(b, "From: r@reporter.example\r\nSubject: Report domain: a.example\r\n"
		       "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
		       "Hello.\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\n"
		       "Content-Transfer-Encoding: base64\r\n\r\n");
	compose_zip(&part, SV("a.xml"), SV(XML));
	compose_base64(b, buf_sv(&part));
	buf_add_str(b, "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
	buf_add_str(b, "<a>=3D=\r\n</a>\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
		       "Subject: inner\r\nContent-Type: application/gzip\r\n"
		       "Content-Transfer-Encoding: base64\r\n\r\n");
	buf_clear(&part);
	compose_gzip(&part, SV(XML));
	compose_base64(b, buf_sv(&part));
	buf_add_str(b, "--b--\r\n");
	buf_deinit(&part);
}

static void add_zip(struct buf *b)
{
	struct buf in;
	buf_init(&in, SIZE_MAX);
	compose_zip(&in, SV("in.xml"), SV(XML));
	struct compose_zip z = compose_zip_begin(b);
	compose_zip_add(&z, SV("a.xml"), SV(XML), 0);
	compose_zip_add(&z, SV("b.xml"), SV(XML), COMPOSE_DESCRIPTOR);
	compose_zip_add(&z, SV("c.xml"), SV(XML), COMPOSE_STORED | COMPOSE_ZIP64);
	compose_zip_add(&z, SV("d.zip"), buf_sv(&in), COMPOSE_STORED);
	compose_zip_end(&z, true, SV("comment"));
	buf_deinit(&in);
}

static void add_gzip(struct buf *b)
{
	compose_gzip(b, SV(XML));
}

static void add_gzip_zip(struct buf *b)
{
	struct buf in;
	buf_init(&in, SIZE_MAX);
	add_zip(&in);
	compose_gzip(b, buf_sv(&in));
	buf_deinit(&in);
}

static void add_zlib(struct buf *b)
{
	compose_deflate(b, SV(XML), MAX_WBITS, NULL);
}

static void (*const samples[])(struct buf *) = { add_mail, add_zip, add_gzip,
						 add_gzip_zip, add_zlib };

enum {
	SAMPLES = sizeof(samples) / sizeof(samples[0])
};

/* Reads all leaves; those of form XML must be the beginning of `xml`, where given. */
static void read_all(struct unpack *u, struct sv bytes, bool mbox, const char *xml)
{
	struct unpack_leaf leaf;
	struct sv piece;
	struct unpack_input in = { .fd = -1, .bytes = bytes, .mbox = mbox };
	unpack_open(u, &in);
	for (int n = 0; unpack_next(u, &leaf); n++) {
		assert_true(n < 10000);
		assert_true(leaf.member.n <= LIMIT_MEMBER);
		assert_true(leaf.head.n <= 4096);
		if (leaf.why)
			continue;
		buf_clear(&told);
		while (unpack_read(u, &piece) == UNPACK_MORE)
			buf_add_sv(&told, piece);
		size_t all = told.n;
		unpack_rewind(u);
		for (size_t again = 0; unpack_read(u, &piece) == UNPACK_MORE;)
			assert_true((again += piece.n) <= all);
		if (xml && leaf.form == FORM_XML && leaf.head.n > 4)
			assert_memory_equal(told.p, xml, all);
	}
}

/* An exact copy, so that a sanitizer sees one byte too many. */
static void read_copy(struct unpack *u, struct sv bytes, bool mbox, const char *xml)
{
	char *copy = malloc(bytes.n ? bytes.n : 1);
	assert_non_null(copy);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	read_all(u, (struct sv){ copy, bytes.n }, mbox, xml);
	free(copy);
}

static void test_cut(void **state)
{
	for (size_t i = 0; i < SAMPLES; i++) {
		buf_clear(&item);
		samples[i](&item);
		for (size_t n = 0; n <= item.n; n++)
			read_copy(*state, sv_sub(buf_sv(&item), 0, n), false,
				  samples[i] == add_mail ? NULL : XML);
	}
}

/* Of a gzip that is cut short, as much comes out as the bytes can tell, and no less than
 * of a shorter piece. */
static void test_cut_gzip_grows(void **state)
{
	struct unpack *u = *state;
	struct unpack_leaf leaf;
	struct sv piece;
	uint64_t before = 0;
	buf_clear(&item);
	add_gzip(&item);
	for (size_t n = 18; n < item.n; n++) {
		struct unpack_input in = { .fd = -1,
					   .bytes = sv_sub(buf_sv(&item), 0, n) };
		uint64_t got = 0;
		unpack_open(u, &in);
		assert_true(unpack_next(u, &leaf));
		if (leaf.why)
			continue;
		enum unpack_status status;
		while ((status = unpack_read(u, &piece)) == UNPACK_MORE)
			got += piece.n;
		assert_int_equal(status, UNPACK_BROKEN);
		assert_string_equal(unpack_why(u), "the gzip data ends early");
		assert_true(got >= before);
		before = got;
	}
	assert_int_equal(before, strlen(XML));
}

static void test_random(void **state)
{
	static const struct sv starts[] = {
		{ "", 0 },
		{ "\x1f\x8b\x08", 3 },
		{ "PK\x03\x04", 4 },
		{ "x\x9c", 2 },
		{ "From: a@b\r\n", 11 },
		{ "PK\x05\x06", 4 },
		{ "\x1f\x8b\x08\0\0\0\0\0\0\0", 10 },
		{ "From a Tue Nov 24 13:05:09 2026\n>From ", 38 },
	};
	seed = 0x2545f4914f6cdd1d;
	for (int i = 0; i < 10000; i++) {
		buf_clear(&item);
		buf_add_sv(&item, starts[next_random() % 8]);
		uint32_t n = next_random() % 300;
		while (n--)
			buf_add_char(&item, (char)(uint8_t)next_random());
		read_copy(*state, buf_sv(&item), i % 8 == 0, NULL);
	}
}

static void mutate(struct buf *b)
{
	uint32_t n = 1 + next_random() % 4;
	while (n-- && b->n) {
		size_t at = next_random() % b->n;
		uint32_t how = next_random() % 4;
		if (how == 0)
			b->p[at] = (char)(uint8_t)next_random();
		else if (how == 1)
			b->p[at] ^= (char)(1 << next_random() % 8);
		else if (how == 2)
			b->p[at] = next_random() % 2 ? '\0' : '\xff';
		else
			memmove(b->p + at, b->p + at + 1, --b->n - at);
	}
}

static void test_mutated(void **state)
{
	seed = 0x9e3779b97f4a7c15;
	struct buf whole;
	buf_init(&whole, SIZE_MAX);
	for (int i = 0; i < 5000; i++) {
		buf_clear(&whole);
		samples[i % SAMPLES](&whole);
		mutate(&whole);
		read_copy(*state, buf_sv(&whole), i % 7 == 0, NULL);
	}
	buf_deinit(&whole);
}

/* A gzip that holds itself, as far as anyone follows: the same at every depth. */
static void test_endless(void **state)
{
	struct unpack *u = *state;
	struct unpack_leaf leaf;
	struct buf in;
	buf_init(&in, SIZE_MAX);
	buf_clear(&item);
	buf_add_str(&item, "PK\x03\x04");
	for (int i = 0; i < 60; i++) {
		buf_clear(&in);
		if (i % 2)
			compose_gzip(&in, buf_sv(&item));
		else
			compose_zip(&in, SV("r.zip"), buf_sv(&item));
		buf_clear(&item);
		buf_add_sv(&item, buf_sv(&in));
	}
	buf_deinit(&in);
	struct unpack_input input = { .fd = -1, .bytes = buf_sv(&item) };
	unpack_open(u, &input);
	assert_true(unpack_next(u, &leaf));
	assert_string_equal(leaf.why, "more than 8 containers lie within one another");
	assert_false(unpack_next(u, &leaf));
}

/* A file that is not as long as was said, or that cannot be read. */
static void test_file(void **state)
{
	struct unpack *u = *state;
	struct unpack_leaf leaf;
	struct sv piece;
	buf_clear(&item);
	buf_add_str(&item, "<feedback>");
	while (item.n < LONG)
		buf_add_str(&item, "<record></record>");
	int fd = tell_file(buf_sv(&item), 0);
	for (uint64_t more = 0; more < 2; more++) {
		struct unpack_input in = { .fd = fd, .length = item.n + more };
		uint64_t n = 0;
		unpack_open(u, &in);
		assert_true(unpack_next(u, &leaf));
		assert_int_equal(leaf.form, FORM_XML);
		enum unpack_status status;
		while ((status = unpack_read(u, &piece)) == UNPACK_MORE)
			n += piece.n;
		assert_int_equal(n, item.n);
		assert_int_equal(status, more ? UNPACK_BROKEN : UNPACK_END);
	}
	close(fd);
	struct unpack_input gone = { .fd = fd, .length = item.n };
	unpack_open(u, &gone);
	assert_true(unpack_next(u, &leaf));
	assert_string_equal(leaf.why, "the file cannot be read any further");
	assert_false(unpack_next(u, &leaf));
}

/* A mail that is mapped, beginning within a page; `missing` bytes are not there. */
static void check_mapped(struct unpack *u, int fd, uint64_t length, uint64_t missing)
{
	struct unpack_leaf leaf;
	struct sv piece;
	struct unpack_input in = {
		.fd = fd, .offset = 4097, .length = length + missing, .mbox = true
	};
	unpack_open(u, &in);
	assert_true(unpack_next(u, &leaf));
	assert_memory_equal(leaf.head.p, "<a>\nFrom here on it is", 22);
	assert_true(unpack_next(u, &leaf));
	assert_int_equal(unpack_read(u, &piece), UNPACK_MORE);
	assert_true(sv_eq(piece, SV("<b>cut")));
	assert_int_equal(unpack_read(u, &piece), missing ? UNPACK_BROKEN : UNPACK_END);
	assert_string_equal(unpack_why(u),
			    missing ? "the file became shorter while it was read" : "");
	assert_false(unpack_next(u, &leaf));
}

static void test_mapped(void **state)
{
	buf_clear(&item);
	buf_add_str(&item, "From a@b.example Tue Nov 24 13:05:09 2026\n"
			   "Subject: long\nMIME-Version: 1.0\n"
			   "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n<a>\n");
	while (item.n < LONG)
		buf_add_str(&item, ">From here on it is quoted\n");
	buf_add_str(&item, "</a>\n--b\n\n<b>cut");
	int fd = tell_file(buf_sv(&item), 4097);
	check_mapped(*state, fd, item.n, 0);
	check_mapped(*state, fd, item.n, 5);
	close(fd);
}

/* A mail of an mbox, quoted before and behind what is long and in it, reads from a file
 * as from memory. */
static void check_quoted(struct unpack *u, size_t before, size_t within, size_t behind)
{
	static const size_t lengths[] = { LIMIT_PART / 100, LIMIT_PART / 6 };
	const size_t quotes[] = { before, within, behind };
	struct unpack_leaf leaf;
	struct buf plain;
	buf_init(&plain, SIZE_MAX);
	buf_clear(&item);
	buf_add_str(&item, "From a@b.example Tue Nov 24 13:05:09 2026\n"
			   "Subject: x\n\n");
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; k < quotes[i]; k++) {
			buf_addf(&item, ">>From %zu\n", k);
			buf_addf(&plain, ">From %zu\n", k);
		}
		for (size_t k = 0; i < 2 && k < lengths[i]; k += 16) {
			buf_addf(&item, "x%013zu\n", k);
			buf_addf(&plain, "x%013zu\n", k);
		}
	}
	int fd = tell_file(buf_sv(&item), 4097);
	struct unpack_input in = {
		.fd = fd, .offset = 4097, .length = item.n, .mbox = true
	};
	unpack_open(u, &in);
	assert_true(unpack_next(u, &leaf));
	struct sv piece, rest = buf_sv(&plain);
	while (unpack_read(u, &piece) == UNPACK_MORE)
		assert_true(sv_eq(piece, sv_take(&rest, piece.n)));
	assert_int_equal(rest.n, 0);
	assert_false(unpack_next(u, &leaf));
	close(fd);
	buf_deinit(&plain);
}

static void test_quoted(void **state)
{
	check_quoted(*state, 0, 0, 0);
	check_quoted(*state, 3000, 0, 0);
	check_quoted(*state, 0, 0, 3000);
	check_quoted(*state, 0, 1, 0);
	check_quoted(*state, 1, 1000, 2000);
	check_quoted(*state, 2000, 1, 1);
}

/* An archive that is a mail's body, in base64, reads as the archive itself: also cut
 * short, where its entries are found by their own headers. */
static void check_archive(struct unpack *u, struct sv archive)
{
	struct unpack_input in = { .fd = -1, .bytes = archive };
	struct buf want;
	buf_init(&want, SIZE_MAX);
	tell(u, &in, &want);
	buf_clear(&item);
	buf_add_str(&item, "Subject: x\nContent-Type: application/zip\n"
			   "Content-Transfer-Encoding: base64\n\n");
	compose_base64(&item, archive);
	in.bytes = buf_sv(&item);
	tell(u, &in, &told);
	assert_string_equal(buf_str(&told), buf_str(&want));
	buf_deinit(&want);
}

static void test_long_zip(void **state)
{
	static const unsigned flags[] = { 0, COMPOSE_STORED, COMPOSE_DESCRIPTOR,
					  COMPOSE_ZIP64 };
	struct buf archive, data;
	char name[16];
	buf_init(&archive, SIZE_MAX);
	buf_init(&data, SIZE_MAX);
	uint32_t noise = 1;
	while (data.n < STREAM_SMALL / 3) {
		noise = noise * 1664525 + 1013904223;
		buf_add_char(&data, (char)(noise >> 24));
	}
	struct compose_zip z = compose_zip_begin(&archive);
	for (unsigned i = 0; i < 4; i++) {
		(void)snprintf(name, sizeof(name), "%u.xml", i);
		compose_zip_add(&z, sv_from(name), buf_sv(&data), flags[i]);
		compose_zip_add(&z, SV("a.xml"), SV("<a>b</a>"), flags[i]);
	}
	size_t first = archive.n / 2;
	compose_zip_end(&z, false, SV("the end"));
	check_archive(*state, buf_sv(&archive));
	for (size_t n = first; n < archive.n; n += archive.n / 9)
		check_archive(*state, sv_sub(buf_sv(&archive), 0, n));
	archive.p[archive.n / 2] ^= 1;
	check_archive(*state, buf_sv(&archive));
	buf_deinit(&archive);
	buf_deinit(&data);
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
		cmocka_unit_test(test_cut),      cmocka_unit_test(test_cut_gzip_grows),
		cmocka_unit_test(test_random),   cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_endless),  cmocka_unit_test(test_file),
		cmocka_unit_test(test_mapped),   cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_long_zip),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
