/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/args.h"
#include "cli/out.h"

/* Help and the manual page, made from the tables of commands, options and settings. */
void help_main(struct out *o);
void help_command(struct out *o, const struct cli_command *c);
void help_group(struct out *o, struct sv group); /* "client": its commands */
void help_man(struct out *o);                    /* roff, man(7) */

#endif
