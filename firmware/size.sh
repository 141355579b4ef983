#!/usr/bin/env bash
# How much flash and RAM the programs take, and what of it SAM costs:
#
#   ./size.sh [TARGET...]
#
# Flash is code and constants, RAM is static memory; the stack comes on top, see README.md. What SAM
# adds is the difference between two programs that do the same over I2P and over plain TCP, see
# size/src/lib.rs. Buffers and socket slots are apart, since their sizes are the program's choice.
# What the secured hop adds is the difference to the same program through it, buffers and all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

TARGETS=(thumbv7m-none-eabi thumbv6m-none-eabi riscv32imc-unknown-none-elf)
BUILT=${FIRMWARE_TARGET_DIR:-../target/firmware}

# sections ELF: bytes of flash and of RAM.
sections() {
    size "$1" | awk 'NR == 2 { print $1 + $2, $2 + $3 }'
}

# static_memory ELF NAME: bytes of the statics of that name.
static_memory() {
    local bytes=0 size
    while read -r _ size _; do
        bytes=$((bytes + 16#$size))
    done < <(nm --print-size --demangle "$1" | grep -E " [bBdD] .*::$2(::|$)")
    echo "$bytes"
}

report() {
    local target=$1 release=$BUILT/$1/release program flash ram
    local -x FIRMWARE_TARGET=$target
    if [[ $target == thumb* ]]; then # the boards are Cortex-M, on which code for v6-M runs, too
        ./cargo.sh build -q --release --package programs --bins --features mps2-an385
        ./cargo.sh build -q --release --package programs --bin sensor \
            --features mps2-an385,datagrams
        for program in programs/src/bin/*.rs; do
            program=$(basename "$program" .rs)
            read -r flash ram < <(sections "$release/$program")
            printf '%-14s %-28s %7d B flash %6d B RAM\n' "$program" "$target" "$flash" "$ram"
        done
    fi
    ./cargo.sh build -q --release --package size --bins
    local with=$release/with_sam without=$release/without_sam
    local with_flash with_ram without_flash without_ram
    read -r with_flash with_ram < <(sections "$with")
    read -r without_flash without_ram < <(sections "$without")
    printf '%-14s %-28s %7d B flash %6d B RAM\n' with_sam "$target" "$with_flash" "$with_ram" \
        without_sam "$target" "$without_flash" "$without_ram"
    local buffers windows
    buffers=$(static_memory "$with" BUFFERS)
    windows=$(static_memory "$without" WINDOWS)
    awk -v flash=$((with_flash - without_flash)) \
        -v ram=$((with_ram - without_ram - buffers + windows)) \
        -v buffers=$((buffers - windows)) -v slots="$(static_memory "$with" RESOURCES)" '
        BEGIN {
            printf "SAM adds: %.1f KiB flash, %d B RAM; ", flash / 1024, ram
            printf "apart: %d B buffers, %d B socket slots in both\n", buffers, slots
        }'
    ./cargo.sh build -q --release --package size --bin with_sam --features hop
    local hop_flash hop_ram
    read -r hop_flash hop_ram < <(sections "$with")
    awk -v flash=$((hop_flash - with_flash)) -v ram=$(((hop_ram - with_ram) / 4)) '
        BEGIN {
            printf "The secured hop adds: %.1f KiB flash, ", flash / 1024
            printf "%d B RAM for each of four slots\n\n", ram
        }'
}

if (($# > 0)); then
    TARGETS=("$@")
fi
for target in "${TARGETS[@]}"; do
    report "$target" || {
        status=$?
        ((status == 77)) || exit "$status"
        echo "$target: not built, there is no compiler for it"
    }
done
