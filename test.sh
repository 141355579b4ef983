#!/usr/bin/env bash
# The whole check of this project, on a fresh Debian machine with Rust.
#
#   ./test.sh            every part
#   ./test.sh PART...    only these
#   ./test.sh --list     the parts, in order
#
# What a part needs is installed where that is possible; where it is not, the part is reported as
# not run, with the reason.  The exit status is 1 if any part failed.  Full logs are in
# target/test-logs.  The last line counts the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

PARTS=(fmt clippy docs features no-alloc no-panic tests demo foreign firmware size boards fuzz live firmware-live secured-hop)
# Parts that run the test target of the same name, whose tests the part `tests` ignores.
OWN_TARGET=(foreign firmware live firmware-live secured-hop)

# What the tests are built with: everything but `defmt`, which does not link without a logger. The
# lints compile it.
TEST_FEATURES=(--features "sam-core/embedded-io,sam-core/embedded-io-async,sam-embassy/control-datagrams,sam-embassy/udp,sam-std/loopback-bridge,sam-std/tls-system-roots")
# Seconds of fuzzing for each target.
FUZZ_SECONDS=${FUZZ_SECONDS:-20}
# Seconds after which something that runs, rather than compiles, counts as hung.
PATIENCE=900

LOGS=target/test-logs
TOOLS=$PWD/target/tools
TESTNET=tests/testnet/testnet.py
NOT_RUN=77 # exit status of a part that could not be run

export PATH="$TOOLS/bin:$PATH:${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin:/sbin"
export CARGO_TERM_COLOR=never

# ---------------------------------------------------------------- the parts

part_fmt() {
    need_component rustfmt fmt
    cargo fmt --all --check
    cargo fmt --manifest-path fuzz/Cargo.toml --check
    cargo fmt --manifest-path tests/no_alloc/Cargo.toml --check
    cargo fmt --manifest-path tests/no_panic/Cargo.toml --check
    cargo fmt --manifest-path firmware/Cargo.toml --all --check
}

part_clippy() {
    need_component clippy clippy
    need cc:g++
    cargo clippy --workspace --all-targets --all-features -- -D warnings
    cargo clippy --manifest-path fuzz/Cargo.toml --all-targets --target-dir target/fuzz -- -D warnings
}

part_docs() {
    need cc:g++
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features
}

# No feature, each alone, and all of them, for each library crate.
part_features() {
    need_component clippy clippy
    need cc:g++ python3:python3
    local crate feature features
    for crate in sam-core sam-std sam-embassy; do
        features=$(features_of "$crate")
        lint_with "$crate"
        for feature in $features; do
            lint_with "$crate" --features "$feature"
        done
        lint_with "$crate" --all-features
    done
}

# sam-core in a static library without std and without an allocator (see tests/no_alloc).
part_no_alloc() {
    need cc:g++ nm:binutils
    local build=(cargo build --release --manifest-path tests/no_alloc/Cargo.toml
        --target-dir target/no-alloc)
    "${build[@]}"
    nm --quiet --demangle target/no-alloc/release/libsam_core_no_alloc.a >target/no-alloc/symbols
    grep -q 'sam_core_no_alloc::' target/no-alloc/symbols ||
        die "the entry points are not in the archive, so this proves nothing"
    if grep -E '(^|[^:[:alnum:]_])(alloc|std)::|__rust_(re|de)?alloc|__rg_|__rdl_|\<(m|c|re)alloc$' \
        target/no-alloc/symbols; then
        die "sam-core reaches the symbols above"
    fi
    echo "counter-proof: the same with alloc must be refused"
    if "${build[@]}" --features counter-proof 2>target/no-alloc/refusal; then
        die "a static library with alloc was built without an allocator"
    fi
    grep 'no global memory allocator found' target/no-alloc/refusal || {
        cat target/no-alloc/refusal
        die "refused for another reason"
    }
}

# sam-core in a program whose panic handler cannot be linked (see tests/no_panic).
part_no_panic() {
    need cc:g++ nm:binutils
    need_component clippy clippy
    need_cross_toolchain
    # Debian's toolchain compiles `core` anew, and what it inlines differs.
    [[ $(firmware/cargo.sh --toolchain) == rustup ]] || not_run "needs rustup's thumbv7m-none-eabi"
    local crate=tests/no_panic target=thumbv7m-none-eabi name
    local flags=(--release --manifest-path "$crate/Cargo.toml" --target "$target"
        --target-dir target/no-panic)
    cargo clippy "${flags[@]}" -- -D warnings
    cargo build "${flags[@]}"
    nm --demangle "target/no-panic/$target/release/sam-core-no-panic" >target/no-panic/symbols
    echo "in the program has to be what calls, and what is called"
    for name in sam_core_no_panic::{keys,lines,machines,values}:: \
        sam_core::{command::Command,reply::Reply,header::peer::Peer}::parse \
        sam_core::key::private::PrivateKey sam_core::bridge::Bridge; do
        grep -q "$name" target/no-panic/symbols || die "$name is not in it, so this proves nothing"
    done
    echo "and the name of every public function has to occur"
    for name in $(public_functions); do
        grep -qw "$name" "$crate"/src/*.rs || die "$name is not called"
    done
    echo "counter-proof: the same with an index out of nowhere must be refused"
    if cargo build "${flags[@]}" --features counter-proof 2>target/no-panic/refusal; then
        die "a program that can panic was linked without a panic handler"
    fi
    grep 'undefined symbol: sam_core_can_panic' target/no-panic/refusal || {
        cat target/no-panic/refusal
        die "refused for another reason"
    }
}

# The names of sam-core's public functions, but for the async ones and those that need `b32`,
# `defmt` or `keygen` (of which these files are).
public_functions() {
    find sam-core/src -name '*.rs' ! -name asynch.rs ! -path '*/key/seed.rs' \
        ! -path '*/key/offline.rs' ! -path '*/key/delegated.rs' -exec awk '
        FNR == 1 { feature = tests = 0 }
        /^#\[cfg\(test\)\]/ { tests = 1 }
        /cfg\(feature = "(b32|defmt)"\)/ { feature = 1 }
        /^ *pub (const )?fn / && !feature && !tests {
            sub(/^ *pub (const )?fn /, "")
            sub(/[^a-z0-9_].*/, "")
            print
        }
        /^ *(pub |fn |impl )/ { feature = 0 }
    ' {} + | sort -u
}

part_tests() {
    need cc:g++
    cargo test --workspace "${TEST_FEATURES[@]}" --no-run
    limited cargo test --workspace "${TEST_FEATURES[@]}" --no-fail-fast
}

part_demo() {
    need cc:g++
    cargo build -q -p i2p-sam
    limited cargo run -q -p i2p-sam -- demo
}

# Clients of other projects on the loopback bridge: their packages in an environment that is made for
# this, they themselves in a network that leads nowhere.
part_foreign() {
    need cc:g++ python3:python3 npm:npm node:nodejs unshare:util-linux ip:iproute2
    python3 -c 'import ensurepip' || need ensurepip:python3-venv
    need_empty_network
    local here=$PWD/target/foreign name
    mkdir -p "$here"
    python3 -m venv "$here/python" || not_run "python3 makes no environment, see the log"
    "$here/python/bin/pip" install -q --disable-pip-version-check i2psam==1.0.0 ||
        not_run "the package i2psam cannot be had, see the log"
    npm install --prefix "$here" --no-save --no-audit --no-fund --ignore-scripts \
        @diva.exchange/i2p-sam@5.5.2 ||
        not_run "the package @diva.exchange/i2p-sam cannot be had, see the log"
    cp tests/foreign/diva_streams.mjs "$here" # next to the packages it imports
    cargo build -q -p i2p-sam
    local bridge=("${EMPTY_NETWORK[@]}" cargo run -q --offline -p i2p-sam -- bridge --seed 1)
    for name in i2psam diva; do
        echo "-- $name"
        case $name in
        i2psam) set -- "$here/python/bin/python" tests/foreign/i2psam_streams.py ;;
        diva) set -- node "$here/diva_streams.mjs" ;;
        esac
        limited "${bridge[@]}" --transcript "$here/$name.sam" --exec "$@"
    done
    echo "-- what was recorded is played"
    SAM_RECORDINGS=$here limited cargo test -p sam-tests --test foreign -- --include-ignored
}

# The programs for microcontrollers on emulated boards, in a network that leads nowhere.
part_firmware() {
    need cc:g++ qemu-system-arm:qemu-system-arm unshare:util-linux ip:iproute2
    need_cross_toolchain
    need_empty_network
    local board
    if [[ $(firmware/cargo.sh --toolchain) == rustup ]]; then
        need_component clippy clippy
        for board in $(firmware/build.sh --list); do
            firmware/cargo.sh clippy --workspace --exclude size --features "$board,datagrams" -- -D warnings
        done
        firmware/cargo.sh clippy -p size -- -D warnings
        firmware/cargo.sh clippy -p size --features hop -- -D warnings
    fi
    firmware/build.sh
    build_firmware_variants
    cargo test --manifest-path firmware/Cargo.toml -p key-store --all-features \
        --target-dir target/key-store
    local skipped=()
    defmt-print --version || cargo install defmt-print --version 1.2.0 --locked --root "$TOOLS" || {
        echo "not run: the test of defmt's frames, defmt-print cannot be installed"
        skipped=(--skip defmt::)
    }
    cargo test -p sam-tests --test firmware --no-run
    SAM_FIRMWARE=${FIRMWARE_TARGET_DIR:-$PWD/target/firmware} CARGO_NET_OFFLINE=true limited "${EMPTY_NETWORK[@]}" \
        cargo test -p sam-tests --test firmware -- --include-ignored --test-threads=2 \
        "${skipped[@]}"
}

build_firmware_variants() {
    local keys=$PWD/tests/tests/firmware
    I2P_KEY_FILE=$keys/compiled_in.key firmware/build.sh --variant compiled-in ping_pong
    I2P_KEY_FILE=$keys/delegated.key firmware/build.sh --variant delegated i2p_site
    firmware/build.sh --variant defmt ping_pong defmt
}

# What the programs take, and what SAM adds.
part_size() {
    need cc:g++ size:binutils nm:binutils
    need_cross_toolchain
    firmware/size.sh
}

# The site for real boards: built, never run.
part_boards() {
    need_component rustfmt fmt
    need cc:g++ size:binutils
    local package status=0
    for package in device $(firmware/boards/build.sh --list); do
        cargo fmt --manifest-path "firmware/boards/$package/Cargo.toml" --check
    done
    firmware/boards/build.sh || status=$?
    ((status != NOT_RUN)) || not_run "a compiler or crates for the boards cannot be had, see the log"
    return "$status"
}

part_fuzz() {
    cargo +nightly --version || not_run "no nightly toolchain, which cargo-fuzz needs"
    need cc:g++ c++:g++
    cargo fuzz --version || cargo install cargo-fuzz --locked --root "$TOOLS" ||
        not_run "cargo-fuzz cannot be installed, see the log"
    cargo +nightly fuzz build
    local target targets
    targets=$(cargo +nightly fuzz list)
    [[ -n $targets ]] || die "no fuzz targets"
    for target in $targets; do
        echo "-- $target"
        mkdir -p "fuzz/corpus/$target"
        limited cargo +nightly fuzz run "$target" \
            "$PWD/fuzz/corpus/$target" "$PWD/fuzz/seeds/$target" "$PWD/fuzz/regressions/$target" -- \
            -max_total_time="$FUZZ_SECONDS" -dict="$PWD/fuzz/sam.dict"
    done
}

# The tests that need real routers, which are shut into a network namespace: no Internet, so the
# tests are built before.
part_live() {
    need cc:g++ python3:python3 i2pd:i2pd unshare:util-linux nsenter:util-linux
    local reason
    reason=$(python3 "$TESTNET" check --dir target/testnet 2>&1) || not_run "${reason#testnet: }"
    cargo test -p sam-tests --test live --no-run
    CARGO_NET_OFFLINE=true limited python3 "$TESTNET" run --dir target/testnet --warm 23 -- \
        cargo test -p sam-tests --test live -- --include-ignored --test-threads=1
}

# The programs for microcontrollers on emulated boards, at real routers that are killed meanwhile.
# Five floodfills, since one refuses new destinations with tunnels of three hops at first.
part_firmware_live() {
    need cc:g++ python3:python3 i2pd:i2pd unshare:util-linux nsenter:util-linux \
        qemu-system-arm:qemu-system-arm
    need_cross_toolchain
    local reason
    reason=$(python3 "$TESTNET" check --dir target/testnet 2>&1) || not_run "${reason#testnet: }"
    firmware/build.sh lm3s6965evb
    build_firmware_variants
    cargo test -p sam-tests --test firmware_live --no-run
    SAM_FIRMWARE=${FIRMWARE_TARGET_DIR:-$PWD/target/firmware} CARGO_NET_OFFLINE=true PATIENCE=2400 limited \
        python3 "$TESTNET" run --dir target/testnet --floodfills 5 -- \
        cargo test -p sam-tests --test firmware_live -- --include-ignored --test-threads=1
}

# SAM on a local network, attacked in clear and through stunnel (see docs/secured-hop.md). Some of
# its tests, those of the documentation among them, need nothing and are in the part `tests`, too.
part_secured_hop() {
    need cc:g++ python3:python3 i2pd:i2pd unshare:util-linux nsenter:util-linux ip:iproute2 \
        stunnel:stunnel4 openssl:openssl nft:nftables qemu-system-arm:qemu-system-arm
    need_cross_toolchain
    local reason
    reason=$(python3 "$TESTNET" check --dir target/testnet 2>&1) || not_run "${reason#testnet: }"
    firmware/build.sh lm3s6965evb
    cargo test -p sam-tests --test secured_hop --no-run
    SAM_FIRMWARE=${FIRMWARE_TARGET_DIR:-$PWD/target/firmware} CARGO_NET_OFFLINE=true limited \
        python3 "$TESTNET" run --dir target/testnet --warm 24 -- \
        cargo test -p sam-tests --test secured_hop -- --include-ignored --test-threads=1
}

# ---------------------------------------------------------------- helpers of the parts

die() {
    echo "error: $1" >&2
    exit 1
}

# Ends the part: not run, for this reason.
not_run() {
    echo "not run: $1"
    echo "$1" >"$LOGS/reason"
    exit "$NOT_RUN"
}

# Runs a command, but not for ever.
limited() {
    timeout --foreground --kill-after=30 "$PATIENCE" "$@"
}

features_of() {
    cargo metadata --no-deps --format-version 1 | python3 -c '
import json, sys
packages = {package["name"]: package for package in json.load(sys.stdin)["packages"]}
print(*sorted(set(packages[sys.argv[1]]["features"]) - {"default"}), sep="\n")' "$1"
}

lint_with() {
    local crate=$1
    shift
    echo "-- $crate --no-default-features $*"
    cargo clippy -q -p "$crate" --no-default-features "$@" -- -D warnings
}

# need_component NAME SUBCOMMAND: a component of the Rust toolchain.
need_component() {
    cargo "$2" --version >/dev/null 2>&1 || rustup component add "$1" ||
        not_run "the toolchain has no $1"
}

# Something that compiles for the boards: rustup's target, or Debian's packages.
need_cross_toolchain() {
    firmware/cargo.sh --toolchain && return
    need /usr/bin/rustc:rustc-web /usr/bin/cargo:cargo-web \
        /usr/lib/rustlib/src/rust/library/core:rust-web-src arm-none-eabi-ld:binutils-arm-none-eabi
    firmware/cargo.sh --toolchain || not_run "nothing compiles for the boards, see the log"
}

# Commands behind EMPTY_NETWORK see a loopback interface and nothing else.
need_empty_network() {
    local unshare=(unshare --net)
    if ((EUID != 0)); then
        unshare+=(--map-root-user)
    fi
    EMPTY_NETWORK=("${unshare[@]}" sh -c 'ip link set lo up && exec "$@"' sh)
    "${EMPTY_NETWORK[@]}" true || not_run "no network namespace can be made here"
}

# need COMMAND:PACKAGE...: installs the Debian packages of missing commands, or of missing files.
need() {
    local pair missing=()
    for pair in "$@"; do
        if [[ $pair == /* ]]; then
            [[ -e ${pair%%:*} ]] || missing+=("${pair##*:}")
        else
            command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
        fi
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || not_run "missing: ${missing[*]}, and there is no apt-get"
    if ((EUID != 0)); then
        sudo -n true 2>/dev/null || not_run "missing: ${missing[*]}, and installing needs root"
        AS_ROOT=(sudo -n)
    fi
    install_packages "${missing[@]}" || not_run "missing: ${missing[*]}, and apt-get failed"
}

AS_ROOT=()
POLICY=/usr/sbin/policy-rc.d

# Installs packages without starting any service: a router with Debian's configuration would join
# the public network.
install_packages() {
    local before pid status=0 policy_is_ours=false
    if [[ ! -e $POLICY ]]; then
        policy_is_ours=true
        trap remove_policy EXIT # even if interrupted
        printf '#!/bin/sh\nexit 101\n' | "${AS_ROOT[@]}" tee "$POLICY" >/dev/null || return
        "${AS_ROOT[@]}" chmod 755 "$POLICY" || return
    fi
    before=$(router_pids)
    "${AS_ROOT[@]}" apt-get update -q || true # the lists at hand may do
    "${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@" || status=$?
    if $policy_is_ours; then
        remove_policy
        trap - EXIT
    fi
    if ((status == 0)) && [[ " $* " == *" i2pd "* ]]; then
        "${AS_ROOT[@]}" update-rc.d i2pd disable || true # nor at the next boot
        for pid in $(comm -13 <(echo "$before") <(router_pids)); do
            echo "ending i2pd, pid $pid, which the installation has started"
            "${AS_ROOT[@]}" kill "$pid"
        done
    fi
    return "$status"
}

remove_policy() {
    "${AS_ROOT[@]}" rm -f "$POLICY"
}

# The processes that run i2pd, by program: i2pd renames itself.
router_pids() {
    local link
    for link in /proc/[0-9]*/exe; do
        if [[ $("${AS_ROOT[@]}" readlink "$link" || true) == */i2pd ]]; then
            link=${link#/proc/}
            echo "${link%/exe}"
        fi
    done 2>/dev/null | sort
}

# ---------------------------------------------------------------- running and reporting

declare -A RESULT=() TIME=() NOTE=()

# run_part NAME: runs it in a shell of its own and notes how it went.
run_part() {
    local name=$1 log=$LOGS/$1.log began=$SECONDS status
    echo "== $name"
    rm -f "$LOGS/reason"
    # Not within a condition: there, bash would ignore that a command of the part failed.
    set +e
    (
        set -e
        "part_${name//-/_}"
    ) </dev/null >"$log" 2>&1
    status=$?
    set -e
    TIME[$name]=$((SECONDS - began))
    case $status in
    0)
        RESULT[$name]=ok
        NOTE[$name]=$(count_tests "$name")
        ;;
    "$NOT_RUN")
        if [[ -e $LOGS/reason ]]; then
            RESULT[$name]='not run'
            NOTE[$name]=$(<"$LOGS/reason")
        else # some command's own status
            RESULT[$name]=FAILED
            NOTE[$name]="status $status"
        fi
        ;;
    *)
        RESULT[$name]=FAILED
        NOTE[$name]="status $status"
        ;;
    esac
    if [[ ${RESULT[$name]} == FAILED ]]; then
        cat "$log"
    fi
    echo "${RESULT[$name]}, ${TIME[$name]} s${NOTE[$name]:+: ${NOTE[$name]}}"
    echo
}

# count_tests PART...: the tests in the logs of these parts, if there are any.
#
# Tests of the targets in OWN_TARGET are ignored in the plain run; once the part of that name has
# run them they count there and only there (but for failures).
count_tests() {
    local name logs=()
    for name in "$@"; do
        if [[ -e $LOGS/$name.log ]]; then
            logs+=("$LOGS/$name.log")
        fi
    done
    ((${#logs[@]})) || return 0
    local counted_apart=
    for name in "${OWN_TARGET[@]}"; do
        if [[ " $* " == *" $name "* ]] && grep -qs '^test result:' "$LOGS/$name.log"; then
            counted_apart+=" ${name//-/_} "
        fi
    done
    awk -v counted_apart="$counted_apart" '
        FNR == 1 {
            part = FILENAME
            gsub(/^.*\/|\.log$/, "", part)
            gsub(/-/, "_", part) # as targets are called
        }
        $1 == "Running" || $1 == "Doc-tests" {
            target = $NF
            if (!sub(/^.*\/deps\//, "", target) || !sub(/-[0-9a-f]+\)$/, "", target)) target = ""
        }
        /^test result:/ {
            any = 1
            failed += $6
            if (target != "" && target != part && index(counted_apart, " " target " ")) next
            passed += $4
            skipped += $8
        }
        END { if (any) printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }
    ' "${logs[@]}"
}

print_table() {
    local name
    {
        printf '%-13s %-8s %6s  %s\n' part result time note
        for name in "${PARTS[@]}"; do
            if [[ -v RESULT[$name] ]]; then
                printf '%-13s %-8s %4s s  %s\n' \
                    "$name" "${RESULT[$name]}" "${TIME[$name]}" "${NOTE[$name]}"
            else
                printf '%-13s %-8s %6s  %s\n' "$name" 'not run' '' 'not asked for'
            fi
        done
    } | sed 's/ *$//'
    echo
}

# The last line.  A part that failed without a failed test, say at compiling, counts as one.
print_count() {
    local name counted passed=0 failed=0 skipped=0 others=0
    counted=$(count_tests "${PARTS[@]}")
    read -r passed _ failed _ skipped _ <<<"${counted:-0 - 0 - 0 -}"
    for name in "${PARTS[@]}"; do
        if [[ ${RESULT[$name]:-} == FAILED && ! $(count_tests "$name") =~ \ [1-9][0-9]*\ failed ]]; then
            others=$((others + 1))
        fi
    done
    echo "$passed passed, $((failed + others)) failed, $skipped skipped"
}

main() {
    local wanted=() name
    if [[ ${1:-} == --list ]]; then
        printf '%s\n' "${PARTS[@]}"
        return
    fi
    for name in "$@"; do
        [[ " ${PARTS[*]} " == *" $name "* ]] || {
            echo "no part \"$name\"; there are: ${PARTS[*]}" >&2
            return 2
        }
    done
    command -v cargo >/dev/null || {
        echo "cargo not found: install Rust first" >&2
        return 2
    }
    mkdir -p "$LOGS"
    rm -f "$LOGS"/*.log
    wanted=("$@")
    if ((${#wanted[@]} == 0)); then
        wanted=("${PARTS[@]}")
    fi
    for name in "${wanted[@]}"; do
        run_part "$name"
    done
    print_table
    print_count
    [[ " ${RESULT[*]} " != *" FAILED "* ]]
}

main "$@"
