//! Mail that a machine sent: automatic replies (RFC 3834), bounces (RFC 3464), out-of-office notices, bulk. What a mail
//! looks like decides, by tables; who it belongs to is nobody's business here.

use std::sync::LazyLock;

use zeroize::Zeroizing;

use crate::text::Normalised;

/// How the value of a header tells a machine.
#[derive(Clone, Copy, Debug)]
enum Rule {
    /// It begins with anything but these words; an empty one tells nothing.
    AnyBut(&'static [&'static str]),
    /// One of its words is one of these.
    OneOf(&'static [&'static str]),
    /// It begins with one of these.
    Begins(&'static [&'static str]),
    /// It is there and names nobody.
    Nobody,
}

/// Headers that machines set, by RFC 3834 (`Auto-Submitted`, `Precedence`), RFC 5321 4.5.5 (the empty `Return-Path` of a
/// bounce), RFC 6522 and RFC 3464 (reports), MS-OXCMAIL 2.1.3.2.20 (`X-Auto-Response-Suppress`), and the habits of Exim,
/// qmail and vacation programs.
const HEADERS: [(&str, Rule); 10] = [
    ("auto-submitted", Rule::AnyBut(&["no"])),
    ("x-auto-response-suppress", Rule::OneOf(&["all", "oof", "autoreply"])),
    ("precedence", Rule::OneOf(&["bulk", "list", "junk", "auto_reply"])),
    ("x-autoreply", Rule::AnyBut(&["no", "false"])),
    ("x-autorespond", Rule::AnyBut(&["no", "false"])),
    ("x-autoreply-from", Rule::AnyBut(&[])),
    ("x-mail-autoreply", Rule::AnyBut(&["no", "false"])),
    ("x-failed-recipients", Rule::AnyBut(&[])),
    ("return-path", Rule::Nobody),
    ("content-type", Rule::Begins(&["multipart/report", "message/delivery-status"])),
];

/// Local parts of addresses that bounces come from.
const SENDERS: [&str; 3] = ["mailer-daemon", "mail-daemon", "postmaster"];

/// Display names of those that sign with no address.
const SENDER_NAMES: [&str; 2] = ["mail delivery subsystem", "mail delivery system"];

/// `kind<TAB>language<TAB>phrase`.
const PHRASES: &str = include_str!("../../data/mail/automatic.tsv");

/// How much of a body is looked at, in bytes, and within how much of that a notice says that it is one.
const LOOKED_BYTES: usize = 1_500;
const BEGINS_BYTES: usize = 240;

/// The phrases of the table, folded.
struct Phrases {
    subject: Vec<String>,
    absence: Vec<String>,
    until: Vec<String>,
}

static TABLE: LazyLock<Phrases> = LazyLock::new(|| {
    let of = |kind| rows().filter(move |row| row.0 == kind).map(|row| folded(row.2).to_string()).collect();
    Phrases { subject: of("subject"), absence: of("absence"), until: of("until") }
});

fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PHRASES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (kind, rest) = line.split_once('\t')?;
        let (language, phrase) = rest.split_once('\t')?;
        Some((kind, language, phrase))
    })
}

fn folded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(Normalised::new(text).into_lower())
}

/// Whether a header tells that a machine sent its mail. Names and values in any case.
pub fn is_machine_header(name: &str, value: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    let value = value.trim().to_ascii_lowercase();
    let mut words = value.split([' ', '\t', ',', ';', '(']).filter(|word| !word.is_empty());
    HEADERS.iter().filter(|(header, _)| *header == name).any(|(_, rule)| match rule {
        Rule::AnyBut(human) => words.next().is_some_and(|first| !human.contains(&first)),
        Rule::OneOf(machine) => words.any(|word| machine.contains(&word)),
        Rule::Begins(beginnings) => beginnings.iter().any(|beginning| value.starts_with(beginning)),
        Rule::Nobody => value.trim_matches(['<', '>']).trim().is_empty(),
    })
}

/// Whether an address, or where there is none a display name, is that of a mail system.
pub fn is_machine_sender(address: &str, display_name: &str) -> bool {
    let local = address.trim().trim_matches(['<', '>']).split('@').next().unwrap_or_default();
    let is = |table: &[&str], value: &str| table.iter().any(|row| value.eq_ignore_ascii_case(row));
    is(&SENDERS, local) || (address.is_empty() && is(&SENDER_NAMES, display_name.trim()))
}

/// Whether subject and body are those of an automatic reply, a bounce or an out-of-office notice. A body alone must begin
/// by saying so, go on as notices do and ask nothing: people tell of their holidays too.
pub fn is_notice(subject: &str, body: &str) -> bool {
    let subject = folded(subject);
    let subject = subject.trim_start();
    if TABLE.subject.iter().any(|phrase| subject.starts_with(phrase.as_str())) {
        return true;
    }
    let head = |bytes| folded(body.get(..body.floor_char_boundary(bytes)).unwrap_or_default());
    let beginning = head(BEGINS_BYTES);
    if !TABLE.absence.iter().any(|phrase| beginning.contains(phrase.as_str())) {
        return false;
    }
    let looked = head(LOOKED_BYTES);
    TABLE.until.iter().any(|phrase| looked.contains(phrase.as_str())) && !looked.contains('?')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[track_caller]
    fn check_header(name: &str, value: &str, expected: bool) {
        assert_eq!(is_machine_header(name, value), expected, "{name}: {value}");
    }

    #[test]
    fn headers_of_machines() {
        for value in
            ["auto-replied", "auto-generated", "Auto-Notified; owner-email=x@example.com", "auto-replied (rule)"]
        {
            check_header("Auto-Submitted", value, true);
        }
        check_header("Auto-Submitted", "no", false);
        check_header("Auto-Submitted", "No (a person)", false);
        check_header("Auto-Submitted", "", false);
        check_header("X-Auto-Response-Suppress", "DR, OOF, AutoReply", true);
        check_header("X-Auto-Response-Suppress", "All", true);
        check_header("X-Auto-Response-Suppress", "DR, RN, NRN", false);
        check_header("X-Auto-Response-Suppress", "None", false);
        for value in ["bulk", "LIST", "junk", "auto_reply"] {
            check_header("precedence", value, true);
        }
        check_header("Precedence", "first-class", false);
        for name in ["X-Autoreply", "X-Autorespond", "X-Mail-Autoreply"] {
            check_header(name, "yes", true);
            check_header(name, "no", false);
            check_header(name, "", false);
        }
        check_header("X-Autoreply-From", "jo@example.com", true);
        check_header("X-Failed-Recipients", "jo@example.com", true);
        check_header("Return-Path", "<>", true);
        check_header("Return-Path", "", true);
        check_header("Return-Path", "<jo@example.com>", false);
        check_header("Content-Type", "multipart/report; report-type=delivery-status; boundary=x", true);
        check_header("Content-Type", "message/delivery-status", true);
        check_header("Content-Type", "multipart/mixed", false);
        check_header("X-Mailer", "auto-replied", false);
    }

    #[test]
    fn senders_of_bounces() {
        for (address, name, expected) in [
            ("MAILER-DAEMON@mx.example.com", "", true),
            ("<mailer-daemon>", "", true),
            ("postmaster@example.com", "Jo", true),
            ("", "Mail Delivery Subsystem", true),
            ("jo@example.com", "Mail Delivery Subsystem", false),
            ("no-reply@example.com", "", false),
            ("", "", false),
        ] {
            assert_eq!(is_machine_sender(address, name), expected, "{address} {name}");
        }
    }

    #[track_caller]
    fn check(subject: &str, body: &str, expected: bool) {
        assert_eq!(is_notice(subject, body), expected, "{subject} | {body}");
    }

    #[test]
    fn every_row_of_the_table_makes_a_notice() {
        let mut kinds = BTreeSet::new();
        for (kind, language, phrase) in rows() {
            kinds.insert((kind, language));
            match kind {
                "subject" => check(&format!("{} Re: my order", phrase.to_uppercase()), "", true),
                "absence" => check("Re: x", &format!("Hi,\n{phrase} until May."), true),
                "until" => check("Re: x", &format!("I am on annual leave. {phrase} x"), true),
                other => panic!("{other} is no kind"),
            }
            check("Re: my order", &format!("My order is late. {phrase}"), false);
        }
        assert_eq!(kinds.len(), 3 * 6, "three kinds in six languages");
    }

    #[test]
    fn what_people_write_is_no_notice() {
        check("My out of office message does not work", "It says the wrong date.", false);
        check("Where is my order", "I am on holiday until May and my parcel has not come. Where is it?", false);
        check("Help", "I am on annual leave and my card was stolen.", false);
        check("Help", &format!("{} I am on annual leave until May.", "The router fails. ".repeat(20)), false);
        check("Invoice", "The bill is undeliverable", false);
        check("", "", false);
        check("", &"ü".repeat(3_000), false);
    }
}
