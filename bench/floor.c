/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor that `postern ingest` is measured against: one thread, each file whole in
 * memory, libdeflate, bare expat, and as many plain rows in one SQLite transaction. It
 * checks nothing, keeps no raw, finds no duplicate, and mends nothing.
 *
 *     floor DATABASE FOLDER...
 */
#include <expat.h>
#include <ftw.h>
#include <libdeflate.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column {
	COL_SOURCE,
	COL_COUNT,
	COL_DISPOSITION,
	COL_DKIM,
	COL_SPF,
	COL_FROM,
	COL_DKIM_DOMAIN,
	COL_DKIM_SELECTOR,
	COL_DKIM_RESULT,
	COL_SPF_DOMAIN,
	COL_SPF_RESULT,
	COL_N
};

struct bytes {
	char *p;
	size_t n, cap;
};

struct floor {
	sqlite3 *db;
	sqlite3_stmt *insert;
	struct libdeflate_decompressor *inflater;
	XML_Parser xml;
	struct bytes file, body, plain, text;
	char column[COL_N][512];
	int column_n[COL_N];
	int in_auth; /* 0: policy_evaluated, 1: auth_results */
	int in_spf;  /* within auth_results: 0 dkim, 1 spf */
	int64_t report, rows;
};

static struct floor the;

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "floor: %s\n", what);
	exit(1);
}

static void reserve(struct bytes *b, size_t cap)
{
	if (b->cap >= cap)
		return;
	b->p = realloc(b->p, cap);
	b->cap = cap;
	if (!b->p)
		fail("out of memory");
}

/* --- rows --- */

static void insert_row(void)
{
	sqlite3_bind_int64(the.insert, 1, the.report);
	for (int i = 0; i < COL_N; i++)
		sqlite3_bind_text(the.insert, i + 2, the.column[i], the.column_n[i],
				  SQLITE_STATIC);
	if (sqlite3_step(the.insert) != SQLITE_DONE)
		fail(sqlite3_errmsg(the.db));
	sqlite3_reset(the.insert);
	the.rows++;
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attr)
{
	(void)ctx;
	(void)attr;
	the.text.n = 0;
	if (!strcmp(name, "record")) {
		memset(the.column_n, 0, sizeof(the.column_n));
		the.in_auth = 0;
	} else if (!strcmp(name, "auth_results")) {
		the.in_auth = 1;
	} else if (the.in_auth && (!strcmp(name, "dkim") || !strcmp(name, "spf"))) {
		the.in_spf = name[0] == 's';
	}
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
	(void)ctx;
	reserve(&the.text, the.text.n + (size_t)n);
	memcpy(the.text.p + the.text.n, s, (size_t)n);
	the.text.n += (size_t)n;
}

static void keep(enum column c)
{
	size_t n = the.text.n;
	if (n > sizeof(the.column[c]))
		n = sizeof(the.column[c]);
	memcpy(the.column[c], the.text.p, n);
	the.column_n[c] = (int)n;
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	(void)ctx;
	if (!strcmp(name, "record"))
		insert_row();
	else if (!strcmp(name, "source_ip"))
		keep(COL_SOURCE);
	else if (!strcmp(name, "count"))
		keep(COL_COUNT);
	else if (!strcmp(name, "disposition"))
		keep(COL_DISPOSITION);
	else if (!strcmp(name, "header_from"))
		keep(COL_FROM);
	else if (!strcmp(name, "dkim") && !the.in_auth)
		keep(COL_DKIM);
	else if (!strcmp(name, "spf") && !the.in_auth)
		keep(COL_SPF);
	else if (!strcmp(name, "domain"))
		keep(the.in_spf ? COL_SPF_DOMAIN : COL_DKIM_DOMAIN);
	else if (!strcmp(name, "selector"))
		keep(COL_DKIM_SELECTOR);
	else if (!strcmp(name, "result"))
		keep(the.in_spf ? COL_SPF_RESULT : COL_DKIM_RESULT);
	the.text.n = 0;
}

static void parse(const char *p, size_t n)
{
	the.report++;
	XML_ParserReset(the.xml, NULL);
	XML_SetElementHandler(the.xml, on_start, on_end);
	XML_SetCharacterDataHandler(the.xml, on_text);
	if (XML_Parse(the.xml, p, (int)n, 1) == XML_STATUS_ERROR)
		fail("a report is not well-formed");
}

/* --- containers, as far as bench/corpus writes them --- */

static uint32_t le32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
	       (uint32_t)u[3] << 24;
}

static void gzip(const char *p, size_t n)
{
	reserve(&the.plain, le32(p + n - 4));
	if (libdeflate_gzip_decompress(the.inflater, p, n, the.plain.p, the.plain.cap,
				       &the.plain.n) != LIBDEFLATE_SUCCESS)
		fail("a gzip cannot be read");
	parse(the.plain.p, the.plain.n);
}

static void zip(const char *p, size_t n)
{
	const char *end = p + n - 22;           /* no comment: the end record */
	const char *entry = p + le32(end + 16); /* of one entry */
	const char *local = p + le32(entry + 42);
	size_t names = le32(local + 26) & 0xffff;
	size_t extra = le32(local + 28) & 0xffff;
	reserve(&the.plain, le32(entry + 24));
	if (libdeflate_deflate_decompress(the.inflater, local + 30 + names + extra,
					  le32(entry + 20), the.plain.p, the.plain.cap,
					  &the.plain.n) != LIBDEFLATE_SUCCESS)
		fail("a zip cannot be read");
	parse(the.plain.p, the.plain.n);
}

static void mail(const char *p, size_t n)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static int8_t value[256];
	if (!value['B']) {
		memset(value, -1, sizeof(value));
		for (int i = 0; i < 64; i++)
			value[(unsigned char)letters[i]] = (int8_t)i;
	}
	const char *s = memmem(p, n, "base64\n", 7);
	s = s ? memmem(s, (size_t)(p + n - s), "\n\n", 2) : NULL;
	if (!s)
		fail("a mail without a base64 part");
	reserve(&the.body, n);
	the.body.n = 0;
	uint32_t bits = 0;
	int have = 0;
	for (s += 2; s < p + n && *s != '=' && *s != '-'; s++) {
		int v = value[(unsigned char)*s];
		if (v < 0)
			continue;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			the.body.p[the.body.n++] = (char)(bits >> have & 0xff);
		}
	}
	gzip(the.body.p, the.body.n);
}

static int on_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if (type != FTW_F)
		return 0;
	size_t n = (size_t)st->st_size;
	reserve(&the.file, n);
	FILE *f = fopen(path, "rb");
	if (!f || n < 22 || fread(the.file.p, 1, n, f) != n)
		fail("a file cannot be read");
	(void)fclose(f);
	if (!memcmp(the.file.p, "\x1f\x8b", 2))
		gzip(the.file.p, n);
	else if (!memcmp(the.file.p, "PK", 2))
		zip(the.file.p, n);
	else if (the.file.p[0] == '<')
		parse(the.file.p, n);
	else
		mail(the.file.p, n);
	return 0;
}

static void sql(const char *text)
{
	if (sqlite3_exec(the.db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(the.db));
}

int main(int argc, char **argv)
{
	if (argc < 3)
		fail("usage: floor DATABASE FOLDER...");
	if (sqlite3_open(argv[1], &the.db) != SQLITE_OK)
		fail("the database cannot be opened");
	sql("PRAGMA journal_mode=WAL");
	sql("PRAGMA synchronous=FULL");
	sql("CREATE TABLE r(report INTEGER, source TEXT, count INTEGER, disposition TEXT,"
	    " dkim TEXT, spf TEXT, header_from TEXT, dkim_domain TEXT,"
	    " dkim_selector TEXT, dkim_result TEXT, spf_domain TEXT, spf_result TEXT)");
	sql("BEGIN IMMEDIATE");
	if (sqlite3_prepare_v2(the.db, "INSERT INTO r VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
			       -1, &the.insert, NULL) != SQLITE_OK)
		fail(sqlite3_errmsg(the.db));
	the.inflater = libdeflate_alloc_decompressor();
	the.xml = XML_ParserCreate(NULL);
	if (!the.inflater || !the.xml)
		fail("out of memory");
	for (int i = 2; i < argc; i++)
		if (nftw(argv[i], on_file, 16, FTW_PHYS) != 0)
			fail("a folder cannot be read");
	sqlite3_finalize(the.insert);
	sql("COMMIT");
	sqlite3_close(the.db);
	printf("%lld reports, %lld rows\n", (long long)the.report, (long long)the.rows);
	return 0;
}
