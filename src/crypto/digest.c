/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/digest.h"

#include "base/arena.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	HELD = 4096, /* blanks held back that may or may not be the end of the report */
	CHUNK = 4096,
	BOM_SIZE = 3,
	EXIT_OS = 71
};

struct digest {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};

/* libcrypto fails here where it finds no memory or is not whole: nothing to go on with.
 */
static void must(bool done)
{
	static const char text[] =
		"postern: libcrypto cannot compute SHA-256: out of memory, or a damaged "
		"installation of OpenSSL\n";
	if (done)
		return;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_OS);
	_exit(EXIT_OS);
}

struct digest *digest_new(void)
{
	/* Its configuration lies in a file, and a worker may open none. */
	must(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1);
	struct digest *d = heap_array(1, sizeof(*d));
	d->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	d->ctx = EVP_MD_CTX_new();
	must(d->md && d->ctx);
	must(EVP_DigestInit_ex2(d->ctx, d->md, NULL) == 1);
	return d;
}

void digest_free(struct digest **d)
{
	if (!*d)
		return;
	EVP_MD_CTX_free((*d)->ctx);
	EVP_MD_free((*d)->md);
	free(*d);
	*d = NULL;
}

void digest_reset(struct digest *d)
{
	must(EVP_DigestInit_ex2(d->ctx, d->md, NULL) == 1);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
	if (n)
		must(EVP_DigestUpdate(d->ctx, p, n) == 1);
}

void digest_end(struct digest *d, uint8_t out[DIGEST_SIZE])
{
	unsigned n = 0;
	must(EVP_DigestFinal_ex(d->ctx, out, &n) == 1 && n == DIGEST_SIZE);
}

const char *digest_hex(const uint8_t sha[DIGEST_SIZE], char out[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		out[2 * i] = digits[sha[i] >> 4];
		out[2 * i + 1] = digits[sha[i] & 15];
	}
	out[DIGEST_HEX - 1] = '\0';
	return out;
}

/*
 * Blanks are held back until something follows them. A run too long to hold goes into
 * `all`, and `mark` keeps the state from before it, in case that the report ends there.
 */
struct normal_digest {
	struct digest *all, *mark;
	bool marked;
	bool begun;  /* the byte order mark is behind us, or there is none */
	bool cr;     /* the last piece ended with a CR: is it before an LF? */
	size_t seen; /* bytes of a byte order mark so far */
	size_t held_n;
	char held[HELD];
};

static const char bom[BOM_SIZE] = { '\xef', '\xbb', '\xbf' };

struct normal_digest *normal_digest_new(void)
{
	struct normal_digest *d = heap_array(1, sizeof(*d));
	d->all = digest_new();
	d->mark = digest_new();
	return d;
}

void normal_digest_free(struct normal_digest **d)
{
	if (!*d)
		return;
	digest_free(&(*d)->all);
	digest_free(&(*d)->mark);
	free(*d);
	*d = NULL;
}

void normal_digest_reset(struct normal_digest *d)
{
	digest_reset(d->all);
	d->marked = d->begun = d->cr = false;
	d->seen = d->held_n = 0;
}

static void hold_blanks(struct normal_digest *d, const char *p, size_t n)
{
	if (!d->marked && n <= HELD - d->held_n) {
		memcpy(d->held + d->held_n, p, n);
		d->held_n += n;
		return;
	}
	if (!d->marked) {
		must(EVP_MD_CTX_copy_ex(d->mark->ctx, d->all->ctx) == 1);
		d->marked = true;
		digest_add(d->all, d->held, d->held_n);
		d->held_n = 0;
	}
	digest_add(d->all, p, n);
}

/* Bytes from which each CR before an LF is gone. */
static void add_squeezed(struct normal_digest *d, const char *p, size_t n)
{
	size_t body = sv_trim_end((struct sv){ p, n }).n;
	if (body) {
		digest_add(d->all, d->held, d->held_n);
		d->held_n = 0;
		d->marked = false;
		digest_add(d->all, p, body);
	}
	if (n > body)
		hold_blanks(d, p + body, n - body);
}

/* Copies up to the end of `s` or of the chunk, without each CR before an LF. A CR at the
 * end of `s` stays in it. */
static size_t squeeze(struct sv *s, char out[CHUNK])
{
	size_t n = 0;
	while (n < CHUNK && s->n) {
		struct sv run = sv_sub(*s, 0, CHUNK - n);
		size_t to = sv_chr(run, '\r');
		memcpy(out + n, run.p, to);
		n += to;
		sv_take(s, to);
		if (to == run.n)
			continue;
		if (s->n == 1)
			break;
		if (s->p[1] != '\n')
			out[n++] = '\r';
		sv_take(s, 1);
	}
	return n;
}

static void add_text(struct normal_digest *d, struct sv s)
{
	if (d->cr && s.n) {
		d->cr = false;
		if (s.p[0] != '\n')
			add_squeezed(d, "\r", 1);
	}
	while (s.n && !d->cr) {
		/* A long run without CR needs no copy. */
		size_t run = sv_chr(s, '\r');
		if (run == s.n || run >= CHUNK) {
			add_squeezed(d, s.p, run);
			sv_take(&s, run);
			continue;
		}
		char chunk[CHUNK];
		add_squeezed(d, chunk, squeeze(&s, chunk));
		d->cr = s.n == 1 && s.p[0] == '\r';
	}
}

void normal_digest_add(struct normal_digest *d, const char *p, size_t n)
{
	struct sv s = { p, n };
	while (!d->begun && s.n) {
		if (s.p[0] != bom[d->seen]) {
			add_text(d, (struct sv){ bom, d->seen });
			d->begun = true;
		} else {
			sv_take(&s, 1);
			d->begun = ++d->seen == BOM_SIZE;
		}
	}
	add_text(d, s);
}

void normal_digest_end(struct normal_digest *d, uint8_t out[DIGEST_SIZE])
{
	if (!d->begun)
		add_text(d, (struct sv){ bom, d->seen });
	digest_end(d->marked ? d->mark : d->all, out);
}

void random_bytes(void *out, size_t n)
{
	char *p = out;
	while (n) {
		ssize_t got = getrandom(p, n, 0);
		if (got < 0 && errno != EINTR) {
			static const char text[] =
				"postern: the system gives no random bytes\n";
			if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
				_exit(EXIT_OS);
			_exit(EXIT_OS);
		}
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}
