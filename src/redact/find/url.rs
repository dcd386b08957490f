//! Links that lead to a person: profiles, personal parameters, recordings, credentials. Plain links stay readable.

use std::sync::LazyLock;

use memchr::memmem;

use super::{View, context::Labels};
use crate::{
    redact::{Kind, Likelihood, candidate::Candidate, flags::Flags, gazetteer::Gap, marks::Marks, words::Cue},
    text::Span,
};

/// Longest link that is looked at, in bytes.
const LINK_BYTES_MAX: usize = 4096;

/// Sites where the path names a person.
const PROFILE_SITES: &[&str] = &[
    "linkedin.com/in/",
    "facebook.com/",
    "fb.com/",
    "instagram.com/",
    "twitter.com/",
    "x.com/",
    "t.me/",
    "tiktok.com/@",
    "github.com/",
    "youtube.com/@",
    "snapchat.com/add/",
    "reddit.com/u",
    "wa.me/",
    "paypal.me/",
    "venmo.com/",
    "xing.com/profile/",
    "vk.com/",
    "medium.com/@",
];

/// Words in a link that make it a recording or a personal page.
const PERSONAL_PARTS: &[&str] = &[
    "recording",
    "recordings",
    "playback",
    "voicemail",
    "callrec",
    "/calls/",
    "/call/",
    "transcript",
    "audio/",
    ".wav",
    ".mp3",
    "/user/",
    "/users/",
    "/profile/",
    "/profiles/",
    "/account/",
    "/accounts/",
    "/customer/",
    "/customers/",
    "/member/",
    "/invoice/",
    "/order/",
    "/orders/",
    "/patient",
    "/u/",
    "/~",
    "unsubscribe",
    "reset",
    "invite",
    "verify",
    "magic",
    "session",
];

static SCHEME: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("://"));

static WWW: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("www."));

/// Finds links around every `://` and `www.`.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let text = view.turn.lower();
    let slashed = view.turn.has_mark(Marks::SLASH);
    if !slashed && !view.turn.has_gap(Gap::DOT) {
        return;
    }
    for at in SCHEME.find_iter(if slashed { text.as_bytes() } else { b"" }) {
        let scheme = text
            .as_bytes()
            .get(..at)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(20)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'))
            .count();
        if scheme > 0 {
            out.extend(link(view, at - scheme, at + 3));
        }
    }
    let www = view.turn.has(Flags::WWW) || !view.turn.is_ascii();
    for at in WWW.find_iter(if www { text.as_bytes() } else { b"" }) {
        let begins = at == 0
            || text
                .as_bytes()
                .get(at - 1)
                .is_some_and(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'/' | b'.' | b'@'));
        if begins {
            out.extend(link(view, at, at));
        }
    }
    if !slashed {
        return;
    }
    for slash in memchr::memchr_iter(b'/', text.as_bytes()) {
        for at in PROFILE_SITES.iter().filter_map(|site| site_at(text, slash, site)) {
            let begins = at == 0
                || text
                    .as_bytes()
                    .get(at - 1)
                    .is_some_and(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'/' | b'.' | b'@' | b'-'));
            if begins {
                out.extend(link(view, at, at));
            }
        }
    }
}

/// Where `site` begins, if its first slash is the one at `slash`.
fn site_at(text: &str, slash: usize, site: &str) -> Option<usize> {
    let start = slash.checked_sub(site.find('/')?)?;
    text.as_bytes().get(start..)?.starts_with(site.as_bytes()).then_some(start)
}

/// The link that begins at `start`, its host at `host`, if it leads to a person.
fn link(view: &View<'_>, start: usize, host: usize) -> Option<Candidate> {
    let lower = view.turn.lower();
    let length: usize = lower
        .get(start..)?
        .chars()
        .take(LINK_BYTES_MAX)
        .take_while(|character| {
            !character.is_whitespace() && !matches!(character, '"' | '<' | '>' | '`' | '{' | '}' | '|' | '\\' | '^')
        })
        .map(char::len_utf8)
        .sum();
    let whole =
        lower.get(start..start + length)?.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', ')', ']', '*', '_']);
    let rest = whole.get(host - start..)?;
    let span = Span::new(start, start + whole.len());
    let authority = rest.split(['/', '?', '#']).next()?;
    if let Some((user, _)) = authority.rsplit_once('@') {
        let web = whole.starts_with("http") || whole.starts_with("ftp");
        let credentials = Span::new(host, host + user.len());
        return Some(match (web, user.contains(':')) {
            (true, _) => Candidate::new(credentials, Kind::Secret, Likelihood::VeryLikely, "form:url-credentials"),
            (false, true) => Candidate::new(span, Kind::Secret, Likelihood::VeryLikely, "form:connection-string"),
            (false, false) => Candidate::new(span, Kind::Url, Likelihood::VeryLikely, "form:url-credentials"),
        });
    }
    let path = rest.get(authority.len()..)?;
    personal(view, span, authority, path)
        .then(|| Candidate::new(span, Kind::Url, Likelihood::VeryLikely, "form:personal-url"))
}

fn personal(view: &View<'_>, span: Span, authority: &str, path: &str) -> bool {
    let profile = PROFILE_SITES.iter().any(|site| {
        let site_path = format!("{authority}{path}");
        site_path.trim_start_matches("www.").strip_prefix(site).is_some_and(|name| name.len() > 2)
    });
    let parameters = path
        .split_once('?')
        .is_some_and(|(_, query)| query.contains('=') && !query.starts_with("lang=") && !query.starts_with("utm_"));
    // `/blog/how-to-reset-your-router` tells how to reset something.
    let slug = path.matches('-').count() > 2 && !path.contains(['?', '=', '%']);
    let part = PERSONAL_PARTS.iter().any(|part| (!slug || part.starts_with('/')) && path.contains(part));
    let numbers = path.split(|character: char| !character.is_ascii_digit()).any(|run| run.len() >= 5);
    let internal = authority.ends_with(".internal")
        || authority.rsplit('.').next() == Some("local")
        || authority.contains("recording")
        || authority.parse::<std::net::Ipv4Addr>().is_ok();
    let index = view.turn.token_at(span.start);
    let spoken_of = path.len() > 1
        && Labels::around(view.turn, index, index, view.asked).sentence.has(Cue::Url)
        && path.bytes().any(|byte| byte.is_ascii_digit());
    let random = path.split(['/', '?', '#']).any(is_random);
    profile || random || parameters || (part && path.len() > 4) || numbers || internal || spoken_of
}

/// Whether a part of a path is a random key.
fn is_random(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    part.len() >= 16 && digits >= 3 && part.bytes().filter(u8::is_ascii_alphabetic).count() >= 6 && !part.contains('-')
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn links_that_lead_to_a_person_go() {
        check("https://example.com/reset?token=abc123def456", "[URL_1]");
        check("postgres://app:secret1@db.example/x", "[SECRET]");
        check("linkedin.com/in/ann-lee-42", "[URL_1]");
    }

    #[test]
    fn plain_links_stay() {
        check("https://example.com/help stays", "https://example.com/help stays");
        check("see www.example.com.", "see www.example.com.");
    }
}
