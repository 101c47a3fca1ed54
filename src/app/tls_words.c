/* SPDX-License-Identifier: Apache-2.0 */
#include "app/tls_int.h"

#include "base/arena.h"
#include "tlsrpt/tlsrpt.h"

struct book_tls_query tls_query(const struct scope *s)
{
	int64_t *id = arena_array(s->arena, s->id_n + 1, sizeof(*id));
	size_t n = 0;
	for (size_t i = 0; i < s->id_n; i++) {
		const struct book_policy_domain *p = scope_policy(s, s->id[i]);
		if (p && (!p->refused || s->owner[p - s->policy]))
			id[n++] = s->id[i];
	}
	return (struct book_tls_query){ .domains = id,
					.domain_n = n,
					.day_from = s->filter.day_from,
					.day_to = s->filter.day_to };
}

uint8_t tls_mode_of(uint8_t type, struct sv policy)
{
	struct tls_policy p = { .type = (enum tls_policy_type)type };
	struct sv line = SV("");
	enum tls_mode mode = tls_policy_mode(&p);
	p.strings = &line;
	p.strings_n = 1;
	while (mode == TLS_MODE_UNKNOWN && sv_take_line(&policy, &line))
		mode = tls_policy_mode(&p);
	return (uint8_t)mode;
}

static struct sv word(const char *name, struct sv text)
{
	if (name[0])
		return sv_from(name);
	return text.n ? text : SV("unknown");
}

struct sv tls_type_name(uint8_t type, struct sv text)
{
	return word(tls_policy_kind((enum tls_policy_type)type)->name, text);
}

struct sv tls_result_name(uint8_t result, struct sv text)
{
	return word(tls_result_kind((enum tls_result_type)result)->name, text);
}
