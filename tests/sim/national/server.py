"""The practice national system on the network: TLS 1.3 with client certificates
in front, and a plain control endpoint for faults on loopback.

One thread, one loop: what is accepted has an order, and hundreds of idle
connections cost nothing.
"""
import asyncio
import json
import os
import signal
import ssl
import urllib.parse

from practice_process import free_port

from .authority import Authority, keep
from .control import Control
from .interface import Interface, system_answer
from .sets import Standard
from .store import Store

HEAD_MAX = 16 << 10
BODY_MAX = 64 << 20
REASON = {200: "OK", 400: "Bad Request", 401: "Unauthorized",
          403: "Forbidden", 404: "Not Found", 500: "Internal Server Error",
          503: "Service Unavailable"}


class Request:
    def __init__(self, method, target, headers, body, office=""):
        url = urllib.parse.urlsplit(target)
        self.method = method
        self.path = url.path
        self.query = dict(urllib.parse.parse_qsl(url.query))
        self.headers = headers
        self.body = body
        self.office = office


async def read_request(reader, office=""):
    """The next request of a connection, None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    if not 0 <= length <= BODY_MAX:
        raise ValueError("body too large")
    body = await reader.readexactly(length) if length else b""
    return Request(method, target, headers, body, office)


def answer_bytes(status, document, headers=(), raw=None):
    body = raw if raw is not None else json.dumps(
        document, ensure_ascii=False).encode()
    lines = [f"HTTP/1.1 {status} {REASON.get(status, 'Other')}",
             "Content-Type: application/json",
             f"Content-Length: {len(body)}"]
    lines += [f"{n}: {v}" for n, v in headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def office_of(writer):
    """The number in the client's certificate."""
    certificate = writer.get_extra_info("ssl_object").getpeercert() or {}
    for part in certificate.get("subject", ()):
        for name, value in part:
            if name == "commonName":
                return value
    return ""


class Server:
    def __init__(self, folder, port=0, control_port=0):
        self.folder = os.path.abspath(folder)
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self.authority = Authority(self.folder)
        self.store = Store(os.path.join(self.folder, "state.sqlite"))
        self.interface = Interface(self.store, Standard())
        self.control = Control(self)
        self.ports = self._ports(port, control_port)
        self.connections = set()
        self.ending = asyncio.Event()

    def _ports(self, port, control_port):
        """The same as last time, so that nobody's settings change."""
        path = os.path.join(self.folder, "ports.json")
        if os.path.exists(path):
            with open(path, encoding="ascii") as f:
                kept = json.load(f)
            return [port or kept[0], control_port or kept[1]]
        ports = [port or free_port(), control_port or free_port()]
        keep(path, json.dumps(ports))
        return ports

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self.authority.server_chain())
        context.load_verify_locations(self.authority.ca)
        return context

    async def serve(self):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.ending.set)
        # an expired certificate is a daily event here, not news
        loop.set_exception_handler(lambda *_: None)
        outer = await asyncio.start_server(
            self.connection, "127.0.0.1", self.ports[0], ssl=self.context(),
            limit=HEAD_MAX, backlog=1024)
        inner = await asyncio.start_server(
            self.control_connection, "127.0.0.1", self.ports[1],
            limit=HEAD_MAX)
        self._tell()
        await self.ending.wait()
        outer.close()
        inner.close()
        for task in list(self.connections):
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    def _tell(self):
        text = json.dumps({
            "url": f"https://127.0.0.1:{self.ports[0]}",
            "port": self.ports[0], "pid": os.getpid(),
            "control": f"http://127.0.0.1:{self.ports[1]}"}, indent=1)
        path = os.path.join(self.folder, "sim.json")
        keep(path + ".new", text + "\n")
        os.rename(path + ".new", path)

    # -- the interface

    async def connection(self, reader, writer):
        task = asyncio.current_task()
        self.connections.add(task)
        try:
            office = office_of(writer)
            while True:
                request = await read_request(reader, office)
                if request is None or not await self.one(request, writer):
                    break
        except (OSError, ValueError, asyncio.IncompleteReadError,
                asyncio.CancelledError):
            pass                    # the other side's trouble, or the end
        finally:
            self.connections.discard(task)
            writer.transport.abort()

    async def one(self, request, writer):
        """Answer a request; False if the connection is to end."""
        operation = self.interface.operation(request)
        fault = self.store.take_fault(
            operation, request.office,
            self.interface.receiver_of(request) if operation == "send"
            else "")
        if fault.get("slow"):
            await asyncio.sleep(fault["slow"])
        if fault.get("hang") or fault.get("cut"):
            self.note(operation, request, fault, None)
            if fault.get("hang"):
                await self.ending.wait()
            return False
        answer = self.answer(request, operation, fault)
        self.note(operation, request, fault, answer)
        if fault.get("lost"):
            return False
        if fault.get("hang_after"):
            await self.ending.wait()
            return False
        writer.write(answer_bytes(
            answer.status, answer.body, answer.headers.items(),
            b"<html>sorry</html>" if fault.get("garbage") else None))
        await writer.drain()
        return request.headers.get("connection", "").lower() != "close"

    def answer(self, request, operation, fault):
        if "status" in fault:
            answer = system_answer(fault["status"], f"S{fault['status']}",
                                   "on demand", operation)
            if "location" in fault:
                answer.headers["Location"] = fault["location"]
            return answer
        if "code" in fault:
            answer = system_answer(200, fault["code"], "on demand", operation)
            answer.body = {"result": answer.body["error"]}
            return answer
        answer = self.interface.call(request, fault.get("refuse", 0))
        if fault.get("twice") and "items" in answer.body:
            answer.body["items"] = [i for i in answer.body["items"]
                                    for _ in range(2)]
        return answer

    def note(self, operation, request, fault, answer):
        """answer: None if there was none."""
        did = ",".join(k for k in ("slow", "hang", "cut", "lost",
                                   "hang_after", "garbage", "twice")
                       if fault.get(k))
        told = ((answer.status, answer.code, did, answer.item)
                if answer else (0, "", did, None))
        self.store.note(operation, request.office, *told,
                        request.query.get("since"),
                        len(answer.body.get("items", ())) if answer else 0)

    # -- the control endpoint

    async def control_connection(self, reader, writer):
        try:
            while True:
                request = await read_request(reader)
                if request is None:
                    break
                status, document = await self.control.call(request)
                writer.write(answer_bytes(status, document))
                await writer.drain()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
