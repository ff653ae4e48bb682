/* SPDX-License-Identifier: MIT */
#include "cli/options.h"
#include "support.h"
#include "terminal.h"

enum {
    BASIC = ATTRIBUTE_MODE | ATTRIBUTE_OWNERSHIP | ATTRIBUTE_TIMESTAMPS,
    EVERY = BASIC | ATTRIBUTE_LINKS | ATTRIBUTE_XATTR,
    CONTEXT = ATTRIBUTE_CONTEXT,
};

static struct options o;
static int status;
static char said[1024]; /* on stderr */

/* Parses the words of a command, followed by " a b", and asserts whether it is to go on. */
static void parse_to(const char *options, bool goes_on)
{
    static char line[256];
    static char *words[32];
    int count = 0;
    snprintf(line, sizeof(line), "%s %s a b", program_invocation_short_name, options);
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    int old = to_file();
    bool went_on = options_parse(count, words, &o, &status);
    snprintf(said, sizeof(said), "%s", written());
    dup2(old, STDERR_FILENO);
    close(old);
    cr_assert_eq(went_on, goes_on, "%s: %s", options, said);
}

static void parse(const char *options)
{
    parse_to(options, true);
    cr_expect_eq(status, STATUS_COPIED);
}

static void refuse(const char *options, const char *sentence)
{
    parse_to(options, false);
    cr_expect_eq(status, STATUS_USAGE, "%s", options);
    cr_expect_str_eq(said, sentence, "%s: %s", options, said);
    options_release(&o);
}

static void as_mpcp(void)
{
    static char mpcp[] = "mpcp";
    program_invocation_short_name = mpcp;
    unsetenv("POSIXLY_CORRECT");
    unsetenv("VERSION_CONTROL");
    unsetenv("SIMPLE_BACKUP_SUFFIX");
}

static void as_cp(void)
{
    static char cp[] = "cp";
    as_mpcp();
    program_invocation_short_name = cp;
}

/* --- flags --- */

Test(options, each_flag_sets_its_member_and_no_other, .init = as_mpcp)
{
    static const struct {
        const char *options;
        size_t member;
    } cases[] = {
        {"-r", offsetof(struct options, recursive)},
        {"-R", offsetof(struct options, recursive)},
        {"--recurs", offsetof(struct options, recursive)},
        {"--copy-contents", offsetof(struct options, copy_contents)},
        {"-x", offsetof(struct options, one_file_system)},
        {"--parents", offsetof(struct options, parents)},
        {"--path", offsetof(struct options, parents)},
        {"--strip-trailing-slashes", offsetof(struct options, strip_trailing_slashes)},
        {"--keep-directory-symlink", offsetof(struct options, keep_directory_symlink)},
        {"--atomic", offsetof(struct options, atomic)},
        {"-T", offsetof(struct options, no_target_directory)},
        {"-v", offsetof(struct options, verbose)},
        {"--debug", offsetof(struct options, debug)},
        {"-q", offsetof(struct options, quiet)},
        {"--remove-destination", offsetof(struct options, rules.remove_destination)},
        {"--attributes-only", offsetof(struct options, rules.attributes_only)},
        {"-f", offsetof(struct options, rules.force)},
        {"-Z", offsetof(struct options, rules.default_context)},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        parse(cases[i].options);
        for (size_t j = 0; j < LENGTH(cases); j++) {
            bool set = *(bool *)((char *)&o + cases[j].member);
            bool implied = strcmp(cases[i].options, "--debug") == 0 &&
                           cases[j].member == offsetof(struct options, verbose);
            bool unknown = cases[j].member == offsetof(struct options, rules.default_context) &&
                           access("/sys/fs/selinux/enforce", F_OK) < 0;
            cr_expect_eq(set, !unknown && (implied || cases[i].member == cases[j].member),
                         "%s and what %s sets", cases[i].options, cases[j].options);
        }
        options_release(&o);
    }
}

Test(options, letters_come_in_bundles, .init = as_mpcp)
{
    parse("-rfpvSx~ -b");
    cr_expect(o.recursive && o.rules.force && o.verbose && o.said.backup);
    cr_expect_eq(o.rules.preserve, BASIC);
    cr_expect_str_eq(o.rules.backup_suffix, "x~");
    cr_expect_eq(o.operand_count, 2);
    cr_expect_str_eq(o.operands[1], "b");
    options_release(&o);
}

Test(options, a_value_may_look_like_an_option_or_have_what_popt_expands, .init = as_mpcp)
{
    parse("-t --parents -S !#:+");
    cr_expect_str_eq(o.target_directory, "--parents");
    cr_expect_str_eq(o.rules.backup_suffix, "!#:+");
    cr_expect_not(o.parents);
    options_release(&o);
}

Test(options, of_those_about_links_the_last_counts, .init = as_mpcp)
{
    static const struct {
        const char *options;
        enum follow follow;
    } cases[] = {
        {"-r", FOLLOW_UNSAID},   {"-P", FOLLOW_NEVER},      {"-d", FOLLOW_NEVER},
        {"-a", FOLLOW_NEVER},    {"-H", FOLLOW_OPERANDS},   {"-L", FOLLOW_ALWAYS},
        {"-rPL", FOLLOW_ALWAYS}, {"-LaH", FOLLOW_OPERANDS}, {"-LH -d", FOLLOW_NEVER},
        {"-HLa", FOLLOW_NEVER},  {"-aL", FOLLOW_ALWAYS},    {"-L --no-deref", FOLLOW_NEVER}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        parse(cases[i].options);
        cr_expect_eq(o.follow, cases[i].follow, "%s", cases[i].options);
        options_release(&o);
    }
}

/* --- what exists already --- */

Test(options, what_becomes_of_a_destination, .init = as_mpcp)
{
    static const struct {
        const char *options;
        enum existing existing;
        bool update;
    } cases[] = {
        {"", EXISTING_REPLACE, false},
        {"-i", EXISTING_ASK, false},
        {"-n", EXISTING_KEEP, false},
        {"-in", EXISTING_KEEP, false},
        {"-ni", EXISTING_ASK, false},
        {"-u", EXISTING_REPLACE, true},
        {"--update", EXISTING_REPLACE, true},
        {"--update=old", EXISTING_REPLACE, true},
        {"--update=all", EXISTING_REPLACE, false},
        {"--update=none", EXISTING_KEEP, false},
        {"--update=none-fail", EXISTING_FAIL, false},
        {"--update=none -u", EXISTING_REPLACE, true},
        {"-u --update=none", EXISTING_KEEP, false},
        {"-u --update=all", EXISTING_REPLACE, false},
        {"-iu", EXISTING_ASK, true},
        {"-ui", EXISTING_ASK, true},
        {"-nu", EXISTING_KEEP, false},
        {"-un", EXISTING_KEEP, false},
        {"-n --update=none-fail", EXISTING_KEEP, false},
        {"-n --update=all", EXISTING_KEEP, false},
        {"--update=none -i", EXISTING_KEEP, false},
        {"--update=none-fail -i", EXISTING_FAIL, false},
        {"-ni --update=all", EXISTING_ASK, false},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        parse(cases[i].options);
        cr_expect_eq(o.rules.existing, cases[i].existing, "%s", cases[i].options);
        cr_expect_eq(o.rules.update, cases[i].update, "%s", cases[i].options);
        options_release(&o);
    }
}

static void set_variable(const char *name, const char *value) /* NULL: there is none */
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

Test(options, which_backup_is_made, .init = as_mpcp)
{
    static const struct {
        const char *options, *variable;
        enum backup backup;
    } cases[] = {
        {"", "t", BACKUP_NONE},
        {"-b", NULL, BACKUP_EXISTING},
        {"-b", "", BACKUP_EXISTING},
        {"-b", "numbered", BACKUP_NUMBERED},
        {"-b", "never", BACKUP_SIMPLE},
        {"-b", "off", BACKUP_NONE},
        {"--backup", "si", BACKUP_SIMPLE},
        {"--backup=", "si", BACKUP_SIMPLE},
        {"--backup=none", "t", BACKUP_NONE},
        {"--backup=off", "t", BACKUP_NONE},
        {"--backup=num", "simple", BACKUP_NUMBERED},
        {"--backup=t", "bogus", BACKUP_NUMBERED},
        {"--backup=nil", "t", BACKUP_EXISTING},
        {"--backup=existing", "t", BACKUP_EXISTING},
        {"--backup=never", "t", BACKUP_SIMPLE},
        {"--backup=simple -b", "t", BACKUP_SIMPLE},
        {"--backup=simple --backup=t", NULL, BACKUP_NUMBERED},
        {"-S.old", NULL, BACKUP_EXISTING},
        {"--suffix=.old", "t", BACKUP_NUMBERED},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        set_variable("VERSION_CONTROL", cases[i].variable);
        parse(cases[i].options);
        cr_expect_eq(o.rules.backup, cases[i].backup, "%s", cases[i].options);
        options_release(&o);
    }
    setenv("VERSION_CONTROL", "bogus", 1);
    parse("");
    options_release(&o);
    refuse("-b", "mpcp: '$VERSION_CONTROL=bogus': takes none, off, numbered, t, existing, nil, "
                 "simple or never\n");
}

Test(options, what_a_backup_ends_with, .init = as_mpcp)
{
    static const struct {
        const char *options, *variable, *suffix;
    } cases[] = {{"-b", NULL, "~"},    {"-b", ".bak", ".bak"},      {"-b", "", "~"},
                 {"-b", "a/b", "~"},   {"-S .old", ".bak", ".old"}, {"--suffix=", ".bak", "~"},
                 {"-S/", ".bak", "~"}, {"-S=x", NULL, "=x"},        {"-S a -S b", NULL, "b"}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        set_variable("SIMPLE_BACKUP_SUFFIX", cases[i].variable);
        parse(cases[i].options);
        cr_expect_str_eq(o.rules.backup_suffix, cases[i].suffix, "%s", cases[i].options);
        options_release(&o);
    }
}

Test(options, what_is_made_of_a_source, .init = as_mpcp)
{
    static const struct {
        const char *options;
        enum product product;
    } cases[] = {{"", PRODUCT_COPY}, {"-l", PRODUCT_HARD_LINK}, {"-s", PRODUCT_SYMLINK}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        parse(cases[i].options);
        cr_expect_eq(o.rules.product, cases[i].product, "%s", cases[i].options);
        options_release(&o);
    }
}

/* --- attributes --- */

Test(options, for_each_attribute_the_last_word_counts, .init = as_mpcp)
{
    enum { MODE = ATTRIBUTE_MODE, LINKS = ATTRIBUTE_LINKS, XATTR = ATTRIBUTE_XATTR };
    enum { ALL = EVERY | ATTRIBUTE_TOLERANT };
    static const struct {
        const char *options;
        unsigned preserve, no_preserve; /* leaving out the context */
    } cases[] = {
        {"", 0, 0},
        {"-p", BASIC, 0},
        {"--preserve", BASIC, 0},
        {"-a", ALL, 0},
        {"--preserve=all", ALL, 0},
        {"-d", LINKS, 0},
        {"-dp", BASIC | LINKS, 0},
        {"--preserve=link", LINKS, 0},
        {"--pres=m,l,x", MODE | LINKS | XATTR, 0},
        {"--no-preserve=mode", 0, MODE},
        {"--no-preserve=mode,links", 0, MODE | LINKS},
        {"-p --no-preserve=mode", BASIC & ~MODE, MODE},
        {"--no-preserve=mode -p", BASIC, 0},
        {"-a --no-preserve=links,xattr", ALL & ~(LINKS | XATTR), LINKS | XATTR},
        {"--no-preserve=links -a", ALL, 0},
        {"-d --no-preserve=link", 0, LINKS},
        {"--no-preserve=link -d", LINKS, 0},
        {"-a --no-preserve=all", 0, EVERY},
        {"-a --preserve=xattr", EVERY, 0}, /* these must be preserved then */
        {"--preserve=xattr -a", EVERY, 0},
        {"--preserve=xattr,all", EVERY, 0},
        {"-a --preserve=xattr --no-preserve=xattr -a", ALL, 0},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        parse(cases[i].options);
        cr_expect_eq(o.rules.preserve & ~CONTEXT, cases[i].preserve, "%s", cases[i].options);
        cr_expect_eq(o.rules.no_preserve & ~CONTEXT, cases[i].no_preserve, "%s", cases[i].options);
        cr_expect_eq(o.rules.preserve & o.rules.no_preserve, 0, "%s", cases[i].options);
        options_release(&o);
    }
}

Test(options, archive_is_recursive, .init = as_mpcp)
{
    parse("-a");
    cr_expect(o.recursive);
    options_release(&o);
    parse("-d");
    cr_expect_not(o.recursive);
    options_release(&o);
}

Test(options, without_selinux_contexts_are_ignored_or_refused, .init = as_mpcp)
{
    if (access("/sys/fs/selinux/enforce", F_OK) == 0)
        SKIP("the kernel has SELinux");
    parse("-Za");
    cr_expect_str_eq(said, "");
    cr_expect_eq(o.rules.preserve & CONTEXT, 0);
    cr_expect_not(o.rules.default_context);
    options_release(&o);
    parse("--context=x");
    cr_expect_str_eq(said, "mpcp: warning: ignoring --context; it requires an SELinux-enabled "
                           "kernel\n");
    cr_expect_null(o.rules.context);
    options_release(&o);
    parse_to("--preserve=context", false);
    cr_expect_eq(status, STATUS_FAILED);
    cr_expect_str_eq(said, "mpcp: cannot preserve security context without an SELinux-enabled "
                           "kernel\n");
    options_release(&o);
}

Test(options, with_selinux_a_given_context_outweighs_archive, .init = as_mpcp)
{
    if (access("/sys/fs/selinux/enforce", F_OK) < 0)
        SKIP("the kernel has no SELinux");
    parse("-a");
    cr_expect_eq(o.rules.preserve & CONTEXT, CONTEXT);
    options_release(&o);
    parse("-a --context=x");
    cr_expect_eq(o.rules.preserve & CONTEXT, 0);
    cr_expect_str_eq(o.rules.context, "x");
    options_release(&o);
    parse_to("--preserve=context -Z", false);
    cr_expect_str_eq(said, "mpcp: cannot set target context and preserve it\n");
    options_release(&o);
}

/* --- nonsense --- */

Test(options, what_excludes_each_other_is_refused, .init = as_mpcp)
{
    static const char backup[] =
        "mpcp: --backup is mutually exclusive with -n or --update=none-fail\n";
    static const char target[] =
        "mpcp: cannot combine --target-directory (-t) and --no-target-directory (-T)\n";
    refuse("-ls", "mpcp: cannot make both hard and symbolic links\n");
    refuse("-T -t d", target);
    refuse("-t d -t d", "mpcp: multiple target directories specified\n");
    refuse("-b -n", backup);
    refuse("-S. -n", backup);
    refuse("--backup=none --update=none", backup);
    refuse("-bi --update=none-fail", backup);
    parse("-bni"); /* the last of -n and -i is -i */
    options_release(&o);
}

Test(options, mpcp_says_it_in_one_line, .init = as_mpcp)
{
    refuse("--frce", "mpcp: unrecognized option '--frce' (did you mean --force?)\n");
    refuse("-ry", "mpcp: invalid option -- 'y' (mpcp --usage lists them)\n");
    refuse("--sparse=x", "mpcp: --sparse=x: takes auto, always or never\n");
    cr_expect_eq(options_exit_status(STATUS_USAGE), STATUS_USAGE);
    cr_expect_eq(options_exit_status(STATUS_COPIED), STATUS_COPIED);
}

#define TRY "\nTry 'cp --help' for more information.\n"

Test(options, cp_says_where_help_is_and_fails, .init = as_cp)
{
    refuse("--frce", "cp: unrecognized option '--frce'" TRY);
    refuse("-ry", "cp: invalid option -- 'y'" TRY);
    refuse("--sparse=x", "cp: --sparse=x: takes auto, always or never" TRY);
    refuse("-ls", "cp: cannot make both hard and symbolic links" TRY);
    cr_expect_eq(options_exit_status(STATUS_USAGE), STATUS_FAILED);
    cr_expect_eq(options_exit_status(STATUS_FAILED), STATUS_FAILED);
    cr_expect_eq(options_exit_status(STATUS_COPIED), STATUS_COPIED);
}
