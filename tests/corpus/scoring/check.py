"""Checks the form of the scoring corpus and prints its counts. Exit code 1 if a row breaks the form."""

import collections
import json
import pathlib
import re
import sys

LEVELS = ["low", "normal", "high", "urgent"]
CHANNELS = {"chat", "email", "query", "call"}
ROLES = {"customer", "agent", "automated"}
LABELS = {"negative", "neutral"}
CLAIMS = {"label", "emergency", "level_min", "level_max", "above"}
FIELDS = CLAIMS | {"id", "lang", "channel", "text", "turns", "note"}


def problems_of_turns(turns):
    """Names what is wrong with a list of turns."""
    if not isinstance(turns, list) or not turns:
        return ["turns must be a list that is not empty"]
    for turn in turns:
        if not isinstance(turn, dict) or set(turn) != {"role", "text"}:
            return ["a turn has exactly a role and a text"]
        if turn["role"] not in ROLES or not str(turn["text"]).strip():
            return ["unknown role or empty text"]
    if all(turn["role"] != "customer" for turn in turns):
        return ["no turn of a customer"]
    return []


def problems_of_levels(row):
    """Names what is wrong with the claims about the level."""
    found = [f"unknown {name}" for name in ("level_min", "level_max") if row.get(name, "low") not in LEVELS]
    if found:
        return found
    lowest, highest = row.get("level_min", "low"), row.get("level_max", "urgent")
    return ["level_min above level_max"] if LEVELS.index(lowest) > LEVELS.index(highest) else []


def problems_of(row, stem):
    """Names everything that is wrong with one row, apart from its references."""
    found = [f"unknown field {name}" for name in set(row) - FIELDS]
    if not re.fullmatch(re.escape(stem) + r"-\d{3}", str(row.get("id"))):
        found.append("id is not the file name, a dash and three digits")
    if row.get("lang") != stem.split("_")[0]:
        found.append("lang does not fit the file name")
    if row.get("channel") not in CHANNELS:
        found.append("unknown channel")
    if ("text" in row) == ("turns" in row):
        found.append("exactly one of text and turns")
    elif "text" in row and not str(row["text"]).strip():
        found.append("empty text")
    elif "turns" in row:
        found += problems_of_turns(row["turns"])
    if row.get("label", "neutral") not in LABELS:
        found.append("unknown label")
    if not isinstance(row.get("emergency", False), bool):
        found.append("emergency must be true or false")
    if not CLAIMS & set(row):
        found.append("the row claims nothing")
    return found + problems_of_levels(row)


def content(row):
    """What the customer and the others said, to find doubles."""
    return json.dumps(row.get("text") or row.get("turns"), ensure_ascii=False).casefold()


def read(folder):
    """Yields file name, line number and row, or an error text in place of the row."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                yield path.stem, number, json.loads(line)
            except ValueError as error:
                yield path.stem, number, f"not JSON: {error}"


def check(folder):
    """Returns the rows and the list of what is wrong with them."""
    rows, errors, texts = {}, [], {}
    for stem, number, row in read(folder):
        where = f"{stem}.jsonl:{number}"
        if not isinstance(row, dict):
            errors.append(f"{where}: {row}")
            continue
        errors += [f"{where}: {problem}" for problem in problems_of(row, stem)]
        if row.get("id") in rows:
            errors.append(f"{where}: id used twice")
        double = texts.setdefault((row.get("lang"), content(row)), where)
        if double != where:
            errors.append(f"{where}: same text as {double}")
        rows[row.get("id")] = row
    for row in rows.values():
        if "above" in row and (row["above"] not in rows or row["above"] == row["id"]):
            errors.append(f"{row['id']}: above names no other row")
    return rows, errors


def print_counts(rows):
    """Prints one line for each file and each language, and the total."""
    counts = collections.defaultdict(collections.Counter)
    for row in rows.values():
        for group in (row["id"].rsplit("-", 1)[0], f"= {row['lang']}", "= all"):
            counts[group]["rows"] += 1
            counts[group][row.get("label", "no label")] += 1
            if "emergency" in row:
                counts[group]["emergency" if row["emergency"] else "none"] += 1
            counts[group]["levels"] += "level_min" in row or "level_max" in row
            counts[group]["pairs"] += "above" in row
    columns = ["rows", "negative", "neutral", "no label", "emergency", "none", "levels", "pairs"]
    print(f"{'':16}" + "".join(f"{name:>10}" for name in columns))
    for group in sorted(counts, key=lambda name: (name.startswith("="), name)):
        print(f"{group:16}" + "".join(f"{counts[group][name]:>10}" for name in columns))


def main():
    """Checks the folder of this file."""
    rows, errors = check(pathlib.Path(__file__).parent)
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        return 1
    print_counts(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
