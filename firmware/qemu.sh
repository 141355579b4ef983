#!/usr/bin/env bash
# Runs a program on an emulated board; the exit status is the program's.
#
#   ./qemu.sh BOARD ELF [WORD...]      the words are the program's arguments
#
# The board is 10.0.2.15 on a network inside QEMU, where DHCP answers; this machine's 127.0.0.1 is
# 10.0.2.2 there.
set -euo pipefail

board=$1 elf=$2
shift 2
case $board in
lm3s6965evb) nic=stellaris ;;
mps2-an385) nic=lan9118 ;;
*)
    echo "no board \"$board\": there are lm3s6965evb and mps2-an385" >&2
    exit 2
    ;;
esac

# These boards have no source of randomness, so they get a seed.
arguments="arg=$(basename "$elf"),arg=seed=$(od -An -N7 -tu8 /dev/urandom | tr -d ' ')"
for word in "$@"; do
    arguments+=",arg=${word//,/,,}" # QEMU writes a comma twice
done

exec qemu-system-arm -machine "$board" -nodefaults -nographic -monitor none -serial none \
    -netdev user,id=net,ipv6=off -net "nic,netdev=net,model=$nic" \
    -semihosting-config "enable=on,target=native,$arguments" \
    -kernel "$elf" </dev/null
