/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "app/words.h"
#include "base/clock.h"
#include "base/text.h"

#include <string.h>
#include <unistd.h>

static const double plain_every = 5.0; /* seconds between lines in a log */

static double seconds_since(uint64_t began)
{
	return (double)(clock_ms() - began) / 1000;
}

void progress_init(struct progress *p, int fd, bool on, bool terminal, unsigned width)
{
	*p = (struct progress){
		.fd = fd, .on = on, .terminal = terminal, .width = width
	};
	p->began = clock_ms();
}

/* How much is done, from 0 to 1, by bytes where they are known: files differ in size. */
static double share_done(const struct intake_progress *at)
{
	if (at->bytes_all && at->bytes <= at->bytes_all)
		return (double)at->bytes / (double)at->bytes_all;
	if (at->files_all && at->files <= at->files_all)
		return (double)at->files / (double)at->files_all;
	return 0;
}

void progress_add_text(struct buf *b, const struct intake_progress *at)
{
	char n[WORDS_TEXT], all[WORDS_TEXT];
	double done = share_done(at);
	words_number(at->files, n);
	/* An mbox is one file: its mails count before it does. */
	if (at->files_all && at->files == 0 && at->reports)
		buf_addf(b, "file 1 of %s", words_number(at->files_all, all));
	else if (at->files_all)
		buf_addf(b, "%s of %s files", n, words_number(at->files_all, all));
	else
		buf_addf(b, "%s file%s", n, words_s(at->files));
	buf_addf(b, ", %s report%s", words_number(at->reports, n), words_s(at->reports));
	if (at->seconds >= 0.5 && at->files)
		buf_addf(b, ", %s files/s",
			 words_number((uint64_t)((double)at->files / at->seconds), n));
	if (at->seconds >= 2 && done > 0.005) {
		double left = at->seconds / done - at->seconds;
		buf_addf(b, ", %s left",
			 words_duration(left < 1e9 ? (uint64_t)(left + 0.5) : 0, n));
	}
}

static void put(struct progress *p, struct sv text)
{
	struct buf b;
	buf_init(&b, 4096);
	if (p->terminal)
		buf_addf(&b, "\r%.*s\x1b[K", SV_ARG(text_clip(text, p->width - 1)));
	else
		buf_addf(&b, "postern: %.*s\n", SV_ARG(text));
	/* Progress that cannot be written is no reason to stop. */
	ssize_t ignored = write(p->fd, buf_str(&b), b.n);
	(void)ignored;
	p->shown = p->terminal;
	buf_deinit(&b);
}

static bool is_due(struct progress *p, double seconds)
{
	if (!p->on)
		return false;
	if (!p->terminal && seconds - p->told_at < plain_every)
		return false;
	p->told_at = seconds;
	return true;
}

void progress_show(struct progress *p, const struct intake_progress *at)
{
	struct buf b;
	if (!is_due(p, at->seconds))
		return;
	buf_init(&b, 1024);
	progress_add_text(&b, at);
	put(p, buf_sv(&b));
	buf_deinit(&b);
}

void progress_add_part(struct buf *b, const char *what, uint64_t done, uint64_t all)
{
	char n[WORDS_TEXT], m[WORDS_TEXT];
	buf_addf(b, "%s of %s %s", words_number(done, n), words_number(all, m), what);
	if (all && done <= all)
		buf_addf(b, " (%d %%)", (int)(100.0 * (double)done / (double)all));
}

void progress_show_part(struct progress *p, const char *what, uint64_t done, uint64_t all)
{
	struct buf b;
	if (!is_due(p, seconds_since(p->began)))
		return;
	buf_init(&b, 1024);
	progress_add_part(&b, what, done, all);
	put(p, buf_sv(&b));
	buf_deinit(&b);
}

void progress_show_words(struct progress *p, const char *what)
{
	if (is_due(p, seconds_since(p->began)))
		put(p, sv_from(what));
}

void progress_clear(struct progress *p)
{
	static const char clear[] = "\r\x1b[K";
	if (!p->shown)
		return;
	ssize_t ignored = write(p->fd, clear, strlen(clear));
	(void)ignored;
	p->shown = false;
}
