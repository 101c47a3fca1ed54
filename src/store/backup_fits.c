/* SPDX-License-Identifier: Apache-2.0 */
#include "base/date.h"
#include "store/backup_int.h"
#include "store/version.h"

#include <unistd.h>

enum {
	MOST_INFLATED = 1032 /* deflate makes no more bytes than that of one */
};

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
		return backup_damaged(file, why, err);
	case MANIFEST_LATER:
	case MANIFEST_READ:
		break;
	}
	return true;
}

bool backup_is_all(const char *file, const struct manifest *m, uint64_t bytes,
		   struct err *err)
{
	const uint64_t all = MANIFEST_SIZE + m->packed_size;
	const char *why = bytes < all   ? "its end is missing"
			  : bytes > all ? "it is longer than it was written"
			  : m->plain_size > MOST_INFLATED * m->packed_size
				  ? "less is in it than its manifest says"
				  : NULL;
	return !why || backup_damaged(file, why, err);
}

/* `what` this build does not know of it, `or_else` what to do but to install another. */
static bool too_new(const char *file, const struct manifest *m, const char *what,
		    const char *or_else, struct err *err)
{
	const uint64_t ours = version_ours();
	/* The build that wrote it can surely read it. */
	const uint64_t needed = m->least_build > ours ? m->least_build : m->build;
	char build[VERSION_TEXT] = "", when[DATE_TEXT] = "";
	if (m->created)
		(void)date_format_time((int64_t)m->created, when);
	if (needed > ours)
		(void)version_text(needed, build);
	return err_set(err, ERR_TOO_NEW,
		       "%s was written by Postern %s%s%s%s; this is Postern %s. Install "
		       "%s%s%s%s, then repeat. Nothing was changed.",
		       file, m->version, when[0] ? " on " : "", when, what,
		       POSTERN_VERSION,
		       build[0] ? "Postern " : "a later version of Postern than this one",
		       build, build[0] ? " or later" : "", or_else);
}

bool backup_fits(const char *file, const struct manifest *m, bool older_build,
		 struct err *err)
{
	const uint64_t ours = version_ours();
	if (m->format > MANIFEST_FORMAT)
		return too_new(file, m, " in a form that this build does not know", "",
			       err);
	if (m->schema == 0 || manifest_unknown_feature(m).n)
		return too_new(file, m, " with what this build does not know", "", err);
	if (m->least_build > ours || m->schema > (uint64_t)store_schema())
		return too_new(file, m, "", "", err);
	if (m->build > ours && !older_build)
		return too_new(file, m, "",
			       ", or add --older-build, as this build knows its form",
			       err);
	return true;
}
