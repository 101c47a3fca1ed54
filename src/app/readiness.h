/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_READINESS_H
#define APP_READINESS_H

#include "app/domain.h"
#include "service/class.h"
#include "whatif/whatif.h"

/* When is it safe to tighten a domain's policy, and what would it have cost. */
enum app_condition_kind {
	APP_READY_DAYS,      /* reports of enough days */
	APP_READY_MONTH,     /* monthly senders were seen once round */
	APP_READY_VOLUME,    /* enough own mail */
	APP_READY_DKIM,      /* every own service signs in the domain's name */
	APP_READY_SERVICES,  /* no known service sends in another name */
	APP_READY_STRANGERS, /* nobody unknown sends much */
	APP_READY_NEW,       /* no sender is newer than a week */
	APP_READY_RARE,      /* nobody of its own who sends rarely is out of sight */
	APP_READY_QUIET,     /* the policy stood still */
	APP_READY_REPORTERS, /* no large reporter fell silent */
	APP_READY_FAILING,   /* what passes at one reporter fails at no other */
	APP_CONDITIONS
};
const char *app_condition_word(enum app_condition_kind k); /* "days", "dkim", ... */

struct app_condition {
	enum app_condition_kind kind;
	bool met;
	const char *text;   /* a sentence with its figure */
	const char *remedy; /* what to do; NULL where it is met */
};

/* What would have become of mail of a class, at receivers of either kind. */
struct app_loss {
	struct sv name; /* of the sender; of a class: empty */
	enum service_class class;
	uint64_t messages;
	struct whatif_sum at[WHATIF_RECEIVERS];
};

/* What the policy would have done to a day, at the stricter of the receivers. */
struct app_loss_day {
	int64_t day;
	uint64_t messages;
	uint64_t own, forwarded, abuse; /* lost, or stopped */
};

struct app_readiness {
	struct app_domain_line line; /* no figures */
	struct app_policy policy;    /* as the newest report has it */
	enum whatif_rung rung;       /* where that stands */
	bool given;                /* the policy was given, else it is the next rung's */
	bool at_end;               /* there is no next: what reject does now */
	enum record_policy sp, np; /* as reported; where they are not, as p */
	bool apart;                /* one of them is not as p */
	enum whatif_step step;     /* what the next is about */
	const char *step_words;    /* "quarantine, on trial", "sp=reject" */
	struct record_dmarc next;
	struct record_dmarc judged; /* the same, and where that is a trial in earnest */
	enum whatif_rung next_rung;
	int64_t day_from, day_to; /* asked for */
	size_t days;              /* with reports */
	uint64_t messages;
	struct app_loss of_class[SERVICE_CLASSES];
	struct app_loss *sender; /* those that lose, most first */
	size_t sender_n;
	struct app_loss_day *day; /* each; only where `whole` is asked for */
	size_t day_n;
	struct app_condition condition[APP_CONDITIONS];
	size_t condition_n;
	bool ready;          /* all are met */
	int64_t ready_since; /* the day on which what takes time was there */
	struct sv
		record; /* the policy as a TXT record at _dmarc.NAME; empty: no address */
	bool more;      /* not all rows were looked at */
};

/* A domain of a client among all, in few words. */
struct app_ready_line {
	struct app_domain_line line; /* no figures */
	bool judged; /* a report counts in these days; else nothing below holds */
	enum whatif_rung rung;
	const char *step_words;
	bool at_end, ready;
	int64_t ready_since;
	enum app_condition_kind held; /* where it is not ready: the first that holds it */
	const char *text, *remedy;    /* of that condition */
	size_t unmet;
	uint64_t messages;
	uint64_t own, forwarded, abuse; /* that the next step would have lost or stopped,
					   at the stricter of the receivers */
};

struct app_fleet {
	int64_t day_from, day_to;
	struct app_ready_line *line; /* worst first */
	size_t n;
	size_t ready, at_end; /* how many of them */
};

struct app_fleet_options {
	struct sv client; /* empty: all */
	uint64_t days;
	/* domains that were judged; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *ctx;
};

/* All domains that send, of all clients or one: what is not ready before what is, and of
 * that which stands lowest, and would lose most, first. */
bool app_fleet(const struct app *app, const struct app_fleet_options *o, struct arena *a,
	       struct app_fleet *out, struct err *err);

struct app_readiness_options {
	struct sv domain;
	uint64_t days;    /* back from today */
	struct sv policy; /* a record's text; empty: the next rung */
	bool whole; /* look also for what costs much where the answer is no already */
};

bool app_readiness(const struct app *app, const struct app_readiness_options *o,
		   struct arena *a, struct app_readiness *out, struct err *err);

#endif
