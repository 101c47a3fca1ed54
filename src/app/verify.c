/* SPDX-License-Identifier: Apache-2.0 */
#include "app/verify.h"

#include "app/lookup_int.h"
#include "app/services.h"
#include "base/arena.h"
#include "service/pattern.h"

#include <assert.h>
#include <string.h>

enum {
	AT_ONCE = 64,
	WAIT_MS = 200,
	SET_MOST = 8 /* letters */
};

const char *app_verdict_word(enum app_verdict v)
{
	static const char *const words[APP_VERDICTS] = {
		[APP_VERDICT_HOLDS] = "holds",
		[APP_VERDICT_DIFFERS] = "differs",
		[APP_VERDICT_GONE] = "gone",
		[APP_VERDICT_SILENT] = "no-answer",
	};
	return words[v];
}

/* How a name of a fact is asked for, and what has to be there. */
static const struct way {
	enum service_key key;
	enum dns_type type;
	const char
		*must; /* a record holds this; "": any record; NULL: the name is there */
	const char *what;
} ways[] = {
	{ SERVICE_KEY_PTR, DNS_TXT, NULL, "the name" },
	{ SERVICE_KEY_DKIM, DNS_TXT, NULL, "the name" },
	{ SERVICE_KEY_SELECTOR, DNS_TXT, "p=", "a DKIM key" },
	{ SERVICE_KEY_TARGET, DNS_TXT, "p=", "a DKIM key" },
	{ SERVICE_KEY_RETURN_PATH, DNS_TXT, NULL, "the name" },
	{ SERVICE_KEY_MX, DNS_A, "", "an address" },
	{ SERVICE_KEY_SPF, DNS_TXT, "v=spf1", "an SPF record" },
};

struct work {
	const struct app_verify *o;
	struct arena *a;
	struct dns *dns;
	struct app_verification *out;
	const struct way **way; /* of each name */
	size_t cap;
};

static const struct way *way_of(enum service_key key)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (ways[i].key == key)
			return &ways[i];
	return NULL;
}

/* A pattern that is one name, of more than one label. */
static bool is_name(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && !memchr("-._", s.p[i], 3))
			return false;
	return s.n && sv_chr(s, '.') < s.n;
}

static void add(struct work *w, const struct service *s, const struct service_fact *f,
		const struct way *way, struct sv name)
{
	struct app_verification *out = w->out;
	if (out->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 256;
		struct app_verified *more = arena_array(w->a, cap, sizeof(*more));
		const struct way **ways_too = arena_array(w->a, cap, sizeof(*ways_too));
		if (out->n) {
			memcpy(more, out->name, out->n * sizeof(*more));
			memcpy(ways_too, w->way, out->n * sizeof(*ways_too));
		}
		out->name = more;
		w->way = ways_too;
		w->cap = cap;
	}
	assert(w->way && out->name); /* there is room */
	w->way[out->n] = way;
	out->name[out->n++] = (struct app_verified){ s, f, name, way->what,
						     APP_VERDICT_SILENT };
}

/* A name as it stands, or each that a set of letters stands for: "dkim[23].example". */
static void add_name(struct work *w, const struct service *s,
		     const struct service_fact *f, const struct way *way, struct sv name)
{
	size_t open = sv_chr(name, '['), close = sv_chr(name, ']');
	struct sv set = sv_sub(name, open + 1, close);
	bool short_set = open < close && close < name.n && set.n <= SET_MOST &&
			 sv_chr(set, '-') == set.n &&
			 sv_chr(sv_sub(name, close + 1, name.n), '[') ==
				 name.n - close - 1;
	for (size_t i = 0; short_set && i < set.n; i++) {
		struct sv one = sv_from(
			arena_printf(w->a, "%.*s%c%.*s", (int)open, name.p, set.p[i],
				     SV_ARG(sv_sub(name, close + 1, name.n))));
		short_set = is_name(one);
		if (short_set)
			add(w, s, f, way, one);
	}
	if (!short_set && is_name(name))
		add(w, s, f, way, name);
	else if (!short_set)
		w->out->left++;
}

/* "s1 s2 @ example.com": a key lies at s1._domainkey.example.com. */
static void add_fact(struct work *w, const struct service *s,
		     const struct service_fact *f, const struct way *way)
{
	struct sv list = f->value, domains = SV(""), one;
	if (f->key == SERVICE_KEY_SELECTOR) {
		domains = f->value;
		list = sv_take_until(&domains, '@');
		domains = sv_trim(domains);
	}
	while ((one = pattern_next(&list)).n) {
		struct sv name = one;
		if (f->key == SERVICE_KEY_SELECTOR)
			name = sv_from(arena_printf(w->a, "%.*s._domainkey.%.*s",
						    SV_ARG(one), SV_ARG(domains)));
		add_name(w, s, f, way, name);
	}
}

static bool list(struct work *w, struct err *err)
{
	struct service_catalogue c;
	const struct service *only = NULL;
	if (!app_services(w->a, &c, err) ||
	    (w->o->service.n && !app_service_in(&c, w->o->service, &only, err)))
		return false;
	for (size_t i = 0; i < c.n; i++) {
		const struct service *s = &c.service[i];
		if (only && s != only)
			continue;
		w->out->services++;
		for (size_t k = 0; k < s->fact_n; k++) {
			const struct way *way = way_of(s->fact[k].key);
			if (way)
				add_fact(w, s, &s->fact[k], way);
		}
	}
	return true;
}

static bool holds(const struct way *w, const struct dns_answer *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (sv_find_fold(a->record[i], sv_from(w->must)) < a->record[i].n ||
		    !*w->must)
			return true;
	return false;
}

static enum app_verdict verdict_of(const struct way *w, const struct dns_answer *a)
{
	switch (a->status) {
	case DNS_FOUND:
		return !w->must || holds(w, a) ? APP_VERDICT_HOLDS : APP_VERDICT_DIFFERS;
	case DNS_NO_DATA:
		return w->must ? APP_VERDICT_DIFFERS : APP_VERDICT_HOLDS;
	case DNS_NO_NAME:
		return APP_VERDICT_GONE;
	case DNS_FAILED:
	case DNS_TIMED_OUT:
	default:
		return APP_VERDICT_SILENT;
	}
}

static bool is_stopped(const struct work *w)
{
	return w->o->stop && *w->o->stop;
}

static void ask_all(struct work *w)
{
	struct arena *scratch = arena_new();
	struct app_verification *out = w->out;
	size_t started = 0, done = 0, silent = 0;
	/* Where nothing at all answers, the rest would not either. */
	while (done < out->n && !is_stopped(w) && (silent < AT_ONCE || silent < done)) {
		struct dns_answer answer;
		while (started < out->n && dns_pending(w->dns) < AT_ONCE) {
			dns_start(w->dns, started, out->name[started].name,
				  w->way[started]->type);
			started++;
		}
		arena_reset(scratch);
		if (!dns_next(w->dns, WAIT_MS, scratch, &answer))
			continue;
		out->name[answer.id].verdict = verdict_of(w->way[answer.id], &answer);
		silent += out->name[answer.id].verdict == APP_VERDICT_SILENT;
		done++;
		if (w->o->progress)
			w->o->progress(w->o->ctx, done, out->n);
	}
	out->stopped = is_stopped(w) && done < out->n;
	arena_free(&scratch);
}

bool app_services_verify(const struct app_verify *o, struct arena *a,
			 struct app_verification *out, struct err *err)
{
	struct work w = { .o = o, .a = a, .out = out };
	const struct lookup_way way = { o->server, o->trust_anchor, o->zone };
	*out = (struct app_verification){ 0 };
	if (!list(&w, err) || !lookup_open(&way, a, &w.dns, err))
		return false;
	ask_all(&w);
	dns_free(&w.dns);
	for (size_t i = 0; i < out->n; i++)
		out->of[out->name[i].verdict]++;
	return true;
}
