//! Seeded tickets of invented people about invented goods: the same seed gives the same bytes on every machine.

#[path = "numbers.rs"]
mod numbers;

use std::fmt::Write;

pub(crate) use numbers::Numbers;

/// Openings.
const OPENINGS: [&str; 8] = [
    "Hello, I ordered a kettle on Monday and it has still not arrived.",
    "Hi team, the app signs me out every few minutes since the update.",
    "Good morning, could you tell me when the shop opens on Sunday?",
    "This is the third time I write about the same broken charger.",
    "I was charged twice for one month and nobody has refunded me.",
    "Thanks for the quick help last week, one more question please.",
    "Our whole office cannot log in since eight this morning.",
    "The courier left the parcel in the rain and the box is soaked.",
];

/// Sentences of the middle.
const MIDDLES: [&str; 12] = [
    "I have tried to restart it, to reset it and to reinstall it.",
    "The tracking page has said the same for nine days now.",
    "Your colleague promised to call me back, which never happened.",
    "The colour is nice, but the lid does not close.",
    "Please send me the invoice with the new company address.",
    "I waited on the phone for forty minutes and was then cut off.",
    "Version 4.2.1 worked fine, version 4.3.0 does not start.",
    "The price on the page was 39.90 and I paid 49.90.",
    "It would be great to have a dark theme.",
    "We need this fixed before the fair opens on 12 March.",
    "I do not want a voucher, I want my money back.",
    "The manual mentions a cable that was not in the box.",
];

/// Endings.
const ENDINGS: [&str; 6] = [
    "Thank you and kind regards",
    "I expect an answer today.",
    "If this goes on I will cancel.",
    "No hurry, whenever you have time.",
    "Please help, this is urgent.",
    "Looking forward to your reply.",
];

const CHANNELS: [&str; 4] = ["query", "chat", "email", "call"];

/// The text of a ticket: 0.3 to 2.7 KB, 1.5 KB on average.
pub(crate) fn text(numbers: &mut Numbers) -> String {
    let mut text = numbers.pick(&OPENINGS).to_owned();
    for _ in 0..4 + numbers.below(40) {
        text.push(' ');
        text.push_str(numbers.pick(&MIDDLES));
    }
    if numbers.below(3) == 0 {
        write!(text, " You reach me at user{}@mail.example.", numbers.below(1_000_000)).unwrap();
    }
    if numbers.below(4) == 0 {
        write!(text, " My number is +49 30 {:07}.", numbers.below(10_000_000)).unwrap();
    }
    text.push(' ');
    text.push_str(numbers.pick(&ENDINGS));
    text
}

/// One line of the `analyze` contract, line feed included.
pub(crate) fn line(numbers: &mut Numbers, id: u64) -> String {
    let (channel, month, day) = (numbers.pick(&CHANNELS), 1 + numbers.below(12), 1 + numbers.below(28));
    let text = text(numbers);
    format!(
        "{{\"id\":\"g{id}\",\"lang\":\"en\",\"channel\":\"{channel}\",\"time\":\"2026-{month:02}-{day:02}T09:00:00Z\",\"text\":\"{text}\"}}\n"
    )
}
