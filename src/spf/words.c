/* SPDX-License-Identifier: Apache-2.0 */
#include "spf/spf.h"

static const char *const result_words[] = {
	[SPF_NONE] = "none",           [SPF_NEUTRAL] = "neutral",
	[SPF_PASS] = "pass",           [SPF_FAIL] = "fail",
	[SPF_SOFTFAIL] = "softfail",   [SPF_TEMPERROR] = "temperror",
	[SPF_PERMERROR] = "permerror",
};

const char *spf_result_word(enum spf_result r)
{
	return result_words[r];
}

static const struct {
	const char *word, *what;
} whys[SPF_WHYS] = {
#define WHY(id, word, what) { word, what },
#include "spf/why.def"
#undef WHY
};

const char *spf_why_word(enum spf_why w)
{
	return whys[w].word;
}

const char *spf_why_what(enum spf_why w)
{
	return whys[w].what;
}
