/* SPDX-License-Identifier: Apache-2.0 */
#include "report/cursor.h"

#define T (CURSOR_TEXT)
#define TV (CURSOR_TEXT | CURSOR_VALUE)
#define BT (CURSOR_BLANK | CURSOR_TEXT)
#define BTV (CURSOR_BLANK | CURSOR_TEXT | CURSOR_VALUE)
#define NTV (CURSOR_NAME | CURSOR_TEXT | CURSOR_VALUE)
#define STV (CURSOR_NAME_START | CURSOR_NAME | CURSOR_TEXT | CURSOR_VALUE)
#define H8 H, H, H, H, H, H, H, H
#define H (CURSOR_HIGH)

/* clang-format off */
const uint8_t cursor_sets[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, BT, BT, 0, 0, CURSOR_BLANK, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/*  !"#$%&' */ BTV, TV, T, TV, TV, TV, 0, T,
	/* ()*+,-./ */ TV, TV, TV, TV, TV, NTV, NTV, TV,
	/* 01234567 */ NTV, NTV, NTV, NTV, NTV, NTV, NTV, NTV,
	/* 89:;<=>? */ NTV, NTV, TV, TV, 0, TV, TV, TV,
	/* @ABCDEFG */ TV, STV, STV, STV, STV, STV, STV, STV,
	/* HIJKLMNO */ STV, STV, STV, STV, STV, STV, STV, STV,
	/* PQRSTUVW */ STV, STV, STV, STV, STV, STV, STV, STV,
	/* XYZ[\]^_ */ STV, STV, STV, TV, TV, CURSOR_VALUE, TV, STV,
	/* `abcdefg */ TV, STV, STV, STV, STV, STV, STV, STV,
	/* hijklmno */ STV, STV, STV, STV, STV, STV, STV, STV,
	/* pqrstuvw */ STV, STV, STV, STV, STV, STV, STV, STV,
	/* xyz{|}~D */ STV, STV, STV, TV, TV, TV, TV, TV,
	H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8, H8,
};
/* clang-format on */
