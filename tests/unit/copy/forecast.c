/* SPDX-License-Identifier: MIT */
#include "copy/forecast.h"
#include "support.h"

static const struct cost one_at_a_time = {.serial = 200, .parallel = 100};
static const struct cost divides = {.serial = 10, .parallel = 400};

Test(forecast, what_only_one_can_do_is_the_least_it_takes)
{
    cr_assert_float_eq(forecast_time(&one_at_a_time, 1), 300, 1e-9);
    cr_assert_float_eq(forecast_time(&one_at_a_time, 2), 200, 1e-9);
    cr_assert_float_eq(forecast_time(&one_at_a_time, 64), 200, 1e-9);
}

Test(forecast, the_rest_is_divided)
{
    cr_assert_float_eq(forecast_time(&divides, 2), 205, 1e-9);
    cr_assert_float_eq(forecast_time(&divides, 16), 410. / 16, 1e-9);
    cr_assert_float_eq(forecast_time(&divides, 0), 410, 1e-9, "the parent alone");
}

Test(forecast, there_are_as_many_workers_as_still_help)
{
    cr_assert_eq(forecast_workers(&one_at_a_time, 16), 2);
    cr_assert_eq(forecast_workers(&divides, 16), 16);
    cr_assert_leq(forecast_workers(&divides, 1024), 41);
    cr_assert_eq(forecast_workers(&divides, 1), 1);
}

static struct forecast a_forecast(const struct engine *engine, double time, double serial)
{
    return (struct forecast){engine, 2, time, serial};
}

Test(forecast, the_quickest_is_best)
{
    const struct forecast f[] = {a_forecast(&engine_direct, 400, 0),
                                 a_forecast(&engine_read_write, 100, 100),
                                 a_forecast(&engine_splice, 120, 0)};
    cr_assert_eq(forecast_best(f, LENGTH(f)), 1);
}

Test(forecast, of_those_that_are_nearly_as_quick_the_one_that_divides_is_best)
{
    const struct forecast f[] = {
        a_forecast(&engine_read_write, 100, 100), a_forecast(&engine_splice, 110, 90),
        a_forecast(&engine_direct, 114, 5), a_forecast(&engine_direct_read, 116, 0)};
    cr_assert_eq(forecast_best(f, LENGTH(f)), 2);
    cr_assert_eq(forecast_best(f, 2), 1);
}

Test(forecast, what_maps_must_be_several_times_quicker)
{
    struct forecast f[] = {a_forecast(&engine_read_write, 100, 100),
                           a_forecast(&engine_mmap, 60, 0)};
    cr_assert_eq(forecast_best(f, LENGTH(f)), 0);
    f[1].time = 30;
    cr_assert_eq(forecast_best(f, LENGTH(f)), 1);
    cr_assert_eq(forecast_best(&f[1], 1), 0, "there is nothing else");
}

/* Every file system has one for every route, and no engine that maps where mapping wasn't
 * measured. */
Test(forecast, there_is_always_one)
{
    static const char *const systems[] = {"ext4", "xfs", "btrfs", "tmpfs", "overlay", ""};
    struct forecast f[FORECAST_MAX];
    for (size_t i = 0; i < LENGTH(systems); i++)
        for (enum route route = 0; route < ROUTES; route++) {
            size_t count = forecast_all(systems[i], route, 16, f);
            cr_assert_gt(count, 0, "%s", systems[i]);
            for (size_t k = 0; k < count; k++) {
                cr_assert(f[k].time > 0 && f[k].workers >= 1 && f[k].workers <= 16);
                cr_assert(i < 4 || !f[k].engine->maps, "%s", systems[i]);
            }
        }
}

/* What mpcp exists for: with many CPUs, a mapped engine that hardly waits. */
Test(forecast, many_cpus_get_what_divides)
{
    static const char *const systems[] = {"ext4", "xfs"};
    struct forecast f[FORECAST_MAX];
    for (size_t i = 0; i < LENGTH(systems); i++) {
        size_t count = forecast_all(systems[i], ROUTE_WARM, 8, f);
        const struct forecast *best = &f[forecast_best(f, count)];
        cr_assert(best->engine->maps, "%s", systems[i]);
        cr_assert_lt(best->serial, best->time);
    }
}
