/* NAME
 *	person - received files that a person must look at
 * SUMMARY
 *	see person.h
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "digest.h"
#include "file.h"
#include "utf8.h"

#include "person.h"

#define FOLDER_MODE 0770
#define FILE_MODE   0660
#define NAME_MAX_   220

static const struct {
	const char *code, *ja;
} reasons[] = {
    [PERSON_NO_NAME] = {"received-no-name",
	"標準仕様のファイル名ではなく、差出の事業所も分かりません。\n"
	"差出の事業所が分かるときは、「受け取り」の中に事業所番号を名前にしたフォ"
	"ルダを作り、その中へ移してください。\n"},
    [PERSON_NO_PARCEL] = {"received-no-parcel",
	"大きすぎるか、名前に使えない文字があり、取り込めませんでした。\n"
	"中身を確かめて、担当の事業所へ直接渡してください。\n"},
};

const char *
person_code(enum person_reason reason)
{
	return reasons[reason].code;
}

/* A name that is safe, and another one for other bytes of the same name. */
static void
safe_name(const char *name, const void *p, size_t n, char out[256])
{
	uint8_t sha256[DIGEST_BYTES];
	char hex[9], part[NAME_MAX_ + 1];

	digest_sha256(p, n, sha256);
	digest_hex(sha256, 4, hex);
	snprintf(part, sizeof(part), "%s", name);
	if (strlen(name) > NAME_MAX_)
		part[utf8_cut(name, NAME_MAX_)] = '\0';
	snprintf(out, 256, "%s %s", hex, part);
	if (!file_name_safe(out))
		snprintf(out, 256, "%s", hex);
}

static int
create(int dir, const char *name, const void *p, size_t n)
{
	int rc = file_create(dir, name, p, n, FILE_MODE);

	return rc == TSK_EXIST ? 0 : rc;
}

int
person_put(const char *folder, const char *office, const char *name,
    const void *p, size_t n, enum person_reason reason)
{
	char safe[256], note[300];
	int root = file_dir_below(AT_FDCWD, folder, FOLDER_MODE), dir, rc;

	if (root < 0)
		return root;
	dir = file_dir_below(root, office, FOLDER_MODE);
	close(root);
	if (dir < 0)
		return dir;
	if (p == NULL)
		p = "";
	safe_name(name, p, n, safe);
	snprintf(note, sizeof(note), "%s.理由.txt", safe);
	rc = create(dir, safe, p, n);
	if (rc == 0)
		rc = create(
		    dir, note, reasons[reason].ja, strlen(reasons[reason].ja));
	if (rc == 0)
		rc = file_dir_sync(dir);
	close(dir);
	return rc;
}
