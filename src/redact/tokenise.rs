//! Cuts a normalised turn into tokens: one pass over the text, one look-up a word. Knows nothing of what the finders
//! look for.

use super::{
    cut::{CHUNK_BYTES_MIN, Cut},
    flags::Flags,
    gazetteer::{self, Entry, Gap, Line, Shape},
    heads,
    kind::Kind,
    marks::Marks,
    masks::Runs,
    people,
    spelling::{classify, run_len},
    table::Key,
    token::{Case, Class, Token, placeholder},
    vocabulary::{Meaning, Vocabulary, vocabulary},
    words::{self, Word},
};
use crate::text::Span;

/// Bytes of a token and its gap, at least, in most texts: more than a table that has to grow costs one that is too large.
const BYTES_A_TOKEN: usize = 4;

/// What may end a sentence.
const SENTENCE_MARKS: Gap = Gap::ASK.and(Gap::STOP).and(Gap::LINE).and(Gap::DOT);

impl Cut {
    /// Cuts a text; `lower` is the same in lower case.
    pub(super) fn read(&mut self, text: &str, lower: &str) {
        self.clear();
        let expected = text.len() / BYTES_A_TOKEN + 8;
        self.tokens.reserve(expected);
        self.flags.reserve(expected);
        self.heads.reserve(expected);
        let mut reader = Reader {
            text,
            lower,
            vocabulary: vocabulary(),
            cut: self,
            done: 0,
            chunk: 0,
            before: Marks::default(),
            line: Line::default(),
            german: 0,
            last: Flags::default(),
        };
        let ascii = text.is_ascii();
        if ascii {
            reader.narrow();
        } else {
            reader.wide();
        }
        reader.finish();
        if !ascii {
            self.read_chunks(text);
        }
        self.ascii = ascii;
        if !self.phrases.is_empty() {
            self.cues |= words::mark_phrases(&mut self.tokens, &mut self.flags, &self.heads, &self.phrases, lower);
        }
        if self.starts_name_phrase {
            gazetteer::block_phrases(&mut self.tokens, &self.flags, lower);
        }
        heads::join(&mut self.heads);
        self.find_triggers();
    }
}

struct Reader<'t> {
    text: &'t str,
    lower: &'t str,
    vocabulary: &'static Vocabulary,
    cut: &'t mut Cut,
    /// The text is read up to here.
    done: usize,
    /// Where the present run of key bytes began.
    chunk: usize,
    /// What stands before the next token.
    before: Marks,
    line: Line,
    /// How many German function words there are.
    german: usize,
    /// The flags of the last token.
    last: Flags,
}

impl<'t> Reader<'t> {
    /// Texts of ASCII.
    fn narrow(&mut self) {
        let text = self.text.as_bytes();
        for (start, end) in Runs::new(text) {
            if start < self.done {
                continue;
            }
            self.gap(start);
            if start < self.done {
                continue;
            }
            let key = Key::at(text, start, end - start).filter(|key| key.is_small(end - start));
            match key.and_then(|key| Some((key, self.vocabulary.get_short(key)?))) {
                Some((key, known)) if !self.may_be_joined(end - start) => self.plain(start, end, key, known),
                _ => self.other(start, end),
            }
        }
    }

    /// Whether a word of `len` bytes stands behind a letter and an apostrophe: `o'neill`.
    fn may_be_joined(&self, len: usize) -> bool {
        self.before.gap() == Gap::QUOTE && len > 2
    }

    /// A listed word in lower case: most tokens are.
    #[inline]
    fn plain(&mut self, start: usize, end: usize, key: Key, known: &Meaning) {
        let mut flags = known.flags;
        if self.last.any(Flags::CUES_NAME) && people::may_be_lower(known.entry, end - start) {
            flags.add(Flags::NAME);
        }
        flags.add(self.behind());
        if flags.any(Flags::CONTINUES_PHRASE.and(Flags::CONTINUES_NAME_PHRASE)) {
            self.phrase(flags);
        }
        self.line.plain(end - start);
        self.german += usize::from(flags.any(Flags::GERMAN));
        self.cut.cues |= known.word.cues;
        self.cut.tokens.push(Token {
            span: Span::new(start, end),
            class: Class::Word,
            case: Case::Lower,
            shape: Shape::Plain,
            before: self.before.gap(),
            entry: known.entry,
            word: known.word,
        });
        self.cut.flags.push(flags);
        self.cut.heads.push(key.head());
        self.last = flags;
        self.done = end;
    }

    /// Any other token.
    #[inline(never)]
    fn other(&mut self, start: usize, end: usize) {
        let (class, case) = classify(self.text.get(start..end).unwrap_or_default());
        self.push(start, end, class, case);
    }

    /// Texts with other letters than those of ASCII, character by character.
    fn wide(&mut self) {
        let mut at = 0;
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            let len = run_len(rest);
            if len == 0 {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            self.gap(at);
            if at >= self.done {
                self.other(at, at + len);
            }
            at = self.done.max(at + len);
        }
    }

    /// Reads what stands before the token at `start`, placeholders too.
    #[inline]
    fn gap(&mut self, start: usize) {
        let gap = self.text.as_bytes().get(self.done..start).unwrap_or_default();
        if let [b' '] = gap {
            self.space(start);
            return;
        }
        self.marks(gap, start);
    }

    /// A single space stands before the token at `start`.
    #[inline]
    fn space(&mut self, start: usize) {
        self.before = Marks::SPACE;
        self.cut.marks.0 |= Marks::SPACE.0;
        self.keep_chunk(self.done);
        self.chunk = start;
    }

    fn marks(&mut self, gap: &'t [u8], start: usize) {
        let marks = Marks::of(gap);
        self.before = marks;
        self.cut.marks.0 |= marks.0;
        if let ([] | [b'-' | b'_' | b'/' | b'.'], Some(last)) = (gap, self.cut.flags.last_mut()) {
            last.add(if gap == b"/" { Flags::JOINED.and(Flags::NAME) } else { Flags::JOINED });
        }
        if marks.any(Marks::BREAK) {
            self.break_chunk(gap, start);
        }
        if marks.any(Marks::BRACKET) {
            self.placeholders(start);
        }
    }

    /// Ends the run of key bytes at the first mark of the gap that never stands in a key; the next one begins behind the
    /// last of them.
    #[inline]
    fn break_chunk(&mut self, gap: &[u8], start: usize) {
        let breaks = |byte: &u8| Marks::of(std::slice::from_ref(byte)).any(Marks::BREAK);
        let end = self.done + gap.iter().position(breaks).unwrap_or(0);
        self.keep_chunk(end);
        self.chunk = start - gap.iter().rev().position(breaks).unwrap_or(0);
    }

    fn keep_chunk(&mut self, end: usize) {
        if end >= self.chunk + CHUNK_BYTES_MIN {
            self.cut.chunks.push(Span::new(self.chunk, end));
        }
    }

    /// Placeholders between the last token and `start`, which lies within or behind them.
    #[cold]
    fn placeholders(&mut self, start: usize) {
        let mut from = self.done;
        while let Some(at) = self.text.get(from..start).and_then(|gap| gap.find('[')).map(|at| at + from) {
            from = at + 1;
            let Some((kind, len)) = self.text.get(at..).and_then(placeholder) else { continue };
            self.before = Marks::of(self.text.as_bytes().get(self.done..at).unwrap_or_default());
            self.push_placeholder(kind, Span::new(at, at + len));
            (self.done, self.chunk) = (at + len, at + len);
            return;
        }
    }

    fn push_placeholder(&mut self, kind: Kind, span: Span) {
        let (word, entry) = (Word::default(), Entry::default());
        let (class, case, shape) = (Class::Placeholder(kind), Case::Upper, Shape::Plain);
        let token = Token { span, class, case, shape, before: self.before.gap(), entry, word };
        self.add(token, Flags::PLACEHOLDER, heads::first(self.lower, span.start as usize, heads::LONG_BYTES));
    }

    #[inline]
    fn push(&mut self, start: usize, end: usize, class: Class, case: Case) {
        let len = end - start;
        let key = Key::at(self.lower.as_bytes(), start, len);
        let head = key.map_or_else(|| heads::first(self.lower, start, heads::LONG_BYTES), Key::head);
        let mut token = Token {
            span: Span::new(start, end),
            class,
            case,
            shape: Shape::Plain,
            before: self.before.gap(),
            entry: Entry::default(),
            word: Word::default(),
        };
        let mut flags = Flags::default();
        if !matches!(class, Class::Digits) || len == 1 {
            let listed = match key {
                Some(key) => self.vocabulary.get_short(key),
                None => self.vocabulary.get(token.span.of(self.lower)),
            };
            if let Some(known) = listed {
                (token.word, token.entry, flags) = (known.word, known.entry, known.flags);
            } else {
                (token.word, flags) = self.unlisted(token.span);
            }
        }
        if !matches!(class, Class::Word) {
            token.entry = Entry::default();
            flags = flags.without(Flags::of_entries());
            flags.add(Flags::DIGITS);
            self.cut.flags.iter_mut().rev().take(2).for_each(|near| near.add(Flags::NEAR_DIGITS));
        } else if case == Case::Upper && (5..=11).contains(&len) {
            flags.add(Flags::UPPER);
        }
        if flags.any(Flags::CONTINUES_PHRASE.and(Flags::CONTINUES_NAME_PHRASE)) {
            self.phrase(flags);
        }
        self.add(token, flags, head);
        self.done = end;
    }

    #[inline]
    fn add(&mut self, mut token: Token, mut flags: Flags, head: u64) {
        flags.add(self.behind());
        let cued = self.last.any(Flags::CUES_NAME);
        if gazetteer::mark(&mut token, self.cut.tokens.last(), cued, self.lower) {
            flags.add(Flags::NAME);
        }
        self.line.add(&token);
        self.german += usize::from(flags.any(Flags::GERMAN));
        self.cut.cues |= token.word.cues;
        self.last = flags;
        self.cut.tokens.push(token);
        self.cut.flags.push(flags);
        self.cut.heads.push(head);
    }

    /// What the marks before the present token do: a line ends, a sentence may.
    #[inline]
    fn behind(&mut self) -> Flags {
        let before = self.before.gap();
        if !before.has(SENTENCE_MARKS) {
            return Flags::default();
        }
        let count = self.cut.tokens.len();
        if before.has(Gap::LINE) && count > 0 {
            self.cut.case.shouted |= self.line.weigh(&mut self.cut.tokens, false);
            self.line = Line::from(count);
        }
        Flags::BEHIND_MARK
    }

    /// A word of no list: put together of listed ones, or a letter.
    #[cold]
    fn unlisted(&self, span: Span) -> (Word, Flags) {
        let text = span.of(self.lower);
        let word = words::derived(text);
        (word, Flags::of(&word, text).and(Flags::STREET))
    }

    /// Notes that a phrase may begin with the token before the present one.
    fn phrase(&mut self, second: Flags) {
        let first = self.cut.flags.last().copied().unwrap_or_default();
        if second.any(Flags::CONTINUES_PHRASE) && first.any(Flags::STARTS_PHRASE) {
            self.cut.phrases.push(u32::try_from(self.cut.tokens.len() - 1).unwrap_or(u32::MAX));
        }
        self.cut.starts_name_phrase |= second.any(Flags::CONTINUES_NAME_PHRASE) && first.any(Flags::STARTS_NAME_PHRASE);
    }

    /// Reads what stands behind the last token.
    fn finish(mut self) {
        let end = self.text.len();
        let gap = self.text.as_bytes().get(self.done..).unwrap_or_default();
        self.cut.marks.0 |= Marks::of(gap).0;
        let breaks = |byte: &u8| Marks::of(std::slice::from_ref(byte)).any(Marks::BREAK);
        self.keep_chunk(gap.iter().position(breaks).map_or(end, |at| self.done + at));
        let total = self.cut.tokens.len();
        let tokens = &mut self.cut.tokens;
        self.cut.case.shouted |= self.line.weigh(tokens, true);
        // One word in six is a German function word.
        self.cut.case.nouns = self.german > 1 && self.german * 6 > total;
        if self.cut.case.nouns {
            for token in tokens.iter_mut() {
                token.shape = token.shape.at_most_initial();
            }
        }
    }
}
