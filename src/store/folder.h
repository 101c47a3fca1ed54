/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include "base/err.h"

/* The folder that a path is in; on the heap. */
char *folder_of(const char *path);
/* What was made in it, renamed or removed, is so on the disk. A step of the fault hooks.
 */
bool folder_sync(const char *path, struct err *err);
/* Makes the folders that are missing on the way to this path, and what stands above them
 * knows of them on the disk. */
bool folder_make(const char *path, struct err *err);

#endif
