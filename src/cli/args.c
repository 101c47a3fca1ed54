/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include "base/arena.h"

#include <string.h>

static const struct cli_option options[] = {
#define OPTION(id, name, letter, arg, global, repeat, meaning) \
	{ OPT_##id, name, letter, arg, global, repeat, meaning },
#include "cli/options.def"
#undef OPTION
};

static const struct cli_command commands[] = {
#define OPTIONS(...) \
	{ \
		__VA_ARGS__ \
	}
#define COMMAND(id, words, args, min, max, forms, own, run, does, more) \
	{ COMMAND_##id, words, args, min, max, forms, own, does, more },
#include "cli/commands.def"
#undef COMMAND
#undef OPTIONS
};

const struct cli_option *cli_option(unsigned id)
{
	return id > OPT_NONE && id < OPT_N ? &options[id - 1] : NULL;
}

const struct cli_command *cli_command(unsigned id)
{
	return id < COMMAND_N ? &commands[id] : NULL;
}

const struct cli_command *cli_command_named(struct sv name)
{
	for (unsigned i = 0; i < COMMAND_N; i++)
		if (sv_eq(sv_from(commands[i].name), name))
			return &commands[i];
	return NULL;
}

bool cli_is_group(struct sv word)
{
	for (unsigned i = 0; i < COMMAND_N; i++) {
		struct sv name = sv_from(commands[i].name);
		if (sv_chr(name, ' ') < name.n && sv_eq(sv_take_until(&name, ' '), word))
			return true;
	}
	return false;
}

bool cli_has(const struct cli_args *args, enum cli_option_id id)
{
	for (size_t i = 0; i < args->given_n; i++)
		if (args->given[i].id == id)
			return true;
	return false;
}

const char *cli_value(const struct cli_args *args, enum cli_option_id id)
{
	for (size_t i = 0; i < args->given_n; i++)
		if (args->given[i].id == id)
			return args->given[i].value;
	return NULL;
}

/* --- parsing --- */

struct parse {
	struct cli_args *out;
	struct arena *arena;
	const char *const *argv;
	int argc, at; /* the next argument */
	bool ended;   /* `--` was seen */
};

static bool is_named(const struct cli_option *o, struct sv name, bool letter)
{
	if (letter)
		return name.n == 1 && o->letter && o->letter == name.p[0];
	return sv_eq(sv_from(o->name), name);
}

static const struct cli_option *find(const struct cli_command *c, struct sv name,
				     bool letter)
{
	for (unsigned i = 0; c && c->option[i] != OPT_NONE; i++)
		if (is_named(&options[c->option[i] - 1], name, letter))
			return &options[c->option[i] - 1];
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (options[i].global && is_named(&options[i], name, letter))
			return &options[i];
	return NULL;
}

static bool unknown_option(const struct parse *p, const char *text, struct err *err)
{
	const struct cli_command *c = p->out->command;
	struct sv name = sv_from(text);
	while (name.n && name.p[0] == '-')
		sv_take(&name, 1);
	name = sv_take_until(&name, '=');
	for (unsigned i = OPT_NONE + 1; i < OPT_N; i++) {
		const struct cli_option *o = cli_option(i);
		bool usable = o->global || find(c, sv_from(o->name), false) == o;
		if (usable && name.n && sv_has_prefix_fold(sv_from(o->name), name))
			return err_set(err, ERR_USAGE,
				       "unknown option %s; did you mean --%s?", text,
				       o->name);
	}
	if (!c)
		return err_set(err, ERR_USAGE,
			       "unknown option %s; only global options stand before the "
			       "command, `postern help` lists them",
			       text);
	return err_set(err, ERR_USAGE,
		       "unknown option %s; `postern help %s` lists those there are", text,
		       c->name);
}

static bool take_value(struct parse *p, const struct cli_option *o, struct sv name,
		       const char *equals, const char **out, struct err *err)
{
	*out = NULL;
	if (!o->arg && equals)
		return err_set(err, ERR_USAGE, "the option --%s has no value", o->name);
	if (!o->arg)
		return true;
	*out = equals;
	if (!equals && p->at < p->argc && strncmp(p->argv[p->at], "--", 2) != 0)
		*out = p->argv[p->at++];
	if (*out)
		return true;
	return err_set(err, ERR_USAGE, "the option %s%.*s needs a value: %s",
		       name.n == 1 ? "-" : "--", SV_ARG(name), o->arg);
}

static bool take_option(struct parse *p, const char *text, struct err *err)
{
	bool letter = text[1] != '-';
	struct sv rest = sv_from(text + (letter ? 1 : 2));
	const char *equals = letter ? NULL : strchr(text, '=');
	struct sv name = letter ? rest : sv_take_until(&rest, '=');
	const struct cli_option *o = find(p->out->command, name, letter);
	const char *value;
	if (!o)
		return unknown_option(p, text, err);
	if (!take_value(p, o, name, equals ? equals + 1 : NULL, &value, err))
		return false;
	if (!o->repeat && o->arg && cli_has(p->out, o->id))
		return err_set(err, ERR_USAGE, "the option --%s is given twice", o->name);
	p->out->given[p->out->given_n++] = (struct cli_given){ o->id, value };
	return true;
}

/* The second words of a group, for a person. */
static const char *second_words(struct sv group, struct arena *a)
{
	char *list = arena_printf(a, "%s", "");
	for (unsigned i = 0; i < COMMAND_N; i++) {
		struct sv second = sv_from(commands[i].name);
		if (sv_chr(second, ' ') < second.n &&
		    sv_eq(sv_take_until(&second, ' '), group))
			list = arena_printf(a, "%s%s%.*s", list, list[0] ? ", " : "",
					    SV_ARG(second));
	}
	return list;
}

/* Some groups are a command too, where no second word of the group follows. */
static bool is_alone(const struct parse *p, const char *text)
{
	const char *next = p->at < p->argc ? p->argv[p->at] : "";
	return cli_command_named(sv_from(text)) &&
	       !cli_command_named(sv_from(arena_printf(p->arena, "%s %s", text, next)));
}

static bool take_word(struct parse *p, const char *text, struct err *err)
{
	struct cli_args *out = p->out;
	if (out->command) {
		out->word[out->word_n++] = text;
		return true;
	}
	if (out->group.n == 0 && cli_is_group(sv_from(text)) && !is_alone(p, text)) {
		out->group = sv_from(text);
		return true;
	}
	if (out->group.n == 0) {
		out->command = cli_command_named(sv_from(text));
		return out->command ||
		       err_set(err, ERR_USAGE,
			       "there is no command \"%s\"; `postern help` lists them",
			       text);
	}
	char *name = arena_printf(p->arena, "%.*s %s", SV_ARG(out->group), text);
	out->command = cli_command_named(sv_from(name));
	return out->command ||
	       err_set(err, ERR_USAGE, "there is no command \"%s\"; %.*s has %s", name,
		       SV_ARG(out->group), second_words(out->group, p->arena));
}

static bool check_whole(const struct parse *p, struct err *err)
{
	const struct cli_args *out = p->out;
	const struct cli_command *c = out->command;
	if (cli_has(out, OPT_HELP) || cli_has(out, OPT_VERSION))
		return true;
	if (!c && out->group.n)
		return err_set(err, ERR_USAGE, "`postern %.*s` needs one of: %s",
			       SV_ARG(out->group), second_words(out->group, p->arena));
	if (!c)
		return err_set(err, ERR_USAGE,
			       "no command given; `postern help` lists them");
	if (out->word_n < c->min)
		return err_set(err, ERR_USAGE, "`postern %s` needs %s", c->name, c->args);
	if (out->word_n > c->max)
		return err_set(err, ERR_USAGE, "`postern %s` has no use for \"%s\"",
			       c->name, out->word[c->max]);
	if (cli_has(out, OPT_JSON) && cli_has(out, OPT_CSV))
		return err_set(err, ERR_USAGE, "--json or --csv, not both");
	if (cli_has(out, OPT_CSV) && !(c->forms & FORM_CSV))
		return err_set(err, ERR_USAGE, "`postern %s` has no --csv", c->name);
	if (cli_has(out, OPT_JSON) && !(c->forms & FORM_JSON))
		return err_set(err, ERR_USAGE, "`postern %s` has no --json", c->name);
	return true;
}

bool cli_parse(int argc, const char *const *argv, struct arena *a, struct cli_args *out,
	       struct err *err)
{
	struct parse p = { .out = out, .arena = a, .argv = argv, .argc = argc, .at = 1 };
	size_t room = argc > 0 ? (size_t)argc : 1;
	*out = (struct cli_args){ 0 };
	out->given = arena_array(a, room, sizeof(*out->given));
	out->word = arena_array(a, room, sizeof(*out->word));
	while (p.at < argc) {
		const char *text = argv[p.at++];
		bool ok = true;
		if (!p.ended && strcmp(text, "--") == 0)
			p.ended = true;
		else if (!p.ended && text[0] == '-' && text[1])
			ok = take_option(&p, text, err);
		else
			ok = take_word(&p, text, err);
		if (!ok)
			return false;
	}
	return check_whole(&p, err);
}
