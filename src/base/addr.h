/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include "base/sv.h"

/* A source address. An IPv4-mapped IPv6 address is the IPv4 address (RFC 4291 2.5.5.2).
 */
enum addr_kind {
	ADDR_NONE = 0,
	ADDR_V4 = 4,
	ADDR_V6 = 6
};

struct addr {
	uint8_t kind;  /* enum addr_kind */
	uint8_t b[16]; /* network order; the first 4 for IPv4; unused bytes are zero */
};

enum {
	ADDR_TEXT = 46
}; /* room for any address and its NUL */

bool addr_parse(struct sv text, struct addr *out); /* false: out is ADDR_NONE */
/* RFC 5952 form; ADDR_NONE gives "-". */
const char *addr_format(const struct addr *a, char out[ADDR_TEXT]);
int addr_cmp(const struct addr *a, const struct addr *b);
size_t addr_len(const struct addr *a); /* 0, 4 or 16 */

#endif
