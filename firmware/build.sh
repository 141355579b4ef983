#!/usr/bin/env bash
# Builds every program for every board, or for those named:
#
#   ./build.sh [BOARD...]      the ELF files are target/firmware/BOARD/PROGRAM
#   ./build.sh --list          the boards
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

BOARDS=(lm3s6965evb mps2-an385)
BUILT=../target/firmware

if [[ ${1:-} == --list ]]; then
    printf '%s\n' "${BOARDS[@]}"
    exit
fi
if (($# > 0)); then
    BOARDS=("$@")
fi
for board in "${BOARDS[@]}"; do
    ./cargo.sh build --release --package programs --bins --features "$board"
    mkdir -p "$BUILT/$board"
    for source in programs/src/bin/*.rs; do
        program=$(basename "$source" .rs)
        cp "$BUILT/thumbv7m-none-eabi/release/$program" "$BUILT/$board/$program"
    done
done
