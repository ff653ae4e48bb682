#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# However large the file, no process has more than 48 MiB resident.
load ../support
load ../memory

@test "4 GiB" { peak_below_48_mib 4G -j2; }
