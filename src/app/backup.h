/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_BACKUP_H
#define APP_BACKUP_H

#include "app/fsck.h"
#include "store/backup.h"

/* Backups: store/backup.h says what they are, and which errors there are. */

struct app_backup_ask {
	const char *file;
	bool replace; /* backup: a backup of that name; restore: the database there is */
	bool older_build; /* restore: also of a later build, where this one can read it */
	const struct backup_watch *watch;
	/* Of the drill's fsck. */
	app_fsck_progress *fsck_progress;
};

struct app_backup {
	struct manifest manifest;
	uint64_t bytes; /* of the file */
	double seconds;
};
bool app_backup(const struct app *app, const struct app_backup_ask *ask,
		struct app_backup *out, struct err *err);

/* Reads the manifest and touches nothing. `problem`: why this build cannot restore it,
 * or empty. */
struct app_inspection {
	struct app_backup backup;
	struct err problem;
};
bool app_backup_inspect(const struct app_backup_ask *ask, struct app_inspection *out,
			struct err *err);

struct app_restored {
	struct backup_restored restored;
	double seconds;
};
bool app_restore(const struct app *app, const struct app_backup_ask *ask,
		 struct app_restored *out, struct err *err);

/* Restores into a scratch folder beside the database (where its folder is not there yet,
 * beside the backup), runs fsck there, and removes the
 * folder; what a drill that was killed left is removed too. */
struct app_drill {
	struct app_restored restored;
	struct app_fsck fsck;
	double fsck_seconds;
};
bool app_drill(const struct app *app, const struct app_backup_ask *ask,
	       struct app_drill *out, struct err *err);

#endif
