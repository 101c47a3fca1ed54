/* SPDX-License-Identifier: Apache-2.0 */
#include "report/aggregate.h"

#include "base/date.h"

enum {
	PLAIN_SECONDS = 26 * 3600,
	SPREAD_SECONDS = 31 * DATE_DAY_SECONDS
};

struct report_days report_days(bool has_begin, int64_t begin, bool has_end, int64_t end,
			       int64_t arrived)
{
	struct report_days d = { date_day_of(has_begin ? begin
					     : has_end ? end
						       : arrived),
				 1, WINDOW_ODD };
	int64_t length;
	if (!has_begin || !has_end || __builtin_sub_overflow(end, begin, &length) ||
	    length < 0 || length > SPREAD_SECONDS)
		return d;
	d.window = WINDOW_PLAIN;
	if (length <= PLAIN_SECONDS)
		return d;
	/* A window that ends at midnight does not touch the day that begins there. */
	d.window = WINDOW_SPREAD;
	d.n = (uint32_t)(date_day_of(end - 1) - d.first) + 1;
	return d;
}

uint64_t report_day_share(uint64_t messages, uint64_t k, uint32_t n, uint32_t i)
{
	uint64_t begin = k % n;
	uint64_t nth = (i + n - begin) % n;
	return messages / n + (nth < messages % n);
}
