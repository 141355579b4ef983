#!/usr/bin/env bash
# Builds every program for every board, or for those named:
#
#   ./build.sh [BOARD...]      the ELF files are target/firmware/BOARD/PROGRAM, or
#                              FIRMWARE_TARGET_DIR/BOARD/PROGRAM
#   ./build.sh --list          the boards
#   ./build.sh --variant NAME PROGRAM [FEATURE]
#                              BOARD/NAME/PROGRAM for one board: with `defmt` it logs so; with
#                              I2P_KEY_FILE in the environment it has the key of that file
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

BOARDS=(lm3s6965evb mps2-an385)
BUILT=${FIRMWARE_TARGET_DIR:-../target/firmware}

if [[ ${1:-} == --list ]]; then
    printf '%s\n' "${BOARDS[@]}"
    exit
fi

if [[ ${1:-} == --variant ]]; then
    board=${BOARDS[0]} name=$2 program=$3
    ./cargo.sh build --release --package programs --bin "$program" \
        --features "$board${4:+,$4}"
    mkdir -p "$BUILT/$board/$name"
    cp "$BUILT/thumbv7m-none-eabi/release/$program" "$BUILT/$board/$name/$program"
    exit
fi
if (($# > 0)); then
    BOARDS=("$@")
fi
for board in "${BOARDS[@]}"; do
    ./cargo.sh build --release --package programs --bins --features "$board"
    ./cargo.sh build --release --package programs --bin sensor --features "$board,datagrams"
    mkdir -p "$BUILT/$board"
    for source in programs/src/bin/*.rs; do
        program=$(basename "$source" .rs)
        cp "$BUILT/thumbv7m-none-eabi/release/$program" "$BUILT/$board/$program"
    done
done
