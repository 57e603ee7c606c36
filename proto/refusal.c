/* NAME
 *	refusal - why the broker does not take a parcel or ends a session
 * DESCRIPTION
 *	One row a refusal.  English: one sentence for the log and the engineer.
 *	Japanese: what happened and what to do, for the clerk who finds it
 *	beside the file.  PROTOCOL.md prints this table.
 */
#include "refusal.h"

static const struct refusal_row rows[] = {
    {REFUSAL_MALFORMED, "malformed", WHY_NEVER,
	"The message breaks the grammar of the protocol.",
	"送信データの形式が正しくないため、受け付けられませんでした。"
	"システム担当者に連絡してください。"},
    {REFUSAL_VERSION, "version", WHY_NEVER,
	"Agent and broker have no protocol version in common.",
	"連携ソフトの版が中継サーバーと合いません。"
	"システム担当者に更新を依頼してください。"},
    {REFUSAL_NOT_OPEN, "not-open", WHY_NEVER,
	"The agent spoke out of turn; it must say hello first.",
	"中継サーバーとの接続手順が合いませんでした。自動でつなぎ直します。"
	"何度も続くときはシステム担当者に連絡してください。"},
    {REFUSAL_NO_RIGHT, "no-right", WHY_NEVER,
	"This agent may not send for the sending office.",
	"この端末には、送信元の事業所として送る権限がありません。"
	"事業所番号を確かめ、違っていなければシステム担当者に登録を"
	"依頼してください。"},
    {REFUSAL_UNKNOWN_RECEIVER, "unknown-receiver", WHY_NEVER,
	"The receiving office is not in the registry.",
	"宛先の事業所番号が登録されていません。"
	"番号を確かめ、正しければシステム担当者に登録を依頼してください。"},
    {REFUSAL_UNKNOWN_SENDER, "unknown-sender", WHY_NEVER,
	"The sending office is not in the registry.",
	"送信元の事業所番号が登録されていません。"
	"番号を確かめ、正しければシステム担当者に登録を依頼してください。"},
    {REFUSAL_TOO_LARGE, "too-large", WHY_NEVER,
	"A document, the parcel or the number of documents is over the "
	"limit.",
	"一度に送れる大きさ(合計64MB)または書類の数(64件)を超えています。"
	"分けて送ってください。"},
    {REFUSAL_BAD_NAME, "bad-name", WHY_NEVER,
	"A document's name is not safe to use as a file name.",
	"ファイル名に使えない文字や名前が含まれています。"
	"ファイル名を変えて送り直してください。"},
    {REFUSAL_DIGEST, "digest", WHY_NEVER,
	"The bytes do not match the stated size or SHA-256.",
	"送信中にデータが変わったため、受け付けられませんでした。"
	"ファイルをもう一度送信フォルダーに入れてください。"},
    {REFUSAL_ID_REUSED, "id-reused", WHY_NEVER,
	"A parcel with this id but other content was accepted before.",
	"同じ管理番号で別の内容がすでに送られています。"
	"ファイルをもう一度送信フォルダーに入れてください。"},
    {REFUSAL_NO_WAY, "no-way", WHY_NEVER,
	"The receiving office is known but no way leads there.",
	"宛先の事業所へ届ける経路が設定されていません。"
	"システム担当者に設定を依頼してください。"},
    {REFUSAL_SAME_OFFICE, "same-office", WHY_NEVER,
	"Sending and receiving office are the same desk.",
	"送信元と宛先が同じ事業所です。宛先を確かめてください。"},
    {REFUSAL_KIND, "kind", WHY_NEVER,
	"This kind of document may not go in this direction.",
	"この種類の書類は、この宛先には送れません。"
	"書類の種類と宛先を確かめてください。"},
    {REFUSAL_NOT_VALID_NOW, "not-valid-now", WHY_NEVER,
	"The office is outside its dates of validity in the registry.",
	"送信元または宛先の事業所が、登録の有効期間外です。"
	"期間を確かめ、必要ならシステム担当者に登録の変更を"
	"依頼してください。"},
    {REFUSAL_PARTNER_SIZE, "partner-size", WHY_NEVER,
	"The parcel is larger than the receiving office takes.",
	"宛先の事業所が一度に受け取れる大きさを超えています。"
	"分けて送るか、システム担当者に連絡してください。"},
    {REFUSAL_OVER_QUOTA, "over-quota", WHY_NEVER,
	"The parcel alone is more than the sending office may send on one "
	"day.",
	"この送信だけで、事業所の1日の送信枠を超えています。"
	"分けて送るか、システム担当者に枠の変更を依頼してください。"},
    {REFUSAL_MANDATE, "mandate", WHY_NEVER,
	"The mandate to act for the sending office does not cover this.",
	"送信元の事業所からの委任では、この送信はできません（期限切れ・取消・"
	"範囲外）。委任の期間と内容を確かめ、事業所または法人の担当者に"
	"委任の登録を依頼してください。"},
    {REFUSAL_BUSY, "busy", WHY_LATER,
	"More submits are unanswered than the welcome allows.",
	"中継サーバーが混み合っています。自動で送り直します。"},
    {REFUSAL_DISK_FULL, "disk-full", WHY_LATER, "The broker's disk is full.",
	"中継サーバーの空き容量がありません。自動で送り直します。"
	"続くときはシステム担当者に連絡してください。"},
    {REFUSAL_LARGE_NOT_NOW, "large-not-now", WHY_LATER,
	"The broker's disk is nearly full: only small parcels are taken.",
	"中継サーバーの空き容量が少ないため、大きな書類を"
	"受け付けられません。自動で送り直します。"
	"続くときはシステム担当者に連絡してください。"},
    {REFUSAL_STOPPING, "stopping", WHY_LATER, "The broker is stopping.",
	"中継サーバーが停止中です。再開後に自動で送り直します。"},
    {REFUSAL_CONFLICT, "conflict", WHY_LATER,
	"Another session with the same key is live.",
	"同じ鍵を使う別の端末がすでに接続しています。"
	"連携ソフトが二重に動いていないか確かめてください。"},
    {REFUSAL_QUEUE_FULL, "queue-full", WHY_LATER,
	"The receiving queue holds as much as it may.",
	"宛先の待ち行列がいっぱいです。自動で送り直します。"
	"続くときは宛先の事業所が受信できているか確かめてください。"},
    {REFUSAL_QUOTA, "quota", WHY_LATER,
	"The sending office has sent as much as it may today.",
	"事業所の本日の送信枠を使い切りました。日付が変わると自動で"
	"送り直します。お急ぎのときはシステム担当者に連絡してください。"},
};

/* For the refusals of a later version: from 32 on they mean "later". */
static const struct refusal_row unknown_never = {REFUSAL_NONE, "unknown",
    WHY_NEVER, "The broker gave a reason this program does not know.",
    "この連携ソフトが知らない理由で受け付けられませんでした。"
    "システム担当者に更新を依頼してください。"};
static const struct refusal_row unknown_later = {REFUSAL_NONE, "unknown-later",
    WHY_LATER,
    "The broker gave a reason to wait that this program does not "
    "know.",
    "中継サーバーがいまは受け付けられません。自動で送り直します。"
    "続くときはシステム担当者に連絡してください。"};

const struct refusal_row *
refusal_row(enum refusal number)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].number == number)
			return &rows[i];
	return (unsigned)number < 32 ? &unknown_never : &unknown_later;
}

const struct refusal_row *
refusal_table(unsigned *count)
{
	*count = sizeof(rows) / sizeof(rows[0]);
	return rows;
}
