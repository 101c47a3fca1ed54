/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_SOURCE_NAMES_INT_H
#define APP_SOURCE_NAMES_INT_H

#include "app/scope_int.h"

/* Sets the service whose host each of the first sources is, where that is proven: by its
 * name that leads back, or a published network. */
bool source_names(const struct scope *s, struct app_source *v, size_t n, struct err *err);

#endif
