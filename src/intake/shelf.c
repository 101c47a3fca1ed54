/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/shelf.h"

#include "base/arena.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "intake/unpack.h"
#include "store/book_raw_check.h"
#include "store/book_reread.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PATH_BYTES = 3072
};

enum note_kind {
	NOTE_RAW = 1, /* with a descriptor */
	NOTE_END,
	NOTE_FAILED
};

/* One message to the parent. */
struct note {
	uint32_t kind, path_n;
	uint64_t all, size;
	uint32_t code; /* enum err_code */
	uint8_t sha[32];
	bool mbox, damaged;
	char path[PATH_BYTES]; /* or the sentence of a failure */
};

struct shelf {
	pid_t pid;
	int fd;
	bool ended;
	uint64_t all;
};

/* --- the process --- */

struct shelf_spec {
	const char *db, *spool_dir;
	const struct intake_again *which;
	int fd;
	struct note *note;
};

static bool send_note(const struct shelf_spec *s, int with)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} space = { { 0 } };
	struct iovec iov = { s->note, sizeof(*s->note) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	if (with >= 0) {
		m.msg_control = space.bytes;
		m.msg_controllen = sizeof(space.bytes);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(with));
		memcpy(CMSG_DATA(c), &with, sizeof(with));
	}
	ssize_t n;
	do
		n = sendmsg(s->fd, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*s->note);
}

/* Small ones stay in memory. */
static int open_copy(const struct shelf_spec *s, uint64_t size, struct err *err)
{
	int fd = size <= LIMIT_RAW_PIECE
			 ? memfd_create("raw", MFD_CLOEXEC)
			 : open(s->spool_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		err_set(err, ERR_TEMP, "no room for a raw copy in %s: %s", s->spool_dir,
			strerror(errno));
	return fd;
}

static bool write_all(int fd, struct sv s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		sv_take(&s, (size_t)n);
	}
	return true;
}

/* What is no longer what came is not read: of it nothing is handed over. */
static bool copy_out(struct store *store, const struct book_raw *raw, int fd,
		     bool *out_sound, struct err *err)
{
	struct arena *a = arena_new();
	struct digest *d = digest_new();
	struct sv piece = { "", 0 };
	uint8_t sha[DIGEST_SIZE];
	bool ok = true;
	*out_sound = true;
	for (uint32_t seq = 0; ok; seq++) {
		arena_reset(a);
		ok = book_raw_look(store, raw->id, seq, a, &piece, out_sound, err);
		if (!ok || piece.n == 0)
			break;
		digest_add(d, piece.p, piece.n);
		ok = write_all(fd, piece) ||
		     err_set(err, ERR_TEMP, "a raw copy cannot be spooled: %s",
			     strerror(errno));
	}
	digest_end(d, sha);
	*out_sound = *out_sound && memcmp(sha, raw->sha, sizeof(sha)) == 0;
	digest_free(&d);
	arena_free(&a);
	return ok;
}

static bool hand_over(const struct shelf_spec *s, struct store *store, int64_t id,
		      struct err *err)
{
	struct arena *a = arena_new();
	struct book_raw raw;
	bool sound, found, ok = book_raw_by_id(store, id, a, &raw, &found, err);
	if (ok && found && raw.kept) {
		struct note *n = s->note;
		int fd = open_copy(s, raw.size, err);
		n->kind = NOTE_RAW;
		n->size = raw.size;
		n->mbox = raw.form == FORM_MBOX_MAIL;
		n->path_n = (uint32_t)(raw.path.n < PATH_BYTES ? raw.path.n : PATH_BYTES);
		memcpy(n->path, raw.path.p, n->path_n);
		memcpy(n->sha, raw.sha, sizeof(n->sha));
		ok = fd >= 0 && copy_out(store, &raw, fd, &sound, err);
		n->damaged = ok && !sound;
		if (n->damaged)
			n->size = 0;
		ok = ok &&
		     (send_note(s, fd) || err_set(err, ERR_TEMP, "the parent is gone"));
		if (fd >= 0)
			close(fd);
	}
	arena_free(&a);
	return ok;
}

static bool hand_over_all(const struct shelf_spec *s, struct err *err)
{
	/* The writer may not have brought an older file to this form yet. */
	const struct store_options o = { .path = s->db, .mode = STORE_WRITE };
	const struct book_raw_filter f = { .arrived_from = s->which->arrived_from,
					   .kind = s->which->kind,
					   .any_kind = s->which->any_kind };
	struct store *store = store_open(&o, err);
	struct arena *a = arena_new();
	int64_t *id;
	size_t n = 0;
	bool ok = store && book_raws(store, &f, a, &id, &n, err);
	s->note->all = n;
	for (size_t i = 0; ok && i < n; i++)
		ok = hand_over(s, store, id[i], err);
	arena_free(&a);
	store_close(&store);
	return ok;
}

static int shelf_run(void *spec)
{
	const struct shelf_spec *s = spec;
	struct err err = { 0 };
	if (!hand_over_all(s, &err)) {
		s->note->code = (uint32_t)err.code;
		s->note->path_n = (uint32_t)strlen(err.text);
		memcpy(s->note->path, err.text, s->note->path_n);
		s->note->kind = NOTE_FAILED;
	} else {
		s->note->kind = NOTE_END;
		s->note->path_n = 0;
	}
	return send_note(s, -1) ? 0 : 1;
}

/* --- the parent's side --- */

struct shelf *shelf_open(const struct proc_filters *filters, const char *db,
			 const struct intake_again *which, const char *spool_dir,
			 struct err *err)
{
	struct shelf *s = heap_array(1, sizeof(*s));
	struct note *note = heap_array(1, sizeof(*note));
	int pair[2] = { -1, -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		err_set(err, ERR_TEMP, "no sockets: %s", strerror(errno));
	} else {
		struct shelf_spec spec = { db, spool_dir, which, pair[1], note };
		const struct proc_spec how = { .role = PROC_WRITER,
					       .name = "postern-shelf",
					       .fds = { pair[1] },
					       .fd_n = 1,
					       .run = shelf_run,
					       .ctx = &spec };
		s->pid = proc_spawn(filters, &how, err);
		close(pair[1]);
	}
	s->fd = pair[0];
	free(note);
	if (s->pid <= 0)
		shelf_close(&s);
	return s;
}

void shelf_close(struct shelf **s)
{
	if (!*s)
		return;
	if ((*s)->fd >= 0)
		close((*s)->fd);
	if ((*s)->pid > 0) {
		(void)kill((*s)->pid, SIGKILL);
		while (waitpid((*s)->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(*s);
	*s = NULL;
}

int shelf_fd(const struct shelf *s)
{
	return s->fd;
}

uint64_t shelf_all(const struct shelf *s)
{
	return s->all;
}

static int descriptor_of(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd = -1;
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static enum feed_step give(const struct note *n, int fd, struct feed_item *out,
			   struct err *err)
{
	if (n->kind == NOTE_END)
		return FEED_END;
	if (n->kind == NOTE_FAILED) {
		err_set(err, (enum err_code)n->code, "%.*s", (int)n->path_n, n->path);
		return FEED_FAILED;
	}
	*out = (struct feed_item){ .length = n->size,
				   .mbox = n->mbox,
				   .damaged = n->damaged };
	memcpy(out->sha, n->sha, sizeof(out->sha));
	out->source = feed_source_new(fd, (struct sv){ n->path, n->path_n });
	return FEED_ITEM;
}

enum feed_step shelf_next(struct shelf *s, struct feed_item *out, struct err *err)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} side;
	struct note n;
	struct iovec iov = { &n, sizeof(n) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = side.bytes,
			    .msg_controllen = sizeof(side.bytes) };
	if (s->ended)
		return FEED_END;
	ssize_t got = recvmsg(s->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return FEED_LATER;
	int fd = got > 0 ? descriptor_of(&m) : -1;
	if (got != (ssize_t)sizeof(n) || n.path_n > PATH_BYTES ||
	    (n.kind == NOTE_RAW) != (fd >= 0)) {
		if (fd >= 0)
			close(fd);
		err_set(err, ERR_TEMP, "reading the raw copies ended too early");
		return FEED_FAILED;
	}
	s->all = n.all;
	s->ended = n.kind != NOTE_RAW;
	return give(&n, fd, out, err);
}
