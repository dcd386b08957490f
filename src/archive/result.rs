//! Results read back: their digest, and what can be compared. The digest covers ids and bodies in order and nothing that
//! depends on the format, the compression or the number of threads.

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde_json::Value;

/// SHA-256 of one result: the length of its id (4 bytes, little-endian), its id as text, and its body, from the comma
/// after the id up to the closing brace of its JSON form.
pub(super) fn row_hash(id: &Value, body: &[u8]) -> [u8; 32] {
    let id = id_text(id);
    let mut context = Context::new(&SHA256);
    context.update(&u32::try_from(id.len()).unwrap_or(u32::MAX).to_le_bytes());
    context.update(id.as_bytes());
    context.update(body);
    bytes(context)
}

/// The id as text: a string without its quotes, nothing for `null`, else its JSON. A table cannot tell the number 7 from
/// the text "7", so the digest does not either.
pub(super) fn id_text(id: &Value) -> std::borrow::Cow<'_, str> {
    match id {
        Value::Null => "".into(),
        Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

/// The digest of a list of results: a chain of SHA-256, each link over the one before and the hash of the next result;
/// it begins with 32 zero bytes. Its state is its value, so that it can be kept in a checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Adds the next result.
    pub(super) fn add(&mut self, row_hash: &[u8; 32]) {
        let mut context = Context::new(&SHA256);
        context.update(&self.0);
        context.update(row_hash);
        self.0 = bytes(context);
    }

    /// The hash of what was put in.
    pub(super) fn finish(context: Context) -> Self {
        Self(bytes(context))
    }

    /// The digest of its hexadecimal form.
    pub fn from_hex(text: &str) -> Option<Self> {
        HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().map(Self).ok()
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

fn bytes(context: Context) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, hashed) in bytes.iter_mut().zip(context.finish().as_ref()) {
        *byte = *hashed;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_depends_on_id_body_and_order_but_not_on_the_type_of_the_id() {
        let hash = |id: Value, body: &str| row_hash(&id, body.as_bytes());
        assert_eq!(hash(7.into(), "x"), hash("7".into(), "x"));
        assert_ne!(hash("7".into(), "x"), hash("7".into(), "y"));
        assert_ne!(hash("7x".into(), "y"), hash("7".into(), "xy"));
        let chain = |ids: [&str; 2]| {
            let mut digest = Digest::default();
            for id in ids {
                digest.add(&hash(id.into(), ""));
            }
            digest
        };
        assert_ne!(chain(["a", "b"]), chain(["b", "a"]));
        assert_eq!(Digest::from_hex(&chain(["a", "b"]).to_string()), Some(chain(["a", "b"])));
        assert_eq!(Digest::from_hex("00"), None);
        assert_eq!(Digest::from_hex(&"zz".repeat(32)), None);
    }
}
