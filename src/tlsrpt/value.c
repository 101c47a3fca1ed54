/* SPDX-License-Identifier: Apache-2.0 */
#include "tlsrpt/read_int.h"

#include <string.h>

struct sv tls_clean(struct tls_reader *r, struct sv s)
{
	char *p = arena_str(r->arena, s);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
			p[i] = ' ';
	return sv_trim((struct sv){ p, s.n });
}

/* Past 2^53 every double is. */
static bool is_whole(double d)
{
	const double most = 9007199254740992.0;
	return d < -most || d > most || (double)(int64_t)d == d;
}

struct sv tls_scalar(struct tls_reader *r, json_t *v)
{
	if (json_is_string(v))
		return (struct sv){ json_string_value(v), json_string_length(v) };
	if (json_is_boolean(v))
		return json_is_true(v) ? SV("true") : SV("false");
	if (json_is_integer(v))
		return sv_from(arena_printf(r->scratch, "%" JSON_INTEGER_FORMAT,
					    json_integer_value(v)));
	double d = json_real_value(v);
	if (!json_is_real(v))
		return (struct sv){ NULL, 0 };
	return sv_from(arena_printf(
		r->scratch, is_whole(d) && d < 1e18 && d > -1e18 ? "%.0f" : "%.15g", d));
}

bool tls_text(struct tls_reader *r, enum tls_member m, json_t *v, struct sv *out)
{
	*out = (struct sv){ NULL, 0 };
	if (!v)
		return true;
	bool listed = json_array_size(v) == 1;
	json_t *one = listed ? json_array_get(v, 0) : v;
	if (json_is_object(one) || json_is_array(one)) {
		tls_note(r, REPAIR_VALUE_FORM, m, *out);
		return tls_extra(r, sv_from(tls_member_name(m)), v);
	}
	struct sv text = tls_scalar(r, one);
	if (text.n > LIMIT_VALUE)
		return tls_refuse_value(r, m);
	if (listed)
		tls_note(r, REPAIR_LIST_FORM, m, text);
	else if (!json_is_string(one))
		tls_note(r, REPAIR_TEXT_FORM, m, text);
	if (text.p)
		*out = tls_clean(r, text);
	return true;
}

void tls_fold_domain(struct tls_reader *r, enum tls_member m, struct sv *domain)
{
	if (domain->n > 1 && domain->p[domain->n - 1] == '.') {
		tls_note(r, REPAIR_DOMAIN_DOT, m, *domain);
		domain->n--;
	}
	char *lower = arena_str(r->arena, *domain);
	for (size_t i = 0; i < domain->n; i++)
		lower[i] = ascii_lower(lower[i]);
	if (domain->p)
		domain->p = lower;
}

bool tls_domain(struct tls_reader *r, enum tls_member m, json_t *v, struct sv *out)
{
	if (!tls_text(r, m, v, out))
		return false;
	tls_fold_domain(r, m, out);
	return true;
}

bool tls_address(struct tls_reader *r, enum tls_member m, json_t *v, struct addr *out,
		 struct sv *out_text)
{
	if (!tls_text(r, m, v, out_text))
		return false;
	if (addr_parse(*out_text, out))
		*out_text = (struct sv){ NULL, 0 };
	else if (out_text->n)
		tls_note(r, REPAIR_ADDRESS_UNREADABLE, m, *out_text);
	return true;
}

bool tls_time(struct tls_reader *r, enum tls_member m, json_t *v, int64_t *out,
	      bool *out_has)
{
	struct sv text;
	if (json_is_integer(v)) /* seconds: tls_text() would say so a second time */
		text = tls_scalar(r, v);
	else if (!tls_text(r, m, v, &text))
		return false;
	enum tls_time_form form = tls_time_parse(text, out);
	*out_has = form != TLS_TIME_NONE;
	if (text.n == 0)
		tls_note(r, REPAIR_TIME_MISSING, m, text);
	else if (form == TLS_TIME_NONE)
		tls_note(r, REPAIR_DATE_UNREADABLE, m, text);
	else if (form == TLS_TIME_NO_ZONE)
		tls_note(r, REPAIR_DATE_ZONE, m, text);
	else if (form == TLS_TIME_OTHER)
		tls_note(r, REPAIR_DATE_FORM, m, text);
	return true;
}

/* "12", "12.0" */
static bool count_text(struct tls_reader *r, enum tls_member m, struct sv text,
		       double *out)
{
	uint64_t whole, rest;
	struct sv left = sv_trim(text), digits = sv_take_until(&left, '.');
	if (!sv_to_u64(digits, &whole) || (left.n && !sv_to_u64(left, &rest)))
		return false;
	*out = (double)whole;
	tls_note(r, REPAIR_SESSIONS_TEXT, m, text);
	if (left.n)
		tls_note(r, REPAIR_COUNT_DECIMAL, m, text);
	return true;
}

enum tls_counted tls_count(struct tls_reader *r, enum tls_member m, json_t *v,
			   uint64_t *out)
{
	double d = -1;
	*out = 0;
	if (!v) {
		tls_note(r, REPAIR_SESSIONS_MISSING, m, (struct sv){ 0 });
		return TLS_NOT_COUNTED;
	}
	struct sv text = tls_scalar(r, v);
	bool read = json_is_number(v) ||
		    (json_is_string(v) && count_text(r, m, text, &d));
	if (json_is_number(v))
		d = json_number_value(v);
	if (!read || d < 0) {
		tls_note(r, REPAIR_SESSIONS_UNREADABLE, m, text);
		return TLS_NOT_COUNTED;
	}
	if (json_is_real(v) && !is_whole(d))
		tls_note(r, REPAIR_COUNT_DECIMAL, m, text);
	/* Exact as far as it is used: 2^40 has room in a double, with all before it. */
	*out = d > (double)LIMIT_MESSAGES ? LIMIT_MESSAGES + 1 : (uint64_t)d;
	return TLS_COUNTED;
}
