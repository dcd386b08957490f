//! Words that are a value because of what stands before them: passwords, security answers and user names, in the same
//! sentence or as the answer to a question.

use super::{
    View,
    answer_value::{ANSWER_WORDS_MAX, chunk, marked, phrase, random, spoken_value},
    describing::DESCRIBING,
    passphrase,
};
use crate::{
    conversation::Role,
    redact::{
        Kind, Likelihood, Reason,
        candidate::Candidate,
        flags::Flags,
        token::{Case, Class, NormalisedTurn, Token},
        words::{Cue, Cues},
    },
    text::Span,
};

/// A label is at most this many words before its value.
const LABEL_WORDS_MAX: usize = 8;

/// Whether the name of a user is told in several words, one of them a letter or a number: `l chambers four`.
fn is_said(turn: &NormalisedTurn<'_>, first: usize, end: usize) -> bool {
    let told = |token: &Token| token.word.number.is_some() || token.is_word() && token.span.len() == 1;
    let plain = |token: &Token| token.is_word() && token.case == Case::Lower;
    let rest = turn.tokens().get(first..end).unwrap_or_default();
    rest.len() > 1 && rest.len() < 6 && rest.iter().all(plain) && rest.iter().any(told)
}

/// A password that was asked for is no shorter.
const VALUE_BYTES_MIN: usize = 3;

/// A handle that is said has at most this many words, its sign included.
const HANDLE_WORDS_MAX: usize = 5;

/// Marks that are said within a name of a user.
const MARKS: Cues = Cues::of(&[Cue::Underscore, Cue::Dash, Cue::Dot]);

/// Label, kind, reason.
const LABELS: &[(Cue, Kind, Reason)] = &[
    (Cue::Password, Kind::Password, "context:password"),
    (Cue::SecurityAnswer, Kind::Password, "context:security-answer"),
    (Cue::Username, Kind::Username, "context:username"),
];

/// Finds labelled and asked-for words.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let cues = Cues::of(&[Cue::Password, Cue::SecurityAnswer, Cue::Username, Cue::Pin]);
    for (index, token) in turn.flagged(Flags::LABEL) {
        if token.word.cues.any(cues) {
            labelled(turn, index, out);
        }
    }
    for (index, _) in turn.flagged(Flags::LABEL) {
        set_to(turn, index, out);
    }
    if view.role == Role::Customer {
        asked(view, out);
    }
}

/// `I've reset it to Spring-7600-Otter`.
fn set_to(turn: &NormalisedTurn<'_>, index: usize, out: &mut Vec<Candidate>) {
    let sets = matches!(turn.word(index), "reset" | "changed" | "set")
        && turn.word(index + 1) == "it"
        && turn.word(index + 2) == "to";
    if sets
        && marked(turn, index + 3)
        && let Some(span) = turn.token(index + 3).and_then(|token| chunk(turn, token.span.start as usize))
    {
        out.push(Candidate::new(span, Kind::Password, Likelihood::Likely, "context:password"));
    }
}

/// The value behind the label at token `index`.
fn labelled(turn: &NormalisedTurn<'_>, index: usize, out: &mut Vec<Candidate>) {
    let Some(token) = turn.token(index) else { return };
    let Some((_, kind, reason)) = LABELS.iter().find(|(cue, ..)| token.word.cues.has(*cue)) else { return };
    let told = value_start(turn, index);
    let Some((start, firm)) = told.or_else(|| random_near(turn, index, *kind)) else { return };
    let value = if *reason == "context:security-answer" { phrase(turn, start) } else { chunk(turn, start) };
    let first = turn.token_at(u32::try_from(start).unwrap_or(u32::MAX));
    // `eight characters`: how long it is.
    let counted = |span: &Span| {
        let next = turn.token_at(span.end);
        turn.gap_before(next) == " " && turn.token(next).is_some_and(|next| next.word.cues.has(Cue::Unit))
    };
    let described = |span: &Span| DESCRIBING.contains(&span.of(turn.lower()));
    let spoken = spoken_value(turn, first).filter(|span| !counted(span) && !described(span));
    let several = |span: &Span| {
        let end = turn.token_at(span.end);
        let asks = turn.gap_before(end).contains('?');
        *reason == "context:security-answer" && end > first + 1 && !asks && !passphrase::is_talk(turn, first, end)
    };
    let plain = value.filter(|span| plausible(turn, *span, firm, *kind) && !counted(span) || several(span));
    // A value with digits or marks in it is whole as it is.
    let lettered = |span: Span| span.of(turn.text()).chars().all(|sign| sign.is_alphabetic() || sign == '\'');
    let open = told.is_some() && *kind == Kind::Password && value.is_none_or(lettered);
    let several = open.then(|| passphrase::words(turn, first, told.is_some_and(|(_, firm)| firm))).flatten();
    let longer = |a: Span, b: Span| if b.len() > a.len() { b } else { a };
    let Some(span) = [spoken, plain, several].into_iter().flatten().reduce(longer) else { return };
    let likelihood = if firm { Likelihood::Likely } else { Likelihood::Possible };
    out.push(Candidate::new(span, *kind, likelihood, reason));
    let next = turn.token_at(span.end);
    // `login: lina84 / Kirsch#12`
    if *kind == Kind::Username && turn.gap_before(next) == " / " && random(turn, next) {
        let start = turn.token(next).map_or(0, |token| token.span.start as usize);
        let password = chunk(turn, start);
        out.extend(password.map(|span| Candidate::new(span, Kind::Password, Likelihood::Likely, "context:password")));
    }
}

/// Where the value behind a label begins, and whether a colon, an equals sign or quotes make it certain.
fn value_start(turn: &NormalisedTurn<'_>, index: usize) -> Option<(usize, bool)> {
    let end = turn.token(index)?.span.end as usize;
    let gap = turn.gap(index);
    if turn.word(index) == "as" {
        return Some((turn.token(index + 1)?.span.start as usize, false));
    }
    if let Some(mark) = gap.find(['=', ':']) {
        let inner = gap.get(mark + 1..).unwrap_or_default();
        let skipped = inner.len() - inner.trim_start_matches([' ', '"', '\'', '=', '`']).len();
        return (!inner.contains('\n') || inner.trim().is_empty()).then_some((end + mark + 1 + skipped, true));
    }
    let quoted = gap.trim_start().starts_with(['"', '`']);
    if quoted || (matches!(gap, ", " | " (") && random(turn, index + 1)) {
        let skipped = gap.len() - gap.trim_start_matches([' ', '"', '`', ',', '(']).len();
        return Some((end + skipped, true));
    }
    // `secret answer Pepper`
    let named = |next: &&Token| next.case == Case::Capital && next.entry.ordinary < 2 && next.word.cues.is_empty();
    let answers = turn.token(index)?.word.cues.has(Cue::SecurityAnswer) && turn.word(index) != "question";
    if let Some(next) = turn.token(index + 1).filter(|_| answers && gap == " ").filter(named) {
        return Some((next.span.start as usize, true));
    }
    if gap == " "
        && turn.token(index)?.word.cues.any(Cues::of(&[Cue::Password, Cue::Username]))
        && (random(turn, index + 1)
            || (turn.token(index)?.word.cues.has(Cue::Username)
                && (joined(turn, index + 1) || beside_password(turn, index + 1))))
    {
        return Some((turn.token(index + 1)?.span.start as usize, true));
    }
    behind_copula(turn, index)
}

/// `mhollis-dev`, `d.okoro`: parts joined as in the name of a user.
fn joined(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let apart = |at: usize| {
        matches!(turn.gap(at), "-" | "_" | ".") && turn.token(at + 1).is_some_and(|next| next.span.len() > 1)
    };
    let initial = turn.gap(at) == "." && turn.word(at + 1).len() > 2;
    let long = |token: &Token| token.span.len() > 2 || token.is_word() && initial;
    apart(at) && turn.token(at).is_some_and(long) && !DESCRIBING.contains(&turn.word(at))
}

/// `user gleaf pw …`: an unknown word behind the label, where a password is told too.
fn beside_password(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let unknown =
        turn.token(at).is_some_and(|token| token.is_word() && token.span.len() > 3 && token.entry.ordinary < 2);
    unknown
        && turn.cues().has(Cue::Password)
        && turn.cues().has(Cue::Username)
        && turn.tokens().len() < ANSWER_WORDS_MAX
}

/// Where the value begins behind `is` and the like, a few words behind the label.
fn behind_copula(turn: &NormalisedTurn<'_>, index: usize) -> Option<(usize, bool)> {
    for distance in 1..=LABEL_WORDS_MAX {
        let at = index + distance;
        let token = turn.token(at)?;
        let between = turn.gap(at - 1);
        if between.contains(['.', '?', '!', '\n', ';']) {
            return None;
        }
        if binds(turn, at) {
            let gap = turn.gap(at);
            let quoted = gap.contains(['"', '\'', '`', ':']);
            let skipped = gap.len() - gap.trim_start_matches([' ', '"', '\'', ':', '`', ',']).len();
            return Some((token.span.end as usize + skipped, quoted));
        }
        let passes = token.word.cues.any(Cues::of(&[
            Cue::NumberNoun,
            Cue::Possessive,
            Cue::Password,
            Cue::Username,
            Cue::SecurityAnswer,
            Cue::Account,
            Cue::Email,
            Cue::Order,
        ])) || matches!(
            turn.word(at),
            "for"
                | "the"
                | "on"
                | "to"
                | "that"
                | "i"
                | "use"
                | "this"
                | "account"
                | "name"
                | "of"
                | "is"
                | "wifi"
                | "app"
                | "website"
                | "portal"
                | "online"
                | "login"
                | "which"
                | "and"
                | "c"
                | "safe"
                | "router"
                | "laptop"
                | "file"
        );
        if !passes {
            return None;
        }
    }
    None
}

/// A value that looks like no word a few words behind the label: `the new password you sent, Welcome#2349, fails`.
fn random_near(turn: &NormalisedTurn<'_>, index: usize, kind: Kind) -> Option<(usize, bool)> {
    if kind != Kind::Password {
        return None;
    }
    let near = (index + 1..index + LABEL_WORDS_MAX).take_while(|at| !turn.gap(at - 1).contains(['?', '\n', '=']));
    let found = near
        .filter(|at| turn.token(*at).is_some_and(|token| matches!(token.class, Class::Word | Class::Mixed)))
        .find(|at| marked(turn, *at))?;
    Some((turn.token(found)?.span.start as usize, true))
}

/// `is`, `ist`, `es`, `to` (changed to).
fn binds(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    matches!(
        turn.word(at),
        "is" | "was"
            | "es"
            | "est"
            | "ist"
            | "lautet"
            | "e"
            | "era"
            | "are"
            | "s"
            | "as"
            | "to"
            | "called"
            | "equals"
            | "war"
            | "este"
            | "jest"
            | "ar"
            | "er"
            | "je"
    )
}

/// Whether the span may be a value: not a word that describes, and no placeholder.
fn plausible(turn: &NormalisedTurn<'_>, span: Span, firm: bool, kind: Kind) -> bool {
    let value = span.of(turn.lower());
    let first =
        value.split(|character: char| !character.is_alphanumeric()).find(|part| !part.is_empty()).unwrap_or_default();
    if value.starts_with('[') || value.is_empty() || first.is_empty() && value.len() < 4 {
        return false;
    }
    let coded = value
        .bytes()
        .any(|byte| byte.is_ascii_digit() || matches!(byte, b'@' | b'!' | b'#' | b'$' | b'%' | b'_' | b'&' | b'*'));
    let inner = value.get(1..value.len() - 1).unwrap_or_default();
    let marked = inner.contains(['.', '-', '_']) && value.len() > 4 && !DESCRIBING.contains(&first);
    let coded = coded || (kind == Kind::Username && (marked || firm && inner.contains(':')));
    let after = turn.text().get(span.end as usize..).unwrap_or_default();
    let ends = after
        .trim_start_matches([' ', '"', '\''])
        .chars()
        .next()
        .is_none_or(|next| matches!(next, '.' | ',' | ';' | '!' | '\n' | ')' | '?'))
        || [
            "and ",
            "with a ",
            "with the ",
            "all one",
            "all lower",
            "all upper",
            "but ",
            "in capital",
            "i think",
            "i believe",
        ]
        .iter()
        .any(|start| after.trim_start().starts_with(start));
    let entry = crate::redact::gazetteer::look_up(first);
    let described = DESCRIBING.contains(&first) || entry.ordinary >= 3;
    let ends = ends || (entry.ordinary == 0 && kind == Kind::Password);
    match kind {
        _ if coded => value.len() >= 3,
        Kind::Username => {
            !described && !entry.is(crate::redact::gazetteer::Class::Brand) && value.len() >= 3 && (firm || ends)
        }
        _ => !described && value.len() > 2 && !matches!(value, "e.g" | "i.e") && (firm || ends),
    }
}

/// The whole answer to a question for a password, a security answer or a user name.
fn asked(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let Some((_, kind, reason)) = LABELS.iter().find(|(cue, ..)| view.asked.has(*cue)) else { return };
    let tokens = turn.tokens();
    if tokens.is_empty() || tokens.len() > ANSWER_WORDS_MAX || turn.text().contains('?') {
        return;
    }
    let denies = |at: usize, token: &Token| {
        // `don bigotes` is a name.
        token.word.cues.has(Cue::Negation) && !(turn.word(at) == "don" && turn.gap(at) == " ")
    };
    if tokens.iter().enumerate().any(|(at, token)| matches!(token.class, Class::Placeholder(_)) || denies(at, token)) {
        return;
    }
    let first = (0..tokens.len()).find(|index| !leads_in(turn, *index));
    let Some(first) = first else { return };
    if *kind == Kind::Password && places(view, out) {
        return;
    }
    let start = turn.token(first).map_or(0, |token| token.span.start as usize);
    let start = start
        - turn
            .text()
            .get(..start)
            .unwrap_or_default()
            .chars()
            .rev()
            .take_while(|c| matches!(c, '@' | '#' | '$' | '!' | '_' | '*'))
            .count();
    let end = passphrase::without_notes(turn, first);
    let whole = || {
        let text = turn.text().get(..turn.token(end).map_or(turn.text().len(), |next| next.span.start as usize));
        let kept = text.unwrap_or_default().trim_end().trim_end_matches(['.', ',']).len();
        (kept > start).then(|| Span::new(start, kept))
    };
    // `it's at gravel pit`: a handle that is said with its sign.
    let sign = *kind == Kind::Username && turn.token(first).is_some_and(|token| token.word.cues.has(Cue::At));
    let said = || *kind == Kind::Password && spoken_value(turn, first).is_some_and(|span| ends_at(turn, span, end));
    let span = match kind {
        Kind::Username if sign && end - first <= HANDLE_WORDS_MAX && end > first + 1 => whole(),
        Kind::Username if end - first <= 6 && (turn.cues().any(MARKS) || is_said(turn, first, end)) => whole(),
        Kind::Password if end - first <= 4 => whole(),
        _ if said() => spoken_value(turn, first),
        _ => chunk(turn, start),
    };
    let Some(span) = span.filter(|span| !span.is_empty()) else { return };
    let digits = span.of(turn.text()).bytes().any(|byte| byte.is_ascii_digit());
    // `a yellow fiat panda`: an article is no talk.
    let article = usize::from(matches!(turn.word(first), "a" | "an" | "the") || sign);
    let talk = if *kind == Kind::Password && reason.ends_with("answer") {
        passphrase::is_talk(turn, first, end)
    } else {
        (first + article..end).any(|index| is_function(turn, index))
    };
    // `2.4 or 5 GHz?`: a figure alone answers another question.
    let figure = *reason == "context:password" && span.of(turn.text()).len() < VALUE_BYTES_MIN;
    if talk && !digits && !said() || figure {
        return;
    }
    if end - first <= 4 || sign || digits || said() || *kind == Kind::Username && is_said(turn, first, end) {
        let span = with_article(turn, first, span);
        out.push(Candidate::new(span, *kind, Likelihood::Likely, reason).because("asked-by-agent"));
    }
}

/// Whether a word is so frequent, or so often said of a password, that it is no value; a number may be one.
fn is_function(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    let number = turn.token(index).is_some_and(|token| token.word.number.is_some());
    let frequent = crate::redact::gazetteer::look_up(turn.word(index)).ordinary >= 3;
    !number && (frequent || DESCRIBING.contains(&turn.word(index)))
}

/// Whether a span ends with the token before `end`.
fn ends_at(turn: &NormalisedTurn<'_>, span: Span, end: usize) -> bool {
    end.checked_sub(1).and_then(|last| turn.token(last)).is_some_and(|last| last.span.end <= span.end)
}

/// The span with the article before it, which is a part of the name of a film or a place: `the glass harbour`.
fn with_article(turn: &NormalisedTurn<'_>, first: usize, span: Span) -> Span {
    let article = first.checked_sub(1).filter(|before| matches!(turn.word(*before), "the" | "la" | "le" | "el" | "il"));
    let start = article.filter(|at| turn.gap(*at) == " ").and_then(|at| turn.token(at)).map(|token| token.span.start);
    Span { start: start.unwrap_or(span.start), end: span.end }
}

/// Single letters and digits at named places, `third is k and fifth is seven`: each is a part of the password.
fn places(view: &View<'_>, out: &mut Vec<Candidate>) -> bool {
    let turn = view.turn;
    let value = |at: usize| {
        turn.token(at).is_some_and(|token| {
            let one = token.span.len() == 1 && !matches!(turn.word(at), "i" | "a" | "s" | "y");
            one || (token.word.number.is_some() && !token.word.cues.has(Cue::DayWord))
                || token.word.letter.is_ascii_lowercase()
        })
    };
    let small = |at: usize| {
        let role = Cues::of(&[Cue::DayWord, Cue::Copula, Cue::Filler, Cue::Acknowledge, Cue::NumberNoun, Cue::SpellAs]);
        turn.token(at).is_some_and(|token| token.word.cues.any(role))
            || matches!(turn.word(at), "the" | "letter" | "character" | "is" | "it" | "that" | "a" | "i" | "capital")
    };
    let count = turn.tokens().len();
    let values: Vec<usize> = (0..count).filter(|at| value(*at)).collect();
    let spread = values.len() > 1 && values.windows(2).any(|pair| matches!(pair, [left, right] if right - left > 1));
    if !spread || !(0..count).all(|at| value(at) || small(at)) {
        return false;
    }
    // `k and nine` is one value, `third is k and fifth is nine` are two.
    let mut first = None;
    for (index, at) in values.iter().enumerate() {
        let begin = *first.get_or_insert(*at);
        if values.get(index + 1).is_none_or(|next| next - at > 2) {
            out.push(Candidate::new(turn.span(begin, *at), Kind::Password, Likelihood::Likely, "asked-by-agent"));
            first = None;
        }
    }
    true
}

/// Words before the answer itself: `sure, it's`, `my password is`.
fn leads_in(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    let Some(token) = turn.token(index) else { return false };
    let cues = Cues::of(&[
        Cue::Acknowledge,
        Cue::Filler,
        Cue::Copula,
        Cue::Possessive,
        Cue::Password,
        Cue::Username,
        Cue::NumberNoun,
        Cue::SecurityAnswer,
    ]);
    token.word.cues.any(cues)
        || matches!(
            turn.word(index),
            "it" | "that"
                | "would"
                | "be"
                | "think"
                | "the"
                | "i"
                | "should"
                | "answer"
                | "believe"
                | "we"
                | "was"
                | "use"
                | "hi"
                | "hello"
        )
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn labelled_words_go() {
        check("my password is hunter2!", "my password is [PASSWORD]!");
        check("password: Tulp!1990", "password: [PASSWORD]");
        check("username is jdoe99", "username is [USERNAME_1]");
        check("passphrase \"yellow umbrella\"", "passphrase \"[PASSWORD]\"");
    }

    #[test]
    fn descriptions_stay() {
        check("the password is wrong", "the password is wrong");
        check("I need to reset my password", "I need to reset my password");
        check("my username is not working", "my username is not working");
    }
}
