/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_UNPACK_TEST_H
#define INTAKE_UNPACK_TEST_H

#include "intake/compose.h"
#include "intake/unpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* For tests only: an item told as text, a line a leaf. */
enum {
	TELL_SHOWN = 60 /* bytes of a leaf that are shown */
};

static inline const char *tell_form(enum unpack_form form)
{
	static const char *const name[] = {
		[FORM_OTHER] = "OTHER", [FORM_MAIL] = "MAIL", [FORM_XML] = "XML",
		[FORM_GZIP] = "GZIP",   [FORM_ZIP] = "ZIP",   [FORM_ZLIB] = "ZLIB",
		[FORM_JSON] = "JSON",   [FORM_MSG] = "MSG",   [FORM_EMPTY] = "EMPTY",
	};
	return name[form];
}

/* Reads the leaf to its end, into `shown` no more than that. */
static inline enum unpack_status tell_read(struct unpack *u, struct buf *shown,
					   uint64_t *out_n)
{
	enum unpack_status status;
	struct sv piece;
	*out_n = 0;
	while ((status = unpack_read(u, &piece)) == UNPACK_MORE) {
		assert_true(piece.n > 0 && piece.n <= 256 * 1024);
		*out_n += piece.n;
		buf_add_sv(shown, sv_sub(piece, 0, shown->max - shown->n));
	}
	assert_int_equal(piece.n, 0);
	return status;
}

static inline void tell_leaf(struct unpack *u, const struct unpack_leaf *leaf,
			     struct buf *out)
{
	static const char *const end[] = { [UNPACK_MORE] = "more",
					   [UNPACK_END] = "end",
					   [UNPACK_BROKEN] = "broken: ",
					   [UNPACK_REFUSED] = "refused: " };
	uint64_t n, again_n;
	struct buf shown, again;
	buf_init(&shown, TELL_SHOWN);
	buf_init(&again, TELL_SHOWN);
	enum unpack_status status = tell_read(u, &shown, &n);
	assert_memory_equal(leaf->head.p, buf_str(&shown),
			    leaf->head.n < shown.n ? leaf->head.n : shown.n);
	buf_addf(out, " %llu {%s} %s%s\n", (unsigned long long)n, buf_str(&shown),
		 end[status], unpack_why(u));
	unpack_rewind(u);
	assert_int_equal(tell_read(u, &again, &again_n), status);
	assert_int_equal(n, again_n);
	assert_string_equal(buf_str(&shown), buf_str(&again));
	buf_deinit(&shown);
	buf_deinit(&again);
}

static inline void tell(struct unpack *u, const struct unpack_input *in, struct buf *out)
{
	struct unpack_leaf leaf;
	buf_clear(out);
	unpack_open(u, in);
	while (unpack_next(u, &leaf)) {
		buf_addf(out, "[%.*s] %s", SV_ARG(leaf.member), tell_form(leaf.form));
		if (leaf.name.n)
			buf_addf(out, " %.*s", SV_ARG(leaf.name));
		if (leaf.type.n)
			buf_addf(out, " (%.*s)", SV_ARG(leaf.type));
		if (leaf.why) {
			struct sv none;
			assert_int_equal(unpack_read(u, &none), UNPACK_REFUSED);
			unpack_rewind(u);
			buf_addf(out, " ! %s\n", leaf.why);
		} else {
			tell_leaf(u, &leaf, out);
		}
	}
	assert_false(unpack_next(u, &leaf));
}

/* The same bytes in an unnamed file, behind others. */
static inline int tell_file(struct sv bytes, size_t before)
{
	int fd = memfd_create("item", 0);
	assert_true(fd >= 0);
	static const char pad[8192];
	assert_true(before <= sizeof(pad));
	assert_int_equal(write(fd, pad, before), before);
	for (size_t at = 0; at < bytes.n;) {
		ssize_t n = write(fd, bytes.p + at, bytes.n - at);
		assert_true(n > 0);
		at += (size_t)n;
	}
	return fd;
}

/* Tells the item from memory and from a file: both must be alike. */
static inline const char *tell_both(struct unpack *u, struct sv bytes, bool mbox,
				    struct buf *out)
{
	struct buf second;
	/* An exact copy, so that a sanitizer sees one byte too many. */
	char *copy = malloc(bytes.n ? bytes.n : 1);
	assert_non_null(copy);
	if (bytes.n)
		memcpy(copy, bytes.p, bytes.n);
	struct unpack_input in = { .fd = -1, .bytes = { copy, bytes.n }, .mbox = mbox };
	tell(u, &in, out);
	size_t before = bytes.n % 5000;
	int fd = tell_file(bytes, before);
	in = (struct unpack_input){
		.fd = fd, .offset = before, .length = bytes.n, .mbox = mbox
	};
	buf_init(&second, SIZE_MAX);
	tell(u, &in, &second);
	close(fd);
	free(copy);
	if (strcmp(buf_str(out), buf_str(&second)) != 0)
		fail_msg("in memory:\n%sin a file:\n%s", buf_str(out), buf_str(&second));
	buf_deinit(&second);
	return buf_str(out);
}

#endif
