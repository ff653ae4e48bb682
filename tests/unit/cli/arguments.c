/* SPDX-License-Identifier: MIT */
/* argv is read as getopt_long(3) reads it, with cp's options: for many random commands, the result
 * here is the same as getopt's, including errors. */
#include "cli/table.h"
#include "support.h"
#include "terminal.h"

/* It has a struct of the same name. */
#define option getopt_option
#include <getopt.h>
#undef option

enum { MOST = 80, WORDS = 8 };

static struct option rows[MOST]; /* those of cp */
static struct getopt_option long_options[MOST];
static char letters[2 * MOST + 1];
static int row_count, value_count; /* and how many of them take a value */

/* What getopt treats as the same has the same number. */
static int number_of(int row)
{
    int i = 0;
    while (!rows[i].name || rows[i].flag != rows[row].flag || rows[i].set != rows[row].set ||
           rows[i].choose != rows[row].choose || rows[i].unsaid != rows[row].unsaid)
        i++;
    return 1000 + i;
}

static void add_to_getopt(int row)
{
    const struct option *o = &rows[row];
    int takes = !o->value ? no_argument : o->unsaid ? optional_argument : required_argument;
    if (o->letter)
        sprintf(letters + strlen(letters), "%c%s", o->letter, o->value ? ":" : "");
    if (o->name)
        long_options[value_count++] = (struct getopt_option){o->name, takes, NULL, number_of(row)};
}

static void with_options_of_cp(void)
{
    static char cp[] = "cp";
    program_invocation_short_name = cp;
    for (const struct option *o = table_rows(); !table_is_end(o); o++)
        if (o->group == GROUP_CP)
            rows[row_count++] = *o;
    cr_assert_lt(row_count, MOST);
    cr_assert_gt(row_count, 30);
    for (int i = 0; i < row_count; i++)
        add_to_getopt(i);
}

/* --- what both make of a command, as text --- */

static void tell_operands(FILE *out, char **operands)
{
    for (; *operands; operands++)
        fprintf(out, "operand %s\n", *operands);
}

static void tell_found(FILE *out, int found)
{
    const struct option *o = rows;
    if (found >= 1000)
        o = &rows[found - 1000];
    else
        while (o->letter != found)
            o++;
    const char *value = optarg ? optarg : o->value ? o->unsaid : NULL;
    fprintf(out, "%s%c %s\n", o->name ? o->name : "", o->name ? ' ' : o->letter,
            value ? value : "-");
}

static void read_by_getopt(int argc, char **argv, FILE *out)
{
    int found;
    optind = 0;
    while ((found = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
        if (found == '?')
            return;
        tell_found(out, found);
    }
    tell_operands(out, argv + optind);
}

/* The option of that name; if several have the same number, the first of them. */
static void tell_named(FILE *out, const char *name, int len, const char *value)
{
    int row = 0;
    while (!rows[row].name || strncmp(rows[row].name, name, (size_t)len) != 0 ||
           rows[row].name[len])
        row++;
    fprintf(out, "%s  %s\n", rows[number_of(row) - 1000].name, value);
}

static void read_by_arguments(int argc, char **argv, FILE *out)
{
    struct arguments a;
    int rc = arguments_read(&a, rows, argc, argv);
    for (int i = 1; i < a.option_count; i++) {
        const char *word = a.options[i], *value = a.values[i] ? a.values[i] : "-";
        if (word[1] == '-')
            tell_named(out, word + 2, (int)strcspn(word + 2, "="), value);
        else
            fprintf(out, "%c %s\n", word[1], value);
    }
    if (rc == 0)
        tell_operands(out, (char **)a.operands);
    arguments_release(&a);
}

/* What one of them makes of it, and prints, except where to find help. */
static char *outcome(void (*read_by)(int, char **, FILE *), char **words)
{
    char *argv[WORDS + 2], *text = NULL, *hint;
    int argc = 0;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    for (; words[argc]; argc++)
        argv[argc] = words[argc];
    argv[argc] = NULL;
    read_by(argc, argv, out);
    fputs(written(), out);
    fclose(out);
    hint = strstr(text, "Try 'cp --help'");
    if (hint)
        *hint = '\0';
    return text;
}

/* --- random commands --- */

static unsigned state = 1;

static unsigned below(unsigned most)
{
    state = state * 1103515245u + 12345u;
    return (state >> 16) % most;
}

/* A name, or its beginning, or nearly so; with a value or without. */
static void make_long(char *word)
{
    static const char *const values[] = {"", "", "", "", "=", "=x", "=none", "=--force"};
    const struct option *o = &rows[below((unsigned)row_count)];
    const char *name = o->name ? o->name : "f";
    unsigned len = below(3) ? below((unsigned)strlen(name) + 1) : (unsigned)strlen(name);
    sprintf(word, "--%.*s%s%s", (int)len, name, below(20) ? "" : "y", values[below(8)]);
}

static void make_letters(char *word)
{
    static const char some[] = "abdfiHlLnPprRsSStTuvxZy=~-";
    unsigned len = 1 + below(4);
    *word++ = '-';
    for (unsigned i = 0; i < len; i++)
        word[i] = some[below(sizeof(some) - 1)];
    word[len] = '\0';
}

static void make_other(char *word)
{
    static const char *const others[] = {"a", "b", "-", "--", "", "none", "a=b", "c"};
    strcpy(word, others[below(8)]);
}

static void compare_many(void)
{
    int old = to_file();
    static void (*const make[])(char *) = {make_long, make_letters, make_other};
    int accepted = 0;
    for (int i = 0; i < 20000; i++) {
        char text[WORDS][64], *words[WORDS + 2] = {(char[]){"cp"}};
        unsigned count = below(WORDS);
        for (unsigned w = 0; w < count; w++) {
            make[below(3)](text[w]);
            words[w + 1] = text[w];
        }
        char *expected = outcome(read_by_getopt, words), *found = outcome(read_by_arguments, words);
        cr_assert_str_eq(found, expected, "round %d:\n%s instead of\n%s", i, found, expected);
        accepted += !strstr(found, "cp: ");
        free(expected);
        free(found);
    }
    dup2(old, STDERR_FILENO);
    cr_assert_gt(accepted, 4000);
}

Test(arguments, commands_are_read_as_getopt_reads_them, .init = with_options_of_cp)
{
    unsetenv("POSIXLY_CORRECT");
    compare_many();
}

Test(arguments, with_posixly_correct_too, .init = with_options_of_cp)
{
    setenv("POSIXLY_CORRECT", "", 1);
    compare_many();
}

/* --- what only mpcp has --- */

static const char *first_of(const char *word)
{
    static char text[1024];
    struct arguments a;
    char copy[64];
    int old = to_file();
    strcpy(copy, word);
    arguments_read(&a, table_rows(), 2, (char *[]){(char[]){"mpcp"}, copy, NULL});
    snprintf(text, sizeof(text), "%s", a.option_count > 1 ? a.options[1] : written());
    arguments_release(&a);
    dup2(old, STDERR_FILENO);
    return text;
}

Test(arguments, an_abbreviation_means_what_it_means_to_cp_first)
{
    cr_expect_str_eq(first_of("--f"), "--force");            /* not --fsync */
    cr_expect_str_eq(first_of("--at"), "--attributes-only"); /* not --atomic */
    cr_expect_str_eq(first_of("--u"), "--update=");          /* not --usage */
    cr_expect_str_eq(first_of("--fs"), "--fsync");
    cr_expect_str_eq(first_of("--js"), "--json");
    cr_expect_str_eq(first_of("--prog"), "--progress=");
    cr_expect_str_eq(first_of("--j"),
                     "mpcp: option '--j' is ambiguous; possibilities: '--jobs' '--json'\n");
}

Test(arguments, of_a_misspelt_option_the_right_name_is_told)
{
    static const struct {
        const char *word, *meant;
    } cases[] = {
        {"--verfiy", "verify"},     {"--verifyy", "verify"},
        {"--vrify=1", "verify"},    {"--vetify", "verify"},
        {"--jbos", "jobs"},         {"--frce", "force"},
        {"--ngine=mmap", "engine"}, {"--no-clober", "no-clobber"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char sentence[96];
        snprintf(sentence, sizeof(sentence),
                 "mpcp: unrecognized option '%s' (did you mean --%s?)\n", cases[i].word,
                 cases[i].meant);
        cr_expect_str_eq(first_of(cases[i].word), sentence, "%s", first_of(cases[i].word));
    }
}

Test(arguments, what_is_no_slip_of_one_letter_is_not_guessed_at)
{
    static const char *const words[] = {"--vrfy", "--yfirev", "--frobnicate",
                                        "--x",    "--pth",    "--verify2024"};
    for (size_t i = 0; i < LENGTH(words); i++)
        cr_expect(strstr(first_of(words[i]), "(mpcp --usage lists them)"), "%s",
                  first_of(words[i]));
}

Test(arguments, no_words_at_all)
{
    struct arguments a;
    cr_expect_eq(arguments_read(&a, table_rows(), 0, (char *[]){NULL}), 0);
    cr_expect_eq(a.option_count, 1);
    cr_expect_eq(a.operand_count, 0);
    arguments_release(&a);
}
