/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/read_int.h"

#include <stdio.h>

/* The members of one object and of those within it, by what they mean. */
struct members {
	json_t *at[TLS_MEMBER_N];
	struct members *flat; /* of the policy that a report without `policies` is */
};

static bool collect(struct tls_reader *r, struct members *to, json_t *object,
		    enum tls_place place);

/* "policy/vendor": the name of a member that the RFC does not know, from its report,
 * policy or failure. */
static bool keep_unknown(struct tls_reader *r, enum tls_place place, const char *key,
			 json_t *v)
{
	static const enum tls_member in[] = {
		[TLS_AT_RANGE] = TLS_MEMBER_RANGE,
		[TLS_AT_POLICY] = TLS_MEMBER_POLICY,
		[TLS_AT_SUMMARY] = TLS_MEMBER_SUMMARY,
		[TLS_AT_FAILURE] = TLS_MEMBER_UNKNOWN,
	};
	const char *before = tls_member_name(in[place]);
	return tls_extra(r,
			 sv_from(arena_printf(r->scratch, "%s%s%s", before,
					      *before ? "/" : "", key)),
			 v);
}

static void note_spelling(struct tls_reader *r, enum tls_member m, enum tls_spelling how,
			  const char *key)
{
	if (how == TLS_SPELT_OTHERWISE)
		tls_note(r, REPAIR_MEMBER_SPELLING, m, sv_from(key));
	else if (how == TLS_SPELT_ALIAS)
		tls_note(r, REPAIR_MEMBER_ALIAS, m, sv_from(key));
}

/* An object that is there to hold others. */
static bool collect_within(struct tls_reader *r, struct members *to, enum tls_member m,
			   json_t *v)
{
	enum tls_place place = m == TLS_MEMBER_RANGE    ? TLS_AT_RANGE
			       : m == TLS_MEMBER_POLICY ? TLS_AT_POLICY
							: TLS_AT_SUMMARY;
	if (json_array_size(v) == 1 && json_is_object(json_array_get(v, 0))) {
		tls_note(r, REPAIR_LIST_FORM, m, (struct sv){ 0 });
		v = json_array_get(v, 0);
	}
	if (json_is_object(v))
		return collect(r, to, v, place);
	tls_note(r, REPAIR_VALUE_FORM, m, tls_scalar(r, v));
	return tls_extra(r, sv_from(tls_member_name(m)), v);
}

static bool collect_one(struct tls_reader *r, struct members *to, enum tls_place place,
			const char *key, json_t *v)
{
	enum tls_spelling how = TLS_SPELT_RIGHT;
	enum tls_member m = tls_member_find(place, sv_from(key), &how);
	if (m == TLS_MEMBER_UNKNOWN && to->flat &&
	    tls_member_find(TLS_AT_ENTRY, sv_from(key), &how))
		return collect_one(r, to->flat, TLS_AT_ENTRY, key, v);
	if (m == TLS_MEMBER_UNKNOWN)
		return keep_unknown(r, place, key, v);
	if (json_is_null(v))
		return true;
	note_spelling(r, m, how, key);
	if (tls_member_place(m) != place)
		tls_note(r, REPAIR_MEMBER_MISPLACED, m, (struct sv){ 0 });
	if (m == TLS_MEMBER_RANGE || m == TLS_MEMBER_POLICY || m == TLS_MEMBER_SUMMARY)
		return collect_within(r, to, m, v);
	if (to->at[m])
		tls_note(r, REPAIR_MEMBER_TWICE, m, tls_scalar(r, to->at[m]));
	to->at[m] = v;
	return true;
}

static bool collect(struct tls_reader *r, struct members *to, json_t *object,
		    enum tls_place place)
{
	const char *key;
	json_t *value;
	bool ok = true;
	json_object_foreach(object, key, value)
		ok = ok && collect_one(r, to, place, key, value);
	return ok;
}

/* A list's elements: one object or value alone is a list of itself. */
static size_t list_size(struct tls_reader *r, enum tls_member m, json_t *v)
{
	if (!v || json_is_array(v))
		return json_array_size(v);
	if (json_is_object(v))
		tls_note(r, REPAIR_LIST_FORM, m, (struct sv){ 0 });
	return 1;
}

static json_t *list_at(json_t *v, size_t i)
{
	return json_is_array(v) ? json_array_get(v, i) : v;
}

/* An element that is no object in a list of objects. */
static bool keep_stray(struct tls_reader *r, enum tls_member m, json_t *v)
{
	tls_note(r, REPAIR_ENTRY_FORM, m, tls_scalar(r, v));
	return json_is_null(v) || tls_extra(r, sv_from(tls_member_name(m)), v);
}

/* A session that failed has failed once at least. */
static uint64_t count_failed(struct tls_reader *r, json_t *v)
{
	uint64_t n;
	if (tls_count(r, TLS_MEMBER_SESSIONS, v, &n) == TLS_NOT_COUNTED)
		n = 1;
	if (n > LIMIT_MESSAGES - r->details) {
		tls_note(r, REPAIR_SESSIONS_HUGE, TLS_MEMBER_SESSIONS,
			 v ? tls_scalar(r, v) : (struct sv){ 0 });
		n = r->details < LIMIT_MESSAGES ? 1 : 0;
	}
	r->details += n;
	return n;
}

static bool read_failure(struct tls_reader *r, json_t *v, struct tls_failure *f)
{
	struct members m = { { NULL }, NULL };
	bool ok = collect(r, &m, v, TLS_AT_FAILURE) &&
		  tls_result_word(r, m.at[TLS_MEMBER_RESULT], &f->result,
				  &f->result_text) &&
		  tls_address(r, TLS_MEMBER_SENDING_IP, m.at[TLS_MEMBER_SENDING_IP],
			      &f->sending, &f->sending_text) &&
		  tls_address(r, TLS_MEMBER_RECEIVING_IP, m.at[TLS_MEMBER_RECEIVING_IP],
			      &f->receiving, &f->receiving_text) &&
		  tls_domain(r, TLS_MEMBER_RECEIVING_MX, m.at[TLS_MEMBER_RECEIVING_MX],
			     &f->mx) &&
		  tls_text(r, TLS_MEMBER_RECEIVING_HELO, m.at[TLS_MEMBER_RECEIVING_HELO],
			   &f->helo) &&
		  tls_text(r, TLS_MEMBER_INFO, m.at[TLS_MEMBER_INFO], &f->info) &&
		  tls_text(r, TLS_MEMBER_REASON, m.at[TLS_MEMBER_REASON], &f->reason);
	if (!ok)
		return false;
	f->sessions = count_failed(r, m.at[TLS_MEMBER_SESSIONS]);
	f->extra = r->extras.at;
	f->extra_n = r->extras.n;
	buf_clear(&r->part);
	return tls_failure_encode(f, &r->part) || tls_refuse_part(r);
}

static bool read_failures(struct tls_reader *r, json_t *v, struct tls_policy *p)
{
	size_t n = list_size(r, TLS_MEMBER_DETAILS, v);
	if (n > LIMIT_TLS_FAILURES - r->failures_n)
		return tls_refuse(r,
				  "the report has more than %d failure details, the most "
				  "that is read",
				  LIMIT_TLS_FAILURES);
	struct tls_failure *failures = arena_array(r->arena, n, sizeof(*failures));
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		json_t *at = list_at(v, i);
		if (!json_is_object(at)) {
			ok = keep_stray(r, TLS_MEMBER_DETAILS, at);
			continue;
		}
		r->failure = i + 1;
		struct tls_extras around = r->extras;
		r->extras = (struct tls_extras){ NULL, 0 };
		ok = read_failure(r, at, &failures[p->failures_n]);
		p->failures_n++;
		r->failure = 0;
		r->extras = around;
	}
	p->failures = failures;
	r->failures_n += p->failures_n;
	return ok;
}

/* A summary's count; more than a report may have counts as none. */
static bool count_summary(struct tls_reader *r, enum tls_member m, json_t *v,
			  uint64_t *out)
{
	if (tls_count(r, m, v, out) == TLS_NOT_COUNTED)
		return false;
	if (*out > LIMIT_MESSAGES - r->sessions) {
		tls_note(r, REPAIR_SESSIONS_HUGE, m, tls_scalar(r, v));
		*out = 0;
	}
	r->sessions += *out;
	return true;
}

static void count_sessions(struct tls_reader *r, const struct members *m,
			   struct tls_policy *p)
{
	uint64_t of_details = 0;
	for (size_t i = 0; i < p->failures_n; i++)
		of_details += p->failures[i].sessions;
	(void)count_summary(r, TLS_MEMBER_SUCCEEDED, m->at[TLS_MEMBER_SUCCEEDED],
			    &p->succeeded);
	if (!count_summary(r, TLS_MEMBER_FAILED, m->at[TLS_MEMBER_FAILED], &p->failed)) {
		uint64_t room = LIMIT_MESSAGES - r->sessions;
		p->failed = of_details < room ? of_details : room;
		r->sessions += p->failed;
	} else if (p->failed != of_details) {
		char both[64];
		(void)snprintf(both, sizeof(both), "summary %llu, details %llu",
			       (unsigned long long)p->failed,
			       (unsigned long long)of_details);
		tls_note(r, REPAIR_DETAILS_DIFFER, TLS_MEMBER_DETAILS, sv_from(both));
	}
}

static bool read_policy(struct tls_reader *r, const struct members *m,
			struct tls_policy *p)
{
	if (!tls_policy_word(r, m->at[TLS_MEMBER_TYPE], &p->type, &p->type_text) ||
	    !tls_domain(r, TLS_MEMBER_DOMAIN, m->at[TLS_MEMBER_DOMAIN], &p->domain) ||
	    !tls_texts(r, TLS_MEMBER_STRING, m->at[TLS_MEMBER_STRING], &p->strings,
		       &p->strings_n) ||
	    !tls_texts(r, TLS_MEMBER_MX, m->at[TLS_MEMBER_MX], &p->mx, &p->mx_n) ||
	    !read_failures(r, m->at[TLS_MEMBER_DETAILS], p))
		return false;
	if (p->domain.n == 0)
		tls_note(r, REPAIR_POLICY_DOMAIN_MISSING, TLS_MEMBER_DOMAIN, p->domain);
	count_sessions(r, m, p);
	p->extra = r->extras.at;
	p->extra_n = r->extras.n;
	buf_clear(&r->part);
	return tls_policy_encode(p, &r->part) || tls_refuse_part(r);
}

static bool read_entry(struct tls_reader *r, json_t *v, struct tls_policy *p)
{
	struct members m = { { NULL }, NULL };
	return collect(r, &m, v, TLS_AT_ENTRY) && read_policy(r, &m, p);
}

static bool read_policies(struct tls_reader *r, json_t *v, struct tls_report *out)
{
	size_t n = list_size(r, TLS_MEMBER_POLICIES, v);
	if (n > LIMIT_TLS_POLICIES)
		return tls_refuse(
			r,
			"the report has more than %d policies, the most that is "
			"read",
			LIMIT_TLS_POLICIES);
	struct tls_policy *policies = arena_array(r->arena, n, sizeof(*policies));
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		json_t *at = list_at(v, i);
		if (!json_is_object(at)) {
			ok = keep_stray(r, TLS_MEMBER_POLICIES, at);
			continue;
		}
		r->policy = i + 1;
		struct tls_extras around = r->extras;
		r->extras = (struct tls_extras){ NULL, 0 };
		ok = read_entry(r, at, &policies[out->policies_n++]);
		r->policy = 0;
		r->extras = around;
	}
	out->policies = policies;
	return ok;
}

/* A report that is its one policy itself. */
static bool read_flat(struct tls_reader *r, const struct members *m,
		      struct tls_report *out)
{
	struct tls_extras around = r->extras;
	struct tls_policy *p = arena_alloc(r->arena, sizeof(*p));
	tls_note(r, REPAIR_MEMBER_MISPLACED, TLS_MEMBER_POLICIES, (struct sv){ 0 });
	out->policies = p;
	out->policies_n = 1;
	r->policy = 1;
	r->extras = (struct tls_extras){ NULL, 0 };
	bool ok = read_policy(r, m, p);
	r->policy = 0;
	r->extras = around;
	return ok;
}

static bool has_policies(json_t *object)
{
	const char *key;
	json_t *value;
	enum tls_spelling how;
	json_object_foreach(
		object, key,
		value) if (!json_is_null(value) &&
			   tls_member_find(TLS_AT_REPORT, sv_from(key), &how) ==
				   TLS_MEMBER_POLICIES) return true;
	return false;
}

static bool is_any(const struct members *m)
{
	for (size_t i = 0; i < TLS_MEMBER_N; i++)
		if (m->at[i])
			return true;
	return false;
}

static bool read_meta(struct tls_reader *r, const struct members *m, struct tls_meta *out)
{
	return tls_text(r, TLS_MEMBER_ORG, m->at[TLS_MEMBER_ORG], &out->org) &&
	       tls_text(r, TLS_MEMBER_CONTACT, m->at[TLS_MEMBER_CONTACT],
			&out->contact) &&
	       tls_text(r, TLS_MEMBER_REPORT_ID, m->at[TLS_MEMBER_REPORT_ID],
			&out->report_id) &&
	       tls_time(r, TLS_MEMBER_BEGIN, m->at[TLS_MEMBER_BEGIN], &out->begin,
			&out->has_begin) &&
	       tls_time(r, TLS_MEMBER_END, m->at[TLS_MEMBER_END], &out->end,
			&out->has_end);
}

static bool read_report(struct tls_reader *r, json_t *object, struct tls_report *out)
{
	struct members flat = { { NULL }, NULL };
	struct members m = { { NULL }, has_policies(object) ? NULL : &flat };
	struct tls_meta *meta = &out->meta;
	if (!collect(r, &m, object, TLS_AT_REPORT) || !read_meta(r, &m, meta) ||
	    !(is_any(&flat) ? read_flat(r, &flat, out)
			    : read_policies(r, m.at[TLS_MEMBER_POLICIES], out)))
		return false;
	meta->extra = r->extras.at;
	meta->extra_n = r->extras.n;
	if (meta->org.n == 0 && meta->report_id.n == 0 && out->policies_n == 0)
		return tls_refuse(r,
				  "a TLS report that says nothing: no organization, no "
				  "report id and no policy");
	if (out->policies_n == 0)
		tls_note(r, REPAIR_POLICIES_MISSING, TLS_MEMBER_POLICIES,
			 (struct sv){ 0 });
	for (size_t i = 0; i < out->policies_n; i++) {
		out->succeeded += out->policies[i].succeeded;
		out->failed += out->policies[i].failed;
	}
	out->failures_n = r->failures_n;
	buf_clear(&r->part);
	return tls_meta_encode(meta, &r->part) || tls_refuse_part(r);
}

/* The report's object, also where it is the one element of a list. */
static bool find_report(struct tls_reader *r, json_t *root, json_t **out)
{
	size_t n = json_array_size(root);
	*out = json_is_array(root) ? json_array_get(root, 0) : root;
	if (n > 1)
		return tls_refuse(r, "a list of %zu reports in one document", n);
	if (!json_is_object(*out))
		return tls_refuse(r, "a JSON list without a report");
	if (*out != root)
		tls_note(r, REPAIR_JSON_LIST, TLS_MEMBER_UNKNOWN, (struct sv){ 0 });
	return true;
}

static void list_repairs(struct tls_reader *r, struct tls_report *out)
{
	const struct repair *from = notes_list(&r->notes);
	struct repair *to = arena_array(r->arena, r->notes.n, sizeof(*to));
	for (size_t i = 0; i < r->notes.n; i++) {
		to[i] = from[i];
		to[i].where = arena_sv(r->arena, from[i].where);
		to[i].found = arena_sv(r->arena, from[i].found);
	}
	out->repairs = to;
	out->repairs_n = r->notes.n;
	out->repairs_more = r->notes.more;
}

static bool read_all(struct tls_reader *r, struct sv json, struct tls_report *out)
{
	struct sv text;
	json_t *root, *object;
	if (!tls_tidy(r, json, &text) || !tls_load(r, text, &root) ||
	    !find_report(r, root, &object) || !read_report(r, object, out))
		return false;
	list_repairs(r, out);
	return true;
}

bool tls_read(struct sv json, struct arena *a, struct tls_report *out,
	      char out_reason[LIMIT_REASON + 1])
{
	struct arena *scratch = arena_new();
	struct tls_reader *r = arena_alloc(scratch, sizeof(*r));
	*out = (struct tls_report){ 0 };
	*r = (struct tls_reader){ .arena = a, .scratch = scratch, .reason = out_reason };
	r->tree = arena_new();
	buf_init(&r->path, LIMIT_VALUE);
	buf_init(&r->part, LIMIT_META);
	bool ok = read_all(r, json, out);
	if (!ok)
		*out = (struct tls_report){ 0 };
	buf_deinit(&r->path);
	buf_deinit(&r->part);
	arena_free(&r->tree);
	arena_free(&scratch);
	return ok;
}
