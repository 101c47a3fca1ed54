/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <endian.h>
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

/* Some questions write a hundred thousand: inet_ntop() would be a tenth of their time. */
static void format_v4(const uint8_t *b, char *out)
{
	for (int i = 0; i < 4; i++) {
		unsigned n = b[i];
		if (n >= 100)
			*out++ = (char)('0' + n / 100);
		if (n >= 10)
			*out++ = (char)('0' + n / 10 % 10);
		*out++ = (char)('0' + n % 10);
		*out++ = i < 3 ? '.' : '\0';
	}
}

const char *addr_format(const struct addr *a, char out[ADDR_TEXT])
{
	if (a->kind == ADDR_V4)
		format_v4(a->b, out);
	else if (a->kind == ADDR_NONE || !inet_ntop(AF_INET6, a->b, out, ADDR_TEXT))
		memcpy(out, "-", 2);
	return out;
}

static uint64_t big_endian(const uint8_t *b)
{
	uint64_t n;
	memcpy(&n, b, sizeof(n));
	return be64toh(n);
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	uint64_t x = big_endian(a->b), y = big_endian(b->b);
	if (x == y) {
		x = big_endian(a->b + 8);
		y = big_endian(b->b + 8);
	}
	return (x > y) - (x < y);
}

size_t addr_len(const struct addr *a)
{
	return a->kind == ADDR_V4 ? 4 : a->kind == ADDR_V6 ? 16 : 0;
}
