/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox/outbox_int.h"

#include <assert.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/*
 * libcurl is opened only where it is needed: linked, it and the 28 libraries behind it
 * would cost each command 4 ms at its start.
 */
#define LIBRARY "libcurl.so.4"

enum {
	CONNECT_SECONDS = 30,
	SMTP_LATER = 400,
	SMTP_REFUSED = 500
};

struct library {
	void *handle;
	CURL *(*init)(void);
	void (*cleanup)(CURL *c);
	CURLcode (*perform)(CURL *c);
	CURLcode (*getinfo)(CURL *c, CURLINFO info, ...);
	CURLcode (*setopt)(CURL *c, CURLoption option, ...);
	struct curl_slist *(*append)(struct curl_slist *l, const char *text);
	void (*free_all)(struct curl_slist *l);
	const char *(*strerror)(CURLcode code);
};

/* An object's address as a function's: what POSIX makes of dlsym(). */
static bool find(const struct library *l, const char *name, void *out)
{
	void *at = dlsym(l->handle, name);
	memcpy(out, &at, sizeof(at));
	return at;
}

static bool open_library(struct library *l, struct err *err)
{
	*l = (struct library){ .handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL) };
	if (!l->handle)
		return err_set(err, ERR_CONFIG,
			       "SMTP needs %s, which is not installed (Debian: libcurl4)",
			       LIBRARY);
	if (find(l, "curl_easy_init", &l->init) &&
	    find(l, "curl_easy_cleanup", &l->cleanup) &&
	    find(l, "curl_easy_perform", &l->perform) &&
	    find(l, "curl_easy_getinfo", &l->getinfo) &&
	    find(l, "curl_easy_setopt", &l->setopt) &&
	    find(l, "curl_slist_append", &l->append) &&
	    find(l, "curl_slist_free_all", &l->free_all) &&
	    find(l, "curl_easy_strerror", &l->strerror))
		return true;
	(void)dlclose(l->handle);
	return err_set(err, ERR_CONFIG, "%s lacks what SMTP needs", LIBRARY);
}

static size_t give(char *to, size_t size, size_t n, void *ctx)
{
	struct sv *rest = ctx;
	struct sv part = sv_take(rest, size * n);
	if (part.n)
		memcpy(to, part.p, part.n);
	return part.n;
}

/* The last line that the server said, and of what it refused the first. */
struct heard {
	char text[OUTBOX_SAID];
	size_t n;
	bool no;
};

static size_t hear(const char *from, size_t size, size_t n, void *ctx)
{
	struct heard *h = ctx;
	size_t all = size * n;
	if (h->no || (all >= 3 && memcmp(from, "221", 3) == 0))
		return all; /* a refusal stands, and a goodbye says nothing */
	h->no = all && (from[0] == '4' || from[0] == '5');
	h->n = all < sizeof(h->text) ? all : sizeof(h->text);
	if (h->n)
		memcpy(h->text, from, h->n);
	return all;
}

static void set_up(const struct library *l, CURL *c, const struct outbox_way *w,
		   const struct outbox_mail *m, struct curl_slist *to, struct sv *rest,
		   struct heard *heard)
{
	static const long tls[] = {
		[OUTBOX_TLS_TRY] = CURLUSESSL_TRY,
		[OUTBOX_TLS_REQUIRE] = CURLUSESSL_ALL,
		[OUTBOX_TLS_NONE] = CURLUSESSL_NONE,
	};
	(void)l->setopt(c, CURLOPT_URL, w->smtp);
	(void)l->setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	(void)l->setopt(c, CURLOPT_USE_SSL, tls[w->tls]);
	(void)l->setopt(c, CURLOPT_MAIL_FROM, m->from);
	(void)l->setopt(c, CURLOPT_MAIL_RCPT, to);
	(void)l->setopt(c, CURLOPT_UPLOAD, 1L);
	(void)l->setopt(c, CURLOPT_READFUNCTION, give);
	(void)l->setopt(c, CURLOPT_READDATA, rest);
	(void)l->setopt(c, CURLOPT_HEADERFUNCTION, hear);
	(void)l->setopt(c, CURLOPT_HEADERDATA, heard);
	(void)l->setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)l->setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	(void)l->setopt(c, CURLOPT_TIMEOUT, (long)w->seconds);
	if (w->user)
		(void)l->setopt(c, CURLOPT_USERNAME, w->user);
	if (w->password)
		(void)l->setopt(c, CURLOPT_PASSWORD, w->password);
}

/* Whatever went wrong, a 5xx is a refusal, and all else may be tried again: it may even
 * have been accepted, which is why a mail keeps its Message-ID. */
static void answer(const struct library *l, CURL *c, CURLcode code,
		   const struct heard *heard, struct outbox_answer *out)
{
	long status = 0;
	struct sv said = { heard->text, heard->n };
	(void)l->getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK)
		outbox_say(out, OUTBOX_ACCEPTED, said);
	else if (status >= SMTP_LATER)
		outbox_say(out, status >= SMTP_REFUSED ? OUTBOX_REFUSED : OUTBOX_LATER,
			   said);
	else
		outbox_say(out, OUTBOX_LATER, sv_from(l->strerror(code)));
}

bool outbox_smtp(const struct outbox_way *w, const struct outbox_mail *m,
		 struct outbox_answer *out, struct err *err)
{
	struct library l;
	struct heard heard = { .n = 0 };
	struct sv rest = m->bytes;
	if (!open_library(&l, err))
		return false;
	assert(l.init && l.cleanup && l.perform && l.getinfo && l.setopt && l.append &&
	       l.free_all && l.strerror); /* all were found */
	CURL *c = l.init();
	struct curl_slist *to = c ? l.append(NULL, m->to) : NULL;
	if (to) {
		set_up(&l, c, w, m, to, &rest, &heard);
		answer(&l, c, l.perform(c), &heard, out);
	}
	l.free_all(to);
	l.cleanup(c);
	(void)dlclose(l.handle);
	return to || err_set(err, ERR_TEMP, "libcurl has no memory");
}
