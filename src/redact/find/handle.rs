//! Handles: `@name` of a person rather than of a company. Knows nothing of labels far away.

use super::View;
use crate::{
    redact::{Kind, Likelihood, candidate::Candidate, gazetteer, marks::Marks, token::NormalisedTurn, words::Cue},
    text::Span,
};

/// `british_airways`, `acme_care`: a handle with a part that only companies have.
fn is_brand(name: &str) -> bool {
    const PARTS: &[&str] = &[
        "care", "cares", "support", "help", "helps", "service", "services", "team", "official", "news", "hq", "in",
        "uk", "us", "usa", "ca", "au", "ie", "de", "fr", "es", "it", "nl", "eu", "ke", "ng", "za", "india", "africa",
        "app", "store", "shop", "tv", "mobile", "airways", "airlines", "bank", "customer", "cs", "ug", "gh", "ph",
        "sg", "my", "ae", "br", "mx", "pl", "tr", "inc", "global",
    ];
    let brand = gazetteer::Classes::of(&[gazetteer::Class::Brand, gazetteer::Class::Org]);
    let parts = || name.split(['_', '.']).filter(|part| !part.is_empty());
    parts().count() > 1
        && parts().any(|part| PARTS.contains(&part) || gazetteer::look_up(part).classes.any(brand))
        && !name.bytes().any(|byte| byte.is_ascii_digit())
}

/// `@name` with a digit or an underscore in it: a handle of a person rather than of a brand.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let text = turn.text();
    if !turn.has_mark(Marks::AT) {
        return;
    }
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let name = text.get(at + 1..).unwrap_or_default();
        let length = name
            .bytes()
            .take(40)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
            .count();
        let name = name.get(..length).unwrap_or_default().trim_end_matches(['.', '-']);
        let label =
            turn.token_at(u32::try_from(at).unwrap_or(u32::MAX)).checked_sub(1).and_then(|label| turn.token(label));
        let labelled = label.is_some_and(|token| token.word.cues.has(Cue::Username))
            || (name.contains('.') && names_place(turn, at, name));
        let marked = name.bytes().any(|byte| byte.is_ascii_digit()) || name.contains('_');
        let personal = (marked && !is_brand(&name.to_ascii_lowercase())) || labelled;
        if before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ',' | ':')) && name.len() >= 4 && personal {
            out.push(Candidate::new(
                Span::new(at, at + 1 + name.len()),
                Kind::Username,
                Likelihood::Possible,
                "form:handle",
            ));
        }
    }
}

/// `@kay.draws on insta`: where the handle is one stands behind it.
fn names_place(turn: &NormalisedTurn<'_>, at: usize, name: &str) -> bool {
    let end = u32::try_from(at + 1 + name.len()).unwrap_or(u32::MAX);
    let next = turn.token_at(end);
    let named = turn.token(next + 1).is_some_and(|token| token.word.cues.has(Cue::Username));
    named && matches!(turn.word(next), "on" | "auf" | "sur" | "en" | "su" | "no" | "op") && turn.gap(next) == " "
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn handles_of_persons_go() {
        check("write to @kay_lee88", "write to [USERNAME_1]");
        check("venmo @delphine-ok", "venmo [USERNAME_1]");
        check("im @kay.paints on insta", "im [USERNAME_1] on insta");
    }

    #[test]
    fn handles_of_companies_stay() {
        check("I asked @british_airways and @acme_care", "I asked @british_airways and @acme_care");
    }
}
