/* SPDX-License-Identifier: MIT */
#include "wire_mpi.h"
#include "base/diag.h"

#include <assert.h>
#include <errno.h>
#include <mpi.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TAG = 1, CPUS_MOST = 1 << 13, NAP_NS = 1000000 };

/* A message being sent. */
struct outgoing {
    struct outgoing *next;
    MPI_Request request;
    char bytes[];
};

struct wire_mpi {
    MPI_Comm here; /* the ranks of this node */
    int rank, ranks;
    unsigned nodes;
    int *first;     /* rank of each node, ascending; allocated */
    unsigned *node; /* of each rank; allocated */
    struct outgoing *parcels;
};

/* --- sending --- */

/* Frees what has been sent. */
static void tidy(struct wire_mpi *w)
{
    for (struct outgoing **p = &w->parcels; *p;) {
        struct outgoing *parcel = *p;
        int sent;
        MPI_Test(&parcel->request, &sent, MPI_STATUS_IGNORE);
        if (!sent) {
            p = &parcel->next;
            continue;
        }
        *p = parcel->next;
        free(parcel);
    }
}

/* No message may be lost; without memory for one, the launcher has to end all ranks. */
static void post(struct wire_mpi *w, int rank, const struct message *m, const void *text)
{
    size_t len = sizeof(*m) + m->size;
    struct outgoing *parcel = malloc(sizeof(*parcel) + len);
    if (!parcel) {
        diag_print("%s", strerror(ENOMEM));
        MPI_Abort(MPI_COMM_WORLD, 1);
        abort();
    }
    memcpy(parcel->bytes, m, sizeof(*m));
    if (text && m->size > 0)
        memcpy(parcel->bytes + sizeof(*m), text, m->size);
    MPI_Isend(parcel->bytes, (int)len, MPI_BYTE, rank, TAG, MPI_COMM_WORLD, &parcel->request);
    parcel->next = w->parcels;
    w->parcels = parcel; /* tidy waits for it, which the analyzer doesn't see */
}

static void send_to_node(void *arg, unsigned node, const struct message *m, const void *text)
{
    struct wire_mpi *w = arg;
    assert(node < w->nodes);
    post(w, w->first[node], m, text);
} // NOLINT(clang-analyzer-optin.mpi.MPI-Checker): see post

static void end_all(void *arg)
{
    struct wire_mpi *w = arg;
    const struct message end = {.kind = MESSAGE_END};
    for (int rank = 0; rank < w->ranks; rank++)
        if (rank != w->rank)
            post(w, rank, &end, NULL);
} // NOLINT(clang-analyzer-optin.mpi.MPI-Checker): see post

/* --- receiving --- */

static bool unpack(char *bytes, int len, struct letter *letter)
{
    memcpy(&letter->message, bytes, sizeof(letter->message));
    size_t size = letter->message.size;
    bool whole = message_is_sane(&letter->message) && (size_t)len == sizeof(letter->message) + size;
    letter->text = whole ? malloc(size + 1) : NULL;
    if (letter->text) {
        memcpy(letter->text, bytes + sizeof(letter->message), size);
        letter->text[size] = '\0';
    }
    return letter->text;
}

static bool receive(void *arg, unsigned *node, struct letter *letter)
{
    struct wire_mpi *w = arg;
    MPI_Status status;
    int there, len;
    if (w->parcels)
        tidy(w);
    MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &there, &status);
    if (!there)
        return false;
    MPI_Get_count(&status, MPI_BYTE, &len);
    char *bytes = malloc((size_t)len + sizeof(struct message));
    bool good = bytes;
    if (good)
        MPI_Recv(bytes, len, MPI_BYTE, status.MPI_SOURCE, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    good = good && len >= (int)sizeof(struct message) && unpack(bytes, len, letter);
    free(bytes);
    if (!good) { /* what was lost may be what others wait for */
        diag_print("cannot understand rank %d", status.MPI_SOURCE);
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    *node = w->node[status.MPI_SOURCE];
    return good;
}

/* --- who is there --- */

/* Numbers the nodes by the first rank of each. */
static void number_nodes(struct wire_mpi *w)
{
    for (int rank = 0; rank < w->ranks; rank++) {
        int first = w->first[rank];
        w->node[rank] = first == rank ? w->nodes : w->node[first];
        if (first == rank)
            w->first[w->nodes++] = rank; /* no further than `rank`, whose own node is known */
    }
}

static bool find_nodes(struct wire_mpi *w)
{
    int here;
    w->first = malloc((size_t)w->ranks * sizeof(*w->first));
    w->node = malloc((size_t)w->ranks * sizeof(*w->node));
    if (!w->first || !w->node)
        return false;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &w->here);
    MPI_Allreduce(&w->rank, &here, 1, MPI_INT, MPI_MIN, w->here);
    MPI_Allgather(&here, 1, MPI_INT, w->first, 1, MPI_INT, MPI_COMM_WORLD);
    number_nodes(w);
    return true;
}

struct wire_mpi *wire_mpi_open(struct wire *wire)
{
    struct wire_mpi *w = calloc(1, sizeof(*w));
    int ranks_here;
    MPI_Init(NULL, NULL);
    if (!w)
        return NULL;
    MPI_Comm_rank(MPI_COMM_WORLD, &w->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &w->ranks);
    if (!find_nodes(w))
        return NULL;
    MPI_Comm_size(w->here, &ranks_here);
    unsigned node = w->node[w->rank];
    *wire = (struct wire){.ranks = (unsigned)w->ranks,
                          .rank = (unsigned)w->rank,
                          .nodes = w->nodes,
                          .node = node,
                          .ranks_here = (unsigned)ranks_here,
                          .speaks = w->first[node] == w->rank,
                          .send = send_to_node,
                          .end = end_all,
                          .receive = receive,
                          .arg = w};
    return w;
}

void wire_mpi_share_cpus(struct wire_mpi *w, pid_t pid)
{
    size_t len = CPU_ALLOC_SIZE(CPUS_MOST);
    cpu_set_t *own = CPU_ALLOC(CPUS_MOST), *all = CPU_ALLOC(CPUS_MOST);
    if (own && all) {
        CPU_ZERO_S(len, own);
        sched_getaffinity(0, len, own);
        MPI_Allreduce(own, all, (int)len, MPI_BYTE, MPI_BOR, w->here);
        sched_setaffinity(pid, len, all); /* what isn't allowed stays as it is */
    }
    CPU_FREE(own);
    CPU_FREE(all);
}

bool wire_mpi_compare(struct wire_mpi *w, const struct start *start)
{
    struct start *starts = calloc((size_t)w->ranks, sizeof(*starts));
    int same = 0;
    MPI_Gather(start, sizeof(*start), MPI_BYTE, starts, sizeof(*start), MPI_BYTE, 0,
               MPI_COMM_WORLD);
    if (w->rank == 0 && starts) {
        char *sentence = start_compare(starts, (unsigned)w->ranks);
        same = !sentence;
        if (sentence)
            diag_print("%s", sentence);
        free(sentence);
    }
    free(starts);
    MPI_Bcast(&same, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return same;
}

void wire_mpi_close(struct wire_mpi *w)
{
    const struct timespec nap = {.tv_nsec = NAP_NS};
    for (tidy(w); w->parcels; tidy(w))
        nanosleep(&nap, NULL);
    MPI_Comm_free(&w->here);
    MPI_Finalize();
    free(w->first);
    free(w->node);
    free(w);
}
