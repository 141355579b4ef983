#!/usr/bin/env bash
# cargo for the target of the boards.
#
#   ./cargo.sh build --release --features lm3s6965evb
#
# With rustup's target where rustup can have it; otherwise with Debian's packages rustc-web,
# cargo-web, rust-web-src and binutils-arm-none-eabi. ./cargo.sh --toolchain says which.
# The exit status is 77 if there is neither. What is built lies in ../target/firmware, or where
# FIRMWARE_TARGET_DIR says, an absolute path. FIRMWARE_TARGET names another target, with rustup.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

BOARDS=thumbv7m-none-eabi
TARGET=${FIRMWARE_TARGET:-$BOARDS}

rustup_has_target() {
    command -v rustup >/dev/null || return
    rustup target list --installed | grep -qx "$TARGET" || rustup target add "$TARGET" >&2
}

debian_has_target() {
    [[ $TARGET == "$BOARDS" && -x /usr/bin/cargo && -x /usr/bin/rustc &&
        -d /usr/lib/rustlib/src/rust/library/core ]] && command -v arm-none-eabi-ld >/dev/null
}

cargo=(cargo)
if [[ ${FIRMWARE_TOOLCHAIN:-rustup} == rustup ]] && rustup_has_target; then
    toolchain=rustup
elif debian_has_target; then
    toolchain=debian
    # Building core is not a stable feature; rustup's shims must not come first.
    export RUSTC_BOOTSTRAP=1 PATH=/usr/bin:$PATH
    cargo=(/usr/bin/cargo --config debian.toml)
else
    echo "no compiler for $TARGET: neither rustup's target nor Debian's rustc-web" >&2
    exit 77
fi

if [[ ${1:-} == --toolchain ]]; then
    echo "$toolchain"
    exit
fi
subcommand=$1
shift
exec "${cargo[@]}" "$subcommand" --target "$TARGET" --target-dir "${FIRMWARE_TARGET_DIR:-../target/firmware}" "$@"
