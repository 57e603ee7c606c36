/* NAME
 *	data_sheet - the CSV of a parcel as QR codes on pages for FAX and print
 * SUMMARY
 *	see data_sheet.h
 * DESCRIPTION
 *	The one door to libqrencode.  Codes are kept as their modules; a page is
 *	drawn when it is asked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qrencode.h>

#include "data_sheet.h"

#define DOT_PER_MODULE 4u
#define QUIET_MODULES  4u
#define COLUMNS        2u
#define CELL_WIDTH     (DATA_SHEET_WIDTH / COLUMNS)
#define CELL_HEIGHT    500u
#define LABEL_DOTS     6u /* a dot of a digit on paper */
#define DIGIT_WIDTH    3u
#define DIGIT_HEIGHT   5u

struct data_sheet {
	uint32_t id;
	unsigned count;
	QRcode *codes[FRAME_PARTS_MAX];
};

/* A page as the drawing functions see it. */
struct canvas {
	uint8_t *rows;
	size_t stride;
};

static int
encode(const char *text, QRcode **out, struct why *why)
{
	QRinput *input = QRinput_new2(0, QR_ECLEVEL_M);
	int rc = input == NULL
		     ? -1
		     : QRinput_append(input, QR_MODE_AN, (int)strlen(text),
			   (const unsigned char *)text);

	*out = rc == 0 ? QRcode_encodeInput(input) : NULL;
	QRinput_free(input);
	if (*out != NULL)
		return 0;
	why_set(why, WHY_BUG, "sheet-code", "A QR code cannot be made.");
	return TSK_SYSTEM;
}

int
data_sheet_new(const struct parts_document *documents, size_t count,
    struct data_sheet **out, struct why *why)
{
	struct data_sheet *sheet = mem_new(sizeof(*sheet));
	struct parts_made made;
	int rc = parts_make(documents, count, &made, why);

	for (unsigned i = 0; i < made.count && rc == 0; i++) {
		rc = encode(made.texts[i], &sheet->codes[i], why);
		sheet->count += rc == 0;
	}
	sheet->id = made.set;
	parts_made_fini(&made);
	if (rc < 0)
		data_sheet_free(&sheet);
	*out = sheet;
	return rc;
}

void
data_sheet_free(struct data_sheet **sheet_p)
{
	struct data_sheet *sheet = *sheet_p;

	if (sheet == NULL)
		return;
	for (unsigned i = 0; i < sheet->count; i++)
		QRcode_free(sheet->codes[i]);
	free(sheet);
	*sheet_p = NULL;
}

unsigned
data_sheet_codes(const struct data_sheet *sheet)
{
	return sheet->count;
}

unsigned
data_sheet_pages(const struct data_sheet *sheet)
{
	return (sheet->count + DATA_SHEET_PER_PAGE - 1) / DATA_SHEET_PER_PAGE;
}

uint32_t
data_sheet_id(const struct data_sheet *sheet)
{
	return sheet->id;
}

/* ---- drawing ---- */

static void
square(const struct canvas *canvas, size_t x, size_t y, size_t size)
{
	for (size_t row = y; row < y + size; row++) {
		for (size_t at = x; at < x + size; at++)
			canvas->rows[row * canvas->stride + at / 8] |=
			    (uint8_t)(0x80u >> at % 8);
	}
}

/* Three bits a line, from the top, of 0..9 and "/". */
static const uint8_t digits[][DIGIT_HEIGHT] = {
    {7, 5, 5, 5, 7},
    {2, 6, 2, 2, 7},
    {7, 1, 7, 4, 7},
    {7, 1, 7, 1, 7},
    {5, 5, 7, 1, 1},
    {7, 4, 7, 1, 7},
    {7, 4, 7, 5, 7},
    {7, 1, 1, 1, 1},
    {7, 5, 7, 5, 7},
    {7, 5, 7, 1, 7},
    {1, 1, 2, 4, 4},
};

static void
digit(const struct canvas *canvas, size_t x, size_t y, char c)
{
	const uint8_t *lines = digits[c == '/' ? 10 : c - '0'];

	for (size_t row = 0; row < DIGIT_HEIGHT; row++) {
		for (size_t column = 0; column < DIGIT_WIDTH; column++) {
			if (lines[row] & 4u >> column)
				square(canvas, x + column * LABEL_DOTS,
				    y + row * LABEL_DOTS, LABEL_DOTS);
		}
	}
}

static void
label(
    const struct canvas *canvas, size_t x, size_t y, unsigned part, unsigned of)
{
	char text[16];

	snprintf(text, sizeof(text), "%u/%u", part, of);
	for (size_t i = 0; text[i] != '\0'; i++)
		digit(
		    canvas, x + i * (DIGIT_WIDTH + 1) * LABEL_DOTS, y, text[i]);
}

static void
code(const struct canvas *canvas, size_t x, size_t y, const QRcode *qr)
{
	size_t width = (size_t)qr->width;

	for (size_t row = 0; row < width; row++) {
		for (size_t column = 0; column < width; column++) {
			if (qr->data[row * width + column] & 1)
				square(canvas, x + column * DOT_PER_MODULE,
				    y + row * DOT_PER_MODULE, DOT_PER_MODULE);
		}
	}
}

void
data_sheet_draw(
    const struct data_sheet *sheet, unsigned page, uint8_t *rows, size_t stride)
{
	struct canvas canvas = {.rows = rows, .stride = stride};
	unsigned first = page * DATA_SHEET_PER_PAGE;

	for (size_t row = 0; row < DATA_SHEET_HEIGHT; row++)
		memset(rows + row * stride, 0, DATA_SHEET_STRIDE);
	for (unsigned i = 0; i < DATA_SHEET_PER_PAGE; i++) {
		if (first + i >= sheet->count)
			break;
		const QRcode *qr = sheet->codes[first + i];
		size_t side = (size_t)qr->width * DOT_PER_MODULE;
		size_t x = i % COLUMNS * CELL_WIDTH + (CELL_WIDTH - side) / 2;
		size_t y =
		    i / COLUMNS * CELL_HEIGHT + QUIET_MODULES * DOT_PER_MODULE;

		code(&canvas, x, y, qr);
		label(&canvas, x, y + side + QUIET_MODULES * DOT_PER_MODULE,
		    first + i + 1, sheet->count);
	}
}
