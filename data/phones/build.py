#!/usr/bin/env python3
"""Builds plans.tsv and ../../tests/corpus/phones.tsv from libphonenumber's metadata. Deterministic.

Install `phonenumbers==9.0.43` (the Python port of libphonenumber, Apache-2.0; the metadata is that of libphonenumber
9.0), then run `python3 build.py`.

plans.tsv, one numbering plan a line, sorted by region:
  region    ISO 3166 code, or `001` for a code that belongs to no country
  code      country calling code (ITU E.164)
  main      `1` for the main country of a code that several share
  trunk     digits dialled before a national number within the country
  ranges    which national numbers exist: `first-last:lengths`, where first and last are the first three digits
  dialled   the same for numbers whose national form is not the trunk prefix and the number (Argentine mobiles)
  shapes    group lengths in national form, trunk prefix included, such as `3-4-4`

phones.tsv, libphonenumber's example numbers: region, type, national form, international form, E.164.
"""
from collections import defaultdict
from pathlib import Path
import re
import re._parser as parser

import phonenumbers
from phonenumbers import PhoneNumberFormat as Format

HERE = Path(__file__).resolve().parent
TYPES = ["fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
         "voicemail"]
DIGITS = "0123456789"
LENGTH_MAX = 17


class Automaton:
    """A non-deterministic automaton of a pattern over digits."""

    def __init__(self, pattern):
        self.steps = defaultdict(list)  # state -> [(digits or None, state)]
        self.count = 1
        self.end = self.add(parser.parse(pattern), 0)

    def state(self):
        self.count += 1
        return self.count - 1

    def add(self, sequence, at):
        for operation, argument in sequence:
            at = getattr(self, str(operation).lower())(argument, at)
        return at

    def edge(self, digits, at):
        to = self.state()
        self.steps[at].append((digits, to))
        return to

    def literal(self, value, at):
        return self.edge(chr(value), at)

    def in_(self, items, at):
        digits = ""
        for kind, value in items:
            kind = str(kind).lower()
            if kind == "literal":
                digits += chr(value)
            elif kind == "range":
                digits += "".join(chr(c) for c in range(value[0], value[1] + 1))
            elif kind == "category":
                digits += DIGITS
            else:
                raise ValueError(kind)
        return self.edge(digits, at)

    def subpattern(self, argument, at):
        return self.add(argument[-1], at)

    def branch(self, argument, at):
        to = self.state()
        for way in argument[1]:
            self.steps[self.add(way, at)].append((None, to))
        return to

    def max_repeat(self, argument, at):
        low, high, body = argument
        for _ in range(low):
            at = self.add(body, at)
        to = self.state()
        self.steps[at].append((None, to))
        for _ in range(high - low):
            at = self.add(body, at)
            self.steps[at].append((None, to))
        return to

    def closure(self, states):
        seen, queue = set(states), list(states)
        while queue:
            for digits, to in self.steps[queue.pop()]:
                if digits is None and to not in seen:
                    seen.add(to)
                    queue.append(to)
        return frozenset(seen)

    def after(self, states, digit):
        return self.closure({to for state in states for digits, to in self.steps[state] if digits and digit in digits})

    def samples(self, lengths):
        """For every first three digits and length, one number."""
        memo = {}

        def rest(states, length):
            """The least digits of that length that lead to the end, or None."""
            if (states, length) not in memo:
                found = None
                if length == 0:
                    found = "" if self.end in states else None
                else:
                    for digit in DIGITS:
                        after = self.after(states, digit)
                        tail = rest(after, length - 1) if after else None
                        if tail is not None:
                            found = digit + tail
                            break
                memo[states, length] = found
            return memo[states, length]

        begin = self.closure({0})
        for prefix in (a + b + c for a in DIGITS for b in DIGITS for c in DIGITS):
            states = begin
            for digit in prefix:
                states = self.after(states, digit)
            for length in lengths:
                tail = rest(states, length - 3) if states else None
                if tail is not None:
                    yield prefix + tail


Automaton.__dict__  # names of the operations are those of the parser
setattr(Automaton, "in", Automaton.in_)


def digits(text):
    return re.sub(r"\D", "", text)


def spans(table):
    """{prefix: lengths} as `first-last:lengths`, neighbours with equal lengths put together."""
    out = []
    for prefix in sorted(table):
        lengths = ",".join(map(str, sorted(table[prefix])))
        if out and out[-1][1] + 1 == prefix and out[-1][2] == lengths:
            out[-1][1] = prefix
        else:
            out.append([prefix, prefix, lengths])
    return " ".join(f"{a:03}-{b:03}:{lengths}" if a != b else f"{a:03}:{lengths}" for a, b, lengths in out)


def national_form(code, number):
    parsed = phonenumbers.PhoneNumber(country_code=code, national_number=int(number))
    zeros = len(number) - len(number.lstrip("0"))
    if zeros:
        parsed.italian_leading_zero, parsed.number_of_leading_zeros = True, zeros
    return parsed, phonenumbers.format_number(parsed, Format.NATIONAL).split(" ext")[0]


def plan(region, metadata):
    code, trunk = metadata.country_code, metadata.national_prefix or ""
    ranges, dialled, shapes = defaultdict(set), defaultdict(set), set()
    samples = set()
    for kind in TYPES:
        description = getattr(metadata, kind)
        if description and description.national_number_pattern and description.possible_length:
            lengths = [length for length in description.possible_length if 3 < length <= LENGTH_MAX]
            samples.update(Automaton(description.national_number_pattern).samples(lengths))
    for number in samples:
        ranges[int(number[:3])].add(len(number))
    for number in sorted(samples):
        _, form = national_form(code, number)
        flat = digits(form)
        shapes.add("-".join(str(len(group)) for group in re.findall(r"\d+", form)))
        bare = flat.removeprefix(trunk)
        if flat != number and bare != number:
            dialled[int(flat[:3])].add(len(flat))
    main = "1" if metadata.main_country_for_code or code not in SHARED else ""
    order = sorted(shapes, key=lambda shape: [int(part) for part in shape.split("-")])
    return "\t".join([region, str(code), main, trunk, spans(ranges), spans(dialled), " ".join(order)])


SHARED = {code for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items() if len(regions) > 1}


def plans():
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        yield region, phonenumbers.PhoneMetadata.metadata_for_region(region)
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        yield "001", phonenumbers.PhoneMetadata.metadata_for_nongeo_region(code)


def examples():
    for region, metadata in plans():
        for kind in TYPES:
            description = getattr(metadata, kind)
            if description and description.example_number:
                parsed, national = national_form(metadata.country_code, description.example_number)
                forms = [phonenumbers.format_number(parsed, form) for form in (Format.INTERNATIONAL, Format.E164)]
                yield "\t".join([region, kind, national, *forms])


HEADER = "# From libphonenumber's metadata 9.0.43 (Apache-2.0) by data/phones/build.py; do not edit.\n"


def write(path, rows):
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")


write(HERE / "plans.tsv", [plan(region, metadata) for region, metadata in plans()])
write(HERE / "../../tests/corpus/phones.tsv", list(examples()))
