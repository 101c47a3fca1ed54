/* SPDX-License-Identifier: Apache-2.0 */
#include "app/scope_int.h"

#include "app/owner.h"
#include "base/arena.h"
#include "base/date.h"
#include "store/book_month.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sv scope_fold(struct sv name, struct arena *a)
{
	name = sv_trim(name);
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	char *p = arena_str(a, name);
	for (size_t i = 0; i < name.n; i++)
		p[i] = ascii_lower(p[i]);
	return (struct sv){ p, name.n };
}

static int by_policy_id(const void *a, const void *b)
{
	const struct book_policy_domain *x = a, *y = b;
	return (x->id > y->id) - (x->id < y->id);
}

static int by_client_name(const void *a, const void *b)
{
	const struct book_client *x = a, *y = b;
	return sv_cmp(x->name, y->name);
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static bool open_store(struct scope *s, const struct app *app, enum store_mode mode,
		       struct err *err)
{
	if (mode != STORE_CREATE && access(app->db, F_OK) != 0 && errno == ENOENT)
		return err_set(err, ERR_NO_INPUT,
			       "there is no database at %s yet: `postern ingest PATH` or "
			       "`postern client add` makes one",
			       app->db);
	struct store_options o = {
		.path = app->db, .mode = mode, .checks = app->checks, .stop = app->stop
	};
	s->store = store_open(&o, err);
	return s->store && (mode != STORE_READ || store_snapshot(s->store, err));
}

static bool read_book(struct scope *s, struct err *err)
{
	if (!book_clients(s->store, s->arena, &s->client, &s->client_n, err) ||
	    !book_domains(s->store, s->arena, &s->entry, &s->entry_n, err) ||
	    !book_policy_domains(s->store, s->arena, &s->policy, &s->policy_n, err))
		return false;
	if (s->client_n)
		qsort(s->client, s->client_n, sizeof(*s->client), by_client_name);
	owner_sort(s->entry, s->entry_n);
	if (s->policy_n)
		qsort(s->policy, s->policy_n, sizeof(*s->policy), by_policy_id);
	s->owner = arena_array(s->arena, s->policy_n + 1, sizeof(struct book_domain *));
	for (size_t i = 0; i < s->policy_n; i++)
		s->owner[i] = owner_of(s->entry, s->entry_n, s->policy[i].name);
	return true;
}

const struct book_policy_domain *scope_policy(const struct scope *s, int64_t id)
{
	struct book_policy_domain key = { .id = id };
	return s->policy_n
		       ? bsearch(&key, s->policy, s->policy_n, sizeof(key), by_policy_id)
		       : NULL;
}

const struct book_client *scope_client(const struct scope *s, int64_t id)
{
	for (size_t i = 0; i < s->client_n; i++)
		if (s->client[i].id == id)
			return &s->client[i];
	return NULL;
}

const struct book_client *scope_client_named(const struct scope *s, struct sv name)
{
	name = sv_trim(name);
	for (size_t i = 0; i < s->client_n; i++)
		if (sv_eq_fold(s->client[i].name, name))
			return &s->client[i];
	return NULL;
}

const struct book_domain *scope_entry_named(const struct scope *s, struct sv name)
{
	const struct book_domain *o = owner_of(s->entry, s->entry_n, name);
	return o && sv_eq(o->name, name) ? o : NULL;
}

/* What a filter means, once its names are found in the book. */
struct selection {
	bool by_client, by_entry, by_name;
	int64_t client; /* 0: nobody's */
	const struct book_domain *entry;
	struct sv name;
};

static bool read_filter(const struct scope *s, struct selection *out, struct err *err)
{
	const struct app_filter *f = &s->filter;
	*out = (struct selection){ .by_client = f->client.n > 0 };
	if (out->by_client && !sv_eq_fold(sv_trim(f->client), APP_UNASSIGNED)) {
		const struct book_client *c = scope_client_named(s, f->client);
		if (!c)
			return err_set(err, ERR_NO_INPUT,
				       "there is no client \"%.*s\"; `postern client "
				       "list` names them",
				       SV_ARG(f->client));
		out->client = c->id;
	}
	if (f->domain.n) {
		out->name = scope_fold(f->domain, s->arena);
		out->entry = scope_entry_named(s, out->name);
		out->by_entry = out->entry != NULL;
		out->by_name = !out->by_entry;
	}
	return true;
}

static bool is_selected(const struct selection *sel, const struct book_domain *owner,
			struct sv name)
{
	if (sel->by_client && (owner ? owner->client : 0) != sel->client)
		return false;
	if (sel->by_entry && owner != sel->entry)
		return false;
	return !sel->by_name || owner_covers(sel->name, name);
}

bool scope_selects(const struct scope *s, const struct book_domain *owner, struct sv name)
{
	struct selection sel;
	struct err ignored;
	return read_filter(s, &sel, &ignored) && is_selected(&sel, owner, name);
}

static bool select_domains(struct scope *s, struct err *err)
{
	struct selection sel;
	if (!read_filter(s, &sel, err))
		return false;
	s->whole = !sel.by_client && !sel.by_entry && !sel.by_name;
	s->id = arena_array(s->arena, s->policy_n + 1, sizeof(*s->id));
	for (size_t i = 0; i < s->policy_n; i++)
		if (is_selected(&sel, s->owner[i], s->policy[i].name))
			s->id[s->id_n++] = s->policy[i].id;
	if (s->id_n == 0 && sel.by_name)
		return err_set(err, ERR_NO_INPUT,
			       "nothing is known of the domain %.*s: it is in no "
			       "report and no client has it",
			       SV_ARG(sel.name));
	return true;
}

bool scope_open_store(struct scope *s, const struct app *app, enum store_mode mode,
		      const struct app_filter *filter, struct arena *a, struct err *err)
{
	*s = (struct scope){ .app = app,
			     .arena = a,
			     .filter = filter ? *filter : app_filter_all() };
	return open_store(s, app, mode, err);
}

bool scope_read(struct scope *s, struct err *err)
{
	return read_book(s, err) && select_domains(s, err);
}

bool scope_open(struct scope *s, const struct app *app, enum store_mode mode,
		const struct app_filter *filter, struct arena *a, struct err *err)
{
	if (scope_open_store(s, app, mode, filter, a, err) && scope_read(s, err))
		return true;
	scope_close(s);
	return false;
}

void scope_close(struct scope *s)
{
	store_close(&s->store);
}

bool scope_is_empty(const struct scope *s)
{
	return s->id_n == 0;
}

bool scope_has(const struct scope *s, int64_t policy_id)
{
	return s->id_n && bsearch(&policy_id, s->id, s->id_n, sizeof(*s->id), by_number);
}

struct facts_query scope_query(const struct scope *s)
{
	static const enum facts_result results[] = {
		[APP_RESULT_ALL] = FACTS_ALL,
		[APP_RESULT_PASS] = FACTS_PASSED,
		[APP_RESULT_FAIL] = FACTS_FAILED,
	};
	return (struct facts_query){
		.domains = s->whole ? NULL : s->id,
		.domain_n = s->whole ? 0 : s->id_n,
		.day_from = s->filter.day_from,
		.day_to = s->filter.day_to,
		.result = results[s->filter.result],
	};
}

struct book_report_filter scope_reports(const struct scope *s)
{
	return (struct book_report_filter){
		.domain_ids = s->whole ? NULL : s->id,
		.domain_n = s->whole ? 0 : s->id_n,
		.day_from = s->filter.day_from,
		.day_to = s->filter.day_to,
		.only_passing = s->filter.result == APP_RESULT_PASS,
		.only_failing = s->filter.result == APP_RESULT_FAIL,
	};
}

size_t scope_owned(const struct scope *s, const struct book_domain *entry,
		   int64_t **out_ids)
{
	size_t n = 0;
	*out_ids = arena_array(s->arena, s->policy_n + 1, sizeof(int64_t));
	for (size_t i = 0; i < s->policy_n; i++)
		if (s->owner[i] == entry)
			(*out_ids)[n++] = s->policy[i].id;
	return n;
}

bool scope_commit(struct scope *s, bool ok, struct err *err)
{
	if (ok && store_commit(s->store, err))
		return true;
	store_rollback(s->store);
	return false;
}

/* Is a month that begins or ends outside of the range one of these? */
static bool cuts_month(const struct scope *s, struct book_month_query q, bool *out,
		       struct err *err)
{
	const struct app_filter *f = &s->filter;
	/* The first begins a month, or the second ends one, where nothing is cut. */
	const int64_t edge[2] = { f->day_from, f->day_to };
	*out = false;
	for (int i = 0; i < 2 && !*out; i++) {
		if (edge[i] == INT64_MIN || edge[i] == INT64_MAX)
			continue;
		int64_t month = date_month_of(edge[i]), last;
		if (edge[i] + i == date_month_start(month + i))
			continue;
		q.month_from = q.month_to = month;
		if (!book_month_last(s->store, &q, &last, out, err))
			return false;
	}
	return true;
}

bool scope_sealed(const struct scope *s, bool *out, int64_t *out_from, bool *out_cut,
		  struct err *err)
{
	const struct book_month_query q = { .kind = KIND_AGGREGATE,
					    .domains = s->whole ? NULL : s->id,
					    .domain_n = s->whole ? 0 : s->id_n,
					    .month_from = INT64_MIN,
					    .month_to = INT64_MAX };
	int64_t month;
	if (!book_month_last(s->store, &q, &month, out, err))
		return false;
	*out_from = *out ? date_month_start(month + 1) : 0;
	*out = *out && s->filter.day_from < *out_from;
	return cuts_month(s, q, out_cut, err);
}

/* --- lines: one a domain --- */

struct lines {
	const struct scope *s;
	struct app_domain_line *line; /* of each entry, then of each policy domain */
	size_t n;
};

size_t scope_line_of(const struct scope *s, int64_t policy_id)
{
	const struct book_policy_domain *p = scope_policy(s, policy_id);
	if (!p)
		return SCOPE_NO_LINE; /* another process entered it after the book was
					 read */
	size_t i = (size_t)(p - s->policy);
	return s->owner[i] ? (size_t)(s->owner[i] - s->entry) : s->entry_n + i;
}

static struct app_domain_line *line_of(const struct lines *l, int64_t policy_id)
{
	size_t i = scope_line_of(l->s, policy_id);
	return i == SCOPE_NO_LINE ? NULL : &l->line[i];
}

static struct app_domain_line entry_line(const struct scope *s,
					 const struct book_domain *e)
{
	const struct book_client *c = scope_client(s, e->client);
	return (struct app_domain_line){
		.name = e->name,
		.client = c ? c->name : SV("?"),
		.assigned = true,
		.retired = e->retired || (c && c->retired),
		.use = e->use == DOMAIN_PARKED ? APP_PARKED : APP_SENDING,
		.since = e->created,
	};
}

void scope_subject(const struct scope *s, struct sv name, struct app_domain_line *out)
{
	const struct book_domain *o = owner_of(s->entry, s->entry_n, name);
	*out = (struct app_domain_line){ 0 };
	if (o)
		*out = entry_line(s, o);
	for (size_t i = 0; !o && i < s->policy_n; i++)
		if (sv_eq(s->policy[i].name, name))
			out->refused = s->policy[i].refused;
	out->name = name;
}

void scope_line_name(const struct scope *s, size_t line, struct app_domain_line *out)
{
	if (line < s->entry_n)
		*out = entry_line(s, &s->entry[line]);
	else
		*out = (struct app_domain_line){
			.name = s->policy[line - s->entry_n].name,
			.refused = s->policy[line - s->entry_n].refused,
		};
}

static void name_lines(struct lines *l)
{
	for (size_t i = 0; i < l->s->entry_n + l->s->policy_n; i++)
		scope_line_name(l->s, i, &l->line[i]);
}

/* Reports with such messages; where all count, the facts say how many there are. */
static bool count_reports(struct lines *l, struct err *err)
{
	struct book_report_filter f = scope_reports(l->s);
	if (l->s->filter.result == APP_RESULT_ALL)
		return true;
	int64_t *id;
	uint64_t *count;
	size_t n;
	if (!book_reports_per_domain(l->s->store, &f, l->s->arena, &id, &count, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct app_domain_line *line = line_of(l, id[i]);
		if (line)
			line->f.reports += count[i];
	}
	return true;
}

static bool count_facts(struct lines *l, struct err *err)
{
	struct facts_query q = scope_query(l->s);
	struct facts_by_domain *d;
	size_t n;
	if (!facts_domains(l->s->store, &q, l->s->arena, &d, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct app_domain_line *line = line_of(l, d[i].domain);
		if (!line)
			continue;
		struct app_figures f = { q.result == FACTS_ALL ? d[i].reports : 0,
					 d[i].sum.rows, d[i].sum.messages,
					 d[i].sum.passed };
		app_figures_add(&line->f, &f);
		/* A row without messages passes and fails nothing. */
		if (q.result != FACTS_ALL && f.messages == 0)
			continue;
		if (!line->seen || d[i].first_day < line->first_day)
			line->first_day = d[i].first_day;
		if (!line->seen || d[i].last_day > line->last_day)
			line->last_day = d[i].last_day;
		line->seen = true;
	}
	return true;
}

static int by_client_and_volume(const void *a, const void *b)
{
	const struct app_domain_line *x = a, *y = b;
	if (x->assigned != y->assigned)
		return x->assigned ? -1 : 1;
	int c = sv_cmp(x->client, y->client);
	if (c)
		return c;
	if (x->f.messages != y->f.messages)
		return x->f.messages > y->f.messages ? -1 : 1;
	return sv_cmp(x->name, y->name);
}

/* Does the line stand in the answer? `i` is its place before sorting. */
static bool is_wanted(const struct lines *l, size_t i, bool also_idle)
{
	const struct scope *s = l->s;
	const struct app_domain_line *line = &l->line[i];
	bool counts = line->f.reports || line->f.rows || line->f.messages;
	if (i >= s->entry_n) {
		return !s->owner[i - s->entry_n] &&
		       scope_has(s, s->policy[i - s->entry_n].id) &&
		       (counts || also_idle);
	}
	if (counts)
		return true;
	return (also_idle || !line->retired) &&
	       scope_selects(s, &s->entry[i], line->name);
}

bool scope_lines(const struct scope *s, bool also_idle, struct app_domain_line **out,
		 size_t *out_n, struct err *err)
{
	size_t all = s->entry_n + s->policy_n, n = 0;
	struct lines l = { .s = s };
	l.line = arena_array(s->arena, all + 1, sizeof(*l.line));
	name_lines(&l);
	if (!scope_is_empty(s) && (!count_reports(&l, err) || !count_facts(&l, err)))
		return false;
	for (size_t i = 0; i < all; i++)
		if (is_wanted(&l, i, also_idle))
			l.line[n++] = l.line[i];
	if (n)
		qsort(l.line, n, sizeof(*l.line), by_client_and_volume);
	*out = l.line;
	*out_n = n;
	return true;
}
