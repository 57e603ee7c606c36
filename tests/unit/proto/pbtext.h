/* NAME
 *	pbtext - protobuf bytes from a line of text, for tests
 * DESCRIPTION
 *	Writes what no honest encoder would.  The language:
 *
 *	    3=7			field 3, varint 7
 *	    3'text'		field 3, bytes "text"; % = counter of the
 *innermost *() 3#16x41		field 3, 16 bytes of 0x41 3{ ... }
 *field 3, a message 5*( ... )		the inside, 5 times
 *	    !8201		raw bytes
 */
#ifndef TASUKI_TEST_PBTEXT_H
#define TASUKI_TEST_PBTEXT_H

#include "buf.h"

/* pbtext(text, out): append; panics on a text that is not the language. */
void pbtext(const char *text, struct buf *out);

#endif
