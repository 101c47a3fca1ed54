/* SPDX-License-Identifier: Apache-2.0 */
#include "watch/watch_int.h"

enum {
	REGULAR_DAYS = 5, /* on which it sent, before which it has no habit */
	REGULAR_MESSAGES = 50,
	GONE_DAYS = 9,      /* at least */
	GONE_TIMES = 2,     /* ... and so many times its longest pause */
	FAILING = 20,       /* messages */
	FAILING_SHARE = 20, /* one in so many */
	PAUSE = 7,          /* days without mail within a time of failing */
	SMALL_SHARE =
		200, /* one in so many of the domain's own holds nobody's eye, ... */
	FEW = 100    /* ... but so many of a known service do */
};

static bool is_small(const struct watch_sender *s, uint64_t own)
{
	return s->messages < WATCH_FEW || s->messages < own / SMALL_SHARE;
}

static void say(struct finding *f, const struct watch_sender *s)
{
	f->says.messages = s->messages;
	f->says.failed = s->messages - s->passed;
	f->says.day = s->last_day;
}

/* --- new --- */

static bool is_new(const struct watch_domain *d, const struct watch_sender *s)
{
	int64_t from = d->today - WATCH_RECENT;
	bool counts = s->class == SERVICE_OWN || s->class == SERVICE_NOT_ALIGNED ||
		      s->class == SERVICE_UNKNOWN;
	return counts && !s->marked && !s->before && s->messages >= WATCH_FEW &&
	       s->first_day > from && d->first_day <= from - WATCH_HISTORY;
}

static void find_new(const struct watch_domain *d, const struct watch_sender *s,
		     struct watch_found *out)
{
	struct finding *f = watch_add(out, d, FINDING_NEW_SENDER, s->name, s->first_day);
	if (s->class == SERVICE_OWN)
		f->severity = FINDING_NOTE;
	say(f, s);
}

/* --- gone --- */

/* What a sender is used to. */
struct habit {
	size_t days; /* on which it sent */
	int64_t last;
	int64_t pause; /* the longest between two of these */
	uint64_t messages;
};

static struct habit habit_of(const struct watch_domain *d, const struct watch_sender *s)
{
	struct habit h = { 0 };
	for (size_t i = 0; i < WATCH_DAYS; i++) {
		int64_t day = watch_day_of(d, i);
		if (s->sent[i] == 0)
			continue;
		if (h.days && day - h.last > h.pause)
			h.pause = day - h.last;
		h.days++;
		h.last = day;
		h.messages += s->sent[i];
	}
	return h;
}

static void find_gone(const struct watch_domain *d, const struct watch_sender *s,
		      struct watch_found *out)
{
	struct habit h = habit_of(d, s);
	int64_t silent = watch_end(d) - h.last;
	if (h.days < REGULAR_DAYS || h.messages < REGULAR_MESSAGES ||
	    silent <= GONE_DAYS || silent <= h.pause * GONE_TIMES ||
	    silent > WATCH_FORGET)
		return;
	struct finding *f = watch_add(out, d, FINDING_GONE_SENDER, s->name, h.last + 1);
	say(f, s);
	f->says.messages = h.messages;
	f->says.day = h.last;
}

/* --- failing --- */

static bool fails(uint64_t sent, uint64_t failed)
{
	return failed && failed >= (sent + failed) / FAILING_SHARE;
}

/* The first day of the time of failing that the place `at` lies in. */
static size_t failing_since(const struct watch_sender *s, size_t at)
{
	size_t first = at, pause = 0;
	for (size_t i = at; i-- > 0 && pause <= PAUSE;) {
		if (s->sent[i] + s->failed[i] == 0) {
			pause++;
		} else if (fails(s->sent[i], s->failed[i])) {
			first = i;
			pause = 0;
		} else {
			break;
		}
	}
	return first;
}

static void find_failing(const struct watch_domain *d, const struct watch_sender *s,
			 struct watch_found *out)
{
	const size_t end = WATCH_DAYS - WATCH_YOUNG;
	uint64_t sent = 0, failed = 0;
	size_t last = 0;
	for (size_t i = end - WATCH_RECENT; i < end; i++) {
		sent += s->sent[i];
		failed += s->failed[i];
		if (fails(s->sent[i], s->failed[i]))
			last = i;
	}
	if (failed < FAILING || !fails(sent, failed) || last == 0)
		return;
	struct finding *f = watch_add(out, d, FINDING_OWN_FAILING, s->name,
				      watch_day_of(d, failing_since(s, last)));
	if (failed < sent)
		f->severity = FINDING_WARNING;
	f->says.messages = sent + failed;
	f->says.failed = failed;
	f->says.day = watch_day_of(d, last);
}

/* --- all of it --- */

static bool is_in_another_name(const struct watch_domain *d, const struct watch_sender *s,
			       uint64_t own)
{
	bool few = is_small(s, own) && s->messages < FEW;
	return s->class == SERVICE_NOT_ALIGNED && !s->marked && !few &&
	       s->last_day > d->today - WATCH_MONTH;
}

void watch_senders(const struct watch_domain *d, struct watch_found *out)
{
	uint64_t own = 0;
	for (size_t i = 0; i < d->sender_n; i++)
		own += d->sender[i].class == SERVICE_OWN ? d->sender[i].messages : 0;
	for (size_t i = 0; i < d->sender_n; i++) {
		const struct watch_sender *s = &d->sender[i];
		if (is_new(d, s) && !is_small(s, own))
			find_new(d, s, out);
		else if (is_in_another_name(d, s, own))
			say(watch_add(out, d, FINDING_NOT_ALIGNED, s->name, s->first_day),
			    s);
		if (s->sent) {
			find_gone(d, s, out);
			find_failing(d, s, out);
		}
	}
}
