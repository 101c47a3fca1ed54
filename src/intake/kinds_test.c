/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs those first. */
#include <cmocka.h>

#define REPORT "Report Domain: example.com Submitter: a.example Report-ID: <1>"

/* What nothing can read: was it meant to be a report? */
static const struct {
	const char *subject; /* NULL: a file */
	const char *name, *type, *why;
	bool meant;
} meant[] = {
	{ NULL, "a.example!b.example!1!2.xml.gz", "", NULL, true },
	{ NULL, "a.example!b.example!1!2!id.ZIP", "", NULL, true },
	{ NULL, "a.example!b.example!1!2.png", "", NULL, false },
	{ NULL, "report.xml.gz", "", NULL, false },
	{ "hello", "a!b!c.gz", "application/octet-stream", NULL, true },
	{ "hello", "a.gz", "application/gzip", NULL, false },
	{ REPORT, "", "application/gzip", NULL, true },
	{ REPORT, "", "application/octet-stream", NULL, true },
	{ REPORT, "a.gz", "text/plain", NULL, true },
	{ REPORT, "a.xml", "application/octet-stream", NULL, true },
	{ REPORT, "", "application/tlsrpt+gzip", NULL, true },
	{ REPORT, "", "text/plain", NULL, false },
	{ REPORT, "letter.html", "text/html", NULL, false },
	{ REPORT, "logo.png", "image/png", NULL, false },
	{ REPORT, "smime.p7s", "application/pkcs7-signature", NULL, false },
	{ REPORT, "smime.p7s", "application/octet-stream", NULL, false },
	{ REPORT, "README", "", NULL, false },
	{ REPORT, "README", "", "the zip entry is encrypted", true },
};

static void test_was_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++) {
		struct mime_mail mail = { .subject = sv_from(meant[i].subject) };
		const struct unpack_leaf leaf = {
			.mail = meant[i].subject ? &mail : NULL,
			.name = sv_from(meant[i].name),
			.type = sv_from(meant[i].type),
			.why = meant[i].why,
			.form = FORM_OTHER,
		};
		if (kind_was_meant(&leaf) != meant[i].meant)
			fail_msg("%s (%s)", meant[i].name, meant[i].type);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_was_meant) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
