/* NAME
 *	fuzz_charset - any bytes as MS932 and as UTF-8
 */
#include <stdlib.h>
#include <string.h>

#include "charset.h"

static struct charset *charset;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is good MS932 can be shown, and what was shown can be encoded; what
 * could be encoded is good MS932. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct buf utf8, back;
	size_t at = 0;

	if (charset == NULL && charset_new(&charset, NULL) != 0)
		abort();
	buf_init(&utf8, 4 * size + 1);
	buf_init(&back, 4 * size + 1);
	charset_to_utf8(charset, p, size, &utf8);
	if (!charset_is_utf8(utf8.data ? utf8.data : "", utf8.len))
		abort();
	if (charset_check(charset, p, size, &at) == CHARSET_GOOD) {
		if (charset_from_utf8(charset, utf8.data ? utf8.data : "",
			utf8.len, &back, NULL) != 0)
			abort();
	} else if (at >= size) {
		abort();
	}
	buf_clear(&back);
	if (charset_from_utf8(charset, p, size, &back, &at) == 0 &&
	    charset_check(charset, back.data ? back.data : "", back.len, &at) !=
		CHARSET_GOOD)
		abort();
	(void)charset_guess(p, size);
	buf_fini(&utf8);
	buf_fini(&back);
	return 0;
}
