/* NAME
 *	texts - every sentence this agent says to office staff
 * DESCRIPTION
 *	Japanese as a colleague would say it: what happened, then what to do.
 *	Line ends are \n here; what writes a file for Windows turns them over.
 */
#include "err.h"

#include "texts.h"

struct row {
	const char *ja, *en;
};

static const struct row rows[TEXTS] = {
    [TEXT_NONE] = {"", ""},
    [TEXT_REJECTED] = {"「$1」は送信できませんでした。\n\n",
	"\"$1\" could not be sent.\n\n"},
    [TEXT_FINDING] = {"・$1件目（$2行目）$3：", "- record $1 (line $2) $3: "},
    [TEXT_FINDING_FILE] = {"・ファイル全体：", "- whole file: "},
    [TEXT_MORE_FINDINGS] = {"・ほかにもあります（全部で$1件）。\n",
	"- and more ($1 in all).\n"},
    [TEXT_CULPRIT] = {"いっしょに送る書類「$1」に誤りがあるため、"
		      "このファイルも送信していません。\n"
		      "このファイル自体に誤りは見つかっていません。\n",
	"Not sent because \"$1\", which goes together with it, has errors.\n"
	"No error was found in this file itself.\n"},
    [TEXT_REMEDY] = {"\n介護ソフトで直してから、もう一度書き出して"
		     "送信フォルダーに入れてください。\n",
	"\nCorrect it in your care software, export it again and put it into "
	"the outbox.\n"},
    [TEXT_NOT_STANDARD] =
	{"ケアプランデータ連携標準仕様のファイル名ではありません。\n"
	 "PDFなどの添付書類を送るときは、送信フォルダーの中に相手先の"
	 "事業所番号（10桁）のフォルダーを作り、その中に入れてください。\n",
	    "This is not a file name of the standard.\n"
	    "To send attachments such as PDF, make a folder named with the "
	    "partner's office number (10 characters) in the outbox and put "
	    "them there.\n"},
    [TEXT_BAD_NAME] =
	{"ファイル名に使えない文字が含まれているか、名前が長すぎます。\n"
	 "ファイル名を変えて、もう一度入れてください。\n",
	    "The file name holds characters that cannot be used, or is too "
	    "long.\nRename the file and put it in again.\n"},
    [TEXT_NAME_GRAMMAR] = {"ファイル名が標準仕様の決まりに合っていません。\n"
			   "介護ソフトが付けた名前のまま入れてください。\n",
	"The file name breaks the rules of the standard.\n"
	"Keep the name your care software gave the file.\n"},
    [TEXT_EMPTY] = {"ファイルの中身が空です（0バイト）。\n"
		    "書き出しが終わっているか確かめてください。\n",
	"The file is empty (0 bytes).\nCheck that the export finished.\n"},
    [TEXT_TOO_LARGE] = {"大きすぎます。一度に送れるのは合計64MBまでです。\n"
			"分けて入れてください。\n",
	"Too large: 64 MB in all can be sent at once.\nSend it in parts.\n"},
    [TEXT_TOO_MANY] = {"一度に送れる書類は64件までです。\n",
	"At most 64 documents can be sent at once.\n"},
    [TEXT_KIND_NOT_ALLOWED] =
	{"この種類のファイルは送れません。\n"
	 "送れるのは pdf csv jpeg jpg png gif txt です。\n",
	    "This kind of file cannot be sent.\n"
	    "Allowed are pdf csv jpeg jpg png gif txt.\n"},
    [TEXT_MAGIC] = {"中身が「$1」のファイルではありません。\n"
		    "名前の末尾（拡張子）と中身を確かめてください。\n",
	"The content is not that of a \"$1\" file.\n"
	"Check the extension and the content.\n"},
    [TEXT_UNREADABLE] = {"ファイルを読み取れませんでした。\n"
			 "ほかのソフトで開いていないか、読み取りが許可されて"
			 "いるかを確かめて、もう一度入れてください。\n",
	"The file could not be read.\nCheck that no other program has it open "
	"and that it may be read, then put it in again.\n"},
    [TEXT_NOT_OUR_OFFICE] =
	{"ファイル名の送信元「$1」は、このフォルダーの事業所「$2」では"
	 "ありません。\n正しい事業所の送信フォルダーに入れてください。\n",
	    "The sender \"$1\" in the file name is not the office \"$2\" of "
	    "this folder.\nPut it into the outbox of the right office.\n"},
    [TEXT_STANDARD_IN_PARTNER_FOLDER] =
	{"標準仕様のファイルは、相手先のフォルダーではなく、"
	 "送信フォルダーの直下に入れてください。\n",
	    "Put files of the standard directly into the outbox, not into a "
	    "partner's folder.\n"},
    [TEXT_SAME_NAME_TWICE] = {"同じ名前の書類が二つあります。\n",
	"Two documents have the same name.\n"},
    [TEXT_REFUSED] = {"相手先：$1\n\n$2\n", "Partner: $1\n\n$2\n"},
    [TEXT_CHANGED_WHILE_SENDING] =
	{"送信を待っている間に、ファイルの内容が変わりました。\n"
	 "内容を確かめて、もう一度送信フォルダーに入れてください。\n",
	    "The file changed while it was waiting to be sent.\n"
	    "Check it and put it into the outbox again.\n"},
    [TEXT_INCOMPLETE_REJECTED] =
	{"いっしょに送る書類がそろっていません。\n不足：$1\n",
	    "Documents that belong together are missing.\nMissing: $1\n"},
    [TEXT_REPLACED_HELD] =
	{"同じ名前の新しいファイルが送信フォルダーに入ったため、"
	 "保留していたこのファイルは送っていません。\n",
	    "A newer file of the same name was put into the outbox; this held "
	    "one was not sent.\n"},
    [TEXT_HELD_TITLE] = {"送信を保留しています。\n\n",
	"Sending is on hold.\n\n"},
    [TEXT_HELD_MISSING] =
	{"いっしょに送る書類がそろっていません。\n不足：$1\n\n",
	    "Documents that belong together are missing.\nMissing: $1\n\n"},
    [TEXT_HELD_UNKNOWN] =
	{"この組み合わせは標準仕様で決められた組み合わせではありません。\n\n",
	    "The standard knows no set with these members.\n\n"},
    [TEXT_HELD_FILES] = {"保留しているファイル：\n", "Files on hold:\n"},
    [TEXT_HELD_FIRST] =
	{"この相手先に送るのは初めてです。\n相手先：$1　$2\n"
	 "送り先がこの事業所でよいか、番号と名前を確かめてください。"
	 "名前がないときは、法人の台帳にない番号です。\n\n",
	    "Nothing was sent to this partner before.\nPartner: $1 $2\n"
	    "See that number and name are those you mean. Without a name the "
	    "number is not in the registry.\n\n"},
    [TEXT_HELD_MISSING_REMEDY] =
	{"\n不足している書類を「$1」フォルダーに入れると、いっしょに送信"
	 "します。\n",
	    "\nPut the missing documents into \"$1\": all go together.\n"},
    [TEXT_FIRST_ATTACH] =
	{"この相手先に送るのは初めてです。まだ送っていません。\n"
	 "相手先：$1　$2\n"
	 "送り先がこの事業所でよいか、番号と名前を確かめてください。\n"
	 "よければ、「$3」フォルダーの中の相手先のフォルダーに、もう一度"
	 "入れてください。\n",
	    "Nothing was sent to this partner before, and this is not sent "
	    "yet.\nPartner: $1 $2\nSee that number and name are those you "
	    "mean; if so, put it into the partner's folder in \"$3\" "
	    "again.\n"},
    [TEXT_STATUS_FIRST] =
	{"初めての相手先です（$1 $2）。宛先を確かめてください",
	    "the first for this partner ($1 $2): see that it is the right one"},
    [TEXT_HELD_REMEDY] =
	{"\nこのまま送ってよいときは、保留のファイルを「$1」フォルダーへ"
	 "移してください。\n"
	 "送らないときは、「$2」フォルダーから削除してください。\n",
	    "\nTo send them as they are, move the held files to \"$1\".\n"
	    "To drop them, delete them from \"$2\".\n"},
    [TEXT_LINK_IN_OUTBOX] =
	{"送信フォルダーに、ショートカット（リンク）など送信できないものが"
	 "あります。そのままにしてあります。\n"
	 "送るときは、ファイルそのものを入れてください。\n",
	    "The outbox holds a link or something else that cannot be sent. "
	    "It was left alone.\nPut the file itself there to send it.\n"},
    [TEXT_FOLDER_IN_OUTBOX] =
	{"送信フォルダーの中に、事業所番号でない名前のフォルダーがあります。"
	 "中のファイルは送信していません。\n"
	 "添付書類は、相手先の事業所番号（10桁）のフォルダーに入れて"
	 "ください。\n",
	    "The outbox holds a folder that is not named with an office "
	    "number. Nothing in it was sent.\nPut attachments into a folder "
	    "named with the partner's office number.\n"},
    [TEXT_CONFLICT] =
	{"受信した「$1」と同じ名前で内容の違うファイルが「$3」フォルダーに"
	 "ありました。\n上書きせず、「$2」という名前で入れました。\n"
	 "内容を確かめ、不要なほうを片付けてください。\n",
	    "\"$3\" already held a file named like the received \"$1\" with "
	    "other content.\nNothing was overwritten; the new one is named "
	    "\"$2\".\nLook at both and remove the one you do not need.\n"},
    [TEXT_DEFAULT_DESK] =
	{"「$3」から届いた「$1」のファイル名には、宛先のサービス種類が"
	 "ありません（旧形式の名前）。\n"
	 "この事業所番号には複数の窓口があるため、標準の窓口（サービス種類"
	 "$2）に届けました。\n"
	 "別のサービス宛てのときは、その担当者に渡し、送信元にサービス種類を"
	 "付けて送るよう依頼してください。\n",
	    "The name of \"$1\" from $3 does not say for which service it "
	    "is (a name of the old form).\n"
	    "This office number has several desks: it was given to the default "
	    "one (service type $2).\n"
	    "If it is for another service, hand it on, and ask the sender to "
	    "write the service type.\n"},
    [TEXT_RESTING] =
	{"事業所 $1 の代わりに送受信するための委任が、終了したか取り消され"
	 "ました。\n\n"
	 "・このフォルダーのファイルはそのままにしてあります。\n"
	 "・「$2」フォルダーに入れたファイルは送信しません。\n"
	 "・「$3」フォルダーの受信済みファイルは取り込めます。新しい書類は"
	 "届きません。\n\n"
	 "続けるときは、委任元の事業所または法人の担当者に、委任の登録を"
	 "依頼してください。\n"
	 "委任が登録されると自動で再開し、このお知らせは消えます。\n",
	    "The mandate to act for office $1 has ended or was revoked.\n\n"
	    "- The files in this folder stay as they are.\n"
	    "- Files in \"$2\" are not sent.\n"
	    "- Received files in \"$3\" may be imported; nothing new comes."
	    "\n\n"
	    "To go on, ask the office or its corporation to give the mandate "
	    "anew.\nThen work goes on by itself and this notice "
	    "disappears.\n"},
    [TEXT_RESTING_NAME] = {"お知らせ_委任が終了しました.txt",
	"notice_mandate_ended.txt"},
    [TEXT_STATUS_HEAD] =
	{"日時,相手先,書類,対象月,経路,状態,最終更新,備考,識別番号,予実突合",
	    "time,partner,documents,month,way,state,updated,note,id,"
	    "comparison"},
    [TEXT_STATUS_SENDING] = {"送信待ち", "waiting to be sent"},
    [TEXT_STATUS_WAITING] = {"受付待ち", "will be sent again"},
    [TEXT_STATUS_ACCEPTED] = {"受付済", "accepted"},
    [TEXT_STATUS_REJECTED] = {"送信できません", "not sent"},
    [TEXT_STATUS_REPEAT] = {"以前と同じ内容の再送", "same content as before"},
    [TEXT_STATUS_SEE_REJECTED] = {"「$1」フォルダーの説明をご覧ください",
	"see the explanation in \"$1\""},
    [TEXT_QUIRKS] = {"\n分かっている書き方の癖：\n",
	"\nKnown habits of the software:\n"},
    [TEXT_MENDED] =
	{"\n上の癖を規則どおりに直した写しを「$1」の中の「$2」フォルダーに"
	 "作りました。\n"
	 "中身を確かめて、よければ写し（CSVファイル）を「$3」に入れると"
	 "送れます。\n"
	 "このファイル自体は書きかえていません。\n",
	    "\nCopies with these habits mended by rule lie in the folder "
	    "\"$2\" in \"$1\".\n"
	    "Look at them; if they say what you mean, put the copies (the CSV "
	    "files) into \"$3\".\n"
	    "The files themselves are unchanged.\n"},
    [TEXT_MENDED_RECEIVED] =
	{"届いたファイル「$1」は標準仕様と違う書き方です。\n"
	 "ファイルは届いたまま「$2」にあります。取り込めないときは、"
	 "直した写しを「$2」の中の「$3」フォルダーから取り込んで"
	 "ください。\n",
	    "The received file \"$1\" is not written as the standard says.\n"
	    "It lies in \"$2\" as it came. If it cannot be imported, import "
	    "the mended copy from the folder \"$3\" in \"$2\".\n"},
    [TEXT_UNREAD] =
	{"相手先 $1 のソフトがV$2を読めるか分かりません。\n"
	 "これまでに届いたファイルはV$3です。読めるかどうかを相手先に"
	 "確かめてください。\n",
	    "Nothing shows that the software of partner $1 reads edition "
	    "V$2.\n"
	    "What came from there was V$3. Ask the partner.\n"},
    [TEXT_CONVERTED] =
	{"V$1の写しを「$2」の中の「$3」フォルダーに作りました。"
	 "失われる項目はありません。必要なら写しを送ってください。\n",
	    "Copies in edition V$1 lie in the folder \"$3\" in \"$2\"; nothing "
	    "is lost in them. Send them if they are needed.\n"},
    [TEXT_WOULD_BE_LOST] =
	{"V$1の写しは作りませんでした。次の項目が失われます：\n",
	    "No copies in edition V$1 were made; this would be lost:\n"},
    [TEXT_STATUS_UNREAD] =
	{"注意：相手がV$1を読めるか分かりません（届いたのはV$2）",
	    "note: the partner may not read V$1 (V$2 came from there)"},
    [TEXT_LISTED_UNREAD] =
	{"事業所の台帳では、相手先 $1 のソフトが読めるのはV$3です。"
	 "V$2のファイルは取り込めません。\n",
	    "The registry says that the software of partner $1 reads V$3. A "
	    "file of V$2 cannot be imported there.\n"},
    [TEXT_LISTED_REMEDY] =
	{"\n台帳が古いとき：相手先 $1 にV$2を読めるか確かめ、読めるなら、"
	 "法人のシステム担当者に台帳の「読める版」を直すよう依頼してから、"
	 "元のファイルをもう一度「$3」に入れてください。\n"
	 "写しも送れないとき：相手先に紙（FAX・郵送）で送ってください。\n",
	    "\nIf the registry is out of date: ask partner $1 whether it reads "
	    "V$2; if it does, have the corporation's administrator correct "
	    "\"editions\" and put the original files into \"$3\" again.\n"
	    "If no copy can be sent either: send it on paper.\n"},
    [TEXT_STATUS_LISTED] =
	{"注意：台帳では相手はV$1を読めません（読めるのはV$2）",
	    "note: the partner does not read V$1 (the registry says V$2)"},
    [TEXT_CONVERTED_PUT] =
	{"V$1の写しを、このフォルダーの中の「$2」フォルダーに作りました。"
	 "失われる項目はありません。\n"
	 "中身を確かめて、よければ写し（CSVファイル）を「$3」に入れると"
	 "送れます。\n",
	    "Copies in edition V$1 lie in the folder \"$2\" in this folder; "
	    "nothing is lost in them.\n"
	    "Look at them; if they are right, put the copies (the CSV files) "
	    "into \"$3\".\n"},
    [TEXT_NOT_CONVERTED] = {"V$1の写しは作れませんでした。\n",
	"No copies in edition V$1 could be made.\n"},
    [TEXT_WITHDRAWN] = {"V$1は取り下げられた版のため、写しは作りません。\n",
	"V$1 was withdrawn; no copies are made in it.\n"},
    [TEXT_STATUS_DIFFERENCES] = {"差異 $1件", "$1 differences"},
    [TEXT_STATUS_NO_DIFFERENCE] = {"差異なし", "no difference"},
    [TEXT_STATUS_DOUBTFUL] = {"差異なし（比べられない記録あり）",
	"no difference (some records left out)"},
    [TEXT_COMPARE_HEAD] =
	{"予実突合（送った予定と届いた実績の比較）\n"
	 "対象月：$1　実績の事業所：$2　実績の連番：$3\n"
	 "請求の前に、下の違いを実績の事業所と確かめてください。\n"
	 "同じ名前のCSVファイルはExcelで開けます。"
	 "新しい実績が届くと書きかえられます。\n\n",
	    "Planned (sent) against done (received)\n"
	    "Month: $1  office of the actual use: $2  sequence number: $3\n"
	    "Clear the differences below with that office before billing.\n"
	    "The CSV file of the same name opens in a spreadsheet. Both are "
	    "written again when a newer file arrives.\n\n"},
    [TEXT_PREFIX_COMPARE] = {"予実突合_", "comparison_"},
    [TEXT_ATTACHMENT] = {"添付書類", "attachment"},
    [TEXT_AND_MORE] = {" ほか$1件", " and $1 more"},
    [TEXT_PARTNER_TYPE] = {"$1（$2）", "$1 ($2)"},
    [TEXT_RECALL_DONE] =
	{"取り消しました。相手先には届いていません（経路：$1）。\n",
	    "It was taken back and has not reached the partner (way $1).\n"},
    [TEXT_RECALL_ASKED] =
	{"取り消しを依頼しています（経路：$1）。結果は「送信状況」の表で"
	 "ご確認ください。\n",
	    "It was asked back (way $1). See the status file for the "
	    "outcome.\n"},
    [TEXT_RECALL_LATE] =
	{"すでに相手先に届いているため、取り消せませんでした（経路：$1）。\n"
	 "介護ソフトで「削除」のファイルを出力して送信するか、相手先に"
	 "ご連絡ください。\n",
	    "It has reached the partner already (way $1).\nSend a deletion "
	    "file from your care software, or call the partner.\n"},
    [TEXT_RECALL_PAPER] =
	{"すでに相手先に紙で届いています（経路：$1）。\n"
	 "「取り消しのお知らせ」を同じ経路で相手先に送ります。"
	 "電話でもお伝えください。\n",
	    "It has reached the partner on paper already (way $1).\nA notice "
	    "that it is withdrawn follows by the same way. Call the partner, "
	    "too.\n"},
    [TEXT_PREFIX_HELD] = {"保留のお知らせ_", "held_"},
    [TEXT_PREFIX_NOTICE] = {"お知らせ_", "notice_"},
    [TEXT_NAMELESS] = {"名前を表示できないファイル", "nameless"},
};

const char *
text_of(enum language language, enum text text)
{
	if ((unsigned)text >= TEXTS || rows[text].ja == NULL)
		panic("no such text: %u", (unsigned)text);
	return language == LANGUAGE_EN ? rows[text].en : rows[text].ja;
}

void
text_add(struct buf *out, enum language language, enum text text, const char *a,
    const char *b, const char *c)
{
	const char *const args[] = {a, b, c};
	const char *s = text_of(language, text);

	for (; *s != '\0'; s++) {
		if (s[0] == '$' && s[1] >= '1' && s[1] <= '3') {
			const char *arg = args[s[1] - '1'];

			buf_text(out, arg == NULL ? "" : arg);
			s++;
		} else {
			buf_char(out, *s);
		}
	}
}
