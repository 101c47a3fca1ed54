/* SPDX-License-Identifier: Apache-2.0 */
#include "service/catalogue.h"

#include "base/addr.h"
#include "base/arena.h"
#include "base/text.h"
#include "service/pattern.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SERVICES_MAX = 10000,
	FACTS_MAX = 200,  /* a service */
	SOURCES_MAX = 60, /* a service */
	ID_MAX = 40,
};

enum form {
	FORM_TEXT,
	FORM_KIND,
	FORM_LINK,
	FORM_NAMES, /* patterns, blanks between; "@ NAME" at the end: with this d= only */
	FORM_NETWORKS, /* ADDRESS/BITS, blanks between */
	FORM_NUMBERS,  /* of networks, blanks between */
	FORM_ALIGNS,   /* none, relaxed, strict, yes, no; then how */
	FORM_FORWARDS, /* yes, no, only-outbound; then keeps-dkim, breaks-dkim, srs */
	FORM_RECORD,   /* NAME TYPE VALUE */
	FORM_ROUTE,    /* cname, txt, both, none */
	FORM_ANSWER    /* yes, no; then why */
};

static const struct key {
	const char *word, *what;
	enum form form;
	bool once;
} keys[SERVICE_KEYS] = {
#define ONCE true
#define MANY false
#define KEY(id, word, form, times, what) \
	[SERVICE_KEY_##id] = { word, what, FORM_##form, times },
#include "service/key.def"
#undef KEY
#undef ONCE
#undef MANY
};

static const struct {
	const char *word, *what;
} kinds[SERVICE_KINDS] = {
#define KIND(id, word, what) [SERVICE_##id] = { word, what },
#include "service/kind.def"
#undef KIND
};

const char *service_kind_word(enum service_kind k)
{
	return kinds[k].word;
}

const char *service_kind_what(enum service_kind k)
{
	return kinds[k].what;
}

const char *service_key_word(enum service_key k)
{
	return keys[k].word;
}

const char *service_key_what(enum service_key k)
{
	return keys[k].what;
}

/* --- reading --- */

struct source {
	struct sv mark, place, date;
	bool used;
};

struct reader {
	struct arena *a;
	struct service_fault *fault;
	size_t line;
	struct service *all;
	size_t n, cap;
	/* of the service being read */
	struct service *now;
	struct service_fact *fact;
	struct source source[SOURCES_MAX];
	size_t source_n;
};

static bool wrong(struct reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static bool wrong(struct reader *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(r->fault->text, sizeof(r->fault->text), fmt, ap);
	va_end(ap);
	r->fault->line = r->line;
	r->fault->service = r->now ? r->now->id : SV("");
	return false;
}

static bool is_one_of(struct sv word, const char *const *list)
{
	for (; *list; list++)
		if (sv_eq(word, sv_from(*list)))
			return true;
	return false;
}

/* --- the forms of values --- */

static bool check_kind(struct reader *r, struct sv v)
{
	for (int k = 0; k < SERVICE_KINDS; k++)
		if (sv_eq(v, sv_from(kinds[k].word))) {
			r->now->kind = (enum service_kind)k;
			return true;
		}
	return wrong(r, "there is no kind \"%.*s\"", SV_ARG(v));
}

static bool check_names(struct reader *r, struct sv v)
{
	struct sv word = pattern_next(&v);
	do {
		if (sv_eq(word, SV("@")))
			word = pattern_next(&v);
		if (!pattern_is_valid(word))
			return wrong(r, "\"%.*s\" is no pattern", SV_ARG(word));
		word = pattern_next(&v);
	} while (word.n);
	return true;
}

static bool is_network(struct sv word)
{
	struct addr a;
	uint64_t bits;
	struct sv address = sv_take_until(&word, '/');
	return addr_parse(address, &a) && sv_to_u64(word, &bits) &&
	       bits <= addr_len(&a) * 8;
}

static bool check_networks(struct reader *r, struct sv v)
{
	struct sv word;
	while ((word = pattern_next(&v)).n)
		if (!is_network(word))
			return wrong(r, "\"%.*s\" is no network", SV_ARG(word));
	return true;
}

static bool check_numbers(struct reader *r, struct sv v)
{
	struct sv word;
	uint64_t n;
	while ((word = pattern_next(&v)).n)
		if (!sv_to_u64(word, &n) || n == 0 || n > UINT32_MAX)
			return wrong(r, "\"%.*s\" is no network's number", SV_ARG(word));
	return true;
}

static bool check_record(struct reader *r, struct sv v)
{
	static const char *const types[] = { "TXT", "CNAME", "MX", NULL };
	struct sv name = pattern_next(&v), type = pattern_next(&v);
	if (!pattern_is_valid(name) || !is_one_of(type, types) || sv_trim(v).n == 0)
		return wrong(r,
			     "a record is NAME TYPE VALUE, TYPE one of TXT, CNAME, MX");
	return true;
}

static bool check_choice(struct reader *r, struct sv v, const char *const *list)
{
	struct sv word = pattern_next(&v);
	if (word.n && word.p[word.n - 1] == ',')
		word.n--;
	return is_one_of(word, list) ||
	       wrong(r, "\"%.*s\" is none of the words allowed", SV_ARG(word));
}

static bool check_form(struct reader *r, enum form form, struct sv v)
{
	static const char *const aligns[] = { "none", "relaxed", "strict",
					      "yes",  "no",      NULL },
				 *const forwards[] = { "yes", "no", "only-outbound",
						       NULL },
				 *const routes[] = { "cname", "txt", "both", "none",
						     NULL },
				 *const answers[] = { "yes", "no", NULL };
	switch (form) {
	case FORM_TEXT:
		return true;
	case FORM_KIND:
		return check_kind(r, v);
	case FORM_LINK:
		return sv_has_prefix_fold(v, SV("https://")) ||
		       sv_has_prefix_fold(v, SV("http://")) ||
		       wrong(r, "a link begins with https://");
	case FORM_NAMES:
		return check_names(r, v);
	case FORM_NETWORKS:
		return check_networks(r, v);
	case FORM_NUMBERS:
		return check_numbers(r, v);
	case FORM_ALIGNS:
		return check_choice(r, v, aligns);
	case FORM_FORWARDS:
		return check_choice(r, v, forwards);
	case FORM_RECORD:
		return check_record(r, v);
	case FORM_ROUTE:
		return check_choice(r, v, routes);
	case FORM_ANSWER:
		return check_choice(r, v, answers);
	}
	return false;
}

/* --- a service's end --- */

static int fact_cmp(const void *x, const void *y)
{
	const struct service_fact *a = x, *b = y;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->value.p > b->value.p) - (a->value.p < b->value.p);
}

static bool has(const struct reader *r, enum service_key from, enum service_key to)
{
	for (size_t i = 0; i < r->now->fact_n; i++)
		if (r->fact[i].key >= from && r->fact[i].key <= to)
			return true;
	return false;
}

static bool end_service(struct reader *r)
{
	struct service *s = r->now;
	if (!s)
		return true;
	if (!s->name.n || !has(r, SERVICE_KEY_KIND, SERVICE_KEY_KIND) || !s->home.n)
		return wrong(r, "%.*s has no name, kind or home", SV_ARG(s->id));
	for (size_t i = 0; i < r->source_n; i++)
		if (!r->source[i].used)
			return wrong(r, "nothing is of the source %.*s",
				     SV_ARG(r->source[i].mark));
	bool collects = s->kind == SERVICE_REPORTS &&
			has(r, SERVICE_KEY_RUA, SERVICE_KEY_RUA);
	if (!collects && !has(r, SERVICE_KEY_PTR, SERVICE_KEY_REPORTS_FROM))
		return wrong(r, "nothing identifies %.*s", SV_ARG(s->id));
	qsort(r->fact, s->fact_n, sizeof(*r->fact), fact_cmp);
	s->fact = arena_array(r->a, s->fact_n, sizeof(*s->fact));
	memcpy(s->fact, r->fact, s->fact_n * sizeof(*s->fact));
	return true;
}

/* --- lines --- */

static bool is_id(struct sv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= ID_MAX;
}

static bool begin_service(struct reader *r, struct sv id)
{
	if (!end_service(r))
		return false;
	if (!is_id(id))
		return wrong(r, "an id is of letters, digits and hyphens");
	if (r->n == SERVICES_MAX)
		return wrong(r, "more than %d services", SERVICES_MAX);
	if (r->n == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->all = heap_grow(r->all, r->cap, sizeof(*r->all));
	}
	r->now = &r->all[r->n++];
	*r->now = (struct service){ .id = id };
	r->line = 1;
	r->source_n = 0;
	return true;
}

/* "source a: PLACE, YYYY-MM" */
static bool add_source(struct reader *r, struct sv mark, struct sv v)
{
	size_t comma = v.n;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == ',')
			comma = i;
	struct sv date = sv_trim(sv_sub(v, comma + 1, v.n));
	if (date.n != 7 || date.p[4] != '-')
		return wrong(r, "a source ends with a comma and YYYY-MM");
	if (r->source_n == SOURCES_MAX)
		return wrong(r, "more than %d sources", SOURCES_MAX);
	for (size_t i = 0; i < r->source_n; i++)
		if (sv_eq(r->source[i].mark, mark))
			return wrong(r, "there are two sources %.*s", SV_ARG(mark));
	r->source[r->source_n++] = (struct source){ .mark = mark,
						    .place = sv_trim(sv_sub(v, 0, comma)),
						    .date = date };
	return true;
}

static bool find_source(struct reader *r, struct sv mark, struct service_fact *f)
{
	for (size_t i = 0; i < r->source_n; i++)
		if (sv_eq(r->source[i].mark, mark)) {
			f->source = r->source[i].place;
			f->date = r->source[i].date;
			r->source[i].used = true;
			return true;
		}
	return wrong(r, "there is no source \"%.*s\" above", SV_ARG(mark));
}

/* "VALUE | MARK" */
static bool split_source(struct reader *r, struct sv v, struct service_fact *f)
{
	size_t bar = v.n;
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '|')
			bar = i;
	struct sv mark = sv_trim(sv_sub(v, bar + 1, v.n));
	f->value = sv_trim(sv_sub(v, 0, bar));
	if (f->key <= SERVICE_KEY_HOME)
		return bar == v.n || wrong(r, "this line has no source");
	if (bar == v.n)
		return wrong(r, "\"| SOURCE\" or \"| unverified\" is missing");
	return sv_eq(mark, SV("unverified")) || find_source(r, mark, f);
}

static bool add_fact(struct reader *r, struct service_fact *f, struct sv v)
{
	struct service *s = r->now;
	const struct key *k = &keys[f->key];
	if (!split_source(r, v, f))
		return false;
	if (!f->value.n)
		return wrong(r, "\"%s\" has no value", k->word);
	if (s->fact_n == FACTS_MAX)
		return wrong(r, "more than %d facts", FACTS_MAX);
	for (size_t i = 0; i < s->fact_n; i++)
		if (r->fact[i].key == f->key &&
		    (k->once || sv_eq(r->fact[i].value, f->value)))
			return wrong(r, "\"%s\" is there twice", k->word);
	if (!check_form(r, k->form, f->value))
		return false;
	if (f->key == SERVICE_KEY_NAME)
		s->name = f->value;
	if (f->key == SERVICE_KEY_HOME)
		s->home = f->value;
	r->fact[s->fact_n++] = *f;
	return true;
}

static bool read_line(struct reader *r, struct sv line)
{
	struct service_fact f = { .key = SERVICE_KEYS };
	line = sv_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return true;
	if (sv_chr(line, ':') == line.n)
		return wrong(r, "a line is KEY: VALUE");
	struct sv key = sv_trim(sv_take_until(&line, ':'));
	struct sv value = sv_trim(line);
	if (sv_eq(key, SV("service")))
		return begin_service(r, value);
	if (!r->now)
		return wrong(r, "\"service: ID\" comes first");
	if (sv_has_prefix_fold(key, SV("source ")))
		return add_source(r, sv_trim(sv_sub(key, 7, key.n)), value);
	for (int k = 0; k < SERVICE_KEYS; k++)
		if (sv_eq(key, sv_from(keys[k].word)))
			f.key = (enum service_key)k;
	if (f.key == SERVICE_KEYS)
		return wrong(r, "\"%.*s\" is no key", SV_ARG(key));
	return add_fact(r, &f, value);
}

static int service_cmp(const void *x, const void *y)
{
	const struct service *a = x, *b = y;
	return sv_cmp(a->id, b->id);
}

static bool end_all(struct reader *r, struct service_catalogue *out)
{
	if (!end_service(r))
		return false;
	if (r->n)
		qsort(r->all, r->n, sizeof(*r->all), service_cmp);
	for (size_t i = 1; i < r->n; i++)
		if (sv_eq(r->all[i - 1].id, r->all[i].id))
			return wrong(r, "there are two services %.*s",
				     SV_ARG(r->all[i].id));
	out->n = r->n;
	out->service = arena_array(r->a, r->n + 1, sizeof(*out->service));
	if (r->n)
		memcpy(out->service, r->all, r->n * sizeof(*r->all));
	return true;
}

bool service_parse(struct sv text, struct arena *a, struct service_catalogue *out,
		   struct service_fault *fault)
{
	struct reader r = { .a = a, .fault = fault };
	struct sv line;
	bool ok = true;
	*out = (struct service_catalogue){ 0 };
	r.fact = heap_array(FACTS_MAX, sizeof(*r.fact));
	while (ok && sv_take_line(&text, &line)) {
		r.line++;
		ok = (utf8_is_valid(line) || wrong(&r, "this is not UTF-8")) &&
		     read_line(&r, line);
	}
	ok = ok && end_all(&r, out);
	free(r.fact);
	free(r.all);
	return ok;
}

const struct service *service_find(const struct service_catalogue *c, struct sv name)
{
	for (size_t i = 0; i < c->n; i++)
		if (sv_eq_fold(c->service[i].id, name))
			return &c->service[i];
	for (size_t i = 0; i < c->n; i++) {
		const struct service *s = &c->service[i];
		if (sv_eq_fold(s->name, name))
			return s;
		for (size_t k = 0; k < s->fact_n; k++)
			if (s->fact[k].key == SERVICE_KEY_LEGACY &&
			    sv_eq_fold(s->fact[k].value, name))
				return s;
	}
	return NULL;
}
