/* SPDX-License-Identifier: Apache-2.0 */
#include "arf/arf_int.h"
#include "base/arena.h"

/* The host that wrote a Received field, RFC 5321 4.4. */
static struct sv received_by(struct sv value)
{
	while (lex_skip(&value), value.n) {
		struct sv word = lex_value(&value);
		if (sv_eq_fold(word, SV("by"))) {
			lex_skip(&value);
			return lex_value(&value);
		}
		if (word.n == 0)
			sv_take(&value, 1);
	}
	return SV("");
}

static void take_from(struct reading *rd, struct sv value)
{
	struct buf text;
	buf_init(&text, HEADER_TEXT);
	value_decode(value, &text);
	/* An address inside an encoded word is none by the RFC, and found in practice. */
	struct sv address = header_address(value);
	struct sv s = address.n ? address : buf_sv(&text);
	rd->r->header_from = name_address_domain(rd, s, "From");
	buf_deinit(&text);
}

/* What stands above the first Received, or names the host that wrote it, is what the
 * reporter's own MTA found (RFC 8601 5); all else came with the mail. */
void sample_read(struct reading *rd, struct sv header)
{
	struct sv rest = header_begin(header), by = SV("");
	bool received = false, from = false;
	struct header_field f;
	while (header_next(&rest, &f)) {
		bool is_received = header_is_named(f.name, "received");
		if (!received && is_received) {
			received = true;
			by = arena_sv(rd->a, received_by(reading_unfold(rd, f.value)));
		} else if (header_is_named(f.name, "authenticationresults")) {
			results_read(rd, reading_unfold(rd, f.value), true,
				     received ? &by : NULL);
		} else if (!from && header_is_named(f.name, "from")) {
			from = true;
			take_from(rd, reading_unfold(rd, f.value));
		}
	}
}

/* d= and s= of a signature, RFC 6376 3.5. */
static void read_signature(struct sv value, struct sv *out_domain,
			   struct sv *out_selector)
{
	*out_domain = *out_selector = SV("");
	while (value.n) {
		struct sv tag = sv_take_until(&value, ';');
		struct sv name = sv_trim(sv_take_until(&tag, '='));
		if (sv_eq(name, SV("d")))
			*out_domain = sv_trim(tag);
		else if (sv_eq(name, SV("s")))
			*out_selector = sv_trim(tag);
	}
}

void sample_signature(struct reading *rd, struct sv header)
{
	struct arf_report *r = rd->r;
	struct sv want = r->dkim_domain.n ? r->dkim_domain : r->policy_domain;
	struct sv rest = header_begin(header), domain, selector;
	struct header_field f;
	while (r->dkim_selector.n == 0 && header_next(&rest, &f)) {
		if (!header_is_named(f.name, "dkimsignature"))
			continue;
		read_signature(reading_unfold(rd, f.value), &domain, &selector);
		if (!sv_eq_fold(domain, want))
			continue;
		r->dkim_selector = name_selector(rd, selector, "DKIM-Signature");
		if (r->dkim_selector.n == 0)
			continue;
		r->dkim_domain = want;
		reading_note(rd, REPAIR_FAILURE_SIGNATURE_GUESSED, "DKIM-Signature");
	}
}
