/* SPDX-License-Identifier: MIT */
#include "base/diag.h"
#include "base/arithmetic.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

/* What is printable, whatever the user's locale says: names in messages then look the same
 * everywhere. Where there is no such locale, only ASCII is. */
static locale_t utf8_locale(void)
{
    static locale_t utf8;
    if (!utf8)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
    return utf8;
}

/* The length of the UTF-8 character at s, which is stored in *c; 0 if there is none. This follows
 * RFC 3629, and not the C library, which accepts more than that as UTF-8. */
static size_t decode(const char *s, wchar_t *c)
{
    static const struct {
        unsigned char mask, mark; /* of the first byte */
        uint32_t least;           /* with less, a shorter form is the right one */
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    const unsigned char *bytes = (const unsigned char *)s;
    size_t more = 0; /* bytes after the first */
    while (more < COUNT_OF(forms) && (*bytes & forms[more].mask) != forms[more].mark)
        more++;
    if (more == COUNT_OF(forms))
        return 0;
    uint32_t code = *bytes & (unsigned char)~forms[more].mask;
    for (size_t i = 1; i <= more; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    *c = (wchar_t)code;
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code >= forms[more].least && code <= 0x10ffff && !surrogate ? more + 1 : 0;
}

size_t diag_utf8_len(const char *s)
{
    wchar_t c;
    return decode(s, &c);
}

/* The length in bytes of the printable character at s, 0 if there is none. */
static size_t printable(const char *s)
{
    wchar_t c;
    if ((unsigned char)*s < 0x80)
        return *s >= ' ' && *s != 0x7f;
    size_t len = decode(s, &c);
    return len && utf8_locale() && iswprint_l((wint_t)c, utf8_locale()) ? len : 0;
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

/* Prints as much as isn't printable, escaped. Returns how many bytes that was. */
static size_t put_escaped(FILE *out, const char *s)
{
    static const char codes[] = "\a\b\t\n\v\f\r", letters[] = "abtnvfr";
    size_t len = 0;
    fputs("$'", out);
    for (; s[len] && !printable(s + len); len++) {
        const char *code = strchr(codes, s[len]);
        if (code)
            fprintf(out, "\\%c", letters[code - codes]);
        else
            fprintf(out, "\\%03o", (unsigned char)s[len]);
    }
    fputc('\'', out);
    return len;
}

/* Does it mean the same in double quotes to the shell and in C? GNU's programs quote what has a
 * single quote in it like this. */
static bool is_clear(const char *name)
{
    for (const char *c = name; *c; c++)
        if (isascii(*c) && !isalnum(*c) && !strchr("%+,-./:]_{} '", *c))
            return false;
    return all_printable(name);
}

/* In single quotes, with single quotes and unprintable bytes outside of them: 'a'$'\n''b'. */
static void put_parts(FILE *out, const char *s)
{
    bool inside = true;
    fputc('\'', out);
    while (*s) {
        size_t len = *s == '\'' ? 0 : printable(s);
        fputs(inside == (len > 0) ? "" : "'", out); /* ends the quotes, or begins them again */
        inside = len > 0;
        if (len)
            fwrite(s, 1, len, out);
        else if (*s == '\'')
            fputs("\\'", out);
        else
            len = put_escaped(out, s);
        s += len ? len : 1;
    }
    fputs(inside ? "'" : "", out);
}

void diag_put_quoted(FILE *out, const char *name)
{
    if (strchr(name, '\'') && is_clear(name))
        fprintf(out, "\"%s\"", name);
    else
        put_parts(out, name);
}

const char diag_stdin[] = "standard input", diag_stdout[] = "standard output";

static bool is_stream(const char *name)
{
    return name == diag_stdin || name == diag_stdout;
}

void diag_put_name(FILE *out, const char *name)
{
    if (is_stream(name)) {
        fputs(name, out);
        return;
    }
    /* A colon or a blank would leave it unclear where the name ends. */
    if (*name == '\0' || strpbrk(name, " :'\"$`\\!*?[](){}<>|&;#~") || !all_printable(name))
        diag_put_quoted(out, name);
    else
        fputs(name, out);
}

bool diag_is_cp(void)
{
    return strcmp(program_invocation_short_name, "cp") == 0;
}

const char *diag_program(void)
{
    return diag_is_cp() ? "cp" : "mpcp";
}

static void write_out(const char *line, size_t len)
{
    while (line && len > 0) {
        ssize_t n = write(STDERR_FILENO, line, len < DIAG_PART ? len : DIAG_PART);
        if (n < 0 && errno != EINTR)
            return;
        line += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
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
    fprintf(out, "%s: ", diag_program());
    vfprintf(out, format, args);
    fputc('\n', out);
    va_end(args);
    fclose(out);
    write_out(line, len);
    free(line);
}

void diag_about(const char *name, const char *what, const char *why)
{
    char *sentence = NULL;
    size_t len;
    FILE *out = open_memstream(&sentence, &len);
    if (out) {
        diag_put_name(out, name);
        fprintf(out, ": %s%s%s", what, why ? ": " : "", why ? why : "");
        fclose(out);
    }
    diag_print("%s", sentence ? sentence : what);
    free(sentence);
}

/* The next mark of a name in a format: %s or %n; NULL: there is none. */
static const char *find_mark(const char *format)
{
    for (const char *mark = format; (mark = strchr(mark, '%')); mark++)
        if (mark[1] == 's' || mark[1] == 'n')
            return mark;
    return NULL;
}

void diag_take_names(const char *format, va_list args, const char *names[DIAG_NAMES])
{
    size_t count = 0;
    for (const char *mark = format; (mark = find_mark(mark)); mark += 2) {
        assert(count < DIAG_NAMES);
        names[count++] = va_arg(args, const char *);
    }
}

void diag_put_sentence(FILE *out, const char *format, const char *const *names)
{
    const char *rest = format;
    for (const char *mark; (mark = find_mark(rest)); rest = mark + 2) {
        assert(*names); /* as many as there are marks */
        fwrite(rest, 1, (size_t)(mark - rest), out);
        if (is_stream(*names))
            fputs(*names, out);
        else if (mark[1] == 'n')
            diag_put_name(out, *names);
        else
            diag_put_quoted(out, *names);
        names++;
    }
    fputs(rest, out);
}

char *diag_sentence(int err, const char *format, va_list args)
{
    const char *names[DIAG_NAMES] = {0};
    char *sentence = NULL;
    size_t len;
    FILE *out = open_memstream(&sentence, &len);
    if (!out)
        return NULL;
    diag_take_names(format, args, names);
    diag_put_sentence(out, format, names);
    fprintf(out, "%s%s", err ? ": " : "", err ? strerror(err) : "");
    fclose(out);
    return sentence;
}

void diag_error(int err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *sentence = diag_sentence(err, format, args);
    va_end(args);
    diag_print("%s", sentence ? sentence : format);
    free(sentence);
}
