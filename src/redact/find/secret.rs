//! Keys, tokens and wallets: by the prefixes their issuers give them, by their form, by entropy in context.

use std::sync::LazyLock;

use memchr::memmem;

use super::{View, context::Labels};
use crate::{
    redact::{
        Kind, Likelihood,
        candidate::Candidate,
        flags::Flags,
        gazetteer::Gap,
        token::NormalisedTurn,
        words::{Cue, Cues},
    },
    text::Span,
};

/// Shortest chunk that is looked at, in bytes.
const CHUNK_BYTES_MIN: usize = 12;

/// Longest chunk that is looked at, in bytes.
const CHUNK_BYTES_MAX: usize = 8192;

/// Prefixes that issuers document for their keys, and the fewest bytes of a whole key.
const PREFIXES: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AROA", 16),
    ("AIDA", 16),
    ("ABIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 15),
    ("xoxp-", 15),
    ("xoxa-", 15),
    ("xoxr-", 15),
    ("xoxs-", 15),
    ("xoxe-", 15),
    ("xoxe.", 15),
    ("xapp-", 15),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("rk_live_", 16),
    ("rk_test_", 16),
    ("pk_live_", 16),
    ("pk_test_", 16),
    ("whsec_", 16),
    ("AIza", 30),
    ("ya29.", 20),
    ("GOCSPX-", 20),
    ("eyJ", 30),
    ("SG.", 20),
    ("key-", 30),
    ("sk-", 20),
    ("npm_", 20),
    ("pypi-", 20),
    ("hf_", 20),
    ("dop_v1_", 30),
    ("doo_v1_", 30),
    ("shpat_", 20),
    ("shpss_", 20),
    ("shpca_", 20),
    ("sq0atp-", 20),
    ("sq0csp-", 20),
    ("EAAC", 40),
    ("EAAA", 40),
    ("lin_api_", 20),
    ("dapi", 34),
    ("hvs.", 20),
    ("hvb.", 20),
    ("nvapi-", 20),
    ("gsk_", 20),
    ("r8_", 30),
    ("PMAK-", 30),
    ("ATATT3", 30),
    ("ATCTT3", 30),
    ("NRAK-", 20),
    ("NRJS-", 20),
    ("pat-na1-", 20),
    ("rubygems_", 30),
    ("AGE-SECRET-KEY-", 40),
    ("sbp_", 30),
    ("phc_", 30),
    ("sntrys_", 30),
    ("figd_", 20),
    ("tk_live_", 16),
    ("live_", 24),
    ("access_token$", 24),
    ("amzn.mws.", 30),
    ("SK", 34),
    ("AC", 34),
    ("xkeysib-", 30),
    ("glsa_", 30),
    ("EZAK", 40),
    ("EZTK", 40),
    ("duffel_", 20),
    ("secret_", 30),
    ("ntn_", 30),
    ("pscale_", 30),
    ("FLWSECK", 20),
    ("oy2", 43),
    ("CFPAT-", 30),
    ("Atza|", 30),
    ("ops_", 60),
    ("T3BlbkFJ", 20),
];

/// Finds secrets.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let text = view.turn.text();
    if view.turn.has_gap(Gap::HYPHEN) {
        private_keys(text, out);
    }
    if view.turn.has_gap(Gap::COLON) {
        attachments(view.turn.lower(), out);
    }
    labelled(view, out);
    for span in view.turn.chunks() {
        out.extend(chunk(view, span.start as usize, span.end as usize));
    }
}

/// `data:image/png;base64,…`: inline data, whole.
fn attachments(lower: &str, out: &mut Vec<Candidate>) {
    for at in DATA.find_iter(lower.as_bytes()) {
        let rest = lower.get(at..).unwrap_or_default();
        let ends =
            |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b')' | b']' | b'`');
        let head =
            rest.get(..DATA_HEAD_BYTES_MAX.min(rest.len())).and_then(|head| head.split_once(',')).map(|(head, _)| head);
        let Some(head) = head.filter(|head| head.contains(['/', ';']) && !head.bytes().any(|byte| ends(&byte))) else {
            continue;
        };
        let length = rest.bytes().position(|byte| ends(&byte)).unwrap_or(rest.len());
        if length > head.len() + 1 {
            let span = Span::new(at, at + length);
            out.push(Candidate::new(span, Kind::Attachment, Likelihood::VeryLikely, "form:data-uri"));
        }
    }
}

static DATA: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("data:"));

static BEGIN: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("-----BEGIN "));

/// Longest head of a data URI, in bytes.
const DATA_HEAD_BYTES_MAX: usize = 120;

/// `-----BEGIN … PRIVATE KEY-----` to its end line, or to the end of the text.
fn private_keys(text: &str, out: &mut Vec<Candidate>) {
    let mut from = 0;
    while let Some(begin) = text.as_bytes().get(from..).and_then(|rest| BEGIN.find(rest)).map(|at| at + from) {
        let rest = text.get(begin..).unwrap_or_default();
        let head_end = rest
            .find("-----\n")
            .or_else(|| rest.get(11..).and_then(|r| r.find("-----")).map(|at| at + 11))
            .unwrap_or(rest.len());
        let head = rest.get(..head_end).unwrap_or_default();
        let end = rest
            .find("-----END ")
            .and_then(|at| rest.get(at + 9..)?.find("-----").map(|more| at + 9 + more + 5))
            .unwrap_or(rest.len());
        if head.len() < 80 && head.contains("PRIVATE KEY") {
            out.push(Candidate::new(
                Span::new(begin, begin + end),
                Kind::Secret,
                Likelihood::VeryLikely,
                "form:private-key",
            ));
        }
        from = begin + end.max(11);
    }
}

/// A run of key bytes: whole, or what stands behind `name=` or `name:`.
fn chunk(view: &View<'_>, start: usize, end: usize) -> Option<Candidate> {
    let text = view.turn.text();
    let whole = text.get(start..end.min(start + CHUNK_BYTES_MAX))?;
    if !whole.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) || whole.contains("://") {
        return connection(view, start, end);
    }
    let offset = whole.find(['=', ':', '|']).map_or(0, |at| at + 1);
    for skip in [0, offset] {
        let value = whole.get(skip..)?.trim_end_matches(['.', ':', '-', '/', '|']);
        let span = Span::new(start + skip, start + skip + value.len());
        if let Some((kind, reason)) = by_form(value) {
            return Some(Candidate::new(span, kind, Likelihood::VeryLikely, reason));
        }
    }
    let value = whole.get(offset..)?.trim_end_matches(['.', ':', '-', '/']);
    let span = Span::new(start + offset, start + offset + value.len());
    by_entropy(view, value, span)
}

/// What the form of a chunk says.
fn by_form(value: &str) -> Option<(Kind, &'static str)> {
    let prefixed = PREFIXES.iter().any(|(prefix, length)| {
        value.starts_with(prefix) && value.len() >= *length && mixed(value.get(prefix.len()..).unwrap_or_default())
    });
    if prefixed {
        return Some((Kind::Secret, "form:key-prefix"));
    }
    if let Some((bot, token)) = value.split_once(':')
        && (8..=10).contains(&bot.len())
        && bot.bytes().all(|byte| byte.is_ascii_digit())
        && token.len() == 35
    {
        return Some((Kind::Secret, "form:telegram-token"));
    }
    wallet(value).then_some((Kind::Crypto, "form:wallet"))
}

/// Letters and digits, as a random key has; a word has no digits.
fn mixed(rest: &str) -> bool {
    rest.bytes().any(|byte| byte.is_ascii_digit()) && rest.bytes().filter(u8::is_ascii_alphanumeric).count() >= 10
}

/// Addresses of Bitcoin (base58 and bech32), Ethereum, Litecoin, Tron, Ripple, Monero.
fn wallet(value: &str) -> bool {
    let base58 = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l'))
    };
    let varied = value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_uppercase());
    match value.as_bytes() {
        [b'0', b'x', rest @ ..] => rest.len() == 40 && rest.iter().all(u8::is_ascii_hexdigit),
        [b'b', b'c', b'1', rest @ ..] | [b'l', b't', b'c', b'1', rest @ ..] => {
            (20..=72).contains(&rest.len())
                && rest.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        }
        [b'1' | b'3', ..] => (26..=35).contains(&value.len()) && base58(value) && varied,
        [b'L' | b'M' | b'T' | b'D' | b'r', ..] => (33..=35).contains(&value.len()) && base58(value) && varied,
        [b'4' | b'8', ..] => value.len() == 95 && base58(value),
        _ => false,
    }
}

/// Random looking chunks where a secret is spoken of, and very random ones anywhere.
fn by_entropy(view: &View<'_>, value: &str, span: Span) -> Option<Candidate> {
    let alphanumeric = value.bytes().filter(u8::is_ascii_alphanumeric).count();
    let (digits, upper, lower) = classes(value);
    let parts = value.split(['.', '_', '-', '/']).count();
    // `fs.s3a.server-side-encryption`: the name of a setting.
    if parts >= 3 && digits <= 2 && upper * 4 <= lower {
        return None;
    }
    if alphanumeric < CHUNK_BYTES_MIN || digits == 0 || upper + lower == 0 || is_uuid(value) {
        return None;
    }
    let turn = view.turn;
    let index = turn.token_at(span.start);
    let labels = Labels::around(turn, index, turn.token_at(span.end.saturating_sub(1)), view.asked);
    if labels.hints().next().is_some_and(|cues| cues.has(Cue::Secret)) || named(turn.lower(), span.start as usize) {
        return Some(Candidate::new(span, Kind::Secret, Likelihood::Likely, "context:secret"));
    }
    let random = alphanumeric >= 32
        && digits >= 4
        && upper >= 4
        && lower >= 4
        && alphanumeric * 100 / value.len() >= 90
        && !value.contains('.')
        && value.matches('/').count() < 3;
    random.then(|| Candidate::new(span, Kind::Secret, Likelihood::Possible, "form:random"))
}

/// `api_key=`, `secret:` and the like directly before the chunk.
fn named(lower: &str, start: usize) -> bool {
    const NAMES: &[&str] = &[
        "key",
        "secret",
        "token",
        "bearer",
        "auth",
        "apikey",
        "passwd",
        "password",
        "pwd",
        "basic",
        "signature",
        "sig",
    ];
    let before = lower.get(..start).unwrap_or_default().trim_end_matches([' ', '=', ':', '"', '\'', '(', '>']);
    NAMES.iter().any(|name| before.ends_with(name))
}

fn classes(value: &str) -> (usize, usize, usize) {
    value.bytes().fold((0, 0, 0), |(digits, upper, lower), byte| {
        (
            digits + usize::from(byte.is_ascii_digit()),
            upper + usize::from(byte.is_ascii_uppercase()),
            lower + usize::from(byte.is_ascii_lowercase()),
        )
    })
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Webhooks and connection strings: links whose path or user part is the secret.
fn connection(view: &View<'_>, start: usize, end: usize) -> Option<Candidate> {
    let whole = view.turn.text().get(start..end).filter(|whole| whole.as_bytes().contains(&b'/'))?;
    let hook = [
        "hooks.slack.com/services/",
        "discord.com/api/webhooks/",
        "discordapp.com/api/webhooks/",
        "webhook.office.com/",
    ];
    let found = hook.iter().any(|site| whole.split_once(site).is_some_and(|(_, rest)| rest.len() > 8));
    found.then(|| Candidate::new(Span::new(start, end), Kind::Secret, Likelihood::VeryLikely, "form:webhook"))
}

/// Keys in groups joined by hyphens, and word lists, where the words before say that they are secrets.
fn labelled(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    for (index, token) in turn.flagged(Flags::SECRET) {
        if !token.word.cues.has(Cue::Secret) {
            continue;
        }
        let skip = (index + 1..index + 4)
            .take_while(|at| {
                turn.token(*at).is_some_and(|token| token.word.cues.any(Cues::of(&[Cue::Copula, Cue::NumberNoun])))
            })
            .count();
        let first = index + 1 + skip;
        if turn.gap(first - 1).contains(['?', '!']) || turn.gap(first - 1).contains(". ") {
            continue;
        }
        grouped_keys(turn, first, out);
        word_list(turn, first, out);
    }
}

/// `KMDTA-TSMJH-ZRYCU`, `df412-7ea72 83bee-895c7`.
fn grouped_keys(turn: &NormalisedTurn<'_>, first: usize, out: &mut Vec<Candidate>) {
    let mut at = first;
    while let Some(last) = (at..at + 12).take_while(|index| *index == at || turn.gap(*index - 1) == "-").last() {
        let raw = turn.span(at, last).of(turn.text());
        let digits = raw.bytes().any(|byte| byte.is_ascii_digit());
        let upper = !raw.bytes().any(|byte| byte.is_ascii_lowercase());
        let single = last == at && raw.len() >= 16 && upper;
        if !(single || (last > at && raw.len() >= 9 && (digits || upper))) {
            return;
        }
        out.push(Candidate::new(turn.span(at, last), Kind::Secret, Likelihood::Likely, "context:secret"));
        if !matches!(turn.gap(last), " " | ", " | "\n") {
            return;
        }
        at = last + 1;
    }
}

/// A seed phrase: eleven or more words in a row, behind `seed phrase` or the like.
fn word_list(turn: &NormalisedTurn<'_>, first: usize, out: &mut Vec<Candidate>) {
    let named = first > 0
        && (first.saturating_sub(3)..first).any(|at| matches!(turn.word(at), "phrase" | "words" | "mnemonic" | "seed"));
    let last = (first..first + 24)
        .take_while(|at| {
            turn.token(*at).is_some_and(|token| token.is_word() && (3..=8).contains(&token.span.len()))
                && (*at == first || matches!(turn.gap(*at - 1), " " | ", "))
        })
        .last();
    if let Some(last) = last.filter(|last| named && last - first >= 10) {
        out.push(Candidate::new(turn.span(first, last), Kind::Secret, Likelihood::Likely, "context:secret"));
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn keys_and_wallets_go() {
        check("AKIAIOSFODNN7EXAMPLE", "[SECRET]");
        check("token ghp_16C7e42F292c6912E7710c838347Ae178B4a", "token [SECRET]");
        check("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "[CRYPTO_1]");
    }

    #[test]
    fn words_and_uuids_stay() {
        check("the api works", "the api works");
        check("id 550e8400-e29b-41d4-a716-446655440000", "id 550e8400-e29b-41d4-a716-446655440000");
    }
}
