/* SPDX-License-Identifier: Apache-2.0 */
#include "report/names.h"

#include "report/bytes.h"

enum {
	NAME_LONGEST = 18
};

static const struct sv texts[NAME_ALL] = {
	[NAME_UNKNOWN] = { "", 0 },
#define NAME(id, text) [NAME_##id] = { text, sizeof(text) - 1 },
#include "report/names.def"
#undef NAME
};

struct sv name_text(enum name name)
{
	return texts[name];
}

/* Each of these names the only element that `s` can be, by its length and one letter. */

static enum name name_of_3(char c)
{
	switch (c) {
	case 'e':
		return NAME_END;
	case 'p':
		return NAME_PCT;
	case 'r':
		return NAME_ROW;
	default:
		return NAME_SPF;
	}
}

static enum name name_of_4(char c)
{
	switch (c) {
	case 'd':
		return NAME_DKIM;
	case 'a':
		return NAME_ASPF;
	default:
		return NAME_TYPE;
	}
}

static enum name name_of_5(struct sv s)
{
	switch (s.p[0]) {
	case 'c':
		return NAME_COUNT;
	case 's':
		return NAME_SCOPE;
	case 'b':
		return NAME_BEGIN;
	case 'a':
		return NAME_ADKIM;
	default:
		return s.p[1] == 'm' ? NAME_EMAIL : NAME_ERROR;
	}
}

static enum name name_of_6(char third)
{
	switch (third) {
	case 's':
		return NAME_RESULT;
	case 'm':
		return NAME_DOMAIN;
	case 'c':
		return NAME_RECORD;
	default:
		return NAME_REASON;
	}
}

static enum name name_of_7(char c)
{
	switch (c) {
	case 'c':
		return NAME_COMMENT;
	case 't':
		return NAME_TESTING;
	default:
		return NAME_VERSION;
	}
}

static enum name name_of_8(char c)
{
	switch (c) {
	case 's':
		return NAME_SELECTOR;
	case 'o':
		return NAME_ORG_NAME;
	default:
		return NAME_FEEDBACK;
	}
}

static enum name name_of_9(char c)
{
	switch (c) {
	case 's':
		return NAME_SOURCE_IP;
	case 'r':
		return NAME_REPORT_ID;
	default:
		return NAME_GENERATOR;
	}
}

static enum name name_of_11(char c)
{
	switch (c) {
	case 'd':
		return NAME_DISPOSITION;
	case 'i':
		return NAME_IDENTIFIERS;
	case 'h':
		return NAME_HEADER_FROM;
	default:
		return NAME_ENVELOPE_TO;
	}
}

static enum name name_of_16(struct sv s)
{
	if (s.p[0] == 'd')
		return NAME_DISCOVERY_METHOD;
	return s.p[7] == 'e' ? NAME_POLICY_EVALUATED : NAME_POLICY_PUBLISHED;
}

static enum name candidate(struct sv s)
{
	switch (s.n) {
	case 1:
		return NAME_P;
	case 2:
		return s.p[0] == 's' ? NAME_SP : s.p[0] == 'n' ? NAME_NP : NAME_FO;
	case 3:
		return name_of_3(s.p[0]);
	case 4:
		return name_of_4(s.p[0]);
	case 5:
		return name_of_5(s);
	case 6:
		return name_of_6(s.p[2]);
	case 7:
		return name_of_7(s.p[0]);
	case 8:
		return name_of_8(s.p[0]);
	case 9:
		return name_of_9(s.p[0]);
	case 10:
		return NAME_DATE_RANGE;
	case 11:
		return name_of_11(s.p[0]);
	case 12:
		return s.p[0] == 'a' ? NAME_AUTH_RESULTS : NAME_HUMAN_RESULT;
	case 13:
		return NAME_ENVELOPE_FROM;
	case 15:
		return NAME_REPORT_METADATA;
	case 16:
		return name_of_16(s);
	case 18:
		return NAME_EXTRA_CONTACT_INFO;
	default:
		return NAME_UNKNOWN;
	}
}

enum name name_find(struct sv s)
{
	enum name name = candidate(s);
	struct sv t = texts[name];
	return s.n == t.n && bytes_same(s.p, t.p, t.n) ? name : NAME_UNKNOWN;
}

enum name name_find_fold(struct sv s)
{
	char low[NAME_LONGEST];
	if (s.n > sizeof(low))
		return NAME_UNKNOWN;
	for (size_t i = 0; i < s.n; i++)
		low[i] = ascii_lower(s.p[i]);
	return name_find((struct sv){ low, s.n });
}
