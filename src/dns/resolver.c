/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/dns_int.h"

#include "base/arena.h"
#include "base/clock.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

/* The library resolves in a thread of its own; here each question has a deadline, which
 * is kept whatever the library does. Questions end in the order of their deadlines. */
struct question {
	struct resolver *r;
	uint64_t id, until;
	enum dns_type type;
	int async; /* the library's number of it */
	struct ub_result *result;
	enum dns_status status;
	bool done;
	struct question *next; /* among those that are asked, or are done */
	struct question *before;
};

struct list {
	struct question *first, *last;
};

struct resolver {
	struct dns dns;
	struct ub_ctx *ctx;
	unsigned timeout_ms;
	struct list asked, done;
	size_t n; /* of both */
};

static struct resolver *of(struct dns *d)
{
	return (struct resolver *)(void *)d;
}

static void append(struct list *l, struct question *q)
{
	q->next = NULL;
	q->before = l->last;
	if (l->last)
		l->last->next = q;
	else
		l->first = q;
	l->last = q;
}

static void unlink_from(struct list *l, struct question *q)
{
	if (q->before)
		q->before->next = q->next;
	else
		l->first = q->next;
	if (q->next)
		q->next->before = q->before;
	else
		l->last = q->before;
}

static void finish(struct question *q, enum dns_status status)
{
	unlink_from(&q->r->asked, q);
	append(&q->r->done, q);
	q->status = status;
}

static enum dns_status status_of(int err, const struct ub_result *r)
{
	if (err || !r || r->bogus)
		return DNS_FAILED;
	if (r->nxdomain)
		return DNS_NO_NAME;
	if (r->rcode != 0)
		return DNS_FAILED;
	return r->havedata ? DNS_FOUND : DNS_NO_DATA;
}

static void on_result(void *ctx, int err, struct ub_result *result)
{
	struct question *q = ctx;
	q->result = result;
	finish(q, status_of(err, result));
}

static void start(struct dns *d, uint64_t id, struct sv name, enum dns_type type)
{
	struct resolver *r = of(d);
	char text[DNS_NAME + 1];
	struct question *q = heap_array(1, sizeof(*q));
	*q = (struct question){
		.r = r, .id = id, .type = type, .until = clock_ms() + r->timeout_ms
	};
	append(&r->asked, q);
	r->n++;
	if (name.n == 0 || name.n > DNS_NAME || memchr(name.p, 0, name.n)) {
		finish(q, DNS_NO_NAME);
		return;
	}
	memcpy(text, name.p, name.n);
	text[name.n] = 0;
	if (ub_resolve_async(r->ctx, text, (int)type, 1, q, on_result, &q->async))
		finish(q, DNS_FAILED);
}

static void end_late(struct resolver *r, uint64_t now)
{
	while (r->asked.first && r->asked.first->until <= now) {
		struct question *q = r->asked.first;
		(void)ub_cancel(r->ctx, q->async);
		finish(q, DNS_TIMED_OUT);
	}
}

/* Until something is done, or the time is over. What has arrived is taken before anything
 * is late: whoever asks may have been busy elsewhere. */
static void wait_for(struct resolver *r, uint64_t wait_ms)
{
	uint64_t until = clock_ms() + wait_ms;
	for (;;) {
		bool broken = ub_process(r->ctx) != 0;
		uint64_t now = clock_ms();
		end_late(r, now);
		if (broken || r->done.first || !r->asked.first || now >= until)
			return;
		uint64_t left = until - now;
		if (r->asked.first->until - now < left)
			left = r->asked.first->until - now;
		struct pollfd p = { .fd = ub_fd(r->ctx), .events = POLLIN };
		(void)poll(&p, 1, (int)(left < 60000 ? left : 60000));
	}
}

static void take_records(const struct question *q, struct arena *a,
			 struct dns_answer *out)
{
	const struct ub_result *u = q->result;
	size_t n = 0;
	while (n < DNS_RECORDS && u->data[n])
		n++;
	out->record = arena_array(a, n + 1, sizeof(*out->record));
	for (size_t i = 0; i < n; i++) {
		struct sv bytes = { u->data[i], (size_t)(u->len[i] > 0 ? u->len[i] : 0) };
		if (dns_read_record(q->type, bytes, a, &out->record[out->n]))
			out->n++;
	}
	if (out->n == 0)
		out->status = DNS_FAILED;
}

static void take_canonical(const struct ub_result *u, struct arena *a,
			   struct dns_answer *out)
{
	struct sv name = sv_from(u->canonname);
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	char *copy = arena_str(a, name);
	for (size_t i = 0; i < name.n; i++)
		copy[i] = ascii_lower(copy[i]);
	struct sv asked = sv_from(u->qname);
	if (asked.n && asked.p[asked.n - 1] == '.')
		asked.n--;
	if (!sv_eq_fold(asked, name))
		out->canonical = (struct sv){ copy, name.n };
}

static bool next(struct dns *d, uint64_t wait_ms, struct arena *a, struct dns_answer *out)
{
	struct resolver *r = of(d);
	if (!r->done.first)
		wait_for(r, wait_ms);
	struct question *q = r->done.first;
	if (!q)
		return false;
	unlink_from(&r->done, q);
	r->n--;
	out->id = q->id;
	out->status = q->status;
	if (q->result) {
		out->ttl = q->result->ttl > 0 ? (uint32_t)q->result->ttl : 0;
		out->secure = q->result->secure;
		if (q->status == DNS_FOUND)
			take_records(q, a, out);
		take_canonical(q->result, a, out);
		ub_resolve_free(q->result);
	}
	free(q);
	return true;
}

static size_t pending(const struct dns *d)
{
	return ((const struct resolver *)(const void *)d)->n;
}

static void free_list(struct list *l)
{
	for (struct question *q = l->first, *after; q; q = after) {
		after = q->next;
		if (q->result)
			ub_resolve_free(q->result);
		free(q);
	}
}

static void resolver_free(struct dns *d)
{
	struct resolver *r = of(d);
	if (r->ctx)
		ub_ctx_delete(r->ctx);
	free_list(&r->asked);
	free_list(&r->done);
	free(r);
}

static const struct dns_ways ways = { resolver_free, start, next, pending };

static bool set_up(struct resolver *r, const struct dns_resolver_options *o,
		   struct err *err)
{
	int e = ub_ctx_async(r->ctx, 1);
	if (!e && o->server) {
		e = ub_ctx_set_fwd(r->ctx, o->server);
		/* Whoever is named answers for private addresses too. */
		e = e ? e : ub_ctx_set_option(r->ctx, "unblock-lan-zones:", "yes");
		e = e ? e : ub_ctx_set_option(r->ctx, "do-not-query-localhost:", "no");
	} else if (!e) {
		e = ub_ctx_resolvconf(r->ctx, NULL);
	}
	if (!e && o->trust_anchor)
		e = ub_ctx_add_ta_file(r->ctx, o->trust_anchor);
	else if (!e)
		e = ub_ctx_set_option(r->ctx, "module-config:", "iterator");
	return !e || err_set(err, ERR_CONFIG, "DNS: %s", ub_strerror(e));
}

struct dns *dns_resolver_new(const struct dns_resolver_options *o, struct err *err)
{
	struct resolver *r = heap_array(1, sizeof(*r));
	r->dns.ways = &ways;
	r->timeout_ms = o->timeout_ms;
	r->ctx = ub_ctx_create();
	if (!r->ctx)
		arena_guard(0);
	if (set_up(r, o, err))
		return &r->dns;
	resolver_free(&r->dns);
	return NULL;
}
