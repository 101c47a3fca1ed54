/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_CODEC_H
#define REPORT_CODEC_H

#include "base/buf.h"
#include "report/model.h"

/* The pieces that facets and metas are encoded from. Each value has one encoding only,
 * and the takers refuse every other: equal values are equal bytes. */

bool codec_add_text(struct buf *b, struct sv s); /* 0: not there; else length + 1 */
bool codec_add_extra(struct buf *b, const struct report_extra *extra, size_t n);

bool codec_take_number(struct sv *s, uint64_t *out);
bool codec_take_text(struct sv *s, struct sv *out);
/* A number of things, each at least `least` bytes long and at most `most` of them. */
bool codec_take_count(struct sv *s, size_t least, size_t most, size_t *out);
bool codec_take_extra(struct sv *s, struct arena *a, const struct report_extra **out,
		      size_t *out_n);

#endif
