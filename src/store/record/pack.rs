//! Turns packed with zstd before they are sealed: sealed bytes cannot be packed any more, and text is most of what is kept.
//! What it tells is a length that depends on the text, beside a length that depends on it anyway; a segment holds the
//! redacted turns of one call and nothing secret that somebody else could have written beside them.

use std::cell::RefCell;

use zeroize::Zeroizing;
use zstd::bulk::{Compressor, Decompressor};

use super::{RecordError, TurnsRow, decode, encode};
use crate::store::StoredTurn;

/// Number of a packed record: its length before packing follows in four bytes, then one zstd frame (RFC 8878).
const PACKED: u8 = 2;
const HEAD_BYTES: usize = 1 + 4;
/// The fastest level: at 1.5 KB of English it leaves 57 %, level 6 leaves 55 %.
const LEVEL: i32 = 1;
/// Shorter records gain too little to be packed.
const BYTES_MIN: usize = 256;
/// Longer ones stay as they are, so that no record asks for more memory than this when it is read.
const BYTES_MAX: usize = 64 << 20;

thread_local! {
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The bytes of some turns, packed where that spares an eighth of them or more.
pub(crate) fn encode_turns(turns: &[StoredTurn]) -> Result<Zeroizing<Vec<u8>>, RecordError> {
    let plain = Zeroizing::new(encode(&TurnsRow::new(turns))?);
    Ok(match pack(&plain) {
        Some(packed) if packed.len() <= plain.len() / 8 * 7 => Zeroizing::new(packed),
        _ => plain,
    })
}

/// The turns in these bytes.
pub(crate) fn decode_turns(bytes: &[u8]) -> Result<Vec<StoredTurn>, RecordError> {
    if bytes.first() == Some(&PACKED) {
        return decode::<TurnsRow>(&unpack(bytes).ok_or(RecordError)?)?.into_turns();
    }
    decode::<TurnsRow>(bytes)?.into_turns()
}

/// The packed record; `None`: it stays as it is.
fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    if !(BYTES_MIN..=BYTES_MAX).contains(&plain.len()) {
        return None;
    }
    let frame = PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            *packer = Compressor::new(LEVEL).ok();
        }
        packer.as_mut()?.compress(plain).ok()
    })?;
    let mut packed = Vec::with_capacity(HEAD_BYTES + frame.len());
    packed.push(PACKED);
    packed.extend_from_slice(&u32::try_from(plain.len()).ok()?.to_be_bytes());
    packed.extend_from_slice(&frame);
    Some(packed)
}

/// The record as it was before packing; `None`: the bytes are none.
fn unpack(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = bytes.split_first()?;
    let (length, frame) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|length| *length <= BYTES_MAX)?;
    let plain = UNPACKER.with_borrow_mut(|unpacker| {
        if unpacker.is_none() {
            *unpacker = Decompressor::new().ok();
        }
        unpacker.as_mut()?.decompress(frame, length).ok()
    })?;
    (plain.len() == length).then(|| Zeroizing::new(plain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        conversation::{Part, Role},
        redact::RedactedText,
    };

    fn turns(texts: &[String]) -> Vec<StoredTurn> {
        let turn = |text: &String| StoredTurn {
            role: Role::Customer,
            part: Part::Body,
            text: RedactedText::from_sealed(text.clone()),
            time: None,
            offset_millis: None,
        };
        texts.iter().map(turn).collect()
    }

    #[track_caller]
    fn check(text: &str, packed: bool) {
        let turns = turns(&[text.to_owned()]);
        let bytes = encode_turns(&turns).unwrap();
        assert_eq!(bytes[0] == PACKED, packed, "{} bytes", bytes.len());
        assert_eq!(decode_turns(&bytes).unwrap(), turns);
    }

    /// Characters of seven bits that no packer finds a pattern in: it leaves seven eighths and its own head.
    fn noise(length: u64) -> String {
        let bits = (0..length).map(|at| (at * at + 7).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) >> 57);
        bits.map(|bits| char::from(u8::try_from(bits).unwrap())).collect()
    }

    #[test]
    fn what_gains_by_it_is_packed_and_leads_back() {
        let sentence = "the parcel has not come and nobody answers, please look into it again. ";
        check(&sentence.repeat(20), true);
        check(sentence, false);
        check(&noise(4_000), false);
        check("", false);
    }

    proptest! {
        #[test]
        fn any_turns_lead_back(texts in proptest::collection::vec("[a-z ]{0,300}", 0..6)) {
            let turns = turns(&texts);
            prop_assert_eq!(decode_turns(&encode_turns(&turns).unwrap()).unwrap(), turns);
        }

        #[test]
        fn damaged_bytes_are_refused_or_read_but_never_panic(at in any::<prop::sample::Index>(), flip in 1u8..) {
            let mut bytes = encode_turns(&turns(&["so late again ".repeat(40)])).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            drop(decode_turns(&bytes));
            drop(decode_turns(&bytes[..at]));
        }
    }
}
