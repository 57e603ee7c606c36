/* NAME
 *	national_word - a secret from a file, a descriptor or a terminal
 * SUMMARY
 *	see national_word.h
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "file.h"

#include "national_word.h"

void
national_word_wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	buf_fini(b);
}

static int
from_descriptor(const char *text, struct buf *out, struct why *why)
{
	char part[256], *end;
	long fd = strtol(text, &end, 10);
	ssize_t n = -1;

	while (text[0] != '\0' && *end == '\0' && fd >= 0 && fd <= INT_MAX &&
	       (n = read((int)fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		buf_add(out, part, (size_t)n);
		explicit_bzero(part, sizeof(part));
	}
	if (n == 0 && buf_ok(out))
		return 0;
	why_set(why, WHY_NEVER, "secret",
	    "The descriptor with the secret cannot be read.");
	return TSK_INVALID;
}

int
national_word_read(const char *spec, struct buf *out, struct why *why)
{
	buf_init(out, NATIONAL_WORDS_MAX);
	if (strncmp(spec, "fd:", 3) == 0)
		return from_descriptor(spec + 3, out, why);
	int rc = file_private(spec);
	if (rc == 0)
		rc = file_read_path(spec, NATIONAL_WORDS_MAX, out);
	if (rc < 0)
		why_set(why, WHY_NEVER, "secret",
		    rc == TSK_DENIED
			? "%s: others may read it; set its mode to 0600."
			: "%s: it cannot be read.",
		    spec);
	return rc;
}

static bool
write_all(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static bool
read_line(int fd, struct buf *out)
{
	char c;

	while (read(fd, &c, 1) == 1) {
		if (c == '\n')
			return true;
		buf_char(out, c);
	}
	return false;
}

int
national_word_ask(
    const char *prompt, bool hidden, struct buf *out, struct why *why)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios old, quiet;

	buf_init(out, NATIONAL_WORDS_MAX);
	if (fd < 0 || tcgetattr(fd, &old) != 0) {
		if (fd >= 0)
			close(fd);
		why_set(why, WHY_NEVER, "secret",
		    "There is no terminal to ask on: name files with "
		    "--password-file and --login-file.");
		return TSK_INVALID;
	}
	quiet = old;
	if (hidden)
		quiet.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(fd, TCSAFLUSH, &quiet);
	bool ok = write_all(fd, prompt) && read_line(fd, out) && buf_ok(out);
	(void)tcsetattr(fd, TCSAFLUSH, &old);
	if (hidden)
		ok = write_all(fd, "\n") && ok;
	close(fd);
	if (ok)
		return 0;
	why_set(why, WHY_NEVER, "secret", "Nothing was typed.");
	return TSK_INVALID;
}
