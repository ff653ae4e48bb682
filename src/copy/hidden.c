/* SPDX-License-Identifier: MIT */
#include "copy/hidden.h"
#include "base/name.h"
#include "copy/orphan.h"

#include <errno.h>

enum { TRIES = 100 };

int hidden_try(struct stage *stage, int (*make)(struct stage *))
{
    int rc = -EEXIST;
    for (int i = 0; i < TRIES && rc == -EEXIST; i++) {
        rc = stage->shared ? orphan_make_name(stage->hidden, stage->name)
                           : name_hidden_anew(stage->hidden, stage->name);
        if (!rc)
            rc = make(stage);
    }
    if (rc < 0)
        stage->hidden[0] = '\0';
    return rc;
}
