/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills a database with years of reports, by the functions that the writer calls and in
 * its groups, so that questions can be asked of one that is large. Always the same rows.
 *
 *     fill DATABASE [rows=N] [domains=N] [days=N] [last=DAY] [clients=N] [tls=N] [plain]
 *
 * Domain k has a share of k^-0.8 of the rows: of 2,000 the largest has 5 %. Its reports
 * come from as many reporters a day as its mail would interest; its sources are its own,
 * those of services that many domains share, and strangers that come and go. `tls` is how
 * many TLS reports there are besides.
 * `plain` leaves out raw bytes, which no question reads.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "report/model.h"
#include "store/book.h"
#include "store/book_tls.h"
#include "store/facts.h"
#include "tlsrpt/tlsrpt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	GROUP = 32768, /* reports a commit: the writer's are smaller, and cost more wall
			*/
	REPORTERS = 60,
	SERVICES = 40,      /* that many domains use, four of them each */
	SERVICE = 500,      /* addresses of one */
	STRANGERS = 800000, /* addresses that come and go */
	FACETS_MIN = 10,
	FACETS_MAX = 200,
	ROWS_A_REPORTER = 12, /* how many rows a day bring one reporter more */
	REPORTERS_A_DAY = 10,
	RAW_BASE = 500, /* bytes of a compressed report, and so many more a row */
	RAW_ROW = 14,
	RAW_MAX = 256 * 1024,
};

struct domain {
	char name[40];
	double rows_a_day;
	uint32_t sources, facets;
	int64_t facet[FACETS_MAX]; /* ids; 0: not met yet */
};

struct fill {
	struct store *store;
	struct domain *domain;
	uint64_t rows, domains, days, clients, tls;
	int64_t last;
	bool plain;
	struct arena *a;
	struct buf bytes;
	uint64_t state; /* of the generator of numbers */
	uint64_t reports, row_n;
	uint32_t in_group;
	struct err err;
};

static struct fill the = { .rows = 20 * 1000 * 1000,
			   .domains = 2000,
			   .days = 730,
			   .clients = 150,
			   .tls = 360 * 1000 };
static char raw_bytes[RAW_MAX];

static _Noreturn void fail(const char *what)
{
	(void)fprintf(stderr, "fill: %s: %s\n", what, the.err.text);
	exit(1);
}

#define OK(call) \
	do { \
		if (!(call)) \
			fail(#call); \
	} while (0)

/* --- numbers: splitmix64 --- */

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t next(void)
{
	return mix(the.state += UINT64_C(0x9e3779b97f4a7c15));
}

static uint32_t below(uint32_t n)
{
	return (uint32_t)((next() >> 32) * n >> 32);
}

static double fraction(void)
{
	return (double)(next() >> 11) / 9007199254740992.0;
}

/* Small numbers far more often than large ones. */
static uint32_t skewed(uint32_t n)
{
	double u = fraction();
	return (uint32_t)(u * u * u * (double)n);
}

/* --- the world --- */

static void make_domains(void)
{
	double all = 0;
	the.domain = heap_array(the.domains, sizeof(*the.domain));
	for (uint64_t k = 0; k < the.domains; k++)
		all += pow((double)k + 1, -0.8);
	for (uint64_t k = 0; k < the.domains; k++) {
		struct domain *d = &the.domain[k];
		double share = pow((double)k + 1, -0.8) / all;
		(void)snprintf(d->name, sizeof(d->name), "domain-%04u.example",
			       (unsigned)k);
		d->rows_a_day = share * (double)the.rows / (double)the.days;
		double n = 20 + d->rows_a_day * 8;
		d->sources = (uint32_t)(n < 200 ? 200 : n > 5000 ? 5000 : n);
		n = FACETS_MIN + d->rows_a_day / 4;
		d->facets = (uint32_t)(n > FACETS_MAX ? FACETS_MAX : n);
	}
}

/* Of IPv4 three in four. */
static struct addr address(uint64_t n)
{
	uint64_t h = mix(n * 2 + 1);
	if (h % 4)
		return (struct addr){ .kind = ADDR_V4,
				      .b = { 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8),
					     (uint8_t)n } };
	struct addr a = { .kind = ADDR_V6, .b = { 0x20, 0x01, 0x0d, 0xb8 } };
	memcpy(a.b + 6, &h, sizeof(h));
	return a;
}

/* A source of a domain, by its number: its own, one of a service, or a stranger. */
static uint64_t draw_source(uint64_t k, bool *out_stranger)
{
	uint32_t kind = below(100);
	*out_stranger = kind < 3;
	if (kind < 3)
		return (1 << 20) + below(STRANGERS);
	if (kind < 35)
		return mix(k * 4 + below(4)) % SERVICES * SERVICE + skewed(SERVICE);
	return (1 << 20) + mix(k << 32 | skewed(the.domain[k].sources)) % STRANGERS;
}

#define TEXT(...) sv_from(arena_printf(the.a, __VA_ARGS__))

static void make_facet(uint64_t k, uint32_t at)
{
	struct domain *d = &the.domain[k];
	bool dkim = at % 10 < 8, spf = at % 3 != 1, passed = dkim || (spf && at % 5 == 0);
	struct report_auth sign = { .domain = dkim ? sv_from(d->name)
						   : TEXT("sender-%02u.example.net", at),
				    .selector = TEXT("s%u", at / 4),
				    .result = at % 10 < 9 ? SV("pass") : SV("fail") };
	struct report_auth from = { .domain = TEXT("bounce-%u.example.net", at / 2),
				    .scope = SV("mfrom"),
				    .result = spf ? SV("pass") : SV("softfail") };
	struct report_facet f = {
		.disposition = passed ? SV("none") : SV("quarantine"),
		.dkim = dkim ? SV("pass") : SV("fail"),
		.spf = passed && !dkim ? SV("pass") : SV("fail"),
		.header_from = at % 7 == 3 ? TEXT("n%u.%u.example", at, (unsigned)k)
					   : sv_from(d->name),
		.auth_dkim = &sign,
		.auth_dkim_n = 1,
		.auth_spf = &from,
		.auth_spf_n = 1,
	};
	buf_clear(&the.bytes);
	if (!report_facet_encode(&f, &the.bytes))
		abort();
	OK(facts_facet(the.store, KIND_AGGREGATE, buf_sv(&the.bytes),
		       report_facet_passed(buf_sv(&the.bytes)), &d->facet[at], &the.err));
}

/* --- one report --- */

struct row {
	uint32_t facet;
	struct addr source;
	uint64_t messages;
};

/* What a source sends looks mostly alike; strangers fail. */
static struct row draw_row(uint64_t k)
{
	struct domain *d = &the.domain[k];
	bool stranger;
	uint64_t n = draw_source(k, &stranger);
	uint64_t usual = mix(n ^ k << 40);
	uint32_t at = below(8) ? (uint32_t)(usual % d->facets) : below(d->facets);
	if (stranger)
		at = at / 10 * 10 + 9 < d->facets ? at / 10 * 10 + 9 : 9;
	return (struct row){ at, address(n), stranger ? 1 : 1 + skewed(60) };
}

static void put_rows(uint64_t k, uint32_t n, struct book_report *r)
{
	struct domain *d = &the.domain[k];
	for (uint32_t i = 0; i < n; i++) {
		struct row row = draw_row(k);
		bool passed = row.facet % 10 < 8 ||
			      (row.facet % 3 != 1 && row.facet % 5 == 0);
		if (!d->facet[row.facet])
			make_facet(k, row.facet);
		OK(facts_put(the.store, &row.source, d->facet[row.facet], row.messages,
			     &the.err));
		r->rows++;
		r->messages += row.messages;
		r->passed += passed ? row.messages : 0;
	}
}

static struct sv make_meta(const struct book_report *r)
{
	const struct report_meta m = { .org = r->org,
				       .email = r->email,
				       .report_id = r->report_id,
				       .domain = r->domain,
				       .begin = r->begin,
				       .end = r->end,
				       .has_begin = true,
				       .has_end = true,
				       .adkim = SV("r"),
				       .aspf = SV("r"),
				       .p = the.reports % 3 ? SV("none") : SV("reject"),
				       .pct = SV("100") };
	buf_clear(&the.bytes);
	if (!report_meta_encode(&m, &the.bytes))
		abort();
	return arena_sv(the.a, buf_sv(&the.bytes));
}

static void make_sha(uint8_t out[32])
{
	for (int i = 0; i < 4; i++) {
		uint64_t v = next();
		memcpy(out + (size_t)i * 8, &v, sizeof(v));
	}
}

static struct sv make_tls_meta(const struct book_report *r)
{
	const struct tls_meta m = { .org = r->org,
				    .contact = r->email,
				    .report_id = r->report_id,
				    .begin = r->begin,
				    .end = r->end,
				    .has_begin = true,
				    .has_end = true };
	buf_clear(&the.bytes);
	if (!tls_meta_encode(&m, &the.bytes))
		abort();
	return arena_sv(the.a, buf_sv(&the.bytes));
}

/* It came in a mail of its own. */
static void begin_raw(struct book_raw *raw, uint32_t rows, int64_t arrived)
{
	bool found;
	*raw = (struct book_raw){ .size = RAW_BASE + (uint64_t)rows * RAW_ROW,
				  .arrived = arrived,
				  .path = SV("/var/mail/reports/new/report.eml") };
	if (raw->size > RAW_MAX)
		raw->size = RAW_MAX;
	make_sha(raw->sha);
	OK(book_raw_find(the.store, raw->sha, the.a, raw, &found, &the.err));
	OK(book_raw_begin(the.store, raw, &the.err));
}

static void end_raw(const struct book_raw *raw, const struct book_report *r)
{
	const struct book_delivery d = { .raw_id = raw->id,
					 .kind = r->kind,
					 .status = STATUS_NEW,
					 .report = r->id,
					 .member = SV("report.xml.gz"),
					 .path = raw->path,
					 .by_mail = true,
					 .from = r->email,
					 .dkim_domains = r->org,
					 .subject = r->report_id,
					 .arrived = r->arrived };
	const struct sv bytes = { raw_bytes, (size_t)raw->size };
	OK(book_delivery_add(the.store, &d, &the.err));
	if (!the.plain)
		OK(book_raw_piece(the.store, raw->id, 0, RAW_PLAIN, (uint32_t)bytes.n,
				  bytes, &the.err));
	OK(book_raw_done(the.store, raw->id, 3, !the.plain, &the.err));
}

/* What the writer asks and does for a report that turns out to be new. */
static void enter(struct book_report *r)
{
	struct book_report known, *like;
	bool found;
	size_t n;
	OK(book_report_by_sha(the.store, r->sha, the.a, &known, &found, &the.err));
	OK(store_release(the.store, &the.err));
	OK(book_report_add(the.store, r, &the.err));
	OK(facts_put_end(the.store, r->id, &the.err));
	OK(book_reports_by_key(the.store, r, the.a, &like, &n, &the.err));
	OK(facts_count(the.store, r->id, true, &the.err));
}

static struct book_report make_report(uint64_t k, uint8_t kind, uint32_t reporter,
				      int64_t day)
{
	return (struct book_report){
		.kind = kind,
		.org = TEXT("reporter-%02u.example", reporter),
		.email = TEXT("dmarc@reporter-%02u.example", reporter),
		.report_id = TEXT("%llu.%llx", (unsigned long long)the.reports,
				  (unsigned long long)next()),
		.domain = sv_from(the.domain[k].name),
		.has_begin = true,
		.has_end = true,
		.begin = day * DATE_DAY_SECONDS,
		.end = day * DATE_DAY_SECONDS + DATE_DAY_SECONDS - 1,
		.complete = true,
		.first_day = day,
		.days = 1,
		.arrived = (day + 1) * DATE_DAY_SECONDS + below(40000),
		.member = SV("report.xml.gz")
	};
}

static void add_report(uint64_t k, uint32_t reporter, int64_t day, uint32_t rows)
{
	struct book_raw raw;
	struct book_report r = make_report(k, KIND_AGGREGATE, reporter, day);
	begin_raw(&raw, rows, r.arrived);
	OK(store_savepoint(the.store, &the.err));
	OK(facts_put_begin(the.store, &the.err));
	put_rows(k, rows, &r);
	make_sha(r.sha);
	r.raw_id = raw.id;
	r.meta = make_meta(&r);
	enter(&r);
	end_raw(&raw, &r);
	the.reports++;
	the.row_n += rows;
}

/* Of one policy; now and then some sessions failed. */
static void add_tls_report(uint64_t k, uint32_t reporter, int64_t day)
{
	struct book_raw raw;
	struct book_report r = make_report(k, KIND_TLS, reporter, day);
	struct book_tls line = { .day = day,
				 .type = TLS_POLICY_STS,
				 .domain = r.domain,
				 .succeeded = 1 + skewed(5000),
				 .failed = below(30) ? 0 : 1 + skewed(100),
				 .policy = SV("version: STSv1\nmode: enforce"),
				 .mx = TEXT("mx.%s", the.domain[k].name) };
	struct book_tls_failure failure = { .result = TLS_RESULT_CERTIFICATE_EXPIRED,
					    .mx = line.mx,
					    .sessions = line.failed };
	begin_raw(&raw, 1, r.arrived);
	OK(store_savepoint(the.store, &the.err));
	OK(facts_put_begin(the.store, &the.err));
	make_sha(r.sha);
	r.raw_id = raw.id;
	r.meta = make_tls_meta(&r);
	r.rows = 1;
	r.messages = line.succeeded + line.failed;
	r.passed = line.succeeded;
	enter(&r);
	line.report = failure.report = r.id;
	OK(book_tls_add(the.store, &line, &the.err));
	OK(!line.failed || book_tls_failure_add(the.store, &failure, &the.err));
	end_raw(&raw, &r);
	the.reports++;
}

/* --- all of them --- */

static void close_group(void)
{
	OK(store_commit(the.store, &the.err));
	the.in_group = 0;
}

/* No rows: a TLS report. */
static void add_one(uint64_t k, uint32_t reporter, int64_t day, uint32_t rows)
{
	if (the.in_group == 0)
		OK(store_begin(the.store, &the.err));
	if (rows)
		add_report(k, reporter, day, rows);
	else
		add_tls_report(k, reporter, day);
	arena_reset(the.a);
	if (++the.in_group == GROUP)
		close_group();
}

static uint32_t rows_of(double mean, int64_t day)
{
	double n = mean * (day % 7 < 5 ? 1.2 : 0.5) * (0.7 + 0.6 * fraction());
	return (uint32_t)(n + fraction());
}

/* Large reporters see most of the mail. */
static void add_day(uint64_t k, int64_t day)
{
	uint32_t left = rows_of(the.domain[k].rows_a_day, day);
	uint32_t n = 1 + left / ROWS_A_REPORTER;
	n = n > REPORTERS_A_DAY ? REPORTERS_A_DAY : n;
	for (uint32_t i = 0; i < n && left; i++) {
		uint32_t rows = i + 1 == n ? left : (left + 2) / 3;
		uint32_t who = i < 3 ? i : 3 + i * 5 + (uint32_t)(k + (uint64_t)day) % 5;
		add_one(k, who % REPORTERS, day, rows);
		left -= rows;
	}
}

static void add_tls_of_day(int64_t day)
{
	for (uint64_t i = 0; i < the.tls / the.days; i++)
		add_one(skewed((uint32_t)the.domains), below(5), day, 0);
}

static void add_clients(void)
{
	if (!the.clients)
		return;
	OK(store_begin(the.store, &the.err));
	uint64_t each = the.domains * 9 / 10 / the.clients;
	for (uint64_t c = 0; c < the.clients; c++) {
		struct book_client client = { .name = TEXT("Client %03u", (unsigned)c),
					      .created = the.last * DATE_DAY_SECONDS };
		OK(book_client_add(the.store, &client, &the.err));
		for (uint64_t i = 0; i < each; i++) {
			struct book_domain d = {
				.client = client.id,
				.name = sv_from(the.domain[i * the.clients + c].name),
				.created = client.created
			};
			OK(book_domain_add(the.store, &d, &the.err));
		}
	}
	OK(store_commit(the.store, &the.err));
}

static void read_option(struct sv option)
{
	static const struct {
		const char *name;
		uint64_t *to;
	} numbers[] = { { "rows", &the.rows },
			{ "domains", &the.domains },
			{ "days", &the.days },
			{ "clients", &the.clients },
			{ "tls", &the.tls } };
	struct sv name = sv_take_until(&option, '=');
	if (sv_eq(name, SV("plain")))
		the.plain = true;
	else if (sv_eq(name, SV("last"))) {
		if (!date_parse_day(option, &the.last))
			exit(64);
	} else
		for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
			if (sv_eq(name, sv_from(numbers[i].name)) &&
			    !sv_to_u64(option, numbers[i].to))
				exit(64);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 64;
	the.last = date_from_civil(2026, 6, 30);
	for (int i = 2; i < argc; i++)
		read_option(sv_from(argv[i]));
	const struct store_options o = { .path = argv[1], .mode = STORE_CREATE };
	the.store = store_open(&o, &the.err);
	the.a = arena_new();
	buf_init(&the.bytes, LIMIT_META);
	if (!the.store)
		fail(argv[1]);
	for (size_t i = 0; i < RAW_MAX; i++)
		raw_bytes[i] = (char)next();
	make_domains();
	add_clients();
	for (int64_t day = the.last - (int64_t)the.days + 1; day <= the.last; day++) {
		for (uint64_t k = 0; k < the.domains; k++)
			add_day(k, day);
		add_tls_of_day(day);
	}
	if (the.in_group)
		close_group();
	(void)printf("%llu reports, %llu rows\n", (unsigned long long)the.reports,
		     (unsigned long long)the.row_n);
	buf_deinit(&the.bytes);
	arena_free(&the.a);
	free(the.domain);
	store_close(&the.store);
	return 0;
}
