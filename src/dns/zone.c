/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/dns_int.h"

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

enum {
	WORDS = 512, /* of an entry, at most */
	CNAMES = 8,  /* that are followed */
	NO_TTL = 3600
};

struct entry {
	struct sv owner;
	enum dns_type
		type; /* 0: a name below which there are others, or a type passed over */
	enum dns_status status; /* DNS_FOUND, or how the question fails */
	uint32_t ttl;
	struct sv value;
};

struct waiting {
	struct waiting *next;
	uint64_t id;
	struct sv name; /* on the heap */
	enum dns_type type;
};

struct zone {
	struct dns dns;
	struct arena *a;
	struct entry *entry; /* by owner, then type */
	size_t n, cap;
	struct sv *secure;
	size_t secure_n;
	struct waiting *first, *last;
	size_t waiting;
};

static struct zone *of(struct dns *d)
{
	return (struct zone *)(void *)d;
}

/* --- reading --- */

struct reader {
	struct zone *z;
	struct sv text, origin, owner;
	uint32_t ttl;
	size_t line, begun; /* of the entry */
	struct sv word[WORDS];
	bool quoted[WORDS];
	size_t n;
	bool blank_first;
	struct err *err;
};

static bool wrong(struct reader *r, const char *what)
{
	return err_set(r->err, ERR_CONFIG, "the zone, line %zu: %s", r->begun, what);
}

/* Behind a backslash (RFC 1035 5.1). */
static bool take_escape(struct reader *r, struct buf *b)
{
	struct sv *s = &r->text;
	uint64_t code;
	if (s->n >= 3 && sv_to_u64(sv_sub(*s, 0, 3), &code) && code < 256) {
		*s = sv_sub(*s, 3, s->n);
		return buf_add_char(b, (char)code);
	}
	return s->n && s->p[0] != '\n' && buf_add(b, sv_take(s, 1).p, 1);
}

static bool take_quoted(struct reader *r, struct buf *b)
{
	while (r->text.n) {
		char c = sv_take(&r->text, 1).p[0];
		if (c == '"')
			return true;
		if (c == '\\') {
			if (!take_escape(r, b))
				return false;
			continue;
		}
		r->line += c == '\n';
		buf_add_char(b, c);
	}
	return false;
}

static bool take_plain(struct reader *r, struct buf *b)
{
	while (r->text.n && !ascii_is_space(r->text.p[0]) &&
	       !memchr("\";()", r->text.p[0], 4)) {
		char c = sv_take(&r->text, 1).p[0];
		if (c == '\\' ? !take_escape(r, b) : !buf_add_char(b, c))
			return false;
	}
	return true;
}

static bool take_word(struct reader *r)
{
	struct buf b;
	bool quoted = r->text.p[0] == '"';
	if (r->n == WORDS)
		return wrong(r, "too many words");
	buf_init(&b, 64 * 1024);
	if (quoted)
		r->text = sv_sub(r->text, 1, r->text.n);
	bool ok = quoted ? take_quoted(r, &b) : take_plain(r, &b);
	if (ok) {
		r->quoted[r->n] = quoted;
		r->word[r->n++] = arena_sv(r->z->a, buf_sv(&b));
	}
	buf_deinit(&b);
	return ok || wrong(r, "a string or an escape has no end");
}

/* ";secure NAME" */
static void take_comment(struct reader *r)
{
	size_t n = sv_chr(r->text, '\n');
	struct sv c = sv_trim(sv_sub(r->text, 1, n - 1));
	r->text = sv_sub(r->text, n, r->text.n);
	if (!sv_has_prefix_fold(c, SV("secure ")))
		return;
	struct sv name = sv_trim(sv_sub(c, 7, c.n));
	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	r->z->secure = heap_grow(r->z->secure, r->z->secure_n + 1, sizeof(name));
	r->z->secure[r->z->secure_n++] = name;
}

/* The words of an entry, over several lines in parentheses. False at the end, too. */
static bool take_entry(struct reader *r, bool *out_ok)
{
	unsigned depth = 0;
	r->n = 0;
	r->begun = r->line;
	r->blank_first = r->text.n && (r->text.p[0] == ' ' || r->text.p[0] == '\t');
	*out_ok = true;
	while (r->text.n) {
		char c = r->text.p[0];
		if (c == ';') {
			take_comment(r);
		} else if (c == '\n' || ascii_is_space(c) || c == '(' || c == ')') {
			r->text = sv_sub(r->text, 1, r->text.n);
			depth += c == '(';
			depth -= c == ')' && depth > 0;
			r->line += c == '\n';
			if (c == '\n' && depth == 0)
				return true;
		} else if (!take_word(r)) {
			*out_ok = false;
			return false;
		}
	}
	return r->n > 0;
}

/* --- what an entry says --- */

/* Lower case, without the last dot, whole. */
static struct sv full_name(const struct reader *r, struct sv word)
{
	struct sv parts[2] = { word, r->origin };
	if (sv_eq(word, SV("@")))
		return r->origin;
	if (word.n && word.p[word.n - 1] == '.')
		parts[0].n--;
	bool whole = word.n != parts[0].n || r->origin.n == 0;
	struct sv out = whole ? arena_sv(r->z->a, parts[0])
			      : arena_join(r->z->a, parts, 2, '.');
	return dns_name_text(out, r->z->a);
}

static const struct {
	const char *name;
	enum dns_type type;
} types[] = { { "A", DNS_A },      { "AAAA", DNS_AAAA }, { "CNAME", DNS_CNAME },
	      { "PTR", DNS_PTR },  { "MX", DNS_MX },     { "TXT", DNS_TXT },
	      { "TLSA", DNS_TLSA } };

static enum dns_type type_named(struct sv word)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (sv_eq_fold(word, sv_from(types[i].name)))
			return types[i].type;
	return 0;
}

static void add(struct zone *z, const struct entry *e)
{
	if (z->n == z->cap) {
		z->cap = z->cap ? z->cap * 2 : 256;
		z->entry = heap_grow(z->entry, z->cap, sizeof(*z->entry));
	}
	z->entry[z->n++] = *e;
}

static bool hex_bytes(struct reader *r, size_t from, struct sv *out)
{
	struct buf b;
	uint64_t v;
	bool ok = true;
	buf_init(&b, 4096);
	for (size_t i = from; ok && i < from + 3; i++) {
		ok = sv_to_u64(r->word[i], &v) && v < 256;
		buf_add_char(&b, (char)v);
	}
	for (size_t i = from + 3; ok && i < r->n; i++)
		for (size_t k = 0; ok && k + 1 < r->word[i].n; k += 2) {
			char two[3] = { r->word[i].p[k], r->word[i].p[k + 1], 0 }, *end;
			buf_add_char(&b, (char)strtoul(two, &end, 16));
			ok = *end == 0;
		}
	*out = arena_sv(r->z->a, buf_sv(&b));
	buf_deinit(&b);
	return ok && !b.over;
}

static bool read_address(const struct reader *r, struct sv word, enum dns_type type,
			 struct sv *out)
{
	struct addr a;
	if (!addr_parse(word, &a) || addr_len(&a) != (type == DNS_A ? 4 : 16))
		return false;
	*out = arena_sv(r->z->a, (struct sv){ (const char *)a.b, addr_len(&a) });
	return true;
}

/* The value of a record, whose words begin with the one at `from`. */
static bool read_value(struct reader *r, size_t from, struct entry *e)
{
	size_t n = r->n - from;
	uint64_t number;
	switch (e->type) {
	case DNS_A:
	case DNS_AAAA:
		return n == 1 && read_address(r, r->word[from], e->type, &e->value);
	case DNS_CNAME:
	case DNS_PTR:
		e->value = full_name(r, r->word[from]);
		return n == 1;
	case DNS_MX:
		if (n != 2 || !sv_to_u64(r->word[from], &number) || number > 65535)
			return false;
		e->value = sv_from(arena_printf(r->z->a, "%u %.*s", (unsigned)number,
						SV_ARG(full_name(r, r->word[from + 1]))));
		return true;
	case DNS_TXT:
		e->value = SV("");
		for (size_t i = from; i < r->n; i++) {
			struct sv two[2] = { e->value, r->word[i] };
			char *p = arena_alloc(r->z->a, two[0].n + two[1].n + 1);
			memcpy(p, two[0].p, two[0].n);
			memcpy(p + two[0].n, two[1].p, two[1].n);
			e->value = (struct sv){ p, two[0].n + two[1].n };
		}
		return true;
	case DNS_TLSA:
		return n >= 4 && hex_bytes(r, from, &e->value);
	}
	return false;
}

static bool add_failure(struct reader *r, size_t at, struct entry *e)
{
	struct sv how = at + 2 < r->n ? r->word[at + 2] : SV("");
	e->type = type_named(at + 1 < r->n ? r->word[at + 1] : SV(""));
	e->status = sv_eq_fold(how, SV("TIMEOUT")) ? DNS_TIMED_OUT : DNS_FAILED;
	if (!e->type || at + 3 != r->n ||
	    (e->status == DNS_FAILED && !sv_eq_fold(how, SV("SERVFAIL"))))
		return wrong(r, "a failure is NAME ERROR TYPE SERVFAIL or TIMEOUT");
	add(r->z, e);
	return true;
}

static bool read_directive(struct reader *r)
{
	uint64_t ttl;
	if (r->n == 2 && sv_eq_fold(r->word[0], SV("$ORIGIN"))) {
		r->origin = full_name(r, r->word[1]);
		return true;
	}
	if (r->n == 2 && sv_eq_fold(r->word[0], SV("$TTL")) &&
	    sv_to_u64(r->word[1], &ttl) && ttl <= UINT32_MAX) {
		r->ttl = (uint32_t)ttl;
		return true;
	}
	return wrong(r, "only $ORIGIN and $TTL are known");
}

/* [TTL] [IN] behind the owner, in either order; the place of what follows. */
static size_t skip_ttl(const struct reader *r, size_t at, struct entry *e)
{
	uint64_t ttl;
	for (; at < r->n; at++) {
		if (sv_to_u64(r->word[at], &ttl) && ttl <= UINT32_MAX)
			e->ttl = (uint32_t)ttl;
		else if (!sv_eq_fold(r->word[at], SV("IN")))
			break;
	}
	return at;
}

static bool read_entry(struct reader *r)
{
	struct entry e = { .status = DNS_FOUND, .ttl = r->ttl };
	size_t at = 0;
	if (r->n && !r->quoted[0] && r->word[0].n && r->word[0].p[0] == '$')
		return read_directive(r);
	if (!r->blank_first)
		r->owner = full_name(r, r->word[at++]);
	e.owner = r->owner;
	at = skip_ttl(r, at, &e);
	if (at < r->n && sv_eq_fold(r->word[at], SV("ERROR")))
		return add_failure(r, at, &e);
	if (at + 1 >= r->n || !e.owner.n)
		return wrong(r, "a record is NAME [TTL] [IN] TYPE VALUE");
	e.type = type_named(r->word[at]);
	if (e.type && !read_value(r, at + 1, &e))
		return wrong(r, "this is no value of the type");
	add(r->z, &e);
	return true;
}

static int entry_cmp(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int d = sv_cmp(a->owner, b->owner);
	if (d)
		return d;
	return (a->type > b->type) - (a->type < b->type);
}

/* Names between are there, too (RFC 4592 2.2.2). */
static void add_between(struct zone *z)
{
	size_t n = z->n;
	for (size_t i = 0; i < n; i++) {
		struct sv name = z->entry[i].owner;
		while (sv_chr(name, '.') < name.n) {
			name = sv_sub(name, sv_chr(name, '.') + 1, name.n);
			add(z, &(struct entry){ .owner = name });
		}
	}
}

/* --- answering --- */

static size_t first_of(const struct zone *z, struct sv owner)
{
	size_t from = 0, to = z->n;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (sv_cmp(z->entry[mid].owner, owner) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static bool exists(const struct zone *z, struct sv owner, size_t *at)
{
	*at = first_of(z, owner);
	return *at < z->n && sv_eq(z->entry[*at].owner, owner);
}

/* The wildcard that stands for a name, or the name itself where there is none. */
static bool find_owner(const struct zone *z, struct sv name, struct arena *a, size_t *at)
{
	struct sv up = name;
	if (exists(z, name, at))
		return true;
	while (up.n) {
		up = sv_sub(up, sv_chr(up, '.') + 1, up.n);
		struct sv star[2] = { SV("*"), up };
		if (up.n && exists(z, arena_join(a, star, 2, '.'), at))
			return true;
		if (exists(z, up, at))
			return false;
	}
	return false;
}

static bool is_secure(const struct zone *z, struct sv name)
{
	for (size_t i = 0; i < z->secure_n; i++) {
		struct sv s = z->secure[i];
		if (sv_has_suffix_fold(name, s) &&
		    (name.n == s.n || name.p[name.n - s.n - 1] == '.'))
			return true;
	}
	return false;
}

/* The records of a type, or a CNAME instead; false: neither. */
static bool collect(const struct zone *z, size_t at, enum dns_type type, struct arena *a,
		    struct dns_answer *out, struct sv *cname)
{
	struct sv owner = z->entry[at].owner;
	out->record = arena_array(a, DNS_RECORDS, sizeof(*out->record));
	*cname = SV("");
	for (; at < z->n && sv_eq(z->entry[at].owner, owner); at++) {
		const struct entry *e = &z->entry[at];
		if (e->type == DNS_CNAME && type != DNS_CNAME && e->status == DNS_FOUND)
			*cname = e->value;
		if (e->type != type)
			continue;
		out->ttl = e->ttl;
		out->status = e->status;
		if (e->status != DNS_FOUND)
			return true;
		if (out->n < DNS_RECORDS)
			out->record[out->n++] = arena_sv(a, e->value);
	}
	return out->n > 0 || cname->n > 0;
}

static void answer(const struct zone *z, struct sv name, enum dns_type type,
		   struct arena *a, struct dns_answer *out)
{
	struct sv cname;
	size_t at;
	out->secure = is_secure(z, name);
	for (unsigned i = 0; i <= CNAMES; i++) {
		if (!find_owner(z, name, a, &at)) {
			out->status = DNS_NO_NAME;
			return;
		}
		out->status = DNS_FOUND;
		if (!collect(z, at, type, a, out, &cname)) {
			out->status = DNS_NO_DATA;
			return;
		}
		if (out->n || out->status != DNS_FOUND)
			return;
		name = out->canonical = arena_sv(a, cname);
		out->secure = out->secure && is_secure(z, name);
	}
	out->status = DNS_FAILED;
}

static void start(struct dns *d, uint64_t id, struct sv name, enum dns_type type)
{
	struct zone *z = of(d);
	struct waiting *w = heap_array(1, sizeof(*w));
	char *copy = heap_str(name);
	size_t n = name.n;
	if (n && copy[n - 1] == '.')
		n--;
	for (size_t i = 0; i < n; i++)
		copy[i] = ascii_lower(copy[i]);
	*w = (struct waiting){ .id = id, .name = { copy, n }, .type = type };
	if (z->last)
		z->last->next = w;
	else
		z->first = w;
	z->last = w;
	z->waiting++;
}

static void drop_first(struct zone *z)
{
	struct waiting *w = z->first;
	z->first = w->next;
	if (!z->first)
		z->last = NULL;
	z->waiting--;
	free((void *)(uintptr_t)w->name.p);
	free(w);
}

static bool next(struct dns *d, uint64_t wait_ms, struct arena *a, struct dns_answer *out)
{
	struct zone *z = of(d);
	(void)wait_ms;
	if (!z->first)
		return false;
	out->id = z->first->id;
	answer(z, z->first->name, z->first->type, a, out);
	drop_first(z);
	return true;
}

static size_t pending(const struct dns *d)
{
	return ((const struct zone *)(const void *)d)->waiting;
}

static void zone_free(struct dns *d)
{
	struct zone *z = of(d);
	while (z->first)
		drop_first(z);
	free(z->entry);
	free(z->secure);
	arena_free(&z->a);
	free(z);
}

static const struct dns_ways ways = { zone_free, start, next, pending };

struct dns *dns_zone_new(struct sv text, struct err *err)
{
	struct zone *z = heap_array(1, sizeof(*z));
	struct reader *r = heap_array(1, sizeof(*r));
	bool ok;
	z->dns.ways = &ways;
	z->a = arena_new();
	r->z = z;
	r->text = text;
	r->ttl = NO_TTL;
	r->line = 1;
	r->err = err;
	while (take_entry(r, &ok))
		if (r->n && !(ok = read_entry(r)))
			break;
	free(r);
	if (!ok) {
		zone_free(&z->dns);
		return NULL;
	}
	add_between(z);
	if (z->n)
		qsort(z->entry, z->n, sizeof(*z->entry), entry_cmp);
	return &z->dns;
}
