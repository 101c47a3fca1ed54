/* SPDX-License-Identifier: Apache-2.0 */
#include "app/post.h"

#include "app/scope_int.h"
#include "base/arena.h"
#include "store/book_letter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

const char *app_posted_word(enum app_posted p)
{
	static const char *const words[APP_POSTED_WAYS] = {
		[APP_POSTED_SENT] = "sent",
		[APP_POSTED_BEFORE] = "before",
		[APP_POSTED_NO_ADDRESS] = "no-address",
		[APP_POSTED_LATER] = "later",
		[APP_POSTED_REFUSED] = "refused",
	};
	return words[p];
}

/* On the database's file, for as long as letters are sent; it goes with the process.
 * SQLite locks otherwise, and holds nothing any more when this is let go. */
static bool take_lock(const struct app *app, int *out, struct err *err)
{
	*out = open(app->db, O_RDONLY | O_CLOEXEC);
	if (*out < 0)
		return err_set(err, ERR_NO_INPUT, "%s: %s", app->db, strerror(errno));
	if (flock(*out, LOCK_EX | LOCK_NB) == 0)
		return true;
	(void)close(*out);
	return err_set(err, ERR_TEMP, "another run is sending letters of this database");
}

static bool enter(struct scope *s, const struct app_letter *l, int64_t now,
		  struct err *err)
{
	const struct book_letter b = { l->client, l->period, l->to, l->message_id, now };
	return store_begin(s->store, err) &&
	       scope_commit(s, book_letter_add(s->store, &b, err), err);
}

static bool hand_over(struct scope *s, const struct app_post_options *o,
		      const struct app_letter *l, int64_t now, struct app_post_result *r,
		      struct err *err)
{
	static const enum app_posted ways[] = {
		[OUTBOX_ACCEPTED] = APP_POSTED_SENT,
		[OUTBOX_LATER] = APP_POSTED_LATER,
		[OUTBOX_REFUSED] = APP_POSTED_REFUSED,
	};
	const struct outbox_mail m = { o->from, arena_sv(s->arena, l->to).p, l->mail };
	struct outbox_answer answer;
	if (!outbox_send(o->way, &m, &answer, err))
		return false;
	r->posted = ways[answer.result];
	r->said = arena_sv(s->arena, sv_from(answer.said));
	r->sent = now;
	return r->posted != APP_POSTED_SENT || enter(s, l, now, err);
}

static bool post(struct scope *s, const struct app *app, const struct app_post_options *o,
		 struct app_post_result *r, struct err *err)
{
	const struct app_letter *l = r->letter;
	if (!book_letter_sent(s->store, l->client, l->period, &r->sent, err))
		return false;
	r->posted = r->sent && !o->again ? APP_POSTED_BEFORE : APP_POSTED_NO_ADDRESS;
	if (r->posted == APP_POSTED_BEFORE || l->to.n == 0)
		return true;
	return hand_over(s, o, l, app->now, r, err);
}

bool app_post(const struct app *app, const struct app_letters *l,
	      const struct app_post_options *o, struct arena *a, struct app_post *out,
	      struct err *err)
{
	struct scope s;
	int lock;
	*out = (struct app_post){ .result = arena_array(a, l->n + 1,
							sizeof(*out->result)) };
	if (!take_lock(app, &lock, err))
		return false;
	bool ok = scope_open_store(&s, app, STORE_WRITE, NULL, a, err);
	for (size_t i = 0; ok && i < l->n; i++) {
		struct app_post_result *r = &out->result[out->n];
		*r = (struct app_post_result){ .letter = &l->letter[i] };
		ok = post(&s, app, o, r, err);
		out->n += ok;
		out->of[r->posted] += ok;
	}
	scope_close(&s);
	(void)close(lock);
	return ok;
}
