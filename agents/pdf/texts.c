/* NAME
 *	texts - every sentence this agent writes to partners and staff
 * SUMMARY
 *	see texts.h
 */
#include "texts.h"

static const struct {
	const char *ja, *en;
} rows[PDF_TEXTS] = {
    [PDF_TEXT_SUBJECT] = {"書類のご送付$1", "Documents$1"},
    [PDF_TEXT_MONTH] = {"（$1年$2月分）", " for $1-$2"},
    [PDF_TEXT_BODY] =
	{"$1 御中\n\n"
	 "$2 より、書類をお送りします。\n\n"
	 "　ページ数：$3\n"
	 "　利用者数：$4\n"
	 "　書類の数：$5\n"
	 "　管理番号：$6\n\n"
	 "添付のPDFは暗号化されています。開くときは、別に書面でお知らせした"
	 "パスワードを入力してください。パスワードをメールでお知らせすること"
	 "はありません。\n\n"
	 "介護ソフトに取り込めるCSVファイルも、PDFの「添付ファイル」の中に"
	 "入っています。\n\n"
	 "お心当たりのない場合は、お手数ですが送信元の事業所へご連絡のうえ、"
	 "このメールを削除してください。\n",
	    "To $1\n\n"
	    "$2 sends you documents.\n\n"
	    "  pages: $3\n  clients: $4\n  documents: $5\n  reference: $6\n\n"
	    "The PDF is encrypted.  Its password was told to you on paper; it "
	    "is never told by mail.\n\n"
	    "The CSV files for your care software are inside the PDF as "
	    "attachments.\n\n"
	    "If this is not for you, tell the sending office and delete this "
	    "mail.\n"},
    [PDF_TEXT_CONTACT] = {"$1 様\n", "Attention: $1\n"},
    [PDF_TEXT_LETTER_NAME] = {"パスワード通知_$1_$2.pdf",
	"password-letter_$1_$2.pdf"},
    [PDF_TEXT_LETTER_FOLDER] = {"パスワード通知", "password-letters"},
    [PDF_TEXT_LETTER] =
	{"メールでお送りするPDFのパスワードをお知らせします。\n\n"
	 "　パスワード：　$1\n\n"
	 "今後 $2 からお送りするPDFは、すべてこのパスワードで開けます。\n"
	 "数字の 0 と 1、英字の l と o は使っていません。\n"
	 "この書面は、鍵のかかる場所に保管してください。",
	    "The password of the PDFs we send you by mail:\n\n"
	    "  password:  $1\n\n"
	    "Every PDF from $2 opens with it.\n"
	    "It holds none of the digits 0 and 1 and the letters l and o.\n"
	    "Keep this letter in a locked place."},
    [PDF_TEXT_LEFT] = {"印刷できない書類が$1件あります（データで別にお渡しし"
		       "ます）。",
	"$1 documents cannot be printed and are handed over as data."},
    [PDF_TEXT_HANDOVER] =
	{"お受け取りになりましたら、受領コードを電話などでお知らせください。",
	    "When you have received this, please tell us the code, by "
	    "telephone for example."},
    [PDF_TEXT_SHEET_TITLE] = {"データシート（$1／$2枚）",
	"Data sheet ($1 of $2)"},
    [PDF_TEXT_SHEET_NOTE] =
	{"このページを読み取ると、介護ソフトに取り込めるCSVファイルになりま"
	 "す（tasukictl scan）。$1　$2",
	    "Scanned, this page becomes the CSV files for care software "
	    "(tasukictl scan).  $1  $2"},
    [PDF_TEXT_OTHER] = {"書類", "documents"},
    [PDF_TEXT_PLANNED] = {"予定", "planned"},
    [PDF_TEXT_ACTUAL] = {"実績", "actual"},
};

const char *
pdf_text(bool ja, enum pdf_text text)
{
	return ja ? rows[text].ja : rows[text].en;
}

static const char *
argument(const char *const *arguments, int no)
{
	for (int i = 0; arguments != NULL && arguments[i] != NULL; i++) {
		if (i == no)
			return arguments[i];
	}
	return "";
}

void
pdf_text_add(
    struct buf *out, bool ja, enum pdf_text text, const char *const *arguments)
{
	for (const char *p = pdf_text(ja, text); *p != '\0'; p++) {
		if (*p == '$' && p[1] >= '1' && p[1] <= '9')
			buf_text(out, argument(arguments, *++p - '1'));
		else
			buf_char(out, *p);
	}
}
