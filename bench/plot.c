/* SPDX-License-Identifier: MIT */
#include "plot.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One line of the panel by jobs, or one kind of bar: what its name starts with, the longest first.
 */
struct look {
    const char *prefix;
    unsigned colour; /* 0xrrggbb */
    const char *dash;
};

static const struct look looks[] = {
    {"mpcp-read-write", 0x56b4e9, "solid"},
    {"mpcp-mmap", 0x0072b2, "solid"},
    {"mpcp-", 0x009e73, "solid"},
    {"mpcp", 0x003f6b, "solid"},
    {"memcpy-N-fresh", 0xb0b0b0, "'-'"},
    {"memcpy", 0x808080, "'-'"},
    {"cpio", 0xc8c8b8, "solid"},
    {"cp-", 0xf0b070, "solid"},
    {"cp", 0xd55e00, "solid"},
    {"", 0xc8c8b8, "solid"},
};

static const struct look *look_of(const struct method *method)
{
    const struct look *look = looks;
    while (strncmp(method->name, look->prefix, strlen(look->prefix)) != 0)
        look++;
    return look;
}

int plot_check(struct trouble *trouble)
{
    /* NOLINTNEXTLINE(cert-env33-c): a fixed command, by the PATH of who asks for it */
    if (system("gnuplot --version >/dev/null 2>&1") == 0)
        return 0;
    return trouble_say(trouble, ENOENT, "--plot: gnuplot draws it, and it can't be run here");
}

static void put_quoted(FILE *gnuplot, const char *text)
{
    putc('\'', gnuplot);
    for (; *text; text++)
        fputs(*text == '\'' ? "''" : (char[2]){*text, '\0'}, gnuplot);
    putc('\'', gnuplot);
}

/* Speed, in the unit that unit_of gives. */
static double rate(const struct series *series, double seconds)
{
    return series_is_tree(series) ? series_files_per_second(series, seconds)
                                  : statistics_throughput(series->size, seconds) / 1e9;
}

static const char *unit_of(const struct series *series)
{
    return series_is_tree(series) ? "files/s" : "GB/s";
}

/* The end of the fastest run of all. */
static double longest_of(const struct series *series, const struct cell *const *cells, size_t count)
{
    double longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = fmax(longest, rate(series, cells[i]->seconds.minimum));
    return longest > 0 ? longest : 1;
}

static int decimals_of(double longest)
{
    return longest < 1 ? 4 : longest < 1000 ? 2 : 0;
}

/* For a text in single quotes. */
static const char *title_of(const struct series *series, char buf[SUBJECT_NAME])
{
    subject_name(series->subject, buf);
    for (char *c = buf; *c; c++)
        *c = *c == '\'' ? '_' : *c;
    return buf;
}

/* Columns: name, median, lowest, highest speed, colour; the slowest first, which is drawn at the
 * bottom. */
static void put_bars(FILE *gnuplot, const struct series *series, const struct cell *const *sorted,
                     size_t count)
{
    char name[SERIES_NAME];
    fputs("$bars << END\n", gnuplot);
    for (size_t i = count; i-- > 0;) {
        const struct summary *t = &sorted[i]->seconds;
        fprintf(gnuplot, "\"%s\" %.9g %.9g %.9g %u\n", series_name(sorted[i], name),
                rate(series, t->median), rate(series, t->maximum), rate(series, t->minimum),
                look_of(sorted[i]->method)->colour);
    }
    fputs("END\n", gnuplot);
}

static void draw_bars(FILE *gnuplot, const struct series *series, const struct cell *const *sorted,
                      size_t count)
{
    char name[SUBJECT_NAME];
    double longest = longest_of(series, sorted, count);
    put_bars(gnuplot, series, sorted, count);
    /* The numbers stand to the right of the longest bar's end, hence the room. */
    fprintf(
        gnuplot,
        "set title '%s by method: median, and slowest to fastest run'\n"
        "set xrange [0:%.9g]\nset yrange [-0.7:%zu-0.3]\nset xlabel '%s'\nunset ylabel\n"
        "unset key\nunset grid\nset grid x\nunset logscale\nset xtics auto\n"
        "set ytics nomirror scale 0\n"
        "plot $bars using 2:0:(0):2:($0-0.36):($0+0.36):5:ytic(1) with boxxyerror fillstyle "
        "solid 1 noborder linecolor rgb variable,"
        " $bars using 2:0:3:4 with xerrorbars pointtype 0 linewidth 1.5 linecolor rgb '#202020',"
        " $bars using 4:0:(sprintf('%%.%df', $2)) with labels left offset 0.8,0\n",
        title_of(series, name), 1.15 * longest, count, unit_of(series), decimals_of(longest));
}

/* One line of the second panel: all cells of a method that has jobs. */
static void put_line_data(FILE *gnuplot, const struct series *series, const struct method *method,
                          size_t number)
{
    fprintf(gnuplot, "$line%zu << END\n", number);
    for (size_t i = 0; i < series->count; i++) {
        const struct cell *cell = &series->cells[i];
        if (cell->method == method && !cell->left_out)
            fprintf(gnuplot, "%u %.9g %.9g %.9g\n", cell->jobs, rate(series, cell->seconds.median),
                    rate(series, cell->seconds.maximum), rate(series, cell->seconds.minimum));
    }
    fputs("END\n", gnuplot);
}

static void put_jobs_axis(FILE *gnuplot, const struct settings *settings)
{
    unsigned least = settings->jobs[0], most = least;
    for (size_t i = 0; i < settings->jobs_count; i++) {
        least = settings->jobs[i] < least ? settings->jobs[i] : least;
        most = settings->jobs[i] > most ? settings->jobs[i] : most;
    }
    fprintf(gnuplot, "set xtics (");
    for (size_t i = 0; i < settings->jobs_count; i++)
        fprintf(gnuplot, "%s%u", i ? "," : "", settings->jobs[i]);
    fputs(")\n", gnuplot);
    if (most / least >= 8)
        fprintf(gnuplot, "set logscale x 2\nset xrange [%g:%g]\n", least / 1.2, most * 1.2);
    else
        fprintf(gnuplot, "set xrange [%g:%g]\n", least - 0.1 * (most - least),
                most + 0.1 * (most - least));
}

static bool is_line(const struct series *series, const struct method *method)
{
    for (size_t i = 0; i < series->count; i++) {
        if (series->cells[i].method == method && method->has_jobs && !series->cells[i].left_out)
            return true;
    }
    return false;
}

/* Is there more than one number of jobs, and a method that ran with them? */
static bool has_lines(const struct findings *findings)
{
    const struct settings *settings = findings->settings;
    bool found = false;
    for (size_t i = 0; i < findings->count && settings->jobs_count > 1; i++) {
        for (size_t j = 0; j < settings->method_count; j++)
            found |= is_line(&findings->series[i], settings->methods[j]);
    }
    return found;
}

static void draw_lines(FILE *gnuplot, const struct settings *settings, const struct series *series)
{
    char name[SUBJECT_NAME];
    for (size_t i = 0; i < settings->method_count; i++) {
        if (is_line(series, settings->methods[i]))
            put_line_data(gnuplot, series, settings->methods[i], i);
    }
    put_jobs_axis(gnuplot, settings);
    fprintf(gnuplot,
            "set title '%s by jobs: median'\nset xlabel 'jobs'\nset ylabel '%s'\n"
            "set yrange [0:*]\nunset grid\nset grid y\nset ytics auto scale 1\n"
            "set key outside right center vertical Left reverse samplen 2\n"
            "plot %.9g title 'cp' with lines linewidth 2 linecolor rgb %u",
            title_of(series, name), unit_of(series),
            rate(series, series_reference(series)->seconds.median),
            look_of(series_reference(series)->method)->colour);
    for (size_t i = 0; i < settings->method_count; i++) {
        const struct method *method = settings->methods[i];
        const struct look *look = look_of(method);
        if (is_line(series, method))
            fprintf(gnuplot,
                    ", $line%zu using 1:2 title '%s' with linespoints linewidth 2 pointtype 7 "
                    "dashtype %s linecolor rgb %u",
                    i, method->name, look->dash, look->colour);
    }
    putc('\n', gnuplot);
}

static void draw_series(FILE *gnuplot, const struct settings *settings, const struct series *series,
                        bool lines)
{
    const struct cell **sorted = calloc(series->count, sizeof(const struct cell *));
    if (!sorted)
        return;
    draw_bars(gnuplot, series, sorted, series_sort(series, sorted));
    if (lines)
        draw_lines(gnuplot, settings, series);
    free(sorted);
}

static void put_title(FILE *gnuplot, const struct findings *findings, int columns)
{
    const struct machine *machine = &findings->machine;
    const struct settings *settings = findings->settings;
    char title[512];
    snprintf(title, sizeof(title), "%s source%s, %s, %u × %s, up to %u rounds",
             settings->cold ? "cold" : "warm", settings->fsync ? ", fsync" : "",
             machine->file_system, machine->cpus_usable, machine->cpu, settings->rounds);
    fprintf(gnuplot, "set multiplot layout %zu,%d title ", findings->count, columns);
    put_quoted(gnuplot, title);
    fputs(" font ',13'\n", gnuplot);
}

static void draw_findings(FILE *gnuplot, const struct findings *findings)
{
    const struct settings *settings = findings->settings;
    int columns = has_lines(findings) ? 2 : 1;
    bool png = strcmp(strrchr(settings->plot, '.'), ".png") == 0;
    fprintf(gnuplot,
            "set encoding utf8\nset terminal %s noenhanced size %d,%zu font ',11'\nset output ",
            png ? "pngcairo" : "svg background rgb 'white'", 760 * columns,
            60 + 500 * findings->count);
    put_quoted(gnuplot, settings->plot);
    fputs("\nset border 3\nset tics nomirror\nset datafile missing 'nan'\n", gnuplot);
    put_title(gnuplot, findings, columns);
    for (size_t i = 0; i < findings->count; i++)
        draw_series(gnuplot, settings, &findings->series[i], columns > 1);
    fputs("unset multiplot\n", gnuplot);
}

int plot_draw(const struct findings *findings, struct trouble *trouble)
{
    /* NOLINTNEXTLINE(cert-env33-c): the same */
    FILE *gnuplot = popen("gnuplot", "we");
    if (!gnuplot)
        return trouble_note(trouble, errno, "gnuplot");
    draw_findings(gnuplot, findings);
    if (pclose(gnuplot) != 0)
        return trouble_say(trouble, EIO, "%s: gnuplot failed", findings->settings->plot);
    return 0;
}
