//! Finds the lines of a message that repeat an earlier one, so that they are not scored as its author's words.

use super::Span;

/// First and last words of the line that introduces a quoted message, by language.
const ATTRIBUTIONS: [(&str, &str); 12] = [
    ("on ", "wrote:"),
    ("am ", "schrieb:"),
    ("am ", ">:"),
    ("le ", "a écrit :"),
    ("le ", "a écrit:"),
    ("el ", "escribió:"),
    ("il ", "ha scritto:"),
    ("em ", "escreveu:"),
    ("op ", "schreef:"),
    ("den ", "skrev:"),
    ("dnia ", "napisał:"),
    ("в ", "написал:"),
];

/// Beginnings of the line that stands above a quoted or forwarded message.
const SEPARATORS: [&str; 8] = [
    "-----original message",
    "---- original message",
    "-----ursprüngliche nachricht",
    "-----message d'origine",
    "-----mensaje original",
    "---------- forwarded message",
    "begin forwarded message",
    "________________________________",
];

/// The parts of `text` that its author wrote now, in order: not the lines that begin with `>`, nor a line such as
/// "On Monday … wrote:" and, where no `>` marks the quotation below it, everything after it.
pub fn own_words(text: &str) -> Vec<Span> {
    if !text.contains('\n') {
        return vec![Span::new(0, text.len())];
    }
    let mut own: Vec<Span> = Vec::new();
    let mut lines = Lines { text, at: 0 };
    while let Some((span, line)) = lines.next() {
        if is_separator(line) || is_attribution(line, text, span) && !marked_below(text, span) {
            break;
        }
        if line.starts_with('>') || is_attribution(line, text, span) {
            continue;
        }
        match own.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => own.push(span),
        }
    }
    own
}

struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    /// The next line with its end, and what it says without white space around it.
    fn next(&mut self) -> Option<(Span, &'t str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        Some((span, span.of(self.text).trim()))
    }
}

fn is_separator(line: &str) -> bool {
    SEPARATORS.iter().any(|separator| starts_with(line, separator))
}

/// An attribution may be broken into two lines; the second line is then skipped as part of the quotation.
fn is_attribution(line: &str, text: &str, span: Span) -> bool {
    if line.len() > 200 || !ATTRIBUTIONS.iter().any(|(first, _)| starts_with(line, first)) {
        return ATTRIBUTIONS.iter().any(|(_, last)| line.ends_with(last)) && line.contains('@') && line.len() < 200;
    }
    let next = text.get(span.end as usize..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let ends = |end: &str| ATTRIBUTIONS.iter().any(|(first, last)| starts_with(line, first) && end.ends_with(last));
    ends(line) || next.len() < 100 && ends(next.trim())
}

fn marked_below(text: &str, span: Span) -> bool {
    let below = text.get(span.end as usize..).unwrap_or_default();
    below.lines().map(str::trim).filter(|line| !line.is_empty()).take(2).any(|line| line.starts_with('>'))
}

/// The first bytes tell most lines apart, before any character is folded.
fn starts_with(line: &str, lower_case: &str) -> bool {
    let first = line.as_bytes().first().zip(lower_case.as_bytes().first());
    first.is_some_and(|(one, other)| one.eq_ignore_ascii_case(other) || !one.is_ascii())
        && line.chars().flat_map(char::to_lowercase).take(lower_case.chars().count()).eq(lower_case.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let own: String = own_words(text).iter().map(|span| span.of(text)).collect();
        assert_eq!(own, expected);
    }

    #[test]
    fn marked_lines_are_left_out() {
        check("I agree.\n> it is awful\n  > really\nBye\n", "I agree.\nBye\n");
        check("no line > break", "no line > break");
    }

    #[test]
    fn what_follows_an_attribution_is_left_out() {
        check("Thanks!\n\nOn Mon, 3 May, Jo wrote:\nIt is broken.\nJo\n", "Thanks!\n\n");
        check("Thanks!\nOn Mon, 3 May, Jo wrote:\n> broken\n\nBottom reply\n", "Thanks!\n\nBottom reply\n");
        check("Danke\nAm 3. Mai schrieb Jo:\nKaputt", "Danke\nAm 3. Mai schrieb Jo:\nKaputt");
        check("Danke\nAm 3. Mai schrieb Jo <[EMAIL_1]>:\nKaputt", "Danke\n");
        check("Ok\n-----Original Message-----\nFrom: x\nBroken", "Ok\n");
    }

    #[test]
    fn a_broken_attribution_is_one() {
        check("Fine\nOn Mon, 3 May 2027 at 10:00,\n[PERSON_1] wrote:\nbad", "Fine\n");
    }

    #[test]
    fn ordinary_lines_stay() {
        check("On Monday I wrote a letter.\nNo reply.\n", "On Monday I wrote a letter.\nNo reply.\n");
    }
}
