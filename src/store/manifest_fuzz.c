/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup_int.h"
#include "store/manifest_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What can be read is written so that it is read as the same. */
static void read_it(struct sv block)
{
	struct manifest m, again;
	struct err err = { 0 };
	const char *why;
	char out[MANIFEST_SIZE];
	enum manifest_outcome how = manifest_read(block, &m, &why);
	if ((why[0] == '\0') != (how == MANIFEST_READ || how == MANIFEST_LATER))
		abort();
	if (how == MANIFEST_FOREIGN || how == MANIFEST_DAMAGED)
		return;
	bool fits = backup_fits("x", &m, true, &err);
	if (how == MANIFEST_LATER && fits)
		abort();
	if (how == MANIFEST_LATER)
		return;
	manifest_write(&m, out);
	if (manifest_read((struct sv){ out, sizeof(out) }, &again, &why) !=
		    MANIFEST_READ ||
	    memcmp(&m, &again, sizeof(m)) != 0)
		abort();
}

/* Whatever stands behind a manifest is refused, or is what that says: nothing else. */
static void unpack(struct sv packed, uint64_t plain)
{
	char block[MANIFEST_SIZE] = { 0 };
	struct manifest m = { .packed_size = packed.n, .plain_size = plain };
	struct err err = { 0 };
	const struct backup_stream s = { "x", memfd_create("fuzz", MFD_CLOEXEC), &m,
					 NULL };
	if (s.fd < 0 || write(s.fd, block, sizeof(block)) != MANIFEST_SIZE ||
	    write(s.fd, packed.p, packed.n) != (ssize_t)packed.n)
		abort();
	if (backup_unpack(&s, -1, NULL, &err) || err.code != ERR_DAMAGED)
		abort();
	(void)close(s.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char block[MANIFEST_SIZE];
	if (size == 0)
		return 0;
	struct sv in = { (const char *)data + 1, size - 1 };
	switch (data[0] % 3) {
	case 0:
		read_it(in);
		break;
	case 1:
		manifest_of_lines(in, block);
		read_it((struct sv){ block, sizeof(block) });
		break;
	default:
		unpack(in, data[0]);
		break;
	}
	return 0;
}
