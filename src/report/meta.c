/* SPDX-License-Identifier: Apache-2.0 */
#include "report/model.h"

#include "report/codec.h"

#include <stddef.h>

/* A meta's bytes: META_FORM, which times are known, those times (zigzag), the texts in
 * this order, the extras. */
enum {
	META_FORM = 1,
	META_BEGIN = 1,
	META_END = 2
};

static const size_t texts[] = {
#define TEXT(field) offsetof(struct report_meta, field)
	TEXT(xmlns),     TEXT(version), TEXT(org),
	TEXT(email),     TEXT(contact), TEXT(report_id),
	TEXT(generator), TEXT(error),   TEXT(domain),
	TEXT(adkim),     TEXT(aspf),    TEXT(p),
	TEXT(sp),        TEXT(np),      TEXT(pct),
	TEXT(fo),        TEXT(testing), TEXT(discovery_method),
#undef TEXT
};

enum {
	TEXT_N = sizeof(texts) / sizeof(texts[0])
};

static bool add_time(struct buf *b, int64_t t)
{
	uint64_t twice = (uint64_t)t << 1;
	return buf_add_varint(b, t < 0 ? ~twice : twice);
}

bool report_meta_encode(const struct report_meta *m, struct buf *out)
{
	size_t before = out->n;
	bool ok = buf_add_char(out, META_FORM) &&
		  buf_add_char(out, (char)((m->has_begin ? META_BEGIN : 0) |
					   (m->has_end ? META_END : 0))) &&
		  (!m->has_begin || add_time(out, m->begin)) &&
		  (!m->has_end || add_time(out, m->end));
	for (size_t i = 0; ok && i < TEXT_N; i++) {
		const void *field = (const char *)m + texts[i];
		ok = codec_add_text(out, *(const struct sv *)field);
	}
	return ok && codec_add_extra(out, m->extra, m->extra_n) &&
	       out->n - before <= LIMIT_META;
}

static bool take_time(struct sv *s, int64_t *out)
{
	uint64_t v;
	if (!codec_take_number(s, &v))
		return false;
	*out = (int64_t)(v >> 1 ^ (0 - (v & 1)));
	return true;
}

bool report_meta_decode(struct sv bytes, struct arena *a, struct report_meta *out)
{
	*out = (struct report_meta){ 0 };
	if (bytes.n < 2 || bytes.n > LIMIT_META || bytes.p[0] != META_FORM)
		return false;
	uint8_t has = (uint8_t)bytes.p[1];
	sv_take(&bytes, 2);
	if (has > (META_BEGIN | META_END))
		return false;
	out->has_begin = has & META_BEGIN;
	out->has_end = has & META_END;
	if ((out->has_begin && !take_time(&bytes, &out->begin)) ||
	    (out->has_end && !take_time(&bytes, &out->end)))
		return false;
	for (size_t i = 0; i < TEXT_N; i++) {
		void *field = (char *)out + texts[i];
		if (!codec_take_text(&bytes, (struct sv *)field))
			return false;
	}
	return codec_take_extra(&bytes, a, &out->extra, &out->extra_n) && bytes.n == 0;
}
