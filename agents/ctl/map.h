/* NAME
 *	map - a foreign list as rows of the registry, by a table
 * DESCRIPTION
 *	Tables lie in config/registry/NAME.tsv (see the README there): which of
 *	their columns are which of ours, what their words mean, which rows to
 *	take.  Only the columns that a map names are changed by an import.
 */
#ifndef TASUKI_CTL_MAP_H
#define TASUKI_CTL_MAP_H

#include <stdbool.h>

#include "rows.h"

struct map;

/* map_load(name, out, why): a name of config/registry, or a path. */
int map_load(const char *name, struct map **out, struct why *why) TSK_MUST_USE;
void map_free(struct map **map);
/* map_setting(map, name): "encoding", "skip", "list", "scope"; "" if not set. */
const char *map_setting(const struct map *map, const char *name);
/* map_columns(map): our columns that it fills; a new reference. */
json_t *map_columns(const struct map *map);
/* map_apply(map, path, rows, why): replace rows->array (as loaded "foreign") by
 * rows of ours; TSK_INVALID if the file lacks a column or has a word that the map
 * does not know. */
int map_apply(const struct map *map, const char *path, struct rows *rows,
    struct why *why) TSK_MUST_USE;

#endif
