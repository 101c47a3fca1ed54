/* SPDX-License-Identifier: Apache-2.0 */
#include "app/senders_int.h"

#include "app/services.h"
#include "base/arena.h"
#include "store/book_mark.h"

#include <stdlib.h>

/* What a row is counted under. */
struct piece {
	const struct judged_row *row;
	struct sv name;
};

static struct sv address_text(const struct addr *a, struct arena *arena)
{
	char text[ADDR_TEXT];
	return arena_sv(arena, sv_from(addr_format(a, text)));
}

/* What hosts that are numbered have in common: the name above theirs. */
static struct sv above(struct sv host)
{
	struct sv up = sv_sub(host, sv_chr(host, '.') + 1, host.n);
	return sv_chr(up, '.') < up.n ? up : host;
}

/* Who passed it on: its host's service, or its return-path's, or its host. */
static struct sv forwarder_name(const struct service_row *r)
{
	const struct service_mail *m = &r->facet->mail;
	if (r->from->match.service)
		return r->from->match.service->name;
	if (m->return_path.n && !m->return_path_own)
		return m->return_path;
	return r->from->source.host_n ? above(r->from->source.host[0])
				      : SV("hosts without a name");
}

/* Services by their name; what is unknown by the name it passed in, else by its address.
 * Abuse is one, and so are the domain's own servers. */
static struct sv name_of(const struct service_row *r, bool addresses, struct arena *a)
{
	const struct addr *at = &r->from->source.address;
	if (addresses && at->kind != ADDR_NONE)
		return address_text(at, a);
	if (addresses)
		return SV("without an address");
	if (r->class == SERVICE_ABUSE && r->why != SERVICE_WHY_MARKED)
		return SV("unrelated networks");
	if (r->class == SERVICE_FORWARDED || r->class == SERVICE_MAYBE_FORWARDED)
		return forwarder_name(r);
	if (r->match->service)
		return r->match->service->name;
	if (r->class == SERVICE_OWN)
		return SV("own servers");
	struct sv name = service_mail_name(&r->facet->mail);
	if (name.n)
		return name;
	if (r->from->source.host_n)
		return above(r->from->source.host[0]);
	return at->kind == ADDR_NONE ? SV("without an address") : address_text(at, a);
}

static int piece_cmp(const void *x, const void *y)
{
	const struct piece *a = x, *b = y;
	const struct service_row *r = a->row->row, *q = b->row->row;
	int d = (r->class > q->class) - (r->class < q->class);
	d = d ? d : sv_cmp(a->name, b->name);
	/* They stand in the order of their addresses. */
	return d ? d : (r->from > q->from) - (r->from < q->from);
}

static bool is_same(const struct piece *a, const struct piece *b)
{
	return a->row->row->class == b->row->row->class && sv_eq(a->name, b->name);
}

static void add_row(struct app_sender *s, const struct judged_row *j)
{
	const struct service_row *r = j->row;
	const struct service_facet *f = r->facet;
	bool aligned = f->dkim_aligned || f->spf_aligned;
	s->messages += r->messages;
	s->dkim += f->dkim_aligned ? r->messages : 0;
	s->spf += f->spf_aligned ? r->messages : 0;
	s->passed += aligned ? r->messages : 0;
	if (j->first_day < s->first_day)
		s->first_day = j->first_day;
	if (j->last_day > s->last_day)
		s->last_day = j->last_day;
}

/* Pieces of one sender, source by source. */
static struct app_sender sum(const struct piece *p, size_t n)
{
	const struct service_row *first = p[0].row->row;
	struct app_sender s = { .service = first->match->service,
				.name = p[0].name,
				.class = first->class,
				.first_day = INT64_MAX,
				.last_day = INT64_MIN };
	uint64_t most = 0, of_source = 0, most_of_source = 0;
	for (size_t i = 0; i < n; i++) {
		const struct service_row *r = p[i].row->row;
		bool again = i && r->from == p[i - 1].row->row->from;
		add_row(&s, p[i].row);
		s.sources += !again;
		of_source = r->messages + (again ? of_source : 0);
		if (of_source > most_of_source) {
			most_of_source = of_source;
			s.source = r->from->source.address;
			s.host = r->from->source.host_n ? r->from->source.host[0]
							: SV("");
		}
		if (r->messages > most) {
			most = r->messages;
			s.why = r->why;
			s.match = *r->match;
		}
	}
	return s;
}

static int by_messages(const void *x, const void *y)
{
	const struct sender_group *g = x, *h = y;
	const struct app_sender *a = &g->sender, *b = &h->sender;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return sv_cmp(a->name, b->name);
}

static bool has_passed(const struct service_row *r)
{
	return r->facet->dkim_aligned || r->facet->spf_aligned;
}

static bool has_result(const struct service_row *r, enum app_result result)
{
	return result == APP_RESULT_ALL || has_passed(r) == (result == APP_RESULT_PASS);
}

static size_t list_pieces(const struct judged *j, const struct sender_filter *f,
			  struct arena *a, struct piece *out)
{
	size_t n = 0;
	for (size_t i = 0; i < j->n; i++) {
		const struct service_row *r = j->row[i].row;
		if (has_result(r, f->result) && (!f->class || r->class == *f->class) &&
		    (!f->service || r->match->service == f->service))
			out[n++] = (struct piece){ &j->row[i],
						   name_of(r, f->addresses, a) };
	}
	if (n)
		qsort(out, n, sizeof(*out), piece_cmp);
	return n;
}

size_t senders_group(const struct judged *j, const struct sender_filter *f,
		     struct arena *a, struct sender_group **out)
{
	struct piece *p = arena_array(a, j->n + 1, sizeof(*p));
	const struct judged_row **row = arena_array(a, j->n + 1, sizeof(*row));
	size_t n = list_pieces(j, f, a, p), groups = 0, end;
	*out = arena_array(a, n + 1, sizeof(**out));
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && is_same(&p[i], &p[end]);)
			end++;
		for (size_t k = i; k < end; k++)
			row[k] = p[k].row;
		(*out)[groups++] = (struct sender_group){ sum(p + i, end - i), row + i,
							  end - i };
	}
	if (groups)
		qsort(*out, groups, sizeof(**out), by_messages);
	return groups;
}

static void list_senders(const struct judged *j, const struct app_senders_options *o,
			 const struct service *service, struct arena *scratch,
			 struct arena *a, struct app_senders *out)
{
	struct sender_group *g;
	const struct sender_filter f = { service, o->has_class ? &o->class : NULL,
					 o->filter->result, o->addresses || service };
	size_t n = senders_group(j, &f, scratch, &g);
	out->sender = arena_array(a, n + 1, sizeof(*out->sender));
	for (size_t i = 0; i < n; i++)
		if (g[i].sender.first_day >= o->new_since)
			out->sender[out->n++] = g[i].sender;
	for (size_t i = 0; i < j->n; i++) {
		const struct service_row *r = j->row[i].row;
		if (!has_result(r, f.result))
			continue;
		out->messages += r->messages;
		out->of_class[r->class] += r->messages;
		out->passed += has_passed(r) ? r->messages : 0;
	}
}

/* Where each sender's largest source is. */
static void find_places(struct geo *g, struct app_senders *out, struct arena *a)
{
	for (size_t i = 0; g && i < out->n; i++)
		geo_find(g, &out->sender[i].source, a, &out->sender[i].place);
}

/* What was judged is of an arena that ends before what is told of it. */
static void keep_texts(struct app_senders *out, struct arena *a)
{
	for (size_t i = 0; i < out->n; i++) {
		struct app_sender *s = &out->sender[i];
		s->name = arena_sv(a, s->name);
		s->host = arena_sv(a, s->host);
		s->match.evidence = arena_sv(a, s->match.evidence);
	}
}

static bool judge(const struct scope *s, const struct judging *by,
		  const struct app_senders_options *o, struct app_senders *out,
		  struct err *err)
{
	struct judged j;
	struct scope scratch = *s;
	const struct service *service = NULL;
	if (o->service.n && !app_service_in(&by->catalogue, o->service, &service, err))
		return false;
	scratch.arena = arena_new();
	bool ok = judged_read(&scratch, by, s->filter.domain, out->line.use == APP_PARKED,
			      &j, err);
	if (ok) {
		out->more = j.more;
		out->named = j.named;
		list_senders(&j, o, service, scratch.arena, s->arena, out);
		keep_texts(out, s->arena);
	}
	arena_free(&scratch.arena);
	if (ok)
		find_places(by->geo, out, s->arena);
	return ok;
}

bool senders_read(const struct scope *s, const struct app_senders_options *o,
		  struct app_senders *out, struct err *err)
{
	struct judging by;
	scope_subject(s, s->filter.domain, &out->line);
	if (scope_is_empty(s))
		return true;
	bool ok = judging_begin(s, &by, err) && judge(s, &by, o, out, err);
	judging_end(&by);
	return ok;
}

bool app_senders(const struct app *app, const struct app_senders_options *o,
		 struct arena *a, struct app_senders *out, struct err *err)
{
	struct scope s;
	struct app_filter f = *o->filter;
	*out = (struct app_senders){ 0 };
	f.domain = scope_fold(o->domain, a);
	if (f.domain.n == 0)
		return err_set(err, ERR_USAGE, "the name of a domain is empty");
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = senders_read(&s, o, out, err);
	scope_close(&s);
	return ok;
}

/* --- marks --- */

static const char *const mark_words[] = {
	[SERVICE_MARK_NONE] = "none",
	[SERVICE_MARK_OWN] = "own",
	[SERVICE_MARK_KNOWN] = "known",
	[SERVICE_MARK_ABUSE] = "abuse",
};

const char *app_mark_word(enum service_mark m)
{
	return mark_words[m];
}

bool app_mark_named(struct sv word, enum service_mark *out)
{
	for (int i = 0; i <= SERVICE_MARK_ABUSE; i++)
		if (sv_eq(word, sv_from(mark_words[i]))) {
			*out = (enum service_mark)i;
			return true;
		}
	return false;
}

/* An address in its one form, or the id of a service. */
static bool read_subject(struct sv text, struct arena *a, struct app_marked *out,
			 struct err *err)
{
	struct addr at;
	const struct service *s;
	if (addr_parse(text, &at)) {
		out->subject = out->name = address_text(&at, a);
		return true;
	}
	if (!app_service(text, a, &s, err))
		return err_at(err, "that is no address, and ");
	out->subject = s->id;
	out->name = s->name;
	return true;
}

static bool put_mark(struct scope *s, const struct app_marked *m, int64_t now,
		     struct err *err)
{
	const struct book_mark b = { m->subject, (uint8_t)m->mark, now };
	if (!scope_entry_named(s, m->domain))
		return err_set(err, ERR_NO_INPUT,
			       "the domain %.*s is in no client's list: `postern domain "
			       "add` enters it",
			       SV_ARG(m->domain));
	return store_begin(s->store, err) &&
	       scope_commit(s, book_mark_set(s->store, m->domain, &b, err), err);
}

bool app_source_mark(const struct app *app, struct sv domain, struct sv subject,
		     enum service_mark mark, struct arena *a, struct app_marked *out,
		     struct err *err)
{
	struct scope s;
	*out = (struct app_marked){ .domain = scope_fold(domain, a), .mark = mark };
	if (!read_subject(subject, a, out, err) ||
	    !scope_open(&s, app, STORE_WRITE, NULL, a, err))
		return false;
	bool ok = put_mark(&s, out, app->now, err);
	scope_close(&s);
	return ok;
}

/* --- advice --- */

static bool can_align(const struct service *s, enum service_key key)
{
	for (size_t i = 0; s && i < s->fact_n; i++)
		if (s->fact[i].key == key)
			return !sv_has_prefix_fold(s->fact[i].value, SV("no"));
	return true;
}

static const char *advice_own(const struct app_sender *s)
{
	bool dkim = s->dkim * 100 >= s->messages * 95;
	bool spf = s->spf * 100 >= s->messages * 95;
	if (dkim && spf)
		return "nothing";
	if (dkim)
		return can_align(s->service, SERVICE_KEY_SPF_ALIGNS)
			       ? "nothing needed: DKIM passes; SPF could be aligned too"
			       : "nothing: DKIM passes, and SPF cannot align there";
	return can_align(s->service, SERVICE_KEY_DKIM_ALIGNS)
		       ? "set up DKIM in the domain's name: SPF alone breaks where mail "
			 "is "
			 "forwarded"
		       : "nothing can be done: it cannot sign in the domain's name";
}

const char *app_sender_advice(const struct app_sender *s)
{
	static const char *const advice[SERVICE_CLASSES] = {
		[SERVICE_NOT_ALIGNED] =
			"if it is yours, set up DKIM in the domain's name; "
			"if not, leave it to the policy",
		[SERVICE_FORWARDED] = "nothing: the signature holds",
		[SERVICE_MAYBE_FORWARDED] =
			"nothing: it is lost under a strict policy, as "
			"all that breaks signatures",
		[SERVICE_UNKNOWN] =
			"find out whose it is, and say so: postern source mark",
		[SERVICE_ABUSE] = "nothing: a stricter policy stops it",
	};
	if (s->why == SERVICE_WHY_FAILING)
		return "look at the domain's DKIM key and SPF record: it may be its own "
		       "mail "
		       "that fails";
	return s->class == SERVICE_OWN ? advice_own(s) : advice[s->class];
}
