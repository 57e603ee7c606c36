/* NAME
 *	check_field_text - fields people write into: texts, kana, names of images
 * DESCRIPTION
 *	A text is MS932 without the characters that other machines show
 *	otherwise; a required one of spaces only is an empty one.
 */
#include <string.h>

#include "check_spot.h"
#include "set.h"

static bool
is_kana(uint32_t c)
{
	return (c >= 0x3041 && c <= 0x30FE) || /* hiragana, katakana */
	       (c >= 0xFF61 && c <= 0xFF9F) || /* half-width katakana */
	       c == 0x3000 || c == ' ' || c == '-' || c == '.' || c == 0xFF0D ||
	       c == 0x2010 || c == 0x2015 ||
	       (c < 0x80 && c > 0x20) || /* foreign names, dots */
	       (c >= 0xFF01 && c <= 0xFF5E);
}

static void
check_kana(const struct spot *spot)
{
	for (size_t i = 0; i < spot->n;) {
		uint32_t code;

		i += charset_next(spot->run->standard->charset, spot->p + i,
		    spot->n - i, &code);
		if (!is_kana(code)) {
			spot_say(spot, "kana-odd", NULL);
			return;
		}
	}
}

/* Only spaces, ASCII or full width (8140): somebody left it empty. */
static bool
only_spaces(const struct spot *spot)
{
	size_t i = 0;

	while (i < spot->n) {
		if (spot->p[i] == ' ')
			i++;
		else if (i + 1 < spot->n &&
			 memcmp(spot->p + i, "\x81\x40", 2) == 0)
			i += 2;
		else
			return false;
	}
	return true;
}

void
check_field_text(const struct spot *spot)
{
	static const char *const codes[] = {
	    [CHARSET_GAIJI] = "text-gaiji",
	    [CHARSET_UNDEFINED] = "text-undefined",
	    [CHARSET_HALF] = "text-half",
	};
	enum charset_fault fault = CHARSET_GOOD;
	size_t at;

	if (!spot->run->not_ms932 && !charset_ascii(spot->p, spot->n))
		fault = charset_check(
		    spot->run->standard->charset, spot->p, spot->n, &at);
	if (fault != CHARSET_GOOD)
		spot_say(spot, codes[fault], NULL);
	else if (only_spaces(spot) && spot->field->need == NEED_REQUIRED)
		spot_empty(spot);
	else if (spot_has_control(spot))
		spot_say(spot, "control-character", NULL);
	else if (spot->field->type == TYPE_KANA && !spot->run->not_ms932)
		check_kana(spot);
}

/* The image is found by this name: it must be one, of this set. */
void
check_field_image(const struct spot *spot)
{
	struct name image;

	if (name_parse(spot->run->standard, spot->p, &image, NULL) != 0 ||
	    !image.image)
		spot_say(spot, "image-name", NULL);
	else if (spot->run->name_good &&
		 !set_same(&image, &spot->run->result->name))
		spot_say(spot, "image-name-other", NULL);
}
