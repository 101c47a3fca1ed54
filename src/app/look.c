/* SPDX-License-Identifier: Apache-2.0 */
#include "app/look_int.h"

static bool look(struct look *out, struct err *err)
{
	const struct sender_filter all = { .result = APP_RESULT_ALL };
	if (!judged_read(&out->s, out->by, out->line.name, out->line.use == APP_PARKED,
			 &out->j, err))
		return false;
	out->sender_n = senders_group(&out->j, &all, out->s.arena, &out->sender);
	return true;
}

bool look_at(const struct scope *all, const struct judging *by,
	     const struct app_domain_line *line, int64_t day_from, int64_t day_to,
	     struct arena *a, struct look *out, struct err *err)
{
	*out = (struct look){ .by = by, .s = *all, .line = *line };
	struct scope *s = &out->s;
	s->arena = a;
	s->whole = false;
	s->filter.domain = line->name;
	s->filter.day_from = day_from;
	s->filter.day_to = day_to;
	s->id_n = scope_owned(s, scope_entry_named(all, line->name), &s->id);
	return look(out, err);
}

bool look_in(const struct scope *s, const struct judging *by, struct look *out,
	     struct err *err)
{
	*out = (struct look){ .by = by, .s = *s };
	scope_subject(s, s->filter.domain, &out->line);
	return look(out, err);
}

bool look_before(const struct look *k, int64_t days, struct look *out, struct err *err)
{
	*out = (struct look){ .by = k->by, .s = k->s, .line = k->line };
	out->s.filter.day_to = k->s.filter.day_from - 1;
	out->s.filter.day_from = k->s.filter.day_from - days;
	return look(out, err);
}
