/* SPDX-License-Identifier: Apache-2.0 */
#include "app/lookup_int.h"

#include "base/arena.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ZONE_MOST = 256 * 1024 * 1024,
	TIMEOUT_MS = 4000
};

static bool read_zone(const char *path, struct arena *a, struct sv *out, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		  st.st_size <= ZONE_MOST;
	size_t n = ok ? (size_t)st.st_size : 0, at = 0;
	char *p = arena_alloc(a, n + 1);
	while (ok && at < n) {
		ssize_t got = read(fd, p + at, n - at);
		ok = got > 0 || (got < 0 && errno == EINTR);
		at += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		(void)close(fd);
	*out = (struct sv){ p, n };
	return ok || err_set(err, ERR_NO_INPUT, "%s cannot be read as a zone", path);
}

bool lookup_open(const struct lookup_way *w, struct arena *a, struct dns **out,
		 struct err *err)
{
	const struct dns_resolver_options o = { w->server, w->trust_anchor, TIMEOUT_MS };
	struct sv text;
	*out = NULL;
	if (!w->zone)
		*out = dns_resolver_new(&o, err);
	else if (read_zone(w->zone, a, &text, err))
		*out = dns_zone_new(text, err);
	return *out != NULL;
}
