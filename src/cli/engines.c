/* SPDX-License-Identifier: MIT */
#include "cli/engines.h"
#include "base/arithmetic.h"
#include "engine/engine.h"

#include <assert.h>
#include <stdio.h>

/* Listed like engines, before them. */
static const struct {
    const char *name, *moves, *chosen;
    unsigned word;
} others[] = {
    {"auto", "whichever should be quickest", "unless another is named", ENGINES_AUTO},
    {"reflink", "sharing them on the disk", "wherever that can be done", ENGINES_REFLINK},
};

void engines_list(struct named words[ENGINES_MOST])
{
    unsigned count = 0;
    for (; count < COUNT_OF(others); count++)
        words[count] = (struct named){others[count].name, others[count].word, others[count].moves};
    for (unsigned i = 0; engines[i]; i++) {
        words[count++] = (struct named){engines[i]->name, ENGINES_FIRST + i, engines[i]->moves};
        assert(count < ENGINES_MOST - 1);
    }
    words[count++] = (struct named){"help", ENGINES_HELP, "print what each does"};
    words[count] = (struct named){0};
}

static void put(const char *name, const char *moves, const char *chosen)
{
    printf("%-12s %-30s %s\n", name, moves, chosen);
}

void engines_print(void)
{
    put("NAME", "MOVES BYTES BY", "AUTO TAKES IT");
    for (size_t i = 0; i < COUNT_OF(others); i++)
        put(others[i].name, others[i].moves, others[i].chosen);
    for (const struct engine *const *e = engines; *e; e++)
        put((*e)->name, (*e)->moves, (*e)->chosen);
}
