/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/date.h"
#include "cli/spark.h"

enum {
	SPARK_DEFAULT = 60,
	SPARK_MOST = 120,
	WIDE = 110
};

void show_subject(struct out *o, const struct app_domain_line *l, bool seen,
		  int64_t first_day, int64_t last_day)
{
	char from[DATE_TEXT], to[DATE_TEXT];
	outf(o, "%s", paint_on(o, PAINT_BOLD));
	out_text(o, l->name);
	outf(o, "%s: ", paint_off(o, PAINT_BOLD));
	if (l->assigned) {
		outf(o, "a %s%s domain of ", l->retired ? "retired " : "",
		     app_use_name(l->use));
		out_text(o, l->client);
	} else {
		out_str(o, l->refused ? "belongs to no client, and is refused"
				      : "belongs to no client");
	}
	if (seen)
		outf(o, "; %s to %s", date_format_day(first_day, from),
		     date_format_day(last_day, to));
}

void show_subject_json(struct json *j, const struct app_domain_line *l)
{
	json_string(j, "domain", l->name);
	if (l->assigned)
		json_string(j, "client", l->client);
	else
		json_null(j, "client");
	json_str(j, "group", l->assigned ? "client" : "unassigned");
	json_str(j, "use", l->assigned ? app_use_name(l->use) : NULL);
	json_bool(j, "retired", l->retired);
	json_bool(j, "refused", l->refused);
}

/* What is left of the width beside "  succeeded  " and "  up to 1,234,567 a day". */
static size_t trend_cells(const struct out *o)
{
	size_t cells = o->width == 0 ? SPARK_DEFAULT : o->width > 46 ? o->width - 36 : 10;
	return cells < SPARK_MOST ? cells : SPARK_MOST;
}

static void trend_line(struct out *o, const char *label, const uint64_t *value, size_t n,
		       double scale, enum paint p)
{
	char text[WORDS_TEXT];
	uint64_t most = 0;
	for (size_t i = 0; i < n; i++)
		most = value[i] > most ? value[i] : most;
	outf(o, "  %-9s  %s", label, paint_on(o, p));
	spark_add(&o->b, value, n, trend_cells(o), scale);
	outf(o, "%s  up to %s a day\n", paint_off(o, p), words_number(most, text));
}

void show_trend(struct out *o, const char *good, const uint64_t *passed,
		const uint64_t *failed, size_t n)
{
	if (n < 2)
		return;
	double up = spark_most(passed, n, trend_cells(o));
	double down = spark_most(failed, n, trend_cells(o));
	double scale = up > down ? up : down;
	out_str(o, "\n");
	trend_line(o, good, passed, n, scale, PAINT_GOOD);
	trend_line(o, "failed", failed, n, scale, PAINT_BAD);
}

bool show_is_wide(const struct out *o)
{
	return o->width == 0 || o->width >= WIDE;
}

const char *show_month(int64_t month, char out[DATE_TEXT])
{
	int64_t year = month >= 0 ? month / 12 : (month - 11) / 12;
	date_format_day(
		date_from_civil(1970 + year, (unsigned)(month - year * 12) + 1, 1), out);
	out[7] = '\0';
	return out;
}

void show_add_months(struct buf *b, const struct app_earlier *e)
{
	char month[DATE_TEXT];
	buf_add_str(b, show_month(e->first_month, month));
	if (e->last_month != e->first_month)
		buf_addf(b, " to %s", show_month(e->last_month, month));
}

void show_months_json(struct json *j, const struct app_earlier *e)
{
	char month[DATE_TEXT];
	json_str(j, "first_month", show_month(e->first_month, month));
	json_str(j, "last_month", show_month(e->last_month, month));
}

void show_more(struct out *o, uint64_t n, uint64_t shown)
{
	if (n <= shown)
		return;
	out_str(o, "  ... and ");
	show_count(o, n - shown, "more", "more");
	out_str(o, "\n");
}
