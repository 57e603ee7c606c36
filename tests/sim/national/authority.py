"""The certificates of the practice national system, made by the openssl command.

    authority = Authority(folder)
    authority.issue("0310000017", folder_of_office, days=365)
    authority.issue("0310000017", folder_of_office, until=moment)

A CA of its own, made at the first start; per office a P-256 key, a certificate
with CN=<office number>, both once more as PKCS#12 under a random password.
Nothing secret is an argument of a command: passwords go through files.
"""
import datetime
import os
import secrets
import subprocess

EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
CONFIG = """[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = issued
rand_serial = yes
certificate = ../ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
x509_extensions = client
[any]
commonName = supplied
organizationName = optional
[client]
basicConstraints = CA:false
extendedKeyUsage = clientAuth
"""


def keep(path, text):
    """A file only its owner may read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="ascii") as f:
        f.write(text)


class Authority:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.ca = os.path.join(self.folder, "ca.pem")
        self.own = os.path.join(self.folder, "ca")
        if not os.path.exists(os.path.join(self.own, "ready")):
            self._make()

    def server_chain(self):
        return os.path.join(self.own, "server.pem")

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.own,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")

    def _make(self):
        os.makedirs(os.path.join(self.own, "issued"), mode=0o700,
                    exist_ok=True)
        keep(os.path.join(self.own, "ca.cnf"), CONFIG)
        keep(os.path.join(self.own, "index.txt"), "")
        self._openssl("req", "-x509", *EC, "-keyout", "ca.key", "-out",
                      self.ca, "-days", "3650", "-subj",
                      "/O=Practice national system/CN=Practice CA")
        self._openssl(
            "req", "-x509", *EC, "-CA", self.ca, "-CAkey", "ca.key",
            "-keyout", "server.key", "-out", "server.crt", "-days", "3650",
            "-subj", "/O=Practice national system/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-addext", "extendedKeyUsage=serverAuth",
            "-addext", "basicConstraints=CA:false")
        self._join("server.pem", "server.key", "server.crt")
        keep(os.path.join(self.own, "ready"), "")

    def _join(self, out, *parts):
        text = ""
        for part in parts:
            with open(os.path.join(self.own, part), encoding="ascii") as f:
                text += f.read()
        keep(os.path.join(self.own, out), text)

    def issue(self, number, folder, days=365, until=None):
        """client.pem, client.p12 and its password in ${folder}; ${until}, an
        aware datetime, also in the past."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = {n: os.path.join(folder, n) for n in (
            "client.key", "client.crt", "client.csr", "client.pem",
            "client.p12", "client.p12.password")}
        subject = ["-subj", f"/O=Practice office/CN={number}"]
        key = ["-keyout", path["client.key"]]
        if until is None:
            self._openssl("req", "-x509", *EC, "-CA", self.ca, "-CAkey",
                          "ca.key", *key, "-out", path["client.crt"],
                          "-days", str(days), *subject,
                          "-addext", "extendedKeyUsage=clientAuth",
                          "-addext", "basicConstraints=CA:false")
        else:
            self._issue_until(path, key, subject, until)
        keep(path["client.p12.password"], secrets.token_urlsafe(12) + "\n")
        self._openssl("pkcs12", "-export", "-in", path["client.crt"],
                      "-inkey", path["client.key"], "-out",
                      path["client.p12"], "-passout",
                      "file:" + path["client.p12.password"])
        os.chmod(path["client.p12"], 0o600)
        self._join(path["client.pem"], path["client.key"],
                   path["client.crt"])
        for name in ("client.key", "client.crt"):
            os.unlink(path[name])

    def _issue_until(self, path, key, subject, until):
        """Only "openssl ca" takes both ends, and a past one."""
        stamp = "%Y%m%d%H%M%SZ"
        until = until.astimezone(datetime.timezone.utc)
        begin = min(until, datetime.datetime.now(
            datetime.timezone.utc)) - datetime.timedelta(days=30)
        self._openssl("req", "-new", *EC, *key, "-out", path["client.csr"],
                      *subject)
        self._openssl("ca", "-config", "ca.cnf", "-batch", "-notext", "-in",
                      path["client.csr"], "-out", path["client.crt"],
                      "-startdate", begin.strftime(stamp), "-enddate",
                      until.strftime(stamp))
        os.unlink(path["client.csr"])
