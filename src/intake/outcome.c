/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/outcome.h"

#include "intake/frame.h"

void outcome_put(struct buf *b, const struct intake_outcome *o)
{
	const struct intake_before *was = &o->before;
	size_t at = frame_start(b, FRAME_OUTCOME);
	const struct sv texts[] = { o->path,      o->member, o->id,          o->org,
				    o->report_id, o->domain, o->domains,     o->repairs,
				    o->reason,    was->org,  was->report_id, was->domain,
				    was->reason };
	const uint64_t numbers[] = {
		o->kind,       o->status,          o->has_begin,
		o->has_end,    (uint64_t)o->begin, (uint64_t)o->end,
		o->rows,       o->messages,        o->passed,
		o->repair_n,   o->complete,        o->change,
		was->kind,     was->status,        was->report,
		was->complete, was->rows,          was->messages,
		was->passed,   was->repair_n,      o->left,
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		buf_add_block(b, texts[i]);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		buf_add_varint(b, numbers[i]);
	frame_finish(b, at);
}

bool outcome_get(struct sv body, struct intake_outcome *o)
{
	struct intake_before *was = &o->before;
	struct sv *const texts[] = { &o->path,    &o->member,      &o->id,
				     &o->org,     &o->report_id,   &o->domain,
				     &o->domains, &o->repairs,     &o->reason,
				     &was->org,   &was->report_id, &was->domain,
				     &was->reason };
	uint64_t n[21];
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
	o->complete = n[10];
	o->change = (uint8_t)n[11];
	was->kind = (uint8_t)n[12];
	was->status = (uint8_t)n[13];
	was->report = n[14];
	was->complete = n[15];
	was->rows = n[16];
	was->messages = n[17];
	was->passed = n[18];
	was->repair_n = n[19];
	o->left = (uint8_t)n[20];
	return body.n == 0;
}
