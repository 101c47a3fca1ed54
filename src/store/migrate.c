/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "crypto/digest.h"
#include "store/stmt.h"
#include "store/version.h"

#include <stdio.h>
#include <string.h>

/*
 * Numbered migrations. Each names the least build that may open what it leaves; a later
 * build that only adds may leave that as it is, so that an older one still opens the
 * file. Never edit a migration that was released: add one.
 */

static const char schema_1[] =
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL)"
	"  STRICT, WITHOUT ROWID;"
	"CREATE TABLE book_meta (key TEXT PRIMARY KEY, value BLOB NOT NULL)"
	"  STRICT, WITHOUT ROWID;"

	"CREATE TABLE book_client ("
	"  id INTEGER PRIMARY KEY,"
	"  name TEXT NOT NULL COLLATE NOCASE UNIQUE,"
	"  raw_addr TEXT NOT NULL, digest_addr TEXT NOT NULL,"
	"  created INTEGER NOT NULL, retired INTEGER NOT NULL) STRICT;"
	"CREATE TABLE book_domain ("
	"  id INTEGER PRIMARY KEY,"
	"  client INTEGER NOT NULL REFERENCES book_client(id),"
	"  name TEXT NOT NULL UNIQUE, purpose INTEGER NOT NULL,"
	"  created INTEGER NOT NULL, retired INTEGER NOT NULL) STRICT;"
	"CREATE INDEX book_domain_client ON book_domain(client);"

	/* Policy domains as reported: every total and roll-up goes by their ids. */
	"CREATE TABLE book_policy_domain ("
	"  id INTEGER PRIMARY KEY,"
	"  name TEXT NOT NULL UNIQUE, refused INTEGER NOT NULL) STRICT;"

	/* sha8: the first 8 bytes of the SHA-256, ordered as the hex digits are; an index
	 * over integers costs a third of one over the digests. */
	"CREATE TABLE book_raw ("
	"  id INTEGER PRIMARY KEY,"
	"  sha8 INTEGER NOT NULL, sha BLOB NOT NULL,"
	"  size INTEGER NOT NULL, form INTEGER NOT NULL,"
	"  done INTEGER NOT NULL, kept INTEGER NOT NULL,"
	"  arrived INTEGER NOT NULL, path TEXT NOT NULL) STRICT;"
	"CREATE INDEX book_raw_sha ON book_raw(sha8);"
	/* id = raw * 2^20 + number of the piece: large values lie best in a table that is
	 * clustered by an integer. */
	"CREATE TABLE book_raw_piece ("
	"  id INTEGER PRIMARY KEY,"
	"  codec INTEGER NOT NULL, plain INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;"

	"CREATE TABLE book_delivery ("
	"  raw INTEGER NOT NULL REFERENCES book_raw(id), seq INTEGER NOT NULL,"
	"  report INTEGER NOT NULL,"
	"  kind INTEGER NOT NULL, status INTEGER NOT NULL, by_mail INTEGER NOT NULL,"
	"  arrived INTEGER NOT NULL,"
	"  member TEXT NOT NULL, reason TEXT NOT NULL, refused_domain TEXT NOT NULL,"
	"  path TEXT NOT NULL, sender TEXT NOT NULL, dkim_domains TEXT NOT NULL,"
	"  auth_results TEXT NOT NULL, message_id TEXT NOT NULL,"
	"  subject TEXT NOT NULL, dated TEXT NOT NULL,"
	"  PRIMARY KEY (raw, seq)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX book_delivery_report ON book_delivery(report) WHERE report > 0;"
	"CREATE INDEX book_delivery_refused ON book_delivery(refused_domain)"
	"  WHERE refused_domain <> '';"

	"CREATE TABLE book_report ("
	"  id INTEGER PRIMARY KEY,"
	"  sha8 INTEGER NOT NULL, sha BLOB NOT NULL,"
	"  kind INTEGER NOT NULL,"
	"  domain_id INTEGER NOT NULL REFERENCES book_policy_domain(id),"
	"  key_hash INTEGER NOT NULL, key_odd INTEGER NOT NULL,"
	"  first_day INTEGER NOT NULL, days INTEGER NOT NULL,"
	"  window_kind INTEGER NOT NULL,"
	"  begin_at INTEGER, end_at INTEGER,"
	"  complete INTEGER NOT NULL, counted INTEGER NOT NULL,"
	"  superseded_by INTEGER NOT NULL,"
	"  row_n INTEGER NOT NULL, messages INTEGER NOT NULL, passed INTEGER NOT NULL,"
	"  arrived INTEGER NOT NULL, raw INTEGER NOT NULL,"
	"  org TEXT NOT NULL, email TEXT NOT NULL, report_id TEXT NOT NULL,"
	"  member TEXT NOT NULL,"
	"  repair_n INTEGER NOT NULL, repairs BLOB NOT NULL, meta BLOB NOT NULL) STRICT;"
	"CREATE INDEX book_report_sha ON book_report(sha8);"
	/* Both the listing by day and the natural key, whose window gives its day ... */
	"CREATE INDEX book_report_day ON book_report(first_day, domain_id, key_hash);"
	/* ... all but those whose day came from elsewhere. */
	"CREATE INDEX book_report_odd ON book_report(key_hash) WHERE key_odd = 1;"
	"CREATE INDEX book_report_domain ON book_report(domain_id, first_day);"
	"CREATE INDEX book_report_raw ON book_report(raw);"
	"CREATE INDEX book_report_superseded ON book_report(superseded_by)"
	"  WHERE superseded_by > 0;"

	"CREATE TABLE facts_facet ("
	"  id INTEGER PRIMARY KEY,"
	"  hash INTEGER NOT NULL, kind INTEGER NOT NULL, passed INTEGER NOT NULL,"
	"  bytes BLOB NOT NULL) STRICT;"
	"CREATE INDEX facts_facet_hash ON facts_facet(hash);"
	/* id = report * 2^20 + number of the piece. */
	"CREATE TABLE facts_piece (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
	/* A part of a (domain, day): its entries from `first` on. */
	"CREATE TABLE facts_roll ("
	"  domain INTEGER NOT NULL, day INTEGER NOT NULL, first BLOB NOT NULL,"
	"  bytes BLOB NOT NULL,"
	"  PRIMARY KEY (domain, day, first)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE facts_day ("
	"  domain INTEGER NOT NULL, day INTEGER NOT NULL,"
	"  reports INTEGER NOT NULL, row_n INTEGER NOT NULL,"
	"  row_passed INTEGER NOT NULL, messages INTEGER NOT NULL,"
	"  passed INTEGER NOT NULL,"
	"  PRIMARY KEY (domain, day)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE facts_month ("
	"  domain INTEGER NOT NULL, day INTEGER NOT NULL,"
	"  reports INTEGER NOT NULL, row_n INTEGER NOT NULL,"
	"  row_passed INTEGER NOT NULL, messages INTEGER NOT NULL,"
	"  passed INTEGER NOT NULL,"
	"  PRIMARY KEY (domain, day)) STRICT, WITHOUT ROWID;";

/* What a TLS report says of a policy, and of the ways in which sessions failed. These are
 * no facts: a session may fail in two ways, a report may be of several domains, and there
 * are few. `policy` and `mx` are one a line. */
static const char schema_2_tls[] =
	"CREATE TABLE book_tls ("
	"  domain_id INTEGER NOT NULL REFERENCES book_policy_domain(id),"
	"  day INTEGER NOT NULL, report INTEGER NOT NULL, seq INTEGER NOT NULL,"
	"  type INTEGER NOT NULL, type_text TEXT NOT NULL,"
	"  succeeded INTEGER NOT NULL, failed INTEGER NOT NULL,"
	"  policy TEXT NOT NULL, mx TEXT NOT NULL,"
	"  PRIMARY KEY (domain_id, day, report, seq)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX book_tls_report ON book_tls(report);"
	"CREATE INDEX book_tls_failed ON book_tls(day, domain_id) WHERE failed > 0;"
	/* Their natural key has no domain, so that no index over domains finds it. */
	"CREATE INDEX book_report_tls ON book_report(key_hash) WHERE kind = 2;"
	"CREATE TABLE book_tls_failure ("
	"  report INTEGER NOT NULL, seq INTEGER NOT NULL, number INTEGER NOT NULL,"
	"  result INTEGER NOT NULL, result_text TEXT NOT NULL,"
	"  sending BLOB NOT NULL, receiving BLOB NOT NULL,"
	"  mx TEXT NOT NULL, helo TEXT NOT NULL, sessions INTEGER NOT NULL,"
	"  information TEXT NOT NULL, reason TEXT NOT NULL,"
	"  PRIMARY KEY (report, seq, number)) STRICT, WITHOUT ROWID;";

/* What retention leaves of the reports whose details it removed. A report that is
 * `sealed` has no facts any more: where it counts, its sums are in book_month for good
 * (kind 1, and in facts_month with them), for each month as the roll-up had them.
 * `removed` is when the bytes of a raw went, 0 where they did not. */
static const char schema_2_retention[] =
	"ALTER TABLE book_report ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE book_raw ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE book_month ("
	"  domain_id INTEGER NOT NULL REFERENCES book_policy_domain(id),"
	"  kind INTEGER NOT NULL, month INTEGER NOT NULL,"
	"  reports INTEGER NOT NULL, row_n INTEGER NOT NULL,"
	"  row_passed INTEGER NOT NULL, messages INTEGER NOT NULL,"
	"  passed INTEGER NOT NULL,"
	"  PRIMARY KEY (domain_id, kind, month)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX book_month_month ON book_month(kind, month);";

/* The roll-ups of a month as one, and whether it is there and holds. */
static const char schema_2_fold[] =
	"CREATE TABLE facts_fold ("
	"  domain INTEGER NOT NULL, day INTEGER NOT NULL, first BLOB NOT NULL,"
	"  bytes BLOB NOT NULL,"
	"  PRIMARY KEY (domain, day, first)) STRICT, WITHOUT ROWID;"
	"ALTER TABLE facts_month ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX facts_month_unfolded ON facts_month(day) WHERE folded = 0;";

/* Reports of the other kinds are few among aggregate ones. */
static const char schema_2_kinds[] =
	"CREATE INDEX book_report_kind_day ON book_report(kind, first_day)"
	"  WHERE kind <> 1;"
	"CREATE INDEX book_report_kind_domain ON book_report(kind, domain_id, first_day)"
	"  WHERE kind <> 1;";

/* What the DNS said of sources and DKIM keys, and when it need be asked again. */
static const char schema_3_dns[] =
	"CREATE TABLE book_dns_asked ("
	"  kind INTEGER NOT NULL, subject TEXT NOT NULL, status INTEGER NOT NULL,"
	"  asked INTEGER NOT NULL, until INTEGER NOT NULL,"
	"  PRIMARY KEY (kind, subject)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE book_dns_name ("
	"  kind INTEGER NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL,"
	"  confirmed INTEGER NOT NULL,"
	"  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
	"  PRIMARY KEY (kind, subject, name)) STRICT, WITHOUT ROWID;";

/* What the user said of a source or a service, for all domains of his or for one. */
static const char schema_3_mark[] =
	"CREATE TABLE book_mark ("
	"  domain TEXT NOT NULL, subject TEXT NOT NULL,"
	"  mark INTEGER NOT NULL, created INTEGER NOT NULL,"
	"  PRIMARY KEY (domain, subject)) STRICT, WITHOUT ROWID;";

/* What the user decided of findings, and which letters were accepted for sending. */
static const char schema_4[] =
	"CREATE TABLE book_finding ("
	"  id INTEGER PRIMARY KEY, decision INTEGER NOT NULL,"
	"  day INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;"
	/* client 0: the provider's own letter. */
	"CREATE TABLE book_letter ("
	"  client INTEGER NOT NULL, period TEXT NOT NULL, address TEXT NOT NULL,"
	"  message_id TEXT NOT NULL, sent INTEGER NOT NULL,"
	"  PRIMARY KEY (client, period, address)) STRICT, WITHOUT ROWID;";

static const char *const schema_1_all[] = { schema_1, NULL };
static const char *const schema_2_all[] = { schema_2_tls, schema_2_retention,
					    schema_2_fold, schema_2_kinds, NULL };
static const char *const schema_3_all[] = { schema_3_dns, schema_3_mark, NULL };

static const char *const schema_4_all[] = { schema_4, NULL };

static const struct migration {
	int schema;
	const char *least_build;
	const char *const *sql; /* one a topic */
} migrations[] = {
	{ 1, "0.1.0", schema_1_all },
	{ 2, "0.2.0", schema_2_all },
	{ 3, "0.3.0", schema_3_all },
	{ 4, "0.3.0", schema_4_all }, /* only adds */
};

enum {
	MIGRATION_N = sizeof(migrations) / sizeof(migrations[0])
};

int store_schema(void)
{
	return migrations[MIGRATION_N - 1].schema;
}

/* --- looking --- */

struct file_says {
	int64_t schema;
	char build[40], least[40];
};

static bool meta_text(struct store *s, const char *key, char out[40], struct err *err)
{
	sqlite3_stmt *st = stmt_open(s, "SELECT value FROM meta WHERE key = ?", err);
	if (!st)
		return false;
	const struct stmt_arg arg = a_text(sv_from(key));
	enum stmt_step step = STMT_FAILED;
	if (stmt_bind(s, st, &arg, 1, err))
		step = stmt_step(s, st, err);
	struct sv v = step == STMT_ROW ? stmt_view(st, 0) : SV("");
	bool fits = v.n > 0 && v.n < 40;
	if (fits)
		memcpy(out, v.p, v.n);
	out[fits ? v.n : 0] = '\0';
	stmt_close(&st);
	return step != STMT_FAILED;
}

static bool read_says(struct store *s, struct file_says *out, struct err *err)
{
	char schema[40];
	uint64_t n;
	if (!meta_text(s, "schema", schema, err) ||
	    !meta_text(s, "build", out->build, err) ||
	    !meta_text(s, "least_build", out->least, err))
		return false;
	if (!sv_to_u64(sv_from(schema), &n) || n == 0 || n > 1000000)
		return store_damaged(s, err, "its table meta names no schema");
	out->schema = (int64_t)n;
	return true;
}

static bool read_builds(struct store *s, const struct file_says *f, uint64_t *out_build,
			uint64_t *out_least, struct err *err)
{
	return (version_read(sv_from(f->build), out_build) &&
		version_read(sv_from(f->least), out_least)) ||
	       store_damaged(s, err, "its table meta names no build");
}

static bool judge(struct store *s, const struct file_says *f, enum store_file *out,
		  struct err *err)
{
	uint64_t build = 0, least = 0;
	if (!read_builds(s, f, &build, &least, err))
		return false;
	if (version_ours() < least)
		return err_set(err, ERR_CONFIG,
			       "%s needs Postern %s or later (it was last written by "
			       "%s); this is %s. Install that build and run the same "
			       "command again. Nothing was changed.",
			       s->path, f->least, f->build, POSTERN_VERSION);
	*out = f->schema < store_schema() ? STORE_FILE_OLD
	       : build < version_ours()   ? STORE_FILE_STALE
					  : STORE_FILE_OURS;
	return true;
}

bool migrate_says(struct store *s, uint64_t *out_schema, uint64_t *out_build,
		  uint64_t *out_least, struct err *err)
{
	struct file_says says = { 0 };
	if (!read_says(s, &says, err))
		return false;
	*out_schema = (uint64_t)says.schema;
	return read_builds(s, &says, out_build, out_least, err);
}

bool migrate_look(struct store *s, enum store_file *out, struct err *err)
{
	int64_t tables, app, has_meta;
	if (!store_int(s, "SELECT count(*) FROM sqlite_schema", &tables, err) ||
	    !store_int(s, "PRAGMA application_id", &app, err) ||
	    !store_int(s,
		       "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND "
		       "name = 'meta'",
		       &has_meta, err))
		return false;
	if (tables == 0 && (app == 0 || app == STORE_APPLICATION_ID)) {
		*out = STORE_FILE_EMPTY;
		return true;
	}
	if (app == STORE_APPLICATION_ID && !has_meta)
		return store_damaged(s, err, "it has no table meta");
	if (app != STORE_APPLICATION_ID)
		return err_set(
			err, ERR_CONFIG,
			"%s is not a Postern database: it is a database of another "
			"program. Nothing was changed.",
			s->path);
	struct file_says says = { 0 };
	return read_says(s, &says, err) && judge(s, &says, out, err);
}

/* --- migrating --- */

static bool meta_put(struct store *s, const char *key, struct stmt_arg value,
		     struct err *err)
{
	return STMT_RUN(s, err, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
			a_text(sv_from(key)), value);
}

static bool make_key(struct store *s, struct err *err)
{
	char key[16];
	random_bytes(key, sizeof(key));
	return meta_put(s, "hash_key", a_blob((struct sv){ key, sizeof(key) }), err);
}

static bool apply(struct store *s, int64_t from, struct err *err)
{
	for (size_t i = 0; i < MIGRATION_N; i++) {
		const struct migration *m = &migrations[i];
		if (m->schema <= from)
			continue;
		bool ok = true;
		for (size_t k = 0; ok && m->sql[k]; k++)
			ok = store_exec_step(s, m->sql[k], err);
		if (!ok || !meta_put(s, "schema", a_int(m->schema), err) ||
		    !meta_put(s, "least_build", a_text(sv_from(m->least_build)), err))
			return false;
	}
	if (from == 0 && !make_key(s, err))
		return false;
	char build[VERSION_TEXT];
	return meta_put(s, "build", a_text(sv_from(version_text(version_ours(), build))),
			err);
}

static bool run_locked(struct store *s, struct err *err)
{
	/* Another process may have been here while we waited for the lock. */
	enum store_file file = STORE_FILE_EMPTY;
	struct file_says says = { 0 };
	if (!migrate_look(s, &file, err))
		return false;
	if (file == STORE_FILE_OURS)
		return true;
	if (file == STORE_FILE_EMPTY) {
		char pragma[64];
		(void)snprintf(pragma, sizeof(pragma), "PRAGMA application_id=%d",
			       STORE_APPLICATION_ID);
		if (!store_exec(s, pragma, err))
			return false;
	} else if (!read_says(s, &says, err)) {
		return false;
	}
	return apply(s, says.schema, err);
}

bool migrate_run(struct store *s, struct err *err)
{
	char pragma[96];
	(void)snprintf(pragma, sizeof(pragma),
		       "PRAGMA page_size=%d; PRAGMA auto_vacuum=INCREMENTAL", STORE_PAGE);
	/* These only tell what a file shall be that has no page yet. */
	if (!store_exec(s, pragma, err) || !store_exec(s, "BEGIN IMMEDIATE", err))
		return false;
	struct err ignored;
	if (run_locked(s, err) && store_exec_step(s, "COMMIT", err))
		return true;
	(void)store_exec(s, "ROLLBACK", &ignored);
	return false;
}

bool migrate_key(struct store *s, struct err *err)
{
	sqlite3_stmt *st = STMT_ASK(s, err, "SELECT value FROM meta WHERE key = ?",
				    a_text(SV("hash_key")));
	if (!st)
		return false;
	enum stmt_step step = stmt_step(s, st, err);
	if (step == STMT_FAILED)
		return false;
	struct sv v = step == STMT_ROW ? stmt_view(st, 0) : SV("");
	bool ok = v.n == sizeof(s->key);
	if (ok)
		memcpy(&s->key, v.p, sizeof(s->key));
	stmt_reset(st);
	return ok || store_damaged(s, err, "its table meta holds no hash key");
}
