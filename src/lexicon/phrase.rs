//! Reads a phrase as written into its elements: what may stand at each place. Knows nothing of stems.

use rustc_hash::FxHashMap;

use super::row::Problem;
use crate::text::{
    Language,
    words::{WordKind, Words},
};

/// Most steps of classes within classes.
const DEPTH_MAX: usize = 4;

/// One step of an alternative.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Exactly this folded word.
    Exact(String),
    /// Any word with the stem of this folded word.
    Stem(String),
    /// Any number or number word.
    Number,
    /// One arbitrary word.
    Any,
    /// Up to three arbitrary words.
    Gap,
}

/// One place of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// What may stand there; most alternatives are one step long.
    pub alternatives: Vec<Vec<Step>>,
    /// Whether it may be missing.
    pub optional: bool,
}

/// The classes of a language: name and alternatives as written.
pub type Classes<'t> = FxHashMap<&'t str, &'t str>;

/// The elements of a phrase.
///
/// # Errors
/// Where the phrase is not as data/lexicon/README.md says.
pub fn elements(phrase: &str, language: Language, classes: &Classes<'_>) -> Result<Vec<Element>, Problem> {
    let element = |written: &str| {
        let required = written.strip_suffix('?');
        let alternatives = alternatives(required.unwrap_or(written), language, classes, DEPTH_MAX)?;
        Ok(Element { alternatives, optional: required.is_some() })
    };
    let elements: Vec<Element> = phrase.split(' ').map(element).collect::<Result<_, Problem>>()?;
    let is_open = |step: Option<&Step>| matches!(step, None | Some(Step::Gap));
    let starts = |element: &Element| {
        !element.optional
            && !element.alternatives.iter().any(|steps| matches!(steps.first(), None | Some(Step::Gap | Step::Any)))
    };
    let ends = |element: &Element| !element.alternatives.iter().any(|steps| is_open(steps.last()));
    let sound = elements.first().is_some_and(starts) && elements.last().is_some_and(ends);
    if sound { Ok(elements) } else { Err(Problem::Gap) }
}

fn alternatives(
    element: &str,
    language: Language,
    classes: &Classes<'_>,
    depth: usize,
) -> Result<Vec<Vec<Step>>, Problem> {
    let mut all = Vec::new();
    for alternative in element.split('|') {
        if let Some(name) = alternative.strip_prefix('@') {
            let members = classes.get(name).filter(|_| depth > 0).ok_or(Problem::Class)?;
            all.extend(alternatives(members, language, classes, depth - 1)?);
            continue;
        }
        let mut steps = Vec::new();
        for part in alternative.split('_') {
            push_steps(part, language, &mut steps)?;
        }
        all.push(steps);
    }
    Ok(all)
}

/// Appends the steps of one word as written; a word that the text is cut at (an elision) is several steps.
fn push_steps(part: &str, language: Language, steps: &mut Vec<Step>) -> Result<(), Problem> {
    match part {
        "#" => steps.push(Step::Number),
        "*" => steps.push(Step::Any),
        "~" => steps.push(Step::Gap),
        _ => {
            let exact = part.strip_prefix('=');
            let written = exact.unwrap_or(part);
            if written.is_empty() || written.chars().any(char::is_whitespace) {
                return Err(Problem::Phrase);
            }
            let mut words = Words::new(written, language);
            let mut folded = String::new();
            let before = steps.len();
            while let Some(word) = words.next(&mut folded) {
                match word.kind {
                    WordKind::Word if exact.is_none() => steps.push(Step::Stem(folded.clone())),
                    WordKind::Word | WordKind::Emoji | WordKind::Number => steps.push(Step::Exact(folded.clone())),
                    _ => return Err(Problem::Phrase),
                }
            }
            if steps.len() == before || written.chars().any(char::is_uppercase) {
                return Err(Problem::Phrase);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(elements: &[Element]) -> String {
        let step = |step: &Step| match step {
            Step::Exact(word) => format!("={word}"),
            Step::Stem(word) => word.clone(),
            Step::Number => "#".to_owned(),
            Step::Any => "*".to_owned(),
            Step::Gap => "~".to_owned(),
        };
        let steps = |steps: &Vec<Step>| steps.iter().map(step).collect::<Vec<_>>().join("_");
        let element = |element: &Element| {
            let all = element.alternatives.iter().map(steps).collect::<Vec<_>>().join("|");
            if element.optional { all + "?" } else { all }
        };
        elements.iter().map(element).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(phrase: &str, expected: Result<&str, Problem>) {
        let classes = Classes::from_iter([("cannot", "can't|=cannot|can_not"), ("loop", "@loop")]);
        let found = elements(phrase, Language::English, &classes).map(|elements| written(&elements));
        assert_eq!(found, expected.map(str::to_owned), "{phrase}");
    }

    #[test]
    fn phrases_are_read() {
        check("still waiting", Ok("still waiting"));
        check("@cannot|won't log in", Ok("can't|=cannot|can_not|won't log in"));
        check("wait|=hold ~ # hours", Ok("wait|=hold ~ # hours"));
        check("😡", Ok("=😡"));
        check("not very|so? good", Ok("not very|so? good"));
    }

    #[test]
    fn bad_phrases_are_refused() {
        check("~ bad", Err(Problem::Gap));
        check("bad ~", Err(Problem::Gap));
        check("* bad", Err(Problem::Gap));
        check("very? bad", Err(Problem::Gap));
        check("two  spaces", Err(Problem::Phrase));
        check("Upper", Err(Problem::Phrase));
        check("a!b", Err(Problem::Phrase));
        check("@nobody", Err(Problem::Class));
        check("@loop", Err(Problem::Class));
    }

    #[test]
    fn elided_words_are_cut_as_in_text() {
        let found = elements("n'ai pas", Language::French, &Classes::default()).map(|found| written(&found));
        assert_eq!(found, Ok("n'_ai pas".to_owned()));
    }
}
