/* NAME
 *	japanese - what broker and agents say, in Japanese
 * SUMMARY
 *	See japanese.h.
 * DESCRIPTION
 *	A pattern has places {1}..{5}, each of which takes as little as it can.
 *	The translation names them in its own order; what stood there is
 *	translated in turn.  {d1} is a day: 20261231 becomes 2026-12-31; {r1} a
 *	name, which stays as it is.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"

#include "japanese.h"

#define PLACES    5
#define DEPTH_MAX 3
#define TEXT_MAX  ((size_t)16 * 1024)

struct pair {
	const char *en, *ja;
};

static const struct pair words[] = {
    /* ways, states and steps */
    {"bus", "データ連携"},
    {"national", "国のシステム"},
    {"hub", "他社ハブ"},
    {"fax", "FAX"},
    {"pdf", "PDF"},
    {"ready", "配送待ち"},
    {"asleep", "待機（必要になれば送る）"},
    {"parked", "保留"},
    {"electronic", "データ"},
    {"paper", "紙"},
    {"dual", "データと紙"},
    {"policy", "方針"},
    {"data", "データ"},
    {"way", "経路"},
    {"way-not-valid", "期間外の経路"},
    {"way-closed", "扱っていない経路"},
    {"no-data", "データの経路なし"},
    {"deadline", "期限"},
    {"no-deadline", "期限なし"},
    {"fallback", "紙への切替"},
    {"no-fallback", "紙への切替なし"},
    {"priority", "順番"},
    {"claim", "請求の期限"},
    {"quiet-hours", "送らない時間"},
    {"quota", "送信枠"},
    {"agent", "エージェント"},
    {"edition", "版"},
    {"row-passed-over", "台帳の行"},
    {"same-as-before", "前回と同じ経路"},
    {"kind-not-taken", "受け取らない種別"},
    {"too-large-for-partner", "大きさの上限"},
    {"fax-unverified", "FAX番号が未確認"},
    {"unknown-receiver", "宛先が台帳にない"},
    {"unknown-sender", "差出が台帳にない"},
    {"same-office", "差出と宛先が同じ"},
    {"not-valid-now", "有効期間外"},
    {"no-way", "経路なし"},
    {"kind", "種別"},
    {"partner-size", "大きさの上限"},
    {"over-quota", "送信枠"},
    {"no-right", "権限なし"},
    {"mandate", "委任"},
    {"partner", "相手先"},
    {"service", "サービス種類"},
    {"from", "開始"},
    {"to", "終了"},
    {"before", "先"},
    {"after or among", "ほかと同じか後"},
    /* rights */
    {"send-plan", "予定の送信"},
    {"send-result", "実績の送信"},
    {"delete", "削除"},
    {"receive", "受信"},
    {"see", "状況の確認"},
    {"partners", "連携先の管理"},
    /* lists */
    {"rows", "行のみ"},
    {"full", "全件"},
    {"public", "公開一覧"},
    {"share", "変更が多い"},
    {"halved", "半分以上が終了"},
    {"gone", "一覧から消えた"},
    {"added", "追加"},
    {"changed", "変更"},
    {"ended", "終了"},
    /* jobs of gateways */
    {"queued", "送信待ち"},
    {"prepared", "送信待ち"},
    {"sending", "送信中"},
    {"laying", "送信中"},
    {"laid", "送信中"},
    {"handing-over", "引渡中"},
    {"handed-over", "引渡済"},
    {"handed", "引渡済"},
    {"listed", "送信一覧に掲載"},
    {"fetched", "相手先が取得"},
    {"seen", "相手先が確認"},
    {"confirmed", "送達確認済"},
    {"failed", "送信不可"},
    {"unknown", "結果不明"},
    {"recalled", "取消"},
    {"person", "担当者の対応待ち"},
    {"later", "再開待ち"},
    /* words inside sentences */
    {"the registry", "台帳"},
    {"holds today, operated here", "本日有効です"},
    {"holds today, not operated here",
	"本日有効ですが、この拠点では扱っていません"},
    {"missing", "台帳にありません"},
    {"not verified", "確認されていません"},
    {"frozen since its change", "変更されたため停止中です"},
    {"waits for that", "確認されるまで待ちます"},
    {"paper instead", "代わりに印刷します"},
    {"attachments", "添付ファイル"},
    {"only if the data fails", "データが届かないときだけです"},
    {"it has no mandate.", "委任がありません。"},
    {"which agent acts", "エージェント"},
    {"who gave it", "委任者"},
    {"its reason", "理由"},
    {"office", "事業所"},
};

static const struct pair sentences[] = {
    /* why a way is taken: broker/route.c, route_way.c, control_route.c */
    {"Policy {1} ({2}).", "方針は {r1}（{2}）です。"},
    {"Policy {1} ({2}) until {3}.", "方針は {d3} まで {r1}（{2}）です。"},
    {"Policy {1} ended with {2}: electronic.",
	"方針 {r1} は {d2} で終わりました。以後はデータで送ります。"},
    {"Data can go by way {1} (queue {2}).",
	"データで送れます: 経路は{1}（待ち行列 {r2}）です。"},
    {"Way {1} is not operated here.",
	"経路 {1} はこの拠点では扱っていません。"},
    {"No way leads there for data (way {1}).",
	"データで届ける経路がありません（台帳の経路: {1}）。"},
    {"Way {1} holds from {2}.", "経路 {1} は {d2} からです。"},
    {"Way {1} holds to {2}.", "経路 {1} は {d2} まででした。"},
    {"Way {1}: {2}.", "経路 {1}: {2}。"},
    {"Not as data: {1}.", "データでは送りません: {1}。"},
    {"the partner takes no {1} as data",
	"相手先は {1} をデータでは受け取りません"},
    {"the partner takes {1} bytes as data at most, these are {2}",
	"相手先がデータで受け取るのは {1} バイトまで、これは {2} バイトです"},
    {"Paper goes by way {1}: {2}.", "紙の経路は{1}です: {2}。"},
    {"Paper goes by way {1}.", "紙の経路は{1}です。"},
    {"the FAX number is {1}: {2}", "FAX番号は{1}。{2}"},
    {"way {1} is not operated here: paper instead",
	"経路 {1} はこの拠点では扱っていないため、紙で送ります"},
    {"way {1} is not operated here: way {2} instead",
	"経路 {1} はこの拠点では扱っていないため、{2}で送ります"},
    {"The deadline is {1}.", "期限は {1} です。"},
    {"These files have no deadline.", "この書類には期限がありません。"},
    {"A marked copy on paper follows the data; unmarked paper goes out {1}.",
	"データの後に控え（紙）を送ります。印のない紙を送る時刻: {1}。"},
    {"The policy has no fallback to paper.",
	"データが届かなくても、紙には切り替えません（方針）。"},
    {"Without the data, paper goes out at {1}.",
	"データが届かなければ、{1} に紙で送ります。"},
    {"It goes before others, then by deadline.",
	"ほかの書類より先に、期限の近い順に送ります。"},
    {"It goes after or among others, then by deadline.",
	"先に送る書類の後に、期限の近い順に送ります。"},
    {"The claims of that month are due {1}.",
	"その月分の請求の期限は {1} です。"},
    {"The partner's quiet hours: by way {1} not before {2}.",
	"相手先に送らない時間です: {1}は {2} まで待ちます。"},
    {"The row of {1} begins on {2}: {3} stands for it.",
	"{1} の行は {d2} からなので、{3} の行によります。"},
    {"The row of {1} ended with {2}: {3} stands for it.",
	"{1} の行は {d2} で終わったので、{3} の行によります。"},
    {"Office {1} is not in the registry.", "事業所 {1} は台帳にありません。"},
    {"Office {1} wants way {2}; this site operates neither that nor pdf.",
	"事業所 {1} の経路は{2}ですが、この拠点では{2}も印刷も"
	"扱っていません。"},
    {"Office {1} is outside its valid days: its row begins on {2}.",
	"事業所 {1} は有効期間外です: 開始日は {d2} です。"},
    {"Office {1} is outside its valid days: its row ended with {2}.",
	"事業所 {1} は有効期間外です: {d2} で終わりました。"},
    {"Sender and receiver are the same desk {1}.",
	"差出と宛先が同じです: {1}。"},
    {"This site operates no bus.", "この拠点ではデータ連携を扱っていません。"},
    {"Office {1} has sent {2} parcels (of {3}) and {4} bytes (of {5}) today; "
     "0 is no limit.",
	"事業所 {1} の本日の送信: {2} 件（上限 {3}）、{4} バイト"
	"（上限 {5}）。上限の 0 は制限なしです。"},
    {"Office {1} has sent {2} parcels and {3} bytes today; this one has {4} "
     "bytes.",
	"事業所 {1} は本日 {2} 件、{3} バイトを送信済みで、これは {4} "
	"バイトです。送信枠を超えます。"},
    {"A deletion goes the ways its original went, too.",
	"削除のファイルは、元の書類と同じ経路でも送ります。"},
    {"Agent {1} may send it.", "エージェント {1} は送信できます。"},
    {"There is no such agent.", "そのエージェントは登録されていません。"},
    {"This agent may not send for the sending office.",
	"このエージェントには、差出の事業所として送る権限がありません。"},
    {"Mandate {1} was revoked.", "委任 {1} は取り消されました。"},
    {"Mandate {1} ended with the day {2}.",
	"委任 {1} は {d2} で終わりました。"},
    {"Mandate {1} begins on the day {2}.", "委任 {1} は {d2} からです。"},
    {"Mandate {1}, with the others that hold, allows only: {2}.",
	"委任 {1} とほかの有効な委任で認められているのは、{2} だけです。"},
    {"Mandate {1} allows only: {2}.",
	"委任 {1} で認められているのは、{2} だけです。"},
    {"Mandate {1} is not for this {2}.",
	"委任 {1} は、この{2}には及びません。"},
    {"The mandate does not include FAX.",
	"委任にFAXでの送信が含まれていません。"},
    {"Write FROM and TO as NUMBER or NUMBER/TYPE, a month as 202612.",
	"差出と宛先は 事業所番号 または 事業所番号/種類、月は 202612 の形で"
	"入力してください。"},
    /* lists of offices: broker/registry_*.c, control_registry.c */
    {"{1} fault(s) in the rows: nothing was imported.",
	"誤りが {1} 件あります。何も取り込んでいません。"},
    {"An office number has 10 characters: digits, the third may be a capital "
     "letter.",
	"事業所番号は10桁の数字です（3文字目は英大文字も可）。"},
    {"The check digit is wrong: look at the number again.",
	"検証番号（末尾の数字）が合いません。番号を確かめてください。"},
    {"A service type has two characters, 0-9 or A-Z, or is empty.",
	"サービス種類は2文字の数字・英大文字、または空欄です。"},
    {"Use 1 for an office of ours and 0 or nothing for others.",
	"自法人の事業所は 1、その他は 0 または空欄にしてください。"},
    {"An office of ours needs the agent that holds its folders.",
	"自法人の事業所には、フォルダーを受け持つエージェントの名前が必要です。"},
    {"A way is bus, national, hub:NAME, fax or pdf.",
	"経路は bus・national・hub:名前・fax・pdf のどれかです。"},
    {"It is not the first of ways: leave it empty.",
	"ways の最初の経路と違います。空欄にしてください。"},
    {"Write a day as 2026-04-01.",
	"日付は 2026-04-01 の形で入力してください。"},
    {"The last day lies before the first.", "終了日が開始日より前です。"},
    {"Use fax, pdf or nothing.", "fax・pdf または空欄にしてください。"},
    {"Days of a way are written 2026-04-01..2027-03-31; one end may be left "
     "out.",
	"経路の期間は 2026-04-01..2027-03-31 の形です（片方は省けます）。"},
    {"Six ways at most.", "経路は6つまでです。"},
    {"A way is there twice for the same days.",
	"同じ期間に同じ経路が2回あります。"},
    {"Write at least one way, or leave the cell empty.",
	"経路を1つ以上入力するか、空欄にしてください。"},
    {"Insurer numbers have six digits with a right check digit.",
	"保険者番号は6桁で、検証番号が合うものです。"},
    {"At most 256 bytes, on one line.",
	"256バイトまで、1行で入力してください。"},
    {"This is no mail address.", "メールアドレスの形ではありません。"},
    {"Same office as in row {1}.", "{1} 行目と同じ事業所です。"},
    {"There are no rows.",
	"行がありません。中身のある一覧を取り込んでください。"},
    {"There is no such policy; write NAME or NAME until {1}",
	"その方針はありません。名前、または「名前 until 日付」で"
	"入力してください。"},
    {"Too many rows change at once: import the list in parts.",
	"一度に変わる行が多すぎます。分けて取り込んでください。"},
    {"Office {1} of the registry, column {2}: {3}",
	"台帳の事業所 {1}、項目 {2}: {3}"},
    {"Nothing waits in quarantine as {1}.", "確認待ちに {1} はありません。"},
    {"Say who it is: --by NAME (at most {1} bytes).",
	"担当者の名前を --by で指定してください（{1} バイトまで）。"},
    {"{1} imported it: another person has to decide.",
	"{1} さんが取り込んだ一覧です。別の方が判断してください。"},
    {"{1} office(s) would end: look at them (registry quarantine show) and "
     "say --yes-remove {2}.",
	"{1} 事業所が終了になります。registry quarantine show で確かめてから、"
	"--yes-remove {2} を付けてください。"},
    {"No import changed {1}.", "{1} を変えた取り込みはありません。"},
    {"{1} is an office of ours: a delegate changes partners only.",
	"{1} は自法人の事業所です。受任者が変えられるのは連携先だけです。"},
    {"{1} may not change {2} for office {3}: {4}",
	"{1} は事業所 {3} のために {2} を変えられません: {4}"},
    {"There is no column map {1}: {2}",
	"対応表 {1} がありません。config/registry の例を写して作り、その場所を"
	"指定してください。"},
    {"{1}: cannot read: not found", "{1}: ファイルがありません。"},
    {"{1}: No such file or directory", "{1}: ファイルがありません。"},
    {"{1}: Permission denied", "{1}: 読む権限がありません。"},
    {"{1}: there is no column \"{2}\", which {3} takes",
	"{1}: 項目「{2}」がありません（対応表 {3} が使う項目です）。"},
    {"{1}: the map does not know this word of the column {2}",
	"{1}: 項目 {2} のこの語は対応表にありません。"},
    {"{1} is not the file you mean: its SHA-256 is {2}.",
	"{1} は指定のファイルではありません。SHA-256 は {2} です。"},
    /* FAX numbers: broker/fax.c, control_fax.c */
    {"The registry has no FAX number for this office.",
	"台帳にこの事業所のFAX番号がありません。"},
    {"The number is verified already.", "この番号は確認済みです。"},
    {"Who entered the number cannot verify it: a second person has to.",
	"番号を登録した方は確認できません。別の方が確認してください。"},
    {"The registry has another FAX number for this office.",
	"台帳のFAX番号と違います。"},
    {"That is not the code of the test page.", "確認用紙の番号と違います。"},
    /* mandates: broker/mandate_*.c, control_mandate.c */
    {"rights: {1} is no right; use {2}.",
	"rights: {1} という権限はありません。{2} から選んでください。"},
    {"rights: name at least one.", "rights: 権限を1つ以上指定してください。"},
    {"partners: {1} is no number of an office ({2}).",
	"partners: {1} は事業所番号ではありません（検証番号の合う10桁です）。"},
    {"partners: too many.", "partners: 相手先が多すぎます。"},
    {"office: {1} is no number of an office.",
	"office: {1} は事業所番号ではありません。"},
    {"office: {1}: the check digit is wrong.",
	"office: {1} の検証番号（末尾の数字）が合いません。"},
    {"office: {1} is no service type.",
	"office: {1} はサービス種類ではありません。"},
    {"until: the last day lies before the first.",
	"until: 終了日が開始日より前です。"},
    {"{1}: a day is written 2026-11-22.",
	"{r1}: 日付は 2026-11-22 の形で入力してください。"},
    {"The last day lies in the past.", "終了日が過ぎています。"},
    {"{1} is no office agent of this broker.",
	"{1} という事業所エージェントは登録されていません。"},
    {"Say the name of the party that acts.",
	"受任者の名称を --party で指定してください。"},
    {"Office {1} is not one of ours: only an office of ours can give a "
     "mandate.",
	"事業所 {1} は自法人の事業所ではありません。委任できるのは"
	"自法人の事業所だけです。"},
    {"{1} is an agent: a mandate is given by a person of the office, and not "
     "given on.",
	"{1} はエージェントの名前です。委任は事業所の方が行います"
	"（再委任はできません）。"},
    {"A mandate says {1}.", "委任には次の記入が必要です: {1}。"},
    {"{1} faults: no mandate was given.",
	"誤りが {1} 件あります。委任は1件も登録していません。"},
    {"There is no mandate {1}.", "委任 {1} はありません。"},
    {"Say who revokes it and why: --by NAME --reason TEXT.",
	"取り消す方と理由を指定してください: --by 名前 --reason 理由。"},
    /* results that are owed: broker/control_expected.c, expected.c */
    {"Write a month as 202612.", "月は 202612 の形で入力してください。"},
    {"That was not ticked off.", "受領済みにはなっていません。"},
    {"No plan of {1} from {2} to {3} is known: nothing is owed.",
	"{1} の予定を {2} から {3} に送った記録がありません。"},
    {"{1} and {2} mean several pairs of desks: write NUMBER/TYPE.",
	"{1} と {2} には窓口が複数あります。事業所番号/種類で指定して"
	"ください。"},
    /* the broker: agents/ctl/control.c, broker/control.c */
    {"No broker is running: there is no {1}. Start tasukid, or name its data "
     "folder with --data.",
	"中継サーバーが動いていません（{1} がありません）。tasukid を起動するか、"
	"--data でデータの場所を指定してください。"},
    {"No broker is running: {1} was left by one that ended. Start tasukid.",
	"中継サーバーが止まっています（{1} だけが残っています）。tasukid を"
	"起動してください。"},
    {"This user may not control the broker at {1}. Run the command as the "
     "user tasukid runs as.",
	"この利用者には {1} を操作する権限がありません。tasukid を動かしている"
	"利用者で実行してください。"},
    {"The broker did not answer within {1} seconds.",
	"中継サーバーから {1} 秒以内に返事がありませんでした。"},
    {"The change could not be kept: {1}.", "変更を保存できませんでした: {1}。"},
    {"No hub agent is running there: {1}. Start tasuki-hub, or name its "
     "folder with --folder.",
	"ハブのエージェントが動いていません: {1}。tasuki-hub を起動するか、"
	"--folder でフォルダーを指定してください。"},
    {"No national gateway is running there: {1}. Start tasuki-national, or "
     "name its folder with --folder.",
	"国のシステムへの接続（tasuki-national）が動いていません: {1}。起動するか、"
	"--folder でフォルダーを指定してください。"},
    {"No FAX agent is running there: {1}. Start tasuki-fax, or name its "
     "folder with --folder.",
	"FAXのエージェントが動いていません: {1}。tasuki-fax を起動するか、"
	"--folder でフォルダーを指定してください。"},
    {"The medium {1} cannot be opened.", "媒体 {1} を開けません。"},
    {"{1} is no courier's folder: tasukictl courier init.",
	"{1} は媒体での受け渡しのフォルダーではありません"
	"（tasukictl courier init で作ります）。"},
    {"The medium is full.", "媒体の空きがありません。"},
    {"There is no agent {1}.", "エージェント {1} は登録されていません。"},
    {"That leg is not parked.", "その配送は保留になっていません。"},
    /* alarms */
    {"{1} legs wait for agents that are away: nobody serves queue {2} and "
     "others.",
	"エージェントがつながっていないため、{1} 件が待っています"
	"（待ち行列 {r2} など）。"},
    {"{1} legs wait for agents that are away: nobody serves queue {2}.",
	"エージェントがつながっていないため、{1} 件が待っています"
	"（待ち行列 {r2}）。"},
    {"{1} import(s) of the registry wait for a person: {2}",
	"台帳の取り込み {1} 件が確認待ち（隔離）です: {r2}"},
    {"Agent {1} runs twice with the same key.",
	"エージェント {r1} が同じ鍵で2台動いています。"},
    {"The disk is nearly full: {1} MiB left, nothing is accepted.",
	"ディスクの空きがほとんどありません（残り {1} MiB）。受付を止めています。"},
    {"The disk is filling: {1} MiB left, large documents are not accepted.",
	"ディスクの空きが少なくなっています（残り {1} MiB）。大きな書類の受付を"
	"止めています。"},
    {"A kept record does not match its tag.",
	"保管した記録が壊れています。管理者に伝えてください。"},
    {"The kept leg number {1} does not match its tag.",
	"保管した配送の記録（{1}）が壊れています。管理者に伝えてください。"},
    {"A kept parcel cannot be read back: {1}.",
	"保管した送信単位を読み出せません: {1}。管理者に伝えてください。"},
    {"The gate ended: no agent can connect.",
	"接続の受付が止まりました。エージェントが接続できません。"},
    /* gateways: agents/national, agents/hub, agents/fax */
    {"It waits for its turn.", "順番を待っています。"},
    {"It is being handed over.", "引き渡しています。"},
    {"The national system has taken it.", "国のシステムが受け付けました。"},
    {"It is laid out for the person at the desk.",
	"担当者の送信を待っています。"},
    {"It stands in the list of what was sent.", "送信一覧に載りました。"},
    {"The receiver has fetched it.", "相手先が取得しました。"},
    {"It is looked for in the list of what was sent.",
	"送信一覧で確かめています。"},
    {"The list shows that it was not handed over.",
	"送信一覧にないため、届いていません。"},
    {"The list shows that a part of it is missing.",
	"送信一覧に一部がないため、残りを送ります。"},
    {"The list shows that it was handed over.",
	"送信一覧にあるため、届いています。"},
    {"It was taken back before it was sent.", "送信前に取り消しました。"},
    {"It was taken back; nobody had sent it.",
	"取り消しました（まだ送っていませんでした）。"},
    {"The person at the desk could not send it.",
	"担当者が送信できませんでした。"},
    {"It has been waiting for a person at the desk for a long time.",
	"担当者の送信を長く待っています。"},
    {"Parcels lie on the desk and have not been sent.",
	"送信されていないものがあります。"},
    {"Held by {1}.", "{1} さんが止めました。"},
    {"Released by {1}.", "{1} さんが送信を許可しました。"},
    {"Stopped by {1}.", "{1} さんが取りやめました。"},
    {"Confirmed by {1}.", "{1} さんが送達を確認しました。"},
    {"Something was received a second time: another terminal has {1}",
	"同じものを2回受け取りました（別の端末でも取得した可能性があります）。"},
    {"Something was received that a person must look at.",
	"確認が必要なものを受け取りました。"},
    {"The certificate ended on {1}: this office's parcels wait.",
	"証明書が {1} に切れました。この事業所の送信は止まっています。"},
    {"The certificate ends on {1}, in {2} days.",
	"証明書の期限は {1}（あと {2} 日）です。"},
    {"The certificate ends on {1}, in {2} days, before the {3}",
	"証明書の期限は {1}（あと {2} 日）で、次の請求日より前です。"},
    {"There is no certificate for {1}.", "{1} の証明書が登録されていません。"},
    {"User id or password are wrong: add the certificate again with the right "
     "ones.",
	"ユーザIDまたはパスワードが違います。正しいもので証明書を登録し直して"
	"ください。"},
    {"The certificate is not of the office of this user.",
	"証明書とユーザの事業所が違います。"},
    {"The receiver is not registered with the national system.",
	"宛先は国のシステムに登録されていません。別の経路で送ってください。"},
    {"The receiver is not registered with this service type.",
	"宛先はこのサービス種類では国のシステムに登録されていません。"},
    {"Sender and receiver have the same office number.",
	"差出と宛先の事業所番号が同じです。"},
    {"These files are not one of the combinations of the standard.",
	"標準仕様にない書類の組み合わせです。"},
    {"A file arrived in other bytes than its hash says.",
	"ファイルが途中で変わりました。"},
    {"A file name breaks the rule, or names another sender or receiver.",
	"ファイル名が規則と違うか、差出・宛先が違います。"},
    {"There are too many files, or they are too large.",
	"ファイルが多すぎるか、大きすぎます。"},
    {"The edition of these files is not accepted any more.",
	"この版のファイルは受け付けられなくなりました。"},
    {"Nobody knows whether it was handed over: the list of what {1}",
	"届いたかどうか分かりません。国のシステムの送信一覧を確かめてください。"},
    {"under mandate {1}", "委任 {r1} による"},
    {"reminder", "実績送付のお願い"},
    {"The account is locked for a time.",
	"アカウントが一時的にロックされています。"},
    {"The national system is not served now.",
	"国のシステムに接続できません。再開を待っています。"},
    {"The national system serves nobody now.",
	"国のシステムが停止中です。再開を待っています。"},
    {"It lies at the hub.", "ハブに置きました。"},
    {"It was seen at the hub.", "ハブで確認されました。"},
    {"It was taken back in time.", "間に合って取り消しました。"},
    {"The first FAX to this partner: look at it and release it.",
	"この相手先への最初のFAXです。内容を確かめて許可してください。"},
    {"Handed to the provider.", "FAX会社に渡しました。"},
    {"The provider confirms it.", "FAX会社が送達を確認しました。"},
    {"It is tried again.", "もう一度送ります。"},
    /* lists as files: agents/ctl/rows.c */
    {"{1}: the file is empty", "{1}: ファイルが空です。"},
    {"{1}: too many columns", "{1}: 列が多すぎます。"},
    {"{1}: a column is there twice: {2}", "{1}: 項目「{2}」が2列あります。"},
    {"{1}: the first line must name the columns, among them: {2}",
	"{1}: 1行目に項目名（{2} を含む）が必要です。"},
    {"{1}: the row has more cells than there are columns",
	"{1}: 項目より多い列のある行です。"},
    {"{1}: a quote is opened here and never closed",
	"{1}: 引用符（\"）が閉じられていません。"},
    {"{1}: the file ends in the middle of a row: is it whole?",
	"{1}: ファイルが行の途中で終わっています。最後まで揃っているか"
	"確かめてください。"},
    {"{1}: a character is not UTF-8 in column: {2}",
	"{1}: 項目 {2} にUTF-8でない文字があります。"},
    {"{1}: a character is not MS932 in column: {2}",
	"{1}: 項目 {2} にMS932でない文字があります。"},
    {"{1}: the file is UTF-16; save it as CSV UTF-8 or as CSV",
	"{1}: UTF-16のファイルです。CSV（UTF-8）またはCSVで保存し直して"
	"ください。"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct part {
	const char *text;
	size_t length;
};

static bool say(struct buf *out, const char *text, size_t length, int depth);

/* "{1}" or "{d1}" at s: its number; *n: how long it is, *form: its letter. */
static int
place(const char *s, size_t *n, char *form)
{
	size_t at = 1;

	if (s[0] != '{')
		return 0;
	*form = s[1] == 'd' || s[1] == 'r' ? s[1] : '\0';
	at += *form != '\0' ? 1 : 0;
	if (s[at] < '1' || s[at] > '0' + PLACES || s[at + 1] != '}')
		return 0;
	*n = at + 2;
	return s[at] - '0';
}

static bool
matches(const char *pattern, const char *text, size_t length,
    struct part parts[PLACES + 1])
{
	const char *at = text, *end = text + length;

	while (*pattern != '\0') {
		size_t n = 0, literal;
		char form;
		int number = place(pattern, &n, &form);
		const char *next;

		pattern += n;
		literal = strcspn(pattern, "{");
		if (number == 0)
			next = (size_t)(end - at) >= literal &&
				       memcmp(at, pattern, literal) == 0
				   ? at
				   : NULL;
		else if (pattern[literal] != '\0')
			next = memmem(at, (size_t)(end - at), pattern, literal);
		else /* the last: to the end of the text */
			next =
			    (size_t)(end - at) >= literal &&
				    memcmp(end - literal, pattern, literal) == 0
				? end - literal
				: NULL;
		if (next == NULL || (number != 0 && next == at))
			return false;
		parts[number] = (struct part){at, (size_t)(next - at)};
		at = next + literal;
		pattern += literal;
	}
	return at == end;
}

/* 20261231 -> 2026-12-31 */
static void
add_day(struct buf *out, const struct part *p)
{
	if (p->length == 8 && strspn(p->text, "0123456789") >= 8)
		buf_printf(
		    out, "%.4s-%.2s-%.2s", p->text, p->text + 4, p->text + 6);
	else
		buf_add(out, p->text, p->length);
}

static void
fill(struct buf *out, const char *ja, const struct part *parts, int depth)
{
	while (*ja != '\0') {
		size_t n = 0;
		char form = '\0';
		int number = place(ja, &n, &form);

		if (number == 0) {
			buf_add(out, ja++, 1);
			continue;
		}
		ja += n;
		if (form == 'd')
			add_day(out, &parts[number]);
		else if (form == 'r' || !say(out, parts[number].text,
					    parts[number].length, depth + 1))
			buf_add(out, parts[number].text, parts[number].length);
	}
}

static const char *
word_of(const char *text, size_t length)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (strlen(words[i].en) == length &&
		    memcmp(words[i].en, text, length) == 0)
			return words[i].ja;
	return NULL;
}

/* "send-plan receive": words, one and all, with a stop between. */
static bool
say_words(struct buf *out, const char *text, size_t length)
{
	struct buf said;
	size_t at = 0;
	bool known = length > 0;

	buf_init(&said, TEXT_MAX);
	while (known && at < length) {
		const char *blank = memchr(text + at, ' ', length - at);
		size_t n =
		    blank != NULL ? (size_t)(blank - text) - at : length - at;
		const char *word = word_of(text + at, n);

		known = word != NULL;
		if (known)
			buf_printf(&said, "%s%s", at > 0 ? "・" : "", word);
		at += n + 1;
	}
	if (known)
		buf_add(out, said.data, said.len);
	buf_fini(&said);
	return known;
}

/* False: the table does not know it. */
static bool
say(struct buf *out, const char *text, size_t length, int depth)
{
	struct part parts[PLACES + 1];
	const char *word = word_of(text, length);

	for (size_t i = 0; i <= PLACES; i++)
		parts[i] = (struct part){"", 0};

	if (word != NULL) {
		buf_text(out, word);
		return true;
	}
	for (size_t i = 0; depth < DEPTH_MAX && i < COUNT(sentences); i++) {
		if (!matches(sentences[i].en, text, length, parts))
			continue;
		fill(out, sentences[i].ja, parts, depth);
		return true;
	}
	return say_words(out, text, length);
}

char *
japanese(const char *text)
{
	struct buf out;
	char *said;

	buf_init(&out, TEXT_MAX);
	if (!say(&out, text, strlen(text), 0) || !buf_ok(&out)) {
		buf_fini(&out);
		return mem_text(text);
	}
	said = mem_text(out.len > 0 ? out.data : "");
	buf_fini(&out);
	return said;
}
