#!/usr/bin/env python3
"""lossy.py MILLISECONDS LOSS PORT... : ports of 127.0.0.1, behind a wire that loses packets.

Two network namespaces, each with a TUN device, and this process as the wire between them: it delays every packet and drops
a share of them, drawn from a fixed seed. Prints {"pid": a process on the client's side, "host": where the ports are} and ends
with its stdin. Needs CAP_NET_ADMIN."""
import asyncio, ctypes, fcntl, heapq, json, os, random, select, signal, socket, struct, subprocess, sys, time

CLONE_NEWNET, TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x40000000, 0x400454CA, 1, 0x1000
CLIENT, SERVER = "10.77.0.1", "10.77.0.2"
libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def end_of_wire(address):
    """A new namespace for this process, with a device whose packets can be read and written here."""
    check(libc.unshare(CLONE_NEWNET))
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"wire", IFF_TUN | IFF_NO_PI))
    for command in (f"ip addr add {address}/24 dev wire", "ip link set wire up mtu 1500", "ip link set lo up"):
        subprocess.check_call(command.split())
    return device


async def forward(listeners):
    """Connections that come out of the wire go on to 127.0.0.1."""
    async def copy(reader, writer):
        try:
            while data := await reader.read(1 << 18):
                writer.write(data)
                await writer.drain()
            writer.write_eof()
        except (OSError, RuntimeError):
            writer.close()

    async def serve(listener, port):
        async def on_connection(reader, writer):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
            for each in (writer, far_writer):
                each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))
            writer.close()
            far_writer.close()
        await asyncio.start_server(on_connection, sock=listener)

    for listener, port in listeners:
        await serve(listener, port)
    await asyncio.Event().wait()


def carry(devices, delay, loss):
    """Until stdin ends."""
    chance, queue, number = random.Random(1), [], 0
    while True:
        wait = max(0, queue[0][0] - time.monotonic()) if queue else None
        ready, _, _ = select.select([*devices, 0], [], [], wait)
        if 0 in ready and not os.read(0, 4096):
            return
        for index, device in enumerate(devices):
            if device not in ready:
                continue
            try:
                while packet := os.read(device, 65536):
                    if chance.random() >= loss:
                        number += 1
                        heapq.heappush(queue, (time.monotonic() + delay, number, devices[1 - index], packet))
            except BlockingIOError:
                pass
        while queue and queue[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(queue)
            try:
                os.write(device, packet)
            except OSError:
                pass  # The device's queue is full: one more lost packet.


def main():
    delay, loss, ports = float(sys.argv[1]) / 1000, float(sys.argv[2]), [int(port) for port in sys.argv[3:]]
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    near = end_of_wire(CLIENT)
    resident = subprocess.Popen(["sleep", "infinity"], stdin=subprocess.DEVNULL)
    far = end_of_wire(SERVER)
    listeners = [(socket.create_server((SERVER, port), backlog=256), port) for port in ports]
    check(libc.setns(home, CLONE_NEWNET))
    forwarder = os.fork()
    if forwarder == 0:
        asyncio.run(forward(listeners))
    try:
        print(json.dumps({"pid": resident.pid, "host": SERVER}), flush=True)
        carry((near, far), delay, loss)
    finally:
        resident.kill()
        os.kill(forwarder, signal.SIGKILL)


main()
