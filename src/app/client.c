/* SPDX-License-Identifier: Apache-2.0 */
#include "app/client.h"

#include "app/adopt_int.h"
#include "app/records_int.h"
#include "base/arena.h"

#include <unistd.h>

enum {
	NAME_MAX_BYTES = 200
};

static struct app_client plain(const struct app *app, const struct book_client *c)
{
	return (struct app_client){
		.name = c->name,
		.raw = c->raw_addr,
		.digest = c->digest_addr,
		.address = records_address(app, c),
		.created = c->created,
		.retired = c->retired,
	};
}

static bool no_such_client(struct sv name, struct err *err)
{
	return err_set(err, ERR_NO_INPUT,
		       "there is no client \"%.*s\"; `postern client list` names them",
		       SV_ARG(name));
}

/* --- add --- */

static bool check_name(const struct scope *s, struct sv name,
		       const struct book_client **out_was, struct err *err)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return err_set(err, ERR_USAGE, "a client's name has 1 to %d bytes",
			       NAME_MAX_BYTES);
	if (sv_eq_fold(name, APP_UNASSIGNED))
		return err_set(err, ERR_USAGE,
			       "\"unassigned\" is the group of what no client owns and "
			       "cannot be a client's name");
	for (size_t i = 0; i < name.n; i++)
		if ((uint8_t)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return err_set(err, ERR_USAGE,
				       "a client's name has no control characters");
	const struct book_client *was = scope_client_named(s, name);
	*out_was = was;
	if (was && !was->retired)
		return err_set(err, ERR_USAGE, "there is a client \"%.*s\" already",
			       SV_ARG(was->name));
	return true;
}

static bool add_domain(struct scope *s, const struct app *app,
		       const struct book_client *c, struct sv text, enum app_use use,
		       const struct app_domain_added *first, struct app_domain_added *out,
		       struct err *err)
{
	struct book_domain d = { .client = c->id,
				 .use = (uint8_t)use,
				 .created = app->now };
	if (!records_read_domain(text, s->arena, &d.name, err))
		return false;
	for (const struct app_domain_added *o = first; o != out; o++)
		if (sv_eq(o->line.name, d.name))
			return err_set(err, ERR_USAGE, "the domain %.*s is given twice",
				       SV_ARG(d.name));
	adopt_out_of(s, &d, out);
	if (!adopt_domain(s, &d, &out->again, &out->before, err))
		return false;
	out->line = (struct app_domain_line){ .name = d.name,
					      .client = c->name,
					      .assigned = true,
					      .use = use,
					      .since = d.created };
	out->address = records_address(app, c);
	records_for(d.name, use, out->address, s->arena, &out->records);
	return true;
}

static bool is_given(const struct app_client_added *c, struct sv domain)
{
	for (size_t i = 0; i < c->domain_n; i++)
		if (sv_eq(c->domain[i].line.name, domain))
			return true;
	return false;
}

/* The domains that were retired with their client come back with it. */
static bool revive_domains(struct scope *s, const struct app *app,
			   const struct book_client *c, const struct book_client *was,
			   struct app_client_added *out, struct err *err)
{
	size_t given = out->domain_n;
	for (size_t i = 0; i < s->entry_n; i++) {
		const struct book_domain *e = &s->entry[i];
		if (e->client != was->id || e->retired != was->retired ||
		    is_given(out, e->name))
			continue;
		if (!add_domain(s, app, c, e->name, (enum app_use)e->use,
				out->domain + given, &out->domain[out->domain_n++], err))
			return false;
	}
	return true;
}

static bool add_all(struct scope *s, const struct app *app,
		    const struct app_client_new *in, const struct book_client *was,
		    struct book_client *c, struct app_client_added *out, struct err *err)
{
	size_t given = in->sending_n + in->parked_n;
	if (was ? !book_client_revive(s->store, c, err)
		: !book_client_add(s->store, c, err))
		return false;
	out->domain = arena_array(s->arena, given + s->entry_n + 1, sizeof(*out->domain));
	for (size_t i = 0; i < given; i++) {
		bool sending = i < in->sending_n;
		struct sv text = sending ? in->sending[i] : in->parked[i - in->sending_n];
		if (!add_domain(s, app, c, text, sending ? APP_SENDING : APP_PARKED,
				out->domain, &out->domain[out->domain_n++], err))
			return false;
	}
	return !was || revive_domains(s, app, c, was, out, err);
}

/* What was a retired client's stays where nothing else is given. */
static void take_over(struct book_client *c, const struct book_client *was)
{
	c->id = was->id;
	c->name = was->name;
	c->created = was->created;
	if (c->raw_addr.n == 0)
		c->raw_addr = was->raw_addr;
	if (c->digest_addr.n == 0)
		c->digest_addr = was->digest_addr;
}

static bool has_address(const struct app *app, const struct app_client_new *in,
			const struct book_client *c)
{
	return in->sending_n + in->parked_n == 0 || records_address(app, c).n > 0;
}

static bool no_address(struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "reports need an address to go to: give --raw ADDR, or set "
		       "reports.address for all clients");
}

static bool add(struct scope *s, const struct app *app, const struct app_client_new *in,
		struct book_client *c, struct app_client_added *out, struct err *err)
{
	const struct book_client *was = NULL;
	if (!check_name(s, c->name, &was, err))
		return false;
	if (was)
		take_over(c, was);
	out->again = was != NULL;
	if (!has_address(app, in, c))
		return no_address(err);
	return store_begin(s->store, err) &&
	       scope_commit(s, add_all(s, app, in, was, c, out, err), err);
}

bool app_client_add(const struct app *app, const struct app_client_new *in,
		    struct arena *a, struct app_client_added *out, struct err *err)
{
	struct scope s;
	struct book_client c = { .name = sv_trim(in->name), .created = app->now };
	*out = (struct app_client_added){ 0 };
	if (!records_read_address(in->raw, a, &c.raw_addr, err) ||
	    !records_read_address(in->digest, a, &c.digest_addr, err))
		return false;
	/* Only a retired client may have one already: no book is made to find none. */
	if (!has_address(app, in, &c) && access(app->db, F_OK) != 0)
		return no_address(err);
	if (!scope_open(&s, app, STORE_CREATE, NULL, a, err))
		return false;
	bool ok = add(&s, app, in, &c, out, err);
	scope_close(&s);
	out->client = plain(app, &c);
	return ok;
}

/* --- show and list --- */

static void take_lines(struct app_client *c, struct app_domain_line *line, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!line[i].assigned || !sv_eq(line[i].client, c->name))
			continue;
		if (c->domain_n == 0)
			c->domain = &line[i];
		c->domain_n++;
		app_figures_add(&c->f, &line[i].f);
	}
}

static bool all_clients(const struct app *app, const struct app_filter *filter,
			struct arena *a, struct app_client **out, size_t *out_n,
			struct err *err)
{
	struct scope s;
	struct app_domain_line *line;
	size_t n;
	if (!scope_open(&s, app, STORE_READ, filter, a, err))
		return false;
	bool ok = scope_lines(&s, true, &line, &n, err);
	*out = arena_array(a, s.client_n + 1, sizeof(**out));
	*out_n = s.client_n;
	for (size_t i = 0; ok && i < s.client_n; i++) {
		(*out)[i] = plain(app, &s.client[i]);
		take_lines(&(*out)[i], line, n);
	}
	scope_close(&s);
	return ok;
}

bool app_clients(const struct app *app, const struct app_filter *filter, struct arena *a,
		 struct app_client **out, size_t *out_n, struct err *err)
{
	return all_clients(app, filter, a, out, out_n, err);
}

static bool read_sealed(const struct app *app, const struct app_filter *filter,
			struct arena *a, struct app_client *c, struct err *err)
{
	struct app_filter f = *filter;
	struct scope s;
	f.client = c->name;
	if (!scope_open(&s, app, STORE_READ, &f, a, err))
		return false;
	bool ok = scope_is_empty(&s) ||
		  scope_sealed(&s, &c->sealed, &c->details_from, &c->cut, err);
	scope_close(&s);
	return ok;
}

bool app_client_show(const struct app *app, const struct app_filter *filter,
		     struct sv name, struct arena *a, struct app_client *out,
		     struct err *err)
{
	struct app_client *c;
	size_t n;
	if (!all_clients(app, filter, a, &c, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (sv_eq_fold(c[i].name, sv_trim(name))) {
			*out = c[i];
			return read_sealed(app, filter, a, out, err);
		}
	return no_such_client(name, err);
}

/* --- retire --- */

static bool retire_all(struct scope *s, const struct book_client *c, int64_t when,
		       struct err *err)
{
	for (size_t i = 0; i < s->entry_n; i++)
		if (s->entry[i].client == c->id && !s->entry[i].retired &&
		    !book_domain_retire(s->store, s->entry[i].id, when, err))
			return false;
	return book_client_retire(s->store, c->id, when, err);
}

static bool retire(struct scope *s, const struct app *app, struct sv name,
		   struct app_client *out, struct err *err)
{
	const struct book_client *c = scope_client_named(s, name);
	if (!c)
		return no_such_client(name, err);
	if (c->retired)
		return err_set(err, ERR_USAGE, "the client \"%.*s\" is retired already",
			       SV_ARG(c->name));
	*out = plain(app, c);
	out->retired = app->now;
	return store_begin(s->store, err) &&
	       scope_commit(s, retire_all(s, c, app->now, err), err);
}

bool app_client_retire(const struct app *app, struct sv name, struct arena *a,
		       struct app_client *out, struct err *err)
{
	struct scope s;
	if (!scope_open(&s, app, STORE_WRITE, NULL, a, err))
		return false;
	bool ok = retire(&s, app, name, out, err);
	scope_close(&s);
	return ok;
}
