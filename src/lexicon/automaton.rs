//! Makes one deterministic automaton of all phrases of a language, by the subset construction: rows are chains whose
//! places hold alternatives, so that neither alternatives nor optional words multiply the size.

use std::num::NonZeroU32;

use rustc_hash::FxHashMap;

use super::{
    signal::Cue,
    vocabulary::{FIRST as RESERVED, WordId},
};

/// Number of a state of the automaton; 0 is the start.
pub(super) type NodeId = u32;

/// What a form says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Weight in thousandths; for shifters a factor.
    pub weight: i32,
    /// What it stands for.
    pub cue: Cue,
    /// Position of its row among all rows of the language; of equal forms the later row counts.
    pub order: u32,
}

/// A state.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    /// What the phrase that ends here says: its place among the entries, from 1; 0 where none ends.
    entry: u32,
    /// Where its edges begin.
    edges: u32,
    /// The words a phrase goes on with, as bits of [`bit`]: a word whose bit is not set leads nowhere.
    pub(super) next: u64,
}

/// The bit of a word in [`Node::next`]. The few numbers that stand for no single word have bits of their own, so that
/// asking for them costs no search.
pub(super) fn bit(word: WordId) -> u64 {
    1 << if word < RESERVED { word } else { RESERVED + word % (64 - RESERVED) }
}

/// A phrase that ends in a state: its place among the entries, from 1. They lie apart, since few of those that are found
/// count in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending(NonZeroU32);

/// So many edges are searched faster by looking at all of them: their words share a cache line or two.
const FEW_EDGES: usize = 16;

/// Bits of the filter for each edge it holds: one false alarm in sixteen.
const FILTER_BITS: usize = 16;

/// Tells for most pairs of state and word that no edge is there, in one look. Only for states of more than [`FEW_EDGES`].
#[derive(Debug, Default)]
struct Filter(Vec<u64>);

impl Filter {
    fn new(edges: usize) -> Self {
        Self(vec![0; (edges * FILTER_BITS / 64).next_power_of_two()])
    }

    /// Where the bit of an edge stands.
    fn place(&self, from: NodeId, word: WordId) -> (usize, u64) {
        let mixed = (u64::from(from) << 32 | u64::from(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let place = usize::try_from(mixed >> 38).unwrap_or(0);
        (place & self.0.len().saturating_sub(1), 1 << (mixed >> 32 & 63))
    }

    fn set(&mut self, from: NodeId, word: WordId) {
        let (place, bit) = self.place(from, word);
        self.0.get_mut(place).into_iter().for_each(|bits| *bits |= bit);
    }

    fn may_hold(&self, from: NodeId, word: WordId) -> bool {
        let (place, bit) = self.place(from, word);
        self.0.get(place).is_some_and(|bits| bits & bit != 0)
    }
}

/// The states and the ways between them.
#[derive(Debug, Default)]
pub(super) struct Automaton {
    /// By number, and one more at the end.
    nodes: Vec<Node>,
    /// The words of the edges, those of one state together and in order. Apart from where they lead, because most are only
    /// looked at.
    words: Vec<WordId>,
    /// Where the edges lead.
    targets: Vec<NodeId>,
    entries: Vec<Entry>,
    /// By word number: the state after a first word; 0 where no phrase begins with it.
    first: Vec<NodeId>,
    filter: Filter,
}

impl Automaton {
    pub(super) fn node(&self, node: NodeId) -> Node {
        self.nodes.get(node as usize).copied().unwrap_or_default()
    }

    /// The phrase that ends in a state.
    pub(super) fn ending(node: Node) -> Option<Ending> {
        NonZeroU32::new(node.entry).map(Ending)
    }

    /// What a phrase says.
    pub(super) fn entry(&self, ending: Ending) -> Option<Entry> {
        self.entries.get(ending.0.get() as usize - 1).copied()
    }

    /// The state after a first word.
    pub(super) fn first(&self, word: WordId) -> Option<NodeId> {
        self.first.get(word as usize).copied().filter(|node| *node != 0)
    }

    /// The state after a further word. Most words lead nowhere, which the bits of the state tell without a search.
    pub(super) fn edge(&self, from: NodeId, node: Node, word: WordId) -> Option<NodeId> {
        if node.next & bit(word) == 0 {
            return None;
        }
        let end = self.nodes.get(from as usize + 1)?.edges;
        let words = self.words.get(node.edges as usize..end as usize)?;
        let place = if words.len() <= FEW_EDGES {
            let place = words.iter().filter(|known| **known < word).count();
            words.get(place).filter(|known| **known == word).map(|_| place)
        } else if !self.filter.may_hold(from, word) {
            return None;
        } else {
            words.binary_search(&word).ok()
        };
        self.targets.get(node.edges as usize + place?).copied()
    }

    fn fill_filter(&mut self) {
        let mut filter = Filter::new(self.words.len());
        for ((from, node), next) in (0..).zip(&self.nodes).zip(self.nodes.iter().skip(1)) {
            let words = self.words.get(node.edges as usize..next.edges as usize).unwrap_or_default();
            words.iter().filter(|_| words.len() > FEW_EDGES).for_each(|word| filter.set(from, *word));
        }
        self.filter = filter;
    }

    /// Whether it holds no phrase.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// By word of a row: the numbers of the tokens that it stands for. An exact word is a token of its own, which its stem, and
/// `#` where it is a number, stand for as well; so a token has one number, and one look at a state tells where it leads.
#[derive(Debug)]
pub(super) struct Readings(Vec<Vec<WordId>>);

impl Readings {
    /// Every word stands for itself alone.
    pub(super) fn plain(words: usize) -> Self {
        Self((0..number(words)).map(|word| vec![word]).collect())
    }

    /// A word stands for a further token.
    pub(super) fn add(&mut self, word: WordId, token: WordId) {
        if let Some(tokens) = self.0.get_mut(word as usize)
            && !tokens.contains(&token)
        {
            tokens.push(token);
        }
    }

    fn of(&self, word: WordId) -> &[WordId] {
        self.0.get(word as usize).map_or(&[], Vec::as_slice)
    }
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

    /// The automaton over tokens as `readings` tell them; where two rows end in the same state, the later one counts.
    pub(super) fn automaton(&self, readings: &Readings) -> Automaton {
        let mut automaton = Automaton { first: vec![0; readings.0.len()], ..Automaton::default() };
        let mut known: FxHashMap<Vec<u32>, NodeId> = FxHashMap::default();
        let mut sets = vec![vec![0]];
        let mut next = 0;
        while let Some(set) = sets.get(next).cloned() {
            let targets = self.targets(&set, readings);
            let words = targets.iter().fold(0, |bits, (word, _)| bits | bit(*word));
            self.push_node(&mut automaton, &set, words);
            for (word, targets) in targets {
                let new = number(sets.len());
                let to = *known.entry(targets).or_insert_with_key(|targets| {
                    sets.push(targets.clone());
                    new
                });
                if let (0, Some(first)) = (next, automaton.first.get_mut(word as usize)) {
                    *first = to;
                }
                automaton.words.push(word);
                automaton.targets.push(to);
            }
            next += 1;
        }
        let edges = number(automaton.words.len());
        automaton.nodes.push(Node { edges, ..Node::default() });
        automaton.fill_filter();
        automaton
    }

    /// Appends the state of a set of places, which goes on with the words of these bits; its edges follow.
    fn push_node(&self, automaton: &mut Automaton, set: &[u32], next: u64) {
        let places = set.iter().filter_map(|place| self.places.get(*place as usize));
        let entry = places.filter_map(|place| place.entry).next_back().map_or(0, |entry| {
            automaton.entries.push(entry);
            number(automaton.entries.len())
        });
        automaton.nodes.push(Node { entry, edges: number(automaton.words.len()), next });
    }

    /// Where tokens lead from a set of places, in the order of their numbers.
    fn targets(&self, set: &[u32], readings: &Readings) -> Vec<(WordId, Vec<u32>)> {
        let places = set.iter().filter_map(|place| self.places.get(*place as usize));
        let written = places.flat_map(|place| place.edges.iter());
        let read = |&(word, to): &(WordId, u32)| readings.of(word).iter().map(move |token| (*token, to));
        let mut edges: Vec<(WordId, u32)> = written.flat_map(read).collect();
        edges.sort_unstable();
        edges.dedup();
        let by_word = edges.chunk_by(|one, other| one.0 == other.0);
        by_word.filter_map(|edges| Some((edges.first()?.0, edges.iter().map(|edge| edge.1).collect()))).collect()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
