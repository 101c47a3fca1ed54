/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SCOPE_INT_H
#define APP_SCOPE_INT_H

#include "app/app.h"
#include "store/book.h"
#include "store/facts.h"

/*
 * What a question is about: the open store, the book as it stands, who owns which policy
 * domain, and those that a filter lets through.
 */
struct scope {
	struct store *store;
	const struct app *app;
	struct arena *arena;
	struct app_filter filter;
	struct book_client *client; /* by name */
	size_t client_n;
	struct book_domain *entry; /* by owner_sort() */
	size_t entry_n;
	struct book_policy_domain *policy; /* by id */
	const struct book_domain **owner;  /* of each policy domain; NULL: nobody */
	size_t policy_n;
	int64_t *id; /* policy domains that the filter lets through, sorted */
	size_t id_n;
	bool whole; /* the filter lets all domains through */
};

/* Opens the store and reads the book. `filter` may be NULL: all. */
bool scope_open(struct scope *s, const struct app *app, enum store_mode mode,
		const struct app_filter *filter, struct arena *a, struct err *err);
/* The same in two steps: only the store; then the book. */
bool scope_open_store(struct scope *s, const struct app *app, enum store_mode mode,
		      const struct app_filter *filter, struct arena *a, struct err *err);
bool scope_read(struct scope *s, struct err *err);
void scope_close(struct scope *s);

/* The same question for the store's two halves. Where scope_is_empty() there is nothing
 * to ask. */
bool scope_is_empty(const struct scope *s);
bool scope_has(const struct scope *s, int64_t policy_id);
struct facts_query scope_query(const struct scope *s);
struct book_report_filter scope_reports(const struct scope *s);

const struct book_policy_domain *scope_policy(const struct scope *s, int64_t id);
const struct book_client *scope_client(const struct scope *s, int64_t id);
/* By name, ASCII case folded; NULL where there is none. */
const struct book_client *scope_client_named(const struct scope *s, struct sv name);
const struct book_domain *scope_entry_named(const struct scope *s, struct sv name);
/* Does the filter's client and domain let a domain through, of that owner (NULL: nobody)?
 */
bool scope_selects(const struct scope *s, const struct book_domain *owner,
		   struct sv name);
/* The place of a policy domain's line among all: that of the entry which owns it, then
 * those of policy domains. SCOPE_NO_LINE for one that came after the book was read. */
#define SCOPE_NO_LINE SIZE_MAX
size_t scope_line_of(const struct scope *s, int64_t policy_id);
/* The line in that place, without days and figures. */
void scope_line_name(const struct scope *s, size_t line, struct app_domain_line *out);
/* Whose a domain is, without days and figures. */
void scope_subject(const struct scope *s, struct sv name, struct app_domain_line *out);
/* Policy domains that `entry` owns (NULL: that nobody owns), sorted, in the arena. */
size_t scope_owned(const struct scope *s, const struct book_domain *entry,
		   int64_t **out_ids);

/* A line for each domain that the filter lets through: clients by name, their domains by
 * messages, then those that nobody owns. Retired and refused ones where `also_idle` or
 * where something counts. */
bool scope_lines(const struct scope *s, bool also_idle, struct app_domain_line **out,
		 size_t *out_n, struct err *err);

/* facts_sources() as plain data. */
bool scope_sources(const struct scope *s, const struct facts_query *q, uint32_t limit,
		   struct app_source **out, size_t *out_n, uint64_t *out_all,
		   struct err *err);

/* What retention left of the scope's reports of a kind: whole months within its days. */
bool scope_earlier(const struct scope *s, uint8_t kind, struct app_earlier *out,
		   struct err *err);
/* Of the domains asked for only totals of months are there before this day, and the range
 * asked for reaches beyond it; false: all details are there. *out_cut: the range begins
 * or ends within such a month, which thus counts for nothing. */
bool scope_sealed(const struct scope *s, bool *out, int64_t *out_from, bool *out_cut,
		  struct err *err);

/* Ends what store_begin() began: commits where `ok`, else takes all back. Returns ok. */
bool scope_commit(struct scope *s, bool ok, struct err *err);

/* Lower case, blanks and the last dot gone: how names are looked up. */
struct sv scope_fold(struct sv name, struct arena *a);

#endif
