/* SPDX-License-Identifier: Apache-2.0 */
#include "app/finding_words_int.h"

#include "base/arena.h"
#include "base/date.h"

/* A step of the policy's ladder as the language has it. */
static struct sv step_of(const struct lang *l, struct sv step, struct arena *a)
{
	struct sv key = sv_from(arena_printf(a, "step.%.*s", SV_ARG(step)));
	struct sv text = lang_raw(l, key);
	return text.n ? text : step;
}

static struct sv say(const struct lang *l, const struct finding *f, const char *part,
		     struct arena *a)
{
	char iso[DATE_TEXT];
	const struct finding_says *s = &f->says;
	const int64_t passed = (int64_t)(s->messages - s->failed);
	const struct lang_value v[] = {
		{ .name = "client", .text = f->client },
		{ .name = "domain", .text = f->domain },
		{ .name = "subject", .text = f->subject },
		{ .name = "before", .text = step_of(l, s->before, a) },
		{ .name = "after", .text = step_of(l, s->after, a) },
		{ .name = "since-iso", .text = sv_from(date_format_day(f->since, iso)) },
		{ .name = "since", .kind = LANG_DAY, .n = f->since },
		{ .name = "day", .kind = LANG_DAY, .n = s->day },
		{ .name = "messages", .kind = LANG_NUMBER, .n = (int64_t)s->messages },
		{ .name = "failed", .kind = LANG_NUMBER, .n = (int64_t)s->failed },
		{ .name = "usual", .kind = LANG_NUMBER, .n = (int64_t)s->usual },
		{ .name = "sources", .kind = LANG_NUMBER, .n = (int64_t)s->sources },
		{ .name = "passed-share",
		  .kind = LANG_SHARE,
		  .n = passed,
		  .all = s->messages },
	};
	return lang_say(l, arena_printf(a, "finding.%s.%s", finding_word(f->code), part),
			v, sizeof(v) / sizeof(*v), a);
}

struct sv finding_evidence(const struct lang *l, const struct finding *f, struct arena *a)
{
	return say(l, f, "evidence", a);
}

struct sv finding_remedy(const struct lang *l, const struct finding *f, struct arena *a)
{
	return say(l, f, "remedy", a);
}
