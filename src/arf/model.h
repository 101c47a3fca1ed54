/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARF_MODEL_H
#define ARF_MODEL_H

#include "arf/words.h"
#include "base/addr.h"
#include "base/buf.h"
#include "base/limits.h"
#include "report/repair.h"

struct arena;

/*
 * A failure report as plain data (RFC 5965, 6591, 9991). It holds nothing of a person:
 * words of the tables in words.def, domain names and selectors that were checked to be
 * such, an IP address, a time and numbers. No local part, subject, recipient, message id,
 * URI or body ever enters it. Names are lower case, without a last dot; an empty view is
 * a name that was not given.
 */
enum {
	ARF_NAME_MAX = 253, /* bytes of a domain name or selector */
	ARF_VERSION_MAX = 15,
	ARF_REPORTED_MAX = 8,
	ARF_RESULTS_MAX = 16,
	ARF_REPAIRS_MAX = 40,
	ARF_IDENTITY_MAX = 3,
	ARF_ENCODED_MAX = 16 * 1024,
};

#define ARF_ARRIVAL_MAX INT64_C(253402300799) /* the end of the year 9999 */

/* What Identity-Alignment lists, as bits; 0: it was not there. RFC 7489 lists the
 * methods that gave an aligned identifier, RFC 9991 those that did not: see
 * arf_outcome(). */
enum {
	ARF_LIST_NONE = 1,
	ARF_LIST_SPF = 2,
	ARF_LIST_DKIM = 4
};

/* Said in words that leave no doubt ("SPF Alignment: no"). */
enum arf_said {
	ARF_UNSAID,
	ARF_NO,
	ARF_YES
};

/* Whose SPF result it is. */
enum arf_scope {
	ARF_SCOPE_NONE,
	ARF_SCOPE_MAILFROM,
	ARF_SCOPE_HELO
};

/* One method's result out of an Authentication-Results field (RFC 8601). */
struct arf_result {
	uint8_t method; /* enum arf_method */
	uint8_t result; /* enum arf_result_word */
	uint8_t scope;  /* enum arf_scope, of SPF only */
	bool sample;    /* from the reported mail's header: what the reporter's MTA wrote
			   there, not the report itself */
	struct sv domain;   /* SPF's or DKIM's; DMARC's header.from */
	struct sv selector; /* DKIM's */
};

struct arf_report {
	uint8_t feedback;                  /* enum arf_feedback; never 0 */
	uint8_t delivery;                  /* enum arf_delivery; 0: not said */
	uint16_t auth_failures;            /* ARF_BIT(enum arf_auth); 0: not said */
	uint8_t alignment;                 /* ARF_LIST_... */
	uint8_t spf_aligned, dkim_aligned; /* enum arf_said */
	uint8_t agent;                     /* enum arf_agent; 0: not said */
	struct sv agent_version;           /* "1.0": digits and dots */
	bool text_only; /* no feedback part: read from a gateway's sentences */
	bool null_sender;
	struct sv policy_domain; /* whose domain it is about; never empty */
	struct sv reported[ARF_REPORTED_MAX];
	size_t reported_n;
	struct sv header_from; /* the Author Domain of the mail reported */
	struct sv dkim_domain, dkim_selector;
	struct sv dkim_identity;   /* the domain of DKIM-Identity */
	struct sv mail_from, helo; /* the domains that SPF looks at */
	struct sv spf_record;      /* the domain whose record SPF-DNS shows */
	struct sv reporting_mta;
	struct sv reporter; /* the domain of the report mail's From */
	struct addr source; /* ADDR_NONE: not said */
	bool has_arrival;
	int64_t arrival;    /* of the mail reported, seconds */
	uint64_t incidents; /* 1..LIMIT_MESSAGES */
	struct arf_result result[ARF_RESULTS_MAX];
	size_t result_n;
	uint32_t repairs; /* how often something was mended */

	/* Of the reading; these are not encoded. A repair's `where` is the name of a
	 * field, its `found` is empty. */
	struct repair repair[ARF_REPAIRS_MAX];
	size_t repair_n;
	/* The report's identity is a hash over these, one behind the other: the feedback
	 * part (or the text) and the header of the mail reported, their encodings undone,
	 * line ends as LF, no blanks at the ends of lines and no empty lines at the end.
	 * They hold personal data: hash them and forget them. */
	struct sv identity[ARF_IDENTITY_MAX];
	size_t identity_n;
};

#define ARF_BIT(value) (1U << (value))

/* Adds the canonical bytes, at most ARF_ENCODED_MAX. */
bool arf_encode(const struct arf_report *r, struct buf *out);
/* Reads them back; views point into `bytes`. False: not a report, or not the canonical
 * form of one, or with a value that no reader would have let through (bytes from a worker
 * are from outside). */
bool arf_decode(struct sv bytes, struct arf_report *out);

#endif
