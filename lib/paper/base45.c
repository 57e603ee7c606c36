/* NAME
 *	base45 - bytes as the characters a QR code packs best (RFC 9285)
 * SUMMARY
 *	see base45.h
 */
#include <string.h>

#include "base45.h"

#define BASE 45u

static const char alphabet[BASE + 1] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

void
base45_write(const uint8_t *p, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i += 2) {
		bool pair = i + 1 < n;
		unsigned value = pair ? p[i] * 256u + p[i + 1] : p[i];

		for (unsigned k = 0; k < (pair ? 3u : 2u); k++) {
			buf_char(out, alphabet[value % BASE]);
			value /= BASE;
		}
	}
}

/* The value of a group of 2 or 3 characters, or -1. */
static long
group(const char *text, size_t n)
{
	long value = 0, weight = 1;

	for (size_t i = 0; i < n; i++) {
		const char *at =
		    text[i] == '\0' ? NULL : strchr(alphabet, text[i]);
		if (at == NULL)
			return -1;
		value += (at - alphabet) * weight;
		weight *= (long)BASE;
	}
	return value;
}

long
base45_read(const char *text, size_t n, uint8_t *out, size_t room)
{
	size_t bytes = n / 3 * 2 + (n % 3 == 2);

	if (n % 3 == 1)
		return TSK_INVALID;
	if (bytes > room)
		return TSK_TOOBIG;
	for (size_t i = 0, at = 0; i < n; i += 3) {
		size_t count = n - i < 3 ? n - i : 3;
		long value = group(text + i, count);

		if (value < 0 || value > (count == 3 ? 0xffff : 0xff))
			return TSK_INVALID;
		if (count == 3)
			out[at++] = (uint8_t)(value >> 8);
		out[at++] = (uint8_t)value;
	}
	return (long)bytes;
}
