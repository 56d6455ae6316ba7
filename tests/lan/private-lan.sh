#!/bin/sh
# A LAN of several hosts with real multicast, IPv4 and IPv6, cut off from every other network; COMMAND runs on host 1.
#
#   tests/lan/private-lan.sh [-n HOSTS] COMMAND [ARG...]      3 hosts, if not said otherwise
#
# Host I has 10.61.0.I, fd61::I and fe80::I on eth0, and its own ports: each can own UDP 3610. COMMAND may start programs
# on the others: nsenter --net=/run/netns/hostI PROGRAM. All of them end with COMMAND. It takes no root where user
# namespaces are allowed. Status: COMMAND's, or 77 and a reason where no such LAN can be made.
# Needs unshare, nsenter (util-linux) and ip (iproute2).
set -eu

unavailable() {
    echo "no private LAN here: $*"
    exit 77
}

if [ "${WARIFU_LAN:-}" = "" ]; then
    for tool in unshare nsenter ip; do
        command -v $tool >/dev/null || unavailable "$tool is not installed"
    done
    alone="unshare --net --mount --pid --fork --kill-child"
    for root in "" --map-root-user; do
        # shellcheck disable=SC2086 # lists of words
        if why=$($alone $root true 2>&1); then
            WARIFU_LAN=being-made exec $alone $root "$0" "$@"
        fi
    done
    unavailable "network namespaces are not allowed ($why)"
fi

hosts=3
if [ "${1:-}" = -n ]; then
    hosts=$2
    shift 2
fi

make() { # WORDS OF IP...
    "$@" || unavailable "'$*' failed"
}

on() { # HOST COMMAND...
    host=$1
    shift
    nsenter --net="/run/netns/host$host" "$@"
}

make mount -t tmpfs private-lan /run
make ip link set lo up
make ip link add lan type bridge mcast_snooping 0
make ip link set lan up
for i in $(seq "$hosts"); do
    make ip netns add "host$i"
    make ip link add "host$i" type veth peer name eth0 netns "host$i"
    make ip link set "host$i" master lan up
    make on "$i" ip link set lo up
    make on "$i" ip link set eth0 addrgenmode none up
    make on "$i" ip address add "10.61.0.$i/24" dev eth0
    make on "$i" ip route add 224.0.0.0/4 dev eth0
    for address in "fd61::$i" "fe80::$i"; do # nodad: to be used at once
        on "$i" ip address add "$address/64" dev eth0 nodad || echo "host $i has no IPv6 address $address" >&2
    done
done

WARIFU_LAN=host1
export WARIFU_LAN
status=0
on 1 "$@" || status=$?
exit $status
