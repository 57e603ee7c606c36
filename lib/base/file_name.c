/* NAME
 *	file_name - which names from outside may become file names
 * SUMMARY
 *	file_name_safe() of file.h
 * DESCRIPTION
 *	The names travel: what is written here may be opened on Windows by the
 *	receiver, so the rules are the union of both worlds.
 */
#include <string.h>
#include <strings.h>

#include "utf8.h"

#include "file.h"

/* Windows opens the device whatever the extension: CON.txt is CON. */
static bool
is_device(const char *name)
{
	static const char *const plain[] = {
	    "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"};
	static const char *const marks[] = {"\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};
	size_t n = strcspn(name, ".");

	while (n > 0 && name[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strlen(plain[i]) == n &&
		    strncasecmp(name, plain[i], n) == 0)
			return true;
	}
	if (n < 4 || (strncasecmp(name, "COM", 3) != 0 &&
			 strncasecmp(name, "LPT", 3) != 0))
		return false;
	if (n == 4)
		return name[3] >= '0' && name[3] <= '9';
	/* superscript digits count as digits there */
	for (size_t i = 0; n == 5 && i < sizeof(marks) / sizeof(marks[0]);
	     i++) {
		if (strncmp(name + 3, marks[i], 2) == 0)
			return true;
	}
	return false;
}

bool
file_name_safe(const char *name)
{
	size_t n = strnlen(name, 256), used;

	if (n == 0 || n > 255 || name[0] == '.')
		return false;
	if (name[n - 1] == '.' || name[n - 1] == ' ')
		return false;
	if (strpbrk(name, "/\\:*?\"<>|") != NULL)
		return false;
	for (size_t i = 0; i < n; i += used) {
		int32_t c = utf8_next(name + i, n - i, &used);
		if (c < 0 || utf8_hidden(c))
			return false;
	}
	return !is_device(name);
}
