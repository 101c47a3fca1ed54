/* SPDX-License-Identifier: Apache-2.0 */
#include "dns/dns_int.h"

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"

void dns_free(struct dns **d)
{
	if (*d)
		(*d)->ways->free(*d);
	*d = NULL;
}

void dns_start(struct dns *d, uint64_t id, struct sv name, enum dns_type type)
{
	d->ways->start(d, id, name, type);
}

bool dns_next(struct dns *d, uint64_t wait_ms, struct arena *a, struct dns_answer *out)
{
	*out = (struct dns_answer){ 0 };
	return d->ways->next(d, wait_ms, a, out);
}

size_t dns_pending(const struct dns *d)
{
	return d->ways->pending(d);
}

static void add_label(struct buf *b, struct sv label, bool dots)
{
	for (size_t i = 0; i < label.n; i++) {
		unsigned char c = (unsigned char)label.p[i];
		if (c <= ' ' || c >= 0x7f || c == '\\' || (c == '.' && !dots))
			buf_addf(b, "\\%03u", c);
		else
			buf_add_char(b, ascii_lower((char)c));
	}
}

struct sv dns_name_text(struct sv name, struct arena *a)
{
	struct buf b;
	buf_init(&b, name.n * 4 + 1);
	add_label(&b, name, true);
	struct sv out = arena_sv(a, buf_sv(&b));
	buf_deinit(&b);
	return out;
}

struct sv dns_reverse_name(const struct addr *a, struct arena *arena)
{
	static const char hex[] = "0123456789abcdef";
	char text[80];
	struct buf b;
	buf_init(&b, sizeof(text));
	for (size_t i = addr_len(a); i-- > 0;)
		if (a->kind == ADDR_V4)
			buf_addf(&b, "%u.", a->b[i]);
		else
			buf_addf(&b, "%c.%c.", hex[a->b[i] & 15], hex[a->b[i] >> 4]);
	buf_add_str(&b, a->kind == ADDR_V4 ? "in-addr.arpa" : "ip6.arpa");
	struct sv out = arena_sv(arena, buf_sv(&b));
	buf_deinit(&b);
	return out;
}

/* --- bytes of records --- */

/* A name without compression (RFC 1035 3.1). */
static bool read_name(struct sv bytes, struct buf *b)
{
	size_t from = b->n;
	while (bytes.n) {
		size_t n = (unsigned char)sv_take(&bytes, 1).p[0];
		if (n == 0)
			return bytes.n == 0;
		if (n > 63 || n > bytes.n)
			return false;
		if (b->n > from)
			buf_add_char(b, '.');
		add_label(b, sv_take(&bytes, n), false);
	}
	return false;
}

static bool read_strings(struct sv bytes, struct buf *b)
{
	bool any = bytes.n > 0;
	while (bytes.n) {
		size_t n = (unsigned char)sv_take(&bytes, 1).p[0];
		if (n > bytes.n)
			return false;
		buf_add_sv(b, sv_take(&bytes, n));
	}
	return any;
}

static bool read_mx(struct sv bytes, struct buf *b)
{
	if (bytes.n < 3)
		return false;
	const unsigned char *p = (const unsigned char *)bytes.p;
	buf_addf(b, "%u ", (unsigned)(p[0] << 8 | p[1]));
	return read_name(sv_sub(bytes, 2, bytes.n), b);
}

bool dns_read_record(enum dns_type type, struct sv bytes, struct arena *a, struct sv *out)
{
	struct buf b;
	bool ok = false;
	buf_init(&b, 128 * 1024);
	switch (type) {
	case DNS_A:
		ok = bytes.n == 4 && buf_add_sv(&b, bytes);
		break;
	case DNS_AAAA:
		ok = bytes.n == 16 && buf_add_sv(&b, bytes);
		break;
	case DNS_PTR:
	case DNS_CNAME:
		ok = read_name(bytes, &b);
		break;
	case DNS_MX:
		ok = read_mx(bytes, &b);
		break;
	case DNS_TXT:
		ok = read_strings(bytes, &b);
		break;
	case DNS_TLSA:
		ok = bytes.n > 3 && buf_add_sv(&b, bytes);
		break;
	}
	ok = ok && !b.over;
	if (ok)
		*out = arena_sv(a, buf_sv(&b));
	buf_deinit(&b);
	return ok;
}
