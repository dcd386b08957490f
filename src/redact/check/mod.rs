//! Check digits. Pure arithmetic on strings of digits and letters; knows nothing of where they came from.

mod digits;
mod iban;
mod luhn;
pub(super) mod national;
pub(super) mod parcel;
pub(super) mod trade;
#[cfg(test)]
mod vectors;

pub(super) use iban::{iban, iban_length};
pub(super) use luhn::luhn;
