/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/outcome.h"

#include "intake/frame.h"

void outcome_put(struct buf *b, const struct intake_outcome *o)
{
	size_t at = frame_start(b, FRAME_OUTCOME);
	const struct sv texts[] = { o->path,    o->member,    o->id,
				    o->org,     o->report_id, o->domain,
				    o->domains, o->repairs,   o->reason };
	const uint64_t numbers[] = { o->kind,    o->status,          o->has_begin,
				     o->has_end, (uint64_t)o->begin, (uint64_t)o->end,
				     o->rows,    o->messages,        o->passed,
				     o->repair_n };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		buf_add_block(b, texts[i]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		buf_add_varint(b, numbers[i]);
	frame_finish(b, at);
}

bool outcome_get(struct sv body, struct intake_outcome *o)
{
	struct sv *const texts[] = { &o->path,    &o->member,    &o->id,
				     &o->org,     &o->report_id, &o->domain,
				     &o->domains, &o->repairs,   &o->reason };
	uint64_t n[10];
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!sv_take_block(&body, texts[i]))
			return false;
	for (size_t i = 0; i < sizeof(n) / sizeof(*n); i++)
		if (!sv_take_varint(&body, &n[i]))
			return false;
	o->kind = (uint8_t)n[0];
	o->status = (uint8_t)n[1];
	o->has_begin = n[2];
	o->has_end = n[3];
	o->begin = (int64_t)n[4];
	o->end = (int64_t)n[5];
	o->rows = n[6];
	o->messages = n[7];
	o->passed = n[8];
	o->repair_n = n[9];
	return body.n == 0;
}
