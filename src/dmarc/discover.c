/* SPDX-License-Identifier: Apache-2.0 */
#include "dmarc/dmarc.h"

#include "base/arena.h"

/* A name of the walk that has a record. */
struct stop {
	struct sv name, text;
	struct record_dmarc record;
	bool usable; /* its policy can be read */
};

struct walk {
	struct stop stop[DMARC_WALK]; /* the longest name first */
	size_t n;
	bool failed; /* a question had no answer */
};

/* The one DMARC record at a name; none where there are several (4.10.1). */
static void look(struct walk *w, struct sv name, struct dns_asker *k, struct arena *a)
{
	const char *at = arena_printf(a, "_dmarc.%.*s", SV_ARG(name));
	const struct dns_answer *answer = dns_ask(k, sv_from(at), DNS_TXT);
	struct stop s = { .name = name };
	size_t records = 0;
	w->failed = w->failed || answer->status == DNS_FAILED ||
		    answer->status == DNS_TIMED_OUT;
	for (size_t i = 0; i < answer->n; i++)
		if (record_is_dmarc(answer->record[i])) {
			s.text = arena_sv(a, answer->record[i]);
			records++;
		}
	const char *why;
	if (records != 1)
		return;
	s.usable = record_dmarc_read(s.text, &s.record, &why);
	w->stop[w->n++] = s;
}

static size_t labels_of(struct sv name)
{
	size_t n = name.n > 0;
	for (size_t i = 0; i < name.n; i++)
		n += name.p[i] == '.';
	return n;
}

/* The name above; empty above the last. */
static struct sv above(struct sv name)
{
	return sv_sub(name, sv_chr(name, '.') + 1, name.n);
}

static void walk_up(struct sv name, struct dns_asker *k, struct arena *a, struct walk *w)
{
	*w = (struct walk){ .n = 0 };
	look(w, name, k, a);
	for (size_t n = labels_of(name); n > DMARC_WALK; n--)
		name = above(name);
	for (name = above(name); name.n; name = above(name)) {
		if (w->n && w->stop[w->n - 1].record.psd != RECORD_PSD_UNSAID)
			return;
		look(w, name, k, a);
	}
}

/* One label below a public suffix, towards the name. */
static struct sv below(struct sv suffix, struct sv name)
{
	struct sv s = name;
	while (s.n && above(s).n > suffix.n)
		s = above(s);
	return s;
}

/* 4.10.2: from the longest name to the shortest. */
static struct sv organization_of(const struct walk *w, struct sv name)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct stop *s = &w->stop[i];
		if (s->record.psd == RECORD_PSD_NO)
			return s->name;
		if (s->record.psd == RECORD_PSD_YES && s->name.n < name.n)
			return below(s->name, name);
	}
	return w->n ? w->stop[w->n - 1].name : name;
}

static const struct stop *stop_at(const struct walk *w, struct sv name)
{
	for (size_t i = 0; i < w->n; i++)
		if (sv_eq(w->stop[i].name, name))
			return &w->stop[i];
	return NULL;
}

/* The author's own record, else that of its organization, else the public suffix's: no
 * other between (4.10.1). */
static const struct stop *choose(const struct walk *w, struct sv author,
				 struct sv organization)
{
	const struct stop *s = stop_at(w, author);
	s = s ? s : stop_at(w, organization);
	for (size_t i = 0; !s && i < w->n; i++)
		if (w->stop[i].record.psd == RECORD_PSD_YES)
			s = &w->stop[i];
	return s;
}

void dmarc_find_policy(struct sv author, struct dns_asker *k, struct arena *a,
		       struct dmarc_policy *out)
{
	struct walk w;
	*out = (struct dmarc_policy){ .found = DMARC_NO_RECORD, .exists = true };
	walk_up(author, k, a, &w);
	out->organization = organization_of(&w, author);
	if (w.failed) {
		out->found = DMARC_NO_ANSWER;
		return;
	}
	const struct stop *s = choose(&w, author, out->organization);
	if (!s || !s->usable)
		return;
	out->found = DMARC_FOUND;
	out->domain = s->name;
	out->text = s->text;
	out->record = s->record;
	out->inherited = s->name.n != author.n;
	out->policy = s->record.p;
	if (!out->inherited)
		return;
	out->policy = s->record.sp;
	/* RFC 8020: only where the DNS says so is a name not there. */
	if (s->record.np != s->record.sp) {
		const struct dns_answer *there = dns_ask(k, author, DNS_A);
		out->exists = there->status != DNS_NO_NAME;
		if (there->status == DNS_FAILED || there->status == DNS_TIMED_OUT)
			out->found = DMARC_NO_ANSWER;
	}
	if (!out->exists)
		out->policy = s->record.np;
}

bool dmarc_organization(struct sv name, struct dns_asker *k, struct arena *a,
			struct sv *out)
{
	struct walk w;
	walk_up(name, k, a, &w);
	*out = organization_of(&w, name);
	return !w.failed;
}

bool dmarc_is_aligned(struct sv author, struct sv name, bool strict, struct dns_asker *k,
		      struct arena *a, bool *told)
{
	struct sv x, y;
	*told = true;
	if (sv_eq_fold(author, name))
		return true;
	if (strict)
		return false;
	*told = dmarc_organization(author, k, a, &x) &&
		dmarc_organization(name, k, a, &y);
	return *told && sv_eq_fold(x, y);
}
