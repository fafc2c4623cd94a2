#!/bin/sh
# A health check as scripts around keepalived do it: a redis-cli per instance
# and round. Each line on standard input starts a round, so whoever measures is
# the clock, as keepalived would be; the end of input ends it.
#
#     peer_script.sh DIRECTORY NAME=PORT...
#
# A check that has not come back when its next one is due is not doubled. Two
# bad answers in a row are "down"; the changes go to standard output, a line
# each, where keepalived would change a priority or a real server.
directory=$1
shift

# told NAME STATE: prints it when it is news.
told()
{
    read -r last <"$directory/$1.state" || last=
    [ "$last" = "$2" ] && return
    echo "$2" >"$directory/$1.state"
    echo "$1 $2"
}

# check NAME PORT: in a process of its own. A file is a flag: set while it has
# bytes, so that no program need be started to lower it.
check()
{
    timeout 1 redis-cli -p "$2" ping >"$directory/$1.answer" 2>&1
    read -r answer <"$directory/$1.answer" || answer=
    if [ "$answer" = PONG ]; then
        : >"$directory/$1.bad"
        told "$1" up
    elif [ -s "$directory/$1.bad" ]; then
        told "$1" down
    else
        echo once >"$directory/$1.bad"
    fi
    : >"$directory/$1.busy"
}

for pair in "$@"; do
    for file in state bad busy; do
        : >"$directory/${pair%=*}.$file"
    done
done
while read -r _; do
    for pair in "$@"; do
        name=${pair%=*}
        [ -s "$directory/$name.busy" ] && continue
        echo busy >"$directory/$name.busy"
        check "$name" "${pair#*=}" &
    done
done
wait
