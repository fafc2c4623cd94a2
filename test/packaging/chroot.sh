# A Debian in a temporary directory, for the scripts beside this one, which
# source it:
#
#     own_mounts "$@"          goes on in a mount namespace of its own
#     need_debian "$@"         takes --base DIR; or skips, and says why
#     step WORDS -- COMMAND... says what is done, and shows what failed
#     make_debian SUITE PACKAGES; inside COMMAND...
#
# What is checked in lies in /src there. Nothing of it is left in the end.
# shellcheck shell=sh disable=SC2034 # log is the caller's, too
me=$(basename "$0")
MIRROR=http://deb.debian.org/debian

say()
{
    echo "$me: $*"
}

skip()
{
    say "SKIPPED: $*"
    exit 0
}

# Mounts end with the namespace, however the script ends.
own_mounts()
{
    [ "$(id -u)" -eq 0 ] || skip "it needs root"
    [ -n "${CHROOT_NAMESPACE-}" ] ||
        CHROOT_NAMESPACE=1 exec unshare --mount --propagation private "$0" "$@"
}

need_debian()
{
    base=
    if [ $# -eq 2 ] && [ "$1" = --base ]; then
        base=$2
    elif [ $# -ne 0 ]; then
        echo "usage: $0 [--base DIR]" >&2
        exit 64
    fi
    [ -n "$base" ] || command -v debootstrap >/dev/null ||
        skip "debootstrap is not installed"
    cd "$(dirname "$0")/../.."
    root=$(mktemp -d "${TMPDIR:-/tmp}/$me-XXXXXX")
    log=$root.log
    trap clean_up EXIT
    trap 'exit 130' INT TERM
}

clean_up()
{
    # Lazy, for what a test had no time to end.
    umount -l "$root/proc" "$root/dev" 2>/dev/null || :
    rm -rf --one-file-system "$root" "$log"
}

# With nothing of our environment but patience.
inside()
{
    chroot "$root" env -i HOME=/root LC_ALL=C.UTF-8 TERM=dumb \
        DEBIAN_FRONTEND=noninteractive \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        SENTINEL_TEST_PATIENCE="${SENTINEL_TEST_PATIENCE:-3}" "$@"
}

# Not within an `if`: there a function would go on behind what failed in it.
step()
{
    words=$1
    shift 2
    begun=$(date +%s)
    set +e
    (set -e; "$@") >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if [ $status -ne 0 ]; then
        tail -n 60 "$log"
        say "FAILED: $words"
        exit 1
    fi
    say "$words, $(($(date +%s) - begun)) s"
}

make_debian()
{
    chmod 755 "$root"
    if [ -n "$base" ]; then
        cp -a "$base/." "$root"
    else
        debootstrap --variant=minbase ${2:+--include="$2"} "$1" "$root" "$MIRROR"
    fi
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    # No service is to start: tests have servers of their own.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    rm -rf "$root/src"
    mkdir "$root/src"
    git archive HEAD | tar -x -C "$root/src"
}
