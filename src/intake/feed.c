/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/feed.h"

#include "base/arena.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "intake/held.h"
#include "intake/walk.h"
#include "msg/mbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FEED_CHUNK = 256 * 1024,
	FEED_HEAD = MBOX_LINE_MAX, /* enough to tell an mbox */
	FEED_ROOM = 2 * 1024 * 1024,
};

/* A stream: bytes that come when they come, and once. */
struct stream {
	int fd;     /* -1: none */
	char *path; /* "-": standard input */
	bool ended;
};

/* An mbox that is being split. From a file, its mails are views into it; from a stream,
 * each mail is spooled by itself as it passes. */
struct splitting {
	bool active;
	struct feed_source *source; /* the file, or the spool of the current mail */
	bool by_stream;
	struct mbox_scan scan;
	struct sv left; /* of the chunk, not looked at yet */
	bool in_mail;
	uint64_t start; /* of the mail, in the mbox */
	uint64_t base;  /* where in the mbox the source begins */
	uint64_t mails;
};

struct feed {
	struct walk *walk;
	const char *spool_dir;
	struct digest *digest;
	struct held *held;
	char *chunk; /* what an mbox is scanned in, and streams pass through */
	char *piece; /* what is hashed */
	const volatile sig_atomic_t *stop;
	struct splitting split;
	/* The stream that is being taken in; what is no mbox goes to `spool` whole, once
	 * its first bytes (head_n of the chunk) tell that. */
	struct stream stream;
	struct feed_source *spool;
	size_t head_n;
	uint64_t spooled;
};

static void close_source(struct feed_source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void source_release(struct feed_source **s)
{
	if (*s && --(*s)->refs == 0) {
		close_source(*s);
		free((*s)->path);
		free(*s);
	}
	*s = NULL;
}

void feed_release(struct feed *f, struct feed_item *it)
{
	source_release(&it->source);
	if (it->held)
		held_give_back(f->held, it->held);
	it->held = NULL;
}

struct feed_source *feed_source_new(int fd, struct sv path)
{
	struct feed_source *s = heap_array(1, sizeof(*s));
	s->fd = fd;
	s->refs = 1;
	s->path = heap_str(path);
	return s;
}

struct feed *feed_new(const char *const *paths, size_t n, const char *spool_dir,
		      const char *db, const volatile sig_atomic_t *stop)
{
	struct feed *f = heap_array(1, sizeof(*f));
	f->walk = walk_new(paths, n, db);
	f->spool_dir = spool_dir;
	f->digest = digest_new();
	f->held = held_new(FEED_ROOM);
	f->chunk = heap_array(1, FEED_CHUNK);
	f->piece = heap_array(1, FEED_CHUNK);
	f->stop = stop;
	f->stream.fd = -1;
	return f;
}

static void close_stream(struct feed *f)
{
	if (f->stream.fd > STDERR_FILENO)
		close(f->stream.fd);
	free(f->stream.path);
	f->stream = (struct stream){ .fd = -1 };
	source_release(&f->spool);
	f->head_n = 0;
	f->spooled = 0;
}

static void stop_splitting(struct feed *f)
{
	if (f->split.by_stream)
		close_stream(f);
	source_release(&f->split.source);
	f->split = (struct splitting){ 0 };
}

void feed_free(struct feed **f)
{
	if (!*f)
		return;
	stop_splitting(*f);
	close_stream(*f);
	walk_free(&(*f)->walk);
	digest_free(&(*f)->digest);
	held_free(&(*f)->held);
	free((*f)->chunk);
	free((*f)->piece);
	free(*f);
	*f = NULL;
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
	char *p = heap_str(sv_from(path));
	bool ok = true;
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

static const char *name_of(const char *path)
{
	return strcmp(path, "-") == 0 ? "standard input" : path;
}

static bool spool_write(const struct feed *f, int fd, struct sv s, struct err *err)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, ERR_TEMP, "%s cannot be spooled: %s",
				       name_of(f->stream.path), strerror(errno));
		sv_take(&s, (size_t)n);
	}
	return true;
}

/* --- items --- */

/* Goes through the item for its SHA-256, and holds a small one. */
static enum feed_step read_item(struct feed *f, struct feed_item *it, struct err *err)
{
	char *held = it->length <= FEED_HELD ? held_take(f->held, it->length) : NULL;
	it->held = held;
	digest_reset(f->digest);
	for (uint64_t at = 0; at < it->length;) {
		uint64_t left = it->length - at;
		size_t want = left < FEED_CHUNK ? (size_t)left : FEED_CHUNK;
		char *to = held ? held + at : f->piece;
		ssize_t n = read_at(it->source->fd, to, want, it->offset + at);
		if (f->stop && *f->stop)
			return FEED_STOPPED;
		if (n < 0) {
			err_set(err, ERR_NO_INPUT, "%s cannot be read: %s",
				name_of(it->source->path), strerror(errno));
			return FEED_UNREADABLE;
		}
		if (n == 0) {
			it->length = at; /* it was cut while we read */
			break;
		}
		digest_add(f->digest, to, (size_t)n);
		at += (uint64_t)n;
	}
	digest_end(f->digest, it->sha);
	return FEED_ITEM;
}

/* The item is the caller's from here on; where there is none, nothing is left of it. */
static enum feed_step settle(struct feed *f, struct feed_item *it, enum feed_step step)
{
	if (step != FEED_ITEM)
		feed_release(f, it);
	else if (it->held && it->source->refs == 1)
		close_source(it->source);
	return step;
}

static enum feed_step give(struct feed *f, struct feed_item *it, struct err *err)
{
	return settle(f, it, read_item(f, it, err));
}

/* --- streams --- */

/* Reads what is there. LATER: nothing yet; END: its end; ITEM: *out_n bytes. */
static enum feed_step read_stream(struct feed *f, char *out, size_t n, size_t *out_n,
				  struct err *err)
{
	struct pollfd p = { f->stream.fd, POLLIN, 0 };
	*out_n = 0;
	if (f->stream.ended) /* a terminal would ask again */
		return FEED_END;
	if (poll(&p, 1, 0) <= 0)
		return FEED_LATER;
	ssize_t r = read(f->stream.fd, out, n);
	if (r < 0 && (errno == EINTR || errno == EAGAIN))
		return FEED_LATER;
	if (r < 0) {
		err_set(err, ERR_NO_INPUT, "%s cannot be read: %s",
			name_of(f->stream.path), strerror(errno));
		return FEED_UNREADABLE;
	}
	*out_n = (size_t)r;
	f->stream.ended = r == 0;
	return r > 0 ? FEED_ITEM : FEED_END;
}

int feed_stream(const struct feed *f)
{
	return f->stream.fd;
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

/* The next chunk. ITEM: it is in `left`; END, LATER and UNREADABLE as they are. */
static enum feed_step split_fill(struct feed *f, struct err *err)
{
	struct splitting *s = &f->split;
	size_t n;
	if (s->by_stream) {
		enum feed_step step = read_stream(f, f->chunk, FEED_CHUNK, &n, err);
		s->left = (struct sv){ f->chunk, n };
		return step;
	}
	ssize_t r = read_at(s->source->fd, f->chunk, FEED_CHUNK, s->scan.offset);
	s->left = (struct sv){ f->chunk, r > 0 ? (size_t)r : 0 };
	if (r >= 0)
		return r > 0 ? FEED_ITEM : FEED_END;
	err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", s->source->path,
		strerror(errno));
	return FEED_UNREADABLE;
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
	if (!s->by_stream)
		return true;
	int fd = spool_open(f, err);
	if (fd < 0)
		return false;
	source_release(&s->source);
	s->source = feed_source_new(fd, sv_from(f->stream.path));
	s->base = s->start;
	return true;
}

/* Looks for the next separator in what is left; *out_found with where it begins. */
static bool split_scan(struct feed *f, uint64_t *out_at, bool *out_found, struct err *err)
{
	struct splitting *s = &f->split;
	struct sv before = s->left;
	*out_found = mbox_scan_next(&s->scan, &s->left, out_at);
	before.n -= s->left.n;
	/* A mail beyond the cap is refused for its length; its rest is not needed. */
	if (!s->by_stream || !s->in_mail ||
	    s->scan.offset - s->base > LIMIT_PLAIN + FEED_CHUNK)
		return true;
	return spool_write(f, s->source->fd, before, err);
}

/* The mbox ended; its last mail ends there too. */
static enum feed_step split_end(struct feed *f, struct feed_item *out, struct err *err)
{
	struct splitting *s = &f->split;
	bool had = s->in_mail;
	if (had)
		*out = split_item(s, s->scan.offset);
	else
		err_set(err, ERR_NO_INPUT, "%s changed while it was read",
			s->source->path);
	stop_splitting(f);
	return had ? give(f, out, err) : FEED_UNREADABLE;
}

static enum feed_step split_next(struct feed *f, struct feed_item *out, struct err *err)
{
	struct splitting *s = &f->split;
	for (;;) {
		uint64_t at;
		bool found;
		enum feed_step step = s->left.n ? FEED_ITEM : split_fill(f, err);
		if (step == FEED_END)
			return split_end(f, out, err);
		if (step == FEED_UNREADABLE)
			stop_splitting(f);
		if (step != FEED_ITEM)
			return step;
		if (f->stop && *f->stop)
			return FEED_STOPPED;
		if (!split_scan(f, &at, &found, err))
			return FEED_FAILED;
		if (!found)
			continue;
		bool had = s->in_mail;
		if (had)
			*out = split_item(s, at);
		if (!split_begin(f, err)) {
			if (had)
				feed_release(f, out);
			return FEED_FAILED;
		}
		if (had)
			return give(f, out, err);
	}
}

static void split_start(struct feed *f, struct feed_source *source, struct sv head)
{
	f->split = (struct splitting){ .active = true,
				       .source = source,
				       .by_stream = f->stream.fd >= 0,
				       .left = head };
	mbox_scan_init(&f->split.scan);
}

/* --- files and streams --- */

/* False: it cannot be opened, see errno. */
static bool open_item(const char *path, struct feed_item *out)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	if (fstat(fd, &st)) {
		int why = errno;
		close(fd);
		errno = why;
		return false;
	}
	*out = (struct feed_item){ .source = feed_source_new(fd, sv_from(path)),
				   .length = (uint64_t)st.st_size };
	return true;
}

static struct sv read_head(struct feed *f, const struct feed_item *it)
{
	ssize_t n = read_at(it->source->fd, f->piece, FEED_HEAD, 0);
	return (struct sv){ f->piece, n > 0 ? (size_t)n : 0 };
}

/* A small file is through once it was looked at. */
static enum feed_step open_file(struct feed *f, const char *path, struct feed_item *out,
				struct err *err)
{
	if (!open_item(path, out)) {
		err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", path,
			strerror(errno));
		return FEED_UNREADABLE;
	}
	bool small = out->length <= FEED_HELD;
	enum feed_step step = small ? read_item(f, out, err) : FEED_ITEM;
	struct sv head = { out->held ? out->held : f->piece, out->length };
	if (!small)
		head = read_head(f, out);
	if (step == FEED_ITEM && mbox_recognise(sv_sub(head, 0, FEED_HEAD))) {
		struct feed_source *source = out->source;
		out->source = NULL; /* its reference is the mbox's from here on */
		feed_release(f, out);
		split_start(f, source, SV(""));
		return split_next(f, out, err);
	}
	return small ? settle(f, out, step) : give(f, out, err);
}

static enum feed_step open_stream(struct feed *f, const char *path, struct err *err)
{
	/* A pipe that nobody writes to yet is no reason to wait here. */
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO
					: open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", path,
			strerror(errno));
		return FEED_UNREADABLE;
	}
	f->stream = (struct stream){ .fd = fd, .path = heap_str(sv_from(path)) };
	return FEED_ITEM;
}

/* What has come is to go to the spool. */
static bool spool_chunk(struct feed *f, struct sv bytes, struct err *err)
{
	if (!f->spool) {
		int fd = spool_open(f, err);
		if (fd < 0)
			return false;
		f->spool = feed_source_new(fd, sv_from(f->stream.path));
	}
	f->spooled += bytes.n;
	return spool_write(f, f->spool->fd, bytes, err);
}

/* The first bytes of the stream, until they tell an mbox. ITEM: they do, or it is none.
 */
static enum feed_step gather_head(struct feed *f, struct err *err)
{
	while (f->head_n < FEED_HEAD) {
		size_t n;
		enum feed_step step = read_stream(f, f->chunk + f->head_n,
						  FEED_CHUNK - f->head_n, &n, err);
		f->head_n += n;
		if (step == FEED_END)
			break;
		if (step != FEED_ITEM)
			return step;
	}
	return FEED_ITEM;
}

static enum feed_step spool_rest(struct feed *f, struct feed_item *out, struct err *err)
{
	enum feed_step step = FEED_ITEM;
	/* One chunk past the cap is enough to refuse it. */
	while (step == FEED_ITEM && f->spooled <= LIMIT_PLAIN) {
		size_t n;
		if (f->stop && *f->stop)
			return FEED_STOPPED;
		step = read_stream(f, f->chunk, FEED_CHUNK, &n, err);
		if (n && !spool_chunk(f, (struct sv){ f->chunk, n }, err))
			step = FEED_FAILED;
	}
	if (step == FEED_LATER)
		return step;
	if (step == FEED_ITEM || step == FEED_END) {
		*out = (struct feed_item){ .source = f->spool, .length = f->spooled };
		f->spool = NULL;
		step = give(f, out, err);
	}
	close_stream(f);
	return step;
}

static enum feed_step stream_next(struct feed *f, struct feed_item *out, struct err *err)
{
	if (f->spool)
		return spool_rest(f, out, err);
	enum feed_step step = gather_head(f, err);
	if (step == FEED_UNREADABLE)
		close_stream(f);
	if (step != FEED_ITEM)
		return step;
	struct sv head = { f->chunk, f->head_n };
	if (mbox_recognise(head)) {
		int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
		split_start(f, feed_source_new(none, sv_from(f->stream.path)), head);
		return split_next(f, out, err);
	}
	return spool_chunk(f, head, err) ? spool_rest(f, out, err) : FEED_FAILED;
}

enum feed_step feed_next(struct feed *f, struct feed_item *out, struct err *err)
{
	const char *path;
	enum feed_step step;
	if (f->split.active)
		return split_next(f, out, err);
	if (f->stream.fd >= 0)
		return stream_next(f, out, err);
	switch (walk_next(f->walk, &path)) {
	case WALK_FILE:
		return open_file(f, path, out, err);
	case WALK_STREAM:
		step = open_stream(f, path, err);
		return step == FEED_ITEM ? stream_next(f, out, err) : step;
	case WALK_UNREADABLE:
		err_set(err, ERR_NO_INPUT, "%s cannot be read: %s", path,
			strerror(errno));
		return FEED_UNREADABLE;
	case WALK_END:
		break;
	}
	return FEED_END;
}

void feed_count(const char *const *paths, size_t n, const char *db, uint64_t *out_files,
		uint64_t *out_bytes)
{
	struct walk *w = walk_new(paths, n, db);
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
