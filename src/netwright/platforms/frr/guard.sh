#!/bin/sh
# Netwright's guard: changes FRR's configuration with a way back that lives on this device.
#
#   guard [-v VERSION] check SHA256 < CONFIG             what FRR would do; changes nothing
#   guard [-v VERSION] arm TOKEN SECONDS SHA256 < CONFIG apply, and go back after SECONDS unless confirmed;
#                                                        an ordered patch may follow CONFIG, after a line MARK
#   guard [-v VERSION] state                             name=value lines: token, phase, remaining, last
#   guard [-v VERSION] confirm TOKEN                     keep what was armed, also over a restart
#   guard [-v VERSION] revert TOKEN WHY                  go back now
#   guard boot                                           for start scripts: close a change that a restart undid
#
# How it holds. The startup file is not touched before confirm, so a restart is a way back by itself. The
# timer is a process of its own session, started before anything is changed. Whatever ends a change
# (confirm, revert, timer, a failed apply) does it under one lock that the kernel frees when its holder
# dies, so there is one winner, and half-done work is found and finished by the next call. Needs a POSIX
# shell, util-linux (flock, setsid) and frr-pythontools. All files are root's alone: they hold passwords.
# An ordered patch is typed when it was made for what runs; FRR's own tool then says whether it got there, and
# does what is left, or all where there is no patch.

VERSION='@VERSION@'
PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH LC_ALL=C
umask 077

BASE=/var/lib/netwright
CHANGE=$BASE/change            # the pending change
DONE=$BASE/done                # finished ones, the last few
JOURNAL=$BASE/journal          # EPOCH TOKEN confirmed|reverted|failed: why
STARTUP=/etc/frr/frr.conf
RELOAD=/usr/lib/frr/frr-reload.py
INIT=/usr/lib/frr/frrinit.sh
MARK='! netwright: ordered patch from '
KEEP=5

REJECTED=65 NOTHING=66 BUSY=67 FAILED=68 CUT=69 STUCK=70 MOVED=71 OTHER_VERSION=90

end() { code=$1; shift; say "$*" >&2; exit "$code"; }
say() { printf '%s\n' "$1"; } # echo would expand backslashes
uptime_s() { cut -d. -f1 /proc/uptime; }
# this run of this system: the kernel's boot id, and when process 1 began (a container's own start)
run_id() { echo "$(cat /proc/sys/kernel/random/boot_id) $(sed 's/.*) //' /proc/1/stat | cut -d' ' -f20)"; }
running() { vtysh -c 'show running-config no-header' 2>/dev/null; }
get() { cat "$CHANGE/$1" 2>/dev/null; }
set_to() { say "$2" > "$CHANGE/$1.new" && mv "$CHANGE/$1.new" "$CHANGE/$1"; }
pending() { [ -n "$1" ] && [ "$(get token)" = "$1" ]; }
# a process of ours is known by number and token, so that a number given out again is not taken for it
alive() { [ -n "$1" ] && grep -qsF "$2" "/proc/$1/cmdline"; }
try_lock() { exec 9> "$BASE/lock" && flock -w "$1" 9; }
lock() { try_lock "${1:-60}" || end $STUCK 'the lock of the guard could not be had'; }
unlock() { exec 9>&-; }
result_of() { awk -v token="$1" '$2 == token { $1 = $2 = ""; line = $0 } END { sub(/^ +/, "", line); print line }' "$JOURNAL" 2>/dev/null; }

journal() {
    [ -n "$(result_of "$1")" ] && return
    { tail -n 199 "$JOURNAL" 2>/dev/null; say "$(date +%s) $1 $2"; } > "$JOURNAL.new" &&
        sync "$JOURNAL.new" && mv "$JOURNAL.new" "$JOURNAL"
}

put_startup() {
    cat "$1" > "$STARTUP.netwright" && chown frr:frr "$STARTUP.netwright" && chmod 640 "$STARTUP.netwright" &&
        sync "$STARTUP.netwright" && mv "$STARTUP.netwright" "$STARTUP" && sync /etc/frr
}

# FRR's own tool writes the startup file after a reload unless the file it is given IS the startup file of
# the folder it is told: so each configuration lies in a folder of its own as frr.conf.
reload() { "$RELOAD" --reload --stdout --confdir "$1" "$1/frr.conf" 9>&-; }

folder() { mkdir "$1" && { cat /etc/frr/vtysh.conf 2>/dev/null; :; } > "$1/vtysh.conf"; }

read_config() { # SHA256 FOLDER
    folder "$2" && cat > "$2/frr.conf" || end $STUCK "no space for the configuration below $BASE"
    say "$1  $2/frr.conf" | sha256sum -c --status || { rm -rf "${2%/*}"; end $CUT 'the configuration arrived incomplete'; }
}

split_patch() { # FOLDER: what follows the mark is the patch; the mark's line says for which running configuration
    grep -q "^$MARK" "$1/frr.conf" || return 0
    sed -n "s/^$MARK//p" "$1/frr.conf" > "$1/from" && sed "1,/^$MARK/d" "$1/frr.conf" > "$1/patch" &&
        sed -i "/^$MARK/,\$d" "$1/frr.conf"
}

scratch() { mkdir -p "$BASE" "$DONE" && mktemp -d "$BASE/new.XXXXXX" || end $STUCK "nothing can be written below $BASE"; }

syntax() { # FOLDER: what the parser refuses; its lines say where
    vtysh -C -f "$1/frr.conf" > "$1/syntax" 2>&1 9>&- && return
    grep -v 'vtysh_pam' "$1/syntax" >&2
    return 1
}

# never a line of the configuration itself: it may hold a password
what_failed() { grep -hE '^ *%|^line [0-9]|ERROR|WARNING|^[A-Za-z]*Error' "$1" || say "frr-reload.py ended with status $2"; }

start_timer() { # TOKEN SECONDS
    setsid sh "$0" timer "$1" "$2" < /dev/null > /dev/null 2>&1 9>&- &
    echo $!
}

finish() { # TOKEN RESULT: the change is over; call under the lock
    journal "$1" "$2"
    timer=$(get timer)
    rm -rf "$DONE/$1"
    mv "$CHANGE" "$DONE/$1" || return 1
    # the newest few are kept to look into
    ls -1t "$DONE" | tail -n +$((KEEP + 1)) | while read -r old; do rm -rf "${DONE:?}/$old"; done
    [ "$timer" != $$ ] && alive "$timer" "$1" && kill -TERM "-$timer" 2>/dev/null
    return 0
}

startup_is_old() {
    if [ -e "$CHANGE/startup" ]; then cmp -s "$CHANGE/startup" "$STARTUP" || put_startup "$CHANGE/startup"
    else rm -f "$STARTUP"; fi
}

is_back() { running | cmp -s - "$CHANGE/old/frr.conf"; }

restore() { # TOKEN RESULT: back to what ran before; call under the lock
    worker=$(get worker)
    [ "$worker" != $$ ] && alive "$worker" "$1" && kill -KILL "-$worker" 2>/dev/null
    set_to phase reverting
    for try in 1 2 3; do
        is_back && break
        [ "$try" = 1 ] || sleep 1
        reload "$CHANGE/old" > "$CHANGE/restore.$try" 2>&1
    done
    if ! is_back; then # the last way: start FRR with what ran before
        put_startup "$CHANGE/old/frr.conf"
        (umask 022; "$INIT" restart) > "$CHANGE/restart" 2>&1 9>&-
        for try in 1 2 3 4 5 6 7 8 9 10; do is_back && break; sleep 1; done
    fi
    startup_is_old
    if is_back; then finish "$1" "$2"; else finish "$1" "$2 (the running configuration is NOT what it was)"; fi
}

# A change that a restart undid, a timer that was killed, a deadline that passed unseen: put right under the lock.
repair() {
    token=$(get token)
    [ -n "$token" ] || { [ ! -d "$CHANGE" ] || rm -rf "$CHANGE"; return; }
    if [ "$(get run)" != "$(run_id)" ]; then
        startup_is_old
        finish "$token" 'reverted: the device restarted'
        return
    fi
    alive "$(get timer)" "$token" && return
    left=$(($(get deadline) - $(uptime_s)))
    if [ "$left" -gt 0 ]; then set_to timer "$(start_timer "$token" "$left")"
    else restore "$token" 'reverted: the timer was killed and the time is over'; fi
}

# whoever holds the lock for longer is just ending the change: then there is nothing to repair
in_order() { [ ! -d "$CHANGE" ] || { try_lock 3 && repair; unlock; }; }

answer_finished() { # TOKEN: the same as the first time it was asked
    case $(result_of "$1") in
        '') return ;;
        confirmed*) echo 'armed before, confirmed'; exit 0 ;;
        *) grep -h . "$DONE/$1/errors" 2>/dev/null >&2; end $FAILED "$(result_of "$1")" ;;
    esac
}

wait_for_worker() { # TOKEN: until the apply has ended; 10 s are granted to a worker that is not there
    missing=0
    while pending "$1" && [ "$(get phase)" = applying ]; do
        alive "$(get worker)" "$1" || missing=$((missing + 1))
        [ "$missing" -lt 50 ] || break
        sleep 0.2
    done
    # whoever is just restoring holds the lock; whoever died while restoring has left it to us
    if pending "$1" && [ "$(get phase)" != armed ]; then
        lock 120
        pending "$1" && [ "$(get phase)" != armed ] && restore "$1" 'failed: the apply was interrupted'
        unlock
    fi
    if pending "$1" && [ "$(get phase)" = armed ]; then print_state; exit 0; fi
    answer_finished "$1"
    end $STUCK 'nobody knows what became of the change'
}

print_state() {
    echo "version=$VERSION"
    token=$(get token)
    if [ -n "$token" ]; then
        echo "token=$token"
        echo "phase=$(get phase)"
        echo "remaining=$(($(get deadline) - $(uptime_s)))"
    fi
    tail -n 1 "$JOURNAL" 2>/dev/null | sed 's/^[0-9]* /last=/'
}

check() { # SHA256
    new=$(scratch) || exit
    trap 'rm -rf "$new"' EXIT
    read_config "$1" "$new/new"
    syntax "$new/new" || exit $REJECTED
    # a plan made of a file that has errors deletes nearly everything: it is only shown when there are none
    "$RELOAD" --test --stdout --confdir "$new/new" "$new/new/frr.conf" > "$new/plan" 2> "$new/errors" ||
        { what_failed "$new/errors" $? >&2; exit $REJECTED; }
    cat "$new/plan"
}

note() { # TOKEN SECONDS: all that the way back needs
    { [ ! -e "$STARTUP" ] || cat "$STARTUP" > "$new/startup"; } && echo "$1" > "$new/token" &&
        echo applying > "$new/phase" && run_id > "$new/run" && echo $(($(uptime_s) + $2)) > "$new/deadline" &&
        sync "$new"/* "$new/old/frr.conf"
}

arm() { # TOKEN SECONDS SHA256
    new=$(scratch) || exit
    read_config "$3" "$new/new"
    split_patch "$new/new" || { rm -rf "$new"; end $STUCK "no space below $BASE"; }
    if pending "$1" || [ -n "$(result_of "$1")" ]; then
        rm -rf "$new"
        pending "$1" && wait_for_worker "$1"
        answer_finished "$1"
    fi
    syntax "$new/new" || { rm -rf "$new"; exit $REJECTED; }
    folder "$new/old" && running > "$new/old/frr.conf"
    tail -n 3 "$new/old/frr.conf" | grep -qx end || { rm -rf "$new"; end $STUCK 'FRR does not print its running configuration'; }
    note "$1" "$2" || { rm -rf "$new"; end $STUCK "no space below $BASE"; }
    lock
    if [ -d "$CHANGE" ]; then
        unlock; rm -rf "$new"
        pending "$1" && wait_for_worker "$1"
        end $BUSY "another change is pending: $(get token)"
    fi
    start_timer "$1" "$2" > "$new/timer"
    mv "$new" "$CHANGE" || end $STUCK "nothing can be written below $BASE"
    unlock
    setsid sh "$0" apply "$1" < /dev/null > /dev/null 2>&1 &
    wait_for_worker "$1"
}

typed() { # the ordered patch, if there is one for what runs; true when FRR's own tool then finds nothing to do
    [ -s "$CHANGE/new/patch" ] || return 1
    [ "$(sha256sum < "$CHANGE/old/frr.conf" | cut -d' ' -f1)" = "$(cat "$CHANGE/new/from")" ] || return 1
    vtysh -f "$CHANGE/new/patch" >> "$CHANGE/typed" 2>&1 9>&-
    "$RELOAD" --test --stdout --confdir "$CHANGE/new" "$CHANGE/new/frr.conf" > "$CHANGE/rest" 2>> "$CHANGE/typed" 9>&- &&
        ! grep -qvE '^ *(Lines To (Delete|Add)|=+)? *$' "$CHANGE/rest"
}

apply() { # TOKEN: runs alone, whatever becomes of the session that asked for it
    pending "$1" || exit
    set_to worker $$
    echo "applied by $$" >> "$CHANGE/apply"
    if typed; then code=0; else reload "$CHANGE/new" >> "$CHANGE/apply" 2>&1; code=$?; fi
    if [ "$code" = 0 ]; then
        running > "$CHANGE/applied"
        lock; pending "$1" && [ "$(get phase)" = applying ] && set_to phase armed; unlock
        exit
    fi
    what_failed "$CHANGE/apply" $code > "$CHANGE/errors"
    lock
    pending "$1" && restore "$1" "failed: $(grep -m 1 % "$CHANGE/errors" || head -n 1 "$CHANGE/errors")"
}

confirm() { # TOKEN
    lock
    repair
    if ! pending "$1"; then
        case $(result_of "$1") in
            confirmed*) exit 0 ;;
            '') end $NOTHING "nothing is pending under $1" ;;
            *) end $NOTHING "$1 was $(result_of "$1")" ;;
        esac
    fi
    case $(get phase) in armed | confirming) ;; *) end $NOTHING "$1 is $(get phase)" ;; esac
    running > "$CHANGE/final"
    cmp -s "$CHANGE/final" "$CHANGE/applied" ||
        end $MOVED 'the running configuration is not the one that was armed: somebody changed it, or FRR restarted'
    set_to phase confirming
    put_startup "$CHANGE/final" || end $STUCK "$STARTUP could not be written"
    finish "$1" confirmed
}

revert() { # TOKEN WHY
    lock 120
    repair
    if pending "$1"; then restore "$1" "reverted: $2"; exit 0; fi
    case $(result_of "$1") in
        reverted* | failed*) exit 0 ;;
        '') end $NOTHING "nothing is pending under $1" ;;
        *) end $NOTHING "$1 was $(result_of "$1")" ;;
    esac
}

timer() { # TOKEN SECONDS
    echo -1000 2>/dev/null > /proc/self/oom_score_adj
    sleep "$2" 9>&-
    lock 600
    pending "$1" && restore "$1" 'reverted: not confirmed in time'
}

token() { case $1 in '' | *[!A-Za-z0-9._-]*) end 2 "not a token: $1" ;; esac; }
number() { case $1 in '' | *[!0-9]*) end 2 "not a number of seconds: $1" ;; esac; }

if [ "$1" = -v ]; then [ "$2" = "$VERSION" ] || exit $OTHER_VERSION; shift 2; fi
trap '' HUP PIPE
mkdir -p "$BASE" "$DONE"
case $1 in
    check) check "$2" ;;
    arm) token "$2"; number "$3"; in_order; arm "$2" "$3" "$4" ;;
    state) in_order; print_state ;;
    confirm) token "$2"; confirm "$2" ;;
    revert) token "$2"; revert "$2" "$(printf %s "${3:-asked}" | tr -c '[:print:]' ' ' | cut -c 1-200)" ;;
    boot) in_order ;;
    apply) apply "$2" ;;
    timer) timer "$2" "$3" ;;
    *) end 2 'usage: guard check|arm|state|confirm|revert|boot' ;;
esac
