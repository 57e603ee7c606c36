/* NAME
 *	testpage - a FAX page whose code the partner reads back
 */
#include <stdio.h>
#include <string.h>

#include "testpage.h"
#include "text_parcel.h"

#define NAME "FAX番号の確認.txt"

static void
write_text(char text[1024], const struct desk *from, const char *code)
{
	snprintf(text, 1024,
	    "ＦＡＸ番号の確認\r\n\r\n"
	    "このＦＡＸは、送信先の番号が正しいことを確かめるためのものです。"
	    "\r\n\r\n"
	    "確認番号　%s\r\n\r\n"
	    "お手数ですが、%s（事業所番号 %s）へお電話で、この確認番号を"
	    "お知らせください。\r\n"
	    "お心当たりのない場合は、その旨をお知らせのうえ、破棄して"
	    "ください。\r\n",
	    code, from->name[0] != '\0' ? from->name : "送信元", from->number);
}

void
testpage_put(struct broker *b, const struct desk *from, const struct desk *to,
    const char *code, struct id *id, settle_fn *told, void *arg)
{
	char text[1024];
	struct route route = {.leg_count = 1,
	    .legs = {{.way = WAY_FAX,
		.queue = "fax",
		.state = LEG_READY,
		.flags = STORE_LEG_TEST,
		.code = ""}},
	    .note = "FAX test page"};
	struct text_parcel page = {.from = from,
	    .to = to,
	    .name = NAME,
	    .text = text,
	    .route = &route,
	    .told = told,
	    .arg = arg};

	write_text(text, from, code);
	text_parcel_put(b, &page, id);
	explicit_bzero(text, sizeof(text));
}
