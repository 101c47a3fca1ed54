/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/sv.h"

/* SHA-256 (FIPS 180-4) over pieces. Nothing here opens a file, also not the first call,
 * so that a worker may use it; no memory, or no SHA-256 in libcrypto, ends the process.
 */
enum {
	DIGEST_SIZE = 32,
	DIGEST_HEX = 65
};

struct digest;

struct digest *digest_new(void);
void digest_free(struct digest **d);
void digest_reset(struct digest *d);
void digest_add(struct digest *d, const void *p, size_t n);
/* Finishes; digest_reset() before the next use. */
void digest_end(struct digest *d, uint8_t out[DIGEST_SIZE]);

const char *digest_hex(const uint8_t sha[DIGEST_SIZE], char out[DIGEST_HEX]);

/*
 * The identity of a report: SHA-256 of its inflated bytes without a byte order mark (the
 * UTF-8 one), without each CR that stands before an LF, and without white space at the
 * end. Pieces may be cut anywhere; memory is bounded.
 */
struct normal_digest;

struct normal_digest *normal_digest_new(void);
void normal_digest_free(struct normal_digest **d);
void normal_digest_reset(struct normal_digest *d);
void normal_digest_add(struct normal_digest *d, const char *p, size_t n);
void normal_digest_end(struct normal_digest *d, uint8_t out[DIGEST_SIZE]);

/* Bytes from the system's generator, for hash keys (base/hash.h). */
void random_bytes(void *out, size_t n);

#endif
