/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_int.h"

#include "base/date.h"

static void show_letter_json(struct json *j, const struct app_letter *l, bool whole)
{
	json_object(j, NULL);
	if (l->client)
		json_string(j, "client", l->name);
	else
		json_null(j, "client");
	json_string(j, "period", l->period);
	if (l->to.n)
		json_string(j, "to", l->to);
	else
		json_null(j, "to");
	json_string(j, "subject", l->subject);
	json_string(j, "message_id", l->message_id);
	json_uint(j, "messages", l->messages);
	json_uint(j, "todo", l->todo);
	if (whole) {
		json_string(j, "text", l->text);
		json_string(j, "html", l->html);
	}
	json_object_end(j);
}

void show_letters(struct out *o, const struct app_letters *l, const char *dir)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		json_array(&j, "letters");
		for (size_t i = 0; i < l->n; i++)
			show_letter_json(&j, &l->letter[i], !dir);
		json_array_end(&j);
	}
	show_end(o, &j);
	if (o->form == OUT_JSON)
		return;
	if (dir) {
		out_str(o, "  ");
		show_count(o, l->n, "letter", "letters");
		outf(o, " of %.*s written to %s\n",
		     SV_ARG(l->n ? l->letter[0].period : SV("-")), dir);
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		out_str(o, i ? "\n\n" : "");
		out_text_lines(o, l->letter[i].text);
	}
}

static void show_one(struct out *o, const struct app_post_result *r)
{
	static const char *const words[APP_POSTED_WAYS] = {
		[APP_POSTED_SENT] = "sent to ",
		[APP_POSTED_BEFORE] = "was sent already, to ",
		[APP_POSTED_NO_ADDRESS] = "has no address: client add --digest",
		[APP_POSTED_LATER] = "not accepted now, for ",
		[APP_POSTED_REFUSED] = "refused, for ",
	};
	out_str(o, "  ");
	out_text(o, r->letter->client ? r->letter->name : SV("all clients"));
	outf(o, ": %s", words[r->posted]);
	out_text(o, r->letter->to);
	if (r->said.n && r->posted >= APP_POSTED_LATER) {
		out_str(o, ": ");
		out_text(o, r->said);
	}
	out_str(o, "\n");
}

void show_posted(struct out *o, const struct app_post *p)
{
	struct json j;
	show_begin(o, &j);
	if (o->form == OUT_JSON) {
		for (int w = 0; w < APP_POSTED_WAYS; w++)
			json_uint(&j, app_posted_word((enum app_posted)w), p->of[w]);
		json_array(&j, "letters");
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct app_post_result *r = &p->result[i];
		if (o->form != OUT_JSON) {
			show_one(o, r);
			continue;
		}
		json_object(&j, NULL);
		if (r->letter->client)
			json_string(&j, "client", r->letter->name);
		else
			json_null(&j, "client");
		json_string(&j, "period", r->letter->period);
		json_string(&j, "to", r->letter->to);
		json_string(&j, "message_id", r->letter->message_id);
		json_str(&j, "posted", app_posted_word(r->posted));
		json_string(&j, "said", r->said);
		json_object_end(&j);
	}
	if (o->form == OUT_JSON)
		json_array_end(&j);
	show_end(o, &j);
}
