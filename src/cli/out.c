/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/out.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	OUT_MAX = 256 * 1024 * 1024, /* far above what stands between two flushes */
	OUT_MUCH = 64 * 1024,
	COLUMNS_DEFAULT = 80,
	COLUMNS_MIN = 20,
	COLUMNS_MAX = 1000
};

void out_init(struct out *o, int fd, enum out_form form)
{
	*o = (struct out){ .fd = fd, .form = form };
	buf_init(&o->b, OUT_MAX);
}

void out_deinit(struct out *o)
{
	buf_deinit(&o->b);
}

void out_flush(struct out *o)
{
	size_t done = 0;
	if (o->fd < 0)
		return;
	if (o->b.over && !o->failed)
		o->failed = EFBIG;
	while (!o->failed && done < o->b.n) {
		ssize_t n = write(o->fd, o->b.p + done, o->b.n - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			o->failed = errno;
	}
	buf_clear(&o->b);
}

void out_ease(struct out *o)
{
	if (o->b.n > OUT_MUCH)
		out_flush(o);
}

void out_str(struct out *o, const char *s)
{
	buf_add_str(&o->b, s);
}

void outf(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_addv(&o->b, fmt, ap);
	va_end(ap);
}

void out_text(struct out *o, struct sv s)
{
	text_add_visible(&o->b, s);
}

void out_text_lines(struct out *o, struct sv s)
{
	struct sv line;
	while (sv_take_line(&s, &line)) {
		out_text(o, line);
		out_str(o, "\n");
	}
}

const char *paint_on(const struct out *o, enum paint p)
{
	static const char *const codes[] = {
		[PAINT_NONE] = "",         [PAINT_BOLD] = "\x1b[1m",
		[PAINT_DIM] = "\x1b[2m",   [PAINT_GOOD] = "\x1b[32m",
		[PAINT_WARN] = "\x1b[33m", [PAINT_BAD] = "\x1b[31m",
	};
	return o->colour ? codes[p] : "";
}

const char *paint_off(const struct out *o, enum paint p)
{
	return o->colour && p != PAINT_NONE ? "\x1b[0m" : "";
}

enum paint paint_share(uint64_t passed, uint64_t messages)
{
	uint64_t failed = messages - passed;
	if (messages == 0)
		return PAINT_NONE;
	if (failed <= messages / 50)
		return PAINT_GOOD;
	return failed <= messages / 10 ? PAINT_WARN : PAINT_BAD;
}

void out_heading(struct out *o, const char *s)
{
	outf(o, "\n%s%s%s\n", paint_on(o, PAINT_BOLD), s, paint_off(o, PAINT_BOLD));
}

void out_wrapped(struct out *o, const char *first, struct sv text)
{
	struct buf visible;
	size_t indent = text_width(sv_from(first)), at = indent;
	bool begun = false;
	buf_init(&visible, OUT_MAX);
	text_add_visible(&visible, text);
	out_str(o, first);
	for (struct sv rest = buf_sv(&visible); rest.n;) {
		struct sv word = sv_take_until(&rest, ' ');
		size_t n = text_width(word);
		if (begun && o->width && at + 1 + n > o->width) {
			outf(o, "\n%*s", (int)indent, "");
			at = indent;
		} else if (begun) {
			buf_add_char(&o->b, ' ');
			at++;
		}
		buf_add_sv(&o->b, word);
		at += n;
		begun = true;
	}
	buf_add_char(&o->b, '\n');
	buf_deinit(&visible);
}

unsigned out_columns(int fd, const char *columns)
{
	struct winsize w;
	uint64_t n = 0;
	if (ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		n = w.ws_col;
	else if (!columns || !sv_to_u64(sv_from(columns), &n))
		n = COLUMNS_DEFAULT;
	if (n < COLUMNS_MIN)
		n = COLUMNS_MIN;
	return n > COLUMNS_MAX ? COLUMNS_MAX : (unsigned)n;
}
