/* SPDX-License-Identifier: MIT */
/* Gives a fuzz target the files named as arguments, one after the other: needs no fuzzer. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int replay(const char *path)
{
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return EXIT_FAILURE;
    }
    size_t len = fread(data, 1, sizeof(data), file);
    fclose(file);
    fprintf(stderr, "%s: %zu bytes\n", path, len); /* the last one named is the one that crashed */
    LLVMFuzzerTestOneInput(data, len);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    int status = argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
    for (int i = 1; i < argc; i++)
        status |= replay(argv[i]);
    return status;
}
