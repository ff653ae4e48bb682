/* SPDX-License-Identifier: MIT */
/*
 * Any claims as the share, or the headway, of another process: it is refused, or what is read of it
 * is possible, and is printed in whole lines for people and as JSON. The input is a list of claims,
 * in the order of struct claims; each slot takes what a struct slot_claims needs of the rest, and
 * so do the counts of a headway.
 */
#include "cli/status.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct claims {
    uint32_t version, count, phase;
    uint32_t cut;        /* how many bytes the share lacks at its end */
    uint32_t way, nodes; /* the upper half: which of them */
    int64_t size;
    double start;
    char engine[16], src[16], dst[16];
};

struct slot_claims {
    int64_t done;
    int32_t pid, kept;
};

enum { NOW = 1000, SLOTS = 64 };

/* --- JSON, as far as it is printed here: RFC 8259 --- */

static const char *value(const char *s);

static const char *literal(const char *s, const char *text)
{
    assert(strncmp(s, text, strlen(text)) == 0);
    return s + strlen(text);
}

static const char *string(const char *s)
{
    s = literal(s, "\"");
    while (*s != '"') {
        unsigned char byte = (unsigned char)*s;
        assert(byte >= ' ' && byte != 0x7f);
        if (byte == '\\' && s[1] == 'u') {
            assert(strspn(s + 2, "0123456789abcdef") >= 4);
            s += 6;
        } else if (byte == '\\') {
            assert(s[1] == '"' || s[1] == '\\');
            s += 2;
        } else {
            assert(byte < 0xf5); /* see tests/unit/base/diag.c for the rest */
            s++;
        }
    }
    return s + 1;
}

static const char *number(const char *s)
{
    char *end;
    assert((*s >= '0' && *s <= '9') && (*s != '0' || s[1] < '0' || s[1] > '9'));
    double n = strtod(s, &end);
    assert(isfinite(n) && n >= 0);
    return end;
}

static const char *members(const char *s, const char *between, char end, bool named)
{
    for (s++; *s != end;) {
        if (named)
            s = literal(string(s), ": ");
        s = value(s);
        if (*s != end)
            s = literal(s, between);
    }
    return s + 1;
}

static const char *value(const char *s)
{
    switch (*s) {
    case '{':
        return members(s, ", ", '}', true);
    case '[':
        return members(s, ", ", ']', false);
    case '"':
        return string(s);
    case 't':
        return literal(s, "true");
    case 'f':
        return literal(s, "false");
    case 'n':
        return literal(s, "null");
    default:
        return number(s);
    }
}

/* --- what is printed --- */

static void check_json(const char *text, size_t len)
{
    const char *end = value(text);
    assert(*text == '{' && strcmp(end, "\n") == 0 && end + 1 == text + len);
}

/* There must be that many lines, none of which does anything to a terminal. */
static void check_lines(const char *text, size_t len, unsigned workers)
{
    size_t lines = 0;
    const char *figures = strchr(text, '\n'), *engine = strstr(text, "\n  by ");
    assert(strlen(text) == len && text[len - 1] == '\n' && figures && engine > figures);
    for (const char *c = text; *c; c++) {
        assert(*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7f));
        lines += *c == '\n';
    }
    assert(lines == 3 + workers && engine - figures <= 80);
    assert(!memmem(figures, (size_t)(engine - figures), "nan", 3));
    assert(!memmem(figures, (size_t)(engine - figures), "inf", 3));
}

static void print(struct sighted_copy *copy, struct sighted_tree *tree, bool json)
{
    struct sighting s = {.pid = 1, .dir = (char[]){"/"}, .copy = copy, .tree = tree};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert(out);
    status_put(out, &s, json);
    fclose(out);
    if (json)
        check_json(text, len);
    else
        check_lines(text, len, copy ? copy->count + (copy->nodes > 1) : 0);
    free(text);
}

/* --- what is read --- */

static void check_figures(const struct sighted_copy *copy)
{
    off_t done = 0;
    assert(copy->done >= 0 && (copy->size == -1 || copy->done <= copy->size));
    assert(copy->kept >= 0 && copy->kept <= copy->here);
    assert(copy->elapsed >= 0 && copy->elapsed <= NOW);
    assert((unsigned)copy->phase <= PHASE_VERIFYING && copy->count <= SLOTS);
    for (unsigned i = 0; i < copy->count; i++) {
        assert(copy->workers[i].pid > 0 && copy->workers[i].done >= 0);
        assert(copy->workers[i].done <= copy->done - done);
        done += copy->workers[i].done;
    }
}

static void check(const void *bytes, size_t len)
{
    struct sighted_copy *copy = sighting_read(bytes, len, NOW);
    if (!copy)
        return;
    check_figures(copy);
    print(copy, NULL, true);
    print(copy, NULL, false);
    free(copy);
}

static void check_tree(const void *bytes, size_t len)
{
    struct sighted_tree *tree = sighting_read_tree(bytes, len, NOW);
    if (!tree)
        return;
    assert(tree->entries >= 0 && tree->entries <= tree->found);
    assert(tree->done >= 0 && tree->done <= tree->size);
    assert(tree->unmoved >= 0 && tree->unmoved <= tree->done);
    assert(tree->elapsed >= 0 && tree->elapsed <= NOW && tree->jobs > 0);
    print(NULL, tree, true);
    print(NULL, tree, false);
    free(tree);
}

/* In memory of exactly that length, so that a sanitizer notices what lies beyond the end. */
static void check_cut(const void *whole, size_t len, void (*checks)(const void *, size_t))
{
    void *bytes;
    int err = posix_memalign(&bytes, _Alignof(struct share), len > 0 ? len : 1);
    assert(!err);
    memcpy(bytes, whole, len);
    checks(bytes, len);
    free(bytes);
}

/* --- the share --- */

static void claim(struct share *s, const struct claims *claims)
{
    memcpy(s->magic, SHARE_MAGIC, sizeof(s->magic));
    s->version = claims->version;
    s->count = claims->count;
    memcpy((void *)&s->phase, &claims->phase, sizeof(claims->phase));
    s->size = claims->size;
    s->start = claims->start;
    s->tuning.way = claims->way;
    s->nodes = claims->nodes & 0xffff;
    s->node = claims->nodes >> 16;
    memcpy(s->leader, claims->dst, sizeof(claims->dst));
    memcpy(s->engines[claims->way % TUNER_MAX_WAYS], claims->engine, sizeof(claims->engine));
    memcpy(s->src, claims->src, sizeof(claims->src));
    memcpy(s->dst, claims->dst, sizeof(claims->dst));
}

static unsigned claim_slots(struct share *s, const uint8_t *data, size_t len)
{
    struct slot_claims claims;
    unsigned i = 0;
    for (; i < SLOTS && len >= sizeof(claims); i++, len -= sizeof(claims)) {
        memcpy(&claims, data + i * sizeof(claims), sizeof(claims));
        s->slots[i].done = claims.done;
        s->slots[i].kept = claims.kept;
        s->slots[i].pid = claims.pid;
    }
    return i;
}

/* --- the headway --- */

static void try_headway(const struct claims *claims, const uint8_t *data, size_t len)
{
    struct slot_claims counts[4] = {0};
    struct headway *h = calloc(1, sizeof(*h));
    assert(h);
    memcpy(counts, data, len < sizeof(counts) ? len : sizeof(counts));
    memcpy(h->magic, HEADWAY_MAGIC, sizeof(h->magic));
    h->version = claims->version - SHARE_VERSION + HEADWAY_VERSION;
    h->sources = claims->count;
    h->unfinished = claims->phase;
    h->jobs = claims->way + 1;
    h->start = claims->start;
    h->size = claims->size;
    h->bytes = counts[0].done;
    h->entries = counts[1].done;
    h->found = counts[2].done;
    h->unmoved = counts[3].done;
    memcpy(h->src, claims->src, sizeof(claims->src));
    memcpy(h->dst, claims->dst, sizeof(claims->dst));
    check_cut(h, claims->cut < sizeof(*h) ? sizeof(*h) - claims->cut : 0, check_tree);
    free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct claims claims = {0};
    memcpy(&claims, data ? data : (const uint8_t *)"", len < sizeof(claims) ? len : sizeof(claims));
    size_t room = sizeof(struct share) + SLOTS * sizeof(struct slot);
    struct share *s = aligned_alloc(_Alignof(struct share), room);
    assert(s);
    memset(s, 0, room);
    claim(s, &claims);
    unsigned slots =
        len > sizeof(claims) ? claim_slots(s, data + sizeof(claims), len - sizeof(claims)) : 0;
    size_t whole = sizeof(*s) + slots * sizeof(struct slot);
    check_cut(s, claims.cut < whole ? whole - claims.cut : 0, check);
    free(s);
    bool counts = len > sizeof(claims);
    try_headway(&claims, counts ? data + sizeof(claims) : (const uint8_t *)"",
                counts ? len - sizeof(claims) : 0);
    return 0;
}
