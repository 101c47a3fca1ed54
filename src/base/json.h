/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

/*
 * A JSON writer without a tree (RFC 8259). Commas and nesting are its business; a key is
 * given before each value inside an object and NULL inside an array. Strings are escaped;
 * control, bidi and other invisible characters as \uXXXX; ill-formed UTF-8 becomes
 * U+FFFD.
 */
struct json {
	struct buf *out;
	uint8_t depth;
	bool begun[16]; /* something stands at this depth already */
};

void json_init(struct json *j, struct buf *out);
void json_object(struct json *j, const char *key);
void json_object_end(struct json *j);
void json_array(struct json *j, const char *key);
void json_array_end(struct json *j);
void json_string(struct json *j, const char *key, struct sv value);
void json_str(struct json *j, const char *key, const char *value); /* NULL: null */
void json_int(struct json *j, const char *key, int64_t value);
void json_uint(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_double(struct json *j, const char *key, double value, int decimals);
void json_null(struct json *j, const char *key);

#endif
