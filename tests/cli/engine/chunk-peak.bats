#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# However large the chunks, no process has more than 48 MiB resident.
load ../support
load ../memory

@test "1 GiB in chunks of 64 MiB" { peak_below_48_mib 1G -j2 --chunk=64M; }
