#!/usr/bin/env bash
# Runs a program on an emulated board; the exit status is the program's.
#
#   ./qemu.sh BOARD ELF [WORD...]      the words are the program's arguments
#
# The board is 10.0.2.15 on a network inside QEMU, where DHCP answers; this machine's 127.0.0.1 is
# 10.0.2.2 there. QMP=PATH in the environment is where QEMU listens for commands: to press the
# reset button, to pull the cable.
#
# UDP=PORT in the environment has packets to this port of this machine brought to the same port of
# the board. A router that sends them to 10.0.2.15, as the board asks it to, finds them on this
# machine after `ip address add 10.0.2.15/32 dev lo`.
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

arguments="arg=$(basename "$elf")"
for word in "$@"; do
    arguments+=",arg=${word//,/,,}" # QEMU writes a comma twice
done
commands=()
if [[ -n ${QMP:-} ]]; then
    # Nothing runs before it is told to.
    commands=(-S -qmp "unix:${QMP//,/,,},server=on,wait=off")
fi

udp=
if [[ -n ${UDP:-} ]]; then
    udp=",hostfwd=udp::$UDP-10.0.2.15:$UDP"
fi

exec qemu-system-arm -machine "$board" -nodefaults -nographic -monitor none -serial none \
    -netdev "user,id=net,ipv6=off$udp" -net "nic,netdev=net,model=$nic" \
    -semihosting-config "enable=on,target=native,$arguments" "${commands[@]}" \
    -kernel "$elf" </dev/null
