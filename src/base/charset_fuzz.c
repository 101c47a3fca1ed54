/* SPDX-License-Identifier: Apache-2.0 */
#include "base/charset.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const sets[] = { "utf-8",        "utf-16",       "utf-16le",
				    "utf-16be",     "iso-8859-1",   "iso-8859-15",
				    "windows-1250", "windows-1252", "windows-1255",
				    "windows-1258", "koi8-r",       "us-ascii" };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* In pieces of `step` bytes, or in one. */
static uint64_t decode(const char *set, struct sv in, size_t step, struct buf *out)
{
	struct charset_decoder d;
	charset_decoder_init(&d, charset_find(sv_from(set)));
	while (step && in.n) {
		charset_decode(&d, sv_take(&in, step), false, out);
		must(d.held_n < sizeof(d.held));
	}
	charset_decode(&d, in, true, out);
	must(d.held_n == 0);
	return d.mended;
}

static void is_visible(struct sv s)
{
	while (s.n) {
		uint32_t c = 0;
		size_t n = utf8_decode(s, &c);
		must(n > 0 && !text_is_hidden(c));
		sv_take(&s, n);
	}
}

/* Raw and decoded text on each way out. */
static void show(struct sv s)
{
	struct buf b;
	buf_init(&b, 16 * s.n + 16);
	text_add_visible(&b, s);
	must(!b.over);
	is_visible(buf_sv(&b));
	struct sv clipped = text_clip(buf_sv(&b), 10);
	must(text_width(clipped) <= 10 && utf8_is_valid(clipped));
	must(text_width(buf_sv(&b)) <= 10 || clipped.n < b.n);
	buf_clear(&b);
	text_add_csv(&b, s);
	must(!b.over);
	is_visible(buf_sv(&b));
	buf_clear(&b);
	struct json j;
	json_init(&j, &b);
	json_string(&j, NULL, s);
	must(!b.over);
	is_visible(buf_sv(&b));
	buf_deinit(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	const char *set = sets[data[0] % (sizeof(sets) / sizeof(sets[0]))];
	size_t step = 1 + data[1] % 16, bom;
	struct sv in = { (const char *)data + 2, size - 2 };
	struct buf whole, pieces;
	buf_init(&whole, 4 * size);
	buf_init(&pieces, 4 * size);
	uint64_t mended = decode(set, in, 0, &whole);
	must(mended == decode(set, in, step, &pieces));
	must(sv_eq(buf_sv(&whole), buf_sv(&pieces)));
	must(!whole.over && utf8_is_valid(buf_sv(&whole)));
	show(in);
	show(buf_sv(&whole));
	(void)charset_detect(in, &bom);
	(void)charset_find(in);
	buf_deinit(&whole);
	buf_deinit(&pieces);
	return 0;
}
