#!/bin/sh
# Runs a command that ends with its parent. A JVM does not notice that its parent died, also not by kill -9: so the
# parent holds the other end of this script's stdin, and when that closes the command is ended.
# Usage: hold.sh PIDFILE COMMAND [ARG ...]
pidfile=$1
shift
exec 3<&0
"$@" </dev/null 3<&- &
pid=$!
echo "$pid" >"$pidfile"
(
  cat <&3 >/dev/null
  kill -TERM "$pid" 2>/dev/null
  waited=0
  while [ "$waited" -lt 10 ] && kill -0 "$pid" 2>/dev/null; do sleep 1; waited=$((waited + 1)); done
  kill -KILL "$pid" 2>/dev/null
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$pid"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
