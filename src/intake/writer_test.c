/* SPDX-License-Identifier: Apache-2.0 */
/* What the writer makes of frames: proper ones, and nonsense in every order. With a
 * folder as argument it writes the seeds of tests/corpus/writer there instead. */
#include "intake/writer_int.h"

#include "intake/outcome.h"
#include "report/model.h"
#include "store/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	ITEM_SIZE = 9, /* of each item asked about */
	HEARD = 64 * 1024
};

struct place {
	char dir[64], path[80];
	struct writer_spec spec;
	struct writer w;
	int parent; /* the other end of spec.talk */
};

/* --- frames in one letter each --- */

/*
 * I J K  item 1, 2, 3        F  a facet            E  a report    D  the end
 * X      an unknown item     f  no facet           e  no meta     d  one byte too much
 * M T U  a member:           R  a row of facet 0   n  incomplete  c  cut meanwhile
 *        aggregate, TLS,     r  a row of facet 5   V  refused, kept      O  the parent's
 *        unknown             h  2^40 messages      v  "new", by a verdict
 * m      no member           S  reset  G  again    A  aside
 * W      raw, plain  Z  all of it  z  packed  w  longer than it says  l  longer than it
 * is
 */
static void put_meta(struct buf *b, const char *id, bool is_complete, bool is_good)
{
	struct report_meta m = { .org = SV("reporter"),
				 .domain = SV("example.com"),
				 .has_begin = true,
				 .has_end = true,
				 .begin = 1795500000,
				 .end = 1795586399 };
	struct frame_end e = { .complete = is_complete };
	struct buf meta;
	buf_init(&meta, LIMIT_META);
	m.report_id = sv_from(id);
	assert_true(report_meta_encode(&m, &meta));
	e.meta = sv_sub(buf_sv(&meta), is_good ? 0 : 1, meta.n);
	memcpy(e.sha, id, strlen(id));
	frame_put_end(b, &e);
	buf_deinit(&meta);
}

static void put_facet(struct buf *b, bool is_good)
{
	const struct report_facet f = { .dkim = SV("pass"), .spf = SV("fail") };
	struct buf facet;
	buf_init(&facet, LIMIT_FACET);
	assert_true(report_facet_encode(&f, &facet));
	size_t at = frame_start(b, FRAME_FACET);
	buf_add_sv(b, sv_sub(buf_sv(&facet), is_good ? 0 : 1, facet.n));
	frame_finish(b, at);
	buf_deinit(&facet);
}

static void put_row(struct buf *b, uint64_t facet, uint64_t messages)
{
	const struct frame_row r = { { .kind = ADDR_V4, .b = { 192, 0, 2, 1 } },
				     facet,
				     messages };
	size_t at = frame_start(b, FRAME_ROWS);
	frame_add_row(b, &r);
	frame_finish(b, at);
}

static void put_raw(struct buf *b, enum raw_codec codec, uint32_t plain, size_t n)
{
	const struct frame_raw r = { (uint8_t)codec, plain, { "0123456789", n } };
	frame_put_raw(b, &r);
}

static void put_member(struct buf *b, enum book_kind kind)
{
	const struct frame_member m = { (uint8_t)kind, SV("a.xml"), { 0 } };
	frame_put_member(b, &m);
}

static void put_verdict(struct buf *b, enum book_status status, bool keep)
{
	const struct frame_verdict v = { (uint8_t)status, keep, SV("because") };
	frame_put_verdict(b, &v);
}

static void put_empty(struct buf *b, enum frame_type type, size_t zeros)
{
	size_t at = frame_start(b, type);
	buf_add(b, "\0\0\0", zeros);
	frame_finish(b, at);
}

static void put_step_of_item(struct buf *b, char step)
{
	const struct frame_done undone = { 2, true };
	switch (step) {
	case 'X':
		frame_put_u64(b, FRAME_ITEM, 77);
		break;
	case 'W':
		put_raw(b, RAW_PLAIN, 4, 4);
		break;
	case 'Z':
		put_raw(b, RAW_PLAIN, ITEM_SIZE, ITEM_SIZE);
		break;
	case 'z':
		put_raw(b, RAW_DEFLATE, 4, 3);
		break;
	case 'w':
		put_raw(b, RAW_PLAIN, 4, 5);
		break;
	case 'l':
		put_raw(b, RAW_PLAIN, ITEM_SIZE + 1, ITEM_SIZE + 1);
		break;
	case 'D':
		put_empty(b, FRAME_DONE, 2);
		break;
	case 'd':
		put_empty(b, FRAME_DONE, 3);
		break;
	case 'c':
		frame_put_done(b, &undone);
		break;
	case 'O':
		put_empty(b, FRAME_OUTCOME, 0);
		break;
	default:
		frame_put_u64(b, FRAME_ITEM, (uint64_t)(step - 'I') + 1);
	}
}

static void put_step(struct buf *b, char step, const char *id)
{
	switch (step) {
	case 'M':
		put_member(b, KIND_AGGREGATE);
		break;
	case 'T':
		put_member(b, KIND_TLS);
		break;
	case 'U':
		put_member(b, KIND_UNKNOWN);
		break;
	case 'm':
		put_empty(b, FRAME_MEMBER, 3);
		break;
	case 'F':
	case 'f':
		put_facet(b, step == 'F');
		break;
	case 'R':
		put_row(b, 0, 2);
		break;
	case 'r':
		put_row(b, 5, 2);
		break;
	case 'h':
		put_row(b, 0, LIMIT_MESSAGES);
		break;
	case 'S':
		put_empty(b, FRAME_RESET, 0);
		break;
	case 'G':
		frame_put_u64(b, FRAME_AGAIN, SCAN_COMMENT);
		break;
	case 'E':
	case 'e':
	case 'n':
		put_meta(b, id, step != 'n', step != 'e');
		break;
	case 'V':
		put_verdict(b, STATUS_REFUSED, true);
		break;
	case 'A':
		put_verdict(b, STATUS_ASIDE, true);
		break;
	case 'v':
		put_verdict(b, STATUS_NEW, true);
		break;
	default:
		put_step_of_item(b, step);
	}
}

/* --- a writer and its parent --- */

static void ask(struct place *p, uint64_t item, uint8_t content)
{
	struct frame_ask a = {
		.item = item, .size = ITEM_SIZE, .path = SV("in"), .prefix = SV("")
	};
	memset(a.sha, content, sizeof(a.sha));
	assert_non_null(writer_remember_asked(&p->w, &a));
}

static void ask_again(struct place *p)
{
	for (uint64_t i = 1; i <= 3; i++) {
		writer_forget_asked(&p->w, i);
		ask(p, i, (uint8_t)i);
	}
}

static int make_place(void **state)
{
	int talk[2];
	struct place *p = calloc(1, sizeof(*p));
	assert_non_null(p);
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/postern-writer-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->path, sizeof(p->path), "%s/db", p->dir);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, talk), 0);
	p->parent = talk[1];
	p->spec = (struct writer_spec){ .db = p->path,
					.talk = talk[0],
					.side = -1,
					.has_now = true,
					.now = 1795600000 };
	if (!writer_open(&p->w, &p->spec))
		fail_msg("%s", p->w.err.text);
	ask_again(p);
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	struct place *p = *state;
	writer_close(&p->w);
	for (size_t i = 0; i < 3; i++) {
		char path[96];
		(void)snprintf(path, sizeof(path), "%s%s", p->path, ends[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(p->dir), 0);
	close(p->parent);
	close(p->spec.talk);
	free(p);
	return 0;
}

/* Applies the steps; returns how many were taken. '|' commits. Each report gets the next
 * of the ids "r0", "r1", ... */
static size_t apply(struct place *p, const char *steps, enum applied *last)
{
	char id[8] = "r0";
	size_t i;
	*last = APPLIED;
	for (i = 0; steps[i]; i++) {
		struct buf b;
		struct frame f;
		if (steps[i] == '|') {
			assert_true(writer_commit(&p->w));
			continue;
		}
		buf_init(&b, 1 << 16);
		put_step(&b, steps[i], id);
		struct sv in = buf_sv(&b);
		assert_int_equal(frame_take(&in, &f), FRAME_OK);
		*last = writer_apply(&p->w, &f);
		buf_deinit(&b);
		if (*last != APPLIED)
			break;
		id[1] = (char)(id[1] + (steps[i] == 'E' || steps[i] == 'n'));
	}
	return i;
}

static void must_apply(struct place *p, const char *steps)
{
	enum applied last;
	size_t n = apply(p, steps, &last);
	if (last == APPLIED_FAILED)
		fail_msg("%s, step %zu: %s", steps, n, p->w.err.text);
	if (last != APPLIED)
		fail_msg("%s: nonsense at step %zu", steps, n);
}

static const char *frame_word(const struct frame *f, char *out, size_t size)
{
	struct intake_outcome o;
	uint64_t id;
	if (f->type == FRAME_OUTCOME) {
		assert_true(outcome_get(f->body, &o));
		(void)snprintf(out, size, "%s %.*s:%llu; ",
			       book_status_name((enum book_status)o.status),
			       SV_ARG(o.report_id), (unsigned long long)o.messages);
		return out;
	}
	assert_true(frame_get_u64(f->body, &id));
	(void)snprintf(out, size, "%s %llu; ",
		       f->type == FRAME_SETTLED ? "settled"
		       : f->type == FRAME_RETRY ? "retry"
						: "?",
		       (unsigned long long)id);
	return out;
}

/* What the parent has been told since the last call, in words. */
static void assert_told(struct place *p, const char *expected)
{
	char *bytes = calloc(1, HEARD), all[2000] = "", word[200];
	ssize_t n = recv(p->parent, bytes, HEARD, MSG_DONTWAIT);
	struct sv in = { bytes, n > 0 ? (size_t)n : 0 };
	struct frame f;
	while (frame_take(&in, &f) == FRAME_OK)
		(void)strncat(all, frame_word(&f, word, sizeof(word)),
			      sizeof(all) - strlen(all) - 1);
	assert_int_equal(in.n, 0);
	free(bytes);
	assert_string_equal(all, expected);
}

struct raw_state {
	bool found, done, kept;
	size_t deliveries;
};

static struct raw_state raw_of(struct place *p, uint8_t content)
{
	struct raw_state out = { 0 };
	struct arena *a = arena_new();
	struct book_raw raw;
	struct book_delivery *d;
	uint8_t sha[32];
	memset(sha, content, sizeof(sha));
	assert_true(book_raw_find(p->w.store, sha, a, &raw, &out.found, &p->w.err));
	if (out.found) {
		out.done = raw.done;
		out.kept = raw.kept;
		assert_true(book_deliveries(p->w.store, raw.id, 0, a, &d, &out.deliveries,
					    &p->w.err));
	}
	arena_free(&a);
	return out;
}

static uint64_t counted(struct place *p)
{
	const struct facts_query all = { .day_from = INT64_MIN, .day_to = INT64_MAX };
	struct facts_sum sum;
	assert_true(facts_total(p->w.store, &all, &sum, &p->w.err));
	return sum.messages;
}

/* --- nonsense --- */

static void test_where_nonsense_begins(void **state)
{
	struct place *p = *state;
	static const struct {
		const char *steps;
		int nonsense; /* the step that is, or -1 */
	} cases[] = {
		{ "IMFRESMFREZD", 5 }, /* no reset between members */
		{ "IMFREMFREZD", -1 },
		{ "IMFSFREZD", -1 },
		{ "IMFRGFREZD", -1 },
		{ "IMVD", -1 },
		{ "ITAZD", -1 },
		{ "IUVD", -1 },
		{ "IMEWWD", -1 }, /* raw that ends early */
		{ "IMEzD", -1 },
		{ "IMED", -1 },
		{ "M", 0 }, /* nothing before an item */
		{ "D", 0 },
		{ "F", 0 },
		{ "R", 0 },
		{ "E", 0 },
		{ "V", 0 },
		{ "W", 0 },
		{ "S", 0 },
		{ "G", 0 },
		{ "O", 0 },
		{ "X", 0 },
		{ "II", 1 },
		{ "IJ", 1 },
		{ "ID", 1 }, /* every item says something of itself */
		{ "Id", 1 },
		{ "IF", 1 },
		{ "IR", 1 },
		{ "IE", 1 },
		{ "IV", 1 },
		{ "IG", 1 },
		{ "Im", 1 },
		{ "IO", 1 },
		{ "IMM", 2 },
		{ "IMD", 2 },
		{ "IMW", 2 },
		{ "IMI", 2 },
		{ "IMf", 2 },
		{ "IMR", 2 },
		{ "IMFr", 3 },
		{ "IMFSR", 4 },
		{ "IMFGR", 4 },
		{ "IMe", 2 },
		{ "IMv", 2 },
		{ "ITF", 2 },
		{ "ITE", 2 },
		{ "IUE", 2 },
		{ "IMEE", 3 },
		{ "IMEV", 3 },
		{ "IMEd", 3 },
		{ "IMEw", 3 },
		{ "IMEl", 3 },
		{ "IMEZW", 4 },
		{ "IMEWWW", 5 },
		{ "IMFhh", 4 },
		{ "IMEDD", 4 },
		{ "IMEDM", 4 },
		{ "IMEDI", -1 }, /* once more: its raw is known */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum applied last;
		size_t n = apply(p, cases[i].steps, &last);
		int at = last == APPLIED ? -1 : (int)n;
		if (last == APPLIED_FAILED || at != cases[i].nonsense)
			fail_msg("%s: step %d, not %d (%s)", cases[i].steps, at,
				 cases[i].nonsense, p->w.err.text);
		assert_true(writer_roll_back(&p->w));
	}
}

/* Whatever comes in whatever order, the store does not fail, and what is proper is
 * entered afterwards as if nothing had been. */
static void test_nonsense_in_every_order(void **state)
{
	static const char letters[] = "IMTFRSGEVWDJcn";
	static const char *const beginnings[] = { "", "I", "IM", "IMF", "IMFR", "IMFRE" };
	struct place *p = *state;
	const size_t n = sizeof(letters) - 1;
	for (size_t b = 0; b < sizeof(beginnings) / sizeof(*beginnings); b++)
		for (size_t i = 0; i < n * n * n; i++) {
			char steps[16];
			enum applied last;
			(void)snprintf(steps, sizeof(steps), "%s%c%c%c", beginnings[b],
				       letters[i / n / n], letters[i / n % n],
				       letters[i % n]);
			(void)apply(p, steps, &last);
			if (last == APPLIED_FAILED)
				fail_msg("%s: %s", steps, p->w.err.text);
			buf_clear(&p->w.pending);
			assert_true(writer_roll_back(&p->w));
		}
	must_apply(p, "IMFREMFRRFREZDJTAZDKUVD|");
	assert_told(p, "new r0:2; new r1:6; settled 1; aside :0; settled 2; "
		       "refused :0; settled 3; ");
	assert_int_equal(counted(p), 8);
}

/* --- the group --- */

static void test_nothing_is_told_before_its_commit(void **state)
{
	struct place *p = *state;
	must_apply(p, "IMFREZD");
	assert_told(p, "");
	assert_true(writer_commit(&p->w));
	assert_told(p, "new r0:2; settled 1; ");
	assert_int_equal(counted(p), 2);
	assert_null(writer_asked(&p->w, 1));
}

static void test_nonsense_takes_back_the_group(void **state)
{
	struct place *p = *state;
	enum applied last;
	must_apply(p, "IMFREZDJMFREZD");
	(void)apply(p, "KMM", &last);
	assert_int_equal(last, APPLIED_NONSENSE);
	assert_true(writer_roll_back(&p->w));
	assert_told(p, "retry 1; retry 2; ");
	assert_int_equal(counted(p), 0);
	assert_false(raw_of(p, 1).found);
	/* They are read again. */
	must_apply(p, "JMFREZDIMFREZD|");
	assert_told(p, "new r0:2; settled 2; new r1:2; settled 1; ");
	assert_int_equal(counted(p), 4);
}

static void test_one_content_twice(void **state)
{
	struct place *p = *state;
	writer_forget_asked(&p->w, 2);
	ask(p, 2, 1);
	must_apply(p, "IMFREMVZDJMFREMVZD|");
	assert_told(p, "new r0:2; refused :0; settled 1; duplicate r0:2; refused :0; "
		       "settled 2; ");
	assert_int_equal(raw_of(p, 1).deliveries, 2);
}

static void test_a_report_that_is_held_keeps_no_raw(void **state)
{
	struct place *p = *state;
	must_apply(p, "IMFREZD");
	must_apply(p, "JMFREZD|");
	assert_true(raw_of(p, 1).kept);
	assert_true(raw_of(p, 2).done);
	assert_false(raw_of(p, 2).kept);
}

static void test_what_was_cut_is_not_done(void **state)
{
	struct place *p = *state;
	must_apply(p, "IMFRnWc|");
	assert_told(p, "new r0:2; settled 1; ");
	assert_false(raw_of(p, 1).done);
	/* It comes again, whole. */
	ask_again(p);
	must_apply(p, "IMFRRFREZD|");
	assert_told(p, "duplicate r0:2; settled 1; ");
	assert_true(raw_of(p, 1).done);
}

/* --- a long item, committed on its way --- */

static void test_a_long_item_goes_on_after_a_commit(void **state)
{
	struct place *p = *state;
	must_apply(p, "IMFRE|MFRE|");
	assert_told(p, "new r0:2; new r1:2; ");
	must_apply(p, "W|WD|");
	assert_told(p, "settled 1; ");
	struct raw_state raw = raw_of(p, 1);
	assert_true(raw.done && raw.kept);
	assert_int_equal(raw.deliveries, 2);
	assert_int_equal(counted(p), 4);
}

static void test_a_long_item_that_is_read_again(void **state)
{
	struct place *p = *state;
	enum applied last;
	must_apply(p, "IMFRE|MFRE|");
	(void)apply(p, "MM", &last);
	assert_true(writer_roll_back(&p->w));
	assert_told(p, "new r0:2; new r1:2; ");
	/* What was told is told once; its raw stays, for it brought what is held. */
	must_apply(p, "IMFREMFREMFREZD|");
	assert_told(p, "new r2:2; settled 1; ");
	struct raw_state raw = raw_of(p, 1);
	assert_true(raw.done && raw.kept);
	assert_int_equal(raw.deliveries, 3);
	assert_int_equal(counted(p), 6);
}

/* --- items that no worker can read --- */

static void keep(struct place *p, uint64_t item, size_t bytes, bool undone)
{
	const struct frame_keep k = { item, 0, ITEM_SIZE, undone,
				      SV("its reader ended") };
	FILE *f = tmpfile();
	assert_non_null(f);
	assert_int_equal(fwrite("0123456789", 1, bytes, f), bytes);
	assert_int_equal(fflush(f), 0);
	if (!writer_keep(&p->w, &k, fileno(f)))
		fail_msg("%s", p->w.err.text);
	fclose(f);
}

static void test_an_item_is_kept(void **state)
{
	struct place *p = *state;
	keep(p, 1, ITEM_SIZE, false);
	assert_true(writer_commit(&p->w));
	assert_told(p, "refused :0; settled 1; ");
	struct raw_state raw = raw_of(p, 1);
	assert_true(raw.done && raw.kept);
	/* It was settled: nothing more. */
	keep(p, 1, ITEM_SIZE, false);
	assert_true(writer_commit(&p->w));
	assert_told(p, "");
}

static void test_an_item_that_was_cut_is_kept_undone(void **state)
{
	struct place *p = *state;
	keep(p, 1, ITEM_SIZE - 1, false);
	assert_true(writer_commit(&p->w));
	assert_told(p, "refused :0; settled 1; ");
	assert_false(raw_of(p, 1).done);
}

static void test_an_item_whose_reader_was_killed_is_read_again(void **state)
{
	struct place *p = *state;
	keep(p, 1, ITEM_SIZE, true);
	assert_true(writer_commit(&p->w));
	assert_told(p, "refused :0; settled 1; ");
	assert_false(raw_of(p, 1).done);
	assert_false(raw_of(p, 1).kept);
	ask_again(p);
	must_apply(p, "IMFREZD|");
	assert_told(p, "new r0:2; settled 1; ");
	assert_int_equal(raw_of(p, 1).deliveries, 1);
}

static void test_what_came_before_its_reader_ended_stays(void **state)
{
	struct place *p = *state;
	must_apply(p, "IMFRE|");
	assert_true(writer_roll_back(&p->w));
	keep(p, 1, ITEM_SIZE, false);
	assert_true(writer_commit(&p->w));
	assert_told(p, "new r0:2; refused :0; settled 1; ");
	struct raw_state raw = raw_of(p, 1);
	assert_true(raw.done && raw.kept);
	assert_int_equal(raw.deliveries, 2);
	assert_int_equal(counted(p), 2);
}

/* --- seeds --- */

static int write_seeds(const char *dir)
{
	static const char *const seeds[] = { "IMFREMFRGFRSFREZD",
					     "IMVD",
					     "ITAWzD",
					     "IMFRnWc",
					     "II",
					     "IMFr",
					     "IMEl",
					     "Xd" };
	for (size_t i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		char path[512];
		struct buf b;
		buf_init(&b, 1 << 16);
		buf_add_char(&b, 0);
		for (const char *s = seeds[i]; *s; s++)
			put_step(&b, *s, "r0");
		(void)snprintf(path, sizeof(path), "%s/%s", dir, seeds[i]);
		FILE *f = fopen(path, "wb");
		if (!f || fwrite(b.p, 1, b.n, f) != b.n || fclose(f))
			return 1;
		buf_deinit(&b);
	}
	return 0;
}

int main(int argc, char **argv)
{
#define IN_A_PLACE(t) cmocka_unit_test_setup_teardown(t, make_place, drop_place)
	const struct CMUnitTest tests[] = {
		IN_A_PLACE(test_where_nonsense_begins),
		IN_A_PLACE(test_nonsense_in_every_order),
		IN_A_PLACE(test_nothing_is_told_before_its_commit),
		IN_A_PLACE(test_nonsense_takes_back_the_group),
		IN_A_PLACE(test_one_content_twice),
		IN_A_PLACE(test_a_report_that_is_held_keeps_no_raw),
		IN_A_PLACE(test_what_was_cut_is_not_done),
		IN_A_PLACE(test_a_long_item_goes_on_after_a_commit),
		IN_A_PLACE(test_a_long_item_that_is_read_again),
		IN_A_PLACE(test_an_item_is_kept),
		IN_A_PLACE(test_an_item_that_was_cut_is_kept_undone),
		IN_A_PLACE(test_an_item_whose_reader_was_killed_is_read_again),
		IN_A_PLACE(test_what_came_before_its_reader_ended_stays),
	};
	if (argc > 1)
		return write_seeds(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
