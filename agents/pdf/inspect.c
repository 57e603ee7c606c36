/* NAME
 *	inspect - is a document what it says, and is it safe to open?
 * SUMMARY
 *	see inspect.h
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "foreign.h"

#include "inspect.h"

#define PDF_HEAD_BYTES  1024u /* readers look for the mark that far */
#define TEXT_LOOK_BYTES 65536u

struct look {
	const char *data;
	size_t bytes;
};

static bool
begins(const struct look *l, const char *magic, size_t n)
{
	return l->bytes >= n && memcmp(l->data, magic, n) == 0;
}

static bool
is_pdf(const struct look *l)
{
	size_t n = l->bytes < PDF_HEAD_BYTES ? l->bytes : PDF_HEAD_BYTES;

	return memmem(l->data, n, "%PDF-", 5) != NULL;
}

static bool
is_jpeg(const struct look *l)
{
	return begins(l, "\xff\xd8\xff", 3);
}

static bool
is_png(const struct look *l)
{
	return begins(l, "\x89PNG\r\n\x1a\n", 8);
}

static bool
is_gif(const struct look *l)
{
	return begins(l, "GIF87a", 6) || begins(l, "GIF89a", 6);
}

/* Any encoding, but nothing that another type begins with. */
static bool
is_text(const struct look *l)
{
	size_t n = l->bytes < TEXT_LOOK_BYTES ? l->bytes : TEXT_LOOK_BYTES;
	bool wide = begins(l, "\xff\xfe", 2) || begins(l, "\xfe\xff", 2);

	if (begins(l, "%PDF-", 5) || is_jpeg(l) || is_png(l) ||
	    begins(l, "MZ", 2) || begins(l, "PK\x03\x04", 4) ||
	    begins(l,
		"\x7f"
		"ELF",
		4))
		return false;
	return wide || memchr(l->data, 0, n) == NULL;
}

static const struct {
	const char *extension;
	bool (*is)(const struct look *l);
} types[] = {
    {"pdf", is_pdf},
    {"jpg", is_jpeg},
    {"jpeg", is_jpeg},
    {"png", is_png},
    {"gif", is_gif},
    {"txt", is_text},
    {"csv", is_text},
};

static int
look_inside(
    const struct look *l, unsigned seconds, const char **code, struct why *why)
{
	unsigned traits = PDF_DAMAGED;
	int rc = seconds == 0
		     ? 0
		     : foreign_look(l->data, l->bytes, seconds, &traits, why);

	if (traits & PDF_ENCRYPTED)
		*code = "pdf-encrypted";
	else if (traits & PDF_ACTIVE)
		*code = "pdf-active";
	else if (traits & PDF_DAMAGED)
		*code = "pdf-damaged";
	return rc;
}

int
inspect_document(const char *name, const void *data, size_t bytes,
    unsigned seconds, const char **code, struct why *why)
{
	const char *dot = strrchr(name, '.');
	struct look l = {.data = data, .bytes = bytes};

	*code = NULL;
	for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]);
	     i++) {
		if (strcasecmp(dot + 1, types[i].extension) == 0 &&
		    !types[i].is(&l)) {
			*code = "type-lie";
			return 0;
		}
	}
	return is_pdf(&l) ? look_inside(&l, seconds, code, why) : 0;
}

static const struct {
	const char *code, *sentence;
} sentences[] = {
    {"type-lie", "its content is not what its name says"},
    {"pdf-encrypted", "it is closed with a password"},
    {"pdf-active", "it holds scripts or starts programs"},
    {"pdf-damaged", "its structure is damaged"},
};

const char *
inspect_sentence(const char *code)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		if (strcmp(sentences[i].code, code) == 0)
			return sentences[i].sentence;
	}
	return "";
}
