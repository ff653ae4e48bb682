/* SPDX-License-Identifier: MIT */
#include "agenda.h"
#include "support.h"

Test(agenda, what_comes_first_is_taken_first)
{
    struct agenda a = {0};
    for (unsigned i = 0; i < 3000; i++)
        agenda_plan(&a, (struct event){.time = (i * 7919) % 3001, .to = i});
    double time = -1;
    while (a.count > 0) {
        struct event e = agenda_take(&a);
        cr_assert_gt(e.time, time);
        cr_assert_float_eq(e.time, (e.to * 7919) % 3001, 0);
        time = e.time;
    }
    agenda_release(&a);
}

Test(agenda, of_what_is_at_the_same_time_what_was_planned_first_is)
{
    struct agenda a = {0};
    for (unsigned i = 0; i < 100; i++)
        agenda_plan(&a, (struct event){.time = 1, .to = i});
    for (unsigned i = 0; i < 100; i++)
        cr_assert_eq(agenda_take(&a).to, i);
    agenda_release(&a);
}
