/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/settings.h"

#include "base/arena.h"
#include "record/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_FILE "/etc/postern/postern.conf"

enum {
	FILE_MAX = 1024 * 1024,
	FAULTS_MAX = 100
};

static const struct setting table[] = {
#define SETTING(id, name, kind, def, least, most, option, choices, meaning) \
	{ \
		SETTING_##id, name,   SETTING_##kind, def,    least, \
		most,         option, choices,        meaning \
	},
#include "cli/settings.def"
#undef SETTING
};

const struct setting *setting(unsigned id)
{
	return id < SETTING_N ? &table[id] : NULL;
}

const struct setting *setting_named(struct sv name)
{
	for (unsigned i = 0; i < SETTING_N; i++)
		if (sv_eq(sv_from(table[i].name), name))
			return &table[i];
	return NULL;
}

const char *setting_env(const struct setting *s, char out[SETTING_ENV])
{
	(void)snprintf(out, SETTING_ENV, "POSTERN_%s", s->name);
	for (char *p = out; *p; p++)
		if (*p == '.' || *p == '-')
			*p = '_';
		else if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return out;
}

/* --- values --- */

bool settings_parse_size(struct sv s, uint64_t *out)
{
	static const struct {
		struct sv unit;
		unsigned shift;
	} units[] = {
		{ { "", 0 }, 0 },     { { "B", 1 }, 0 },    { { "KiB", 3 }, 10 },
		{ { "MiB", 3 }, 20 }, { { "GiB", 3 }, 30 }, { { "TiB", 3 }, 40 },
	};
	size_t digits = 0;
	uint64_t n;
	while (digits < s.n && ascii_is_digit(s.p[digits]))
		digits++;
	if (!sv_to_u64(sv_sub(s, 0, digits), &n))
		return false;
	struct sv unit = sv_trim(sv_sub(s, digits, s.n));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (sv_eq_fold(unit, units[i].unit)) {
			if (n > UINT64_MAX >> units[i].shift)
				return false;
			*out = n << units[i].shift;
			return true;
		}
	return false;
}

static bool find_choice(const struct setting *s, struct sv text, uint64_t *out)
{
	struct sv rest = sv_from(s->choices);
	for (*out = 0; rest.n; ++*out)
		if (sv_eq(sv_take_until(&rest, ' '), text))
			return true;
	return false;
}

/* Why `text` is no value of this setting; NULL where it is one. */
static const char *check(const struct setting *s, struct sv text, uint64_t *out,
			 struct arena *a)
{
	const char *why;
	struct sv address;
	*out = 0;
	switch (s->kind) {
	case SETTING_PATH:
		return NULL;
	case SETTING_ADDRESS:
		if (text.n == 0 || record_read_address(text, a, &address, &why))
			return NULL;
		return why;
	case SETTING_NUMBER:
		if (sv_to_u64(text, out) && *out >= s->least && *out <= s->most)
			return NULL;
		return arena_printf(a, "is no whole number from %" PRIu64 " to %" PRIu64,
				    s->least, s->most);
	case SETTING_SIZE:
		if (settings_parse_size(text, out) && *out >= s->least && *out <= s->most)
			return NULL;
		return arena_printf(a,
				    "is no size from %" PRIu64 " to %" PRIu64
				    " bytes such as 500 MiB or 10 GiB",
				    s->least, s->most);
	case SETTING_CHOICE:
		if (find_choice(s, text, out))
			return NULL;
		return arena_printf(a, "is none of: %s", s->choices);
	}
	return "is of no known kind";
}

static void fault(struct settings *s, enum err_code code, const char *text)
{
	if (s->fault_n == FAULTS_MAX)
		return;
	if (s->fault_n == 0)
		s->worst = code;
	s->fault[s->fault_n++] = text;
}

static void set(struct settings *s, const struct setting *t, struct sv text,
		const char *place, enum err_code code)
{
	struct setting_value v = { .place = place };
	text = sv_trim(text);
	v.text = arena_str(s->arena, text);
	const char *why = check(t, text, &v.number, s->arena);
	if (why)
		fault(s, code,
		      arena_printf(s->arena, "%s: the value \"%.*s\" of %s %s", place,
				   SV_ARG(text), t->name, why));
	else
		s->value[t->id] = v;
}

void settings_init(struct settings *s, struct arena *a)
{
	*s = (struct settings){ .arena = a };
	s->fault = arena_array(a, FAULTS_MAX, sizeof(*s->fault));
	for (unsigned i = 0; i < SETTING_N; i++) {
		set(s, &table[i], sv_from(table[i].def), "default", ERR_INTERNAL);
		s->value[i].is_default = true;
	}
}

void settings_apply(struct settings *s, enum setting_id id, const char *text,
		    const char *place)
{
	set(s, &table[id], sv_from(text), place, ERR_CONFIG);
}

/* --- where values come from --- */

static struct sv without_comment(struct sv line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || ascii_is_space(line.p[i - 1])))
			return sv_trim(sv_sub(line, 0, i));
	return sv_trim(line);
}

void settings_apply_text(struct settings *s, struct sv text, const char *file)
{
	bool seen[SETTING_N] = { false };
	struct sv line;
	for (unsigned n = 1; sv_take_line(&text, &line); n++) {
		const char *place = arena_printf(s->arena, "%s:%u", file, n);
		line = without_comment(line);
		if (line.n == 0)
			continue;
		if (sv_chr(line, '=') == line.n) {
			fault(s, ERR_CONFIG,
			      arena_printf(s->arena, "%s: a line is `name = value`",
					   place));
			continue;
		}
		struct sv name = sv_trim_end(sv_take_until(&line, '='));
		const struct setting *t = setting_named(name);
		if (!t)
			fault(s, ERR_CONFIG,
			      arena_printf(s->arena,
					   "%s: there is no setting \"%.*s\"; `postern "
					   "config show` lists them",
					   place, SV_ARG(name)));
		else if (seen[t->id])
			fault(s, ERR_CONFIG,
			      arena_printf(s->arena, "%s: %s is set twice", place,
					   t->name));
		else
			set(s, t, line, place, ERR_CONFIG);
		if (t)
			seen[t->id] = true;
	}
}

void settings_apply_env(struct settings *s, const char *(*get)(const char *name))
{
	char name[SETTING_ENV];
	for (unsigned i = 0; i < SETTING_N; i++) {
		const char *text = get(setting_env(&table[i], name));
		if (text)
			set(s, &table[i], sv_from(text),
			    arena_printf(s->arena, "%s", name), ERR_CONFIG);
	}
}

void settings_apply_args(struct settings *s, const struct cli_args *args)
{
	for (unsigned i = 0; i < SETTING_N; i++) {
		const struct cli_option *o = cli_option(table[i].option);
		const char *text = o ? cli_value(args, o->id) : NULL;
		if (text)
			set(s, &table[i], sv_from(text),
			    arena_printf(s->arena, "--%s", o->name), ERR_USAGE);
	}
}

bool settings_find_db(struct settings *s, const char *(*get)(const char *name))
{
	struct setting_value *v = &s->value[SETTING_DB];
	const char *data = get("XDG_DATA_HOME"), *home = get("HOME");
	if (v->text[0])
		return true;
	/* The XDG base directories: a relative path is to be ignored. */
	if (data && data[0] == '/')
		v->text = arena_printf(s->arena, "%s/postern/postern.db", data);
	else if (home && home[0])
		v->text = arena_printf(s->arena, "%s/.local/share/postern/postern.db",
				       home);
	return v->text[0] != '\0';
}

static bool read_file(struct settings *s, const char *path, bool must, struct err *err)
{
	FILE *f = fopen(path, "rbe");
	if (!f && errno == ENOENT && !must)
		return true;
	if (!f)
		return err_set(err, ERR_NO_INPUT, "the settings file %s: %s", path,
			       strerror(errno));
	char *text = arena_alloc(s->arena, FILE_MAX + 1);
	size_t n = fread(text, 1, FILE_MAX + 1, f);
	bool broken = ferror(f) != 0;
	(void)fclose(f);
	if (broken)
		return err_set(err, ERR_NO_INPUT, "the settings file %s cannot be read",
			       path);
	if (n > FILE_MAX)
		return err_set(err, ERR_CONFIG, "the settings file %s is over 1 MiB",
			       path);
	s->file = path;
	settings_apply_text(s, (struct sv){ text, n }, path);
	return true;
}

bool settings_read(struct settings *s, const struct cli_args *args,
		   const char *(*get)(const char *name), struct err *err)
{
	const char *file = cli_value(args, OPT_CONFIG);
	if (!read_file(s, file ? file : DEFAULT_FILE, file != NULL, err))
		return false;
	settings_apply_env(s, get);
	settings_apply_args(s, args);
	if (s->fault_n)
		return err_set(err, s->worst, "%s", s->fault[0]);
	return true;
}
