/* SPDX-License-Identifier: MIT */
#include "base/size.h"
#include "base/arithmetic.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char units[] = "KMGTP";

/* The factor that a suffix stands for; 0 when it is none. */
static double suffix_factor(const char *suffix)
{
    if (*suffix == '\0' || strcmp(suffix, "B") == 0)
        return 1;
    const char *unit = strchr(units, toupper((unsigned char)*suffix));
    if (!unit)
        return 0;
    double base = strcmp(suffix + 1, "B") == 0 ? 1000 : 1024;
    if (base == 1024 && suffix[1] != '\0' && strcmp(suffix + 1, "iB") != 0)
        return 0;
    double factor = base;
    for (const char *u = units; u < unit; u++)
        factor *= base;
    return factor;
}

int size_parse(const char *text, uint64_t *bytes)
{
    /* strtod alone would also accept signs, white space, hexadecimal, "inf" and exponents. */
    size_t digits = strspn(text, "0123456789");
    size_t number = digits;
    if (text[digits] == '.')
        number += 1 + strspn(text + digits + 1, "0123456789");
    if (digits == 0 || text[number - 1] == '.')
        return -EINVAL;
    double factor = suffix_factor(text + number);
    if (factor == 0)
        return -EINVAL;
    if (number == digits &&
        factor == 1) { /* a double would lose the last digits of a large count */
        errno = 0;
        unsigned long long exact = strtoull(text, NULL, 10);
        if (errno == ERANGE || exact > INT64_MAX)
            return -ERANGE;
        *bytes = exact;
        return 0;
    }
    double value = strtod(text, NULL) * factor;
    if (value >= 0x1p63)
        return -ERANGE;
    *bytes = (uint64_t)value;
    return 0;
}

/* With `decimals` if it isn't whole bytes, and with what follows the unit. */
static const char *format(double bytes, int decimals, const char *per, char buf[SIZE_TEXT])
{
    if (bytes < 1023.5) {
        snprintf(buf, SIZE_TEXT, "%.0f B%s", bytes, per);
        return buf;
    }
    double value = bytes / 1024, rounding = decimals == 1 ? 0.05 : 0.005;
    size_t unit = 0;
    while (value >= 1024 - rounding && units[unit + 1]) { /* otherwise it would print as 1024.0 */
        value /= 1024;
        unit++;
    }
    snprintf(buf, SIZE_TEXT, "%.*f %ciB%s", decimals, value, units[unit], per);
    return buf;
}

const char *size_format(uint64_t bytes, char buf[SIZE_TEXT])
{
    return format((double)bytes, 1, "", buf);
}

const char *size_format_rate(double bytes_per_second, char buf[SIZE_TEXT])
{
    if (bytes_per_second >= 0 && bytes_per_second < 0x1p64)
        return format(bytes_per_second, 2, "/s", buf);
    return strcpy(buf, "- B/s"); /* also NaN */
}

const char *size_format_time(double seconds, char buf[SIZE_TEXT])
{
    /* Also NaN and infinity: a stalled copy has no time left to tell. */
    if (!(seconds >= 0 && seconds < 359999)) {
        strcpy(buf, "-:--");
        return buf;
    }
    unsigned s = (unsigned)(seconds + 0.5);
    if (s >= 3600)
        snprintf(buf, SIZE_TEXT, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(buf, SIZE_TEXT, "%u:%02u", s / 60, s % 60);
    return buf;
}
