//! Decides what one number is: a card by its check digit, an expiry, what the words around say, a telephone number by
//! its form, and what is too long to be anything harmless.

use super::{
    super::{View, context::Labels},
    card, expiry, loose, near, phone,
    rows::{Row, rows},
    run::Group,
};
use crate::{
    redact::{
        Kind, Likelihood,
        candidate::Candidate,
        words::{Cue, Cues},
    },
    text::Span,
};

/// A number without any context is taken for an identifier from this many digits on.
const UNLABELLED_DIGITS_MIN: usize = 9;

/// The same behind a hash: `#44718`.
const HASH_DIGITS_MIN: usize = 5;

/// A number of three groups has at least so many digits.
const NUMBERED_DIGITS_MIN: usize = 6;

/// What may be spoken of beside a telephone number.
const BESIDE_A_PHONE: Cues = Cues::of(&[Cue::Phone, Cue::Extension, Cue::Name, Cue::Address, Cue::Email]);

/// What makes of digits that look like a date or an amount something else.
const SECRETS: Cues = Cues::of(&[Cue::Card, Cue::Cvv, Cue::Expiry, Cue::Pin]);

/// Whether the number that begins at group `first` is a date or an amount of several tokens, the last of them `harmless`,
/// and nothing in the turn makes a secret of it. Only the form of a telephone number weighs more.
pub(super) fn is_figure(
    view: &View<'_>,
    groups: &[Group],
    first: usize,
    harmless: Option<usize>,
    out: &[Candidate],
) -> bool {
    let Some(group) = groups.get(first) else { return false };
    harmless.is_some_and(|last| last > group.token)
        && !(view.turn.cues() | view.asked.cues()).any(SECRETS)
        && !after_card(view, group.token, out)
        && card::card_at(view.turn, groups, first, false).is_none()
}

/// Decides on the number that begins at group `first`; the last group it used. `harmless`: the last token of the date or
/// amount that it looks like.
pub(super) fn written(
    view: &View<'_>,
    groups: &[Group],
    first: usize,
    (labels, harmless): (&Labels, Option<usize>),
    out: &mut Vec<Candidate>,
) -> Option<usize> {
    let turn = view.turn;
    let token = groups.get(first)?.token;
    let after = after_card(view, token, out);
    let carded = labels.has(Cue::Card);
    let card = card::card_at(turn, groups, first, carded).filter(|_| !labels.has(Cue::Product));
    if let Some(last) = card.filter(|_| carded || !phone::has_plus(turn, groups, first)) {
        let span = turn.span(token, groups.get(last)?.token);
        out.push(Candidate::new(span, Kind::CreditCard, Likelihood::VeryLikely, "luhn"));
        return Some(last);
    }
    if let Some(last) = expiry::expiry(view, groups, first, labels, after) {
        let span = turn.span(token, groups.get(last)?.token);
        out.push(Candidate::new(span, Kind::CardExpiry, Likelihood::Likely, "context:expiry"));
        return Some(last);
    }
    if after && groups.get(first).is_some_and(|group| matches!(group.digits, 3 | 4)) && harmless.is_none() {
        out.push(Candidate::new(turn.span(token, token), Kind::Cvv, Likelihood::Likely, "context:card"));
        return Some(first);
    }
    let asked_now = labels.asked.any(Cues::of(&[Cue::Pin, Cue::Cvv, Cue::Password]));
    let stays = harmless.is_some_and(|last| last > token || !asked_now) && !is_numbered(view, groups, first);
    if stays && !year_as_answer(view, token, labels) {
        return phone_over(view, groups, first, out);
    }
    let phone = phone::phone_at(view, groups, first);
    if let Some(found) = phone.filter(|phone| phone.likelihood == Likelihood::VeryLikely) {
        return push_phone(view, groups, first, found, out);
    }
    let by_phone = labels.hints().next().is_none_or(|cues| cues.any(BESIDE_A_PHONE));
    if let Some(found) = phone.filter(|phone| by_phone && phone.likelihood == Likelihood::Likely) {
        return push_phone(view, groups, first, found, out);
    }
    if let Some(last) = labelled(view, groups, first, labels, out) {
        return Some(last);
    }
    if let Some(found) = phone.filter(|_| !labels.has(Cue::Product)) {
        return push_phone(view, groups, first, found, out);
    }
    unlabelled(view, groups, first, labels, out)
}

/// A form that is a telephone number beyond doubt wins over a date or a decimal that it begins like.
pub(super) fn phone_over(view: &View<'_>, groups: &[Group], first: usize, out: &mut Vec<Candidate>) -> Option<usize> {
    let found = phone::phone_at(view, groups, first).filter(|phone| phone.likelihood >= Likelihood::Likely)?;
    push_phone(view, groups, first, found, out)
}

/// `Kundennummer: 44.71.88`: three groups with dots right behind the label of a number, which are no date.
pub(super) fn is_numbered(view: &View<'_>, groups: &[Group], first: usize) -> bool {
    let turn = view.turn;
    let Some([one, two, three]) = groups.get(first..).and_then(<[Group]>::first_chunk) else { return false };
    let dotted = turn.gap(one.token) == "." && turn.gap(two.token) == ".";
    let label = one.token.checked_sub(1).and_then(|at| turn.token(at)).map(|token| token.word.cues);
    let colon = turn.gap_before(one.token).contains(':');
    let named = label.is_some_and(|cues| cues.has(Cue::Order) && (colon || cues.has(Cue::NumberNoun)));
    let sized = one.digits + two.digits + three.digits >= NUMBERED_DIGITS_MIN;
    dotted && named && sized && super::super::date::date_at(turn, one.token).is_none()
}

/// A four-digit number that looks like a year and is the answer to a question for a PIN.
fn year_as_answer(view: &View<'_>, token: usize, labels: &Labels) -> bool {
    let four = view.turn.token(token).is_some_and(|token| token.span.len() == 4);
    let dated = token.checked_sub(1).is_some_and(|before| {
        matches!(
            view.turn.word(before),
            "in" | "since" | "year" | "from" | "until" | "im" | "seit" | "en" | "desde" | "depuis" | "nel" | "dal"
        )
    });
    four && !dated && labels.hints().next().is_some_and(|cues| cues.any(Cues::of(&[Cue::Pin, Cue::Cvv])))
}

fn push_phone(
    view: &View<'_>,
    groups: &[Group],
    first: usize,
    found: phone::Phone,
    out: &mut Vec<Candidate>,
) -> Option<usize> {
    let span = view.turn.span(groups.get(first)?.token, groups.get(found.last)?.token);
    let span = super::super::extend::phone(view.turn, span, found.plus);
    out.push(Candidate::new(span, Kind::Phone, found.likelihood, "form:phone"));
    Some(found.last)
}

/// Whether four digits are a year rather than what a label a few words before names: `the policy started in 2021`.
fn is_year(view: &View<'_>, at: usize) -> bool {
    const NAMES: Cues = Cues::of(&[Cue::Order, Cue::NumberNoun, Cue::Copula]);
    let turn = view.turn;
    let year = turn.word(at).len() == 4 && matches!(turn.word(at).get(..2), Some("19" | "20"));
    // `no, 2021`
    let apart = turn.gap_before(at).contains(',');
    let named = at > 0 && !apart && turn.token(at - 1).is_some_and(|token| token.word.cues.any(NAMES));
    let marked = turn.gap_before(at).contains([':', '#', '=']);
    year && !named && !marked && !view.asked.has(Cue::Order)
}

/// What the words around make of the number.
fn labelled(
    view: &View<'_>,
    groups: &[Group],
    first: usize,
    labels: &Labels,
    out: &mut Vec<Candidate>,
) -> Option<usize> {
    let asked = (labels.asked, Likelihood::Likely, "asked-by-agent");
    let hinted = labels.hints().map(|cues| (cues, Likelihood::Likely, ""));
    let ends = labels.hints().next().is_some_and(|cues| cues.has(Cue::Expiry));
    let month = groups.get(first)?.digits <= 2 && matches!(view.turn.gap(groups.get(first)?.token), "/" | ".");
    if ends && month {
        return None;
    }
    if let Some((last, kind)) = partial(view, groups, first, labels) {
        let span = view.turn.span(groups.get(first)?.token, groups.get(last)?.token);
        out.push(Candidate::new(span, kind, Likelihood::Likely, "context:last-four"));
        return Some(last);
    }
    for (cues, likelihood, reason) in hinted.chain(std::iter::once(asked)) {
        for row in rows(cues) {
            let Some(last) = window(view, groups, first, row) else { continue };
            let kind = row.kind?;
            let apart = is_year_apart(view, groups.get(first)?.token) || is_day(view, groups, first);
            if row.cue == Cue::Order && last <= first + 1 && apart && (last == first || is_day(view, groups, first)) {
                continue;
            }
            if kind == Kind::Vehicle
                || kind == Kind::OrderNumber && last == first && is_year(view, groups.get(first)?.token)
            {
                continue;
            }
            let span = view.turn.span(groups.get(first)?.token, groups.get(last)?.token);
            let span = super::super::extend::whole(view.turn, span, kind);
            let found = Candidate::new(span, kind, likelihood, row.reason);
            out.push(if reason.is_empty() { found } else { found.because(reason) });
            return Some(last);
        }
    }
    None
}

/// Whether `11/20` stands there: a day and a month, or a ratio.
fn is_day(view: &View<'_>, groups: &[Group], first: usize) -> bool {
    let pair = groups.get(first).zip(groups.get(first + 1));
    pair.is_some_and(|(left, right)| {
        view.turn.gap(left.token) == "/" && left.digits <= 2 && right.digits <= 2 && view.turn.gap(right.token) != "/"
    })
}

/// Whether a year stands there, without a label right before it: `the policy began in 2021`.
fn is_year_apart(view: &View<'_>, token: usize) -> bool {
    let turn = view.turn;
    let year = turn.raw(token).len() == 4 && ["19", "20"].iter().any(|century| turn.raw(token).starts_with(century));
    let label = token.checked_sub(1).and_then(|label| turn.token(label));
    let labelled =
        label.is_some_and(|label| label.word.cues.any(Cues::of(&[Cue::NumberNoun, Cue::Order, Cue::Copula])));
    let labelled = labelled && !turn.gap_before(token).contains(',');
    year && !labelled && !turn.gap_before(token).contains(['#', ':', '=']) && turn.tokens().len() > 2
}

/// The last four digits of a national number or a card, where they are asked for as proof of identity.
fn partial(view: &View<'_>, groups: &[Group], first: usize, labels: &Labels) -> Option<(usize, Kind)> {
    let kind = partial_kind(labels)?;
    let last = if groups.get(first)?.digits == 1 { first + 3 } else { first };
    let digits: usize = groups.get(first..=last)?.iter().map(|group| group.digits).sum();
    (digits == 4 && near::harmless_at(view.turn, groups.get(first)?.token).is_none()).then_some((last, kind))
}

/// What four digits are a part of: a national number that is spoken of, a card whose last four were asked for.
pub(super) fn partial_kind(labels: &Labels) -> Option<Kind> {
    if !labels.has(Cue::Ending) {
        return None;
    }
    let asked = labels.asked.has(Cue::Ending);
    if labels.has(Cue::NationalId) && !labels.has(Cue::Card) {
        return Some(Kind::NationalId);
    }
    (asked && labels.asked.has(Cue::Card) && !labels.asked.has(Cue::NationalId)).then_some(Kind::CreditCard)
}

/// Whether a card number or its expiry stands directly before token `at`, with nothing but marks or two short words
/// between.
fn after_card(view: &View<'_>, at: usize, out: &[Candidate]) -> bool {
    let start = view.turn.token(at).map_or(0, |token| token.span.start);
    let before = out
        .iter()
        .rev()
        .take(3)
        .find(|found| matches!(found.kind, Kind::CreditCard | Kind::CardExpiry) && found.span.end <= start);
    before.is_some_and(|found| {
        let between = Span { start: found.span.end, end: start }.of(view.turn.text());
        between.len() <= 6 && !between.bytes().any(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The last group of the longest number from `first` on that has as many digits as the row allows.
fn window(view: &View<'_>, groups: &[Group], first: usize, row: &Row) -> Option<usize> {
    let turn = view.turn;
    let mut digits = 0;
    let mut found = None;
    for (index, group) in groups.iter().enumerate().skip(first) {
        if found.is_some() && group.digits <= 4 && near::amount_at(turn, group.token) {
            break;
        }
        // `… 9012 08/29`: a month follows the card.
        let month = row.cue == Cue::Card && group.digits <= 2 && turn.gap(group.token) == "/";
        digits += group.digits;
        if digits > row.max || found.is_some() && month {
            break;
        }
        if digits >= row.min {
            found = Some(index);
        }
        let gap = turn.gap(group.token);
        if gap.contains(['\n', '+']) {
            break;
        }
        let listed = gap.contains(',') || gap.contains(':');
        let dictated = matches!(row.cue, Cue::Card | Cue::Phone | Cue::NationalId) && group.digits <= 5;
        if listed && group.digits > 1 && !dictated {
            break;
        }
    }
    found
}

/// Numbers that nothing explains: identifiers, if they are long.
fn unlabelled(
    view: &View<'_>,
    groups: &[Group],
    first: usize,
    labels: &Labels,
    out: &mut Vec<Candidate>,
) -> Option<usize> {
    let group = groups.get(first)?;
    let harmless = [Cue::Product, Cue::ErrorCode, Cue::Money, Cue::Version, Cue::Travel];
    if harmless.iter().any(|cue| labels.has(*cue)) {
        return None;
    }
    // Half a card number that was asked for waits for its other half.
    let waits = labels.has(Cue::Ordinal) || view.asked.has(Cue::Card);
    if let Some(last) = loose::phone_at(view.turn, groups, first).filter(|_| !waits) {
        let span = view.turn.span(group.token, groups.get(last)?.token);
        out.push(Candidate::new(span, Kind::Phone, Likelihood::Possible, "form:phone"));
        return Some(last);
    }
    let glued = |gap: &str| gap.ends_with(['_', '-', '#', '/', '.', '=', '&']) && gap.len() == 1;
    if glued(view.turn.gap_before(group.token)) && group.token > 0 {
        return None;
    }
    let long = group.digits >= UNLABELLED_DIGITS_MIN;
    let hash = group.digits >= HASH_DIGITS_MIN && view.turn.gap_before(group.token).ends_with('#');
    if !(long || hash) {
        return None;
    }
    let span = view.turn.span(group.token, group.token);
    out.push(Candidate::new(span, Kind::OrderNumber, Likelihood::Possible, "form:long-number"));
    Some(first)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn context_gives_a_number_its_meaning() {
        check("order number 20394857", "order number [ORDER_NUMBER_1]");
        check("my pin is 4471", "my pin is [PIN]");
        check("account 12345678 sort code 20-00-00", "account [BANK_ACCOUNT_1] sort code [BANK_ACCOUNT_2]");
        check("the code is 482913", "the code is [PIN]");
        check("routing 021000021", "routing [BANK_ACCOUNT_1]");
    }

    #[test]
    fn numbers_that_mean_something_else_stay() {
        check("error code 404", "error code 404");
        check("the year 1984", "the year 1984");
    }
}
