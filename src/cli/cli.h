/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* Runs a command line; returns the exit status (sysexits.h, see `postern help`). */
int cli_main(int argc, const char *const *argv);

#endif
