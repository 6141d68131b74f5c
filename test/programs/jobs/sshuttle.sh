# program: sshuttle
# job: its start and a connection through it, in a network namespace of its own
# version: sshuttle --version
# needs: sshuttle iptables socat unshare ip
through_socket
address=$(hostname -I | awk '{print $1}')
[ -n "$address" ] || cannot 'this machine has no address beside loopback'
/usr/bin/python3 -c 'import http.server, sys; s = http.server.HTTPServer((sys.argv[1], 0), http.server.BaseHTTPRequestHandler); print(s.server_port, flush=True); s.serve_forever()' "$address" > web 2>/dev/null &
until_true test -s web
export address web=$(cat web)
cat > inside <<'END'
ip link set lo up
ip addr add 198.51.100.1/24 dev lo && ip route add default dev lo
iptables -t nat -L >/dev/null 2>&1 || exit 78
: > said
sshuttle --method nat -r demo "$address/32" --pidfile "$PWD/pid" > said 2>&1 &
tries=0
until grep -q 'Connected to server' said || [ $tries = 300 ]; do tries=$((tries + 1)); sleep 0.1; done
grep -o 'Connected to server' said || { cat said >&2; exit 1; }
curl -sS --max-time 20 -o /dev/null -w '%{http_code}\n' "http://$address:$web/"
kill $!
wait $! || true
END
code=0
unshare --net bash -eu inside || code=$?
[ $code != 78 ] || cannot 'this kernel has no NAT for iptables'
ends "$code" true
[ $code = 0 ]
