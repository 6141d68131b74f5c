# program: docker
# job: `docker -H ssh://` with a stand-in for the daemon behind `docker system dial-stdio`: version, ps, a container's output, several connections
# version: docker --version
# needs: docker
# sshd: SetEnv DOCKER_HOST=unix:///mnt/docker.sock
cat > "$FAR/daemon.py" <<'END'
import http.server, json, os, socketserver
class Daemon(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def address_string(self): return 'unix'
    def send(self, value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(200)
        self.send_header('Api-Version', '1.41'); self.send_header('Ostype', 'linux'); self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD': self.wfile.write(body)
    def do_HEAD(self): self.send(b'OK')
    def do_GET(self):
        if self.path.endswith('/_ping'): self.send(b'OK')
        elif self.path.endswith('/version'): self.send({'Version': '20.10.0', 'ApiVersion': '1.41', 'MinAPIVersion': '1.12', 'Os': 'linux', 'Arch': 'amd64'})
        elif '/containers/json' in self.path: self.send([{'Id': 'a' * 64, 'Names': ['/stand-in'], 'Image': 'none', 'Command': 'sleep', 'Created': 1767225600, 'State': 'running', 'Status': 'Up', 'Ports': []}])
        elif '/logs' in self.path: self.send(b''.join(b'\x01\0\0\0' + len(l).to_bytes(4, 'big') + l for l in (b'line %d\n' % n for n in range(20000))))
        elif '/json' in self.path: self.send({'Id': 'a' * 64, 'Name': '/stand-in', 'Config': {'Tty': False}, 'State': {}})
        else: self.send({})
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    def get_request(self):
        request, _ = super().get_request()
        return request, ('unix', 0)
Server('/mnt/docker.sock', Daemon).serve_forever()
END
ssh demo "setsid python3 $FAR/daemon.py >/dev/null 2>&1 </dev/null & while ! [ -S docker.sock ]; do sleep 0.1; done; command -v docker"
export DOCKER_HOST="ssh://root@127.0.0.1:$PORT"
ends 0 docker version --format '{{.Server.Version}} {{.Server.Os}}'
ends 0 docker ps --format '{{.Names}} {{.State}}'
docker logs stand-in > lines
tail -n 1 lines; wc -l < lines
ends 0 docker -H ssh://demo ps -q
ends 1 docker -H ssh://127.0.0.1:1 ps
