/* SPDX-License-Identifier: MIT */
#include "cluster/start.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static uint64_t hash_words(int count, char *const *words)
{
    uint64_t hash = (uint64_t)count;
    for (int i = 0; i < count; i++)
        hash = XXH3_64bits_withSeed(words[i], strlen(words[i]) + 1, hash);
    return hash;
}

/* What makes a source the same one everywhere. Directories may seem to have different sizes. */
static uint64_t hash_sources(int count, const char *const *paths)
{
    uint64_t hash = 0;
    for (int i = 0; i < count; i++) {
        struct stat st = {0};
        int64_t told[4] = {0};
        if (strcmp(paths[i], "-") != 0 && stat(paths[i], &st) == 0)
            told[0] = st.st_mode & S_IFMT;
        if (S_ISREG(st.st_mode)) {
            told[1] = st.st_size;
            told[2] = st.st_mtim.tv_sec;
            told[3] = st.st_mtim.tv_nsec;
        }
        hash = XXH3_64bits_withSeed(told, sizeof(told), hash);
    }
    return hash;
}

struct start start_look(int argc, char *const *argv, const char *const *operands, int count)
{
    struct start start = {.version = XXH3_64bits(MPCP_VERSION, strlen(MPCP_VERSION)),
                          .arguments = hash_words(argc - 1, argv + 1),
                          .sources = hash_sources(count, operands)};
    if (gethostname(start.node, sizeof(start.node) - 1) < 0 || !*start.node)
        strcpy(start.node, "?");
    return start;
}

static const char *difference(const struct start *a, const struct start *b)
{
    return a->version != b->version       ? "is another version of mpcp"
           : a->arguments != b->arguments ? "was given other arguments"
           : a->sources != b->sources     ? "sees another source"
                                          : NULL;
}

char *start_compare(const struct start *starts, unsigned ranks)
{
    char *sentence = NULL;
    for (unsigned i = 1; i < ranks; i++) {
        const char *differs = difference(&starts[0], &starts[i]);
        if (!differs)
            continue;
        if (asprintf(&sentence, "rank %u on node %.*s %s than rank 0 on node %.*s", i, START_NODE,
                     starts[i].node, differs, START_NODE, starts[0].node) < 0)
            return NULL;
        return sentence;
    }
    return NULL;
}
