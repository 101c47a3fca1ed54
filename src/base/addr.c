/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <string.h>

bool addr_parse(struct sv text, struct addr *out)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	char s[ADDR_TEXT];
	*out = (struct addr){ 0 };
	if (text.n == 0 || text.n >= sizeof(s) || memchr(text.p, 0, text.n))
		return false;
	memcpy(s, text.p, text.n);
	s[text.n] = '\0';
	if (inet_pton(AF_INET, s, out->b) == 1) {
		out->kind = ADDR_V4;
		return true;
	}
	if (inet_pton(AF_INET6, s, out->b) != 1)
		return false;
	out->kind = ADDR_V6;
	if (memcmp(out->b, mapped, sizeof(mapped)) == 0) {
		memmove(out->b, out->b + 12, 4);
		memset(out->b + 4, 0, 12);
		out->kind = ADDR_V4;
	}
	return true;
}

const char *addr_format(const struct addr *a, char out[ADDR_TEXT])
{
	int family = a->kind == ADDR_V4 ? AF_INET : AF_INET6;
	if (a->kind == ADDR_NONE || !inet_ntop(family, a->b, out, ADDR_TEXT))
		memcpy(out, "-", 2);
	return out;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

size_t addr_len(const struct addr *a)
{
	return a->kind == ADDR_V4 ? 4 : a->kind == ADDR_V6 ? 16 : 0;
}
