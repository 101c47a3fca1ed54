/* SPDX-License-Identifier: Apache-2.0 */
#include "app/volume.h"

#include "app/tls_int.h"
#include "base/arena.h"
#include "base/date.h"
#include "store/book_month.h"

#include <stdlib.h>
#include <string.h>

/* What one domain had of a kind in a month. */
struct piece {
	int64_t month;
	size_t line;
	enum book_kind kind;
	uint64_t reports, messages, passed;
	bool apart; /* the total counts these reports in another way */
};

struct work {
	const struct scope *s;
	struct app_volume *out;
	struct app_volume_group
		*group; /* one a client of the book, then the unassigned */
	struct piece *piece;
	size_t n, cap;
};

static struct piece *add(struct work *w, enum book_kind kind, int64_t month, size_t line)
{
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 1024;
		w->piece = heap_grow(w->piece, w->cap, sizeof(*w->piece));
	}
	struct piece *p = &w->piece[w->n++];
	*p = (struct piece){ .month = month, .line = line, .kind = kind };
	return p;
}

/* The same for a policy domain; nothing where it came after the book was read. */
static void add_reports(struct work *w, enum book_kind kind, int64_t month,
			int64_t domain, uint64_t reports)
{
	size_t line = scope_line_of(w->s, domain);
	if (line != SCOPE_NO_LINE && scope_has(w->s, domain))
		add(w, kind, month, line)->reports = reports;
}

static size_t group_of(const struct work *w, size_t line)
{
	const struct scope *s = w->s;
	const struct book_client *c = line < s->entry_n
					      ? scope_client(s, s->entry[line].client)
					      : NULL;
	return c ? (size_t)(c - s->client) : s->client_n;
}

static int64_t first_day(int64_t month)
{
	return date_month_start(month);
}

static int64_t last_day(int64_t month)
{
	return date_month_start(month + 1) - 1;
}

/* --- aggregate reports --- */

static bool read_aggregate(struct work *w, struct err *err)
{
	struct facts_query q = scope_query(w->s);
	struct facts_by_month *m;
	size_t n;
	q.day_from = first_day(w->out->month_from);
	q.day_to = last_day(w->out->month_to);
	if (!facts_months(w->s->store, &q, w->s->arena, &m, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t line = scope_line_of(w->s, m[i].domain);
		if (line == SCOPE_NO_LINE)
			continue;
		struct piece *p = add(w, KIND_AGGREGATE, m[i].month, line);
		p->reports = m[i].reports;
		p->messages = m[i].sum.messages;
		p->passed = m[i].sum.passed;
	}
	return true;
}

/* --- TLS reports: one may name several domains --- */

struct tls_line {
	size_t group, line;
	int64_t domain;
	uint64_t reports;
};

static int by_group(const void *x, const void *y)
{
	const struct tls_line *a = x, *b = y;
	return (a->group > b->group) - (a->group < b->group);
}

/* Lines of one group: their reports, each once, stand under the first. */
static bool add_tls(struct work *w, struct book_tls_query q, int64_t month,
		    const struct tls_line *line, size_t n, struct err *err)
{
	struct book_tls_domain all = { .reports = line[0].reports };
	int64_t *id = arena_array(w->s->arena, n, sizeof(*id));
	for (size_t i = 0; i < n; i++)
		id[i] = line[i].domain;
	q.domains = id;
	q.domain_n = n;
	if (n > 1 && !book_tls_total(w->s->store, &q, &all, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct piece *p = add(w, KIND_TLS, month, line[i].line);
		p->reports = i == 0 ? all.reports : 0;
		p->apart = true;
	}
	return true;
}

static size_t list_tls(const struct work *w, const struct book_tls_domain *d, size_t n,
		       struct tls_line *out)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		size_t line = scope_line_of(w->s, d[i].domain_id);
		if (line != SCOPE_NO_LINE)
			out[kept++] = (struct tls_line){ group_of(w, line), line,
							 d[i].domain_id, d[i].reports };
	}
	if (kept)
		qsort(out, kept, sizeof(*out), by_group);
	return kept;
}

static bool read_tls(struct work *w, struct book_tls_query q, int64_t month,
		     struct err *err)
{
	struct book_tls_domain *d, all = { 0 };
	size_t n, end;
	bool ok = true;
	q.day_from = first_day(month);
	q.day_to = last_day(month);
	if (!book_tls_by_domain(w->s->store, &q, w->s->arena, &d, &n, err))
		return false;
	struct tls_line *line = arena_array(w->s->arena, n + 1, sizeof(*line));
	n = list_tls(w, d, n, line);
	for (size_t i = 0; ok && i < n; i = end) {
		for (end = i + 1; end < n && line[end].group == line[i].group;)
			end++;
		ok = add_tls(w, q, month, line + i, end - i, err);
	}
	if (!ok || !book_tls_total(w->s->store, &q, &all, err))
		return false;
	w->out->total.month[month - w->out->month_from].tls += all.reports;
	return true;
}

/* --- failure reports --- */

static bool read_failures(struct work *w, int64_t month, struct err *err)
{
	struct book_report_filter f = scope_reports(w->s);
	int64_t *id;
	uint64_t *count;
	size_t n;
	f.kind = KIND_FAILURE;
	f.unsealed = true;
	f.day_from = first_day(month);
	f.day_to = last_day(month);
	if (!book_reports_per_domain(w->s->store, &f, w->s->arena, &id, &count, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		add_reports(w, KIND_FAILURE, month, id[i], count[i]);
	return true;
}

/* --- what retention left of these two: of aggregate reports the facts have it --- */

static bool read_sealed(struct work *w, enum book_kind kind, struct err *err)
{
	const struct book_month_query q = { .kind = (uint8_t)kind,
					    .domains = w->s->whole ? NULL : w->s->id,
					    .domain_n = w->s->id_n,
					    .month_from = w->out->month_from,
					    .month_to = w->out->month_to };
	struct book_month *m;
	size_t n;
	if (!book_months(w->s->store, &q, w->s->arena, &m, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		add_reports(w, kind, m[i].month, m[i].domain_id, m[i].reports);
	return true;
}

/* --- adding up --- */

static int by_month_and_line(const void *x, const void *y)
{
	const struct piece *a = x, *b = y;
	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

static uint64_t *reports_of(struct app_volume_month *m, enum book_kind kind)
{
	if (kind == KIND_TLS)
		return &m->tls;
	return kind == KIND_FAILURE ? &m->failure : &m->aggregate;
}

static void add_up(struct work *w)
{
	if (w->n)
		qsort(w->piece, w->n, sizeof(*w->piece), by_month_and_line);
	for (size_t i = 0; i < w->n; i++) {
		const struct piece *p = &w->piece[i];
		int64_t at = p->month - w->out->month_from;
		bool again = i && by_month_and_line(p - 1, p) == 0;
		struct app_volume_month *m[2] = {
			&w->group[group_of(w, p->line)].month[at],
			&w->out->total.month[at],
		};
		for (int k = 0; k < 2; k++) {
			m[k]->domains += !again;
			m[k]->messages += p->messages;
			m[k]->passed += p->passed;
			if (k == 0 || !p->apart)
				*reports_of(m[k], p->kind) += p->reports;
		}
	}
}

static bool has_any(const struct app_volume *v, const struct app_volume_group *g)
{
	for (size_t i = 0; i < v->months; i++)
		if (g->month[i].domains)
			return true;
	return false;
}

static void list_groups(struct work *w)
{
	struct app_volume *out = w->out;
	out->client = arena_array(w->s->arena, w->s->client_n + 1, sizeof(*out->client));
	for (size_t i = 0; i < w->s->client_n; i++)
		if (has_any(out, &w->group[i]))
			out->client[out->n++] = w->group[i];
	out->unassigned = w->group[w->s->client_n];
	out->has_unassigned = has_any(out, &out->unassigned);
}

static struct app_volume_month *make_months(const struct work *w)
{
	struct app_volume_month *m = arena_array(w->s->arena, w->out->months, sizeof(*m));
	for (size_t i = 0; i < w->out->months; i++)
		m[i].month = w->out->month_from + (int64_t)i;
	return m;
}

static void make_groups(struct work *w)
{
	const struct scope *s = w->s;
	w->group = arena_array(s->arena, s->client_n + 1, sizeof(*w->group));
	for (size_t i = 0; i <= s->client_n; i++) {
		w->group[i].month = make_months(w);
		if (i == s->client_n)
			break;
		w->group[i].client = s->client[i].name;
		w->group[i].retired = s->client[i].retired != 0;
	}
	w->out->total.month = make_months(w);
}

static bool read_all(struct work *w, struct err *err)
{
	struct book_tls_query tls = tls_query(w->s);
	if (!read_aggregate(w, err) || !read_sealed(w, KIND_TLS, err) ||
	    !read_sealed(w, KIND_FAILURE, err))
		return false;
	for (int64_t m = w->out->month_from; m <= w->out->month_to; m++)
		if (!read_tls(w, tls, m, err) || !read_failures(w, m, err))
			return false;
	return true;
}

bool app_volume(const struct app *app, struct sv client, unsigned months, struct arena *a,
		struct app_volume *out, struct err *err)
{
	struct scope s;
	struct app_filter f = app_filter_all();
	f.client = client;
	if (months == 0 || months > APP_VOLUME_MONTHS)
		return err_set(err, ERR_USAGE, "months are 1 to %d", APP_VOLUME_MONTHS);
	*out = (struct app_volume){ .months = months,
				    .month_to = date_month_of(date_day_of(app->now)) };
	out->month_from = out->month_to - (int64_t)months + 1;
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	struct work w = { .s = &s, .out = out };
	make_groups(&w);
	bool ok = scope_is_empty(&s) || read_all(&w, err);
	add_up(&w);
	list_groups(&w);
	free(w.piece);
	scope_close(&s);
	return ok;
}
