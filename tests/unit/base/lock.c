/* SPDX-License-Identifier: MIT */
#include "base/lock.h"
#include "support.h"

#include <signal.h>

TestSuite(lock, .init = enter_scratch, .fini = leave_scratch, .timeout = 60);

static int here(void)
{
    return open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int take(int dir_fd, const char *name, pid_t *holder)
{
    pid_t ignored;
    return lock_take(dir_fd, name, NULL, holder ? holder : &ignored);
}

Test(lock, the_second_is_told_who_has_it)
{
    int dir = here(), fd = take(dir, "a", NULL);
    pid_t holder;
    cr_assert_geq(fd, 0);
    cr_assert_eq(take(dir, "a", &holder), -EBUSY);
    cr_assert_eq(holder, getpid());
    close(fd);
    close(dir);
}

Test(lock, it_is_free_again_when_closed)
{
    int dir = here(), fd = take(dir, "a", NULL);
    close(fd);
    fd = take(dir, "a", NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    close(dir);
}

Test(lock, it_ends_with_its_process)
{
    int dir = here();
    pid_t pid = fork();
    if (pid == 0) {
        take(dir, "a", NULL);
        kill(getpid(), SIGKILL);
    }
    reap(pid);
    int fd = take(dir, "a", NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    close(dir);
}

Test(lock, other_names_and_other_directories_are_others)
{
    int dir = here();
    cr_assert_eq(mkdir("sub", 0700), 0);
    int sub = open("sub", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fds[] = {take(dir, "a", NULL), take(dir, "b", NULL), take(sub, "a", NULL)};
    for (size_t i = 0; i < LENGTH(fds); i++) {
        cr_assert_geq(fds[i], 0);
        close(fds[i]);
    }
    close(sub);
    close(dir);
}

Test(lock, a_file_of_several_names_has_one_lock)
{
    struct stat a, b;
    pid_t holder;
    close(make_file("a", 1));
    cr_assert_eq(link("a", "b"), 0);
    stat("a", &a);
    stat("b", &b);
    int fd = lock_take(AT_FDCWD, NULL, &a, &holder);
    cr_assert_geq(fd, 0);
    cr_assert_eq(lock_take(AT_FDCWD, NULL, &b, &holder), -EBUSY);
    close(fd);
}

Test(lock, another_users_lock_is_none)
{
    if (geteuid() != 0)
        SKIP("needs root");
    int dir = here(), pipes[2];
    char byte;
    cr_assert_eq(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        pid_t holder;
        if (setuid(65534) == 0 && lock_take(dir, "a", NULL, &holder) >= 0 &&
            write(pipes[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    close(pipes[1]);
    cr_assert_eq(read(pipes[0], &byte, 1), 1);
    cr_assert_eq(take(dir, "a", NULL), -EPERM);
    kill(pid, SIGKILL);
    reap(pid);
    close(dir);
}

Test(lock, however_many_ask_it_is_still_taken)
{
    int dir = here(), fd = take(dir, "a", NULL);
    for (int i = 0; i < 200; i++)
        cr_assert_eq(take(dir, "a", NULL), -EBUSY);
    close(fd);
    close(dir);
}

Test(lock, a_file_is_locked_for_all_others_who_write_to_it)
{
    int first = make_file("file", 1), second = open("file", O_RDWR);
    cr_assert_eq(lock_file(first), 0);
    cr_assert_eq(lock_file(first), 0, "one's own is no obstacle");
    cr_assert_eq(lock_file(second), -EBUSY);
    pid_t child = fork();
    if (child == 0) { /* whoever has the same open file has the same lock */
        int rc = lock_file(first);
        _exit(rc);
    }
    cr_assert_eq(reap(child), 0);
    close(first);
    cr_assert_eq(lock_file(second), 0);
    close(second);
}

Test(lock, what_can_have_no_such_lock_has_it)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(lock_file(ends[1]), 0);
}
