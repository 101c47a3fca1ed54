/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaded into the program by tests (LD_PRELOAD): a disk that fails. Reads of a file whose
 * name ends in $BAD_READ fail with EIO from byte $BAD_FROM on, or, where $BAD_ZEROS is
 * set, give zeros. What has a name that ends in $BAD_SYNC cannot be synced.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What fortified programs call. */
ssize_t __pread64_chk(int fd, void *p, size_t n, off64_t at, size_t room);
ssize_t __read_chk(int fd, void *p, size_t n, size_t room);

static bool has_suffix(int fd, const char *suffix)
{
	char link[32], path[4096];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	size_t m = suffix ? strlen(suffix) : 0;
	return m && n >= (ssize_t)m && memcmp(path + n - m, suffix, m) == 0;
}

static bool is_bad(int fd, off64_t end)
{
	const char *from = getenv("BAD_FROM");
	return end > (from ? atoll(from) : 0) && has_suffix(fd, getenv("BAD_READ"));
}

static ssize_t spoil(void *p, ssize_t n)
{
	if (getenv("BAD_ZEROS")) {
		memset(p, 0, n > 0 ? (size_t)n : 0);
		return n;
	}
	errno = EIO;
	return -1;
}

ssize_t pread64(int fd, void *p, size_t n, off64_t at)
{
	ssize_t (*next)(int, void *, size_t, off64_t);
	void *symbol = dlsym(RTLD_NEXT, "pread64");
	memcpy(&next, &symbol, sizeof(next));
	ssize_t got = next(fd, p, n, at);
	return got > 0 && is_bad(fd, at + got) ? spoil(p, got) : got;
}

ssize_t __pread64_chk(int fd, void *p, size_t n, off64_t at, size_t room)
{
	(void)room;
	return pread64(fd, p, n, at);
}

ssize_t read(int fd, void *p, size_t n)
{
	ssize_t (*next)(int, void *, size_t);
	void *symbol = dlsym(RTLD_NEXT, "read");
	memcpy(&next, &symbol, sizeof(next));
	off64_t at = lseek64(fd, 0, SEEK_CUR);
	ssize_t got = next(fd, p, n);
	return got > 0 && at >= 0 && is_bad(fd, at + got) ? spoil(p, got) : got;
}

ssize_t __read_chk(int fd, void *p, size_t n, size_t room)
{
	(void)room;
	return read(fd, p, n);
}

int fsync(int fd)
{
	int (*next)(int);
	void *symbol = dlsym(RTLD_NEXT, "fsync");
	memcpy(&next, &symbol, sizeof(next));
	if (!has_suffix(fd, getenv("BAD_SYNC")))
		return next(fd);
	errno = EIO;
	return -1;
}
