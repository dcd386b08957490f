#!/usr/bin/env python3
"""Freezes the lexicon of a released commit, which the next release ships beside its own.

    python3 data/lexicon/snapshot.py COMMIT

reads the tables as they were at COMMIT (a tag, a hash), in the order of src/lexicon/builtin.rs of that commit, and writes
data/lexicon/released/REVISION.tsv.zst: a few lines of header in plain text (revision, SHA-256 and length of what follows,
unpacked), an empty line, and the tables compressed with zstd. The same commit gives the same tables and the same revision.
Older snapshots are removed: a release ships its own tables and those of the release before.
"""

import hashlib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASED = ROOT / "data/lexicon/released"
CONSTANT = ROOT / "src/lexicon/released.rs"


def at(commit: str, path: str) -> bytes:
    """A file as it was at a commit."""
    return subprocess.run(["git", "-C", ROOT, "show", f"{commit}:{path}"], check=True, capture_output=True).stdout


def tables(commit: str) -> list[tuple[bytes, bytes]]:
    """Name and text of every table, in the order in which they win."""
    listed = at(commit, "src/lexicon/builtin.rs").decode().partition("= files![")[2].partition("];")[0]
    return [(name.encode(), at(commit, f"data/lexicon/{name}")) for name in re.findall(r'"([a-z]+/[a-z]+\.tsv)"', listed)]


def revision(files: list[tuple[bytes, bytes]]) -> str:
    """The same as `lexicon::revision`."""
    digest = hashlib.sha256()
    for part in (part for file in files for part in file):
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:16]


def main() -> None:
    """Writes the snapshot and names it in the source."""
    files = tables(sys.argv[1])
    name = revision(files)
    text = b"".join(b">%s %d\n%s" % (path, len(content), content) for path, content in files)
    header = f"triaged lexicon 1\nrevision {name}\nsha256 {hashlib.sha256(text).hexdigest()}\nbytes {len(text)}\n\n"
    packed = subprocess.run(["zstd", "-19", "-q", "-c"], input=text, check=True, capture_output=True).stdout
    RELEASED.mkdir(exist_ok=True)
    for old in RELEASED.glob("*.tsv.zst"):
        old.unlink()
    path = RELEASED / f"{name}.tsv.zst"
    path.write_bytes(header.encode() + packed)
    source = CONSTANT.read_text()
    CONSTANT.write_text(re.sub(r'snapshot!\("[^"]*"\)', f'snapshot!("{name}")', source, count=1))
    print(f"{path.relative_to(ROOT)}: {len(files)} tables, {len(text)} bytes, {path.stat().st_size} packed")


if __name__ == "__main__":
    main()
