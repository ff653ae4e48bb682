/* SPDX-License-Identifier: MIT */
#include "base/json_text.h"
#include "base/diag.h"

void json_put_string(FILE *out, const char *text)
{
    putc('"', out);
    for (size_t len; *text; text += len) {
        unsigned char byte = (unsigned char)*text;
        size_t valid = diag_utf8_len(text);
        len = valid ? valid : 1;
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte < ' ' || byte == 0x7f)
            fprintf(out, "\\u%04x", byte);
        else if (!valid)
            fprintf(out, "\\udc%02x", byte);
        else
            fwrite(text, 1, len, out);
    }
    putc('"', out);
}

static void put_member(FILE *out, const char *name, const char *text)
{
    fprintf(out, "\"%s\": ", name);
    if (text)
        json_put_string(out, text);
    else
        fputs("null", out);
}

void json_put_member(FILE *out, const char *name, const char *text)
{
    put_member(out, name, text);
    fputs(", ", out);
}

void json_put_last_member(FILE *out, const char *name, const char *text)
{
    put_member(out, name, text);
    fputs("}\n", out);
}
