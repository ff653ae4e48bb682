/* SPDX-License-Identifier: MIT */
#include "cli/label.h"
#include "support.h"

/* One that every system has. */
static locale_t utf8(void)
{
    static locale_t locale;
    if (!locale)
        locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!locale)
        SKIP("there is no locale C.UTF-8");
    return locale;
}

static void assert_label(const char *name, size_t columns, locale_t locale, const char *label)
{
    char text[LABEL_ROOM];
    size_t taken = label_fit(text, name, columns, locale);
    cr_assert_str_eq(text, label, "\"%s\"", text);
    cr_assert_leq(taken, columns);
    cr_assert_eq(taken, label_width(text, locale), "%zu columns are told", taken);
}

Test(label, what_fits_stays_as_it_is)
{
    assert_label("photos/one.jpg", 14, 0, "photos/one.jpg");
    assert_label("photos/one.jpg", 14, utf8(), "photos/one.jpg");
    assert_label("", 14, 0, "");
    assert_label("", 0, utf8(), "");
}

Test(label, what_is_too_long_loses_its_beginning)
{
    assert_label("photos/one.jpg", 13, 0, "...os/one.jpg");
    assert_label("photos/one.jpg", 13, utf8(), "\u2026otos/one.jpg");
    assert_label("photos/one.jpg", 4, 0, "...g");
    assert_label("photos/one.jpg", 2, utf8(), "\u2026g");
}

Test(label, with_no_room_for_more_than_dots_there_are_none)
{
    assert_label("photos/one.jpg", 3, 0, "");
    assert_label("photos/one.jpg", 1, utf8(), "");
    assert_label("photos/one.jpg", 0, 0, "");
}

Test(label, what_terminals_obey_never_gets_there)
{
    assert_label("a\033[2Jb\nc\177d\be", 20, 0, "a?[2Jb?c?d?e");
    assert_label("a\033[2Jb\nc\177d\be", 20, utf8(), "a?[2Jb?c?d?e");
    assert_label("csi\302\233 2J", 20, utf8(), "csi? 2J");     /* U+009B */
    assert_label("raw\233 \377", 20, utf8(), "raw? ?");        /* no UTF-8 */
    assert_label("gpj\342\200\256exe", 20, utf8(), "gpj?exe"); /* writes backwards */
    assert_label("a\342\200\213b", 20, utf8(), "a?b");         /* has no width */
}

Test(label, without_utf8_each_other_character_is_one_question_mark)
{
    assert_label("f\303\274r", 20, 0, "f?r");
    assert_label("f\303\274r", 20, utf8(), "f\303\274r");
}

Test(label, wide_characters_take_two_columns)
{
    assert_label("\346\227\245\346\234\254.txt", 8, utf8(), "\346\227\245\346\234\254.txt");
    assert_label("\346\227\245\346\234\254.txt", 7, utf8(), "\342\200\246\346\234\254.txt");
    assert_label("\346\227\245\346\234\254.txt", 6, utf8(), "\342\200\246.txt");
}

/* e, U+0301 */
Test(label, an_accent_stays_with_its_letter)
{
    assert_label("cafe\314\201", 4, utf8(), "cafe\314\201");
    assert_label("cafe\314\201s", 3, utf8(), "\342\200\246e\314\201s");
    assert_label("cafe\314\201s", 2, utf8(), "\342\200\246s");
}

/* As many accents as a name can have, and more: they cost no columns, but room. */
Test(label, it_never_takes_more_than_its_room)
{
    struct {
        char text[LABEL_ROOM], behind[8];
    } made = {.behind = "behind"};
    char name[4096] = "";
    for (size_t len = 0; len + 3 < sizeof(name); len += 2)
        strcpy(name + len, "\314\201");
    for (size_t columns = 0; columns < 10; columns++) {
        label_fit(made.text, name, columns, utf8());
        cr_assert_str_eq(made.behind, "behind");
        cr_assert_lt(strlen(made.text), LABEL_ROOM);
    }
    memset(name, 'x', sizeof(name) - 1);
    cr_assert_eq(label_fit(made.text, name, 200, utf8()), 200);
}
