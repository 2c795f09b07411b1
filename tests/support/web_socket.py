"""A WebSocket client by hand (RFC 6455), so that the wire itself is what tests see."""

import base64
import hashlib
import os
import socket
import struct

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WebSocket:
    def __init__(self, port, path, headers=(), patience=20):
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.buffer = b""
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
        self.wire.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        expected = base64.b64encode(hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        if self.status == 101 and self.headers.get("sec-websocket-accept") != expected.decode():
            raise AssertionError("the accept key is not the one of this handshake")

    def receive(self):
        more = self.wire.recv(65536)
        if not more:
            raise EOFError("the server closed without a close frame")
        self.buffer += more

    def take(self, count):
        while len(self.buffer) < count:
            self.receive()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def send(self, payload, opcode=TEXT):
        payload = payload.encode() if isinstance(payload, str) else payload
        mask = os.urandom(4)
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
        body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.wire.sendall(bytes([0x80 | opcode]) + length + mask + body)

    def frame(self):
        first, second = self.take(2)
        if first & 0x70 or second & 0x80:
            raise AssertionError("a server's frame has no reserved bits and no mask")
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.take(8))[0]
        return first & 0x0F, self.take(size)

    def message(self):
        """The next text, or the close code as a number; pings are answered."""
        while True:
            opcode, payload = self.frame()
            if opcode == TEXT:
                return payload.decode()
            if opcode == CLOSE:
                return struct.unpack(">H", payload[:2])[0] if payload else 1005
            if opcode == PING:
                self.send(payload, PONG)

    def close(self):
        self.wire.close()
