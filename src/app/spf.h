/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SPF_H
#define APP_SPF_H

#include "base/err.h"
#include "spf/spf.h"

/* SPF asked for by itself: one question, or one after the other. */
struct app_spf;
struct app_spf_options {
	const char *server, *trust_anchor, *zone; /* as in struct app_enrich */
};
struct app_spf *app_spf_open(const struct app_spf_options *o, struct err *err);
void app_spf_close(struct app_spf **s);

/* The answer lives in the arena. */
void app_spf_check(struct app_spf *s, const struct spf_question *q, struct arena *a,
		   struct spf_answer *out);

/* A question as JSON: {"ip", "helo", "mail_from"}, the last two may be absent. */
bool app_spf_read(struct sv line, struct arena *a, struct spf_question *out,
		  struct err *err);

#endif
