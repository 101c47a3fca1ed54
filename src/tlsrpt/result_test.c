/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of this room: complete, unique, and found again. */
#include "tlsrpt/tls_test.h"

#include "base/text.h"
#include "tlsrpt/member.h"

/* RFC 8460 4.3, the eleven of its registry. */
static const char *const results[] = {
	"starttls-not-supported", "certificate-host-mismatch",
	"certificate-expired",    "certificate-not-trusted",
	"validation-failure",     "tlsa-invalid",
	"dnssec-invalid",         "dane-required",
	"sts-policy-fetch-error", "sts-policy-invalid",
	"sts-webpki-invalid",
};

/* A sentence of a table: printable, its last stop left to whoever shows it. */
static void check_plain(const char *text)
{
	size_t n = text ? strlen(text) : 0;
	if (n == 0 || !utf8_is_valid(sv_from(text)) || text[n - 1] == '.' ||
	    ascii_is_space(text[0]) || ascii_is_space(text[n - 1]) || strstr(text, "  "))
		fail_msg("\"%s\"", text ? text : "(none)");
	for (const char *c = text; *c; c++)
		assert_true(*c >= ' ');
}

static void test_results(void **state)
{
	(void)state;
	size_t n = sizeof(results) / sizeof(results[0]);
	assert_int_equal(TLS_RESULT_N, n + 1);
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(tls_result_find(sv_from(results[i])),
				     TLS_RESULT_OTHER);
	for (unsigned i = 0; i < TLS_RESULT_N; i++) {
		const struct tls_result_kind *k =
			tls_result_kind((enum tls_result_type)i);
		assert_int_equal(k->type, i);
		assert_int_equal(tls_result_find(sv_from(k->name)), i);
		check_plain(k->what);
		check_plain(k->owner);
		check_plain(k->mend);
		if (k->sts)
			check_plain(k->sts);
		if (k->tlsa)
			check_plain(k->tlsa);
		for (unsigned other = 0; other < i; other++) {
			const struct tls_result_kind *o =
				tls_result_kind((enum tls_result_type)other);
			assert_string_not_equal(k->name, o->name);
			assert_string_not_equal(k->what, o->what);
			assert_string_not_equal(k->mend, o->mend);
		}
		if (k->alias)
			assert_int_equal(tls_result_find(sv_from(k->alias)),
					 TLS_RESULT_OTHER);
	}
	assert_ptr_equal(tls_result_kind(TLS_RESULT_N),
			 tls_result_kind(TLS_RESULT_OTHER));
	assert_int_equal(tls_result_find(SV("Certificate-Expired")), TLS_RESULT_OTHER);
}

static void test_mend(void **state)
{
	(void)state;
	const struct tls_result_kind *k =
		tls_result_kind(TLS_RESULT_CERTIFICATE_HOST_MISMATCH);
	assert_ptr_equal(tls_result_mend(k->type, TLS_POLICY_STS), k->sts);
	assert_ptr_equal(tls_result_mend(k->type, TLS_POLICY_TLSA), k->tlsa);
	assert_ptr_equal(tls_result_mend(k->type, TLS_POLICY_NONE), k->mend);
	assert_string_not_equal(k->sts, k->tlsa);
	k = tls_result_kind(TLS_RESULT_STARTTLS_NOT_SUPPORTED);
	assert_ptr_equal(tls_result_mend(k->type, TLS_POLICY_STS), k->mend);
	assert_ptr_equal(tls_result_mend(k->type, TLS_POLICY_TLSA), k->mend);
	for (unsigned i = 0; i < TLS_RESULT_N; i++)
		for (unsigned p = 0; p < TLS_POLICY_N; p++)
			assert_non_null(tls_result_mend((enum tls_result_type)i,
							(enum tls_policy_type)p));
}

static void test_policies(void **state)
{
	(void)state;
	assert_int_equal(tls_policy_find(SV("tlsa")), TLS_POLICY_TLSA);
	assert_int_equal(tls_policy_find(SV("sts")), TLS_POLICY_STS);
	assert_int_equal(tls_policy_find(SV("no-policy-found")), TLS_POLICY_NONE);
	assert_int_equal(TLS_POLICY_N, 4);
	for (unsigned i = 0; i < TLS_POLICY_N; i++) {
		const struct tls_policy_kind *k =
			tls_policy_kind((enum tls_policy_type)i);
		assert_int_equal(k->type, i);
		assert_int_equal(tls_policy_find(sv_from(k->name)), i);
		check_plain(k->what);
		check_plain(k->owner);
	}
	assert_ptr_equal(tls_policy_kind(TLS_POLICY_N),
			 tls_policy_kind(TLS_POLICY_OTHER));
}

/* Every member is found by its name, in each place of its own, however it is spelt. */
static void test_members(void **state)
{
	(void)state;
	for (unsigned i = TLS_MEMBER_UNKNOWN + 1; i < TLS_MEMBER_N; i++) {
		enum tls_member m = (enum tls_member)i;
		enum tls_spelling how;
		char other[64] = "";
		const char *name = tls_member_name(m);
		assert_true(strlen(name) > 0 && strlen(name) < sizeof(other));
		assert_int_equal(
			tls_member_find(tls_member_place(m), sv_from(name), &how), m);
		assert_int_equal(how, TLS_SPELT_RIGHT);
		for (size_t c = 0; name[c]; c++)
			other[c] = (char)(name[c] == '-' ? '_' : name[c] - 'a' + 'A');
		assert_int_equal(
			tls_member_find(tls_member_place(m), sv_from(other), &how), m);
		assert_int_equal(how, TLS_SPELT_OTHERWISE);
		other[0] = '~';
		assert_int_equal(
			tls_member_find(tls_member_place(m), sv_from(other), &how),
			TLS_MEMBER_UNKNOWN);
	}
	enum tls_spelling how;
	assert_int_equal(tls_member_find(TLS_AT_ENTRY, SV("failed-session-count"), &how),
			 TLS_MEMBER_FAILED);
	assert_int_equal(how, TLS_SPELT_ALIAS);
	assert_int_equal(
		tls_member_find(TLS_AT_FAILURE, SV("failed-session-count"), &how),
		TLS_MEMBER_SESSIONS);
	assert_int_equal(tls_member_find(TLS_AT_FAILURE, SV("policies"), &how),
			 TLS_MEMBER_UNKNOWN);
	assert_int_equal(tls_member_find(TLS_AT_REPORT, SV(""), &how),
			 TLS_MEMBER_UNKNOWN);
	assert_int_equal(tls_member_find(TLS_AT_REPORT, SV("-_ "), &how),
			 TLS_MEMBER_UNKNOWN);
}

static void test_modes(void **state)
{
	(void)state;
	static const struct {
		enum tls_policy_type type;
		struct sv line;
		const char *word;
	} cases[] = {
		{ TLS_POLICY_STS, SV_INIT("mode: enforce"), "enforce" },
		{ TLS_POLICY_STS, SV_INIT("Mode:Testing "), "testing" },
		{ TLS_POLICY_STS, SV_INIT("mode : none"), "none" },
		{ TLS_POLICY_STS, SV_INIT("mode: maybe"), "" },
		{ TLS_POLICY_STS, SV_INIT("modern: enforce"), "" },
		{ TLS_POLICY_NONE, SV_INIT("mode: enforce"), "" },
		{ TLS_POLICY_TLSA, SV_INIT("3 1 1 AB"), "enforce" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sv lines[] = { SV("version: STSv1"), cases[i].line };
		struct tls_policy p = { .type = cases[i].type,
					.strings = lines,
					.strings_n = 2 };
		assert_string_equal(tls_mode_word(tls_policy_mode(&p)), cases[i].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),  cmocka_unit_test(test_mend),
		cmocka_unit_test(test_policies), cmocka_unit_test(test_members),
		cmocka_unit_test(test_modes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
