/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

void show_settings(struct out *o, const struct settings *s)
{
	static const struct grid_column columns[] = {
		{ "name", "SETTING", false, 0, 0 }, { "value", "VALUE", false, 2, 12 },
		{ "from", "FROM", false, 1, 12 },   { "default", NULL, false, 0, 0 },
		{ "meaning", NULL, false, 0, 0 },
	};
	struct json j;
	show_begin(o, &j);
	struct grid *g = grid_new(o, &j, "settings", columns, 5);
	for (unsigned i = 0; i < SETTING_N; i++) {
		const struct setting_value *v = &s->value[i];
		grid_str(g, setting(i)->name);
		grid_str(g, v->text);
		grid_text(g, sv_from(v->place), v->is_default ? PAINT_DIM : PAINT_NONE);
		grid_str(g, setting(i)->def);
		grid_str(g, setting(i)->meaning);
	}
	grid_end(&g);
	show_end(o, &j);
	if (o->form == OUT_TEXT)
		outf(o, "\n  settings file: %s\n", s->file ? s->file : "none");
}

void show_settings_check(struct out *o, const struct settings *s)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_str(&j, "file", s->file);
		json_array(&j, "faults");
		for (size_t i = 0; i < s->fault_n; i++)
			json_str(&j, NULL, s->fault[i]);
		json_array_end(&j);
	} else if (s->fault_n == 0) {
		outf(o, "The settings are sound; settings file: %s.\n",
		     s->file ? s->file : "none");
	}
	show_end(o, &j);
}
