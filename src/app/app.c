/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

struct app_filter app_filter_all(void)
{
	return (struct app_filter){ .day_from = INT64_MIN, .day_to = INT64_MAX };
}

bool app_filter_is_open(const struct app_filter *f)
{
	return f->client.n == 0 && f->domain.n == 0 && f->day_from == INT64_MIN &&
	       f->day_to == INT64_MAX && f->result == APP_RESULT_ALL;
}

void app_figures_add(struct app_figures *sum, const struct app_figures *f)
{
	sum->reports += f->reports;
	sum->rows += f->rows;
	sum->messages += f->messages;
	sum->passed += f->passed;
}

const char *app_use_name(enum app_use u)
{
	return u == APP_PARKED ? "parked" : "sending";
}
