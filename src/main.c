/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <malloc.h>
#include <signal.h>
#include <stddef.h>

enum {
	LARGE = 1024 * 1024 /* bytes; from here on a block grows where it stands */
};

int main(int argc, char **argv)
{
	/* A reader of the answer that goes away is an error of write(), not our end. */
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	(void)sigaction(SIGPIPE, &ignore, NULL);
	/* Left to itself malloc moves large blocks into the heap once it has seen some,
	 * where one that grows stands twice. */
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
	return cli_main(argc, (const char *const *)argv);
}
