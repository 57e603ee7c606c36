/* NAME
 *	base45 - bytes as the characters a QR code packs best (RFC 9285)
 */
#ifndef TASUKI_BASE45_H
#define TASUKI_BASE45_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"

/* base45_write(p, n, out): append; 3 characters for 2 bytes, 2 for a last
 * one. */
void base45_write(const uint8_t *p, size_t n, struct buf *out);
/* base45_read(text, n, out, room): how many bytes, TSK_INVALID for what
 * base45_write() never makes, TSK_TOOBIG if ${room} is too small. */
long base45_read(const char *text, size_t n, uint8_t *out, size_t room);

#endif
