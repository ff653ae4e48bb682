/* SPDX-License-Identifier: MIT */
#include "copy/ending.h"
#include "base/complaint.h"
#include "base/size.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

int ending_complain_short(const struct source *src, off_t end, struct complaint *why)
{
    char was[SIZE_TEXT], is[SIZE_TEXT];
    struct stat now;
    if (fstat(src->fd, &now) == 0 && now.st_size < src->size)
        return complaint_make(
            why, ENODATA, src->path, "cannot read", "it shrank from %s to %s while being copied",
            size_format((uint64_t)src->size, was), size_format((uint64_t)now.st_size, is));
    return complaint_make(why, ENODATA, src->path, "cannot read",
                          "it ended at offset %lld, before its size of %lld bytes", (long long)end,
                          (long long)src->size);
}

int ending_complain_io(const struct failure *f, const char *src, const char *dst,
                       struct complaint *why)
{
    static const char *const formats[] = {[SIDE_SOURCE] = "error reading %s",
                                          [SIDE_DESTINATION] = "error writing %s",
                                          [SIDE_MEDIUM] = "error reading %s back"};
    complaint_as_cp(why, f->err, formats[f->side], f->side == SIDE_SOURCE ? src : dst);
    if (f->len == 0)
        complaint_add(why, " (at offset %lld)", (long long)f->off);
    else
        complaint_add(why, " (%zu bytes at offset %lld)", f->len, (long long)f->off);
    return -f->err;
}

static int complain_failure(const struct failure *f, const struct source *src, const char *dst,
                            struct complaint *why)
{
    if (f->side == SIDE_SOURCE && f->err == ENODATA)
        return ending_complain_short(src, f->off, why);
    if (f->side == SIDE_MEDIUM && f->err == EBADMSG)
        return complaint_make(
            why, EBADMSG, dst, "cannot verify",
            "the %zu bytes at offset %lld that the disk returns aren't those copied", f->len,
            (long long)f->off);
    return ending_complain_io(f, src->path, dst, why);
}

int ending_complain(const struct ending *e, const struct source *src, const char *dst,
                    struct complaint *why)
{
    if (e->kind == ENDED_INTERRUPTED || e->kind == ENDED_CALLED_OFF)
        return e->kind == ENDED_INTERRUPTED ? -EINTR : -ECANCELED;
    if (e->kind == ENDED_FAILED)
        return complain_failure(&e->failure, src, dst, why);
    if (e->kind == ENDED_KILLED)
        return complaint_make(why, ECHILD, dst, "cannot copy",
                              "worker %u (pid %d) was killed by signal %d (%s)", e->worker,
                              (int)e->pid, e->signal, strsignal(e->signal));
    return complaint_make(why, ECHILD, dst, "cannot copy",
                          "worker %u (pid %d) ended with status %d and no result", e->worker,
                          (int)e->pid, e->status);
}
