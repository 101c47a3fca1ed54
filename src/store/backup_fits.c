/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "store/backup_int.h"
#include "store/version.h"

#include <unistd.h>

bool backup_inspect(const char *file, struct manifest *out, uint64_t *out_bytes,
		    struct err *err)
{
	char block[MANIFEST_SIZE];
	const char *why;
	int fd = backup_open(file, out_bytes, err);
	if (fd < 0)
		return false;
	ssize_t n = pread(fd, block, sizeof(block), 0);
	if (n < 0)
		(void)backup_io(file, "cannot be read", err);
	(void)close(fd);
	if (n < 0)
		return false;
	switch (manifest_read((struct sv){ block, (size_t)n }, out, &why)) {
	case MANIFEST_FOREIGN:
		return err_set(
			err, ERR_DAMAGED,
			"%s is no backup of Postern, or one that is damaged at its "
			"very beginning. Nothing was changed.",
			file);
	case MANIFEST_DAMAGED:
		break;
	case MANIFEST_LATER: /* nothing is known of its size */
		return true;
	case MANIFEST_READ:
		if (*out_bytes == MANIFEST_SIZE + out->packed_size)
			return true;
		why = *out_bytes < MANIFEST_SIZE + out->packed_size
			      ? "its end is missing"
			      : "it is longer than it was written";
	}
	return backup_damaged(file, why, err);
}

static bool too_new(const char *file, const struct manifest *m, uint64_t needed,
		    const char *what, const char *or_else, struct err *err)
{
	char build[VERSION_TEXT], when[DATE_TEXT] = "";
	if (m->created)
		(void)date_format_time((int64_t)m->created, when);
	return err_set(err, ERR_TOO_NEW,
		       "%s was written by Postern %s%s%s%s; this is Postern %s. Install "
		       "Postern %s or later%s, then repeat. Nothing was changed.",
		       file, m->version, when[0] ? " on " : "", when, what,
		       POSTERN_VERSION, version_text(needed, build), or_else);
}

bool backup_fits(const char *file, const struct manifest *m, bool older_build,
		 struct err *err)
{
	const uint64_t ours = version_ours();
	/* The build that wrote it can surely read it. */
	const uint64_t least = m->least_build > ours ? m->least_build : m->build;
	if (m->format > MANIFEST_FORMAT)
		return too_new(file, m, least, " in a form that this build does not know",
			       "", err);
	if (manifest_unknown_feature(m).n)
		return too_new(file, m, least, " with what this build does not know", "",
			       err);
	if (m->least_build > ours || m->schema > (uint64_t)store_schema())
		return too_new(file, m, least, "", "", err);
	if (m->build > ours && !older_build)
		return too_new(file, m, m->build, "",
			       ", or add --older-build, as this build knows its form",
			       err);
	return true;
}
