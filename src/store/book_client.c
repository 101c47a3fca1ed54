/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "store/book_int.h"

#include <string.h>

/* Clients and their domains, policy domains as reported, small remembered values. */

/* --- clients --- */

/* Is the name taken? NOCASE folds ASCII, as everything here does. */
static bool name_is_free(struct store *s, struct sv name, struct err *err)
{
	sqlite3_stmt *st =
		STMT_ASK(s, err, "SELECT name, retired FROM book_client WHERE name = ?",
			 a_text(name));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step != STMT_ROW)
		return step == STMT_END;
	struct sv have = stmt_view(st, 0);
	(void)err_set(err, ERR_USAGE, "there is already a client \"%.*s\"%s",
		      SV_ARG(sv_sub(have, 0, 200)),
		      stmt_i64(st, 1) ? ", which is retired" : "");
	stmt_reset(st);
	return false;
}

bool book_client_add(struct store *s, struct book_client *c, struct err *err)
{
	if (sv_trim(c->name).n == 0)
		return err_set(err, ERR_USAGE, "a client needs a name");
	if (!name_is_free(s, c->name, err) ||
	    !STMT_RUN(s, err,
		      "INSERT INTO book_client (name, raw_addr, digest_addr, created, "
		      "retired) VALUES (?, ?, ?, ?, ?)",
		      a_text(c->name), a_text(c->raw_addr), a_text(c->digest_addr),
		      a_int(c->created), a_int(c->retired)))
		return false;
	c->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool changed_one(struct store *s, const char *what, int64_t id, struct err *err)
{
	return sqlite3_changes(s->db) == 1 ||
	       err_set(err, ERR_NO_INPUT, "there is no %s %lld", what, (long long)id);
}

bool book_client_retire(struct store *s, int64_t id, int64_t when, struct err *err)
{
	return STMT_RUN(s, err, "UPDATE book_client SET retired = ?2 WHERE id = ?1",
			a_int(id), a_int(when)) &&
	       changed_one(s, "client", id, err);
}

bool book_client_revive(struct store *s, const struct book_client *c, struct err *err)
{
	return STMT_RUN(s, err,
			"UPDATE book_client SET retired = 0, raw_addr = ?2, digest_addr "
			"= ?3 WHERE id = ?1",
			a_int(c->id), a_text(c->raw_addr), a_text(c->digest_addr)) &&
	       changed_one(s, "client", c->id, err);
}

bool book_clients(struct store *s, struct arena *a, struct book_client **out,
		  size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = stmt_ask(s,
				    "SELECT id, name, raw_addr, digest_addr, created, "
				    "retired FROM book_client ORDER BY name",
				    NULL, 0, err);
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_client *)book_list_add(&list) = (struct book_client){
			.id = stmt_i64(st, 0),
			.name = stmt_copy(st, 1, a),
			.raw_addr = stmt_copy(st, 2, a),
			.digest_addr = stmt_copy(st, 3, a),
			.created = stmt_i64(st, 4),
			.retired = stmt_i64(st, 5),
		};
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

/* --- domains --- */

/* A domain that was given up may come back, to another client too. */
static bool domain_taken(struct store *s, const struct book_domain *d, int64_t *out_id,
			 struct err *err)
{
	sqlite3_stmt *st =
		STMT_ASK(s, err,
			 "SELECT d.id, d.retired, c.name FROM book_domain d "
			 "JOIN book_client c ON c.id = d.client WHERE d.name = ?",
			 a_text(d->name));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out_id = 0;
	if (step != STMT_ROW)
		return step == STMT_END;
	bool back = stmt_i64(st, 1) != 0;
	*out_id = stmt_i64(st, 0);
	if (!back)
		(void)err_set(err, ERR_USAGE, "%.*s belongs to client \"%.*s\" already",
			      SV_ARG(sv_sub(d->name, 0, 253)),
			      SV_ARG(sv_sub(stmt_view(st, 2), 0, 200)));
	stmt_reset(st);
	return back;
}

bool book_domain_add(struct store *s, struct book_domain *d, struct err *err)
{
	if (d->name.n == 0)
		return err_set(err, ERR_USAGE, "a domain needs a name");
	if (!domain_taken(s, d, &d->id, err))
		return false;
	if (d->id)
		return STMT_RUN(s, err,
				"UPDATE book_domain SET retired = 0, purpose = ?2, "
				"client = ?3 WHERE id = ?1",
				a_int(d->id), a_int(d->use), a_int(d->client));
	if (!STMT_RUN(s, err,
		      "INSERT INTO book_domain (client, name, purpose, created, retired) "
		      "VALUES (?, ?, ?, ?, ?)",
		      a_int(d->client), a_text(d->name), a_int(d->use), a_int(d->created),
		      a_int(d->retired)))
		return false;
	d->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

bool book_domain_retire(struct store *s, int64_t id, int64_t when, struct err *err)
{
	return STMT_RUN(s, err, "UPDATE book_domain SET retired = ?2 WHERE id = ?1",
			a_int(id), a_int(when)) &&
	       changed_one(s, "domain", id, err);
}

bool book_domains(struct store *s, struct arena *a, struct book_domain **out,
		  size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = stmt_ask(s,
				    "SELECT id, client, name, purpose, created, retired "
				    "FROM book_domain ORDER BY name",
				    NULL, 0, err);
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_domain *)book_list_add(&list) = (struct book_domain){
			.id = stmt_i64(st, 0),
			.client = stmt_i64(st, 1),
			.name = stmt_copy(st, 2, a),
			.use = (uint8_t)stmt_i64(st, 3),
			.created = stmt_i64(st, 4),
			.retired = stmt_i64(st, 5),
		};
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

/* --- policy domains --- */

/* Names are short; what is longer than a domain can be keeps its case from there on. */
struct folded {
	char text[256];
};

static struct sv fold(struct folded *f, struct sv name)
{
	if (name.n > sizeof(f->text))
		return name;
	for (size_t i = 0; i < name.n; i++)
		f->text[i] = ascii_lower(name.p[i]);
	return (struct sv){ f->text, name.n };
}

static bool policy_by_name(struct store *s, struct sv name, int64_t *out_id,
			   bool *out_refused, struct err *err)
{
	struct book_memo_policy known = book_memo_policy(s, name);
	*out_id = known.id;
	*out_refused = known.refused;
	if (known.id)
		return true;
	sqlite3_stmt *st = STMT_ASK(
		s, err, "SELECT id, refused FROM book_policy_domain WHERE name = ?",
		a_text(name));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	if (step != STMT_ROW)
		return step == STMT_END;
	known = (struct book_memo_policy){ stmt_i64(st, 0), stmt_flag(st, 1) };
	stmt_reset(st);
	book_memo_policy_is(s, name, known);
	*out_id = known.id;
	*out_refused = known.refused;
	return true;
}

static bool policy_enter(struct store *s, struct sv name, bool refused, int64_t *out_id,
			 struct err *err)
{
	if (!STMT_RUN(s, err,
		      "INSERT INTO book_policy_domain (name, refused) VALUES (?, ?)",
		      a_text(name), a_int(refused)))
		return false;
	*out_id = sqlite3_last_insert_rowid(s->db);
	book_memo_policy_is(s, name, (struct book_memo_policy){ *out_id, refused });
	return true;
}

bool book_policy_intern(struct store *s, struct sv name, int64_t *out, struct err *err)
{
	struct folded f;
	struct sv low = fold(&f, name);
	bool refused;
	return policy_by_name(s, low, out, &refused, err) &&
	       (*out || policy_enter(s, low, false, out, err));
}

bool book_policy_domain(struct store *s, struct sv name, struct book_policy_domain *out,
			bool *out_found, struct err *err)
{
	struct folded f;
	*out = (struct book_policy_domain){ .name = name };
	bool ok = policy_by_name(s, fold(&f, name), &out->id, &out->refused, err);
	*out_found = ok && out->id;
	return ok;
}

bool book_policy_domains(struct store *s, struct arena *a,
			 struct book_policy_domain **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = stmt_ask(
		s, "SELECT id, name, refused FROM book_policy_domain ORDER BY name", NULL,
		0, err);
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(struct book_policy_domain *)book_list_add(&list) =
			(struct book_policy_domain){ stmt_i64(st, 0), stmt_copy(st, 1, a),
						     stmt_flag(st, 2) };
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

static bool raws_refused_for(struct store *s, struct sv name, struct arena *a,
			     int64_t **out, size_t *out_n, struct err *err)
{
	struct book_list list = { .size = sizeof(**out) };
	sqlite3_stmt *st = STMT_ASK(s, err,
				    "SELECT DISTINCT raw FROM book_delivery WHERE "
				    "refused_domain = ? AND refused_domain <> ''",
				    a_text(name));
	enum stmt_step step = STMT_FAILED;
	while (st && (step = stmt_step(s, st, err)) == STMT_ROW)
		*(int64_t *)book_list_add(&list) = stmt_i64(st, 0);
	*out = book_list_end(&list, a, out_n);
	return step == STMT_END;
}

/* Raw that brought nothing else goes; other raw is no longer done, so that it is read
 * anew and its other reports are found to be known. */
static bool forget_refused(struct store *s, struct sv name, struct err *err)
{
	struct arena *a = arena_new();
	int64_t *raw;
	size_t n;
	bool ok = raws_refused_for(s, name, a, &raw, &n, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = STMT_RUN(s, err, "UPDATE book_raw SET done = 0 WHERE id = ?",
			      a_int(raw[i])) &&
		     book_raw_remove_unused(s, raw[i], err);
	arena_free(&a);
	return ok;
}

bool book_policy_domain_refuse(struct store *s, struct sv name, bool refused,
			       struct err *err)
{
	struct folded f;
	struct sv low = fold(&f, name);
	int64_t id;
	bool was;
	bool ok = policy_by_name(s, low, &id, &was, err);
	if (ok && !id)
		ok = policy_enter(s, low, refused, &id, err);
	else if (ok && was != refused)
		ok = STMT_RUN(s, err,
			      "UPDATE book_policy_domain SET refused = ?2 WHERE id = ?1",
			      a_int(id), a_int(refused));
	if (ok)
		book_memo_policy_is(s, low, (struct book_memo_policy){ id, refused });
	return ok && (!was || refused || forget_refused(s, low, err));
}

/* --- small values --- */

bool book_meta_get(struct store *s, const char *key, struct arena *a, struct sv *out,
		   struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err, "SELECT value FROM book_meta WHERE key = ?",
				    a_text(sv_from(key)));
	enum stmt_step step = st ? stmt_step(s, st, err) : STMT_FAILED;
	*out = SV("");
	if (step != STMT_ROW)
		return step == STMT_END;
	*out = stmt_copy(st, 0, a);
	stmt_reset(st);
	return true;
}

bool book_meta_set(struct store *s, const char *key, struct sv value, struct err *err)
{
	return STMT_RUN(s, err,
			"INSERT OR REPLACE INTO book_meta (key, value) VALUES (?, ?)",
			a_text(sv_from(key)), a_blob(value));
}
