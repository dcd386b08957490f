#!/usr/bin/env python3
"""Breaks a guarantee on purpose and sees that the test that guards it turns red.

Each row of mutations.toml lists edits (a file, the text to replace, what to put there) and the test that must fail. The tree is
copied to a folder of its own; nothing here is changed. Prints a line a mutation; exits 1 if any of them survived.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "target" / "mutations" / "tree"
BUILD = os.environ.get("CARGO_TARGET_DIR") or ROOT / "target" / "mutations" / "build"
# The crate is built anew for every mutation, its dependencies once.
QUICK = ["--config", "profile.ci.incremental=true", "--config", "profile.ci.package.triaged.opt-level=0"]


def fresh_copy():
    shutil.rmtree(COPY, ignore_errors=True)
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)


def run_test(row):
    """The outcome of the named test: `ok`, `FAILED`, or what the compiler said."""
    target = ["--lib"] if row["target"] == "lib" else ["--test", row["target"]]
    command = ["cargo", "test", *QUICK, "--profile", "ci", "--locked", "--target-dir", BUILD, *target, "--", "--exact", row["test"]]
    done = subprocess.run(command, cwd=COPY, capture_output=True, text=True)
    for outcome in ("ok", "FAILED"):
        if f"test {row['test']} ... {outcome}" in done.stdout:
            return outcome
    return f"did not run: {(done.stdout + done.stderr)[-600:]}"


def judge(row):
    """None where the mutation was caught, else what went wrong."""
    before = {edit["file"]: (COPY / edit["file"]).read_text() for edit in row["edits"]}
    after = dict(before)
    for edit in row["edits"]:
        count = after[edit["file"]].count(edit["find"])
        if count != 1:
            return f"the text to replace stands {count} times in {edit['file']}: {edit['find']!r}"
        after[edit["file"]] = after[edit["file"]].replace(edit["find"], edit["replace"])
    write(after)
    outcome = run_test(row)
    write(before)
    return None if outcome == "FAILED" else f"survived: {outcome}"


def write(sources):
    for name, text in sources.items():
        (COPY / name).write_text(text)


def main():
    rows = tomllib.loads((HERE / "mutations.toml").read_text())["mutation"]
    chosen = [row for row in rows if not sys.argv[1:] or row["name"] in sys.argv[1:]]
    fresh_copy()
    survived = 0
    # Nothing is learnt from a test that is red already.
    green = {(row["target"], row["test"]): run_test(row) for row in chosen}
    for row in chosen:
        before = green[row["target"], row["test"]]
        wrong = judge(row) if before == "ok" else f"the test is not green before the mutation: {before}"
        survived += wrong is not None
        print(f"{'caught  ' if wrong is None else 'SURVIVED'}  {row['name']}: {row['target']}::{row['test']}" + (f"\n  {wrong}" if wrong else ""), flush=True)
    print(f"{len(chosen) - survived} passed, {survived} failed")
    sys.exit(1 if survived else 0)


if __name__ == "__main__":
    main()
