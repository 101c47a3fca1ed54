/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli/args.h"

#include <stddef.h>

/*
 * Settings: a table of names, defaults, bounds and meanings. A value comes from an
 * option, else from the environment (POSTERN_ and the name in upper case, dots and dashes
 * as underscores), else from the settings file, else from the table.
 */
enum setting_id {
#define SETTING(id, name, kind, def, least, most, option, choices, meaning) SETTING_##id,
#include "cli/settings.def"
#undef SETTING
	SETTING_N
};

enum setting_kind {
	SETTING_PATH,
	SETTING_ADDRESS,
	SETTING_NUMBER,
	SETTING_SIZE,
	SETTING_CHOICE
};

struct setting {
	enum setting_id id;
	const char *name;
	enum setting_kind kind;
	const char *def;
	uint64_t least, most;
	enum cli_option_id option;
	const char *choices; /* words separated by blanks */
	const char *meaning;
};
const struct setting *setting(unsigned id); /* NULL past the end */
const struct setting *setting_named(struct sv name);
/* "POSTERN_UNASSIGNED_MAX" */
enum {
	SETTING_ENV = 64
};
const char *setting_env(const struct setting *s, char out[SETTING_ENV]);

struct setting_value {
	const char *text;
	uint64_t number;   /* NUMBER, SIZE in bytes, CHOICE as its place in `choices` */
	const char *place; /* "default", "--db", "POSTERN_DB", "postern.conf:3" */
	bool is_default;
};

struct settings {
	struct arena *arena;
	struct setting_value value[SETTING_N];
	const char *file;   /* that was read; NULL: none */
	const char **fault; /* sentences, each with its place */
	size_t fault_n;
	enum err_code worst; /* of the faults: ERR_USAGE (options) or ERR_CONFIG */
};

void settings_init(struct settings *s, struct arena *a);
/* One value; what is wrong with it becomes a fault. */
void settings_apply(struct settings *s, enum setting_id id, const char *text,
		    const char *place);
/* The text of a settings file: `name = value` a line, # begins a comment. */
void settings_apply_text(struct settings *s, struct sv text, const char *file);
/* `get` is getenv() or a test's. */
void settings_apply_env(struct settings *s, const char *(*get)(const char *name));
void settings_apply_args(struct settings *s, const struct cli_args *args);
/* Puts the default database where none was set; false without XDG_DATA_HOME and HOME. */
bool settings_find_db(struct settings *s, const char *(*get)(const char *name));

/* File, environment, options, in this order. False where the file cannot be read, or
 * where there is a fault (the first one is in `err`). */
bool settings_read(struct settings *s, const struct cli_args *args,
		   const char *(*get)(const char *name), struct err *err);

/* A size: digits and B, KiB, MiB, GiB or TiB, with or without a blank between. */
bool settings_parse_size(struct sv s, uint64_t *out);

#endif
