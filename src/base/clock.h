/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that nobody sets, from some moment on: for how long a thing
 * takes. */
uint64_t clock_ms(void);

#endif
