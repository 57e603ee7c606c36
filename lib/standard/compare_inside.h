/* NAME
 *	compare_inside - the inside of struct compare (compare*.c only)
 * DESCRIPTION
 *	Texts are kept once each (words) and known by number, so that a use is a
 *	few numbers and sorting compares numbers.  Numbers are given in order of
 *	arrival; words_sort() makes their order that of the texts.
 */
#ifndef TASUKI_COMPARE_INSIDE_H
#define TASUKI_COMPARE_INSIDE_H

#include "compare.h"
#include "layout.h"
#include "reader.h"

#define DAYS_MAX 31

struct words {
	char *text;
	size_t bytes, room;
	size_t *offsets; /* of word 0.. */
	uint32_t count, count_room;
	uint32_t *slots; /* word + 1; 0: free */
	size_t slot_count;
};

/* words_add(words, text, n): number of that text. */
uint32_t words_add(struct words *words, const char *text, size_t n);
/* words_text(words, word): valid until the next words_add(). */
const char *words_text(const struct words *words, uint32_t word);
/* words_ranks(words): malloced: place of each word in the order of texts. */
uint32_t *words_ranks(const struct words *words);
void words_fini(struct words *words);

enum file_role { FILE_PLAN, FILE_ACTUAL, FILE_NAMES, FILE_OTHER };

struct compare_file {
	struct name name;
	char *text;
	enum file_role role;
	enum compare_side side;
	bool out;       /* takes no part */
	uint32_t order; /* by sequence number, then arrival */
	uint32_t newer; /* file + 1 that says it again; 0: none */
	uint32_t records, kept;
};

/* The key comes first; see by_key(). */
struct use {
	uint32_t client, office, code, equipment;
	uint16_t start, end;
	uint8_t day, side, out, units_given;
	uint32_t satellite, file;
	uint32_t record, records, count;
	int64_t units, amount;
	uint64_t digest; /* of the whole record */
};

struct client {
	uint32_t insurer, insured, month; /* words */
	uint32_t name;                    /* word; 0 = "" */
	uint32_t name_order;              /* of the file that said it, + 1 */
	bool there[COMPARE_SIDES];
	bool out;
};

struct office {
	uint32_t number, name; /* words */
};

struct compare {
	const struct standard *standard;
	struct words words; /* word 0 is "" */
	struct compare_file *files;
	uint32_t file_count;
	struct client *clients;
	uint32_t client_count, client_room;
	uint32_t *client_slots; /* hash: client + 1 */
	size_t client_slot_count;
	struct use *uses;
	size_t use_count, use_room;
	struct person *persons; /* of UPHOSOKU */
	size_t person_count, person_room;
	uint32_t *office_names; /* by word of the office: word of its name */
	uint32_t office_name_room;
	bool v3; /* one file is: equipment is not looked at */
	bool full;
	struct compare_note *notes;
	size_t note_count;
	bool doubtful;

	enum compare_mode mode;
	enum file_role role; /* of the versions */
	struct compare_client *results;
	size_t result_count;
	struct compare_row *rows;
	size_t row_count, row_room;
	struct compare_sum sum;
	uint64_t differences;
	uint32_t *ranks; /* of words, while running */
};

struct person {
	uint32_t insurer, insured, name, file;
};

/* note(compare, kind, file, record, count): one more remark. */
void compare_note_add(struct compare *compare, enum compare_note_kind kind,
    uint32_t file, uint64_t record, uint64_t count, const char *value);
/* compare_read(compare, file, reader): the records of one file. */
int compare_read(struct compare *compare, uint32_t file, struct reader *reader);
/* compare_pick(compare): sides, and which file speaks for whom. */
void compare_pick(struct compare *compare);
/* compare_match(compare): pair the uses that are left; rows and sums. */
void compare_match(struct compare *compare);

/* Offices and service types that have told of a month; begin with zeros, free
 * digests. */
struct compare_scope {
	uint64_t *digests;
	size_t count, room;
};
void compare_scope_fill(struct compare *compare, struct compare_scope *scope);
/* compare_scope_lone(compare, scope, use, rate): what a planned use without a
 * counterpart is; ${rate}: a percentage addition. */
enum compare_state compare_scope_lone(const struct compare *compare,
    const struct compare_scope *scope, const struct use *use, bool rate);

#endif
