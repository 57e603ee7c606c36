"""Another participant of the practice national system, in a few lines.

    client = Client(nation, "0310000017")
    client.login()
    client.send("0310000025", "11", {name: bytes})
"""
import base64
import hashlib
import http.client
import json
import ssl


class Client:
    def __init__(self, nation, number, certificate=None, timeout=60):
        """certificate: another office's number, "" for none."""
        self.nation = nation
        self.number = number
        self.context = ssl.create_default_context(cafile=nation.ca())
        if certificate != "":
            self.context.load_cert_chain(nation.office(
                certificate or number, "client.pem"))
        self.timeout = timeout
        self.connection = None
        self.tokens = {}

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def call(self, method, path, document=None, token=None):
        """(status, document)"""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                "127.0.0.1", self.nation.told["port"], context=self.context,
                timeout=self.timeout)
        token = token or self.tokens.get("access_token")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = json.dumps(document) if document is not None else None
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            raise

    def _word(self, name):
        with open(self.nation.office(self.number, name),
                  encoding="ascii") as f:
            return f.read().strip()

    def login(self, password=None):
        status, answer = self.call("POST", "/auth/v1/login", {
            "user_id": self._word("user"),
            "password": password or self._word("password")})
        if status == 200 and answer["result"]["code"] == "0000":
            self.tokens = answer
        return status, answer

    def refresh(self):
        status, answer = self.call("POST", "/auth/v1/refresh", {
            "refresh_token": self.tokens["refresh_token"]})
        if status == 200 and answer["result"]["code"] == "0000":
            self.tokens = answer
        return status, answer

    def send(self, receiver, service_type, files):
        return self.call("POST", "/careplan/v1/sent", {
            "to": {"office_number": receiver, "service_type": service_type},
            "files": [{"name": n, "sha256": hashlib.sha256(d).hexdigest(),
                       "content": base64.b64encode(d).decode()}
                      for n, d in files.items()]})

    def list(self, which, **query):
        text = "&".join(f"{k}={v}" for k, v in query.items())
        return self.call("GET", f"/careplan/v1/{which}"
                         + ("?" + text if text else ""))

    def fetch(self, item_id):
        return self.call("GET", "/careplan/v1/received/" + item_id)
