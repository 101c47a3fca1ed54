/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/mime.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The sum of what a body decodes to must not depend on the size of the pieces. */
static uint64_t decode(const struct mime_part *p, size_t cap)
{
	struct mime_decoder d;
	mime_decoder_init(&d, p->encoding, p->body);
	char *piece = malloc(cap);
	uint64_t sum = 0, total = 0;
	size_t n;
	while (piece && (n = mime_decode(&d, piece, cap)) > 0) {
		if (n > cap)
			abort();
		for (size_t i = 0; i < n; i++)
			sum = sum * 31 + (unsigned char)piece[i];
		total += n;
	}
	if (total > p->body.n)
		abort();
	free(piece);
	return sum + total;
}

static void touch(struct sv s)
{
	volatile char last = 0;
	for (size_t i = 0; i < s.n; i++)
		last = s.p[i];
	(void)last;
}

static void check(const struct mime_part *p)
{
	if (decode(p, 4) != decode(p, 1000) || p->type.n == 0)
		abort();
	touch(p->path);
	touch(p->type);
	touch(p->name);
	touch(p->charset);
	touch(p->mail->from);
	touch(p->mail->subject);
	touch(p->mail->dkim_domains);
	touch(p->mail->auth_results);
	touch(p->mail->report_type);
	touch(p->header);
	touch(p->mail->raw);
	if (p->mail->depth >= LIMIT_NESTING ||
	    (p->mail->depth == 0) != (p->mail->around == NULL))
		abort();
}

static void walk(struct sv mail, bool stay)
{
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(mail, a);
	if (stay)
		mime_walk_stay(w);
	struct mime_part part;
	unsigned parts = 0;
	while (mime_walk_next(w, &part)) {
		check(&part);
		if (++parts > LIMIT_ENTRIES + 1)
			abort();
	}
	mime_walk_free(&w);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv mail = { (const char *)data, size };
	mime_recognise(mail);
	walk(mail, false);
	walk(mail, true);
	return 0;
}
