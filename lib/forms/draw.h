/* NAME
 *	draw - documents of the standard as the official forms, on any paper
 * DESCRIPTION
 *	One call draws a job: an optional cover, then the forms of one or more
 *	sets (parcels) in their official order, then image pages.  The same
 *	drawing goes to every target:
 *
 *	    draw_pdf()	one PDF; text can be searched and copied
 *	    draw_fax()	one TIFF class F, all pages 1728 dots wide, one bit,
 *			upright; landscape forms are turned by us
 *	    draw_png()	a PNG a page, as a person looks at it
 *
 *	What becomes of a document is decided by its kind (if none is given, by
 *	its name, as name_parse() reads it):
 *
 *	    UPPLAN UPJSK UPHOSOKU	第6表, planned and actual use together
 *	    UPSIKYU			第7表
 *	    UP1KYO UP2KYO UP3KYO	第1表, 第2表, 第3表
 *	    UPYOBO UPYOBO_SUB		介護予防サービス・支援計画書
 *	    UPKIHON and its others	利用者基本情報, with the family's image
 *	    DLT*			削除のお知らせ
 *	    another CSV, TXT		a plain table
 *	    JPEG, PNG			a page with the image
 *	    anything else (PDF, GIF)	left to the caller: DRAW_LEFT
 *
 *	Content decides over the extension: what calls itself JPEG and is none
 *	is DRAW_LEFT.  Nothing is ever cut off: long text wraps, shrinks (not
 *	under 6 points) and then flows onto a continuation page.  A character
 *	for which no font has a glyph is drawn as 〓, told in the foot of its
 *	page with its number, and counted in ${marked}: never silent.
 *
 *	The same job gives the same bytes.  Pango is not asked to be thread
 *	safe: draw in one thread.
 * DIAGNOSTICS
 *	What no later try can mend is WHY_NEVER; the sentence names file and
 *	record and holds nothing of a person:
 *	    bad-csv		a file cannot be read as its kind
 *	    bad-month, bad-date, bad-count, too-many-clients,
 *	    too-many-services	of pivot.h
 *	    bad-image		an image of the job is over the limits
 *	    no-pages		nothing in the job can be drawn (TSK_EMPTY)
 *	    too-many-pages	over ${pages_max}
 *	    page-failed, too-big	the drawing itself
 *	After an error nothing was added to ${out}.
 */
#ifndef TASUKI_DRAW_H
#define TASUKI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "forms.h"

#define DRAW_PAGES_MAX 20000u
#define DRAW_BYTES_MAX (256u * 1024 * 1024)
#define DRAW_FAX_WIDTH 1728u /* dots of a line, always */

enum draw_fate {
	DRAW_DRAWN, /* it is on the paper (or joined to a form that is) */
	DRAW_LEFT,  /* not on the paper: the caller carries it otherwise */
};

struct draw_document {
	const char *name; /* as sent; for messages and for its kind */
	const char *kind; /* "UPPLAN"; NULL or "": by its name */
	const void *data;
	size_t bytes;
	enum draw_fate fate; /* out */
};

/* The name of an office, valid until the next call, or NULL. */
typedef const char *draw_office_fn(void *arg, const char *number);

/* One parcel. */
struct draw_set {
	struct draw_document *documents;
	size_t count;
	const char *from, *to; /* office numbers; "" unknown */
	const char *reference; /* of the parcel, for the foot; "" none */
	const char *stamp;     /* NULL, or e.g. DRAW_STAMP_COPY, in the
					head of each page of this set ... */
	int64_t stamp_ms;      /* ... with this wall time (0: none) */
	bool for_client;       /* サービス利用票 instead of 提供票 */
	bool recalled; /* not the forms but a notice that these documents, sent
			  before, are withdrawn */
};

#define DRAW_STAMP_COPY  "データ送信済の控え"
#define DRAW_STAMP_TWICE "データも届く場合あり"

enum draw_cover_kind {
	DRAW_COVER_FAX,  /* ＦＡＸ送付状 */
	DRAW_COVER_POST, /* 送付状 with a receipt to send back */
	DRAW_COVER_TEST, /* 送信先番号の確認: the code is to be read back */
};

/* Never holds anything of a client.  NULL or "" where unknown. */
struct draw_cover {
	enum draw_cover_kind kind;
	const char *to_number, *to_type, *to_name, *to_fax;
	const char *from_number, *from_name, *from_person;
	const char *from_phone, *from_fax;
	const char *code;    /* the returnable code, as it is to be read */
	const char *message; /* free text of the sender; "\n" breaks lines */
	int64_t made_ms;     /* wall time printed on it; 0: that of the job */
};

/* A page with a bitmap: data sheets, pages of attachments.  On a fax (fine) a
 * dot is a dot, on superfine two rows, on the other targets as large as the
 * fax has it; what is larger than the paper leaves room for is scaled down. */
struct draw_image {
	const unsigned char *bits; /* 1 = black, most significant bit first */
	size_t stride;             /* bytes of a row */
	unsigned width, height;    /* dots, at 204 x 196 an inch */
	const char *title, *note;  /* above it; NULL: the image has the page */
};
#define DRAW_IMAGE_DOTS_MAX 20000u /* either way */
/* Room under title and note, in dots. */
#define DRAW_IMAGE_WIDTH  1560u
#define DRAW_IMAGE_HEIGHT 2000u

struct draw_job {
	struct draw_set *sets;
	size_t set_count;               /* 0: only cover and images */
	const struct draw_cover *cover; /* NULL: none */
	const struct draw_image *images;
	size_t image_count;
	int64_t made_ms;             /* wall time put into the file */
	draw_office_fn *office_name; /* may be NULL */
	void *arg;
	unsigned pages_max; /* 0: DRAW_PAGES_MAX */
	unsigned clients;   /* said by the cover instead of what was counted;
			       0: as counted */
};

struct draw_result {
	unsigned pages;      /* all, with cover and images */
	unsigned form_pages; /* without them */
	size_t clients, services;
	size_t drawn, left;   /* documents */
	size_t marked;        /* characters drawn as 〓 */
	bool planned, actual; /* form 6 holds 予定, 実績 */
	char month[7];        /* service month of the first form; "" none */
	char title[96];       /* of the first form: "サービス提供票" */
};

enum draw_fine { DRAW_FINE, DRAW_SUPERFINE }; /* 204 x 196, 204 x 391 */

/* draw_wanted(kind): documents of this kind get an official form. */
bool draw_wanted(const char *kind);

/* draw_count(forms, job, result, why): what the job would be, nothing drawn. */
int draw_count(const struct forms *forms, const struct draw_job *job,
    struct draw_result *result, struct why *why) TSK_MUST_USE;
/* draw_pdf(forms, job, out, result, why): the PDF is appended to ${out}. */
int draw_pdf(const struct forms *forms, const struct draw_job *job,
    struct buf *out, struct draw_result *result, struct why *why) TSK_MUST_USE;
/* draw_fax(forms, job, fine, out, result, why): the TIFF (G4, MSB first, page
 * numbers set) is appended to ${out}. */
int draw_fax(const struct forms *forms, const struct draw_job *job,
    enum draw_fine fine, struct buf *out, struct draw_result *result,
    struct why *why) TSK_MUST_USE;

/* A page is done: page 1.. and its PNG, borrowed.  Not 0 ends the drawing with
 * that result. */
typedef int draw_png_fn(
    void *arg, unsigned page, const void *data, size_t bytes, struct why *why);
/* draw_png(forms, job, dpi, put, put_arg, result, why): 50 <= dpi <= 600. */
int draw_png(const struct forms *forms, const struct draw_job *job,
    unsigned dpi, draw_png_fn *put, void *put_arg, struct draw_result *result,
    struct why *why) TSK_MUST_USE;

#endif
