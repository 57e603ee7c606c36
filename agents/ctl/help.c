/* NAME
 *	help - how a verb is used: usage, options, examples, exit status
 * SUMMARY
 *	See help.h.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "show.h"
#include "term.h"

#define SEEN_MAX 32

/* A row that names a verb comes before the general one of the same name. */
static const struct {
	const char *verb, *name, *en, *ja;
} options[] = {
    {"registry", "--from",
	"first day of the way national (today); for test-fax: the office that "
	"the partner calls back",
	"国のシステムの経路が始まる日（既定は今日）。test-fax では折り返し先の"
	"事業所"},
    {"registry", "--full",
	"the whole list: partners that are missing end yesterday",
	"全件の一覧: 載っていない連携先は前日で終了"},
    {"registry", "--partners", "partners only", "連携先だけ"},
    {"registry", "--by", "who does it (the user logged in)",
	"担当者の名前（既定はログイン名）"},
    {"registry", "--list", "name of the public list", "公開一覧の名前"},
    {"registry", "--month", "joined in that month", "その月に移行した相手先"},
    {"mandate", "--from", "first day (today)", "開始日（既定は今日）"},
    {"mandate", "--until", "last day, to 24:00 in Japan",
	"最終日（その日の24時まで）"},
    {"mandate", "--by", "the person of the office who gives or revokes it",
	"委任・取消をする事業所の方の名前"},
    {"mandate", "--all", "ended and revoked ones, too",
	"終わった委任・取り消した委任も"},
    {"mandate", "--office", "of that office", "その事業所の委任だけ"},
    {"mandate", "--agent", "of that agent", "そのエージェントの委任だけ"},
    {"route", "--agent", "may that agent hand it in (right, mandate)?",
	"そのエージェントが送れるか（権限・委任）も調べる"},
    {"route", "--month", "service month (for plans the next one)",
	"サービス提供月（予定の既定は翌月）"},
    {"route", "--edition", "a file of that edition: 4.1, V3",
	"その版のファイルとして調べる（4.1・V3）"},
    {"expected", "--all", "arrived and ticked off ones, too",
	"届いたもの・受領済みも"},
    {"expected", "--office", "who waits for the results (list: or owes them)",
	"実績を受け取る事業所（一覧では提出する事業所も）"},
    {"expected", "--partner", "who owes the results", "実績を提出する相手先"},
    {"audit", "--from", "from that entry on", "その番号から"},
    {"check", "--json", "one JSON object a line", "1行に1件のJSON"},
    {"compare", "--all", "lines without a difference, too", "違いのない行も"},
    {"convert", "--to", "edition to write: 4.1, V3", "変換後の版（4.1・V3）"},
    {"masters", "--holidays", "a list of public holidays", "祝日の一覧"},
    {"masters", "--month", "as it holds in that month", "その月に有効なもの"},
    {"national", "--by", "who decides", "判断した方の名前"},
    {"fax", "--by", "who decides", "判断した方の名前"},
    {"hub", "--by", "who says so", "確認した方の名前"},
    {"extract", "--password-file", "file with the PDF's password",
	"PDFのパスワードのファイル"},
    {"", "--accept-loss", "write copies that lose something, too",
	"失われる項目があっても写しを作る"},
    {"", "--add-unknown", "take offices that are not in the registry, too",
	"台帳にない事業所も加える"},
    {"", "--agent", "of that agent", "エージェント"},
    {"", "--as", "the list is that agent's, by its mandate (with --for)",
	"受任者のエージェント（委任による取り込み、--for と共に）"},
    {"", "--for", "the office that gave the mandate", "委任元の事業所"},
    {"", "--by", "who does it", "担当者の名前"},
    {"", "--bytes", "size of the file", "ファイルの大きさ（バイト）"},
    {"", "--code", "the code that the partner read back",
	"相手先が読み上げた番号"},
    {"", "--codes", "with the codes of each field", "項目のコードも"},
    {"", "--containers", "folder of the sealed certificates",
	"証明書の保管フォルダー"},
    {"", "--csv", "write the differences to a CSV file",
	"違いをCSVファイルに書く"},
    {"", "--days", "within so many days (30)", "今日からの日数（既定 30）"},
    {"", "--dry-run", "only say what would happen",
	"何が起きるかだけを表示する"},
    {"", "--edition", "of that edition", "版"},
    {"", "--encoding", "of the file; import demands it, else finds out",
	"文字コード（取り込みの既定は自動判別）"},
    {"", "--exit-code", "exit status 1 if something is late",
	"期限を過ぎたものがあれば終了コード 1"},
    {"", "--explain", "say why, step by step", "理由を順に示す"},
    {"", "--find", "with that text in number or name",
	"番号・名称にその語を含むもの"},
    {"", "--folder", "folder of that agent", "エージェントのフォルダー"},
    {"", "--from", "sender's office number", "差出の事業所番号"},
    {"", "--from-type", "sender's service type, if the name says none",
	"差出のサービス種類（名前にないとき）"},
    {"", "--holidays", "table of holidays, if not the installed one",
	"祝日の表（既定は同梱のもの）"},
    {"", "--inside", "offices of ours only", "自法人の事業所だけ"},
    {"", "--insurer", "of that insurer", "保険者番号"},
    {"", "--insurers", "a list of insurers", "保険者の一覧"},
    {"", "--into", "folder to write to", "書き込むフォルダー"},
    {"", "--key", "file with the agent's public key",
	"エージェントの公開鍵のファイル"},
    {"", "--lang", "language of what is said", "表示の言語"},
    {"", "--late", "only what is over its deadline", "期限を過ぎたものだけ"},
    {"", "--limit", "at most so many", "件数の上限"},
    {"", "--login-file", "file with user id and password, a line each",
	"ユーザIDとパスワードを1行ずつ書いたファイル"},
    {"", "--map", "columns by a map: config/registry/NAME.tsv or a path",
	"項目の対応表（config/registry/名前.tsv、またはその場所）"},
    {"", "--merge", "only the columns of the file change",
	"ファイルにある項目だけを変える"},
    {"", "--month", "service month, as 202612", "サービス提供月（例 202612）"},
    {"", "--name", "our name, for the peer", "当方の名称"},
    {"", "--number", "the number, typed once more", "もう一度入力した番号"},
    {"", "--office", "office number, maybe /TYPE", "事業所番号（/種類も可）"},
    {"", "--open", "only those that are not over", "終わっていないものだけ"},
    {"", "--out", "folder to write to", "書き込むフォルダー"},
    {"", "--p12", "certificate file (PKCS#12)", "証明書ファイル（PKCS#12）"},
    {"", "--partners", "only for these partners (all)",
	"対象の相手先（既定はすべて）"},
    {"", "--party", "name of who acts", "受任者の名称"},
    {"", "--password-file", "file with the certificate's password",
	"証明書のパスワードのファイル"},
    {"", "--peer", "the other side's public file", "相手から受け取った鍵"},
    {"", "--profile", "how severe findings are (exchange)",
	"検査の厳しさ（既定 exchange）"},
    {"", "--public", "a public list: who is on it gets the way national",
	"公開一覧: 載っている連携先に国のシステムの経路を加える"},
    {"", "--reason", "why; kept on record", "理由（記録に残る）"},
    {"", "--repair", "mend habits of some software", "書き方の癖を直す"},
    {"", "--rights",
	"send-plan, send-result, delete, receive, see, fax, partners; all",
	"send-plan 予定の送信、send-result 実績の送信、delete 削除、receive "
	"受信、see 状況の確認、fax FAX、partners 連携先の管理、all すべて"},
    {"", "--role", "what it is", "役割"},
    {"", "--scope", "a full list speaks for these rows only",
	"全件の一覧の対象とする行"},
    {"", "--secret", "file that opens them",
	"保管フォルダーを開く鍵のファイル"},
    {"", "--service-codes", "a table of service codes", "サービスコードの表"},
    {"", "--sha256", "take only this file", "このSHA-256のファイルだけ"},
    {"", "--since", "from that day on, as 2026-12-01",
	"その日から（例 2026-12-01）"},
    {"", "--standard", "folder of the tables of the standard",
	"標準仕様の表のフォルダー"},
    {"", "--to", "receiver's office number", "宛先の事業所番号"},
    {"", "--to-type", "receiver's service type, if the name says none",
	"宛先のサービス種類（名前にないとき）"},
    {"", "--undo", "it is owed again", "受領済みを取り消す"},
    {"", "--units-table", "a table of service units", "単位数表マスタ"},
    {"", "--until", "to that day", "その日まで"},
    {"", "--way", "reached by that way", "その経路の事業所"},
    {"", "--yes-remove", "how many offices end by it",
	"終了になる事業所の数（確認のため）"},
};

/* What a verb's help ends with.  page: the manual, below docs/. */
static const struct ending {
	const char *verb, *examples, *page;
	struct show_words one; /* exit status 1, beyond trouble */
} endings[] = {
    {"status", "status\n--json status", "tasukictl.md",
	{"an alarm stands", "警報が出ている"}},
    {"queue", "queue\nqueue office/1370100016/43 --limit 20", "tasukictl.md",
	{NULL, NULL}},
    {"parcel", "parcel 019e3c\nparcel recall 019e3c \"wrong month\"",
	"tasukictl.md",
	{"recall: a leg was out already", "取り戻し: すでに届いた配送がある"}},
    {"parcels", "parcels --to 1370100024 --since 2026-12-01 --open",
	"tasukictl.md", {NULL, NULL}},
    {"parked",
	"parked list\nparked show 019e3c/0\n"
	"parked close 019e3c/0 \"handed over, told Mr. Sato 12-01\"",
	"tasukictl.md", {NULL, NULL}},
    {"registry",
	"registry import partners.csv --dry-run\n"
	"registry diff sheet.csv --map japanese --full\n"
	"registry import --public --map wamnet list.csv\n"
	"registry quarantine release 3f2a9c01 --by 鈴木 --yes-remove 12\n"
	"registry export backup.csv --encoding ms932\n"
	"registry joined --month 202612",
	"registry.md",
	{"a row is wrong, or the list waits in quarantine",
	    "行に誤りがある、または確認待ち（隔離）になった"}},
    {"route",
	"route --explain 1370100016/43 1370100024 UPPLAN\n"
	"route --explain 1370100016 1370100024 UPJSK --month 202612 --agent "
	"daikou",
	"policies.md", {"it would be refused", "受け付けられない"}},
    {"expected",
	"expected --month 202612 --late\n"
	"expected --month 202612 --office 1370100016\n"
	"expected settle --month 202612 --office 1370100016 --partner "
	"1370100024\n    --by 佐藤 --reason FAXで受領\n"
	"expected remind --month 202612 --late --dry-run",
	"expected.md",
	{"with --exit-code: something is late",
	    "--exit-code のとき: 期限を過ぎたものがある"}},
    {"policy", "policy check policies.tsv\npolicy reload --by 佐藤",
	"policies.md", {"the table has a fault", "表に誤りがある"}},
    {"paper", "paper report --month 202612", "policies.md", {NULL, NULL}},
    {"mandate",
	"mandate add daikou 1370100016 --rights send-plan,receive --until "
	"2027-03-31\n    --party まるごと代行 --by 佐藤 --reason 契約2026-15\n"
	"mandate expiring --days 60\n"
	"mandate revoke m000012 --by 佐藤 --reason 解約",
	"mandates.md", {"a mandate cannot be given", "委任を登録できない"}},
    {"agent",
	"agent add honbu --key honbu.pub --role office\nagent revoke honbu",
	"broker.md", {NULL, NULL}},
    {"key", "key new /etc/tasuki/honbu\nkey show /etc/tasuki/honbu.pub",
	"tasukictl.md", {NULL, NULL}},
    {"stats", "stats", "broker.md", {NULL, NULL}},
    {"audit", "audit verify\naudit list --limit 20", "store.md",
	{"the chain is broken", "連鎖が切れている"}},
    {"backup", "backup /srv/backup/2026-12-01", "store.md", {NULL, NULL}},
    {"check", "check UPPLAN_202612_*.CSV", "standard-checks.md",
	{"errors found", "誤りがある"}},
    {"compare", "compare UPPLAN_202612_*.CSV UPJSK_202612_*.CSV",
	"tasukictl-compare.md", {"there are differences", "違いがある"}},
    {"standard", "standard show UPPLAN --edition 4.1 --codes",
	"tasukictl-standard.md",
	{"there is no such kind or edition", "その種別・版はない"}},
    {"masters", "masters import --holidays holidays.csv --dry-run",
	"tasukictl-masters.md",
	{"rows were left out, or nothing was found",
	    "取り込めない行がある、または見つからない"}},
    {"convert", "convert --to V3 --out copies UPPLAN_202612_*.CSV",
	"standard-convert.md",
	{"a loss, or a file that cannot be converted",
	    "失われる項目がある、または変換できない"}},
    {"extract", "extract received.pdf --out inbox", "tasuki-pdf.md",
	{"nothing is inside", "CSVが入っていない"}},
    {"scan", "scan page1.png page2.png --out inbox", "tasuki-pdf.md",
	{"parts are missing", "足りない部分がある"}},
    {"handover", "handover confirm 4K7P-2M9 --folder /var/lib/tasuki/pdf",
	"tasuki-pdf.md", {"no paper has this code", "その番号の書類はない"}},
    {"fax", "fax jobs\nfax release 019e3c --by 佐藤", "tasuki-fax.md",
	{NULL, NULL}},
    {"national",
	"national jobs\nnational release 019e3c --by 佐藤\n"
	"national cert add 1370100016 --p12 office.p12 --containers DIR "
	"--secret FILE\nnational cert list --containers DIR --secret FILE",
	"tasuki-national.md",
	{"cert list: one is damaged, over or ends soon",
	    "cert list: 壊れた・切れた・期限の近い証明書がある"}},
    {"hub", "hub jobs\nhub seen 019e3c --by 佐藤", "tasuki-hub.md",
	{NULL, NULL}},
    {"courier",
	"courier import /var/lib/tasuki/hub /media/usb\n"
	"courier export /var/lib/tasuki/hub /media/usb\n"
	"courier status /var/lib/tasuki/hub",
	"courier.md",
	{"a bundle is damaged or missing", "壊れた・届いていない束がある"}},
    {"help", "help registry", "tasukictl.md", {NULL, NULL}},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Exit status 2 means a file that cannot be read, too. */
static const char *const readers[] = {"check", "compare", "masters", "scan"};

static const struct show_words usage = {"usage: ", "使い方: "};
static const struct show_words examples = {"Examples:", "例:"};
static const struct show_words trouble = {"trouble", "問題あり"};
static const struct show_words status = {
    "Exit status: 0 done, 1 %s%s%s, 2 usage%s.\n",
    "終了コード: 0 正常、1 %s%s%s、2 使い方の誤り%s\n"};
static const struct show_words unreadable = {
    " or an unreadable file", "・読めないファイル"};

/* "tasukictl parked list" ... one line for each form of the verb. */
static void
print_usage(const struct ctl *ctl, const struct ctl_verb *verb)
{
	const char *rest = verb->arguments, *lead = show_word(ctl, &usage);
	int width = (int)term_width(lead);

	do {
		size_t n = strcspn(rest, "\n");
		bool first = rest == verb->arguments;

		if (!first && *rest == '[') /* a further line of one form */
			printf("%*s%.*s\n", width + 6, "", (int)n, rest);
		else if (first)
			printf("%stasukictl %s%s%.*s\n", lead, verb->name,
			    n > 0 ? " " : "", (int)n, rest);
		else
			printf("%*stasukictl %s %.*s\n", width, "", verb->name,
			    (int)n, rest);
		rest += n;
	} while (*rest++ == '\n');
}

static const char *
meaning(const struct ctl *ctl, const char *verb, const char *name, size_t n)
{
	for (size_t i = 0; i < COUNT(options); i++) {
		if (strlen(options[i].name) != n ||
		    memcmp(options[i].name, name, n) != 0)
			continue;
		if (options[i].verb[0] == '\0' ||
		    strcmp(options[i].verb, verb) == 0)
			return ctl->ja ? options[i].ja : options[i].en;
	}
	return NULL;
}

/* Every option that the usage lines name, once. */
static void
print_options(const struct ctl *ctl, const struct ctl_verb *verb)
{
	struct {
		const char *name;
		size_t n;
	} seen[SEEN_MAX];
	size_t count = 0, i;

	for (const char *at = strstr(verb->arguments, "--"); at != NULL;
	     at = strstr(at, "--")) {
		size_t n = strcspn(at, " ]\n)|");
		const char *text = meaning(ctl, verb->name, at, n);

		for (i = 0; i < count; i++)
			if (seen[i].n == n && memcmp(seen[i].name, at, n) == 0)
				break;
		if (i == count && count < SEEN_MAX) {
			seen[count].name = at;
			seen[count++].n = n;
			if (i == 0)
				putchar('\n');
			if (text != NULL)
				printf("  %-15.*s %s\n", (int)n, at, text);
		}
		at += n;
	}
}

static void
print_examples(const struct ctl *ctl, const char *text)
{
	printf("\n%s\n", show_word(ctl, &examples));
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		printf("  %s%.*s\n", *text == ' ' ? "" : "tasukictl ", (int)n,
		    text);
		text += n + (text[n] == '\n' ? 1 : 0);
	}
}

static bool
reads(const char *verb)
{
	for (size_t i = 0; i < COUNT(readers); i++)
		if (strcmp(readers[i], verb) == 0)
			return true;
	return false;
}

void
help_print(const struct ctl *ctl, const struct ctl_verb *verb)
{
	const struct ending *end = endings;
	const char *one;

	printf(
	    "tasukictl %s - %s\n\n", verb->name, ctl->ja ? verb->ja : verb->en);
	print_usage(ctl, verb);
	print_options(ctl, verb);
	while (end < endings + COUNT(endings) &&
	       strcmp(end->verb, verb->name) != 0)
		end++;
	if (end == endings + COUNT(endings))
		return;
	print_examples(ctl, end->examples);
	one = end->one.en != NULL ? show_word(ctl, &end->one) : "";
	putchar('\n');
	printf(show_word(ctl, &status), show_word(ctl, &trouble),
	    *one == '\0' ? ""
	    : ctl->ja    ? "："
			 : ": ",
	    one, reads(verb->name) ? show_word(ctl, &unreadable) : "");
	printf("%s: docs/%s\n", ctl->ja ? "マニュアル" : "Manual", end->page);
}
