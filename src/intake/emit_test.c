/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/emit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	FACETS = 9000, /* more than a dictionary holds */
	ROUNDS = 3
};

static struct sv facet_text(char out[32], unsigned number)
{
	int n = snprintf(out, 32, "facet %u", number * 7919);
	return (struct sv){ out, (size_t)n };
}

static void put_rows(struct emit *e, unsigned facets)
{
	char text[32];
	for (unsigned i = 0; i < ROUNDS * facets; i++) {
		const struct report_row row = { .facet = facet_text(text, i % facets),
						.messages = i + 1 };
		assert_true(emit_row(e, &row));
	}
}

/* What a reader of the frames makes of them. */
struct reader {
	char (*facet)[32];
	unsigned facets, met, resets, rows;
};

static void take_rows(struct reader *r, struct sv body, unsigned facets)
{
	char text[32];
	struct frame_row row;
	while (body.n) {
		assert_true(frame_take_row(&body, &row));
		assert_true(row.facet < r->facets);
		assert_true(sv_eq(sv_from(r->facet[row.facet]),
				  facet_text(text, r->rows % facets)));
		assert_int_equal(row.messages, ++r->rows);
	}
}

static void take_frame(struct reader *r, const struct frame *f, unsigned facets)
{
	if (f->type == FRAME_FACET) {
		assert_true(f->body.n < 32 && r->facets < FACETS);
		(void)snprintf(r->facet[r->facets++], 32, "%.*s", SV_ARG(f->body));
		r->met++;
	} else if (f->type == FRAME_RESET) {
		r->facets = 0;
		r->resets++;
	} else {
		assert_int_equal(f->type, FRAME_ROWS);
		take_rows(r, f->body, facets);
	}
}

static void read_back(int fd, off_t from, unsigned facets, struct reader *r)
{
	off_t n = lseek(fd, 0, SEEK_END) - from;
	char *p = malloc((size_t)n);
	assert_int_equal(pread(fd, p, (size_t)n, from), n);
	struct sv left = { p, (size_t)n };
	struct frame f;
	while (frame_take(&left, &f) == FRAME_OK)
		take_frame(r, &f, facets);
	assert_int_equal(left.n, 0);
	free(p);
}

/* Each text crosses once, as long as the dictionary holds them all. */
static void test_rows_and_their_facets(void **state)
{
	static const unsigned facets[] = { 1, 127, 128, 129, 1000, 4096, FACETS, 2 };
	int fd = memfd_create("frames", MFD_CLOEXEC);
	struct emit *e = emit_new(fd, (struct hash_key){ 0 });
	struct reader r = { .facet = malloc(sizeof(*r.facet) * FACETS) };
	(void)state;
	for (size_t i = 0; i < sizeof(facets) / sizeof(*facets); i++) {
		off_t from = lseek(fd, 0, SEEK_END);
		emit_member(e, &(struct frame_member){ 0 });
		buf_clear(emit_buf(e));
		r = (struct reader){ .facet = r.facet };
		put_rows(e, facets[i]);
		emit_rows_end(e);
		assert_true(emit_flush(e));
		read_back(fd, from, facets[i], &r);
		assert_int_equal(r.rows, ROUNDS * facets[i]);
		if (facets[i] <= 4096)
			assert_int_equal(r.met, facets[i]);
		assert_int_equal(r.resets > 0, facets[i] > 4096);
	}
	free(r.facet);
	emit_free(&e);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_and_their_facets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
