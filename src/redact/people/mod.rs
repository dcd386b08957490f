//! Finds names of persons by lists of names, letter case and the words around, without a statistical model: every
//! run of words that may be a name gets an integer score. Knows nothing of placeholders or of other kinds.

mod answer;
mod cue;
mod family;
mod run;
mod score;
mod special;

pub(super) use cue::CUES;

use super::{
    Kind, Likelihood,
    candidate::Candidate,
    find::View,
    flags::Flags,
    gazetteer::{Class, Classes, Entry, Gap, Reading, Shape},
    token::Case,
};
use cue::Left;
use run::Run;
use score::{Score, THRESHOLD};

/// From this score on a name is certain enough to be looked for in the other turns.
const CERTAIN: i32 = 6;

/// An answer to a question for a name counts as much as "my name is".
const ASKED: Left = Left { weight: 6, opens: true };

/// Words before a name that make any word behind them worth a look.
pub(super) const CUES_OF_NAMES: Classes =
    Classes::of(&[Class::Title, Class::WeakTitle, Class::Relation, Class::CueEnd]);

/// A run that scores this much is a name where it stands in a list with a name.
const LISTED: i32 = 2;

/// Hands in the names of persons of a turn.
pub(super) fn find(view: &View<'_>, reading: &Reading<'_>, out: &mut Vec<Candidate>) {
    let mut done = 0;
    let mut before: Option<(Run, Score)> = None;
    let answer = answer::start(view, reading);
    let first = answer.filter(|at| !reading.turn.flags(*at).any(Flags::NAME));
    let begins = |at: &usize| answer.is_none_or(|answer| *at >= answer);
    for at in first.into_iter().chain(reading.turn.names().filter(begins)) {
        if at < done {
            continue;
        }
        let Some((run, score)) = name_at(reading, at, answer) else { continue };
        let listed = before.filter(|(other, _)| is_list(reading, *other, run));
        let sure = |score: Score| score.points >= THRESHOLD;
        let capital = reading.mark(run.first).shape != Shape::Plain;
        let both = |other: Score| capital && other.points + score.points > THRESHOLD + 1;
        let supported = listed.is_some_and(|(_, other)| sure(other) || sure(score) || both(other));
        if let Some((other, points)) = listed.filter(|(_, points)| supported && !sure(*points)) {
            out.push(candidate(reading, other, points));
        }
        let taken = supported || sure(score);
        if taken {
            out.push(candidate(reading, run, score));
        }
        // What the list has confirmed confirms the next one.
        before = Some((run, Score { points: if taken { score.points.max(THRESHOLD) } else { score.points }, ..score }));
        done = if taken { run.last + 1 } else { at + 1 };
    }
}

/// Whether two runs stand side by side in a list: "Kónya, Becker and Vasquez".
fn is_list(reading: &Reading<'_>, left: Run, right: Run) -> bool {
    let next = left.last + 1;
    let capitals = reading.mark(right.first).shape == Shape::Capital || reading.mark(left.first).shape == Shape::Plain;
    if next == right.first && !reading.before(next).has(Gap::AND) {
        return capitals
            && reading.before(next).has(Gap::COMMA)
            && reading.before(next).only(Gap::COMMA.and(Gap::SPACE));
    }
    // `Saanvi & Aarav`
    if next == right.first && reading.before(next) == Gap::SPACE.and(Gap::AND) {
        return capitals;
    }
    let and = matches!(reading.turn.word(next), "and" | "und" | "et" | "y" | "e" | "en" | "og" | "och" | "or");
    let spaced = reading.before(next).only(Gap::COMMA.and(Gap::SPACE)) && reading.before(right.first) == Gap::SPACE;
    capitals && and && spaced && next + 1 == right.first
}

fn candidate(reading: &Reading<'_>, run: Run, score: Score) -> Candidate {
    let likelihood = if score.points >= CERTAIN { Likelihood::Likely } else { Likelihood::Possible };
    Candidate::new(reading.turn.span(run.first, run.last), Kind::Person, likelihood, score.reason)
}

/// Whether a name may begin with a word, by what the lists say of it; `rare`: a rare name counts too, `cued`: the word
/// before it says so. Only words that may are looked at.
#[inline]
pub(super) fn may_begin(entry: Entry, capital: bool, rare: bool, cued: bool) -> bool {
    let hopeful = if capital {
        entry.is_name() || entry.ordinary < 3
    } else {
        (entry.given > 1 && entry.ordinary < 3) || (rare && entry.given > 0 && entry.ordinary == 0)
    };
    hopeful || cued
}

/// Whether a word in lower case may begin a name whatever stands before it.
pub(super) fn may_be_name(entry: Entry) -> bool {
    may_begin(entry, false, true, false) || (entry.surname > 0 && entry.ordinary == 0)
}

/// Whether a word of `len` bytes in lower case is worth a closer look behind a cue: no cue makes a name of an ordinary
/// word that is seldom one.
#[inline]
pub(super) fn may_be_lower(entry: Entry, len: usize) -> bool {
    entry.ordinary < 2 || entry.given > 1 || entry.surname > 1 || entry.is(Class::Particle) || len == 1
}

/// The name that begins at token `at`, if its score suffices.
fn name_at(reading: &Reading<'_>, at: usize, answer: Option<usize>) -> Option<(Run, Score)> {
    let asked = answer == Some(at);
    // `Didn't catch it`
    let contracted = reading.before(at + 1) == Gap::QUOTE && reading.turn.word(at + 1) == "t";
    let other = || is_other_word(reading, at, asked) || is_label(reading, at) || ends_cue(reading, at);
    if is_pronoun(reading, at) || contracted || other() {
        return None;
    }
    let entry = reading.entry(at);
    if let Some(run) = special::from_comma(reading, at).or_else(|| special::from_slash(reading, at)) {
        return Some((run, Score { points: THRESHOLD, reason: "name:known" }));
    }
    let capital = reading.mark(at).shape != Shape::Plain;
    let cued = reading.previous(at).classes.any(CUES_OF_NAMES);
    let rare = reading.entry(at + 1).surname > 0;
    let begins = may_begin(entry, capital, rare, cued) || asked;
    if !begins {
        return None;
    }
    let left = left_of(reading, at, answer);
    if capital && left.weight < 4 && is_saint(reading, at) {
        return None;
    }
    if is_plain_word(reading, at, left) || !run::is_usable(reading, at) {
        return None;
    }
    let particles = run::from_particles(reading, at, left.weight > 5);
    let particles = particles.map(|run| run::with_given(reading, run, left));
    if let Some(run) = particles.filter(|_| left.weight > 2) {
        let score = score::score(reading, run, left);
        return (score.points >= THRESHOLD).then_some((run, score));
    }
    let plain = !capital || reading.mark(at + 1).shape == Shape::Plain;
    let initials = (left.weight > 2 && plain).then(|| special::from_initials(reading, at)).flatten();
    if let Some(run) = initials {
        return Some((run, Score { points: THRESHOLD, reason: "context:name" }));
    }
    if !is_start(reading, at, left) {
        return None;
    }
    let run = run::extend(reading, at, left);
    let score = score::score(reading, run, left);
    (score.points >= LISTED).then_some((run, score))
}

/// Whether a capital `I` stands before a word of lower case or an apostrophe: no initial, the most frequent of all capitals.
fn is_pronoun(reading: &Reading<'_>, at: usize) -> bool {
    if reading.turn.raw(at) != "I" {
        return false;
    }
    let next = reading.mark(at + 1);
    let lower = reading.turn.token(at + 1).is_some_and(|next| next.case == Case::Lower);
    let word = || lower && reading.mark(at).shape != Shape::Plain && !run::goes_on_in_lower(reading, at + 1);
    next.before == Gap::QUOTE || next.before == Gap::SPACE && word()
}

/// Whether a word is an ordinary one, no name by itself, and nothing beside it makes it one: no name begins with it. Says
/// so of most words with a capital at little cost.
fn is_other_word(reading: &Reading<'_>, at: usize, asked: bool) -> bool {
    const MARKS: Gap = Gap::COLON.and(Gap::QUOTE);
    let mark = reading.mark(at);
    let (raw, previous) = (reading.turn.raw(at), reading.previous(at));
    !mark.entry.is_name()
        && mark.entry.ordinary > 0
        && raw.len() > 1
        && !raw.starts_with("Mc")
        && !mark.before.has(MARKS)
        && !previous.classes.any(CUES_OF_NAMES)
        && !reading.before(at + 1).has(Gap::GLUE)
        && !asked
}

/// Whether a word in lower case is no name by itself and the words before it promise none.
fn is_plain_word(reading: &Reading<'_>, at: usize, left: Left) -> bool {
    let (mark, raw) = (reading.mark(at), reading.turn.raw(at));
    let promised = left.opens || left.weight > 2;
    let named = mark.entry.is_name() || mark.before.has(Gap::QUOTE) || raw.starts_with("Mc");
    mark.shape == Shape::Plain && raw.len() > 1 && !promised && !named
}

/// Whether a word with a capital is, or follows, the `San` of a place: `Santa Rosa`, `Saint-Denis`.
fn is_saint(reading: &Reading<'_>, at: usize) -> bool {
    let capital = |at: usize| reading.mark(at).shape != Shape::Plain;
    let saint = |at: usize| {
        capital(at)
            && capital(at + 1)
            && reading.before(at + 1).only(Gap::SPACE.and(Gap::HYPHEN).and(Gap::DOT))
            && matches!(
                reading.turn.word(at),
                "san"
                    | "santa"
                    | "santo"
                    | "sao"
                    | "saint"
                    | "sainte"
                    | "sankt"
                    | "sint"
                    | "st"
                    | "fort"
                    | "reggio"
                    | "puerto"
                    | "ciudad"
                    | "virgen"
                    | "notre"
                    | "nossa"
                    | "lake"
                    | "mount"
                    | "port"
            )
    };
    saint(at) || at > 0 && saint(at - 1) && !reading.previous(at - 1).is(Class::Title)
}

/// Whether a word in lower case is the label of a form or a function word: `surname`, `a nome di chi`.
fn is_label(reading: &Reading<'_>, at: usize) -> bool {
    let mark = reading.mark(at);
    let function = mark.entry.is(Class::NoFamily)
        && mark.entry.ordinary > 2
        && mark.entry.given < 3
        && !mark.entry.is(Class::Particle);
    let joined = reading.before(at + 1) == Gap::HYPHEN;
    let word = reading.turn.raw(at).len() > 1;
    mark.shape == Shape::Plain && !joined && word && (function || mark.entry.is(Class::Role) && mark.entry.given < 2)
}

/// Whether a particle belongs to the words before a name, as in `op naam van Roos`, `ik ben Femke`.
fn ends_cue(reading: &Reading<'_>, at: usize) -> bool {
    let alone = reading.turn.word(at) == "ben" && reading.previous(at).ordinary == 0;
    reading.entry(at).is(Class::CueEnd) && !alone && cue::left(reading, at + 1).weight > 4
}

fn left_of(reading: &Reading<'_>, at: usize, answer: Option<usize>) -> Left {
    let related =
        answer.is_some_and(|answer| answer < at && at < answer + 4) && reading.previous(at).is(Class::Relation);
    if answer == Some(at) || related {
        return ASKED;
    }
    let left = cue::left(reading, at);
    let joined = || is_joined_given(reading, at);
    Left { opens: left.opens || left.weight > 3 && (is_unknown_pair(reading, at) || joined()), ..left }
}

/// `this is mei-ling tan`: two short words that no list of words holds, joined by a hyphen, before a family name.
fn is_joined_given(reading: &Reading<'_>, at: usize) -> bool {
    let odd = |at: usize| reading.entry(at).ordinary < 2 && reading.turn.raw(at).len() > 1;
    reading.before(at + 1) == Gap::HYPHEN
        && reading.before(at + 2) == Gap::SPACE
        && (odd(at) || odd(at + 1))
        && reading.entry(at + 2).surname > 1
}

/// `hola soy emeterio lasheras`: two words in a row that no list of words holds, behind a phrase that leads to a name. German
/// joins words freely, so there they tell nothing.
fn is_unknown_pair(reading: &Reading<'_>, at: usize) -> bool {
    let unknown = |at: usize| {
        let mark = reading.mark(at);
        let odd = mark.entry.ordinary == 0 && !mark.entry.classes.any(run::OTHERS) && !mark.entry.is(Class::City);
        odd && mark.shape == Shape::Plain && reading.is_word(at) && reading.turn.raw(at).len() > 3
    };
    let german = (at.saturating_sub(4)..at).any(|at| reading.entry(at).is(Class::German));
    unknown(at) && unknown(at + 1) && reading.before(at + 1) == Gap::SPACE && !german
}

/// Whether a name can begin with token `at`.
fn is_start(reading: &Reading<'_>, at: usize, left: Left) -> bool {
    let entry = reading.entry(at);
    if run::is_initial(reading, at) {
        if reading.turn.word(at) == "i" && reading.before(at + 1) == Gap::QUOTE {
            return false;
        }
        return reading.before(at + 1).has(Gap::SPACE.and(Gap::DOT).and(Gap::QUOTE))
            && run::extend(reading, at, left).last > at;
    }
    let next = reading.entry(at + 1);
    let titled = entry.is(Class::WeakTitle) && (entry.given < 2 || next.given > 0 || next.is_unknown());
    if entry.is(Class::Greeting) || entry.is(Class::Title) || titled && reading.before(at + 1) == Gap::SPACE {
        return false;
    }
    if left.opens {
        let named = entry.given > 1 || entry.surname > 1;
        return run::leads_name(reading, at, left.weight)
            || (entry.ordinary < if reading.mark(at).shape == Shape::Plain { 2 } else { 3 } || named)
                && (reading.turn.raw(at).len() > 1 || run::extend(reading, at, left).last > at);
    }
    let capital = reading.mark(at).shape == Shape::Capital && left.weight > 3 && entry.given > 1;
    let told = reading.mark(at).shape != Shape::Plain && entry.given > 1 && cue::right(reading, at + 1) > 5;
    let named = entry.given > 1 && family::follows(reading, at, at + 1, left);
    capital || told || named || run::value(reading, at, true) > 0 || run::leads_name(reading, at, left.weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conversation::{Part, Role},
        redact::{dialogue::Asked, token::NormalisedTurn},
    };

    /// The names of `marked` are its marked parts: «…».
    #[track_caller]
    fn check(marked: &str) {
        let text = marked.replace(['«', '»'], "");
        let turn = NormalisedTurn::new(&text);
        let reading = Reading::new(&turn);
        let asked = Asked::default();
        let view = View { turn: &turn, role: Role::Customer, part: Part::Body, asked: &asked, regions: &[] };
        let mut found = Vec::new();
        find(&view, &reading, &mut found);
        let mut out = text.clone();
        for candidate in found.iter().rev() {
            let span = turn.received(candidate.span).range();
            out.insert(span.end, '»');
            out.insert(span.start, '«');
        }
        assert_eq!(out, marked);
    }

    #[test]
    fn introductions() {
        check("Hi, my name is «Sarah Connor» and I need help");
        check("my name is «rubija»");
        check("hello this is «mike» speaking");
        check("This is «Priya Raghunathan» from billing");
        check("Je m'appelle «Élodie Lefèvre», bonjour");
        check("Ich heiße «Jörg Müller» und brauche Hilfe");
        check("me llamo «lupita hernandez»");
        check("mi nombre es «maría del carmen ruiz»");
        check("this is «nguyen van minh» calling");
        check("Mi chiamo «Giulia Bianchi»");
        check("meu nome é «João da Silva»");
    }

    #[test]
    fn greetings_and_signatures() {
        check("Hi «Anna»,");
        check("Dear Mr. «Okonkwo»,");
        check("Sehr geehrte Frau «Weber»,");
        check("Regards,\n«John Smith»");
        check("Thanks,\n«Priya»");
        check("Mit freundlichen Grüßen\n«Krisztián Szöllösy»");
    }

    #[test]
    fn parts_of_a_name() {
        check("I spoke to «J. R. Smith» yesterday");
        check("ask for «Siobhan O'Neill»");
        check("«Anne-Marie van der Berg» called");
        check("please call «Maria de la Cruz» back");
        check("«Sarah»'s order is late");
        check("CAN I SPEAK TO «KAREN JOHNSON» PLEASE");
        check("Herr Dr. «Weber» hat angerufen");
        check("Señora «López» no contesta");
    }

    #[test]
    fn first_names_alone() {
        check("my wife «Sarah» ordered it");
        check("I spoke to «Karen» in billing");
        check("i talked to «christopher» about it");
        check("ask for «Tom»");
    }

    #[test]
    fn other_words_with_capitals_stay() {
        check("I will pay the bill in May or June");
        check("The Galaxy and the iPhone from Samsung and Apple");
        check("Wells Fargo charged me, then Morgan Stanley did");
        check("We moved from New York to San Francisco in April");
        check("The Grace period, in good faith, Mark as read");
        check("Please contact Customer Service or the Billing Department");
        check("I live in Paris, near London");
        check("THANK YOU FOR CALLING. PLEASE HOLD THE LINE");
        check("Guten Tag, meine Rechnung und die Lieferung sind falsch");
        check("Will you help me? Mark the date. Rose prices went up");
        check("Monday morning the Internet was down");
        check("my name is not on the account");
        check("I am very angry and this is ridiculous");
    }
}
