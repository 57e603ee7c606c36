"""A REST provider in the style of InterFAX, on loopback.

    fax = RestFax()
    fax.answers = [429, 500, "hang", 201]     for the next submissions
    fax.status["1"] = {"status": 0, "pagesSent": 3}
    fax.status_else = {"status": 0, "pagesSent": 3}     of all others

It writes down every request; what it accepted can be listed by its reference.
"""
import base64
import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class RestFax:
    def __init__(self, user="clerk", password="secret"):
        self.authorization = "Basic " + base64.b64encode(
            f"{user}:{password}".encode()).decode()
        self.answers = []       # codes, "hang", "cut", "hang-accepted"
        self.jobs = {}          # id -> (reference, number, tiff)
        self.status = {}        # id -> document
        self.status_else = {"status": -1}       # pending
        self.status_codes = []  # for the next status requests
        self.cancelled = []
        self.can_find = True
        self.requests = []
        self.stop = threading.Event()
        self.lock = threading.Lock()
        rest = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                rest.handle(self)

            def do_POST(self):
                rest.handle(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        self.stop.set()
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()

    def handle(self, request):
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = request.rfile.read(int(request.headers.get(
            "Content-Length", 0)))
        with self.lock:
            self.requests.append((request.command, request.path))
        if request.headers.get("Authorization") != self.authorization:
            self.reply(request, 401, {})
        elif request.command == "POST" and url.path == "/outbound/faxes":
            self.submit(request, query, body)
        elif request.command == "POST" and url.path.endswith("/cancel"):
            self.cancel(request, url.path.split("/")[-2])
        elif url.path == "/outbound/search":
            self.search(request, query)
        elif url.path.startswith("/outbound/faxes/"):
            self.tell(request, url.path.split("/")[-1])
        else:
            self.reply(request, 404, {})

    def submit(self, request, query, body):
        with self.lock:
            answer = self.answers.pop(0) if self.answers else 201
        if answer == "hang":
            self.stop.wait(20)
            return
        if answer == "cut":
            request.close_connection = True
            request.connection.close()
            return
        if answer in (201, "hang-accepted", "cut-accepted"):
            with self.lock:
                job = str(len(self.jobs) + 1)
                self.jobs[job] = (query.get("reference"),
                                  query.get("faxNumber"), body)
            if answer == "hang-accepted":
                self.stop.wait(20)
                return
            if answer == "cut-accepted":
                request.close_connection = True
                request.connection.close()
                return
            self.reply(request, 201, {}, Location=(
                f"http://127.0.0.1:{self.port}/outbound/faxes/{job}"))
            return
        self.reply(request, answer, {"code": answer})

    def tell(self, request, job):
        with self.lock:
            code = self.status_codes.pop(0) if self.status_codes else 200
            document = self.status.get(job, self.status_else)
            known = job in self.jobs
        if code == "hang":
            self.stop.wait(20)
        elif code != 200:
            self.reply(request, code, {})
        elif not known:
            self.reply(request, 404, {})
        else:
            self.reply(request, 200, {"id": int(job), **document})

    def search(self, request, query):
        with self.lock:
            found = [{"id": int(n), "reference": job[0]}
                     for n, job in self.jobs.items()
                     if job[0] == query.get("reference")]
        self.reply(request, 200 if self.can_find else 500, found)

    def cancel(self, request, job):
        with self.lock:
            pending = self.status.get(job, self.status_else)["status"] < 0
            if pending:
                self.cancelled.append(job)
                self.status[job] = {"status": 99}
        self.reply(request, 200 if pending else 409, {})

    @staticmethod
    def reply(request, code, document, **headers):
        data = json.dumps(document).encode()
        try:
            request.send_response(code)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(data)
        except OSError:
            pass            # the agent's patience ended first
        time.sleep(0)
