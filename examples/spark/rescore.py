"""Re-scores an archive with Spark: every task feeds its rows to one `triaged` process and takes the results from it.

    spark-submit examples/spark/rescore.py --triaged /opt/triaged/bin/triaged IN.parquet OUT.parquet

IN has the columns of `triaged analyze` (id, text or turns as JSON, lang, channel, ...) or of the map that --map names.
OUT has what `triaged rescore` writes: ids, scores, reasons and redacted text only. Spark writes raw rows to its own files
when memory runs short; this job encrypts them.
"""

import argparse
import subprocess
import threading

import pyarrow as pa
from pyspark.sql import SparkSession

SCHEMA = (
    "id string, lang string, revision string, sentiment string, score_millis int, priority string, emergency boolean, "
    "priority_value int, turns string, findings string, evidence string, factors string, error string"
)


def rescorer(command):
    """A function for mapInArrow: batches in, batches out, through one process."""

    def rescore(batches):
        first = next(batches, None)
        if first is None:
            return
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        failures = []

        def feed():
            try:
                with pa.ipc.new_stream(process.stdin, first.schema) as stream:
                    stream.write_batch(first)
                    for batch in batches:
                        stream.write_batch(batch)
                process.stdin.close()
            except Exception as failure:  # told to the task below; the process ends by itself
                failures.append(failure)
                process.kill()

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        try:
            with pa.ipc.open_stream(process.stdout) as results:
                yield from results
            feeder.join()
            # 1: some rows were refused and say so in their `error`
            if failures or process.wait() not in (0, 1):
                raise RuntimeError(f"triaged ended with {process.returncode}") from (failures or [None])[0]
        finally:
            process.kill()
            process.wait()

    return rescore


def main():
    """Reads, re-scores, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--triaged", default="triaged", help="the binary, at the same place on every executor")
    parser.add_argument("--map", help="zendesk, intercom, generic or a file that every executor has")
    arguments = parser.parse_args()
    session = (
        SparkSession.builder.appName("triaged rescore")
        .config("spark.io.encryption.enabled", "true")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "2000")
        .getOrCreate()
    )
    command = [arguments.triaged, "rescore", "-", "-o", "-", "--format", "arrow-stream", "--threads", "1"]
    command += ["--map", arguments.map] if arguments.map else []
    rows = session.read.parquet(arguments.input)
    rows.mapInArrow(rescorer(command), SCHEMA).write.mode("error").parquet(arguments.output)


if __name__ == "__main__":
    main()
