/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/zip.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/* APPNOTE 4.3: sizes of the fixed parts of each record. */
enum {
	LOCAL_SIZE = 30,
	CENTRAL_SIZE = 46,
	END_SIZE = 22,
	END64_SIZE = 56,
	LOCATOR_SIZE = 20,
	COMMENT_MAX = 65535,
	DESCRIPTOR_MAX = 24,
	EXTRA_ZIP64 = 1,
};

/* How a sparse archive is searched: so many bytes at once, with some on either side. */
enum {
	WINDOW = 256 * 1024 / POSTERN_CAP_DIVISOR,
	MARGIN = 64
};

/* APPNOTE 4.4.4: bits of the general purpose flag. */
enum {
	FLAG_ENCRYPTED = 1 << 0,
	FLAG_DESCRIPTOR = 1 << 3,
	FLAG_MASKED = 1 << 13
};

#define SIG_LOCAL SV("PK\x03\x04")
#define SIG_CENTRAL SV("PK\x01\x02")
#define SIG_DESCRIPTOR SV("PK\x07\x08")
#define SIG_END SV("PK\x05\x06")
#define SIG_END64 SV("PK\x06\x06")
#define SIG_LOCATOR SV("PK\x06\x07")

static uint64_t le(struct sv s, size_t at, unsigned bytes)
{
	uint64_t v = 0;
	for (unsigned i = bytes; i-- > 0;)
		v = v << 8 | (uint8_t)s.p[at + i];
	return v;
}

static bool has_sig(struct sv s, uint64_t at, struct sv sig)
{
	return at <= s.n && s.n - at >= sig.n && memcmp(s.p + at, sig.p, sig.n) == 0;
}

/* Sees to it that these bytes of the archive can be looked at. */
static void zip_need(const struct zip *z, uint64_t at, uint64_t n)
{
	if (z->sparse)
		sparse_need(z->sparse, at, n);
}

static bool zip_has(const struct zip *z, uint64_t at, struct sv sig)
{
	zip_need(z, at, sig.n);
	return has_sig(z->bytes, at, sig);
}

/* Lets bytes from `from` on be searched, and returns where those end. What is read around
 * a signature that is found, behind a margin on either side, can be looked at then. */
static uint64_t zip_window(const struct zip *z, uint64_t from)
{
	struct sparse *s = z->sparse;
	if (!s)
		return z->bytes.n;
	if (from < s->have ||
	    (s->have_end < z->bytes.n && s->have_end <= from + 2 * MARGIN)) {
		uint64_t before = from < MARGIN ? from : MARGIN;
		sparse_forget(s);
		sparse_need(s, from - before, before + WINDOW + MARGIN);
	}
	return s->have_end == z->bytes.n ? s->have_end : s->have_end - MARGIN;
}

static uint64_t find_sig(const struct zip *z, uint64_t from, struct sv sig)
{
	while (from < z->bytes.n) {
		uint64_t end = zip_window(z, from);
		size_t at = sv_find(sv_sub(z->bytes, (size_t)from, (size_t)(end - from)),
				    sig);
		if (at < end - from)
			return from + at;
		from = end == z->bytes.n ? end : end - sig.n + 1;
	}
	return z->bytes.n;
}

/* Where the directory lies. `shift` is what stands in front of the archive. */
struct directory {
	uint64_t at, size, shift;
};

/* A header's fields, of either kind. */
struct header {
	uint16_t flags, method;
	uint32_t crc;
	uint64_t packed, size, offset;
	struct sv name, extra;
};

/* APPNOTE 4.5.3: a field of all ones stands in the extra field instead, in this order. */
static void header_read_zip64(struct header *h)
{
	struct sv extra = h->extra;
	uint64_t *field[] = { &h->size, &h->packed, &h->offset };
	while (extra.n >= 4) {
		uint64_t id = le(extra, 0, 2);
		struct sv value = sv_sub(extra, 4, (size_t)le(extra, 2, 2));
		sv_take(&extra, 4 + value.n);
		if (id != EXTRA_ZIP64)
			continue;
		for (size_t i = 0; i < 3; i++)
			if (*field[i] == UINT32_MAX && value.n >= 8)
				*field[i] = le(sv_take(&value, 8), 0, 8);
		return;
	}
}

static bool header_read_local(const struct zip *z, uint64_t at, struct header *h,
			      uint64_t *out_end)
{
	struct sv b = z->bytes;
	zip_need(z, at, LOCAL_SIZE);
	if (!has_sig(b, at, SIG_LOCAL) || b.n - at < LOCAL_SIZE)
		return false;
	struct sv s = sv_sub(b, (size_t)at, LOCAL_SIZE);
	size_t name_n = (size_t)le(s, 26, 2), extra_n = (size_t)le(s, 28, 2);
	if (b.n - at - LOCAL_SIZE < name_n + extra_n)
		return false;
	zip_need(z, at, LOCAL_SIZE + name_n + extra_n);
	*h = (struct header){
		.flags = (uint16_t)le(s, 6, 2),
		.method = (uint16_t)le(s, 8, 2),
		.crc = (uint32_t)le(s, 14, 4),
		.packed = le(s, 18, 4),
		.size = le(s, 22, 4),
		.offset = at,
		.name = sv_sub(b, (size_t)at + LOCAL_SIZE, name_n),
		.extra = sv_sub(b, (size_t)at + LOCAL_SIZE + name_n, extra_n),
	};
	header_read_zip64(h);
	*out_end = at + LOCAL_SIZE + name_n + extra_n;
	return true;
}

static bool header_take_central(struct sv *dir, struct header *h)
{
	if (!has_sig(*dir, 0, SIG_CENTRAL) || dir->n < CENTRAL_SIZE)
		return false;
	struct sv s = sv_take(dir, CENTRAL_SIZE);
	size_t name_n = (size_t)le(s, 28, 2), extra_n = (size_t)le(s, 30, 2);
	size_t comment_n = (size_t)le(s, 32, 2);
	if (dir->n < name_n + extra_n + comment_n)
		return false;
	*h = (struct header){
		.flags = (uint16_t)le(s, 8, 2),
		.method = (uint16_t)le(s, 10, 2),
		.crc = (uint32_t)le(s, 16, 4),
		.packed = le(s, 20, 4),
		.size = le(s, 24, 4),
		.offset = le(s, 42, 4),
		.name = sv_take(dir, name_n),
		.extra = sv_take(dir, extra_n),
	};
	sv_take(dir, comment_n);
	header_read_zip64(h);
	return true;
}

static bool header_is_folder(const struct header *h)
{
	return h->name.n && h->name.p[h->name.n - 1] == '/' && h->size == 0;
}

static const char *header_why(const struct header *h)
{
	if (h->flags & (FLAG_ENCRYPTED | FLAG_MASKED))
		return "the zip entry is encrypted: give it without a password";
	if (h->method != ZIP_STORED && h->method != ZIP_DEFLATE)
		return "the zip entry is compressed in a way other than deflate: pack it "
		       "again with an ordinary zip program";
	if (h->method == ZIP_STORED && h->packed != h->size)
		return "the zip entry states two different lengths for the same data";
	return NULL;
}

static struct zip_entry *zip_add(struct zip *z, const struct header *h)
{
	if (z->n == z->cap) {
		z->cap = z->cap ? z->cap * 2 : 8;
		z->entry = heap_grow(z->entry, z->cap, sizeof(*z->entry));
	}
	struct zip_entry *e = &z->entry[z->n++];
	*e = (struct zip_entry){
		.name = h->name,
		.offset = h->offset,
		.size = h->size,
		.crc = h->crc,
		.number = z->seen,
		.method = h->method,
		.has_check = true,
		.why = header_why(h),
	};
	return e;
}

static bool zip_count(struct zip *z)
{
	if (++z->seen <= LIMIT_ENTRIES)
		return true;
	z->n = 0;
	z->why = "the zip archive has more than 1000 entries";
	_Static_assert(LIMIT_ENTRIES == 1000, "the sentence names it");
	return false;
}

static void entry_set_data(struct zip_entry *e, struct sv b, uint64_t from, uint64_t n)
{
	e->cut = n > b.n - from;
	e->data = from;
	e->n = e->cut ? b.n - from : n;
}

static void zip_add_central(struct zip *z, struct header *h, uint64_t shift)
{
	struct sv b = z->bytes;
	uint64_t packed = h->packed, from;
	if (header_is_folder(h) || packed == 0 || (h->size == 0 && h->crc == 0))
		return;
	struct zip_entry *e = zip_add(z, h);
	struct header local;
	uint64_t at = h->offset > b.n ? b.n : h->offset + shift;
	if (!header_read_local(z, at, &local, &from)) {
		e->why = "the zip entry does not lie where the directory says";
		return;
	}
	e->offset = at;
	entry_set_data(e, b, from, packed);
}

/* Data that several entries share is how a small archive becomes a huge one. */
static int by_offset(const void *a, const void *b)
{
	const struct zip_entry *x = *(struct zip_entry *const *)a;
	const struct zip_entry *y = *(struct zip_entry *const *)b;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void zip_refuse_overlaps(struct zip *z)
{
	struct zip_entry *order[LIMIT_ENTRIES];
	size_t n = 0;
	for (size_t i = 0; i < z->n; i++)
		if (!z->entry[i].why)
			order[n++] = &z->entry[i];
	if (n < 2)
		return;
	qsort(order, n, sizeof(order[0]), by_offset);
	uint64_t end = 0;
	for (size_t i = 0; i < n; i++) {
		if (order[i]->offset < end)
			order[i]->why = "the zip entry overlaps another one";
		else
			end = order[i]->data + order[i]->n;
	}
}

/* False: the directory is damaged. */
static bool zip_read_directory(struct zip *z, const struct directory *d)
{
	zip_need(z, d->at, d->size);
	struct sv dir = sv_sub(z->bytes, (size_t)d->at, (size_t)d->size);
	while (dir.n) {
		struct header h;
		if (!header_take_central(&dir, &h))
			return has_sig(dir, 0, SV("PK\x05\x05")); /* a signature */
		if (!zip_count(z))
			return true;
		zip_add_central(z, &h, d->shift);
	}
	return true;
}

/* The directory lies before its end record. An archive behind other bytes states offsets
 * that are too small by as much. */
static bool directory_check(const struct zip *z, uint64_t end, struct directory *d)
{
	if (d->size > end)
		return false;
	uint64_t at = end - d->size;
	if (d->at > at)
		return false;
	d->shift = at - d->at;
	if (d->size == 0) {
		d->shift = 0;
		return true;
	}
	if (zip_has(z, d->at, SIG_CENTRAL))
		d->shift = 0;
	d->at += d->shift;
	return zip_has(z, d->at, SIG_CENTRAL);
}

/* APPNOTE 4.3.14, 4.3.15. Leaves *d as it is where there is none. */
static uint64_t directory_find_64(const struct zip *z, uint64_t end, struct directory *d)
{
	struct sv b = z->bytes;
	zip_need(z, end < LOCATOR_SIZE ? 0 : end - LOCATOR_SIZE, LOCATOR_SIZE);
	if (end < LOCATOR_SIZE || !has_sig(b, end - LOCATOR_SIZE, SIG_LOCATOR))
		return end;
	uint64_t at = le(b, (size_t)end - LOCATOR_SIZE + 8, 8);
	zip_need(z, at, END64_SIZE);
	if (at > end || end - at < END64_SIZE || !has_sig(b, at, SIG_END64))
		return end;
	d->size = le(b, (size_t)at + 40, 8);
	d->at = le(b, (size_t)at + 48, 8);
	return at;
}

static bool directory_find(const struct zip *z, struct directory *d)
{
	struct sv b = z->bytes;
	if (b.n < END_SIZE)
		return false;
	size_t low = b.n > END_SIZE + COMMENT_MAX ? b.n - END_SIZE - COMMENT_MAX : 0;
	zip_need(z, low, b.n - low);
	/* Each may point anywhere, so that pieces are decoded for it. */
	unsigned tried = 0;
	for (size_t at = b.n - END_SIZE + 1; at-- > low && tried < LIMIT_ZIP_ENDS;) {
		if (b.p[at] != 'P' || !has_sig(b, at, SIG_END))
			continue;
		tried++;
		*d = (struct directory){ .at = le(b, at + 16, 4),
					 .size = le(b, at + 12, 4) };
		if (directory_check(z, directory_find_64(z, at, d), d))
			return true;
	}
	return false;
}

/* APPNOTE 4.3.9: what stands behind data whose length was not known before. Reads it at
 * `at` where it states `n` bytes of data; its own length, or 0. */
static size_t descriptor_read(struct sv b, uint64_t at, uint64_t n, struct header *out)
{
	struct sv s = sv_sub(b, (size_t)at, DESCRIPTOR_MAX);
	if (s.n < 16 || !has_sig(s, 0, SIG_DESCRIPTOR) || le(s, 8, 4) != n)
		return 0;
	/* Lengths of four bytes, or of eight: then the upper half of the first is zero.
	 */
	bool wide = s.n == DESCRIPTOR_MAX && n && le(s, 12, 4) == 0;
	*out = (struct header){ .crc = (uint32_t)le(s, 4, 4),
				.packed = n,
				.size = wide ? le(s, 16, 8) : le(s, 12, 4) };
	return wide ? DESCRIPTOR_MAX : 16;
}

/* The same without its signature, right in front of the header at `at`. */
static bool descriptor_read_bare(struct sv b, uint64_t at, uint64_t n, struct header *out)
{
	if (n < 12 || (!has_sig(b, at, SIG_LOCAL) && !has_sig(b, at, SIG_CENTRAL)))
		return false;
	if (le(b, (size_t)at - 8, 4) != n - 12)
		return false;
	*out = (struct header){ .crc = (uint32_t)le(b, (size_t)at - 12, 4),
				.packed = n - 12,
				.size = le(b, (size_t)at - 4, 4) };
	return true;
}

static bool descriptor_find(const struct zip *z, uint64_t from, struct header *h,
			    uint64_t *out_next)
{
	struct sv b = z->bytes;
	for (uint64_t at = from; (at = find_sig(z, at, SV("PK"))) < b.n; at++) {
		size_t n = descriptor_read(b, at, at - from, h);
		*out_next = at + n;
		if (n || descriptor_read_bare(b, at, at - from, h))
			return true;
	}
	*out_next = b.n;
	return false;
}

/* Adds the entry whose own header ends at `from`; returns where the next may begin. */
static uint64_t zip_add_local(struct zip *z, struct header *h, uint64_t from)
{
	struct sv b = z->bytes;
	uint64_t next = b.n;
	bool known = !(h->flags & FLAG_DESCRIPTOR) || h->packed;
	if (!known) {
		struct header d;
		known = descriptor_find(z, from, &d, &next);
		h->packed = known ? d.packed : b.n - from;
		h->size = known ? d.size : h->packed;
		h->crc = known ? d.crc : 0;
	} else if (h->packed < b.n - from) {
		next = from + h->packed;
	}
	zip_need(z, (uint64_t)(h->name.p - b.p), h->name.n);
	if (header_is_folder(h) || h->packed == 0)
		return next;
	struct zip_entry *e = zip_add(z, h);
	e->has_check = known;
	entry_set_data(e, b, from, h->packed);
	return next;
}

static void zip_salvage(struct zip *z)
{
	z->n = z->seen = 0;
	z->salvaged = true;
	for (uint64_t at = 0; (at = find_sig(z, at, SIG_LOCAL)) < z->bytes.n;) {
		struct header h;
		uint64_t from;
		if (!header_read_local(z, at, &h, &from)) {
			at++;
			continue;
		}
		if (!zip_count(z))
			return;
		at = zip_add_local(z, &h, from);
	}
	for (size_t i = 0; i < z->n; i++)
		zip_need(z, (uint64_t)(z->entry[i].name.p - z->bytes.p),
			 z->entry[i].name.n);
}

void zip_read(struct zip *z, struct sv bytes, struct sparse *sparse)
{
	struct directory d;
	z->bytes = bytes;
	z->sparse = sparse;
	z->n = z->seen = 0;
	z->salvaged = false;
	z->why = NULL;
	if (!directory_find(z, &d) || !zip_read_directory(z, &d))
		zip_salvage(z);
	zip_refuse_overlaps(z);
	if (z->why || z->n)
		return;
	if (z->salvaged)
		z->why = "the zip archive is damaged: none of its entries can be found";
	else if (z->seen == 0)
		z->why = "the zip archive is empty";
	else
		z->why = "the zip archive holds nothing but folders and empty files";
}

void zip_deinit(struct zip *z)
{
	free(z->entry);
	*z = (struct zip){ 0 };
}
