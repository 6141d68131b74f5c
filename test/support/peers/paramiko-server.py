"""A Paramiko server for tests: paramiko-server.py OPTIONS, where OPTIONS is the JSON that test/support/paramiko.ts makes."""
import base64
import json
import logging
import os
import socket
import subprocess
import sys
import threading

import paramiko

sys.path.insert(0, os.path.dirname(__file__))
from paramiko_files import Files

options = json.loads(sys.argv[1])
allowed = {base64.b64decode(line.split()[1]) for line in options["authorizedKeys"]}
# Group exchange needs primes to choose from.
paramiko.Transport.load_server_moduli()
logging.basicConfig(stream=sys.stdout, level=logging.DEBUG)


class Server(paramiko.ServerInterface):
    def get_allowed_auths(self, username):
        return "publickey,password"

    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL if key.asbytes() in allowed else paramiko.AUTH_FAILED

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if password == options.get("password") else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def check_channel_env_request(self, channel, name, value):
        return False

    def check_channel_exec_request(self, channel, command):
        threading.Thread(target=run, args=(channel, command), daemon=True).start()
        return True

    def check_channel_shell_request(self, channel):
        return self.check_channel_exec_request(channel, "exec /bin/sh")


def run(channel, command):
    child = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def feed():
        for data in iter(lambda: channel.recv(65536), b""):
            child.stdin.write(data)
            child.stdin.flush()
        child.stdin.close()

    def drain(stream, send):
        for data in iter(lambda: stream.read1(65536), b""):
            send(data)

    threading.Thread(target=feed, daemon=True).start()
    streams = [
        threading.Thread(target=drain, args=(child.stdout, channel.sendall)),
        threading.Thread(target=drain, args=(child.stderr, channel.sendall_stderr)),
    ]
    for thread in streams:
        thread.start()
    for thread in streams:
        thread.join()
    channel.send_exit_status(child.wait() & 0xFF)
    channel.close()


def serve(connection):
    transport = paramiko.Transport(connection)
    for path, kind in options["hostKeys"]:
        transport.add_server_key(getattr(paramiko, kind).from_private_key_file(path))
    if "rekeyBytes" in options:
        transport.packetizer.REKEY_BYTES = options["rekeyBytes"]
    security = transport.get_security_options()
    for name, values in options["algorithms"].items():
        setattr(security, name, values)
    transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
    transport.start_server(server=Server())


listener = socket.create_server(("127.0.0.1", 0), backlog=100)
print("listening on", listener.getsockname()[1], flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
