/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_NAMES_H
#define REPORT_NAMES_H

#include "base/sv.h"

enum name {
	NAME_UNKNOWN,
#define NAME(id, text) NAME_##id,
#include "report/names.def"
#undef NAME
	NAME_ALL
};

/* An element's name without its prefix, exact: the schemas' names are in small letters.
 */
enum name name_find(struct sv text);
/* The same with the case folded. */
enum name name_find_fold(struct sv text);
struct sv name_text(enum name name);

#endif
