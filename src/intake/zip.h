/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INTAKE_ZIP_H
#define INTAKE_ZIP_H

#include "base/limits.h"
#include "intake/sparse.h"

/*
 * The directory of a zip archive (PKWARE's APPNOTE 6.3) that lies in memory, or could.
 * Nothing is inflated here. Where the directory is missing or damaged, entries are found
 * by their own headers, as far as those go.
 */
enum zip_method {
	ZIP_STORED = 0,
	ZIP_DEFLATE = 8
};

struct zip_entry {
	struct sv name; /* as found, with folders */
	uint64_t data,
		n; /* where it lies, still compressed; ends where the archive does */
	uint64_t offset; /* of its own header */
	uint64_t size;   /* inflated, as stated */
	uint32_t crc;
	uint32_t number; /* from 1, as counted in the archive */
	uint16_t method; /* enum zip_method, or another: then `why` is set */
	bool has_check;  /* size and crc are known */
	bool cut;        /* the archive ends before the data */
	const char *why; /* it cannot be read; NULL: it can */
};

struct zip {
	struct sv bytes;
	struct sparse *sparse;   /* through which they are looked at, or NULL */
	struct zip_entry *entry; /* without folders and empty entries */
	size_t n, cap;
	uint32_t seen;   /* all, with those */
	bool salvaged;   /* the directory could not be used */
	const char *why; /* nothing can be read; NULL: something can */
};

/* Reads the directory into `*z`, which is all zeros or was used before. Names are views
 * into `bytes`. Where those are a sparse part's, give that too. */
void zip_read(struct zip *z, struct sv bytes, struct sparse *sparse);
void zip_deinit(struct zip *z);

#endif
