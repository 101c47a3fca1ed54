/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/ask.h"

#include "base/arena.h"
#include "base/clock.h"
#include "dns/dns_int.h"

#include <stdlib.h>

enum {
	LABEL = 63
};

struct asked {
	uint64_t id;
	struct sv name; /* lower case */
	enum dns_type type;
	bool answered;
	struct dns_answer answer;
	struct asked *next;
};

struct dns_asker {
	struct dns *d;
	struct arena *a;
	unsigned left, n;
	uint64_t until; /* ms */
	struct asked *first;
};

struct dns_asker *dns_asker_new(struct dns *d, const struct dns_budget *b)
{
	struct dns_asker *k = heap_array(1, sizeof(*k));
	*k = (struct dns_asker){ .d = d,
				 .a = arena_new(),
				 .left = b->questions,
				 .until = clock_ms() + b->ms };
	return k;
}

void dns_asker_free(struct dns_asker **k)
{
	if (!*k)
		return;
	arena_free(&(*k)->a);
	free(*k);
	*k = NULL;
}

unsigned dns_asked(const struct dns_asker *k)
{
	return k->n;
}

/* Escapes count as they are written: what is near the limit is refused by the DNS. */
static bool can_be(struct sv name)
{
	size_t label = 0;
	if (name.n == 0 || name.n > DNS_NAME)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		label = name.p[i] == '.' ? 0 : label + 1;
		if (label > LABEL || (label == 0 && (i == 0 || name.p[i - 1] == '.')))
			return false;
	}
	return true;
}

static struct asked *find(struct dns_asker *k, struct sv name, enum dns_type type)
{
	struct asked **at = &k->first;
	for (; *at; at = &(*at)->next)
		if ((*at)->type == type && sv_eq_fold((*at)->name, name))
			return *at;
	struct asked *q = *at = arena_alloc(k->a, sizeof(*q));
	*q = (struct asked){ .name = arena_sv(k->a, name), .type = type };
	if (!can_be(name)) {
		q->answered = true;
		q->answer.status = DNS_NO_NAME;
	} else if (k->left == 0) {
		q->answered = true;
		q->answer.status = DNS_FAILED;
	} else {
		k->left--;
		k->n++;
		q->id = ++k->d->asked;
		dns_start(k->d, q->id, name, type);
	}
	return q;
}

void dns_ahead(struct dns_asker *k, struct sv name, enum dns_type type)
{
	(void)find(k, name, type);
}

/* Gives an answer to whoever asked for it: not to those before us, who gave up. */
static void hand_over(struct dns_asker *k, const struct dns_answer *answer)
{
	for (struct asked *q = k->first; q; q = q->next)
		if (!q->answered && q->id == answer->id) {
			q->answer = *answer;
			q->answered = true;
		}
}

const struct dns_answer *dns_ask(struct dns_asker *k, struct sv name, enum dns_type type)
{
	struct asked *q = find(k, name, type);
	while (!q->answered) {
		uint64_t now = clock_ms();
		struct dns_answer answer;
		if (dns_next(k->d, now < k->until ? k->until - now : 0, k->a, &answer)) {
			hand_over(k, &answer);
		} else if (now >= k->until || dns_pending(k->d) == 0) {
			q->answered = true;
			q->answer.status = DNS_TIMED_OUT;
		}
	}
	return &q->answer;
}
