/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_FSCK_H
#define APP_FSCK_H

#include "app/app.h"

struct app_fsck {
	uint64_t reports, rows, domain_days; /* looked at */
	uint64_t differ; /* (domain, day) whose roll-up differs, and the overview kept */
	uint64_t facets_differ;  /* rows whose outcome is judged otherwise today */
	uint64_t figures_differ; /* reports whose figures are not those of their rows */
	uint64_t rows_missing;   /* reports with fewer rows than their figures say: these
				    and the sums of their domains are left alone */
	uint64_t sealed_months;  /* of a domain and a kind, looked at */
	uint64_t sealed_differ;  /* domains whose old months are not those of their
				    reports: mending leaves these */
	uint64_t tls_differ;     /* TLS reports: of their policies. They are not mended */
	uint64_t raw_copies, raw_bytes; /* looked at */
	uint64_t raw_damaged; /* copies that are not what came. They are not mended */
	bool mended;
	char first[200];     /* the first difference in words, or "" */
	char raw_first[200]; /* where the first damaged copy was read from, or "" */
};
enum app_fsck_stage {
	APP_FSCK_FILE, /* its progress is in MiB */
	APP_FSCK_REPORTS,
	APP_FSCK_RAW, /* in MiB */
	APP_FSCK_STAGES
};
typedef void app_fsck_progress(void *ctx, enum app_fsck_stage stage, uint64_t done,
			       uint64_t all);
struct app_fsck_options {
	bool mend;
	app_fsck_progress *progress; /* may be NULL */
	void *ctx;
};

/* What mending is for agrees. */
bool app_fsck_sums_agree(const struct app_fsck *f);
bool app_fsck_is_sound(const struct app_fsck *f); /* all of it */
/* Sound, or mended, and nothing is left that mending does not reach. */
bool app_fsck_is_done(const struct app_fsck *f);

/* Rebuilds the roll-ups from the facts, compares, and mends where that is asked; reads
 * each raw copy, and holds it against what came. */
bool app_fsck(const struct app *app, const struct app_fsck_options *o,
	      struct app_fsck *out, struct err *err);

#endif
