//! Finds names of persons by lists of names, letter case and the words around, without a statistical model: every
//! run of words that may be a name gets an integer score. Knows nothing of placeholders or of other kinds.

mod cue;
mod run;
mod score;

pub(super) use cue::CUES;

use super::{
    Kind, Likelihood,
    candidate::Candidate,
    find::View,
    gazetteer::{Class, Gap, Reading, Shape},
    words::Cue,
};
use cue::Left;
use run::Run;
use score::{Score, THRESHOLD};

/// From this score on a name is certain enough to be looked for in the other turns.
const CERTAIN: i32 = 6;

/// An answer to a question for a name counts as much as "my name is".
const ASKED: Left = Left { weight: 6, opens: true };

/// A run that scores this much is a name where it stands in a list with a name.
const LISTED: i32 = 2;

/// Hands in the names of persons of a turn.
pub(super) fn find(view: &View<'_>, reading: &Reading<'_>, out: &mut Vec<Candidate>) {
    let mut at = 0;
    let mut before: Option<(Run, Score)> = None;
    while at < reading.len() {
        let Some((run, score)) = name_at(view, reading, at) else {
            at += 1;
            continue;
        };
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
        at = if taken { run.last + 1 } else { at + 1 };
    }
}

/// Whether two runs stand side by side in a list: "Kónya, Becker and Vasquez".
fn is_list(reading: &Reading<'_>, left: Run, right: Run) -> bool {
    let next = left.last + 1;
    let capitals = reading.mark(right.first).shape == Shape::Capital || reading.mark(left.first).shape == Shape::Plain;
    if next == right.first {
        return capitals
            && reading.before(next).has(Gap::COMMA)
            && reading.before(next).only(Gap::COMMA.and(Gap::SPACE));
    }
    let and = matches!(reading.turn.word(next), "and" | "und" | "et" | "y" | "e" | "en" | "og" | "och" | "or");
    let spaced = reading.before(next).only(Gap::COMMA.and(Gap::SPACE)) && reading.before(right.first) == Gap::SPACE;
    capitals && and && spaced && next + 1 == right.first
}

fn candidate(reading: &Reading<'_>, run: Run, score: Score) -> Candidate {
    let likelihood = if score.points >= CERTAIN { Likelihood::Likely } else { Likelihood::Possible };
    Candidate::new(reading.turn.span(run.first, run.last), Kind::Person, likelihood, score.reason)
}

/// The name that begins at token `at`, if its score suffices.
fn name_at(view: &View<'_>, reading: &Reading<'_>, at: usize) -> Option<(Run, Score)> {
    let entry = reading.entry(at);
    let capital = reading.mark(at).shape != Shape::Plain;
    let cued = at > 0 && reading.previous(at).is(Class::CueEnd) || asked(view, at);
    let hopeful = if capital { entry.is_name() || entry.ordinary < 3 } else { entry.given > 1 && entry.ordinary < 3 };
    if !(hopeful || cued || reading.previous(at).is(Class::Title)) || !run::is_usable(reading, at) {
        return None;
    }
    let left = left_of(view, reading, at);
    if let Some(run) = run::from_particles(reading, at).filter(|_| left.weight > 2) {
        let score = score::score(reading, run, left);
        return (score.points >= THRESHOLD).then_some((run, score));
    }
    if !is_start(reading, at, left) {
        return None;
    }
    let run = run::extend(reading, at, left.opens);
    let score = score::score(reading, run, left);
    (score.points >= LISTED).then_some((run, score))
}

fn asked(view: &View<'_>, at: usize) -> bool {
    at == 0 && view.asked.has(Cue::Name)
}

fn left_of(view: &View<'_>, reading: &Reading<'_>, at: usize) -> Left {
    if asked(view, at) { ASKED } else { cue::left(reading, at) }
}

/// Whether a name can begin with token `at`.
fn is_start(reading: &Reading<'_>, at: usize, left: Left) -> bool {
    let entry = reading.entry(at);
    if run::is_initial(reading, at) {
        return reading.before(at + 1).has(Gap::SPACE.and(Gap::DOT).and(Gap::QUOTE))
            && run::extend(reading, at, false).last > at;
    }
    let next = reading.entry(at + 1);
    let titled = entry.is(Class::WeakTitle) && (entry.given < 2 || next.given > 0 || next.is_unknown());
    if entry.is(Class::Greeting) || entry.is(Class::Title) || titled && reading.before(at + 1) == Gap::SPACE {
        return false;
    }
    if left.opens {
        let named = entry.given > 1 || entry.surname > 1;
        return (entry.ordinary < if reading.mark(at).shape == Shape::Plain { 2 } else { 3 } || named)
            && (reading.turn.raw(at).len() > 1 || run::extend(reading, at, true).last > at);
    }
    let capital = reading.mark(at).shape == Shape::Capital && left.weight > 3 && entry.given > 1;
    capital || run::value(reading, at, true) > 0 || run::leads_name(reading, at, left.weight)
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
