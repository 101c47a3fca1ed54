/* SPDX-License-Identifier: Apache-2.0 */
#include "app/spf.h"

#include "app/lookup_int.h"
#include "base/arena.h"

#include <jansson.h>
#include <stdlib.h>

enum {
	QUESTIONS = 120, /* what ten terms may ask for at worst, in whole */
	TIME_MS = 20000  /* RFC 7208 4.6.4 */
};

struct app_spf {
	struct dns *dns;
	struct arena *a; /* of a zone's text */
};

struct app_spf *app_spf_open(const struct app_spf_options *o, struct err *err)
{
	const struct lookup_way way = { o->server, o->trust_anchor, o->zone };
	struct app_spf *s = heap_array(1, sizeof(*s));
	s->a = arena_new();
	if (!lookup_open(&way, s->a, &s->dns, err))
		app_spf_close(&s);
	return s;
}

void app_spf_close(struct app_spf **s)
{
	if (!*s)
		return;
	dns_free(&(*s)->dns);
	arena_free(&(*s)->a);
	free(*s);
	*s = NULL;
}

void app_spf_check(struct app_spf *s, const struct spf_question *q, struct arena *a,
		   struct spf_answer *out)
{
	const struct dns_budget budget = { QUESTIONS, TIME_MS };
	struct dns_asker *k = dns_asker_new(s->dns, &budget);
	spf_check(q, k, a, out);
	dns_asker_free(&k);
}

static struct sv text_of(const json_t *o, const char *key, struct arena *a)
{
	const json_t *v = json_object_get(o, key);
	return arena_sv(a, (struct sv){ json_string_value(v), json_string_length(v) });
}

bool app_spf_read(struct sv line, struct arena *a, struct spf_question *out,
		  struct err *err)
{
	json_error_t why;
	json_t *o = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &why);
	*out = (struct spf_question){ 0 };
	if (!json_is_object(o)) {
		json_decref(o);
		return err_set(err, ERR_USAGE, "that is no JSON object: %s",
			       o ? "something else" : why.text);
	}
	out->helo = text_of(o, "helo", a);
	out->mail_from = text_of(o, "mail_from", a);
	bool ok = addr_parse(text_of(o, "ip", a), &out->ip);
	json_decref(o);
	return ok || err_set(err, ERR_USAGE, "its \"ip\" is no address");
}
