/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_test.h"

static struct app_backup evil_backup(uint64_t format)
{
	struct app_backup b = { .manifest = { .format = format,
					      .schema = format == MANIFEST_FORMAT ? 2 : 0,
					      .build = 2001,
					      .least_build = 2000,
					      .created = 1795478400,
					      .packed_size = 1 << 20,
					      .plain_size = 1 << 22,
					      .count = { .clients = 1,
							 .messages = 1234567 } },
				.bytes = (1 << 20) + MANIFEST_SIZE,
				.seconds = 123.4 };
	/* No manifest that was read holds such words; who shows them does not lean on it.
	 */
	(void)snprintf(b.manifest.version, MANIFEST_TEXT, "%s", EVIL);
	(void)snprintf(b.manifest.features, MANIFEST_TEXT, "%s", EVIL);
	(void)snprintf(b.manifest.host, MANIFEST_TEXT, "%s", EVIL);
	return b;
}

static struct app_restored evil_restored(void)
{
	return (struct app_restored){ .restored = { .manifest = evil_backup(1).manifest,
						    .kept = EVIL,
						    .migrated = true },
				      .seconds = 0.5 };
}

static void backup(struct out *o)
{
	struct app_backup b = evil_backup(MANIFEST_FORMAT);
	show_backup(o, EVIL, &b);
}

static void fits(struct out *o)
{
	struct app_inspection i = { .backup = evil_backup(MANIFEST_FORMAT) };
	show_inspection(o, EVIL, &i);
}

static void fits_not(struct out *o)
{
	struct app_inspection i = { .backup = evil_backup(MANIFEST_FORMAT + 1) };
	(void)err_set(&i.problem, ERR_TOO_NEW, "%s", EVIL);
	show_inspection(o, EVIL, &i);
}

static void restored(struct out *o)
{
	struct app_restored r = evil_restored();
	show_restored(o, EVIL, &r);
}

static void drill(struct out *o)
{
	struct app_drill d = { .restored = evil_restored(), .fsck_seconds = 3700 };
	show_drill(o, &d);
}

static void drill_that_differs(struct out *o)
{
	struct app_drill d = { .restored = evil_restored(), .fsck = { .differ = 1 } };
	(void)snprintf(d.fsck.first, sizeof(d.fsck.first), "%s", EVIL);
	show_drill(o, &d);
}

static const struct answer answers[] = {
	{ backup, false },   { fits, false },  { fits_not, false },
	{ restored, false }, { drill, false }, { drill_that_differs, false },
};

enum {
	ANSWERS = sizeof(answers) / sizeof(*answers)
};

static void text_is_harmless(void **state)
{
	(void)state;
	expect_harmless_text(answers, ANSWERS);
}

static void json_is_harmless_and_described(void **state)
{
	(void)state;
	expect_described_json(answers, ANSWERS);
}

static void words(void **state)
{
	(void)state;
	struct out o;
	out_init(&o, -1, OUT_TEXT);
	backup(&o);
	fits(&o);
	drill(&o);
	assert_non_null(strstr(buf_str(&o.b), "read back whole, in 2 min 3 s"));
	assert_non_null(strstr(buf_str(&o.b), "  uncounted reports                0\n"));
	assert_non_null(strstr(buf_str(&o.b),
			       "restores in 0.5 s, and fsck finds it sound in "
			       "1 h 1 min\n"));
	out_deinit(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_harmless),
		cmocka_unit_test(json_is_harmless_and_described),
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
