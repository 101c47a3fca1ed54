/* SPDX-License-Identifier: Apache-2.0 */
#include "store/book_dns.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/hash.h"
#include "base/limits.h"
#include "store/book_int.h"

#include <stdlib.h>

static bool put_name(struct store *s, const struct book_dns_found *f, size_t i,
		     struct err *err)
{
	int64_t day = date_day_of(f->asked);
	return STMT_RUN(
		s, err,
		"INSERT INTO book_dns_name AS n (kind, subject, name, confirmed, "
		"first_seen, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT "
		"DO UPDATE SET confirmed = CASE ?6 WHEN 0 THEN ?4 ELSE n.confirmed END, "
		"first_seen = min(n.first_seen, ?5), last_seen = max(n.last_seen, ?5)",
		a_int(f->kind), a_text(f->subject), a_text(f->name[i]),
		a_int(f->confirmed[i]), a_int(day), a_int(f->unsure[i]));
}

/* A failure tells nothing of the names: when they were asked last stays. */
bool book_dns_put(struct store *s, const struct book_dns_found *f, struct err *err)
{
	if (!store_in_tx(s, err) ||
	    !STMT_RUN(s, err,
		      "INSERT INTO book_dns_asked AS q (kind, subject, status, asked, "
		      "until) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
		      "status = CASE ?3 WHEN ?6 THEN q.status ELSE ?3 END, "
		      "asked = CASE ?3 WHEN ?6 THEN q.asked ELSE ?4 END, until = ?5",
		      a_int(f->kind), a_text(f->subject), a_int(f->status),
		      a_int(f->asked), a_int(f->until), a_int(BOOK_DNS_FAILED)))
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!put_name(s, f, i, err))
			return false;
	return true;
}

bool book_dns_until(struct store *s, enum book_dns_kind kind, struct sv subject,
		    int64_t *out, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT until FROM book_dns_asked WHERE kind = ? AND "
				    "subject = ?",
				    a_int(kind), a_text(subject));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out = 0;
	if (step == STMT_ROW) {
		*out = stmt_i64(st, 0);
		stmt_reset(st);
	}
	return step != STMT_FAILED;
}

/* How many days a name was not seen from that day on. */
static int64_t away(const struct book_dns_name *n, int64_t day)
{
	int64_t before = n->first_seen - day, behind = day - n->last_seen;
	int64_t most = before > behind ? before : behind;
	return most > 0 ? most : 0;
}

/* Nearest first, and of those as near the confirmed. */
static int name_cmp(const struct book_dns_name *a, const struct book_dns_name *b,
		    int64_t day)
{
	int64_t x = away(a, day), y = away(b, day);
	if (x != y)
		return x < y ? -1 : 1;
	if (a->confirmed != b->confirmed)
		return a->confirmed ? -1 : 1;
	if (a->last_seen != b->last_seen)
		return a->last_seen > b->last_seen ? -1 : 1;
	return sv_cmp(a->name, b->name);
}

/* Puts it in its place among the best so far. */
static void keep(struct book_dns_name *best, size_t *n, const struct book_dns_name *name,
		 int64_t day)
{
	size_t at = *n;
	if (at == BOOK_DNS_NAMES && name_cmp(name, &best[at - 1], day) >= 0)
		return;
	at = at < BOOK_DNS_NAMES ? (*n)++ : at - 1;
	for (; at > 0 && name_cmp(name, &best[at - 1], day) < 0; at--)
		best[at] = best[at - 1];
	best[at] = *name;
}

/* Was it a name of that day? What a later answer no longer had is gone from half the time
 * between the two. `answered`: the day of the last answer that the subject had. */
static bool is_of_day(const struct book_dns_name *n, int64_t answered, int64_t day)
{
	if (day - n->last_seen > BOOK_DNS_STALE)
		return false;
	return n->last_seen >= day || answered <= n->last_seen ||
	       answered - day >= day - n->last_seen;
}

static struct book_dns_name *best_of(const struct book_dns_name *best, size_t n,
				     struct arena *a)
{
	struct book_dns_name *out = arena_array(a, n, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		out[i] = best[i];
	return out;
}

bool book_dns_names(struct store *s, enum book_dns_kind kind, struct sv subject,
		    int64_t day, struct arena *a, struct book_dns_name **out,
		    size_t *out_n, struct err *err)
{
	/* Sorting here costs a fraction of what it does in SQL: there are few. When it
	 * was asked last is read where it matters. */
	sqlite3_stmt *st = STMT_ASK(
		s, err,
		"SELECT name, confirmed, first_seen, last_seen, CASE WHEN last_seen < ?3 "
		"THEN (SELECT q.asked FROM book_dns_asked AS q WHERE q.kind = ?1 AND "
		"q.subject = ?2 AND q.status <> ?4) END FROM book_dns_name WHERE kind = "
		"?1 "
		"AND subject = ?2",
		a_int(kind), a_text(subject), a_int(day), a_int(BOOK_DNS_FAILED));
	enum stmt_step step = STMT_FAILED;
	struct book_dns_name best[BOOK_DNS_NAMES] = { 0 };
	*out_n = 0;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW) {
		const struct book_dns_name name = { stmt_view(st, 0), stmt_flag(st, 1),
						    stmt_i64(st, 2), stmt_i64(st, 3) };
		if (!is_of_day(&name, date_day_of(stmt_i64(st, 4)), day))
			continue;
		struct book_dns_name copy = name;
		copy.name = arena_sv(a, name.name);
		keep(best, out_n, &copy, day);
	}
	*out = best_of(best, *out_n, a);
	return step == STMT_END;
}

bool book_dns_any(struct store *s, bool *out, struct err *err)
{
	int64_t n = 0;
	bool ok = store_int(s, "SELECT EXISTS (SELECT 1 FROM book_dns_asked)", &n, err);
	*out = n != 0;
	return ok;
}

/* --- the names of many hosts --- */

enum {
	HOSTS_MANY = 16384 /* look-ups behind which all are read */
};

struct host {
	struct addr address;
	uint32_t first, n; /* of its names */
	int64_t answered;  /* day */
};

struct book_hosts {
	struct store *s;
	size_t asked;
	bool whole; /* all are in memory */
	struct arena *a;
	struct book_list names; /* of struct book_dns_name */
	struct book_list hosts; /* of struct host */
	uint32_t *slot;         /* index of a host + 1; 0: empty */
	size_t slots;           /* a power of two */
};

struct book_hosts *book_hosts_new(struct store *s)
{
	struct book_hosts *h = heap_array(1, sizeof(*h));
	h->s = s;
	h->names.size = sizeof(struct book_dns_name);
	h->hosts.size = sizeof(struct host);
	return h;
}

void book_hosts_free(struct book_hosts **h)
{
	if (!*h)
		return;
	arena_free(&(*h)->a);
	free((*h)->names.p);
	free((*h)->hosts.p);
	free((*h)->slot);
	free(*h);
	*h = NULL;
}

static struct host *host_at(const struct book_hosts *h, size_t i)
{
	return (struct host *)(void *)h->hosts.p + i;
}

static uint32_t *find_host(const struct book_hosts *h, const struct addr *at)
{
	size_t i = (size_t)hash_bytes(&h->s->key, at, sizeof(*at)) & (h->slots - 1);
	while (h->slot[i] && addr_cmp(&host_at(h, h->slot[i] - 1)->address, at) != 0)
		i = (i + 1) & (h->slots - 1);
	return &h->slot[i];
}

/* Names by their subject, as they stand in the table. */
static bool read_names(struct book_hosts *h, struct err *err)
{
	struct host *host = NULL;
	sqlite3_stmt *st =
		STMT_ASK(h->s, err,
			 "SELECT n.subject, n.name, n.confirmed, n.first_seen, "
			 "n.last_seen, q.asked FROM book_dns_name AS n LEFT JOIN "
			 "book_dns_asked AS q ON q.kind = n.kind AND q.subject = "
			 "n.subject AND q.status <> ? WHERE n.kind = ? ORDER BY "
			 "n.subject LIMIT ?",
			 a_int(BOOK_DNS_FAILED), a_int(BOOK_DNS_HOST),
			 a_int((int64_t)LIMIT_HOSTS + 1));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(h->s, st, err)) == STMT_ROW) {
		struct addr at;
		if (!addr_parse(stmt_view(st, 0), &at))
			continue;
		if (!host || addr_cmp(&host->address, &at) != 0) {
			host = book_list_add(&h->hosts);
			*host = (struct host){ at, (uint32_t)h->names.n, 0,
					       date_day_of(stmt_i64(st, 5)) };
		}
		struct book_dns_name *name = book_list_add(&h->names);
		*name = (struct book_dns_name){ stmt_copy(st, 1, h->a), stmt_flag(st, 2),
						stmt_i64(st, 3), stmt_i64(st, 4) };
		host->n++;
	}
	return step == STMT_END;
}

/* Where there are too many, they are looked up one by one. */
static bool read_whole(struct book_hosts *h, struct err *err)
{
	h->a = arena_new();
	if (!read_names(h, err))
		return false;
	h->whole = h->names.n <= LIMIT_HOSTS;
	for (h->slots = 1024; h->whole && h->slots < h->hosts.n * 2;)
		h->slots *= 2;
	h->slot = heap_array(h->whole ? h->slots : 0, sizeof(*h->slot));
	for (size_t i = 0; h->whole && i < h->hosts.n; i++)
		*find_host(h, &host_at(h, i)->address) = (uint32_t)i + 1;
	return true;
}

static void names_in_memory(const struct book_hosts *h, const struct addr *at,
			    int64_t day, struct arena *a, struct book_dns_name **out,
			    size_t *out_n)
{
	struct book_dns_name best[BOOK_DNS_NAMES] = { 0 };
	uint32_t place = *find_host(h, at);
	const struct host *host = place ? host_at(h, place - 1) : NULL;
	const struct book_dns_name *name = (const void *)h->names.p;
	*out_n = 0;
	for (size_t i = 0; host && i < host->n; i++)
		if (is_of_day(&name[host->first + i], host->answered, day))
			keep(best, out_n, &name[host->first + i], day);
	for (size_t i = 0; i < *out_n; i++)
		best[i].name = arena_sv(a, best[i].name);
	*out = best_of(best, *out_n, a);
}

bool book_hosts_names(struct book_hosts *h, const struct addr *host, int64_t day,
		      struct arena *a, struct book_dns_name **out, size_t *out_n,
		      struct err *err)
{
	char text[ADDR_TEXT];
	if (++h->asked == HOSTS_MANY && !read_whole(h, err))
		return false;
	if (!h->whole)
		return book_dns_names(h->s, BOOK_DNS_HOST,
				      sv_from(addr_format(host, text)), day, a, out,
				      out_n, err);
	names_in_memory(h, host, day, a, out, out_n);
	return true;
}
