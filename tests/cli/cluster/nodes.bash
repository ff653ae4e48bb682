# SPDX-License-Identifier: MIT
# Several nodes on one machine: network namespaces, each with a name of its own, which is what MPI takes for a machine.

load ../support

# With whichever launcher the test is about: "openmpi" or "mpich".
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
SFTP_SERVER=/usr/lib/openssh/sftp-server

eval "after_nodes_$(declare -f teardown)"
teardown() {
    local node
    for node in ${NODES-}; do
        kill -KILL $(ip netns pids "$node")
        ip netns del "$node"
    done
    after_nodes_teardown
} 2>/dev/null

# Skips unless there is that MPI: the program beside the one under test, and its launcher.
needs_mpi() { # name
    MPI=$1
    skip_sanitized "it finds what MPI itself leaves"
    [ -x "$(dirname "$(realpath "$MPCP")")/mpcp-$MPI" ] || skip "built without $MPI"
    case $MPI in
    openmpi) command -v mpirun.openmpi ;;
    mpich) command -v mpiexec.hydra ;;
    esac >/dev/null || skip "the launcher of $MPI is missing"
}

# Runs the program with so many ranks on this machine: on_one_node RANKS ARGUMENT...
on_one_node() {
    local ranks=$1
    shift
    case $MPI in
    openmpi) timeout 100 mpirun.openmpi --oversubscribe -n "$ranks" "$DIR/$PROCESS" "$@" ;;
    mpich) timeout 100 mpiexec.hydra -n "$ranks" "$DIR/$PROCESS" "$@" ;;
    esac
}

# Makes two nodes, nodeA and nodeB, and the directory $SHARED that both see, as each is told: with_two_nodes [KIND].
# KIND sshfs: each has a mount of its own, where names, sizes and bytes are seen late; otherwise they see the same one.
with_two_nodes() {
    needs_root
    SHARED=$DIR/shared
    mkdir "$SHARED"
    make_nodes || skip "no network namespaces can be made here"
    [ "${1-}" != sshfs ] || mount_sshfs
    local node
    for node in nodeA nodeB nodeC; do
        : >"$DIR/setup-$node"
        : >"$DIR/around-$node"
    done
    HOSTS=10.77.0.1,10.77.0.2
    write_agent
    write_program
}

# After with_two_nodes: a third one, nodeC, which MPI takes for a machine, though its network is nodeB's.
and_a_third_node() {
    ip -n "$B" addr add 10.77.0.3/24 dev mp0
    HOSTS=$HOSTS,10.77.0.3
}

make_nodes() {
    A=${PROCESS}a B=${PROCESS}b NODES=
    ip netns add "$A" && NODES=$A && ip netns add "$B" && NODES="$A $B" &&
        ip link add mp0 netns "$A" type veth peer name mp0 netns "$B" || return
    local node number=1
    for node in $NODES; do
        ip -n "$node" addr add 10.77.0.$number/24 dev mp0 &&
            ip -n "$node" link set mp0 up && ip -n "$node" link set lo up || return
        number=$((number + 1))
    done
    ip netns exec "$A" unshare --uts true
} 2>/dev/null

mount_sshfs() {
    BEHIND=$DIR/behind # what the server has
    mkdir "$BEHIND" "$DIR/seen-nodeA" "$DIR/seen-nodeB"
    printf '#!/bin/sh\nexec %s\n' $SFTP_SERVER >"$DIR/server" && chmod +x "$DIR/server"
    [ -x $SFTP_SERVER ] || skip "there is no sftp-server"
    local node
    for node in nodeA nodeB; do
        sshfs "server:$BEHIND" "$DIR/seen-$node" -o ssh_command="$DIR/server" 3>&- || skip "no sshfs can be mounted"
        mountpoint -q "$DIR/seen-$node" || skip "no sshfs gets mounted here"
    done
}

# What a launcher calls instead of ssh: AGENT [OPTION...] ADDRESS COMMAND...
write_agent() {
    cat >"$DIR/agent" <<END
#!/bin/bash
while [[ \$1 == -* ]]; do shift; done
case \$1 in
10.77.0.1) space=$A node=nodeA ;;
10.77.0.2) space=$B node=nodeB ;;
10.77.0.3) space=$B node=nodeC ;;
esac
shift
export COMMAND="\$*"
exec ip netns exec \$space unshare --uts --mount bash -c "hostname \$node
cd '$DIR'
[ ! -d '$DIR/seen-\$node' ] || mount --bind '$DIR/seen-\$node' '$SHARED'
. '$DIR/setup-\$node'
eval \"\\\$COMMAND\""
END
    chmod +x "$DIR/agent"
}

# What each rank is: the program, preceded by what is in the file around-NODE.
write_program() {
    cat >"$DIR/program" <<END
#!/bin/bash
exec \$(cat '$DIR/around-'\$(hostname)) '$DIR/$PROCESS' "\$@"
END
    chmod +x "$DIR/program"
}

# Makes a system call take longer on some nodes: delay CALL MICROSECONDS NODE...
delay() {
    local call=$1 microseconds=$2 node
    shift 2
    for node; do
        echo "strace -f -qq -o /dev/null -e trace=$call -e inject=$call:delay_exit=$microseconds" >"$DIR/around-$node"
    done
}

# Runs the program with so many ranks, the first on nodeA, the second on nodeB, etc.: on_two_nodes RANKS ARGUMENT...
on_two_nodes() {
    local ranks=$1 command
    shift
    case $MPI in
    openmpi) command="timeout 100 mpirun.openmpi --host ${HOSTS//,/:8,}:8 -n $ranks --map-by node
        --mca plm_rsh_agent $DIR/agent --mca oob_tcp_if_include 10.77.0.0/24 --mca btl_tcp_if_include 10.77.0.0/24
        --mca hwloc_base_binding_policy none" ;;
    mpich) command="timeout 100 mpiexec.hydra -launcher ssh -launcher-exec $DIR/agent -hosts $HOSTS
        -iface mp0 -n $ranks" ;;
    esac
    "$DIR/agent" 10.77.0.1 $command "$DIR/program" --mpi "$(printf '%q ' "$@")"
}

# What the program has complained about, without the launcher's words, and without what -v sums up: said FILE.
said() {
    grep '^mpcp: ' "$1" | grep -vE '^mpcp: [0-9]+ (file|director|other entr).* in [0-9.]+ s, ' || true
}

# All processes of both nodes.
processes() {
    ip netns pids "$A"
    ip netns pids "$B"
}

no_process_on_nodes() {
    [ -z "$(processes)" ]
}

# Asserts that they all have ended within 10 s.
assert_all_ended() {
    local i
    for i in $(seq 100); do
        no_process_on_nodes && break
        sleep 0.1
    done
    processes | xargs -r ps -f -p
    no_process_on_nodes
}

# Runs a command for the processes of a node that copy: those of a kind, a line each. A speaker is the child of a launcher,
# a copier that of a speaker, a worker that of a copier: pids_of KIND A or pids_of KIND B.
pids_of() {
    ip netns pids "${!2}" | xargs -r ps -o pid=,ppid=,comm= -p | awk -v kind="$1" '
        {parent[$1] = $2; name[$1] = $3}
        END {
            for (pid in name) {
                if (name[pid] !~ /^mpcp-/) continue
                depth = 1
                for (p = parent[pid]; name[p] ~ /^mpcp-/; p = parent[p]) depth++
                if (kind == (depth == 1 ? "speaker" : depth == 2 ? "copier" : "worker")) print pid
            }
        }' | sort -n
}
