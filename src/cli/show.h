/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "app/backup.h"
#include "app/changes.h"
#include "app/client.h"
#include "app/enrich.h"
#include "app/failure_reports.h"
#include "app/findings.h"
#include "app/fsck.h"
#include "app/ingest.h"
#include "app/overview.h"
#include "app/post.h"
#include "app/readiness.h"
#include "app/refused.h"
#include "app/reporters.h"
#include "app/reports.h"
#include "app/retention.h"
#include "app/senders.h"
#include "app/services.h"
#include "app/spf.h"
#include "app/tls.h"
#include "app/verify.h"
#include "app/volume.h"
#include "cli/out.h"
#include "cli/settings.h"

/*
 * Answers as text, JSON or CSV: o->form says which. The JSON and CSV are described in
 * docs/json.md; a test compares the two.
 */
void show_overview(struct out *o, const struct app_overview *v,
		   const struct app_filter *filter);
void show_domain(struct out *o, const struct app_domain *d);
void show_records(struct out *o, const struct record_set *set);
void show_domain_added(struct out *o, const struct app_domain_added *d);
void show_domain_retired(struct out *o, const struct app_domain_line *d);
void show_domains(struct out *o, const struct app_domain_line *d, size_t n);
void show_clients(struct out *o, const struct app_client *c, size_t n);
void show_client(struct out *o, const struct app_client *c);
void show_client_added(struct out *o, const struct app_client_added *c);
void show_client_retired(struct out *o, const struct app_client *c);
void show_unassigned(struct out *o, const struct app_domain_line *d, size_t n,
		     uint32_t limit, bool filtered);
void show_refused(struct out *o, const struct app_refusal *r);
void show_tls(struct out *o, const struct app_tls *t);
void show_tls_domains(struct out *o, const struct app_tls_list *l, uint32_t limit);
void show_failures(struct out *o, const struct app_failure_reports *f);
void show_failure_domains(struct out *o, const struct app_failure_list *l,
			  uint32_t limit);
void show_marked(struct out *o, const struct app_marked *m);
void show_enriched(struct out *o, const struct app_enriched *e);
void show_readiness(struct out *o, const struct app_readiness *v, uint32_t limit);
void show_reporting(struct out *o, const struct app_reporters *v, uint32_t limit);
void show_volume(struct out *o, const struct app_volume *v);
void show_letters(struct out *o, const struct app_letters *l, const char *dir);
void show_posted(struct out *o, const struct app_post *p);
void show_changes(struct out *o, const struct app_changes *v, uint32_t limit);
void show_fleet(struct out *o, const struct app_fleet *v, uint32_t limit);
void show_senders(struct out *o, const struct app_senders *s, uint32_t limit);
void show_findings(struct out *o, const struct app_findings *v, uint32_t limit);
void show_decided(struct out *o, const struct app_finding *v);
void show_services(struct out *o, const struct service_catalogue *c);
void show_verification(struct out *o, const struct app_verification *v);
void show_service(struct out *o, const struct service *s);
void show_spf(struct out *o, const struct spf_question *q, const struct spf_answer *v,
	      bool trace);
void show_spf_line(struct out *o, const struct spf_answer *v); /* of a batch */
void show_fsck(struct out *o, const struct app_fsck *f);
void show_retention(struct out *o, const struct app_retention *r);
void show_backup(struct out *o, const char *file, const struct app_backup *b);
void show_inspection(struct out *o, const char *file, const struct app_inspection *i);
void show_restored(struct out *o, const char *db, const struct app_restored *r);
void show_drill(struct out *o, const struct app_drill *d);
void show_settings(struct out *o, const struct settings *s);
void show_settings_check(struct out *o, const struct settings *s);

/* A list of reports, of all or of one domain: begin, each, end. */
struct report_list;
struct report_list *show_reports_begin(struct out *o, enum app_kind kind, uint64_t all,
				       struct sv domain);
void show_reports_next(struct report_list *l, const struct app_report *r);
/* `offset`: how many were left out before. */
void show_reports_end(struct report_list **l, uint64_t offset);

/* One report: all but its rows (lists of other kinds at most `limit` lines in text, 0
 * all), each row, the end. */
struct report_rows;
struct report_rows *show_report_begin(struct out *o, const struct app_report_detail *d,
				      uint32_t limit);
void show_report_row(struct report_rows *r, const struct app_row *row);
void show_report_end(struct report_rows **r);

/* What was refused or kept aside: begin, each, end. */
struct refused_list;
struct refused_list *show_refused_begin(struct out *o, uint64_t all);
void show_refused_next(struct refused_list *l, const struct app_refused_item *r);
void show_refused_end(struct refused_list **l);

/* What reading the raw copies again brought: begin, each, end. The summary is NULL where
 * the command failed. */
struct show_reparse;
struct show_reparse *show_reparse_begin(struct out *o, bool dry_run, bool quiet);
void show_reparse_next(struct show_reparse *r, const struct intake_outcome *v);
void show_reparse_end(struct show_reparse **r, const struct intake_summary *s);

/* One outcome of an ingest on a line of its own. */
void show_outcome_json(struct out *o, const struct intake_outcome *v);
struct grid; /* CSV: a grid that grid_end() ends */
struct grid *show_outcomes_begin(struct out *o);
void show_outcome_csv(struct grid *g, const struct intake_outcome *v);
void show_summary_json(struct out *o, const struct intake_summary *s);

#endif
