//! Classes of characters, as words are cut by them. Tables only.

/// What may begin at a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Letter,
    Digit,
    Mark,
    Emoji,
    Bracket,
    Handle,
    Hashtag,
    Other,
}

/// The classes of the ASCII characters.
const ASCII: [Class; 128] = ascii_classes();

const fn ascii_classes() -> [Class; 128] {
    let mut table = [Class::Other; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, below 128")]
        {
            table[byte as usize] = match byte {
                b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
                b'0'..=b'9' => Class::Digit,
                b',' | b'.' | b':' | b';' | b'!' | b'?' | b'(' | b')' | b'-' | b'\n' | b'=' | b'<' => Class::Mark,
                b'[' => Class::Bracket,
                b'@' => Class::Handle,
                b'#' => Class::Hashtag,
                _ => Class::Other,
            };
        }
        byte += 1;
    }
    table
}

/// The class of the character at byte `at` and its length in bytes; `None` at the end of the text.
pub(super) fn class_at(text: &str, at: usize) -> Option<(Class, usize)> {
    let byte = *text.as_bytes().get(at)?;
    if let Some(class) = ASCII.get(usize::from(byte)) {
        return Some((*class, 1));
    }
    let character = text.get(at..)?.chars().next()?;
    Some((wide_class(character), character.len_utf8()))
}

fn wide_class(character: char) -> Class {
    match character {
        '،' | '、' | '–' | '—' | '…' | '。' | '！' | '？' | '؟' => Class::Mark,
        '\u{1F3FB}'..='\u{1F3FF}' => Class::Other,
        '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{1F300}'..='\u{1FAFF}' => Class::Emoji,
        _ if character.is_alphabetic() => Class::Letter,
        _ => Class::Other,
    }
}

/// Whether a character may stand within a word: letters, digits, marks that combine with letters, `_`.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{652}' | '\u{BCD}' | '\u{200C}' | '\u{200D}')
}

/// The ASCII apostrophe and what word processors make of it.
pub(super) fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '\u{2018}' | '\u{2BC}' | '`')
}

/// Mouths of emoticons and the emoticon without its nose.
const MOUTHS: [(char, &str); 11] = [
    ('(', ":("),
    ('[', ":("),
    (')', ":)"),
    (']', ":)"),
    ('D', ":d"),
    ('d', ":d"),
    ('P', ":p"),
    ('p', ":p"),
    ('/', ":/"),
    ('\\', ":/"),
    ('@', ":@"),
];

/// The emoticon that starts at byte `at`: its length in bytes and its name.
pub(super) fn emoticon(text: &str, at: usize) -> Option<(usize, &'static str)> {
    let mut rest = text.get(at..)?.chars();
    let eyes = rest.next()?;
    if eyes == '<' {
        return text.get(at..)?.starts_with("<3").then_some((2, "<3"));
    }
    if !matches!(eyes, ':' | ';' | '=') {
        return None;
    }
    let mut length = 1;
    let mut mouth = rest.next()?;
    while length < 3 && matches!(mouth, '-' | '\'' | '^') {
        mouth = rest.next()?;
        length += 1;
    }
    let name = MOUTHS.iter().find(|(shape, _)| *shape == mouth)?.1;
    let next = rest.next();
    let is_path = mouth == '/' && next == Some('/');
    let ends = !is_path && next.is_none_or(|next| !next.is_alphanumeric());
    ends.then_some((length + 1, name))
}
