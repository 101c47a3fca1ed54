/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include "finding/finding.h"
#include "service/class.h"

struct arena;

/*
 * Judged evidence of a domain, day by day: what of it somebody should know of. A day is
 * judged by what the same domain is used to, never by a fixed number alone. The youngest
 * days are not judged for what is missing or too much, since reports of them are still on
 * the way.
 */
enum {
	WATCH_DAYS = 91, /* looked at, thirteen weeks; the last is `today` */
	WATCH_YOUNG = 2  /* of these, not judged */
};

/* One who sends in the domain's name. */
struct watch_sender {
	struct sv name;
	enum service_class class;
	bool marked; /* the user said what it is */
	bool before; /* it was seen before the days looked at */
	uint64_t messages, passed;
	int64_t first_day, last_day;
	/* Of the domain's own: messages a day that align, and of the same service or
	 * hosts that do not; WATCH_DAYS of each. Else NULL. */
	const uint64_t *sent, *failed;
};

/* How regularly a reporter reports: the days from one with a report to the next. */
struct watch_habit {
	size_t days;   /* with a report */
	int64_t usual; /* half of the gaps are no longer; 0: there is none */
	int64_t most;  /* 19 of 20 are no longer */
};
/* `day`: each once, in order. */
struct watch_habit watch_habit_of(const int64_t *day, size_t n, struct arena *a);
/* Is it quiet for so many days that it fell silent, by its habit? */
bool watch_is_silent(const struct watch_habit *h, int64_t quiet);

struct watch_reporter {
	struct sv name;
	uint64_t reports;
	struct watch_habit habit;
	int64_t last_day;
};

struct watch_domain {
	struct sv client, name;
	bool assigned, parked;
	int64_t today;
	int64_t entered;             /* the day on which it came into the book */
	bool seen;                   /* something was reported: the days below hold */
	int64_t first_day, last_day; /* of all its reports */
	const struct watch_sender *sender;
	size_t sender_n;
	const struct watch_reporter *reporter;
	size_t reporter_n;
	uint64_t messages[WATCH_DAYS];
	uint64_t failed[WATCH_DAYS]; /* without abuse */
	uint64_t abuse[WATCH_DAYS];
	uint64_t abuse_sources; /* of the last month */
	/* Of the policy as reported; empty where it did not change within a month. */
	struct sv policy_before, policy_now;
	bool weakened;
	int64_t changed; /* day */
	/* TLS sessions to the domain that failed in the last month; which way most did,
	 * or empty. */
	uint64_t tls_failed;
	int64_t tls_since; /* day */
	struct sv tls_result;
	/* The next step, where nothing holds it back; else empty. */
	struct sv next;
	int64_t ready_since;
};

/* A list that grows in its arena. */
struct watch_found {
	struct arena *arena;
	struct finding *finding;
	size_t n, cap;
};

/* Adds what is found, in no order. Texts are those of `d`. */
void watch_domain(const struct watch_domain *d, struct watch_found *out);

/* The median of what was counted on the same weekday of the eight weeks before the day in
 * place `at`, of those places from `from` on; false: too few to tell. */
bool watch_usual(const uint64_t *count, size_t from, size_t at, uint64_t *out);

#endif
