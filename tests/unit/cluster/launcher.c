/* SPDX-License-Identifier: MIT */
#include "cluster/launcher.h"
#include "support.h"

static void forget_all(void)
{
    static const char *const names[] = {
        "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_SIZE", "PMI_RANK",
        "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"};
    for (size_t i = 0; i < LENGTH(names); i++)
        unsetenv(names[i]);
}

Test(launcher, without_one_there_are_no_ranks, .init = forget_all)
{
    cr_assert_eq(launcher_look().ranks, 0);
}

Test(launcher, that_of_open_mpi_is_known, .init = forget_all)
{
    setenv("OMPI_COMM_WORLD_SIZE", "4", 1);
    setenv("OMPI_COMM_WORLD_RANK", "3", 1);
    struct launch launch = launcher_look();
    cr_assert_eq(launch.ranks, 4);
    cr_assert_eq(launch.rank, 3);
    cr_assert_str_eq(launch.mpi, "openmpi");
}

Test(launcher, that_of_mpich_is_known, .init = forget_all)
{
    setenv("PMI_SIZE", "2", 1);
    setenv("PMI_RANK", "0", 1);
    struct launch launch = launcher_look();
    cr_assert_eq(launch.ranks, 2);
    cr_assert_eq(launch.rank, 0);
    cr_assert_str_eq(launch.mpi, "mpich");
}

Test(launcher, a_batch_script_of_slurm_is_no_step, .init = forget_all)
{
    setenv("SLURM_PROCID", "0", 1);
    setenv("SLURM_NTASKS", "64", 1);
    cr_assert_eq(launcher_look().ranks, 0);
    setenv("SLURM_STEP_NUM_TASKS", "64", 1);
    cr_assert_eq(launcher_look().ranks, 64);
    cr_assert_null(launcher_look().mpi);
}

Test(launcher, what_is_no_number_is_as_if_it_were_not_there, .init = forget_all)
{
    static const char *const bad[] = {"", "x", "4x", "99999999999999999999"};
    setenv("PMI_RANK", "0", 1);
    for (size_t i = 0; i < LENGTH(bad); i++) {
        setenv("PMI_SIZE", bad[i], 1);
        cr_assert_eq(launcher_look().ranks, 0, "%s", bad[i]);
    }
}
