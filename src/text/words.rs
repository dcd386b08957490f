//! Cuts text into folded words, numbers, emoji and marks, for matching: folded is lower case with straight
//! apostrophes. Skips links and handles, so that a brand's name is never read as a word. Knows nothing of lexicons.

use super::{
    Language, Span,
    chars::{self, Class},
    folding::{Folding, Letters},
    sixteen::{self, Run},
};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// Letters, perhaps with digits and apostrophes.
    Word,
    /// Digits with their separators, or an ordinal such as `4th`.
    Number,
    /// A placeholder such as `[EMAIL_1]`: a word nobody knows.
    Placeholder,
    /// One emoji, or an emoticon without its nose.
    Emoji,
    /// A comma, dash or bracket: ends a clause.
    Comma,
    /// A full stop, colon or semicolon, or a run of them: ends a sentence.
    Stop,
    /// One or more exclamation marks.
    Exclamation,
    /// A run of marks with a question mark in it.
    Question,
    /// The end of a line.
    Break,
}

impl WordKind {
    /// Whether it takes a place in a phrase.
    pub fn is_word(self) -> bool {
        matches!(self, Self::Word | Self::Number | Self::Placeholder | Self::Emoji)
    }

    /// Whether a sentence ends here.
    pub fn ends_sentence(self) -> bool {
        matches!(self, Self::Stop | Self::Exclamation | Self::Question | Self::Break)
    }
}

/// One piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: WordKind,
    /// It has three letters or more, all of them capitals.
    pub shouted: bool,
    /// One of its letters stands three times or more in a row.
    pub elongated: bool,
    /// The bytes of its folded form from the lowest on, where it is a word of fewer than sixteen ASCII letters and
    /// apostrophes; else 0.
    pub packed: u128,
}

/// The pieces of a text in order. Not an `Iterator`, because the folded form is lent in a buffer that is used again.
#[derive(Debug)]
pub struct Words<'t> {
    text: &'t str,
    at: usize,
    hashtag_end: usize,
    folding: Folding,
    /// Takes every word letter by letter.
    #[cfg(test)]
    plainly: bool,
}

impl<'t> Words<'t> {
    /// Starts at the beginning of `text`, folded as `language` does it.
    pub fn new(text: &'t str, language: Language) -> Self {
        let folding = Folding {
            turkish: language == Language::Turkish,
            greek: language == Language::Greek,
            elision: matches!(language, Language::French | Language::Italian),
        };
        Self {
            text,
            at: 0,
            hashtag_end: 0,
            folding,
            #[cfg(test)]
            plainly: false,
        }
    }

    /// The next piece; its folded form stands in `folded`, which is empty for marks.
    pub fn next(&mut self, folded: &mut String) -> Option<Word> {
        let word = self.next_packed(folded)?;
        if word.packed != 0 {
            folded.push_str(sixteen::unpacked(&word.packed.to_le_bytes()));
        }
        Some(word)
    }

    /// The next piece; the folded form of a word that is packed stands nowhere else.
    pub fn next_packed(&mut self, folded: &mut String) -> Option<Word> {
        folded.clear();
        loop {
            while self.text.as_bytes().get(self.at) == Some(&b' ') {
                self.at += 1;
            }
            if let Some(word) = self.packed_word() {
                return Some(word);
            }
            let (class, length) = chars::class_at(self.text, self.at)?;
            let word = match class {
                Class::Letter => self.word(folded),
                Class::Digit => Some(self.number(folded)),
                Class::Mark => self.mark(folded),
                Class::Emoji => Some(self.emoji(folded, length)),
                Class::Bracket => self.placeholder(length),
                Class::Handle => self.handle(),
                Class::Hashtag => self.hashtag(),
                Class::Other => {
                    self.at += length;
                    None
                }
            };
            if word.is_some() {
                return word;
            }
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn piece(&self, start: usize, kind: WordKind) -> Word {
        Word { span: Span::new(start, self.at), kind, shouted: false, elongated: false, packed: 0 }
    }

    /// A word of fewer than sixteen ASCII letters, with apostrophes between them, all at once: most words of most texts.
    #[inline]
    fn packed_word(&mut self) -> Option<Word> {
        #[cfg(test)]
        if self.plainly {
            return None;
        }
        let start = self.at;
        let bytes = self.text.as_bytes();
        let Run { length, capital, shouted, elongated, packed } = sixteen::run(bytes, start, !self.folding.elision)?;
        let camel = capital && (self.folding.turkish || start < self.hashtag_end);
        let end = start + length as usize;
        if camel || !self.ends_here(end, packed) {
            return None;
        }
        self.at = end;
        Some(Word { span: Span::new(start, end), kind: WordKind::Word, shouted, elongated, packed })
    }

    /// Whether a packed word ends before the byte at `at`: nothing follows that could go on with it or make a link of it.
    #[inline]
    fn ends_here(&self, at: usize, packed: u128) -> bool {
        let bytes = self.text.as_bytes();
        match bytes.get(at) {
            None | Some(b' ') => true,
            Some(b':') => !bytes.get(at..).is_some_and(|rest| rest.starts_with(b"://")),
            Some(b'.') => packed != sixteen::WWW,
            Some(byte) => byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"_*'`".contains(byte),
        }
    }

    fn word(&mut self, folded: &mut String) -> Option<Word> {
        let start = self.at;
        let mut letters = Letters::default();
        self.plain_letters(folded, &mut letters);
        while !self.ends_plainly(self.at)
            && let Some(length) = self.word_character(folded, &mut letters)
        {
            self.at += length;
            if self.folding.elision && folded.ends_with('\'') {
                break;
            }
            self.plain_letters(folded, &mut letters);
        }
        if !self.ends_plainly(self.at)
            && (self.rest().starts_with("://") || folded == "www" && self.rest().starts_with('.'))
        {
            folded.clear();
            self.at += self.rest().find(char::is_whitespace).unwrap_or(self.rest().len());
            return None;
        }
        let shouted = letters.count >= 3 && letters.capitals == letters.count;
        Some(Word { shouted, elongated: letters.elongated, ..self.piece(start, WordKind::Word) })
    }

    /// Takes a run of ASCII letters at once; not capitals that may end a word or are folded in another way.
    fn plain_letters(&mut self, folded: &mut String, letters: &mut Letters) {
        let bytes = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let any_case = !self.folding.turkish && self.at >= self.hashtag_end;
        let before = letters.capitals;
        let length = letters.take(bytes, any_case);
        let Some(run) = self.text.get(self.at..self.at + length) else { return };
        let kept = folded.len();
        folded.push_str(run);
        if letters.capitals > before
            && let Some(run) = folded.get_mut(kept..)
        {
            run.make_ascii_lowercase();
        }
        self.at += length;
    }

    /// Whether a space or a mark follows that can be no part of a word or a link, or nothing.
    fn ends_plainly(&self, at: usize) -> bool {
        self.text.as_bytes().get(at).is_none_or(|byte| matches!(byte, b' ' | b',' | b'!' | b'?' | b'\n' | b')' | b'"'))
    }

    /// Folds the character at the present place into the word; its length, or `None` where the word ends.
    fn word_character(&self, folded: &mut String, letters: &mut Letters) -> Option<usize> {
        let character = self.rest().chars().next()?;
        if chars::is_apostrophe(character) || character == '*' {
            return self.joint(character, folded);
        }
        if !chars::is_word(character)
            || self.at < self.hashtag_end && letters.last_was_small && character.is_uppercase()
        {
            return None;
        }
        letters.push(character, character.is_uppercase());
        self.folding.push(character, folded);
        Some(character.len_utf8())
    }

    /// An apostrophe or masking asterisks within a word: `don't`, `f***`, `sh*t`.
    fn joint(&self, character: char, folded: &mut String) -> Option<usize> {
        let run = self.rest().chars().take_while(|next| *next == character).count();
        let length = run * character.len_utf8();
        let follows = chars::class_at(self.text, self.at + length).is_some_and(|(class, _)| class == Class::Letter);
        let masked = character == '*' && folded.len() <= 2;
        let joins = follows && (character == '*' || run == 1) || masked;
        joins.then(|| {
            folded.push(if character == '*' { '*' } else { '\'' });
            length
        })
    }

    fn number(&mut self, folded: &mut String) -> Word {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        while digit(self.at) || bytes.get(self.at).is_some_and(|byte| b".,:".contains(byte)) && digit(self.at + 1) {
            self.at += 1;
        }
        folded.push_str(self.text.get(start..self.at).unwrap_or_default());
        if ["st", "nd", "rd", "th"].iter().any(|ending| {
            self.rest().get(..2).is_some_and(|rest| rest.eq_ignore_ascii_case(ending))
                && !chars::class_at(self.text, self.at + 2).is_some_and(|(class, _)| class == Class::Letter)
        }) {
            self.at += 2;
        }
        self.piece(start, WordKind::Number)
    }

    fn mark(&mut self, folded: &mut String) -> Option<Word> {
        let start = self.at;
        if let Some((length, name)) = chars::emoticon(self.text, start) {
            folded.push_str(name);
            self.at += length;
            return Some(self.piece(start, WordKind::Emoji));
        }
        let mut kind = WordKind::Comma;
        while let Some(mark) = self.rest().chars().next()
            && let Some(next) = self.mark_kind(mark)
            && (self.at == start || kind != WordKind::Break && next != WordKind::Break)
        {
            kind = stronger(kind, next);
            self.at += mark.len_utf8();
        }
        let skipped = self.at == start;
        if skipped {
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
        (!skipped).then(|| self.piece(start, kind))
    }

    fn mark_kind(&self, mark: char) -> Option<WordKind> {
        Some(match mark {
            ',' | '(' | ')' | '،' | '、' | '–' | '—' => WordKind::Comma,
            '-' if self.rest().starts_with("- ") || self.rest().starts_with("--") => WordKind::Comma,
            ';' if self.folding.greek => WordKind::Question,
            '.' | ':' | ';' | '…' | '。' => WordKind::Stop,
            '!' | '！' => WordKind::Exclamation,
            '?' | '？' | '؟' => WordKind::Question,
            '\n' => WordKind::Break,
            _ => return None,
        })
    }

    fn emoji(&mut self, folded: &mut String, length: usize) -> Word {
        let start = self.at;
        folded.push_str(self.rest().get(..length).unwrap_or_default());
        self.at += length;
        self.piece(start, WordKind::Emoji)
    }

    fn placeholder(&mut self, length: usize) -> Option<Word> {
        let start = self.at;
        self.at += length;
        let inner =
            self.rest().bytes().take(32).take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
        let inner = inner.count();
        if inner < 3 || self.text.as_bytes().get(self.at + inner) != Some(&b']') {
            return None;
        }
        self.at += inner + 1;
        Some(self.piece(start, WordKind::Placeholder))
    }

    fn handle(&mut self) -> Option<Word> {
        self.at += 1;
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        self.at += self.rest().as_bytes().iter().take_while(|byte| inner(byte)).count();
        None
    }

    fn hashtag(&mut self) -> Option<Word> {
        self.at += 1;
        self.hashtag_end = self.at + self.rest().find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest().len());
        None
    }
}

/// The kind of a run of marks: a question outranks the rest.
fn stronger(one: WordKind, other: WordKind) -> WordKind {
    let rank = |kind| match kind {
        WordKind::Question => 4,
        WordKind::Exclamation => 3,
        WordKind::Stop => 2,
        WordKind::Break => 1,
        _ => 0,
    };
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, language: Language) -> String {
        let mut words = Words::new(text, language);
        let (mut folded, mut all) = (String::new(), Vec::new());
        while let Some(word) = words.next(&mut folded) {
            all.push(match word.kind {
                WordKind::Word | WordKind::Emoji => folded.clone(),
                WordKind::Number => format!("#{folded}"),
                WordKind::Placeholder => word.span.of(text).to_owned(),
                other => format!("<{other:?}>"),
            });
        }
        all.join(" ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(pieces(text, Language::English), expected, "{text}");
    }

    #[test]
    fn words_are_folded() {
        check("I DON’T like it", "i don't like it");
        check("Größe ÄRGER", "größe ärger");
        check("the customer's order", "the customer's order");
        check("'quoted' words'", "quoted words");
        check("set-up snake_case", "set up snakecase");
        check("f*** this sh*t **now**", "f* this sh*t now");
    }

    #[test]
    fn numbers_keep_their_separators() {
        check("4th time, 2hrs at 10:30 for $1,200.50.", "#4 time <Comma> #2 hrs at #10:30 for #1,200.50 <Stop>");
        check("iphone6 500s", "iphone6 #500 s");
    }

    proptest::proptest! {
        /// A word that is taken at once is the word that is taken letter by letter.
        #[test]
        fn the_fast_way_is_the_plain_one(text in "([a-cA-C]{1,4}|[a-z]{5,19}|www|'|`|\\*|_|\\.|:|/| |4|é|’|#|@|-|!){1,24}") {
            for language in [Language::English, Language::French, Language::Turkish] {
                let (mut fast, mut plain) = (Words::new(&text, language), Words::new(&text, language));
                plain.plainly = true;
                let (mut one, mut other) = (String::new(), String::new());
                loop {
                    let (word, expected) = (fast.next(&mut one), plain.next(&mut other));
                    proptest::prop_assert_eq!(word.map(|word| Word { packed: 0, ..word }), expected);
                    proptest::prop_assert_eq!(&one, &other);
                    if word.is_none() {
                        break;
                    }
                }
            }
        }
    }

    #[test]
    fn handles_and_links_are_no_words() {
        check("@united @British_Airways why?", "why <Question>");
        check("see https://t.co/kill?now=1 please", "see please");
        check("www.bad.com is", "is");
    }

    #[test]
    fn hashtags_are_cut_at_capitals() {
        check("#fail #NeverFlyAgain NeverEver", "fail never fly again neverever");
    }

    #[test]
    fn placeholders_are_words_nobody_knows() {
        check("mail [EMAIL_1] or [NUMBER] [maybe]", "mail [EMAIL_1] or [NUMBER] maybe");
    }

    #[test]
    fn marks_run_together() {
        check("what?!! no... yes!!", "what <Question> no <Stop> yes <Exclamation>");
        check("a\n\nb - c (d)", "a <Break> <Break> b <Comma> c <Comma> d <Comma>");
    }

    #[test]
    fn emoji_and_emoticons() {
        check("bad😡👍🏽 :-( x:( =)", "bad 😡 👍 :( x :( :)");
        check("see 10:30 http://x.y ratio: (a)", "see #10:30 ratio <Stop> <Comma> a <Comma>");
    }

    #[test]
    fn elisions_are_words_in_french_and_italian() {
        assert_eq!(pieces("l'avion n’est", Language::French), "l' avion n' est");
        assert_eq!(pieces("Iğdır", Language::Turkish), "ığdır");
        assert_eq!(pieces("τι;", Language::Greek), "τι <Question>");
    }

    #[test]
    fn shouting_and_elongation_are_seen() {
        let mut words = Words::new("WHY sooo ok", Language::English);
        let mut folded = String::new();
        let mut next = || words.next(&mut folded).map(|word| (word.shouted, word.elongated));
        assert_eq!(next(), Some((true, false)));
        assert_eq!(next(), Some((false, true)));
        assert_eq!(next(), Some((false, false)));
        assert_eq!(next(), None);
    }

    /// A short word is taken at once where enough text follows, and letter by letter at the end of the text.
    #[track_caller]
    fn check_short(text: &str, language: Language) {
        let first = |text: &str| {
            let mut folded = String::new();
            let word = Words::new(text, language).next(&mut folded);
            word.map(|word| (word.span, word.kind, word.shouted, word.elongated, folded))
        };
        assert_eq!(first(&format!("{text}          ")), first(text), "{text}");
    }

    #[test]
    fn short_words_are_the_same_wherever_they_stand() {
        let texts = [
            "a", "OK", "BAD", "Bad", "sooo", "SoOo", "aab", "aabb", "zzz", "letters", "lettter", "it's", "hé", "a@b",
            "x{y", "a1", "IRI", "#AbCd",
        ];
        for text in texts {
            check_short(text, Language::English);
            check_short(text, Language::Turkish);
        }
    }
}
