/* NAME
 *	fuzz_mail - any bytes as a result mail of a FAX provider
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mail mail;

	mail_read((const char *)data, size, &mail);
	/* what comes out is one text without a NUL, within its limit */
	if (mail.text.len > MAIL_TEXT_MAX ||
	    (mail.text.data != NULL &&
		memchr(mail.text.data, '\0', mail.text.len) != NULL))
		abort();
	(void)mail_from(&mail, "a@b.jp @fax.example");
	mail_fini(&mail);
	return 0;
}
