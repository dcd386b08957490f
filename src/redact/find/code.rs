//! Codes of letters and digits that the context names: order, policy, booking, passport, licence, membership numbers
//! and plates; and codes whose own prefix names them (`INV-2024-0012`).

use super::{View, context::Labels, number::rows};
use crate::{
    redact::{
        Kind, Likelihood,
        candidate::Candidate,
        flags::Flags,
        token::{Case, Class, NormalisedTurn, Token},
        words::{Cue, Cues},
    },
    text::Span,
};

/// A code has at most this many tokens.
const TOKENS_MAX: usize = 8;

/// From so many letters on a word before a dot is a name, not a part of a code.
const NAME_BYTES_MIN: usize = 4;

/// Finds codes in context.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let mut done = 0;
    let flags = Flags::DIGITS.and(Flags::JOINED).and(Flags::UPPER);
    // A word alone may be the answer to a question for a code.
    let answer = (turn.tokens().len() == 1 && !turn.has(flags)).then_some(0);
    for index in answer.into_iter().chain(turn.flagged(flags).map(|(index, _)| index)) {
        if index < done {
            continue;
        }
        let Some(last) = code_at(turn, index) else {
            locator(view, index, out);
            continue;
        };
        decide(view, index, last, out);
        done = last + 1;
    }
}

fn is_part(token: &Token) -> bool {
    matches!(token.class, Class::Digits | Class::Mixed | Class::Word)
}

/// The last token of the code that begins at token `index`: parts joined by hyphens, slashes, underscores or dots,
/// with at least one digit in it and, if it is one token, a letter.
fn code_at(turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
    let mut last = index;
    let mut digits = turn.token(index).is_some_and(|token| matches!(token.class, Class::Digits | Class::Mixed));
    let mut letters = turn.token(index).is_some_and(|token| matches!(token.class, Class::Word | Class::Mixed));
    while last < index + TOKENS_MAX && matches!(turn.gap(last), "-" | "_" | "/" | "." | "") {
        let Some(next) = turn.token(last + 1).filter(|token| is_part(token)) else { break };
        // `org.apache.log4j` is the name of a program.
        let word = turn.token(last).is_some_and(|token| token.is_word() && token.span.len() > NAME_BYTES_MIN);
        if turn.gap(last) == "." && (word || !matches!(next.class, Class::Digits | Class::Mixed)) {
            break;
        }
        digits |= matches!(next.class, Class::Digits | Class::Mixed);
        letters |= matches!(next.class, Class::Word | Class::Mixed);
        last += 1;
    }
    (digits && letters).then_some(last)
}

fn decide(view: &View<'_>, first: usize, last: usize, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let raw = turn.span(first, last).of(turn.text());
    let length = raw.bytes().filter(u8::is_ascii_alphanumeric).count();
    let digits = raw.bytes().filter(u8::is_ascii_digit).count();
    // `rego 1AB 2CD`: the first group of a plate is short.
    let plated = length < 4 && letters_and_digits(widen(turn, first, last, Kind::Vehicle, 8).of(turn.text())) > 4;
    if length < 4 && !plated
        || harmless(turn, first, last, digits)
        || is_tag(turn, first, digits)
        || in_link(turn, first)
    {
        return;
    }
    if is_identifier(raw, digits) {
        return;
    }
    let labels = Labels::around(turn, first, last, view.asked);
    let own = own_prefix(turn, first, last);
    let hinted = own.into_iter().chain(labels.hints()).chain(std::iter::once(labels.asked));
    for row in hinted.flat_map(rows) {
        let wide =
            row.kind.map_or(length, |kind| letters_and_digits(widen(turn, first, last, kind, row.max).of(turn.text())));
        if !(row.min..=row.max).contains(&length) && !(row.min..=row.max).contains(&wide) {
            continue;
        }
        let Some(kind) = row.kind else { return };
        if row.cue == Cue::Order && labels.has(Cue::Product) && is_reference(turn, first) {
            return;
        }
        if row.cue == Cue::Code && (digits < 4 || length - digits > 2) {
            continue;
        }
        if plated && kind != Kind::Vehicle {
            continue;
        }
        if coded(kind) && (digits >= 2 || wide >= 5 || kind == Kind::Password || kind == Kind::Username) {
            let span = widen(turn, first, last, kind, row.max);
            out.push(Candidate::new(span, kind, Likelihood::Likely, row.reason));
            return;
        }
    }
}

/// Whether a word for a reference stands right before token `first`: beside a size or a colour it is an article's.
pub(super) fn is_reference(turn: &NormalisedTurn<'_>, first: usize) -> bool {
    first > 0
        && matches!(
            turn.word(first - 1),
            "ref" | "reference" | "referencia" | "referenz" | "referentie" | "riferimento"
        )
}

/// Names in programs and colours: many small letters with a digit or two (`AWSStatus500Exception`, `staging-job-7`).
fn is_identifier(raw: &str, digits: usize) -> bool {
    let small = raw.bytes().filter(u8::is_ascii_lowercase).count();
    small >= 7 && digits * 4 <= small
}

/// `#ipod5thgen`, `@kay88`: a tag or a handle, which no label names.
fn is_tag(turn: &NormalisedTurn<'_>, first: usize, digits: usize) -> bool {
    let before = turn.gap_before(first);
    let word = turn.word(first);
    let colour = before.ends_with(":#") && word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let tag = colour
        || before.ends_with('#')
            && word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.len() > digits * 3;
    tag || before.ends_with('@')
}

/// Longest link that a code is looked for in, in bytes.
const LINK_BYTES_MAX: usize = 80;

/// Whether the code is a part of a link: whether that link goes is decided as a whole.
fn in_link(turn: &NormalisedTurn<'_>, first: usize) -> bool {
    if !turn.gap_before(first).ends_with(['/', '.']) {
        return false;
    }
    let start = turn.token(first).map_or(0, |token| token.span.start as usize);
    let before = turn.text().as_bytes().get(start.saturating_sub(LINK_BYTES_MAX)..start).unwrap_or_default();
    let link = before.iter().rev().take_while(|byte| !byte.is_ascii_whitespace());
    link.clone().zip(link.skip(2)).any(|(slash, colon)| *slash == b'/' && *colon == b':')
}

fn letters_and_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_alphanumeric).count()
}

/// A booking code of capitals only, directly behind its label or as the whole answer.
fn locator(view: &View<'_>, index: usize, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let Some(token) = turn.token(index) else { return };
    let alone = turn.tokens().len() == 1 && view.asked.has(Cue::Order);
    let entry = crate::redact::gazetteer::look_up(turn.word(index));
    let cased = token.case == Case::Upper || (alone && entry.is_unknown());
    let shaped = token.is_word() && cased && (5..=8).contains(&token.span.len());
    if !shaped || !token.word.cues.is_empty() || entry.ordinary > 0 {
        return;
    }
    let before = index.checked_sub(1).and_then(|before| turn.token(before));
    let labelled = before
        .is_some_and(|label| label.word.cues.any(Cues::of(&[Cue::Order, Cue::NumberNoun, Cue::Copula])))
        && Labels::around(turn, index, index, view.asked).hints().next().is_some_and(|cues| cues.has(Cue::Order));
    let denies = || turn.tokens().iter().any(|token| token.word.cues.has(Cue::Negation));
    let answered = view.asked.has(Cue::Order) && turn.tokens().len() <= 4 && !denies();
    if labelled || answered {
        out.push(Candidate::new(token.span, Kind::OrderNumber, Likelihood::Likely, "context:order"));
    }
}

/// Kinds whose values may hold letters.
fn coded(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::OrderNumber
            | Kind::TrackingNumber
            | Kind::Passport
            | Kind::DriverLicense
            | Kind::MedicalId
            | Kind::NationalId
            | Kind::Vehicle
            | Kind::BankAccount
            | Kind::Password
            | Kind::Pin
            | Kind::Username
    )
}

/// Quantities, ordinals, clock times and sizes: `2nd`, `10am`, `200GB`, `1920x1080`, `5-star`.
fn harmless(turn: &NormalisedTurn<'_>, first: usize, last: usize, digits: usize) -> bool {
    let word = turn.word(first);
    let unit = word.trim_start_matches(|character: char| character.is_ascii_digit());
    let sized = unit.len() <= 4
        && unit.len() < word.len()
        && crate::redact::words::look_up(unit).cues.any(Cues::of(&[Cue::Unit, Cue::Money]));
    let resolution = unit.len() < word.len()
        && unit
            .strip_prefix('x')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    let hexadecimal = word.starts_with("0x");
    // `21h40`, `v2.14.0`
    let figures = |text: &str| !text.is_empty() && text.len() < 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let clock =
        first == last && word.split_once('h').is_some_and(|(hours, minutes)| figures(hours) && figures(minutes));
    let version = word.strip_prefix('v').is_some_and(figures) && turn.gap(first) == ".";
    if clock || version {
        return true;
    }
    let adjective = last > first
        && turn.token(first).is_some_and(Token::is_digits)
        && (first + 1..=last).all(|at| turn.token(at).is_some_and(Token::is_word))
        && digits <= 4;
    (first == last && (sized || resolution || hexadecimal)) || adjective
}

/// The cue of the code's own first part: `order-1234`, `INV-2024-0012`.
fn own_prefix(turn: &NormalisedTurn<'_>, first: usize, last: usize) -> Option<Cues> {
    const PREFIXES: &[&str] = &[
        "ord", "inv", "tkt", "txn", "bkg", "cust", "pol", "clm", "inc", "req", "chg", "ritm", "crm", "cas", "ref",
        "mem", "acct", "cus", "sub", "pay", "ch", "pi", "so", "wo", "res", "bk", "tr", "rn", "cn", "sr", "cr", "po",
        "rma", "cmp", "cse", "case", "enq", "tck", "srq", "quo", "acc", "opp", "job", "shp", "del", "trk", "conf",
        "cnf", "mbr", "loy", "app", "loan", "mtg", "resv", "bkng", "claim", "policy", "ins", "apt", "nr", "kd", "re",
        "rg", "auf", "vtr", "ped", "fac", "cmd", "cde", "dos", "fat",
    ];
    let token = turn.token(first)?;
    if last == first {
        let letters = turn.word(first).trim_end_matches(|character: char| character.is_ascii_digit());
        let known = PREFIXES.contains(&letters)
            && letters.len() >= 3
            && turn.word(first).len() - letters.len() >= 5
            && token.case == Case::Upper;
        return known.then(|| Cue::Order.into());
    }
    let meaning = token.word.cues & Cues::of(&[Cue::Order, Cue::Tracking]);
    let known = token.is_word() && (PREFIXES.contains(&turn.word(first)) || !meaning.is_empty());
    known.then(|| Cue::Order.into())
}

/// Plates, passports and national numbers may be written in groups with spaces between.
fn widen(turn: &NormalisedTurn<'_>, first: usize, last: usize, kind: Kind, max: usize) -> Span {
    let mut end = last;
    let grouped = matches!(
        kind,
        Kind::NationalId
            | Kind::Vehicle
            | Kind::Passport
            | Kind::DriverLicense
            | Kind::MedicalId
            | Kind::TrackingNumber
    );
    let mut length = turn.span(first, last).of(turn.text()).bytes().filter(u8::is_ascii_alphanumeric).count();
    while grouped && turn.gap(end) == " " {
        let Some(next) = turn
            .token(end + 1)
            .filter(|token| token.is_digits() || token.case == Case::Upper && token.word.cues.is_empty())
        else {
            break;
        };
        length += next.span.len();
        if length > max {
            break;
        }
        end += 1;
    }
    let mut begin = first;
    while grouped
        && begin > 0
        && turn.gap(begin - 1) == " "
        && turn.token(begin - 1).is_some_and(|token| {
            token.is_word() && token.case == Case::Upper && token.span.len() <= 4 && token.word.cues.is_empty()
        })
    {
        begin -= 1;
    }
    let span = turn.span(begin, end);
    let hash = turn.gap_before(begin).ends_with('#');
    if hash { Span { start: span.start - 1, end: span.end } } else { span }
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn codes_that_the_context_names_go() {
        check("passport X1234567", "passport [PASSPORT_1]");
        check("order ORD-20931 is late", "order [ORDER_NUMBER_1] is late");
        check("booking reference ZSG4BW", "booking reference [ORDER_NUMBER_1]");
        check("policy number 12-AB-3456", "policy number [ORDER_NUMBER_1]");
    }

    #[test]
    fn models_and_error_codes_stay() {
        check("the model XJ-900 broke", "the model XJ-900 broke");
        check("error E-4021", "error E-4021");
    }
}
