#!/usr/bin/env python3
"""Checks the redaction corpus: unique ids, known fields and kinds, balanced markup. Prints counts per paragraph.

It judges the rows alone and must not know how redaction works. Exit code 1 when a row is wrong.
"""

import collections
import json
import pathlib
import re
import sys

KINDS = set(
    """CREDIT_CARD CARD_EXPIRY CVV PIN PASSWORD SECRET EMAIL PHONE NATIONAL_ID PASSPORT DRIVER_LICENSE MEDICAL_ID
    IBAN BANK_ACCOUNT CRYPTO IP MAC URL PERSON USERNAME ADDRESS POSTCODE DATE_OF_BIRTH VEHICLE ORDER_NUMBER
    TRACKING_NUMBER""".split()
)
CHANNELS = {"query", "chat", "email", "call"}
FIELDS = {"id", "paragraph", "lang", "channel", "contact", "turns"}
REQUIRED = FIELDS - {"contact"}
SPAN = re.compile(r"\[\[([A-Z_?]+)\|((?:(?!\[\[|\]\]).)+)\]\]", re.S)
EDGE = re.compile(r"^[\s,;:]|[\s,;:]$|(?<![ .][A-Z])\.$")


def problems(row):
    """Yields one sentence for each fault in the row."""
    if not REQUIRED <= row.keys() <= FIELDS:
        yield f"fields are {sorted(row)}"
        return
    if row["channel"] not in CHANNELS:
        yield f"unknown channel {row['channel']}"
    if not row["contact"].keys() <= {"name", "email", "phone"} if "contact" in row else False:
        yield "unknown contact field"
    if not row["turns"]:
        yield "no turns"
    for turn in row["turns"]:
        if not re.match(r"[CAB]: .", turn, re.S):
            yield "a turn without a speaker"
        rest = SPAN.sub("", turn)
        if "[[" in rest or "]]" in rest:
            yield "unbalanced markup"
        for kind, value in SPAN.findall(turn):
            if kind != "?" and kind not in KINDS:
                yield f"unknown kind {kind}"
            if kind != "?" and EDGE.search(value):
                yield f"loose edge: {value!r}"


def main():
    """Reads every file beside this one and prints the table."""
    ids, texts, bad = set(), {}, 0
    rows, near, spans = collections.Counter(), collections.Counter(), collections.Counter()
    kinds, langs = collections.Counter(), collections.Counter()
    for path in sorted(pathlib.Path(__file__).parent.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(line)
            faults = list(problems(row))
            if row.get("id") in ids:
                faults.append("the id is used twice")
            text = "\n".join(row["turns"])
            if text in texts:
                faults.append(f"same text as {texts[text]}")
            ids.add(row["id"])
            texts[text] = row["id"]
            for fault in faults:
                print(f"{path.name}:{number}: {fault}", file=sys.stderr)
            bad += len(faults)
            found = [kind for turn in row["turns"] for kind, _ in SPAN.findall(turn) if kind != "?"]
            rows[row["paragraph"]] += 1
            near[row["paragraph"]] += not found
            spans[row["paragraph"]] += len(found)
            kinds.update(found)
            langs[row["lang"]] += 1
    print(f"{'paragraph':<12} {'rows':>5} {'clean':>6} {'spans':>6}")
    for name in sorted(rows):
        print(f"{name:<12} {rows[name]:>5} {near[name]:>6} {spans[name]:>6}")
    total = sum(rows.values())
    print(f"{'all':<12} {total:>5} {sum(near.values()):>6} {sum(spans.values()):>6}")
    print(f"clean share {sum(near.values()) / max(total, 1):.1%}")
    print("kinds " + " ".join(f"{kind}={kinds[kind]}" for kind in sorted(KINDS)))
    print("languages " + " ".join(f"{lang}={count}" for lang, count in langs.most_common()))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
