/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "base/limits.h"
#include "spf/spf.h"

static void add_text(struct json *j, const char *key, struct sv text)
{
	if (text.n)
		json_string(j, key, text);
	else
		json_null(j, key);
}

static const char *event_word(enum spf_event e)
{
	static const char *const words[] = {
		[SPF_RECORD] = "record",
		[SPF_MATCH] = "match",
		[SPF_NO_MATCH] = "no-match",
		[SPF_FAULT] = "fault",
	};
	return words[e];
}

static void add_steps(struct json *j, const struct spf_answer *v)
{
	json_array(j, "steps");
	for (size_t i = 0; i < v->step_n; i++) {
		const struct spf_step *s = &v->step[i];
		json_object(j, NULL);
		json_str(j, "event", event_word(s->event));
		json_uint(j, "depth", s->depth);
		json_string(j, "domain", s->domain);
		json_string(j, "text", s->text);
		add_text(j, "detail", s->detail);
		json_str(j, "why", s->event == SPF_FAULT ? spf_why_word(s->why) : NULL);
		json_uint(j, "lookups", s->lookups);
		json_uint(j, "voids", s->voids);
		json_object_end(j);
	}
	json_array_end(j);
}

static void add_answer(struct json *j, const struct spf_answer *v)
{
	json_str(j, "result", spf_result_word(v->result));
	add_text(j, "explanation", v->explanation);
	json_uint(j, "lookups", v->lookups);
	json_uint(j, "voids", v->voids);
}

void show_spf_line(struct out *o, const struct spf_answer *v)
{
	struct buf b;
	struct json j;
	buf_init(&b, LIMIT_VALUE);
	json_init(&j, &b);
	json_object(&j, NULL);
	add_answer(&j, v);
	json_object_end(&j);
	out_str(o, buf_str(&b));
	out_str(o, "\n");
	buf_deinit(&b);
}

static void show_json(struct out *o, const struct spf_answer *v)
{
	struct json j;
	show_begin(o, &j);
	add_text(&j, "domain", v->domain);
	add_answer(&j, v);
	json_str(&j, "why", spf_why_word(v->why));
	json_str(&j, "reason", spf_why_what(v->why));
	add_text(&j, "term", v->term);
	add_steps(&j, v);
	show_end(o, &j);
}

static void show_step(struct out *o, const struct spf_step *s)
{
	struct buf b;
	buf_init(&b, LIMIT_VALUE);
	for (unsigned i = 0; i <= s->depth; i++)
		out_str(o, "  ");
	if (s->event == SPF_RECORD)
		buf_addf(&b, "%.*s  %.*s", SV_ARG(s->domain), SV_ARG(s->text));
	else if (s->event == SPF_FAULT)
		buf_addf(&b, "  %.*s: %s", SV_ARG(s->text), spf_why_what(s->why));
	else
		buf_addf(&b, "  %.*s: %s%s%.*s", SV_ARG(s->text),
			 s->event == SPF_MATCH ? "matches" : "does not match",
			 s->detail.n ? ", " : "", SV_ARG(s->detail));
	out_text(o, buf_sv(&b));
	outf(o, "   [%u of %d look-ups, %u of %d void]\n", s->lookups, SPF_LOOKUPS,
	     s->voids, SPF_VOIDS);
	buf_deinit(&b);
}

void show_spf(struct out *o, const struct spf_question *q, const struct spf_answer *v,
	      bool trace)
{
	char ip[ADDR_TEXT];
	if (o->form == OUT_JSON) {
		show_json(o, v);
		return;
	}
	outf(o, "%s  %s as ", spf_result_word(v->result), addr_format(&q->ip, ip));
	out_text(o, v->domain);
	outf(o, ": %s", spf_why_what(v->why));
	if (v->term.n) {
		out_str(o, " (");
		out_text(o, v->term);
		out_str(o, ")");
	}
	outf(o, "; %u of %d look-ups\n", v->lookups, SPF_LOOKUPS);
	if (v->explanation.n) {
		out_str(o, "  it says: ");
		out_text(o, v->explanation);
		out_str(o, "\n");
	}
	for (size_t i = 0; trace && i < v->step_n; i++)
		show_step(o, &v->step[i]);
}
