/* SPDX-License-Identifier: Apache-2.0 */
#include "app/judged_int.h"

#include "app/services.h"
#include "base/arena.h"
#include "report/model.h"
#include "store/book_dns.h"
#include "store/book_mark.h"

#include <stdlib.h>

enum {
	LOOK_AT = 50000,               /* (source, facet) pairs with most messages */
	LOOK_BYTES = 32 * 1024 * 1024, /* of their facets; hostile ones are long */
	FACETS_FIRST = 64
};

struct reading {
	const struct scope *s;
	bool named; /* the DNS was asked, some time */
	struct sv name;
	int64_t day; /* the last that something was sent on: for which names are looked up
		      */
	const struct judging *by;
	struct service_from *from; /* by address */
	size_t from_n;
	struct judged_facet **slot; /* read so far: a hash table by id */
	size_t slots;               /* a power of two */
	size_t facet_n;
};

/* --- facets --- */

static bool is_own(struct sv name, struct sv domain)
{
	if (domain.n <= name.n)
		return sv_eq_fold(domain, name);
	return sv_has_suffix_fold(domain, name) && domain.p[domain.n - name.n - 1] == '.';
}

static bool is_pass(struct sv result)
{
	return sv_eq(result, SV("pass"));
}

/* Reasons by which a receiver says that others handled the mail on its way. */
static bool is_excuse(const struct report_reason *r)
{
	return sv_eq(r->type, SV("forwarded")) || sv_eq(r->type, SV("mailing_list")) ||
	       sv_eq(r->type, SV("trusted_forwarder"));
}

/* ... and that an ARC chain verifies, which anybody can seal. */
static bool is_seal(const struct report_reason *r)
{
	return sv_eq(r->type, SV("local_policy")) &&
	       sv_find_fold(r->comment, SV("arc=pass")) < r->comment.n;
}

/* Where the key of a signature lies, as far as the DNS was asked. */
static bool find_target(const struct reading *r, struct service_signature *g,
			struct err *err)
{
	struct book_dns_name *name;
	size_t n;
	if (!r->named || !g->own || !g->selector.n)
		return true;
	char *text = arena_printf(r->s->arena, "%.*s._domainkey.%.*s",
				  SV_ARG(g->selector), SV_ARG(g->domain));
	struct sv key = scope_fold(sv_from(text), r->s->arena);
	if (!book_dns_names(r->s->store, BOOK_DNS_KEY, key, r->day, r->s->arena, &name,
			    &n, err))
		return false;
	if (n)
		g->target = name[0].name;
	return true;
}

static bool add_signatures(const struct reading *r, const struct report_facet *f,
			   struct service_facet *out, struct err *err)
{
	struct service_signature *good = arena_array(r->s->arena, f->auth_dkim_n + 1,
						     sizeof(*good));
	struct service_signature *bad = arena_array(r->s->arena, f->auth_dkim_n + 1,
						    sizeof(*bad));
	for (size_t i = 0; i < f->auth_dkim_n; i++) {
		const struct report_auth *a = &f->auth_dkim[i];
		struct service_signature g = { .domain = a->domain,
					       .selector = a->selector,
					       .own = is_own(r->name, a->domain) };
		if (!a->domain.n)
			continue;
		if (is_pass(a->result) && !find_target(r, &g, err))
			return false;
		if (is_pass(a->result))
			good[out->mail.signature_n++] = g;
		else if (g.own)
			bad[out->broken_n++] = g;
	}
	out->mail.signature = good;
	out->broken = bad;
	return true;
}

/* A return-path's domain before that of a HELO. */
static void add_return_path(const struct reading *r, const struct report_facet *f,
			    struct service_facet *out)
{
	for (size_t i = 0; i < f->auth_spf_n; i++) {
		const struct report_auth *a = &f->auth_spf[i];
		bool helo = sv_eq(a->scope, SV("helo"));
		if (is_pass(a->result) && (!helo || !out->mail.return_path.n))
			out->mail.return_path = a->domain;
	}
	out->mail.return_path_own = is_own(r->name, out->mail.return_path);
}

static void read_strict(const struct report_facet *f, struct judged_facet *out)
{
	const struct service_mail *m = &out->f.mail;
	out->author = f->header_from;
	for (size_t i = 0; i < m->signature_n; i++)
		out->dkim_strict |= out->f.dkim_aligned &&
				    sv_eq_fold(m->signature[i].domain, out->author);
	out->spf_strict = out->f.spf_aligned && sv_eq_fold(m->return_path, out->author);
}

static bool read_facet(const struct reading *r, int64_t id, struct judged_facet **out,
		       struct err *err)
{
	struct judged_facet *whole = arena_alloc(r->s->arena, sizeof(*whole));
	struct service_facet *to = &whole->f;
	struct report_facet f;
	struct sv bytes;
	bool passed;
	*whole = (struct judged_facet){ .id = id };
	*out = whole;
	if (!facts_facet_bytes(r->s->store, id, r->s->arena, &bytes, &passed, err))
		return false;
	if (!report_facet_decode(bytes, r->s->arena, &f))
		return true;
	to->dkim_aligned = is_pass(f.dkim);
	to->spf_aligned = is_pass(f.spf);
	for (size_t i = 0; i < f.reason_n; i++) {
		to->excused = to->excused || is_excuse(&f.reason[i]);
		to->sealed = to->sealed || is_seal(&f.reason[i]);
	}
	if (!add_signatures(r, &f, to, err))
		return false;
	add_return_path(r, &f, to);
	service_of_mail(r->by->ix, &to->mail, &to->match);
	read_strict(&f, whole);
	return true;
}

/* --- sources --- */

static int from_cmp(const void *a, const void *b)
{
	const struct service_from *x = a, *y = b;
	return addr_cmp(&x->source.address, &y->source.address);
}

bool judging_hosts(const struct judging *j, int64_t day, struct arena *a,
		   struct service_source *out, struct err *err)
{
	struct book_dns_name *name;
	size_t n;
	if (!book_hosts_names(j->hosts, &out->address, day, a, &name, &n, err))
		return false;
	if (n == 0)
		return true;
	struct sv *host = arena_array(a, n, sizeof(*host));
	for (size_t i = 0; i < n; i++)
		if (name[i].confirmed)
			host[out->host_n++] = name[i].name;
	out->host = host;
	return true;
}

/* Where a pair comes from. */
struct origin {
	struct addr address;
	size_t pair;
};

static int origin_cmp(const void *a, const void *b)
{
	const struct origin *x = a, *y = b;
	return addr_cmp(&x->address, &y->address);
}

static void see_days(struct service_from *from, const struct facts_by_facet *f)
{
	if (f->first_day < from->first_day)
		from->first_day = f->first_day;
	if (f->last_day > from->last_day)
		from->last_day = f->last_day;
}

/* Sources, each once; out_from[i] is that of pair i. Each is judged by the names that
 * were seen nearest to when it sent last. */
static bool read_sources(struct reading *r, const struct facts_by_facet *f, size_t n,
			 struct service_from **out_from, struct err *err)
{
	struct origin *o = arena_array(r->s->arena, n + 1, sizeof(*o));
	size_t distinct = 0;
	for (size_t i = 0; i < n; i++) {
		r->day = i == 0 || f[i].last_day > r->day ? f[i].last_day : r->day;
		o[i] = (struct origin){ f[i].source, i };
	}
	if (n)
		qsort(o, n, sizeof(*o), origin_cmp);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || origin_cmp(&o[i - 1], &o[i]) != 0;
	r->from = arena_array(r->s->arena, distinct + 1, sizeof(*r->from));
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || origin_cmp(&o[i - 1], &o[i]) != 0)
			r->from[r->from_n++] =
				(struct service_from){ .source.address = o[i].address,
						       .first_day = INT64_MAX,
						       .last_day = INT64_MIN };
		out_from[o[i].pair] = &r->from[r->from_n - 1];
	}
	for (size_t i = 0; i < n; i++)
		see_days(out_from[i], &f[i]);
	for (size_t i = 0; i < r->from_n; i++) {
		struct service_from *from = &r->from[i];
		if (r->named && !judging_hosts(r->by, from->last_day, r->s->arena,
					       &from->source, err))
			return false;
		r->from[i].source.as = geo_as(r->by->geo, &r->from[i].source.address);
		service_of_source(r->by->ix, &r->from[i].source, &r->from[i].match);
	}
	return true;
}

static struct service_from *from_of(const struct reading *r, const struct addr *a)
{
	const struct service_from want = { .source.address = *a };
	return bsearch(&want, r->from, r->from_n, sizeof(want), from_cmp);
}

/* --- marks --- */

static enum service_mark mark_of(const struct book_mark *m)
{
	return m->mark <= SERVICE_MARK_ABUSE ? (enum service_mark)m->mark
					     : SERVICE_MARK_NONE;
}

/* The user's word of addresses goes to them, that of services to *out. */
static bool read_marks(const struct reading *r, const struct service_catalogue *c,
		       struct service_marked **out, size_t *out_n, struct err *err)
{
	struct book_mark *m;
	size_t n;
	*out_n = 0;
	if (!book_marks(r->s->store, r->name, r->s->arena, &m, &n, err))
		return false;
	*out = arena_array(r->s->arena, n + 1, sizeof(**out));
	for (size_t i = 0; i < n; i++) {
		struct addr at;
		struct service_from *from;
		if (!addr_parse(m[i].subject, &at))
			(*out)[(*out_n)++] = (struct service_marked){
				service_find(c, m[i].subject), mark_of(&m[i])
			};
		else if ((from = from_of(r, &at)))
			from->mark = mark_of(&m[i]);
	}
	return true;
}

/* --- all of it --- */

static struct judged_facet **slot_of(const struct reading *r, int64_t id)
{
	uint64_t h = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(h >> 32) & (r->slots - 1);
	while (r->slot[at] && r->slot[at]->id != id)
		at = (at + 1) & (r->slots - 1);
	return &r->slot[at];
}

static void grow_slots(struct reading *r)
{
	struct judged_facet **old = r->slot;
	size_t n = r->slots;
	r->slots = n ? n * 2 : FACETS_FIRST;
	r->slot = arena_array(r->s->arena, r->slots, sizeof(struct judged_facet *));
	for (size_t i = 0; i < n; i++)
		if (old[i])
			*slot_of(r, old[i]->id) = old[i];
}

/* Each is read once, when a row of it comes. */
static bool facet_of(struct reading *r, int64_t id, struct judged_facet **out,
		     struct err *err)
{
	if (r->facet_n * 2 >= r->slots)
		grow_slots(r);
	struct judged_facet **at = slot_of(r, id);
	if (!*at) {
		if (!read_facet(r, id, at, err))
			return false;
		r->facet_n++;
	}
	*out = *at;
	return true;
}

/* Pairs with most messages come first: where their facets are too much to hold, it is
 * the least of them that are not looked at. */
static bool read_rows(struct reading *r, const struct facts_by_facet *f, size_t n,
		      struct service_from *const *from, struct service_row *row,
		      struct judged *out, struct err *err)
{
	struct judged_facet *facet = NULL;
	for (size_t i = 0; i < n; i++) {
		if (arena_used(r->s->arena) > LOOK_BYTES) {
			out->more = true;
			break;
		}
		if (!facet_of(r, f[i].facet, &facet, err))
			return false;
		row[i] = (struct service_row){ .facet = &facet->f,
					       .from = from[i],
					       .messages = f[i].messages };
		out->row[out->n++] = (struct judged_row){ &row[i], facet, f[i].first_day,
							  f[i].last_day };
	}
	return true;
}

bool judging_begin(const struct scope *s, struct judging *out, struct err *err)
{
	*out = (struct judging){ .geo = NULL };
	if (!app_services(s->arena, &out->catalogue, err) ||
	    !geo_open(s->app->geo_country, s->app->geo_as, s->arena, &out->geo, err))
		return false;
	out->ix = service_index_new(&out->catalogue, s->arena);
	out->hosts = book_hosts_new(s->store);
	return true;
}

void judging_end(struct judging *j)
{
	geo_close(&j->geo);
	book_hosts_free(&j->hosts);
}

bool judged_read(const struct scope *s, const struct judging *by, struct sv name,
		 bool parked, struct judged *out, struct err *err)
{
	struct reading r = { .s = s, .name = name, .by = by };
	struct facts_query q = scope_query(s);
	q.result = FACTS_ALL; /* what one is follows from what passed and what failed */
	struct facts_by_facet *f;
	size_t n;
	uint64_t all;
	*out = (struct judged){ 0 };
	if (!facts_pairs(s->store, &q, LOOK_AT, s->arena, &f, &n, &all, err))
		return false;
	out->more = all > n;
	struct service_from **from = arena_array(s->arena, n + 1,
						 sizeof(struct service_from *));
	if (!book_dns_any(s->store, &r.named, err) || !read_sources(&r, f, n, from, err))
		return false;
	out->named = r.named;
	struct service_row *row = arena_array(s->arena, n + 1, sizeof(*row));
	out->row = arena_array(s->arena, n + 1, sizeof(*out->row));
	if (!read_rows(&r, f, n, from, row, out, err))
		return false;
	struct service_marked *marked;
	size_t marked_n;
	if (!read_marks(&r, &by->catalogue, &marked, &marked_n, err))
		return false;
	const struct service_domain d = { .row = row,
					  .row_n = out->n,
					  .from = r.from,
					  .from_n = r.from_n,
					  .parked = parked,
					  .marked = marked,
					  .marked_n = marked_n };
	service_judge(&d, s->arena);
	return true;
}

/* --- day by day --- */

struct by_day {
	const struct judged_row **row; /* by source, then facet */
	size_t n;
	judged_take *take;
	void *ctx;
};

static int pair_cmp(const struct addr *a, int64_t f, const struct addr *b, int64_t g)
{
	int d = addr_cmp(a, b);
	return d ? d : (f > g) - (f < g);
}

static int by_pair(const void *x, const void *y)
{
	const struct judged_row *const *a = x, *const *b = y;
	return pair_cmp(&(*a)->row->from->source.address, (*a)->facet->id,
			&(*b)->row->from->source.address, (*b)->facet->id);
}

static int find_pair(const void *key, const void *element)
{
	const struct facts_on_day *d = key;
	const struct judged_row *const *r = element;
	return pair_cmp(&d->source, d->facet, &(*r)->row->from->source.address,
			(*r)->facet->id);
}

static void take_day(void *ctx, const struct facts_on_day *d)
{
	const struct by_day *b = ctx;
	const struct judged_row *const *r =
		b->n ? bsearch(d, b->row, b->n, sizeof(*b->row), find_pair) : NULL;
	if (r)
		b->take(b->ctx, *r, d->day, d->messages);
}

bool judged_days(const struct scope *s, const struct judged *j, judged_take *take,
		 void *ctx, struct err *err)
{
	struct facts_query q = scope_query(s);
	struct by_day b = { .row = arena_array(s->arena, j->n + 1, sizeof(*b.row)),
			    .n = j->n,
			    .take = take,
			    .ctx = ctx };
	q.result = FACTS_ALL;
	for (size_t i = 0; i < j->n; i++)
		b.row[i] = &j->row[i];
	if (j->n)
		qsort(b.row, j->n, sizeof(*b.row), by_pair);
	return facts_each_day(s->store, &q, take_day, &b, err);
}
