/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "app/words.h"
#include "base/date.h"
#include "store/version.h"

#include <string.h>

/* --- JSON --- */

static void part_json(struct json *j, const char *key, uint64_t bytes,
		      const uint8_t sha[DIGEST_SIZE])
{
	char hex[DIGEST_HEX];
	json_object(j, key);
	json_uint(j, "bytes", bytes);
	json_str(j, "sha256", digest_hex(sha, hex));
	json_object_end(j);
}

static void manifest_json(struct json *j, const struct manifest *m)
{
	char text[VERSION_TEXT];
	json_object(j, "manifest");
	json_uint(j, "format", m->format);
	json_str(j, "build", m->version);
	json_str(j, "least_build", version_text(m->least_build, text));
	if (m->schema) {
		json_str(j, "features", m->features);
		json_uint(j, "schema", m->schema);
		json_uint(j, "created", m->created);
		json_str(j, "host", m->host);
		part_json(j, "packed", m->packed_size, m->packed_sha);
		part_json(j, "database", m->plain_size, m->plain_sha);
		json_object(j, "counts");
#define X(id, name) json_uint(j, name, m->count.id);
		MANIFEST_COUNTS(X)
#undef X
		json_object_end(j);
	}
	json_object_end(j);
}

static void backup_json(struct json *j, const char *file, const struct app_backup *b)
{
	json_str(j, "file", file);
	json_uint(j, "bytes", b->bytes);
	manifest_json(j, &b->manifest);
}

static void restored_json(struct json *j, const struct app_restored *r)
{
	json_double(j, "seconds", r->seconds, 3);
	json_bool(j, "migrated", r->restored.migrated);
	manifest_json(j, &r->restored.manifest);
}

/* --- text --- */

static void took(struct out *o, double seconds)
{
	char text[WORDS_TEXT];
	if (seconds < 60)
		outf(o, "%.1f s", seconds);
	else
		out_str(o, words_duration((uint64_t)(seconds + 0.5), text));
}

static void show_holds(struct out *o, const struct manifest *m)
{
	show_count(o, m->count.clients, "client", "clients");
	out_str(o, " with ");
	show_count(o, m->count.domains, "domain", "domains");
	out_str(o, ", ");
	show_count(o, m->count.reports, "report", "reports");
	out_str(o, " of ");
	show_count(o, m->count.messages, "message", "messages");
}

static void show_line(struct out *o, const char *what, const char *text)
{
	outf(o, "  %-12s ", what);
	out_text(o, sv_from(text));
	out_str(o, "\n");
}

static void show_part(struct out *o, const char *what, uint64_t bytes,
		      const uint8_t sha[DIGEST_SIZE])
{
	char size[WORDS_TEXT], hex[DIGEST_HEX];
	outf(o, "  %-12s %s, SHA-256 %s\n", what, words_size(bytes, size),
	     digest_hex(sha, hex));
}

static void show_counted(struct out *o, const char *name, uint64_t n)
{
	char text[WORDS_TEXT];
	out_str(o, "  ");
	for (const char *c = name; *c; c++)
		outf(o, "%c", *c == '_' ? ' ' : *c);
	outf(o, "%*s %15s\n", 18 - (int)strlen(name), "", words_number(n, text));
}

static void show_manifest(struct out *o, const struct manifest *m)
{
	char build[VERSION_TEXT], when[DATE_TEXT];
	show_line(o, "written by", m->version);
	show_line(o, "needs", version_text(m->least_build, build));
	outf(o, "  %-12s %llu\n", "format", (unsigned long long)m->format);
	if (m->schema == 0)
		return;
	outf(o, "  %-12s %llu\n", "schema", (unsigned long long)m->schema);
	show_line(o, "features", m->features);
	show_line(o, "created", date_format_time((int64_t)m->created, when));
	show_line(o, "host", m->host);
	show_part(o, "packed", m->packed_size, m->packed_sha);
	show_part(o, "database", m->plain_size, m->plain_sha);
	out_heading(o, "It holds");
#define X(id, name) show_counted(o, name, m->count.id);
	MANIFEST_COUNTS(X)
#undef X
}

/* --- answers --- */

void show_backup(struct out *o, const char *file, const struct app_backup *b)
{
	struct json j;
	char size[WORDS_TEXT], plain[WORDS_TEXT];
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_double(&j, "seconds", b->seconds, 3);
		backup_json(&j, file, b);
	} else {
		out_text(o, sv_from(file));
		outf(o, ": %s of %s, read back whole, in ", words_size(b->bytes, size),
		     words_size(b->manifest.plain_size, plain));
		took(o, b->seconds);
		out_str(o, "\n  ");
		show_holds(o, &b->manifest);
		out_str(o, "\n");
	}
	show_end(o, &j);
}

void show_inspection(struct out *o, const char *file, const struct app_inspection *i)
{
	struct json j;
	const bool fits = i->problem.code == ERR_NONE;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		backup_json(&j, file, &i->backup);
		json_bool(&j, "fits", fits);
		json_str(&j, "problem", fits ? NULL : i->problem.text);
	} else {
		out_text(o, sv_from(file));
		out_str(o, " is a backup of Postern\n\n");
		show_manifest(o, &i->backup.manifest);
		out_str(o, "\n");
		if (fits)
			out_wrapped(
				o, "",
				SV("This version can restore it. Whether all of it is "
				   "whole says `postern restore --drill`."));
		else
			out_wrapped(o, "", sv_from(i->problem.text));
	}
	show_end(o, &j);
}

void show_restored(struct out *o, const char *db, const struct app_restored *r)
{
	struct json j;
	const struct manifest *m = &r->restored.manifest;
	char when[DATE_TEXT];
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_str(&j, "database", db);
		json_bool(&j, "kept", r->restored.kept[0]);
		restored_json(&j, r);
	} else {
		out_text(o, sv_from(db));
		outf(o, ": restored as it was on %s, in ",
		     date_format_time((int64_t)m->created, when));
		took(o, r->seconds);
		out_str(o, "\n  ");
		show_holds(o, m);
		out_str(o, "\n");
		if (r->restored.migrated)
			out_str(o, "  It was of an earlier version, and is brought up to "
				   "date.\n");
	}
	if (o->form == OUT_TEXT && r->restored.kept[0]) {
		out_str(o, "  The one before is kept as ");
		out_text(o, sv_from(r->restored.kept));
		out_str(o, ": remove it once this one answers.\n");
	}
	show_end(o, &j);
}

void show_drill(struct out *o, const struct app_drill *d)
{
	struct json j;
	const bool sound = app_fsck_is_sound(&d->fsck);
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_bool(&j, "sound", sound);
		json_double(&j, "fsck_seconds", d->fsck_seconds, 3);
		restored_json(&j, &d->restored);
	} else {
		out_str(o, "The backup restores in ");
		took(o, d->restored.seconds);
		out_str(o, sound ? ", and fsck finds it sound in "
				 : ", and fsck finds that it differs, in ");
		took(o, d->fsck_seconds);
		out_str(o, "\n  ");
		show_holds(o, &d->restored.restored.manifest);
		out_str(o, "\n");
	}
	show_end(o, &j);
	if (!sound && o->form == OUT_TEXT)
		show_fsck(o, &d->fsck);
}
