/* SPDX-License-Identifier: MIT */
#include "base/diag.h"
#include "base/complaint.h"

#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

/* UTF-8, whatever the user's locale is: names in messages then look the same everywhere. */
static locale_t utf8_locale(void)
{
    static locale_t utf8;
    if (!utf8)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
    return utf8;
}

/* The length of the UTF-8 character at s, which becomes *c; 0 if there is none. */
static size_t decode(const char *s, wchar_t *c)
{
    if (!utf8_locale())
        return 0;
    locale_t old = uselocale(utf8_locale());
    mbstate_t state = {0};
    size_t len = mbrtowc(c, s, MB_CUR_MAX, &state);
    size_t longest = MB_CUR_MAX;
    uselocale(old);
    return len <= longest ? len : 0; /* (size_t)-1 and -2 are errors */
}

size_t diag_utf8_len(const char *s)
{
    wchar_t c;
    return (unsigned char)*s < 0x80 ? 1 : decode(s, &c);
}

/* The length in bytes of the printable character at s, 0 if there is none. */
static size_t printable(const char *s)
{
    wchar_t c;
    if ((unsigned char)*s < 0x80)
        return *s >= ' ' && *s != 0x7f;
    size_t len = decode(s, &c);
    return len && iswprint_l((wint_t)c, utf8_locale()) ? len : 0;
}

static bool all_printable(const char *s)
{
    while (*s) {
        size_t len = printable(s);
        if (len == 0)
            return false;
        s += len;
    }
    return true;
}

static void put_escaped(FILE *out, const char *s)
{
    static const char codes[] = "\a\b\t\n\v\f\r\033\\'", letters[] = "abtnvfrE\\'";
    while (*s) {
        const char *code = strchr(codes, *s);
        size_t len = printable(s);
        if (code)
            fprintf(out, "\\%c", letters[code - codes]);
        else if (len)
            fwrite(s, 1, len, out);
        else
            fprintf(out, "\\%03o", (unsigned char)*s);
        s += code || !len ? 1 : len;
    }
}

void diag_put_quoted(FILE *out, const char *name)
{
    if (!all_printable(name) || strchr(name, '\'')) {
        fputs("$'", out);
        put_escaped(out, name);
        fputc('\'', out);
    } else {
        fprintf(out, "'%s'", name);
    }
}

const char diag_stdin[] = "standard input", diag_stdout[] = "standard output";

void diag_put_name(FILE *out, const char *name)
{
    if (name == diag_stdin || name == diag_stdout) {
        fputs(name, out);
        return;
    }
    /* A colon or a blank would make it unclear where the name ends. */
    if (*name == '\0' || strpbrk(name, " :'\"$`\\!*?[](){}<>|&;#~") || !all_printable(name))
        diag_put_quoted(out, name);
    else
        fputs(name, out);
}

void diag_print(const char *format, ...)
{
    va_list args;
    char *line = NULL;
    size_t len;
    FILE *out = open_memstream(&line, &len);
    if (!out)
        return;
    va_start(args, format);
    fputs("mpcp: ", out);
    vfprintf(out, format, args);
    fputc('\n', out);
    va_end(args);
    fclose(out);
    while (line && write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
        ;
    free(line);
}

void diag_about(const char *path, const char *what, const char *why)
{
    struct complaint c;
    complaint_make(&c, 0, path, what, "%s", why);
    char *sentence = complaint_sentence(&c);
    diag_print("%s", sentence ? sentence : what);
    free(sentence);
}
