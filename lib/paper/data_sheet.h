/* NAME
 *	data_sheet - the CSV of a parcel as QR codes on pages for FAX and print
 * SUMMARY
 *	data_sheet_new(documents, n, &sheet, &why);
 *	for (unsigned i = 0; i < data_sheet_pages(sheet); i++)
 *		data_sheet_draw(sheet, i, rows[i], DATA_SHEET_STRIDE);
 * DESCRIPTION
 *	A partner who has paper only types nothing in: tasukictl scan reads a
 *	scan or a received FAX of these pages and gives the documents back byte
 *	for byte.  A page is a bitmap for 204 x 196 dots an inch, as large as
 *	the room that draw.h leaves under a title and a note (struct draw_image):
 *	eight codes in two columns, with error correction M and modules of 4
 *	dots (3 still come through print and scan, 2 do not).  Below each code
 *	stands "part/of" in plain digits.
 * DIAGNOSTICS
 *	data_sheet_new(): "sheet-too-big" (WHY_NEVER), see parts.h: the paper
 *	goes without a data sheet then.
 */
#ifndef TASUKI_DATA_SHEET_H
#define TASUKI_DATA_SHEET_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "parts.h"

#define DATA_SHEET_WIDTH    1560u /* dots */
#define DATA_SHEET_HEIGHT   2000u /* rows */
#define DATA_SHEET_STRIDE   (DATA_SHEET_WIDTH / 8)
#define DATA_SHEET_PER_PAGE 8u

struct data_sheet;

/* data_sheet_new(documents, count, out, why): the bytes of ${documents} are not
 * needed afterwards. */
int data_sheet_new(const struct parts_document *documents, size_t count,
    struct data_sheet **out, struct why *why) TSK_MUST_USE;
void data_sheet_free(struct data_sheet **sheet);
unsigned data_sheet_codes(const struct data_sheet *sheet);
unsigned data_sheet_pages(const struct data_sheet *sheet);
/* Eight hex digits that tell this sheet from others, for the heading. */
uint32_t data_sheet_id(const struct data_sheet *sheet);
/* data_sheet_draw(sheet, page, rows, stride): page 0.. as DATA_SHEET_HEIGHT
 * rows of DATA_SHEET_WIDTH dots, the leftmost in the highest bit, 1 = black;
 * every dot of them is set. */
void data_sheet_draw(const struct data_sheet *sheet, unsigned page,
    uint8_t *rows, size_t stride);

#endif
