/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_APP_TEST_H
#define APP_APP_TEST_H

/* What the tests of this room share: a database of its own for each test, filled by the
 * store's own calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#include "app/client.h"
#include "base/arena.h"
#include "base/date.h"
#include "store/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TODAY = 20000, /* days since 1970 */
	SIZE = 600
};

struct bench {
	char folder[64], db[96];
	struct app app;
	struct arena *arena;
	unsigned reports;
};

static inline int begin(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	(void)snprintf(b->folder, sizeof(b->folder), "/tmp/postern-app-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	(void)snprintf(b->db, sizeof(b->db), "%s/t.db", b->folder);
	b->app = (struct app){ .db = b->db,
			       .now = (int64_t)TODAY * DATE_DAY_SECONDS,
			       .jobs = 1,
			       .reports_address = SV("dmarc@msp.example"),
			       .unassigned_days = 90,
			       .unassigned_max = UINT64_C(1) << 30 };
	b->arena = arena_new();
	*state = b;
	return 0;
}

static inline int end(void **state)
{
	static const char *const tails[] = { "", "-wal", "-shm" };
	struct bench *b = *state;
	char path[128];
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", b->db, tails[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(b->folder), 0);
	arena_free(&b->arena);
	free(b);
	return 0;
}

static inline void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static inline struct store *open_store(struct bench *b)
{
	struct err err = { 0 };
	struct store_options o = { .path = b->db, .mode = STORE_CREATE };
	struct store *s = store_open(&o, &err);
	must(s != NULL, &err);
	return s;
}

static inline void add_client(struct bench *b, const char *name, const char *domain)
{
	struct err err = { 0 };
	struct sv d = sv_from(domain);
	struct app_client_new in = { .name = sv_from(name),
				     .sending = &d,
				     .sending_n = 1 };
	struct app_client_added out;
	must(app_client_add(&b->app, &in, b->arena, &out, &err), &err);
}

#endif
