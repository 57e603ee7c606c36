/* NAME
 *	desk_page - the checklist of a day, in Japanese
 * DESCRIPTION
 *	One HTML page that opens from the folder itself and prints on A4: no
 *	script, no link, nothing from outside.  What people wrote (names of
 *	files, reasons) is escaped.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"

#include "desk_page.h"

#define PAGE_NAME "一覧.html"
#define PAGE_MODE 0660
#define PAGE_MAX  (4u * 1024 * 1024)

static const char *const head =
    "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n"
    "<title>送信一覧</title>\n<style>\n"
    "body{font-family:sans-serif;margin:1.5em;font-size:11pt}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{border:1px solid #444;padding:.3em .5em;text-align:left;"
    "vertical-align:top}\n"
    ".problem{background:#fdd}.done{color:#666}\n"
    "td.n{white-space:nowrap}\n"
    "@page{size:A4 landscape;margin:12mm}\n"
    "</style></head><body>\n";

static const char *const steps =
    "<ol>\n"
    "<li>ケアプランデータ連携クライアント（移行後は介護WEBサービスの画面）を開"
    "きます。</li>\n"
    "<li>「送る」の中のフォルダーを番号順に開き、中のファイルを<b>すべて、名前を"
    "変えずに</b>送信画面へ入れます。1フォルダーが1件です。PDF等は宛先を画面で選び"
    "ます。</li>\n"
    "<li>送信できたら、フォルダーごと「済」へ移します。</li>\n"
    "<li>送信できないときは、フォルダーごと「問題」へ移し、フォルダーの中の"
    "「理由.txt」に理由を1行で書きます。</li>\n"
    "<li>「担当者.txt」に名前を1行で書いておくと、誰が送ったかが記録に残ります。"
    "</li>\n</ol>\n";

static void
escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			buf_text(out, "&amp;");
			break;
		case '<':
			buf_text(out, "&lt;");
			break;
		case '>':
			buf_text(out, "&gt;");
			break;
		case '"':
			buf_text(out, "&quot;");
			break;
		default:
			buf_char(out, *text);
		}
	}
}

static void
cell(struct buf *out, const char *class, const char *text)
{
	buf_printf(out, "<td%s%s%s>", class[0] != '\0' ? " class=\"" : "",
	    class, class[0] != '\0' ? "\"" : "");
	escaped(out, text);
	buf_text(out, "</td>");
}

static const char *
state_ja(enum desk_place place)
{
	switch (place) {
	case DESK_TO_SEND:
		return "□ 未送信";
	case DESK_SENT:
		return "■ 済";
	case DESK_PROBLEM:
		return "× 問題";
	case DESK_GONE:
		break;
	}
	return "? フォルダーなし";
}

static void
row(struct buf *out, const struct desk_entry *e)
{
	char when[CLOCK_TEXT_BYTES] = "", number[16];
	const char *class = e->place == DESK_PROBLEM ? "problem"
			    : e->place == DESK_SENT  ? "done"
						     : "";

	snprintf(number, sizeof(number), "%.*s", (int)strcspn(e->folder, " "),
	    e->folder);
	if (e->place == DESK_SENT || e->place == DESK_PROBLEM)
		clock_people(e->at_ms, when);
	buf_printf(out, "<tr class=\"%s\">", class);
	cell(out, "n", state_ja(e->place));
	cell(out, "n", number);
	cell(out, "n", e->to);
	cell(out, "", e->to_name);
	buf_text(out, "<td>");
	for (size_t i = 0; i < e->documents->count; i++) {
		escaped(out, e->documents->documents[i].name);
		buf_text(out, "<br>");
	}
	buf_text(out, "</td>");
	cell(out, "n", when);
	cell(out, "", e->by);
	cell(out, "", e->reason);
	buf_text(out, "</tr>\n");
}

static void
totals(struct buf *out, const struct desk_list *list, const char *day)
{
	size_t all = 0, sent = 0, problem = 0, files = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct desk_entry *e = &list->entries[i];
		if (strcmp(e->day, day) != 0)
			continue;
		all++;
		sent += e->place == DESK_SENT;
		problem += e->place == DESK_PROBLEM;
		files += e->documents->count;
	}
	buf_printf(out,
	    "<p>全 <b>%zu</b> 件（%zu ファイル）　済 <b>%zu</b> 件　問題 "
	    "<b>%zu</b> 件　残り <b>%zu</b> 件</p>\n",
	    all, files, sent, problem, all - sent - problem);
}

static void
draw(struct buf *out, const char *label, const struct desk_list *list,
    const char *day)
{
	buf_text(out, head);
	buf_text(out, "<h1>送信一覧　");
	escaped(out, day);
	buf_text(out, "</h1>\n<h2>差出：");
	escaped(out, label);
	buf_text(out, "</h2>\n");
	totals(out, list, day);
	buf_text(out, steps);
	buf_text(out, "<table><tr><th>状態</th><th>番号</th><th>宛先番号</th>"
		      "<th>宛先</th><th>ファイル</th><th>日時</th><th>担当</th>"
		      "<th>理由</th></tr>\n");
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->entries[i].day, day) == 0)
			row(out, &list->entries[i]);
	}
	buf_text(out, "</table>\n</body></html>\n");
}

/* A page somebody looks at is not replaced for nothing. */
static int
write_page(int office, const char *day, const struct buf *page)
{
	int dir = file_dir_open(office, day), rc;
	struct buf old;

	if (dir < 0)
		return dir;
	buf_init(&old, PAGE_MAX);
	rc = file_read(dir, PAGE_NAME, PAGE_MAX, &old);
	if (rc != 0 || old.len != page->len ||
	    memcmp(old.data, page->data, page->len) != 0)
		rc = buf_ok(page) ? file_write(dir, PAGE_NAME, page->data,
					page->len, PAGE_MODE)
				  : TSK_TOOBIG;
	buf_fini(&old);
	close(dir);
	return rc;
}

int
desk_pages(int office, const char *label, const struct desk_list *list)
{
	const char *last = "";
	int rc = 0;

	for (size_t i = 0; i < list->count && rc == 0; i++) {
		const char *day = list->entries[i].day;
		struct buf page;
		if (strcmp(day, last) == 0) /* they are sorted */
			continue;
		last = day;
		buf_init(&page, PAGE_MAX);
		draw(&page, label, list, day);
		rc = write_page(office, day, &page);
		if (rc == TSK_NOTFOUND) /* the day's folder was removed */
			rc = 0;
		buf_fini(&page);
	}
	return rc;
}
