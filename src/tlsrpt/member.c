/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/member.h"

struct row {
	enum tls_member member;
	enum tls_place place;
	bool alias;
	struct sv name;
};

static const struct row rows[] = {
#define MEMBER(code, place, name) \
	{ TLS_MEMBER_##code, TLS_AT_##place, false, SV_INIT(name) },
#define ALIAS(code, place, name) \
	{ TLS_MEMBER_##code, TLS_AT_##place, true, SV_INIT(name) },
#include "tlsrpt/member.def"
#undef MEMBER
#undef ALIAS
};

enum {
	ROWS = sizeof(rows) / sizeof(rows[0])
};

/* The outermost object that a place belongs to. */
static enum tls_place around(enum tls_place place)
{
	switch (place) {
	case TLS_AT_REPORT:
	case TLS_AT_RANGE:
		return TLS_AT_REPORT;
	case TLS_AT_ENTRY:
	case TLS_AT_POLICY:
	case TLS_AT_SUMMARY:
		return TLS_AT_ENTRY;
	case TLS_AT_FAILURE:
		break;
	}
	return TLS_AT_FAILURE;
}

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == ' ';
}

bool tls_eq_loose(struct sv a, struct sv b)
{
	size_t i = 0, k = 0;
	for (;;) {
		while (i < a.n && is_separator(a.p[i]))
			i++;
		while (k < b.n && is_separator(b.p[k]))
			k++;
		if (i == a.n || k == b.n)
			return i == a.n && k == b.n;
		if (ascii_lower(a.p[i++]) != ascii_lower(b.p[k++]))
			return false;
	}
}

enum tls_member tls_member_find(enum tls_place place, struct sv name,
				enum tls_spelling *out_how)
{
	enum tls_place in = around(place);
	for (size_t i = 0; i < ROWS; i++) {
		if (around(rows[i].place) != in || !tls_eq_loose(name, rows[i].name))
			continue;
		*out_how = rows[i].alias               ? TLS_SPELT_ALIAS
			   : sv_eq(name, rows[i].name) ? TLS_SPELT_RIGHT
						       : TLS_SPELT_OTHERWISE;
		return rows[i].member;
	}
	return TLS_MEMBER_UNKNOWN;
}

/* The table begins with the members in their order. */
const char *tls_member_name(enum tls_member m)
{
	return m > TLS_MEMBER_UNKNOWN && m < TLS_MEMBER_N ? rows[m - 1].name.p : "";
}

enum tls_place tls_member_place(enum tls_member m)
{
	return m > TLS_MEMBER_UNKNOWN && m < TLS_MEMBER_N ? rows[m - 1].place
							  : TLS_AT_REPORT;
}
