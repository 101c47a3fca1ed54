/* SPDX-License-Identifier: Apache-2.0 */
#include "report/aggregate.h"

#include "base/arena.h"
#include "report/parser.h"

#include <stdlib.h>

enum {
	PARSER_N = 3
};

static const struct parser *const parsers[PARSER_N] = {
	[AGGREGATE_SCAN] = &parser_scan,
	[AGGREGATE_EXPAT] = &parser_expat,
	[AGGREGATE_LENIENT] = &parser_lenient,
};

struct aggregate_reader {
	struct build build;
	void *parser[PARSER_N]; /* made when first asked for */
	enum aggregate_parser now;
	enum aggregate_step step;
};

static void use(struct aggregate_reader *r, enum aggregate_parser parser)
{
	r->now = parser;
	r->step = AGGREGATE_MORE;
	if (r->parser[parser])
		parsers[parser]->reset(r->parser[parser]);
	else
		r->parser[parser] = parsers[parser]->create(&r->build);
}

struct aggregate_reader *aggregate_new(enum aggregate_parser parser,
				       struct aggregate_sink sink)
{
	struct aggregate_reader *r = heap_array(1, sizeof(*r));
	build_init(&r->build, sink);
	use(r, parser);
	return r;
}

void aggregate_free(struct aggregate_reader **r)
{
	if (!*r)
		return;
	for (size_t i = 0; i < PARSER_N; i++)
		if ((*r)->parser[i])
			parsers[i]->free((*r)->parser[i]);
	build_deinit(&(*r)->build);
	free(*r);
	*r = NULL;
}

void aggregate_reset(struct aggregate_reader *r, enum aggregate_parser parser)
{
	build_reset(&r->build);
	use(r, parser);
}

enum aggregate_step aggregate_feed(struct aggregate_reader *r, struct sv bytes)
{
	if (r->step == AGGREGATE_MORE && bytes.n)
		r->step = parsers[r->now]->feed(r->parser[r->now], bytes, false);
	return r->step;
}

enum aggregate_step aggregate_end(struct aggregate_reader *r, bool broken,
				  const char *why, struct aggregate_result *out)
{
	if (r->step == AGGREGATE_MORE)
		r->step = parsers[r->now]->feed(r->parser[r->now], SV(""), true);
	if (r->step == AGGREGATE_MORE && !build_finish(&r->build, broken, why, out))
		r->step = AGGREGATE_REFUSED;
	return r->step;
}

enum scan_cause aggregate_cause(const struct aggregate_reader *r)
{
	const struct parser *p = parsers[r->now];
	return r->step == AGGREGATE_AGAIN && p->cause ? p->cause(r->parser[r->now])
						      : SCAN_NONE;
}

const char *aggregate_reason(const struct aggregate_reader *r)
{
	return r->build.reason_text;
}
