//! What a tenant's policy may change in redaction: keepable kinds that stay readable, allow-list patterns and extra
//! patterns. Broken rules are refused when the redactor is built, with their line and the reason.

use std::ops::Range;

use regex_automata::meta::Regex;

use super::{
    find::Region,
    kind::{Class, Kind},
};

/// A literal allow-list entry that may keep an identifier readable (the company's own address) has at least this many
/// letters and digits.
const LITERAL_CHARS_MIN: usize = 6;

/// An extra pattern: what matches is redacted as `kind`.
#[derive(Clone, Debug)]
pub struct ExtraPattern {
    /// What a match is replaced as.
    pub kind: Kind,
    /// A regular expression in the syntax of the `regex-automata` crate (linear time).
    pub pattern: String,
}

/// What a policy asks the redactor to keep or to remove besides the built-in kinds. The default keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct KeepRules {
    /// Kinds that stay readable; only kinds of [`Class::Keepable`].
    pub kinds: Vec<Kind>,
    /// Patterns whose matches stay readable: any pattern for kinds of [`Class::Keepable`]; for identifiers only a plain
    /// text without operators, such as the company's own address. Nothing keeps a kind of [`Class::Forbidden`].
    pub allow: Vec<String>,
    /// Patterns that are redacted after the built-in kinds.
    pub extra: Vec<ExtraPattern>,
    /// ISO 3166 codes, such as `GB`, of the regions whose telephone numbers are expected in national form, besides those
    /// of the numbers in the contact record.
    pub phone_regions: Vec<String>,
}

/// Why a rule was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The kind may not be kept readable.
    #[error("kept kind {line}: {} may not be kept readable", kind.name())]
    NotKeepable {
        /// Position of the kind in the list, from 1.
        line: usize,
        /// The kind.
        kind: Kind,
    },
    /// No numbering plan is known for the region.
    #[error("phone region {line}: not the ISO 3166 code of a region with telephone numbers")]
    Region {
        /// Position of the region in its list, from 1.
        line: usize,
    },
    /// The pattern does not compile, or matches the empty text.
    #[error("{list} pattern {line}: {reason}")]
    Pattern {
        /// `allow` or `extra`.
        list: &'static str,
        /// Position of the pattern in its list, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// The rules of a policy, checked and compiled.
#[derive(Debug, Default)]
pub(super) struct CompiledRules {
    kinds: Vec<Kind>,
    allow: Vec<(Regex, bool)>,
    extra: Vec<(Kind, Regex)>,
    pub(super) regions: Vec<Region>,
}

impl CompiledRules {
    /// Checks and compiles the rules.
    pub(super) fn new(rules: &KeepRules) -> Result<Self, RuleError> {
        for (index, kind) in rules.kinds.iter().enumerate() {
            if kind.class() != Class::Keepable {
                return Err(RuleError::NotKeepable { line: index + 1, kind: *kind });
            }
        }
        let allow = rules.allow.iter().enumerate();
        let allow = allow.map(|(index, pattern)| Ok((compile("allow", index + 1, pattern)?, is_literal(pattern))));
        let extra = rules.extra.iter().enumerate();
        let extra = extra.map(|(index, rule)| Ok((rule.kind, compile("extra", index + 1, &rule.pattern)?)));
        let regions = rules.phone_regions.iter().enumerate();
        let regions = regions.map(|(index, code)| Region::from_code(code).ok_or(RuleError::Region { line: index + 1 }));
        Ok(Self {
            kinds: rules.kinds.clone(),
            regions: regions.collect::<Result<_, _>>()?,
            allow: allow.collect::<Result<_, _>>()?,
            extra: extra.collect::<Result<_, _>>()?,
        })
    }

    /// Whether the policy keeps this kind readable wherever it stands.
    pub(super) fn keeps(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether an allow-list pattern keeps this stretch of the text readable.
    pub(super) fn allows(&self, kind: Kind, text: &str, span: &Range<usize>) -> bool {
        let covers = |pattern: &Regex| {
            pattern.find_iter(text).any(|found| found.start() <= span.start && span.end <= found.end())
        };
        match kind.class() {
            Class::Forbidden => false,
            Class::Keepable => self.allow.iter().any(|(pattern, _)| covers(pattern)),
            Class::Identifier => self.allow.iter().any(|(pattern, literal)| *literal && covers(pattern)),
        }
    }

    /// What the extra patterns find in a text.
    pub(super) fn extra<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (Kind, Range<usize>)> + 't {
        self.extra.iter().flat_map(move |(kind, pattern)| pattern.find_iter(text).map(|found| (*kind, found.range())))
    }
}

fn compile(list: &'static str, line: usize, pattern: &str) -> Result<Regex, RuleError> {
    let refuse = |reason: String| RuleError::Pattern { list, line, reason };
    let regex = Regex::new(pattern).map_err(|error| {
        let cause = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
        refuse(cause.lines().last().unwrap_or("it does not compile").trim().to_owned())
    })?;
    if regex.is_match("") { Err(refuse("it matches the empty text".to_owned())) } else { Ok(regex) }
}

/// Whether a pattern is a plain text: no operators but escaped marks and dots.
fn is_literal(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    let mut length = 0;
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.next().is_some_and(|escaped| !escaped.is_alphanumeric()) => {}
            '\\' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' | '.' => return false,
            other => length += usize::from(other.is_alphanumeric()),
        }
    }
    length >= LITERAL_CHARS_MIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rules: &KeepRules, expected: &str) {
        let refused = CompiledRules::new(rules).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(refused, expected);
    }

    fn allow(patterns: &[&str]) -> KeepRules {
        KeepRules { allow: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(), ..KeepRules::default() }
    }

    #[test]
    fn broken_rules_are_refused_with_their_line() {
        check(&KeepRules::default(), "");
        let kinds = vec![Kind::OrderNumber, Kind::Email];
        check(&KeepRules { kinds, ..KeepRules::default() }, "kept kind 2: EMAIL may not be kept readable");
        check(&allow(&["SKU-[0-9]+"]), "");
        check(&allow(&["a", "("]), "allow pattern 2: error: unclosed group");
        let phone_regions = vec!["GB".to_owned(), "UK".to_owned()];
        let refused = "phone region 2: not the ISO 3166 code of a region with telephone numbers";
        check(&KeepRules { phone_regions, ..KeepRules::default() }, refused);
        check(&allow(&["x*"]), "allow pattern 1: it matches the empty text");
    }

    #[test]
    fn only_a_plain_text_keeps_an_identifier() {
        let rules = CompiledRules::new(&allow(&["help@acme\\.example", ".+@.+"])).unwrap();
        let text = "help@acme.example or ann@b.example";
        assert!(rules.allows(Kind::Email, text, &(0..17)));
        assert!(!rules.allows(Kind::Email, text, &(21..34)));
        assert!(rules.allows(Kind::OrderNumber, text, &(21..34)));
        assert!(!rules.allows(Kind::Password, text, &(0..17)));
    }
}
