/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

#include "base/arena.h"

#include <string.h>

enum {
	LABEL_MAX = 63,
	LOCAL_MAX = 64,
	STRING_MAX = 255
};

static bool read_label(struct sv label, char *out, const char **out_why)
{
	if (label.n == 0)
		return *out_why = "has an empty part between two dots", false;
	if (label.n > LABEL_MAX)
		return *out_why = "has a part of more than 63 characters", false;
	for (size_t i = 0; i < label.n; i++) {
		char c = ascii_lower(label.p[i]);
		if ((uint8_t)c >= 0x80)
			return *out_why = "is not ASCII: write it in its xn-- form",
			       false;
		if (!ascii_is_alnum(c) && c != '-' && c != '_')
			return *out_why = "has a character that no domain name has",
			       false;
		out[i] = c;
	}
	if (label.p[0] == '-' || label.p[label.n - 1] == '-')
		return *out_why = "has a part that begins or ends with a hyphen", false;
	return true;
}

bool record_read_domain(struct sv text, struct arena *a, struct sv *out,
			const char **out_why)
{
	text = sv_trim(text);
	if (text.n && text.p[text.n - 1] == '.')
		text.n--;
	if (text.n > RECORD_NAME_MAX)
		return *out_why = "is longer than 253 characters", false;
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0, labels = 0;
	for (struct sv rest = text;;) {
		bool last = sv_chr(rest, '.') == rest.n;
		struct sv label = sv_take_until(&rest, '.');
		if (!read_label(label, p + n, out_why))
			return false;
		n += label.n;
		labels++;
		if (last)
			break;
		p[n++] = '.';
	}
	if (labels < 2)
		return *out_why = "is no domain name: it has no dot", false;
	*out = (struct sv){ p, n };
	return true;
}

static bool is_atom_char(char c)
{
	return ascii_is_alnum(c) || (c && strchr(".!#$%&'*+-/=?^_`{|}~", c));
}

bool record_read_address(struct sv text, struct arena *a, struct sv *out,
			 const char **out_why)
{
	text = sv_trim(text);
	struct sv local = sv_sub(text, 0, sv_chr(text, '@'));
	if (local.n == text.n)
		return *out_why = "is no mail address: it has no @", false;
	if (local.n == 0 || local.n > LOCAL_MAX)
		return *out_why = "has nothing, or more than 64 characters, before its @",
		       false;
	for (size_t i = 0; i < local.n; i++) {
		bool dot = local.p[i] == '.';
		if (!is_atom_char(local.p[i]) ||
		    (dot && (i == 0 || i + 1 == local.n || local.p[i - 1] == '.')))
			return *out_why = "has a character before its @ that cannot "
					  "stand there",
			       false;
	}
	struct sv host;
	if (!record_read_domain(sv_sub(text, local.n + 1, text.n), a, &host, out_why))
		return false;
	*out = sv_from(arena_printf(a, "%.*s@%.*s", SV_ARG(local), SV_ARG(host)));
	return true;
}

/* `mailto:` with whatever has a meaning in URIs (RFC 6068 section 2) or in a list of
 * them (RFC 9989 section 4.7: comma and exclamation mark) percent-encoded. */
struct sv record_mailto(struct sv address, struct arena *a)
{
	static const char hex[] = "0123456789ABCDEF";
	char *p = arena_alloc(a, 7 + address.n * 3 + 1);
	size_t n = 7;
	memcpy(p, "mailto:", n);
	for (size_t i = 0; i < address.n; i++) {
		uint8_t c = (uint8_t)address.p[i];
		if (ascii_is_alnum((char)c) || strchr("@-._~+", (char)c)) {
			p[n++] = (char)c;
			continue;
		}
		p[n++] = '%';
		p[n++] = hex[c >> 4];
		p[n++] = hex[c & 15];
	}
	return (struct sv){ p, n };
}

static void add(struct record_set *set, enum record_type type, struct sv zone, char *name,
		struct sv value, const char *why)
{
	set->record[set->n++] = (struct record){ .type = type,
						 .zone = zone,
						 .name = sv_from(name),
						 .value = value,
						 .why = why };
}

static bool is_below(struct sv name, struct sv parent)
{
	return name.n > parent.n + 1 && name.p[name.n - parent.n - 1] == '.' &&
	       sv_has_suffix_fold(name, parent);
}

bool record_is_external(struct sv domain, struct sv host)
{
	return !sv_eq_fold(domain, host) && !is_below(domain, host) &&
	       !is_below(host, domain);
}

static void add_authorisation(struct record_set *set, struct sv domain, struct sv address,
			      struct arena *a)
{
	struct sv host = sv_sub(address, sv_chr(address, '@') + 1, address.n);
	if (!record_is_external(domain, host))
		return;
	char *name = arena_printf(a, "%.*s._report._dmarc.%.*s", SV_ARG(domain),
				  SV_ARG(host));
	if (strlen(name) > RECORD_NAME_MAX) {
		set->unauthorisable = true;
		return;
	}
	add(set, RECORD_TXT, host, name, SV("v=DMARC1"),
	    "allows reports about the domain to be sent here");
}

static void add_dmarc(struct record_set *set, struct sv domain, struct sv address,
		      struct arena *a, const char *policy, const char *why)
{
	struct sv uri = record_mailto(address, a);
	char *value = arena_printf(a, "v=DMARC1; p=%s; rua=%.*s", policy, SV_ARG(uri));
	add(set, RECORD_TXT, domain, arena_printf(a, "_dmarc.%.*s", SV_ARG(domain)),
	    sv_from(value), why);
}

/* A comma, a semicolon or an exclamation mark would end the URI: record_mailto() encodes
 * them.
 */
static void add_tls(struct record_set *set, struct sv domain, struct sv address,
		    struct arena *a)
{
	struct sv uri = record_mailto(address, a);
	char *value = arena_printf(a, "v=TLSRPTv1; rua=%.*s", SV_ARG(uri));
	add(set, RECORD_TXT, domain, arena_printf(a, "_smtp._tls.%.*s", SV_ARG(domain)),
	    sv_from(value), "asks for reports on TLS between mail servers");
	set->record[set->n - 1].optional = true;
}

void record_first(struct sv domain, struct sv address, struct arena *a,
		  struct record_set *out)
{
	*out = (struct record_set){ 0 };
	add_dmarc(out, domain, address, a, "none",
		  "asks for reports, changes nothing for the mail");
	add_authorisation(out, domain, address, a);
	add_tls(out, domain, address, a);
}

void record_tls(struct sv domain, struct sv address, struct arena *a,
		struct record_set *out)
{
	*out = (struct record_set){ 0 };
	add_tls(out, domain, address, a);
}

void record_parked(struct sv domain, struct sv address, struct arena *a,
		   struct record_set *out)
{
	*out = (struct record_set){ 0 };
	add_dmarc(out, domain, address, a, "reject",
		  "mail in the domain's name is refused, and reported");
	add(out, RECORD_TXT, domain, arena_str(a, domain), SV("v=spf1 -all"),
	    "no host sends for the domain");
	add(out, RECORD_MX, domain, arena_str(a, domain), SV("0 ."),
	    "no host takes mail for the domain");
	add(out, RECORD_TXT, domain, arena_printf(a, "*._domainkey.%.*s", SV_ARG(domain)),
	    SV("v=DKIM1; p="), "every DKIM key of the domain is withdrawn");
	add_authorisation(out, domain, address, a);
}

static void add_strings(struct sv text, struct buf *out)
{
	do {
		struct sv part = sv_take(&text, STRING_MAX);
		buf_add_str(out, " \"");
		for (size_t i = 0; i < part.n; i++) {
			if (part.p[i] == '"' || part.p[i] == '\\')
				buf_add_char(out, '\\');
			buf_add_char(out, part.p[i]);
		}
		buf_add_char(out, '"');
	} while (text.n);
}

void record_add_line(const struct record *r, struct buf *out)
{
	buf_addf(out, "%.*s. IN %s", SV_ARG(r->name),
		 r->type == RECORD_MX ? "MX" : "TXT");
	if (r->type == RECORD_MX)
		buf_addf(out, " %.*s", SV_ARG(r->value));
	else
		add_strings(r->value, out);
}
