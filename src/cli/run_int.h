/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_RUN_INT_H
#define CLI_RUN_INT_H

#include "app/app.h"
#include "app/fsck.h"
#include "cli/args.h"
#include "cli/out.h"
#include "cli/settings.h"
#include "report/aggregate.h"

#include <signal.h>

/* One command being run. */
struct cli {
	const struct cli_args *args;
	struct arena *arena;
	struct settings settings;
	struct app app;
	struct out out;
	bool quiet;
	bool err_terminal; /* standard error is a terminal */
	int status;        /* the exit status where nothing failed */
};

/* The commands, each as commands.def names it. */
#define COMMAND(id, words, args, min, max, forms, options, run, does, more) \
	bool run(struct cli *c, struct err *err);
#include "cli/commands.def"
#undef COMMAND

/* "postern: " and the sentence, made visible, on standard error. */
void run_say(const char *sentence);
/* The filter that the options make. */
bool run_filter(const struct cli *c, struct app_filter *out, struct err *err);
/* A day that an option gives. */
bool run_day(const struct cli *c, enum cli_option_id id, int64_t *out, struct err *err);
/* --parser. */
bool run_parser(const struct cli *c, enum aggregate_parser *out, struct err *err);
struct progress;
/* For fsck; the context is a struct progress. */
void run_fsck_progress(void *progress, enum app_fsck_stage stage, uint64_t done,
		       uint64_t all);
/* As the setting, the terminal and --quiet say. */
void run_progress(const struct cli *c, struct progress *out);
/* From here on the first Ctrl-C sets what is returned; the second one ends the program.
 */
const volatile sig_atomic_t *run_catch_stop(void);
/* --dns as the resolver has it: ADDRESS:PORT is ADDRESS@PORT, a bare IPv6 address has no
 * port. NULL: none is given. */
const char *run_server(const struct cli *c);
/* --limit or another such number; `otherwise` where it is not given. */
bool run_number(const struct cli *c, enum cli_option_id id, uint64_t otherwise,
		uint64_t most, uint64_t *out, struct err *err);
/* --limit; without it text shows `text` lines, JSON and CSV all. */
bool run_limit(const struct cli *c, uint64_t text, uint32_t *out, struct err *err);
enum {
	RUN_SOURCES = 10, /* lines of short lists */
	RUN_SENDERS = 25,
	RUN_LINES = 50
};

#endif
