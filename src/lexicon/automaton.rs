//! Makes one deterministic automaton of all phrases of a language, by the subset construction: rows are chains whose
//! places hold alternatives, so that neither alternatives nor optional words multiply the size.

use rustc_hash::FxHashMap;

use super::{compile::Entry, vocabulary::WordId};

/// Number of a state of the automaton; 0 is the start.
pub(super) type NodeId = u32;

/// A state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    /// What the phrase that ends here says.
    pub(super) entry: Option<Entry>,
    /// Whether a phrase goes on from here.
    pub(super) goes_on: bool,
}

/// The states and the ways between them.
#[derive(Debug, Default)]
pub(super) struct Automaton {
    /// By number.
    pub(super) nodes: Vec<Node>,
    /// From a state by a word to the next state.
    pub(super) edges: FxHashMap<(NodeId, WordId), NodeId>,
}

/// A place between two elements of one row.
#[derive(Debug, Default)]
struct Place {
    edges: Vec<(WordId, u32)>,
    entry: Option<Entry>,
}

/// The rows as chains of places; every chain begins at place 0.
#[derive(Debug)]
pub(super) struct Chains {
    places: Vec<Place>,
}

impl Chains {
    pub(super) fn new() -> Self {
        Self { places: vec![Place::default()] }
    }

    /// Adds a row: for each element its alternatives as words, and whether it may be missing.
    pub(super) fn add(&mut self, elements: &[(Vec<Vec<WordId>>, bool)], entry: Entry) {
        let mut ends = vec![0];
        for (alternatives, optional) in elements {
            let next = self.place();
            for words in alternatives {
                for end in &ends {
                    self.path(*end, words, next);
                }
            }
            if *optional { ends.push(next) } else { ends = vec![next] }
        }
        for end in ends {
            if let Some(place) = self.places.get_mut(end as usize) {
                place.entry = Some(entry);
            }
        }
    }

    fn place(&mut self) -> u32 {
        self.places.push(Place::default());
        u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
    }

    fn path(&mut self, from: u32, words: &[WordId], to: u32) {
        let Some((last, before)) = words.split_last() else { return };
        let mut at = from;
        for word in before {
            let next = self.place();
            self.edge(at, *word, next);
            at = next;
        }
        self.edge(at, *last, to);
    }

    fn edge(&mut self, from: u32, word: WordId, to: u32) {
        if let Some(place) = self.places.get_mut(from as usize) {
            place.edges.push((word, to));
        }
    }

    /// The automaton; where two rows end in the same state, the later one counts.
    pub(super) fn automaton(&self) -> Automaton {
        let mut automaton = Automaton::default();
        let mut known: FxHashMap<Vec<u32>, NodeId> = FxHashMap::default();
        let mut sets = vec![vec![0]];
        let mut next = 0;
        automaton.nodes.push(Node::default());
        while let Some(set) = sets.get(next).cloned() {
            let from = NodeId::try_from(next).unwrap_or(NodeId::MAX);
            for (word, targets) in self.targets(&set) {
                let new = NodeId::try_from(sets.len()).unwrap_or(NodeId::MAX);
                let to = *known.entry(targets).or_insert_with_key(|targets| {
                    sets.push(targets.clone());
                    automaton.nodes.push(self.node(targets));
                    new
                });
                automaton.edges.insert((from, word), to);
            }
            next += 1;
        }
        automaton
    }

    /// Where the words lead from a set of places, in the order of the words.
    fn targets(&self, set: &[u32]) -> Vec<(WordId, Vec<u32>)> {
        let places = set.iter().filter_map(|place| self.places.get(*place as usize));
        let mut edges: Vec<(WordId, u32)> = places.flat_map(|place| place.edges.iter().copied()).collect();
        edges.sort_unstable();
        edges.dedup();
        let by_word = edges.chunk_by(|one, other| one.0 == other.0);
        by_word.filter_map(|edges| Some((edges.first()?.0, edges.iter().map(|edge| edge.1).collect()))).collect()
    }

    fn node(&self, set: &[u32]) -> Node {
        let places = || set.iter().filter_map(|place| self.places.get(*place as usize));
        let entry = places().filter_map(|place| place.entry).next_back();
        Node { entry, goes_on: places().any(|place| !place.edges.is_empty()) }
    }
}
