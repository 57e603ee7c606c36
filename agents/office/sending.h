/* NAME
 *	sending - the folder of one parcel that is being sent
 */
#ifndef TASUKI_OFFICE_SENDING_H
#define TASUKI_OFFICE_SENDING_H

#include "office.h"

/* sending_reject(office, id, text): move every document to the rejected ones
 * with one text, drop the folder. */
void sending_reject(
    struct office *office, const struct id *id, const char *text);

#endif
