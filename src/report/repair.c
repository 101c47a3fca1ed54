/* SPDX-License-Identifier: Apache-2.0 */
#include "report/repair.h"

static const struct repair_kind kinds[] = {
#define REPAIR(number, code, name, what, how) { number, name, what, how },
#include "report/repair.def"
#undef REPAIR
};

const struct repair_kind *repair_table(size_t *out_n)
{
	*out_n = sizeof(kinds) / sizeof(kinds[0]);
	return kinds;
}

const struct repair_kind *repair_kind(uint16_t code)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].code == code)
			return &kinds[i];
	return NULL;
}

bool repair_encode(const struct repair *r, struct buf *out)
{
	return buf_add_varint(out, r->code) && buf_add_varint(out, r->times) &&
	       buf_add_block(out, r->where) && buf_add_block(out, r->found);
}

bool repair_take(struct sv *bytes, struct repair *out)
{
	uint64_t code, times;
	struct sv left = *bytes;
	if (!sv_take_varint(&left, &code) || !sv_take_varint(&left, &times) ||
	    !sv_take_block(&left, &out->where) || !sv_take_block(&left, &out->found))
		return false;
	if (code > UINT16_MAX || !repair_kind((uint16_t)code) || times == 0 ||
	    times > UINT32_MAX || out->where.n > REPAIR_WHERE ||
	    out->found.n > REPAIR_FOUND)
		return false;
	out->code = (uint16_t)code;
	out->times = (uint32_t)times;
	*bytes = left;
	return true;
}
