/* SPDX-License-Identifier: MIT */
/* What went wrong, in words. Whoever knows most about it fills it in; main prints it, once. */
#pragma once

struct trouble {
    char text[1024]; /* "WHAT: why"; empty while there is none */
};

/* Notes "WHAT: " and the text of the positive errno `err`, and returns -err. */
int trouble_note(struct trouble *trouble, int err, const char *what);

/* Notes a sentence of one's own and returns -err. */
__attribute__((format(printf, 3, 4))) int trouble_say(struct trouble *trouble, int err,
                                                      const char *format, ...);
