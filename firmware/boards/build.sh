#!/usr/bin/env bash
# Builds the site for the real boards, or for those named, and prints what it takes:
#
#   ./build.sh [BOARD...]      the ELF files are target/boards/BOARD, or BOARDS_TARGET_DIR/BOARD
#   ./build.sh --list          the boards
#
# Settings come from the environment, see README.md. The exit status is 77 if there is no compiler
# for a board, or if its crates cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

BOARDS=(nucleo-h743zi pico-w esp32-c3)
BUILT=${BOARDS_TARGET_DIR:-$PWD/../../target/boards}

declare -A TARGET=(
    [nucleo-h743zi]=thumbv7em-none-eabi
    [pico-w]=thumbv6m-none-eabi
    [esp32-c3]=riscv32imc-unknown-none-elf
)

need_target() {
    local target=$1
    [[ -d $(rustc --print sysroot)/lib/rustlib/$target ]] || rustup target add "$target" >&2 || {
        echo "no compiler for $target: rustup has none" >&2
        exit 77
    }
}

# Bytes of flash: all that has content and an address. Bytes of static RAM: all that lies in RAM,
# but neither the stack nor an ESP32-C3's dummies, which keep room for what the other bus shows at
# another address.
sizes() {
    local section size address flash=0 ram=0
    while read -r section size address; do
        case $section in
        .stack | *_dummy) continue ;;
        .bss | .uninit | *_uninit) ;;
        *) flash=$((flash + size)) ;;
        esac
        if is_ram "$address"; then
            ram=$((ram + size))
        fi
    done < <(size -A -d "$1" | awk '$3 > 0 && $3 ~ /^[0-9]+$/')
    printf '%7d B flash, %6d B static RAM\n' "$flash" "$ram"
}

# An ESP32-C3 shows its flash at the two ranges left out here, the others below all RAM.
is_ram() {
    (($1 >= 0x20000000 && ($1 >> 24) != 0x3c && ($1 >> 24) != 0x42))
}

build() {
    local board=$1 target=${TARGET[$1]}
    need_target "$target"
    (
        cd "$board" # .cargo/config.toml there has the target and how to link
        cargo fetch --target "$target" || {
            echo "the crates for $board cannot be had" >&2
            exit 77
        }
        cargo build --release --target-dir "$BUILT"
    )
    cp "$BUILT/$target/release/$board" "$BUILT/$board"
}

if [[ ${1:-} == --list ]]; then
    printf '%s\n' "${BOARDS[@]}"
    exit
fi
if (($# > 0)); then
    BOARDS=("$@")
fi
for board in "${BOARDS[@]}"; do
    [[ -v TARGET[$board] ]] || {
        echo "no board \"$board\": there are $(./build.sh --list | xargs)" >&2
        exit 2
    }
    build "$board"
done
for board in "${BOARDS[@]}"; do
    printf '%-14s %s\n' "$board" "$(sizes "$BUILT/$board")"
done
