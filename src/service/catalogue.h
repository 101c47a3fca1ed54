/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVICE_CATALOGUE_H
#define SERVICE_CATALOGUE_H

#include "base/sv.h"

struct arena;

/*
 * The catalogue of known services: who sends mail, or forwards it, for many. It is text,
 * one file a service in data/services, whose README.md says what stands in it; the
 * program carries all of them. Everything read from it lives in the arena, and in the
 * text that was given, which must stay.
 */
enum service_kind {
#define KIND(id, word, what) SERVICE_##id,
#include "service/kind.def"
#undef KIND
	SERVICE_KINDS
};

enum service_key {
#define KEY(id, word, form, times, what) SERVICE_KEY_##id,
#include "service/key.def"
#undef KEY
	SERVICE_KEYS
};

struct service_fact {
	enum service_key key;
	struct sv value;  /* as it stands in the file */
	struct sv source; /* who says so; empty: nobody read it, it is a hint only */
	struct sv date;   /* when it was read there: YYYY-MM */
};

struct service {
	struct sv id, name, home;
	enum service_kind kind;
	struct service_fact *fact; /* in the order of the keys */
	size_t fact_n;
};

struct service_catalogue {
	struct service *service; /* by id */
	size_t n;
};

/* What is wrong with a catalogue's text. */
struct service_fault {
	struct sv service; /* the id; empty: before the first */
	size_t line;       /* its line: 1 is the one with the id */
	char text[200];
};

/* Files one after the other. False: *fault says where and why. */
bool service_parse(struct sv text, struct arena *a, struct service_catalogue *out,
		   struct service_fault *fault);
/* The program's own. */
bool service_own(struct arena *a, struct service_catalogue *out,
		 struct service_fault *fault);

/* By id, else by name or a name it had, whatever the case. NULL: there is none. */
const struct service *service_find(const struct service_catalogue *c, struct sv name);

const char *service_kind_word(enum service_kind k); /* "mailbox-host" */
const char *service_kind_what(enum service_kind k); /* "mailbox host" */
const char *service_key_word(enum service_key k);
const char *service_key_what(enum service_key k);

#endif
