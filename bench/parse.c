/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What parsing alone costs, in CPU time a row: the scanner and expat with our row builder
 * behind them, and bare expat with empty handlers. Interleaved, medians.
 *
 *     parse FOLDER...     of plain reports, as bench/corpus writes them
 */
#include "report/aggregate.h"

#include <dirent.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	FILES = 4096,
	ROUNDS = 7,
	PIECE = 256 * 1024, /* as a worker reads */
	WAYS = 3
};

struct parse {
	struct sv file[FILES];
	size_t file_n;
	uint64_t rows;
	struct aggregate_reader *reader;
	XML_Parser xml;
};

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "parse: %s\n", what);
	exit(1);
}

static bool take_row(void *ctx, const struct report_row *row)
{
	struct parse *p = ctx;
	(void)row;
	p->rows++;
	return true;
}

static void with_builder(struct parse *p, enum aggregate_parser parser, struct sv bytes)
{
	struct aggregate_result result;
	aggregate_reset(p->reader, parser);
	while (bytes.n)
		if (aggregate_feed(p->reader, sv_take(&bytes, PIECE)) != AGGREGATE_MORE)
			fail("a report is not read");
	if (aggregate_end(p->reader, false, NULL, &result) != AGGREGATE_MORE)
		fail("a report is not read to its end");
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attr)
{
	(void)ctx, (void)name, (void)attr;
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	(void)ctx, (void)name;
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
	(void)ctx, (void)s, (void)n;
}

/* At once, which is how expat is cheapest. */
static void bare_expat(struct parse *p, struct sv bytes)
{
	XML_ParserReset(p->xml, NULL);
	XML_SetElementHandler(p->xml, on_start, on_end);
	XML_SetCharacterDataHandler(p->xml, on_text);
	if (XML_Parse(p->xml, bytes.p, (int)bytes.n, 1) != XML_STATUS_OK)
		fail("a report is not well-formed");
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double measure(struct parse *p, int way)
{
	double began = seconds();
	p->rows = 0;
	for (size_t i = 0; i < p->file_n; i++)
		if (way == WAYS - 1)
			bare_expat(p, p->file[i]);
		else
			with_builder(p, way == 0 ? AGGREGATE_SCAN : AGGREGATE_EXPAT,
				     p->file[i]);
	return seconds() - began;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void compare(struct parse *p, const char *folder)
{
	static const char *const names[WAYS] = { "scanner", "expat", "bare expat" };
	double spent[WAYS][ROUNDS];
	uint64_t rows = 0;
	for (int way = 0; way < WAYS; way++)
		(void)measure(p, way);
	for (int round = 0; round < ROUNDS; round++)
		for (int way = 0; way < WAYS; way++) {
			spent[way][round] = measure(p, way);
			rows = p->rows ? p->rows : rows;
		}
	printf("%s: %zu reports, %llu rows\n", folder, p->file_n,
	       (unsigned long long)rows);
	for (int way = 0; way < WAYS; way++) {
		qsort(spent[way], ROUNDS, sizeof(spent[way][0]), by_size);
		printf("  %-10s %6.3f us/row\n", names[way],
		       spent[way][ROUNDS / 2] * 1e6 / (double)rows);
	}
}

static struct sv read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END))
		fail("a file cannot be read");
	long n = ftell(f);
	char *bytes = n > 0 ? malloc((size_t)n) : NULL;
	rewind(f);
	if (!bytes || fread(bytes, 1, (size_t)n, f) != (size_t)n)
		fail("a file cannot be read");
	(void)fclose(f);
	return (struct sv){ bytes, (size_t)n };
}

static void read_folder(struct parse *p, const char *folder)
{
	DIR *d = opendir(folder);
	if (!d)
		fail("a folder cannot be read");
	for (struct dirent *e; (e = readdir(d));) {
		char path[4096];
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.' && p->file_n < FILES)
			p->file[p->file_n++] = read_file(path);
	}
	closedir(d);
}

int main(int argc, char **argv)
{
	static struct parse p;
	if (argc < 2)
		fail("usage: parse FOLDER...");
	p.reader = aggregate_new(AGGREGATE_SCAN, (struct aggregate_sink){ take_row, &p });
	p.xml = XML_ParserCreate(NULL);
	if (!p.xml)
		fail("out of memory");
	for (int i = 1; i < argc; i++) {
		read_folder(&p, argv[i]);
		compare(&p, argv[i]);
		while (p.file_n)
			free((void *)(uintptr_t)p.file[--p.file_n].p);
	}
	XML_ParserFree(p.xml);
	aggregate_free(&p.reader);
	return 0;
}
