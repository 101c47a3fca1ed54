/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "base/err.h"
#include "base/sv.h"

struct arena;

/*
 * The command line: a table of options and a table of commands, from which parsing, help
 * and the manual page come.
 */
enum cli_option_id {
	OPT_NONE,
#define OPTION(id, name, letter, arg, global, repeat, meaning) OPT_##id,
#include "cli/options.def"
#undef OPTION
	OPT_N
};

struct cli_option {
	enum cli_option_id id;
	const char *name;
	char letter;
	const char *arg; /* what its value is called; NULL: it has none */
	bool global, repeat;
	const char *meaning;
};
/* NULL past the end; the first is OPT_NONE + 1. */
const struct cli_option *cli_option(unsigned id);

enum {
	FORM_JSON = 1,
	FORM_CSV = 2,
	COMMAND_MANY = 1000000,
	COMMAND_OPTIONS = 12
};

enum cli_command_id {
#define COMMAND(id, words, args, min, max, forms, options, run, does, more) COMMAND_##id,
#include "cli/commands.def"
#undef COMMAND
	COMMAND_N
};

struct cli_command {
	enum cli_command_id id;
	const char *name; /* one word or two */
	const char *args;
	unsigned min, max;
	unsigned forms;
	enum cli_option_id option[COMMAND_OPTIONS]; /* up to OPT_NONE */
	const char *does, *more;
};
const struct cli_command *cli_command(unsigned id); /* NULL past the end */
const struct cli_command *cli_command_named(struct sv name);
/* Is there a command whose first word is `word` and that has a second one? */
bool cli_is_group(struct sv word);

struct cli_given {
	enum cli_option_id id;
	const char *value; /* NULL where the option has none */
};

struct cli_args {
	const struct cli_command *command; /* NULL: none was given */
	struct sv group;                   /* "client" where its second word is missing */
	struct cli_given *given;
	size_t given_n;
	const char **word;
	size_t word_n;
};

/* Global options stand anywhere, a command's own ones behind it; `--` ends them. Nothing
 * may be abbreviated. With --help or --version what is missing is no error. */
bool cli_parse(int argc, const char *const *argv, struct arena *a, struct cli_args *out,
	       struct err *err);

bool cli_has(const struct cli_args *args, enum cli_option_id id);
/* NULL where it was not given. */
const char *cli_value(const struct cli_args *args, enum cli_option_id id);

#endif
