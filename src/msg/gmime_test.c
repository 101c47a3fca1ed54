/* SPDX-License-Identifier: Apache-2.0 */
/* Composes well-formed mails and asks GMime for a second opinion on their leaves. */
#include "base/arena.h"
#include "base/buf.h"
#include "msg/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>
#include <gmime/gmime.h>

enum {
	MAILS = 400,
	TEXT_MAX = 4 << 20
};

struct composer {
	struct buf *out;
	uint64_t seed;
	unsigned boundary;
	const char *eol;
};

static unsigned roll(struct composer *c, unsigned sides)
{
	c->seed ^= c->seed << 13;
	c->seed ^= c->seed >> 7;
	c->seed ^= c->seed << 17;
	return (unsigned)(c->seed >> 33) % sides;
}

static void line(struct composer *c, const char *text)
{
	buf_add_str(c->out, text);
	buf_add_str(c->out, c->eol);
}

static void compose_base64(struct composer *c, size_t n)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	for (size_t i = 0; i < n; i++) {
		buf_add_char(c->out, letters[roll(c, 64)]);
		if (i % 76 == 75)
			line(c, "");
	}
	/* 4k + 2 letters whose last one may hold stray bits, or whole groups. */
	line(c, n % 4 == 2 ? "==" : n % 4 == 3 ? "=" : "");
}

static void compose_qp(struct composer *c, size_t n)
{
	static const char *const pieces[] = { "abc", " x",     "=3D",   "=C3=A4", "=\n",
					      "\n",  "x=20\n", "<row>", "\ty",    "=e4" };
	for (size_t i = 0; i < n; i++) {
		const char *p = pieces[roll(c, sizeof(pieces) / sizeof(pieces[0]))];
		for (; *p; p++) {
			if (*p == '\n')
				line(c, "");
			else
				buf_add_char(c->out, *p);
		}
	}
	line(c, ".");
}

static void compose_plain(struct composer *c, size_t n)
{
	static const char *const lines[] = { "Hello",        "",
					     "-- ",          "--b",
					     "--b1x",        " --b1--",
					     "Subject: x",   "From here",
					     "\xc3\xa4\xe4", "<?xml version=\"1.0\"?>",
					     "...--" };
	line(c, "first line");
	for (size_t i = 0; i < n; i++)
		line(c, lines[roll(c, sizeof(lines) / sizeof(lines[0]))]);
}

static void compose_leaf(struct composer *c)
{
	static const char *const types[] = {
		"Content-Type: text/plain; charset=utf-8",
		"Content-Type: application/gzip; name=\"a!b!1!2.xml.gz\"",
		"CONTENT-TYPE:\tApplication/ZIP;\n name*0=a;\n\tname*1=\"b.zip\"",
		"content-type: text/xml (a comment)",
		"X-None: y",
	};
	for (const char *p = types[roll(c, 5)]; *p; p++) {
		if (*p == '\n')
			line(c, "");
		else
			buf_add_char(c->out, *p);
	}
	line(c, "");
	unsigned n = roll(c, 200);
	switch (roll(c, 4)) {
	case 0:
		line(c, "Content-Transfer-Encoding: base64");
		line(c, "");
		compose_base64(c, n % 4 == 1 ? n + 1 : n);
		return;
	case 1:
		line(c, "Content-Transfer-Encoding: Quoted-Printable");
		line(c, "");
		compose_qp(c, n);
		return;
	case 2:
		line(c, "Content-Transfer-Encoding: 8bit");
		break;
	default:
		break;
	}
	line(c, "");
	compose_plain(c, n / 8);
}

/* The header and body of a mail or part; `depth` bounds what it may hold. */
static void compose(struct composer *c, unsigned depth)
{
	static const char *const kinds[] = { "mixed", "alternative", "report" };
	unsigned kind = depth ? roll(c, 5) : 4;
	if (kind == 0) {
		line(c, "Content-Type: message/rfc822");
		line(c, "");
		line(c, "Subject: inner");
		compose(c, depth - 1);
		return;
	}
	if (kind == 4) {
		compose_leaf(c);
		return;
	}
	unsigned boundary = ++c->boundary;
	const char *quote = roll(c, 2) ? "\"" : "";
	buf_addf(c->out, "Content-Type: multipart/%s;%s boundary=%sb%u%s%s",
		 kinds[roll(c, 3)], c->eol, quote, boundary, quote, c->eol);
	line(c, "");
	if (roll(c, 2))
		line(c, "a preamble");
	for (unsigned n = 1 + roll(c, 4); n > 0; n--) {
		buf_addf(c->out, "--b%u%s%s", boundary, roll(c, 4) ? "" : " \t", c->eol);
		compose(c, depth - 1);
		line(c, "");
	}
	buf_addf(c->out, "--b%u--%s", boundary, c->eol);
	if (roll(c, 2))
		line(c, "an epilogue");
}

static void show_gmime(GMimeObject *o, struct buf *out)
{
	if (GMIME_IS_MULTIPART(o)) {
		GMimeMultipart *m = GMIME_MULTIPART(o);
		for (int i = 0; i < g_mime_multipart_get_count(m); i++)
			show_gmime(g_mime_multipart_get_part(m, i), out);
		return;
	}
	if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *m = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));
		show_gmime(g_mime_message_get_mime_part(m), out);
		return;
	}
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(o));
	const char *name = g_mime_part_get_filename(GMIME_PART(o));
	GMimeStream *bytes = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(o)),
					    bytes);
	GByteArray *a = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(bytes));
	char *lower = g_ascii_strdown(type, -1);
	buf_addf(out, "%s|%s|", lower, name ? name : "");
	buf_add(out, a->data, a->len);
	buf_add_str(out, "|\n");
	g_free(lower);
	g_free(type);
	g_object_unref(bytes);
}

static void ask_gmime(struct sv mail, struct buf *out)
{
	GMimeStream *s = g_mime_stream_mem_new_with_buffer(mail.p, mail.n);
	GMimeParser *p = g_mime_parser_new_with_stream(s);
	GMimeMessage *m = g_mime_parser_construct_message(p, NULL);
	assert_non_null(m);
	show_gmime(g_mime_message_get_mime_part(m), out);
	g_object_unref(m);
	g_object_unref(p);
	g_object_unref(s);
}

static void ask_walk(struct sv mail, struct buf *out)
{
	struct arena *a = arena_new();
	struct mime_walk *w = mime_walk_new(mail, a);
	struct mime_part part;
	while (mime_walk_next(w, &part)) {
		buf_addf(out, "%.*s|%.*s|", SV_ARG(part.type), SV_ARG(part.name));
		struct mime_decoder d;
		mime_decoder_init(&d, part.encoding, part.body);
		char bytes[512];
		size_t n;
		while ((n = mime_decode(&d, bytes, sizeof(bytes))) > 0)
			buf_add(out, bytes, n);
		buf_add_str(out, "|\n");
	}
	assert_null(mime_walk_reason(w));
	mime_walk_free(&w);
	arena_free(&a);
}

static void test_against_gmime(void **state)
{
	(void)state;
	struct buf mail, ours, theirs;
	buf_init(&mail, TEXT_MAX);
	buf_init(&ours, TEXT_MAX);
	buf_init(&theirs, TEXT_MAX);
	for (unsigned i = 0; i < MAILS; i++) {
		struct composer c = { &mail, 88172645463325252U + i, 0,
				      i % 2 ? "\r\n" : "\n" };
		buf_clear(&mail);
		buf_clear(&ours);
		buf_clear(&theirs);
		line(&c, "From: a@b.example");
		line(&c, "MIME-Version: 1.0");
		compose(&c, 3);
		ask_walk(buf_sv(&mail), &ours);
		ask_gmime(buf_sv(&mail), &theirs);
		if (!sv_eq(buf_sv(&ours), buf_sv(&theirs)))
			fail_msg("mail %u:\n%s\nours:\n%s\ntheirs:\n%s", i,
				 buf_str(&mail), buf_str(&ours), buf_str(&theirs));
	}
	buf_deinit(&mail);
	buf_deinit(&ours);
	buf_deinit(&theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_against_gmime) };
	g_mime_init();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	g_mime_shutdown();
	return failed;
}
