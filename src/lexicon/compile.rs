//! One language's rows, compiled: a vocabulary and a trie of word numbers. Knows nothing of texts.

use rustc_hash::FxHashMap;

use super::{
    phrase::{self, Classes, Step},
    row::{LexiconError, Problem, Row, rows},
    signal::Cue,
    vocabulary::{ANY, GAP, NUMBER, Vocabulary, WordId},
};
use crate::text::Language;

/// What a form says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Weight in thousandths; for shifters a factor.
    pub weight: i32,
    /// What it stands for.
    pub cue: Cue,
}

/// Number of a node of the trie; 0 is the root.
pub(super) type NodeId = u32;

/// A place in the trie.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    /// What the form that ends here says.
    pub(super) entry: Option<Entry>,
    /// Whether a form goes on from here.
    pub(super) goes_on: bool,
}

/// The compiled lexicon of one language.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) vocabulary: Vocabulary,
    /// By word number: the node after a first word; 0 where no form begins with it.
    first: Vec<NodeId>,
    /// Whether the word stands for a number.
    numbers: Vec<bool>,
    nodes: Vec<Node>,
    edges: FxHashMap<(NodeId, WordId), NodeId>,
}

impl Compiled {
    /// Compiles the files of a language; where two rows hold the same form, the later one wins.
    pub(super) fn new(language: Language, files: &[(&str, &str)]) -> Result<Self, LexiconError> {
        let mut compiled = Self {
            vocabulary: Vocabulary::new(language),
            first: Vec::new(),
            numbers: Vec::new(),
            nodes: vec![Node::default()],
            edges: FxHashMap::default(),
        };
        let classes = classes(files);
        for (file, text) in files {
            for (line, row) in rows(text) {
                row.and_then(|row| compiled.add(row, language, &classes)).map_err(|problem| LexiconError {
                    file: (*file).to_owned(),
                    line,
                    problem,
                })?;
            }
        }
        compiled.first = (0..compiled.vocabulary.len())
            .map(|word| u32::try_from(word).ok().and_then(|word| compiled.edge(0, word)).unwrap_or(0))
            .collect();
        compiled.numbers.resize(compiled.vocabulary.len(), false);
        Ok(compiled)
    }

    fn add(&mut self, row: Row<'_>, language: Language, classes: &Classes<'_>) -> Result<(), Problem> {
        let (phrase, weight, cue) = match row {
            Row::Phrase { phrase, weight, cue } => (phrase, weight, cue),
            Row::Class { alternatives, .. } => return phrase::forms(alternatives, language, classes).map(|_| ()),
        };
        for form in phrase::forms(phrase, language, classes)? {
            if cue == Cue::Number {
                self.add_number(&form);
            } else {
                self.add_form(&form, Entry { weight, cue });
            }
        }
        Ok(())
    }

    fn add_number(&mut self, form: &[Step]) {
        for step in form {
            let word = self.word(step) as usize;
            if self.numbers.len() <= word {
                self.numbers.resize(word + 1, false);
            }
            if let Some(number) = self.numbers.get_mut(word) {
                *number = true;
            }
        }
    }

    fn add_form(&mut self, form: &[Step], entry: Entry) {
        let mut at = 0;
        for step in form {
            let key = (at, self.word(step));
            let new = NodeId::try_from(self.nodes.len()).unwrap_or(NodeId::MAX);
            at = *self.edges.entry(key).or_insert(new);
            if at == new {
                self.nodes.push(Node::default());
                if let Some(before) = self.nodes.get_mut(key.0 as usize) {
                    before.goes_on = true;
                }
            }
        }
        if let Some(node) = self.nodes.get_mut(at as usize) {
            node.entry = Some(entry);
        }
    }

    fn word(&mut self, step: &Step) -> WordId {
        match step {
            Step::Exact(word) => self.vocabulary.add_exact(word),
            Step::Stem(word) => self.vocabulary.add_stem(word),
            Step::Number => NUMBER,
            Step::Any => ANY,
            Step::Gap => GAP,
        }
    }

    pub(super) fn node(&self, node: NodeId) -> Node {
        self.nodes.get(node as usize).copied().unwrap_or_default()
    }

    pub(super) fn edge(&self, from: NodeId, word: WordId) -> Option<NodeId> {
        self.edges.get(&(from, word)).copied()
    }

    /// The node after a first word.
    pub(super) fn first(&self, word: WordId) -> Option<NodeId> {
        self.first.get(word as usize).copied().filter(|node| *node != 0)
    }

    pub(super) fn is_number(&self, word: WordId) -> bool {
        self.numbers.get(word as usize).copied().unwrap_or(false)
    }
}

fn classes<'t>(files: &[(&'t str, &'t str)]) -> Classes<'t> {
    let all = files.iter().flat_map(|(_, text)| rows(text));
    all.filter_map(|(_, row)| match row {
        Ok(Row::Class { name, alternatives }) => Some((name, alternatives)),
        _ => None,
    })
    .collect()
}
