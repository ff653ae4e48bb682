/* SPDX-License-Identifier: MIT */
#include "cluster/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

int verdict_init(struct verdict *v, unsigned nodes)
{
    *v = (struct verdict){.nodes = nodes, .account = calloc(nodes, sizeof(*v->account))};
    return v->account ? 0 : -ENOMEM;
}

void verdict_release(struct verdict *v)
{
    free(v->sentence);
    free(v->account);
    *v = (struct verdict){0};
}

void verdict_begin(struct verdict *v)
{
    free(v->sentence);
    v->sentence = NULL;
    v->failed = v->spoilt = false;
    memset(v->account, 0, v->nodes * sizeof(*v->account));
}

static void hear_failure(struct verdict *v, const struct message *m, const char *text)
{
    v->spoilt |= m->off == PART_SPOILT;
    if (!v->failed && text && *text)
        v->sentence = strdup(text);
    v->failed = true;
}

void verdict_hear(struct verdict *v, unsigned node, const struct message *m, const char *text)
{
    if (node >= v->nodes)
        return;
    if (m->kind == MESSAGE_FAIL)
        hear_failure(v, m, text);
    if (m->kind != MESSAGE_DONE || !text)
        return;
    struct contribution *c = &v->account[node];
    *c = (struct contribution){.bytes = m->done, .seconds = (double)m->off / 1e6, .jobs = m->jobs};
    snprintf(c->node, sizeof(c->node), "%s", text);
}

const void *verdict_tell(const struct verdict *v, bool whole, struct message *over)
{
    static const char lost[] = "cannot copy: nodes have lost count of what they have copied";
    *over = (struct message){.kind = MESSAGE_OVER, .off = PART_WELL};
    if (whole) {
        over->size = v->nodes * (uint32_t)sizeof(*v->account);
        return v->account;
    }
    const char *text = v->failed ? v->sentence : lost;
    over->off = v->spoilt ? PART_SPOILT : PART_FAILED;
    over->size = text ? (uint32_t)strlen(text) : 0;
    return text;
}

void verdict_on_death(char *text, size_t room, pid_t pid, int status, const char *node)
{
    int sig = WTERMSIG(status);
    if (WIFSIGNALED(status))
        snprintf(text, room,
                 "cannot copy: the process that copies (pid %d) was killed by signal %d (%s) (on "
                 "node %s)",
                 (int)pid, sig, strsignal(sig), node);
    else
        snprintf(text, room,
                 "cannot copy: the process that copies (pid %d) ended with status %d (on node %s)",
                 (int)pid, WEXITSTATUS(status), node);
}
