//! What is planted: identifiers of every kind that is searched for, in every kind of interaction.

use triaged::{
    crypto::random,
    service::pb::{
        Call, CallTurn, Chat, ChatTurn, EmailAddress, EmailMessage, EmailThread, Handling, Interaction, Party, Query,
        SpeakerRole, email_message::Body, interaction::Kind,
    },
};

/// An attribute that the policy keeps.
pub(crate) const KEPT_ATTRIBUTE: &str = "note";

fn digits(count: usize) -> String {
    random::<16>().unwrap().iter().take(count).map(|byte| char::from(b'0' + byte % 10)).collect()
}

fn letters(count: usize) -> String {
    random::<16>().unwrap().iter().take(count).map(|byte| char::from(b'a' + byte % 26)).collect()
}

/// A card number with its check digit (ISO/IEC 7812-1, Luhn).
fn card() -> String {
    let body = format!("4{}", digits(14));
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let values = body.chars().rev().map(|c| c.to_digit(10).unwrap());
    let sum: u32 = values.enumerate().map(|(at, digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Identifiers that each interaction plants.
pub(crate) const PLANTED_EACH: usize = 7;

/// What one interaction plants: values to be searched for, and the text that holds them. The PIN is too short to be
/// searched for alone; it stands between random words that would be stored beside it.
pub(crate) struct Planted {
    /// What must be nowhere.
    pub(crate) values: Vec<String>,
    /// A word that is kept, and therefore sealed: it is in no file and no log, but in an export.
    pub(crate) word: String,
    pub(crate) text: String,
    pub(crate) email: String,
    name: String,
}

pub(crate) fn plant() -> Planted {
    let (card, email, password) = (card(), format!("{}@{}.example.com", letters(9), letters(7)), letters(14));
    let (name, phone) = (format!("{} {}", letters(8), letters(11)), format!("+4477009{}", digits(5)));
    let pin = format!("PIN is {} {}", digits(4), letters(12));
    let cvv = format!("CVV is {} {}", digits(3), letters(12));
    let word = format!("parcel{}", letters(10));
    let text = format!(
        "{name} here, my card {card} was charged twice, write to {email} or ring {phone}, my password is {password} and \
         nobody replied about the {word}. My {pin}. The {cvv}."
    );
    Planted { values: vec![card, email.clone(), password, phone, name.clone(), pin, cvv], word, text, email, name }
}

pub(crate) fn interaction(number: usize, planted: &Planted) -> Interaction {
    let text = planted.text.clone();
    let role = SpeakerRole::Customer.into();
    let kind = match number % 4 {
        0 => Kind::Query(Query { subject: text.clone(), body: text, ..Query::default() }),
        1 => Kind::Chat(Chat { turns: vec![ChatTurn { role, text, ..ChatTurn::default() }], ..Chat::default() }),
        2 => {
            let from = EmailAddress { display_name: planted.name.clone(), address: planted.email.clone() };
            let message_id = format!("<{}>", planted.email);
            let body = Some(Body::Html(format!("<p>{text}</p>")));
            let message = EmailMessage { role, from: Some(from), message_id, body, ..EmailMessage::default() };
            Kind::EmailThread(EmailThread { messages: vec![message] })
        }
        _ => {
            let turns = vec![CallTurn { role, text, ..CallTurn::default() }];
            Kind::Call(Call {
                turns,
                recording_uri: format!("https://rec.example.com/{}", planted.email),
                ..Call::default()
            })
        }
    };
    Interaction {
        kind: Some(kind),
        contact: Some(Party {
            names: vec![planted.name.clone()],
            emails: vec![planted.email.clone()],
            ..Party::default()
        }),
        attributes: [(KEPT_ATTRIBUTE.to_owned(), planted.text.clone())].into(),
        handling: Handling::Waiting.into(),
        ..Interaction::default()
    }
}
