/* SPDX-License-Identifier: MIT */
#include "base/stripe.h"
#include "base/xattr.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What is looked at of the attribute, as lustre/lustre_user.h has it, little endian. */
#define MAGIC_PLAIN     0x0BD10BD0
#define MAGIC_POOL      0x0BD30BD0 /* the name of a pool of servers follows */
#define MAGIC_COMPOSITE 0x0BD60BD0

enum {
    /* of a plain layout */
    PLAIN_SIZE = 32,
    PLAIN_POOL_SIZE = 48,
    PLAIN_PATTERN = 4,
    PLAIN_STRIPE = 24,
    PLAIN_COUNT = 28,
    /* of a composite one, and of each of its components */
    COMPOSITE_SIZE = 32,
    COMPOSITE_LEN = 4,
    COMPOSITE_COUNT = 14,
    COMPONENT_SIZE = 48,
    COMPONENT_FLAGS = 4,
    COMPONENT_BEGIN = 8,
    COMPONENT_END = 16,
    COMPONENT_OFF = 24,
    COMPONENT_LEN = 28,

    PATTERN_STRIPES = 0x1,
    PATTERN_OVERSTRIPED = 0x200, /* more than one stripe per server */
    /* Components without valid data of the file: outdated, not there yet, parity. */
    FLAGS_WITHOUT_DATA = 0x1 | 0x40 | 0x80,
    STRIPE_UNIT = 64 << 10, /* each stripe's size is a multiple of this many bytes */
    ATTRIBUTE_MOST = 64 << 10,
};

static uint16_t get_16(const char *p)
{
    uint16_t value;
    memcpy(&value, p, sizeof(value));
    return le16toh(value);
}

static uint32_t get_32(const char *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof(value));
    return le32toh(value);
}

static uint64_t get_64(const char *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof(value));
    return le64toh(value);
}

static bool is_plain(const char *p, size_t len)
{
    return (len >= PLAIN_SIZE && get_32(p) == MAGIC_PLAIN) ||
           (len >= PLAIN_POOL_SIZE && get_32(p) == MAGIC_POOL);
}

/* With a single stripe there is nothing to keep apart. */
static size_t plain_stripe(const char *p)
{
    uint32_t pattern = get_32(p + PLAIN_PATTERN), stripe = get_32(p + PLAIN_STRIPE);
    bool spread = (pattern & ~(uint32_t)PATTERN_OVERSTRIPED) == PATTERN_STRIPES;
    return spread && get_16(p + PLAIN_COUNT) != 1 && stripe % STRIPE_UNIT == 0 ? stripe : 0;
}

/* How many of the first `size` bytes are in a component. */
static uint64_t covered(const char *component, uint64_t size)
{
    uint64_t begin = get_64(component + COMPONENT_BEGIN), end = get_64(component + COMPONENT_END);
    end = end < size ? end : size;
    bool counts = !(get_32(component + COMPONENT_FLAGS) & FLAGS_WITHOUT_DATA);
    return counts && begin < end ? end - begin : 0;
}

/* Where a component's own layout is; NULL: not within the `len` bytes after the list of
 * components. */
static const char *own_layout(const char *p, size_t len, size_t list_end, const char *component)
{
    size_t off = get_32(component + COMPONENT_OFF), own_len = get_32(component + COMPONENT_LEN);
    bool inside = off >= list_end && off <= len && own_len <= len - off;
    return inside && is_plain(p + off, own_len) ? p + off : NULL;
}

static size_t composite_stripe(const char *p, size_t len, uint64_t size)
{
    size_t count = get_16(p + COMPOSITE_COUNT), stripe = 0;
    size_t list_end = COMPOSITE_SIZE + count * COMPONENT_SIZE;
    uint64_t most = 0;
    if (get_32(p + COMPOSITE_LEN) > len || list_end > get_32(p + COMPOSITE_LEN))
        return 0;
    len = get_32(p + COMPOSITE_LEN);
    for (size_t i = 0; i < count; i++) {
        const char *component = p + COMPOSITE_SIZE + i * COMPONENT_SIZE;
        const char *layout = own_layout(p, len, list_end, component);
        if (!layout)
            return 0;
        if (covered(component, size) > most) {
            most = covered(component, size);
            stripe = plain_stripe(layout);
        }
    }
    return stripe;
}

size_t stripe_parse(const void *attribute, size_t len, off_t size)
{
    if (size <= 0)
        return 0;
    if (is_plain(attribute, len))
        return plain_stripe(attribute);
    bool composite = len >= COMPOSITE_SIZE && get_32(attribute) == MAGIC_COMPOSITE;
    return composite ? composite_stripe(attribute, len, (uint64_t)size) : 0;
}

size_t stripe_of(int fd, off_t size)
{
    char *attribute = malloc(ATTRIBUTE_MOST);
    ssize_t len = attribute ? xattr_get(fd, "lustre.lov", attribute, ATTRIBUTE_MOST) : -1;
    size_t stripe = len > 0 ? stripe_parse(attribute, (size_t)len, size) : 0;
    free(attribute);
    return stripe;
}
