/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/feed.h"

#include "base/arena.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "intake/walk.h"
#include "msg/mbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FEED_CHUNK = 256 * 1024
};

/* An mbox that is being split. From a file, its mails are views into it; from a stream,
 * each mail is spooled by itself as it passes. */
struct splitting {
	bool active;
	struct feed_source *source; /* the file, or the spool of the current mail */
	int stream;                 /* -1: a file */
	struct mbox_scan scan;
	struct sv left; /* of the chunk, not looked at yet */
	bool in_mail;
	uint64_t start; /* of the mail, in the mbox */
	uint64_t base;  /* where in the mbox the source begins */
	uint64_t mails;
	bool ended;
};

struct feed {
	struct walk *walk;
	const char *spool_dir;
	struct digest *digest;
	char *chunk; /* what an mbox is scanned in, and streams pass through */
	char *piece; /* what is hashed */
	struct splitting split;
};

void feed_source_release(struct feed_source **s)
{
	if (*s && --(*s)->refs == 0) {
		close((*s)->fd);
		free((*s)->path);
		free(*s);
	}
	*s = NULL;
}

static struct feed_source *source_new(int fd, const char *path)
{
	struct feed_source *s = heap_array(1, sizeof(*s));
	s->fd = fd;
	s->refs = 1;
	s->path = strdup(path);
	if (!s->path)
		arena_guard(0);
	return s;
}

struct feed *feed_new(const char *const *paths, size_t n, const char *spool_dir)
{
	struct feed *f = heap_array(1, sizeof(*f));
	f->walk = walk_new(paths, n);
	f->spool_dir = spool_dir;
	f->digest = digest_new();
	f->chunk = heap_array(1, FEED_CHUNK);
	f->piece = heap_array(1, FEED_CHUNK);
	f->split.stream = -1;
	return f;
}

static void stop_splitting(struct feed *f)
{
	if (f->split.stream > STDERR_FILENO)
		close(f->split.stream);
	feed_source_release(&f->split.source);
	f->split = (struct splitting){ .stream = -1 };
}

void feed_free(struct feed **f)
{
	if (!*f)
		return;
	stop_splitting(*f);
	walk_free(&(*f)->walk);
	digest_free(&(*f)->digest);
	free((*f)->chunk);
	free((*f)->piece);
	free(*f);
	*f = NULL;
}

static ssize_t read_some(int fd, char *out, size_t n)
{
	ssize_t r;
	do
		r = read(fd, out, n);
	while (r < 0 && errno == EINTR);
	return r;
}

static ssize_t read_at(int fd, char *out, size_t n, uint64_t at)
{
	ssize_t r;
	do
		r = pread(fd, out, n, (off_t)at);
	while (r < 0 && errno == EINTR);
	return r;
}

/* --- spool --- */

static bool make_folder(const char *path)
{
	char *p = strdup(path);
	bool ok = p != NULL;
	for (char *at = p; ok && (at = strchr(at + 1, '/'));) {
		*at = '\0';
		ok = mkdir(p, 0700) == 0 || errno == EEXIST;
		*at = '/';
	}
	ok = ok && (mkdir(p, 0700) == 0 || errno == EEXIST);
	free(p);
	return ok;
}

static int spool_open(const struct feed *f, struct err *err)
{
	int fd = -1;
	if (make_folder(f->spool_dir))
		fd = open(f->spool_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		char *name = NULL;
		if (asprintf(&name, "%s/.spool-XXXXXX", f->spool_dir) > 0) {
			fd = mkostemp(name, O_CLOEXEC);
			if (fd >= 0)
				(void)unlink(name);
			free(name);
		}
	}
	if (fd < 0)
		err_set(err, ERR_TEMP, "no spool file can be made in %s: %s",
			f->spool_dir, strerror(errno));
	return fd;
}

static bool spool_write(int fd, struct sv s, struct err *err)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, ERR_TEMP,
				       "standard input cannot be spooled: %s",
				       strerror(errno));
		sv_take(&s, (size_t)n);
	}
	return true;
}

/* --- items --- */

static bool hash_range(struct feed *f, struct feed_item *it, struct err *err)
{
	digest_reset(f->digest);
	for (uint64_t at = 0; at < it->length;) {
		uint64_t left = it->length - at;
		size_t want = left < FEED_CHUNK ? (size_t)left : FEED_CHUNK;
		ssize_t n = read_at(it->source->fd, f->piece, want, it->offset + at);
		if (n < 0)
			return err_set(err, ERR_NO_INPUT, "%s cannot be read: %s",
				       it->source->path, strerror(errno));
		if (n == 0) {
			it->length = at; /* it was cut while we read */
			break;
		}
		digest_add(f->digest, f->piece, (size_t)n);
		at += (uint64_t)n;
	}
	digest_end(f->digest, it->sha);
	return true;
}

static enum feed_step give(struct feed *f, struct feed_item *it, struct err *err)
{
	if (hash_range(f, it, err))
		return FEED_ITEM;
	feed_source_release(&it->source);
	return FEED_UNREADABLE;
}

/* The empty line before a separator belongs to the separator. */
static uint64_t without_empty_line(int fd, uint64_t offset, uint64_t length)
{
	char end[4] = { 0 };
	uint64_t n = length < 4 ? length : 4;
	if (n < 2 || read_at(fd, end, n, offset + length - n) != (ssize_t)n)
		return length;
	if (n == 4 && memcmp(end, "\r\n\r\n", 4) == 0)
		return length - 2;
	return memcmp(end + n - 2, "\n\n", 2) == 0 ? length - 1 : length;
}

/* --- mbox --- */

static bool begins_mbox(struct sv head)
{
	struct sv line;
	return sv_has_prefix_fold(head, SV("From ")) && sv_take_line(&head, &line) &&
	       mbox_is_from_line(line);
}

static bool split_fill(struct feed *f, struct err *err)
{
	struct splitting *s = &f->split;
	ssize_t n = s->stream >= 0 ? read_some(s->stream, f->chunk, FEED_CHUNK)
				   : read_at(s->source->fd, f->chunk, FEED_CHUNK,
					     s->scan.offset);
	if (n < 0)
		return err_set(err, ERR_NO_INPUT, "%s cannot be read: %s",
			       s->source->path, strerror(errno));
	s->left = (struct sv){ f->chunk, (size_t)n };
	s->ended = n == 0;
	return true;
}

static struct feed_item split_item(struct splitting *s, uint64_t end)
{
	struct feed_item it = { .source = s->source,
				.offset = s->start - s->base,
				.mbox = true };
	s->source->refs++;
	it.length = without_empty_line(s->source->fd, it.offset, end - s->start);
	(void)snprintf(it.prefix, sizeof(it.prefix), "mail %llu",
		       (unsigned long long)++s->mails);
	return it;
}

/* A new mail begins at the scan's offset; a stream's gets a spool of its own. */
static bool split_begin(struct feed *f, struct err *err)
{
	struct splitting *s = &f->split;
	s->in_mail = true;
	s->start = s->scan.offset;
	if (s->stream < 0)
		return true;
	int fd = spool_open(f, err);
	if (fd < 0)
		return false;
	feed_source_release(&s->source);
	s->source = source_new(fd, "-");
	s->base = s->start;
	return true;
}

/* Looks for the next separator in what is left; *out_found with where it begins. */
static bool split_scan(struct feed *f, uint64_t *out_at, bool *out_found, struct err *err)
{
	struct splitting *s = &f->split;
	struct sv before = s->left;
	*out_found = mbox_scan_next(&s->scan, &s->left, out_at);
	if (s->stream < 0 || !s->in_mail)
		return true;
	return spool_write(s->source->fd, sv_sub(before, 0, before.n - s->left.n), err);
}

static enum feed_step split_next(struct feed *f, struct feed_item *out, struct err *err)
{
	struct splitting *s = &f->split;
	while (!s->ended) {
		uint64_t at;
		bool found;
		if (s->left.n == 0 && !split_fill(f, err))
			break;
		if (s->left.n == 0)
			continue;
		if (!split_scan(f, &at, &found, err))
			return FEED_FAILED;
		if (!found)
			continue;
		bool had = s->in_mail;
		struct feed_item it = { 0 };
		if (had)
			it = split_item(s, at);
		if (!split_begin(f, err)) {
			feed_source_release(&it.source);
			return FEED_FAILED;
		}
		if (had) {
			*out = it;
			return give(f, out, err);
		}
	}
	bool whole = s->ended;
	if (s->in_mail)
		*out = split_item(s, s->scan.offset);
	bool had = s->in_mail;
	stop_splitting(f);
	if (had && whole)
		return give(f, out, err);
	if (had)
		feed_source_release(&out->source);
	return FEED_UNREADABLE;
}

static void split_start(struct feed *f, struct feed_source *source, int stream,
			struct sv head)
{
	f->split = (struct splitting){
		.active = true, .source = source, .stream = stream, .left = head
	};
	mbox_scan_init(&f->split.scan);
}

/* --- files and streams --- */

static enum feed_step open_file(struct feed *f, const char *path, struct feed_item *out,
				struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st)) {
		err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", path,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return FEED_UNREADABLE;
	}
	struct feed_source *source = source_new(fd, path);
	ssize_t n = read_at(fd, f->chunk, 512, 0);
	struct sv head = { f->chunk, n > 0 ? (size_t)n : 0 };
	if (begins_mbox(head)) {
		split_start(f, source, -1, (struct sv){ f->chunk, 0 });
		return split_next(f, out, err);
	}
	*out = (struct feed_item){ .source = source, .length = (uint64_t)st.st_size };
	return give(f, out, err);
}

static enum feed_step spool_rest(struct feed *f, int stream, struct sv head,
				 struct feed_item *out, struct err *err)
{
	int fd = spool_open(f, err);
	uint64_t length = 0;
	bool ok = fd >= 0;
	/* One byte past the cap is enough to refuse it. */
	while (ok && head.n && length <= LIMIT_PLAIN) {
		ok = spool_write(fd, head, err);
		length += head.n;
		ssize_t n = read_some(stream, f->chunk, FEED_CHUNK);
		if (n < 0)
			ok = err_set(err, ERR_NO_INPUT,
				     "standard input cannot be read: %s",
				     strerror(errno));
		head = (struct sv){ f->chunk, n > 0 ? (size_t)n : 0 };
	}
	if (stream > STDERR_FILENO)
		close(stream);
	if (!ok) {
		if (fd >= 0)
			close(fd);
		return err->code == ERR_NO_INPUT ? FEED_UNREADABLE : FEED_FAILED;
	}
	*out = (struct feed_item){ .source = source_new(fd, "-"), .length = length };
	return give(f, out, err);
}

static enum feed_step open_stream(struct feed *f, const char *path, struct feed_item *out,
				  struct err *err)
{
	int stream = strcmp(path, "-") == 0 ? STDIN_FILENO
					    : open(path, O_RDONLY | O_CLOEXEC);
	size_t got = 0;
	ssize_t n = stream < 0 ? -1 : 1;
	while (n > 0 && got < 512) {
		n = read_some(stream, f->chunk + got, FEED_CHUNK - got);
		got += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", path,
			strerror(errno));
		return FEED_UNREADABLE;
	}
	struct sv head = { f->chunk, got };
	if (begins_mbox(head)) {
		split_start(f, source_new(open("/dev/null", O_RDONLY | O_CLOEXEC), "-"),
			    stream, head);
		return split_next(f, out, err);
	}
	return spool_rest(f, stream, head, out, err);
}

enum feed_step feed_next(struct feed *f, struct feed_item *out, struct err *err)
{
	const char *path;
	if (f->split.active)
		return split_next(f, out, err);
	switch (walk_next(f->walk, &path)) {
	case WALK_FILE:
		return open_file(f, path, out, err);
	case WALK_STREAM:
		return open_stream(f, path, out, err);
	case WALK_UNREADABLE:
		err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", path,
			strerror(errno));
		return FEED_UNREADABLE;
	case WALK_END:
		break;
	}
	return FEED_END;
}

void feed_count(const char *const *paths, size_t n, uint64_t *out_files,
		uint64_t *out_bytes)
{
	struct walk *w = walk_new(paths, n);
	const char *path;
	struct stat st;
	*out_files = *out_bytes = 0;
	for (;;) {
		enum walk_step step = walk_next(w, &path);
		if (step == WALK_END)
			break;
		if (step != WALK_FILE || stat(path, &st))
			continue;
		++*out_files;
		*out_bytes += (uint64_t)st.st_size;
	}
	walk_free(&w);
}
