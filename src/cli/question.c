/* SPDX-License-Identifier: MIT */
#include "cli/question.h"
#include "base/arithmetic.h"
#include "base/diag.h"
#include "base/signals.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* As ls -l shows them: rwxr-x--T. */
static void spell_mode(mode_t mode, char text[10])
{
    static const struct {
        mode_t bit;
        int at;
        const char *letters; /* with the right to execute, and without */
    } special[] = {{S_ISUID, 2, "sS"}, {S_ISGID, 5, "sS"}, {S_ISVTX, 8, "tT"}};
    for (int i = 0; i < 9; i++)
        text[i] = mode & (0400U >> i) ? "rwx"[i % 3] : '-';
    for (size_t i = 0; i < COUNT_OF(special); i++)
        if (mode & special[i].bit)
            text[special[i].at] = special[i].letters[text[special[i].at] == '-'];
    text[9] = '\0';
}

/* A file that can't be written to is asked about in other words, which is no more than a
 * warning. */
static bool is_unwritable(const char *dst, mode_t *mode)
{
    struct stat st;
    if (geteuid() == 0 || faccessat(AT_FDCWD, dst, W_OK, AT_EACCESS) == 0 || stat(dst, &st) < 0)
        return false;
    *mode = st.st_mode & 07777;
    return true;
}

static void put_words(const struct options *o, const char *dst)
{
    char letters[10];
    mode_t mode;
    bool unwritable = is_unwritable(dst, &mode),
         replaces = o->rules.force || o->rules.remove_destination;
    fprintf(stderr, "%s: %s ", diag_program(),
            !unwritable ? "overwrite"
            : replaces  ? "replace"
                        : "unwritable");
    diag_put_quoted(stderr, dst);
    if (unwritable) {
        spell_mode(mode, letters);
        fprintf(stderr, replaces ? ", overriding mode %04o (%s)" : " (mode %04o, %s); try anyway",
                mode, letters);
    }
    fputs(o->progress == PROGRESS_JSON ? "?\n" : "? ",
          stderr); /* objects have lines of their own */
}

void question_put(const struct options *o, const char *dst)
{
    sigset_t old;
    signals_block_harmless(&old);
    put_words(o, dst);
    fflush(stderr);
    signals_unblock(&old);
}
