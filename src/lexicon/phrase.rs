//! Expands a phrase as written into its forms: sequences of words, numbers and gaps. Knows nothing of stems.

use rustc_hash::FxHashMap;

use super::row::Problem;
use crate::text::{
    Language,
    words::{WordKind, Words},
};

/// Most forms one phrase may expand to.
pub const FORMS_MAX: usize = 4000;

/// Most steps of classes within classes.
const DEPTH_MAX: usize = 4;

/// One step of a form.
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

/// The classes of a language: name and alternatives as written.
pub type Classes<'t> = FxHashMap<&'t str, &'t str>;

/// The forms of a phrase.
///
/// # Errors
/// Where the phrase is not as data/lexicon/README.md says.
pub fn forms(phrase: &str, language: Language, classes: &Classes<'_>) -> Result<Vec<Vec<Step>>, Problem> {
    let mut forms = vec![Vec::new()];
    for element in phrase.split(' ') {
        let required = element.strip_suffix('?');
        let mut alternatives = alternatives(required.unwrap_or(element), language, classes, DEPTH_MAX)?;
        alternatives.extend(required.map(|_| Vec::new()));
        if forms.len() * alternatives.len() > FORMS_MAX {
            return Err(Problem::Forms);
        }
        forms =
            forms.iter().flat_map(|form| alternatives.iter().map(|more| [form.as_slice(), more].concat())).collect();
    }
    let sound = |form: &Vec<Step>| {
        !matches!(form.first(), None | Some(Step::Gap | Step::Any)) && form.last() != Some(&Step::Gap)
    };
    if forms.iter().all(sound) { Ok(forms) } else { Err(Problem::Gap) }
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

    fn text(forms: &[Vec<Step>]) -> Vec<String> {
        let step = |step: &Step| match step {
            Step::Exact(word) => format!("={word}"),
            Step::Stem(word) => word.clone(),
            Step::Number => "#".to_owned(),
            Step::Any => "*".to_owned(),
            Step::Gap => "~".to_owned(),
        };
        forms.iter().map(|form| form.iter().map(step).collect::<Vec<_>>().join(" ")).collect()
    }

    #[track_caller]
    fn check(phrase: &str, expected: Result<&[&str], Problem>) {
        let classes = Classes::from_iter([("cannot", "can't|=cannot|can_not"), ("loop", "@loop")]);
        let found = forms(phrase, Language::English, &classes).map(|forms| text(&forms));
        assert_eq!(found, expected.map(|rows| rows.iter().map(|&row| row.to_owned()).collect()), "{phrase}");
    }

    #[test]
    fn phrases_are_expanded() {
        check("still waiting", Ok(&["still waiting"]));
        check("@cannot log in", Ok(&["can't log in", "=cannot log in", "can not log in"]));
        check("wait|=hold ~ # hours", Ok(&["wait ~ # hours", "=hold ~ # hours"]));
        check("😡", Ok(&["=😡"]));
        check("not very|so? good", Ok(&["not very good", "not so good", "not good"]));
    }

    #[test]
    fn bad_phrases_are_refused() {
        check("~ bad", Err(Problem::Gap));
        check("bad ~", Err(Problem::Gap));
        check("* *", Err(Problem::Gap));
        check("two  spaces", Err(Problem::Phrase));
        check("Upper", Err(Problem::Phrase));
        check("a!b", Err(Problem::Phrase));
        check("@nobody", Err(Problem::Class));
        check("@loop", Err(Problem::Class));
        let many = vec!["a|b|c|d|e|f|g|h|i"; 4].join(" ");
        check(&many, Err(Problem::Forms));
    }

    #[test]
    fn elided_words_are_cut_as_in_text() {
        let found = forms("n'ai pas", Language::French, &Classes::default()).map(|forms| text(&forms));
        assert_eq!(found, Ok(vec!["n' ai pas".to_owned()]));
    }
}
