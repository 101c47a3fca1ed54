/* SPDX-License-Identifier: Apache-2.0 */
#include "report/words.h"

#include "report/bytes.h"

static const struct sv texts[WORD_N_ALL] = {
	[WORD_ABSENT] = { NULL, 0 },
	[WORD_EMPTY] = { "", 0 },
	[WORD_OTHER] = { "", 0 },
#define WORD(number, id, text) [WORD_##id] = { text, sizeof(text) - 1 },
#include "report/words.def"
#undef WORD
};

struct sv word_text(enum word word)
{
	return texts[word];
}

/* One letter. */
static enum word short_word(struct sv s)
{
	switch (s.p[0]) {
	case 'r':
		return WORD_R;
	case 's':
		return WORD_S;
	case 'y':
		return WORD_Y;
	default:
		return WORD_N;
	}
}

static enum word word_of_four(struct sv s)
{
	switch (s.p[0]) {
	case 'p':
		return WORD_PASS;
	case 'f':
		return WORD_FAIL;
	case 'n':
		return WORD_NONE;
	default:
		return WORD_HELO;
	}
}

static enum word long_word(struct sv s)
{
	switch (s.n) {
	case 10:
		return WORD_QUARANTINE;
	case 11:
		return WORD_SAMPLED_OUT;
	case 12:
		return s.p[0] == 'm' ? WORD_MAILING_LIST : WORD_LOCAL_POLICY;
	case 16:
		return WORD_POLICY_TEST_MODE;
	case 17:
		return WORD_TRUSTED_FORWARDER;
	default:
		return WORD_OTHER;
	}
}

/* The only word that `s` can be, by its length and first letter. */
static enum word candidate(struct sv s)
{
	switch (s.n) {
	case 1:
		return short_word(s);
	case 3:
		return WORD_PSL;
	case 4:
		return word_of_four(s);
	case 5:
		return s.p[0] == 'm' ? WORD_MFROM : WORD_OTHER_REASON;
	case 6:
		return s.p[0] == 'r' ? WORD_REJECT : WORD_POLICY;
	case 7:
		return WORD_NEUTRAL;
	case 8:
		return s.p[0] == 's' ? WORD_SOFTFAIL : WORD_TREEWALK;
	case 9:
		return s.p[0] == 't'   ? WORD_TEMPERROR
		       : s.p[0] == 'p' ? WORD_PERMERROR
				       : WORD_FORWARDED;
	default:
		return long_word(s);
	}
}

enum word word_find(struct sv s)
{
	if (s.n == 0)
		return s.p ? WORD_EMPTY : WORD_ABSENT;
	enum word word = candidate(s);
	struct sv t = texts[word];
	return t.n == s.n && bytes_same(t.p, s.p, s.n) ? word : WORD_OTHER;
}
