#!/usr/bin/env python3
"""Replays files of texts into a running service, kills it in the middle, sends everything again, and compares.

Every row of the files (JSON Lines with `text`, and `lang` where known) is submitted as a query, chat, mail or call in
turn, with a request id made from file and line. The server is killed (SIGKILL) when half is acknowledged, started again,
and all rows are sent again. Then must hold: every row acknowledged, every handle of the first pass unchanged, as many
cases as rows, and every assessment equal to that of `triaged analyze` on the same rows.

Run it with the Python of the interop folder: target/interop/venv/bin/python interop/replay.py --binary BIN FILE...
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid

import grpc
from reflect import Client
from run import Server

BATCH = 64
NAMESPACE = uuid.UUID("6f0c1a52-7d0c-5c0a-9d3e-3f6a3a1f0b11")
CHANNELS = ("query", "chat", "email", "call")


def interaction(channel, row):
    turn = [{"role": "CUSTOMER", "text": row["text"]}]
    bodies = {
        "query": {"query": {"body": row["text"]}},
        "chat": {"chat": {"turns": turn}, "handling": "FOLLOW_UP"},
        "email": {"emailThread": {"messages": [{"role": "CUSTOMER", "text": row["text"]}]}},
        "call": {"call": {"turns": turn}, "handling": "FOLLOW_UP"},
    }
    return {**bodies[channel], "languageCode": row.get("lang", "")}


def read(files):
    """Items to submit and the same rows for `analyze`, under the same ids."""
    for file in files:
        with open(file, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                row = json.loads(line)
                channel = CHANNELS[number % len(CHANNELS)]
                request = str(uuid.uuid5(NAMESPACE, f"{file.name}:{number}"))
                item = {"requestId": request, "interaction": interaction(channel, row)}
                yield item, {"id": request, "channel": channel, "lang": row.get("lang"), "text": row["text"]}


def submit(server, items, stop_after=None):
    """Outcomes by request id. With `stop_after` the server is killed once so many were acknowledged."""
    client = Client(server.address, server.token)
    outcomes = {}
    batches = ({"items": items[at : at + BATCH]} for at in range(0, len(items), BATCH))
    try:
        for answer in client.stream("IntakeService", "SubmitInteractions", batches):
            for item in answer.items:
                outcomes[item.request_id] = item.outcome
            if stop_after and len(outcomes) >= stop_after:
                server.process.kill()
    except grpc.RpcError as error:
        if not stop_after or error.code() != grpc.StatusCode.UNAVAILABLE:
            raise
    return outcomes


def brief(assessment):
    spans = [(part.turn, part.span.start_code_point, part.span.end_code_point, part.signal, part.millis) for part in assessment.evidence]
    return (assessment.score_millis, assessment.priority_value, bool(assessment.emergency), spans,
            [(factor.signal, factor.points) for factor in assessment.factors])


def brief_row(row):
    spans = [(part["turn"], part["start"], part["end"], part["signal"], part["millis"]) for part in row["evidence"]]
    return (row["score_millis"], row["priority_value"], row["emergency"], spans,
            [(factor["signal"], factor["points"]) for factor in row["factors"]])


def count_cases(server):
    client = Client(server.address, server.token)
    counts, token = collections.Counter(), ""
    while True:
        page = client.call("CaseService", "ListCases", {"pageSize": 1000, "pageToken": token})
        level = page.DESCRIPTOR.fields_by_name["cases"].message_type.fields_by_name["level"].enum_type
        label = page.DESCRIPTOR.fields_by_name["cases"].message_type.fields_by_name["label"].enum_type
        for case in page.cases:
            counts[label.values_by_number[case.label].name, level.values_by_number[case.level].name] += 1
        token = page.next_page_token
        if not token:
            return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("files", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    pairs = list(read(options.files))
    items = [item for item, _ in pairs]
    with tempfile.TemporaryDirectory(prefix="triaged-replay-") as folder:
        folder = pathlib.Path(folder)
        server = Server(options.binary, folder, tls=False)
        first = submit(server, items, stop_after=len(items) // 2)
        server.process.wait()
        server = Server(options.binary, folder, tls=False, token=server.token)
        began = time.monotonic()
        second = submit(server, items)
        seconds = time.monotonic() - began
        counts = count_cases(server)
        server.stop()
    rows = "".join(json.dumps(row) + "\n" for _, row in pairs)
    analysed = subprocess.run([options.binary, "analyze"], input=rows, capture_output=True, text=True, check=True).stdout
    analysed = {row["id"]: row for row in map(json.loads, analysed.splitlines())}
    kept = sum(second[key].result.submission == outcome.result.submission for key, outcome in first.items())
    equal = sum(
        brief(second[key].result.assessment) == brief_row(row)
        and [turn.text for turn in second[key].result.turns] == [turn["text"] for turn in row["turns"]]
        for key, row in analysed.items()
    )
    print(f"rows {len(items)}; acknowledged before the kill {len(first)}, of these with the same handle afterwards {kept}")
    print(f"acknowledged in the end {sum(o.WhichOneof('outcome') == 'result' for o in second.values())} ({len(items) / seconds:.0f}/s); cases {sum(counts.values())}")
    for (label, level), number in sorted(counts.items()):
        print(f"  {label:9}{level:8}{number:7}")
    print(f"equal to `triaged analyze`: {equal} of {len(items)}")
    held = kept == len(first) and sum(counts.values()) == len(items) == equal
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
