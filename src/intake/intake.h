/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H

#include "base/err.h"
#include "base/sv.h"
#include "report/aggregate.h"

#include <signal.h>

/*
 * Evidence in: reads paths, unpacks and parses in a pool of confined workers, and keeps
 * what they hold. The caller is the parent and feeder: it never opens the database (the
 * writer, a process of its own, does) and parses nothing from outside.
 */

/* What reading a raw copy again brought. */
enum intake_change {
	CHANGE_NONE,   /* it is no reading again */
	CHANGE_SAME,   /* as it was */
	CHANGE_READ,   /* a report now, where it was refused or kept aside */
	CHANGE_REPORT, /* the report reads otherwise */
	CHANGE_REASON, /* no report, now as then; the reason is another */
	CHANGE_KEPT,   /* today's reader would refuse it; it stays as it was */
};

/* As it was before. */
struct intake_before {
	uint8_t kind, status; /* enum book_kind, enum book_status */
	bool report, complete;
	struct sv org, report_id, domain, reason;
	uint64_t rows, messages, passed, repair_n;
};

/* One member of one input, told after its commit. Views last for the call only. All
 * text is as found: whoever shows it makes it visible (base/text.h). */
struct intake_outcome {
	struct sv path, member;
	uint8_t kind, status; /* enum book_kind, enum book_status */
	struct sv id;         /* hex, empty where it is no report */
	struct sv org, report_id, domain;
	struct sv domains; /* of a TLS report: each on a line */
	bool has_begin, has_end;
	int64_t begin, end;
	uint64_t rows, messages, passed;
	struct sv repairs; /* repair_encode(), one after the other */
	uint64_t repair_n; /* all, also those not listed */
	struct sv reason;
	bool complete;
	uint8_t left;   /* enum scan_cause: why the scanner left it to expat */
	uint8_t change; /* enum intake_change */
	struct intake_before before; /* where it is a change */
};

struct intake_summary {
	uint64_t files;   /* files and mails */
	uint64_t reports; /* members that are reports, whatever their status */
	uint64_t new_, duplicate, superseded, conflict, refused, aside, repaired;
	int64_t rows, messages, passed; /* by how much the totals grew */
	double seconds;
	bool interrupted;
};

struct intake_progress {
	uint64_t files, files_all; /* files_all 0: not known yet */
	uint64_t bytes, bytes_all;
	uint64_t reports;
	double seconds;
};

struct intake_options {
	const char *db;
	const char *const *paths; /* "-" is standard input */
	size_t path_n;
	unsigned jobs; /* >= 1 */
	bool has_now;
	int64_t now;            /* arrival time, where the caller fixed it */
	bool keep_failure_body; /* failure reports: keep the mail too (personal data) */
	enum aggregate_parser parser;     /* that aggregate reports are first read with */
	const struct intake_again *again; /* NULL: read the paths */
	bool count_first; /* walk the paths once before, so that progress knows the end */
	const volatile sig_atomic_t *stop; /* set by a signal handler: finish cleanly */
	void (*outcome)(void *ctx, const struct intake_outcome *o);
	void (*progress)(void *ctx, const struct intake_progress *p); /* twice a second */
	void (*warning)(void *ctx, const char *sentence);
	void *ctx;
};

/* Reads the raw copies in the database again, instead of paths (of which there are none
 * then). */
struct intake_again {
	int64_t arrived_from; /* raw that arrived from this second on */
	bool any_kind;
	uint8_t kind; /* raw with such a member */
	bool dry_run; /* say what would change, and change nothing */
};

/* False: ERR_NO_INPUT (a path cannot be read; the others were), ERR_TEMP, ERR_CONFIG. The
 * summary is filled in every case. Interrupted by `stop` is ERR_TEMP too. */
bool intake_run(const struct intake_options *o, struct intake_summary *out,
		struct err *err);

#endif
