/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store's questions about one domain cost, each alone: the least processor time
 * of several turns, in milliseconds.
 *
 *     ask DATABASE DOMAIN [TURNS]      DOMAIN -: of all of them
 */
#include "base/arena.h"
#include "base/date.h"
#include "store/book.h"
#include "store/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct answer {
	size_t n;
	uint64_t all;
};

struct asking {
	struct store *s;
	struct arena *a;
	struct facts_query q;
	struct err err;
};

static bool sources(struct asking *k, struct answer *out)
{
	struct facts_by_source *f;
	return facts_sources(k->s, &k->q, 20, k->a, &f, &out->n, &out->all, &k->err);
}

static bool facets(struct asking *k, struct answer *out)
{
	struct facts_by_facet *f;
	return facts_facets(k->s, &k->q, 20, k->a, &f, &out->n, &out->all, &k->err);
}

static bool pairs(struct asking *k, struct answer *out)
{
	struct facts_by_facet *f;
	return facts_pairs(k->s, &k->q, 20, k->a, &f, &out->n, &out->all, &k->err);
}

static bool days(struct asking *k, struct answer *out)
{
	struct facts_by_day *d;
	bool ok = facts_days(k->s, &k->q, k->a, &d, &out->n, &k->err);
	out->all = out->n;
	return ok;
}

static bool reporters(struct asking *k, struct answer *out)
{
	const struct book_report_filter f = { .domain_ids = k->q.domains,
					      .domain_n = k->q.domain_n,
					      .day_from = k->q.day_from,
					      .day_to = k->q.day_to };
	struct book_reporter *r;
	bool ok = book_reporters(k->s, &f, k->a, &r, &out->n, &k->err);
	out->all = out->n;
	return ok;
}

static bool domains(struct asking *k, struct answer *out)
{
	struct facts_by_domain *d;
	bool ok = facts_domains(k->s, &k->q, k->a, &d, &out->n, &k->err);
	out->all = out->n;
	return ok;
}

static const struct {
	const char *name;
	bool (*ask)(struct asking *k, struct answer *out);
} questions[] = {
	{ "sources", sources }, { "facets", facets },       { "pairs", pairs },
	{ "days", days },       { "reporters", reporters }, { "domains", domains },
};

static double cpu_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void measure(struct asking *k, size_t which, int turns, const char *span)
{
	struct answer answer = { 0 };
	double least = 1e9;
	for (int i = 0; i < turns; i++) {
		double began = cpu_ms();
		arena_reset(k->a);
		if (!questions[which].ask(k, &answer)) {
			(void)fprintf(stderr, "ask: %s\n", k->err.text);
			exit(1);
		}
		double took = cpu_ms() - began;
		least = took < least ? took : least;
	}
	(void)printf("%-10s %-8s %10.2f ms %9llu keys\n", questions[which].name, span,
		     least, (unsigned long long)answer.all);
}

int main(int argc, char **argv)
{
	struct asking k = { 0 };
	struct facts_by_day *day;
	struct book_policy_domain domain;
	size_t n;
	bool found;
	if (argc < 3)
		return 64;
	const struct store_options o = { .path = argv[1], .mode = STORE_READ };
	int turns = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 5;
	k.a = arena_new();
	k.s = store_open(&o, &k.err);
	bool whole = strcmp(argv[2], "-") == 0;
	if (!k.s || (!whole && (!book_policy_domain(k.s, sv_from(argv[2]), &domain,
						    &found, &k.err) ||
				!found))) {
		(void)fprintf(stderr, "ask: %s\n", k.s ? "no such domain" : k.err.text);
		return 1;
	}
	k.q = (struct facts_query){ .domains = whole ? NULL : &domain.id,
				    .domain_n = !whole,
				    .day_from = INT64_MIN,
				    .day_to = INT64_MAX };
	if (!facts_days(k.s, &k.q, k.a, &day, &n, &k.err) || n == 0)
		return 1;
	int64_t last = day[n - 1].day;
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		k.q.day_from = last - 89;
		measure(&k, i, turns, "90 days");
		k.q.day_from = INT64_MIN;
		measure(&k, i, turns, "all");
	}
	store_close(&k.s);
	arena_free(&k.a);
	return 0;
}
