/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVICE_PATTERN_H
#define SERVICE_PATTERN_H

#include "base/sv.h"

/*
 * A pattern of DNS names, selectors and host names. Case does not matter. A character
 * stands for itself, but
 *
 *     *         one or more characters other than dots
 *     #         one or more digits
 *     [a-f0-9]  one of these
 *     <word>    what the customer brings: one or more characters, dots too
 *
 * and behind one of these
 *
 *     {3} {2,4}  so many of it
 *
 * and behind anything
 *
 *     ?          it may be absent
 */
enum {
	PATTERN_MAX = 128, /* bytes of a pattern */
	PATTERN_NAME = 255 /* of what it is held against; longer never matches */
};

/* Takes the next of words with blanks between; empty at the end. */
struct sv pattern_next(struct sv *list);
bool pattern_is_valid(struct sv pattern);
/* The whole of the name. False for a pattern that is none. */
bool pattern_matches(struct sv pattern, struct sv name);
/* Is the name this one or one below it? */
bool pattern_is_below(struct sv pattern, struct sv name);

#endif
