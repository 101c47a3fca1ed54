/* SPDX-License-Identifier: Apache-2.0 */
#include "msg/mbox.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where mails begin must not depend on how the file is cut into pieces. */
static uint64_t scan(struct sv file, size_t piece)
{
	struct mbox_scan s;
	mbox_scan_init(&s);
	uint64_t sum = 0, start, last = 0;
	for (struct sv rest = file; rest.n;) {
		struct sv in = sv_take(&rest, piece);
		while (mbox_scan_next(&s, &in, &start)) {
			if (start < last || file.n - start < 5 ||
			    memcmp(file.p + start, "From ", 5) != 0)
				abort();
			last = start;
			sum = sum * 31 + start + 1;
		}
		if (in.n)
			abort();
	}
	if (s.offset != file.n)
		abort();
	return sum;
}

static void unquote(struct sv file)
{
	char *mail = malloc(file.n ? file.n : 1);
	if (!mail)
		return;
	if (file.n)
		memcpy(mail, file.p, file.n);
	size_t n = mbox_unquote(mail, file.n), quotes = 0;
	for (struct sv rest = file, line; sv_take_line(&rest, &line);) {
		bool quoted = line.n && line.p[0] == '>';
		while (line.n && line.p[0] == '>')
			sv_take(&line, 1);
		quotes += quoted && line.n >= 5 && memcmp(line.p, "From ", 5) == 0;
	}
	if (n + quotes != file.n)
		abort();
	free(mail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sv file = { (const char *)data, size };
	uint64_t whole = scan(file, size ? size : 1);
	if (scan(file, 1) != whole || scan(file, 7) != whole)
		abort();
	unquote(file);
	return 0;
}
