/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/side.h"

#include <string.h>
#include <sys/socket.h>

static bool send_with(int side, struct buf *b, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} space = { { 0 } };
	struct iovec iov = { b->p, b->n };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = space.bytes,
			    .msg_controllen = sizeof(space.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	bool ok = sendmsg(side, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)b->n;
	buf_deinit(b);
	return ok;
}

bool side_slot(int side, uint64_t id, int pipe)
{
	struct buf b;
	buf_init(&b, 64);
	frame_put_u64(&b, FRAME_SLOT, id);
	return send_with(side, &b, pipe);
}

bool side_keep(int side, const struct frame_keep *k, int fd)
{
	struct buf b;
	buf_init(&b, 2 * LIMIT_VALUE);
	frame_put_keep(&b, k);
	return send_with(side, &b, fd);
}
