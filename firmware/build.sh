#!/usr/bin/env bash
# Builds every program for every board, or for those named:
#
#   ./build.sh [BOARD...]      the ELF files are target/firmware/BOARD/PROGRAM, or
#                              FIRMWARE_TARGET_DIR/BOARD/PROGRAM
#   ./build.sh --list          the boards
#   ./build.sh --variants      ping_pong as it is built for other uses, for one board:
#                              BOARD/defmt/ping_pong logs by defmt, BOARD/compiled-in/ping_pong has
#                              the key of the file that I2P_KEY_FILE names
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

BOARDS=(lm3s6965evb mps2-an385)
BUILT=${FIRMWARE_TARGET_DIR:-../target/firmware}

if [[ ${1:-} == --list ]]; then
    printf '%s\n' "${BOARDS[@]}"
    exit
fi

# build_variant NAME FEATURES
build_variant() {
    ./cargo.sh build --release --package programs --bin ping_pong --features "$2"
    mkdir -p "$BUILT/${BOARDS[0]}/$1"
    cp "$BUILT/thumbv7m-none-eabi/release/ping_pong" "$BUILT/${BOARDS[0]}/$1/ping_pong"
}

if [[ ${1:-} == --variants ]]; then
    : "${I2P_KEY_FILE:?names a file that i2p-sam keygen has made}"
    build_variant compiled-in "${BOARDS[0]}"
    unset I2P_KEY_FILE
    build_variant defmt "${BOARDS[0]},defmt"
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
