#!/usr/bin/env python3
"""Spark against one machine: the sample archive a thousand times, two executors, one of them killed in the middle.

Installs pyspark into a folder of its own, re-scores the same Parquet file alone and under `examples/spark/rescore.py` on a
local cluster, and holds the digests against each other. Then prints what the bridge costs a row (in one warm session: an identity under
mapInArrow, the same through `cat`, and through triaged), and searches what Spark left in its directories for what was planted.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PACKAGES = ["pyspark==4.3.0", "pyarrow", "pandas>=2.2"]
PLANTED = ["zq7.canary@example.net", "4929 1337 8080 4242"]
# Rows that the bridge carries, so that its cost stands out from that of a job.
BRIDGE_ROWS = 400_000
EXECUTOR = b"CoarseGrainedExecutorBackend"

MAKE = """
import json, sys, pyarrow as pa, pyarrow.parquet as pq
rows = [json.loads(line) for line in open(sys.argv[1])]
times, target, planted = int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
names = sorted({name for row in rows for name in row} - {"text", "turns", "id"})
text = lambda value: value if isinstance(value, (str, type(None))) else json.dumps(value, ensure_ascii=False)
schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("turns", pa.string())] + [(name, pa.string()) for name in names])
with pq.ParquetWriter(target, schema) as out:
    for copy in range(times):
        columns = {"id": [f"c{copy * len(rows) + at:07}" for at in range(len(rows))]}
        columns["text"] = [row.get("text") for row in rows]
        columns["turns"] = [text(row.get("turns")) for row in rows]
        said = f"My card {planted[1]} was charged twice, write to {planted[0]}"
        columns["text"][0], columns["turns"][0] = said, None
        for name in names:
            columns[name] = [text(row.get(name)) for row in rows]
        out.write_table(pa.table(columns, schema=schema))
print(times * len(rows))
"""

JOIN = """
import sys, pyarrow.dataset as ds, pyarrow.parquet as pq
pq.write_table(ds.dataset(sys.argv[1], format="parquet", exclude_invalid_files=True).to_table().sort_by("id"), sys.argv[2])
"""

# CPU seconds of jobs over the same rows within one session that is warm: of this process, the virtual machine, the workers and
# what they waited for. `bare`: an identity under mapInArrow; `process`: the same through `cat`; `triaged`: the real thing.
BRIDGE = """
import json, os, pathlib, sys
sys.path.insert(0, sys.argv[1])
from pyspark.sql import SparkSession
import rescore
session = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.log.level", "ERROR")
           .config("spark.sql.execution.arrow.maxRecordsPerBatch", "2000").getOrCreate())
session.sparkContext.addPyFile(sys.argv[1] + "/rescore.py")
rows = session.read.parquet(*[sys.argv[2]] * int(sys.argv[3]))
triaged = [sys.argv[4], "rescore", "-", "-o", "-", "--format", "arrow-stream", "--threads", "1"]
kinds = {"bare": (lambda batches: batches, rows.schema), "process": (rescore.rescorer(["cat"]), rows.schema),
         "triaged": (rescore.rescorer(triaged), rescore.SCHEMA)}

def cpu():
    stats = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            stats[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    ours = {os.getpid()}
    while grown := {process for process, (parent, _) in stats.items() if parent in ours} - ours:
        ours |= grown
    return sum(stats[process][1] for process in ours) / os.sysconf("SC_CLK_TCK")

used = {kind: [] for kind in kinds}
for measured in (False, True, True, True):
    for kind, (through, schema) in kinds.items():
        begin = cpu()
        rows.mapInArrow(through, schema).write.format("noop").mode("overwrite").save()
        if measured:
            used[kind].append(cpu() - begin)
print(json.dumps({kind: sorted(times)[len(times) // 2] for kind, times in used.items()} | {"rows": rows.count()}))
"""


class Failed(Exception):
    pass


def must(condition, what):
    if not condition:
        raise Failed(what)


def run(command, good=(0,), **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=1800, **options)
    must(done.returncode in good, f"{command[0]} exited {done.returncode}: {done.stderr.strip()[-3000:]}")
    return done


def processes(needle):
    """Process ids whose command line holds `needle`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and needle in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            pass
    return found


def kill_one_executor(output, done, killed):
    """Kills an executor once the first task has written its part, while others are still to come."""
    while not done.wait(0.05):
        parts = list(output.glob("_temporary/**/part-*.parquet"))
        if parts and (running := processes(EXECUTOR)):
            os.kill(running[0], signal.SIGKILL)
            killed.append(len(parts))
            return


def search(folder):
    """Files below `folder` that hold a planted value."""
    needles = [value.encode() for value in PLANTED] + [value.replace(" ", "").encode() for value in PLANTED]
    return [path for path in folder.rglob("*") if path.is_file() and any(needle in path.read_bytes() for needle in needles)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--home", type=pathlib.Path, default=ROOT / "target" / "spark")
    options = parser.parse_args()
    binary = options.binary.resolve()
    python = options.home / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(options.home / "venv", with_pip=True)
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES])

    folder = pathlib.Path(tempfile.mkdtemp(prefix="triaged-spark-"))
    source, alone, output, joined = (folder / name for name in ("in.parquet", "alone.parquet", "out", "joined.parquet"))
    rows = int(run([python, "-c", MAKE, ROOT / "data/sample/tickets.jsonl", options.times, source, json.dumps(PLANTED)]).stdout)
    run([binary, "rescore", source, "-o", alone])
    expected = run([binary, "digest", alone]).stdout.strip()

    local = folder / "local"
    local.mkdir()
    env = {**os.environ, "PYSPARK_PYTHON": str(python), "SPARK_LOCAL_DIRS": str(local), "SPARK_WORKER_DIR": str(folder / "work"),
           "PYSPARK_SUBMIT_ARGS": "--master local-cluster[2,1,1024] --conf spark.ui.enabled=false "
                                  "--conf spark.log.level=ERROR --conf spark.sql.files.maxPartitionBytes=262144 pyspark-shell"}
    done, killed = threading.Event(), []
    killer = threading.Thread(target=kill_one_executor, args=(output, done, killed))
    killer.start()
    try:
        run([python, ROOT / "examples/spark/rescore.py", "--triaged", binary, source, output], env=env)
    finally:
        done.set()
        killer.join()
    must(killed, "the job ended before an executor could be killed; use more rows")
    run([python, "-c", JOIN, output, joined])
    found = run([binary, "digest", joined]).stdout.strip()
    print(f"{rows} rows; an executor was killed after {killed[0]} parts were written")
    print(f"one machine  {expected}\nspark        {found}")
    must(found == expected, "the digests differ")
    left = search(local) + search(folder / "work") + search(output)
    must(not left, f"planted values in {left}")
    must(search(folder) == [source], "the search does not even find the input")
    print("no planted value in spill, work or output directories")

    alone_env = {**env, "PYSPARK_SUBMIT_ARGS": "pyspark-shell"}
    repeats = max(1, BRIDGE_ROWS // rows)
    used = json.loads(run([python, "-c", BRIDGE, ROOT / "examples/spark", source, repeats, binary], env=alone_env).stdout.splitlines()[-1])
    row = {kind: used[kind] / used["rows"] * 1e6 for kind in ("bare", "process", "triaged")}
    begin = os.times()
    run([binary, "rescore", source, "-o", alone, "--overwrite", "--threads", "1"])
    end = os.times()
    single = (end.children_user + end.children_system - begin.children_user - begin.children_system) / rows * 1e6
    print(f"CPU a row over {used['rows']} rows: Spark alone {row['bare']:.2f} µs, through a process {row['process']:.2f} µs, "
          f"through triaged {row['triaged']:.2f} µs; one machine without Spark {single:.2f} µs")
    print(f"bridge: {row['process'] - row['bare']:.2f} µs CPU a row")
    shutil.rmtree(folder)


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"FAILED: {failure}")
