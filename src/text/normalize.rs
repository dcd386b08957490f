//! Text made comparable: invisible characters removed, look-alikes and accents folded to plain letters and digits,
//! with an exact way back from every offset to the received text. Knows nothing of words or of PII.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Span;

/// One place where the normalised text and the received text differ in length or content.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Offset in the normalised text.
    at: u32,
    /// Bytes in the normalised text; 0 where a character was removed.
    len: u32,
    /// Offset in the received text.
    received_at: u32,
    /// Bytes in the received text.
    received_len: u32,
}

impl Piece {
    fn new(at: usize, len: usize, received_at: usize, received_len: usize) -> Self {
        let (place, source) = (Span::new(at, at + len), Span::new(received_at, received_at + received_len));
        Self {
            at: place.start,
            len: place.end - place.start,
            received_at: source.start,
            received_len: source.end - source.start,
        }
    }
}

/// A text in its comparable form, and the way back.
#[derive(Clone)]
pub struct Normalised<'a> {
    text: Cow<'a, str>,
    lower: String,
    pieces: Vec<Piece>,
}

impl<'a> Normalised<'a> {
    /// Normalises `received`. Linear in its length.
    pub fn new(received: &'a str) -> Self {
        Self::with(received, String::new())
    }

    /// The same, in the memory of an earlier text.
    pub fn with(received: &'a str, mut lower: String) -> Self {
        lower.clear();
        if is_plain(received) {
            lower.push_str(received);
            lower.make_ascii_lowercase();
            return Self { text: Cow::Borrowed(received), lower, pieces: Vec::new() };
        }
        let (text, pieces) = fold(received);
        lower_same_length(&text, &mut lower);
        Self { text: Cow::Owned(text), lower, pieces }
    }

    /// Gives the memory back.
    pub fn into_lower(self) -> String {
        self.lower
    }

    /// The comparable text; upper and lower case as received.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The comparable text in lower case, at the same byte offsets as [`Self::text`].
    pub fn lower(&self) -> &str {
        &self.lower
    }

    /// The bytes of the received text that gave `span` of the comparable text. What was removed right behind the span
    /// (a combining mark, a zero-width character) belongs to it.
    pub fn received(&self, span: Span) -> Span {
        if self.pieces.is_empty() {
            return span;
        }
        Span { start: self.received_start(span.start), end: self.received_end(span.end) }
    }

    fn received_start(&self, offset: u32) -> u32 {
        let until = self.pieces.partition_point(|piece| piece.at <= offset);
        match until.checked_sub(1).and_then(|last| self.pieces.get(last)) {
            Some(piece) if offset < piece.at + piece.len => piece.received_at,
            Some(piece) => piece.received_at + piece.received_len + (offset - piece.at - piece.len),
            None => offset,
        }
    }

    fn received_end(&self, offset: u32) -> u32 {
        let before = self.pieces.partition_point(|piece| piece.at < offset || (piece.at == offset && piece.len == 0));
        match before.checked_sub(1).and_then(|last| self.pieces.get(last)) {
            Some(piece) if offset <= piece.at + piece.len => piece.received_at + piece.received_len,
            Some(piece) => piece.received_at + piece.received_len + (offset - piece.at - piece.len),
            None => offset,
        }
    }
}

impl std::fmt::Debug for Normalised<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Normalised({} bytes)", self.text.len())
    }
}

/// Whether the text is already comparable: printable ASCII, tabs and line ends, without character references.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (chunks, rest) = bytes.as_chunks::<PLAIN_CHUNK>();
    // The last chunk may overlap the one before it.
    let last = bytes.last_chunk::<PLAIN_CHUNK>();
    let all = |chunk: &[u8; PLAIN_CHUNK]| chunk.iter().fold(true, |plain, byte| plain & is_plain_byte(*byte));
    let ends = last.map_or_else(|| rest.iter().all(|byte| is_plain_byte(*byte)), all);
    let plain = ends && chunks.iter().all(all);
    plain && memchr::memchr_iter(b'&', bytes).all(|at| text.get(at..).and_then(entity).is_none())
}

/// So many bytes are looked at without a branch.
const PLAIN_CHUNK: usize = 16;

#[expect(clippy::needless_bitwise_bool, reason = "without a branch a chunk is looked at in a few vector instructions")]
fn is_plain_byte(byte: u8) -> bool {
    (byte.wrapping_sub(b' ') < 0x5f) | (byte == b'\n') | (byte == b'\r') | (byte == b'\t')
}

/// Lower case wherever that keeps the length in bytes.
fn lower_same_length(text: &str, lower: &mut String) {
    if text.is_ascii() {
        lower.push_str(text);
        lower.make_ascii_lowercase();
        return;
    }
    for character in text.chars() {
        if character.is_ascii() {
            lower.push(character.to_ascii_lowercase());
            continue;
        }
        let mut folded = character.to_lowercase();
        match (folded.next(), folded.next()) {
            (Some(one), None) if one.len_utf8() == character.len_utf8() => lower.push(one),
            _ => lower.push(character),
        }
    }
}

fn fold(received: &str) -> (String, Vec<Piece>) {
    let mut text = String::with_capacity(received.len());
    let mut pieces = Vec::new();
    let (mut word_end, mut disguised) = (0, false);
    let mut at = 0;
    while let Some(rest) = received.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.bytes().position(|byte| byte == b'&' || !is_plain_byte(byte)).unwrap_or(rest.len());
        text.push_str(rest.get(..plain).unwrap_or_default());
        at += plain;
        let Some(rest) = received.get(at..).filter(|rest| !rest.is_empty()) else { break };
        let Some(character) = rest.chars().next() else { break };
        if at >= word_end && !character.is_ascii() {
            (word_end, disguised) = word_around(received, at);
        }
        let before = text.len();
        let (meant, length) = entity(rest).unwrap_or((character, character.len_utf8()));
        push_folded(&mut text, meant, disguised && at < word_end);
        let kept = rest.get(..length) == text.get(before..);
        if !kept {
            pieces.push(Piece::new(before, text.len() - before, at, length));
        }
        at += length;
    }
    (text, pieces)
}

/// The end of the word around byte `at`, and whether it mixes scripts.
fn word_around(received: &str, at: usize) -> (usize, bool) {
    let before = received.get(..at).unwrap_or_default();
    let start = before.char_indices().rev().find(|(_, character)| character.is_whitespace());
    let start = start.map_or(0, |(at, character)| at + character.len_utf8());
    let word = received.get(start..).and_then(|rest| rest.split(char::is_whitespace).next()).unwrap_or_default();
    (start + word.len(), mixes_scripts(word))
}

/// Longest character reference that is looked at, in bytes.
const ENTITY_BYTES_MAX: usize = 10;

/// The character that an HTML character reference at the start of `rest` stands for, and its length.
fn entity(rest: &str) -> Option<(char, usize)> {
    let inner = rest.strip_prefix('&')?;
    let end = inner.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';')?;
    let name = inner.get(..end)?;
    let meant = match name {
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "commat" => '@',
        "period" => '.',
        "hyphen" | "ndash" | "mdash" | "dash" => '-',
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "plus" => '+',
        "lowbar" => '_',
        "colon" => ':',
        "shy" | "zwnj" | "zwj" => '\u{200b}',
        _ => {
            let code = name.strip_prefix('#')?;
            let value = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(value)?
        }
    };
    Some((meant, end + 2))
}

/// Whether a word holds both plain letters or digits and foreign letters that look like plain ones.
fn mixes_scripts(word: &str) -> bool {
    !word.is_ascii()
        && word.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && word.chars().any(|character| look_alike(character).is_some())
}

fn push_folded(text: &mut String, character: char, disguised: bool) {
    match character {
        '\n' | '\r' | '\t' | ' '..='~' => text.push(character),
        '\u{85}' | '\u{2028}' | '\u{2029}' => text.push('\n'),
        _ if is_invisible(character) => {}
        _ if character.is_whitespace() => text.push(' '),
        _ => match (plain_form(character), look_alike(character)) {
            (Some(plain), _) => text.push_str(plain),
            (None, Some(latin)) if disguised => text.push(latin),
            _ => push_decomposed(text, character),
        },
    }
}

/// The compatibility decomposition without its marks: accents, full-width, circled and mathematical forms fall away.
/// Syllables and ideographs stay whole.
fn push_decomposed(text: &mut String, character: char) {
    if let Some(digit) = decimal_digit(character) {
        text.push(digit);
        return;
    }
    if matches!(character, '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{d7ff}' | '\u{0590}'..='\u{109f}') {
        // A vowel sign belongs to a letter of its script; before or behind a plain one it only disguises.
        if is_combining_mark(character) && text.chars().next_back().is_none_or(|before| before.is_ascii()) {
            return;
        }
        text.push(character);
        return;
    }
    for part in std::iter::once(character).nfkd() {
        if is_combining_mark(part) {
            continue;
        }
        match plain_form(part) {
            Some(plain) => text.push_str(plain),
            None => text.push(part),
        }
    }
}

/// Characters that are not seen: format and control characters, joiners, fillers, variation selectors, tags and
/// combining marks.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}'
            | '\u{300}'..='\u{36f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Letters and marks whose plain form is not their decomposition.
fn plain_form(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '\u{fe58}' | '\u{fe63}' | '\u{30fc}' => "-",
        '\u{2018}'..='\u{201b}' | '\u{2032}' | '\u{2bc}' | '\u{b4}' => "'",
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2033}' => "\"",
        '\u{3002}' | '\u{2024}' | '\u{b7}' | '\u{2022}' => ".",
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'Œ' => "OE",
        'ø' => "o",
        'Ø' => "O",
        'ł' => "l",
        'Ł' => "L",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ı' => "i",
        _ => return None,
    })
}

/// The zero of every block of decimal digits in use (Unicode `Nd`) outside ASCII and the compatibility forms.
const ZEROS: [u32; 22] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040,
    0x17e0, 0x1810, 0x1946, 0x19d0, 0xa8d0, 0xff10,
];

fn decimal_digit(character: char) -> Option<char> {
    let code = u32::from(character);
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).and_then(|zero| char::from_digit(code - zero, 10))
}

/// Cyrillic, Greek and other letters that are drawn like a Latin one (from the letters that Unicode's confusables list
/// pairs with ASCII).
fn look_alike(character: char) -> Option<char> {
    const PAIRS: [(&str, &str); 3] = [
        ("аеорсухіјѕԁԛԝһАВЕКМНОРСТУХІЈЅԌԚԜкмтпгнв", "aeopcyxijsdqwhABEKMHOPCTYXIJSGQWkmtnrhb"),
        ("αεικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧγ", "aeikvoptuxwABEZHIKMNOPTYXy"),
        ("օսԼՏɑɡɩℓǃ", "ouLSagill"),
    ];
    PAIRS.iter().find_map(|(foreign, latin)| {
        foreign.chars().position(|other| other == character).and_then(|index| latin.chars().nth(index))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(received: &str, expected: &str) {
        assert_eq!(Normalised::new(received).text(), expected);
    }

    #[test]
    fn folds_to_plain_text() {
        check("plain 42", "plain 42");
        check("４１１１\u{a0}1111", "4111 1111");
        check("Šárka Ottová, Straße", "Sarka Ottova, Strasse");
        check("e\u{301}4\u{200b}1", "e41");
        check("\u{9c7}EA-00\u{9c7}00 কে", "EA-0000 কে");
        check("jоhn@ехample.com", "john@example.com");
        check("Москва", "Москва");
        check("٠١٢ १२", "012 12");
        check("4️⃣1️⃣", "41");
        check("12–34", "12-34");
        check("07700&nbsp;900&#x2d;1 &amp; R&D; x&y", "07700 900-1 & R&D; x&y");
    }

    #[test]
    fn spans_lead_back_to_the_received_text() {
        let received = "é\u{200b}４2x\u{301}!";
        let normalised = Normalised::new(received);
        assert_eq!(normalised.text(), "e42x!");
        assert_eq!(normalised.received(Span::new(1, 3)).of(received), "４2");
        assert_eq!(normalised.received(Span::new(3, 4)).of(received), "x\u{301}");
        assert_eq!(normalised.received(Span::new(4, 5)).of(received), "!");
    }

    proptest! {
        #[test]
        fn every_span_maps_to_character_boundaries(received in "\\PC{0,40}|[a-zа-яé\u{200b}\u{301}４0-9 ]{0,40}") {
            let normalised = Normalised::new(&received);
            prop_assert_eq!(normalised.text().len(), normalised.lower().len());
            let mut last = 0;
            for (at, character) in normalised.text().char_indices() {
                let span = normalised.received(Span::new(at, at + character.len_utf8()));
                prop_assert!(received.get(span.range()).is_some());
                prop_assert!(!span.is_empty());
                prop_assert!(span.start >= last);
                last = span.start;
            }
        }
    }
}
