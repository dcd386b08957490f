#!/usr/bin/env python3
"""How much `triaged lexicon learn` lifts a tenant, on labelled conversations of your own.

    benches/lexicon_learn.py LABELLED.jsonl [--base en] [--triaged target/release/triaged] [--seeds 5] [--sizes 250,1000]

LABELLED: rows as `triaged analyze` reads them, each with "label": "negative" or "neutral". For every seed the rows are
split in half; rows are learnt on one half (or on the first N of it, for a learning curve) and measured on the other.
Prints the mean macro-F1 and AUC over the seeds with a 95 % confidence interval (Student's t), without and with the rows.
Needs nothing but Python.
"""
import argparse, json, math, pathlib, random, statistics, subprocess, tempfile

# Two-sided 95 % quantiles of Student's t by degrees of freedom.
T95 = {1: 12.71, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def macro_f1(gold, taken):
    def f1(positive):
        hits = sum(g == positive and t == positive for g, t in zip(gold, taken))
        wrong = sum(g != t for g, t in zip(gold, taken))
        return 2 * hits / (2 * hits + wrong) if hits + wrong else 0.0
    return (f1(True) + f1(False)) / 2


def auc(gold, scores):
    ranked = sorted(zip(scores, gold))
    doubled = below = negatives = at = 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        here = sum(g for _, g in ranked[at:end])
        doubled += here * (2 * below + (end - at - here))
        below += end - at - here
        negatives += here
        at = end
    return doubled / (2 * negatives * below)


def run(command, rows):
    text = "".join(json.dumps(row) + "\n" for row in rows)
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def measure(options, rows, lexicon):
    command = [options.triaged, "analyze", "--threads", "1"] + (["--lexicon", lexicon] if lexicon else [])
    inputs = [{key: row[key] for key in ("text", "turns", "channel") if key in row} | {"id": str(n), "lang": options.base}
              for n, row in enumerate(rows)]
    out = [json.loads(line) for line in run(command, inputs).splitlines()]
    gold = [row["label"] == "negative" for row in rows]
    taken = [row["sentiment"] == "negative" for row in out]
    return macro_f1(gold, taken), auc(gold, [row["score_millis"] for row in out])


def interval(values):
    if len(values) < 2:
        return 0.0
    return T95.get(len(values) - 1, 1.96) * statistics.stdev(values) / math.sqrt(len(values))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled")
    parser.add_argument("--base", default="en")
    parser.add_argument("--triaged", default="target/release/triaged")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sizes", default="")
    parser.add_argument("--max-entries", type=int, default=400)
    options = parser.parse_args()
    rows = [json.loads(line) for line in open(options.labelled) if line.strip()]
    sizes = [int(size) for size in options.sizes.split(",") if size] + [None]
    found = {}
    with tempfile.TemporaryDirectory() as home:
        lexicon = str(pathlib.Path(home) / "tenant.tsv")
        for seed in range(options.seeds):
            shuffled = rows[:]
            random.Random(seed).shuffle(shuffled)
            half = len(shuffled) // 2
            learn_on, held = shuffled[:half], shuffled[half:]
            found.setdefault("shipped", []).append(measure(options, held, None))
            for size in sizes:
                if size is not None and size >= len(learn_on):
                    # More than a half: the rest is held out.
                    part, test = shuffled[:size], shuffled[size:]
                else:
                    part, test = learn_on[:size], held
                command = [options.triaged, "lexicon", "learn", "--labels", "-", "--base", options.base, "-o", lexicon,
                           "--overwrite", "--max-entries", str(options.max_entries), "--json"]
                learned = json.loads(run(command, [{**row, "lang": options.base} for row in part]))
                f1, area = measure(options, test, lexicon)
                name = f"learnt on {len(part)}"
                found.setdefault(name, []).append((f1, area, len(learned["rows"])))
    for name, values in found.items():
        f1, area = [value[0] for value in values], [value[1] for value in values]
        count = f"  rows {statistics.mean(value[2] for value in values):.0f}" if len(values[0]) > 2 else ""
        print(f"{name:20} macro-F1 {statistics.mean(f1):.3f} ± {interval(f1):.3f}  "
              f"AUC {statistics.mean(area):.3f} ± {interval(area):.3f}{count}")


main()
