/* NAME
 *	render - tasukictl render: files of the standard as the official forms
 * SUMMARY
 *	tasukictl render (--pdf OUT.pdf | --fax OUT.tif | --png PREFIX)
 *	    [OPTION...] FILE...
 * DESCRIPTION
 *	Files whose names say so are one set (sender, receiver, 連番); sets are
 *	drawn in the order of their first file.  Files with other names go to the
 *	set before them.  "tasukictl render --help" lists the options.
 *
 *	Several targets may be given at once; each is written whole or not at
 *	all.  --png writes PREFIX-001.png, PREFIX-002.png ...
 * DIAGNOSTICS
 *	Exit code 0: all is on the paper; 1: a file cannot be drawn (nothing is
 *	written), or something is missing on the paper that was written: a file
 *	that is no form, table or image, a character no font has; 2: the command
 *	line is wrong, a file or the tables cannot be read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "set.h"

#include "ctl.h"
#include "draw.h"

#define FILE_BYTES_MAX (256u * 1024 * 1024)
#define DPI_DEFAULT    110
#define PATH_BYTES     4096
#define OUT_MODE       0640

/* A file of the command line. */
struct input {
	const char *path, *base;
	struct buf bytes;
	struct name name; /* kind "" if it is none of the standard */
	size_t set;
};

struct render {
	struct ctl *ctl;
	const char *pdf, *fax, *png, *dir, *standard_dir;
	const char *cover, *stamp, *dpi, *reference;
	struct draw_cover cover_text;
	bool superfine, for_client, recalled, help;
	struct standard *standard;
	struct forms *forms;
	struct input *inputs;
	size_t input_count;
	struct draw_set *sets;
	struct draw_document *documents;
	size_t set_count;
	struct draw_result result;
};

struct option_row {
	const char *name, *value; /* value NULL: a flag */
	const char *ja, *en;
};

static const struct option_row options[] = {
    {"--pdf", "OUT.pdf", "PDF に書く", "write a PDF"},
    {"--fax", "OUT.tif", "ＦＡＸ用 TIFF（1728ドット・G4）に書く",
	"write a TIFF class F for a fax"},
    {"--png", "PREFIX", "確認用の画像を PREFIX-001.png … に書く",
	"write previews PREFIX-001.png ..."},
    {"--superfine", NULL, "ＦＡＸを 204×391 で描く（通常は 204×196）",
	"fax at 204 x 391 instead of 204 x 196"},
    {"--dpi", "N", "画像の細かさ 50～600（既定 110）",
	"dots an inch of the previews (110)"},
    {"--for-client", NULL, "サービス提供票でなく利用票として描く",
	"サービス利用票 instead of サービス提供票"},
    {"--recalled", NULL, "これらの書類の取り消しのお知らせを描く",
	"a notice that these documents are withdrawn"},
    {"--stamp", "TEXT",
	"各ページの見出しに枠付きで記す（例: データ送信済の控え）",
	"a framed text in the head of each page"},
    {"--reference", "ID", "送信単位の番号", "the parcel's id"},
    {"--cover", "fax|post|test", "送付状を付ける（ＦＡＸ・郵送・番号確認）",
	"begin with a cover"},
    {"--to-name", "TEXT", "送付状: 宛先の名称", "cover: name of the receiver"},
    {"--to-fax", "NUMBER", "送付状: 宛先のＦＡＸ番号",
	"cover: fax number of the receiver"},
    {"--from-name", "TEXT", "送付状: 送信元の名称",
	"cover: name of the sender"},
    {"--from-phone", "NUMBER", "送付状: 送信元の電話番号",
	"cover: phone of the sender"},
    {"--from-fax", "NUMBER", "送付状: 送信元のＦＡＸ番号",
	"cover: fax number of the sender"},
    {"--person", "TEXT", "送付状: 担当者", "cover: person in charge"},
    {"--code", "TEXT", "送付状: 確認番号", "cover: the returnable code"},
    {"--message", "TEXT", "送付状: 連絡事項", "cover: free text"},
    {"--forms", "DIR", "様式の表の場所", "where the forms' tables are"},
    {"--standard", "DIR", "標準仕様の表の場所",
	"where the standard's tables are"},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

/* ---- the command line ---- */

static void
print_help(const struct render *r)
{
	bool ja = r->ctl->ja;

	puts(
	    ja ? "tasukictl render - 標準仕様のファイルを公式の様式で描く\n\n"
		 "使い方: tasukictl render (--pdf OUT.pdf | --fax OUT.tif | --png "
		 "PREFIX) [オプション] FILE...\n"
	       : "tasukictl render - draw files of the standard as the "
		 "official forms\n\n"
		 "usage: tasukictl render (--pdf OUT.pdf | --fax OUT.tif | --png "
		 "PREFIX) [OPTION...] FILE...\n");
	for (size_t i = 0; i < OPTIONS; i++) {
		char left[48];
		snprintf(left, sizeof(left), "%s %s", options[i].name,
		    options[i].value != NULL ? options[i].value : "");
		printf(
		    "  %-24s %s\n", left, ja ? options[i].ja : options[i].en);
	}
	puts(ja ? "\n例:" : "\nExamples:");
	puts("  tasukictl render --pdf out.pdf UPPLAN_202612_*.CSV\n"
	     "  tasukictl render --fax out.tif --cover fax --to-name ひなた "
	     "UPPLAN_*.CSV");
	puts(
	    ja ? "\n終了コード: 0 すべて描いた、1 描けない・紙に足りないもの"
		 "がある、2 使い方の誤り・読めないファイル"
	       : "\nExit status: 0 all is drawn, 1 something cannot be drawn or "
		 "is missing, 2 usage or an unreadable file.");
	puts(ja ? "マニュアル: docs/forms.md" : "Manual: docs/forms.md");
}

static const char **
value_of(struct render *r, const char *name)
{
	const struct {
		const char *name, **value;
	} rows[] = {
	    {"--pdf", &r->pdf},
	    {"--fax", &r->fax},
	    {"--png", &r->png},
	    {"--dpi", &r->dpi},
	    {"--stamp", &r->stamp},
	    {"--reference", &r->reference},
	    {"--cover", &r->cover},
	    {"--to-name", &r->cover_text.to_name},
	    {"--to-fax", &r->cover_text.to_fax},
	    {"--from-name", &r->cover_text.from_name},
	    {"--from-phone", &r->cover_text.from_phone},
	    {"--from-fax", &r->cover_text.from_fax},
	    {"--person", &r->cover_text.from_person},
	    {"--code", &r->cover_text.code},
	    {"--message", &r->cover_text.message},
	    {"--forms", &r->dir},
	    {"--standard", &r->standard_dir},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].value;
	}
	return NULL;
}

static bool
take_flag(struct render *r, const char *word)
{
	const struct {
		const char *name;
		bool *flag;
	} rows[] = {
	    {"--superfine", &r->superfine},
	    {"--for-client", &r->for_client},
	    {"--recalled", &r->recalled},
	    {"--help", &r->help},
	    {"-h", &r->help},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, word) == 0) {
			*rows[i].flag = true;
			return true;
		}
	}
	return false;
}

/* An option at argv[*i]; CTL_USAGE after a message. */
static int
take_option(struct render *r, int argc, char **argv, int *i)
{
	char name[32];
	size_t n = strcspn(argv[*i], "=");
	const char *value = NULL;

	if (take_flag(r, argv[*i]))
		return CTL_OK;
	if (n >= sizeof(name))
		return ctl_usage("render: there is no option %s", argv[*i]);
	memcpy(name, argv[*i], n);
	name[n] = '\0';
	const char **to = value_of(r, name);
	if (to == NULL)
		return ctl_usage("render: there is no option %s", argv[*i]);
	if (argv[*i][n] == '=')
		value = argv[*i] + n + 1;
	else if (*i + 1 < argc)
		value = argv[++*i];
	if (value == NULL || value[0] == '\0')
		return ctl_usage("render: %s needs a value", name);
	*to = value;
	return CTL_OK;
}

static int
take_options(struct render *r, int argc, char **argv)
{
	bool open = true;

	for (int i = 1; i < argc; i++) {
		if (open && strcmp(argv[i], "--") == 0) {
			open = false;
		} else if (open && argv[i][0] == '-' && argv[i][1] != '\0') {
			int rc = take_option(r, argc, argv, &i);
			if (rc != CTL_OK)
				return rc;
		} else {
			r->inputs[r->input_count++].path = argv[i];
		}
	}
	if (r->help)
		return CTL_OK;
	if (r->pdf == NULL && r->fax == NULL && r->png == NULL)
		return ctl_usage("render: give --pdf, --fax or --png");
	if (r->input_count == 0 && r->cover == NULL)
		return ctl_usage("render: no FILE was given");
	if (r->dpi != NULL && (atoi(r->dpi) < 50 || atoi(r->dpi) > 600))
		return ctl_usage("render: --dpi is 50 to 600");
	return CTL_OK;
}

static int
take_cover(struct render *r)
{
	static const char *const kinds[] = {
	    [DRAW_COVER_FAX] = "fax",
	    [DRAW_COVER_POST] = "post",
	    [DRAW_COVER_TEST] = "test",
	};

	for (size_t i = 0; r->cover != NULL && i < 3; i++) {
		if (strcmp(kinds[i], r->cover) == 0) {
			r->cover_text.kind = (enum draw_cover_kind)i;
			return CTL_OK;
		}
	}
	return r->cover == NULL
		   ? CTL_OK
		   : ctl_usage("render: --cover is fax, post or test");
}

/* ---- files and sets ---- */

static int
trouble(const struct render *r, const char *file, const char *text)
{
	fprintf(stderr, "tasukictl render: %s%s%s\n", file != NULL ? file : "",
	    file != NULL ? ": " : "", text);
	(void)r;
	return CTL_TROUBLE;
}

static int
read_input(struct render *r, struct input *in)
{
	const char *slash = strrchr(in->path, '/');

	in->base = slash != NULL ? slash + 1 : in->path;
	buf_init(&in->bytes, FILE_BYTES_MAX);
	errno = 0;
	int rc = file_read_path(in->path, FILE_BYTES_MAX, &in->bytes);
	if (rc < 0) {
		trouble(r, in->path,
		    rc == TSK_SYSTEM && errno != 0 ? strerror(errno)
						   : err_text(rc));
		return CTL_USAGE;
	}
	if (name_parse(r->standard, in->base, &in->name, NULL) < 0)
		memset(&in->name, 0, sizeof(in->name));
	return CTL_OK;
}

/* The set a file belongs to: that of an earlier file, or a new one. */
static void
find_set(struct render *r, size_t i)
{
	struct input *in = &r->inputs[i];

	for (size_t k = 0; k < i; k++) {
		const struct input *other = &r->inputs[k];
		bool same = in->name.kind[0] != '\0' &&
			    other->name.kind[0] != '\0' &&
			    set_same(&in->name, &other->name);
		if (same || (in->name.kind[0] == '\0' && k + 1 == i)) {
			in->set = other->set;
			return;
		}
	}
	in->set = r->set_count++;
}

static void
fill_sets(struct render *r)
{
	size_t at = 0;

	r->sets = mem_new((r->set_count + 1) * sizeof(*r->sets));
	r->documents = mem_new((r->input_count + 1) * sizeof(*r->documents));
	for (size_t s = 0; s < r->set_count; s++) {
		struct draw_set *set = &r->sets[s];
		set->documents = &r->documents[at];
		set->reference = r->reference != NULL ? r->reference : "";
		set->from = set->to = "";
		set->stamp = r->stamp;
		set->stamp_ms = r->stamp != NULL ? clock_wall_ms() : 0;
		set->for_client = r->for_client;
		set->recalled = r->recalled;
		for (size_t i = 0; i < r->input_count; i++) {
			const struct input *in = &r->inputs[i];
			if (in->set != s)
				continue;
			if (in->name.from[0] != '\0') {
				set->from = in->name.from;
				set->to = in->name.to;
			}
			struct draw_document *doc =
			    &set->documents[set->count++];
			doc->name = in->base;
			doc->kind = in->name.kind;
			doc->data =
			    in->bytes.data != NULL ? in->bytes.data : "";
			doc->bytes = in->bytes.len;
			at++;
		}
	}
}

static int
load(struct render *r)
{
	struct why why = {0};
	char dir[PATH_BYTES];
	const char *standard =
	    r->standard_dir != NULL ? r->standard_dir : standard_dir();

	if (r->dir != NULL)
		snprintf(dir, sizeof(dir), "%s", r->dir);
	else
		snprintf(dir, sizeof(dir), "%.4000s/../forms", standard);
	if (standard_load(standard, &r->standard, &why) < 0 ||
	    forms_load(dir, r->standard, &r->forms, &why) < 0) {
		trouble(r, NULL, why.text);
		return CTL_USAGE;
	}
	for (size_t i = 0; i < r->input_count; i++) {
		int rc = read_input(r, &r->inputs[i]);
		if (rc != CTL_OK)
			return rc;
		find_set(r, i);
	}
	fill_sets(r);
	return CTL_OK;
}

/* ---- drawing ---- */

static int
write_out(const char *path, const void *data, size_t bytes, struct why *why)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_BYTES] = ".";

	if (slash != NULL && (size_t)(slash - path) < sizeof(dir) - 1)
		snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? TSK_SYSTEM
			: file_write(fd, slash != NULL ? slash + 1 : path, data,
			      bytes, OUT_MODE);
	if (rc == TSK_SYSTEM || rc == TSK_FULL)
		why_system(why, WHY_LATER, path);
	else if (rc < 0)
		why_set(
		    why, WHY_NEVER, "bad-name", "%s: %s.", path, err_text(rc));
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
write_png(
    void *arg, unsigned page, const void *data, size_t bytes, struct why *why)
{
	const struct render *r = arg;
	char path[PATH_BYTES];

	if (snprintf(path, sizeof(path), "%s-%03u.png", r->png, page) >=
	    (int)sizeof(path)) {
		why_set(why, WHY_NEVER, "bad-name", "The prefix is too long.");
		return TSK_INVALID;
	}
	return write_out(path, data, bytes, why);
}

static int
draw_targets(struct render *r, const struct draw_job *job, struct why *why)
{
	struct buf out;
	int rc = 0;

	buf_init(&out, DRAW_BYTES_MAX);
	if (r->pdf != NULL) {
		rc = draw_pdf(r->forms, job, &out, &r->result, why);
		if (rc == 0)
			rc = write_out(r->pdf, out.data, out.len, why);
	}
	if (r->fax != NULL && rc == 0) {
		buf_clear(&out);
		rc = draw_fax(r->forms, job,
		    r->superfine ? DRAW_SUPERFINE : DRAW_FINE, &out, &r->result,
		    why);
		if (rc == 0)
			rc = write_out(r->fax, out.data, out.len, why);
	}
	if (r->png != NULL && rc == 0)
		rc = draw_png(r->forms, job,
		    r->dpi != NULL ? (unsigned)atoi(r->dpi) : DPI_DEFAULT,
		    write_png, r, &r->result, why);
	buf_fini(&out);
	return rc;
}

static int
tell(const struct render *r)
{
	const struct draw_result *result = &r->result;

	if (r->ctl->json) {
		json_t *answer = json_pack(
		    "{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "pages",
		    (int)result->pages, "form_pages", (int)result->form_pages,
		    "clients", (int)result->clients, "services",
		    (int)result->services, "drawn", (int)result->drawn, "left",
		    (int)result->left, "marked", (int)result->marked);
		(void)ctl_json(r->ctl, answer);
		json_decref(answer);
	} else
		printf(r->ctl->ja ? "%u枚（利用者%zu名、書類%zu件）\n"
				  : "%u pages (%zu clients, %zu documents)\n",
		    result->pages, result->clients, result->drawn);
	for (size_t i = 0; i < r->input_count; i++) {
		if (r->documents[i].fate == DRAW_LEFT)
			fprintf(stderr,
			    r->ctl->ja
				? "tasukictl render: %s は紙に描けません。\n"
				: "tasukictl render: %s cannot be drawn on paper.\n",
			    r->documents[i].name);
	}
	if (result->marked > 0)
		fprintf(stderr,
		    r->ctl->ja
			? "tasukictl render: 印字できない文字 %zu 字を〓に"
			  "しました。\n"
			: "tasukictl render: %zu characters have no glyph and "
			  "are drawn as 〓.\n",
		    result->marked);
	return result->left > 0 || result->marked > 0 ? CTL_TROUBLE : CTL_OK;
}

static int
run(struct render *r)
{
	struct why why = {0};
	int rc = load(r);

	if (rc != CTL_OK)
		return rc;
	if (r->set_count > 0) {
		r->cover_text.to_number = r->sets[0].to;
		r->cover_text.from_number = r->sets[0].from;
	}
	struct draw_job job = {
	    .sets = r->sets,
	    .set_count = r->set_count,
	    .cover = r->cover != NULL ? &r->cover_text : NULL,
	    .made_ms = clock_wall_ms(),
	};
	if (draw_targets(r, &job, &why) < 0)
		return trouble(r, NULL, why.text);
	return tell(r);
}

int
render_verb(struct ctl *ctl, int argc, char **argv)
{
	struct render r = {.ctl = ctl};

	r.inputs = mem_new((size_t)argc * sizeof(*r.inputs));
	int rc = take_options(&r, argc, argv);
	if (rc == CTL_OK && r.help)
		print_help(&r);
	else if (rc == CTL_OK && (rc = take_cover(&r)) == CTL_OK)
		rc = run(&r);
	for (size_t i = 0; i < r.input_count; i++)
		buf_fini(&r.inputs[i].bytes);
	free(r.inputs);
	free(r.sets);
	free(r.documents);
	forms_free(&r.forms);
	standard_free(&r.standard);
	return rc;
}
