/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "app/spf.h"
#include "base/arena.h"
#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	LINE_MOST = 64 * 1024
};

/* As commands that judge messages have it. */
static int status_of(enum spf_result r)
{
	switch (r) {
	case SPF_PASS:
		return 0;
	case SPF_NONE:
		return 2;
	case SPF_PERMERROR:
		return 3;
	case SPF_TEMPERROR:
		return ERR_TEMP;
	case SPF_NEUTRAL:
	case SPF_FAIL:
	case SPF_SOFTFAIL:
	default:
		return 1;
	}
}

static bool run_one(struct cli *c, struct app_spf *s, struct err *err)
{
	struct spf_answer answer;
	struct spf_question q = {
		.helo = sv_from(cli_value(c->args, OPT_HELO)),
		.mail_from = sv_from(cli_value(c->args, OPT_MAIL_FROM)),
		.now = c->app.now,
	};
	const char *ip = cli_value(c->args, OPT_IP);
	if (!ip || !addr_parse(sv_from(ip), &q.ip))
		return err_set(err, ERR_USAGE, "--ip ADDRESS says who connects");
	if (!q.helo.n && !q.mail_from.n)
		return err_set(err, ERR_USAGE,
			       "--mail-from ADDRESS or --helo NAME says as whom");
	app_spf_check(s, &q, c->arena, &answer);
	show_spf(&c->out, &q, &answer, cli_has(c->args, OPT_TRACE));
	c->status = status_of(answer.result);
	return true;
}

static bool run_line(struct cli *c, struct app_spf *s, struct sv line, struct err *err)
{
	struct arena *a = arena_new();
	struct spf_question q;
	struct spf_answer answer;
	bool ok = app_spf_read(line, a, &q, err);
	q.now = c->app.now;
	if (ok) {
		app_spf_check(s, &q, a, &answer);
		show_spf_line(&c->out, &answer);
	}
	arena_free(&a);
	return ok;
}

static bool run_batch(struct cli *c, struct app_spf *s, struct err *err)
{
	char *line = NULL;
	size_t room = 0, number = 0;
	ssize_t n;
	bool ok = true;
	while (ok && (n = getline(&line, &room, stdin)) > 0) {
		number++;
		ok = n <= LINE_MOST || err_set(err, ERR_USAGE, "it is too long");
		ok = ok && run_line(c, s, sv_trim((struct sv){ line, (size_t)n }), err);
		if (!ok)
			err_at(err, "line %zu: ", number);
	}
	free(line);
	return ok;
}

bool run_spf_check(struct cli *c, struct err *err)
{
	const struct app_spf_options o = { run_server(c),
					   cli_value(c->args, OPT_TRUST_ANCHOR),
					   cli_value(c->args, OPT_ZONE) };
	struct app_spf *s = app_spf_open(&o, err);
	if (!s)
		return false;
	bool ok = cli_has(c->args, OPT_BATCH) ? run_batch(c, s, err) : run_one(c, s, err);
	app_spf_close(&s);
	return ok;
}
