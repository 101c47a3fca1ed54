/* SPDX-License-Identifier: Apache-2.0 */
#include "store/facts_codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What can be read is written the same way again, and read back as the same. */
static void rows(struct sv in)
{
	struct facts_row row = { 0 }, before = { 0 }, again_before = { 0 };
	uint8_t out[CODEC_ROW_MAX];
	while (codec_take_row(&in, &row)) {
		size_t n = codec_put_row(&before, &row, out);
		struct sv one = { (const char *)out, n };
		struct facts_row again = again_before;
		if (!codec_take_row(&one, &again) || one.n ||
		    addr_cmp(&again.source, &row.source) != 0 ||
		    again.facet != row.facet || again.messages != row.messages)
			abort();
		again_before = again;
	}
}

static void entries(struct sv in)
{
	struct codec_entry e = { 0 }, again = { 0 };
	struct codec_key before = { 0 };
	uint8_t out[CODEC_ENTRY_MAX];
	while (codec_take_entry(&in, &e)) {
		size_t n = codec_put_entry(&before, &e, out);
		struct sv one = { (const char *)out, n };
		if (!codec_take_entry(&one, &again) || one.n ||
		    codec_key_cmp(&again.key, &e.key) != 0 || again.rows != e.rows ||
		    again.messages != e.messages)
			abort();
	}
}

static void folds(struct sv in)
{
	struct codec_fold f = { 0 }, again = { 0 };
	struct codec_key before = { 0 };
	uint8_t out[CODEC_FOLD_MAX];
	while (codec_take_fold(&in, &f)) {
		size_t n = codec_put_fold(&before, &f, out);
		struct sv one = { (const char *)out, n };
		if (f.last < f.first || f.last >= CODEC_FOLD_DAYS ||
		    !codec_take_fold(&one, &again) || one.n ||
		    codec_key_cmp(&again.e.key, &f.e.key) != 0 ||
		    again.e.messages != f.e.messages || again.first != f.first ||
		    again.last != f.last)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct sv in = { (const char *)data + 1, size - 1 };
	if (data[0] & 1)
		rows(in);
	else if (data[0] & 2)
		folds(in);
	else
		entries(in);
	return 0;
}
