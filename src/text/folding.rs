//! How letters are folded, and what is learnt of a word on the way: its capitals, its repeated letters. Knows nothing of
//! where words begin and end.

/// What depends on the language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folding {
    /// `I` is folded to `ı`.
    pub(super) turkish: bool,
    /// A semicolon asks.
    pub(super) greek: bool,
    /// An apostrophe ends a word.
    pub(super) elision: bool,
}

/// What was learnt of a word while it was folded.
#[derive(Default)]
pub(super) struct Letters {
    /// The last two, folded.
    last: [char; 2],
    /// Whether one stood three times in a row.
    pub(super) elongated: bool,
    /// How many there were.
    pub(super) count: u16,
    /// How many of them were capitals.
    pub(super) capitals: u16,
    /// Whether the last one was none.
    pub(super) last_was_small: bool,
}

impl Letters {
    /// Takes the ASCII letters that `bytes` begin with, or only the small ones; how many they are.
    pub(super) fn take(&mut self, bytes: &[u8], any_case: bool) -> usize {
        let [mut before, mut last] = self.last;
        let mut taken = 0_usize;
        let mut capitals = 0_u16;
        for byte in bytes {
            let capital = byte.is_ascii_uppercase();
            if !(byte.is_ascii_lowercase() || capital && any_case) {
                break;
            }
            let letter = char::from(byte.to_ascii_lowercase());
            self.elongated |= letter == last && letter == before;
            (before, last) = (last, letter);
            capitals = capitals.saturating_add(u16::from(capital));
            self.last_was_small = !capital;
            taken += 1;
        }
        self.last = [before, last];
        self.count = self.count.saturating_add(u16::try_from(taken).unwrap_or(u16::MAX));
        self.capitals = self.capitals.saturating_add(capitals);
        taken
    }

    /// Takes note of a letter.
    pub(super) fn push(&mut self, character: char, capital: bool) {
        let folded = character.to_ascii_lowercase();
        let [before, last] = self.last;
        self.elongated |= folded == last && folded == before;
        self.last = [last, folded];
        self.count = self.count.saturating_add(1);
        self.capitals = self.capitals.saturating_add(u16::from(capital));
        self.last_was_small = !capital;
    }
}

impl Folding {
    /// Adds a character to a folded word.
    pub(super) fn push(self, character: char, folded: &mut String) {
        match character {
            'I' if self.turkish => folded.push('ı'),
            'İ' => folded.push('i'),
            '\u{640}' | '\u{64B}'..='\u{652}' | '\u{200C}' | '\u{200D}' | '_' => {}
            _ if character.is_ascii() => folded.push(character.to_ascii_lowercase()),
            _ => folded.extend(character.to_lowercase()),
        }
    }
}
