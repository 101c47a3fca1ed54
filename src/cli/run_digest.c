/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_int.h"

#include "app/post.h"
#include "base/arena.h"
#include "base/date.h"
#include "cli/progress.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TEMPLATE_MAX = 256 * 1024,
	LOGO_MAX = 200 * 1024,
	PASSWORD_MAX = 1024,
	NAME_MOST = 60,
	SEND_SECONDS = 120
};

static const char *text_of(const struct cli *c, enum setting_id id)
{
	return c->settings.value[id].text;
}

/* --- files of the user's --- */

static bool read_whole(const char *path, size_t most, struct arena *a, struct sv *out,
		       struct err *err)
{
	char *p = arena_alloc(a, most + 1);
	size_t n = 0;
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
	while (n <= most && (got = read(fd, p + n, most + 1 - n)) > 0)
		n += (size_t)got;
	int failed = got < 0 ? errno : 0;
	(void)close(fd);
	*out = (struct sv){ p, n };
	if (failed)
		return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(failed));
	return n <= most ||
	       err_set(err, ERR_CONFIG, "%s is larger than %zu KiB", path, most / 1024);
}

static bool read_logo(const struct cli *c, struct app_digest_options *o, struct err *err)
{
	const char *path = text_of(c, SETTING_DIGEST_LOGO);
	if (!path[0])
		return true;
	if (!read_whole(path, LOGO_MAX, c->arena, &o->logo, err))
		return false;
	if (sv_eq(sv_sub(o->logo, 0, 4), SV("\x89PNG")))
		o->logo_type = SV("image/png");
	else if (sv_eq(sv_sub(o->logo, 0, 3), SV("\xff\xd8\xff")))
		o->logo_type = SV("image/jpeg");
	else
		return err_set(err, ERR_CONFIG, "%s is neither PNG nor JPEG", path);
	return true;
}

/* --- what is asked for --- */

static bool read_period(const struct cli *c, struct app_digest_options *o,
			struct err *err)
{
	const char *week = cli_value(c->args, OPT_WEEK);
	const char *month = cli_value(c->args, OPT_MONTH);
	o->day = INT64_MIN;
	o->month = month != NULL;
	if (week && month)
		return err_set(err, ERR_USAGE, "--week or --month, not both");
	if (week && !date_parse_week(sv_from(week), &o->day))
		return err_set(err, ERR_USAGE, "--week is a week such as 2026-W47");
	if (month && !date_parse_month(sv_from(month), &o->day))
		return err_set(err, ERR_USAGE, "--month is a month such as 2026-11");
	return true;
}

static bool read_options(const struct cli *c, struct app_digest_options *o,
			 struct err *err)
{
	const char *template = text_of(c, SETTING_DIGEST_TEMPLATE);
	bool all = cli_has(c->args, OPT_ALL_CLIENTS);
	*o = (struct app_digest_options){
		.client = sv_from(cli_value(c->args, OPT_LETTER_CLIENT)),
		.from = sv_from(text_of(c, SETTING_DIGEST_FROM)),
		.provider = sv_from(text_of(c, SETTING_DIGEST_NAME)),
		.language = sv_from(text_of(c, SETTING_DIGEST_LANGUAGE)),
	};
	o->provider_to = o->from;
	if (all == (o->client.n > 0))
		return err_set(err, ERR_USAGE,
			       "--client NAME or --all says whose letters");
	if (cli_has(c->args, OPT_SEND) && o->from.n == 0)
		return err_set(err, ERR_USAGE,
			       "set digest.from: letters need an address to come from");
	if (cli_has(c->args, OPT_SEND_AGAIN) && !cli_has(c->args, OPT_SEND))
		return err_set(err, ERR_USAGE, "--again is with --send");
	if (template[0] &&
	    !read_whole(template, TEMPLATE_MAX, c->arena, &o->template, err))
		return false;
	return read_period(c, o, err) && read_logo(c, o, err);
}

/* --- files --- */

/* A file's name of a client's: letters, digits and dashes. */
static const char *file_name(const struct cli *c, const struct app_letter *l)
{
	char name[NAME_MOST + 1];
	size_t n = 0;
	for (size_t i = 0; i < l->name.n && n < NAME_MOST; i++) {
		char ch = ascii_lower(l->name.p[i]);
		if (ascii_is_alnum(ch))
			name[n++] = ch;
		else if (n && name[n - 1] != '-')
			name[n++] = '-';
	}
	while (n && name[n - 1] == '-')
		n--;
	name[n] = '\0';
	if (l->client == 0)
		return arena_printf(c->arena, "all-%.*s.eml", SV_ARG(l->period));
	return arena_printf(c->arena, "%s%s%lld-%.*s.eml", name, n ? "-" : "",
			    (long long)l->client, SV_ARG(l->period));
}

static bool write_file(const char *path, struct sv bytes, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
	ssize_t n = 1;
	while (bytes.n && n > 0) {
		n = write(fd, bytes.p, bytes.n);
		(void)sv_take(&bytes, n > 0 ? (size_t)n : 0);
	}
	int failed = n < 0 ? errno : 0;
	if (close(fd) && !failed)
		failed = errno;
	return !failed || err_set(err, ERR_TEMP, "%s: %s", path, strerror(failed));
}

static bool write_files(const struct cli *c, const struct app_letters *l, const char *dir,
			struct err *err)
{
	if (mkdir(dir, 0700) && errno != EEXIST)
		return err_set(err, ERR_CONFIG, "%s: %s", dir, strerror(errno));
	for (size_t i = 0; i < l->n; i++)
		if (!write_file(arena_printf(c->arena, "%s/%s", dir,
					     file_name(c, &l->letter[i])),
				l->letter[i].mail, err))
			return false;
	return true;
}

/* --- sending --- */

static const char *or_none(const char *text)
{
	return text[0] ? text : NULL;
}

static bool read_way(const struct cli *c, struct outbox_way *w, struct err *err)
{
	const char *password = text_of(c, SETTING_SMTP_PASSWORD);
	struct sv line = SV("");
	*w = (struct outbox_way){
		.smtp = or_none(text_of(c, SETTING_SMTP_URL)),
		.sendmail = text_of(c, SETTING_SMTP_SENDMAIL),
		.user = or_none(text_of(c, SETTING_SMTP_USER)),
		.tls = (enum outbox_tls)c->settings.value[SETTING_SMTP_TLS].number,
		.seconds = SEND_SECONDS,
	};
	if (!password[0])
		return true;
	if (!read_whole(password, PASSWORD_MAX, c->arena, &line, err))
		return false;
	w->password = arena_sv(c->arena, sv_trim_end(sv_take_until(&line, '\n'))).p;
	return true;
}

static bool send_all(struct cli *c, const struct app_letters *l, struct err *err)
{
	struct outbox_way way;
	struct app_post p;
	const struct app_post_options o = { &way, text_of(c, SETTING_DIGEST_FROM),
					    cli_has(c->args, OPT_SEND_AGAIN) };
	if (!read_way(c, &way, err))
		return false;
	bool ok = app_post(&c->app, l, &o, c->arena, &p, err);
	if (ok && (!c->quiet || c->out.form == OUT_JSON))
		show_posted(&c->out, &p);
	if (ok && p.of[APP_POSTED_LATER] + p.of[APP_POSTED_REFUSED])
		return err_set(err, p.of[APP_POSTED_LATER] ? ERR_TEMP : ERR_NO_INPUT,
			       "%zu of %zu letters were not accepted; the same command "
			       "tries them again",
			       p.of[APP_POSTED_LATER] + p.of[APP_POSTED_REFUSED], p.n);
	return ok;
}

static void on_progress(void *ctx, uint64_t done, uint64_t all)
{
	progress_show_part(ctx, "domains looked at", done, all);
}

bool run_digest(struct cli *c, struct err *err)
{
	struct progress p;
	struct app_digest_options o;
	struct app_letters l;
	const char *dir = cli_value(c->args, OPT_OUT);
	bool send = cli_has(c->args, OPT_SEND);
	if (!read_options(c, &o, err))
		return false;
	o.progress = on_progress;
	o.ctx = &p;
	run_progress(c, &p);
	bool ok = app_digest(&c->app, &o, c->arena, &l, err);
	progress_clear(&p);
	if (!ok || (dir && !write_files(c, &l, dir, err)))
		return false;
	if (send)
		return send_all(c, &l, err);
	if (!c->quiet || !dir || c->out.form == OUT_JSON)
		show_letters(&c->out, &l, dir);
	return true;
}
