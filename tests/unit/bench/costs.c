/* SPDX-License-Identifier: MIT */
#include "costs.h"
#include "copy/forecast.h"

#include <criterion/criterion.h>

Test(costs, who_waits_in_one_file_but_not_in_two_is_serial)
{
    struct costs c = costs_of(300, 200, 2, 160);
    cr_assert_float_eq(c.serial, 200, 1e-9);
    cr_assert_float_eq(c.parallel, 100, 1e-9);
}

Test(costs, who_waits_for_the_machine_is_not_serial)
{
    cr_assert_float_eq(costs_of(300, 200, 2, 200).serial, 100, 1e-9);
}

Test(costs, who_does_not_wait_divides)
{
    struct costs c = costs_of(400, 205, 2, 203);
    cr_assert_float_eq(c.serial, 10, 1e-9);
    cr_assert_float_eq(c.parallel, 390, 1e-9);
    cr_assert_float_eq(costs_of(400, 50, 8, 0).serial, 0, 1e-9);
}

Test(costs, the_forecast_is_what_was_measured)
{
    static const double times[] = {400, 300, 120, 100};
    for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
        struct costs c = costs_of(400, times[i], 4, 0);
        const struct cost cost = {.serial = c.serial, .parallel = c.parallel};
        cr_assert_float_eq(forecast_time(&cost, 1), 400, 1e-9);
        cr_assert_float_eq(forecast_time(&cost, 4), times[i], 1e-9);
    }
}

Test(costs, neither_part_is_negative)
{
    cr_assert_float_eq(costs_of(400, 150, 2, 0).serial, 0, 1e-9, "more than twice as quick by two");
    struct costs slower = costs_of(100, 120, 2, 0);
    cr_assert_float_eq(slower.serial, 120, 1e-9);
    cr_assert_float_eq(slower.parallel, 0, 1e-9);
}
