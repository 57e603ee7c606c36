/* NAME
 *	sample - one good message of each type, for tests
 */
#ifndef TASUKI_TEST_SAMPLE_H
#define TASUKI_TEST_SAMPLE_H

#include "wire.h"

/* sample(type): every member set, none with its default; static memory. */
struct wire_msg sample(enum wire_type type);

#endif
