//! The redaction corpus: rows written by someone who had not seen the rules. Prints per paragraph how much is found,
//! how exactly, and how much clean text is touched, and holds the floors; then runs every row through six mechanical
//! mutations. See `tests/corpus/redaction/README.md`.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "a test that panics has failed")]

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use triaged::{
    conversation::{Party, RawText, RawTurn, Role},
    redact::{KeepRules, Redactor},
};

/// One marked span: turn, bytes, kind (`?`: counts neither way).
#[derive(Clone)]
struct Mark {
    turn: usize,
    start: usize,
    end: usize,
    kind: String,
}

#[derive(Clone)]
struct Row {
    id: String,
    paragraph: String,
    contact: Option<Value>,
    turns: Vec<(Role, String)>,
    marks: Vec<Mark>,
}

fn role(letter: char) -> Role {
    match letter {
        'C' => Role::Customer,
        'A' => Role::Agent,
        _ => Role::Automated,
    }
}

/// Takes the markup out of a turn.
fn unmark(turn: usize, marked: &str, marks: &mut Vec<Mark>) -> String {
    let (mut text, mut rest) = (String::new(), marked);
    while let Some((before, after)) = rest.split_once("[[") {
        let Some((inner, behind)) = after.split_once("]]") else { break };
        let Some((kind, value)) = inner.split_once('|') else { break };
        text.push_str(before);
        let start = text.len();
        text.push_str(value);
        marks.push(Mark { turn, start, end: text.len(), kind: kind.to_owned() });
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn rows() -> Vec<Row> {
    let mut files: Vec<_> = fs::read_dir(Path::new("tests/corpus/redaction"))
        .expect("the corpus")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).expect("UTF-8")).collect();
    texts.iter().flat_map(|text| text.lines()).map(row).collect()
}

fn row(line: &str) -> Row {
    let json: Value = serde_json::from_str(line).expect("a row of JSON");
    let mut marks = Vec::new();
    let marked = json["turns"].as_array().expect("turns").iter().map(|turn| turn.as_str().expect("a text"));
    let turns = marked
        .enumerate()
        .map(|(index, turn)| (role(turn.chars().next().expect("a role")), unmark(index, &turn[3..], &mut marks)))
        .collect();
    Row {
        id: json["id"].as_str().expect("an id").to_owned(),
        paragraph: json["paragraph"].as_str().expect("a paragraph").to_owned(),
        contact: json.get("contact").cloned(),
        turns,
        marks,
    }
}

fn parties(row: &Row) -> Vec<Party> {
    let Some(contact) = &row.contact else { return Vec::new() };
    let field = |name: &str| contact.get(name).and_then(Value::as_str).map(RawText::from).into_iter().collect();
    vec![Party { names: field("name"), emails: field("email"), phones: field("phone"), identifiers: Vec::new() }]
}

/// Counts of one paragraph.
#[derive(Default)]
struct Tally {
    marks: usize,
    found: usize,
    exact: usize,
    covered: usize,
    right: usize,
    documents: usize,
    whole: usize,
    clean: usize,
    touched: usize,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.marks += other.marks;
        self.found += other.found;
        self.exact += other.exact;
        self.covered += other.covered;
        self.right += other.right;
        self.documents += other.documents;
        self.whole += other.whole;
        self.clean += other.clean;
        self.touched += other.touched;
    }
}

/// Per mille, or 1000 of nothing.
fn share(part: usize, whole: usize) -> usize {
    (part * 1000).checked_div(whole).unwrap_or(1000)
}

fn trim(text: &str, start: usize, end: usize) -> (usize, usize) {
    let part = &text[start..end];
    let inner = part.trim_matches(|character: char| !character.is_alphanumeric());
    let offset = part.find(inner).unwrap_or(0);
    (start + offset, start + offset + inner.len())
}

fn measure(redactor: &Redactor, row: &Row) -> Tally {
    let turns: Vec<RawTurn> = row.turns.iter().map(|(role, text)| RawTurn::body(*role, text)).collect();
    let redaction = redactor.redact(&parties(row), &turns);
    let mut tally = Tally::default();
    let mut stray = 0;
    for turn in &redaction.turns {
        let index = turn.index as usize;
        let text = &row.turns[index].1;
        let inside = |at: usize, soft: bool| {
            row.marks
                .iter()
                .any(|mark| mark.turn == index && (mark.kind == "?") == soft && (mark.start..mark.end).contains(&at))
        };
        for finding in &turn.findings {
            let letters =
                text[finding.received.range()].char_indices().filter(|(_, character)| character.is_alphanumeric());
            for (at, _) in letters {
                let at = finding.received.range().start + at;
                let marked = inside(at, false);
                if marked || !inside(at, true) {
                    tally.covered += 1;
                    tally.right += usize::from(marked);
                    stray += usize::from(!marked);
                }
            }
        }
    }
    for mark in row.marks.iter().filter(|mark| mark.kind != "?") {
        let findings = &redaction.turns[mark.turn].findings;
        let text = &row.turns[mark.turn].1;
        let letters = text[mark.start..mark.end].char_indices().filter(|(_, character)| character.is_alphanumeric());
        let all = letters
            .map(|(at, _)| mark.start + at)
            .all(|at| findings.iter().any(|finding| finding.received.range().contains(&at)));
        let exact = findings.iter().any(|finding| {
            let range = finding.received.range();
            finding.kind.name() == mark.kind && trim(text, range.start, range.end) == trim(text, mark.start, mark.end)
        });
        tally.marks += 1;
        tally.found += usize::from(all);
        tally.exact += usize::from(exact);
    }
    if tally.marks == 0 {
        (tally.clean, tally.touched) = (1, usize::from(stray > 0));
    } else {
        (tally.documents, tally.whole) = (1, usize::from(tally.found == tally.marks));
    }
    tally
}

fn total(redactor: &Redactor, rows: &[Row]) -> Tally {
    let mut total = Tally::default();
    for row in rows {
        total.add(&measure(redactor, row));
    }
    total
}

fn line(name: &str, tally: &Tally) -> String {
    format!(
        "{name:14} {:5} recall {:4} strict {:4} precision {:4} whole {:4} of {:4} touched {:4} of {:4} (per mille)",
        tally.marks,
        share(tally.found, tally.marks),
        share(tally.exact, tally.marks),
        share(tally.right, tally.covered),
        share(tally.whole, tally.documents),
        tally.documents,
        (tally.touched * 1000).checked_div(tally.clean).unwrap_or(0),
        tally.clean,
    )
}

/// Floors in per mille: recall, exact kind and edges, precision, documents without a leak; and the most of clean
/// documents that may be touched. They hold what is reached.
const FLOORS: (usize, usize, usize, usize, usize) = (935, 880, 985, 925, 20);

#[test]
fn the_corpus_is_redacted_as_well_as_before() {
    let redactor = Redactor::new(&KeepRules::default()).expect("the default rules");
    let mut paragraphs: BTreeMap<String, Tally> = BTreeMap::new();
    let rows = rows();
    assert!(rows.len() >= 1500, "{} rows", rows.len());
    for row in &rows {
        paragraphs.entry(row.paragraph.clone()).or_default().add(&measure(&redactor, row));
    }
    let mut total = Tally::default();
    for (name, tally) in &paragraphs {
        println!("{}", line(name, tally));
        total.add(tally);
    }
    println!("{}", line("all", &total));
    let (recall, strict, precision, whole, touched) = FLOORS;
    assert!(share(total.found, total.marks) >= recall, "recall");
    assert!(share(total.exact, total.marks) >= strict, "kind and edges");
    assert!(share(total.right, total.covered) >= precision, "precision");
    assert!(share(total.whole, total.documents) >= whole, "documents without a leak");
    assert!(total.touched * 1000 / total.clean <= touched, "clean documents touched");
}

/// Rewrites the text of every turn by `change`, which says for a piece of text what becomes of it and whether it lies
/// in a mark; marks move along.
fn mutate(row: &Row, change: impl Fn(&str, bool) -> String) -> Row {
    let mut mutated = row.clone();
    mutated.marks.clear();
    for (index, (_, text)) in mutated.turns.iter_mut().enumerate() {
        let mut marks: Vec<&Mark> = row.marks.iter().filter(|mark| mark.turn == index).collect();
        marks.sort_by_key(|mark| mark.start);
        let (mut out, mut at) = (String::new(), 0);
        for mark in marks {
            out.push_str(&change(&text[at..mark.start], false));
            let start = out.len();
            out.push_str(&change(&text[mark.start..mark.end], true));
            mutated.marks.push(Mark { start, end: out.len(), ..mark.clone() });
            at = mark.end;
        }
        out.push_str(&change(&text[at..], false));
        *text = out;
    }
    mutated
}

/// Kinds whose digits carry no check: other digits of the same length are as good.
fn free_digits(row: &Row) -> bool {
    row.marks.iter().all(|mark| {
        matches!(mark.kind.as_str(), "PIN" | "CVV" | "ORDER_NUMBER" | "PHONE" | "?" | "PERSON" | "EMAIL" | "USERNAME")
    })
}

fn other_digits(text: &str, marked: bool) -> String {
    let turn = |character: char| match character {
        '2'..='7' if marked => {
            char::from_digit((character.to_digit(10).unwrap_or(0) - 2 + 3) % 6 + 2, 10).unwrap_or(character)
        }
        other => other,
    };
    text.chars().map(turn).collect()
}

fn hard_spaces(text: &str, marked: bool) -> String {
    if marked { text.replace(' ', "\u{a0}") } else { text.to_owned() }
}

fn zero_width(text: &str, marked: bool) -> String {
    let mut out = String::new();
    for (index, character) in text.chars().enumerate() {
        if marked && index == 2 && character.is_ascii_alphanumeric() {
            out.push('\u{200b}');
        }
        out.push(character);
    }
    out
}

/// Puts an acknowledgement of the other side before every turn but the first.
fn more_turns(row: &Row) -> Row {
    let mut mutated = row.clone();
    mutated.turns.push((Role::Agent, "okay".to_owned()));
    mutated
}

fn other_name(text: &str, marked: bool) -> String {
    if marked && text == "Maria" { "Susanna".to_owned() } else { text.replace("Smith", "Miller") }
}

#[test]
fn mutations_do_not_change_what_is_expected() {
    let redactor = Redactor::new(&KeepRules::default()).expect("the default rules");
    let rows = rows();
    let plain: Vec<Row> = rows.iter().filter(|row| row.contact.is_none()).cloned().collect();
    let free: Vec<Row> = plain.iter().filter(|row| free_digits(row)).cloned().collect();
    let written: Vec<Row> = plain
        .iter()
        .filter(|row| !matches!(row.paragraph.as_str(), "speech" | "disguise" | "secrets"))
        .cloned()
        .collect();
    let upper = |text: &str, _: bool| if text.is_ascii() { text.to_ascii_uppercase() } else { text.to_owned() };
    let no_case: Vec<Row> = written.iter().filter(|row| row.paragraph == "structured").cloned().collect();
    let before = |rows: &[Row]| share(total(&redactor, rows).found, total(&redactor, rows).marks);
    let check = |name: &str, rows: &[Row], mutated: Vec<Row>, loss: usize| {
        let (was, tally) = (before(rows), total(&redactor, &mutated));
        let is = share(tally.found, tally.marks);
        println!("{name:16} recall {was:4} becomes {is:4} per mille over {} rows", rows.len());
        assert!(is + loss >= was, "{name}: {was} becomes {is}");
    };
    let each = |rows: &[Row], change: &dyn Fn(&str, bool) -> String| {
        rows.iter().map(|row| mutate(row, change)).collect::<Vec<Row>>()
    };
    check("other digits", &free, each(&free, &other_digits), 20);
    check("upper case", &no_case, each(&no_case, &upper), 60);
    check("hard spaces", &plain, each(&plain, &hard_spaces), 10);
    check("zero width", &written, each(&written, &zero_width), 10);
    check("more turns", &plain, plain.iter().map(more_turns).collect(), 5);
    check("other name", &plain, each(&plain, &other_name), 5);
    assert!(rows.iter().all(|row| !row.id.is_empty()));
}
