/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_SIDE_H
#define INTAKE_SIDE_H

#include "intake/frame.h"

/* Descriptors from the parent to the writer, each with the frame that says what it is.
 * Neither waits: false where the channel is full or gone. */
bool side_slot(int side, uint64_t id, int pipe);
bool side_keep(int side, const struct frame_keep *k, int fd);

#endif
