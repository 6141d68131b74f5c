# program: autossh
# job: -M with its loop of two forwardings, a -L beside it, and ssh started again after it was killed; in a network namespace of its own
# version: autossh -V
# needs: autossh socat unshare ip
through_socket
cat > inside <<'END'
ip link set lo up
export AUTOSSH_POLL=5 AUTOSSH_GATETIME=0 AUTOSSH_FIRST_POLL=2 AUTOSSH_LOGFILE="$HOME/log" AUTOSSH_PIDFILE="$HOME/pid" AUTOSSH_DEBUG=1 AUTOSSH_PATH="$SSH"
autossh -M 20000 -f -N -L "127.0.0.1:20100:127.0.0.1:$PORT" -o ExitOnForwardFailure=yes demo
banner() { head -c 7 < /dev/tcp/127.0.0.1/20100 | grep SSH-2.0; }
until_true banner
banner
until_true grep -q 'connection ok' log
say killed
first=$(pgrep -P "$(cat pid)")
kill -KILL "$first"
started_again() { [ "$(pgrep -P "$(cat pid)")" != "$first" ] && banner; }
until_true started_again
banner
kill "$(cat pid)"
gone() { ! banner; }
until_true gone
END
export -f until_true say
unshare --net bash -eu inside
