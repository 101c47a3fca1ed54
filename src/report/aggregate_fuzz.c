/* SPDX-License-Identifier: Apache-2.0 */
#include "report/agree_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The first byte chooses the parser (its lowest bit) and the size of the pieces. What is
 * read may not depend on the pieces, every row and meta must decode, and a report that
 * expat reads to its end is the same to the lenient reader.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct agree one, two;
	if (!one.reader) {
		agree_init(&one);
		agree_init(&two);
	}
	if (size == 0)
		return 0;
	struct sv bytes = { (const char *)data + 1, size - 1 };
	enum aggregate_parser parser = data[0] & 1 ? AGGREGATE_LENIENT : AGGREGATE_EXPAT;
	(void)aggregate_recognise(bytes);
	agree_read(&one, parser, bytes, size);
	agree_read(&two, parser, bytes, (size_t)data[0] / 2 + 1);
	agree_must(agree_same(&one, &two), "pieces do not matter");
	if (parser == AGGREGATE_EXPAT && one.complete) {
		agree_read(&two, AGGREGATE_LENIENT, bytes, size);
		agree_must(agree_same(&one, &two), "the parsers agree");
	}
	return 0;
}
