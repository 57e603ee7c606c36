/* NAME
 *	mail - what a result mail says, as text
 * SUMMARY
 *	see mail.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mail.h"
#include "mail_code.h"

#define DEPTH_MAX    8
#define PARTS_MAX    100
#define VALUE_MAX    4096
#define BOUNDARY_MAX 128

/* A piece of the mail, not NUL-terminated. */
struct piece {
	const char *p;
	size_t n;
};

struct part {
	char type[64], charset[32], boundary[BOUNDARY_MAX];
	enum mail_coding coding;
	struct piece body;
};

struct reader {
	struct mail *mail;
	unsigned parts;
};

static void read_part(struct reader *r, struct piece all, unsigned depth);

/* ---- lines ---- */

static struct piece
take_line(struct piece *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	size_t n = end == NULL ? rest->n : (size_t)(end - rest->p) + 1;
	struct piece line = {rest->p, n};

	rest->p += n;
	rest->n -= n;
	while (line.n > 0 &&
	       (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line;
}

/* One header with its continuation lines as one text; "" at the end of the
 * headers. */
static void
take_header(struct piece *rest, char out[VALUE_MAX])
{
	struct piece line = take_line(rest);
	size_t used = 0;

	for (;;) {
		size_t n = line.n < VALUE_MAX - 1 - used ? line.n
							 : VALUE_MAX - 1 - used;
		memcpy(out + used, line.p, n);
		used += n;
		if (line.n == 0 || rest->n == 0 ||
		    (rest->p[0] != ' ' && rest->p[0] != '\t'))
			break;
		line = take_line(rest);
	}
	out[used] = '\0';
	/* a NUL would hide what comes after it */
	for (size_t i = 0; i < used; i++) {
		if (out[i] == '\0')
			out[i] = ' ';
	}
}

static const char *
value_of(const char *header, const char *name)
{
	size_t n = strlen(name);

	if (strncasecmp(header, name, n) != 0 || header[n] != ':')
		return NULL;
	header += n + 1;
	return header + strspn(header, " \t");
}

/* ---- values ---- */

/* name=value or name="value" behind a ';' */
static void
parameter(const char *value, const char *name, char *out, size_t room)
{
	size_t n = strlen(name);

	out[0] = '\0';
	for (const char *p = strchr(value, ';'); p != NULL;
	     p = strchr(p, ';')) {
		p += 1 + strspn(p + 1, " \t");
		if (strncasecmp(p, name, n) != 0 || p[n] != '=')
			continue;
		p += n + 1;
		size_t len =
		    *p == '"' ? strcspn(++p, "\"") : strcspn(p, "; \t");
		if (len < room) {
			memcpy(out, p, len);
			out[len] = '\0';
		}
		return;
	}
}

static void
take_type(const char *value, struct part *part)
{
	size_t n = strcspn(value, "; \t");

	if (n < sizeof(part->type)) {
		for (size_t i = 0; i < n; i++)
			part->type[i] = (char)(value[i] | 0x20);
		part->type[n] = '\0';
	}
	parameter(value, "charset", part->charset, sizeof(part->charset));
	parameter(value, "boundary", part->boundary, sizeof(part->boundary));
}

/* "Name <a@b>" or "a@b" */
static void
take_from(const char *value, char out[MAIL_FROM_MAX])
{
	const char *open = strrchr(value, '<');
	const char *from = open == NULL ? value : open + 1;
	size_t n = strcspn(from, "> \t,;");

	if (n >= MAIL_FROM_MAX || memchr(from, '@', n) == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(from[i] >= 'A' && from[i] <= 'Z'
				    ? from[i] + ('a' - 'A')
				    : from[i]);
	out[n] = '\0';
}

static void
take_one(
    struct reader *r, const char *header, struct part *part, unsigned depth)
{
	static const char *const shown[] = {
	    "subject", "in-reply-to", "references", "message-id"};
	const char *value;

	if ((value = value_of(header, "content-type")) != NULL)
		take_type(value, part);
	else if ((value = value_of(header, "content-transfer-encoding")) !=
		 NULL)
		part->coding = mail_coding(value);
	else if (depth == 0 && (value = value_of(header, "from")) != NULL)
		take_from(value, r->mail->from);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		/* of the result itself only what it answers to */
		if ((value = value_of(header, shown[i])) == NULL ||
		    (depth == 0 && i == 3))
			continue;
		mail_words(value, &r->mail->text);
		buf_char(&r->mail->text, '\n');
	}
}

/* ---- parts ---- */

static void
take_text(struct reader *r, const struct part *part)
{
	mail_decode(part->body.p, part->body.n, part->coding, part->charset,
	    &r->mail->text);
	buf_char(&r->mail->text, '\n');
}

static void
take_report(struct reader *r, const struct part *part)
{
	struct piece rest = part->body;

	while (rest.n > 0) {
		char line[128];
		struct piece piece = take_line(&rest);
		const char *value;

		snprintf(line, sizeof(line), "%.*s",
		    (int)(piece.n < 120 ? piece.n : 120), piece.p);
		if ((value = value_of(line, "action")) == NULL)
			continue;
		if (strncasecmp(value, "failed", 6) == 0)
			r->mail->bounced = true;
		else if (strncasecmp(value, "delayed", 7) == 0)
			r->mail->delayed = true;
	}
}

static bool
is_boundary(struct piece line, const char *boundary)
{
	size_t n = strlen(boundary);

	return line.n >= n + 2 && memcmp(line.p, "--", 2) == 0 &&
	       memcmp(line.p + 2, boundary, n) == 0;
}

/* From one line with the boundary to the next. */
static void
take_parts(struct reader *r, const struct part *part, unsigned depth)
{
	struct piece rest = part->body;
	const char *from = NULL;

	while (rest.n > 0) {
		const char *at = rest.p;
		struct piece line = take_line(&rest);
		if (!is_boundary(line, part->boundary))
			continue;
		if (from != NULL)
			read_part(r, (struct piece){from, (size_t)(at - from)},
			    depth);
		from = rest.p;
	}
	/* a mail that was cut off */
	if (from != NULL && rest.p > from)
		read_part(
		    r, (struct piece){from, (size_t)(rest.p - from)}, depth);
}

static void
read_part(struct reader *r, struct piece all, unsigned depth)
{
	struct part part = {.type = "text/plain"};
	char header[VALUE_MAX];

	if (depth >= DEPTH_MAX || ++r->parts > PARTS_MAX)
		return;
	while (all.n > 0) {
		take_header(&all, header);
		if (header[0] == '\0')
			break;
		take_one(r, header, &part, depth);
	}
	part.body = all;
	if (strncmp(part.type, "multipart/", 10) == 0 &&
	    part.boundary[0] != '\0')
		take_parts(r, &part, depth + 1);
	else if (strcmp(part.type, "message/rfc822") == 0 ||
		 strcmp(part.type, "text/rfc822-headers") == 0)
		read_part(r, all, depth + 1);
	else if (strcmp(part.type, "message/delivery-status") == 0)
		take_report(r, &part);
	else if (strncmp(part.type, "text/", 5) == 0)
		take_text(r, &part);
}

void
mail_read(const char *p, size_t n, struct mail *mail)
{
	struct reader r = {.mail = mail};

	memset(mail, 0, sizeof(*mail));
	buf_init(&mail->text, MAIL_TEXT_MAX);
	read_part(&r, (struct piece){p, n}, 0);
}

void
mail_fini(struct mail *mail)
{
	buf_fini(&mail->text);
}

bool
mail_from(const struct mail *mail, const char *list)
{
	size_t bytes = strlen(mail->from);

	while (*list != '\0') {
		size_t n = strcspn(list, " ");
		bool whole = n > 0 && list[0] != '@' && n == bytes;
		bool domain = n > 1 && list[0] == '@' && n < bytes;
		if ((whole || domain) &&
		    strncasecmp(mail->from + bytes - n, list, n) == 0)
			return true;
		list += n;
		list += strspn(list, " ");
	}
	return false;
}
