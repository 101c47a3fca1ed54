/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <signal.h>
#include <stddef.h>

int main(int argc, char **argv)
{
	/* A reader of the answer that goes away is an error of write(), not our end. */
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	(void)sigaction(SIGPIPE, &ignore, NULL);
	return cli_main(argc, (const char *const *)argv);
}
