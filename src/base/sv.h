/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SV_H
#define BASE_SV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A view of bytes that somebody else owns: never terminated, possibly empty, possibly
 * holding any byte. The cursor functions take from the front of `*s` and shorten it.
 */
struct sv {
	const char *p;
	size_t n;
};

#define SV(lit) ((struct sv){ "" lit, sizeof(lit) - 1 })
/* The same for a static table, where a compound literal is no constant. */
#define SV_INIT(lit) \
	{ \
		"" lit, sizeof(lit) - 1 \
	}
#define SV_ARG(s) (int)(s).n, (s).p /* for "%.*s" */

struct sv sv_from(const char *cstr);                  /* NULL gives the empty view */
struct sv sv_sub(struct sv s, size_t from, size_t n); /* clamped to s */

bool sv_eq(struct sv a, struct sv b);
bool sv_eq_fold(struct sv a, struct sv b); /* ASCII case folded */
int sv_cmp(struct sv a, struct sv b);      /* bytes, then length */
bool sv_has_prefix_fold(struct sv s, struct sv prefix);
bool sv_has_suffix_fold(struct sv s, struct sv suffix);
/* Offset of the first occurrence, or s.n where there is none. */
size_t sv_find(struct sv s, struct sv what);
size_t sv_find_fold(struct sv s, struct sv what);
size_t sv_chr(struct sv s, char c);

struct sv sv_trim(struct sv s); /* space, tab, CR, LF, VT, FF at both ends */
struct sv sv_trim_end(struct sv s);

struct sv sv_take(struct sv *s, size_t n);
/* Takes up to `c`, which is taken too and not returned; all of it without one. */
struct sv sv_take_until(struct sv *s, char c);
/* Takes a line without its LF or CR LF; false at the end. */
bool sv_take_line(struct sv *s, struct sv *out);

/* Unsigned decimal, whole view, no sign or blanks; false when it is none or overflows. */
bool sv_to_u64(struct sv s, uint64_t *out);

char ascii_lower(char c);
bool ascii_is_space(char c);
bool ascii_is_alnum(char c);
bool ascii_is_digit(char c);

#endif
