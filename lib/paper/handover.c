/* NAME
 *	handover - codes that come back when a paper was handed over
 * SUMMARY
 *	see handover.h
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "crash.h"
#include "digest.h"
#include "file.h"
#include "utf8.h"

#include "handover.h"

#define FOLDER       ".handover"
#define FOLDER_MODE  0750
#define FILE_MODE    0640
#define SECRET_NAME  "secret"
#define SECRET_BYTES 32u
#define TEXT_MAX     128u
#define TRAY_MAX     1000 /* files looked at in one turn */
#define UNKNOWN      "不明_"

/* 31 characters, a prime: then the check notices every exchange of two. */
static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
#define LETTERS 31u /* without Z */

struct handover {
	int root, dirfd, open, confirmed, reported;
	uint8_t secret[SECRET_BYTES];
};

/* ---- life ---- */

static int
folder(int dirfd, const char *name, bool make)
{
	int rc = make ? file_dir_make(dirfd, name, FOLDER_MODE) : 0;

	return rc < 0 ? rc : file_dir_open(dirfd, name);
}

static int
read_secret(struct handover *h, bool make)
{
	struct buf text;
	uint8_t fresh[SECRET_BYTES];

	if (make) {
		digest_random(fresh, sizeof(fresh));
		int rc = file_create(
		    h->dirfd, SECRET_NAME, fresh, sizeof(fresh), 0600);
		if (rc == 0)
			rc = file_dir_sync(h->dirfd);
		if (rc < 0 && rc != TSK_EXIST)
			return rc;
	}
	buf_init(&text, TEXT_MAX);
	int rc = file_read(h->dirfd, SECRET_NAME, SECRET_BYTES, &text);
	if (rc == 0 && text.len != SECRET_BYTES)
		rc = TSK_DAMAGED;
	if (rc == 0)
		memcpy(h->secret, text.data, SECRET_BYTES);
	buf_fini(&text);
	return rc;
}

int
handover_open(int root, bool make, struct handover **out)
{
	struct handover *h = mem_new(sizeof(*h));
	static const char *const names[] = {"open", "confirmed", "reported"};
	int *fds[] = {&h->open, &h->confirmed, &h->reported};
	int rc;

	h->root = root;
	h->open = h->confirmed = h->reported = -1;
	rc = h->dirfd = folder(root, FOLDER, make);
	for (size_t i = 0; i < 3 && rc >= 0; i++)
		rc = *fds[i] = folder(h->dirfd, names[i], make);
	if (rc >= 0)
		rc = read_secret(h, make);
	*out = h;
	if (rc < 0)
		handover_close(out);
	return rc < 0 ? rc : 0;
}

void
handover_close(struct handover **handover_p)
{
	struct handover *h = *handover_p;

	if (h == NULL)
		return;
	const int fds[] = {h->dirfd, h->open, h->confirmed, h->reported};
	for (size_t i = 0; i < 4; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	explicit_bzero(h->secret, sizeof(h->secret));
	free(h);
	*handover_p = NULL;
}

/* ---- codes ---- */

static unsigned
value_of(char c)
{
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);

	return at == NULL ? LETTERS : (unsigned)(at - alphabet);
}

static char
check_of(const char *code)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < HANDOVER_CODE_CHARS - 1; i++)
		sum += (i + 1) * value_of(code[i]);
	return alphabet[sum % LETTERS];
}

static void
make_code(const struct handover *h, const struct id *id, uint32_t leg,
    char out[HANDOVER_CODE_BYTES])
{
	uint8_t digest[DIGEST_BYTES];
	struct digest *d = digest_new();

	digest_add(d, h->secret, SECRET_BYTES);
	digest_add(d, id->bytes, ID_BYTES);
	digest_add(d, &leg, sizeof(leg));
	digest_end(&d, digest);
	for (unsigned i = 0; i < HANDOVER_CODE_CHARS - 1; i++)
		out[i] = alphabet[digest[i] % LETTERS];
	out[HANDOVER_CODE_CHARS - 1] = check_of(out);
	out[HANDOVER_CODE_CHARS] = '\0';
}

int
handover_code(struct handover *h, const struct id *id, uint32_t leg,
    char out[HANDOVER_CODE_BYTES])
{
	char text[TEXT_MAX], id_hex[ID_TEXT_BYTES];

	make_code(h, id, leg, out);
	int n = snprintf(
	    text, sizeof(text), "%s %" PRIu32 "\n", id_text(id, id_hex), leg);
	int rc = file_create(h->open, out, text, (size_t)n, FILE_MODE);
	if (rc == TSK_EXIST)
		return 0;
	return rc < 0 ? rc : file_dir_sync(h->open);
}

const char *
handover_show(const char *code, char out[HANDOVER_SHOW_BYTES])
{
	snprintf(out, HANDOVER_SHOW_BYTES, "%.5s-%.5s", code, code + 5);
	return out;
}

/* A character as typed -> as in a code; 0 for what only groups or spaces. */
static int32_t
plain(int32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e) /* full width */
		c -= 0xff01 - '!';
	if (c >= 'a' && c <= 'z')
		c -= 'a' - 'A';
	switch (c) {
	case '-':
	case ' ':
	case '_':
	case 0x3000: /* ideographic space */
	case 0x2010:
	case 0x2212:
	case 0x30fc: /* what Japanese keyboards give for a hyphen */
		return 0;
	case 'O':
		return -1; /* never in a code: nor 0, 1, I */
	}
	return c;
}

int
handover_parse(const char *text, char out[HANDOVER_CODE_BYTES])
{
	size_t n = strlen(text), used, count = 0;

	for (size_t i = 0; i < n; i += used) {
		int32_t c = plain(utf8_next(text + i, n - i, &used));
		if (c == 0)
			continue;
		if (c < 0 || c > 'Z' || count == HANDOVER_CODE_CHARS ||
		    value_of((char)c) >= LETTERS)
			return TSK_INVALID;
		out[count++] = (char)c;
	}
	out[count] = '\0';
	if (count != HANDOVER_CODE_CHARS ||
	    out[HANDOVER_CODE_CHARS - 1] != check_of(out))
		return TSK_INVALID;
	return 0;
}

/* ---- states ---- */

static bool
exists(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
move(int from, int to, const char *code)
{
	int rc = file_move(from, code, to, code);

	if (rc == 0)
		rc = file_dir_sync(to);
	return rc == 0 ? file_dir_sync(from) : rc;
}

int
handover_confirm(struct handover *h, const char *code)
{
	if (exists(h->confirmed, code) || exists(h->reported, code))
		return TSK_EXIST;
	int rc = move(h->open, h->confirmed, code);
	CRASH_POINT("handover-confirmed");
	return rc;
}

int
handover_reported(struct handover *h, const char *code)
{
	return move(h->confirmed, h->reported, code);
}

static int
read_item(int dirfd, const char *name, struct handover_item *item)
{
	char id[ID_TEXT_BYTES];
	struct buf text;

	if (handover_parse(name, item->code) < 0 ||
	    strcmp(name, item->code) != 0)
		return TSK_INVALID;
	buf_init(&text, 2 * TEXT_MAX);
	int rc = file_read(dirfd, name, TEXT_MAX, &text);
	if (rc == 0 && (text.len == 0 ||
			   sscanf(text.data, "%32[0-9a-f] %" SCNu32, id,
			       &item->leg) != 2 ||
			   id_parse(id, &item->id) < 0))
		rc = TSK_DAMAGED;
	buf_fini(&text);
	return rc;
}

int
handover_each(
    struct handover *h, const char *state, handover_fn *found, void *arg)
{
	int dirfd = strcmp(state, "open") == 0        ? h->open
		    : strcmp(state, "confirmed") == 0 ? h->confirmed
						      : h->reported;
	char **names;
	int count = file_list(dirfd, &names);

	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		struct handover_item item = {.state = state};
		if (read_item(dirfd, names[i], &item) == 0)
			found(arg, &item);
	}
	file_list_free(&names);
	return count;
}

/* ---- the tray for people ---- */

static int
take(struct handover *h, int tray, int done, const char *name)
{
	char code[HANDOVER_CODE_BYTES], stem[256], other[300];

	snprintf(stem, sizeof(stem), "%.*s", (int)strcspn(name, "."), name);
	int rc = handover_parse(stem, code);
	if (rc == 0)
		rc = handover_confirm(h, code);
	if (rc == 0 || rc == TSK_EXIST) {
		int moved = file_move(tray, name, done, name);
		if (moved == TSK_EXIST) /* confirmed twice: once is enough */
			moved = file_remove_tree(tray, name);
		return moved < 0 ? moved : rc == 0;
	}
	if (rc != TSK_INVALID && rc != TSK_NOTFOUND)
		return rc;
	snprintf(other, sizeof(other), UNKNOWN "%s", name);
	if (file_name_safe(other) && file_move(tray, name, tray, other) == 0)
		return 0;
	return 0; /* it stays as it is; a person sees that */
}

int
handover_tray(struct handover *h)
{
	int tray = folder(h->root, HANDOVER_IN_TRAY, true), taken = 0;
	int done = tray < 0 ? tray : folder(tray, HANDOVER_IN_TRAY_DONE, true);
	char **names = NULL;
	int count = done < 0 ? done : file_list(tray, &names);

	for (int i = 0; i < count && i < TRAY_MAX && taken >= 0; i++) {
		if (names[i][0] == '.' ||
		    strcmp(names[i], HANDOVER_IN_TRAY_DONE) == 0 ||
		    strncmp(names[i], UNKNOWN, strlen(UNKNOWN)) == 0)
			continue;
		int rc = take(h, tray, done, names[i]);
		taken = rc < 0 ? rc : taken + rc;
	}
	if (count >= 0)
		file_list_free(&names);
	if (done >= 0)
		close(done);
	if (tray >= 0)
		close(tray);
	return count < 0 ? count : taken;
}
