/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/spark.h"

static double cell(const uint64_t *value, size_t n, size_t cells, size_t i)
{
	size_t from = i * n / cells, to = (i + 1) * n / cells;
	double sum = 0;
	for (size_t k = from; k < to; k++)
		sum += (double)value[k];
	return sum / (double)(to - from);
}

double spark_most(const uint64_t *value, size_t n, size_t cells)
{
	double most = 0;
	if (cells > n)
		cells = n;
	for (size_t i = 0; i < cells; i++) {
		double v = cell(value, n, cells, i);
		most = v > most ? v : most;
	}
	return most;
}

void spark_add(struct buf *b, const uint64_t *value, size_t n, size_t cells, double most)
{
	static const char *const bars[] = {
		"\xc2\xb7",     "\xe2\x96\x81", "\xe2\x96\x82",
		"\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85",
		"\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88",
	};
	if (cells > n)
		cells = n;
	for (size_t i = 0; i < cells; i++) {
		double v = cell(value, n, cells, i);
		double part = v < most ? v / most : 1;
		size_t height = v > 0 ? 1 + (size_t)(part * 7.0 + 0.5) : 0;
		buf_add_str(b, bars[height]);
	}
}
