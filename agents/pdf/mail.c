/* NAME
 *	mail - the e-mail that carries a paper
 * SUMMARY
 *	see mail.h
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "digest.h"
#include "utf8.h"

#include "mail.h"

#define LINE_BYTES     57u /* 76 characters of base64 */
#define WORD_BYTES     36u /* so that "=?UTF-8?B?...?=" fits into a line */
#define BOUNDARY_BYTES 40

static const char digits64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool
mail_address_ok(const char *address)
{
	static const char odd[] = "<>()[]\\,;:\"@";
	const char *at = strchr(address, '@');
	size_t n = strlen(address);

	if (at == NULL || at == address || n > MAIL_ADDRESS_MAX ||
	    at[1] == '\0' || at[1] == '.' || at[1] == '-' ||
	    address[0] == '-' || address[0] == '.')
		return false;
	for (const char *p = address; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~')
			return false;
		if (p != at && strchr(odd, *p) != NULL)
			return false;
	}
	return address[n - 1] != '.';
}

static void
add64(struct buf *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;
		if (i + 1 < n)
			v |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			v |= p[i + 2];
		buf_char(out, digits64[v >> 18]);
		buf_char(out, digits64[v >> 12 & 63]);
		buf_char(out, i + 1 < n ? digits64[v >> 6 & 63] : '=');
		buf_char(out, i + 2 < n ? digits64[v & 63] : '=');
	}
}

static void
add_lines64(struct buf *out, const void *data, size_t bytes)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < bytes; i += LINE_BYTES) {
		add64(out, p + i,
		    bytes - i < LINE_BYTES ? bytes - i : LINE_BYTES);
		buf_text(out, "\r\n");
	}
}

/* RFC 2047: a word a line, none in the middle of a character. */
static void
add_words(struct buf *out, const char *text)
{
	size_t n = strlen(text);

	for (size_t at = 0; at < n;) {
		size_t take = n - at <= WORD_BYTES
				  ? n - at
				  : utf8_cut(text + at, WORD_BYTES);
		if (take == 0)
			take = 1;
		buf_text(out, at == 0 ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		add64(out, (const uint8_t *)text + at, take);
		buf_text(out, "?=");
		at += take;
	}
}

/* "Sun, 22 Nov 2026 09:00:00 +0900" */
static void
add_date(struct buf *out, int64_t at_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char stamp[CLOCK_TEXT_BYTES];
	int year, month, day;
	unsigned hour, minute, second;

	clock_stamp(at_ms, stamp);
	/* a stamp is 14 digits, always */
	if (sscanf(stamp, "%4d%2d%2d%2u%2u%2u", &year, &month, &day, &hour,
		&minute, &second) != 6)
		panic("mail: stamp %s", stamp);
	buf_printf(out, "Date: %.3s, %02d %.3s %d %02u:%02u:%02u +0900\r\n",
	    days + 3 * (ptrdiff_t)clock_weekday(year, month, day), day,
	    months + 3 * (ptrdiff_t)(month - 1), year, hour, minute, second);
}

/* RFC 2231; what does not know it finds the same name in the type. */
static void
add_file_name(struct buf *out, const char *name)
{
	buf_text(out, "Content-Type: application/pdf;\r\n name=\"");
	add_words(out, name);
	buf_text(out, "\"\r\nContent-Disposition: attachment;\r\n"
		      " filename*=UTF-8''");
	for (const char *p = name; *p != '\0'; p++) {
		bool plain = (*p >= '0' && *p <= '9') ||
			     (*p >= 'A' && *p <= 'Z') ||
			     (*p >= 'a' && *p <= 'z') || *p == '-' ||
			     *p == '.' || *p == '_';
		if (plain)
			buf_char(out, *p);
		else
			buf_printf(out, "%%%02X", (unsigned char)*p);
	}
	buf_text(out, "\r\n");
}

static void
add_head(const struct mail *mail, const char *boundary, struct buf *out)
{
	add_date(out, mail->at_ms);
	buf_printf(out, "Message-ID: <%s>\r\nFrom: ", mail->message_id);
	if (mail->from_name[0] != '\0') {
		add_words(out, mail->from_name);
		buf_text(out, "\r\n ");
	}
	buf_printf(out, "<%s>\r\nTo: <%s>\r\nSubject: ", mail->from, mail->to);
	add_words(out, mail->subject);
	buf_printf(out,
	    "\r\nMIME-Version: 1.0\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "Content-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n",
	    boundary);
}

int
mail_compose(const struct mail *mail, struct buf *out)
{
	uint8_t digest[DIGEST_BYTES];
	char hex[DIGEST_HEX_BYTES], boundary[BOUNDARY_BYTES];

	if (!mail_address_ok(mail->from) || !mail_address_ok(mail->to) ||
	    !mail_address_ok(mail->message_id))
		return TSK_INVALID;
	/* "=_" never stands in base64: the boundary cannot be in a body */
	digest_sha256(mail->message_id, strlen(mail->message_id), digest);
	digest_hex(digest, DIGEST_BYTES, hex);
	snprintf(boundary, sizeof(boundary), "=_%.32s", hex);

	add_head(mail, boundary, out);
	buf_printf(out,
	    "--%s\r\nContent-Type: text/plain; charset=UTF-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n",
	    boundary);
	add_lines64(out, mail->text, strlen(mail->text));
	buf_printf(
	    out, "--%s\r\nContent-Transfer-Encoding: base64\r\n", boundary);
	add_file_name(out, mail->file_name);
	buf_text(out, "\r\n");
	add_lines64(out, mail->file, mail->file_bytes);
	buf_printf(out, "--%s--\r\n", boundary);
	return buf_ok(out) ? 0 : TSK_TOOBIG;
}
