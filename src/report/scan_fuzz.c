/* SPDX-License-Identifier: Apache-2.0 */
#include "report/agree_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The input is a report; its length chooses the size of the pieces. A report is the same
 * whether the scanner or expat begins, however it is cut.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct agree scanned, referee;
	if (!scanned.reader) {
		agree_init(&scanned);
		agree_init(&referee);
	}
	struct sv bytes = { (const char *)data, size };
	agree_must(agree_on(&scanned, &referee, bytes, size + 1),
		   "scanner and expat agree");
	agree_chain(&scanned, AGGREGATE_SCAN, bytes, 1 + size % 61);
	agree_must(agree_same(&scanned, &referee), "pieces do not matter");
	return 0;
}
