/* NAME
 *	tasukictl - the operator's command
 * SUMMARY
 *	tasukictl [--control PATH | --data DIR | --config FILE] [--json]
 *	    [--lang ja|en] VERB [ARGUMENT...]
 * DESCRIPTION
 *	Verbs are rows of one table below; "tasukictl help" prints it.  Options
 *	that hold for all verbs may stand before or behind the verb.  "check"
 *	works on files alone and parses its own options.
 *
 *	The broker is found by --control (its socket), --data (its data folder)
 *	or --config (its settings file), else $TASUKI_CONTROL, else
 *	/var/lib/tasuki/broker/control.sock.
 * DIAGNOSTICS
 *	Exit code 0: done; 1: trouble (the sentence on stderr says which); 2:
 *the command line is wrong.  With --json trouble is one JSON document too.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include "buf.h"
#include "err.h"
#include "foreign.h"

#include "check_main.h"
#include "ctl.h"
#include "help.h"
#include "options.h"
#include "term.h"

#define CONTROL_NAME    "control.sock"
#define CONTROL_DEFAULT "/var/lib/tasuki/broker/" CONTROL_NAME

#ifndef TASUKI_VERSION
#define TASUKI_VERSION "unknown"
#endif

static int help_verb(struct ctl *ctl, int argc, char **argv);
static int check_verb(struct ctl *ctl, int argc, char **argv);

static const struct ctl_verb verbs[] = {
    {"status", status_verb, "",
	"the broker, its agents, queues, store and alarms",
	"中継サーバー・エージェント・待ち行列・保管庫・警報"},
    {"queue", parcel_queue_verb, "[QUEUE] [--limit N]",
	"legs that wait, in order", "待っている配送（順番どおり）"},
    {"parcel", parcel_verb, "ID\nrecall ID [REASON]",
	"one parcel: documents, legs, every step with its time",
	"送信単位ひとつ: 書類・配送・すべての経過と日時"},
    {"parcels", parcel_find_verb,
	"[--from NUMBER] [--to NUMBER] [--month YYYYMM]\n"
	"[--since DAY] [--until DAY] [--open] [--limit N]",
	"find parcels, newest first", "送信単位を探す（新しい順）"},
    {"parked", parked_verb,
	"list\nshow ID/LEG\nrequeue ID/LEG\nclose ID/LEG REASON",
	"legs that need a person", "人の判断を待つ配送（保留）"},
    {"registry", registry_verb,
	"import | diff FILE.csv [--by NAME] [--map NAME] [--merge]\n"
	"[--full [--scope COLUMN=VALUE]] [--public [--from DAY]\n"
	"[--add-unknown] [--list NAME]] [--encoding ms932|utf-8]\n"
	"[--sha256 HEX] [--dry-run] [--as AGENT --for NUMBER[/TYPE]]\n"
	"list [--way WAY] [--find TEXT] [--inside | --partners] [--limit N]\n"
	"show NUMBER[/TYPE]\nexport [FILE] [--encoding ms932|utf-8]\n"
	"history [NUMBER[/TYPE]]\njoined [--since DAY | --month YYYYMM]\n"
	"quarantine list\nquarantine show ID\n"
	"quarantine release ID --by NAME [--yes-remove COUNT]\n"
	"quarantine drop ID --by NAME\nfax NUMBER\nverify-fax NUMBER --by NAME [--number FAX]\n"
	"test-fax NUMBER --by NAME [--from NUMBER]\n"
	"confirm-fax NUMBER --code CODE --by NAME\n"
	"freeze-fax NUMBER --by NAME",
	"offices and partners, and which FAX numbers may be dialled",
	"事業所と連携先の台帳・FAX番号の確認"},
    {"route", route_verb,
	"[--explain] FROM TO KIND [--month YYYYMM] [--agent NAME]\n"
	"[--bytes N] [--edition E]",
	"which way a file would go now, and why",
	"書類がどの経路で届くか、その理由"},
    {"expected", expected_verb,
	"--month YYYYMM [--office NUMBER] [--late] [--all] [--exit-code]\n"
	"settle --month YYYYMM --office NUMBER --partner NUMBER --by NAME\n"
	"[--reason TEXT] [--undo]\n"
	"remind --month YYYYMM [--office NUMBER] [--late] [--dry-run]",
	"results that are owed: by whom, to whom, since when",
	"届いていない実績（誰から・誰へ・期限）"},
    {"policy", policy_verb,
	"list\nreload [--by NAME]\ncheck FILE [--holidays FILE]",
	"what partners get, by when and how much; take a changed table",
	"相手先ごとの届け方・期限・送信枠と、変更した表の取り込み"},
    {"paper", paper_verb, "report --month YYYYMM",
	"what paper costs, by partner", "紙で送った相手先と費用"},
    {"mandate", mandate_verb,
	"add AGENT NUMBER[/TYPE] --rights RIGHT,... --until DAY [--from DAY]\n"
	"[--partners NUMBER,...] --party NAME --by NAME --reason TEXT\n"
	"import FILE.csv --by NAME [--dry-run]\n"
	"list [--agent NAME] [--office NUMBER] [--all]\nshow ID\n"
	"revoke ID --by NAME --reason TEXT\nexpiring [--days N]",
	"who may act for which office, for what, until when",
	"委任: どの事業所の代わりに、何を、いつまでしてよいか"},
    {"agent", agent_verb,
	"add NAME --key FILE.pub --role office|pdf|fax|national|hub:NAME\n"
	"list\nrevoke NAME",
	"which keys may connect, and as what", "接続を許す鍵とその役割"},
    {"key", key_verb, "new PATH\nshow FILE",
	"make a key pair (PATH.key, PATH.pub); show a public key",
	"鍵の作成（PATH.key と PATH.pub）・公開鍵の表示"},
    {"stats", status_stats_verb, "", "counters since the broker started",
	"起動からの計数"},
    {"audit", audit_verb, "verify\nlist [--from NO] [--limit N]",
	"the audit chain: whole? what happened?", "監査記録: 連鎖の検証と一覧"},
    {"backup", audit_backup_verb, "PATH",
	"copy the store of the running broker to the folder PATH",
	"動作中の中継サーバーの保管庫を PATH に複製"},
    {"check", check_verb,
	"[--json] [--lang ja|en] [--profile strict|exchange|lenient]\n"
	"[--standard DIR] FILE...",
	"check files of the standard (no broker needed)",
	"標準仕様のファイルを検査（中継サーバー不要）"},
    {"compare", compare_verb, "[--all] [--csv OUT] PLAN... ACTUAL...",
	"planned (UPPLAN) against actual (UPJSK), or two versions of one "
	"(no broker needed)",
	"予実突合: 予定（UPPLAN）と実績（UPJSK）、または同じ書類の新旧を"
	"比較（中継サーバー不要）"},
    {"standard", standard_verb,
	"list [--edition E]\nshow KIND [--edition E] [--codes]",
	"the editions, kinds and layouts of the standard (no broker needed)",
	"標準仕様の版・書類の種別・レイアウト（中継サーバー不要）"},
    {"masters", masters_verb,
	"import (--service-codes | --units-table | --insurers | --holidays) "
	"FILE\n[--into DIR] [--dry-run]\nlist\n"
	"find CODE [--month YYYYMM] [--insurer NUMBER]",
	"names of service codes, insurers and holidays (no broker needed)",
	"サービスコード・単位数表マスタ・保険者・祝日の取り込み（中継サーバー不要）"},
    {"convert", convert_verb,
	"--to EDITION [--accept-loss] [--from-type TT] [--to-type TT]\n"
	"[--out DIR] FILE...\n--repair [--out DIR] [--profile NAME] FILE...",
	"copies in another edition, with a list of what would be lost; or "
	"repaired copies (no broker needed)",
	"別の版（V3・V4.1）の写しを作り、失われる項目を一覧にする。または書き方の癖を"
	"直した写しを作る（中継サーバー不要）"},
    {"render", render_verb,
	"(--pdf OUT.pdf | --fax OUT.tif | --png PREFIX) [--cover ...]\n"
	"[OPTION...] FILE...",
	"draw files of the standard as the official forms (no broker needed)",
	"標準仕様のファイルを公式の様式で描く（中継サーバー不要）"},
    {"extract", extract_verb, "FILE.pdf [--out DIR] [--password-file FILE]",
	"the CSV files inside a paper's PDF (no broker needed)",
	"書類のPDFに入っているCSVファイルを取り出す（中継サーバー不要）"},
    {"scan", scan_verb, "IMAGE... [--out DIR]",
	"the CSV files of data sheets, from scans and received FAXes (no "
	"broker needed)",
	"データシートの読み取り画像・受信FAXからCSVファイルを取り出す"
	"（中継サーバー不要）"},
    {"handover", handover_verb, "confirm CODE --folder DIR\nlist --folder DIR",
	"codes of papers that were handed over (no broker needed)",
	"手渡し・郵送した書類の受領コードの確認と一覧（中継サーバー不要）"},
    {"fax", fax_verb,
	"jobs [--folder DIR]\nshow JOB [--folder DIR]\n"
	"hold | release | cancel JOB [--folder DIR] [--by NAME]\n"
	"confirm | fail JOB [--folder DIR] [--by NAME]",
	"FAXes under way: look, release the first one, decide an unknown one "
	"(no broker needed)",
	"送信中のFAX: 内容の確認・初回送信の許可・結果不明の判断"
	"（中継サーバー不要）"},
    {"national", national_verb,
	"jobs | offices | notices [--folder DIR]\nclear OFFICE CODE\n"
	"job | hold | release | retry | done | fail | cancel JOB [--by NAME]\n"
	"cert add NUMBER --p12 FILE [--password-file FILE]\n"
	"[--login-file FILE] [--containers DIR] [--secret FILE]\n"
	"cert list [--containers DIR] [--secret FILE]\n"
	"cert check | retry | remove NUMBER\n"
	"[--containers DIR] [--secret FILE]\nsecret new FILE",
	"the national gateway: parcels under way, certificates and logins (no "
	"broker needed)",
	"国のシステムへの接続: 送信中のもの・事業所ごとの証明書とログイン"
	"（中継サーバー不要）"},
    {"hub", hub_verb,
	"jobs [--folder DIR]\njob JOB [--folder DIR]\n"
	"seen JOB --by NAME [--folder DIR]\nretry JOB [--folder DIR]",
	"parcels under way to a hub: look, say that one was seen (no broker "
	"needed)",
	"他の連携サービスへの送信: 内容の確認・相手の確認の記録"
	"（中継サーバー不要）"},
    {"courier", courier_verb,
	"init SPOOL --name NAME [--peer FILE.pub]\nexport SPOOL MEDIUM\n"
	"import SPOOL MEDIUM\nstatus SPOOL",
	"parcels on a medium, where there is no line: LGWAN, hospitals (no "
	"broker needed)",
	"媒体での受け渡し: 回線のない網（LGWAN・病院）との送受信"
	"（中継サーバー不要）"},
    {"help", help_verb, "[VERB]", "this text, or how a verb is used",
	"この説明、または各コマンドの使い方"},
};
#define VERBS (sizeof(verbs) / sizeof(*verbs))

struct globals {
	const char *control, *data, *config, *lang;
	bool json;
};

static const struct ctl_verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int
help_verb(struct ctl *ctl, int argc, char **argv)
{
	const struct ctl_verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;

	if (argc > 1 && verb == NULL)
		return ctl_usage("there is no verb \"%s\"", argv[1]);
	if (verb != NULL && verb->run == render_verb) /* has its own */
		return render_verb(
		    ctl, 2, (char *[]){"render", "--help", NULL});
	if (verb != NULL) {
		help_print(ctl, verb);
		return CTL_OK;
	}
	puts(ctl->ja ? "tasukictl - 運用者のコマンド\n"
		     : "tasukictl - the "
		       "operator's command\n");
	printf("%s", ctl->ja ? "使い方: " : "usage: ");
	puts("tasukictl [--control PATH | --data DIR | --config FILE] [--json]"
	     "\n           [--lang ja|en] VERB [ARGUMENT...]");
	puts(ctl->ja
		 ? "        tasukictl VERB --help  （各コマンドの使い方・例）\n"
		   "        tasukictl --version\n"
		 : "       tasukictl VERB --help   how a verb is used, with "
		   "examples\n"
		   "       tasukictl --version\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-10s %s\n", verbs[i].name,
		    ctl->ja ? verbs[i].ja : verbs[i].en);
	puts(ctl->ja
		 ? "\n終了コード: 0 正常、1 問題あり・指摘あり、"
		   "2 使い方の誤り（ファイルを検査・比較するコマンドでは、"
		   "読めないファイルも）"
		 : "\nExit status: 0 ok, 1 trouble or findings, 2 usage (of "
		   "verbs that look at files: or an unreadable one).");
	return CTL_OK;
}

/* "backup --help" asks for no backup of that name. */
static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

/* check has its own options; hand it ours in its own words. */
static int
check_verb(struct ctl *ctl, int argc, char **argv)
{
	char **list = mem_new(((size_t)argc + 4) * sizeof(*list));
	int count = 0, rc;

	list[count++] = argv[0];
	if (ctl->json)
		list[count++] = (char *)"--json";
	if (ctl->ja) {
		list[count++] = (char *)"--lang";
		list[count++] = (char *)"ja";
	}
	for (int i = 1; i < argc; i++)
		list[count++] = argv[i];
	rc = check_main(count, list);
	free(list);
	return rc;
}

/* Take the global options out of argv; what is left is verb and arguments. */
static int
take_globals(int *argc, char **argv, struct globals *globals)
{
	const struct option options[] = {
	    {"--json", NULL, &globals->json},
	    {"--control", &globals->control, NULL},
	    {"--data", &globals->data, NULL},
	    {"--config", &globals->config, NULL},
	    {"--lang", &globals->lang, NULL},
	    {NULL, NULL, NULL},
	};
	int kept = 1, i = 1;

	while (i < *argc) {
		int n = 0;

		if (strcmp(argv[i], "--") == 0 ||
		    (kept > 1 && strcmp(argv[1], "check") == 0))
			break;
		n = option_take(options, *argc, argv, i);
		if (n < 0)
			return ctl_usage("%s needs a value", argv[i]);
		if (n == 0)
			argv[kept++] = argv[i++];
		i += n;
	}
	while (i < *argc)
		argv[kept++] = argv[i++];
	argv[kept] = NULL;
	*argc = kept;
	return CTL_OK;
}

static char *
socket_below(const char *data)
{
	struct buf path;
	char *out;

	buf_init(&path, 4096);
	buf_printf(&path, "%s/" CONTROL_NAME, data);
	out = mem_text(path.len > 0 ? path.data : "");
	buf_fini(&path);
	return out;
}

/* The data folder a settings file of the broker names. */
static char *
socket_by_config(const char *file)
{
	zconfig_t *root = zconfig_load(file);
	char *path;

	if (root == NULL) {
		(void)ctl_usage("%s is not a settings file", file);
		return NULL;
	}
	path =
	    socket_below(zconfig_get(root, "data", "/var/lib/tasuki/broker"));
	zconfig_destroy(&root);
	return path;
}

static char *
find_socket(const struct globals *globals)
{
	const char *path = getenv("TASUKI_CONTROL");

	if (globals->control != NULL)
		return mem_text(globals->control);
	if (globals->data != NULL)
		return socket_below(globals->data);
	if (globals->config != NULL)
		return socket_by_config(globals->config);
	return mem_text(path != NULL && *path != '\0' ? path : CONTROL_DEFAULT);
}

static bool
choose_ja(const char *lang)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; lang == NULL && i < 3; i++) {
		lang = getenv(names[i]);
		if (lang != NULL && *lang == '\0')
			lang = NULL;
	}
	return lang != NULL && strncmp(lang, "ja", 2) == 0;
}

static int
run(int argc, char **argv, const struct globals *globals)
{
	const struct ctl_verb *verb = find_verb(argv[1]);
	struct ctl ctl = {.json = globals->json};
	int rc;

	if (verb == NULL)
		return ctl_usage("there is no verb \"%s\"", argv[1]);
	/* requests are JSON: bytes that are no UTF-8 cannot be sent */
	for (int i = 1; i < argc && verb->run != check_verb; i++)
		if (mbstowcs(NULL, argv[i], 0) == (size_t)-1)
			return ctl_usage("argument %d is not UTF-8", i);
	ctl.ja = choose_ja(globals->lang);
	if (verb->run != render_verb && asks_for_help(argc, argv)) {
		help_print(&ctl, verb);
		return CTL_OK;
	}
	ctl.socket = find_socket(globals);
	if (ctl.socket == NULL)
		return CTL_USAGE;
	term_init(&ctl.term, stdout);
	rc = verb->run(&ctl, argc - 1, argv + 1);
	free(ctl.socket);
	if (fflush(stdout) != 0 && rc == CTL_OK) {
		perror("tasukictl: stdout");
		rc = CTL_TROUBLE;
	}
	return rc;
}

int
main(int argc, char **argv)
{
	struct globals globals = {0};
	int rc = foreign_main(argc, argv);

	if (rc >= 0)
		return rc;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "");
	zsys_handler_set(NULL); /* ^C ends a waiting command at once */
	rc = take_globals(&argc, argv, &globals);
	if (rc != CTL_OK)
		return rc;
	if (globals.lang != NULL && strcmp(globals.lang, "ja") != 0 &&
	    strcmp(globals.lang, "en") != 0)
		return ctl_usage("--lang is ja or en");
	if (argc < 2)
		return ctl_usage("which verb?");
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
		argv[1] = (char *)"help";
	if (strcmp(argv[1], "--version") == 0) {
		puts("tasukictl " TASUKI_VERSION);
		return CTL_OK;
	}
	return run(argc, argv, &globals);
}
