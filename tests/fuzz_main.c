/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a libFuzzer harness over the files of the folders given, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	size_t cap = 4 << 20;
	uint8_t *bytes = malloc(cap);
	size_t n = bytes ? fread(bytes, 1, cap, f) : 0;
	fclose(f);
	/* An exact copy, so that a sanitizer sees one byte too many. */
	uint8_t *exact = malloc(n ? n : 1);
	for (size_t i = 0; exact && i < n; i++)
		exact[i] = bytes[i];
	free(bytes);
	if (exact)
		LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 1;
}

int main(int argc, char **argv)
{
	int files = 0;
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		for (struct dirent *e; d && (e = readdir(d));) {
			char path[4096];
			if (e->d_name[0] == '.')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			files += replay(path);
		}
		if (d)
			closedir(d);
	}
	printf("%d inputs replayed\n", files);
	return files ? 0 : 1;
}
