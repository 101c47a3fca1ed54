/* SPDX-License-Identifier: Apache-2.0 */
#include "store/folder.h"

#include "base/arena.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *folder_of(const char *path)
{
	const char *last = strrchr(path, '/');
	if (!last)
		return heap_str(SV("."));
	return heap_str((struct sv){ path, last == path ? 1 : (size_t)(last - path) });
}

bool folder_sync(const char *path, struct err *err)
{
	char *folder = folder_of(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* Some file systems cannot do it; a folder may be writable and not readable. */
	bool ok = store_step_at(path, err);
	if (ok && fd >= 0 && fsync(fd) != 0 && errno != EINVAL)
		ok = err_set(err, ERR_TEMP, "the folder %s cannot be written: %s", folder,
			     strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	free(folder);
	return ok;
}

static bool make_one(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0)
		return folder_sync(path, err);
	return errno == EEXIST ||
	       err_set(err, ERR_TEMP, "the folder %s for the database cannot be made: %s",
		       path, strerror(errno));
}

bool folder_make(const char *path, struct err *err)
{
	char *copy = heap_str(sv_from(path));
	bool ok = true;
	for (char *at = strchr(copy + 1, '/'); at && ok; at = strchr(at + 1, '/')) {
		*at = '\0';
		ok = make_one(copy, err);
		*at = '/';
	}
	free(copy);
	return ok;
}
