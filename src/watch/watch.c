/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/watch_int.h"

#include "base/arena.h"

#include <string.h>

enum {
	SILENT_DAYS = 5,  /* at least */
	SILENT_TIMES = 3, /* ... and so many times its usual pause */
	SILENT_REPORTS = 10,
	SILENT_SHARE = 10, /* per cent of the reports that are worth a warning */
	UNHEARD = 9,       /* days without any report */
	TLS_FEW = 10,      /* sessions; fewer are worth a note */
	FOUND_FIRST = 16
};

struct finding *watch_add(struct watch_found *out, const struct watch_domain *d,
			  enum finding_code code, struct sv subject, int64_t since)
{
	if (out->n == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : FOUND_FIRST;
		struct finding *more = arena_array(out->arena, cap, sizeof(*more));
		if (out->n)
			memcpy(more, out->finding, out->n * sizeof(*more));
		out->finding = more;
		out->cap = cap;
	}
	struct finding *f = &out->finding[out->n++];
	*f = (struct finding){ .code = code,
			       .severity = finding_severity_of(code),
			       .client = d->client,
			       .domain = d->name,
			       .subject = subject,
			       .since = since };
	return f;
}

/* --- reporters --- */

static void find_silent(const struct watch_domain *d, struct watch_found *out)
{
	uint64_t all = 0;
	for (size_t i = 0; i < d->reporter_n; i++)
		all += d->reporter[i].reports;
	for (size_t i = 0; i < d->reporter_n; i++) {
		const struct watch_reporter *r = &d->reporter[i];
		int64_t quiet = watch_end(d) - r->last_day;
		if (r->reports < SILENT_REPORTS || quiet > WATCH_FORGET ||
		    !watch_is_silent(&r->habit, quiet))
			continue;
		struct finding *f = watch_add(out, d, FINDING_REPORTER_SILENT, r->name,
					      r->last_day + 1);
		if (r->reports * 100 >= all * SILENT_SHARE)
			f->severity = FINDING_WARNING;
		f->says.messages = r->reports;
		f->says.day = r->last_day;
	}
}

/* Nobody reports, or nobody any more. */
static bool find_unheard(const struct watch_domain *d, struct watch_found *out)
{
	int64_t heard = d->seen ? d->last_day : d->entered;
	if (d->today - heard <= UNHEARD)
		return false;
	struct finding *f = watch_add(out, d, FINDING_NO_REPORTS, SV(""), heard + 1);
	f->says.day = d->seen ? d->last_day : 0;
	return true;
}

/* --- the domain itself --- */

static void find_parked(const struct watch_domain *d, struct watch_found *out)
{
	uint64_t messages = 0;
	int64_t since = 0;
	for (size_t i = WATCH_DAYS - WATCH_MONTH; i < WATCH_DAYS; i++) {
		since = d->messages[i] && !messages ? watch_day_of(d, i) : since;
		messages += d->messages[i];
	}
	if (messages == 0)
		return;
	struct finding *f = watch_add(out, d, FINDING_PARKED_MAIL, SV(""), since);
	f->says.messages = messages;
	f->says.sources = d->abuse_sources;
}

static void find_policy(const struct watch_domain *d, struct watch_found *out)
{
	if (d->weakened) {
		struct finding *f = watch_add(out, d, FINDING_POLICY_WEAKENED, SV(""),
					      d->changed);
		f->says.before = d->policy_before;
		f->says.after = d->policy_now;
		f->says.day = d->changed;
	}
	if (d->next.n) {
		struct finding *f = watch_add(out, d, FINDING_READY, d->next,
					      d->ready_since);
		f->says.before = d->policy_now;
		f->says.after = d->next;
	}
}

static void find_tls(const struct watch_domain *d, struct watch_found *out)
{
	if (d->tls_failed == 0)
		return;
	struct finding *f = watch_add(out, d, FINDING_TLS_FAILURES, SV(""), d->tls_since);
	if (d->tls_failed < TLS_FEW)
		f->severity = FINDING_NOTE;
	f->says.messages = d->tls_failed;
	f->says.after = d->tls_result.n ? d->tls_result : SV("unknown");
}

static void find_unassigned(const struct watch_domain *d, struct watch_found *out)
{
	uint64_t messages = 0;
	for (size_t i = 0; i < WATCH_DAYS; i++)
		messages += d->messages[i];
	if (messages == 0)
		return;
	struct finding *f = watch_add(out, d, FINDING_UNASSIGNED, SV(""), d->first_day);
	f->says.messages = messages;
}

static void find_all(const struct watch_domain *d, struct watch_found *out)
{
	if (!d->assigned) {
		find_unassigned(d, out);
		return;
	}
	find_tls(d, out);
	/* Without reports nothing can be said of who sends, or no longer does. */
	bool unheard = !d->parked && find_unheard(d, out);
	if (unheard || !d->seen)
		return;
	find_silent(d, out);
	find_policy(d, out);
	if (d->parked) {
		find_parked(d, out);
		return;
	}
	watch_senders(d, out);
	watch_days(d, out);
}

void watch_domain(const struct watch_domain *d, struct watch_found *out)
{
	size_t first = out->n;
	find_all(d, out);
	for (size_t i = first; i < out->n; i++) {
		struct finding *f = &out->finding[i];
		f->id = finding_id(f);
		f->due = f->since + finding_patience(f->severity);
	}
}
