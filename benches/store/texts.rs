//! What is stored to measure by: texts of 1.5 KB from conversations of the corpora.

/// Conversations in English, one a line.
const CORPORA: [&str; 4] = [
    include_str!("../../tests/corpus/redaction/long_chats.jsonl"),
    include_str!("../../tests/corpus/redaction/long_calls.jsonl"),
    include_str!("../../tests/corpus/redaction/email_threads.jsonl"),
    include_str!("../../tests/corpus/redaction/context_talk.jsonl"),
];
/// Words of 1.5 KB.
const WORDS: usize = 244;

/// Texts of 1.5 KB as people write and say them, each another part of the corpora, none like another: repeated text would
/// pack better than anybody's.
pub(crate) fn texts() -> impl Iterator<Item = String> {
    let bytes = CORPORA.iter().flat_map(|corpus| corpus.lines()).flat_map(words).collect::<Vec<_>>();
    let spans = (0..bytes.len() / WORDS).map(|at| at * WORDS);
    spans.map(move |at| bytes[at..at + WORDS].join(" ")).collect::<Vec<_>>().into_iter()
}

/// The words of a row of a corpus.
fn words(row: &str) -> Vec<String> {
    let row: serde_json::Value = serde_json::from_str(row).unwrap();
    let turns = row["turns"].as_array().map(Vec::as_slice).unwrap_or_default();
    let texts = turns.iter().chain([&row["text"]]).filter_map(|turn| turn.as_str());
    texts.flat_map(str::split_whitespace).map(str::to_owned).collect()
}
