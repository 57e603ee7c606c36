/* NAME
 *	secrets - one PDF password a partner
 * SUMMARY
 *	see secrets.h
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "digest.h"
#include "file.h"
#include "number.h"
#include "utf8.h"

#include "secrets.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define MADE_CHARS  16u
#define SHORTEST    8u
#define DUE_BYTES   (NUMBER_OFFICE_BYTES + 8)

/* What is read from a letter and typed: nothing that looks like another. */
static const char alphabet[] = "23456789abcdefghijkmnpqrstuvwxyz";

struct secrets {
	int dirfd;
};

static int
fail(int rc, struct why *why, const char *what)
{
	why_set(why, rc == TSK_INVALID ? WHY_NEVER : WHY_LATER, "passwords",
	    "The folder of PDF passwords: %s: %s.", what,
	    rc == TSK_SYSTEM ? strerror(errno) : err_text(rc));
	return rc;
}

int
secrets_open(const char *path, struct secrets **out, struct why *why)
{
	struct stat st;
	int fd = file_dir_below(AT_FDCWD, path, FOLDER_MODE);

	*out = NULL;
	if (fd < 0)
		return fail(fd, why, "opening it");
	if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0) {
		close(fd);
		why_set(why, WHY_NEVER, "settings",
		    "%s: others may look into it; set its mode to 0700.", path);
		return TSK_DENIED;
	}
	*out = mem_new(sizeof(**out));
	(*out)->dirfd = fd;
	return 0;
}

void
secrets_close(struct secrets **secrets)
{
	if (*secrets == NULL)
		return;
	close((*secrets)->dirfd);
	free(*secrets);
	*secrets = NULL;
}

static void
due_name(const char *number, char out[DUE_BYTES])
{
	snprintf(out, DUE_BYTES, "%.10s.due", number);
}

static int
read_one(struct secrets *s, const char *number, char out[SECRET_BYTES])
{
	struct buf text;

	buf_init(&text, 4 * SECRET_BYTES);
	int rc = file_read(s->dirfd, number, SECRET_BYTES, &text);
	if (rc == 0) {
		size_t n = text.len == 0 ? 0 : strcspn(text.data, "\r\n");
		if (n < SHORTEST || n >= SECRET_BYTES ||
		    !utf8_valid(text.data, n))
			rc = TSK_INVALID;
		else
			snprintf(out, SECRET_BYTES, "%.*s", (int)n, text.data);
	}
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_fini(&text);
	return rc;
}

/* The mark first: a crash in between makes a letter too many, never a password
 * that nobody was told. */
static int
make_one(struct secrets *s, const char *number)
{
	uint8_t random[MADE_CHARS];
	char text[MADE_CHARS + 2], due[DUE_BYTES];

	due_name(number, due);
	int rc = file_create(s->dirfd, due, "", 0, FILE_MODE);
	if (rc == TSK_EXIST)
		rc = 0;
	if (rc == 0)
		rc = file_dir_sync(s->dirfd);
	digest_random(random, sizeof(random));
	for (size_t i = 0; i < MADE_CHARS; i++)
		text[i] = alphabet[random[i] % (sizeof(alphabet) - 1)];
	text[MADE_CHARS] = '\n';
	if (rc == 0)
		rc = file_create(
		    s->dirfd, number, text, MADE_CHARS + 1, FILE_MODE);
	explicit_bzero(text, sizeof(text));
	return rc < 0 ? rc : file_dir_sync(s->dirfd);
}

int
secrets_get(struct secrets *s, const char *number, char out[SECRET_BYTES],
    struct why *why)
{
	if (!number_office_form(number, strlen(number)))
		return fail(TSK_INVALID, why, "no office number");
	int rc = read_one(s, number, out);
	if (rc == TSK_NOTFOUND) {
		rc = make_one(s, number);
		if (rc == 0)
			rc = read_one(s, number, out);
	}
	return rc < 0 ? fail(rc, why, "the password of a partner") : 0;
}

bool
secrets_due(const struct secrets *s, const char *number)
{
	char due[DUE_BYTES];

	due_name(number, due);
	return faccessat(s->dirfd, due, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int
secrets_told(struct secrets *s, const char *number)
{
	char due[DUE_BYTES];

	due_name(number, due);
	int rc = file_remove_tree(s->dirfd, due);
	return rc < 0 ? rc : file_dir_sync(s->dirfd);
}
