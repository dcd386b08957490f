//! Seeded conversations of invented people: the same seed gives the same bytes on every machine. A transcript is turns
//! of a customer and an agent; about one turn in six holds something personal, as in recorded calls and chats.

#[path = "../tickets/numbers.rs"]
mod numbers;

pub(crate) use numbers::Numbers;

/// What both sides say besides: `$t` a thing, `$w` a day or place, `$n` a small number.
const TALK: [&str; 48] = [
    "I ordered $t on $w and it has still not arrived, which is really disappointing",
    "the app signs me out every few minutes since the last update and I have tried everything",
    "Let me just pull up the details for you, one moment please",
    "I completely understand how frustrating that must be for you",
    "I was charged twice for one month and nobody has refunded me so far",
    "could you tell me whether $t is available again next month",
    "Okay so what happened is that the courier left the parcel in the rain and the box is soaked",
    "I have restarted the router, unplugged it for a while and plugged it back in",
    "Thank you for waiting, I have checked with my colleague in the other department",
    "We will send you a replacement within $n working days, free of charge",
    "it used to work perfectly fine until you changed something on your side",
    "the tracking page has said the same thing for $n days now",
    "your colleague promised to call me back yesterday, which never happened",
    "The lid of $t does not close and the colour is not what I saw on the website",
    "uh huh",
    "okay, great",
    "yes please go ahead",
    "I see, and when did that start happening?",
    "Is there anything else that I can help you with today?",
    "No that was everything, thanks so much for sorting this out",
    "I waited on the line for $n minutes and was then cut off, this is the third time",
    "The price on the page was $n pounds cheaper than what I paid in the end",
    "we need this fixed before the weekend because our customers are already complaining",
    "I do not want a voucher, I want my money back as soon as possible",
    "The manual mentions a cable that was not in the box at all",
    "You can return it at any of our shops, just bring the receipt with you",
    "To be honest I am thinking about leaving and moving to another provider",
    "It says here that the engineer is booked for $w between nine and twelve",
    "that does not work for me, I am at work until five in the evening",
    "would it be possible to get a discount on the next bill then",
    "The refund usually takes three to five working days to show up in your bank account",
    "I think there is a misunderstanding, I cancelled the subscription in $w already",
    "My internet goes down every evening and comes back around midnight",
    "the screen flickers and then the whole thing just freezes",
    "Let me transfer you to the technical team, they will know more about it",
    "I've already explained all of this to three different people",
    "Perfect, I have updated that for you and you should see it shortly",
    "What does the light on the front of $t look like, is it red or green?",
    "it is blinking orange and there is a message about a missing connection",
    "So I would need to know how long the warranty for $t lasts",
    "If you open the settings and scroll down you will find the option there",
    "Nothing happens when I press the button, I tried it on my phone as well",
    "We have had a few reports of that since the release on $w",
    "I really appreciate your help, you have been very patient with me",
    "Honestly the service has been terrible and I expected better from a company like yours",
    "The delivery note says one item but there should have been two in the parcel",
    "I'm sorry to hear that, let's see what we can do about it",
    "Shall I go through the steps again or is it clear so far",
];

const THINGS: [&str; 10] = [
    "a kettle",
    "the blue jacket",
    "my new laptop",
    "the coffee machine",
    "a pair of shoes",
    "the washing machine",
    "the travel insurance",
    "my router",
    "the baby seat",
    "the headphones",
];

const DAYS: [&str; 8] = ["Monday", "Friday", "last Tuesday", "March", "London", "the weekend", "June", "Wednesday"];

const GIVEN: [&str; 12] =
    ["Maria", "James", "Priya", "Thomas", "Sarah", "Ahmed", "Lucia", "Peter", "Karen", "Yuki", "Daniel", "Sofia"];

const FAMILY: [&str; 12] = [
    "Gonzalez",
    "Whitfield",
    "Sharma",
    "Becker",
    "O'Connor",
    "Novak",
    "Rossi",
    "Lindqvist",
    "Patel",
    "Okafor",
    "Walsh",
    "Moreau",
];

/// Turns with something personal: `$g` `$f` names, `#` a digit, `@` an address.
const PERSONAL: [&str; 18] = [
    "Hi, this is $g $f, I am calling about an order",
    "my name is $g $f",
    "Thank you $g, and could I have the postcode please?",
    "my order number is 4########",
    "you can reach me on 07700 9#####",
    "it's $g.$f@example.com",
    "The card is 4111 1111 1111 1111 and it expires 12/27",
    "my number is oh seven seven double oh nine one two three four five",
    "I live at ## Oak Street, Leeds LS1 4AP",
    "Regards, $g $f",
    "my date of birth is #/5/198#",
    "the IBAN is DE89 3704 0044 0532 0130 00",
    "I spoke to $g about it last week",
    "call me on +44 20 7946 0### after six",
    "the tracking number says 1Z999AA10123456784",
    "the code I got is 4#####",
    "My wife $g made the booking, reference ZX#A#B",
    "the account number is 1#######",
];

fn fill(numbers: &mut Numbers, pattern: &str, out: &mut String) {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '#' => out.push(char::from_digit(u32::try_from(numbers.below(10)).unwrap(), 10).unwrap()),
            '$' => out.push_str(match characters.next() {
                Some('t') => numbers.pick(&THINGS),
                Some('w') => numbers.pick(&DAYS),
                Some('n') => numbers.pick(&["2", "3", "five", "10", "14", "20", "forty"]),
                Some('g') => numbers.pick(&GIVEN),
                _ => numbers.pick(&FAMILY),
            }),
            other => out.push(other),
        }
    }
}

/// One turn of talk: one to three sentences.
pub(crate) fn turn(numbers: &mut Numbers) -> String {
    let mut text = String::new();
    for index in 0..=numbers.below(3) {
        if index > 0 {
            text.push_str(". ");
        }
        let pattern = if numbers.below(12) == 0 { numbers.pick(&PERSONAL) } else { numbers.pick(&TALK) };
        fill(numbers, pattern, &mut text);
    }
    text
}

/// Turns of about `bytes` bytes together.
pub(crate) fn transcript(numbers: &mut Numbers, bytes: usize) -> Vec<String> {
    let mut turns: Vec<String> = Vec::new();
    let mut total = 0;
    while total < bytes {
        turns.push(turn(numbers));
        total += turns.last().map_or(0, String::len);
    }
    turns
}

/// One text of about `bytes` bytes, in paragraphs.
pub(crate) fn document(numbers: &mut Numbers, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        text.push_str(&turn(numbers));
        text.push_str(if numbers.below(4) == 0 { ".\n" } else { ". " });
    }
    text
}

/// One message of about 120 bytes.
pub(crate) fn message(numbers: &mut Numbers) -> String {
    let mut text = turn(numbers);
    while text.len() < 100 {
        text.push_str(". ");
        text.push_str(&turn(numbers));
    }
    let mut end = text.len().min(140);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// A hostile text of `bytes` bytes: one shape over and over.
pub(crate) fn hostile(shape: &str, bytes: usize) -> String {
    let mut text: String = shape.chars().cycle().take(bytes).collect();
    text.truncate(bytes);
    text
}

/// Shapes of hostile texts, by name.
pub(crate) const HOSTILE: [(&str, &str); 18] = [
    ("digits", "1"),
    ("digit groups", "4111 1111 "),
    ("single digits", "1 "),
    ("at signs", "@"),
    ("dashes", "-"),
    ("a-a-a", "a-1-"),
    ("colons", "1:"),
    ("dots", "1.2."),
    ("names", "Maria Gonzalez "),
    ("capitals", "Xqzt "),
    ("shouted", "KAREN JOHNSON "),
    ("streets", "12 Oak Street, Leeds "),
    ("e-mail addresses", "ann.lee@example.com "),
    ("spoken digits", "one double oh seven "),
    ("labels", "my card number is "),
    ("at dot", "a at b dot "),
    ("glued words", "seven1two-555-oh "),
    ("chains of parts", "H.No. 31, Sector 22-B, Mohali 160055, "),
];
